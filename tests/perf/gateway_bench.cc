// SPDX-License-Identifier: EUPL-1.2
// What the gateway adds to a call: a request over a kept connection to a gateway whose peer answers at once, beside the same
// server with a handler that does nothing. Everything counts: token, route, JSON both ways, log line (to /dev/null), metrics.
// p50_us and p99_us are what a client waits; target: less than 300 us added at p50, 5,000 requests/s on two cores.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/dev_issuer.h"
#include "gateway/gateway.h"
#include "gateway/http_server.h"
#include "gateway/testing.h"
#include "nmd/costs/v1/costs.pb.h"

namespace nmd::gateway {
namespace {

// Answers every call at once with the same bytes.
class InstantPeer : public Peer {
 public:
  explicit InstantPeer(std::string answer) : answer_(std::move(answer)) {}
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration, const Caller*) const override {
    return answer_;
  }
  void CallBytesAsync(absl::string_view, std::string, absl::Duration, const Caller*,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    done(answer_);
  }

 private:
  const std::string answer_;
};

std::string Answer(int figures) {
  costs::v1::QueryFiguresResponse response;
  for (int i = 0; i < figures; ++i) {
    type::Figure* figure = response.add_figures();
    figure->set_measure("clients");
    figure->mutable_period()->set_start_date("2018-01-01");
    figure->mutable_period()->set_end_date("2018-02-01");
    type::DimensionValue* value = figure->add_dimensions();
    value->set_dimension("wijk");
    value->set_value(absl::StrCat("WK1730", i));
    value->set_label(absl::StrCat("Wijk ", i));
    figure->set_state(type::Figure::ANSWERED);
    figure->set_count(i);
    figure->mutable_reliability()->set_source_quality(0.99);
    figure->mutable_reliability()->set_link_quality(1);
    figure->mutable_reliability()->set_statement("Alle verwachte bronnen zijn geleverd en gekoppeld.");
    figure->mutable_known_time()->set_seconds(1522533599);
    figure->set_definition("clients/1");
  }
  return response.SerializeAsString();
}

// One kept connection that sends a request and reads the whole answer.
class Connection {
 public:
  explicit Connection(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) std::abort();
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Ask(const std::string& request) {
    if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) std::abort();
    answer_.clear();
    size_t end = std::string::npos, length = 0;
    while (end == std::string::npos || answer_.size() < end + length) {
      const ssize_t size = recv(socket_, part_.data(), part_.size(), 0);
      if (size <= 0) std::abort();
      answer_.append(part_.data(), static_cast<size_t>(size));
      if (end != std::string::npos) continue;
      end = answer_.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      end += 4;
      const size_t at = answer_.find("Content-Length: ");
      if (!absl::StartsWith(answer_, "HTTP/1.1 200") || at > end ||
          !absl::SimpleAtoi(answer_.substr(at + 16, answer_.find('\r', at) - at - 16), &length)) {
        std::abort();
      }
    }
  }

 private:
  const int socket_;
  std::string answer_;
  std::vector<char> part_ = std::vector<char>(1 << 16);
};

HttpServerOptions Options() {
  HttpServerOptions options;
  options.listen = "127.0.0.1:0";
  options.common_headers = CommonHeaders();
  return options;
}

// Asks on `connections` connections at once, until the benchmark has had enough.
void Measure(benchmark::State& state, int port, const std::string& request, int connections) {
  std::vector<std::unique_ptr<Connection>> open;
  for (int i = 0; i < connections; ++i) open.push_back(std::make_unique<Connection>(port));
  for (const auto& one : open) one->Ask(request);  // The token is remembered from here on.
  std::vector<std::vector<double>> waits(open.size());
  constexpr int kPerRound = 50;
  for (auto _ : state) {
    std::vector<std::thread> askers;
    for (size_t i = 0; i < open.size(); ++i) {
      askers.emplace_back([&, i] {
        for (int n = 0; n < kPerRound; ++n) {
          const auto start = std::chrono::steady_clock::now();
          open[i]->Ask(request);
          waits[i].push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
        }
      });
    }
    for (std::thread& asker : askers) asker.join();
  }
  std::vector<double> all;
  for (const auto& some : waits) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  state.SetItemsProcessed(static_cast<int64_t>(all.size()));
  state.counters["p50_us"] = all[all.size() / 2];
  state.counters["p99_us"] = all[all.size() * 99 / 100];
}

void BM_PeerBareServer(benchmark::State& state) {
  const std::string body(static_cast<size_t>(state.range(1)), 'x');
  const auto server = *HttpServer::Start(Options(), [&](const HttpRequest&) {
    return Admission{std::nullopt, [&](const std::string&, const Respond& respond) {
                       respond([&] { return HttpResponse{200, "application/json", body, {}}; });
                     }};
  });
  Measure(state, server->port(), "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
          static_cast<int>(state.range(0)));
}
BENCHMARK(BM_PeerBareServer)->ArgNames({"connections", "bytes"})->Args({1, 500})->Args({16, 500})->UseRealTime();

void BM_Gateway(benchmark::State& state) {
  const SystemClock clock;
  const testing::KeyPair keys = testing::MakeKeyPair("P-256");
  const auto tokens = *TokenChecker::Create(testing::MakeIssuer("gateway_bench", keys), clock);
  const InstantPeer peer(Answer(static_cast<int>(state.range(1))));
  Gateway::Parts parts;
  parts.peers = {{"nmd.costs.v1.CostsService", &peer}};
  parts.tokens = tokens.get();
  const auto gateway = *Gateway::Create(std::move(parts), clock);
  const auto server = *HttpServer::Start(Options(), [&](const HttpRequest& request) { return gateway->Handle(request); });
  const std::string body =
      R"({"measures":["clients"],"period":{"start_date":"2018-01-01","end_date":"2018-02-01"},"dimensions":["wijk"]})";
  const std::string request =
      absl::StrCat("POST /v1/municipalities/gm1730/figures/_query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ",
                   *MintToken(keys.private_pem, testing::GoodClaims(clock.Now())),
                   "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
  Measure(state, server->port(), request, static_cast<int>(state.range(0)));
}
BENCHMARK(BM_Gateway)
    ->ArgNames({"connections", "figures"})
    ->Args({1, 1})
    ->Args({16, 1})
    ->Args({1, 10})
    ->Args({16, 10})
    ->Args({1, 1000})
    ->UseRealTime();

}  // namespace
}  // namespace nmd::gateway

int main(int argc, char** argv) {
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 1;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
