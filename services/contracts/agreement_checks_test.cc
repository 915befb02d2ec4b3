// SPDX-License-Identifier: EUPL-1.2
// Domain-standards 7.4. Expected values are worked out by hand beside each case.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/contracts/indexation.h"
#include "services/contracts/signal_checks.h"
#include "services/contracts/test_checks.h"
#include "services/contracts/test_rules.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;
using Scene = testing::CheckScene;
using testing::D;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Rule;
using testing::TestLine;
using testing::Texts;

// The room of 2019 is to be announced by 1 July 2018.
TEST(Room, Article15_IsAnnouncedSixMonthsBeforeTheYear) {
  const SignalRule rule = Rule("R", "room_announced", {{"months", 6}});
  Scene scene;
  scene.Contract("2018-01-01", D("2020-01-01"));
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty()) << "the last day on which it can";
  const auto missing = scene.Judge("2018-07-02", rule);
  EXPECT_THAT(Texts(missing), ElementsAre("jeugdwet 2018 holds"));
  EXPECT_EQ(missing[0].text,
            "De bestedingsruimte van De Boomhut voor de Jeugdwet in 2019 had op 01-07-2018 aangekondigd moeten zijn. Dat is "
            "nergens vastgelegd.");
  scene.Term(ContractTerm::ROOM_ANNOUNCED, 2020, "", "2018-06-20");
  scene.Term(ContractTerm::ROOM_DECIDED, 2019, "", "2018-06-20");
  EXPECT_THAT(Texts(scene.Judge("2018-07-02", rule)), ElementsAre("jeugdwet 2018 holds")) << "another year, and another thing";
  scene.Term(ContractTerm::ROOM_ANNOUNCED, 2019, "", "2018-07-11");
  const auto late = scene.Judge("2018-07-12", rule);
  EXPECT_THAT(Texts(late), ElementsAre("jeugdwet 2018 not"));
  EXPECT_THAT(late[0].text, HasSubstr("is op 11-07-2018 aangekondigd. Dat is 10 dagen te laat."));
  scene.terms.back().period.start = D("2018-07-01");
  EXPECT_THAT(scene.Judge("2018-07-12", rule)[0].text, HasSubstr("Dat is op tijd."));
}

TEST(Room, Article15_IsDecidedThreeMonthsBeforeAndOnlyWhereTheContractGoesOn) {
  const SignalRule rule = Rule("R", "room_decided", {{"months", 3}});
  Scene scene;
  scene.Contract("2018-10-02", D("2020-01-01"));
  EXPECT_THAT(scene.Judge("2018-12-01", rule), IsEmpty()) << "the contract began after the term";
  scene.contracts[0].period = {D("2018-01-01"), D("2019-01-01")};
  EXPECT_THAT(scene.Judge("2018-12-01", rule), IsEmpty()) << "it does not run in 2019";
  scene.contracts[0].period.end = D("2019-02-01");
  EXPECT_THAT(Texts(scene.Judge("2018-10-02", rule)), ElementsAre("jeugdwet 2018 holds"));
  scene.Term(ContractTerm::ROOM_DECIDED, 2019, "", "2018-09-30");
  EXPECT_THAT(Texts(scene.Judge("2018-10-02", rule)), ElementsAre("jeugdwet 2018 not"));
}

// A ceiling of 20,00; each line is 10,00.
TEST(PaidAbove, Article15_OnlyOfAllocationsWithoutAProduct) {
  const SignalRule rule = Rule("P", "paid_above");
  Scene scene;
  scene.Contract("2018-01-01").ceilings[2018] = 2000;
  scene.account.Allocate(1).set_product("");
  scene.account.Claim("c1", "2018-05-05", {{"r1", 1, "2018-02"}, {"r2", 1, "2018-03"}});
  scene.account.Answer("c1", "2018-05-08", 2000, 2000);
  scene.account.Claim("c2", "2018-06-05", {{"r3", 1, "2018-04", 15}});
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)),
              ElementsAre("jeugdwet 2018 not granted=2000 ceiling=2000 granted_above=0"))
      << "what is asked for is not paid yet";
  scene.account.Answer("c2", "2018-06-08", 1500, 1500);
  const auto above = scene.Judge("2018-07-01", rule);
  EXPECT_THAT(Texts(above), ElementsAre("jeugdwet 2018 holds granted=3500 ceiling=2000 granted_above=1500"));
  scene.contracts[0].ceilings[2018] = 2700;
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)),
              ElementsAre("jeugdwet 2018 holds granted=3500 ceiling=2700 granted_above=800"))
      << "the part of the line that is above";
  scene.account.Allocate(1, "2018-01-01", "2019-01-01", "2017-12-21");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)),
              ElementsAre("jeugdwet 2018 not granted=3500 ceiling=2700 granted_above=0"))
      << "a specific allocation is always paid";
}

