// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_SCENARIOS_H_
#define NMD_GATEWAY_CLI_SCENARIOS_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"

namespace CLI {
class App;
}

// What if: scenarios and the tables behind them.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct ScenarioOptions {
  std::string table, option, title, text;
  Question question;  // Its known time.
  std::vector<std::string> set, count, leave_out;
  int from = 0, to = 0;
};

// Adds scenario and its commands to `app`, as AddLinkCommands does.
void AddScenarioCommands(CLI::App& app, ScenarioOptions& options, const Perform& perform);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_SCENARIOS_H_
