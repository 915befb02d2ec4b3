// SPDX-License-Identifier: EUPL-1.2
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/fake_ingestion.h"
#include "services/linking/fault_journal.h"
#include "services/linking/journal_kinds.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Key NumberedKey(uint8_t number) {
  std::array<uint8_t, 32> bytes;
  bytes.fill(number);
  return Key::FromBytes(bytes);
}

class KeysTest : public ::testing::Test {
 protected:
  KeysTest() {
    ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("jw301", 10);
    *batch.add_records() = At(Person("a", TestBsn(0)), "9471AB", 12, 16000);
    *batch.add_records() = At(Person("b", ""), "9471AB", 12, 16000);
  }
  std::unique_ptr<Linking> Make(uint8_t key, std::optional<uint8_t> previous = std::nullopt) {
    LinkingOptions options{"gm1730", 12, true};
    if (previous) options.previous_key = NumberedKey(*previous);
    return std::make_unique<Linking>(journal_, clock_, ingestion_, NumberedKey(key), std::move(options));
  }
  std::unique_ptr<Linking> Start(uint8_t key, std::optional<uint8_t> previous = std::nullopt) {
    std::unique_ptr<Linking> linking = Make(key, previous);
    const absl::Status status = linking->Load();
    EXPECT_TRUE(status.ok()) << status;
    if (status.ok()) FollowAll(*linking, ingestion_);
    return linking;
  }
  // What of the person keys and secrets in the journal a service key opens: "both", "neither" or "some".
  std::string Opens(uint8_t key) {
    const Vault vault(NumberedKey(key));
    int opened = 0, all = 0;
    EXPECT_TRUE(journal_
                    .Replay(0,
                            [&](const JournalRecord& record) {
                              if (record.kind == kPersonKey) {
                                internal::v1::PersonKeyEvent event;
                                EXPECT_TRUE(event.ParseFromString(record.payload));
                                opened += vault.PersonKey(event.person_key(), event.sealed_key()).ok() ? 1 : 0;
                                ++all;
                              } else if (record.kind == kSecret) {
                                internal::v1::SecretEvent event;
                                EXPECT_TRUE(event.ParseFromString(record.payload));
                                opened += vault.OpenIdentity(event.sealed_identity_key()).ok() ? 1 : 0;
                                ++all;
                              } else if (record.kind == kModel) {
                                internal::v1::ModelEvent event;
                                EXPECT_TRUE(event.ParseFromString(record.payload));
                                opened += vault.OpenText(event.sealed_text()).ok() ? 1 : 0;
                                ++all;
                              }
                              return true;
                            })
                    .ok());
    return opened == all ? "both" : opened == 0 ? "neither" : "some";
  }
  int CountOf(absl::string_view kind) {
    int count = 0;
    EXPECT_TRUE(journal_
                    .Replay(0,
                            [&](const JournalRecord& record) {
                              count += record.kind == kind ? 1 : 0;
                              return true;
                            })
                    .ok());
    return count;
  }

