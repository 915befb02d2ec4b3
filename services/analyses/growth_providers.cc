// SPDX-License-Identifier: EUPL-1.2
// Growth::CompareProviders: what grew at each provider, and at those that are new, small or large.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/analyses/growth.h"
#include "services/analyses/growth_cells.h"
#include "services/analyses/growth_reading.h"
#include "services/core/dutch.h"
#include "services/costs/effects.h"
#include "services/costs/figures.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

constexpr size_t kFigureLimit = 100'000;
constexpr int kNewMonths = 24;
constexpr Cents kSmallCents = 250'000'00;
constexpr uint32_t kNobody = UINT32_MAX;
enum MeasureIndex : size_t { kClientsAt, kProvisionsAt, kAmountAt };

// Counts distinct things of which the same ones follow one another.
struct Distinct {
  int64_t count = 0;
  uint32_t last = kNobody;
  void See(uint32_t what) {
    count += what != last ? 1 : 0;
    last = what;
  }
};

// What was at some providers in one period.
struct Side {
  Distinct clients, provisions;
  Cents amount = 0;
};
struct LevelSide {
  Distinct provisions;
  Cents amount = 0;
};
struct Period {
  std::map<std::string, Side> providers;
  std::array<Side, v1::ProviderCohort_ARRAYSIZE> cohorts;
  std::map<std::pair<std::string, std::string>, LevelSide> levels;  // By provider and level.
};

using Cohorts = std::map<std::string, v1::ProviderCohort>;

// `question`: of the period, with the dimension of providers and ivn.
Period Gather(const costs::Snapshot& snapshot, const costs::Question& question, costs::MeasureId amount,
              const Cohorts& cohorts) {
  const costs::FactTable& table = snapshot.table;
  const costs::GroupedRows grouped = costs::RowsByGroup(snapshot, question);
  const std::vector<std::string>& names = grouped.values[0];
  const std::vector<std::string>& ivns = grouped.values[1];
  std::vector<Side> providers(names.size());
  std::vector<LevelSide> levels(names.size() * ivns.size());
  std::vector<size_t> cohort_of;
  for (const std::string& name : names) {
    const auto found = cohorts.find(name);
    cohort_of.push_back(found == cohorts.end() ? 0 : static_cast<size_t>(found->second));
  }
  Period period;
  for (size_t i = 0; i < grouped.rows.size(); ++i) {
    const uint32_t row = grouped.rows[i], at = grouped.positions[0][i];
    LevelSide& level = levels[at * ivns.size() + grouped.positions[1][i]];
    const Cents cents = AmountOfRow(table, amount, row);
    level.amount += cents;
    for (Side* side : {&providers[at], &period.cohorts[cohort_of[at]]}) {
      side->amount += cents;
      if ((table.flags[row] & costs::kCounts) == 0) continue;
      side->clients.See(table.client[row]);
      side->provisions.See(table.provision[row]);
    }
    if ((table.flags[row] & costs::kCounts) != 0) level.provisions.See(table.provision[row]);
  }
  for (size_t p = 0; p < names.size(); ++p) {
    if (providers[p].provisions.count == 0 && providers[p].amount == 0) continue;
    period.providers.emplace(names[p], providers[p]);
    for (size_t l = 0; l < ivns.size(); ++l) {
      const LevelSide& level = levels[p * ivns.size() + l];
      if (level.provisions.count > 0 || level.amount != 0) period.levels.emplace(std::pair(names[p], ivns[l]), level);
    }
  }
  return period;
}

