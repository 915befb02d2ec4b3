// SPDX-License-Identifier: EUPL-1.2
// Personal budgets, own team, bookings, decisions and waiting, through the service.
#include "services/costs/record_measures.h"

#include <algorithm>
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

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::LinkOf;
using testing::On;
using testing::TableOf;

// An inclusive last day; empty is open.
Fact BudgetFor(const std::string& person, const std::string& first, const std::string& last, int64_t cents,
               const std::string& decision = "b1") {
  Fact fact;
  auto* budget = fact.mutable_personal_budget();
  budget->set_law(ingestion::v1::YOUTH);
  budget->set_person_key(person);
  budget->set_decision(decision);
  budget->set_category("45");
  budget->set_start_day(On(first));
  if (!last.empty()) budget->set_end_day(On(last) + 1);
  budget->set_budget_cents(cents);
  return fact;
}

Fact PaidTo(const std::string& person, const std::string& first, int64_t cents) {
  Fact fact;
  auto* payment = fact.mutable_budget_payment();
  payment->set_law(ingestion::v1::WMO);
  payment->set_person_key(person);
  payment->set_start_day(On(first));
  payment->set_end_day(On(first) + 7);
  payment->set_amount_cents(cents);
  return fact;
}

Fact Booking(int year, int month, const std::string& taakveld, int64_t cents, const std::string& provider = "",
             const std::string& number = "", bool revenue = false) {
  Fact fact;
  auto* booking = fact.mutable_ledger_booking();
  booking->set_year(year);
  booking->set_month(month);
  booking->set_taakveld(taakveld);
  booking->set_provider(provider);
  booking->set_booking(number);
  booking->set_revenue(revenue);
  booking->set_amount_cents(cents);
  return fact;
}

Fact Decided(const std::string& number, const std::string& applied, const std::string& decided,
             ingestion::v1::Decision::Outcome outcome) {
  Fact fact;
  auto* decision = fact.mutable_decision();
  decision->set_law(ingestion::v1::YOUTH);
  decision->set_person_key("p1");
  decision->set_decision(number);
  decision->set_applied_day(On(applied));
  if (!decided.empty()) decision->set_decided_day(On(decided));
  decision->set_outcome(outcome);
  return fact;
}

Fact Began(int64_t number, const std::string& day, const std::string& status = "1") {
  Fact fact;
  auto* start = fact.mutable_start();
  start->set_law(ingestion::v1::YOUTH);
  start->set_person_key("p1");
  start->set_provider("99000001");
  start->set_number(number);
  start->set_start_day(On(day));
  start->set_status(status);
  return fact;
}

