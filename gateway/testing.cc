// SPDX-License-Identifier: EUPL-1.2
#include "gateway/testing.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fstream>
#include <memory>

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

std::string WriteTemp(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

internal::v1::IssuerConfig MakeIssuer(const std::string& name, const KeyPair& keys) {
  internal::v1::IssuerConfig config;
  config.set_issuer("https://aanmelden.test");
  config.set_audience("nmd-monitor");
  config.set_public_key(WriteTemp(name + ".pub.pem", keys.public_pem));
  return config;
}

TokenClaims GoodClaims(absl::Time now) {
  return {"https://aanmelden.test", "nmd-monitor",       "adviseur-1", "gm1730",
          {"beleidsadviseur"},      "beleidsinformatie", now,          now + absl::Hours(1)};
}

}  // namespace nmd::gateway::testing
