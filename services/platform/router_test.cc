// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/router.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "google/longrunning/operations.pb.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/parking.h"
#include "services/platform/peer.h"

namespace nmd {
namespace {

using costs::v1::ListMeasuresRequest;
using costs::v1::ListMeasuresResponse;

constexpr absl::string_view kPath = "/nmd.costs.v1.CostsService/ListMeasures";

Caller Adviser() {
  Caller caller;
  caller.roles = {type::POLICY_ADVISER};
  caller.municipality = "gm1730";
  return caller;
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router_.Handle("nmd.costs.v1.CostsService", "ListMeasures",
                   [this](const Caller&, const ListMeasuresRequest& request) -> absl::StatusOr<ListMeasuresResponse> {
                     ++calls_;
                     if (request.page_size() == 666) throw std::runtime_error("boom");
                     if (request.page_size() < 0) return BadFields({{"page_size", "must not be negative"}});
                     ListMeasuresResponse response;
                     response.add_measures()->set_name(request.parent());
                     return response;
                   });
  }

  absl::Status Ask(const Caller& caller, absl::string_view parent, int page_size = 0, absl::string_view path = kPath) {
    ListMeasuresRequest request;
    request.set_parent(std::string(parent));
    request.set_page_size(page_size);
    return router_.Call(path, caller, request.SerializeAsString()).status();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'500'000'000)};
  Router router_{"gm1730", clock_};
  int calls_ = 0;
};

TEST_F(RouterTest, LetsThePermittedIn) {
  EXPECT_TRUE(Ask(Adviser(), "municipalities/gm1730").ok());
  EXPECT_EQ(calls_, 1);
}

TEST_F(RouterTest, RefusesBeforeTheDomainIsAsked) {
  Caller provider = Adviser();
  provider.roles = {type::PROVIDER, type::PUBLIC};
  Caller nobody = Adviser();
  nobody.roles.clear();
  Caller neighbour = Adviser();
  neighbour.municipality = "gm0106";
  Caller late = Adviser();
  late.deadline = clock_.Now();
  EXPECT_EQ(ReasonOf(Ask(provider, "municipalities/gm1730")), ErrorReason::ROLE_MISSING);
  EXPECT_EQ(ReasonOf(Ask(nobody, "municipalities/gm1730")), ErrorReason::ROLE_MISSING);
  EXPECT_EQ(ReasonOf(Ask(neighbour, "municipalities/gm1730")), ErrorReason::SCOPE_FOREIGN);
  EXPECT_EQ(ReasonOf(Ask(Adviser(), "municipalities/gm0106")), ErrorReason::SCOPE_FOREIGN);
  EXPECT_EQ(ReasonOf(Ask(Adviser(), "gm1730")), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Ask(Adviser(), "")), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Ask(late, "municipalities/gm1730")), ErrorReason::DEADLINE_PASSED);
  EXPECT_EQ(ReasonOf(Ask(Adviser(), "municipalities/gm1730", 0, "/nmd.costs.v1.CostsService/Absent")),
            ErrorReason::METHOD_UNKNOWN);
  EXPECT_EQ(ReasonOf(router_.Call(kPath, Adviser(), "\xff\xff").status()), ErrorReason::REQUEST_UNREADABLE);
  EXPECT_EQ(calls_, 0);
}

// Names of operations hold no municipality, so only the caller's can be looked at.
TEST_F(RouterTest, AnOperationIsOfThisMunicipalityAndWaitsWithTheFeeds) {
  namespace lro = google::longrunning;
  router_.Handle(
      "google.longrunning.Operations", "GetOperation",
      [](const Caller&, const lro::GetOperationRequest&) -> absl::StatusOr<lro::Operation> { return lro::Operation(); });
  router_.Handle(
      "google.longrunning.Operations", "WaitOperation",
      [](const Caller&, const lro::WaitOperationRequest&) -> absl::StatusOr<lro::Operation> { return lro::Operation(); });
  const std::string get = "/google.longrunning.Operations/GetOperation";
  Caller operate = Adviser();
  operate.roles = {type::OPERATOR};
  EXPECT_TRUE(router_.Call(get, operate, "").ok());
  operate.municipality = "gm0106";
  EXPECT_EQ(ReasonOf(router_.Call(get, operate, "").status()), ErrorReason::SCOPE_FOREIGN);
  EXPECT_FALSE(router_.methods().at(get).feed);
  // A service of ours that has operations of its own says who may ask.
  router_.Handle(
      "nmd.linking.v1.LinkingService", "GetOperation",
      [](const Caller&, const lro::GetOperationRequest&) -> absl::StatusOr<lro::Operation> { return lro::Operation(); });
  const std::string own = "/nmd.linking.v1.LinkingService/GetOperation";
  EXPECT_EQ(ReasonOf(router_.Call(own, Adviser(), "").status()), ErrorReason::ROLE_MISSING);
  Caller steward = Adviser();
  steward.roles = {type::LINK_STEWARD};
  EXPECT_TRUE(router_.Call(own, steward, "").ok());
  steward.municipality = "gm0106";
  EXPECT_EQ(ReasonOf(router_.Call(own, steward, "").status()), ErrorReason::SCOPE_FOREIGN);
  EXPECT_TRUE(router_.methods().at("/google.longrunning.Operations/WaitOperation").feed)
      << "calls that wait must not hold the threads of calls that do not";
}

// A feed of HandleFeed: as far as `newest_`, which SetNewest moves.
class RouterFeedTest : public RouterTest {
 protected:
  using Request = contracts::v1::ListSignalChangesRequest;
  using Response = contracts::v1::ListSignalChangesResponse;
  static constexpr absl::string_view kFeed = "/nmd.contracts.v1.ContractsService/ListSignalChanges";

