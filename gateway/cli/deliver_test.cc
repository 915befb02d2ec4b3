// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/deliver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/fake_monitor.h"
#include "gateway/testing.h"
#include "gateway/transcoder.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/platform/crypto.h"

namespace nmd::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeMonitor;
using ::testing::HasSubstr;

// A monitor that keeps deliveries by their bytes, like the real one: "BAD" is rejected, "ODD" accepted with a finding.
class DeliverTest : public ::testing::Test {
 protected:
  DeliverTest() {
    folder_ = ::testing::TempDir() + "deliver_test/";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "files");
    monitor_.On("POST /v1/municipalities/gm1730/deliveries/_deliver", [this](const FakeMonitor::Asked& asked) {
      ingestion::v1::DeliverFileRequest request;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok());
      return FakeMonitor::Json(gateway::ToJson(Keep(request.content(), request.source())));
    });
  }

  ingestion::v1::Delivery Keep(const std::string& content, const std::string& source) {
    ingestion::v1::Delivery delivery;
    delivery.set_name(absl::StrCat("municipalities/gm1730/deliveries/", Sha256Hex(content).substr(0, 32)));
    delivery.set_source(source);
    delivery.set_size_bytes(static_cast<int64_t>(content.size()));
    const bool bad = absl::StartsWith(content, "BAD");
    delivery.set_state(bad ? ingestion::v1::Delivery::REJECTED : ingestion::v1::Delivery::ACCEPTED);
    delivery.set_finding_count(bad ? 2 : absl::StartsWith(content, "ODD") ? 1 : 0);
    monitor_.OnJson(absl::StrCat("GET /v1/", delivery.name()), gateway::ToJson(delivery));
    MutexLock lock(mutex_);
    kept_.push_back(content.substr(0, 20));
    return delivery;
  }

  std::string File(const std::string& name, const std::string& content) {
    const std::string path = folder_ + "files/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  ClientOptions Options() {
    return {monitor_.url(), "t", "gm1730", [](absl::Duration) {}, 3};
  }
  DeliverySummary Run(const std::vector<Parcel>& parcels, int jobs = 1, bool terminal = false) {
    progress_.str("");
    return Deliver(parcels, jobs, Options(), terminal, progress_);
  }

  std::string folder_;
  std::ostringstream progress_;
  Mutex mutex_;
  std::vector<std::string> kept_;
  FakeMonitor monitor_;
};

TEST_F(DeliverTest, CountsWhatBecameOfEveryFile) {
  const std::vector<Parcel> parcels = {{File("a.xml", "good"), "", ""},
                                       {File("b.xml", "BAD 1"), "", ""},
                                       {File("c.xml", "ODD 1"), "", ""},
                                       {File("d.xml", "good"), "", ""},
                                       {folder_ + "files/none.xml", "", ""}};
  const DeliverySummary summary = Run(parcels);
  EXPECT_EQ(SummaryText(summary), "2 aangenomen, 1 afgekeurd, 1 al eerder geleverd, 1 mislukt; 3 bevindingen");
  EXPECT_THAT(progress_.str(), HasSubstr("none.xml: het bestand kan niet worden gelezen"));
  EXPECT_EQ(ExitCodeOf(summary.worst), 3);
  EXPECT_THAT(kept_, ElementsAre("good", "BAD 1", "ODD 1"));  // In order, and the same bytes once.
  // A second run sends nothing.
  EXPECT_EQ(SummaryText(Run({parcels[0], parcels[1], parcels[2]})),
            "0 aangenomen, 0 afgekeurd, 3 al eerder geleverd, 0 mislukt; 0 bevindingen");
  EXPECT_EQ(kept_.size(), 3U);
}

TEST_F(DeliverTest, SendsSourceNameAndReceivedTime) {
  Run({{File("pers oon.csv", "x"), "beschikkingen", "2018-01-05T09:00:00Z"}});
  ingestion::v1::DeliverFileRequest request;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &request).ok());
  EXPECT_EQ(request.source(), "beschikkingen");
  EXPECT_EQ(request.file_name(), "pers oon.csv");
  EXPECT_EQ(request.received_time().seconds(), 1515142800);
}

