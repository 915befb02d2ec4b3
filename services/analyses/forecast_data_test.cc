// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/forecast_data.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::analyses {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using testing::On;
using testing::StopOf;
using testing::TariffOf;

ForecastData DataOf(std::vector<Fact> facts, const std::string& today, bool loose = true, Look look = Look::kAhead) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-01"), std::move(facts))});
  const auto book = scene.costs.CareAt(At("2026-01-01"));
  DataScope scope;
  scope.courses.resize(book->courses.size());
  std::iota(scope.courses.begin(), scope.courses.end(), 0u);
  if (loose) scope.keeps_loose = [](uint8_t, costs::Word, costs::Word, costs::Word) { return true; };
  return MakeForecastData(*book, scope, On(today), look);
}

Month M(int month) { return MonthOf(2018, month); }
Cents Now(const ForecastData& data, const std::vector<Cents>& by_month, Month month) {
  return by_month[static_cast<size_t>(month - data.first)];
}

TEST(ForecastData, TheFirstMonthThatIsNotOverIsThatOfTomorrow) {
  EXPECT_EQ(DataOf({}, "2018-06-30").now.anchor, M(7));
  EXPECT_EQ(DataOf({}, "2018-06-30").now.passed, 0);
  EXPECT_EQ(DataOf({}, "2018-07-15").now.anchor, M(7));
  EXPECT_NEAR(DataOf({}, "2018-07-15").now.passed, 15.0 / 31, 1e-12);
  EXPECT_EQ(DataOf({}, "2018-06-30").before[0].anchor, M(4));
  EXPECT_EQ(DataOf({}, "2018-06-30").before.size(), 8u);
}

