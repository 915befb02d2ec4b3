// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_DOSSIER_H_
#define NMD_GATEWAY_CLI_DOSSIER_H_

#include <string>

#include "gateway/cli/context.h"
#include "gateway/cli/table.h"
#include "nmd/contracts/v1/dossiers.pb.h"
#include "nmd/contracts/v1/proposals.pb.h"

namespace CLI {
class App;
}

// Dossiers on paper and proposals of changes: the commands of DossiersService and ProposalsService.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct DossierOptions {
  std::string subject, known_on;
  int year = 0;
  bool html = false, for_provider = false;
  std::string change, reason, note, proposal, state;
};

// Adds dossier, productgroup and proposals to `app`, and propose, approve, reject and withdraw to its command "contract".
void AddDossierCommands(CLI::App& app, DossierOptions& options, const Perform& perform);

// A page for print and for screen readers: one document in HTML with headings, captions and the scope of every header, in
// Dutch, that needs nothing from elsewhere. Every text is escaped.
std::string DossierHtml(const contracts::v1::ProviderDossier& dossier);
std::string ProductGroupHtml(const contracts::v1::ProductGroup& group);

// For machines: a row per figure, share, point and count (deel, wat, waarde, jaar_ervoor).
Table DossierTable(const contracts::v1::ProviderDossier& dossier);
Table ProductGroupTable(const contracts::v1::ProductGroup& group);
Table ProposalTable(const contracts::v1::ListProposalsResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_DOSSIER_H_
