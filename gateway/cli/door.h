// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_DOOR_H_
#define NMD_GATEWAY_CLI_DOOR_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "nmd/log/v1/log.pb.h"

namespace CLI {
class App;
}

// The door itself: who may do what (policy explain), what the API is (openapi), and who did what (access-log).
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct DoorOptions {
  std::string role, method, purpose = "beleidsinformatie";
  std::string who, client, from, to, name, reason, head;
  bool clients = false;
};

// Adds access-log to `app`: list, verify, hold, release, prune.
void AddAccessLogCommands(CLI::App& app, DoorOptions& options, const Perform& perform);

Table LogTable(const log::v1::QueryLogRecordsResponse& response);

// `nmdctl policy explain`: whether a role may call a method, and why, from the policy this program was built with; asks no
// monitor. `method` is a full or a short name. Writes to `out`; returns 0 for yes, 3 for no, 2 for a role or method there is
// not.
int ExplainPolicy(const DoorOptions& options, const std::string& format, const Surroundings& io);

// `nmdctl policy list`: every method with the roles that may call it.
Table PolicyTable();

// `nmdctl openapi`: the OpenAPI document of the whole API on one line.
int PrintOpenApi(const Surroundings& io);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_DOOR_H_
