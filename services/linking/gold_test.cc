// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/gold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nmd::linking {
namespace {

using Kind = v1::GoldStratum::Kind;
using Counts = std::array<GoldCounts, kGoldStrata>;

constexpr Kind kKinds[] = {v1::GoldStratum::LINKED_BY_NUMBER, v1::GoldStratum::LINKED_BY_WEIGHT, v1::GoldStratum::OPEN,
                           v1::GoldStratum::APART};

// A frame: all pairs there are, each with its stratum.
using Frame = std::map<std::pair<uint32_t, uint32_t>, Kind>;

uint64_t LotOf(const std::pair<uint32_t, uint32_t>& pair) {
  return GoldLot(pair.first * 0x9E3779B97F4A7C15u, pair.second * 0x9E3779B97F4A7C15u);
}

GoldDraw::Result Draw(const Frame& frame, int32_t size, const std::set<std::pair<uint32_t, uint32_t>>& drawn = {},
                      bool backwards = false) {
  GoldDraw draw(size);
  std::vector<std::pair<std::pair<uint32_t, uint32_t>, Kind>> pairs(frame.begin(), frame.end());
  if (backwards) std::reverse(pairs.begin(), pairs.end());
  for (const auto& [pair, kind] : pairs) {
    draw.Offer(kind, LotOf(pair), backwards ? pair.second : pair.first, backwards ? pair.first : pair.second,
               drawn.contains(pair));
  }
  return std::move(draw).Finish();
}

std::set<std::pair<uint32_t, uint32_t>> PairsOf(const GoldDraw::Result& result) {
  std::set<std::pair<uint32_t, uint32_t>> pairs;
  for (const GoldDraw::Pair& pair : result.pairs) pairs.insert({pair.a, pair.b});
  return pairs;
}

std::array<int64_t, kGoldStrata> DrawnOf(const GoldDraw::Result& result) {
  std::array<int64_t, kGoldStrata> drawn{};
  for (const GoldDraw::Pair& pair : result.pairs) ++drawn[StratumIndex(pair.stratum)];
  return drawn;
}

Frame FrameOf(const std::array<int, kGoldStrata>& sizes) {
  Frame frame;
  uint32_t next = 1;
  for (size_t s = 0; s < kGoldStrata; ++s) {
    for (int i = 0; i < sizes[s]; ++i, next += 2) frame[{next, next + 1}] = kKinds[s];
  }
  return frame;
}

TEST(GoldDraw, DividesTheSampleAsStated) {
  struct Case {
    const char* what;
    std::array<int, kGoldStrata> pairs;
    int32_t size;
    std::array<int64_t, kGoldStrata> drawn;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"nothing to draw from", {0, 0, 0, 0}, 100, {0, 0, 0, 0}},
           {"less than the least: evenly", {500, 500, 500, 500}, 40, {10, 10, 10, 10}},
           {"the least of each", {500, 500, 500, 500}, 120, {30, 30, 30, 30}},
           {"a stratum that is smaller is drawn whole", {500, 500, 7, 500}, 97, {30, 30, 7, 30}},
           {"all there is", {20, 40, 7, 50}, 2000, {20, 40, 7, 50}},
           {"only links: the surer stratum needs fewer", {1000, 1000, 0, 0}, 400, {74, 326, 0, 0}},
           {"many that are apart weigh more than few that are open", {0, 0, 100, 20000}, 400, {0, 0, 30, 370}},
           {"half for precision, half for recall", {9000, 4000, 800, 20000}, 400, {68, 132, 62, 138}},
       }) {
    EXPECT_EQ(DrawnOf(Draw(FrameOf(c.pairs), c.size)), c.drawn) << c.what;
  }
}

TEST(GoldDraw, IsByLotAndNotByOrder) {
  const Frame frame = FrameOf({300, 200, 150, 4000});
  const GoldDraw::Result result = Draw(frame, 200);
  EXPECT_EQ(result.pairs, Draw(frame, 200, {}, true).pairs);
  EXPECT_EQ(result.offered, (std::array<int64_t, kGoldStrata>{300, 200, 150, 4000}));
  for (const Kind kind : kKinds) {
    // The lots of a sample lie below all others of its stratum.
    uint64_t highest = 0;
    for (const GoldDraw::Pair& pair : result.pairs) {
      if (pair.stratum == kind) highest = std::max(highest, pair.lot);
    }
    const auto drawn = PairsOf(result);
    for (const auto& [pair, of] : frame) {
      if (of == kind && !drawn.contains(pair)) {
        EXPECT_GT(LotOf(pair), highest);
      }
    }
  }
}

