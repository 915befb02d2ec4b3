// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nmd::publication::formats {

void Json::Separate() {
  if (text_.empty()) return;
  const char last = text_.back();
  if (last != '{' && last != '[' && last != ':') text_.push_back(',');
}

Json& Json::Open(char bracket) {
  Separate();
  text_.push_back(bracket);
  return *this;
}

Json& Json::Close(char bracket) {
  text_.push_back(bracket);
  return *this;
}

Json& Json::Key(absl::string_view key) {
  Text(key);
  text_.push_back(':');
  return *this;
}

Json& Json::Text(absl::string_view text) {
  Separate();
  text_.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        text_.push_back('\\');
        text_.push_back(c);
        break;
      case '\n':
        text_ += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&text_, "\\u%04x", static_cast<int>(c));
        } else {
          text_.push_back(c);
        }
    }
  }
  text_.push_back('"');
  return *this;
}

Json& Json::Number(absl::string_view digits) {
  Separate();
  absl::StrAppend(&text_, digits);
  return *this;
}

Json& Json::Int(int64_t value) { return Number(absl::StrCat(value)); }
Json& Json::Bool(bool value) { return Number(value ? "true" : "false"); }
Json& Json::Null() { return Number("null"); }

}  // namespace nmd::publication::formats
