// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/indexation.h"

#include <gtest/gtest.h>

namespace nmd::contracts {
namespace {

// Wages: 3,00 forecast, and 2,30 came true where 2,00 was forecast: 3,30. Material costs: 1,80 + 1,20 - 1,50 = 1,50.
const IndexYear kBefore = {2000, 2300, 1500, 1200};
const IndexYear kYear = {3000, std::nullopt, 1800, std::nullopt};

TEST(Indexation, Article32_WeighsTheForecastWithWhatTheLastOneMissed) {
  EXPECT_EQ(IndexationOf(90'000, kBefore, kYear), 3120);  // 0,9 x 3,30 + 0,1 x 1,50.
  EXPECT_EQ(IndexationOf(100'000, kBefore, kYear), 3300);
  EXPECT_EQ(IndexationOf(0, kBefore, kYear), 1500);
}

TEST(Indexation, RoundsHalfAwayFromZero) {
  EXPECT_EQ(IndexationOf(50'000, {0, 0, 0, 0}, {1, {}, 0, {}}), 1);
  EXPECT_EQ(IndexationOf(50'000, {0, 0, 0, 0}, {-1, {}, 0, {}}), -1);
  EXPECT_EQ(Indexed(5400, 3120), 5568);  // 5568,48.
  EXPECT_EQ(Indexed(5450, 1000), 5505);  // 5504,5.
}

TEST(Indexation, IsNotKnownWhileAFigureItNeedsIsMissing) {
  for (const int missing : {0, 1, 2, 3, 4, 5}) {
    IndexYear before = kBefore, year = kYear;
    if (missing == 0) before.wages.reset();
    if (missing == 1) before.wages_forecast.reset();
    if (missing == 2) before.material.reset();
    if (missing == 3) before.material_forecast.reset();
    if (missing == 4) year.wages_forecast.reset();
    if (missing == 5) year.material_forecast.reset();
    EXPECT_EQ(IndexationOf(90'000, before, year), std::nullopt) << missing;
  }
  EXPECT_EQ(IndexationOf(100'000, {2000, 2300, {}, {}}, {3000, {}, {}, {}}), 3300) << "no material costs in the price";
}

}  // namespace
}  // namespace nmd::contracts