// Which cohort every provider is in, from all its care: when its first row was, and what it got in the earlier period.
Cohorts CohortsOf(const costs::Snapshot& snapshot, const costs::Question& before, Month new_from, Cents small_a_year,
                  costs::MeasureId amount) {
  const costs::FactTable& table = snapshot.table;
  Cohorts cohorts;
  if (table.first_month >= table.end_month) return cohorts;
  costs::Question all = before;
  all.filters.clear();
  all.dimensions.resize(1);
  all.first = table.first_month;
  all.end = table.end_month;
  const costs::GroupedRows grouped = costs::RowsByGroup(snapshot, all);
  std::vector<Month> firsts(grouped.values[0].size(), table.end_month);
  std::vector<Cents> amounts(grouped.values[0].size());
  for (size_t i = 0; i < grouped.rows.size(); ++i) {
    const uint32_t row = grouped.rows[i], at = grouped.positions[0][i];
    const Month month = table.first_month + static_cast<Month>(table.fields[costs::kMonthField][row]);
    firsts[at] = std::min(firsts[at], month);
    if (before.first <= month && month < before.end) amounts[at] += AmountOfRow(table, amount, row);
  }
  const int months = before.end - before.first;
  for (size_t p = 0; p < firsts.size(); ++p) {
    if (firsts[p] == table.end_month) continue;
    // Who is there in the first month there is anything about may have been there long before.
    const bool fresh = firsts[p] >= new_from && firsts[p] > table.first_month;
    const bool small = static_cast<double>(amounts[p]) * 12 / months < static_cast<double>(small_a_year);
    cohorts[grouped.values[0][p]] = fresh ? v1::NEW_PROVIDER : small ? v1::SMALL_PROVIDER : v1::LARGE_PROVIDER;
  }
  return cohorts;
}

void Fill(const Side& before, const Side& after, v1::ProviderGrowth* to) {
  to->set_clients_before(before.clients.count);
  to->set_clients_after(after.clients.count);
  to->set_provisions_before(before.provisions.count);
  to->set_provisions_after(after.provisions.count);
  to->set_amount_before_cents(before.amount);
  to->set_amount_after_cents(after.amount);
  to->set_growth_cents(after.amount - before.amount);
}

// Sum of levels and how many provisions have one.
struct LevelMean {
  int64_t sum = 0, count = 0;
  void Add(absl::string_view ivn, int64_t provisions) {
    int level = 0;
    if (!absl::SimpleAtoi(ivn, &level) || level <= 0) return;
    sum += level * provisions;
    count += provisions;
  }
  std::optional<double> mean() const {
    return count == 0 ? std::nullopt : std::optional<double>(static_cast<double>(sum) / static_cast<double>(count));
  }
};

// What is summed over providers.
struct Sums {
  GroupChange change;
  LevelMean before, after;
  int64_t providers = 0;
};

void FillSums(const Sums& sums, v1::ProviderGrowth* to) {
  if (const auto mean = sums.before.mean()) to->set_mean_ivn_before(*mean);
  if (const auto mean = sums.after.mean()) to->set_mean_ivn_after(*mean);
  to->set_provider_count(sums.providers);
  std::vector<costs::FactorAmount> amounts = costs::AmountsOf(sums.change.factors, costs::FactorSet::kGroups);
  if (sums.change.negative != 0) amounts.push_back({costs::kNegativeWords, sums.change.negative});
  const auto effects = costs::MakeEffects(amounts, to->growth_cents());
  to->mutable_effects()->Assign(effects.begin(), effects.end());
}

absl::string_view TitleOf(v1::ProviderCohort cohort) {
  return cohort == v1::NEW_PROVIDER     ? "nieuwe aanbieders"
         : cohort == v1::SMALL_PROVIDER ? "kleine aanbieders"
                                        : "grote aanbieders";
}

std::string Conclusion(const v1::CompareProvidersResponse& response) {
  const Cents growth = response.total().growth_cents();
  std::string text = absl::StrCat("Bij ", dutch::Number(response.total().provider_count()), " aanbieders samen ",
                                  growth > 0   ? "stegen de kosten met "
                                  : growth < 0 ? "daalden de kosten met "
                                               : "bleven de kosten gelijk");
  if (growth != 0) absl::StrAppend(&text, dutch::EuroWhole(growth < 0 ? -growth : growth));
  text += ".";
  std::string most;
  for (int i = 0; i < std::min(3, response.providers_size()); ++i) {
    const v1::ProviderGrowth& provider = response.providers(i);
    if (provider.growth_cents() <= 0) break;
    absl::StrAppend(&most, most.empty() ? "" : ", ", provider.provider().label(), " (",
                    dutch::EuroWhole(provider.growth_cents()), ")");
  }
  if (!most.empty()) absl::StrAppend(&text, " Het meest groeiden ", most, ".");
  for (const v1::ProviderGrowth& cohort : response.cohorts()) {
    const Cents change = cohort.growth_cents();
    absl::StrAppend(&text, " Bij ", TitleOf(cohort.cohort()), " (", dutch::Number(cohort.provider_count()), ") ",
                    change == 0  ? "bleven de kosten gelijk."
                    : change < 0 ? "daalden de kosten met "
                                 : "stegen de kosten met ");
    if (change != 0) absl::StrAppend(&text, dutch::EuroWhole(std::abs(change)), ".");
  }
  return text;
}

}  // namespace

