// SPDX-License-Identifier: EUPL-1.2
// People who sign in, and tokens of an issuer whose keys are fetched: the gateway over a real socket, and the issuer in a
// process of its own behind TLS.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "gateway/gateway.h"
#include "gateway/http_server.h"
#include "gateway/testing.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/errors.h"
#include "services/platform/mutex.h"

extern char** environ;

namespace nmd::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1790000000);
constexpr char kQueryPath[] = "/v1/municipalities/gm1730/figures/_query";
constexpr char kBody[] = R"({"measures":["clients"]})";

std::string Certificates(const std::string& name) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const std::string dir = absl::StrCat(::testing::TempDir(), "nmd-sign-in-", getpid(), "/", name);
  const std::string command =
      absl::StrCat(source == nullptr ? "." : source, "/deploy/make_certs.sh ", dir, " gm1730 >/dev/null 2>&1");
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return dir;
}

// The issuer's process; it ends when its standard input does.
class IssuerProcess {
 public:
  explicit IssuerProcess(const std::string& certificates) {
    const char* build = std::getenv("NMD_BINARY_DIR");
    const std::string program = absl::StrCat(build == nullptr ? "build/release" : build, "/bin/test_issuer");
    int to[2], from[2];
    EXPECT_EQ(pipe2(to, O_CLOEXEC) | pipe2(from, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    std::string pem = certificates + "/front.pem", now = absl::StrCat(absl::ToUnixSeconds(kNow)), name = program;
    char* arguments[] = {name.data(), pem.data(), now.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ), 0) << program;
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    input_ = to[1];
    std::string line;
    for (char c = 0; read(from[0], &c, 1) == 1 && c != '\n';) line.push_back(c);
    close(from[0]);
    EXPECT_TRUE(absl::StartsWith(line, "port ") && absl::SimpleAtoi(line.substr(5), &port_)) << line;
    client_ = std::make_unique<httplib::Client>(name_ = absl::StrCat("https://127.0.0.1:", port_));
    client_->set_ca_cert_path((certificates + "/ca.pem").c_str());
    client_->enable_server_certificate_verification(true);
  }
  ~IssuerProcess() {
    close(input_);
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_EQ(status, 0);
  }

  const std::string& name() const { return name_; }
  std::string Get(const std::string& path) {
    const httplib::Result result = client_->Get(path.c_str());
    EXPECT_TRUE(result) << httplib::to_string(result.error());
    return result ? result->body : "";
  }
  // Where a browser is sent to.
  std::string Follow(const std::string& url) {
    const httplib::Result result = client_->Get(std::string(absl::StripPrefix(url, name_)).c_str());
    return result ? result->get_header_value("Location") : "";
  }
  void Control(const std::string& name, const std::string& value) {
    const httplib::Result result =
        client_->Post(absl::StrCat("/control?", name, "=", httplib::detail::encode_query_param(value)).c_str());
    EXPECT_TRUE(result && result->status == 200);
  }
  int fetches() {
    int count = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Get("/fetches"), &count));
    return count;
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1, port_ = 0;
  std::string name_;
  std::unique_ptr<httplib::Client> client_;
};

// Remembers who asked.
class WhoPeer : public Peer {
 public:
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration,
                                        const Caller* caller) const override {
    MutexLock lock(mutex_);
    caller_ = *caller;
    return costs::v1::QueryFiguresResponse().SerializeAsString();
  }
  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    done(CallBytes(path, request, timeout, caller));
  }
  Caller caller() const {
    MutexLock lock(mutex_);
    return caller_;
  }

 private:
  mutable Mutex mutex_;
  mutable Caller caller_ ABSL_GUARDED_BY(mutex_);
};

google::protobuf::Struct Parsed(const std::string& json) {
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}

