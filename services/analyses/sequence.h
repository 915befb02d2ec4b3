// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_SEQUENCE_H_
#define NMD_SERVICES_ANALYSES_SEQUENCE_H_

#include <cstdint>

#include "absl/types/span.h"
#include "services/core/date.h"

// What came before a course of care, for one client. Pure.
namespace nmd::analyses {

// Care of one client at one provider on the days of a period.
struct CareSpell {
  nmd::Period days;
  uint32_t provider = 0;
};

// What a course that begins is, seen from what the client had (R119, R132). Each is of one class: the first that fits.
enum class Beginning : uint8_t {
  kContinued,  // Had care at the same provider on the day before, or until at most `gap_days` before.
  kAdded,      // Has care elsewhere that goes on for more than gap_days after the first day.
  kSwitched,   // Had care elsewhere, until at most gap_days before the first day or after it.
  kReturned,   // Had care in the `new_after_months` months before.
  kNew,        // Had care before that,
  kFirstEver,  // or never, as far as anybody told.
};

struct SequenceRules {
  int gap_days = 28;
  int new_after_months = 12;
};

// `others` are the client's other courses, in any order, the course itself left out; one that begins on the same day or later
// came not before, and counts only as care that goes on when it began earlier. Cost: one pass over `others`.
Beginning ClassOf(const CareSpell& course, absl::Span<const CareSpell> others, const SequenceRules& rules);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_SEQUENCE_H_
