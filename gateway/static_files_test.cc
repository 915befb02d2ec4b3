// SPDX-License-Identifier: EUPL-1.2
#include "gateway/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace nmd::gateway {
namespace {

using ::testing::HasSubstr;

std::string Folder(const std::string& name) {
  const std::string folder = ::testing::TempDir() + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/web/js");
  std::ofstream(folder + "/web/index.html") << "<h1>Monitor</h1>";
  std::ofstream(folder + "/web/js/app.js") << "let x;";
  std::ofstream(folder + "/web/.secret") << "hidden";
  std::ofstream(folder + "/outside.txt") << "outside";
  return folder + "/web";
}

HttpRequest Get(const std::string& target, const std::string& tag = "") {
  return {"GET", target, {{"If-None-Match", tag}}, "r"};
}

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(StaticFiles, AnswerWithContentsTypeAndTag) {
  const StaticFiles files = *StaticFiles::Load(Folder("static_types"));
  const std::optional<HttpResponse> index = files.Answer(Get("/"));
  ASSERT_TRUE(index);
  EXPECT_EQ(index->body, "<h1>Monitor</h1>");
  EXPECT_EQ(index->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(files.Answer(Get("/index.html"))->body, index->body);
  EXPECT_EQ(files.Answer(Get("/js/app.js?v=1"))->content_type, "text/javascript; charset=utf-8");
  EXPECT_THAT(HeaderOf(*index, "ETag"), ::testing::MatchesRegex("\"[0-9a-f]{32}\""));
  EXPECT_EQ(HeaderOf(*index, "Cache-Control"), "no-cache");
}

TEST(StaticFiles, SaveTheBytesOfWhatTheBrowserHas) {
  const StaticFiles files = *StaticFiles::Load(Folder("static_tags"));
  const std::string tag = HeaderOf(*files.Answer(Get("/")), "ETag");
  for (const std::string& sent : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const std::optional<HttpResponse> response = files.Answer(Get("/", sent));
    EXPECT_EQ(response->status, 304) << sent;
    EXPECT_EQ(response->body, "");
  }
  EXPECT_EQ(files.Answer(Get("/", "\"other\""))->status, 200);
  EXPECT_NE(HeaderOf(*files.Answer(Get("/js/app.js")), "ETag"), tag);
}

TEST(StaticFiles, NothingOutsideTheFolderIsReached) {
  const StaticFiles files = *StaticFiles::Load(Folder("static_outside"));
  for (const char* target : {"/../outside.txt", "/js/../../outside.txt", "/%2e%2e/outside.txt", "/.secret", "/js", "/js/",
                             "//index.html", "index.html", ""}) {
    EXPECT_FALSE(files.Answer(Get(target))) << target;
  }
}

TEST(StaticFiles, SayAtStartWhatIsWrong) {
  EXPECT_FALSE(StaticFiles::Load(::testing::TempDir() + "static-nowhere").ok());
  const std::string folder = Folder("static_no_index");
  std::filesystem::remove(folder + "/index.html");
  EXPECT_THAT(std::string(StaticFiles::Load(folder).status().message()), HasSubstr("index.html"));
  const absl::StatusOr<StaticFiles> none = StaticFiles::Load("");
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->Answer(Get("/")));
}

}  // namespace
}  // namespace nmd::gateway
