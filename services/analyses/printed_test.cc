// SPDX-License-Identifier: EUPL-1.2
// Printed amounts and their sums. Numbers of tables are those of requirements 2.4 and 2.8.
#include "services/analyses/printed.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

using ::testing::ElementsAre;

Printed Of(absl::string_view text, Cents unit = kMillionEuro) {
  const auto printed = ReadPrinted(text, unit);
  EXPECT_TRUE(printed.has_value()) << text;
  return printed.value_or(Printed());
}

TEST(ReadPrinted, IsExactWhateverTheUnit) {
  EXPECT_EQ(Of("0,1").amount, 10'000'000);
  EXPECT_EQ(Of("0,1").resolution, 10'000'000);
  EXPECT_EQ(Of("23,8").amount, 2'380'000'000);
  EXPECT_EQ(Of("-2,2").amount, -220'000'000);
  EXPECT_EQ(Of("+0,1").amount, 10'000'000);
  EXPECT_EQ(Of("\u22122,2").amount, -220'000'000);
  EXPECT_EQ(Of("67.849", kEuro).amount, 6'784'900);
  EXPECT_EQ(Of("95000", kEuro).amount, 9'500'000);
  EXPECT_EQ(Of("€ 1.234,56", kEuro).amount, 123'456);
  EXPECT_EQ(Of("1.234,56", kEuro).resolution, 1);
  EXPECT_EQ(Of("20,3 miljoen", kEuro).amount, 2'030'000'000);
  EXPECT_EQ(Of("5,7 mln", kEuro).amount, 570'000'000);
  EXPECT_EQ(Of("0").state, Printed::State::kAmount) << "a printed zero is an amount";
}

TEST(ReadPrinted, T24_WhatIsNoNumberIsTypedAndNeverZeroByAccident) {
  EXPECT_EQ(Of("").state, Printed::State::kBlank);
  EXPECT_EQ(Of("-").state, Printed::State::kDash);
  EXPECT_EQ(Of("pm").state, Printed::State::kProMemorie);
  const Printed both = Of("pm t.l.v. armoedegelden");
  EXPECT_EQ(both.state, Printed::State::kProMemorie);
  EXPECT_EQ(both.charged_to, "armoedegelden");
  const Printed elsewhere = Of("t.l.v. budget jeugdhulp");
  EXPECT_EQ(elsewhere.state, Printed::State::kChargedElsewhere);
  EXPECT_EQ(elsewhere.charged_to, "budget jeugdhulp");
}

TEST(ReadPrinted, RefusesWhatItCannotReadExactly) {
  for (const char* text : {"0.1", "1.23", "12.34.567", ".123", "1,", ",5", "pm 5", "t.l.v.", "abc", "1e6", "0,123456789", "--1",
                           "99999999999999", "10001 miljoen", "- 1 x"}) {
    EXPECT_FALSE(ReadPrinted(text, kMillionEuro).has_value()) << text;
  }
  EXPECT_FALSE(ReadPrinted("0,001", kEuro).has_value()) << "less than a cent";
}

TEST(ReadPercent, IsExact) {
  EXPECT_EQ(ReadPercent("2,5%"), 2'500);
  EXPECT_EQ(ReadPercent("4 %"), 4'000);
  EXPECT_EQ(ReadPercent("0,125%"), 125);
  for (const char* text : {"2,5", "%", "0,1234%", "1001%", "-1%"}) EXPECT_EQ(ReadPercent(text), std::nullopt) << text;
}

std::vector<Printed> Column(std::vector<const char*> cells, Cents unit = kMillionEuro) {
  std::vector<Printed> column;
  for (const char* cell : cells) column.push_back(Of(cell, unit));
  return column;
}

TEST(CheckSum, T25_TheFourScenariosOfTheNota) {
  struct Case {
    std::vector<const char*> cells;
    const char* total;
    Cents sum, difference;
    bool closes;
  };
  const Case cases[] = {
      {{"0,1", "0,4", "-", "-", "", "", "", "", "23,2"}, "23,8", 2'370'000'000, 10'000'000, false},
      {{"0,6", "0,5", "0,3", "0,4", "", "0,5", "0,2", "0,3", "23,3"}, "26,1", 2'610'000'000, 0, true},
      {{"0,8", "0,8", "0,3", "1,3", "0,1", "0,4", "0,2", "-", "23,3"}, "27,2", 2'720'000'000, 0, true},
      {{"0,7", "0,5", "0,3", "0,7", "0,1", "0,3", "0,2", "0,3", "23,3"}, "26,3", 2'640'000'000, -10'000'000, false},
  };
  for (const Case& c : cases) {
    const SumOutcome outcome = CheckSum(Column(c.cells), Of(c.total));
    EXPECT_EQ(outcome.sum, c.sum) << c.total;
    EXPECT_EQ(outcome.difference, c.difference) << c.total;
    EXPECT_EQ(outcome.closes, c.closes) << c.total;
  }
  const SumOutcome first = CheckSum(Column(cases[0].cells), Of("23,8"));
  EXPECT_EQ(first.blanks, 4);
  EXPECT_EQ(first.rounding, 20'000'000) << "three amounts and a total, half a tenth of a million each";
}

TEST(CheckSum, T26_TheInfluenceablePosts) {
  const SumOutcome outcome = CheckSum(Column({"0,7", "0,5", "0,3", "0,3", "0,9", "0,2", "0,1"}), Of("3,0"));
  EXPECT_EQ(outcome.sum, 300'000'000);
  EXPECT_TRUE(outcome.closes);
}

TEST(CheckSum, OpenLinesAreCountedAndAddNothing) {
  const SumOutcome outcome = CheckSum(Column({"100", "pm", "t.l.v. X", "", "-"}, kEuro), Of("", kEuro));
  EXPECT_EQ(outcome.sum, 10'000);
  EXPECT_EQ(outcome.open, 2);
  EXPECT_EQ(outcome.blanks, 1);
  EXPECT_FALSE(outcome.printed);
  EXPECT_EQ(outcome.difference, 0);
}

TEST(CheckSum, TheOrderOfLinesChangesNothing) {
  std::mt19937 random(2018);
  std::vector<Printed> lines = Column({"0,7", "0,5", "", "-", "0,3", "0,9", "pm", "0,2"});
  const SumOutcome before = CheckSum(lines, Of("2,7"));
  for (int i = 0; i < 20; ++i) {
    std::shuffle(lines.begin(), lines.end(), random);
    const SumOutcome after = CheckSum(lines, Of("2,7"));
    EXPECT_EQ(after.sum, before.sum);
    EXPECT_EQ(after.difference, before.difference);
    EXPECT_EQ(after.rounding, before.rounding);
  }
}

TEST(Phased, R165_AChangeCountsFromItsDay) {
  EXPECT_THAT(Phased({100, 700, DayOf(2019, 7, 1)}, 2018, 2020), ElementsAre(100, 400, 700));
  EXPECT_THAT(Phased({100, 700, 0}, 2018, 2019), ElementsAre(700, 700)) << "at once";
  EXPECT_THAT(Phased({700, 100, DayOf(2020, 1, 1)}, 2018, 2021), ElementsAre(700, 700, 100, 100));
  EXPECT_THAT(Phased({0, 1200, DayOf(2019, 7, 2)}, 2019, 2019), ElementsAre(500)) << "August is the first whole month";
  EXPECT_THAT(Phased({0, 100, DayOf(2019, 12, 31)}, 2019, 2020), ElementsAre(0, 100));
  EXPECT_THAT(Phased({0, 100, DayOf(2019, 9, 1)}, 2019, 2019), ElementsAre(33)) << "four months of 100 cents a year";
}

}  // namespace
}  // namespace nmd::analyses
