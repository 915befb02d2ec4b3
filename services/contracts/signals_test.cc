// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/signals.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nmd::contracts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// 100,000 euro ceiling; `declared` over four whole months.
Standing After4Months(Cents declared) {
  Standing standing;
  standing.provider_title = "De Boomhut";
  standing.law = "jeugdwet";
  standing.year = 2018;
  standing.ceiling = 10'000'000;
  standing.declared = declared;
  standing.whole_months = 4;
  standing.whole_months_declared = declared;
  return standing;
}

std::vector<std::string> Rules(const Standing& standing, int percent = 70) {
  std::vector<std::string> rules;
  for (const Finding& finding : FindSignals(standing, percent)) rules.push_back(finding.rule);
  return rules;
}

TEST(Signals, StandardContract15TalksFrom70PercentOfTheCeiling) {
  Standing standing = After4Months(6'999'999);
  standing.whole_months = 12;
  EXPECT_THAT(Rules(standing), ElementsAre());
  standing.declared = 7'000'000;
  EXPECT_THAT(Rules(standing), ElementsAre("CEILING_70"));
  EXPECT_THAT(Rules(standing, 71), ElementsAre());
  EXPECT_THAT(Rules(standing, 50), ElementsAre("CEILING_50")) << "the rule says which share it watches";
}

TEST(Signals, StandardContract15TalksWhenThePaceLeadsAboveTheCeiling) {
  EXPECT_THAT(Rules(After4Months(3'333'333)), ElementsAre()) << "9.999.999 cents a year";
  EXPECT_THAT(Rules(After4Months(3'333'334)), ElementsAre("CEILING_PACE"));
}

TEST(Signals, AMonthIsNoPace) {
  Standing standing = After4Months(5'000'000);
  standing.whole_months = 1;
  EXPECT_EQ(ExpectedOfYear(standing), std::nullopt);
  EXPECT_THAT(Rules(standing), ElementsAre());
}

TEST(Signals, PaceLeavesTheRunningMonthOutAndKnowsAContractOfHalfAYear) {
  Standing standing = After4Months(4'400'000);
  standing.whole_months_declared = 4'000'000;
  EXPECT_EQ(ExpectedOfYear(standing), 12'000'000);
  standing.running_months = 6;
  EXPECT_EQ(ExpectedOfYear(standing), 6'000'000);
  EXPECT_THAT(Rules(standing), ElementsAre());
}

TEST(Signals, SaysWhatAndWhatNextInDutch) {
  const auto findings = FindSignals(After4Months(8'400'000), 70);
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(
      findings[0].text,
      "De Boomhut heeft over 2018 voor de Jeugdwet € 84.000 gedeclareerd: 84,0% van het plafond van € 100.000. De grens voor "
      "een gesprek is 70%.");
  EXPECT_EQ(findings[0].severity, 1);
  EXPECT_THAT(findings[0].next_step, HasSubstr("binnen twee weken"));
  EXPECT_EQ(
      findings[1].text,
      "Als De Boomhut in dit tempo doorgaat, is over 2018 voor de Jeugdwet € 252.000 te verwachten: 252,0% van het plafond van "
      "€ 100.000. Gerekend met 4 hele maanden waarover € 84.000 is gedeclareerd.");
}

TEST(Signals, PassingTheCeilingIsAReasonToAct) {
  EXPECT_EQ(FindSignals(After4Months(10'000'000), 70)[0].severity, 1) << "used up is not passed";
  const auto findings = FindSignals(After4Months(10'000'001), 70);
  EXPECT_EQ(findings[0].severity, 2);
  EXPECT_THAT(findings[0].text, HasSubstr("Het plafond is overschreden."));
  EXPECT_THAT(findings[0].next_step, HasSubstr("crisishulp worden altijd betaald"));
  EXPECT_EQ(findings[1].severity, 2);
}

TEST(Signals, NothingIsSaidWithoutACeilingOrAnAnswer) {
  Standing standing = After4Months(8'400'000);
  standing.ceiling.reset();
  EXPECT_THAT(Rules(standing), ElementsAre());
  standing = After4Months(8'400'000);
  standing.declared.reset();
  EXPECT_THAT(Rules(standing), ElementsAre());
  EXPECT_EQ(ExpectedOfYear(standing), std::nullopt);
}

TEST(SignalsLaw, DeclaringMoreNeverTakesASignalAway) {
  std::mt19937 random(41);
  for (int round = 0; round < 500; ++round) {
    Standing standing = After4Months(static_cast<Cents>(random() % 12'000'000));
    standing.whole_months = static_cast<int>(random() % 13);
    const size_t before = FindSignals(standing, 70).size();
    const Cents more = static_cast<Cents>(random() % 5'000'000);
    *standing.declared += more;
    standing.whole_months_declared += more;
    EXPECT_GE(FindSignals(standing, 70).size(), before);
  }
}

TEST(SignalsLaw, AmountsNearTheLimitOfTheTypeAreComparedExactly) {
  Standing standing = After4Months(INT64_MAX / 2);
  standing.ceiling = INT64_MAX / 2;
  standing.whole_months = 0;
  EXPECT_THAT(Rules(standing, 100), ElementsAre("CEILING_100"));
  --*standing.declared;
  EXPECT_THAT(Rules(standing, 100), ElementsAre());
}

}  // namespace
}  // namespace nmd::contracts
