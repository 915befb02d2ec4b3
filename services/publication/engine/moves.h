// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_MOVES_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_MOVES_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "services/publication/engine/system.h"

namespace nmd::publication::engine {

// A handful of hidden cells and by how much each changes, such that all sums still hold: a rectangle of one up and one down, a
// box in three dimensions, with hidden totals between them.
using Move = std::vector<std::pair<int32_t, int64_t>>;

// Looks for moves by hand: starts with one cell up or down by one, and lets a hidden cell make up for it in every sum that no
// longer holds, the one that mends most and breaks least first, and so on until all sums hold. Finds nearly every
// small one, in microseconds where a linear program takes milliseconds; what it does not find may exist.
//
// Not thread-safe: keeps scratch space.
class Moves {
 public:
  // `system` must outlive this.
  explicit Moves(const System& system);

  // A move in which `cell` goes up (side 1) or down (side -1) by one and no cell below its floor. Empty when none was found.
  Move Find(const Cells& cells, int32_t cell, int side);

 private:
  struct Choice {
    int32_t cell;
    int32_t by;
    int32_t net;
    int64_t room;
  };

  bool Close(const Cells& cells, int depth);
  void Shift(int32_t cell, int32_t by);

  const System& system_;
  std::vector<int32_t> change_;   // By cell.
  std::vector<int32_t> balance_;  // By relation: its parts less its total.
  std::vector<int32_t> off_;      // Relations that do not hold, and some that do again.
  std::vector<int32_t> moved_;
  int left_ = 0;  // Cells that may still be tried.
};

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_MOVES_H_
