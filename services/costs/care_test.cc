// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/care.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/costs/costs.h"
#include "services/platform/journal.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using testing::LevelOf;
using testing::LinkOf;
using testing::On;
using testing::PlanOf;
using testing::StartOf;
using testing::StopOf;
using testing::TariffOf;

// Everything a book says, one line per thing, in its own order.
std::vector<std::string> Text(const CareBook& book) {
  std::vector<std::string> lines;
  const auto line = [&lines](const auto&... parts) { lines.push_back(absl::StrCat(parts...)); };
  for (const Course& c : book.courses) {
    line("course ", c.client, " law ", c.law, " sex ", c.sex, " exact ", c.exact, " ", *c.category, " ", *c.product, " ",
         *c.provider, " ivn ", *c.ivn, " referrer ", *c.referrer, " ", *c.wijk, " ", *c.buurt, " born ", c.birth, " indicated ",
         c.indicated.start, " ", c.indicated.end, " assigned ", c.assigned, " ", c.first_end, " declared ", c.last_declared,
         " row ", c.row);
    for (const AllocationFact& allocation : book.AllocationsOf(c)) line("  allocation ", allocation.number);
    for (const CourseStart& start : book.StartsOf(c)) line("  start ", start.day, " ", start.number);
    for (const CourseStop& stop : book.StopsOf(c)) line("  stop ", stop.end, " ", stop.number, " ", *stop.reason);
    for (const CoursePlan& plan : book.PlansOf(c)) line("  plan ", plan.number, " ", plan.agreed_end);
  }
  for (const CareLine& l : book.lines) {
    line("line ", l.course, " ", l.client, " ", *l.provider, " ", *l.product, " ", l.month, " ", l.amount, " ", l.approved);
  }
  for (const auto& r : book.responsibilities) line("responsible ", r.client, " ", *r.fact.municipality);
  for (const auto& q : book.quantities) line("quantity ", q.course, " ", q.client, " ", q.fact.volume_thousandths);
  for (const auto& s : book.successions) line("succession ", *s.product, " ", *s.predecessor);
  for (const auto& g : book.provider_groups) line("group ", *g.provider, " ", *g.organisation, " ", *g.concern);
  for (const auto& r : book.combinations) line("combination ", *r.product, " ", *r.other_product, " ", r.verdict);
  return lines;
}

Fact ResponsibilityOf(const std::string& person, const std::string& municipality) {
  Fact fact;
  fact.mutable_responsibility()->set_law(ingestion::v1::YOUTH);
  fact.mutable_responsibility()->set_person_key(person);
  fact.mutable_responsibility()->set_municipality(municipality);
  fact.mutable_responsibility()->set_start_day(On("2018-01-01"));
  return fact;
}
Fact QuantityOf(const std::string& person, int64_t number, int64_t thousandths) {
  Fact fact;
  fact.mutable_delivered_quantity()->set_law(ingestion::v1::YOUTH);
  fact.mutable_delivered_quantity()->set_provider("99000001");
  fact.mutable_delivered_quantity()->set_person_key(person);
  fact.mutable_delivered_quantity()->set_number(number);
  fact.mutable_delivered_quantity()->set_volume_thousandths(thousandths);
  return fact;
}
Fact GroupOf(const std::string& provider, const std::string& organisation) {
  Fact fact;
  fact.mutable_provider_group()->set_provider(provider);
  fact.mutable_provider_group()->set_organisation(organisation);
  fact.mutable_provider_group()->set_start_day(On("2018-01-01"));
  return fact;
}
Fact SuccessionOf(const std::string& product, const std::string& predecessor) {
  Fact fact;
  fact.mutable_product_succession()->set_law(ingestion::v1::YOUTH);
  fact.mutable_product_succession()->set_product(product);
  fact.mutable_product_succession()->set_predecessor(predecessor);
  return fact;
}
Fact CombinationOf(ingestion::v1::CombinationRule::Verdict verdict) {
  Fact fact;
  fact.mutable_combination_rule()->set_law(ingestion::v1::YOUTH);
  fact.mutable_combination_rule()->set_product("45A04");
  fact.mutable_combination_rule()->set_other_law(ingestion::v1::YOUTH);
  fact.mutable_combination_rule()->set_other_product("45A05");
  fact.mutable_combination_rule()->set_verdict(verdict);
  return fact;
}

