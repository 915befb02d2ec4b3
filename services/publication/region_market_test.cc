// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_market.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace nmd::publication {
namespace {

// Requirements 6.5: the sum of the squares of the shares in percent.
double Hhi(const std::vector<int64_t>& amounts) {
  const auto total = static_cast<double>(std::accumulate(amounts.begin(), amounts.end(), int64_t{0}));
  double sum = 0;
  for (const int64_t amount : amounts)
    sum += (100.0 * static_cast<double>(amount) / total) * (100.0 * static_cast<double>(amount) / total);
  return sum;
}
double Largest5(std::vector<int64_t> amounts) {
  const auto total = static_cast<double>(std::accumulate(amounts.begin(), amounts.end(), int64_t{0}));
  std::sort(amounts.begin(), amounts.end(), std::greater<>());
  amounts.resize(std::min<size_t>(amounts.size(), 5));
  return static_cast<double>(std::accumulate(amounts.begin(), amounts.end(), int64_t{0})) / total;
}

TEST(Concentration, IsExactWhenAllIsKnown) {
  const Concentration c = ConcentrationBounds({{{50, 50}, {30, 30}, {20, 20}}}, 100, false);
  EXPECT_NEAR(c.hhi_low, 3800, 1e-6);
  EXPECT_NEAR(c.hhi_high, 3800, 1e-6);
  EXPECT_NEAR(c.largest5_low, 1, 1e-9);
}

TEST(Concentration, IsAtLeastWhatIsKnownWhenOthersMayHaveTheRest) {
  // Five known at 9 percent each give 405, as in requirements 6.5; the rest may be of anybody.
  const std::vector<Range> five(5, Range{9, 9});
  const Concentration c = ConcentrationBounds(five, 100, true);
  EXPECT_NEAR(c.hhi_low, 405, 1e-6);
  EXPECT_NEAR(c.hhi_high, 405 + 55 * 55, 1e-6);
  EXPECT_NEAR(c.largest5_low, 0.45, 1e-9);
  EXPECT_NEAR(c.largest5_high, 0.91, 1e-9);  // The unnamed one and four of the known.
}

TEST(Concentration, SpreadsTheRestEvenlyForTheLeast) {
  const Concentration c = ConcentrationBounds({{{0, 100}, {0, 100}}}, 100, false);
  EXPECT_NEAR(c.hhi_low, 5000, 1e-3);
  EXPECT_NEAR(c.hhi_high, 10000, 1e-6);
}

// Whatever the hidden amounts are, the concentration lies within the bounds.
TEST(Concentration, HoldsTheTruthOfRandomMarkets) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<int64_t> truth(2 + random() % 12);
    for (int64_t& amount : truth) amount = static_cast<int64_t>(random() % 1000);
    truth[0] += 1;
    const int64_t total = std::accumulate(truth.begin(), truth.end(), int64_t{0});
    const bool others = random() % 2 == 0;
    std::vector<Range> amounts;
    for (size_t j = 0; j < truth.size(); ++j) {
      if (others && j + 1 == truth.size()) break;  // Nobody named the last one.
      const bool hidden = random() % 3 == 0;
      amounts.push_back(hidden ? Range{truth[j] / 2, truth[j] + static_cast<int64_t>(random() % 500)}
                               : Range{truth[j], truth[j]});
    }
    const Concentration c = ConcentrationBounds(amounts, total, others);
    ASSERT_LE(c.hhi_low, Hhi(truth) + 1e-3) << round;
    ASSERT_GE(c.hhi_high, Hhi(truth) - 1e-3) << round;
    ASSERT_LE(c.largest5_low, Largest5(truth) + 1e-6) << round;
    ASSERT_GE(c.largest5_high, Largest5(truth) - 1e-6) << round;
  }
}

}  // namespace
}  // namespace nmd::publication
