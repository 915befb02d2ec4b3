// SPDX-License-Identifier: EUPL-1.2
// nmdctl from command line to output, against a monitor of the test.
#include "gateway/cli/nmdctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"
#include "gateway/testing.h"
#include "gateway/token.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/costs/v1/costs.pb.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);

class NmdctlTest : public CommandTest {
 protected:
  NmdctlTest() : CommandTest(0, kNow) {
    monitor_.OnJson("GET /v1/municipalities/gm1730/measures", R"({"measures":[
        {"name":"municipalities/gm1730/measures/clients","title":"Cliënten"},
        {"name":"municipalities/gm1730/measures/indicated","title":"Geïndiceerd bedrag"}]})");
    monitor_.OnJson("GET /v1/municipalities/gm1730/dimensions",
                    R"({"dimensions":[{"name":"municipalities/gm1730/dimensions/ivn","title":"Interventieniveau"}]})");
  }
};

// Answers with the question as it was understood, and 100 clients per year after 2012.
gateway::HttpResponse AnswerQuery(const FakeMonitor::Asked& asked) {
  costs::v1::QueryFiguresRequest request;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok()) << asked.body;
  costs::v1::QueryFiguresResponse response;
  *response.mutable_effective() = request;
  if (!request.has_known_time()) response.mutable_effective()->mutable_known_time()->set_seconds(1522533599);
  const int year = std::stoi(request.has_period() ? request.period().start_date() : request.reference_date());
  for (const std::string& measure : request.measures()) {
    type::Figure figure;
    figure.set_measure(measure);
    figure.set_state(type::Figure::ANSWERED);
    measure == "clients" ? figure.set_count(100 * (year - 2012)) : figure.set_amount_cents(1000000 * (year - 2012));
    *figure.mutable_period() = request.period();
    *figure.mutable_known_time() = response.effective().known_time();
    figure.set_definition(measure + "/1");
    figure.mutable_reliability()->set_statement("Alle bronnen zijn geleverd.");
    *response.add_totals() = figure;
    for (const std::string& dimension : request.dimensions()) {
      auto* value = figure.add_dimensions();
      value->set_dimension(dimension);
      value->set_value("5");
      value->set_label("IVN 5");
    }
    *response.add_figures() = figure;
  }
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(response, &json).ok());
  return FakeMonitor::Json(json);
}

// Two months beside each other: 500 and 600 clients, as known at the moment that was asked or on 31 March 2018.
gateway::HttpResponse AnswerCompare(const FakeMonitor::Asked& asked) {
  costs::v1::CompareFiguresRequest request;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok()) << asked.body;
  EXPECT_EQ(request.before().start_date(), "2017-01-01");
  EXPECT_EQ(request.after().start_date(), "2018-01-01");
  costs::v1::CompareFiguresResponse response;
  auto* total = response.add_totals();
  for (type::Figure* figure : {total->mutable_before(), total->mutable_after()}) {
    figure->set_measure("clients");
    figure->set_state(type::Figure::ANSWERED);
    figure->mutable_reliability()->set_statement("Alle bronnen zijn geleverd.");
  }
  total->mutable_before()->set_count(500);
  total->mutable_after()->set_count(600);
  total->set_state(type::Figure::ANSWERED);
  total->set_count(100);
  total->set_growth(0.2);
  response.mutable_known_time()->set_seconds(1522533599);
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(response, &json).ok());
  return FakeMonitor::Json(json);
}

