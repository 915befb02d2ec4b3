// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_OPEN_CLIENTS_H_
#define NMD_SERVICES_COSTS_OPEN_CLIENTS_H_

#include <optional>

#include "services/costs/fact_table.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {

// Count, with Totals::open_clients of every group and of the total when clients are wanted: of those who may be one person
// and are both in the group, as many as would be one with another (koppelkwaliteit). Cost beyond Count: the rows of the
// clients in Snapshot::open_pairs.
std::optional<Counted> CountClients(const Snapshot& snapshot, const TableQuery& query);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_OPEN_CLIENTS_H_
