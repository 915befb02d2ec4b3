// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/obligations.h"

#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/costs/amounts.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::analyses {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::AllocationSpec;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using testing::On;
using testing::RunningObligationsT20;
using testing::StartOf;
using testing::StopOf;
using testing::TariffOf;

std::shared_ptr<const costs::CareBook> BookOf(CostsScene* scene, std::vector<Fact> facts) {
  scene->Feed({BatchOf(1, At("2018-01-01"), std::move(facts))});
  return scene->costs.CareAt(At("2026-01-01"));
}

Obligations Total(const costs::CareBook& book, const std::string& from, const std::string& until) {
  Obligations total;
  for (const costs::Course& course : book.courses) total.Add(ObligationsOf(book, course, {On(from), On(until)}));
  return total;
}

TEST(Obligations, AreThoseOfT20ToTheCent) {
  CostsScene scene;
  const auto book = BookOf(&scene, RunningObligationsT20());
  const Obligations total = Total(*book, "2018-04-01", "2019-01-01");
  EXPECT_EQ(total.running, 71'742'31);
  EXPECT_EQ(total.open_ended, 64'625'00) << "C has no end: it counts until H and is told apart";
  EXPECT_EQ(total.allocations, 3);
  EXPECT_EQ(total.open_allocations, 1);
  EXPECT_EQ(total.not_started, 0);
  EXPECT_EQ(total.without_amount, 0);
  // By allocation: 3.825,00 + 3.292,31 + 64.625,00.
  std::vector<Cents> parts;
  for (const costs::Course& course : book->courses) {
    parts.push_back(ObligationsOf(*book, course, {On("2018-04-01"), On("2019-01-01")}).running);
  }
  std::sort(parts.begin(), parts.end());
  EXPECT_EQ(parts, (std::vector<Cents>{3'292'31, 3'825'00, 64'625'00}));
}

TEST(Obligations, OfAWholeLifeAreTheTotalOfT20) {
  CostsScene scene;
  const auto book = BookOf(&scene, {RunningObligationsT20()[0], RunningObligationsT20()[3]});
  EXPECT_EQ(Total(*book, "2018-01-15", "2019-01-01").running, 6'593'57);
}

TEST(Obligations, MonthsAreTheIndicatedAmountsOfT20) {
  CostsScene scene;
  const auto book = BookOf(&scene, RunningObligationsT20());
  const auto indicated = [&](int month) {
    Cents sum = 0;
    for (const costs::AllocationFact& allocation : book->allocations) {
      sum += costs::IndicatedInMonth(allocation, MonthOf(2018, month), *book->tariffs).cents;
    }
    return sum;
  };
  EXPECT_EQ(indicated(4), 8'604'40);
  EXPECT_EQ(indicated(3), 6'776'21);
}

