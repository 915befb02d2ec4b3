// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_CSV_READER_H_
#define NMD_GATEWAY_CLI_CSV_READER_H_

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nmd::cli {

// Reads a CSV file row by row in bounded memory, whatever is in it: RFC 4180 with comma, semicolon or tab (what the header has
// most of), LF or CRLF, with or without a byte order mark. A row of more than kMaxRow bytes is not kept.
class CsvReader {
 public:
  static constexpr size_t kMaxRow = 64 << 10;

  // `in` must outlive the reader.
  explicit CsvReader(std::istream& in) : in_(in), buffer_(1 << 20) {}

  // The next row that is not empty; false at the end. Views live until the next call.
  // Errors, in Dutch with the line: INVALID_ARGUMENT a quote that is not closed within kMaxRow bytes; OUT_OF_RANGE a row
  // that is too long, after which reading goes on with the row behind it.
  absl::StatusOr<bool> Next();

  absl::Span<const absl::string_view> fields() const { return fields_; }
  // Where the row begins, from 1.
  int64_t line() const { return row_line_; }
  // Bytes read of the file.
  int64_t bytes() const { return bytes_; }

 private:
  bool Fill();
  // Appends the rest of the physical line to row_ with its newline left out; false at the end of the file.
  bool ReadLine(bool& too_long);
  void Split();

  std::istream& in_;
  std::vector<char> buffer_;
  size_t at_ = 0, end_ = 0;
  int64_t bytes_ = 0, lines_ = 0, row_line_ = 0;
  char delimiter_ = '\0';
  std::string row_;
  std::string unquoted_;  // Fields with quotes, without them.
  std::vector<absl::string_view> fields_;
};

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_CSV_READER_H_
