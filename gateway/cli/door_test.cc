// SPDX-License-Identifier: EUPL-1.2
// nmdctl access-log, policy and openapi: from command line to request and back.
#include "gateway/cli/door.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/fake_monitor.h"
#include "google/protobuf/struct.pb.h"

namespace nmd::cli {
namespace {

using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kBase = "/v1/municipalities/gm1730/";

class DoorTest : public ::testing::Test {
 protected:
  int Run(const std::string& command) {
    out_.str("");
    err_.str("");
    std::vector<std::string> arguments = {"--url", monitor_.url(), "--municipality", "gm1730"};
    for (const absl::string_view word : absl::StrSplit(command, ' ', absl::SkipEmpty())) arguments.emplace_back(word);
    return RunNmdctl(arguments, {out_, err_, false, clock_, [this](absl::Duration step) { clock_.Advance(step); }});
  }
  template <typename Request>
  Request Asked() {
    Request request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &request).ok());
    return request;
  }

  FakeClock clock_{absl::FromUnixSeconds(1522533600)};
  FakeMonitor monitor_;
  std::ostringstream out_, err_;
};

// R23: whose data did X see between two days, over all pages.
TEST_F(DoorTest, ListsWhoseDataSomebodySaw) {
  monitor_.On("POST " + kBase + "logrecords/_query", [](const FakeMonitor::Asked& asked) {
    log::v1::QueryLogRecordsRequest request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok());
    if (request.page_token() == "2") {
      return FakeMonitor::Json(R"({"records":[{"actor":"koppelaar","method":"nmd.linking.v1.LinkingService.FindSubjects",
          "outcome":"REFUSED","reason":"FIELDS_INVALID","start_time":"2018-03-31T11:00:00Z"}]})");
    }
    return FakeMonitor::Json(R"({"next_page_token":"2","records":[{"actor":"koppelaar","roles":["LINK_STEWARD"],
        "method":"nmd.linking.v1.LinkingService.ShowReviewItem","outcome":"SUCCEEDED","purpose":"koppelen",
        "start_time":"2018-03-31T10:00:00Z","clients":["c0123456789abcdef0123"],"more_clients":true}]})");
  });
  ASSERT_EQ(Run("access-log list --who koppelaar --clients --from 2018-03-31 --to 2018-03-31"), 0) << err_.str();
  const auto request = Asked<log::v1::QueryLogRecordsRequest>();
  EXPECT_EQ(request.actor(), "koppelaar");
  EXPECT_TRUE(request.only_clients());
  // The Dutch day: summer time began on the 25th.
  EXPECT_EQ(request.start_time().seconds(), 1522447200);
  EXPECT_EQ(request.end_time().seconds(), 1522447200 + 86400);
  EXPECT_THAT(out_.str(), HasSubstr("ShowReviewItem"));
  EXPECT_THAT(out_.str(), HasSubstr("koppelbeheerder"));
  EXPECT_THAT(out_.str(), HasSubstr("c0123456789abcdef0123 …"));
  EXPECT_THAT(out_.str(), HasSubstr("geweigerd"));
  ASSERT_EQ(Run("--format csv access-log list"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("begonnen,wie,rol,doel,methode,voorwerp,afloop,reden,clienten,herkomst,kenmerk,trace\n"));
}

TEST_F(DoorTest, RefusesADayThatIsNone) {
  EXPECT_NE(Run("access-log list --from gisteren"), 0);
  EXPECT_THAT(err_.str(), HasSubstr("--from: \"gisteren\" is geen datum"));
  EXPECT_TRUE(monitor_.asked().empty());
}

TEST_F(DoorTest, VerifySaysWhetherTheLogIsWhole) {
  monitor_.OnJson("POST " + kBase + "logrecords/_verify",
                  R"({"intact":true,"explanation":"Het logboek is heel.","last_sequence":"12","head_hash":"abcd"})");
  EXPECT_EQ(Run("access-log verify"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("12:abcd"));
  monitor_.OnJson("POST " + kBase + "logrecords/_verify",
                  R"({"intact":false,"broken_sequence":"7","explanation":"Het logboek is niet heel: regel 7 ontbreekt."})");
  EXPECT_EQ(Run("access-log verify --head 12:abcd"), 1) << "finished, with a finding";
  EXPECT_THAT(out_.str(), HasSubstr("regel 7"));
  const auto request = Asked<log::v1::VerifyLogRequest>();
  EXPECT_EQ(request.known_sequence(), 12);
  EXPECT_EQ(request.known_hash(), "abcd");
  EXPECT_NE(Run("access-log verify --head abcd"), 0);
}

TEST_F(DoorTest, HoldsReleasesAndPrunes) {
  const std::string hold =
      R"({"name":"municipalities/gm1730/logholds/7c","start_time":"2018-03-31T10:00:00Z","reason":"zaak"})";
  monitor_.OnJson("POST " + kBase + "logholds/_hold", hold);
  monitor_.OnJson("POST " + kBase + "logholds/7c/_release", hold);
  monitor_.OnJson("POST " + kBase + "logrecords/_prune", R"({"pruned_count":"1200","held_count":"3"})");
  EXPECT_EQ(Run("access-log hold --from 2018-03-01 --reason zaak"), 0) << err_.str();
  EXPECT_FALSE(Asked<log::v1::HoldLogRequest>().has_end_time());
  EXPECT_THAT(out_.str(), HasSubstr("7c"));
  EXPECT_EQ(Run("access-log release --hold 7c"), 0) << err_.str();
  EXPECT_EQ(Run("access-log prune"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("1.200 regels"));
  EXPECT_THAT(out_.str(), HasSubstr("3 regels blijven"));
}

TEST_F(DoorTest, ExplainsWhyARoleMayOrMayNot) {
  EXPECT_EQ(Run("policy explain --as controller --method QueryFigures"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Ja: controller mag nmd.costs.v1.CostsService.QueryFigures"));
  EXPECT_EQ(Run("policy explain --as beheerder --method QueryFigures"), 3);
  EXPECT_THAT(out_.str(), HasSubstr("geen van beleidsadviseur, controller"));
  EXPECT_EQ(Run("policy explain --as controller --method nmd.costs.v1.CostsService.QueryFigures --no-purpose"), 3);
  EXPECT_THAT(out_.str(), HasSubstr("zonder doel wordt geen vraag gesteld"));
  EXPECT_EQ(Run("policy explain --as koning --method QueryFigures"), 2);
  EXPECT_EQ(Run("policy explain --as controller --method Nergens"), 2);
  EXPECT_EQ(Run("--format csv policy explain --as dienst --method QueryFigures"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("nmd.costs.v1.CostsService.QueryFigures,dienst,ja,ja,ja,"));
  EXPECT_TRUE(monitor_.asked().empty()) << "no monitor is needed";
}

TEST_F(DoorTest, ListsThePolicyAndTheApi) {
  EXPECT_EQ(Run("policy list"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("nmd.log.v1.LogService.VerifyLog"));
  EXPECT_EQ(Run("openapi"), 0);
  google::protobuf::Struct document;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &document).ok());
  EXPECT_EQ(document.fields().at("openapi").string_value(), "3.0.3");
}

}  // namespace
}  // namespace nmd::cli
