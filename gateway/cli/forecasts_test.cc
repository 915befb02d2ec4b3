// SPDX-License-Identifier: EUPL-1.2
// nmdctl obligations, outstanding, forecast and pxq, from command line to request and from answer to screen.
#include "gateway/cli/forecasts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cli/command_test.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kRoot = "POST /v1/municipalities/gm1730";

class ForecastCommandsTest : public CommandTest {};

TEST_F(ForecastCommandsTest, ObligationsAreAskedUntilAndIncludingTheLastDayT20) {
  monitor_.OnJson(kRoot + "/obligations/_query", R"({
    "period":{"start_date":"2018-04-01","end_date":"2019-01-01"},
    "rows":[{"dimensions":[{"dimension":"product","value":"44A08","label":"Verblijf"}],
             "running":{"state":"ANSWERED","amount_cents":"6462500"},"allocation_count":"1"}],
    "total":{"running":{"state":"ANSWERED","amount_cents":"7174231"},"allocation_count":"3"},
    "remarks":["1 toewijzingen hebben geen einddatum."],"known_time":"2018-03-31T10:00:00Z"})");
  ASSERT_EQ(Run("obligations --on 2018-04-01 --until 2018-12-31 --by product --where law=jeugdwet --known-on 2018-03-31"), 0)
      << err_.str();
  const auto asked = Asked<costs::v1::QueryObligationsRequest>();
  EXPECT_EQ(asked.period().start_date(), "2018-04-01");
  EXPECT_EQ(asked.period().end_date(), "2019-01-01");
  EXPECT_EQ(asked.dimensions(0), "product");
  EXPECT_EQ(asked.filters(0).dimension(), "law");
  EXPECT_TRUE(asked.has_known_time());
  EXPECT_THAT(out_.str(), HasSubstr("Lopende verplichtingen van 01-04-2018 t/m 31-12-2018"));
  EXPECT_THAT(out_.str(), HasSubstr("Verblijf"));
  EXPECT_THAT(out_.str(), HasSubstr("€ 71.742"));
  EXPECT_THAT(out_.str(), HasSubstr("1 toewijzingen hebben geen einddatum.\nBekend op 31-03-2018 12:00."));
  ASSERT_EQ(Run("--format csv obligations --quarter 2018-Q1"), 0) << err_.str();
  EXPECT_EQ(Asked<costs::v1::QueryObligationsRequest>().quarter(), "2018-Q1");
  EXPECT_THAT(out_.str(), HasSubstr("rij,kenmerken,lopend,"));
  EXPECT_THAT(out_.str(), HasSubstr("groep,product=44A08,64625.00,"));
  EXPECT_THAT(out_.str(), HasSubstr("totaal,,71742.31,"));
  ASSERT_EQ(Run("obligations --report halfjaar --year 2018"), 0) << err_.str();
  EXPECT_EQ(Asked<costs::v1::QueryObligationsRequest>().report().report(), costs::v1::HALF_YEAR_REPORT);
  EXPECT_NE(Run("obligations"), 0);
  EXPECT_THAT(err_.str(), HasSubstr("geef --on en --until"));
  EXPECT_NE(Run("obligations --report halfjaar"), 0);
  EXPECT_NE(Run("obligations --report maandelijks --year 2018"), 0);
}

TEST_F(ForecastCommandsTest, OutstandingShowsEveryMonthAndTheMarginT20b) {
  monitor_.OnJson(kRoot + "/obligations/_outstanding", R"({
    "months":[{"month":"2018-04","declared":{"state":"ANSWERED","amount_cents":"12000"},
               "outstanding":{"state":"ANSWERED","amount_cents":"6240"},"developed":0.6579,"method":"CHAIN_LADDER"},
              {"month":"2018-05","declared":{"state":"ANSWERED","amount_cents":"0"},
               "outstanding":{"state":"NOT_AVAILABLE","state_reason":"TOO_FEW_OBSERVATIONS"},"method":"NONE"}],
    "declared":{"state":"ANSWERED","amount_cents":"12000"},
    "outstanding":{"state":"ANSWERED","amount_cents":"6240","interval":{"low":5000,"high":8000,"confidence":0.8}}})");
  ASSERT_EQ(Run("outstanding --from 2018-04 --to 2018-05 --tail 1.02 --prior 1.4,1.1 --prior-source regio"), 0) << err_.str();
  const auto asked = Asked<costs::v1::EstimateOutstandingRequest>();
  EXPECT_EQ(asked.period().end_date(), "2018-06-01");
  EXPECT_EQ(asked.ladder().tail_factor(), 1.02);
  ASSERT_EQ(asked.ladder().prior_factors_size(), 2);
  EXPECT_EQ(asked.ladder().prior_source(), "regio");
  EXPECT_THAT(out_.str(), HasSubstr("65,8%"));
  EXPECT_THAT(out_.str(), HasSubstr("niet beschikbaar"));
  EXPECT_THAT(out_.str(), HasSubstr("met 80% kans € 50 tot € 80."));
  ASSERT_EQ(Run("--format csv outstanding --from 2018-04"), 0);
  EXPECT_FALSE(Asked<costs::v1::EstimateOutstandingRequest>().ladder().has_tail_factor());
  EXPECT_THAT(out_.str(), HasSubstr("2018-04,120.00,62.40,0,0.657900,chain-ladder,"));
}

