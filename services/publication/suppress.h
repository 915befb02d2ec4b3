// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_SUPPRESS_H_
#define NMD_SERVICES_PUBLICATION_SUPPRESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/lattice.h"
#include "services/publication/prove.h"

namespace nmd::publication {

// What a table must be protected against.
struct Policy {
  // Cells of 1 .. minimum - 1 clients are hidden. At least 2.
  int64_t minimum_clients = 10;
  // Of the random vectors of the proof; the same seed gives the same pattern.
  uint64_t seed = 1;
};

// A protected table.
struct Protection {
  std::vector<CellState> states;
  Proof proof;
  // How often the proof sent the choice back.
  int64_t repairs = 0;

  // False only for a table that contradicts itself; then nothing of it may be published.
  bool Proven() const { return proof.Holds(); }
  // The outcome in one Dutch sentence. Says nothing about which or how many cells are hidden because of themselves.
  std::string Text() const;
};

// Chooses what to hide, one mask for all measures of the table (a cost beside a tariff gives the count away).
//
// Primary: 0 < clients < minimum, and cells marked `sensitive`: without clients but with an amount or earlier primary.
// A shown total whose clients are all in one class is not hidden for that: with fewer clients than the minimum total
// and class are primary themselves. Zeros are shown, except where nothing else can protect a neighbour.
// Secondary: relations in which a hidden cell stands alone, or beside cells of 1 only, are mended with the cheapest
// member; then Prove judges, what it finds exposed is mended, and so on until the proof holds; at last cells that turned
// out needless are shown again, each time proven anew.
//
// Shape: clients[cell] counts distinct clients, totals counted anew, so a total is at most the sum of its parts.
// `sensitive` is empty or has an entry per cell. Deterministic; no allocation beyond O(cells).
// Source: reference sdc.md section 5, steps A, B, C, E; T-27.
Protection Suppress(const Lattice& lattice, absl::Span<const int64_t> clients, const std::vector<bool>& sensitive,
                    const Policy& policy);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_SUPPRESS_H_
