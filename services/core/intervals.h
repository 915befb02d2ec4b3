// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_INTERVALS_H_
#define NMD_SERVICES_CORE_INTERVALS_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"

// How far chance alone may move a count, a share or a ratio of rates (requirements 6.5). Pure.
namespace nmd {

struct Bounds {
  double low = 0;
  double high = 0;
};

// Exact (Garwood) interval of the mean of a Poisson count; low is 0 for a count of 0.
// REQUIRES: count >= 0 and 0 < confidence < 1. Exact to about 1e-9 of the value.
Bounds PoissonInterval(int64_t count, double confidence = 0.95);

// Wilson interval of a share; stays within [0, 1] and is of use for small n too. REQUIRES: 0 <= part <= whole, whole > 0.
Bounds WilsonInterval(int64_t part, int64_t whole, double confidence = 0.95);

// The chance that a chi-square variable is at least `value`: the p of a test. REQUIRES: value >= 0, degrees > 0. Exact to about
// 1e-15, so that a chance below that may be 0.
double ChiSquareTail(double value, int degrees);

struct RateRatio {
  double ratio = 0;
  Bounds bounds;
};
// (c1/n1) / (c0/n0) with the interval exp(ln ratio -+ z sqrt(1/c1 + 1/c0)): 40 to 77 is 1,93 [1,31-2,82] (T-22).
// nullopt when a count or a population is not positive: then there is no logarithm.
std::optional<RateRatio> RatioOfRates(int64_t c1, int64_t n1, int64_t c0, int64_t n0, double confidence = 0.95);

// One age band of an area, and how much it weighs: its share of a standard population, or that population itself.
struct Stratum {
  int64_t count = 0;
  int64_t population = 0;
  double weight = 0;
};
struct StandardRate {
  double rate = 0;  // What the rate would be with the ages of the standard population.
  Bounds bounds;
};
// Direct standardisation, with the gamma interval of Fay and Feuer (Statistics in Medicine 16, 1997), which holds for small
// counts too (R66). nullopt when nothing weighs, or a stratum that weighs has no population: then it has no rate.
std::optional<StandardRate> DirectlyStandardised(absl::Span<const Stratum> strata, double confidence = 0.95);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_INTERVALS_H_
