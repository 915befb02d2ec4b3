// SPDX-License-Identifier: EUPL-1.2
// What the figures mean, in the numbers of the council documents and the acceptance fixtures (requirements 2, 6 and 7).
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/core/dutch.h"
#include "services/core/known_periods.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"
#include "tests/support/fixture_f1.h"

namespace nmd::testing {
namespace {

using costs::v1::DecomposeGrowthRequest;
using costs::v1::DecomposeGrowthResponse;
using costs::v1::Effect;

class FixtureF1Spec : public ::testing::Test {
 protected:
  void SetUp() override {
    scene.Feed(FixtureF1());
    scene.Feed(FixtureF1Links());
  }
  int64_t January(const std::string& measure, int year) {
    return ValueOf(scene.Total(measure, std::to_string(year) + "-01", std::to_string(year) + "-02"));
  }
  DecomposeGrowthResponse Growth(const std::string& group_by) {
    DecomposeGrowthRequest request;
    request.set_parent("municipalities/gm1730");
    request.mutable_before()->set_start_date("2017-01-01");
    request.mutable_before()->set_end_date("2017-02-01");
    request.mutable_after()->set_start_date("2018-01-01");
    request.mutable_after()->set_end_date("2018-02-01");
    request.set_group_by(group_by);
    const auto response = scene.costs.DecomposeGrowth(Caller(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : DecomposeGrowthResponse();
  }

  CostsScene scene{"2018-02-05"};
};

std::string Shown(int64_t before, int64_t after) {
  return dutch::Growth(static_cast<double>(after - before) / static_cast<double>(before));
}

TEST_F(FixtureF1Spec, ClientsGrowFrom484To598T01) {
  EXPECT_EQ(January("clients", 2017), 484);
  EXPECT_EQ(January("clients", 2018), 598);
  EXPECT_EQ(Shown(484, 598), "+24%");
}

TEST_F(FixtureF1Spec, ProvisionsGrowFrom601To786T02) {
  EXPECT_EQ(January("provisions", 2017), 601);
  EXPECT_EQ(January("provisions", 2018), 786);
  EXPECT_EQ(Shown(601, 786), "+31%");
}

TEST_F(FixtureF1Spec, IndicatedCostGrowsFrom416000To598264T03) {
  EXPECT_EQ(January("indicated", 2017), 416'000'00);
  EXPECT_EQ(January("indicated", 2018), 598'264'00);
  EXPECT_EQ(Shown(416'000'00, 598'264'00), "+44%");
}

TEST_F(FixtureF1Spec, ProvisionsPerLevelShiftAsPublishedT06) {
  const auto response = scene.Ask(CostsScene::Question({"provisions"}, "2017-01", "2017-02", {"month", "ivn"}));
  EXPECT_EQ(TableOf(response),
            "month=2017-01 ivn=4 provisions=70\n"
            "month=2017-01 ivn=5 provisions=183\n"
            "month=2017-01 ivn=6 provisions=178\n"
            "month=2017-01 ivn=7 provisions=152\n"
            "month=2017-01 ivn=8 provisions=18\n"
            "provisions=601\n");
  const auto later = scene.Ask(CostsScene::Question({"provisions"}, "2018-01", "2018-02", {"ivn"}));
  EXPECT_EQ(TableOf(later),
            "ivn=4 provisions=56\nivn=5 provisions=276\nivn=6 provisions=238\nivn=7 provisions=189\nivn=8 provisions=27\n"
            "provisions=786\n");
  EXPECT_EQ(Shown(70, 56), "−20%");
  EXPECT_EQ(Shown(183, 276), "+51%");
  EXPECT_EQ(Shown(178, 238), "+34%");
  EXPECT_EQ(Shown(152, 189), "+24%");
  EXPECT_EQ(Shown(18, 27), "+50%");
}

// factor, euro, share of the growth
std::string EffectsOf(const google::protobuf::RepeatedPtrField<Effect>& effects) {
  std::string text;
  for (const Effect& effect : effects) {
    text += effect.factor() + " " + dutch::Euro(effect.amount_cents()) + " " + dutch::Percent(effect.share(), 2) + "\n";
  }
  return text;
}

TEST_F(FixtureF1Spec, ThreeFactorsSplitTheGrowthT04) {
  const DecomposeGrowthResponse growth = Growth("");
  ASSERT_EQ(growth.state(), type::Figure::ANSWERED);
  EXPECT_EQ(growth.growth_cents(), 182'264'00);
  EXPECT_EQ(EffectsOf(growth.three_factor()),
            "clients € 106.096,69 58,21%\n"
            "intensity € 28.520,42 15,65%\n"
            "price € 47.646,89 26,14%\n");
  EXPECT_TRUE(growth.four_factor().empty());
}

TEST_F(FixtureF1Spec, FourFactorsOverLevelsSplitTheGrowthT05) {
  const DecomposeGrowthResponse growth = Growth("ivn");
  EXPECT_EQ(EffectsOf(growth.four_factor()),
            "clients € 105.984,47 58,15%\n"
            "intensity € 28.490,25 15,63%\n"
            "mix € 13.010,15 7,14%\n"
            "price € 34.779,13 19,08%\n");
  std::vector<std::string> levels;
  for (const auto& group : growth.groups()) {
    levels.push_back(group.group().label() + " " + dutch::EuroWhole(group.growth_cents()));
    int64_t sum = 0;
    for (const Effect& effect : group.effects()) sum += effect.amount_cents();
    EXPECT_EQ(sum, group.growth_cents());
  }
  EXPECT_THAT(levels,
              ::testing::ElementsAre("IVN 4 € −2.520", "IVN 5 € 46.860", "IVN 6 € 52.210", "IVN 7 € 52.378", "IVN 8 € 33.336"));
}

TEST_F(FixtureF1Spec, TheConclusionIsPlainDutchT05) {
  EXPECT_EQ(Growth("ivn").conclusion(),
            "De kosten stegen met 43,8% van € 416.000 naar € 598.264 per maand. Daarvan komt € 105.984 (58,1%) door meer "
            "cliënten, € 28.490 (15,6%) door meer voorzieningen per cliënt, € 13.010 (7,1%) door een zwaardere mix van zorg "
            "en € 34.779 (19,1%) door een hogere prijs per voorziening.");
}

TEST_F(FixtureF1Spec, AClientWithProvisionsInTwoCellsIsCountedOnceInTheTotal) {
  const auto response = scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-02", {"ivn"}));
  int64_t sum = 0;
  for (const auto& figure : response.figures()) sum += figure.count();
  EXPECT_GT(sum, 598);
  EXPECT_EQ(response.totals(0).count(), 598);
}

TEST_F(FixtureF1Spec, MoneyOfTheCellsSumsToTheTotalR8) {
  for (const char* dimension : {"ivn", "product", "provider", "wijk", "buurt", "age_band", "sex", "month"}) {
    const auto response = scene.Ask(CostsScene::Question({"indicated"}, "2017-01", "2018-07", {dimension}));
    int64_t sum = 0;
    for (const auto& figure : response.figures()) sum += figure.amount_cents();
    EXPECT_EQ(sum, response.totals(0).amount_cents()) << dimension;
  }
}

TEST_F(FixtureF1Spec, IncomeAndEducationAreNotRegisteredT31) {
  for (const char* attribute : {"inkomen", "opleiding", "schoolweigering"}) {
    const auto response = scene.Ask(CostsScene::Question({"clients", "indicated"}, "2018-01", "2018-02", {attribute}));
    ASSERT_EQ(response.figures_size(), 2);
    for (const auto& figure : response.figures()) {
      EXPECT_EQ(figure.state(), type::Figure::NOT_REGISTERED);
      EXPECT_EQ(figure.state_reason(), "ATTRIBUTE_NOT_REGISTERED");
      EXPECT_EQ(figure.value_case(), type::Figure::VALUE_NOT_SET);
      EXPECT_EQ(figure.dimensions(0).dimension(), attribute);
      EXPECT_FALSE(figure.reliability().statement().empty());
    }
    EXPECT_EQ(response.totals(0).count(), 598) << "the total does not depend on " << attribute;
    auto filtered = CostsScene::Question({"clients"}, "2018-01", "2018-02");
    CostsScene::Where(&filtered, attribute, {"laag"});
    EXPECT_EQ(scene.Ask(filtered).totals(0).state(), type::Figure::NOT_REGISTERED);
  }
}

TEST_F(FixtureF1Spec, UnequalPeriodsAreNotComparedT14I19) {
  DecomposeGrowthRequest request;
  request.mutable_before()->set_start_date("2017-01-01");
  request.mutable_before()->set_end_date("2018-01-01");
  request.mutable_after()->set_start_date("2018-01-01");
  request.mutable_after()->set_end_date("2018-02-01");
  const auto response = scene.costs.DecomposeGrowth(Caller(), request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->state(), type::Figure::NOT_COMPARABLE);
  EXPECT_EQ(response->state_reason(), "PERIODS_UNEQUAL");
  EXPECT_TRUE(response->conclusion().empty());
}

TEST(TrendBreakSpec, GrowthAcrossNewProcurementIsNotComparedR17) {
  for (const auto& [day, comparable] : {std::pair("2017-01-01", true),
                                        {"2017-06-01", false},
                                        {"2018-01-01", false},
                                        {"2018-02-01", true},
                                        {"2020-01-01", true}}) {
    CostsScene scene("2018-02-05", {On(day)});
    scene.Feed(FixtureF1());
    DecomposeGrowthRequest request;
    request.mutable_before()->set_start_date("2017-01-01");
    request.mutable_before()->set_end_date("2017-02-01");
    request.mutable_after()->set_start_date("2018-01-01");
    request.mutable_after()->set_end_date("2018-02-01");
    const auto response = scene.costs.DecomposeGrowth(Caller(), request);
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->state(), comparable ? type::Figure::ANSWERED : type::Figure::NOT_COMPARABLE) << day;
    EXPECT_EQ(response->state_reason(), comparable ? "" : "TREND_BREAK") << day;
  }
}

TEST(BudgetSpec, AGrantIsWhatWasKnownThenT12) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"), {BudgetOf("rijksbijdrage_jeugd", 2018, 5'229'670'00, "septembercirculaire 2017")}),
              BatchOf(2, At("2018-03-10"), {BudgetOf("resultaat_jeugd", 2017, -1'200'000'00, "overdrachtsnota 2018")}),
              BatchOf(3, At("2018-06-01"),
                      {BudgetOf("resultaat_jeugd", 2017, -1'500'000'00, "jaarrekening 2017"),
                       BudgetOf("rijksbijdrage_jeugd", 2018, 5'800'000'00, "meicirculaire 2018")})});
  struct Case {
    const char *line, *year, *next_year, *known;
    int64_t cents;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"rijksbijdrage_jeugd", "2018", "2019", "2018-03-31", 5'229'670'00},
           {"rijksbijdrage_jeugd", "2018", "2019", "2019-01-01", 5'800'000'00},
           {"resultaat_jeugd", "2017", "2018", "2018-03-15", -1'200'000'00},
           {"resultaat_jeugd", "2017", "2018", "2019-01-01", -1'500'000'00},
       }) {
    auto request = CostsScene::Question({"budget"}, std::string(c.year) + "-01", std::string(c.next_year) + "-01",
                                        {"year", "budget_line"}, c.known);
    CostsScene::Where(&request, "budget_line", {c.line});
    const auto response = scene.Ask(request);
    ASSERT_EQ(response.figures_size(), 1) << c.line << " " << c.known;
    EXPECT_EQ(response.figures(0).amount_cents(), c.cents) << c.line << " " << c.known;
    EXPECT_EQ(response.totals(0).amount_cents(), c.cents);
  }
  EXPECT_EQ(scene.Total("budget", "2018-01", "2019-01", "2017-11-30").state_reason(), "PERIOD_NOT_DELIVERED");
}

TEST(ClaimSpec, DebitCreditDebitIsTheSameInEveryOrderT28) {
  const std::vector<ingestion::v1::Fact> claims = {ClaimOf("A1", {{"r1", "", 100'00}}), ClaimOf("A2", {{"r2", "r1", -100'00}}),
                                                   ClaimOf("A3", {{"r3", "", 80'00}})};
  std::vector<size_t> order = {0, 1, 2};
  do {
    CostsScene scene;
    scene.Feed({BatchOf(1, At("2018-02-01"), {AllocationOf({})})});
    for (size_t i = 0; i < order.size(); ++i) {
      scene.Feed({BatchOf(static_cast<int64_t>(i) + 2, At("2018-02-02"), {claims[order[i]]}, "jw323")});
    }
    EXPECT_EQ(scene.Total("declared", "2018-01", "2018-02").amount_cents(), 80'00);
  } while (std::next_permutation(order.begin(), order.end()));
  // OP366 asks for the credit first; a message with the new debit before the credit means the same, also when the debit
  // it takes back was never delivered.
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-02-01"), {ClaimOf("A2", {{"r3", "", 80'00}, {"r2", "r1", -100'00}})}, "jw323")});
  EXPECT_EQ(scene.Total("declared", "2018-01", "2018-02").amount_cents(), 80'00);
}

TEST(ClaimSpec, ApprovedIsWhatAnAnswerDoesNotRejectOP303) {
  CostsScene scene;
  const auto claim = [](const std::string& n) { return ClaimOf(n, {{n + "1", "", 100'00}, {n + "2", "", 30'00}}); };
  scene.Feed({BatchOf(1, At("2018-02-01"), {AllocationOf({}), claim("A"), claim("B"), claim("C")}, "jw323"),
              BatchOf(2, At("2018-02-10"), {AnswerOf("A", {"A2"}), AnswerOf("B", {}, true)}, "jw325")});
  EXPECT_EQ(scene.Total("declared", "2018-01", "2018-02").amount_cents(), 390'00);
  const type::Figure approved = scene.Total("approved", "2018-01", "2018-02");
  EXPECT_EQ(approved.amount_cents(), 100'00) << "A without line 2; B was rejected; C has no answer";
  EXPECT_DOUBLE_EQ(approved.reliability().completeness(), 4.0 / 6);
  EXPECT_EQ(scene.Total("approved", "2018-01", "2018-02", "2018-02-05").amount_cents(), 0);
}

TEST(ClaimSpec, ALineWithoutItsAllocationKeepsItsMoneyAndCountsNobody) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-02-01"), {AllocationOf({}), ClaimOf("A", {{"r1", "", 50'00, "p2", 77}})}, "jw323")});
  const auto response =
      scene.Ask(CostsScene::Question({"clients", "provisions", "declared"}, "2018-01", "2018-02", {"product"}));
  EXPECT_EQ(TableOf(response),
            "product=45A04 clients=1\nproduct=45A04 provisions=1\nproduct=45A04 declared=5000\n"
            "clients=1\nprovisions=1\ndeclared=5000\n");
}

TEST(ClaimSpec, UnderAnAllocationWithoutAProductTheDeclaredProductIsTheProductOP302) {
  CostsScene scene;
  ingestion::v1::Fact referral;
  referral.mutable_referral()->set_person_key("p1");
  referral.mutable_referral()->set_law(ingestion::v1::YOUTH);
  referral.mutable_referral()->set_allocation(1);
  referral.mutable_referral()->set_referrer("02");
  ingestion::v1::Fact aspecific = AllocationOf({.first = "2018-01-10", .last = "2018-01-31", .budget_cents = 500'00});
  aspecific.mutable_allocation()->clear_product();
  const auto claim = ClaimOf("A", {{.reference = "r1", .amount_cents = 70'00, .product = "45A04"},
                                   {.reference = "r2", .amount_cents = 30'00, .product = "45A05"}});
  scene.Feed({BatchOf(1, At("2018-02-01"), {aspecific, claim, referral, LevelOf("45A05", "6")})});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"provisions", "declared"}, "2018-01", "2018-02", {"product"}))),
            "product= provisions=1\nproduct= declared=0\n"
            "product=45A04 provisions=0\nproduct=45A04 declared=7000\n"
            "product=45A05 provisions=0\nproduct=45A05 declared=3000\n"
            "provisions=1\ndeclared=10000\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"declared"}, "2018-01", "2018-02", {"ivn", "referrer"}))),
            "ivn= referrer=02 declared=7000\nivn=6 referrer=02 declared=3000\ndeclared=10000\n");
  EXPECT_EQ(scene.Ask(CostsScene::QuestionOn({"declared"}, "2018-01-15")).totals(0).amount_cents(), 100'00)
      << "what was declared under it is valid when the allocation is";
  EXPECT_EQ(scene.Ask(CostsScene::QuestionOn({"declared"}, "2018-01-05")).totals(0).amount_cents(), 0);
}

TEST(TimeSpec, AMonthCountsEveryDayAndAReferenceDateOneQ1Q2I15) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-03-01"),
                      {AllocationOf({.person = "p1", .number = 1, .first = "2018-01-01", .last = "2018-01-01"}),
                       AllocationOf({.person = "p2", .number = 2, .first = "2018-01-31", .last = "2018-02-10"}),
                       AllocationOf({.person = "p3", .number = 3, .first = "2017-11-01"})})});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02").count(), 3);
  for (const auto& [date, clients] : {std::pair("2018-01-01", 2), {"2018-01-02", 1}, {"2018-01-31", 2}}) {
    EXPECT_EQ(scene.Ask(CostsScene::QuestionOn({"clients"}, date)).totals(0).count(), clients) << date;
  }
}

TEST(TimeSpec, AnEndDateIsInclusive) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-03-01"), {AllocationOf({.first = "2018-01-10", .last = "2018-01-31"})})});
  EXPECT_EQ(scene.Ask(CostsScene::QuestionOn({"clients"}, "2018-01-31")).totals(0).count(), 1);
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02").count(), 1);
  EXPECT_EQ(scene.Total("clients", "2018-02", "2018-03").state_reason(), "PERIOD_NOT_DELIVERED");
}

TEST(ProvisionSpec, AnExtensionKeepsItsNumberAndIsOneProvisionOP380) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({.last = "2018-03-31"})}),
              BatchOf(2, At("2018-03-20"), {AllocationOf({.last = "2018-12-31", .assigned = "2018-03-15"})})});
  EXPECT_EQ(scene.Total("provisions", "2018-01", "2019-01").count(), 1);
  EXPECT_EQ(scene.Total("provisions", "2018-06", "2018-07").count(), 1);
  EXPECT_EQ(scene.Total("provisions", "2018-06", "2018-07", "2018-03-01").state_reason(), "PERIOD_NOT_DELIVERED")
      << "before the extension was known there was nothing to say about June";
}

TEST(ProvisionSpec, AChangedVolumeHasANewNumberAndChainsIV066) {
  CostsScene scene;
  const AllocationSpec first{.number = 1, .last = "2018-03-31", .volume = 2};
  scene.Feed({BatchOf(
      1, At("2018-01-02"),
      {AllocationOf(first), AllocationOf({.number = 2, .first = "2018-04-01", .volume = 3}), TariffOf("45A04", 100'00)})});
  const auto response =
      scene.Ask(CostsScene::Question({"clients", "provisions", "indicated"}, "2018-03", "2018-05", {"month"}));
  EXPECT_EQ(TableOf(response),
            "month=2018-03 clients=1\nmonth=2018-03 provisions=1\nmonth=2018-03 indicated=20000\n"
            "month=2018-04 clients=1\nmonth=2018-04 provisions=1\nmonth=2018-04 indicated=30000\n"
            "clients=1\nprovisions=1\nindicated=50000\n");
  CostsScene gap;
  gap.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf(first), AllocationOf({.number = 2, .first = "2018-04-02"})})});
  EXPECT_EQ(gap.Total("provisions", "2018-03", "2018-05").count(), 2) << "a day without care ends a provision";
}

TEST(VersionSpec, ADeletedAllocationNeverExistedReason13) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), AllocationOf({.person = "p2", .number = 2})}),
              BatchOf(2, At("2018-02-02"), {AllocationOf({.last = "2018-01-01", .reason = "13", .assigned = "2018-02-01"})})});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-02-01").count(), 2);
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02").count(), 1);
}

TEST(VersionSpec, TheLatestAssignedVersionHoldsNotTheLatestArrivalOP033x1) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-02-01"), {AllocationOf({.last = "2018-06-30", .assigned = "2018-01-20"})}),
              BatchOf(2, At("2018-02-02"), {AllocationOf({.last = "2018-02-28", .assigned = "2018-01-10"})})});
  EXPECT_EQ(scene.Total("provisions", "2018-06", "2018-07").count(), 1);
}

TEST(VersionSpec, TwoMessagesWithOneIdentificationNeverCountTR056) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})}),
              BatchOf(2, At("2018-01-03"), {AllocationOf({.person = "p2", .number = 2})})});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-01-05").count(), 2);
  ingestion::v1::FactBatch superseding = BatchOf(3, At("2018-02-02"), {});
  superseding.set_supersedes("d1");
  scene.Feed({superseding});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-01-05").count(), 1) << "not even at the time before";
}

