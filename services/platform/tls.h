// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_TLS_H_
#define NMD_SERVICES_PLATFORM_TLS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nmd/internal/v1/config.pb.h"

// TLS by the NCSC guideline of 2025-05: versions 1.2 and 1.3, suites that are good or sufficient, keys of RSA from 3072 bits or
// on P-256, P-384, P-521, Ed25519. The library speaks 1.2 and 1.3 only; tests/system/tls_scan_test.cc holds it against the
// table.
namespace nmd {

// Suites of TLS 1.2, in order of preference; those of 1.3 are all good or sufficient.
inline constexpr absl::string_view kTls12Suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

// Tells gRPC the suites, by its environment variable. REQUIRES: no other thread yet, and no gRPC call before.
void UseGoodSuites();

// FAILED_PRECONDITION, naming the file, when the certificate or one above it in its file has a key that is too weak or a
// signature by SHA-1 or MD5, when the key is not that of the certificate, or when a file cannot be read.
absl::Status CheckTlsFiles(const internal::v1::TlsConfig& tls);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_TLS_H_
