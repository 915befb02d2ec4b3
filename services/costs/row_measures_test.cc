// SPDX-License-Identifier: EUPL-1.2
// Flows, trajectories, steps and spread, through the service.
#include "services/costs/row_measures.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::AllocationSpec;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::LevelOf;
using testing::TableOf;
using testing::ValueOf;

const std::vector<std::string> kIdentity = {"stock_start", "inflow",  "returned",    "resumed",  "moved_in",
                                            "moved_out",   "outflow", "interrupted", "stock_end"};
const std::vector<std::string> kProvisionIdentity = {"provisions_start",     "provisions_started", "provisions_moved_in",
                                                     "provisions_moved_out", "provisions_ended",   "provisions_end"};

TEST(RowMeasures, InflowAndOutflowByMonthCloseWithTheStockR68) {
  CostsScene scene("2019-06-01");
  scene.Feed({BatchOf(1, At("2019-01-02"),
                      {AllocationOf({.first = "2016-06-01", .last = "2018-02-28"}),
                       AllocationOf({.person = "p2", .number = 2, .first = "2018-02-01"}),
                       AllocationOf({.person = "p3", .number = 3, .first = "2017-06-01", .last = "2017-12-31"}),
                       AllocationOf({.person = "p3", .number = 4, .first = "2018-02-15", .last = "2018-03-31"})})});
  const auto response = scene.Ask(CostsScene::Question(kIdentity, "2018-01", "2018-04", {"month"}));
  EXPECT_EQ(TableOf(response),
            "month=2018-01 stock_start=1\nmonth=2018-01 inflow=0\nmonth=2018-01 returned=0\nmonth=2018-01 resumed=0\n"
            "month=2018-01 moved_in=0\nmonth=2018-01 moved_out=0\nmonth=2018-01 outflow=0\nmonth=2018-01 interrupted=0\n"
            "month=2018-01 stock_end=1\n"
            "month=2018-02 stock_start=1\nmonth=2018-02 inflow=1\nmonth=2018-02 returned=1\nmonth=2018-02 resumed=0\n"
            "month=2018-02 moved_in=0\nmonth=2018-02 moved_out=0\nmonth=2018-02 outflow=1\nmonth=2018-02 interrupted=0\n"
            "month=2018-02 stock_end=2\n"
            "month=2018-03 stock_start=2\nmonth=2018-03 inflow=0\nmonth=2018-03 returned=0\nmonth=2018-03 resumed=0\n"
            "month=2018-03 moved_in=0\nmonth=2018-03 moved_out=0\nmonth=2018-03 outflow=1\nmonth=2018-03 interrupted=0\n"
            "month=2018-03 stock_end=1\n"
            "stock_start=1\ninflow=1\nreturned=1\nresumed=0\nmoved_in=0\nmoved_out=0\noutflow=2\ninterrupted=0\nstock_end=1\n");
  EXPECT_EQ(scene.Total("stock_growth", "2018-02", "2018-03").count(), 1);
}

TEST(RowMeasures, AnAllocationWithoutAnEndNeverFlowsOutAtTheHorizon) {
  CostsScene scene("2018-03-15");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({.first = "2018-01-01"})})});
  EXPECT_EQ(scene.Total("outflow", "2019-03", "2019-04").count(), 0);
  EXPECT_EQ(scene.Total("stock_end", "2019-03", "2019-04").count(), 1);
  EXPECT_EQ(scene.Total("outflow", "2019-04", "2019-05").state_reason(), "PERIOD_NOT_DELIVERED");
}

TEST(RowMeasures, WhoMovesBetweenLevelsIsNotNew) {
  CostsScene scene("2019-06-01");
  scene.Feed({BatchOf(
      1, At("2019-01-02"),
      {AllocationOf({.first = "2017-01-01", .last = "2018-01-31"}),
       AllocationOf({.number = 2, .product = "45A05", .first = "2018-02-01"}), LevelOf("45A04", "7"), LevelOf("45A05", "5")})});
  EXPECT_EQ(
      TableOf(scene.Ask(CostsScene::Question({"inflow", "moved_in", "moved_out", "outflow"}, "2018-01", "2018-03", {"ivn"}))),
      "ivn=5 inflow=0\nivn=5 moved_in=1\nivn=5 moved_out=0\nivn=5 outflow=0\n"
      "ivn=7 inflow=0\nivn=7 moved_in=0\nivn=7 moved_out=1\nivn=7 outflow=0\n"
      "inflow=0\nmoved_in=0\nmoved_out=0\noutflow=0\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"step_down", "step_up"}, "2018-01", "2018-03", {"month"}))),
            "month=2018-01 step_down=0\nmonth=2018-01 step_up=0\nmonth=2018-02 step_down=1\nmonth=2018-02 step_up=0\n"
            "step_down=1\nstep_up=0\n");
  auto only = CostsScene::Question({"outflow"}, "2018-01", "2018-03");
  CostsScene::Where(&only, "ivn", {"7"});
  EXPECT_EQ(scene.Ask(only).totals(0).count(), 1) << "a filter makes the population: of IVN 7 somebody flowed out";
}

