// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_WORKBOOK_ROWS_H_
#define NMD_SERVICES_INGESTION_WORKBOOK_ROWS_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "services/ingestion/export_rows.h"

namespace nmd::ingestion {

// Bounds of a workbook, checked while it is unpacked, before anything is kept.
inline constexpr int64_t kMaxSheetBytes = 256 << 20;   // of the sheet, unpacked
inline constexpr int64_t kMaxStringBytes = 64 << 20;   // of the shared strings, unpacked
inline constexpr int64_t kMaxWorkbookBytes = 4 << 20;  // of each part that says what the workbook holds, unpacked
inline constexpr size_t kMaxSharedStrings = 2'000'000;

// Takes rows out of an Excel workbook (.xlsx, ECMA-376: a zip of XML parts). Only what holds values is read: text, shared and
// in its cell, numbers, and the last results of formulas; nothing is calculated. Numbers are as Excel shows them without a
// format (15 digits). A row is as wide as the first one: what stands to the right of that is not read.
// libzip unpacks and libxml2 parses, in pieces: memory is bounded by the shared strings and one piece of the sheet, whatever
// the file says of itself. No entity is expanded and nothing outside the file is opened.
class WorkbookRows : public RowSource {
 public:
  // `bytes` must outlive it. An empty `sheet` is the first one. What stands above row `first_row` is not read.
  WorkbookRows(absl::string_view bytes, absl::string_view sheet, int64_t first_row = 1);
  ~WorkbookRows() override;

  bool Next(Row* row) override;
  std::string Failure() const override;
  // In the calendar of the workbook. The 1900 calendar has a 29 February 1900 (60), which is no day.
  std::optional<Day> DayOfNumber(int64_t number) const override;

 private:
  class Workbook;
  std::unique_ptr<Workbook> workbook_;
};

// The first bytes of a zip file.
bool IsWorkbook(absl::string_view bytes);
// The first bytes of the container of old Excel files, and of workbooks with a password.
bool IsOldWorkbook(absl::string_view bytes);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_WORKBOOK_ROWS_H_
