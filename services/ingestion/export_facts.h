// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_EXPORT_FACTS_H_
#define NMD_SERVICES_INGESTION_EXPORT_FACTS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/core/date.h"
#include "services/ingestion/cell_reader.h"
#include "services/ingestion/export_fields.h"

// Makes the facts of a row of an export, whatever file the row came from.
namespace nmd::ingestion {

// Makes the person key of a text that tells one person from another. Example: "bsn/clienten/999900006".
using PersonKeyMaker = std::function<std::string(absl::string_view identity)>;

// The values of one row by field, and a place to say what is wrong with them.
class RowValues {
 public:
  using Report = std::function<void(absl::string_view field, absl::string_view text)>;

  // `values` in the order of shape.fields. All three must outlive it.
  RowValues(const ExportShape& shape, const std::vector<CellValue>& values, const Report& report)
      : shape_(shape), values_(values), report_(report) {}

  // REQUIRES: a field of the kind.
  const CellValue& operator[](absl::string_view field) const;
  bool Has(absl::string_view field) const { return (*this)[field].filled; }
  void Fault(absl::string_view field, absl::string_view text) {
    ok_ = false;
    report_(field, text);
  }
  bool ok() const { return ok_; }
  const ExportShape& shape() const { return shape_; }
  const std::vector<CellValue>& values() const { return values_; }

 private:
  const ExportShape& shape_;
  const std::vector<CellValue>& values_;
  const Report& report_;
  bool ok_ = true;
};

// Makes the facts and person records of the rows of one file.
class FactMaker {
 public:
  // `source` is the id of the export; `numbering` that of the source its external ids are from; `known_day` is when an address
  // began whose row does not tell. `person_key` must outlive it.
  FactMaker(const ExportShape& shape, std::string source, std::string numbering, Day known_day,
            const PersonKeyMaker& person_key);

  // Checks what joins the fields of a row and adds its facts; a row with a fault adds none. `identity` tells rows of clients
  // without a number apart.
  void Add(RowValues& row, absl::string_view identity);

  std::vector<v1::Fact> facts;
  std::vector<v1::PersonRecord> persons;

 private:
  void AddClient(RowValues& row, absl::string_view identity);
  // Key of the person by number, and once per file a record that tells its number to linking. REQUIRES: a number.
  std::string PersonOf(const RowValues& row);
  void AddNumberOnly(const std::string& person_key, const std::string& bsn);

  const ExportShape& shape_;
  const std::string source_;
  const std::string numbering_;
  const Day known_day_;
  const PersonKeyMaker& person_key_;
  absl::flat_hash_set<std::string> told_;  // Keys with a record of a number only.
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_EXPORT_FACTS_H_
