// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_FIGURE_SHEETS_H_
#define NMD_GATEWAY_CLI_FIGURE_SHEETS_H_

#include <vector>

#include "gateway/cli/figures.h"
#include "gateway/cli/workbook.h"
#include "nmd/costs/v1/costs.pb.h"

// An answer as two sheets that can be handed on together: the figures, and all that somebody needs who was not there when the
// question was asked.
namespace nmd::cli {

// What the instance says of its measures and dimensions; empty for a caller who may not read it.
struct Catalogue {
  costs::v1::ListMeasuresResponse measures;
  costs::v1::ListDimensionsResponse dimensions;
};
Titles TitlesOf(const Catalogue& catalogue);

// "Cijfers": a row per cell and the totals below; a column per dimension (and one for its codes where those differ from the
// names), a column per measure, beside it the bounds of a rate and the least number of clients when the answer has them, and
// what the figures of the row are worth. A figure without a value is its word.
// "Toelichting": question, period, known time, reliability, definition of every measure, sources, what the words mean.
std::vector<Sheet> FigureSheets(const costs::v1::QueryFiguresResponse& response, const Catalogue& catalogue);

// "Toelichting" by itself, of an answer that is put beside the one of an earlier period.
Sheet ExplanationSheet(const costs::v1::QueryFiguresResponse& response, const costs::v1::QueryFiguresResponse& before,
                       const Catalogue& catalogue);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_FIGURE_SHEETS_H_
