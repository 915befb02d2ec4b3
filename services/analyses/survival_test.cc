// SPDX-License-Identifier: EUPL-1.2
// Expected values are those of R 4's package survival 3.5 on its own data sets, made with the commands beside them.
#include "services/analyses/survival.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

using ::testing::ElementsAre;

// survival::aml, both groups; lung; veteran (time, status, cell type, treatment); heart (start and stop times two, event; of
// those with a transplant); mgus2 (months to the first of progression 1 and death 2; the first twenty of each and of neither).
constexpr char kMaintained[] = "9,1 13,1 13,0 18,1 23,1 28,0 31,1 34,1 45,0 48,1 161,0";
constexpr char kNonmaintained[] = "5,1 5,1 8,1 8,1 12,1 16,0 23,1 27,1 30,1 33,1 43,1 45,1";
constexpr char kLung[] =
    "306,1 455,1 1010,0 210,1 883,1 1022,0 310,1 361,1 218,1 166,1 170,1 654,1 728,1 71,1 567,1 144,1 613,1 707,1 61,1 88,1 "
    "301,1 81,1 624,1 371,1 394,1 520,1 574,1 118,1 390,1 12,1 473,1 26,1 533,1 107,1 53,1 122,1 814,1 965,0 93,1 731,1 "
    "460,1 153,1 433,1 145,1 583,1 95,1 303,1 519,1 643,1 765,1 735,1 189,1 53,1 246,1 689,1 65,1 5,1 132,1 687,1 345,1 "
    "444,1 223,1 175,1 60,1 163,1 65,1 208,1 821,0 428,1 230,1 840,0 305,1 11,1 132,1 226,1 426,1 705,1 363,1 11,1 176,1 "
    "791,1 95,1 196,0 167,1 806,0 284,1 641,1 147,1 740,0 163,1 655,1 239,1 88,1 245,1 588,0 30,1 179,1 310,1 477,1 166,1 "
    "559,0 450,1 364,1 107,1 177,1 156,1 529,0 11,1 429,1 351,1 15,1 181,1 283,1 201,1 524,1 13,1 212,1 524,1 288,1 363,1 "
    "442,1 199,1 550,1 54,1 558,1 207,1 92,1 60,1 551,0 543,0 293,1 202,1 353,1 511,0 267,1 511,0 371,1 387,1 457,1 337,1 "
    "201,1 404,0 222,1 62,1 458,0 356,0 353,1 163,1 31,1 340,1 229,1 444,0 315,0 182,1 156,1 329,1 364,0 291,1 179,1 376,0 "
    "384,0 268,1 292,0 142,1 413,0 266,0 194,1 320,1 181,1 285,1 301,0 348,1 197,1 382,0 303,0 296,0 180,1 186,1 145,1 "
    "269,0 300,0 284,0 350,1 272,0 292,0 332,0 285,1 259,0 110,1 286,1 270,1 81,1 131,1 225,0 269,1 225,0 243,0 279,0 276,0 "
    "135,1 79,1 59,1 240,0 202,0 235,0 105,1 224,0 239,1 237,0 173,0 252,0 221,0 185,0 92,0 13,1 222,0 192,0 183,1 211,0 "
    "175,0 197,0 203,0 116,1 188,0 191,0 105,0 174,0 177,0";
