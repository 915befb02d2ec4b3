// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/publications.h"

#include <fstream>

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRelease[] =
    R"({"name":"municipalities/gm1730/releases/gm1730-2018-0007","agreement":"municipalities/gm1730/agreements/regio",
    "table":"wijk","title":"Per wijk","audience":"regio","state":"RELEASED","period":{"startDate":"2018-01-01","endDate":"2018-02-01"},
    "cellCount":"3","loss":{"hiddenCells":0.25,"hiddenValue":0.04},"audit":{"safe":true,"releaseCount":"2"},"proof":"Bewezen.",
    "replaces":"gm1730-2018-0003",
    "deliveries":[{"recipient":"nmd","state":"REFUSED","detail":"key_unknown: no"},{"recipient":"gm0106","state":"RECEIVED"}],
    "publication":{"dimensions":[{"dimension":"wijk","title":"Wijk","codes":[{"value":"totaal","label":"Totaal"},{"value":"A","label":"Eelde"},
    {"value":""}]}],"measures":[{"measure":"clients","title":"Cliënten","unit":"count"},{"measure":"indicated","title":"Toegewezen"}],
    "cells":[{"codes":[0],"state":"SHOWN","values":[{"count":"1234"},{"amountCents":"123450"}]},{"codes":[1],"state":"HIDDEN"},
    {"codes":[2],"state":"ZERO","values":[{"count":"0"},{"missing":"PERIOD_NOT_DELIVERED"}]}]}})";

class PublicationCommandTest : public CommandTest {
 protected:
  std::string Path(const std::string& name) const { return ::testing::TempDir() + "/" + name; }
};

TEST_F(PublicationCommandTest, ProposesTheAgreementsOfAFile) {
  std::ofstream(Path("agreements.yaml"))
      << "agreements:\n"
         "  - {name: municipalities/gm1730/agreements/regio, title: Regio, audiences: [regio]}\n";
  monitor_.OnJson("POST /v1/municipalities/gm1730/agreements",
                  R"({"agreement":{"name":"municipalities/gm1730/agreements/regio","version":"2"},
      "state":"PROPOSED","changes":["Titel: was \"A\", wordt \"Regio\""]})");
  ASSERT_EQ(RunWords({"agreement", "propose", Path("agreements.yaml")}), 0) << err_.str();
  EXPECT_EQ(Asked<publication::v1::ProposeAgreementRequest>().agreement().title(), "Regio");
  EXPECT_FALSE(Asked<publication::v1::ProposeAgreementRequest>().validate_only());
  EXPECT_EQ(out_.str(), "regio, versie 2: voorgesteld.\n  - Titel: was \"A\", wordt \"Regio\"\n");
  ASSERT_EQ(RunWords({"agreement", "diff", Path("agreements.yaml")}), 0) << err_.str();
  EXPECT_TRUE(Asked<publication::v1::ProposeAgreementRequest>().validate_only()) << "a question stores nothing";
  monitor_.OnJson(
      "POST /v1/municipalities/gm1730/agreements",
      R"({"agreement":{"name":"municipalities/gm1730/agreements/regio"},"state":"IN_FORCE","changes":["Van toen"]})");
  ASSERT_EQ(RunWords({"agreement", "diff", Path("agreements.yaml")}), 0);
  EXPECT_EQ(out_.str(), "regio: geen verschil met wat geldt.\n");
  EXPECT_NE(RunWords({"agreement", "propose", Path("nothing.yaml")}), 0);
}

TEST_F(PublicationCommandTest, ApprovesWhatIsProposed) {
  const std::string versions = "municipalities/gm1730/agreements/regio/versions";
  monitor_.OnJson("GET /v1/" + versions, R"({"versions":[
      {"name":"municipalities/gm1730/agreements/regio/versions/2","state":"PROPOSED","proposedBy":"an","agreement":{"name":"x/regio","version":"2"}},
      {"name":"municipalities/gm1730/agreements/regio/versions/1","state":"IN_FORCE","agreement":{"name":"x/regio","version":"1"}}]})");
  monitor_.OnJson("POST /v1/" + versions + "/2/_approve",
                  R"({"state":"IN_FORCE","agreement":{"name":"x/regio","version":"2"}})");
  monitor_.OnJson("POST /v1/" + versions + "/2/_refuse", R"({"state":"REFUSED","agreement":{"name":"x/regio","version":"2"}})");
  ASSERT_EQ(Run("agreement approve regio"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "regio, versie 2: geldt.\n");
  ASSERT_EQ(Run("agreement refuse regio --reason Nee"), 0) << err_.str();
  EXPECT_EQ(Asked<publication::v1::RefuseAgreementRequest>().reason(), "Nee");
  EXPECT_EQ(Run("agreement refuse regio"), 2) << "why?";
  ASSERT_EQ(Run("--format csv agreement versions regio"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\nregio,2,voorgesteld,an,,,,,\nregio,1,geldt,"));
  monitor_.OnJson("GET /v1/" + versions, R"({"versions":[]})");
  EXPECT_EQ(Run("agreement approve regio"), 3);
}

TEST_F(PublicationCommandTest, EndsAnAgreementWithAReason) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/agreements/regio/_end",
                  R"({"state":"ENDED","agreement":{"name":"x/regio","version":"3"}})");
  ASSERT_EQ(Run("agreement end regio --reason Gestopt"), 0) << err_.str();
  EXPECT_EQ(Asked<publication::v1::EndAgreementRequest>().reason(), "Gestopt");
  EXPECT_EQ(out_.str(), "regio, versie 3: beëindigd.\n");
}

