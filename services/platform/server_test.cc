// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/server.h"

#include <httplib.h>

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/metrics.h"
#include "services/platform/peer.h"

namespace nmd {
namespace {

using costs::v1::ListMeasuresRequest;
using costs::v1::ListMeasuresResponse;

constexpr absl::string_view kPath = "/nmd.costs.v1.CostsService/ListMeasures";

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    config_.set_service("costs");
    config_.set_municipality("gm1730");
    config_.set_listen("127.0.0.1:0");
    config_.set_admin_listen("127.0.0.1:0");
    config_.set_insecure_loopback(true);
    config_.set_workers(1);
    config_.set_queue_length(1);
    config_.set_call_limit_seconds(30);
    config_.set_drain_limit_seconds(10);
    router_.Handle(
        "nmd.costs.v1.CostsService", "ListMeasures",
        [this](const Caller& caller, const ListMeasuresRequest& request) -> absl::StatusOr<ListMeasuresResponse> {
          if (request.page_size() == 1) {
            running_.Notify();
            release_.WaitForNotification();
          }
          if (request.page_size() == 3) {
            FieldCheck check;
            for (int i = 0; i < 1000; ++i) check.Add(absl::StrCat("measures[", i, "]"), "is unknown");
            return check.Result();
          }
          ListMeasuresResponse response;
          if (request.page_size() == 2) response.add_measures()->set_title(std::string(41u << 20, 'x'));
          response.add_measures()->set_name(absl::StrCat(caller.subject, "/", caller.purpose, "/", caller.request_id));
          return response;
        });
  }