constexpr char kVeteran[] =
    "72,1,1,1 411,1,1,1 228,1,1,1 126,1,1,1 118,1,1,1 10,1,1,1 82,1,1,1 110,1,1,1 314,1,1,1 100,0,1,1 42,1,1,1 8,1,1,1 "
    "144,1,1,1 25,0,1,1 11,1,1,1 30,1,2,1 384,1,2,1 4,1,2,1 54,1,2,1 13,1,2,1 123,0,2,1 97,0,2,1 153,1,2,1 59,1,2,1 "
    "117,1,2,1 16,1,2,1 151,1,2,1 22,1,2,1 56,1,2,1 21,1,2,1 18,1,2,1 139,1,2,1 20,1,2,1 31,1,2,1 52,1,2,1 287,1,2,1 "
    "18,1,2,1 51,1,2,1 122,1,2,1 27,1,2,1 54,1,2,1 7,1,2,1 63,1,2,1 392,1,2,1 10,1,2,1 8,1,3,1 92,1,3,1 35,1,3,1 117,1,3,1 "
    "132,1,3,1 12,1,3,1 162,1,3,1 3,1,3,1 95,1,3,1 177,1,4,1 162,1,4,1 216,1,4,1 553,1,4,1 278,1,4,1 12,1,4,1 260,1,4,1 "
    "200,1,4,1 156,1,4,1 182,0,4,1 143,1,4,1 105,1,4,1 103,1,4,1 250,1,4,1 100,1,4,1 999,1,1,2 112,1,1,2 87,0,1,2 231,0,1,2 "
    "242,1,1,2 991,1,1,2 111,1,1,2 1,1,1,2 587,1,1,2 389,1,1,2 33,1,1,2 25,1,1,2 357,1,1,2 467,1,1,2 201,1,1,2 1,1,1,2 "
    "30,1,1,2 44,1,1,2 283,1,1,2 15,1,1,2 25,1,2,2 103,0,2,2 21,1,2,2 13,1,2,2 87,1,2,2 2,1,2,2 20,1,2,2 7,1,2,2 24,1,2,2 "
    "99,1,2,2 8,1,2,2 99,1,2,2 61,1,2,2 25,1,2,2 95,1,2,2 80,1,2,2 51,1,2,2 29,1,2,2 24,1,3,2 18,1,3,2 83,0,3,2 31,1,3,2 "
    "51,1,3,2 90,1,3,2 52,1,3,2 73,1,3,2 8,1,3,2 36,1,3,2 48,1,3,2 7,1,3,2 140,1,3,2 186,1,3,2 84,1,3,2 19,1,3,2 45,1,3,2 "
    "80,1,3,2 52,1,4,2 164,1,4,2 19,1,4,2 53,1,4,2 15,1,4,2 43,1,4,2 340,1,4,2 133,1,4,2 111,1,4,2 231,1,4,2 378,1,4,2 "
    "49,1,4,2";
constexpr char kHeart[] =
    "2,32,1 72,78,1 102,1350,1 24,116,1 52,306,1 34,162,1 74,2774,1 56,616,1 40,86,1 36,56,1 16,2064,1 24,102,1 6,1466,1 "
    "166,438,1 50,3600,0 142,144,1 32,1704,1 34,154,1 102,3174,0 46,3144,0 92,200,1 38,132,1 9,10,1 4,106,1 82,2816,0 "
    "116,2644,0 2,90,1 4,1992,1 42,144,1 72,2284,0 166,1960,1 64,570,1 82,376,1 20,122,1 134,1884,0 42,686,1 156,1832,0 "
    "6,136,1 54,1684,0 66,1168,1 24,156,1 114,570,1 6,136,1 20,1340,0 10,60,1 62,1240,0 8,1192,0 54,180,1 10,34,1 92,1090,0 "
    "420,1030,0 134,192,1 52,964,0 12,890,0 64,160,1 74,668,1 16,794,0 120,220,1 62,740,0 278,414,1 320,372,1 620,680,0 "
    "56,530,0 8,330,1 4,32,1 26,360,0 42,262,0 192,218,0 76,78,0";
constexpr char kMgus[] =
    "29,1 14,1 228,1 13,1 80,1 30,1 188,1 201,1 76,1 118,1 81,1 51,1 101,1 153,1 8,1 190,1 21,1 101,1 101,1 102,1 30,2 25,2 "
    "46,2 92,2 8,2 4,2 151,2 2,2 136,2 2,2 108,2 10,2 14,2 18,2 43,2 34,2 67,2 16,2 62,2 129,2 57,0 116,0 206,0 101,0 159,0 "
    "158,0 264,0 168,0 213,0 81,0 76,0 52,0 112,0 103,0 249,0 236,0 147,0 140,0 213,0 85,0";

