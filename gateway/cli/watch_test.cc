// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/deliver.h"
#include "gateway/cli/fake_monitor.h"
#include "gateway/transcoder.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/platform/crypto.h"

namespace nmd::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A letter box and a monitor that rejects "BAD ...", finds something in "ODD ..." and knows no source of "FOREIGN ...".
class WatchTest : public ::testing::Test {
 protected:
  WatchTest() : clock_(absl::FromUnixSeconds(1'538'380'800)) {  // 1 October 2018, 10:00 in the Netherlands.
    folder_ = ::testing::TempDir() + "watch_test";
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    monitor_.On("POST /v1/municipalities/gm1730/deliveries/_deliver", [this](const FakeMonitor::Asked& asked) {
      if (down_) return FakeMonitor::Problem(Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "stopping"));
      ingestion::v1::DeliverFileRequest request;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok());
      if (absl::StartsWith(request.content(), "FOREIGN")) {
        return FakeMonitor::Problem(Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::SOURCE_UNKNOWN, "no such source"));
      }
      return FakeMonitor::Json(Keep(request.content(), request.source()));
    });
    monitor_.OnJson("GET /v1/municipalities/gm1730/findings", R"({"findings":[
        {"rule":"CS002","return_code":"0001","place":"Client/Bsn","text":"Het nummer kan niet bestaan.","owner":"gemeente"}]})");
  }

  std::string Keep(const std::string& content, const std::string& source) {
    ingestion::v1::Delivery delivery;
    delivery.set_name(absl::StrCat("municipalities/gm1730/deliveries/", Sha256Hex(content).substr(0, 32)));
    delivery.set_source(source);
    const bool bad = absl::StartsWith(content, "BAD");
    delivery.set_state(bad ? ingestion::v1::Delivery::REJECTED : ingestion::v1::Delivery::ACCEPTED);
    delivery.set_finding_count(bad || absl::StartsWith(content, "ODD") ? 1 : 0);
    monitor_.OnJson(absl::StrCat("GET /v1/", delivery.name()), gateway::ToJson(delivery));
    MutexLock lock(mutex_);
    kept_.push_back(absl::StrCat(source, source.empty() ? "" : ": ", content));
    return gateway::ToJson(delivery);
  }

  void Put(const std::string& name, const std::string& content) {
    fs::create_directories(fs::path(folder_ + "/" + name).parent_path());
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
  }
  std::string Read(const std::string& name) {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
  }
  // All files below the folder, in order.
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder_).string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // `between` is called before every look but the first, with its number from 1.
  absl::StatusOr<WatchSummary> Run(const std::function<void(int)>& between = nullptr, int looks = 0) {
    WatchOptions watch;
    watch.folder = folder_;
    watch.once = looks == 0;
    watch.jobs = 2;
    watch.pause = absl::Seconds(1);
    watch.longest = absl::Seconds(4);
    int look = 0;
    watch.stopped = [&] { return looks > 0 && look >= looks; };
    ClientOptions client = {monitor_.url(), "t", "gm1730", nullptr, 1};
    client.sleep = [&](absl::Duration pause) {
      clock_.Advance(pause);
      slept_ += pause;
      ++look;
      if (between) between(look);
    };
    out_.str("");
    return Watch(watch, client, clock_, out_);
  }

  FakeClock clock_;
  std::string folder_;
  std::ostringstream out_;
  absl::Duration slept_;
  bool down_ = false;
  Mutex mutex_;
  std::vector<std::string> kept_;
  FakeMonitor monitor_;
};

TEST_F(WatchTest, PutsAwayWhatWasAcceptedByMonthAndWhatWasRefusedWithAReport) {
  Put("goed.xml", "good");
  Put("slecht.xml", "BAD 1");
  Put("vreemd.csv", "FOREIGN");
  Put("opmerking.xml", "ODD");
  const auto summary = Run();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(Files(),
              ElementsAre("archief/2018/10/goed.xml", "archief/2018/10/opmerking.xml", "archief/2018/10/opmerking.xml.txt",
                          "fout/slecht.xml", "fout/slecht.xml.txt", "fout/vreemd.csv", "fout/vreemd.csv.txt"));
  EXPECT_EQ(summary->archived, 2);
  EXPECT_EQ(summary->refused, 2);
  EXPECT_EQ(summary->findings, 1);
  EXPECT_EQ(ExitCodeOf(summary->worst), 3);
  const std::string report = Read("fout/slecht.xml.txt");
  EXPECT_THAT(report, HasSubstr("Het bestand is afgekeurd. Het telt niet mee in de cijfers."));
  EXPECT_THAT(report, HasSubstr("1. CS002 (retourcode 0001)\n   Plaats: Client/Bsn\n   Het nummer kan niet bestaan.\n"));
  EXPECT_THAT(report, Not(HasSubstr("BAD")));  // Nothing of the file itself.
  EXPECT_THAT(Read("archief/2018/10/opmerking.xml.txt"), HasSubstr("Het bestand is aangenomen."));
  EXPECT_THAT(Read("fout/vreemd.csv.txt"), HasSubstr("SOURCE_UNKNOWN"));
  EXPECT_THAT(out_.str(), HasSubstr("goed.xml: aangenomen, weggelegd als "));
}

TEST_F(WatchTest, LeavesAFileThatIsStillWritten) {
  Put("groeit.xml", "good");
  Put("klaar.xml", "good too");
  const auto summary = Run([&](int look) {
    if (look <= 2) Put("groeit.xml", std::string(static_cast<size_t>(5 + look), 'g'));
  });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(kept_, ElementsAre("good too"));
  EXPECT_THAT(Files(), ElementsAre("archief/2018/10/klaar.xml", "groeit.xml"));
  // Two looks at the same bytes later it is taken, whole.
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(kept_, ElementsAre("good too", "ggggggg"));
}

