// SPDX-License-Identifier: EUPL-1.2
#include "services/core/known_periods.h"

#include <gtest/gtest.h>

#include <random>

namespace nmd {
namespace {

constexpr int64_t kOpen = KnownPeriods::kOpen;

KnownPeriods Of(std::vector<KnownPeriods::Stretch> stretches) {
  KnownPeriods periods;
  for (const KnownPeriods::Stretch& stretch : stretches) periods.Append(stretch);
  return periods;
}

TEST(KnownPeriods, CountFromTheirBeginUpToTheirEnd) {
  const KnownPeriods periods = Of({{3, 5}, {8, kOpen}});
  for (const int64_t known : {3, 4, 8, 1000}) EXPECT_TRUE(periods.Contains(known)) << known;
  for (const int64_t known : {-1, 2, 5, 7}) EXPECT_FALSE(periods.Contains(known)) << known;
  EXPECT_TRUE(periods.IsOpen());
  EXPECT_FALSE(Of({{3, 5}}).IsOpen());
  EXPECT_FALSE(KnownPeriods().IsOpen());
  EXPECT_FALSE(KnownPeriods().Contains(0));
  EXPECT_TRUE(KnownPeriods::Since(0).Contains(0));
}

TEST(KnownPeriods, ThatTouchAreOne) {
  EXPECT_EQ(Of({{3, 5}, {5, 7}}), Of({{3, 7}}));
  EXPECT_EQ(Of({{3, 9}, {5, 7}}), Of({{3, 9}}));
  EXPECT_EQ(Of({{3, 5}, {6, 6}}), Of({{3, 5}}));
  EXPECT_NE(Of({{3, 5}, {6, 7}}), Of({{3, 7}}));
}

TEST(KnownPeriods, MinusAndFirstDifference) {
  EXPECT_EQ(Minus(KnownPeriods::Since(2), KnownPeriods::Since(6)), Of({{2, 6}}));
  EXPECT_EQ(Minus(KnownPeriods::Since(2), Of({{4, 6}})), Of({{2, 4}, {6, kOpen}}));
  EXPECT_EQ(Minus(KnownPeriods::Since(6), KnownPeriods::Since(2)), KnownPeriods());
  EXPECT_EQ(FirstDifference(KnownPeriods::Since(2), Of({{2, 6}})), 6);
  EXPECT_EQ(FirstDifference(KnownPeriods(), Of({{2, 6}})), 2);
  EXPECT_EQ(FirstDifference(Of({{2, 6}}), Of({{2, 6}})), kOpen);
}

// Against the definition, moment by moment.
TEST(KnownPeriods, MinusHoldsAtEveryMoment) {
  std::mt19937 random(17);
  const auto some = [&] {
    KnownPeriods periods;
    int64_t at = 0;
    for (size_t i = random() % 4; i > 0; --i) {
      const int64_t from = at + static_cast<int64_t>(random() % 4);
      at = from + static_cast<int64_t>(random() % 4);
      periods.Append({from, random() % 6 == 0 ? kOpen : at});
      if (periods.IsOpen()) break;
    }
    return periods;
  };
  for (int round = 0; round < 2000; ++round) {
    const KnownPeriods a = some(), b = some(), left = Minus(a, b);
    int64_t first = kOpen;
    for (int64_t known = 0; known < 30; ++known) {
      ASSERT_EQ(left.Contains(known), a.Contains(known) && !b.Contains(known)) << "round " << round << " at " << known;
      if (first == kOpen && a.Contains(known) != b.Contains(known)) first = known;
    }
    ASSERT_EQ(FirstDifference(a, b), first) << "round " << round;
    ASSERT_EQ(left.IsOpen(), a.IsOpen() && !b.IsOpen());
  }
}

}  // namespace
}  // namespace nmd