TEST_F(NmdctlTest, WalksTheBridgeWithTheListBehindEveryStep) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/figures/_bridge", R"({"state":"ANSWERED","steps":[
      {"step":"indicated","title":"Geïndiceerd","subtotal":true,"amountCents":"20000"},
      {"step":"not_used","title":"Niet gebruikt","amountCents":"-3550","itemCount":"1","items":[{"amountCents":"-3550","count":"2",
       "dimensions":[{"dimension":"provider","value":"99000001"},{"dimension":"month","value":"2018-01"}]}]}],
      "remarks":["Geen bron levert betalingen."]})");
  ASSERT_EQ(Run("bridge --from 2018-01 --to 2018-03 --where provider=99000001 --known-on 2018-04-01"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Niet gebruikt"));
  EXPECT_THAT(out_.str(), HasSubstr("Geen bron levert betalingen.\n"));
  const std::string body = monitor_.asked().back().body;
  EXPECT_THAT(body, HasSubstr("2018-04-01"));
  EXPECT_THAT(body, HasSubstr("99000001"));
  ASSERT_EQ(Run("bridge --from 2018-01 --format csv"), 0);
  EXPECT_EQ(out_.str(),
            "stap,deel,law,category,product,provider,month,bedrag,aantal,toestand\n"
            "indicated,tussenstand,,,,,,200.00,0,beantwoord\nnot_used,stap,,,,,,-35.50,1,beantwoord\n"
            "not_used,regel,,,,99000001,2018-01,-35.50,2,beantwoord\n");
  EXPECT_EQ(Run("bridge"), 2) << "a period is needed";
  monitor_.OnJson("POST /v1/municipalities/gm1730/figures/_bridge",
                  R"({"state":"NOT_AVAILABLE","stateReason":"PERIOD_NOT_DELIVERED"})");
  ASSERT_EQ(Run("bridge --from 2014-01"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("nog niets aangeleverd"));
}

TEST_F(NmdctlTest, PrintsTheBegrippenlijst) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/measures", R"({"measures":[
      {"name":"municipalities/gm1730/measures/clients","title":"Cliënten","definition":"clients/1","unit":"cliënten",
       "description":"Wie zorg heeft.","additivity":"DISTINCT","kind":"OUTPUT","edgeRules":["D10: niet iedereen."]},
      {"name":"municipalities/gm1730/measures/netto","title":"Netto","own":true,"expression":"approved * 0.98"}],
      "catalogueVersion":7})");
  ASSERT_EQ(Run("measures --glossary"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Versie 7 van de catalogus"));
  EXPECT_THAT(out_.str(), HasSubstr("## Cliënten\n\nWie zorg heeft.\n\n- Maat: `clients`, definitie `clients/1`\n"));
  EXPECT_THAT(out_.str(), HasSubstr("- Let op: D10: niet iedereen.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("van deze gemeente zelf\n- Uitdrukking: `approved * 0.98`\n"));
  ASSERT_EQ(Run("measures --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("clients,Cliënten,cliënten,,clients/1,output,nee,Wie zorg heeft.\n"));
}

TEST_F(NmdctlTest, AsksAsArchitectureSectionSevenWritesIt) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", &AnswerQuery);
  ASSERT_EQ(Run("query --measure clients,indicated --by month,ivn --from 2017-01 --to 2018-01 --where product=45A04 --where "
                "law=jeugdwet,wmo --known-on 2018-03-31 --format csv"),
            0)
      << err_.str();
  costs::v1::QueryFiguresRequest asked;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked()[0].body, &asked).ok());
  EXPECT_EQ(asked.ShortDebugString(),
            "parent: \"municipalities/gm1730\" measures: \"clients\" measures: \"indicated\" dimensions: \"month\" dimensions: "
            "\"ivn\" period { start_date: \"2017-01-01\" end_date: \"2018-02-01\" } filters { dimension: \"product\" values: "
            "\"45A04\" } filters { dimension: \"law\" values: \"jeugdwet\" values: \"wmo\" } known_time { seconds: 1522533599 "
            "nanos: 999999000 }");
}

TEST_F(NmdctlTest, PrintsATableForPeople) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", &AnswerQuery);
  ASSERT_EQ(Run("query --measure clients,indicated --by ivn --from 2018-01"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "Interventieniveau  Cliënten  Geïndiceerd bedrag\n"
            "-----------------  --------  ------------------\n"
            "IVN 5                   600            € 60.000\n"
            "-----------------  --------  ------------------\n"
            "Totaal                  600            € 60.000\n"
            "\n"
            "Betrouwbaarheid: Alle bronnen zijn geleverd.\n"
            "Periode: januari 2018.\n"
            "Bekend op 31-03-2018 23:59.\n");
}

TEST_F(NmdctlTest, PrintsRecordsForMachines) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", &AnswerQuery);
  ASSERT_EQ(Run("query --measure indicated --by ivn --from 2018-01 --format csv-nl"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\xEF\xBB\xBFrij;maat;van;tot;ivn;ivn_naam;waarde;"));
  EXPECT_THAT(out_.str(), HasSubstr("cel;indicated;01-01-2018;01-02-2018;5;IVN 5;60000,00;euro;"));
  ASSERT_EQ(Run("query --measure indicated --by ivn --from 2018-01 --format csv"), 0);
  EXPECT_EQ(out_.str(),
            "rij,maat,van,tot,ivn,ivn_naam,waarde,eenheid,toestand,reden,bekend_op,definitie\n"
            "cel,indicated,2018-01-01,2018-02-01,5,IVN 5,60000.00,euro,beantwoord,,2018-03-31T21:59:59Z,indicated/1\n"
            "totaal,indicated,2018-01-01,2018-02-01,,,60000.00,euro,beantwoord,,2018-03-31T21:59:59Z,indicated/1\n");
  ASSERT_EQ(Run("query --measure clients --on 2018-01-31 --format json"), 0);
  costs::v1::QueryFiguresResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &response).ok());
  EXPECT_EQ(response.totals(0).count(), 600);
  EXPECT_EQ(response.effective().reference_date(), "2018-01-31");
}

TEST_F(NmdctlTest, WritesAnAnswerIntoAFileThatWasNotThere) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", &AnswerQuery);
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "nmdctl_export";
  std::filesystem::remove_all(folder);
  const auto content = [&](const char* name) {
    std::ifstream file(folder / name, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  };
  const std::string question = "query --measure clients,indicated --by ivn --from 2018-01 --known-on 2018-03-31 --output ";
  ASSERT_EQ(Run(absl::StrCat(question, (folder / "a.xlsx").string(), " --format xlsx")), 0) << err_.str();
  EXPECT_EQ(out_.str(), "");
  EXPECT_TRUE(absl::StartsWith(content("a.xlsx"), "PK"));
  // The same question to the same facts is the same file.
  ASSERT_EQ(Run(absl::StrCat(question, (folder / "b.xlsx").string(), " --format xlsx")), 0) << err_.str();
  EXPECT_EQ(content("a.xlsx"), content("b.xlsx"));
  for (const char* format : {"table", "csv", "csv-nl", "json"}) {
    ASSERT_EQ(Run(absl::StrCat("query --measure clients --from 2018-01 --format ", format)), 0);
    const std::string shown = out_.str();
    ASSERT_EQ(
        Run(absl::StrCat("query --measure clients --from 2018-01 --format ", format, " --output ", (folder / format).string())),
        0);
    EXPECT_EQ(content(format), shown) << format;
    EXPECT_EQ(out_.str(), "") << format;
  }
  monitor_.On("POST /v1/municipalities/gm1730/figures/_compare", &AnswerCompare);
  monitor_.OnJson("POST /v1/municipalities/gm1730/figures/_bridge", R"({"state":"ANSWERED"})");
  monitor_.OnJson("POST /v1/municipalities/gm1730/figures/_decompose", R"({"state":"ANSWERED"})");
  for (const auto& [command, name] :
       {std::pair("query --measure clients --from 2017-01 --to 2018-01 --compare", "c.xlsx"),
        std::pair("bridge --from 2018-01", "d.xlsx"), std::pair("decompose --from 2017-01 --to 2018-01", "e.xlsx")}) {
    ASSERT_EQ(Run(absl::StrCat(command, " --format xlsx --output ", (folder / name).string())), 0) << err_.str();
    EXPECT_TRUE(absl::StartsWith(content(name), "PK")) << name;
  }
  // Other figures do not take the place of what was handed out before.
  const std::string before = content("a.xlsx");
  EXPECT_EQ(Run(absl::StrCat("query --measure clients --from 2017-01 --format xlsx --output ", (folder / "a.xlsx").string())),
            3);
  EXPECT_THAT(err_.str(), HasSubstr("bestaat al"));
  EXPECT_EQ(content("a.xlsx"), before);
}

TEST_F(NmdctlTest, MakesAWorkbookOfFiguresOnly) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", &AnswerQuery);
  EXPECT_EQ(Run("query --measure clients --from 2018-01 --format xlsx"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--output"));
  for (const char* other : {"measures", "deliveries", "link status", "explain --measure clients --from 2018-01"}) {
    EXPECT_EQ(Run(absl::StrCat(other, " --format xlsx")), 2) << other;
    EXPECT_THAT(err_.str(), HasSubstr("alleen voor query, decompose, bridge en export")) << other;
  }
  EXPECT_THAT(monitor_.asked(), IsEmpty());
}

// The monitor compares, so that its guard on trend breaks and unequal periods holds here too (R17).
TEST_F(NmdctlTest, ComparesTwoMonthsInOneQuestion) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_compare", &AnswerCompare);
  ASSERT_EQ(Run("query --measure clients --from 2017-01 --to 2018-01 --compare"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "Maat      januari 2017  januari 2018  Verschil  Groei\n"
            "--------  ------------  ------------  --------  -----\n"
            "Cliënten           500           600       100   +20%\n"
            "\n"
            "Betrouwbaarheid: Alle bronnen zijn geleverd.\n"
            "Bekend op 31-03-2018 23:59.\n");
  for (const FakeMonitor::Asked& asked : monitor_.asked()) EXPECT_FALSE(absl::StrContains(asked.target, "_query"));
  ASSERT_EQ(Run("query --measure clients --from 2017-01 --to 2018-01 --compare --format csv-nl"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("totaal;clients;500;600;100;0,200000;beantwoord;beantwoord;beantwoord;\r\n"));
  ASSERT_EQ(Run("query --measure clients --from 2017-01 --to 2018-01 --compare --format json"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"growth\":0.2"));
  EXPECT_EQ(Run("query --measure clients --from 2017-01 --compare"), 2);
}

TEST_F(NmdctlTest, ASnapshotIsAKnownTimeByItsName) {
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", &AnswerQuery);
  monitor_.OnJson("GET /v1/municipalities/gm1730/frozensnapshots", R"({"frozen_snapshots":[{"title":"Berap 2018-1",
      "name":"municipalities/gm1730/frozensnapshots/berap-2018-1","known_time":"2018-03-30T21:59:59.999999Z"}]})");
  ASSERT_EQ(Run("query --measure clients --from 2018-01 --snapshot berap-2018-1 --format csv"), 0) << err_.str();
  costs::v1::QueryFiguresRequest asked;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked).ok());
  EXPECT_EQ(asked.known_time().seconds(), 1522447199);
  EXPECT_EQ(asked.known_time().nanos(), 999'999'000);
  EXPECT_EQ(Run("query --measure clients --from 2018-01 --snapshot berap-2018-2"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("geen moment met de naam \"berap-2018-2\""));
  EXPECT_EQ(Run("query --measure clients --from 2018-01 --snapshot berap-2018-1 --known-on 2018-03-31"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("niet allebei"));
}

TEST_F(NmdctlTest, Q24_ExplainsADifferenceBetweenTwoMomentsByItsCauses) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/figures/_explain", R"({
      "figure":{"measure":"indicated","state":"ANSWERED","amount_cents":"20000"},"measure":{"title":"Geïndiceerd bedrag"},
      "comparison":{"figure":{"state":"ANSWERED","amount_cents":"31000"},"amount_cents":"11000","statement":"Zoveel meer.",
        "steps":[{"cause":"CORRECTION","amount_cents":"-500","thing_count":"2","delivery_count":"1","statement":"2 correcties."},
                 {"cause":"LINK","amount_cents":"0","thing_count":"0","statement":"0 personen."},
                 {"cause":"LATE","amount_cents":"11500","thing_count":"3","delivery_count":"2","statement":"=3 later."}]},
      "open_links":{"pair_count":"1","statement":"Er is 1 paar open."}})");
  const std::string command = "explain --measure indicated --from 2018-01 --known-on 2018-03-31 --compare 2018-05-31";
  ASSERT_EQ(Run(command), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Zoveel meer.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("€ −5,00  2 correcties.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Er is 1 paar open.\n"));
  EXPECT_THAT(out_.str(), ::testing::Not(HasSubstr("0 personen"))) << "what played no part";
  costs::v1::ExplainFigureRequest asked;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked).ok());
  EXPECT_EQ(asked.known_time().seconds(), 1522533599);
  EXPECT_EQ(asked.compare_known_time().seconds(), 1527803999);
  ASSERT_EQ(Run(command + " --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "oorzaak,verschil,eenheid,gegevens,leveringen,uitleg\ncorrectie,-5.00,euro,2,1,2 correcties.\n"
            "koppeling,0.00,euro,0,0,0 personen.\n"
            "te_laat,115.00,euro,3,2,\"'=3 later.\"\n");
  EXPECT_EQ(Run("explain --measure indicated --from 2018-01 --compare later"), 2);
}

