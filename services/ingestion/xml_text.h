// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_XML_TEXT_H_
#define NMD_SERVICES_INGESTION_XML_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/ingestion/message.h"

// What holds for every XML file that comes in, whatever is in it.
namespace nmd::ingestion {

// The largest file the chain accepts (OP179); an envelope with its base64 included (Fo01 IB003, IB007).
inline constexpr size_t kMaxMessageBytes = 25'000'000;

// A fatal finding of level 1, owned by who made the software.
Finding Structural(absl::string_view rule, std::string place, std::string text);

// What must hold before a parser sees the bytes: size, UTF-8 without a byte order mark, no NUL, no heap of attributes. Absent
// when it does. Cost: one pass over the bytes.
std::optional<Finding> BeforeParsing(absl::string_view bytes);

// Whether somebody meant this to be XML: the first character is "<", in UTF-8 or in UTF-16.
bool LooksLikeXml(absl::string_view bytes);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_XML_TEXT_H_
