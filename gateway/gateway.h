// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_GATEWAY_H_
#define NMD_GATEWAY_GATEWAY_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/access_log.h"
#include "gateway/call_window.h"
#include "gateway/caller_limits.h"
#include "gateway/dev_issuer.h"
#include "gateway/fsc.h"
#include "gateway/http.h"
#include "gateway/issuer.h"
#include "gateway/public_readers.h"
#include "gateway/routes.h"
#include "gateway/sessions.h"
#include "gateway/static_files.h"
#include "gateway/token.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/clock.h"
#include "services/platform/grpc_front.h"
#include "services/platform/peer.h"

namespace google::protobuf {
class MethodDescriptor;
}

namespace nmd::gateway {

// Version of the HTTP API, in the header API-Version (NL API Design Rules, version-header).
inline constexpr absl::string_view kApiVersion = "1.0.0";

// What every answer of the gateway carries: version, and the security headers of the NL API Design Rules
// (transport/security-headers). Nothing is stored by anybody unless an answer says otherwise.
Headers CommonHeaders();

// One line in the log and one count, for a request the server refused before the gateway saw it.
void RecordRefused(int status, absl::string_view request_id);

// HTTP/JSON in, calls to the services out. Knows paths, tokens and JSON; who may do what, and what is right, is for the
// service to say: its refusals are passed on as problem details.
//
// In this order, before the body is read: the path, else 404; the method, else 405 with Allow; the token and its purpose,
// else 401; the role, else 403; what one caller may take, else 429; the types of body and answer, else 415 or 406. Then the
// body becomes the request; that it is made is written to the access log, else 503; and the service is called on behalf of the
// caller, for at most 60 seconds. What became of it is logged behind it, and a refusal of somebody who is known is logged, too.
//
// What a service has no room for is refused here as soon as it said so, before the body is read: 503 with when to come back
// (CallWindow).
//
// A traceparent of the caller is continued, else a trace begins here; the service gets it.
//
// Answers of reads carry an ETag, and are not sent again to who has them: 304 for GET, 412 for a POST (RFC 9110, 13.1.2). Text
// is compressed when the client takes gzip. Pages of listed origins may ask from a browser (CORS).
//
// A method that answers google.api.HttpBody makes its own type and bytes, which go out as they are; of its parameters a leading
// "$" is passed over, as OData writes it.
//
// Needs no token: what the role openbaar may read, where there are public readers; the files of the dashboard,
// /v1/openapi.json, /.well-known/security.txt, the development issuer where there is one, and signing in where that is
// configured. A token that names a key of the issuer that is not known yet waits until the issuer was asked, and is judged
// then.
//
// There are two listeners of HTTP. The public one takes tokens, and sessions of the dashboard. The other one is for an Inway
// (FSC): it takes Fsc-Authorization and nothing else, and has no files. On the public one headers of FSC mean nothing.
//
// Thread safety: Handle may be called from any thread. The peers and the parts must outlive the last answer.
class Gateway {
 public:
  struct Parts {
    // Peer by full name of the proto service. Example: "nmd.costs.v1.CostsService".
    std::map<std::string, const Peer*> peers;
    const TokenChecker* tokens = nullptr;
    Issuer* issuer = nullptr;                 // Null: its key is in a file.
    Sessions* sessions = nullptr;             // Null: nobody signs in here.
    const FscDoor* fsc = nullptr;             // Null: HandleFsc must not be called.
    const DevIssuer* dev_issuer = nullptr;    // Null: none.
    AccessLog* log = nullptr;                 // Null: nothing is logged; for tests only.
    CallerLimits* limits = nullptr;           // Null: no limits; for tests only.
    PublicReaders* public_readers = nullptr;  // Null: what is public needs a token, too.
    std::string municipality;                 // Of the instance; what a provider with a certificate asks about.
    // OINs of gateways that may ask on behalf of a provider.
    std::set<std::string, std::less<>> provider_routers;
    StaticFiles files;
    std::vector<std::string> allowed_origins;
    internal::v1::ContactConfig contact;
  };
  // Errors: INVALID_ARGUMENT when an annotation cannot be routed, FAILED_PRECONDITION for a service that is not linked in.
  static absl::StatusOr<std::unique_ptr<Gateway>> Create(Parts parts, const Clock& clock);

