// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_DURATION_QUESTION_H_
#define NMD_SERVICES_ANALYSES_DURATION_QUESTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/costs/v1/durations.pb.h"
#include "services/analyses/trajectories.h"
#include "services/costs/costs.h"
#include "services/costs/question.h"

// From a DurationQuestion to the trajectories it is about.
namespace nmd::analyses {

// A question that was checked.
struct DurationAsked {
  costs::AskedQuestion asked;  // Filters, what nobody registers, and known time; its period when a request has one.
  const costs::DimensionInfo* group_by = nullptr;
  TrajectoryRules rules;
  int lag_days = 30;
  std::optional<nmd::Period> started;
};

// `group_by` may be empty. `period`: of a request that has one, whole months. All faults at once.
absl::StatusOr<DurationAsked> ReadDurationQuestion(const costs::Costs& costs, absl::Time now,
                                                   const costs::v1::DurationQuestion& question, const std::string& group_by,
                                                   const type::Period* period);

// The trajectories of a question.
struct DurationCases {
  std::shared_ptr<const costs::CareBook> book;
  std::vector<Trajectory> trajectories;
  Day observed_from = 0;
  Day cut = 0;

  // Values of the dimension in their order, with the numbers of the trajectories that have it.
  std::vector<std::pair<std::string, std::vector<uint32_t>>> GroupsBy(const costs::DimensionInfo& dimension) const;
  // Numbers of all trajectories.
  std::vector<uint32_t> All() const;
};
DurationCases PickCases(costs::Costs* costs, const DurationAsked& asked);

// What a trajectory is called in a dimension, on its first day.
std::string TrajectoryValue(const costs::CareBook& book, const Trajectory& trajectory, const costs::DimensionInfo& dimension);

// The question with everything filled in.
costs::v1::DurationQuestion Effective(const costs::v1::DurationQuestion& question, const DurationAsked& asked,
                                      const DurationCases& cases);

// What holds for every answer, in Dutch: until when and since when it looks, what is missing, and where a trend breaks.
void AddRemarks(const DurationAsked& asked, const DurationCases& cases, const std::vector<Day>& trend_breaks,
                google::protobuf::RepeatedPtrField<std::string>* remarks);

// Values with their text; see DurationValue. Months are of 487/16 = 30.4375 days (requirements 6.2).
inline constexpr int32_t DaysOfMonths(int32_t months) { return months * 487 / 16; }
double MonthsOf(double days);
costs::v1::DurationValue NoValue(absl::string_view reason, const std::string& text);
costs::v1::DurationValue ShareValue(double share, const std::optional<Limits>& limits);
costs::v1::DurationValue MonthsValue(double days, std::optional<double> low_days, std::optional<double> high_days);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_DURATION_QUESTION_H_
