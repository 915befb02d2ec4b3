// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/linking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/fake_ingestion.h"
#include "services/linking/fault_journal.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class LinkingTest : public ::testing::Test {
 protected:
  std::unique_ptr<Linking> Start() {
    auto linking =
        std::make_unique<Linking>(journal_, clock_, ingestion_, TestKey(), LinkingOptions{"gm1730", institution_size_, true});
    EXPECT_TRUE(linking->Load().ok());
    return linking;
  }
  // Starts, if that was not done yet, and takes in all there is.
  Linking& Follow() {
    if (linking_ == nullptr) linking_ = Start();
    FollowAll(*linking_, ingestion_);
    return *linking_;
  }
  std::string ClientOf(absl::string_view person_key) {
    std::string client;
    const v1::ListLinksResponse feed = WholeFeed(Follow());
    for (const v1::Link& link : feed.links()) {
      if (link.person_key() == person_key) client = link.client();
    }
    return client;
  }
  // The households of a person's client in its newest revision: "h..." or "-", with the days.
  std::vector<std::tuple<std::string, int, int>> HouseholdsOf(absl::string_view person_key) {
    const std::string client = ClientOf(person_key);
    int64_t newest = 0;
    const v1::ListLinksResponse feed = WholeFeed(*linking_);
    for (const v1::HouseholdStay& stay : feed.stays()) {
      if (stay.client() == client) newest = std::max(newest, stay.revision());
    }
    std::vector<std::tuple<std::string, int, int>> stays;
    for (const v1::HouseholdStay& stay : feed.stays()) {
      if (stay.client() != client || stay.revision() != newest) continue;
      stays.emplace_back(stay.household().empty() ? "-" : stay.household(), stay.start_day(), stay.end_day());
    }
    return stays;
  }
  std::vector<std::string> ExplainTexts(absl::string_view client) {
    v1::ExplainClientRequest request;
    request.set_client(std::string(client));
    const absl::StatusOr<v1::ExplainClientResponse> response = Follow().ExplainClient({}, request);
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> texts;
    if (response.ok()) {
      for (const auto& record : response->records()) texts.push_back(record.source() + ": " + record.text());
    }
    return texts;
  }
  v1::LinkSummary Summary() { return *Follow().GetLinkSummary({}, {}); }

  const FakeClock clock_{absl::FromUnixSeconds(1'520'000'000)};
  FakeIngestion ingestion_;
  FaultJournal journal_;
  int institution_size_ = 12;
  std::unique_ptr<Linking> linking_;
};

// --- Clients.

TEST_F(LinkingTest, R1TheSameValidBsnIsOneClientAcrossSources) {
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("jw-a", TestBsn(0));
  *ingestion_.AddBatch("wmo301", 20).add_records() = Person("wmo-a", TestBsn(0));
  *ingestion_.AddBatch("wmo301", 30).add_records() = Person("wmo-b", TestBsn(1));
  EXPECT_THAT(ClientOf("jw-a"), MatchesRegex("c[0-9a-f]+"));
  EXPECT_EQ(ClientOf("jw-a").size(), 21u);
  EXPECT_EQ(ClientOf("wmo-a"), ClientOf("jw-a"));
  EXPECT_NE(ClientOf("wmo-b"), ClientOf("jw-a"));
}

TEST_F(LinkingTest, Cs002NumbersThatAreNoBsnLinkNobody) {
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("wmo301", 10);
  std::vector<std::string> keys;
  for (const char* bsn : {"", "999999999", "000000000", "123456789", "12345678"}) {
    for (int twice = 0; twice < 2; ++twice) {
      keys.push_back(absl::StrCat("p", keys.size()));
      *batch.add_records() = Person(keys.back(), bsn);
    }
  }
  std::set<std::string> clients;
  for (const std::string& key : keys) clients.insert(ClientOf(key));
  EXPECT_EQ(clients.size(), keys.size());
  EXPECT_EQ(Summary().alone_count(), 10);
  EXPECT_EQ(Summary().exact_bsn_count(), 0);
}

TEST_F(LinkingTest, IdsAreOfThisInstance) {
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("a", TestBsn(0));
  const std::unique_ptr<Journal> journal = NewMemoryJournal();
  std::array<uint8_t, 32> bytes;
  bytes.fill(8);
  Linking other(*journal, clock_, ingestion_, Key::FromBytes(bytes), {"gm1730", 12, true});
  FollowAll(other, ingestion_);
  EXPECT_NE(WholeFeed(other).links(0).client(), ClientOf("a"));
}

TEST_F(LinkingTest, ABsnThatComesLaterMakesTwoClientsOneAndTheIdThatWasKnownFirstStays) {
  *ingestion_.AddBatch("wmo301", 10).add_records() = Person("a", "");
  const std::string first = ClientOf("a");
  *ingestion_.AddBatch("jw301", 15).add_records() = Person("b", TestBsn(0));
  const std::string second = ClientOf("b");
  EXPECT_NE(second, first);
  *ingestion_.AddBatch("wmo301", 20).add_records() = Person("a", TestBsn(0));
  EXPECT_EQ(ClientOf("a"), first) << "an id does not change on growth";
  EXPECT_EQ(ClientOf("b"), first);
  std::vector<std::tuple<std::string, std::string, v1::LinkReason, int64_t>> links;
  const v1::ListLinksResponse feed = WholeFeed(*linking_);
  for (const v1::Link& link : feed.links()) {
    links.emplace_back(link.person_key(), link.client(), link.reason(), TimeUtil::TimestampToMicroseconds(link.known_time()));
  }
  EXPECT_THAT(links,
              ElementsAre(std::make_tuple("a", first, v1::ALONE, 10), std::make_tuple("b", second, v1::EXACT_BSN, 15),
                          std::make_tuple("a", first, v1::EXACT_BSN, 20), std::make_tuple("b", first, v1::EXACT_BSN, 20)));
  EXPECT_EQ(ExplainTexts(second), ExplainTexts(first)) << "the other id leads to it for ever";
  EXPECT_EQ(Summary().client_count(), 1);
  *ingestion_.AddBatch("jw301", 30).add_records() = Person("c", TestBsn(0));
  EXPECT_EQ(ClientOf("c"), first);
}

TEST_F(LinkingTest, AnEarlierKnownRecordGivesTheLinkItsEarlierKnownTime) {
  *ingestion_.AddBatch("jw301", 20).add_records() = Person("a", TestBsn(0));
  Follow();
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("a", TestBsn(0));
  *ingestion_.AddBatch("jw301", 30).add_records() = Person("a", TestBsn(0));
  const v1::ListLinksResponse feed = WholeFeed(Follow());
  ASSERT_EQ(feed.links_size(), 2);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(feed.links(1).known_time()), 10);
  EXPECT_EQ(feed.links(1).client(), feed.links(0).client());
}