std::vector<std::vector<int>> Rows(absl::string_view text) {
  std::vector<std::vector<int>> rows;
  for (const absl::string_view row : absl::StrSplit(text, ' ')) {
    rows.emplace_back();
    for (const absl::string_view number : absl::StrSplit(row, ',')) {
      int value = 0;
      EXPECT_TRUE(absl::SimpleAtoi(number, &value)) << number;
      rows.back().push_back(value);
    }
  }
  return rows;
}
// "time,cause" or "entry,exit,cause".
std::vector<Spell> Spells(absl::string_view text) {
  std::vector<Spell> spells;
  for (const std::vector<int>& row : Rows(text)) {
    spells.push_back(row.size() == 2 ? Spell{0, row[0], row[1]} : Spell{row[0], row[1], row[2]});
  }
  return spells;
}

constexpr double kClose = 5e-10;

// survfit(Surv(time, status) ~ 1, data = subset(aml, x == "Maintained"), conf.type = "log-log")
TEST(KaplanMeier, IsThatOfRForAml) {
  const SurvivalCurve curve(Spells(kMaintained));
  EXPECT_EQ(curve.spells(), 11);
  EXPECT_EQ(curve.events(), 7);
  const std::vector<std::vector<double>> expected = {
      {9, 11, 1, 0.909090909091, 0.0866784172041, 0.5080802057699, 0.986673822668},
      {13, 10, 1, 0.818181818182, 0.1162912998303, 0.4474286146822, 0.951162228582},
      {18, 8, 1, 0.715909090909, 0.1396649705572, 0.3501903859079, 0.899023974191},
      {23, 7, 1, 0.613636363636, 0.1526323310273, 0.2657520400013, 0.835299243250},
      {31, 5, 1, 0.490909090909, 0.1641932672211, 0.1673309097769, 0.753399790371},
      {34, 4, 1, 0.368181818182, 0.1626688858271, 0.0928295749370, 0.657040832398},
      {48, 2, 1, 0.184090909091, 0.1534927457863, 0.0117384801232, 0.525014842727}};
  ASSERT_EQ(curve.points().size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const CurvePoint& point = curve.points()[i];
    EXPECT_EQ(point.time, expected[i][0]);
    EXPECT_EQ(point.at_risk, expected[i][1]);
    EXPECT_EQ(point.events, expected[i][2]);
    EXPECT_NEAR(point.survival, expected[i][3], kClose);
    EXPECT_NEAR(point.survival * std::sqrt(point.greenwood), expected[i][4], kClose);
    const std::optional<Limits> limits = curve.LimitsAt(point.time);
    ASSERT_TRUE(limits.has_value());
    EXPECT_NEAR(limits->low, expected[i][5], kClose);
    EXPECT_NEAR(limits->high, expected[i][6], kClose);
  }
  // quantile(f, c(.25, .5, .75)); summary(f, rmean = 48)
  EXPECT_EQ(curve.QuantileOf(0.25).time, 18);
  EXPECT_EQ(curve.QuantileOf(0.25).low, 9);
  EXPECT_EQ(curve.QuantileOf(0.25).high, 34);
  EXPECT_EQ(curve.QuantileOf(0.5).time, 31);
  EXPECT_EQ(curve.QuantileOf(0.5).low, 13);
  EXPECT_EQ(curve.QuantileOf(0.5).high, std::nullopt);
  EXPECT_EQ(curve.QuantileOf(0.75).time, 48);
  EXPECT_EQ(curve.QuantileOf(0.75).low, 31);
  EXPECT_NEAR(curve.MeanUpTo(48)->value, 31.84318181818, 1e-9);
  EXPECT_NEAR(curve.MeanUpTo(48)->error, 4.52788471175, 1e-9);
}

