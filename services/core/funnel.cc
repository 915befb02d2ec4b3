// SPDX-License-Identifier: EUPL-1.2
#include "services/core/funnel.h"

#include <algorithm>
#include <cmath>

namespace nmd {

int64_t BinomialQuantile(double probability, int64_t n, double p) {
  if (n == 0 || p <= 0) return 0;
  if (p >= 1) return n;
  // Terms are summed from their logarithms, so that none is lost where p to the n is below what a double holds.
  const double log_odds = std::log(p) - std::log1p(-p);
  double log_term = static_cast<double>(n) * std::log1p(-p);
  double sum = 0;
  for (int64_t k = 0; k < n; ++k) {
    sum += std::exp(log_term);
    // The rounding of a sum of n terms is not a reason to go on (qbinom of R has the same tolerance).
    if (sum >= probability * (1 - 64 * 2.220446049250313e-16)) return k;
    log_term += std::log(static_cast<double>(n - k)) - std::log(static_cast<double>(k + 1)) + log_odds;
  }
  return n;
}

CountLimits FunnelLimits(int64_t n, double p, double confidence) {
  const double tail = (1 - confidence) / 2;
  return {BinomialQuantile(tail, n, p), BinomialQuantile(1 - tail, n, p)};
}

std::optional<double> Overdispersion(std::vector<Share> shares, double p) {
  shares.erase(std::remove_if(shares.begin(), shares.end(), [](const Share& share) { return share.of <= 0; }), shares.end());
  if (shares.size() < 3 || p <= 0 || p >= 1) return std::nullopt;
  std::vector<double> z;
  for (const Share& share : shares) {
    const auto of = static_cast<double>(share.of);
    z.push_back((static_cast<double>(share.count) / of - p) / std::sqrt(p * (1 - p) / of));
  }
  std::sort(z.begin(), z.end());
  // Percentiles between two values, as type 7 of R.
  const auto percentile = [&z](double at) {
    const double place = at * static_cast<double>(z.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, z.size() - 1);
    return z[below] + (place - static_cast<double>(below)) * (z[above] - z[below]);
  };
  const double low = percentile(0.1), high = percentile(0.9);
  double sum = 0;
  for (const double value : z) {
    const double drawn = std::clamp(value, low, high);
    sum += drawn * drawn;
  }
  return sum / static_cast<double>(z.size());
}

CountLimits Widened(const CountLimits& limits, int64_t n, double p, double phi) {
  if (phi <= 1) return limits;
  const double expected = static_cast<double>(n) * p, factor = std::sqrt(phi);
  const double low = expected - factor * (expected - static_cast<double>(limits.low));
  const double high = expected + factor * (static_cast<double>(limits.high) - expected);
  return {std::clamp(static_cast<int64_t>(std::floor(low)), int64_t{0}, n),
          std::clamp(static_cast<int64_t>(std::ceil(high)), int64_t{0}, n)};
}

OddsShift ShiftOfOdds(const Share& before, const Share& after, const Share& others_before, const Share& others_after) {
  constexpr double kNormal975 = 1.959963984540054;
  double shift = 0, variance = 0;
  const auto add = [&](const Share& share, double sign) {
    const double in = static_cast<double>(share.count) + 0.5, out = static_cast<double>(share.of - share.count) + 0.5;
    shift += sign * std::log(in / out);
    variance += 1 / in + 1 / out;
  };
  add(after, 1);
  add(before, -1);
  add(others_after, -1);
  add(others_before, 1);
  const double half = kNormal975 * std::sqrt(variance);
  return {shift, shift - half, shift + half};
}

}  // namespace nmd
