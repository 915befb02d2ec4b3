// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_TOKEN_H_
#define NMD_GATEWAY_TOKEN_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {

// The Dutch word for a role, as in tokens: "beleidsadviseur"; empty for a role no token may hold.
absl::string_view WordOf(type::Role role);
// ROLE_UNSPECIFIED for a word that is no role.
type::Role RoleOf(absl::string_view word);

// Checks bearer tokens of one issuer (decision 10): JSON Web Tokens signed with ES256 or RS256, whichever the configured
// public key is for. The key decides the algorithm, never the token: "none", and HS256 with the public key as its secret, are
// refused like any bad signature.
//
// Claims: `iss` and `aud` as configured (`aud` may be a list), `exp`, `nbf` if present, both with 60 seconds of slack;
// `sub`, `municipality` ("gm1730"), `roles` (Dutch words; unknown ones are ignored), `purpose` (R23).
//
// Thread-safe. A token that was found good is remembered until it expires, at most 1000 of them: checking a signature costs
// more than everything else the gateway does for a request.
class TokenChecker {
 public:
  // Errors: FAILED_PRECONDITION when the file holds no P-256 or RSA public key of at least 2048 bits.
  static absl::StatusOr<std::unique_ptr<TokenChecker>> Create(const internal::v1::IssuerConfig& config, const Clock& clock);

  // The caller of an Authorization header; request_id and deadline are left to the caller.
  // Errors: IDENTITY_MISSING when there is no token or it is not one of the issuer, TOKEN_INVALID when it is, but expired,
  // not yet valid, for another audience, or without a claim that is needed.
  absl::StatusOr<Caller> Check(absl::string_view authorization) const;

 private:
  struct Identity {
    Caller caller;
    absl::Time not_before = absl::InfinitePast();
    absl::Time expires;
  };
  TokenChecker(internal::v1::IssuerConfig config, std::string key, int algorithm, const Clock& clock)
      : config_(std::move(config)), key_(std::move(key)), algorithm_(algorithm), clock_(clock) {}

  absl::StatusOr<Identity> Read(const std::string& token) const;
  absl::Status CheckTime(const Identity& identity) const;

  const internal::v1::IssuerConfig config_;
  const std::string key_;  // PEM.
  const int algorithm_;    // jwt_alg_t.
  const Clock& clock_;
  mutable Mutex mutex_;
  mutable std::map<std::string, Identity, std::less<>> good_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_TOKEN_H_
