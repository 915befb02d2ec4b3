// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_STATIC_FILES_H_
#define NMD_GATEWAY_STATIC_FILES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http.h"

namespace nmd::gateway {

// The files of the dashboard, read into memory once. A path finds a file of the folder or nothing: a request never reaches
// the file system, so there is nothing to traverse. Immutable, thread-safe.
class StaticFiles {
 public:
  // Reads the folder and its sub-folders, without hidden files; at most 64 MiB. An empty path serves nothing.
  // Errors: FAILED_PRECONDITION when it cannot be read, is too large, or has no index.html.
  static absl::StatusOr<StaticFiles> Load(const std::string& folder);

  // The answer to GET or HEAD of the path, "/" being index.html: 200, or 304 when If-None-Match has the file's tag. Nothing
  // when there is no such file.
  std::optional<HttpResponse> Answer(const HttpRequest& request) const;

 private:
  struct File {
    std::string content_type, tag, body;
  };
  std::map<std::string, File, std::less<>> files_;  // By path: "/index.html".
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_STATIC_FILES_H_
