// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_QUERY_H_
#define NMD_SERVICES_COSTS_QUERY_H_

#include <cstddef>

#include "absl/status/status.h"
#include "services/costs/question.h"
#include "services/costs/records.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {

// The most figures of one answer.
inline constexpr size_t kFigureLimit = 100'000;

// Fills in the figures and totals of a question. `records` may be empty unless NeedsRecords.
// Errors: RESULT_TOO_LARGE above kFigureLimit. Pure.
absl::Status AddFigures(const Snapshot& snapshot, const RecordBook& records, const AskedQuestion& asked,
                        v1::QueryFiguresResponse* response);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_QUERY_H_