TEST(CareBook, ACourseHasItsStartsAndStops) {
  CostsScene scene("2019-01-01");
  scene.Feed({BatchOf(1, At("2018-02-01"),
                      {AllocationOf({.last = "2018-12-31", .assigned = "2017-12-10"}),
                       AllocationOf({.last = "2018-09-30", .reason = "05", .assigned = "2018-06-01"}), LevelOf("45A04", "5"),
                       StartOf(1, "2018-01-15"), StartOf(1, "2018-04-15"), StartOf(7, "2018-01-01"),
                       StopOf({.first = "2018-01-15", .last = "2018-03-31", .reason = "20"}),
                       StopOf({.first = "2018-04-15", .last = "2018-08-31", .reason = "31"}),
                       StopOf({.number = 1, .reason = "19", .law = ingestion::v1::WMO})})});
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-02-01"))});
  const auto book = scene.costs.CareAt(At("2019-01-01"));
  ASSERT_EQ(book->courses.size(), 1u);
  const Course& course = book->courses[0];
  EXPECT_EQ(course.assigned, On("2017-12-10")) << "by the version that is not in force any more";
  EXPECT_EQ(course.first_end, On("2019-01-01"));
  EXPECT_EQ(course.indicated, (nmd::Period{On("2018-01-01"), On("2018-10-01")}));
  EXPECT_THAT(book->StartsOf(course), ElementsAre(CourseStart{On("2018-01-15"), 1}, CourseStart{On("2018-04-15"), 1}));
  ASSERT_EQ(book->StopsOf(course).size(), 2u) << "a stop of the other law with this number is of another allocation";
  EXPECT_TRUE(book->StopsOf(course)[0].Temporary());
  EXPECT_EQ(book->StopsOf(course)[0].end, On("2018-04-01"));
  EXPECT_FALSE(book->StopsOf(course)[1].Temporary());
  EXPECT_EQ(*book->StopsOf(course)[1].reason, "31");
  EXPECT_TRUE(course.exact);
  EXPECT_EQ(*course.ivn, "5");
  EXPECT_EQ(course.row, 0u);
}

TEST(CareBook, WhatWasTakenBackIsNotThereUntilItIsSentAgain) {
  CostsScene scene("2019-01-01");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), StartOf(1, "2018-01-01"), StopOf({})}),
              BatchOf(2, At("2018-07-10"), {StartOf(1, "2018-01-01", "3"), StopOf({.status = "3"})}),
              // IV008: within a message the removal comes first.
              BatchOf(3, At("2018-08-01"), {StopOf({}), StopOf({.status = "3"}), StartOf(1, "2018-01-01", "3")})});
  const auto stops = [&](const std::string& known) {
    const auto book = scene.costs.CareAt(At(known));
    return std::pair(book->starts.size(), book->stops.size());
  };
  EXPECT_EQ(stops("2018-07-09"), std::pair(size_t{1}, size_t{1}));
  EXPECT_EQ(stops("2018-07-10"), std::pair(size_t{0}, size_t{0}));
  EXPECT_EQ(stops("2018-08-01"), std::pair(size_t{0}, size_t{1}));
}

