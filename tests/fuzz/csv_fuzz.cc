// SPDX-License-Identifier: EUPL-1.2
// Text as an export: byte 0 chooses the kind, byte 1 the style of the mapping, the rest is the file.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/export_fuzz.h"

namespace nmd::ingestion {
namespace {

void Try(absl::string_view bytes) {
  if (bytes.size() < 2) return;
  const int kinds = internal::v1::ExportKind_descriptor()->value_count() - 1;
  const auto kind = static_cast<internal::v1::ExportKind>(1 + static_cast<unsigned char>(bytes[0]) % kinds);
  const auto style = static_cast<unsigned char>(bytes[1]);
  internal::v1::MappingFile mapping = MappingOf(*ShapeOf(kind));
  if ((style & 1) != 0) mapping.set_encoding(internal::v1::WINDOWS_1252);
  if ((style & 2) != 0) mapping.set_dates(internal::v1::DUTCH_DATE);
  if ((style & 4) != 0) mapping.set_decimals(internal::v1::POINT);
  if ((style & 8) != 0) mapping.set_separator("tab");
  if ((style & 16) != 0) mapping.set_header_row(2);
  if ((style & 32) != 0) mapping.add_keys(std::string(ShapeOf(kind)->fields[0].name));
  if ((style & 64) != 0) {
    mapping.mutable_expectations()->set_min_rows(2);
    (*mapping.mutable_expectations()->mutable_filled())[std::string(ShapeOf(kind)->fields[1].name)] = 50;
  }
  const absl::StatusOr<ExportSource> source = ExportSource::Make(mapping);
  Require(source.ok());
  TryRead(*source, bytes.substr(2));
}

}  // namespace
}  // namespace nmd::ingestion

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nmd::ingestion::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
