// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/client.h"

#include <httplib.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/fetch.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

absl::StatusCode CodeOf(int http) {
  switch (http) {
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kAborted;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 501:
      return absl::StatusCode::kUnimplemented;
    case 503:
      return absl::StatusCode::kUnavailable;
    case 504:
      return absl::StatusCode::kDeadlineExceeded;
    default:
      return http < 500 ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kInternal;
  }
}

// The error that a problem-details answer tells of. What is not one, from a proxy for instance, is told by its number.
absl::Status ErrorOf(int http, const std::string& body) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(CodeOf(http)));
  google::protobuf::Struct problem;
  if (!google::protobuf::util::JsonStringToMessage(body, &problem).ok() || problem.fields().count("reason") == 0) {
    return absl::Status(CodeOf(http), absl::StrCat("HTTP ", http));
  }
  const auto& fields = problem.fields();
  if (const auto detail = fields.find("detail"); detail != fields.end()) status.set_message(detail->second.string_value());
  google::rpc::ErrorInfo info;
  info.set_reason(fields.at("reason").string_value());
  info.set_domain("nmd.nl");
  if (const auto metadata = fields.find("metadata"); metadata != fields.end()) {
    for (const auto& [key, value] : metadata->second.struct_value().fields()) {
      (*info.mutable_metadata())[key] = value.string_value();
    }
  }
  status.add_details()->PackFrom(info);
  google::rpc::BadRequest bad;
  if (const auto violations = fields.find("violations"); violations != fields.end()) {
    for (const auto& value : violations->second.list_value().values()) {
      auto* violation = bad.add_field_violations();
      const auto& members = value.struct_value().fields();
      if (members.count("field") > 0) violation->set_field(members.at("field").string_value());
      if (members.count("description") > 0) violation->set_description(members.at("description").string_value());
    }
  }
  if (bad.field_violations_size() > 0) status.add_details()->PackFrom(bad);
  return FromRpcStatus(status);
}

std::string Escaped(absl::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~') {
      escaped.push_back(c);
    } else {
      absl::StrAppend(&escaped, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
    }
  }
  return escaped;
}

std::string Target(const std::string& path, const Parameters& parameters) {
  std::string target = absl::StrCat("/v1/", path);
  for (const auto& [name, value] : parameters) {
    absl::StrAppend(&target, absl::StrContains(target, '?') ? "&" : "?", Escaped(name), "=", Escaped(value));
  }
  return target;
}

absl::Status Parse(const std::string& json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // A newer server may tell more.
  message->Clear();
  if (!google::protobuf::util::JsonStringToMessage(json, message, options).ok()) {
    return absl::InternalError("het antwoord is niet te lezen; is dit het adres van een monitor?");
  }
  return absl::OkStatus();
}

std::unique_ptr<httplib::Client> NewHttp(const ClientOptions& options) {
  auto http = std::make_unique<httplib::Client>(options.url);
  http->set_keep_alive(true);
  http->set_tcp_nodelay(true);
  http->set_connection_timeout(5);
  http->set_read_timeout(90);
  http->set_write_timeout(90);
  if (!options.token.empty()) http->set_default_headers({{"Authorization", absl::StrCat("Bearer ", options.token)}});
  return http;
}

// One request until it is answered, or given up.
absl::StatusOr<std::string> SendWith(httplib::Client& http, const ClientOptions& options, const std::string& method,
                                     const std::string& target, const std::string& body) {
  absl::Duration pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    if (!http.is_valid())
      return absl::UnavailableError(absl::StrCat(options.url, " is geen adres zoals http://127.0.0.1:8080"));
    const httplib::Result result = method == "GET" ? http.Get(target) : http.Post(target, body, "application/json");
    absl::Status error;
    absl::Duration wait = pause;
    if (!result) {
      error = absl::UnavailableError(
          absl::StrCat("geen antwoord van ", options.url, " (", httplib::to_string(result.error()), ")"));
    } else if (result->status < 300) {
      return result->body;
    } else {
      error = ErrorOf(result->status, result->body);
      if (result->status != 429 && result->status != 503) return error;
      int seconds = 0;
      if (absl::SimpleAtoi(result->get_header_value("Retry-After"), &seconds)) wait = std::max(wait, absl::Seconds(seconds));
    }
    if (attempt >= options.attempts) return error;
    options.sleep(std::min(wait, kLongestPause));
    pause *= 2;
  }
}

}  // namespace

ApiClient::ApiClient(ClientOptions options) : options_(std::move(options)), http_(NewHttp(options_)) {}