TEST(PaidAbove, Article15_CareInACrisisIsAlwaysPaidAndWithoutACeilingThereIsNothingToJudge) {
  const SignalRule rule = Rule("P", "paid_above");
  Scene scene;
  scene.Contract("2018-01-01");
  TestLine crisis = {"r1"};
  crisis.category = "46";
  scene.account.Allocate(1).set_product("");
  scene.account.Claim("c1", "2018-05-05", {crisis});
  scene.account.Answer("c1", "2018-05-08", 1000, 1000);
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty());
  scene.contracts[0].ceilings[0] = 1;
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2018 not granted=1000 ceiling=1 granted_above=0"));
}

// On 10 June 2019 the claims of May may still come: the twelve months are May 2018 to April 2019.
TEST(InsufficientUse, Article16_TurnoverAndClientsOfTwelveWholeMonths) {
  const SignalRule rule = Rule("I", "insufficient_use", {{"months", 12}});
  Scene scene;
  scene.account.Claim("c0", "2018-05-05", {{"r0", 1, "2018-04", 10, 100}});  // Before.
  scene.account.Claim("c1", "2018-06-05", {{"r1", 1, "2018-05", 10, 100}});
  TestLine other = {"r2", 2, "2019-04", 10, 100};
  other.person = "p2";
  scene.account.Claim("c2", "2019-05-05", {other});
  scene.account.Claim("c3", "2019-06-05", {{"r3", 3, "2019-05", 10, 100}});  // After.
  EXPECT_THAT(scene.Judge("2019-06-10", rule), IsEmpty()) << "nothing was agreed";
  scene.Term(ContractTerm::LEAST_TURNOVER, 2000);
  scene.Term(ContractTerm::LEAST_CLIENTS, 2);
  EXPECT_THAT(Texts(scene.Judge("2019-06-10", rule)),
              ElementsAre("jeugdwet 2019 not turnover=2000 turnover_agreed=2000 clients=2 clients_agreed=2"));
  scene.terms[1].value = 3;
  const auto few = scene.Judge("2019-06-10", rule);
  EXPECT_THAT(Texts(few), ElementsAre("jeugdwet 2019 holds turnover=2000 turnover_agreed=2000 clients=2 clients_agreed=3"));
  EXPECT_EQ(
      few[0].text,
      "De Boomhut had van 01-05-2018 tot en met 30-04-2019 voor de Jeugdwet € 20,00 omzet, waar € 20,00 is afgesproken en "
      "2 cliënten, waar 3 zijn afgesproken.");
  scene.terms = {scene.terms[0]};
  scene.terms[0].value = 2001;
  EXPECT_THAT(Texts(scene.Judge("2019-06-10", rule)), ElementsAre("jeugdwet 2019 holds turnover=2000 turnover_agreed=2001"));
  scene.terms[0].period.start = D("2018-06-01");
  EXPECT_THAT(scene.Judge("2019-06-10", rule), IsEmpty()) << "it was not agreed for the whole time";
}

