// SPDX-License-Identifier: EUPL-1.2
#include "gateway/http_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/problem.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

// How long, and how much, a closing connection is read on, so that the other side gets to the answer before a reset
// destroys it (RFC 9112, 9.6).
constexpr absl::Duration kLingerLimit = absl::Seconds(5);
constexpr uint64_t kLingerBytes = 64U << 20;
// What of a request may wait to be understood: reads are of 64 KiB at most. Without it a chunk whose extension never ends, or a
// trailer that does not, would be kept however long it grows.
constexpr size_t kUnreadBytes = 128U << 10;
// Answers up to here are always sent: a refusal is one.
constexpr uint64_t kSmallAnswer = 64U << 10;
// Connections beyond the limit that are told so; what comes on top is closed without a word.
constexpr int kRefusedLimit = 64;
constexpr absl::Duration kAcceptPause = absl::Milliseconds(50);

absl::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

std::optional<tcp::endpoint> LoopbackEndpoint(const std::string& address) {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) || port > 65535) return std::nullopt;
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const asio::ip::address ip = asio::ip::make_address(host, error);
  if (error || !ip.is_loopback()) return std::nullopt;
  return tcp::endpoint(ip, static_cast<uint16_t>(port));
}

// Why a head may not be trusted to say where its request ends, or whom it is for; empty when it may. Two readers that differ
// here would see two different requests (RFC 9112, 3.2 and 6.3); Beast itself refuses what has no form at all.
absl::string_view Ambiguity(const HttpRequest& request, unsigned version) {
  int hosts = 0, lengths = 0, encodings = 0;
  for (const auto& [name, value] : request.headers) {
    if (absl::EqualsIgnoreCase(name, "Host")) ++hosts;
    if (absl::EqualsIgnoreCase(name, "Content-Length")) ++lengths;
    if (!absl::EqualsIgnoreCase(name, "Transfer-Encoding")) continue;
    ++encodings;
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(value), "chunked")) return "Transfer-Encoding may be chunked only";
  }
  if (hosts > 1 || (hosts == 0 && version >= 11)) return "there must be one Host";
  if (lengths > 1) return "there may be one Content-Length";
  if (encodings > 1 || (encodings == 1 && (lengths > 0 || version < 11))) return "Transfer-Encoding stands alone, in HTTP/1.1";
  return {};
}

bool IsRequestId(absl::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
}

}  // namespace

bool IsLoopbackAddress(const std::string& address) { return LoopbackEndpoint(address).has_value(); }

// Owns the threads and knows the connections. Kept alive by every connection, so that an answer that comes after the end
// still finds something to be dropped by.
class HttpServer::Core : public std::enable_shared_from_this<HttpServer::Core> {
 public:
  class Session;

  Core(HttpServerOptions options, HttpHandler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        context_(options_.threads),
        work_(context_.get_executor()),
        acceptor_(asio::make_strand(context_)),
        pause_(acceptor_.get_executor()) {}

  absl::Status Start() {
    const std::optional<tcp::endpoint> endpoint = LoopbackEndpoint(options_.listen);
    if (!endpoint) {
      return absl::FailedPreconditionError(
          absl::StrCat("http_listen: \"", options_.listen,
                       "\" is not a loopback address with a port, such as 127.0.0.1:8080. The gateway speaks plain HTTP: put a "
                       "proxy that ends TLS on this machine in front of it"));
    }
    boost::system::error_code error;
    acceptor_.open(endpoint->protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(*endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return absl::FailedPreconditionError(absl::StrCat("http_listen: ", options_.listen, ": ", error.message()));
    port_ = acceptor_.local_endpoint().port();
    Accept();
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { context_.run(); });
    return absl::OkStatus();
  }

  void Drain(absl::Duration limit);
  int port() const { return port_; }

 private:
  void Accept();
  void OnAccept(boost::system::error_code error, tcp::socket socket);

  // False when the server is past taking it.
  bool Join(Session* session) {
    MutexLock lock(mutex_);
    if (draining_) return false;
    sessions_.insert(session);
    return true;
  }
  void Leave(Session* session) {
    MutexLock lock(mutex_);
    sessions_.erase(session);
    changed_.NotifyAll();
  }
  bool draining() const {
    MutexLock lock(mutex_);
    return draining_;
  }

  const HttpServerOptions options_;
  const HttpHandler handler_;
  std::atomic<uint64_t> answer_bytes_ = 0;  // Of what is being written.
  asio::io_context context_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  int port_ = 0;
  std::vector<std::thread> threads_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::set<Session*> sessions_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;  // Nothing may be posted any more.
};

// One connection. All members are touched on its strand only. It lives as long as an operation of it, or the answer it
// waits for, does.
class HttpServer::Core::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core, tcp::socket socket) : core_(std::move(core)), stream_(std::move(socket)) {
    stream_.socket().set_option(tcp::no_delay(true), ignored_);
  }
  ~Session() { core_->Leave(this); }

