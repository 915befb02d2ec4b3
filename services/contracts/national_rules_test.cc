// SPDX-License-Identifier: EUPL-1.2
// Holds the table of the README to what exists: no rule of the standard contract (domain-standards 7.4) and no check of section 8 is
// left out, and whatever is named as judging it is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nmd/contracts/v1/reconciliation.pb.h"
#include "services/contracts/signal_rules.h"

namespace nmd::contracts {
namespace {

std::string Root() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return source == nullptr ? "." : source;
}
std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Row {
  std::string rule;
  std::vector<std::pair<std::string, std::string>> judges;  // What kind of thing, and its name.
};

std::vector<Row> RowsOfTheTable() {
  const std::string readme = ReadFile(Root() + "/services/contracts/README.md");
  const size_t begin = readme.find("## Where the national rules are");
  if (begin == std::string::npos) return {};
  const std::string section = readme.substr(begin, readme.find("\n## ", begin + 1) - begin);
  std::vector<Row> rows;
  for (const absl::string_view line : absl::StrSplit(section, '\n')) {
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    if (cells.size() != 3 || cells[1] == "What") continue;
    Row& row = rows.emplace_back();
    row.rule = cells[0].substr(2);
    // signal `A`, outcome `B`
    const std::vector<std::string> pieces = absl::StrSplit(cells[2], '`');
    for (size_t i = 0; i + 1 < pieces.size(); i += 2) {
      const std::string kind(absl::StripAsciiWhitespace(pieces[i]));
      row.judges.emplace_back(absl::StartsWith(kind, ", ") ? kind.substr(2) : kind, pieces[i + 1]);
    }
  }
  return rows;
}

TEST(NationalRules, NoneIsLeftOut) {
  std::set<std::string> rules;
  for (const Row& row : RowsOfTheTable()) rules.insert(row.rule);
  std::set<std::string> all = {"1.5", "1.6", "3.2", "3.4", "3.5", "3.12", "3.13", "3.14.2", "end"};
  for (int check = 1; check <= 15; ++check) all.insert(absl::StrCat("8.", check));
  EXPECT_EQ(rules, all);
}

TEST(NationalRules, WhatIsSaidToJudgeThemExists) {
  const auto signals = ReadSignalRules(Root() + "/deploy/config/signals.yaml");
  ASSERT_TRUE(signals.ok()) << signals.status();
  const std::string findings = ReadFile(Root() + "/services/ingestion/checks.cc");
  std::string methods;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Root() + "/proto/nmd")) {
    if (entry.path().extension() == ".proto") methods += ReadFile(entry.path());
  }
  for (const Row& row : RowsOfTheTable()) {
    EXPECT_FALSE(row.judges.empty()) << row.rule;
    for (const auto& [kind, name] : row.judges) {
      bool exists = false;
      if (kind == "signal") {
        for (const SignalRule& rule : *signals) exists = exists || rule.id == name;
      } else if (kind == "outcome") {
        v1::ReconciliationItem::Outcome outcome;
        exists = v1::ReconciliationItem::Outcome_Parse(name, &outcome);
      } else if (kind == "finding") {
        exists = absl::StrContains(findings, absl::StrCat("{\"", name, "\","));
      } else if (kind == "method") {
        exists = absl::StrContains(methods, absl::StrCat("rpc ", name, "("));
      }
      EXPECT_TRUE(exists) << row.rule << ": " << kind << " " << name;
    }
  }
}

}  // namespace
}  // namespace nmd::contracts
