// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/ladder.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace nmd::analyses {
namespace {

using Grid = std::vector<std::vector<double>>;

// Months that must tell a factor before it is worth anything by itself (Q7).
constexpr int kFewMonths = 3;

Grid GridOf(const Triangle& triangle) {
  Grid grid;
  grid.reserve(triangle.size());
  for (const std::vector<Cents>& month : triangle) {
    grid.emplace_back();
    for (const Cents cents : month) grid.back().push_back(static_cast<double>(cents));
  }
  return grid;
}

size_t FactorCount(const Grid& grid, const LadderOptions& options) {
  size_t delays = 0;
  for (const std::vector<double>& month : grid) delays = std::max(delays, month.size());
  return std::max(delays == 0 ? 0 : delays - 1, options.prior_factors.size());
}

LadderFactor EstimateFactor(const Grid& grid, size_t k, const LadderOptions& options) {
  LadderFactor factor;
  double next = 0;
  for (const std::vector<double>& month : grid) {
    if (month.size() <= k + 1) continue;
    factor.volume += month[k];
    next += month[k + 1];
    if (month[k] != 0 || month[k + 1] != 0) ++factor.months;
  }
  const bool told = factor.volume > 0 && next > 0;
  if (told) factor.observed = next / factor.volume;
  if (k < options.prior_factors.size()) {
    const double months = told ? factor.months : 0;
    factor.credibility = months / (months + options.prior_months);
    factor.value = factor.credibility * factor.observed + (1 - factor.credibility) * options.prior_factors[k];
  } else if (told) {
    factor.value = factor.observed;
  } else if (factor.months > 0) {
    factor.state = factor.volume == 0 && next >= 0 ? LadderFactor::State::kNoBase : LadderFactor::State::kNegative;
  }
  return factor;
}

// Mack's sigma squared of factor k; the last one that can be told by one month is his min of the two before (1993, p. 217).
void EstimateVariances(const Grid& grid, std::vector<LadderFactor>* factors) {
  for (size_t k = 0; k < factors->size(); ++k) {
    LadderFactor& factor = (*factors)[k];
    if (factor.volume <= 0 || factor.state != LadderFactor::State::kEstimated) continue;
    double squares = 0;
    int months = 0;
    for (const std::vector<double>& month : grid) {
      if (month.size() <= k + 1 || month[k] <= 0) continue;
      const double miss = month[k + 1] / month[k] - factor.observed;
      squares += month[k] * miss * miss;
      ++months;
    }
    if (months >= 2) {
      factor.variance = squares / (months - 1);
    } else if (k >= 2 && (*factors)[k - 1].variance.has_value() && (*factors)[k - 2].variance.has_value()) {
      const double one = *(*factors)[k - 1].variance;
      const double two = *(*factors)[k - 2].variance;
      factor.variance = std::min(one, two);
      if (two > 0) factor.variance = std::min(*factor.variance, one * one / two);
    }
  }
}

struct Development {
  bool known = true;  // False when a factor means nothing.
  double developed = 1;
};

// From a delay to the end.
Development DevelopmentFrom(const std::vector<LadderFactor>& factors, size_t delay, double tail) {
  double product = tail;
  bool none = false;
  for (size_t k = delay; k < factors.size(); ++k) {
    if (factors[k].state == LadderFactor::State::kNegative) return {false, 0};
    none = none || factors[k].state == LadderFactor::State::kNoBase;
    product *= factors[k].value;
  }
  if (none) return {true, 0};
  // A product that leaves the range of doubles says nothing either.
  if (!(product > 0) || !std::isfinite(product) || !std::isfinite(1 / product)) return {false, 0};
  return {true, 1 / product};
}

bool IsExpected(const LadderOptions& options, size_t month, double latest, double developed) {
  return month < options.expected.size() && (developed < options.expected_below || latest <= 0);
}

// Mean square error of what is outstanding over some months together, by Mack's recursion over the delays. `at` is what the
// months are projected to at each delay. nullopt when a variance is missing.
std::optional<double> ErrorOf(const std::vector<LadderFactor>& factors, const std::vector<std::pair<size_t, double>>& months,
                              const LadderOptions& options) {
  double process = 0, parameter = 0;
  std::vector<double> at(months.size());
  for (size_t k = 0; k < factors.size(); ++k) {
    const LadderFactor& factor = factors[k];
    double sum = 0, size = 0;
    bool any = false;
    for (size_t i = 0; i < months.size(); ++i) {
      if (months[i].first == k) at[i] = months[i].second;
      if (months[i].first > k) continue;
      any = true;
      sum += at[i];
      size += std::abs(at[i]);
      at[i] *= factor.value;
    }
    if (!any) continue;
    if (!factor.variance.has_value()) return std::nullopt;
    const double square = factor.value * factor.value;
    process = square * process + *factor.variance * size;
    parameter = square * parameter + *factor.variance / factor.volume * sum * sum;
  }
  double sum = 0;
  for (size_t i = 0; i < months.size(); ++i) sum += months[i].first >= factors.size() ? months[i].second : at[i];
  process *= options.tail * options.tail;
  parameter = parameter * options.tail * options.tail + sum * sum * options.tail_error * options.tail_error;
  const double error = std::sqrt(process + parameter);
  return std::isfinite(error) ? std::optional<double>(error) : std::nullopt;
}

}  // namespace

