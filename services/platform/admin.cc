// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/admin.h"

#include <CivetServer.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/platform/metrics.h"

namespace nmd {
namespace {

class Page : public CivetHandler {
 public:
  Page(std::string type, std::function<std::pair<int, std::string>()> content)
      : type_(std::move(type)), content_(std::move(content)) {}
  bool handleGet(CivetServer*, mg_connection* connection) override {
    const auto [code, body] = content_();
    mg_printf(
        connection,
        "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        code, code == 200 ? "OK" : "Service Unavailable", type_.c_str(), body.size());
    mg_write(connection, body.data(), body.size());
    return true;
  }

 private:
  const std::string type_;
  const std::function<std::pair<int, std::string>()> content_;
};

class CivetAdmin : public Admin {
 public:
  explicit CivetAdmin(const std::string& listen)
      : server_(
            {"listening_ports", listen, "num_threads", "2", "request_timeout_ms", "5000", "enable_directory_listing", "no"}),
        live_("text/plain", [] { return std::pair(200, std::string("live\n")); }),
        ready_page_(
            "text/plain",
            [this] { return ready_ ? std::pair(200, std::string("ready\n")) : std::pair(503, std::string("not ready\n")); }),
        metrics_("text/plain; version=0.0.4; charset=utf-8", [] { return std::pair(200, MetricsText()); }) {
    server_.addHandler("/livez$", live_);
    server_.addHandler("/readyz$", ready_page_);
    server_.addHandler("/metrics$", metrics_);
  }
  ~CivetAdmin() override { server_.close(); }

  int port() const override { return server_.getListeningPorts().at(0); }
  void SetReady(bool ready) override { ready_ = ready; }

 private:
  std::atomic<bool> ready_ = false;
  mutable CivetServer server_;
  Page live_, ready_page_, metrics_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Admin>> StartAdmin(const std::string& listen) {
  try {
    return std::make_unique<CivetAdmin>(listen);
  } catch (const CivetException& e) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::UNAVAILABLE_NOW,
                absl::StrCat("admin_listen ", listen, " cannot be used: ", e.what()));
  }
}

}  // namespace nmd
