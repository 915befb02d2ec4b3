// SPDX-License-Identifier: EUPL-1.2
#include "gateway/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nmd::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Http, DecodesPercentEscapesStrictly) {
  EXPECT_EQ(PercentDecode("gm%31730"), "gm1730");
  EXPECT_EQ(PercentDecode("a+b"), "a+b");
  EXPECT_EQ(PercentDecode("a+b", true), "a b");
  EXPECT_EQ(PercentDecode("%c3%A9"), "é");
  for (const char* bad : {"%", "%1", "a%", "%zz", "%00", "%0a", "%7f", "%ff", "%c3", "\xc3"})
    EXPECT_EQ(PercentDecode(bad), std::nullopt) << bad;
}

TEST(Http, SplitsAQuery) {
  EXPECT_THAT(*ParseQuery("page_size=5&state=OPEN&&x&y=a%3Db"),
              ElementsAre(Pair("page_size", "5"), Pair("state", "OPEN"), Pair("x", ""), Pair("y", "a=b")));
  EXPECT_EQ(ParseQuery("a=%2"), std::nullopt);
  EXPECT_TRUE(ParseQuery("")->empty());
}

TEST(Http, SplitsATarget) {
  HttpRequest request;
  request.target = "/v1/x?a=b?c";
  request.headers = {{"content-TYPE", "application/json"}, {"Content-Type", "second"}};
  EXPECT_EQ(request.Path(), "/v1/x");
  EXPECT_EQ(request.Query(), "a=b?c");
  EXPECT_EQ(request.Header("Content-Type"), "application/json");
  EXPECT_EQ(request.Header("Accept"), "");
}

TEST(Http, WritesJsonStringsThatAreAlwaysValid) {
  const auto json = [](absl::string_view text) {
    std::string out;
    AppendJsonString(text, &out);
    return out;
  };
  EXPECT_EQ(json("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
  EXPECT_EQ(json("€ é 😀"), "\"€ é 😀\"");
  // Overlong, surrogate, cut off, past the last code point.
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xE2\x82", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_THAT(json(bad), ::testing::HasSubstr("\xEF\xBF\xBD")) << bad;
  }
}

}  // namespace
}  // namespace nmd::gateway
