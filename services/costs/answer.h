// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ANSWER_H_
#define NMD_SERVICES_COSTS_ANSWER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "services/costs/evaluate.h"
#include "services/costs/records.h"
#include "services/costs/snapshot.h"

// Questions about any measure of the catalogue: each base measure is asked where it is counted, and what is made of them is
// worked out per cell. A ratio of a total is that of the totals, never a mean or a sum of its parts. Pure.
namespace nmd::costs {

// Whether a measure of the question is, or is made of, one that is counted over records.
bool NeedsRecords(const Question& question);

// As Evaluate. `question` may hold any measure of the catalogue. `records` may be empty unless NeedsRecords.
std::optional<Evaluation> Answer(const Snapshot& snapshot, const RecordBook& records, const Question& question,
                                 size_t figure_limit);

// What the measures of the question say in a cell that Answer left out.
Cell EmptyAnswer(const Snapshot& snapshot, const RecordBook& records, const Question& question, std::vector<std::string> values,
                 const MonthRange& months);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ANSWER_H_
