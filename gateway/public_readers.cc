// SPDX-License-Identifier: EUPL-1.2
#include "gateway/public_readers.h"

#include <algorithm>

#include "google/protobuf/descriptor.h"
#include "services/platform/policy.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {

PublicReaders::PublicReaders(const internal::v1::PublicReadersConfig& config, std::string municipality, const Clock& clock)
    : municipality_(std::move(municipality)),
      by_address_(config.address_concurrency(), config.address_rate_per_minute(), clock),
      together_(config.concurrency(), config.rate_per_minute(), clock) {}

bool PublicReaders::May(const google::protobuf::MethodDescriptor& method) {
  const type::Access access = AccessOf(method);
  return IsSafe(method) && std::find(access.role().begin(), access.role().end(), type::PUBLIC) != access.role().end();
}

Caller PublicReaders::Anybody() const {
  Caller caller;
  caller.subject = "openbaar";
  caller.roles = {type::PUBLIC};
  caller.municipality = municipality_;
  return caller;
}

absl::StatusOr<std::shared_ptr<void>> PublicReaders::Enter(absl::string_view address) {
  // By address first: who asks too much takes nothing of what is there for all.
  NMD_ASSIGN_OR_RETURN(std::shared_ptr<void> own, by_address_.Enter(address));
  NMD_ASSIGN_OR_RETURN(std::shared_ptr<void> shared, together_.Enter("openbaar"));
  using Places = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
  return std::shared_ptr<void>(std::make_shared<Places>(std::move(own), std::move(shared)));
}

}  // namespace nmd::gateway
