// SPDX-License-Identifier: EUPL-1.2
// The account of a provider and the figures of costs are two readings of one set of facts: what they call declared and approved
// is the same amount, to the cent, at whatever moment.
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "services/contracts/reconcile.h"
#include "services/contracts/test_history.h"
#include "services/costs/amounts.h"
#include "services/costs/ledger.h"

namespace nmd {
namespace {

using contracts::Balance;
using contracts::Reconciliation;
using contracts::testing::D;
using contracts::testing::History;

struct Amounts {
  Cents declared = 0, approved = 0;
  friend bool operator==(const Amounts&, const Amounts&) = default;
};

TEST(AccountsSpec, AnAccountHasTheAmountsOfTheFigures) {
  int64_t approved = 0;
  for (uint32_t seed = 1; seed <= 500; ++seed) {
    History history(seed);
    costs::Ledger ledger;
    for (size_t i = 0; i < history.account().batches.size(); ++i) {
      history.account().batches[i].set_sequence(static_cast<int64_t>(i) + 1);
      ledger.Add(history.account().batches[i]);
    }
    for (const char* moment : {"2018-05-15", "2018-06-10", "2018-07-11", "2018-08-01"}) {
      std::map<int, Amounts> figures, account;
      const costs::KnownFacts known = ledger.AsKnown(int64_t{D(moment) + 1} * 86'400'000'000 - 7'200'000'000);
      for (const costs::NetLine& line : costs::NetClaims(known.facts, known.batches)) {
        Amounts& sum = figures[CivilOf(line.line->start).year];
        sum.declared += line.line->amount;
        if (line.approved) sum.approved += line.line->amount;
      }
      const Reconciliation reconciled = history.account().Run(moment);
      for (const auto& [key, balance] : reconciled.balances) {
        if (balance.declared.count == 0) continue;
        account[key.second] = {balance.declared.amount, balance.approved.amount};
        approved += balance.approved.count;
      }
      ASSERT_EQ(account.size(), figures.size()) << seed << " " << moment;
      for (const auto& [year, sum] : figures) ASSERT_EQ(account[year], sum) << seed << " " << moment << " " << year;
    }
  }
  EXPECT_GT(approved, 1000);
}

}  // namespace
}  // namespace nmd
