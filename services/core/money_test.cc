// SPDX-License-Identifier: EUPL-1.2
#include "services/core/money.h"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace nmd {
namespace {

// domain-standards 3.8.
TEST(Money, Iv081HourTariffInMinutes) {
  EXPECT_EQ(HourTariffForMinutes(5500, 95), 8708);
  EXPECT_EQ(HourTariffForMinutes(7345, 7), 857);
  EXPECT_EQ(HourTariffForMinutes(6001, 30), 3001);
  EXPECT_EQ(HourTariffForMinutes(5499, 50), 4583);
}

TEST(Money, Iv079HoursOfMinutes) {
  const struct { int64_t minutes, hours; } cases[] = {{0, 0}, {1, 1}, {29, 1}, {89, 1}, {90, 2}, {380, 6}, {395, 7}};
  for (const auto& c : cases) EXPECT_EQ(HoursOfMinutes(c.minutes), c.hours) << c.minutes;
}

TEST(Money, RoundsHalfAwayFromZeroOnBothSides) {
  EXPECT_EQ(MulDiv(1455, 1, 10), 146);
  EXPECT_EQ(MulDiv(1454, 1, 10), 145);
  EXPECT_EQ(MulDiv(-1455, 1, 10), -146);
  EXPECT_EQ(MulDiv(999'999'999'999, 99'999'999, 100'000'000), 999'999'989'999) << "needs 128 bits";
}

TEST(Money, RoundedPartsKeepTheTotal) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> part(-1e9, 1e9);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> parts(1 + random() % 12);
    for (double& p : parts) p = part(random);
    const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
    const int64_t total = static_cast<int64_t>(sum < 0 ? sum - 0.5 : sum + 0.5);
    const auto rounded = RoundToTotal(parts, total);
    EXPECT_EQ(std::accumulate(rounded.begin(), rounded.end(), int64_t{0}), total);
    for (size_t i = 0; i < parts.size(); ++i) EXPECT_NEAR(static_cast<double>(rounded[i]), parts[i], 1.0);
  }
}

}  // namespace
}  // namespace nmd