Ladder MakeLadder(const Triangle& triangle, const LadderOptions& options) {
  Ladder ladder;
  const Grid grid = GridOf(triangle);
  const size_t count = FactorCount(grid, options);
  for (size_t k = 0; k < count; ++k) ladder.factors.push_back(EstimateFactor(grid, k, options));
  EstimateVariances(grid, &ladder.factors);

  for (size_t i = 0; i < triangle.size(); ++i) {
    LadderMonth& month = ladder.months.emplace_back();
    if (triangle[i].empty()) {
      month.method = LadderMonth::Method::kNone;
      ++ladder.not_estimated;
      continue;
    }
    month.latest = triangle[i].back();
    month.delay = static_cast<int>(triangle[i].size()) - 1;
    const auto delay = static_cast<size_t>(month.delay);
    const auto latest = static_cast<double>(month.latest);
    const Development development = DevelopmentFrom(ladder.factors, delay, options.tail);
    month.developed = development.developed;
    for (size_t k = delay; k < count; ++k) {
      month.thin = month.thin || (ladder.factors[k].months < kFewMonths && k >= options.prior_factors.size());
    }
    if (!development.known) {
      month.method = LadderMonth::Method::kNone;
    } else if (IsExpected(options, i, latest, development.developed)) {
      month.method = LadderMonth::Method::kExpected;
      month.outstanding = options.expected[i] * (1 - development.developed);
      month.ultimate = latest + month.outstanding;
    } else if (development.developed == 0) {
      month.method = LadderMonth::Method::kNone;
    } else {
      month.ultimate = latest / development.developed;
      month.outstanding = month.ultimate - latest;
      month.error = ErrorOf(ladder.factors, {{delay, latest}}, options);
    }
    if (month.method == LadderMonth::Method::kNone) {
      ++ladder.not_estimated;
      continue;
    }
    ladder.outstanding += month.outstanding;
    ladder.ultimate += month.ultimate;
  }
  std::vector<size_t> all(triangle.size());
  std::iota(all.begin(), all.end(), size_t{0});
  ladder.error = ErrorOfMonths(ladder, all, options);
  return ladder;
}

std::optional<double> ErrorOfMonths(const Ladder& ladder, const std::vector<size_t>& months, const LadderOptions& options) {
  std::vector<std::pair<size_t, double>> latest;
  for (const size_t i : months) {
    const LadderMonth& month = ladder.months[i];
    if (month.method != LadderMonth::Method::kChainLadder) return std::nullopt;
    latest.emplace_back(static_cast<size_t>(month.delay), static_cast<double>(month.latest));
  }
  if (latest.empty()) return std::nullopt;
  return ErrorOf(ladder.factors, latest, options);
}

