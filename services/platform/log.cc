// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/log.h"

#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/type/options.pb.h"

namespace nmd {
namespace {

struct Names {
  std::string service, municipality;
};

// Written once at start, before threads exist; never destroyed, because a thread may log while the process exits.
Names& ServiceNames() {
  static Names& names = *new Names;
  return names;
}

void AppendString(std::string* out, absl::string_view text) {
  out->push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(out, "\\u%04x", static_cast<unsigned char>(c));
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

void AppendField(std::string* out, const LogField& field) {
  out->push_back(',');
  AppendString(out, field.key);
  out->push_back(':');
  if (const auto* text = std::get_if<absl::string_view>(&field.value)) {
    AppendString(out, *text);
  } else if (const auto* number = std::get_if<int64_t>(&field.value)) {
    absl::StrAppend(out, *number);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    absl::StrAppend(out, *real);
  } else {
    absl::StrAppend(out, std::get<bool>(field.value) ? "true" : "false");
  }
}

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      break;
  }
  return "error";
}

void Redact(google::protobuf::Message* message) {
  const auto* reflection = message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const auto* field : fields) {
    if (field->options().GetExtension(type::privacy) != type::PRIVACY_UNSPECIFIED) {
      reflection->ClearField(message, field);
      if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
        reflection->SetString(message, field, "***");
      }
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->is_repeated()) {
        for (int i = 0; i < reflection->FieldSize(*message, field); ++i)
          Redact(reflection->MutableRepeatedMessage(message, field, i));
      } else {
        Redact(reflection->MutableMessage(message, field));
      }
    }
  }
}

}  // namespace

void SetLogService(absl::string_view service, absl::string_view municipality) {
  ServiceNames() = {std::string(service), std::string(municipality)};
}

std::string FormatLogLine(LogLevel level, absl::string_view text, std::initializer_list<LogField> fields) {
  std::string line = "{";
  absl::StrAppend(&line, "\"level\":\"", LevelName(level), "\"");
  if (!ServiceNames().service.empty()) {
    AppendField(&line, {"service", ServiceNames().service});
    AppendField(&line, {"municipality", ServiceNames().municipality});
  }
  AppendField(&line, {"text", text});
  for (const LogField& field : fields) AppendField(&line, field);
  line += "}";
  return line;
}

void Log(LogLevel level, absl::string_view text, std::initializer_list<LogField> fields) {
  const std::string line = FormatLogLine(level, text, fields);
  // To the microsecond, as the journal: nine digits of nanoseconds could be anybody's citizen service number.
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  const std::string out = absl::StrCat("{\"time\":\"", time, "\",", absl::string_view(line).substr(1), "\n");
  // One write per line: lines of several threads do not mix, and nothing is lost in a buffer at a crash.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, out.data(), out.size());
}

std::string Redacted(const google::protobuf::Message& message) {
  std::unique_ptr<google::protobuf::Message> copy(message.New());
  copy->CopyFrom(message);
  Redact(copy.get());
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(*copy, &json, options).ok()) return "{}";
  return json;
}

}  // namespace nmd