TEST(Obligations, CareThatBeginsLaterIsToldApart) {
  CostsScene scene;
  const auto book = BookOf(&scene, RunningObligationsT20());
  const Obligations total = Total(*book, "2018-02-01", "2018-04-01");
  EXPECT_EQ(total.not_started, 22 * 235'00) << "C begins on 10 March";
  EXPECT_EQ(total.not_started_allocations, 1);
  EXPECT_EQ(total.open_ended, total.not_started);
  EXPECT_EQ(total.allocations, 3);
}

TEST(Obligations, DeletedAllocationsAreNone) {
  CostsScene scene;
  std::vector<Fact> facts = RunningObligationsT20();
  facts.push_back(AllocationOf({.person = "p3",
                                .number = 3,
                                .product = "44A08",
                                .first = "2018-03-10",
                                .volume = 1,
                                .unit = "14",
                                .frequency = "1",
                                .reason = "13",
                                .assigned = "2018-03-01"}));
  const auto book = BookOf(&scene, std::move(facts));
  EXPECT_EQ(Total(*book, "2018-04-01", "2019-01-01").running, 3'825'00 + 3'292'31);
}

TEST(Obligations, MonthsWithClaimsAreCostsAndNotObligations) {
  CostsScene scene;
  std::vector<Fact> facts = RunningObligationsT20();
  facts.push_back(ClaimOf("D1", {{"r1", "", 500'00, "p1", 1, "2018-04-01", "45A04"}}));
  const auto book = BookOf(&scene, facts);
  const Obligations total = Total(*book, "2018-04-01", "2019-01-01");
  // A in April: 30 days of 255 per week.
  EXPECT_EQ(total.declared, 1'092'86);
  EXPECT_EQ(total.running, 71'742'31 - 1'092'86);

  CostsScene refused;
  facts.push_back(AnswerOf("D1", {"r1"}));
  const auto after = BookOf(&refused, facts);
  EXPECT_EQ(Total(*after, "2018-04-01", "2019-01-01").running, 71'742'31) << "what was refused is due again";
  EXPECT_EQ(Total(*after, "2018-04-01", "2019-01-01").declared, 0);
}

TEST(Obligations, EndAtAStopForGoodUnlessCareBeganAgain) {
  CostsScene scene;
  std::vector<Fact> facts = RunningObligationsT20();
  facts.push_back(StopOf({.number = 3, .first = "2018-03-10", .last = "2018-06-30", .reason = "31"}));
  const auto stopped = BookOf(&scene, facts);
  const Obligations total = Total(*stopped, "2018-04-01", "2019-01-01");
  EXPECT_EQ(total.running, 71'742'31 - 184 * 235'00);
  EXPECT_EQ(total.stopped, 184 * 235'00) << "1 July to 31 December";

  CostsScene again;
  facts.push_back(StartOf(3, "2018-07-15"));
  EXPECT_EQ(Total(*BookOf(&again, facts), "2018-04-01", "2019-01-01").running, 71'742'31);

  CostsScene temporary;
  facts = RunningObligationsT20();
  facts.push_back(StopOf({.number = 3, .first = "2018-03-10", .last = "2018-06-30", .reason = "20"}));
  EXPECT_EQ(Total(*BookOf(&temporary, facts), "2018-04-01", "2019-01-01").running, 71'742'31);
}

TEST(Obligations, WithoutATariffSayThatTheyAreALowerBound) {
  CostsScene scene;
  const std::vector<Fact> facts = RunningObligationsT20();
  const auto book = BookOf(&scene, {facts[0], facts[1], facts[3]});
  const Obligations total = Total(*book, "2018-04-01", "2019-01-01");
  EXPECT_EQ(total.running, 3'825'00);
  EXPECT_EQ(total.without_amount, 1);

  CostsScene later;
  const auto since = BookOf(&later, {facts[0], TariffOf("45A04", 85'00, "2018-03-01", "", "04")});
  EXPECT_EQ(Total(*since, "2018-04-01", "2019-01-01").without_amount, 0) << "what is missing lies before";
  EXPECT_EQ(Total(*since, "2018-04-01", "2019-01-01").running, 3'825'00);
}

TEST(Obligations, APersonalBudgetIsSpreadOverItsPeriodAndPaidMonthsAreNone) {
  CostsScene scene;
  const auto book = BookOf(&scene, RunningObligationsT20());
  BudgetLife life;
  life.budget = book->allocations.front();
  life.budget.period = {On("2018-01-01"), On("2019-01-01")};
  life.budget.budget = 3'650'00;
  const nmd::Period rest = {On("2018-04-01"), On("2019-01-01")};
  EXPECT_EQ(ObligationsOf(life, *book->tariffs, rest).running, 275 * 10'00);
  life.paid = {MonthOf(2018, 4), MonthOf(2018, 5)};
  EXPECT_EQ(ObligationsOf(life, *book->tariffs, rest).running, (275 - 61) * 10'00);
  EXPECT_EQ(ObligationsOf(life, *book->tariffs, rest).declared, 61 * 10'00);
}

TEST(Obligations, AShareThatStartsNeedsTwentyCourses) {
  for (const int courses : {19, 20}) {
    CostsScene scene;
    std::vector<Fact> facts;
    for (int i = 0; i < courses; ++i) {
      facts.push_back(AllocationOf({.person = "p" + std::to_string(i), .number = i + 1, .first = "2018-02-01"}));
      if (i < 15) facts.push_back(StartOf(i + 1, "2018-02-05"));
    }
    const auto book = BookOf(&scene, facts);
    std::vector<uint32_t> all(book->courses.size());
    std::iota(all.begin(), all.end(), 0u);
    const StartShare share = StartedShare(*book, all, {On("2018-01-01"), On("2018-03-01")});
    EXPECT_EQ(share.courses, courses);
    ASSERT_EQ(share.share.has_value(), courses == 20);
    EXPECT_NEAR(share.share.value_or(0.75), 0.75, 1e-12);
    EXPECT_EQ(StartedShare(*book, all, {On("2018-03-01"), On("2018-04-01")}).courses, 0);
  }
}

// Laws: what runs and what is yet to begin together are additive in time to the cent, and are at most a cent per allocation
// from the sum rounded by itself.
TEST(Obligations, AreAdditiveInTimeToTheCent) {
  std::mt19937 random(40);
  const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  for (int turn = 0; turn < 60; ++turn) {
    CostsScene scene;
    std::vector<Fact> facts = {TariffOf("45A04", 1 + pick(99'99), "2017-01-01"),
                               TariffOf("45A04", 1 + pick(99'99), FormatDay(On("2018-01-01") + pick(300)))};
    for (int i = 0; i < 12; ++i) {
      const Day start = On("2017-06-01") + pick(500);
      const int frequency = 1 + pick(6);
      AllocationSpec spec{.person = "p" + std::to_string(pick(6)),
                          .number = i + 1,
                          .first = FormatDay(start),
                          .last = frequency != 6 && pick(3) == 0 ? "" : FormatDay(start + pick(400)),
                          .volume = 1 + pick(50),
                          .frequency = std::to_string(frequency)};
      facts.push_back(AllocationOf(spec));
      if (pick(4) == 0) {
        facts.push_back(ClaimOf("D" + std::to_string(i), {{"r" + std::to_string(i), "", 100, spec.person, i + 1,
                                                           FormatDay(On("2018-01-01") + pick(300)), "45A04"}}));
      }
    }
    const auto book = BookOf(&scene, facts);
    const Day p = On("2018-01-01") + pick(200);
    const Day m = p + pick(200);
    const Day h = m + pick(400);
    const auto sums = [&](Day from, Day until) {
      Obligations total;
      for (const costs::Course& course : book->courses) total.Add(ObligationsOf(*book, course, {from, until}));
      return total;
    };
    const Obligations whole = sums(p, h), first = sums(p, m), second = sums(m, h);
    EXPECT_EQ(whole.running + whole.not_started, first.running + first.not_started + second.running + second.not_started);
    EXPECT_EQ(whole.declared, first.declared + second.declared);
    EXPECT_EQ(whole.open_ended, first.open_ended + second.open_ended);
    Cents alone = 0;
    for (const costs::AllocationFact& allocation : book->allocations) {
      alone += costs::IndicatedInPeriod(allocation, {p, h}, *book->tariffs).cents;
    }
    const Cents together = whole.running + whole.not_started + whole.declared + whole.stopped;
    EXPECT_LE(std::abs(alone - together), static_cast<Cents>(book->allocations.size()));
  }
}

}  // namespace
}  // namespace nmd::analyses
