// SPDX-License-Identifier: EUPL-1.2
// Households, the union with personal budgets, long-term use, first care and hand-overs, on constructed facts.
#include "services/costs/person_measures.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::AllocationSpec;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LevelOf;
using testing::LinkOf;
using ::testing::Not;
using testing::On;
using testing::TableOf;

linking::v1::HouseholdStay StayOf(int64_t sequence, const std::string& client, const std::string& household) {
  linking::v1::HouseholdStay stay;
  stay.set_sequence(sequence);
  stay.set_revision(sequence);
  stay.set_client(client);
  stay.set_household(household);
  stay.set_start_day(On("2010-01-01"));
  stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2017-01-01")));
  return stay;
}

Fact BudgetFor(const std::string& person, ingestion::v1::Law law, const std::string& first, const std::string& last) {
  Fact fact;
  auto* budget = fact.mutable_personal_budget();
  budget->set_law(law);
  budget->set_person_key(person);
  budget->set_decision("b");
  budget->set_start_day(On(first));
  budget->set_end_day(On(last) + 1);
  budget->set_budget_cents(1'000'00);
  return fact;
}

Fact ReferralOf(const std::string& person, int64_t allocation, const std::string& referrer) {
  Fact fact;
  fact.mutable_referral()->set_law(ingestion::v1::YOUTH);
  fact.mutable_referral()->set_person_key(person);
  fact.mutable_referral()->set_allocation(allocation);
  fact.mutable_referral()->set_referrer(referrer);
  fact.mutable_referral()->set_start_day(On("2015-01-01"));
  return fact;
}

Fact HouseholdCount(int year, int64_t count) {
  Fact fact;
  auto* value = fact.mutable_published_value();
  value->set_series("huishoudens");
  value->set_publisher("CBS");
  value->set_start_day(On(absl::StrCat(year, "-01-01")));
  value->set_end_day(On(absl::StrCat(year, "-01-02")));
  value->mutable_value()->set_thousandths(count * 1000);
  value->mutable_value()->set_measured_in(ingestion::v1::COUNT);
  value->set_published_day(On("2018-02-01"));
  return fact;
}

// Of both laws the numbers of the nota: 1842 provisions in 1077 households, and 952 in 537. Every household of the Jeugdwet is
// one of the Wmo too, so the union is 1077 and not 1614.
class HouseholdSpec : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<Fact> facts;
    std::vector<linking::v1::Link> links;
    std::vector<linking::v1::HouseholdStay> stays;
    int64_t number = 0;
    const auto add = [&](ingestion::v1::Law law, int households, int provisions) {
      for (int i = 0; i < provisions; ++i) {
        const int home = i % households;
        const std::string person = absl::StrCat(law == ingestion::v1::WMO ? "w" : "j", home);
        AllocationSpec spec;
        spec.person = person;
        spec.number = ++number;
        spec.first = "2017-01-01";
        spec.last = "2017-12-31";
        spec.provider = absl::StrCat("990000", 10 + i / households);
        spec.law = law;
        facts.push_back(AllocationOf(spec));
        if (i != home) continue;
        links.push_back(LinkOf(static_cast<int64_t>(links.size()) + 1, person, "c-" + person, At("2017-01-02")));
        stays.push_back(StayOf(100'000 + static_cast<int64_t>(stays.size()), "c-" + person, absl::StrCat("h", home)));
      }
    };
    add(ingestion::v1::WMO, 1077, 1842);
    add(ingestion::v1::YOUTH, 537, 952);
    scene.Feed({BatchOf(1, At("2017-01-02"), facts)});
    scene.Feed(links, stays);
  }
  CostsScene scene{"2018-06-01"};
};

