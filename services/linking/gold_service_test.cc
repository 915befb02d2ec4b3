// SPDX-License-Identifier: EUPL-1.2
// The gold sample of the linking service: drawn by lot, judged blind, and what it says of the links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "google/protobuf/util/time_util.h"
#include "services/linking/fake_ingestion.h"
#include "services/linking/fault_journal.h"
#include "services/linking/gold.h"
#include "services/linking/linking.h"
#include "services/linking/testing_persons.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GoldServiceTest : public ::testing::Test {
 protected:
  std::unique_ptr<Linking> Start() {
    auto linking = std::make_unique<Linking>(journal_, clock_, ingestion_, TestKey(), LinkingOptions{"gm1730", 12, true});
    EXPECT_TRUE(linking->Load().ok());
    return linking;
  }
  Linking& Follow() {
    if (linking_ == nullptr) linking_ = Start();
    FollowAll(*linking_, ingestion_);
    return *linking_;
  }
  absl::StatusOr<v1::GoldSample> Draw(int32_t size) {
    v1::DrawGoldSampleRequest request;
    request.set_size(size);
    return Follow().DrawGoldSample(caller_, request);
  }
  std::vector<v1::ReviewItem> Sample() {
    std::vector<v1::ReviewItem> items;
    v1::ListReviewItemsRequest request;
    request.set_sample(true);
    request.set_page_size(100);
    while (true) {
      const auto page = linking_->ListReviewItems(caller_, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return items;
      items.insert(items.end(), page->items().begin(), page->items().end());
      EXPECT_LE(static_cast<int64_t>(items.size()), page->total_count());
      if (page->next_page_token().empty()) return items;
      request.set_page_token(page->next_page_token());
    }
  }
  absl::StatusOr<v1::ReviewItemDetail> Show(const std::string& item) {
    v1::ShowReviewItemRequest request;
    request.set_item(item);
    request.set_purpose("steekproef");
    return linking_->ShowReviewItem(caller_, request);
  }
  absl::StatusOr<v1::GoldSample> Label(const std::string& item, v1::Verdict verdict) {
    v1::LabelGoldPairRequest request;
    request.set_item(item);
    request.set_verdict(verdict);
    return linking_->LabelGoldPair(caller_, request);
  }
  // Judges all that is open as somebody would who knows.
  void LabelAll(const std::map<std::string, std::string>& truth) {
    for (const v1::ReviewItem& item : Sample()) {
      const auto detail = Show(item.item());
      ASSERT_TRUE(detail.ok()) << detail.status();
      const bool same = truth.at(detail->person_key_a()) == truth.at(detail->person_key_b());
      ASSERT_TRUE(Label(item.item(), same ? v1::SAME_PERSON : v1::DIFFERENT_PERSONS).ok());
    }
  }
  v1::LinkQuality Quality() {
    const auto quality = linking_->GetLinkQuality(caller_, {});
    EXPECT_TRUE(quality.ok()) << quality.status();
    return *quality;
  }
  // Pairs of persons that are linked, and of those the true ones.
  std::pair<int64_t, int64_t> LinkedPairs(const std::map<std::string, std::string>& truth) {
    std::map<std::string, std::string> client_of;
    const v1::ListLinksResponse feed = WholeFeed(*linking_);
    for (const v1::Link& link : feed.links()) client_of[link.person_key()] = link.client();
    std::map<std::string, std::vector<std::string>> persons_of;
    for (const auto& [person, client] : client_of) persons_of[client].push_back(person);
    int64_t pairs = 0, right = 0;
    for (const auto& [client, persons] : persons_of) {
      for (size_t i = 0; i < persons.size(); ++i) {
        for (size_t k = i + 1; k < persons.size(); ++k) {
          ++pairs;
          right += truth.at(persons[i]) == truth.at(persons[k]);
        }
      }
    }
    return {pairs, right};
  }

  FakeClock clock_{absl::FromUnixSeconds(1'520'000'000)};
  FakeIngestion ingestion_;
  FaultJournal journal_;
  std::unique_ptr<Linking> linking_;
  const Caller caller_ = [] {
    Caller caller;
    caller.subject = "els";
    return caller;
  }();
};

TEST_F(GoldServiceTest, WithoutASampleNothingIsSaidOfQuality) {
  AddPopulation(ingestion_, 21, 300, 1000);
  Follow();
  const v1::LinkQuality quality = Quality();
  EXPECT_FALSE(quality.has_precision());
  EXPECT_FALSE(quality.has_recall());
  EXPECT_EQ(quality.statement(), "Hoe goed de koppelingen zijn, is niet bekend: er is nog geen steekproef getrokken.");
  EXPECT_GT(quality.client_count(), 0);
  EXPECT_LE(quality.least_client_count(), quality.client_count());
  EXPECT_NE(quality.model(), "");
  EXPECT_THAT(Sample(), IsEmpty());
  for (const int32_t size : {-1, 0, 9, 2001}) EXPECT_EQ(ReasonOf(Draw(size).status()), ErrorReason::FIELDS_INVALID) << size;
}

TEST_F(GoldServiceTest, DrawsAllStrataAndCountsTheirPairs) {
  const auto truth = AddPopulation(ingestion_, 22, 1200, 1000);
  Follow();
  const auto sample = Draw(100);
  ASSERT_TRUE(sample.ok()) << sample.status();
  EXPECT_EQ(sample->name(), "municipalities/gm1730/goldsamples/1");
  int64_t drawn = 0, linked = 0;
  for (const v1::GoldStratum& stratum : sample->strata()) {
    EXPECT_GT(stratum.drawn_count(), 0) << stratum.ShortDebugString();
    EXPECT_LE(stratum.drawn_count(), stratum.pair_count());
    drawn += stratum.drawn_count();
    linked += stratum.kind() <= v1::GoldStratum::LINKED_BY_WEIGHT ? stratum.pair_count() : 0;
  }
  EXPECT_EQ(drawn, 100);
  EXPECT_EQ(linked, LinkedPairs(truth).first);
  EXPECT_EQ(Sample().size(), 100u);
  // More of it, what was drawn stays.
  std::set<std::string> first;
  for (const v1::ReviewItem& item : Sample()) first.insert(item.item());
  ASSERT_TRUE(Draw(50).ok());
  std::set<std::string> both;
  for (const v1::ReviewItem& item : Sample()) both.insert(item.item());
  EXPECT_EQ(both.size(), 150u);
  EXPECT_TRUE(std::includes(both.begin(), both.end(), first.begin(), first.end()));
}

TEST_F(GoldServiceTest, WhoJudgesDoesNotSeeWhatTheModelThinks) {
  AddPopulation(ingestion_, 23, 900, 1000);
  Follow();
  ASSERT_TRUE(Draw(80).ok());
  std::vector<std::string> items;
  for (const v1::ReviewItem& item : Sample()) {
    items.push_back(item.item());
    EXPECT_EQ(item.reason(), v1::SAMPLE);
    EXPECT_FALSE(item.has_permille());
    EXPECT_FALSE(item.has_known_time());
    EXPECT_EQ(item.record_count(), 0);
    EXPECT_FALSE(item.sources().empty());
    const auto detail = Show(item.item());
    ASSERT_TRUE(detail.ok()) << detail.status();
    EXPECT_FALSE(detail->fields().empty());
    for (const v1::ComparedField& field : detail->fields()) EXPECT_FALSE(field.has_millibits());
    EXPECT_TRUE(detail->steps().empty());
    EXPECT_FALSE(detail->has_score_millibits());
    EXPECT_EQ(detail->statement() + detail->model() + detail->client_a() + detail->client_b(), "");
    EXPECT_EQ(detail->item().reason(), v1::SAMPLE);
    EXPECT_NE(detail->person_key_a(), "");
  }
  EXPECT_TRUE(std::is_sorted(items.begin(), items.end())) << "in an order that says nothing of the stratum";
  const auto accesses = linking_->ListAccesses(caller_, {});
  ASSERT_TRUE(accesses.ok());
  EXPECT_EQ(accesses->accesses(0).method(), "ShowReviewItem");
  EXPECT_EQ(accesses->accesses(0).purpose(), "steekproef");
  v1::ShowReviewItemRequest request;
  request.set_item(items[0]);
  EXPECT_EQ(ReasonOf(linking_->ShowReviewItem(caller_, request).status()), ErrorReason::FIELDS_INVALID) << "no purpose";
}

TEST_F(GoldServiceTest, AllLabelledIsThePrecisionThereIs) {
  const auto truth = AddPopulation(ingestion_, 24, 700, 1000);
  Follow();
  ASSERT_TRUE(Draw(2000).ok());
  const std::string feed = WholeFeed(*linking_).SerializeAsString();
  LabelAll(truth);
  EXPECT_THAT(Sample(), IsEmpty());
  const v1::LinkQuality quality = Quality();
  const auto [pairs, right] = LinkedPairs(truth);
  ASSERT_TRUE(quality.has_precision());
  EXPECT_DOUBLE_EQ(quality.precision().value(), static_cast<double>(right) / static_cast<double>(pairs));
  EXPECT_NEAR(quality.precision().low(), quality.precision().value(), 1e-9);
  EXPECT_NEAR(quality.precision().high(), quality.precision().value(), 1e-9);
  ASSERT_TRUE(quality.has_recall());
  EXPECT_GT(quality.recall().value(), .7);
  EXPECT_NEAR(quality.recall().low(), quality.recall().high(), 1e-9);
  EXPECT_THAT(quality.statement(), HasSubstr("Van de koppelingen is naar schatting"));
  for (const v1::GoldStratum& stratum : quality.strata()) EXPECT_EQ(stratum.labelled_count(), stratum.pair_count());
  EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed) << "labels change no link";
}

TEST_F(GoldServiceTest, LabelsOutliveDrawsRestartsAndCheckpoints) {
  const auto truth = AddPopulation(ingestion_, 25, 900, 1000);
  Follow();
  ASSERT_TRUE(Draw(160).ok());
  const std::string first = Sample()[0].item();
  ASSERT_TRUE(Label(first, v1::SAME_PERSON).ok());
  LabelAll(truth);
  const auto corrected = Label(first, v1::DIFFERENT_PERSONS);
  ASSERT_TRUE(corrected.ok()) << "a later label replaces the earlier";
  int64_t labelled = 0;
  for (const v1::GoldStratum& stratum : corrected->strata()) labelled += stratum.labelled_count();
  EXPECT_EQ(labelled, 160);
  const std::string quality = Quality().SerializeAsString();
  for (const bool checkpoint : {false, true}) {
    if (checkpoint) {
      ASSERT_TRUE(linking_->SaveCheckpoint().ok());
    }
    linking_ = nullptr;
    Follow();
    EXPECT_EQ(Quality().SerializeAsString(), quality);
    EXPECT_THAT(Sample(), IsEmpty());
  }
  // New persons came: what was drawn stays labelled, and what is drawn now makes up for them.
  AddPopulation(ingestion_, 26, 60, 2000);
  Follow();
  const auto again = Draw(40);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), "municipalities/gm1730/goldsamples/2");
  EXPECT_EQ(Sample().size(), 40u);
}

