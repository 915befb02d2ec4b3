// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/vault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Key TestKey(uint8_t fill) {
  std::array<uint8_t, 32> bytes;
  bytes.fill(fill);
  return Key::FromBytes(bytes);
}

ingestion::v1::PersonRecord Person(const char* person_key) {
  ingestion::v1::PersonRecord record;
  record.set_person_key(person_key);
  record.set_bsn("999900006");
  record.set_surname("Verzonnen");
  record.set_postcode("9471AB");
  return record;
}

TEST(Vault, GivesBackWhatWasSealedAndHidesIt) {
  const Vault vault(TestKey(1));
  const std::string key = vault.NewPersonKey("p1");
  const absl::StatusOr<std::string> sealed = vault.Seal(Person("p1"), key);
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  for (const char* plain : {"999900006", "Verzonnen", "9471AB"}) EXPECT_THAT(*sealed, Not(HasSubstr(plain)));
  const absl::StatusOr<ingestion::v1::PersonRecord> opened = vault.Open("p1", key, *sealed);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->SerializeAsString(), Person("p1").SerializeAsString());
}

TEST(Vault, NeedsThePersonsOwnKey) {
  const Vault vault(TestKey(1));
  const std::string key1 = vault.NewPersonKey("p1");
  const std::string key2 = vault.NewPersonKey("p2");
  const std::string again = vault.NewPersonKey("p1");
  EXPECT_NE(key1, again);
  const std::string sealed = *vault.Seal(Person("p1"), key1);
  const absl::Status refused[] = {
      vault.Open("p1", key2, sealed).status(),              // Another person's key.
      vault.Open("p1", again, sealed).status(),             // A new key after the old one was destroyed.
      vault.Open("p2", key2, sealed).status(),              // Another person's record.
      vault.Open("p1", key1, sealed.substr(1)).status(),    // Damage.
      vault.Open("p1", "", sealed).status(),                // No key any more.
      vault.Seal(Person("p1"), key2).status(),              // Sealing under another person's key.
      Vault(TestKey(2)).Open("p1", key1, sealed).status(),  // Another instance.
  };
  for (const absl::Status& status : refused) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(ReasonOf(status), ErrorReason::STORE_DAMAGED);
  }
}

}  // namespace
}  // namespace nmd::linking
