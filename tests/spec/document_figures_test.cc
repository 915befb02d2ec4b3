// SPDX-License-Identifier: EUPL-1.2
// Figures of the council documents that do not agree with one another (requirements 2.9): each is recomputed, or stands as what
// it is.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/core/dutch.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"
#include "tests/support/fixture_f1.h"

namespace nmd::testing {
namespace {

using ingestion::v1::Fact;
using ::testing::HasSubstr;

int64_t Euro(const type::Figure& figure) { return figure.amount_cents() / 100; }

costs::v1::QueryFiguresRequest Lines(int year, std::vector<std::string> lines) {
  auto request = CostsScene::Question({"budget"}, absl::StrCat(year, "-01"), absl::StrCat(year + 1, "-01"), {"year"});
  CostsScene::Where(&request, "budget_line", std::move(lines));
  return request;
}

// Requirements 2.3, and the total that is printed beside it.
void FeedGrants(CostsScene* scene) {
  struct Row {
    int year;
    int64_t wmo, youth, participation, printed, old_wmo;
  };
  std::vector<Fact> facts;
  for (const Row& row : std::initializer_list<Row>{{2015, 3'695'915, 6'528'674, 3'084'403, 13'308'992, 2'558'721},
                                                   {2016, 4'216'944, 5'872'256, 3'099'953, 13'189'152, 2'301'715},
                                                   {2017, 3'985'443, 5'168'040, 2'879'038, 12'032'521, 2'397'141},
                                                   {2018, 3'960'794, 5'229'670, 2'752'805, 11'943'264, 2'397'141},
                                                   {2019, 3'924'232, 5'229'678, 2'638'025, 11'791'936, 2'397'141},
                                                   {2020, 3'918'966, 5'230'559, 2'542'451, 11'691'976, 2'417'628},
                                                   {2021, 3'912'175, 5'260'346, 2'569'419, 11'741'934, 2'518'106}}) {
    for (const auto& [line, euro] :
         std::initializer_list<std::pair<const char*, int64_t>>{{"rijksbijdrage_wmo_nieuw", row.wmo},
                                                                {"rijksbijdrage_jeugd", row.youth},
                                                                {"rijksbijdrage_participatie", row.participation},
                                                                {"totaal_nieuw", row.printed},
                                                                {"rijksbijdrage_wmo_oud", row.old_wmo}}) {
      facts.push_back(BudgetOf(line, row.year, euro * 100, "nota 2018"));
    }
  }
  facts.push_back(BudgetOf("buig", 2017, 6'021'000'00, "nota 2018"));
  scene->Feed({BatchOf(1, At("2018-03-12"), facts, "begroting")});
}

const std::vector<std::string> kNew = {"rijksbijdrage_wmo_nieuw", "rijksbijdrage_jeugd", "rijksbijdrage_participatie"};

TEST(DocumentFigures, ASumOfGrantsIsRecomputedBesideThePrintedOneI13) {
  CostsScene scene;
  FeedGrants(&scene);
  std::string differences;
  for (int year = 2015; year <= 2021; ++year) {
    const int64_t sum = Euro(scene.Ask(Lines(year, kNew)).totals(0));
    absl::StrAppend(&differences, Euro(scene.Ask(Lines(year, {"totaal_nieuw"})).totals(0)) - sum, " ");
  }
  EXPECT_EQ(differences, "0 -1 0 -5 1 0 -6 ") << "the source rounded; both stay what they are";
}

// "20,3 miljoen" adds the BUIG of 2017 to the grants of 2018. A sum of ours is of named years and named lines.
TEST(DocumentFigures, ASumShowsItsYearsAndItsLinesI11I12) {
  CostsScene scene;
  FeedGrants(&scene);
  std::vector<std::string> all = kNew;
  all.insert(all.end(), {"rijksbijdrage_wmo_oud", "buig"});
  EXPECT_EQ(Euro(scene.Ask(Lines(2017, all)).totals(0)), 14'429'662 + 6'021'000);
  EXPECT_EQ(Euro(scene.Ask(Lines(2018, all)).totals(0)), 14'340'410) << "without the BUIG, of which 2018 is not told";
  const auto named = scene.Ask(CostsScene::Question({"budget"}, "2018-01", "2019-01", {"year", "budget_line"}));
  std::string lines;
  for (const auto& figure : named.figures()) absl::StrAppend(&lines, figure.dimensions(1).value(), " ");
  EXPECT_EQ(lines,
            "rijksbijdrage_jeugd rijksbijdrage_participatie rijksbijdrage_wmo_nieuw rijksbijdrage_wmo_oud totaal_nieuw ");
  EXPECT_EQ(named.figures(0).dimensions(0).value(), "2018");
  std::vector<std::string> with_buig = kNew;
  with_buig.emplace_back("buig");
  EXPECT_EQ(Euro(scene.Ask(Lines(2017, with_buig)).totals(0)), 12'032'521 + 6'021'000);
}

TEST(DocumentFigures, AnAmountThatIsNotPrintedStaysBlankI30) {
  CostsScene scene;
  FeedGrants(&scene);
  costs::v1::CompareFiguresRequest request;
  request.set_parent("municipalities/gm1730");
  request.add_measures("budget");
  request.mutable_before()->set_start_date("2014-01-01");
  request.mutable_before()->set_end_date("2015-01-01");
  request.mutable_after()->set_start_date("2015-01-01");
  request.mutable_after()->set_end_date("2016-01-01");
  const auto response = scene.costs.CompareFigures(Caller(), request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->totals(0).before().state(), type::Figure::NOT_AVAILABLE);
  EXPECT_FALSE(response->totals(0).has_growth()) << "no base is invented for the cut of 2015";
}

class F1DocumentSpec : public ::testing::Test {
 protected:
  void SetUp() override {
    scene.Feed(FixtureF1());
    scene.Feed(FixtureF1Links());
  }
  type::Figure January(const std::string& measure, int year) {
    return scene.Total(measure, absl::StrCat(year, "-01"), absl::StrCat(year, "-02"));
  }
  CostsScene scene{"2018-02-05"};
};

// "grotere toename in het aantal indicaties per cliënt" beside +31%, which is of provisions.
TEST_F(F1DocumentSpec, ProvisionsAndProvisionsPerClientAreTwoMeasuresI16) {
  EXPECT_EQ(dutch::Growth(786.0 / 601 - 1), "+31%");
  const double before = January("provisions_per_client", 2017).ratio(), after = January("provisions_per_client", 2018).ratio();
  EXPECT_EQ(dutch::Decimal(before, 4), "1,2417");
  EXPECT_EQ(dutch::Decimal(after, 4), "1,3144");
  EXPECT_EQ(dutch::Growth(after / before - 1, 2), "+5,85%");
}

// € 8.000 a youth, € 12.005 a client and € 10.462 a client of the year are three measures.
TEST_F(F1DocumentSpec, CostPerClientHasItsBasisInItsNameI37) {
  const int64_t month = January("indicated_per_client", 2018).amount_cents();
  EXPECT_EQ(month, 1'000'44);
  EXPECT_EQ(month * 12 / 100, 12'005);
  EXPECT_EQ(January("approved_per_client", 2018).state_reason(), "PERIOD_NOT_DELIVERED")
      << "another amount, of which nothing came in";
  EXPECT_NE(January("indicated_per_client", 2018).definition(), January("approved_per_client", 2018).definition());
}

AllocationSpec Care(int64_t number, const std::string& product, const std::string& first, const std::string& last) {
  AllocationSpec spec;
  spec.person = absl::StrCat("p", number);
  spec.number = number;
  spec.product = product;
  spec.first = first;
  spec.last = last;
  return spec;
}

// IVN 6 rises by 34% from January 2017 to January 2018, and is lower in 2019 than in 2017: two bases, both true (R49).
TEST(DocumentFigures, AMonthAndAYearOfOneLevelAreBothReproducibleI17I18) {
  CostsScene scene;
  std::vector<Fact> facts = {LevelOf("45A06", "6")};
  int64_t number = 0;
  const auto add = [&](int count, const std::string& first, const std::string& last) {
    for (int i = 0; i < count; ++i) facts.push_back(AllocationOf(Care(++number, "45A06", first, last)));
  };
  add(100, "2017-01-01", "2017-03-31");
  add(200, "2017-06-01", "2017-08-31");
  add(134, "2018-01-01", "2018-02-28");
  add(250, "2019-01-01", "2019-12-31");
  scene.Feed({BatchOf(1, At("2019-12-31"), facts)});
  const auto of = [&scene](const std::string& from, const std::string& to) {
    auto request = CostsScene::Question({"provisions"}, from, to);
    CostsScene::Where(&request, "ivn", {"6"});
    return scene.Ask(request).totals(0);
  };
  EXPECT_EQ(of("2017-01", "2017-02").count(), 100);
  EXPECT_EQ(of("2018-01", "2018-02").count(), 134);
  EXPECT_EQ(of("2017-01", "2018-01").count(), 300);
  EXPECT_EQ(of("2019-01", "2020-01").count(), 250);
  EXPECT_EQ(of("2018-01", "2018-02").period().end_date(), "2018-02-01") << "a figure says which of the two it is";
}

// 484 in a month, 620 in a year, 430 at the team and 537 households are four things (I20).
TEST(DocumentFigures, AStockAYearATeamAndHouseholdsAreFourMeasuresI20) {
  CostsScene scene;
  std::vector<Fact> facts = {AllocationOf(Care(1, "45A04", "2018-01-01", "2018-12-31")),
                             AllocationOf(Care(2, "45A04", "2018-06-01", "2018-08-31"))};
  Fact help;
  help.mutable_team_help()->set_person_key("p9");
  help.mutable_team_help()->set_start_day(On("2018-01-01"));
  help.mutable_team_help()->set_end_day(On("2019-01-01"));
  facts.push_back(help);
  scene.Feed({BatchOf(1, At("2018-12-31"), facts)});
  const auto year = scene.Ask(CostsScene::Question({"clients", "team_clients", "households"}, "2018-01", "2019-01"));
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02").count(), 1);
  EXPECT_EQ(year.totals(0).count(), 2);
  EXPECT_EQ(year.totals(1).count(), 1);
  EXPECT_EQ(year.totals(2).count(), 0);
  EXPECT_THAT(year.totals(2).reliability().statement(),
              HasSubstr("Van 2 cliënten is geen huishouden bekend; zij tellen hier niet mee."));
}

// 7,8% of the youths: 595 of 7.628 in kind; with personal budgets it is another share (I22, R70).
TEST(DocumentFigures, ARateNamesItsNumeratorI22) {
  CostsScene scene;
  std::vector<Fact> facts;
  for (int i = 0; i < 595; ++i) facts.push_back(AllocationOf(Care(i + 1, "45A04", "2017-01-01", "2017-12-31")));
  for (int i = 0; i < 55; ++i) {
    Fact budget;
    budget.mutable_personal_budget()->set_law(ingestion::v1::YOUTH);
    budget.mutable_personal_budget()->set_person_key(absl::StrCat("b", i));
    budget.mutable_personal_budget()->set_start_day(On("2017-01-01"));
    budget.mutable_personal_budget()->set_end_day(On("2018-01-01"));
    facts.push_back(budget);
  }
  Fact people;
  people.mutable_population()->set_year(2017);
  people.mutable_population()->set_age_to(17);
  people.mutable_population()->set_count(7'628);
  facts.push_back(people);
  scene.Feed({BatchOf(1, At("2018-01-02"), facts)});
  const auto response = scene.Ask(CostsScene::Question({"clients_per_1000", "clients_and_pgb_per_1000"}, "2017-01", "2018-01"));
  EXPECT_EQ(dutch::Decimal(response.totals(0).ratio(), 1), "78,0");
  EXPECT_EQ(dutch::Decimal(response.totals(1).ratio(), 1), "85,2");
  EXPECT_NE(response.totals(0).definition(), response.totals(1).definition());
}

// 30% through the municipality, 70% through others, and a class of its own for who is not known (R111, I34).
TEST(DocumentFigures, ReferrersAreSharesWithTheUnknownNamedT08I34) {
  CostsScene scene;
  std::vector<Fact> facts;
  for (int i = 0; i < 100; ++i) {
    facts.push_back(AllocationOf(Care(i + 1, "45A04", "2018-01-01", "2018-12-31")));
    if (i >= 90) continue;
    Fact referral;
    referral.mutable_referral()->set_law(ingestion::v1::YOUTH);
    referral.mutable_referral()->set_person_key(absl::StrCat("p", i + 1));
    referral.mutable_referral()->set_allocation(i + 1);
    referral.mutable_referral()->set_referrer(i < 27 ? "01" : i < 60 ? "02" : "04");
    facts.push_back(referral);
  }
  scene.Feed({BatchOf(1, At("2018-01-02"), facts)});
  const auto response = scene.Ask(CostsScene::Question({"provisions"}, "2018-01", "2018-02", {"referrer"}));
  EXPECT_EQ(TableOf(response),
            "referrer= provisions=10\nreferrer=01 provisions=27\nreferrer=02 provisions=33\nreferrer=04 provisions=30\n"
            "provisions=100\n");
  EXPECT_EQ(response.figures(0).dimensions(0).label(), "Onbekend");
  EXPECT_EQ(dutch::Percent(27.0 / 90, 0), "30%") << "of those whose referrer is known";
}

// Clients in sheltered living (Wmo, category 15): 168, 141, 125 and 100.
TEST(DocumentFigures, ClientsInShelteredLivingFallAsPrintedT17R72) {
  CostsScene scene;
  std::vector<Fact> facts;
  const std::vector<int> clients = {168, 141, 125, 100};
  int64_t number = 0;
  for (int year = 2015; year <= 2018; ++year) {
    for (int i = 0; i < clients[static_cast<size_t>(year - 2015)]; ++i) {
      AllocationSpec spec = Care(++number, "15A04", absl::StrCat(year, "-02-01"), absl::StrCat(year, "-11-30"));
      spec.person = absl::StrCat("bw", i);
      spec.law = ingestion::v1::WMO;
      Fact fact = AllocationOf(spec);
      fact.mutable_allocation()->set_category("15");
      facts.push_back(fact);
    }
  }
  scene.Feed({BatchOf(1, At("2019-01-02"), facts)});
  auto request = CostsScene::Question({"clients"}, "2015-01", "2019-01", {"year"});
  CostsScene::Where(&request, "category", {"15"});
  const auto response = scene.Ask(request);
  std::string growth;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(response.figures(i).count(), clients[static_cast<size_t>(i)]);
    if (i > 0) {
      const auto before = static_cast<double>(response.figures(i - 1).count());
      absl::StrAppend(&growth, dutch::Growth(static_cast<double>(response.figures(i).count()) / before - 1, 1), " ");
    }
  }
  EXPECT_EQ(growth, "−16,1% −11,3% −20,0% ");
}

}  // namespace
}  // namespace nmd::testing
