// SPDX-License-Identifier: EUPL-1.2
// Laws of an account on random histories of debits, credits, rejections, repetitions and withdrawals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "services/contracts/test_account.h"
#include "services/contracts/test_history.h"

namespace nmd::contracts {
namespace {

using testing::D;
using testing::History;
using testing::TextOf;

// Everything an account says, as text.
std::string All(const Reconciliation& account) {
  std::string all;
  for (const Item& item : account.items) {
    const ClaimRow* claim =
        item.kind == ItemKind::kLine ? &account.books.claims[account.books.lines[static_cast<size_t>(item.at)].claim] : nullptr;
    absl::StrAppend(
        &all, static_cast<int>(item.kind), " ", TextOf(item), " ", item.allocation, " ", item.amount, " ", item.period.start,
        claim == nullptr ? "" : absl::StrCat(" ", std::string(claim->number), " ", std::string(claim->delivery)), "\n");
  }
  for (const auto& [key, b] : account.balances) {
    for (const Sum& sum : {b.debits, b.credits, b.declared, b.approved, b.rejected, b.open, b.not_counted, b.taken_back}) {
      absl::StrAppend(&all, sum.count, ":", sum.amount, " ");
    }
  }
  return all;
}

constexpr const char* kMoments[] = {"2018-05-15", "2018-06-10", "2018-07-11", "2018-08-01"};

TEST(ReconcileProperty, EveryAccountBalancesToTheCent) {
  std::set<Outcome> seen;
  for (uint32_t seed = 1; seed <= 2000; ++seed) {
    History history(seed);
    for (const char* moment : kMoments) {
      const Reconciliation account = history.account().Run(moment);
      // Each line has exactly one item, and the items say where its money is.
      std::vector<int> items(account.books.lines.size(), 0);
      std::map<LineStanding, Sum> standings;
      for (const Item& item : account.items) {
        seen.insert(item.outcome);
        if (item.kind != ItemKind::kLine) continue;
        ++items[static_cast<size_t>(item.at)];
        standings[item.standing].Add(item.amount);
      }
      ASSERT_TRUE(std::all_of(items.begin(), items.end(), [](int n) { return n == 1; })) << seed;
      Balance total;
      const auto add = [](const Sum& more, Sum* sum) {
        sum->count += more.count;
        sum->amount += more.amount;
      };
      for (const auto& [key, b] : account.balances) {
        ASSERT_EQ(b.debits.amount + b.credits.amount, b.declared.amount + b.not_counted.amount) << seed;
        ASSERT_EQ(b.debits.count + b.credits.count, b.declared.count + b.not_counted.count) << seed;
        ASSERT_EQ(b.declared.amount, b.approved.amount + b.rejected.amount + b.open.amount) << seed;
        ASSERT_EQ(b.declared.count, b.approved.count + b.rejected.count + b.open.count) << seed;
        add(b.approved, &total.approved);
        add(b.rejected, &total.rejected);
        add(b.open, &total.open);
        add(b.not_counted, &total.not_counted);
        add(b.taken_back, &total.taken_back);
      }
      ASSERT_EQ(total.rejected, standings[LineStanding::kRefused]) << seed;
      ASSERT_EQ(total.open, standings[LineStanding::kOpen]) << seed;
      ASSERT_EQ(total.not_counted, standings[LineStanding::kNotCounted]) << seed;
      ASSERT_EQ(total.taken_back, standings[LineStanding::kTakenBack]) << seed;
      ASSERT_EQ(total.approved.amount, standings[LineStanding::kApproved].amount + standings[LineStanding::kTakenBack].amount)
          << seed;
    }
  }
  EXPECT_GE(seen.size(), 20u) << "the histories are not worth much when little happens in them";
}

TEST(ReconcileProperty, T29AnyOrderOfArrivalEndsInTheSameAccount) {
  for (uint32_t seed = 1; seed <= 500; ++seed) {
    History history(seed);
    for (const char* moment : kMoments) {
      const std::string first = All(history.account().Run(moment));
      history.Shuffle();
      ASSERT_EQ(All(history.account().Run(moment)), first) << seed;
    }
  }
}

// What becomes known later changes nothing about what was known before.
TEST(ReconcileProperty, AnAccountAsKnownStaysWhatItWas) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    History history(seed);
    const absl::Time end = absl::FromUnixSeconds(int64_t{D("2018-06-11")} * 86400);
    std::vector<ingestion::v1::FactBatch> later;
    auto& batches = history.account().batches;
    // What is said of deliveries counts at whatever known time, so it stays.
    const auto is_later = [&](const ingestion::v1::FactBatch& b) { return b.facts_size() > 0 && KnownTimeOf(b) > end; };
    const std::string all = All(history.account().Run("2018-06-10"));
    batches.erase(std::remove_if(batches.begin(), batches.end(), is_later), batches.end());
    ASSERT_EQ(All(history.account().Run("2018-06-10")), all) << seed;
  }
}

}  // namespace
}  // namespace nmd::contracts
