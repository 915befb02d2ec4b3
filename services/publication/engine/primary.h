// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_PRIMARY_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_PRIMARY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/engine/system.h"

namespace nmd::publication::engine {

// Which cells are too telling to be shown, because of what is in the cell itself. A rule that is 0 does not count.
struct PrimaryRules {
  // Cells of 1 .. minimum_count - 1 persons are hidden.
  int64_t minimum_count = 5;
  // Zeros are shown, so that an attacker knows every hidden count to be at least 1. Otherwise they are hidden as well.
  bool zeros_shown = true;
  // How many whole numbers apart the lowest and the highest value of a hidden count must be for an attacker: 1 says only that
  // it is not known exactly; minimum_count - 2 that all numbers below the minimum fit.
  int64_t width = 1;

  // Of amounts, per contributor (a provider, a client). Fewer contributors than this are hidden.
  int64_t minimum_contributors = 0;
  // p%: the second largest, who knows himself, must not be able to estimate the largest within p percent.
  int64_t p_percent = 0;
  // (n,k): the largest n together must not have more than k percent.
  int64_t n = 0, k_percent = 0;
};

// Who stands behind the amount of a cell.
struct Contribution {
  int64_t contributors = 0;
  int64_t largest = 0, second = 0;
  int64_t largest_n = 0;  // Of the n of the (n,k) rule together.
};

// Counts of persons: one per cell.
Cells CountCells(absl::Span<const int64_t> counts, const PrimaryRules& rules);

// Amounts that are nowhere negative, with who is behind them: one per cell each. A primary cell needs intervals as wide as the
// rule that it breaks asks (protection levels of tau-ARGUS): up and down
//   p%: p / 100 * largest - (amount - largest - second);   (n,k): 100 / k * largest_n - amount.
// An amount may be shown that is zero; it tells nothing of others but that they are not below it, so the floor is 0.
Cells AmountCells(absl::Span<const int64_t> amounts, absl::Span<const Contribution> contributions, const PrimaryRules& rules);

// Whether p% or (n,k) make the amount a primary.
bool IsDominated(int64_t amount, const Contribution& contribution, const PrimaryRules& rules);

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_PRIMARY_H_
