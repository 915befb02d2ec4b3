// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/table.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/core/date.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {

void AppendPadded(absl::string_view text, size_t width, bool right, std::string* line) {
  const std::string padding(width - std::min(width, TextWidth(text)), ' ');
  right ? absl::StrAppend(line, padding, text) : absl::StrAppend(line, text, padding);
}

bool IsNumber(absl::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789.") == absl::string_view::npos;
}

// `number`: what it says is a number, which may begin with a minus sign. `special`: the characters that need quotes.
void AppendCsv(absl::string_view text, bool number, absl::string_view special, std::string* csv) {
  const bool formula = !text.empty() && absl::StrContains("=+-@\t\r", text[0]) && !number;
  const bool quote = formula || text.find_first_of(special) != absl::string_view::npos;
  if (quote) csv->push_back('"');
  if (formula) csv->push_back('\'');
  csv->append(quote ? absl::StrReplaceAll(text, {{"\"", "\"\""}}) : std::string(text));
  if (quote) csv->push_back('"');
}

// The words in lines of at most `width` characters; a longer word has a line of its own.
std::vector<std::string> Wrapped(const std::string& text, size_t width) {
  if (width == 0 || TextWidth(text) <= width) return {text};
  std::vector<std::string> lines(1);
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!lines.back().empty() && TextWidth(lines.back()) + 1 + TextWidth(word) > width) lines.emplace_back();
    absl::StrAppend(&lines.back(), lines.back().empty() ? "" : " ", word);
  }
  return lines;
}

}  // namespace

size_t TextWidth(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string TextOf(const Table& table) {
  std::vector<std::vector<std::vector<std::string>>> rows;  // Lines by row and column.
  std::vector<size_t> widths;
  for (const Column& column : table.columns) widths.push_back(TextWidth(column.title));
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      rows.back().push_back(Wrapped(row[i].text, table.columns[i].wrap));
      for (const std::string& line : rows.back().back()) widths[i] = std::max(widths[i], TextWidth(line));
    }
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
  for (size_t r = 0; r < rows.size(); ++r) {
    if (table.total_rows > 0 && r + table.total_rows == rows.size() && r > 0) rule();
    size_t height = 1;
    for (const auto& lines : rows[r]) height = std::max(height, lines.size());
    for (size_t n = 0; n < height; ++n) {
      append([&](size_t i) { return n < rows[r][i].size() ? rows[r][i][n] : std::string(); });
    }
  }
  return text;
}

std::string CsvOf(const Table& table) {
  constexpr absl::string_view kSpecial = ",\"\r\n";
  std::string csv;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) csv.push_back(',');
    AppendCsv(table.columns[i].key, false, kSpecial, &csv);
  }
  csv.push_back('\n');
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) csv.push_back(',');
      AppendCsv(row[i].raw, table.columns[i].number && IsNumber(row[i].raw), kSpecial, &csv);
    }
    csv.push_back('\n');
  }
  return csv;
}

std::string DutchCsvOf(const Table& table) {
  constexpr absl::string_view kSpecial = ";\"\r\n";
  std::string csv = "\xEF\xBB\xBF";
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) csv.push_back(';');
    AppendCsv(table.columns[i].key, false, kSpecial, &csv);
  }
  csv += "\r\n";
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) csv.push_back(';');
      const bool number = table.columns[i].number && IsNumber(row[i].raw);
      const std::optional<Day> day = ParseDay(row[i].raw);
      AppendCsv(number ? absl::StrReplaceAll(row[i].raw, {{".", ","}})
                : day  ? dutch::Date(*day)
                       : row[i].raw,
                number, kSpecial, &csv);
    }
    csv += "\r\n";
  }
  return csv;
}

std::string Printed(const Table& table, absl::string_view format) {
  return format == "csv" ? CsvOf(table) : format == "csv-nl" ? DutchCsvOf(table) : TextOf(table);
}

}  // namespace nmd::cli
