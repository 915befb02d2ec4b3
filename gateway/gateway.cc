// SPDX-License-Identifier: EUPL-1.2
#include "gateway/gateway.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gateway/api_descriptors.h"
#include "gateway/api_document.h"
#include "gateway/certificate.h"
#include "gateway/member_doors.h"
#include "gateway/negotiation.h"
#include "gateway/problem.h"
#include "gateway/trace.h"
#include "gateway/transcoder.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/struct.pb.h"
#include "services/core/codes.h"
#include "services/platform/check_words.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/policy.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

constexpr absl::Duration kCallLimit = absl::Seconds(60);
constexpr absl::string_view kDocumentPath = "/v1/openapi.json";
constexpr absl::string_view kSecurityPath = "/.well-known/security.txt";
// How long security.txt says it holds: RFC 9116 wants less than a year.
constexpr absl::Duration kSecurityLife = absl::Hours(24 * 180);

struct Families {
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("nmd_http_requests_total")
                                                          .Help("Requests that were answered.")
                                                          .Register(MetricRegistry());
  prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                           .Name("nmd_http_request_seconds")
                                                           .Help("Time from the head of a request to its answer.")
                                                           .Register(MetricRegistry());
};

// Labels are patterns and codes, so their number is fixed, whatever is asked.
void Count(const std::string& route, int status, absl::Duration took) {
  static Families& families = *new Families;
  static const prometheus::Histogram::BucketBoundaries& buckets =
      *new prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  families.requests.Add({{"route", route}, {"code", absl::StrCat(status)}}).Increment();
  families.seconds.Add({{"route", route}}, buckets).Observe(absl::ToDoubleSeconds(took));
}

// Why a service cannot be reached, or its store not read, names addresses and tables of the inside: that is for the log.
absl::Status AtTheDoor(const absl::Status& status, absl::string_view request_id) {
  if (ReasonOf(status) == ErrorReason::STORE_DAMAGED) {
    Log(LogLevel::kError, "stored data damaged", {{"request_id", request_id}, {"detail", status.message()}});
    return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "stored data is damaged; report the request id");
  }
  if (ReasonOf(status) != ErrorReason::UNAVAILABLE_NOW) return status;
  Log(LogLevel::kWarning, "service unavailable", {{"request_id", request_id}, {"detail", status.message()}});
  return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the service cannot be reached now; try again");
}

// The address a request came from: what the proxy on this machine says of its other side, which is the last of the list; all
// before it is the client's own word. Only an address is believed.
std::string OriginOf(const HttpRequest& request) {
  absl::string_view forwarded = request.Header("X-Forwarded-For");
  forwarded = absl::StripAsciiWhitespace(forwarded.substr(forwarded.rfind(',') + 1));
  const bool address = !forwarded.empty() && forwarded.size() <= 45 &&
                       forwarded.find_first_not_of("0123456789abcdefABCDEF.:") == absl::string_view::npos;
  return address ? std::string(forwarded) : "127.0.0.1";
}

// A resource as the log keeps it. A name that looks like a number or address of a person is somebody's mistake, and is not
// kept.
std::string ObjectOf(const std::string& name) {
  FieldCheck check;
  CheckText(name, "name", 1000, check);
  return check.ok() ? name : "";
}

// Printable ASCII, so that no line of a header ends before its end.
bool IsHeaderValue(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// 429 says that this caller asks too much, 503 that the instance has too much to do.
std::optional<int> HttpStatusWhenBusy(const absl::Status& status) {
  return ReasonOf(status) == ErrorReason::OVERLOADED ? std::optional<int>(503) : std::nullopt;
}

absl::Status NoRoom() { return Overloaded("there is as much of this work as is taken; try again", 1000); }

log::v1::LogRecord::Outcome OutcomeOf(const absl::Status& status) {
  if (status.ok()) return log::v1::LogRecord::SUCCEEDED;
  const int http = HttpStatusOf(status.code());
  return http >= 500 || http == 429 || http == 499 ? log::v1::LogRecord::FAILED : log::v1::LogRecord::REFUSED;
}

}  // namespace

