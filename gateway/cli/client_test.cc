// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "gateway/cli/fake_monitor.h"
#include "gateway/dev_issuer.h"
#include "gateway/testing.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/platform/errors.h"

namespace nmd::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeMonitor;
using ::testing::HasSubstr;

class ApiClientTest : public ::testing::Test {
 protected:
  ClientOptions Options() {
    return {monitor_.url(), "het-bewijs", "gm1730", [this](absl::Duration d) { waits_.push_back(d); }, 4};
  }
  FakeMonitor monitor_;
  std::vector<absl::Duration> waits_;
};

TEST_F(ApiClientTest, SendsTheTokenAndReadsTheAnswer) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/sources",
                  R"({"sources":[{"name":"municipalities/gm1730/sources/jw301","delivery_count":"5","newer_member":1}]})");
  ApiClient client(Options());
  ingestion::v1::ListSourcesResponse response;
  ASSERT_TRUE(client.Get(absl::StrCat(client.parent(), "/sources"), {{"x", "a b&c"}}, &response).ok());
  EXPECT_EQ(response.sources(0).delivery_count(), 5);
  EXPECT_EQ(monitor_.asked()[0].authorization, "Bearer het-bewijs");
  EXPECT_EQ(monitor_.asked()[0].target, "/v1/municipalities/gm1730/sources?x=a%20b%26c");
}

TEST_F(ApiClientTest, ReadsEveryPage) {
  monitor_.On("GET /v1/municipalities/gm1730/sources", [](const FakeMonitor::Asked& asked) {
    if (asked.target.find("page_token=tweede") != std::string::npos) return FakeMonitor::Json(R"({"sources":[{"title":"b"}]})");
    return FakeMonitor::Json(R"({"sources":[{"title":"a"}],"next_page_token":"tweede"})");
  });
  ApiClient client(Options());
  ingestion::v1::ListSourcesResponse response;
  ASSERT_TRUE(client.List("municipalities/gm1730/sources", {}, &response).ok());
  ASSERT_EQ(response.sources_size(), 2);
  EXPECT_EQ(response.sources(1).title(), "b");
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(ApiClientTest, TellsTheReasonOfARefusal) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(BadFields({{"measures", "must not be empty"}, {"period", "is missing"}}));
  });
  ApiClient client(Options());
  costs::v1::QueryFiguresResponse response;
  const absl::Status status = client.Post("municipalities/gm1730/figures/_query", costs::v1::QueryFiguresRequest(), &response);
  EXPECT_EQ(ReasonOf(status), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ExitCodeOf(status), 3);
  EXPECT_EQ(ErrorText(status), "de vraag klopt niet (FIELDS_INVALID)\n  measures: must not be empty\n  period: is missing");
  EXPECT_EQ(monitor_.asked().size(), 1U);  // A refusal is not asked again.
}

TEST_F(ApiClientTest, ComesBackWhenAskedTo) {
  std::atomic<int> calls = 0;
  monitor_.On("GET /v1/x", [&](const FakeMonitor::Asked&) {
    switch (++calls) {
      case 1:
        return FakeMonitor::Problem(Overloaded("busy", 2500));
      case 2:
        return FakeMonitor::Problem(Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "stopping"));
      default:
        return FakeMonitor::Json("{}");
    }
  });
  ApiClient client(Options());
  ingestion::v1::Delivery delivery;
  EXPECT_TRUE(client.Get("x", {}, &delivery).ok());
  EXPECT_THAT(waits_, ElementsAre(absl::Seconds(3), absl::Seconds(1)));
}

TEST_F(ApiClientTest, GivesUpInTheEnd) {
  monitor_.On("GET /v1/x", [](const FakeMonitor::Asked&) { return FakeMonitor::Problem(Overloaded("busy", 1)); });
  ApiClient client(Options());
  ingestion::v1::Delivery delivery;
  const absl::Status status = client.Get("x", {}, &delivery);
  EXPECT_EQ(ReasonOf(status), ErrorReason::OVERLOADED);
  EXPECT_EQ(ExitCodeOf(status), 4);
  EXPECT_EQ(monitor_.asked().size(), 4U);
  ClientOptions nobody = Options();
  nobody.url = "http://127.0.0.1:1";
  EXPECT_EQ(ExitCodeOf(ApiClient(nobody).Get("x", {}, &delivery)), 4);
  nobody.url = "geen adres";
  EXPECT_EQ(ExitCodeOf(ApiClient(nobody).Get("x", {}, &delivery)), 4);
}

TEST_F(ApiClientTest, KnowsAnAnswerThatIsNone) {
  monitor_.On("GET /v1/x", [](const FakeMonitor::Asked&) { return gateway::HttpResponse{200, "text/html", "<html>", {}}; });
  monitor_.On("GET /v1/y", [](const FakeMonitor::Asked&) { return gateway::HttpResponse{502, "text/html", "<html>", {}}; });
  ApiClient client(Options());
  ingestion::v1::Delivery delivery;
  EXPECT_EQ(ExitCodeOf(client.Get("x", {}, &delivery)), 4);
  EXPECT_THAT(ErrorText(client.Get("y", {}, &delivery)), HasSubstr("HTTP 502"));
}

TEST_F(ApiClientTest, ReadsTheMunicipalityOfAToken) {
  const auto keys = gateway::testing::MakeKeyPair("P-256");
  const std::string token = *gateway::MintToken(keys.private_pem, gateway::testing::GoodClaims(absl::UnixEpoch()));
  EXPECT_EQ(MunicipalityOfToken(token), "gm1730");
  for (const char* bad : {"", "x", "a.b.c", "a.e30.c"}) EXPECT_EQ(MunicipalityOfToken(bad), "") << bad;
}

}  // namespace
}  // namespace nmd::cli
