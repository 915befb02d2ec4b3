// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_LISTINGS_H_
#define NMD_GATEWAY_CLI_LISTINGS_H_

#include "gateway/cli/table.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/publication/v1/publication.pb.h"

// A table per kind of list, in the order the service gave.
namespace nmd::cli {

Table DeliveryTable(const ingestion::v1::ListDeliveriesResponse& response);
Table FindingTable(const ingestion::v1::ListFindingsResponse& response);
Table ContractTable(const contracts::v1::ListContractsResponse& response);
Table PositionTable(const contracts::v1::ListPositionsResponse& response);
Table AgreementTable(const publication::v1::ListAgreementsResponse& response);
// A row per cell: its coordinates, its values or "onderdrukt", and for those with a mandate why.
Table PreviewTable(const publication::v1::PreviewPublicationResponse& response);
// For people: what merging or rounding does to the table, and what hiding would have cost; empty when it does neither.
std::string PreviewNotes(const publication::v1::PreviewPublicationResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_LISTINGS_H_
