// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/table.h"

#include <gtest/gtest.h>

namespace nmd::cli {
namespace {

TEST(Table, AlignsByCharactersNotBytes) {
  Table table;
  table.columns = {{"Wijk", "wijk"}, {"Cliënten", "clienten", true}, {"", "toestand"}};
  table.rows = {{Cell::Same("Eelde"), {"1.598", "1598"}, {"", "beantwoord"}},
                {Cell::Same("Vriezerveen-Noord"), {"€ 7", "7"}, {"", "beantwoord"}},
                {Cell::Same("Totaal"), {"1.605", "1605"}, {"", "beantwoord"}}};
  table.total_rows = 1;
  EXPECT_EQ(TextOf(table),
            "Wijk               Cliënten\n"
            "-----------------  --------\n"
            "Eelde                 1.598\n"
            "Vriezerveen-Noord       € 7\n"
            "-----------------  --------\n"
            "Totaal                1.605\n");
}

TEST(Table, WrapsSentencesForPeopleOnly) {
  Table table;
  table.columns = {{"Regel", "regel"}, {"Tekst", "tekst", false, 10}, {"Aantal", "aantal", true}};
  table.rows = {{Cell::Same("TR101"), Cell::Same("één twee drie vierhonderdvijftig zes"), Cell::Same("1")},
                {Cell::Same("TR102"), Cell::Same("kort"), Cell::Same("2")}};
  EXPECT_EQ(TextOf(table),
            "Regel  Tekst               Aantal\n"
            "-----  ------------------  ------\n"
            "TR101  één twee                 1\n"
            "       drie\n"
            "       vierhonderdvijftig\n"
            "       zes\n"
            "TR102  kort                     2\n");
  EXPECT_EQ(CsvOf(table), "regel,tekst,aantal\nTR101,één twee drie vierhonderdvijftig zes,1\nTR102,kort,2\n");
}

TEST(Table, WritesCsvThatReadsBack) {
  Table table;
  table.columns = {{"Naam", "naam"}, {"Bedrag", "bedrag", true}};
  table.rows = {{{"x", "Zorg, \"samen\""}, {"€ 1", "-18500.00"}}, {{"x", "regel\neinde"}, {"", ""}}};
  EXPECT_EQ(CsvOf(table),
            "naam,bedrag\n"
            "\"Zorg, \"\"samen\"\"\",-18500.00\n"
            "\"regel\neinde\",\n");
}

TEST(Table, LetsNoCellBecomeAFormula) {
  Table table;
  table.columns = {{"a", "a"}, {"b", "b", true}};
  for (const char* text : {"=1+1", "+31", "-2", "@SUM(A1)", "\tx", "\rx"}) {
    table.rows = {{Cell::Same(text), Cell::Same("-3.5")}};
    EXPECT_EQ(CsvOf(table), std::string("a,b\n\"'") + text + "\",-3.5\n");
  }
  // In a column of numbers a true negative number stays one; anything else does not pass for it.
  table.rows = {{Cell::Same("x"), Cell::Same("-2+cmd")}};
  EXPECT_EQ(CsvOf(table), "a,b\nx,\"'-2+cmd\"\n");
}

TEST(Table, HasATitleLineEvenWhenEmpty) {
  Table table;
  table.columns = {{"Bron", "bron"}};
  EXPECT_EQ(TextOf(table), "Bron\n----\n");
  EXPECT_EQ(CsvOf(table), "bron\n");
}

TEST(DutchCsv, ASpreadsheetSetToDutchReadsNumbersAndDates) {
  Table table;
  table.columns = {{"Maand", "van"}, {"Naam", "naam"}, {"Bedrag", "waarde", true}};
  table.rows = {{Cell::Same("2018-02-01"), Cell::Same("Zorg; en \"hulp\""), {"", "-598264.50"}},
                {Cell::Same(""), Cell::Same("=HYPERLINK(1)"), {"", ""}},
                {Cell::Same("2018"), Cell::Same("-1,5"), {"", "@SUM(1)"}}};
  EXPECT_EQ(DutchCsvOf(table),
            "\xEF\xBB\xBFvan;naam;waarde\r\n01-02-2018;\"Zorg; en \"\"hulp\"\"\";-598264,50\r\n;\"'=HYPERLINK(1)\";\r\n"
            "2018;\"'-1,5\";\"'@SUM(1)\"\r\n");
}

}  // namespace
}  // namespace nmd::cli
