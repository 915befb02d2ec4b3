// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/errors.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace nmd {
namespace {

constexpr absl::string_view kDomain = "nmd.nl";
constexpr absl::string_view kTypePrefix = "type.googleapis.com/";

template <typename Detail>
std::string TypeUrl() {
  return absl::StrCat(kTypePrefix, Detail::descriptor()->full_name());
}

template <typename Detail>
void Attach(absl::Status* status, const Detail& detail) {
  status->SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <typename Detail>
std::optional<Detail> Read(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<Detail>());
  Detail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

// gRPC carries an error in the trailers of an answer, 8 KiB in all, and turns a larger one into RESOURCE_EXHAUSTED. The text
// is in there twice.
constexpr size_t kWireBytes = 4096;
constexpr size_t kTextBytes = 1024;
constexpr size_t kValueBytes = 256;
constexpr size_t kViolationBytes = 2048;

// At most so many bytes, cut between two characters.
std::string Cut(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return absl::StrCat(text.substr(0, limit), "...");
}

// The error, short enough to travel.
absl::Status Fitting(const absl::Status& status) {
  size_t bytes = status.message().size();
  status.ForEachPayload([&bytes](absl::string_view, const absl::Cord& payload) { bytes += payload.size(); });
  if (bytes <= kWireBytes) return status;
  absl::Status fitting(status.code(), Cut(status.message(), kTextBytes));
  status.ForEachPayload(
      [&fitting](absl::string_view type_url, const absl::Cord& payload) { fitting.SetPayload(type_url, payload); });
  if (auto info = Read<google::rpc::ErrorInfo>(status)) {
    for (auto& [key, value] : *info->mutable_metadata()) value = Cut(value, kValueBytes);
    Attach(&fitting, *info);
  }
  if (const auto all = Read<google::rpc::BadRequest>(status)) {
    google::rpc::BadRequest first;
    for (const auto& violation : all->field_violations()) {
      auto* added = first.add_field_violations();
      if (first.ByteSizeLong() > kViolationBytes) {
        const int rest = all->field_violations_size() - first.field_violations_size() + 1;
        added->set_description(absl::StrCat(rest, " more are wrong; correct these first"));
        break;
      }
      added->set_field(Cut(violation.field(), kValueBytes));
      added->set_description(Cut(violation.description(), kValueBytes));
    }
    Attach(&fitting, first);
  }
  return fitting;
}

}  // namespace

absl::Status Fail(absl::StatusCode code, ErrorReason reason, absl::string_view text,
                  std::vector<std::pair<std::string, std::string>> metadata) {
  absl::Status status(code, text);
  google::rpc::ErrorInfo info;
  info.set_reason(type::ErrorReason_Name(reason));
  info.set_domain(std::string(kDomain));
  for (auto& [key, value] : metadata) (*info.mutable_metadata())[key] = std::move(value);
  Attach(&status, info);
  return status;
}

absl::Status NotFound(absl::string_view name) {
  return Fail(absl::StatusCode::kNotFound, ErrorReason::RESOURCE_NOT_FOUND, absl::StrCat(name, " does not exist"),
              {{"resource", std::string(name)}});
}

absl::Status Overloaded(absl::string_view text, int retry_milliseconds) {
  absl::Status status = Fail(absl::StatusCode::kResourceExhausted, ErrorReason::OVERLOADED, text);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(retry_milliseconds / 1000);
  retry.mutable_retry_delay()->set_nanos(retry_milliseconds % 1000 * 1'000'000);
  Attach(&status, retry);
  return status;
}

absl::Status BadFields(const std::vector<BadField>& fields) {
  std::string text = absl::StrJoin(
      fields, "; ", [](std::string* out, const BadField& field) { absl::StrAppend(out, field.path, ": ", field.text); });
  absl::Status status = Fail(absl::StatusCode::kInvalidArgument, ErrorReason::FIELDS_INVALID, text);
  google::rpc::BadRequest detail;
  for (const BadField& field : fields) {
    auto* violation = detail.add_field_violations();
    violation->set_field(field.path);
    violation->set_description(field.text);
  }
  Attach(&status, detail);
  return status;
}

absl::Status FieldCheck::Result() const { return fields_.empty() ? absl::OkStatus() : BadFields(fields_); }

ErrorReason ReasonOf(const absl::Status& status) {
  const auto info = Read<google::rpc::ErrorInfo>(status);
  ErrorReason reason = ErrorReason::ERROR_REASON_UNSPECIFIED;
  if (info.has_value()) type::ErrorReason_Parse(info->reason(), &reason);
  return reason;
}

std::string MetadataOf(const absl::Status& status, absl::string_view key) {
  const auto info = Read<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return "";
  const auto found = info->metadata().find(std::string(key));
  return found == info->metadata().end() ? "" : found->second;
}

std::vector<BadField> BadFieldsOf(const absl::Status& status) {
  std::vector<BadField> fields;
  if (const auto detail = Read<google::rpc::BadRequest>(status)) {
    for (const auto& violation : detail->field_violations()) fields.push_back({violation.field(), violation.description()});
  }
  return fields;
}

google::rpc::Status ToRpcStatus(const absl::Status& error) {
  const absl::Status status = Fitting(error);
  if (!status.ok() && ReasonOf(status) == ErrorReason::ERROR_REASON_UNSPECIFIED) {
    // An error nobody gave a reason says nothing a caller may rely on; its text stays in the log.
    return ToRpcStatus(
        Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the service made a mistake; report the request id"));
  }
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(std::string(status.message()));
  status.ForEachPayload([&rpc](absl::string_view type_url, const absl::Cord& payload) {
    auto* detail = rpc.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  return rpc;
}

absl::Status FromRpcStatus(const google::rpc::Status& rpc) {
  absl::Status status(static_cast<absl::StatusCode>(rpc.code()), rpc.message());
  for (const auto& detail : rpc.details()) status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  return status;
}

}  // namespace nmd
