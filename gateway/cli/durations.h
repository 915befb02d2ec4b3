// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_DURATIONS_H_
#define NMD_GATEWAY_CLI_DURATIONS_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"

namespace CLI {
class App;
}

// nmdctl duration and endings: how long care lasts and how it ends.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct DurationOptions {
  std::string by;
  std::string from, to;  // Months the trajectories began in, or ended in; `to` counts.
  std::vector<std::string> where;
  Question question;          // Its known time.
  std::string observed_from;  // A day.
  int lag_days = -1;          // -1: what the monitor takes.
  bool per_product = false, curve = false, compare = false;
};

// Adds the commands to `app`, as AddLinkCommands does.
void AddDurationCommands(CLI::App& app, DurationOptions& options, const Perform& perform);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_DURATIONS_H_