TEST(QualitySpec, RefusedAndSupersededRecordsAreRecordsOfTheSource) {
  CostsScene scene;
  const auto refused = [](int64_t sequence, const char* known, int64_t records) {
    ingestion::v1::FactBatch batch = BatchOf(sequence, At(known), {});
    batch.set_record_count(records);
    return batch;
  };
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), AllocationOf({.number = 2, .product = "45A05"})}),
              refused(2, "2018-02-02", 6)});
  EXPECT_DOUBLE_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-01-31").reliability().source_quality(), 1);
  const type::Figure now = scene.Total("clients", "2018-01", "2018-02");
  EXPECT_EQ(now.count(), 1);
  EXPECT_DOUBLE_EQ(now.reliability().source_quality(), 2.0 / 8);
  EXPECT_EQ(now.reliability().newest_delivery_time().seconds(), absl::ToUnixSeconds(At("2018-01-02")))
      << "nothing became known with what was refused";
  // TR056: one message taken back for an earlier one of 4 records is 2 records lost.
  ingestion::v1::FactBatch superseding = BatchOf(3, At("2018-02-03"), {});
  superseding.set_supersedes("d1");
  scene.Feed({superseding, BatchOf(4, At("2018-01-01"),
                                   {AllocationOf({}), AllocationOf({.number = 2}), AllocationOf({.number = 3}),
                                    AllocationOf({.number = 4})})});
  EXPECT_DOUBLE_EQ(scene.Total("clients", "2018-01", "2018-02").reliability().source_quality(), 4.0 / 12);
}

