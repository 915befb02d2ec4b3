// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/service_main.h"

#include <grpc/support/log.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/platform/config.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/postgres_journal.h"
#include "services/platform/server.h"
#include "services/platform/status_macros.h"
#include "services/platform/tls.h"

namespace nmd {
namespace {

constexpr char kJournalSequence[] = "nmd_journal_sequence";

class ProcessContext : public Process {
 public:
  explicit ProcessContext(const internal::v1::ServerConfig& config)
      : config_(config), router_(config.municipality(), clock_, &metrics_) {}

  Router& router() override { return router_; }
  const Clock& clock() override { return clock_; }
  std::unique_ptr<Peer> NewPeer(const internal::v1::PeerConfig& config) override {
    return NewGrpcPeer(config, config_.has_tls() ? &config_.tls() : nullptr, config_.municipality());
  }
  bool IsReader() const override { return !config_.postgres().reader_of().empty(); }
  absl::StatusOr<std::unique_ptr<Journal>> OpenJournal() override {
    if (IsReader()) return BadFields({{"server.postgres.reader_of", "this service has no readers; only costs has"}});
    return Open();
  }
  absl::StatusOr<std::unique_ptr<Journal>> OpenReader() override { return Open(); }
  void AtStop(std::function<void()> stop) override { stops_.push_back(std::move(stop)); }
  void Stop() {
    for (auto stop = stops_.rbegin(); stop != stops_.rend(); ++stop) (*stop)();
  }

 private:
  absl::StatusOr<std::unique_ptr<Journal>> Open() {
    NMD_ASSIGN_OR_RETURN(std::unique_ptr<Journal> journal, OpenStore());
    WatchMetric(kJournalSequence, "Sequence of the last record of the journal.",
                [last = journal.get()] { return static_cast<double>(last->LastSequence()); });
    return journal;
  }
  absl::StatusOr<std::unique_ptr<Journal>> OpenStore() const {
    if (config_.data_dir().empty() == !config_.has_postgres()) {
      return BadFields({{"server.data_dir", "give this or server.postgres, one of them"}});
    }
    if (config_.has_postgres()) {
      std::ifstream file(config_.postgres().connection_file());
      std::string connection;
      // One line; what follows it may be a remark.
      if (!std::getline(file, connection)) return BadFields({{"server.postgres.connection_file", "holds no line"}});
      PostgresStore store{std::move(connection), config_.service(), config_.municipality(),
                          absl::Seconds(config_.postgres().standby_seconds()), config_.postgres().reader_of(),
                          // The stop of an orderly end; who started this process starts it again.
                          [] { kill(getpid(), SIGTERM); }};
      return OpenPostgresJournal(store);
    }
    return OpenSqliteJournal(absl::StrCat(config_.data_dir(), "/", config_.service(), ".db"));
  }

  const internal::v1::ServerConfig& config_;
  const SystemClock clock_;
  RpcMetrics metrics_;
  Router router_;
  std::vector<std::function<void()>> stops_;
};

// What was needed for a moment, such as the checkpoint a store began from, leaves holes between what is still needed, and the C
// library gives back what lies at the end only. Measured with nine years of a municipality at rest: 370 MiB for six processes
// without this, 271 with it; a walk over a heap of 100 MB holds its locks for some milliseconds.
void GiveBackMemory(int64_t second) {
  constexpr int64_t kStarted = 10, kPeriod = 600;
  if (second == kStarted || second % kPeriod == 0) malloc_trim(0);
}

// Waits for a signal, and looks after memory and the clock meanwhile. gRPC 1.51 and Abseil wait until a time of day, so a clock
// that is set back holds their timers up for as long, deadlines and the connecting anew among them: measured, a call that never
// ended. Nothing in the process can mend that. It ends at once, as its stop might wait for such a timer; journals bear it
// (decision 140).
int AwaitSignal(const sigset_t& signals) {
  constexpr int64_t kStep = 10;  // Seconds; less is what a time server does.
  const auto ahead = [] {
    return std::chrono::system_clock::now().time_since_epoch() - std::chrono::steady_clock::now().time_since_epoch();
  };
  auto before = ahead();
  for (int64_t seconds_served = 1;; ++seconds_served) {
    const timespec second = {1, 0};
    if (const int received = sigtimedwait(&signals, nullptr, &second); received > 0) return received;
    GiveBackMemory(seconds_served);
    const auto now = ahead();
    if (const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - before).count(); seconds > kStep) {
      Log(LogLevel::kWarning, "the clock was set forward", {{"seconds", seconds}});
    } else if (seconds < -kStep) {
      Log(LogLevel::kError, "the clock was set back; this process ends, and whoever runs it starts it again",
          {{"seconds", -seconds}});
      std::_Exit(kClockSetBackExit);
    }
    before = now;
  }
}

absl::Status Serve(const internal::v1::ServerConfig& config, const sigset_t& signals,
                   const std::function<absl::StatusOr<ServiceState>(Process&)>& build) {
  ProcessContext process(config);
  NMD_ASSIGN_OR_RETURN(const ServiceState state, build(process));
  // After the server, which answers with it, and before the state that has the journal.
  const absl::Cleanup unwatch = [] { WatchMetric(kJournalSequence, "", nullptr); };
  NMD_ASSIGN_OR_RETURN(const std::unique_ptr<Server> server, StartServer(config, process.router(), process.clock()));
  SetBuildInfo(NMD_VERSION);
  server->SetReady();
  Log(LogLevel::kInfo, "ready", {{"listen", config.listen()}, {"port", server->port()}, {"admin_port", server->admin_port()}});
  const int received = AwaitSignal(signals);
  Log(LogLevel::kInfo, "stopping", {{"signal", received}});
  server->Withdraw();
  // Waits end before the drain, so that feeds do not hold it up.
  process.Stop();
  server->Drain();
  return absl::OkStatus();
}

// Sends what grpc-core wants to say through Log.
void RouteGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args* args) {
    if (args->severity != GPR_LOG_SEVERITY_ERROR) return;
    Log(LogLevel::kWarning, "grpc", {{"detail", args->message}});
  });
}

}  // namespace

int ServiceMain(int argc, char** argv, google::protobuf::Message& config, internal::v1::ServerConfig* server,
                const std::function<absl::StatusOr<ServiceState>(Process&)>& build) {
  // Before any thread exists: threads inherit the mask, and only AwaitSignal takes the signals (reference style 15.10).
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  UseGoodSuites();

  std::string path;
  bool check_only = false;
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    if (absl::StartsWith(argument, "--config=")) {
      path = std::string(argument.substr(9));
    } else if (argument == "--check-config") {
      check_only = true;
    } else {
      path.clear();
      break;
    }
  }
  if (path.empty()) {
    std::cerr << "usage: " << argv[0] << " --config=FILE [--check-config]\n";
    return 2;
  }
  // Reading empties the message it reads into, and with it what `server` points to; merging leaves that in its place.
  const std::unique_ptr<google::protobuf::Message> read(config.New());
  if (const absl::Status status = ReadYamlFile(path, read.get()); !status.ok()) {
    std::cerr << status.message() << "\n";
    return 1;
  }
  config.MergeFrom(*read);
  if (check_only) {
    std::cout << Redacted(config) << "\n";
    return 0;
  }
  SetLogService(server->service(), server->municipality());
  RouteGrpcLog();
  if (const absl::Status status = Serve(*server, signals, build); !status.ok()) {
    Log(LogLevel::kError, "could not start", {{"detail", status.message()}});
    return 1;
  }
  Log(LogLevel::kInfo, "stopped");
  return 0;
}

}  // namespace nmd
