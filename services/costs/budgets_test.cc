// SPDX-License-Identifier: EUPL-1.2
// Vintages of budget lines, and the result that follows from the two sides (requirements 2.1 to 2.3).
#include "services/costs/budgets.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/core/dutch.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using testing::At;
using testing::BatchOf;
using testing::BudgetOf;
using testing::CostsScene;
using testing::On;
using testing::TableOf;

// A line of a document with a date; amounts in euro.
Fact Dated(const std::string& line, int year, int64_t euro, const std::string& document, const std::string& day = "") {
  Fact fact = BudgetOf(line, year, euro * 100, document);
  if (!day.empty()) fact.mutable_budget_line()->set_document_day(On(day));
  return fact;
}

// The tables of 2018 (S4) and of 2019 (S1), in the order in which they came in.
void FeedTynaarlo(CostsScene* scene) {
  const std::string nota = "nota 2018", inzicht = "inzicht 2019";
  scene->Feed(
      {BatchOf(1, At("2018-03-12"),
               {Dated("rijksbijdrage_jeugd", 2015, 6'528'674, nota), Dated("rijksbijdrage_jeugd", 2016, 5'872'256, nota),
                Dated("rijksbijdrage_jeugd", 2017, 5'168'040, nota), Dated("rijksbijdrage_jeugd", 2018, 5'229'670, nota),
                Dated("rijksbijdrage_jeugd", 2019, 5'229'678, nota), Dated("resultaat_jeugd", 2017, -1'200'000, nota),
                Dated("rijksbijdrage_participatie", 2017, 2'879'038, nota)},
               "begroting"),
       BatchOf(2, At("2019-10-01"),
               {Dated("rijksbijdrage_jeugd", 2015, 6'500'000, inzicht), Dated("rijksbijdrage_jeugd", 2016, 5'800'000, inzicht),
                Dated("rijksbijdrage_jeugd", 2017, 5'300'000, inzicht), Dated("rijksbijdrage_jeugd", 2018, 5'800'000, inzicht),
                Dated("rijksbijdrage_jeugd", 2019, 6'900'000, inzicht), Dated("uitgaven_jeugd", 2015, 5'800'000, inzicht),
                Dated("uitgaven_jeugd", 2016, 5'500'000, inzicht), Dated("uitgaven_jeugd", 2017, 6'800'000, inzicht),
                Dated("uitgaven_jeugd", 2018, 8'600'000, inzicht), Dated("uitgaven_jeugd", 2019, 9'100'000, inzicht)},
               "begroting")});
}

std::string Shares(const v1::QueryFiguresResponse& response, const std::string& measure) {
  std::string text;
  for (const auto& figure : response.figures()) {
    if (figure.measure() == measure) text += dutch::Percent(figure.ratio(), 1) + " ";
  }
  return text;
}

TEST(Budgets, TheNameOfALineSaysItsSideAndItsSubject) {
  struct Case {
    const char* line;
    BudgetSide side;
    const char* subject;
  };
  for (const Case& c : std::initializer_list<Case>{{"rijksbijdrage_jeugd", BudgetSide::kIncome, "jeugd"},
                                                   {"rijksbijdrage_wmo_nieuw", BudgetSide::kIncome, "wmo_nieuw"},
                                                   {"baten_wmo", BudgetSide::kIncome, "wmo"},
                                                   {"uitgaven_jeugd", BudgetSide::kSpend, "jeugd"},
                                                   {"lasten_wmo", BudgetSide::kSpend, "wmo"},
                                                   {"resultaat_jeugd", BudgetSide::kOther, "jeugd"},
                                                   {"uitgavenplafond_jeugd", BudgetSide::kOther, "jeugd"},
                                                   {"buig", BudgetSide::kOther, ""},
                                                   {"", BudgetSide::kOther, ""}}) {
    EXPECT_EQ(SideOf(c.line), c.side) << c.line;
    EXPECT_EQ(SubjectOf(c.line), c.subject) << c.line;
  }
}

