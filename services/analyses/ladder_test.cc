// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/ladder.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

// Requirements section 7, in cents.
const Triangle& T20b() {
  static const auto* triangle =
      new Triangle{{100'00, 140'00, 150'00, 152'00}, {110'00, 154'00, 165'00}, {90'00, 126'00}, {120'00}};
  return *triangle;
}
// Taylor and Ashe (Journal of Econometrics 23, 1983), as in Mack (1993), table 1.
const Triangle& TaylorAshe() {
  static const auto* triangle =
      new Triangle{{357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463},
                   {352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085},
                   {290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315},
                   {310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268},
                   {443160, 1136350, 2128333, 2897821, 3402672, 3873311},
                   {396132, 1333217, 2180715, 2985752, 3691712},
                   {440832, 1288463, 2419861, 3483130},
                   {359480, 1421128, 2864498},
                   {376686, 1363294},
                   {344014}};
  return *triangle;
}
// Automatic facultative business of the Reinsurance Association of America, as in Mack (Variability of Chain Ladder Reserve
// Estimates, CAS Forum, Spring 1994).
const Triangle& Raa() {
  static const auto* triangle = new Triangle{{5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834},
                                             {106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704},
                                             {3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466},
                                             {5655, 11555, 15766, 21266, 23425, 26083, 27067},
                                             {1092, 9565, 15836, 22169, 25955, 26180},
                                             {1513, 6445, 11702, 12935, 15852},
                                             {557, 4020, 10946, 12314},
                                             {1351, 6947, 13112},
                                             {3133, 5395},
                                             {2063}};
  return *triangle;
}

TEST(Ladder, ProjectsT20bExactly) {
  const Ladder ladder = MakeLadder(T20b(), {});
  ASSERT_EQ(ladder.factors.size(), 3u);
  EXPECT_NEAR(ladder.factors[0].value, 1.4, 1e-12);
  EXPECT_NEAR(ladder.factors[1].value, 1.0714286, 5e-8);
  EXPECT_NEAR(ladder.factors[2].value, 1.0133333, 5e-8);
  const double ultimates[] = {152'00, 167'20, 136'80, 182'40};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(ladder.months[i].ultimate, ultimates[i], 1e-6) << i;
  EXPECT_NEAR(ladder.outstanding, 75'40, 1e-6);
  // Every month tells the first two factors alike, so there is nothing that deviates.
  ASSERT_TRUE(ladder.error.has_value());
  EXPECT_NEAR(*ladder.error, 0, 1e-6);
}

TEST(Ladder, SaysWhichMonthsRestOnFewObservationsQ7) {
  const Ladder ladder = MakeLadder(T20b(), {});
  EXPECT_FALSE(ladder.months[0].thin);
  EXPECT_TRUE(ladder.months[1].thin) << "its factor is told by one month";
  EXPECT_TRUE(ladder.months[3].thin) << "the factors behind its first are told by two months and by one";
  LadderOptions prior;
  prior.prior_factors = {1.4, 1.1, 1.02};
  EXPECT_FALSE(MakeLadder(T20b(), prior).months[3].thin) << "then the prior stands beside what the months tell";
}

// Mack (1993), table 3, and the R package ChainLadder for est.sigma = "Mack". Values per month: an independent computation of
// the closed formulas of the paper (sums over i, j and k as printed, not the recursion that is used here).
TEST(Ladder, HasTheStandardErrorsOfMackOnTaylorAshe) {
  const Ladder ladder = MakeLadder(TaylorAshe(), {});
  const double reserves[] = {0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811};
  const double errors[] = {0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155};
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(ladder.months[i].outstanding, reserves[i], 0.5) << i;
    EXPECT_NEAR(*ladder.months[i].error, errors[i], 0.5) << i;
  }
  EXPECT_NEAR(ladder.outstanding, 18'680'856, 0.5);
  EXPECT_NEAR(*ladder.error, 2'447'095, 0.5);
}

// Of the last two years of Taylor and Ashe: by the closed formula, 8.904.783 in all, with the covariance of the two.
TEST(Ladder, MonthsTogetherHaveTheErrorOfWhatTheyRestOn) {
  const Ladder ladder = MakeLadder(TaylorAshe(), {});
  const double together = *ErrorOfMonths(ladder, {8, 9}, {});
  EXPECT_NEAR(together, 1746552.3, 0.5);
  EXPECT_GT(together, std::hypot(*ladder.months[8].error, *ladder.months[9].error));
  EXPECT_NEAR(*ErrorOfMonths(ladder, {9}, {}), *ladder.months[9].error, 1e-6);
  EXPECT_FALSE(ErrorOfMonths(ladder, {}, {}).has_value());
}