TEST_F(PublicationCommandTest, ProposesARelease) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/releases", kRelease);
  ASSERT_EQ(Run("publish propose --agreement regio --table wijk --from 2018-01 --to 2018-03 --audience regio"), 0)
      << err_.str();
  const auto asked = Asked<publication::v1::ProposeReleaseRequest>();
  EXPECT_EQ(asked.agreement(), "municipalities/gm1730/agreements/regio");
  EXPECT_EQ(asked.period().end_date(), "2018-04-01");
  EXPECT_THAT(out_.str(),
              HasSubstr("Vervangt gm1730-2018-0003.\n3 cellen, 25,0% verborgen, met 4,0% van de cliënten.\nBewezen.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("nmd: geweigerd (key_unknown: no).\ngm0106: ontvangen.\n"));
  monitor_.OnJson("POST /v1/municipalities/gm1730/releases",
                  R"({"name":"x/gm1730-2018-0008","state":"BLOCKED","audit":{"safe":false,
      "findings":[{"measure":"clients","cell":"wijk Eelde","attacker":"iedereen","path":["A - B"]}]}})");
  EXPECT_EQ(Run("publish propose --agreement regio --table wijk --from 2018-01"), 1) << "the audit got in";
  EXPECT_THAT(out_.str(), HasSubstr("  - clients, wijk Eelde: te weten voor iedereen\n      A - B\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("met 0,0% van de cliënten")));
}

TEST_F(PublicationCommandTest, ProposesARegionalTableWithoutAnAgreement) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/releases",
                  R"({"name":"x/nmd-2018-0001","state":"PROPOSED","coverage":"4 van 5 gemeenten","audit":{"safe":true}})");
  ASSERT_EQ(Run("publish propose --table wijk --from 2018-01"), 0) << err_.str();
  EXPECT_EQ(Asked<publication::v1::ProposeReleaseRequest>().agreement(), "");
  EXPECT_THAT(out_.str(), HasSubstr("Van 4 van 5 gemeenten.\n"));
}

TEST_F(PublicationCommandTest, ShowsHowFarARoundedValueMayBeOff) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/releases/gm1730-2018-0007",
                  R"({"name":"x/gm1730-2018-0007","state":"RELEASED","publication":{
      "dimensions":[{"dimension":"wijk","codes":[{"value":"totaal","label":"Totaal"}]}],
      "measures":[{"measure":"clients","title":"Cliënten","unit":"count","rounded_to":"5","uncertainty":"4"}],
      "cells":[{"codes":[0],"state":"SHOWN","values":[{"count":"10"}]}]}})");
  ASSERT_EQ(Run("publish show gm1730-2018-0007"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("10 ± 4"));
  ASSERT_EQ(Run("--format csv publish show gm1730-2018-0007"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("totaal,10,getoond")) << "a number for machines";
}

TEST_F(PublicationCommandTest, DecidesAboutReleases) {
  const std::string name = "municipalities/gm1730/releases/gm1730-2018-0007";
  for (const char* verb : {"approve", "refuse", "withdraw"}) monitor_.OnJson("POST /v1/" + name + "/_" + verb, kRelease);
  ASSERT_EQ(Run("publish approve gm1730-2018-0007"), 0) << err_.str();
  EXPECT_EQ(Asked<publication::v1::ApproveReleaseRequest>().name(), name);
  ASSERT_EQ(Run("publish refuse gm1730-2018-0007 --reason Nee"), 0) << err_.str();
  EXPECT_EQ(Asked<publication::v1::RefuseReleaseRequest>().reason(), "Nee");
  ASSERT_EQ(Run("publish withdraw gm1730-2018-0007 --reason Fout"), 0) << err_.str();
  EXPECT_EQ(Asked<publication::v1::WithdrawReleaseRequest>().reason(), "Fout");
  EXPECT_EQ(Run("publish withdraw gm1730-2018-0007"), 2) << "why?";
}

TEST_F(PublicationCommandTest, ShowsReleasesAndTheirCells) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/releases", std::string(R"({"releases":[)") + kRelease + "]}");
  monitor_.OnJson("GET /v1/municipalities/gm1730/releases/gm1730-2018-0007", kRelease);
  ASSERT_EQ(Run("--format csv publish list --state RELEASED"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("state=RELEASED"));
  EXPECT_THAT(out_.str(),
              HasSubstr("\ngm1730-2018-0007,gepubliceerd,wijk,regio,2018-01-01,2018-02-01,3,0.25,doorstaan,gm1730-2018-0003,"
                        "nmd: geweigerd (key_unknown: no); gm0106: ontvangen\n"));
  ASSERT_EQ(Run("--format csv publish show gm1730-2018-0007"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "wijk,clients,indicated,toestand\ntotaal,1234,1234.50,getoond\nA,,,verborgen\n,0,,nul\n");
  ASSERT_EQ(Run("publish show gm1730-2018-0007"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("1.234"));
  ASSERT_EQ(Run("--format json publish show gm1730-2018-0007"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"cells\":[{\"codes\":[0]"));
}

TEST_F(PublicationCommandTest, SendsAgainWhatWasRefused) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/releases/_redeliver", R"({"statementCount":"2"})");
  ASSERT_EQ(Run("--format csv publish redeliver"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "opnieuw_verstuurd\n2\n");
}

// RFC 8032 section 7.1, test 1.
TEST_F(PublicationCommandTest, PrintsThePublicKeyWithoutAMonitor) {
  std::ofstream(Path("seed.key")) << "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n";
  ASSERT_EQ(RunWords({"publish", "key", "--key", Path("seed.key")}), 0) << err_.str();
  EXPECT_EQ(out_.str(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n");
  EXPECT_NE(RunWords({"publish", "key", "--key", Path("no.key")}), 0);
  EXPECT_THAT(err_.str(), HasSubstr("must hold a key"));
}

}  // namespace
}  // namespace nmd::cli
