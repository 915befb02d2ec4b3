// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_TABLE_H_
#define NMD_GATEWAY_CLI_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

// One table, two readers: people get aligned columns with Dutch numbers, machines get CSV (profile B of requirements 5.2).
namespace nmd::cli {

struct Column {
  std::string title;    // For people: "Cliënten"; empty: a column for machines only.
  std::string key;      // For machines, snake_case: "clienten".
  bool number = false;  // Aligned right; and in CSV a cell may begin with a minus sign.
  size_t wrap = 0;      // For people, sentences go on below each other after about so many characters; 0: never.
};

struct Cell {
  std::string text;  // For people: "€ 598.264".
  std::string raw;   // For machines: "598264.00".

  static Cell Same(const std::string& both) { return {both, both}; }
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  size_t total_rows = 0;  // How many rows at the end are totals, set off by a line.
};

// Characters of a text, which are not its bytes.
size_t TextWidth(absl::string_view text);

// Columns two spaces apart, a line below the titles. Widths are counted in characters, not bytes.
std::string TextOf(const Table& table);

// RFC 4180 with the keys as header: UTF-8 without BOM, comma, LF. A text cell that a spreadsheet would take for a formula
// (beginning with = + - @ tab or return) gets an apostrophe in front.
std::string CsvOf(const Table& table);

// The same for a spreadsheet set to Dutch (profile A of requirements 5.2): UTF-8 with BOM, semicolon, CRLF, decimal comma in
// number columns and dates as dd-mm-jjjj. Formulas are kept from running as in CsvOf.
std::string DutchCsvOf(const Table& table);

// As --format says: "csv", "csv-nl", and else as text.
std::string Printed(const Table& table, absl::string_view format);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_TABLE_H_
