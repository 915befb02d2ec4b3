// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/lattice.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nmd::publication::engine {
namespace {

absl::Status CheckHierarchy(const Hierarchy& hierarchy) {
  const auto fault = [](absl::string_view text) { return absl::InvalidArgumentError(text); };
  if (hierarchy.codes < 1) return fault("a dimension has at least its total");
  std::vector<bool> is_part(static_cast<size_t>(hierarchy.codes), false), is_total = is_part;
  for (const Hierarchy::Sum& sum : hierarchy.sums) {
    if (sum.total < 0 || sum.total >= hierarchy.codes || sum.parts.empty()) return fault("a sum has a total and parts");
    is_total[static_cast<size_t>(sum.total)] = true;
    for (const int32_t part : sum.parts) {
      if (part <= sum.total || part >= hierarchy.codes) return fault("a total stands before its parts");
      is_part[static_cast<size_t>(part)] = true;
    }
  }
  for (size_t code = 1; code < is_part.size(); ++code) {
    if (!is_part[code]) return fault("every code but the total is part of a sum");
  }
  // Inner codes below each code, from the back, where parts are.
  std::vector<std::vector<int32_t>> inner(is_part.size());
  for (size_t code = is_part.size(); code-- > 0;) {
    if (!is_total[code]) inner[code] = {static_cast<int32_t>(code)};
    for (const Hierarchy::Sum& sum : hierarchy.sums) {
      if (static_cast<size_t>(sum.total) != code) continue;
      std::vector<int32_t> below;
      for (const int32_t part : sum.parts) {
        const auto& more = inner[static_cast<size_t>(part)];
        below.insert(below.end(), more.begin(), more.end());
      }
      std::sort(below.begin(), below.end());
      if (std::adjacent_find(below.begin(), below.end()) != below.end()) return fault("a sum counts a code twice");
      if (inner[code].empty()) inner[code] = below;
      if (inner[code] != below) return fault("two sums of one code do not hold the same");
    }
  }
  return absl::OkStatus();
}

}  // namespace

Hierarchy Hierarchy::Flat(int32_t codes) {
  std::vector<int32_t> parent(static_cast<size_t>(codes) + 1, 0);
  parent[0] = -1;
  return Tree(parent);
}

Hierarchy Hierarchy::Tree(absl::Span<const int32_t> parent) {
  Hierarchy tree;
  tree.codes = static_cast<int32_t>(parent.size());
  std::vector<std::vector<int32_t>> parts(parent.size());
  for (size_t code = 1; code < parent.size(); ++code) {
    // A parent that is none is left to Lattice::Make, which finds this code to be in no sum.
    if (parent[code] < 0 || static_cast<size_t>(parent[code]) >= parent.size()) continue;
    parts[static_cast<size_t>(parent[code])].push_back(static_cast<int32_t>(code));
  }
  for (size_t code = 0; code < parts.size(); ++code) {
    if (!parts[code].empty()) tree.sums.push_back({static_cast<int32_t>(code), std::move(parts[code])});
  }
  return tree;
}

absl::StatusOr<Lattice> Lattice::Make(std::vector<Hierarchy> dimensions) {
  if (dimensions.empty() || dimensions.size() > static_cast<size_t>(kMostDimensions)) {
    return absl::InvalidArgumentError(absl::StrCat("a table has 1 to ", kMostDimensions, " dimensions"));
  }
  Lattice lattice;
  for (size_t d = dimensions.size(); d-- > 0;) {
    if (dimensions[d].codes > kMostCells / lattice.cells_) {
      return absl::InvalidArgumentError(absl::StrCat("a table has at most ", kMostCells, " cells"));
    }
    if (absl::Status fit = CheckHierarchy(dimensions[d]); !fit.ok()) return fit;
    AxisData axis;
    axis.stride = lattice.cells_;
    axis.hierarchy = std::move(dimensions[d]);
    axis.is_total.assign(static_cast<size_t>(axis.hierarchy.codes), false);
    for (const Hierarchy::Sum& sum : axis.hierarchy.sums) axis.is_total[static_cast<size_t>(sum.total)] = true;
    lattice.cells_ *= axis.hierarchy.codes;
    lattice.axes_.insert(lattice.axes_.begin(), std::move(axis));
  }
  return lattice;
}

int64_t Lattice::CellOf(absl::Span<const int32_t> codes) const {
  int64_t cell = 0;
  for (size_t d = 0; d < axes_.size(); ++d) cell += codes[d] * axes_[d].stride;
  return cell;
}

bool Lattice::IsInner(int64_t cell) const {
  for (int d = 0; d < dimensions(); ++d) {
    if (Axis(d).is_total[static_cast<size_t>(Code(cell, d))]) return false;
  }
  return true;
}

void Lattice::AddUp(absl::Span<int64_t> values) const {
  for (const AxisData& axis : axes_) {
    const int64_t block = axis.stride * axis.hierarchy.codes;
    // Parts stand behind their totals, so from the back a part is complete before it is added.
    std::vector<const Hierarchy::Sum*> sums;
    for (const Hierarchy::Sum& sum : axis.hierarchy.sums) sums.push_back(&sum);
    std::stable_sort(sums.begin(), sums.end(), [](const auto* a, const auto* b) { return a->total > b->total; });
    for (const Hierarchy::Sum* sum : sums) {
      for (int64_t outer = 0; outer < cells_; outer += block) {
        for (int64_t rest = 0; rest < axis.stride; ++rest) {
          int64_t total = 0;
          for (const int32_t part : sum->parts) total += values[static_cast<size_t>(outer + part * axis.stride + rest)];
          values[static_cast<size_t>(outer + sum->total * axis.stride + rest)] = total;
        }
      }
    }
  }
}

System Lattice::Relations(absl::Span<const Tie> ties) const {
  System::Relations relations;
  for (size_t d = 0; d < axes_.size(); ++d) {
    const AxisData& axis = axes_[d];
    const int64_t block = axis.stride * axis.hierarchy.codes;
    const Tie tie = ties.empty() ? Tie::kSum : ties[d];
    for (int64_t outer = 0; outer < cells_; outer += block) {
      for (const Hierarchy::Sum& sum : axis.hierarchy.sums) {
        for (int64_t rest = 0; rest < axis.stride; ++rest) {
          relations.Begin(tie, static_cast<int32_t>(outer + sum.total * axis.stride + rest));
          for (const int32_t part : sum.parts) relations.AddPart(static_cast<int32_t>(outer + part * axis.stride + rest));
        }
      }
    }
  }
  return System(static_cast<int32_t>(cells_), std::move(relations));
}

}  // namespace nmd::publication::engine
