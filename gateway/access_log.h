// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_ACCESS_LOG_H_
#define NMD_GATEWAY_ACCESS_LOG_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/internal/v1/log_events.pb.h"
#include "nmd/log/v1/log.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"

namespace google::protobuf {
class Descriptor;
}
namespace nmd {
class Router;
}

namespace nmd::gateway {

// The log of calls (R23, F-33): who asked what and what for (audit, BIO2 8.15), and what was done with which data (processing,
// Logboek Dataverwerkingen 1.0). One chain of hashes in a journal of its own; contents leave it by retention only.
//
// A call has two entries: its beginning is on the disk before the call is made, with who and what for; its end follows with
// what became of it and never says who, because the processing log may not. What is written at the same moment is written
// together.
//
// Thread-safe. One writer per journal: the object has a thread that appends.
class AccessLog {
 public:
  struct Options {
    std::string municipality;  // "gm1730"
    absl::Duration audit_life = absl::Hours(24 * 730);
    absl::Duration processing_life = absl::Hours(24 * 1825);
    // URI of an activity in the register of processing by full name of a method or of its service; what is not there gets the
    // base and the name of its method.
    std::map<std::string, std::string, std::less<>> activities;
    std::string activity_base = "tag:nmd.nl,2026:verwerking/";
    // Beginnings that may wait to be written; more are refused.
    size_t waiting_limit = 4096;
  };
  // Errors: those of the journal.
  static absl::StatusOr<std::unique_ptr<AccessLog>> Open(Journal& journal, Options options, const Clock& clock);
  // Writes what waits.
  ~AccessLog();

  // Writes the beginning of a call: `done` gets OK once it is on the disk, and UNAVAILABLE_NOW or OVERLOADED when it is not;
  // the call must then not be made. `done` runs on the log's thread or at once on the caller's, and must not block.
  void Begin(log::v1::LogRecord record, std::function<void(absl::Status)> done);
  // Writes the end of a call, or a call that was refused at the door, without telling. What cannot be written now is tried
  // again with what comes next, at most as many as may wait; then beginnings are refused until it can.
  void End(log::v1::LogRecord record);

  // nmd.log.v1.LogService.
  absl::StatusOr<log::v1::QueryLogRecordsResponse> QueryLogRecords(const log::v1::QueryLogRecordsRequest& request) const;
  absl::StatusOr<log::v1::VerifyLogResponse> VerifyLog(const log::v1::VerifyLogRequest& request) const;
  absl::StatusOr<log::v1::QueryProcessingActivitiesResponse> QueryProcessingActivities(
      const log::v1::QueryProcessingActivitiesRequest& request) const;
  absl::StatusOr<log::v1::LogHold> HoldLog(const log::v1::HoldLogRequest& request);
  absl::StatusOr<log::v1::LogHold> ReleaseLog(const log::v1::ReleaseLogRequest& request);
  absl::StatusOr<log::v1::PruneLogResponse> PruneLog(const log::v1::PruneLogRequest& request);

 private:
  struct Waiting {
    std::string kind;
    internal::v1::LogEntry entry;
    std::function<void(absl::Status)> done;                                // May be empty.
    std::function<void(absl::StatusOr<log::v1::PruneLogResponse>)> prune;  // Set: retention instead of an entry.
  };

  AccessLog(Journal& journal, Options options, const Clock& clock);
  absl::Status Load();
  std::string ActivityOf(const std::string& method) const;
  void Run();
  bool Enqueue(Waiting waiting, bool limited);
  // Appends an entry and waits for it.
  absl::Status Write(std::string kind, internal::v1::LogEntry entry);
  // On the log's thread.
  absl::Status Append(std::vector<Waiting>& batch);
  absl::StatusOr<log::v1::PruneLogResponse> Prune();
  absl::Status SaveCheckpoint();
  std::vector<log::v1::LogHold> holds() const;

  Journal& journal_;
  const Options options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<log::v1::LogHold> holds_ ABSL_GUARDED_BY(mutex_);
  // Of the log's thread alone, after Load.
  int64_t last_sequence_ = 0;
  std::string last_hash_;
  absl::Time next_prune_ = absl::InfinitePast();
  std::thread thread_;
};

// Handles the methods of nmd.log.v1.LogService. The log must outlive the router's last call.
void BindAccessLog(AccessLog& log, Router& router);

// Adds the pseudonymous client ids that a serialised message of this type names, each once, up to the limit of
// LogRecord.clients; other personal values never. Cheap for a type that has none.
void AddClients(const google::protobuf::Descriptor& type, absl::string_view bytes, log::v1::LogRecord* record);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_ACCESS_LOG_H_
