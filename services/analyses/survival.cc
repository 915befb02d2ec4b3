// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/survival.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "services/core/intervals.h"

namespace nmd::analyses {
namespace {

// The 0.975 quantile of the standard normal distribution.
constexpr double kZ = 1.959963984540054;
// A product of fractions that should be a half may be a little more.
constexpr double kRounding = 1e-12;

double Real(int64_t count) { return static_cast<double>(count); }

// Entries and exits in order, to tell how many are at risk at growing times.
class RiskSet {
 public:
  explicit RiskSet(absl::Span<const Spell> spells) {
    for (const Spell& spell : spells) {
      if (spell.exit <= spell.entry) continue;
      entries_.push_back(spell.entry);
      exits_.push_back({spell.exit, spell.cause});
    }
    std::sort(entries_.begin(), entries_.end());
    std::sort(exits_.begin(), exits_.end());
  }

  size_t size() const { return exits_.size(); }
  // In order of time.
  const std::vector<std::pair<int32_t, int32_t>>& exits() const { return exits_; }
  int32_t last_entry() const { return entries_.empty() ? 0 : entries_.back(); }

  // How many are at risk at `time`. REQUIRES: not before the time of the call before.
  int64_t At(int32_t time) {
    while (next_entry_ < entries_.size() && entries_[next_entry_] < time) ++next_entry_;
    while (next_exit_ < exits_.size() && exits_[next_exit_].first < time) ++next_exit_;
    return static_cast<int64_t>(next_entry_) - static_cast<int64_t>(next_exit_);
  }
  // Events at the time of the last At.
  int64_t Events() const {
    int64_t events = 0;
    for (size_t i = next_exit_; i < exits_.size() && exits_[i].first == exits_[next_exit_].first; ++i) {
      events += exits_[i].second > 0 ? 1 : 0;
    }
    return events;
  }
  bool ExitsAt(int32_t time) const { return next_exit_ < exits_.size() && exits_[next_exit_].first == time; }

