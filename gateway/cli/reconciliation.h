// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_RECONCILIATION_H_
#define NMD_GATEWAY_CLI_RECONCILIATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/table.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/contracts/v1/reconciliation.pb.h"

namespace CLI {
class App;
}

// A provider's account, and the register of contracts: the commands of ReconciliationService and of one contract.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct ReconciliationOptions {
  std::string provider, contract, known_on;
  int year = 0;
  std::string law, kind, actor, claim;
  int64_t allocation = 0;
  std::vector<std::string> outcomes;
};

// Adds account, items and contract to `app`, as AddLinkCommands does.
void AddReconciliationCommands(CLI::App& app, ReconciliationOptions& options, const Perform& perform);

// For people: the balances in sentences, then how long lines are open and how often every outcome is the case. For machines: a
// row per balance, age and outcome (deel, wet, jaar, wat, aantal, bedrag).
std::string AccountText(const contracts::v1::ProviderAccount& account);
Table AccountTable(const contracts::v1::ProviderAccount& account);
Table ItemTable(const contracts::v1::ListReconciliationItemsResponse& response);
// What was agreed, and what is wrong with it.
std::string ContractText(const contracts::v1::Contract& contract);
Table ContractTerms(const contracts::v1::Contract& contract);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_RECONCILIATION_H_
