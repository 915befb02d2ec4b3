// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ISLANDS_H_
#define NMD_SERVICES_COSTS_ISLANDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

namespace nmd::costs {

// Facts that can touch one another's rows, kept together: an island is a set of facts closed under "has a key in common".
// What is worked out from one island alone is what it would be in the whole.
//
// A key is a hash. Two keys that collide join islands that have nothing to do with one another, which costs time and changes
// nothing. Islands only grow: what a withdrawn fact joined stays joined.
//
// Memory: 8 bytes per fact and about 25 per distinct key. Cost of Add: some tens of nanoseconds per key.
// Thread safety: as a plain value.
class Islands {
 public:
  enum Kind : uint32_t { kAllocation, kClaimLine, kTraits, kResidence, kReferral, kLink, kStay, kKindCount };

  // One fact, by its kind and its index among the facts of that kind.
  using Node = uint32_t;
  static constexpr uint32_t kIndexBits = 29;
  static constexpr Node NodeOf(Kind kind, size_t index) { return (kind << kIndexBits) | static_cast<Node>(index); }
  static constexpr Kind KindOf(Node node) { return static_cast<Kind>(node >> kIndexBits); }
  static constexpr size_t IndexOf(Node node) { return node & ((Node{1} << kIndexBits) - 1); }

  // How many facts of a kind were added; the next one has this index.
  size_t size(Kind kind) const { return links_[kind].size(); }

  // Adds the next fact of a kind. Calls met(i, other) for every keys[i] that `other` was the first to have, which may be the
  // fact itself. REQUIRES: size(kind) < 2^29.
  template <typename Met>
  void Add(Kind kind, absl::Span<const uint64_t> keys, Met met) {
    const Node node = NodeOf(kind, size(kind));
    links_[kind].push_back({node, node});
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto [known, fresh] = node_of_.try_emplace(keys[i], node);
      if (fresh) continue;
      met(i, known->second);
      Join(known->second, node);
    }
  }

  // Stands for the island a fact is on, until the next Add.
  Node IslandOf(Node node) const {
    while (At(node).parent != node) node = At(node).parent;
    return node;
  }

  // Calls visit(node) for every fact on the island.
  template <typename Visit>
  void Walk(Node island, Visit visit) const {
    Node node = island;
    do {
      visit(node);
      node = At(node).next;
    } while (node != island);
  }

 private:
  struct Link {
    Node parent;
    Node next;  // The facts of an island are a circle.
  };
  const Link& At(Node node) const { return links_[KindOf(node)][IndexOf(node)]; }
  Link& At(Node node) { return links_[KindOf(node)][IndexOf(node)]; }

  // Of two roots the one with the greater scrambled number stays: random linking keeps the paths short without a size field.
  static constexpr uint32_t Priority(Node node) { return node * 0x9e3779b1u; }
  void Join(Node a, Node b) {
    a = IslandOf(a);
    b = IslandOf(b);
    if (a == b) return;
    if (Priority(a) < Priority(b)) std::swap(a, b);
    At(b).parent = a;
    std::swap(At(a).next, At(b).next);
  }

  std::array<std::vector<Link>, kKindCount> links_;
  absl::flat_hash_map<uint64_t, Node> node_of_;  // A fact with the key.
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ISLANDS_H_
