// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_PUBLICATIONS_H_
#define NMD_GATEWAY_CLI_PUBLICATIONS_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/table.h"
#include "nmd/publication/v1/agreement.pb.h"
#include "nmd/publication/v1/release.pb.h"

namespace CLI {
class App;
}

// Sharing: agreements that two people make, and tables that two people publish.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct PublicationOptions {
  std::string file, key, agreement, table, audience, from, to, known_on, reason, release, state;
  std::vector<std::string> agreements;
};

// Adds agreement (propose, diff, approve, refuse, end, versions) to `app`, and propose, approve, refuse, withdraw, list, show
// and redeliver to `publish`.
void AddPublicationCommands(CLI::App& app, CLI::App& publish, PublicationOptions& options, const Perform& perform);

// Prints the key recipients check statements with; asks no monitor. Returns the exit code.
int PrintPublicKey(const PublicationOptions& options, const Surroundings& io);

Table AgreementVersionTable(const publication::v1::ListAgreementVersionsResponse& response);
Table ReleaseTable(const publication::v1::ListReleasesResponse& response);
// The cells of a release, as it leaves.
Table PublicationTable(const publication::v1::Publication& publication);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_PUBLICATIONS_H_