  void Run() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->AwaitRequest(); });
  }

  void RunRefused() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
      self->request_.request_id = RandomHex(16);
      self->Refuse(Fail(absl::StatusCode::kUnavailable, ErrorReason::OVERLOADED,
                        "the gateway has as many connections as it takes; try again"),
                   503);
    });
  }

  // Ends an idle connection, or any when forced.
  void Close(bool forced) {
    asio::post(stream_.get_executor(), [self = shared_from_this(), forced] {
      if (forced || self->idle_) self->stream_.close();
    });
  }

 private:
  void Expire(absl::Duration limit) { stream_.expires_after(absl::ToChronoNanoseconds(limit)); }

  void AwaitRequest() {
    if (buffer_.size() > 0) return ReadHead();
    if (core_->draining()) return;
    idle_ = true;
    Expire(core_->options_.idle_limit);
    stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](beast::error_code error, size_t size) {
      self->idle_ = false;
      if (error) return;
      self->buffer_.commit(size);
      self->ReadHead();
    });
  }

  void ReadHead() {
    request_ = HttpRequest();
    request_.request_id = RandomHex(16);
    head_only_ = keep_alive_ = false;
    parser_.emplace();
    parser_->header_limit(core_->options_.header_limit_bytes);
    parser_->body_limit(core_->options_.body_limit_bytes);
    Expire(core_->options_.head_limit);
    http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, size_t) {
      self->TakeHead();
      if (error) return self->RefuseUnread(error);
      self->OnHead();
    });
  }

  // Also of a head that is not complete: an answer that refuses it carries the caller's request id if that was read.
  void TakeHead() {
    const auto& head = parser_->get();
    request_.method = std::string(View(head.method_string()));
    request_.target = std::string(View(head.target()));
    for (const auto& field : head) {
      request_.headers.emplace_back(View(field.name_string()), View(field.value()));
    }
    if (const absl::string_view id = request_.Header("X-Request-Id"); IsRequestId(id)) request_.request_id = std::string(id);
    head_only_ = request_.method == "HEAD";
  }

  void OnHead() {
    if (const absl::string_view why = Ambiguity(request_, parser_->get().version()); !why.empty()) {
      return Refuse(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE, why), 400);
    }
    Admission admission = core_->handler_(request_);
    if (admission.answer) {
      PassOverBody();
      keep_alive_ = parser_->is_done() && parser_->keep_alive();
      return Write(*std::move(admission.answer));
    }
    run_ = std::move(admission.run);
    if (absl::EqualsIgnoreCase(request_.Header("Expect"), "100-continue") && !parser_->is_done()) {
      auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
      Expire(core_->options_.write_limit);
      http::async_write(stream_, *go_on, [self = shared_from_this(), go_on](beast::error_code error, size_t) {
        if (!error) self->ReadBody();
      });
      return;
    }
    ReadBody();
  }

  // Of a body that nobody wants what is here already, which is all of it when it is short: the connection can go on then, and
  // who is refused does not come back over a new one.
  void PassOverBody() {
    beast::error_code error;
    while (!parser_->is_done() && buffer_.size() > 0 && !error) buffer_.consume(parser_->put(buffer_.data(), error));
  }

  void ReadBody() {
    Expire(core_->options_.body_limit);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, size_t) {
      if (error) return self->RefuseUnread(error);
      self->OnBody();
    });
  }

  void OnBody() {
    keep_alive_ = parser_->keep_alive();
    stream_.expires_never();
    const auto run = std::exchange(run_, nullptr);
    run(std::move(parser_->get().body()), [self = shared_from_this()](std::function<HttpResponse()> make) {
      MutexLock lock(self->core_->mutex_);
      if (self->core_->closed_) return;
      asio::post(self->stream_.get_executor(), [self, make = std::move(make)] { self->Write(make()); });
    });
  }

  void RefuseUnread(beast::error_code error) {
    if (error == http::error::body_limit) {
      return Refuse(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::FILE_TOO_LARGE,
                         "the body is larger than the gateway takes; send a large file in chunks",
                         {{"limit_bytes", absl::StrCat(core_->options_.body_limit_bytes)}}),
                    413);
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Refuse(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE, "the head is too large",
                         {{"limit_bytes", absl::StrCat(core_->options_.header_limit_bytes)}}),
                    431);
    }
    const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
    if (gone || error.category() != http::make_error_code(http::error::bad_method).category()) return;
    Refuse(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE, "the request is not HTTP/1.1"), 400);
  }

  void Refuse(const absl::Status& status, int http_status) {
    keep_alive_ = false;
    if (core_->options_.on_refused) core_->options_.on_refused(http_status, request_.request_id);
    Write(ProblemOf(status, request_.request_id, http_status));
  }

  void Write(HttpResponse answer) {
    answer_bytes_ = answer.body.size();
    const uint64_t others = core_->answer_bytes_.fetch_add(answer_bytes_);
    if (answer_bytes_ > kSmallAnswer && others > 0 && others + answer_bytes_ > core_->options_.answers_limit_bytes) {
      core_->answer_bytes_ -= answer_bytes_;
      return Refuse(Fail(absl::StatusCode::kUnavailable, ErrorReason::OVERLOADED,
                         "as many answers wait to be taken as the gateway keeps; try again"),
                    503);
    }
    if (core_->draining()) keep_alive_ = false;
    auto message = std::make_shared<http::response<http::string_body>>(static_cast<http::status>(answer.status), 11);
    for (const auto& [name, value] : core_->options_.common_headers) message->set(name, value);
    if (!answer.content_type.empty()) message->set(http::field::content_type, answer.content_type);
    message->set("X-Request-Id", request_.request_id);
    for (const auto& [name, value] : answer.headers) {
      // A cookie does not take the place of another (RFC 6265, 3).
      if (name == "Set-Cookie") {
        message->insert(name, value);
      } else {
        message->set(name, value);
      }
    }
    message->keep_alive(keep_alive_);
    const bool bodiless = answer.status == 204 || answer.status == 304;
    if (!bodiless) message->content_length(answer.body.size());
    Expire(core_->options_.write_limit);
    if (head_only_ || bodiless) {
      auto head =
          std::make_shared<http::response<http::empty_body>>(http::response_header<http::fields>(std::move(message->base())));
      auto serializer = std::make_shared<http::response_serializer<http::empty_body>>(*head);
      http::async_write_header(
          stream_, *serializer,
          [self = shared_from_this(), head, serializer](beast::error_code error, size_t) { self->OnWritten(error); });
      return;
    }
    message->body() = std::move(answer.body);
    http::async_write(stream_, *message,
                      [self = shared_from_this(), message](beast::error_code error, size_t) { self->OnWritten(error); });
  }

  void OnWritten(beast::error_code error) {
    core_->answer_bytes_ -= answer_bytes_;
    if (error) return;
    if (keep_alive_) return AwaitRequest();
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored_);
    buffer_.clear();
    Expire(kLingerLimit);
    Linger();
  }

  void Linger() {
    if (lingered_ > kLingerBytes) return;
    stream_.async_read_some(asio::buffer(scrap_), [self = shared_from_this()](beast::error_code error, size_t size) {
      if (error) return;
      self->lingered_ += size;
      self->Linger();
    });
  }

  const std::shared_ptr<Core> core_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kUnreadBytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  HttpRequest request_;
  std::function<void(std::string, Respond)> run_;
  bool idle_ = false;
  bool head_only_ = false;
  bool keep_alive_ = false;
  uint64_t answer_bytes_ = 0;
  uint64_t lingered_ = 0;
  std::array<char, 4096> scrap_;
  boost::system::error_code ignored_;
};

