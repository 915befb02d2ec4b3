// SPDX-License-Identifier: EUPL-1.2
// What is asked in a way that has no answer gets a clear error, and little work; and what is asked by ages of choice.
#include "services/costs/question.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/costs_scene.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using testing::On;
using testing::TableOf;
using ::testing::UnorderedElementsAre;

// Paths of the faults of a question.
std::vector<std::string> FaultsOf(const v1::QueryFiguresRequest& request) {
  CostsScene scene;
  const auto response = scene.costs.QueryFigures(Caller(), request);
  EXPECT_EQ(ReasonOf(response.status()), ErrorReason::FIELDS_INVALID);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(response.status())) paths.push_back(field.path);
  return paths;
}

TEST(Question, ReversedEmptyAndAncientPeriodsAreFaults) {
  EXPECT_THAT(FaultsOf(CostsScene::Question({"clients"}, "2018-03", "2018-01")), ElementsAre("period.end_date"));
  EXPECT_THAT(FaultsOf(CostsScene::Question({"clients"}, "2018-03", "2018-03")), ElementsAre("period.end_date"));
  EXPECT_THAT(FaultsOf(CostsScene::Question({"clients"}, "0001-01", "2018-01")), ElementsAre("period.start_date"));
  EXPECT_THAT(FaultsOf(CostsScene::Question({"clients"}, "1900-01", "2018-01")), ElementsAre("period.end_date"))
      << "at most 50 years";
  EXPECT_THAT(FaultsOf(CostsScene::QuestionOn({"clients"}, "0001-01-01")), ElementsAre("reference_date"));
  CostsScene scene;
  EXPECT_EQ(scene.Total("clients", "1990-01", "2030-01").state(), type::Figure::NOT_AVAILABLE) << "long, but it can be asked";
}

TEST(Question, AgesMustAscendWithinALife) {
  const auto faults = [](const std::vector<int>& ages) {
    auto request = CostsScene::Question({"clients"}, "2018-01", "2018-02", {"age_band"});
    request.mutable_age_from()->Assign(ages.begin(), ages.end());
    return FaultsOf(request);
  };
  EXPECT_THAT(faults({0, 12, 12}), ElementsAre("age_from[2]"));
  EXPECT_THAT(faults({18, 12}), ElementsAre("age_from[1]"));
  EXPECT_THAT(faults({-1, 12}), ElementsAre("age_from[0]"));
  EXPECT_THAT(faults({0, 121}), ElementsAre("age_from[1]"));
  EXPECT_THAT(faults(std::vector<int>(1'000'000, 5)), ElementsAre("age_from[1]")) << "one fault tells enough";
}

TEST(Question, AFilterMustNameBandsThatAreThere) {
  auto request = CostsScene::Question({"clients"}, "2018-01", "2018-02");
  CostsScene::Where(&request, "age_band", {"0-17"});
  EXPECT_THAT(FaultsOf(request), ElementsAre("filters")) << "not a zero that nobody counted";
  request.add_age_from(18);
  CostsScene scene;
  EXPECT_EQ(scene.Ask(request).totals_size(), 1);
}

TEST(Question, TooManyFiguresAreRefusedAndTenMillionPossibleOnesAreNot) {
  CostsScene scene("2019-01-01");
  std::vector<Fact> facts;
  std::vector<linking::v1::Link> links;
  std::vector<linking::v1::HouseholdStay> stays;
  for (int i = 0; i < 400; ++i) {
    const std::string person = absl::StrCat("p", i);
    facts.push_back(AllocationOf({.person = person,
                                  .number = i + 1,
                                  .product = absl::StrCat("45A", 10 + i % 50),
                                  .first = "2000-01-01",
                                  .last = "2020-12-31",
                                  .provider = absl::StrCat("990000", 10 + i % 60)}));
    links.push_back(testing::LinkOf(i + 1, person, absl::StrCat("c", i), At("2018-01-01")));
    auto& stay = stays.emplace_back();
    stay.set_sequence(1000 + i);
    stay.set_client(absl::StrCat("c", i));
    stay.set_household(absl::StrCat("h", i));
    stay.set_start_day(On("1999-01-01"));
    stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-01")));
  }
  scene.Feed({BatchOf(1, At("2018-01-01"), facts)});
  scene.Feed(links, stays);
  // 50 products x 60 providers x 400 households x 24 months are 28,800,000 possible groups; 9,600 are there.
  auto request = CostsScene::Question({"clients"}, "2018-01", "2020-01", {"product", "provider", "household", "month"});
  EXPECT_EQ(scene.Ask(request).figures_size(), 400 * 24);
  request.mutable_period()->set_start_date("2000-01-01");
  request.mutable_period()->set_end_date("2021-01-01");
  const auto refused = scene.costs.QueryFigures(Caller(), request);
  EXPECT_EQ(ReasonOf(refused.status()), ErrorReason::RESULT_TOO_LARGE) << "100,800 figures";
  request.clear_dimensions();
  for (int i = 0; i < 9; ++i) request.add_dimensions("product");
  EXPECT_THAT(FaultsOf(request), ::testing::Contains("dimensions[1]"));
}

TEST(Question, AMeasureMadeOfItselfIsNoMeasure) {
  google::protobuf::RepeatedPtrField<internal::v1::OwnMeasure> own;
  for (const auto& [id, expression] : {std::pair("a", "b + clients"), std::pair("b", "a - clients")}) {
    auto* measure = own.Add();
    measure->set_id(id);
    measure->set_title(id);
    measure->set_unit("cliënten");
    measure->set_version(1);
    measure->set_expression(expression);
  }
  const auto catalogue = Catalogue::With(own);
  EXPECT_EQ(catalogue.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(catalogue.status().message()), ::testing::HasSubstr("made of itself"));
}

