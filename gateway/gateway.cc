// SPDX-License-Identifier: EUPL-1.2
#include "gateway/gateway.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/api_descriptors.h"
#include "gateway/api_document.h"
#include "gateway/negotiation.h"
#include "gateway/problem.h"
#include "gateway/transcoder.h"
#include "google/protobuf/descriptor.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/policy.h"
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
  std::string accept_encoding, if_none_match;
  std::string origin;  // Empty unless it is one that may ask.
  bool head_or_get = false;
  bool tagged = false;  // The answer is that of a read.

  // Makes of an answer what goes out; counts and logs. Once per request.
  HttpResponse Done(HttpResponse response, absl::Time now) const {
    if (tagged && response.status == 200) Tag(&response);
    CompressFor(accept_encoding, &response);
    if (!origin.empty()) AllowOrigin(&response);
    const absl::Duration took = now - start;
    Count(route, response.status, took);
    const std::string roles =
        absl::StrJoin(caller.roles, ",", [](std::string* out, type::Role role) { absl::StrAppend(out, WordOf(role)); });
    Log(LogLevel::kInfo, "request",
        {{"route", route},
         {"status", response.status},
         {"role", roles},
         {"request_id", request_id},
         {"latency_ms", absl::ToDoubleMilliseconds(took)}});
    return response;
  }

 private:
  // An answer that the client has is not sent again.
  void Tag(HttpResponse* response) const {
    const std::string tag = TagOf(response->body);
    if (HasTag(if_none_match, tag)) {
      *response = head_or_get ? HttpResponse{304, "", "", std::move(response->headers)}
                              : ProblemOf(Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::ANSWER_UNCHANGED,
                                               "the answer still is the one that If-None-Match names"),
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
  return std::unique_ptr<Gateway>(new Gateway(std::move(parts), std::move(routes), std::move(document), clock));
}

Admission Gateway::Finish(const Visit& visit, HttpResponse response) const {
  return {visit.Done(std::move(response), clock_.Now()), nullptr};
}

std::optional<HttpResponse> Gateway::Own(const HttpRequest& request) const {
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
  return parts_.files.Answer(request);
}

Admission Gateway::Handle(const HttpRequest& request) const {
  const auto visit = std::make_shared<Visit>();
  visit->request_id = request.request_id;
  visit->start = clock_.Now();
  const absl::string_view path = request.Path();
  visit->head_or_get = request.method == "GET" || request.method == "HEAD";
  visit->accept_encoding = std::string(request.Header("Accept-Encoding"));
  visit->if_none_match = std::string(request.Header("If-None-Match"));
  for (const std::string& allowed : parts_.allowed_origins) {
    if (allowed == request.Header("Origin")) visit->origin = allowed;
  }

  Routes::Found found = routes_.Find(request.method, path);
  if (found.route == nullptr && parts_.dev_issuer != nullptr && path == DevIssuer::kPath) {
    visit->route = absl::StrCat("GET ", DevIssuer::kPath);
    if (request.method == "GET") return Finish(*visit, parts_.dev_issuer->Answer(request));
    found.allowed = {"GET"};
  } else if (found.route == nullptr && found.allowed.empty()) {
    if (std::optional<HttpResponse> file = Own(request)) {
      visit->route = "static";
      if (path == kDocumentPath) visit->origin.clear();  // It says "*" itself.
      if (visit->head_or_get) return Finish(*visit, *std::move(file));
      found.allowed = {"GET", "HEAD", "OPTIONS"};
    }
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
  absl::StatusOr<Caller> caller = parts_.tokens->Check(request.Header("Authorization"));
  if (!caller.ok()) return Finish(*visit, ProblemOf(caller.status(), request.request_id));
  visit->caller = *std::move(caller);
  visit->caller.request_id = request.request_id;
  visit->caller.deadline = visit->start + kCallLimit;
  visit->tagged = IsSafe(*route.method);
  absl::Status allowed = CheckRole(*route.method, visit->caller);
  if (allowed.ok()) allowed = CheckPurpose(visit->caller);
  if (!allowed.ok()) return Finish(*visit, ProblemOf(allowed, request.request_id));
  if (!AcceptsJson(request.Header("Accept"))) {
    return Finish(*visit, ProblemOf(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::TYPE_NOT_OFFERED,
                                         "the answer is application/json"),
                                    request.request_id, 406));
  }
  const absl::string_view type = request.Header("Content-Type");
  if (!route.body.empty() && !type.empty() && !absl::StartsWithIgnoreCase(type, "application/json")) {
    return Finish(*visit, ProblemOf(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::JSON_INVALID,
                                         "the body must be application/json"),
                                    request.request_id, 415));
  }
  const Peer& peer = *parts_.peers.at(route.method->service()->full_name());
  return {std::nullopt, [this, visit, &peer, &route, variables = std::move(found.variables),
                         query = std::string(request.Query())](std::string body, Respond respond) {
            Call(visit, peer, route, variables, query, std::move(body), std::move(respond));
          }};
}

void Gateway::Call(const std::shared_ptr<const Visit>& visit, const Peer& peer, const Route& route,
                   const PathVariables& variables, const std::string& query, std::string body, Respond respond) const {
  absl::StatusOr<std::string> request = RequestBytes(route, variables, query, body);
  if (!request.ok()) {
    respond(
        [this, visit, status = request.status()] { return visit->Done(ProblemOf(status, visit->request_id), clock_.Now()); });
    return;
  }
  peer.CallBytesAsync(route.rpc_path, *std::move(request), kCallLimit, &visit->caller,
                      [this, visit, &route, query, respond = std::move(respond)](absl::StatusOr<std::string> answer) {
                        respond([this, visit, &route, query, answer = std::move(answer)] {
                          std::string next;
                          absl::StatusOr<std::string> json = answer.ok() ? ResponseJson(*route.method, *answer, &next)
                                                                         : AtTheDoor(answer.status(), visit->request_id);
                          if (!json.ok()) return visit->Done(ProblemOf(json.status(), visit->request_id), clock_.Now());
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
