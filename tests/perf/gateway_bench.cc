// SPDX-License-Identifier: EUPL-1.2
// What the gateway adds to a call: a request over a kept connection to a gateway whose peer answers at once, beside the same
// server with a handler that does nothing. Everything counts: token, route, JSON both ways, log line (to /dev/null), metrics.
// p50_us and p99_us are what a client waits.
//
// BM_GatewayBeforeAService has a service behind it over gRPC, and says what the gateway adds to the same call made directly,
// with and without the log of calls on disk. BM_IdleConnections says what ten thousand of them take, BM_Overload what those
// calls wait that are let in when four times as many are asked as can be done. Targets stand beside what was found (issue 9).
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/dev_issuer.h"
#include "gateway/gateway.h"
#include "gateway/http_server.h"
#include "gateway/testing.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/router.h"
#include "services/platform/server.h"

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
    if (AskAny(request) != 200) std::abort();
  }
  // The status of the answer.
  int AskAny(const std::string& request) {
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
      if (at > end || !absl::SimpleAtoi(answer_.substr(at + 16, answer_.find('\r', at) - at - 16), &length)) std::abort();
    }
    int status = 0;
    if (!absl::SimpleAtoi(answer_.substr(9, 3), &status)) std::abort();
    return status;
  }
  bool TellsWhenToComeBack() const { return absl::StrContains(answer_, "Retry-After: "); }

  // Lets go of the buffers of this end: it is the other end that is measured.
  void Forget() {
    answer_ = std::string();
    part_ = std::vector<char>();
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

std::string RequestWith(const testing::KeyPair& keys, absl::Time now) {
  const std::string body = R"({"measures":["clients"],"period":{"start_date":"2018-01-01","end_date":"2018-02-01"}})";
  return absl::StrCat("POST /v1/municipalities/gm1730/figures/_query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ",
                      *MintToken(keys.private_pem, testing::GoodClaims(now)),
                      "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())))];
}

// A service that answers with ten figures, after some work, and the gateway before it.
struct Instance {
  SystemClock clock;
  testing::KeyPair keys = testing::MakeKeyPair("P-256");
  Router router{"gm1730", clock};
  std::unique_ptr<Server> service;
  std::unique_ptr<Peer> peer;
  std::unique_ptr<TokenChecker> tokens;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<AccessLog> log;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<HttpServer> server;

  Instance(bool logged, int workers, int queue, std::chrono::microseconds work) {
    costs::v1::QueryFiguresResponse answer;
    answer.ParseFromString(Answer(10));
    router.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                  [answer, work](const Caller&,
                                 const costs::v1::QueryFiguresRequest&) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
                    if (work.count() > 0) std::this_thread::sleep_for(work);
                    return answer;
                  });
    internal::v1::ServerConfig config;
    config.set_service("costs");
    config.set_municipality("gm1730");
    config.set_listen("127.0.0.1:0");
    config.set_admin_listen("127.0.0.1:0");
    config.set_insecure_loopback(true);
    config.set_workers(workers);
    config.set_queue_length(queue);
    config.set_call_limit_seconds(60);
    config.set_drain_limit_seconds(5);
    service = *StartServer(config, router, clock);
    internal::v1::PeerConfig there;
    there.set_address(absl::StrCat("127.0.0.1:", service->port()));
    peer = NewGrpcPeer(there, nullptr, "gm1730");
    tokens = *TokenChecker::Create(testing::MakeIssuer("gateway_bench", keys), clock);
    Gateway::Parts parts;
    parts.peers = {{"nmd.costs.v1.CostsService", peer.get()}};
    parts.tokens = tokens.get();
    if (logged) {
      const std::string path = std::filesystem::temp_directory_path() / absl::StrCat("gateway_bench_", getpid(), ".db");
      for (const char* rest : {"", "-wal", "-shm"}) std::filesystem::remove(path + rest);
      journal = *OpenSqliteJournal(path);
      AccessLog::Options options;
      options.municipality = "gm1730";
      log = *AccessLog::Open(*journal, std::move(options), clock);
      parts.log = log.get();
    }
    gateway = *Gateway::Create(std::move(parts), clock);
    server = *HttpServer::Start(Options(), [this](const HttpRequest& request) { return gateway->Handle(request); });
  }
  ~Instance() { server.reset(); }

  // The same call without the gateway.
  double DirectMicros(int calls) const {
    Caller caller;
    caller.subject = "adviseur-1";
    caller.roles = {type::POLICY_ADVISER};
    caller.municipality = "gm1730";
    caller.purpose = "beleidsinformatie";
    costs::v1::QueryFiguresRequest request;
    request.set_parent("municipalities/gm1730");
    request.add_measures("clients");
    std::vector<double> waits;
    for (int i = 0; i < calls; ++i) {
      const auto start = std::chrono::steady_clock::now();
      if (!peer->CallBytes("/nmd.costs.v1.CostsService/QueryFigures", request.SerializeAsString(), absl::Seconds(10), &caller)
               .ok())
        std::abort();
      waits.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    return Quantile(std::move(waits), 0.5);
  }
};

void BM_GatewayBeforeAService(benchmark::State& state) {
  const Instance instance(state.range(1) != 0, 4, 256, std::chrono::microseconds(0));
  instance.DirectMicros(200);
  // Before and after: machines are shared, and slow down in between.
  const double before = instance.DirectMicros(1000);
  Measure(state, instance.server->port(), RequestWith(instance.keys, instance.clock.Now()), static_cast<int>(state.range(0)));
  const double direct = (before + instance.DirectMicros(1000)) / 2;
  state.counters["direct_p50_us"] = direct;
  if (state.range(0) == 1) {
    state.counters["added_p50_us"] = state.counters["p50_us"] - direct;
    state.counters["target_added_us"] = 300;
  } else {
    state.counters["target_per_s"] = 5000;
  }
}
BENCHMARK(BM_GatewayBeforeAService)
    ->ArgNames({"connections", "logged"})
    ->Args({1, 0})
    ->Args({1, 1})
    ->Args({16, 0})
    ->Args({16, 1})
    ->UseRealTime();

double ResidentMiB() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// Each has asked once, so that all it keeps is there.
void BM_IdleConnections(benchmark::State& state) {
  const auto count = static_cast<int>(state.range(0));
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < static_cast<rlim_t>(2 * count + 100)) return state.SkipWithError("not enough descriptors");
  HttpServerOptions options = Options();
  options.connection_limit = count;
  const SystemClock clock;
  const testing::KeyPair keys = testing::MakeKeyPair("P-256");
  const auto tokens = *TokenChecker::Create(testing::MakeIssuer("gateway_bench", keys), clock);
  const InstantPeer peer(Answer(10));
  Gateway::Parts parts;
  parts.peers = {{"nmd.costs.v1.CostsService", &peer}};
  parts.tokens = tokens.get();
  const auto gateway = *Gateway::Create(std::move(parts), clock);
  const auto server = *HttpServer::Start(options, [&](const HttpRequest& request) { return gateway->Handle(request); });
  const std::string request = RequestWith(keys, clock.Now());
  for (auto _ : state) {
    const double before = ResidentMiB();
    std::vector<std::unique_ptr<Connection>> open;
    open.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      open.push_back(std::make_unique<Connection>(server->port()));
      open.back()->Ask(request);
      open.back()->Forget();
    }
    state.counters["MiB_for_10000"] = (ResidentMiB() - before) * 10'000 / count;
    state.counters["target_MiB"] = 300;
  }
}
// Both ends are in this process, and 20,000 descriptors are what many machines give one.
BENCHMARK(BM_IdleConnections)->Arg(9'900)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// Two at a time take 2 ms each, so a thousand a second can be done; 64 connections ask without a pause.
void BM_Overload(benchmark::State& state) {
  const Instance instance(false, 2, 8, std::chrono::milliseconds(2));
  const std::string request = RequestWith(instance.keys, instance.clock.Now());
  std::vector<double> alone;
  {
    Connection one(instance.server->port());
    for (int i = 0; i < 200; ++i) {
      const auto start = std::chrono::steady_clock::now();
      one.Ask(request);
      alone.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
  }
  constexpr int kConnections = 64;
  std::vector<std::vector<double>> accepted(kConnections);
  std::atomic<int64_t> refused = 0, without_hint = 0;
  for (auto _ : state) {
    std::vector<std::thread> askers;
    for (int i = 0; i < kConnections; ++i) {
      askers.emplace_back([&, i] {
        Connection connection(instance.server->port());
        for (int n = 0; n < 60; ++n) {
          const auto start = std::chrono::steady_clock::now();
          const int status = connection.AskAny(request);
          if (status == 200) {
            accepted[static_cast<size_t>(i)].push_back(
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
          } else {
            if (status != 429 && status != 503) std::abort();
            ++refused;
            if (!connection.TellsWhenToComeBack()) ++without_hint;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
          }
        }
      });
    }
    for (std::thread& asker : askers) asker.join();
  }
  std::vector<double> all;
  for (const auto& some : accepted) all.insert(all.end(), some.begin(), some.end());
  state.counters["alone_p50_ms"] = Quantile(alone, 0.5);
  state.counters["accepted"] = static_cast<double>(all.size());
  state.counters["refused"] = static_cast<double>(refused.load());
  state.counters["without_hint"] = static_cast<double>(without_hint.load());
  state.counters["accepted_p50_ms"] = Quantile(all, 0.5);
  state.counters["accepted_p99_ms"] = Quantile(all, 0.99);
  // Eight wait before two that run.
  state.counters["bound_ms"] = 2.0 * (8 + 2) / 2;
}
BENCHMARK(BM_Overload)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nmd::gateway

int main(int argc, char** argv) {
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 1;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