Fact BornOn(const std::string& person, const std::string& day) {
  Fact fact;
  fact.mutable_person()->set_person_key(person);
  fact.mutable_person()->set_birth_day(On(day));
  return fact;
}

TEST(AgesOfChoice, AreThoseOfTheFirstDayAlsoAtBirthdaysR70) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"),
                      {AllocationOf({.person = "p1", .number = 1}), AllocationOf({.person = "p2", .number = 2}),
                       AllocationOf({.person = "p3", .number = 3}), AllocationOf({.person = "p4", .number = 4}),
                       BornOn("p1", "2000-02-01"), BornOn("p2", "2000-02-02"), BornOn("p3", "1898-01-01")})});
  auto question = CostsScene::Question({"clients"}, "2018-01", "2018-04", {"month", "age_band"});
  for (const int age : {0, 18, 119}) question.add_age_from(age);
  EXPECT_EQ(TableOf(scene.Ask(question)),
            "month=2018-01 age_band=0-17 clients=2\nmonth=2018-01 age_band=119+ clients=1\nmonth=2018-01 age_band= clients=1\n"
            "month=2018-02 age_band=0-17 clients=1\nmonth=2018-02 age_band=18-118 clients=1\n"
            "month=2018-02 age_band=119+ clients=1\nmonth=2018-02 age_band= clients=1\n"
            "month=2018-03 age_band=18-118 clients=2\nmonth=2018-03 age_band=119+ clients=1\n"
            "month=2018-03 age_band= clients=1\nclients=4\n")
      << "who turns 18 on the first is 18, who does so on the second is 17";
  question.clear_dimensions();
  question.add_dimensions("age_band");
  EXPECT_EQ(TableOf(scene.Ask(question)), "age_band=0-17 clients=2\nage_band=119+ clients=1\nage_band= clients=1\nclients=4\n");
  EXPECT_EQ(scene.Ask(question).figures(0).dimensions(0).label(), "0 t/m 17 jaar");
  // The same bands for what flows in, and for a comparison.
  question.mutable_measures(0)->assign("inflow");
  EXPECT_EQ(TableOf(scene.Ask(question)), "age_band=0-17 inflow=2\nage_band=119+ inflow=1\nage_band= inflow=1\ninflow=4\n");
  v1::CompareFiguresRequest compare;
  compare.add_measures("clients");
  compare.add_age_from(18);
  auto* filter = compare.add_filters();
  filter->set_dimension("age_band");
  filter->add_values("0-17");
  compare.mutable_before()->set_start_date("2018-01-01");
  compare.mutable_before()->set_end_date("2018-02-01");
  compare.mutable_after()->set_start_date("2018-02-01");
  compare.mutable_after()->set_end_date("2018-03-01");
  const auto compared = scene.costs.CompareFigures(Caller(), compare);
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_EQ(compared->totals(0).count(), -1);
}

Fact PeopleOf(int year, int from, int to, int64_t count) {
  Fact fact;
  auto* population = fact.mutable_population();
  population->set_year(year);
  population->set_age_from(from);
  population->set_age_to(to);
  population->set_count(count);
  return fact;
}

TEST(AgesOfChoice, GiveARateTheDenominatorOfTheSameAgesR70I22) {
  CostsScene scene;
  std::vector<Fact> facts = {AllocationOf({.person = "p1", .number = 1}), AllocationOf({.person = "p2", .number = 2}),
                             BornOn("p1", "2005-05-05"), BornOn("p2", "1998-05-05")};
  for (int age = 0; age < 95; ++age) facts.push_back(PeopleOf(2018, age, age, 10));
  facts.push_back(PeopleOf(2018, 95, 120, 50));
  scene.Feed({BatchOf(1, At("2017-12-01"), facts)});
  const auto rate = [&scene](int below, const std::string& band) {
    auto question = CostsScene::Question({"clients", "population", "clients_per_1000"}, "2018-01", "2018-02");
    question.add_age_from(below);
    CostsScene::Where(&question, "age_band", {band});
    const auto response = scene.Ask(question);
    return std::tuple(response.totals(0).count(), response.totals(1).count(), response.totals(2).ratio());
  };
  EXPECT_EQ(rate(18, "0-17"), std::tuple(1, 180, 1000.0 / 180));
  EXPECT_EQ(rate(23, "0-22"), std::tuple(2, 230, 2000.0 / 230));
}

TEST(AgesOfChoice, OfWhichNotAllInhabitantsAreCountedHaveNoDenominator) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"),
                      {AllocationOf({}), BornOn("p1", "2005-05-05"), PeopleOf(2018, 0, 4, 50), PeopleOf(2018, 5, 9, 60),
                       PeopleOf(2018, 10, 14, 70), PeopleOf(2018, 15, 19, 80), PeopleOf(2018, 20, 120, 900)})});
  auto question = CostsScene::Question({"population"}, "2018-01", "2018-02", {"age_band"});
  for (const int age : {0, 10, 18}) question.add_age_from(age);
  EXPECT_EQ(TableOf(scene.Ask(question)), "age_band=0-9 population=110\npopulation=1160\n")
      << "10-17 and 18+ both have a part of 15-19: their sums would be too low";
  auto rate = CostsScene::Question({"clients_per_1000"}, "2018-01", "2018-02");
  rate.add_age_from(18);
  CostsScene::Where(&rate, "age_band", {"0-17"});
  EXPECT_EQ(scene.Ask(rate).totals(0).state(), type::Figure::NOT_AVAILABLE);
}

}  // namespace
}  // namespace nmd::costs
