// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_LINKED_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_LINKED_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/system.h"
#include "services/publication/engine/table.h"

namespace nmd::publication::engine {

// A table that is to be published: where its cells lie, and what is known of them (primary.h).
struct Draft {
  std::vector<std::vector<int32_t>> codes;  // Per cell one per dimension of the set.
  Cells cells{0};
};

// Drafts and everything published before as one system, to be protected together.
struct Linked {
  System system{0, {}};
  Cells cells{0};
  // Per draft and cell: its number in the system.
  std::vector<std::vector<int32_t>> cell_of;
  // Cells of drafts (draft, cell) that are primary and that earlier publications show already. Nothing can protect those.
  std::vector<std::pair<int64_t, int64_t>> lost;
};

struct LinkOptions {
  int64_t floor = 1;  // Of values hidden before.
  int64_t width = 1;  // That primaries hidden before need.
  // A cell may not differ by 1 .. smallest_change - 1 from what was published before; 0: it may.
  int64_t smallest_change = 0;
  // What was never published of a sum may be computed from the rest: where that is a secret it is given as an untold table.
  // Otherwise it is kept from being computed, since it may be published later and be one then.
  bool rests_are_free = false;
};

// Ties drafts of one moment to each other and to the publications of before, oldest first. Cells are the same number when codes
// and value are the same: a cell that was shown is fixed, a primary of before stays one, and a correction is a number of its
// own, with the change between the two as a cell that is never published. Sums are those of each publication with the newest
// value of every cell until then. Where parts were never published, what they sum to is a hidden cell too. Errors:
// INVALID_ARGUMENT when two drafts have other values for one cell.
absl::StatusOr<Linked> Link(absl::Span<const Dimension> dimensions, absl::Span<const Draft> drafts,
                            absl::Span<const PublishedTable> earlier, const LinkOptions& options);

// The dimension as an axis of a Lattice.
Hierarchy HierarchyOf(const Dimension& dimension);

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_LINKED_H_
