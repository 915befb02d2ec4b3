// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_EXPLAIN_H_
#define NMD_SERVICES_COSTS_EXPLAIN_H_

#include <string>

#include "nmd/costs/v1/costs.pb.h"
#include "services/costs/question.h"
#include "services/costs/records.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {

// Fills in the steps and the deliveries of the figure of the question's one measure: every step with how many things were
// left, every delivery with how many rows of the figure rest on it. Deliveries newest first, at most 100.
void Explain(const Snapshot& snapshot, const RecordBook& records, const AskedQuestion& asked, const std::string& municipality,
             v1::ExplainFigureResponse* response);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_EXPLAIN_H_
