// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/regression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>

namespace nmd::analyses {
namespace {

constexpr size_t kMost = 4;  // Columns.
using Row = std::array<double, kMost>;
using Matrix = std::array<Row, kMost>;

// By Gauss-Jordan with pivots; nullopt when it is singular.
std::optional<Matrix> Inverse(Matrix a, size_t k) {
  Matrix inverse{};
  for (size_t i = 0; i < k; ++i) inverse[i][i] = 1;
  for (size_t c = 0; c < k; ++c) {
    size_t pivot = c;
    for (size_t r = c + 1; r < k; ++r) {
      if (std::abs(a[r][c]) > std::abs(a[pivot][c])) pivot = r;
    }
    if (!(std::abs(a[pivot][c]) > 1e-12)) return std::nullopt;
    std::swap(a[c], a[pivot]);
    std::swap(inverse[c], inverse[pivot]);
    const double scale = a[c][c];
    for (size_t j = 0; j < k; ++j) {
      a[c][j] /= scale;
      inverse[c][j] /= scale;
    }
    for (size_t r = 0; r < k; ++r) {
      if (r == c) continue;
      const double factor = a[r][c];
      for (size_t j = 0; j < k; ++j) {
        a[r][j] -= factor * a[c][j];
        inverse[r][j] -= factor * inverse[c][j];
      }
    }
  }
  return inverse;
}

// Regularised incomplete beta I_x(a, b) by its continued fraction (Lentz), as in Numerical Recipes 6.4.
double IncompleteBeta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - IncompleteBeta(b, a, 1 - x);
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) / a;
  constexpr double kTiny = 1e-300;
  const auto away = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / away(1 - (a + b) * x / (a + 1));
  double f = d;
  for (int m = 1; m <= 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    f *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const double step = d * c;
    f *= step;
    if (std::abs(step - 1) < 1e-15) break;
  }
  return front * f;
}

// Least squares of y on the rows of x. kNone, or why not.
Trouble Fit(const std::vector<Row>& x, const std::vector<double>& y, size_t k, std::array<Estimate, kMost>* estimates) {
  const size_t n = y.size();
  if (n <= k) return Trouble::kTooFew;
  Matrix cross{};
  Row right{};
  double largest = 0;
  for (size_t t = 0; t < n; ++t) {
    if (!std::isfinite(y[t])) return Trouble::kNoVariation;
    largest = std::max(largest, std::abs(y[t]));
    for (size_t i = 0; i < k; ++i) {
      right[i] += x[t][i] * y[t];
      for (size_t j = 0; j < k; ++j) cross[i][j] += x[t][i] * x[t][j];
    }
  }
  const std::optional<Matrix> inverse = Inverse(cross, k);
  if (!inverse.has_value()) return Trouble::kTooFew;
  Row beta{};
  for (size_t i = 0; i < k; ++i) {
    for (size_t j = 0; j < k; ++j) beta[i] += (*inverse)[i][j] * right[j];
  }
  std::vector<double> residual(n);
  double squares = 0;
  for (size_t t = 0; t < n; ++t) {
    residual[t] = y[t];
    for (size_t i = 0; i < k; ++i) residual[t] -= x[t][i] * beta[i];
    squares += residual[t] * residual[t];
  }
  // What is left of an exact line is the rounding of floating point, from which no error follows.
  if (!(squares > static_cast<double>(n) * std::pow(1e-10 * largest, 2))) return Trouble::kNoVariation;
  const auto lags = static_cast<size_t>(std::floor(4 * std::pow(static_cast<double>(n) / 100, 2.0 / 9)));
  Matrix meat{};
  for (size_t lag = 0; lag <= std::min(lags, n - 1); ++lag) {
    const double weight = 1 - static_cast<double>(lag) / static_cast<double>(lags + 1);
    for (size_t t = lag; t < n; ++t) {
      const double product = weight * residual[t] * residual[t - lag];
      for (size_t i = 0; i < k; ++i) {
        for (size_t j = 0; j < k; ++j) {
          meat[i][j] += product * x[t][i] * x[t - lag][j];
          if (lag > 0) meat[i][j] += product * x[t - lag][i] * x[t][j];
        }
      }
    }
  }
  const double correction = static_cast<double>(n) / static_cast<double>(n - k);
  const double quantile = StudentQuantile(0.975, static_cast<int>(n - k));
  for (size_t i = 0; i < k; ++i) {
    double variance = 0;
    for (size_t a = 0; a < k; ++a) {
      for (size_t b = 0; b < k; ++b) variance += (*inverse)[i][a] * meat[a][b] * (*inverse)[b][i];
    }
    const double error = std::sqrt(std::max(0.0, variance * correction));
    (*estimates)[i] = {beta[i], error, beta[i] - quantile * error, beta[i] + quantile * error};
  }
  return Trouble::kNone;
}

}  // namespace

