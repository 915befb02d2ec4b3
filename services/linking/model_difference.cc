// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/model_difference.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace nmd::linking {

v1::LinkModel::Difference DifferenceOf(absl::Span<const uint32_t> before, absl::Span<const uint32_t> after) {
  absl::flat_hash_map<uint32_t, int64_t> size_before, size_after;
  absl::flat_hash_map<uint64_t, int64_t> size_both;
  const size_t persons = std::min(before.size(), after.size());
  const auto both = [&](size_t i) { return uint64_t{before[i]} << 32 | after[i]; };
  for (size_t i = 0; i < persons; ++i) {
    ++size_before[before[i]];
    ++size_after[after[i]];
    ++size_both[both(i)];
  }
  v1::LinkModel::Difference difference;
  difference.set_clients_before(static_cast<int64_t>(size_before.size()));
  difference.set_clients_after(static_cast<int64_t>(size_after.size()));
  int64_t moved = 0;
  for (size_t i = 0; i < persons; ++i) {
    // With the same persons as before, and no others.
    const int64_t same = size_both[both(i)];
    moved += same != size_before[before[i]] || same != size_after[after[i]];
  }
  difference.set_persons_moved(moved);
  return difference;
}

}  // namespace nmd::linking