// f <- survfit(Surv(time, status) ~ 1, data = lung, conf.type = "log-log"); summary(f, times = c(182, 273, 365))
TEST(KaplanMeier, IsThatOfRForLung) {
  const SurvivalCurve curve(Spells(kLung));
  EXPECT_EQ(curve.spells(), 228);
  EXPECT_EQ(curve.events(), 165);
  EXPECT_NEAR(*curve.At(182), 0.708054225987, kClose);
  EXPECT_NEAR(*curve.At(273), 0.575310238863, kClose);
  EXPECT_NEAR(*curve.At(365), 0.409241624460, kClose);
  EXPECT_NEAR(curve.LimitsAt(365)->low, 0.338714269088, kClose);
  EXPECT_NEAR(curve.LimitsAt(365)->high, 0.478380767647, kClose);
  EXPECT_EQ(curve.QuantileOf(0.25).time, 170);
  EXPECT_EQ(curve.QuantileOf(0.5).time, 310);
  EXPECT_EQ(curve.QuantileOf(0.5).low, 284);
  EXPECT_EQ(curve.QuantileOf(0.5).high, 361);
  EXPECT_EQ(curve.QuantileOf(0.75).time, 550);
  EXPECT_EQ(curve.QuantileOf(0.75).high, 643);
  EXPECT_NEAR(curve.MeanUpTo(365)->value, 263.22186648201, 1e-8);
  EXPECT_NEAR(curve.MeanUpTo(365)->error, 7.79885908631, 1e-8);
}

// survfit(Surv(start, stop, event) ~ 1, data = subset(heart, transplant == 1), conf.type = "log-log")
TEST(KaplanMeier, IsThatOfRWithLateEntries) {
  const SurvivalCurve curve(Spells(kHeart));
  const std::vector<std::vector<double>> expected = {{30, 0.735421441304, 0.480499471333, 0.879102858329},
                                                     {90, 0.492176643242, 0.324130943261, 0.640128584621},
                                                     {180, 0.431270658777, 0.280153788909, 0.573566076065},
                                                     {365, 0.321095219194, 0.199264341279, 0.449318512613}};
  for (const std::vector<double>& row : expected) {
    const auto time = static_cast<int32_t>(2 * row[0]);
    EXPECT_NEAR(*curve.At(time), row[1], kClose);
    EXPECT_NEAR(curve.LimitsAt(time)->low, row[2], kClose);
    EXPECT_NEAR(curve.LimitsAt(time)->high, row[3], kClose);
  }
  EXPECT_EQ(curve.QuantileOf(0.5).time, 180);
  EXPECT_EQ(curve.QuantileOf(0.5).low, 56);
  EXPECT_EQ(curve.QuantileOf(0.5).high, 570);
  EXPECT_FALSE(curve.emptied_early());
}

// T-07, requirements 7; survfit gives the same.
TEST(KaplanMeier, OfTheAcceptanceFixture) {
  const SurvivalCurve curve(Spells("5,1 6,1 6,1 6,0 7,1 8,0 9,1 10,0 12,0 12,0"));
  EXPECT_NEAR(*curve.At(5), 0.9, kClose);
  EXPECT_NEAR(*curve.At(6), 0.7, kClose) << "events come before what is censored at the same time";
  EXPECT_NEAR(*curve.At(7), 0.583333333333, kClose);
  EXPECT_NEAR(*curve.At(8), 0.583333333333, kClose);
  EXPECT_NEAR(*curve.At(9), 0.4375, kClose);
  EXPECT_NEAR(*curve.At(12), 0.4375, kClose);
  EXPECT_EQ(curve.At(13), std::nullopt) << "nobody was seen for so long";
  EXPECT_EQ(curve.QuantileOf(0.5).time, 9);
  EXPECT_EQ(curve.QuantileOf(0.75).time, std::nullopt);
  EXPECT_NEAR(curve.MeanUpTo(12)->value, 9.079167, 5e-7);
  EXPECT_NEAR(curve.MeanUpTo(12)->error, 0.924215915179, 1e-9);
  EXPECT_EQ(curve.MeanUpTo(13), std::nullopt);
  EXPECT_NEAR(curve.LimitsAt(6)->low, 0.3287, 5e-5);
  EXPECT_NEAR(curve.LimitsAt(6)->high, 0.8919, 5e-5);
}

