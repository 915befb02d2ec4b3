// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_REGRESSION_H_
#define NMD_SERVICES_ANALYSES_REGRESSION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

// What a monthly series did at a date: with a comparison group (difference in differences) and without one (segmented
// regression). Pure; nothing here is ever NaN or infinite: what cannot be estimated has a reason instead.
//
// Both are least squares with standard errors after Newey & West (Econometrica 1987;55:703-708), Bartlett weights, lag
// floor(4 (n/100)^(2/9)) and the correction n/(n-k): months that follow one another are not independent, and errors that
// take them so are too small (Bertrand, Duflo & Mullainathan, QJE 2004;119:249-275). Intervals use Student's t with n-k
// degrees of freedom.
namespace nmd::analyses {

struct Estimate {
  double value = 0;
  double error = 0;  // Standard error.
  double low = 0;    // 95%.
  double high = 0;
};

// Why there is no estimate.
enum class Trouble {
  kNone,
  kTooFew,       // Fewer months on a side than the method needs.
  kZero,         // A value that is not positive has no logarithm.
  kNoVariation,  // The series is an exact line: there is no error to estimate from. Also of values that are not finite.
};

// Fewest months on either side.
inline constexpr size_t kFewestForDifference = 3;
inline constexpr size_t kFewestForSegments = 4;

enum class EffectForm { kRelative, kAbsolute };

struct Difference {
  Trouble trouble = Trouble::kNone;
  // Relative: what the treated are of what they would have been (0.95 is 5% less). Absolute: as effect.
  Estimate ratio;
  // Treated minus what they would have been: mean of the months after.
  Estimate effect;
  std::vector<double> counterfactual;  // Of the months after.
};

// Two groups in the same months, of which the first `before` are before the start (R114). Relative: of
// d = ln(treated) - ln(control) the mean after minus the mean before; absolute: the same of d = treated - control. It is the
// effect if the groups would have gone on alike. REQUIRES: equal lengths, before <= length.
Difference DifferenceInDifferences(absl::Span<const double> treated, absl::Span<const double> control, size_t before,
                                   EffectForm form);

struct Segments {
  Trouble trouble = Trouble::kNone;
  Estimate level;         // Of the line before, at the first month after.
  Estimate slope;         // Per month, before.
  Estimate level_change;  // At the first month after.
  Estimate slope_change;
};

// y = level + slope t + (level_change + slope_change t) after, t = 0 at the first month after (Wagner e.a., J Clin Pharm Ther
// 2002;27:299-309). No season: a series of less than two years on either side may take one for a change.
// REQUIRES: before <= length.
Segments InterruptedSeries(absl::Span<const double> series, size_t before);

// p-quantile of Student's t. REQUIRES: 0 < p < 1, degrees >= 1. To about 1e-9.
double StudentQuantile(double p, int degrees);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_REGRESSION_H_
