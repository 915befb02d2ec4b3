// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_SERIES_H_
#define NMD_GATEWAY_CLI_SERIES_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "gateway/cli/table.h"
#include "nmd/costs/v1/external.pb.h"

namespace CLI {
class App;
}

// Figures of others: published series, surveys, earlier systems and budget documents, with our own beside them.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct SeriesOptions {
  Question question;  // Its known time.
  std::vector<std::string> series, areas;
  std::string kind, from, to;
  bool all_vintages = false;
};

// Adds series to `app`, as AddLinkCommands does. Without a name it lists the series, with one it shows their values.
void AddSeriesCommand(CLI::App& app, SeriesOptions& options, const Perform& perform);

// A row per series, and one per value.
Table SeriesTable(const costs::v1::ListExternalSeriesResponse& response);
Table SeriesValueTable(const costs::v1::QueryExternalSeriesResponse& response);
// "CBS zegt over 2018, Jongeren: 75 (ingetrokken op 01-12-2019: te weinig inwoners); wij (clients): 77. CBS rondt af op vijf."
// REQUIRES: the value has a counterpart.
std::string SeriesLine(const costs::v1::ExternalValue& value);
// Below the values, for a person: why own figures differ, and what was withdrawn.
std::string SeriesFooter(const costs::v1::QueryExternalSeriesResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_SERIES_H_
