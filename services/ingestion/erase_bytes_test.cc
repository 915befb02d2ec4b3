// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/erase_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_replace.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_message.h"
#include "services/ingestion/test_workbook.h"

namespace nmd::ingestion {
namespace {

using testing::ClaimMessage;
using testing::EnvelopeOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Render;
using testing::TestBsn;
using testing::ZipOf;

// A workbook of texts.
std::string Workbook(const std::vector<std::vector<std::string>>& rows) {
  std::string data;
  for (size_t row = 0; row < rows.size(); ++row) {
    absl::StrAppend(&data, "<row r=\"", row + 1, "\">");
    for (size_t column = 0; column < rows[row].size(); ++column) {
      absl::StrAppend(&data, "<c r=\"", std::string(1, static_cast<char>('A' + column)), row + 1, "\" t=\"inlineStr\"><is><t>",
                      rows[row][column], "</t></is></c>");
    }
    absl::StrAppend(&data, "</row>");
  }
  return testing::Zipped(testing::WorkbookParts({{"Blad1", data}}));
}

TEST(MayTellOf, FindsANumberAsSourcesWriteIt) {
  const std::string bsn = TestBsn(3);
  const std::string dotted = absl::StrCat(bsn.substr(0, 4), ".", bsn.substr(4, 2), ".", bsn.substr(6));
  std::string wide;
  for (const char digit : bsn) wide += {digit, '\0'};
  const std::string eaten = "12345672";  // Of 012345672.
  struct Row {
    std::string text;
    bool tells;
  };
  const Row rows[] = {
      {bsn, true},         {"a;" + bsn + ";b\n", true},         {"1" + bsn, false}, {bsn + "0", false}, {dotted, true},
      {wide, true},        {std::string("\0", 1) + wide, true}, {"", false},        {eaten, true},      {"9" + eaten, false},
      {TestBsn(4), false},
  };
  for (const Row& row : rows) EXPECT_EQ(MayTellOf(row.text, nullptr, {bsn, "012345672"}), row.tells) << row.text;
}

TEST(MayTellOf, SearchesWorkbooksAndTakesWhatCannotBeSearchedForGuilty) {
  internal::v1::MappingFile mapping;
  const std::string book = Workbook({{"bsn", "naam"}, {TestBsn(1), "x"}});
  EXPECT_TRUE(MayTellOf(book, &mapping, {TestBsn(1)}));
  EXPECT_FALSE(MayTellOf(book, &mapping, {TestBsn(2)}));
  EXPECT_TRUE(MayTellOf(book, nullptr, {TestBsn(2)}));
  EXPECT_TRUE(MayTellOf(book.substr(0, book.size() / 2), &mapping, {TestBsn(2)})) << "damaged";
  EXPECT_TRUE(MayTellOf(ZipOf({{"a.txt", "leeg"}}), nullptr, {TestBsn(2)}));
  EXPECT_TRUE(MayTellOf(EnvelopeOf("leeg"), nullptr, {TestBsn(2)}));
}

TEST(WithoutPersons, AClientOfAClaimKeepsWhatWasDeclaredAndNothingElse) {
  for (const Law law : testing::kLaws) {
    const std::string message = Render(ClaimMessage(law));
    const std::optional<std::string> kept = WithoutPersons(message, {TestBsn(0)});
    ASSERT_TRUE(kept.has_value());
    EXPECT_THAT(*kept, Not(HasSubstr(TestBsn(0))));
    EXPECT_EQ(absl::StrReplaceAll(*kept, {{kErased, TestBsn(0)}}), message) << "nothing else changed";
    EXPECT_THAT(*kept, HasSubstr(TestBsn(1)));
    EXPECT_THAT(*kept, HasSubstr("RN001"));
    EXPECT_FALSE(WithoutPersons(message, {TestBsn(0), TestBsn(1)}).has_value()) << "nobody else is left";
    EXPECT_FALSE(WithoutPersons(*kept, {TestBsn(1)}).has_value()) << "nobody else is left, of one after the other";
    EXPECT_FALSE(WithoutPersons(message, {TestBsn(7)}).has_value()) << "about whom it tells cannot be told";
  }
}

TEST(WithoutPersons, EveryValueOfTheClientGoesAlsoOneNobodyExpected) {
  const std::string message = absl::StrCat(
      "<?xml version=\"1.0\"?>\n<m:Bericht xmlns:m=\"x\"><m:Clienten>"
      "<m:Client><m:Bsn> ",
      TestBsn(0),
      " </m:Bsn><m:Naam><b:Geslachtsnaam>Vink</b:Geslachtsnaam></m:Naam><m:Leeg/>"
      "<m:Prestaties><m:Prestatie><m:Volume>12</m:Volume><m:Commentaar>Vink belt</m:Commentaar></m:Prestatie></m:Prestaties>"
      "<m:Commentaar>woont bij moeder</m:Commentaar></m:Client>"
      "<m:Client><m:Bsn>",
      TestBsn(1), "</m:Bsn><m:Naam>Jansen</m:Naam></m:Client></m:Clienten></m:Bericht>");
  EXPECT_EQ(
      WithoutPersons(message, {TestBsn(0)}).value_or(""),
      absl::StrCat(
          "<?xml version=\"1.0\"?>\n<m:Bericht xmlns:m=\"x\"><m:Clienten>"
          "<m:Client><m:Bsn>gewist</m:Bsn><m:Naam><b:Geslachtsnaam>gewist</b:Geslachtsnaam></m:Naam><m:Leeg/>"
          "<m:Prestaties><m:Prestatie><m:Volume>12</m:Volume><m:Commentaar>gewist</m:Commentaar></m:Prestatie></m:Prestaties>"
          "<m:Commentaar>gewist</m:Commentaar></m:Client>"
          "<m:Client><m:Bsn>",
          TestBsn(1), "</m:Bsn><m:Naam>Jansen</m:Naam></m:Client></m:Clienten></m:Bericht>"));
}

TEST(WithoutPersons, WhatCannotBeReadForSureIsNotKept) {
  const std::string message = Render(ClaimMessage(Law::kYouth)), bsn = TestBsn(0);
  ASSERT_TRUE(WithoutPersons(message, {bsn}).has_value());
  const std::string refused[] = {
      message.substr(0, message.size() - 30),
      absl::StrReplaceAll(message, {{"<m:Bsn>", "<!-- " + bsn + " --><m:Bsn>"}}),
      absl::StrReplaceAll(message, {{"<m:Bsn>" + bsn, "<m:Bsn><![CDATA[" + bsn + "]]>"}}),
      absl::StrReplaceAll(message, {{"</m:Clienten>", ""}}),
      absl::StrReplaceAll(message, {{"<m:Bsn>" + bsn + "</m:Bsn>", "<m:Nummer>" + bsn + "</m:Nummer>"}}),
      absl::StrReplaceAll(message, {{"DN001", bsn}}),  // Outside every client.
      ZipOf({{"a.xml", message}}),
      EnvelopeOf(message),
      Workbook({{"bsn"}, {bsn}, {TestBsn(1)}, {TestBsn(2)}}),
      "",
  };
  for (const std::string& bytes : refused) EXPECT_FALSE(WithoutPersons(bytes, {bsn}).has_value()) << bytes;
}

TEST(WithoutPersons, ARowOfATextThatNamesThePersonBecomesOneWord) {
  const std::string a = TestBsn(0), b = TestBsn(1);
  EXPECT_EQ(WithoutPersons("bsn;naam\n" + a + ";Vink\n" + b + ";Jansen\n", {a}).value_or(""),
            "bsn;naam\ngewist\n" + b + ";Jansen\n");
  EXPECT_EQ(WithoutPersons("bsn;naam\r\n" + b + ";\"kind van\n" + a + "\"\r\n" + b + ";Jansen", {a}).value_or(""),
            "bsn;naam\r\ngewist\n" + b + ";Jansen");
  EXPECT_EQ(WithoutPersons("bsn;naam\n" + b + ";Jansen\n" + a + ";Vink", {a}).value_or(""),
            "bsn;naam\n" + b + ";Jansen\ngewist");
  EXPECT_FALSE(WithoutPersons("bsn;naam\n" + a + ";Vink\n", {a}).has_value()) << "nobody else is left";
  EXPECT_FALSE(WithoutPersons("bsn;naam\n" + a + ";\"Vink\n" + b + ";Jansen\n", {a}).has_value()) << "a quote stays open";
  EXPECT_FALSE(WithoutPersons("bsn;naam\n" + b + ";Jansen\n", {a}).has_value()) << "about whom it tells cannot be told";
}

// Whatever the bytes are: what is kept holds none of the numbers.
TEST(WithoutPersons, PropertyNoNumberStaysWhateverTheBytesAre) {
  std::mt19937 random(7);
  const std::string a = TestBsn(0), b = TestBsn(1);
  const std::string pieces[] = {a,    b,    "<Client>", "</Client>", "<Bsn>", "</Bsn>", "<x>",    "</x>", "\n",      ";",
                                "\"", "<?", "?>",       "<!--",      "-->",   "<x/>",   "Jansen", "1",    "<a b=\"", "&#57;"};
  int kept_some = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = random() % 2 == 0 ? "<r>" : "bsn\n";
    for (int j = static_cast<int>(random() % 24); j > 0; --j) bytes += pieces[random() % std::size(pieces)];
    if (bytes[0] == '<') bytes += "</r>";
    if (const std::optional<std::string> kept = WithoutPersons(bytes, {a})) {
      ++kept_some;
      EXPECT_FALSE(MayTellOf(*kept, nullptr, {a})) << bytes;
    }
  }
  EXPECT_GT(kept_some, 500);
}

TEST(MaskNumbers, OverwritesInPlaceWhatStandsAlone) {
  const std::string a = TestBsn(0);
  std::string text = a + "_" + a + ".xml 1" + a;
  EXPECT_TRUE(MaskNumbers({a}, &text));
  EXPECT_EQ(text, "000000000_000000000.xml 1" + a);
  EXPECT_FALSE(MaskNumbers({a}, &text));
}

}  // namespace
}  // namespace nmd::ingestion
