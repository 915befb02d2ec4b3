// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_CLIENT_H_
#define NMD_GATEWAY_CLI_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace google::longrunning {
class Operation;
}
namespace google::protobuf {
class Message;
}
namespace httplib {
class Client;
}

namespace nmd::cli {

struct ClientOptions {
  std::string url;           // "http://127.0.0.1:8080"
  std::string token;         // Empty: none is sent.
  std::string municipality;  // "gm1730"
  // Waits between attempts; a seam for tests.
  std::function<void(absl::Duration)> sleep;
  // Calls of one request before it is given up.
  int attempts = 6;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

// Calls the gateway: messages in and out, problem details become errors with the reason they had.
//
// An answer 429 or 503, and a connection that fails, is tried again after Retry-After or a delay that doubles; every method
// of this API may be sent twice. Errors: those of the service; UNAVAILABLE when nobody answers.
// Not thread-safe: one per thread. It keeps its connection.
class ApiClient {
 public:
  explicit ApiClient(ClientOptions options);
  ~ApiClient();

  // `path` is what comes after "/v1/", escaped by the caller where it holds anything but names.
  absl::Status Get(const std::string& path, const Parameters& parameters, google::protobuf::Message* response);
  absl::Status Post(const std::string& path, const google::protobuf::Message& body, google::protobuf::Message* response);
  // For bodies that are a part of the request.
  absl::Status PostJson(const std::string& path, const Parameters& parameters, const std::string& json,
                        google::protobuf::Message* response);
  // All pages of a List, one after the other, in one message. No row is left out.
  absl::Status List(const std::string& path, Parameters parameters, google::protobuf::Message* response);

  // Waits until the operation is done and gives what it answered; `each`, when given, sees it whenever it is not done yet.
  // Errors: that of the operation.
  absl::Status Await(google::longrunning::Operation* operation,
                     const std::function<void(const google::longrunning::Operation&)>& each,
                     google::protobuf::Message* response);

  // "municipalities/gm1730"
  std::string parent() const;
  const ClientOptions& options() const { return options_; }

 private:
  absl::StatusOr<std::string> Send(const std::string& method, const std::string& target, const std::string& body);

  const ClientOptions options_;
  const std::unique_ptr<httplib::Client> http_;
};

// Exit codes (architecture section 7): 0 done, 3 refused, 4 unavailable.
int ExitCodeOf(const absl::Status& status);

// The error for a person: what is wrong, then every faulty field on a line of its own.
std::string ErrorText(const absl::Status& status);

// The municipality a token is for, without checking it; empty when it cannot be read.
std::string MunicipalityOfToken(const std::string& token);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_CLIENT_H_
