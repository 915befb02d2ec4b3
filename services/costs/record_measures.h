// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_RECORD_MEASURES_H_
#define NMD_SERVICES_COSTS_RECORD_MEASURES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/costs/evaluate.h"
#include "services/costs/records.h"

// Measures of Family::kRecords: personal budgets, own-team help, bookings, decisions and waiting. Pure.
namespace nmd::costs {

// As Evaluate. REQUIRES: every measure is of Family::kRecords, and no filter is a time. Cost: some nanoseconds per record and
// part of the period.
std::optional<Evaluation> EvaluateRecords(const RecordBook& book, const Question& question, size_t figure_limit);

// What such a measure says where there are no records.
Value EmptyRecordMeasure(const RecordBook& book, const MeasureInfo& measure, const Question& question,
                         const MonthRange& months);

// The value of a record in a dimension that is no time; whether it passes the filters, none of which is a time; and the days a
// part of the period has: those of its months, or the reference date.
std::string RecordValueOf(const Record& record, const DimensionInfo& dimension);
bool KeptRecord(const Question& question, const Record& record);
nmd::Period RecordDaysOf(const Question& question, const MonthRange& months);

// Batches behind the figure of the question's first measure in total, one entry per record.
std::vector<uint32_t> RecordsBehind(const RecordBook& book, const Question& question);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_RECORD_MEASURES_H_
