// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_MEANS_H_
#define NMD_SERVICES_ANALYSES_MEANS_H_

#include <cstdint>
#include <optional>

#include "services/core/intervals.h"

// Means of groups and how far they differ. Pure.
//
// Sums of values and of squares are taken around the first value, so that a large common part costs no precision.
namespace nmd::analyses {

class Sample {
 public:
  void Add(double value);

  int64_t count() const { return count_; }
  // REQUIRES: count() > 0.
  double Mean() const;
  // With n - 1. REQUIRES: count() > 1.
  double Variance() const;

 private:
  int64_t count_ = 0;
  double shift_ = 0, sum_ = 0, squares_ = 0;
};

struct Centre {
  double value = 0;
  Bounds bounds;
};

// The mean with Student's interval. nullopt with fewer than two values.
std::optional<Centre> MeanOf(const Sample& sample, double confidence = 0.95);

// The mean of `a` minus that of `b` with the interval of Welch (Biometrika 34, 1947), which does not take the variances to be
// equal. nullopt when either has fewer than two values. Two samples without any spread differ by exactly what they differ.
std::optional<Centre> DifferenceOfMeans(const Sample& a, const Sample& b, double confidence = 0.95);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_MEANS_H_
