// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_WORKDAYS_H_
#define NMD_SERVICES_CORE_WORKDAYS_H_

#include "services/core/date.h"

// Working days (werkdagen) as the terms of iStandaarden count them: Monday to Friday except recognised holidays
// (domain-standards 3.4). The standard does not list the holidays; these are those of the Algemene termijnenwet, article 3.
namespace nmd {

// Easter Sunday of a year of the Gregorian calendar.
Day EasterSunday(int year);

// New Year's Day, Good Friday, Easter Monday, King's Day (27 April; 26 April when that is a Sunday. Until 2013 Queen's Day, 30
// April, 29 April when that is a Sunday), 5 May, Ascension Day, Whit Monday, and both days of Christmas.
bool IsHoliday(Day day);

bool IsWorkday(Day day);

// The last day of a term of `count` working days that begins on the day after `day`. Example: 5 working days after Friday 4
// May 2018 is Monday 14 May 2018, because Thursday the 10th is Ascension Day. REQUIRES: count >= 0; `day` itself when it is 0.
Day AddWorkdays(Day day, int count);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_WORKDAYS_H_
