// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/figures.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace nmd::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using type::Figure;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

const Titles& DutchTitles() {
  static const auto& titles = *new Titles{{{"clients", "Cliënten"}, {"indicated", "Geïndiceerd bedrag"}},
                                          {{"ivn", "Interventieniveau"}, {"wijk", "Wijk"}}};
  return titles;
}

// The reference figures of S1: 484 clients in January 2017, 598 in January 2018.
costs::v1::QueryFiguresResponse Answer(const std::string& start, const std::string& end, int total, int four, int five) {
  const auto figure = [&](const std::string& ivn, const std::string& value) {
    return "{ measure: 'clients' state: ANSWERED " + value + " period { start_date: '" + start + "' end_date: '" + end +
           "' } " + (ivn.empty() ? "" : "dimensions { dimension: 'ivn' value: '" + ivn + "' label: 'IVN " + ivn + "' }") +
           " definition: 'clients/1' known_time { seconds: 1522533599 nanos: 999999000 }"
           " reliability { statement: 'De bronnen zijn volledig.' } } ";
  };
  return Parse<costs::v1::QueryFiguresResponse>(
      "figures " + figure("4", "count: " + std::to_string(four)) + "figures " + figure("5", "count: " + std::to_string(five)) +
      "totals " + figure("", "count: " + std::to_string(total)) +
      "effective { measures: 'clients' dimensions: 'ivn' period { start_date: '" + start + "' end_date: '" + end +
      "' } known_time { seconds: 1522533599 nanos: 999999000 } }");
}

TEST(Figures, AreWordsWhenThereIsNoValue) {
  struct Case {
    const char* figure;
    const char* text;
    const char* raw;
    const char* state;
  };
  for (const Case& test : {Case{"state: ANSWERED count: 1598", "1.598", "1598", "beantwoord"},
                           Case{"state: ANSWERED count: 0", "0", "0", "beantwoord"},
                           Case{"state: ANSWERED amount_cents: 59826449", "€ 598.264", "598264.49", "beantwoord"},
                           Case{"state: ANSWERED amount_cents: -5", "€ 0", "-0.05", "beantwoord"},
                           Case{"state: ANSWERED ratio: 1.2345", "1,23", "1.234500", "beantwoord"},
                           Case{"state: SUPPRESSED", "onderdrukt", "", "onderdrukt"},
                           Case{"state: NOT_REGISTERED", "niet geregistreerd", "", "niet_geregistreerd"},
                           Case{"state: NOT_AVAILABLE", "niet beschikbaar", "", "niet_beschikbaar"},
                           Case{"state: NOT_COMPARABLE", "niet vergelijkbaar", "", "niet_vergelijkbaar"},
                           Case{"state: SUPPRESSED count: 3", "onderdrukt", "", "onderdrukt"},  // Never, whatever is sent.
                           Case{"state: ANSWERED", "niet beschikbaar", "", "beantwoord"}}) {
    const auto figure = Parse<Figure>(test.figure);
    EXPECT_EQ(FigureText(figure), test.text) << test.figure;
    EXPECT_EQ(FigureRaw(figure), test.raw) << test.figure;
    EXPECT_EQ(StateKey(figure.state()), test.state) << test.figure;
  }
}

TEST(Figures, StandInATableWithWhatTheyAreWorth) {
  const auto answer = Answer("2018-01-01", "2018-02-01", 598, 56, 276);
  EXPECT_EQ(TextOf(QueryTable(answer, DutchTitles())) + Footer(answer, DutchTitles()),
            "Interventieniveau  Cliënten\n"
            "-----------------  --------\n"
            "IVN 4                    56\n"
            "IVN 5                   276\n"
            "-----------------  --------\n"
            "Totaal                  598\n"
            "\n"
            "Betrouwbaarheid: De bronnen zijn volledig.\n"
            "Periode: januari 2018.\n"
            "Bekend op 31-03-2018 23:59.\n");
}

