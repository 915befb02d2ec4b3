// SPDX-License-Identifier: EUPL-1.2
// Expected values are worked out by hand beside each case.
#include "services/contracts/signal_checks.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/contracts/test_account.h"
#include "services/contracts/test_checks.h"
#include "services/contracts/test_history.h"
#include "services/contracts/test_rules.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;
using testing::D;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kProvider;
using testing::Rule;
using Scene = testing::CheckScene;
using testing::TestAccount;
using testing::TestLine;
using testing::Texts;

const SignalRule kNoDelivery = Rule("N", "no_delivery", {{"months", 12}});

TEST(NoDelivery, TwelveMonthsAfterTheLastCareThatWasDeclared) {
  Scene scene;
  scene.Contract("2016-01-01");
  scene.account.Claim("c1", "2018-03-05", {{"r1"}});  // Care in February 2018, until 1 March.
  EXPECT_THAT(Texts(scene.Judge("2019-02-28", kNoDelivery)), ElementsAre("jeugdwet 2019 not days_without_delivery=364"));
  const auto judged = scene.Judge("2019-03-01", kNoDelivery);
  EXPECT_THAT(Texts(judged), ElementsAre("jeugdwet 2019 holds days_without_delivery=365"));
  EXPECT_THAT(judged[0].text, HasSubstr("het laatst over hulp tot en met 28-02-2018"));
}

TEST(NoDelivery, CountsFromTheBeginOfContractsWithoutABreakWhenNothingWasDeclared) {
  Scene scene;
  scene.Contract("2016-01-01", D("2017-01-01"));
  scene.Contract("2017-07-01", D("2018-01-01"));
  scene.Contract("2018-01-01");
  scene.account.Claim("c1", "2016-03-05", {{"r1", 1, "2016-02"}});  // Before the break: not of this time.
  EXPECT_THAT(Texts(scene.Judge("2018-06-30", kNoDelivery)), ElementsAre("jeugdwet 2018 not days_without_delivery=364"));
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", kNoDelivery)), ElementsAre("jeugdwet 2018 holds days_without_delivery=365"));
}

TEST(NoDelivery, IsNothingWithoutARunningContractOrWithoutClaimsAtAll) {
  Scene scene;
  scene.Contract("2016-01-01");
  EXPECT_THAT(scene.Judge("2019-03-01", kNoDelivery), IsEmpty()) << "decision 35";
  scene.account.agreed.contracts[0].period.end = D("2018-01-01");
  scene.account.Claim("c1", "2016-03-05", {{"r1", 1, "2016-02"}});
  EXPECT_THAT(scene.Judge("2019-03-01", kNoDelivery), IsEmpty());
}

const SignalRule kPrice = Rule("P", "price_above", {{"lines", 1}});

TEST(PriceAbove, TR418_LinesInForceAboveThePriceCountWithWhatTheyAskTooMuch) {
  Scene scene;
  scene.account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), kOpenEnd}, 100);
  TestLine dear = {"r1"};
  dear.tariff = 103;  // 10 units: 30 cents too much.
  TestLine taken_back = {"r2", 1, "2018-03"};
  taken_back.tariff = 120;
  TestLine credit = taken_back;
  credit.reference = "r3";
  credit.previous = "r2";
  TestLine rejected = {"r4", 1, "2018-04"};
  rejected.tariff = 150;
  scene.account.Claim("c1", "2018-05-05", {dear, taken_back, rejected, {"r5", 1, "2018-05"}});
  scene.account.Answer("c1", "2018-05-08", 0, 0, {{"r4", "9321"}});
  scene.account.Claim("c2", "2018-06-05", {credit});
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", kPrice)), ElementsAre("jeugdwet 2018 holds lines=1 above=30"));
}

TEST(PriceAbove, ALowerPriceOrOneThatIsNotKnownIsNoSignal) {
  Scene scene;
  TestLine cheap = {"r1"};
  cheap.tariff = 99;
  scene.account.Claim("c1", "2018-05-05", {cheap, {"r2", 1, "2018-03", 10, 700}});
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", kPrice)), ElementsAre("jeugdwet 2018 not lines=0 above=0"));
  scene.account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), D("2018-03-01")}, 100);
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", kPrice)), ElementsAre("jeugdwet 2018 not lines=0 above=0"));
}

