// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nmd::cli {
namespace {

size_t Width(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void AppendPadded(absl::string_view text, size_t width, bool right, std::string* line) {
  const std::string padding(width - std::min(width, Width(text)), ' ');
  right ? absl::StrAppend(line, padding, text) : absl::StrAppend(line, text, padding);
}

bool IsNumber(absl::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789.") == absl::string_view::npos;
}

void AppendCsv(absl::string_view text, bool number, std::string* csv) {
  const bool formula = !text.empty() && absl::StrContains("=+-@\t\r", text[0]) && !(number && IsNumber(text));
  const bool quote = formula || text.find_first_of(",\"\r\n") != absl::string_view::npos;
  if (quote) csv->push_back('"');
  if (formula) csv->push_back('\'');
  csv->append(quote ? absl::StrReplaceAll(text, {{"\"", "\"\""}}) : std::string(text));
  if (quote) csv->push_back('"');
}

}  // namespace

std::string TextOf(const Table& table) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    size_t width = Width(table.columns[i].title);
    for (const auto& row : table.rows) width = std::max(width, Width(row[i].text));
    widths.push_back(width);
  }
  std::string text;
  const auto append = [&](const auto& cell) {
    std::string line;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].title.empty()) continue;
      if (!line.empty()) line += "  ";
      AppendPadded(cell(i), widths[i], table.columns[i].number, &line);
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&text, line, "\n");
  };
  const auto rule = [&] { append([&](size_t i) { return std::string(widths[i], '-'); }); };
  append([&](size_t i) { return table.columns[i].title; });
  rule();
  for (size_t r = 0; r < table.rows.size(); ++r) {
    if (table.total_rows > 0 && r + table.total_rows == table.rows.size() && r > 0) rule();
    append([&](size_t i) { return table.rows[r][i].text; });
  }
  return text;
}

std::string CsvOf(const Table& table) {
  std::string csv;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) csv.push_back(',');
    AppendCsv(table.columns[i].key, false, &csv);
  }
  csv.push_back('\n');
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) csv.push_back(',');
      AppendCsv(row[i].raw, table.columns[i].number, &csv);
    }
    csv.push_back('\n');
  }
  return csv;
}

}  // namespace nmd::cli