Headers CommonHeaders() {
  return {{"API-Version", std::string(kApiVersion)},
          {"Cache-Control", "no-store"},
          {"Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
          {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
          {"Referrer-Policy", "no-referrer"},
          {"Strict-Transport-Security", "max-age=31536000"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"}};
}

void RecordRefused(int status, absl::string_view request_id) {
  Count("refused", status, absl::ZeroDuration());
  Log(LogLevel::kInfo, "request", {{"route", "refused"}, {"status", status}, {"request_id", request_id}});
}

struct Gateway::Visit {
  std::string route;  // The pattern, never the path: a path names a resource.
  std::string request_id;
  absl::Time start;
  Caller caller;
  const google::protobuf::MethodDescriptor* method = nullptr;  // Set for a call.
  std::string rpc_path, object, address;
  std::string via;  // The gateway that presents the caller.
  Trace trace;
  std::shared_ptr<void> place;     // Among the calls of the caller, until the answer is made.
  std::string fsc_transaction_id;  // Of a call through an Inway.
  std::string accept, accept_encoding, if_none_match;
  std::string origin;  // Empty unless it is one that may ask.
  bool head_or_get = false;
  bool tagged = false;     // The answer is that of a read.
  bool anonymous = false;  // Of somebody without a token, who reads what is public.

  // What both entries of a call have; nothing of who asks.
  log::v1::LogRecord Entry() const {
    log::v1::LogRecord entry;
    *entry.mutable_start_time() = TimestampOf(start);
    entry.set_method(method->full_name());
    entry.set_trace_id(trace.trace_id);
    entry.set_span_id(trace.span_id);
    entry.set_parent_span_id(trace.parent_span_id);
    entry.set_fsc_transaction_id(fsc_transaction_id);
    return entry;
  }
  // Who, what for, to what and from where, as well.
  log::v1::LogRecord Beginning() const {
    log::v1::LogRecord entry = Entry();
    entry.set_actor(caller.subject);
    entry.set_via(via);
    for (const type::Role role : caller.roles) entry.add_roles(role);
    entry.set_purpose(caller.purpose);
    entry.set_object(object);
    entry.set_origin(address);
    entry.set_request_id(request_id);
    return entry;
  }

  // Makes of an answer what goes out; counts and logs. Once per request.
  HttpResponse Done(HttpResponse response, absl::Time now) const {
    if (tagged && response.status == 200) Tag(&response);
    CompressFor(accept_encoding, &response);
    if (!origin.empty()) AllowOrigin(&response);
    if (!fsc_transaction_id.empty()) response.headers.emplace_back(kFscTransactionHeader, fsc_transaction_id);
    Record(response.status, now);
    return response;
  }

  // Counts and logs.
  void Record(int status, absl::Time now) const {
    const absl::Duration took = now - start;
    Count(route, status, took);
    const std::string roles =
        absl::StrJoin(caller.roles, ",", [](std::string* out, type::Role role) { absl::StrAppend(out, WordOf(role)); });
    Log(LogLevel::kInfo, "request",
        {{"route", route},
         {"status", status},
         {"role", roles},
         {"request_id", request_id},
         {"trace_id", trace.trace_id},
         {"latency_ms", absl::ToDoubleMilliseconds(took)}});
    if (!fsc_transaction_id.empty())
      Log(LogLevel::kInfo, "request through an Inway",
          {{"request_id", request_id}, {"trace_id", trace.trace_id}, {"fsc_transaction_id", fsc_transaction_id}});
  }

 private:
  // An answer that the client has is not sent again.
  void Tag(HttpResponse* response) const {
    const std::string tag = TagOf(response->body);
    if (HasTag(if_none_match, tag)) {
      *response = head_or_get ? HttpResponse{304, "", "", std::move(response->headers)}
                              : ProblemOf(Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::ANSWER_UNCHANGED,
                                               "If-None-Match names the answer as it still is"),
                                          request_id, 412);
    }
    response->headers.emplace_back("ETag", tag);
  }

  // CORS for a listed origin; a page elsewhere gets nothing, so that its browser keeps the answer from it.
  void AllowOrigin(HttpResponse* response) const {
    Headers& headers = response->headers;
    std::string vary = "Origin", allow;
    for (auto it = headers.begin(); it != headers.end();) {
      if (it->first == "Allow") allow = it->second;
      if (it->first == "Vary") {
        absl::StrAppend(&vary, ", ", it->second);
        it = headers.erase(it);
      } else {
        ++it;
      }
    }
    headers.emplace_back("Vary", vary);
    headers.emplace_back("Access-Control-Allow-Origin", origin);
    headers.emplace_back("Access-Control-Expose-Headers", "API-Version, ETag, Link, Retry-After, X-Request-Id");
    if (response->status != 204) return;
    // The answer to OPTIONS is that to a preflight, too.
    headers.emplace_back("Access-Control-Allow-Methods", allow);
    headers.emplace_back("Access-Control-Allow-Headers",
                         "Authorization, Content-Type, If-None-Match, traceparent, X-Request-Id");
    headers.emplace_back("Access-Control-Max-Age", "600");
  }
};

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Create(Parts parts, const Clock& clock) {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto& [name, peer] : parts.peers) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) return absl::FailedPreconditionError(absl::StrCat(name, " is not linked in"));
    const auto callable = ApiMethods(*service);
    methods.insert(methods.end(), callable.begin(), callable.end());
  }
  NMD_ASSIGN_OR_RETURN(Routes routes, Routes::Build(methods));
  std::string document = OpenApiDocument(routes.all(), parts.contact);
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(parts), std::move(routes), std::move(document), clock));
  for (const auto* method : methods) {
    gateway->rpcs_.emplace(absl::StrCat("/", method->service()->full_name(), "/", method->name()), method);
    if (!AccessOf(*method).feed()) gateway->windows_[method];
  }
  return gateway;
}