TEST_F(LinkingTest, TwoValidBsnsNeverShareAClient) {
  *ingestion_.AddBatch("wmo301", 10).add_records() = Person("a", TestBsn(0));
  *ingestion_.AddBatch("wmo301", 20).add_records() = Person("a", TestBsn(1));
  *ingestion_.AddBatch("jw301", 30).add_records() = Person("b", TestBsn(0));
  *ingestion_.AddBatch("jw301", 30).add_records() = Person("c", TestBsn(1));
  EXPECT_NE(ClientOf("b"), ClientOf("c"));
  EXPECT_EQ(ClientOf("a"), ClientOf("c"));
}

// --- Households.

TEST_F(LinkingTest, AFamilyAtOneAddressIsOneHouseholdAndAMoveHasADate) {
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("jw301", 10);
  *batch.add_records() = At(Person("mother", TestBsn(0)), "9471AB", 12, 100);
  *batch.add_records() = At(Person("child", TestBsn(1)), "9471 ab", 12, 120);
  *batch.add_records() = At(Person("neighbour", TestBsn(2)), "9471AB", 14, 100);
  const std::string home = std::get<0>(HouseholdsOf("mother")[0]);
  const std::string next_door = std::get<0>(HouseholdsOf("neighbour")[0]);
  EXPECT_THAT(home, MatchesRegex("h[0-9a-f]+"));
  EXPECT_EQ(home.size(), 21u);
  EXPECT_NE(home, next_door);
  EXPECT_THAT(HouseholdsOf("child"), ElementsAre(std::make_tuple(home, 120, 0)));
  EXPECT_EQ(Summary().household_count(), 2);

  *ingestion_.AddBatch("jw301", 20).add_records() = At(Person("child", TestBsn(1)), "9471AB", 14, 200);
  EXPECT_THAT(HouseholdsOf("child"), ElementsAre(std::make_tuple(home, 120, 200), std::make_tuple(next_door, 200, 0)));
  EXPECT_THAT(HouseholdsOf("mother"), ElementsAre(std::make_tuple(home, 100, 0)));
}

