// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/means.h"

#include <vector>

#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

Sample Of(const std::vector<double>& values) {
  Sample sample;
  for (const double value : values) sample.Add(value);
  return sample;
}

// R: t.test(c(5.1, 4.9, 6.2, 5.8, 6.0))$conf.int
TEST(MeanOf, HasStudentsInterval) {
  const auto mean = MeanOf(Of({5.1, 4.9, 6.2, 5.8, 6.0}));
  ASSERT_TRUE(mean.has_value());
  EXPECT_DOUBLE_EQ(mean->value, 5.6);
  EXPECT_NEAR(mean->bounds.low, 4.89214261151, 1e-9);
  EXPECT_NEAR(mean->bounds.high, 6.30785738849, 1e-9);
}

// R: t.test(sleep$extra[1:10], sleep$extra[11:20])$conf.int, the data of Student, Biometrika 6, 1908; and a pair of its own
// sizes.
TEST(DifferenceOfMeans, HasWelchsInterval_R111) {
  const auto sleep = DifferenceOfMeans(Of({0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}),
                                       Of({1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}));
  ASSERT_TRUE(sleep.has_value());
  EXPECT_NEAR(sleep->bounds.low, -3.365483230712, 1e-9);
  EXPECT_NEAR(sleep->bounds.high, 0.205483230712, 1e-9);
  const auto unequal = DifferenceOfMeans(Of({5.1, 4.9, 6.2, 5.8, 6.0}), Of({7.1, 6.9, 8.2}));
  ASSERT_TRUE(unequal.has_value());
  EXPECT_NEAR(unequal->bounds.low, -3.183169815154, 1e-9);
  EXPECT_NEAR(unequal->bounds.high, -0.416830184846, 1e-9);
}

TEST(Means, AreNotToldFromTooLittle) {
  EXPECT_FALSE(MeanOf(Of({})).has_value());
  EXPECT_FALSE(MeanOf(Of({3})).has_value());
  EXPECT_FALSE(DifferenceOfMeans(Of({3, 4}), Of({3})).has_value());
}

TEST(Means, OfEqualValuesHaveNoWidth) {
  const auto mean = MeanOf(Of({4, 4, 4}));
  ASSERT_TRUE(mean.has_value());
  EXPECT_EQ(mean->bounds.low, 4);
  EXPECT_EQ(mean->bounds.high, 4);
  const auto difference = DifferenceOfMeans(Of({4, 4}), Of({6, 6, 6}));
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->value, -2);
  EXPECT_EQ(difference->bounds.high, -2);
}

// Amounts of a hundred million with a spread of cents keep their spread.
TEST(Sample, LosesNothingToAGreatCommonPart) {
  const Sample sample = Of({1e8 + 0.01, 1e8 + 0.02, 1e8 + 0.03});
  EXPECT_NEAR(sample.Variance(), 1e-4, 1e-9);
  EXPECT_NEAR(sample.Mean(), 1e8 + 0.02, 1e-7);
}

}  // namespace
}  // namespace nmd::analyses
