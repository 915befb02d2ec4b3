// SPDX-License-Identifier: EUPL-1.2
#include "gateway/transcoder.h"

#include <cmath>
#include <memory>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/http.h"
#include "gateway/json_writer.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "google/protobuf/util/type_resolver.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;
using google::protobuf::util::TypeResolver;

constexpr absl::string_view kTypeUrl = "type.googleapis.com/";
constexpr absl::string_view kTimestamp = "google.protobuf.Timestamp";

TypeResolver& Resolver() {
  static TypeResolver* const resolver = google::protobuf::util::NewTypeResolverForDescriptorPool(
      std::string(kTypeUrl.substr(0, kTypeUrl.size() - 1)), DescriptorPool::generated_pool());
  return *resolver;
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

bool TooDeep(absl::string_view json) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kJsonDepthLimit) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

// A member name may be told back; anything that could be a value may not.
bool IsMemberPath(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.' && c != '[' && c != ']') return false;
  }
  return text.size() <= 100;
}

// Protobuf's text is "(filters[0]) foo: Cannot find field." or "(known_time) invalid value "…" for type …" and may quote the
// body. Only where it is and what kind of fault it is are taken from it.
absl::Status JsonError(absl::string_view text, absl::string_view prefix) {
  std::string path;
  if (absl::ConsumePrefix(&text, "(")) {
    const size_t end = text.find(')');
    if (end == absl::string_view::npos)
      return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::JSON_INVALID, "the body is not JSON");
    if (IsMemberPath(text.substr(0, end))) path = std::string(text.substr(0, end));
    text.remove_prefix(end + 1);
    absl::ConsumePrefix(&text, ":");
    text = absl::StripLeadingAsciiWhitespace(text);
  }
  const auto at = [&](absl::string_view member) {
    std::string full(prefix);
    for (absl::string_view part : {absl::string_view(path), member}) {
      if (!part.empty()) absl::StrAppend(&full, full.empty() ? "" : ".", part);
    }
    return full;
  };
  if (const size_t colon = text.find(": Cannot find field"); colon != absl::string_view::npos) {
    const absl::string_view name = text.substr(0, colon);
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::JSON_INVALID,
                "the body has a member that the request does not have", {{"member", at(IsMemberPath(name) ? name : "")}});
  }
  if (absl::StrContains(text, "invalid value") || absl::StrContains(text, "invalid name") || !path.empty()) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::JSON_INVALID,
                "a member of the body has a value of the wrong form", {{"member", at("")}});
  }
  return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::JSON_INVALID, "the body is not JSON");
}

absl::Status ReadBody(absl::string_view json, absl::string_view prefix, Message* message) {
  if (TooDeep(json)) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::JSON_INVALID,
                absl::StrCat("the body is nested deeper than ", kJsonDepthLimit, " levels"));
  }
  // An absent body is an empty request.
  if (absl::StripAsciiWhitespace(json).empty()) return absl::OkStatus();
  std::string binary;
  const auto read =
      google::protobuf::util::JsonToBinaryString(&Resolver(), absl::StrCat(kTypeUrl, message->GetDescriptor()->full_name()),
                                                 google::protobuf::StringPiece(json.data(), json.size()), &binary);
  if (!read.ok()) return JsonError(absl::string_view(read.message().data(), read.message().size()), prefix);
  if (!message->ParseFromString(binary)) return JsonError("", prefix);
  return absl::OkStatus();
}

// Sets or adds a scalar (or Timestamp) from text. Returns what would have been right, or empty.
absl::string_view SetScalar(Message* message, const FieldDescriptor* field, const std::string& text) {
  const Reflection& reflection = *message->GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->type() == FieldDescriptor::TYPE_BYTES) return "bytes cannot be a parameter";
      many ? reflection.AddString(message, field, text) : reflection.SetString(message, field, text);
      return {};
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t value = 0;
      if (!absl::SimpleAtoi(text, &value)) return "must be a whole number of 32 bits";
      many ? reflection.AddInt32(message, field, value) : reflection.SetInt32(message, field, value);
      return {};
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t value = 0;
      if (!absl::SimpleAtoi(text, &value)) return "must be a whole number of 64 bits";
      many ? reflection.AddInt64(message, field, value) : reflection.SetInt64(message, field, value);
      return {};
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      double value = 0;
      if (!absl::SimpleAtod(text, &value) || !std::isfinite(value)) return "must be a number";
      many ? reflection.AddDouble(message, field, value) : reflection.SetDouble(message, field, value);
      return {};
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (text != "true" && text != "false") return "must be true or false";
      many ? reflection.AddBool(message, field, text == "true") : reflection.SetBool(message, field, text == "true");
      return {};
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const google::protobuf::EnumValueDescriptor* value = field->enum_type()->FindValueByName(text);
      if (value == nullptr) return "must be a name of the enumeration";
      many ? reflection.AddEnum(message, field, value) : reflection.SetEnum(message, field, value);
      return {};
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (many || field->message_type()->full_name() != kTimestamp) return "cannot be a parameter";
      google::protobuf::Timestamp time;
      if (!google::protobuf::util::TimeUtil::FromString(text, &time)) return "must be a moment such as 2018-03-31T22:00:00Z";
      reflection.MutableMessage(message, field)->CopyFrom(time);
      return {};
    }
    default:
      return "cannot be a parameter";
  }
}

