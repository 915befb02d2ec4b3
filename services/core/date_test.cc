// SPDX-License-Identifier: EUPL-1.2
#include "services/core/date.h"

#include <gtest/gtest.h>

namespace nmd {
namespace {

Day D(absl::string_view text) { return *ParseDay(text); }

TEST(Date, AcceptsExistingDatesOnly) {
  EXPECT_EQ(D("1970-01-01"), 0);
  EXPECT_EQ(FormatDay(D("2016-02-29")), "2016-02-29");
  for (absl::string_view wrong : {"2017-02-29", "2027-06-31", "2018-1-01", "2018-01-01Z", "20180101", "2018-13-01", "",
                                  "2018/01/01", "+018-01-01", "2018-00-10"}) {
    EXPECT_FALSE(ParseDay(wrong).has_value()) << wrong;
  }
}

TEST(Date, EveryDayRoundTrips) {
  for (Day day = D("1899-12-28"); day < D("2101-01-02"); ++day) {
    ASSERT_EQ(ParseDay(FormatDay(day)), day);
    ASSERT_TRUE(MonthPeriod(MonthOf(day)).Contains(day));
  }
}

TEST(Date, MonthsBeforeTheEpochWork) {
  EXPECT_EQ(FormatMonth(MonthOf(D("1969-12-31"))), "1969-12");
  EXPECT_EQ(FormatMonth(*ParseMonth("1900-01")), "1900-01");
  EXPECT_EQ(DaysInMonth(*ParseMonth("2016-02")), 29);
}

TEST(Period, IsHalfOpen) {
  const Period january = MonthPeriod(*ParseMonth("2018-01"));
  EXPECT_TRUE(january.Contains(D("2018-01-31")));
  EXPECT_FALSE(january.Contains(D("2018-02-01")));
  EXPECT_FALSE(january.Overlaps({D("2018-02-01"), kOpenEnd}));
  EXPECT_FALSE(january.Overlaps({D("2018-01-10"), D("2018-01-10")})) << "an empty period overlaps nothing";
  EXPECT_EQ(Intersect(january, {D("2018-01-15"), kOpenEnd}), (Period{D("2018-01-15"), D("2018-02-01")}));
}

// domain-standards 3.8: the vectors of the ISO week and Sunday arithmetic.
TEST(Date, Iv077IsoWeeksOfMonths) {
  struct Case {
    absl::string_view start, last;
    int weeks;
  };
  for (const Case& c : {Case{"2025-10-07", "2025-10-31", 4},
                        {"2025-11-01", "2025-11-30", 5},
                        {"2025-12-01", "2025-12-30", 5},
                        {"2025-10-07", "2025-12-30", 13},
                        {"2026-11-12", "2026-11-30", 4},
                        {"2026-12-01", "2026-12-13", 2},
                        {"2026-03-01", "2026-03-31", 6},
                        {"2027-02-01", "2027-02-28", 4},
                        {"2026-12-28", "2027-01-03", 1}}) {
    EXPECT_EQ(IsoWeeksTouched({D(c.start), D(c.last) + 1}), c.weeks) << c.start;
  }
  EXPECT_EQ(Sundays({D("2025-07-07"), D("2025-08-01")}), 3);
  EXPECT_EQ(Sundays({D("2025-08-01"), D("2025-09-01")}), 5);
  EXPECT_EQ(Sundays({D("2025-09-02"), D("2025-09-05")}), 0);
}

TEST(Date, AgeChangesOnTheBirthday) {
  EXPECT_EQ(AgeOn(D("2010-02-14"), D("2018-02-13")), 7);
  EXPECT_EQ(AgeOn(D("2010-02-14"), D("2018-02-14")), 8);
  EXPECT_EQ(AgeOn(D("2012-02-29"), D("2017-02-28")), 4);
  EXPECT_EQ(AgeOn(D("2012-02-29"), D("2017-03-01")), 5);
}

}  // namespace
}  // namespace nmd
