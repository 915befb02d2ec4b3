// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_MONEY_H_
#define NMD_SERVICES_CORE_MONEY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

// Money is a whole number of euro cents, always (decision 6). A credit is negative.
namespace nmd {

using Cents = int64_t;

// amount * numerator / denominator, rounded half away from zero to a whole cent; the product is formed in 128 bits.
// REQUIRES: denominator > 0 and a result that fits in 64 bits.
// Example: MulDiv(5500, 95, 60) == 8708 (IV081: 55,00 per hour for 95 minutes).
Cents MulDiv(Cents amount, int64_t numerator, int64_t denominator);

// Amount of `minutes` at an hour tariff (IV081, TR346).
inline Cents HourTariffForMinutes(Cents tariff, int64_t minutes) { return MulDiv(tariff, minutes, 60); }

// Whole hours that a provider declares for the minutes of one prestatie together: under 30 minutes down, from 30 up, and at
// least 1 when there are any minutes (IV079).
constexpr int64_t HoursOfMinutes(int64_t minutes) {
  const int64_t rounded = (minutes + 30) / 60;
  return minutes <= 0 ? 0 : rounded < 1 ? 1 : rounded;
}

// Rounds real parts to whole numbers that sum to `total` exactly: every part goes down, and what is left over goes to the
// largest remainders, earlier parts first. REQUIRES: the parts sum to `total` up to less than half per part.
std::vector<int64_t> RoundToTotal(absl::Span<const double> parts, int64_t total);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_MONEY_H_
