// SPDX-License-Identifier: EUPL-1.2
// An OpenID Connect issuer for tests, a process of its own:
//   test_issuer FRONT.pem NOW      certificate and key in one file; what it takes for the time, in seconds
// Prints "port N" and serves over TLS on loopback until its standard input ends. Everybody who comes to /authorize is signed
// in.
//   POST /control?claims={…}       members of later tokens, instead of the usual ones; null leaves one out
//   POST /control?algorithm=none   of later tokens; with HS256 the secret is the public key
//   POST /control?rotate=1         a new key from now on; the old one is forgotten
//   POST /control?stranger=1       later tokens are signed with a key that is not published, under the name of the one that is
//   POST /control?issuer=…         what discovery says; "down": nothing
//   GET  /mint                     a token for the audience nmd-monitor
//   GET  /fetches                  how often the keys were asked for
#include <httplib.h>
#include <openssl/sha.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace {

using google::protobuf::Struct;
using nmd::gateway::testing::KeyPair;

constexpr char kClient[] = "monitor", kSecret[] = "geheim en +lang";

struct Code {
  std::string challenge, nonce, redirect_uri;
};

class TestIssuer {
 public:
  TestIssuer(int port, int64_t now) : name_(absl::StrCat("https://127.0.0.1:", port)), now_(now) { Rotate(); }

  void Serve(httplib::Server& server) {
    server.Get("/.well-known/openid-configuration", [this](const httplib::Request&, httplib::Response& response) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (told_ == "down") {
        response.status = 500;
        return;
      }
      response.set_content(absl::StrCat(R"({"issuer":")", told_.empty() ? name_ : told_, R"(","jwks_uri":")", name_,
                                        R"(/keys","authorization_endpoint":")", name_, R"(/authorize","token_endpoint":")",
                                        name_, R"(/token","end_session_endpoint":")", name_, "/end\"}"),
                           "application/json");
    });
    server.Get("/keys", [this](const httplib::Request&, httplib::Response& response) {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++fetches_;
      response.set_content(
          absl::StrCat(R"({"keys":[)", nmd::gateway::testing::JwkOf(keys_, absl::StrCat(R"("use":"sig","kid":")", id_, "\"")),
                       "]}"),
          "application/json");
    });
    server.Get("/fetches", [this](const httplib::Request&, httplib::Response& response) {
      const std::lock_guard<std::mutex> lock(mutex_);
      response.set_content(absl::StrCat(fetches_), "text/plain");
    });
    server.Get("/mint", [this](const httplib::Request&, httplib::Response& response) {
      const std::lock_guard<std::mutex> lock(mutex_);
      response.set_content(Token("nmd-monitor", ""), "text/plain");
    });
    server.Post("/control", [this](const httplib::Request& request, httplib::Response&) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (request.has_param("claims")) claims_ = request.get_param_value("claims");
      if (request.has_param("algorithm")) algorithm_ = request.get_param_value("algorithm");
      if (request.has_param("issuer")) told_ = request.get_param_value("issuer");
      if (request.has_param("rotate")) Rotate();
      if (request.has_param("stranger")) stranger_ = nmd::gateway::testing::MakeKeyPair("", 2048);
    });
    server.Get("/authorize", [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto value = [&](const char* name) { return request.get_param_value(name); };
      if (value("response_type") != "code" || value("code_challenge_method") != "S256" || value("client_id") != kClient ||
          value("state").size() < 32 || value("nonce").size() < 32 || value("scope").find("openid") == std::string::npos) {
        response.status = 400;
        return;
      }
      const std::string code = absl::StrCat("code-", ++codes_made_);
      codes_[code] = {value("code_challenge"), value("nonce"), value("redirect_uri")};
      response.set_redirect(absl::StrCat(value("redirect_uri"), "?code=", code, "&state=", value("state"),
                                         "&iss=", httplib::detail::encode_query_param(name_)));
    });
    server.Post("/token", [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto value = [&](const char* name) { return request.get_param_value(name); };
      const auto code = codes_.find(value("code"));
      const std::string verifier = value("code_verifier");
      unsigned char digest[SHA256_DIGEST_LENGTH];
      SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), digest);
      const std::string challenge =
          absl::WebSafeBase64Escape(absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
      const std::string basic =
          absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(kClient, ":", httplib::detail::encode_query_param(kSecret))));
      if (value("grant_type") != "authorization_code" || code == codes_.end() || code->second.challenge != challenge ||
          code->second.redirect_uri != value("redirect_uri") || request.get_header_value("Authorization") != basic) {
        response.status = 400;
        response.set_content(R"({"error":"invalid_grant"})", "application/json");
        return;
      }
      const std::string nonce = code->second.nonce;
      codes_.erase(code);
      response.set_content(absl::StrCat(R"({"token_type":"Bearer","id_token":")", Token(kClient, nonce), "\"}"),
                           "application/json");
    });
  }

 private:
  void Rotate() {
    keys_ = nmd::gateway::testing::MakeKeyPair("", 2048);
    id_ = absl::StrCat("key-", ++keys_made_);
    stranger_ = {};
  }

  std::string Token(const std::string& audience, const std::string& nonce) {
    Struct claims, other;
    const auto text = [&](const char* name, const std::string& value) {
      (*claims.mutable_fields())[name].set_string_value(value);
    };
    text("iss", name_);
    text("aud", audience);
    text("sub", "jansen");
    text("municipality", "gm1730");
    if (!nonce.empty()) text("nonce", nonce);
    (*claims.mutable_fields())["iat"].set_number_value(static_cast<double>(now_));
    (*claims.mutable_fields())["exp"].set_number_value(static_cast<double>(now_ + 3600));
    (*claims.mutable_fields())["amr"].mutable_list_value()->add_values()->set_string_value("otp");
    auto& access = *(*claims.mutable_fields())["realm_access"].mutable_struct_value()->mutable_fields();
    access["roles"].mutable_list_value()->add_values()->set_string_value("NMD-Controllers");
    if (!claims_.empty() && google::protobuf::util::JsonStringToMessage(claims_, &other).ok()) {
      for (const auto& [name, value] : other.fields()) {
        if (value.has_null_value()) {
          claims.mutable_fields()->erase(name);
        } else {
          (*claims.mutable_fields())[name] = value;
        }
      }
    }
    std::string json;
    (void)google::protobuf::util::MessageToJsonString(claims, &json);
    const KeyPair& signer = stranger_.private_pem.empty() ? keys_ : stranger_;
    return nmd::gateway::testing::SignJws(absl::StrCat(R"({"alg":")", algorithm_, R"(","kid":")", id_, "\"}"), json,
                                          algorithm_ == "HS256" ? keys_.public_pem : signer.private_pem, algorithm_);
  }

  const std::string name_;
  const int64_t now_;
  std::mutex mutex_;
  KeyPair keys_, stranger_;
  std::string id_, claims_, algorithm_ = "RS256", told_;
  std::map<std::string, Code> codes_;
  int keys_made_ = 0, codes_made_ = 0, fetches_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  int64_t now = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &now)) return 2;
  httplib::SSLServer server(argv[1], argv[1]);
  const int port = server.is_valid() ? server.bind_to_any_port("127.0.0.1") : -1;
  if (port <= 0) return 1;
  TestIssuer issuer(port, now);
  issuer.Serve(server);
  std::thread serving([&] { server.listen_after_bind(); });
  std::cout << "port " << port << std::endl;
  while (std::cin.get() != EOF) {
  }
  server.stop();
  serving.join();
  return 0;
}
