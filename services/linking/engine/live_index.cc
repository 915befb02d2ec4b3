// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/live_index.h"

#include <algorithm>
#include <tuple>

#include "services/linking/engine/fold.h"

namespace nmd::linking::engine {

LiveIndex::LiveIndex(Model model) : model_(std::move(model)), scorer_(std::make_unique<Scorer>(model_, persons_)) {
  for (uint32_t r = 0; r < AllRules().size(); ++r) {
    if ((model_.rules >> r & 1) != 0) rules_.push_back(r);
  }
  runs_.resize(rules_.size());
}

bool LiveIndex::Before(uint32_t a, uint32_t b) const {
  return std::tuple(order_[a], persons_.id(a)) < std::tuple(order_[b], persons_.id(b));
}

LiveIndex::Change LiveIndex::Add(absl::string_view id, const PersonText& text) {
  const uint32_t record = persons_.Add(id, text);
  scorer_->Extend();
  order_.push_back(HashOf(id));
  class_of_.push_back(kNoClass);
  told_.push_back(kNoClass);
  return PlaceAndSettle(record);
}

LiveIndex::Change LiveIndex::Return(uint32_t record) { return PlaceAndSettle(record); }

LiveIndex::Change LiveIndex::PlaceAndSettle(uint32_t record) {
  Change change;
  change.record = record;
  Place(record);
  Settle({class_of_[record]}, change);
  return change;
}

LiveIndex::Change LiveIndex::Remove(uint32_t record) {
  Change change;
  change.record = record;
  if (!Holds(record)) return change;
  std::vector<uint32_t> others;
  if (const auto it = decisions_.find(record); it != decisions_.end()) {
    for (const auto& [other, kind] : it->second) others.push_back(other);
  }
  std::sort(others.begin(), others.end());
  for (const uint32_t other : others) {
    const Change released = Release(record, other);
    change.moved.insert(change.moved.end(), released.moved.begin(), released.moved.end());
    change.left.insert(change.left.end(), released.left.begin(), released.left.end());
  }
  const uint32_t own = class_of_[record];
  std::vector<uint32_t> around = Component(own);
  Unplace(record);
  change.left.push_back(std::exchange(told_[record], kNoClass));
  if (classes_[own].members.empty()) around.erase(std::find(around.begin(), around.end(), own));
  Settle(around, change);
  change.moved.erase(std::remove(change.moved.begin(), change.moved.end(), record), change.moved.end());
  change.moved.erase(std::unique(change.moved.begin(), change.moved.end()), change.moved.end());
  return change;
}

LiveIndex::Change LiveIndex::SetDecision(uint32_t a, uint32_t b, Kind kind) {
  Change change;
  change.record = a;
  if (a == b || !Holds(a) || !Holds(b)) return change;
  std::vector<uint32_t> records;
  for (const uint32_t record : {a, b}) {
    for (const uint32_t c : Component(class_of_[record])) {
      records.insert(records.end(), classes_[c].members.begin(), classes_[c].members.end());
    }
  }
  // A class of its own while people decided something about it; with its copies again when they did not.
  Unplace(a);
  Unplace(b);
  for (const auto& [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    auto& decided = decisions_[x];
    decided.erase(y);
    if (kind != kNone) decided[y] = kind;
    if (decided.empty()) decisions_.erase(x);
  }
  Place(a);
  Place(b);
  std::vector<uint32_t> classes;
  for (const uint32_t record : records) classes.push_back(class_of_[record]);
  Settle(classes, change);
  return change;
}

void LiveIndex::Place(uint32_t record) {
  const Hot& hot = persons_.hot(record);
  const bool alone = decisions_.contains(record) || scorer_->Decide(hot, hot).verdict != Verdict::kLink;
  if (!alone) {
    const uint64_t hash = ContentHash(hot);
    const auto it = same_.find(hash);
    if (it != same_.end() && SameContent(HotOf(it->second), hot)) {
      Class& found = classes_[it->second];
      found.members.push_back(record);
      if (Before(record, found.first)) found.first = record;
      class_of_[record] = it->second;
      return;
    }
  }
  uint32_t c;
  if (free_classes_.empty()) {
    c = static_cast<uint32_t>(classes_.size());
    classes_.emplace_back();
    cluster_.push_back(c);
    seen_.push_back(0);
    next_.resize(next_.size() + rules_.size(), kNoClass);
  } else {
    c = free_classes_.back();
    free_classes_.pop_back();
  }
  classes_[c].members = {record};
  classes_[c].first = record;
  cluster_[c] = c;
  class_of_[record] = c;
  if (!alone) same_.try_emplace(ContentHash(hot), c);
  Enter(c);
}

void LiveIndex::Unplace(uint32_t record) {
  const uint32_t c = class_of_[record];
  class_of_[record] = kNoClass;
  Class& left = classes_[c];
  left.members.erase(std::find(left.members.begin(), left.members.end(), record));
  if (!left.members.empty()) {
    left.first =
        *std::min_element(left.members.begin(), left.members.end(), [&](uint32_t x, uint32_t y) { return Before(x, y); });
    return;
  }
  Leave(c);
  const auto it = same_.find(ContentHash(persons_.hot(record)));
  if (it != same_.end() && it->second == c) same_.erase(it);
  free_classes_.push_back(c);
}

void LiveIndex::Enter(uint32_t c) {
  const uint32_t record = classes_[c].first;
  ++search_;
  seen_[c] = search_;
  const Hot& hot = persons_.hot(record);
  std::vector<Neighbour> found;
  for (size_t r = 0; r < rules_.size(); ++r) {
    const uint64_t key = KeyOf(AllRules()[rules_[r]], hot, persons_.cold(record));
    if (key == 0) continue;
    Run& run = runs_[r][key];
    uint32_t compared = 0;
    for (uint32_t other = run.head; other != kNoClass && compared < kMaxRun; other = next_[other * rules_.size() + r]) {
      ++compared;
      if (std::exchange(seen_[other], search_) == search_) continue;
      const Hot& other_hot = HotOf(other);
      if (!scorer_->MayReach(hot, other_hot, model_.review)) continue;
      const Decision decision = scorer_->Decide(hot, other_hot, model_.review);
      if (decision.verdict == Verdict::kApart) continue;
      found.push_back({other, decision});
    }
    if (++run.size == kMaxRun + 1) ++saturated_keys_;
    next_[c * rules_.size() + r] = run.head;
    run.head = c;
  }
  const auto doubts =
      std::partition(found.begin(), found.end(), [](const Neighbour& n) { return n.decision.verdict == Verdict::kLink; });
  if (found.end() - doubts > kMaxDoubts) {
    std::nth_element(doubts, doubts + kMaxDoubts, found.end(), [&](const Neighbour& x, const Neighbour& y) {
      if (x.decision.score != y.decision.score) return x.decision.score > y.decision.score;
      return Before(classes_[x.other].first, classes_[y.other].first);
    });
    found.erase(doubts + kMaxDoubts, found.end());
  }
  for (const Neighbour& n : found) {
    classes_[c].neighbours.push_back(n);
    classes_[n.other].neighbours.push_back({c, n.decision});
  }
}

void LiveIndex::Leave(uint32_t c) {
  // Its first member is the last that was in it: still what it says.
  const uint32_t record = classes_[c].first;
  for (size_t r = 0; r < rules_.size(); ++r) {
    const uint64_t key = KeyOf(AllRules()[rules_[r]], persons_.hot(record), persons_.cold(record));
    if (key == 0) continue;
    const auto it = runs_[r].find(key);
    uint32_t* link = &it->second.head;
    while (*link != c) link = &next_[*link * rules_.size() + r];
    *link = next_[c * rules_.size() + r];
    if (--it->second.size == kMaxRun) --saturated_keys_;
    if (it->second.size == 0) runs_[r].erase(it);
  }
  for (const Neighbour& n : classes_[c].neighbours) {
    auto& back = classes_[n.other].neighbours;
    back.erase(std::find_if(back.begin(), back.end(), [&](const Neighbour& x) { return x.other == c; }));
  }
  classes_[c].neighbours.clear();
}

std::vector<uint32_t> LiveIndex::Component(uint32_t c) const {
  std::vector<uint32_t> component = {c};
  absl::flat_hash_set<uint32_t> in = {c};
  const auto visit = [&](uint32_t other) {
    if (in.insert(other).second) component.push_back(other);
  };
  for (size_t i = 0; i < component.size(); ++i) {
    const Class& from = classes_[component[i]];
    for (const Neighbour& n : from.neighbours) {
      if (n.decision.verdict == Verdict::kLink) visit(n.other);
    }
    const auto decided = decisions_.find(from.first);
    if (decided == decisions_.end()) continue;
    for (const auto& [other, kind] : decided->second) {
      if (kind == kMust || kind == kSame) visit(class_of_[other]);
    }
  }
  std::sort(component.begin(), component.end(),
            [&](uint32_t x, uint32_t y) { return Before(classes_[x].first, classes_[y].first); });
  return component;
}

Clustering LiveIndex::ClusterComponent(const std::vector<uint32_t>& component) const {
  absl::flat_hash_map<uint32_t, uint32_t> position;
  for (uint32_t i = 0; i < component.size(); ++i) position[component[i]] = i;
  std::vector<Edge> edges;
  Constraints constraints;
  for (uint32_t i = 0; i < component.size(); ++i) {
    const Class& c = classes_[component[i]];
    for (const Neighbour& n : c.neighbours) {
      if (n.decision.reason == Reason::kNumberOfOther) {
        const auto other = position.find(n.other);
        if (other != position.end() && i < other->second) constraints.other.emplace_back(i, other->second);
      }
      if (n.decision.verdict != Verdict::kLink) continue;
      const uint32_t j = position.at(n.other);
      if (i < j) edges.push_back({i, j, n.decision.score, n.decision.reason == Reason::kSameNumber});
    }
    const auto decided = decisions_.find(c.first);
    if (decided == decisions_.end()) continue;
    for (const auto& [other, kind] : decided->second) {
      const auto j = position.find(class_of_[other]);
      if (j == position.end()) continue;
      (kind == kCannot ? constraints.cannot : kind == kMust ? constraints.must : constraints.same).emplace_back(i, j->second);
    }
  }
  return Cluster(
      static_cast<uint32_t>(component.size()), std::move(edges), constraints, model_.support,
      [&](uint32_t i) {
        const Hot& hot = HotOf(component[i]);
        return model_.bsn && (hot.flags & Hot::kValidBsn) != 0 ? hot.number : 0;
      },
      [&](uint32_t i, uint32_t j) { return scorer_->Decide(HotOf(component[i]), HotOf(component[j])).score; });
}

void LiveIndex::Settle(const std::vector<uint32_t>& classes, Change& change) {
  absl::flat_hash_set<uint32_t> settled;
  for (const uint32_t from : classes) {
    if (settled.contains(from)) continue;
    const std::vector<uint32_t> component = Component(from);
    settled.insert(component.begin(), component.end());
    const Clustering clustering = ClusterComponent(component);
    for (uint32_t i = 0; i < component.size(); ++i) cluster_[component[i]] = component[clustering.cluster[i]];
    for (const uint32_t c : component) {
      const uint32_t now = classes_[cluster_[c]].first;
      for (const uint32_t record : classes_[c].members) {
        const uint32_t before = std::exchange(told_[record], now);
        if (before == now) continue;
        change.moved.push_back(record);
        if (before != kNoClass) change.left.push_back(before);
      }
    }
  }
  std::sort(change.moved.begin(), change.moved.end());
  std::sort(change.left.begin(), change.left.end());
  change.left.erase(std::unique(change.left.begin(), change.left.end()), change.left.end());
}

std::vector<uint32_t> LiveIndex::MembersOf(uint32_t record) const {
  std::vector<uint32_t> members;
  const uint32_t cluster = cluster_[class_of_[record]];
  for (const uint32_t c : Component(class_of_[record])) {
    if (cluster_[c] == cluster) members.insert(members.end(), classes_[c].members.begin(), classes_[c].members.end());
  }
  std::sort(members.begin(), members.end());
  return members;
}

}  // namespace nmd::linking::engine
