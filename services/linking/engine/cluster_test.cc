// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace nmd::linking::engine {
namespace {

constexpr Millibits kStrong = 10'000;

uint32_t NoNumber(uint32_t) { return 0; }
Millibits AllAgree(uint32_t, uint32_t) { return kStrong; }

TEST(Cluster, JoinsWhatIsLinked) {
  const Clustering c =
      Cluster(5, {{0, 1, kStrong, false}, {1, 2, kStrong, false}, {3, 4, kStrong, false}}, {}, -4000, NoNumber, AllAgree);
  EXPECT_EQ(c.cluster, (std::vector<uint32_t>{0, 0, 0, 3, 3}));
  EXPECT_TRUE(c.refused.empty());
}

TEST(Cluster, NeverBringsTwoNumbersTogetherNotEvenOverARecordWithout) {
  const auto number = [](uint32_t i) -> uint32_t { return i == 0 ? 11 : i == 2 ? 22 : 0; };
  // 1 fits both; the stronger link wins and the other is told.
  const Clustering c = Cluster(3, {{0, 1, 9000, false}, {1, 2, kStrong, false}}, {}, -4000, number, AllAgree);
  EXPECT_EQ(c.cluster, (std::vector<uint32_t>{0, 1, 1}));
  ASSERT_EQ(c.refused.size(), 1u);
  EXPECT_EQ(c.refused[0].refusal, Refusal::kTwoNumbers);
}

TEST(Cluster, NothingDividesTheRecordsThatTheirSourceHasOfOnePerson) {
  const auto none = [](uint32_t) -> uint32_t { return 0; };
  // 0 and 1 are one in their source; people said 0 is not 2, and 2 is 3: 1 may not go to 3 by evidence either.
  const std::vector<Edge> edges = {{1, 3, kStrong, false}, {0, 1, -kStrong, false}};
  const Clustering c = Cluster(4, edges, {{{0, 2}}, {{2, 3}}, {{0, 1}}}, -4000, none, AllAgree);
  EXPECT_EQ(c.cluster, (std::vector<uint32_t>{0, 0, 2, 2}));
}

TEST(Cluster, FollowsWhatPeopleDecidedUnlessANumberForbids) {
  const auto number = [](uint32_t i) -> uint32_t { return i == 0 ? 11 : i == 3 ? 22 : 0; };
  const std::vector<Edge> edges = {{0, 1, kStrong, false}, {1, 2, kStrong, false}};
  const Clustering apart = Cluster(4, edges, {{{2, 0}}, {}, {}}, -4000, number, AllAgree);
  EXPECT_EQ(apart.cluster, (std::vector<uint32_t>{0, 0, 2, 3}));
  ASSERT_EQ(apart.refused.size(), 1u);
  EXPECT_EQ(apart.refused[0].refusal, Refusal::kCannotLink);

  const Clustering together = Cluster(4, {}, {{}, {{3, 2}}, {}}, -4000, number, AllAgree);
  EXPECT_EQ(together.cluster, (std::vector<uint32_t>{0, 1, 2, 2}));

  const Clustering impossible = Cluster(4, edges, {{}, {{0, 3}}, {}}, -4000, number, AllAgree);
  EXPECT_EQ(impossible.cluster, (std::vector<uint32_t>{0, 0, 0, 3}));
  ASSERT_EQ(impossible.refused.size(), 1u);
  EXPECT_TRUE(impossible.refused[0].must);
}

TEST(Cluster, KeepsTwoPersonsOnOneNumberApartAlsoByWayOfAThird) {
  const auto number = [](uint32_t) -> uint32_t { return 11; };
  // 1 says nothing but the number: it fits both, and the first in order has it.
  Constraints constraints;
  constraints.other = {{2, 0}};
  const Clustering c = Cluster(3, {{0, 1, 9000, true}, {1, 2, 9000, true}}, constraints, -4000, number, AllAgree);
  EXPECT_EQ(c.cluster, (std::vector<uint32_t>{0, 0, 2}));
  ASSERT_EQ(c.refused.size(), 1u);
  EXPECT_EQ(c.refused[0].refusal, Refusal::kNumberOfOther);
  EXPECT_EQ(Cluster(3, {{0, 1, 9000, false}, {1, 2, kStrong, false}}, constraints, -4000, number, AllAgree).cluster,
            (std::vector<uint32_t>{0, 1, 1}));
  // People know better.
  constraints.must = {{0, 2}};
  EXPECT_EQ(Cluster(3, {{0, 1, 9000, true}}, constraints, -4000, number, AllAgree).cluster, (std::vector<uint32_t>{0, 0, 0}));
}

TEST(Cluster, DoesNotGlueTwoFamiliesByOneWeakLink) {
  // 0-2 and 3-5 are two persons; 2-3 looks alike, all other pairs do not.
  const auto score = [](uint32_t a, uint32_t b) {
    if ((a < 3) == (b < 3)) return kStrong;
    return std::minmax(a, b) == std::minmax(2u, 3u) ? 1000 : -15'000;
  };
  const std::vector<Edge> edges = {
      {0, 1, kStrong, false}, {1, 2, kStrong, false}, {3, 4, kStrong, false}, {4, 5, kStrong, false}, {2, 3, 1000, false}};
  const Clustering c = Cluster(6, edges, {}, -4000, NoNumber, score);
  EXPECT_EQ(c.cluster, (std::vector<uint32_t>{0, 0, 0, 3, 3, 3}));
  ASSERT_EQ(c.refused.size(), 1u);
  EXPECT_EQ(c.refused[0].refusal, Refusal::kWeakSupport);
  EXPECT_EQ(Cluster(6, edges, {}, -30'000, NoNumber, score).cluster, std::vector<uint32_t>(6, 0u)) << "it is the support";
}

TEST(Cluster, HoldsItsLawsOnRandomGraphs) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const uint32_t n = 2 + static_cast<uint32_t>(random() % 30);
    std::vector<uint32_t> numbers(n);
    for (uint32_t& number : numbers) number = random() % 3 == 0 ? 1 + static_cast<uint32_t>(random() % 4) : 0;
    std::map<std::pair<uint32_t, uint32_t>, Millibits> scores;
    for (uint32_t a = 0; a < n; ++a) {
      for (uint32_t b = a + 1; b < n; ++b) scores[{a, b}] = static_cast<Millibits>(random() % 30'000) - 18'000;
    }
    const auto score = [&](uint32_t a, uint32_t b) { return scores.at(std::minmax(a, b)); };
    const auto number = [&](uint32_t i) { return numbers[i]; };
    std::vector<Edge> edges;
    for (const auto& [pair, value] : scores) {
      if (value > 0) edges.push_back({pair.first, pair.second, value / 4000 * 4000, random() % 5 == 0});  // Many ties.
    }
    Constraints constraints;
    const auto pick = [&] { return static_cast<uint32_t>(random() % n); };
    for (int k = static_cast<int>(random() % 6); k > 0; --k) constraints.cannot.emplace_back(pick(), pick());
    for (int k = static_cast<int>(random() % 4); k > 0; --k) constraints.must.emplace_back(pick(), pick());
    for (int k = static_cast<int>(random() % 4); k > 0; --k) constraints.other.emplace_back(pick(), pick());
    const Clustering c = Cluster(n, edges, constraints, -4000, number, score);

    std::map<uint32_t, uint32_t> number_of;
    for (uint32_t i = 0; i < n; ++i) {
      EXPECT_LE(c.cluster[i], i);
      EXPECT_EQ(c.cluster[c.cluster[i]], c.cluster[i]);
      if (numbers[i] == 0) continue;
      const auto [it, first] = number_of.try_emplace(c.cluster[i], numbers[i]);
      EXPECT_EQ(it->second, numbers[i]) << "two numbers in one cluster";
    }
    for (const auto& [a, b] : constraints.cannot) {
      if (a != b) {
        EXPECT_NE(c.cluster[a], c.cluster[b]);
      }
    }
    for (const auto& [a, b] : constraints.other) {
      if (a != b && constraints.must.empty() && constraints.same.empty()) {
        EXPECT_NE(c.cluster[a], c.cluster[b]);
      }
    }
    for (const auto& [a, b] : constraints.must) {
      const bool told = std::any_of(c.refused.begin(), c.refused.end(), [&, x = a, y = b](const RefusedEdge& r) {
        return r.must && std::minmax(x, y) == std::minmax(r.edge.a, r.edge.b);
      });
      EXPECT_TRUE(a == b || c.cluster[a] == c.cluster[b] || told);
    }

    // In any order and direction the same.
    std::vector<Edge> shuffled = edges;
    shuffled.insert(shuffled.end(), edges.begin(), edges.begin() + static_cast<ptrdiff_t>(edges.size() / 2));
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    Constraints turned = constraints;
    for (auto* pairs : {&turned.cannot, &turned.must, &turned.other}) {
      for (auto& pair : *pairs) std::swap(pair.first, pair.second);
      std::shuffle(pairs->begin(), pairs->end(), random);
    }
    EXPECT_EQ(Cluster(n, shuffled, turned, -4000, number, score).cluster, c.cluster);
    // Undo: without the decisions it is as if they had never been.
    EXPECT_EQ(Cluster(n, edges, {}, -4000, number, score).cluster, Cluster(n, shuffled, {}, -4000, number, score).cluster);
  }
}

}  // namespace
}  // namespace nmd::linking::engine
