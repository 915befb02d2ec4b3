// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_AGREEMENT_H_
#define NMD_SERVICES_PUBLICATION_AGREEMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/internal/v1/agreement.pb.h"
#include "nmd/publication/v1/publication.pb.h"

namespace nmd::publication {

// Reads and checks the agreements of an instance, sorted by name. What is not in the file is not shared; an empty file
// is a valid one.
// Errors: FAILED_PRECONDITION when it is not such a file; INVALID_ARGUMENT FIELDS_INVALID with every fault.
absl::StatusOr<std::vector<v1::Agreement>> ReadAgreements(const std::string& path, absl::string_view municipality);

// The same for what was read already.
absl::StatusOr<std::vector<v1::Agreement>> CheckAgreements(const internal::v1::AgreementFile& file,
                                                           absl::string_view municipality);

// Whether the agreement holds on the Dutch calendar day of `now`.
bool InForce(const v1::Agreement& agreement, absl::Time now);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_AGREEMENT_H_
