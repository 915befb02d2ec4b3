// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/check_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"

namespace nmd {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsUpper(char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); }
bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// How many digits there are from `at` on.
size_t DigitsAt(absl::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

// Nine digits in a row, or as 1234.56.782, which no amount of money looks like.
bool HoldsBsn(absl::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t digits = DigitsAt(text, begin);
    const absl::string_view rest = text.substr(begin);
    if (IsValidBsn(rest.substr(0, digits))) return true;
    if (digits == 4 && rest.size() >= 11 && rest[4] == '.' && DigitsAt(rest, 5) == 2 && rest[7] == '.' &&
        DigitsAt(rest, 8) == 3 && IsValidBsn(absl::StrCat(rest.substr(0, 4), rest.substr(5, 2), rest.substr(8, 3)))) {
      return true;
    }
    begin += digits + 1;
  }
  return false;
}

// "9401 AB 12", "9401AB, 12": where somebody lives. A postcode by itself is not.
bool HoldsAddress(absl::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t digits = DigitsAt(text, begin);
    size_t at = begin + digits;
    const bool begins = begin == 0 || !IsAlnum(text[begin - 1]);
    if (begins && digits == 4 && text[begin] != '0') {
      if (at < text.size() && text[at] == ' ') ++at;
      if (at + 2 < text.size() && IsUpper(text[at]) && IsUpper(text[at + 1])) {
        size_t after = at + 2;
        while (after < text.size() && (text[after] == ' ' || text[after] == ',')) ++after;
        if (after > at + 2 && DigitsAt(text, after) > 0) return true;
      }
    }
    begin += digits + 1;
  }
  return false;
}

void Check(absl::string_view text, absl::string_view field, size_t characters, bool one_line, FieldCheck& check) {
  const auto count = static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  check.Require(!absl::StripAsciiWhitespace(text).empty(), field, one_line ? "must say what for or why" : "is empty");
  check.Require(count <= characters, field, absl::StrCat("must have at most ", characters, " characters"));
  const bool plain = std::none_of(text.begin(), text.end(), [one_line](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && (one_line || (c != '\n' && c != '\r' && c != '\t'));
  });
  check.Require(plain, field, one_line ? "must be one line of text" : "must be text, without control characters");
  check.Require(!HoldsBsn(text), field, "must not name anybody: it holds a burgerservicenummer");
  check.Require(!HoldsAddress(text), field, "must not name anybody: it holds a postcode with a house number");
}

}  // namespace

void CheckWords(absl::string_view text, absl::string_view field, size_t characters, FieldCheck& check) {
  Check(text, field, characters, /*one_line=*/true, check);
}

void CheckText(absl::string_view text, absl::string_view field, size_t characters, FieldCheck& check) {
  Check(text, field, characters, /*one_line=*/false, check);
}

}  // namespace nmd
