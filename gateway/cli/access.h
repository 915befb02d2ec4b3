// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_ACCESS_H_
#define NMD_GATEWAY_CLI_ACCESS_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "gateway/cli/table.h"
#include "nmd/costs/v1/access.pb.h"

// How people come to care: nmdctl referrers, waiting, continuation, overlaps and responsibility.
namespace nmd::cli {

struct AccessOptions {
  Question question;
  std::string since;  // assigned or referred.
  std::vector<int> longer;
  int level = 0;
};

// Adds the commands; `options` must outlive the parse and what is performed.
void AddAccessCommands(CLI::App& app, AccessOptions& options, const Perform& perform);

Table ReferrerTable(const costs::v1::CompareReferrersResponse& response);
Table WaitingTable(const costs::v1::DescribeWaitingResponse& response);
Table ContinuationTable(const costs::v1::DescribeContinuationResponse& response);
Table OverlapTable(const costs::v1::DescribeOverlapsResponse& response);
Table ResponsibilityTable(const costs::v1::DescribeResponsibilityResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_ACCESS_H_
