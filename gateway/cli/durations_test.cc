// SPDX-License-Identifier: EUPL-1.2
// nmdctl duration and endings, from command line to request and from answer to screen, against a monitor of the test.
#include "gateway/cli/durations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cli/command_test.h"
#include "nmd/costs/v1/durations.pb.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;

const std::string kDurations = "/v1/municipalities/gm1730/durations/";

class DurationCommandsTest : public CommandTest {};

constexpr char kEstimate[] = R"({
  "total":{"state":"ANSWERED","trajectories":"41","ended":"31","imputed":"2",
    "summary":{"median":{"state":"ANSWERED","value":9,"low":6,"text":"9,0 maanden"},
               "longer_than_6":{"state":"ANSWERED","value":0.7,"low":0.45,"high":0.85,"text":"70,0%"},
               "longer_than_12":{"state":"NOT_AVAILABLE","stateReason":"NOT_OBSERVED","text":"nog niemand zo lang gevolgd"}},
    "withoutImputed":{"median":{"state":"NOT_AVAILABLE","stateReason":"NOT_REACHED","text":"langer dan 12,0 maanden"}},
    "points":[{"months":6,"atRisk":"18","ended":"4","share":0.7,"low":0.45,"high":0.85}],
    "endings":[{"ending":"planned","title":"Volgens plan","ended":"8","within_6":{"state":"ANSWERED","value":0.3,"text":"30,0%"}}],
    "netShare":{"state":"ANSWERED","value":0.963,"text":"96,3%"},
    "endedMean":{"state":"ANSWERED","value":6.6,"text":"6,6 maanden"}},
  "groups":[{"group":{"dimension":"provider","value":"99000003","label":"De Brug"},"state":"NOT_AVAILABLE",
    "stateReason":"TOO_FEW_CASES","trajectories":"3"}],
  "logRank":{"state":"ANSWERED","p":0.01,"text":"De duur verschilt tussen de groepen."},
  "remarks":["Wat nog loopt, telt mee."]})";

TEST_F(DurationCommandsTest, DurationShowsMedianAndNaiveMeanSideBySide) {
  monitor_.OnJson("POST " + kDurations + "_estimate", kEstimate);
  ASSERT_EQ(Run("duration --by provider --from 2017-01 --to 2018-12 --where law=jeugdwet --known-on 2018-06-01 --lag 10 "
                "--observed-from 2017-01-01"),
            0)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("9,0 maanden (6,0 tot ?)"));
  EXPECT_THAT(out_.str(), HasSubstr("70,0% (45,0% tot 85,0%)"));
  EXPECT_THAT(out_.str(), HasSubstr("langer dan 12,0 maanden"));
  EXPECT_THAT(out_.str(), HasSubstr("6,6 maanden"));
  EXPECT_THAT(out_.str(), HasSubstr("Op gemiddeld 96,3% van de dagen"));
  EXPECT_THAT(out_.str(), HasSubstr("De Brug"));
  EXPECT_THAT(out_.str(), HasSubstr("minder dan 20 trajecten: geen duur"));
  EXPECT_THAT(out_.str(), HasSubstr("Volgens plan"));
  EXPECT_THAT(out_.str(), HasSubstr("De duur verschilt tussen de groepen.\n\nWat nog loopt, telt mee.\n"));
  const auto asked = Asked<costs::v1::EstimateDurationRequest>();
  EXPECT_EQ(asked.group_by(), "provider");
  EXPECT_EQ(asked.question().filters(0).values(0), "jeugdwet");
  EXPECT_EQ(asked.question().started().start_date(), "2017-01-01");
  EXPECT_EQ(asked.question().started().end_date(), "2019-01-01");
  EXPECT_EQ(asked.question().lag_days(), 10);
  EXPECT_EQ(asked.question().observed_from_date(), "2017-01-01");
  EXPECT_EQ(asked.question().unit(), costs::v1::DurationQuestion::TRAJECTORY);
  ASSERT_EQ(Run("duration --per-product"), 0);
  EXPECT_FALSE(Asked<costs::v1::EstimateDurationRequest>().question().has_lag_days());
  EXPECT_EQ(Asked<costs::v1::EstimateDurationRequest>().question().unit(), costs::v1::DurationQuestion::PRODUCT);
}