TEST_F(DeliverTest, UsesSeveralConnections) {
  std::vector<Parcel> parcels;
  for (int i = 0; i < 200; ++i) parcels.push_back({File(absl::StrCat(i, ".xml"), absl::StrCat("good ", i)), "", ""});
  EXPECT_EQ(Run(parcels, 8).accepted, 200);
  EXPECT_EQ(std::set<std::string>(kept_.begin(), kept_.end()).size(), 200U);
  EXPECT_THAT(progress_.str(), ::testing::StartsWith("20 van 200 bestanden\n40 van"));
  EXPECT_THAT(progress_.str(), ::testing::EndsWith("200 van 200 bestanden\n"));
}

TEST_F(DeliverTest, DrawsABarOnATerminal) {
  Run({{File("a.xml", "good"), "", ""}, {File("b.xml", "other"), "", ""}}, 1, true);
  EXPECT_EQ(progress_.str(), "\r[###############...............] 1 van 2\r[##############################] 2 van 2\n");
}

TEST_F(DeliverTest, StopsWhenNobodyAnswers) {
  monitor_.On("POST /v1/municipalities/gm1730/deliveries/_deliver", [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "stopping"));
  });
  const DeliverySummary summary = Run({{File("a.xml", "1"), "", ""}, {File("b.xml", "2"), "", ""}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(ExitCodeOf(summary.worst), 4);
}

TEST_F(DeliverTest, GoesOnAfterARefusal) {
  monitor_.On("POST /v1/municipalities/gm1730/deliveries/_deliver", [this](const FakeMonitor::Asked& asked) {
    ingestion::v1::DeliverFileRequest request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok());
    if (request.source() == "onbekend") {
      return FakeMonitor::Problem(Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::SOURCE_UNKNOWN, "no such source"));
    }
    return FakeMonitor::Json(gateway::ToJson(Keep(request.content(), "")));
  });
  const DeliverySummary summary = Run({{File("a.csv", "1"), "onbekend", ""}, {File("b.xml", "2"), "", ""}});
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.accepted, 1);
  EXPECT_EQ(ExitCodeOf(summary.worst), 3);
  EXPECT_THAT(progress_.str(), HasSubstr("SOURCE_UNKNOWN"));
}

// The uploads of the fake: bytes by request id, and one lost answer on demand.
class UploadTest : public DeliverTest {
 protected:
  UploadTest() {
    const std::string name = "municipalities/gm1730/uploads/u1";
    monitor_.On("POST /v1/municipalities/gm1730/uploads", [=, this](const FakeMonitor::Asked& asked) {
      ids_.insert(asked.target.substr(asked.target.find("request_id=") + 11));
      return FakeMonitor::Json(Answer(name));
    });
    monitor_.On(absl::StrCat("POST /v1/", name, "/_append"), [=, this](const FakeMonitor::Asked& asked) {
      ingestion::v1::AppendUploadRequest request;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok());
      EXPECT_LE(request.data().size(), size_t{1} << 20);
      ++appends_;
      if (request.write_offset() != static_cast<int64_t>(bytes_.size())) {
        return FakeMonitor::Problem(Fail(absl::StatusCode::kOutOfRange, ErrorReason::UPLOAD_OFFSET_WRONG, "resend",
                                         {{"committed_size", absl::StrCat(bytes_.size())}}));
      }
      bytes_ += request.data();
      // The chunk is kept, but the sender hears of it as if it were not: it sends the chunk again.
      if (appends_ == lose_answer_) return FakeMonitor::Problem(Overloaded("busy", 1));
      return FakeMonitor::Json(Answer(name));
    });
    monitor_.On(absl::StrCat("POST /v1/", name, "/_complete"), [this](const FakeMonitor::Asked&) {
      google::longrunning::Operation operation;
      operation.set_name("operations/o1");
      return FakeMonitor::Json(gateway::ToJson(operation));
    });
    monitor_.On("GET /v1/operations/o1", [this](const FakeMonitor::Asked&) {
      google::longrunning::Operation operation;
      operation.set_name("operations/o1");
      if (++polls_ > 2) {
        operation.set_done(true);
        operation.mutable_response()->PackFrom(Keep(bytes_, ""));
      }
      return FakeMonitor::Json(gateway::ToJson(operation));
    });
  }
  std::string Answer(const std::string& name) {
    ingestion::v1::Upload upload;
    upload.set_name(name);
    upload.set_committed_size(static_cast<int64_t>(bytes_.size()));
    return gateway::ToJson(upload);
  }
  static std::string Large() {
    std::string content;
    for (int i = 0; content.size() < 3500000; ++i) absl::StrAppend(&content, i, ",");
    return content;
  }

  std::set<std::string> ids_;
  std::string bytes_;
  int appends_ = 0, polls_ = 0, lose_answer_ = 0;
};