TEST_F(ForecastCommandsTest, AForecastShowsItsPartsAndWhatWasSaidBeforeQ9) {
  monitor_.OnJson(kRoot + "/forecasts/_year", R"({
    "forecast":{"state":"ANSWERED","amount_cents":"96000000","period":{"start_date":"2018-01-01","end_date":"2019-01-01"},
                "interval":{"low":90000000,"high":102000000,"confidence":0.8}},
    "realised":{"state":"ANSWERED","amount_cents":"40000000"},
    "months":[{"month":"2018-01","realised_cents":"8000000","survival":1}],
    "back_tests":[{"known_date":"2017-10-01","year":2017,"forecast":{"state":"ANSWERED","amount_cents":"95000000"},
                   "outcome":{"state":"ANSWERED","amount_cents":"100000000"},"error":-0.05}],
    "tested_count":6,"within_count":5,
    "drivers":[{"dimensions":[{"dimension":"product","value":"45A04"}],"clients":"10","months_per_client":4.5,
                "units_per_month":12.3,"tariff_cents":8500,"use_rate":0.8,"survival":0.95,"amount_cents":"1000000"}],
    "conclusion":"Over 2018 verwachten we € 960.000."})");
  ASSERT_EQ(Run("forecast --year 2018 --growth 0.025 --growth-source Primos --drivers"), 0) << err_.str();
  const auto asked = Asked<costs::v1::ForecastYearRequest>();
  EXPECT_EQ(asked.year(), 2018);
  EXPECT_EQ(asked.inflow_growth(), 0.025);
  EXPECT_TRUE(asked.with_drivers());
  EXPECT_THAT(out_.str(), HasSubstr("Over 2018 verwachten we € 960.000."));
  EXPECT_THAT(out_.str(), HasSubstr("01-10-2017"));
  EXPECT_THAT(out_.str(), HasSubstr("Van 6 voorspellingen lag de uitkomst 5 keer tussen de grenzen."));
  EXPECT_THAT(out_.str(), HasSubstr("€ 85,00"));
  ASSERT_EQ(Run("--format csv forecast --report jaarrekening --year 2018"), 0);
  EXPECT_EQ(Asked<costs::v1::ForecastYearRequest>().report().year(), 2018);
  EXPECT_THAT(out_.str(), HasSubstr("jaar,2018,400000.00,"));
  EXPECT_THAT(out_.str(), HasSubstr(",960000.00,900000.00,1020000.00,"));
}

TEST_F(ForecastCommandsTest, OldTariffsShowTheirBoundsT21) {
  monitor_.OnJson(kRoot + "/tariffs/_compare", R"({
    "client_count":"40","sample_count":"10","measured":{"state":"ANSWERED","amount_cents":"256000"},
    "lower":{"state":"ANSWERED","amount_cents":"256000"},"upper":{"state":"ANSWERED","amount_cents":"336000"},
    "approved":{"state":"ANSWERED","amount_cents":"76000"},
    "population":{"state":"ANSWERED","amount_cents":"1184000","interval":{"low":1000000,"high":1368000}},
    "population_approved":{"state":"ANSWERED","amount_cents":"304000"},
    "rows":[{"dimensions":[{"dimension":"product","value":"45A04"}],"predecessor":"45A01",
             "measured":{"state":"ANSWERED","amount_cents":"256000"},"month_count":"5","missing_count":"1"}],
    "remarks":["Let op: van 20,0% van de voorzieningen per maand is niet bekend hoeveel er is geleverd."]})");
  ASSERT_EQ(Run("pxq --from 2018-01 --to 2018-05 --tariff-date 2017-06-01 --sample 10"), 0) << err_.str();
  const auto asked = Asked<costs::v1::CompareTariffsRequest>();
  EXPECT_EQ(asked.tariff_date(), "2017-06-01");
  EXPECT_EQ(asked.sample_size(), 10);
  EXPECT_EQ(asked.quantity(), costs::v1::CompareTariffsRequest::DELIVERED);
  EXPECT_THAT(out_.str(), HasSubstr("tussen € 2.560 en € 3.360; goedgekeurd is € 760."));
  EXPECT_THAT(out_.str(), HasSubstr("alle 40 cliënten: € 11.840, met 95% zekerheid € 10.000 tot € 13.680"));
  EXPECT_THAT(out_.str(), HasSubstr("Let op: van 20,0%"));
  EXPECT_NE(Run("pxq --from 2018-01 --tariff-date 2017-06-01 --quantity paid"), 0);
  EXPECT_THAT(err_.str(), HasSubstr("delivered of allocated"));
}

}  // namespace
}  // namespace nmd::cli
