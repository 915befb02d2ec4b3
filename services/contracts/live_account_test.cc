// SPDX-License-Identifier: EUPL-1.2
// The law of a live account: whatever comes in, in whatever order, it says what working out the whole says.
#include "services/contracts/live_account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "services/contracts/account_items.h"
#include "services/contracts/item_texts.h"
#include "services/contracts/test_account.h"
#include "services/contracts/test_history.h"

namespace nmd::contracts {
namespace {

using testing::D;
using testing::History;
using testing::kProvider;
using testing::TestAccount;
using testing::TextOf;

// All that an item says, to both sides.
std::string Said(const Reconciliation& account, const Item& item) {
  const ItemText text = ExplainItem(account, item);
  return absl::StrCat(IdOf(account, item), " ", TextOf(item), " ", item.amount, " ", text.text, " ", text.next_step, "\n");
}
std::string Said(const Balances& balances) {
  std::string all;
  for (const auto& [key, b] : balances) {
    absl::StrAppend(&all, static_cast<int>(key.first), " ", key.second);
    for (const Sum& sum : {b.debits, b.credits, b.declared, b.approved, b.rejected, b.open, b.not_counted, b.taken_back}) {
      absl::StrAppend(&all, " ", sum.count, ":", sum.amount);
    }
    absl::StrAppend(&all, "\n");
  }
  return all;
}
std::string AllOf(const Reconciliation& account) {
  std::string all = Said(account.balances);
  for (const Item& item : account.items) all += Said(account, item);
  return all;
}
std::string AllOf(const AccountView& view) {
  std::string all = Said(view.balances);
  view.ForEach([&all](const Reconciliation& part, const Item& item) { all += Said(part, item); });
  return all;
}

absl::Time EndOf(absl::string_view day) { return absl::FromUnixSeconds(int64_t{D(day) + 1} * 86400 - 7200); }

// An account that is followed while a history comes in, message by message.
class Followed {
 public:
  Followed() : live_(ledger_, kProvider) {}

  void Add(ingestion::v1::FactBatch batch) {
    batch.set_sequence(++sequence_);
    ledger_.Add(batch);
  }
  void AddOwn(const TestAccount& account) { account.AddOwnTo(&ledger_); }
  // Holds the live account to the whole one.
  void Compare(absl::string_view today, const std::string& where) {
    live_.Update(agreed_, agreed_state_, D(today), EndOf(today));
    const Reconciliation whole = Reconcile(ledger_.AsKnown(kProvider, EndOf(today)), agreed_, D(today));
    ASSERT_EQ(AllOf(*live_.view()), AllOf(whole)) << where;
    ASSERT_EQ(live_.view()->item_count(), whole.items.size()) << where;
  }
  void Agree(Cents price) {
    agreed_ = {};
    agreed_.prices.Add(Law::kYouth, "45A04", "04", false, {D("2018-01-01"), kOpenEnd}, price);
    ++agreed_state_;
  }
  LiveAccount& live() { return live_; }

