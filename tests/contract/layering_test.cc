// SPDX-License-Identifier: EUPL-1.2
// Who may include whom (services/README.md), and a few words that may not occur at all. Reads the sources as text.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nmd {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string path;  // From the root. Example: "services/core/date.cc".
  std::vector<std::string> lines;
};

std::vector<Source> Sources() {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  const fs::path base = root == nullptr ? "." : root;
  std::vector<Source> sources;
  for (const char* top : {"services", "gateway", "deploy", "tests"}) {
    for (fs::recursive_directory_iterator it(base / top), end; it != end; ++it) {
      if (it->is_directory() && it->path().filename() == "node_modules") it.disable_recursion_pending();
      const std::string extension = it->path().extension();
      if (!it->is_regular_file() || (extension != ".cc" && extension != ".h")) continue;
      std::ifstream file(it->path());
      std::stringstream text;
      text << file.rdbuf();
      sources.push_back({fs::relative(it->path(), base).string(), absl::StrSplit(text.str(), '\n')});
    }
  }
  return sources;
}

// Folder of a service or library: "services/core/date.cc" -> "services/core"; "gateway/cli/x.cc" -> "gateway".
std::string ModuleOf(absl::string_view path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  if (parts[0] == "services" && parts.size() > 2) return absl::StrCat(parts[0], "/", parts[1]);
  return parts[0];
}

std::vector<std::string> Includes(const Source& source) {
  std::vector<std::string> includes;
  for (const std::string& line : source.lines) {
    if (!absl::StartsWith(line, "#include ")) continue;
    const size_t from = line.find_first_of("\"<"), to = line.find_last_of("\">");
    if (from != std::string::npos && to > from) includes.push_back(line.substr(from + 1, to - from - 1));
  }
  return includes;
}

// What tests of a folder share is in its test_*.h.
bool IsTest(absl::string_view path) {
  return absl::EndsWith(path, "_test.cc") || absl::StartsWith(path, "tests/") ||
         absl::StartsWith(path.substr(path.rfind('/') + 1), "test_");
}

TEST(Layering, CoreKnowsOnlyItself) {
  for (const Source& source : Sources()) {
    if (ModuleOf(source.path) != "services/core") continue;
    for (const std::string& include : Includes(source)) {
      const bool allowed = absl::StartsWith(include, "services/core/") || absl::StartsWith(include, "absl/") ||
                           include.find('.') == std::string::npos || absl::StartsWith(include, "gtest/") ||
                           absl::StartsWith(include, "gmock/");
      EXPECT_TRUE(allowed) << source.path << " includes " << include;
    }
  }
}

TEST(Layering, AServiceNeverIncludesAnother) {
  for (const Source& source : Sources()) {
    const std::string module = ModuleOf(source.path);
    if (module == "tests") continue;
    for (const std::string& include : Includes(source)) {
      if (!absl::StartsWith(include, "services/")) continue;
      const std::string other = ModuleOf(include);
      // nmdctl works on files without a server: it may use the engine of a service, which is pure.
      if (absl::StartsWith(source.path, "gateway/cli/") && absl::StrContains(include, "/engine/")) continue;
      // And it tells the public half of the key that statements are signed with, which is pure too.
      if (absl::StartsWith(source.path, "gateway/cli/") && include == "services/publication/statement.h") continue;
      // Analyses are a library about what costs knows, hosted by its program.
      if (module == "services/analyses" && other == "services/costs") continue;
      if (source.path == "services/costs/main.cc" && other == "services/analyses") continue;
      EXPECT_TRUE(other == module || other == "services/core" || (other == "services/platform" && module != "services/core"))
          << source.path << " includes " << include;
    }
  }
}

TEST(Layering, AnEngineIsPure) {
  for (const Source& source : Sources()) {
    if (!absl::StrContains(source.path, "/engine/") || IsTest(source.path)) continue;
    const std::string folder = source.path.substr(0, source.path.rfind('/') + 1);
    for (const std::string& include : Includes(source)) {
      const bool allowed = absl::StartsWith(include, folder) || absl::StartsWith(include, "services/core/") ||
                           absl::StartsWith(include, "absl/") || include.find('.') == std::string::npos ||
                           absl::StartsWith(include, "Clp");  // The solver of linear programs.
      EXPECT_TRUE(allowed) << source.path << " includes " << include;
    }
  }
}

TEST(Layering, OnlyPlatformKnowsGrpc) {
  for (const Source& source : Sources()) {
    if (ModuleOf(source.path) == "services/platform" || IsTest(source.path)) continue;
    for (const std::string& include : Includes(source)) {
      EXPECT_FALSE(absl::StartsWith(include, "grpc")) << source.path << " includes " << include;
    }
  }
}

TEST(Layering, PlatformKnowsNoCare) {
  for (const Source& source : Sources()) {
    if (ModuleOf(source.path) != "services/platform" || IsTest(source.path)) continue;
    for (const std::string& include : Includes(source)) {
      const bool api = absl::StartsWith(include, "nmd/") && !absl::StartsWith(include, "nmd/type/") &&
                       !absl::StartsWith(include, "nmd/internal/");
      EXPECT_FALSE(api) << source.path << " includes " << include;
    }
  }
}

TEST(Layering, EverySourceHasItsLicenceAndNoForbiddenWords) {
  // Split, so that this file does not hold them.
  const std::vector<std::string> words = {absl::StrCat("std::string", "_view"), absl::StrCat("TO", "DO"),
                                          absl::StrCat("FIX", "ME"), absl::StrCat("absl::", "Mutex"),
                                          absl::StrCat("using namespace", " std")};
  for (const Source& source : Sources()) {
    ASSERT_FALSE(source.lines.empty());
    EXPECT_EQ(source.lines[0], "// SPDX-License-Identifier: EUPL-1.2") << source.path;
    for (size_t i = 0; i < source.lines.size(); ++i) {
      for (const std::string& word : words) {
        const bool comment = absl::StrContains(source.lines[i], absl::StrCat("// ")) && word == words[3];
        EXPECT_FALSE(absl::StrContains(source.lines[i], word) && !comment) << source.path << ":" << i + 1 << " holds " << word;
      }
    }
  }
}

TEST(Layering, HeadersAreGuardedByTheirPath) {
  for (const Source& source : Sources()) {
    if (!absl::EndsWith(source.path, ".h")) continue;
    std::string guard = absl::StrCat("NMD_", source.path, "_");
    for (char& c : guard)
      c = c == '/' || c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::string expected = absl::StrCat("#ifndef ", guard);
    bool found = false;
    for (const std::string& line : source.lines) found = found || line == expected;
    EXPECT_TRUE(found) << source.path << " lacks " << expected;
  }
}

}  // namespace
}  // namespace nmd
