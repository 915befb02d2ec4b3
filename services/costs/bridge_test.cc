// SPDX-License-Identifier: EUPL-1.2
// The bridge from indicated to booked, through the service (R84, I36).
#include "services/costs/bridge.h"

#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::TariffOf;

v1::BridgeAmountsRequest Request(const std::string& from, const std::string& to) {
  v1::BridgeAmountsRequest request;
  request.set_parent("municipalities/gm1730");
  request.mutable_period()->set_start_date(from + "-01");
  request.mutable_period()->set_end_date(to + "-01");
  return request;
}

ingestion::v1::Fact Booking(int month, const std::string& provider, int64_t cents) {
  ingestion::v1::Fact fact;
  fact.mutable_ledger_booking()->set_year(2018);
  fact.mutable_ledger_booking()->set_month(month);
  fact.mutable_ledger_booking()->set_taakveld("6.72");
  fact.mutable_ledger_booking()->set_provider(provider);
  fact.mutable_ledger_booking()->set_amount_cents(cents);
  return fact;
}

std::string TextOf(const v1::BridgeAmountsResponse& response) {
  std::string text;
  for (const auto& step : response.steps()) {
    if (step.amount_cents() != 0 || step.subtotal()) absl::StrAppend(&text, step.step(), "=", step.amount_cents(), "\n");
  }
  return text;
}

// The sum of the steps between two subtotals is their difference, and every step is the sum of its list.
void ExpectItCloses(const v1::BridgeAmountsResponse& response) {
  int64_t running = 0;
  for (const auto& step : response.steps()) {
    if (step.subtotal()) {
      EXPECT_TRUE(step.step() == "indicated" || step.amount_cents() == running) << step.step();
      running = step.amount_cents();
      continue;
    }
    int64_t listed = 0;
    for (const auto& item : step.items()) listed += item.amount_cents();
    EXPECT_EQ(step.amount_cents(), listed) << step.step();
    EXPECT_EQ(step.item_count(), step.items_size());
    running += step.amount_cents();
  }
}

