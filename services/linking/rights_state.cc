// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/rights_state.h"

#include <algorithm>

namespace nmd::linking {

void RightsState::Apply(const internal::v1::RestrictionEvent& event) {
  for (const std::string& person : event.person_keys()) {
    if (event.restricted()) {
      restricted_.insert(person);
    } else {
      restricted_.erase(person);
    }
  }
}

void RightsState::Apply(const internal::v1::CorrectionEvent& event) {
  // Emptied by an erasure that was cut off before it was written down.
  if (!event.sealed().empty()) corrections_.push_back(event);
}

void RightsState::Apply(const internal::v1::ErasureEvent& event) {
  const absl::flat_hash_set<std::string> persons(event.person_keys().begin(), event.person_keys().end());
  for (const std::string& person : persons) restricted_.erase(person);
  corrections_.erase(std::remove_if(corrections_.begin(), corrections_.end(),
                                    [&](const auto& correction) { return persons.contains(correction.person_key()); }),
                     corrections_.end());
}

internal::v1::SavedRights RightsState::Save() const {
  internal::v1::SavedRights saved;
  std::vector<std::string> persons(restricted_.begin(), restricted_.end());
  std::sort(persons.begin(), persons.end());
  for (std::string& person : persons) saved.add_restricted(std::move(person));
  for (const internal::v1::CorrectionEvent& correction : corrections_) *saved.add_corrections() = correction;
  return saved;
}

void RightsState::Restore(const internal::v1::SavedRights& saved) {
  restricted_ = {saved.restricted().begin(), saved.restricted().end()};
  corrections_ = {saved.corrections().begin(), saved.corrections().end()};
}

}  // namespace nmd::linking
