// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CSV_ROWS_H_
#define NMD_SERVICES_INGESTION_CSV_ROWS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "services/ingestion/export_rows.h"

namespace nmd::ingestion {

// Takes rows out of RFC 4180 text. Lines end in LF or CRLF; a quoted field may hold separators, quotes (doubled) and line
// ends. A faulty row does not take the rows after it with it: reading goes on at the line after the one it began on. A row
// with more or fewer fields than the first one is faulty. Cost: one pass; memory for one row.
class CsvRows : public RowSource {
 public:
  // What stands before line `first_line` is not read.
  CsvRows(absl::string_view text, char separator, internal::v1::TextEncoding encoding, int64_t first_line = 1);

  bool Next(Row* row) override;
  std::string Failure() const override { return failure_; }
  std::optional<Day> DayOfNumber(int64_t) const override { return std::nullopt; }

 private:
  // One line of text, or several when a quoted field holds line ends.
  void Split(Row* row);
  void Decode(Row* row) const;

  absl::string_view text_;
  const char separator_;
  const internal::v1::TextEncoding encoding_;
  std::string failure_;
  size_t width_ = 0;  // Of the first row; 0 before.
  size_t at_ = 0;
  int64_t line_ = 1;
};

// RFC 3629: shortest forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(absl::string_view text);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CSV_ROWS_H_
