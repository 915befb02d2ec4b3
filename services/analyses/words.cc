// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"

namespace nmd::analyses {
namespace {

// Nine digits in a row that pass the 11-test, not part of a longer number.
bool HoldsBsn(absl::string_view text) {
  size_t run = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) {
      ++run;
      continue;
    }
    if (run == 9 && IsValidBsn(text.substr(i - 9, 9))) return true;
    run = 0;
  }
  return false;
}

}  // namespace

void RequireWords(FieldCheck& check, absl::string_view text, absl::string_view path, size_t most) {
  check.Require(!absl::StripAsciiWhitespace(text).empty(), path, "must not be empty");
  AllowWords(check, text, path, most);
}

void AllowWords(FieldCheck& check, absl::string_view text, absl::string_view path, size_t most) {
  check.Require(text.size() <= most, path, absl::StrCat("must have at most ", most, " bytes"));
  check.Require(!HoldsBsn(text), path, "must not hold a burgerservicenummer");
}

}  // namespace nmd::analyses
