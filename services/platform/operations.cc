// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/operations.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"
#include "nmd/internal/v1/journal.pb.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

using google::longrunning::Operation;

constexpr size_t kRemembered = 1000;
constexpr size_t kWaiting = 100;

using Outcome = Operations::Outcome;

// The work is as foreign as that of a call, and is contained as the router contains that.
Outcome Contained(const std::function<Outcome(const Operations::Report&)>& work, const Operations::Report& report) {
  try {
    return work(report);
  } catch (const std::exception& e) {
    Log(LogLevel::kError, "exception", {{"method", "operation"}, {"what", e.what()}});
    return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the service made a mistake; report the operation");
  }
}

void SetError(Operation* operation, const absl::Status& status) { *operation->mutable_error() = ToRpcStatus(status); }

std::string PayloadOf(const Operation& operation) {
  internal::v1::OperationRecord record;
  record.set_name(operation.name());
  record.set_done(operation.done());
  if (operation.has_error()) *record.mutable_error() = operation.error();
  if (operation.has_response()) *record.mutable_response() = operation.response();
  return record.SerializeAsString();
}

}  // namespace

Operations::Operations(Appender append, absl::string_view collection)
    : append_(std::move(append)), collection_(collection), thread_([this] { Run(); }) {}

Operations::~Operations() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void Operations::Apply(absl::string_view payload) {
  internal::v1::OperationRecord record;
  if (!record.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  Operation operation;
  operation.set_name(record.name());
  operation.set_done(record.done());
  if (record.has_error()) *operation.mutable_error() = record.error();
  if (record.has_response()) *operation.mutable_response() = record.response();
  MutexLock lock(mutex_);
  const auto known = operations_.find(record.name());
  if (known == operations_.end()) {
    order_.push_back(record.name());
  } else if (known->second.has_metadata()) {
    *operation.mutable_metadata() = std::move(*known->second.mutable_metadata());
  }
  operations_[record.name()] = std::move(operation);
  while (order_.size() > kRemembered) {
    operations_.erase(order_.front());
    order_.pop_front();
  }
}

std::vector<std::string> Operations::Payloads() const {
  std::vector<std::string> payloads;
  MutexLock lock(mutex_);
  for (const std::string& name : order_) payloads.push_back(PayloadOf(operations_.at(name)));
  return payloads;
}

absl::Status Operations::FinishReplay() {
  std::vector<Operation> interrupted;
  {
    MutexLock lock(mutex_);
    for (const auto& [name, operation] : operations_) {
      if (!operation.done()) interrupted.push_back(operation);
    }
  }
  for (Operation& operation : interrupted) {
    operation.set_done(true);
    SetError(&operation, Fail(absl::StatusCode::kAborted, ErrorReason::OPERATION_INTERRUPTED,
                              "a restart cut the operation off; start it again"));
    NMD_RETURN_IF_ERROR(Record(operation));
  }
  return absl::OkStatus();
}

absl::Status Operations::Record(const Operation& operation) {
  const std::string payload = PayloadOf(operation);
  NMD_RETURN_IF_ERROR(append_("operation", payload));
  Apply(payload);
  MutexLock lock(mutex_);
  changed_.NotifyAll();
  return absl::OkStatus();
}

absl::StatusOr<Operation> Operations::Start(std::function<Outcome()> work) {
  return StartReporting([work = std::move(work)](const Report&) { return work(); });
}

absl::StatusOr<Operation> Operations::StartReporting(std::function<Outcome(const Report&)> work) {
  {
    MutexLock lock(mutex_);
    if (queue_.size() >= kWaiting || stopping_) return Overloaded("too many operations are waiting; retry later", 5000);
  }
  Operation operation;
  operation.set_name(absl::StrCat(collection_, "/", RandomHex(16)));
  NMD_RETURN_IF_ERROR(Record(operation));
  MutexLock lock(mutex_);
  queue_.push_back({operation.name(), std::move(work)});
  changed_.NotifyAll();
  return operation;
}

void Operations::SetMetadata(const std::string& name, const google::protobuf::Message& metadata) {
  MutexLock lock(mutex_);
  const auto found = operations_.find(name);
  if (found == operations_.end()) return;
  found->second.mutable_metadata()->PackFrom(metadata);
}

absl::StatusOr<Operation> Operations::Get(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = operations_.find(name);
  if (found == operations_.end()) return NotFound(name);
  return found->second;
}

absl::StatusOr<Operation> Operations::Wait(const std::string& name, absl::Duration timeout) const {
  const absl::Time deadline = absl::Now() + timeout;
  MutexLock lock(mutex_);
  while (true) {
    const auto found = operations_.find(name);
    if (found == operations_.end()) return NotFound(name);
    const absl::Duration left = deadline - absl::Now();
    if (found->second.done() || stopping_ || left <= absl::ZeroDuration()) return found->second;
    changed_.WaitFor(mutex_, left);
  }
}

void Operations::Run() {
  while (true) {
    Work work;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !stopping_) changed_.Wait(mutex_);
      // What still waits when the service stops is found unfinished at the next start, and said to be interrupted.
      if (stopping_) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    Operation operation;
    operation.set_name(work.name);
    operation.set_done(true);
    const Outcome outcome = Contained(
        work.run, [this, name = work.name](const google::protobuf::Message& metadata) { SetMetadata(name, metadata); });
    if (outcome.ok()) {
      operation.mutable_response()->PackFrom(**outcome);
    } else {
      SetError(&operation, outcome.status());
    }
    if (const absl::Status status = Record(operation); !status.ok()) {
      Log(LogLevel::kError, "the outcome of an operation could not be stored", {{"detail", status.message()}});
      // Who waits learns it still; after a restart the operation is one that was cut off.
      Apply(PayloadOf(operation));
      MutexLock lock(mutex_);
      changed_.NotifyAll();
    }
  }
}

}  // namespace nmd
