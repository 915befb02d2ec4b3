// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_CONTRACTS_METHODS_H_
#define NMD_SERVICES_CONTRACTS_CONTRACTS_METHODS_H_

#include "services/contracts/contracts.h"
#include "services/platform/router.h"

namespace nmd::contracts {

// Binds every method of the services of nmd.contracts.v1. `contracts` must outlive the router's last call.
void Handle(Contracts& contracts, Router& router);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_CONTRACTS_METHODS_H_
