// SPDX-License-Identifier: EUPL-1.2
// What a figure is worth, and the sentence that says so (R5, R6, requirements 6.8).
#include "services/costs/reliability.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::AllocationSpec;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::BudgetOf;
using testing::ClaimLineSpec;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::LinkOf;
using ::testing::Not;
using testing::On;
using testing::TariffOf;

// Ten lines of every month of 2017 to 2019: six in the first delivery after the month (the 10th), three a month later, one two
// months after that. Nothing that was known after `last`.
std::vector<ingestion::v1::FactBatch> Declared(const std::string& last) {
  std::vector<Fact> care = {TariffOf("45A04", 100'00)};
  for (int i = 0; i < 10; ++i) {
    AllocationSpec spec;
    spec.person = absl::StrCat("p", i);
    spec.number = i + 1;
    spec.first = "2017-01-01";
    care.push_back(AllocationOf(spec));
  }
  std::vector<ingestion::v1::FactBatch> batches = {BatchOf(1, At("2017-01-01"), care)};
  for (int month = 0; month < 36; ++month) {
    const Month of = nmd::MonthOf(2017, 1) + month;
    const auto deliver = [&](int after, int first, int end) {
      const Day day = FirstDay(of + after) + 9;
      if (day > On(last)) return;
      std::vector<ClaimLineSpec> lines;
      for (int i = first; i < end; ++i) {
        ClaimLineSpec line;
        line.reference = absl::StrCat("r", month, ".", i);
        line.amount_cents = 100'00;
        line.person = absl::StrCat("p", i);
        line.allocation = i + 1;
        line.first = FormatDay(FirstDay(of));
        lines.push_back(line);
      }
      const std::string number = absl::StrCat("D", month, ".", after);
      batches.push_back(BatchOf(static_cast<int64_t>(batches.size()) + 1, At(FormatDay(day)),
                                {ClaimOf(number, lines), AnswerOf(number)}, "jw323"));
    };
    deliver(1, 0, 6);
    deliver(2, 6, 9);
    deliver(4, 9, 10);
  }
  return batches;
}

TEST(LagProfile, IsTheShareThatCameInWithinSoManyDaysR5) {
  CostsScene scene("2019-12-15");
  scene.Feed(Declared("2019-12-15"));
  struct Case {
    const char* month;
    std::optional<double> completeness;  // Of what was declared in it, as known on 15-12-2019.
    bool provisional;
  };
  for (const Case& c : std::initializer_list<Case>{{"2019-11", 0.6, true},   // One delivery.
                                                   {"2019-10", 0.9, false},  // Two of three: nine in ten.
                                                   {"2019-09", 0.9, false},  // The last one comes on 10 January.
                                                   {"2019-08", 1.0, false},
                                                   {"2018-01", std::nullopt, false}}) {
    const auto figure = scene.Total("declared", c.month, FormatMonth(*ParseMonth(c.month) + 1));
    EXPECT_EQ(figure.reliability().has_completeness(), c.completeness.has_value()) << c.month;
    EXPECT_NEAR(figure.reliability().completeness(), c.completeness.value_or(0), 1e-12) << c.month;
    EXPECT_EQ(figure.reliability().provisional(), c.provisional) << c.month;
  }
}

TEST(Reliability, AnIncompleteMonthIsMarkedAndIsNoDeclineR6) {
  CostsScene scene("2019-12-15");
  scene.Feed(Declared("2019-12-15"));
  struct Case {
    const char *measure, *from, *to, *remark;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"declared", "2019-11", "2019-12",
            " Nog niet volledig; geen daling: van de laatste maand is naar verwachting 60% binnen."},
           {"declared", "2019-11", "2020-01", " Nog niet volledig; geen daling: de periode is nog niet voorbij."},
           {"approved", "2019-09", "2019-12",
            " Nog niet volledig; geen daling: van de laatste maand is naar verwachting 60% binnen."},
           {"declared_share", "2019-11", "2019-12",
            " Nog niet volledig; geen daling: van de laatste maand is naar verwachting 60% binnen."},
           {"clients", "2019-12", "2020-01", " Nog niet volledig; geen daling: de periode is nog niet voorbij."},
       }) {
    const auto figure = scene.Total(c.measure, c.from, c.to);
    EXPECT_TRUE(figure.reliability().provisional()) << c.measure << c.from;
    EXPECT_THAT(figure.reliability().statement(), HasSubstr(c.remark)) << c.measure << c.from;
  }
  for (const Case& c : std::initializer_list<Case>{{"clients", "2019-11", "2019-12", ""},
                                                   {"declared", "2019-08", "2019-09", ""},
                                                   {"declared", "2018-01", "2019-01", ""}}) {
    const auto figure = scene.Total(c.measure, c.from, c.to);
    EXPECT_FALSE(figure.reliability().provisional()) << c.measure << c.from;
    EXPECT_THAT(figure.reliability().statement(), Not(HasSubstr("Nog niet volledig"))) << c.measure << c.from;
  }
  const auto three = scene.Total("approved", "2019-09", "2019-12");
  EXPECT_NEAR(three.reliability().completeness(), (0.9 + 0.9 + 0.6) / 3, 1e-9) << "of the months together";
  EXPECT_THAT(three.reliability().statement(), HasSubstr("de volledigheid is 80,0%"));
}

