// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_EXPORT_FIELDS_H_
#define NMD_SERVICES_INGESTION_EXPORT_FIELDS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "nmd/internal/v1/mapping.pb.h"

// The kinds of exports as a table: which fields a kind has, what their cells hold, and where that goes in the fact. Says the
// same as mapping.proto in a form that programs read.
namespace nmd::ingestion {

enum class FieldType {
  kText,          // at most `max` bytes
  kCode,          // one of `codes`
  kDate,          // a Day
  kLastDay,       // the last day of a period; the Day after it
  kWhole,         // from `min` to `max`
  kAmount,        // cents, not negative
  kSignedAmount,  // cents
  kNumber,        // thousandths, and how many decimals there were
  kBsn,
  kAgb,
  kCategory,      // two digits
  kMunicipality,  // four digits
  kPostcode,
  kWijk,
  kBuurt,
  kTaakveld,
  kIv3Category,
};

enum class Need {
  kOptional,
  kMapped,  // a column or a constant, with or without a value
  kFilled,  // a column or a constant, with a value in every row
};

struct ExportField {
  absl::string_view name;
  FieldType type = FieldType::kText;
  Need need = Need::kOptional;
  // Field of the fact it goes to as it is; empty when its maker does something with it.
  absl::string_view target;
  int64_t min = 0, max = 0;
  std::vector<absl::string_view> codes;
};

struct ExportShape {
  internal::v1::ExportKind kind;
  // Field of Fact. Empty for CLIENTS, whose rows give more than one fact.
  absl::string_view payload;
  std::vector<ExportField> fields;
  // Every row names a person by bsn or external_id.
  bool needs_person = false;
  // Rows have a period: start and end, or year, or year and month; filled in every row.
  bool has_period = false;
  // One of category and product must be mapped and filled.
  bool needs_product = false;
};

// Null for EXPORT_KIND_UNSPECIFIED and numbers that are no kind.
const ExportShape* ShapeOf(internal::v1::ExportKind kind);

// Position of a field in its shape; -1 when the kind has no such field.
int FieldIndex(const ExportShape& shape, absl::string_view name);

// Whether the values of a type have an order, so that a mapping can give them a range.
bool HasOrder(FieldType type);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_EXPORT_FIELDS_H_
