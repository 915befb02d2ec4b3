// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/admin.h"

#include <httplib.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/platform/address.h"
#include "services/platform/errors.h"
#include "services/platform/metrics.h"

namespace nmd {
namespace {

class HttpAdmin : public Admin {
 public:
  HttpAdmin() {
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    // A scrape a minute and a probe a few seconds apart: nobody needs to hold a thread in between.
    server_.set_keep_alive_max_count(1);
    server_.set_read_timeout(5);
    server_.set_write_timeout(5);
    server_.set_payload_max_length(1024);
    server_.set_default_headers({{"Cache-Control", "no-store"}});
    server_.Get("/livez",
                [](const httplib::Request&, httplib::Response& response) { response.set_content("live\n", "text/plain"); });
    server_.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
      response.status = ready_ ? 200 : 503;
      response.set_content(ready_ ? "ready\n" : "not ready\n", "text/plain");
    });
    server_.Get("/metrics", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(MetricsText(), "text/plain; version=0.0.4; charset=utf-8");
    });
  }
  ~HttpAdmin() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  bool Listen(const Address& address) {
    // A second process on the address must fail, not share it: the library's preset is SO_REUSEPORT.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    if (address.port == 0) {
      port_ = server_.bind_to_any_port(address.host);
    } else if (server_.bind_to_port(address.host, address.port)) {
      port_ = address.port;
    }
    if (port_ <= 0) return false;
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() is heard only by a server that runs.
    while (!server_.is_running()) std::this_thread::yield();
    return true;
  }

  int port() const override { return port_; }
  void SetReady(bool ready) override { ready_ = ready; }

 private:
  std::atomic<bool> ready_ = false;
  int port_ = -1;
  httplib::Server server_;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Admin>> StartAdmin(const std::string& listen) {
  auto admin = std::make_unique<HttpAdmin>();
  if (!admin->Listen(Address(listen))) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::UNAVAILABLE_NOW,
                absl::StrCat("admin_listen ", listen, " cannot be used: the address is in use or not of this machine"));
  }
  return admin;
}

}  // namespace nmd
