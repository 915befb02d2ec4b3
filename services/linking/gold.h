// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_GOLD_H_
#define NMD_SERVICES_LINKING_GOLD_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nmd/linking/v1/review.pb.h"

// How good the links are, from pairs that people judged: which pairs to draw, and what their labels say. Pure.
//
// Pairs of persons fall in four strata (v1::GoldStratum::Kind). Pairs of two strata are linked: the share of them that is right
// is the precision. Pairs that are one person may be in all four: the share of those that is linked is the recall. Pairs that
// share no key of the model, and those it gives less than kLeastChance, are in no stratum: recall is over the others.
namespace nmd::linking {

inline constexpr int kGoldStrata = 4;

// Pairs that are less likely one person than this are not drawn from. They are nearly all pairs there are, and next to none of
// them is one person: a sample of them would show nothing and yet leave recall open from nought to one.
inline constexpr double kLeastChance = 1e-4;

// Place of a kind in arrays by stratum; kinds in that order. REQUIRES: one of the four.
constexpr size_t StratumIndex(v1::GoldStratum::Kind kind) { return static_cast<size_t>(kind) - 1; }

// The lot of a pair: the pairs of a stratum with the smallest lots are its sample. `a` and `b` are secret numbers of its two
// persons, in either order. So a draw needs no memory and no order, nobody can choose, and a larger sample holds the smaller.
uint64_t GoldLot(uint64_t a, uint64_t b);

// Draws pairs by lot within strata.
//
// How many of each: one by one, to the stratum that gains most, as long as it has pairs.
//   - First every stratum gets kLeastLabels, or all it has: below that it says nothing (Estimate).
//   - What is left is for the smallest variance by Neyman's allocation (Cochran, Sampling Techniques, 1977, 5.5): a stratum's
//     share is how many pairs it has times the standard deviation that is expected in it. Half goes to the strata that are
//     linked, which decide precision; half to those that are not: what is missed there, times how many they are, is nearly
//     all there is to be unsure of in recall.
//
// The sample of a stratum is always the start of its pairs in order of lot, so that every pair of it was as likely as
// any other, whatever came and went since an earlier draw. What an earlier draw gave stays; where the new order has pairs
// before it that were not drawn, those come first, and until then the earlier ones do not count.
class GoldDraw {
 public:
  // At most `size` pairs that were not drawn before.
  explicit GoldDraw(int32_t size);

  // A pair of persons, by any numbers. REQUIRES: every pair once. Cost: O(log size), and mostly one comparison.
  void Offer(v1::GoldStratum::Kind stratum, uint64_t lot, uint32_t a, uint32_t b, bool drawn_before);

  struct Pair {
    uint64_t lot;
    uint32_t a, b;
    v1::GoldStratum::Kind stratum;
    bool drawn_before;
    friend bool operator==(const Pair&, const Pair&) = default;
  };
  struct Result {
    // The sample: in order of stratum and lot, those drawn before too.
    std::vector<Pair> pairs;
    // Pairs offered, by stratum.
    std::array<int64_t, kGoldStrata> offered{};
  };
  Result Finish() &&;

 private:
  struct Stratum {
    int64_t offered = 0;
    std::vector<Pair> fresh;   // The size_ + 1 smallest that were not drawn before, as a heap.
    std::vector<Pair> before;  // All that were.
  };
  const size_t size_;
  std::array<Stratum, kGoldStrata> strata_;
};

// Fewer labels than this of a stratum say nothing about it, unless they are all its pairs. With 30 that all agree
// the share could still be anything from 88 % on (0.025^(1/30)): with fewer not even a bad year would be noticed.
inline constexpr int64_t kLeastLabels = 30;

struct GoldCounts {
  int64_t pairs = 0, labelled = 0, same = 0;  // same <= labelled <= pairs.
};

struct Share {
  double value = 0, low = 0, high = 0;  // 0 <= low <= value <= high <= 1; a 95 % interval.
};

struct GoldEstimate {
  // Absent when a stratum it rests on, of those that have pairs, has too few labels; or when there is nothing to be right.
  std::optional<Share> precision, recall;
};

// From labels to shares, by stratum. The labelled pairs of a stratum count as drawn by lot from all its pairs.
//
// Within a stratum the interval is exact: all numbers of true pairs that do not make what was seen rarer than 2.5 % on either
// side, by the hypergeometric distribution (Wright, Exact Confidence Bounds when Sampling from Small Finite Universes, 1991).
// So it has width as long as not all is labelled, also when all labels agree, and none when all is. Strata are put together
// by the recovery of variances from those limits (MOVER): sums by Zou, Huang and Zhang (Computational Statistics & Data
// Analysis 53, 2009), the ratio of missed to found pairs, which recall is made of, by Donner and Zou (Statistical
// Methods in Medical Research 21, 2012) and Newcombe (ibid. 25, 2016).
GoldEstimate Estimate(const std::array<GoldCounts, kGoldStrata>& strata);

// The true pairs there can be among `pairs`: the limits described above.
struct PairLimits {
  int64_t low = 0, high = 0;
};
PairLimits ExactLimits(const GoldCounts& counts);

// One or two Dutch sentences. Example: "Van de koppelingen is naar schatting 99,4% juist (98,1 tot 99,8%). ..."
std::string DutchStatement(const std::array<GoldCounts, kGoldStrata>& strata, const GoldEstimate& estimate);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_GOLD_H_