TEST_F(NmdctlTest, Q24_ExplainTellsWhatBecameKnownSince) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/figures/_explain", R"({
      "figure":{"measure":"clients","state":"ANSWERED","count":"2"},
      "changes_since":[{"cause":"LATE","statement":"3 gegevens die later binnenkwamen."}]})");
  ASSERT_EQ(Run("explain --measure clients --from 2018-01 --known-on 2018-03-31"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Sindsdien bekend geworden:\n  3 gegevens die later binnenkwamen.\n"));
}

TEST_F(NmdctlTest, ListsContainers) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/deliveries", R"({"deliveries":[
      {"name":"municipalities/gm1730/deliveries/abc","source":"zip","file_name":"a.zip","state":"UNPACKED","part_count":30}],
      "total_size":"1"})");
  ASSERT_EQ(Run("deliveries --state unpacked"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("uitgepakt"));
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("state=UNPACKED"));
}

TEST_F(NmdctlTest, ListsInEveryFormat) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/deliveries", R"({"deliveries":[
      {"name":"municipalities/gm1730/deliveries/abc","source":"jw301","file_name":"=a.xml","state":"REJECTED",
       "known_time":"2018-01-05T09:00:00Z","finding_count":"1200",
       "answered_by":"municipalities/gm1730/deliveries/def"}],"total_size":"1"})");
  ASSERT_EQ(Run("deliveries --state rejected --source jw301"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "Levering  Bron   Bestand  Toestand   Bekend op         Feiten  Personen  Bevindingen  Beantwoord\n"
            "--------  -----  -------  ---------  ----------------  ------  --------  -----------  ----------\n"
            "abc       jw301  =a.xml   afgekeurd  05-01-2018 10:00       0         0        1.200  ja\n");
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("?source=jw301&state=REJECTED&page_size=1000"));
  ASSERT_EQ(Run("deliveries --format csv"), 0);
  EXPECT_EQ(out_.str(),
            "levering,bron,bestand,toestand,bekend_op,feiten,personen,bevindingen,beantwoord_door\n"
            "abc,jw301,\"'=a.xml\",afgekeurd,2018-01-05T09:00:00Z,0,0,1200,def\n");
  ASSERT_EQ(Run("--format json deliveries"), 0);
  EXPECT_THAT(out_.str(), HasSubstr(R"("file_name":"=a.xml")"));
}