TEST_F(HouseholdSpec, ProvisionsPerHouseholdAsPrintedT16R71) {
  const auto response =
      scene.Ask(CostsScene::Question({"provisions", "households", "provisions_per_household"}, "2017-01", "2018-01", {"law"}));
  std::map<std::string, std::vector<std::string>> by_law;
  for (const auto& figure : response.figures()) {
    by_law[figure.dimensions(0).value()].push_back(figure.has_ratio() ? dutch::Decimal(figure.ratio(), 2)
                                                                      : std::to_string(figure.count()));
  }
  EXPECT_THAT(by_law["wmo"], ElementsAre("1842", "1077", "1,71"));
  EXPECT_THAT(by_law["jeugdwet"], ElementsAre("952", "537", "1,77"));
  EXPECT_EQ(response.totals(1).count(), 1077) << "a union over the laws, never the sum";
}

// 7,6% of the households: 1077 of 14.171, and of nothing when nobody said how many there are (I23, I24).
TEST_F(HouseholdSpec, HouseholdsPer1000NeedANumberOfHouseholdsI23I24) {
  EXPECT_EQ(scene.Total("households_per_1000", "2017-01", "2018-01").state_reason(), "PERIOD_NOT_DELIVERED");
  scene.Feed({BatchOf(2, At("2018-02-02"), {HouseholdCount(2017, 14'171)}, "cijferreeksen")});
  EXPECT_EQ(scene.Total("all_households", "2017-01", "2018-01").count(), 14'171);
  const auto rate = scene.Total("households_per_1000", "2017-01", "2018-01");
  EXPECT_EQ(dutch::Decimal(rate.ratio(), 1), "76,0");
  EXPECT_TRUE(rate.has_interval());
  EXPECT_EQ(scene.Total("households_per_1000", "2017-01", "2018-01", "2018-02-01").state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(scene.Total("all_households", "2018-01", "2019-01").state_reason(), "PERIOD_NOT_DELIVERED")
      << "of that year nothing is known";
  v1::ExplainFigureRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_measure("households_per_1000");
  request.mutable_period()->set_start_date("2017-01-01");
  request.mutable_period()->set_end_date("2018-01-01");
  const auto why = scene.costs.ExplainFigure(Caller(), request);
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_EQ(why->contribution_count(), 2) << "the allocations and the series";
}

TEST(Households, WhoHasNoneIsNamedAndNotCountedR71) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {AllocationOf({.person = "p1", .number = 1}), AllocationOf({.person = "p2", .number = 2}),
                       AllocationOf({.person = "p3", .number = 3, .product = "45A05"}),
                       AllocationOf({.person = "p1", .number = 4, .product = "45A05"})})});
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-03")), LinkOf(2, "p2", "c2", At("2018-01-03"))},
             {StayOf(3, "c1", "h1"), StayOf(4, "c2", "h1")});
  auto question = CostsScene::Question({"households", "household_provisions", "provisions_per_household"}, "2018-01", "2018-02",
                                       {"product"});
  const auto response = scene.Ask(question);
  EXPECT_EQ(response.totals(0).count(), 1) << "two persons at one address are one household";
  EXPECT_EQ(response.totals(1).count(), 3);
  EXPECT_DOUBLE_EQ(response.totals(2).ratio(), 3.0);
  EXPECT_THAT(response.totals(2).reliability().statement(),
              HasSubstr("Van 1 cliënt is geen huishouden bekend; die telt hier niet mee."));
  ASSERT_EQ(response.figures_size(), 6);
  EXPECT_THAT(response.figures(0).reliability().statement(), Not(HasSubstr("huishouden bekend")));
  EXPECT_EQ(response.figures(3).count(), 1);
  const auto day = scene.Ask(CostsScene::QuestionOn({"households"}, "2018-01-31"));
  EXPECT_EQ(day.totals(0).count(), 1);
  EXPECT_EQ(scene.Total("households", "2017-01", "2017-02").state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(scene.Total("households", "2018-01", "2018-02", "2018-01-02").count(), 0) << "before anybody was linked";
}

// The table of the nota (requirements 2.5). Nobody has both, so the union is the printed subtotal; Wmo falls 0,35% (I1).
TEST(ClientsAndPgb, TheTableOfTheNotaT15R69I1) {
  CostsScene scene;
  std::vector<Fact> facts;
  int64_t number = 0;
  const auto add = [&](ingestion::v1::Law law, int year, int in_kind, int budgets) {
    const std::string first = absl::StrCat(year, "-02-01"), last = absl::StrCat(year, "-11-30");
    const std::string prefix = absl::StrCat(law == ingestion::v1::WMO ? "w" : "j");
    for (int i = 0; i < in_kind; ++i) {
      AllocationSpec spec;
      spec.person = absl::StrCat(prefix, i);
      spec.number = ++number;
      spec.first = first;
      spec.last = last;
      spec.law = law;
      facts.push_back(AllocationOf(spec));
    }
    for (int i = 0; i < budgets; ++i) facts.push_back(BudgetFor(absl::StrCat(prefix, "b", i), law, first, last));
  };
  add(ingestion::v1::YOUTH, 2016, 560, 60);
  add(ingestion::v1::YOUTH, 2017, 595, 55);
  add(ingestion::v1::WMO, 2016, 228, 54);
  add(ingestion::v1::WMO, 2017, 230, 51);
  scene.Feed({BatchOf(1, At("2018-01-02"), facts)});
  EXPECT_EQ(
      TableOf(scene.Ask(
          CostsScene::Question({"clients", "pgb_clients", "clients_and_pgb"}, "2016-01", "2018-01", {"year", "law"}))),
      "year=2016 law=jeugdwet clients=560\nyear=2016 law=jeugdwet pgb_clients=60\nyear=2016 law=jeugdwet clients_and_pgb=620\n"
      "year=2016 law=wmo clients=228\nyear=2016 law=wmo pgb_clients=54\nyear=2016 law=wmo clients_and_pgb=282\n"
      "year=2017 law=jeugdwet clients=595\nyear=2017 law=jeugdwet pgb_clients=55\nyear=2017 law=jeugdwet clients_and_pgb=650\n"
      "year=2017 law=wmo clients=230\nyear=2017 law=wmo pgb_clients=51\nyear=2017 law=wmo clients_and_pgb=281\n"
      "clients=825\npgb_clients=114\nclients_and_pgb=939\n");
  v1::CompareFiguresRequest request;
  request.set_parent("municipalities/gm1730");
  request.add_measures("clients_and_pgb");
  request.add_dimensions("law");
  request.mutable_before()->set_start_date("2016-01-01");
  request.mutable_before()->set_end_date("2017-01-01");
  request.mutable_after()->set_start_date("2017-01-01");
  request.mutable_after()->set_end_date("2018-01-01");
  const auto response = scene.costs.CompareFigures(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(dutch::Percent(response->comparisons(0).growth(), 2), "4,84%");
  EXPECT_EQ(dutch::Percent(response->comparisons(1).growth(), 2), "−0,35%");
  EXPECT_EQ(dutch::Percent(response->totals(0).growth(), 2), "3,22%") << "902 to 931";
}

TEST(ClientsAndPgb, WhoHasBothCountsOnceR69) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {AllocationOf({.person = "p1"}), BudgetFor("x1", ingestion::v1::YOUTH, "2018-01-01", "2018-01-31"),
                       BudgetFor("x2", ingestion::v1::WMO, "2018-02-01", "2018-03-31")})});
  EXPECT_EQ(scene.Total("clients_and_pgb", "2018-01", "2018-04").count(), 3);
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-03")), LinkOf(2, "x1", "c1", At("2018-01-03"))});
  EXPECT_EQ(scene.Total("clients_and_pgb", "2018-01", "2018-04").count(), 2) << "one person";
  EXPECT_EQ(scene.Total("clients_and_pgb", "2018-01", "2018-04", "2018-01-02").count(), 3) << "as known before the link";
  EXPECT_EQ(
      TableOf(scene.Ask(CostsScene::Question({"clients_and_pgb"}, "2018-01", "2018-04", {"month"}))),
      "month=2018-01 clients_and_pgb=1\nmonth=2018-02 clients_and_pgb=2\nmonth=2018-03 clients_and_pgb=2\nclients_and_pgb=2\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients_and_pgb"}, "2018-01", "2018-02", {"law"}))),
            "law=jeugdwet clients_and_pgb=1\nclients_and_pgb=1\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients_and_pgb"}, "2018-02", "2018-03", {"law"}))),
            "law=jeugdwet clients_and_pgb=1\nlaw=wmo clients_and_pgb=1\nclients_and_pgb=2\n");
  auto wmo = CostsScene::Question({"clients_and_pgb"}, "2018-01", "2018-04");
  CostsScene::Where(&wmo, "law", {"wmo"});
  EXPECT_EQ(scene.Ask(wmo).totals(0).count(), 1);
  EXPECT_EQ(scene.Ask(CostsScene::QuestionOn({"clients_and_pgb"}, "2018-02-01")).totals(0).count(), 2);
  EXPECT_EQ(scene.Total("clients_and_pgb", "2019-01", "2019-02").state_reason(), "PERIOD_NOT_DELIVERED")
      << "no budgets of 2019";
}

