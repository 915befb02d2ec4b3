// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/lattice.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nmd::publication {

Hierarchy Hierarchy::Flat(int32_t codes) {
  Hierarchy flat;
  flat.parent.assign(static_cast<size_t>(codes) + 1, 0);
  flat.parent[0] = -1;
  return flat;
}

absl::StatusOr<Lattice> Lattice::Make(std::vector<Hierarchy> dimensions) {
  if (dimensions.empty() || dimensions.size() > static_cast<size_t>(kMostDimensions)) {
    return absl::InvalidArgumentError(absl::StrCat("a table has 1 to ", kMostDimensions, " dimensions"));
  }
  Lattice lattice;
  for (Hierarchy& dimension : dimensions) {
    AxisData axis;
    axis.children.resize(dimension.parent.size());
    for (size_t code = 0; code < dimension.parent.size(); ++code) {
      const int32_t parent = dimension.parent[code];
      if (code == 0 ? parent != -1 : parent < 0 || static_cast<size_t>(parent) >= code) {
        return absl::InvalidArgumentError("the first code of a dimension is its total, and parents stand before children");
      }
      if (code > 0) axis.children[static_cast<size_t>(parent)].push_back(static_cast<int32_t>(code));
    }
    if (dimension.parent.empty()) return absl::InvalidArgumentError("a dimension has at least its total");
    axis.parent = std::move(dimension.parent);
    lattice.axes_.push_back(std::move(axis));
  }
  for (size_t d = lattice.axes_.size(); d-- > 0;) {
    lattice.axes_[d].stride = lattice.cells_;
    const auto size = static_cast<int64_t>(lattice.axes_[d].parent.size());
    if (size > kMostCells / lattice.cells_) {
      return absl::InvalidArgumentError(absl::StrCat("a table has at most ", kMostCells, " cells"));
    }
    lattice.cells_ *= size;
  }
  return lattice;
}

int64_t Lattice::CellOf(absl::Span<const int32_t> codes) const {
  int64_t cell = 0;
  for (size_t d = 0; d < axes_.size(); ++d) cell += codes[d] * axes_[d].stride;
  return cell;
}

}  // namespace nmd::publication