TEST_F(LinkingTest, OtherLettersAndAdditionsAreOtherHouseholds) {
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("jw301", 10);
  ingestion::v1::PersonRecord plain = At(Person("plain", TestBsn(0)), "9471AB", 12, 100);
  ingestion::v1::PersonRecord letter = At(Person("letter", TestBsn(1)), "9471AB", 12, 100);
  letter.set_house_letter("a");
  ingestion::v1::PersonRecord addition = At(Person("addition", TestBsn(2)), "9471AB", 12, 100);
  addition.set_house_addition("bis");
  ingestion::v1::PersonRecord same = At(Person("same", TestBsn(3)), "9471ab", 12, 100);
  same.set_house_addition("BIS");
  for (const auto& record : {plain, letter, addition, same}) *batch.add_records() = record;
  EXPECT_NE(HouseholdsOf("plain"), HouseholdsOf("letter"));
  EXPECT_NE(HouseholdsOf("plain"), HouseholdsOf("addition"));
  EXPECT_NE(HouseholdsOf("letter"), HouseholdsOf("addition"));
  EXPECT_EQ(HouseholdsOf("addition"), HouseholdsOf("same"));
}

TEST_F(LinkingTest, ThirteenAtOneAddressAreAnInstitutionForAllOfThemWhileTheyAreThirteen) {
  for (int i = 0; i < 12; ++i) {
    *ingestion_.AddBatch("wmo301", 10 + i).add_records() = At(Person(absl::StrCat("p", i), TestBsn(i)), "9401XY", 1, 100);
  }
  const std::string home = std::get<0>(HouseholdsOf("p0")[0]);
  EXPECT_NE(home, "-");
  EXPECT_EQ(Summary().household_count(), 1);
  *ingestion_.AddBatch("wmo301", 50).add_records() = At(Person("p12", TestBsn(12)), "9401XY", 1, 200, 300);
  EXPECT_THAT(HouseholdsOf("p12"), ElementsAre(std::make_tuple("-", 200, 300)));
  for (const char* person : {"p0", "p11"}) {
    EXPECT_THAT(HouseholdsOf(person),
                ElementsAre(std::make_tuple(home, 100, 200), std::make_tuple("-", 200, 300), std::make_tuple(home, 300, 0)));
  }
  // A second source about the same person is not one more person.
  *ingestion_.AddBatch("jw301", 60).add_records() = At(Person("jw-p0", TestBsn(0)), "9401XY", 1, 300);
  EXPECT_EQ(HouseholdsOf("jw-p0"), HouseholdsOf("p1"));
}

TEST_F(LinkingTest, HalfAnAddressIsNoHouseholdAndNoAddressSaysNothing) {
  *ingestion_.AddBatch("wmo301", 10).add_records() = At(Person("a", TestBsn(0)), "9401XY", 1, 100);
  *ingestion_.AddBatch("wmo301", 20).add_records() = Person("a", TestBsn(0));
  const std::string home = std::get<0>(HouseholdsOf("a")[0]);
  EXPECT_THAT(HouseholdsOf("a"), ElementsAre(std::make_tuple(home, 100, 0)));
  *ingestion_.AddBatch("wmo301", 30).add_records() = At(Person("a", TestBsn(0)), "9401XY", 0, 200);
  EXPECT_THAT(HouseholdsOf("a"), ElementsAre(std::make_tuple(home, 100, 200), std::make_tuple("-", 200, 0)));
}

