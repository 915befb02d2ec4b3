// SPDX-License-Identifier: EUPL-1.2
#include "services/core/disjoint_sets.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace nmd {
namespace {

TEST(DisjointSets, JoinWhatHangsTogether) {
  DisjointSets sets(5);
  EXPECT_EQ(sets.sets(), 5u);
  EXPECT_TRUE(sets.Join(3, 1));
  EXPECT_TRUE(sets.Join(4, 3));
  EXPECT_FALSE(sets.Join(1, 4));
  EXPECT_FALSE(sets.Join(2, 2));
  EXPECT_EQ(sets.sets(), 3u);
  EXPECT_EQ(sets.Find(4), 1u);
  EXPECT_EQ(sets.Find(0), 0u);
  EXPECT_EQ(DisjointSets(0).sets(), 0u);
}

TEST(DisjointSets, AreThoseOfAPlainSearchInAnyOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const auto count = static_cast<uint32_t>(1 + random() % 60);
    std::vector<std::pair<uint32_t, uint32_t>> pairs;
    for (uint32_t i = 0; i < random() % 60; ++i) pairs.emplace_back(random() % count, random() % count);
    // The smallest that can be reached, by repeating every pair until nothing changes.
    std::vector<uint32_t> smallest(count);
    std::iota(smallest.begin(), smallest.end(), 0u);
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& [a, b] : pairs) {
        const uint32_t least = std::min(smallest[a], smallest[b]);
        changed |= smallest[a] != least || smallest[b] != least;
        smallest[a] = smallest[b] = least;
      }
    }
    std::shuffle(pairs.begin(), pairs.end(), random);
    DisjointSets sets(count);
    for (const auto& [a, b] : pairs) sets.Join(a, b);
    uint32_t own = 0;
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(sets.Find(i), smallest[i]);
      own += smallest[i] == i;
    }
    EXPECT_EQ(sets.sets(), own);
  }
}

}  // namespace
}  // namespace nmd
