// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/growth.h"

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;

class GrowthCommandTest : public CommandTest {
 protected:
  GrowthCommandTest() : CommandTest(0, absl::FromUnixSeconds(1'546'300'800)) {}
  std::string Asked() const { return monitor_.asked().back().body; }
};

TEST_F(GrowthCommandTest, SplitsGrowthOfTwoYears) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/growth/_explain", R"({"state":"ANSWERED","conclusion":"De kosten stegen.",
      "level":"Product","growthCents":"1000","points":[{"clients":{"state":"ANSWERED","count":"4","period":{"startDate":"2017-01-01"}},
      "clientsIndex":100}],"links":[{"state":"ANSWERED","growthCents":"1000","before":{"startDate":"2017-01-01"},
      "after":{"startDate":"2018-01-01"},"effects":[{"factor":"tariff","title":"Hogere tarieven","amountCents":"1000","share":1}]}],
      "effects":[{"factor":"tariff","title":"Hogere tarieven","amountCents":"1000","share":1}],
      "groups":[{"group":{"dimension":"product","value":"45A04","label":"45A04"},"growthCents":"1000","provisionsGrowth":0.5}],
      "notComparable":[{"product":"45A09","label":"45A09","amountBeforeCents":"500"}],"remarks":["Let op."]})");
  ASSERT_EQ(
      Run("growth --from 2017-01 --to 2018-01 --months 12 --step 12 --by product --where law=jeugdwet --known-on 2019-01-01"),
      0)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("De kosten stegen."));
  EXPECT_THAT(out_.str(), HasSubstr("Hogere tarieven"));
  EXPECT_THAT(out_.str(), HasSubstr("Niet vergelijkbaar"));
  EXPECT_THAT(out_.str(), HasSubstr("+50%"));
  EXPECT_THAT(out_.str(), HasSubstr("Let op.\n"));
  EXPECT_THAT(Asked(), HasSubstr("2018-01-01"));
  EXPECT_THAT(Asked(), HasSubstr("2019-01-01")) << "the last period is a year";
  EXPECT_THAT(Asked(), HasSubstr("jeugdwet"));
  ASSERT_EQ(Run("growth --from 2017-01 --to 2018-01 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("deel,van,tot,groep,factor,bedrag,aandeel,toestand,reden\n"
                                    "stap,2017-01-01,2018-01-01,,tariff,10.00,1.000000,beantwoord,\n"));
  EXPECT_NE(Run("growth --from 2017-01"), 0);
  EXPECT_THAT(err_.str(), HasSubstr("--to"));
  EXPECT_EQ(Run("growth --from 2017-01 --to 2018-01 --depth deep"), 2);
}

