// SPDX-License-Identifier: EUPL-1.2
// Providers, stock, concentration and neighbourhoods of Growth.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "nmd/costs/v1/growth.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/analyses/growth.h"
#include "services/core/dutch.h"
#include "services/costs/external.h"
#include "services/platform/errors.h"
#include "tests/support/costs_scene.h"
#include "tests/support/fixture_f1.h"

namespace nmd::analyses {
namespace {

using testing::AllocationOf;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LevelOf;
using testing::On;
using testing::TariffOf;
using Fact = ingestion::v1::Fact;

class SpreadTest : public ::testing::Test {
 protected:
  explicit SpreadTest(costs::Counterparts counterparts = {})
      : externals_(scene_.costs, scene_.clock, std::move(counterparts)), growth_(scene_.costs, externals_, scene_.clock) {}

  static void Months(const std::string& from, const std::string& to, type::Period* period) {
    period->set_start_date(from + "-01");
    period->set_end_date(to + "-01");
  }
  static void Where(const std::string& dimension, const std::string& value, v1::Filter* filter) {
    filter->set_dimension(dimension);
    filter->add_values(value);
  }
  template <typename Response>
  static Response Good(const absl::StatusOr<Response>& response) {
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : Response();
  }

  testing::CostsScene scene_;
  costs::ExternalSeriesBook externals_;
  Growth growth_;
};

template <typename Effects>
Cents SumOf(const Effects& effects) {
  Cents sum = 0;
  for (const v1::Effect& effect : effects) sum += effect.amount_cents();
  return sum;
}

// --- Providers ---

v1::CompareProvidersRequest ProvidersIn(const std::string& before, const std::string& after) {
  v1::CompareProvidersRequest request;
  const auto month = [](const std::string& text, type::Period* period) {
    period->set_start_date(text + "-01");
    period->set_end_date(FormatMonth(*ParseMonth(text) + 1) + "-01");
  };
  month(before, request.mutable_before());
  month(after, request.mutable_after());
  return request;
}

TEST_F(SpreadTest, ProvidersOfF1SumToTheGrowthR87) {
  scene_.Feed(testing::FixtureF1());
  scene_.Feed(testing::FixtureF1Links());
  const auto response = Good(growth_.CompareProviders(Caller(), ProvidersIn("2017-01", "2018-01")));
  ASSERT_EQ(response.state(), type::Figure::ANSWERED) << response.state_reason();
  ASSERT_EQ(response.providers_size(), 3);
  Cents sum = 0;
  int64_t provisions = 0;
  for (int i = 0; i < 3; ++i) {
    const auto& provider = response.providers(i);
    EXPECT_EQ(SumOf(provider.effects()), provider.growth_cents());
    if (i > 0) {
      EXPECT_LE(provider.growth_cents(), response.providers(i - 1).growth_cents());
    }
    EXPECT_GT(provider.mean_ivn_before(), 4);
    sum += provider.growth_cents();
    provisions += provider.provisions_after();
  }
  EXPECT_EQ(sum, 182'264'00);
  EXPECT_EQ(provisions, 786);
  EXPECT_EQ(response.total().growth_cents(), 182'264'00);
  EXPECT_EQ(SumOf(response.total().effects()), 182'264'00);
  EXPECT_EQ(response.total().clients_before(), 484) << "who is at two providers counts once";
  EXPECT_EQ(response.total().clients_after(), 598);
  // (70 x 4 + 183 x 5 + 178 x 6 + 152 x 7 + 18 x 8) / 601.
  EXPECT_DOUBLE_EQ(response.total().mean_ivn_before(), 3471 / 601.0);
  EXPECT_EQ(response.level(), "Aanbieder × IVN");
  // All were there in the first month there is anything about, so none is new.
  ASSERT_EQ(response.cohorts_size(), 1);
  EXPECT_EQ(response.cohorts(0).cohort(), v1::LARGE_PROVIDER);
  EXPECT_EQ(response.cohorts(0).clients_after(), 598);
}

// Level 8 after the agreement about beds: a large provider stands still, a small one and a new one grow.
TEST_F(SpreadTest, NewAndSmallProvidersGrewAtLevel8R52) {
  std::vector<Fact> facts = {TariffOf("43A06", 3'704'00, "2016-01-01"), LevelOf("43A06", "8", "2016-01-01"),
                             TariffOf("45A04", 100'00, "2016-01-01"), LevelOf("45A04", "5", "2016-01-01")};
  int64_t number = 0;
  const auto care = [&](const std::string& provider, const std::string& product, const std::string& first, int count) {
    for (int i = 0; i < count; ++i) {
      testing::AllocationSpec spec;
      spec.number = ++number;
      spec.person = absl::StrCat("p", number);
      spec.provider = provider;
      spec.product = product;
      spec.first = first;
      spec.last = "2018-12-31";
      facts.push_back(AllocationOf(spec));
    }
  };
  care("99000001", "43A06", "2016-01-01", 10);  // 444.480 a year: large.
  care("99000002", "43A06", "2016-01-01", 2);
  care("99000002", "43A06", "2017-10-01", 3);
  care("99000002", "45A04", "2017-10-01", 1);
  care("99000003", "43A06", "2017-09-01", 4);
  scene_.Feed({BatchOf(1, At("2018-02-01"), std::move(facts))});
  auto request = ProvidersIn("2017-01", "2018-01");
  Where("ivn", "8", request.add_filters());
  const auto response = Good(growth_.CompareProviders(Caller(), request));
  std::vector<std::string> cohorts;
  for (const auto& cohort : response.cohorts()) {
    cohorts.push_back(absl::StrCat(v1::ProviderCohort_Name(cohort.cohort()), " ", cohort.provisions_before(), " ",
                                   cohort.provisions_after(), " ", dutch::EuroWhole(cohort.growth_cents())));
    EXPECT_EQ(SumOf(cohort.effects()), cohort.growth_cents());
  }
  EXPECT_THAT(cohorts, ElementsAre("NEW_PROVIDER 0 4 € 14.816", "SMALL_PROVIDER 2 5 € 11.112", "LARGE_PROVIDER 10 10 € 0"));
  EXPECT_EQ(response.providers(0).provider().value(), "99000003");
  EXPECT_EQ(response.providers(0).presence(), v1::GrowthGroup::ONLY_AFTER);
  EXPECT_EQ(response.providers(0).effects(0).factor(), "clients");
  EXPECT_EQ(response.providers(0).effects(0).amount_cents(), 14'816'00) << "all growth of who is new is its clients";
  EXPECT_THAT(response.conclusion(), HasSubstr("Bij nieuwe aanbieders (1) stegen de kosten met € 14.816."));
  // With a longer memory and a lower bound the others change places.
  request.set_small_cents(50'000'00);
  request.set_new_months(3);
  const auto otherwise = Good(growth_.CompareProviders(Caller(), request));
  ASSERT_EQ(otherwise.cohorts_size(), 2);
  EXPECT_EQ(otherwise.cohorts(0).cohort(), v1::SMALL_PROVIDER) << "who began in September had nothing in January";
  EXPECT_EQ(otherwise.cohorts(0).provider_count(), 1);
  EXPECT_EQ(otherwise.cohorts(1).provider_count(), 2);
}

TEST_F(SpreadTest, ProvidersAreComparedOverEqualPeriodsOnly) {
  scene_.Feed(testing::FixtureF1());
  auto request = ProvidersIn("2017-01", "2018-01");
  Months("2018-01", "2018-04", request.mutable_after());
  EXPECT_EQ(Good(growth_.CompareProviders(Caller(), request)).state_reason(), "PERIODS_UNEQUAL");
  EXPECT_EQ(Good(growth_.CompareProviders(Caller(), ProvidersIn("2012-01", "2018-01"))).state_reason(), "PERIOD_NOT_DELIVERED");
  request.set_provider_level("wijk");
  EXPECT_EQ(BadFieldsOf(growth_.CompareProviders(Caller(), request).status()).size(), 1u);
}

// --- Stock ---

TEST_F(SpreadTest, StockGrowsByWhoCameAndWentR68) {
  std::vector<Fact> facts;
  int64_t number = 0;
  const auto care = [&](const std::string& person, const std::string& referrer, const std::string& first,
                        const std::string& last) {
    testing::AllocationSpec spec;
    spec.person = person;
    spec.number = ++number;
    // Another product, or two referrers of one client would be of one provision.
    if (referrer == "01") spec.product = "45A05";
    spec.first = first;
    spec.last = last;
    facts.push_back(AllocationOf(spec));
    Fact referral;
    referral.mutable_referral()->set_person_key(person);
    referral.mutable_referral()->set_allocation(number);
    referral.mutable_referral()->set_law(ingestion::v1::YOUTH);
    referral.mutable_referral()->set_referrer(referrer);
    referral.mutable_referral()->set_start_day(On(first));
    facts.push_back(std::move(referral));
  };
  care("stays", "02", "2016-01-01", "2019-12-31");
  care("leaves", "02", "2016-01-01", "2018-05-31");
  care("comes1", "02", "2018-02-01", "2019-12-31");
  care("comes2", "01", "2018-03-01", "2019-12-31");
  care("comes2", "02", "2018-03-01", "2019-12-31");
  care("returns", "01", "2016-01-01", "2017-09-30");
  care("returns", "01", "2018-06-01", "2019-12-31");
  scene_.Feed({BatchOf(1, At("2019-06-01"), std::move(facts))});
  v1::ExplainStockRequest request;
  Months("2018-01", "2019-01", request.mutable_period());
  request.set_group_by("referrer");
  const auto response = Good(growth_.ExplainStock(Caller(), request));
  ASSERT_EQ(response.state(), type::Figure::ANSWERED) << response.state_reason();
  const auto closes = [](const v1::StockFlow& flow) {
    EXPECT_EQ(flow.end(), flow.start() + flow.inflow() + flow.returned() + flow.resumed() + flow.moved_in() - flow.moved_out() -
                              flow.outflow() - flow.interrupted());
    EXPECT_EQ(flow.growth(), flow.end() - flow.start());
  };
  closes(response.total());
  EXPECT_EQ(response.total().start(), 2);
  EXPECT_EQ(response.total().inflow(), 2);
  EXPECT_EQ(response.total().returned(), 1);
  EXPECT_EQ(response.total().outflow(), 1);
  EXPECT_EQ(response.total().end(), 4);
  ASSERT_EQ(response.groups_size(), 2);
  int64_t together = 0;
  for (const auto& group : response.groups()) {
    closes(group);
    together += group.growth();
  }
  EXPECT_EQ(together, 3) << "comes2 is in both";
  EXPECT_EQ(response.overlap(), -1);
  EXPECT_EQ(response.groups(0).group().value(), "01") << "the greatest change first";
  ASSERT_TRUE(response.has_previous());
  closes(response.previous());
  EXPECT_EQ(response.previous().end(), 2);
  EXPECT_THAT(response.conclusion(),
              HasSubstr("Het aantal cliënten steeg van 2 naar 4 (+2). Nieuw: 2. Teruggekeerd: 1. Vertrokken: 1."));
  EXPECT_THAT(response.conclusion(), HasSubstr("Naar verwijzer veranderde het meest bij Gemeente (+2), Huisarts (+1)."));
  EXPECT_THAT(response.remarks(), Contains(HasSubstr("meer dan één groep")));
  Months("2010-01", "2011-01", request.mutable_period());
  EXPECT_EQ(Good(growth_.ExplainStock(Caller(), request)).state_reason(), "PERIOD_NOT_DELIVERED");
  request.set_group_by("opleiding");
  EXPECT_EQ(Good(growth_.ExplainStock(Caller(), request)).state(), type::Figure::NOT_REGISTERED);
  request.set_group_by("month");
  EXPECT_FALSE(growth_.ExplainStock(Caller(), request).ok());
}

// --- Concentration ---

// `count` clients who cost 1, 2, 3 ... hundred euro in January 2018, dealt out over providers of the given shares.
void FeedClaims(int count, testing::CostsScene* scene, std::vector<Fact> more = {}) {
  std::map<std::string, std::vector<testing::ClaimLineSpec>> lines;
  for (int i = 1; i <= count; ++i) {
    testing::ClaimLineSpec line;
    line.reference = absl::StrCat("r", i);
    line.person = absl::StrCat("p", i);
    line.allocation = i;
    line.amount_cents = i * 100'00;
    lines[absl::StrCat("9900000", 1 + i % 7)].push_back(line);
  }
  std::vector<Fact> facts = std::move(more);
  for (const auto& [provider, own] : lines) {
    facts.push_back(ClaimOf("D1", own, provider));
    facts.push_back(AnswerOf("D1", {}, false, provider));
  }
  scene->Feed({BatchOf(1, At("2018-03-01"), std::move(facts), "jw323")});
}

v1::DescribeConcentrationRequest January() {
  v1::DescribeConcentrationRequest request;
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-02-01");
  return request;
}

TEST_F(SpreadTest, TheDearestClientsHaveAPartOfTheMoneyR80R81Q18) {
  FeedClaims(598, &scene_);
  const auto response = Good(growth_.DescribeConcentration(Caller(), January()));
  const auto& clients = response.clients();
  ASSERT_EQ(clients.state(), type::Figure::ANSWERED) << clients.state_reason();
  EXPECT_EQ(clients.client_count(), 598);
  EXPECT_EQ(clients.amount_cents(), 598 * 599 / 2 * 100'00);
  EXPECT_EQ(clients.mean_cents(), 299'50'00);
  ASSERT_EQ(clients.top_shares_size(), 3);
  EXPECT_EQ(clients.top_shares(0).client_count(), 6) << "k = ceil(1% of 598)";
  EXPECT_EQ(clients.top_shares(1).client_count(), 12);
  EXPECT_EQ(clients.top_shares(0).least_cents(), 593 * 100'00);
  EXPECT_DOUBLE_EQ(clients.top_shares(0).share(), (593 + 594 + 595 + 596 + 597 + 598) / (598 * 599 / 2.0));
  EXPECT_EQ(clients.percentiles(0).amount_cents(), 299 * 100'00);
  EXPECT_EQ(clients.percentiles(2).amount_cents(), 593 * 100'00) << "nearest rank of 592,02";
  // Of 1..n the coefficient is (n - 1) / 3n.
  EXPECT_NEAR(clients.gini(), 597 / (3 * 598.0), 1e-12);
  EXPECT_EQ(clients.lorenz(0).share(), 0);
  EXPECT_EQ(clients.lorenz(clients.lorenz_size() - 1).share(), 1);
  for (int i = 1; i < clients.lorenz_size(); ++i) {
    EXPECT_GT(clients.lorenz(i).share(), clients.lorenz(i - 1).share());
    EXPECT_LE(clients.lorenz(i).share() * 100, clients.lorenz(i).percent() + 1e-9);
  }
  EXPECT_THAT(response.conclusion(), HasSubstr("De duurste 1% van de cliënten (6 van 598) kost 2,0% van het geld."));
}

TEST_F(SpreadTest, NoNumberIsAboutFewerThanFiveClients) {
  FeedClaims(100, &scene_);
  const auto clients = Good(growth_.DescribeConcentration(Caller(), January())).clients();
  ASSERT_EQ(clients.state(), type::Figure::ANSWERED);
  EXPECT_EQ(clients.top_shares(0).state(), type::Figure::SUPPRESSED) << "1% is one person";
  EXPECT_EQ(clients.top_shares(0).least_cents(), 0);
  EXPECT_EQ(clients.top_shares(0).share(), 0);
  EXPECT_EQ(clients.top_shares(2).state(), type::Figure::ANSWERED);
  EXPECT_EQ(clients.percentiles(2).state(), type::Figure::SUPPRESSED);
  for (const auto& point : clients.lorenz()) EXPECT_NE(point.percent(), 99);
}

TEST_F(SpreadTest, FewerThanTenClientsHaveNoSpread) {
  FeedClaims(9, &scene_);
  const auto response = Good(growth_.DescribeConcentration(Caller(), January()));
  EXPECT_EQ(response.clients().state(), type::Figure::SUPPRESSED);
  EXPECT_EQ(response.clients().state_reason(), "CELL_PROTECTED");
  EXPECT_EQ(response.clients().amount_cents(), 0);
  EXPECT_THAT(response.clients().top_shares(), IsEmpty());
  EXPECT_EQ(response.providers().state(), type::Figure::ANSWERED);
}

TEST_F(SpreadTest, WithoutClaimsThereIsNoSpread) {
  scene_.Feed(testing::FixtureF1());
  EXPECT_EQ(Good(growth_.DescribeConcentration(Caller(), January())).state_reason(), "PERIOD_NOT_DELIVERED");
  auto request = January();
  request.set_measure("indicated");
  EXPECT_EQ(Good(growth_.DescribeConcentration(Caller(), request)).clients().client_count(), 598);
  request.add_top_percents(0);
  request.set_total_cents(-1);
  EXPECT_EQ(BadFieldsOf(growth_.DescribeConcentration(Caller(), request).status()).size(), 2u);
}

// Five providers with 12, 10, 9, 8 and 6 percent of a budget; the others did not deliver.
TEST_F(SpreadTest, FiveProvidersHave45PercentOfTheBudgetT19R86) {
  std::vector<Fact> facts;
  const std::vector<int> shares = {9, 12, 6, 10, 8};
  for (size_t i = 0; i < shares.size(); ++i) {
    const std::string provider = absl::StrCat("9900000", i + 1);
    facts.push_back(ClaimOf("D1", {{"r", "", shares[i] * 1'000'00}}, provider));
    facts.push_back(AnswerOf("D1", {}, false, provider));
  }
  Fact group;
  group.mutable_provider_group()->set_provider("99000002");
  group.mutable_provider_group()->set_provider_name("De Brink");
  group.mutable_provider_group()->set_concern("noord");
  group.mutable_provider_group()->set_concern_name("Noorderzorg");
  group.mutable_provider_group()->set_start_day(On("2018-01-15"));
  facts.push_back(std::move(group));
  scene_.Feed({BatchOf(1, At("2018-03-01"), std::move(facts), "jw323")});
  auto request = January();
  request.set_total_cents(100'000'00);
  request.set_largest_missing_cents(6'000'00);
  auto providers = Good(growth_.DescribeConcentration(Caller(), request)).providers();
  ASSERT_EQ(providers.state(), type::Figure::ANSWERED) << providers.state_reason();
  EXPECT_EQ(providers.provider_count(), 5);
  EXPECT_EQ(providers.missing_cents(), 55'000'00);
  EXPECT_DOUBLE_EQ(providers.largest5_share().least(), 0.45);
  EXPECT_DOUBLE_EQ(providers.largest5_share().most(), 0.45);
  EXPECT_NEAR(providers.hhi().least(), 425, 1e-9);
  EXPECT_NEAR(providers.hhi().most(), 750, 1e-9);
  EXPECT_EQ(providers.largest(0).provider().value(), "99000002");
  EXPECT_DOUBLE_EQ(providers.largest(0).share(), 0.12);
  ASSERT_EQ(providers.changes_size(), 1);
  EXPECT_EQ(providers.changes(0).date(), "2018-01-15");
  EXPECT_EQ(providers.changes(0).text(), "De Brink hoort vanaf 15-01-2018 bij het concern Noorderzorg.");
  request.set_largest_missing_cents(0);
  providers = Good(growth_.DescribeConcentration(Caller(), request)).providers();
  EXPECT_DOUBLE_EQ(providers.largest5_share().most(), 1) << "all of it may be at the largest";
  request.set_total_cents(0);
  providers = Good(growth_.DescribeConcentration(Caller(), request)).providers();
  EXPECT_DOUBLE_EQ(providers.largest5_share().least(), 1);
  EXPECT_EQ(providers.missing_cents(), 0);
  EXPECT_DOUBLE_EQ(providers.hhi().least(), providers.hhi().most());
}

// --- Neighbourhoods ---

class AreaTest : public SpreadTest {
 protected:
  using SpreadTest::SpreadTest;
  // So many children with care in an area in a year, each with two providers.
  void Care(const std::string& wijk, int year, int count, int age) {
    for (int i = 0; i < count; ++i) {
      const std::string person = absl::StrCat(wijk, "-", year, "-", age, "-", i);
      for (const char* provider : {"99000001", "99000002"}) {
        testing::AllocationSpec spec;
        spec.person = person;
        spec.number = ++number_;
        spec.provider = provider;
        spec.first = absl::StrCat(year, "-03-01");
        spec.last = absl::StrCat(year, "-10-31");
        facts_.push_back(AllocationOf(spec));
      }
      Fact traits;
      traits.mutable_person()->set_person_key(person);
      traits.mutable_person()->set_birth_day(DayOf(year - age, 1, 1));
      traits.mutable_person()->set_sex("1");
      facts_.push_back(std::move(traits));
      Fact residence;
      residence.mutable_residence()->set_person_key(person);
      residence.mutable_residence()->set_start_day(On("2010-01-01"));
      residence.mutable_residence()->set_wijk(wijk);
      facts_.push_back(std::move(residence));
    }
  }
  void People(const std::string& wijk, int year, int from, int to, int64_t count) {
    Fact fact;
    fact.mutable_population()->set_year(year);
    fact.mutable_population()->set_wijk(wijk);
    fact.mutable_population()->set_age_from(from);
    fact.mutable_population()->set_age_to(to);
    fact.mutable_population()->set_count(count);
    facts_.push_back(std::move(fact));
  }
  v1::CompareNeighbourhoodsResponse Compare(const v1::CompareNeighbourhoodsRequest& request) {
    if (!facts_.empty()) scene_.Feed({BatchOf(1, At("2021-03-01"), std::exchange(facts_, {}))});
    return Good(growth_.CompareNeighbourhoods(Caller(), request));
  }
  static v1::CompareNeighbourhoodsRequest Years(int before = 2018, int after = 2020) {
    v1::CompareNeighbourhoodsRequest request;
    request.set_year_before(before);
    request.set_year_after(after);
    return request;
  }

  std::vector<Fact> facts_;
  int64_t number_ = 0;
};

// Invented neighbourhood W1 with the published growth of 92,5%; W2 is too small to say anything about.
TEST_F(AreaTest, GrowthComesWithInhabitantsRateAndIntervalT22R123Q20) {
  Care("W1", 2018, 40, 10);
  Care("W1", 2020, 77, 10);
  Care("W2", 2018, 9, 10);
  Care("W2", 2020, 30, 10);
  for (const int year : {2018, 2020}) {
    People("W1", year, 0, 3, 300);
    People("W1", year, 4, 11, 500);
    People("W1", year, 12, 17, 400);
    People("W1", year, 18, 64, 5'000);
    for (const auto& [from, to] : {std::pair(0, 3), std::pair(4, 11), std::pair(12, 17)}) People("W2", year, from, to, 100);
  }
  const auto response = Compare(Years());
  ASSERT_EQ(response.state(), type::Figure::ANSWERED) << response.state_reason();
  ASSERT_EQ(response.areas_size(), 2);
  const auto& area = response.areas(0);
  EXPECT_EQ(area.area().value(), "W1");
  EXPECT_EQ(area.before().clients().count(), 40);
  EXPECT_EQ(area.after().clients().count(), 77);
  EXPECT_EQ(area.after().population().count(), 1'200) << "0 to 17";
  EXPECT_DOUBLE_EQ(area.after().per_1000(), 1'000 * 77 / 1'200.0);
  // R: poisson.test(77)$conf.int is 60.7671959, 96.2367885.
  EXPECT_NEAR(area.after().per_1000_interval().low(), 60.7671959 / 1.2, 1e-6);
  EXPECT_NEAR(area.after().per_1000_interval().high(), 96.2367885 / 1.2, 1e-6);
  const auto& growth = area.growth();
  ASSERT_EQ(growth.state(), type::Figure::ANSWERED) << growth.state_reason();
  EXPECT_DOUBLE_EQ(growth.clients_growth(), 0.925);
  EXPECT_EQ(growth.population_growth(), 0);
  EXPECT_EQ(dutch::Decimal(growth.rate_ratio_interval().low(), 2), "1,31");
  EXPECT_EQ(dutch::Decimal(growth.rate_ratio_interval().high(), 2), "2,82");
  EXPECT_TRUE(growth.beyond_chance());
  EXPECT_THAT(area.conclusion(), HasSubstr("van 40 naar 77 cliënten (+92,5%)"));
  EXPECT_THAT(area.conclusion(), HasSubstr("1,93 keer zoveel (tussen 1,31 en 2,82); dat is meer dan toeval."));
  const auto& small = response.areas(1);
  EXPECT_EQ(small.growth().state(), type::Figure::NOT_AVAILABLE);
  EXPECT_EQ(small.growth().state_reason(), "TOO_FEW_CASES");
  EXPECT_EQ(small.growth().clients_growth(), 0);
  EXPECT_EQ(small.before().clients().count(), 9);
  EXPECT_EQ(response.total().before().clients().count(), 49);
  EXPECT_EQ(response.total().before().population().count(), 1'500);
  EXPECT_THAT(response.remarks(), Contains(HasSubstr("minder dan 10")));
}

// A series of youths with care by neighbourhood, which its publisher took back.
class PublishedAreaTest : public AreaTest {
 protected:
  PublishedAreaTest() : AreaTest(Counterpart()) {}
  static costs::Counterparts Counterpart() {
    costs::Counterparts counterparts;
    auto* counterpart = counterparts.Add();
    counterpart->set_series("jeugdhulp_wijk");
    counterpart->set_measure("clients");
    counterpart->set_difference("CBS rondt af op vijf.");
    return counterparts;
  }
  void Published(const std::string& series, const std::string& area, int year, int64_t count) {
    Fact fact;
    auto* value = fact.mutable_published_value();
    value->set_series(series);
    value->set_publisher("CBS");
    value->set_area(area);
    value->set_start_day(DayOf(year, 1, 1));
    value->set_end_day(DayOf(year + 1, 1, 1));
    value->mutable_value()->set_thousandths(count * 1000);
    value->mutable_value()->set_measured_in(ingestion::v1::COUNT);
    value->set_published_day(DayOf(year + 1, 5, 1));
    value->set_withdrawn_day(DayOf(year + 1, 12, 1));
    value->set_withdrawn_reason("te weinig inwoners");
    facts_.push_back(std::move(fact));
  }
};

TEST_F(PublishedAreaTest, WhatOthersSaidStandsBesideWithOurOwnFigureAndWhyTheyDifferR20R21) {
  Care("WK173001", 2018, 40, 10);
  Care("WK173001", 2020, 77, 10);
  Care("WK173002", 2020, 12, 10);
  for (const int year : {2018, 2019, 2020}) Published("jeugdhulp_wijk", "WK173001", year, 75);
  Published("jeugdhulp_wijk", "WK173009", 2020, 5);    // Nothing else is known of it.
  Published("jeugdhulp_wijk", "BU17300101", 2020, 5);  // A buurt.
  Published("jeugdhulp_wijk", "", 2020, 300);          // The municipality.
  Published("huishoudens", "WK173001", 2020, 3'000);   // No own figure is named for it.
  const auto response = Compare(Years());
  ASSERT_EQ(response.areas_size(), 2);
  const auto& values = response.areas(0).external_values();
  ASSERT_EQ(values.size(), 2) << "of the two years, not the one between them";
  EXPECT_EQ(values[1].period().start_date(), "2020-01-01");
  EXPECT_EQ(values[1].text(), "75");
  EXPECT_EQ(values[1].withdrawn_date(), "2021-12-01");
  EXPECT_EQ(values[1].withdrawn_reason(), "te weinig inwoners");
  EXPECT_EQ(values[1].counterpart().figure().count(), 77);
  EXPECT_EQ(values[1].counterpart().gap_thousandths(), 2'000);
  EXPECT_EQ(values[1].counterpart().difference(), "CBS rondt af op vijf.");
  EXPECT_EQ(values[0].counterpart().figure().count(), 40);
  EXPECT_TRUE(response.areas(1).external_values().empty());
  EXPECT_TRUE(response.total().external_values().empty());
}

TEST_F(AreaTest, PopulationGrowthIsNoGrowthOfCareR123) {
  Care("W1", 2018, 40, 10);
  Care("W1", 2020, 80, 10);
  People("W1", 2018, 4, 11, 500);
  People("W1", 2020, 4, 11, 1'000);
  const auto growth = Compare(Years()).areas(0).growth();
  EXPECT_EQ(growth.clients_growth(), 1);
  EXPECT_EQ(growth.population_growth(), 1);
  EXPECT_DOUBLE_EQ(growth.rate_ratio(), 1);
  EXPECT_FALSE(growth.beyond_chance());
}

// W1 has old children, W2 young ones; care depends on age only, so that standardised they are alike.
TEST_F(AreaTest, StandardisationTakesAgesOutR66) {
  Care("W1", 2020, 4, 6);
  Care("W1", 2020, 80, 14);
  Care("W2", 2020, 16, 6);
  Care("W2", 2020, 20, 14);
  Care("W1", 2018, 1, 6);
  for (const int year : {2018, 2020}) {
    People("W1", year, 4, 11, 100);
    People("W1", year, 12, 17, 400);
    People("W2", year, 4, 11, 400);
    People("W2", year, 12, 17, 100);
    for (const char* wijk : {"W1", "W2"}) People(wijk, year, 0, 3, 100);
  }
  const auto response = Compare(Years());
  const auto &one = response.areas(0).after(), &two = response.areas(1).after();
  EXPECT_GT(one.per_1000(), 2 * two.per_1000());
  // Of 1,200 children in the municipality 500 are 4 to 11 and 500 12 to 17: (500 x 0,04 + 500 x 0,2) / 1200.
  EXPECT_NEAR(one.standardised_per_1000(), 100, 1e-9);
  EXPECT_NEAR(two.standardised_per_1000(), 100, 1e-9);
  EXPECT_LT(one.standardised_interval().low(), 100);
  EXPECT_GT(one.standardised_interval().high(), 100);
  EXPECT_EQ(one.standardised_interval().method(), "fay_feuer_gamma");
  EXPECT_NEAR(response.total().after().standardised_per_1000(), response.total().after().per_1000(), 1e-9);
}

TEST_F(AreaTest, AnAreaOfOneYearIsNotCompared) {
  Care("W1", 2018, 20, 10);
  Care("W2", 2020, 20, 10);
  People("W1", 2018, 4, 11, 500);
  People("W2", 2020, 4, 11, 500);
  const auto response = Compare(Years());
  for (const auto& area : response.areas()) {
    EXPECT_EQ(area.growth().state_reason(), "AREA_CHANGED") << area.area().value();
    EXPECT_EQ(area.growth().state(), type::Figure::NOT_COMPARABLE);
  }
  EXPECT_THAT(response.areas(0).conclusion(), HasSubstr("maar in één van de twee jaren"));
}

TEST_F(AreaTest, WithoutInhabitantsThereIsNoRate) {
  Care("W1", 2018, 20, 10);
  Care("W1", 2020, 20, 10);
  const auto area = Compare(Years()).areas(0);
  EXPECT_EQ(area.before().state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(area.growth().state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(Compare(Years(2011, 2012)).state_reason(), "PERIOD_NOT_DELIVERED");
  auto request = Years(2020, 2018);
  request.set_age_from(3);
  request.set_age_to(9);
  request.set_area_level("straat");
  EXPECT_EQ(BadFieldsOf(growth_.CompareNeighbourhoods(Caller(), request).status()).size(), 3u);
}

TEST_F(AreaTest, FiltersOfCareDoNotFilterInhabitants) {
  Care("W1", 2018, 20, 10);
  Care("W1", 2020, 20, 10);
  People("W1", 2018, 4, 11, 500);
  People("W1", 2020, 4, 11, 500);
  auto request = Years();
  Where("provider", "99000001", request.add_filters());
  const auto area = Compare(request).areas(0);
  EXPECT_EQ(area.before().clients().count(), 20);
  EXPECT_EQ(area.before().population().count(), 500);
  request.set_age_to(22);
  EXPECT_EQ(Compare(request).areas(0).before().clients().count(), 20) << "CBS counts to 22";
}

}  // namespace
}  // namespace nmd::analyses
