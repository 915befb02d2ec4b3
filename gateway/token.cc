// SPDX-License-Identifier: EUPL-1.2
#include "gateway/token.h"

#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

constexpr absl::Duration kSlack = absl::Seconds(60);
constexpr size_t kRemembered = 1000;
constexpr size_t kTokenLimit = 8192;

constexpr std::array<std::pair<type::Role, absl::string_view>, 11> kRoles = {{
    {type::POLICY_ADVISER, "beleidsadviseur"},
    {type::CONTROLLER, "controller"},
    {type::CONTRACT_MANAGER, "contractmanager"},
    {type::LINK_STEWARD, "koppelbeheerder"},
    {type::PRIVACY_OFFICER, "privacyfunctionaris"},
    {type::CLERK, "griffie"},
    {type::OPERATOR, "beheerder"},
    {type::PROVIDER, "aanbieder"},
    {type::REGION, "regio"},
    {type::PUBLIC, "openbaar"},
    {type::MEMBER, "lid"},
}};

absl::Status Missing(absl::string_view text) {
  return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING, text);
}
absl::Status Invalid(absl::string_view text) {
  return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::TOKEN_INVALID, text);
}

// The one algorithm that tokens of this key may have; JWT_ALG_INVAL for a key that is not good enough.
jwt_alg_t AlgorithmOf(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr),
                                                                &EVP_PKEY_free);
  if (key == nullptr) return JWT_ALG_INVAL;
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA)
    return EVP_PKEY_get_bits(key.get()) >= 2048 ? JWT_ALG_RS256 : JWT_ALG_INVAL;
  std::array<char, 64> group = {};
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC &&
      EVP_PKEY_get_utf8_string_param(key.get(), OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), nullptr) == 1 &&
      absl::string_view(group.data()) == "prime256v1") {
    return JWT_ALG_ES256;
  }
  return JWT_ALG_INVAL;
}

const google::protobuf::Value* Claim(const google::protobuf::Struct& claims, const char* name) {
  const auto it = claims.fields().find(name);
  return it == claims.fields().end() ? nullptr : &it->second;
}

std::string Text(const google::protobuf::Struct& claims, const char* name) {
  const google::protobuf::Value* value = Claim(claims, name);
  return value == nullptr ? "" : value->string_value();
}

// The strings of a claim that is one or a list of them.
std::vector<std::string> Texts(const google::protobuf::Struct& claims, const char* name) {
  std::vector<std::string> texts;
  const google::protobuf::Value* value = Claim(claims, name);
  if (value == nullptr) return texts;
  if (value->has_string_value()) texts.push_back(value->string_value());
  for (const google::protobuf::Value& item : value->list_value().values()) {
    if (item.has_string_value()) texts.push_back(item.string_value());
  }
  return texts;
}

std::optional<absl::Time> Moment(const google::protobuf::Struct& claims, const char* name) {
  const google::protobuf::Value* value = Claim(claims, name);
  // Until the year 9999; what is outside is nobody's token.
  if (value == nullptr || !value->has_number_value() ||
      !(value->number_value() >= 0 && value->number_value() < 253402300800.0)) {
    return std::nullopt;
  }
  return absl::FromUnixSeconds(static_cast<int64_t>(value->number_value()));
}

}  // namespace

absl::string_view WordOf(type::Role role) {
  for (const auto& [known, word] : kRoles) {
    if (known == role) return word;
  }
  return {};
}

type::Role RoleOf(absl::string_view word) {
  for (const auto& [role, known] : kRoles) {
    if (known == word) return role;
  }
  return type::ROLE_UNSPECIFIED;
}

absl::StatusOr<std::unique_ptr<TokenChecker>> TokenChecker::Create(const internal::v1::IssuerConfig& config,
                                                                   const Clock& clock) {
  std::ifstream file(config.public_key());
  std::stringstream pem;
  pem << file.rdbuf();
  const jwt_alg_t algorithm = AlgorithmOf(pem.str());
  if (!file || algorithm == JWT_ALG_INVAL) {
    return absl::FailedPreconditionError(
        absl::StrCat(config.public_key(), ": holds no PEM public key on P-256, nor an RSA one of at least 2048 bits"));
  }
  return std::unique_ptr<TokenChecker>(new TokenChecker(config, pem.str(), algorithm, clock));
}

