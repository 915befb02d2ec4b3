// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_SUPPRESS_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_SUPPRESS_H_

#include <cstdint>
#include <string>

#include "services/publication/engine/interval.h"
#include "services/publication/engine/prove.h"
#include "services/publication/engine/system.h"

namespace nmd::publication::engine {

struct SuppressOptions {
  // Of the random vectors of the proofs; the same seed gives the same pattern.
  uint64_t seed = 1;
  // Also prove that every primary can be as far off as it needs (interval.h). Without it only that none can be computed.
  bool intervals = true;
  // How much may be tried to hide less: needless cells are shown again, and parts of the pattern are chosen anew. In hidden
  // cells judged, so that the outcome does not depend on the machine; about a second and a half per million.
  int64_t effort = 200'000;
  // And no more than this per hidden cell: in a small table there is soon nothing to gain.
  int64_t effort_per_cell = 120;
};

// A protected table.
struct Protection {
  Cells cells;
  Proof proof;
  Intervals intervals;
  int64_t repairs = 0;  // How often a proof sent the choice back.

  // False for a table that contradicts itself, of which too much was published before, or of which an interval could not be
  // decided; then nothing of it may be published.
  bool Proven() const { return proof.Holds() && intervals.Holds(); }
  // The outcome in one Dutch sentence. Says nothing about which or how many cells are hidden because of themselves.
  std::string Text() const;
};

// Chooses what to hide, one mask for all measures of the table (a cost beside a tariff gives the count away).
//
// `cells` comes with the primary cells hidden, and with everything that is `fixed`: that is neither hidden nor shown any more.
// Secondary: relations in which a hidden cell stands alone, or beside lone cells only, are mended with the cheapest
// member; then Prover judges, of the cells an exposed one follows from the one that serves most at the least cost is hidden,
// and so on until the proof holds; cells that turned out needless are shown again and parts of the pattern are chosen anew,
// each time proven; at last IntervalProver judges how near an attacker comes, and what is too narrow is widened likewise. Zeros
// are shown, except where nothing else can protect a neighbour. A cell of before is not left alone in a relation, so that later
// publications can still be protected.
//
// Deterministic. Source: reference sdc.md section 5, steps B to E; T-27.
Protection Suppress(const System& system, Cells cells, const SuppressOptions& options);

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_SUPPRESS_H_
