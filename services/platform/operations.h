// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_OPERATIONS_H_
#define NMD_SERVICES_PLATFORM_OPERATIONS_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

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
// cut off is done with OPERATION_INTERRUPTED. How far the work is, is told while it runs and written nowhere. The 1,000
// newest are remembered. Thread-safe.
class Operations {
 public:
  // The journal is shared with the domain class: `append` adds one record of the given kind and payload to it.
  using Appender = std::function<absl::Status(absl::string_view kind, std::string payload)>;
  // Names are "{collection}/{random}", so that the operations of two services can be told apart.
  explicit Operations(Appender append, absl::string_view collection = "operations");
  ~Operations();

  // Tells how far the work is: the metadata of its operation from then on. For the work to call, from any thread.
  using Report = std::function<void(const google::protobuf::Message&)>;
  using Outcome = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;

  // To be called for every record of kind "operation" during replay, before Start.
  void Apply(absl::string_view payload);
  // What Apply needs to know all operations again, oldest first: for a checkpoint.
  std::vector<std::string> Payloads() const;
  // Marks what replay left unfinished as interrupted. Call once after replay.
  absl::Status FinishReplay();

  // Queues the work and answers with the operation, not done yet. RESOURCE_EXHAUSTED when 100 are waiting.
  absl::StatusOr<google::longrunning::Operation> Start(std::function<Outcome()> work);
  // The same for work that reports; before its first report the operation has no metadata.
  absl::StatusOr<google::longrunning::Operation> StartReporting(std::function<Outcome(const Report&)> work);

  // google.longrunning.Operations GetOperation and WaitOperation.
  absl::StatusOr<google::longrunning::Operation> Get(const std::string& name) const;
  absl::StatusOr<google::longrunning::Operation> Wait(const std::string& name, absl::Duration timeout) const;

 private:
  void Run();
  void SetMetadata(const std::string& name, const google::protobuf::Message& metadata);
  absl::Status Record(const google::longrunning::Operation& operation);

  const Appender append_;
  const std::string collection_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::map<std::string, google::longrunning::Operation> operations_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);
  struct Work {
    std::string name;
    std::function<Outcome(const Report&)> run;
  };
  std::deque<Work> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_OPERATIONS_H_
