// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_PUBLIC_READERS_H_
#define NMD_GATEWAY_PUBLIC_READERS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/caller_limits.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"

namespace google::protobuf {
class MethodDescriptor;
}

namespace nmd::gateway {

// Readers without a token, of what was released to everybody (R19). They are one caller with the role openbaar and no other;
// what they take is limited per address and together, apart from callers that are known. Thread-safe; must outlive the places
// it gave.
class PublicReaders {
 public:
  PublicReaders(const internal::v1::PublicReadersConfig& config, std::string municipality, const Clock& clock);

  // Whether anybody may call the method: the role openbaar may, and it changes nothing.
  static bool May(const google::protobuf::MethodDescriptor& method);

  // Who asks: somebody, of whom nothing is known.
  Caller Anybody() const;

  // A place for one call from an address, given back when the result goes. Errors: OVERLOADED with when to try again.
  absl::StatusOr<std::shared_ptr<void>> Enter(absl::string_view address);

 private:
  const std::string municipality_;
  CallerLimits by_address_, together_;
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_PUBLIC_READERS_H_
