// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_TOKEN_H_
#define NMD_GATEWAY_TOKEN_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/jws.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {

// The Dutch word for a role, as in tokens: "beleidsadviseur"; empty for a role no token may hold.
absl::string_view WordOf(type::Role role);
// ROLE_UNSPECIFIED for a word that is no role.
type::Role RoleOf(absl::string_view word);

// The keys of an issuer at one moment, by their id; an empty id fits every token.
using KeySet = std::vector<std::pair<std::string, VerifyKey>>;

// Where the keys come from. Thread-safe.
class KeySource {
 public:
  virtual ~KeySource() = default;
  // The same object until the keys change; null before there are any.
  virtual std::shared_ptr<const KeySet> keys() const = 0;
};

// Checks tokens of one issuer (decision 10): JSON Web Tokens signed with RS256, PS256 or ES256, whichever the issuer's key is
// for. The key decides the algorithm, never the token: "none", and HS256 with the public key as its secret, are refused like
// any bad signature.
//
// Claims: `iss` and `aud` as configured (`aud` may be a list), `azp` where configured (a token for several must have it),
// `exp`, `nbf` and `iat` if present, all with the configured slack; `sub`; municipality ("gm1730"), roles and purpose (R23) by
// the names of the configuration. Words for roles that are not known are ignored. `amr` or `acr` where proof of more than one
// factor is asked for.
//
// Thread-safe. A token that was found good is remembered until it expires or the keys change, at most 1000 of them: checking a
// signature costs more than everything else the gateway does for a request.
class TokenChecker {
 public:
  // Keys come from `source`, which must outlive the checker, or when it is null from the file config.public_key.
  // Errors: FAILED_PRECONDITION when the file holds no P-256 or RSA public key of at least 2048 bits, or the configuration
  // gives a word that is no role.
  static absl::StatusOr<std::unique_ptr<TokenChecker>> Create(const internal::v1::IssuerConfig& config, const KeySource* source,
                                                              const Clock& clock);
  static absl::StatusOr<std::unique_ptr<TokenChecker>> Create(const internal::v1::IssuerConfig& config, const Clock& clock) {
    return Create(config, nullptr, clock);
  }

  // The caller of an Authorization header; request_id and deadline are left to the caller.
  // Errors: IDENTITY_MISSING when there is no token or it is not one of the issuer, TOKEN_INVALID when it is, but expired,
  // not yet valid, for another audience, or without a claim that is needed; UNAVAILABLE_NOW before the keys were fetched.
  absl::StatusOr<Caller> Check(absl::string_view authorization) const;

  // Whether the token of the header was signed with a key that is not known, so that asking the issuer for its keys may help.
  bool NamesUnknownKey(absl::string_view authorization) const;

  struct Identity {
    Caller caller;
    absl::Time not_before = absl::InfinitePast();
    absl::Time expires;
  };
  // Who signed in, by the token that the issuer gave to the client `client_id` in answer to a question with this nonce (OpenID
  // Connect Core 3.1.3.7). Errors: as Check.
  absl::StatusOr<Identity> CheckIdToken(absl::string_view token, absl::string_view client_id, absl::string_view nonce) const;

 private:
  struct Remembered {
    Identity identity;
    std::shared_ptr<const KeySet> keys;  // That it was checked with.
  };
  TokenChecker(internal::v1::IssuerConfig config, const KeySource* source, std::shared_ptr<const KeySet> keys,
               const Clock& clock)
      : config_(std::move(config)), source_(source), keys_(std::move(keys)), clock_(clock) {}

  std::shared_ptr<const KeySet> keys() const { return source_ == nullptr ? keys_ : source_->keys(); }
  // The token, once one of the keys says that the issuer signed it.
  absl::StatusOr<Jws> Read(absl::string_view token, const KeySet& keys) const;
  absl::StatusOr<Identity> IdentityOf(const google::protobuf::Struct& claims, absl::string_view audience,
                                      absl::string_view authorized_party) const;
  absl::Status CheckTime(const Identity& identity) const;

  const internal::v1::IssuerConfig config_;
  const KeySource* const source_;
  const std::shared_ptr<const KeySet> keys_;  // Of the file.
  const Clock& clock_;
  mutable Mutex mutex_;
  mutable std::map<std::string, Remembered, std::less<>> good_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_TOKEN_H_
