// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/router.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/longrunning/operations.pb.h"
#include "nmd/type/options.pb.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

// The operations API is Google's and carries no option of ours: who may deliver may ask what became of it.
constexpr absl::string_view kOperations = "google.longrunning.Operations";
// The names in its requests have no municipality in them, whatever service takes them.
constexpr absl::string_view kOperationsPackage = "google.longrunning";

[[noreturn]] void Misbound(absl::string_view what) {
  std::fprintf(stderr, "router: %s\n", std::string(what).c_str());
  std::abort();
}

type::Access AccessOf(const MethodDescriptor* method) {
  type::Access access;
  if (method->service()->full_name() == kOperations) {
    access.add_role(type::OPERATOR);
    access.add_role(type::SERVICE);
    access.set_feed(method->name() == "WaitOperation");
    return access;
  }
  return method->options().GetExtension(type::access);
}

// "municipalities/gm1730/deliveries/x" -> "gm1730"; empty when the name is not of that shape.
absl::string_view MunicipalityOf(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return parts.size() >= 2 && parts[0] == "municipalities" ? parts[1] : absl::string_view();
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
  Method bound;
  bound.descriptor = found;
  bound.feed = AccessOf(found).feed();
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
    const type::Access access = AccessOf(found->second.descriptor);
    for (const int role : access.role()) {
      if (caller.Has(static_cast<type::Role>(role))) return &found->second;
    }
    refused = Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING,
                   "none of the caller's roles may call this method; ask the operator for the role");
  }
  // An unknown path is the caller's text: it never becomes a label.
  if (metrics_ != nullptr)
    metrics_->Denied(found == methods_.end() ? "unknown" : path, type::ErrorReason_Name(ReasonOf(refused)));
  return refused;
}

absl::Status Router::CheckScope(const Method& method, const Caller& caller, const google::protobuf::Message& request) const {
  const absl::Status foreign = Fail(absl::StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN,
                                    "the resource is of another municipality; use its own instance");
  if (caller.municipality != municipality_) return foreign;
  const Descriptor* input = method.descriptor->input_type();
  if (input->file()->package() == kOperationsPackage) return absl::OkStatus();
  const FieldDescriptor* field = input->FindFieldByName("parent");
  if (field == nullptr) field = input->FindFieldByName("name");
  if (field == nullptr) Misbound(absl::StrCat(input->full_name(), " has neither parent nor name"));
  std::string scratch;
  const std::string& name = request.GetReflection()->GetStringReference(request, field, &scratch);
  const absl::string_view municipality = MunicipalityOf(name);
  if (municipality.empty()) {
    return BadFields({{field->name(), "must begin with municipalities/{municipality}"}});
  }
  return municipality == municipality_ ? absl::OkStatus() : foreign;
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
  NMD_RETURN_IF_ERROR(CheckScope(method, caller, *request));
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
