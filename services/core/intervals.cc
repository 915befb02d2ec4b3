// SPDX-License-Identifier: EUPL-1.2
#include "services/core/intervals.h"

#include <algorithm>
#include <cmath>

namespace nmd {
namespace {

// Regularised lower incomplete gamma function P(a, x): its series below a + 1, its continued fraction (Lentz) above.
double GammaP(double a, double x) {
  if (x <= 0) return 0;
  const double scale = std::exp(a * std::log(x) - x - std::lgamma(a));
  constexpr double kEnough = 1e-16;
  // Both converge in about sqrt(a) steps near x = a, and faster elsewhere.
  const int most = 500 + static_cast<int>(20 * std::sqrt(a));
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (int n = 1; n < most && term > sum * kEnough; ++n) {
      term *= x / (a + n);
      sum += term;
    }
    return sum * scale;
  }
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double fraction = d;
  for (int n = 1; n < most; ++n) {
    const double an = -n * (n - a);
    b += 2;
    d = an * d + b;
    d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
    c = b + an / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    fraction *= d * c;
    if (std::fabs(d * c - 1) < kEnough) break;
  }
  return 1 - scale * fraction;
}

// The x with P(a, x) = p, by bisection: P rises, so this cannot miss.
double GammaQuantile(double a, double p) {
  double low = 0;
  double high = a + 1;
  while (GammaP(a, high) < p) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
    const double middle = (low + high) / 2;
    (GammaP(a, middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

// The z that a standard normal variable stays below with chance p > 1/2: Z squared is twice a gamma(1/2) variable.
double NormalQuantile(double p) { return std::sqrt(2 * GammaQuantile(0.5, 2 * p - 1)); }

}  // namespace

Bounds PoissonInterval(int64_t count, double confidence) {
  const double tail = (1 - confidence) / 2;
  const auto c = static_cast<double>(count);
  return {count == 0 ? 0 : GammaQuantile(c, tail), GammaQuantile(c + 1, 1 - tail)};
}

Bounds WilsonInterval(int64_t part, int64_t whole, double confidence) {
  const double z = NormalQuantile((1 + confidence) / 2);
  const auto n = static_cast<double>(whole);
  const double p = static_cast<double>(part) / n;
  const double centre = p + z * z / (2 * n);
  const double reach = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {std::max(0.0, (centre - reach) / scale), std::min(1.0, (centre + reach) / scale)};
}

double ChiSquareTail(double value, int degrees) { return std::max(0.0, 1 - GammaP(degrees / 2.0, value / 2)); }

std::optional<RateRatio> RatioOfRates(int64_t c1, int64_t n1, int64_t c0, int64_t n0, double confidence) {
  if (c1 <= 0 || n1 <= 0 || c0 <= 0 || n0 <= 0) return std::nullopt;
  const auto real = [](int64_t value) { return static_cast<double>(value); };
  // One division, so that equal populations fall out exactly: 77 to 40 is 1,925 and not a hair less.
  const double ratio = (real(c1) * real(n0)) / (real(c0) * real(n1));
  const double reach = NormalQuantile((1 + confidence) / 2) * std::sqrt(1 / real(c1) + 1 / real(c0));
  return RateRatio{ratio, {ratio * std::exp(-reach), ratio * std::exp(reach)}};
}

std::optional<StandardRate> DirectlyStandardised(absl::Span<const Stratum> strata, double confidence) {
  double whole = 0;
  for (const Stratum& stratum : strata) whole += std::max(0.0, stratum.weight);
  if (whole <= 0) return std::nullopt;
  double rate = 0;
  double variance = 0;
  double most = 0;
  for (const Stratum& stratum : strata) {
    if (stratum.weight <= 0) continue;
    if (stratum.population <= 0 || stratum.count < 0) return std::nullopt;
    const double weight = stratum.weight / whole / static_cast<double>(stratum.population);
    rate += weight * static_cast<double>(stratum.count);
    variance += weight * weight * static_cast<double>(stratum.count);
    most = std::max(most, weight);
  }
  // A weighted sum of Poisson counts is about a gamma variable with this mean and variance.
  const auto quantile = [](double mean, double spread, double p) {
    return spread / mean * GammaQuantile(mean * mean / spread, p);
  };
  const double tail = (1 - confidence) / 2;
  StandardRate result;
  result.rate = rate;
  result.bounds.low = rate > 0 ? quantile(rate, variance, tail) : 0;
  result.bounds.high = quantile(rate + most, variance + most * most, 1 - tail);
  return result;
}

}  // namespace nmd
