// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_REGION_H_
#define NMD_GATEWAY_CLI_REGION_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "gateway/cli/table.h"
#include "nmd/publication/v1/region_answers.pb.h"

namespace CLI {
class App;
}

// What the region knows of its members.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct RegionOptions {
  std::string table, measure, audience, municipality, inhabitants;
  std::vector<std::string> where;  // "ivn=6".
  Question question;               // Months from and to, and the known time.
};

// Adds region members|statements|tables|table|compare|market|ceilings to `app`, as AddLinkCommands does.
void AddRegionCommands(CLI::App& app, RegionOptions& options, const Perform& perform);

Table MemberTable(const publication::v1::ListMembersResponse& response);
// One measure of a table: a row per cell, with the value of the region, its bounds, and a column per member.
// INVALID_ARGUMENT when the table does not have the measure; empty: the first.
absl::StatusOr<Table> RegionalTableRows(const publication::v1::RegionalTable& table, const std::string& measure);
Table RateTable(const publication::v1::CompareMembersResponse& response);
Table MarketTable(const publication::v1::AssessMarketResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_REGION_H_
