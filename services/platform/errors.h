// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_ERRORS_H_
#define NMD_SERVICES_PLATFORM_ERRORS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nmd/type/error_reason.pb.h"

namespace google::rpc {
class Status;
}

// How errors are made. Inside a process an error is an absl::Status that carries google.rpc details as payloads; at the
// edge it becomes a google.rpc.Status. Texts are English, say what to do, and never hold a personal value.
namespace nmd {

using type::ErrorReason;

// An error with exactly one ErrorInfo (domain "nmd.nl"). The code must be the one error_reason.proto names for the reason.
absl::Status Fail(absl::StatusCode code, ErrorReason reason, absl::string_view text,
                  std::vector<std::pair<std::string, std::string>> metadata = {});

// RESOURCE_NOT_FOUND for the resource with this name.
absl::Status NotFound(absl::string_view name);

// RESOURCE_EXHAUSTED with RetryInfo: come back after so many milliseconds.
absl::Status Overloaded(absl::string_view text, int retry_milliseconds);

struct BadField {
  std::string path;  // Example: "filters[1].dimension".
  std::string text;  // What is wrong and what would be right, without the value when it is personal.
};

// INVALID_ARGUMENT that lists every faulty field at once. Collects: add all faults, then return Result().
class FieldCheck {
 public:
  void Add(absl::string_view path, absl::string_view text) { fields_.push_back({std::string(path), std::string(text)}); }
  // Adds a fault unless `good`. Returns good.
  bool Require(bool good, absl::string_view path, absl::string_view text) {
    if (!good) Add(path, text);
    return good;
  }
  bool ok() const { return fields_.empty(); }
  absl::Status Result() const;

 private:
  std::vector<BadField> fields_;
};

absl::Status BadFields(const std::vector<BadField>& fields);

// The reason an error carries; ERROR_REASON_UNSPECIFIED when it has none.
ErrorReason ReasonOf(const absl::Status& status);
// The metadata value of the ErrorInfo, or empty.
std::string MetadataOf(const absl::Status& status, absl::string_view key);
// The faulty fields, or none.
std::vector<BadField> BadFieldsOf(const absl::Status& status);

// To and from the wire. An error without a reason becomes INTERNAL_FAULT: it is a bug. Of one that is larger than 4 KiB long
// texts are cut, and of its faulty fields the first are named.
google::rpc::Status ToRpcStatus(const absl::Status& status);
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_ERRORS_H_