SignalRule GrowthRule() {
  SignalRule rule = Rule("G", "growth", {{"percent", 50}, {"clients", 3}, {"small_clients", 5}, {"new_years", 2}});
  rule.years = 1;
  return rule;
}

// R52: 4 clients on 1 July 2017, 7 a year later: 3 more, which is 75%.
TEST(Growth, R52_OfASmallProvider) {
  Scene scene;
  for (int i = 1; i <= 4; ++i) scene.Client(i, absl::StrCat("p", i), "2014-01-01");
  for (int i = 5; i <= 7; ++i) scene.Client(i, absl::StrCat("p", i), "2018-02-01");
  scene.Client(8, "p7", "2018-03-01");  // A second allocation of one client.
  const auto judged = scene.Judge("2018-07-01", GrowthRule());
  EXPECT_THAT(Texts(judged), ElementsAre("jeugdwet 2018 holds clients=7 clients_before=4"));
  EXPECT_THAT(judged[0].text, HasSubstr("is klein en had op 01-07-2018 voor de Jeugdwet 7 cliënten"));
}

TEST(Growth, R52_OfAnOldAndLargeProviderOrOfFewClientsIsNone) {
  Scene scene;
  for (int i = 1; i <= 5; ++i) scene.Client(i, absl::StrCat("p", i), "2014-01-01");
  for (int i = 6; i <= 15; ++i) scene.Client(i, absl::StrCat("p", i), "2018-02-01");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", GrowthRule())), ElementsAre("jeugdwet 2018 not clients=15 clients_before=5"));
  Scene few;
  for (int i = 1; i <= 2; ++i) few.Client(i, absl::StrCat("p", i), "2018-02-01");
  EXPECT_THAT(Texts(few.Judge("2018-07-01", GrowthRule())), ElementsAre("jeugdwet 2018 not clients=2 clients_before=0"));
}

SignalRule BedsRule() { return Rule("B", "beds", {{"above", 0}}); }

TEST(Beds, R51_CountsClientsAtOneTimeAndEachOnce) {
  Scene scene;
  scene.Term(ContractTerm::BEDS, 2, "44A08");
  scene.Client(1, "p1", "2018-01-01", "2018-03-01", "44A08");
  scene.Client(2, "p1", "2018-02-01", "2018-04-01", "44A08");  // The same client.
  scene.Client(3, "p2", "2018-02-01", "2018-05-01", "44A08");
  scene.Client(4, "p3", "2018-04-01", "2018-05-01", "44A08");  // The day p1 left.
  scene.Client(5, "p4", "2018-02-01", "2018-05-01");           // Another product.
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", BedsRule())), ElementsAre("jeugdwet 2018 not clients=2 beds=2"));
  scene.Client(6, "p5", "2018-03-31", "2018-04-02", "44A08");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", BedsRule())), ElementsAre("jeugdwet 2018 holds clients=3 beds=2"));
  scene.terms.clear();
  EXPECT_THAT(scene.Judge("2018-07-01", BedsRule()), IsEmpty()) << "nothing agreed, nothing to judge";
}

TEST(DurationNorm, R104_CountsCoursesThatEndedAndTookLonger) {
  Scene scene;
  scene.Term(ContractTerm::DURATION_NORM, 30);
  scene.Course(1, "p1", "2018-01-01", "2018-01-30");  // 30 days: as agreed.
  scene.Course(2, "p2", "2018-01-01", "2018-01-31");  // 31.
  scene.Course(3, "p3", "2018-01-01", "2018-01-10");
  scene.Course(4, "p3", "2018-02-01", "2018-02-10");  // Within 28 days: one course of 41 days.
  const SignalRule rule = Rule("D", "duration_norm", {{"percent", 60}, {"minimum", 3}});
  EXPECT_THAT(Texts(scene.Judge("2018-03-01", rule)), ElementsAre("jeugdwet 2018 holds long_courses=2 courses=3"));
  EXPECT_THAT(Texts(scene.Judge("2018-03-01", Rule("D", "duration_norm", {{"percent", 67}, {"minimum", 3}}))),
              ElementsAre("jeugdwet 2018 not long_courses=2 courses=3"));
  EXPECT_THAT(scene.Judge("2018-03-01", Rule("D", "duration_norm", {{"percent", 1}, {"minimum", 4}})), IsEmpty());
}

