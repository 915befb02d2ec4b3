// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/server.h"

#include <httplib.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/costs/v1/answers.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/metrics.h"
#include "services/platform/parking.h"
#include "services/platform/peer.h"
#include "services/platform/status_macros.h"

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

// A service with two readers: questions go to the readers in turn, and are never without an answer while one process is there.
class ReadersTest : public ::testing::Test {
 protected:
  // One process of the service; a reader refuses what its journal would.
  struct Member {
    explicit Member(bool reader) {
      const auto answer = [this, reader](bool writes) -> absl::Status {
        ++calls;
        if (reader && writes) return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::READS_ONLY, "only reads");
        return absl::OkStatus();
      };
      constexpr absl::string_view kService = "nmd.costs.v1.CostsService";
      router.Handle(kService, "ListMeasures",
                    [answer](const Caller&, const ListMeasuresRequest& request) -> absl::StatusOr<ListMeasuresResponse> {
                      NMD_RETURN_IF_ERROR(answer(request.page_size() == 4));  // As a look at rows, which is written down.
                      return ListMeasuresResponse();
                    });
      router.Handle(
          "nmd.costs.v1.AnswersService", "RegisterAnswer",
          [answer](const Caller&, const costs::v1::RegisterAnswerRequest&) -> absl::StatusOr<costs::v1::RegisteredAnswer> {
            NMD_RETURN_IF_ERROR(answer(true));
            return costs::v1::RegisteredAnswer();
          });
      internal::v1::ServerConfig config;
      config.set_municipality("gm1730");
      config.set_listen("127.0.0.1:0");
      config.set_admin_listen("127.0.0.1:0");
      config.set_insecure_loopback(true);
      config.set_workers(2);
      config.set_queue_length(16);
      config.set_call_limit_seconds(30);
      config.set_drain_limit_seconds(10);
      server = *StartServer(config, router, clock);
      address = absl::StrCat("127.0.0.1:", server->port());
    }
    SystemClock clock;
    Router router{"gm1730", clock, nullptr};
    std::atomic<int> calls = 0;
    std::string address;
    std::unique_ptr<Server> server;
  };

  ReadersTest() { Reach({readers_[0].address, readers_[1].address}); }
  void Reach(const std::vector<std::string>& readers) {
    internal::v1::PeerConfig config;
    config.set_address(writer_.address);
    config.set_service("costs");
    config.mutable_readers()->Assign(readers.begin(), readers.end());
    peer_ = NewGrpcPeer(config, nullptr, "gm1730");
  }
  absl::Status Ask(int page_size = 1) {
    ListMeasuresRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_page_size(page_size);
    return peer_->Call<ListMeasuresResponse>(kPath, request).status();
  }
  absl::Status AskAsync() {
    ListMeasuresRequest request;
    request.set_parent("municipalities/gm1730");
    absl::Notification done;
    absl::Status status;
    peer_->CallBytesAsync(kPath, request.SerializeAsString(), absl::Seconds(20), nullptr,
                          [&](const absl::StatusOr<std::string>& answer) {
                            status = answer.status();
                            done.Notify();
                          });
    done.WaitForNotification();
    return status;
  }

  Member writer_{false};
  Member readers_[2] = {Member(true), Member(true)};
  std::unique_ptr<Peer> peer_;
};

TEST_F(ReadersTest, QuestionsGoToReadersInTurnAndChangesToTheWriter) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Ask().ok());
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(AskAsync().ok());
  EXPECT_EQ(readers_[0].calls, 4);
  EXPECT_EQ(readers_[1].calls, 4);
  EXPECT_EQ(writer_.calls, 0);
  costs::v1::RegisterAnswerRequest change;
  change.set_parent("municipalities/gm1730");
  Caller controller = ServiceCaller("gateway", "gm1730");
  controller.roles = {type::CONTROLLER};
  controller.purpose = "beleidsinformatie";
  const absl::Status changed =
      peer_
          ->CallBytes("/nmd.costs.v1.AnswersService/RegisterAnswer", change.SerializeAsString(), absl::Seconds(20), &controller)
          .status();
  EXPECT_TRUE(changed.ok()) << changed;
  EXPECT_EQ(writer_.calls, 1);
}

