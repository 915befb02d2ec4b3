// SPDX-License-Identifier: EUPL-1.2
#include "gateway/token.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

constexpr size_t kRemembered = 1000;

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

absl::Status NotOfTheIssuer() { return Missing("the token is not one of this instance's issuer"); }

// The token of an Authorization header; empty when there is none.
absl::string_view BearerOf(absl::string_view authorization) {
  if (!absl::StartsWithIgnoreCase(authorization, "Bearer ")) return {};
  const absl::string_view token = absl::StripAsciiWhitespace(authorization.substr(7));
  return token.size() > kTokenLimit ? absl::string_view() : token;
}

bool FitsKey(const std::string& id, const Jws& jws) { return id.empty() || jws.key_id.empty() || id == jws.key_id; }

std::optional<absl::Time> Moment(const google::protobuf::Struct& claims, const char* name) {
  const google::protobuf::Value* value = ClaimOf(claims, name);
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
                                                                   const KeySource* source, const Clock& clock) {
  for (const auto& [name, word] : config.role_names()) {
    if (RoleOf(word) == type::ROLE_UNSPECIFIED)
      return absl::FailedPreconditionError(absl::StrCat("issuer.role_names: ", name, ": \"", word, "\" is no role"));
  }
  for (const auto& [word, purpose] : config.purposes()) {
    if (RoleOf(word) == type::ROLE_UNSPECIFIED)
      return absl::FailedPreconditionError(absl::StrCat("issuer.purposes: \"", word, "\" is no role"));
  }
  std::shared_ptr<const KeySet> keys;
  if (source == nullptr) {
    std::ifstream file(config.public_key());
    std::stringstream pem;
    pem << file.rdbuf();
    absl::StatusOr<VerifyKey> key = VerifyKey::FromPem(pem.str(), JwsFamily::kOidc);
    if (!file || !key.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat(config.public_key(), ": holds no PEM public key on P-256, nor an RSA one of at least 2048 bits"));
    }
    keys = std::make_shared<const KeySet>(KeySet{{"", *std::move(key)}});
  }
  return std::unique_ptr<TokenChecker>(new TokenChecker(config, source, std::move(keys), clock));
}

absl::StatusOr<Caller> TokenChecker::Check(absl::string_view authorization) const {
  const absl::string_view token = BearerOf(authorization);
  if (token.empty()) return Missing("a bearer token is needed");
  const std::shared_ptr<const KeySet> known = keys();
  if (known == nullptr) {
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the issuer's keys could not be fetched yet");
  }
  {
    MutexLock lock(mutex_);
    if (const auto it = good_.find(token); it != good_.end() && it->second.keys == known) {
      NMD_RETURN_IF_ERROR(CheckTime(it->second.identity));
      return it->second.identity.caller;
    }
  }
  NMD_ASSIGN_OR_RETURN(const Jws jws, Read(token, *known));
  NMD_ASSIGN_OR_RETURN(const Identity identity, IdentityOf(jws.claims, config_.audience(), config_.authorized_party()));
  NMD_RETURN_IF_ERROR(CheckTime(identity));
  MutexLock lock(mutex_);
  // Forgetting everything now and then costs one signature per token, and needs no order of use.
  if (good_.size() >= kRemembered) good_.clear();
  good_.insert_or_assign(std::string(token), Remembered{identity, known});
  return identity.caller;
}

bool TokenChecker::NamesUnknownKey(absl::string_view authorization) const {
  if (source_ == nullptr) return false;
  const absl::string_view token = BearerOf(authorization);
  const std::shared_ptr<const KeySet> known = keys();
  if (known == nullptr) return !token.empty();
  {
    MutexLock lock(mutex_);
    if (const auto it = good_.find(token); it != good_.end() && it->second.keys == known) return false;
  }
  const std::optional<Jws> jws = ParseJws(token);
  return jws.has_value() &&
         std::none_of(known->begin(), known->end(), [&](const auto& one) { return FitsKey(one.first, *jws); });
}

absl::StatusOr<TokenChecker::Identity> TokenChecker::CheckIdToken(absl::string_view token, absl::string_view client_id,
                                                                  absl::string_view nonce) const {
  const std::shared_ptr<const KeySet> known = keys();
  if (known == nullptr) {
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the issuer's keys could not be fetched yet");
  }
  NMD_ASSIGN_OR_RETURN(const Jws jws, Read(token, *known));
  if (nonce.empty() || ClaimText(jws.claims, "nonce") != nonce) return Invalid("the token answers another question");
  NMD_ASSIGN_OR_RETURN(Identity identity, IdentityOf(jws.claims, client_id, client_id));
  NMD_RETURN_IF_ERROR(CheckTime(identity));
  return identity;
}

