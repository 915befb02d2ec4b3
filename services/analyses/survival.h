// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_SURVIVAL_H_
#define NMD_SERVICES_ANALYSES_SURVIVAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

// How long something lasts when not all of it has ended: Kaplan-Meier, Aalen-Johansen and the log-rank test (requirements
// 6.6). Pure, and of no particular unit of time.
//
// Sources: Kaplan & Meier, JASA 53 (1958) 457; variance Greenwood (1926); limits by log(-log S), Kalbfleisch & Prentice (1980)
// 15; of a quantile Brookmeyer & Crowley, Biometrics 38 (1982) 29; Aalen & Johansen, Scand J Stat 5 (1978) 141, with the
// variance of Gaynor et al., JASA 88 (1993) 400, formula of Marubini & Valsecchi (1995) 341; log-rank Mantel (1966), for more
// groups and strata as in Kalbfleisch & Prentice.
//
// No function here answers with something that is not a number: what cannot be told is a nullopt.
namespace nmd::analyses {

// The time something was seen: from `entry` on (0, unless it began before anybody looked: left truncation) up to `exit`. It is
// at risk at t when entry < t <= exit. A spell with exit <= entry was never at risk and is passed over.
struct Spell {
  int32_t entry = 0;
  int32_t exit = 0;
  int32_t cause = 0;  // Why it ended at `exit`, above 0; 0: it had not ended by then (censored).
};

struct Limits {
  double low = 0, high = 0;  // 95%.
};

// A time at which something ended.
struct CurvePoint {
  int32_t time = 0;
  int64_t at_risk = 0, events = 0;
  double survival = 1;   // S(time): still going on after it. Events at a time come before those that are censored at it.
  double greenwood = 0;  // Sum of d / (n (n - d)) up to it; meaningless when nothing is left.
};

class SurvivalCurve {
 public:
  // Cost: n log n.
  explicit SurvivalCurve(absl::Span<const Spell> spells);

  int64_t spells() const { return spells_; }  // That were ever at risk.
  int64_t events() const { return events_; }
  const std::vector<CurvePoint>& points() const { return points_; }  // In order of time.
  // The last time anything was seen; 0 when there is nothing.
  int32_t last_time() const { return last_time_; }
  // With late entries all who are at risk can end while others still come in: then S is 0 by chance and says nothing.
  bool emptied_early() const { return emptied_early_; }

  // S(t). nullopt when nothing was seen, when all of it came to an early end, and after last_time() unless S is 0 by then.
  std::optional<double> At(int32_t time) const;
  // nullopt too where S is 0 or 1.
  std::optional<Limits> LimitsAt(int32_t time) const;

  // The least t with 1 - S(t) >= share: share 0.5 is the median. nullopt when that is not reached: it is longer than
  // last_time(). The limits are the times at which the limits of S pass the same point, each nullopt when not reached.
  struct Quantile {
    std::optional<int32_t> time, low, high;
  };
  Quantile QuantileOf(double share) const;

  // Restricted mean: the area under S from 0 to tau, with its standard error. nullopt where At(tau) is.
  struct Mean {
    double value = 0;
    double error = 0;
  };
  std::optional<Mean> MeanUpTo(int32_t tau) const;

 private:
  // The last point at or before `time`; null when there is none.
  const CurvePoint* Before(int32_t time) const;

  int64_t spells_ = 0, events_ = 0;
  int32_t last_time_ = 0;
  bool emptied_early_ = false;
  std::vector<CurvePoint> points_;
};

// The chance to have ended by a time for one cause while the others compete. Never 1 - S with other causes censored: that adds
// up to more than 1 (Q12).
struct Incidence {
  int32_t cause = 0;
  int64_t events = 0;
  struct Point {
    int32_t time = 0;
    double value = 0;
    double variance = 0;
  };
  std::vector<Point> points;  // At every time at which anything ended, in order.

  // nullopt where SurvivalCurve::At is; `curve` is that of the same spells.
  std::optional<Point> At(const SurvivalCurve& curve, int32_t time) const;
};
// 95%, by log(-log I); nullopt where the value is 0 or 1.
std::optional<Limits> LimitsOf(const Incidence::Point& point);

// Per cause that occurs, in order. At every time the values and S add up to 1. Cost: n log n, and causes x times.
std::vector<Incidence> IncidencesOf(absl::Span<const Spell> spells);

// Whether groups end at the same pace.
struct LogRank {
  double chi_square = 0;
  int degrees = 0;  // Groups that were ever at risk with others, less one.
  double p = 1;
  std::vector<double> observed, expected;  // Per group.
};
// `strata[s][g]` are the spells of group g in stratum s; all strata have the same groups. nullopt when there are no two groups
// to compare, or no event among them. Cost: times x groups squared.
std::optional<LogRank> LogRankOf(const std::vector<std::vector<std::vector<Spell>>>& strata);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_SURVIVAL_H_
