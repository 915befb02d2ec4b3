// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_HTTP_SERVER_H_
#define NMD_GATEWAY_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/http.h"

namespace nmd::gateway {

struct HttpServerOptions {
  std::string listen;  // "127.0.0.1:8443"; port 0 picks one.
  int threads = 2;
  uint32_t header_limit_bytes = 16 << 10;
  uint64_t body_limit_bytes = 2 << 20;
  int connection_limit = 512;
  // Of answers that wait to be taken by slow readers, all together.
  uint64_t answers_limit_bytes = 256 << 20;
  // From the first byte of a request to the end of its head, to the end of its body, for an answer to be taken by the other
  // side, and between two requests of a connection.
  absl::Duration head_limit = absl::Seconds(10);
  absl::Duration body_limit = absl::Seconds(60);
  absl::Duration write_limit = absl::Seconds(60);
  absl::Duration idle_limit = absl::Seconds(75);
  Headers common_headers;  // Of every answer, whoever made it; a header of the answer itself wins.
  // Told of every request that was refused without asking the handler; may be empty.
  std::function<void(int status, absl::string_view request_id)> on_refused;
};

// "127.0.0.1:8080" or "[::1]:8080" is an address that only this machine reaches.
bool IsLoopbackAddress(const std::string& address);

// An HTTP/1.1 server on a loopback address. Every answer carries the common headers and X-Request-Id: the caller's when it
// is 1 to 64 letters, digits and dashes, else a random one.
//
// What is refused without asking the handler: a head that is malformed or could be read in two ways (400) or too large (431), a
// body that is too large (413), a connection too many (503); all as problem details. So is an answer of more than 64 KiB that
// finds too many bytes waiting to be taken (503). A connection that is too slow is closed. Memory is bounded by
// connection_limit * (header_limit + body_limit + 64 KiB) + answers_limit, plus one answer.
//
// The handler sees the head first and may refuse before the body is read. A connection has one request at a time; what is
// pipelined behind it waits in the kernel.
class HttpServer {
 public:
  // Starts listening. Errors: FAILED_PRECONDITION for an address that is not a loopback address, or is in use.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, HttpHandler handler);
  // Drains without waiting.
  ~HttpServer();

  int port() const;

  // Accepts nothing new, closes idle connections, lets running requests end within the limit, then closes what is left.
  // Idempotent; returns when no thread of the server runs the handler any more.
  void Drain(absl::Duration limit);

 private:
  class Core;
  explicit HttpServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  const std::shared_ptr<Core> core_;
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_HTTP_SERVER_H_
