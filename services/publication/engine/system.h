// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_SYSTEM_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_SYSTEM_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"

namespace nmd::publication::engine {

// What is done with a cell.
enum class CellState : uint8_t {
  kShown,      // With its values.
  kZero,       // Nothing to count; shown as zero.
  kPrimary,    // Hidden because of the cell itself.
  kSecondary,  // Hidden to protect others.
};
inline bool IsHidden(CellState state) { return state == CellState::kPrimary || state == CellState::kSecondary; }

// How the total of a relation follows from its parts.
enum class Tie : uint8_t {
  kSum,       // It is their sum. Where the values of persons contradict that, it moves as their sum and is at least each part.
  kDistinct,  // Somebody may be in several parts: the largest part <= total <= the sum of the parts.
};

// Everything that ties published numbers to each other: of one table, of tables that have cells in common, of a month and its
// quarter, of a figure and its correction. Cells are numbers 0 .. cells - 1; a relation is a total and its parts.
//
// Immutable once made; thread-safe. Memory: 8 bytes per membership of a cell in a relation.
class System {
 public:
  // Collects relations in flat storage, since a large table has some hundred thousand.
  class Relations {
   public:
    // Begins a relation; parts follow with AddPart.
    void Begin(Tie tie, int32_t total) {
      ties_.push_back(tie);
      starts_.push_back(members_.size());
      members_.push_back(total);
    }
    void AddPart(int32_t part) { members_.push_back(part); }
    void Add(Tie tie, int32_t total, absl::Span<const int32_t> parts) {
      Begin(tie, total);
      members_.insert(members_.end(), parts.begin(), parts.end());
    }

   private:
    friend class System;
    std::vector<Tie> ties_;
    std::vector<size_t> starts_;
    std::vector<int32_t> members_;
  };

  // REQUIRES: every member is in [0, cells), none is twice in one relation.
  System(int32_t cells, Relations relations);

  int32_t cells() const { return cells_; }
  int32_t relations() const { return static_cast<int32_t>(ties_.size()); }
  Tie tie(int32_t relation) const { return ties_[static_cast<size_t>(relation)]; }
  // The total first, then its parts.
  absl::Span<const int32_t> Members(int32_t relation) const {
    const auto r = static_cast<size_t>(relation);
    return absl::MakeConstSpan(members_).subspan(starts_[r], starts_[r + 1] - starts_[r]);
  }
  // Ascending.
  absl::Span<const int32_t> RelationsOf(int32_t cell) const {
    const auto c = static_cast<size_t>(cell);
    return absl::MakeConstSpan(relations_of_).subspan(cell_starts_[c], cell_starts_[c + 1] - cell_starts_[c]);
  }

 private:
  int32_t cells_;
  std::vector<Tie> ties_;
  std::vector<size_t> starts_;
  std::vector<int32_t> members_;
  std::vector<size_t> cell_starts_;
  std::vector<int32_t> relations_of_;
};

// A floor for values that may be anything, such as the difference of two publications.
inline constexpr int64_t kNoFloor = std::numeric_limits<int64_t>::min() / 4;

// How far an attacker must be kept from a hidden value, in its unit: a table he cannot tell from the real one must have it
// at least `up` higher, one at least `down` lower, and the highest and the lowest must be `width` apart.
struct Need {
  int64_t up = 0, down = 0, width = 1;
};

// The cells of a system as their owner knows them; every vector has an entry per cell.
struct Cells {
  std::vector<int64_t> values;  // The measure that decides: clients or cents.
  std::vector<int64_t> floors;  // What an attacker knows a hidden value to be at least.
  std::vector<CellState> states;
  std::vector<Need> needs;  // Of primary cells.
  std::vector<bool> fixed;  // Published before with its value, or to be shown: cannot be hidden.
  std::vector<bool> lone;   // One contributor only, who knows his own value.
  std::vector<bool> idle;   // Never published and no secret: may be computed when that tells nothing of others.

  explicit Cells(int32_t cells);
};

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_SYSTEM_H_