// The indexes of IndexationTest: with 90% wages prices rise 3,12%, so 54,00 becomes 55,68.
TEST(Indexation, Article32_APriceThatRoseOtherwiseIsASignal) {
  const SignalRule rule = Rule("X", "indexation", {{"cents", 1}});
  const auto judge = [&](Cents after, bool agreed) {
    Scene scene;
    scene.Contract("2017-01-01");
    if (agreed) scene.Term(ContractTerm::WAGE_SHARE, 90'000, "", "2017-01-01");
    scene.Indicator(kWagesForecast, 2017, 2000, "");
    scene.Indicator(kWages, 2017, 2300, "");
    scene.Indicator(kMaterialForecast, 2017, 1500, "");
    scene.Indicator(kMaterial, 2017, 1200, "");
    scene.Indicator(kWagesForecast, 2018, 3000, "");
    scene.Indicator(kMaterialForecast, 2018, 1800, "");
    scene.account.agreed.prices.Add(Law::kYouth, "45A04", "04", false, {D("2017-01-01"), D("2018-01-01")}, 5400);
    scene.account.agreed.prices.Add(Law::kYouth, "45A04", "04", false, {D("2018-01-01"), kOpenEnd}, after);
    BookedPrice price;
    price.law = "jeugdwet";
    price.product = "45A04";
    price.unit = "04";
    scene.prices = {price, price};  // As it was, and as it is.
    return scene.Judge("2018-03-01", rule);
  };
  EXPECT_THAT(Texts(judge(5568, true)), ElementsAre("jeugdwet 2018 not other_prices=0 prices=1"));
  EXPECT_THAT(Texts(judge(5569, true)), ElementsAre("jeugdwet 2018 not other_prices=0 prices=1")) << "rounded otherwise";
  const auto other = judge(5570, true);
  EXPECT_THAT(Texts(other), ElementsAre("jeugdwet 2018 holds other_prices=1 prices=1"));
  EXPECT_THAT(other[0].text, HasSubstr("1 van de 1 prijzen anders dan de indexatie van het contract zegt: 3,1% erbij"));
  EXPECT_THAT(Texts(judge(5400, true)), ElementsAre("jeugdwet 2018 holds other_prices=1 prices=1")) << "not raised at all";
  EXPECT_THAT(judge(5570, false), IsEmpty()) << "nothing was agreed about it";
}

TEST(Continuity, Article34_ThreeYearsOfLossInARow) {
  const SignalRule rule = Rule("C", "continuity", {{"negative_years", 3}, {"liquidity_percent", 100}});
  Scene scene;
  scene.Contract("2018-01-01");
  EXPECT_THAT(scene.Judge("2019-06-01", rule), IsEmpty()) << "nothing is known";
  scene.Indicator(kYearResult, 2018, -100'000'000);
  scene.Indicator(kYearResult, 2017, -1);
  scene.Indicator(kYearResult, 2015, -1);
  EXPECT_THAT(Texts(scene.Judge("2019-06-01", rule)), ElementsAre("jeugdwet 2019 not negative_years=2 reasons=0"))
      << "of 2016 nothing is known";
  scene.Indicator(kYearResult, 2016, 0);
  EXPECT_THAT(Texts(scene.Judge("2019-06-01", rule)), ElementsAre("jeugdwet 2019 not negative_years=2 reasons=0"));
  scene.indicators.back().value = -1;
  const auto judged = scene.Judge("2019-06-01", rule);
  EXPECT_THAT(Texts(judged), ElementsAre("jeugdwet 2019 holds negative_years=4 reasons=1"));
  EXPECT_THAT(judged[0].text, HasSubstr("4 jaren op rij verlies"));
  scene.contracts[0].period.end = D("2019-01-01");
  EXPECT_THAT(scene.Judge("2019-06-01", rule), IsEmpty()) << "no contract runs any more";
}

TEST(Continuity, Article34_LiquidityUnrestAndMeasures) {
  const SignalRule rule = Rule("C", "continuity", {{"negative_years", 3}, {"liquidity_percent", 100}});
  Scene scene;
  scene.Contract("2018-01-01");
  scene.Indicator(kLiquidity, 2017, 80'000);
  scene.Indicator(kLiquidity, 2018, 100'000);
  EXPECT_THAT(Texts(scene.Judge("2019-06-01", rule)), ElementsAre("jeugdwet 2019 not negative_years=0 reasons=0"))
      << "the newest counts";
  scene.indicators[1].value = 99'900;
  EXPECT_THAT(scene.Judge("2019-06-01", rule)[0].text, HasSubstr("een liquiditeit van 99,9%"));
  scene.indicators.clear();
  for (const char* id : {kBoardUnrest, kInspectionMeasure, kCriminalMeasure, kDisciplinaryMeasure}) {
    scene.indicators.clear();
    scene.Indicator(id, 2018, 1000);
    EXPECT_THAT(Texts(scene.Judge("2019-06-01", rule)), ElementsAre("jeugdwet 2019 not negative_years=0 reasons=0"))
        << id << " is over";
    scene.Indicator(id, 2019, 0);
    EXPECT_FALSE(scene.Judge("2019-06-01", rule)[0].holds) << id;
    scene.indicators.back().value = 1000;
    EXPECT_TRUE(scene.Judge("2019-06-01", rule)[0].holds) << id;
  }
}

// Care could begin on 1 March 2018; the norm is six weeks, so 12 April is the last day in time.
TEST(Waiting, Article35_LongerThanTheNormOfTheContractOrElseOfTheRule) {
  const SignalRule rule = Rule("W", "waiting", {{"days", 42}, {"percent", 50}, {"minimum", 1}});
  for (const auto& [start, expected] :
       std::vector<std::pair<std::string, std::string>>{{"2018-04-12", "jeugdwet 2018 not waited_long=0 allocations=1"},
                                                        {"2018-04-13", "jeugdwet 2018 holds waited_long=1 allocations=1"}}) {
    Scene scene;
    scene.Client(1, "p1", "2018-03-01");
    scene.account.Start(1, start);
    EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre(expected));
  }
  Scene scene;
  scene.Client(1, "p1", "2018-03-01");
  scene.account.Start(1, "2018-04-12");
  scene.Term(ContractTerm::WAITING_NORM, 41, "45A05");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2018 not waited_long=0 allocations=1"))
      << "the norm of another product";
  scene.Term(ContractTerm::WAITING_NORM, 60);
  scene.Term(ContractTerm::WAITING_NORM, 41, "45A04");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2018 holds waited_long=1 allocations=1"))
      << "what is said of the product goes first";
}

TEST(Waiting, Article35_WhoStillWaitsCountsOnceTheNormIsOver) {
  const SignalRule rule = Rule("W", "waiting", {{"days", 42}, {"percent", 50}, {"minimum", 1}});
  Scene scene;
  scene.Client(1, "p1", "2018-03-01");
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty()) << "starts do not come in at all (decision 35)";
  scene.Client(2, "p2", "2018-03-01");
  scene.account.Start(2, "2018-03-01");
  EXPECT_THAT(Texts(scene.Judge("2018-04-12", rule)), ElementsAre("jeugdwet 2018 not waited_long=0 allocations=1"));
  EXPECT_THAT(Texts(scene.Judge("2018-04-13", rule)), ElementsAre("jeugdwet 2018 holds waited_long=1 allocations=2"));
  scene.account.Allocate(1, "2018-03-01", "2018-03-15", "2018-03-02");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2018 not waited_long=0 allocations=1"))
      << "it ended before the norm was over";
}

TEST(ClientStop, Article35_OnlyWithConsent) {
  const SignalRule rule = Rule("S", "client_stop");
  Scene scene;
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty());
  scene.Term(ContractTerm::CLIENT_STOP, 0, "45A04", "2018-06-01").period.end = D("2018-09-01");
  EXPECT_THAT(scene.Judge("2018-05-31", rule), IsEmpty());
  const auto stopped = scene.Judge("2018-07-01", rule);
  EXPECT_THAT(Texts(stopped), ElementsAre("jeugdwet 2018 holds"));
  EXPECT_EQ(stopped[0].text,
            "De Boomhut neemt sinds 01-06-2018 voor product 45A04 voor de Jeugdwet geen nieuwe cliënten aan. De gemeente heeft "
            "daar geen toestemming voor gegeven.");
  EXPECT_THAT(scene.Judge("2018-09-01", rule)[0].text, HasSubstr("Dat duurde tot en met 31-08-2018."));
  EXPECT_FALSE(scene.Judge("2018-09-01", rule)[0].holds);
  scene.Term(ContractTerm::CLIENT_STOP_AGREED, 0, "45A05", "2018-06-01");
  EXPECT_TRUE(scene.Judge("2018-07-01", rule)[0].holds) << "consent to another stop";
  scene.terms.back().product = "45A04";
  EXPECT_FALSE(scene.Judge("2018-07-01", rule)[0].holds);
}

