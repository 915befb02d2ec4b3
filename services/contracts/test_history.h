// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_TEST_HISTORY_H_
#define NMD_SERVICES_CONTRACTS_TEST_HISTORY_H_

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "services/contracts/test_account.h"

namespace nmd::contracts::testing {

// What a provider and a municipality may send each other in a bad year, at random: debits, credits of them and of nothing,
// repeated numbers, answers to some of it, and deliveries that are withdrawn or superseded. Much of it becomes known at one
// moment.
class History {
 public:
  explicit History(uint32_t seed) : random_(seed) {
    for (int64_t number = 1; number <= 3; ++number) account_.Allocate(number);
    if (OneIn(2)) account_.Start(1, "2018-01-02");
    if (OneIn(3)) account_.Stop(1, "2018-01-02", "2018-03-10");
    const int claims = 3 + Pick(6);
    for (int i = 0; i < claims; ++i) AddClaim();
    if (OneIn(3)) AddStatement();
    if (OneIn(2)) AddOwnStatements();
    Shuffle();
  }

  TestAccount& account() { return account_; }
  void Shuffle() {
    std::shuffle(account_.batches.begin(), account_.batches.end(), random_);
    account_.own_after = static_cast<size_t>(Pick(static_cast<int>(account_.batches.size()) + 1));
  }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  bool OneIn(int n) { return Pick(n) == 0; }
  // Days from a small set, so that much becomes known at one moment.
  std::string Day() { return FormatDay(D("2018-05-01") + 10 * Pick(6)); }

  void AddClaim() {
    std::vector<TestLine> lines;
    const int count = 1 + Pick(4);
    for (int i = 0; i < count; ++i) {
      TestLine line = {absl::StrCat("r", Pick(14)), 1 + Pick(4), FormatMonth(MonthOf(2018, 1 + Pick(3)))};
      line.volume = 1 + Pick(60);
      if (OneIn(9)) line.amount = 77;
      const bool credit = !sent_.empty() && OneIn(3);
      if (credit) {
        const TestLine& debit = sent_[static_cast<size_t>(Pick(static_cast<int>(sent_.size())))];
        const std::string reference = line.reference;
        if (!OneIn(5)) line = debit;
        line.reference = reference;
        line.previous = debit.reference;
        line.amount = -std::abs(line.amount);
      } else {
        sent_.push_back(line);
      }
      lines.push_back(line);
    }
    const std::string number = absl::StrCat("c", Pick(6));
    const std::string identification = OneIn(3) ? "" : absl::StrCat("i", Pick(8));
    account_.Claim(number, Day(), lines, identification);
    if (OneIn(8)) account_.batches.back().mutable_facts(0)->mutable_claim()->set_total_cents(1);
    const std::string delivery = account_.batches.back().delivery();
    if (!OneIn(4)) {
      std::vector<std::pair<std::string, std::string>> rejected;
      for (const TestLine& line : lines) {
        if (OneIn(4)) rejected.emplace_back(line.reference, "9321");
      }
      auto& answer = account_.Answer(number, Day(), Pick(1000), Pick(1000), rejected);
      if (OneIn(3)) answer.set_claim_identification(identification);
      if (OneIn(8)) answer.set_rejected(true);
      if (OneIn(8)) answer.clear_number();
    }
    if (OneIn(8)) account_.Deliver("2018-07-10").set_supersedes(delivery);
    if (OneIn(6)) {
      auto& correction = account_.Deliver("2018-07-12");
      correction.set_corrects(delivery);
      if (OneIn(2)) {
        correction.add_counted()->mutable_from_time()->set_seconds(int64_t{D("2018-05-01")} * 86400);
        correction.mutable_counted(0)->mutable_until_time()->set_seconds(int64_t{D("2018-06-15")} * 86400);
      }
    }
  }

  void AddStatement() {
    for (int month = 1; month <= 3; ++month) {
      if (OneIn(2)) account_.State(1 + Pick(4), FormatMonth(MonthOf(2018, month)), 1000 * Pick(60), Pick(3) * 1000);
      account_.batches.back().mutable_known_time()->set_seconds(int64_t{D("2018-05-20")} * 86400);
    }
  }

  // What the provider uploads, now and then anew, and at moments at which a delivery came in too.
  void AddOwnStatements() {
    for (int day = 0; day < 5; ++day) {
      if (!OneIn(3)) continue;
      const int first = 1 + Pick(3), last = first + Pick(4 - first);
      std::vector<TestAccount::OwnLine> lines;
      for (int month = first; month <= last; ++month) {
        if (!OneIn(3)) lines.push_back({1 + Pick(4), FormatMonth(MonthOf(2018, month)), 1 + Pick(60)});
      }
      account_.StateOwn(FormatDay(D("2018-05-10") + 10 * day), FormatDay(DayOf(2018, first, 1)),
                        FormatDay(FirstDay(MonthOf(2018, last) + 1)), lines, OneIn(3));
    }
  }

  std::mt19937 random_;
  TestAccount account_;
  std::vector<TestLine> sent_;
};

}  // namespace nmd::contracts::testing

#endif  // NMD_SERVICES_CONTRACTS_TEST_HISTORY_H_