TEST(RepeatUse, R102_FollowsOnlyWhoCouldComeBackForTheWholeTime) {
  Scene scene;
  scene.Course(1, "p1", "2018-01-01", "2018-01-31");
  scene.Course(2, "p1", "2018-04-01", "2018-06-30");  // Back after 59 days.
  scene.Course(3, "p2", "2018-01-01", "2018-01-31");  // Never back.
  const SignalRule rule = Rule("R", "repeat_use", {{"percent", 50}, {"minimum", 2}, {"days", 90}});
  EXPECT_THAT(scene.Judge("2018-05-01", rule), IsEmpty()) << "89 days";
  EXPECT_THAT(Texts(scene.Judge("2018-05-02", rule)), ElementsAre("jeugdwet 2018 holds returned=1 courses=2"));
  EXPECT_THAT(Texts(scene.Judge("2018-05-02", Rule("R", "repeat_use", {{"percent", 51}, {"minimum", 2}, {"days", 90}}))),
              ElementsAre("jeugdwet 2018 not returned=1 courses=2"));
}

TEST(Combination, R115_OnlyForbiddenProductsOfOneClientOnOneDay) {
  Scene scene;
  scene.Client(1, "p1", "2018-01-01", "2018-04-01");
  scene.Client(2, "p1", "2018-03-01", "2018-06-01", "45A05");
  scene.Client(3, "p2", "2018-03-01", "2018-06-01", "45A05");  // Another client.
  scene.Client(4, "p2", "2018-06-01", "2018-07-01");           // No day is shared.
  const SignalRule rule = Rule("C", "combination", {{"pairs", 1}});
  const auto agree = [&](ingestion::v1::CombinationRule::Verdict verdict, const char* start, const char* end) {
    scene.combinations = {{"jeugdwet", "45A04", "jeugdwet", "45A05", verdict, "", {D(start), D(end)}}};
  };
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty()) << "without a rule nothing is forbidden";
  agree(ingestion::v1::CombinationRule::FORBIDDEN, "2018-01-01", "2019-01-01");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2018 holds pairs=1"));
  agree(ingestion::v1::CombinationRule::NEEDS_MOTIVE, "2018-01-01", "2019-01-01");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2018 not pairs=0"));
  agree(ingestion::v1::CombinationRule::FORBIDDEN, "2018-04-01", "2019-01-01");
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty()) << "the rule holds after the days they share";
  agree(ingestion::v1::CombinationRule::FORBIDDEN, "2018-01-01", "2019-01-01");
  scene.account.Allocate(1, "2018-01-01", "2018-04-01", "2018-01-02").set_change_reason("13");
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty()) << "one of the two never existed";
}

TEST(Overlap, TR302_IsOfOneClientAndProductAndNeverOfWhatWasWithdrawn) {
  Scene scene;
  scene.Client(1, "p1", "2018-01-01", "2018-04-01");
  scene.Client(2, "p1", "2018-04-01", "2018-07-01");           // Joins on, shares no day.
  scene.Client(3, "p1", "2018-02-01", "2018-03-01", "45A05");  // Another product.
  scene.Client(4, "p2", "2018-02-01", "2018-03-01");           // Another client.
  const SignalRule rule = Rule("O", "overlap", {{"pairs", 1}});
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty());
  scene.Client(5, "p1", "2018-03-31", "2018-05-01");  // With the first and the second.
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2018 holds pairs=2"));
  scene.account.Allocate(5, "2018-03-31", "2018-05-01", "2018-01-02").set_change_reason("13");
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty());
}

