// SPDX-License-Identifier: EUPL-1.2
// The gateway over a real socket: server, tokens, routes and JSON together, with a peer of the test behind it.
#include "gateway/gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/http_server.h"
#include "gateway/testing.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/platform/errors.h"
#include "services/platform/metrics.h"
#include "services/platform/mutex.h"
#include "services/platform/router.h"

namespace nmd::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);
constexpr char kQueryPath[] = "/v1/municipalities/gm1730/figures/_query";

// Remembers the last call and answers as told.
class FakePeer : public Peer {
 public:
  using Answer = std::function<absl::StatusOr<std::string>(absl::string_view path, const std::string& request, const Caller&)>;

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration,
                                        const Caller* caller) const override {
    Answer answer;
    {
      MutexLock lock(mutex_);
      ++calls_;
      answer = answer_;
    }
    return answer(path, std::string(request), *caller);
  }
  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    {
      MutexLock lock(mutex_);
      if (hold_) {
        ++calls_;
        held_.push_back(std::move(done));
        changed_.NotifyAll();
        return;
      }
    }
    done(CallBytes(path, request, timeout, caller));
  }

  void Set(Answer answer) {
    MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  int calls() const {
    MutexLock lock(mutex_);
    return calls_;
  }
  void Hold() {
    MutexLock lock(mutex_);
    hold_ = true;
  }
  // Answers a held call, once there is one, and holds no more.
  void LetGo(absl::StatusOr<std::string> answer) {
    std::function<void(absl::StatusOr<std::string>)> done;
    {
      MutexLock lock(mutex_);
      while (held_.empty()) changed_.Wait(mutex_);
      done = std::move(held_.front());
      held_.erase(held_.begin());
    }
    done(std::move(answer));
  }
  void WaitForHeld() {
    MutexLock lock(mutex_);
    while (held_.empty()) changed_.Wait(mutex_);
    hold_ = false;
  }

 private:
  mutable Mutex mutex_;
  mutable CondVar changed_;
  Answer answer_ ABSL_GUARDED_BY(mutex_);
  mutable int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool hold_ ABSL_GUARDED_BY(mutex_) = false;
  mutable std::vector<std::function<void(absl::StatusOr<std::string>)>> held_ ABSL_GUARDED_BY(mutex_);
};

google::protobuf::Struct Parsed(const std::string& json) {
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}

