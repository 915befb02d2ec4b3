// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_SOURCE_LISTINGS_H_
#define NMD_GATEWAY_CLI_SOURCE_LISTINGS_H_

#include <string>

#include "gateway/cli/table.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"

// The source analysis for people and machines. What is not measured is an empty cell for machines and a word for people.
namespace nmd::cli {

// All sources, one row each. `links` may be empty: then nothing is said of linking.
Table SourceAnalysisTable(const ingestion::v1::ListSourceAnalysesResponse& response, const linking::v1::LinkSummary& links);

// The senders that are missing, one row for each source, month and sender.
Table MissingTable(const ingestion::v1::ListSourceAnalysesResponse& response);
// The months in which something is missing, a line each. "iJw 323 Declaratie: 2 van de 41 aanbieders ontbreken ..."
std::string MissingText(const ingestion::v1::ListSourceAnalysesResponse& response);
// How many are missing, told apart or not.
int64_t CountMissing(const ingestion::v1::ListSourceAnalysesResponse& response);

// The months of one source, and all there is to tell of it.
Table SourceMonthTable(const ingestion::v1::SourceAnalysis& analysis);
std::string SourceText(const ingestion::v1::SourceAnalysis& analysis, const linking::v1::LinkSummary& links);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_SOURCE_LISTINGS_H_