TEST_F(GoldServiceTest, SaysOfWhichLinksTheSampleIs) {
  AddPopulation(ingestion_, 28, 400, 1000);
  Follow();
  const auto started = linking_->TrainLinkModel(caller_, {});
  ASSERT_TRUE(started.ok());
  google::longrunning::GetOperationRequest request;
  request.set_name(started->name());
  while (!linking_->GetOperation(caller_, request)->done())
    journal_.WaitBeyond(journal_.LastSequence(), absl::Milliseconds(20));
  ASSERT_TRUE(Draw(40).ok());
  EXPECT_THAT(Quality().statement(), ::testing::EndsWith("De steekproef is van 02-03-2018."));
  clock_.Advance(absl::Hours(1));
  v1::ReleaseLinkModelRequest release;
  release.set_name(linking_->ListLinkModels(caller_, {})->models(0).name());
  release.set_reason("test");
  ASSERT_TRUE(linking_->ReleaseLinkModel(caller_, release).ok());
  EXPECT_THAT(Quality().statement(), HasSubstr("een ander koppelmodel in gebruik genomen"));
  // What is drawn now is of the links of now.
  ASSERT_TRUE(Draw(10).ok());
  EXPECT_THAT(Quality().statement(), ::testing::EndsWith("De steekproef is van 02-03-2018."));
}

