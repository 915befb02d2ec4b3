// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_TRAJECTORIES_H_
#define NMD_SERVICES_ANALYSES_TRAJECTORIES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "services/analyses/endings.h"
#include "services/analyses/survival.h"
#include "services/core/date.h"
#include "services/costs/care.h"

// From courses of care to stretches that lasted and ended, by the rules of requirements 6.6 and decision "What is an ending".
// Pure.
namespace nmd::analyses {

struct TrajectoryRules {
  // First day of which the messages are not all in yet: the day of K less the reporting lag. What lasts until then runs.
  Day cut = 0;
  // Since when endings are in the data; care that began before is only seen because it lasted until then (left truncation).
  // nullopt: since the first day of the month of the last day of the first care that ended.
  std::optional<Day> observed_from = std::nullopt;
  // Join care of one form (law and category) and provider that overlaps or touches, as CBS does; else of one product too.
  bool join = true;
  int follow_up_days = 28;
};

// What comes after an ending within the follow-up days, of the same client and law.
enum class FollowUp : uint8_t { kNone, kLowerLevel, kSameLevel, kHigherLevel, kUnknownLevel };

struct Trajectory {
  uint32_t course = 0;  // The one it begins with, by which it is described.
  uint32_t last_course = 0;
  uint32_t allocations = 0;
  Day start = 0;
  bool start_assumed = false;  // No start message: the start of the allocation.
  // First day without care, or the day until which it was seen to last.
  Day end = 0;
  Ending ending = kNotEnded;
  // No stop message though the allocation ran out: the month after the last declared one, at most the end of the allocation.
  bool imputed = false;
  FollowUp follow_up = FollowUp::kNone;  // Of one that ended.
  int32_t care_days = 0;                 // From start to end without temporary stops (netto behandelduur).
  Day indicated_end = 0;                 // Of the last allocation; kOpenEnd when open.
};

struct TrajectorySet {
  std::vector<Trajectory> trajectories;  // In order of client, then law, category, provider, product and start.
  Day observed_from = 0;
  int64_t later = 0;  // Starts at or after the cut, which are not in it.
};

// Cost: some hundreds of nanoseconds per allocation.
TrajectorySet MakeTrajectories(const costs::CareBook& book, const TrajectoryRules& rules);

// Days from the start. What ended before observed_from was never at risk. `count_imputed` false: an imputed ending is where we
// lost sight of it, so it is censored there.
Spell SpellOf(const Trajectory& trajectory, Day observed_from, bool count_imputed);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_TRAJECTORIES_H_
