// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/policy.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/message.h"
#include "services/platform/errors.h"

namespace nmd {
namespace {

constexpr absl::string_view kOperations = "google.longrunning.Operations";
// The names in its requests have no municipality in them, whatever service takes them.
constexpr absl::string_view kOperationsPackage = "google.longrunning";

// "municipalities/gm1730/deliveries/x" -> "gm1730"; empty when the name is not of that shape.
absl::string_view MunicipalityOf(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return parts.size() >= 2 && parts[0] == "municipalities" ? parts[1] : absl::string_view();
}

}  // namespace

type::Access AccessOf(const google::protobuf::MethodDescriptor& method) {
  type::Access access;
  if (method.service()->full_name() == kOperations) {
    access.add_role(type::OPERATOR);
    access.add_role(type::SERVICE);
    access.set_feed(method.name() == "WaitOperation");
    return access;
  }
  return method.options().GetExtension(type::access);
}

bool IsSafe(const google::protobuf::MethodDescriptor& method) {
  return method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS ||
         method.options().GetExtension(google::api::http).has_get();
}

absl::Status CheckRole(const google::protobuf::MethodDescriptor& method, const Caller& caller) {
  const type::Access access = AccessOf(method);
  for (const int role : access.role()) {
    if (caller.Has(static_cast<type::Role>(role))) return absl::OkStatus();
  }
  return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING,
              "none of the caller's roles may call this method; ask the operator for the role");
}

absl::Status CheckPurpose(const Caller& caller) {
  const bool needs_none = caller.Has(type::SERVICE) || std::all_of(caller.roles.begin(), caller.roles.end(),
                                                                   [](type::Role role) { return role == type::PUBLIC; });
  if (needs_none || !caller.purpose.empty()) return absl::OkStatus();
  return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::TOKEN_INVALID,
              "the caller does not say what for; sign in with a purpose");
}

absl::Status CheckScope(const google::protobuf::MethodDescriptor& method, const Caller& caller,
                        const google::protobuf::Message& request, absl::string_view municipality) {
  const absl::Status foreign = Fail(absl::StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN,
                                    "the resource is of another municipality; use its own instance");
  if (caller.municipality != municipality) return foreign;
  const google::protobuf::Descriptor* input = method.input_type();
  if (input->file()->package() == kOperationsPackage) return absl::OkStatus();
  const google::protobuf::FieldDescriptor* field = input->FindFieldByName("parent");
  if (field == nullptr) field = input->FindFieldByName("name");
  std::string scratch;
  const std::string& name = request.GetReflection()->GetStringReference(request, field, &scratch);
  const absl::string_view named = MunicipalityOf(name);
  if (named.empty()) return BadFields({{field->name(), "must begin with municipalities/{municipality}"}});
  return named == municipality ? absl::OkStatus() : foreign;
}

}  // namespace nmd