TEST(RowMeasures, TrajectoriesAreThoseOfCbsAndEpisodesPassOverFourWeeks) {
  CostsScene scene("2019-06-01");
  const auto product = [](int64_t number, const std::string& code, const std::string& first, const std::string& last,
                          const std::string& provider = "99000001") {
    ingestion::v1::Fact fact =
        AllocationOf({.number = number, .product = code, .first = first, .last = last, .provider = provider});
    fact.mutable_allocation()->set_category("45");
    return fact;
  };
  scene.Feed({BatchOf(
      1, At("2019-01-02"),
      {product(1, "45A04", "2018-01-01", "2018-01-31"), product(2, "45A05", "2018-01-15", "2018-02-10"),
       product(3, "45A04", "2018-01-01", "2018-01-31", "99000002"), product(4, "45A04", "2018-03-01", "2018-03-31")})});
  EXPECT_EQ(
      TableOf(scene.Ask(CostsScene::Question({"provisions", "trajectories", "episodes"}, "2018-01", "2018-04", {"month"}))),
      "month=2018-01 provisions=3\nmonth=2018-01 trajectories=2\nmonth=2018-01 episodes=1\n"
      "month=2018-02 provisions=1\nmonth=2018-02 trajectories=1\nmonth=2018-02 episodes=1\n"
      "month=2018-03 provisions=1\nmonth=2018-03 trajectories=1\nmonth=2018-03 episodes=1\n"
      "provisions=4\ntrajectories=3\nepisodes=1\n");
}

TEST(RowMeasures, TheEdgesOfWhatIsKnownAreTold) {
  CostsScene scene("2018-04-10");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({.first = "2017-10-01", .last = "2018-03-15"})})});
  EXPECT_THAT(scene.Total("inflow", "2018-03", "2018-04").reliability().statement(),
              HasSubstr("De gegevens beginnen in oktober 2017: wie daarvoor zorg had"));
  EXPECT_THAT(scene.Total("outflow", "2018-03", "2018-04").reliability().statement(), HasSubstr("Voorlopig: "));
  EXPECT_THAT(scene.Total("outflow", "2018-02", "2018-03").reliability().statement(), ::testing::Not(HasSubstr("Voorlopig")));
}

TEST(RowMeasures, AFlowIsAboutAPeriodAndItsMonthsAreNotFiltered) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})})});
  const auto day = scene.costs.QueryFigures(Caller(), CostsScene::QuestionOn({"inflow", "clients"}, "2018-01-15"));
  EXPECT_EQ(ReasonOf(day.status()), ErrorReason::FIELDS_INVALID);
  ASSERT_EQ(BadFieldsOf(day.status()).size(), 1u);
  EXPECT_THAT(BadFieldsOf(day.status())[0].text, HasSubstr("inflow is about a period"));
  auto filtered = CostsScene::Question({"inflow"}, "2018-01", "2018-04");
  CostsScene::Where(&filtered, "month", {"2018-02"});
  EXPECT_THAT(BadFieldsOf(scene.costs.QueryFigures(Caller(), filtered).status())[0].text, HasSubstr("not filtered by month"));
  EXPECT_THAT(
      BadFieldsOf(
          scene.costs.QueryFigures(Caller(), CostsScene::Question({"step_down"}, "2018-01", "2018-04", {"ivn"})).status())[0]
          .text,
      HasSubstr("step_down is not split by ivn"));
}

