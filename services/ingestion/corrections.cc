// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/corrections.h"

#include <algorithm>
#include <tuple>

namespace nmd::ingestion {

KnownPeriods Standing(int64_t known_micros, absl::Span<const CorrectionMark> marks) {
  std::vector<CorrectionMark> sorted(marks.begin(), marks.end());
  std::sort(sorted.begin(), sorted.end(), [](const CorrectionMark& a, const CorrectionMark& b) {
    return std::tie(a.known_micros, a.restores) < std::tie(b.known_micros, b.restores);
  });
  KnownPeriods standing;
  bool stands = true;
  int64_t from = known_micros;
  for (const CorrectionMark& mark : sorted) {
    if (mark.restores == stands) continue;
    if (stands) standing.Append({from, mark.known_micros});
    stands = mark.restores;
    from = mark.known_micros;
  }
  if (stands) standing.Append({from, KnownPeriods::kOpen});
  return standing;
}

bool TakesPlaceOf(const ExtractState& later, const ExtractState& earlier) {
  return earlier.rank < later.rank &&
         std::includes(later.years.begin(), later.years.end(), earlier.years.begin(), earlier.years.end());
}

KnownPeriods CountedPeriods(const ExtractState& extract, absl::Span<const ExtractState> all) {
  KnownPeriods counted = extract.standing;
  for (const ExtractState& other : all) {
    if (TakesPlaceOf(other, extract)) counted = Minus(counted, other.standing);
  }
  return counted;
}

}  // namespace nmd::ingestion
