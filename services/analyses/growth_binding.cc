// SPDX-License-Identifier: EUPL-1.2
#include "nmd/costs/v1/growth.pb.h"
#include "services/analyses/growth.h"

namespace nmd::analyses {

void BindGrowth(Growth* growth, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.GrowthService";
  router->Handle(kService, "ExplainGrowth", [growth](const Caller& caller, const v1::ExplainGrowthRequest& request) {
    return growth->ExplainGrowth(caller, request);
  });
  router->Handle(kService, "CompareProviders", [growth](const Caller& caller, const v1::CompareProvidersRequest& request) {
    return growth->CompareProviders(caller, request);
  });
  router->Handle(kService, "ExplainDeficit", [growth](const Caller& caller, const v1::ExplainDeficitRequest& request) {
    return growth->ExplainDeficit(caller, request);
  });
  router->Handle(kService, "ExplainStock", [growth](const Caller& caller, const v1::ExplainStockRequest& request) {
    return growth->ExplainStock(caller, request);
  });
  router->Handle(kService, "DescribeConcentration",
                 [growth](const Caller& caller, const v1::DescribeConcentrationRequest& request) {
                   return growth->DescribeConcentration(caller, request);
                 });
  router->Handle(kService, "CompareNeighbourhoods",
                 [growth](const Caller& caller, const v1::CompareNeighbourhoodsRequest& request) {
                   return growth->CompareNeighbourhoods(caller, request);
                 });
}

}  // namespace nmd::analyses
