// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/means.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace nmd::analyses {
namespace {

Centre Around(double value, double error, double freedom, double confidence) {
  if (error <= 0) return {value, {value, value}};
  const boost::math::students_t distribution(freedom);
  const double reach = boost::math::quantile(distribution, 0.5 + confidence / 2) * error;
  return {value, {value - reach, value + reach}};
}

}  // namespace

void Sample::Add(double value) {
  if (count_++ == 0) shift_ = value;
  sum_ += value - shift_;
  squares_ += (value - shift_) * (value - shift_);
}

double Sample::Mean() const { return shift_ + sum_ / static_cast<double>(count_); }

double Sample::Variance() const {
  const auto n = static_cast<double>(count_);
  return std::max(0.0, (squares_ - sum_ * sum_ / n) / (n - 1));
}

std::optional<Centre> MeanOf(const Sample& sample, double confidence) {
  if (sample.count() < 2) return std::nullopt;
  const auto n = static_cast<double>(sample.count());
  return Around(sample.Mean(), std::sqrt(sample.Variance() / n), n - 1, confidence);
}

std::optional<Centre> DifferenceOfMeans(const Sample& a, const Sample& b, double confidence) {
  if (a.count() < 2 || b.count() < 2) return std::nullopt;
  const double na = static_cast<double>(a.count()), nb = static_cast<double>(b.count());
  const double va = a.Variance() / na, vb = b.Variance() / nb;
  const double both = va + vb;
  const double freedom = both > 0 ? both * both / (va * va / (na - 1) + vb * vb / (nb - 1)) : 1;
  return Around(a.Mean() - b.Mean(), std::sqrt(both), freedom, confidence);
}

}  // namespace nmd::analyses
