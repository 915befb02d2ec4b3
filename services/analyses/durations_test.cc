// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/durations.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/durations.pb.h"
#include "services/analyses/duration_question.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::analyses {
namespace {

using costs::v1::DurationQuestion;
using costs::v1::DurationValue;
using costs::v1::EstimateDurationRequest;
using costs::v1::EstimateDurationResponse;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using ::testing::Contains;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::On;
using testing::PlanOf;
using testing::StartOf;
using testing::StopOf;
using type::Figure;

void Filter(DurationQuestion* question, const std::string& dimension, const std::string& value) {
  auto* filter = question->add_filters();
  filter->set_dimension(dimension);
  filter->add_values(value);
}

// Trajectories known on 2018-06-01, so cut off on 2018-05-02, as "months, ended" of one provider.
class DurationsTest : public ::testing::Test {
 protected:
  static constexpr absl::string_view kKnown = "2018-06-01", kCut = "2018-05-02";

  // Adds a trajectory of so many months of 30.4375 days; reason "" runs until the cut.
  void Add(int months, const std::string& reason, const std::string& provider = "99000001",
           ingestion::v1::Law law = ingestion::v1::YOUTH, const std::string& last = "", const std::string& agreed = "") {
    const int32_t days = DaysOfMonths(months);
    const Day start = reason.empty() ? On(std::string(kCut)) - days : On("2017-01-10");
    const int64_t number = ++number_;
    const std::string person = absl::StrCat("p", number), first = FormatDay(start);
    facts_.push_back(
        AllocationOf({.person = person, .number = number, .first = first, .last = last, .provider = provider, .law = law}));
    facts_.push_back(StartOf(number, first, "1", law));
    if (!agreed.empty()) facts_.push_back(PlanOf(person, number, agreed));
    if (!reason.empty()) {
      facts_.push_back(
          StopOf({.number = number, .first = first, .last = FormatDay(start + days - 1), .reason = reason, .law = law}));
    }
  }
  // Twice T-07: ended after 5, 6, 6, 7 and 9 months; seen until 6, 8, 10, 12 and 12 months.
  void AddFixture(const std::string& provider = "99000001") {
    for (int twice = 0; twice < 2; ++twice) {
      for (const int months : {5, 6, 6, 7}) Add(months, "31", provider);
      Add(9, "32", provider);
      for (const int months : {6, 8, 10, 12, 12}) Add(months, "", provider);
    }
  }
  void Feed() { scene_.Feed({BatchOf(1, At("2018-04-01"), facts_)}); }