  // HttpHandlers: of the public listener, and of the one for the Inway.
  Admission Handle(const HttpRequest& request) const;
  Admission HandleFsc(const HttpRequest& request) const;

  // A FrontHandler: the same door for gRPC, with the same policy, limits and log. A token in "authorization" says who asks;
  // without one the certificate does, of a provider, with the purpose in "nmd-purpose". Bytes are passed on as they are.
  //
  // A gateway of `provider_routers` says in "nmd-provider" on behalf of which provider it asks (AGB code). It may ask what a
  // provider may of ProviderService, and the log has both: the provider as actor, the gateway in `via`. From anybody else
  // "nmd-provider" is refused.
  void Serve(FrontCall call, FrontAnswer answer) const;

 private:
  struct Visit;  // What the log line of a request says.
  struct Asked;

  Gateway(Parts parts, Routes routes, std::string document, const Clock& clock)
      : parts_(std::move(parts)), routes_(std::move(routes)), document_(std::move(document)), clock_(clock) {}

  enum class Listener { kPublic, kFsc };
  Admission HandleAt(const HttpRequest& request, Listener listener) const;
  void ServeNow(FrontCall call, FrontAnswer answer) const;
  // What needs no route of the API: development issuer, sessions, files. Nothing when the path is none of these; else the
  // answer, or the methods that the path takes in `allowed`.
  std::optional<Admission> Beside(const HttpRequest& request, Listener listener, const std::shared_ptr<Visit>& visit,
                                  std::vector<std::string>* allowed) const;
  // Who asks, by token, session or FSC; `anonymous`: anybody, of a method that all may read.
  absl::StatusOr<Caller> Identify(const HttpRequest& request, Listener listener,
                                  const google::protobuf::MethodDescriptor& method, bool* anonymous) const;
  Admission Finish(const Visit& visit, HttpResponse response) const;
  // Who is known: may it, by role, purpose and what it takes already? A refusal is logged.
  absl::Status Admit(Visit& visit) const;
  // Makes the caller of a call by certificate the provider that a router presents, if it does.
  absl::Status Present(const FrontCall& call, Visit& visit) const;
  // Of a method that runs to its end; null for one that waits for news.
  CallWindow* WindowOf(const google::protobuf::MethodDescriptor& method) const;
  void LogRefusal(const Visit& visit, const absl::Status& status) const;
  // Logs the call and makes it: a change once its beginning is on the disk, a question meanwhile, if the log is at rest; its
  // answer waits for that. `done` runs on a thread of the library, of the log, or at once.
  void Ask(std::shared_ptr<const Visit> visit, std::string request, absl::Duration limit,
           std::function<void(absl::StatusOr<std::string>)> done) const;
  void Tell(Asked& asked) const;
  // What the gateway knows itself, without a token; nothing for any other path.
  std::optional<HttpResponse> Own(const HttpRequest& request, Listener listener) const;
  // The answer of a method that makes its own bytes: 406 when the client does not take their type.
  static HttpResponse BytesAnswer(const Visit& visit, absl::string_view bytes);
  void Call(const std::shared_ptr<const Visit>& visit, const Route& route, const PathVariables& variables,
            const std::string& query, std::string body, Respond respond) const;

  const Parts parts_;
  const Routes routes_;
  const std::string document_;  // OpenAPI.
  // Every method that may be called, by its path: "/nmd.costs.v1.CostsService/QueryFigures".
  std::map<std::string, const google::protobuf::MethodDescriptor*, std::less<>> rpcs_;
  mutable std::map<const google::protobuf::MethodDescriptor*, CallWindow> windows_;  // Made by Create.
  const Clock& clock_;
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_GATEWAY_H_
