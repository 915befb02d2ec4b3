// SPDX-License-Identifier: EUPL-1.2
#include "gateway/fsc.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/token.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

constexpr absl::Duration kSlack = absl::Seconds(60);
constexpr absl::Duration kReadFloor = absl::Seconds(30);
constexpr size_t kOinDigits = 20;
constexpr size_t kThumbprintCharacters = 43;  // 32 bytes in base64url.

absl::Status Missing(absl::string_view text) {
  return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING, text);
}
absl::Status Invalid(absl::string_view text) {
  return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::TOKEN_INVALID, text);
}

bool IsOin(absl::string_view text) {
  return text.size() == kOinDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

struct X509Freer {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, X509Freer>;

std::vector<Certificate> ReadCertificates(const std::string& path) {
  std::ifstream file(path);
  std::stringstream pem;
  pem << file.rdbuf();
  const std::string text = pem.str();
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
  std::vector<Certificate> certificates;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) certificates.emplace_back(one);
  return certificates;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? absl::FromTimeT(timegm(&parts)) : absl::InfinitePast();
}

std::string ThumbprintOf(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  const std::string digest = absl::HexStringToBytes(Sha256Hex({reinterpret_cast<const char*>(der), static_cast<size_t>(size)}));
  OPENSSL_free(der);
  return absl::WebSafeBase64Escape(digest);
}

std::string PublicKeyOf(X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), X509_get0_pubkey(certificate));
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

// Whether a chain leads from the certificate over others of its file to the anchor, all in their time at `now`.
bool ComesFrom(X509* certificate, const std::vector<Certificate>& others, const std::vector<Certificate>& anchors,
               absl::Time now) {
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), &X509_STORE_free);
  for (const Certificate& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.get());
  STACK_OF(X509)* between = sk_X509_new_null();
  for (const Certificate& other : others) sk_X509_push(between, other.get());
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(), &X509_STORE_CTX_free);
  bool good = X509_STORE_CTX_init(context.get(), store.get(), certificate, between) == 1;
  if (good) {
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), absl::ToTimeT(now));
    // An anchor may be an issuing authority of the group, not the root above it.
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
    good = X509_verify_cert(context.get()) == 1;
  }
  sk_X509_free(between);
  return good;
}

}  // namespace

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

absl::StatusOr<std::unique_ptr<FscDoor>> FscDoor::Create(const internal::v1::FscConfig& config, absl::string_view municipality,
                                                         const Clock& clock) {
  for (const internal::v1::FscPeer& peer : config.peers()) {
    if (!IsOin(peer.peer_id())) return absl::FailedPreconditionError(absl::StrCat("fsc.peers: ", peer.peer_id(), " is no OIN"));
    for (const std::string& word : peer.roles()) {
      // A member is known by its certificate alone.
      if (RoleOf(word) == type::ROLE_UNSPECIFIED || RoleOf(word) == type::MEMBER)
        return absl::FailedPreconditionError(absl::StrCat("fsc.peers: ", peer.peer_id(), ": \"", word, "\" is no role that may be given here"));
    }
  }
  std::unique_ptr<FscDoor> door(new FscDoor(config, municipality, clock));
  NMD_ASSIGN_OR_RETURN(Signers signers, door->Read());
  MutexLock lock(door->mutex_);
  door->signers_ = std::make_shared<const Signers>(std::move(signers));
  door->next_read_ = clock.Now() + kReadFloor;
  return door;
}

absl::StatusOr<FscDoor::Signers> FscDoor::Read() const {
  const std::vector<Certificate> anchors = ReadCertificates(config_.trust_anchor());
  const std::vector<Certificate> certificates = ReadCertificates(config_.manager_certificates());
  Signers signers;
  for (const Certificate& one : certificates) {
    if (X509_check_ca(one.get()) != 0) continue;  // On the way to the anchor.
    if (!ComesFrom(one.get(), certificates, anchors, clock_.Now())) {
      return absl::FailedPreconditionError(
          absl::StrCat("fsc.manager_certificates: ", config_.manager_certificates(),
                       ": a certificate does not come from fsc.trust_anchor, or is not in its time"));
    }
    absl::StatusOr<VerifyKey> key = VerifyKey::FromPem(PublicKeyOf(one.get()), JwsFamily::kFsc);
    if (!key.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("fsc.manager_certificates: ", config_.manager_certificates(), ": ", key.status().message()));
    }
    signers.insert_or_assign(ThumbprintOf(one.get()), Signer{*std::move(key), TimeOf(X509_get0_notBefore(one.get())),
                                                             TimeOf(X509_get0_notAfter(one.get()))});
  }
  if (signers.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("fsc.manager_certificates: ", config_.manager_certificates(), ": holds no certificate of a Manager"));
  }
  return signers;
}

