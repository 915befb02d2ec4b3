// SPDX-License-Identifier: EUPL-1.2
#include "gateway/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/testing.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using testing::Attributes;
using testing::Certificate;

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
