// SPDX-License-Identifier: EUPL-1.2
// What the door writes down about a call, what it does when it cannot, how far one caller may go, and the trace it passes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gateway/access_log.h"
#include "gateway/caller_limits.h"
#include "gateway/gateway.h"
#include "gateway/queued_peer.h"
#include "gateway/test_journal.h"
#include "gateway/testing.h"
#include "nmd/linking/v1/subject.pb.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/router.h"

namespace nmd::gateway {
namespace {

using log::v1::LogRecord;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);
constexpr char kAnna[] = "c0123456789abcdef0123";
constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";

// Answers as told, and remembers of the last call what the service sees.
class ToldPeer : public Peer {
 public:
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration, const Caller*) const override {
    return absl::InternalError("not asked for");
  }
  void CallBytesAsync(absl::string_view path, std::string, absl::Duration, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    last_path = std::string(path);
    last_caller = *caller;
    ++calls;
    if (before) before();
    if (holds) {
      held.push_back(std::move(done));
    } else {
      done(answer);
    }
  }

  absl::StatusOr<std::string> answer = std::string();
  std::function<void()> before;
  bool holds = false;
  mutable std::vector<std::function<void(absl::StatusOr<std::string>)>> held;
  mutable std::string last_path;
  mutable Caller last_caller;
  mutable int calls = 0;
};

class DoorLogTest : public ::testing::Test {
 protected:
  DoorLogTest() : clock_(kNow), router_("gm1730", clock_), journal_(NewMemoryJournal()), limits_(2, 100, clock_) {
    AccessLog::Options options;
    options.municipality = "gm1730";
    log_ = *AccessLog::Open(journal_, options, clock_);
    BindAccessLog(*log_, router_);
    local_ = NewLocalPeer(router_, "gateway");
    own_ = NewQueuedPeer(*local_);
    tokens_ = *TokenChecker::Create(testing::MakeIssuer("door_log", Keys()), clock_);
    Gateway::Parts parts;
    parts.peers = {{"nmd.costs.v1.CostsService", &peer_},
                   {"nmd.costs.v1.AnswersService", &peer_},
                   {"nmd.linking.v1.LinkingService", &peer_},
                   {"nmd.log.v1.LogService", own_.get()}};
    parts.tokens = tokens_.get();
    parts.log = log_.get();
    parts.limits = &limits_;
    gateway_ = *Gateway::Create(std::move(parts), clock_);
  }

  static const testing::KeyPair& Keys() {
    static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("P-256"));
    return *keys;
  }

  HttpRequest Request(const std::string& method, const std::string& target, std::vector<std::string> roles) {
    TokenClaims claims = testing::GoodClaims(kNow);
    claims.subject = absl::StrCat("wie-", roles[0]);
    claims.roles = std::move(roles);
    return {method, target, {{"Authorization", absl::StrCat("Bearer ", *MintToken(Keys().private_pem, claims))}}, "vraag-1"};
  }

  HttpResponse Ask(const HttpRequest& request, const std::string& body) {
    Admission admission = gateway_->Handle(request);
    if (admission.answer) return *admission.answer;
    absl::Notification answered;
    HttpResponse response;
    admission.run(body, [&](std::function<HttpResponse()> make) {
      response = make();
      answered.Notify();
    });
    answered.WaitForNotification();
    return response;
  }

  std::vector<LogRecord> Records() {
    // What is written behind this is behind all ends.
    absl::Notification written;
    LogRecord mark;
    mark.set_actor("merk");
    log_->Begin(mark, [&](const absl::Status&) { written.Notify(); });
    written.WaitForNotification();
    log::v1::QueryLogRecordsRequest request;
    const auto response = *log_->QueryLogRecords(request);
    std::vector<LogRecord> records;
    for (const LogRecord& record : response.records()) {
      if (record.actor() != "merk") records.push_back(record);
    }
    return records;
  }

  FakeClock clock_;
  Router router_;
  testing::HookedJournal journal_;
  std::unique_ptr<AccessLog> log_;
  CallerLimits limits_;
  ToldPeer peer_;
  std::unique_ptr<Peer> local_, own_;
  std::unique_ptr<TokenChecker> tokens_;
  std::unique_ptr<Gateway> gateway_;
};

constexpr char kQuery[] = "/v1/municipalities/gm1730/figures/_query";
constexpr char kAnswers[] = "/v1/municipalities/gm1730/registeredanswers";
constexpr char kFind[] = "/v1/municipalities/gm1730/subjects/_find";

