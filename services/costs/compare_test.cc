// SPDX-License-Identifier: EUPL-1.2
// CompareFigures: what may be compared, and what is said when not.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/costs/costs.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::LevelOf;
using testing::TariffOf;

v1::CompareFiguresRequest Request(std::vector<std::string> measures, const std::string& before, const std::string& before_end,
                                  const std::string& after, const std::string& after_end) {
  v1::CompareFiguresRequest request;
  request.set_parent("municipalities/gm1730");
  for (auto& measure : measures) request.add_measures(std::move(measure));
  request.mutable_before()->set_start_date(before + "-01");
  request.mutable_before()->set_end_date(before_end + "-01");
  request.mutable_after()->set_start_date(after + "-01");
  request.mutable_after()->set_end_date(after_end + "-01");
  return request;
}

// One client in January 2017 and three a year later, of whom two on IVN 6.
void Feed(CostsScene* scene) {
  scene->Feed({BatchOf(1, At("2018-05-02"),
                       {AllocationOf({.first = "2017-01-01"}),
                        AllocationOf({.person = "p2", .number = 2, .product = "45A05", .first = "2018-01-01"}),
                        AllocationOf({.person = "p3", .number = 3, .product = "45A05", .first = "2018-01-01"}),
                        TariffOf("45A04", 100'00), TariffOf("45A05", 50'00), LevelOf("45A04", "5"), LevelOf("45A05", "6")})});
}

TEST(CompareFigures, TellsDifferenceAndGrowthOfEveryMeasureR43) {
  CostsScene scene;
  Feed(&scene);
  const auto response = scene.costs.CompareFigures(
      Caller(), Request({"clients", "indicated", "provisions_per_client"}, "2017-01", "2017-02", "2018-01", "2018-02"));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->totals_size(), 3);
  EXPECT_EQ(response->totals(0).count(), 2);
  EXPECT_EQ(response->totals(0).growth(), 2);
  EXPECT_EQ(response->totals(0).before().count(), 1);
  EXPECT_EQ(response->totals(1).amount_cents(), 100'00);
  EXPECT_EQ(response->totals(1).growth(), 1);
  EXPECT_EQ(response->totals(2).ratio(), 0);
  EXPECT_EQ(response->provenance_size(), 1);
}

TEST(CompareFigures, ACellThatOnePeriodDoesNotHaveWasZeroThere) {
  CostsScene scene;
  Feed(&scene);
  auto request = Request({"clients", "indicated_per_client"}, "2017-01", "2017-02", "2018-01", "2018-02");
  request.add_dimensions("ivn");
  const auto response = scene.costs.CompareFigures(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->comparisons_size(), 4);
  const v1::Comparison& six = response->comparisons(2);
  EXPECT_EQ(six.before().dimensions(0).value(), "6");
  EXPECT_EQ(six.before().count(), 0);
  EXPECT_EQ(six.before().period().start_date(), "2017-01-01");
  EXPECT_EQ(six.count(), 2);
  EXPECT_FALSE(six.has_growth()) << "from nothing there is no growth";
  EXPECT_EQ(response->comparisons(3).state_reason(), "DENOMINATOR_ZERO");
  EXPECT_EQ(response->comparisons(3).difference_case(), v1::Comparison::DIFFERENCE_NOT_SET);
}

TEST(CompareFigures, PeriodsOfUnequalLengthAreNotComparedT14R67) {
  CostsScene scene;
  Feed(&scene);
  const auto response = scene.costs.CompareFigures(Caller(), Request({"clients"}, "2017-01", "2017-02", "2018-01", "2018-04"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->totals(0).state(), type::Figure::NOT_COMPARABLE);
  EXPECT_EQ(response->totals(0).state_reason(), "PERIODS_UNEQUAL");
  EXPECT_FALSE(response->totals(0).has_growth());
  EXPECT_EQ(response->totals(0).after().count(), 3) << "both values stand beside it";
}

TEST(CompareFigures, ATrendBreakBetweenThePeriodsIsToldR17) {
  CostsScene scene("2026-01-01", {testing::On("2018-01-01")});
  Feed(&scene);
  const auto across = scene.costs.CompareFigures(Caller(), Request({"clients"}, "2017-12", "2018-01", "2018-01", "2018-02"));
  EXPECT_EQ(across->totals(0).state_reason(), "TREND_BREAK");
  const auto within = scene.costs.CompareFigures(Caller(), Request({"clients"}, "2018-01", "2018-02", "2018-02", "2018-03"));
  EXPECT_EQ(within->totals(0).state(), type::Figure::ANSWERED);
}

TEST(CompareFigures, WhatIsNotDeliveredOrRegisteredIsTheNearerReason) {
  CostsScene scene;
  Feed(&scene);
  const auto early = scene.costs.CompareFigures(Caller(), Request({"clients"}, "2014-01", "2014-02", "2018-01", "2018-02"));
  EXPECT_EQ(early->totals(0).state_reason(), "PERIOD_NOT_DELIVERED") << "R18";
  auto request = Request({"clients"}, "2017-01", "2017-02", "2018-01", "2018-02");
  request.add_dimensions("inkomen");
  const auto income = scene.costs.CompareFigures(Caller(), request);
  EXPECT_EQ(income->comparisons(0).state(), type::Figure::NOT_REGISTERED) << "T-31";
  EXPECT_EQ(income->totals(0).count(), 2);
}

TEST(CompareFigures, AllFaultsAreToldAtOnce) {
  CostsScene scene;
  auto request = Request({}, "2017-02", "2017-01", "2018-01", "2018-02");
  request.add_dimensions("month");
  const auto faults = BadFieldsOf(scene.costs.CompareFigures(Caller(), request).status());
  std::string all;
  for (const auto& fault : faults) all += fault.path + ": " + fault.text + "\n";
  EXPECT_THAT(all, HasSubstr("measures: at least one"));
  EXPECT_THAT(all, HasSubstr("dimensions[0]: must not be a time"));
  EXPECT_THAT(all, HasSubstr("before.end_date: must be after"));
}

}  // namespace
}  // namespace nmd::costs
