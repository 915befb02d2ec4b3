// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CORRECTIONS_H_
#define NMD_SERVICES_INGESTION_CORRECTIONS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/core/known_periods.h"
#include "services/ingestion/history.h"

// At which known times a delivery counts: pure functions of the deliveries and of what was withdrawn and restored, never of
// the order in which that came.
namespace nmd::ingestion {

// A withdrawal or a restoration.
struct CorrectionMark {
  int64_t known_micros = 0;
  bool restores = false;
  friend bool operator==(const CorrectionMark&, const CorrectionMark&) = default;
};

// When a delivery that became known at known_micros stands, by its marks alone: between a withdrawal and the restoration that
// follows it does not. Of two marks at one moment the restoration holds, so that a withdrawal can be undone without a trace
// in any answer.
KnownPeriods Standing(int64_t known_micros, absl::Span<const CorrectionMark> marks);

// A file that takes the place of earlier ones of its source.
struct ExtractState {
  DeliveryRank rank;
  std::vector<int32_t> years;  // What it is about, sorted; none for everything.
  KnownPeriods standing;
};

// Whether, while it stands, `later` takes the place of `earlier`: it ranks later and is about at least the same years.
bool TakesPlaceOf(const ExtractState& later, const ExtractState& earlier);

// When `extract` counts: while it stands and none of `all` (it may be one of them) that stands takes its place. So an extract
// that comes late counts until the known time of the next one, and when that is withdrawn it counts again.
// Cost: linear in `all`.
KnownPeriods CountedPeriods(const ExtractState& extract, absl::Span<const ExtractState> all);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CORRECTIONS_H_
