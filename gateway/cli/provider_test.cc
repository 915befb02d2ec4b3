// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/provider.h"

#include <fstream>
#include <sstream>

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"
#include "services/platform/errors.h"

namespace nmd::cli {
namespace {

namespace v1 = contracts::v1;
using testing::CommandTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kAccount[] = "/v1/municipalities/gm1730/accounts/01234567";

class ProviderCommandTest : public CommandTest {
 protected:
  static std::string File(const std::string& name, const std::string& text) {
    const std::string path = ::testing::TempDir() + name;
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(ProviderCommandTest, FollowsItsItemsAndSaysWhereToGoOn) {
  monitor_.OnJson(absl::StrCat("GET ", kAccount, "/itemchanges"),
                  R"({"changes":[{"name":"municipalities/gm1730/accounts/01234567/items/00112233445566778899","sequence":"6",
      "item":{"kind":"LINE","law":"jeugdwet","allocation":"12","reference":"r3","outcome":"OVER_VOLUME","actor":"CARE_PROVIDER",
              "amountCents":"6000"}},
      {"name":"municipalities/gm1730/accounts/01234567/items/99887766554433221100","sequence":"7"}],"nextSequence":"5"})");
  ASSERT_EQ(Run("provider follow 01234567 --after 5 --wait 3 --format csv"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("after_sequence=5&wait_seconds=3"));
  EXPECT_THAT(out_.str(), HasSubstr("00112233445566778899,er is,regel,jeugdwet,12,"));
  EXPECT_THAT(out_.str(), HasSubstr("99887766554433221100,verdwenen,,,,"));
  ASSERT_EQ(Run("provider follow 01234567 --after 5"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Volgende keer verder met --after 5.\n"));
  EXPECT_EQ(Run("provider follow"), 2) << "whose account";
}

TEST_F(ProviderCommandTest, RespondsToAnItem) {
  monitor_.OnJson(
      absl::StrCat("POST ", kAccount, "/items/00112233445566778899/_respond"),
      R"({"name":"municipalities/gm1730/accounts/01234567/items/00112233445566778899/responses/1","side":"OF_PROVIDER",
      "position":"DISPUTED","reason":"PRICE_DIFFERS","outcome":"WRONG_TARIFF","amountCents":"100"})");
  ASSERT_EQ(
      Run("provider respond 01234567 00112233445566778899 --position weersproken --reason andere-prijs --note Zie.contract"), 0)
      << err_.str();
  const auto asked = Asked<v1::RespondToItemRequest>();
  EXPECT_EQ(asked.position(), v1::ItemResponse::DISPUTED);
  EXPECT_EQ(asked.reason(), v1::ItemResponse::PRICE_DIFFERS);
  EXPECT_EQ(asked.note(), "Zie.contract");
  EXPECT_EQ(asked.request_id().size(), 16u);
  EXPECT_EQ(out_.str(), "Vastgelegd. De andere kant ziet het bij deze regel.\n");
  ASSERT_EQ(Run("provider respond 01234567 00112233445566778899 --position weersproken --reason andere-prijs --format csv"), 0);
  EXPECT_NE(Asked<v1::RespondToItemRequest>().request_id(), asked.request_id()) << "the command again is another response";
  EXPECT_THAT(out_.str(), HasSubstr("00112233445566778899,aanbieder,weersproken,andere-prijs,,WRONG_TARIFF,1.00,\n"));
  EXPECT_EQ(Run("provider respond 01234567 00112233445566778899 --position mee-oneens"), 2);
  EXPECT_EQ(Run("provider respond 07654321 00112233445566778899 --position erkend"), 3) << "what the monitor refuses";
}

// The draft as a file is what `provider state` takes: who does not agree changes it and sends it back.
TEST_F(ProviderCommandTest, ADraftIsReadConfirmedOrContradicted) {
  monitor_.OnJson(absl::StrCat("GET ", kAccount, "/drafts/jeugdwet-2018"),
                  R"({"name":"municipalities/gm1730/accounts/01234567/drafts/jeugdwet-2018","amountCents":"100050","etag":"e1",
      "open":{"count":"2","amountCents":"500"},"lines":[{"allocation":"12","product":"45A04","startDate":"2018-03-01",
      "endDate":"2018-04-01","unit":"04","volumeThousandths":"12500","amountCents":"100050"}]})");
  ASSERT_EQ(Run("provider draft 01234567 --law jeugdwet --year 2018"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Samen € 1.000,50 in 1 regels"));
  EXPECT_THAT(out_.str(), HasSubstr("nog 2 regels zonder antwoord, samen € 5,00"));
  EXPECT_THAT(out_.str(), HasSubstr("nmdctl provider confirm 01234567 --law jeugdwet --year 2018 --etag e1\n"));

  monitor_.OnJson(absl::StrCat("POST ", kAccount, "/drafts/jeugdwet-2018/_confirm"),
                  R"({"name":"municipalities/gm1730/accounts/01234567/statements/3","lineCount":1,"amountCents":"100050"})");
  ASSERT_EQ(Run("provider confirm 01234567 --law jeugdwet --year 2018 --etag e1"), 0) << err_.str();
  EXPECT_EQ(Asked<v1::ConfirmStatementDraftRequest>().etag(), "e1");
  EXPECT_THAT(out_.str(), HasSubstr("Verantwoording 3: 1 regels, samen € 1.000,50."));
  EXPECT_EQ(Run("provider confirm 01234567 --law jeugdwet --year 2018"), 2) << "nobody confirms what he did not read";

  ASSERT_EQ(Run("provider draft 01234567 --law jeugdwet --year 2018 --format csv"), 0);
  EXPECT_EQ(out_.str(),
            "toewijzing,product,begin,eind,eenheid,hoeveelheid,bedrag\n12,45A04,2018-03-01,2018-03-31,04,12.500,1000.50\n");
  const std::string file = File("draft.csv", out_.str());
  monitor_.OnJson(
      absl::StrCat("POST ", kAccount, "/statements"),
      R"({"name":"municipalities/gm1730/accounts/01234567/statements/4","lineCount":1,"amountCents":"100050","outcomes":[
      {"kind":"STATEMENT","outcome":"QUANTITY_DIFFERS","actor":"CARE_PROVIDER","title":"Andere hoeveelheid",
       "items":{"count":"1","amountCents":"100050"}}]})");
  ASSERT_EQ(Run("provider state 01234567 --law jeugdwet --from 2018-03 --file " + file), 0) << err_.str();
  const auto stated = Asked<v1::SubmitStatementRequest>();
  EXPECT_EQ(stated.start_date(), "2018-03-01");
  EXPECT_EQ(stated.end_date(), "2018-04-01");
  ASSERT_EQ(stated.lines_size(), 1);
  EXPECT_EQ(stated.lines(0).end_date(), "2018-04-01");
  EXPECT_EQ(stated.lines(0).volume_thousandths(), 12'500);
  EXPECT_EQ(stated.lines(0).amount_cents(), 100'050);
  EXPECT_THAT(out_.str(), HasSubstr("Andere hoeveelheid"));
  EXPECT_EQ(Run("provider state 01234567 --law jeugdwet --from maart --file nergens.csv"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("nergens.csv"));
}

TEST_F(ProviderCommandTest, ListsStatementsAndResponses) {
  monitor_.OnJson(absl::StrCat("GET ", kAccount, "/statements"), R"({"statements":[
      {"name":"municipalities/gm1730/accounts/01234567/statements/2","law":"wmo","startDate":"2018-01-01","endDate":"2018-04-01",
       "lineCount":4,"amountCents":"100","replacedMonths":["2018-02","2018-03"]}]})");
  ASSERT_EQ(Run("provider statements 01234567 --year 2018 --format csv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("2,wmo,2018-01-01,2018-03-31,,nee,4,1.00,2018-02 2018-03\n"));
  monitor_.OnJson(absl::StrCat("GET ", kAccount, "/statements/2"), R"({"lines":[{"allocation":"7","volumeThousandths":"5"}]})");
  ASSERT_EQ(Run("provider statements 01234567 --number 2 --format csv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("7,,,,,0.005,0.00\n"));
  monitor_.OnJson(absl::StrCat("GET ", kAccount, "/responses"), R"({"responses":[
      {"name":"municipalities/gm1730/accounts/01234567/items/aa/responses/1","side":"OF_MUNICIPALITY","position":"WILL_ANSWER"}]})");
  ASSERT_EQ(Run("provider responses 01234567 --item aa --format csv"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("item=aa"));
  EXPECT_THAT(out_.str(), HasSubstr("aa,gemeente,antwoord-volgt,,"));
}

TEST(StatementLines, AreReadAsPeopleWriteThemToo) {
  std::istringstream in(
      "Hoeveelheid;Begin;Eind;Toewijzing;Product;Eenheid;Opmerking\n"
      "7,25;01-03-2018;31-03-2018;12;45A04;04;x\n"
      "3;2018-04-01;2018-04-30;13;;01;\n");
  const auto lines = ReadStatementLines(in);
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), 2u);
  EXPECT_EQ((*lines)[0].volume_thousandths(), 7'250);
  EXPECT_EQ((*lines)[0].start_date(), "2018-03-01");
  EXPECT_EQ((*lines)[0].end_date(), "2018-04-01");
  EXPECT_EQ((*lines)[1].allocation(), 13);
  EXPECT_EQ((*lines)[1].amount_cents(), 0);
}

TEST(StatementLines, AllFaultsAreNamedAtOnceWithTheirLine) {
  std::istringstream in(
      "toewijzing,product,begin,eind,eenheid,hoeveelheid,bedrag\n"
      "x,45A04,2018-02-30,31-02-2018,04,\"1,2345\",-5\n"
      "1,45A04,2018-02-01,2018-02-28,04,1,10.50\n"
      "2,45A04,2018-02-01,2018-02-28,04,veel,10.50\n");
  std::vector<std::string> faults;
  for (const BadField& field : BadFieldsOf(ReadStatementLines(in).status())) {
    faults.push_back(absl::StrCat(field.path, ": ", field.text.substr(0, field.text.find(' '))));
  }
  EXPECT_THAT(faults, ElementsAre("regel 2: toewijzing", "regel 2: begin", "regel 2: eind", "regel 2: hoeveelheid",
                                  "regel 2: bedrag", "regel 4: hoeveelheid"));
  std::istringstream other("toewijzing;product\n1;45A04\n");
  EXPECT_THAT(BadFieldsOf(ReadStatementLines(other).status()).size(), 4u) << "columns that are missing";
}

}  // namespace
}  // namespace nmd::cli
