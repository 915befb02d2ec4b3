// SPDX-License-Identifier: EUPL-1.2
// Costs::DecomposeGrowth: the growth of the indicated amount between two periods, split into factors.
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/core/dutch.h"
#include "services/costs/costs.h"
#include "services/costs/decompose.h"
#include "services/costs/evaluate.h"
#include "services/costs/figures.h"
#include "services/costs/question.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

constexpr size_t kGroupLimit = 100'000;
enum MeasureIndex : size_t { kClientsAt, kProvisionsAt, kIndicatedAt };

struct Factor {
  absl::string_view id, more, less;
};
constexpr Factor kClientsFactor = {"clients", "meer cliënten", "minder cliënten"};
constexpr Factor kIntensityFactor = {"intensity", "meer voorzieningen per cliënt", "minder voorzieningen per cliënt"};
constexpr Factor kMixFactor = {"mix", "een zwaardere mix van zorg", "een lichtere mix van zorg"};
constexpr Factor kPriceFactor = {"price", "een hogere prijs per voorziening", "een lagere prijs per voorziening"};

// "meer cliënten" -> "Meer cliënten", "een hogere prijs" -> "Hogere prijs".
std::string TitleOf(absl::string_view phrase) {
  if (phrase.substr(0, 4) == "een ") phrase.remove_prefix(4);
  std::string title(phrase);
  title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

// Effects in cents as real numbers, in the order of the factors; their sum is the growth.
std::vector<v1::Effect> Effects(const std::vector<std::pair<Factor, double>>& parts, Cents growth) {
  std::vector<double> cents;
  for (const auto& [factor, amount] : parts) cents.push_back(amount);
  const std::vector<int64_t> rounded = RoundToTotal(cents, growth);
  std::vector<v1::Effect> effects;
  for (size_t i = 0; i < parts.size(); ++i) {
    v1::Effect effect;
    effect.set_factor(std::string(parts[i].first.id));
    effect.set_title(TitleOf(cents[i] < 0 ? parts[i].first.less : parts[i].first.more));
    effect.set_amount_euro(cents[i] / 100);
    effect.set_amount_cents(rounded[i]);
    if (growth != 0) effect.set_share(cents[i] / static_cast<double>(growth));
    effects.push_back(std::move(effect));
  }
  return effects;
}

std::vector<v1::Effect> FourEffects(const FourFactors& factors, Cents growth) {
  return Effects({{kClientsFactor, factors.clients},
                  {kIntensityFactor, factors.intensity},
                  {kMixFactor, factors.mix},
                  {kPriceFactor, factors.price}},
                 growth);
}

PeriodTotals TotalsOf(const Cell& cell) {
  return {cell.measures[kClientsAt].value, cell.measures[kProvisionsAt].value, cell.measures[kIndicatedAt].value};
}

std::string Conclusion(Cents before, Cents after, int months, const std::vector<v1::Effect>& effects) {
  const std::string per = months == 1 ? "per maand" : absl::StrCat("over ", months, " maanden");
  const Cents growth = after - before;
  if (growth == 0) return absl::StrCat("De kosten bleven gelijk: ", dutch::EuroWhole(before), " ", per, ".");
  std::string text = absl::StrCat("De kosten ", growth > 0 ? "stegen" : "daalden");
  if (before > 0) {
    const double share = static_cast<double>(growth < 0 ? -growth : growth) / static_cast<double>(before);
    absl::StrAppend(&text, " met ", dutch::Percent(share));
  }
  absl::StrAppend(&text, " van ", dutch::EuroWhole(before), " naar ", dutch::EuroWhole(after), " ", per, ".");
  std::vector<std::string> parts;
  for (const v1::Effect& effect : effects) {
    for (const Factor& factor : {kClientsFactor, kIntensityFactor, kMixFactor, kPriceFactor}) {
      if (effect.amount_cents() == 0 || effect.factor() != factor.id) continue;
      parts.push_back(absl::StrCat(dutch::EuroWhole(effect.amount_cents()), " (", dutch::Percent(effect.share()), ") door ",
                                   effect.amount_cents() < 0 ? factor.less : factor.more));
    }
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? " Daarvan komt " : i + 1 == parts.size() ? " en " : ", ", parts[i]);
  }
  return parts.empty() ? text : absl::StrCat(text, ".");
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
  std::vector<GroupCosts> groups;
  for (const auto& [key, pair] : pairs) {
    const PeriodTotals b = pair.before == nullptr ? PeriodTotals() : TotalsOf(*pair.before);
    const PeriodTotals a = pair.after == nullptr ? PeriodTotals() : TotalsOf(*pair.after);
    groups.push_back({b.provisions, a.provisions, b.amount, a.amount});
  }
  const std::optional<ThreeFactors> three = Decompose(totals_before, totals_after);
  const std::optional<std::vector<FourFactors>> four = Decompose(totals_before, totals_after, groups);
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
  std::vector<v1::Effect> shown =
      Effects({{kClientsFactor, three->clients}, {kIntensityFactor, three->intensity}, {kPriceFactor, three->price}}, growth);
  response.mutable_three_factor()->Assign(shown.begin(), shown.end());

  if (!pairs.empty()) {
    FourFactors sum;
    size_t i = 0;
    for (const auto& [key, pair] : pairs) {
      const FourFactors& factors = (*four)[i];
      sum.clients += factors.clients;
      sum.intensity += factors.intensity;
      sum.mix += factors.mix;
      sum.price += factors.price;
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
      const std::vector<v1::Effect> effects = FourEffects(factors, group->growth_cents());
      group->mutable_effects()->Assign(effects.begin(), effects.end());
      ++i;
    }
    shown = FourEffects(sum, growth);
    response.mutable_four_factor()->Assign(shown.begin(), shown.end());
  }
  response.set_conclusion(Conclusion(totals_before.amount, totals_after.amount, months, shown));
  maker_after.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = response.before(0).known_time();
  return response;
}

}  // namespace nmd::costs
