// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_PEER_H_
#define NMD_SERVICES_PLATFORM_PEER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/caller.h"
#include "services/platform/errors.h"

namespace nmd {

class Router;

// Another service of the same instance: the seam between services. Thread-safe; one per peer for the life of the process.
class Peer {
 public:
  virtual ~Peer() = default;

  // Serialised request in, serialised response out. `path` is "/nmd.costs.v1.CostsService/QueryFigures".
  // `on_behalf_of` is passed on when the gateway calls for a person; null when the service calls for itself.
  // A call that ends UNAVAILABLE may have been sent up to four times: every method is a read, or is idempotent by its content
  // or request id.
  // Errors: those of the method, UNAVAILABLE_NOW when the peer cannot be reached, DEADLINE_PASSED, FILE_TOO_LARGE for a
  // request of more than 4 MiB.
  virtual absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration timeout,
                                                const Caller* on_behalf_of = nullptr) const = 0;

  // The same, without waiting; `done` is called once, on a thread of the library or at once on the caller's, and must not
  // block.
  virtual void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* on_behalf_of,
                              std::function<void(absl::StatusOr<std::string>)> done) const = 0;

  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(absl::string_view path, const Request& request,
                                absl::Duration timeout = absl::Seconds(30)) const {
    absl::StatusOr<std::string> bytes = CallBytes(path, request.SerializeAsString(), timeout);
    if (!bytes.ok()) return bytes.status();
    Response response;
    if (!response.ParseFromString(*bytes)) {
      return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the peer's answer could not be read");
    }
    return response;
  }
};

// Calls a router in the same process as the service `service`. A complete peer, for tests that run several services in
// one process without a network.
std::unique_ptr<Peer> NewLocalPeer(const Router& router, absl::string_view service);

// Calls over gRPC: mutual TLS unless `tls` is null (loopback only), retries on UNAVAILABLE, keepalive.
// `municipality` and `config.service()` give the name the peer's certificate must have. With `config.readers()`: questions that
// change nothing go to those in turn, and to the service itself when none of them answers, so that one that is away is not
// noticed. An answer of a reader may be some milliseconds behind.
std::unique_ptr<Peer> NewGrpcPeer(const internal::v1::PeerConfig& config, const internal::v1::TlsConfig* tls,
                                  absl::string_view municipality);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_PEER_H_
