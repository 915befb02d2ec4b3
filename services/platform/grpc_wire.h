// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_GRPC_WIRE_H_
#define NMD_SERVICES_PLATFORM_GRPC_WIRE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// What the two ends of a gRPC call agree on. Private to platform.
namespace nmd {

// The largest request, and the largest answer there is: 100,000 figures are about 30 MiB.
inline constexpr int kMaxRequestBytes = 4 << 20;
inline constexpr int kMaxAnswerBytes = 40 << 20;
// Of all metadata of a call or an answer; an error travels in it.
inline constexpr int kMaxMetadataBytes = 16 << 10;

// Metadata key of a serialised internal.v1.CallerAssertion.
inline constexpr char kAssertionKey[] = "nmd-caller-bin";

// Identity of a service in its certificate.
inline std::string SpiffeId(absl::string_view municipality, absl::string_view service) {
  return absl::StrCat("spiffe://nmd.nl/", municipality, "/", service);
}

// Certificates are looked at again this often, so that a renewed one is used without a restart. A test may set it before it
// starts a server.
inline unsigned& CertificateRefreshSeconds() {
  static unsigned seconds = 10;
  return seconds;
}

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_GRPC_WIRE_H_
