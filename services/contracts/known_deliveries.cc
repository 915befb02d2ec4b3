// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/known_deliveries.h"

#include <algorithm>

namespace nmd::contracts {

absl::Time KnownTimeOf(const ingestion::v1::FactBatch& batch) {
  return absl::FromUnixSeconds(batch.known_time().seconds()) + absl::Microseconds(batch.known_time().nanos() / 1000);
}

void KnownDeliveries::Add(const ingestion::v1::FactBatch& batch) {
  if (!batch.supersedes().empty()) superseded_.insert(batch.supersedes());
  if (!batch.corrects().empty()) corrected_[batch.corrects()] = KnownPeriodsOf(batch.counted());
}

bool KnownDeliveries::Counts(absl::string_view delivery, absl::Time known, absl::Time at) const {
  if (known > at || superseded_.contains(delivery)) return false;
  const auto correction = corrected_.find(delivery);
  return correction == corrected_.end() || correction->second.Contains(absl::ToUnixMicros(at));
}

absl::Time KnownDeliveries::LastChange(absl::Time at) const {
  absl::Time last = absl::InfinitePast();
  for (const auto& [delivery, periods] : corrected_) {
    for (const KnownPeriods::Stretch& stretch : periods.stretches()) {
      for (const int64_t micros : {stretch.from, stretch.until}) {
        const absl::Time moment = absl::FromUnixMicros(micros);
        if (micros != KnownPeriods::kOpen && moment <= at) last = std::max(last, moment);
      }
    }
  }
  return last;
}

}  // namespace nmd::contracts
