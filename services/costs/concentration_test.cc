// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/concentration.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

TEST(Concentration, GiniOfFourSmallAndOneLargeIsSeventyTwoHundredthsT32) {
  EXPECT_NEAR(*Spread({100'000, 200'000, 300'000, 400'000, 9'000'000}).Gini(), 0.72, 1e-12);
  EXPECT_EQ(*Spread({5, 5, 5, 5}).Gini(), 0);
  EXPECT_EQ(*Spread({7}).Gini(), 0);
}

TEST(Concentration, FiveLargeProvidersTakeFortyFivePercentT19) {
  std::vector<Cents> amounts = {12, 10, 9, 8, 6};
  for (int i = 0; i < 55; ++i) amounts.push_back(1);
  const Spread spread(amounts);
  EXPECT_NEAR(*spread.ShareOfLargest(5), 0.45, 1e-12);
  EXPECT_NEAR(*spread.Hhi(), 425 + 55, 1e-9) << "144+100+81+64+36 of the five, and 55 of the rest";
  EXPECT_NEAR(*Spread({3}).Hhi(), 10'000, 1e-9);
}

// N = 598 gives 6 and 12 (Q18).
TEST(Concentration, TheDearestOnePercentIsRoundedUp) {
  std::vector<Cents> amounts(598, 100);
  amounts[3] = 10'000;
  const Spread spread(amounts);
  EXPECT_EQ(spread.TopPercent(1)->count, 6);
  EXPECT_EQ(spread.TopPercent(2)->count, 12);
  EXPECT_EQ(spread.TopPercent(1)->least, 100) << "ties at k are told by the amount at k";
  EXPECT_NEAR(spread.TopPercent(1)->share, 10'500.0 / (597 * 100 + 10'000), 1e-12);
  EXPECT_EQ(spread.TopPercent(100)->share, 1);
}

TEST(Concentration, NegativeAndZeroAmountsAreLeftOutAndCounted) {
  const Spread spread({-5, 0, 10, 30});
  EXPECT_EQ(spread.count(), 2);
  EXPECT_EQ(spread.left_out(), 2);
  EXPECT_NEAR(*spread.ShareOfLargest(1), 0.75, 1e-12);
  const Spread none({-5, 0});
  EXPECT_FALSE(none.Gini() || none.Hhi() || none.TopPercent(1) || none.ShareOfLargest(5) || none.Percentile(50));
}

TEST(Concentration, PercentilesAreAmountsThatSomebodyHas) {
  const Spread spread({50, 10, 40, 30, 20});
  EXPECT_EQ(spread.Percentile(50), 30);
  EXPECT_EQ(spread.Percentile(90), 50);
  EXPECT_EQ(spread.Percentile(1), 10);
  EXPECT_EQ(spread.Percentile(20), 10);
  EXPECT_EQ(spread.Percentile(21), 20);
}

// Gini is the mean difference between two of them divided by twice the mean; order and scale mean nothing.
TEST(Concentration, GiniIsTheMeanDifference) {
  std::mt19937 random(32);
  for (int round = 0; round < 50; ++round) {
    std::vector<Cents> amounts(1 + random() % 60);
    for (Cents& amount : amounts) amount = 1 + static_cast<Cents>(random() % 100'000);
    double differences = 0;
    double sum = 0;
    for (const Cents a : amounts) {
      sum += static_cast<double>(a);
      for (const Cents b : amounts) differences += std::fabs(static_cast<double>(a - b));
    }
    const double n = static_cast<double>(amounts.size());
    EXPECT_NEAR(*Spread(amounts).Gini(), differences / (2 * n * sum), 1e-9);
    std::shuffle(amounts.begin(), amounts.end(), random);
    std::vector<Cents> tenfold = amounts;
    for (Cents& amount : tenfold) amount *= 10;
    EXPECT_NEAR(*Spread(tenfold).Gini(), *Spread(amounts).Gini(), 1e-12);
  }
}

// The five of T-19 have 45 of 100; who has the other 55 is not known.
TEST(Spread, OfSomeSuppliersLiesBetweenBoundsT19) {
  const Spread five({12, 10, 9, 8, 6});
  const auto share = five.ShareOfLargestRange(5, 55, 6);
  EXPECT_DOUBLE_EQ(share->least, 0.45) << "CR5";
  EXPECT_DOUBLE_EQ(share->most, 0.45) << "none of the others is larger than the smallest of the five";
  const auto smaller = five.HhiRange(55, 6);
  EXPECT_NEAR(smaller->least, 425, 1e-9) << "their contribution";
  EXPECT_NEAR(smaller->most, 425 + 9 * 36 + 1, 1e-9) << "nine of 6 and one of 1";
  const auto unknown = five.HhiRange(55, std::nullopt);
  EXPECT_NEAR(unknown->least, 425, 1e-9);
  EXPECT_NEAR(unknown->most, 67 * 67 + 100 + 81 + 64 + 36, 1e-9) << "all of it at the largest";
  EXPECT_DOUBLE_EQ(five.ShareOfLargestRange(5, 55, std::nullopt)->most, 1);
  EXPECT_DOUBLE_EQ(five.ShareOfLargestRange(5, 55, 20)->most, 0.77) << "20, 20, 15, 12 and 10";
}

TEST(Spread, WithNothingMissingHasNoRange) {
  const Spread spread({5, 3, 2});
  EXPECT_NEAR(spread.HhiRange(0, std::nullopt)->least, *spread.Hhi(), 1e-9);
  EXPECT_NEAR(spread.HhiRange(0, std::nullopt)->most, *spread.Hhi(), 1e-9);
  EXPECT_FALSE(Spread({}).HhiRange(10, std::nullopt).has_value());
  EXPECT_FALSE(Spread({-4}).ShareOfLargestRange(5, 10, 3).has_value());
}

TEST(Spread, TheLorenzCurveGoesStraightBetweenTwoOfThemR81) {
  const Spread spread({1'000, 2'000, 3'000, 4'000, 90'000});
  EXPECT_EQ(spread.Lorenz(0), 0);
  EXPECT_DOUBLE_EQ(*spread.Lorenz(20), 0.01);
  EXPECT_DOUBLE_EQ(*spread.Lorenz(50), 0.045) << "1.000 + 2.000 and half of 3.000";
  EXPECT_DOUBLE_EQ(*spread.Lorenz(80), 0.1);
  EXPECT_DOUBLE_EQ(*spread.Lorenz(100), 1);
  EXPECT_EQ(spread.sum(), 100'000);
  EXPECT_FALSE(Spread({}).Lorenz(50).has_value());
}

}  // namespace
}  // namespace nmd::costs
