// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ANSWER_H_
#define NMD_SERVICES_COSTS_ANSWER_H_

#include <cstddef>
#include <optional>

#include "services/costs/evaluate.h"
#include "services/costs/question.h"
#include "services/costs/snapshot.h"

// Questions about any measure of the catalogue: each base measure is asked where it is counted, and what is made of them is
// worked out per cell. A ratio of a total is that of the totals, never a mean or a sum of its parts. Pure.
namespace nmd::costs {

// As Evaluate. `question` may hold derived measures and measures nobody registers.
std::optional<Evaluation> Answer(const Snapshot& snapshot, const Question& question, size_t figure_limit);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ANSWER_H_