  RouterFeedTest() {
    router_.HandleFeed("nmd.contracts.v1.ContractsService", "ListSignalChanges", parking_,
                       [this](const Caller&, const Request& request, bool last) -> absl::StatusOr<std::optional<Response>> {
                         ++looks_;
                         if (request.page_size() == 666) throw std::runtime_error("boom");
                         Response response;
                         response.set_next_sequence(newest_);
                         if (request.after_sequence() == newest_ && !last) return std::optional<Response>();
                         return std::optional<Response>(std::move(response));
                       });
  }
  static Caller Manager() {
    Caller caller = Adviser();
    caller.roles = {type::CONTRACT_MANAGER};
    return caller;
  }
  std::string AskAfter(int64_t sequence, int wait_seconds, int page_size = 0) {
    Request request;
    request.set_parent("municipalities/gm1730");
    request.set_after_sequence(sequence);
    request.set_wait_seconds(wait_seconds);
    request.set_page_size(page_size);
    return request.SerializeAsString();
  }
  static int64_t Next(const absl::StatusOr<std::string>& answer) {
    Response response;
    return answer.ok() && response.ParseFromString(*answer) ? response.next_sequence() : -1;
  }
  void SetNewest(int64_t newest) {
    newest_ = newest;
    parking_.Wake();
  }

  Parking parking_;
  std::atomic<int64_t> newest_ = 7;
  std::atomic<int> looks_ = 0;
};

TEST_F(RouterFeedTest, AnswersAtOnceWhenThereIsNewsOrNoWaitWasAskedFor) {
  EXPECT_EQ(Next(router_.Call(kFeed, Manager(), AskAfter(3, 30))), 7);
  EXPECT_EQ(Next(router_.Call(kFeed, Manager(), AskAfter(7, 0))), 7);
  EXPECT_EQ(looks_, 2);
}

TEST_F(RouterFeedTest, WaitsWithoutAThreadUntilThereIsNews) {
  std::promise<int64_t> answered;
  std::promise<void> stepped;
  router_.Serve(
      kFeed, Manager(), AskAfter(7, 30),
      [&](std::function<void()> step) {
        step();
        stepped.set_value();
        return true;
      },
      [&](absl::StatusOr<std::string> answer) { answered.set_value(Next(answer)); });
  // Serve returned: the call waits, and this thread goes on.
  EXPECT_EQ(parking_.parked(), 1u);
  SetNewest(8);
  EXPECT_EQ(answered.get_future().get(), 8);
  stepped.get_future().wait();
}

// For local peers: the thread that asks waits itself.
TEST_F(RouterFeedTest, ACallWithinTheProcessWaitsInPlace) {
  auto asked = std::async(std::launch::async, [this] { return Next(router_.Call(kFeed, Manager(), AskAfter(7, 30))); });
  while (parking_.parked() == 0) std::this_thread::yield();
  SetNewest(9);
  EXPECT_EQ(asked.get(), 9);
}

TEST_F(RouterFeedTest, WaitsEndWhenTheServiceStops) {
  auto asked = std::async(std::launch::async, [this] { return Next(router_.Call(kFeed, Manager(), AskAfter(7, 30))); });
  while (parking_.parked() == 0) std::this_thread::yield();
  parking_.Close();
  EXPECT_EQ(asked.get(), 7);
  EXPECT_EQ(Next(router_.Call(kFeed, Manager(), AskAfter(7, 30))), 7) << "and none begins";
}

TEST_F(RouterFeedTest, AWaitThatFindsNoThreadIsRefusedAndMayBeRepeated) {
  std::promise<absl::Status> refused;
  router_.Serve(
      kFeed, Manager(), AskAfter(7, 30), [](std::function<void()>) { return false; },
      [&](absl::StatusOr<std::string> answer) { refused.set_value(answer.status()); });
  SetNewest(8);
  EXPECT_EQ(ReasonOf(refused.get_future().get()), ErrorReason::OVERLOADED);
}

TEST_F(RouterFeedTest, ChecksTheWaitTheCallerAndTheFunctionAsEveryCall) {
  EXPECT_EQ(ReasonOf(router_.Call(kFeed, Manager(), AskAfter(7, 31)).status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(router_.Call(kFeed, Manager(), AskAfter(7, -1)).status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(router_.Call(kFeed, Adviser(), AskAfter(7, 0)).status()), ErrorReason::ROLE_MISSING);
  EXPECT_EQ(looks_, 0);
  EXPECT_EQ(ReasonOf(router_.Call(kFeed, Manager(), AskAfter(7, 0, 666)).status()), ErrorReason::INTERNAL_FAULT);
}

TEST_F(RouterTest, PassesErrorsOnAndContainsExceptions) {
  EXPECT_EQ(ReasonOf(Ask(Adviser(), "municipalities/gm1730", -1)), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Ask(Adviser(), "municipalities/gm1730", 666)), ErrorReason::INTERNAL_FAULT);
}

TEST_F(RouterTest, LocalPeerIsAServiceUnlessItSpeaksForSomebody) {
  const auto peer = NewLocalPeer(router_, "publication");
  ListMeasuresRequest request;
  request.set_parent("municipalities/gm1730");
  EXPECT_TRUE(peer->Call<ListMeasuresResponse>(kPath, request).ok());
  Caller provider = Adviser();
  provider.roles = {type::PROVIDER};
  EXPECT_EQ(ReasonOf(peer->CallBytes(kPath, request.SerializeAsString(), absl::Seconds(1), &provider).status()),
            ErrorReason::ROLE_MISSING);
}

}  // namespace
}  // namespace nmd
