// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_DATE_H_
#define NMD_SERVICES_CORE_DATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

// Civil dates and months. No time zones: a date is what stands on the message or the calendar.
//
// A Day is the number of days since 1970-01-01, a Month the number of months since January 1970. Periods are half-open:
// [start, end). The inclusive Einddatum of a message becomes end = Einddatum + 1 at intake, once.
namespace nmd {

using Day = int32_t;
using Month = int32_t;

// The end of a period that has none. Larger than every date a message can hold.
inline constexpr Day kOpenEnd = INT32_MAX;

struct Period {
  Day start = 0;
  Day end = kOpenEnd;  // exclusive

  bool Empty() const { return end <= start; }
  bool Contains(Day day) const { return start <= day && day < end; }
  bool Overlaps(const Period& other) const { return !Empty() && !other.Empty() && start < other.end && other.start < end; }
  // Length in days; meaningless for an open end.
  int32_t Days() const { return Empty() ? 0 : end - start; }
  friend bool operator==(const Period&, const Period&) = default;
};

// The part two periods share; empty when they share nothing.
Period Intersect(const Period& a, const Period& b);

Day DayOf(int year, int month, int day);
// "2018-02-01". Nothing but ten characters of an existing date is accepted (LDT_Datum: no time zone).
std::optional<Day> ParseDay(absl::string_view text);
std::string FormatDay(Day day);
// Year, month 1-12 and day 1-31.
struct Civil {
  int year, month, day;
};
Civil CivilOf(Day day);

Month MonthOf(Day day);
Month MonthOf(int year, int month);
int YearOf(Month month);
// 1-12.
int MonthInYear(Month month);
Day FirstDay(Month month);
int DaysInMonth(Month month);
Period MonthPeriod(Month month);
// "2018-02".
std::optional<Month> ParseMonth(absl::string_view text);
std::string FormatMonth(Month month);

// 0 Monday ... 6 Sunday.
int Weekday(Day day);
// Number of ISO weeks (Monday to Sunday) that share at least one day with the period (IV077). 0 when empty.
int IsoWeeksTouched(const Period& period);
// Number of Sundays in the period (IV076).
int Sundays(const Period& period);

// Completed years on `day` of somebody born on `birth`; somebody born on 29 February has a birthday on 1 March in a year
// without one. Negative before birth.
int AgeOn(Day birth, Day day);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_DATE_H_
