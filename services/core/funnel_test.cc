// SPDX-License-Identifier: EUPL-1.2
#include "services/core/funnel.h"

#include <cmath>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace nmd {
namespace {

// The first six are printed in requirements 6.7; all were worked out with exact fractions in Python.
TEST(Funnel, T09_LimitsAreThoseOfTheBinomial) {
  const struct {
    int64_t n;
    double p, confidence;
    CountLimits expected;
  } kRows[] = {
      {20, 0.6, 0.95, {8, 16}},   {20, 0.6, 0.998, {5, 18}},    {50, 0.6, 0.95, {23, 37}},
      {50, 0.6, 0.998, {19, 40}}, {100, 0.6, 0.95, {50, 69}},   {100, 0.6, 0.998, {45, 75}},
      {10, 0.5, 0.95, {2, 8}},    {1000, 0.1, 0.95, {82, 119}}, {3000, 0.5, 0.95, {1446, 1554}},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(FunnelLimits(row.n, row.p, row.confidence), row.expected) << row.n << " " << row.p << " " << row.confidence;
  }
}

TEST(Funnel, T09_NobodyAndCertaintyLeaveNoRoom) {
  EXPECT_EQ(FunnelLimits(0, 0.5, 0.95), (CountLimits{0, 0}));
  EXPECT_EQ(FunnelLimits(7, 0, 0.95), (CountLimits{0, 0}));
  EXPECT_EQ(FunnelLimits(7, 1, 0.95), (CountLimits{7, 7}));
}

// A law: the probability of what is outside the limits, summed here term by term, is at most that of both tails.
TEST(FunnelLaw, T09_AtMostTheTailsAreOutside) {
  std::mt19937 random(9);
  for (int round = 0; round < 300; ++round) {
    const auto n = static_cast<int64_t>(1 + random() % 400);
    const double p = static_cast<double>(1 + random() % 999) / 1000, tail = 0.025;
    const CountLimits limits = FunnelLimits(n, p, 1 - 2 * tail);
    double below = 0, to_high = 0, to_before_high = 0;
    for (int64_t k = 0; k <= n; ++k) {
      const auto d = [](int64_t value) { return static_cast<double>(value); };
      const double term = std::exp(std::lgamma(d(n) + 1) - std::lgamma(d(k) + 1) - std::lgamma(d(n - k) + 1) +
                                   d(k) * std::log(p) + d(n - k) * std::log1p(-p));
      if (k < limits.low) below += term;
      if (k < limits.high) to_before_high += term;
      if (k <= limits.high) to_high += term;
    }
    EXPECT_LE(below, tail + 1e-9);
    EXPECT_GE(to_high, 1 - tail - 1e-9);
    EXPECT_LT(to_before_high, 1 - tail + 1e-9) << "no wider than needed";
  }
}

// By hand: p = 0.5 and n = 100 give a standard error of 0.05, so z = -6, 0, 6; drawn in to -4.8 and 4.8: 2 * 23.04 / 3.
TEST(Funnel, T09_OverdispersionIsTheMeanSquareOfDrawnInZ) {
  EXPECT_NEAR(*Overdispersion({{20, 100}, {50, 100}, {80, 100}}, 0.5), 15.36, 1e-9);
  EXPECT_LT(*Overdispersion({{50, 100}, {51, 100}, {49, 100}}, 0.5), 1) << "less than chance";
  EXPECT_EQ(Overdispersion({{20, 100}, {80, 100}, {0, 0}}, 0.5), std::nullopt) << "two are too few";
  EXPECT_EQ(Overdispersion({{0, 9}, {0, 9}, {0, 9}}, 0), std::nullopt);
}

TEST(Funnel, T09_LimitsWidenWithTheRootOfPhi) {
  // 12 expected of 20; 8 and 16 are 4 away, so 8 away at phi 4.
  EXPECT_EQ(Widened({8, 16}, 20, 0.6, 4), (CountLimits{4, 20}));
  EXPECT_EQ(Widened({8, 16}, 20, 0.6, 100), (CountLimits{0, 20})) << "never beyond what there is";
  EXPECT_EQ(Widened({8, 16}, 20, 0.6, 0.4), (CountLimits{8, 16})) << "never narrower";
}

// Expected values were worked out in Python: 20/50 to 35/50 beside 60/100 twice is ln(35.5/15.5) - ln(20.5/30.5) = 1.226.
TEST(Funnel, ShiftIsTheRiseOfTheLogOddsBesideThatOfOthers) {
  const OddsShift alone = ShiftOfOdds({20, 50}, {35, 50}, {60, 100}, {60, 100});
  EXPECT_NEAR(alone.shift, 1.2259944700251728, 1e-12);
  EXPECT_NEAR(alone.low, 0.23298092044212848, 1e-12);
  EXPECT_NEAR(alone.high, 2.219008019608217, 1e-12);
  const OddsShift with_others = ShiftOfOdds({20, 50}, {35, 50}, {40, 100}, {70, 100});
  EXPECT_NEAR(with_others.shift, -0.013232947103986481, 1e-12) << "everybody rose as much";
  EXPECT_LT(with_others.low, 0);
}

TEST(FunnelLaw, ShiftIsFiniteAndTurnsItsSignWithTime) {
  std::mt19937 random(11);
  const auto share = [&random] {
    const auto of = static_cast<int64_t>(random() % 200);
    return Share{of == 0 ? 0 : static_cast<int64_t>(random() % static_cast<uint32_t>(of + 1)), of};
  };
  for (int round = 0; round < 500; ++round) {
    const Share a = share(), b = share(), c = share(), d = share();
    const OddsShift there = ShiftOfOdds(a, b, c, d), back = ShiftOfOdds(b, a, d, c);
    ASSERT_TRUE(std::isfinite(there.low) && std::isfinite(there.high));
    EXPECT_NEAR(there.shift, -back.shift, 1e-9);
    EXPECT_NEAR(there.low, -back.high, 1e-9);
    EXPECT_LE(there.low, there.shift);
  }
}

}  // namespace
}  // namespace nmd
