// SPDX-License-Identifier: EUPL-1.2
// A workbook as an export. Input that begins as a zip is one; other input is the parts of a workbook, with a zero byte
// between them: the sheet, the shared strings, the list of sheets and the relations. Those that are absent are good ones.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_split.h"
#include "services/ingestion/test_workbook.h"
#include "services/ingestion/workbook_rows.h"
#include "tests/fuzz/export_fuzz.h"

namespace nmd::ingestion {
namespace {

void Try(absl::string_view bytes) {
  static const auto* const source = new ExportSource(*ExportSource::Make(MappingOf(*ShapeOf(internal::v1::LEDGER_BOOKINGS))));
  if (IsWorkbook(bytes)) return TryRead(*source, bytes);
  constexpr const char* kParts[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml",
                                    "xl/_rels/workbook.xml.rels"};
  testing::Parts parts = testing::WorkbookParts({{"Blad1", ""}});
  const std::vector<absl::string_view> given = absl::StrSplit(bytes, absl::MaxSplits('\0', 3));
  for (size_t i = 0; i < given.size(); ++i) {
    if (!given[i].empty()) parts[kParts[i]] = std::string(given[i]);
  }
  const std::string workbook = testing::Zipped(parts);
  TryRead(*source, workbook);
  WorkbookRows rows(workbook, "");
  int64_t line = 0;
  for (Row row; rows.Next(&row);) {
    Require(row.line > line && row.cells.size() <= kMaxColumns);
    line = row.line;
  }
}

}  // namespace
}  // namespace nmd::ingestion

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nmd::ingestion::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
