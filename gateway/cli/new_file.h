// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_NEW_FILE_H_
#define NMD_GATEWAY_CLI_NEW_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nmd::cli {

// Writes a file that only the owner may read; folders on the way are made. The file is there whole or not at all. A file
// that is there with the same contents is left as it is.
// Errors: ALREADY_EXISTS when it is there with other contents, which somebody may have used; INVALID_ARGUMENT when it cannot
// be read or written.
absl::Status WriteNewFile(const std::string& path, absl::string_view content);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_NEW_FILE_H_