class SignIn : public ::testing::Test {
 protected:
  SignIn() : clock_(kNow), certificates_(Certificates("ours")), provider_(certificates_), journal_(NewMemoryJournal()) {
    config_.set_issuer(provider_.name());
    config_.set_audience("nmd-monitor");
    config_.set_roots(certificates_ + "/ca.pem");
    config_.set_roles_claim("realm_access.roles");
    config_.set_clock_skew_seconds(60);
    config_.set_title("Tynaarlo");
    (*config_.mutable_role_names())["NMD-Controllers"] = "controller";
    (*config_.mutable_purposes())["controller"] = "verantwoording";
    config_.add_mfa_amr("otp");
    internal::v1::LoginConfig* login = config_.mutable_login();
    login->set_client_id("monitor");
    login->set_client_secret_file(testing::WriteTemp("sign_in_secret", "geheim en +lang\n"));
    login->set_origin("https://monitor.test");
    login->set_key_file(testing::WriteTemp("sign_in_key", std::string(64, 'a')));
    Start();
  }
  ~SignIn() override { server_.reset(); }

  void Start() {
    client_.reset();
    server_.reset();
    gateway_.reset();
    sessions_.reset();
    log_.reset();  // One writer at a time.
    AccessLog::Options log_options;
    log_options.municipality = "gm1730";
    log_ = *AccessLog::Open(*journal_, std::move(log_options), clock_);
    issuer_ = *Issuer::Start(config_, clock_);
    tokens_ = *TokenChecker::Create(config_, issuer_.get(), clock_);
    sessions_ = *Sessions::Create(config_, *issuer_, *tokens_, log_.get(), clock_);
    Gateway::Parts parts;
    parts.peers = {{"nmd.costs.v1.CostsService", &peer_}};
    parts.issuer = issuer_.get();
    parts.tokens = tokens_.get();
    parts.sessions = sessions_.get();
    parts.log = log_.get();
    gateway_ = *Gateway::Create(std::move(parts), clock_);
    HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    options.common_headers = CommonHeaders();
    server_ = *HttpServer::Start(options, [this](const HttpRequest& request) { return gateway_->Handle(request); });
    client_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
  }

  struct Browser {
    std::map<std::string, std::string> cookies;
    std::string Header() const {
      std::string text;
      for (const auto& [name, value] : cookies) absl::StrAppend(&text, text.empty() ? "" : "; ", name, "=", value);
      return text;
    }
  };

  httplib::Result Get(Browser& browser, const std::string& path, httplib::Headers headers = {}) {
    if (!browser.cookies.empty()) headers.emplace("Cookie", browser.Header());
    httplib::Result result = client_->Get(path.c_str(), headers);
    EXPECT_TRUE(result) << httplib::to_string(result.error());
    for (const auto& [name, value] : result->headers) {
      if (!absl::EqualsIgnoreCase(name, "Set-Cookie")) continue;
      const std::string pair = value.substr(0, value.find(';'));
      const size_t equals = pair.find('=');
      if (equals + 1 == pair.size()) {
        browser.cookies.erase(pair.substr(0, equals));
      } else {
        browser.cookies[pair.substr(0, equals)] = pair.substr(equals + 1);
      }
    }
    return result;
  }

  // From the login to the address the issuer sends the browser back to: path and query.
  std::string UpToTheWayBack(Browser& browser, const std::string& from = "/signalen.html") {
    const httplib::Result login = Get(browser, "/v1/session/login?return=" + from);
    EXPECT_EQ(login->status, 303);
    const std::string back = provider_.Follow(login->get_header_value("Location"));
    EXPECT_TRUE(absl::StartsWith(back, "https://monitor.test/v1/session/callback?")) << back;
    return std::string(absl::StripPrefix(back, "https://monitor.test"));
  }
  Browser SignedIn() {
    Browser browser;
    const httplib::Result back = Get(browser, UpToTheWayBack(browser));
    EXPECT_EQ(back->status, 303) << back->body;
    EXPECT_TRUE(browser.cookies.contains("__Host-nmd-session"));
    return browser;
  }