const testing::KeyPair& Keys() {
  static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("P-256"));
  return *keys;
}

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() : clock_(kNow) {
    Start({{"nmd.costs.v1.CostsService", &peer_},
           {"nmd.ingestion.v1.IngestionService", &peer_},
           {"google.longrunning.Operations", &peer_}});
  }

  void Start(std::map<std::string, const Peer*> peers) {
    client_.reset();
    server_.reset();
    internal::v1::IssuerConfig issuer = testing::MakeIssuer("gateway_test", Keys());
    issuer.set_development_key(testing::WriteTemp("gateway_test.pem", Keys().private_pem));
    tokens_ = *TokenChecker::Create(issuer, clock_);
    dev_issuer_ = *DevIssuer::Create(issuer, true, "gm1730", clock_);
    const std::string web = ::testing::TempDir() + "gateway_web";
    std::filesystem::create_directories(web);
    std::ofstream(web + "/index.html") << "<h1>Monitor</h1>";
    Gateway::Parts parts;
    parts.peers = std::move(peers);
    parts.tokens = tokens_.get();
    parts.dev_issuer = dev_issuer_.get();
    parts.files = *StaticFiles::Load(web);
    parts.allowed_origins = {"https://monitor.example.nl"};
    parts.contact.set_security("mailto:veilig@example.nl");
    gateway_ = *Gateway::Create(std::move(parts), clock_);
    HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    options.body_limit_bytes = 4096;
    options.common_headers = CommonHeaders();
    options.on_refused = &RecordRefused;
    server_ = *HttpServer::Start(std::move(options), [this](const HttpRequest& request) { return gateway_->Handle(request); });
    client_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
    client_->set_keep_alive(true);
    client_->set_tcp_nodelay(true);
    client_->set_default_headers({{"Authorization", absl::StrCat("Bearer ", Token())}});
  }

  std::string Token(std::vector<std::string> roles = {"beleidsadviseur", "controller"},
                    const std::string& purpose = "beleidsinformatie") {
    TokenClaims claims = testing::GoodClaims(kNow);
    claims.roles = std::move(roles);
    claims.purpose = purpose;
    return *MintToken(Keys().private_pem, claims);
  }

  httplib::Result Query(const std::string& body = R"({"measures":["clients"]})") {
    return client_->Post(kQueryPath, body, "application/json");
  }

  // The problem of an answer, checked for what every problem has.
  google::protobuf::Struct Problem(const httplib::Result& result, int status, const std::string& reason) {
    EXPECT_TRUE(result) << httplib::to_string(result.error());
    if (!result) return {};
    EXPECT_EQ(result->status, status) << result->body;
    EXPECT_EQ(result->get_header_value("Content-Type"), "application/problem+json");
    EXPECT_EQ(result->get_header_value("API-Version"), kApiVersion);
    const google::protobuf::Struct problem = Parsed(result->body);
    EXPECT_EQ(problem.fields().at("status").number_value(), status);
    EXPECT_EQ(problem.fields().at("reason").string_value(), reason);
    EXPECT_EQ(problem.fields().at("title").string_value(), reason);
    EXPECT_FALSE(problem.fields().at("detail").string_value().empty());
    EXPECT_THAT(problem.fields().at("instance").string_value(), HasSubstr(result->get_header_value("X-Request-Id")));
    return problem;
  }

  FakeClock clock_;
  FakePeer peer_;
  std::unique_ptr<TokenChecker> tokens_;
  std::unique_ptr<DevIssuer> dev_issuer_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(GatewayTest, CarriesAQuestionToItsServiceAndTheAnswerBack) {
  peer_.Set([](absl::string_view path, const std::string& bytes, const Caller& caller) -> absl::StatusOr<std::string> {
    EXPECT_EQ(path, "/nmd.costs.v1.CostsService/QueryFigures");
    EXPECT_EQ(caller.subject, "adviseur-1");
    EXPECT_EQ(caller.municipality, "gm1730");
    EXPECT_EQ(caller.purpose, "beleidsinformatie");
    EXPECT_TRUE(caller.Has(type::POLICY_ADVISER));
    EXPECT_EQ(caller.request_id, "vraag-1");
    EXPECT_EQ(caller.deadline, kNow + absl::Seconds(60));
    costs::v1::QueryFiguresRequest request;
    EXPECT_TRUE(request.ParseFromString(bytes));
    EXPECT_EQ(request.parent(), "municipalities/gm1730");
    EXPECT_EQ(request.measures(0), "clients");
    costs::v1::QueryFiguresResponse response;
    response.add_figures()->set_count(598);
    return response.SerializeAsString();
  });
  const httplib::Result result =
      client_->Post(kQueryPath, {{"X-Request-Id", "vraag-1"}}, R"({"measures":["clients"]})", "application/json");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(result->get_header_value("X-Request-Id"), "vraag-1");
  EXPECT_EQ(
      Parsed(result->body).fields().at("figures").list_value().values(0).struct_value().fields().at("count").string_value(),
      "598");
}

