// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/forecast.h"

#include <cmath>
#include <functional>
#include <random>

#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

const Month kJanuary = MonthOf(2018, 1);

// A region in which every month of care costs as `cost` says. At an anchor t months before a month `then(t)` of it is
// allocated, of which `kept(t)` will still stand; in the end all of it is. Eight tenths are declared: half of that in the month
// itself, three tenths in the next, and the rest in the one after.
struct World {
  std::function<double(Month)> cost = [](Month) { return 1'000'000.0; };
  std::function<double(int)> then = [](int t) { return 1 - 0.05 * t; };
  std::function<double(int)> kept = [](int t) { return 1 - 0.05 * t; };
  double use = 0.8;

  ForecastData At(Month anchor) const {
    ForecastData data;
    data.first = anchor - kWindowMonths;
    data.end = anchor + kLongestHorizon + 1;
    data.claims_from = data.first;
    data.declared = data.allocated = MonthGrid(data.first, data.end);
    data.now.anchor = anchor;
    for (int q = 1; q <= kBackTests; ++q) data.before.emplace_back().anchor = anchor - 3 * q;
    const auto cents = [](double value) { return static_cast<Cents>(std::llround(value)); };
    const double in[] = {0.5, 0.8, 1};
    for (Month m = data.first; m < data.end; ++m) {
      for (int d = 0; d < 3; ++d) {
        data.declared.Add(m, m + d + 1, d == 2 ? INT32_MAX : m + d + 2, cents(cost(m) * use * in[d]));
      }
      for (Month b = data.first; b < data.end; ++b) {
        const double share = b > m ? 1 : std::max(0.0, then(m - b));
        data.allocated.Add(m, b, b + 1, cents(cost(m) * share));
      }
    }
    data.declared.Close();
    data.allocated.Close();
    const auto look = [&](Viewpoint* view) {
      view->kept = MonthGrid(data.first, data.end);
      for (Month m = data.first; m < data.end; ++m) {
        view->declared.push_back(data.declared.At(m, view->anchor));
        view->allocated.push_back(data.allocated.At(m, view->anchor));
        for (Month b = data.first; m < view->anchor && b <= view->anchor; ++b) {
          view->kept.Add(m, b, b + 1, cents(cost(m) * (b > m ? 1 : std::max(0.0, kept(m - b)))));
        }
      }
      view->kept.Close();
    };
    look(&data.now);
    for (Viewpoint& view : data.before) look(&view);
    return data;
  }
};

ForecastOptions Year(int year, int draws = 200) {
  ForecastOptions options;
  options.year = MonthOf(year, 1);
  options.draws = draws;
  options.seed = "a question";
  return options;
}

