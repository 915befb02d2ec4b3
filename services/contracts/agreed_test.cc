// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/agreed.h"

#include <gtest/gtest.h>

#include <limits>

namespace nmd::contracts {
namespace {

constexpr Law kLaw = Law::kYouth;
const Period k2018 = {DayOf(2018, 1, 1), DayOf(2019, 1, 1)};
const Period kMarch = MonthPeriod(MonthOf(2018, 3));

TEST(PriceTable, TheProvidersOwnPriceGoesBeforeThatOfEverybody) {
  PriceTable prices;
  prices.Add(kLaw, "45A04", "04", false, k2018, 5000);
  prices.Add(kLaw, "45A04", "04", true, {DayOf(2018, 7, 1), DayOf(2019, 1, 1)}, 5500);
  EXPECT_EQ(prices.On(kLaw, "45A04", "04", DayOf(2018, 6, 30))->amount, 5000);
  EXPECT_EQ(prices.On(kLaw, "45A04", "04", DayOf(2018, 7, 1))->amount, 5500);
  EXPECT_FALSE(prices.On(kLaw, "45A04", "04", DayOf(2019, 1, 1)).has_value());
  EXPECT_FALSE(prices.On(Law::kWmo, "45A04", "04", DayOf(2018, 7, 1)).has_value()) << "a code means nothing without its law";
  EXPECT_FALSE(prices.On(kLaw, "45A04", "14", DayOf(2018, 7, 1)).has_value());
}

TEST(PriceTable, ANewPriceEndsTheOldOneAlsoWhenNobodyClosedIt) {
  PriceTable prices;
  prices.Add(kLaw, "45A04", "04", true, {DayOf(2018, 1, 1), kOpenEnd}, 5000);
  prices.Add(kLaw, "45A04", "04", true, {DayOf(2017, 1, 1), kOpenEnd}, 4000);
  EXPECT_EQ(prices.On(kLaw, "45A04", "04", DayOf(2017, 12, 31))->amount, 4000);
  EXPECT_EQ(prices.On(kLaw, "45A04", "04", DayOf(2018, 1, 1))->amount, 5000);
}

// IV081: 55,00 an hour for 95 minutes is 87,08, and the tariff of a minute shows as 0,92.
TEST(PriceTable, Iv081MinutesHaveThePriceOfTheHour) {
  PriceTable prices;
  prices.Add(kLaw, "45A04", "04", true, k2018, 5500);
  const auto price = prices.On(kLaw, "45A04", "01", DayOf(2018, 3, 1));
  ASSERT_TRUE(price.has_value());
  EXPECT_EQ(price->Shown(), 92);
  EXPECT_EQ(price->Times(95), 8708);
  prices.Add(kLaw, "45A04", "01", true, k2018, 90);
  EXPECT_EQ(prices.On(kLaw, "45A04", "01", DayOf(2018, 3, 1))->Shown(), 90) << "minutes with a price of their own";
}

TEST(PriceTable, Tr418APriceOfSomeDayOfThePeriodFits) {
  PriceTable prices;
  prices.Add(kLaw, "45A04", "04", true, {DayOf(2018, 1, 1), DayOf(2018, 3, 15)}, 5000);
  prices.Add(kLaw, "45A04", "04", true, {DayOf(2018, 3, 15), kOpenEnd}, 5200);
  EXPECT_FALSE(prices.Expected(kLaw, "45A04", "04", kMarch, 5000).has_value());
  EXPECT_FALSE(prices.Expected(kLaw, "45A04", "04", kMarch, 5200).has_value());
  EXPECT_EQ(prices.Expected(kLaw, "45A04", "04", kMarch, 5100)->amount, 5000);
  EXPECT_FALSE(prices.Expected(kLaw, "50A01", "04", kMarch, 5100).has_value()) << "no price, nothing to compare with";
  EXPECT_EQ(prices.Expected(kLaw, "45A04", "01", kMarch, 99)->Shown(), 83);
  EXPECT_FALSE(prices.Expected(kLaw, "45A04", "01", kMarch, 87).has_value()) << "5200 / 60, from the 15th";
}

TEST(PriceTable, AnAmountThatDoesNotFitIsNone) {
  const PriceTable::Price price = {std::numeric_limits<Cents>::max() / 2, false};
  EXPECT_TRUE(price.Times(2).has_value());
  EXPECT_FALSE(price.Times(3).has_value());
}

}  // namespace
}  // namespace nmd::contracts
