// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_PROGRESS_H_
#define NMD_GATEWAY_CLI_PROGRESS_H_

#include <cstddef>
#include <ostream>

#include "absl/strings/string_view.h"

namespace nmd::cli {

// Says that `done` of `total` things are done: redraws a bar when `terminal`, else writes a line per tenth, as in
// "20 van 200 bestanden". REQUIRES: 0 < done <= total. Called once for each.
void ShowProgress(size_t done, size_t total, absl::string_view things, bool terminal, std::ostream& out);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_PROGRESS_H_
