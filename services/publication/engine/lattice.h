// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_LATTICE_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_LATTICE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/publication/engine/system.h"

namespace nmd::publication::engine {

// The codes 0 .. codes - 1 of one dimension and which are the sum of which. Code 0 is the total of all; a total stands before
// its parts. A code may be part of several totals and be summed in several ways, as a year is of months, of quarters and of
// weeks; a code without a sum is an inner code.
struct Hierarchy {
  struct Sum {
    int32_t total;
    std::vector<int32_t> parts;
  };
  int32_t codes = 0;
  std::vector<Sum> sums;

  // A total over `codes` codes, which get the positions 1..codes.
  static Hierarchy Flat(int32_t codes);
  // A tree: parent[i] is the position of the code that code i is part of, -1 for the total at position 0.
  static Hierarchy Tree(absl::Span<const int32_t> parent);
};

// The shape of a table with all its totals: every combination of one code per dimension is a cell, numbered row-major
// with the last dimension fastest. Nothing is stored per cell; where a cell lies is arithmetic.
//
// Immutable; thread-safe.
class Lattice {
 public:
  static constexpr int kMostDimensions = 8;
  static constexpr int64_t kMostCells = 4'000'000;

  // INVALID_ARGUMENT unless there are 1 to 8 dimensions and at most 4,000,000 cells, totals stand before their parts, every
  // code but the total is in a sum, no sum counts an inner code twice, and all sums of a code hold the same inner codes.
  static absl::StatusOr<Lattice> Make(std::vector<Hierarchy> dimensions);

  int dimensions() const { return static_cast<int>(axes_.size()); }
  int64_t cells() const { return cells_; }
  int32_t codes(int dimension) const { return Axis(dimension).hierarchy.codes; }
  const Hierarchy& hierarchy(int dimension) const { return Axis(dimension).hierarchy; }

  int32_t Code(int64_t cell, int dimension) const {
    return static_cast<int32_t>(cell / Axis(dimension).stride % codes(dimension));
  }
  // The cell with another code in one dimension.
  int64_t WithCode(int64_t cell, int dimension, int32_t code) const {
    return cell + (code - Code(cell, dimension)) * Axis(dimension).stride;
  }
  // REQUIRES: one code per dimension.
  int64_t CellOf(absl::Span<const int32_t> codes) const;
  // Whether the cell is no total in any dimension.
  bool IsInner(int64_t cell) const;

  // Adds up all totals of `values`, of which only those of inner cells are read. REQUIRES: one value per cell.
  void AddUp(absl::Span<int64_t> values) const;

  // The table as relations between its cells: one per sum and combination of codes in the other dimensions. `ties` says per
  // dimension how totals follow from parts; empty: all are sums.
  System Relations(absl::Span<const Tie> ties = {}) const;

 private:
  struct AxisData {
    Hierarchy hierarchy;
    std::vector<bool> is_total;
    int64_t stride = 1;
  };
  const AxisData& Axis(int dimension) const { return axes_[static_cast<size_t>(dimension)]; }

  std::vector<AxisData> axes_;
  int64_t cells_ = 1;
};

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_LATTICE_H_