// Mack (1994): 52.135 with a standard error of 26.909.
TEST(Ladder, HasTheStandardErrorsOfMackOnTheRaaTriangle) {
  const Ladder ladder = MakeLadder(Raa(), {});
  EXPECT_NEAR(ladder.outstanding, 52'135, 0.5);
  EXPECT_NEAR(*ladder.error, 26'909, 0.5);
  EXPECT_NEAR(*ladder.months[9].error, 24'566, 0.5);
  EXPECT_NEAR(*ladder.months[1].error, 206, 0.5);
}

TEST(Ladder, ATailIsWhatWasAskedForAndNothingElse) {
  LadderOptions options;
  options.tail = 1.02;
  const Ladder ladder = MakeLadder(T20b(), options);
  EXPECT_NEAR(ladder.months[0].outstanding, 152'00 * 0.02, 1e-6);
  EXPECT_NEAR(ladder.months[3].ultimate, 182'40 * 1.02, 1e-6);
  options.tail_error = 0.01;
  // The factors of T-20b have no error at all: what is left is the tail's, of all months at once.
  EXPECT_NEAR(*MakeLadder(T20b(), options).error, 638'40 * 0.01, 1e-6);
}

TEST(Ladder, CreditsMayMakeAnIncrementNegative) {
  const Ladder ladder = MakeLadder({{100, 120, 110}, {100, 130}, {200}}, {});
  EXPECT_NEAR(ladder.factors[0].value, 250.0 / 200, 1e-12);
  EXPECT_NEAR(ladder.factors[1].value, 110.0 / 120, 1e-12);
  EXPECT_NEAR(ladder.months[1].outstanding, 130 * (110.0 / 120) - 130, 1e-9) << "it goes down";
}

TEST(Ladder, FewMonthsAreBlendedWithWhatWasSeenElsewhere) {
  LadderOptions options;
  options.prior_factors = {1.6, 1.1, 1.02, 1.01};
  options.prior_months = 3;
  const Ladder ladder = MakeLadder(T20b(), options);
  EXPECT_NEAR(ladder.factors[0].credibility, 3.0 / 6, 1e-12);
  EXPECT_NEAR(ladder.factors[0].value, 0.5 * 1.4 + 0.5 * 1.6, 1e-12);
  EXPECT_NEAR(ladder.factors[2].value, 0.25 * 152 / 150 + 0.75 * 1.02, 1e-12) << "one month counts for a quarter";
  ASSERT_EQ(ladder.factors.size(), 4u);
  EXPECT_NEAR(ladder.factors[3].value, 1.01, 1e-12) << "nobody here saw it: it is the prior";
  EXPECT_FALSE(ladder.error.has_value()) << "nothing tells how much that one deviates";
  // One month alone is no ladder, but with a prior it is an estimate.
  EXPECT_NEAR(MakeLadder({{100}}, options).months[0].ultimate, 100 * 1.6 * 1.1 * 1.02 * 1.01, 1e-9);
}

TEST(Ladder, AMonthOfWhichLittleIsInIsEstimatedByWhatIsExpectedOfIt) {
  // Nothing is ever declared in the month of the care itself.
  const Triangle late = {{0, 80, 100}, {0, 88, 110}, {0, 72}, {0}};
  const Ladder bare = MakeLadder(late, {});
  EXPECT_EQ(bare.factors[0].state, LadderFactor::State::kNoBase);
  EXPECT_EQ(bare.months[3].method, LadderMonth::Method::kNone);
  EXPECT_EQ(bare.not_estimated, 1);
  EXPECT_FALSE(bare.error.has_value());
  EXPECT_NEAR(bare.outstanding, 18, 1e-9) << "of the months there is an estimate of";
  LadderOptions options;
  options.expected = {100, 110, 95, 105};
  const Ladder ladder = MakeLadder(late, options);
  EXPECT_EQ(ladder.months[3].method, LadderMonth::Method::kExpected);
  EXPECT_NEAR(ladder.months[3].outstanding, 105, 1e-9) << "all of it is still to come";
  EXPECT_EQ(ladder.months[2].method, LadderMonth::Method::kChainLadder);
  EXPECT_NEAR(ladder.months[2].outstanding, 18, 1e-9) << "four fifths are in";
  options.expected_below = 0.9;
  // Bornhuetter and Ferguson: what is expected, as far as the factors say that it is not in yet.
  EXPECT_NEAR(MakeLadder(late, options).months[2].outstanding, 95 * 0.2, 1e-9);
}

TEST(Ladder, HostileTrianglesGiveAStateAndNeverNaN) {
  const Triangle triangles[] = {{},
                                {{}},
                                {{0}},
                                {{5}},
                                {{0, 0, 0}, {0, 0}, {0}},
                                {{-5, -7}, {-3}},
                                {{5, 0}, {4}},
                                {{5, -5}, {4}},
                                {{1, INT64_MAX / 4}, {INT64_MAX / 4}},
                                {{0, 5}, {0, 6}, {3}}};
  for (size_t t = 0; t < std::size(triangles); ++t) {
    for (const double expected : {-1.0, 0.0, 50.0}) {
      LadderOptions options;
      if (expected >= 0) options.expected.assign(triangles[t].size(), expected);
      const Ladder ladder = MakeLadder(triangles[t], options);
      ASSERT_EQ(ladder.months.size(), triangles[t].size());
      EXPECT_TRUE(std::isfinite(ladder.outstanding)) << t;
      for (const LadderMonth& month : ladder.months) {
        EXPECT_TRUE(std::isfinite(month.outstanding) && std::isfinite(month.developed)) << t;
        EXPECT_TRUE(std::isfinite(month.error.value_or(0))) << t;
      }
      LadderBootstrap bootstrap(triangles[t], options);
      if (!bootstrap.possible()) continue;
      Dice dice(uint64_t{t});
      std::vector<double> draw;
      for (int i = 0; i < 20; ++i) {
        bootstrap.Draw(&dice, &draw);
        for (const double value : draw) EXPECT_TRUE(std::isfinite(value)) << t;
      }
    }
  }
  const Ladder nothing = MakeLadder({{0, 0, 0}, {0, 0}, {0}}, {});
  EXPECT_EQ(nothing.outstanding, 0);
  EXPECT_TRUE(nothing.months[2].thin) << "where nothing was ever declared, no month tells anything";
  EXPECT_EQ(MakeLadder({{5, -5}, {4}}, {}).months[1].method, LadderMonth::Method::kNone);
}

// England and Verrall (1999): on Taylor and Ashe the bootstrap has the mean of the chain ladder and a prediction error of 16%;
// the R package ChainLadder gives 18,7 to 18,8 million with 2,9 to 3,0 million.
TEST(LadderBootstrap, HasTheMeanAndThePredictionErrorOfEnglandAndVerrall) {
  const LadderOptions options;
  LadderBootstrap bootstrap(TaylorAshe(), options);
  ASSERT_TRUE(bootstrap.possible());
  EXPECT_NEAR(bootstrap.dispersion(), 52'601, 1) << "the scale parameter of the paper";
  Dice dice(uint64_t{1999});
  std::vector<double> draw, totals;
  for (int i = 0; i < 4'000; ++i) {
    bootstrap.Draw(&dice, &draw);
    totals.push_back(std::accumulate(draw.begin(), draw.end(), 0.0));
  }
  const double mean = std::accumulate(totals.begin(), totals.end(), 0.0) / 4'000;
  double squares = 0;
  for (const double total : totals) squares += (total - mean) * (total - mean);
  EXPECT_NEAR(mean, 18'680'856, 300'000);
  EXPECT_NEAR(std::sqrt(squares / 4'000) / 18'680'856, 0.16, 0.015);
}

TEST(LadderBootstrap, TheSameSeedGivesTheSameDraws) {
  const LadderOptions options;
  std::vector<double> one, two, other;
  for (std::vector<double>* draw : {&one, &two}) {
    LadderBootstrap bootstrap(TaylorAshe(), options);
    Dice dice("a question");
    bootstrap.Draw(&dice, draw);
  }
  LadderBootstrap bootstrap(TaylorAshe(), options);
  Dice dice("another question");
  bootstrap.Draw(&dice, &other);
  EXPECT_EQ(one, two);
  EXPECT_NE(one, other);
}

TEST(LadderBootstrap, NeedsMoreCellsThanParameters) {
  const LadderOptions options;
  const Triangle two = {{10, 12}, {11}};
  EXPECT_FALSE(LadderBootstrap(two, options).possible()) << "three cells, three parameters";
  EXPECT_FALSE(LadderBootstrap({}, options).possible());
}

// Laws: amounts times c give estimates times c; the order of months that are over does not matter to a factor.
TEST(Ladder, ScalesWithItsAmounts) {
  std::mt19937 random(20);
  for (int turn = 0; turn < 200; ++turn) {
    Triangle triangle, tenfold;
    const size_t n = 2 + random() % 10;
    for (size_t i = 0; i < n; ++i) {
      triangle.emplace_back();
      Cents at = 0;
      for (size_t k = 0; k < n - i; ++k) {
        at += 1 + static_cast<Cents>(random() % 1'000);
        triangle.back().push_back(at);
      }
      tenfold.push_back(triangle.back());
      for (Cents& cents : tenfold.back()) cents *= 10;
    }
    const Ladder one = MakeLadder(triangle, {});
    const Ladder ten = MakeLadder(tenfold, {});
    ASSERT_NEAR(ten.outstanding, 10 * one.outstanding, 1e-9 * std::abs(ten.outstanding) + 1e-9);
    ASSERT_EQ(ten.error.has_value(), one.error.has_value());
    ASSERT_NEAR(ten.error.value_or(0), 10 * one.error.value_or(0), 1e-6 * ten.error.value_or(0) + 1e-6);
    ASSERT_GE(one.outstanding, 0) << "nothing was taken back";
  }
}

}  // namespace
}  // namespace nmd::analyses
