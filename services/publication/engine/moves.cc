// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/moves.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>

namespace nmd::publication::engine {
namespace {

constexpr int kMostTries = 250;  // Of one search.
constexpr int kLargest = 48;     // Cells of a move.
constexpr size_t kBranches = 3;  // Ways tried to mend one relation.

}  // namespace

Moves::Moves(const System& system)
    : system_(system), change_(static_cast<size_t>(system.cells()), 0), balance_(static_cast<size_t>(system.relations()), 0) {}

Move Moves::Find(const Cells& cells, int32_t cell, int side) {
  const auto c = static_cast<size_t>(cell);
  if (side < 0 && cells.values[c] <= cells.floors[c]) return {};
  left_ = kMostTries;
  off_.clear();
  moved_.clear();
  Shift(cell, side);
  Move move;
  if (Close(cells, 0)) {
    for (const int32_t moved : moved_) move.emplace_back(moved, change_[static_cast<size_t>(moved)]);
  }
  while (!moved_.empty()) Shift(moved_.back(), 0);
  return move;
}

// Changes the cell, which is not changed yet; by 0: takes the last change back.
void Moves::Shift(int32_t cell, int32_t by) {
  int32_t& change = change_[static_cast<size_t>(cell)];
  const int32_t step = by - change;
  change = by;
  if (by == 0) {
    moved_.pop_back();
  } else {
    moved_.push_back(cell);
  }
  for (const int32_t r : system_.RelationsOf(cell)) {
    if (system_.tie(r) != Tie::kSum) continue;
    int32_t& balance = balance_[static_cast<size_t>(r)];
    balance += cell == system_.Members(r)[0] ? -step : step;
    if (by != 0 && balance != 0) off_.push_back(r);
  }
}

bool Moves::Close(const Cells& cells, int depth) {
  // The last relation that does not hold: near to where the search is.
  size_t at = off_.size();
  while (at > 0 && balance_[static_cast<size_t>(off_[at - 1])] == 0) --at;
  if (at == 0) return true;
  if (depth >= kLargest) return false;
  const int32_t relation = off_[at - 1];
  const int32_t balance = balance_[static_cast<size_t>(relation)];
  const absl::Span<const int32_t> members = system_.Members(relation);
  std::array<Choice, kBranches> best;
  size_t found = 0;
  for (size_t k = 0; k < members.size(); ++k) {
    const int32_t cell = members[k];
    const auto c = static_cast<size_t>(cell);
    if (!IsHidden(cells.states[c]) || change_[c] != 0) continue;
    const int32_t by = (balance > 0) == (k == 0) ? 1 : -1;
    const int64_t room = by > 0 ? cells.values[c] : cells.values[c] - cells.floors[c];
    if (by < 0 && room <= 0) continue;
    Choice choice{cell, by, 0, room};
    for (const int32_t r : system_.RelationsOf(cell)) {
      if (system_.tie(r) != Tie::kSum) continue;
      const int32_t before = balance_[static_cast<size_t>(r)];
      choice.net += std::abs(before + (cell == system_.Members(r)[0] ? -by : by)) - std::abs(before);
    }
    const auto better = [](const Choice& a, const Choice& b) {
      return std::tuple(a.net, -a.room, a.cell) < std::tuple(b.net, -b.room, b.cell);
    };
    size_t place = found;
    while (place > 0 && better(choice, best[place - 1])) --place;
    if (place == kBranches) continue;
    if (found < kBranches) ++found;
    for (size_t m = found - 1; m > place; --m) best[m] = best[m - 1];
    best[place] = choice;
  }
  for (size_t k = 0; k < found; ++k) {
    if (left_-- <= 0) return false;
    const size_t before = off_.size();
    Shift(best[k].cell, best[k].by);
    if (Close(cells, depth + 1)) return true;
    Shift(best[k].cell, 0);
    off_.resize(before);
  }
  return false;
}

}  // namespace nmd::publication::engine
