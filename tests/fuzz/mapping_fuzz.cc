// SPDX-License-Identifier: EUPL-1.2
// Any text as a mapping file: it is refused with a reason, or it reads exports.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "services/platform/config.h"
#include "tests/fuzz/export_fuzz.h"

namespace nmd::ingestion {
namespace {

void Try(absl::string_view bytes) {
  internal::v1::MappingFile mapping;
  const absl::Status parsed = ParseYaml(bytes, "mapping.yaml", &mapping);
  if (!parsed.ok()) {
    Require(!parsed.message().empty());
    return;
  }
  const absl::StatusOr<ExportSource> source = ExportSource::Make(mapping);
  if (!source.ok()) {
    Require(!source.status().message().empty());
    return;
  }
  const std::string separator = mapping.separator() == "tab" ? "\t" : mapping.separator();
  std::string header, row;
  for (const std::string& column : source->Headers()) {
    absl::StrAppend(&header, header.empty() ? "" : separator, column);
    absl::StrAppend(&row, row.empty() ? "" : separator, "2018");
  }
  TryRead(*source, absl::StrCat(std::string(static_cast<size_t>(std::max(0, mapping.header_row() - 1)), '\n'), header, "\n",
                                row, "\n", row, "\n"));
}

}  // namespace
}  // namespace nmd::ingestion

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nmd::ingestion::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
