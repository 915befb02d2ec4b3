// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CSV_SOURCE_H_
#define NMD_SERVICES_INGESTION_CSV_SOURCE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "services/core/date.h"
#include "services/ingestion/message.h"

// Reads the exports of a back office by a mapping file: RFC 4180 text in, facts and person records out.
namespace nmd::ingestion {

// Bounds of an export; a longer row is a fault of the row, more columns or rows are a fault of the file.
inline constexpr size_t kMaxRowBytes = 64 * 1024;
inline constexpr size_t kMaxColumns = 256;
inline constexpr int64_t kMaxRows = 1'000'000;
// More faulty rows than this become one "and more".
inline constexpr int64_t kMaxRowFindings = 1000;

// Makes the person key of a text that tells one person from another. Example: "bsn/clienten/999900006".
using PersonKeyMaker = std::function<std::string(absl::string_view identity)>;

struct CsvReading {
  std::vector<v1::Fact> facts;
  std::vector<v1::PersonRecord> persons;
  // Rule "CSV", level 1. A fault of the file is fatal and alone; faults of rows are not fatal.
  std::vector<Finding> findings;
  // Rows, and rows without a fault. Empty lines are not rows.
  int64_t record_count = 0;
  int64_t sound_record_count = 0;
};

// A mapping file, checked. Immutable; thread-safe.
class CsvSource {
 public:
  // Errors: FAILED_PRECONDITION with every fault of the mapping: a field its kind does not have, a missing one, a word for
  // a code that does not exist.
  static absl::StatusOr<CsvSource> Make(const internal::v1::MappingFile& mapping);

  const std::string& id() const { return mapping_.source(); }
  const std::string& title() const { return mapping_.title(); }
  const std::string& owner() const { return mapping_.owner(); }
  // Headers of the columns that are read, in alphabetical order.
  std::vector<std::string> Headers() const;

  // Reads a file. A row with a fault gives findings and nothing else; the others are read. No finding holds a value of the
  // file. An end day in the file is the last day; it becomes exclusive here. `known_day` is when an address began whose
  // row does not tell.
  // Cost: one pass; memory in proportion to the facts.
  CsvReading Read(absl::string_view bytes, Day known_day, const PersonKeyMaker& person_key) const;

 private:
  explicit CsvSource(internal::v1::MappingFile mapping) : mapping_(std::move(mapping)) {}

  internal::v1::MappingFile mapping_;
  char separator_ = ';';
};

// "-1.500.000,00" in cents. At most two decimals; groups of three digits or none; at most 10,000,000,000,000.00.
std::optional<int64_t> ParseAmount(absl::string_view text, internal::v1::DecimalSign sign);

// Takes rows out of RFC 4180 text. Lines end in LF or CRLF; a quoted field may hold separators, quotes (doubled) and line
// ends. A faulty row does not take the rows after it with it: reading goes on at the line after the one it began on.
class CsvRows {
 public:
  CsvRows(absl::string_view text, char separator) : text_(text), separator_(separator) {}

  struct Row {
    int64_t line = 0;  // Where it begins, from 1.
    std::vector<std::string> fields;
    std::string fault;  // Dutch; empty when the row is well-formed.
  };
  // False at the end. Lines without any character are skipped.
  bool Next(Row* row);

 private:
  absl::string_view text_;
  char separator_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CSV_SOURCE_H_
