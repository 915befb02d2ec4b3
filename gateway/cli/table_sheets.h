// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_TABLE_SHEETS_H_
#define NMD_GATEWAY_CLI_TABLE_SHEETS_H_

#include <string>
#include <utility>
#include <vector>

#include "gateway/cli/table.h"
#include "gateway/cli/workbook.h"
#include "nmd/costs/v1/costs.pb.h"

// Workbooks of answers that are a list of lines: the lines, and what a reader needs who was not there.
namespace nmd::cli {

// A table for machines as a sheet: a column whose key begins with "bedrag" is money, "aandeel" and "groei" are shares, other
// number columns are counts or decimals, dates are dates; all else is a text, and never a formula. Totals are bold.
Sheet SheetOf(const std::string& name, const Table& table);

// "Toelichting": names with what they say, then the sources.
Sheet NotesOf(const std::vector<std::pair<std::string, std::string>>& lines,
              const google::protobuf::RepeatedPtrField<type::Provenance>& provenance);

std::vector<Sheet> DecomposeSheets(const costs::v1::DecomposeGrowthRequest& asked,
                                   const costs::v1::DecomposeGrowthResponse& response);
std::vector<Sheet> BridgeSheets(const costs::v1::BridgeAmountsRequest& asked, const costs::v1::BridgeAmountsResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_TABLE_SHEETS_H_
