// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/sequence.h"

namespace nmd::analyses {

Beginning ClassOf(const CareSpell& course, absl::Span<const CareSpell> others, const SequenceRules& rules) {
  const Day start = course.days.start;
  const Day known_again = FirstDay(MonthOf(start) - rules.new_after_months);
  bool continued = false, added = false, switched = false, returned = false, ever = false;
  for (const CareSpell& other : others) {
    if (other.days.Empty() || other.days.start >= start) continue;
    ever = true;
    if (other.days.end >= start - rules.gap_days) {
      if (other.provider == course.provider) {
        continued = true;
      } else if (other.days.end > start + rules.gap_days) {
        added = true;
      } else {
        switched = true;
      }
    } else if (other.days.end > known_again) {
      returned = true;
    }
  }
  if (continued) return Beginning::kContinued;
  if (added) return Beginning::kAdded;
  if (switched) return Beginning::kSwitched;
  if (returned) return Beginning::kReturned;
  return ever ? Beginning::kNew : Beginning::kFirstEver;
}

}  // namespace nmd::analyses