// What a delivery says counts in these stretches of days ("" is open) and at no other known time.
ingestion::v1::FactBatch CorrectionOf(int64_t sequence, const std::string& delivery,
                                      const std::vector<std::pair<std::string, std::string>>& counted) {
  ingestion::v1::FactBatch batch = BatchOf(sequence, At("2018-06-01"), {});
  batch.set_corrects(delivery);
  for (const auto& [from, until] : counted) {
    auto& row = *batch.add_counted();
    row.mutable_from_time()->set_seconds(absl::ToUnixSeconds(At(from)));
    if (!until.empty()) row.mutable_until_time()->set_seconds(absl::ToUnixSeconds(At(until)));
  }
  return batch;
}

// Issue 3, part 7: the answer at K1 stays what it was, the one at K2 is as if the delivery never came.
TEST(CorrectionSpec, AWithdrawnDeliveryCountsUntilItWasWithdrawn) {
  const ingestion::v1::FactBatch first = BatchOf(1, At("2018-01-02"), {AllocationOf({}), TariffOf("45A04", 1'000)});
  const ingestion::v1::FactBatch second =
      BatchOf(2, At("2018-02-01"),
              {AllocationOf({.person = "p2", .number = 2, .volume = 3}), AllocationOf({.person = "p3", .number = 3})});
  CostsScene scene, without;
  scene.Feed({first, second});
  without.Feed({first});
  const auto ask = [](CostsScene& of, const char* known) {
    auto answer = of.Ask(CostsScene::Question({"clients", "provisions", "indicated"}, "2018-01", "2018-03", {"month"}, known));
    answer.clear_fact_sequence();
    return answer.SerializeAsString();
  };
  const std::string before = ask(scene, "2018-02-28");
  scene.Feed({CorrectionOf(3, "d2", {{"2018-02-01", "2018-03-01"}})});
  EXPECT_EQ(ask(scene, "2018-02-28"), before) << "byte for byte";
  EXPECT_EQ(ask(scene, "2018-01-15"), ask(without, "2018-01-15"));
  EXPECT_EQ(ask(scene, "2018-03-01"), ask(without, "2018-03-01"));
  EXPECT_NE(ask(scene, "2018-03-01"), before);
  // Restored from the fifteenth on; and after all it never counted (TR056).
  scene.Feed({CorrectionOf(4, "d2", {{"2018-02-01", "2018-03-01"}, {"2018-03-15", ""}})});
  EXPECT_EQ(scene.Total("clients", "2018-02", "2018-03", "2018-03-14").count(), 1);
  EXPECT_EQ(scene.Total("clients", "2018-02", "2018-03", "2018-03-15").count(), 3);
  ingestion::v1::FactBatch superseding = BatchOf(5, At("2018-01-03"), {});
  superseding.set_supersedes("d2");
  scene.Feed({superseding, CorrectionOf(6, "d2", {{"2018-02-01", ""}})});
  EXPECT_EQ(scene.Total("clients", "2018-02", "2018-03", "2018-02-28").count(), 1);
}

TEST(CorrectionSpec, ReplacedByAnotherNoMomentHasBothOrNeither) {
  CostsScene scene;
  // The correction comes before the batch it is about, as after a page of the feed that ended between them.
  scene.Feed({CorrectionOf(1, "d2", {{"2018-01-02", "2018-02-01"}}), BatchOf(2, At("2018-01-02"), {AllocationOf({})}),
              BatchOf(3, At("2018-02-01"), {AllocationOf({.number = 2, .product = "45A05"})})});
  for (const char* known : {"2018-01-02", "2018-01-31", "2018-02-01", "2018-05-01"}) {
    EXPECT_EQ(scene.Total("provisions", "2018-01", "2018-02", known).count(), 1) << known;
  }
}

TEST(CorrectionSpec, RecordsOfAWithdrawnDeliveryAreNoRecordsOfTheSource) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})}), BatchOf(2, At("2018-01-03"), {AllocationOf({.number = 2})}),
              CorrectionOf(3, "d2", {{"2018-01-03", "2018-02-01"}})});
  EXPECT_DOUBLE_EQ(scene.Total("clients", "2018-01", "2018-02").reliability().source_quality(), 1);
}