Admission Gateway::Finish(const Visit& visit, HttpResponse response) const {
  return {visit.Done(std::move(response), clock_.Now()), nullptr};
}

std::optional<HttpResponse> Gateway::Own(const HttpRequest& request, Listener listener) const {
  if (request.Path() == kDocumentPath) {
    // Open to every page: it says nothing that is not the same everywhere (publish-openapi).
    const std::string tag = TagOf(document_);
    Headers headers = {{"Access-Control-Allow-Origin", "*"}, {"ETag", tag}};
    if (HasTag(request.Header("If-None-Match"), tag)) return HttpResponse{304, "", "", std::move(headers)};
    return HttpResponse{200, "application/json", document_, std::move(headers)};
  }
  if (request.Path() == kSecurityPath) {
    const std::string until = absl::FormatTime("%Y-%m-%dT00:00:00Z", clock_.Now() + kSecurityLife, absl::UTCTimeZone());
    return HttpResponse{
        200,
        "text/plain; charset=utf-8",
        absl::StrCat("Contact: ", parts_.contact.security(), "\nExpires: ", until, "\nPreferred-Languages: nl, en\n"),
        {}};
  }
  if (listener == Listener::kFsc) return std::nullopt;
  return parts_.files.Answer(request);
}

std::optional<Admission> Gateway::Beside(const HttpRequest& request, Listener listener, const std::shared_ptr<Visit>& visit,
                                         std::vector<std::string>* allowed) const {
  const absl::string_view path = request.Path();
  if (listener == Listener::kPublic && parts_.dev_issuer != nullptr && path == DevIssuer::kPath) {
    visit->route = absl::StrCat("GET ", DevIssuer::kPath);
    if (request.method == "GET") return Finish(*visit, parts_.dev_issuer->Answer(request));
    *allowed = {"GET"};
    return std::nullopt;
  }
  if (listener == Listener::kPublic && parts_.sessions != nullptr) {
    *allowed = Sessions::Methods(path);
    if (!allowed->empty()) {
      visit->route = absl::StrCat(allowed->front(), " ", path);
      if (request.method != allowed->front()) return std::nullopt;
      Admission admission = parts_.sessions->Answer(request, OriginOf(request));
      if (admission.answer) return Finish(*visit, *std::move(admission.answer));
      return Admission{std::nullopt, [this, visit, run = std::move(admission.run)](std::string body, const Respond& respond) {
                         run(std::move(body), [this, visit, respond](std::function<HttpResponse()> make) {
                           respond([this, visit, make = std::move(make)] { return visit->Done(make(), clock_.Now()); });
                         });
                       }};
    }
  }
  if (std::optional<HttpResponse> file = Own(request, listener)) {
    visit->route = "static";
    if (path == kDocumentPath) visit->origin.clear();  // It says "*" itself.
    if (visit->head_or_get) return Finish(*visit, *std::move(file));
    *allowed = {"GET", "HEAD", "OPTIONS"};
  }
  return std::nullopt;
}

