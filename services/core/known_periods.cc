// SPDX-License-Identifier: EUPL-1.2
#include "services/core/known_periods.h"

#include <algorithm>

namespace nmd {

KnownPeriods KnownPeriods::Since(int64_t known) {
  KnownPeriods periods;
  periods.Append({known, kOpen});
  return periods;
}

void KnownPeriods::Append(Stretch stretch) {
  if (stretch.until <= stretch.from) return;
  if (!stretches_.empty() && stretch.from <= stretches_.back().until) {
    stretches_.back().until = std::max(stretches_.back().until, stretch.until);
  } else {
    stretches_.push_back(stretch);
  }
}

bool KnownPeriods::Contains(int64_t known) const {
  for (const Stretch& stretch : stretches_) {
    if (known < stretch.from) return false;
    if (known < stretch.until) return true;
  }
  return false;
}

KnownPeriods Minus(const KnownPeriods& a, const KnownPeriods& b) {
  KnownPeriods left;
  for (const KnownPeriods::Stretch& stretch : a.stretches()) {
    int64_t from = stretch.from;
    for (const KnownPeriods::Stretch& gone : b.stretches()) {
      if (gone.until <= from) continue;
      if (gone.from >= stretch.until) break;
      left.Append({from, gone.from});
      from = gone.until;
    }
    left.Append({from, stretch.until});
  }
  return left;
}

int64_t FirstDifference(const KnownPeriods& a, const KnownPeriods& b) {
  int64_t first = KnownPeriods::kOpen;
  for (const KnownPeriods& only : {Minus(a, b), Minus(b, a)}) {
    if (!only.stretches().empty()) first = std::min(first, only.stretches().front().from);
  }
  return first;
}

}  // namespace nmd
