// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_DEV_ISSUER_H_
#define NMD_GATEWAY_DEV_ISSUER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/http.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/clock.h"

// The development issuer: makes tokens for the demo, so that it needs no identity provider (decision 10). Apart from the
// rest of the gateway, because nothing in here may ever run where real data is.
namespace nmd::gateway {

struct TokenClaims {
  std::string issuer, audience;
  std::string subject;
  std::string municipality;
  std::vector<std::string> roles;  // Dutch words.
  std::string purpose;
  absl::Time not_before, expires;
};

// Signs with the PEM private key: ES256 on P-256, RS256 with RSA. Errors: FAILED_PRECONDITION when it is neither.
absl::StatusOr<std::string> MintToken(const std::string& private_key_pem, const TokenClaims& claims);

// GET /v1/dev/token?role=beleidsadviseur: a token of an hour for the dashboard of the demo.
class DevIssuer {
 public:
  static constexpr absl::string_view kPath = "/v1/dev/token";

  // REQUIRES: config.development(). Errors: FAILED_PRECONDITION unless `loopback`, the address the gateway listens on is one
  // that only this machine reaches, and development_key holds a private key; and when anything in the configuration belongs to
  // a real issuer.
  static absl::StatusOr<std::unique_ptr<DevIssuer>> Create(const internal::v1::IssuerConfig& config, bool loopback,
                                                           absl::string_view municipality, const Clock& clock);

  // {"token":"eyJ…","municipality":"gm1730","title":"Tynaarlo","role":"beleidsadviseur","expire_time":"2026-…Z"}. For the
  // role aanbieder also "provider":"98000017", as which provider of care: that of the configuration. 400 for a word that is no
  // role; 403 when the Host is not this machine by name or number, so that a page elsewhere cannot have its name point here
  // (DNS rebinding).
  HttpResponse Answer(const HttpRequest& request) const;

 private:
  DevIssuer(internal::v1::IssuerConfig config, std::string key, absl::string_view municipality, const Clock& clock)
      : config_(std::move(config)), key_(std::move(key)), municipality_(municipality), clock_(clock) {}

  const internal::v1::IssuerConfig config_;
  const std::string key_;
  const std::string municipality_;
  const Clock& clock_;
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_DEV_ISSUER_H_
