// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_SIGNALS_H_
#define NMD_GATEWAY_CLI_SIGNALS_H_

#include <string>

#include "gateway/cli/context.h"
#include "gateway/cli/table.h"
#include "nmd/contracts/v1/contracts.pb.h"

namespace CLI {
class App;
}

// Signals: the list of reasons to talk with a provider, and the note that one was taken up.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct SignalOptions {
  std::string provider, rule, signal, note;
  int year = 0;
  bool open = false, decision = false;
};

// Adds signals, acknowledge and signalrules to `app`, as AddLinkCommands does.
void AddSignalCommands(CLI::App& app, SignalOptions& options, const Perform& perform);

// A row per rule: whether it judges, and what no source delivers that it needs.
Table SignalRuleTable(const contracts::v1::ListSignalRulesResponse& response);
Table SignalTable(const contracts::v1::ListSignalsResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_SIGNALS_H_
