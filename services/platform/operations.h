// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_OPERATIONS_H_
#define NMD_SERVICES_PLATFORM_OPERATIONS_H_

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/message.h"
#include "services/platform/caller.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"

namespace nmd {

// Long-running operations (AIP-151): work that may take more than ten seconds runs here, one at a time, on a thread of
// its own. Start and outcome are in the service's journal as records of kind "operation"; an operation that a restart
// cut off is done with OPERATION_INTERRUPTED. The 1,000 newest are remembered. Thread-safe.
class Operations {
 public:
  // The journal is shared with the domain class: `append` adds one record of the given kind and payload to it.
  using Appender = std::function<absl::Status(absl::string_view kind, std::string payload)>;
  explicit Operations(Appender append);
  ~Operations();

  // To be called for every record of kind "operation" during replay, before Start.
  void Apply(absl::string_view payload);
  // Marks what replay left unfinished as interrupted. Call once after replay.
  absl::Status FinishReplay();

  // Queues the work and answers with the operation, not done yet. RESOURCE_EXHAUSTED when 100 are waiting.
  absl::StatusOr<google::longrunning::Operation> Start(
      std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>()> work);

  // google.longrunning.Operations GetOperation and WaitOperation.
  absl::StatusOr<google::longrunning::Operation> Get(const std::string& name) const;
  absl::StatusOr<google::longrunning::Operation> Wait(const std::string& name, absl::Duration timeout) const;

 private:
  void Run();
  absl::Status Record(const google::longrunning::Operation& operation);

  const Appender append_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::map<std::string, google::longrunning::Operation> operations_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);
  struct Work {
    std::string name;
    std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>()> run;
  };
  std::deque<Work> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_OPERATIONS_H_
