// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/concentration.h"

#include <algorithm>
#include <cmath>
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

}  // namespace
}  // namespace nmd::costs