  static EstimateDurationRequest Request(const std::string& group_by = "") {
    EstimateDurationRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_group_by(group_by);
    request.mutable_question()->mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(std::string(kKnown))));
    return request;
  }
  EstimateDurationResponse Ask(const EstimateDurationRequest& request) {
    const auto response = durations_.EstimateDuration(Caller(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : EstimateDurationResponse();
  }

  CostsScene scene_{"2019-01-01"};
  Durations durations_{scene_.costs, scene_.clock};
  std::vector<ingestion::v1::Fact> facts_;
  int64_t number_ = 0;
};

// T-07 from messages to months. Days are whole, so a mean may be a few hundredths of a month less.
TEST_F(DurationsTest, TheAcceptanceFixture) {
  AddFixture();
  Feed();
  const EstimateDurationResponse response = Ask(Request());
  const auto& total = response.total();
  ASSERT_EQ(total.state(), Figure::ANSWERED) << total.state_reason();
  EXPECT_EQ(total.trajectories(), 20);
  EXPECT_EQ(total.ended(), 10);
  EXPECT_EQ(total.imputed(), 0);
  EXPECT_FALSE(total.has_without_imputed());
  ASSERT_EQ(total.points_size(), 13);
  EXPECT_NEAR(total.points(5).share(), 0.9, 1e-9);
  EXPECT_NEAR(total.points(6).share(), 0.7, 1e-9);
  EXPECT_NEAR(total.points(7).share(), 0.583333333, 1e-9);
  EXPECT_NEAR(total.points(9).share(), 0.4375, 1e-9);
  EXPECT_EQ(total.points(0).at_risk(), 6) << "the others began before the month of the first ending";
  EXPECT_EQ(total.points(6).at_risk(), 18);
  EXPECT_EQ(total.points(6).ended(), 4);
  EXPECT_NEAR(total.summary().median().value(), 9, 0.04);
  EXPECT_EQ(total.summary().median().text(), "9,0 maanden");
  EXPECT_NEAR(total.summary().longer_than_6().value(), 0.7, 1e-9);
  EXPECT_NEAR(total.summary().longer_than_9().value(), 0.4375, 1e-9);
  EXPECT_NEAR(total.summary().longer_than_12().value(), 0.4375, 1e-9);
  EXPECT_NEAR(total.summary().mean_within_12().value(), 9.079167, 0.04);
  EXPECT_EQ(total.summary().three_quarters().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(total.summary().three_quarters().state_reason(), "NOT_REACHED");
  EXPECT_EQ(total.summary().three_quarters().text(), "langer dan 12,0 maanden") << "never the mean of those that ended";
  EXPECT_NEAR(total.ended_mean().value(), 6.6, 0.04);
  EXPECT_NEAR(total.ended_median().value(), 6, 0.04);
  ASSERT_EQ(total.endings_size(), 2);
  EXPECT_EQ(total.endings(0).ending(), "planned");
  EXPECT_EQ(total.endings(1).ending(), "by_client");
  EXPECT_NEAR(
      total.endings(0).within_9().value() + total.endings(1).within_9().value() + total.summary().longer_than_9().value(), 1,
      1e-9);
  EXPECT_EQ(response.effective().lag_days(), 30);
  EXPECT_EQ(response.effective().observed_from_date(), "2017-06-01");
  EXPECT_EQ(response.effective().unit(), DurationQuestion::TRAJECTORY);
  EstimateDurationRequest again = Request();
  *again.mutable_question() = response.effective();
  EXPECT_EQ(Ask(again).SerializeAsString(), response.SerializeAsString());

  EstimateDurationRequest from_start = Request();
  from_start.mutable_question()->set_observed_from_date("2017-01-01");
  EXPECT_EQ(Ask(from_start).total().points(0).at_risk(), 20);
  EXPECT_NEAR(Ask(from_start).total().summary().longer_than_6().low(), 0.4509, 0.01) << "of twice as many narrower than T-07";
}

TEST_F(DurationsTest, FewerThanTwentyHaveNoCurve) {
  for (int i = 0; i < 19; ++i) Add(6, "31");
  Feed();
  const EstimateDurationResponse response = Ask(Request("provider"));
  EXPECT_EQ(response.total().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(response.total().state_reason(), "TOO_FEW_CASES");
  EXPECT_EQ(response.total().trajectories(), 19);
  EXPECT_EQ(response.total().points_size(), 0);
  EXPECT_FALSE(response.total().has_summary());
  EXPECT_EQ(response.log_rank().state_reason(), "TOO_FEW_CASES");
}

TEST_F(DurationsTest, NothingAndNothingEndedAreAnswersToo) {
  const EstimateDurationResponse none = Ask(Request());
  EXPECT_EQ(none.total().state_reason(), "NO_CASES");
  EXPECT_EQ(none.total().ended_mean().state(), Figure::NOT_AVAILABLE);
  for (int i = 0; i < 25; ++i) Add(7, "");
  Feed();
  const EstimateDurationResponse running = Ask(Request());
  EXPECT_EQ(running.total().state(), Figure::ANSWERED);
  EXPECT_EQ(running.total().summary().median().text(), "langer dan 7,0 maanden");
  EXPECT_EQ(running.total().summary().longer_than_6().value(), 1);
  EXPECT_FALSE(running.total().summary().longer_than_6().has_low());
  EXPECT_EQ(running.total().summary().longer_than_9().state_reason(), "NOT_OBSERVED");
  EXPECT_EQ(running.total().summary().mean_within_12().state_reason(), "NOT_OBSERVED");
  EXPECT_EQ(running.total().ended_mean().state_reason(), "NO_CASES");
  EXPECT_EQ(running.total().endings_size(), 0);
}

TEST_F(DurationsTest, GroupsAreCompared) {
  AddFixture("99000001");
  for (int i = 0; i < 20; ++i) Add(11, "31", "99000002");
  Add(3, "31", "99000003");
  Feed();
  const EstimateDurationResponse response = Ask(Request("provider"));
  ASSERT_EQ(response.groups_size(), 3);
  EXPECT_EQ(response.groups(0).group().value(), "99000001");
  EXPECT_NEAR(response.groups(1).summary().median().value(), 11, 0.04);
  EXPECT_EQ(response.groups(2).state_reason(), "TOO_FEW_CASES");
  EXPECT_EQ(response.total().trajectories(), 41);
  EXPECT_EQ(response.log_rank().state(), Figure::ANSWERED);
  EXPECT_EQ(response.log_rank().degrees(), 1);
  EXPECT_GT(response.log_rank().p(), 0);
  EXPECT_LT(response.log_rank().p(), 1);

  EstimateDurationRequest one = Request();
  Filter(one.mutable_question(), "provider", "99000002");
  EXPECT_EQ(Ask(one).total().trajectories(), 20);
  EstimateDurationRequest cohort = Request("quarter");
  cohort.mutable_question()->mutable_started()->set_start_date("2017-01-01");
  cohort.mutable_question()->mutable_started()->set_end_date("2017-04-01");
  ASSERT_EQ(Ask(cohort).groups_size(), 1);
  EXPECT_EQ(Ask(cohort).groups(0).group().value(), "2017-Q1");
  EXPECT_EQ(Ask(cohort).total().trajectories(), 31) << "those that run began later";
}

// T-30: a stop that comes 90 days late changes nothing that was known before it came.
TEST_F(DurationsTest, ALateStopCountsFromItsArrivalOn) {
  AddFixture();
  Feed();
  const auto at = [](const std::string& known) {
    EstimateDurationRequest request = Request();
    request.mutable_question()->mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
    request.mutable_question()->set_observed_from_date("2017-01-01");
    return request;
  };
  const std::string before = Ask(at("2018-06-28")).SerializeAsString();
  const double share = Ask(at("2018-06-29")).total().summary().longer_than_9().value();
  // Number 6 began 6 months before the cut: on 2017-11-01.
  scene_.Feed({BatchOf(2, At("2018-06-29"), {StopOf({.number = 6, .first = "2017-11-01", .last = "2018-03-31"})}, "jw307")});
  EXPECT_EQ(Ask(at("2018-06-28")).SerializeAsString(), before);
  const EstimateDurationResponse after = Ask(at("2018-06-29"));
  EXPECT_EQ(after.total().ended(), 11);
  EXPECT_LT(after.total().summary().longer_than_9().value(), share);
}

TEST_F(DurationsTest, ImputedEndingsComeWithTheAnswerWithoutThem) {
  for (int i = 0; i < 15; ++i) Add(8, "31");
  // Allocations that run out while no stop tells so.
  for (int i = 0; i < 10; ++i) {
    const int64_t number = ++number_;
    facts_.push_back(
        AllocationOf({.person = absl::StrCat("p", number), .number = number, .first = "2017-01-10", .last = "2017-04-30"}));
  }
  Feed();
  const auto total = Ask(Request()).total();
  EXPECT_EQ(total.ended(), 25);
  EXPECT_EQ(total.imputed(), 10);
  EXPECT_EQ(total.start_assumed(), 10);
  EXPECT_NEAR(total.summary().longer_than_6().value(), 0.6, 1e-9);
  EXPECT_NEAR(total.without_imputed().longer_than_6().value(), 1, 1e-9);
  EXPECT_EQ(total.endings(1).ending(), "unknown");
  EXPECT_THAT(Ask(Request()).remarks(),
              Contains(HasSubstr("Van 10 van de 25 beëindigde trajecten ontbreekt een stopbericht.")));
}

TEST_F(DurationsTest, OneCodeIsOfTwoLaws) {
  for (int i = 0; i < 20; ++i) Add(6, "31");
  for (int i = 0; i < 20; ++i) Add(6, "31", "99000001", ingestion::v1::WMO);
  Feed();
  const EstimateDurationResponse response = Ask(Request("law"));
  ASSERT_EQ(response.groups_size(), 2);
  EXPECT_EQ(response.groups(0).endings(0).ending(), "planned");
  EXPECT_EQ(response.groups(1).endings(0).ending(), "external") << "D13";
}

TEST_F(DurationsTest, EndingsPerMonth) {
  for (int i = 0; i < 3; ++i) Add(5, "31");
  Add(5, "32");
  Add(8, "31");
  const int64_t number = ++number_;
  facts_.push_back(AllocationOf({.person = "p99", .number = number, .first = "2017-01-10", .last = "2017-06-30"}));
  Feed();
  costs::v1::CountEndingsRequest request;
  request.mutable_question()->mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(std::string(kKnown))));
  request.mutable_period()->set_start_date("2017-05-01");
  request.mutable_period()->set_end_date("2018-07-01");
  const auto response = durations_.CountEndings(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->months_size(), 14);
  EXPECT_EQ(response->months(0).state_reason(), "PERIOD_NOT_DELIVERED") << "before anything ended";
  const auto& june = response->months(1);
  EXPECT_EQ(june.month(), "2017-06");
  EXPECT_EQ(june.count(), 5);
  EXPECT_EQ(june.imputed(), 1);
  ASSERT_EQ(june.endings_size(), 3);
  EXPECT_EQ(june.endings(0).title(), "Volgens plan");
  EXPECT_EQ(june.endings(0).count(), 3);
  EXPECT_EQ(june.endings(1).count(), 1);
  EXPECT_EQ(june.endings(2).ending(), "unknown");
  EXPECT_EQ(response->months(2).count(), 0) << "a counted zero";
  EXPECT_EQ(response->months(2).state(), Figure::ANSWERED);
  EXPECT_FALSE(response->months(11).provisional());
  EXPECT_TRUE(response->months(12).provisional()) << "cut off on 2 May";
  EXPECT_EQ(response->months(13).state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(response->total().count(), 6);
  EXPECT_TRUE(response->total().provisional());
}

TEST_F(DurationsTest, ActualAgainstAllocatedAndAgreed) {
  // Allocated for 181 days, agreed for 100; ended after 5 months, which are 152 days.
  for (int i = 0; i < 30; ++i) {
    Add(i < 20 ? 5 : 3, "31", "99000001", ingestion::v1::YOUTH, "2017-07-09", i < 25 ? "2017-04-19" : "");
  }
  for (int i = 0; i < 5; ++i) Add(5, "31");
  Feed();
  costs::v1::CompareDurationsRequest request;
  request.mutable_question()->mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(std::string(kKnown))));
  request.mutable_question()->set_observed_from_date("2017-01-01");
  const auto response = durations_.CompareDurations(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  const auto& allocated = response->total().allocated();
  EXPECT_EQ(allocated.state(), Figure::ANSWERED);
  EXPECT_EQ(allocated.trajectories(), 30);
  EXPECT_EQ(allocated.left_out(), 5) << "without an end";
  EXPECT_EQ(allocated.ended(), 30);
  EXPECT_NEAR(allocated.median().value(), 152.0 / 181, 0.001);
  EXPECT_NEAR(allocated.quarter().value(), 91.0 / 181, 0.001);
  EXPECT_EQ(allocated.ended_within().value(), 1);
  const auto& agreed = response->total().agreed();
  EXPECT_EQ(agreed.trajectories(), 25);
  EXPECT_EQ(agreed.left_out(), 10);
  EXPECT_NEAR(agreed.ended_within().value(), 0.2, 1e-9) << "91 days of 100 agreed";
  EXPECT_NEAR(agreed.median().value(), 1.52, 0.001);
  EXPECT_EQ(response->total().extended(), 0);
}

TEST_F(DurationsTest, AnExtendedAllocationIsComparedWithTheFirst) {
  for (int i = 0; i < 20; ++i) {
    Add(8, "31", "99000001", ingestion::v1::YOUTH, "2017-05-01");
    const std::string person = absl::StrCat("p", number_);
    facts_.push_back(AllocationOf({.person = person,
                                   .number = number_,
                                   .first = "2017-01-10",
                                   .last = "2017-12-31",
                                   .reason = "04",
                                   .assigned = "2018-01-15"}));
  }
  Feed();
  const auto response = durations_.CompareDurations(Caller(), costs::v1::CompareDurationsRequest());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->total().extended(), 20);
  EXPECT_EQ(response->total().allocated().ended_within().value(), 0) << "112 days at first, 243 in fact";
}

