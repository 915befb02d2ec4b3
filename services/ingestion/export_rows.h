// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_EXPORT_ROWS_H_
#define NMD_SERVICES_INGESTION_EXPORT_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "services/core/date.h"

// A table as rows of cells, whichever form the file has. What the cells mean is not known here.
namespace nmd::ingestion {

// Bounds of an export. A longer row is a fault of the row; more columns too, and in the row of the headers it is a fault of
// the file.
inline constexpr size_t kMaxRowBytes = 64 * 1024;
inline constexpr size_t kMaxColumns = 256;

struct Cell {
  enum class Type : uint8_t {
    kText,
    kNumber,   // `text` is a decimal number with a point: a number of a workbook, whatever it counts
    kIsoDate,  // `text` begins with a date as 2018-02-01
    kError,    // a formula without a result, or with one such as #N/A
  };
  std::string text;  // UTF-8
  Type type = Type::kText;
};

struct Row {
  int64_t line = 0;  // Line of a text, row of a workbook; from 1.
  std::vector<Cell> cells;
  std::string fault;  // Dutch, without a value; empty when the row is well-formed. Otherwise the cells must not be used.
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  // The next row that is not empty. False at the end, and when the rest cannot be read.
  virtual bool Next(Row* row) = 0;
  // Dutch: why the rest cannot be read. Empty at an ordinary end.
  virtual std::string Failure() const = 0;
  // The day a number stands for that was written in a cell for dates; nothing when it is none.
  virtual std::optional<Day> DayOfNumber(int64_t number) const = 0;
};

// Rows of a file as a mapping describes it: a workbook when its first bytes say so, else text. `bytes` must outlive it.
std::unique_ptr<RowSource> RowsOf(absl::string_view bytes, const internal::v1::MappingFile& mapping);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_EXPORT_ROWS_H_
