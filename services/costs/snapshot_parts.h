// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_SNAPSHOT_PARTS_H_
#define NMD_SERVICES_COSTS_SNAPSHOT_PARTS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "nmd/internal/v1/costs_events.pb.h"
#include "services/costs/ledger.h"
#include "services/costs/snapshot.h"

// The steps BuildSnapshot, PatchSnapshot and the checkpoint have in common. Nobody else needs them.
namespace nmd::costs {

// Order of client codes.
bool ClientBefore(const ClientId& a, const ClientId& b);

// Clients, rows, words, tallies and sources of the rows; the dictionaries may have more words than the rows use.
std::shared_ptr<Snapshot> BuildRows(const KnownFacts& known, Month known_month);

// Makes claim_origin_begin from the numbers of claim lines.
void IndexClaimOrigins(Snapshot* snapshot);

// What follows from the rows: drops unused words, finds the months there is data about, adds up the tallies, and indexes. The
// runs of the table are made first, by FinishRows, or are there already.
void FinishRows(Snapshot* snapshot);
void FinishRuns(Snapshot* snapshot);

// What is about nobody in particular: deliveries, labels, inhabitants and budgets.
void Describe(const KnownFacts& known, Snapshot* snapshot);

// The rows of a snapshot as a checkpoint. LoadRows gives what BuildRows and FinishRows gave; null when the checkpoint does not
// hold together. The words and the number of batches are those of the ledger of the same checkpoint.
void SaveRows(const Snapshot& snapshot, WordWriter* words, internal::v1::CostsCheckpoint::Snapshot* to);
std::shared_ptr<Snapshot> LoadRows(const internal::v1::CostsCheckpoint::Snapshot& from, const std::vector<Word>& words,
                                   size_t batch_count);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_SNAPSHOT_PARTS_H_
