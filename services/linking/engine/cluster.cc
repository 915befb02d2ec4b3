// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/cluster.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace nmd::linking::engine {
namespace {

class Groups {
 public:
  Groups(uint32_t count, const Constraints& constraints, Millibits support, const std::function<uint32_t(uint32_t)>& number,
         const std::function<Millibits(uint32_t, uint32_t)>& score)
      : parent_(count), next_(count), size_(count, 1), number_(count), sample_(count), support_(support), score_(score) {
    std::iota(parent_.begin(), parent_.end(), 0u);
    std::iota(next_.begin(), next_.end(), 0u);
    for (uint32_t i = 0; i < count; ++i) number_[i] = number(i);
    for (const auto& [pairs, apart] : {std::pair(&constraints.cannot, &cannot_), std::pair(&constraints.other, &other_)}) {
      for (const auto& [a, b] : *pairs) {
        if (a == b) continue;
        (*apart)[a].push_back(b);
        (*apart)[b].push_back(a);
      }
    }
  }

  uint32_t Find(uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }

  enum class By { kGiven, kNumber, kWeight };

  // Why the groups of a and b may not be one; nothing when they are now.
  std::optional<Refusal> Join(uint32_t a, uint32_t b, By by) {
    a = Find(a);
    b = Find(b);
    if (a == b) return std::nullopt;
    if (number_[a] != 0 && number_[b] != 0 && number_[a] != number_[b]) return Refusal::kTwoNumbers;
    if (Apart(cannot_, a, b)) return Refusal::kCannotLink;
    if (by != By::kGiven && Apart(other_, a, b)) return Refusal::kNumberOfOther;
    if (by == By::kWeight && (size_[a] > 1 || size_[b] > 1) && !Supported(a, b)) return Refusal::kWeakSupport;
    // The smallest record stands for the group; its members are a ring.
    const uint32_t root = std::min(a, b), other = std::max(a, b);
    parent_[other] = root;
    std::swap(next_[root], next_[other]);
    const absl::Span<const uint32_t> x = Sample(root), y = Sample(other);
    std::vector<uint32_t> both(x.size() + y.size());
    std::merge(x.begin(), x.end(), y.begin(), y.end(), both.begin());
    if (both.size() > kSampled) both.resize(kSampled);
    sample_[root] = std::move(both);
    sample_[other] = {};
    size_[root] += size_[other];
    if (number_[root] == 0) number_[root] = number_[other];
    return std::nullopt;
  }

 private:
  using Pairs = absl::flat_hash_map<uint32_t, std::vector<uint32_t>>;

  bool Apart(const Pairs& pairs, uint32_t a, uint32_t b) {
    if (pairs.empty()) return false;
    if (size_[a] > size_[b]) std::swap(a, b);
    uint32_t i = a;
    do {
      const auto it = pairs.find(i);
      if (it != pairs.end()) {
        for (const uint32_t other : it->second) {
          if (Find(other) == b) return true;
        }
      }
      i = next_[i];
    } while (i != a);
    return false;
  }

  // The kSampled smallest members, which are as good as drawn by lot: records are numbered by a hash of their ids.
  absl::Span<const uint32_t> Sample(const uint32_t& root) const {
    return sample_[root].empty() ? absl::MakeConstSpan(&root, 1) : absl::MakeConstSpan(sample_[root]);
  }

  bool Supported(uint32_t a, uint32_t b) const {
    const absl::Span<const uint32_t> x = Sample(a), y = Sample(b);
    int64_t sum = 0;
    for (const uint32_t i : x) {
      for (const uint32_t j : y) sum += std::clamp(score_(i, j), -Model::kSupportBound, Model::kSupportBound);
    }
    return sum >= int64_t{support_} * static_cast<int64_t>(x.size() * y.size());
  }

  std::vector<uint32_t> parent_, next_, size_, number_;
  std::vector<std::vector<uint32_t>> sample_;  // Ascending; empty for a group of one.
  Pairs cannot_, other_;
  const Millibits support_;
  const std::function<Millibits(uint32_t, uint32_t)>& score_;
};

}  // namespace

Clustering Cluster(uint32_t count, std::vector<Edge> edges, const Constraints& constraints, Millibits support,
                   const std::function<uint32_t(uint32_t)>& number, const std::function<Millibits(uint32_t, uint32_t)>& score) {
  Groups groups(count, constraints, support, number, score);
  Clustering result;
  for (const auto* given : {&constraints.same, &constraints.must}) {
    std::vector<std::pair<uint32_t, uint32_t>> pairs;
    for (const auto& [a, b] : *given) {
      if (a != b) pairs.push_back(std::minmax(a, b));
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    for (const auto& [a, b] : pairs) {
      const std::optional<Refusal> refusal = groups.Join(a, b, Groups::By::kGiven);
      if (refusal.has_value()) result.refused.push_back({{a, b, 0}, *refusal, true});
    }
  }
  std::sort(edges.begin(), edges.end(), [](const Edge& x, const Edge& y) {
    return std::tuple(!x.exact, -x.score, x.a, x.b) < std::tuple(!y.exact, -y.score, y.a, y.b);
  });
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  for (const Edge& edge : edges) {
    const std::optional<Refusal> refusal = groups.Join(edge.a, edge.b, edge.exact ? Groups::By::kNumber : Groups::By::kWeight);
    if (refusal.has_value()) result.refused.push_back({edge, *refusal, false});
  }
  result.cluster.resize(count);
  for (uint32_t i = 0; i < count; ++i) result.cluster[i] = groups.Find(i);
  return result;
}

}  // namespace nmd::linking::engine
