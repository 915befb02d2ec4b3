// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/retrain.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace nmd::linking {
namespace {

using engine::Model;
using engine::Persons;

constexpr uint64_t Pair(uint32_t a, uint32_t b) { return uint64_t{std::min(a, b)} << 32 | std::max(a, b); }

Model LearnFromPersons(const Persons& sorted, const std::vector<uint32_t>& person_of) {
  // The first in order of id, which is a hash: none is preferred.
  std::vector<uint32_t> firsts;
  absl::flat_hash_set<uint32_t> seen;
  for (uint32_t record = 0; record < sorted.size(); ++record) {
    if (seen.insert(person_of[record]).second) firsts.push_back(record);
  }
  Persons one_each = sorted.Select(firsts);
  Model model = engine::Learn(one_each);
  if (!model.bsn) {
    // The service hands on valid BSNs only. Where there are too few to learn from, what is expected of them stays.
    const Model expected = Model::Expected(/*bsn=*/true);
    model.bsn = true;
    model.random[engine::kNumber] = expected.random[engine::kNumber];
    model.household[engine::kNumber] = expected.household[engine::kNumber];
  }
  return model;
}

// Pairs of persons that stay apart although they may be one.
int64_t OpenPairs(const Persons& persons, const std::vector<uint32_t>& person_of, const engine::Constraints& constraints,
                  const engine::LinkResult& linked) {
  absl::flat_hash_map<uint32_t, uint32_t> number;  // By cluster.
  for (uint32_t record = 0; record < persons.size(); ++record) {
    const engine::Hot& hot = persons.hot(record);
    if ((hot.flags & engine::Hot::kValidBsn) != 0) number[linked.cluster[record]] = hot.number;
  }
  absl::flat_hash_set<uint64_t> parted;  // Clusters.
  for (const auto& [a, b] : constraints.cannot) parted.insert(Pair(linked.cluster[a], linked.cluster[b]));
  absl::flat_hash_set<uint64_t> open;
  for (const engine::PairDecision& pair : linked.pairs) {
    const uint32_t a = linked.cluster[pair.a], b = linked.cluster[pair.b];
    if (a == b || parted.contains(Pair(a, b))) continue;
    const auto x = number.find(a), y = number.find(b);
    if (x != number.end() && y != number.end() && x->second != y->second) continue;
    open.insert(Pair(person_of[pair.a], person_of[pair.b]));
  }
  return static_cast<int64_t>(open.size());
}

}  // namespace

Retrained Retrain(TrainingSet set, std::function<void(int64_t done, int64_t all)> progress) {
  set.persons.Sort();
  std::vector<uint32_t> sorted_as(set.person_of.size()), person_of(set.person_of.size());
  for (uint32_t record = 0; record < set.persons.size(); ++record) {
    sorted_as[set.persons.added(record)] = record;
    person_of[record] = set.person_of[set.persons.added(record)];
  }
  for (auto* pairs : {&set.constraints.cannot, &set.constraints.must, &set.constraints.same}) {
    for (auto& [a, b] : *pairs) {
      a = sorted_as[a];
      b = sorted_as[b];
    }
  }
  Retrained result;
  result.model = LearnFromPersons(set.persons, person_of);
  engine::LinkOptions options;
  options.model = &result.model;
  options.link = result.model.sure;
  options.constraints = set.constraints;
  options.progress = std::move(progress);
  const engine::LinkResult linked = engine::Link(set.persons, options);

  // Who has no record that can be compared stays alone.
  std::vector<uint32_t> after(set.client_of.size());
  for (uint32_t person = 0; person < after.size(); ++person) after[person] = set.persons.size() + person;
  for (uint32_t record = set.persons.size(); record-- > 0;) after[person_of[record]] = linked.cluster[record];
  result.difference = DifferenceOf(set.client_of, after);
  result.difference.set_open_pairs_before(set.open_pairs);
  result.difference.set_open_pairs_after(OpenPairs(set.persons, person_of, set.constraints, linked));
  return result;
}

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
