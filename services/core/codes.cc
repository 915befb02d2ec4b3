// SPDX-License-Identifier: EUPL-1.2
#include "services/core/codes.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"

namespace nmd {

bool IsDigits(absl::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit); }

bool IsValidBsn(absl::string_view text) {
  if (text.size() != 9 || !IsDigits(text) || text == "000000000" || text == "999999999") return false;
  int sum = 0;
  for (int i = 0; i < 8; ++i) sum += (9 - i) * (text[static_cast<size_t>(i)] - '0');
  sum -= text[8] - '0';
  return sum % 11 == 0;
}

bool IsAgbCode(absl::string_view text) { return text.size() == 8 && IsDigits(text); }

bool IsPostcode(absl::string_view text) {
  if (text.size() == 7 && text[4] == ' ') return IsPostcode(std::string(text.substr(0, 4)) + std::string(text.substr(5)));
  if (text.size() != 6 || text[0] == '0' || !IsDigits(text.substr(0, 4))) return false;
  if (!absl::ascii_isupper(text[4]) || !absl::ascii_isupper(text[5])) return false;
  const absl::string_view letters = text.substr(4);
  return letters != "SA" && letters != "SD" && letters != "SS";
}

}  // namespace nmd
