// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_VOLUME_H_
#define NMD_SERVICES_CORE_VOLUME_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/core/money.h"

// The arithmetic of declared volume and money (domain-standards 3.7). What one unit costs, and hours of minutes (IV079), are in
// core/money.h.
namespace nmd {

// Omvang of an allocation. The texts are somebody else's.
struct GrantedVolume {
  int64_t volume = 0;
  absl::string_view unit;       // WJ756. Example: "04" hour
  absl::string_view frequency;  // WMO757: 1 day, 2 week, 4 month, 6 in total
};

// The ProductPeriode of a month of an allocation (TR387, TR388): the days they share, empty when they share none. When care
// started or stopped does not matter (IV089).
// Example: April 2026 of 2026-04-08..2026-06-17 is 2026-04-08..2026-04-30.
Period ProductPeriod(const Period& allocation, Month month);

// The largest volume one prestatie may declare for `product_period` of an allocation (TR321), in the unit of the
// allocation; absent where the standard leaves it to municipality and provider: output per month in a broken month (IV078).
// With `free_weeks`, household help of the Wmo, inspanning per week may be planned freely over the weeks of a month: six weeks.
// The part of product_period outside the allocation gives nothing. The result saturates at the largest int64.
// REQUIRES: an allocation period that is not empty; a frequency of 1, 2, 4 or 6, otherwise the result is absent.
// Example: 3 hours a week over October 2025 of 2025-10-07..2025-12-30 touches 4 ISO weeks: 12 (IV077).
std::optional<int64_t> MaxVolume(const GrantedVolume& granted, const Period& allocation, const Period& product_period,
                                 bool free_weeks = false);

// The largest volume of all prestaties on an allocation together (TR322); absent for an open end unless the frequency is 6,
// and for output per month when the first or last month is broken. The six weeks of iWmo category 01 are of one prestatie
// only, so they do not matter here.
std::optional<int64_t> MaxVolumeOfAllocation(const GrantedVolume& granted, const Period& allocation);

// An allocated volume in the unit declared in (TR341): unchanged in its own unit, hours in minutes 60 times, absent otherwise.
std::optional<int64_t> InDeclaredUnit(int64_t volume, absl::string_view allocated_unit, absl::string_view declared_unit);

// Whether `amount` can be what `volume` of `unit` costs at `tariff` (TR346): exactly volume x tariff; and for minutes also
// the amount of an hour tariff, rounded at the end, whose rounded minute tariff is `tariff` (IV081). The hour tariff is not
// in the message: any that fits will do. Always true for unit 83, which has no tariff.
// Example: AmountFits("01", 95, 92, 8708), because 55,00 an hour shows as 0,92 a minute.
bool AmountFits(absl::string_view unit, int64_t volume, Cents tariff, Cents amount);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_VOLUME_H_
