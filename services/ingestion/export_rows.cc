// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/export_rows.h"

#include <algorithm>

#include "services/ingestion/csv_rows.h"

namespace nmd::ingestion {

std::unique_ptr<RowSource> RowsOf(absl::string_view bytes, const internal::v1::MappingFile& mapping) {
  const int64_t first_line = std::max(1, mapping.header_row());
  const char separator = mapping.separator() == "tab" ? '\t' : mapping.separator()[0];
  return std::make_unique<CsvRows>(bytes, separator, mapping.encoding(), first_line);
}

}  // namespace nmd::ingestion
