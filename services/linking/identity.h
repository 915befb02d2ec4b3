// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_IDENTITY_H_
#define NMD_SERVICES_LINKING_IDENTITY_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/core/known_periods.h"

// Which client a person_key is, at every known time: a pure function of what its records say.
namespace nmd::linking {

// What one record of the person_key says about who it is.
struct Evidence {
  int64_t known_micros = 0;
  // Client id of the valid BSN in the record; empty when there is none.
  absl::string_view bsn_client;
  // When it counts, of a record that was corrected; null when it counts since known_micros.
  const KnownPeriods* correction = nullptr;
};

// From known_micros on the person_key is this client, until the next step.
struct LinkStep {
  int64_t known_micros = 0;
  // Empty for a client of its own (ALONE), and when it is nobody any more because no evidence counts (no reason).
  absl::string_view client;
  v1::LinkReason reason = v1::LINK_REASON_UNSPECIFIED;
  friend bool operator==(const LinkStep&, const LinkStep&) = default;
};

// The steps of one person_key in order of known time; neighbours differ. Does not depend on the order of the evidence.
//
// At a known time K only evidence that counts at K matters, and the first stage that has an answer gives it:
//   1. EXACT_BSN  the valid BSN that became known last; of two known at the same moment the one with the smaller client id.
//                 A record without BSN takes nothing back.
//   2. ALONE      a client of its own.
// A stage that weighs softer evidence has its place between the two: it may join what would be ALONE, and never moves a
// person_key that has a valid BSN, so that two valid BSNs never share a client.
std::vector<LinkStep> LinkSteps(absl::Span<const Evidence> evidence);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_IDENTITY_H_
