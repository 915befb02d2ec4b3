// SPDX-License-Identifier: EUPL-1.2
#include "services/core/volume.h"

#include <iterator>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace nmd {
namespace {

// Both days inclusive, as messages write them.
Period Days(absl::string_view first, absl::string_view last) { return {*ParseDay(first), *ParseDay(last) + 1}; }
Period OfMonth(absl::string_view month) { return MonthPeriod(*ParseMonth(month)); }

struct Share {
  absl::string_view month;
  int64_t volume;
};

struct VolumeCase {
  absl::string_view what;
  GrantedVolume allocated;
  Period allocation;
  std::vector<Share> months;
  std::optional<int64_t> total;
};

const GrantedVolume kThreeHoursAWeek = {3, "04", "2"};
const GrantedVolume kThreeHundredEuroAWeek = {300, "83", "2"};

// The vectors of domain-standards 3.8 about volume. Those about money (IV079, IV081) are in core/money_test.cc, those about ISO
// weeks in core/date_test.cc, those of TR358 in checks_test.cc, those of the BSN in core/codes_test.cc.
std::vector<VolumeCase> Vectors() {
  return {
      {"autumn 2025",
       kThreeHoursAWeek,
       Days("2025-10-07", "2025-12-30"),
       {{"2025-09", 0}, {"2025-10", 12}, {"2025-11", 15}, {"2025-12", 15}, {"2026-01", 0}},
       39},
      {"summer 2025",
       kThreeHoursAWeek,
       Days("2025-07-07", "2025-09-07"),
       {{"2025-07", 12}, {"2025-08", 15}, {"2025-09", 3}},
       27},
      {"IV078 example 1, counted by IV077",
       kThreeHoursAWeek,
       Days("2026-11-12", "2026-12-13"),
       {{"2026-11", 12}, {"2026-12", 6}},
       15},
      {"output ending on a Sunday",
       kThreeHundredEuroAWeek,
       Days("2025-07-07", "2025-09-07"),
       {{"2025-07", 900}, {"2025-08", 1500}, {"2025-09", 300}},
       2700},
      {"output ending on a Saturday",
       kThreeHundredEuroAWeek,
       Days("2025-07-07", "2025-09-06"),
       {{"2025-07", 900}, {"2025-08", 1800}, {"2025-09", 0}},
       2700},
      {"output ending on a Friday",
       kThreeHundredEuroAWeek,
       Days("2025-07-07", "2025-09-05"),
       {{"2025-07", 900}, {"2025-08", 1800}, {"2025-09", 0}},
       2700},
      {"output over a quarter",
       kThreeHundredEuroAWeek,
       Days("2025-10-01", "2025-12-31"),
       {{"2025-10", 1200}, {"2025-11", 1500}, {"2025-12", 1500}},
       4200},
      {"output of Tuesday to Thursday, no Sunday",
       kThreeHundredEuroAWeek,
       Days("2025-09-30", "2025-10-02"),
       {{"2025-09", 0}, {"2025-10", 300}},
       300},
      {"a month of six ISO weeks", kThreeHoursAWeek, Days("2026-01-01", "2026-12-31"), {{"2026-03", 18}}, 53 * 3},
      {"a month of four ISO weeks", kThreeHoursAWeek, Days("2027-01-01", "2027-12-31"), {{"2027-02", 12}}, 53 * 3},
      {"per day", {2, "14", "1"}, Days("2026-04-08", "2026-06-17"), {{"2026-04", 46}, {"2026-05", 62}, {"2026-06", 34}}, 142},
      {"per month, also a broken one (IV078)",
       {10, "04", "4"},
       Days("2026-04-08", "2026-06-17"),
       {{"2026-04", 10}, {"2026-05", 10}, {"2026-06", 10}},
       30},
      {"in total", {40, "04", "6"}, Days("2026-04-08", "2026-06-17"), {{"2026-04", 40}, {"2026-06", 40}}, 40},
  };
}

TEST(MaxVolume, MeetsTheVectorsOfTheStandard) {  // TR321, TR322, IV076-IV078
  for (const VolumeCase& c : Vectors()) {
    for (const Share& share : c.months) {
      EXPECT_EQ(MaxVolume(c.allocated, c.allocation, OfMonth(share.month)), share.volume) << c.what << ", " << share.month;
    }
    EXPECT_EQ(MaxVolumeOfAllocation(c.allocated, c.allocation), c.total) << c.what;
  }
}

TEST(ProductPeriod, IsTheMonthWithinTheAllocation) {  // domain-standards 3.8; TR387, TR388, IV089
  const Period allocation = Days("2026-04-08", "2026-06-17");
  const struct {
    absl::string_view month, first, last;
  } months[] = {{"2026-04", "2026-04-08", "2026-04-30"},
                {"2026-05", "2026-05-01", "2026-05-31"},
                {"2026-06", "2026-06-01", "2026-06-17"}};
  for (const auto& m : months) EXPECT_EQ(ProductPeriod(allocation, *ParseMonth(m.month)), Days(m.first, m.last)) << m.month;
  EXPECT_TRUE(ProductPeriod(allocation, *ParseMonth("2026-03")).Empty());
  EXPECT_TRUE(ProductPeriod(allocation, *ParseMonth("2026-07")).Empty());
  EXPECT_EQ(ProductPeriod({allocation.start, kOpenEnd}, *ParseMonth("2030-02")), OfMonth("2030-02"));
}

TEST(MaxVolume, IsSixWeeksForHouseholdHelpOfTheWmoOnly) {  // TR321 iWmo, IV077
  const Period allocation = Days("2025-10-07", "2025-12-30");
  EXPECT_EQ(MaxVolume(kThreeHoursAWeek, allocation, OfMonth("2025-10"), true), 18);
  EXPECT_EQ(MaxVolume(kThreeHoursAWeek, allocation, OfMonth("2025-10")), 12);
  EXPECT_EQ(MaxVolume(kThreeHoursAWeek, allocation, OfMonth("2026-01"), true), 0);
  EXPECT_EQ(MaxVolume(kThreeHundredEuroAWeek, allocation, OfMonth("2025-10"), true), 900);
}

TEST(MaxVolume, LeavesABrokenMonthOfOutputToTheParties) {  // IV078
  const GrantedVolume monthly = {100, "82", "4"};
  const Period allocation = Days("2026-04-08", "2026-06-30");
  EXPECT_EQ(MaxVolume(monthly, allocation, OfMonth("2026-04")), std::nullopt);
  EXPECT_EQ(MaxVolume(monthly, allocation, OfMonth("2026-05")), 100);
  EXPECT_EQ(MaxVolumeOfAllocation(monthly, allocation), std::nullopt);
  EXPECT_EQ(MaxVolumeOfAllocation(monthly, Days("2026-04-01", "2026-06-30")), 300);
}

TEST(MaxVolume, CountsAWeekOverTheTurnOfTheYearOnce) {
  EXPECT_EQ(MaxVolumeOfAllocation(kThreeHoursAWeek, Days("2026-12-28", "2027-01-03")), 3);
  EXPECT_EQ(MaxVolumeOfAllocation(kThreeHoursAWeek, Days("2025-12-29", "2025-12-31")), 3);
}

TEST(MaxVolume, OfAnOpenAllocationIsKnownPerMonthOnly) {
  const Period open = {*ParseDay("2026-01-15"), kOpenEnd};
  EXPECT_EQ(MaxVolume(kThreeHoursAWeek, open, OfMonth("2026-03")), 18);
  EXPECT_EQ(MaxVolume(kThreeHundredEuroAWeek, open, OfMonth("2026-03")), 1500);
  EXPECT_EQ(MaxVolumeOfAllocation(kThreeHoursAWeek, open), std::nullopt);
  EXPECT_EQ(MaxVolumeOfAllocation({7, "04", "6"}, open), 7);
  EXPECT_EQ(MaxVolume({7, "04", "3"}, open, OfMonth("2026-03")), std::nullopt);
}

TEST(MaxVolume, SaturatesInsteadOfOverflowing) {
  const GrantedVolume huge = {std::numeric_limits<int64_t>::max() / 2, "04", "2"};
  EXPECT_EQ(MaxVolume(huge, Days("2026-01-01", "2026-12-31"), OfMonth("2026-03")), std::numeric_limits<int64_t>::max());
}

// IV077: whatever the allocation, the months of weekly output add up to the total.
TEST(MaxVolume, OfOutputPerWeekAddsUpOverTheMonths) {
  std::mt19937 random(20260401);
  for (int round = 0; round < 2000; ++round) {
    const Day start = *ParseDay("2024-01-01") + static_cast<Day>(random() % 900);
    const Period allocation = {start, start + 1 + static_cast<Day>(random() % 400)};
    int64_t sum = 0;
    for (Month month = MonthOf(allocation.start); month <= MonthOf(allocation.end - 1); ++month) {
      sum += *MaxVolume(kThreeHundredEuroAWeek, allocation, MonthPeriod(month));
    }
    ASSERT_EQ(sum, MaxVolumeOfAllocation(kThreeHundredEuroAWeek, allocation))
        << FormatDay(allocation.start) << " until " << FormatDay(allocation.end);
  }
}

// IV077: a week over the turn of a month may be used in either, so the months of inspanning add up to the total and one more
// for each such week; and never to less.
TEST(MaxVolume, OfInspanningPerWeekAddsUpToTheTotalAndTheWeeksOnATurnOfTheMonth) {
  std::mt19937 random(20260402);
  for (int round = 0; round < 2000; ++round) {
    const Day start = *ParseDay("2024-01-01") + static_cast<Day>(random() % 900);
    const Period allocation = {start, start + 1 + static_cast<Day>(random() % 400)};
    int64_t sum = 0, shared = 0;
    for (Month month = MonthOf(allocation.start); month <= MonthOf(allocation.end - 1); ++month) {
      const Period part = ProductPeriod(allocation, month);
      sum += *MaxVolume(kThreeHoursAWeek, allocation, part);
      if (part.end < allocation.end && Weekday(part.end) != 0) ++shared;
    }
    ASSERT_EQ(sum, *MaxVolumeOfAllocation(kThreeHoursAWeek, allocation) + 3 * shared)
        << FormatDay(allocation.start) << " until " << FormatDay(allocation.end);
  }
}

// A longer period, of the prestatie or of the allocation, never allows less; no prestatie may use more than the allocation.
TEST(MaxVolume, GrowsWithThePeriod) {
  std::mt19937 random(20260403);
  const GrantedVolume kinds[] = {{2, "14", "1"}, {3, "04", "2"}, {300, "83", "2"}, {10, "04", "4"}, {40, "04", "6"}};
  for (int round = 0; round < 4000; ++round) {
    const GrantedVolume& allocated = kinds[static_cast<size_t>(round) % std::size(kinds)];
    const Day start = *ParseDay("2024-01-01") + static_cast<Day>(random() % 900);
    const Period allocation = {start, start + 1 + static_cast<Day>(random() % 400)};
    const Day first = start + static_cast<Day>(random() % static_cast<uint32_t>(allocation.Days()));
    const Period part = {first, first + 1 + static_cast<Day>(random() % 31)};
    const Period more = {part.start - static_cast<Day>(random() % 5), part.end + static_cast<Day>(random() % 5)};
    const int64_t most = *MaxVolume(allocated, allocation, part);
    ASSERT_LE(most, *MaxVolume(allocated, allocation, more));
    ASSERT_LE(most, *MaxVolumeOfAllocation(allocated, allocation));
    ASSERT_LE(*MaxVolumeOfAllocation(allocated, allocation),
              *MaxVolumeOfAllocation(allocated, {allocation.start, allocation.end + 1 + static_cast<Day>(random() % 40)}));
  }
}

TEST(InDeclaredUnit, LetsHoursBeDeclaredInMinutesAndNothingElse) {  // TR341
  EXPECT_EQ(InDeclaredUnit(12, "04", "04"), 12);
  EXPECT_EQ(InDeclaredUnit(12, "04", "01"), 720);
  EXPECT_EQ(InDeclaredUnit(12, "01", "04"), std::nullopt);
  EXPECT_EQ(InDeclaredUnit(12, "14", "16"), std::nullopt);
}

TEST(AmountFits, TakesTheProductOfVolumeAndTariff) {  // TR346
  EXPECT_TRUE(AmountFits("04", 4, 1250, 5000));
  EXPECT_FALSE(AmountFits("04", 4, 1250, 5001));
  EXPECT_FALSE(AmountFits("82", 16, 1500, 14000));
  EXPECT_TRUE(AmountFits("83", 16, 0, 14000));
  EXPECT_TRUE(AmountFits("01", 95, 92, 8740));
}

TEST(AmountFits, TakesAnHourTariffDeclaredInMinutes) {  // IV081
  EXPECT_TRUE(AmountFits("01", 95, 92, 8708));
  EXPECT_TRUE(AmountFits("01", 7, 122, 857));
  EXPECT_TRUE(AmountFits("01", 30, 100, 3001));
  EXPECT_TRUE(AmountFits("01", 50, 92, 4583));
  EXPECT_FALSE(AmountFits("04", 95, 92, 8708));
  // 92 a minute is 54,90 to 55,49 an hour: 86,93 to 87,86 for 95 minutes.
  EXPECT_TRUE(AmountFits("01", 95, 92, 8693));
  EXPECT_FALSE(AmountFits("01", 95, 92, 8692));
  EXPECT_TRUE(AmountFits("01", 95, 92, 8786));
  EXPECT_FALSE(AmountFits("01", 95, 92, 8787));
}

TEST(AmountFits, AgreesWithTryingEveryHourTariff) {  // IV081, exactly
  std::mt19937 random(81);
  for (int round = 0; round < 3000; ++round) {
    const int64_t minutes = 1 + random() % 400;
    const Cents tariff = static_cast<Cents>(random() % 150);
    const Cents amount = std::max<Cents>(0, minutes * tariff + static_cast<Cents>(random() % 400) - 200);
    bool found = amount == minutes * tariff;
    for (Cents hour = std::max<Cents>(0, 60 * tariff - 60); hour <= 60 * tariff + 60; ++hour) {
      found = found || (MulDiv(hour, 1, 60) == tariff && HourTariffForMinutes(hour, minutes) == amount);
    }
    ASSERT_EQ(AmountFits("01", minutes, tariff, amount), found) << minutes << " x " << tariff << " = " << amount;
  }
}

}  // namespace
}  // namespace nmd