const FieldDescriptor* FindField(const Descriptor* type, const std::string& name) {
  const FieldDescriptor* field = type->FindFieldByName(name);
  return field != nullptr ? field : type->FindFieldByCamelcaseName(name);
}

// Walks to the message that holds the last field of the path; null when there is no such field.
const FieldDescriptor* Resolve(absl::string_view path, Message** message) {
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  for (size_t i = 0;; ++i) {
    const FieldDescriptor* field = FindField((*message)->GetDescriptor(), names[i]);
    if (field == nullptr || i + 1 == names.size()) return field;
    if (field->is_repeated() || field->message_type() == nullptr || field->message_type()->full_name() == kTimestamp) {
      return nullptr;
    }
    *message = (*message)->GetReflection()->MutableMessage(*message, field);
  }
}

absl::Status ReadParameters(const Route& route, const PathVariables& variables, absl::string_view query, Message* request) {
  if (query.empty()) return absl::OkStatus();
  const auto pairs = ParseQuery(query);
  FieldCheck check;
  if (!pairs) {
    check.Add("query", "is not well-formed: percent-encode names and values");
    return check.Result();
  }
  std::set<std::string> taken;  // Fields that path or body hold.
  for (const auto& variable : variables) taken.insert(variable.first.substr(0, variable.first.find('.')));
  if (!route.body.empty()) taken.insert(route.body);
  std::set<const FieldDescriptor*> seen;
  const bool takes_dollar = AnswersBytes(*route.method);
  for (const auto& [sent, value] : *pairs) {
    const std::string name = sent.substr(takes_dollar && absl::StartsWith(sent, "$") ? 1 : 0);
    const bool tellable = !name.empty() && IsMemberPath(name);
    const std::string path = tellable ? name : "query";
    const FieldDescriptor* top = FindField(request->GetDescriptor(), name.substr(0, name.find('.')));
    if (top != nullptr && (route.body == "*" || taken.count(top->name()) > 0)) {
      check.Add(path, "is taken from the path or the body, not from a parameter");
      continue;
    }
    Message* message = request;
    const FieldDescriptor* field = tellable ? Resolve(name, &message) : nullptr;
    if (field == nullptr) {
      check.Add(path, "there is no such parameter");
    } else if (!field->is_repeated() && !seen.insert(field).second) {
      check.Add(path, "may be given once");
    } else if (const absl::string_view wrong = SetScalar(message, field, value); !wrong.empty()) {
      check.Add(path, wrong);
    }
  }
  return check.ok() ? absl::OkStatus() : check.Result();
}

}  // namespace

absl::StatusOr<std::string> RequestBytes(const Route& route, const PathVariables& variables, absl::string_view query,
                                         absl::string_view body) {
  const std::unique_ptr<Message> request = NewMessage(route.method->input_type());
  if (route.body == "*") {
    NMD_RETURN_IF_ERROR(ReadBody(body, "", request.get()));
  } else if (!route.body.empty()) {
    const FieldDescriptor* field = request->GetDescriptor()->FindFieldByName(route.body);
    NMD_RETURN_IF_ERROR(ReadBody(body, route.body, request->GetReflection()->MutableMessage(request.get(), field)));
  } else if (!absl::StripAsciiWhitespace(body).empty()) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::JSON_INVALID, "the method takes no body");
  }
  NMD_RETURN_IF_ERROR(ReadParameters(route, variables, query, request.get()));
  for (const auto& [path, value] : variables) {
    Message* message = request.get();
    const FieldDescriptor* field = Resolve(path, &message);
    message->GetReflection()->SetString(message, field, value);
  }
  return request->SerializeAsString();
}

bool AnswersBytes(const google::protobuf::MethodDescriptor& method) {
  return method.output_type()->full_name() == "google.api.HttpBody";
}

absl::StatusOr<std::string> ResponseJson(const google::protobuf::MethodDescriptor& method, absl::string_view bytes,
                                         std::string* next_page_token) {
  const std::unique_ptr<Message> response = NewMessage(method.output_type());
  if (!response->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the service's answer could not be read");
  }
  const FieldDescriptor* next = method.output_type()->FindFieldByName("next_page_token");
  if (next_page_token != nullptr && next != nullptr) *next_page_token = response->GetReflection()->GetString(*response, next);
  return ToJson(*response);
}

std::string ToJson(const Message& message) {
  std::string json;
  AppendJson(message, &json);
  return json;
}

}  // namespace nmd::gateway