TEST_F(WatchTest, PassesOverNamesOfFilesThatAreBeingSent) {
  for (const char* name : {".verborgen.xml", "half.xml.part", "half.XML.TMP", ".map/a.xml", "bezig.tmp/b.xml"})
    Put(name, "good");
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(kept_, IsEmpty());
  EXPECT_EQ(Files().size(), 5U);
}

TEST_F(WatchTest, NeverUsesANameTwice) {
  for (int i = 0; i < 3; ++i) {
    Put("zelfde.xml", absl::StrCat("good ", i));
    ASSERT_TRUE(Run().ok());
  }
  EXPECT_THAT(Files(),
              ElementsAre("archief/2018/10/zelfde-2.xml", "archief/2018/10/zelfde-3.xml", "archief/2018/10/zelfde.xml"));
  EXPECT_EQ(Read("archief/2018/10/zelfde.xml"), "good 0");
  EXPECT_EQ(Read("archief/2018/10/zelfde-3.xml"), "good 2");
}

// Killed between delivering and putting away: the bytes are known, and nothing is sent again.
TEST_F(WatchTest, PutsAwayWhatAnEarlierRunDelivered) {
  Keep("good", "");
  Keep("BAD", "");
  kept_.clear();
  Put("a.xml", "good");
  Put("b.xml", "BAD");
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(kept_, IsEmpty());
  EXPECT_THAT(Files(), ElementsAre("archief/2018/10/a.xml", "fout/b.xml", "fout/b.xml.txt"));
}

TEST_F(WatchTest, TwoFilesWithTheSameBytesBothEndWhereTheyBelong) {
  Put("a.xml", "BAD");
  Put("b.xml", "BAD");
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(Files(), ElementsAre("fout/a.xml", "fout/a.xml.txt", "fout/b.xml", "fout/b.xml.txt"));
}

TEST_F(WatchTest, ASubfolderNamesTheSource) {
  Put("clienten/export.csv", "rows");
  Put("bericht.xml", "good");
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(kept_, ::testing::UnorderedElementsAre("clienten: rows", "good"));
  EXPECT_THAT(Files(), ElementsAre("archief/2018/10/bericht.xml", "archief/2018/10/export.csv"));
}

TEST_F(WatchTest, WaitsLongerWhileNobodyAnswersAndGoesOnThen) {
  Put("a.xml", "good");
  down_ = true;
  std::vector<absl::Duration> waits;
  const auto summary = Run(
      [&](int look) {
        if (look == 8) down_ = false;
      },
      20);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(out_.str(), HasSubstr("de monitor is niet bereikbaar; opnieuw over 2 s\n"));
  EXPECT_THAT(out_.str(), HasSubstr("opnieuw over 4 s\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("opnieuw over 8 s\n")));  // The longest is 4.
  EXPECT_THAT(Files(), ElementsAre("archief/2018/10/a.xml"));
  EXPECT_EQ(summary->archived, 1);
}

TEST_F(WatchTest, WithOnceAMonitorThatDoesNotAnswerEndsIt) {
  Put("a.xml", "good");
  down_ = true;
  const auto summary = Run();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(ExitCodeOf(summary->worst), 4);
  EXPECT_THAT(Files(), ElementsAre("a.xml"));
}

TEST_F(WatchTest, WhatChangedWhileItWasDeliveredGetsItsOwnTurn) {
  Put("a.xml", "first");
  monitor_.On("POST /v1/municipalities/gm1730/deliveries/_deliver", [this](const FakeMonitor::Asked& asked) {
    ingestion::v1::DeliverFileRequest request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok());
    if (request.content() == "first") Put("a.xml", "the second");
    return FakeMonitor::Json(Keep(request.content(), ""));
  });
  ASSERT_TRUE(Run(nullptr, 4).ok());
  EXPECT_THAT(kept_, ElementsAre("first", "the second"));
  EXPECT_EQ(Read("archief/2018/10/a.xml"), "the second");
}

TEST_F(WatchTest, AFolderThatCannotBeUsedIsAnError) {
  Put("bestand", "x");
  folder_ += "/bestand";
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(WatchTest, StopsBetweenLooksWhenAsked) {
  Put("a.xml", "good");
  ASSERT_TRUE(Run(nullptr, 1).ok());  // Asked during the first pause.
  EXPECT_THAT(kept_, IsEmpty());
  EXPECT_EQ(slept_, absl::Seconds(1));
}

TEST(ExpandPaths, TakesFoldersWithAllBelowThemInOrder) {
  const std::string folder = ::testing::TempDir() + "expand_test";
  fs::remove_all(folder);
  for (const char* name : {"b/2.xml", "a/1.xml", "c.zip", "d.part", ".e/f.xml", "a/.g"}) {
    fs::create_directories(fs::path(folder + "/" + name).parent_path());
    std::ofstream(folder + "/" + name) << "x";
  }
  const auto files = ExpandPaths({"los.xml", folder, folder + "/d.part"});
  ASSERT_TRUE(files.ok()) << files.status();
  // What is named itself is delivered, whatever its name.
  EXPECT_THAT(*files, ElementsAre("los.xml", folder + "/a/1.xml", folder + "/b/2.xml", folder + "/c.zip", folder + "/d.part"));
}

}  // namespace
}  // namespace nmd::cli
