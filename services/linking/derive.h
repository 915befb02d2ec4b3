// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_DERIVE_H_
#define NMD_SERVICES_LINKING_DERIVE_H_

#include <cstdint>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/linking/link_state.h"
#include "services/linking/timeline.h"

namespace nmd::linking {

struct DeriveOptions {
  // More clients than this at one address on one day make it an institution.
  int institution_size = 12;
};

struct Derived {
  std::vector<v1::Link> links;
  std::vector<v1::HouseholdStay> stays;  // The rows of a revision side by side.
  std::vector<v1::OpenPair> open_pairs;
};

// Publishes what new records, corrections and decisions change: for every known time at which the client of a person, the
// stays of a client or the chance of an open pair differ from what is published, a row that puts it right. `persons` got
// records or decisions that begin to count, or have some that count otherwise, at from_micros or later; the state has these
// already. The rows are applied to the state too. Ends with the timeline at the last known time there is.
//
// Afterwards, at every known time, what is published equals what Timeline and HouseholdsOf give for that time. So the answer at
// a known time does not depend on the order in which records came, nor on how they were grouped.
//
// What a person who was made unreadable was linked with stays as it was.
//
// Cost: in order of known time, linear in the records of the persons, of their clients, and of the institutions they ever lived
// in. Something that became known before the last known time winds the timeline back: all that was known since is done again.
// Errors: those of Timeline; the state is to be folded again then.
absl::StatusOr<Derived> Derive(const std::set<uint32_t>& persons, int64_t from_micros, const DeriveOptions& options,
                               LinkState& state, Timeline& timeline);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_DERIVE_H_
