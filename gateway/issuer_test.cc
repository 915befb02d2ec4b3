// SPDX-License-Identifier: EUPL-1.2
// What needs no network. tests/system/sign_in_test.cc has an issuer of its own.
#include "gateway/issuer.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/testing.h"

namespace nmd::gateway {
namespace {

TEST(KeysOf, TakesWhatSignsAndLeavesTheRest) {
  const std::string set = absl::StrCat(
      R"({"keys":[)", testing::JwkOf(testing::MakeKeyPair("P-256"), R"("kid":"a","use":"sig")"), ",",
      testing::JwkOf(testing::MakeKeyPair("", 2048), R"("kid":"b","use":"enc")"), R"(,{"kty":"oct","k":"AAAA","kid":"c"},5,)",
      testing::JwkOf(testing::MakeKeyPair("", 2048), R"("kid":"d","alg":"PS256")"), "]}");
  const KeySet keys = KeysOf(set);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].first, "a");
  EXPECT_EQ(keys[1].first, "d");
  for (const char* none : {"", "[]", "{", "{}", R"({"keys":{}})", R"({"keys":"a"})"}) EXPECT_TRUE(KeysOf(none).empty()) << none;
}

TEST(KeysOf, IsBounded) {
  const std::string one = testing::JwkOf(testing::MakeKeyPair("P-256"), R"("kid":"a")");
  std::string set = R"({"keys":[)" + one;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&set, ",", one);
  EXPECT_EQ(KeysOf(set + "]}").size(), 32u);
}

TEST(IsHttpsAddress, TakesAHostAndAPath) {
  for (const char* good : {"https://login.example.nl", "https://login.example.nl:8443/realms/nmd", "https://127.0.0.1:1/"}) {
    EXPECT_TRUE(IsHttpsAddress(good)) << good;
  }
  for (const char* bad : {"", "http://login.example.nl", "https://", "https:///pad", "https://piet@login.example.nl",
                          "https://login.example.nl/?a=b", "https://login.example.nl/#a", "https://login.example.nl/ x",
                          "https://login.example.nl\\x", "nmd-development"}) {
    EXPECT_FALSE(IsHttpsAddress(bad)) << bad;
  }
}

TEST(Issuer, MustBeAnHttpsAddress) {
  const SystemClock clock;
  internal::v1::IssuerConfig config;
  config.set_issuer("http://login.example.nl");
  EXPECT_EQ(Issuer::Start(config, clock).status().code(), absl::StatusCode::kFailedPrecondition);
  config.set_issuer("https://login.example.nl");
  config.set_roots(::testing::TempDir() + "is-not-there.pem");
  EXPECT_EQ(Issuer::Start(config, clock).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace nmd::gateway
