// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_RIGHTS_STATE_H_
#define NMD_SERVICES_LINKING_RIGHTS_STATE_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "nmd/internal/v1/linking_events.pb.h"

namespace nmd::linking {

// What residents asked for that stays (AVG 16 and 18): who may not be looked at, and what they said is wrong. The fold of
// "restriction" and "correction" events; an erasure takes away what is of its persons.
class RightsState {
 public:
  void Apply(const internal::v1::RestrictionEvent& event);
  void Apply(const internal::v1::CorrectionEvent& event);
  void Apply(const internal::v1::ErasureEvent& event);

  // Person keys of who may not be looked at.
  const absl::flat_hash_set<std::string>& restricted() const { return restricted_; }
  // Oldest first; values are sealed with the key of the person.
  const std::vector<internal::v1::CorrectionEvent>& corrections() const { return corrections_; }

  // The checkpoint: Restore of what Save gave is the same state.
  internal::v1::SavedRights Save() const;
  void Restore(const internal::v1::SavedRights& saved);

 private:
  absl::flat_hash_set<std::string> restricted_;
  std::vector<internal::v1::CorrectionEvent> corrections_;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_RIGHTS_STATE_H_