TEST(CareBook, LinesAreNetAndTellTheLastDeclaredMonth) {
  CostsScene scene("2019-01-01");
  // T-28: what was taken back and what was refused is no care.
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})}),
              BatchOf(2, At("2018-06-01"),
                      {ClaimOf("A", {{"r1", "", 100, "p1", 1, "2018-01-01"},
                                     {"r2", "", 100, "p1", 1, "2018-02-01"},
                                     {"r3", "", 100, "p1", 1, "2018-03-01"},
                                     {"r4", "", 100, "p1", 1, "2018-04-01"},
                                     {"r5", "", 100, "p1", 9, "2018-05-01"}})},
                      "jw323"),
              BatchOf(3, At("2018-06-02"), {AnswerOf("A", {"r3"})}, "jw325"),
              BatchOf(4, At("2018-07-01"), {ClaimOf("B", {{"r6", "r4", -100, "p1", 1, "2018-04-01"}})}, "jw323")});
  const auto before = scene.costs.CareAt(At("2018-06-01"));
  EXPECT_EQ(before->courses[0].last_declared, MonthOf(2018, 4));
  const auto book = scene.costs.CareAt(At("2018-07-02"));
  ASSERT_EQ(book->courses.size(), 1u);
  EXPECT_EQ(book->courses[0].last_declared, MonthOf(2018, 2));
  EXPECT_EQ(book->LinesOf(book->courses[0]).size(), 5u);
  ASSERT_EQ(book->lines.size(), 6u);
  EXPECT_EQ(book->lines.back().course, kNowhere) << "under an allocation nobody knows";
}

TEST(CareBook, OfOtherFactsTheLatestHolds) {
  CostsScene scene("2019-01-01");
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {AllocationOf({}), PlanOf("p1", 1, "2018-06-30"), PlanOf("p2", 1, "2018-01-31"), PlanOf("p1", 8, ""),
                       ResponsibilityOf("p1", "1680"), ResponsibilityOf("p9", "1680"), QuantityOf("p1", 1, 1500),
                       QuantityOf("", 0, 99000), GroupOf("99000001", "o1"), SuccessionOf("45A04", "45A01"),
                       CombinationOf(ingestion::v1::CombinationRule::ALLOWED)}),
              BatchOf(2, At("2018-03-01"),
                      {PlanOf("p1", 1, "2018-04-30"), QuantityOf("p1", 1, 1000), GroupOf("99000001", "o2"),
                       CombinationOf(ingestion::v1::CombinationRule::FORBIDDEN)})});
  const auto book = scene.costs.CareAt(At("2018-04-01"));
  ASSERT_EQ(book->plans.size(), 1u) << "not those of somebody else, or of no course";
  EXPECT_EQ(book->plans[0].agreed_end, On("2018-05-01"));
  ASSERT_EQ(book->responsibilities.size(), 1u);
  EXPECT_EQ(*book->responsibilities[0].fact.municipality, "1680");
  ASSERT_EQ(book->quantities.size(), 2u);
  EXPECT_EQ(book->quantities[0].course, kNowhere);
  EXPECT_EQ(book->quantities[0].client, kNowhere);
  EXPECT_EQ(book->quantities[1].fact.volume_thousandths, 1000);
  EXPECT_EQ(book->quantities[1].course, 0u);
  ASSERT_EQ(book->provider_groups.size(), 1u);
  EXPECT_EQ(*book->provider_groups[0].organisation, "o2");
  ASSERT_EQ(book->successions.size(), 1u);
  ASSERT_EQ(book->combinations.size(), 1u);
  EXPECT_EQ(book->combinations[0].verdict, ingestion::v1::CombinationRule::FORBIDDEN);
}

