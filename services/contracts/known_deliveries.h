// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_KNOWN_DELIVERIES_H_
#define NMD_SERVICES_CONTRACTS_KNOWN_DELIVERIES_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/core/known_periods.h"

namespace nmd::contracts {

// When the facts of a batch became known, whole microseconds.
absl::Time KnownTimeOf(const ingestion::v1::FactBatch& batch);

// Which deliveries count at a known time. A superseded delivery never said anything, at whatever known time (TR056); one that
// was corrected says it at the known times at which it counts; any other from its known time on.
class KnownDeliveries {
 public:
  // Reads what the batch says of deliveries; its facts do not matter.
  void Add(const ingestion::v1::FactBatch& batch);

  // Whether the delivery, known since `known`, counts at `at`.
  bool Counts(absl::string_view delivery, absl::Time known, absl::Time at) const;

  // The last moment up to `at` at which a correction begins or ends to hold; InfinitePast when there is none.
  absl::Time LastChange(absl::Time at) const;

 private:
  absl::flat_hash_set<std::string> superseded_;
  absl::flat_hash_map<std::string, KnownPeriods> corrected_;
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_KNOWN_DELIVERIES_H_
