// SPDX-License-Identifier: EUPL-1.2
// Expected values are from R 4.2 (base and stats only), with the estimator written out:
//   nw <- function(X, y) { n <- nrow(X); k <- ncol(X); W <- solve(crossprod(X)); b <- W %*% crossprod(X, y)
//     u <- as.vector(y - X %*% b); L <- floor(4*(n/100)^(2/9)); S <- crossprod(X*u)
//     for (l in seq_len(L)) { G <- crossprod((X*u)[(l+1):n,], (X*u)[1:(n-l),]); S <- S + (1-l/(L+1))*(G+t(G)) }
//     se <- sqrt(diag(n/(n-k) * W %*% S %*% W)); q <- qt(.975, n-k); cbind(b, se, b-q*se, b+q*se) }
#include "services/analyses/regression.h"

#include <cmath>
#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

void ExpectNear(const Estimate& estimate, double value, double error, double low, double high) {
  EXPECT_NEAR(estimate.value, value, 1e-9 * std::abs(value) + 1e-10);
  EXPECT_NEAR(estimate.error, error, 1e-9 * error);
  EXPECT_NEAR(estimate.low, low, 1e-8 * std::abs(low));
  EXPECT_NEAR(estimate.high, high, 1e-8 * std::abs(high));
}

const std::vector<double> kTreated = {100, 104, 98, 103, 107, 101, 95, 93, 97, 90, 92, 94};
const std::vector<double> kControl = {200, 205, 199, 210, 212, 206, 211, 209, 215, 208, 213, 214};

TEST(StudentQuantile, SaysWhatRSays) {
  EXPECT_NEAR(StudentQuantile(0.975, 1), 12.70620473617, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.975, 4), 2.77644510520, 1e-9);
  EXPECT_NEAR(StudentQuantile(0.975, 10), 2.22813885199, 1e-9);
  EXPECT_NEAR(StudentQuantile(0.9, 30), 1.31041502539, 1e-9);
  EXPECT_NEAR(StudentQuantile(0.025, 7), -2.36462425159, 1e-9);
}

TEST(DifferenceInDifferences, R114_RelativeSaysWhatRSays) {
  const Difference difference = DifferenceInDifferences(kTreated, kControl, 6, EffectForm::kRelative);
  ASSERT_EQ(difference.trouble, Trouble::kNone);
  ExpectNear(difference.ratio, 0.887724788719, 0.887724788719 * 0.0101183198849, 0.867934933713, 0.907965873819);
  ExpectNear(difference.effect, -11.8254355271, 1.06571644868, -14.2269693478, -9.4774385757);
  ASSERT_EQ(difference.counterfactual.size(), 6U);
  EXPECT_NEAR(difference.counterfactual[0], 107.015148396, 1e-8);
  EXPECT_NEAR(difference.counterfactual[5], 105.888673150, 1e-8);
}

TEST(DifferenceInDifferences, R114_AbsoluteSaysWhatRSays) {
  const Difference difference = DifferenceInDifferences(kTreated, kControl, 6, EffectForm::kAbsolute);
  ASSERT_EQ(difference.trouble, Trouble::kNone);
  ExpectNear(difference.effect, -15, 1.86686506882, -19.1596345913, -10.8403654087);
  EXPECT_NEAR(difference.counterfactual[0], 110, 1e-9);
}

TEST(DifferenceInDifferences, WhatHappensToBothGroupsIsNoEffect) {
  // Prices double for everybody from the start on; the treated have no effect of their own.
  std::vector<double> treated = kTreated;
  std::vector<double> control = kControl;
  const Difference plain = DifferenceInDifferences(treated, control, 6, EffectForm::kRelative);
  for (size_t t = 6; t < treated.size(); ++t) {
    treated[t] *= 2;
    control[t] *= 2;
  }
  const Difference doubled = DifferenceInDifferences(treated, control, 6, EffectForm::kRelative);
  EXPECT_NEAR(doubled.ratio.value, plain.ratio.value, 1e-12);
  EXPECT_NEAR(doubled.ratio.error, plain.ratio.error, 1e-12);
  // A comparison group of another size makes no difference either.
  for (double& value : control) value *= 17;
  EXPECT_NEAR(DifferenceInDifferences(treated, control, 6, EffectForm::kRelative).effect.value, doubled.effect.value, 1e-9);
}

