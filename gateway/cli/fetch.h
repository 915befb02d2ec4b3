// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_FETCH_H_
#define NMD_GATEWAY_CLI_FETCH_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/cli/client.h"

namespace nmd::cli {

// The bytes of an answer that is no message, as files of open data are. `path` and attempts: as ApiClient. Errors: the same.
absl::StatusOr<std::string> FetchBytes(const ClientOptions& options, const std::string& path, const Parameters& parameters);
// The same of a question whose body is JSON.
absl::StatusOr<std::string> FetchBytesOf(const ClientOptions& options, const std::string& path, const std::string& json);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_FETCH_H_
