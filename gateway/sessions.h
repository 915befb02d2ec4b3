// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_SESSIONS_H_
#define NMD_GATEWAY_SESSIONS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/access_log.h"
#include "gateway/http.h"
#include "gateway/issuer.h"
#include "gateway/token.h"
#include "nmd/internal/v1/config.pb.h"
#include "nmd/internal/v1/session.pb.h"
#include "services/platform/clock.h"
#include "services/platform/crypto.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {

// Words that hold once: remembered until they would be worth nothing anyhow, at most so many. Thread-safe.
class OnceOnly {
 public:
  explicit OnceOnly(size_t limit) : limit_(limit) {}
  // False when the word was used already. Of too many the one that ends first is forgotten.
  bool Use(const std::string& word, absl::Time until, absl::Time now);
  bool used(const std::string& word) const;

 private:
  const size_t limit_;
  mutable Mutex mutex_;
  std::map<std::string, absl::Time> words_ ABSL_GUARDED_BY(mutex_);
};

// People who sign in to the dashboard at the municipality's own issuer (OpenID Connect, authorization code with PKCE):
//
//   GET  /v1/session/login?return=/signalen.html   303 to the issuer, with a cookie for the way back
//   GET  /v1/session/callback?state=…&code=…       303 to where one came from, with a cookie of the session
//   GET  /v1/session                               who is signed in, until when; 401: nobody
//   POST /v1/session/logout                        ends the session; the answer says where the issuer ends its own
//
// The session is a sealed cookie (HttpOnly, Secure, SameSite=Strict, __Host-) that says who, and ends with its token. The
// browser never sees a token. Nothing is kept here but which sign-ins were used and which sessions were ended, until they would
// have ended; a process that starts anew has forgotten that.
//
// Thread-safe.
class Sessions {
 public:
  // `log` gets who signed in and out, and may be null in tests. What is given must outlive the sessions and their answers.
  // Errors: FAILED_PRECONDITION for a key or secret that cannot be read, or an origin that is no https address.
  static absl::StatusOr<std::unique_ptr<Sessions>> Create(const internal::v1::IssuerConfig& config, Issuer& issuer,
                                                          const TokenChecker& tokens, AccessLog* log, const Clock& clock);

  // The methods that a path of the above takes; none for any other.
  static std::vector<std::string> Methods(absl::string_view path);
  // REQUIRES: the path takes the method.
  Admission Answer(const HttpRequest& request, const std::string& address);

  // Who asks by the cookie of a session; nothing when the request has none. Errors: TOKEN_INVALID for a session that is over or
  // was not sealed here, REQUEST_FORGED for a request other than a GET or HEAD that does not come from a page of the dashboard:
  // by Sec-Fetch-Site, and by Origin of a browser that does not send that.
  absl::StatusOr<std::optional<Caller>> CallerOf(const HttpRequest& request) const;

 private:
  Sessions(const internal::v1::IssuerConfig& config, Key key, std::string secret, Issuer& issuer, const TokenChecker& tokens,
           AccessLog* log, const Clock& clock);

  HttpResponse Login(const HttpRequest& request) const;
  void Callback(const HttpRequest& request, const std::string& address, Respond respond);
  // The token of the issuer: is it an answer to what was asked? Then the session begins.
  void Take(const HttpRequest& request, const std::string& address, const internal::v1::SignInCookie& asked,
            const std::string& token, bool may_ask_keys, Respond respond);
  HttpResponse Show(const HttpRequest& request) const;
  void Logout(const HttpRequest& request, const std::string& address, Respond respond);

  absl::StatusOr<std::optional<internal::v1::SessionCookie>> Open(const HttpRequest& request) const;
  absl::Status CheckOwnPage(const HttpRequest& request) const;
  // Logs the deed; the answer is that of `make` when it could be, and a refusal else.
  void Logged(const Caller& caller, const HttpRequest& request, const std::string& address, const char* deed,
              std::function<HttpResponse()> make, Respond respond);
  HttpResponse Refusal(const HttpRequest& request, const absl::Status& status) const;

  const internal::v1::IssuerConfig config_;
  const Key session_key_, sign_in_key_;
  const std::string secret_;
  Issuer& issuer_;
  const TokenChecker& tokens_;
  AccessLog* const log_;
  const Clock& clock_;
  OnceOnly used_, ended_;
};

// Where to go on: the text when it is a path of this server, else "/". Nothing that a browser takes for another host gets
// through.
std::string ReturnPathOf(absl::string_view text);

// The value of a cookie of the request; empty when it has none of this name.
std::string CookieOf(const HttpRequest& request, absl::string_view name);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_SESSIONS_H_