TEST_F(GatewayTest, EveryAnswerHasTheSecurityHeaders) {
  peer_.Set([](absl::string_view, const std::string&, const Caller&) { return std::string(); });
  for (const httplib::Result& result : {Query(), client_->Get("/nergens"), client_->Get("/"), client_->Delete(kQueryPath),
                                        client_->Post(kQueryPath, std::string(5000, ' '), "application/json")}) {
    ASSERT_TRUE(result);
    EXPECT_EQ(result->get_header_value("API-Version"), kApiVersion) << result->status;
    EXPECT_THAT(result->get_header_value("Content-Security-Policy"), HasSubstr("default-src 'self'"));
    EXPECT_EQ(result->get_header_value("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(result->get_header_value("X-Frame-Options"), "DENY");
    EXPECT_EQ(result->get_header_value("Referrer-Policy"), "no-referrer");
    EXPECT_FALSE(result->get_header_value("X-Request-Id").empty());
    EXPECT_FALSE(result->get_header_value("Cache-Control").empty());
  }
}

TEST_F(GatewayTest, PassesOnWhateverTheServiceSays) {
  struct Case {
    absl::Status status;
    int http;
    std::string reason;
  };
  using absl::StatusCode;
  for (const Case& test :
       {Case{BadFields({{"measures", "a"}, {"period", "b"}}), 400, "FIELDS_INVALID"},
        Case{Fail(StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING, "role"), 403, "ROLE_MISSING"},
        Case{Fail(StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN, "scope"), 403, "SCOPE_FOREIGN"},
        Case{NotFound("municipalities/gm1730/deliveries/x"), 404, "RESOURCE_NOT_FOUND"},
        Case{Fail(StatusCode::kAborted, ErrorReason::WRITE_CONFLICT, "again"), 409, "WRITE_CONFLICT"},
        Case{Overloaded("busy", 500), 503, "OVERLOADED"},
        Case{Fail(StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "stopping"), 503, "UNAVAILABLE_NOW"},
        Case{Fail(StatusCode::kDeadlineExceeded, ErrorReason::DEADLINE_PASSED, "late"), 504, "DEADLINE_PASSED"},
        Case{Fail(StatusCode::kFailedPrecondition, ErrorReason::SOURCE_UNKNOWN, "source"), 400, "SOURCE_UNKNOWN"},
        Case{absl::UnknownError("secret of the inside"), 500, "INTERNAL_FAULT"}}) {
    peer_.Set([&](absl::string_view, const std::string&, const Caller&) -> absl::StatusOr<std::string> { return test.status; });
    const google::protobuf::Struct problem = Problem(Query(), test.http, test.reason);
    EXPECT_EQ(static_cast<size_t>(problem.fields().at("violations").list_value().values_size()),
              BadFieldsOf(test.status).size());
  }
}

TEST_F(GatewayTest, KeepsAddressesOfTheInsideToTheLog) {
  peer_.Set([&](absl::string_view, const std::string&, const Caller&) -> absl::StatusOr<std::string> {
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "cannot connect to ipv4:127.0.0.1:7101");
  });
  ::testing::internal::CaptureStderr();
  const httplib::Result result = Query();
  const std::string log = ::testing::internal::GetCapturedStderr();
  Problem(result, 503, "UNAVAILABLE_NOW");
  EXPECT_THAT(result->body, Not(HasSubstr("7101")));
  EXPECT_THAT(log, HasSubstr("7101"));
}

TEST_F(GatewayTest, KeepsTablesOfTheStoreToTheLog) {
  peer_.Set([&](absl::string_view, const std::string&, const Caller&) -> absl::StatusOr<std::string> {
    return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "journal: DELETE FROM checkpoint: malformed");
  });
  ::testing::internal::CaptureStderr();
  const httplib::Result result = Query();
  const std::string log = ::testing::internal::GetCapturedStderr();
  Problem(result, 500, "STORE_DAMAGED");
  EXPECT_THAT(result->body, Not(HasSubstr("checkpoint")));
  EXPECT_THAT(log, HasSubstr("DELETE FROM checkpoint"));
}

