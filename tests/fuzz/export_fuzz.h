// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_TESTS_FUZZ_EXPORT_FUZZ_H_
#define NMD_TESTS_FUZZ_EXPORT_FUZZ_H_

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/ingestion/export_source.h"

// What holds for the reading of every export, shared by the fuzz targets.
namespace nmd::ingestion {

inline void Require(bool condition) {
  if (!condition) std::abort();
}

// A mapping of a kind whose columns are called as its fields are.
inline internal::v1::MappingFile MappingOf(const ExportShape& shape) {
  internal::v1::MappingFile mapping;
  mapping.set_source("export");
  mapping.set_title("Export");
  mapping.set_owner("gemeente");
  mapping.set_kind(shape.kind);
  mapping.set_separator(";");
  for (const ExportField& field : shape.fields) {
    (*mapping.mutable_columns())[std::string(field.name)] = std::string(field.name);
  }
  return mapping;
}

// Reads the bytes and checks what holds whatever they are.
inline void TryRead(const ExportSource& source, absl::string_view bytes) {
  const auto key = [](absl::string_view identity) { return absl::StrCat("key(", identity, ")"); };
  const ExportReading reading = source.Read(bytes, 20'000, key);
  Require(reading.sound_record_count <= reading.record_count && reading.record_count <= kMaxRows);
  const bool refused = !reading.findings.empty() && reading.findings.front().fatal;
  if (refused) Require(reading.findings.size() == 1 && reading.facts.empty() && reading.persons.empty());
  if (reading.findings.empty()) Require(reading.sound_record_count == reading.record_count);
  for (const Finding& finding : reading.findings) {
    Require(!finding.text.empty() && !finding.place.empty() && finding.owner == source.owner());
    Require(finding.rule == "EXPORT" ? finding.level == 1 : finding.rule == "VERWACHTING" && finding.level == 4);
    Require(finding.fatal == refused);
  }
  // Every sound row is a fact, and a client's place is another one.
  const auto facts = static_cast<int64_t>(reading.facts.size());
  Require(reading.sound_record_count <= facts && facts <= 2 * reading.sound_record_count);
  for (const v1::Fact& fact : reading.facts)
    Require(fact.payload_case() != v1::Fact::PAYLOAD_NOT_SET && fact.ByteSizeLong() < 4096);
  const ExportReading again = source.Read(bytes, 20'000, key);
  Require(again.findings == reading.findings && again.facts.size() == reading.facts.size());
}

}  // namespace nmd::ingestion

#endif  // NMD_TESTS_FUZZ_EXPORT_FUZZ_H_