TEST(KaplanMeier, OfNothingOrAlmostNothingSaysSo) {
  const SurvivalCurve none({});
  EXPECT_EQ(none.At(0), std::nullopt);
  EXPECT_EQ(none.LimitsAt(5), std::nullopt);
  EXPECT_EQ(none.QuantileOf(0.5).time, std::nullopt);
  EXPECT_EQ(none.MeanUpTo(0), std::nullopt);
  EXPECT_EQ(SurvivalCurve(std::vector<Spell>{{5, 5, 1}, {7, 3, 1}}).spells(), 0) << "never at risk";

  const SurvivalCurve one(Spells("4,1"));
  EXPECT_EQ(one.At(3), 1.0);
  EXPECT_EQ(one.At(4), 0.0);
  EXPECT_EQ(one.At(400), 0.0) << "it is over";
  EXPECT_EQ(one.LimitsAt(3), std::nullopt);
  EXPECT_EQ(one.LimitsAt(4), std::nullopt);
  EXPECT_EQ(one.QuantileOf(0.5).time, 4);
  EXPECT_EQ(one.QuantileOf(0.5).high, std::nullopt);
  EXPECT_EQ(one.MeanUpTo(10)->value, 4);
  EXPECT_EQ(one.MeanUpTo(10)->error, 0);

  const SurvivalCurve running(Spells("4,0 9,0"));
  EXPECT_EQ(running.At(9), 1.0);
  EXPECT_EQ(running.At(10), std::nullopt);
  EXPECT_EQ(running.QuantileOf(0.25).time, std::nullopt);
  EXPECT_EQ(running.MeanUpTo(9)->value, 9);
  EXPECT_TRUE(IncidencesOf(Spells("4,0 9,0")).empty());
  EXPECT_EQ(LogRankOf({{Spells("4,0 9,0"), Spells("5,0")}}), std::nullopt);
  EXPECT_EQ(LogRankOf({}), std::nullopt);
  EXPECT_EQ(LogRankOf({{Spells("4,1 5,1")}}), std::nullopt) << "one group";
  EXPECT_EQ(LogRankOf({{Spells("4,1 5,1"), {}}}), std::nullopt) << "one group and nobody";
}

TEST(KaplanMeier, SaysNothingWhenTheFirstFewAllEndedBeforeOthersCameIn) {
  const SurvivalCurve curve(Spells("0,3,1 5,9,1 6,12,0"));
  EXPECT_TRUE(curve.emptied_early());
  EXPECT_EQ(curve.At(2), std::nullopt);
  EXPECT_EQ(curve.QuantileOf(0.5).time, std::nullopt);
  EXPECT_EQ(curve.MeanUpTo(2), std::nullopt);
}

