// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_PERSON_MEASURES_H_
#define NMD_SERVICES_COSTS_PERSON_MEASURES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "services/costs/evaluate.h"
#include "services/costs/flows.h"
#include "services/costs/records.h"
#include "services/costs/snapshot.h"

// Measures of Family::kPersons: households (R71, I23), the union of care in kind and personal budgets (R69), how many of the
// last years people had care (R130), who has care for the first time (R132), and how often a course changes hands (R133). Pure.
namespace nmd::costs {

// How many years back R130 looks, and how many of them make somebody a long-term user.
inline constexpr int kCoreYears = 5;
inline constexpr int kCoreLeast = 3;

// Whether the measure is counted over records too.
bool PersonMeasureNeedsRecords(const MeasureInfo& measure);

// As Evaluate. REQUIRES: every measure is of Family::kPersons, and no filter is a time. `book` may be empty unless
// PersonMeasureNeedsRecords. Cost: some tens of nanoseconds per row of the period; of measures that look back, per row of
// everything before it too.
std::optional<Evaluation> EvaluatePersons(const Snapshot& snapshot, const RecordBook& book, const Question& question,
                                          size_t figure_limit);

// What such a measure says where there is nobody.
Value EmptyPersonMeasure(const Snapshot& snapshot, const RecordBook& book, const MeasureInfo& measure, const Question& question,
                         const MonthRange& months);

// Batches behind the personal budgets of the union, one entry per budget; and the one behind the number of households of the
// municipality, if there is one.
std::vector<uint32_t> BudgetsBehind(const RecordBook& book, const Question& question);
std::optional<uint32_t> HouseholdStatement(const RecordBook& book, const MonthRange& months);

// A course of care without a gap of more than so many days, and when it changed hands.
struct HandedOver {
  nmd::Period days;
  std::vector<Day> switches;  // Ascending.
};
// `care`: cell is the provider. A switch is a start at a provider where the subject had no care in the gap before, while care
// at another one ended in that gap; a second provider beside the first is none.
std::vector<HandedOver> HandOvers(std::vector<Stretch> care, int gap_days);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_PERSON_MEASURES_H_
