// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/workbook_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/ingestion/export_source.h"
#include "services/ingestion/test_workbook.h"

namespace nmd::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Parts;
using ::testing::SizeIs;
using testing::WorkbookParts;
using testing::Zipped;

// Rows as "line: cell | cell", a number with #, an ISO date with @, a formula without a result as !.
std::vector<std::string> RowsIn(RowSource& rows) {
  std::vector<std::string> seen;
  for (Row row; rows.Next(&row);) {
    std::vector<std::string> cells;
    for (const Cell& cell : row.cells) {
      constexpr const char* kMarks[] = {"", "#", "@", "!"};
      cells.push_back(absl::StrCat(kMarks[static_cast<size_t>(cell.type)], cell.text));
    }
    seen.push_back(absl::StrCat(row.line, ": ", row.fault.empty() ? absl::StrJoin(cells, " | ") : row.fault));
  }
  return seen;
}

std::vector<std::string> RowsIn(const Parts& parts, absl::string_view sheet = "", int64_t first_row = 1) {
  const std::string bytes = Zipped(parts);
  WorkbookRows rows(bytes, sheet, first_row);
  std::vector<std::string> seen = RowsIn(rows);
  if (!rows.Failure().empty()) seen.push_back(absl::StrCat("! ", rows.Failure()));
  return seen;
}

std::string Inline(absl::string_view reference, absl::string_view text) {
  return absl::StrCat("<c r=\"", reference, "\" t=\"inlineStr\"><is><t>", text, "</t></is></c>");
}

TEST(WorkbookRows, ReadsEveryTypeOfCell) {
  const std::string strings =
      "<si><t>naam</t></si><si><r><t>sa</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">men </t></r>"
      "<rPh sb=\"0\" eb=\"1\"><t>klank</t></rPh></si>";
  const std::string sheet =
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"inlineStr\"><is><r><t>a &amp; "
      "</t></r><r><t>b</t></r></is></c>"
      "<c r=\"C1\" t=\"s\" s=\"4\"><v>1</v></c><c r=\"D1\" t=\"str\"><f>A1</f><v>naam</v></c></row>"
      "<row r=\"3\"><c r=\"A3\"><v>30.499999999999996</v></c><c r=\"B3\" t=\"n\"><f>1+1</f><v>43132</v></c>"
      "<c r=\"C3\" t=\"b\"><v>1</v></c><c r=\"D3\" t=\"d\"><v>2018-02-01T00:00:00</v></c></row>"
      "<row r=\"4\"><c r=\"A4\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"B4\"><f>1+1</f></c><c r=\"C4\" s=\"3\"/></row>";
  EXPECT_THAT(RowsIn(WorkbookParts({{"Blad1", sheet}}, strings)),
              ElementsAre("1: naam | a & b | samen  | naam", "3: #30.5 | #43132 | 1 | @2018-02-01T00:00:00", "4: ! | ! |  | "));
}

TEST(WorkbookRows, CellsAreWhereTheyStand) {
  const std::string sheet = absl::StrCat("<row r=\"2\">", Inline("A2", "a"), Inline("C2", "c"), "</row>",  // B is empty
                                         "<row>", Inline("", "x"), Inline("", "y"), Inline("", "z"), Inline("", "aside"),
                                         "</row>", "<row r=\"9\" spans=\"1:3\">", Inline("B9", "b"), "</row>", "<row r=\"10\">",
                                         Inline("Z10", "only aside"), "</row><row r=\"11\"/>");
  EXPECT_THAT(RowsIn(WorkbookParts({{"Blad1", sheet}})), ElementsAre("2: a |  | c", "3: x | y | z", "9:  | b | "));
}

TEST(WorkbookRows, ReadsTheNamedSheetElseTheFirst) {
  const Parts parts = WorkbookParts(
      {{"Uitleg", "<row>" + Inline("A1", "uitleg") + "</row>"}, {"Cli&amp;nten", "<row>" + Inline("A1", "data") + "</row>"}});
  EXPECT_THAT(RowsIn(parts), ElementsAre("1: uitleg"));
  EXPECT_THAT(RowsIn(parts, "Cli&nten"), ElementsAre("1: data"));
  EXPECT_THAT(RowsIn(parts, "Anders"), ElementsAre("! de Excel-werkmap heeft geen werkblad met de naam Anders"));
  EXPECT_THAT(RowsIn(WorkbookParts({})), ElementsAre("! de Excel-werkmap heeft geen werkbladen"));
}