 private:
  std::vector<int32_t> entries_;
  std::vector<std::pair<int32_t, int32_t>> exits_;  // Time and cause.
  size_t next_entry_ = 0, next_exit_ = 0;
};

// Times at which anything ends, in order.
std::vector<int32_t> EventTimes(const RiskSet& risk) {
  std::vector<int32_t> times;
  for (const auto& [time, cause] : risk.exits()) {
    if (cause > 0 && (times.empty() || times.back() != time)) times.push_back(time);
  }
  return times;
}

// Of a chance that is not 0 or 1, with the standard error of itself: log(-log p) plus and minus z times its error.
Limits LogLogLimits(double p, double error) {
  const double theta = kZ * error / (p * std::fabs(std::log(p)));
  return {std::pow(p, std::exp(theta)), std::pow(p, std::exp(-theta))};
}

}  // namespace

SurvivalCurve::SurvivalCurve(absl::Span<const Spell> spells) {
  RiskSet risk(spells);
  spells_ = static_cast<int64_t>(risk.size());
  if (spells_ == 0) return;
  last_time_ = risk.exits().back().first;
  double survival = 1;
  double greenwood = 0;
  for (const int32_t time : EventTimes(risk)) {
    CurvePoint point;
    point.time = time;
    point.at_risk = risk.At(time);
    point.events = risk.Events();
    events_ += point.events;
    const int64_t left = point.at_risk - point.events;
    survival *= Real(left) / Real(point.at_risk);
    if (left > 0) {
      greenwood += Real(point.events) / (Real(point.at_risk) * Real(left));
    } else if (time < last_time_) {
      emptied_early_ = true;
    }
    point.survival = survival;
    point.greenwood = greenwood;
    points_.push_back(point);
  }
}

const CurvePoint* SurvivalCurve::Before(int32_t time) const {
  const auto after =
      std::upper_bound(points_.begin(), points_.end(), time, [](int32_t t, const CurvePoint& point) { return t < point.time; });
  return after == points_.begin() ? nullptr : &*std::prev(after);
}

std::optional<double> SurvivalCurve::At(int32_t time) const {
  if (spells_ == 0 || emptied_early_) return std::nullopt;
  const CurvePoint* point = Before(time);
  const double survival = point == nullptr ? 1 : point->survival;
  if (time > last_time_ && survival > 0) return std::nullopt;
  return survival;
}

std::optional<Limits> SurvivalCurve::LimitsAt(int32_t time) const {
  const std::optional<double> survival = At(time);
  if (!survival.has_value() || *survival <= 0 || *survival >= 1) return std::nullopt;
  return LogLogLimits(*survival, *survival * std::sqrt(Before(time)->greenwood));
}

SurvivalCurve::Quantile SurvivalCurve::QuantileOf(double share) const {
  Quantile quantile;
  if (emptied_early_) return quantile;
  const double level = 1 - share + kRounding;
  const auto first = [&](auto value_of) -> std::optional<int32_t> {
    for (const CurvePoint& point : points_) {
      const std::optional<double> value = value_of(point);
      if (value.has_value() && *value <= level) return point.time;
    }
    return std::nullopt;
  };
  quantile.time = first([](const CurvePoint& point) { return std::optional<double>(point.survival); });
  const auto limit = [](const CurvePoint& point, double Limits::*side) -> std::optional<double> {
    if (point.survival <= 0) return std::nullopt;
    return LogLogLimits(point.survival, point.survival * std::sqrt(point.greenwood)).*side;
  };
  quantile.low = first([&](const CurvePoint& point) { return limit(point, &Limits::low); });
  quantile.high = first([&](const CurvePoint& point) { return limit(point, &Limits::high); });
  return quantile;
}

std::optional<SurvivalCurve::Mean> SurvivalCurve::MeanUpTo(int32_t tau) const {
  if (tau < 0 || !At(tau).has_value()) return std::nullopt;
  // From the last point back, so that the area behind each point is there when its share of the variance is added.
  Mean mean;
  double variance = 0;
  double area = 0;
  int32_t until = tau;
  for (auto point = points_.rbegin(); point != points_.rend(); ++point) {
    if (point->time >= tau) continue;
    area += point->survival * Real(until - point->time);
    until = point->time;
    const double left = Real(point->at_risk - point->events);
    if (left > 0) variance += area * area * Real(point->events) / (Real(point->at_risk) * left);
  }
  mean.value = area + Real(until);
  mean.error = std::sqrt(variance);
  return mean;
}

std::vector<Incidence> IncidencesOf(absl::Span<const Spell> spells) {
  RiskSet risk(spells);
  // Events per time and cause, in order of time.
  std::map<int32_t, std::map<int32_t, int64_t>> events;
  std::map<int32_t, int64_t> totals;
  for (const auto& [time, cause] : risk.exits()) {
    if (cause <= 0) continue;
    ++events[time][cause];
    ++totals[cause];
  }
  std::vector<Incidence> incidences;
  struct Sums {
    double value = 0;
    double a = 0, ai = 0, aii = 0, b = 0, bi = 0, c = 0;
  };
  std::vector<Sums> sums(totals.size());
  for (const auto& [cause, count] : totals) incidences.push_back({cause, count, {}});
  double survival = 1;
  for (const auto& [time, by_cause] : events) {
    const double n = Real(risk.At(time));
    const double d = Real(risk.Events());
    for (size_t k = 0; k < incidences.size(); ++k) {
      Sums& sum = sums[k];
      const auto own = by_cause.find(incidences[k].cause);
      const double dk = own == by_cause.end() ? 0 : Real(own->second);
      sum.value += survival * dk / n;
      // Sum of (I(t) - I_j)^2 a_j - 2 (I(t) - I_j) b_j + c_j, in powers of I(t), so that every point costs the same. Of the
      // last ones at risk a is infinite and I(t) - I_j is 0: they add nothing.
      const double a = d < n ? d / (n * (n - d)) : 0;
      const double b = survival * dk / (n * n);
      sum.a += a;
      sum.ai += a * sum.value;
      sum.aii += a * sum.value * sum.value;
      sum.b += b;
      sum.bi += b * sum.value;
      sum.c += survival * survival * dk * (n - dk) / (n * n * n);
      const double variance = sum.value * sum.value * sum.a - 2 * sum.value * (sum.ai + sum.b) + sum.aii + 2 * sum.bi + sum.c;
      incidences[k].points.push_back({time, sum.value, std::max(0.0, variance)});
    }
    survival *= (n - d) / n;
  }
  return incidences;
}

std::optional<Incidence::Point> Incidence::At(const SurvivalCurve& curve, int32_t time) const {
  if (!curve.At(time).has_value()) return std::nullopt;
  const auto after =
      std::upper_bound(points.begin(), points.end(), time, [](int32_t t, const Point& point) { return t < point.time; });
  Point found;
  if (after != points.begin()) found = *std::prev(after);
  found.time = time;
  return found;
}

std::optional<Limits> LimitsOf(const Incidence::Point& point) {
  if (point.value <= 0 || point.value >= 1) return std::nullopt;
  return LogLogLimits(point.value, std::sqrt(point.variance));
}

namespace {

// x with matrix x = right; nullopt when the matrix is singular. Gauss with the largest pivot.
std::optional<std::vector<double>> Solve(std::vector<std::vector<double>> matrix, std::vector<double> right) {
  const size_t n = right.size();
  for (size_t i = 0; i < n; ++i) {
    size_t pivot = i;
    for (size_t row = i + 1; row < n; ++row) {
      if (std::fabs(matrix[row][i]) > std::fabs(matrix[pivot][i])) pivot = row;
    }
    if (std::fabs(matrix[pivot][i]) < 1e-12) return std::nullopt;
    std::swap(matrix[i], matrix[pivot]);
    std::swap(right[i], right[pivot]);
    for (size_t row = i + 1; row < n; ++row) {
      const double factor = matrix[row][i] / matrix[i][i];
      for (size_t column = i; column < n; ++column) matrix[row][column] -= factor * matrix[i][column];
      right[row] -= factor * right[i];
    }
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t column = i + 1; column < n; ++column) right[i] -= matrix[i][column] * right[column];
    right[i] /= matrix[i][i];
  }
  return right;
}

}  // namespace