// Issue 3, part 7.
TEST_F(LinkingTest, APersonThatIsWithdrawnIsNoClientFromThenOnAndLeavesTheHousehold) {
  institution_size_ = 1;
  *ingestion_.AddBatch("jw301", 10).add_records() = At(Person("child", TestBsn(1)), "9471AB", 12, 100);
  *ingestion_.AddBatch("jw301", 10).add_records() = At(Person("parent", TestBsn(2)), "9471AB", 12, 100);
  EXPECT_THAT(HouseholdsOf("parent"), ElementsAre(std::make_tuple("-", 100, 0))) << "two are an institution here";
  const std::string child = ClientOf("child");
  auto& correction = ingestion_.AddBatch("", 20);
  correction.set_corrects("d1");
  correction.add_counted()->mutable_from_time()->set_nanos(10'000);
  correction.mutable_counted(0)->mutable_until_time()->set_nanos(20'000);
  EXPECT_EQ(ClientOf("child"), "");
  EXPECT_NE(std::get<0>(HouseholdsOf("parent").at(0)), "-") << "alone at the address now";
  const v1::ListLinksResponse feed = WholeFeed(Follow());
  const v1::Link& last = feed.links(feed.links_size() - 1);
  EXPECT_EQ(last.person_key(), "child");
  EXPECT_EQ(last.reason(), v1::LINK_REASON_UNSPECIFIED);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(last.known_time()), 20);
  EXPECT_EQ(Summary().record_count(), 1);
  EXPECT_EQ(Summary().client_count(), 1);
  v1::ExplainClientRequest request;
  request.set_client(child);
  EXPECT_EQ(Follow().ExplainClient({}, request).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LinkingTest, TheRecordsOfASupersededMessageCountAtNoKnownTime_TR056) {
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("p", TestBsn(1));
  Follow();
  ingestion_.AddBatch("jw301", 5).set_supersedes("d1");
  *ingestion_.AddBatch("jw301", 5).add_records() = Person("p", TestBsn(2));
  const v1::ListLinksResponse feed = WholeFeed(Follow());
  ASSERT_EQ(feed.links_size(), 3);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(feed.links(1).known_time()), 5);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(feed.links(2).known_time()), 10) << "the row that was right no longer";
  EXPECT_EQ(feed.links(2).client(), feed.links(1).client());
  EXPECT_EQ(Summary().record_count(), 1);
}

TEST_F(LinkingTest, ThePersonsAddressesMoveWithThePerson) {
  *ingestion_.AddBatch("jw301", 5).add_records() = Person("b", TestBsn(0));
  *ingestion_.AddBatch("wmo301", 10).add_records() = At(Person("a", ""), "9401XY", 1, 100);
  const std::string alone = ClientOf("a");
  const std::string home = std::get<0>(HouseholdsOf("a")[0]);
  *ingestion_.AddBatch("wmo301", 20).add_records() = Person("a", TestBsn(0));
  EXPECT_THAT(HouseholdsOf("a"), ElementsAre(std::make_tuple(home, 100, 0)));
  // The client of its own is left without: the row that takes its stays back.
  std::vector<std::tuple<std::string, int, int>> left;
  const v1::ListLinksResponse feed = WholeFeed(*linking_);
  for (const v1::HouseholdStay& stay : feed.stays()) {
    if (stay.client() == alone) left.emplace_back(stay.household(), stay.start_day(), stay.end_day());
  }
  EXPECT_THAT(left, ElementsAre(std::make_tuple(home, 100, 0), std::make_tuple("", 0, 0)));
  EXPECT_EQ(Summary().household_count(), 1);
}

// --- Explanation.

TEST_F(LinkingTest, R1ExplainsEveryRecordBySourceAndReason) {
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("jw-a", TestBsn(0));
  EXPECT_THAT(ExplainTexts(ClientOf("jw-a")),
              ElementsAre("jw301: Geldig burgerservicenummer. Geen ander record heeft dit nummer."));
  *ingestion_.AddBatch("wmo301", 20).add_records() = Person("wmo-a", TestBsn(0));
  *ingestion_.AddBatch("wmo301", 30).add_records() = Person("wmo-a", "");
  EXPECT_THAT(ExplainTexts(ClientOf("jw-a")),
              ElementsAre("jw301: Zelfde geldig burgerservicenummer als 1 ander record.",
                          "wmo301: Zelfde geldig burgerservicenummer als 1 ander record.",
                          "wmo301: Dit record heeft geen geldig burgerservicenummer. Een ander record van dezelfde persoon in "
                          "dezelfde bron wel."));
  *ingestion_.AddBatch("wmo301", 40).add_records() = Person("b", "");
  EXPECT_THAT(ExplainTexts(ClientOf("b")),
              ElementsAre("wmo301: Geen geldig burgerservicenummer. Dit record staat op zichzelf."));
  *ingestion_.AddBatch("wmo301", 50).add_records() = Person("b", "");
  EXPECT_THAT(ExplainTexts(ClientOf("b"))[0], HasSubstr("Zelfde persoon in dezelfde bron als 1 ander record."));
}

