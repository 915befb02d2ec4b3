// SPDX-License-Identifier: EUPL-1.2
#include "services/core/workdays.h"

#include <gtest/gtest.h>

namespace nmd {
namespace {

Day D(absl::string_view text) { return *ParseDay(text); }

TEST(Workdays, EasterMovesWithTheMoon) {
  for (const char* easter :
       {"2015-04-05", "2016-03-27", "2017-04-16", "2018-04-01", "2019-04-21", "2024-03-31", "2038-04-25"}) {
    EXPECT_EQ(FormatDay(EasterSunday(CivilOf(D(easter)).year)), easter);
  }
}

TEST(Workdays, HolidaysOf2018AreThoseOfTheTermijnenwet) {
  std::vector<std::string> holidays;
  for (Day day = D("2018-01-01"); day < D("2019-01-01"); ++day) {
    if (IsHoliday(day)) holidays.push_back(FormatDay(day));
  }
  EXPECT_EQ(holidays, (std::vector<std::string>{"2018-01-01", "2018-03-30", "2018-04-02", "2018-04-27", "2018-05-05",
                                                "2018-05-10", "2018-05-21", "2018-12-25", "2018-12-26"}));
}

TEST(Workdays, TheKingsBirthdayIsNeverKeptOnASunday) {
  EXPECT_TRUE(IsHoliday(D("2014-04-26")));  // 27 April 2014 was a Sunday.
  EXPECT_FALSE(IsHoliday(D("2014-04-27")));
  EXPECT_TRUE(IsHoliday(D("2013-04-30")));  // The queen's.
  EXPECT_FALSE(IsHoliday(D("2013-04-27")));
  EXPECT_TRUE(IsHoliday(D("2006-04-29")));
}

// OP271: a start message within 5 working days.
TEST(Workdays, TermsStepOverWeekendsAndHolidays) {
  EXPECT_EQ(FormatDay(AddWorkdays(D("2018-02-05"), 5)), "2018-02-12");  // Monday to Monday.
  EXPECT_EQ(FormatDay(AddWorkdays(D("2018-02-09"), 1)), "2018-02-12");  // Friday.
  EXPECT_EQ(FormatDay(AddWorkdays(D("2018-02-10"), 1)), "2018-02-12");  // Saturday.
  EXPECT_EQ(FormatDay(AddWorkdays(D("2018-05-04"), 5)), "2018-05-14");
  EXPECT_EQ(FormatDay(AddWorkdays(D("2018-12-24"), 3)), "2018-12-31");
  EXPECT_EQ(AddWorkdays(D("2018-02-10"), 0), D("2018-02-10"));
}

}  // namespace
}  // namespace nmd