TEST_F(UploadTest, SendsALargeFileInChunks) {
  EXPECT_EQ(Run({{File("groot.xml", Large()), "", ""}}).accepted, 1);
  EXPECT_EQ(bytes_, Large());
  EXPECT_EQ(appends_, 4);
  EXPECT_THAT(*ids_.begin(), ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"));
}

TEST_F(UploadTest, GoesOnWhereAnEarlierRunEnded) {
  bytes_ = Large().substr(0, 1500000);
  EXPECT_EQ(Run({{File("groot.xml", Large()), "", ""}}).accepted, 1);
  EXPECT_EQ(bytes_, Large());
  EXPECT_EQ(appends_, 2);
}

TEST_F(UploadTest, GoesOnAfterALostAnswer) {
  lose_answer_ = 2;
  EXPECT_EQ(Run({{File("groot.xml", Large()), "", ""}}).accepted, 1);
  EXPECT_EQ(bytes_, Large());
}

TEST_F(UploadTest, FindsTheDeliveryWhenTheUploadWasCompletedAlready) {
  monitor_.On("POST /v1/municipalities/gm1730/uploads/u1/_complete", [this](const FakeMonitor::Asked&) {
    Keep(bytes_, "");
    return FakeMonitor::Problem(NotFound("municipalities/gm1730/uploads/u1"));
  });
  EXPECT_EQ(Run({{File("groot.xml", Large()), "", ""}}).accepted, 1);
}

TEST_F(UploadTest, TellsWhatTheOperationEndedWith) {
  monitor_.On("GET /v1/operations/o1", [](const FakeMonitor::Asked&) {
    google::longrunning::Operation operation;
    operation.set_done(true);
    operation.mutable_error()->set_code(10);
    operation.mutable_error()->set_message("cut off by a restart");
    return FakeMonitor::Json(gateway::ToJson(operation));
  });
  EXPECT_EQ(Run({{File("groot.xml", Large()), "", ""}}).failed, 1);
  EXPECT_THAT(progress_.str(), HasSubstr("cut off by a restart"));
}

TEST_F(DeliverTest, ReadsAManifestInItsOrder) {
  const std::string manifest = folder_ + "deliveries.csv";
  std::ofstream(manifest) << "received,source,file\r\n2018-01-05T09:00:00Z,jw301,files/b.xml\r\n\r\n,,\"files/a,1.xml\"\n";
  const auto parcels = ReadManifest(manifest);
  ASSERT_TRUE(parcels.ok()) << parcels.status();
  ASSERT_EQ(parcels->size(), 2U);
  EXPECT_EQ((*parcels)[0].path, folder_ + "files/b.xml");
  EXPECT_EQ((*parcels)[0].source, "jw301");
  EXPECT_EQ((*parcels)[0].received_time, "2018-01-05T09:00:00Z");
  EXPECT_EQ((*parcels)[1].path, folder_ + "files/a,1.xml");
}

TEST_F(DeliverTest, NamesTheLineOfAManifestThatIsWrong) {
  const std::string manifest = folder_ + "bad.csv";
  for (const auto& [text, line] :
       std::vector<std::pair<std::string, std::string>>{{"", "bad.csv:1"},
                                                        {"received,file\n", "bad.csv:1"},
                                                        {"received,source,file\na,b\n", "bad.csv:2"},
                                                        {"received,source,file\n\nvandaag,jw301,x.xml\n", "bad.csv:3"},
                                                        {"received,source,file\n,jw301,\n", "bad.csv:2"}}) {
    std::ofstream(manifest) << text;
    EXPECT_THAT(std::string(ReadManifest(manifest).status().message()), HasSubstr(line)) << text;
  }
  EXPECT_FALSE(ReadManifest(folder_ + "none.csv").ok());
}

}  // namespace
}  // namespace nmd::cli
