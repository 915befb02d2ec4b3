// SPDX-License-Identifier: EUPL-1.2
#include "services/core/volume.h"

#include <algorithm>
#include <limits>

namespace nmd {
namespace {

// Output is paid per piece (82) or in euros (83); every other unit is inspanning (domain-standards 3.5).
bool IsOutput(absl::string_view unit) { return unit == "82" || unit == "83"; }

int64_t Times(int64_t volume, int64_t count) {
  int64_t product = 0;
  return __builtin_mul_overflow(volume, count, &product) ? std::numeric_limits<int64_t>::max() : product;
}

int64_t MonthsTouched(const Period& period) { return MonthOf(period.end - 1) - MonthOf(period.start) + 1; }

bool IsWholeMonths(const Period& period) { return CivilOf(period.start).day == 1 && CivilOf(period.end).day == 1; }

// Weeks of output in `part` (IV076, IV077): its Sundays, and one more for the last, broken week of the allocation in the part
// that holds the allocation's last Sunday. An allocation without any Sunday is one week, in the part with its last day: the
// sources are silent there.
int64_t OutputWeeks(const Period& allocation, const Period& part) {
  const int64_t sundays = Sundays(part);
  if (allocation.end == kOpenEnd) return sundays;
  const Day last_day = allocation.end - 1;
  if (Weekday(last_day) == 6) return sundays;
  const Day last_sunday = last_day - Weekday(last_day) - 1;
  const bool closes = last_sunday >= allocation.start ? part.Contains(last_sunday) : part.Contains(last_day);
  return sundays + (closes ? 1 : 0);
}

// Volume over a part of the allocation, but for the exceptions of MaxVolume.
std::optional<int64_t> VolumeOver(const GrantedVolume& granted, const Period& allocation, const Period& part) {
  const bool output = IsOutput(granted.unit);
  if (granted.frequency == "6") return granted.volume;
  if (part.end == kOpenEnd) return std::nullopt;
  if (granted.frequency == "1") return Times(granted.volume, part.Days());
  if (granted.frequency == "2") {
    return Times(granted.volume, output ? OutputWeeks(allocation, part) : IsoWeeksTouched(part));
  }
  if (granted.frequency == "4") {
    if (output && !IsWholeMonths(part)) return std::nullopt;
    return Times(granted.volume, MonthsTouched(part));
  }
  return std::nullopt;
}

int64_t CeilDiv(int64_t a, int64_t b) { return a / b + (a % b > 0 ? 1 : 0); }
int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Period ProductPeriod(const Period& allocation, Month month) { return Intersect(allocation, MonthPeriod(month)); }

std::optional<int64_t> MaxVolume(const GrantedVolume& granted, const Period& allocation, const Period& product_period,
                                 bool free_weeks) {
  const Period part = Intersect(allocation, product_period);
  if (part.Empty()) return 0;
  // Household help may be planned freely over the weeks of a month (TR321 of iWmo).
  if (free_weeks && granted.frequency == "2" && !IsOutput(granted.unit)) {
    return Times(granted.volume, 6);
  }
  return VolumeOver(granted, allocation, part);
}

std::optional<int64_t> MaxVolumeOfAllocation(const GrantedVolume& granted, const Period& allocation) {
  return VolumeOver(granted, allocation, allocation);
}

std::optional<int64_t> InDeclaredUnit(int64_t volume, absl::string_view allocated_unit, absl::string_view declared_unit) {
  if (allocated_unit == declared_unit) return volume;
  if (allocated_unit == "04" && declared_unit == "01") return Times(volume, 60);
  return std::nullopt;
}

bool AmountFits(absl::string_view unit, int64_t volume, Cents tariff, Cents amount) {
  if (unit == "83" || amount == Times(volume, tariff)) return true;
  if (unit != "01" || volume == 0) return false;
  // An hour tariff h shows as `tariff` when 60 tariff - 30 <= h < 60 tariff + 30, and costs `amount` when
  // 60 amount - 30 <= h volume < 60 amount + 30. Both ranges must share a whole h.
  const int64_t low = std::max({int64_t{0}, 60 * tariff - 30, CeilDiv(60 * amount - 30, volume)});
  const int64_t high = std::min(60 * tariff + 29, FloorDiv(60 * amount + 29, volume));
  return low <= high;
}

}  // namespace nmd