TEST_F(NmdctlTest, WithdrawsRestoresAndReplaces) {
  const std::string base = "POST /v1/municipalities/gm1730/deliveries/";
  monitor_.OnJson(base + "abc/_withdraw", R"({"name":"municipalities/gm1730/deliveries/abc","state":"WITHDRAWN",
      "withdrawn_time":"2018-03-31T10:00:00Z"})");
  monitor_.OnJson(base + "abc/_restore", R"({"name":"municipalities/gm1730/deliveries/abc","state":"ACCEPTED"})");
  EXPECT_EQ(Run("withdraw abc --reason dubbel --known-on 2018-03-31T10:00:00Z"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "Levering abc is ingetrokken. Zij telt niet meer mee vanaf 31-03-2018 12:00.\n");
  EXPECT_EQ(Run("--format csv restore abc --reason toch"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\nabc,,,aangenomen,"));
  EXPECT_EQ(Run("withdraw abc"), 2) << "a reason is needed";
  EXPECT_EQ(Run("withdraw abc --reason x --known-on gisteren"), 2);
  EXPECT_EQ(Run("withdraw xyz --reason x"), 3);
  const std::string file = gateway::testing::WriteTemp("nmdctl_replace.xml", "<a/>");
  monitor_.OnJson(base + "_deliver", R"({"state":"ACCEPTED"})");
  EXPECT_EQ(Run(absl::StrCat("deliver --replaces abc ", file)), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().body, HasSubstr(R"("municipalities/gm1730/deliveries/abc")"));
  EXPECT_EQ(Run(absl::StrCat("deliver --replaces abc ", file, " ", file)), 2);
}

TEST_F(NmdctlTest, EveryListCommandHasItsPath) {
  const std::string base = "/v1/municipalities/gm1730/";
  for (const auto& [command, path] :
       std::vector<std::pair<std::string, std::string>>{{"sources --known-on 2018-03-31", "sourceanalyses"},
                                                        {"findings --rule TR101 --delivery abc", "findings"},
                                                        {"contracts", "contracts"},
                                                        {"signals --open --year 2018", "signals"},
                                                        {"positions --year 2018 --known-on 2018-03-31", "positions"},
                                                        {"link decisions", "linkdecisions"},
                                                        {"link models", "linkmodels"},
                                                        {"publish agreements", "agreements"}}) {
    monitor_.OnJson(absl::StrCat("GET ", base, path), "{}");
    EXPECT_EQ(Run(command), 0) << command << err_.str();
    EXPECT_EQ(Run(absl::StrCat(command, " --format csv")), 0) << command << err_.str();
    EXPECT_TRUE(absl::StartsWith(monitor_.asked().back().target, absl::StrCat(base, path))) << command;
  }
  bool delivery = false, known = false;
  for (const FakeMonitor::Asked& asked : monitor_.asked()) {
    delivery |= absl::StrContains(asked.target, "delivery=municipalities%2fgm1730%2fdeliveries%2fabc");
    known |= absl::StrContains(asked.target, "year=2018&known_time=2018-03-31T21%3a59%3a59.999999Z");
  }
  EXPECT_TRUE(delivery);
  EXPECT_TRUE(known);
}

// F-26: who is missing for a month is one call.
TEST_F(NmdctlTest, SaysWhoIsMissingForAMonth) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/sourceanalyses", R"({"source_analyses":[
      {"name":"municipalities/gm1730/sources/jw323/analysis","title":"iJw 323 Declaratie",
       "months":[{"month":"2018-09","expected_count":"41","received_count":"39","missing_count":"2",
                  "statement":"2 van de 41 aanbieders ontbreken voor september 2018.",
                  "missing":[{"sender":"55000007","title":"Zorg Verzonnen","last_month":"2018-08"},{"sender":"55000030"}]}]},
      {"name":"municipalities/gm1730/sources/clienten/analysis","title":"Cliënten","months":[{"month":"2018-09"}]}]})");
  EXPECT_EQ(Run("sources --missing --month 2018-09"), 1) << err_.str();
  EXPECT_EQ(out_.str(),
            "iJw 323 Declaratie: 2 van de 41 aanbieders ontbreken voor september 2018.\n"
            "\n"
            "Bron   Maand     Afzender  Naam            Leverde het laatst over\n"
            "-----  --------  --------  --------------  -----------------------\n"
            "jw323  sep 2018  55000007  Zorg Verzonnen  aug 2018\n"
            "jw323  sep 2018  55000030                  nooit\n");
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("?period.start_date=2018-09-01&period.end_date=2018-10-01"));
  EXPECT_EQ(Run("sources --missing --month 2018-09 --format csv"), 1);
  EXPECT_EQ(
      out_.str(),
      "bron,maand,afzender,naam,laatste_maand\njw323,2018-09,55000007,Zorg Verzonnen,2018-08\njw323,2018-09,55000030,,\n");
  monitor_.OnJson("GET /v1/municipalities/gm1730/sourceanalyses", "{}");
  EXPECT_EQ(Run("sources --missing --month 2018-09"), 0);
}

