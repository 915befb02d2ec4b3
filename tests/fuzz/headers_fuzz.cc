// SPDX-License-Identifier: EUPL-1.2
// Whatever a header, a query or a cookie holds: reading it ends, and nothing comes out that could be taken for another header,
// another host or another line of a log. The first byte says which reader gets the rest.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gateway/fsc.h"
#include "gateway/http.h"
#include "gateway/negotiation.h"
#include "gateway/sessions.h"
#include "gateway/trace.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace nmd::gateway {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

bool IsOneLine(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void Try(char which, absl::string_view text) {
  switch (which) {
    case 'a':
      (void)Accepts(text, "application/json");
      (void)Accepts("text/csv;q=0.5, */*", text);
      (void)AcceptsGzip(text);
      (void)HasTag(text, "W/\"1\"");
      break;
    case 'q':
      if (const auto pairs = ParseQuery(text)) {
        for (const auto& [name, value] : *pairs) Require(IsOneLine(name) && IsOneLine(value));
        Require(IsOneLine(NextLink(text, "abc")) || !IsOneLine(text));
      }
      break;
    case 't': {
      const Trace trace = ContinueTrace(text);
      Require(trace.trace_id.size() == 32 && trace.span_id.size() == 16 && IsOneLine(trace.Header()));
      Require(trace.parent_span_id.empty() || trace.parent_span_id.size() == 16);
      break;
    }
    case 'c': {
      HttpRequest request;
      request.headers = {{"Cookie", std::string(text)}};
      Require(CookieOf(request, "__Host-nmd-session").size() <= text.size());
      break;
    }
    case 'r': {
      const std::string path = ReturnPathOf(text);
      Require(absl::StartsWith(path, "/") && !absl::StartsWith(path, "//") && !absl::StrContains(path, "\\") &&
              IsOneLine(path));
      break;
    }
    case 'u':
      Require(!IsUuid(text) || text.size() == 36);
      break;
    default: {
      // A text in a log line or a problem is one JSON string, whatever it is.
      std::string json = "{\"a\":";
      AppendJsonString(text, &json);
      json += "}";
      // JSON has DEL as it is; what ends a line, or moves a terminal, is escaped.
      Require(std::none_of(json.begin(), json.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
      google::protobuf::Struct parsed;
      Require(google::protobuf::util::JsonStringToMessage(json, &parsed).ok() && parsed.fields_size() == 1);
    }
  }
}

}  // namespace
}  // namespace nmd::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  nmd::gateway::Try(static_cast<char>(data[0]), {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
