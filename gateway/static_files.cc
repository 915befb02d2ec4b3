// SPDX-License-Identifier: EUPL-1.2
#include "gateway/static_files.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/platform/crypto.h"

namespace nmd::gateway {
namespace {

constexpr uintmax_t kLimit = 64U << 20;

std::string ContentTypeOf(const std::filesystem::path& path) {
  static const auto* const types = new std::map<std::string, std::string>{{".html", "text/html; charset=utf-8"},
                                                                          {".css", "text/css; charset=utf-8"},
                                                                          {".js", "text/javascript; charset=utf-8"},
                                                                          {".mjs", "text/javascript; charset=utf-8"},
                                                                          {".json", "application/json"},
                                                                          {".svg", "image/svg+xml"},
                                                                          {".png", "image/png"},
                                                                          {".ico", "image/x-icon"},
                                                                          {".woff2", "font/woff2"},
                                                                          {".txt", "text/plain; charset=utf-8"},
                                                                          {".webmanifest", "application/manifest+json"}};
  const auto it = types->find(path.extension().string());
  return it == types->end() ? "application/octet-stream" : it->second;
}

}  // namespace

absl::StatusOr<StaticFiles> StaticFiles::Load(const std::string& folder) {
  StaticFiles files;
  if (folder.empty()) return files;
  std::error_code error;
  uintmax_t total = 0;
  std::filesystem::recursive_directory_iterator it(folder, error);
  for (; !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    if (absl::StartsWith(it->path().filename().string(), ".")) {
      if (it->is_directory()) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file()) continue;
    std::ifstream stream(it->path(), std::ios::binary);
    std::stringstream body;
    body << stream.rdbuf();
    if (!stream) return absl::FailedPreconditionError(absl::StrCat("web_dir: ", it->path().string(), " cannot be read"));
    File file = {ContentTypeOf(it->path()), "", body.str()};
    total += file.body.size();
    if (total > kLimit) return absl::FailedPreconditionError("web_dir: holds more than 64 MiB");
    file.tag = absl::StrCat("\"", Sha256Hex(file.body).substr(0, 32), "\"");
    files.files_.emplace(absl::StrCat("/", it->path().lexically_relative(folder).generic_string()), std::move(file));
  }
  if (error) return absl::FailedPreconditionError(absl::StrCat("web_dir: ", folder, ": ", error.message()));
  if (files.files_.count("/index.html") == 0)
    return absl::FailedPreconditionError(absl::StrCat("web_dir: ", folder, " has no index.html"));
  return files;
}

std::optional<HttpResponse> StaticFiles::Answer(const HttpRequest& request) const {
  const absl::string_view path = request.Path() == "/" ? absl::string_view("/index.html") : request.Path();
  const auto it = files_.find(path);
  if (it == files_.end()) return std::nullopt;
  const File& file = it->second;
  HttpResponse response;
  // Kept by the browser, but asked about every time: a new version is seen at once and an unchanged one costs no bytes.
  response.headers = {{"ETag", file.tag}, {"Cache-Control", "no-cache"}};
  for (absl::string_view tag : absl::StrSplit(request.Header("If-None-Match"), ',')) {
    tag = absl::StripAsciiWhitespace(tag);
    absl::ConsumePrefix(&tag, "W/");
    if (tag == file.tag || tag == "*") {
      response.status = 304;
      return response;
    }
  }
  response.content_type = file.content_type;
  response.body = file.body;
  return response;
}

}  // namespace nmd::gateway
