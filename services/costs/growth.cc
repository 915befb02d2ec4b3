// SPDX-License-Identifier: EUPL-1.2
// Costs::DecomposeGrowth: the growth of the indicated amount between two periods, split into factors.
#include <map>
#include <utility>

#include "nmd/costs/v1/costs.pb.h"
#include "services/costs/costs.h"
#include "services/costs/decompose.h"
#include "services/costs/effects.h"
#include "services/costs/evaluate.h"
#include "services/costs/figures.h"
#include "services/costs/question.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

constexpr size_t kGroupLimit = 100'000;
enum MeasureIndex : size_t { kClientsAt, kProvisionsAt, kIndicatedAt };

PeriodTotals TotalsOf(const Cell& cell) {
  return {cell.measures[kClientsAt].value, cell.measures[kProvisionsAt].value, cell.measures[kIndicatedAt].value};
}

v1::DecomposeGrowthResponse Refused(type::Figure::State state, type::ErrorReason reason) {
  v1::DecomposeGrowthResponse response;
  response.set_state(state);
  response.set_state_reason(type::ErrorReason_Name(reason));
  return response;
}

std::optional<type::ErrorReason> Missing(const Cell& total) {
  for (const Value& value : total.measures) {
    if (value.state == Value::State::kPeriodNotDelivered) return type::PERIOD_NOT_DELIVERED;
    if (value.state == Value::State::kTariffMissing) return type::TARIFF_MISSING;
  }
  return std::nullopt;
}

struct GroupPair {
  std::string value;
  const Cell* before = nullptr;
  const Cell* after = nullptr;
};

}  // namespace

