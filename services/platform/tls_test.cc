// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"

namespace nmd {
namespace {

using ::testing::HasSubstr;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key MakeKey(const std::string& kind) {
  if (kind == "Ed25519") return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  if (kind[0] == 'P') return Key(EVP_EC_gen(kind.c_str()), &EVP_PKEY_free);
  return Key(EVP_RSA_gen(static_cast<unsigned>(std::stoi(kind))), &EVP_PKEY_free);
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string CertificateOf(EVP_PKEY* key, const EVP_MD* digest) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_pubkey(certificate.get(), key);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  EXPECT_GT(X509_sign(certificate.get(), key, digest), 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bio.get(), certificate.get());
  return Text(bio.get());
}

std::string KeyText(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return Text(bio.get());
}

absl::Status Check(const std::string& certificates, const std::string& key) {
  internal::v1::TlsConfig tls;
  tls.set_certificate(::testing::TempDir() + "tls_test.pem");
  tls.set_key(::testing::TempDir() + "tls_test.key");
  std::ofstream(tls.certificate()) << certificates;
  std::ofstream(tls.key()) << key;
  return CheckTlsFiles(tls);
}

// NCSC 2025, certificate key: good is taken; what is to be phased out or insufficient is not.
TEST(TlsFiles, KeysAreOfTheGoodKinds) {
  const std::pair<const char*, bool> kinds[] = {{"P-256", true}, {"P-384", true}, {"P-521", true}, {"Ed25519", true},
                                                {"3072", true},  {"2048", false}, {"1024", false}, {"P-224", false}};
  for (const auto& [kind, good] : kinds) {
    const Key key = MakeKey(kind);
    const EVP_MD* digest = kind == std::string("Ed25519") ? nullptr : EVP_sha256();
    const absl::Status status = Check(CertificateOf(key.get(), digest), KeyText(key.get()));
    EXPECT_EQ(status.ok(), good) << kind << " " << status;
    if (!good) {
      EXPECT_THAT(std::string(status.message()), HasSubstr("too weak"));
    }
  }
}

TEST(TlsFiles, AWeakOneAboveIsSeenToo) {
  const Key key = MakeKey("P-256"), above = MakeKey("2048");
  EXPECT_FALSE(
      Check(CertificateOf(key.get(), EVP_sha256()) + CertificateOf(above.get(), EVP_sha256()), KeyText(key.get())).ok());
}

TEST(TlsFiles, SignaturesAreNotBySha1) {
  const Key key = MakeKey("P-256");
  EXPECT_THAT(std::string(Check(CertificateOf(key.get(), EVP_sha1()), KeyText(key.get())).message()), HasSubstr("digest"));
  EXPECT_TRUE(Check(CertificateOf(key.get(), EVP_sha384()), KeyText(key.get())).ok());
}

TEST(TlsFiles, KeyAndCertificateBelongTogether) {
  const Key key = MakeKey("P-256"), other = MakeKey("P-256");
  const std::string certificate = CertificateOf(key.get(), EVP_sha256());
  EXPECT_THAT(std::string(Check(certificate, KeyText(other.get())).message()), HasSubstr("is not the key of"));
  EXPECT_THAT(std::string(Check(certificate, "leeg").message()), HasSubstr("no private key"));
  EXPECT_THAT(std::string(Check("leeg", KeyText(key.get())).message()), HasSubstr("no certificate"));
  internal::v1::TlsConfig nowhere;
  nowhere.set_certificate(::testing::TempDir() + "is-not-there.pem");
  EXPECT_THAT(std::string(CheckTlsFiles(nowhere).message()), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace nmd
