// SPDX-License-Identifier: EUPL-1.2
#include "services/core/money.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nmd {

Cents MulDiv(Cents amount, int64_t numerator, int64_t denominator) {
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(amount) * numerator;
  const Wide magnitude = product < 0 ? -product : product;
  const Wide rounded = (2 * magnitude + denominator) / (2 * static_cast<Wide>(denominator));
  return static_cast<Cents>(product < 0 ? -rounded : rounded);
}

std::vector<int64_t> RoundToTotal(absl::Span<const double> parts, int64_t total) {
  std::vector<int64_t> rounded(parts.size());
  std::vector<size_t> order(parts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  int64_t left = total;
  for (size_t i = 0; i < parts.size(); ++i) {
    rounded[i] = static_cast<int64_t>(std::floor(parts[i]));
    left -= rounded[i];
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return parts[a] - std::floor(parts[a]) > parts[b] - std::floor(parts[b]); });
  for (size_t i = 0; left > 0 && i < order.size(); ++i, --left) ++rounded[order[i]];
  return rounded;
}

}  // namespace nmd
