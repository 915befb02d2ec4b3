// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_FUNNEL_H_
#define NMD_SERVICES_CORE_FUNNEL_H_

#include <cstdint>
#include <optional>
#include <vector>

// Funnel limits of a share: how far the share of somebody may be from that of all others by chance alone (T-09; requirements
// 6.7; Spiegelhalter, Stat Med 2005;24:1185-1202). Pure. Limits are a reason to look, never a verdict or a ranking.
namespace nmd {

// Counts that chance explains, both inclusive.
struct CountLimits {
  int64_t low = 0;
  int64_t high = 0;
  friend bool operator==(const CountLimits&, const CountLimits&) = default;
};

// The smallest k for which P(X <= k) >= probability, X binomial of n and p: qbinom of R. REQUIRES: 0 <= n <= 10,000,000,
// 0 <= p <= 1, 0 < probability < 1. Cost: n steps.
int64_t BinomialQuantile(double probability, int64_t n, double p);

// Exact limits: the quantiles at (1 - confidence) / 2 from each end. Example: p = 0.6, n = 20, confidence 0.95: 8 to 16.
// REQUIRES: as BinomialQuantile; 0 < confidence < 1.
CountLimits FunnelLimits(int64_t n, double p, double confidence);

struct Share {
  int64_t count = 0;  // Of `of`.
  int64_t of = 0;
};

// How much more shares differ than chance explains: the mean of z squared around p, after the lowest and the highest tenth of z
// are drawn in to the tenth and the ninetieth percentile, so that who differs most does not hide itself (Spiegelhalter 2005,
// section 3.2). Absent with fewer than three shares that have an `of`, or with p 0 or 1: there is nothing to tell it from.
// REQUIRES: 0 <= count <= of.
std::optional<double> Overdispersion(std::vector<Share> shares, double p);

// Limits widened for overdispersion: their distance from the expected count times the root of phi, rounded outwards, within
// 0 and n. A phi of at most 1 widens nothing.
CountLimits Widened(const CountLimits& limits, int64_t n, double p, double phi);

// How much the odds of a share rose, beside the rise of all others: the difference of the logarithms of the odds, that of the
// others taken off, with the ends of its 95% interval (Wald; a half is added to every count, so that none is empty: Haldane
// 1956, Anscombe 1956). 0 is no difference; when `low` is above 0 more rose than chance explains. Finite for all counts.
struct OddsShift {
  double shift = 0, low = 0, high = 0;
};
// REQUIRES: 0 <= count <= of for each.
OddsShift ShiftOfOdds(const Share& before, const Share& after, const Share& others_before, const Share& others_after);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_FUNNEL_H_
