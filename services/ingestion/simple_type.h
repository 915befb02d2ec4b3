// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_SIMPLE_TYPE_H_
#define NMD_SERVICES_INGESTION_SIMPLE_TYPE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "services/ingestion/message.h"

// The types of values in messages (domain-standards 1.5): what text is one, and what it stands for.
namespace nmd::ingestion {

// A checked value: its text without the white space its type ignores, and for integers, dates and times what it stands for.
struct Value {
  absl::string_view text;
  int64_t number = 0;  // the integer, the Day, or the second of the day
};

// The values an element without children may hold.
struct SimpleType {
  enum Kind : uint8_t {
    kFixed,         // exactly `codes`
    kInteger,       // 0..max
    kDigits,        // exactly max digits
    kPhone,         // 1..max digits
    kLine,          // 1..max characters without line break, not all blank
    kText,          // 1..max characters
    kRemark,        // any length, not all blank
    kInitials,      // 1..max letters
    kAlphanumeric,  // 1..max of a-z, A-Z, 0-9
    kVersion,       // three numbers with dots
    kDate,
    kTime,
    kCode,  // one of `codes`, each max characters, written together
  };
  Kind kind;
  int64_t max = 0;
  absl::string_view codes = {};
  absl::string_view codes_of_wmo = {};  // empty when both laws have the same
};

// Checks `text` against a type and gives its value; false when it is none. REQUIRES: the text is valid UTF-8.
bool ParseValue(const SimpleType& type, Law law, absl::string_view text, Value* value);

// What the type wants, in Dutch. Example: "een heel getal van 0 tot en met 99999".
std::string Wanted(const SimpleType& type, Law law);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_SIMPLE_TYPE_H_
