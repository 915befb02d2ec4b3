// SPDX-License-Identifier: EUPL-1.2
#include "services/core/intervals.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace nmd {
namespace {

// Values of Garwood's table, and of R's poisson.test for the large one.
TEST(Intervals, APoissonIntervalIsExact) {
  struct Case {
    int64_t count;
    double low, high;
  };
  for (const Case& c : {Case{0, 0, 3.688879},
                        {1, 0.025318, 5.571643},
                        {5, 1.623486, 11.668332},
                        {10, 4.795389, 18.390356},
                        {20, 12.216520, 30.888376},
                        {100, 81.363991, 121.626794}}) {
    const Bounds bounds = PoissonInterval(c.count);
    EXPECT_NEAR(bounds.low, c.low, 2e-6) << c.count;
    EXPECT_NEAR(bounds.high, c.high, 2e-6) << c.count;
  }
}

// The definition: with the lower bound as mean, `count` or more has chance 2,5%; with the upper one, `count` or fewer.
TEST(Intervals, TheTailsOfAPoissonIntervalHoldHalfOfWhatIsLeft) {
  for (const int64_t count : {1, 3, 17, 60}) {
    const Bounds bounds = PoissonInterval(count, 0.90);
    double below = 0;
    double at_most = 0;
    for (int64_t k = 0; k <= count; ++k) {
      const auto chance = [k](double mean) {
        return std::exp(static_cast<double>(k) * std::log(mean) - mean - std::lgamma(static_cast<double>(k) + 1));
      };
      if (k < count) below += chance(bounds.low);
      at_most += chance(bounds.high);
    }
    EXPECT_NEAR(1 - below, 0.05, 1e-9) << count;
    EXPECT_NEAR(at_most, 0.05, 1e-9) << count;
  }
}

TEST(Intervals, ACountOfAMillionHasOneToo) {
  const Bounds bounds = PoissonInterval(1'000'000);
  EXPECT_NEAR(bounds.low, 1'000'000 - 1959.4, 1.5);
  EXPECT_NEAR(bounds.high, 1'000'000 + 1961.4, 1.5);
}

TEST(Intervals, AWilsonIntervalStaysBetweenZeroAndOne) {
  const Bounds half = WilsonInterval(10, 20);
  EXPECT_NEAR(half.low, 0.299298, 1e-6);
  EXPECT_NEAR(half.high, 0.700702, 1e-6);
  EXPECT_EQ(WilsonInterval(0, 10).low, 0);
  EXPECT_NEAR(WilsonInterval(0, 10).high, 0.277533, 1e-6);
  EXPECT_EQ(WilsonInterval(10, 10).high, 1);
}

TEST(Intervals, EelderwoldeFrom40To77IsOneAndNineTenthsT22) {
  const auto ratio = RatioOfRates(77, 1000, 40, 1000);
  ASSERT_TRUE(ratio.has_value());
  EXPECT_NEAR(ratio->ratio, 1.925, 1e-9);
  EXPECT_NEAR(ratio->bounds.low, 1.31, 0.005);
  EXPECT_NEAR(ratio->bounds.high, 2.82, 0.005);
  // A neighbourhood that grew as fast as its care did not get more care.
  EXPECT_NEAR(RatioOfRates(77, 1925, 40, 1000)->ratio, 1, 1e-9);
  EXPECT_FALSE(RatioOfRates(77, 1000, 0, 1000).has_value());
  EXPECT_FALSE(RatioOfRates(77, 0, 40, 1000).has_value());
}

// Births with Down's syndrome in Michigan 1950-1964 by age of the mother (Fay and Feuer 1997, as in R's epitools). By R 4:
//   y<-sum(w*x/n); v<-sum(w^2*x/n^2); m<-max(w/n); qgamma(c(.025), y^2/v, scale=v/y);
//   qgamma(.975, (y+m)^2/(v+m^2), scale=(v+m^2)/(y+m))      with w the standard population divided by its sum.
TEST(DirectlyStandardised, IsThatOfR) {
  const std::vector<Stratum> strata = {{107, 230'061, 63'986}, {141, 329'449, 186'263}, {60, 114'920, 157'302},
                                       {40, 39'487, 97'647},   {39, 14'208, 47'572},    {25, 3'052, 12'262}};
  const auto rate = DirectlyStandardised(strata);
  ASSERT_TRUE(rate.has_value());
  EXPECT_NEAR(rate->rate * 1e5, 92.3036756484, 1e-9);
  EXPECT_NEAR(rate->bounds.low * 1e5, 80.4410856094, 1e-8);
  EXPECT_NEAR(rate->bounds.high * 1e5, 105.7622546145, 1e-8);
}

TEST(DirectlyStandardised, WithoutCasesHasAnUpperBoundOnly) {
  const auto rate = DirectlyStandardised(std::vector<Stratum>{{0, 100, 1}, {0, 200, 1}});
  ASSERT_TRUE(rate.has_value());
  EXPECT_EQ(rate->rate, 0);
  EXPECT_EQ(rate->bounds.low, 0);
  EXPECT_NEAR(rate->bounds.high * 1e3, 18.4443972706, 1e-8) << "by the same command of R";
}

TEST(DirectlyStandardised, OfOneStratumIsItsPoissonInterval) {
  const auto rate = DirectlyStandardised(std::vector<Stratum>{{40, 1'000, 7}});
  const Bounds exact = PoissonInterval(40);
  EXPECT_NEAR(rate->rate, 0.04, 1e-15);
  EXPECT_NEAR(rate->bounds.low * 1'000, exact.low, 1e-8);
  EXPECT_NEAR(rate->bounds.high * 1'000, exact.high, 1e-8);
}

TEST(DirectlyStandardised, NeedsInhabitantsWhereItWeighs) {
  EXPECT_FALSE(DirectlyStandardised({}).has_value());
  EXPECT_FALSE(DirectlyStandardised(std::vector<Stratum>{{1, 10, 0}}).has_value());
  EXPECT_FALSE(DirectlyStandardised(std::vector<Stratum>{{1, 10, 1}, {0, 0, 1}}).has_value());
  EXPECT_TRUE(DirectlyStandardised(std::vector<Stratum>{{1, 10, 1}, {0, 0, 0}}).has_value())
      << "what weighs nothing is not asked";
}

// R: pchisq(c(3.84, 25.4037, 0.1), c(1, 3, 10), lower.tail = FALSE)
TEST(Intervals, TheTailOfChiSquareIsThatOfR) {
  EXPECT_NEAR(ChiSquareTail(3.84, 1), 0.0500435212487, 1e-12);
  EXPECT_NEAR(ChiSquareTail(25.4037, 3), 1.27124615076e-05, 1e-15);
  EXPECT_NEAR(ChiSquareTail(0.1, 10), 0.999999997502, 1e-12);
  EXPECT_EQ(ChiSquareTail(0, 1), 1);
  EXPECT_EQ(ChiSquareTail(5000, 1), 0);
}

}  // namespace
}  // namespace nmd
