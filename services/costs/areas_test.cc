// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/areas.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/costs/snapshot.h"
#include "tests/support/costs_scene.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using testing::On;
using testing::TableOf;

// Buurt 1 is split into 2 and 3 on 1 January 2019; buurt 4 stays what it was; of 2017 nobody counted.
std::vector<PopulationCount> Split() {
  std::vector<PopulationCount> counts;
  const auto count = [&counts](int year, const std::string& code) {
    PopulationCount& population = counts.emplace_back();
    population.year = year;
    population.wijk = "WK1";
    population.buurt = code;
  };
  for (const int year : {2016, 2018}) count(year, "BU1");
  for (const int year : {2019, 2020}) {
    count(year, "BU2");
    count(year, "BU3");
  }
  for (const int year : {2016, 2018, 2019, 2020}) count(year, "BU4");
  return counts;
}

TEST(Areas, ACodeOfSomeYearsOnlyIsNotOneAreaOverAllOfThemQ20) {
  const Areas areas(Split());
  const auto changes = [&areas](const std::string& code, Month first, Month end) {
    return areas.Changes(true, code, {{first, end}});
  };
  EXPECT_TRUE(changes("BU1", MonthOf(2018, 1), MonthOf(2020, 1)));
  EXPECT_TRUE(changes("BU2", MonthOf(2018, 12), MonthOf(2019, 2)));
  EXPECT_FALSE(changes("BU1", MonthOf(2016, 1), MonthOf(2019, 1))) << "nobody counted in 2017, which tells nothing";
  EXPECT_FALSE(changes("BU1", MonthOf(2019, 1), MonthOf(2021, 1))) << "of none of the years: a code of before, named as such";
  EXPECT_FALSE(changes("BU4", MonthOf(2016, 1), MonthOf(2021, 1)));
  EXPECT_FALSE(changes("BU9", MonthOf(2016, 1), MonthOf(2021, 1))) << "a code nobody counted for";
  EXPECT_FALSE(areas.Changes(false, "WK1", {{MonthOf(2016, 1), MonthOf(2021, 1)}})) << "the wijk stayed";
  EXPECT_FALSE(Areas().Changes(true, "BU1", {{MonthOf(2016, 1), MonthOf(2021, 1)}}));
  EXPECT_TRUE(areas.Changes(true, "BU1", {{MonthOf(2018, 1), MonthOf(2019, 1)}, {MonthOf(2020, 1), MonthOf(2021, 1)}}));
}

TEST(Areas, SayTheirYears) {
  const Areas areas(Split());
  EXPECT_EQ(areas.YearsOf(true, "BU1"), "2016, 2018");
  EXPECT_EQ(areas.YearsOf(true, "BU3"), "2019 t/m 2020");
  EXPECT_EQ(areas.YearsOf(true, "BU4"), "");
  EXPECT_EQ(areas.YearsOf(true, "BU9"), "");
}

// Two clients live in a buurt with a new code from 2019 on; one of them moved there in 2019, so that it is known by both.
class Neighbourhoods : public ::testing::Test {
 protected:
  Neighbourhoods() {
    std::vector<Fact> facts = {AllocationOf({.person = "p1", .number = 1}), AllocationOf({.person = "p2", .number = 2})};
    const auto people = [&facts](int year, const std::string& code, int64_t count) {
      auto* population = facts.emplace_back().mutable_population();
      population->set_year(year);
      population->set_wijk("WK1");
      population->set_buurt(code);
      population->set_age_to(120);
      population->set_count(count);
    };
    people(2018, "BU1", 100);
    people(2019, "BU2", 120);
    const auto lives = [&facts](const std::string& person, const std::string& code, const std::string& first) {
      auto* residence = facts.emplace_back().mutable_residence();
      residence->set_person_key(person);
      residence->set_start_day(On(first));
      residence->set_wijk("WK1");
      residence->set_buurt(code);
    };
    lives("p1", "BU1", "2015-01-01");
    lives("p2", "BU1", "2015-01-01");
    lives("p2", "BU2", "2019-01-01");
    scene_.Feed({BatchOf(1, At("2017-12-01"), facts)});
  }
  CostsScene scene_;
};

