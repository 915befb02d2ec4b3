// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_SERVICE_MAIN_H_
#define NMD_SERVICES_PLATFORM_SERVICE_MAIN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/peer.h"
#include "services/platform/router.h"

namespace nmd {

// One way to start and to stop for every binary: flags, configuration, signals, replay, listen, ready, drain, exit.
//
//   --config=FILE     the YAML file (required)
//   --check-config    reads and checks it, prints it without secrets, exits 0 or 1
//
// Example (the whole main.cc of a service):
//   int main(int argc, char** argv) {
//     nmd::internal::v1::CostsConfig config;
//     return nmd::ServiceMain(argc, argv, config, config.mutable_server(), [&](nmd::Process& process) { ... });
//   }
class Process {
 public:
  virtual ~Process() = default;
  virtual Router& router() = 0;
  virtual const Clock& clock() = 0;
  // A peer of this instance, with this process's certificate.
  virtual std::unique_ptr<Peer> NewPeer(const internal::v1::PeerConfig& config) = 0;
  // The journal in data_dir, {data_dir}/{service}.db, or in PostgreSQL. FIELDS_INVALID in a reader: a service that knows no
  // readers cannot be one.
  virtual absl::StatusOr<std::unique_ptr<Journal>> OpenJournal() = 0;
  // Whether this process is a reader (PostgresConfig.reader_of). Its service asks for OpenReader instead of OpenJournal, folds
  // what comes into it, and follows no feed.
  virtual bool IsReader() const = 0;
  virtual absl::StatusOr<std::unique_ptr<Journal>> OpenReader() = 0;
  // Called at stop, in reverse order of registration, when /readyz has said no for drain_delay; calls may still run, and come.
  // For ending waits and saving a checkpoint.
  virtual void AtStop(std::function<void()> stop) = 0;
};

// The exit code of a process that ended because the clock of the machine was set back; EX_TEMPFAIL of sysexits.h.
inline constexpr int kClockSetBackExit = 75;

// What a service made: kept alive until after the drain.
using ServiceState = std::shared_ptr<void>;

// `server` points into `config`. `build` opens the journal, replays, binds methods and starts followers; the process is
// ready when it returns. Exit code: 0 stopped by SIGTERM or SIGINT, 1 could not start, 2 usage,
// kClockSetBackExit while it runs.
// REQUIRES: called first in main; it blocks the signals before any thread exists.
int ServiceMain(int argc, char** argv, google::protobuf::Message& config, internal::v1::ServerConfig* server,
                const std::function<absl::StatusOr<ServiceState>(Process&)>& build);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_SERVICE_MAIN_H_
