// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/budgets.h"

#include <algorithm>
#include <map>

namespace nmd::costs {
namespace {

constexpr absl::string_view kIncomeWords[] = {"rijksbijdrage", "uitkering", "integratieuitkering", "baten", "inkomsten"};
constexpr absl::string_view kSpendWords[] = {"uitgaven", "uitgave", "lasten"};

}  // namespace

BudgetSide SideOf(absl::string_view line) {
  const absl::string_view word = line.substr(0, line.find('_'));
  const auto is = [word](const auto& words) { return std::find(std::begin(words), std::end(words), word) != std::end(words); };
  return is(kIncomeWords) ? BudgetSide::kIncome : is(kSpendWords) ? BudgetSide::kSpend : BudgetSide::kOther;
}

absl::string_view SubjectOf(absl::string_view line) {
  const size_t at = line.find('_');
  return at == absl::string_view::npos ? absl::string_view() : line.substr(at + 1);
}

std::string BudgetValue(const DimensionInfo& dimension, absl::string_view line) {
  return std::string(dimension.id == "budget_subject" ? SubjectOf(line) : line);
}

TwoSided::TwoSided(const std::vector<BudgetAmount>& budgets) {
  std::map<std::pair<absl::string_view, int32_t>, std::pair<bool, bool>> sides;
  for (const BudgetAmount& budget : budgets) {
    const BudgetSide side = SideOf(budget.line);
    auto& [income, spend] = sides[{SubjectOf(budget.line), budget.year}];
    income = income || side == BudgetSide::kIncome;
    spend = spend || side == BudgetSide::kSpend;
  }
  for (const auto& [key, known] : sides) {
    if (known.first && known.second) complete_.insert(key);
  }
}

bool TwoSided::Takes(MeasureId measure, const BudgetAmount& budget) const {
  if (measure == MeasureId::kBudget) return true;
  const BudgetSide side = SideOf(budget.line);
  return side == (measure == MeasureId::kIncome ? BudgetSide::kIncome : BudgetSide::kSpend) &&
         complete_.contains({SubjectOf(budget.line), budget.year});
}

}  // namespace nmd::costs
