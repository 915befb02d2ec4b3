// SPDX-License-Identifier: EUPL-1.2
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/fake_ingestion.h"
#include "services/linking/fault_journal.h"
#include "services/linking/journal_kinds.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using ::testing::ElementsAre;

class SubjectsTest : public ::testing::Test {
 protected:
  Linking& Start() {
    linking_ = std::make_unique<Linking>(journal_, clock_, ingestion_, TestKey(), LinkingOptions{"gm1730"});
    EXPECT_TRUE(linking_->Load().ok());
    FollowAll(*linking_, ingestion_);
    return *linking_;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'520'000'000)};
  FakeIngestion ingestion_;
  FaultJournal journal_;
  std::unique_ptr<Linking> linking_;
};

// --- Who looked.

TEST_F(SubjectsTest, AccessesAreListedNewestFirstPageByPageAlsoAfterARestart) {
  const auto append = [&](absl::string_view kind, std::string payload) {
    JournalRecord record;
    record.kind = std::string(kind);
    record.payload = std::move(payload);
    ASSERT_TRUE(journal_.Append({record}, journal_.LastSequence(), {}).ok());
  };
  for (int i = 0; i < 7; ++i) {
    internal::v1::AccessEvent event;
    event.set_time_micros(i);
    event.set_purpose(absl::StrCat("doel ", i));
    event.add_clients("c1");
    append(kAccess, event.SerializeAsString());
    // So far apart that they are not read for one another.
    for (int j = 0; i == 3 && j < 600; ++j) append(kPersons, internal::v1::PersonsEvent().SerializeAsString());
  }
  for (const bool restarted : {false, true}) {
    Linking& linking = Start();
    std::vector<std::string> purposes;
    v1::ListAccessesRequest request;
    request.set_page_size(3);
    do {
      const absl::StatusOr<v1::ListAccessesResponse> page = linking.ListAccesses({}, request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const v1::AccessRecord& access : page->accesses()) purposes.push_back(access.purpose());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(purposes, ElementsAre("doel 6", "doel 5", "doel 4", "doel 3", "doel 2", "doel 1", "doel 0")) << restarted;
    ASSERT_TRUE(linking.SaveCheckpoint().ok());
  }
}

}  // namespace
}  // namespace nmd::linking
