// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/csv_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"

namespace nmd::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Texts(const Row& row) {
  std::vector<std::string> texts;
  for (const Cell& cell : row.cells) texts.push_back(cell.text);
  return texts;
}

TEST(CsvRows, FollowsRfc4180) {
  CsvRows rows("a;\"b;\"\"c\"\"\r\nd\";\r\n\r\n;;\n\"\";\"\";x\n", ';', internal::v1::UTF_8);
  Row row;
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(row.line, 1);
  EXPECT_THAT(Texts(row), ElementsAre("a", "b;\"c\"\r\nd", ""));
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(row.line, 4);
  EXPECT_THAT(Texts(row), ElementsAre("", "", ""));
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_THAT(Texts(row), ElementsAre("", "", "x"));
  EXPECT_FALSE(rows.Next(&row));
  EXPECT_EQ(rows.Failure(), "");
}

TEST(CsvRows, ARowAsWideAsTheFirstOneIsWellFormed) {
  CsvRows rows("a;b\n1\n1;2\n1;2;3\n", ';', internal::v1::UTF_8);
  std::vector<std::string> faults;
  for (Row row; rows.Next(&row);) faults.push_back(row.fault);
  EXPECT_THAT(faults,
              ElementsAre("", "de regel heeft 1 velden in plaats van 2", "", "de regel heeft 3 velden in plaats van 2"));
}

TEST(CsvRows, BeginsAtTheFirstLineThatIsNotEmptyFromTheGivenOne) {
  CsvRows rows("Export van 1-1-2018\n\"a;b\n\n\nx;y\n", ';', internal::v1::UTF_8, 3);
  Row row;
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(row.line, 5);
  EXPECT_THAT(Texts(row), ElementsAre("x", "y"));
  EXPECT_FALSE(rows.Next(&row));
  CsvRows beyond("a;b\n", ';', internal::v1::UTF_8, 9);
  EXPECT_FALSE(beyond.Next(&row));
}

TEST(CsvRows, StrayQuoteCostsOneRow) {
  std::string text = "a;\"open\nb;c\nd;\"x\"y\ne;f\"g\nh;" + std::string(kMaxRowBytes, 'z') + "\ni;j\n";
  CsvRows rows(text, ';', internal::v1::UTF_8);
  Row row;
  std::vector<std::string> faults;
  std::vector<std::vector<std::string>> good;
  while (rows.Next(&row)) {
    if (row.fault.empty())
      good.push_back(Texts(row));
    else
      faults.push_back(absl::StrCat(row.line, " ", row.fault));
  }
  EXPECT_THAT(good, ElementsAre(ElementsAre("b", "c"), ElementsAre("i", "j")));
  EXPECT_THAT(faults, ElementsAre(HasSubstr("1 na een gesloten aanhalingsteken"), HasSubstr("3 na een gesloten"),
                                  HasSubstr("4 een aanhalingsteken staat midden"), HasSubstr("5 de regel is langer")));
}

// A law: whatever the fields hold, quoting and reading gives them back.
TEST(CsvRows, ReadsBackWhatWasQuoted) {
  std::mt19937 random(20180201);
  const std::string alphabet = "ab;\"\n\r ";
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::vector<std::string>> table(1 + random() % 4);
    const size_t width = 1 + random() % 4;
    std::string text;
    for (auto& fields : table) {
      fields.resize(width);
      for (size_t i = 0; i < fields.size(); ++i) {
        for (size_t n = random() % 5; n > 0; --n) fields[i].push_back(alphabet[random() % alphabet.size()]);
        absl::StrAppend(&text, i == 0 ? "\"" : ";\"");
        for (const char c : fields[i]) absl::StrAppend(&text, c == '"' ? "\"\"" : std::string(1, c));
        absl::StrAppend(&text, "\"");
      }
      absl::StrAppend(&text, random() % 2 == 0 ? "\n" : "\r\n");
    }
    CsvRows rows(text, ';', internal::v1::UTF_8);
    Row row;
    for (const auto& fields : table) {
      ASSERT_TRUE(rows.Next(&row));
      ASSERT_EQ(row.fault, "");
      ASSERT_EQ(Texts(row), fields);
    }
    ASSERT_FALSE(rows.Next(&row));
  }
}

// 100 MB on one line, a million columns: a fault of that row, at once, and the rows after it are read.
TEST(CsvRows, AnEndlessRowIsOneFault) {
  const std::string columns(1'000'000, ';');
  const std::string text =
      absl::StrCat("a;b\n", std::string(100 << 20, 'z'), "\n", columns, "\n\"", std::string(70'000, 'q'), "\n1;2\n");
  CsvRows rows(text, ';', internal::v1::UTF_8);
  std::vector<std::string> seen;
  for (Row row; rows.Next(&row);) {
    seen.push_back(absl::StrCat(row.line, " ", row.fault));
    EXPECT_LE(row.cells.size(), kMaxColumns);
  }
  EXPECT_THAT(seen, ElementsAre("1 ", HasSubstr("2 de regel is langer dan 65536 tekens"),
                                HasSubstr("3 de regel heeft meer dan 256 kolommen"),
                                HasSubstr("4 een aanhalingsteken wordt niet gesloten"), "5 "));
}

TEST(CsvRows, ReadsWindows1252) {
  CsvRows rows("caf\xE9;\x80\n\x81;x\nb;c\n", ';', internal::v1::WINDOWS_1252);
  Row row;
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_THAT(Texts(row), ElementsAre("café", "€"));
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(row.fault, "de tekst is geen Windows-1252; sla het bestand opnieuw op");
  ASSERT_TRUE(rows.Next(&row));
  EXPECT_EQ(row.fault, "");
}

TEST(CsvRows, Utf8HasNoOtherForms) {
  for (const char* good : {"", "a", "é", "€", "\xF0\x9F\x98\x80"}) EXPECT_TRUE(IsUtf8(good)) << good;
  for (const char* bad :
       {"\xE9", "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

TEST(CsvRows, Utf16IsNamed) {
  for (const char* mark : {"\xFF\xFE", "\xFE\xFF"}) {
    CsvRows rows(mark, ';', internal::v1::UTF_8);
    Row row;
    EXPECT_FALSE(rows.Next(&row));
    EXPECT_THAT(rows.Failure(), HasSubstr("UTF-16"));
  }
}

}  // namespace
}  // namespace nmd::ingestion