std::shared_ptr<const FscDoor::Signers> FscDoor::SignersFor(const std::string& thumbprint) const {
  MutexLock lock(mutex_);
  if (signers_->contains(thumbprint) || clock_.Now() < next_read_) return signers_;
  next_read_ = clock_.Now() + kReadFloor;
  absl::StatusOr<Signers> read = Read();
  if (read.ok()) {
    signers_ = std::make_shared<const Signers>(*std::move(read));
  } else {
    Log(LogLevel::kWarning, "the certificates of the FSC Manager cannot be read anew", {{"detail", read.status().message()}});
  }
  return signers_;
}

absl::StatusOr<Caller> FscDoor::Check(const HttpRequest& request) const {
  absl::string_view token = request.Header("Fsc-Authorization");
  if (absl::StartsWithIgnoreCase(token, "Bearer ")) token.remove_prefix(7);
  const std::optional<Jws> jws = ParseJws(absl::StripAsciiWhitespace(token));
  if (!jws) return Missing("Fsc-Authorization holds no token");
  const std::string thumbprint = ClaimText(jws->header, "x5t#S256");
  const std::shared_ptr<const Signers> signers = SignersFor(thumbprint);
  const auto signer = signers->find(thumbprint);
  const absl::Time now = clock_.Now();
  if (signer == signers->end() || now < signer->second.not_before || now > signer->second.not_after ||
      !signer->second.key.Verify(*jws) || ClaimText(jws->claims, "iss") != config_.peer_id()) {
    return Missing("the token in Fsc-Authorization was not signed by the Manager of this organisation");
  }
  NMD_RETURN_IF_ERROR(CheckClaims(jws->claims));
  if (!IsUuid(request.Header(kFscTransactionHeader))) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE, "Fsc-Transaction-Id must be a UUID");
  }
  const auto find = [&](const std::string& id) -> const internal::v1::FscPeer* {
    for (const internal::v1::FscPeer& peer : config_.peers()) {
      if (peer.peer_id() == id) return &peer;
    }
    return nullptr;
  };
  const internal::v1::FscPeer* peer = find(ClaimText(jws->claims, "sub"));
  const bool delegated = ClaimOf(jws->claims, "act") != nullptr;
  const internal::v1::FscPeer* other = delegated ? find(ClaimText(jws->claims, "act.sub")) : peer;
  if (peer == nullptr || other == nullptr) {
    return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING,
                "the organisation that asks is not one that may; ask the operator for a role");
  }
  Caller caller;
  caller.provider = peer->provider();
  caller.subject = peer->provider().empty() ? absl::StrCat("oin:", peer->peer_id()) : absl::StrCat("agb:", peer->provider());
  caller.municipality = municipality_;
  caller.purpose = peer->purpose();
  for (const std::string& word : peer->roles()) {
    const bool both = std::find(other->roles().begin(), other->roles().end(), word) != other->roles().end();
    if (both && !caller.Has(RoleOf(word))) caller.roles.push_back(RoleOf(word));
  }
  return caller;
}

absl::Status FscDoor::CheckClaims(const google::protobuf::Struct& claims) const {
  const auto moment = [&](const char* name) {
    const google::protobuf::Value* value = ClaimOf(claims, name);
    const bool good = value != nullptr && value->number_value() > 0 && value->number_value() < 253402300800.0;
    return good ? absl::FromUnixSeconds(static_cast<int64_t>(value->number_value())) : absl::InfinitePast();
  };
  const std::vector<std::string> audiences = ClaimTexts(claims, "aud");
  if (ClaimText(claims, "gid") != config_.group()) return Invalid("the token is of another FSC group");
  if (ClaimText(claims, "svc") != config_.service()) return Invalid("the token is for another service");
  if (audiences.size() != 1 || audiences[0] != config_.inway()) return Invalid("the token is for another Inway");
  if (ClaimText(claims, "gth").empty()) return Invalid("the token names no grant");
  if (ClaimText(claims, "cnf.x5t#S256").size() != kThumbprintCharacters) {
    return Invalid("the token is not bound to a certificate");
  }
  // Both are a must, unlike in tokens of people.
  const absl::Time from = moment("nbf"), until = moment("exp"), now = clock_.Now();
  if (until == absl::InfinitePast() || now >= until + kSlack) return Invalid("the token has expired");
  if (from == absl::InfinitePast() || now + kSlack < from) return Invalid("the token is not valid yet");
  return absl::OkStatus();
}

}  // namespace nmd::gateway
