// SPDX-License-Identifier: EUPL-1.2
// What the command line exports, the monitor itself can read: two programs that agree on what a workbook is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "gateway/cli/workbook.h"
#include "services/ingestion/workbook_rows.h"

namespace nmd {
namespace {

using cli::SheetCell;
using ingestion::Cell;
using ::testing::ElementsAre;

std::vector<std::vector<std::string>> Read(const std::string& bytes, const std::string& sheet) {
  ingestion::WorkbookRows source(bytes, sheet);
  std::vector<std::vector<std::string>> rows;
  ingestion::Row row;
  while (source.Next(&row)) {
    EXPECT_EQ(row.fault, "");
    rows.emplace_back();
    for (const Cell& cell : row.cells) {
      rows.back().push_back(cell.type == Cell::Type::kNumber ? "number " + cell.text : cell.text);
    }
  }
  EXPECT_EQ(source.Failure(), "");
  return rows;
}

TEST(Workbook, IsReadAsItWasWritten) {
  const std::vector<cli::Sheet> sheets = {
      {"Cijfers",
       1,
       {{SheetCell::Text("Maand"), SheetCell::Text("Aanbieder <&\"'> é 日"), SheetCell::Text("Bedrag")},
        {SheetCell::MonthOfYear(MonthOf(2018, 1)), SheetCell::Text("01234567"), SheetCell::Euro(59826449)},
        {SheetCell::Date(DayOf(2018, 1, 31)), SheetCell::Text("=1+1"), SheetCell::Euro(-5)},
        {SheetCell::Text("Totaal"), SheetCell::Text(" onderdrukt "), SheetCell::Count(999'999'999'999'999)}}},
      {"Toelichting", 0, {{SheetCell::Text("Vraag"), SheetCell::Text("regel 1\nregel 2")}}}};
  const auto bytes = cli::WorkbookOf(sheets, absl::FromUnixSeconds(1522533599));
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  ASSERT_TRUE(ingestion::IsWorkbook(*bytes));
  EXPECT_THAT(Read(*bytes, "Cijfers"), ElementsAre(ElementsAre("Maand", "Aanbieder <&\"'> é 日", "Bedrag"),
                                                   ElementsAre("number 43101", "01234567", "number 598264.49"),
                                                   ElementsAre("number 43131", "=1+1", "number -0.05"),
                                                   ElementsAre("Totaal", " onderdrukt ", "number 999999999999999")));
  EXPECT_THAT(Read(*bytes, "Toelichting"), ElementsAre(ElementsAre("Vraag", "regel 1\nregel 2")));
  ingestion::WorkbookRows source(*bytes, "Cijfers");
  ingestion::Row row;
  ASSERT_TRUE(source.Next(&row));
  EXPECT_EQ(source.DayOfNumber(43131), DayOf(2018, 1, 31));
}

TEST(Workbook, KeepsEveryCent) {
  // Money is written as a binary fraction; what a reader finds is the same cents.
  std::mt19937_64 random(5);
  cli::Sheet sheet = {"Cijfers", 0, {}};
  std::vector<std::string> expected;
  for (int i = 0; i < 5000; ++i) {
    const int64_t digits = int64_t{1} << (i % 49);
    const auto cents = static_cast<int64_t>(random() % static_cast<uint64_t>(digits)) * 100 + i % 100;
    if (cents > 999'999'999'999'999) continue;
    sheet.rows.push_back({SheetCell::Euro(cents)});
    std::string text = absl::StrFormat("%d.%02d", cents / 100, cents % 100);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    expected.push_back("number " + text);
  }
  const auto bytes = cli::WorkbookOf({sheet}, absl::UnixEpoch());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto rows = Read(*bytes, "Cijfers");
  ASSERT_EQ(rows.size(), expected.size());
  for (size_t i = 0; i < rows.size(); ++i) ASSERT_THAT(rows[i], ElementsAre(expected[i]));
}

}  // namespace
}  // namespace nmd