TEST(WorkbookRows, WhatStandsAboveTheFirstRowIsNotRead) {
  const std::string sheet = absl::StrCat("<row r=\"1\">", Inline("A1", "Titel"), "</row><row r=\"4\">", Inline("A4", "a"),
                                         Inline("B4", "b"), "</row>");
  EXPECT_THAT(RowsIn(WorkbookParts({{"Blad1", sheet}}), "", 2), ElementsAre("4: a | b"));
}

TEST(WorkbookRows, NumbersAreDaysInTheCalendarOfTheWorkbook) {
  const std::string in_1900 = Zipped(WorkbookParts({{"Blad1", ""}})),
                    in_1904 = Zipped(WorkbookParts({{"Blad1", ""}}, "", true));
  const WorkbookRows rows(in_1900, ""), rows_1904(in_1904, "");
  EXPECT_EQ(rows.DayOfNumber(1), DayOf(1900, 1, 1));
  EXPECT_EQ(rows.DayOfNumber(59), DayOf(1900, 2, 28));
  EXPECT_EQ(rows.DayOfNumber(60), std::nullopt) << "29 February 1900 never was";
  EXPECT_EQ(rows.DayOfNumber(61), DayOf(1900, 3, 1));
  EXPECT_EQ(rows.DayOfNumber(43132), DayOf(2018, 2, 1));
  EXPECT_EQ(rows.DayOfNumber(2'958'465), DayOf(9999, 12, 31));
  for (const int64_t wrong : {int64_t{0}, int64_t{-1}, int64_t{2'958'466}, INT64_MAX})
    EXPECT_EQ(rows.DayOfNumber(wrong), std::nullopt);
  EXPECT_EQ(rows_1904.DayOfNumber(0), DayOf(1904, 1, 1));
  EXPECT_EQ(rows_1904.DayOfNumber(41670), DayOf(2018, 2, 1));
  EXPECT_EQ(rows_1904.DayOfNumber(2'957'003), DayOf(9999, 12, 31));
  EXPECT_EQ(rows_1904.DayOfNumber(2'957'004), std::nullopt);
  EXPECT_EQ(rows_1904.DayOfNumber(-1), std::nullopt);
}

