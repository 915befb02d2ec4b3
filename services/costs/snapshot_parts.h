// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_SNAPSHOT_PARTS_H_
#define NMD_SERVICES_COSTS_SNAPSHOT_PARTS_H_

#include <memory>

#include "services/costs/ledger.h"
#include "services/costs/snapshot.h"

// The steps BuildSnapshot and PatchSnapshot have in common. Nobody else needs them.
namespace nmd::costs {

// Order of client codes.
bool ClientBefore(const ClientId& a, const ClientId& b);

// Clients, rows, words, tallies and sources of the rows; the dictionaries may have more words than the rows use.
std::shared_ptr<Snapshot> BuildRows(const KnownFacts& known, Month known_month);

// Makes claim_origin_begin from the numbers of claim lines.
void IndexClaimOrigins(Snapshot* snapshot);

// What follows from the rows: drops unused words, finds the months there is data about, adds up the tallies, and indexes.
void FinishRows(Snapshot* snapshot);

// What is about nobody in particular: deliveries, labels, inhabitants and budgets.
void Describe(const KnownFacts& known, Snapshot* snapshot);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_SNAPSHOT_PARTS_H_