TEST_F(NmdctlTest, ShowsOneSourceWithItsLinks) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/sources/jw301/analysis",
                  R"({"name":"municipalities/gm1730/sources/jw301/analysis","title":"iJw 301 Toewijzing","completeness":0.5})");
  monitor_.OnJson("GET /v1/municipalities/gm1730/linksummary",
                  R"({"sources":[{"source":"jw301","person_count":"4","linked_count":"3"}]})");
  EXPECT_EQ(Run("sources jw301"), 0) << err_.str();
  EXPECT_THAT(out_.str(),
              ::testing::AllOf(HasSubstr("iJw 301 Toewijzing (jw301)\n"), HasSubstr("Personen gekoppeld: 75,0%\n")));
  // Links of an earlier moment are not told, so they are not shown with one.
  EXPECT_EQ(Run("sources jw301 --known-on 2018-03-31"), 0) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("gekoppeld")));
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("known_time=2018-03-31T21%3a59%3a59.999999Z"));
}

TEST_F(NmdctlTest, WatchesAFolderOnce) {
  const std::string folder = ::testing::TempDir() + "nmdctl_watch";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  EXPECT_EQ(Run(absl::StrCat("deliver --once --watch ", folder)), 0) << err_.str();
  EXPECT_EQ(out_.str(), "0 gearchiveerd, 0 in de map fout; 0 bevindingen\n");
  std::ofstream(folder + "/bericht.xml") << "<x/>";
  monitor_.OnJson("POST /v1/municipalities/gm1730/deliveries/_deliver", R"({"state":"ACCEPTED"})");
  EXPECT_EQ(Run(absl::StrCat("deliver --once --watch ", folder)), 0) << err_.str();
  EXPECT_EQ(out_.str(), "1 gearchiveerd, 0 in de map fout; 0 bevindingen\n");
  EXPECT_THAT(err_.str(), HasSubstr("bericht.xml: aangenomen, weggelegd als "));
  EXPECT_EQ(Run(absl::StrCat("deliver --watch ", folder, " bestand.xml")), 2);
  EXPECT_EQ(Run("deliver --once --watch /dev/null"), 3);
}

