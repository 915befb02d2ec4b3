// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_OBLIGATIONS_H_
#define NMD_SERVICES_ANALYSES_OBLIGATIONS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "services/core/date.h"
#include "services/core/money.h"
#include "services/costs/care.h"

// Running obligations (lopende verplichtingen; requirements 6.3, R40, T-20). Pure.
//
// LV(P,H): over all allocations that are known and in force, the days from P until H of their daily value (amounts.h). What an
// allocation is worth until a day is rounded to cents once, from its first day on; its obligation is the difference of two of
// those. So it is at most a cent from the sum rounded by itself, and LV(P,H) = LV(P,M) + LV(M,H) to the cent for every M.
namespace nmd::analyses {

struct Obligations {
  Cents running = 0;      // Of courses that began by P.
  Cents not_started = 0;  // Of courses that begin after P.
  Cents open_ended = 0;   // What of both comes from allocations without an end.
  Cents declared = 0;     // Left out: months of a course about which claims are in, less what was taken back.
  Cents stopped = 0;      // Left out: from a stop for good on, unless care began again.
  int64_t allocations = 0, open_allocations = 0, not_started_allocations = 0;
  int64_t without_amount = 0;  // Allocations without a daily value on some day; what there is of it is in the sums.
  int64_t exact = 0;           // Allocations of clients linked on a valid BSN.

  void Add(const Obligations& other);
  friend bool operator==(const Obligations&, const Obligations&) = default;
};

// What an allocation is worth over [from, to), as the difference of what it is worth until each. REQUIRES: from <= to, and
// `to` no open end. `complete` becomes false when one of the days has no value.
Cents ValueBetween(const costs::AllocationFact& allocation, Day from, Day to, const costs::TariffBook& tariffs, bool* complete);

// First day on which a stop for good ended the allocation; kOpenEnd when none did. A stop counts when it lies within the
// allocation and no start message of it says that care began again before it ends.
Day StoppedFrom(const costs::CareBook& book, const costs::Course& course, const costs::AllocationFact& allocation);

// Of one course; nothing when none of its allocations reaches into the days. REQUIRES: `days` has an end.
Obligations ObligationsOf(const costs::CareBook& book, const costs::Course& course, const nmd::Period& days);

// A personal budget of somebody: an amount over a period, as an allocation with a budget; paid are the months with payments.
struct BudgetLife {
  costs::AllocationFact budget;  // Its period and its budget; has an end.
  std::vector<Month> paid;       // Ascending.
};
Obligations ObligationsOf(const BudgetLife& life, const costs::TariffBook& tariffs, const nmd::Period& days);

// Share of the courses that were to begin in [from, until) of which care did: a start message, a claim or a stop. nullopt for
// fewer than 20 courses.
struct StartShare {
  int64_t courses = 0;
  std::optional<double> share;
};
StartShare StartedShare(const costs::CareBook& book, const std::vector<uint32_t>& courses, const nmd::Period& window);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_OBLIGATIONS_H_