absl::StatusOr<Caller> Gateway::Identify(const HttpRequest& request, Listener listener,
                                         const google::protobuf::MethodDescriptor& method, bool* anonymous) const {
  if (listener == Listener::kFsc) return parts_.fsc->Check(request);
  const absl::string_view authorization = request.Header("Authorization");
  if (authorization.empty() && parts_.sessions != nullptr) {
    NMD_ASSIGN_OR_RETURN(std::optional<Caller> caller, parts_.sessions->CallerOf(request));
    if (caller) return *std::move(caller);
  }
  *anonymous = authorization.empty() && parts_.public_readers != nullptr && PublicReaders::May(method);
  if (*anonymous) return parts_.public_readers->Anybody();
  return parts_.tokens->Check(authorization);
}

Admission Gateway::HandleFsc(const HttpRequest& request) const { return HandleAt(request, Listener::kFsc); }

Admission Gateway::Handle(const HttpRequest& request) const {
  const absl::string_view authorization = request.Header("Authorization");
  if (parts_.issuer == nullptr || authorization.empty() || !parts_.tokens->NamesUnknownKey(authorization)) {
    return HandleAt(request, Listener::kPublic);
  }
  // The issuer has new keys, or somebody makes them up: it is asked, not more often than its floor allows, and nobody's thread
  // waits for it.
  return {std::nullopt, [this, request](std::string body, Respond respond) {
            const auto go_on = [this, request, body = std::move(body), respond = std::move(respond)] {
              Admission admission = HandleAt(request, Listener::kPublic);
              if (!admission.answer) return admission.run(body, respond);
              respond([answer = *std::move(admission.answer)] { return answer; });
            };
            if (!parts_.issuer->Refresh(go_on)) go_on();
          }};
}

Admission Gateway::HandleAt(const HttpRequest& request, Listener listener) const {
  const auto visit = std::make_shared<Visit>();
  visit->request_id = request.request_id;
  visit->start = clock_.Now();
  const absl::string_view path = request.Path();
  visit->head_or_get = request.method == "GET" || request.method == "HEAD";
  visit->accept_encoding = std::string(request.Header("Accept-Encoding"));
  visit->if_none_match = std::string(request.Header("If-None-Match"));
  if (const absl::string_view id = request.Header(kFscTransactionHeader); listener == Listener::kFsc && IsUuid(id)) {
    visit->fsc_transaction_id = std::string(id);
  }
  for (const std::string& allowed : parts_.allowed_origins) {
    if (allowed == request.Header("Origin")) visit->origin = allowed;
  }

  Routes::Found found = routes_.Find(request.method, path);
  if (found.route == nullptr && found.allowed.empty()) {
    if (std::optional<Admission> beside = Beside(request, listener, visit, &found.allowed)) return *std::move(beside);
  }
  if (found.allowed.empty()) {
    visit->route = "unknown";
    return Finish(*visit, ProblemOf(Fail(absl::StatusCode::kNotFound, ErrorReason::ROUTE_UNKNOWN,
                                         "there is no such path; paths have no trailing slash"),
                                    request.request_id));
  }
  if (found.route == nullptr) {
    if (visit->route.empty()) visit->route = "other method";
    const std::string allow = absl::StrJoin(found.allowed, ", ");
    if (request.method == "OPTIONS") return Finish(*visit, {204, "", "", {{"Allow", allow}}});
    HttpResponse refusal =
        ProblemOf(Fail(absl::StatusCode::kUnimplemented, ErrorReason::METHOD_UNKNOWN, absl::StrCat("this path takes ", allow)),
                  request.request_id, 405);
    refusal.headers.emplace_back("Allow", allow);
    return Finish(*visit, std::move(refusal));
  }

  const Route& route = *found.route;
  visit->route = absl::StrCat(route.http_method, " ", route.pattern);
  absl::StatusOr<Caller> caller = Identify(request, listener, *route.method, &visit->anonymous);
  if (!caller.ok()) return Finish(*visit, ProblemOf(caller.status(), request.request_id));
  visit->caller = *std::move(caller);
  if (visit->anonymous) visit->origin = "*";  // Pages elsewhere may read it, too (transport/cors): it is the same for all.
  visit->caller.request_id = request.request_id;
  visit->caller.deadline = visit->start + kCallLimit;
  visit->tagged = IsSafe(*route.method);
  visit->method = route.method;
  visit->rpc_path = route.rpc_path;
  if (!found.variables.empty()) visit->object = ObjectOf(found.variables[0].second);
  visit->address = OriginOf(request);
  visit->trace = ContinueTrace(request.Header("traceparent"));
  visit->caller.traceparent = visit->trace.Header();
  if (absl::Status admitted = Admit(*visit); !admitted.ok()) {
    return Finish(*visit, ProblemOf(admitted, request.request_id));
  }
  if (const CallWindow* window = WindowOf(*visit->method); window != nullptr && window->Full()) {
    return Finish(*visit, ProblemOf(NoRoom(), request.request_id, 503));
  }
  visit->accept = std::string(request.Header("Accept"));
  if (!AnswersBytes(*route.method) && !Accepts(visit->accept, "application/json")) {
    return Finish(*visit, ProblemOf(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::TYPE_NOT_OFFERED,
                                         "the answer is application/json"),
                                    request.request_id, 406));
  }
  const absl::string_view type = request.Header("Content-Type");
  if (!route.body.empty() && !type.empty() && !absl::StartsWithIgnoreCase(type, "application/json")) {
    return Finish(*visit, ProblemOf(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::TYPE_NOT_TAKEN,
                                         "the body must be application/json"),
                                    request.request_id, 415));
  }
  return {std::nullopt, [this, visit, &route, variables = std::move(found.variables), query = std::string(request.Query())](
                            std::string body, Respond respond) {
            Call(visit, route, variables, query, std::move(body), std::move(respond));
          }};
}