TEST(ForecastYear, AWorldWithoutChanceIsForecastExactlyR160) {
  const World world;
  for (const Month anchor : {kJanuary, kJanuary + 3, kJanuary + 6, kJanuary + 11, kJanuary + 12, kJanuary + 15}) {
    const ForecastData data = world.At(anchor);
    const YearForecast forecast = ForecastYear(data, data.now, Year(2018));
    ASSERT_EQ(forecast.state, ForecastState::kAnswered) << anchor;
    EXPECT_NEAR(static_cast<double>(forecast.total), 12 * 800'000.0, 10) << FormatMonth(anchor);
    EXPECT_NEAR(forecast.use_rate, 0.8, 1e-6);
    ASSERT_TRUE(forecast.p10.has_value());
    EXPECT_NEAR(static_cast<double>(*forecast.p90 - *forecast.p10), 0, 2'000) << "there is nothing to deviate";
  }
}

TEST(ForecastYear, TellsWhatIsRealisedOutstandingRunningAndNew) {
  const ForecastData data = World().At(MonthOf(2018, 7));
  const YearForecast forecast = ForecastYear(data, data.now, Year(2018));
  // January to April are in; of May a fifth is to come, of June a half.
  EXPECT_EQ(forecast.realised, 4 * 800'000 + 640'000 + 400'000);
  EXPECT_EQ(forecast.outstanding, 160'000 + 400'000);
  // July to December: 100%, 95% ... 75% is allocated.
  EXPECT_NEAR(static_cast<double>(forecast.running), 800'000 * (6 - 0.05 * 15), 2);
  EXPECT_NEAR(static_cast<double>(forecast.inflow), 800'000 * 0.05 * 15, 2);
  EXPECT_EQ(forecast.total, forecast.realised + forecast.outstanding + forecast.running + forecast.inflow);
  ASSERT_EQ(forecast.months.size(), 12u);
  EXPECT_NEAR(forecast.months[11].survival, 1, 1e-9);
}

TEST(ForecastYear, CareThatEndsEarlyIsTakenOffAndNewCareIsNot) {
  World world;
  world.then = [](int t) { return 1 + 0.02 * t; };  // More is allocated than will be,
  world.kept = [](int t) { return 1 - 0.03 * t; };  // because courses end before they may.
  const ForecastData data = world.At(MonthOf(2018, 7));
  const YearForecast forecast = ForecastYear(data, data.now, Year(2018));
  ASSERT_EQ(forecast.state, ForecastState::kAnswered);
  EXPECT_NEAR(forecast.months[11].survival, 0.85 / 1.1, 1e-6) << "five months ahead";
  EXPECT_NEAR(static_cast<double>(forecast.running), 800'000 * (6 - 0.03 * 15), 3);
  EXPECT_NEAR(static_cast<double>(forecast.total), 12 * 800'000.0, 10);
}

TEST(ForecastYear, ExpectedGrowthOfNewCareIsOnNewCareAloneR77) {
  const ForecastData data = World().At(MonthOf(2018, 7));
  ForecastOptions options = Year(2018, 0);
  const YearForecast base = ForecastYear(data, data.now, options);
  options.inflow_growth = 0.1;
  const YearForecast more = ForecastYear(data, data.now, options);
  EXPECT_EQ(more.running, base.running);
  EXPECT_NEAR(static_cast<double>(more.inflow), 1.1 * static_cast<double>(base.inflow), 1);
}

TEST(ForecastYear, FollowsTheLevelOfNow) {
  World world;
  world.cost = [](Month m) { return 1'000'000.0 * std::pow(1.01, m - kJanuary); };
  const ForecastData data = world.At(MonthOf(2018, 7));
  double year = 0;
  for (Month m = kJanuary; m < kJanuary + 12; ++m) year += 0.8 * world.cost(m);
  const YearForecast forecast = ForecastYear(data, data.now, Year(2018));
  EXPECT_NEAR(static_cast<double>(forecast.total) / year, 1, 0.002) << "growth of 1% a month goes on";
}

TEST(ForecastYear, APartOfAMonthThatPassedIsNoFullMonthAhead) {
  World world;
  ForecastData data = world.At(MonthOf(2018, 7));
  // Halfway July half of what is allocated in July is known.
  data.now.passed = 0.5;
  for (Month m = MonthOf(2018, 7); m < MonthOf(2019, 1); ++m) {
    const double share = std::min(1.0, 1 - 0.05 * (m - MonthOf(2018, 7) - 0.5));
    data.now.allocated[static_cast<size_t>(m - data.first)] = static_cast<Cents>(1'000'000 * share);
  }
  const YearForecast forecast = ForecastYear(data, data.now, Year(2018));
  EXPECT_NEAR(static_cast<double>(forecast.total), 12 * 800'000.0, 0.0026 * 12 * 800'000) << "within the half of one lead";
}

TEST(ForecastYear, SaysWhyThereIsNone) {
  const ForecastData data = World().At(MonthOf(2018, 7));
  EXPECT_EQ(ForecastYear(data, data.now, Year(2021)).state, ForecastState::kTooFar);
  EXPECT_EQ(ForecastYear(data, data.now, Year(1)).state, ForecastState::kNotCovered);
  EXPECT_EQ(ForecastYear(data, data.now, Year(2009)).state, ForecastState::kNotCovered);

  World nothing;
  nothing.use = 0;
  const ForecastData empty = nothing.At(MonthOf(2018, 7));
  EXPECT_EQ(ForecastYear(empty, empty.now, Year(2018)).state, ForecastState::kNoClaims);

  ForecastData late = data;
  late.claims_from = MonthOf(2018, 6);
  EXPECT_EQ(ForecastYear(late, late.now, Year(2018)).state, ForecastState::kFewMonths);
  late.claims_from = MonthOf(2018, 2);
  EXPECT_EQ(ForecastYear(late, late.now, Year(2018)).state, ForecastState::kNotCovered) << "January is not followed";

  World young;
  young.cost = [](Month m) { return m < MonthOf(2018, 1) ? 0.0 : 1'000'000.0; };
  ForecastData begun = young.At(MonthOf(2018, 7));
  EXPECT_EQ(ForecastYear(begun, begun.now, Year(2018)).state, ForecastState::kFewPaths);
}

TEST(ForecastYear, NeverGivesNaN) {
  for (const double size : {0.0, 1.0, -5.0, 1e15}) {
    for (const double use : {0.0, 0.8, -1.0, 3.0}) {
      World world;
      world.cost = [size](Month m) { return m % 3 == 0 ? size : size / 2; };
      world.use = use;
      const ForecastData data = world.At(MonthOf(2018, 7));
      const YearForecast forecast = ForecastYear(data, data.now, Year(2018, 20));
      for (const MonthForecast& month : forecast.months) {
        EXPECT_TRUE(std::isfinite(month.outstanding + month.running + month.inflow + month.survival)) << size << " " << use;
      }
      EXPECT_TRUE(std::isfinite(forecast.use_rate));
      EXPECT_EQ(BackTestForecasts(data, Year(2018, 20)).size(), 8u);
    }
  }
}

TEST(ForecastYear, TheSameQuestionHasTheSameAnswer) {
  World world;
  std::mt19937 random(7);
  std::vector<double> noise;
  for (int i = 0; i < 200; ++i) noise.push_back(0.8 + 0.4 * static_cast<double>(random() % 1'000) / 1'000);
  world.cost = [&](Month m) { return 1'000'000 * noise[static_cast<size_t>(m - kJanuary + 150)]; };
  const ForecastData data = world.At(MonthOf(2018, 7));
  const YearForecast one = ForecastYear(data, data.now, Year(2018)), two = ForecastYear(data, data.now, Year(2018));
  EXPECT_EQ(one.p10, two.p10);
  EXPECT_EQ(one.p90, two.p90);
  EXPECT_LT(*one.p10, *one.p50);
  EXPECT_LT(*one.p50, *one.p90);
  ForecastOptions other = Year(2018);
  other.seed = "another";
  EXPECT_NE(ForecastYear(data, data.now, other).p10, one.p10);
}

// Of worlds with chance the outcome lies between P10 and P90 about eight times in ten.
TEST(ForecastYear, FromP10ToP90LiesWhatHappensAboutEightTimesInTen) {
  int within = 0, worlds = 0;
  for (unsigned seed = 1; seed <= 120; ++seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, 1);
    std::vector<double> costs;
    for (int i = 0; i < 200; ++i) costs.push_back(1'000'000 * std::max(0.3, 1 + 0.1 * normal(random)));
    World world;
    world.cost = [&](Month m) { return costs[static_cast<size_t>(m - kJanuary + 150)]; };
    const ForecastData data = world.At(MonthOf(2018, 7));
    const YearForecast forecast = ForecastYear(data, data.now, Year(2018));
    ASSERT_EQ(forecast.state, ForecastState::kAnswered);
    double outcome = 0;
    for (Month m = kJanuary; m < kJanuary + 12; ++m) outcome += 0.8 * world.cost(m);
    ++worlds;
    if (static_cast<double>(*forecast.p10) <= outcome && outcome <= static_cast<double>(*forecast.p90)) ++within;
  }
  // Binomial(120, 0.8) lies in 96 -+ 18 with more than 99.9%.
  EXPECT_GE(within, 78) << "of " << worlds;
  EXPECT_LE(within, 114) << "of " << worlds;
}

TEST(BackTestForecasts, SayWhatWouldHaveBeenSaidAndWhatCameOfIt) {
  const ForecastData data = World().At(MonthOf(2018, 7));
  const std::vector<BackTestLine> lines = BackTestForecasts(data, Year(2018));
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[0].anchor, MonthOf(2018, 4));
  EXPECT_EQ(lines[0].year, MonthOf(2018, 1));
  EXPECT_FALSE(lines[0].outcome.has_value()) << "2018 is not over";
  EXPECT_EQ(lines[2].anchor, MonthOf(2017, 10));
  ASSERT_TRUE(lines[2].outcome.has_value());
  EXPECT_EQ(*lines[2].outcome, 12 * 800'000);
  for (const BackTestLine& line : lines) {
    ASSERT_EQ(line.forecast.state, ForecastState::kAnswered) << FormatMonth(line.anchor);
    EXPECT_NEAR(static_cast<double>(line.forecast.total), 12 * 800'000.0, 10);
  }
  EXPECT_EQ(lines[7].anchor, MonthOf(2016, 7));
}

TEST(BackTestForecasts, ShowsHowFarOffAnUnexpectedRiseWas) {
  World world;
  world.cost = [](Month m) { return m < MonthOf(2017, 7) ? 1'000'000.0 : 1'500'000.0; };
  const ForecastData data = world.At(MonthOf(2018, 7));
  const std::vector<BackTestLine> lines = BackTestForecasts(data, Year(2018));
  EXPECT_EQ(lines[4].anchor, MonthOf(2017, 4));
  ASSERT_TRUE(lines[4].outcome.has_value());
  EXPECT_EQ(*lines[4].outcome, (6 * 1'000'000 + 6 * 1'500'000) * 8 / 10);
  EXPECT_LT(static_cast<double>(lines[4].forecast.total) / static_cast<double>(*lines[4].outcome), 0.95);
}

// T-20b through the months: what is still to come of four months.
TEST(EstimateOutstanding, IsT20bWhenNothingIsAllocated) {
  ForecastData data;
  data.first = kJanuary - kWindowMonths;
  data.end = kJanuary + 30;
  data.claims_from = kJanuary;
  data.declared = data.allocated = MonthGrid(data.first, data.end);
  data.now.anchor = kJanuary + 4;
  data.now.allocated.assign(static_cast<size_t>(data.end - data.first), 0);
  const std::vector<std::vector<Cents>> rows = {{100'00, 40'00, 10'00, 2'00}, {110'00, 44'00, 11'00}, {90'00, 36'00}, {120'00}};
  for (Month i = 0; i < 4; ++i) {
    for (Month d = 0; d < static_cast<Month>(rows[static_cast<size_t>(i)].size()); ++d) {
      data.declared.Add(kJanuary + i, kJanuary + i + d + 1, INT32_MAX, rows[static_cast<size_t>(i)][static_cast<size_t>(d)]);
    }
  }
  data.declared.Close();
  const Outstanding past = EstimateOutstanding(data, data.now, {});
  EXPECT_EQ(past.from, kJanuary);
  EXPECT_EQ(past.triangle.size(), 4u);
  EXPECT_NEAR(past.ladder.outstanding, 75'40, 1e-6);
  EXPECT_FALSE(past.use.has_value());
  EXPECT_NEAR(past.StillToCome(3, 150'00), 62'40 - 30'00, 1e-6) << "what came in since is not outstanding any more";
  EXPECT_EQ(past.StillToCome(3, 500'00), 0);
}

// R: quantile(c(1, 2, 4, 8, 16), c(.1, .5, .9, 1)).
TEST(QuantileOf, IsThatOfR) {
  const std::vector<double> values = {1, 2, 4, 8, 16};
  EXPECT_NEAR(QuantileOf(values, 0.1), 1.4, 1e-12);
  EXPECT_NEAR(QuantileOf(values, 0.5), 4, 1e-12);
  EXPECT_NEAR(QuantileOf(values, 0.9), 12.8, 1e-12);
  EXPECT_NEAR(QuantileOf(values, 1), 16, 1e-12);
  EXPECT_NEAR(QuantileOf({3}, 0.9), 3, 1e-12);
}

}  // namespace
}  // namespace nmd::analyses
