// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_ERASE_BYTES_H_
#define NMD_SERVICES_INGESTION_ERASE_BYTES_H_

#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "nmd/internal/v1/mapping.pb.h"

// Files that tell of persons, by burgerservicenummer. Pure.
namespace nmd::ingestion {

// What stands where something was taken away.
inline constexpr absl::string_view kErased = "gewist";

// Whether the bytes tell of one of these persons, or cannot be searched: then they may. A workbook is searched when there is a
// mapping for it. `bsns` pass the 11-test. Cost: one pass over the bytes per number.
bool MayTellOf(absl::string_view bytes, const internal::v1::MappingFile* mapping, const std::set<std::string>& bsns);

// The file without these persons: of a message with several clients, their client elements keep their structure and what was
// declared, and lose every other value; of a text, rows that name them become the one word kErased.
//
// Absent when the file is better not kept at all: it is about nobody else, or what is about whom cannot be told for sure, as
// in workbooks, archives and what is not well-formed. Of what it answers with, no part holds one of the numbers.
std::optional<std::string> WithoutPersons(absl::string_view bytes, const std::set<std::string>& bsns);

// Overwrites these numbers with zeros wherever they stand alone, in place. Returns whether there were any.
bool MaskNumbers(const std::set<std::string>& bsns, std::string* text);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_ERASE_BYTES_H_
