// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_SCENARIOS_H_
#define NMD_SERVICES_ANALYSES_SCENARIOS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nmd/costs/v1/scenario.pb.h"
#include "services/analyses/book.h"
#include "services/analyses/policy_data.h"
#include "services/costs/costs.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/mutex.h"

namespace nmd::analyses {

// nmd.costs.v1.ScenariosService; contracts in scenario.proto. Amounts are whole cents from cell to total; a sum that does not
// close stays open.
//
// Thread safety: all methods may be called from any thread.
class Scenarios {
 public:
  // `costs` and `clock` must outlive this. Call Load before anything else.
  Scenarios(costs::Costs& costs, const Clock& clock, std::shared_ptr<const PolicyData> data)
      : clock_(clock), data_(std::move(data)), stored_(costs, "scenario") {}

  // Reads what was stored. Errors: DATA_LOSS.
  absl::Status Load() ABSL_LOCKS_EXCLUDED(mutex_);

  absl::StatusOr<costs::v1::ListScenarioTablesResponse> ListScenarioTables(
      const Caller& caller, const costs::v1::ListScenarioTablesRequest& request) const;
  absl::StatusOr<costs::v1::CalculatedScenario> CalculateScenario(const Caller& caller,
                                                                  const costs::v1::CalculateScenarioRequest& request) const;
  absl::StatusOr<costs::v1::StoredScenario> StoreScenario(const Caller& caller, const costs::v1::StoreScenarioRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<costs::v1::ListStoredScenariosResponse> ListStoredScenarios(
      const Caller& caller, const costs::v1::ListStoredScenariosRequest& request) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const Clock& clock_;
  const std::shared_ptr<const PolicyData> data_;
  mutable Mutex mutex_;
  Book<costs::v1::StoredScenario> stored_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_SCENARIOS_H_
