// SPDX-License-Identifier: EUPL-1.2
#include "services/core/codes.h"

#include <algorithm>
#include <string>
#include <vector>

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

bool IsTaakveld(absl::string_view text, int year) {
  static const auto* const to_2022 =
      new std::vector<absl::string_view>{"6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.71", "6.72", "6.81", "6.82"};
  static const auto* const from_2023 = new std::vector<absl::string_view>{
      "6.1",   "6.2",   "6.3",   "6.4",   "6.5",   "6.6",   "6.71a", "6.71b", "6.71c", "6.71d", "6.72a", "6.72b",
      "6.72c", "6.72d", "6.73a", "6.73b", "6.73c", "6.74a", "6.74b", "6.74c", "6.81a", "6.81b", "6.82a", "6.82b"};
  static const auto* const from_2025 = new std::vector<absl::string_view>{
      "6.1",   "6.21",  "6.22",  "6.23",  "6.3",   "6.4",   "6.5",   "6.60",  "6.711", "6.712", "6.713", "6.714", "6.751",
      "6.752", "6.753", "6.761", "6.762", "6.763", "6.791", "6.792", "6.811", "6.812", "6.821", "6.822", "6.91",  "6.92"};
  if (text.size() < 3 || text.size() > 5 || text[0] < '0' || text[0] > '8' || text[1] != '.') return false;
  if (text[0] != '6') return IsDigits(text.substr(2)) && text.size() <= 4;
  const std::vector<absl::string_view>& codes = *(year < 2023 ? to_2022 : year < 2025 ? from_2023 : from_2025);
  return std::find(codes.begin(), codes.end(), text) != codes.end();
}

}  // namespace nmd