  void Start() {
    auto server = StartServer(config_, router_, clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    internal::v1::PeerConfig peer;
    peer.set_address(absl::StrCat("127.0.0.1:", server_->port()));
    peer.set_service("costs");
    peer_ = NewGrpcPeer(peer, nullptr, "gm1730");
  }

  absl::StatusOr<ListMeasuresResponse> Ask(int page_size, absl::Duration timeout = absl::Seconds(20)) {
    ListMeasuresRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_page_size(page_size);
    return peer_->Call<ListMeasuresResponse>(kPath, request, timeout);
  }

  SystemClock clock_;
  RpcMetrics metrics_;
  Router router_{"gm1730", clock_, &metrics_};
  internal::v1::ServerConfig config_;
  absl::Notification running_, release_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Peer> peer_;
};

TEST_F(ServerTest, CarriesThePersonTheGatewaySpeaksFor) {
  Start();
  Caller adviser;
  adviser.subject = "adviseur";
  adviser.roles = {type::POLICY_ADVISER};
  adviser.municipality = "gm1730";
  adviser.purpose = "beleidsinformatie";
  adviser.request_id = "abc";
  ListMeasuresRequest request;
  request.set_parent("municipalities/gm1730");
  const auto bytes = peer_->CallBytes(kPath, request.SerializeAsString(), absl::Seconds(20), &adviser);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  ListMeasuresResponse response;
  ASSERT_TRUE(response.ParseFromString(*bytes));
  EXPECT_EQ(response.measures(0).name(), "adviseur/beleidsinformatie/abc");

  adviser.roles = {type::SERVICE, type::PUBLIC};
  EXPECT_EQ(ReasonOf(peer_->CallBytes(kPath, request.SerializeAsString(), absl::Seconds(20), &adviser).status()),
            ErrorReason::ROLE_MISSING)
      << "a token never makes a service";
}

TEST_F(ServerTest, RefusesWhatItCannotQueueWithAHintWhenToRetry) {
  Start();
  std::atomic<int> refused = 0, answered = 0;
  absl::BlockingCounter finished(12);
  std::thread slow([&] { EXPECT_TRUE(Ask(1).ok()); });
  running_.WaitForNotification();
  ListMeasuresRequest request;
  request.set_parent("municipalities/gm1730");
  absl::Notification first_refusal;
  for (int i = 0; i < 12; ++i) {
    peer_->CallBytesAsync(kPath, request.SerializeAsString(), absl::Seconds(20), nullptr,
                          [&](absl::StatusOr<std::string> result) {
                            if (result.ok()) {
                              ++answered;
                            } else {
                              EXPECT_EQ(ReasonOf(result.status()), ErrorReason::OVERLOADED);
                              if (++refused == 11) first_refusal.Notify();
                            }
                            finished.DecrementCount();
                          });
  }
  first_refusal.WaitForNotification();
  release_.Notify();
  finished.Wait();
  slow.join();
  EXPECT_EQ(answered, 1) << "one was running, one could wait";
}

// What gRPC's own limits refuse looks like an overload, and would be tried again for ever.
TEST_F(ServerTest, SaysOfWhatIsTooLargeThatItIs) {
  Start();
  EXPECT_EQ(ReasonOf(peer_->CallBytes(kPath, std::string(5u << 20, 'x'), absl::Seconds(20)).status()),
            ErrorReason::FILE_TOO_LARGE);
  EXPECT_EQ(ReasonOf(Ask(2).status()), ErrorReason::RESULT_TOO_LARGE);
  EXPECT_EQ(ReasonOf(Ask(3).status()), ErrorReason::FIELDS_INVALID);
}

TEST_F(ServerTest, KeepsTheCallersDeadline) {
  Start();
  std::thread slow([&] { EXPECT_TRUE(Ask(1).ok()); });
  running_.WaitForNotification();
  EXPECT_EQ(ReasonOf(Ask(0, absl::Milliseconds(100)).status()), ErrorReason::DEADLINE_PASSED);
  release_.Notify();
  slow.join();
}

TEST_F(ServerTest, StillTakesCallsWhenItIsWithdrawn) {
  Start();
  server_->SetReady();
  const auto readiness = [this] { return httplib::Client("127.0.0.1", server_->admin_port()).Get("/readyz")->status; };
  EXPECT_EQ(readiness(), 200);
  server_->Withdraw();
  EXPECT_EQ(readiness(), 503);
  EXPECT_TRUE(Ask(0).ok());
}

TEST_F(ServerTest, DrainFinishesWhatRuns) {
  Start();
  absl::StatusOr<ListMeasuresResponse> answer;
  std::thread slow([&] { answer = Ask(1); });
  running_.WaitForNotification();
  std::thread drain([&] { server_->Drain(); });
  release_.Notify();
  drain.join();
  slow.join();
  EXPECT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(ReasonOf(Ask(0, absl::Seconds(2)).status()), ErrorReason::UNAVAILABLE_NOW);
}

TEST_F(ServerTest, RefusesASecondServerOnItsPortAndPlainTextOffLoopback) {
  Start();
  internal::v1::ServerConfig second = config_;
  second.set_listen(absl::StrCat("127.0.0.1:", server_->port()));
  EXPECT_EQ(StartServer(second, router_, clock_).status().code(), absl::StatusCode::kFailedPrecondition);
  for (const char* elsewhere : {"0.0.0.0:0", "127.example.nl:0"}) {
    second.set_listen(elsewhere);
    EXPECT_EQ(ReasonOf(StartServer(second, router_, clock_).status()), ErrorReason::FIELDS_INVALID) << elsewhere;
  }
}

TEST_F(ServerTest, ReportsMetricsWithoutLabelsFromData) {
  Start();
  ASSERT_TRUE(Ask(0).ok());
  Caller nobody;
  EXPECT_FALSE(peer_->CallBytes("/x.Y/DropTable999900006", "", absl::Seconds(5), &nobody).ok());
  const std::string text = MetricsText();
  EXPECT_NE(text.find("nmd_rpc_handled_total{code=\"OK\",method=\"/nmd.costs.v1.CostsService/ListMeasures\"}"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("DropTable"), std::string::npos) << "a path the caller made up is no label";
}

}  // namespace
}  // namespace nmd