// T-29, and every row of the snapshot is of the course with its number.
TEST(CareBook, IsTheSameForEveryOrderOfArrival) {
  std::mt19937 random(20180331);
  std::vector<ingestion::v1::FactBatch> batches;
  for (int64_t b = 1; b <= 24; ++b) {
    const std::string person = absl::StrCat("p", random() % 5);
    const int64_t number = 1 + static_cast<int64_t>(random() % 8);
    const auto day = [&random] { return absl::StrCat("2018-0", 1 + random() % 9, "-1", random() % 10); };
    const std::string first = day();
    batches.push_back(
        BatchOf(b, At(absl::StrCat("2018-1", b % 3, "-0", 1 + b % 4)),
                {AllocationOf({.person = person, .number = number, .first = first, .assigned = day()}),
                 StartOf(number, first, random() % 4 == 0 ? "3" : "1"),
                 StopOf({.number = number, .first = first, .last = "2018-11-30", .status = random() % 3 == 0 ? "3" : "1"}),
                 ClaimOf(absl::StrCat("C", b), {{absl::StrCat("r", b), "", 100 + b, person, number, first}}),
                 PlanOf(person, number, day()), QuantityOf(person, number, b), GroupOf("99000001", absl::StrCat("o", b)),
                 ResponsibilityOf(person, absl::StrCat(b))}));
  }
  std::vector<std::string> expected;
  for (int round = 0; round < 6; ++round) {
    std::vector<ingestion::v1::FactBatch> order = batches;
    if (round > 0) std::shuffle(order.begin(), order.end(), random);
    for (size_t i = 0; i < order.size(); ++i) order[i].set_sequence(static_cast<int64_t>(i + 1));
    CostsScene scene("2019-01-01");
    scene.Feed(order);
    scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c1", At("2018-01-02"))});
    const auto book = scene.costs.CareAt(At("2019-01-01"));
    if (round == 0) expected = Text(*book);
    EXPECT_EQ(Text(*book), expected) << "round " << round;
    const FactTable& table = book->snapshot->table;
    ASSERT_GT(table.size(), 0u);
    for (size_t row = 0; row < table.size(); ++row) {
      if ((table.flags[row] & kCounts) == 0) continue;
      const Course& course = book->courses[table.provision[row]];
      EXPECT_EQ(course.client, table.client[row]);
      EXPECT_EQ(*course.provider, book->snapshot->dictionaries[kProviderField].values[table.fields[kProviderField][row]]);
      EXPECT_LE(course.row, row);
    }
  }
  EXPECT_GT(expected.size(), 40u);
}

TEST(CareBook, IsKeptUntilSomethingComesIn) {
  CostsScene scene("2019-01-01");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), TariffOf("45A04", 100)})});
  const auto first = scene.costs.CareAt(At("2018-06-01"));
  EXPECT_EQ(scene.costs.CareAt(At("2018-06-02")), first) << "of one moment and month";
  scene.Feed({BatchOf(2, At("2018-03-01"), {StopOf({})})});
  EXPECT_EQ(scene.costs.CareAt(At("2018-06-01"))->stops.size(), 1u);
  EXPECT_EQ(scene.costs.CareAt(At("2018-02-01"))->stops.size(), 0u);
  EXPECT_EQ(first->stops.size(), 0u) << "who has a book keeps it";
}

TEST(CareBook, IsTheSameAfterAStartFromTheCheckpoint) {
  CostsScene scene("2019-01-01");
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {AllocationOf({}), StartOf(1, "2018-01-01"), StopOf({}), PlanOf("p1", 1, "2018-04-30"),
                       ResponsibilityOf("p1", "1680"), QuantityOf("p1", 1, 1000), GroupOf("99000001", "o1"),
                       SuccessionOf("45A04", "45A01"), CombinationOf(ingestion::v1::CombinationRule::FORBIDDEN)})});
  const std::vector<std::string> expected = Text(*scene.costs.CareAt(At("2018-06-01")));
  ASSERT_EQ(expected.size(), 10u);
  ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
  const auto journal = NewMemoryJournal();
  ASSERT_TRUE(journal->SaveCheckpoint(0, (*scene.journal->LoadCheckpoint())->state).ok());
  Costs another(*journal, scene.clock, "gm1730", {});
  ASSERT_TRUE(another.Replay().ok());
  EXPECT_EQ(Text(*another.CareAt(At("2018-06-01"))), expected);
}

TEST(CareBook, OfNothingIsEmpty) {
  CostsScene scene("2019-01-01");
  scene.Feed({BatchOf(1, At("2018-01-02"), {StopOf({}), PlanOf("p1", 1, "2018-04-30")})});
  const auto book = scene.costs.CareAt(At("2018-06-01"));
  EXPECT_TRUE(Text(*book).empty());
}

}  // namespace
}  // namespace nmd::costs
