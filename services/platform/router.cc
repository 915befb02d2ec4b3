// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/router.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nmd/type/options.pb.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/mutex.h"
#include "services/platform/parking.h"
#include "services/platform/policy.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

using google::protobuf::Descriptor;

[[noreturn]] void Misbound(absl::string_view what) {
  std::fprintf(stderr, "router: %s\n", std::string(what).c_str());
  std::abort();
}

// How long a feed waits; null when the request does not say.
const google::protobuf::FieldDescriptor* WaitOf(const Descriptor& input) {
  const auto* field = input.FindFieldByName("wait_seconds");
  const bool whole = field != nullptr && field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32;
  return whole && !field->is_repeated() ? field : nullptr;
}

// Most a feed may be asked to wait, and how long before the deadline of the caller it answers.
constexpr int kMostWaitSeconds = 30;
constexpr absl::Duration kAnswerTime = absl::Milliseconds(500);
constexpr int kRetryMilliseconds = 250;

absl::Status ServiceMistake() {
  return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the service made a mistake; report the request id");
}

// A domain function inside the guard.
template <typename Function>
auto Guarded(const Router::Method& method, Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& e) {
    Log(LogLevel::kError, "exception", {{"method", method.descriptor->full_name()}, {"what", e.what()}});
    return ServiceMistake();
  }
}

}  // namespace

void Router::Bind(absl::string_view service, absl::string_view method, const google::protobuf::Message& request,
                  const Descriptor* response, Run run) {
  Method bound;
  bound.run = std::move(run);
  Add(service, method, request, response, std::move(bound));
}

void Router::BindFeed(absl::string_view service, absl::string_view method, const google::protobuf::Message& request,
                      const Descriptor* response, Parking& parking, Poll poll) {
  Method bound;
  bound.parking = &parking;
  bound.poll = std::move(poll);
  Add(service, method, request, response, std::move(bound));
}

void Router::Add(absl::string_view service, absl::string_view method, const google::protobuf::Message& request,
                 const Descriptor* response, Method bound) {
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(absl::StrCat(service, ".", method));
  const std::string path = absl::StrCat("/", service, "/", method);
  if (found == nullptr) Misbound(absl::StrCat(path, " is not in any linked proto"));
  if (found->input_type() != request.GetDescriptor() || found->output_type() != response)
    Misbound(absl::StrCat(path, " has other types"));
  // Its municipality is what the door goes by.
  const Descriptor* input = found->input_type();
  if (input->FindFieldByName("parent") == nullptr && input->FindFieldByName("name") == nullptr)
    Misbound(absl::StrCat(input->full_name(), " has neither parent nor name"));
  bound.descriptor = found;
  bound.feed = AccessOf(*found).feed();
  bound.request = &request;
  if (bound.parking != nullptr && (!bound.feed || WaitOf(*input) == nullptr))
    Misbound(absl::StrCat(path, " is no feed with wait_seconds"));
  if (!methods_.emplace(path, std::move(bound)).second) Misbound(absl::StrCat(path, " is bound twice"));
}

absl::StatusOr<const Router::Method*> Router::Admit(absl::string_view path, const Caller& caller) const {
  const auto found = methods_.find(path);
  absl::Status refused;
  if (found == methods_.end()) {
    refused = Fail(absl::StatusCode::kUnimplemented, ErrorReason::METHOD_UNKNOWN, "this service has no such method");
  } else {
    refused = CheckRole(*found->second.descriptor, caller);
    if (refused.ok()) return &found->second;
  }
  // An unknown path is the caller's text: it never becomes a label.
  if (metrics_ != nullptr)
    metrics_->Denied(found == methods_.end() ? "unknown" : path, type::ErrorReason_Name(ReasonOf(refused)));
  return refused;
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Router::Read(const Method& method, const Caller& caller,
                                                                        absl::string_view bytes) const {
  if (caller.deadline <= clock_.Now()) {
    return Fail(absl::StatusCode::kDeadlineExceeded, ErrorReason::DEADLINE_PASSED, "the call waited past its deadline");
  }
  std::unique_ptr<google::protobuf::Message> request(method.request->New());
  if (!request->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE,
                "the bytes are not a request of this method; compare the client's version with the server's");
  }
  NMD_RETURN_IF_ERROR(CheckScope(*method.descriptor, caller, *request, municipality_));
  if (method.parking != nullptr) {
    const int wait = request->GetReflection()->GetInt32(*request, WaitOf(*request->GetDescriptor()));
    FieldCheck check;
    check.Require(0 <= wait && wait <= kMostWaitSeconds, "wait_seconds", absl::StrCat("must be 0 to ", kMostWaitSeconds));
    NMD_RETURN_IF_ERROR(check.Result());
  }
  return request;
}

