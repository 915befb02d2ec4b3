// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/account_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/contracts/test_account.h"

namespace nmd::contracts {
namespace {

using testing::D;
using ::testing::ElementsAre;
using testing::kProvider;
using testing::TestAccount;

absl::Time EndOf(absl::string_view day) { return absl::FromUnixSeconds(int64_t{D(day) + 1} * 86400 - 7200); }

ProviderBooks Books(TestAccount& account, absl::string_view day, AccountLedger* ledger) {
  for (auto& batch : account.batches) ledger->Add(batch);
  return ledger->AsKnown(kProvider, EndOf(day));
}

TEST(AccountLedger, KeepsWhatAccountsAreMadeOf) {
  std::vector<std::string> kept;
  const google::protobuf::OneofDescriptor* payload = ingestion::v1::Fact::descriptor()->FindOneofByName("payload");
  for (int i = 0; i < payload->field_count(); ++i) {
    ingestion::v1::Fact fact;
    fact.GetReflection()->MutableMessage(&fact, payload->field(i));
    if (AccountLedger::Keeps(fact)) kept.push_back(payload->field(i)->name());
  }
  EXPECT_THAT(kept,
              ElementsAre("allocation", "start", "stop", "claim", "claim_answer", "message_return", "delivered_quantity"));
}

TEST(AccountLedger, Op033x1TheVersionAssignedLastIsInForceWhateverCameLast) {
  TestAccount account;
  auto& newer = account.Allocate(1, "2018-01-01", "2018-07-01", "2018-02-01");
  newer.set_assigned_second(2000);
  account.Allocate(1, "2018-01-01", "2019-01-01", "2018-03-01").set_assigned_second(1000);
  AccountLedger ledger;
  const ProviderBooks books = Books(account, "2018-12-31", &ledger);
  ASSERT_EQ(books.allocations.size(), 1u);
  EXPECT_EQ(books.allocations[0].period.end, D("2018-07-01"));
  EXPECT_EQ(ledger.AsKnown(kProvider, EndOf("2018-01-31")).allocations.size(), 0u) << "known later";
}

TEST(AccountLedger, AnAllocationThatNeverExistedIsWithdrawn) {
  for (const char* reason : {"13", "01", "02"}) {
    TestAccount account;
    auto& allocation = account.Allocate(1, "2018-01-01", "2018-01-01");
    allocation.set_change_reason(reason);
    AccountLedger ledger;
    EXPECT_EQ(Books(account, "2018-12-31", &ledger).allocations[0].withdrawn, std::string(reason) != "02") << reason;
  }
}

TEST(AccountLedger, AProviderHasItsOwnFactsOnly) {
  TestAccount account;
  account.Allocate(1);
  account.Allocate(2).set_provider("07654321");
  AccountLedger ledger;
  const ProviderBooks books = Books(account, "2018-12-31", &ledger);
  ASSERT_EQ(books.allocations.size(), 1u);
  EXPECT_EQ(books.allocations[0].number, 1);
  EXPECT_THAT(ledger.Providers(), ElementsAre(kProvider, "07654321"));
  EXPECT_TRUE(ledger.AsKnown("99999999", EndOf("2018-12-31")).allocations.empty());
}

TEST(AccountLedger, Tr056ASupersededDeliveryNeverCounts) {
  TestAccount account;
  account.Claim("c1", "2018-03-05", {{"r1"}});
  const std::string delivery = account.batches.back().delivery();
  account.Deliver("2018-04-01").set_supersedes(delivery);
  AccountLedger ledger;
  EXPECT_TRUE(Books(account, "2018-03-31", &ledger).lines.empty());
}

TEST(AccountLedger, AWithdrawnDeliveryCountsUntilThen) {
  TestAccount account;
  account.Claim("c1", "2018-03-05", {{"r1"}});
  auto& correction = account.Deliver("2018-04-01");
  correction.set_corrects(account.batches.front().delivery());
  *correction.add_counted()->mutable_from_time() = account.batches.front().known_time();
  *correction.mutable_counted(0)->mutable_until_time() = correction.known_time();
  AccountLedger ledger;
  EXPECT_EQ(Books(account, "2018-03-31", &ledger).lines.size(), 1u);
  EXPECT_TRUE(ledger.AsKnown(kProvider, EndOf("2018-04-01")).lines.empty());
  EXPECT_EQ(ledger.KnowledgeMoment(EndOf("2018-03-31")), KnownTimeOf(account.batches.front()));
  EXPECT_EQ(ledger.KnowledgeMoment(EndOf("2018-12-31")), KnownTimeOf(correction));
}

TEST(AccountLedger, OfTwoRowsOfAStatementWithOneKeyTheLastKnownHolds) {
  TestAccount account;
  account.State(1, "2018-02", 10'000);
  account.State(1, "2018-02", 12'000);
  account.batches[1].mutable_known_time()->set_seconds(account.batches[0].known_time().seconds() + 60);
  account.State(1, "2018-03", 8'000);
  AccountLedger ledger;
  const ProviderBooks books = Books(account, "2019-12-31", &ledger);
  ASSERT_EQ(books.statements.size(), 2u);
  EXPECT_EQ(books.statements[0].thousandths, 12'000);
}

TEST(AccountLedger, TellsWhichMessagesComeInAtAll) {
  TestAccount account;
  account.Allocate(1);
  account.Start(1, "2018-01-03");
  account.batches.back().mutable_facts(0)->mutable_start()->set_provider("07654321");
  AccountLedger ledger;
  const ProviderBooks books = Books(account, "2018-12-31", &ledger);
  EXPECT_TRUE(books.starts_come_in) << "from whichever provider";
  EXPECT_FALSE(books.stops_come_in || books.claims_come_in || books.answers_come_in);
}

}  // namespace
}  // namespace nmd::contracts
