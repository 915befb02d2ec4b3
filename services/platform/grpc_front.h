// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_GRPC_FRONT_H_
#define NMD_SERVICES_PLATFORM_GRPC_FRONT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/reflection.h"

namespace nmd {

// A call as it came in from outside, before anybody looked who it is of.
struct FrontCall {
  std::string path;         // "/nmd.costs.v1.CostsService/QueryFigures"
  std::string request;      // Serialised.
  std::string certificate;  // PEM of the client, verified against the roots; empty: it showed none.
  std::string address;      // "10.0.0.7"
  absl::Time deadline;      // InfiniteFuture when the client gave none.
  // Metadata that a door goes by; empty when absent.
  std::string authorization, purpose, provider, traceparent;
};

using FrontAnswer = std::function<void(absl::StatusOr<std::string>)>;
// Takes a call; the answer is given once, from any thread. Runs on a thread of the library and must not block.
using FrontHandler = std::function<void(FrontCall, FrontAnswer)>;

// gRPC for those outside the instance, with server reflection where there is one: one generic service, so that no method needs
// code of its own, and the standard health service. TLS with a client certificate where the client has one; plain text on a
// loopback address only, when `tls` is null.
class GrpcFront {
 public:
  virtual ~GrpcFront() = default;
  virtual int port() const = 0;
  // Says no to health checks and new calls, waits for running ones. Idempotent.
  virtual void Drain(absl::Duration limit) = 0;
};

// Errors: FAILED_PRECONDITION when the address is in use, a certificate does not load, or there is neither TLS nor loopback.
absl::StatusOr<std::unique_ptr<GrpcFront>> StartGrpcFront(const std::string& listen, const internal::v1::TlsConfig* tls,
                                                          FrontHandler handler,
                                                          std::unique_ptr<Reflection> reflection = nullptr);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_GRPC_FRONT_H_