  const FakeClock clock_{absl::FromUnixSeconds(1'520'000'000)};
  FakeIngestion ingestion_;
  FaultJournal journal_;
};

TEST_F(KeysTest, TheIdentityKeysAreWrittenOnce) {
  const std::string feed = WholeFeed(*Start(1)).SerializeAsString();
  EXPECT_EQ(CountOf(kSecret), 1);
  EXPECT_EQ(WholeFeed(*Start(1)).SerializeAsString(), feed);
  EXPECT_EQ(CountOf(kSecret), 1);
}

TEST_F(KeysTest, AfterARotationIdsStayAndTheOldKeyOpensNothing) {
  const std::string feed = WholeFeed(*Start(1)).SerializeAsString();
  EXPECT_EQ(Opens(1), "both");
  EXPECT_GT(CountOf(kModel), 0) << "models are sealed too";
  const std::unique_ptr<Linking> rotated = Start(2, 1);
  EXPECT_EQ(Opens(1), "neither");
  EXPECT_EQ(Opens(2), "both");
  EXPECT_EQ(WholeFeed(*rotated).SerializeAsString(), feed);
  // Who comes later is the client that the old key made of the same BSN, and lives in the household it made.
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("wmo301", 20);
  *batch.add_records() = At(Person("c", TestBsn(0)), "9471AB", 12, 16100);
  FollowAll(*rotated, ingestion_);
  const v1::ListLinksResponse after = WholeFeed(*rotated);
  EXPECT_EQ(after.links(after.links_size() - 1).person_key(), "c");
  EXPECT_EQ(after.links(after.links_size() - 1).client(), after.links(0).client());
  // The old key can go now.
  EXPECT_EQ(WholeFeed(*Start(2)).SerializeAsString(), after.SerializeAsString());
  // Ids stay through a second rotation too, in which both keys are other ones than the first.
  EXPECT_EQ(WholeFeed(*Start(3, 2)).SerializeAsString(), after.SerializeAsString());
  EXPECT_EQ(Opens(2), "neither");
}

TEST_F(KeysTest, ARotationDropsTheCheckpoint) {
  // It holds keys that were sealed before.
  const std::unique_ptr<Linking> before = Start(1);
  ASSERT_TRUE(before->SaveCheckpoint().ok());
  EXPECT_EQ(WholeFeed(*Start(2, 1)).SerializeAsString(), WholeFeed(*before).SerializeAsString());
  EXPECT_FALSE(journal_.LoadCheckpoint()->has_value());
}

TEST_F(KeysTest, ARotationThatFailsHalfWayIsDoneByTheNextStart) {
  const std::string feed = WholeFeed(*Start(1)).SerializeAsString();
  journal_.fail_rewrites = 1;
  EXPECT_EQ(Make(2, 1)->Load().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Opens(1), "both");
  EXPECT_EQ(WholeFeed(*Start(2, 1)).SerializeAsString(), feed);
  EXPECT_EQ(Opens(2), "both");
  // Naming the previous key once more changes nothing.
  EXPECT_EQ(WholeFeed(*Start(2, 1)).SerializeAsString(), feed);
}

TEST_F(KeysTest, AJournalOfBeforeThereWereSecretsKeepsItsIdsThroughARotation) {
  const std::string feed = WholeFeed(*Start(1)).SerializeAsString();
  const auto drop_secret = [](const JournalRecord& record) {
    return record.kind == kSecret ? std::nullopt : std::make_optional(record);
  };
  ASSERT_TRUE(journal_.Rewrite(drop_secret).ok());
  EXPECT_EQ(WholeFeed(*Start(1)).SerializeAsString(), feed);
  ASSERT_TRUE(journal_.Rewrite(drop_secret).ok());
  // A stop after the secret was written and before all is sealed anew.
  journal_.fail_rewrites = 1;
  EXPECT_EQ(Make(2, 1)->Load().code(), absl::StatusCode::kUnavailable);
  const std::unique_ptr<Linking> rotated = Start(2, 1);
  EXPECT_EQ(WholeFeed(*rotated).SerializeAsString(), feed);
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("wmo301", 20);
  *batch.add_records() = Person("c", TestBsn(0));
  FollowAll(*rotated, ingestion_);
  const v1::ListLinksResponse after = WholeFeed(*rotated);
  EXPECT_EQ(after.links(after.links_size() - 1).client(), after.links(0).client());
}

TEST_F(KeysTest, AnotherKeyIsRefusedAndChangesNothing) {
  const std::string feed = WholeFeed(*Start(1)).SerializeAsString();
  for (const std::optional<uint8_t> previous : {std::optional<uint8_t>(), std::optional<uint8_t>(3)}) {
    const absl::Status refused = Make(2, previous)->Load();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("previous_key_file"));
  }
  EXPECT_EQ(WholeFeed(*Start(1)).SerializeAsString(), feed);
}

TEST_F(KeysTest, APersonKeyThatNeitherKeyOpensStopsTheRotationBeforeItBegins) {
  Start(1);
  ASSERT_TRUE(journal_
                  .Rewrite([](const JournalRecord& record) {
                    JournalRecord kept = record;
                    if (record.kind == kPersonKey) {
                      internal::v1::PersonKeyEvent event;
                      EXPECT_TRUE(event.ParseFromString(record.payload));
                      if (event.person_key() == "b") event.set_sealed_key(Vault(NumberedKey(9)).NewPersonKey("b"));
                      kept.payload = event.SerializeAsString();
                    }
                    return std::make_optional(kept);
                  })
                  .ok());
  EXPECT_EQ(ReasonOf(Make(2, 1)->Load()), ErrorReason::STORE_DAMAGED);
  EXPECT_EQ(Opens(1), "some");
  EXPECT_EQ(Opens(2), "neither");
}

TEST_F(KeysTest, ARotationLeavesNoByteOfWhatTheOldKeySealedInTheFile) {
  const std::string path = ::testing::TempDir() + "/rotate/linking.db";
  std::filesystem::remove_all(::testing::TempDir() + "/rotate");
  std::vector<std::string> sealed;
  for (const uint8_t key : {1, 2}) {
    absl::StatusOr<std::unique_ptr<Journal>> file = OpenSqliteJournal(path);
    ASSERT_TRUE(file.ok()) << file.status();
    LinkingOptions options{"gm1730", 12, true};
    if (key == 2) options.previous_key = NumberedKey(1);
    Linking linking(**file, clock_, ingestion_, NumberedKey(key), std::move(options));
    FollowAll(linking, ingestion_);
    ASSERT_TRUE(linking.SaveCheckpoint().ok());
    if (key == 2) continue;
    ASSERT_TRUE((*file)
                    ->Replay(0,
                             [&](const JournalRecord& record) {
                               if (record.kind == kPersonKey || record.kind == kSecret) sealed.push_back(record.payload);
                               return true;
                             })
                    .ok());
  }
  ASSERT_EQ(sealed.size(), 3u);
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    std::stringstream bytes;
    bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    // The last bytes are of the sealed text itself.
    for (const std::string& before : sealed) EXPECT_THAT(bytes.str(), Not(HasSubstr(before.substr(before.size() - 32))));
  }
}

}  // namespace
}  // namespace nmd::linking
