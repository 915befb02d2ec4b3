// SPDX-License-Identifier: EUPL-1.2
#include "gateway/issuer.h"

#include <httplib.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/json_util.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

using google::protobuf::Struct;

constexpr absl::Duration kAnswerLimit = absl::Seconds(5);
constexpr size_t kAnswerBytes = 1 << 20;
constexpr absl::Duration kFloor = absl::Seconds(30);
constexpr absl::Duration kInterval = absl::Minutes(5);
constexpr int kMostKeys = 32;
constexpr char kScheme[] = "https://";

absl::Status Failed(absl::string_view text) {
  return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::SIGN_IN_FAILED, text, {{"cause", "issuer"}});
}

// "https://login.example.nl:8443/x" -> {"login.example.nl:8443", "/x"}. REQUIRES: IsHttpsAddress.
std::pair<std::string, std::string> HostAndPath(absl::string_view url) {
  url.remove_prefix(sizeof(kScheme) - 1);
  const size_t slash = std::min(url.find('/'), url.size());
  return {std::string(url.substr(0, slash)), slash == url.size() ? "/" : std::string(url.substr(slash))};
}

std::unique_ptr<httplib::Client> ClientFor(const std::string& host, const std::string& roots) {
  auto client = std::make_unique<httplib::Client>(kScheme + host);
  if (!roots.empty()) client->set_ca_cert_path(roots.c_str());
  client->enable_server_certificate_verification(true);
  client->set_follow_location(false);
  const auto limit = std::chrono::seconds(absl::ToInt64Seconds(kAnswerLimit));
  client->set_connection_timeout(limit);
  client->set_read_timeout(limit);
  client->set_write_timeout(limit);
  return client;
}

std::string FormOf(const std::vector<std::pair<std::string, std::string>>& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    absl::StrAppend(&text, text.empty() ? "" : "&", name, "=", httplib::detail::encode_query_param(value));
  }
  return text;
}

std::optional<Struct> ObjectOf(const std::string& json) {
  Struct object;
  if (!absl::StartsWith(absl::StripLeadingAsciiWhitespace(json), "{") ||
      !google::protobuf::util::JsonStringToMessage(json, &object).ok()) {
    return std::nullopt;
  }
  return object;
}

}  // namespace

bool IsHttpsAddress(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, kScheme)) return false;
  const absl::string_view host = url.substr(0, url.find('/'));
  return !host.empty() && host.find('@') == absl::string_view::npos &&
         url.find_first_of("?#\\ \t\r\n") == absl::string_view::npos;
}

KeySet KeysOf(absl::string_view json) {
  KeySet keys;
  const std::optional<Struct> set = ObjectOf(std::string(json));
  const google::protobuf::Value* list = set ? ClaimOf(*set, "keys") : nullptr;
  if (list == nullptr) return keys;
  for (const google::protobuf::Value& one : list->list_value().values()) {
    absl::StatusOr<VerifyKey> key = VerifyKey::FromJwk(one.struct_value(), JwsFamily::kOidc);
    if (key.ok() && keys.size() < kMostKeys) keys.emplace_back(ClaimText(one.struct_value(), "kid"), *std::move(key));
  }
  return keys;
}

Issuer::Issuer(internal::v1::IssuerConfig config, const Clock& clock)
    : config_(std::move(config)), clock_(clock), queue_(2, 16) {}

absl::StatusOr<std::unique_ptr<Issuer>> Issuer::Start(const internal::v1::IssuerConfig& config, const Clock& clock) {
  if (!IsHttpsAddress(config.issuer())) {
    return absl::FailedPreconditionError(absl::StrCat(
        "issuer.issuer: \"", config.issuer(), "\" is no https address to fetch keys from; give one, or issuer.public_key"));
  }
  if (!config.roots().empty() && !std::ifstream(config.roots())) {
    return absl::FailedPreconditionError(absl::StrCat("issuer.roots: ", config.roots(), " cannot be read"));
  }
  std::unique_ptr<Issuer> issuer(new Issuer(config, clock));
  {
    MutexLock lock(issuer->mutex_);
    issuer->next_fetch_ = clock.Now() + kFloor;
  }
  issuer->Fetch();
  issuer->thread_ = std::thread([raw = issuer.get()] { raw->Run(); });
  return issuer;
}

Issuer::~Issuer() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const KeySet> Issuer::keys() const {
  MutexLock lock(mutex_);
  return keys_;
}

std::shared_ptr<const IssuerAddresses> Issuer::addresses() const {
  MutexLock lock(mutex_);
  return addresses_;
}

void Issuer::Run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      // Until it was reached for the first time, as often as may be.
      changed_.WaitFor(mutex_, keys_ == nullptr ? kFloor : kInterval);
      if (stopping_) return;
      next_fetch_ = clock_.Now() + kFloor;
    }
    Fetch();
  }
}

