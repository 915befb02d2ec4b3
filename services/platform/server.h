// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_SERVER_H_
#define NMD_SERVICES_PLATFORM_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/clock.h"
#include "services/platform/router.h"

namespace nmd {

// A running server: gRPC in front of a router, and the admin listener with /metrics, /livez and /readyz.
//
// gRPC side: callback API, generic: no generated service code; a call is refused before it is queued when identity, role
// or queue say so; ordinary calls and feeds wait in two lanes with threads of their own. Identity comes from the peer
// certificate: spiffe://nmd.nl/{municipality}/{service}; the gateway's may carry a CallerAssertion for a person.
class Server {
 public:
  virtual ~Server() = default;
  // Ports that were bound; of use when the configuration asked for port 0.
  virtual int port() const = 0;
  virtual int admin_port() const = 0;
  // From now on /readyz says yes.
  virtual void SetReady() = 0;
  // From now on /readyz says no; returns after drain_delay, when balancers know. Calls are still taken. Idempotent.
  virtual void Withdraw() = 0;
  // Withdraws, refuses new calls, finishes running ones within drain_limit. Idempotent.
  virtual void Drain() = 0;
};

// Starts listening. The router must have all its methods and outlive the server.
// Errors: FAILED_PRECONDITION when an address is in use or a certificate does not load.
absl::StatusOr<std::unique_ptr<Server>> StartServer(const internal::v1::ServerConfig& config, const Router& router,
                                                    const Clock& clock);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_SERVER_H_
