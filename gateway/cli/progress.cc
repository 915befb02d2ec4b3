// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/progress.h"

#include <cstdint>
#include <string>

#include "services/core/dutch.h"

namespace nmd::cli {

void ShowProgress(size_t before, size_t done, size_t total, absl::string_view things, bool terminal, std::ostream& out) {
  constexpr size_t kWidth = 30;
  const size_t share = done * kWidth / total;
  const std::string counts = dutch::Number(static_cast<int64_t>(done)) + " van " + dutch::Number(static_cast<int64_t>(total));
  if (terminal) {
    out << "\r[" << std::string(share, '#') << std::string(kWidth - share, '.') << "] " << counts << std::flush;
  } else if (done * 10 / total > before * 10 / total) {
    out << counts << " " << things << "\n" << std::flush;
  }
}

}  // namespace nmd::cli
