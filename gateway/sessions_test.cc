// SPDX-License-Identifier: EUPL-1.2
// What needs no issuer. tests/system/sign_in_test.cc signs in.
#include "gateway/sessions.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace nmd::gateway {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1522533600);

TEST(ReturnPathOf, StaysOnThisServer) {
  for (const char* good : {"/", "/signalen.html", "/verkennen.html?m=clients&p=2018"}) EXPECT_EQ(ReturnPathOf(good), good);
  for (const std::string& bad :
       {std::string(), std::string("//elders.nl"), std::string("/\\elders.nl"), std::string("https://elders.nl"),
        std::string("\\\\elders.nl"), std::string("/a\r\nSet-Cookie: x=y"), std::string("/a b"), std::string("signalen.html"),
        std::string("/\t/elders.nl"), "/" + std::string(600, 'a')}) {
    EXPECT_EQ(ReturnPathOf(bad), "/") << bad;
  }
}

TEST(CookieOf, FindsTheWholeNameOnly) {
  HttpRequest request;
  request.headers = {{"cookie", "x__Host-a=1; __Host-ab=2;__Host-a=3 ; __Host-a=4"}, {"Cookie", "b=5"}};
  EXPECT_EQ(CookieOf(request, "__Host-a"), "3");
  EXPECT_EQ(CookieOf(request, "b"), "5");
  EXPECT_EQ(CookieOf(request, "c"), "");
}

TEST(OnceOnly, TakesAWordOnceAndForgetsWhatIsOver) {
  OnceOnly once(3);
  EXPECT_TRUE(once.Use("a", kNow + absl::Minutes(10), kNow));
  EXPECT_FALSE(once.Use("a", kNow + absl::Minutes(10), kNow));
  EXPECT_TRUE(once.used("a"));
  EXPECT_FALSE(once.used("b"));
  EXPECT_TRUE(once.Use("b", kNow + absl::Minutes(1), kNow));
  EXPECT_TRUE(once.Use("c", kNow + absl::Minutes(20), kNow));
  // Full: what is over goes first, else what ends first.
  EXPECT_TRUE(once.Use("d", kNow + absl::Minutes(20), kNow + absl::Minutes(2)));
  EXPECT_FALSE(once.used("b"));
  EXPECT_TRUE(once.Use("e", kNow + absl::Minutes(20), kNow + absl::Minutes(2)));
  EXPECT_FALSE(once.used("a"));
  EXPECT_TRUE(once.used("c"));
}

TEST(Sessions, OwnTheirPathsAndNoOthers) {
  EXPECT_EQ(Sessions::Methods("/v1/session/login"), std::vector<std::string>{"GET"});
  EXPECT_EQ(Sessions::Methods("/v1/session/logout"), std::vector<std::string>{"POST"});
  for (const char* other : {"/v1/session/", "/v1/sessions", "/v1/session/login/", "/"}) {
    EXPECT_TRUE(Sessions::Methods(other).empty()) << other;
  }
}

}  // namespace
}  // namespace nmd::gateway
