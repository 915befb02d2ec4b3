// SPDX-License-Identifier: EUPL-1.2
#include "gateway/negotiation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace nmd::gateway {
namespace {

std::string Unzipped(const std::string& bytes) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::string plain(1 << 20, '\0');
  std::string in = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

// RFC 9110 12.5.1: the most specific range decides, whatever its place.
TEST(Accepts, GoesByTheMostSpecificRange) {
  for (const char* yes : {"", " ", "application/json", "*/*", "application/*;q=0.1", "text/html, */*;q=0.8", "APPLICATION/JSON",
                          "application/json;charset=utf-8"}) {
    EXPECT_TRUE(Accepts(yes, "application/json")) << yes;
  }
  for (const char* no :
       {"text/html", "application/xml, text/*", "application/json;q=0, */*", "*/*;q=0", "application/json;q=x"}) {
    EXPECT_FALSE(Accepts(no, "application/json")) << no;
  }
}

TEST(Accepts, PassesOverWhatATypeSaysOfItself) {
  EXPECT_TRUE(Accepts("text/csv", "text/csv; charset=utf-8; header=present"));
  EXPECT_TRUE(Accepts("text/*;q=0.2", "text/csv; charset=utf-8"));
  EXPECT_FALSE(Accepts("application/json", "text/csv; charset=utf-8"));
  EXPECT_FALSE(Accepts("text/csv;q=0, */*", "text/csv"));
}

TEST(AcceptsGzip, OnlyWhenTheClientSaysSo) {
  for (const char* yes : {"gzip", "br, gzip;q=0.2", "*", "deflate, *;q=0.5"}) EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  for (const char* no : {"", "identity", "br", "gzip;q=0", "gzip;q=0, *", "gzipped"}) EXPECT_FALSE(AcceptsGzip(no)) << no;
}

TEST(HasTag, ComparesWeakly) {
  const std::string tag = TagOf("{}");
  EXPECT_EQ(tag.substr(0, 3), "W/\"");
  EXPECT_NE(tag, TagOf("{ }"));
  EXPECT_TRUE(HasTag(tag, tag));
  EXPECT_TRUE(HasTag(tag.substr(2), tag)) << "the strong form";
  EXPECT_TRUE(HasTag("\"x\" , " + tag, tag));
  EXPECT_TRUE(HasTag("*", tag));
  EXPECT_FALSE(HasTag("", tag));
  EXPECT_FALSE(HasTag("\"x\"", tag));
}

TEST(CompressFor, GivesBackTheSameBytes) {
  const std::string body(5000, 'a');
  HttpResponse response{200, "application/json", body, {}};
  CompressFor("gzip", &response);
  EXPECT_LT(response.body.size(), 500u);
  EXPECT_EQ(Unzipped(response.body), body);
  EXPECT_THAT(response.headers, ::testing::UnorderedElementsAre(::testing::Pair("Vary", "Accept-Encoding"),
                                                                ::testing::Pair("Content-Encoding", "gzip")));
}

TEST(CompressFor, LeavesWhatWouldNotGain) {
  HttpResponse small{200, "application/json", "{}", {}};
  CompressFor("gzip", &small);
  EXPECT_EQ(small.body, "{}");
  EXPECT_TRUE(small.headers.empty());
  HttpResponse image{200, "image/png", std::string(5000, 'a'), {}};
  CompressFor("gzip", &image);
  EXPECT_EQ(image.body.size(), 5000u);
  // A cache must know that another client would have got another form.
  HttpResponse plain{200, "text/css", std::string(5000, 'a'), {}};
  CompressFor("", &plain);
  EXPECT_EQ(plain.body.size(), 5000u);
  EXPECT_THAT(plain.headers, ::testing::ElementsAre(::testing::Pair("Vary", "Accept-Encoding")));
}

TEST(NextLink, KeepsTheQueryAndReplacesTheToken) {
  EXPECT_EQ(NextLink("", "abc"), "<?pageToken=abc>; rel=\"next\"");
  EXPECT_EQ(NextLink("pageSize=5&pageToken=old", "a+b="), "<?pageSize=5&pageToken=a%2Bb%3D>; rel=\"next\"");
  EXPECT_EQ(NextLink("page_token=old&source=a%20b", "n"), "<?source=a%20b&pageToken=n>; rel=\"next\"");
}

}  // namespace
}  // namespace nmd::gateway
