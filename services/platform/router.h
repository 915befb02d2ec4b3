// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_ROUTER_H_
#define NMD_SERVICES_PLATFORM_ROUTER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/errors.h"

namespace nmd {

class Parking;
class RpcMetrics;

// The one door: every call of every service, from gRPC, from another service or from a test, goes through Call().
//
// In this order: known method, else METHOD_UNKNOWN; a role the method's nmd.type.access option names, else ROLE_MISSING
// (no option: denied to all); municipality of `parent` or `name` equal to the caller's and to the instance's, else
// SCOPE_FOREIGN, before anything is looked up; deadline not passed; request readable; then the domain function, inside a
// guard that turns an exception into INTERNAL_FAULT; then one log line and the metrics.
//
// Example:
//   router.Handle("nmd.costs.v1.CostsService", "QueryFigures",
//                 [&](const Caller& caller, const QueryFiguresRequest& request) { return costs.Query(caller, request); });
//
// Thread safety: Handle all methods first; after that Call may be used from any thread.
class Router {
 public:
  // `municipality` is the instance's: "gm1730". `metrics` may be null.
  Router(std::string municipality, const Clock& clock, RpcMetrics* metrics = nullptr)
      : municipality_(std::move(municipality)), clock_(clock), metrics_(metrics) {}
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Binds a method of a service that is linked in to `function`:
  //   absl::StatusOr<Response> function(const Caller&, const Request&)
  // Aborts when the service or method does not exist, or the types are not the method's: a mistake in the program.
  template <typename Function>
  void Handle(absl::string_view service, absl::string_view method, Function function) {
    using Signature = SignatureOf<decltype(&Function::operator())>;
    using Request = typename Signature::Request;
    using Response = typename Signature::Response;
    Bind(service, method, Request::default_instance(), Response::descriptor(),
         [function = std::move(function)](const Caller& caller,
                                          const google::protobuf::Message& request) -> absl::StatusOr<std::string> {
           absl::StatusOr<Response> response = function(caller, static_cast<const Request&>(request));
           if (!response.ok()) return response.status();
           return response->SerializeAsString();
         });
  }

  // Binds a feed whose waits hold no thread: one that many follow. `function` never waits:
  //   absl::StatusOr<std::optional<Response>> function(const Caller&, const Request&, bool last)
  // It answers with what is new, or with nothing: then it is asked again when `parking` is woken, and with `last` when the
  // request's wait_seconds (0 to 30) are over, and must answer then. Aborts also when the method is no feed or its request has
  // no wait_seconds. `parking` must outlive the last call; Close() it when the service stops.
  template <typename Function>
  void HandleFeed(absl::string_view service, absl::string_view method, Parking& parking, Function function) {
    using Signature = SignatureOf<decltype(&Function::operator())>;
    using Request = typename Signature::Request;
    using Response = typename Signature::Response;
    BindFeed(service, method, Request::default_instance(), Response::descriptor(), parking,
             [function = std::move(function)](const Caller& caller, const google::protobuf::Message& request,
                                              bool last) -> absl::StatusOr<std::optional<std::string>> {
               absl::StatusOr<std::optional<Response>> response = function(caller, static_cast<const Request&>(request), last);
               if (!response.ok()) return response.status();
               if (!response->has_value()) return std::optional<std::string>();
               return std::optional<std::string>((*response)->SerializeAsString());
             });
  }

  using Run = std::function<absl::StatusOr<std::string>(const Caller&, const google::protobuf::Message&)>;
  using Poll = std::function<absl::StatusOr<std::optional<std::string>>(const Caller&, const google::protobuf::Message&, bool)>;
  struct Method {
    const google::protobuf::MethodDescriptor* descriptor = nullptr;
    bool feed = false;                                   // Runs in the lane for calls that wait.
    const google::protobuf::Message* request = nullptr;  // The default instance, to make requests from.
    Run run;
    // Of HandleFeed instead.
    Parking* parking = nullptr;
    Poll poll;
  };

  // Looks up "/nmd.costs.v1.CostsService/QueryFigures" and checks the caller's role. For the server, which wants to refuse
  // before it queues.
  absl::StatusOr<const Method*> Admit(absl::string_view path, const Caller& caller) const;

  // Everything above, for one call: serialised request in, serialised response out.
  absl::StatusOr<std::string> Call(absl::string_view path, const Caller& caller, absl::string_view request) const;

  // The same for a server: `done` is called once, on this thread or another. A feed of HandleFeed that waits lets go of the
  // thread; `again` takes the next step to a thread that may work, and says false when it takes none: the call is OVERLOADED.
  void Serve(absl::string_view path, const Caller& caller, absl::string_view request,
             std::function<bool(std::function<void()>)> again, std::function<void(absl::StatusOr<std::string>)> done) const;

  // All bound methods by path, in order.
  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }
  const std::string& municipality() const { return municipality_; }
  const Clock& clock() const { return clock_; }
  RpcMetrics* metrics() const { return metrics_; }

 private:
  template <typename F>
  struct SignatureOf;
  template <typename C, typename Req, typename Res>
  struct SignatureOf<absl::StatusOr<Res> (C::*)(const Caller&, const Req&) const> {
    using Request = Req;
    using Response = Res;
  };
  template <typename C, typename Req, typename Res>
  struct SignatureOf<absl::StatusOr<std::optional<Res>> (C::*)(const Caller&, const Req&, bool) const> {
    using Request = Req;
    using Response = Res;
  };

  void Bind(absl::string_view service, absl::string_view method, const google::protobuf::Message& request,
            const google::protobuf::Descriptor* response, Run run);
  void BindFeed(absl::string_view service, absl::string_view method, const google::protobuf::Message& request,
                const google::protobuf::Descriptor* response, Parking& parking, Poll poll);
  void Add(absl::string_view service, absl::string_view method, const google::protobuf::Message& request,
           const google::protobuf::Descriptor* response, Method bound);
  // The request, when it may be asked.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Read(const Method& method, const Caller& caller,
                                                                  absl::string_view request) const;
  // Metrics and the log line of a call that is over.
  void Record(absl::string_view path, const Method& method, const Caller& caller, absl::Time began,
              const absl::Status& status) const;
  // A call of a feed that may wait.
  struct Waiter;

  const std::string municipality_;
  const Clock& clock_;
  RpcMetrics* const metrics_;
  std::map<std::string, Method, std::less<>> methods_;
};

// A caller that is a service of the instance, as the server makes it from a certificate; for followers and tests.
Caller ServiceCaller(absl::string_view service, absl::string_view municipality);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_ROUTER_H_
