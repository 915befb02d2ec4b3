// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_HTTP_H_
#define NMD_GATEWAY_HTTP_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

// HTTP as the gateway sees it: what the server reads and what it is told to answer. No Beast in here, so that one file
// compiles it and everything else can be tested without a socket.
namespace nmd::gateway {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The head of a request; the body is read only after it was admitted.
struct HttpRequest {
  std::string method;  // "GET", as sent.
  std::string target;  // Path and query, as sent: "/v1/municipalities/gm1730/figures?page_size=5".
  Headers headers;
  std::string request_id;  // The caller's, when well-formed, else made by the server. Never empty.

  // The first header with this name, whatever its case; empty when there is none.
  absl::string_view Header(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return value;
    }
    return {};
  }
  absl::string_view Path() const { return absl::string_view(target).substr(0, target.find('?')); }
  absl::string_view Query() const {
    const size_t at = target.find('?');
    return at == std::string::npos ? absl::string_view() : absl::string_view(target).substr(at + 1);
  }
};

struct HttpResponse {
  int status = 200;
  std::string content_type;  // Empty together with an empty body.
  std::string body;
  // Beside these the server adds what every answer carries; a header named here replaces its own.
  Headers headers;
};

// Answers a request. May be called from any thread, once; the function it is given runs on a thread of the server, so that
// turning a large answer into text never holds up the thread the answer arrived on.
using Respond = std::function<void(std::function<HttpResponse()>)>;

// What the handler makes of a head: an answer at once, or the function that takes the body.
struct Admission {
  std::optional<HttpResponse> answer;
  std::function<void(std::string body, Respond respond)> run;  // Set unless there is an answer.
};

// Called on threads of the server, for one request of a connection at a time; must not block.
using HttpHandler = std::function<Admission(const HttpRequest&)>;

// Decodes %XX; nothing for a malformed escape, or when a control character or bytes that are not UTF-8 come out.
std::optional<std::string> PercentDecode(absl::string_view text, bool plus_is_space = false);

// The name/value pairs of a query string, in order; nothing when it is malformed.
std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(absl::string_view query);

// Adds the text as a JSON string, with quotes. Bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(absl::string_view text, std::string* json);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_HTTP_H_
