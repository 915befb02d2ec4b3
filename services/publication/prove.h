// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_PROVE_H_
#define NMD_SERVICES_PUBLICATION_PROVE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/lattice.h"

namespace nmd::publication {

// Outcome of a proof.
struct Proof {
  // Primary cells that could not be proven safe, in order. Empty: the table may be published.
  std::vector<int64_t> exposed;
  int64_t hidden = 0;      // Unknowns: hidden cells.
  int64_t components = 0;  // Groups of hidden cells that no relation ties to each other.
  int64_t equations = 0;   // Relations with a hidden cell.
  int64_t rank = 0;        // How many of them are independent.

  bool Holds() const { return exposed.empty(); }
};

// Proves from the pattern alone that no primary cell follows from the shown ones. It shares no code with the chooser of
// suppress.h but the shape, so that a mistake there cannot hide itself here.
//
// The attacker knows every shown cell, that all relations are exact sums (true of money and provisions; for distinct
// clients an assumption that makes him stronger), that every zero is shown, so that a hidden count is at least 1, and he
// may be the one client of a cell that counts 1. A primary cell is proven when some table he cannot tell from the real
// one has another value in it:
//   * a cell of 2 or more moves while all cells of 1 stay: those cannot go down, and their clients know them;
//   * or it moves along with the cells of one lone client, and there are two such clients, so that neither knows it alone;
//   * a cell of 1 moves while the cells of all other lone clients stay.
// Parent and child that both count 1 are the same client and count as one ("class").
//
// Method: sparse Gaussian elimination modulo 2^61-1 per component, columns of cells above 1 first, then random vectors
// of the kernel: an entry of 0 means that the cell cannot move. Chance can only turn a proven cell into an exposed one
// (probability 2^-61), never the other way. Proofs are over real values; in a table of three or more dimensions integer
// reasoning might still leave a single value.
//
// Cost: linear in cells, plus the elimination; 12,978 cells about 3 ms. Deterministic for a seed.
// Source: reference sdc.md section 5, steps C and "must be better" (1).
// REQUIRES: clients and states have one entry per cell.
Proof Prove(const Lattice& lattice, absl::Span<const int64_t> clients, absl::Span<const CellState> states, uint64_t seed);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_PROVE_H_