TEST(WorkbookRows, ARowThatIsTooWideOrTooLongIsAFaultAndTheOthersAreRead) {
  std::string wide, far = "<c r=\"XFD3\"><v>1</v></c>";
  for (int i = 0; i < 300; ++i) absl::StrAppend(&wide, "<c><v>1</v></c>");
  const std::string sheet =
      absl::StrCat("<row r=\"1\">", Inline("A1", "a"), "</row><row r=\"2\">", wide, "</row><row r=\"3\">", far,
                   "</row><row r=\"4\">", Inline("A4", std::string(70'000, 'z')), "</row><row r=\"5\">", Inline("A5", "ok"),
                   "</row><row r=\"6\"><c r=\"A6\" t=\"s\"><v>7</v></c></row>");
  EXPECT_THAT(RowsIn(WorkbookParts({{"Blad1", sheet}})),
              ElementsAre("1: a", "2: de regel heeft meer dan 256 kolommen", "3: de regel heeft meer dan 256 kolommen",
                          "4: de regel is langer dan 65536 tekens", "5: ok", HasSubstr("6: een cel verwijst naar een tekst")));
}

// Each is one finding that says what to do; none crashes, hangs or takes memory in proportion to what it claims.
TEST(WorkbookRows, HostileWorkbooksAreRefused) {
  const std::string damaged = "! de Excel-werkmap is beschadigd; sla haar opnieuw op als .xlsx";
  const std::string too_large = "! de Excel-werkmap is uitgepakt te groot; verwijder andere gegevens of lever CSV aan";
  const Parts good = WorkbookParts({{"Blad1", "<row><c><v>1</v></c></row>"}});
  struct Hostile {
    const char* name;
    std::string part, text, outcome;
  };
  const std::string doctype = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
  std::string deep, namespaces, attributes, many;
  for (int i = 0; i < 1'000'000; ++i) deep += "<a>";
  for (int i = 0; i < 200; ++i) absl::StrAppend(&namespaces, " xmlns:n", i, "=\"u", i, "\"");
  for (int i = 0; i < 100; ++i) absl::StrAppend(&attributes, " a", i, "=\"\"");
  for (int i = 0; i < 300'000; ++i) absl::StrAppend(&many, " a", i, "=\"\"");
  const std::string sheet = "xl/worksheets/sheet1.xml", strings = "xl/sharedStrings.xml";
  const std::vector<Hostile> cases = {
      {"not XML", sheet, "PK", damaged},
      {"empty part", sheet, "", damaged},
      {"truncated", sheet, good.at(sheet).substr(0, good.at(sheet).size() - 5), damaged},
      {"entities", sheet, doctype + "<worksheet><sheetData><row><c t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>",
       damaged},
      {"entities in the strings", strings, doctype + "<sst><si><t>&b;</t></si></sst>", damaged},
      {"unknown entity", sheet, "<worksheet><sheetData><row><c t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>",
       damaged},
      {"a million nested elements", sheet, deep, damaged},
      {"many namespaces", sheet, absl::StrCat("<worksheet", namespaces, "/>"), damaged},
      {"many attributes", sheet, absl::StrCat("<worksheet", attributes, "/>"), damaged},
      {"hundreds of thousands of attributes", sheet, absl::StrCat("<worksheet", many, "/>"), damaged},
      {"a bomb in the strings", strings, absl::StrCat("<sst><si><t>", std::string(70 << 20, 'a'), "</t></si></sst>"),
       too_large},
      {"a bomb in the contents", "xl/workbook.xml", absl::StrCat("<workbook>", std::string(5 << 20, ' '), "</workbook>"),
       too_large},
      {"no contents", "xl/workbook.xml", "<workbook/>", "! de Excel-werkmap heeft geen werkbladen"},
      {"no relations", "xl/_rels/workbook.xml.rels", "<Relationships/>", damaged},
      {"a part that is not there", "xl/_rels/workbook.xml.rels",
       absl::StrReplaceAll(good.at("xl/_rels/workbook.xml.rels"), {{"sheet1", "../../../etc/passwd"}}), damaged},
      {"another document", "_rels/.rels", "<Relationships/>",
       "! het bestand is een zip, maar geen Excel-werkmap; lever .xlsx of CSV aan"},
  };
  EXPECT_THAT(RowsIn(good), ElementsAre("1: #1"));
  for (const Hostile& hostile : cases) {
    Parts parts = good;
    parts[hostile.part] = hostile.text;
    EXPECT_EQ(RowsIn(parts).back(), hostile.outcome) << hostile.name;
  }
}

// A zip says how large its parts are, and may lie.
TEST(WorkbookRows, ABombThatSaysItIsSmallIsRefused) {
  Parts parts = WorkbookParts({{"Blad1", "<row><c><v>1</v></c></row>"}});
  const uint32_t size = 70 << 20, lie = 1000;
  parts["xl/sharedStrings.xml"] = std::string(size, ' ');
  std::string bytes = Zipped(parts);
  const std::string truth(reinterpret_cast<const char*>(&size), 4), other(reinterpret_cast<const char*>(&lie), 4);
  int places = 0;
  for (size_t at = bytes.find(truth); at != std::string::npos; at = bytes.find(truth, at + 4), ++places)
    bytes.replace(at, 4, other);
  ASSERT_EQ(places, 2) << "at the part and in the directory";
  WorkbookRows rows(bytes, "");
  EXPECT_THAT(RowsIn(rows), IsEmpty());
  EXPECT_THAT(rows.Failure(), HasSubstr("te groot"));
}

TEST(WorkbookRows, ADamagedZipIsRefused) {
  const std::string good = Zipped(WorkbookParts({{"Blad1", "<row><c><v>1</v></c></row>"}}));
  const auto failure = [](std::string bytes) {
    WorkbookRows rows(bytes, "");
    RowsIn(rows);
    return rows.Failure();
  };
  EXPECT_EQ(failure(good), "");
  EXPECT_THAT(failure(good.substr(0, good.size() / 2)), HasSubstr("beschadigd"));
  EXPECT_THAT(failure("PK\x03\x04"), HasSubstr("beschadigd"));
  EXPECT_THAT(failure(""), HasSubstr("beschadigd"));
  std::mt19937 random(20180201);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    refused += failure(bytes).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 100) << "the checksums of the zip see most of them";
}

internal::v1::MappingFile PostcodeMapping() {
  internal::v1::MappingFile mapping;
  mapping.set_source("postcodes");
  mapping.set_title("Postcodes");
  mapping.set_owner("gemeente");
  mapping.set_kind(internal::v1::POSTCODES);
  mapping.set_separator(";");
  mapping.set_dates(internal::v1::DUTCH_DATE);
  for (const char* field : {"year", "postcode", "house_number", "buurt"}) (*mapping.mutable_columns())[field] = field;
  return mapping;
}

std::string Plain(absl::string_view identity) { return std::string(identity); }

// The same table as text and as workbook is the same facts and findings, whatever stands in it.
TEST(WorkbookRows, AWorkbookSaysTheSameAsTheTextItWasMadeOf) {
  const absl::StatusOr<ExportSource> source = ExportSource::Make(PostcodeMapping());
  ASSERT_TRUE(source.ok()) << source.status();
  const std::vector<std::vector<std::string>> words = {{"2018", "2019", "20", "x", ""},
                                                       {"9471AB", "9471 ab", "9471", ""},
                                                       {"1", "99999", "-1", "12a", ""},
                                                       {"BU17300101", "BU17300102", "WK173001", ""}};
  std::mt19937 random(20180202);
  for (int round = 0; round < 200; ++round) {
    std::string text = "year;postcode;house_number;buurt\n", sheet = "<row>";
    for (const char* header : {"year", "postcode", "house_number", "buurt"}) sheet += Inline("", header);
    sheet += "</row>";
    for (size_t rows = random() % 6; rows > 0; --rows) {
      std::vector<std::string> cells;
      sheet += "<row>";
      for (size_t i = 0; i < words.size(); ++i) {
        cells.push_back(words[i][random() % (words[i].size() - (i == 0 ? 1 : 0))]);
        const bool typed = cells.back() != "" && cells.back().find_first_not_of("0123456789") == std::string::npos;
        sheet += typed && random() % 2 == 0 ? absl::StrCat("<c><v>", cells.back(), "</v></c>") : Inline("", cells.back());
      }
      sheet += "</row>";
      absl::StrAppend(&text, absl::StrJoin(cells, ";"), "\n");
    }
    const ExportReading as_text = source->Read(text, 20'000, Plain);
    const ExportReading as_workbook = source->Read(Zipped(WorkbookParts({{"Blad1", sheet}})), 20'000, Plain);
    EXPECT_EQ(as_text.findings, as_workbook.findings) << text;
    EXPECT_EQ(as_text.record_count, as_workbook.record_count);
    EXPECT_EQ(as_text.sound_record_count, as_workbook.sound_record_count);
    ASSERT_EQ(as_text.facts.size(), as_workbook.facts.size()) << text;
    for (size_t i = 0; i < as_text.facts.size(); ++i) {
      EXPECT_EQ(as_text.facts[i].ShortDebugString(), as_workbook.facts[i].ShortDebugString());
    }
  }
}

TEST(WorkbookRows, AFormulaWithoutAResultIsAFindingOfItsRowOnly) {
  const absl::StatusOr<ExportSource> source = ExportSource::Make(PostcodeMapping());
  const std::string sheet =
      absl::StrCat("<row>", Inline("", "year"), Inline("", "postcode"), Inline("", "house_number"), Inline("", "buurt"),
                   Inline("", "som"), "</row><row><c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>", Inline("", "9471AB"), "<c/>",
                   Inline("", "BU17300101"), "</row><row><c><v>2018</v></c>", Inline("", "9471AB"), "<c/>",
                   Inline("", "BU17300101"), "<c t=\"e\"><v>#N/A</v></c></row>");
  const ExportReading reading = source->Read(Zipped(WorkbookParts({{"Blad1", sheet}})), 20'000, Plain);
  ASSERT_THAT(reading.findings, SizeIs(1)) << "what is wrong in a column that is not read does not matter";
  EXPECT_EQ(reading.findings[0].text,
            "regel 2, kolom year: de formule in de cel heeft geen uitkomst; herstel de formule en sla het werkblad opnieuw op");
  EXPECT_THAT(reading.facts, SizeIs(1));
}

TEST(WorkbookRows, AnOldWorkbookIsRefusedWithAdvice) {
  const absl::StatusOr<ExportSource> source = ExportSource::Make(PostcodeMapping());
  const ExportReading reading = source->Read("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 20'000, Plain);
  ASSERT_THAT(reading.findings, SizeIs(1));
  EXPECT_TRUE(reading.findings[0].fatal);
  EXPECT_THAT(reading.findings[0].text, HasSubstr("sla het op als .xlsx"));
  EXPECT_THAT(reading.facts, IsEmpty());
}

}  // namespace
}  // namespace nmd::ingestion