TEST(CorrectionSpec, APersonWhoIsNobodysClientAnyMoreCountsAlone) {
  CostsScene scene, never;
  const std::vector<ingestion::v1::FactBatch> facts = {
      BatchOf(1, At("2018-01-02"), {AllocationOf({}), AllocationOf({.person = "p2", .number = 2, .product = "45A05"})})};
  scene.Feed(facts);
  never.Feed(facts);
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c1", At("2018-01-02")),
              LinkOf(3, "p2", "", At("2018-02-01"), linking::v1::LINK_REASON_UNSPECIFIED)});
  never.Feed({LinkOf(1, "p1", "c1", At("2018-01-02"))});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-01-31").count(), 1);
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-02-01").count(), 2);
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-02-01").SerializeAsString(),
            never.Total("clients", "2018-01", "2018-02", "2018-02-01").SerializeAsString());
}

TEST(LinkSpec, AMergeChangesTheCountOnlyFromItsKnownTime) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {AllocationOf({.person = "p1"}), AllocationOf({.person = "p2", .number = 2, .product = "45A05"})})});
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c2", At("2018-01-02"), linking::v1::ALONE)});
  const type::Figure apart = scene.Total("clients", "2018-01", "2018-02", "2018-01-31");
  EXPECT_EQ(apart.count(), 2);
  EXPECT_DOUBLE_EQ(apart.reliability().link_quality(), 0.5);
  scene.Feed({LinkOf(3, "p2", "c1", At("2018-02-02"))});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-01-31").count(), 2);
  const type::Figure merged = scene.Total("clients", "2018-01", "2018-02");
  EXPECT_EQ(merged.count(), 1);
  EXPECT_DOUBLE_EQ(merged.reliability().link_quality(), 1);
}