TEST_F(NmdctlTest, PreviewsATable) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/agreements/regio/_preview", R"({"cells":[
      {"dimensions":[{"dimension":"wijk","value":"01","label":"Eelde"}],"state":"SHOWN",
       "figures":[{"measure":"clients","state":"ANSWERED","count":"12"}]},
      {"dimensions":[{"dimension":"wijk","value":"","label":""}],"state":"HIDDEN_PRIMARY",
       "figures":[{"measure":"clients","state":"SUPPRESSED"}]}],
      "shown_count":"1","primary_count":"1","proof":"Geen verborgen cel is te berekenen."})");
  ASSERT_EQ(Run("publish preview --agreement regio --table clienten --from 2018-01"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "wijk         clients  Toestand\n"
            "--------  ----------  --------------------\n"
            "Eelde             12  getoond\n"
            "onbekend  onderdrukt  onderdrukt: te klein\n"
            "\n"
            "1 getoond, 0 nul, 1 te klein, 0 verborgen om die te beschermen.\n"
            "Geen verborgen cel is te berekenen.\n");
}

TEST_F(NmdctlTest, PreviewsWhatMergingAndRoundingDoBesideHiding) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/agreements/regio/_preview", R"({"cells":[],"loss":{"hidden_cells":0.02},
      "merging":{"dimension":"wijk","value_count":"3","unmerged_count":"4","hiding_alone_safe":true,
       "areas":[{"value":{"dimension":"wijk","value":"01+02","label":"Eelde en Vries"},"members":["01","02"]}],
       "hiding_alone":{"hidden_cells":0.4,"hidden_value":0.125}}})");
  ASSERT_EQ(Run("publish preview --agreement regio --table clienten --from 2018-01"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Samengevoegd: 3 waarden van wijk in plaats van 4.\n  - Eelde en Vries (01, 02)\n"));
  EXPECT_THAT(
      out_.str(),
      HasSubstr(
          "Nu verborgen: 2,0% van de cellen.\nAlleen verbergen zou kosten: 40,0% van de cellen, met 12,5% van de cliënten.\n"));
  monitor_.OnJson("POST /v1/municipalities/gm1730/agreements/regio/_preview", R"({"cells":[{"state":"SHOWN","figures":[
      {"measure":"clients","state":"ANSWERED","count":"10"},{"measure":"indicated","state":"ANSWERED","amount_cents":"500000"}]}],
      "rounding":{"measures":[{"measure":"clients","rounded_to":"5","uncertainty":"4","mean_distance":1.75},
       {"measure":"indicated","rounded_to":"500000","uncertainty":"499999","mean_distance":123456.7}],
       "hiding_alone":{"hidden_cells":0.4}}})");
  ASSERT_EQ(Run("publish preview --agreement regio --table clienten --from 2018-01"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Afgerond: clients op veelvouden van 5, ± 4; gemiddeld 1,8 van het echte getal.\n"));
  EXPECT_THAT(
      out_.str(),
      HasSubstr("Afgerond: indicated op veelvouden van € 5.000,00, ± € 4.999,99; gemiddeld € 1.234,56 van het echte getal.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Alleen verbergen zou kosten: 40,0% van de cellen; dat zou niet veilig zijn.\n"));
}

TEST_F(NmdctlTest, WaitsUntilEveryDeliveryIsInTheFigures) {
  int64_t linked = 0;
  monitor_.OnJson("GET /v1/municipalities/gm1730/deliveries",
                  R"({"deliveries":[{"sequence":"9"},{"sequence":"7","fact_count":"4"},{"sequence":"5","person_count":"2"}]})");
  monitor_.On("POST /v1/municipalities/gm1730/figures/_query", [&](const FakeMonitor::Asked&) {
    return FakeMonitor::Json(absl::StrCat("{\"fact_sequence\":\"7\",\"person_sequence\":\"", ++linked, "\"}"));
  });
  EXPECT_EQ(Run("wait"), 0) << err_.str();
  EXPECT_EQ(linked, 5);
  // Facts that never come: told, not waited for without end.
  monitor_.OnJson("GET /v1/municipalities/gm1730/deliveries", R"({"deliveries":[{"sequence":"8","fact_count":"1"}]})");
  EXPECT_EQ(Run("wait --timeout 10"), 4);
}

TEST_F(NmdctlTest, MakesATokenTheGatewayTakes) {
  const auto keys = gateway::testing::MakeKeyPair("P-256");
  const std::string key = gateway::testing::WriteTemp("nmdctl_test.key", keys.private_pem);
  ASSERT_EQ(Run(absl::StrCat("token --key ", key, " --role beleidsadviseur,controller --subject demo-adviseur --hours 1")), 0);
  internal::v1::IssuerConfig issuer = gateway::testing::MakeIssuer("nmdctl_test", keys);
  issuer.set_issuer("nmd-development");
  const auto checker = *gateway::TokenChecker::Create(issuer, clock_);
  const auto caller = checker->Check(absl::StrCat("Bearer ", out_.str()));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->subject, "demo-adviseur");
  EXPECT_EQ(caller->municipality, "gm1730");
  EXPECT_EQ(caller->roles.size(), 2U);
  EXPECT_EQ(Run(absl::StrCat("token --key ", issuer.public_key(), " --role griffie")), 2);
}