absl::StatusOr<Jws> TokenChecker::Read(absl::string_view token, const KeySet& keys) const {
  std::optional<Jws> jws = ParseJws(token);
  if (!jws) return NotOfTheIssuer();
  const bool good = std::any_of(keys.begin(), keys.end(),
                                [&](const auto& one) { return FitsKey(one.first, *jws) && one.second.Verify(*jws); });
  if (!good || ClaimText(jws->claims, "iss") != config_.issuer()) return NotOfTheIssuer();
  return *std::move(jws);
}

absl::StatusOr<TokenChecker::Identity> TokenChecker::IdentityOf(const google::protobuf::Struct& claims,
                                                                absl::string_view audience,
                                                                absl::string_view authorized_party) const {
  const std::vector<std::string> audiences = ClaimTexts(claims, "aud");
  if (std::find(audiences.begin(), audiences.end(), audience) == audiences.end()) {
    return Invalid("the token is for another audience");
  }
  if (!authorized_party.empty()) {
    const std::string party = ClaimText(claims, "azp");
    if (party.empty() ? audiences.size() > 1 : party != authorized_party)
      return Invalid("the token was made for another party");
  }
  Identity identity;
  const std::optional<absl::Time> expires = Moment(claims, "exp");
  if (!expires) return Invalid("the token does not say when it expires");
  identity.expires = *expires;
  for (const char* name : {"nbf", "iat"}) {
    if (ClaimOf(claims, name) == nullptr) continue;
    const std::optional<absl::Time> from = Moment(claims, name);
    if (!from) return Invalid("the token does not say properly since when it is valid");
    identity.not_before = std::max(identity.not_before, *from);
  }
  const std::vector<std::string> ways = ClaimTexts(claims, "amr");
  const std::string level = ClaimText(claims, "acr");
  const bool proven =
      std::any_of(config_.mfa_amr().begin(), config_.mfa_amr().end(),
                  [&](const std::string& way) { return std::find(ways.begin(), ways.end(), way) != ways.end(); }) ||
      std::find(config_.mfa_acr().begin(), config_.mfa_acr().end(), level) != config_.mfa_acr().end();
  if (!proven && !(config_.mfa_amr().empty() && config_.mfa_acr().empty())) {
    return Invalid("the token is of a sign-in with one factor; sign in with two");
  }
  // Presets stand in the configuration; a message that was not read from a file has none.
  const auto named = [](const std::string& name, const char* preset) { return name.empty() ? std::string(preset) : name; };
  Caller& caller = identity.caller;
  caller.subject = ClaimText(claims, "sub");
  caller.municipality = ClaimText(claims, named(config_.municipality_claim(), "municipality"));
  caller.purpose = ClaimText(claims, named(config_.purpose_claim(), "purpose"));
  if (caller.subject.empty() || caller.municipality.empty()) {
    return Invalid("the token does not say who it is for, or of which municipality");
  }
  for (const std::string& name : ClaimTexts(claims, named(config_.roles_claim(), "roles"))) {
    const auto known = config_.role_names().find(name);
    const std::string& word = known == config_.role_names().end() ? name : known->second;
    const type::Role role = RoleOf(word);
    // A member is known by its certificate alone: nobody who signs tokens may speak for another instance.
    if (role == type::ROLE_UNSPECIFIED || role == type::MEMBER || caller.Has(role)) continue;
    caller.roles.push_back(role);
    if (const auto purpose = config_.purposes().find(word); caller.purpose.empty() && purpose != config_.purposes().end()) {
      caller.purpose = purpose->second;
    }
  }
  return identity;
}

absl::Status TokenChecker::CheckTime(const Identity& identity) const {
  const absl::Duration slack = absl::Seconds(config_.clock_skew_seconds());
  const absl::Time now = clock_.Now();
  if (now >= identity.expires + slack) return Invalid("the token has expired; sign in again");
  if (now + slack < identity.not_before) return Invalid("the token is not valid yet");
  return absl::OkStatus();
}

}  // namespace nmd::gateway