double StudentQuantile(double p, int degrees) {
  // P(T > t) = I_x(v/2, 1/2) / 2 with x = v / (v + t^2); by halving, for p > 1/2, and by symmetry below.
  if (p < 0.5) return -StudentQuantile(1 - p, degrees);
  const double v = degrees;
  const auto above = [v](double t) { return 0.5 * IncompleteBeta(v / 2, 0.5, v / (v + t * t)); };
  double low = 0;
  double high = 1;
  while (above(high) > 1 - p && high < 1e12) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
    const double middle = (low + high) / 2;
    (above(middle) > 1 - p ? low : high) = middle;
  }
  return (low + high) / 2;
}

Difference DifferenceInDifferences(absl::Span<const double> treated, absl::Span<const double> control, size_t before,
                                   EffectForm form) {
  Difference difference;
  const size_t n = treated.size();
  if (before < kFewestForDifference || n - before < kFewestForDifference) {
    difference.trouble = Trouble::kTooFew;
    return difference;
  }
  const bool relative = form == EffectForm::kRelative;
  std::vector<Row> x(n);
  std::vector<double> y(n);
  for (size_t t = 0; t < n; ++t) {
    x[t] = {1, t < before ? 0.0 : 1.0, 0, 0};
    if (relative && !(treated[t] > 0 && control[t] > 0)) {
      difference.trouble = Trouble::kZero;
      return difference;
    }
    y[t] = relative ? std::log(treated[t]) - std::log(control[t]) : treated[t] - control[t];
  }
  std::array<Estimate, kMost> found;
  difference.trouble = Fit(x, y, 2, &found);
  if (difference.trouble != Trouble::kNone) return difference;
  const Estimate& effect = found[1];
  double sum = 0;
  for (size_t t = before; t < n; ++t) {
    sum += treated[t];
    difference.counterfactual.push_back(relative ? treated[t] * std::exp(-effect.value) : treated[t] - effect.value);
  }
  if (!relative) {
    difference.ratio = difference.effect = effect;
    return difference;
  }
  const double mean = sum / static_cast<double>(n - before);
  // Treated minus treated / ratio rises with the ratio, so bounds go to bounds; the error is of the first order.
  const auto gain = [mean](double log_ratio) { return mean * -std::expm1(-log_ratio); };
  difference.ratio = {std::exp(effect.value), std::exp(effect.value) * effect.error, std::exp(effect.low),
                      std::exp(effect.high)};
  difference.effect = {gain(effect.value), mean * std::exp(-effect.value) * effect.error, gain(effect.low), gain(effect.high)};
  for (const Estimate& estimate : {difference.ratio, difference.effect}) {
    if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high) || !std::isfinite(estimate.error)) {
      difference.trouble = Trouble::kNoVariation;
    }
  }
  return difference;
}

Segments InterruptedSeries(absl::Span<const double> series, size_t before) {
  Segments segments;
  const size_t n = series.size();
  if (before < kFewestForSegments || n - before < kFewestForSegments) {
    segments.trouble = Trouble::kTooFew;
    return segments;
  }
  std::vector<Row> x(n);
  for (size_t t = 0; t < n; ++t) {
    const double since = static_cast<double>(t) - static_cast<double>(before);
    const double after = t < before ? 0.0 : 1.0;
    x[t] = {1, since, after, after * since};
  }
  std::array<Estimate, kMost> found;
  segments.trouble = Fit(x, {series.begin(), series.end()}, 4, &found);
  if (segments.trouble != Trouble::kNone) return segments;
  segments.level = found[0];
  segments.slope = found[1];
  segments.level_change = found[2];
  segments.slope_change = found[3];
  return segments;
}

}  // namespace nmd::analyses