LadderBootstrap::LadderBootstrap(const Triangle& triangle, const LadderOptions& options)
    : triangle_(triangle), options_(options) {
  const Grid grid = GridOf(triangle);
  const size_t count = FactorCount(grid, options);
  std::vector<LadderFactor> factors;
  size_t delays = 0;
  for (size_t k = 0; k < count; ++k) {
    factors.push_back(EstimateFactor(grid, k, options));
    if (factors.back().state == LadderFactor::State::kNegative) return;
  }
  // From what is in backwards: what the factors say was in before.
  size_t months = 0, cells = 0;
  double squares = 0;
  for (const std::vector<double>& month : grid) {
    std::vector<double>& fitted = fitted_.emplace_back(month.size());
    double at = month.empty() ? 0 : month.back();
    for (size_t k = month.size(); k-- > 1;) {
      const LadderFactor& factor = factors[k - 1];
      const double before = factor.state == LadderFactor::State::kNoBase ? 0 : at / factor.value;
      fitted[k] = at - before;
      at = before;
    }
    if (!month.empty()) fitted[0] = at;
    bool any = false;
    for (size_t k = 0; k < month.size(); ++k) {
      if (fitted[k] == 0 || !std::isfinite(fitted[k])) continue;
      const double actual = month[k] - (k == 0 ? 0 : month[k - 1]);
      const double residual = (actual - fitted[k]) / std::sqrt(std::abs(fitted[k]));
      residuals_.push_back(residual);
      squares += residual * residual;
      ++cells;
      any = true;
      delays = std::max(delays, k + 1);
    }
    if (any) ++months;
  }
  const size_t parameters = months + delays - 1;
  if (cells == 0 || cells <= parameters || !std::isfinite(squares)) {
    residuals_.clear();
    return;
  }
  const auto free = static_cast<double>(cells - parameters);
  dispersion_ = squares / free;
  for (double& residual : residuals_) residual *= std::sqrt(static_cast<double>(cells) / free);
  pseudo_ = fitted_;
}

void LadderBootstrap::Draw(Dice* dice, std::vector<double>* outstanding) {
  for (size_t i = 0; i < fitted_.size(); ++i) {
    double sum = 0;
    for (size_t k = 0; k < fitted_[i].size(); ++k) {
      const double mean = fitted_[i][k];
      sum += mean;
      if (mean != 0) sum += residuals_[dice->Below(residuals_.size())] * std::sqrt(std::abs(mean));
      pseudo_[i][k] = sum;
    }
  }
  const size_t count = FactorCount(pseudo_, options_);
  std::vector<LadderFactor> factors;
  factors.reserve(count);
  for (size_t k = 0; k < count; ++k) {
    factors.push_back(EstimateFactor(pseudo_, k, options_));
    // A draw may by chance have no positive base; it tells nothing then, and not that all was taken back.
    if (factors.back().state == LadderFactor::State::kNegative) factors.back().state = LadderFactor::State::kNoBase;
  }
  const auto by_chance = [&](double mean) {
    if (mean == 0 || dispersion_ == 0) return mean;
    const double size = dice->Gamma(std::abs(mean) / dispersion_) * dispersion_;
    return mean < 0 ? -size : size;
  };
  outstanding->assign(triangle_.size(), 0);
  for (size_t i = 0; i < triangle_.size(); ++i) {
    if (triangle_[i].empty()) continue;
    const size_t delay = triangle_[i].size() - 1;
    const Development development = DevelopmentFrom(factors, delay, options_.tail);
    double& sum = (*outstanding)[i];
    if (!development.known) continue;
    if (IsExpected(options_, i, static_cast<double>(triangle_[i].back()), development.developed)) {
      sum = by_chance(options_.expected[i] * (1 - development.developed));
      continue;
    }
    if (development.developed == 0) continue;
    double at = pseudo_[i].back();
    for (size_t k = delay; k < count; ++k) {
      const double next = at * factors[k].value;
      sum += by_chance(next - at);
      at = next;
    }
    sum += by_chance(at * (options_.tail - 1));
  }
}

}  // namespace nmd::analyses
