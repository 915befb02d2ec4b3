// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/primary.h"

#include <algorithm>

namespace nmd::publication::engine {
namespace {

// Rounded up.
int64_t CeilDivide(int64_t a, int64_t b) { return a <= 0 ? a / b : (a + b - 1) / b; }

// What the remainder falls short of p percent of the largest; above 0: too little.
int64_t PShortage(int64_t amount, const Contribution& c, const PrimaryRules& rules) {
  if (rules.p_percent == 0) return 0;
  return CeilDivide(rules.p_percent * c.largest - 100 * (amount - c.largest - c.second), 100);
}
int64_t NkShortage(int64_t amount, const Contribution& c, const PrimaryRules& rules) {
  if (rules.n == 0 || rules.k_percent == 0) return 0;
  return CeilDivide(100 * c.largest_n - rules.k_percent * amount, rules.k_percent);
}

}  // namespace

bool IsDominated(int64_t amount, const Contribution& contribution, const PrimaryRules& rules) {
  return PShortage(amount, contribution, rules) > 0 || NkShortage(amount, contribution, rules) > 0;
}

Cells CountCells(absl::Span<const int64_t> counts, const PrimaryRules& rules) {
  Cells cells(static_cast<int32_t>(counts.size()));
  for (size_t c = 0; c < counts.size(); ++c) {
    cells.values[c] = counts[c];
    cells.floors[c] = rules.zeros_shown ? 1 : 0;
    cells.lone[c] = counts[c] == 1;
    cells.needs[c].width = rules.width;
    if (counts[c] == 0) {
      cells.states[c] = rules.zeros_shown ? CellState::kZero : CellState::kPrimary;
    } else if (counts[c] < rules.minimum_count) {
      cells.states[c] = CellState::kPrimary;
    }
  }
  return cells;
}

Cells AmountCells(absl::Span<const int64_t> amounts, absl::Span<const Contribution> contributions, const PrimaryRules& rules) {
  Cells cells(static_cast<int32_t>(amounts.size()));
  for (size_t c = 0; c < amounts.size(); ++c) {
    const Contribution& contribution = contributions[c];
    cells.values[c] = amounts[c];
    cells.floors[c] = 0;
    cells.lone[c] = contribution.contributors == 1;
    if (amounts[c] == 0 && contribution.contributors == 0) {
      cells.states[c] = CellState::kZero;
      continue;
    }
    const int64_t level =
        std::max<int64_t>({0, PShortage(amounts[c], contribution, rules), NkShortage(amounts[c], contribution, rules)});
    // Nothing can be below zero, so down at most the whole amount is asked.
    cells.needs[c] = {level, std::min(level, amounts[c]), 1};
    if (level > 0 || contribution.contributors < rules.minimum_contributors) cells.states[c] = CellState::kPrimary;
  }
  return cells;
}

}  // namespace nmd::publication::engine
