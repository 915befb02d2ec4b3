// SPDX-License-Identifier: EUPL-1.2
#include "gateway/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <utility>
#include <vector>

#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

// A certificate with this subject, signed by itself: who signed it was looked at before.
std::string Certificate(const Attributes& attributes) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  for (const auto& [name, value] : attributes) {
    EXPECT_EQ(X509_NAME_add_entry_by_txt(subject, name.c_str(), MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0),
              1);
  }
  X509_set_pubkey(certificate.get(), key.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  EXPECT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  EXPECT_EQ(PEM_write_bio_X509(bio.get(), certificate.get()), 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

TEST(CallerOfCertificate, IsTheProviderWithItsAgbCode) {
  const auto caller =
      CallerOfCertificate(Certificate({{"O", "Zorg Noord"}, {"CN", "zorg.example.nl"}, {"serialNumber", "12345678"}}));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->subject, "agb:12345678");
  EXPECT_EQ(caller->provider, "12345678");
  EXPECT_THAT(caller->roles, ::testing::ElementsAre(type::PROVIDER));
  EXPECT_EQ(caller->municipality, "");
  EXPECT_EQ(caller->purpose, "");
}

TEST(CallerOfCertificate, OfAnOrganisationTheUnitSaysTheAgbCode) {
  const auto caller = CallerOfCertificate(
      Certificate({{"O", "Zorg Noord"}, {"OU", "ICT"}, {"OU", "AGB 12345678"}, {"serialNumber", "00000001234567890000"}}));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->subject, "agb:12345678");
  EXPECT_EQ(caller->provider, "12345678");
}

TEST(CallerOfCertificate, AnOinWithoutAnAgbCodeIsAMemberOfTheRegion) {
  const auto caller = CallerOfCertificate(Certificate({{"O", "Gemeente Voorbeeld"}, {"serialNumber", "00000001001730000000"}}));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->subject, "oin:00000001001730000000");
  EXPECT_EQ(caller->provider, "");
  EXPECT_THAT(caller->roles, ::testing::ElementsAre(type::MEMBER));
}

TEST(CallerOfCertificate, WithoutAnAgbCodeOrOinItIsNobody) {
  for (const Attributes& subject :
       {Attributes{{"CN", "costs"}}, Attributes{{"serialNumber", "1234567"}}, Attributes{{"OU", "AGB 1234567x"}},
        Attributes{{"CN", "12345678"}}, Attributes{{"OU", "12345678"}}}) {
    EXPECT_EQ(ReasonOf(CallerOfCertificate(Certificate(subject)).status()), ErrorReason::IDENTITY_MISSING)
        << subject[0].first << "=" << subject[0].second;
  }
  EXPECT_EQ(ReasonOf(CallerOfCertificate("-----BEGIN CERTIFICATE-----").status()), ErrorReason::IDENTITY_MISSING);
}

}  // namespace
}  // namespace nmd::gateway