// survfit(Surv(et, factor(ev, 0:2)) ~ 1); R's standard errors, by the infinitesimal jackknife, are those of the formula.
TEST(AalenJohansen, IsThatOfR) {
  const std::vector<Spell> spells = Spells(kMgus);
  const SurvivalCurve curve(spells);
  const std::vector<Incidence> incidences = IncidencesOf(spells);
  ASSERT_EQ(incidences.size(), 2u);
  EXPECT_EQ(incidences[0].cause, 1);
  EXPECT_EQ(incidences[0].events, 20);
  const std::vector<std::vector<double>> expected = {
      {24, 0.8, 0.0666666666667, 0.0322030594360, 0.133333333333, 0.0438853725736},
      {60, 0.666666666667, 0.116666666667, 0.0414438486701, 0.216666666667, 0.0531855591651},
      {120, 0.436924126172, 0.271152181391, 0.0603994080203, 0.291923692437, 0.0600071774790},
      {180, 0.338807831172, 0.297214322251, 0.0634685779928, 0.363977846577, 0.0666366177065}};
  for (const std::vector<double>& row : expected) {
    const auto time = static_cast<int32_t>(row[0]);
    EXPECT_NEAR(*curve.At(time), row[1], kClose);
    EXPECT_NEAR(incidences[0].At(curve, time)->value, row[2], kClose);
    EXPECT_NEAR(std::sqrt(incidences[0].At(curve, time)->variance), row[3], kClose);
    EXPECT_NEAR(incidences[1].At(curve, time)->value, row[4], kClose);
    EXPECT_NEAR(std::sqrt(incidences[1].At(curve, time)->variance), row[5], kClose);
  }
  const std::optional<Limits> limits = LimitsOf(*incidences[0].At(curve, 24));
  ASSERT_TRUE(limits.has_value());
  EXPECT_GT(limits->low, 0.01);
  EXPECT_LT(limits->low, 0.0667);
  EXPECT_LT(limits->high, 0.2);
  EXPECT_EQ(LimitsOf(*incidences[0].At(curve, 1)), std::nullopt) << "nothing ended for it yet";
}

// survdiff(Surv(time, status) ~ x, data = aml); survdiff(Surv(time, status) ~ celltype + strata(trt), data = veteran)
TEST(LogRankTest, IsThatOfR) {
  const std::optional<LogRank> aml = LogRankOf({{Spells(kMaintained), Spells(kNonmaintained)}});
  ASSERT_TRUE(aml.has_value());
  EXPECT_NEAR(aml->chi_square, 3.39638869898, 1e-9);
  EXPECT_EQ(aml->degrees, 1);
  EXPECT_NEAR(aml->p, 0.0653393220405, 1e-10);
  EXPECT_THAT(aml->observed, ElementsAre(7, 11));
  EXPECT_NEAR(aml->expected[0], 10.68933599230, 1e-9);

  std::vector<std::vector<Spell>> by_cell(4);
  std::vector<std::vector<std::vector<Spell>>> by_treatment(2, std::vector<std::vector<Spell>>(4));
  for (const std::vector<int>& row : Rows(kVeteran)) {
    const Spell spell{0, row[0], row[1]};
    by_cell[static_cast<size_t>(row[2] - 1)].push_back(spell);
    by_treatment[static_cast<size_t>(row[3] - 1)][static_cast<size_t>(row[2] - 1)].push_back(spell);
  }
  const std::optional<LogRank> cells = LogRankOf({by_cell});
  EXPECT_NEAR(cells->chi_square, 25.4037003458, 1e-9);
  EXPECT_EQ(cells->degrees, 3);
  EXPECT_NEAR(cells->p, 1.27124593901e-05, 1e-14);
  EXPECT_NEAR(cells->expected[1], 30.1020793268, 1e-9);
  const std::optional<LogRank> stratified = LogRankOf(by_treatment);
  EXPECT_NEAR(stratified->chi_square, 22.7821199353, 1e-9);
  EXPECT_NEAR(stratified->p, 4.48336907606e-05, 1e-14);
}

TEST(LogRankTest, LeavesOutAGroupThatIsNeverAtRiskWithOthers) {
  const std::optional<LogRank> two = LogRankOf({{Spells(kMaintained), Spells(kNonmaintained)}});
  const std::optional<LogRank> three = LogRankOf({{Spells(kMaintained), {}, Spells(kNonmaintained)}});
  ASSERT_TRUE(three.has_value());
  EXPECT_NEAR(three->chi_square, two->chi_square, 1e-12);
  EXPECT_EQ(three->degrees, 1);
}