TEST_F(ReadersTest, OneNameOfManyReadersSpreadsQuestionsToo) {
  Reach({absl::StrCat("ipv4:", readers_[0].address, ",", readers_[1].address)});
  // A reader that is not connected yet is passed over.
  for (int i = 0; readers_[0].calls == 0 || readers_[1].calls == 0; ++i) ASSERT_TRUE(Ask().ok()) << i;
  const int before[] = {readers_[0].calls, readers_[1].calls};
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Ask().ok());
  EXPECT_EQ(readers_[0].calls, before[0] + 10);
  EXPECT_EQ(readers_[1].calls, before[1] + 10);
  readers_[0].server->Drain();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Ask().ok());
  EXPECT_GE(readers_[1].calls, before[1] + 20) << "who is left answers, and the writer at most what was under way";
}

TEST_F(ReadersTest, AQuestionThatOnlyTheWriterCanAnswerComesToIt) {
  EXPECT_TRUE(Ask(4).ok());
  EXPECT_EQ(writer_.calls, 1);
}

TEST_F(ReadersTest, NobodyNoticesThatReadersOrTheWriterAreRestarted) {
  std::atomic<bool> stop = false;
  std::atomic<int> asked = 0, failed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      while (!stop) {
        if (!(i == 0 ? AskAsync() : Ask()).ok()) ++failed;
        ++asked;
      }
    });
  }
  const auto wait = [&](int more) {
    for (const int until = asked + more; asked < until;) std::this_thread::yield();
  };
  wait(100);
  readers_[0].server->Drain();
  wait(100);
  EXPECT_GT(readers_[1].calls, 0);
  readers_[1].server->Drain();
  wait(100);
  EXPECT_GT(writer_.calls, 0) << "the writer answers when no reader does";
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0) << "of " << asked;
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

// Many more followers than the server has threads for feeds: each waits, other calls are answered meanwhile, and all hear the
// news.
TEST_F(ServerTest, HoldsNoThreadForAFeedThatWaits) {
  constexpr int kFollowers = 200;
  Parking parking;
  std::atomic<int64_t> newest = 0;
  using contracts::v1::ListSignalChangesRequest;
  using contracts::v1::ListSignalChangesResponse;
  router_.HandleFeed("nmd.contracts.v1.ContractsService", "ListSignalChanges", parking,
                     [&](const Caller&, const ListSignalChangesRequest&,
                         bool last) -> absl::StatusOr<std::optional<ListSignalChangesResponse>> {
                       if (newest == 0 && !last) return std::optional<ListSignalChangesResponse>();
                       ListSignalChangesResponse response;
                       response.set_next_sequence(newest);
                       return std::optional<ListSignalChangesResponse>(std::move(response));
                     });
  Start();
  Caller manager;
  manager.subject = "contractmanager";
  manager.roles = {type::CONTRACT_MANAGER};
  manager.municipality = "gm1730";
  ListSignalChangesRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_wait_seconds(30);
  std::atomic<int> heard = 0;
  absl::BlockingCounter finished(kFollowers);
  for (int i = 0; i < kFollowers; ++i) {
    peer_->CallBytesAsync("/nmd.contracts.v1.ContractsService/ListSignalChanges", request.SerializeAsString(),
                          absl::Seconds(40), &manager, [&](absl::StatusOr<std::string> answer) {
                            ListSignalChangesResponse response;
                            if (answer.ok() && response.ParseFromString(*answer) && response.next_sequence() == 5) ++heard;
                            finished.DecrementCount();
                          });
  }
  while (parking.parked() < kFollowers) std::this_thread::yield();
  EXPECT_TRUE(Ask(0).ok());
  newest = 5;
  parking.Wake();
  finished.Wait();
  EXPECT_EQ(heard, kFollowers);
  server_.reset();
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
