// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/system.h"

#include <utility>

namespace nmd::publication::engine {

System::System(int32_t cells, Relations relations)
    : cells_(cells),
      ties_(std::move(relations.ties_)),
      starts_(std::move(relations.starts_)),
      members_(std::move(relations.members_)),
      cell_starts_(static_cast<size_t>(cells) + 1, 0),
      relations_of_(members_.size()) {
  starts_.push_back(members_.size());
  for (const int32_t member : members_) ++cell_starts_[static_cast<size_t>(member) + 1];
  for (size_t c = 1; c < cell_starts_.size(); ++c) cell_starts_[c] += cell_starts_[c - 1];
  std::vector<size_t> next(cell_starts_.begin(), cell_starts_.end() - 1);
  for (int32_t r = 0; r < this->relations(); ++r) {
    for (const int32_t member : Members(r)) relations_of_[next[static_cast<size_t>(member)]++] = r;
  }
}

Cells::Cells(int32_t cells)
    : values(static_cast<size_t>(cells), 0),
      floors(static_cast<size_t>(cells), 1),
      states(static_cast<size_t>(cells), CellState::kShown),
      needs(static_cast<size_t>(cells)),
      fixed(static_cast<size_t>(cells), false),
      lone(static_cast<size_t>(cells), false),
      idle(static_cast<size_t>(cells), false) {}

}  // namespace nmd::publication::engine
