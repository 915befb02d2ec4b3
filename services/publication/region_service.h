// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_SERVICE_H_
#define NMD_SERVICES_PUBLICATION_REGION_SERVICE_H_

#include "services/platform/router.h"
#include "services/publication/region.h"

namespace nmd::publication {

// Binds the methods of nmd.publication.v1.RegionService. `region` must outlive the router's last call.
void BindRegion(Region& region, Router& router);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_SERVICE_H_
