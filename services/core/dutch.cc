// SPDX-License-Identifier: EUPL-1.2
#include "services/core/dutch.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nmd::dutch {
namespace {

constexpr absl::string_view kMinus = "−";
constexpr std::array<absl::string_view, 12> kMonths = {"januari", "februari", "maart",     "april",   "mei",      "juni",
                                                       "juli",    "augustus", "september", "oktober", "november", "december"};

std::string Grouped(uint64_t magnitude) {
  std::string digits = absl::StrCat(magnitude);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), 1, '.');
  return digits;
}

uint64_t Magnitude(int64_t value) { return value < 0 ? static_cast<uint64_t>(-(value + 1)) + 1 : static_cast<uint64_t>(value); }

absl::TimeZone Amsterdam() {
  absl::TimeZone zone;
  // A machine without zone data shows UTC+1 rather than nothing.
  if (!absl::LoadTimeZone("Europe/Amsterdam", &zone)) zone = absl::FixedTimeZone(3600);
  return zone;
}

}  // namespace

std::string Number(int64_t value) { return absl::StrCat(value < 0 ? kMinus : "", Grouped(Magnitude(value))); }

std::string Decimal(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const auto scaled = static_cast<int64_t>(std::llround(std::fabs(value) * scale));
  const auto base = static_cast<int64_t>(std::llround(scale));
  std::string text = absl::StrCat(value < 0 && scaled != 0 ? kMinus : "", Grouped(static_cast<uint64_t>(scaled / base)));
  if (decimals > 0) absl::StrAppend(&text, ",", absl::StrFormat("%0*d", decimals, scaled % base));
  return text;
}

std::string Euro(Cents amount) {
  const uint64_t cents = Magnitude(amount);
  return absl::StrCat("€ ", amount < 0 ? kMinus : "", Grouped(cents / 100), ",", absl::StrFormat("%02d", cents % 100));
}

std::string EuroWhole(Cents amount) { return absl::StrCat("€ ", Number(MulDiv(amount, 1, 100))); }

std::string Percent(double share, int decimals) { return absl::StrCat(Decimal(share * 100, decimals), "%"); }

std::string Growth(double share, int decimals) {
  const std::string text = Percent(share, decimals);
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return absl::StrCat(!zero && share > 0 ? "+" : "", text);
}

std::string Date(Day day) {
  const Civil civil = CivilOf(day);
  return absl::StrFormat("%02d-%02d-%04d", civil.day, civil.month, civil.year);
}

std::string MonthName(Month month) {
  return absl::StrCat(MonthInYear(month) == 3 ? "mrt" : kMonths[static_cast<size_t>(MonthInYear(month) - 1)].substr(0, 3), " ",
                      YearOf(month));
}

std::string MonthLong(Month month) {
  return absl::StrCat(kMonths[static_cast<size_t>(MonthInYear(month) - 1)], " ", YearOf(month));
}

std::string Moment(absl::Time time) { return absl::FormatTime("%d-%m-%Y %H:%M", time, Amsterdam()); }

Day CalendarDay(absl::Time time) {
  const absl::CivilDay day = absl::ToCivilDay(time, Amsterdam());
  return DayOf(static_cast<int>(day.year()), day.month(), day.day());
}

absl::Time StartOfDay(Day day) {
  const Civil civil = CivilOf(day);
  return absl::FromCivil(absl::CivilDay(civil.year, civil.month, civil.day), Amsterdam());
}

}  // namespace nmd::dutch