TEST(TariffSpec, AMissingTariffIsSaidNotHidden) {
  CostsScene scene;
  const auto second = AllocationOf({.person = "p2", .number = 2, .product = "45A05"});
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), second})});
  const type::Figure none = scene.Total("indicated", "2018-01", "2018-02");
  EXPECT_EQ(none.state(), type::Figure::NOT_AVAILABLE);
  EXPECT_EQ(none.state_reason(), "TARIFF_MISSING");
  scene.Feed({BatchOf(2, At("2018-01-03"), {TariffOf("45A04", 100'00)})});
  const type::Figure half = scene.Total("indicated", "2018-01", "2018-02");
  EXPECT_EQ(half.amount_cents(), 100'00);
  EXPECT_DOUBLE_EQ(half.reliability().completeness(), 0.5);
  EXPECT_THAT(half.reliability().statement(),
              ::testing::HasSubstr("Van 1 voorziening ontbreekt een tarief of de omvang: het werkelijke bedrag is hoger."));
}

TEST(AmountSpec, MonthAmountsOfTheRunningObligationsT20) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), testing::RunningObligationsT20())});
  EXPECT_EQ(scene.Total("indicated", "2018-04", "2018-05").amount_cents(), 8'604'40);
  EXPECT_EQ(scene.Total("indicated", "2018-03", "2018-04").amount_cents(), 6'776'21);
}

