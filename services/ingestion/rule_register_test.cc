// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/rule_register.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/history_group.h"

namespace nmd::ingestion {
namespace {

std::filesystem::path Shared() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return std::filesystem::path(source == nullptr ? "." : source) / "../shared";
}

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> Judged() {
  std::set<std::string> ids;
  for (const Rule& rule : Rules()) ids.insert(std::string(rule.id));
  return ids;
}

// Each id is in exactly one of the two tables.
void ExpectRegistered(const std::set<std::string>& ids) {
  const std::set<std::string> judged = Judged();
  std::set<std::string> not_judged;
  for (const RuleNotJudged& rule : RulesNotJudged()) not_judged.insert(std::string(rule.id));
  for (const std::string& id : ids) EXPECT_EQ(judged.count(id) + not_judged.count(id), 1u) << id;
}

TEST(RuleRegister, GivesAReasonForEachRuleThatIsNotJudged) {
  const std::set<std::string> judged = Judged();
  absl::string_view before;
  for (const RuleNotJudged& rule : RulesNotJudged()) {
    EXPECT_EQ(judged.count(std::string(rule.id)), 0u) << rule.id;
    EXPECT_LT(before, rule.id);
    EXPECT_TRUE(absl::EndsWith(rule.reason, ".")) << rule.id;
    before = rule.id;
  }
}

// What joins messages is found by a rule of the table, and a rule without a check of its own by what joins messages.
TEST(RuleRegister, AgreesWithWhatJoinsMessages) {
  std::set<std::string> joined;
  for (int i = 0; i < static_cast<int>(Violation::kCount); ++i) {
    const std::string id(RowOf(static_cast<Violation>(i)).rule);
    EXPECT_EQ(Judged().count(id), 1u) << id;
    joined.insert(id);
  }
  for (const Rule& rule : Rules()) {
    // TR056 is decided when a message is stored; rules of level 4 are judged by lists.
    if (rule.check != nullptr || rule.id == "TR056" || rule.level == 4) continue;
    EXPECT_EQ(joined.count(std::string(rule.id)), 1u) << rule.id;
  }
}

TEST(RuleRegister, HasEveryRuleOfTheOfficialList) {
  const std::filesystem::path list = Shared() / "istandaarden/codes/technische_regels_3_2.csv";
  if (!std::filesystem::exists(list)) GTEST_SKIP() << "no official rules at ../shared/istandaarden/codes";
  std::set<std::string> ids;
  for (const absl::string_view line : absl::StrSplit(TextOf(list), '\n')) {
    const absl::string_view id = line.substr(0, line.find(';'));
    if (id.size() == 5 && absl::StartsWith(id, "TR")) ids.insert(std::string(id));
  }
  EXPECT_GT(ids.size(), 70u);
  ExpectRegistered(ids);
}

TEST(RuleRegister, HasEveryRuleOfTheDomainStandards) {
  const std::filesystem::path page = Shared() / "reference/domain-standards.md";
  if (!std::filesystem::exists(page)) GTEST_SKIP() << "no page at ../shared/reference/domain-standards.md";
  const std::string text = TextOf(page);
  const size_t begin = text.find("\n## 3. Rules"), end = text.find("\n## 4. ");
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  std::set<std::string> ids;
  const std::regex id("\\b(?:(?:OP|CD|CS|TR)[0-9]{3}(?:x[0-9])?)\\b"), number("[0-9]{3}");
  const std::string section = text.substr(begin, end - begin);
  for (std::sregex_iterator it(section.begin(), section.end(), id), none; it != none; ++it) ids.insert(it->str());
  // The tables of technical rules leave out "TR": "| 302 / 361 | 301 | ...".
  for (const absl::string_view line : absl::StrSplit(section, '\n')) {
    if (!absl::StartsWith(line, "| ") || line.size() < 3 || !absl::ascii_isdigit(static_cast<unsigned char>(line[2]))) continue;
    const std::string cell(line.substr(2, line.find(" |", 2) - 2));
    if (cell.find_first_not_of("0123456789 /") != std::string::npos) continue;
    for (std::sregex_iterator it(cell.begin(), cell.end(), number), none; it != none; ++it) ids.insert("TR" + it->str());
  }
  EXPECT_GT(ids.size(), 150u);
  ExpectRegistered(ids);
}

}  // namespace
}  // namespace nmd::ingestion
