// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_DUTCH_H_
#define NMD_SERVICES_CORE_DUTCH_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "services/core/date.h"
#include "services/core/money.h"

// Numbers, money and dates as Dutch readers expect them (requirements 5.2). For people only; machines get ISO and cents.
namespace nmd::dutch {

// "598.264".
std::string Number(int64_t value);
// "43,8" with `decimals` digits behind the comma, rounded half away from zero.
std::string Decimal(double value, int decimals);
// "€ 598.264,00".
std::string Euro(Cents amount);
// "€ 598.264": whole euros, for prose and tables.
std::string EuroWhole(Cents amount);
// "43,8%" of a share: 0.438 -> "43,8%".
std::string Percent(double share, int decimals = 1);
// "+24%" / "−20%" / "0%" of growth, with a sign; no sign when it rounds to zero.
std::string Growth(double share, int decimals = 0);
// "01-02-2018".
std::string Date(Day day);
// "jan 2018".
std::string MonthName(Month month);
// "januari 2018".
std::string MonthLong(Month month);
// "01-02-2018 13:45" in Dutch civil time (Europe/Amsterdam).
std::string Moment(absl::Time time);

// The day the calendar shows in the Netherlands at that moment.
Day CalendarDay(absl::Time time);
// The moment a day begins there.
absl::Time StartOfDay(Day day);

}  // namespace nmd::dutch

#endif  // NMD_SERVICES_CORE_DUTCH_H_