// Facts of every kind about a few persons, with repeats, corrections, deletions and credits.
std::vector<ingestion::v1::Fact> MixedFacts(std::mt19937* random) {
  const auto pick = [random](int n) { return static_cast<int>((*random)() % static_cast<uint32_t>(n)); };
  const auto day = [&pick](int from) { return FormatDay(DayOf(2018, 1, 1) + from + pick(120)); };
  const std::vector<std::string> products = {"45A04", "45A05", "41A03"};
  std::vector<ingestion::v1::Fact> facts;
  for (int i = 0; i < 40; ++i) {
    const std::string first = day(0);
    AllocationSpec spec{.person = "p" + std::to_string(pick(6)),
                        .number = 1 + pick(12),
                        .product = products[static_cast<size_t>(pick(3))],
                        .first = first,
                        .last = pick(3) == 0 ? "" : FormatDay(On(first) + pick(90)),
                        .volume = 1 + pick(4),
                        .assigned = FormatDay(DayOf(2018, 1, 1) + pick(8))};
    if (pick(8) == 0) spec.reason = "13";
    facts.push_back(AllocationOf(spec));
    const std::string reference = "r" + std::to_string(pick(25));
    const std::string previous = pick(3) == 0 ? "r" + std::to_string(pick(25)) : "";
    facts.push_back(
        ClaimOf("A" + std::to_string(pick(10)), {{reference, previous, (previous.empty() ? 1 : -1) * 100 * (1 + pick(9)),
                                                  "p" + std::to_string(pick(6)), 1 + pick(12), day(0)}}));
    if (pick(2) == 0) facts.push_back(AnswerOf("A" + std::to_string(pick(10)), {"r" + std::to_string(pick(25))}));
    facts.push_back(TariffOf(products[static_cast<size_t>(pick(3))], 1'000 + pick(9'000), day(-200)));
    facts.push_back(LevelOf(products[static_cast<size_t>(pick(3))], std::to_string(4 + pick(3)), day(-200)));
    ingestion::v1::Fact residence;
    residence.mutable_residence()->set_person_key("p" + std::to_string(pick(6)));
    residence.mutable_residence()->set_start_day(On(day(-100)));
    residence.mutable_residence()->set_wijk("WK17300" + std::to_string(pick(3)));
    facts.push_back(residence);
    ingestion::v1::Fact traits;
    traits.mutable_person()->set_person_key("p" + std::to_string(pick(6)));
    traits.mutable_person()->set_birth_day(DayOf(2002 + pick(10), 1, 1));
    traits.mutable_person()->set_sex(std::to_string(pick(3)));
    facts.push_back(traits);
    ingestion::v1::Fact referral;
    referral.mutable_referral()->set_person_key("p" + std::to_string(pick(6)));
    referral.mutable_referral()->set_law(ingestion::v1::YOUTH);
    referral.mutable_referral()->set_allocation(pick(13));
    referral.mutable_referral()->set_referrer("0" + std::to_string(1 + pick(6)));
    referral.mutable_referral()->set_start_day(On(day(-100)));
    facts.push_back(referral);
    facts.push_back(BudgetOf("rijksbijdrage_jeugd", 2018, pick(1'000'000), "document " + std::to_string(pick(4))));
  }
  return facts;
}

