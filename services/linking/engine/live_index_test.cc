// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/live_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/linking/engine/testing_population.h"

namespace nmd::linking::engine {
namespace {

using testing::MadeUp;

std::vector<MadeUp> Records(uint64_t seed, uint32_t n) {
  std::vector<MadeUp> records;
  testing::Population(seed, 999900006).Make(n, [&](const MadeUp& r) { records.push_back(r); });
  return records;
}

PersonText TextOf(const MadeUp& r) {
  return {r.number, r.given, r.family, {}, r.birth, r.sex, r.postcode, r.house, {}, {}, {}, {}};
}

// Who is who as sets of ids.
using Partition = std::set<std::set<std::string>>;

Partition PartitionOf(const LiveIndex& index) {
  std::map<uint32_t, std::set<std::string>> clusters;
  for (uint32_t i = 0; i < index.persons().size(); ++i) {
    if (index.Holds(i)) clusters[index.ClusterOf(i)].insert(std::string(index.persons().id(i)));
  }
  Partition partition;
  for (auto& [root, ids] : clusters) partition.insert(std::move(ids));
  return partition;
}

enum class What { kCannot, kMust, kSame };
struct Decided {
  std::string a, b;
  What what;
};

// The same with all records at once.
Partition InOneGo(const std::vector<MadeUp>& records, const Model& model, const std::vector<Decided>& decisions) {
  Persons persons;
  for (const MadeUp& r : records) persons.Add(r.id, TextOf(r));
  persons.Sort();
  std::map<std::string, uint32_t> number;
  for (uint32_t i = 0; i < persons.size(); ++i) number[std::string(persons.id(i))] = i;
  LinkOptions options;
  options.model = &model;
  for (const Decided& d : decisions) {
    (d.what == What::kMust   ? options.constraints.must
     : d.what == What::kSame ? options.constraints.same
                             : options.constraints.cannot)
        .emplace_back(number.at(d.a), number.at(d.b));
  }
  const LinkResult result = Link(persons, options);
  std::map<uint32_t, std::set<std::string>> clusters;
  for (uint32_t i = 0; i < persons.size(); ++i) clusters[result.cluster[i]].insert(std::string(persons.id(i)));
  Partition partition;
  for (auto& [root, ids] : clusters) partition.insert(std::move(ids));
  return partition;
}

Model Trained(const std::vector<MadeUp>& records) {
  Persons persons;
  for (const MadeUp& r : records) persons.Add(r.id, TextOf(r));
  return Link(persons, {}).model;
}

TEST(LiveIndex, KnowsWhoIsWhoAsIfAllCameAtOnceInAnyOrder) {
  std::vector<MadeUp> records = Records(51, 2500);
  const Model model = Trained(records);
  const Partition expected = InOneGo(records, model, {});
  std::mt19937 random(1);
  for (int round = 0; round < 4; ++round) {
    LiveIndex index(model);
    for (const MadeUp& r : records) index.Add(r.id, TextOf(r));
    EXPECT_EQ(PartitionOf(index), expected) << round;
    EXPECT_EQ(index.saturated_keys(), 0);
    std::shuffle(records.begin(), records.end(), random);
  }
}

TEST(LiveIndex, NeverGluesTwoPersonsOnOneNumberInAnyOrder) {
  // Every fifth person has the number of the one before, and some records hold nothing but a number.
  std::vector<MadeUp> records = Records(54, 1500);
  const Model model = Trained(records);
  std::vector<MadeUp> all;
  std::map<std::string, std::string> number_of;
  std::string last;
  for (MadeUp& r : records) {
    const auto [number, is_new] = number_of.try_emplace(r.person, number_of.size() % 5 == 4 ? last : r.number);
    last = r.number.empty() ? last : r.number;
    r.number = number->second;
    all.push_back(r);
    if (all.size() % 6 == 0) all.push_back({absl::StrCat("bare-", r.id), "", r.number, "", "", "", "", "", ""});
  }
  const Partition expected = InOneGo(all, model, {});
  std::mt19937 random(3);
  size_t questions = 0;
  for (int round = 0; round < 3; ++round) {
    std::shuffle(all.begin(), all.end(), random);
    LiveIndex index(model);
    std::vector<std::pair<uint32_t, uint32_t>> others;
    for (const MadeUp& r : all) {
      const uint32_t record = index.Add(r.id, TextOf(r)).record;
      index.EachNeighbour(record, [&](uint32_t other, const Decision& decision) {
        if (decision.reason == Reason::kNumberOfOther) others.emplace_back(record, other);
      });
    }
    EXPECT_EQ(PartitionOf(index), expected) << round;
    for (const auto& [a, b] : others) EXPECT_NE(index.ClusterOf(a), index.ClusterOf(b));
    questions += others.size();
  }
  EXPECT_GT(questions, 100u);
}

TEST(LiveIndex, TellsWhoMovedAndOnlyThose) {
  const std::vector<MadeUp> records = Records(52, 1500);
  LiveIndex index(Trained(records));
  std::map<uint32_t, uint32_t> known;
  for (const MadeUp& r : records) {
    const LiveIndex::Change change = index.Add(r.id, TextOf(r));
    EXPECT_TRUE(std::is_sorted(change.moved.begin(), change.moved.end()));
    for (const auto& [record, cluster] : known) {
      // Kept cheap: a sample of those that did not move.
      if (record % 97 == 0 && !std::binary_search(change.moved.begin(), change.moved.end(), record)) {
        EXPECT_EQ(index.ClusterOf(record), cluster);
      }
    }
    for (const uint32_t record : change.moved) known[record] = index.ClusterOf(record);
    EXPECT_TRUE(known.contains(change.record));
  }
  for (const auto& [record, cluster] : known) EXPECT_EQ(index.ClusterOf(record), cluster);
}

TEST(LiveIndex, UndoRestoresExactlyAndNothingElseMatters) {
  const std::vector<MadeUp> records = Records(53, 1200);
  const Model model = Trained(records);
  std::mt19937 random(2);
  LiveIndex index(model);
  std::vector<MadeUp> in;
  std::vector<Decided> decisions;
  std::map<std::string, uint32_t> number;
  for (const MadeUp& r : records) {
    number[r.id] = index.Add(r.id, TextOf(r)).record;
    in.push_back(r);
    if (in.size() < 10) continue;
    const auto pick = [&] { return in[random() % in.size()].id; };
    switch (random() % 12) {
      case 0: {  // People part two that were together, or any two.
        std::string a = pick();
        const std::vector<uint32_t> members = index.MembersOf(number[a]);
        const std::string b(index.persons().id(members[random() % members.size()]));
        if (a == b) break;
        std::erase_if(decisions, [&](const Decided& d) { return std::minmax(d.a, d.b) == std::minmax(a, b); });
        index.Forbid(number[a], number[b]);
        decisions.push_back({a, b, What::kCannot});
        EXPECT_NE(index.ClusterOf(number[a]), index.ClusterOf(number[b]));
        break;
      }
      case 1: {
        const std::string a = pick(), b = pick();
        if (a == b) break;
        std::erase_if(decisions, [&](const Decided& d) { return std::minmax(d.a, d.b) == std::minmax(a, b); });
        const bool same = random() % 2 == 0;
        same ? index.Unite(number[b], number[a]) : index.Require(number[b], number[a]);
        decisions.push_back({a, b, same ? What::kSame : What::kMust});
        break;
      }
      case 2: {
        if (decisions.empty()) break;
        const Decided d = decisions[random() % decisions.size()];
        index.Release(number[d.b], number[d.a]);
        std::erase_if(decisions, [&](const Decided& x) { return x.a == d.a && x.b == d.b; });
        break;
      }
      case 3: {
        const size_t at = random() % in.size();
        const std::string id = in[at].id;
        index.Remove(number[id]);
        EXPECT_FALSE(index.Holds(number[id]));
        if (random() % 2 == 0) {  // Back, as it was, but for what people decided about it.
          index.Return(number[id]);
          std::erase_if(decisions, [&](const Decided& d) { return d.a == id || d.b == id; });
          break;
        }
        in.erase(in.begin() + static_cast<ptrdiff_t>(at));
        std::erase_if(decisions, [&](const Decided& d) { return d.a == id || d.b == id; });
        break;
      }
      default:
        break;
    }
    if (in.size() % 150 == 0) {
      EXPECT_EQ(PartitionOf(index), InOneGo(in, model, decisions)) << in.size();
    }
  }
  for (const Decided& d : decisions) index.Release(number[d.a], number[d.b]);
  EXPECT_EQ(PartitionOf(index), InOneGo(in, model, {})) << "as if nobody had ever decided anything";
}

TEST(LiveIndex, ADecisionWaitsWhileTwoNumbersForbidIt) {
  LiveIndex index(Model::Expected(true));
  const uint32_t a = index.Add("a", {"999900006", "Eva", "Smit", {}, "1985-02-14", "V", {}, {}, {}, {}, {}, {}}).record;
  const uint32_t b = index.Add("b", {"999900018", "Eva", "Smit", {}, "1985-02-14", "V", {}, {}, {}, {}, {}, {}}).record;
  index.Require(a, b);
  EXPECT_NE(index.ClusterOf(a), index.ClusterOf(b));
  index.Remove(b);
  index.Return(b);
  const uint32_t c = index.Add("c", {"", "Eva", "Smit", {}, "", "", {}, {}, {}, {}, {}, {}}).record;
  index.Require(b, c);
  index.Require(a, c);
  EXPECT_NE(index.ClusterOf(a), index.ClusterOf(b)) << "also by way of a third";
  index.Remove(b);
  EXPECT_EQ(index.ClusterOf(a), index.ClusterOf(c)) << "followed once it can be";
}

TEST(LiveIndex, TakesTheSamePersonTenThousandTimes) {
  LiveIndex index(Model::Expected(true));
  for (int i = 0; i < 10'000; ++i) {
    index.Add(absl::StrCat(i), {"999900006", "Eva", "Smit", {}, "1985-02-14", "V", "9471AB", "2", {}, {}, {}, {}});
  }
  EXPECT_EQ(index.MembersOf(0).size(), 10'000u);
  index.EachNeighbour(0, [](uint32_t, const Decision&) { ADD_FAILURE() << "copies are not compared"; });
}

}  // namespace
}  // namespace nmd::linking::engine
