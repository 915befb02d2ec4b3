// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/source_listings.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

namespace nmd::cli {
namespace {

using ::testing::HasSubstr;

ingestion::v1::ListSourceAnalysesResponse Scene() {
  ingestion::v1::ListSourceAnalysesResponse response;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(R"({"source_analyses":[
      {"name":"municipalities/gm1730/sources/jw323/analysis","title":"iJw 323 Declaratie","owner":"aanbieder",
       "fields":["Bsn","DeclaratieNummer"],"legal_basis":"Jeugdwet","delivery_count":"1200","rejected_count":"3",
       "completeness":0.9512,"timeliness":0.8,"median_days_late":5,"grade":"A",
       "newest_known_time":"2018-10-05T09:00:00Z","known_time":"2018-10-05T09:00:00Z","statement":"Alles is er.",
       "failed_checks":[{"rule":"TR101","level":2,"finding_count":"4","delivery_count":"2","text":"Dubbele sleutel."}],
       "months":[{"month":"2018-09","method":"ALLOCATIONS","due_date":"2018-10-31","expected_count":"2","received_count":"1",
                  "missing_count":"1","missing":[{"sender":"55000007"}],"statement":"1 van de 2 aanbieders ontbreekt."}]},
      {"name":"municipalities/gm1730/sources/begroting/analysis","title":"Begroting","owner":"gemeente"}]})",
                                                          &response)
                  .ok());
  return response;
}

linking::v1::LinkSummary Links() {
  linking::v1::LinkSummary links;
  linking::v1::SourceLinks& source = *links.add_sources();
  source.set_source("jw323");
  source.set_person_count(1000);
  source.set_linked_count(997);
  return links;
}

TEST(SourceListings, WhatIsNotMeasuredIsAWordForPeopleAndEmptyForMachines) {
  const Table table = SourceAnalysisTable(Scene(), Links());
  EXPECT_EQ(CsvOf(table),
            "bron,naam,eigenaar,leveringen,afgekeurd,volledigheid,op_tijd,dagen_te_laat,kwaliteit,koppeling,nieuwste,grondslag,"
            "contact\n"
            "jw323,iJw 323 Declaratie,aanbieder,1200,3,0.9512,0.8000,5,A,0.9970,2018-10-05T09:00:00Z,Jeugdwet,\n"
            "begroting,Begroting,gemeente,0,0,,,0,,,,,\n");
  const std::string text = TextOf(table);
  EXPECT_THAT(text, HasSubstr("95,1%"));
  EXPECT_THAT(text, HasSubstr("99,7%"));
  EXPECT_THAT(text, HasSubstr("onbekend"));
}

TEST(SourceListings, OneSourceTellsAllThereIs) {
  const std::string text = SourceText(Scene().source_analyses(0), Links());
  for (const char* part : {"iJw 323 Declaratie (jw323)\n", "Gegevens: Bsn, DeclaratieNummer\n", "Grondslag: Jeugdwet\n",
                           "Personen gekoppeld: 99,7%\n", "Alles is er.\n", "sep 2018  toewijzingen", "31-10-2018",
                           "Wie ontbreekt\n", "55000007", "TR101", "Dubbele sleutel.", "Bekend op 05-10-2018 11:00.\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, ::testing::Not(HasSubstr("Contact")));
}

TEST(SourceListings, CountsAndNamesWhatIsMissing) {
  EXPECT_EQ(CountMissing(Scene()), 1);
  EXPECT_EQ(MissingText(Scene()), "iJw 323 Declaratie: 1 van de 2 aanbieders ontbreekt.\n");
  EXPECT_EQ(CsvOf(MissingTable(Scene())), "bron,maand,afzender,naam,laatste_maand\njw323,2018-09,55000007,,\n");
}

}  // namespace
}  // namespace nmd::cli
