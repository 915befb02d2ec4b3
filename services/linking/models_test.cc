// SPDX-License-Identifier: EUPL-1.2
// Models of the linking service: learned beside what is in force, compared, and released.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/journal.pb.h"
#include "services/linking/fake_ingestion.h"
#include "services/linking/fault_journal.h"
#include "services/linking/linking.h"
#include "services/linking/testing_persons.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kNow = 1'520'000'000'000'000;

class LinkModelsTest : public ::testing::Test {
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
  // The operation when it is done.
  google::longrunning::Operation Finished(const std::string& name) {
    google::longrunning::GetOperationRequest request;
    request.set_name(name);
    auto operation = linking_->GetOperation({}, request);
    while (operation.ok() && !operation->done()) {
      journal_.WaitBeyond(journal_.LastSequence(), absl::Milliseconds(20));
      operation = linking_->GetOperation({}, request);
    }
    EXPECT_TRUE(operation.ok()) << operation.status();
    return *operation;
  }
  v1::LinkModel Train() {
    const auto started = Follow().TrainLinkModel(caller_, {});
    EXPECT_TRUE(started.ok()) << started.status();
    v1::LinkModel model;
    EXPECT_TRUE(Finished(started->name()).response().UnpackTo(&model));
    return model;
  }
  absl::StatusOr<v1::LinkModel> Release(const std::string& name, const std::string& reason = "Eerste getrainde model") {
    v1::ReleaseLinkModelRequest request;
    request.set_name(name);
    request.set_reason(reason);
    return Follow().ReleaseLinkModel(caller_, request);
  }
  std::vector<v1::LinkModel> Models() {
    const auto response = Follow().ListLinkModels({}, {});
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->models().begin(), response->models().end()};
  }
  // Client and model of every person as known at a time.
  std::map<std::string, std::pair<std::string, std::string>> LinksAt(int64_t known_micros) {
    std::map<std::string, std::pair<int64_t, v1::Link>> newest;
    const v1::ListLinksResponse feed = WholeFeed(*linking_);
    for (const v1::Link& link : feed.links()) {
      const int64_t known = TimeUtil::TimestampToMicroseconds(link.known_time());
      if (known > known_micros) continue;
      auto& [since, now] = newest[link.person_key()];
      if (known < since) continue;
      since = known;
      now = link;
    }
    std::map<std::string, std::pair<std::string, std::string>> links;
    for (const auto& [person, link] : newest) links[person] = {link.second.client(), link.second.model()};
    return links;
  }

  FakeClock clock_{absl::FromUnixMicros(kNow)};
  FakeIngestion ingestion_;
  FaultJournal journal_;
  std::unique_ptr<Linking> linking_;
  const Caller caller_ = [] {
    Caller caller;
    caller.subject = "els";
    return caller;
  }();
};

TEST_F(LinkModelsTest, BeginWithOneOfExpectations) {
  Follow();
  const std::vector<v1::LinkModel> models = Models();
  ASSERT_EQ(models.size(), 1u);
  EXPECT_TRUE(models[0].in_force());
  EXPECT_EQ(models[0].record_count(), 0);
  EXPECT_EQ(models[0].released_by(), "service:linking");
  EXPECT_THAT(models[0].name(), ::testing::MatchesRegex("municipalities/gm1730/linkmodels/[0-9a-f]+"));
  EXPECT_EQ(models[0].text(), "") << "only GetLinkModel has it";
}

