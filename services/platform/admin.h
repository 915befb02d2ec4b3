// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_ADMIN_H_
#define NMD_SERVICES_PLATFORM_ADMIN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace nmd {

// The plain HTTP listener for the kubelet and Prometheus: /metrics, /livez (the process answers) and /readyz (200 when
// ready, 503 before and while draining). Nothing else is served. Thread-safe.
class Admin {
 public:
  virtual ~Admin() = default;
  virtual int port() const = 0;
  virtual void SetReady(bool ready) = 0;
};

// FAILED_PRECONDITION when the address is in use.
absl::StatusOr<std::unique_ptr<Admin>> StartAdmin(const std::string& listen);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_ADMIN_H_
