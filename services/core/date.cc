// SPDX-License-Identifier: EUPL-1.2
#include "services/core/date.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_format.h"

namespace nmd {
namespace {

namespace chr = std::chrono;

int FloorDiv(int a, int b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0)); }

// Digits at [pos, pos + count), or -1.
int Digits(absl::string_view text, size_t pos, size_t count) {
  int value = 0;
  for (size_t i = pos; i < pos + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Period Intersect(const Period& a, const Period& b) { return {std::max(a.start, b.start), std::min(a.end, b.end)}; }

Day DayOf(int year, int month, int day) {
  return static_cast<Day>(chr::sys_days(chr::year(year) / month / day).time_since_epoch().count());
}

std::optional<Day> ParseDay(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const chr::year_month_day date = chr::year(year) / month / day;
  if (!date.ok()) return std::nullopt;
  return chr::sys_days(date).time_since_epoch().count();
}

Civil CivilOf(Day day) {
  const chr::year_month_day date{chr::sys_days(chr::days(day))};
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

std::string FormatDay(Day day) {
  const Civil civil = CivilOf(day);
  return absl::StrFormat("%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

Month MonthOf(int year, int month) { return (year - 1970) * 12 + month - 1; }

Month MonthOf(Day day) {
  const Civil civil = CivilOf(day);
  return MonthOf(civil.year, civil.month);
}

int YearOf(Month month) { return 1970 + FloorDiv(month, 12); }
int MonthInYear(Month month) { return month - FloorDiv(month, 12) * 12 + 1; }
Day FirstDay(Month month) { return DayOf(YearOf(month), MonthInYear(month), 1); }
int DaysInMonth(Month month) { return FirstDay(month + 1) - FirstDay(month); }
Period MonthPeriod(Month month) { return {FirstDay(month), FirstDay(month + 1)}; }

std::optional<Month> ParseMonth(absl::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const int year = Digits(text, 0, 4), month = Digits(text, 5, 2);
  if (year < 0 || month < 1 || month > 12) return std::nullopt;
  return MonthOf(year, month);
}

std::string FormatMonth(Month month) { return absl::StrFormat("%04d-%02d", YearOf(month), MonthInYear(month)); }

// 1970-01-01 was a Thursday.
int Weekday(Day day) { return ((day + 3) % 7 + 7) % 7; }

int IsoWeeksTouched(const Period& period) {
  if (period.Empty()) return 0;
  const Day first_monday = period.start - Weekday(period.start);
  const Day last_monday = (period.end - 1) - Weekday(period.end - 1);
  return (last_monday - first_monday) / 7 + 1;
}

int Sundays(const Period& period) {
  if (period.Empty()) return 0;
  const Day first = period.start + (6 - Weekday(period.start));
  return first >= period.end ? 0 : (period.end - 1 - first) / 7 + 1;
}

int AgeOn(Day birth, Day day) {
  const Civil b = CivilOf(birth), d = CivilOf(day);
  const bool had_birthday = d.month > b.month || (d.month == b.month && d.day >= b.day);
  return d.year - b.year - (had_birthday ? 0 : 1);
}

}  // namespace nmd