TEST(Figures, AreOneRecordEachForMachines) {
  EXPECT_EQ(CsvOf(QueryRecords(Answer("2018-01-01", "2018-02-01", 598, 56, 276))),
            "rij,maat,van,tot,ivn,ivn_naam,waarde,eenheid,toestand,reden,bekend_op,definitie\n"
            "cel,clients,2018-01-01,2018-02-01,4,IVN 4,56,aantal,beantwoord,,2018-03-31T21:59:59.999999Z,clients/1\n"
            "cel,clients,2018-01-01,2018-02-01,5,IVN 5,276,aantal,beantwoord,,2018-03-31T21:59:59.999999Z,clients/1\n"
            "totaal,clients,2018-01-01,2018-02-01,,,598,aantal,beantwoord,,2018-03-31T21:59:59.999999Z,clients/1\n");
}

TEST(Figures, GiveTheReasonOnce) {
  auto answer = Answer("2018-01-01", "2018-02-01", 598, 56, 276);
  for (auto& figure : *answer.mutable_figures()) {
    figure.set_state(Figure::NOT_REGISTERED);
    figure.set_state_reason("ATTRIBUTE_NOT_REGISTERED");
  }
  EXPECT_THAT(Footer(answer, DutchTitles()), ::testing::StartsWith("\nNiet geregistreerd: geen enkele bron"));
  EXPECT_EQ(ReasonText("IETS_NIEUWS"), "IETS_NIEUWS");
}

TEST(Figures, SayWhichMeasureAStatementIsAbout) {
  const auto answer = Parse<costs::v1::QueryFiguresResponse>(R"(
      totals { measure: 'clients' state: ANSWERED count: 1 reliability { statement: 'Volledig.' } }
      totals { measure: 'provisions' state: ANSWERED count: 1 reliability { statement: 'Volledig.' } }
      totals { measure: 'indicated' state: ANSWERED count: 1 reliability { statement: 'Onvolledig.' } })");
  EXPECT_EQ(Footer(answer, DutchTitles()),
            "\nBetrouwbaarheid (Cliënten, provisions): Volledig.\nBetrouwbaarheid (Geïndiceerd bedrag): Onvolledig.\n");
}

TEST(Figures, NameMonthsAndTheUnknownClass) {
  const auto answer = Parse<costs::v1::QueryFiguresResponse>(R"(
      figures { measure: 'clients' state: ANSWERED count: 1 dimensions { dimension: 'month' value: '2018-03' }
                dimensions { dimension: 'wijk' value: '' } }
      totals { measure: 'clients' state: ANSWERED count: 1 }
      effective { measures: 'clients' dimensions: 'month' dimensions: 'wijk' reference_date: '2018-03-31' })");
  const std::string text = TextOf(QueryTable(answer, DutchTitles()));
  EXPECT_THAT(text, HasSubstr("mrt 2018  onbekend"));
  EXPECT_THAT(Footer(answer, DutchTitles()), HasSubstr("Periode: peildatum 31-03-2018."));
}