TEST_F(DurationsTest, FaultsAreToldAllAtOnce) {
  EstimateDurationRequest request = Request("budget_line");
  request.mutable_question()->set_lag_days(400);
  request.mutable_question()->set_observed_from_date("2018");
  request.mutable_question()->mutable_started()->set_start_date("2018-02-01");
  request.mutable_question()->mutable_started()->set_end_date("2018-02-01");
  request.mutable_question()->set_unit(static_cast<DurationQuestion::Unit>(9));
  const auto faulty = durations_.EstimateDuration(Caller(), request);
  EXPECT_EQ(ReasonOf(faulty.status()), type::FIELDS_INVALID);
  ASSERT_EQ(BadFieldsOf(faulty.status()).size(), 5u);
  request.mutable_question()->add_filters()->set_dimension("provider");
  const auto empty = durations_.EstimateDuration(Caller(), request);
  EXPECT_EQ(BadFieldsOf(empty.status()).front().path, "question.filters[0].values");
  EXPECT_EQ(ReasonOf(durations_.EstimateDuration(Caller(), Request("no_such")).status()), type::DIMENSION_UNKNOWN);
  EXPECT_EQ(ReasonOf(durations_.CountEndings(Caller(), costs::v1::CountEndingsRequest()).status()), type::FIELDS_INVALID);
}

TEST_F(DurationsTest, WhatNobodyRegistersIsSaid) {
  AddFixture();
  Feed();
  EXPECT_EQ(Ask(Request("inkomen")).total().state(), Figure::NOT_REGISTERED) << "T-31";
  EstimateDurationRequest filtered = Request();
  Filter(filtered.mutable_question(), "opleiding", "1");
  EXPECT_EQ(Ask(filtered).total().state_reason(), "ATTRIBUTE_NOT_REGISTERED");
}

TEST_F(DurationsTest, AnswersThroughTheRouter) {
  AddFixture();
  Feed();
  Router router("gm1730", scene_.clock);
  BindDurations(&durations_, &router);
  EXPECT_EQ(router.methods().size(), 3u);
  const auto answer = router.Call("/nmd.costs.v1.DurationsService/EstimateDuration", ServiceCaller("publication", "gm1730"),
                                  Request().SerializeAsString());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EstimateDurationResponse response;
  ASSERT_TRUE(response.ParseFromString(*answer));
  EXPECT_EQ(response.total().trajectories(), 20);
}

}  // namespace
}  // namespace nmd::analyses
