// SPDX-License-Identifier: EUPL-1.2
#include "gateway/problem.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

// A tag URI (RFC 4151): says what it is without promising that something can be fetched there.
constexpr absl::string_view kTag = "tag:nmd.nl,2026:";

void AppendMember(absl::string_view name, absl::string_view value, std::string* json) {
  if (json->back() != '{') json->push_back(',');
  AppendJsonString(name, json);
  json->push_back(':');
  AppendJsonString(value, json);
}

}  // namespace

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

HttpResponse ProblemOf(const absl::Status& status, absl::string_view request_id, std::optional<int> http_status) {
  const google::rpc::Status rpc = ToRpcStatus(status);
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  google::rpc::RetryInfo retry;
  for (const google::protobuf::Any& detail : rpc.details()) {
    if (!detail.UnpackTo(&info) && !detail.UnpackTo(&bad)) detail.UnpackTo(&retry);
  }

  HttpResponse response;
  const bool gone = info.reason() == type::ErrorReason_Name(ErrorReason::PUBLICATION_WITHDRAWN);
  response.status = http_status.value_or(gone ? 410 : HttpStatusOf(static_cast<absl::StatusCode>(rpc.code())));
  response.content_type = "application/problem+json";
  std::string& json = response.body;
  json = "{";
  AppendMember("type", absl::StrCat(kTag, info.reason()), &json);
  AppendMember("title", info.reason(), &json);
  absl::StrAppend(&json, ",\"status\":", response.status);
  AppendMember("detail", rpc.message(), &json);
  AppendMember("instance", absl::StrCat(kTag, "request/", request_id), &json);
  AppendMember("reason", info.reason(), &json);
  json += ",\"metadata\":{";
  for (const auto& [key, value] : std::map<std::string, std::string>(info.metadata().begin(), info.metadata().end())) {
    AppendMember(key, value, &json);
  }
  json += "},\"violations\":[";
  for (const google::rpc::BadRequest::FieldViolation& violation : bad.field_violations()) {
    if (json.back() == '}') json.push_back(',');
    json += "{";
    AppendMember("field", violation.field(), &json);
    AppendMember("description", violation.description(), &json);
    json += "}";
  }
  json += "]}";

  if (retry.has_retry_delay()) {
    const int64_t seconds = retry.retry_delay().seconds() + (retry.retry_delay().nanos() > 0 ? 1 : 0);
    response.headers.emplace_back("Retry-After", absl::StrCat(std::max<int64_t>(1, seconds)));
  } else if (response.status == 503) {
    response.headers.emplace_back("Retry-After", "1");
  }
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace nmd::gateway
