// SPDX-License-Identifier: EUPL-1.2
#include "gateway/sessions.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/problem.h"
#include "gateway/trace.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

using internal::v1::SessionCookie;
using internal::v1::SignInCookie;

constexpr char kSession[] = "/v1/session";
constexpr char kLogin[] = "/v1/session/login";
constexpr char kCallback[] = "/v1/session/callback";
constexpr char kLogout[] = "/v1/session/logout";
constexpr char kSessionName[] = "__Host-nmd-session";
constexpr char kSignInName[] = "__Host-nmd-signin";
constexpr absl::Duration kSignInLife = absl::Minutes(10);
constexpr size_t kRemembered = 10'000;
constexpr size_t kReturnLimit = 512;

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) { return absl::FromUnixMicros(MicrosOf(timestamp)); }

absl::Status SignInFailed(absl::string_view cause, absl::string_view text) {
  return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::SIGN_IN_FAILED, text, {{"cause", std::string(cause)}});
}

// `limits` are the attributes in which cookies differ.
std::pair<std::string, std::string> SetCookie(absl::string_view name, absl::string_view value, absl::string_view limits) {
  return {"Set-Cookie", absl::StrCat(name, "=", value, "; Path=/; Secure; HttpOnly; ", limits)};
}
// Lax: the way back from the issuer is a navigation from another site, with which a strict cookie does not come along.
constexpr char kSignInLimits[] = "SameSite=Lax; Max-Age=600";

template <typename Message>
std::optional<Message> Unsealed(const Key& key, const std::string& cookie) {
  std::string sealed;
  Message message;
  if (cookie.empty() || !absl::WebSafeBase64Unescape(cookie, &sealed)) return std::nullopt;
  const absl::StatusOr<std::string> plain = key.Open(sealed);
  if (!plain.ok() || !message.ParseFromString(*plain)) return std::nullopt;
  return message;
}

std::string Sealed(const Key& key, const google::protobuf::MessageLite& message) {
  return absl::WebSafeBase64Escape(key.Seal(message.SerializeAsString()));
}

