// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/tls.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nmd {
namespace {

constexpr int kLeastRsaBits = 3072;

using File = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

absl::Status Wrong(absl::string_view file, absl::string_view text) {
  return absl::FailedPreconditionError(absl::StrCat(file, ": ", text));
}

bool IsGoodEnough(EVP_PKEY* key) {
  if (key == nullptr) return false;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return EVP_PKEY_get_bits(key) >= kLeastRsaBits;
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
      return true;
    case EVP_PKEY_EC: {
      std::array<char, 64> group = {};
      EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), nullptr);
      const absl::string_view name(group.data());
      return name == "prime256v1" || name == "secp384r1" || name == "secp521r1";
    }
    default:
      return false;
  }
}

bool HasGoodSignature(X509* certificate) {
  int digest = NID_undef, bits = 0;
  // Ed25519 has no digest of its own.
  X509_get_signature_info(certificate, &digest, nullptr, &bits, nullptr);
  return digest != NID_sha1 && digest != NID_md5 && digest != NID_md5_sha1 && bits >= 112;
}

}  // namespace

void UseGoodSuites() { setenv("GRPC_SSL_CIPHER_SUITES", std::string(kTls12Suites).c_str(), 1); }

absl::Status CheckTlsFiles(const internal::v1::TlsConfig& tls) {
  const File certificates(BIO_new_file(tls.certificate().c_str(), "r"), &BIO_free);
  if (certificates == nullptr) return Wrong(tls.certificate(), "cannot be read");
  std::vector<Certificate> chain;
  while (X509* one = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)) chain.emplace_back(one, &X509_free);
  if (chain.empty()) return Wrong(tls.certificate(), "holds no certificate");
  for (const Certificate& one : chain) {
    if (!IsGoodEnough(X509_get0_pubkey(one.get()))) {
      return Wrong(tls.certificate(),
                   "a key is too weak (NCSC 2025): use P-256, P-384, P-521, Ed25519, or RSA of at least 3072 bits");
    }
    if (!HasGoodSignature(one.get())) return Wrong(tls.certificate(), "is signed by a weak digest: use SHA-256 or better");
  }
  const File file(BIO_new_file(tls.key().c_str(), "r"), &BIO_free);
  if (file == nullptr) return Wrong(tls.key(), "cannot be read");
  const PrivateKey key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (key == nullptr) return Wrong(tls.key(), "holds no private key");
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    return Wrong(tls.key(), absl::StrCat("is not the key of ", tls.certificate()));
  }
  return absl::OkStatus();
}

}  // namespace nmd
