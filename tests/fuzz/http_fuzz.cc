// SPDX-License-Identifier: EUPL-1.2
// Whatever the bytes on a connection: what comes back are whole answers of HTTP/1.1 with the headers that every answer has, at
// most one per request line, and then the connection ends. The server and the gateway behind it are real, over loopback; the
// service behind those answers at once. Every request has a line in the log: give the fuzzer -close_fd_mask=2.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/gateway.h"
#include "gateway/http_server.h"
#include "nmd/costs/v1/costs.pb.h"

namespace nmd::gateway {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

class InstantPeer : public Peer {
 public:
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration, const Caller*) const override {
    return costs::v1::QueryFiguresResponse().SerializeAsString();
  }
  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    done(CallBytes(path, request, timeout, caller));
  }
};

// Knows one key, which is never used: no request is let in by its token.
class NoKeys : public KeySource {
 public:
  std::shared_ptr<const KeySet> keys() const override { return keys_; }

 private:
  const std::shared_ptr<const KeySet> keys_ = std::make_shared<const KeySet>();
};

struct Door {
  SystemClock clock;
  InstantPeer peer;
  NoKeys keys;
  std::unique_ptr<TokenChecker> tokens;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<HttpServer> server;

  Door() {
    internal::v1::IssuerConfig issuer;
    issuer.set_issuer("nobody");
    tokens = *TokenChecker::Create(issuer, &keys, clock);
    Gateway::Parts parts;
    parts.peers = {{"nmd.costs.v1.CostsService", &peer}};
    parts.tokens = tokens.get();
    parts.allowed_origins = {"https://monitor.example.nl"};
    gateway = *Gateway::Create(std::move(parts), clock);
    HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    options.threads = 1;
    options.common_headers = CommonHeaders();
    options.body_limit_bytes = 4096;
    options.header_limit_bytes = 4096;
    server = *HttpServer::Start(options, [this](const HttpRequest& request) { return gateway->Handle(request); });
  }
};

std::string Exchange(int port, const uint8_t* data, size_t size) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit = {20, 0};
  const int on = 1;
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  Require(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0, "the server is gone");
  for (size_t sent = 0; sent < size;) {
    const ssize_t part = send(connection, data + sent, size - sent, MSG_NOSIGNAL);
    if (part <= 0) break;
    sent += static_cast<size_t>(part);
  }
  shutdown(connection, SHUT_WR);
  std::string answer;
  std::array<char, 4096> part;
  ssize_t got = 0;
  // A socket with a time limit is interrupted by the fuzzer's clock.
  while ((got = recv(connection, part.data(), part.size(), 0)) > 0 || (got < 0 && errno == EINTR)) {
    answer.append(part.data(), static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }
  Require(got == 0 || errno == ECONNRESET, "the connection did not end");
  close(connection);
  return answer;
}

void CheckAnswers(absl::string_view rest, size_t most) {
  size_t answers = 0;
  while (!rest.empty()) {
    int status = 0;
    Require(absl::StartsWith(rest, "HTTP/1.1 ") && absl::SimpleAtoi(rest.substr(9, 3), &status), "no status line");
    const size_t end = rest.find("\r\n\r\n");
    Require(end != absl::string_view::npos, "a head without an end");
    const std::string head = absl::AsciiStrToLower(rest.substr(0, end + 2));
    rest.remove_prefix(end + 4);
    if (status == 100) continue;
    ++answers;
    Require(status == 200 || status == 204 || status == 304 || (status >= 400 && status < 500) || status == 503,
            "a strange status");
    for (const char* name : {"\r\napi-version: ", "\r\nx-content-type-options: nosniff", "\r\nx-request-id: "}) {
      Require(absl::StrContains(head, name), name);
    }
    const size_t at = head.find("\r\ncontent-length: ");
    if (at == std::string::npos) {
      Require(status == 204 || status == 304, "an answer without a length");
      continue;
    }
    size_t length = 0;
    Require(absl::SimpleAtoi(head.substr(at + 18, head.find('\r', at + 18) - at - 18), &length), "a length that is no number");
    // The answer to HEAD has the length of what it leaves out.
    if (rest.size() < length && (rest.empty() || absl::StartsWith(rest, "HTTP/1.1 "))) continue;
    if (absl::StartsWith(rest, "HTTP/1.1 ")) continue;
    Require(rest.size() >= length, "an answer that is cut off");
    rest.remove_prefix(length);
  }
  Require(answers <= most, "more answers than requests");
}

}  // namespace
}  // namespace nmd::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using nmd::gateway::Door;
  static Door& door = *new Door;
  const std::string answer = nmd::gateway::Exchange(door.server->port(), data, size);
  // A request takes a line at least.
  size_t lines = 1;
  for (size_t i = 0; i < size; ++i) lines += data[i] == '\n' ? 1 : 0;
  nmd::gateway::CheckAnswers(answer, lines);
  return 0;
}
