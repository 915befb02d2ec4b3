// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/corrections.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace nmd::ingestion {
namespace {

constexpr int64_t kOpen = KnownPeriods::kOpen;
using Stretches = std::vector<KnownPeriods::Stretch>;

constexpr CorrectionMark Withdrawn(int64_t known) { return {known, false}; }
constexpr CorrectionMark Restored(int64_t known) { return {known, true}; }

TEST(Standing, IsWhatTheMarksLeave) {
  struct Case {
    const char* what;
    std::vector<CorrectionMark> marks;
    Stretches expected;
  };
  for (const Case& test : {
           Case{"nothing happened", {}, {{10, kOpen}}},
           Case{"withdrawn", {Withdrawn(20)}, {{10, 20}}},
           Case{"withdrawn at its known time: it never counted", {Withdrawn(10)}, {}},
           Case{"withdrawn twice: the first holds", {Withdrawn(30), Withdrawn(20)}, {{10, 20}}},
           Case{"restored", {Withdrawn(20), Restored(30)}, {{10, 20}, {30, kOpen}}},
           Case{"restored at the same moment: it always stood", {Restored(20), Withdrawn(20)}, {{10, kOpen}}},
           Case{"withdrawn again", {Withdrawn(20), Restored(30), Withdrawn(40)}, {{10, 20}, {30, 40}}},
           Case{"restored while it stood", {Restored(15)}, {{10, kOpen}}},
       }) {
    EXPECT_EQ(Standing(10, test.marks).stretches(), test.expected) << test.what;
  }
}

ExtractState Extract(int64_t known, int id, std::vector<int32_t> years = {}) {
  return {{known, static_cast<absl::uint128>(id)}, std::move(years), KnownPeriods::Since(known)};
}

TEST(Extracts, TheLaterOneAboutTheSameYearsTakesThePlace) {
  EXPECT_TRUE(TakesPlaceOf(Extract(20, 1), Extract(10, 2)));
  EXPECT_FALSE(TakesPlaceOf(Extract(10, 2), Extract(20, 1)));
  EXPECT_FALSE(TakesPlaceOf(Extract(10, 1), Extract(10, 1))) << "never its own";
  EXPECT_TRUE(TakesPlaceOf(Extract(10, 2), Extract(10, 1))) << "known at one moment: the content decides";
  EXPECT_TRUE(TakesPlaceOf(Extract(20, 2, {2017, 2018}), Extract(10, 1, {2018})));
  EXPECT_FALSE(TakesPlaceOf(Extract(20, 2, {2018}), Extract(10, 1, {2017, 2018}))) << "2017 would be lost";
  EXPECT_FALSE(TakesPlaceOf(Extract(20, 2, {2018}), Extract(10, 1, {2017})));
}

TEST(Extracts, CountUntilTheNextAndAgainWhenThatIsWithdrawn) {
  std::vector<ExtractState> all = {Extract(10, 1), Extract(20, 2), Extract(30, 3)};
  EXPECT_EQ(CountedPeriods(all[0], all).stretches(), (Stretches{{10, 20}}));
  EXPECT_EQ(CountedPeriods(all[1], all).stretches(), (Stretches{{20, 30}}));
  EXPECT_EQ(CountedPeriods(all[2], all).stretches(), (Stretches{{30, kOpen}}));
  all[2].standing = Standing(30, {Withdrawn(40), Restored(50)});
  EXPECT_EQ(CountedPeriods(all[0], all).stretches(), (Stretches{{10, 20}}));
  EXPECT_EQ(CountedPeriods(all[1], all).stretches(), (Stretches{{20, 30}, {40, 50}}));
  all[1].standing = Standing(20, {Withdrawn(45)});
  EXPECT_EQ(CountedPeriods(all[0], all).stretches(), (Stretches{{10, 20}, {45, 50}}));
}

// At every moment the extract that counts is the last that stands, and just that one.
TEST(Extracts, OneCountsAtEveryMoment) {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::vector<ExtractState> all;
    for (int i = 0; i < 5; ++i) {
      const auto known = static_cast<int64_t>(random() % 6);
      std::vector<CorrectionMark> marks;
      for (size_t m = random() % 3; m > 0; --m)
        marks.push_back({known + static_cast<int64_t>(random() % 6), random() % 2 == 0});
      all.push_back(Extract(known, i + 1));
      all.back().standing = Standing(known, marks);
    }
    for (int64_t known = 0; known < 14; ++known) {
      const ExtractState* last = nullptr;
      for (const ExtractState& extract : all) {
        if (extract.standing.Contains(known) && (last == nullptr || last->rank < extract.rank)) last = &extract;
      }
      for (const ExtractState& extract : all) {
        ASSERT_EQ(CountedPeriods(extract, all).Contains(known), &extract == last) << "round " << round << " at " << known;
      }
    }
  }
}

}  // namespace
}  // namespace nmd::ingestion