TEST(BridgeAmounts, GoesFromIndicatedToBookedWithAListBehindEveryStepR84I36) {
  CostsScene scene;
  scene.Feed(
      {BatchOf(
           1, At("2018-05-02"),
           {AllocationOf({.last = "2018-01-31"}), AllocationOf({.person = "p2", .number = 2, .last = "2018-01-31"}),
            AllocationOf({.person = "p3", .number = 3, .product = "45A09", .last = "2018-01-31"}), TariffOf("45A04", 100'00)}),
       BatchOf(
           2, At("2018-05-03"),
           {ClaimOf("A", {{"r1", "", 60'00}, {"r2", "", 130'00, "p2", 2}, {"r3", "", 20'00, "p3", 3, "2018-01-01", "45A09"}}),
            ClaimOf("B", {{"r4", "", 15'00, "p4", 9}}), ClaimOf("C", {{"r5", "", 5'00}})},
           "jw323"),
       BatchOf(3, At("2018-05-04"), {AnswerOf("A", {"r2"})}, "jw325"),
       BatchOf(4, At("2018-05-05"), {Booking(1, "99000001", 50'00), Booking(1, "", 40'00)}, "grootboek")});
  const auto response = scene.costs.BridgeAmounts(Caller(), Request("2018-01", "2018-02"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(TextOf(*response),
            "indicated=20000\nnot_used=-3500\nover_used=3000\nwithout_tariff=2000\nwithout_allocation=1500\ndeclared=23000\n"
            "rejected=-13000\nunanswered=-1500\npartly_answered=-500\napproved=8000\nnot_booked=-3000\nbooked_otherwise=4000\n"
            "booked=9000\n");
  ExpectItCloses(*response);
  const auto& not_used = response->steps(1);
  EXPECT_EQ(not_used.title(), "Niet gebruikt");
  ASSERT_EQ(not_used.items_size(), 1);
  EXPECT_EQ(not_used.items(0).count(), 1);
  EXPECT_EQ(not_used.items(0).dimensions(0).label(), "Jeugdwet");
  EXPECT_EQ(not_used.items(0).dimensions(4).value(), "2018-01");
  EXPECT_THAT(response->remarks(0), HasSubstr("geen bron levert betalingen"));
  EXPECT_EQ(response->steps(3).amount_cents(), 20'00) << "of 45A09 no tariff is known";
}

TEST(BridgeAmounts, WithAFilterThatBookingsDoNotKnowItEndsAtApproved) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"), {AllocationOf({}), TariffOf("45A04", 100'00)}),
              BatchOf(2, At("2018-05-05"), {Booking(1, "99000001", 50'00), Booking(1, "99000002", 7'00)}, "grootboek")});
  auto request = Request("2018-01", "2018-02");
  auto* filter = request.add_filters();
  filter->set_dimension("law");
  filter->add_values("jeugdwet");
  auto response = scene.costs.BridgeAmounts(Caller(), request);
  EXPECT_EQ(response->steps().rbegin()->step(), "approved");
  EXPECT_THAT(response->remarks().rbegin()->c_str(), HasSubstr("Boekingen kennen alleen de aanbieder"));
  filter->set_dimension("provider");
  filter->set_values(0, "99000001");
  response = scene.costs.BridgeAmounts(Caller(), request);
  EXPECT_EQ(response->steps().rbegin()->step(), "booked");
  EXPECT_EQ(response->steps().rbegin()->amount_cents(), 50'00);
  ExpectItCloses(*response);
}

TEST(BridgeAmounts, SaysWhenThereIsNothingToBridge) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"), {AllocationOf({.first = "2018-01-01"})})});
  EXPECT_EQ(scene.costs.BridgeAmounts(Caller(), Request("2014-01", "2014-02"))->state_reason(), "PERIOD_NOT_DELIVERED");
  const auto response = scene.costs.BridgeAmounts(Caller(), Request("2018-01", "2018-02"));
  EXPECT_EQ(response->state(), type::Figure::ANSWERED);
  EXPECT_EQ(response->remarks(0), "Over deze periode is nog niets gedeclareerd.");
  EXPECT_EQ(response->steps().rbegin()->step(), "approved") << "nothing was booked";
  auto reversed = Request("2018-02", "2018-01");
  EXPECT_EQ(ReasonOf(scene.costs.BridgeAmounts(Caller(), reversed).status()), ErrorReason::FIELDS_INVALID);
}

// Whatever is claimed, rejected, taken back and booked: the bridge closes, and its amounts are those of the measures.
TEST(BridgeAmounts, ClosesForRandomClaims) {
  std::mt19937 random(84);
  for (int round = 0; round < 10; ++round) {
    CostsScene scene;
    std::vector<ingestion::v1::Fact> facts = {TariffOf("45A04", 100'00)};
    for (int64_t number = 1; number <= 12; ++number) {
      facts.push_back(AllocationOf({.person = absl::StrCat("p", number),
                                    .number = number,
                                    .product = number % 4 == 0 ? "45A05" : "45A04",
                                    .last = random() % 2 == 0 ? "" : "2018-02-14",
                                    .provider = number % 3 == 0 ? "99000001" : "99000002"}));
    }
    std::vector<ingestion::v1::Fact> claims, answers;
    for (int claim = 0; claim < 10; ++claim) {
      const std::string name = absl::StrCat("C", claim);
      const std::string provider = claim % 2 == 0 ? "99000001" : "99000002";
      std::vector<testing::ClaimLineSpec> lines;
      std::vector<std::string> refused;
      for (int line = 0; line < 6; ++line) {
        const int64_t number = 1 + static_cast<int64_t>(random() % 14);
        lines.push_back({absl::StrCat(name, "-", line), "", static_cast<int64_t>(random() % 20'000), absl::StrCat("p", number),
                         number, random() % 2 == 0 ? "2018-01-01" : "2018-02-01", random() % 5 == 0 ? "45A05" : "45A04"});
        if (random() % 4 == 0) refused.push_back(lines.back().reference);
      }
      claims.push_back(ClaimOf(name, lines, provider));
      if (random() % 3 != 0) answers.push_back(AnswerOf(name, refused, false, provider));
    }
    std::vector<ingestion::v1::Fact> bookings;
    for (int i = 0; i < 6; ++i) {
      bookings.push_back(Booking(1 + static_cast<int>(random() % 3),
                                 i % 3 == 0 ? "" : absl::StrCat("9900000", 1 + random() % 3),
                                 static_cast<int64_t>(random() % 100'000) - 20'000));
    }
    scene.Feed({BatchOf(1, At("2018-05-01"), facts), BatchOf(2, At("2018-05-02"), claims, "jw323"),
                BatchOf(3, At("2018-05-03"), answers, "jw325"), BatchOf(4, At("2018-05-04"), bookings, "grootboek")});
    const auto response = scene.costs.BridgeAmounts(Caller(), Request("2018-01", "2018-04"));
    ASSERT_TRUE(response.ok()) << response.status();
    ExpectItCloses(*response);
    for (const auto& step : response->steps()) {
      if (!step.subtotal()) continue;
      EXPECT_EQ(step.amount_cents(), scene.Total(step.step(), "2018-01", "2018-04").amount_cents()) << step.step();
    }
  }
}

}  // namespace
}  // namespace nmd::costs
