// SPDX-License-Identifier: EUPL-1.2
#include "gateway/dev_issuer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/testing.h"
#include "gateway/token.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace nmd::gateway {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);

internal::v1::IssuerConfig Config() {
  static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("P-256"));
  internal::v1::IssuerConfig config = testing::MakeIssuer("dev_issuer_test", *keys);
  config.set_development(true);
  config.set_development_key(testing::WriteTemp("dev_issuer_test.pem", keys->private_pem));
  return config;
}

HttpRequest Request(const std::string& target, const std::string& host) { return {"GET", target, {{"Host", host}}, "r-1"}; }

TEST(DevIssuer, GivesATokenTheGatewayTakes) {
  FakeClock clock(kNow);
  const auto issuer = *DevIssuer::Create(Config(), true, "gm1730", clock);
  const HttpResponse response = issuer->Answer(Request("/v1/dev/token?role=controller", "localhost:8080"));
  ASSERT_EQ(response.status, 200) << response.body;
  google::protobuf::Struct json;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(response.body, &json).ok());
  EXPECT_EQ(json.fields().at("expire_time").string_value(), "2018-03-31T23:00:00Z");
  const auto checker = *TokenChecker::Create(Config(), clock);
  const absl::StatusOr<Caller> caller = checker->Check(absl::StrCat("Bearer ", json.fields().at("token").string_value()));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_TRUE(caller->Has(type::CONTROLLER));
  EXPECT_EQ(caller->municipality, "gm1730");
  EXPECT_EQ(caller->subject, "demo-controller");
}

// Issue 7, deliver 4: a browser can be the provider whose account it then sees.
TEST(DevIssuer, SignsAProviderInByItsAgbCode) {
  FakeClock clock(kNow);
  internal::v1::IssuerConfig config = Config();
  config.set_development_provider("98000017");
  const auto issuer = *DevIssuer::Create(config, true, "gm1730", clock);
  const auto checker = *TokenChecker::Create(config, clock);
  struct Case {
    const char *role, *subject, *provider;
  };
  for (const Case& c : {Case{"aanbieder", "agb:98000017", "98000017"}, Case{"controller", "demo-controller", ""}}) {
    const HttpResponse response = issuer->Answer(Request(absl::StrCat("/v1/dev/token?role=", c.role), "localhost:8080"));
    ASSERT_EQ(response.status, 200) << response.body;
    google::protobuf::Struct json;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(response.body, &json).ok());
    EXPECT_EQ((*json.mutable_fields())["provider"].string_value(), c.provider) << c.role;
    const absl::StatusOr<Caller> caller = checker->Check(absl::StrCat("Bearer ", json.fields().at("token").string_value()));
    ASSERT_TRUE(caller.ok()) << caller.status();
    EXPECT_EQ(caller->subject, c.subject) << c.role;
  }
}

TEST(DevIssuer, RefusesAProviderThatIsNoAgbCode) {
  FakeClock clock(kNow);
  internal::v1::IssuerConfig config = Config();
  config.set_development_provider("zorg");
  const auto issuer = DevIssuer::Create(config, true, "gm1730", clock);
  ASSERT_FALSE(issuer.ok());
  EXPECT_THAT(std::string(issuer.status().message()), HasSubstr("AGB"));
}

TEST(DevIssuer, RefusesAnAddressOthersReach) {
  FakeClock clock(kNow);
  const auto issuer = DevIssuer::Create(Config(), false, "gm1730", clock);
  ASSERT_FALSE(issuer.ok());
  EXPECT_THAT(std::string(issuer.status().message()), HasSubstr("loopback"));
}

// Issue 9, deliver 8: whatever belongs to a real issuer keeps it from starting.
TEST(DevIssuer, RefusesAConfigurationThatIsNotTheDemos) {
  FakeClock clock(kNow);
  const std::pair<const char*, std::function<void(internal::v1::IssuerConfig&)>> changes[] = {
      {"an https issuer", [](auto& config) { config.set_issuer("https://login.example.nl"); }},
      {"sign-in", [](auto& config) { config.mutable_login()->set_client_id("monitor"); }},
      {"a way to sign in with two factors", [](auto& config) { config.add_mfa_amr("otp"); }},
      {"a level of sign-in", [](auto& config) { config.add_mfa_acr("hoog"); }},
      {"keys that are fetched", [](auto& config) { config.clear_public_key(); }},
  };
  for (const auto& [what, change] : changes) {
    internal::v1::IssuerConfig config = Config();
    ASSERT_TRUE(DevIssuer::Create(config, true, "gm1730", clock).ok());
    change(config);
    EXPECT_FALSE(DevIssuer::Create(config, true, "gm1730", clock).ok()) << what;
  }
}

TEST(DevIssuer, RefusesAtStartWithoutItsKey) {
  FakeClock clock(kNow);
  internal::v1::IssuerConfig config = Config();
  config.set_development_key(config.public_key());
  EXPECT_FALSE(DevIssuer::Create(config, true, "gm1730", clock).ok());
  config.clear_development_key();
  EXPECT_FALSE(DevIssuer::Create(config, true, "gm1730", clock).ok());
}

TEST(DevIssuer, KnowsOnlyRolesThatExist) {
  FakeClock clock(kNow);
  const auto issuer = *DevIssuer::Create(Config(), true, "gm1730", clock);
  for (const char* target :
       {"/v1/dev/token", "/v1/dev/token?role=keizer", "/v1/dev/token?role=service", "/v1/dev/token?role=%2"}) {
    EXPECT_EQ(issuer->Answer(Request(target, "127.0.0.1")).status, 400) << target;
  }
}

TEST(DevIssuer, AnswersOnlyToThisMachinesNames) {
  FakeClock clock(kNow);
  const auto issuer = *DevIssuer::Create(Config(), true, "gm1730", clock);
  for (const char* host : {"localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080"}) {
    EXPECT_EQ(issuer->Answer(Request("/v1/dev/token?role=griffie", host)).status, 200) << host;
  }
  for (const char* host : {"", "evil.test", "localhost.evil.test", "127.0.0.1.evil.test:80"}) {
    EXPECT_EQ(issuer->Answer(Request("/v1/dev/token?role=griffie", host)).status, 403) << host;
  }
}

}  // namespace
}  // namespace nmd::gateway
