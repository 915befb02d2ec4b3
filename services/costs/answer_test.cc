// SPDX-License-Identifier: EUPL-1.2
// Measures that are made of others, through the service.
#include "services/costs/answer.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::LevelOf;
using testing::TariffOf;

ingestion::v1::Fact PeopleOf(int year, const std::string& wijk, int64_t count) {
  ingestion::v1::Fact fact;
  fact.mutable_population()->set_year(year);
  fact.mutable_population()->set_wijk(wijk);
  fact.mutable_population()->set_age_to(120);
  fact.mutable_population()->set_count(count);
  return fact;
}

ingestion::v1::Fact LivesIn(const std::string& person, const std::string& wijk) {
  ingestion::v1::Fact fact;
  fact.mutable_residence()->set_person_key(person);
  fact.mutable_residence()->set_start_day(testing::On("2017-01-01"));
  fact.mutable_residence()->set_wijk(wijk);
  return fact;
}

std::vector<ingestion::v1::Fact> TwoClients() {
  return {AllocationOf({}),
          AllocationOf({.number = 2, .product = "45A05"}),
          AllocationOf({.person = "p2", .number = 3}),
          TariffOf("45A04", 100'00),
          TariffOf("45A05", 50'00),
          LevelOf("45A04", "5"),
          LevelOf("45A05", "6"),
          LivesIn("p1", "WK1"),
          LivesIn("p2", "WK2"),
          PeopleOf(2018, "WK1", 250),
          PeopleOf(2018, "WK2", 500)};
}

// provisions per client is 3/2 in total, though 1 and 2 per IVN and the sum of those would be 2.
TEST(Answer, ARatioOfATotalIsThatOfTheTotalsNeverASum) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), TwoClients())});
  const auto response = scene.Ask(
      CostsScene::Question({"provisions_per_client", "indicated_per_client", "clients"}, "2018-01", "2018-02", {"ivn"}));
  ASSERT_EQ(response.figures_size(), 6);
  EXPECT_EQ(response.figures(0).ratio(), 1);
  EXPECT_EQ(response.figures(1).amount_cents(), 100'00);
  EXPECT_EQ(response.figures(3).ratio(), 1);
  EXPECT_EQ(response.figures(4).amount_cents(), 50'00);
  EXPECT_EQ(response.totals(0).ratio(), 1.5);
  EXPECT_EQ(response.totals(1).amount_cents(), 125'00);
  EXPECT_EQ(response.totals(2).count(), 2);
  EXPECT_EQ(response.totals(0).definition(), "provisions_per_client/1");
}

TEST(Answer, ARateHasTheDenominatorOfItsCellAndAnExactIntervalR66) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), TwoClients())});
  const auto response = scene.Ask(CostsScene::Question({"clients_per_1000"}, "2018-01", "2018-02", {"wijk"}));
  ASSERT_EQ(response.figures_size(), 2);
  EXPECT_EQ(response.figures(0).ratio(), 4);
  EXPECT_EQ(response.figures(1).ratio(), 2);
  EXPECT_NEAR(response.totals(0).ratio(), 2 * 1000.0 / 750, 1e-12);
  EXPECT_NEAR(response.figures(0).interval().low(), 4 * 0.025318, 1e-5);
  EXPECT_NEAR(response.figures(0).interval().high(), 4 * 5.571643, 1e-5);
  EXPECT_EQ(response.figures(0).interval().method(), "exact_poisson");
  EXPECT_FALSE(scene.Total("indicated_per_client", "2018-01", "2018-02").has_interval());
}

TEST(Answer, WithoutAnInputThereIsNoValueAndByZeroNeither) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {AllocationOf({.first = "2018-01-01", .last = "2018-01-31"}),
                       AllocationOf({.number = 2, .first = "2018-03-01", .last = "2018-03-31"})})});
  EXPECT_EQ(scene.Total("clients_per_1000", "2018-01", "2018-02").state_reason(), "PERIOD_NOT_DELIVERED");
  const type::Figure empty = scene.Total("provisions_per_client", "2018-02", "2018-03");
  EXPECT_EQ(empty.state(), type::Figure::NOT_AVAILABLE);
  EXPECT_EQ(empty.state_reason(), "DENOMINATOR_ZERO");
  EXPECT_EQ(empty.value_case(), type::Figure::VALUE_NOT_SET) << "never 0";
  EXPECT_EQ(empty.reliability().statement(), "De noemer is nul, dus er is geen uitkomst.");
  EXPECT_EQ(scene.Total("indicated_per_client", "2018-01", "2018-02").state_reason(), "TARIFF_MISSING");
}

