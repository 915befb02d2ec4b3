// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/old_tariffs.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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
using testing::TariffOf;

Fact SuccessionOf(const std::string& product, const std::string& predecessor, const std::string& first) {
  Fact fact;
  fact.mutable_product_succession()->set_law(ingestion::v1::YOUTH);
  fact.mutable_product_succession()->set_product(product);
  fact.mutable_product_succession()->set_predecessor(predecessor);
  fact.mutable_product_succession()->set_start_day(On(first));
  return fact;
}
Fact QuantityOf(const std::string& person, int64_t number, const std::string& first, const std::string& last,
                int64_t thousandths, const std::string& unit = "04") {
  Fact fact;
  auto* quantity = fact.mutable_delivered_quantity();
  quantity->set_law(ingestion::v1::YOUTH);
  quantity->set_provider("99000001");
  quantity->set_person_key(person);
  quantity->set_number(number);
  quantity->set_product("45A04");
  quantity->set_start_day(On(first));
  quantity->set_end_day(On(last) + 1);
  quantity->set_unit(unit);
  quantity->set_volume_thousandths(thousandths);
  return fact;
}

// Care of today is 45A04, 10 hours a month; before 2018 it was 45A01 at 80,00 an hour.
std::vector<Fact> Products() {
  return {TariffOf("45A04", 95'00, "2018-01-01", "", "04"), TariffOf("45A01", 80'00, "2016-01-01", "", "04"),
          SuccessionOf("45A04", "45A01", "2018-01-01")};
}
Fact CareOf(int client, const std::string& first = "2018-01-01", const std::string& last = "2018-05-31",
            const std::string& product = "45A04") {
  return AllocationOf({.person = absl::StrCat("p", client),
                       .number = client,
                       .product = product,
                       .first = first,
                       .last = last,
                       .volume = 10,
                       .unit = "04",
                       .frequency = "4"});
}

// `predecessor`: of the first product; words do not outlive their ledger.
TariffAnswer Compare(std::vector<Fact> facts, TariffQuestion question, std::string* predecessor = nullptr) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-01"), std::move(facts))});
  const auto book = scene.costs.CareAt(At("2026-01-01"));
  std::vector<uint32_t> all(book->courses.size());
  std::iota(all.begin(), all.end(), 0u);
  TariffAnswer answer = CompareOldTariffs(*book, all, question);
  if (predecessor != nullptr) *predecessor = *answer.products.at(0).predecessor;
  return answer;
}
TariffQuestion Months(int from, int until) {
  TariffQuestion question;
  question.from = MonthOf(2018, from);
  question.until = MonthOf(2018, until);
  question.tariff_day = On("2017-06-01");
  return question;
}

