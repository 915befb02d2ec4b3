// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_EXPORT_SOURCE_H_
#define NMD_SERVICES_INGESTION_EXPORT_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "services/core/date.h"
#include "services/ingestion/cell_reader.h"
#include "services/ingestion/export_facts.h"
#include "services/ingestion/export_fields.h"
#include "services/ingestion/export_rows.h"
#include "services/ingestion/message.h"

// Reads the exports of municipal and other sources by a mapping file: a table in, facts and person records out.
namespace nmd::ingestion {

// More rows are a fault of the file.
inline constexpr int64_t kMaxRows = 1'000'000;
// More faulty rows than this become one "and more".
inline constexpr int64_t kMaxRowFindings = 1000;

struct ExportReading {
  std::vector<v1::Fact> facts;
  std::vector<v1::PersonRecord> persons;
  // Rule "EXPORT", level 1: a fault of the file is fatal and alone, faults of rows are not fatal. Rule "VERWACHTING", level 4,
  // never fatal: an expectation of the mapping that the file does not meet.
  std::vector<Finding> findings;
  // Rows, and rows without a fault. Empty lines are not rows.
  int64_t record_count = 0;
  int64_t sound_record_count = 0;
};

// A mapping file, checked. Immutable; thread-safe.
class ExportSource {
 public:
  // Errors: FAILED_PRECONDITION with every fault of the mapping: a field its kind does not have, a missing one, a word for a
  // code that does not exist, an expectation that cannot be met.
  static absl::StatusOr<ExportSource> Make(const internal::v1::MappingFile& mapping);

  const std::string& id() const { return mapping_.source(); }
  const std::string& title() const { return mapping_.title(); }
  const std::string& owner() const { return mapping_.owner(); }
  const internal::v1::MappingFile& mapping() const { return mapping_; }
  // Whether a file takes the place of those before it.
  bool is_extract() const { return mapping_.snapshot() != internal::v1::ADDS; }
  // Headers of the columns that are read, in alphabetical order.
  std::vector<std::string> Headers() const;

  // Reads a file. A row with a fault gives findings and nothing else; the others are read. No finding holds a value of the
  // file. An end day in the file is the last day; it becomes exclusive here. `known_day` is when an address began whose
  // row does not tell.
  // Cost: one pass; memory in proportion to the facts.
  ExportReading Read(absl::string_view bytes, Day known_day, const PersonKeyMaker& person_key) const;

 private:
  struct Bounds {
    size_t field;
    std::optional<int64_t> min, max;
    std::string text;  // Dutch. Example: "0 tot en met 120".
  };
  struct Fill {
    size_t field;
    int64_t percent;
  };
  // What a reading counts for the expectations.
  struct Tally {
    int64_t outside = 0, first_line = 0;
  };
  // The mapping by position of the field in the shape.
  explicit ExportSource(const internal::v1::MappingFile& mapping, const ExportShape& shape)
      : mapping_(mapping), shape_(&shape), words_(shape.fields.size()), constants_(shape.fields.size()) {}

  // Parts of Make; each appends what is wrong.
  using Faults = std::vector<std::string>;
  void CheckNames(Faults* faults) const;
  void CheckColumns(Faults* faults) const;
  void CheckConstants(Faults* faults);
  void CheckNeeds(Faults* faults) const;
  void CheckValues(Faults* faults);
  void CheckKeys(Faults* faults);
  void CheckExpectations(Faults* faults);
  bool IsMapped(absl::string_view field) const {
    return mapping_.columns().contains(std::string(field)) || mapping_.constants().contains(std::string(field));
  }

  // Column of every field, -1 for one without; a finding when the headers do not have them all.
  std::optional<Finding> FindColumns(const Row& row, std::vector<int>* columns) const;
  // A place a person finds back: the header of the column, else the field.
  std::string PlaceOf(const Row& row, absl::string_view field) const;
  void ReadRow(const Row& row, const std::vector<int>& columns, const RowSource& rows, std::vector<CellValue>* values,
               RowValues* read) const;
  std::string KeyOf(const std::vector<CellValue>& values) const;
  std::vector<Finding> Expected(const ExportReading& reading, const std::vector<Tally>& outside,
                                const std::vector<int64_t>& filled) const;

  internal::v1::MappingFile mapping_;
  const ExportShape* shape_;
  std::vector<std::optional<Words>> words_;          // By field.
  std::vector<std::optional<CellValue>> constants_;  // By field.
  std::vector<size_t> keys_;
  std::vector<Bounds> bounds_;
  std::vector<Fill> fills_;
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_EXPORT_SOURCE_H_