TEST_F(GatewayTest, DoorAndServiceGoByTheSamePolicy) {
  // A real router behind the gateway: roles are refused at the door, what the body says about scope by the service.
  Router router("gm1730", clock_);
  router.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                [](const Caller&, const costs::v1::QueryFiguresRequest&) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
                  return costs::v1::QueryFiguresResponse();
                });
  const std::unique_ptr<Peer> local = NewLocalPeer(router, "gateway");
  Start({{"nmd.costs.v1.CostsService", local.get()}});
  EXPECT_EQ(Query()->status, 200);
  client_->set_default_headers({{"Authorization", absl::StrCat("Bearer ", Token({"beheerder"}))}});
  // Before the body is read: it is not even JSON.
  Problem(Query("not even JSON"), 403, "ROLE_MISSING");
  // R23: a question without a purpose is not asked.
  client_->set_default_headers({{"Authorization", absl::StrCat("Bearer ", Token({"beleidsadviseur"}, ""))}});
  Problem(Query("not even JSON"), 401, "TOKEN_INVALID");
  client_->set_default_headers({{"Authorization", absl::StrCat("Bearer ", Token())}});
  Problem(client_->Post("/v1/municipalities/gm0106/figures/_query", "{}", "application/json"), 403, "SCOPE_FOREIGN");
  client_.reset();
  server_.reset();
}

TEST_F(GatewayTest, AsksForATokenBeforeAnythingElse) {
  client_->set_default_headers({});
  const httplib::Result none = Query();
  Problem(none, 401, "IDENTITY_MISSING");
  EXPECT_EQ(none->get_header_value("WWW-Authenticate"), "Bearer");
  client_->set_default_headers({{"Authorization", "Bearer x.y.z"}});
  Problem(Query("not even JSON"), 401, "IDENTITY_MISSING");
  client_->set_default_headers({{"Authorization", absl::StrCat("Bearer ", Token())}});
  clock_.Advance(absl::Hours(2));
  Problem(Query(), 401, "TOKEN_INVALID");
  EXPECT_EQ(peer_.calls(), 0);
}

TEST_F(GatewayTest, KnowsItsPathsAndMethods) {
  for (const char* path :
       {"/v1/nergens", "/v1/municipalities/gm1730/measures/", "/v1", "/v1/dev/token/", "/index", "/../etc/passwd"}) {
    Problem(client_->Get(path), 404, "ROUTE_UNKNOWN");
  }
  const httplib::Result wrong = client_->Delete(kQueryPath);
  Problem(wrong, 405, "METHOD_UNKNOWN");
  EXPECT_EQ(wrong->get_header_value("Allow"), "OPTIONS, POST");
  Problem(client_->Post("/", "", "text/plain"), 405, "METHOD_UNKNOWN");
  Problem(client_->Post("/v1/dev/token", "", "text/plain"), 405, "METHOD_UNKNOWN");
  const httplib::Result options = client_->Options(kQueryPath);
  EXPECT_EQ(options->status, 204);
  EXPECT_EQ(options->get_header_value("Allow"), "OPTIONS, POST");
  EXPECT_EQ(peer_.calls(), 0);
}

TEST_F(GatewayTest, HeadIsGetWithoutTheBody) {
  peer_.Set([](absl::string_view path, const std::string&, const Caller&) {
    EXPECT_EQ(path, "/nmd.costs.v1.CostsService/ListMeasures");
    return std::string();
  });
  const httplib::Result head = client_->Head("/v1/municipalities/gm1730/measures");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_NE(head->get_header_value("Content-Length"), "0");
}

TEST_F(GatewayTest, RefusesWhatIsNotJson) {
  Problem(Query("{"), 400, "JSON_INVALID");
  const google::protobuf::Struct unknown = Problem(Query(R"({"measuers":["clients"]})"), 400, "JSON_INVALID");
  EXPECT_EQ(unknown.fields().at("metadata").struct_value().fields().at("member").string_value(), "measuers");
  Problem(client_->Post(kQueryPath, "measures=clients", "application/x-www-form-urlencoded"), 415, "TYPE_NOT_TAKEN");
  const google::protobuf::Struct fields =
      Problem(client_->Get("/v1/municipalities/gm1730/deliveries?page_size=x&colour=y"), 400, "FIELDS_INVALID");
  EXPECT_EQ(fields.fields().at("violations").list_value().values_size(), 2);
  EXPECT_EQ(peer_.calls(), 0);
}

