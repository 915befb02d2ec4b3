// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_ACCESS_LOG_H_
#define NMD_GATEWAY_ACCESS_LOG_H_

#include <chrono>
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
// A call has two entries: its beginning is on the disk before anything is changed or told, with who and what for; its end
// follows with what became of it and never says who, because the processing log may not. What came in while the disk was busy
// is written together, and an end, which nobody waits for, goes with the next beginning, or after a moment.
//
// Thread-safe. One writer per journal: the object has two threads that take turns, so that one tells who waited that it is
// written while the other writes on.
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
    // Beginnings are refused while one waits longer than this to be written: a disk that is too slow gives no queue that grows.
    absl::Duration longest_wait = absl::Seconds(1);
    // How long an end waits for a beginning to be written with.
    absl::Duration end_wait = absl::Milliseconds(5);
    // However quick the disk is, no more than these may wait.
    size_t waiting_limit = 4096;
  };
  // Errors: those of the journal.
  static absl::StatusOr<std::unique_ptr<AccessLog>> Open(Journal& journal, Options options, const Clock& clock);
  // Writes what waits.
  ~AccessLog();

  // Writes the beginning of a call: `done` gets OK once it is on the disk, and UNAVAILABLE_NOW or OVERLOADED when it is not;
  // a change must then not be made, and an answer not be given. `done` runs on the log's thread or at once on the caller's, and
  // must not block.
  void Begin(log::v1::LogRecord record, std::function<void(absl::Status)> done);
  // Whether a beginning would be written now, by itself. Under load it is not: the next transaction has the beginnings of all
  // who wait.
  bool AtRest() const;
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
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    std::string kind;
    internal::v1::LogEntry entry;
    std::function<void(absl::Status)> done;                                // Empty: nobody waits.
    std::function<void(absl::StatusOr<log::v1::PruneLogResponse>)> prune;  // Set: retention instead of an entry.
    Time since;
    bool urgent() const { return done || prune; }
  };

  AccessLog(Journal& journal, Options options, const Clock& clock);
  absl::Status Load();
  std::string ActivityOf(const std::string& method) const;
  void Run();
  // Until it is this thread's turn; false when nothing is left to write and nothing comes.
  bool AwaitTurn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndTurn();
  // Takes it, or leaves it as it is and says false.
  bool Enqueue(Waiting& waiting, bool limited);
  // Appends an entry and waits for it.
  absl::Status Write(std::string kind, internal::v1::LogEntry entry);
  // In turn.
  absl::Status Append(std::vector<Waiting>& batch);
  void KeepUp();
  absl::StatusOr<log::v1::PruneLogResponse> Prune();
  absl::Status SaveCheckpoint();
  std::vector<log::v1::LogHold> holds() const;

  Journal& journal_;
  const Options options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t urgent_ ABSL_GUARDED_BY(mutex_) = 0;  // Of those that wait, those somebody waits for.
  int alert_ ABSL_GUARDED_BY(mutex_) = 0;      // Threads that look here again soon by themselves.
  Time last_turn_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;  // A thread has its turn.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<log::v1::LogHold> holds_ ABSL_GUARDED_BY(mutex_);
  // Of the thread that has its turn alone, after Load.
  int64_t last_sequence_ = 0;
  int64_t since_checkpoint_ = 0;
  std::string last_hash_;
  absl::Time next_prune_ = absl::InfinitePast();
  std::vector<Waiting> again_;  // Ends that could not be written.
  std::vector<std::thread> threads_;
};

// Handles the methods of nmd.log.v1.LogService. The log must outlive the router's last call.
void BindAccessLog(AccessLog& log, Router& router);

// Adds the pseudonymous client ids that a serialised message of this type names, each once, up to the limit of
// LogRecord.clients; other personal values never. Cheap for a type that has none.
void AddClients(const google::protobuf::Descriptor& type, absl::string_view bytes, log::v1::LogRecord* record);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_ACCESS_LOG_H_