TEST(GoldDraw, OfMoreHoldsTheDrawOfFewer) {
  const Frame frame = FrameOf({3000, 700, 90, 4000});
  std::set<std::pair<uint32_t, uint32_t>> before;
  for (const int32_t size : {10, 50, 119, 121, 400, 2000}) {
    const auto drawn = PairsOf(Draw(frame, size));
    EXPECT_EQ(drawn.size(), static_cast<size_t>(size));
    EXPECT_TRUE(std::includes(drawn.begin(), drawn.end(), before.begin(), before.end())) << size;
    before = drawn;
  }
}

TEST(GoldDraw, InTwoStepsIsTheDrawAtOnce) {
  const Frame frame = FrameOf({3000, 700, 90, 4000});
  EXPECT_EQ(PairsOf(Draw(frame, 300, PairsOf(Draw(frame, 200)))), PairsOf(Draw(frame, 500)));
}

TEST(GoldDraw, CountsWhatWasDrawnOnlyWhereNothingBeforeItIsMissing) {
  std::mt19937 random(5);
  for (int round = 0; round < 30; ++round) {
    Frame frame = FrameOf({400, 300, 100, 2000});
    const auto drawn = PairsOf(Draw(frame, 150 + static_cast<int32_t>(random() % 200)));
    // Pairs change stratum, disappear, and new ones come.
    for (auto it = frame.begin(); it != frame.end();) {
      if (random() % 10 == 0) it->second = kKinds[random() % 4];
      it = random() % 8 == 0 ? frame.erase(it) : std::next(it);
    }
    for (uint32_t i = 0; i < 500; ++i) frame[{100'000 + i, 200'000 + i}] = kKinds[random() % 4];
    const auto size = static_cast<int32_t>(random() % 300);
    const GoldDraw::Result again = Draw(frame, size, drawn);
    const auto sample = PairsOf(again);
    int32_t fresh = 0;
    std::array<uint64_t, kGoldStrata> highest{};
    for (const GoldDraw::Pair& pair : again.pairs) {
      fresh += pair.drawn_before ? 0 : 1;
      EXPECT_EQ(pair.drawn_before, drawn.contains({pair.a, pair.b}));
      EXPECT_EQ(pair.stratum, frame.at({pair.a, pair.b}));
      highest[StratumIndex(pair.stratum)] = std::max(highest[StratumIndex(pair.stratum)], pair.lot);
    }
    EXPECT_EQ(fresh, size);
    for (const auto& [pair, kind] : frame) {
      if (!sample.contains(pair)) {
        EXPECT_GT(LotOf(pair), highest[StratumIndex(kind)]);
      }
    }
  }
}

// What labelling a sample drawn by lot gives.
GoldCounts Label(int64_t pairs, int64_t truly, int64_t labelled, std::mt19937_64& random) {
  GoldCounts counts{pairs, labelled, 0};
  for (int64_t i = 0; i < labelled; ++i) {
    const double chance = static_cast<double>(truly - counts.same) / static_cast<double>(pairs - i);
    counts.same += static_cast<double>(random() >> 11) * 0x1p-53 < chance;
  }
  return counts;
}

