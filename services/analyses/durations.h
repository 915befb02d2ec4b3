// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_DURATIONS_H_
#define NMD_SERVICES_ANALYSES_DURATIONS_H_

#include "absl/status/statusor.h"
#include "services/costs/costs.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/router.h"

namespace nmd::costs::v1 {
class CompareDurationsRequest;
class CompareDurationsResponse;
class EstimateDurationRequest;
class EstimateDurationResponse;
class CountEndingsRequest;
class CountEndingsResponse;
}  // namespace nmd::costs::v1

namespace nmd::analyses {

// Groups of fewer trajectories have no curve (Q11).
inline constexpr int64_t kLeastCases = 20;

// nmd.costs.v1.DurationsService; contracts in durations.proto.
// Thread safety: all methods may be called from any thread. An answer depends on K and on what was known at K (T-30).
class Durations {
 public:
  // Both must outlive this.
  Durations(costs::Costs& costs, const Clock& clock) : costs_(costs), clock_(clock) {}

  absl::StatusOr<costs::v1::EstimateDurationResponse> EstimateDuration(const Caller& caller,
                                                                       const costs::v1::EstimateDurationRequest& request);
  absl::StatusOr<costs::v1::CountEndingsResponse> CountEndings(const Caller& caller,
                                                               const costs::v1::CountEndingsRequest& request);
  absl::StatusOr<costs::v1::CompareDurationsResponse> CompareDurations(const Caller& caller,
                                                                       const costs::v1::CompareDurationsRequest& request);

 private:
  costs::Costs& costs_;
  const Clock& clock_;
};

// `durations` must outlive the router's last call.
void BindDurations(Durations* durations, Router* router);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_DURATIONS_H_