TEST_F(LinkingTest, ExplainsANumberThatWasReplaced) {
  *ingestion_.AddBatch("wmo301", 10).add_records() = Person("a", TestBsn(0));
  const std::string before = ClientOf("a");
  *ingestion_.AddBatch("wmo301", 20).add_records() = Person("a", TestBsn(1));
  EXPECT_THAT(ExplainTexts(ClientOf("a"))[0], HasSubstr("een ander geldig burgerservicenummer. Het nummer dat als laatste"));
  ASSERT_EQ(ExplainTexts(before).size(), 1u);
  EXPECT_THAT(ExplainTexts(before)[0], HasSubstr("is sindsdien een ander geldig burgerservicenummer bekend"));
}

TEST_F(LinkingTest, RefusesAClientThatIsNotOneWithoutRepeatingIt) {
  v1::ExplainClientRequest request;
  for (const char* wrong : {"", "c", "c0123456789012345678z", "C01234567890123456789", "c0123456789012345678A"}) {
    request.set_client(wrong);
    const absl::Status status = Follow().ExplainClient({}, request).status();
    ASSERT_EQ(BadFieldsOf(status).size(), 1u) << wrong;
    EXPECT_EQ(BadFieldsOf(status)[0].path, "client");
  }
  request.set_client("c01234567890123456789");
  const absl::Status status = Follow().ExplainClient({}, request).status();
  EXPECT_EQ(ReasonOf(status), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_THAT(status.ToString(), Not(HasSubstr("0123456789")));
}

// --- Durability.

std::string AllRows(const Linking& linking) {
  v1::ListLinksResponse feed = WholeFeed(linking);
  return feed.DebugString();
}

TEST_F(LinkingTest, ACrashBetweenAskAndAppendChangesNothing) {
  *ingestion_.AddBatch("jw301", 10).add_records() = At(Person("a", TestBsn(0)), "9471AB", 12, 100);
  const std::string before = AllRows(Follow());
  *ingestion_.AddBatch("jw301", 20).add_records() = At(Person("b", TestBsn(0)), "9471AB", 14, 200);
  const int64_t sequence = journal_.LastSequence();

  // The process dies before the append.
  { const std::unique_ptr<Linking> killed = std::move(linking_); }
  linking_ = Start();
  EXPECT_EQ(AllRows(*linking_), before);
  // The append fails: nothing of it is seen, and the next step does all of it.
  journal_.fail_appends = 1;
  EXPECT_EQ(ReasonOf(linking_->Follow()), ErrorReason::UNAVAILABLE_NOW);
  EXPECT_EQ(journal_.LastSequence(), sequence);
  EXPECT_EQ(ReasonOf(linking_->ListLinks({}, {}).status()), ErrorReason::UNAVAILABLE_NOW);
  EXPECT_EQ(ReasonOf(linking_->GetLinkSummary({}, {}).status()), ErrorReason::UNAVAILABLE_NOW);
  ASSERT_TRUE(linking_->Load().ok());
  EXPECT_EQ(AllRows(*linking_), before);
  const std::string after = AllRows(Follow());

  // The same without any accident.
  const std::unique_ptr<Journal> journal = NewMemoryJournal();
  Linking smooth(*journal, clock_, ingestion_, TestKey(), {"gm1730", 12, true});
  ASSERT_TRUE(smooth.Load().ok());
  FollowAll(smooth, ingestion_);
  EXPECT_EQ(smooth.GetLinkSummary({}, {})->SerializeAsString(), Summary().SerializeAsString());
  EXPECT_EQ(WholeFeed(smooth).links_size(), WholeFeed(*linking_).links_size());
  EXPECT_NE(after, before);
}

TEST_F(LinkingTest, ABatchThatComesTwiceCountsOnce) {
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("a", TestBsn(0));
  Follow();
  const int64_t sequence = journal_.LastSequence();
  ASSERT_TRUE(linking_->Follow().ok());
  EXPECT_EQ(journal_.LastSequence(), sequence);
  EXPECT_EQ(Summary().record_count(), 1);
}

TEST_F(LinkingTest, AnotherWriterIsNoticedAndNothingIsLost) {
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("a", TestBsn(0));
  Linking& first = Follow();
  const std::unique_ptr<Linking> second = Start();
  *ingestion_.AddBatch("jw301", 20).add_records() = Person("b", TestBsn(1));
  ASSERT_TRUE(second->Follow().ok());
  EXPECT_EQ(ReasonOf(first.Follow()), ErrorReason::WRITE_CONFLICT);
  ASSERT_TRUE(first.Follow().ok());
  EXPECT_EQ(AllRows(first), AllRows(*second));
  EXPECT_EQ(Summary().record_count(), 2);
}

// Deliveries with everything in them: all kinds of links, moves, an institution, late known times.
void AddVaried(FakeIngestion& ingestion) {
  for (int i = 0; i < 60; ++i) {
    ingestion::v1::PersonBatch& batch = ingestion.AddBatch(i % 2 == 0 ? "jw301" : "wmo301", 10 + (i * 7) % 40);
    for (int j = 0; j < 3; ++j) {
      const int person = (i * 5 + j * 3) % 23;
      *batch.add_records() = At(Person(absl::StrCat(i % 2, "-", person), (i + j) % 4 == 0 ? "" : TestBsn(person)), "9401XY",
                                person < 9 ? 1 : person + (i % 3), 100 + i, i % 5 == 0 ? 300 : 0);
    }
  }
}

TEST_F(LinkingTest, TheLiveStateIsTheReplayedStateAndTheRestoredOne) {
  institution_size_ = 4;
  AddVaried(ingestion_);
  Follow();
  ASSERT_TRUE(linking_->SaveCheckpoint().ok());
  const std::string live = (*journal_.LoadCheckpoint())->state;

  const std::unique_ptr<Linking> restored = Start();
  ASSERT_TRUE(restored->SaveCheckpoint().ok());
  EXPECT_TRUE((*journal_.LoadCheckpoint())->state == live) << "restored from the checkpoint";

  // Rewriting drops the checkpoint.
  ASSERT_TRUE(journal_.Rewrite([](const JournalRecord& record) { return std::make_optional(record); }).ok());
  ASSERT_FALSE(journal_.LoadCheckpoint()->has_value());
  const std::unique_ptr<Linking> replayed = Start();
  ASSERT_TRUE(replayed->SaveCheckpoint().ok());
  EXPECT_TRUE((*journal_.LoadCheckpoint())->state == live) << "replayed from the beginning";

  // And they go on alike.
  *ingestion_.AddBatch("jw301", 12).add_records() = At(Person("1-3", TestBsn(3)), "9401XY", 1, 90);
  FollowAll(*replayed, ingestion_);
  ASSERT_TRUE(restored->Follow().code() == absl::StatusCode::kAborted);
  FollowAll(*restored, ingestion_);
  EXPECT_EQ(AllRows(*replayed), AllRows(*restored));
}

TEST_F(LinkingTest, SavesACheckpointOnTheWay) {
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("jw301", 10);
  for (int i = 0; i < 5000; ++i) *batch.add_records() = Person(absl::StrCat("p", i), "");
  Follow();
  ASSERT_TRUE(journal_.LoadCheckpoint()->has_value());
  EXPECT_EQ((*journal_.LoadCheckpoint())->sequence, journal_.LastSequence());
}

TEST_F(LinkingTest, RefusesAStoreThatIsNotItsOwn) {
  JournalRecord record;
  record.kind = "delivery";
  ASSERT_TRUE(journal_.journal->Append({record}, 0).ok());
  Linking linking(journal_, clock_, ingestion_, TestKey(), {"gm1730", 12, true});
  EXPECT_EQ(ReasonOf(linking.Load()), ErrorReason::STORE_DAMAGED);
}

// --- Privacy (decision 4).

TEST_F(LinkingTest, R23NothingThatNamesLeavesTheVault) {
  ingestion::v1::PersonRecord record = At(Person("key-of-a", TestBsn(0)), "9471AB", 98765, 100);
  record.set_surname("Verzonnenachternaam");
  record.set_partner_surname("Partnernaam");
  record.set_given_names("Voornaamloos");
  record.set_initials("X.Q.Z.W.V.");
  record.set_house_addition("bisschop");
  record.set_birth_day(11237);
  *ingestion_.AddBatch("jw301", 10).add_records() = record;
  *ingestion_.AddBatch("jw301", 20).add_records() = record;
  Follow();
  ASSERT_TRUE(linking_->SaveCheckpoint().ok());

  std::string kept = (*journal_.LoadCheckpoint())->state;
  ASSERT_TRUE(journal_
                  .Replay(0,
                          [&](const JournalRecord& r) {
                            absl::StrAppend(&kept, r.kind, r.payload, r.actor);
                            return true;
                          })
                  .ok());
  v1::ExplainClientRequest explain;
  explain.set_client(ClientOf("key-of-a"));
  const std::string answers =
      AllRows(*linking_) + Summary().DebugString() + linking_->ExplainClient({}, explain)->DebugString();
  for (const std::string& plain :
       {TestBsn(0), std::string("Verzonnen"), std::string("Partner"), std::string("Voornaam"), std::string("X.Q.Z.W.V."),
        std::string("9471AB"), std::string("98765"), std::string("isschop"), std::string("ISSCHOP")}) {
    EXPECT_FALSE(absl::StrContains(kept, plain)) << plain;
    EXPECT_FALSE(absl::StrContains(answers, plain)) << plain;
  }
  // The search finds what is there, or it would prove nothing.
  EXPECT_TRUE(absl::StrContains(kept, "key-of-a"));
}

TEST_F(LinkingTest, TheVaultGivesTheRecordBackUntilThePersonsKeyIsDestroyed) {
  const ingestion::v1::PersonRecord record = At(Person("a", TestBsn(0)), "9471AB", 12, 100);
  *ingestion_.AddBatch("jw301", 10).add_records() = record;
  Follow();
  std::string sealed_key, sealed_record;
  ASSERT_TRUE(journal_
                  .Replay(0,
                          [&](const JournalRecord& r) {
                            internal::v1::PersonKeyEvent key;
                            internal::v1::PersonsEvent persons;
                            if (r.kind == "person_key" && key.ParseFromString(r.payload)) sealed_key = key.sealed_key();
                            if (r.kind == "persons" && persons.ParseFromString(r.payload)) {
                              sealed_record = persons.entries(0).sealed();
                              EXPECT_FALSE(absl::StrContains(r.payload, sealed_key)) << "the key stands apart";
                            }
                            return true;
                          })
                  .ok());
  const Vault vault(TestKey());
  EXPECT_EQ(vault.Open("a", sealed_key, sealed_record)->SerializeAsString(), record.SerializeAsString());
  EXPECT_EQ(ReasonOf(vault.Open("a", vault.NewPersonKey("a"), sealed_record).status()), ErrorReason::STORE_DAMAGED);
}

// --- The feed.

TEST_F(LinkingTest, TheFeedHasOneNumberingAndNeverDividesARevision) {
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("jw301", 10);
  constexpr int kPersons = 12000;
  for (int i = 0; i < kPersons; ++i) {
    *batch.add_records() = At(Person(absl::StrCat("p", i), ""), "9471AB", 1 + i, 100, 200);
    *batch.add_records() = At(Person(absl::StrCat("p", i), ""), "9471AC", 1 + i, 300);
  }
  Follow();
  std::vector<int64_t> sequences;
  v1::ListLinksRequest request;
  int pages = 0;
  while (true) {
    const absl::StatusOr<v1::ListLinksResponse> page = linking_->ListLinks({}, request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->last_sequence(), 3 * kPersons);
    if (page->next_sequence() == request.after_sequence()) break;
    ++pages;
    EXPECT_LT(page->ByteSizeLong(), (2u << 20) + 1000);
    EXPECT_EQ(page->person_sequence(), page->next_sequence() == page->last_sequence() ? ingestion_.last_sequence() : 0);
    for (const v1::Link& link : page->links()) sequences.push_back(link.sequence());
    std::map<int64_t, int> rows;
    for (const v1::HouseholdStay& stay : page->stays()) {
      sequences.push_back(stay.sequence());
      ++rows[stay.revision()];
    }
    for (const auto& [revision, count] : rows) ASSERT_EQ(count, 2) << revision;
    EXPECT_EQ(page->next_sequence(), sequences.back());
    request.set_after_sequence(page->next_sequence());
  }
  EXPECT_GT(pages, 1);
  ASSERT_EQ(sequences.size(), 3u * kPersons);
  for (size_t i = 0; i < sequences.size(); ++i) ASSERT_EQ(sequences[i], static_cast<int64_t>(i) + 1);
}

TEST_F(LinkingTest, TheFeedWaitsAtTheTailWithoutHoldingAnybodyUp) {
  *ingestion_.AddBatch("jw301", 10).add_records() = Person("a", TestBsn(0));
  Follow();
  *ingestion_.AddBatch("jw301", 20).add_records() = Person("b", TestBsn(1));
  // The writer begins only when the reader is about to wait; it needs the lock the reader must not hold.
  std::thread writer;
  journal_.on_wait = [&] { writer = std::thread([&] { EXPECT_TRUE(linking_->Follow().ok()); }); };
  v1::ListLinksRequest request;
  request.set_after_sequence(1);
  request.set_wait_seconds(30);
  const absl::StatusOr<v1::ListLinksResponse> page = linking_->ListLinks({}, request);
  writer.join();
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->links_size(), 1);
  EXPECT_EQ(page->links(0).person_key(), "b");
  EXPECT_EQ(page->next_sequence(), 2);
  EXPECT_EQ(page->person_sequence(), ingestion_.last_sequence());
}

