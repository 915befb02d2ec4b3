// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_LATTICE_H_
#define NMD_SERVICES_PUBLICATION_LATTICE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace nmd::publication {

// The codes of one dimension as a tree. parent[i] is the position of the code that code i is part of; position 0 is the
// total and has parent -1; a parent stands before its children.
struct Hierarchy {
  std::vector<int32_t> parent;

  // A total over `codes` codes, which get the positions 1..codes.
  static Hierarchy Flat(int32_t codes);
};

// What is done with a cell.
enum class CellState : uint8_t {
  kShown,      // With its values.
  kZero,       // Nothing to count; shown as zero.
  kPrimary,    // Hidden because of the cell itself.
  kSecondary,  // Hidden to protect others.
};
inline bool IsHidden(CellState state) { return state == CellState::kPrimary || state == CellState::kSecondary; }

// The shape of a table with all its totals: every combination of one code per dimension is a cell, numbered row-major
// with the last dimension fastest. Nothing is stored per cell; where a cell lies is arithmetic.
//
// Cells are tied by relations (d, c): along dimension d, cell c is the sum of the cells whose code in d is a child of
// c's. A relation exists where that code has children.
//
// Immutable; thread-safe.
class Lattice {
 public:
  static constexpr int kMostDimensions = 4;
  static constexpr int64_t kMostCells = 4'000'000;

  // INVALID_ARGUMENT unless there are 1 to 4 dimensions, well-formed trees and at most 4,000,000 cells.
  static absl::StatusOr<Lattice> Make(std::vector<Hierarchy> dimensions);

  int dimensions() const { return static_cast<int>(axes_.size()); }
  int64_t cells() const { return cells_; }
  int32_t codes(int dimension) const { return static_cast<int32_t>(Axis(dimension).parent.size()); }

  int32_t Code(int64_t cell, int dimension) const {
    return static_cast<int32_t>(cell / Axis(dimension).stride % codes(dimension));
  }
  // The cell with another code in one dimension.
  int64_t WithCode(int64_t cell, int dimension, int32_t code) const {
    return cell + (code - Code(cell, dimension)) * Axis(dimension).stride;
  }
  // REQUIRES: one code per dimension.
  int64_t CellOf(absl::Span<const int32_t> codes) const;

  int32_t ParentCode(int dimension, int32_t code) const { return Axis(dimension).parent[static_cast<size_t>(code)]; }
  absl::Span<const int32_t> ChildCodes(int dimension, int32_t code) const {
    return Axis(dimension).children[static_cast<size_t>(code)];
  }

 private:
  struct AxisData {
    std::vector<int32_t> parent;
    std::vector<std::vector<int32_t>> children;
    int64_t stride = 1;
  };
  const AxisData& Axis(int dimension) const { return axes_[static_cast<size_t>(dimension)]; }

  std::vector<AxisData> axes_;
  int64_t cells_ = 1;
};

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_LATTICE_H_