// 5 working days after Friday 4 May 2018 is Monday 14 May: Thursday the 10th is Ascension Day.
TEST(Discipline, OP271_AStartIsLateAfterFiveWorkingDays) {
  const SignalRule rule = Rule("S", "start_late", {{"workdays", 5}, {"percent", 50}, {"minimum", 1}});
  for (const auto& [told, expected] : std::vector<std::pair<std::string, std::string>>{
           {"2018-05-14", "jeugdwet 2018 not late=0 starts=1"}, {"2018-05-15", "jeugdwet 2018 holds late=1 starts=1"}}) {
    Scene scene;
    scene.Client(1, "p1", "2018-05-04");
    scene.account.Start(1, "2018-05-04");
    scene.account.batches.back().mutable_known_time()->set_seconds(int64_t{D(told)} * 86400 + 36000);
    EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre(expected)) << told;
  }
}

TEST(Discipline, OP271_OfAnAllocationThatCameLaterTheTermBeginsThen) {
  Scene scene;
  scene.account.Allocate(1, "2018-01-01", "", "2018-05-04");
  scene.account.Start(1, "2018-01-01");
  scene.account.batches.back().mutable_known_time()->set_seconds(int64_t{D("2018-05-14")} * 86400);
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", Rule("S", "start_late", {{"workdays", 5}, {"percent", 1}, {"minimum", 1}}))),
              ElementsAre("jeugdwet 2018 not late=0 starts=1"));
}

TEST(Discipline, OP272_AStopIsLateAfterFiveWorkingDays) {
  const SignalRule rule = Rule("S", "stop_late", {{"workdays", 5}, {"percent", 50}, {"minimum", 1}});
  for (const auto& [told, expected] : std::vector<std::pair<std::string, std::string>>{
           {"2018-05-14", "jeugdwet 2018 not late=0 stops=1"}, {"2018-05-15", "jeugdwet 2018 holds late=1 stops=1"}}) {
    Scene scene;
    scene.Course(1, "p1", "2018-01-01", "2018-05-04");
    scene.account.batches.back().mutable_known_time()->set_seconds(int64_t{D(told)} * 86400 + 36000);
    EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre(expected)) << told;
  }
}

// 3 working days after Friday 4 May 2018 is Wednesday 9 May.
TEST(Discipline, OP090_AReturnIsLateAfterThreeWorkingDays) {
  const auto message = [](Scene* scene, int type, bool is_return, absl::string_view day, const std::string& identification) {
    auto& batch = scene->account.batches.back();
    auto& head = *batch.mutable_message();
    head.set_law(ingestion::v1::YOUTH);
    head.set_type(is_return ? type + 1 : type);
    head.set_sender(type == 301 ? "1730" : kProvider);
    head.set_receiver(type == 301 ? kProvider : "1730");
    head.set_identification(identification);
    head.set_dated_day(D("2018-05-04"));
    if (is_return) batch.mutable_facts(0)->mutable_message_return()->set_dated_day(D(day));
  };
  const auto returned = [&](Scene* scene, int type, absl::string_view day, const std::string& identification) {
    scene->account.Deliver(day).add_facts()->mutable_message_return();
    message(scene, type, true, day, identification);
  };
  const SignalRule theirs = Rule("R", "return_late", {{"workdays", 3}, {"percent", 50}, {"minimum", 1}});
  const SignalRule ours = Rule("Q", "own_return_late", {{"workdays", 3}, {"percent", 50}, {"minimum", 1}});
  Scene scene;
  scene.account.Allocate(1, "2018-05-04", "", "2018-05-04");
  message(&scene, 301, false, "", "a");
  EXPECT_THAT(scene.Judge("2018-07-01", theirs), IsEmpty()) << "returns do not come in at all (decision 35)";
  scene.account.Start(1, "2018-05-04");
  message(&scene, 305, false, "", "b");
  returned(&scene, 301, "2018-05-09", "a");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", theirs)), ElementsAre("jeugdwet 2018 not late=0 messages=1"));
  EXPECT_THAT(scene.Judge("2018-05-09", ours), IsEmpty()) << "the term is not over";
  const auto missing = scene.Judge("2018-05-10", ours);
  EXPECT_THAT(Texts(missing), ElementsAre("jeugdwet 2018 holds late=1 messages=1"));
  EXPECT_THAT(missing[0].text, HasSubstr("kwam op 1 bericht van de aanbieder niet binnen 3 werkdagen een retourbericht"));
  scene.account.Allocate(2, "2018-05-04", "", "2018-05-04");
  message(&scene, 301, false, "", "c");
  returned(&scene, 301, "2018-05-11", "c");
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", theirs)), ElementsAre("jeugdwet 2018 holds late=1 messages=2"));
}

