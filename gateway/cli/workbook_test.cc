// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/workbook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <zip.h>

#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"

namespace nmd::cli {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

struct Part {
  std::string text;
  int64_t modified = 0;
};

std::map<std::string, Part> PartsOf(const std::string& bytes) {
  std::map<std::string, Part> parts;
  zip_t* zip = zip_open_from_source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr), ZIP_CHECKCONS, nullptr);
  if (zip == nullptr) return parts;
  for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); ++i) {
    zip_stat_t stat;
    zip_stat_index(zip, static_cast<zip_uint64_t>(i), 0, &stat);
    Part& part = parts[stat.name];
    part.modified = stat.mtime;
    part.text.resize(stat.size);
    zip_file_t* file = zip_fopen_index(zip, static_cast<zip_uint64_t>(i), 0);
    zip_fread(file, part.text.data(), stat.size);
    zip_fclose(file);
  }
  zip_discard(zip);
  return parts;
}

const absl::Time kMade = absl::FromUnixSeconds(1522533599);

std::map<std::string, Part> Written(const std::vector<Sheet>& sheets) {
  const auto bytes = WorkbookOf(sheets, kMade);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? PartsOf(*bytes) : std::map<std::string, Part>();
}

// What a spreadsheet is told: numbers as numbers, texts by their place in the shared strings, the first row in sight.
const char kSheet[] =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
)"
    R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" )"
    R"(xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><dimension ref="A1:B5"/>)"
    R"(<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" )"
    R"(state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>)"
    R"(<cols><col min="1" max="1" width="16.7109375" customWidth="1"/><col min="2" max="2" width="16.7109375" )"
    R"(customWidth="1"/></cols><sheetData>)"
    R"(<row r="1" spans="1:2"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1" t="s"><v>1</v></c></row>)"
    R"(<row r="2" spans="1:2"><c r="A2" s="2"><v>43101</v></c><c r="B2" s="3"><v>598264.49</v></c></row>)"
    R"(<row r="3" spans="1:2"><c r="A3" s="4"><v>43131</v></c><c r="B3" s="5"><v>-1598</v></c></row>)"
    R"(<row r="4" spans="1:2"><c r="A4" s="6"><v>2018</v></c><c r="B4" s="7"><v>0.438</v></c></row>)"
    R"(<row r="5" spans="1:2"><c r="B5" s="3"><v>1.25</v></c></row></sheetData>)"
    R"(<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>)";

TEST(Workbook, HasCellsThatKnowWhatTheyAre) {
  const Sheet sheet = {"Cijfers",
                       1,
                       {{SheetCell::Text("Maand", true), SheetCell::Text("Bedrag", true)},
                        {SheetCell::MonthOfYear(*ParseMonth("2018-01")), SheetCell::Euro(59826449)},
                        {SheetCell::Date(*ParseDay("2018-01-31")), SheetCell::Count(-1598)},
                        {SheetCell::Year(2018), SheetCell::Share(0.438)},
                        {SheetCell(), SheetCell::Decimal(1.25)}}};
  const auto parts = Written({sheet});
  ASSERT_EQ(parts.count("xl/worksheets/sheet1.xml"), 1u);
  EXPECT_EQ(parts.at("xl/worksheets/sheet1.xml").text, kSheet);
  const std::string& styles = parts.at("xl/styles.xml").text;
  for (const char* format : {"#,##0", "#,##0.00", "0.0%", "dd-mm-yyyy", "mmm yyyy", "0"}) {
    EXPECT_THAT(styles, HasSubstr(absl::StrCat("formatCode=\"", format, "\"")));
  }
}