TEST_F(LinkModelsTest, AreTrainedBesideTheOneInForceAndChangeNothing) {
  AddPopulation(ingestion_, 3, 1500, 1000);
  const auto before = WholeFeed(Follow()).SerializeAsString();
  const auto started = linking_->TrainLinkModel(caller_, {});
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_TRUE(absl::StartsWith(started->name(), "linkoperations/"));
  const google::longrunning::Operation done = Finished(started->name());
  v1::LinkModel model;
  v1::TrainProgress progress;
  ASSERT_TRUE(done.response().UnpackTo(&model)) << done.ShortDebugString();
  ASSERT_TRUE(done.metadata().UnpackTo(&progress));
  EXPECT_GT(progress.pairs_all(), 0);
  EXPECT_EQ(progress.pairs_done(), progress.pairs_all());
  EXPECT_EQ(model.record_count(), 1500) << "one record per person";
  EXPECT_FALSE(model.in_force());
  EXPECT_FALSE(model.has_release_time());
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(model.create_time()), kNow);
  const v1::LinkSummary summary = *linking_->GetLinkSummary({}, {});
  EXPECT_EQ(model.difference().clients_before(), summary.client_count());
  EXPECT_EQ(model.difference().open_pairs_before(), summary.open_pair_count());
  EXPECT_GT(model.difference().persons_moved(), 0);
  EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), before);
  const std::vector<v1::LinkModel> models = Models();
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].name(), model.name()) << "newest first";
  EXPECT_TRUE(models[1].in_force());

  // The same records teach the same.
  EXPECT_EQ(Train().name(), model.name());
  EXPECT_EQ(Models().size(), 2u);
}

TEST_F(LinkModelsTest, ShowTheirWeightsAndNothingAboutSingleNames) {
  AddPopulation(ingestion_, 3, 1500, 1000);
  v1::GetLinkModelRequest request;
  request.set_name(Train().name());
  const auto model = linking_->GetLinkModel(caller_, request);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->text(), HasSubstr("gewicht "));
  EXPECT_THAT(model->text(), HasSubstr("grenzen "));
  EXPECT_THAT(model->text(), Not(HasSubstr("waarde ")));
  for (const char* absent :
       {"municipalities/gm1730/linkmodels/0123456789abcdef", "municipalities/gm1730/linkmodels/", "x", ""}) {
    request.set_name(absent);
    EXPECT_EQ(ReasonOf(linking_->GetLinkModel(caller_, request).status()), ErrorReason::RESOURCE_NOT_FOUND) << absent;
  }
  // How common names are is in the journal, but not for who reads its bytes.
  ASSERT_TRUE(journal_
                  .Replay(0,
                          [](const JournalRecord& record) {
                            EXPECT_FALSE(absl::StrContains(record.payload, "gewicht "));
                            return true;
                          })
                  .ok());
}

TEST_F(LinkModelsTest, AreReleasedFromNowOnAndDoWhatTheirDifferenceSaid) {
  AddPopulation(ingestion_, 4, 2000, 1000);
  const v1::LinkModel trained = Train();
  const auto before = LinksAt(kNow - 1);
  const auto released = Release(trained.name());
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_TRUE(released->in_force());
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(released->release_time()), kNow);
  EXPECT_EQ(released->released_by(), "els");
  EXPECT_EQ(released->reason(), "Eerste getrainde model");
  EXPECT_FALSE(Models()[1].in_force());

  // What was known stays answerable; what is known from now on is of the new model.
  EXPECT_EQ(LinksAt(kNow - 1), before);
  const auto after = LinksAt(kNow);
  int64_t moved = 0;
  std::set<std::string> clients;
  for (const auto& [person, link] : after) {
    clients.insert(link.first);
    moved += link.first != before.at(person).first;
    if (link.first != before.at(person).first) {
      EXPECT_TRUE(absl::EndsWith(trained.name(), link.second)) << link.second;
    }
  }
  EXPECT_GT(moved, 0);
  EXPECT_LE(moved, trained.difference().persons_moved());
  const v1::LinkSummary summary = *linking_->GetLinkSummary({}, {});
  EXPECT_EQ(summary.client_count(), trained.difference().clients_after());
  EXPECT_EQ(static_cast<int64_t>(clients.size()), trained.difference().clients_after());
  EXPECT_EQ(summary.open_pair_count(), trained.difference().open_pairs_after());
  EXPECT_TRUE(absl::EndsWith(trained.name(), summary.model()));

  // Repeating changes nothing; going back is releasing the other.
  const auto feed = WholeFeed(*linking_).SerializeAsString();
  ASSERT_TRUE(Release(trained.name(), "Nog eens").ok());
  EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
  EXPECT_EQ(Models()[0].reason(), "Eerste getrainde model");
  clock_.Set(absl::FromUnixMicros(kNow + 50));
  ASSERT_TRUE(Release(Models()[1].name(), "Toch niet").ok());
  const auto back = LinksAt(kNow + 50);
  for (const auto& [person, link] : back) EXPECT_EQ(link.first, before.at(person).first) << person;
  EXPECT_EQ(LinksAt(kNow), after);
}

