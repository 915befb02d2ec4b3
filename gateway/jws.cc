// SPDX-License-Identifier: EUPL-1.2
#include "gateway/jws.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {

struct VerifyKey::Handle {
  explicit Handle(EVP_PKEY* taken) : key(taken) {}
  ~Handle() { EVP_PKEY_free(key); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  EVP_PKEY* const key;
};

namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
template <typename T, auto Free>
using Held = std::unique_ptr<T, Freed<Free>>;

struct Algorithm {
  absl::string_view name;
  int type;                  // EVP_PKEY_RSA or EVP_PKEY_EC.
  absl::string_view digest;  // As OpenSSL names it.
  bool pss;
  absl::string_view group;  // Of EC.
  size_t half;              // Bytes of r, and of s.
};
constexpr std::array<Algorithm, 7> kAlgorithms = {{
    {"RS256", EVP_PKEY_RSA, "SHA256", false, "", 0},
    {"RS384", EVP_PKEY_RSA, "SHA384", false, "", 0},
    {"RS512", EVP_PKEY_RSA, "SHA512", false, "", 0},
    {"PS256", EVP_PKEY_RSA, "SHA256", true, "", 0},
    {"ES256", EVP_PKEY_EC, "SHA256", false, "prime256v1", 32},
    {"ES384", EVP_PKEY_EC, "SHA384", false, "secp384r1", 48},
    {"ES512", EVP_PKEY_EC, "SHA512", false, "secp521r1", 66},
}};
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;  // What checking costs grows with the square.

bool InFamily(const Algorithm& algorithm, JwsFamily family) {
  if (family == JwsFamily::kOidc) return algorithm.digest == "SHA256";
  return !algorithm.pss;
}

// Base64url without padding and without anything else: one text per value, so that a token has one form.
bool Decode(absl::string_view text, std::string* bytes) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return plain && absl::WebSafeBase64Unescape(text, bytes) && absl::WebSafeBase64Escape(*bytes) == text;
}

bool ReadObject(absl::string_view part, Struct* object) {
  std::string json;
  return Decode(part, &json) && absl::StartsWith(json, "{") && google::protobuf::util::JsonStringToMessage(json, object).ok();
}

Held<BIGNUM, BN_free> Number(const Struct& jwk, const char* name) {
  std::string bytes;
  if (!Decode(ClaimText(jwk, name), &bytes) || bytes.empty() || bytes.size() > 1024 + 8) return nullptr;
  return Held<BIGNUM, BN_free>(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
}

EVP_PKEY* FromParameters(const char* type, OSSL_PARAM_BLD* builder) {
  const Held<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Held<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  return EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1 ? key : nullptr;
}

EVP_PKEY* RsaOf(const Struct& jwk) {
  const auto modulus = Number(jwk, "n"), exponent = Number(jwk, "e");
  const Held<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (modulus == nullptr || exponent == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return FromParameters("RSA", builder.get());
}

EVP_PKEY* EcOf(const Struct& jwk) {
  const std::string curve = ClaimText(jwk, "crv");
  const char* group = curve == "P-256"   ? "prime256v1"
                      : curve == "P-384" ? "secp384r1"
                      : curve == "P-521" ? "secp521r1"
                                         : nullptr;
  std::string x, y;
  if (group == nullptr || !Decode(ClaimText(jwk, "x"), &x) || !Decode(ClaimText(jwk, "y"), &y) || x.size() != y.size()) {
    return nullptr;
  }
  const std::string point = "\x04" + x + y;  // Not compressed; OpenSSL refuses one that is not on the curve.
  const Held<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return nullptr;
  }
  return FromParameters("EC", builder.get());
}

// A JOSE signature of EC is r and s side by side; OpenSSL wants them in DER.
std::string DerOf(absl::string_view signature, size_t half) {
  if (signature.size() != 2 * half) return {};
  const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
  const Held<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes, static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(bytes + half, static_cast<int>(half), nullptr);
  if (pair == nullptr || r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

}  // namespace

std::optional<Jws> ParseJws(absl::string_view token) {
  if (token.empty() || token.size() > kTokenLimit) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  Jws jws;
  if (parts.size() != 3 || !ReadObject(parts[0], &jws.header) || !ReadObject(parts[1], &jws.claims) ||
      !Decode(parts[2], &jws.signature)) {
    return std::nullopt;
  }
  if (ClaimOf(jws.header, "crit") != nullptr) return std::nullopt;
  jws.algorithm = ClaimText(jws.header, "alg");
  jws.key_id = ClaimText(jws.header, "kid");
  jws.signed_text = std::string(token.substr(0, parts[0].size() + 1 + parts[1].size()));
  return jws;
}

absl::StatusOr<VerifyKey> VerifyKey::Judge(std::shared_ptr<Handle> handle, JwsFamily family) {
  std::vector<std::string> algorithms;
  if (handle->key != nullptr) {
    std::array<char, 64> group = {};
    const int type = EVP_PKEY_get_base_id(handle->key);
    const int bits = EVP_PKEY_get_bits(handle->key);
    if (type == EVP_PKEY_EC) {
      EVP_PKEY_get_utf8_string_param(handle->key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), nullptr);
    }
    for (const Algorithm& one : kAlgorithms) {
      const bool fits =
          type == EVP_PKEY_RSA ? bits >= kLeastRsaBits && bits <= kMostRsaBits : absl::string_view(group.data()) == one.group;
      if (one.type == type && InFamily(one, family) && fits) algorithms.emplace_back(one.name);
    }
  }
  if (algorithms.empty()) {
    return absl::FailedPreconditionError("is no public key for tokens: RSA of at least 2048 bits, or on P-256");
  }
  return VerifyKey(std::move(handle), std::move(algorithms));
}

absl::StatusOr<VerifyKey> VerifyKey::FromPem(const std::string& pem, JwsFamily family) {
  const Held<BIO, BIO_free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Judge(std::make_shared<Handle>(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)), family);
}

