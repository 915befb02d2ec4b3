// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_market.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace nmd::publication {
namespace {

constexpr size_t kLargest = 5;

double SumOfLargest(std::vector<double> values) {
  const size_t most = std::min(kLargest, values.size());
  std::partial_sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(most), values.end(), std::greater<>());
  return std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(most), 0.0);
}

// The lows filled up to one level, as far as each may go, until `rest` is divided.
std::vector<double> SpreadEvenly(const std::vector<double>& low, const std::vector<double>& high, double rest) {
  const auto filled = [&](double level) {
    std::vector<double> values(low.size());
    for (size_t j = 0; j < low.size(); ++j) values[j] = std::clamp(level, low[j], high[j]);
    return values;
  };
  const double target = std::accumulate(low.begin(), low.end(), 0.0) + rest;
  double below = 0, above = target;
  for (int i = 0; i < 100; ++i) {
    const double level = (below + above) / 2;
    const std::vector<double> values = filled(level);
    (std::accumulate(values.begin(), values.end(), 0.0) < target ? below : above) = level;
  }
  return filled(above);
}

}  // namespace

Concentration ConcentrationBounds(absl::Span<const Range> amounts, int64_t total, bool others) {
  const auto whole = static_cast<double>(total);
  std::vector<double> low, high;
  int64_t known = 0;
  for (const Range& amount : amounts) known += amount.low;
  const auto rest = static_cast<double>(total - known);
  for (const Range& amount : amounts) {
    low.push_back(static_cast<double>(amount.low));
    high.push_back(amount.high == Range::kNoHigh ? low.back() + rest
                                                 : std::min(static_cast<double>(amount.high), low.back() + rest));
  }
  const auto index = [&](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += (100 * value / whole) * (100 * value / whole);
    return sum;
  };

  Concentration bounds;
  // Many small providers nobody named take the rest without adding to the index.
  const std::vector<double> even = others ? low : SpreadEvenly(low, high, rest);
  bounds.hhi_low = index(even);
  bounds.largest5_low = SumOfLargest(even) / whole;

  if (others) {
    low.push_back(0);
    high.push_back(rest);
  }
  // A square is at most the line between its ends, so the rest adds most where that line is steepest.
  std::vector<size_t> steepest(low.size());
  std::iota(steepest.begin(), steepest.end(), size_t{0});
  std::sort(steepest.begin(), steepest.end(), [&](size_t a, size_t b) { return low[a] + high[a] > low[b] + high[b]; });
  double left = rest;
  bounds.hhi_high = index(low);
  for (const size_t j : steepest) {
    const double more = std::min(left, high[j] - low[j]);
    bounds.hhi_high += 10'000 * more * (low[j] + high[j]) / whole / whole;
    left -= more;
  }
  bounds.hhi_high = std::clamp(bounds.hhi_high, bounds.hhi_low, 10'000.0);
  bounds.largest5_high = std::min({1.0, SumOfLargest(high) / whole, (SumOfLargest(low) + rest) / whole});
  bounds.largest5_high = std::max(bounds.largest5_high, bounds.largest5_low);
  return bounds;
}

}  // namespace nmd::publication