absl::Status Gateway::Admit(Visit& visit) const {
  absl::Status admitted = CheckRole(*visit.method, visit.caller);
  if (admitted.ok()) admitted = CheckPurpose(visit.caller);
  if (admitted.ok() && visit.anonymous) {
    NMD_ASSIGN_OR_RETURN(visit.place, parts_.public_readers->Enter(visit.address));
  } else if (admitted.ok() && parts_.limits != nullptr) {
    absl::StatusOr<std::shared_ptr<void>> place = parts_.limits->Enter(visit.caller.subject);
    // Not logged: the log must not be what a flood fills.
    if (!place.ok()) return place.status();
    visit.place = *std::move(place);
  }
  if (!admitted.ok()) LogRefusal(visit, admitted);
  return admitted;
}

CallWindow* Gateway::WindowOf(const google::protobuf::MethodDescriptor& method) const {
  const auto it = windows_.find(&method);
  return it == windows_.end() ? nullptr : &it->second;
}

absl::Status Gateway::Present(const FrontCall& call, Visit& visit) const {
  if (call.provider.empty()) return absl::OkStatus();
  absl::string_view oin = visit.caller.subject;
  const bool router = visit.caller.Has(type::MEMBER) && absl::ConsumePrefix(&oin, "oin:") &&
                      parts_.provider_routers.count(oin) > 0 && call.authorization.empty();
  absl::Status refusal;
  if (!router) {
    refusal = Fail(absl::StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN,
                   "this caller may not ask on behalf of a provider; provider_routers in the configuration names who may");
  } else if (visit.method->service()->full_name() != kRoutedService) {
    refusal = Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING,
                   absl::StrCat("on behalf of a provider only methods of ", kRoutedService, " are taken"));
  } else if (!IsAgbCode(call.provider)) {
    refusal = BadFields({{"nmd-provider", "must be an AGB code of eight digits"}});
  }
  if (!refusal.ok()) {
    LogRefusal(visit, refusal);
    return refusal;
  }
  visit.via = visit.caller.subject;
  visit.caller.subject = absl::StrCat("agb:", call.provider);
  visit.caller.provider = call.provider;
  visit.caller.roles = {type::PROVIDER};
  return absl::OkStatus();
}

void Gateway::LogRefusal(const Visit& visit, const absl::Status& status) const {
  if (parts_.log == nullptr || visit.anonymous) return;
  log::v1::LogRecord refusal = visit.Beginning();
  *refusal.mutable_end_time() = TimestampOf(clock_.Now());
  refusal.set_outcome(log::v1::LogRecord::REFUSED);
  refusal.set_reason(type::ErrorReason_Name(ReasonOf(status)));
  parts_.log->End(std::move(refusal));
}

// A call that is logged, until both its beginning is on the disk and its answer is here.
struct Gateway::Asked {
  std::atomic<int> awaited = 2;
  absl::Status logged;
  absl::StatusOr<std::string> answer;
  log::v1::LogRecord end;
  std::string request;
  std::function<void(absl::StatusOr<std::string>)> done;
};

