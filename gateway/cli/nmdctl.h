// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_NMDCTL_H_
#define NMD_GATEWAY_CLI_NMDCTL_H_

#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/platform/clock.h"

namespace nmd::cli {

// What the command line touches of the outside; a seam for tests.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // `err` is one: progress is drawn as a bar.
  const Clock& clock;
  std::function<void(absl::Duration)> sleep;
  // Whether somebody asked a command that goes on for ever to end; such a command listens from its first call on.
  std::function<bool()> interrupted = [] { return false; };
  std::istream* in = nullptr;  // What somebody types or pipes; null: nothing.
};

// Runs one command; `arguments` are without the name of the program. Exit code: 0 done, 1 finished with findings, 2 usage,
// 3 refused, 4 unavailable (architecture section 7).
int RunNmdctl(std::vector<std::string> arguments, const Surroundings& surroundings);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_NMDCTL_H_