TEST_F(GatewayTest, RefusesABodyThatIsTooLarge) {
  const google::protobuf::Struct problem = Problem(Query(std::string(5000, ' ')), 413, "FILE_TOO_LARGE");
  EXPECT_EQ(problem.fields().at("metadata").struct_value().fields().at("limit_bytes").string_value(), "4096");
  EXPECT_EQ(peer_.calls(), 0);
}

TEST_F(GatewayTest, AServiceThatTakesLongHoldsUpNobody) {
  peer_.Hold();
  costs::v1::QueryFiguresResponse slow_answer;
  slow_answer.add_figures()->set_count(1);
  std::thread slow([&] {
    httplib::Client other("127.0.0.1", server_->port());
    const httplib::Result result =
        other.Post(kQueryPath, {{"Authorization", absl::StrCat("Bearer ", Token())}}, "{}", "application/json");
    ASSERT_TRUE(result);
    EXPECT_THAT(result->body, HasSubstr(R"("count":"1")"));
  });
  peer_.WaitForHeld();
  peer_.Set([](absl::string_view, const std::string&, const Caller&) { return std::string(); });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Query()->status, 200);
  peer_.LetGo(slow_answer.SerializeAsString());
  slow.join();
}

TEST_F(GatewayTest, ReadsAnOperationFromIngestion) {
  client_->set_default_headers({{"Authorization", absl::StrCat("Bearer ", Token({"beheerder"}))}});
  peer_.Set([](absl::string_view path, const std::string& bytes, const Caller&) {
    EXPECT_EQ(path, "/google.longrunning.Operations/GetOperation");
    google::longrunning::GetOperationRequest request;
    EXPECT_TRUE(request.ParseFromString(bytes));
    google::longrunning::Operation operation;
    operation.set_name(request.name());
    operation.set_done(true);
    operation.mutable_response()->PackFrom(ingestion::v1::Delivery());
    return operation.SerializeAsString();
  });
  const httplib::Result result = client_->Get("/v1/operations/3f0c9a7e");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_THAT(result->body, HasSubstr(R"("name":"operations/3f0c9a7e","done":true)"));
  // Nothing else of that service is let through.
  EXPECT_EQ(client_->Delete("/v1/operations/3f0c9a7e")->status, 405);
  EXPECT_EQ(client_->Get("/v1/operations")->status, 404);
}

TEST_F(GatewayTest, ServesTheDashboardAndItsTokens) {
  client_->set_default_headers({});
  const httplib::Result page = client_->Get("/");
  EXPECT_EQ(page->body, "<h1>Monitor</h1>");
  // This client waits for a body also after a 304; so the connection ends with it.
  const httplib::Result same = client_->Get("/", {{"If-None-Match", page->get_header_value("ETag")}, {"Connection", "close"}});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->status, 304);
  const httplib::Result signed_in = client_->Get("/v1/dev/token?role=beleidsadviseur");
  ASSERT_EQ(signed_in->status, 200);
  EXPECT_EQ(signed_in->get_header_value("Cache-Control"), "no-store");
  peer_.Set([](absl::string_view, const std::string&, const Caller& caller) {
    EXPECT_EQ(caller.subject, "demo-beleidsadviseur");
    return std::string();
  });
  client_->set_default_headers(
      {{"Authorization", absl::StrCat("Bearer ", Parsed(signed_in->body).fields().at("token").string_value())}});
  EXPECT_EQ(Query()->status, 200);
}

