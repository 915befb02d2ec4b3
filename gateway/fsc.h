// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_FSC_H_
#define NMD_GATEWAY_FSC_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/http.h"
#include "gateway/jws.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {

inline constexpr absl::string_view kFscTransactionHeader = "Fsc-Transaction-Id";

// Who asks through an Inway (FSC Core 1.1, access token). The Inway has checked the token and that the Outway holds the
// certificate it is bound to; here the token is checked once more, because it is what says who asks: signed by a certificate of
// the own Manager that comes from the trust anchor and is in its time, of this group, for this service and Inway, in its time,
// and bound to a certificate at all. Roles are those the configuration gives to the organisation (OIN), never what a token
// says.
//
// A peer that asks on behalf of another (`act`) may do what both may.
//
// Thread-safe. A token signed by a certificate that is not known makes it read the file again, at most every 30 seconds.
class FscDoor {
 public:
  // Errors: FAILED_PRECONDITION for certificates that cannot be read, or do not come from the trust anchor, and for a peer
  // whose number is no OIN or whose word is no role.
  static absl::StatusOr<std::unique_ptr<FscDoor>> Create(const internal::v1::FscConfig& config, absl::string_view municipality,
                                                         const Clock& clock);

  // The caller of a request: subject "oin:…", or "agb:…" of a provider. Errors: IDENTITY_MISSING without a token that the
  // Manager signed, TOKEN_INVALID for one of another group, service, Inway or time; ROLE_MISSING for an organisation that is
  // not in the configuration; REQUEST_UNREADABLE when Fsc-Transaction-Id is no UUID.
  absl::StatusOr<Caller> Check(const HttpRequest& request) const;

 private:
  struct Signer {
    VerifyKey key;
    absl::Time not_before, not_after;
  };
  // By thumbprint, as in `x5t#S256`.
  using Signers = std::map<std::string, Signer>;

  FscDoor(internal::v1::FscConfig config, absl::string_view municipality, const Clock& clock)
      : config_(std::move(config)), municipality_(municipality), clock_(clock) {}
  absl::StatusOr<Signers> Read() const;
  std::shared_ptr<const Signers> SignersFor(const std::string& thumbprint) const;
  absl::Status CheckClaims(const google::protobuf::Struct& claims) const;

  const internal::v1::FscConfig config_;
  const std::string municipality_;
  const Clock& clock_;
  mutable Mutex mutex_;
  mutable std::shared_ptr<const Signers> signers_ ABSL_GUARDED_BY(mutex_);
  mutable absl::Time next_read_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// Whether it is a UUID in its usual form (RFC 9562).
bool IsUuid(absl::string_view text);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_FSC_H_
