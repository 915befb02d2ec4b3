// SPDX-License-Identifier: EUPL-1.2
// What the gateway adds to a call: a request over a kept connection to a gateway whose peer answers at once, beside the same
// server with a handler that does nothing. Everything counts: token, route, JSON both ways, log line (to /dev/null), metrics.
// p50_us and p99_us are what a client waits.
//
// BM_GatewayBeforeAService has a service behind it over gRPC, and says what the gateway adds to the same call made directly,
// with and without the log of calls on disk. Service and callers are processes of their own here, so that the processor time of
// the gateway is told apart: a machine that has two cores for all three shows `per_second`, and own_per_second is what the
// gateway by itself would take of two. disk_p50_us is the bare write of one page to the same disk in the same run: the least
// that the log can add. BM_IdleConnections says what ten thousand of them take, BM_Overload what those calls wait that are let
// in when many times as many are asked as can be done. Targets stand beside what was found (issue 9).
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
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
    Send(request);
    return Receive();
  }
  void Send(const std::string& request) {
    if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) std::abort();
  }
  int Receive() {
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
  int socket() const { return socket_; }
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

// This program again, in another role, with a pipe to it and one from it.
class Helper {
 public:
  explicit Helper(const std::vector<std::string>& arguments) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) std::abort();
    std::vector<char*> argv;
    static const std::string self = std::filesystem::read_symlink("/proc/self/exe");
    argv.push_back(const_cast<char*>(self.c_str()));
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      for (const int end : {in[0], in[1], out[0], out[1]}) close(end);
      execv(self.c_str(), argv.data());
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to_ = in[1];
    from_ = fdopen(out[0], "r");
    fcntl(to_, F_SETFD, FD_CLOEXEC);
    fcntl(fileno(from_), F_SETFD, FD_CLOEXEC);
  }
  ~Helper() {
    CloseInput();
    std::fclose(from_);
    waitpid(pid_, nullptr, 0);
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  void Tell(const std::string& text) {
    if (write(to_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  }
  void CloseInput() {
    if (to_ >= 0) close(to_);
    to_ = -1;
  }
  double Number() {
    double number = 0;
    if (std::fscanf(from_, "%lf", &number) != 1) std::abort();
    return number;
  }

 private:
  pid_t pid_ = -1;
  int to_ = -1;
  std::FILE* from_ = nullptr;
};

// Role "--service WORKERS QUEUE MICROSECONDS": answers with ten figures after some work, until its input ends.
int ServiceRole(int workers, int queue, int microseconds) {
  const SystemClock clock;
  Router router("gm1730", clock);
  costs::v1::QueryFiguresResponse answer;
  answer.ParseFromString(Answer(10));
  router.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                [&](const Caller&, const costs::v1::QueryFiguresRequest&) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
                  if (microseconds > 0) std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
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
  const auto server = *StartServer(config, router, clock);
  std::printf("%d\n", server->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

// Role "--callers PORT CONNECTIONS SECONDS": each asks the request on its input again as soon as it has its answer, 5 ms later
// when it was refused. Prints calls, refused, refused without Retry-After, seconds, and of the answers p50 and p99 in
// microseconds.
int CallersRole(int port, int connections, double seconds) {
  using Clock = std::chrono::steady_clock;
  std::string request;
  for (int c; (c = std::getchar()) != EOF;) request.push_back(static_cast<char>(c));
  std::vector<std::unique_ptr<Connection>> open;
  std::vector<pollfd> polled;
  std::vector<Clock::time_point> since(static_cast<size_t>(connections)), again(static_cast<size_t>(connections));
  for (int i = 0; i < connections; ++i) {
    open.push_back(std::make_unique<Connection>(port));
    polled.push_back({open.back()->socket(), POLLIN, 0});
  }
  open[0]->AskAny(request);  // The token is remembered from here on.
  std::vector<double> waits;
  int64_t refused = 0, without_hint = 0;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const auto send = [&](size_t i, Clock::time_point now) {
    again[i] = Clock::time_point::max();
    since[i] = now;
    open[i]->Send(request);
  };
  for (size_t i = 0; i < open.size(); ++i) send(i, Clock::now());
  size_t waiting = open.size();
  while (waiting > 0) {
    if (poll(polled.data(), polled.size(), 1) < 0) std::abort();
    auto now = Clock::now();
    for (size_t i = 0; i < open.size(); ++i) {
      if (polled[i].revents != 0) {
        const int status = open[i]->Receive();
        now = Clock::now();
        --waiting;
        again[i] = now;
        if (status == 200) {
          waits.push_back(std::chrono::duration<double, std::micro>(now - since[i]).count());
        } else {
          if (status != 429 && status != 503) std::abort();
          ++refused;
          if (!open[i]->TellsWhenToComeBack()) ++without_hint;
          again[i] += std::chrono::milliseconds(5);
        }
      }
      if (again[i] <= now && now < end) {
        send(i, now);
        ++waiting;
      }
    }
  }
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("%zu %ld %ld %f %f %f\n", waits.size(), static_cast<long>(refused), static_cast<long>(without_hint), took,
              Quantile(waits, 0.5), Quantile(waits, 0.99));
  return 0;
}

// What callers in a process of their own found.
struct Found {
  double calls, refused, without_hint, seconds, p50_us, p99_us;
};
Found Call(int port, const std::string& request, int connections, double seconds) {
  Helper callers({"--callers", absl::StrCat(port), absl::StrCat(connections), absl::StrCat(seconds)});
  callers.Tell(request);
  callers.CloseInput();
  Found found{};
  for (double* value : {&found.calls, &found.refused, &found.without_hint, &found.seconds, &found.p50_us, &found.p99_us})
    *value = callers.Number();
  return found;
}

double ProcessorSeconds() {
  rusage used = {};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::string OnDisk(const char* name) {
  return std::filesystem::temp_directory_path() / absl::StrCat(name, "_", getpid(), ".db");
}

// The bare write of a page that is on the disk when it returns, over a file that has its size already.
double DiskMicros() {
  const std::string path = OnDisk("gateway_bench_disk");
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  const std::string page(4096, 'x');
  constexpr int kPages = 256;
  for (int i = 0; i < kPages; ++i) {
    if (pwrite(file, page.data(), page.size(), i * 4096) != 4096) std::abort();
  }
  fsync(file);
  std::vector<double> waits;
  for (int i = 0; i < 2 * kPages; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (pwrite(file, page.data(), page.size(), i % kPages * 4096) != 4096 || fdatasync(file) != 0) std::abort();
    waits.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  close(file);
  std::filesystem::remove(path);
  return Quantile(std::move(waits), 0.5);
}

// A service in a process of its own, and the gateway in this one.
struct Instance {
  SystemClock clock;
  testing::KeyPair keys = testing::MakeKeyPair("P-256");
  Helper service;
  std::unique_ptr<Peer> peer;
  std::unique_ptr<TokenChecker> tokens;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<AccessLog> log;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<HttpServer> server;

  Instance(bool logged, int workers, int queue, int work_microseconds)
      : service({"--service", absl::StrCat(workers), absl::StrCat(queue), absl::StrCat(work_microseconds)}) {
    internal::v1::PeerConfig there;
    there.set_address(absl::StrCat("127.0.0.1:", static_cast<int>(service.Number())));
    peer = NewGrpcPeer(there, nullptr, "gm1730");
    tokens = *TokenChecker::Create(testing::MakeIssuer("gateway_bench", keys), clock);
    Gateway::Parts parts;
    parts.peers = {{"nmd.costs.v1.CostsService", peer.get()}};
    parts.tokens = tokens.get();
    if (logged) {
      const std::string path = OnDisk("gateway_bench");
      for (const char* rest : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + rest);
      journal = *OpenSqliteJournal(path);
      // A log that has run for a minute: its write-ahead file has the size it keeps.
      for (int i = 0; i < 2'200; ++i) {
        JournalRecord record;
        record.record_time = clock.Now();
        record.kind = "audit";
        if (!journal->Append({record}, journal->LastSequence()).ok()) std::abort();
      }
      AccessLog::Options options;
      options.municipality = "gm1730";
      log = *AccessLog::Open(*journal, std::move(options), clock);
      parts.log = log.get();
    }
    gateway = *Gateway::Create(std::move(parts), clock);
    server = *HttpServer::Start(Options(), [this](const HttpRequest& request) { return gateway->Handle(request); });
  }
  ~Instance() {
    server.reset();
    gateway.reset();
    log.reset();
    journal.reset();
    for (const char* rest : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(OnDisk("gateway_bench") + rest);
  }

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
  const auto connections = static_cast<int>(state.range(0));
  const bool logged = state.range(1) != 0;
  const Instance instance(logged, 4, 256, 0);
  const std::string request = RequestWith(instance.keys, instance.clock.Now());
  instance.DirectMicros(200);
  // Before and after: machines are shared, and slow down in between.
  double direct = instance.DirectMicros(1000), disk = logged ? DiskMicros() : 0;
  for (auto _ : state) {
    const double before = ProcessorSeconds();
    const Found found = Call(instance.server->port(), request, connections, 4);
    const double used = ProcessorSeconds() - before;
    if (found.refused > 0) std::abort();
    state.counters["p50_us"] = found.p50_us;
    state.counters["p99_us"] = found.p99_us;
    state.counters["per_second"] = found.calls / found.seconds;
    state.counters["own_cpu_us"] = used / found.calls * 1e6;
    state.counters["own_per_second"] = 2 * found.calls / used;
  }
  direct = (direct + instance.DirectMicros(1000)) / 2;
  if (logged) state.counters["disk_p50_us"] = disk = (disk + DiskMicros()) / 2;
  state.counters["direct_p50_us"] = direct;
  if (connections == 1) {
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
    ->Args({64, 1})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

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

// Two at a time take 2 ms each, so a thousand a second can be done; 64 connections ask without a pause, and are back 5 ms after
// a refusal whatever it says.
void BM_Overload(benchmark::State& state) {
  const Instance instance(state.range(0) != 0, 2, 8, 2000);
  const std::string request = RequestWith(instance.keys, instance.clock.Now());
  for (auto _ : state) {
    const Found alone = Call(instance.server->port(), request, 1, 1);
    const double before = ProcessorSeconds();
    const Found crowd = Call(instance.server->port(), request, 64, 4);
    state.counters["own_cpu_us"] = (ProcessorSeconds() - before) / (crowd.calls + crowd.refused) * 1e6;
    state.counters["alone_p50_ms"] = alone.p50_us / 1000;
    state.counters["accepted_per_s"] = crowd.calls / crowd.seconds;
    state.counters["refused_per_s"] = crowd.refused / crowd.seconds;
    state.counters["without_hint"] = crowd.without_hint;
    state.counters["accepted_p50_ms"] = crowd.p50_us / 1000;
    state.counters["accepted_p99_ms"] = crowd.p99_us / 1000;
    // Eight wait before two that run.
    state.counters["bound_ms"] = 2.0 * (8 + 2) / 2;
  }
}
BENCHMARK(BM_Overload)->ArgName("logged")->Arg(0)->Arg(1)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nmd::gateway

int main(int argc, char** argv) {
  const auto number = [&](int at) { return std::atof(argv[at]); };
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 1;
  if (argc == 5 && std::strcmp(argv[1], "--service") == 0)
    return nmd::gateway::ServiceRole(static_cast<int>(number(2)), static_cast<int>(number(3)), static_cast<int>(number(4)));
  if (argc == 5 && std::strcmp(argv[1], "--callers") == 0)
    return nmd::gateway::CallersRole(static_cast<int>(number(2)), static_cast<int>(number(3)), number(4));
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
