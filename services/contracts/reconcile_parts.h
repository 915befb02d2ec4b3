// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_RECONCILE_PARTS_H_
#define NMD_SERVICES_CONTRACTS_RECONCILE_PARTS_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/contracts/reconcile.h"
#include "services/core/claims.h"

// What the files of Reconcile share, with the checks of signals. Nobody else includes this.
namespace nmd::contracts {

// What became of a line of a claim.
struct SettledLine {
  Verdict verdict = Verdict::kNone;
  LineStanding standing = LineStanding::kNotCounted;
  bool selected = false;   // Of its reference the line that counts (TR314).
  int32_t debit = -1;      // Of a credit the debit it names, when that is known.
  int32_t credit = -1;     // Of a debit the credit that takes it back, unless that is refused.
  absl::string_view code;  // Return code of the refusal; empty when none was told.
  int32_t place = 0;       // In order of what became known, then of content.
  // A debit that asks for money or has it: selected, not refused, and no credit takes it back or waits to (OP366).
  bool InForce(const LineRow& line) const {
    return selected && !line.IsCredit() && credit < 0 &&
           (standing == LineStanding::kOpen || standing == LineStanding::kApproved);
  }
};

using AllocationKey = std::pair<Law, int64_t>;

struct Settled {
  std::vector<SettledLine> lines;  // As in the books.
  std::vector<int32_t> answer_of;  // By claim; -1 without one.
  // Debits in force of each allocation, the granted ones first, then by place: what is granted uses up an allocation
  // before what is asked for.
  absl::flat_hash_map<AllocationKey, std::vector<int32_t>> in_force;
  // Its other debits that count: rejected, taken back, or about to be.
  absl::flat_hash_map<AllocationKey, std::vector<int32_t>> not_in_force;
};

Settled Settle(const ProviderBooks& books);

// Household help of the Wmo is planned freely over the weeks of a month (TR321).
inline bool IsHouseholdHelp(const AllocationRow& allocation) {
  return allocation.law == Law::kWmo && allocation.category == "01";
}

// Everything a part needs.
struct Judging {
  const ProviderBooks& books;
  const Agreed& agreed;
  const Settled& settled;
  const absl::flat_hash_map<AllocationKey, int32_t>& allocations;
  Day today = 0;
  const Part& part;

  // Null when there is none.
  const AllocationRow* Find(Law law, int64_t number) const {
    const auto found = allocations.find({law, number});
    return found == allocations.end() ? nullptr : &books.allocations[static_cast<size_t>(found->second)];
  }
  const std::vector<int32_t>& InForce(Law law, int64_t number) const { return ListOf(settled.in_force, law, number); }
  const std::vector<int32_t>& NotInForce(Law law, int64_t number) const { return ListOf(settled.not_in_force, law, number); }
  const LineRow& Line(int32_t i) const { return books.lines[static_cast<size_t>(i)]; }

 private:
  static const std::vector<int32_t>& ListOf(const absl::flat_hash_map<AllocationKey, std::vector<int32_t>>& lists, Law law,
                                            int64_t number) {
    static const auto* const kNone = new std::vector<int32_t>;
    const auto found = lists.find({law, number});
    return found == lists.end() ? *kNone : found->second;
  }
};

// Care as starts and stops tell it.
struct Care {
  std::vector<Period> given;  // In order of start; open while it runs.
  bool started = false, stopped = false;
  // Whether it runs on a day.
  bool RunsOn(Day day) const {
    return std::any_of(given.begin(), given.end(), [day](const Period& p) { return p.Contains(day); });
  }
  bool RunsIn(const Period& period) const {
    return std::any_of(given.begin(), given.end(), [&](const Period& p) { return p.Overlaps(period); });
  }
};

// What is left of starts and stops once those with status 3 took back an earlier one with the same key; within what became
// known at one moment status 3 goes first (IV008).
Care CareOf(std::vector<const CareRow*> rows);

// Each appends its items, in any order.
void JudgeLines(const Judging& judging, std::vector<Item>* items);
void JudgeClaims(const Judging& judging, std::vector<Item>* items);
void JudgeCare(const Judging& judging, std::vector<Item>* items);
void JudgeStatements(const Judging& judging, std::vector<Item>* items);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_RECONCILE_PARTS_H_
