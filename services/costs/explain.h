// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_EXPLAIN_H_
#define NMD_SERVICES_COSTS_EXPLAIN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "nmd/costs/v1/costs.pb.h"
#include "services/costs/question.h"
#include "services/costs/records.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {

// Fills in the steps and the deliveries of the figure of the question's one measure: every step with how many things were
// left, every delivery with how many rows of the figure rest on it. Deliveries newest first, at most 100.
void Explain(const Snapshot& snapshot, const RecordBook& records, const AskedQuestion& asked, const std::string& municipality,
             v1::ExplainFigureResponse* response);

// Fills in the pairs of persons in the figure of the response who may be one; nothing when there are none.
void ExplainOpenLinks(const Snapshot& snapshot, const Question& question, v1::ExplainFigureResponse* response);

// Whether the measure, or one it is made of, is counted over rows of the table.
bool CountsRows(const MeasureInfo& measure);

// The rows of the table behind the figure of the question's one measure, in order; none when it is not counted over rows. A
// measure that is made of others has the same rows as those, which depend on the period and the filters only.
std::vector<uint32_t> RowsOfFigure(const Snapshot& snapshot, const Question& question);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_EXPLAIN_H_