std::vector<Spell> RandomSpells(std::mt19937* random) {
  std::vector<Spell> spells((*random)() % 60);
  for (Spell& spell : spells) {
    spell.entry = (*random)() % 3 == 0 ? static_cast<int32_t>((*random)() % 10) : 0;
    spell.exit = static_cast<int32_t>((*random)() % 40);
    spell.cause = static_cast<int32_t>((*random)() % 4);
  }
  return spells;
}

TEST(SurvivalLaws, SNeverRisesAndAddsUpWithTheCausesToOne) {
  std::mt19937 random(6);
  for (int round = 0; round < 300; ++round) {
    const std::vector<Spell> spells = RandomSpells(&random);
    const SurvivalCurve curve(spells);
    const std::vector<Incidence> incidences = IncidencesOf(spells);
    double last = 1;
    for (size_t i = 0; i < curve.points().size(); ++i) {
      const CurvePoint& point = curve.points()[i];
      EXPECT_LE(point.survival, last);
      EXPECT_GE(point.survival, 0);
      last = point.survival;
      double sum = point.survival;
      for (const Incidence& incidence : incidences) {
        ASSERT_EQ(incidence.points[i].time, point.time);
        sum += incidence.points[i].value;
        EXPECT_TRUE(std::isfinite(incidence.points[i].variance));
      }
      EXPECT_NEAR(sum, 1, 1e-9);
      if (const auto limits = curve.LimitsAt(point.time); limits.has_value()) {
        EXPECT_LE(limits->low, point.survival);
        EXPECT_GE(limits->high, point.survival);
        EXPECT_TRUE(std::isfinite(limits->low) && std::isfinite(limits->high));
      }
    }
  }
}

TEST(SurvivalLaws, TheOrderOfTheSpellsDoesNotMatter) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Spell> spells = RandomSpells(&random);
    const SurvivalCurve before(spells);
    const std::vector<Incidence> incidences = IncidencesOf(spells);
    std::shuffle(spells.begin(), spells.end(), random);
    const SurvivalCurve after(spells);
    ASSERT_EQ(after.points().size(), before.points().size());
    for (size_t i = 0; i < before.points().size(); ++i) EXPECT_EQ(after.points()[i].survival, before.points()[i].survival);
    const std::vector<Incidence> again = IncidencesOf(spells);
    ASSERT_EQ(again.size(), incidences.size());
    for (size_t k = 0; k < again.size(); ++k) EXPECT_EQ(again[k].points.back().value, incidences[k].points.back().value);
  }
}

TEST(SurvivalLaws, OfOneCauseTheVarianceIsThatOfGreenwood) {
  std::vector<Spell> spells = Spells(kLung);
  const SurvivalCurve curve(spells);
  const Incidence incidence = IncidencesOf(spells).front();
  for (size_t i = 0; i + 1 < curve.points().size(); ++i) {
    const CurvePoint& point = curve.points()[i];
    EXPECT_NEAR(incidence.points[i].variance, point.survival * point.survival * point.greenwood, 1e-12);
  }
}

// Without censoring and late entries S is the share that lasts longer, and the restricted mean a mean.
TEST(SurvivalLaws, WithoutCensoringItIsCounting) {
  std::mt19937 random(8);
  std::vector<Spell> spells(200);
  for (Spell& spell : spells) spell = {0, 1 + static_cast<int32_t>(random() % 50), 1};
  const SurvivalCurve curve(spells);
  double sum = 0;
  for (const Spell& spell : spells) sum += std::min(spell.exit, 30);
  EXPECT_NEAR(curve.MeanUpTo(30)->value, sum / 200, 1e-9);
  const auto longer = std::count_if(spells.begin(), spells.end(), [](const Spell& spell) { return spell.exit > 25; });
  EXPECT_NEAR(*curve.At(25), static_cast<double>(longer) / 200, 1e-12);
}

}  // namespace
}  // namespace nmd::analyses