TEST(Workbook, IsWellFormedInEveryPart) {
  const auto parts = Written({{"Cijfers", 1, {{SheetCell::Text("<&\"'>]]> \x01 é 日"), SheetCell::Count(1)}}},
                              {"Toelichting", 0, {{SheetCell::Text(std::string(100, 'x'))}}}});
  for (const char* part : {"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
                           "xl/styles.xml", "xl/sharedStrings.xml"}) {
    EXPECT_EQ(parts.count(part), 1u) << part;
  }
  for (const auto& [name, part] : parts) {
    xmlDocPtr document = xmlReadMemory(part.text.data(), static_cast<int>(part.text.size()), nullptr, nullptr, XML_PARSE_NONET);
    EXPECT_NE(document, nullptr) << name;
    xmlFreeDoc(document);
  }
}

TEST(Workbook, NeverHoldsAFormula) {
  // The cells an attacker would send by way of a name in a delivery.
  std::vector<std::vector<SheetCell>> rows;
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\";\"klik\")", "\t=1", "{=1}", "http://x"}) {
    rows.push_back({SheetCell::Text(text)});
  }
  const auto parts = Written({{"Cijfers", 0, rows}});
  EXPECT_THAT(parts.at("xl/worksheets/sheet1.xml").text, Not(HasSubstr("<f>")));
  EXPECT_THAT(parts.at("xl/worksheets/sheet1.xml").text, Not(HasSubstr("hyperlink")));
  EXPECT_THAT(parts.at("xl/sharedStrings.xml").text, HasSubstr("<t>=1+1</t>"));
}

TEST(Workbook, IsTheSameForTheSameSheets) {
  const std::vector<Sheet> sheets = {{"Cijfers", 1, {{SheetCell::Text("Cliënten")}, {SheetCell::Count(1)}}}};
  const auto once = WorkbookOf(sheets, kMade), again = WorkbookOf(sheets, kMade);
  ASSERT_TRUE(once.ok() && again.ok());
  EXPECT_EQ(*once, *again);
  // No part says when it was written, so tomorrow it is the same too.
  const auto parts = PartsOf(*once);
  std::vector<int64_t> moments;
  for (const auto& [name, part] : parts) moments.push_back(part.modified);
  ASSERT_FALSE(moments.empty());
  EXPECT_THAT(moments, Each(moments[0]));
  EXPECT_LT(moments[0], absl::ToUnixSeconds(absl::FromCivil(absl::CivilDay(1981, 1, 1), absl::UTCTimeZone())));
  EXPECT_THAT(parts.at("docProps/core.xml").text, HasSubstr("2018-03-31T21:59:59Z"));
}

TEST(Workbook, LosesNoDigit) {
  // A spreadsheet would make 1.000.000.000.000.000 of it.
  EXPECT_EQ(SheetCell::Count(1'000'000'000'000'001).text, "1.000.000.000.000.001");
  EXPECT_EQ(SheetCell::Count(999'999'999'999'999).kind, SheetCell::Kind::kCount);
  EXPECT_EQ(SheetCell::Euro(-1'000'000'000'000'001).kind, SheetCell::Kind::kText);
  EXPECT_EQ(SheetCell::Euro(999'999'999'999'999).number, 9'999'999'999'999.99);
  // Excel thinks that 1900 had a 29 February.
  EXPECT_EQ(SheetCell::Date(DayOf(1900, 3, 1)).number, 61);
  EXPECT_EQ(SheetCell::Date(DayOf(1900, 2, 28)).text, "28-02-1900");
  EXPECT_EQ(SheetCell::Date(DayOf(2018, 1, 1)).number, 43101);
}

TEST(Workbook, SaysWhatDoesNotFit) {
  EXPECT_EQ(WorkbookOf({{"Te/fout", 0, {}}}, kMade).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(WorkbookOf({{"Lang", 0, {{SheetCell::Text(std::string(32768, 'x'))}}}}, kMade).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(WorkbookOf({{"Breed", 0, {std::vector<SheetCell>(16385)}}}, kMade).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(WorkbookOf({{"Breed", 0, {std::vector<SheetCell>(16384)}}}, kMade).ok());
}

}  // namespace
}  // namespace nmd::cli