bool Issuer::Refresh(std::function<void()> done) {
  {
    MutexLock lock(mutex_);
    if (clock_.Now() < next_fetch_) return false;
    next_fetch_ = clock_.Now() + kFloor;
  }
  return queue_.TryPush([this, done = std::move(done)] {
    Fetch();
    done();
  });
}

void Issuer::Fetch() {
  if (const absl::Status fetched = TryFetch(); !fetched.ok()) {
    Log(LogLevel::kWarning, "the issuer's keys could not be fetched", {{"detail", fetched.message()}});
  }
}

absl::Status Issuer::TryFetch() {
  const absl::string_view issuer = absl::StripSuffix(config_.issuer(), "/");
  NMD_ASSIGN_OR_RETURN(const std::string text, Get(absl::StrCat(issuer, "/.well-known/openid-configuration")));
  const std::optional<Struct> document = ObjectOf(text);
  if (!document) return absl::UnavailableError("the issuer's description is no JSON object");
  // Another issuer's description would be believed for ours (Discovery, 4.3).
  if (ClaimText(*document, "issuer") != config_.issuer()) {
    return absl::UnavailableError("the issuer's description is of another issuer");
  }
  const std::string keys_address = ClaimText(*document, "jwks_uri");
  const auto addresses = std::make_shared<IssuerAddresses>(IssuerAddresses{ClaimText(*document, "authorization_endpoint"),
                                                                           ClaimText(*document, "token_endpoint"),
                                                                           ClaimText(*document, "end_session_endpoint")});
  for (const std::string& address : {keys_address, addresses->authorization, addresses->token}) {
    if (!IsHttpsAddress(address)) return absl::UnavailableError("the issuer's description has an address that is not https");
  }
  if (!IsHttpsAddress(addresses->end_session)) addresses->end_session.clear();
  NMD_ASSIGN_OR_RETURN(std::string key_text, Get(keys_address));
  auto keys = std::make_shared<const KeySet>(KeysOf(key_text));
  if (keys->empty()) return absl::UnavailableError("the issuer has no key that tokens may be signed with");
  MutexLock lock(mutex_);
  addresses_ = addresses;
  // Tokens that were found good stay so while the keys are the same.
  if (key_text == key_text_) return absl::OkStatus();
  if (!key_text_.empty()) Log(LogLevel::kInfo, "the issuer's keys changed", {{"count", static_cast<int64_t>(keys->size())}});
  keys_ = std::move(keys);
  key_text_ = std::move(key_text);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Issuer::Get(const std::string& url) const {
  const auto [host, path] = HostAndPath(url);
  const auto client = ClientFor(host, config_.roots());
  std::string body;
  const httplib::Result result = client->Get(path.c_str(), [&](const char* data, size_t size) {
    body.append(data, size);
    return body.size() <= kAnswerBytes;
  });
  if (!result) return absl::UnavailableError(absl::StrCat(url, ": ", httplib::to_string(result.error())));
  if (result->status != 200) return absl::UnavailableError(absl::StrCat(url, ": status ", result->status));
  return body;
}

void Issuer::Exchange(std::vector<std::pair<std::string, std::string>> form, std::string client_id, std::string client_secret,
                      std::function<void(absl::StatusOr<std::string>)> done) {
  const std::shared_ptr<const IssuerAddresses> to = addresses();
  if (to == nullptr) return done(Failed("the issuer cannot be reached"));
  if (client_secret.empty()) form.emplace_back("client_id", client_id);
  const auto work = [this, to, form = std::move(form), client_id, client_secret, done] {
    const auto [host, path] = HostAndPath(to->token);
    const auto client = ClientFor(host, config_.roots());
    httplib::Request request;
    request.method = "POST";
    request.path = path;
    request.body = FormOf(form);
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    // Both are form-encoded first (RFC 6749, 2.3.1).
    if (!client_secret.empty()) {
      const std::string pair =
          absl::StrCat(httplib::detail::encode_query_param(client_id), ":", httplib::detail::encode_query_param(client_secret));
      request.headers.emplace("Authorization", absl::StrCat("Basic ", absl::Base64Escape(pair)));
    }
    std::string body;
    request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
      body.append(data, size);
      return body.size() <= kAnswerBytes;
    };
    const httplib::Result result = client->send(request);
    if (!result) {
      Log(LogLevel::kWarning, "the issuer could not be asked for a token", {{"detail", httplib::to_string(result.error())}});
      return done(Failed("the issuer cannot be reached"));
    }
    const std::optional<Struct> answer = ObjectOf(body);
    std::string token = answer ? ClaimText(*answer, "id_token") : "";
    if (result->status != 200 || token.empty()) {
      Log(LogLevel::kWarning, "the issuer gave no token",
          {{"status", result->status}, {"error", answer ? ClaimText(*answer, "error").substr(0, 64) : ""}});
      return done(Failed("the issuer did not take the code"));
    }
    done(std::move(token));
  };
  if (!queue_.TryPush(work)) done(Overloaded("as many people sign in as the gateway takes; try again", 1000));
}

}  // namespace nmd::gateway