// T-21: of five months one has no quantity (20%). 4 x 8 hours x 80,00 = 2.560,00 is known; the fifth is worth at most the 10
// hours that were allocated, 800,00.
TEST(CompareOldTariffs, BoundsWhatIsMissingT21) {
  std::vector<Fact> facts = Products();
  facts.push_back(CareOf(1));
  for (const char* month : {"2018-01", "2018-02", "2018-03", "2018-05"}) {
    facts.push_back(QuantityOf("p1", 1, absl::StrCat(month, "-01"), absl::StrCat(month, "-28"), 8'000));
  }
  facts.push_back(ClaimOf("D1", {{"r1", "", 760'00, "p1", 1, "2018-01-01"}, {"r2", "", 950'00, "p1", 1, "2018-02-01"}}));
  facts.push_back(AnswerOf("D1", {"r2"}));
  std::string predecessor;
  const TariffAnswer answer = Compare(facts, Months(1, 6), &predecessor);
  EXPECT_EQ(answer.total.measured, 2'560'00);
  EXPECT_EQ(answer.total.lower(), 2'560'00);
  EXPECT_EQ(answer.total.upper(), 3'360'00);
  EXPECT_EQ(answer.total.months, 5);
  EXPECT_EQ(answer.total.missing, 1);
  EXPECT_EQ(answer.total.approved, 760'00) << "what was refused was not approved";
  ASSERT_EQ(answer.products.size(), 1u);
  EXPECT_EQ(predecessor, "45A01");
}

TEST(CompareOldTariffs, ADeliveryOverMonthsIsSpreadByDays) {
  std::vector<Fact> facts = Products();
  facts.push_back(CareOf(1));
  facts.push_back(QuantityOf("p1", 1, "2018-01-01", "2018-02-28", 59'000));
  EXPECT_EQ(Compare(facts, Months(1, 2)).total.measured, 31 * 80'00);
  EXPECT_EQ(Compare(facts, Months(1, 3)).total.measured, 59 * 80'00);
  EXPECT_EQ(Compare(facts, Months(1, 3)).total.missing, 0);
}

TEST(CompareOldTariffs, MinutesAreHoursAtTheTariffOfAnHour) {
  std::vector<Fact> facts = Products();
  facts.push_back(CareOf(1));
  facts.push_back(QuantityOf("p1", 1, "2018-01-01", "2018-01-31", 95'000, "01"));
  EXPECT_EQ(Compare(facts, Months(1, 2)).total.measured, MulDiv(80'00, 95, 60));
}

TEST(CompareOldTariffs, AQuantityWithoutANumberIsOfTheCareOfThatClient) {
  std::vector<Fact> facts = Products();
  facts.push_back(CareOf(1));
  facts.push_back(QuantityOf("p1", 0, "2018-01-01", "2018-01-31", 5'000));
  facts.push_back(QuantityOf("p2", 0, "2018-01-01", "2018-01-31", 7'000));
  EXPECT_EQ(Compare(facts, Months(1, 2)).total.measured, 5 * 80'00) << "of p2 there is no care";
}

TEST(CompareOldTariffs, WhatWasAllocatedMayStandForWhatWasDelivered) {
  std::vector<Fact> facts = Products();
  facts.push_back(CareOf(1));
  TariffQuestion question = Months(1, 4);
  question.delivered = false;
  const TariffAnswer answer = Compare(facts, question);
  EXPECT_EQ(answer.total.measured, 3 * 800'00);
  EXPECT_EQ(answer.total.missing, 0);
}

TEST(CompareOldTariffs, WhatHasNoConcordanceIsIncomparableAndInNoSum) {
  TariffQuestion question = Months(1, 2);
  question.delivered = false;
  std::vector<Fact> facts = Products();
  facts.push_back(CareOf(1));
  facts.push_back(CareOf(2, "2018-01-01", "2018-05-31", "45A09"));
  facts.push_back(ClaimOf("D1", {{"r1", "", 100'00, "p2", 2, "2018-01-01", "45A09"}}));
  facts.push_back(AnswerOf("D1"));
  const auto incomparable = [&](const std::vector<Fact>& more) {
    std::vector<Fact> all = facts;
    all.insert(all.end(), more.begin(), more.end());
    const TariffAnswer answer = Compare(all, question);
    EXPECT_EQ(answer.total.incomparable_approved, answer.total.incomparable * 100'00);
    return answer.total.incomparable;
  };
  EXPECT_EQ(incomparable({}), 1) << "it has no tariff of then";
  EXPECT_EQ(incomparable({SuccessionOf("45A09", "", "2018-01-01"), TariffOf("45A09", 10'00, "2016-01-01", "", "04")}), 1)
      << "it is new";
  EXPECT_EQ(incomparable({SuccessionOf("45A09", "45A01", "2018-01-01"), SuccessionOf("45A09", "45A02", "2018-01-01")}), 1)
      << "it took the place of two";
  EXPECT_EQ(incomparable({SuccessionOf("45A09", "45A08", "2018-01-01"), SuccessionOf("45A08", "45A09", "2018-01-01")}), 1)
      << "round in a circle";
  EXPECT_EQ(incomparable({SuccessionOf("45A09", "45A08", "2018-01-01"), SuccessionOf("45A08", "45A01", "2017-09-01")}), 0)
      << "by way of another";
  EXPECT_EQ(incomparable({TariffOf("45A09", 70'00, "2016-01-01", "", "04")}), 0) << "it was there then";
}

TEST(CompareOldTariffs, ATariffOfZeroIsATariff) {
  std::vector<Fact> facts = {TariffOf("45A04", 0, "2016-01-01", "", "04"), CareOf(1)};
  TariffQuestion question = Months(1, 2);
  question.delivered = false;
  const TariffAnswer answer = Compare(facts, question);
  EXPECT_EQ(answer.total.incomparable, 0);
  EXPECT_EQ(answer.total.measured, 0);
}

TEST(CompareOldTariffs, NobodyIsNoSum) {
  const TariffAnswer answer = Compare(Products(), Months(1, 2));
  EXPECT_EQ(answer.clients, 0);
  EXPECT_FALSE(answer.cost.has_value());
}

TEST(CompareOldTariffs, ASampleIsDrawnWithoutReplacementAndTheSameAgain) {
  std::vector<Fact> facts = Products();
  for (int client = 1; client <= 40; ++client) {
    facts.push_back(CareOf(client));
    facts.push_back(QuantityOf(absl::StrCat("p", client), client, "2018-01-01", "2018-01-31", client * 1'000));
  }
  TariffQuestion question = Months(1, 2);
  question.sample_size = 10;
  question.seed = "a question";
  const TariffAnswer one = Compare(facts, question), two = Compare(facts, question);
  EXPECT_EQ(one.clients, 40);
  EXPECT_EQ(one.sampled, 10);
  EXPECT_EQ(one.total.months, 10) << "each of them once";
  EXPECT_EQ(one.total.measured, two.total.measured);
  ASSERT_TRUE(one.cost->low.has_value());
  question.seed = "another";
  EXPECT_NE(Compare(facts, question).total.measured, one.total.measured);
  question.sample_size = 40;
  const TariffAnswer all = Compare(facts, question);
  EXPECT_NEAR(all.cost->value, 80'00 * 820, 1e-6);
  EXPECT_FALSE(all.cost->low.has_value()) << "everybody is no sample";

  // Of all samples about 95% hold the sum of everybody in their interval.
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-01"), facts)});
  const auto book = scene.costs.CareAt(At("2026-01-01"));
  std::vector<uint32_t> courses(book->courses.size());
  std::iota(courses.begin(), courses.end(), 0u);
  int within = 0;
  question.sample_size = 10;
  for (int i = 0; i < 400; ++i) {
    question.seed = absl::StrCat("sample ", i);
    const TariffAnswer answer = CompareOldTariffs(*book, courses, question);
    if (*answer.cost->low <= 80'00 * 820 && 80'00 * 820 <= *answer.cost->high) ++within;
  }
  EXPECT_GE(within, 364);  // Binomial(400, 0.95) less four standard deviations.
}

// By hand: of 4, 6, 8 of ten people the sum is 60, s2 = 4, and its error 10 sqrt(0.7 x 4 / 3) = 9.6609; t(2) = 4.302653.
TEST(EstimateSum, HasTheFinitePopulationCorrection) {
  const auto estimate = EstimateSum({4, 6, 8}, 10);
  EXPECT_NEAR(estimate->value, 60, 1e-12);
  EXPECT_NEAR(*estimate->low, 60 - 4.302652730 * 9.660917831, 1e-6);
  EXPECT_NEAR(*estimate->high, 60 + 4.302652730 * 9.660917831, 1e-6);
  EXPECT_FALSE(EstimateSum({}, 10).has_value());
  EXPECT_FALSE(EstimateSum({4}, 10)->low.has_value()) << "one tells nothing about how they differ";
  EXPECT_NEAR(EstimateSum({4}, 10)->value, 40, 1e-12);
}

}  // namespace
}  // namespace nmd::analyses
