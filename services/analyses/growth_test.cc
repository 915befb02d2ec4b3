// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/growth.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "nmd/costs/v1/growth.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/core/dutch.h"
#include "services/costs/external.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/fixture_f1.h"

namespace nmd::analyses {
namespace {

using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::BudgetOf;
using testing::ClaimOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LevelOf;
using testing::LinkOf;
using ::testing::Not;
using testing::On;
using testing::TariffOf;
using Fact = ingestion::v1::Fact;

// A costs service with the analyses of growth on it.
class GrowthTest : public ::testing::Test {
 protected:
  explicit GrowthTest(std::vector<Day> breaks = {})
      : scene_("2026-01-01", std::move(breaks)),
        externals_(scene_.costs, scene_.clock, {}),
        growth_(scene_.costs, externals_, scene_.clock) {}

  static void Months(const std::string& from, const std::string& to, type::Period* period) {
    period->set_start_date(from + "-01");
    period->set_end_date(to + "-01");
  }
  // The month `from` against the month `to`.
  static v1::ExplainGrowthRequest Asks(const std::string& from, const std::string& to, const std::string& group_by = "",
                                       v1::ExplainGrowthRequest::Depth depth = v1::ExplainGrowthRequest::PRODUCTS) {
    v1::ExplainGrowthRequest request;
    request.set_parent("municipalities/gm1730");
    const auto month = [](const std::string& text, type::Period* period) {
      const Month first = *ParseMonth(text);
      Months(FormatMonth(first), FormatMonth(first + 1), period);
    };
    month(from, request.mutable_before());
    month(to, request.mutable_after());
    request.set_group_by(group_by);
    request.set_depth(depth);
    return request;
  }
  v1::ExplainGrowthResponse Explain(const v1::ExplainGrowthRequest& request) {
    const auto response = growth_.ExplainGrowth(Caller(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::ExplainGrowthResponse();
  }

  testing::CostsScene scene_;
  costs::ExternalSeriesBook externals_;
  Growth growth_;
};

template <typename Effects>
std::string EffectsOf(const Effects& effects) {
  std::vector<std::string> parts;
  for (const v1::Effect& effect : effects)
    parts.push_back(absl::StrCat(effect.factor(), " ", dutch::Euro(effect.amount_cents())));
  return absl::StrJoin(parts, ", ");
}
template <typename Effects>
Cents SumOf(const Effects& effects) {
  Cents sum = 0;
  for (const v1::Effect& effect : effects) sum += effect.amount_cents();
  return sum;
}
template <typename Effects>
double EuroOf(const Effects& effects, absl::string_view factor) {
  for (const v1::Effect& effect : effects) {
    if (effect.factor() == factor) return effect.amount_euro();
  }
  return std::nan("");
}

Fact SuccessionOf(const std::string& product, const std::string& predecessor, const std::string& start) {
  Fact fact;
  auto* succession = fact.mutable_product_succession();
  succession->set_law(ingestion::v1::YOUTH);
  succession->set_product(product);
  succession->set_predecessor(predecessor);
  succession->set_start_day(On(start));
  return fact;
}

class FixtureF1Growth : public GrowthTest {
 protected:
  FixtureF1Growth() {
    scene_.Feed(testing::FixtureF1());
    scene_.Feed(testing::FixtureF1Links());
  }
};

TEST_F(FixtureF1Growth, TotalsHaveThreeFactorsT04) {
  const auto response = Explain(Asks("2017-01", "2018-01", "", v1::ExplainGrowthRequest::TOTALS));
  ASSERT_EQ(response.state(), type::Figure::ANSWERED) << response.state_reason();
  EXPECT_EQ(response.growth_cents(), 182'264'00);
  EXPECT_EQ(EffectsOf(response.effects()), "clients € 106.096,69, intensity € 28.520,42, price € 47.646,89");
  EXPECT_THAT(response.groups(), IsEmpty());
  EXPECT_EQ(response.level(), "totalen");
}

TEST_F(FixtureF1Growth, LevelsHaveFourFactorsT05) {
  const auto response = Explain(Asks("2017-01", "2018-01", "ivn", v1::ExplainGrowthRequest::GROUPS));
  EXPECT_EQ(EffectsOf(response.effects()), "clients € 105.984,47, intensity € 28.490,25, mix € 13.010,15, price € 34.779,13");
  std::vector<Cents> growths;
  for (const auto& group : response.groups()) {
    growths.push_back(group.growth_cents() / 100);
    EXPECT_EQ(SumOf(group.effects()), group.growth_cents());
  }
  EXPECT_THAT(growths, ElementsAre(-2'520, 46'860, 52'210, 52'378, 33'336));
  EXPECT_THAT(response.conclusion(), HasSubstr("een zwaardere mix van zorg"));
  EXPECT_THAT(response.conclusion(),
              HasSubstr("De grootste stijging zit bij IVN 7 (€ 52.378). De grootste daling zit bij IVN 4"));
}

// Every product of F1 has one piece a month, so what is dearer has a higher tariff: not more days, and not more a day.
TEST_F(FixtureF1Growth, ThePriceIsATariffWhenDaysAndVolumesAreTheSameR47) {
  const auto response = Explain(Asks("2017-01", "2018-01", "ivn"));
  EXPECT_EQ(response.level(), "Interventieniveau × product");
  EXPECT_EQ(EffectsOf(response.effects()),
            "clients € 105.984,47, intensity € 28.490,25, mix € 13.010,15, duration € 0,00, volume € 0,00, tariff € 34.779,13, "
            "price € 0,00");
  EXPECT_EQ(response.links_size(), 1);
}

TEST_F(FixtureF1Growth, LevelsShiftInPercentAndInSharePointsT06R50R51) {
  const auto response = Explain(Asks("2017-01", "2018-01", "ivn"));
  std::vector<std::string> shifts;
  for (const auto& group : response.groups()) shifts.push_back(dutch::Growth(group.provisions_growth()));
  EXPECT_THAT(shifts, ElementsAre("−20%", "+51%", "+34%", "+24%", "+50%"));
  const auto& level8 = response.groups(4);
  EXPECT_EQ(level8.provisions_before(), 18);
  EXPECT_EQ(level8.provisions_after(), 27);
  EXPECT_EQ(level8.growth_cents(), 33'336'00) << "18,3% of all growth";
  EXPECT_NEAR(level8.provisions_share_after() - level8.provisions_share_before(), 27 / 786.0 - 18 / 601.0, 1e-12);
}

TEST_F(FixtureF1Growth, AnyDimensionCanBeTheGroups) {
  for (const char* dimension : {"provider", "wijk", "buurt", "referrer", "age_band", "sex", "product", "law", "category"}) {
    const auto response = Explain(Asks("2017-01", "2018-01", dimension));
    ASSERT_EQ(response.state(), type::Figure::ANSWERED) << dimension;
    EXPECT_EQ(SumOf(response.effects()), 182'264'00) << dimension;
    Cents sum = 0;
    for (const auto& group : response.groups()) {
      EXPECT_EQ(SumOf(group.effects()), group.growth_cents()) << dimension;
      sum += group.growth_cents();
    }
    EXPECT_EQ(sum, 182'264'00) << dimension;
  }
}

TEST_F(FixtureF1Growth, EveryMethodIsBound) {
  Router router("gm1730", scene_.clock);
  BindGrowth(&growth_, &router);
  EXPECT_EQ(router.methods().size(), 6u);
  const Caller contracts = ServiceCaller("contracts", "gm1730");
  EXPECT_TRUE(
      router.Call("/nmd.costs.v1.GrowthService/ExplainGrowth", contracts, Asks("2017-01", "2018-01", "ivn").SerializeAsString())
          .ok())
      << "a dossier tells how a provider grew";
  v1::CompareProvidersRequest compare;
  compare.set_parent("municipalities/gm1730");
  EXPECT_EQ(
      ReasonOf(router.Call("/nmd.costs.v1.GrowthService/CompareProviders", contracts, compare.SerializeAsString()).status()),
      ErrorReason::ROLE_MISSING)
      << "only people lay providers side by side";
}

TEST_F(FixtureF1Growth, TellsWhatItCannotAnswer) {
  auto request = Asks("2017-01", "2018-01", "inkomen");
  EXPECT_EQ(Explain(request).state_reason(), "ATTRIBUTE_NOT_REGISTERED");
  request = Asks("2017-01", "2018-01");
  Months("2018-01", "2018-03", request.mutable_after());
  EXPECT_EQ(Explain(request).state_reason(), "PERIODS_UNEQUAL") << "T-14";
  request = Asks("2010-01", "2018-01");
  EXPECT_EQ(Explain(request).state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(Explain(request).state(), type::Figure::NOT_AVAILABLE);
}

TEST_F(FixtureF1Growth, TellsAllFaultsAtOnce) {
  auto request = Asks("2017-01", "2018-01", "month");
  request.set_step_months(5);
  request.set_measure("clients");
  const auto response = growth_.ExplainGrowth(Caller(), request);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(response.status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("measure", "group_by", "step_months"));
  request = Asks("2017-01", "2018-01", "ivn", v1::ExplainGrowthRequest::TOTALS);
  EXPECT_EQ(BadFieldsOf(growth_.ExplainGrowth(Caller(), request).status()).size(), 1u);
  request = Asks("2017-01", "2018-01", "", v1::ExplainGrowthRequest::GROUPS);
  EXPECT_EQ(BadFieldsOf(growth_.ExplainGrowth(Caller(), request).status()).size(), 1u);
  request = Asks("2000-01", "2018-01");
  request.set_step_months(1);
  EXPECT_EQ(ReasonOf(growth_.ExplainGrowth(Caller(), request).status()), ErrorReason::RESULT_TOO_LARGE);
}

// One client with 3 hours a week at 60 euro all of January 2017, and with 4 hours at 66 euro from 11 January 2018 on.
TEST_F(GrowthTest, SplitsAPriceIntoDaysHoursAndTariffR47) {
  testing::AllocationSpec was, is;
  was.first = "2017-01-01";
  was.last = "2017-01-31";
  was.volume = 180;
  was.unit = "01";
  was.frequency = "2";
  was.assigned = "2016-12-01";
  is = was;
  is.number = 2;
  is.first = "2018-01-11";
  is.last = "2018-01-31";
  is.volume = 4;
  is.unit = "04";
  scene_.Feed({BatchOf(1, At("2018-02-01"),
                       {AllocationOf(was), AllocationOf(is), TariffOf("45A04", 60'00, "2017-01-01", "", "04"),
                        TariffOf("45A04", 66'00, "2018-01-01", "", "04")})});
  const auto response = Explain(Asks("2017-01", "2018-01"));
  const double before = 797.14, after = 792;  // 3 x 31/7 x 60 and 4 x 21/7 x 66.
  const double weight = (after - before) / std::log(after / before);
  EXPECT_NEAR(EuroOf(response.effects(), "duration"), weight * std::log(21 / 31.0), 0.005);
  EXPECT_NEAR(EuroOf(response.effects(), "volume"), weight * std::log(4 / 3.0), 0.005);
  EXPECT_NEAR(EuroOf(response.effects(), "tariff"), weight * std::log(66 / 60.0), 0.02) << "797,14 is rounded to a cent";
  EXPECT_NEAR(EuroOf(response.effects(), "clients"), 0, 1e-9);
  EXPECT_EQ(SumOf(response.effects()), -5'14);
  EXPECT_THAT(response.conclusion(), HasSubstr("door minder dagen per voorziening"));
}

TEST_F(GrowthTest, AVolumeThatIsNotKnownLeavesThePricePerDay) {
  testing::AllocationSpec was, is;
  was.first = "2017-01-01";
  was.last = "2017-01-31";
  was.budget_cents = 310'00;
  was.volume = 0;
  is = was;
  is.number = 2;
  is.first = "2018-01-01";
  is.last = "2018-01-31";
  is.budget_cents = 341'00;
  scene_.Feed({BatchOf(1, At("2018-02-01"), {AllocationOf(was), AllocationOf(is)})});
  const auto response = Explain(Asks("2017-01", "2018-01"));
  EXPECT_EQ(EffectsOf(response.effects()),
            "clients € 0,00, intensity € 0,00, mix € 0,00, duration € 0,00, volume € 0,00, tariff € 0,00, price € 31,00");
  EXPECT_THAT(response.remarks(), ::testing::Contains(HasSubstr("omvang")));
}

// Product A in 2017, B in 2018, each one piece a month for one client.
class ContractChange : public GrowthTest {
 protected:
  explicit ContractChange(std::vector<Day> breaks = {DayOf(2018, 1, 1)}) : GrowthTest(std::move(breaks)) {}
  void FeedCare(std::vector<Fact> more) {
    testing::AllocationSpec a, b;
    a.product = "45A04";
    a.first = "2017-01-01";
    a.last = "2017-12-31";
    b = a;
    b.number = 2;
    b.product = "50B01";
    b.first = "2018-01-01";
    b.last = "2018-12-31";
    std::vector<Fact> facts = {AllocationOf(a), AllocationOf(b), TariffOf("45A04", 100'00), TariffOf("50B01", 130'00)};
    for (Fact& fact : more) facts.push_back(std::move(fact));
    scene_.Feed({BatchOf(1, At("2018-02-01"), std::move(facts))});
  }
};

TEST_F(ContractChange, ASuccessorIsComparedWithWhatItReplacedD16) {
  FeedCare({SuccessionOf("50B01", "45A04", "2018-01-01")});
  const auto response = Explain(Asks("2017-01", "2018-01"));
  ASSERT_EQ(response.state(), type::Figure::ANSWERED) << response.state_reason();
  EXPECT_EQ(EffectsOf(response.effects()),
            "clients € 0,00, intensity € 0,00, mix € 0,00, duration € 0,00, volume € 0,00, tariff € 30,00, price € 0,00");
  ASSERT_EQ(response.groups_size(), 1);
  EXPECT_EQ(response.groups(0).group().value(), "50B01");
  EXPECT_THAT(response.groups(0).group().label(), HasSubstr("(voorheen 45A04)"));
  EXPECT_EQ(response.groups(0).presence(), v1::GrowthGroup::BOTH);
  EXPECT_THAT(response.not_comparable(), IsEmpty());
}

TEST_F(ContractChange, WithoutASuccessionIsALineOfItsOwn) {
  FeedCare({});
  const auto response = Explain(Asks("2017-01", "2018-01"));
  ASSERT_EQ(response.state(), type::Figure::ANSWERED);
  EXPECT_EQ(response.growth_cents(), 30'00);
  EXPECT_EQ(EffectsOf(response.effects()),
            "clients € 0,00, intensity € 0,00, mix € 0,00, duration € 0,00, volume € 0,00, tariff € 0,00, price € 0,00, "
            "not_comparable € 30,00");
  EXPECT_EQ(response.not_comparable_share_before(), 1);
  EXPECT_EQ(response.not_comparable_share_after(), 1);
  ASSERT_EQ(response.not_comparable_size(), 2);
  EXPECT_EQ(response.not_comparable(0).product(), "50B01") << "the greatest amount first";
  EXPECT_EQ(response.not_comparable(0).amount_after_cents(), 130'00);
  EXPECT_EQ(response.not_comparable(1).amount_before_cents(), 100'00);
  EXPECT_EQ(response.not_comparable(1).law(), "jeugdwet");
  EXPECT_THAT(response.remarks(), ::testing::Contains(HasSubstr("niet vergelijkbaar")));
}

TEST_F(ContractChange, AProductThatIsSaidToBeNewIsMix) {
  FeedCare({SuccessionOf("50B01", "", "2018-01-01")});
  const auto response = Explain(Asks("2017-01", "2018-01"));
  EXPECT_EQ(EuroOf(response.effects(), "mix"), 130);
  EXPECT_EQ(EuroOf(response.effects(), "not_comparable"), -100) << "nobody told what became of the other one";
}

TEST_F(ContractChange, LevelsAndTotalsDoNotCrossABreakR17) {
  FeedCare({SuccessionOf("50B01", "45A04", "2018-01-01")});
  for (const auto& request :
       {Asks("2017-01", "2018-01", "", v1::ExplainGrowthRequest::TOTALS), Asks("2017-01", "2018-01", "ivn"),
        Asks("2017-01", "2018-01", "provider", v1::ExplainGrowthRequest::GROUPS)}) {
    const auto response = Explain(request);
    EXPECT_EQ(response.state_reason(), "TREND_BREAK");
    EXPECT_EQ(response.points_size(), 2) << "both values are beside it";
    EXPECT_EQ(response.points(1).amount().amount_cents(), 130'00);
  }
  EXPECT_EQ(Explain(Asks("2017-01", "2018-01", "provider")).state(), type::Figure::ANSWERED);
}

class NoContractChange : public ContractChange {
 protected:
  NoContractChange() : ContractChange({}) {}
};

TEST_F(NoContractChange, AProductThatComesAndOneThatGoesAreMix) {
  FeedCare({});
  const auto response = Explain(Asks("2017-01", "2018-01"));
  EXPECT_EQ(EuroOf(response.effects(), "mix"), 30);
  ASSERT_EQ(response.groups_size(), 2);
  EXPECT_EQ(response.groups(0).presence(), v1::GrowthGroup::ONLY_BEFORE);
  EXPECT_EQ(response.groups(1).presence(), v1::GrowthGroup::ONLY_AFTER);
  EXPECT_FALSE(response.groups(1).has_provisions_growth());
}

TEST_F(NoContractChange, ASuccessionIsAChangeOfContractByItself) {
  FeedCare({SuccessionOf("50C01", "45A09", "2018-01-01")});
  EXPECT_EQ(EuroOf(Explain(Asks("2017-01", "2018-01")).effects(), "not_comparable"), 30);
  EXPECT_EQ(EuroOf(Explain(Asks("2017-01", "2017-02")).effects(), "price"), 0) << "that began later";
}

// Three Januaries: 1 client, 2, 1 again with a dearer product.
class Chain : public GrowthTest {
 protected:
  explicit Chain(std::vector<Day> breaks = {}) : GrowthTest(std::move(breaks)) {
    std::vector<Fact> facts = {TariffOf("45A04", 100'00), TariffOf("45A04", 120'00, "2019-01-01"), LevelOf("45A04", "5")};
    testing::AllocationSpec spec;
    spec.first = "2017-01-01";
    spec.last = "2019-12-31";
    facts.push_back(AllocationOf(spec));
    spec.person = "p2";
    spec.number = 2;
    spec.first = "2017-06-01";
    spec.last = "2018-06-30";
    facts.push_back(AllocationOf(spec));
    scene_.Feed({BatchOf(1, At("2019-12-31"), std::move(facts))});
  }
};

TEST_F(Chain, YearByYearSumsToTheWholeR56) {
  auto request = Asks("2017-01", "2019-01", "ivn");
  request.set_step_months(12);
  const auto response = Explain(request);
  ASSERT_EQ(response.state(), type::Figure::ANSWERED) << response.state_reason();
  ASSERT_EQ(response.points_size(), 3);
  EXPECT_EQ(response.points(0).amount_index(), 100);
  EXPECT_EQ(response.points(1).amount_index(), 200);
  EXPECT_EQ(response.points(1).clients_index(), 200);
  EXPECT_EQ(response.points(2).amount_index(), 120);
  ASSERT_EQ(response.links_size(), 2);
  EXPECT_EQ(response.links(0).growth_cents(), 100'00);
  EXPECT_NEAR(EuroOf(response.links(0).effects(), "clients"), 100, 1e-9);
  EXPECT_EQ(response.links(1).growth_cents(), -80'00);
  EXPECT_EQ(response.growth_cents(), 20'00);
  double tariffs = 0;
  for (const auto& link : response.links()) {
    EXPECT_EQ(SumOf(link.effects()), link.growth_cents());
    tariffs += EuroOf(link.effects(), "tariff");
  }
  EXPECT_NEAR(EuroOf(response.effects(), "tariff"), tariffs, 1e-9);
  EXPECT_EQ(SumOf(response.effects()), 20'00);
  ASSERT_EQ(response.groups_size(), 1);
  EXPECT_EQ(SumOf(response.groups(0).effects()), response.groups(0).growth_cents());
  request.set_step_months(1);
  EXPECT_EQ(Explain(request).points_size(), 25);
}

class BrokenChain : public Chain {
 protected:
  BrokenChain() : Chain({DayOf(2018, 7, 1)}) {}
};

TEST_F(BrokenChain, TellsWhichStepCannotBeCompared) {
  auto request = Asks("2017-01", "2019-01", "ivn", v1::ExplainGrowthRequest::GROUPS);
  request.set_step_months(12);
  const auto response = Explain(request);
  EXPECT_EQ(response.state(), type::Figure::NOT_COMPARABLE);
  EXPECT_EQ(response.state_reason(), "TREND_BREAK");
  EXPECT_EQ(response.links(0).state(), type::Figure::ANSWERED);
  EXPECT_EQ(response.links(0).growth_cents(), 100'00);
  EXPECT_EQ(response.links(1).state(), type::Figure::NOT_COMPARABLE);
  EXPECT_THAT(response.effects(), IsEmpty());
  EXPECT_THAT(response.conclusion(), IsEmpty());
}

TEST_F(GrowthTest, AGroupWithANegativeAmountIsALineOfItsOwn) {
  testing::AllocationSpec plus, minus;
  plus.first = minus.first = "2017-01-01";
  plus.last = minus.last = "2018-12-31";
  minus.person = "p2";
  minus.number = 2;
  minus.product = "45A05";
  minus.volume = 0;
  minus.budget_cents = -730'00;  // A euro a day that is taken back.
  scene_.Feed(
      {BatchOf(1, At("2018-02-01"),
               {AllocationOf(plus), AllocationOf(minus), TariffOf("45A04", 100'00), TariffOf("45A04", 110'00, "2018-01-01")})});
  const auto response = Explain(Asks("2017-01", "2018-02", "product"));
  ASSERT_EQ(response.state(), type::Figure::ANSWERED);
  EXPECT_EQ(EuroOf(response.effects(), "negative"), 3) << "31 days become 28";
  EXPECT_NEAR(
      EuroOf(response.effects(), "tariff") + EuroOf(response.effects(), "volume") + EuroOf(response.effects(), "duration"), 10,
      1e-9);
  EXPECT_EQ(SumOf(response.effects()), 13'00);
  EXPECT_THAT(response.remarks(), ::testing::Contains(HasSubstr("negatief bedrag")));
}

// Care of some clients at some providers, at random, in batches.
std::vector<ingestion::v1::FactBatch> RandomCare(std::mt19937& random) {
  const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  std::vector<ingestion::v1::FactBatch> batches;
  std::vector<Fact> prices;
  for (int product = 0; product < 4; ++product) {
    for (const char* unit : {"84", "04"}) {
      prices.push_back(TariffOf(absl::StrCat("45A0", product), 50'00 + pick(9'000), "2016-01-01", "", unit));
      prices.push_back(TariffOf(absl::StrCat("45A0", product), 50'00 + pick(9'000), "2018-01-01", "", unit));
    }
    if (pick(3) != 0) prices.push_back(LevelOf(absl::StrCat("45A0", product), absl::StrCat(4 + pick(3)), "2016-01-01"));
    if (pick(4) == 0) {
      prices.push_back(SuccessionOf(absl::StrCat("45A0", product), absl::StrCat("45A0", pick(4)),
                                    pick(2) == 0 ? "2017-07-01" : "2020-01-01"));
    }
  }
  batches.push_back(BatchOf(1, At("2018-06-01"), std::move(prices), "tarieven"));
  for (int i = 0; i < 40; ++i) {
    testing::AllocationSpec spec;
    spec.person = absl::StrCat("p", pick(12));
    spec.number = i + 1;
    spec.product = absl::StrCat("45A0", pick(4));
    spec.provider = absl::StrCat("9900000", 1 + pick(3));
    spec.volume = 1 + pick(200);
    spec.unit = pick(5) == 0 ? "84" : pick(2) == 0 ? "01" : "04";
    spec.frequency = pick(2) == 0 ? "2" : "4";
    if (pick(6) == 0) spec.budget_cents = (1 + pick(500)) * (pick(8) == 0 ? -100 : 100);
    const Day first = On("2016-10-01") + pick(600);
    spec.first = FormatDay(first);
    spec.last = FormatDay(first + pick(500));
    batches.push_back(BatchOf(i + 2, At("2018-06-01"), {AllocationOf(spec)}));
  }
  return batches;
}

TEST(GrowthLaws, EffectsSumToTheCentReverseWithTimeAndDoNotDependOnArrival) {
  std::mt19937 random(20180131);
  for (int turn = 0; turn < 25; ++turn) {
    std::vector<ingestion::v1::FactBatch> batches = RandomCare(random);
    testing::CostsScene scene, other;
    scene.Feed(batches);
    // The same deliveries in another order.
    std::shuffle(batches.begin(), batches.end(), random);
    for (size_t i = 0; i < batches.size(); ++i) {
      batches[i].set_sequence(static_cast<int64_t>(i + 1));
      other.Feed(std::vector<ingestion::v1::FactBatch>{batches[i]});
    }
    costs::ExternalSeriesBook externals(scene.costs, scene.clock, {}), other_externals(other.costs, other.clock, {});
    Growth growth(scene.costs, externals, scene.clock), shuffled(other.costs, other_externals, other.clock);
    v1::ExplainGrowthRequest request;
    request.mutable_before()->set_start_date("2017-01-01");
    request.mutable_before()->set_end_date("2017-04-01");
    request.mutable_after()->set_start_date("2018-01-01");
    request.mutable_after()->set_end_date("2018-04-01");
    for (const char* dimension : {"", "ivn", "provider", "product"}) {
      request.set_group_by(dimension);
      const auto forward = growth.ExplainGrowth(Caller(), request);
      ASSERT_TRUE(forward.ok()) << forward.status();
      ASSERT_EQ(forward->state(), type::Figure::ANSWERED) << forward->state_reason();
      EXPECT_EQ(SumOf(forward->effects()), forward->growth_cents());
      Cents sum = 0;
      for (const auto& group : forward->groups()) {
        EXPECT_EQ(SumOf(group.effects()), group.growth_cents()) << group.group().value();
        sum += group.growth_cents();
      }
      EXPECT_EQ(sum, forward->growth_cents());
      for (const auto& effect : forward->effects()) EXPECT_TRUE(std::isfinite(effect.amount_euro()));
      EXPECT_TRUE(forward->SerializeAsString() == shuffled.ExplainGrowth(Caller(), request)->SerializeAsString()) << "T-29";
      v1::ExplainGrowthRequest back = request;
      back.mutable_before()->Swap(back.mutable_after());
      const auto backward = growth.ExplainGrowth(Caller(), back);
      EXPECT_EQ(backward->growth_cents(), -forward->growth_cents());
      for (const char* factor : {"clients", "intensity", "mix", "duration", "volume", "tariff", "price"}) {
        EXPECT_NEAR(EuroOf(backward->effects(), factor), -EuroOf(forward->effects(), factor), 1e-5) << factor;
      }
    }
  }
}

// --- Deficit ---

TEST_F(FixtureF1Growth, TheDeficitGrewByLessIncomeAndMoreSpendingR90) {
  const auto mln = [](int tenths) { return int64_t{tenths} * 100'000'00; };
  std::vector<Fact> facts;
  const std::vector<std::pair<int, std::pair<int, int>>> years = {
      {2016, {58, 3}}, {2017, {53, -15}}, {2018, {58, -28}}, {2019, {69, -22}}};
  for (const auto& [year, amounts] : years) {
    facts.push_back(BudgetOf("rijksbijdrage_jeugd", year, mln(amounts.first), "nota"));
    facts.push_back(BudgetOf("resultaat_jeugd", year, mln(amounts.second), "nota"));
  }
  scene_.Feed({BatchOf(9, At("2018-02-01"), std::move(facts), "begroting")});
  const auto ask = [&](int before, int after) {
    v1::ExplainDeficitRequest request;
    request.set_year_before(before);
    request.set_year_after(after);
    return *growth_.ExplainDeficit(Caller(), request);
  };
  const auto first = ask(2016, 2017);
  EXPECT_EQ(first.effects(0).amount_cents(), mln(-5));
  EXPECT_EQ(first.spending_after_cents() - first.spending_before_cents(), mln(13));
  EXPECT_EQ(first.result_after_cents() - first.result_before_cents(), mln(-18));
  EXPECT_EQ(EffectsOf(first.effects()), "income € −500.000,00, spending € −1.300.000,00");
  EXPECT_EQ(first.spending_state_reason(), "PERIOD_NOT_DELIVERED") << "of 2016 there is no care";
  const auto second = ask(2017, 2018);
  EXPECT_EQ(second.effects(0).amount_cents(), mln(5));
  EXPECT_EQ(SumOf(second.effects()), mln(-13));
  ASSERT_EQ(second.spending_state(), type::Figure::ANSWERED) << second.spending_state_reason();
  // Care of F1 rose by twelve times 182.264 a year; the rest of 1,8 million it does not tell.
  EXPECT_EQ(second.effects(1).factor(), "clients");
  Cents told = 0;
  for (int i = 1; i <= 3; ++i) told += second.effects(i).amount_cents();
  EXPECT_NEAR(static_cast<double>(told), -12 * 182'264'00.0, 1);
  EXPECT_EQ(second.effects(4).factor(), "other_spending");
  EXPECT_THAT(second.conclusion(), HasSubstr("In 2017 was er een tekort van € 1.500.000, in 2018 een tekort van € 2.800.000"));
  const auto third = ask(2018, 2019);
  EXPECT_EQ(third.effects(0).amount_cents(), mln(11));
  EXPECT_EQ(third.spending_after_cents() - third.spending_before_cents(), mln(5));
  EXPECT_EQ(ask(2019, 2020).state_reason(), "PERIOD_NOT_DELIVERED");
  v1::ExplainDeficitRequest wrong;
  wrong.set_year_before(2018);
  wrong.set_year_after(2018);
  EXPECT_EQ(BadFieldsOf(growth_.ExplainDeficit(Caller(), wrong).status()).size(), 1u);
}

}  // namespace
}  // namespace nmd::analyses