absl::StatusOr<Caller> TokenChecker::Check(absl::string_view authorization) const {
  if (!absl::StartsWithIgnoreCase(authorization, "Bearer ")) return Missing("a bearer token is needed");
  const absl::string_view token = absl::StripAsciiWhitespace(authorization.substr(7));
  if (token.empty() || token.size() > kTokenLimit) return Missing("a bearer token is needed");
  {
    MutexLock lock(mutex_);
    if (const auto it = good_.find(token); it != good_.end()) {
      NMD_RETURN_IF_ERROR(CheckTime(it->second));
      return it->second.caller;
    }
  }
  NMD_ASSIGN_OR_RETURN(const Identity identity, Read(std::string(token)));
  NMD_RETURN_IF_ERROR(CheckTime(identity));
  MutexLock lock(mutex_);
  // Forgetting everything now and then costs one signature per token, and needs no order of use.
  if (good_.size() >= kRemembered) good_.clear();
  good_.emplace(token, identity);
  return identity.caller;
}

absl::StatusOr<TokenChecker::Identity> TokenChecker::Read(const std::string& token) const {
  jwt_t* decoded = nullptr;
  const int failed =
      jwt_decode(&decoded, token.c_str(), reinterpret_cast<const unsigned char*>(key_.data()), static_cast<int>(key_.size()));
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(decoded, &jwt_free);
  if (failed != 0 || jwt == nullptr || jwt_get_alg(jwt.get()) != algorithm_) {
    return Missing("the token is not one of this instance's issuer");
  }
  const std::unique_ptr<char, decltype(&std::free)> json(jwt_get_grants_json(jwt.get(), nullptr), &std::free);
  google::protobuf::Struct claims;
  if (json == nullptr || !google::protobuf::util::JsonStringToMessage(json.get(), &claims).ok()) {
    return Missing("the token is not one of this instance's issuer");
  }
  if (Text(claims, "iss") != config_.issuer()) return Missing("the token is not one of this instance's issuer");
  const std::vector<std::string> audiences = Texts(claims, "aud");
  if (std::find(audiences.begin(), audiences.end(), config_.audience()) == audiences.end()) {
    return Invalid("the token is for another audience");
  }
  Identity identity;
  const std::optional<absl::Time> expires = Moment(claims, "exp");
  if (!expires) return Invalid("the token does not say when it expires");
  identity.expires = *expires;
  if (Claim(claims, "nbf") != nullptr) {
    const std::optional<absl::Time> from = Moment(claims, "nbf");
    if (!from) return Invalid("the token does not say properly since when it is valid");
    identity.not_before = *from;
  }
  identity.caller.subject = Text(claims, "sub");
  identity.caller.municipality = Text(claims, "municipality");
  identity.caller.purpose = Text(claims, "purpose");
  if (identity.caller.subject.empty() || identity.caller.municipality.empty()) {
    return Invalid("the token does not say who it is for, or of which municipality");
  }
  for (const std::string& word : Texts(claims, "roles")) {
    const type::Role role = RoleOf(word);
    // A member is known by its certificate alone: nobody who signs tokens may speak for another instance.
    if (role != type::ROLE_UNSPECIFIED && role != type::MEMBER && !identity.caller.Has(role))
      identity.caller.roles.push_back(role);
  }
  return identity;
}

absl::Status TokenChecker::CheckTime(const Identity& identity) const {
  const absl::Time now = clock_.Now();
  if (now >= identity.expires + kSlack) return Invalid("the token has expired; sign in again");
  if (now + kSlack < identity.not_before) return Invalid("the token is not valid yet");
  return absl::OkStatus();
}

}  // namespace nmd::gateway
