// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/concordance.h"

#include <algorithm>
#include <tuple>

namespace nmd::analyses {
namespace {

using Key = std::pair<uint8_t, std::string>;

// Sets of things that are one, as trees.
class Forest {
 public:
  const Key& RootOf(const Key& key) {
    Key& parent = parents_.try_emplace(key, key).first->second;
    if (parent != key) parent = RootOf(parent);
    return parent;
  }
  void Join(const Key& a, const Key& b) {
    const Key left = RootOf(a), right = RootOf(b);
    parents_[std::max(left, right)] = std::min(left, right);
  }
  const std::map<Key, Key>& members() const { return parents_; }

 private:
  std::map<Key, Key> parents_;
};

}  // namespace

Concordance::Concordance(absl::Span<const Succession> successions, Day end) {
  Forest forest;
  std::map<Key, Day> starts;
  std::set<Key> said_new;
  for (const Succession& succession : successions) {
    if (succession.start >= end || succession.product.empty()) continue;
    const Key product(succession.law, succession.product);
    forest.RootOf(product);
    Day& start = starts.try_emplace(product, succession.start).first->second;
    start = std::max(start, succession.start);
    if (succession.predecessor.empty()) {
      said_new.insert(product);
    } else {
      forest.Join(product, Key(succession.law, succession.predecessor));
    }
  }
  std::vector<Key> members;
  for (const auto& [key, parent] : forest.members()) members.push_back(key);
  std::map<Key, std::vector<Key>> sets;
  for (const Key& member : members) sets[forest.RootOf(member)].push_back(member);
  for (auto& [root, set] : sets) {
    const auto rank = [&starts](const Key& key) {
      const auto start = starts.find(key);
      // Who began last first; who is only the predecessor of others did not begin as far as is known.
      return std::make_tuple(start == starts.end(), start == starts.end() ? 0 : -start->second, key.second);
    };
    const Key name = *std::min_element(set.begin(), set.end(), [&](const Key& a, const Key& b) { return rank(a) < rank(b); });
    for (const Key& member : set) {
      names_[member] = name.second;
      if (member != name) others_[name].push_back(member.second);
      if (said_new.contains(member)) new_.insert(name);
    }
  }
}

std::string Concordance::NameOf(uint8_t law, absl::string_view product) const {
  const auto found = names_.find(Key(law, product));
  return found == names_.end() ? std::string(product) : found->second;
}

std::vector<std::string> Concordance::OthersOf(uint8_t law, const std::string& name) const {
  const auto found = others_.find({law, name});
  return found == others_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace nmd::analyses
