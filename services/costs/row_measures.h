// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ROW_MEASURES_H_
#define NMD_SERVICES_COSTS_ROW_MEASURES_H_

#include <cstddef>
#include <optional>

#include "services/costs/evaluate.h"
#include "services/costs/snapshot.h"

// Measures that look at more of a client than one month: flows and stocks, trajectories, episodes and steps (flows.h), and how
// money is spread over clients and providers (concentration.h). Pure.
namespace nmd::costs {

// As Evaluate. REQUIRES: every measure is of Family::kFlows or kSpread, and the question has no reference date.
// Cost: some tens of nanoseconds per row of the period, of the year before it and of the month after it.
std::optional<Evaluation> EvaluateRowMeasures(const Snapshot& snapshot, const Question& question, size_t figure_limit);

// What such a measure says where there are no rows: a counted zero, or that nothing was delivered about the months.
Value EmptyRowMeasure(const Snapshot& snapshot, const MeasureInfo& measure, const MonthRange& months);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ROW_MEASURES_H_