absl::StatusOr<VerifyKey> VerifyKey::FromJwk(const Struct& jwk, JwsFamily family) {
  const std::string type = ClaimText(jwk, "kty"), use = ClaimText(jwk, "use"), only = ClaimText(jwk, "alg");
  if (!use.empty() && use != "sig") return absl::FailedPreconditionError("is not for signatures");
  EVP_PKEY* raw = type == "RSA" ? RsaOf(jwk) : type == "EC" ? EcOf(jwk) : nullptr;
  NMD_ASSIGN_OR_RETURN(VerifyKey key, Judge(std::make_shared<Handle>(raw), family));
  if (!only.empty()) {
    if (std::find(key.algorithms_.begin(), key.algorithms_.end(), only) == key.algorithms_.end()) {
      return absl::FailedPreconditionError("is for an algorithm that is not taken");
    }
    key.algorithms_ = {only};
  }
  return key;
}

bool VerifyKey::Verify(const Jws& token) const {
  if (std::find(algorithms_.begin(), algorithms_.end(), token.algorithm) == algorithms_.end()) return false;
  const auto* one = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                 [&](const Algorithm& known) { return known.name == token.algorithm; });
  const std::string signature = one->type == EVP_PKEY_EC ? DerOf(token.signature, one->half) : token.signature;
  if (signature.empty()) return false;
  const Held<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* details = nullptr;  // Of `context`.
  if (context == nullptr || EVP_DigestVerifyInit_ex(context.get(), &details, std::string(one->digest).c_str(), nullptr, nullptr,
                                                    handle_->key, nullptr) != 1) {
    return false;
  }
  if (one->pss && (EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) != 1 ||
                   EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(token.signed_text.data()), token.signed_text.size()) == 1;
}

const Value* ClaimOf(const Struct& claims, absl::string_view name) {
  if (const auto it = claims.fields().find(std::string(name)); it != claims.fields().end()) return &it->second;
  const size_t dot = name.find('.');
  if (dot == absl::string_view::npos) return nullptr;
  const auto outer = claims.fields().find(std::string(name.substr(0, dot)));
  if (outer == claims.fields().end() || !outer->second.has_struct_value()) return nullptr;
  return ClaimOf(outer->second.struct_value(), name.substr(dot + 1));
}

std::string ClaimText(const Struct& claims, absl::string_view name) {
  const Value* value = ClaimOf(claims, name);
  return value == nullptr ? "" : value->string_value();
}

std::vector<std::string> ClaimTexts(const Struct& claims, absl::string_view name) {
  std::vector<std::string> texts;
  const Value* value = ClaimOf(claims, name);
  if (value == nullptr) return texts;
  if (value->has_string_value()) texts.push_back(value->string_value());
  for (const Value& item : value->list_value().values()) {
    if (item.has_string_value()) texts.push_back(item.string_value());
  }
  return texts;
}

}  // namespace nmd::gateway
