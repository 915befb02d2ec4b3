// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/router.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "absl/strings/str_cat.h"
#include "nmd/type/options.pb.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/policy.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

using google::protobuf::Descriptor;

[[noreturn]] void Misbound(absl::string_view what) {
  std::fprintf(stderr, "router: %s\n", std::string(what).c_str());
  std::abort();
}

}  // namespace

void Router::Bind(absl::string_view service, absl::string_view method, const google::protobuf::Message& request,
                  const Descriptor* response,
                  std::function<absl::StatusOr<std::string>(const Caller&, const google::protobuf::Message&)> run) {
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(absl::StrCat(service, ".", method));
  const std::string path = absl::StrCat("/", service, "/", method);
  if (found == nullptr) Misbound(absl::StrCat(path, " is not in any linked proto"));
  if (found->input_type() != request.GetDescriptor() || found->output_type() != response)
    Misbound(absl::StrCat(path, " has other types"));
  // Its municipality is what the door goes by.
  const Descriptor* input = found->input_type();
  if (input->FindFieldByName("parent") == nullptr && input->FindFieldByName("name") == nullptr)
    Misbound(absl::StrCat(input->full_name(), " has neither parent nor name"));
  Method bound;
  bound.descriptor = found;
  bound.feed = AccessOf(*found).feed();
  bound.request = &request;
  bound.run = std::move(run);
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

absl::StatusOr<std::string> Router::Run(const Method& method, const Caller& caller, absl::string_view bytes) const {
  if (caller.deadline <= clock_.Now()) {
    return Fail(absl::StatusCode::kDeadlineExceeded, ErrorReason::DEADLINE_PASSED, "the call waited past its deadline");
  }
  const std::unique_ptr<google::protobuf::Message> request(method.request->New());
  if (!request->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE,
                "the bytes are not a request of this method; compare the client's version with the server's");
  }
  NMD_RETURN_IF_ERROR(CheckScope(*method.descriptor, caller, *request, municipality_));
  try {
    return method.run(caller, *request);
  } catch (const std::exception& e) {
    Log(LogLevel::kError, "exception", {{"method", method.descriptor->full_name()}, {"what", e.what()}});
    return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the service made a mistake; report the request id");
  }
}

absl::StatusOr<std::string> Router::Call(absl::string_view path, const Caller& caller, absl::string_view request) const {
  absl::StatusOr<const Method*> method = Admit(path, caller);
  if (!method.ok()) return method.status();
  const absl::Time began = clock_.Now();
  if (metrics_ != nullptr) metrics_->Started(path);
  absl::StatusOr<std::string> response = Run(**method, caller, request);
  const absl::Duration took = clock_.Now() - began;
  const std::string code = absl::StatusCodeToString(response.status().code());
  if (metrics_ != nullptr) {
    metrics_->Handled(path, code, took);
    // Feeds are asked every half minute by every consumer: only their failures are worth a line.
    const bool worth_a_line = !(*method)->feed || !response.ok();
    if (worth_a_line) {
      const bool ours = response.status().code() == absl::StatusCode::kInternal ||
                        response.status().code() == absl::StatusCode::kUnknown ||
                        response.status().code() == absl::StatusCode::kDataLoss;
      Log(ours ? LogLevel::kError : LogLevel::kInfo, "call",
          {{"method", path},
           {"code", code},
           {"reason", response.ok() ? "" : type::ErrorReason_Name(ReasonOf(response.status()))},
           {"role", caller.roles.empty() ? "" : type::Role_Name(caller.roles.front())},
           {"purpose", caller.purpose},
           {"request_id", caller.request_id},
           {"traceparent", caller.traceparent},
           {"latency_seconds", absl::ToDoubleSeconds(took)}});
    }
  }
  return response;
}

Caller ServiceCaller(absl::string_view service, absl::string_view municipality) {
  Caller caller;
  caller.subject = absl::StrCat("service:", service);
  caller.roles = {type::SERVICE};
  caller.municipality = std::string(municipality);
  return caller;
}

}  // namespace nmd
