// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CERTIFICATE_H_
#define NMD_GATEWAY_CERTIFICATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/caller.h"

namespace nmd::gateway {

// The provider of a client certificate that was verified already (architecture decision 10): role aanbieder, with its AGB code.
// The subject says which: serialNumber is the AGB code itself (8 digits), or the OIN of the organisation (20 digits) with the
// AGB code in an organizational unit ("AGB 12345678"). The caller's subject is "agb:12345678", which is how
// nmd.contracts.v1.ReconciliationService knows whose account it may show. Scope and purpose are not in a certificate.
//
// Errors: IDENTITY_MISSING for text that is no certificate, or a subject without an AGB code.
absl::StatusOr<Caller> CallerOfCertificate(absl::string_view pem);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_CERTIFICATE_H_
