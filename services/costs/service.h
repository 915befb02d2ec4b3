// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_SERVICE_H_
#define NMD_SERVICES_COSTS_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/costs/costs.h"
#include "services/platform/journal.h"
#include "services/platform/peer.h"
#include "services/platform/router.h"

// How the domain class is tied to the outside: its methods to the router, its feeds to the peers.
namespace nmd::costs {

// Binds every method of nmd.costs.v1.CostsService, AnswersService and RowsService. `costs` must outlive the router's last call.
void BindMethods(Costs* costs, Router* router);

// One step along a feed: asks the peer for what comes after the cursor, waiting at most so long at the tail, and takes it
// in. At the tail the snapshot of now is made, so that the first question after a delivery is as quick as any other.
// `parent` is "municipalities/gm1730". Errors: those of the peer and of Costs; the step may then be repeated.
absl::Status PullFacts(const Peer& ingestion, const std::string& parent, int wait_seconds, Costs* costs);
absl::Status PullLinks(const Peer& linking, const std::string& parent, int wait_seconds, Costs* costs);

// The same along the journal, for a reader of it: waits until another process appended something after `*sequence`, and takes
// that in. `*sequence` is then how far it came.
absl::Status FollowJournal(const Journal& journal, absl::Duration wait, int64_t* sequence, Costs* costs);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_SERVICE_H_
