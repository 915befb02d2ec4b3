// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/new_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace nmd::cli {
namespace {

std::string Fresh(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / name;
  std::filesystem::remove_all(folder);
  return (folder / "cijfers.csv").string();
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST(NewFile, IsThereWholeAndForTheOwnerOnly) {
  const std::string path = Fresh("new_file_whole");
  ASSERT_TRUE(WriteNewFile(path, "a;b\r\n").ok());
  EXPECT_EQ(ContentOf(path), "a;b\r\n");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(std::filesystem::exists(path + ".deel"));
}

TEST(NewFile, NeverTakesThePlaceOfAnother) {
  const std::string path = Fresh("new_file_other");
  ASSERT_TRUE(WriteNewFile(path, "eerst").ok());
  EXPECT_TRUE(WriteNewFile(path, "eerst").ok());
  const absl::Status other = WriteNewFile(path, "later");
  EXPECT_EQ(other.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(other.message()), ::testing::HasSubstr("bestaat al"));
  EXPECT_EQ(ContentOf(path), "eerst");
}

TEST(NewFile, SaysWhenItCannotBeWritten) {
  const std::string path = Fresh("new_file_refused");
  ASSERT_TRUE(WriteNewFile(path, "een bestand").ok());
  // A file is no folder.
  EXPECT_EQ(WriteNewFile(path + "/cijfers.csv", "x").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace nmd::cli
