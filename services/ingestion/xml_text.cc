// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/xml_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace nmd::ingestion {
namespace {

// A message has attributes on its root only. libxml2 compares each attribute of an element with each other one, and a
// value of 25 MB full of them would keep it busy for hours.
constexpr int kMaxEqualSigns = 10'000;

}  // namespace

Finding Structural(absl::string_view rule, std::string place, std::string text) {
  return {.rule = std::string(rule),
          .level = 1,
          .place = std::move(place),
          .text = std::move(text),
          .return_code = "",
          .owner = "leverancier",
          .fatal = true};
}

std::optional<Finding> BeforeParsing(absl::string_view bytes) {
  if (bytes.size() > kMaxMessageBytes) {
    return Structural("OP179", "bestand", "Het bestand is groter dan 25 MB. Verdeel de inhoud over meer berichten.");
  }
  if (bytes.empty()) return Structural("XML", "bestand", "Het bestand is leeg. Lever het bericht opnieuw aan.");
  if (absl::StartsWith(bytes, "\xEF\xBB\xBF")) {
    return Structural("XML", "regel 1", "Het bestand begint met een byte order mark. Sla het op als UTF-8 zonder BOM.");
  }
  if (absl::StartsWith(bytes, "\xFE\xFF") || absl::StartsWith(bytes, "\xFF\xFE") ||
      bytes.substr(0, 4).find('\0') != absl::string_view::npos) {
    return Structural("XML", "regel 1", "Het bestand is UTF-16 of UTF-32. Sla het op als UTF-8 zonder BOM.");
  }
  // libxml2 takes a NUL behind the last element for the end of the file, or for a fault, by how the bytes come to it.
  if (bytes.find('\0') != absl::string_view::npos) {
    return Structural("XML", "bestand", "Het bestand bevat een NUL-teken. Dat mag niet in XML. Lever het bericht opnieuw aan.");
  }
  if (absl::StartsWith(bytes, "<?xml")) {
    const absl::string_view declaration = bytes.substr(0, std::min(bytes.find("?>"), size_t{1024}));
    const size_t at = declaration.find("encoding");
    if (at != absl::string_view::npos) {
      const size_t open = declaration.find_first_of("\"'", at);
      const absl::string_view rest = open == absl::string_view::npos ? "" : declaration.substr(open + 1);
      if (!absl::EqualsIgnoreCase(rest.substr(0, rest.find_first_of("\"'")), "UTF-8")) {
        return Structural("XML", "regel 1",
                          "De XML-declaratie noemt een andere tekenset dan UTF-8. Sla het bestand op als UTF-8 en noem die.");
      }
    }
  }
  int equal_signs = 0;
  for (size_t at = bytes.find('='); at != absl::string_view::npos; at = bytes.find('=', at + 1)) {
    if (++equal_signs > kMaxEqualSigns) {
      return Structural("XML", "bestand",
                        "Het bestand heeft te veel attributen. Een bericht heeft er alleen op het hoofdelement.");
    }
  }
  return std::nullopt;
}

bool LooksLikeXml(absl::string_view bytes) {
  for (const absl::string_view mark : {"\xEF\xBB\xBF", "\xFE\xFF", "\xFF\xFE"}) {
    if (absl::StartsWith(bytes, mark)) bytes.remove_prefix(mark.size());
  }
  while (absl::StartsWith(bytes, absl::string_view("\0", 1))) bytes.remove_prefix(1);
  bytes = absl::StripLeadingAsciiWhitespace(bytes);
  return !bytes.empty() && bytes[0] == '<';
}

}  // namespace nmd::ingestion