TEST_F(LinkingTest, AStopEndsTheWait) {
  Follow();
  journal_.Interrupt();
  v1::ListLinksRequest request;
  request.set_wait_seconds(30);
  const absl::StatusOr<v1::ListLinksResponse> page = linking_->ListLinks({}, request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->next_sequence(), 0);
}

TEST_F(LinkingTest, TheFeedNamesEveryFaultyField) {
  v1::ListLinksRequest request;
  request.set_after_sequence(-1);
  request.set_wait_seconds(31);
  EXPECT_EQ(BadFieldsOf(Follow().ListLinks({}, request).status()).size(), 2u);
}

TEST_F(LinkingTest, TheSummaryCountsRecordsClientsAndHouseholds) {
  *ingestion_.AddBatch("jw301", 10).add_records() = At(Person("a", TestBsn(0)), "9471AB", 12, 100);
  *ingestion_.AddBatch("wmo301", 20).add_records() = At(Person("b", TestBsn(0)), "9471AB", 12, 100);
  *ingestion_.AddBatch("wmo301", 30).add_records() = At(Person("c", ""), "9471AB", 14, 100);
  const v1::LinkSummary summary = Summary();
  EXPECT_EQ(summary.name(), "municipalities/gm1730/linksummary");
  EXPECT_EQ(summary.record_count(), 3);
  EXPECT_EQ(summary.exact_bsn_count(), 2);
  EXPECT_EQ(summary.alone_count(), 1);
  EXPECT_EQ(summary.client_count(), 2);
  EXPECT_EQ(summary.household_count(), 2);
  EXPECT_EQ(summary.person_sequence(), ingestion_.last_sequence());
}

// R13: a person counts once for every source that has a record of it, however many it has.
TEST_F(LinkingTest, TheSummaryCountsThePersonsOfEverySource) {
  for (const char* source : {"jw301", "jw305", "jw305"}) {
    *ingestion_.AddBatch(source, 10).add_records() = At(Person("a", TestBsn(0)), "9471AB", 12, 100);
  }
  *ingestion_.AddBatch("jw305", 20).add_records() = At(Person("b", ""), "9471AB", 14, 100);
  std::vector<std::string> lines;
  const v1::LinkSummary summary = Summary();
  for (const v1::SourceLinks& links : summary.sources()) {
    lines.push_back(absl::StrCat(links.source(), " ", links.linked_count(), "/", links.person_count()));
  }
  EXPECT_THAT(lines, ::testing::ElementsAre("jw301 1/1", "jw305 1/2"));
}

TEST_F(LinkingTest, ARecordWithoutPersonKeyIsLeftOutAndHoldsNothingUp) {
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("jw301", 10);
  *batch.add_records() = Person("", TestBsn(0));
  *batch.add_records() = Person("a", TestBsn(1));
  EXPECT_EQ(Summary().record_count(), 1);
}

}  // namespace
}  // namespace nmd::linking
