// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/check_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"

namespace nmd::linking {
namespace {

bool HoldsBsn(absl::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[end]))) ++end;
    if (IsValidBsn(text.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

void CheckWords(absl::string_view text, absl::string_view field, size_t characters, FieldCheck& check) {
  const auto count = static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  check.Require(!absl::StripAsciiWhitespace(text).empty(), field, "must say what for or why");
  check.Require(count <= characters, field, absl::StrCat("must have at most ", characters, " characters"));
  check.Require(
      std::none_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }), field,
      "must be one line of text");
  check.Require(!HoldsBsn(text), field, "must not name anybody: it holds a burgerservicenummer");
}

}  // namespace nmd::linking
