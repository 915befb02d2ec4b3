// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_LIVE_ACCOUNT_H_
#define NMD_SERVICES_CONTRACTS_LIVE_ACCOUNT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "services/contracts/account_ledger.h"
#include "services/contracts/account_view.h"
#include "services/contracts/reconcile.h"

namespace nmd::contracts {

// The account of one provider as it is known now, kept up to date: after a message only what it touches is worked out anew,
// with the one calculation there is (Reconcile). An allocation is a part, with the lines that name it and those that share a
// reference with one of them; and so are claims that share a number or a message, with their answers. The result is that of
// working out the whole (live_account_test).
//
// Everything is worked out anew, in the same parts, when the day or what was agreed changes, when a delivery is corrected or
// superseded, when messages of a kind come in for the first time, when something became known before what is there, and when a
// statement comes in: the days that statements are about decide about every line.
//
// Cost of Update: some microseconds per line that the new rows touch, that is of an allocation all its lines and of an answer
// all lines of its claim; about 10 microseconds per line when all is worked out anew. Memory: some 500 bytes per line. Not
// thread-safe.
class LiveAccount {
 public:
  // `ledger` must outlive this, and only grow.
  LiveAccount(const AccountLedger& ledger, std::string provider) : ledger_(ledger), provider_(std::move(provider)) {}

  // To what is known at `now`. `agreed_state` is another number whenever `agreed` differs. REQUIRES: `now` never goes back.
  void Update(const Agreed& agreed, int64_t agreed_state, Day today, absl::Time now);

  std::shared_ptr<const AccountView> view() const { return view_; }
  // How many parts were worked out since the last call; what tests hold the promise of the class to.
  int64_t TakeWorkedOut() { return std::exchange(worked_out_, 0); }
  size_t line_count() const { return line_count_; }
  // Whether nothing is known of the provider.
  bool empty() const {
    return allocations_of_.empty() && care_of_.empty() && statements_of_.empty() && own_of_.empty() && group_of_.empty();
  }

 private:
  using Key = std::pair<Law, int64_t>;
  using Name = std::pair<Law, Word>;
  using Rows = std::vector<uint32_t>;
  // Claims and answers, by place, that share numbers or messages.
  struct Group {
    Rows claims, answers;
  };

  void Begin();
  // Gives batches that came since their place. False when one became known before what is there: then all have another.
  bool ReadBatches(absl::Time now);
  bool Counts(uint32_t batch) const { return order_[batch] >= 0; }
  // Puts the rows that came since into the lists below; what they touch into the rest.
  void ReadRows(std::set<Key>* keys, std::set<uint32_t>* claims, std::set<uint32_t>* answers);
  // The lines that share references with a line, one way or the other, with it.
  void AddRelated(uint32_t line, absl::flat_hash_set<uint32_t>* lines) const;
  // Claims and answers that share numbers or messages with these, one way or the other, with them.
  Group GroupOf(Rows claims, Rows answers) const;
  Law LawOfLine(uint32_t line) const;

  void WorkOutGroup(const Group& group, const Agreed& agreed);
  void WorkOutAllocation(const Key& key, const Agreed& agreed);
  void Replace(std::shared_ptr<const Reconciliation>* slot, Reconciliation part);
  void MakeView(bool claims_changed);

  const AccountLedger& ledger_;
  const std::string provider_;
  const AccountLedger::Provider* rows_ = nullptr;

  // What was read.
  int64_t revision_ = -1, agreed_state_ = -1;
  absl::Time last_change_ = absl::InfinitePast();  // Of corrections.
  Day today_ = 0;
  std::vector<int32_t> order_;  // By batch; -1 of one that does not count.
  int64_t newest_ = -1;         // Batch that became known last.
  uint8_t kinds_ = 0;
  bool waits_ = false;  // Something is known from a later moment on.
  size_t allocations_read_ = 0, care_read_ = 0, claims_read_ = 0, answers_read_ = 0, statements_read_ = 0, own_read_ = 0;
  size_t line_count_ = 0;

  absl::flat_hash_map<Key, Rows> lines_of_, allocations_of_, care_of_, statements_of_;
  absl::flat_hash_map<Key, std::vector<std::pair<uint32_t, uint32_t>>> own_of_;
  absl::flat_hash_map<Name, Rows> by_reference_, by_previous_;
  absl::flat_hash_map<Name, Rows> claims_by_number_, claims_by_message_, answers_by_number_, answers_by_message_;
  std::vector<OwnMonth> own_months_;
  StatedDays stated_days_;

  // What was worked out. Of a group under its first claim, or its first answer when it has none (then the place and 2^32).
  std::map<Key, std::shared_ptr<const Reconciliation>> parts_;
  std::map<uint64_t, std::shared_ptr<const Reconciliation>> groups_;
  absl::flat_hash_map<uint64_t, uint64_t> group_of_;  // By claim, and by answer and 2^32.
  Balances balances_;
  std::shared_ptr<const AccountView> view_;
  int64_t worked_out_ = 0;
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_LIVE_ACCOUNT_H_