TEST(OrderSpec, AnyOrderOfTheSameDeliveriesGivesTheSameAnswersT29OP080) {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    std::vector<ingestion::v1::FactBatch> batches;
    std::vector<ingestion::v1::Fact> facts = MixedFacts(&random);
    for (size_t at = 0; at < facts.size(); at += 7) {
      const auto end = facts.begin() + static_cast<std::ptrdiff_t>(std::min(at + 7, facts.size()));
      batches.push_back(BatchOf(static_cast<int64_t>(at) + 1, At(FormatDay(DayOf(2018, 6, 1) + static_cast<Day>(random() % 9))),
                                {facts.begin() + static_cast<std::ptrdiff_t>(at), end}));
    }
    ingestion::v1::FactBatch superseding = BatchOf(100'000, At("2018-06-03"), {});
    superseding.set_supersedes(batches[random() % batches.size()].delivery());
    batches.push_back(superseding);
    std::vector<linking::v1::Link> links;
    for (int i = 0; i < 20; ++i) {
      links.push_back(LinkOf(i + 1, "p" + std::to_string(random() % 6), "c" + std::to_string(random() % 4),
                             At(FormatDay(DayOf(2018, 6, 1) + static_cast<Day>(random() % 9))),
                             random() % 4 == 0 ? linking::v1::ALONE : linking::v1::EXACT_BSN));
    }
    const auto answers = [&](const std::vector<ingestion::v1::FactBatch>& order) {
      CostsScene scene("2018-07-01");
      int64_t sequence = 0;
      for (ingestion::v1::FactBatch batch : order) {
        batch.set_sequence(++sequence);  // The feed numbers in order of arrival; the delivery id stays.
        scene.Feed({batch});
      }
      scene.Feed(links);
      std::string text;
      for (const char* known : {"2018-06-02", "2018-06-05", "2018-06-20"}) {
        for (const char* split : {"month", "product", "ivn", "wijk", "referrer", "age_band", "sex", "provider"}) {
          auto response = scene.Ask(CostsScene::Question({"clients", "provisions", "indicated", "declared", "approved"},
                                                         "2018-01", "2018-09", {split}, known));
          text += response.SerializeAsString();
        }
        text += scene.Ask(CostsScene::Question({"budget"}, "2018-01", "2019-01", {"budget_line"}, known)).SerializeAsString();
      }
      return text;
    };
    const std::string expected = answers(batches);
    for (int turn = 0; turn < 5; ++turn) {
      std::shuffle(batches.begin(), batches.end(), random);
      ASSERT_EQ(answers(batches), expected) << "seed " << seed << ", order " << turn;
    }
  }
}