  httplib::Result Query(const httplib::Headers& headers) {
    return client_->Post(kQueryPath, headers, kBody, "application/json");
  }
  static httplib::Headers WithToken(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

  // {status, reason, cause}
  static std::string Outcome(const httplib::Result& result) {
    if (!result) return "no answer";
    if (result->status < 400) return absl::StrCat(result->status);
    const google::protobuf::Struct problem = Parsed(result->body);
    return absl::StrCat(result->status, " ", problem.fields().at("reason").string_value(), " ",
                        ClaimText(problem, "metadata.cause"));
  }

  FakeClock clock_;
  const std::string certificates_;
  IssuerProcess provider_;
  internal::v1::IssuerConfig config_;
  WhoPeer peer_;
  const std::unique_ptr<Journal> journal_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<Issuer> issuer_;
  std::unique_ptr<TokenChecker> tokens_;
  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(SignIn, LeadsBackToWhereItBeganWithASession) {
  Browser browser;
  const httplib::Result login = Get(browser, "/v1/session/login?return=/signalen.html");
  ASSERT_EQ(login->status, 303);
  const std::string to = login->get_header_value("Location");
  EXPECT_THAT(to, HasSubstr("code_challenge_method=S256"));
  // The client library has taken the escapes out.
  EXPECT_THAT(to, HasSubstr("&redirect_uri=https://monitor.test/v1/session/callback&"));
  EXPECT_THAT(login->get_header_value("Set-Cookie"), HasSubstr("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"));

  const std::string back = provider_.Follow(to);
  const httplib::Result callback = Get(browser, std::string(absl::StripPrefix(back, "https://monitor.test")));
  ASSERT_EQ(callback->status, 303) << callback->body;
  EXPECT_EQ(callback->get_header_value("Location"), "/signalen.html");
  EXPECT_EQ(callback->get_header_value("Cache-Control"), "no-store");
  ASSERT_EQ(callback->get_header_value_count("Set-Cookie"), 2u);
  EXPECT_THAT(callback->get_header_value("Set-Cookie", 0),
              ::testing::AllOf(::testing::StartsWith("__Host-nmd-session="),
                               HasSubstr("; Secure; HttpOnly; SameSite=Strict; Max-Age=3600")));
  EXPECT_EQ(browser.cookies.size(), 1u) << "the cookie for the way back is gone";
  EXPECT_THAT(browser.Header(), Not(HasSubstr("jansen")));

  const httplib::Result shown = Get(browser, "/v1/session");
  ASSERT_EQ(shown->status, 200) << shown->body;
  EXPECT_EQ(shown->body, R"({"subject":"jansen","municipality":"gm1730","title":"Tynaarlo","purpose":"verantwoording",)"
                         R"("roles":["controller"],"expire_time":"2026-09-21T15:13:20Z"})");
  ASSERT_EQ(Query({{"Cookie", browser.Header()}, {"Sec-Fetch-Site", "same-origin"}})->status, 200);
  EXPECT_EQ(peer_.caller().subject, "jansen");
  EXPECT_THAT(peer_.caller().roles, ElementsAre(type::CONTROLLER));
  EXPECT_EQ(peer_.caller().purpose, "verantwoording");
}

TEST_F(SignIn, StandsInTheLogOfCalls) {
  Browser browser = SignedIn();
  ASSERT_EQ(
      client_->Post("/v1/session/logout", {{"Cookie", browser.Header()}, {"Sec-Fetch-Site", "same-origin"}}, "", "")->status,
      200);
  log::v1::QueryLogRecordsRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_actor("jansen");
  const auto records = log_->QueryLogRecords(request);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->records_size(), 2);
  EXPECT_EQ(records->records(0).method(), "nmd.gateway.Sessions.SignIn");
  EXPECT_EQ(records->records(1).method(), "nmd.gateway.Sessions.SignOut");
  EXPECT_EQ(records->records(0).roles(0), type::CONTROLLER);
}

// CSRF: the browser sends the cookie along with what other sites make it send.
TEST_F(SignIn, ACookieDoesNothingForAnotherSite) {
  const Browser browser = SignedIn();
  const auto with = [&](httplib::Headers headers) {
    headers.emplace("Cookie", browser.Header());
    return headers;
  };
  for (const httplib::Headers& headers :
       {httplib::Headers{}, httplib::Headers{{"Sec-Fetch-Site", "cross-site"}},
        httplib::Headers{{"Sec-Fetch-Site", "same-site"}}, httplib::Headers{{"Sec-Fetch-Site", "none"}},
        httplib::Headers{{"Origin", "https://elders.test"}}, httplib::Headers{{"Origin", "null"}},
        // Newer browsers send both; the first is what they vouch for.
        httplib::Headers{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://monitor.test"}}}) {
    EXPECT_EQ(Outcome(Query(with(headers))), "403 REQUEST_FORGED ");
    EXPECT_EQ(Outcome(client_->Post("/v1/session/logout", with(headers), "", "")), "403 REQUEST_FORGED ");
  }
  EXPECT_EQ(Query(with({{"Origin", "https://monitor.test"}}))->status, 200);
  EXPECT_EQ(client_->Get("/v1/municipalities/gm1730/measures", with({}))->status, 200) << "a read by GET changes nothing";
  // A token beside it is what counts.
  EXPECT_EQ(Query(with(WithToken(provider_.Get("/mint"))))->status, 200);
}

TEST_F(SignIn, IsForTheBrowserThatBeganItOnce) {
  Browser browser, other;
  const std::string back = UpToTheWayBack(browser);
  UpToTheWayBack(other);
  Browser nobody;
  EXPECT_EQ(Outcome(Get(nobody, back)), "401 SIGN_IN_FAILED state");
  Browser stolen = other;
  EXPECT_EQ(Outcome(Get(stolen, back)), "401 SIGN_IN_FAILED state") << "another browser's question";
  Browser copy = browser;
  EXPECT_EQ(Get(browser, back)->status, 303);
  // Replayed, with the cookie that the browser was told to forget.
  EXPECT_EQ(Outcome(Get(copy, back)), "401 SIGN_IN_FAILED state");
  EXPECT_FALSE(copy.cookies.contains("__Host-nmd-session"));
  // Ten minutes.
  Browser slow;
  const std::string late = UpToTheWayBack(slow);
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(Outcome(Get(slow, late)), "401 SIGN_IN_FAILED state");
}

TEST_F(SignIn, TheIssuerMayRefuse) {
  Browser browser;
  const httplib::Result login = Get(browser, "/v1/session/login");
  const std::string to = login->get_header_value("Location");
  const size_t at = to.find("&state=") + 7;
  const std::string state = to.substr(at, to.find('&', at) - at);
  Browser again = browser;
  EXPECT_EQ(Outcome(Get(again, absl::StrCat("/v1/session/callback?state=", state, "&code=x&iss=https%3A%2F%2Felders.test"))),
            "401 SIGN_IN_FAILED state");
  again = browser;
  const httplib::Result page = Get(again, absl::StrCat("/v1/session/callback?error=access_denied&state=", state),
                                   {{"Accept", "text/html,application/xhtml+xml"}});
  EXPECT_EQ(page->status, 401);
  EXPECT_THAT(page->get_header_value("Content-Type"), HasSubstr("text/html"));
  EXPECT_THAT(page->body, HasSubstr("Opnieuw aanmelden"));
  EXPECT_THAT(again.cookies, IsEmpty());
  // A code that is nobody's.
  Browser guess;
  const std::string back = UpToTheWayBack(guess);
  const std::string made_up = absl::StrCat("/v1/session/callback?code=raad&state=", back.substr(back.find("state=") + 6));
  EXPECT_EQ(Outcome(Get(guess, made_up)), "401 SIGN_IN_FAILED issuer");
}

TEST_F(SignIn, TakesOnlyTheAnswerToItsOwnQuestion) {
  const std::pair<const char*, std::string> claims[] = {
      {"another question", R"({"nonce":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})"},
      {"no question", R"({"nonce":null})"},
      {"another client", R"({"aud":"andere-toepassing"})"},
      {"two clients, and nobody says for which", R"({"aud":["monitor","andere-toepassing"]})"},
      {"made for another", R"({"aud":["monitor","x"],"azp":"x"})"},
      {"another issuer", R"({"iss":"https://elders.test"})"},
      {"over", absl::StrCat(R"({"exp":)", absl::ToUnixSeconds(kNow) - 60, "}")},
      {"endless", R"({"exp":null})"},
      {"of tomorrow", absl::StrCat(R"({"iat":)", absl::ToUnixSeconds(kNow) + 86400, "}")},
      {"one factor", R"({"amr":["pwd"]})"},
      {"no factor", R"({"amr":null})"},
      {"of nobody", R"({"sub":null})"},
      {"of nowhere", R"({"municipality":null})"},
  };
  for (const auto& [what, changed] : claims) {
    provider_.Control("claims", changed);
    Browser browser;
    const std::string back = UpToTheWayBack(browser);
    EXPECT_EQ(Outcome(Get(browser, back)), "401 SIGN_IN_FAILED token") << what;
    EXPECT_FALSE(browser.cookies.contains("__Host-nmd-session")) << what;
  }
  provider_.Control("claims", "{}");
  for (const char* algorithm : {"none", "HS256", "RS512"}) {
    provider_.Control("algorithm", algorithm);
    Browser browser;
    const std::string back = UpToTheWayBack(browser);
    EXPECT_EQ(Outcome(Get(browser, back)), "401 SIGN_IN_FAILED token") << algorithm;
  }
  provider_.Control("algorithm", "PS256");
  SignedIn();
  provider_.Control("stranger", "1");
  Browser browser;
  const std::string back = UpToTheWayBack(browser);
  EXPECT_EQ(Outcome(Get(browser, back)), "401 SIGN_IN_FAILED token") << "another key under the same name";
}

TEST_F(SignIn, EndsWithItsTokenOrWhenItSaysSo) {
  Browser browser = SignedIn();
  clock_.Advance(absl::Minutes(59));
  EXPECT_EQ(Get(browser, "/v1/session")->status, 200);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Outcome(Get(browser, "/v1/session")), "401 TOKEN_INVALID ");
  EXPECT_EQ(Outcome(Query({{"Cookie", browser.Header()}, {"Sec-Fetch-Site", "same-origin"}})), "401 TOKEN_INVALID ");
  clock_.Set(kNow);
  config_.mutable_login()->set_session_minutes(5);
  Start();
  browser = SignedIn();
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(Outcome(Get(browser, "/v1/session")), "401 TOKEN_INVALID ");
}

TEST_F(SignIn, OutEndsTheSessionHereAndAtTheIssuer) {
  Browser browser = SignedIn();
  const httplib::Headers headers = {{"Cookie", browser.Header()}, {"Sec-Fetch-Site", "same-origin"}};
  const httplib::Result out = client_->Post("/v1/session/logout", headers, "", "");
  ASSERT_EQ(out->status, 200);
  EXPECT_EQ(out->body, absl::StrCat(R"({"end_session":")", provider_.name(),
                                    R"(/end?client_id=monitor&post_logout_redirect_uri=https%3a%2f%2fmonitor.test%2f"})"));
  EXPECT_THAT(out->get_header_value("Set-Cookie"),
              HasSubstr("__Host-nmd-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"));
  // Somebody kept the cookie.
  EXPECT_EQ(Outcome(Get(browser, "/v1/session")), "401 TOKEN_INVALID ");
  EXPECT_EQ(Outcome(Query(headers)), "401 TOKEN_INVALID ");
  // Twice is fine.
  EXPECT_EQ(client_->Post("/v1/session/logout", headers, "", "")->status, 200);
}

TEST_F(SignIn, ACookieThatWasChangedOrIsOfAnotherKindIsNone) {
  Browser browser = SignedIn(), away;
  UpToTheWayBack(away);
  const std::string good = browser.cookies["__Host-nmd-session"];
  for (size_t i = 0; i < good.size(); i += 11) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    browser.cookies["__Host-nmd-session"] = changed;
    EXPECT_EQ(Outcome(Get(browser, "/v1/session")), "401 TOKEN_INVALID ") << i;
  }
  browser.cookies["__Host-nmd-session"] = away.cookies["__Host-nmd-signin"];
  EXPECT_EQ(Outcome(Get(browser, "/v1/session")), "401 TOKEN_INVALID ");
  Browser nobody;
  EXPECT_EQ(Outcome(Get(nobody, "/v1/session")), "401 IDENTITY_MISSING ");
  EXPECT_EQ(client_->Post("/v1/session", "", "text/plain")->status, 405);
}

TEST_F(SignIn, ARotatedKeyIsFetchedWhenItIsNeededAndNotMoreOften) {
  const std::string before = provider_.Get("/mint");
  EXPECT_EQ(Query(WithToken(before))->status, 200);
  EXPECT_EQ(provider_.fetches(), 1);
  provider_.Control("rotate", "1");
  const std::string after = provider_.Get("/mint");
  // Fetched just now: not again within half a minute, whoever asks.
  EXPECT_EQ(Outcome(Query(WithToken(after))), "401 IDENTITY_MISSING ");
  EXPECT_EQ(provider_.fetches(), 1);
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Query(WithToken(after))->status, 200);
  EXPECT_EQ(provider_.fetches(), 2);
  EXPECT_EQ(Outcome(Query(WithToken(before))), "401 IDENTITY_MISSING ") << "remembered, but its key is gone";
  // Made-up keys do not make the gateway ask.
  for (int i = 0; i < 20; ++i) {
    const std::string made_up = testing::SignJws(absl::StrCat(R"({"alg":"HS256","kid":"x)", i, "\"}"), "{}", "geheim", "HS256");
    EXPECT_EQ(Outcome(Query(WithToken(made_up))), "401 IDENTITY_MISSING ");
  }
  EXPECT_EQ(provider_.fetches(), 2);
  // The same door for gRPC.
  provider_.Control("rotate", "1");
  clock_.Advance(absl::Seconds(30));
  FrontCall call;
  call.path = "/nmd.costs.v1.CostsService/QueryFigures";
  call.authorization = "Bearer " + provider_.Get("/mint");
  call.deadline = absl::InfiniteFuture();
  absl::Notification answered;
  absl::StatusOr<std::string> outcome;
  gateway_->Serve(call, [&](absl::StatusOr<std::string> answer) {
    outcome = std::move(answer);
    answered.Notify();
  });
  answered.WaitForNotification();
  EXPECT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(provider_.fetches(), 3);
}

