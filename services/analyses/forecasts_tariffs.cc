// SPDX-License-Identifier: EUPL-1.2
// Forecasts::CompareTariffs.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/forecast.pb.h"
#include "services/analyses/forecast_asking.h"
#include "services/analyses/forecasts.h"
#include "services/analyses/old_tariffs.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/costs/figures.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

using type::Figure;

constexpr uint32_t kTariffKinds = costs::kAllocations | costs::kTariffs | costs::kClaims | costs::kAnswers;
constexpr int kMostMonths = 120;
constexpr int kMostSampled = 1'000'000;

void AddSums(const Teller& teller, const nmd::Period& period, const TariffAnswer& answer,
             costs::v1::CompareTariffsResponse* response) {
  const TariffSums& sums = answer.total;
  if (sums.months == 0 || sums.incomparable == sums.months) {
    // Nothing, or nothing that can be compared: no sum is an answer.
    const bool nobody = sums.months == 0;
    const auto missing = [&](absl::string_view measure) {
      return teller.Missing(measure, period, nobody ? Figure::NOT_AVAILABLE : Figure::NOT_COMPARABLE,
                            nobody ? "TOO_FEW_OBSERVATIONS" : "CONCORDANCE_MISSING");
    };
    *response->mutable_measured() = missing("old_tariff_measured");
    *response->mutable_lower() = missing("old_tariff_lower");
    *response->mutable_upper() = missing("old_tariff_upper");
    *response->mutable_population() = missing("old_tariff_population");
  } else {
    *response->mutable_measured() = teller.Amount("old_tariff_measured", period, sums.measured);
    *response->mutable_lower() = teller.Amount("old_tariff_lower", period, sums.lower());
    *response->mutable_upper() = teller.Amount("old_tariff_upper", period, sums.upper());
    const auto estimate = [&](absl::string_view measure, const std::optional<SampleEstimate>& from, Figure* to) {
      if (!from.has_value()) return;
      *to = teller.Amount(measure, period, std::llround(from->value));
      if (from->low.has_value()) Teller::SetInterval(*from->low, *from->high, 0.95, "sample_t", to);
    };
    estimate("old_tariff_population", answer.cost, response->mutable_population());
    estimate("approved_population", answer.approved, response->mutable_population_approved());
    *response->mutable_approved() = teller.Amount("approved", period, sums.approved);
  }
  *response->mutable_incomparable_approved() = teller.Amount("approved_incomparable", period, sums.incomparable_approved);
  if (sums.months > 0) {
    const auto months = static_cast<double>(sums.months);
    *response->mutable_missing_share() =
        teller.Ratio("quantity_missing_share", period, static_cast<double>(sums.missing) / months);
    *response->mutable_incomparable_share() =
        teller.Ratio("incomparable_share", period, static_cast<double>(sums.incomparable) / months);
  }
}

void AddRow(const costs::CareBook& book, const Teller& teller, const nmd::Period& period, const TariffProduct& product,
            costs::v1::TariffRow* row) {
  const std::pair<absl::string_view, std::string> dimensions[] = {{"law", LawValue(product.law)},
                                                                  {"product", *product.product}};
  for (const auto& [id, text] : dimensions) {
    type::DimensionValue* value = row->add_dimensions();
    value->set_dimension(std::string(id));
    value->set_value(text);
    value->set_label(costs::ValueLabel(*book.snapshot, *costs::FindDimension(id), text));
  }
  const TariffSums& sums = product.sums;
  if (product.predecessor != nullptr) row->set_predecessor(*product.predecessor);
  if (sums.incomparable == sums.months) {
    *row->mutable_measured() = teller.Missing("old_tariff_measured", period, Figure::NOT_COMPARABLE, "CONCORDANCE_MISSING");
  } else {
    *row->mutable_measured() = teller.Amount("old_tariff_measured", period, sums.measured);
  }
  *row->mutable_approved() = teller.Amount("approved", period, sums.approved);
  row->set_month_count(sums.months);
  row->set_missing_count(sums.missing);
  row->set_incomparable_count(sums.incomparable);
}

}  // namespace

