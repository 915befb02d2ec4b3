// SPDX-License-Identifier: EUPL-1.2
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "absl/time/clock.h"
#include "gateway/cli/nmdctl.h"

namespace {

volatile std::sig_atomic_t interrupted = 0;

// Listens from the first call on: until then the signals end the program at once.
bool Interrupted() {
  static const bool listening = [] {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { interrupted = 1; });
    return true;
  }();
  return listening && interrupted != 0;
}

}  // namespace

int main(int argc, char** argv) {
  const nmd::SystemClock clock;
  return nmd::cli::RunNmdctl({argv + 1, argv + argc}, {std::cout, std::cerr, isatty(STDERR_FILENO) == 1, clock,
                                                       [](absl::Duration d) { absl::SleepFor(d); }, Interrupted, &std::cin});
}
