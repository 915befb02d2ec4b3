// SPDX-License-Identifier: EUPL-1.2
// Growth::DescribeConcentration: how money is spread over clients and over providers.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/analyses/growth.h"
#include "services/analyses/growth_cells.h"
#include "services/analyses/growth_reading.h"
#include "services/core/dutch.h"
#include "services/costs/concentration.h"
#include "services/costs/figures.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

constexpr size_t kFigureLimit = 100'000;
// Fewer clients than this have no spread, and no number is about fewer than so many of them: it would tell what one person
// costs.
constexpr int64_t kFewestClients = 10;
constexpr int64_t kFewestBehind = 5;
constexpr int kMostTops = 20;
constexpr size_t kLargest = 10;

template <typename Message>
void Hide(Message* message) {
  message->set_state(type::Figure::SUPPRESSED);
  message->set_state_reason(type::ErrorReason_Name(type::CELL_PROTECTED));
}

v1::ClientSpread ClientsOf(const costs::Spread& spread, const std::vector<int>& percents) {
  v1::ClientSpread clients;
  clients.set_client_count(spread.count());
  clients.set_left_out_count(spread.left_out());
  if (spread.count() == 0) {
    clients.set_state(type::Figure::NOT_AVAILABLE);
    clients.set_state_reason(type::ErrorReason_Name(type::DENOMINATOR_ZERO));
    return clients;
  }
  if (spread.count() < kFewestClients) {
    Hide(&clients);
    return clients;
  }
  clients.set_state(type::Figure::ANSWERED);
  clients.set_amount_cents(spread.sum());
  clients.set_mean_cents(MulDiv(spread.sum(), 1, spread.count()));
  clients.set_gini(*spread.Gini());
  for (const int percent : {50, 90, 99}) {
    v1::AmountPercentile* shown = clients.add_percentiles();
    shown->set_percent(percent);
    // Nearest rank: so many have this amount or more.
    if (spread.count() - (spread.count() * percent + 99) / 100 + 1 < kFewestBehind) {
      Hide(shown);
    } else {
      shown->set_state(type::Figure::ANSWERED);
      shown->set_amount_cents(*spread.Percentile(percent));
    }
  }
  for (const int percent : percents) {
    const costs::Spread::Top top = *spread.TopPercent(percent);
    v1::TopShare* shown = clients.add_top_shares();
    shown->set_percent(percent);
    shown->set_client_count(top.count);
    if (top.count < kFewestBehind) {
      Hide(shown);
    } else {
      shown->set_state(type::Figure::ANSWERED);
      shown->set_least_cents(top.least);
      shown->set_share(top.share);
    }
  }
  for (const int percent : {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 100}) {
    const int64_t above = spread.count() * (100 - percent) / 100, below = spread.count() * percent / 100;
    if ((percent > 0 && below < kFewestBehind) || (percent < 100 && above < kFewestBehind)) continue;
    v1::LorenzPoint* point = clients.add_lorenz();
    point->set_percent(percent);
    point->set_share(*spread.Lorenz(percent));
  }
  return clients;
}

void SetRange(const std::optional<costs::Spread::Range>& range, v1::ShareRange* to) {
  if (!range.has_value()) return;
  to->set_least(range->least);
  to->set_most(range->most);
}

// "45,0%" or "tussen 45,0% en 60,0%".
std::string RangeText(const v1::ShareRange& range) {
  const std::string least = dutch::Percent(range.least()), most = dutch::Percent(range.most());
  return least == most ? least : absl::StrCat("tussen ", least, " en ", most);
}

std::string Conclusion(const v1::DescribeConcentrationResponse& response) {
  std::string text;
  const v1::ClientSpread& clients = response.clients();
  for (const v1::TopShare& top : clients.top_shares()) {
    if (top.state() != type::Figure::ANSWERED) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", "De duurste ", top.percent(), "% van de cliënten (",
                    dutch::Number(top.client_count()), " van ", dutch::Number(clients.client_count()), ") kost ",
                    dutch::Percent(top.share()), " van het geld.");
  }
  if (clients.state() == type::Figure::ANSWERED) {
    absl::StrAppend(&text, text.empty() ? "" : " ", "Gemiddeld kost een cliënt ", dutch::EuroWhole(clients.mean_cents()));
    const v1::AmountPercentile& middle = clients.percentiles(0);
    if (middle.state() == type::Figure::ANSWERED) {
      absl::StrAppend(&text, ", de helft niet meer dan ", dutch::EuroWhole(middle.amount_cents()));
    }
    text += ".";
  }
  const v1::ProviderSpread& providers = response.providers();
  if (providers.state() == type::Figure::ANSWERED) {
    absl::StrAppend(&text, text.empty() ? "" : " ", "De vijf grootste aanbieders hebben samen ",
                    RangeText(providers.largest5_share()), " van het geld.");
  }
  return text;
}

}  // namespace

