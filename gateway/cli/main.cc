// SPDX-License-Identifier: EUPL-1.2
#include <unistd.h>

#include <iostream>

#include "absl/time/clock.h"
#include "gateway/cli/nmdctl.h"

int main(int argc, char** argv) {
  const nmd::SystemClock clock;
  return nmd::cli::RunNmdctl({argv + 1, argv + argc}, {std::cout, std::cerr, isatty(STDERR_FILENO) == 1, clock,
                                                       [](absl::Duration d) { absl::SleepFor(d); }});
}