// BIO2 8.15 and R23: the beginning is on the disk before anything is changed.
TEST_F(DoorLogTest, AChangeIsLoggedBeforeItIsMadeAndItsOutcomeAfter) {
  int64_t at_call = -1;
  peer_.before = [&] { at_call = journal_.LastSequence(); };
  EXPECT_EQ(Ask(Request("POST", kAnswers, {"griffie"}), "{}").status, 200);
  EXPECT_EQ(at_call, 1);
  const auto records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].method(), "nmd.costs.v1.AnswersService.RegisterAnswer");
  EXPECT_EQ(records[0].outcome(), LogRecord::SUCCEEDED);
}

// And before anything is told: a question is asked meanwhile, and its answer waits.
TEST_F(DoorLogTest, AQuestionIsLoggedBeforeItsAnswerIsGiven) {
  absl::Notification asked;
  journal_.before_append = [&] { asked.WaitForNotification(); };
  peer_.before = [&] {
    EXPECT_EQ(journal_.LastSequence(), 0) << "the beginning is still being written";
    asked.Notify();
  };
  HttpRequest request = Request("POST", kQuery, {"controller"});
  request.headers.emplace_back("X-Forwarded-For", "evil, 192.0.2.7");
  EXPECT_EQ(Ask(request, "{}").status, 200);
  EXPECT_GE(journal_.LastSequence(), 1);
  const auto records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].actor(), "wie-controller");
  EXPECT_THAT(records[0].roles(), ElementsAre(type::CONTROLLER));
  EXPECT_EQ(records[0].purpose(), "beleidsinformatie");
  EXPECT_EQ(records[0].method(), "nmd.costs.v1.CostsService.QueryFigures");
  EXPECT_EQ(records[0].object(), "municipalities/gm1730");
  EXPECT_EQ(records[0].origin(), "192.0.2.7") << "what the proxy says of its other side, and not what the client says";
  EXPECT_EQ(records[0].request_id(), "vraag-1");
  EXPECT_EQ(records[0].outcome(), LogRecord::SUCCEEDED);
}

TEST_F(DoorLogTest, WhatFailsAndWhatIsRefusedIsTold) {
  peer_.answer = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "gone");
  EXPECT_EQ(Ask(Request("POST", kQuery, {"controller"}), "{}").status, 503);
  peer_.answer = Fail(absl::StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN, "elsewhere");
  EXPECT_EQ(Ask(Request("POST", kQuery, {"controller"}), "{}").status, 403);
  peer_.answer = std::string();
  EXPECT_EQ(Ask(Request("POST", kQuery, {"controller"}), "{").status, 400);
  EXPECT_EQ(Ask(Request("POST", kQuery, {"beheerder"}), "{}").status, 403);
  EXPECT_EQ(peer_.calls, 2);
  const auto records = Records();
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].outcome(), LogRecord::FAILED);
  EXPECT_EQ(records[0].reason(), "UNAVAILABLE_NOW");
  EXPECT_EQ(records[1].outcome(), LogRecord::REFUSED);
  EXPECT_EQ(records[1].reason(), "SCOPE_FOREIGN");
  EXPECT_EQ(records[2].reason(), "JSON_INVALID");
  EXPECT_EQ(records[3].actor(), "wie-beheerder");
  EXPECT_EQ(records[3].outcome(), LogRecord::REFUSED);
  EXPECT_EQ(records[3].reason(), "ROLE_MISSING");
}

// R23: the pseudonyms of whom it was about, and nothing else of them.
TEST_F(DoorLogTest, NamesThePseudonymsAndNoPersonalValue) {
  linking::v1::FindSubjectsResponse found;
  found.add_subjects()->set_client(kAnna);
  found.mutable_subjects(0)->set_surname("Achternaam");
  peer_.answer = found.SerializeAsString();
  EXPECT_EQ(Ask(Request("POST", kFind, {"privacyfunctionaris"}),
                R"({"bsn":"999900006","surname":"Achternaam","birth_date":"1980-12-31","purpose":"inzageverzoek 12"})")
                .status,
            200);
  const auto records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_THAT(records[0].clients(), ElementsAre(kAnna));
  std::string bytes;
  ASSERT_TRUE(journal_
                  .Replay(0,
                          [&](const JournalRecord& record) {
                            absl::StrAppend(&bytes, record.payload, record.actor);
                            return true;
                          })
                  .ok());
  for (const char* personal : {"999900006", "Achternaam", "1980-12-31"}) EXPECT_THAT(bytes, Not(HasSubstr(personal)));
}