ApiClient::~ApiClient() = default;

std::string ApiClient::parent() const { return absl::StrCat("municipalities/", options_.municipality); }

absl::StatusOr<std::string> ApiClient::Send(const std::string& method, const std::string& target, const std::string& body) {
  return SendWith(*http_, options_, method, target, body);
}

absl::StatusOr<std::string> FetchBytes(const ClientOptions& options, const std::string& path, const Parameters& parameters) {
  const std::unique_ptr<httplib::Client> http = NewHttp(options);
  return SendWith(*http, options, "GET", Target(path, parameters), "");
}

absl::StatusOr<std::string> FetchBytesOf(const ClientOptions& options, const std::string& path, const std::string& json) {
  const std::unique_ptr<httplib::Client> http = NewHttp(options);
  return SendWith(*http, options, "POST", Target(path, {}), json);
}

absl::Status ApiClient::Get(const std::string& path, const Parameters& parameters, google::protobuf::Message* response) {
  NMD_ASSIGN_OR_RETURN(const std::string json, Send("GET", Target(path, parameters), ""));
  return Parse(json, response);
}

absl::Status ApiClient::Post(const std::string& path, const google::protobuf::Message& body,
                             google::protobuf::Message* response) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(body, &json).ok())
    return absl::InternalError("the request has no JSON form");
  return PostJson(path, {}, json, response);
}

absl::Status ApiClient::PostJson(const std::string& path, const Parameters& parameters, const std::string& json,
                                 google::protobuf::Message* response) {
  NMD_ASSIGN_OR_RETURN(const std::string answer, Send("POST", Target(path, parameters), json));
  return Parse(answer, response);
}

absl::Status ApiClient::List(const std::string& path, Parameters parameters, google::protobuf::Message* response) {
  const auto* token_field = response->GetDescriptor()->FindFieldByName("next_page_token");
  const std::unique_ptr<google::protobuf::Message> page(response->New());
  response->Clear();
  parameters.emplace_back("page_size", "1000");
  parameters.emplace_back("page_token", "");
  do {
    NMD_RETURN_IF_ERROR(Get(path, parameters, page.get()));
    parameters.back().second = page->GetReflection()->GetString(*page, token_field);
    page->GetReflection()->ClearField(page.get(), token_field);
    response->MergeFrom(*page);
  } while (!parameters.back().second.empty());
  return absl::OkStatus();
}

absl::Status ApiClient::Await(google::longrunning::Operation* operation,
                              const std::function<void(const google::longrunning::Operation&)>& each,
                              google::protobuf::Message* response) {
  absl::Duration pause = absl::Milliseconds(20);
  while (!operation->done()) {
    if (each != nullptr) each(*operation);
    options_.sleep(pause);
    pause = std::min(pause * 2, absl::Seconds(1));
    const std::string name = operation->name();
    NMD_RETURN_IF_ERROR(Get(name, {}, operation));
  }
  if (operation->has_error()) return FromRpcStatus(operation->error());
  if (!operation->response().UnpackTo(response)) {
    return absl::InternalError(absl::StrCat("the operation did not answer with a ", response->GetTypeName()));
  }
  return absl::OkStatus();
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kInternal:
      return 4;
    default:
      return 3;
  }
}

std::string ErrorText(const absl::Status& status) {
  const std::vector<BadField> fields = BadFieldsOf(status);
  // With fields, the message is the same list on one line.
  std::string text = fields.empty() ? std::string(status.message()) : "de vraag klopt niet";
  const ErrorReason reason = ReasonOf(status);
  if (reason != ErrorReason::ERROR_REASON_UNSPECIFIED) absl::StrAppend(&text, " (", type::ErrorReason_Name(reason), ")");
  if (const std::string member = MetadataOf(status, "member"); !member.empty()) absl::StrAppend(&text, "\n  ", member);
  for (const BadField& field : fields) absl::StrAppend(&text, "\n  ", field.path, ": ", field.text);
  return text;
}

std::string MunicipalityOfToken(const std::string& token) {
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  std::string json;
  google::protobuf::Struct claims;
  if (parts.size() != 3 || !absl::WebSafeBase64Unescape(parts[1], &json) ||
      !google::protobuf::util::JsonStringToMessage(json, &claims).ok()) {
    return "";
  }
  const auto it = claims.fields().find("municipality");
  return it == claims.fields().end() ? "" : it->second.string_value();
}

}  // namespace nmd::cli
