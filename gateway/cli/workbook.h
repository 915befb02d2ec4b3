// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_WORKBOOK_H_
#define NMD_GATEWAY_CLI_WORKBOOK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/core/date.h"
#include "services/core/money.h"

// Excel workbooks (.xlsx, ECMA-376) with cells that know what they are: a spreadsheet set to Dutch shows 1.234,50 and
// 31-01-2018, one set to English its own forms, and both can calculate with them. libxlsxwriter writes the parts.
namespace nmd::cli {

struct SheetCell {
  enum class Kind : uint8_t {
    kText,     // Never a formula, whatever it begins with.
    kCount,    // 1.234
    kEuro,     // 1.234,50
    kDecimal,  // 1,23
    kShare,    // 0.438 is shown as 43,8%.
    kDay,      // 31-01-2018
    kMonth,    // jan 2018: its first day.
    kYear,     // 2018
  };
  Kind kind = Kind::kText;
  std::string text;   // Of kText; UTF-8, at most 32,767 characters.
  double number = 0;  // Of the rest. Days are counted as in Excel: 1 January 2018 is 43,101.
  bool bold = false;

  static SheetCell Text(std::string text, bool bold = false) { return {Kind::kText, std::move(text), 0, bold}; }
  // A spreadsheet keeps 15 digits; a number with more of them is a text here, so that none is lost.
  static SheetCell Count(int64_t count);
  static SheetCell Euro(Cents cents);
  static SheetCell Decimal(double value) { return {Kind::kDecimal, "", value, false}; }
  static SheetCell Share(double share) { return {Kind::kShare, "", share, false}; }
  // Before March 1900, where the days of Excel are off by one, a text.
  static SheetCell Date(Day day);
  static SheetCell MonthOfYear(Month month);
  static SheetCell Year(int year) { return {Kind::kYear, "", static_cast<double>(year), false}; }
};

struct Sheet {
  std::string name;     // At most 31 characters, none of []:*?/\.
  int frozen_rows = 0;  // So many rows at the top stay in sight.
  std::vector<std::vector<SheetCell>> rows;
};

// The bytes of the file. The same sheets and moment give the same bytes: no clock, no name of a maker.
// Errors: RESOURCE_EXHAUSTED for more than 1,048,576 rows or 16,384 columns, INVALID_ARGUMENT for a text or name that does not
// fit, INTERNAL when the folder for temporary files cannot be written.
absl::StatusOr<std::string> WorkbookOf(const std::vector<Sheet>& sheets, absl::Time made);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_WORKBOOK_H_
