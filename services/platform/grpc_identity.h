// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_GRPC_IDENTITY_H_
#define NMD_SERVICES_PLATFORM_GRPC_IDENTITY_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Names shared by the two ends of a gRPC call. Private to platform.
namespace nmd {

// Metadata key of a serialised internal.v1.CallerAssertion.
inline constexpr char kAssertionKey[] = "nmd-caller-bin";

// Identity of a service in its certificate.
inline std::string SpiffeId(absl::string_view municipality, absl::string_view service) {
  return absl::StrCat("spiffe://nmd.nl/", municipality, "/", service);
}

// Certificates are looked at again this often, so that a renewed one is used without a restart.
inline constexpr unsigned kCertificateRefreshSeconds = 60;

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_GRPC_IDENTITY_H_
