// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_GROWTH_H_
#define NMD_SERVICES_ANALYSES_GROWTH_H_

#include "absl/status/statusor.h"
#include "services/costs/costs.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/router.h"

namespace nmd::costs {
class ExternalSeriesBook;
}
namespace nmd::costs::v1 {
class CompareNeighbourhoodsRequest;
class CompareNeighbourhoodsResponse;
class CompareProvidersRequest;
class CompareProvidersResponse;
class DescribeConcentrationRequest;
class DescribeConcentrationResponse;
class ExplainDeficitRequest;
class ExplainDeficitResponse;
class ExplainGrowthRequest;
class ExplainGrowthResponse;
class ExplainStockRequest;
class ExplainStockResponse;
}  // namespace nmd::costs::v1

namespace nmd::analyses {

namespace v1 = costs::v1;

// Where growth comes from, how money is spread and how neighbourhoods compare. Has no state of its own: an answer depends on
// what is known at its known time, as every figure does.
//
// Thread safety: all methods may be called from any thread.
class Growth {
 public:
  // All must outlive this.
  Growth(costs::Costs& costs, costs::ExternalSeriesBook& externals, const Clock& clock)
      : costs_(costs), externals_(externals), clock_(clock) {}

  // nmd.costs.v1.GrowthService; contracts in growth.proto.
  absl::StatusOr<v1::ExplainGrowthResponse> ExplainGrowth(const Caller& caller, const v1::ExplainGrowthRequest& request);
  absl::StatusOr<v1::CompareProvidersResponse> CompareProviders(const Caller& caller,
                                                                const v1::CompareProvidersRequest& request);
  absl::StatusOr<v1::ExplainDeficitResponse> ExplainDeficit(const Caller& caller, const v1::ExplainDeficitRequest& request);
  absl::StatusOr<v1::ExplainStockResponse> ExplainStock(const Caller& caller, const v1::ExplainStockRequest& request);
  // Of clients no number is given that is about fewer than 5 of them, and none at all when there are fewer than 10.
  absl::StatusOr<v1::DescribeConcentrationResponse> DescribeConcentration(const Caller& caller,
                                                                          const v1::DescribeConcentrationRequest& request);
  absl::StatusOr<v1::CompareNeighbourhoodsResponse> CompareNeighbourhoods(const Caller& caller,
                                                                          const v1::CompareNeighbourhoodsRequest& request);

 private:
  costs::Costs& costs_;
  costs::ExternalSeriesBook& externals_;
  const Clock& clock_;
};

// Binds every method of nmd.costs.v1.GrowthService. `growth` must outlive the router's last call.
void BindGrowth(Growth* growth, Router* router);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_GROWTH_H_