 private:
  AccountLedger ledger_;
  LiveAccount live_;
  Agreed agreed_;
  int64_t agreed_state_ = 0, sequence_ = 0;
};

// In order of what became known, as messages mostly come in, so that parts are worked out.
TEST(LiveAccount, SaysAfterEveryMessageWhatTheWholeAccountSays) {
  int64_t worked_out = 0, whole = 0;
  for (uint32_t seed = 1; seed <= 400; ++seed) {
    History history(seed);
    auto& batches = history.account().batches;
    std::stable_sort(batches.begin(), batches.end(), [](const auto& a, const auto& b) {
      return std::make_pair(KnownTimeOf(a), a.delivery()) < std::make_pair(KnownTimeOf(b), b.delivery());
    });
    Followed followed;
    for (size_t i = 0; i < batches.size(); ++i) {
      if (i == history.account().own_after) followed.AddOwn(history.account());
      followed.Add(batches[i]);
      ASSERT_NO_FATAL_FAILURE(followed.Compare("2018-08-01", absl::StrCat("seed ", seed, " message ", i)));
      worked_out += followed.live().TakeWorkedOut();
      whole += static_cast<int64_t>(i);
    }
  }
  EXPECT_GT(worked_out, 0);
  EXPECT_LT(worked_out, whole) << "every message works out everything";
}

// T-29: any order of arrival, also while the day goes on and the price changes.
TEST(LiveAccount, T29_SaysSoInAnyOrderOfArrivalAndOnAnyDay) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    History history(seed);
    const auto& batches = history.account().batches;
    Followed followed;
    for (size_t i = 0; i < batches.size(); ++i) {
      if (i == history.account().own_after) followed.AddOwn(history.account());
      followed.Add(batches[i]);
      if (i == batches.size() / 2) followed.Agree(100);
      const char* day = i < batches.size() / 3 ? "2018-05-15" : i < batches.size() / 2 ? "2018-06-10" : "2018-08-01";
      ASSERT_NO_FATAL_FAILURE(followed.Compare(day, absl::StrCat("seed ", seed, " message ", i)));
    }
  }
}

// Issue 7, speed: only what a message touches.
TEST(LiveAccount, AMessageWorksOutWhatItTouchesAndNothingElse) {
  TestAccount account;
  for (int64_t number = 1; number <= 100; ++number) account.Allocate(number);
  account.Start(1, "2018-01-02");
  std::vector<testing::TestLine> lines;
  for (int64_t number = 1; number <= 100; ++number) lines.push_back({absl::StrCat("a", number), number, "2018-01"});
  account.Claim("c1", "2018-02-05", lines);
  account.Answer("c1", "2018-02-09", 100'000, 100'000);
  account.Stop(1, "2018-01-02", "2018-03-31");
  Followed followed;
  for (const auto& batch : account.batches) followed.Add(batch);
  ASSERT_NO_FATAL_FAILURE(followed.Compare("2018-08-01", "first"));
  EXPECT_EQ(followed.live().TakeWorkedOut(), 101) << "a part per allocation, and one for the claim with its answer";

  const auto next = [&](int64_t parts, const char* what) {
    followed.Add(account.batches.back());
    ASSERT_NO_FATAL_FAILURE(followed.Compare("2018-08-01", what));
    EXPECT_EQ(followed.live().TakeWorkedOut(), parts) << what;
  };
  account.Start(7, "2018-04-01");
  next(1, "a start");
  account.Allocate(101, "2018-01-01", "2019-01-01", "2018-04-02");
  next(1, "an allocation");
  account.Claim("c2", "2018-04-05", {{"b1", 7, "2018-03"}, {"b2", 8, "2018-03"}});
  next(3, "a claim of two lines");
  account.Answer("c2", "2018-04-09", 2'000, 1'000, {{"b2", "9321"}});
  next(3, "its answer");
  testing::TestLine credit = {"b3", 7, "2018-01"};
  credit.previous = "a7";
  account.Claim("c3", "2018-05-05", {credit});
  next(2, "a credit of a line of another claim");
  testing::TestLine stray = {"a9", 10, "2018-04"};
  account.Claim("c4", "2018-05-06", {stray});
  next(3, "a reference that another allocation has too");
  followed.Add(account.batches.back());
  ASSERT_NO_FATAL_FAILURE(followed.Compare("2018-08-02", "the next day"));
  EXPECT_GT(followed.live().TakeWorkedOut(), 100);
}

TEST(LiveAccount, OfAProviderNobodyKnowsIsEmpty) {
  AccountLedger ledger;
  LiveAccount live(ledger, "07654321");
  live.Update({}, 0, D("2018-08-01"), EndOf("2018-08-01"));
  EXPECT_EQ(live.view()->item_count(), 0u);
  EXPECT_TRUE(live.view()->balances.empty());
}

}  // namespace
}  // namespace nmd::contracts
