// SPDX-License-Identifier: EUPL-1.2
#include "services/core/workdays.h"

namespace nmd {

Day EasterSunday(int year) {
  // Meeus, Jones and Butcher.
  const int a = year % 19, b = year / 100, c = year % 100;
  const int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return DayOf(year, n / 31, n % 31 + 1);
}

bool IsHoliday(Day day) {
  const Civil civil = CivilOf(day);
  const auto falls_on = [&](int month, int date) { return civil.month == month && civil.day == date; };
  if (falls_on(1, 1) || falls_on(5, 5) || falls_on(12, 25) || falls_on(12, 26)) return true;
  const Day birthday = civil.year >= 2014 ? DayOf(civil.year, 4, 27) : DayOf(civil.year, 4, 30);
  constexpr int kSunday = 6;
  if (day == (Weekday(birthday) == kSunday ? birthday - 1 : birthday)) return true;
  const Day easter = EasterSunday(civil.year);
  return day == easter - 2 || day == easter + 1 || day == easter + 39 || day == easter + 50;
}

bool IsWorkday(Day day) { return Weekday(day) < 5 && !IsHoliday(day); }

Day AddWorkdays(Day day, int count) {
  while (count > 0) {
    if (IsWorkday(++day)) --count;
  }
  return day;
}

}  // namespace nmd
