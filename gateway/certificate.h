// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CERTIFICATE_H_
#define NMD_GATEWAY_CERTIFICATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/caller.h"

namespace nmd::gateway {

// Whose client certificate it is, that was verified already (architecture decision 10); the subject says so.
//   A provider: serialNumber is the AGB code itself (8 digits), or the OIN of the organisation (20 digits) with the AGB code in an
//   organizational unit ("AGB 12345678"). Role aanbieder; the subject "agb:12345678" is how nmd.contracts.v1.ReconciliationService
//   knows whose account it may show.
//   A member of the region: an OIN without an AGB code. Role lid; the subject is "oin:00000001001730000000", and the service that is
//   asked knows whose that is.
// Scope and purpose are not in a certificate.
//
// Errors: IDENTITY_MISSING for text that is no certificate, or a subject with neither.
absl::StatusOr<Caller> CallerOfCertificate(absl::string_view pem);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_CERTIFICATE_H_