TEST(RowMeasures, SpreadIsThatOfWhatWasApprovedQ18) {
  CostsScene scene;
  std::vector<testing::ClaimLineSpec> lines;
  const std::vector<int64_t> amounts = {1'000'00, 2'000'00, 3'000'00, 4'000'00, 90'000'00};
  for (size_t i = 0; i < amounts.size(); ++i) {
    lines.push_back({absl::StrCat("r", i), "", amounts[i], absl::StrCat("p", i), static_cast<int64_t>(i)});
  }
  lines.push_back({"r9", "", 500'000'00, "p9", 9});
  scene.Feed({BatchOf(1, At("2018-02-02"), {ClaimOf("A", lines)}, "jw323"),
              BatchOf(2, At("2018-02-03"), {AnswerOf("A", {"r9"})}, "jw325")});
  const auto response = scene.Ask(
      CostsScene::Question({"gini", "top1_share", "cost_p50", "hhi", "largest5_share"}, "2018-01", "2018-02", {"month"}));
  EXPECT_NEAR(response.totals(0).ratio(), 0.72, 1e-12) << "T-32; what was rejected costs nothing";
  EXPECT_NEAR(response.totals(1).ratio(), 0.9, 1e-12) << "k = 1 of 5";
  EXPECT_EQ(response.totals(2).amount_cents(), 3'000'00);
  EXPECT_NEAR(response.totals(3).ratio(), 10'000, 1e-9);
  EXPECT_EQ(response.totals(4).ratio(), 1);
  for (int m = 0; m < 5; ++m) EXPECT_EQ(response.figures(m).ratio(), response.totals(m).ratio());
  EXPECT_EQ(scene.Total("gini", "2018-02", "2018-03").state_reason(), "PERIOD_NOT_DELIVERED");
  auto nobody = CostsScene::Question({"gini"}, "2018-01", "2018-02");
  CostsScene::Where(&nobody, "product", {"45A99"});
  EXPECT_EQ(scene.Ask(nobody).totals(0).state_reason(), "DENOMINATOR_ZERO");
}

// In every cell, for every way to split, the identity closes; the stock of a month goes on in the next; and a client who is in
// the stock is one who has care on both sides.
TEST(RowMeasures, TheIdentityClosesForEverySplitOfRandomCare) {
  std::mt19937 random(68);
  for (int round = 0; round < 6; ++round) {
    CostsScene scene("2020-01-01");
    std::vector<ingestion::v1::Fact> facts = {LevelOf("45A04", "5"), LevelOf("45A05", "7"),
                                              LevelOf("45A05", "6", "2018-04-01")};
    for (int64_t number = 1; number <= 60; ++number) {
      const Day first = testing::On("2016-01-01") + static_cast<Day>(random() % 1000);
      AllocationSpec spec;
      spec.person = absl::StrCat("p", random() % 15);
      spec.number = number;
      spec.product = random() % 2 == 0 ? "45A04" : "45A05";
      spec.provider = random() % 3 == 0 ? "99000001" : "99000002";
      spec.first = FormatDay(first);
      spec.last = random() % 8 == 0 ? "" : FormatDay(first + static_cast<Day>(random() % 300));
      facts.push_back(AllocationOf(spec));
    }
    for (int person = 0; person < 15; ++person) {
      ingestion::v1::Fact lives;
      lives.mutable_residence()->set_person_key(absl::StrCat("p", person));
      lives.mutable_residence()->set_start_day(testing::On("2015-01-01"));
      lives.mutable_residence()->set_wijk("WK1");
      facts.push_back(lives);
      lives.mutable_residence()->set_start_day(testing::On("2017-03-01") + static_cast<Day>(random() % 500));
      lives.mutable_residence()->set_wijk("WK2");
      facts.push_back(lives);
      ingestion::v1::Fact born;
      born.mutable_person()->set_person_key(absl::StrCat("p", person));
      born.mutable_person()->set_birth_day(testing::On("2000-01-01") + static_cast<Day>(random() % 4000));
      facts.push_back(born);
    }
    scene.Feed({BatchOf(1, At("2019-12-01"), facts)});
    const std::vector<std::vector<std::string>> splits = {{}, {"ivn"}, {"wijk", "provider"}, {"age_band"}, {"product", "sex"}};
    for (const auto& split : splits) {
      std::vector<std::string> dimensions = split;
      dimensions.push_back("month");
      for (const auto& identity : {kIdentity, kProvisionIdentity}) {
        const auto response = scene.Ask(CostsScene::Question(identity, "2017-02", "2019-02", dimensions));
        std::map<std::string, int64_t> stock_end;  // By cell, of the month before.
        const auto check = [&](const google::protobuf::RepeatedPtrField<type::Figure>& figures, int at) {
          int64_t sum = 0;
          const int last = static_cast<int>(identity.size()) - 1;
          for (int m = 0; m < last; ++m) {
            const std::string& id = identity[static_cast<size_t>(m)];
            const bool leaves = id == "moved_out" || id == "outflow" || id == "interrupted" || id == "provisions_moved_out" ||
                                id == "provisions_ended";
            sum += leaves ? -ValueOf(figures[at + m]) : ValueOf(figures[at + m]);
          }
          EXPECT_EQ(sum, ValueOf(figures[at + last])) << figures[at].ShortDebugString();
        };
        ASSERT_GT(response.figures_size(), 0);
        for (int at = 0; at < response.figures_size(); at += static_cast<int>(identity.size())) {
          check(response.figures(), at);
          std::string cell;
          for (const auto& value : response.figures(at).dimensions()) {
            if (value.dimension() != "month") absl::StrAppend(&cell, value.value(), "|");
          }
          const int last = at + static_cast<int>(identity.size()) - 1;
          // A cell without stock and flows has no figures, so the month before may be absent: then its stock was zero.
          const bool first_month = response.figures(at).period().start_date() == "2017-02-01";
          EXPECT_TRUE(first_month || ValueOf(response.figures(at)) == stock_end[cell]) << cell;
          stock_end[cell] = ValueOf(response.figures(last));
        }
        check(response.totals(), 0);
      }
    }
  }
}

}  // namespace
}  // namespace nmd::costs
