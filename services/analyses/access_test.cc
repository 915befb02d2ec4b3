// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/access.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/access.pb.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::analyses {
namespace {

namespace v1 = costs::v1;
using testing::AllocationOf;
using testing::AllocationSpec;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LevelOf;
using testing::On;
using testing::PlanOf;
using testing::StartOf;
using testing::TariffOf;

constexpr char kParent[] = "municipalities/gm1730";

Caller Adviser() {
  Caller caller;
  caller.subject = "adviseur-1";
  caller.roles = {type::POLICY_ADVISER};
  caller.municipality = "gm1730";
  return caller;
}

ingestion::v1::Fact ReferralOf(const std::string& person, int64_t number, const std::string& referrer,
                               const std::string& date) {
  ingestion::v1::Fact fact;
  auto& referral = *fact.mutable_referral();
  referral.set_law(ingestion::v1::YOUTH);
  referral.set_person_key(person);
  referral.set_allocation(number);
  referral.set_referrer(referrer);
  referral.set_start_day(On(date));
  return fact;
}

ingestion::v1::Fact RuleOf(const std::string& product, const std::string& other,
                           ingestion::v1::CombinationRule::Verdict verdict, const std::string& reason,
                           const std::string& first = "2017-01-01") {
  ingestion::v1::Fact fact;
  auto& rule = *fact.mutable_combination_rule();
  rule.set_law(ingestion::v1::YOUTH);
  rule.set_product(product);
  rule.set_other_law(ingestion::v1::YOUTH);
  rule.set_other_product(other);
  rule.set_verdict(verdict);
  rule.set_reason(reason);
  rule.set_start_day(On(first));
  return fact;
}

ingestion::v1::Fact ResponsibilityOf(const std::string& person, const std::string& municipality, const std::string& origin,
                                     bool stay, const std::string& first, const std::string& last = "") {
  ingestion::v1::Fact fact;
  auto& responsibility = *fact.mutable_responsibility();
  responsibility.set_law(ingestion::v1::YOUTH);
  responsibility.set_person_key(person);
  responsibility.set_municipality(municipality);
  responsibility.set_origin(origin);
  responsibility.set_stay(stay);
  responsibility.set_start_day(On(first));
  if (!last.empty()) responsibility.set_end_day(On(last) + 1);
  return fact;
}

class AccessTest : public ::testing::Test {
 protected:
  void Feed(std::vector<ingestion::v1::Fact> facts, const std::string& known = "2018-12-31") {
    scene_.Feed({BatchOf(++sequence_, At(known), std::move(facts))});
  }
  template <typename Request>
  static Request Over(const std::string& from, const std::string& to) {
    Request request;
    request.set_parent(kParent);
    request.mutable_period()->set_start_date(from + "-01");
    request.mutable_period()->set_end_date(to + "-01");
    return request;
  }