absl::StatusOr<v1::CompareProvidersResponse> Growth::CompareProviders(const Caller&,
                                                                      const v1::CompareProvidersRequest& request) {
  const costs::Catalogue& catalogue = costs_.catalogue();
  costs::QuestionReader reader(catalogue, clock_.Now());
  costs::AskedQuestion before;
  const costs::MeasureInfo* amount = ReadAmount(catalogue, request.measure(), "indicated", &reader);
  before.question.measures = {catalogue.Find("clients"), catalogue.Find("provisions"), amount};
  ReadProviderLevel(request.provider_level(), &reader, &before);
  reader.ReadDimension("ivn", "provider_level", &before);
  reader.ReadFilters(request.filters(), &before);
  before.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  costs::AskedQuestion after = before;
  reader.ReadPeriod(request.before(), "before", &before.question);
  reader.ReadPeriod(request.after(), "after", &after.question);
  reader.check().Require(request.new_months() >= 0, "new_months", "may not be negative");
  reader.check().Require(request.small_cents() >= 0, "small_cents", "may not be negative");
  reader.CheckTogether(before);
  NMD_RETURN_IF_ERROR(reader.Result());

  v1::CompareProvidersResponse response;
  const auto refuse = [&](type::Figure::State state, type::ErrorReason reason) {
    return Refuse(std::move(response), state, reason, before.known);
  };
  if (!before.unregistered_filters.empty()) return refuse(type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED);
  const int months = before.question.end - before.question.first;
  if (after.question.end - after.question.first != months) return refuse(type::Figure::NOT_COMPARABLE, type::PERIODS_UNEQUAL);
  if (costs::CrossesBreak(costs_.trend_breaks(), before.question, after.question)) {
    return refuse(type::Figure::NOT_COMPARABLE, type::TREND_BREAK);
  }
  const std::shared_ptr<const costs::Snapshot> snapshot = costs_.SnapshotAt(before.known);
  std::array<costs::Cell, 2> totals;
  for (size_t i = 0; i < 2; ++i) {
    costs::Question whole = (i == 0 ? before : after).question;
    whole.dimensions.clear();
    totals[i] = costs::Evaluate(*snapshot, whole, kFigureLimit)->total;
    if (const auto missing = MissingIn(totals[i])) return refuse(type::Figure::NOT_AVAILABLE, *missing);
  }

  const costs::DimensionInfo& level = *before.question.dimensions.front();
  const int new_months = request.new_months() == 0 ? kNewMonths : request.new_months();
  const Cents small = request.small_cents() == 0 ? kSmallCents : request.small_cents();
  const Cohorts cohorts = CohortsOf(*snapshot, before.question, after.question.end - new_months, small, amount->measure);
  const Period was = Gather(*snapshot, before.question, amount->measure, cohorts);
  const Period is = Gather(*snapshot, after.question, amount->measure, cohorts);
  std::map<std::string, std::pair<const Side*, const Side*>> sides;
  for (const auto& [name, side] : was.providers) sides[name].first = &side;
  for (const auto& [name, side] : is.providers) sides[name].second = &side;

  static const Side* none = new Side();
  std::map<v1::ProviderCohort, Sums> sums;
  Sums all;
  bool negative = false;
  for (const auto& [name, pair] : sides) {
    const Side& b = pair.first == nullptr ? *none : *pair.first;
    const Side& a = pair.second == nullptr ? *none : *pair.second;
    Sums own;
    own.providers = 1;
    std::map<std::string, costs::GroupCosts> levels;
    for (auto it = was.levels.lower_bound({name, ""}); it != was.levels.end() && it->first.first == name; ++it) {
      levels[it->first.second].provisions_before = it->second.provisions.count;
      levels[it->first.second].amount_before = it->second.amount;
      own.before.Add(it->first.second, it->second.provisions.count);
    }
    for (auto it = is.levels.lower_bound({name, ""}); it != is.levels.end() && it->first.first == name; ++it) {
      levels[it->first.second].provisions_after = it->second.provisions.count;
      levels[it->first.second].amount_after = it->second.amount;
      own.after.Add(it->first.second, it->second.provisions.count);
    }
    std::vector<costs::GroupCosts> groups;
    for (const auto& [ivn, costs] : levels) {
      if (costs.amount_before < 0 || costs.amount_after < 0) {
        own.change.negative += static_cast<double>(costs.amount_after - costs.amount_before);
        negative = true;
      } else {
        groups.push_back(costs);
      }
    }
    const auto factors = costs::Decompose({b.clients.count, b.provisions.count, b.amount},
                                          {a.clients.count, a.provisions.count, a.amount}, groups);
    if (factors.has_value()) {
      for (const costs::Factors& factor : *factors) own.change.factors += factor;
    }
    v1::ProviderGrowth* shown = response.add_providers();
    *shown->mutable_provider() = GroupMessage(*snapshot, level, name);
    const v1::ProviderCohort cohort = cohorts.at(name);
    shown->set_cohort(cohort);
    shown->set_presence(pair.first == nullptr    ? v1::GrowthGroup::ONLY_AFTER
                        : pair.second == nullptr ? v1::GrowthGroup::ONLY_BEFORE
                                                 : v1::GrowthGroup::BOTH);
    Fill(b, a, shown);
    FillSums(own, shown);
    for (Sums* to : {&sums[cohort], &all}) {
      to->change += own.change;
      to->before.sum += own.before.sum;
      to->before.count += own.before.count;
      to->after.sum += own.after.sum;
      to->after.count += own.after.count;
      ++to->providers;
    }
  }
  std::sort(response.mutable_providers()->begin(), response.mutable_providers()->end(),
            [](const v1::ProviderGrowth& a, const v1::ProviderGrowth& b) {
              return std::make_tuple(-a.growth_cents(), a.provider().value()) <
                     std::make_tuple(-b.growth_cents(), b.provider().value());
            });
  for (const auto& [cohort, sum] : sums) {
    v1::ProviderGrowth* shown = response.add_cohorts();
    shown->set_cohort(cohort);
    shown->set_presence(v1::GrowthGroup::BOTH);
    Fill(was.cohorts[static_cast<size_t>(cohort)], is.cohorts[static_cast<size_t>(cohort)], shown);
    FillSums(sum, shown);
  }
  v1::ProviderGrowth* total = response.mutable_total();
  total->set_presence(v1::GrowthGroup::BOTH);
  const auto whole = [&totals](size_t i) {
    Side side;
    side.clients.count = totals[i].measures[kClientsAt].value;
    side.provisions.count = totals[i].measures[kProvisionsAt].value;
    side.amount = totals[i].measures[kAmountAt].value;
    return side;
  };
  Fill(whole(0), whole(1), total);
  FillSums(all, total);

  response.set_state(type::Figure::ANSWERED);
  response.set_level(absl::StrCat(level.title, " × IVN"));
  response.set_conclusion(Conclusion(response));
  response.add_remarks(
      "De effecten gaan over de cliënten en voorzieningen van de aanbieder zelf. Wie bij twee aanbieders zorg heeft, telt bij "
      "beide "
      "en in het totaal één keer.");
  response.add_remarks(absl::StrCat("Nieuw: minder dan ", new_months,
                                    " maanden voor het eind van de laatste periode begonnen. Klein: "
                                    "in de eerste periode minder dan ",
                                    dutch::EuroWhole(small), " per jaar."));
  if (negative)
    response.add_remarks("Niveaus met een negatief bedrag zijn niet te splitsen; hun groei staat op een eigen regel.");
  const costs::FigureMaker maker(*snapshot, after);
  maker.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = TimestampOf(before.known);
  return response;
}

}  // namespace nmd::analyses
