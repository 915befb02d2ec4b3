// SPDX-License-Identifier: EUPL-1.2
// Gives a fuzz target every file of its corpus, so that what a fuzzer once found stays mended in every build. In a file
// *.base64 every line is an input: what fuzzers found new ways with, one line each.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void Take(const std::string& bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  EXPECT_EQ(LLVMFuzzerTestOneInput(data, bytes.size()), 0);
  // The beginning of a file is a file too.
  EXPECT_EQ(LLVMFuzzerTestOneInput(data, bytes.size() / 2), 0);
}

TEST(Corpus, IsTakenWithoutACrash) {
  const std::filesystem::path folder(NMD_CORPUS);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty()) << folder;
  for (const std::filesystem::path& file : files) {
    SCOPED_TRACE(file.filename().string());
    std::ifstream in(file, std::ios::binary);
    if (file.extension() != ".base64") {
      Take({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
      continue;
    }
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      SCOPED_TRACE(absl::StrCat("line ", ++number));
      std::string bytes;
      ASSERT_TRUE(absl::Base64Unescape(line, &bytes));
      Take(bytes);
    }
    EXPECT_GT(number, 0);
  }
}

}  // namespace