TEST(Answer, WhatWasPaidIsNotRegisteredAndSaysWhy) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {ClaimOf("A", {{"r1", "", 10'00}})}, "jw323"),
              BatchOf(2, At("2018-01-03"), {AnswerOf("A")}, "jw325")});
  const auto response = scene.Ask(CostsScene::Question({"paid", "approved"}, "2018-01", "2018-02", {"month"}));
  EXPECT_EQ(response.totals(0).state(), type::Figure::NOT_REGISTERED);
  EXPECT_EQ(response.totals(0).state_reason(), "ATTRIBUTE_NOT_REGISTERED");
  EXPECT_THAT(response.totals(0).reliability().statement(), HasSubstr("Geen bron levert betalingen"));
  EXPECT_EQ(response.totals(1).amount_cents(), 10'00);
  EXPECT_EQ(scene.Total("paid", "2018-01", "2018-02").state(), type::Figure::NOT_REGISTERED)
      << "also when nothing else is asked";
}

TEST(Answer, OwnMeasuresAreAskedAsAnyOtherR11) {
  google::protobuf::RepeatedPtrField<internal::v1::OwnMeasure> own;
  internal::v1::OwnMeasure* measure = own.Add();
  measure->set_id("rejected");
  measure->set_title("Niet goedgekeurd");
  measure->set_version(3);
  measure->set_unit("euro");
  measure->set_expression("declared - approved");
  const auto catalogue = Catalogue::With(own);
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  CostsScene scene;
  Costs costs(*scene.journal, scene.clock, "gm1730", {}, *catalogue);
  scene.Feed({BatchOf(1, At("2018-01-02"), {ClaimOf("A", {{"r1", "", 10'00}, {"r2", "", 5'00}})}, "jw323"),
              BatchOf(2, At("2018-01-03"), {AnswerOf("A", {"r2"})}, "jw325")});
  ASSERT_TRUE(costs.Replay().ok());
  const auto response = costs.QueryFigures(Caller(), CostsScene::Question({"rejected"}, "2018-01", "2018-02", {"product"}));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->totals(0).amount_cents(), 5'00);
  EXPECT_EQ(response->totals(0).definition(), "rejected/3");
  EXPECT_EQ(response->figures(0).amount_cents(), 5'00);
  v1::ListMeasuresRequest list;
  list.set_page_size(1000);
  const auto measures = costs.ListMeasures(Caller(), list);
  const auto& last = *measures->measures().rbegin();
  EXPECT_TRUE(last.own());
  EXPECT_EQ(last.name(), "municipalities/gm1730/measures/rejected");
  EXPECT_EQ(last.expression(), "declared - approved");
  EXPECT_EQ(last.additivity(), v1::Measure::ADDITIVE);
  const auto unknown = scene.costs.QueryFigures(Caller(), CostsScene::Question({"rejected"}, "2018-01", "2018-02"));
  EXPECT_EQ(ReasonOf(unknown.status()), ErrorReason::MEASURE_UNKNOWN) << "another instance has no such measure";
}

TEST(Answer, AnExplanationOfARatioNamesEveryPartOfIt) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), TwoClients())});
  v1::ExplainFigureRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_measure("clients_per_1000");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-02-01");
  const auto response = scene.costs.ExplainFigure(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_NEAR(response->figure().ratio(), 2 * 1000.0 / 750, 1e-12);
  std::string steps;
  for (const auto& step : response->steps()) steps += step.text() + "=" + std::to_string(step.count()) + "\n";
  EXPECT_THAT(steps, HasSubstr("Cliënten: Verschillende cliënten=2\n"));
  EXPECT_THAT(steps, HasSubstr("Inwoners: Aantallen inwoners van het jaar, opgeteld=2\n"));
  EXPECT_EQ(response->contribution_count(), 1);
}

}  // namespace
}  // namespace nmd::costs
