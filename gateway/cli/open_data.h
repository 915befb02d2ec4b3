// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_OPEN_DATA_H_
#define NMD_GATEWAY_CLI_OPEN_DATA_H_

#include <string>

#include "gateway/cli/context.h"
#include "gateway/cli/table.h"

namespace CLI {
class App;
}
namespace nmd::publication::v1 {
class ListDatasetsResponse;
}

// What was released to the public, in the open formats.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct OpenDataOptions {
  std::string dataset, format, output, set = "Observations", filter, title, contact_name, contact_email, contact_phone;
  std::string cost_category, revenue_category;
  int year = 0, quarter = 0;
};

// Adds datasets and export to `publish`.
void AddOpenDataCommands(CLI::App& publish, OpenDataOptions& options, const Perform& perform);

Table DatasetTable(const publication::v1::ListDatasetsResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_OPEN_DATA_H_
