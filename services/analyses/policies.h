// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_POLICIES_H_
#define NMD_SERVICES_ANALYSES_POLICIES_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/costs/v1/policy.pb.h"
#include "services/analyses/book.h"
#include "services/analyses/policy_data.h"
#include "services/costs/costs.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/mutex.h"

namespace nmd::analyses {

// nmd.costs.v1.PoliciesService; contracts in policy.proto. Figures are asked of Costs like anybody would, so they have the same
// definitions, states and known times; methods for effects are in regression.h.
//
// Thread safety: all methods may be called from any thread. Costs is asked outside the lock.
class Policies {
 public:
  // `costs` and `clock` must outlive this. Call Load before anything else.
  Policies(costs::Costs& costs, const Clock& clock, std::shared_ptr<const PolicyData> data)
      : costs_(costs),
        clock_(clock),
        data_(std::move(data)),
        measures_(costs, "policy_measure"),
        statuses_(costs, "policy_status"),
        notes_(costs, "policy_note") {}

  // Reads what was registered. Errors: DATA_LOSS.
  absl::Status Load() ABSL_LOCKS_EXCLUDED(mutex_);

  absl::StatusOr<costs::v1::ListGoalsResponse> ListGoals(const Caller& caller,
                                                         const costs::v1::ListGoalsRequest& request) const;
  absl::StatusOr<costs::v1::GoalPage> GetGoal(const Caller& caller, const costs::v1::GetGoalRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<costs::v1::PolicyMeasure> RegisterPolicyMeasure(const Caller& caller,
                                                                 const costs::v1::RegisterPolicyMeasureRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<costs::v1::ListPolicyMeasuresResponse> ListPolicyMeasures(
      const Caller& caller, const costs::v1::ListPolicyMeasuresRequest& request) const ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<costs::v1::PolicyStatus> ReportPolicyStatus(const Caller& caller,
                                                             const costs::v1::ReportPolicyStatusRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<costs::v1::PolicyAssessment> AssessPolicyMeasure(const Caller& caller,
                                                                  const costs::v1::AssessPolicyMeasureRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<costs::v1::ListPilotProgrammesResponse> ListPilotProgrammes(
      const Caller& caller, const costs::v1::ListPilotProgrammesRequest& request) const;
  absl::StatusOr<costs::v1::ListPolicyEventsResponse> ListPolicyEvents(const Caller& caller,
                                                                       const costs::v1::ListPolicyEventsRequest& request) const;
  absl::StatusOr<costs::v1::Interruption> AnalyseInterruption(const Caller& caller,
                                                              const costs::v1::AnalyseInterruptionRequest& request);
  absl::StatusOr<costs::v1::PolicyNote> AddPolicyNote(const Caller& caller, const costs::v1::AddPolicyNoteRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<costs::v1::ListPolicyNotesResponse> ListPolicyNotes(const Caller& caller,
                                                                     const costs::v1::ListPolicyNotesRequest& request) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // The last version of a measure that was known, with what was known about how it stands; nothing when there was none.
  std::optional<costs::v1::PolicyMeasure> MeasureAsKnown(absl::string_view name, absl::Time known) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Newest first; those of the configuration come last.
  std::vector<costs::v1::PolicyNote> NotesAsKnown(absl::string_view about, absl::Time known) const ABSL_LOCKS_EXCLUDED(mutex_);

  costs::Costs& costs_;
  const Clock& clock_;
  const std::shared_ptr<const PolicyData> data_;
  mutable Mutex mutex_;
  Book<costs::v1::PolicyMeasure> measures_ ABSL_GUARDED_BY(mutex_);
  Book<costs::v1::PolicyStatus> statuses_ ABSL_GUARDED_BY(mutex_);
  Book<costs::v1::PolicyNote> notes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_POLICIES_H_