TEST(Figures, ShowTheDecompositionWithItsLevels) {
  // T-04 and T-05: the client effect on totals and over groups differs, so each table names its level.
  const auto response = Parse<costs::v1::DecomposeGrowthResponse>(R"(
      state: ANSWERED growth_cents: 17800000 conclusion: 'Het bedrag groeide vooral door meer cliënten.'
      before { measure: 'clients' state: ANSWERED count: 484 period { start_date: '2017-01-01' end_date: '2017-02-01' } }
      after { measure: 'clients' state: ANSWERED count: 598 period { start_date: '2018-01-01' end_date: '2018-02-01' } }
      three_factor { factor: 'clients' title: 'Meer cliënten' amount_cents: 10609669 amount_euro: 106096.69 share: 0.596 }
      four_factor { factor: 'clients' title: 'Meer cliënten' amount_cents: 10598447 amount_euro: 105984.47 share: 0.595 }
      groups { group { dimension: 'ivn' value: '4' label: 'IVN 4' } growth_cents: -252000
               provisions_before { state: ANSWERED count: 70 } provisions_after { state: ANSWERED count: 56 }
               amount_before { state: ANSWERED amount_cents: 1400000 } amount_after { state: ANSWERED amount_cents: 1148000 }
               effects { factor: 'clients' amount_cents: 300000 } }
      known_time { seconds: 1522533599 })");
  EXPECT_EQ(DecomposeText(response, DutchTitles()),
            "Het bedrag groeide vooral door meer cliënten.\n"
            "\n"
            "Maat      januari 2017  januari 2018\n"
            "--------  ------------  ------------\n"
            "Cliënten           484           598\n"
            "\n"
            "Drie factoren, op totalen        Bedrag  Aandeel\n"
            "-------------------------  ------------  -------\n"
            "Meer cliënten              € 106.096,69    59,6%\n"
            "-------------------------  ------------  -------\n"
            "Groei                      € 178.000,00   100,0%\n"
            "\n"
            "Vier factoren, per Interventieniveau        Bedrag  Aandeel\n"
            "------------------------------------  ------------  -------\n"
            "Meer cliënten                         € 105.984,47    59,5%\n"
            "------------------------------------  ------------  -------\n"
            "Groei                                 € 178.000,00   100,0%\n"
            "\n"
            "Interventieniveau  Voorzieningen  was    Bedrag       was     Groei  Meer cliënten\n"
            "-----------------  -------------  ---  --------  --------  --------  -------------\n"
            "IVN 4                         56   70  € 11.480  € 14.000  € −2.520        € 3.000\n"
            "\n"
            "Bekend op 31-03-2018 23:59.\n");
  EXPECT_THAT(CsvOf(DecomposeRecords(response)), HasSubstr("drie_factoren,,clients,106096.6900,0.596000,beantwoord\n"));
}

TEST(Figures, SayWhyPeriodsMayNotBeCompared) {
  const auto response = Parse<costs::v1::DecomposeGrowthResponse>(
      "state: NOT_COMPARABLE state_reason: 'PERIODS_UNEQUAL' known_time { seconds: 1522533599 }");
  EXPECT_EQ(DecomposeText(response, DutchTitles()),
            "niet vergelijkbaar\n\nNiet vergelijkbaar: de perioden zijn niet even lang.\nBekend op 31-03-2018 23:59.\n");
  EXPECT_EQ(CsvOf(DecomposeRecords(response)),
            "niveau,groep,factor,bedrag_euro,aandeel,toestand\ntotaal,,,,,niet_vergelijkbaar\n");
}

TEST(Figures, ExplainThemselvesDownToDeliveries) {
  const auto response = Parse<costs::v1::ExplainFigureResponse>(R"(
      figure { measure: 'clients' state: ANSWERED count: 598 definition: 'clients/1'
               period { start_date: '2018-01-01' end_date: '2018-02-01' } known_time { seconds: 1522533599 } }
      measure { title: 'Cliënten' description: 'Het aantal personen.' }
      steps { text: 'Toewijzingen bekend op 31-03-2018' count: 1234 }
      contributions { delivery: 'municipalities/gm1730/deliveries/abc' source: 'jw301' row_count: 12
                      known_time { seconds: 1522533599 } }
      contribution_count: 345)");
  EXPECT_EQ(ExplainText(response),
            "Cliënten: 598 (januari 2018)\n"
            "Het aantal personen. Definitie clients/1.\n"
            "\n"
            "Stap                               Aantal\n"
            "---------------------------------  ------\n"
            "Toewijzingen bekend op 31-03-2018   1.234\n"
            "\n"
            "Levering  Bron   Bekend op         Regels\n"
            "--------  -----  ----------------  ------\n"
            "abc       jw301  31-03-2018 23:59      12\n"
            "De nieuwste 1 van 345 leveringen.\n"
            "\n"
            "Bekend op 31-03-2018 23:59.\n");
}

}  // namespace
}  // namespace nmd::cli
