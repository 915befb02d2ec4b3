// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_AMOUNTS_H_
#define NMD_SERVICES_COSTS_AMOUNTS_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/core/money.h"
#include "services/costs/ledger.h"
#include "services/costs/timeline.h"

// Money of allocations and claims. Every amount is exact: parts of a line are summed as fractions, and a line is rounded
// once, half away from zero, to whole cents (requirements 6.3).
namespace nmd::costs {

// What one unit of a product costs, for whom and when.
class TariffBook {
 public:
  TariffBook(const std::vector<TariffFact>& tariffs, const std::vector<Batch>& batches, Word empty);

  // Price of a unit as a fraction: cents per `per` units of the allocation, times `times`. Minutes (01) and hours (04)
  // stand for each other: an allocation in minutes at 55,00 per hour costs 5500 per 60.
  struct Price {
    Cents cents = 0;
    int64_t times = 1;
    int64_t per = 1;
  };
  // The provider's own tariff before the general one; the allocation's own unit before the converted one.
  // Returns false when there is none on the day. *until is the first day after `day` on which the answer may change.
  bool Find(const AllocationFact& allocation, Day day, Price* price, Day* until) const;

 private:
  using Key = std::tuple<uint8_t, Word, Word, Word>;  // law, product, provider, unit
  const Timeline<Cents>* Of(uint8_t law, Word product, Word provider, Word unit) const;

  absl::flat_hash_map<Key, Timeline<Cents>> tariffs_;
  Word empty_, minute_ = nullptr, hour_ = nullptr;
};

// Indicated amount of one allocation in one calendar month.
struct Indicated {
  Cents cents = 0;
  bool complete = true;  // False when some valid day has no tariff, or the allocation has neither volume nor budget.
};

// G(m) for one allocation: the sum over its valid days in the month of its daily value (requirements 6.3):
//   frequency 1 (per day)   V*t          2 (per week)    V*t/7         4 (per month)  V*t / days of that month
//   3 (per four weeks)      V*t/28       5 (per year)    V*t / days of that year      (both only in older Wmo lists, D12)
//   6 (in total) or budget  V*t / days of the allocation; needs an end
// Unit 83 is euros: the volume is in cents and the tariff is 1 (IV042). A budget goes before a volume.
//
// The same sum over any days, rounded once. An allocation without an end is worth nothing over days without an end: `days`
// has one. Cost: some tens of nanoseconds per change of tariff, and per month for frequencies 4 and 5.
Indicated IndicatedInPeriod(const AllocationFact& allocation, const nmd::Period& days, const TariffBook& tariffs);
Indicated IndicatedInMonth(const AllocationFact& allocation, Month month, const TariffBook& tariffs);

// How many units of an allocation fall in one calendar month, spread over its days as its amount is; minutes (01) in hours. 0
// of a budget, of euros (83) and without a volume: then no quantity is known.
double VolumeInMonth(const AllocationFact& allocation, Month month);
// Its unit; that of minutes is hours.
absl::string_view UnitOf(const AllocationFact& allocation);

// A line of a claim that counts at K.
struct NetLine {
  const ClaimLineFact* line = nullptr;
  bool answered = false;
  bool approved = false;  // Granted, and still so when it was taken back: then its credit is approved too.
};

// Lines in no particular order, each reference of a provider once (TR314): of several the one that was granted, else one
// without an answer, else the one known first; for a claim that was not processed is sent again with the same references
// (level 2, domain-standards 3.1), and a repetition of what was granted is refused. Answers are joined to claims by
// AnswerOfEachClaim, and lines settled by SettleLines (core/claims.h). A credit counts only together with the debit it takes
// back, at most one per debit (OP360), so that the sum is the same for every order of arrival: debit 80 and the credit of debit
// 100 are 80, with the debit of 100 and without (T-28).
std::vector<NetLine> NetClaims(const Facts& facts, const std::vector<Batch>& batches);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_AMOUNTS_H_
