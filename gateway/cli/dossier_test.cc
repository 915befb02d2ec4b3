// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/dossier.h"

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kDossier[] = R"({"provider":"01234567","providerTitle":"De <Boomhut>","year":2018,
    "knownTime":"2018-06-10T12:00:00Z","summary":["Over 2018 is iets gedeclareerd."],
    "contracts":[{"name":"municipalities/gm1730/contracts/jh-1","ceilings":[{"year":2018,"amountCents":"10000"}]}],
    "figures":[{"figure":{"measure":"clients","state":"ANSWERED","count":"12"},"before":{"measure":"clients","state":"ANSWERED","count":"10"}}],
    "growth":{"conclusion":"Het bedrag steeg.","effects":[{"factor":"clients","title":"Meer cliënten","amountCents":"500"}]},
    "market":[{"law":"jeugdwet","provider":"01234567","share":0.75,"shareBefore":0.5}],
    "funnel":[{"provider":"01234567","count":"15","total":"20","low":"1","high":"11","own":true}],
    "remarks":["Een deel van de cijfers is er nu niet."]})";

class DossierCommandTest : public CommandTest {
 protected:
  // An underscore in a word stands for a space.
  DossierCommandTest() : CommandTest('_', absl::FromUnixSeconds(1'546'300'800)) {}
  std::string Target() const { return monitor_.asked().back().target; }
};

TEST_F(DossierCommandTest, R155_PrintsTheDossierOfAProvider) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/dossiers/01234567", kDossier);
  ASSERT_EQ(Run("dossier 01234567 --year 2018 --known-on 2018-06-10"), 0) << err_.str();
  EXPECT_THAT(Target(), HasSubstr("year=2018"));
  EXPECT_THAT(Target(), HasSubstr("known_time=2018-06-10"));
  EXPECT_THAT(Target(), Not(HasSubstr("for_provider")));
  EXPECT_THAT(out_.str(), HasSubstr("Over 2018 is iets gedeclareerd."));
  EXPECT_THAT(out_.str(), HasSubstr("Let op: Een deel van de cijfers"));
  ASSERT_EQ(Run("dossier 01234567 --year 2018 --for-provider --format csv"), 0);
  EXPECT_THAT(Target(), HasSubstr("for_provider=true"));
  EXPECT_THAT(out_.str(), HasSubstr("deel,wat,waarde,jaar_ervoor\ncijfers,Cliënten,12,10\ngroei,Meer cliënten,5.00,\n"));
  EXPECT_EQ(Run("dossier 01234567"), 2) << "a year is needed";
}

// A page that stands by itself, with what a screen reader needs, and no text that becomes markup.
TEST_F(DossierCommandTest, PrintsATaggedPage) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/dossiers/01234567", kDossier);
  ASSERT_EQ(Run("dossier 01234567 --year 2018 --html"), 0) << err_.str();
  const std::string page = out_.str();
  EXPECT_THAT(page, ::testing::StartsWith("<!DOCTYPE html>\n<html lang=\"nl\">"));
  EXPECT_THAT(page, HasSubstr("<h1>Dossier 01234567 De &lt;Boomhut&gt;, 2018</h1>"));
  EXPECT_THAT(page, Not(HasSubstr("<Boomhut>")));
  EXPECT_THAT(page, HasSubstr("<caption>Het jaar en het jaar ervoor</caption>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">"));
  EXPECT_THAT(page, HasSubstr("<h2>Marktaandelen</h2>"));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  for (const char* tag : {"section", "table", "tbody", "tr", "main", "body", "html", "ul"}) {
    const auto count = [&](const std::string& text) {
      size_t found = 0;
      for (size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++found;
      return found;
    };
    EXPECT_EQ(count(absl::StrCat("<", tag, ">")) + count(absl::StrCat("<", tag, " ")), count(absl::StrCat("</", tag, ">")))
        << tag;
  }
  contracts::v1::ProviderDossier copy;
  copy.set_for_provider(true);
  EXPECT_THAT(DossierHtml(copy), Not(HasSubstr("Marktaandelen")));
  EXPECT_THAT(DossierHtml(copy), HasSubstr("Exemplaar voor de aanbieder."));
}

TEST_F(DossierCommandTest, R157_PrintsTheFiveBlocksOfAProductGroup) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/productgroups/jeugdwet-45",
                  R"({"law":"jeugdwet","category":"45","year":2018,"endings":{"count":"7"},"endingsBefore":{"count":"5"},
      "money":[{"figure":{"measure":"approved","state":"ANSWERED","amountCents":"1000"},"before":{"measure":"approved","state":"NOT_AVAILABLE",
      "stateReason":"PERIOD_NOT_DELIVERED"}}],"contractCount":2,"providerCount":1,"openSignalCount":3,
      "expectation":[{"state":"ANSWERED","amountCents":"123400"}],"summary":["Resultaat: zeven."],"knownTime":"2018-06-10T12:00:00Z"})");
  ASSERT_EQ(Run("productgroup jeugdwet-45 --year 2018 --format csv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("resultaat,Beëindigde trajecten,7,5\ngeld,Goedgekeurd,10.00,\n"));
  EXPECT_THAT(out_.str(), HasSubstr("verwachting,Verwacht over het jaar,1234.00,\n"));
  ASSERT_EQ(Run("productgroup jeugdwet-45 --year 2018 --html"), 0);
  for (const char* block : {"1. Resultaat", "2. Geld", "3. Marktaandelen", "4. Situatie", "5. Verwachting"}) {
    EXPECT_THAT(out_.str(), HasSubstr(absl::StrCat("<h2>", block, "</h2>")));
  }
}

TEST_F(DossierCommandTest, ProposesAndDecides) {
  const char* const kProposal =
      R"({"name":"municipalities/gm1730/proposals/3","state":"PROPOSED","text":"Het plafond wordt hoger.",
      "newFindings":[{"rule":"CEILING_ZERO","text":"Er is geen plafond."}]})";
  monitor_.OnJson("POST /v1/municipalities/gm1730/proposals", kProposal);
  ASSERT_EQ(RunWords({"contract", "propose", "--change", R"({"ceiling":{"contract":"jh-1","year":2018,"amountCents":"12000"}})",
                      "--reason", "Meer cliënten."}),
            0)
      << err_.str();
  const auto asked = Asked<contracts::v1::ProposeChangeRequest>();
  EXPECT_EQ(asked.change().ceiling().amount_cents(), 12'000);
  EXPECT_EQ(asked.reason(), "Meer cliënten.");
  EXPECT_EQ(asked.request_id().size(), 16u);
  EXPECT_THAT(out_.str(), HasSubstr("Voorstel 3: voorgesteld.\nHet plafond wordt hoger.\nDit geeft: Er is geen plafond.\n"));
  EXPECT_NE(RunWords({"contract", "propose", "--change", "{", "--reason", "x"}), 0);
  EXPECT_NE(RunWords({"contract", "propose", "--change", "@/nergens", "--reason", "x"}), 0);

  for (const char* verb : {"approve", "reject", "withdraw"}) {
    monitor_.OnJson(absl::StrCat("POST /v1/municipalities/gm1730/proposals/3/_", verb), kProposal);
    ASSERT_EQ(Run(absl::StrCat("contract ", verb, " 3 --note Goed_zo.")), 0) << err_.str();
    EXPECT_EQ(Asked<contracts::v1::ApproveProposalRequest>().note(), "Goed zo.");
  }
  EXPECT_EQ(Run("contract reject 3"), 2) << "a rejection says why";
  monitor_.OnJson("GET /v1/municipalities/gm1730/proposals", absl::StrCat(R"({"proposals":[)", kProposal, "]}"));
  ASSERT_EQ(Run("proposals --state voorgesteld --format csv"), 0);
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("state=PROPOSED"));
  EXPECT_THAT(out_.str(), HasSubstr("3,PROPOSED,Het plafond wordt hoger."));
  EXPECT_EQ(Run("contract"), 2) << "a contract or something to do";
}

}  // namespace
}  // namespace nmd::cli