// At every known time the answers are those of an instance that only ever got what counts then, in whatever order deliveries
// and corrections came, also after a restart.
TEST(OrderSpec, AsKnownWithWithdrawalsIsAsIfOnlyWhatCountsHadComeT29) {
  const std::vector<std::string> days = {"2018-06-02", "2018-06-05", "2018-06-08", "2018-06-20"};
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    std::vector<ingestion::v1::FactBatch> batches, rows;
    std::map<std::string, KnownPeriods> counted;
    std::vector<ingestion::v1::Fact> facts = MixedFacts(&random);
    const auto day = [](int days_on) { return FormatDay(DayOf(2018, 6, 1) + days_on); };
    for (size_t at = 0; at < facts.size(); at += 7) {
      const auto end = facts.begin() + static_cast<std::ptrdiff_t>(std::min(at + 7, facts.size()));
      const int known = static_cast<int>(random() % 9);
      batches.push_back(
          BatchOf(static_cast<int64_t>(at) + 1, At(day(known)), {facts.begin() + static_cast<std::ptrdiff_t>(at), end}));
      if (random() % 2 == 0) continue;
      const int until = known + static_cast<int>(random() % 5), again = until + 1 + static_cast<int>(random() % 5);
      std::vector<std::pair<std::string, std::string>> stretches = {{day(known), day(until)}};
      if (random() % 2 == 0) stretches.emplace_back(day(again), "");
      if (until == known) stretches.erase(stretches.begin());
      rows.push_back(CorrectionOf(1, batches.back().delivery(), stretches));
      counted[batches.back().delivery()] = KnownPeriodsOf(rows.back().counted());
    }
    ASSERT_GT(rows.size(), 3u);
    const auto ask = [](CostsScene& scene, const std::string& known) {
      std::string text;
      for (const char* split : {"month", "product", "ivn", "wijk", "referrer", "age_band", "sex", "provider"}) {
        auto answer = scene.Ask(CostsScene::Question({"clients", "provisions", "indicated", "declared", "approved"}, "2018-01",
                                                     "2018-09", {split}, known));
        answer.clear_fact_sequence();
        text += answer.SerializeAsString();
      }
      auto answer = scene.Ask(CostsScene::Question({"budget"}, "2018-01", "2019-01", {"budget_line"}, known));
      answer.clear_fact_sequence();
      return text + answer.SerializeAsString();
    };
    std::vector<std::string> expected;
    for (const std::string& known : days) {
      CostsScene pure("2018-07-01");
      const int64_t micros = absl::ToUnixMicros(At(known));
      for (const ingestion::v1::FactBatch& batch : batches) {
        const auto correction = counted.find(batch.delivery());
        if (correction == counted.end() || correction->second.Contains(micros)) pure.Feed({batch});
      }
      expected.push_back(ask(pure, known));
    }
    rows.insert(rows.end(), batches.begin(), batches.end());
    for (int turn = 0; turn < 3; ++turn) {
      std::shuffle(rows.begin(), rows.end(), random);
      CostsScene scene("2018-07-01");
      int64_t sequence = 0;
      for (ingestion::v1::FactBatch row : rows) {
        row.set_sequence(++sequence);
        scene.Feed({row});
        if (random() % 5 == 0) scene.Total("clients", "2018-01", "2018-09", days[random() % days.size()]);  // Fills the cache.
      }
      costs::Costs replayed(*scene.journal, scene.clock, "gm1730", {});
      ASSERT_TRUE(replayed.Replay().ok());
      for (size_t i = 0; i < days.size(); ++i) {
        ASSERT_EQ(ask(scene, days[i]), expected[i]) << "seed " << seed << ", order " << turn << ", known on " << days[i];
        const auto question = CostsScene::Question({"clients", "declared"}, "2018-01", "2018-09", {"month"}, days[i]);
        ASSERT_EQ(replayed.QueryFigures(Caller(), question)->SerializeAsString(), scene.Ask(question).SerializeAsString());
      }
    }
  }
}

}  // namespace
}  // namespace nmd::testing
