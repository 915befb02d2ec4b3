// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/overlap.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

using ::testing::ElementsAre;

constexpr uint8_t kYouth = 1, kWmo = 2;
constexpr uint32_t kTalk = 11, kStay = 12, kHome = 13, kHouse = 21;

RunningCourse Of(uint32_t client, uint32_t product, int level = 0, uint32_t household = 0) {
  RunningCourse course;
  course.client = client;
  course.product = product;
  course.level = level;
  course.household = household;
  course.law = product == kHouse ? kWmo : kYouth;
  return course;
}

std::vector<std::string> PairsOf(const Overlaps& found) {
  std::vector<std::string> pairs;
  for (const auto& [pair, counts] : found.pairs) {
    for (size_t kind = 0; kind < kOverlapKinds; ++kind) {
      if (counts[kind] > 0) pairs.push_back(absl::StrCat(pair.first, "+", pair.second, " kind ", kind, ": ", counts[kind]));
    }
  }
  return pairs;
}

// R115, R116: three measures that are kept apart (Q19).
TEST(CountOverlaps, TellsWhatIsDoubledFromWhatRunsSideBySide) {
  std::vector<RunningCourse> courses = {
      Of(1, kTalk, 6),                                    // one course: nothing
      Of(2, kTalk, 6), Of(2, kTalk, 6),                   // the same product at two providers, both of level 6
      Of(3, kTalk, 6), Of(3, kStay, 8),                   // two levels
      Of(4, kTalk, 6),                                    // one course with two allocations in force
      Of(5, kTalk, 6), Of(5, kHouse),   Of(5, kStay, 6),  // both laws, and two of level 6
  };
  courses[5].doubled = true;
  const Overlaps found = CountOverlaps(courses, {}, 6);
  EXPECT_EQ(found.clients, 5);
  EXPECT_EQ(found.households, 5);
  EXPECT_EQ(found.counts[kSameTwice], 1);
  EXPECT_EQ(found.counts[kParallel], 3);
  EXPECT_EQ(found.counts[kSameLevel], 2);
  EXPECT_EQ(found.counts[kBothLaws], 1);
  EXPECT_EQ(found.counts[kForbidden], 0);
  EXPECT_THAT(PairsOf(found), ElementsAre("11+11 kind 1: 1", "11+12 kind 1: 2", "11+21 kind 1: 1", "12+21 kind 1: 1"));
}

TEST(CountOverlaps, GoesByTheRulesOfTheMunicipality_R115) {
  const CombinationRules rules = {
      {{kTalk, kStay}, Verdict::kNeedsMotive}, {{kStay, kHome}, Verdict::kForbidden}, {{kTalk, kHome}, Verdict::kAllowed}};
  std::vector<RunningCourse> courses = {
      Of(1, kTalk), Of(1, kStay),               // nobody told why
      Of(2, kTalk), Of(2, kStay),               // somebody did
      Of(3, kHome), Of(3, kStay),               // not allowed
      Of(4, kTalk), Of(4, kHome),               // allowed
      Of(5, kTalk), Of(5, kStay), Of(5, kHome)  // each of the three
  };
  courses[3].motivated = true;
  const Overlaps found = CountOverlaps(courses, rules, 6);
  EXPECT_EQ(found.counts[kForbidden], 2);
  EXPECT_EQ(found.counts[kMotiveMissing], 2);
  EXPECT_EQ(found.counts[kMotivated], 1);
  EXPECT_EQ(found.counts[kParallel], 5);
  EXPECT_THAT(PairsOf(found), ElementsAre("11+12 kind 5: 2", "11+12 kind 6: 1", "11+13 kind 1: 2", "12+13 kind 4: 2"));
}

// R122: laws meet in a household; it counts once however many live there, and who has no known household is one.
TEST(CountOverlaps, JoinsLawsInAHousehold) {
  const std::vector<RunningCourse> courses = {Of(1, kTalk, 5, 7),  Of(2, kHouse, 0, 7), Of(3, kTalk, 5, 8), Of(4, kTalk, 5, 8),
                                              Of(5, kHouse, 0, 0), Of(6, kTalk, 5, 0),  Of(6, kHouse, 0, 0)};
  const Overlaps found = CountOverlaps(courses, {}, 6);
  EXPECT_EQ(found.households, 4);
  EXPECT_EQ(found.counts[kBothLaws], 2);
  EXPECT_EQ(found.counts[kParallel], 1);
}

TEST(CountOverlaps, OfNothingIsNothing) {
  const Overlaps found = CountOverlaps({}, {}, 6);
  EXPECT_EQ(found.clients, 0);
  EXPECT_EQ(found.households, 0);
  EXPECT_TRUE(found.pairs.empty());
}

TEST(CountOverlaps, DoesNotDependOnTheOrder) {
  std::mt19937 random(11);
  const CombinationRules rules = {{{kTalk, kStay}, Verdict::kNeedsMotive}, {{kStay, kHome}, Verdict::kForbidden}};
  for (int round = 0; round < 100; ++round) {
    std::vector<std::vector<RunningCourse>> clients;
    for (uint32_t client = 0; client < 20; ++client) {
      std::vector<RunningCourse>& own = clients.emplace_back();
      for (unsigned i = random() % 4; i > 0; --i) {
        const uint32_t products[] = {kTalk, kStay, kHome, kHouse};
        own.push_back(Of(client, products[random() % 4], static_cast<int>(random() % 3) + 5, client % 7));
        own.back().motivated = random() % 3 == 0;
      }
    }
    const auto count = [&] {
      std::vector<RunningCourse> all;
      for (const auto& own : clients) all.insert(all.end(), own.begin(), own.end());
      return CountOverlaps(all, rules, 6);
    };
    const Overlaps expected = count();
    for (auto& own : clients) std::shuffle(own.begin(), own.end(), random);
    std::shuffle(clients.begin(), clients.end(), random);
    const Overlaps found = count();
    EXPECT_EQ(found.counts, expected.counts);
    EXPECT_EQ(PairsOf(found), PairsOf(expected));
  }
}

}  // namespace
}  // namespace nmd::analyses
