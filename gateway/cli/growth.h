// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_GROWTH_H_
#define NMD_GATEWAY_CLI_GROWTH_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "gateway/cli/table.h"
#include "nmd/costs/v1/growth.pb.h"

namespace CLI {
class App;
}

// Where growth comes from, how money is spread and how neighbourhoods compare: the commands of GrowthService.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct GrowthOptions {
  Question question;
  std::string depth, measure, level;
  int months = 1, step = 0, new_months = 0;
  int from_year = 0, to_year = 0;
  std::vector<int> ages;  // From, to.
  std::vector<int> percents;
  double small_euros = 0, total_euros = 0, largest_euros = 0;
  std::vector<std::string> income;
  std::string result;
};

// Adds growth, provider-growth, deficit, stock, concentration and neighbourhoods to `app`, as AddLinkCommands does.
void AddGrowthCommands(CLI::App& app, GrowthOptions& options, const Perform& perform);

// For people: the sentences, the tables and the remarks; or why there is no answer. For machines: a row per factor of a step or
// a group (deel, van, groep, factor, bedrag, aandeel), per provider, per group, per number, per neighbourhood and year.
std::string GrowthText(const costs::v1::ExplainGrowthResponse& response);
Table GrowthRecords(const costs::v1::ExplainGrowthResponse& response);
std::string ProvidersText(const costs::v1::CompareProvidersResponse& response);
Table ProvidersTable(const costs::v1::CompareProvidersResponse& response);
std::string DeficitText(const costs::v1::ExplainDeficitResponse& response);
Table DeficitTable(const costs::v1::ExplainDeficitResponse& response);
std::string StockText(const costs::v1::ExplainStockResponse& response);
Table StockTable(const costs::v1::ExplainStockResponse& response);
std::string ConcentrationText(const costs::v1::DescribeConcentrationResponse& response);
Table ConcentrationTable(const costs::v1::DescribeConcentrationResponse& response);
std::string NeighbourhoodsText(const costs::v1::CompareNeighbourhoodsResponse& response);
Table NeighbourhoodsTable(const costs::v1::CompareNeighbourhoodsResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_GROWTH_H_
