// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_ACCESS_H_
#define NMD_SERVICES_ANALYSES_ACCESS_H_

#include "absl/status/statusor.h"
#include "services/costs/costs.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/router.h"

namespace nmd::costs::v1 {
class CompareReferrersRequest;
class CompareReferrersResponse;
class DescribeContinuationRequest;
class DescribeContinuationResponse;
class DescribeOverlapsRequest;
class DescribeOverlapsResponse;
class DescribeResponsibilityRequest;
class DescribeResponsibilityResponse;
class DescribeWaitingRequest;
class DescribeWaitingResponse;
}  // namespace nmd::costs::v1

namespace nmd::analyses {

// nmd.costs.v1.AccessService; contracts in access.proto. An answer is a function of the courses known at a moment, whatever the
// order they came in (T-29).
//
// Thread safety: all methods may be called from any thread. Cost: one pass over the courses of the instance.
class Access {
 public:
  // `costs` and `clock` must outlive this.
  Access(costs::Costs& costs, const Clock& clock) : costs_(costs), clock_(clock) {}

  absl::StatusOr<costs::v1::CompareReferrersResponse> CompareReferrers(const Caller& caller,
                                                                       const costs::v1::CompareReferrersRequest& request);
  absl::StatusOr<costs::v1::DescribeWaitingResponse> DescribeWaiting(const Caller& caller,
                                                                     const costs::v1::DescribeWaitingRequest& request);
  absl::StatusOr<costs::v1::DescribeContinuationResponse> DescribeContinuation(
      const Caller& caller, const costs::v1::DescribeContinuationRequest& request);
  absl::StatusOr<costs::v1::DescribeOverlapsResponse> DescribeOverlaps(const Caller& caller,
                                                                       const costs::v1::DescribeOverlapsRequest& request);
  absl::StatusOr<costs::v1::DescribeResponsibilityResponse> DescribeResponsibility(
      const Caller& caller, const costs::v1::DescribeResponsibilityRequest& request);

 private:
  costs::Costs& costs_;
  const Clock& clock_;
};

// Binds every method. `access` must outlive the router's last call.
void BindAccess(Access* access, Router* router);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_ACCESS_H_