TEST_F(GrowthCommandTest, SaysWhyThereIsNoGrowth) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/growth/_explain",
                  R"({"state":"NOT_COMPARABLE","stateReason":"TREND_BREAK","links":[{"state":"NOT_COMPARABLE",
                  "stateReason":"TREND_BREAK","before":{"startDate":"2017-01-01"},"after":{"startDate":"2018-01-01"}}]})");
  ASSERT_EQ(Run("growth --from 2017-01 --to 2018-01"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("trendbreuk"));
  ASSERT_EQ(Run("growth --from 2017-01 --to 2018-01 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("stap,2017-01-01,2018-01-01,,,,,niet_vergelijkbaar,TREND_BREAK\n"));
}

TEST_F(GrowthCommandTest, ListsProvidersAndTheirCohorts) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/growth/_providers", R"({"state":"ANSWERED","conclusion":"Bij 1 aanbieder.",
      "providers":[{"provider":{"dimension":"provider","value":"99000001","label":"De Brink"},"cohort":"NEW_PROVIDER",
      "clientsAfter":"3","growthCents":"5000","meanIvnAfter":5.5,"effects":[{"factor":"clients","title":"Meer cliënten",
      "amountCents":"5000"}]}],"cohorts":[{"cohort":"NEW_PROVIDER","providerCount":"1","growthCents":"5000"}],
      "total":{"growthCents":"5000","effects":[{"factor":"clients","title":"Meer cliënten","amountCents":"5000"}]}})");
  ASSERT_EQ(Run("provider-growth --from 2017-01 --to 2018-01 --level concern --small 100000 --new-months 12"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("De Brink"));
  EXPECT_THAT(out_.str(), HasSubstr("5,50"));
  EXPECT_THAT(Asked(), HasSubstr("concern"));
  EXPECT_THAT(Asked(), HasSubstr("10000000"));
  ASSERT_EQ(Run("provider-growth --from 2017-01 --to 2018-01 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("99000001,nieuw,0,3,0,0,,5.500000,0.00,0.00,50.00,50.00\n"));
  EXPECT_EQ(Run("provider-growth --from 2017-01 --to 2018-01 --level straat"), 2);
}

TEST_F(GrowthCommandTest, SplitsADeficit) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/growth/_deficit", R"({"state":"ANSWERED","conclusion":"Slechter.",
      "incomeBeforeCents":"600","incomeAfterCents":"500","spendingState":"NOT_AVAILABLE","spendingStateReason":"PERIOD_NOT_DELIVERED",
      "effects":[{"factor":"income","title":"Minder inkomsten","amountCents":"-100","share":1}]})");
  ASSERT_EQ(Run("deficit --from 2016 --to 2017 --income a,b --result c"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Minder inkomsten"));
  EXPECT_THAT(out_.str(), HasSubstr("niet verder gesplitst"));
  EXPECT_THAT(Asked(), HasSubstr("[\"a\",\"b\"]"));
  EXPECT_EQ(Run("deficit --from 2016"), 2) << "two years are needed";
}

TEST_F(GrowthCommandTest, ShowsStocksThatClose) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/growth/_stock", R"({"state":"ANSWERED","conclusion":"Steeg.",
      "total":{"start":"2","inflow":"3","outflow":"1","end":"4","growth":"2"},"previous":{"start":"2","end":"2"},
      "groups":[{"group":{"value":"02","label":"Huisarts"},"start":"2","end":"4","growth":"2"}]})");
  ASSERT_EQ(Run("stock --from 2018-01 --to 2018-12 --by referrer"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Huisarts"));
  EXPECT_THAT(out_.str(), HasSubstr("periode ervoor"));
  ASSERT_EQ(Run("stock --from 2018-01 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("*,2,3,0,0,0,0,1,0,4,2\n"));
}

TEST_F(GrowthCommandTest, TellsAWordWhereANumberIsHidden) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/concentration/_describe", R"({"state":"ANSWERED","conclusion":"Zo.",
      "clients":{"state":"ANSWERED","clientCount":"100","amountCents":"10000","meanCents":"100","gini":0.5,
      "topShares":[{"percent":1,"clientCount":"1","state":"SUPPRESSED"},{"percent":10,"clientCount":"10","state":"ANSWERED",
      "leastCents":"200","share":0.25}]},"providers":{"state":"ANSWERED","providerCount":"5","hhi":{"least":425,"most":750},
      "largest5Share":{"least":0.45,"most":0.45},"changes":[{"text":"De Brink hoort ergens bij."}]}})");
  ASSERT_EQ(Run("concentration --from 2018-01 --to 2018-12 --top 1,10 --total 1000 --largest-missing 60"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("onderdrukt"));
  EXPECT_THAT(out_.str(), HasSubstr("25,0%"));
  EXPECT_THAT(out_.str(), HasSubstr("De Brink hoort ergens bij."));
  EXPECT_THAT(Asked(), HasSubstr("[1,10]"));
  EXPECT_THAT(Asked(), HasSubstr("100000"));
  ASSERT_EQ(Run("concentration --from 2018-01 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("top1,1,,,,onderdrukt\n"));
  EXPECT_THAT(out_.str(), HasSubstr("hhi,5,,425.000000,750.000000,beantwoord\n"));
}

TEST_F(GrowthCommandTest, SetsInhabitantsBesideClients) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/neighbourhoods/_compare", R"({"state":"ANSWERED","areas":[{
      "area":{"dimension":"wijk","value":"W1","label":"Ter Borch"},
      "before":{"year":2018,"state":"ANSWERED","clients":{"state":"ANSWERED","count":"40"},"population":{"state":"ANSWERED","count":"1200"},"per1000":33.3},
      "after":{"year":2020,"state":"ANSWERED","clients":{"state":"ANSWERED","count":"77"},"population":{"state":"ANSWERED","count":"1200"},"per1000":64.2},
      "growth":{"state":"NOT_AVAILABLE","stateReason":"TOO_FEW_CASES"},"conclusion":"Te weinig.",
      "externalValues":[{"publisher":"CBS","title":"Jongeren met jeugdhulp","text":"75","period":{"startDate":"2020-01-01","endDate":"2021-01-01"},
          "withdrawnDate":"2021-12-01","withdrawnReason":"te klein",
          "counterpart":{"figure":{"measure":"clients","state":"ANSWERED","count":"77"},"difference":"CBS rondt af op vijf."}}]}]})");
  ASSERT_EQ(Run("neighbourhoods --from 2018 --to 2020 --area wijk --ages 0,22"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Ter Borch"));
  EXPECT_THAT(out_.str(), HasSubstr("64,2"));
  EXPECT_THAT(out_.str(),
              HasSubstr("Te weinig.\n  CBS zegt over 2020, Jongeren met jeugdhulp: 75 (ingetrokken op 01-12-2021: te klein); "
                        "wij (clients): 77. CBS rondt af op vijf.\n"));
  EXPECT_THAT(Asked(), HasSubstr("22"));
  EXPECT_EQ(Run("neighbourhoods --from 2018 --to 2020 --area straat"), 2);
}

}  // namespace
}  // namespace nmd::cli
