// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_DISJOINT_SETS_H_
#define NMD_SERVICES_CORE_DISJOINT_SETS_H_

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace nmd {

// Things 0 .. count - 1 in sets that are joined: at first every thing is a set of its own. What is in one set does not depend
// on the order of the joins. Cost of a call: next to constant.
class DisjointSets {
 public:
  explicit DisjointSets(uint32_t count) : parent_(count), sets_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }

  // The smallest thing of its set.
  uint32_t Find(uint32_t thing) {
    while (parent_[thing] != thing) thing = parent_[thing] = parent_[parent_[thing]];
    return thing;
  }
  // False when they were in one set already.
  bool Join(uint32_t a, uint32_t b) {
    a = Find(a);
    b = Find(b);
    if (a == b) return false;
    parent_[std::max(a, b)] = std::min(a, b);
    --sets_;
    return true;
  }
  uint32_t sets() const { return sets_; }

 private:
  std::vector<uint32_t> parent_;
  uint32_t sets_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_DISJOINT_SETS_H_