absl::StatusOr<costs::v1::CompareTariffsResponse> Forecasts::CompareTariffs(const Caller&,
                                                                            const costs::v1::CompareTariffsRequest& request) {
  ScopeReader asked(clock_.Now());
  costs::Question months;
  asked.ReadFilters(request.filters(), true);
  asked.reader().ReadPeriod(request.period(), "period", &months);
  asked.check().Require(months.end - months.first <= kMostMonths, "period.end_date", "the period may be at most ten years");
  const std::optional<Day> day = ParseDay(request.tariff_date());
  asked.check().Require(day.has_value() && DayOf(1900, 1, 1) <= *day && *day <= DayOf(2200, 1, 1), "tariff_date",
                        "must be a date as YYYY-MM-DD, from 1900 to 2200");
  asked.check().Require(0 <= request.sample_size() && request.sample_size() <= kMostSampled, "sample_size",
                        "must be from 0 to 1000000");
  asked.check().Require(costs::v1::CompareTariffsRequest::Quantity_IsValid(request.quantity()), "quantity",
                        "must be DELIVERED or ALLOCATED");
  const absl::Time known = asked.reader().ReadKnownTime(request.has_known_time(), request.known_time());
  NMD_RETURN_IF_ERROR(asked.reader().Result());

  const std::shared_ptr<const costs::CareBook> book = costs_.CareAt(known);
  costs::v1::CompareTariffsResponse response;
  *response.mutable_known_time() = TimestampOf(known);
  AddProvenance(*book->snapshot, kTariffKinds, response.mutable_provenance());
  const nmd::Period period = {FirstDay(months.first), FirstDay(months.end)};
  if (asked.unregistered()) {
    *response.mutable_measured() =
        Teller(*book, known, kTariffKinds, 0)
            .Missing("old_tariff_measured", period, Figure::NOT_REGISTERED, "ATTRIBUTE_NOT_REGISTERED");
    return response;
  }
  TariffQuestion question;
  question.from = months.first;
  question.until = months.end;
  question.tariff_day = *day;
  question.delivered = request.quantity() != costs::v1::CompareTariffsRequest::ALLOCATED;
  question.sample_size = static_cast<size_t>(request.sample_size());
  costs::v1::CompareTariffsRequest seed = request;
  *seed.mutable_known_time() = TimestampOf(known);
  question.seed = seed.SerializeAsString();
  const std::vector<uint32_t> courses = ScopeOf(*book, asked).courses;
  const TariffAnswer answer = CompareOldTariffs(*book, courses, question);
  const Teller teller(*book, known, kTariffKinds, LinkedShare(*book, courses));
  response.set_client_count(answer.clients);
  response.set_sample_count(answer.sampled);
  AddSums(teller, period, answer, &response);
  for (const TariffProduct& product : answer.products) AddRow(*book, teller, period, product, response.add_rows());

  const auto share = [&](int64_t part) {
    return dutch::Percent(static_cast<double>(part) / static_cast<double>(answer.total.months));
  };
  response.add_remarks(
      "Dit is een berekening van wat had kunnen zijn. Onder andere tarieven hadden aanbieders en gemeente zich misschien "
      "anders "
      "gedragen.");
  if (answer.total.missing > 0) {
    response.add_remarks(absl::StrCat("Let op: van ", share(answer.total.missing),
                                      " van de voorzieningen per maand is niet bekend hoeveel er is geleverd. Het bedrag ligt "
                                      "daarom tussen de ondergrens en de bovengrens."));
  }
  if (answer.total.incomparable > 0) {
    response.add_remarks(absl::StrCat("Van ", share(answer.total.incomparable),
                                      " van de voorzieningen per maand is niet bekend welk oud product en tarief erbij hoort. "
                                      "Die tellen niet mee; wat daarvoor is goedgekeurd staat apart."));
  }
  if (answer.sampled < answer.clients) {
    response.add_remarks(absl::StrCat("Dit is een steekproef van ", dutch::Number(answer.sampled), " van de ",
                                      dutch::Number(answer.clients), " cliënten. De schatting voor iedereen heeft een marge."));
    if (answer.sampled < 30) response.add_remarks("De steekproef is klein: een paar cliënten kunnen de uitkomst bepalen.");
  }
  if (!question.delivered) {
    response.add_remarks("Er is gerekend alsof alle toegewezen zorg is geleverd. Meestal is er minder geleverd.");
  }
  return response;
}

}  // namespace nmd::analyses
