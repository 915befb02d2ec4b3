// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_INTERVAL_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_INTERVAL_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/engine/moves.h"
#include "services/publication/engine/prove.h"
#include "services/publication/engine/system.h"

namespace nmd::publication::engine {

// Outcome of IntervalProver.
struct Intervals {
  struct Narrow {
    int32_t cell;
    // False: an attacker comes nearer than the cell needs. True: no table of whole numbers was found that shows otherwise.
    bool undecided;
    // Shown cells that could be hidden of those that keep it there, when known, in order.
    std::vector<int32_t> by;
  };
  // Primary cells without a proof, in order. Empty: every primary is as uncertain as it needs to be.
  std::vector<Narrow> narrow;
  int64_t proven = 0;    // Primary cells with one.
  int64_t programs = 0;  // Linear programs solved.
  // Of how many the proof are tables of broken numbers: safe from linear reasoning, and whole ones were not looked for long
  // enough.
  int64_t broken = 0;

  bool Holds() const { return narrow.empty(); }
};

// Proves that every primary cell is as uncertain as it needs (Need), for an attacker who knows the shown cells, all relations
// and the floors. The proof of a cell are tables of whole numbers that show the same and have other values there. Linear
// programs (Clp) find such tables, one for many cells at once; whether they fit is checked in integers, so that no tolerance
// of the solver is trusted and whole-number reasoning is covered too. Looking for whole numbers one cell at a time has a bound
// per component; beyond it the real interval of the programs counts, and Intervals::broken tells of how many.
//
// To hide more cells takes no proof away: what was proven is kept between calls, and only the rest costs programs.
// Deterministic for a seed. Not thread-safe. Source: reference sdc.md section 5, step D.
class IntervalProver {
 public:
  // `system` must outlive this. More than `most_programs` linear programs are not solved; what is left then is undecided.
  IntervalProver(const System& system, uint64_t seed, int64_t most_programs);

  // REQUIRES: what an earlier call saw hidden still is.
  Intervals Prove(const Cells& cells);

 private:
  class Component;

  bool Proven(const Cells& cells, int32_t cell) const;
  // Whether it is a primary cell without a proof.
  bool IsOpen(const Cells& cells, int32_t cell) const;
  // Tries to prove the cell by moves.
  void TryMoves(const Cells& cells, int32_t cell);
  // Takes a move, to either side, for what it proves of every cell in it.
  void Take(const Cells& cells, Move move);
  // Whether the table with these cells changed, so many times over, satisfies every floor and relation.
  bool Fits(const Cells& cells, const Move& move, int64_t times) const;

  const System& system_;
  uint64_t random_;
  int64_t programs_left_;
  int64_t broken_ = 0;
  Moves moves_;
  Prover prover_;
  std::vector<int64_t> high_, low_;  // By cell: how far proven tables have it above and below its value.
};

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_INTERVAL_H_