TEST(KpiMissed, TheNewestResultOfTheYearBesideTheNorm) {
  const SignalRule rule = Rule("K", "kpi_missed");
  Scene scene;
  scene.Term(ContractTerm::KPI_AT_MOST, 10'000).indicator = "uitval";
  EXPECT_THAT(scene.Judge("2019-02-01", rule), IsEmpty()) << "nothing was measured";
  scene.Indicator("uitval", 2018, 10'000);
  scene.Indicator("uitval", 2018, 99'000, "07654321").provider = "";  // Of everybody.
  scene.Indicator("tevredenheid", 2018, 1);
  EXPECT_THAT(Texts(scene.Judge("2019-02-01", rule)), ElementsAre("jeugdwet 2018 not missed=0 measured=1"));
  scene.indicators[0].value = 10'100;
  const auto missed = scene.Judge("2019-02-01", rule);
  EXPECT_THAT(Texts(missed), ElementsAre("jeugdwet 2018 holds missed=1 measured=1"));
  EXPECT_EQ(missed[0].text, "Bij De Boomhut in 2018 voor de Jeugdwet: uitval is 10,1 en hoort hoogstens 10,0 te zijn.");
  scene.terms[0].kind = ContractTerm::KPI_AT_LEAST;
  EXPECT_FALSE(scene.Judge("2019-02-01", rule)[0].holds);
}

}  // namespace
}  // namespace nmd::contracts
