// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/decompose.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

// T-04 prints 501.625,350632; with thirty digits it is ...350682. The effects of T-04 follow from the latter.
TEST(LogMean, IsTheWeightOfT04) { EXPECT_NEAR(LogMean(598'264.0, 416'000.0), 501'625.350682, 1e-6); }

TEST(LogMean, OfEqualNumbersIsTheNumber) {
  EXPECT_EQ(LogMean(5, 5), 5);
  EXPECT_NEAR(LogMean(1'000'000, 1'000'000.01), 1'000'000.005, 1e-9);
  // On both sides of where the series takes over.
  EXPECT_NEAR(LogMean(1.0000999, 1), LogMean(1.0001001, 1), 2e-7);
}

TEST(Decompose, PublishedRoundingOf416000MovesThePriceEffectT04) {
  const auto price = [](Cents before) { return Decompose({484, 601, before}, {598, 786, 598'264'00})->price / 100; };
  EXPECT_NEAR(price(415'500'00), 48'223, 1);
  EXPECT_NEAR(price(416'499'00), 47'072, 1);
}

PeriodTotals Sum(const std::vector<GroupCosts>& groups, int64_t clients, bool after) {
  PeriodTotals totals{clients, 0, 0};
  for (const GroupCosts& group : groups) {
    totals.provisions += after ? group.provisions_after : group.provisions_before;
    totals.amount += after ? group.amount_after : group.amount_before;
  }
  return totals;
}

TEST(Decompose, EffectsSumToTheGrowthAndReverseWithTime) {
  std::mt19937 random(5);
  for (int turn = 0; turn < 500; ++turn) {
    std::vector<GroupCosts> groups(1 + random() % 6), reversed;
    for (GroupCosts& group : groups) {
      // A group may be absent on either side, and may cost nothing.
      if (random() % 5 != 0) group = {static_cast<int64_t>(1 + random() % 50), 0, static_cast<Cents>(random() % 3 * 77'777), 0};
      if (random() % 5 != 0) {
        group.provisions_after = static_cast<int64_t>(1 + random() % 50);
        group.amount_after = static_cast<Cents>(random() % 1'000'000);
      }
      group.days_before = static_cast<int64_t>(random() % 3 * 31);
      group.days_after = static_cast<int64_t>(random() % 3 * 28);
      group.quantity_before = static_cast<double>(random() % 3) * 2.5;
      group.quantity_after = static_cast<double>(random() % 3) * 1.7;
      reversed.push_back({group.provisions_after, group.provisions_before, group.amount_after, group.amount_before,
                          group.days_after, group.days_before, group.quantity_after, group.quantity_before});
    }
    const PeriodTotals before = Sum(groups, static_cast<int64_t>(random() % 40), false);
    const PeriodTotals after = Sum(groups, static_cast<int64_t>(1 + random() % 40), true);
    const auto growth = static_cast<double>(after.amount - before.amount);
    const Factors three = *Decompose(before, after);
    EXPECT_NEAR(three.clients + three.intensity + three.price, growth, 1e-4);
    const auto four = *Decompose(before, after, groups);
    const auto back = *Decompose(after, before, reversed);
    double sum = 0;
    for (size_t g = 0; g < groups.size(); ++g) {
      const double own = four[g].Sum();
      EXPECT_NEAR(own, static_cast<double>(groups[g].amount_after - groups[g].amount_before), 1e-4);
      EXPECT_NEAR(four[g].clients, -back[g].clients, 1e-4);
      EXPECT_NEAR(four[g].mix, -back[g].mix, 1e-4);
      EXPECT_NEAR(four[g].price, -back[g].price, 1e-4);
      EXPECT_NEAR(four[g].duration, -back[g].duration, 1e-4);
      EXPECT_NEAR(four[g].volume, -back[g].volume, 1e-4);
      EXPECT_NEAR(four[g].tariff, -back[g].tariff, 1e-4);
      sum += own;
    }
    EXPECT_NEAR(sum, growth, 1e-3);
  }
}

TEST(Decompose, AGroupThatEntersOrLeavesIsMix) {
  const PeriodTotals before{10, 20, 1'000}, after{10, 20, 1'500};
  const auto effects = *Decompose(before, after, std::vector<GroupCosts>{{10, 0, 400, 0}, {0, 5, 0, 900}, {10, 15, 600, 600}});
  EXPECT_EQ(effects[0].mix, -400);
  EXPECT_EQ(effects[1].mix, 900);
  EXPECT_EQ(effects[1].clients + effects[1].intensity + effects[1].price, 0);
}

TEST(Decompose, AGroupWhoseCareWasFreeAndIsNotAnyMoreIsPrice) {
  const PeriodTotals before{10, 20, 1'000}, after{10, 25, 1'900};
  const auto effects = *Decompose(before, after, std::vector<GroupCosts>{{10, 15, 0, 900}, {10, 10, 1'000, 1'000}});
  EXPECT_EQ(effects[0].price, 900) << "nothing entered: the same care got a price";
  EXPECT_EQ(effects[0].clients + effects[0].intensity + effects[0].mix, 0);
  EXPECT_EQ((*Decompose(after, before, std::vector<GroupCosts>{{15, 10, 900, 0}}))[0].price, -900);
}

TEST(Decompose, TheLimitIsWhereTinyNumbersGo) {
  // The same group with one provision of ever less cost: the share of mix approaches the whole.
  const auto mix_share = [](Cents tiny, int64_t scale) {
    const PeriodTotals before{10 * scale, 20 * scale, 1'000'000 * scale}, after{10 * scale, 20 * scale, 1'500'000 * scale};
    const auto effects = *Decompose(before, after, std::vector<GroupCosts>{{1, 5 * scale, tiny, tiny * 5 * scale}});
    return effects[0].mix / static_cast<double>(tiny * 5 * scale - tiny);
  };
  EXPECT_NEAR(mix_share(1, 1'000'000), 1.0, 1e-9);
}

TEST(Decompose, WithoutClientsOnOneSideAllGrowthIsTheirs) {
  EXPECT_EQ(Decompose({0, 0, 0}, {5, 6, 700})->clients, 700);
  EXPECT_EQ((*Decompose({0, 0, 0}, {5, 6, 700}, std::vector<GroupCosts>{{0, 6, 0, 700}}))[0].clients, 700);
  EXPECT_EQ(Decompose({5, 6, 0}, {5, 6, 700})->price, 700) << "care that was free and is not any more is a price";
}

// Computed by hand: one group of 10 and 12 provisions, 300 and 420 days, 600 and 1.050 hours, 33.000 and 63.000 cents.
// L = 30.000 / ln(63/33); V/N falls by ln(12/10 / (10/8)), days per provision rise by ln(35/30), hours per day by ln(2,5/2),
// the tariff by ln(60/55).
TEST(Decompose, SplitsThePriceIntoDurationVolumeAndTariffR47) {
  const PeriodTotals before{8, 10, 33'000}, after{10, 12, 63'000};
  const std::vector<GroupCosts> groups = {{10, 12, 33'000, 63'000, 300, 420, 600, 1'050}};
  const Factors split = (*Decompose(before, after, groups))[0];
  const double weight = 30'000 / std::log(63.0 / 33.0);
  EXPECT_NEAR(split.clients, weight * std::log(10.0 / 8.0), 1e-6);
  EXPECT_NEAR(split.intensity, weight * std::log(1.2 / 1.25), 1e-6);
  EXPECT_NEAR(split.mix, 0, 1e-6);
  EXPECT_NEAR(split.duration, weight * std::log(35.0 / 30.0), 1e-6);
  EXPECT_NEAR(split.volume, weight * std::log(2.5 / 2.0), 1e-6);
  EXPECT_NEAR(split.tariff, weight * std::log(60.0 / 55.0), 1e-6);
  EXPECT_EQ(split.price, 0);
  EXPECT_NEAR(split.Sum(), 30'000, 1e-6);
}

TEST(Decompose, WithoutAQuantityOnOneSideThePriceIsPerDay) {
  const PeriodTotals before{8, 10, 33'000}, after{10, 12, 63'000};
  const Factors split = (*Decompose(before, after, std::vector<GroupCosts>{{10, 12, 33'000, 63'000, 300, 420, 600, 0}}))[0];
  const double weight = 30'000 / std::log(63.0 / 33.0);
  EXPECT_NEAR(split.price, weight * std::log(150.0 / 110.0), 1e-6);
  EXPECT_EQ(split.volume, 0);
  EXPECT_EQ(split.tariff, 0);
  EXPECT_NEAR(split.Sum(), 30'000, 1e-6);
}

TEST(Decompose, RefusesNegativeAmounts) {
  EXPECT_FALSE(Decompose({5, 6, -1}, {5, 6, 700}).has_value());
  EXPECT_FALSE(Decompose({5, 6, 100}, {5, 6, 700}, std::vector<GroupCosts>{{6, 6, 101, 700}, {1, 1, -1, 0}}).has_value());
}

}  // namespace
}  // namespace nmd::costs