TEST(Discipline, OP090x4_AClaimWaitsTooLongAfterTenWorkingDays) {
  const SignalRule rule = Rule("A", "answer_late", {{"workdays", 10}, {"claims", 1}});
  Scene scene;
  scene.account.Claim("c1", "2018-06-01", {{"r1"}});  // A Friday: the term ends on Friday 15 June.
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty()) << "answers do not come in at all (decision 35)";
  scene.account.Claim("c2", "2018-06-01", {{"r2"}});
  scene.account.Answer("c2", "2018-06-02", 1000, 1000);
  EXPECT_THAT(Texts(scene.Judge("2018-06-15", rule)), ElementsAre("jeugdwet 2018 not claims=0"));
  EXPECT_THAT(Texts(scene.Judge("2018-06-16", rule)), ElementsAre("jeugdwet 2018 holds claims=1"));
}

TEST(Levels, R109_FirstAllocationsOfACourseCount) {
  Scene scene;
  const std::vector<BookedLevel> levels = {{"jeugdwet", "A5", "5", {0, kOpenEnd}},
                                           {"jeugdwet", "A6", "6", {0, kOpenEnd}},
                                           {"jeugdwet", "A8", "8", {0, kOpenEnd}},
                                           {"wmo", "A7", "6", {0, kOpenEnd}}};
  scene.Client(1, "p1", "2018-01-01", "2018-03-01", "A5");
  scene.Client(2, "p1", "2018-03-29", "2018-05-01", "A6");  // 28 days later: the same course.
  scene.Client(3, "p1", "2018-05-30", "2018-06-01", "A6");  // 29 days later: a new one.
  scene.Client(4, "p2", "2018-01-01", "", "A6");
  scene.Client(5, "p3", "2018-01-01", "", "A8");
  scene.Client(6, "p4", "2017-01-01", "", "A7");  // A level of the other law.
  const auto shares = FirstLevels(scene.See("2018-07-01"), levels);
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares.at(2018).of, 3);
  EXPECT_EQ(shares.at(2018).count, 2);
}

// 60% of the others and 50 allocations: 19 to 40 at 99.8% (requirements 6.7).
TEST(Levels, T09_MoreThanChanceExplainsIsASignal) {
  const SignalRule rule = Rule("L", "level_shift", {{"minimum", 10}, {"confidence_per_mille", 998}});
  const auto judge = [&](int64_t six, Share other) {
    return JudgeLevels(rule, "a", "De Boomhut", {{2018, {{"a", {six, 50}}, {"b", other}}}}, 2018);
  };
  const auto within = judge(40, {60, 100});
  ASSERT_EQ(within.size(), 1u);
  EXPECT_FALSE(within[0].holds);
  const auto above = judge(41, {60, 100});
  EXPECT_TRUE(above[0].holds);
  EXPECT_THAT(above[0].text, HasSubstr("41 van de 50 eerste toewijzingen met niveau 5 of 6 het niveau 6: 82,0%"));
  EXPECT_THAT(above[0].text, HasSubstr("19 tot en met 40"));
  EXPECT_THAT(judge(41, {5, 9}), IsEmpty()) << "too few others to compare with";
  EXPECT_FALSE(judge(5, {60, 100})[0].holds) << "fewer than expected is no reason";
}