// p1 has care in five years, p2 in three of them, p3 in one; p4 had care in 2014 only.
void FeedYears(CostsScene* scene) {
  std::vector<Fact> facts;
  int64_t number = 0;
  const auto year = [&](const std::string& person, int of) {
    AllocationSpec spec;
    spec.person = person;
    spec.number = ++number;
    spec.first = absl::StrCat(of, "-03-01");
    spec.last = absl::StrCat(of, "-04-30");
    spec.assigned = absl::StrCat(of, "-02-01");
    facts.push_back(AllocationOf(spec));
    return number;
  };
  std::vector<Fact> claims;
  for (int of = 2014; of <= 2018; ++of) {
    const int64_t allocation = year("p1", of);
    if (of == 2018) {
      claims = {
          ClaimOf("A",
                  {{.reference = "r1", .amount_cents = 900'00, .person = "p1", .allocation = allocation, .first = "2018-03-01"},
                   {.reference = "r2", .amount_cents = 100'00, .person = "p3", .allocation = 99, .first = "2018-03-01"}}),
          AnswerOf("A")};
    }
  }
  for (const int of : {2014, 2016, 2018}) year("p2", of);
  year("p3", 2018);
  year("p4", 2014);
  scene->Feed({BatchOf(1, At("2018-05-01"), facts), BatchOf(2, At("2018-05-02"), claims, "jw323")});
}

TEST(LongTermUse, IsCareInThreeOfTheLastFiveYearsR130) {
  CostsScene scene;
  FeedYears(&scene);
  EXPECT_EQ(
      TableOf(scene.Ask(CostsScene::Question(
          {"clients", "core_clients", "in_care_1", "in_care_2", "in_care_3", "in_care_4", "in_care_5"}, "2018-01", "2019-01"))),
      "clients=3\ncore_clients=2\nin_care_1=1\nin_care_2=0\nin_care_3=1\nin_care_4=0\nin_care_5=1\n");
  EXPECT_DOUBLE_EQ(scene.Total("core_share", "2018-01", "2019-01").ratio(), 2.0 / 3);
  EXPECT_EQ(scene.Total("core_approved", "2018-01", "2019-01").amount_cents(), 900'00);
  EXPECT_DOUBLE_EQ(scene.Total("core_cost_share", "2018-01", "2019-01").ratio(), 0.9);
  EXPECT_THAT(scene.Total("core_clients", "2018-01", "2019-01").reliability().statement(), Not(HasSubstr("laatste 5 jaar")));
  // Filters say who is counted, not what somebody had before.
  auto question = CostsScene::Question({"core_clients"}, "2018-01", "2019-01");
  CostsScene::Where(&question, "month", {"2018-03"});
  EXPECT_EQ(ReasonOf(scene.costs.QueryFigures(Caller(), question).status()), ErrorReason::FIELDS_INVALID);
}

TEST(LongTermUse, WhereTheDataBeginLaterItSaysSoR130R16) {
  CostsScene scene;
  FeedYears(&scene);
  EXPECT_EQ(scene.Total("core_clients", "2015-01", "2016-01").state_reason(), "PERIOD_NOT_DELIVERED")
      << "two years are no three of five";
  const auto of_2016 = scene.Total("core_clients", "2016-01", "2017-01");
  EXPECT_EQ(of_2016.count(), 1);
  EXPECT_THAT(of_2016.reliability().statement(),
              HasSubstr(" Er zijn gegevens over 3 van de laatste 5 jaar: wie daarvoor zorg had, telt met te weinig jaren."));
  EXPECT_EQ(scene.Total("in_care_4", "2016-01", "2017-01").state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(scene.Total("in_care_3", "2016-01", "2017-01").count(), 1);
}

TEST(FirstEver, IsByTheReferrerOfTheFirstProvisionR132) {
  CostsScene scene;
  scene.Feed(
      {BatchOf(1, At("2018-01-02"),
               {AllocationOf({.person = "p1", .number = 1, .first = "2016-01-01", .last = "2016-03-31"}),
                AllocationOf({.person = "p1", .number = 2, .first = "2018-01-01", .last = "2018-03-31"}),
                AllocationOf({.person = "p2", .number = 3, .first = "2018-01-15", .last = "2018-03-31"}),
                AllocationOf({.person = "p2", .number = 4, .product = "45A05", .first = "2018-02-01", .last = "2018-03-31"}),
                AllocationOf({.person = "p3", .number = 5, .first = "2018-02-01", .last = "2018-02-28"}),
                ReferralOf("p2", 3, "02"), ReferralOf("p2", 4, "01"), ReferralOf("p3", 5, "01")})});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"first_ever"}, "2018-01", "2018-04", {"month", "referrer"}))),
            "month=2018-01 referrer=02 first_ever=1\nmonth=2018-02 referrer=01 first_ever=1\nfirst_ever=2\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"first_ever"}, "2018-01", "2018-04", {"month"}))),
            "month=2018-01 first_ever=1\nmonth=2018-02 first_ever=1\nmonth=2018-03 first_ever=0\nfirst_ever=2\n");
  EXPECT_THAT(scene.Total("first_ever", "2016-01", "2017-01").reliability().statement(),
              HasSubstr("De gegevens beginnen in januari 2016: wie daarvoor zorg had, telt als nieuw."));
  EXPECT_THAT(scene.Total("first_ever", "2018-01", "2018-02").reliability().statement(), Not(HasSubstr("beginnen")));
}

std::string Switches(std::vector<Stretch> care) {
  std::string text;
  for (const HandedOver& course : HandOvers(std::move(care), 28)) {
    absl::StrAppend(&text, course.days.start, "-", course.days.end, ":");
    for (const Day day : course.switches) absl::StrAppend(&text, " ", day);
    text += "\n";
  }
  return text;
}

TEST(HandOvers, ASwitchFollowsTheEndAtAnotherProviderR133) {
  EXPECT_EQ(Switches({}), "");
  EXPECT_EQ(Switches({{1, 10, {0, 100}}}), "0-100:\n");
  EXPECT_EQ(Switches({{1, 10, {0, 100}}, {1, 11, {100, 200}}}), "0-200: 100\n");
  EXPECT_EQ(Switches({{1, 10, {0, 100}}, {1, 11, {128, 200}}}), "0-200: 128\n") << "28 days between";
  EXPECT_EQ(Switches({{1, 10, {0, 100}}, {1, 11, {129, 200}}}), "0-100:\n129-200:\n") << "29 days is another course";
  EXPECT_EQ(Switches({{1, 10, {0, 100}}, {1, 11, {50, 200}}}), "0-200:\n") << "a second provider beside the first";
  EXPECT_EQ(Switches({{1, 10, {0, 100}}, {1, 10, {120, 200}}}), "0-200:\n") << "back at the same one";
  EXPECT_EQ(Switches({{1, 10, {0, 100}}, {1, 11, {50, 150}}, {1, 12, {150, 200}}}), "0-200: 150\n");
  EXPECT_EQ(Switches({{1, 10, {0, 10}}, {1, 11, {10, 20}}, {1, 10, {60, 70}}, {2, 11, {10, 20}}}),
            "0-20: 10\n60-70:\n10-20:\n");
}

TEST(HandOvers, CoursesWithThreeSwitchesAreCountedR133) {
  CostsScene scene;
  std::vector<Fact> facts;
  for (int i = 0; i < 5; ++i) {
    AllocationSpec spec;
    spec.person = "p1";
    spec.number = i + 1;
    spec.first = absl::StrCat("2018-0", i + 1, "-01");
    spec.last = absl::StrCat("2018-0", i + 1, "-20");
    spec.provider = absl::StrCat("9900000", i % 3);
    facts.push_back(AllocationOf(spec));
  }
  facts.push_back(AllocationOf({.person = "p2", .number = 9, .first = "2018-01-01", .last = "2018-12-31"}));
  scene.Feed({BatchOf(1, At("2018-01-02"), facts)});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"provider_switches", "episodes_3_switches", "episodes"}, "2018-03",
                                                   "2018-06", {"month"}))),
            "month=2018-03 provider_switches=1\nmonth=2018-03 episodes_3_switches=0\nmonth=2018-03 episodes=2\n"
            "month=2018-04 provider_switches=1\nmonth=2018-04 episodes_3_switches=1\nmonth=2018-04 episodes=2\n"
            "month=2018-05 provider_switches=1\nmonth=2018-05 episodes_3_switches=1\nmonth=2018-05 episodes=2\n"
            "provider_switches=3\nepisodes_3_switches=1\nepisodes=2\n");
  EXPECT_DOUBLE_EQ(scene.Total("episodes_3_switches_share", "2018-01", "2018-06").ratio(), 0.5);
}

