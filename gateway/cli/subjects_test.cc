// SPDX-License-Identifier: EUPL-1.2
// nmdctl erase and link find, subject, export and accesses, from command line to request, against a monitor of the test.
#include "gateway/cli/subjects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"
#include "services/platform/errors.h"

namespace nmd::cli {
namespace {

using ::testing::AllOf;
using testing::CommandTest;
using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kBase = "/v1/municipalities/gm1730/";
const std::string kBsn = "999900006";
const std::string kClient = "c0123456789abcdef0123";

class SubjectsTest : public CommandTest {
 protected:
  SubjectsTest() : CommandTest('_') {}
};

TEST_F(SubjectsTest, ABsnIsReadFromStandardInputOrAFileAndGoesInTheBody) {
  monitor_.OnJson("POST " + kBase + "subjects/_find",
                  absl::StrCat(R"({"subjects":[{"client":")", kClient,
                               R"(","birth_date":"1980-12-31","surname":"van Dijk","sources":[
      {"source":"jw301","record_count":"2","last_known_time":"2018-03-31T10:00:00Z"},
      {"source":"wmo301","record_count":"1","last_known_time":"2017-03-31T10:00:00Z"}]}]})"));
  const std::string file = ::testing::TempDir() + "/bsn.txt";
  std::ofstream(file) << kBsn << "\nmeer\n";
  for (const bool from_file : {false, true}) {
    EXPECT_EQ(from_file ? RunWords({"link", "find", "--bsn-file", file, "--purpose", "verzoek 12"})
                        : Run("link find --bsn --purpose verzoek_12", " " + kBsn + "\n"),
              0)
        << err_.str();
    const auto request = Asked<linking::v1::FindSubjectsRequest>();
    EXPECT_EQ(request.bsn(), kBsn);
    EXPECT_EQ(request.purpose(), "verzoek 12");
    EXPECT_THAT(monitor_.asked().back().target, Not(HasSubstr(kBsn)));
    EXPECT_THAT(out_.str(), AllOf(HasSubstr(kClient), HasSubstr("31-12-1980"), HasSubstr("van Dijk"), HasSubstr("jw301 wmo301"),
                                  HasSubstr("31-03-2018 12:00"), Not(HasSubstr(kBsn))));
    EXPECT_THAT(err_.str(), IsEmpty());
  }
  terminal_ = true;
  EXPECT_EQ(Run("link find --bsn --purpose verzoek_12", kBsn), 0);
  EXPECT_EQ(err_.str(), "Burgerservicenummer: ");
}

