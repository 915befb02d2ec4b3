// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/reconciliation.h"

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;

class ReconciliationCommandTest : public CommandTest {
 protected:
  ReconciliationCommandTest() : CommandTest(0, absl::FromUnixSeconds(1'546'300'800)) {}
  std::string Asked() const { return monitor_.asked().back().target; }
};

TEST_F(ReconciliationCommandTest, ShowsTheAccountOfAProvider) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/accounts/01234567", R"({"provider":"01234567","providerTitle":"De Boomhut",
      "year":2018,"balances":[{"law":"jeugdwet","year":2018,"declared":{"count":"3","amountCents":"8000"},
      "open":{"count":"1","amountCents":"6000"}}],"ages":[{"toDays":30,"open":{"count":"1","amountCents":"6000"}},
      {"fromDays":91,"open":{}}],"outcomes":[{"kind":"LINE","outcome":"OVER_VOLUME","actor":"MUNICIPALITY",
      "items":{"count":"1","amountCents":"6000"},"title":"Meer dan toegewezen"}],
      "indicated":{"state":"ANSWERED","amountCents":"9000"},"paid":{"state":"NOT_REGISTERED","stateReason":"ATTRIBUTE_NOT_REGISTERED"},
      "booked":{"state":"ANSWERED","amountCents":"700"},"knownTime":"2018-06-10T12:00:00Z","text":"Over 2018 is iets gedeclareerd."})");
  ASSERT_EQ(Run("account 01234567 --year 2018 --known-on 2018-06-10"), 0) << err_.str();
  EXPECT_THAT(Asked(), HasSubstr("year=2018"));
  EXPECT_THAT(Asked(), HasSubstr("known_time=2018-06-10"));
  EXPECT_THAT(out_.str(), HasSubstr("01234567 De Boomhut\nOver 2018 is iets gedeclareerd.\nToegewezen: € 90,00\n"));
  EXPECT_THAT(out_.str(), HasSubstr("meer dan 90 dagen"));
  EXPECT_THAT(out_.str(), HasSubstr("Meer dan toegewezen"));
  ASSERT_EQ(Run("account 01234567 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("deel,wet,jaar,wat,wie,aantal,bedrag\n"));
  EXPECT_THAT(out_.str(), HasSubstr("saldo,jeugdwet,2018,open,,1,60.00\n"));
  EXPECT_THAT(out_.str(), HasSubstr("regel,,,OVER_VOLUME,gemeente,1,60.00\n"));
}

TEST_F(ReconciliationCommandTest, ListsItemsByFilter) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/accounts/01234567/items", R"({"items":[{"kind":"LINE","outcome":"OVER_VOLUME",
      "rule":"TR321","actor":"MUNICIPALITY","standing":"OPEN","law":"jeugdwet","allocation":"12","product":"45A04",
      "startDate":"2018-03-01","endDate":"2018-04-01","claim":"c2","reference":"r3","amountCents":"6000","expectedCents":"5000",
      "openDays":66,"text":"Te veel.","nextStep":"Gemeente: wijs af."}],"totalSize":1})");
  ASSERT_EQ(Run("items 01234567 --year 2018 --law jeugdwet --kind line --outcome over_volume,over_budget --actor gemeente "
                "--allocation 12 --claim c2"),
            0)
      << err_.str();
  for (const char* asked : {"year=2018", "law=jeugdwet", "kind=LINE", "outcomes=OVER_VOLUME", "outcomes=OVER_BUDGET",
                            "actor=MUNICIPALITY", "allocation=12", "claim=c2"}) {
    EXPECT_THAT(Asked(), HasSubstr(asked));
  }
  EXPECT_THAT(out_.str(), HasSubstr("31-03-2018"));
  EXPECT_THAT(out_.str(), HasSubstr("Gemeente: wijs af."));
  ASSERT_EQ(Run("items 01234567 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("regel,jeugdwet,12,c2,r3,45A04,2018-03-01,2018-04-01,60.00,50.00,OVER_VOLUME,TR321,OPEN,66,"
                                    "gemeente,Te veel.,Gemeente: wijs af.\n"));
  EXPECT_EQ(Run("items 01234567 --actor niemand"), 2);
  EXPECT_EQ(Run("items"), 2);
}

TEST_F(ReconciliationCommandTest, ShowsWhatAContractSays) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/contracts/jh-1", R"({"name":"municipalities/gm1730/contracts/jh-1",
      "provider":"01234567","providerTitle":"De Boomhut","law":"jeugdwet","startDate":"2018-01-01","endDate":"2019-01-01",
      "ceilings":[{"amountCents":"1000000"}],"prices":[{"product":"45A04","unit":"04","amountCents":"9050","startDate":"2018-01-01"}],
      "parties":[{"organisation":"org-1","concernTitle":"Groep Noord","startDate":"2018-01-01"}],
      "terms":[{"kind":"NOTICE_SHARE","value":"70000","startDate":"2018-01-01"},{"kind":"BEDS","product":"43A08","value":"4"},
               {"kind":"LEAST_TURNOVER","value":"5000000"},{"kind":"ROOM_DECIDED","value":"2019","startDate":"2018-09-28"}],
      "findings":[{"rule":"CEILING_ZERO","text":"Een plafond zonder bedrag."}]})");
  ASSERT_EQ(Run("contract jh-1"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("jh-1: 01234567 De Boomhut, Jeugdwet, van 01-01-2018 tot en met 31-12-2018\n"
                                    "Vanaf 01-01-2018 van org-1, Groep Noord\n"));
  EXPECT_THAT(out_.str(), HasSubstr("70,0%"));
  EXPECT_THAT(out_.str(), HasSubstr("€ 90,50"));
  EXPECT_THAT(out_.str(), HasSubstr("Let op: Een plafond zonder bedrag.\n"));
  ASSERT_EQ(Run("contract jh-1 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("bedden,,43A08,,4,,\n"));
  EXPECT_THAT(out_.str(), HasSubstr("omzet per jaar minstens,,,,50000.00,,\n"));
  EXPECT_THAT(out_.str(), HasSubstr("bestedingsruimte vastgesteld voor jaar,,,,2019,2018-09-28,\n"));
  EXPECT_THAT(out_.str(), HasSubstr("plafond,,,elk jaar,10000.00,,\n"));
}

}  // namespace
}  // namespace nmd::cli
