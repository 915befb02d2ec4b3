// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/export_rows.h"

#include <algorithm>
#include <utility>

#include "services/ingestion/csv_rows.h"
#include "services/ingestion/workbook_rows.h"

namespace nmd::ingestion {
namespace {

// A file that cannot be read at all.
class NoRows : public RowSource {
 public:
  explicit NoRows(std::string failure) : failure_(std::move(failure)) {}
  bool Next(Row*) override { return false; }
  std::string Failure() const override { return failure_; }
  std::optional<Day> DayOfNumber(int64_t) const override { return std::nullopt; }

 private:
  const std::string failure_;
};

}  // namespace

std::unique_ptr<RowSource> RowsOf(absl::string_view bytes, const internal::v1::MappingFile& mapping) {
  const int64_t first_line = std::max(1, mapping.header_row());
  if (IsWorkbook(bytes)) return std::make_unique<WorkbookRows>(bytes, mapping.sheet(), first_line);
  if (IsOldWorkbook(bytes)) {
    return std::make_unique<NoRows>(
        "het bestand is een oud Excel-bestand (.xls) of heeft een wachtwoord; sla het op als .xlsx");
  }
  const char separator = mapping.separator() == "tab" ? '\t' : mapping.separator()[0];
  return std::make_unique<CsvRows>(bytes, separator, mapping.encoding(), first_line);
}

}  // namespace nmd::ingestion
