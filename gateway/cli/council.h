// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_COUNCIL_H_
#define NMD_GATEWAY_CLI_COUNCIL_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "gateway/cli/workbook.h"
#include "nmd/publication/v1/publication.pb.h"

namespace CLI {
class App;
}

// nmdctl export council: spend and clients per provider in a year, as outside research asks for it (Follow the Money, R22),
// safe to hand out: under an agreement, with every small cell hidden and the proof beside it, and the decision in the register.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct CouncilOptions {
  int year = 0;
  std::string output;
  std::string agreement = "onderzoek-uitgaven-per-aanbieder";
  Question question;  // Its known time.
};

// Adds export and its commands to `app`, as AddLinkCommands does.
void AddExportCommands(CLI::App& app, CouncilOptions& options, const Perform& perform);

// A row per provider and the total last: aanbieder, naam, clienten, bedrag_gedeclareerd, bedrag_goedgekeurd, toestand. Which
// cells are too small themselves is not in it: to whom it is handed all hidden ones look alike.
Table CouncilTable(const publication::v1::PreviewPublicationResponse& response);

// The table, and under which agreement, why cells are hidden, the proof and the known time.
std::vector<Sheet> CouncilSheets(const publication::v1::Agreement& agreement, int year,
                                 const publication::v1::PreviewPublicationResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_COUNCIL_H_