TEST_F(NmdctlTest, ExitCodesSayHowItWent) {
  EXPECT_EQ(Run("--help"), 0);
  for (const char* usage : {"", "dansen", "query", "query --measure clients", "query --measure clients --from 2018-1", "link",
                            "sources --format xlsx", "sources --missing", "sources --month 2018", "positions", "deliver",
                            "deliver --jobs 0 x", "--token-file /nergens sources", "explain --measure clients",
                            "decompose --from 2018-01", "query --measure clients --from 2018-01 --where x"}) {
    EXPECT_EQ(Run(usage), 2) << usage;
    EXPECT_FALSE(err_.str().empty()) << usage;
    EXPECT_THAT(out_.str(), IsEmpty()) << usage;
  }
  monitor_.On("GET /v1/municipalities/gm1730/sourceanalyses", [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING, "no role may call this"));
  });
  EXPECT_EQ(Run("sources"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("ROLE_MISSING"));
  EXPECT_EQ(Run("--url http://127.0.0.1:1 sources"), 4);
  monitor_.OnJson("POST /v1/municipalities/gm1730/deliveries/_deliver", R"({"state":"REJECTED","finding_count":"1"})");
  const std::string file = gateway::testing::WriteTemp("nmdctl_bad.xml", "<bad/>");
  EXPECT_EQ(Run(absl::StrCat("deliver ", file)), 1);
  EXPECT_EQ(out_.str(), "0 aangenomen, 1 afgekeurd, 0 al eerder geleverd, 0 mislukt; 1 bevinding\n");
}

}  // namespace
}  // namespace nmd::cli
