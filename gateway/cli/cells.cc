// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/cells.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/core/date.h"
#include "services/core/dutch.h"

namespace nmd::cli {

std::string Euros(int64_t cents) {
  const uint64_t size = cents < 0 ? 0 - static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  return absl::StrFormat("%s%d.%02d", cents < 0 ? "-" : "", size / 100, size % 100);
}

Cell MoneyCell(int64_t cents) { return {dutch::Euro(cents), Euros(cents)}; }

Cell CountCell(int64_t count) { return {dutch::Number(count), absl::StrCat(count)}; }

Cell DayCell(const std::string& date) {
  const std::optional<Day> day = ParseDay(date);
  return {day ? dutch::Date(*day) : "", date};
}

}  // namespace nmd::cli