std::string Escaped(absl::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~') {
      escaped.push_back(c);
    } else {
      absl::StrAppend(&escaped, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return escaped;
}

bool Same(const std::string& a, const std::string& b) {
  return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Caller CallerIn(const internal::v1::CallerAssertion& assertion) {
  Caller caller;
  caller.subject = assertion.subject();
  for (const int role : assertion.role()) caller.roles.push_back(static_cast<type::Role>(role));
  caller.municipality = assertion.municipality();
  caller.purpose = assertion.purpose();
  return caller;
}

}  // namespace

bool OnceOnly::Use(const std::string& word, absl::Time until, absl::Time now) {
  MutexLock lock(mutex_);
  if (words_.contains(word)) return false;
  if (words_.size() >= limit_) {
    for (auto it = words_.begin(); it != words_.end();) it = it->second < now ? words_.erase(it) : std::next(it);
  }
  if (words_.size() >= limit_) {
    words_.erase(
        std::min_element(words_.begin(), words_.end(), [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  words_.emplace(word, until);
  return true;
}

bool OnceOnly::used(const std::string& word) const {
  MutexLock lock(mutex_);
  return words_.contains(word);
}

std::string ReturnPathOf(absl::string_view text) {
  const bool path = absl::StartsWith(text, "/") && !absl::StartsWith(text, "//") && text.size() <= kReturnLimit &&
                    std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
  return path ? std::string(text) : "/";
}

std::string CookieOf(const HttpRequest& request, absl::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (!absl::EqualsIgnoreCase(key, "Cookie")) continue;
    for (absl::string_view pair : absl::StrSplit(value, ';')) {
      pair = absl::StripAsciiWhitespace(pair);
      if (absl::ConsumePrefix(&pair, name) && absl::ConsumePrefix(&pair, "=")) return std::string(pair);
    }
  }
  return {};
}

Sessions::Sessions(const internal::v1::IssuerConfig& config, Key key, std::string secret, Issuer& issuer,
                   const TokenChecker& tokens, AccessLog* log, const Clock& clock)
    : config_(config),
      session_key_(key.Derive("gateway session")),
      sign_in_key_(key.Derive("gateway sign-in")),
      secret_(std::move(secret)),
      issuer_(issuer),
      tokens_(tokens),
      log_(log),
      clock_(clock),
      used_(kRemembered),
      ended_(kRemembered) {}

absl::StatusOr<std::unique_ptr<Sessions>> Sessions::Create(const internal::v1::IssuerConfig& config, Issuer& issuer,
                                                           const TokenChecker& tokens, AccessLog* log, const Clock& clock) {
  const internal::v1::LoginConfig& login = config.login();
  absl::string_view origin = login.origin();
  if (!IsHttpsAddress(origin) || absl::StrContains(origin.substr(8), '/')) {
    return absl::FailedPreconditionError(
        absl::StrCat("issuer.login.origin: \"", origin, "\" must be an https address without a path"));
  }
  NMD_ASSIGN_OR_RETURN(const Key key, Key::FromFile(login.key_file()));
  std::string secret;
  if (!login.client_secret_file().empty()) {
    std::ifstream file(login.client_secret_file());
    std::getline(file, secret);
    absl::StripAsciiWhitespace(&secret);
    if (secret.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("issuer.login.client_secret_file: ", login.client_secret_file(), " has no secret on its first line"));
    }
  }
  return std::unique_ptr<Sessions>(new Sessions(config, key, std::move(secret), issuer, tokens, log, clock));
}

std::vector<std::string> Sessions::Methods(absl::string_view path) {
  if (path == kLogin || path == kCallback || path == kSession) return {"GET"};
  if (path == kLogout) return {"POST"};
  return {};
}

Admission Sessions::Answer(const HttpRequest& request, const std::string& address) {
  const absl::string_view path = request.Path();
  if (path == kLogin) return {Login(request), nullptr};
  if (path == kSession) return {Show(request), nullptr};
  return {std::nullopt, [this, request, address, callback = path == kCallback](const std::string&, Respond respond) {
            callback ? Callback(request, address, std::move(respond)) : Logout(request, address, std::move(respond));
          }};
}

HttpResponse Sessions::Login(const HttpRequest& request) const {
  const std::shared_ptr<const IssuerAddresses> to = issuer_.addresses();
  if (to == nullptr) {
    return Refusal(request, Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the issuer cannot be reached"));
  }
  SignInCookie asked;
  asked.set_state(RandomHex(64));
  asked.set_nonce(RandomHex(64));
  asked.set_code_verifier(RandomHex(64));
  asked.set_return_path("/");
  for (const auto& [name, value] : ParseQuery(request.Query()).value_or(std::vector<std::pair<std::string, std::string>>())) {
    if (name == "return") asked.set_return_path(ReturnPathOf(value));
  }
  *asked.mutable_expire_time() = TimestampOf(clock_.Now() + kSignInLife);
  const std::string challenge = absl::WebSafeBase64Escape(absl::HexStringToBytes(Sha256Hex(asked.code_verifier())));
  std::string url = absl::StrCat(to->authorization, "?response_type=code&client_id=", Escaped(config_.login().client_id()),
                                 "&redirect_uri=", Escaped(absl::StrCat(config_.login().origin(), kCallback)),
                                 "&scope=", Escaped(config_.login().scope().empty() ? "openid" : config_.login().scope()),
                                 "&state=", asked.state(), "&nonce=", asked.nonce(), "&code_challenge=", challenge,
                                 "&code_challenge_method=S256");
  if (!config_.mfa_acr().empty()) absl::StrAppend(&url, "&acr_values=", Escaped(absl::StrJoin(config_.mfa_acr(), " ")));
  return {303, "", "", {{"Location", url}, SetCookie(kSignInName, Sealed(sign_in_key_, asked), kSignInLimits)}};
}

void Sessions::Callback(const HttpRequest& request, const std::string& address, Respond respond) {
  const auto refuse = [&](absl::string_view cause, absl::string_view text) {
    respond([response = Refusal(request, SignInFailed(cause, text))] { return response; });
  };
  std::string state, code, error, issuer;
  for (const auto& [name, value] : ParseQuery(request.Query()).value_or(std::vector<std::pair<std::string, std::string>>())) {
    if (name == "state") state = value;
    if (name == "code") code = value;
    if (name == "error") error = value;
    if (name == "iss") issuer = value;
  }
  const std::optional<SignInCookie> asked = Unsealed<SignInCookie>(sign_in_key_, CookieOf(request, kSignInName));
  if (!asked || !Same(asked->state(), state) || clock_.Now() >= TimeOf(asked->expire_time())) {
    return refuse("state", "this sign-in did not begin in this browser, or more than ten minutes ago; begin anew");
  }
  // Whose answer it is, where the issuer says so (RFC 9207).
  if (!issuer.empty() && issuer != config_.issuer()) return refuse("state", "the answer is of another issuer");
  if (!used_.Use(state, TimeOf(asked->expire_time()), clock_.Now())) {
    return refuse("state", "this sign-in was used already; begin anew");
  }
  if (!error.empty() || code.empty()) return refuse("refused", "the issuer did not let you in");
  issuer_.Exchange({{"grant_type", "authorization_code"},
                    {"code", code},
                    {"redirect_uri", absl::StrCat(config_.login().origin(), kCallback)},
                    {"code_verifier", asked->code_verifier()}},
                   config_.login().client_id(), secret_,
                   [this, request, address, asked = *asked, respond](const absl::StatusOr<std::string>& token) {
                     if (token.ok()) return Take(request, address, asked, *token, true, respond);
                     respond([response = Refusal(request, token.status())] { return response; });
                   });
}

void Sessions::Take(const HttpRequest& request, const std::string& address, const SignInCookie& asked, const std::string& token,
                    bool may_ask_keys, Respond respond) {
  if (may_ask_keys && tokens_.NamesUnknownKey(absl::StrCat("Bearer ", token)) &&
      issuer_.Refresh(
          [this, request, address, asked, token, respond] { Take(request, address, asked, token, false, respond); })) {
    return;
  }
  const absl::StatusOr<TokenChecker::Identity> identity =
      tokens_.CheckIdToken(token, config_.login().client_id(), asked.nonce());
  if (!identity.ok()) {
    const absl::Status status = SignInFailed("token", identity.status().message());
    respond([response = Refusal(request, status)] { return response; });
    return;
  }
  const absl::Time now = clock_.Now();
  const int minutes = config_.login().session_minutes() == 0 ? 480 : config_.login().session_minutes();
  SessionCookie session;
  session.set_id(RandomHex(32));
  session.mutable_caller()->set_subject(identity->caller.subject);
  for (const type::Role role : identity->caller.roles) session.mutable_caller()->add_role(role);
  session.mutable_caller()->set_municipality(identity->caller.municipality);
  session.mutable_caller()->set_purpose(identity->caller.purpose);
  const absl::Time end = std::min(identity->expires, now + absl::Minutes(minutes));
  *session.mutable_expire_time() = TimestampOf(end);
  const int64_t life = std::max<int64_t>(1, absl::ToInt64Seconds(end - now));
  HttpResponse response{
      303,
      "",
      "",
      {{"Location", asked.return_path()},
       SetCookie(kSessionName, Sealed(session_key_, session), absl::StrCat("SameSite=Strict; Max-Age=", life)),
       SetCookie(kSignInName, "", "SameSite=Lax; Max-Age=0")}};
  Logged(
      identity->caller, request, address, "nmd.gateway.Sessions.SignIn", [response] { return response; }, std::move(respond));
}

HttpResponse Sessions::Show(const HttpRequest& request) const {
  const absl::StatusOr<std::optional<SessionCookie>> session = Open(request);
  if (!session.ok()) return ProblemOf(session.status(), request.request_id);
  if (!session->has_value()) {
    return ProblemOf(Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING, "nobody is signed in"),
                     request.request_id);
  }
  const internal::v1::CallerAssertion& caller = (*session)->caller();
  const std::pair<const char*, absl::string_view> texts[] = {
      {"subject", caller.subject()},
      {"municipality", caller.municipality()},
      {"title", config_.title().empty() ? caller.municipality() : config_.title()},
      {"purpose", caller.purpose()}};
  HttpResponse response{200, "application/json", "{", {}};
  for (const auto& [name, value] : texts) {
    absl::StrAppend(&response.body, "\"", name, "\":");
    AppendJsonString(value, &response.body);
    response.body.push_back(',');
  }
  const std::string roles = absl::StrJoin(caller.role(), ",", [](std::string* out, int role) {
    absl::StrAppend(out, "\"", WordOf(static_cast<type::Role>(role)), "\"");
  });
  absl::StrAppend(&response.body, "\"roles\":[", roles, "],\"expire_time\":\"",
                  absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", TimeOf((*session)->expire_time()), absl::UTCTimeZone()), "\"}");
  return response;
}

void Sessions::Logout(const HttpRequest& request, const std::string& address, Respond respond) {
  std::string url = absl::StrCat(config_.login().origin(), "/");
  if (const auto to = issuer_.addresses(); to != nullptr && !to->end_session.empty()) {
    url = absl::StrCat(to->end_session, "?client_id=", Escaped(config_.login().client_id()),
                       "&post_logout_redirect_uri=", Escaped(url));
  }
  HttpResponse response{
      200, "application/json", "{\"end_session\":", {SetCookie(kSessionName, "", "SameSite=Strict; Max-Age=0")}};
  AppendJsonString(url, &response.body);
  response.body += "}";
  if (absl::Status own = CheckOwnPage(request); !own.ok()) {
    return respond([refusal = ProblemOf(own, request.request_id)] { return refusal; });
  }
  const absl::StatusOr<std::optional<SessionCookie>> session = Open(request);
  // Who has no session any more is signed out already.
  if (!session.ok() || !session->has_value()) return respond([response] { return response; });
  const SessionCookie& open = **session;
  ended_.Use(open.id(), TimeOf(open.expire_time()), clock_.Now());
  Logged(
      CallerIn(open.caller()), request, address, "nmd.gateway.Sessions.SignOut", [response] { return response; },
      std::move(respond));
}

absl::StatusOr<std::optional<Caller>> Sessions::CallerOf(const HttpRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::optional<SessionCookie> session, Open(request));
  if (!session) return std::optional<Caller>();
  if (request.method != "GET" && request.method != "HEAD") NMD_RETURN_IF_ERROR(CheckOwnPage(request));
  return std::optional<Caller>(CallerIn(session->caller()));
}

absl::StatusOr<std::optional<SessionCookie>> Sessions::Open(const HttpRequest& request) const {
  const std::string cookie = CookieOf(request, kSessionName);
  if (cookie.empty()) return std::optional<SessionCookie>();
  std::optional<SessionCookie> session = Unsealed<SessionCookie>(session_key_, cookie);
  if (!session || clock_.Now() >= TimeOf(session->expire_time()) || ended_.used(session->id())) {
    return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::TOKEN_INVALID, "the session is over; sign in again");
  }
  return session;
}

absl::Status Sessions::CheckOwnPage(const HttpRequest& request) const {
  const absl::string_view site = request.Header("Sec-Fetch-Site");
  const bool own = site.empty() ? request.Header("Origin") == config_.login().origin() : site == "same-origin";
  if (own) return absl::OkStatus();
  return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::REQUEST_FORGED,
              "with the cookie of a session only pages of the dashboard may ask this");
}

