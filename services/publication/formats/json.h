// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_JSON_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_JSON_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace nmd::publication::formats {

// Writes JSON (RFC 8259) in the order it is told, compact. Text must be UTF-8, as that of messages is.
//
//   Json json;
//   json.Open('{').Key("value").Open('[').Number("1.5").Text("x").Close(']').Close('}');
class Json {
 public:
  // '{' or '['.
  Json& Open(char bracket);
  Json& Close(char bracket);
  Json& Key(absl::string_view key);
  Json& Text(absl::string_view text);
  // A number as it is to be read: "1234.50".
  Json& Number(absl::string_view digits);
  Json& Int(int64_t value);
  Json& Bool(bool value);
  Json& Null();
  // A member with a text; left out by Maybe when it is empty.
  Json& Text(absl::string_view key, absl::string_view text) { return Key(key).Text(text); }
  Json& Maybe(absl::string_view key, absl::string_view text) { return text.empty() ? *this : Key(key).Text(text); }

  const std::string& text() const { return text_; }
  std::string Done() && { return std::move(text_); }

 private:
  // A comma, unless it is the first of its bracket or follows its key.
  void Separate();

  std::string text_;
};

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_JSON_H_