void Gateway::Ask(std::shared_ptr<const Visit> visit, std::string request, absl::Duration limit,
                  std::function<void(absl::StatusOr<std::string>)> done) const {
  const Peer& peer = *parts_.peers.at(visit->method->service()->full_name());
  if (CallWindow* window = WindowOf(*visit->method); window != nullptr) {
    CallWindow::Round round = 0;
    if (!window->Enter(&round)) return done(NoRoom());
    done = [window, round, done = std::move(done)](absl::StatusOr<std::string> answer) {
      window->Leave(round, ReasonOf(answer.status()) == ErrorReason::OVERLOADED);
      done(std::move(answer));
    };
  }
  // Of who reads what is public nothing is known that could be accounted for, and the log must not be what a flood fills.
  if (parts_.log == nullptr || visit->anonymous)
    return peer.CallBytesAsync(visit->rpc_path, std::move(request), limit, &visit->caller, std::move(done));
  log::v1::LogRecord begin = visit->Beginning();
  AddClients(*visit->method->input_type(), request, &begin);
  const auto asked = std::make_shared<Asked>();
  // Of both entries the clients are those of request and answer.
  asked->end = visit->Entry();
  *asked->end.mutable_clients() = begin.clients();
  asked->end.set_more_clients(begin.more_clients());
  asked->request = std::move(request);
  asked->done = std::move(done);
  const std::function<void()> make = [this, visit, &peer, limit, asked] {
    peer.CallBytesAsync(visit->rpc_path, std::move(asked->request), limit, &visit->caller,
                        [this, visit, asked](absl::StatusOr<std::string> answer) {
                          *asked->end.mutable_end_time() = TimestampOf(clock_.Now());
                          asked->end.set_outcome(OutcomeOf(answer.status()));
                          if (answer.ok()) {
                            AddClients(*visit->method->output_type(), *answer, &asked->end);
                          } else {
                            asked->end.set_reason(type::ErrorReason_Name(ReasonOf(answer.status())));
                          }
                          asked->answer = std::move(answer);
                          if (--asked->awaited == 0) Tell(*asked);
                        });
  };
  // A question changes nothing: it is asked while its beginning is written, and its answer stays here until it is. Not where
  // others are written already: the next transaction then has all who wait, and asking meanwhile would only make more of them.
  const bool at_once = IsSafe(*visit->method) && parts_.log->AtRest();
  parts_.log->Begin(std::move(begin), [this, asked, next = at_once ? nullptr : make](const absl::Status& logged) {
    asked->logged = logged;
    if (--asked->awaited == 0) return Tell(*asked);
    if (next == nullptr) return;
    logged.ok() ? next() : asked->done(logged);
  });
  if (at_once) make();
}

void Gateway::Tell(Asked& asked) const {
  if (!asked.logged.ok()) return asked.done(asked.logged);
  parts_.log->End(std::move(asked.end));
  asked.done(std::move(asked.answer));
}

void Gateway::Serve(FrontCall call, FrontAnswer answer) const {
  if (parts_.issuer != nullptr && !call.authorization.empty() && parts_.tokens->NamesUnknownKey(call.authorization)) {
    const auto asked = std::make_shared<std::pair<FrontCall, FrontAnswer>>(std::move(call), std::move(answer));
    const auto go_on = [this, asked] { ServeNow(std::move(asked->first), std::move(asked->second)); };
    if (!parts_.issuer->Refresh(go_on)) go_on();
    return;
  }
  ServeNow(std::move(call), std::move(answer));
}

