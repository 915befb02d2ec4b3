// SPDX-License-Identifier: EUPL-1.2
#include "services/core/dutch.h"

#include <gtest/gtest.h>

namespace nmd::dutch {
namespace {

TEST(Dutch, WritesNumbersTheDutchWay) {
  EXPECT_EQ(Number(598264), "598.264");
  EXPECT_EQ(Number(-20), "−20");
  EXPECT_EQ(Number(INT64_MIN), "−9.223.372.036.854.775.808");
  EXPECT_EQ(Decimal(43.75, 1), "43,8");
  EXPECT_EQ(Decimal(-0.04, 1), "0,0");
  EXPECT_EQ(Euro(10609669), "€ 106.096,69");
  EXPECT_EQ(Euro(-5), "€ −0,05");
  EXPECT_EQ(EuroWhole(59826400), "€ 598.264");
  EXPECT_EQ(Percent(0.438135), "43,8%");
}

// T-01..T-03, T-06: what people see of the growth.
TEST(Dutch, GrowthHasASign) {
  EXPECT_EQ(Growth(598.0 / 484 - 1), "+24%");
  EXPECT_EQ(Growth(56.0 / 70 - 1), "−20%");
  EXPECT_EQ(Growth(0.001), "0%");
}

TEST(Dutch, WritesDates) {
  EXPECT_EQ(Date(DayOf(2018, 3, 1)), "01-03-2018");
  EXPECT_EQ(MonthName(MonthOf(2018, 3)), "mrt 2018");
  EXPECT_EQ(MonthLong(MonthOf(2017, 1)), "januari 2017");
  EXPECT_EQ(Moment(absl::FromUnixSeconds(1517443200)), "01-02-2018 01:00");
  EXPECT_EQ(CalendarDay(absl::FromUnixSeconds(1517443200 - 3601)), DayOf(2018, 1, 31));
  EXPECT_EQ(CalendarDay(absl::FromUnixSeconds(1517443200 - 3600)), DayOf(2018, 2, 1)) << "midnight in the Netherlands";
  EXPECT_EQ(StartOfDay(DayOf(2018, 2, 1)), absl::FromUnixSeconds(1517443200 - 3600));
  EXPECT_EQ(StartOfDay(DayOf(2018, 7, 1)), absl::FromUnixSeconds(1530403200 - 7200)) << "summer time";
}

}  // namespace
}  // namespace nmd::dutch