  CostsScene scene_{"2026-01-01"};
  Access access_{scene_.costs, scene_.clock};
  int64_t sequence_ = 0;
};

// T-08, R111: 30 of 100 through the municipality, 60 through a doctor, 10 of whom nobody knows.
TEST_F(AccessTest, ThirtyPercentComesThroughTheMunicipality) {
  std::vector<ingestion::v1::Fact> facts = {TariffOf("45A05", 40000), TariffOf("45A06", 70000), LevelOf("45A05", "5"),
                                            LevelOf("45A06", "6")};
  for (int i = 0; i < 100; ++i) {
    AllocationSpec spec;
    spec.person = absl::StrCat("p", i);
    spec.number = 1000 + i;
    // The municipality gives level 5 twice as often as level 6; doctors the other way round.
    const bool own = i < 30, known = i < 90;
    spec.product = (own ? i % 3 != 0 : i % 3 == 0) ? "45A05" : "45A06";
    spec.provider = i % 4 == 0 ? "99000001" : "99000002";
    facts.push_back(AllocationOf(spec));
    if (known) facts.push_back(ReferralOf(spec.person, spec.number, own ? "01" : "02", "2017-11-01"));
  }
  Feed(facts);
  const auto response = access_.CompareReferrers(Adviser(), Over<v1::CompareReferrersRequest>("2018-01", "2019-01"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->state(), type::Figure::ANSWERED);
  EXPECT_EQ(response->course_count(), 100);
  ASSERT_EQ(response->groups_size(), 5);
  const auto &own = response->groups(0), &doctor = response->groups(1), &unknown = response->groups(4);
  EXPECT_EQ(own.course_count(), 30);
  EXPECT_DOUBLE_EQ(own.share().value(), 0.3);
  EXPECT_DOUBLE_EQ(own.share_of_known().value(), 30.0 / 90);
  EXPECT_LT(own.share().interval().low(), 0.3);
  EXPECT_GT(own.share().interval().high(), 0.3);
  EXPECT_EQ(doctor.course_count(), 60);
  EXPECT_EQ(unknown.course_count(), 10);
  EXPECT_FALSE(unknown.has_share_of_known());
  EXPECT_NEAR(own.ivn().value(), 5 + 10.0 / 30, 1e-12);
  EXPECT_NEAR(doctor.difference().ivn().value(), 1.0 / 3, 1e-12);
  EXPECT_GT(doctor.difference().ivn().interval().low(), 0);
  EXPECT_NEAR(own.amount().value(), (20 * 400 + 10 * 700) / 30.0, 1e-9);
  EXPECT_EQ(own.largest_provider().value(), "99000002");
  EXPECT_EQ(own.duration().state_reason(), "NOT_REACHED");
  EXPECT_EQ(response->groups(2).course_count(), 0);
  EXPECT_EQ(response->groups(2).ivn().state_reason(), "TOO_FEW");
  EXPECT_THAT(response->conclusion(), HasSubstr("Van 10 (10%) is de verwijzer niet bekend"));
  EXPECT_THAT(response->conclusion(), HasSubstr("verschillen die groter zijn dan het toeval"));
}

TEST_F(AccessTest, WithoutAnyReferrerNothingIsCompared) {
  Feed({AllocationOf({}), TariffOf("45A04", 10000)});
  const auto response = access_.CompareReferrers(Adviser(), Over<v1::CompareReferrersRequest>("2018-01", "2018-02"));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->groups(0).share_of_known().state_reason(), "TOO_FEW");
  EXPECT_THAT(response->conclusion(), HasSubstr("Vergelijken kan niet"));
}

// R117: by hand. Waits of 10, 20 and 40 days; one person still waits on 31 December, one began before the decision.
TEST_F(AccessTest, WhoStillWaitsCounts) {
  std::vector<ingestion::v1::Fact> facts;
  const std::vector<std::pair<std::string, std::string>> waits = {{"2018-03-01", "2018-03-11"},
                                                                  {"2018-03-01", "2018-03-21"},
                                                                  {"2018-03-01", "2018-04-10"},
                                                                  {"2018-03-01", ""},
                                                                  {"2018-03-15", "2018-03-01"}};
  int64_t number = 0;
  for (const auto& [assigned, began] : waits) {
    AllocationSpec spec;
    spec.person = absl::StrCat("p", ++number);
    spec.number = number;
    spec.assigned = assigned;
    spec.first = "2018-03-01";
    facts.push_back(AllocationOf(spec));
    if (!began.empty()) facts.push_back(StartOf(number, began));
  }
  Feed(facts, "2018-12-31");
  auto request = Over<v1::DescribeWaitingRequest>("2018-03", "2018-04");
  request.set_from(v1::DescribeWaitingRequest::ASSIGNED);
  request.add_longer_than_days(10);
  request.add_longer_than_days(39);
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-12-31")));
  const auto response = access_.DescribeWaiting(Adviser(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->groups_size(), 1);
  const auto& all = response->groups(0);
  EXPECT_EQ(all.course_count(), 5);
  EXPECT_EQ(all.started(), 3);
  EXPECT_EQ(all.waiting(), 1);
  EXPECT_EQ(all.before(), 1);
  // S: 3/4 after 10 days, 1/2 after 20, 1/4 after 40; a mean of those who began would be 23.
  EXPECT_EQ(all.median().value(), 20);
  EXPECT_EQ(all.p90().state_reason(), "NOT_REACHED");
  ASSERT_EQ(all.longer_size(), 2);
  EXPECT_DOUBLE_EQ(all.longer(0).share().value(), 0.75);
  EXPECT_DOUBLE_EQ(all.longer(1).share().value(), 0.5);
}

TEST_F(AccessTest, WaitingFromAReferralNeedsItsDay) {
  Feed({AllocationOf({.person = "a", .number = 1}), ReferralOf("a", 1, "02", "2018-01-02"), StartOf(1, "2018-01-12"),
        AllocationOf({.person = "b", .number = 2})});
  auto request = Over<v1::DescribeWaitingRequest>("2018-01", "2018-02");
  request.set_from(v1::DescribeWaitingRequest::REFERRED);
  request.set_group_by("referrer");
  const auto response = access_.DescribeWaiting(Adviser(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->groups_size(), 3);
  EXPECT_EQ(response->groups(0).course_count(), 1);
  EXPECT_EQ(response->groups(0).unknown(), 1);
  EXPECT_EQ(response->groups(0).median().value(), 10);
  EXPECT_EQ(response->groups(1).group().value(), "");
  EXPECT_EQ(response->groups(2).group().value(), "02");
  EXPECT_EQ(response->groups(2).started(), 1);
}

// R119: three of four begin at the provider the client already had.
TEST_F(AccessTest, ContinuationIsCareAtTheSameProvider) {
  std::vector<ingestion::v1::Fact> facts;
  int64_t number = 0;
  for (const char* person : {"a", "b", "c", "d"}) {
    facts.push_back(AllocationOf({.person = person, .number = ++number, .first = "2016-06-01", .last = "2018-05-31"}));
    const bool stays = *person != 'd';
    facts.push_back(AllocationOf({.person = person,
                                  .number = ++number,
                                  .product = "45A06",
                                  .first = "2018-06-01",
                                  .provider = stays ? "99000001" : "99000002"}));
  }
  facts.push_back(AllocationOf({.person = "e", .number = ++number, .first = "2018-06-10"}));
  Feed(facts);
  auto request = Over<v1::DescribeContinuationRequest>("2018-06", "2018-07");
  request.set_group_by("provider");
  const auto response = access_.DescribeContinuation(Adviser(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->groups_size(), 3);
  const auto& all = response->groups(0);
  EXPECT_EQ(all.course_count(), 5);
  EXPECT_EQ(all.continued(), 3);
  EXPECT_EQ(all.switched(), 1);
  EXPECT_EQ(all.newcomer(), 1);
  EXPECT_EQ(all.first_ever(), 1);
  EXPECT_DOUBLE_EQ(all.continued_share().value(), 0.6);
  EXPECT_EQ(response->groups(2).group().value(), "99000002");
  EXPECT_EQ(response->groups(2).switched(), 1);
  EXPECT_EQ(response->data_start_date(), "2016-06-01");
  EXPECT_THAT(response->conclusion(), HasSubstr("gaat 60% door"));
}

// R115, R116: rules of the municipality decide about pairs; a reason that was given is seen.
TEST_F(AccessTest, OverlapsGoByTheRulesOfTheDay) {
  Feed({RuleOf("43A08", "44A08", ingestion::v1::CombinationRule::FORBIDDEN, "een kind verblijft op een plek"),
        RuleOf("45A06", "50A06", ingestion::v1::CombinationRule::NEEDS_MOTIVE, "twee keer behandeling"),
        RuleOf("45A04", "45A05", ingestion::v1::CombinationRule::FORBIDDEN, "pas vanaf 2019", "2019-01-01"),
        LevelOf("45A06", "6"), LevelOf("50A06", "6"), AllocationOf({.person = "a", .number = 1, .product = "43A08"}),
        AllocationOf({.person = "a", .number = 2, .product = "44A08"}),
        AllocationOf({.person = "b", .number = 3, .product = "45A06"}),
        AllocationOf({.person = "b", .number = 4, .product = "50A06"}),
        AllocationOf({.person = "c", .number = 5, .product = "45A06"}),
        AllocationOf({.person = "c", .number = 6, .product = "50A06"}), PlanOf("c", 6, "2018-12-31"),
        AllocationOf({.person = "d", .number = 7, .product = "45A04"}),
        AllocationOf({.person = "d", .number = 8, .product = "45A05"}),
        AllocationOf({.person = "e", .number = 9, .first = "2018-01-01", .last = "2018-06-30"}),
        AllocationOf({.person = "e", .number = 10, .first = "2018-03-01", .last = "2018-12-31"}),
        AllocationOf({.person = "f", .number = 11, .first = "2018-01-01", .last = "2018-03-31"})});
  v1::DescribeOverlapsRequest request;
  request.set_parent(kParent);
  request.set_reference_date("2018-04-01");
  const auto response = access_.DescribeOverlaps(Adviser(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->client_count(), 5) << "the care of f ended on the day before";
  EXPECT_EQ(response->rule_count(), 2);
  std::vector<int64_t> counts;
  for (const auto& overlap : response->overlaps()) counts.push_back(overlap.count());
  EXPECT_THAT(counts, ElementsAre(1, 4, 2, 0, 1, 2, 0, 0)) << "nobody told a reason: a plan without one is none";
  ASSERT_GE(response->pairs_size(), 2);
  EXPECT_EQ(response->pairs(0).product().value(), "45A06");
  EXPECT_EQ(response->pairs(0).reason(), "twee keer behandeling");
  EXPECT_EQ(response->pairs(1).kind(), v1::DescribeOverlapsResponse::FORBIDDEN);
  EXPECT_EQ(response->pairs(2).reason(), "");
}

// OP043 (domain-standards 8, check 12): a personal budget excludes care in kind for the same product.
TEST_F(AccessTest, OP043_ABudgetBesideCareInKindForOneProductIsSeen) {
  const auto budget_of = [](const std::string& person, const std::string& product, const std::string& category,
                            const std::string& first, const std::string& end) {
    ingestion::v1::Fact fact;
    auto& budget = *fact.mutable_personal_budget();
    budget.set_law(ingestion::v1::YOUTH);
    budget.set_person_key(person);
    budget.set_product(product);
    budget.set_category(category);
    budget.set_start_day(On(first));
    budget.set_end_day(On(end));
    budget.set_budget_cents(1'000'00);
    return fact;
  };
  Feed({AllocationOf({.person = "a", .number = 1, .product = "45A04"}),
        budget_of("a", "45A04", "45", "2018-01-01", "2019-01-01"),
        AllocationOf({.person = "b", .number = 2, .product = "45A04"}),
        budget_of("b", "45A05", "45", "2018-01-01", "2019-01-01"),
        AllocationOf({.person = "c", .number = 3, .product = "45A04"}),
        budget_of("c", "45A04", "45", "2018-01-01", "2018-04-01"),
        AllocationOf({.person = "d", .number = 4, .product = "45A04"}), budget_of("d", "", "45", "2018-01-01", "2019-01-01")});
  v1::DescribeOverlapsRequest request;
  request.set_parent(kParent);
  request.set_reference_date("2018-04-01");
  const auto response = access_.DescribeOverlaps(Adviser(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  const auto& beside = *response->overlaps().rbegin();
  EXPECT_EQ(beside.kind(), v1::DescribeOverlapsResponse::BUDGET_BESIDE_CARE);
  EXPECT_EQ(beside.count(), 2) << "a by the product, d by the category; another product and a budget that ended are none";
  EXPECT_THAT(response->conclusion(), HasSubstr("Bij 2 loopt een pgb naast zorg in natura voor hetzelfde product"));
}

// R82, R83, D14: by who is responsible on the last day of care in a month.
TEST_F(AccessTest, ResponsibilityFollowsTheStay) {
  Feed({TariffOf("43A08", 300000), TariffOf("45A04", 20000),
        AllocationOf({.person = "a", .number = 1, .product = "43A08", .last = "2018-02-28"}),
        ResponsibilityOf("a", "1730", "0014", true, "2018-01-01", "2018-02-28"),
        AllocationOf({.person = "a", .number = 2, .first = "2018-03-01", .last = "2018-03-31"}),
        AllocationOf({.person = "b", .number = 3, .product = "43A08", .last = "2018-03-31"}),
        ResponsibilityOf("b", "1730", "1730", true, "2017-12-01"),
        AllocationOf({.person = "c", .number = 4, .last = "2018-03-31"}),
        AllocationOf({.person = "d", .number = 5, .last = "2018-03-31"}),
        ResponsibilityOf("d", "0106", "", false, "2018-02-01")});
  const auto response =
      access_.DescribeResponsibility(Adviser(), Over<v1::DescribeResponsibilityRequest>("2018-01", "2018-04"));
  ASSERT_TRUE(response.ok()) << response.status();
  std::vector<std::string> rows;
  Cents total = 0;
  for (const auto& group : response->groups()) {
    rows.push_back(absl::StrCat(v1::DescribeResponsibilityResponse::Kind_Name(group.kind()), " ", group.client_count(), " ",
                                group.indicated_cents()));
    total += group.indicated_cents();
  }
  EXPECT_THAT(rows, ElementsAre("STAYS_FROM_ELSEWHERE 1 600000", "STAYS_FROM_HERE 1 900000", "STAYS_ORIGIN_UNKNOWN 0 0",
                                "PAID_ELSEWHERE 1 40000", "AFTER_STAY 1 20000", "NOT_TOLD 2 80000"));
  EXPECT_EQ(total, response->indicated_cents());
  EXPECT_EQ(response->client_count(), 4);
  EXPECT_FALSE(response->crosses_rules());
  EXPECT_THAT(response->conclusion(), HasSubstr("woonden: 1, samen € 6.000 van de € 16.400"));
}

TEST_F(AccessTest, ThePeriodSaysWhichRuleHolds_D14) {
  Feed({AllocationOf({}), TariffOf("45A04", 10000)});
  const auto over = access_.DescribeResponsibility(Adviser(), Over<v1::DescribeResponsibilityRequest>("2018-01", "2023-01"));
  ASSERT_TRUE(over.ok());
  EXPECT_TRUE(over->crosses_rules());
  EXPECT_THAT(over->rule(), HasSubstr("niet te vergelijken"));
}

// T-31: what nobody registers is answered as such by each of them.
TEST_F(AccessTest, WhatNobodyRegistersIsNotRegistered) {
  Feed({AllocationOf({})});
  auto referrers = Over<v1::CompareReferrersRequest>("2018-01", "2018-02");
  referrers.add_filters()->set_dimension("inkomen");
  referrers.mutable_filters(0)->add_values("laag");
  EXPECT_EQ(access_.CompareReferrers(Adviser(), referrers)->state(), type::Figure::NOT_REGISTERED);
  auto continuation = Over<v1::DescribeContinuationRequest>("2018-01", "2018-02");
  continuation.set_group_by("opleiding");
  EXPECT_EQ(access_.DescribeContinuation(Adviser(), continuation)->state_reason(), "ATTRIBUTE_NOT_REGISTERED");
}

TEST_F(AccessTest, AMonthWithoutCareIsNotAvailable) {
  Feed({AllocationOf({})});
  EXPECT_EQ(access_.CompareReferrers(Adviser(), Over<v1::CompareReferrersRequest>("2014-01", "2014-02"))->state(),
            type::Figure::NOT_AVAILABLE);
  v1::DescribeOverlapsRequest overlaps;
  overlaps.set_reference_date("2014-01-01");
  EXPECT_EQ(access_.DescribeOverlaps(Adviser(), overlaps)->state(), type::Figure::NOT_AVAILABLE);
}

TEST_F(AccessTest, TellsEveryFaultAtOnce) {
  auto request = Over<v1::DescribeWaitingRequest>("2018-02", "2018-01");
  request.add_longer_than_days(0);
  const absl::Status status = access_.DescribeWaiting(Adviser(), request).status();
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(status)) paths.push_back(field.path);
  EXPECT_THAT(paths, ElementsAre("period.end_date", "from", "longer_than_days"));
  v1::DescribeOverlapsRequest overlaps;
  overlaps.set_reference_date("0001-01-01");
  overlaps.set_level(9);
  EXPECT_EQ(BadFieldsOf(access_.DescribeOverlaps(Adviser(), overlaps).status()).size(), 2u);
}

// T-29: the same answer for every order of arrival.
TEST_F(AccessTest, DoesNotDependOnTheOrderOfDeliveries) {
  std::vector<ingestion::v1::FactBatch> batches;
  for (int i = 0; i < 12; ++i) {
    AllocationSpec spec;
    spec.person = absl::StrCat("p", i % 5);
    spec.number = i + 1;
    spec.product = i % 2 == 0 ? "45A04" : "45A06";
    spec.first = i % 3 == 0 ? "2018-01-01" : "2018-03-01";
    spec.provider = i % 4 == 0 ? "99000002" : "99000001";
    batches.push_back(BatchOf(i + 1, At("2018-05-01"),
                              {AllocationOf(spec), StartOf(i + 1, "2018-03-0" + std::to_string(1 + i % 9)),
                               ReferralOf(spec.person, i + 1, i % 2 == 0 ? "01" : "02", "2018-02-01")}));
  }
  const auto answers = [](const std::vector<ingestion::v1::FactBatch>& fed) {
    CostsScene scene{"2026-01-01"};
    int64_t sequence = 0;
    for (ingestion::v1::FactBatch batch : fed) {
      batch.set_sequence(++sequence);
      scene.Feed({batch});
    }
    Access access(scene.costs, scene.clock);
    auto waiting = Over<v1::DescribeWaitingRequest>("2017-01", "2019-01");
    waiting.set_from(v1::DescribeWaitingRequest::REFERRED);
    return absl::StrCat(
        access.CompareReferrers(Adviser(), Over<v1::CompareReferrersRequest>("2018-01", "2019-01"))->DebugString(),
        access.DescribeWaiting(Adviser(), waiting)->DebugString(),
        access.DescribeContinuation(Adviser(), Over<v1::DescribeContinuationRequest>("2018-01", "2019-01"))->DebugString());
  };
  const std::string expected = answers(batches);
  std::reverse(batches.begin(), batches.end());
  EXPECT_EQ(answers(batches), expected);
}

}  // namespace
}  // namespace nmd::analyses
