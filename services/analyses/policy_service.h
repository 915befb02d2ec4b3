// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_POLICY_SERVICE_H_
#define NMD_SERVICES_ANALYSES_POLICY_SERVICE_H_

#include "services/analyses/policies.h"
#include "services/analyses/scenarios.h"
#include "services/platform/router.h"

namespace nmd::analyses {

// Bind every method of nmd.costs.v1.ScenariosService and PoliciesService. What is bound must outlive the router's last call.
void BindScenarios(Scenarios* scenarios, Router* router);
void BindPolicies(Policies* policies, Router* router);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_POLICY_SERVICE_H_
