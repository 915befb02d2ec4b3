// SPDX-License-Identifier: EUPL-1.2
#include "gateway/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A connection that sends exactly what it is told; reads give up after ten seconds, so that a fault is a failure.
class Wire {
 public:
  explicit Wire(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit = {10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Wire() { close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool connected() const { return connected_; }
  void Send(absl::string_view text) { ASSERT_EQ(send(socket_, text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size())); }
  // The same to a server that may have closed already.
  void Offer(absl::string_view text) { (void)send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  // Everything until the server closes, or until `text` was seen.
  std::string ReadUntil(absl::string_view text) {
    std::string all;
    std::array<char, 4096> part;
    while (text.empty() || !absl::StrContains(all, text)) {
      const ssize_t size = recv(socket_, part.data(), part.size(), 0);
      if (size < 0) return absl::StrCat(all, errno == EAGAIN || errno == EWOULDBLOCK ? "<no answer>" : "<reset>");
      if (size == 0) return absl::StrCat(all, "<closed>");
      all.append(part.data(), static_cast<size_t>(size));
    }
    return all;
  }
  std::string ReadAll() { return ReadUntil(""); }

 private:
  const int socket_;
  bool connected_ = false;
};

// Answers "method target body"; "/refuse" is refused before the body, "/hold" is kept until the test lets go.
class HttpServerTest : public ::testing::Test {
 protected:
  std::unique_ptr<HttpServer> Start(HttpServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    options.common_headers = {{"API-Version", "1.0.0"}, {"Cache-Control", "no-store"}};
    options.on_refused = [this](int status, absl::string_view) { refused_ = status; };
    absl::StatusOr<std::unique_ptr<HttpServer>> server =
        HttpServer::Start(std::move(options), [this](const HttpRequest& request) {
          if (request.target == "/refuse") return Admission{HttpResponse{401, "text/plain", "no", {}}, nullptr};
          return Admission{
              std::nullopt, [this, request](std::string body, Respond respond) {
                if (request.target == "/hold") {
                  MutexLock lock(mutex_);
                  held_.push_back(std::move(respond));
                  changed_.NotifyAll();
                  return;
                }
                respond([request, body] {
                  return HttpResponse{200, "text/plain", absl::StrCat(request.method, " ", request.target, " ", body), {}};
                });
              }};
        });
    EXPECT_TRUE(server.ok()) << server.status();
    return *std::move(server);
  }

  // Waits for a request to "/hold" and takes its answer function.
  Respond TakeHeld() {
    MutexLock lock(mutex_);
    while (held_.empty()) changed_.Wait(mutex_);
    Respond respond = std::move(held_.front());
    held_.erase(held_.begin());
    return respond;
  }

  std::atomic<int> refused_ = 0;
  Mutex mutex_;
  CondVar changed_;
  std::vector<Respond> held_;
};

constexpr absl::string_view kClose = "Connection: close\r\n\r\n";

TEST_F(HttpServerTest, AnswersWithTheHeadersOfEveryAnswer) {
  const auto server = Start();
  Wire wire(server->port());
  wire.Send(absl::StrCat("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n", kClose, "body"));
  const std::string answer = wire.ReadAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("API-Version: 1.0.0\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 16\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\nPOST /a?b=c body<closed>"));
}

TEST_F(HttpServerTest, EchoesAWellFormedRequestIdOnly) {
  const auto server = Start();
  for (const std::string& id : {std::string("abc-DEF-123"), std::string(64, 'a')}) {
    Wire wire(server->port());
    wire.Send(absl::StrCat("GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: ", id, "\r\n", kClose));
    EXPECT_THAT(wire.ReadAll(), HasSubstr(absl::StrCat("X-Request-Id: ", id, "\r\n")));
  }
  for (const std::string& id : {std::string("a b"), std::string("a_b"), std::string(65, 'a'), std::string("<script>")}) {
    Wire wire(server->port());
    wire.Send(absl::StrCat("GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: ", id, "\r\n", kClose));
    const std::string answer = wire.ReadAll();
    EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
    EXPECT_THAT(answer, Not(HasSubstr(id)));
  }
}

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
  const auto server = Start();
  Wire wire(server->port());
  wire.Send("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(wire.ReadUntil("GET /one "), HasSubstr("200 OK"));
  // Two at once: the second waits its turn.
  wire.Send("GET /two HTTP/1.1\r\nHost: x\r\n\r\nGET /three HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answers = wire.ReadUntil("GET /three ");
  EXPECT_LT(answers.find("GET /two "), answers.find("GET /three "));
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthAndNoBody) {
  const auto server = Start();
  Wire wire(server->port());
  wire.Send(absl::StrCat("HEAD /abc HTTP/1.1\r\nHost: x\r\n", kClose));
  const std::string answer = wire.ReadAll();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n<closed>"));
}

TEST_F(HttpServerTest, ReadsChunkedBodiesAndSaysContinue) {
  const auto server = Start();
  Wire wire(server->port());
  wire.Send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(wire.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  wire.Send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(wire.ReadAll(), HasSubstr("POST /a abcde"));
}

TEST_F(HttpServerTest, RefusesBeforeTheBodyIsRead) {
  const auto server = Start();
  Wire wire(server->port());
  wire.Send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  const std::string answer = wire.ReadUntil("\r\n\r\nno");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));  // What was not read cannot be the next request.
}

// A short body is there with its head: who is refused keeps the connection, and what is behind the body is the next request.
TEST_F(HttpServerTest, ARefusalPassesOverABodyThatIsThere) {
  const auto server = Start();
  for (const char* body : {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"}) {
    Wire wire(server->port());
    wire.Send(absl::StrCat("POST /refuse HTTP/1.1\r\nHost: x\r\n", body, "GET /next HTTP/1.1\r\nHost: x\r\n", kClose));
    const std::string answers = wire.ReadAll();
    EXPECT_THAT(answers, StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(answers, HasSubstr("GET /next ")) << body;
    EXPECT_THAT(answers, Not(HasSubstr("HTTP/1.1 400"))) << answers;
  }
}

// A body that breaks the rules of its coding is no place to begin a next request.
TEST_F(HttpServerTest, ARefusalDoesNotGoOnBehindABodyThatCannotBeRead) {
  const auto server = Start();
  Wire wire(server->port());
  wire.Send(
      "POST /refuse HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answers = wire.ReadAll();
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(answers, HasSubstr("Connection: close"));
  EXPECT_THAT(answers, Not(HasSubstr("GET /next ")));
}

TEST_F(HttpServerTest, RefusesABodyThatIsTooLarge) {
  HttpServerOptions options;
  options.body_limit_bytes = 100;
  const auto server = Start(options);
  {
    Wire wire(server->port());
    wire.Send("POST /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-7\r\nContent-Length: 101\r\n\r\n");
    const std::string answer = wire.ReadUntil("\"violations\":[]}");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(answer, HasSubstr("application/problem+json"));
    EXPECT_THAT(answer, HasSubstr("\"limit_bytes\":\"100\""));
    EXPECT_THAT(answer, HasSubstr("API-Version: 1.0.0\r\n"));
  }
  {
    Wire wire(server->port());
    wire.Send(absl::StrCat("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", std::string(101, 'a'),
                           "\r\n0\r\n\r\n"));
    EXPECT_THAT(wire.ReadUntil("limit_bytes"), StartsWith("HTTP/1.1 413 "));
  }
  Wire wire(server->port());
  wire.Send(absl::StrCat("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n", kClose, std::string(100, 'a')));
  EXPECT_THAT(wire.ReadAll(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(refused_, 413);
}

TEST_F(HttpServerTest, RefusesAHeadThatIsTooLargeOrMalformed) {
  const auto server = Start();
  {
    Wire wire(server->port());
    wire.Send(absl::StrCat("GET /a HTTP/1.1\r\nHost: x\r\nX-Long: ", std::string(17000, 'a'), "\r\n\r\n"));
    EXPECT_THAT(wire.ReadUntil("REQUEST_UNREADABLE"), StartsWith("HTTP/1.1 431 "));
  }
  for (const char* head :
       {"nonsense\r\n\r\n", "GET /a HTTP/9.9\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1\r\nno colon\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    Wire wire(server->port());
    wire.Send(head);
    EXPECT_THAT(wire.ReadUntil("REQUEST_UNREADABLE"), StartsWith("HTTP/1.1 400 ")) << head;
  }
}

// Neither belongs to the body, so its limit does not hold for them.
TEST_F(HttpServerTest, RefusesAChunkExtensionOrTrailerWithoutAnEnd) {
  HttpServerOptions options;
  options.body_limit = absl::Seconds(2);
  const auto server = Start(options);
  for (const char* start : {"4;", "4\r\nbody\r\n0\r\nX-Long: "}) {
    Wire wire(server->port());
    wire.Send(absl::StrCat("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", start));
    wire.Send(std::string(1 << 20, 'a'));
    EXPECT_THAT(wire.ReadUntil("REQUEST_UNREADABLE"), StartsWith("HTTP/1.1 431 ")) << start;
  }
}

TEST_F(HttpServerTest, ASlowSenderHoldsUpNobody) {
  HttpServerOptions options;
  options.threads = 1;
  const auto server = Start(options);
  std::vector<std::unique_ptr<Wire>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<Wire>(server->port()));
    slow.back()->Send(i % 2 == 0 ? "POST /a HTTP/1.1\r\nHo" : "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  }
  Wire wire(server->port());
  wire.Send(absl::StrCat("GET /quick HTTP/1.1\r\nHost: x\r\n", kClose));
  EXPECT_THAT(wire.ReadAll(), HasSubstr("GET /quick "));
  slow[1]->Send(" again");
  EXPECT_THAT(slow[1]->ReadUntil("POST /a half again"), HasSubstr("200 OK"));
}

TEST_F(HttpServerTest, ClosesWhoIsTooSlow) {
  HttpServerOptions options;
  options.head_limit = options.body_limit = options.idle_limit = absl::Milliseconds(20);
  const auto server = Start(options);
  for (const char* part : {"", "GET /a HTTP/1.1\r\nHo", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"}) {
    Wire wire(server->port());
    wire.Send(part);
    EXPECT_EQ(wire.ReadAll(), "<closed>") << part;
  }
}

TEST_F(HttpServerTest, TellsAConnectionTooMany) {
  HttpServerOptions options;
  options.connection_limit = 2;
  const auto server = Start(options);
  auto first = std::make_unique<Wire>(server->port());
  Wire second(server->port());
  first->Send("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  second.Send("GET /two HTTP/1.1\r\nHost: x\r\n\r\n");
  first->ReadUntil("GET /one ");
  second.ReadUntil("GET /two ");
  Wire third(server->port());
  const std::string answer = third.ReadUntil("\"violations\":[]}");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("OVERLOADED"));
  EXPECT_THAT(answer, HasSubstr("Retry-After: "));
  // The others are served on.
  second.Send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(second.ReadUntil("GET /again "), HasSubstr("200 OK"));
}

// Large answers that nobody takes would otherwise add up to the number of connections times the largest there is.
TEST_F(HttpServerTest, RefusesALargeAnswerWhileTooMuchWaitsToBeTaken) {
  HttpServerOptions options;
  options.answers_limit_bytes = 40 << 20;
  const auto server = Start(options);
  const std::string large(32 << 20, 'x');
  const auto ask = [&](Wire& wire, const std::string& body) {
    wire.Send(absl::StrCat("GET /hold HTTP/1.1\r\nHost: x\r\n", kClose));
    TakeHeld()([body] { return HttpResponse{200, "text/plain", body, {}}; });
  };
  Wire slow(server->port());
  ask(slow, large);
  EXPECT_THAT(slow.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  Wire refused(server->port());
  ask(refused, large);
  const std::string refusal = refused.ReadAll();
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, HasSubstr("OVERLOADED"));
  Wire small(server->port());
  ask(small, "small");
  EXPECT_THAT(small.ReadAll(), HasSubstr("small<closed>"));
  EXPECT_GT(slow.ReadAll().size(), 31u << 20);
  // Taken: there is room again.
  Wire later(server->port());
  ask(later, large);
  EXPECT_GT(later.ReadAll().size(), large.size());
}

TEST_F(HttpServerTest, DrainLetsRunningRequestsEnd) {
  const auto server = Start();
  Wire idle(server->port());
  idle.Send("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.ReadUntil("GET /one ");
  auto running = std::make_unique<Wire>(server->port());
  running->Send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  Respond respond = TakeHeld();
  std::future<void> drained = std::async(std::launch::async, [&] { server->Drain(absl::Seconds(30)); });
  EXPECT_EQ(idle.ReadAll(), "<closed>");  // Only now is it sure that draining began.
  respond([] { return HttpResponse{200, "text/plain", "at last", {}}; });
  respond = nullptr;  // It keeps the connection.
  const std::string answer = running->ReadUntil("at last");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(running->ReadAll(), "<closed>");
  running.reset();
}

TEST_F(HttpServerTest, AnAnswerAfterTheEndIsDropped) {
  auto server = Start();
  Wire wire(server->port());
  wire.Send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  Respond respond = TakeHeld();
  server->Drain(absl::ZeroDuration());
  server.reset();
  EXPECT_EQ(wire.ReadAll(), "<closed>");
  respond([] { return HttpResponse{200, "text/plain", "too late", {}}; });
}

TEST_F(HttpServerTest, ListensOnThisMachineOnly) {
  for (const char* address :
       {"0.0.0.0:0", "[::]:0", "192.168.1.1:0", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "localhost:0", ""}) {
    EXPECT_FALSE(IsLoopbackAddress(address)) << address;
    HttpServerOptions options;
    options.listen = address;
    const auto server = HttpServer::Start(std::move(options), nullptr);
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_THAT(std::string(server.status().message()), HasSubstr("loopback"));
  }
  EXPECT_TRUE(IsLoopbackAddress("127.0.0.1:80"));
  EXPECT_TRUE(IsLoopbackAddress("[::1]:80"));
}

TEST_F(HttpServerTest, SaysThatAnAddressIsInUse) {
  const auto server = Start();
  HttpServerOptions options;
  options.listen = absl::StrCat("127.0.0.1:", server->port());
  EXPECT_EQ(HttpServer::Start(std::move(options), nullptr).status().code(), absl::StatusCode::kFailedPrecondition);
}

// Request smuggling: what a proxy and this server could take for two different requests is refused, the connection ends, and
// what hides behind it is never a request.
TEST_F(HttpServerTest, ARequestThatCanBeReadInTwoWaysIsNone) {
  const auto server = Start();
  const std::string hidden = "GET /verborgen HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\n";
  const std::pair<const char*, std::string> attacks[] = {
      {"CL.TE", post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden},
      {"TE.CL", post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + hidden},
      {"TE.TE", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden},
      {"an encoding nobody knows", post + "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello" + hidden},
      {"chunked is not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" + hidden},
      {"chunked is not alone", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + hidden},
      {"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" + hidden},
      {"two lengths", post + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello" + hidden},
      {"one length twice", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + hidden},
      {"a list of lengths", post + "Content-Length: 5, 0\r\n\r\nhello" + hidden},
      {"a length with a sign", post + "Content-Length: +5\r\n\r\nhello" + hidden},
      {"a negative length", post + "Content-Length: -1\r\n\r\n" + hidden},
      {"a length in hexadecimal", post + "Content-Length: 0x5\r\n\r\nhello" + hidden},
      {"a length that turns over", post + "Content-Length: 18446744073709551621\r\n\r\nhello" + hidden},
      {"a space before the colon", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden},
      {"a length before the colon", post + "Content-Length : 5\r\n\r\nhello" + hidden},
      {"a name that is none", post + "Content\x0bLength: 5\r\n\r\nhello" + hidden},
      {"a NUL in a value", post + std::string("X-A: a\0b\r\n\r\n", 12) + hidden},
      {"a bare CR in a value", post + "X-A: a\rb\r\n\r\n" + hidden},
      {"a bare LF ends a line", "GET /a HTTP/1.1\nHost: x\n\n" + hidden},
      {"a line that begins with a space", "GET /a HTTP/1.1\r\n Host: x\r\n\r\n" + hidden},
      {"a chunk that turns over", post + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nhello\r\n0\r\n\r\n" + hidden},
      {"a chunk with a sign", post + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n" + hidden},
      {"a chunk longer than it says", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n" + hidden},
      {"chunks in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden},
      {"no host", "GET /a HTTP/1.1\r\n\r\n" + hidden},
      {"two hosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + hidden},
      {"another version", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n" + hidden},
      {"no version", "GET /a\r\n\r\n" + hidden},
  };
  for (const auto& [what, bytes] : attacks) {
    Wire wire(server->port());
    wire.Send(bytes);
    const std::string answer = wire.ReadAll();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400")) << what;
    EXPECT_THAT(answer, HasSubstr("REQUEST_UNREADABLE")) << what;
    EXPECT_THAT(answer, HasSubstr("Connection: close")) << what;
    EXPECT_THAT(answer, Not(HasSubstr("verborgen"))) << what;
    EXPECT_EQ(answer.find("HTTP/1.1 ", 8), std::string::npos) << what << ": two answers";
  }
}

// What is allowed stays so: a request without ambiguity behind another one is a request.
TEST_F(HttpServerTest, RequestsBehindEachOtherAreAnsweredInOrder) {
  const auto server = Start();
  Wire wire(server->port());
  wire.Send(
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
      "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = wire.ReadAll();
  const size_t a = answers.find("POST /a hello"), b = answers.find("POST /b hi"), c = answers.find("GET /c ");
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
  EXPECT_NE(c, std::string::npos) << answers;
}

TEST_F(HttpServerTest, AFloodOfHeadersIsRefusedAndTheRestGoesOn) {
  const auto server = Start();
  std::vector<std::unique_ptr<Wire>> floods;
  std::string many = "GET /a HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 4000; ++i) absl::StrAppend(&many, "X-", i, ": y\r\n");
  for (int i = 0; i < 20; ++i) {
    floods.push_back(std::make_unique<Wire>(server->port()));
    floods.back()->Send(many);  // And no end.
  }
  Wire honest(server->port());
  honest.Send(absl::StrCat("GET /a HTTP/1.1\r\nHost: x\r\n", kClose));
  EXPECT_THAT(honest.ReadAll(), StartsWith("HTTP/1.1 200"));
  for (const auto& flood : floods) EXPECT_THAT(flood->ReadUntil("}"), StartsWith("HTTP/1.1 431"));
}

// Slow loris: a hundred heads that come letter by letter hold up nobody, and end.
TEST_F(HttpServerTest, AHundredSlowHeadsHoldUpNobodyAndEnd) {
  HttpServerOptions options;
  options.head_limit = absl::Milliseconds(300);
  options.threads = 1;
  const auto server = Start(options);
  std::vector<std::unique_ptr<Wire>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<Wire>(server->port()));
    slow.back()->Send("G");
  }
  for (const char* letter : {"E", "T", " "}) {
    for (const auto& wire : slow) wire->Offer(letter);
    Wire honest(server->port());
    honest.Send(absl::StrCat("GET /a HTTP/1.1\r\nHost: x\r\n", kClose));
    EXPECT_THAT(honest.ReadAll(), StartsWith("HTTP/1.1 200"));
  }
  for (const auto& wire : slow) EXPECT_THAT(wire->ReadAll(), Not(HasSubstr("no answer")));
}

}  // namespace
}  // namespace nmd::gateway
