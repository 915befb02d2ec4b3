// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nmd::cli {
namespace {

// Rows as "line:field|field", errors as "!message".
std::vector<std::string> RowsOf(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  std::vector<std::string> rows;
  for (;;) {
    const auto next = reader.Next();
    if (!next.ok()) {
      rows.push_back(absl::StrCat("!", next.status().message()));
      if (next.status().code() != absl::StatusCode::kOutOfRange) return rows;
      continue;
    }
    if (!*next) return rows;
    rows.push_back(absl::StrCat(reader.line(), ":", absl::StrJoin(reader.fields(), "|")));
  }
}

using ::testing::ElementsAre;

TEST(CsvReader, ReadsWhatSpreadsheetsWrite) {
  EXPECT_THAT(RowsOf("a,b\n1,2\n"), ElementsAre("1:a|b", "2:1|2"));
  EXPECT_THAT(RowsOf("\xEF\xBB\xBF"
                     "a;b;c,d\r\n1;2\r\n\r\n3;"),
              ElementsAre("1:a|b|c,d", "2:1|2", "4:3|"));
  EXPECT_THAT(RowsOf("a\tb\n\"1\t\"\"x\"\"\"\t2"), ElementsAre("1:a|b", "2:1\t\"x\"|2"));
  EXPECT_THAT(RowsOf("a,b\n\"line 1\nline 2\",2\n3,4"), ElementsAre("1:a|b", "2:line 1\nline 2|2", "4:3|4"));
  EXPECT_THAT(RowsOf(""), ElementsAre());
  EXPECT_THAT(RowsOf(",,\n"), ElementsAre("1:||"));
}

TEST(CsvReader, GoesOnBehindALineThatIsTooLong) {
  const std::string hundred_megabytes(100'000'000, 'x');
  EXPECT_THAT(RowsOf(absl::StrCat("a,b\n", hundred_megabytes, "\n1,2\n")),
              ElementsAre("1:a|b", "!regel 2: langer dan 64 KiB", "3:1|2"));
}

TEST(CsvReader, SaysWhereAQuoteIsNotClosed) {
  EXPECT_THAT(RowsOf("a,b\n1,\"2\n3,4\n"), ElementsAre("1:a|b", "!regel 2: een aanhalingsteken wordt niet gesloten"));
}

TEST(CsvReader, TakesAnyBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t n = random() % 300; n > 0; --n) {
      text.push_back(random() % 3 == 0 ? "\",;\t\r\n"[random() % 6] : static_cast<char>(random()));
    }
    EXPECT_LE(RowsOf(text).size(), text.size() + 1);
  }
}

}  // namespace
}  // namespace nmd::cli
