// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace nmd::cli {

absl::Status WriteNewFile(const std::string& path, absl::string_view content) {
  const std::filesystem::path file_path(path);
  std::error_code error;
  if (file_path.has_parent_path()) std::filesystem::create_directories(file_path.parent_path(), error);
  if (std::filesystem::exists(file_path, error)) {
    std::ifstream file(file_path, std::ios::binary);
    std::stringstream there;
    there << file.rdbuf();
    if (!file) return absl::InvalidArgumentError(absl::StrCat(path, ": kan niet worden gelezen"));
    if (there.str() == content) return absl::OkStatus();
    return absl::AlreadyExistsError(
        absl::StrCat(path, ": bestaat al, met een andere inhoud; bewaar of verwijder dat bestand eerst"));
  }
  const std::string part = path + ".deel";
  const int file = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool written = file >= 0;
  for (size_t at = 0; written && at < content.size();) {
    const ssize_t count = write(file, content.data() + at, content.size() - at);
    written = count > 0;
    at += static_cast<size_t>(std::max<ssize_t>(count, 0));
  }
  written = written && fsync(file) == 0;
  if (file >= 0) written = close(file) == 0 && written;
  if (written) std::filesystem::rename(part, file_path, error);
  if (!written || error) {
    std::filesystem::remove(part, error);
    return absl::InvalidArgumentError(absl::StrCat(path, ": kan niet worden geschreven"));
  }
  return absl::OkStatus();
}

}  // namespace nmd::cli
