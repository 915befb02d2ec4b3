// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/numbers.h"

#include <algorithm>
#include <array>

#include "services/core/codes.h"

namespace nmd::linking::engine {

bool IsPlaceholderBsn(absl::string_view digits) {
  if (digits.size() != 9 || !IsDigits(digits)) return false;
  if (digits.substr(0, 2) == "00") return true;
  std::array<int, 10> count{};
  for (const char c : digits) ++count[static_cast<size_t>(c - '0')];
  if (*std::max_element(count.begin(), count.end()) >= 8) return true;
  // Whether the digit at i follows from the one `back` places before it by adding `step`, for all from `back` to `end`.
  const auto follows = [&](size_t back, int step, size_t end) {
    for (size_t i = back; i < end; ++i) {
      if ((digits[i] - digits[i - back] - step) % 10 != 0) return false;
    }
    return true;
  };
  if (follows(1, 1, 8) || follows(1, -1, 8) || follows(2, 0, 8) || follows(3, 0, 9)) return true;
  return std::all_of(digits.begin(), digits.end(), [&, i = size_t{0}](char c) mutable { return c == digits[i++ / 3 * 3]; });
}

bool IsTestBsn(absl::string_view digits) { return digits.size() == 9 && IsDigits(digits) && digits.substr(0, 4) == "9999"; }

}  // namespace nmd::linking::engine
