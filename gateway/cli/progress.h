// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_PROGRESS_H_
#define NMD_GATEWAY_CLI_PROGRESS_H_

#include <cstddef>
#include <ostream>

#include "absl/strings/string_view.h"

namespace nmd::cli {

// Says that `done` of `total` things are done, and `before` were when it was called last: redraws a bar when `terminal`, else
// writes a line when another tenth is done, as in "20 van 200 bestanden". REQUIRES: before <= done <= total, 0 < total.
void ShowProgress(size_t before, size_t done, size_t total, absl::string_view things, bool terminal, std::ostream& out);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_PROGRESS_H_