void Router::Record(absl::string_view path, const Method& method, const Caller& caller, absl::Time began,
                    const absl::Status& status) const {
  if (metrics_ == nullptr) return;
  const absl::Duration took = clock_.Now() - began;
  const std::string code = absl::StatusCodeToString(status.code());
  metrics_->Handled(path, code, took);
  // Feeds are asked every half minute by every consumer: only their failures are worth a line.
  if (method.feed && status.ok()) return;
  const bool ours = status.code() == absl::StatusCode::kInternal || status.code() == absl::StatusCode::kUnknown ||
                    status.code() == absl::StatusCode::kDataLoss;
  Log(ours ? LogLevel::kError : LogLevel::kInfo, "call",
      {{"method", path},
       {"code", code},
       {"reason", status.ok() ? "" : type::ErrorReason_Name(ReasonOf(status))},
       {"role", caller.roles.empty() ? "" : type::Role_Name(caller.roles.front())},
       {"purpose", caller.purpose},
       {"request_id", caller.request_id},
       {"traceparent", caller.traceparent},
       {"latency_seconds", absl::ToDoubleSeconds(took)}});
}

struct Router::Waiter : std::enable_shared_from_this<Router::Waiter> {
  Waiter(const Router& r, const Method& m) : router(r), method(m) {}

  // Looks once; answers, or parks until there is reason to look again.
  void Look(bool last) {
    const int64_t generation = method.parking->Generation();
    last = last || absl::Now() >= until || method.parking->closed();
    absl::StatusOr<std::optional<std::string>> answer = Guarded(method, [&] { return method.poll(caller, *request, last); });
    if (!answer.ok()) return Finish(answer.status());
    if (answer->has_value()) return Finish(**std::move(answer));
    if (last) return Finish(ServiceMistake());
    const bool parked = method.parking->Park(generation, until, [self = shared_from_this()] {
      if (!self->again([self] { self->Look(false); }))
        self->Finish(Overloaded("the service has as much work as it takes; retry later", kRetryMilliseconds));
    });
    // No place left: an answer without a wait, as to wait_seconds 0.
    if (!parked) Look(true);
  }
  void Finish(absl::StatusOr<std::string> answer) {
    router.Record(path, method, caller, began, answer.status());
    done(std::move(answer));
  }

  const Router& router;
  const Method& method;
  std::string path;
  Caller caller;
  std::unique_ptr<google::protobuf::Message> request;
  absl::Time began, until;
  std::function<bool(std::function<void()>)> again;
  std::function<void(absl::StatusOr<std::string>)> done;
};

void Router::Serve(absl::string_view path, const Caller& caller, absl::string_view bytes,
                   std::function<bool(std::function<void()>)> again,
                   std::function<void(absl::StatusOr<std::string>)> done) const {
  const absl::StatusOr<const Method*> admitted = Admit(path, caller);
  if (!admitted.ok()) return done(admitted.status());
  const Method& method = **admitted;
  const absl::Time began = clock_.Now();
  if (metrics_ != nullptr) metrics_->Started(path);
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> request = Read(method, caller, bytes);
  if (!request.ok() || method.parking == nullptr) {
    absl::StatusOr<std::string> answer =
        request.ok() ? Guarded(method, [&] { return method.run(caller, **request); }) : request.status();
    Record(path, method, caller, began, answer.status());
    return done(std::move(answer));
  }
  const auto waiter = std::make_shared<Waiter>(*this, method);
  waiter->path = std::string(path);
  waiter->caller = caller;
  const int wait = (*request)->GetReflection()->GetInt32(**request, WaitOf(*(*request)->GetDescriptor()));
  waiter->request = *std::move(request);
  waiter->began = began;
  waiter->until = absl::Now() + std::min(absl::Seconds(wait), caller.deadline - began - kAnswerTime);
  waiter->again = std::move(again);
  waiter->done = std::move(done);
  waiter->Look(false);
}

absl::StatusOr<std::string> Router::Call(absl::string_view path, const Caller& caller, absl::string_view request) const {
  // The steps of a feed that waits are taken by the thread that asks.
  Mutex mutex;
  CondVar changed;
  std::function<void()> next;
  std::optional<absl::StatusOr<std::string>> result;
  Serve(
      path, caller, request,
      [&](std::function<void()> step) {
        MutexLock lock(mutex);
        next = std::move(step);
        changed.NotifyAll();
        return true;
      },
      [&](absl::StatusOr<std::string> answer) {
        MutexLock lock(mutex);
        result = std::move(answer);
        changed.NotifyAll();
      });
  while (true) {
    std::function<void()> step;
    {
      MutexLock lock(mutex);
      while (!result && !next) changed.Wait(mutex);
      if (result) return *std::move(result);
      step = std::exchange(next, nullptr);
    }
    step();
  }
}

Caller ServiceCaller(absl::string_view service, absl::string_view municipality) {
  Caller caller;
  caller.subject = absl::StrCat("service:", service);
  caller.roles = {type::SERVICE};
  caller.municipality = std::string(municipality);
  return caller;
}

}  // namespace nmd