TEST(RecordMeasures, PersonalBudgetsCountPersonsOnceAndSpreadToTheCentR69) {
  CostsScene scene;
  scene.Feed({BatchOf(
      1, At("2018-01-02"),
      {BudgetFor("p1", "2018-01-01", "2018-12-31", 100'01), BudgetFor("p1", "2018-01-01", "2018-03-31", 1, "b2"),
       BudgetFor("x1", "2018-02-01", "", 5'000), AllocationOf({.person = "p9"}), AllocationOf({.person = "p1", .number = 2})},
      "svb_pgb")});
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02"))});
  EXPECT_EQ(
      TableOf(scene.Ask(
          CostsScene::Question({"pgb_clients", "pgb_budgets", "clients", "clients_and_pgb"}, "2018-01", "2018-03", {"month"}))),
      "month=2018-01 pgb_clients=1\nmonth=2018-01 pgb_budgets=2\nmonth=2018-01 clients=2\nmonth=2018-01 clients_and_pgb=2\n"
      "month=2018-02 pgb_clients=2\nmonth=2018-02 pgb_budgets=3\nmonth=2018-02 clients=2\nmonth=2018-02 clients_and_pgb=3\n"
      "pgb_clients=2\npgb_budgets=3\nclients=2\nclients_and_pgb=3\n");
  // Two keys of one client are one person.
  scene.Feed({LinkOf(2, "x1", "c1", At("2018-01-03"))});
  EXPECT_EQ(scene.Total("pgb_clients", "2018-01", "2018-03").count(), 1);
  EXPECT_EQ(scene.Total("pgb_clients", "2018-01", "2018-03", "2018-01-02").count(), 2) << "as known before the link";
  int64_t sum = 0;
  for (int month = 1; month <= 12; ++month) {
    const std::string from = FormatMonth(nmd::MonthOf(2018, month));
    sum += scene.Total("pgb_granted", from, FormatMonth(nmd::MonthOf(2018, month) + 1)).amount_cents();
  }
  EXPECT_EQ(sum, 100'02) << "the months of a budget sum to the budget; one without an end is not spread";
  EXPECT_EQ(scene.Total("pgb_granted", "2018-01", "2019-01").amount_cents(), 100'02);
  const auto day = scene.Ask(CostsScene::QuestionOn({"pgb_clients"}, "2018-03-31"));
  EXPECT_EQ(day.totals(0).count(), 1);
}

TEST(RecordMeasures, OfTwoStatementsAboutOneBudgetTheOneKnownLastHolds) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {BudgetFor("p1", "2018-01-01", "2018-01-31", 100'00)}, "svb_pgb"),
              BatchOf(2, At("2018-03-02"), {BudgetFor("p1", "2018-01-01", "2018-01-31", 70'00)}, "svb_pgb")});
  EXPECT_EQ(scene.Total("pgb_granted", "2018-01", "2018-02").amount_cents(), 70'00);
  EXPECT_EQ(scene.Total("pgb_granted", "2018-01", "2018-02", "2018-02-01").amount_cents(), 100'00);
  EXPECT_EQ(scene.Total("pgb_granted", "2018-01", "2018-02", "2018-01-01").state_reason(), "PERIOD_NOT_DELIVERED");
}

TEST(RecordMeasures, EveryPaymentCountsAndACorrectionTakesBack) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {PaidTo("p1", "2018-01-03", 50'00), PaidTo("p1", "2018-01-03", 50'00)}, "svb"),
              BatchOf(2, At("2018-02-02"), {PaidTo("p1", "2018-01-03", -50'00)}, "svb")});
  EXPECT_EQ(scene.Total("pgb_paid", "2018-01", "2018-02").amount_cents(), 50'00);
  EXPECT_EQ(scene.Total("pgb_paid", "2018-01", "2018-02", "2018-01-15").amount_cents(), 100'00);
}

TEST(RecordMeasures, BookingsAreByMonthTaakveldAndProviderR41R63) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2019-02-02"),
                      {Booking(2018, 1, "6.72", 100'00, "99000001", "1"), Booking(2018, 1, "6.72", 120'00, "99000001", "1"),
                       Booking(2018, 2, "6.71", 30'00), Booking(2018, 13, "6.72", 7'00),
                       Booking(2018, 2, "6.72", 5'00, "", "", true), Booking(2017, 1, "6.72", 1'00, "", "1")},
                      "grootboek")});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"booked", "booked_net"}, "2018-01", "2019-01", {"taakveld"}))),
            "taakveld=6.71 booked=3000\ntaakveld=6.71 booked_net=3000\ntaakveld=6.72 booked=12700\ntaakveld=6.72 "
            "booked_net=12200\nbooked=15700\nbooked_net=15200\n")
      << "a booking that comes again under its number holds once, in the order of its fields; month 13 is December";
  EXPECT_EQ(scene.Total("booked", "2018-12", "2019-01").amount_cents(), 7'00);
  EXPECT_EQ(scene.Total("booked", "2017-01", "2017-02").amount_cents(), 1'00) << "numbers are of a year";
  auto provider = CostsScene::Question({"booked"}, "2018-01", "2019-01");
  CostsScene::Where(&provider, "provider", {"99000001"});
  EXPECT_EQ(scene.Ask(provider).totals(0).amount_cents(), 120'00);
  const auto refused = scene.costs.QueryFigures(Caller(), CostsScene::Question({"booked"}, "2018-01", "2019-01", {"product"}));
  EXPECT_THAT(BadFieldsOf(refused.status())[0].text, HasSubstr("booked is not split by product"));
}

TEST(RecordMeasures, DecisionsAreCountedByTheirDatesR159) {
  using ingestion::v1::Decision;
  CostsScene scene;
  scene.Feed({BatchOf(
      1, At("2018-04-02"),
      {Decided("1", "2018-01-10", "2018-01-20", Decision::GRANTED), Decided("2", "2018-01-31", "2018-02-20", Decision::REFUSED),
       Decided("3", "2018-02-01", "2018-02-03", Decision::GRANTED),
       Decided("4", "2018-02-05", "", Decision::OUTCOME_UNSPECIFIED),
       Decided("5", "2018-02-05", "2018-02-07", Decision::WITHDRAWN)},
      "beschikkingen")});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"applications", "decisions_granted", "decisions_refused"}, "2018-01",
                                                   "2018-03", {"month"}))),
            "month=2018-01 applications=2\nmonth=2018-01 decisions_granted=1\nmonth=2018-01 decisions_refused=0\n"
            "month=2018-02 applications=3\nmonth=2018-02 decisions_granted=1\nmonth=2018-02 decisions_refused=1\n"
            "applications=5\ndecisions_granted=2\ndecisions_refused=1\n");
  EXPECT_EQ(scene.Total("decision_days_p50", "2018-01", "2018-03").count(), 2) << "of 2, 2, 10 and 20 days";
  EXPECT_NEAR(scene.Total("refused_share", "2018-01", "2018-03").ratio(), 1.0 / 3, 1e-12);
}

TEST(RecordMeasures, WaitingGoesFromTheFirstAssignmentToTheFirstStartI28) {
  CostsScene scene;
  Fact asked;
  asked.mutable_care_request()->set_law(ingestion::v1::YOUTH);
  asked.mutable_care_request()->set_provider("99000001");
  asked.mutable_care_request()->set_kind(ingestion::v1::CareRequest::ASKED);
  asked.mutable_care_request()->set_reference("ref1");
  asked.mutable_care_request()->set_dated_day(On("2018-01-01"));
  Fact granted = AllocationOf({.number = 1, .assigned = "2018-01-05"});
  granted.mutable_allocation()->set_reference("ref1");
  scene.Feed(
      {BatchOf(1, At("2018-06-02"),
               {asked, granted, AllocationOf({.number = 1, .volume = 2, .assigned = "2018-02-20"}),
                AllocationOf({.number = 2, .assigned = "2018-01-10"}), AllocationOf({.number = 3, .assigned = "2018-01-10"}),
                AllocationOf({.number = 4, .assigned = "2018-01-25"}), Began(1, "2018-01-15"), Began(2, "2018-02-09"),
                Began(4, "2018-01-20")}),
       BatchOf(2, At("2018-07-02"), {Began(2, "2018-02-09", "3"), Began(2, "2018-03-11")})});
  const auto count = [&scene](const std::string& measure, const std::string& known = "") {
    return scene.Total(measure, "2018-01", "2018-04", known).count();
  };
  EXPECT_EQ(count("waits"), 4) << "a later version is no new allocation";
  EXPECT_EQ(count("waits_open"), 1);
  EXPECT_EQ(count("waits_before"), 1) << "care that began before it was assigned is a class of its own";
  EXPECT_EQ(count("wait_days_p50"), 10);
  EXPECT_EQ(count("wait_days_p90"), 60);
  EXPECT_EQ(count("wait_days_p90", "2018-06-15"), 30) << "as known before the start was taken back";
  EXPECT_EQ(count("request_days_p50"), 14);
  auto elsewhere = CostsScene::Question({"wait_days_p50"}, "2018-01", "2018-04");
  CostsScene::Where(&elsewhere, "provider", {"99000002"});
  EXPECT_EQ(scene.Ask(elsewhere).totals(0).state_reason(), "DENOMINATOR_ZERO") << "of nobody there is no middle";
}

TEST(RecordMeasures, AnswersDoNotDependOnTheOrderOfArrivalT29) {
  const std::vector<std::string> measures = {"pgb_clients", "pgb_granted",  "pgb_paid",
                                             "booked",      "applications", "wait_days_p50"};
  std::vector<ingestion::v1::FactBatch> batches;
  for (int i = 1; i <= 12; ++i) {
    const std::string person = absl::StrCat("p", i % 3);
    batches.push_back(BatchOf(i, At(absl::StrCat("2018-", i % 2 == 0 ? "05" : "06", "-1", i % 5)),
                              {BudgetFor(person, "2018-01-01", "2018-03-31", i * 1'000), PaidTo(person, "2018-02-01", i),
                               Booking(2018, 1 + i % 3, "6.72", i * 7, "", absl::StrCat(i % 4)),
                               Decided(absl::StrCat(i % 5), "2018-01-05", "2018-02-05", ingestion::v1::Decision::GRANTED),
                               AllocationOf({.number = i % 4, .assigned = absl::StrCat("2018-01-0", 1 + i % 9)}),
                               Began(i % 4, absl::StrCat("2018-02-0", 1 + i % 7))}));
  }
  std::mt19937 random(29);
  std::string expected;
  for (int round = 0; round < 8; ++round) {
    CostsScene scene;
    auto shuffled = batches;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    for (size_t i = 0; i < shuffled.size(); ++i) shuffled[i].set_sequence(static_cast<int64_t>(i) + 1);
    scene.Feed(shuffled);
    std::string table;
    for (const char* known : {"", "2018-06-05"}) {
      table += TableOf(scene.Ask(CostsScene::Question(measures, "2018-01", "2018-04", {"month"}, known)));
    }
    if (round == 0) expected = table;
    EXPECT_EQ(table, expected);
  }
}

TEST(RecordMeasures, WhatWasWithdrawnIsInNoRecord) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-01"), {Booking(2018, 1, "6.72", 100)}, "grootboek"),
              BatchOf(2, At("2018-05-02"), {Booking(2018, 1, "6.72", 50)}, "grootboek")});
  ingestion::v1::FactBatch withdrawal = BatchOf(3, At("2018-06-01"), {}, "grootboek");
  withdrawal.set_corrects("d1");
  auto* counted = withdrawal.add_counted();
  counted->mutable_from_time()->set_seconds(absl::ToUnixSeconds(At("2018-05-01")));
  counted->mutable_until_time()->set_seconds(absl::ToUnixSeconds(At("2018-06-01")));
  scene.Feed({withdrawal});
  EXPECT_EQ(scene.Total("booked", "2018-01", "2018-02").amount_cents(), 50);
  EXPECT_EQ(scene.Total("booked", "2018-01", "2018-02", "2018-05-15").amount_cents(), 150);
}

TEST(RecordMeasures, ACheckpointHoldsThemToo) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-01"),
                      {Booking(2018, 1, "6.72", 100), BudgetFor("p1", "2018-01-01", "2018-12-31", 100'01),
                       PaidTo("p1", "2018-01-03", 5), AllocationOf({.number = 1, .assigned = "2018-01-05"}),
                       Began(1, "2018-01-15"), Decided("1", "2018-01-10", "2018-01-20", ingestion::v1::Decision::GRANTED)})});
  const auto question =
      CostsScene::Question({"booked", "pgb_clients", "pgb_granted", "pgb_paid", "decisions_granted", "wait_days_p50"},
                           "2018-01", "2018-03", {"month"});
  const std::string expected = TableOf(scene.Ask(question));
  EXPECT_THAT(expected, HasSubstr("month=2018-01 booked=100\n"));
  ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
  Costs again(*scene.journal, scene.clock, "gm1730", {});
  ASSERT_TRUE(again.Replay().ok());
  const auto response = again.QueryFigures(Caller(), question);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(TableOf(*response), expected);
}

TEST(RecordMeasures, AnExplanationNamesTheDeliveriesOfTheRecords) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-01"), {Booking(2018, 1, "6.72", 100), Booking(2018, 3, "6.72", 100)}, "grootboek"),
              BatchOf(2, At("2018-05-02"), {Booking(2018, 2, "6.72", 50)}, "grootboek")});
  v1::ExplainFigureRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_measure("booked");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-03-01");
  const auto response = scene.costs.ExplainFigure(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->contribution_count(), 2);
  EXPECT_EQ(response->contributions(0).delivery(), "municipalities/gm1730/deliveries/d2");
  EXPECT_EQ(response->contributions(1).row_count(), 1);
  EXPECT_EQ(response->figure().amount_cents(), 150);
}

}  // namespace
}  // namespace nmd::costs
