// SPDX-License-Identifier: EUPL-1.2
#include "gateway/dev_issuer.h"

#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/issuer.h"
#include "gateway/problem.h"
#include "gateway/token.h"
#include "services/core/codes.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

constexpr absl::Duration kTokenLife = absl::Hours(1);

bool IsThisMachine(absl::string_view host) {
  if (absl::StartsWith(host, "[")) return absl::StartsWith(host, "[::1]");
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host == "127.0.0.1";
}

}  // namespace

absl::StatusOr<std::string> MintToken(const std::string& private_key_pem, const TokenClaims& claims) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(private_key_pem.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr),
                                                                &EVP_PKEY_free);
  if (key == nullptr) return absl::FailedPreconditionError("the file holds no PEM private key");
  const jwt_alg_t algorithm = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC ? JWT_ALG_ES256 : JWT_ALG_RS256;

  std::string json = "{\"iss\":";
  AppendJsonString(claims.issuer, &json);
  const std::pair<const char*, absl::string_view> texts[] = {
      {"aud", claims.audience}, {"sub", claims.subject}, {"municipality", claims.municipality}, {"purpose", claims.purpose}};
  for (const auto& [name, value] : texts) {
    absl::StrAppend(&json, ",\"", name, "\":");
    AppendJsonString(value, &json);
  }
  absl::StrAppend(&json, ",\"nbf\":", absl::ToUnixSeconds(claims.not_before), ",\"exp\":", absl::ToUnixSeconds(claims.expires),
                  ",\"roles\":[");
  for (const std::string& role : claims.roles) {
    if (json.back() != '[') json.push_back(',');
    AppendJsonString(role, &json);
  }
  json += "]}";

  jwt_t* made = nullptr;
  if (jwt_new(&made) != 0) return absl::FailedPreconditionError("no token could be made");
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(made, &jwt_free);
  if (jwt_add_grants_json(jwt.get(), json.c_str()) != 0 ||
      jwt_set_alg(jwt.get(), algorithm, reinterpret_cast<const unsigned char*>(private_key_pem.data()),
                  static_cast<int>(private_key_pem.size())) != 0) {
    return absl::FailedPreconditionError("no token could be made");
  }
  const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(jwt.get()), &std::free);
  if (text == nullptr) return absl::FailedPreconditionError("no token could be signed: the key must be RSA or on P-256");
  return std::string(text.get());
}

absl::StatusOr<std::unique_ptr<DevIssuer>> DevIssuer::Create(const internal::v1::IssuerConfig& config, bool loopback,
                                                             absl::string_view municipality, const Clock& clock) {
  if (!loopback) {
    return absl::FailedPreconditionError(
        "issuer.development hands a token to whoever asks: it is for a loopback address only. Set http_listen to 127.0.0.1, or "
        "configure the issuer of your organisation");
  }
  if (config.public_key().empty() || config.has_login() || IsHttpsAddress(config.issuer()) || !config.mfa_amr().empty() ||
      !config.mfa_acr().empty()) {
    return absl::FailedPreconditionError(
        "issuer.development is for the demo, and this is the configuration of a real issuer: an https address, login, mfa_amr "
        "or "
        "mfa_acr. Take issuer.development out");
  }
  if (!config.development_provider().empty() && !IsAgbCode(config.development_provider())) {
    return absl::FailedPreconditionError("issuer.development_provider must be an AGB code of eight digits");
  }
  std::ifstream file(config.development_key());
  std::stringstream pem;
  pem << file.rdbuf();
  std::unique_ptr<DevIssuer> issuer(new DevIssuer(config, pem.str(), municipality, clock));
  // A token is made once now, so that a wrong key is a fault at start and not on the first sign-in.
  if (absl::StatusOr<std::string> token = MintToken(issuer->key_, {}); !token.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("issuer.development_key ", config.development_key(), ": ", token.status().message()));
  }
  return issuer;
}

HttpResponse DevIssuer::Answer(const HttpRequest& request) const {
  if (!IsThisMachine(request.Header("Host"))) {
    return ProblemOf(Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING,
                          "development tokens are given to this machine only: ask for localhost or 127.0.0.1"),
                     request.request_id);
  }
  std::string role;
  for (const auto& [name, value] : ParseQuery(request.Query()).value_or(std::vector<std::pair<std::string, std::string>>())) {
    if (name == "role") role = value;
  }
  if (RoleOf(role) == type::ROLE_UNSPECIFIED) {
    return ProblemOf(BadFields({{"role", "must be the Dutch word of a role, such as beleidsadviseur"}}), request.request_id);
  }
  const absl::Time now = clock_.Now();
  const bool is_provider = role == WordOf(type::PROVIDER) && !config_.development_provider().empty();
  const absl::StatusOr<std::string> token =
      MintToken(key_, {config_.issuer(),
                       config_.audience(),
                       is_provider ? absl::StrCat("agb:", config_.development_provider()) : absl::StrCat("demo-", role),
                       municipality_,
                       {role},
                       "beleidsinformatie",
                       now,
                       now + kTokenLife});
  if (!token.ok()) {
    return ProblemOf(Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, token.status().message()),
                     request.request_id);
  }
  HttpResponse response;
  response.content_type = "application/json";
  response.body = "{\"token\":";
  AppendJsonString(*token, &response.body);
  absl::StrAppend(&response.body, ",\"municipality\":\"", municipality_, "\",\"title\":");
  AppendJsonString(config_.title().empty() ? municipality_ : config_.title(), &response.body);
  if (is_provider) absl::StrAppend(&response.body, ",\"provider\":\"", config_.development_provider(), "\"");
  absl::StrAppend(&response.body, ",\"role\":\"", role, "\",\"expire_time\":\"",
                  absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now + kTokenLife, absl::UTCTimeZone()), "\"}");
  return response;
}

}  // namespace nmd::gateway
