// SPDX-License-Identifier: EUPL-1.2
// Costs::BridgeAmounts: the bridge with the words people read.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nmd/costs/v1/costs.pb.h"
#include "nmd/type/error_reason.pb.h"
#include "services/costs/answer.h"
#include "services/costs/bridge.h"
#include "services/costs/costs.h"
#include "services/costs/figures.h"
#include "services/costs/question.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

constexpr size_t kMostItems = 1'000;
constexpr size_t kFigureLimit = 100'000;
enum MeasureIndex : size_t { kIndicatedAt, kDeclaredAt, kApprovedAt, kBookedAt };

struct Words {
  absl::string_view title, description;
};
const std::map<absl::string_view, Words>& WordsOfSteps() {
  static const auto* words = new std::map<absl::string_view, Words>{
      {"indicated", {"Geïndiceerd", "Wat de toegewezen zorg kost als alles wordt geleverd."}},
      {"not_used", {"Niet gebruikt", "Voorzieningen waarvoor in de maand minder is gedeclareerd dan is toegewezen."}},
      {"over_used", {"Meer dan toegewezen", "Voorzieningen waarvoor in de maand meer is gedeclareerd dan is toegewezen."}},
      {"without_tariff",
       {"Zonder tarief", "Voorzieningen waarvan een tarief of de omvang ontbreekt: het geïndiceerde bedrag is daar te laag."}},
      {"without_allocation",
       {"Zonder voorziening", "Declaraties die bij geen voorziening van dat product in die maand horen."}},
      {"declared", {"Gedeclareerd", "Wat aanbieders hebben ingediend voor zorg in de periode."}},
      {"rejected", {"Afgewezen", "Wat is afgewezen van declaraties die zijn beantwoord."}},
      {"unanswered", {"Nog niet beantwoord", "Declaraties waarop nog geen antwoord bekend is."}},
      {"partly_answered",
       {"Deels beantwoord",
        "Voorzieningen in een maand waarvan een deel van de declaraties is beantwoord: wat is afgewezen en wat nog open staat, "
        "is "
        "daar niet te scheiden."}},
      {"approved", {"Goedgekeurd", "Wat is toegekend voor zorg in de periode."}},
      {"not_booked", {"Niet of later geboekt", "Aanbieders met minder boekingen in de periode dan er is goedgekeurd."}},
      {"booked_otherwise",
       {"Anders geboekt",
        "Aanbieders met meer boekingen in de periode dan er is goedgekeurd, en boekingen die over geen aanbieder gaan, zoals "
        "pgb en "
        "eigen team."}},
      {"booked", {"Geboekt", "Wat in de periode als last is geboekt."}}};
  return *words;
}

}  // namespace

absl::StatusOr<v1::BridgeAmountsResponse> Costs::BridgeAmounts(const Caller&, const v1::BridgeAmountsRequest& request) {
  QuestionReader reader(*catalogue_, clock_.Now());
  AskedQuestion asked;
  for (const absl::string_view id : {"indicated", "declared", "approved"}) {
    asked.question.measures.push_back(catalogue_->Find(id));
  }
  reader.ReadFilters(request.filters(), &asked);
  reader.ReadPeriod(request.period(), "period", &asked.question);
  asked.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  reader.CheckTogether(asked);
  NMD_RETURN_IF_ERROR(reader.Result());

  v1::BridgeAmountsResponse response;
  *response.mutable_known_time() = TimestampOf(asked.known);
  response.set_state(type::Figure::ANSWERED);
  if (!asked.unregistered_filters.empty()) {
    response.set_state(type::Figure::NOT_REGISTERED);
    response.set_state_reason(type::ErrorReason_Name(type::ATTRIBUTE_NOT_REGISTERED));
    return response;
  }
  const auto only_provider = [](const QuestionFilter& filter) {
    return filter.dimension->kind == DimensionKind::kColumn && filter.dimension->field == kProviderField;
  };
  const bool by_provider = std::all_of(asked.question.filters.begin(), asked.question.filters.end(), only_provider);
  if (by_provider) asked.question.measures.push_back(catalogue_->Find("booked"));

  const std::shared_ptr<const Snapshot> snapshot = SnapshotAt(asked.known);
  const std::shared_ptr<const RecordBook> records = RecordsAt(asked.known, by_provider);
  const FigureMaker maker(*snapshot, asked);
  maker.AddProvenance(response.mutable_provenance());
  const Evaluation evaluation = *Answer(*snapshot, *records, asked.question, kFigureLimit);
  const auto there = [&](size_t m) { return evaluation.total.measures[m].state != Value::State::kPeriodNotDelivered; };
  if (!there(kIndicatedAt) && !there(kDeclaredAt)) {
    response.set_state(type::Figure::NOT_AVAILABLE);
    response.set_state_reason(type::ErrorReason_Name(type::PERIOD_NOT_DELIVERED));
    return response;
  }
  const bool booked = by_provider && there(kBookedAt);
  if (!there(kDeclaredAt)) response.add_remarks("Over deze periode is nog niets gedeclareerd.");
  response.add_remarks(
      "Wat is betaald, staat niet in de brug: geen bron levert betalingen aan aanbieders. Tussen goedgekeurd en geboekt zit "
      "dus ook "
      "wat nog niet is betaald.");
  if (!by_provider) {
    response.add_remarks("Boekingen kennen alleen de aanbieder. Met een ander filter eindigt de brug bij goedgekeurd.");
  } else if (!booked) {
    response.add_remarks("Over deze periode is nog niets geboekt: de brug eindigt bij goedgekeurd.");
  } else {
    response.add_remarks(
        "Zorg van een maand kan in een andere maand zijn geboekt; over een heel jaar valt dat grotendeels weg.");
  }
  for (BridgeStep& step : MakeBridge(*snapshot, *records, asked.question, booked)) {
    v1::BridgeStep* shown = response.add_steps();
    const Words& words = WordsOfSteps().at(step.id);
    shown->set_step(step.id);
    shown->set_title(std::string(words.title));
    shown->set_description(std::string(words.description));
    shown->set_subtotal(step.subtotal);
    shown->set_amount_cents(step.amount);
    shown->set_item_count(static_cast<int64_t>(step.items.size()));
    if (step.items.size() > kMostItems) step.items.resize(kMostItems);
    for (const BridgeItem& item : step.items) {
      v1::BridgeItem* line = shown->add_items();
      line->set_amount_cents(item.amount);
      line->set_count(item.count);
      for (size_t d = 0; d < step.dimensions.size(); ++d) {
        type::DimensionValue* value = line->add_dimensions();
        value->set_dimension(std::string(step.dimensions[d]));
        value->set_value(item.values[d]);
        value->set_label(ValueLabel(*snapshot, *FindDimension(step.dimensions[d]), item.values[d]));
      }
    }
  }
  return response;
}

}  // namespace nmd::costs
