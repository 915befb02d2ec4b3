// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_COMPARE_H_
#define NMD_GATEWAY_CLI_COMPARE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/figure_sheets.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/question.h"
#include "gateway/cli/workbook.h"
#include "nmd/costs/v1/costs.pb.h"

// Two periods beside each other, for people, machines and spreadsheets. What may not be compared (R17, R67) is both values and
// the word for it, never a difference.
namespace nmd::cli {

// The month --from beside the month --to.
absl::StatusOr<costs::v1::CompareFiguresRequest> CompareOf(const Question& question, const std::string& parent);

// A row per cell and measure with difference and growth; the totals below.
Table CompareTable(const costs::v1::CompareFiguresRequest& asked, const costs::v1::CompareFiguresResponse& response,
                   const Titles& titles);

// Below the table for people: why what is not compared is not, what the later figures are worth, and as known when.
std::string CompareFooter(const costs::v1::CompareFiguresRequest& asked, const costs::v1::CompareFiguresResponse& response,
                          const Titles& titles);

// The table with numbers and percentages as such, and what a reader needs who was not there.
std::vector<Sheet> CompareSheets(const costs::v1::CompareFiguresRequest& asked,
                                 const costs::v1::CompareFiguresResponse& response, const Catalogue& catalogue);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_COMPARE_H_