absl::StatusOr<v1::DescribeConcentrationResponse> Growth::DescribeConcentration(
    const Caller&, const v1::DescribeConcentrationRequest& request) {
  const costs::Catalogue& catalogue = costs_.catalogue();
  costs::QuestionReader reader(catalogue, clock_.Now());
  costs::AskedQuestion asked;
  const costs::MeasureInfo* amount = ReadAmount(catalogue, request.measure(), "approved", &reader);
  asked.question.measures = {amount};
  ReadProviderLevel(request.provider_level(), &reader, &asked);
  reader.ReadFilters(request.filters(), &asked);
  reader.ReadPeriod(request.period(), "period", &asked.question);
  asked.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  std::vector<int> percents(request.top_percents().begin(), request.top_percents().end());
  if (percents.empty()) percents = {1, 2, 10};
  reader.check().Require(percents.size() <= kMostTops, "top_percents", absl::StrCat("at most ", kMostTops));
  reader.check().Require(std::all_of(percents.begin(), percents.end(), [](int p) { return 1 <= p && p <= 100; }),
                         "top_percents", "must be from 1 to 100");
  reader.check().Require(request.total_cents() >= 0, "total_cents", "may not be negative");
  reader.check().Require(request.largest_missing_cents() >= 0, "largest_missing_cents", "may not be negative");
  reader.CheckTogether(asked);
  NMD_RETURN_IF_ERROR(reader.Result());

  v1::DescribeConcentrationResponse response;
  if (!asked.unregistered_filters.empty()) {
    return Refuse(std::move(response), type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED, asked.known);
  }
  // The book knows when providers joined another concern; it is of the same snapshot.
  const std::shared_ptr<const costs::CareBook> book = costs_.CareAt(asked.known);
  const costs::Snapshot& snapshot = *book->snapshot;
  costs::Question whole = asked.question;
  whole.dimensions.clear();
  if (const auto missing = MissingIn(costs::Evaluate(snapshot, whole, kFigureLimit)->total)) {
    return Refuse(std::move(response), type::Figure::NOT_AVAILABLE, *missing, asked.known);
  }

  const costs::FactTable& table = snapshot.table;
  const costs::GroupedRows grouped = costs::RowsByGroup(snapshot, asked.question);
  absl::flat_hash_map<uint32_t, Cents> by_client;
  std::map<std::string, Cents> by_provider;
  std::vector<Cents> at_provider(grouped.values[0].size());
  std::vector<bool> there(grouped.values[0].size());
  int64_t lines = 0, answered = 0;
  for (size_t i = 0; i < grouped.rows.size(); ++i) {
    const uint32_t row = grouped.rows[i];
    lines += table.claim_lines[row];
    answered += table.answered_lines[row];
    const Cents cents = AmountOfRow(table, amount->measure, row);
    if (cents == 0) continue;
    by_client[table.client[row]] += cents;
    at_provider[grouped.positions[0][i]] += cents;
    there[grouped.positions[0][i]] = true;
  }
  std::vector<Cents> client_amounts;
  client_amounts.reserve(by_client.size());
  for (const auto& [client, cents] : by_client) client_amounts.push_back(cents);
  *response.mutable_clients() = ClientsOf(costs::Spread(std::move(client_amounts)), percents);

  v1::ProviderSpread* providers = response.mutable_providers();
  const costs::DimensionInfo& level = *asked.question.dimensions.front();
  providers->set_provider_level(std::string(level.id));
  Cents nameless = 0;
  std::vector<Cents> provider_amounts;
  std::vector<std::pair<Cents, std::string>> order;
  for (size_t p = 0; p < at_provider.size(); ++p) {
    if (!there[p]) continue;
    if (grouped.values[0][p].empty()) {
      nameless += at_provider[p];
      continue;
    }
    provider_amounts.push_back(at_provider[p]);
    if (at_provider[p] > 0) order.emplace_back(-at_provider[p], grouped.values[0][p]);
  }
  std::sort(order.begin(), order.end());
  const costs::Spread spread(std::move(provider_amounts));
  const Cents told = spread.sum() + std::max<Cents>(0, nameless);
  const Cents missing = std::max<Cents>(0, nameless) + std::max<Cents>(0, request.total_cents() - told);
  const std::optional<Cents> largest =
      request.largest_missing_cents() > 0 ? std::optional<Cents>(request.largest_missing_cents()) : std::nullopt;
  providers->set_provider_count(spread.count());
  providers->set_left_out_count(spread.left_out());
  providers->set_amount_cents(spread.sum());
  providers->set_missing_cents(missing);
  if (spread.count() == 0) {
    providers->set_state(type::Figure::NOT_AVAILABLE);
    providers->set_state_reason(type::ErrorReason_Name(type::DENOMINATOR_ZERO));
  } else {
    providers->set_state(type::Figure::ANSWERED);
    SetRange(spread.ShareOfLargestRange(5, missing, largest), providers->mutable_largest5_share());
    SetRange(spread.HhiRange(missing, largest), providers->mutable_hhi());
    for (size_t i = 0; i < std::min(order.size(), kLargest); ++i) {
      v1::ProviderShare* share = providers->add_largest();
      *share->mutable_provider() = GroupMessage(snapshot, level, order[i].second);
      share->set_amount_cents(-order[i].first);
      share->set_share(static_cast<double>(-order[i].first) / static_cast<double>(spread.sum() + missing));
    }
  }
  std::vector<std::tuple<Day, std::string, std::string>> changes;
  const nmd::Period days = {FirstDay(asked.question.first), FirstDay(asked.question.end)};
  for (const costs::ProviderGroupFact& group : book->provider_groups) {
    if (!days.Contains(group.period.start) || group.period.start == days.start) continue;
    const auto name = [](costs::Word shown, costs::Word id) { return shown->empty() ? *id : *shown; };
    const std::string above = !group.concern->empty() ? absl::StrCat("het concern ", name(group.concern_name, group.concern))
                              : !group.organisation->empty() ? name(group.organisation_name, group.organisation)
                                                             : std::string("niemand anders");
    changes.emplace_back(group.period.start, *group.provider,
                         absl::StrCat(name(group.provider_name, group.provider), " hoort vanaf ",
                                      dutch::Date(group.period.start), " bij ", above, "."));
  }
  std::sort(changes.begin(), changes.end());
  for (const auto& [day, provider, text] : changes) {
    v1::ProviderChange* change = providers->add_changes();
    change->set_date(FormatDay(day));
    change->set_provider(provider);
    change->set_text(text);
  }

  response.set_state(type::Figure::ANSWERED);
  response.set_conclusion(Conclusion(response));
  if (response.clients().state() == type::Figure::SUPPRESSED) {
    response.add_remarks("Er zijn te weinig cliënten om te laten zien hoe het geld over hen is verdeeld.");
  }
  if (response.clients().left_out_count() > 0) {
    response.add_remarks(absl::StrCat("Niet meegeteld: ", dutch::Number(response.clients().left_out_count()),
                                      response.clients().left_out_count() == 1 ? " cliënt van wie" : " cliënten van wie",
                                      " de bedragen samen nul of negatief zijn."));
  }
  if (missing > 0) {
    response.add_remarks(
        absl::StrCat("Van ", dutch::EuroWhole(missing),
                     " is niet bekend welke aanbieder het kreeg: daarom staan er een onder- en een bovengrens."));
  }
  if (amount->measure == costs::MeasureId::kApproved && answered < lines) {
    response.add_remarks(absl::StrCat("Van ",
                                      dutch::Percent(static_cast<double>(lines - answered) / static_cast<double>(lines)),
                                      " van de declaratieregels is nog niet bekend of ze zijn goedgekeurd."));
  }
  asked.question.dimensions.clear();
  const costs::FigureMaker maker(snapshot, asked);
  maker.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = TimestampOf(asked.known);
  return response;
}

}  // namespace nmd::analyses