TEST_F(Neighbourhoods, OverAChangeHaveNoFigureAndByYearTheyDoQ20R123) {
  auto question = CostsScene::Question({"clients"}, "2018-01", "2020-01", {"buurt"});
  EXPECT_EQ(TableOf(scene_.Ask(question)), "buurt=BU1 clients=AREA_CHANGED\nbuurt=BU2 clients=AREA_CHANGED\nclients=2\n");
  const auto response = scene_.Ask(question);
  EXPECT_EQ(response.figures(0).state(), type::Figure::NOT_COMPARABLE);
  EXPECT_EQ(response.figures(0).value_case(), type::Figure::VALUE_NOT_SET);
  EXPECT_EQ(response.figures(0).dimensions(0).label(), "BU1 (indeling 2018)");
  EXPECT_EQ(
      response.figures(0).reliability().statement(),
      "De indeling in wijken en buurten veranderde in deze periode, dus de code gaat niet over één gebied. Vraag het cijfer "
      "per jaar.");
  question.add_dimensions("year");
  EXPECT_EQ(TableOf(scene_.Ask(question)),
            "buurt=BU1 year=2018 clients=2\nbuurt=BU1 year=2019 clients=1\nbuurt=BU2 year=2019 clients=1\nclients=2\n")
      << "who lives there since before the change is still counted under the old code, which says its year";
  EXPECT_EQ(TableOf(scene_.Ask(CostsScene::Question({"clients"}, "2018-01", "2020-01", {"wijk"}))),
            "wijk=WK1 clients=2\nclients=2\n");
}

TEST_F(Neighbourhoods, InAFilterAreGuardedToo) {
  auto question = CostsScene::Question({"clients"}, "2018-01", "2020-01");
  CostsScene::Where(&question, "buurt", {"BU1"});
  EXPECT_EQ(TableOf(scene_.Ask(question)), "clients=AREA_CHANGED\n");
  question.add_dimensions("year");
  EXPECT_EQ(TableOf(scene_.Ask(question)), "year=2018 clients=2\nyear=2019 clients=1\nclients=AREA_CHANGED\n");
}

TEST_F(Neighbourhoods, AreNotComparedOverAChangeQ20) {
  costs::v1::CompareFiguresRequest request;
  request.add_measures("clients");
  request.add_dimensions("buurt");
  request.mutable_before()->set_start_date("2018-01-01");
  request.mutable_before()->set_end_date("2019-01-01");
  request.mutable_after()->set_start_date("2019-01-01");
  request.mutable_after()->set_end_date("2020-01-01");
  const auto response = scene_.costs.CompareFigures(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  const auto& comparison = response->comparisons(0);
  EXPECT_EQ(comparison.state(), type::Figure::NOT_COMPARABLE);
  EXPECT_EQ(comparison.state_reason(), "AREA_CHANGED");
  EXPECT_EQ(comparison.before().count(), 2) << "both values stand beside it";
  EXPECT_EQ(comparison.after().count(), 1);
  EXPECT_FALSE(comparison.has_growth());
  EXPECT_EQ(response->totals(0).state(), type::Figure::ANSWERED);
}

TEST_F(Neighbourhoods, AreNotDecomposedOverAChange) {
  costs::v1::DecomposeGrowthRequest request;
  request.set_group_by("buurt");
  request.mutable_before()->set_start_date("2018-01-01");
  request.mutable_before()->set_end_date("2018-02-01");
  request.mutable_after()->set_start_date("2019-01-01");
  request.mutable_after()->set_end_date("2019-02-01");
  scene_.Feed({BatchOf(2, At("2017-12-02"), {testing::TariffOf("45A04", 10'000)})});
  const auto response = scene_.costs.DecomposeGrowth(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->state(), type::Figure::NOT_COMPARABLE);
  EXPECT_EQ(response->state_reason(), "AREA_CHANGED");
  request.set_group_by("wijk");
  EXPECT_EQ(scene_.costs.DecomposeGrowth(Caller(), request)->state(), type::Figure::ANSWERED);
}

}  // namespace
}  // namespace nmd::costs
