// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CELL_READER_H_
#define NMD_SERVICES_INGESTION_CELL_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "services/ingestion/export_fields.h"
#include "services/ingestion/export_rows.h"

// What a cell says, by the type of its field and the styles of a mapping.
namespace nmd::ingestion {

struct CellValue {
  bool filled = false;
  // Text, codes, postcodes and the like in their normal form: leading zeros, upper case, no space in a postcode.
  std::string text;
  // Days, whole numbers, cents and thousandths.
  int64_t number = 0;
  // Decimals that stood there (kNumber).
  int32_t decimals = 0;
  // It was a number of a workbook: zeros at the end of a code may be lost.
  bool typed = false;
};

// Word in lower case -> code.
using Words = std::map<std::string, std::string>;

// Reads a cell into `value`, which stays unfilled when the cell is empty or faulty. The answer is what is wrong with it, in
// Dutch and without its value; empty when nothing is. `words` may be null; `rows` may be null for text that is in no file.
// A number of a workbook gets the leading zeros back that a code, a BSN or an AGB code lost.
std::string ReadCell(const ExportField& field, const internal::v1::MappingFile& mapping, const Words* words,
                     const RowSource* rows, const Cell& cell, CellValue* value);

// A decimal number as a whole number of its smallest part: with 2 decimals "-1.500,5" is -150050. Groups of three digits or
// none; at most 18 digits. `shown` gets how many decimals stood there.
std::optional<int64_t> ParseDecimal(absl::string_view text, internal::v1::DecimalSign sign, int decimals,
                                    int32_t* shown = nullptr);

// Euros in cents; at most 10,000,000,000,000.00 either way. "-1.500.000,00" is -150000000.
std::optional<int64_t> ParseAmount(absl::string_view text, internal::v1::DecimalSign sign);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CELL_READER_H_