TEST_F(GoldServiceTest, OnlyPairsOfASampleAreLabelled) {
  AddPopulation(ingestion_, 27, 600, 1000);
  Follow();
  v1::ListReviewItemsRequest queue;
  const auto open = linking_->ListReviewItems(caller_, queue);
  ASSERT_TRUE(open.ok() && !open->items().empty());
  EXPECT_EQ(ReasonOf(Label(open->items(0).item(), v1::SAME_PERSON).status()), ErrorReason::RESOURCE_NOT_FOUND);
  ASSERT_TRUE(Draw(10).ok());
  EXPECT_EQ(ReasonOf(Label("s00000000000000000000", v1::SAME_PERSON).status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_EQ(ReasonOf(Show("s00000000000000000000").status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_EQ(ReasonOf(Label(Sample()[0].item(), v1::VERDICT_UNSPECIFIED).status()), ErrorReason::FIELDS_INVALID);
  journal_.fail_appends = 1;
  EXPECT_FALSE(Label(Sample()[0].item(), v1::SAME_PERSON).ok());
  EXPECT_EQ(Sample().size(), 10u) << "what was not stored was not said";
}

TEST_F(GoldServiceTest, ALargeClientIsBounded) {
  ingestion::v1::PersonBatch& batch = ingestion_.AddBatch("jw301", 1000);
  for (int i = 0; i < 1100; ++i) {
    engine::testing::MadeUp same{absl::StrCat("p", i), "p", TestBsn(0), "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"};
    *batch.add_records() = RecordOf(same);
  }
  Follow();
  const auto sample = Draw(100);
  ASSERT_TRUE(sample.ok());
  EXPECT_EQ(sample->strata(0).pair_count(), 1100 * 50 - 50 * 51 / 2);
  EXPECT_EQ(sample->strata(0).drawn_count(), 100);
}

}  // namespace
}  // namespace nmd::linking
