// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_PROVIDER_H_
#define NMD_GATEWAY_CLI_PROVIDER_H_

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/context.h"
#include "gateway/cli/table.h"
#include "nmd/contracts/v1/provider.pb.h"

namespace CLI {
class App;
}

// What a provider does with its account: the commands of ProviderService. They take the token of a provider (role aanbieder,
// subject agb:01234567); people of the municipality may read, and respond for their own side.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct ProviderOptions {
  std::string provider, item, position, reason, note;
  std::string law, from, to, file, etag;
  int64_t after = 0, statement = 0;
  int32_t wait_seconds = 0, year = 0;
};

// Adds `provider` with its subcommands to `app`, as AddLinkCommands does.
void AddProviderCommands(CLI::App& app, ProviderOptions& options, const Perform& perform);

// The rows of a statement from a file with the columns toewijzing, product, begin, eind (the last day), eenheid, hoeveelheid
// and, when amounts are told, bedrag; in any order, others are passed over. Dates as 2018-03-31 or 31-03-2018, numbers with a
// point or a comma. Errors: all faults at once, with their line; FIELDS_INVALID.
absl::StatusOr<std::vector<contracts::v1::StatementLine>> ReadStatementLines(std::istream& in);

Table ChangeTable(const contracts::v1::ListItemChangesResponse& response);
Table ResponseTable(const contracts::v1::ListItemResponsesResponse& response);
Table StatementTable(const contracts::v1::ListStatementsResponse& response);
// The rows of a statement or a draft.
Table StatementLineTable(const google::protobuf::RepeatedPtrField<contracts::v1::StatementLine>& lines);
// What is the same and what is not between a statement and what was declared.
Table StatementOutcomeTable(const contracts::v1::ProductionStatement& statement);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_PROVIDER_H_
