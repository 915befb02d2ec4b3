// SPDX-License-Identifier: EUPL-1.2
#include "gateway/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/http.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"

namespace nmd::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

template <typename Number>
void AppendNumber(Number value, std::string* json) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) {
      json->append(std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
      return;
    }
  }
  std::array<char, 32> text;  // Holds the longest shortest form of a double.
  const std::to_chars_result end = std::to_chars(text.data(), text.data() + text.size(), value);
  // A JavaScript number does not hold 64 bits.
  const bool quoted = std::is_integral_v<Number> && sizeof(Number) == 8;
  if (quoted) json->push_back('"');
  json->append(text.data(), static_cast<size_t>(end.ptr - text.data()));
  if (quoted) json->push_back('"');
}

void AppendEnum(const FieldDescriptor* field, int number, std::string* json) {
  const google::protobuf::EnumValueDescriptor* value = field->enum_type()->FindValueByNumber(number);
  if (value == nullptr) return AppendNumber(number, json);
  absl::StrAppend(json, "\"", value->name(), "\"");
}

void AppendString(const FieldDescriptor* field, const std::string& text, std::string* json) {
  if (field->type() == FieldDescriptor::TYPE_BYTES) {
    absl::StrAppend(json, "\"", absl::Base64Escape(text), "\"");
  } else {
    AppendJsonString(text, json);
  }
}

// The value of a singular field.
void AppendValue(const Message& message, const Reflection& r, const FieldDescriptor* field, std::string* json) {
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendNumber(r.GetInt32(message, field), json);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendNumber(r.GetInt64(message, field), json);
    case FieldDescriptor::CPPTYPE_UINT32:
      return AppendNumber(r.GetUInt32(message, field), json);
    case FieldDescriptor::CPPTYPE_UINT64:
      return AppendNumber(r.GetUInt64(message, field), json);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendNumber(r.GetDouble(message, field), json);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendNumber(r.GetFloat(message, field), json);
    case FieldDescriptor::CPPTYPE_BOOL:
      json->append(r.GetBool(message, field) ? "true" : "false");
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendEnum(field, r.GetEnumValue(message, field), json);
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendString(field, r.GetStringReference(message, field, &scratch), json);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendJson(r.GetMessage(message, field), json);
  }
}

void AppendItem(const Message& message, const Reflection& r, const FieldDescriptor* field, int i, std::string* json) {
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendNumber(r.GetRepeatedInt32(message, field, i), json);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendNumber(r.GetRepeatedInt64(message, field, i), json);
    case FieldDescriptor::CPPTYPE_UINT32:
      return AppendNumber(r.GetRepeatedUInt32(message, field, i), json);
    case FieldDescriptor::CPPTYPE_UINT64:
      return AppendNumber(r.GetRepeatedUInt64(message, field, i), json);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendNumber(r.GetRepeatedDouble(message, field, i), json);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendNumber(r.GetRepeatedFloat(message, field, i), json);
    case FieldDescriptor::CPPTYPE_BOOL:
      json->append(r.GetRepeatedBool(message, field, i) ? "true" : "false");
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendEnum(field, r.GetRepeatedEnumValue(message, field, i), json);
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendString(field, r.GetRepeatedStringReference(message, field, i, &scratch), json);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendJson(r.GetRepeatedMessage(message, field, i), json);
  }
}

// A key is text in JSON, whatever it is in the map.
void AppendMapEntry(const Message& entry, std::string* json) {
  const Reflection& r = *entry.GetReflection();
  std::string key;
  AppendValue(entry, r, entry.GetDescriptor()->map_key(), &key);
  absl::StrAppend(json, key[0] == '"' ? "" : "\"", key, key[0] == '"' ? ":" : "\":");
  AppendValue(entry, r, entry.GetDescriptor()->map_value(), json);
}

// The members of a message, each with a comma in front unless it is the first of `json`'s open object.
void AppendMembers(const Message& message, std::string* json) {
  const Descriptor* type = message.GetDescriptor();
  const Reflection& r = *message.GetReflection();
  for (int f = 0; f < type->field_count(); ++f) {
    const FieldDescriptor* field = type->field(f);
    if (!field->is_repeated() && field->has_presence() && !r.HasField(message, field)) continue;
    if (json->back() != '{') json->push_back(',');
    absl::StrAppend(json, "\"", field->name(), "\":");
    if (!field->is_repeated()) {
      AppendValue(message, r, field, json);
      continue;
    }
    json->push_back(field->is_map() ? '{' : '[');
    for (int i = 0, count = r.FieldSize(message, field); i < count; ++i) {
      if (i > 0) json->push_back(',');
      field->is_map() ? AppendMapEntry(r.GetRepeatedMessage(message, field, i), json) : AppendItem(message, r, field, i, json);
    }
    json->push_back(field->is_map() ? '}' : ']');
  }
}

void AppendAny(const google::protobuf::Any& any, std::string* json) {
  absl::StrAppend(json, "{\"@type\":");
  AppendJsonString(any.type_url(), json);
  const Descriptor* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      any.type_url().substr(any.type_url().rfind('/') + 1));
  if (type != nullptr) {
    const std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    if (message->ParseFromString(any.value())) AppendMembers(*message, json);
  }
  json->push_back('}');
}

}  // namespace

void AppendJson(const Message& message, std::string* json) {
  const Descriptor* type = message.GetDescriptor();
  if (type == google::protobuf::Timestamp::descriptor()) {
    absl::StrAppend(json, "\"",
                    google::protobuf::util::TimeUtil::ToString(static_cast<const google::protobuf::Timestamp&>(message)), "\"");
  } else if (type == google::protobuf::Any::descriptor()) {
    AppendAny(static_cast<const google::protobuf::Any&>(message), json);
  } else {
    json->push_back('{');
    AppendMembers(message, json);
    json->push_back('}');
  }
}

}  // namespace nmd::gateway