TEST_F(SubjectsTest, FindByNameAndNobodyFound) {
  monitor_.OnJson("POST " + kBase + "subjects/_find", "{}");
  EXPECT_EQ(Run("link find --surname van_Dijk --birth 1980-12-31 --purpose verzoek_12"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "Er is niemand gevonden.\n");
  const auto request = Asked<linking::v1::FindSubjectsRequest>();
  EXPECT_EQ(request.surname(), "van Dijk");
  EXPECT_EQ(request.birth_date(), "1980-12-31");
  EXPECT_EQ(request.bsn(), "");
  EXPECT_EQ(Run("link find --surname van_Dijk --birth 1980-12-31 --purpose verzoek_12 --format csv"), 0);
  EXPECT_EQ(out_.str(), "client,geboortedatum,achternaam,bronnen,gegevens,laatst_bekend\n");
}

TEST_F(SubjectsTest, WhatIsMissingIsToldBeforeAnythingIsAsked) {
  for (const char* command :
       {"link find --purpose x", "link find --bsn", "link find --bsn --surname x --purpose x",
        "link find --birth 1980-12-31 --purpose x", "link find --bsn 999900006 --purpose x", "link subject --purpose x",
        "link subject --client c1", "link export", "erase --client c1 --purpose x --reason y",
        "erase --client c1 --confirm c1 --reason y", "erase --client c1 --confirm c1 --purpose x"}) {
    EXPECT_EQ(Run(command), 2) << command;
  }
  EXPECT_NE(Run("link find --bsn --purpose x"), 0);
  EXPECT_THAT(err_.str(), HasSubstr("standaardinvoer"));
  EXPECT_NE(Run("link find --bsn-file /bestaat/niet --purpose x"), 0);
  EXPECT_THAT(err_.str(), HasSubstr("--bsn-file"));
  EXPECT_THAT(monitor_.asked(), IsEmpty());
}

TEST_F(SubjectsTest, TheOverviewForAResidentIsInWords) {
  monitor_.OnJson("POST " + kBase + "subjects/_export", absl::StrCat(R"({"client":")", kClient, R"(","records":[
      {"source":"jw301","known_time":"2018-03-31T10:00:00Z","delivery":"3f0c","counts":true,"bsn":"999900006",
       "birth_date":"1980-12","sex":"2","surname":"van Dijk","initials":"A","address":"9471AB 12, vanaf 2016-01-01","copies":"3"},
      {"source":"wmo301","known_time":"2018-04-30T10:00:00Z","bsn":"999900006"}],
      "reasons":["jw301: Zelfde burgerservicenummer."],
      "accesses":[{"time":"2018-05-01T10:00:00Z","actor":"anna","method":"FindSubjects","purpose":"verzoek 12"}]})"));
  EXPECT_EQ(Run("link subject --client " + kClient + " --purpose verzoek_12"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            absl::StrCat("Wat de koppeling van cliënt ", kClient,
                         " bewaart\n\nBron jw301, bekend sinds 31-03-2018 12:00, 3 keer zo doorgegeven\n"
                         "  Burgerservicenummer: 999900006\n  Achternaam: van Dijk\n  Voorletters: A\n  Geboren: 1980-12\n"
                         "  Geslacht: vrouw\n  Adres: 9471AB 12, vanaf 2016-01-01\n"
                         "\nBron wmo301, bekend sinds 30-04-2018 12:00, telt niet meer mee\n"
                         "  Burgerservicenummer: 999900006\n"
                         "\nWaarom dit één persoon is\n  jw301: Zelfde burgerservicenummer.\n"
                         "\nWie er eerder keken\n  01-05-2018 12:00  anna, opgezocht: verzoek 12\n"));
  EXPECT_EQ(Asked<linking::v1::ExportSubjectRequest>().client(), kClient);
  EXPECT_EQ(Run("link subject --client " + kClient + " --purpose verzoek_12 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\njw301,2018-03-31T10:00:00Z,3f0c,ja,999900006,1980-12,vrouw,van Dijk,,,A,"));
  EXPECT_EQ(Run("link subject --client " + kClient + " --purpose verzoek_12 --format json"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\"surname\":\"van Dijk\""));
  linking::v1::SubjectExport empty;
  EXPECT_THAT(SubjectText(empty), AllOf(HasSubstr("geen gegevens (meer)"), HasSubstr("Niemand.")));
}

TEST_F(SubjectsTest, AnExportOfLinksIsReadPageByPage) {
  monitor_.On("POST " + kBase + "links/_export", [](const FakeMonitor::Asked& asked) {
    const bool second = absl::StrContains(asked.body, "\"tweede\"");
    return FakeMonitor::Json(
        second
            ? R"({"links":[{"source":"wmo301","person":"p2","client":"k2","reason":"ALONE","known_time":"2018-04-01T00:00:00Z"}]})"
            : R"({"links":[{"source":"jw301","person":"p1","client":"k1","reason":"EXACT_BSN",
                     "known_time":"2018-03-31T00:00:00Z"}],"next_page_token":"tweede"})");
  });
  EXPECT_EQ(Run("link export --purpose wachtlijst --source jw301 --known 2018-03-31T10:00:00Z --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "bron,persoon,client,reden,sinds\njw301,p1,k1,EXACT_BSN,2018-03-31\nwmo301,p2,k2,ALONE,2018-04-01\n");
  const auto request = Asked<linking::v1::ExportLinksRequest>();
  EXPECT_EQ(request.purpose(), "wachtlijst");
  EXPECT_EQ(request.source(), "jw301");
  EXPECT_EQ(request.known_time().seconds(), 1522490400);
  EXPECT_EQ(monitor_.asked().size(), 2u);
}

TEST_F(SubjectsTest, AccessesAreListed) {
  monitor_.OnJson("GET " + kBase + "accesses",
                  R"({"accesses":[{"time":"2018-05-01T10:00:00Z","actor":"anna","method":"ShowReviewItem","purpose":"controle",
                      "clients":["c1","c2"]}]})");
  EXPECT_EQ(Run("link accesses"), 0) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("01-05-2018 12:00"), HasSubstr("anna"), HasSubstr("paar bekeken"), HasSubstr("c1 c2")));
  EXPECT_EQ(Run("link accesses --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\n2018-05-01T10:00:00Z,anna,ShowReviewItem,controle,c1 c2\n"));
}

TEST_F(SubjectsTest, EraseSaysWhatWentAndARefusalSaysWhy) {
  monitor_.OnJson("POST " + kBase + "subjects/_erase",
                  R"({"record_count":"3","delivery_count":"1","erase_time":"2018-05-01T10:00:00Z"})");
  const std::string command =
      absl::StrCat("erase --client ", kClient, " --confirm ", kClient, " --purpose verzoek_31 --reason recht_op_vergetelheid");
  EXPECT_EQ(Run(command), 0) << err_.str();
  EXPECT_EQ(
      out_.str(),
      "Gewist op 01-05-2018 12:00: 3 gegevens kunnen niet meer worden gelezen; van 1 levering is het bestand weg of zonder "
      "deze persoon. De cijfers veranderen niet.\n");
  const auto request = Asked<linking::v1::EraseSubjectRequest>();
  EXPECT_EQ(request.client(), kClient);
  EXPECT_EQ(request.confirm(), kClient);
  EXPECT_EQ(request.purpose(), "verzoek 31");
  EXPECT_EQ(request.reason(), "recht op vergetelheid");
  EXPECT_EQ(Run(command + " --format csv"), 0);
  EXPECT_EQ(out_.str(), "gegevens,leveringen,gewist_op\n3,1,2018-05-01T10:00:00Z\n");
  monitor_.On("POST " + kBase + "subjects/_erase", [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(BadFields({{"confirm", "must be the client once more: this cannot be undone"}}));
  });
  EXPECT_EQ(Run(command), 3);
  EXPECT_THAT(err_.str(), HasSubstr("confirm"));
}

}  // namespace
}  // namespace nmd::cli