TEST(Reliability, WhatNobodyCanTellIsNotGuessed) {
  // With fewer than a hundred lines nothing is known of how fast they come.
  CostsScene few("2018-03-15");
  few.Feed(Declared("2018-03-15"));
  const auto february = few.Total("declared", "2018-02", "2018-03");
  EXPECT_FALSE(february.reliability().has_completeness());
  EXPECT_FALSE(february.reliability().provisional());
  EXPECT_TRUE(few.Total("declared", "2018-02", "2018-04").reliability().provisional())
      << "a month that is not over is not complete";
  // An archive that was read in years later says nothing of how fast providers declare.
  CostsScene archive("2019-12-15");
  auto batches = Declared("2019-12-15");
  for (auto& batch : batches) batch.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2019-12-14")));
  archive.Feed(batches);
  EXPECT_FALSE(archive.Total("declared", "2019-10", "2019-11").reliability().has_completeness());
  // A budget is what a document says, whatever the day.
  CostsScene budget("2019-12-15");
  budget.Feed({BatchOf(1, At("2019-01-01"), {BudgetOf("rijksbijdrage_jeugd", 2020, 1, "begroting")}, "begroting")});
  EXPECT_FALSE(budget.Total("budget", "2020-01", "2021-01").reliability().provisional());
}

TEST(Reliability, AReferenceDateToComeIsProvisional) {
  CostsScene scene("2019-12-15");
  scene.Feed(Declared("2019-12-15"));
  EXPECT_TRUE(scene.Ask(CostsScene::QuestionOn({"clients"}, "2019-12-15")).totals(0).reliability().provisional());
  EXPECT_FALSE(scene.Ask(CostsScene::QuestionOn({"clients"}, "2019-12-14")).totals(0).reliability().provisional());
}

TEST(Reliability, TheAgeOfTheNewestDeliveryIsInWordsR6) {
  const auto micros = [](const std::string& day) { return absl::ToUnixMicros(At(day)); };
  EXPECT_EQ(AgeText(micros("2018-01-02"), At("2018-01-02")), "van vandaag");
  EXPECT_EQ(AgeText(micros("2018-01-02"), At("2018-01-03")), "1 dag oud");
  EXPECT_EQ(AgeText(micros("2018-01-02"), At("2018-01-14")), "12 dagen oud");
  EXPECT_EQ(AgeText(micros("2018-01-02"), At("2026-01-01")), "2.921 dagen oud");
}

// Allocations about a quarter: eight known at its end, two more within three months. 2 of 10 is a fifth, in every quarter.
TEST(Stability, IsTheMeanRevisionWithinThreeMonthsR5) {
  CostsScene scene("2019-07-15");
  std::vector<ingestion::v1::FactBatch> batches;
  int64_t number = 0;
  for (int quarter = 0; quarter < 10; ++quarter) {
    const Month first = nmd::MonthOf(2017, 1) + 3 * quarter;
    for (const auto& [count, known] : {std::pair(8, FirstDay(first + 3) - 5), std::pair(2, FirstDay(first + 3) + 40)}) {
      if (known > On("2019-07-15")) continue;
      std::vector<Fact> facts;
      for (int i = 0; i < count; ++i) {
        AllocationSpec spec;
        spec.number = ++number;
        spec.person = absl::StrCat("p", number);
        spec.first = FormatDay(FirstDay(first));
        spec.last = FormatDay(FirstDay(first + 3) - 1);
        facts.push_back(AllocationOf(spec));
      }
      batches.push_back(BatchOf(static_cast<int64_t>(batches.size()) + 1, At(FormatDay(known)), facts));
    }
  }
  scene.Feed(batches);
  auto question = CostsScene::Question({"clients", "provisions", "provisions_per_client"}, "2019-04", "2019-07", {"month"});
  const auto unasked = scene.Ask(question);
  for (const auto& figure : unasked.totals()) EXPECT_FALSE(figure.reliability().has_stability()) << "only when asked";
  question.set_with_stability(true);
  const auto response = scene.Ask(question);
  EXPECT_NEAR(response.totals(0).reliability().stability(), 0.2, 1e-12);
  EXPECT_NEAR(response.totals(1).reliability().stability(), 0.2, 1e-12);
  EXPECT_NEAR(response.totals(2).reliability().stability(), 0, 1e-12) << "one each, then and later";
  EXPECT_THAT(response.totals(0).reliability().statement(),
              HasSubstr(" Eerdere cijfers verschoven in de drie maanden erna gemiddeld 20,0% (laatste 8 kwartalen)."));
  EXPECT_FALSE(response.figures(0).reliability().has_stability()) << "of the measure, not of a cell";
  EXPECT_EQ(scene.Ask(question).SerializeAsString(), response.SerializeAsString()) << "and asked again";
  // A filter has revisions of its own; nothing came in for this product.
  CostsScene::Where(&question, "product", {"45A05"});
  EXPECT_FALSE(scene.Ask(question).totals(2).reliability().has_stability());
  // Earlier there were fewer quarters, and before the first of them none.
  auto early = CostsScene::Question({"clients"}, "2017-01", "2017-04", {}, "2017-08-01");
  early.set_with_stability(true);
  EXPECT_THAT(scene.Ask(early).totals(0).reliability().statement(), HasSubstr("gemiddeld 20,0% (laatste kwartaal)."));
  early.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2017-06-30")));
  EXPECT_FALSE(scene.Ask(early).totals(0).reliability().has_stability());
  // What comes in later moves what it was: then it is worked out again.
  scene.Feed({BatchOf(100, At("2019-06-20"),
                      {AllocationOf({.person = "late", .number = 999, .first = "2019-01-01", .last = "2019-03-31"})})});
  question.clear_filters();
  EXPECT_NEAR(scene.Ask(question).totals(0).reliability().stability(), (7 * 0.2 + 3.0 / 11) / 8, 1e-12);
}

}  // namespace
}  // namespace nmd::costs