TEST(Budgets, TheResultOfEveryYearAsPrintedAndOfWhatT10R58) {
  CostsScene scene;
  FeedTynaarlo(&scene);
  const auto response =
      scene.Ask(CostsScene::Question({"result", "result_of_income", "result_of_spend"}, "2015-01", "2020-01", {"year"}));
  std::vector<int64_t> euros;
  for (const auto& figure : response.figures()) {
    if (figure.measure() == "result") euros.push_back(figure.amount_cents() / 100);
  }
  EXPECT_EQ(euros, (std::vector<int64_t>{700'000, 300'000, -1'500'000, -2'800'000, -2'200'000}));
  EXPECT_EQ(response.totals(0).amount_cents(), -5'500'000'00);
  EXPECT_EQ(Shares(response, "result_of_income"), "10,8% 5,2% −28,3% −48,3% −31,9% ");
  EXPECT_EQ(Shares(response, "result_of_spend"), "12,1% 5,5% −22,1% −32,6% −24,2% ");
}

// Assen 2017 (S2): "22% van de integratie-uitkering"; of what was spent it is another share.
TEST(Budgets, ADeficitIsAShareOfANamedDenominatorT13I29) {
  CostsScene scene;
  scene.Feed({BatchOf(
      1, At("2018-06-01"),
      {Dated("integratieuitkering_jeugd", 2017, 19'700'000, "antwoord"), Dated("uitgaven_jeugd", 2017, 24'100'000, "antwoord")},
      "begroting")});
  const auto response =
      scene.Ask(CostsScene::Question({"result", "result_of_income", "result_of_spend"}, "2017-01", "2018-01", {"year"}));
  EXPECT_EQ(response.totals(0).amount_cents(), -4'400'000'00);
  EXPECT_EQ(Shares(response, "result_of_income"), "−22,3% ");
  EXPECT_EQ(Shares(response, "result_of_spend"), "−18,3% ");
}

std::string GrowthOf(CostsScene* scene, int year, const std::string& known, std::vector<std::string> lines) {
  v1::CompareFiguresRequest request;
  request.set_parent("municipalities/gm1730");
  request.add_measures("budget");
  const auto year_of = [](int of, type::Period* period) {
    period->set_start_date(std::to_string(of) + "-01-01");
    period->set_end_date(std::to_string(of + 1) + "-01-01");
  };
  year_of(year - 1, request.mutable_before());
  year_of(year, request.mutable_after());
  auto* filter = request.add_filters();
  filter->set_dimension("budget_line");
  for (auto& line : lines) filter->add_values(line);
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
  const auto response = scene->costs.CompareFigures(Caller(), request);
  EXPECT_TRUE(response.ok()) << response.status();
  const auto& total = response->totals(0);
  return total.has_growth() ? dutch::Percent(total.growth(), 1) : total.state_reason();
}

// The blanks in the table of 2019, and the same years as known in March 2018. New procurement is no break in a grant.
TEST(Budgets, GrowthOfAGrantIsThatOfItsVintageT11R59I7) {
  CostsScene scene("2026-01-01", {On("2017-01-01")});
  FeedTynaarlo(&scene);
  std::string later, earlier;
  for (int year = 2016; year <= 2019; ++year) {
    later += GrowthOf(&scene, year, "2019-12-01", {"rijksbijdrage_jeugd"}) + " ";
    earlier += GrowthOf(&scene, year, "2018-03-31", {"rijksbijdrage_jeugd"}) + " ";
  }
  EXPECT_EQ(later, "−10,8% −8,6% 9,4% 19,0% ");
  EXPECT_EQ(earlier, "−10,1% −12,0% 1,2% 0,0% ");
  EXPECT_EQ(GrowthOf(&scene, 2016, "2018-03-01", {"rijksbijdrage_jeugd"}), "PERIOD_NOT_DELIVERED");
}

TEST(Budgets, APrintedResultStandsBesideTheCalculatedOneI8) {
  CostsScene scene;
  FeedTynaarlo(&scene);
  auto request = CostsScene::Question({"budget", "result"}, "2017-01", "2018-01", {"budget_subject"});
  CostsScene::Where(&request, "budget_subject", {"jeugd"});
  // The printed deficit of March 2018 is in the sum of all lines, and not in the result.
  EXPECT_EQ(TableOf(scene.Ask(request)),
            "budget_subject=jeugd budget=1090000000\nbudget_subject=jeugd result=-150000000\nbudget=1090000000\nresult=-"
            "150000000\n");
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-03-31")));
  const auto then = scene.Ask(request);
  EXPECT_EQ(then.totals(0).amount_cents(), (5'168'040 - 1'200'000) * int64_t{100});
  EXPECT_EQ(then.totals(1).state_reason(), "PERIOD_NOT_DELIVERED")
      << "nothing was known of what was spent: no result of one side";
}

TEST(Budgets, ASubjectWithOneSideIsInNoResultI9) {
  CostsScene scene;
  FeedTynaarlo(&scene);
  const auto response = scene.Ask(CostsScene::Question({"income", "result"}, "2017-01", "2018-01", {"budget_subject"}));
  EXPECT_EQ(
      TableOf(response),
      "budget_subject=jeugd income=530000000\nbudget_subject=jeugd result=-150000000\nincome=530000000\nresult=-150000000\n");
  auto one = CostsScene::Question({"income", "result"}, "2017-01", "2018-01");
  CostsScene::Where(&one, "budget_line", {"rijksbijdrage_jeugd"});
  EXPECT_EQ(scene.Ask(one).totals(1).state_reason(), "PERIOD_NOT_DELIVERED")
      << "a filter that leaves one side leaves no result";
}

// The circular of May came in after the account that followed it, and the other way round.
TEST(Budgets, TheDateOfTheDocumentDecidesNotTheArrivalT12R60) {
  const std::vector<Fact> may = {Dated("rijksbijdrage_jeugd", 2018, 5'700'000, "meicirculaire 2018", "2018-05-31")};
  const std::vector<Fact> account = {Dated("rijksbijdrage_jeugd", 2018, 5'800'000, "jaarrekening 2018", "2019-04-01")};
  for (const bool late : {true, false}) {
    CostsScene scene;
    scene.Feed({BatchOf(1, At("2019-05-01"), late ? account : may, "begroting"),
                BatchOf(2, At("2019-06-01"), late ? may : account, "begroting")});
    EXPECT_EQ(scene.Total("budget", "2018-01", "2019-01").amount_cents(), 5'800'000'00) << late;
    EXPECT_EQ(scene.Total("budget", "2018-01", "2019-01", "2019-05-15").amount_cents(), late ? 5'800'000'00 : 5'700'000'00);
  }
  // Without a date the day it became known is its day: between those of the other two.
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2019-05-01"), account, "begroting"), BatchOf(2, At("2019-06-01"), may, "begroting"),
              BatchOf(3, At("2018-12-01"), {Dated("rijksbijdrage_jeugd", 2018, 5'750'000, "zonder datum")}, "begroting")});
  EXPECT_EQ(scene.Total("budget", "2018-01", "2019-01").amount_cents(), 5'800'000'00);
  EXPECT_EQ(scene.Total("budget", "2018-01", "2019-01", "2019-01-01").amount_cents(), 5'750'000'00);
}

TEST(Budgets, AnExplanationNamesTheDocumentsOfBothSides) {
  CostsScene scene;
  FeedTynaarlo(&scene);
  v1::ExplainFigureRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_measure("spend");
  request.mutable_period()->set_start_date("2017-01-01");
  request.mutable_period()->set_end_date("2018-01-01");
  const auto response = scene.costs.ExplainFigure(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->contributions_size(), 1);
  EXPECT_EQ(response->contributions(0).delivery(), "municipalities/gm1730/deliveries/d2");
  EXPECT_EQ(response->contributions(0).row_count(), 1);
}

}  // namespace
}  // namespace nmd::costs