TEST(ForecastData, AVersionIsInForceFromTheMonthAfterItWasAssignedUntilTheNext) {
  // 10,00 a month until the end of 2018; in May shortened to the end of June.
  const ForecastData data =
      DataOf({TariffOf("45A04", 10'00), AllocationOf({.first = "2018-02-01", .last = "2018-12-31", .assigned = "2018-01-20"}),
              AllocationOf({.first = "2018-02-01", .last = "2018-06-30", .assigned = "2018-05-10"})},
             "2018-09-30");
  EXPECT_EQ(data.allocated.At(M(8), M(1)), 0);
  EXPECT_EQ(data.allocated.At(M(8), M(2)), 10'00);
  EXPECT_EQ(data.allocated.At(M(8), M(5)), 10'00);
  EXPECT_EQ(data.allocated.At(M(8), M(6)), 0);
  EXPECT_EQ(data.allocated.At(M(6), M(9)), 10'00);
  EXPECT_EQ(Now(data, data.now.allocated, M(6)), 10'00);
  EXPECT_EQ(Now(data, data.now.allocated, M(8)), 0);
  // Of August nothing stands of what was allocated in March; of June all of it.
  EXPECT_EQ(data.now.kept.At(M(8), M(3)), 0);
  EXPECT_EQ(data.now.kept.At(M(6), M(3)), 10'00);
  // Three months before nobody had shortened it yet, as far as was known at the first of July: it had.
  EXPECT_EQ(data.before[0].anchor, M(7));
  EXPECT_EQ(Now(data, data.before[0].allocated, M(8)), 0);
  EXPECT_EQ(data.before[1].anchor, M(4));
  EXPECT_EQ(Now(data, data.before[1].allocated, M(8)), 10'00);
  EXPECT_EQ(data.new_allocations[static_cast<size_t>(M(1) - data.first)], 1);
  EXPECT_EQ(data.new_allocations[static_cast<size_t>(M(5) - data.first)], 0) << "a later version is no new allocation";
}

TEST(ForecastData, LookingBackLeavesOutWhatOnlyLookingAheadNeeds) {
  const auto data = [](Look look) {
    return DataOf(
        {TariffOf("45A04", 10'00), AllocationOf({.first = "2018-02-01", .last = "2018-12-31", .assigned = "2018-01-20"}),
         AllocationOf({.first = "2018-02-01", .last = "2018-06-30", .assigned = "2018-05-10"})},
        "2018-09-30", true, look);
  };
  const ForecastData back = data(Look::kBack), ahead = data(Look::kAhead);
  EXPECT_TRUE(back.before.empty());
  EXPECT_EQ(back.now.kept.At(M(6), M(3)), 0);
  EXPECT_EQ(back.now.allocated, ahead.now.allocated);
  EXPECT_EQ(back.now.declared, ahead.now.declared);
  EXPECT_EQ(back.allocated.At(M(8), M(5)), 10'00);
  EXPECT_EQ(back.new_allocations, ahead.new_allocations);
}

TEST(ForecastData, AnExtensionIsNotKeptButComesOnTop) {
  const ForecastData data =
      DataOf({TariffOf("45A04", 10'00), AllocationOf({.first = "2018-02-01", .last = "2018-04-30", .assigned = "2018-01-20"}),
              AllocationOf({.first = "2018-02-01", .last = "2018-12-31", .assigned = "2018-04-10"})},
             "2018-09-30");
  EXPECT_EQ(data.allocated.At(M(6), M(3)), 0);
  EXPECT_EQ(data.now.kept.At(M(6), M(3)), 0);
  EXPECT_EQ(data.now.kept.At(M(6), M(5)), 10'00);
  EXPECT_EQ(Now(data, data.now.allocated, M(6)), 10'00);
}

TEST(ForecastData, AnAllocationThatNeverExistedWasThereUntilSomebodySaidSo) {
  const std::vector<Fact> facts = {
      TariffOf("45A04", 10'00), AllocationOf({.first = "2018-02-01", .last = "2018-12-31", .assigned = "2018-01-20"}),
      AllocationOf({.first = "2018-02-01", .last = "2018-12-31", .reason = "13", .assigned = "2018-05-10"})};
  const ForecastData data = DataOf(facts, "2018-09-30");
  EXPECT_EQ(data.allocated.At(M(8), M(5)), 10'00);
  EXPECT_EQ(data.allocated.At(M(8), M(6)), 0);
  EXPECT_EQ(data.now.kept.At(M(6), M(3)), 0);
  EXPECT_EQ(Now(data, data.now.allocated, M(8)), 0);
  EXPECT_EQ(DataOf(facts, "2018-09-30", false).allocated.At(M(8), M(5)), 0) << "of a filter it is not known to be in";
}

TEST(ForecastData, AStopForGoodEndsWhatIsAllocatedFromTheMonthAfter) {
  const ForecastData data =
      DataOf({TariffOf("45A04", 10'00), AllocationOf({.first = "2018-02-01", .last = "2018-12-31", .assigned = "2018-01-20"}),
              StopOf({.last = "2018-05-31"})},
             "2018-09-30");
  EXPECT_EQ(data.allocated.At(M(8), M(6)), 10'00);
  EXPECT_EQ(data.allocated.At(M(8), M(7)), 0);
  EXPECT_EQ(Now(data, data.now.allocated, M(8)), 0);
  EXPECT_EQ(Now(data, data.now.allocated, M(5)), 10'00);
}

TEST(ForecastData, ClaimsCountByTheDayTheyWereDatedAndNotWhenRefused) {
  std::vector<Fact> facts = {
      AllocationOf({.first = "2018-02-01"}), ClaimOf("D1", {{"r1", "", 100'00, "p1", 1, "2018-02-01"}}),
      ClaimOf("D2", {{"r2", "", 40'00, "p1", 1, "2018-02-01"}, {"r3", "", 7'00, "p9", 99, "2018-02-01"}}),
      ClaimOf("D3", {{"r4", "r1", -100'00, "p1", 1, "2018-02-01"}})};
  facts[1].mutable_claim()->set_dated_day(On("2018-03-05"));
  facts[2].mutable_claim()->set_dated_day(On("2018-04-05"));
  facts[3].mutable_claim()->set_dated_day(On("2018-06-05"));
  const ForecastData data = DataOf(facts, "2018-09-30");
  EXPECT_EQ(data.declared.At(M(2), M(3)), 0);
  EXPECT_EQ(data.declared.At(M(2), M(4)), 100'00);
  EXPECT_EQ(data.declared.At(M(2), M(5)), 147'00) << "with the line of no allocation";
  EXPECT_EQ(data.declared.At(M(2), M(7)), 47'00) << "the credit makes it less";
  EXPECT_EQ(Now(data, data.now.declared, M(2)), 47'00);
  EXPECT_EQ(data.claims_from, M(3));
  EXPECT_EQ(DataOf(facts, "2018-09-30", false).declared.At(M(2), M(7)), 40'00);
  facts.push_back(AnswerOf("D2", {"r2"}));
  EXPECT_EQ(Now(data, DataOf(facts, "2018-09-30").now.declared, M(2)), 7'00);
}

TEST(ForecastData, AClaimWithoutADayIsOfItsMonthOfCare) {
  std::vector<Fact> facts = {AllocationOf({.first = "2018-02-01"}), ClaimOf("D1", {{"r1", "", 100'00, "p1", 1, "2018-02-01"}})};
  facts[1].mutable_claim()->set_dated_day(0);
  const ForecastData data = DataOf(facts, "2018-09-30");
  EXPECT_EQ(data.claims_from, M(2));
  EXPECT_EQ(data.declared.At(M(2), M(2)), 0);
  EXPECT_EQ(data.declared.At(M(2), M(3)), 100'00);
}

TEST(ForecastData, HostileDaysDoNotHurt) {
  std::vector<Fact> facts = {
      TariffOf("45A04", 10'00, "1900-01-01"), AllocationOf({.first = "1900-01-01", .assigned = "1900-01-01"}),
      AllocationOf({.number = 2, .first = "2018-01-01", .assigned = "2150-01-01"}),
      ClaimOf("D1", {{"r1", "", 100'00, "p1", 1, "1901-02-01"}, {"r2", "", 1'00, "p1", 1, "2199-02-01"}})};
  facts[3].mutable_claim()->set_dated_day(0);
  const ForecastData data = DataOf(facts, "2018-09-30");
  EXPECT_EQ(data.allocated.At(M(8), M(8)), 10'00);
  EXPECT_EQ(Now(data, data.now.allocated, M(8)), 20'00) << "what is known now counts now";
}

// The grids say for every anchor what one would have worked out then from the versions of then.
TEST(ForecastData, IsWhatWasAllocatedAtEveryMoment) {
  std::mt19937 random(160);
  const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  for (int turn = 0; turn < 20; ++turn) {
    std::vector<testing::AllocationSpec> specs;
    for (int number = 1; number <= 6; ++number) {
      const Day start = On("2017-09-01") + pick(300);
      for (int version = 0; version <= pick(3); ++version) {
        specs.push_back({.person = "p" + std::to_string(number),
                         .number = number,
                         .first = FormatDay(start),
                         .last = FormatDay(start + 20 + pick(400)),
                         .volume = 1 + pick(9),
                         .reason = version > 0 && pick(6) == 0 ? "13" : "",
                         .assigned = FormatDay(start - 30 + 60 * version + pick(50))});
      }
    }
    std::vector<Fact> facts = {TariffOf("45A04", 31'00)};
    for (const auto& spec : specs) facts.push_back(AllocationOf(spec));
    const ForecastData data = DataOf(facts, "2018-10-31");
    for (const Month anchor : {M(2), M(5), M(9)}) {
      std::vector<Fact> then = {TariffOf("45A04", 31'00)};
      for (const auto& spec : specs) {
        if (On(spec.assigned) < FirstDay(anchor)) then.push_back(AllocationOf(spec));
      }
      CostsScene scene;
      scene.Feed({BatchOf(1, At("2017-01-01"), then)});
      const auto book = scene.costs.CareAt(At("2026-01-01"));
      for (Month care = M(1); care <= M(12); ++care) {
        Cents expected = 0;
        for (const costs::AllocationFact& allocation : book->allocations) {
          expected += costs::IndicatedInMonth(allocation, care, *book->tariffs).cents;
        }
        EXPECT_EQ(data.allocated.At(care, anchor), expected)
            << turn << " " << FormatMonth(care) << " at " << FormatMonth(anchor);
        EXPECT_LE(data.now.kept.At(care, anchor), expected);
      }
    }
  }
}

TEST(MakeDrivers, MultiplyToTheAmount) {
  CostsScene scene;
  scene.Feed({BatchOf(
      1, At("2018-01-01"),
      {TariffOf("45A04", 85'00, "2017-01-01", "", "04"),
       AllocationOf({.number = 1, .first = "2018-01-01", .last = "2018-12-31", .volume = 3, .unit = "04", .frequency = "2"}),
       AllocationOf({.person = "p2",
                     .number = 2,
                     .first = "2018-01-01",
                     .last = "2018-09-30",
                     .volume = 5,
                     .unit = "04",
                     .frequency = "2"}),
       AllocationOf({.person = "p3",
                     .number = 3,
                     .first = "2018-01-01",
                     .last = "2018-12-31",
                     .volume = 0,
                     .budget_cents = 3'650'00})})});
  const auto book = scene.costs.CareAt(At("2026-01-01"));
  std::vector<uint32_t> all(book->courses.size());
  std::iota(all.begin(), all.end(), 0u);
  const std::vector<Driver> drivers = MakeDrivers(*book, all, M(7), MonthOf(2019, 1));
  ASSERT_EQ(drivers.size(), 2u);
  // 184 days of 3 hours and 92 of 5, at 85,00.
  EXPECT_EQ(drivers[0].clients, 2);
  EXPECT_NEAR(drivers[0].units, (184 * 3 + 92 * 5) / 7.0, 0.001);
  EXPECT_EQ(drivers[0].amount, MulDiv(85'00, 184 * 3, 7) + MulDiv(85'00, 92 * 5, 7));
  EXPECT_NEAR(static_cast<double>(drivers[0].amount) / drivers[0].units, 85'00, 0.05) << "both are rounded";
  EXPECT_EQ(*drivers[1].unit, "83");
  EXPECT_EQ(drivers[1].amount, 1'840'00);
  EXPECT_EQ(drivers[1].units, 0);
}

}  // namespace
}  // namespace nmd::analyses
