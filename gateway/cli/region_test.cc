// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/region.h"

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;
using ::testing::Not;

class RegionCommandTest : public CommandTest {};

constexpr char kTable[] = R"({"title":"Cliënten","coverage":"1 van 2 gemeenten","members":[
    {"municipality":"gm1730","title":"Tynaarlo","state":"PUBLISHED"},
    {"municipality":"gm0106","title":"Assen","state":"WITHDRAWN","reason":"Dubbel geleverd."}],
  "dimensions":[{"dimension":"ivn","title":"Niveau","codes":[{"value":"totaal","label":"Totaal"},{"value":"6","label":"IVN 6"}]}],
  "measures":[{"measure":"clients","title":"Cliënten","unit":"count","note":"Som van de gemeenten."},
              {"measure":"declared","title":"Gedeclareerd","unit":"cents","note":"Anders."}],
  "cells":[{"codes":[0],"values":[{"state":"ANSWERED","count":"50","members":[{"member":0,"state":"ANSWERED","count":"50"}]},
                                  {"state":"ANSWERED","amountCents":"123456"}]},
           {"codes":[1],"values":[{"state":"SUPPRESSED","stateReason":"CELL_PROTECTED","lower":0,"upper":20,
                                   "members":[{"member":0,"state":"SUPPRESSED"}]},
                                  {"state":"SUPPRESSED","upper":5000}]}],
  "proof":"Bewezen."})";

TEST_F(RegionCommandTest, ShowsATableWithBoundsAndSaysWhoIsNotThere) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/tables/clienten", kTable);
  ASSERT_EQ(Run("region table clienten --from 2018-01 --to 2018-12"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("period.start_date=2018-01-01&period.end_date=2019-01-01"));
  EXPECT_THAT(out_.str(),
              HasSubstr("1 van 2 gemeenten\n  Assen: ingetrokken. Dubbel geleverd.\nSom van de gemeenten.\nBewezen.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("onderdrukt"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("Anders.")));
}

TEST_F(RegionCommandTest, GivesMachinesOneMeasureWithAColumnPerMember) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/tables/clienten", kTable);
  ASSERT_EQ(Run("region table clienten --from 2018-01 --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "ivn,regio,minstens,hoogstens,toestand,gm1730,gm0106\n"
            "totaal,50,,,beantwoord,50,\n"
            "6,,0,20,onderdrukt,,\n");
  ASSERT_EQ(Run("region table clienten --from 2018-01 --measure declared --format csv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("totaal,1234.56,,,beantwoord,,\n6,,,50.00,onderdrukt,,\n"));
  EXPECT_EQ(Run("region table clienten --from 2018-01 --measure other"), 3);
  EXPECT_EQ(Run("region table clienten"), 2) << "a period is needed";
}

TEST_F(RegionCommandTest, ListsMembersAndTables) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/members", R"({"coverage":"4 van 5 gemeenten","members":[
      {"municipality":"gm0106","title":"Assen","lastStatement":"gm0106/000003","ageDays":2,"publicationCount":"3","agreementCount":1,
       "lastReceivedTime":"2026-01-01T00:00:00Z","refusedCount":"1","lastRefusal":"schema"}]})");
  ASSERT_EQ(Run("region members"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("4 van 5 gemeenten"));
  EXPECT_THAT(out_.str(), HasSubstr("schema"));
  monitor_.OnJson("GET /v1/municipalities/gm1730/tables",
                  R"({"tables":[{"name":"municipalities/nmd/tables/clienten","title":"Cliënten",
      "periods":[{"period":{"startDate":"2018-01-01","endDate":"2019-01-01"},"memberCount":4,"ofCount":5}]}]})");
  ASSERT_EQ(Run("region tables --audience openbaar --format csv"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("audience=openbaar"));
  EXPECT_THAT(out_.str(), HasSubstr("clienten,Cliënten,2018-01-01,2019-01-01,4,5\n"));
  monitor_.OnJson("GET /v1/municipalities/gm1730/statements", R"({"statements":[{"id":"gm0106/000003","municipality":"gm0106",
      "kind":"publication","refusal":"schema","refusalText":"the cells are not in order","receivedTime":"2026-01-01T00:00:00Z"}]})");
  ASSERT_EQ(Run("region statements --member gm0106"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("municipality=gm0106"));
  EXPECT_THAT(out_.str(), HasSubstr("the cells are not in order"));
}

TEST_F(RegionCommandTest, ComparesMembersByRateAndAge) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/members/_compare",
                  R"({"coverage":"2 van 2 gemeenten","note":"Geen ranglijst.",
      "members":[{"municipality":"gm1730","title":"Tynaarlo","state":"PUBLISHED",
        "rate":{"state":"ANSWERED","ratio":55,"interval":{"low":45.2,"high":66.3}},"standardisedRate":{"state":"ANSWERED","ratio":37}}],
      "together":{"title":"Samen","rate":{"state":"ANSWERED","ratio":37}}})");
  ASSERT_EQ(Run("region compare clienten-leeftijd --from 2018-01 --to 2018-12 --where ivn=6"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().body, HasSubstr("ivn"));
  EXPECT_THAT(out_.str(), HasSubstr("Geen ranglijst."));
  EXPECT_THAT(out_.str(), HasSubstr("Samen"));
  EXPECT_EQ(Run("region compare clienten-leeftijd --from 2018-01 --where ivn"), 3);
}

TEST_F(RegionCommandTest, ShowsTheMarketAndCeilings) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/market/_assess", R"({"coverage":"4 van 5 gemeenten",
      "hhi":{"state":"SUPPRESSED","lower":405,"upper":3430},"largest5Share":{"state":"ANSWERED","ratio":0.91},
      "providers":[{"provider":"41000001","label":"Zorg","amount":{"state":"ANSWERED","amountCents":"280000"},
                    "share":{"state":"SUPPRESSED","lower":0.56,"upper":0.68}}]})");
  ASSERT_EQ(Run("region market markt --from 2018-01 --to 2018-12"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("HHI: onderdrukt, minstens 405"));
  monitor_.OnJson("GET /v1/municipalities/gm1730/ceilings",
                  R"({"ceilings":[{"ceiling":"p1","title":"Plafond","ceilingCents":"300000",
      "used":{"state":"NOT_AVAILABLE","lower":280000},"state":"UNKNOWN","coverage":"4 van 5 gemeenten"}]})");
  ASSERT_EQ(Run("region ceilings --format csv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("p1,Plafond,,,3000.00,,2800.00,,niet te zeggen,4 van 5 gemeenten\n"));
}

}  // namespace
}  // namespace nmd::cli
