// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_RIGHTS_H_
#define NMD_GATEWAY_CLI_RIGHTS_H_

#include <string>

#include "gateway/cli/context.h"

namespace CLI {
class App;
}

// The rights of a person over all services (AVG 15, 16, 18 and 20), for a privacy officer. `link find` finds them, `erase`
// makes them unreadable (AVG 17).
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct RightsOptions {
  std::string client, purpose, reason, output, source, field, value_file;
  bool lift = false;
};

// Adds rights export, restrict and correct.
//
// An export is one JSON file: "subject", what linking and the sources keep (nmd.linking.v1.SubjectExport), and "calls", who got
// at the person through the gateway, by role, method, purpose and time (nmd.log.v1.LogRecord without who it was: a resident is
// told which functions received data, not which employees). What is right is read from standard input or a file, never from the
// command line.
void AddRightsCommands(CLI::App& app, RightsOptions& options, const Perform& perform);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_RIGHTS_H_