TEST_F(LinkModelsTest, AreRefusedWithoutAReasonOrWhenThereIsNone) {
  AddPopulation(ingestion_, 5, 300, 1000);
  const std::string name = Train().name();
  EXPECT_EQ(ReasonOf(Release(name, "").status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Release(name, " ").status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Release(name, std::string(501, 'a')).status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Release("municipalities/gm1730/linkmodels/none").status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_TRUE(Models()[1].in_force());
}

TEST_F(LinkModelsTest, AreTheSameAfterARestartWithAndWithoutACheckpoint) {
  AddPopulation(ingestion_, 6, 800, 1000);
  const auto started = Follow().TrainLinkModel(caller_, {});
  ASSERT_TRUE(started.ok());
  v1::LinkModel trained;
  ASSERT_TRUE(Finished(started->name()).response().UnpackTo(&trained));
  ASSERT_TRUE(Release(trained.name()).ok());
  const std::string models = linking_->ListLinkModels({}, {})->SerializeAsString();
  const std::string feed = WholeFeed(*linking_).SerializeAsString();
  for (const bool checkpoint : {false, true, true}) {
    if (checkpoint) {
      ASSERT_TRUE(linking_->SaveCheckpoint().ok());
    }
    linking_ = nullptr;
    Follow();
    EXPECT_EQ(linking_->ListLinkModels({}, {})->SerializeAsString(), models);
    EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
    v1::LinkModel answer;
    EXPECT_TRUE(Finished(started->name()).response().UnpackTo(&answer)) << "operations are remembered";
    EXPECT_EQ(answer.name(), trained.name());
  }
  // Records that come later are linked by the model in force.
  AddPopulation(ingestion_, 7, 30, kNow + 10);
  Follow();
  EXPECT_TRUE(absl::EndsWith(trained.name(), LinksAt(kNow + 10).at("r30").second));
}

TEST_F(LinkModelsTest, AreNotThereWhenARestartCutsTheTrainingOff) {
  internal::v1::OperationRecord record;
  record.set_name("linkoperations/cut");
  Follow();
  linking_ = nullptr;
  JournalRecord started;
  started.kind = "operation";
  started.payload = record.SerializeAsString();
  ASSERT_TRUE(journal_.Append({started}, journal_.LastSequence(), {}).ok());
  Follow();
  EXPECT_EQ(ReasonOf(FromRpcStatus(Finished("linkoperations/cut").error())), ErrorReason::OPERATION_INTERRUPTED);
  google::longrunning::GetOperationRequest request;
  request.set_name("linkoperations/other");
  EXPECT_EQ(ReasonOf(linking_->GetOperation({}, request).status()), ErrorReason::RESOURCE_NOT_FOUND);
}

TEST_F(LinkModelsTest, AreNotReleasedWhenTheStoreFails) {
  AddPopulation(ingestion_, 8, 500, 1000);
  const v1::LinkModel trained = Train();
  const std::string feed = WholeFeed(*linking_).SerializeAsString();
  journal_.fail_appends = 1;
  EXPECT_FALSE(Release(trained.name()).ok());
  Follow();
  EXPECT_FALSE(Models()[0].in_force());
  EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
  EXPECT_TRUE(Release(trained.name()).ok());
  EXPECT_TRUE(Models()[0].in_force());
}

}  // namespace
}  // namespace nmd::linking