TEST(DifferenceInDifferences, TooLittleOrTooExactGivesNoEstimate) {
  const auto trouble = [](std::vector<double> treated, std::vector<double> control, size_t before,
                          EffectForm form = EffectForm::kRelative) {
    return DifferenceInDifferences(treated, control, before, form).trouble;
  };
  EXPECT_EQ(trouble({}, {}, 0), Trouble::kTooFew);
  EXPECT_EQ(trouble({1, 2, 3, 4, 5}, {1, 2, 3, 4, 6}, 2), Trouble::kTooFew);
  EXPECT_EQ(trouble({1, 2, 3, 4, 5}, {1, 2, 3, 4, 6}, 3), Trouble::kTooFew);
  EXPECT_EQ(trouble({1, 0, 3, 4, 5, 6}, {1, 2, 3, 4, 6, 5}, 3), Trouble::kZero);
  EXPECT_EQ(trouble({1, 2, 3, 4, 5, 6}, {1, 2, -3, 4, 6, 5}, 3), Trouble::kZero);
  EXPECT_EQ(trouble({1, 0, 3, 4, 5, 7}, {1, 2, -3, 4, 6, 5}, 3, EffectForm::kAbsolute), Trouble::kNone);
  EXPECT_EQ(trouble({1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}, 3), Trouble::kNoVariation);
  EXPECT_EQ(trouble({0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}, 3, EffectForm::kAbsolute), Trouble::kNoVariation);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(trouble({1, 2, 3, 4, nan, 6}, {1, 2, 3, 4, 6, 5}, 3), Trouble::kNone);
  EXPECT_NE(trouble({1, 2, 3, 4, nan, 6}, {1, 2, 3, 4, 6, 5}, 3, EffectForm::kAbsolute), Trouble::kNone);
}

TEST(DifferenceInDifferences, IsNeverNaNOrInfiniteWhateverTheSeries) {
  std::mt19937 random(114);
  const double values[] = {0, 1e-300, 1e-9, 1, 3, 1e9, 1e300, -5};
  for (int round = 0; round < 5'000; ++round) {
    const size_t n = random() % 12;
    std::vector<double> treated(n);
    std::vector<double> control(n);
    for (size_t t = 0; t < n; ++t) {
      treated[t] = values[random() % 8];
      control[t] = values[random() % 8];
    }
    for (const EffectForm form : {EffectForm::kRelative, EffectForm::kAbsolute}) {
      const Difference d = DifferenceInDifferences(treated, control, n == 0 ? 0 : random() % (n + 1), form);
      if (d.trouble != Trouble::kNone) continue;
      for (const Estimate& estimate : {d.ratio, d.effect}) {
        ASSERT_TRUE(std::isfinite(estimate.value) && std::isfinite(estimate.error) && std::isfinite(estimate.low) &&
                    std::isfinite(estimate.high));
        ASSERT_LE(estimate.low, estimate.high);
      }
      for (const double value : d.counterfactual) ASSERT_TRUE(std::isfinite(value));
    }
  }
}

TEST(InterruptedSeries, R135_SaysWhatRSays) {
  const std::vector<double> series = {50, 52, 51, 55, 54, 57, 58, 57, 60, 61, 70, 69, 72, 71, 70, 73, 72, 74};
  const Segments segments = InterruptedSeries(series, 10);
  ASSERT_EQ(segments.trouble, Trouble::kNone);
  ExpectNear(segments.level, 62.066666666667, 0.2747080864730, 61.477476419736, 62.655856913597);
  ExpectNear(segments.slope, 1.193939393939, 0.0452037700048, 1.096986949789, 1.290891838089);
  ExpectNear(segments.level_change, 7.433333333333, 0.3760589054418, 6.626767199069, 8.239899467598);
  ExpectNear(segments.slope_change, -0.658225108225, 0.0974969912226, -0.867335357111, -0.449114859339);
}

TEST(InterruptedSeries, ATooShortOrExactSeriesHasNoEstimate) {
  EXPECT_EQ(InterruptedSeries(std::vector<double>{}, 0).trouble, Trouble::kTooFew);
  EXPECT_EQ(InterruptedSeries(std::vector<double>{1, 2, 3, 5, 4, 6, 8}, 4).trouble, Trouble::kTooFew);
  EXPECT_EQ(InterruptedSeries(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}, 4).trouble, Trouble::kNoVariation);
  EXPECT_EQ(InterruptedSeries(std::vector<double>{1, 2, 3, 5, 5, 6, 7, 9}, 4).trouble, Trouble::kNone);
}

}  // namespace
}  // namespace nmd::analyses