TEST_F(DurationCommandsTest, DurationIsATableForPrograms) {
  monitor_.OnJson("POST " + kDurations + "_estimate", kEstimate);
  ASSERT_EQ(Run("duration --by provider --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "groep,trajecten,beeindigd,zonder_stop,mediaan_maanden,langer_6,langer_9,langer_12,mediaan_zonder_afgeleid,"
            "gemiddelde_beeindigd,reden\n"
            "99000003,3,0,0,,,,,,,TOO_FEW_CASES\n"
            ",41,31,2,9,0.7,,,,6.6,\n");
  ASSERT_EQ(Run("duration --curve --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "groep,maanden,gevolgd,beeindigd,langer,laag,hoog\n,6,18,4,0.7,0.45,0.85\n");
}

TEST_F(DurationCommandsTest, CompareShowsAllocatedAndAgreed) {
  monitor_.OnJson("POST " + kDurations + "_compare", R"({"total":{"extended":"7",
      "allocated":{"state":"ANSWERED","trajectories":"30","leftOut":"5","median":{"state":"ANSWERED","value":0.84,"text":"84,0%"},
                   "endedWithin":{"state":"ANSWERED","value":1,"text":"100,0%"}},
      "agreed":{"state":"NOT_AVAILABLE","stateReason":"TOO_FEW_CASES"}}})");
  ASSERT_EQ(Run("duration --compare"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Eerst toegewezen"));
  EXPECT_THAT(out_.str(), HasSubstr("84,0%"));
  EXPECT_THAT(out_.str(), HasSubstr("minder dan 20 trajecten"));
}

TEST_F(DurationCommandsTest, EndingsShowsReasonsPerMonth) {
  monitor_.OnJson("POST " + kDurations + "_endings", R"({"months":[
      {"month":"2017-05","state":"NOT_AVAILABLE","stateReason":"PERIOD_NOT_DELIVERED"},
      {"month":"2017-06","state":"ANSWERED","provisional":true,"count":"5","imputed":"1","lower":"2",
       "endings":[{"ending":"planned","title":"Volgens plan","count":"4"}]}],
      "total":{"state":"ANSWERED","count":"5","imputed":"1","lower":"2",
       "endings":[{"ending":"planned","title":"Volgens plan","count":"4"}]}})");
  ASSERT_EQ(Run("endings --from 2017-05 --to 2017-06"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("2017-06 (voorlopig)"));
  EXPECT_THAT(out_.str(), HasSubstr("niet beschikbaar"));
  EXPECT_EQ(Asked<costs::v1::CountEndingsRequest>().period().end_date(), "2017-07-01");
  ASSERT_EQ(Run("endings --from 2017-05 --to 2017-06 --format csv"), 0);
  EXPECT_EQ(out_.str(),
            "maand,beeindigd,zonder_stop,planned,daarna_lager,daarna_gelijk,daarna_hoger,daarna_onbekend,reden\n"
            "2017-05,,,,,,,,PERIOD_NOT_DELIVERED\n"
            "2017-06,5,1,4,2,0,0,0,\n"
            ",5,1,4,2,0,0,0,\n");
}

TEST_F(DurationCommandsTest, FaultsInTheCommandAreToldBeforeAnythingIsSent) {
  EXPECT_EQ(Run("endings"), 2) << "a period is needed";
  EXPECT_EQ(Run("endings --from 2017"), 2);
  EXPECT_EQ(Run("duration --where law"), 2);
  EXPECT_EQ(Run("duration --known-on gisteren"), 2);
  EXPECT_EQ(Run("duration --lag 400"), 2);
  EXPECT_TRUE(monitor_.asked().empty());
}

}  // namespace
}  // namespace nmd::cli
