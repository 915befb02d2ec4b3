// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_PROVE_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_PROVE_H_

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/engine/moves.h"
#include "services/publication/engine/system.h"

namespace nmd::publication::engine {

// Outcome of a proof.
struct Proof {
  // A primary cell that could not be proven safe, and the shown cells it follows from that could be hidden, in order. As long
  // as none of these is hidden it stays exposed, unless two lone contributors come to move it.
  struct Exposed {
    int32_t cell;
    std::vector<int32_t> by;
  };
  std::vector<Exposed> exposed;  // In order. Empty: no primary cell can be computed.
  int64_t hidden = 0;            // Unknowns: hidden cells.
  int64_t components = 0;        // Groups of hidden cells that no relation ties to each other.
  int64_t equations = 0;         // Relations with a hidden cell that bind.
  int64_t rank = 0;              // How many of them are independent.

  bool Holds() const { return exposed.empty(); }
};

// Proves from the pattern alone that no primary cell follows exactly from the shown ones.
//
// The attacker knows every shown cell, that sums are exact, that every zero is shown, so that a hidden value has a floor, and
// he may be the one contributor of a `lone` cell. A primary cell is proven when some table he cannot tell from the real
// one has another value in it:
//   * a cell of several contributors moves while all lone cells stay: those cannot go down, and their contributors know them;
//   * or it moves along with the cells of one lone contributor, and there are two such, so that neither knows it alone;
//   * a lone cell moves while the cells of all other lone contributors stay.
// A total and a part that are both lone have the same contributor and count as one ("class"). A total of distinct persons binds
// only where all its parts but one are zero; what its bounds tell is for interval.h.
//
// Method: sparse Gaussian elimination modulo 2^61-1 per component, columns of cells that are not lone first, then random
// vectors of the kernel: an entry of 0 means that the cell cannot move. Chance can only turn a proven cell into an exposed one
// (probability 2^-61), never the other way. Proofs are over real values; what whole numbers and floors tell is left to
// interval.h.
//
// Cost: linear in hidden cells, plus the elimination; 12,978 cells about 2 ms. Deterministic for a seed. Not thread-safe: keeps
// scratch space, so that proving one component does not cost the size of the table.
// Source: reference sdc.md section 5, steps C and "must be better" (1).
class Prover {
 public:
  // `system` must outlive this.
  Prover(const System& system, uint64_t seed);

  // Judges every component.
  Proof Prove(const Cells& cells);
  // Judges the components that hold a hidden neighbour of one of `around`, after their states changed. Counts are of those.
  Proof ProveAround(const Cells& cells, absl::Span<const int32_t> around);

  // Of `candidates`, secondary cells in order of preference, those that can be shown again, all of them, without exposing a
  // primary; not more than `most` per component, or so. REQUIRES: nothing is exposed.
  std::vector<int32_t> Needless(const Cells& cells, absl::Span<const int32_t> candidates, int most);

  // Moves of the component of `cell`: a basis of all that leave lone cells still, and one per lone contributor that moves by
  // himself; those with large or broken factors left out. Another salt gives another basis.
  void ForEachMove(const Cells& cells, int32_t cell, uint64_t salt, const std::function<void(const Move&)>& visit);

  // The hidden cells judged last, in the order of their components.
  absl::Span<const int32_t> judged() const { return judged_; }

 private:
  // Collects the component of `cell` behind judged_.
  void Collect(const Cells& cells, int32_t cell);
  struct Equations;
  // Of the component at judged_[from ...].
  Equations EquationsOf(const Cells& cells, size_t from);
  // Judges it.
  void Judge(const Cells& cells, size_t from, Proof* proof);
  void Begin();

  const System& system_;
  const uint64_t seed_;
  uint32_t round_ = 0;
  std::vector<uint32_t> seen_cell_, seen_relation_;  // The round in which each was met.
  std::vector<int32_t> column_of_;                   // Position in its component of each cell met.
  std::vector<int32_t> judged_, component_relations_;
};

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_PROVE_H_
