// SPDX-License-Identifier: EUPL-1.2
// The accounts of all providers of a demo municipality, from its files in official forms: every line is on one account once,
// every account balances, and what the demo put into its claims is what is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "deploy/demo/files.h"
#include "services/contracts/account_ledger.h"
#include "services/contracts/contract_book.h"
#include "services/contracts/reconcile.h"
#include "services/contracts/register_findings.h"
#include "services/ingestion/test_ingestion.h"
#include "services/platform/config.h"

namespace nmd {
namespace {

using contracts::Outcome;
using ingestion::testing::Instance;

class DemoAccounts : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("NMD_SOURCE_DIR");
    Instance instance;
    for (const auto& entry :
         std::filesystem::directory_iterator(absl::StrCat(root == nullptr ? "." : root, "/deploy/config/mappings"))) {
      ASSERT_TRUE(ReadYamlFile(entry.path(), &instance.mappings.emplace_back()).ok()) << entry.path();
    }
    instance.Restart(false);
    const std::vector<demo::Profile> profiles = demo::Profiles(1, 30);
    const auto own = std::find_if(profiles.begin(), profiles.end(), [](const demo::Profile& p) { return p.id == "gm1730"; });
    ASSERT_NE(own, profiles.end());
    const demo::Model model = demo::Build(*own, 1);
    for (const demo::File& file : demo::Files(model, 1)) {
      ingestion::v1::DeliverFileRequest request;
      request.set_parent(ingestion::testing::kParent);
      request.set_file_name(file.path);
      request.set_source(file.source);
      request.set_content(file.bytes);
      request.mutable_received_time()->set_seconds(file.received);
      const auto delivered = instance.ingestion->DeliverFile(instance.caller, request);
      ASSERT_TRUE(delivered.ok()) << file.path << ": " << delivered.status();
    }
    ingestion::v1::ListFactsRequest request;
    request.set_parent(ingestion::testing::kParent);
    while (true) {
      const auto page = instance.ingestion->ListFacts(instance.caller, request);
      ASSERT_TRUE(page.ok()) << page.status();
      if (page->batches().empty()) break;
      for (const auto& batch : page->batches()) {
        ledger_.Add(batch);
        book_.Add(batch);
      }
      request.set_after_sequence(page->next_sequence());
    }
  }

  contracts::AccountLedger ledger_;
  contracts::ContractBook book_;
};

TEST_F(DemoAccounts, BalanceAndFindWhatIsThere) {
  const Day today = DayOf(2019, 6, 1);
  const absl::Time at = absl::FromUnixSeconds(int64_t{today} * 86400 + 43200);
  const contracts::Book book = book_.AsKnown(at);
  ASSERT_FALSE(book.contracts.empty());
  std::map<Outcome, int> lines, allocations, statements;
  size_t all_lines = 0;
  for (const std::string& provider : ledger_.Providers()) {
    const contracts::Reconciliation account =
        contracts::Reconcile(ledger_.AsKnown(provider, at), book.AgreedWith(provider), today);
    all_lines += account.books.lines.size();
    size_t items = 0;
    for (const contracts::Item& item : account.items) {
      items += item.kind == contracts::ItemKind::kLine;
      ++(item.kind == contracts::ItemKind::kLine         ? lines
         : item.kind == contracts::ItemKind::kAllocation ? allocations
                                                         : statements)[item.outcome];
    }
    EXPECT_EQ(items, account.books.lines.size()) << provider;
    for (const auto& [key, b] : account.balances) {
      EXPECT_EQ(b.debits.amount + b.credits.amount, b.declared.amount + b.not_counted.amount) << provider;
      EXPECT_EQ(b.declared.amount, b.approved.amount + b.rejected.amount + b.open.amount) << provider;
    }
  }
  ASSERT_GT(all_lines, 1000u);
  EXPECT_GT(lines[Outcome::kMatched], static_cast<int>(all_lines * 8 / 10)) << "most is in order";
  EXPECT_GT(lines[Outcome::kRejected], 0);
  EXPECT_GT(lines[Outcome::kCredited], 0);
  EXPECT_EQ(lines[Outcome::kAmountDiffers], 0) << "the demo calculates as the standard does, in minutes too (IV081)";
  EXPECT_EQ(lines[Outcome::kWrongUnit], 0);
  EXPECT_GT(allocations[Outcome::kStartMissing], 0) << "some providers send no starts";
  EXPECT_GT(statements[Outcome::kQuantityDiffers], 0) << "one row in forty tells 90% of what was declared";
}

TEST_F(DemoAccounts, TheRegisterIsSound) {
  const contracts::RegisterFindings findings =
      contracts::FindInRegister(book_.AsKnown(absl::FromUnixSeconds(int64_t{DayOf(2019, 6, 1)} * 86400)));
  for (const auto& [contract, found] : findings.of_contract) {
    for (const contracts::RegisterFinding& finding : found)
      ADD_FAILURE() << contract << " " << finding.rule << " " << finding.text;
  }
  for (const contracts::RegisterFinding& finding : findings.others) ADD_FAILURE() << finding.rule << " " << finding.text;
}

}  // namespace
}  // namespace nmd
