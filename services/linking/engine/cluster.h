// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_CLUSTER_H_
#define NMD_SERVICES_LINKING_ENGINE_CLUSTER_H_

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "services/linking/engine/model.h"

// From linked pairs to persons, under what may never be and what people decided.
namespace nmd::linking::engine {

// A pair that was decided to be linked; a < b.
struct Edge {
  uint32_t a = 0, b = 0;
  Millibits score = 0;
  bool exact = false;  // By the same valid BSN: before all weights, and needs no support.
  friend bool operator==(const Edge&, const Edge&) = default;
};

// What is given about pairs of records. In any order and direction.
struct Constraints {
  // People decided: never together, always together.
  std::vector<std::pair<uint32_t, uint32_t>> cannot, must;
  // Records that their source has of one person: together before anything else, so that nothing divides them.
  std::vector<std::pair<uint32_t, uint32_t>> same = {};
  // Records with one valid BSN that name two persons: only people join them, no link does, also not by way of a third record.
  std::vector<std::pair<uint32_t, uint32_t>> other = {};
};

enum class Refusal : uint8_t {
  kTwoNumbers,     // The groups hold two different valid BSNs.
  kCannotLink,     // People decided that two of their records are two persons.
  kNumberOfOther,  // Two of their records have one valid BSN, but name two persons.
  kWeakSupport,    // The pairs between the groups do not support it on average.
};
struct RefusedEdge {
  Edge edge;
  Refusal refusal = Refusal::kWeakSupport;
  bool must = false;  // A decision of people that could not be followed.
};

struct Clustering {
  // By record: the smallest record of its cluster.
  std::vector<uint32_t> cluster;
  // Edges that would have joined two clusters and were refused, in the order they were tried.
  std::vector<RefusedEdge> refused;
};

// Joins records 0 .. count - 1 by the edges, exact ones first, then the strongest, ties by record. A union is refused when it
// would bring two numbers together, breaks a `cannot`, brings two of `other` together, or the mean score of all pairs between
// the two groups, each within
// +-Model::kSupportBound, is below `support`; a group of more than kSampled records is represented by its smallest.
// `same` goes first and `must` after it; both need no support and do not mind `other`, but never
// beat a number or a `cannot`.
//
// `number` is the valid BSN of a record as any number, 0 for none. `score` scores a pair. The result is a function of the
// arguments as sets. Cost: O(edges log edges) and kSampled^2 scores per union at most.
inline constexpr uint32_t kSampled = 16;
Clustering Cluster(uint32_t count, std::vector<Edge> edges, const Constraints& constraints, Millibits support,
                   const std::function<uint32_t(uint32_t)>& number, const std::function<Millibits(uint32_t, uint32_t)>& score);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_CLUSTER_H_
