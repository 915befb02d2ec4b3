// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_LOG_H_
#define NMD_SERVICES_PLATFORM_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

// One JSON object per line on standard error. Thread-safe; a line is written whole.
namespace nmd {

enum class LogLevel { kInfo, kWarning, kError };

struct LogField {
  absl::string_view key;
  std::variant<absl::string_view, int64_t, double, bool> value;
  LogField(absl::string_view k, absl::string_view v) : key(k), value(v) {}
  LogField(absl::string_view k, const char* v) : key(k), value(absl::string_view(v)) {}
  LogField(absl::string_view k, const std::string& v) : key(k), value(absl::string_view(v)) {}
  LogField(absl::string_view k, int64_t v) : key(k), value(v) {}
  LogField(absl::string_view k, int v) : key(k), value(static_cast<int64_t>(v)) {}
  LogField(absl::string_view k, double v) : key(k), value(v) {}
  LogField(absl::string_view k, bool v) : key(k), value(v) {}
};

// Adds time, level and the service of SetLogService. Never give it a personal value; a message goes through Redacted().
void Log(LogLevel level, absl::string_view text, std::initializer_list<LogField> fields = {});

// Service and municipality that every line carries. Called once, at start.
void SetLogService(absl::string_view service, absl::string_view municipality);

// The line Log would write, without the time; for tests.
std::string FormatLogLine(LogLevel level, absl::string_view text, std::initializer_list<LogField> fields);

// JSON of a message in which every field with nmd.type.privacy, at any depth, is replaced by "***".
std::string Redacted(const google::protobuf::Message& message);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_LOG_H_