// Providers that differ much among themselves: z of b and c beside 0.6 is 8.2 and -8.2, so the limits are wide.
TEST(Levels, T09_WhereProvidersDifferMuchTheLimitsAreWider) {
  const SignalRule rule = Rule("L", "level_shift", {{"minimum", 10}, {"confidence_per_mille", 998}});
  const auto judged =
      JudgeLevels(rule, "a", "De Boomhut", {{2018, {{"a", {41, 50}}, {"b", {100, 100}}, {"c", {20, 100}}}}}, 2018);
  ASSERT_EQ(judged.size(), 1u);
  EXPECT_FALSE(judged[0].holds);
}

// The intervals are those of FunnelTest: 20 to 35 of 50 is more than chance explains, 20 to 31 is not.
TEST(Levels, R109_ARiseBesideOthersIsASignal) {
  const SignalRule rule = Rule("L", "level_rise", {{"minimum", 10}});
  const auto judge = [&](int64_t six, Share others_now) {
    return JudgeLevels(rule, "a", "De Boomhut",
                       {{2017, {{"a", {20, 50}}, {"b", {60, 100}}}}, {2018, {{"a", {six, 50}}, {"b", others_now}}}}, 2018);
  };
  const auto rose = judge(35, {60, 100});
  ASSERT_EQ(rose.size(), 1u) << "2017 has no year before";
  EXPECT_EQ(rose[0].year, 2018);
  EXPECT_TRUE(rose[0].holds);
  EXPECT_THAT(rose[0].text, HasSubstr("van 40,0% in 2017 naar 70,0% in 2018. Bij de andere aanbieders ging het van 60,0% naar "
                                      "60,0%. Het verschil is groter dan door toeval"));
  EXPECT_FALSE(judge(31, {60, 100})[0].holds);
  EXPECT_FALSE(judge(35, {90, 100})[0].holds) << "the others rose too";
  EXPECT_THAT(judge(35, {6, 9}), IsEmpty());
}

// T-29: the order in which facts come in decides nothing.
TEST(ChecksLaw, T29_TheOrderOfArrivalDecidesNothing) {
  const SignalRules rules = {kNoDelivery,
                             kPrice,
                             GrowthRule(),
                             Rule("D", "duration_norm", {{"percent", 1}, {"minimum", 1}}),
                             Rule("R", "repeat_use", {{"percent", 1}, {"minimum", 1}, {"days", 1}}),
                             Rule("O", "overlap", {{"pairs", 1}}),
                             Rule("S", "start_late", {{"workdays", 5}, {"percent", 1}, {"minimum", 1}}),
                             Rule("T", "stop_late", {{"workdays", 5}, {"percent", 1}, {"minimum", 1}}),
                             Rule("A", "answer_late", {{"workdays", 10}, {"claims", 1}})};
  size_t judged = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    testing::History history(seed);
    std::vector<std::string> first;
    for (int turn = 0; turn < 3; ++turn) {
      Scene scene;
      scene.account.batches = history.account().batches;
      scene.account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), kOpenEnd}, 90);
      scene.Contract("2016-01-01");
      scene.Term(ContractTerm::DURATION_NORM, 30);
      const Sight sight = scene.See("2019-07-01");
      std::vector<std::string> texts;
      for (const SignalRule& rule : rules) {
        for (const Judgement& judgement : JudgeProvider(rule, sight)) texts.push_back(rule.id + judgement.text);
      }
      if (turn == 0) first = texts;
      ASSERT_EQ(texts, first) << "seed " << seed;
      history.Shuffle();
    }
    judged += first.size();
  }
  EXPECT_GT(judged, 200u);
}

TEST(Checks, OnlyYearsInTheWindowAreJudged) {
  Scene scene;
  scene.Client(1, "p1", "2016-01-01", "2016-04-01");
  scene.Client(2, "p1", "2016-02-01", "2016-03-01");
  SignalRule rule = Rule("O", "overlap", {{"pairs", 1}});
  EXPECT_THAT(Texts(scene.Judge("2018-07-01", rule)), ElementsAre("jeugdwet 2016 holds pairs=1"));
  rule.years = 2;
  EXPECT_THAT(scene.Judge("2018-07-01", rule), IsEmpty());
}

}  // namespace
}  // namespace nmd::contracts
