// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/forecasts.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/forecast.pb.h"
#include "services/analyses/forecast_asking.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::analyses {
namespace {

using costs::v1::CompareTariffsRequest;
using costs::v1::EstimateOutstandingRequest;
using costs::v1::ForecastYearRequest;
using costs::v1::OutstandingMonth;
using costs::v1::QueryObligationsRequest;
using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::LinkOf;
using testing::On;
using testing::TariffOf;
using type::Figure;

class ForecastsTest : public ::testing::Test {
 protected:
  void Feed(std::vector<Fact> facts, const std::string& known = "2018-01-01") {
    scene_.Feed({BatchOf(++sequence_, At(known), std::move(facts))});
  }
  void FeedT20() {
    Feed(testing::RunningObligationsT20());
    scene_.Feed({LinkOf(1, "p1", "c1", At("2018-01-01")), LinkOf(2, "p2", "c2", At("2018-01-01")),
                 LinkOf(3, "p3", "c3", At("2018-01-01"))});
  }
  static QueryObligationsRequest Until(const std::string& from, const std::string& until) {
    QueryObligationsRequest request;
    request.set_parent("municipalities/gm1730");
    request.mutable_period()->set_start_date(from);
    request.mutable_period()->set_end_date(until);
    return request;
  }
  costs::v1::QueryObligationsResponse Ask(const QueryObligationsRequest& request) {
    const auto response = forecasts_.QueryObligations(Caller(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : costs::v1::QueryObligationsResponse();
  }
  template <typename Request>
  static void Where(Request* request, const std::string& dimension, const std::string& value) {
    request->add_filters()->set_dimension(dimension);
    request->mutable_filters(request->filters_size() - 1)->add_values(value);
  }

  CostsScene scene_{"2020-01-01"};
  Forecasts forecasts_{scene_.costs, scene_.clock};
  int64_t sequence_ = 0;
};

TEST_F(ForecastsTest, ObligationsAreThoseOfT20WithWhatOneMustKnow) {
  FeedT20();
  const auto response = Ask(Until("2018-04-01", "2019-01-01"));
  EXPECT_EQ(response.total().running().state(), Figure::ANSWERED);
  EXPECT_EQ(response.total().running().amount_cents(), 71'742'31);
  EXPECT_EQ(response.total().running().measure(), "obligations");
  EXPECT_EQ(response.total().open_ended().amount_cents(), 64'625'00);
  EXPECT_EQ(response.total().allocation_count(), 3);
  EXPECT_EQ(response.total().running().reliability().link_quality(), 1);
  EXPECT_THAT(response.total().running().reliability().statement(), HasSubstr("de nieuwste levering is van 01-01-2018"));
  ASSERT_EQ(response.remarks_size(), 1);
  EXPECT_EQ(response.remarks(0), "1 toewijzing heeft geen einddatum. Die telt mee tot en met 31-12-2018.");
  ASSERT_EQ(response.provenance_size(), 1);
  EXPECT_EQ(response.provenance(0).source(), "jw301");
  EXPECT_EQ(response.known_time().seconds(), absl::ToUnixSeconds(At("2020-01-01")));
}

TEST_F(ForecastsTest, ObligationsAreSplitAndFilteredAndTheGroupsSumToTheTotalQ8) {
  FeedT20();
  QueryObligationsRequest request = Until("2018-04-01", "2019-01-01");
  request.add_dimensions("provider");
  request.add_dimensions("product");
  const auto response = Ask(request);
  ASSERT_EQ(response.rows_size(), 3);
  EXPECT_EQ(response.rows(0).dimensions(0).value(), "99000001");
  EXPECT_EQ(response.rows(0).dimensions(1).value(), "44A08");
  EXPECT_EQ(response.rows(0).running().amount_cents(), 64'625'00);
  EXPECT_EQ(response.rows(2).running().amount_cents(), 3'292'31);
  Where(&request, "provider", "99000002");
  EXPECT_EQ(Ask(request).total().running().amount_cents(), 3'292'31);
  Where(&request, "law", "wmo");
  const auto none = Ask(request);
  EXPECT_EQ(none.rows_size(), 0);
  EXPECT_EQ(none.total().running().state(), Figure::ANSWERED) << "a counted zero";
  EXPECT_EQ(none.total().running().amount_cents(), 0);
}

TEST_F(ForecastsTest, AQuarterIsAskedFromTheDayAfterItsEnd) {
  FeedT20();
  QueryObligationsRequest request;
  request.set_quarter("2018-Q1");
  const auto response = Ask(request);
  EXPECT_EQ(response.period().start_date(), "2018-04-01");
  EXPECT_EQ(response.period().end_date(), "2019-01-01");
  EXPECT_EQ(response.total().running().amount_cents(), 71'742'31);
  request.set_quarter("2018-Q4");
  EXPECT_EQ(Ask(request).period().start_date(), "2019-01-01");
  EXPECT_EQ(Ask(request).period().end_date(), "2020-01-01");
}

TEST_F(ForecastsTest, AReportFixesWhatIsKnownAndOverWhatR161) {
  FeedT20();
  Feed({AllocationOf({.person = "p4",
                      .number = 4,
                      .product = "44A08",
                      .first = "2018-05-15",
                      .volume = 1,
                      .unit = "14",
                      .frequency = "1",
                      .assigned = "2018-05-10"})},
       "2018-05-12");
  const struct {
    costs::v1::Report report;
    const char *start, *end;
    absl::Time known;
  } reports[] = {{costs::v1::FIRST_REPORT, "2018-05-01", "2019-01-01", dutch::StartOfDay(On("2018-05-01"))},
                 {costs::v1::HALF_YEAR_REPORT, "2018-07-01", "2019-01-01", dutch::StartOfDay(On("2018-07-01"))},
                 {costs::v1::ANNUAL_ACCOUNTS, "2019-01-01", "2020-01-01", dutch::StartOfDay(On("2019-04-01"))}};
  for (const auto& report : reports) {
    QueryObligationsRequest request;
    request.mutable_report()->set_report(report.report);
    request.mutable_report()->set_year(2018);
    const auto response = Ask(request);
    EXPECT_EQ(response.period().start_date(), report.start);
    EXPECT_EQ(response.period().end_date(), report.end);
    EXPECT_EQ(response.known_time().seconds(), absl::ToUnixSeconds(report.known));
    EXPECT_EQ(response.total().open_ended_count(), report.report == costs::v1::FIRST_REPORT ? 1 : 2);
    request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-06-01")));
    EXPECT_EQ(Ask(request).known_time().seconds(), absl::ToUnixSeconds(At("2018-06-01")));
  }
}

TEST_F(ForecastsTest, ObligationsAreAsKnownThenT29) {
  FeedT20();
  Feed({AllocationOf({.person = "p3",
                      .number = 3,
                      .product = "44A08",
                      .first = "2018-03-10",
                      .last = "2018-04-30",
                      .volume = 1,
                      .unit = "14",
                      .frequency = "1",
                      .assigned = "2018-04-20"})},
       "2018-04-20");
  QueryObligationsRequest request = Until("2018-04-01", "2019-01-01");
  EXPECT_EQ(Ask(request).total().running().amount_cents(), 71'742'31 - 245 * 235'00);
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-04-01")));
  EXPECT_EQ(Ask(request).total().running().amount_cents(), 71'742'31);
}

TEST_F(ForecastsTest, PersonalBudgetsAreAForm) {
  FeedT20();
  Fact budget;
  budget.mutable_personal_budget()->set_law(ingestion::v1::YOUTH);
  budget.mutable_personal_budget()->set_person_key("p5");
  budget.mutable_personal_budget()->set_product("45A04");
  budget.mutable_personal_budget()->set_start_day(On("2018-01-01"));
  budget.mutable_personal_budget()->set_end_day(On("2019-01-01"));
  budget.mutable_personal_budget()->set_budget_cents(3'650'00);
  Fact payment;
  payment.mutable_budget_payment()->set_law(ingestion::v1::YOUTH);
  payment.mutable_budget_payment()->set_person_key("p5");
  payment.mutable_budget_payment()->set_product("45A04");
  payment.mutable_budget_payment()->set_start_day(On("2018-04-01"));
  payment.mutable_budget_payment()->set_end_day(On("2018-05-01"));
  payment.mutable_budget_payment()->set_amount_cents(250'00);
  Feed({budget, payment});
  QueryObligationsRequest request = Until("2018-04-01", "2019-01-01");
  request.add_dimensions("form");
  const auto response = Ask(request);
  ASSERT_EQ(response.rows_size(), 2);
  EXPECT_EQ(response.rows(0).dimensions(0).label(), "Persoonsgebonden budget");
  EXPECT_EQ(response.rows(0).running().amount_cents(), 245 * 10'00) << "April is paid";
  EXPECT_EQ(response.rows(0).declared().amount_cents(), 30 * 10'00);
  EXPECT_EQ(response.total().running().amount_cents(), 71'742'31 + 245 * 10'00);
  Where(&request, "form", "zin");
  EXPECT_EQ(Ask(request).total().running().amount_cents(), 71'742'31);
  request.clear_filters();
  Where(&request, "provider", "99000001");
  const auto filtered = Ask(request);
  EXPECT_EQ(filtered.rows_size(), 1);
  EXPECT_THAT(filtered.remarks(filtered.remarks_size() - 1), HasSubstr("Persoonsgebonden budgetten tellen niet mee"));
}

TEST_F(ForecastsTest, WithoutATariffOrWithoutADeliveryThereIsNoAmount) {
  const auto nothing = Ask(Until("2018-04-01", "2019-01-01"));
  EXPECT_EQ(nothing.total().running().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(nothing.total().running().state_reason(), "PERIOD_NOT_DELIVERED");
  Feed({AllocationOf({}), AllocationOf({.person = "p2", .number = 2, .product = "45A05"}), TariffOf("45A05", 10'00)});
  const auto half = Ask(Until("2018-04-01", "2018-05-01"));
  EXPECT_EQ(half.total().running().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(half.total().running().state_reason(), "TARIFF_MISSING");
  EXPECT_EQ(half.total().known_cents(), 10'00);
  EXPECT_EQ(half.total().without_amount_count(), 1);
  QueryObligationsRequest request = Until("2018-04-01", "2018-05-01");
  Where(&request, "inkomen", "laag");
  EXPECT_EQ(Ask(request).total().running().state(), Figure::NOT_REGISTERED);
}

TEST_F(ForecastsTest, FaultyQuestionsAreRefusedWithAllTheirFaults) {
  const auto faults = [&](const QueryObligationsRequest& request) {
    const auto response = forecasts_.QueryObligations(Caller(), request);
    EXPECT_EQ(ReasonOf(response.status()), type::FIELDS_INVALID) << response.status();
    std::vector<std::string> paths;
    for (const BadField& field : BadFieldsOf(response.status())) paths.push_back(field.path);
    return paths;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(faults(Until("2018-04-01", "2018-04-01")), ElementsAre("period.end_date"));
  EXPECT_THAT(faults(Until("2018-04-01", "2018-03-01")), ElementsAre("period.end_date"));
  EXPECT_THAT(faults(Until("0001-01-01", "nooit")), ElementsAre("period.start_date", "period.end_date"));
  EXPECT_THAT(faults(Until("2018-04-01", "2048-04-01")), ElementsAre("period.end_date"));
  EXPECT_THAT(faults({}), ElementsAre("period"));
  QueryObligationsRequest request;
  for (const char* quarter : {"", "2018-Q0", "2018-Q5", "0001-Q1", "2018Q1", "18-Q1", "2018-q1"}) {
    request.set_quarter(quarter);
    EXPECT_THAT(faults(request), ElementsAre("quarter")) << quarter;
  }
  request.mutable_report()->set_year(1);
  EXPECT_THAT(faults(request), ElementsAre("report.year", "report.report"));
  request = Until("2018-04-01", "2019-01-01");
  for (const char* dimension : {"month", "law", "law", "ivn"}) request.add_dimensions(dimension);
  EXPECT_THAT(faults(request), ElementsAre("dimensions", "dimensions[0]", "dimensions[2]"));
}

// Four months of claims as in T-20b, each declared in the month of care and later.
std::vector<Fact> ClaimsOfT20b() {
  const std::vector<std::vector<int64_t>> rows = {
      {100'00, 40'00, 10'00, 2'00}, {110'00, 44'00, 11'00}, {90'00, 36'00}, {120'00}};
  std::vector<Fact> facts;
  for (int month = 1; month <= 4; ++month) {
    const std::vector<int64_t>& row = rows[static_cast<size_t>(month - 1)];
    for (int delay = 0; delay < static_cast<int>(row.size()); ++delay) {
      const std::string name = absl::StrCat("D", month, "-", delay);
      facts.push_back(ClaimOf(name, {{absl::StrCat("r", name), "", row[static_cast<size_t>(delay)], "p1", 1,
                                      FormatDay(FirstDay(MonthOf(2018, month)))}}));
      facts.back().mutable_claim()->set_dated_day(FirstDay(MonthOf(2018, month) + delay) + 10);
    }
  }
  return facts;
}
EstimateOutstandingRequest Months(const std::string& from, const std::string& until, const std::string& known) {
  EstimateOutstandingRequest request;
  request.mutable_period()->set_start_date(from + "-01");
  request.mutable_period()->set_end_date(until + "-01");
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(dutch::StartOfDay(On(known))));
  return request;
}

TEST_F(ForecastsTest, OutstandingIsThatOfT20b) {
  Feed(ClaimsOfT20b());
  const auto response = forecasts_.EstimateOutstanding(Caller(), Months("2018-01", "2018-06", "2018-05-01"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->outstanding().amount_cents(), 75'40);
  EXPECT_EQ(response->declared().amount_cents(), 152'00 + 165'00 + 126'00 + 120'00);
  ASSERT_EQ(response->months_size(), 4) << "May is not over";
  EXPECT_EQ(response->months(3).outstanding().amount_cents(), 62'40);
  EXPECT_EQ(response->months(3).method(), OutstandingMonth::CHAIN_LADDER);
  EXPECT_EQ(response->months(3).delay(), 0);
  EXPECT_TRUE(response->months(3).thin());
  ASSERT_EQ(response->factors_size(), 3);
  EXPECT_NEAR(response->factors(0).factor(), 1.4, 1e-9);
  EXPECT_NEAR(response->factors(1).factor(), 1.0714286, 5e-8);
  EXPECT_NEAR(response->factors(2).factor(), 1.0133333, 5e-8);
  EXPECT_TRUE(response->has_error_cents());
  ASSERT_TRUE(response->outstanding().has_interval());
  EXPECT_EQ(response->outstanding().interval().confidence(), 0.8);
  std::vector<std::string> remarks(response->remarks().begin(), response->remarks().end());
  EXPECT_THAT(remarks, ::testing::Contains(HasSubstr("nog niet voorbij")));
  EXPECT_THAT(remarks, ::testing::Contains(HasSubstr("minder dan drie eerdere maanden")));
  // A month later the same months have more in, and the ladder sees what came in then.
  const auto march = forecasts_.EstimateOutstanding(Caller(), Months("2018-03", "2018-04", "2018-05-01"));
  EXPECT_EQ(march->outstanding().amount_cents(), 10'80);
  EXPECT_EQ(march->months_size(), 1);
}

TEST_F(ForecastsTest, OutstandingWithAPriorAndATailSaysWhereTheyComeFrom) {
  Feed(ClaimsOfT20b());
  EstimateOutstandingRequest request = Months("2018-01", "2018-05", "2018-05-01");
  request.mutable_ladder()->set_tail_factor(1.02);
  for (const double factor : {1.5, 1.1, 1.02}) request.mutable_ladder()->add_prior_factors(factor);
  const auto refused = forecasts_.EstimateOutstanding(Caller(), request);
  ASSERT_EQ(BadFieldsOf(refused.status()).size(), 1u);
  EXPECT_EQ(BadFieldsOf(refused.status())[0].path, "ladder.prior_source");
  request.mutable_ladder()->set_prior_source("regio 2017");
  request.mutable_ladder()->set_prior_months(3);
  const auto response = forecasts_.EstimateOutstanding(Caller(), request);
  ASSERT_TRUE(response.ok());
  EXPECT_NEAR(response->factors(0).factor(), 0.5 * 1.4 + 0.5 * 1.5, 1e-9);
  EXPECT_EQ(response->months(0).outstanding().amount_cents(), 3'04) << "2% of 152,00";
  EXPECT_FALSE(response->months(3).thin());
  EXPECT_THAT(response->remarks(response->remarks_size() - 1), HasSubstr("regio 2017"));
  request.mutable_ladder()->set_tail_factor(std::nan(""));
  EXPECT_EQ(ReasonOf(forecasts_.EstimateOutstanding(Caller(), request).status()), type::FIELDS_INVALID);
}

TEST_F(ForecastsTest, OutstandingOfNothingOrOfOneMonthIsNoZero) {
  auto response = forecasts_.EstimateOutstanding(Caller(), Months("2018-01", "2018-05", "2018-05-01"));
  EXPECT_EQ(response->outstanding().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(response->outstanding().state_reason(), "PERIOD_NOT_DELIVERED");
  Feed(ClaimsOfT20b());
  response = forecasts_.EstimateOutstanding(Caller(), Months("2018-05", "2018-06", "2018-05-01"));
  EXPECT_EQ(response->outstanding().state_reason(), "TOO_FEW_OBSERVATIONS") << "no month of it is over";
  response = forecasts_.EstimateOutstanding(Caller(), Months("2018-01", "2018-02", "2018-02-01"));
  ASSERT_EQ(response->months_size(), 1);
  EXPECT_EQ(response->outstanding().amount_cents(), 0) << "one month of one delay: nothing says that more comes";
  EXPECT_FALSE(response->outstanding().has_interval());
}

// Years of care by chance: some forty allocations a month, of three months to a year; 80% of them used, declared in the month
// after and the one after that.
std::vector<Fact> YearsOfCare(unsigned seed, int per_month = 12) {
  std::mt19937 random(seed);
  const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  std::vector<Fact> facts = {TariffOf("45A04", 300'00, "2010-01-01")};
  int number = 0;
  for (Month month = MonthOf(2012, 1); month < MonthOf(2019, 1); ++month) {
    for (int i = 0; i < per_month; ++i) {
      ++number;
      const Day start = FirstDay(month) + pick(28);
      const Month end = MonthOf(start) + 3 + pick(10);
      facts.push_back(AllocationOf({.person = absl::StrCat("p", number),
                                    .number = number,
                                    .first = FormatDay(start),
                                    .last = FormatDay(FirstDay(end) - 1),
                                    .assigned = FormatDay(start - pick(40))}));
      for (Month care = MonthOf(start); care < end && care < MonthOf(2019, 1); ++care) {
        if (pick(10) < 2) continue;
        const std::string name = absl::StrCat(number, "-", care);
        facts.push_back(ClaimOf(
            name, {{absl::StrCat("r", name), "", 300'00, absl::StrCat("p", number), number, FormatDay(FirstDay(care))}}));
        facts.back().mutable_claim()->set_dated_day(FirstDay(care + 1 + (pick(4) == 0 ? 1 : 0)) + pick(20));
      }
    }
  }
  return facts;
}
ForecastYearRequest Year(int year, const std::string& known) {
  ForecastYearRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_year(year);
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(dutch::StartOfDay(On(known))));
  return request;
}
// As known at a moment: claims dated and allocations assigned before it.
std::vector<Fact> Before(const std::vector<Fact>& facts, Day day) {
  std::vector<Fact> before;
  for (const Fact& fact : facts) {
    if (fact.has_claim() && fact.claim().dated_day() >= day) continue;
    if (fact.has_allocation() && fact.allocation().assigned_second() / 86'400 >= day) continue;
    before.push_back(fact);
  }
  return before;
}

TEST_F(ForecastsTest, AYearIsForecastWithItsPartsItsMarginAndItsPastQ9) {
  const std::vector<Fact> all = YearsOfCare(9);
  Feed(Before(all, On("2018-07-01")));
  ForecastYearRequest request = Year(2018, "2018-07-01");
  request.set_with_drivers(true);
  const auto response = forecasts_.ForecastYear(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->forecast().state(), Figure::ANSWERED) << response->ShortDebugString();
  int64_t outcome = 0;
  for (const Fact& fact : all) {
    if (!fact.has_claim()) continue;
    for (const auto& line : fact.claim().lines()) {
      if (CivilOf(line.start_day()).year == 2018) outcome += line.amount_cents();
    }
  }
  EXPECT_NEAR(static_cast<double>(response->forecast().amount_cents()) / static_cast<double>(outcome), 1, 0.05);
  EXPECT_LT(response->forecast().interval().low(), static_cast<double>(response->forecast().amount_cents()));
  EXPECT_GT(response->forecast().interval().high(), static_cast<double>(response->forecast().amount_cents()));
  EXPECT_EQ(response->forecast().amount_cents(), response->realised().amount_cents() + response->outstanding().amount_cents() +
                                                     response->running().amount_cents() + response->inflow().amount_cents());
  EXPECT_NEAR(response->use_rate().ratio(), 0.8, 0.06);
  EXPECT_NEAR(response->new_allocations_per_month(), 12, 1.5);
  EXPECT_EQ(response->months_size(), 12);
  ASSERT_EQ(response->back_tests_size(), 8);
  EXPECT_EQ(response->back_tests(0).known_date(), "2018-04-01");
  EXPECT_EQ(response->back_tests(0).outcome().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(response->back_tests(2).outcome().state(), Figure::ANSWERED);
  ASSERT_TRUE(response->has_mean_error());
  EXPECT_LT(response->mean_error(), 0.08);
  EXPECT_EQ(response->tested_count(), 6);
  EXPECT_THAT(response->conclusion(), HasSubstr("Over 2018 verwachten we € "));
  EXPECT_THAT(response->conclusion(), HasSubstr("zaten er gemiddeld "));
  // Clients x months x units x tariff x use x survival is what is expected of the care that runs.
  ASSERT_EQ(response->drivers_size(), 1);
  const auto& driver = response->drivers(0);
  EXPECT_NEAR(static_cast<double>(driver.clients()) * driver.months_per_client() * driver.units_per_month() *
                  driver.tariff_cents() * driver.use_rate() * driver.survival(),
              static_cast<double>(driver.amount_cents()), 1);
  EXPECT_NEAR(static_cast<double>(driver.amount_cents()), static_cast<double>(response->running().amount_cents()), 200);
  EXPECT_NEAR(driver.tariff_cents(), 300'00, 1);
}

TEST_F(ForecastsTest, AForecastIsTheSameWhenItIsAskedAgainAndForEveryOrderOfArrivalT29) {
  std::vector<Fact> facts = Before(YearsOfCare(10), On("2018-07-01"));
  Feed(facts);
  const std::string one = forecasts_.ForecastYear(Caller(), Year(2018, "2018-07-01"))->SerializeAsString();
  EXPECT_EQ(forecasts_.ForecastYear(Caller(), Year(2018, "2018-07-01"))->SerializeAsString(), one);
  std::mt19937 random(1);
  std::shuffle(facts.begin(), facts.end(), random);
  CostsScene other("2020-01-01");
  other.Feed({BatchOf(1, At("2018-01-01"), facts)});
  Forecasts again(other.costs, other.clock);
  EXPECT_EQ(again.ForecastYear(Caller(), Year(2018, "2018-07-01"))->SerializeAsString(), one);
}

TEST_F(ForecastsTest, AReportOfAYearIsForecastAsKnownThenR161) {
  Feed(YearsOfCare(11, 4));
  ForecastYearRequest request;
  request.mutable_report()->set_report(costs::v1::ANNUAL_ACCOUNTS);
  request.mutable_report()->set_year(2018);
  const auto response = forecasts_.ForecastYear(Caller(), request);
  ASSERT_EQ(response->forecast().state(), Figure::ANSWERED);
  EXPECT_EQ(response->known_time().seconds(), absl::ToUnixSeconds(dutch::StartOfDay(On("2019-04-01"))));
  EXPECT_EQ(response->running().amount_cents(), 0) << "the year is over";
  EXPECT_EQ(response->inflow().amount_cents(), 0);
}

TEST_F(ForecastsTest, ExpectedGrowthNeedsASourceR77) {
  Feed(Before(YearsOfCare(12, 4), On("2018-07-01")));
  ForecastYearRequest request = Year(2018, "2018-07-01");
  const auto base = forecasts_.ForecastYear(Caller(), request);
  request.set_inflow_growth(0.025);
  EXPECT_EQ(BadFieldsOf(forecasts_.ForecastYear(Caller(), request).status())[0].path, "inflow_growth_source");
  request.set_inflow_growth_source("Primos, 0-17 jaar");
  const auto more = forecasts_.ForecastYear(Caller(), request);
  EXPECT_NEAR(static_cast<double>(more->inflow().amount_cents()), 1.025 * static_cast<double>(base->inflow().amount_cents()),
              2);
  std::vector<std::string> remarks(more->remarks().begin(), more->remarks().end());
  EXPECT_THAT(remarks, ::testing::Contains(HasSubstr("Primos, 0-17 jaar")));
}

TEST_F(ForecastsTest, AForecastThatCannotBeMadeSaysWhy) {
  const auto reason = [&](int year, const std::string& known) {
    const auto response = forecasts_.ForecastYear(Caller(), Year(year, known));
    EXPECT_EQ(response->forecast().state(), Figure::NOT_AVAILABLE);
    EXPECT_EQ(response->remarks_size(), 1);
    EXPECT_FALSE(response->has_realised());
    return response->forecast().state_reason();
  };
  EXPECT_EQ(reason(2018, "2018-07-01"), "PERIOD_NOT_DELIVERED");
  FeedT20();
  EXPECT_EQ(reason(2018, "2018-07-01"), "PERIOD_NOT_DELIVERED") << "nothing was declared";
  Feed(ClaimsOfT20b());
  EXPECT_EQ(reason(2018, "2018-03-01"), "TOO_FEW_OBSERVATIONS");
  EXPECT_EQ(reason(2199, "2018-03-01"), "TOO_FEW_OBSERVATIONS");
  for (const int year : {0, 1, -5, 9999}) {
    EXPECT_EQ(ReasonOf(forecasts_.ForecastYear(Caller(), Year(year, "2018-07-01")).status()), type::FIELDS_INVALID) << year;
  }
}

CompareTariffsRequest Tariffs(const std::string& from, const std::string& until, const std::string& day) {
  CompareTariffsRequest request;
  request.mutable_period()->set_start_date(from + "-01");
  request.mutable_period()->set_end_date(until + "-01");
  request.set_tariff_date(day);
  return request;
}

// T-21: of five months one has no quantity.
TEST_F(ForecastsTest, OldTariffsAreBoundedAndWarnT21) {
  std::vector<Fact> facts = {TariffOf("45A04", 95'00, "2018-01-01", "", "04"), TariffOf("45A01", 80'00, "2016-01-01", "", "04"),
                             AllocationOf({.last = "2018-05-31", .volume = 10, .unit = "04"}),
                             ClaimOf("D1", {{"r1", "", 760'00}}), AnswerOf("D1")};
  Fact succession;
  succession.mutable_product_succession()->set_law(ingestion::v1::YOUTH);
  succession.mutable_product_succession()->set_product("45A04");
  succession.mutable_product_succession()->set_predecessor("45A01");
  succession.mutable_product_succession()->set_start_day(On("2018-01-01"));
  facts.push_back(succession);
  for (const char* month : {"2018-01", "2018-02", "2018-03", "2018-05"}) {
    Fact quantity;
    auto* told = quantity.mutable_delivered_quantity();
    told->set_law(ingestion::v1::YOUTH);
    told->set_provider("99000001");
    told->set_person_key("p1");
    told->set_number(1);
    told->set_product("45A04");
    told->set_start_day(On(absl::StrCat(month, "-01")));
    told->set_end_day(On(absl::StrCat(month, "-28")));
    told->set_unit("04");
    told->set_volume_thousandths(8'000);
    facts.push_back(quantity);
  }
  Feed(facts);
  const auto response = forecasts_.CompareTariffs(Caller(), Tariffs("2018-01", "2018-06", "2017-06-01"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->measured().amount_cents(), 2'560'00);
  EXPECT_EQ(response->lower().amount_cents(), 2'560'00);
  EXPECT_EQ(response->upper().amount_cents(), 3'360'00);
  EXPECT_NEAR(response->missing_share().ratio(), 0.2, 1e-12);
  EXPECT_EQ(response->approved().amount_cents(), 760'00);
  EXPECT_EQ(response->incomparable_share().ratio(), 0);
  EXPECT_EQ(response->population().amount_cents(), 2'960'00);
  ASSERT_EQ(response->rows_size(), 1);
  EXPECT_EQ(response->rows(0).predecessor(), "45A01");
  std::vector<std::string> remarks(response->remarks().begin(), response->remarks().end());
  EXPECT_THAT(remarks, ::testing::Contains(HasSubstr("Let op: van 20,0%")));

  // Before there was such a product nothing can be compared.
  const auto early = forecasts_.CompareTariffs(Caller(), Tariffs("2018-01", "2018-06", "2010-06-01"));
  EXPECT_EQ(early->measured().state(), Figure::NOT_COMPARABLE);
  EXPECT_EQ(early->measured().state_reason(), "CONCORDANCE_MISSING");
  EXPECT_EQ(early->incomparable_approved().amount_cents(), 760'00);
  EXPECT_EQ(early->incomparable_share().ratio(), 1);
  // And of months without anybody there is no sum.
  const auto nobody = forecasts_.CompareTariffs(Caller(), Tariffs("2019-01", "2019-06", "2017-06-01"));
  EXPECT_EQ(nobody->measured().state_reason(), "TOO_FEW_OBSERVATIONS");
  EXPECT_FALSE(nobody->has_missing_share());
}

TEST_F(ForecastsTest, OldTariffsRefuseWhatIsNoQuestion) {
  CompareTariffsRequest request = Tariffs("2018-01", "2018-06", "nooit");
  request.set_sample_size(-1);
  const auto refused = forecasts_.CompareTariffs(Caller(), request);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(refused.status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ::testing::ElementsAre("tariff_date", "sample_size"));
}

TEST_F(ForecastsTest, TheDoorLetsInWhoMay) {
  Router router("gm1730", scene_.clock);
  BindForecasts(&forecasts_, &router);
  FeedT20();
  for (const auto& [role, allowed] :
       {std::pair(type::CONTROLLER, true), std::pair(type::POLICY_ADVISER, true), std::pair(type::CONTRACT_MANAGER, true),
        std::pair(type::PROVIDER, false), std::pair(type::CLERK, false)}) {
    Caller caller;
    caller.municipality = "gm1730";
    caller.roles = {role};
    const auto answer = router.Call("/nmd.costs.v1.ForecastsService/QueryObligations", caller,
                                    Until("2018-04-01", "2019-01-01").SerializeAsString());
    EXPECT_EQ(answer.ok(), allowed) << role << " " << answer.status();
  }
}

}  // namespace
}  // namespace nmd::analyses
