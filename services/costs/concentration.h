// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_CONCENTRATION_H_
#define NMD_SERVICES_COSTS_CONCENTRATION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "services/core/money.h"

// How unequally money is spread over clients or providers (requirements 6.5). Sums are exact; only the quotient at the end is
// a real number. Pure. Amounts of zero and less take no part, because nobody can have a negative share: what they are is
// counted, so that a reader can be told.
namespace nmd::costs {

class Spread {
 public:
  // One amount per client or provider, in any order.
  explicit Spread(std::vector<Cents> amounts);

  int64_t count() const { return static_cast<int64_t>(amounts_.size()); }
  // Amounts of zero or less, which are left out.
  int64_t left_out() const { return left_out_; }

  struct Top {
    int64_t count = 0;  // k = the next whole number from share * N on.
    Cents least = 0;    // The amount at k: others may have the same.
    double share = 0;   // Of the sum of all.
  };
  // The part of the money that goes to the greatest percent/100 of them. nullopt without amounts.
  std::optional<Top> TopPercent(int percent) const;
  // The part of the money that goes to the greatest `count` of them (CR5 with 5).
  std::optional<double> ShareOfLargest(size_t count) const;
  // 0 when all are equal, towards 1 when one has all (T-32).
  std::optional<double> Gini() const;
  // Sum of squared shares in percent: 10.000 when one has all (T-19).
  std::optional<double> Hhi() const;
  // The Lorenz curve: the part of the money that the lowest percent/100 of them have, straight between two of them.
  // REQUIRES: 0 <= percent <= 100.
  std::optional<double> Lorenz(int percent) const;
  // The sum of the amounts, without those that are left out.
  Cents sum() const { return static_cast<Cents>(sum_); }

  // Between what a figure lies when `missing` belongs to others than these amounts tell: to suppliers or members that did not
  // deliver (R86). Shares are of the sum and `missing` together.
  struct Range {
    double least = 0, most = 0;
  };
  // `largest`: none of the missing ones has more than this; nullopt: all of it may even belong to the largest of these.
  // Least: the missing amount is spread over ever more of them, so the sum of the known squares is what there is at least.
  // REQUIRES: missing >= 0, and largest > 0 when given.
  std::optional<Range> HhiRange(Cents missing, std::optional<Cents> largest) const;
  std::optional<Range> ShareOfLargestRange(size_t count, Cents missing, std::optional<Cents> largest) const;

  // The amount that `percent` percent of them do not exceed (nearest rank). REQUIRES: 0 < percent <= 100.
  std::optional<Cents> Percentile(int percent) const;

 private:
  std::vector<Cents> amounts_;  // Ascending.
  __int128 sum_ = 0;
  int64_t left_out_ = 0;
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_CONCENTRATION_H_