std::optional<LogRank> LogRankOf(const std::vector<std::vector<std::vector<Spell>>>& strata) {
  const size_t groups = strata.empty() ? 0 : strata.front().size();
  LogRank test;
  test.observed.resize(groups);
  test.expected.resize(groups);
  std::vector<std::vector<double>> covariance(groups, std::vector<double>(groups));
  for (const std::vector<std::vector<Spell>>& stratum : strata) {
    std::vector<RiskSet> risks;
    std::vector<int32_t> times;
    for (const std::vector<Spell>& spells : stratum) {
      risks.emplace_back(spells);
      const std::vector<int32_t> own = EventTimes(risks.back());
      times.insert(times.end(), own.begin(), own.end());
    }
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    std::vector<double> at_risk(groups);
    for (const int32_t time : times) {
      double n = 0;
      double d = 0;
      for (size_t g = 0; g < groups; ++g) {
        at_risk[g] = Real(risks[g].At(time));
        n += at_risk[g];
        if (!risks[g].ExitsAt(time)) continue;
        const double own = Real(risks[g].Events());
        test.observed[g] += own;
        d += own;
      }
      const double spread = n > 1 ? d * (n - d) / (n - 1) : 0;
      for (size_t g = 0; g < groups; ++g) {
        if (at_risk[g] == 0) continue;
        const double share = at_risk[g] / n;
        test.expected[g] += d * share;
        for (size_t h = 0; h < groups; ++h) covariance[g][h] += spread * share * ((g == h ? 1 : 0) - at_risk[h] / n);
      }
    }
  }
  // Groups of which nobody was ever at risk when something ended have nothing to compare, nor has one that was always alone.
  std::vector<size_t> compared;
  for (size_t g = 0; g < groups; ++g) {
    if (covariance[g][g] > 1e-12) compared.push_back(g);
  }
  if (compared.size() < 2) return std::nullopt;
  test.degrees = static_cast<int>(compared.size()) - 1;
  std::vector<std::vector<double>> matrix;
  std::vector<double> difference;
  // One is redundant: the differences sum to zero.
  for (size_t i = 0; i + 1 < compared.size(); ++i) {
    difference.push_back(test.observed[compared[i]] - test.expected[compared[i]]);
    matrix.emplace_back();
    for (size_t j = 0; j + 1 < compared.size(); ++j) matrix.back().push_back(covariance[compared[i]][compared[j]]);
  }
  const std::optional<std::vector<double>> solved = Solve(std::move(matrix), difference);
  if (!solved.has_value()) return std::nullopt;
  for (size_t i = 0; i < difference.size(); ++i) test.chi_square += difference[i] * (*solved)[i];
  test.chi_square = std::max(0.0, test.chi_square);
  test.p = ChiSquareTail(test.chi_square, test.degrees);
  return test;
}

}  // namespace nmd::analyses
