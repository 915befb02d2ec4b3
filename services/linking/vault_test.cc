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

TEST(Vault, OpensTheIdentityKeysWithTheKeyThatSealedThem) {
  const Vault vault(TestKey(1));
  const IdentityKeys keys = IdentityKeys::Of(TestKey(3));
  const std::string sealed = vault.SealIdentity(keys);
  const absl::StatusOr<IdentityKeys> opened = vault.OpenIdentity(sealed);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->clients.bytes(), keys.clients.bytes());
  EXPECT_EQ(opened->households.bytes(), keys.households.bytes());
  EXPECT_EQ(opened->others.bytes(), keys.others.bytes());
  EXPECT_EQ(Vault(TestKey(2)).OpenIdentity(sealed).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(vault.OpenIdentity(vault.SealText("short")).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Vault, IdentityKeysDoNotTellWhatSeals) {
  // Who has them and the store must not be able to open what the service key sealed, in old backups for example.
  const Key service_key = TestKey(1);
  const IdentityKeys keys = IdentityKeys::Of(service_key);
  const std::string sealed = Vault(service_key).SealText("x");
  for (const Key* key : {&keys.clients, &keys.households, &keys.others}) {
    EXPECT_FALSE(key->Open(sealed).ok());
    EXPECT_FALSE(Vault(*key).OpenText(sealed).ok());
    EXPECT_NE(key->bytes(), service_key.bytes());
  }
}

TEST(Vault, SealsAnewForAnotherKeyOnce) {
  const Vault before(TestKey(1)), after(TestKey(2)), other(TestKey(4));
  const std::string key = before.NewPersonKey("p1");
  const std::string record = *before.Seal(Person("p1"), key);
  const absl::StatusOr<std::string> anew = after.SealAnew(before, key);
  ASSERT_TRUE(anew.ok()) << anew.status();
  EXPECT_TRUE(after.Open("p1", *anew, record).ok()) << "the record itself is not sealed again";
  EXPECT_FALSE(before.Open("p1", *anew, record).ok());
  EXPECT_EQ(*after.SealAnew(before, *anew), *anew);
  EXPECT_EQ(after.SealAnew(before, other.SealText("x")).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace nmd::linking