// NL API Design Rules, publish-openapi: without a token, for pages of every origin, and not sent twice.
TEST_F(GatewayTest, TellsAnybodyWhatItsApiIs) {
  client_->set_default_headers({});
  const httplib::Result document = client_->Get("/v1/openapi.json", {{"Origin", "https://elders.example.org"}});
  ASSERT_TRUE(document);
  EXPECT_EQ(document->status, 200);
  EXPECT_EQ(document->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(document->get_header_value("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(Parsed(document->body).fields().at("openapi").string_value(), "3.0.3");
  // Only what this gateway has behind it.
  EXPECT_THAT(document->body, HasSubstr("\"/municipalities/{municipality}/figures/_query\""));
  EXPECT_THAT(document->body, Not(HasSubstr("\"/municipalities/{municipality}/contracts\"")));
  const httplib::Result same =
      client_->Get("/v1/openapi.json", {{"If-None-Match", document->get_header_value("ETag")}, {"Connection", "close"}});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->status, 304);
  Problem(client_->Get("/v1/openapi.json/"), 404, "ROUTE_UNKNOWN");
  EXPECT_EQ(client_->Post("/v1/openapi.json", "", "text/plain")->get_header_value("Allow"), "GET, HEAD, OPTIONS");
}

// RFC 9116: a contact, and a day within a year.
TEST_F(GatewayTest, TellsWhereToReportAWeakness) {
  client_->set_default_headers({});
  const httplib::Result text = client_->Get("/.well-known/security.txt");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->get_header_value("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(text->body, "Contact: mailto:veilig@example.nl\nExpires: 2018-09-27T00:00:00Z\nPreferred-Languages: nl, en\n");
}

// transport/cors: an allow-list; the origin is echoed, never "*".
TEST_F(GatewayTest, OnlyListedOriginsMayAskFromABrowser) {
  peer_.Set([](absl::string_view, const std::string&, const Caller&) { return std::string(); });
  const httplib::Result listed =
      client_->Post(kQueryPath, {{"Origin", "https://monitor.example.nl"}}, "{}", "application/json");
  EXPECT_EQ(listed->get_header_value("Access-Control-Allow-Origin"), "https://monitor.example.nl");
  EXPECT_THAT(listed->get_header_value("Vary"), HasSubstr("Origin"));
  EXPECT_THAT(listed->get_header_value("Access-Control-Expose-Headers"), HasSubstr("API-Version"));
  for (const char* other : {"https://monitor.example.nl.evil.example", "http://monitor.example.nl", "null", "*", ""}) {
    const httplib::Result refused = client_->Post(kQueryPath, {{"Origin", other}}, "{}", "application/json");
    EXPECT_FALSE(refused->has_header("Access-Control-Allow-Origin")) << other;
  }
  // A preflight carries no token.
  client_->set_default_headers({{"Origin", "https://monitor.example.nl"}, {"Access-Control-Request-Method", "POST"}});
  const httplib::Result preflight = client_->Options(kQueryPath);
  EXPECT_EQ(preflight->status, 204);
  EXPECT_EQ(preflight->get_header_value("Access-Control-Allow-Methods"), "OPTIONS, POST");
  EXPECT_THAT(preflight->get_header_value("Access-Control-Allow-Headers"), HasSubstr("Authorization"));
  // A refusal is readable for the page, too.
  const httplib::Result refusal = Query();
  EXPECT_EQ(refusal->status, 401);
  EXPECT_EQ(refusal->get_header_value("Access-Control-Allow-Origin"), "https://monitor.example.nl");
}

TEST_F(GatewayTest, AnswersOnlyInJson) {
  peer_.Set([](absl::string_view, const std::string&, const Caller&) { return std::string(); });
  const auto status = [&](const char* accept) {
    return client_->Post(kQueryPath, {{"Accept", accept}}, "{}", "application/json");
  };
  EXPECT_EQ(status("application/json")->status, 200);
  EXPECT_EQ(status("text/html, */*;q=0.1")->status, 200);
  Problem(status("application/xml"), 406, "TYPE_NOT_OFFERED");
}

// RFC 9110, 13.1.2: what a client has is not sent again; of a POST the answer is 412.
TEST_F(GatewayTest, FiguresThatDidNotChangeAreNotSentAgain) {
  int64_t count = 598;
  peer_.Set([&](absl::string_view path, const std::string&, const Caller&) -> absl::StatusOr<std::string> {
    costs::v1::QueryFiguresResponse response;
    if (absl::EndsWith(path, "QueryFigures")) response.add_figures()->set_count(count);
    return response.SerializeAsString();
  });
  const std::string tag = Query()->get_header_value("ETag");
  ASSERT_FALSE(tag.empty());
  const auto again = [&] { return client_->Post(kQueryPath, {{"If-None-Match", tag}}, "{}", "application/json"); };
  Problem(again(), 412, "ANSWER_UNCHANGED");
  count = 599;
  const httplib::Result changed = again();
  EXPECT_EQ(changed->status, 200);
  EXPECT_NE(changed->get_header_value("ETag"), tag);
  const httplib::Result list = client_->Get("/v1/municipalities/gm1730/measures");
  const httplib::Result same = client_->Get("/v1/municipalities/gm1730/measures",
                                            {{"If-None-Match", list->get_header_value("ETag")}, {"Connection", "close"}});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->status, 304);
  EXPECT_EQ(same->body, "");
  // What changes something has no tag: it would be asked for nothing.
  client_->set_default_headers({{"Authorization", absl::StrCat("Bearer ", Token({"beheerder"}))}});
  const httplib::Result withdrawn = client_->Post("/v1/municipalities/gm1730/deliveries/x/_withdraw", "{}", "application/json");
  EXPECT_EQ(withdrawn->status, 200);
  EXPECT_FALSE(withdrawn->has_header("ETag"));
}

TEST_F(GatewayTest, ALargeAnswerIsSentCompressed) {
  peer_.Set([](absl::string_view, const std::string&, const Caller&) {
    costs::v1::QueryFiguresResponse response;
    for (int i = 0; i < 200; ++i) response.add_figures()->set_count(i);
    return response.SerializeAsString();
  });
  client_->set_decompress(false);
  const httplib::Result plain = client_->Post(kQueryPath, {{"Accept-Encoding", "identity"}}, "{}", "application/json");
  EXPECT_FALSE(plain->has_header("Content-Encoding"));
  EXPECT_EQ(plain->get_header_value("Vary"), "Accept-Encoding");
  const httplib::Result small = client_->Post(kQueryPath, {{"Accept-Encoding", "gzip"}}, "{}", "application/json");
  EXPECT_EQ(small->get_header_value("Content-Encoding"), "gzip");
  EXPECT_EQ(small->get_header_value("Content-Length"), absl::StrCat(small->body.size()));
  EXPECT_LT(small->body.size(), plain->body.size() / 10);
  // Weak, because it is the same for both forms.
  EXPECT_EQ(small->get_header_value("ETag"), plain->get_header_value("ETag"));
}

TEST_F(GatewayTest, AListLinksToItsNextPage) {
  bool more = true;
  peer_.Set([&](absl::string_view, const std::string&, const Caller&) {
    ingestion::v1::ListDeliveriesResponse response;
    if (more) response.set_next_page_token("7a-b");
    return response.SerializeAsString();
  });
  const httplib::Result first = client_->Get("/v1/municipalities/gm1730/deliveries?pageSize=5");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->get_header_value("Link"), "<?pageSize=5&pageToken=7a-b>; rel=\"next\"");
  more = false;
  EXPECT_FALSE(client_->Get("/v1/municipalities/gm1730/deliveries?pageSize=5")->has_header("Link"));
}

TEST_F(GatewayTest, HasNoTokenToGiveOutsideDevelopment) {
  Gateway::Parts parts;
  parts.tokens = tokens_.get();
  const auto gateway = *Gateway::Create(std::move(parts), clock_);
  const Admission admission = gateway->Handle({"GET", "/v1/dev/token?role=beleidsadviseur", {{"Host", "localhost"}}, "r"});
  ASSERT_TRUE(admission.answer);
  EXPECT_EQ(admission.answer->status, 404);
}

TEST_F(GatewayTest, CountsByPatternAndNeverByPath) {
  peer_.Set([](absl::string_view, const std::string&, const Caller&) { return std::string(); });
  client_->Get("/v1/municipalities/gm1730/deliveries/7e5ca1ab1e");
  client_->Get("/v1/7e5ca1ab1e");
  const std::string metrics = MetricsText();
  EXPECT_THAT(metrics,
              HasSubstr(R"(nmd_http_requests_total{code="200",route="GET /v1/{name=municipalities/*/deliveries/*}"})"));
  EXPECT_THAT(metrics, HasSubstr(R"(nmd_http_requests_total{code="404",route="unknown"})"));
  EXPECT_THAT(metrics, HasSubstr("nmd_http_request_seconds_bucket"));
  EXPECT_THAT(metrics, Not(HasSubstr("7e5ca1ab1e")));
}

TEST_F(GatewayTest, LogsOneLinePerRequestWithoutThePath) {
  peer_.Set([](absl::string_view, const std::string&, const Caller&) { return std::string(); });
  ::testing::internal::CaptureStderr();
  ASSERT_EQ(client_->Get("/v1/municipalities/gm1730/deliveries/7e5ca1ab1e", {{"X-Request-Id", "regel-1"}})->status, 200);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_THAT(log, HasSubstr("GET /v1/{name=municipalities/*/deliveries/*}"));
  EXPECT_THAT(log, HasSubstr("regel-1"));
  EXPECT_THAT(log, HasSubstr("beleidsadviseur"));
  EXPECT_THAT(log, Not(HasSubstr("7e5ca1ab1e")));
  EXPECT_THAT(log, Not(HasSubstr("adviseur-1")));
}

// Log injection: what a caller writes never makes a line of its own, and never a field.
TEST_F(GatewayTest, WhatACallerWritesMakesNoLineOfTheLog) {
  peer_.Set([](absl::string_view, const std::string&, const Caller&) -> absl::StatusOr<std::string> {
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                "a\n{\"level\":\"error\",\"text\":\"vals\"}\r\x1b[2J");
  });
  const std::string bad = "x%0A%7B%22level%22%3A%22error%22%7D%0D%1B%5B2J";
  ::testing::internal::CaptureStderr();
  int requests = 0;
  for (const std::string& path :
       {"/" + bad, "/v1/municipalities/" + bad + "/deliveries", "/v1/municipalities/gm1730/deliveries/" + bad,
        "/v1/municipalities/gm1730/deliveries?source=" + bad}) {
    for (const httplib::Headers& headers :
         {httplib::Headers{}, httplib::Headers{{"X-Request-Id", "a\"b"}}, httplib::Headers{{"traceparent", "00-\"},{"}},
          httplib::Headers{{"X-Forwarded-For", "1.2.3.4\",\"level\":\"error"}}, httplib::Headers{{"User-Agent", "\"}{\""}}}) {
      ASSERT_TRUE(client_->Get(path.c_str(), headers)) << path;
      ++requests;
    }
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  int lines = 0;
  for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    const google::protobuf::Struct parsed = Parsed(std::string(line));
    const std::string text = parsed.fields().at("text").string_value();
    EXPECT_TRUE(text == "request" || text == "service unavailable") << line;
    lines += text == "request" ? 1 : 0;
    EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; })) << line;
  }
  EXPECT_EQ(lines, requests);
}

TEST_F(GatewayTest, NeedsItsServicesLinkedIn) {
  Gateway::Parts parts;
  parts.peers = {{"nmd.nothing.v1.NothingService", &peer_}};
  EXPECT_EQ(Gateway::Create(std::move(parts), clock_).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace nmd::gateway