absl::StatusOr<v1::DecomposeGrowthResponse> Costs::DecomposeGrowth(const Caller&, const v1::DecomposeGrowthRequest& request) {
  QuestionReader reader(*catalogue_, clock_.Now());
  AskedQuestion before;
  for (const absl::string_view id : {"clients", "provisions", "indicated"}) {
    before.question.measures.push_back(catalogue_->Find(id));
  }
  if (!request.group_by().empty()) {
    reader.ReadDimension(request.group_by(), "group_by", &before);
    const auto& dimensions = before.question.dimensions;
    reader.check().Require(dimensions.empty() || dimensions.front()->kind != DimensionKind::kTime, "group_by",
                           "must not be a time: the two periods have no month in common");
  }
  reader.ReadFilters(request.filters(), &before);
  reader.ReadAges(request.age_from(), &before.question);
  before.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  AskedQuestion after = before;
  reader.ReadPeriod(request.before(), "before", &before.question);
  reader.ReadPeriod(request.after(), "after", &after.question);
  reader.CheckTogether(before);
  NMD_RETURN_IF_ERROR(reader.Result());

  if (!before.unregistered_dimensions.empty() || !before.unregistered_filters.empty()) {
    return Refused(type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED);
  }
  const int months = before.question.end - before.question.first;
  if (after.question.end - after.question.first != months) {
    return Refused(type::Figure::NOT_COMPARABLE, type::PERIODS_UNEQUAL);
  }
  if (CrossesBreak(trend_breaks_, before.question, after.question)) {
    return Refused(type::Figure::NOT_COMPARABLE, type::TREND_BREAK);
  }

  const std::shared_ptr<const Snapshot> snapshot = SnapshotAt(before.known);
  const std::optional<Evaluation> left = Evaluate(*snapshot, before.question, kGroupLimit);
  const std::optional<Evaluation> right = Evaluate(*snapshot, after.question, kGroupLimit);
  if (!left.has_value() || !right.has_value()) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                "there are too many groups; group by a coarser dimension");
  }
  for (const Cell* total : {&left->total, &right->total}) {
    if (const auto reason = Missing(*total)) return Refused(type::Figure::NOT_AVAILABLE, *reason);
  }
  const PeriodTotals totals_before = TotalsOf(left->total);
  const PeriodTotals totals_after = TotalsOf(right->total);
  const Cents growth = totals_after.amount - totals_before.amount;

  // Groups of both periods, in order; one that is absent in a period counts zero there.
  std::map<std::string, GroupPair> pairs;
  if (!before.question.dimensions.empty()) {
    const DimensionInfo& dimension = *before.question.dimensions.front();
    for (const Cell& cell : left->cells) {
      pairs[SortValue(dimension, cell.values.front())] = {cell.values.front(), &cell, nullptr};
    }
    for (const Cell& cell : right->cells) {
      GroupPair& pair = pairs[SortValue(dimension, cell.values.front())];
      pair.value = cell.values.front();
      pair.after = &cell;
    }
  }
  const std::vector<MonthRange> periods = {{before.question.first, before.question.end},
                                           {after.question.first, after.question.end}};
  bool area_changes = AreaChanges(snapshot->areas, before.question, {}, periods);
  for (const auto& [key, pair] : pairs) {
    area_changes = area_changes || AreaChanges(snapshot->areas, before.question, {pair.value}, periods);
  }
  if (area_changes) return Refused(type::Figure::NOT_COMPARABLE, type::AREA_CHANGED);
  std::vector<GroupCosts> groups;
  for (const auto& [key, pair] : pairs) {
    const PeriodTotals b = pair.before == nullptr ? PeriodTotals() : TotalsOf(*pair.before);
    const PeriodTotals a = pair.after == nullptr ? PeriodTotals() : TotalsOf(*pair.after);
    groups.push_back({b.provisions, a.provisions, b.amount, a.amount});
  }
  const std::optional<Factors> three = Decompose(totals_before, totals_after);
  const std::optional<std::vector<Factors>> four = Decompose(totals_before, totals_after, groups);
  if (!three.has_value() || !four.has_value()) return Refused(type::Figure::NOT_COMPARABLE, type::AMOUNT_NEGATIVE);

  v1::DecomposeGrowthResponse response;
  response.set_state(type::Figure::ANSWERED);
  response.set_growth_cents(growth);
  const FigureMaker maker_before(*snapshot, before);
  const FigureMaker maker_after(*snapshot, after);
  for (size_t m = 0; m < before.question.measures.size(); ++m) {
    *response.add_before() = maker_before.Make(left->total, m, false);
    *response.add_after() = maker_after.Make(right->total, m, false);
  }
  std::vector<FactorAmount> amounts = AmountsOf(*three, FactorSet::kTotals);
  std::vector<v1::Effect> shown = MakeEffects(amounts, growth);
  response.mutable_three_factor()->Assign(shown.begin(), shown.end());

  if (!pairs.empty()) {
    Factors sum;
    size_t i = 0;
    for (const auto& [key, pair] : pairs) {
      const Factors& factors = (*four)[i];
      sum += factors;
      v1::GroupEffect* group = response.add_groups();
      const DimensionInfo& dimension = *before.question.dimensions.front();
      group->mutable_group()->set_dimension(std::string(dimension.id));
      group->mutable_group()->set_value(pair.value);
      group->mutable_group()->set_label(ValueLabel(*snapshot, dimension, pair.value));
      Cell none = pair.before == nullptr ? *pair.after : *pair.before;
      for (Value& value : none.measures) value = Value();
      none.months = {before.question.first, before.question.end};
      const Cell& cell_before = pair.before == nullptr ? none : *pair.before;
      *group->mutable_provisions_before() = maker_before.Make(cell_before, kProvisionsAt, true);
      *group->mutable_amount_before() = maker_before.Make(cell_before, kIndicatedAt, true);
      none.months = {after.question.first, after.question.end};
      const Cell& cell_after = pair.after == nullptr ? none : *pair.after;
      *group->mutable_provisions_after() = maker_after.Make(cell_after, kProvisionsAt, true);
      *group->mutable_amount_after() = maker_after.Make(cell_after, kIndicatedAt, true);
      group->set_growth_cents(groups[i].amount_after - groups[i].amount_before);
      const std::vector<v1::Effect> effects = MakeEffects(AmountsOf(factors, FactorSet::kGroups), group->growth_cents());
      group->mutable_effects()->Assign(effects.begin(), effects.end());
      ++i;
    }
    amounts = AmountsOf(sum, FactorSet::kGroups);
    shown = MakeEffects(amounts, growth);
    response.mutable_four_factor()->Assign(shown.begin(), shown.end());
  }
  response.set_conclusion(GrowthConclusion(totals_before.amount, totals_after.amount, months, amounts, shown));
  maker_after.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = response.before(0).known_time();
  return response;
}

}  // namespace nmd::costs