TEST(SameLevel, AMoveIsAnEndAndABeginOnOneLevelR34) {
  CostsScene scene;
  const auto of = [](const std::string& person, int64_t number, const std::string& product, const std::string& first,
                     const std::string& last) {
    AllocationSpec spec;
    spec.person = person;
    spec.number = number;
    spec.product = product;
    spec.first = first;
    spec.last = last;
    return AllocationOf(spec);
  };
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {LevelOf("A", "5"), LevelOf("B", "5"), LevelOf("C", "6"),
                       // To another product of the level after 20 days; the same product goes on under another number.
                       of("p1", 1, "A", "2018-01-01", "2018-01-31"), of("p1", 2, "B", "2018-02-20", "2018-03-31"),
                       of("p1", 3, "B", "2018-04-01", "2018-06-30"),
                       // Up a level.
                       of("p2", 4, "A", "2018-01-01", "2018-01-31"), of("p2", 5, "C", "2018-02-01", "2018-06-30"),
                       // Beside what goes on.
                       of("p3", 6, "A", "2018-01-01", "2018-06-30"), of("p3", 7, "B", "2018-02-01", "2018-06-30"),
                       // After more than four weeks.
                       of("p4", 8, "A", "2018-01-01", "2018-01-31"), of("p4", 9, "B", "2018-03-15", "2018-06-30")})});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"same_level", "step_up", "step_down"}, "2018-01", "2018-05", {"month"}))),
            "month=2018-01 same_level=0\nmonth=2018-01 step_up=0\nmonth=2018-01 step_down=0\n"
            "month=2018-02 same_level=1\nmonth=2018-02 step_up=1\nmonth=2018-02 step_down=0\n"
            "month=2018-03 same_level=0\nmonth=2018-03 step_up=0\nmonth=2018-03 step_down=0\n"
            "month=2018-04 same_level=0\nmonth=2018-04 step_up=0\nmonth=2018-04 step_down=0\n"
            "same_level=1\nstep_up=1\nstep_down=0\n");
}

