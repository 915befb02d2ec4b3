// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/age_bands.h"

#include <algorithm>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

using Values = std::vector<std::string>;

TEST(AgeBands, StandardOnesAreThoseOfTheLaws) {
  EXPECT_EQ(AgeBands().values(), (Values{"0-3", "4-11", "12-17", "18-22", "23-64", "65+", ""}));
}

TEST(AgeBands, OfChoiceR70) {
  EXPECT_EQ(AgeBands({0, 18}).values(), (Values{"0-17", "18+", ""}));
  EXPECT_EQ(AgeBands({0, 23}).values(), (Values{"0-22", "23+", ""}));
  EXPECT_EQ(AgeBands({12, 13, 18}).values(), (Values{"0-11", "12", "13-17", "18+", ""})) << "the youngest are not left out";
  EXPECT_EQ(AgeBands({0}).values(), (Values{"0+", ""}));
  EXPECT_EQ(AgeBands({120}).values(), (Values{"0-119", "120+", ""}));
}

TEST(AgeBands, EveryAgeIsInTheBandThatNamesIt) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::set<int> first;
    for (uint32_t i = 0; i < 1 + random() % 121; ++i) first.insert(static_cast<int>(random() % 121));
    const AgeBands bands(std::vector<int>(first.begin(), first.end()));
    for (int age = 0; age <= AgeBands::kOldest; ++age) {
      const uint32_t band = bands.BandOf(age);
      ASSERT_LE(bands.FirstAge(band), age);
      ASSERT_LT(age, bands.EndAge(band));
      // The nearest first age at or below it.
      const auto after = first.upper_bound(age);
      ASSERT_EQ(bands.FirstAge(band), after == first.begin() ? 0 : *std::prev(after));
    }
    ASSERT_EQ(bands.BandOf(-1), 0u) << "not born yet";
    ASSERT_EQ(bands.BandOf(131), bands.unknown() - 1);
    Values sorted = bands.values();
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return AgeSortKey(a) < AgeSortKey(b); });
    ASSERT_EQ(sorted, bands.values()) << "order of age, unknown last";
  }
}

TEST(AgeBands, KnowWhichRangesLieWithinOne) {
  const AgeBands bands;
  EXPECT_EQ(bands.BandWith(4, 11), 1u);
  EXPECT_EQ(bands.BandWith(5, 9), 1u);
  EXPECT_EQ(bands.BandWith(10, 14), bands.unknown()) << "half of it is twelve or older";
  EXPECT_EQ(bands.BandWith(65, 200), 5u);
}

TEST(AgeLabel, ReadsAsDutch) {
  EXPECT_EQ(AgeLabel("4-11"), "4 t/m 11 jaar");
  EXPECT_EQ(AgeLabel("65+"), "65 jaar en ouder");
  EXPECT_EQ(AgeLabel("5"), "5 jaar");
  EXPECT_EQ(AgeLabel(""), "Onbekend");
}

}  // namespace
}  // namespace nmd::costs
