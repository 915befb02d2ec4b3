// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_BRIDGE_H_
#define NMD_GATEWAY_CLI_BRIDGE_H_

#include <string>

#include "gateway/cli/table.h"
#include "nmd/costs/v1/costs.pb.h"

// The bridge from indicated to booked.
namespace nmd::cli {

// A line per step with what it is, and the remarks below; or why there is none.
std::string BridgeText(const costs::v1::BridgeAmountsResponse& response);
// A row per step, and one per line of its list: stap, deel (tussenstand, stap or regel), law,
// category, product, provider, month, bedrag, aantal.
Table BridgeRecords(const costs::v1::BridgeAmountsResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_BRIDGE_H_