// Counting by sets, the plain way.
TEST(PersonMeasures, AgreeWithCountingBySetsForRandomCare) {
  std::mt19937 random(20180131);
  for (int round = 0; round < 20; ++round) {
    CostsScene scene;
    std::vector<Fact> facts;
    std::vector<linking::v1::Link> links;
    std::vector<linking::v1::HouseholdStay> stays;
    struct Care {
      int person, product;
      Day first, last;
    };
    std::vector<Care> all;
    std::map<int, int> home;
    for (int person = 0; person < 12; ++person) {
      links.push_back(LinkOf(person + 1, absl::StrCat("p", person), absl::StrCat("c", person), At("2015-01-01")));
      if (random() % 4 == 0) continue;
      home[person] = static_cast<int>(random() % 5);
      stays.push_back(StayOf(100 + person, absl::StrCat("c", person), absl::StrCat("h", home[person])));
    }
    for (int i = 0; i < 30; ++i) {
      const Day first = On("2014-01-01") + static_cast<Day>(random() % 1800);
      const Care care{static_cast<int>(random() % 12), static_cast<int>(random() % 3), first,
                      first + static_cast<Day>(random() % 300)};
      all.push_back(care);
      AllocationSpec spec;
      spec.person = absl::StrCat("p", care.person);
      spec.number = i + 1;
      spec.product = absl::StrCat("P", care.product);
      spec.first = FormatDay(care.first);
      spec.last = FormatDay(care.last);
      facts.push_back(AllocationOf(spec));
    }
    scene.Feed({BatchOf(1, At("2015-01-01"), facts)});
    scene.Feed(links, stays);
    std::set<int> households, clients, core, fresh;
    const Day start = On("2018-01-01"), end = On("2019-01-01");
    for (const Care& care : all) {
      if (care.first >= end || care.last < start) continue;
      clients.insert(care.person);
      if (home.contains(care.person)) households.insert(home[care.person]);
    }
    for (const int person : clients) {
      std::set<int> years;
      Day first = kOpenEnd;
      for (const Care& care : all) {
        if (care.person != person) continue;
        first = std::min(first, care.first);
        for (int year = 2014; year <= 2018; ++year) {
          if (care.first < On(absl::StrCat(year + 1, "-01-01")) && care.last >= On(absl::StrCat(year, "-01-01")))
            years.insert(year);
        }
      }
      if (years.size() >= 3) core.insert(person);
      if (first >= start) fresh.insert(person);
    }
    const auto response = scene.Ask(CostsScene::Question({"clients", "households", "core_clients", "first_ever", "in_care_1",
                                                          "in_care_2", "in_care_3", "in_care_4", "in_care_5"},
                                                         "2018-01", "2019-01", {"product"}));
    if (response.totals(0).state() != type::Figure::ANSWERED) continue;
    EXPECT_EQ(response.totals(0).count(), static_cast<int64_t>(clients.size()));
    EXPECT_EQ(response.totals(1).count(), static_cast<int64_t>(households.size()));
    EXPECT_EQ(response.totals(3).count(), static_cast<int64_t>(fresh.size()));
    if (response.totals(8).state() != type::Figure::ANSWERED) continue;
    EXPECT_EQ(response.totals(2).count(), static_cast<int64_t>(core.size()));
    int64_t by_years = 0;
    for (int i = 4; i < 9; ++i) by_years += response.totals(i).count();
    EXPECT_EQ(by_years, static_cast<int64_t>(clients.size())) << "the distribution is over all clients";
  }
}

}  // namespace
}  // namespace nmd::costs
