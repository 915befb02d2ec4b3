// SPDX-License-Identifier: EUPL-1.2
#include "gateway/testing.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nmd::gateway::testing {
namespace {

std::string Taken(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace

KeyPair MakeKeyPair(const std::string& group, int bits) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      group.empty() ? EVP_RSA_gen(static_cast<unsigned>(bits)) : EVP_EC_gen(group.c_str()), &EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> secret(BIO_new(BIO_s_mem()), &BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> open(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(open.get(), key.get());
  return {Taken(secret.get()), Taken(open.get())};
}

std::string SignJws(const std::string& header, const std::string& claims, const std::string& key,
                    const std::string& algorithm) {
  const std::string text = absl::StrCat(absl::WebSafeBase64Escape(header), ".", absl::WebSafeBase64Escape(claims));
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto joined = [&](absl::string_view signature) {
    return absl::StrCat(text, ".", absl::WebSafeBase64Escape(signature));
  };
  if (algorithm == "none") return text + ".";
  if (algorithm == "HS256") {
    std::array<unsigned char, 32> mac = {};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), mac.data(), nullptr);
    return joined({reinterpret_cast<const char*>(mac.data()), mac.size()});
  }
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> secret(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const std::string digest = "SHA" + algorithm.substr(2);
  EVP_PKEY_CTX* details = nullptr;
  size_t size = 0;
  EXPECT_EQ(EVP_DigestSignInit_ex(context.get(), &details, digest.c_str(), nullptr, nullptr, secret.get(), nullptr), 1);
  if (absl::StartsWith(algorithm, "PS")) {
    EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST);
  }
  EXPECT_EQ(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()), 1);
  std::vector<unsigned char> signature(size);
  EXPECT_EQ(EVP_DigestSign(context.get(), signature.data(), &size, bytes, text.size()), 1);
  if (!absl::StartsWith(algorithm, "ES")) return joined({reinterpret_cast<const char*>(signature.data()), size});
  const unsigned char* der = signature.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)),
                                                                   &ECDSA_SIG_free);
  const int half = algorithm == "ES256" ? 32 : algorithm == "ES384" ? 48 : 66;
  std::vector<unsigned char> raw(static_cast<size_t>(2 * half));
  BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.data(), half);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.data() + half, half);
  return joined({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

std::string JwkOf(const KeyPair& keys, const std::string& more) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(keys.public_pem.data(), static_cast<int>(keys.public_pem.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr),
                                                                &EVP_PKEY_free);
  const auto number = [&](const char* name, int size) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key.get(), name, &value);
    std::string bytes(static_cast<size_t>(size == 0 ? BN_num_bytes(value) : size), 0);
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    BN_free(value);
    return absl::WebSafeBase64Escape(bytes);
  };
  const std::string rest = more.empty() ? "" : "," + more;
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA) {
    return absl::StrCat(R"({"kty":"RSA","n":")", number(OSSL_PKEY_PARAM_RSA_N, 0), R"(","e":")",
                        number(OSSL_PKEY_PARAM_RSA_E, 0), "\"", rest, "}");
  }
  const int half = (EVP_PKEY_get_bits(key.get()) + 7) / 8;
  const char* curve = half == 32 ? "P-256" : half == 48 ? "P-384" : "P-521";
  return absl::StrCat(R"({"kty":"EC","crv":")", curve, R"(","x":")", number(OSSL_PKEY_PARAM_EC_PUB_X, half), R"(","y":")",
                      number(OSSL_PKEY_PARAM_EC_PUB_Y, half), "\"", rest, "}");
}

std::string Certificate(const Attributes& subject) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  for (const auto& [attribute, value] : subject) {
    EXPECT_EQ(X509_NAME_add_entry_by_txt(name, attribute.c_str(), MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0),
              1);
  }
  X509_set_pubkey(certificate.get(), key.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  EXPECT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  EXPECT_EQ(PEM_write_bio_X509(bio.get(), certificate.get()), 1);
  return Taken(bio.get());
}

std::string WriteTemp(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

internal::v1::IssuerConfig MakeIssuer(const std::string& name, const KeyPair& keys) {
  internal::v1::IssuerConfig config;
  config.set_issuer("aanmelden-test");
  config.set_audience("nmd-monitor");
  config.set_clock_skew_seconds(60);
  config.set_public_key(WriteTemp(name + ".pub.pem", keys.public_pem));
  return config;
}

TokenClaims GoodClaims(absl::Time now) {
  return {"aanmelden-test",    "nmd-monitor",       "adviseur-1", "gm1730",
          {"beleidsadviseur"}, "beleidsinformatie", now,          now + absl::Hours(1)};
}

}  // namespace nmd::gateway::testing