void Sessions::Logged(const Caller& caller, const HttpRequest& request, const std::string& address, const char* deed,
                      std::function<HttpResponse()> make, Respond respond) {
  if (log_ == nullptr) return respond(std::move(make));
  const Trace trace = ContinueTrace(request.Header("traceparent"));
  log::v1::LogRecord record;
  *record.mutable_start_time() = TimestampOf(clock_.Now());
  record.set_method(deed);
  record.set_trace_id(trace.trace_id);
  record.set_span_id(trace.span_id);
  record.set_parent_span_id(trace.parent_span_id);
  log::v1::LogRecord end = record;
  record.set_actor(caller.subject);
  for (const type::Role role : caller.roles) record.add_roles(role);
  record.set_purpose(caller.purpose);
  record.set_object(absl::StrCat("municipalities/", caller.municipality));
  record.set_origin(address);
  record.set_request_id(request.request_id);
  log_->Begin(std::move(record), [this, end = std::move(end), make = std::move(make), respond = std::move(respond),
                                  id = request.request_id](const absl::Status& logged) mutable {
    if (!logged.ok()) return respond([refusal = ProblemOf(logged, id)] { return refusal; });
    *end.mutable_end_time() = TimestampOf(clock_.Now());
    end.set_outcome(log::v1::LogRecord::SUCCEEDED);
    log_->End(std::move(end));
    respond(std::move(make));
  });
}

HttpResponse Sessions::Refusal(const HttpRequest& request, const absl::Status& status) const {
  Log(LogLevel::kInfo, "sign-in refused",
      {{"request_id", request.request_id}, {"cause", MetadataOf(status, "cause")}, {"detail", status.message()}});
  HttpResponse problem = ProblemOf(status, request.request_id);
  if (absl::StrContains(request.Header("Accept"), "text/html")) {
    problem.content_type = "text/html; charset=utf-8";
    problem.body = absl::StrCat(
        "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\"><title>Aanmelden is niet "
        "gelukt</title></head><body><main>"
        "<h1>Aanmelden is niet gelukt</h1><p>U bent niet aangemeld. Probeer het opnieuw. Lukt het weer niet? Geef dan dit "
        "nummer "
        "door aan uw beheerder: ",
        request.request_id, "</p><p><a href=\"", kLogin, "\">Opnieuw aanmelden</a></p></main></body></html>");
  }
  problem.headers.push_back(SetCookie(kSignInName, "", "SameSite=Lax; Max-Age=0"));
  return problem;
}

}  // namespace nmd::gateway
