// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_FIGURE_ROWS_H_
#define NMD_GATEWAY_CLI_FIGURE_ROWS_H_

#include <string>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "nmd/costs/v1/rows.pb.h"

namespace CLI {
class App;
}

// nmdctl rows: the provisions behind a figure, for a controller who says what for; and who looked.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct RowOptions {
  Question question;
  std::string purpose;
};

// Adds rows and row-accesses to `app`, as AddLinkCommands does.
void AddRowCommands(CLI::App& app, RowOptions& options, const Perform& perform);

Table FigureRowTable(const costs::v1::ListFigureRowsResponse& response);
Table RowAccessTable(const costs::v1::ListRowAccessesResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_FIGURE_ROWS_H_