void Gateway::ServeNow(FrontCall call, FrontAnswer answer) const {
  const auto visit = std::make_shared<Visit>();
  visit->start = clock_.Now();
  visit->request_id = RandomHex(16);  // What joins calls over systems is the trace.
  const auto refuse = [&](const absl::Status& status) {
    visit->Record(HttpStatusOf(status.code()), clock_.Now());
    answer(status);
  };
  const auto rpc = rpcs_.find(call.path);
  if (rpc == rpcs_.end()) {
    visit->route = "unknown";
    return refuse(Fail(absl::StatusCode::kUnimplemented, ErrorReason::METHOD_UNKNOWN, "there is no such method"));
  }
  visit->route = absl::StrCat("gRPC ", call.path);
  const bool by_certificate = call.authorization.empty() && !call.certificate.empty();
  absl::StatusOr<Caller> caller =
      by_certificate ? CallerOfCertificate(call.certificate) : parts_.tokens->Check(call.authorization);
  if (!caller.ok()) return refuse(caller.status());
  visit->caller = *std::move(caller);
  if (by_certificate) {
    visit->caller.municipality = parts_.municipality;
    // It goes into the log: words that could name somebody are no purpose.
    FieldCheck check;
    CheckWords(call.purpose, "nmd-purpose", kPurposeCharacters, check);
    if (check.ok()) visit->caller.purpose = call.purpose;
  }
  visit->caller.request_id = visit->request_id;
  visit->caller.deadline = std::min(call.deadline, visit->start + kCallLimit);
  if (visit->caller.deadline <= visit->start) {
    return refuse(Fail(absl::StatusCode::kDeadlineExceeded, ErrorReason::DEADLINE_PASSED, "the deadline has passed already"));
  }
  visit->method = rpc->second;
  visit->rpc_path = call.path;
  visit->object = ObjectOf(ResourceOf(*visit->method, call.request));
  visit->address = call.address;
  visit->trace = ContinueTrace(call.traceparent);
  visit->caller.traceparent = visit->trace.Header();
  if (absl::Status presented = Present(call, *visit); !presented.ok()) return refuse(presented);
  if (absl::Status admitted = Admit(*visit); !admitted.ok()) return refuse(admitted);
  Ask(visit, std::move(call.request), visit->caller.deadline - visit->start,
      [this, visit, answer = std::move(answer)](absl::StatusOr<std::string> response) {
        if (!response.ok()) response = AtTheDoor(response.status(), visit->request_id);
        visit->Record(response.ok() ? 200 : HttpStatusOf(response.status().code()), clock_.Now());
        answer(std::move(response));
      });
}

HttpResponse Gateway::BytesAnswer(const Visit& visit, absl::string_view bytes) {
  google::api::HttpBody body;
  if (!body.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return ProblemOf(Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the service's answer could not be read"),
                     visit.request_id);
  }
  if (!Accepts(visit.accept, body.content_type())) {
    return ProblemOf(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::TYPE_NOT_OFFERED,
                          absl::StrCat("the answer is ", body.content_type())),
                     visit.request_id, 406);
  }
  HttpResponse response{200, std::move(*body.mutable_content_type()), std::move(*body.mutable_data()), {}};
  for (const google::protobuf::Any& extension : body.extensions()) {
    google::protobuf::Struct told;
    if (!extension.UnpackTo(&told)) continue;
    for (const absl::string_view name : {"Content-Disposition", "Content-Language", "Link", "OData-Version"}) {
      const auto header = told.fields().find(std::string(name));
      if (header == told.fields().end() || !IsHeaderValue(header->second.string_value())) continue;
      response.headers.emplace_back(std::string(name), header->second.string_value());
    }
  }
  return response;
}

void Gateway::Call(const std::shared_ptr<const Visit>& visit, const Route& route, const PathVariables& variables,
                   const std::string& query, std::string body, Respond respond) const {
  absl::StatusOr<std::string> request = RequestBytes(route, variables, query, body);
  if (!request.ok()) {
    LogRefusal(*visit, request.status());
    respond(
        [this, visit, status = request.status()] { return visit->Done(ProblemOf(status, visit->request_id), clock_.Now()); });
    return;
  }
  Ask(visit, *std::move(request), kCallLimit,
      [this, visit, &route, query, respond = std::move(respond)](absl::StatusOr<std::string> answer) {
        respond([this, visit, &route, query, answer = std::move(answer)] {
          if (answer.ok() && AnswersBytes(*route.method)) return visit->Done(BytesAnswer(*visit, *answer), clock_.Now());
          std::string next;
          absl::StatusOr<std::string> json =
              answer.ok() ? ResponseJson(*route.method, *answer, &next) : AtTheDoor(answer.status(), visit->request_id);
          if (!json.ok()) {
            return visit->Done(ProblemOf(json.status(), visit->request_id, HttpStatusWhenBusy(json.status())), clock_.Now());
          }
          HttpResponse response{200, "application/json", *std::move(json), {}};
          // Of a list that is asked by POST the token goes into the next body.
          if (!next.empty() && route.http_method == "GET") {
            response.headers.emplace_back("Link", NextLink(query, next));
          }
          return visit->Done(std::move(response), clock_.Now());
        });
      });
}

}  // namespace nmd::gateway