// Somebody typed a number of a person where the name of a resource belongs.
TEST_F(DoorLogTest, ANumberOfAPersonInAPathIsNotKept) {
  peer_.answer = NotFound("x");
  EXPECT_EQ(Ask(Request("GET", "/v1/municipalities/gm1730/linkmodels/999900006", {"koppelbeheerder"}), "").status, 404);
  const auto records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].object(), "");
}

TEST_F(DoorLogTest, LookingIntoTheLogIsLoggedToo) {
  EXPECT_EQ(Ask(Request("POST", kQuery, {"controller"}), "{}").status, 200);
  const HttpResponse looked = Ask(Request("POST", "/v1/municipalities/gm1730/logrecords/_query", {"privacyfunctionaris"}),
                                  R"({"actor":"wie-controller"})");
  EXPECT_EQ(looked.status, 200) << looked.body;
  EXPECT_THAT(looked.body, HasSubstr("QueryFigures"));
  EXPECT_EQ(Ask(Request("POST", "/v1/municipalities/gm1730/logrecords/_query", {"controller"}), "{}").status, 403);
  const HttpResponse verified =
      Ask(Request("POST", "/v1/municipalities/gm1730/logrecords/_verify", {"privacyfunctionaris"}), "{}");
  EXPECT_THAT(verified.body, HasSubstr(R"("intact":true)"));
  // Waits for the log's own thread, from a call that this thread let through.
  const HttpResponse held = Ask(Request("POST", "/v1/municipalities/gm1730/logholds/_hold", {"privacyfunctionaris"}),
                                R"({"start_time":"2018-03-01T00:00:00Z","reason":"bezwaar 12"})");
  EXPECT_EQ(held.status, 200) << held.body;
  EXPECT_EQ(Records().size(), 5u);
}

// Logboek Dataverwerkingen: the trace of the caller goes on to the service, with a span of the door in between.
TEST_F(DoorLogTest, TheTraceGoesOn) {
  HttpRequest request = Request("POST", kQuery, {"controller"});
  request.headers.emplace_back("traceparent", absl::StrCat("00-", kTrace, "-00f067aa0ba902b7-00"));
  EXPECT_EQ(Ask(request, "{}").status, 200);
  const auto records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].trace_id(), kTrace);
  EXPECT_EQ(records[0].parent_span_id(), "00f067aa0ba902b7");
  EXPECT_EQ(peer_.last_caller.traceparent, absl::StrCat("00-", kTrace, "-", records[0].span_id(), "-01"));
}

TEST_F(DoorLogTest, OneCallerCannotTakeAll) {
  const HttpRequest request = Request("POST", kQuery, {"controller"});
  // Two are admitted and not yet ended.
  const Admission first = gateway_->Handle(request), second = gateway_->Handle(request);
  EXPECT_FALSE(first.answer || second.answer);
  const Admission third = gateway_->Handle(request);
  ASSERT_TRUE(third.answer);
  EXPECT_EQ(third.answer->status, 429);
  EXPECT_THAT(third.answer->headers, ::testing::Contains(::testing::Pair("Retry-After", "1")));
  EXPECT_FALSE(gateway_->Handle(Request("POST", kQuery, {"griffie"})).answer) << "another one notices nothing";
}

TEST_F(DoorLogTest, APlaceIsGivenBackWithTheAnswer) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Ask(Request("POST", kQuery, {"controller"}), "{}").status, 200) << i;
}

// What a service refuses, the door refuses for it from then on: before the body, the log and the service are troubled.
TEST_F(DoorLogTest, WhatAServiceHasNoRoomForIsRefusedAtTheDoor) {
  peer_.answer = Overloaded("busy", 250);
  const HttpResponse busy = Ask(Request("POST", kQuery, {"controller"}), "{}");
  EXPECT_EQ(busy.status, 503);
  EXPECT_THAT(busy.headers, ::testing::Contains(::testing::Pair("Retry-After", "1")));
  peer_.answer = std::string();
  peer_.holds = true;
  std::vector<Admission> running;
  for (const char* role : {"controller", "griffie"}) {
    running.push_back(gateway_->Handle(Request("POST", kQuery, {role})));
    ASSERT_FALSE(running.back().answer) << role;
    absl::Notification asked;
    peer_.before = [&] { asked.Notify(); };
    running.back().run("{}", [](const auto&) {});
    asked.WaitForNotification();
  }
  peer_.before = nullptr;
  const int calls = peer_.calls;
  const size_t logged = Records().size();
  const Admission refused = gateway_->Handle(Request("POST", kQuery, {"beleidsadviseur"}));
  ASSERT_TRUE(refused.answer) << "two fit since the refusal, and two run";
  EXPECT_EQ(refused.answer->status, 503);
  EXPECT_THAT(refused.answer->headers, ::testing::Contains(::testing::Pair("Retry-After", "1")));
  EXPECT_FALSE(gateway_->Handle(Request("POST", kFind, {"privacyfunctionaris"})).answer)
      << "another method has room of its own";
  EXPECT_EQ(peer_.calls, calls);
  EXPECT_EQ(Records().size(), logged);
  peer_.holds = false;
  for (const auto& done : std::exchange(peer_.held, {})) done(std::string());
  EXPECT_EQ(Ask(Request("POST", kQuery, {"beleidsadviseur"}), "{}").status, 200);
}

