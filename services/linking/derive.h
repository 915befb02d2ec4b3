// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_DERIVE_H_
#define NMD_SERVICES_LINKING_DERIVE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/linking/link_state.h"

namespace nmd::linking {

struct DeriveOptions {
  // More clients than this at one address on one day make it an institution.
  int institution_size = 12;
  // Client id of a person_key that has no other evidence.
  std::function<std::string(absl::string_view person_key)> alone_client;
};

struct Derived {
  std::vector<v1::Link> links;
  std::vector<v1::HouseholdStay> stays;  // The rows of a revision side by side.
};

// Publishes what new records and corrections change: for every known time at which the client of a person or the stays of a
// client differ from what is published, a row that puts it right. `persons` got records that begin to count, or have records
// that count otherwise, at from_micros or later; the state has these already. The rows are applied to the state too.
//
// Afterwards, at every known time, what is published equals LinkSteps and HouseholdsOf over the records that count then. So
// the answer at a known time does not depend on the order in which records came, nor on how they were grouped.
//
// Cost: linear in the records of the persons, of their clients, and of the institutions they ever lived in, times the known
// times from from_micros on (one, when records come in order of known time).
absl::StatusOr<Derived> Derive(const std::vector<uint32_t>& persons, int64_t from_micros, const DeriveOptions& options,
                               LinkState& state);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_DERIVE_H_
