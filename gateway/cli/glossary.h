// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_GLOSSARY_H_
#define NMD_GATEWAY_CLI_GLOSSARY_H_

#include <string>

#include "gateway/cli/table.h"
#include "nmd/costs/v1/costs.pb.h"

// The measures of an instance for people who want to know what a figure means (begrippenlijst).
namespace nmd::cli {

// Id, title, unit, stage, definition, and whether the municipality made it.
Table MeasureTable(const costs::v1::ListMeasuresResponse& response);

// Markdown in Dutch with everything about every measure, in the order of the catalogue, own measures last. Two calls with one
// response give the same bytes.
std::string GlossaryOf(const costs::v1::ListMeasuresResponse& response);

// "output", "doorstroom"...; what an indicator says something about (R140).
std::string KindText(costs::v1::Measure::Kind kind);
// How cells combine, in a few words; empty for a measure that has none.
std::string AdditivityText(costs::v1::Measure::Additivity additivity);
// "gemeente", "regio", "openbaar".
std::string ConfidentialityText(costs::v1::Measure::Confidentiality confidentiality);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_GLOSSARY_H_