TEST_F(SignIn, ATokenIsJudgedByAllThatTheIssuerSays) {
  const std::pair<std::string, std::string> cases[] = {
      {"{}", "200"},
      {R"({"aud":["x","nmd-monitor"]})", "200"},
      {R"({"aud":"x"})", "401 TOKEN_INVALID "},
      {R"({"iss":"https://elders.test"})", "401 IDENTITY_MISSING "},
      {R"({"amr":["pwd"]})", "401 TOKEN_INVALID "},
      {absl::StrCat(R"({"exp":)", absl::ToUnixSeconds(kNow) - 60, "}"), "401 TOKEN_INVALID "},
      {absl::StrCat(R"({"nbf":)", absl::ToUnixSeconds(kNow) + 61, "}"), "401 TOKEN_INVALID "},
      {R"({"realm_access":{"roles":["controller"]}})", "200"},
      {R"({"realm_access":{"roles":["Iets-anders"]}})", "403 ROLE_MISSING "},
      {R"({"realm_access":null})", "403 ROLE_MISSING "},
      {R"({"purpose":"onderzoek"})", "200"},
  };
  for (const auto& [claims, outcome] : cases) {
    provider_.Control("claims", claims);
    EXPECT_EQ(Outcome(Query(WithToken(provider_.Get("/mint")))), outcome) << claims;
  }
  EXPECT_EQ(peer_.caller().purpose, "onderzoek") << "what the token says goes before the purpose of a role";
}

TEST_F(SignIn, AnIssuerThatIsAwayIsAskedAgain) {
  provider_.Control("issuer", "down");
  Start();
  const std::string token = provider_.Get("/mint");
  EXPECT_EQ(Outcome(Query(WithToken(token))), "503 UNAVAILABLE_NOW ");
  Browser browser;
  EXPECT_EQ(Outcome(Get(browser, "/v1/session/login")), "503 UNAVAILABLE_NOW ");
  // One that says it is another is none.
  provider_.Control("issuer", "https://elders.test");
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Outcome(Query(WithToken(token))), "503 UNAVAILABLE_NOW ");
  provider_.Control("issuer", "");
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Query(WithToken(token))->status, 200);
  // Away again: what it said last holds.
  provider_.Control("issuer", "down");
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Outcome(Query(WithToken("a.b.c"))), "401 IDENTITY_MISSING ");
  EXPECT_EQ(Query(WithToken(token))->status, 200);
}

TEST_F(SignIn, AnIssuerWithACertificateOfAnotherIsNotBelieved) {
  config_.set_roots(Certificates("theirs") + "/ca.pem");
  Start();
  EXPECT_EQ(Outcome(Query(WithToken(provider_.Get("/mint")))), "503 UNAVAILABLE_NOW ");
}

}  // namespace
}  // namespace nmd::gateway
