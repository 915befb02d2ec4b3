// SPDX-License-Identifier: EUPL-1.2
// nmdctl referrers, waiting, continuation, overlaps and responsibility: from command line to request and from answer to screen,
// against a monitor of the test.
#include "gateway/cli/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/cli/command_test.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;

const std::string kFigures = "POST /v1/municipalities/gm1730/figures/_";

class AccessCommandsTest : public CommandTest {};

TEST_F(AccessCommandsTest, ReferrersStandBesideTheMunicipality_R111) {
  monitor_.OnJson(kFigures + "referrers", R"({"state":"ANSWERED","courseCount":"100","groups":[
    {"group":"municipality","title":"Gemeente","courseCount":"30",
     "share":{"state":"ANSWERED","value":0.3,"interval":{"low":0.219,"high":0.396},"count":"100"},
     "ivn":{"state":"ANSWERED","value":5.33,"count":"30"},
     "duration":{"state":"NOT_AVAILABLE","stateReason":"NOT_REACHED"}},
    {"group":"","title":"Onbekend","courseCount":"0","ivn":{"state":"NOT_AVAILABLE","stateReason":"TOO_FEW"}}],
    "conclusion":"Er begonnen 100 voorzieningen."})");
  ASSERT_EQ(Run("referrers --from 2018-01 --to 2018-12 --where law=jeugdwet --known-on 2018-12-31"), 0) << err_.str();
  const auto request = Asked<costs::v1::CompareReferrersRequest>();
  EXPECT_EQ(request.period().end_date(), "2019-01-01");
  EXPECT_EQ(request.filters(0).dimension(), "law");
  EXPECT_TRUE(request.has_known_time());
  EXPECT_THAT(out_.str(), HasSubstr("30,0% [21,9%–39,6%]"));
  EXPECT_THAT(out_.str(), HasSubstr("niet bereikt"));
  EXPECT_THAT(out_.str(), HasSubstr("te weinig"));
  EXPECT_THAT(out_.str(), HasSubstr("Er begonnen 100 voorzieningen."));
  ASSERT_EQ(Run("referrers --from 2018-01 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("municipality,30,0.3,"));
  EXPECT_EQ(out_.str().find("Er begonnen"), std::string::npos) << "a program gets rows only";
}

TEST_F(AccessCommandsTest, WaitingSaysWhoStillWaits_R117) {
  monitor_.OnJson(kFigures + "waiting", R"({"state":"ANSWERED","groups":[
    {"courseCount":"5","started":"3","waiting":"1","before":"1","median":{"state":"ANSWERED","value":20},
     "p90":{"state":"NOT_AVAILABLE","stateReason":"NOT_REACHED"},
     "longer":[{"days":28,"share":{"state":"ANSWERED","value":0.5}}]},
    {"group":{"dimension":"category","value":"45","label":"Begeleiding"},"courseCount":"5","median":{"state":"ANSWERED","value":20}}],
    "conclusion":"Wie nog wacht, telt mee."})");
  ASSERT_EQ(Run("waiting --from 2018-03 --since referred --by category --longer-than 28"), 0) << err_.str();
  const auto request = Asked<costs::v1::DescribeWaitingRequest>();
  EXPECT_EQ(request.from(), costs::v1::DescribeWaitingRequest::REFERRED);
  EXPECT_EQ(request.group_by(), "category");
  EXPECT_EQ(request.longer_than_days(0), 28);
  EXPECT_THAT(out_.str(), HasSubstr("alles samen"));
  EXPECT_THAT(out_.str(), HasSubstr("Langer dan 28 dagen"));
  EXPECT_THAT(out_.str(), HasSubstr("Begeleiding"));
  EXPECT_EQ(Run("waiting --from 2018-03 --since gisteren"), 2);
  EXPECT_EQ(Run("waiting"), 2) << "a period is needed";
}

TEST_F(AccessCommandsTest, ContinuationCountsEveryBeginning_R119) {
  monitor_.OnJson(kFigures + "continuation", R"({"state":"ANSWERED","groups":[{"courseCount":"5","continued":"3","switched":"1",
    "newcomer":"1","firstEver":"1","continuedShare":{"state":"ANSWERED","value":0.6,"interval":{"low":0.23,"high":0.88}}}]})");
  ASSERT_EQ(Run("continuation --from 2018-06"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("60,0% [23,0%–88,0%]"));
}

TEST_F(AccessCommandsTest, OverlapsNameTheRule_R115) {
  monitor_.OnJson(kFigures + "overlaps", R"({"state":"ANSWERED","clientCount":"5","overlaps":[
    {"kind":"SAME_TWICE","title":"Twee keer","count":"1","share":{"state":"ANSWERED","value":0.2}}],
    "pairs":[{"kind":"SAME_TWICE","product":{"dimension":"product","value":"43A08","label":"Verblijf"},
      "otherProduct":{"dimension":"product","value":"44A08","label":"Gezinshuis"},"count":"1","reason":"een kind verblijft op een plek"}]})");
  ASSERT_EQ(Run("overlaps --on 2018-04-01 --level 7"), 0) << err_.str();
  const auto request = Asked<costs::v1::DescribeOverlapsRequest>();
  EXPECT_EQ(request.reference_date(), "2018-04-01");
  EXPECT_EQ(request.level(), 7);
  EXPECT_THAT(out_.str(), HasSubstr("een kind verblijft op een plek"));
  EXPECT_EQ(Run("overlaps --on 2018-04-01 --level 9"), 2);
}

TEST_F(AccessCommandsTest, ResponsibilityTellsWhoStays_R82) {
  monitor_.OnJson(kFigures + "responsibility", R"({"state":"ANSWERED","groups":[{"kind":"STAYS_FROM_ELSEWHERE",
    "title":"Verblijft hier, woonde ervoor elders","clientCount":"1","indicatedCents":"600000","share":{"state":"ANSWERED","value":0.37}}]})");
  ASSERT_EQ(Run("responsibility --from 2018-01 --to 2018-12"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("€ 6.000"));
  EXPECT_THAT(out_.str(), HasSubstr("37,0%"));
}

TEST_F(AccessCommandsTest, SaysWhyThereIsNoAnswer_T31) {
  monitor_.OnJson(kFigures + "referrers", R"({"state":"NOT_REGISTERED","stateReason":"ATTRIBUTE_NOT_REGISTERED"})");
  ASSERT_EQ(Run("referrers --from 2018-01 --where income=laag"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("Niet geregistreerd"));
}

}  // namespace
}  // namespace nmd::cli