TEST(Estimate, CoversTheTruthAtLeast93TimesOutOf100) {
  struct Case {
    const char* what;
    std::array<int64_t, kGoldStrata> pairs, truly, labelled;
  };
  std::mt19937_64 random(11);
  for (const Case& c : std::initializer_list<Case>{
           {"a good instance, few labels", {60'000, 9'000, 800, 90'000}, {59'990, 8'910, 400, 180}, {30, 45, 30, 45}},
           {"a good instance", {60'000, 9'000, 800, 90'000}, {59'990, 8'910, 400, 180}, {120, 130, 40, 210}},
           {"nothing wrong, nothing missed", {60'000, 9'000, 800, 90'000}, {60'000, 9'000, 0, 0}, {60, 60, 40, 80}},
           {"bad links", {5'000, 9'000, 800, 20'000}, {4'000, 6'000, 700, 5'000}, {50, 100, 50, 100}},
           {"half of all missed", {3'000, 3'000, 2'000, 50'000}, {2'990, 2'900, 1'500, 5'000}, {50, 50, 100, 200}},
           {"rarely wrong", {900, 1'500, 300, 9'000}, {899, 1'498, 10, 3}, {60, 90, 60, 150}},
           {"small, half of it labelled", {60, 80, 60, 120}, {59, 76, 30, 4}, {30, 40, 30, 60}},
           {"hardly a link is right", {200, 400, 90, 900}, {3, 5, 20, 40}, {60, 120, 30, 150}},
       }) {
    const int64_t linked = c.truly[0] + c.truly[1], missed = c.truly[2] + c.truly[3];
    const double precision = static_cast<double>(linked) / static_cast<double>(c.pairs[0] + c.pairs[1]);
    const double recall = static_cast<double>(linked) / static_cast<double>(linked + missed);
    int covered_precision = 0, covered_recall = 0;
    constexpr int kDraws = 1500;
    for (int draw = 0; draw < kDraws; ++draw) {
      Counts counts;
      for (size_t s = 0; s < kGoldStrata; ++s) counts[s] = Label(c.pairs[s], c.truly[s], c.labelled[s], random);
      const GoldEstimate estimate = Estimate(counts);
      ASSERT_TRUE(estimate.precision && estimate.recall) << c.what;
      for (const Share& share : {*estimate.precision, *estimate.recall}) {
        ASSERT_LE(0, share.low) << c.what;
        ASSERT_LE(share.low, share.value) << c.what;
        ASSERT_LE(share.value, share.high) << c.what;
        ASSERT_LE(share.high, 1) << c.what;
      }
      covered_precision += estimate.precision->low <= precision + 1e-12 && precision <= estimate.precision->high + 1e-12;
      covered_recall += estimate.recall->low <= recall + 1e-12 && recall <= estimate.recall->high + 1e-12;
    }
    EXPECT_GE(covered_precision, kDraws * 93 / 100) << c.what;
    EXPECT_GE(covered_recall, kDraws * 93 / 100) << c.what;
    ::testing::Test::RecordProperty(absl::StrCat("covered: ", c.what), absl::StrCat(covered_precision, " ", covered_recall));
  }
}

TEST(Estimate, IsExactWhenEveryPairIsLabelled) {
  const GoldEstimate estimate = Estimate({{{40, 40, 40}, {10, 10, 9}, {8, 8, 2}, {900, 900, 1}}});
  ASSERT_TRUE(estimate.precision && estimate.recall);
  for (const double x : {estimate.precision->value, estimate.precision->low, estimate.precision->high})
    EXPECT_NEAR(x, .98, 1e-12);
  for (const double x : {estimate.recall->value, estimate.recall->low, estimate.recall->high}) EXPECT_NEAR(x, 49. / 52, 1e-9);
}

TEST(Estimate, HasWidthWhenAllLabelsAgree) {
  const GoldEstimate estimate = Estimate({{{5'000, 30, 30}, {5'000, 30, 30}, {400, 30, 0}, {9'000, 30, 0}}});
  EXPECT_EQ(estimate.precision->value, 1);
  EXPECT_EQ(estimate.precision->high, 1);
  EXPECT_LT(estimate.precision->low, .94);
  EXPECT_GT(estimate.precision->low, .85);
  EXPECT_EQ(estimate.recall->value, 1);
  EXPECT_EQ(estimate.recall->high, 1);
  EXPECT_LT(estimate.recall->low, .94);
  EXPECT_GT(estimate.recall->low, .8);
  const GoldEstimate none = Estimate({{{5'000, 30, 0}, {5'000, 30, 0}, {400, 30, 30}, {9'000, 30, 0}}});
  EXPECT_EQ(none.precision->low, 0);
  EXPECT_GT(none.precision->high, .06);
  EXPECT_EQ(none.recall->low, 0);
  EXPECT_GT(none.recall->high, none.recall->value);
}

TEST(Estimate, NarrowsWithMoreLabelsAndRisesWithMoreThatAgree) {
  double width = 1;
  for (const int64_t n : {40, 80, 160, 320, 640}) {
    const Share share = *Estimate({{{5'000, n, n * 39 / 40}, {}, {}, {}}}).precision;
    EXPECT_LT(share.high - share.low, width) << n;
    width = share.high - share.low;
  }
  Share below;
  for (int64_t same = 0; same <= 60; ++same) {
    const Share share = *Estimate({{{700, 60, same}, {900, 60, 50}, {300, 40, 10}, {5'000, 60, 1}}}).precision;
    const Share recall = *Estimate({{{700, 60, 50}, {900, 60, 50}, {300, 60, 60 - same}, {5'000, 60, 1}}}).recall;
    if (same > 0) {
      EXPECT_GT(share.value, below.value);
      EXPECT_GE(share.low, below.low);
      EXPECT_GE(share.high, below.high);
    }
    below = share;
    EXPECT_LE(recall.low, recall.value);
    EXPECT_GE(recall.high, recall.value);
  }
}

TEST(Estimate, IsAbsentWithoutEnoughLabels) {
  const GoldCounts good{5'000, 30, 29}, few{5'000, 29, 29}, all{7, 7, 7}, none{};
  EXPECT_FALSE(Estimate({{none, none, none, none}}).precision);
  EXPECT_FALSE(Estimate({{none, none, none, none}}).recall);
  EXPECT_FALSE(Estimate({{few, good, good, good}}).precision);
  EXPECT_FALSE(Estimate({{good, few, good, good}}).precision);
  EXPECT_FALSE(Estimate({{good, few, good, good}}).recall);
  EXPECT_TRUE(Estimate({{good, good, few, good}}).precision);
  EXPECT_FALSE(Estimate({{good, good, few, good}}).recall);
  EXPECT_FALSE(Estimate({{good, good, good, few}}).recall);
  EXPECT_TRUE(Estimate({{good, good, good, good}}).recall);
  // All pairs there are is enough, however few; a stratum without pairs needs no labels.
  EXPECT_TRUE(Estimate({{all, none, all, good}}).recall);
  EXPECT_TRUE(Estimate({{all, none, none, none}}).precision);
  // No pair is linked: nothing to be right; what is missed is still known.
  EXPECT_FALSE(Estimate({{none, none, good, good}}).precision);
  EXPECT_EQ(Estimate({{none, none, good, good}}).recall->value, 0);
}

TEST(ExactLimits, AreThoseOfTheHypergeometricDistribution) {
  struct Case {
    GoldCounts counts;
    int64_t low, high;
  };
  // None of 5 is seen with a chance of 21/252 when 3 of the 10 are true, of 6/252 (less than .025) when 4 are.
  for (const Case& c :
       std::initializer_list<Case>{{{10, 5, 5}, 7, 10}, {{10, 5, 0}, 0, 3}, {{10, 10, 3}, 3, 3}, {{10, 5, 2}, 2, 7}}) {
    const PairLimits limits = ExactLimits(c.counts);
    EXPECT_EQ(limits.low, c.low) << c.counts.labelled << " " << c.counts.same;
    EXPECT_EQ(limits.high, c.high) << c.counts.labelled << " " << c.counts.same;
  }
  // Of many pairs they are the binomial ones of Clopper and Pearson: 0 of 30 is at most .1157, 29 of 30 from .8278 on.
  constexpr int64_t kMany = 100'000'000;
  EXPECT_NEAR(static_cast<double>(ExactLimits({kMany, 30, 0}).high) / kMany, .11570, 1e-4);
  EXPECT_NEAR(static_cast<double>(ExactLimits({kMany, 30, 29}).low) / kMany, .82783, 1e-4);
  EXPECT_NEAR(static_cast<double>(ExactLimits({kMany, 30, 29}).high) / kMany, .99916, 1e-4);
}

TEST(DutchStatement, SaysWhatIsKnownAndHowSurely) {
  const GoldCounts none{};
  const Counts empty{{none, none, none, none}};
  EXPECT_EQ(DutchStatement(empty, Estimate(empty)),
            "Hoe goed de koppelingen zijn, is niet bekend: er is nog geen steekproef getrokken.");
  const Counts few{{{5'000, 1, 1}, {900, 0, 0}, {30, 0, 0}, {4'000, 0, 0}}};
  EXPECT_EQ(DutchStatement(few, Estimate(few)),
            "Hoe goed de koppelingen zijn, is nog niet bekend: er is 1 paar beoordeeld, en dat is te weinig.");
  const Counts links{{{5'000, 100, 100}, {900, 100, 98}, {30, 0, 0}, {4'000, 0, 0}}};
  EXPECT_THAT(
      DutchStatement(links, Estimate(links)),
      ::testing::MatchesRegex("Van de koppelingen is naar schatting 99,7% \\(9[67],[0-9] tot [0-9]+,[0-9]%\\) juist. Hoeveel "
                              "koppelingen ontbreken, is nog niet bekend. Dat volgt uit 200 paren die mensen hebben "
                              "beoordeeld. De grenzen tussen haakjes gelden met 95% zekerheid."));
  const Counts all{{{40, 40, 40}, {10, 10, 9}, {8, 8, 2}, {900, 900, 1}}};
  EXPECT_THAT(DutchStatement(all, Estimate(all)),
              ::testing::HasSubstr("98,0% (98,0 tot 98,0%) juist. Van de paren die dezelfde "
                                   "persoon zijn, is naar schatting 94,2%"));
}

}  // namespace
}  // namespace nmd::linking