// gRPC: the same policy, limits and log; bytes go through as they are.
TEST_F(DoorLogTest, AGrpcCallGoesThroughTheSameDoor) {
  const auto serve = [&](FrontCall call) {
    absl::Notification answered;
    absl::StatusOr<std::string> answer;
    gateway_->Serve(std::move(call), [&](absl::StatusOr<std::string> result) {
      answer = std::move(result);
      answered.Notify();
    });
    answered.WaitForNotification();
    return answer;
  };
  const auto call = [&](const std::string& role) {
    FrontCall made;
    made.path = "/nmd.costs.v1.CostsService/QueryFigures";
    made.request = "bytes as they are";
    made.authorization = Request("POST", kQuery, {role}).headers[0].second;
    made.address = "192.0.2.7";
    made.deadline = kNow + absl::Seconds(5);
    made.traceparent = absl::StrCat("00-", kTrace, "-00f067aa0ba902b7-01");
    return made;
  };
  peer_.answer = std::string("answer");
  EXPECT_EQ(*serve(call("controller")), "answer");
  EXPECT_EQ(peer_.last_path, "/nmd.costs.v1.CostsService/QueryFigures");
  EXPECT_EQ(peer_.last_caller.subject, "wie-controller");
  EXPECT_EQ(peer_.last_caller.deadline, kNow + absl::Seconds(5));
  EXPECT_EQ(ReasonOf(serve(call("beheerder")).status()), ErrorReason::ROLE_MISSING);
  FrontCall late = call("controller");
  late.deadline = kNow;
  EXPECT_EQ(ReasonOf(serve(late).status()), ErrorReason::DEADLINE_PASSED);
  FrontCall unknown = call("controller");
  unknown.path = "/google.longrunning.Operations/DeleteOperation";
  EXPECT_EQ(ReasonOf(serve(unknown).status()), ErrorReason::METHOD_UNKNOWN);
  FrontCall nobody = call("controller");
  nobody.authorization.clear();
  EXPECT_EQ(ReasonOf(serve(nobody).status()), ErrorReason::IDENTITY_MISSING);
  nobody.certificate = "no certificate";
  EXPECT_EQ(ReasonOf(serve(nobody).status()), ErrorReason::IDENTITY_MISSING);
  peer_.answer = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "ipv4:127.0.0.1:7101 is gone");
  EXPECT_THAT(std::string(serve(call("controller")).status().message()), Not(HasSubstr("7101")));

  const auto records = Records();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].method(), "nmd.costs.v1.CostsService.QueryFigures");
  EXPECT_EQ(records[0].trace_id(), kTrace);
  EXPECT_EQ(records[0].origin(), "192.0.2.7");
  EXPECT_EQ(records[0].request_id().size(), 16u);
  EXPECT_EQ(records[1].outcome(), LogRecord::REFUSED);
  EXPECT_EQ(records[2].outcome(), LogRecord::FAILED);
}

TEST_F(DoorLogTest, WhatCannotBeLoggedIsNotChangedAndNotTold) {
  // Another writer took the place: the log's appends conflict from now on.
  ASSERT_TRUE(journal_.Append({{0, kNow, "audit", "x", ""}}, journal_.LastSequence(), {}).ok());
  EXPECT_EQ(Ask(Request("POST", kAnswers, {"griffie"}), "{}").status, 503);
  EXPECT_EQ(peer_.calls, 0);
  linking::v1::FindSubjectsResponse found;
  found.add_subjects()->set_client(kAnna);
  peer_.answer = found.SerializeAsString();
  const HttpResponse refused = Ask(Request("POST", kFind, {"privacyfunctionaris"}),
                                   R"({"bsn":"999900006","birth_date":"1980-12-31","purpose":"inzageverzoek 12"})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, Not(HasSubstr(kAnna)));
}

}  // namespace
}  // namespace nmd::gateway
