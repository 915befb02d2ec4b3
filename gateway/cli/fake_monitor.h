// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_FAKE_MONITOR_H_
#define NMD_GATEWAY_CLI_FAKE_MONITOR_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/http.h"
#include "gateway/http_server.h"
#include "gateway/problem.h"
#include "services/platform/errors.h"
#include "services/platform/mutex.h"

namespace nmd::cli::testing {

// A monitor for tests of the client: answers by method and path over a real socket, and remembers what was asked.
class FakeMonitor {
 public:
  struct Asked {
    std::string method, target, authorization, body;
  };
  using Answer = std::function<gateway::HttpResponse(const Asked&)>;

  FakeMonitor() {
    gateway::HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    server_ = *gateway::HttpServer::Start(std::move(options), [this](const gateway::HttpRequest& request) {
      return gateway::Admission{
          std::nullopt, [this, request](std::string body, gateway::Respond respond) {
            const Asked asked = {request.method, request.target, std::string(request.Header("Authorization")), std::move(body)};
            respond([this, asked] { return Find(asked); });
          }};
    });
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  // "GET /v1/municipalities/gm1730/sources"; without the query.
  void On(const std::string& method_and_path, Answer answer) {
    MutexLock lock(mutex_);
    answers_[method_and_path] = std::move(answer);
  }
  void OnJson(const std::string& method_and_path, const std::string& json) {
    On(method_and_path, [json](const Asked&) { return Json(json); });
  }
  std::vector<Asked> asked() const {
    MutexLock lock(mutex_);
    return asked_;
  }

  static gateway::HttpResponse Json(const std::string& json) { return {200, "application/json", json, {}}; }
  static gateway::HttpResponse Problem(const absl::Status& status) { return gateway::ProblemOf(status, "r"); }

 private:
  gateway::HttpResponse Find(const Asked& asked) {
    Answer answer;
    {
      MutexLock lock(mutex_);
      asked_.push_back(asked);
      const auto it = answers_.find(asked.method + " " + asked.target.substr(0, asked.target.find('?')));
      if (it != answers_.end()) answer = it->second;
    }
    return answer ? answer(asked) : Problem(NotFound("nothing"));
  }

  mutable Mutex mutex_;
  std::map<std::string, Answer> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<Asked> asked_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<gateway::HttpServer> server_;  // Last: it calls the rest.
};

}  // namespace nmd::cli::testing

#endif  // NMD_GATEWAY_CLI_FAKE_MONITOR_H_