void HttpServer::Core::Accept() {
  acceptor_.async_accept(asio::make_strand(context_),
                         [this](boost::system::error_code error, tcp::socket socket) { OnAccept(error, std::move(socket)); });
}

void HttpServer::Core::OnAccept(boost::system::error_code error, tcp::socket socket) {
  if (!acceptor_.is_open()) return;
  if (error) {
    // No descriptors left, most likely: ask again a little later instead of spinning.
    pause_.expires_after(absl::ToChronoMilliseconds(kAcceptPause));
    pause_.async_wait([this](boost::system::error_code stopped) {
      if (!stopped) Accept();
    });
    return;
  }
  size_t open = 0;
  {
    MutexLock lock(mutex_);
    open = sessions_.size();
  }
  const auto limit = static_cast<size_t>(options_.connection_limit);
  if (open < limit + kRefusedLimit) {
    const auto session = std::make_shared<Session>(shared_from_this(), std::move(socket));
    if (Join(session.get())) open < limit ? session->Run() : session->RunRefused();
  }
  Accept();
}

void HttpServer::Core::Drain(absl::Duration limit) {
  {
    MutexLock lock(mutex_);
    if (draining_) return;
    draining_ = true;
  }
  asio::post(acceptor_.get_executor(), [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
  const auto close_all = [this](bool forced) {
    std::vector<std::shared_ptr<Session>> alive;  // Let go of outside the mutex: the last owner leaves with it.
    {
      MutexLock lock(mutex_);
      for (Session* session : sessions_) {
        if (std::shared_ptr<Session> one = session->weak_from_this().lock()) alive.push_back(std::move(one));
      }
    }
    for (const std::shared_ptr<Session>& session : alive) session->Close(forced);
  };
  close_all(false);
  {
    MutexLock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(limit);
    while (!sessions_.empty() && std::chrono::steady_clock::now() < deadline) {
      changed_.WaitFor(mutex_, absl::FromChrono(deadline - std::chrono::steady_clock::now()));
    }
  }
  close_all(true);
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  work_.reset();
  for (std::thread& thread : threads_) thread.join();
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options, HttpHandler handler) {
  auto core = std::make_shared<Core>(std::move(options), std::move(handler));
  if (absl::Status started = core->Start(); !started.ok()) return started;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

HttpServer::~HttpServer() { core_->Drain(absl::ZeroDuration()); }

int HttpServer::port() const { return core_->port(); }

void HttpServer::Drain(absl::Duration limit) { core_->Drain(limit); }

}  // namespace nmd::gateway
