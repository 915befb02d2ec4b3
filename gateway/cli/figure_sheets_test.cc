// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/figure_sheets.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nmd::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = SheetCell::Kind;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

Catalogue DutchCatalogue() {
  Catalogue catalogue;
  catalogue.measures = Parse<costs::v1::ListMeasuresResponse>(R"(
      measures { name: 'municipalities/gm1730/measures/clients' title: 'Cliënten' unit: 'cliënten' definition: 'clients/2'
                 description: 'Het aantal inwoners.' formula: 'aantal personen' population: 'inwoners met zorg'
                 additivity: DISTINCT edge_rules: 'De einddatum telt mee.' }
      measures { name: 'municipalities/gm1730/measures/indicated' title: 'Geïndiceerd bedrag' unit: 'euro' additivity: ADDITIVE }
      measures { name: 'municipalities/gm1730/measures/share' title: 'Aandeel' unit: 'deel' additivity: RATIO }
      catalogue_version: 3)");
  catalogue.dimensions = Parse<costs::v1::ListDimensionsResponse>(R"(
      dimensions { name: 'municipalities/gm1730/dimensions/provider' title: 'Aanbieder' }
      dimensions { name: 'municipalities/gm1730/dimensions/month' title: 'Maand' })");
  return catalogue;
}

// "text", or the number with its kind: what a reader of the file finds.
std::string Shown(const SheetCell& cell) {
  static const char* const kNames[] = {"", "aantal ", "euro ", "getal ", "deel ", "dag ", "maand ", "jaar "};
  return cell.kind == Kind::kText ? cell.text : absl::StrFormat("%s%.15g", kNames[static_cast<size_t>(cell.kind)], cell.number);
}

std::vector<std::string> Shown(const std::vector<SheetCell>& row) {
  std::vector<std::string> texts;
  for (const SheetCell& cell : row) texts.push_back(Shown(cell));
  return texts;
}

std::vector<std::vector<std::string>> Shown(const Sheet& sheet) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : sheet.rows) rows.push_back(Shown(row));
  return rows;
}

const char kAnswer[] = R"(
    figures { measure: 'clients' state: ANSWERED count: 56 reliability { statement: 'Volledig.' }
              dimensions { dimension: 'month' value: '2018-01' } dimensions { dimension: 'provider' value: '01234567' label: 'De Brug' } }
    figures { measure: 'indicated' state: ANSWERED amount_cents: 59826449 reliability { statement: 'Tarieven ontbreken.' }
              dimensions { dimension: 'month' value: '2018-01' } dimensions { dimension: 'provider' value: '01234567' label: 'De Brug' } }
    figures { measure: 'clients' state: SUPPRESSED count: 3 state_reason: 'CELL_PROTECTED'
              dimensions { dimension: 'month' value: '2018-01' } dimensions { dimension: 'provider' } }
    figures { measure: 'indicated' state: NOT_AVAILABLE state_reason: 'TARIFF_MISSING'
              dimensions { dimension: 'month' value: '2018-01' } dimensions { dimension: 'provider' } }
    totals { measure: 'clients' state: ANSWERED count: 57 definition: 'clients/1' reliability { statement: 'Volledig.' } }
    totals { measure: 'indicated' state: ANSWERED amount_cents: 60000000 reliability { statement: 'Volledig.' } }
    provenance { source: 'jw301' delivery_count: 1234 newest_known_time { seconds: 1522533599 } }
    effective { parent: 'municipalities/gm1730' measures: 'clients' measures: 'indicated' dimensions: 'month' dimensions: 'provider'
                period { start_date: '2018-01-01' end_date: '2018-02-01' } filters { dimension: 'product' values: '45A04' values: '' }
                known_time { seconds: 1522533599 } })";

TEST(FigureSheets, HoldNumbersDatesAndWords) {
  // Providers have a name and a code that begins with a zero: a text. What is hidden is not in the file, whatever was sent.
  const auto sheets = FigureSheets(Parse<costs::v1::QueryFiguresResponse>(kAnswer), DutchCatalogue());
  ASSERT_EQ(sheets.size(), 2u);
  EXPECT_EQ(sheets[0].name, "Cijfers");
  EXPECT_EQ(sheets[0].frozen_rows, 1);
  EXPECT_THAT(
      Shown(sheets[0]),
      ElementsAre(
          ElementsAre("Maand", "Aanbieder", "Aanbieder (code)", "Cliënten", "Geïndiceerd bedrag (euro)", "Betrouwbaarheid"),
          ElementsAre("maand 43101", "De Brug", "01234567", "aantal 56", "euro 598264.49", "Volledig. Tarieven ontbreken."),
          ElementsAre("maand 43101", "onbekend", "", "onderdrukt", "niet beschikbaar", ""),
          ElementsAre("Totaal", "", "", "aantal 57", "euro 600000", "Volledig.")));
  EXPECT_TRUE(sheets[0].rows.back()[3].bold);
  EXPECT_FALSE(sheets[0].rows[1][3].bold);
}

TEST(FigureSheets, ExplainTheAnswerToWhoWasNotThere) {
  // F-03, R7: question, period, known time, worth, definitions, sources, words.
  const auto rows = Shown(FigureSheets(Parse<costs::v1::QueryFiguresResponse>(kAnswer), DutchCatalogue())[1]);
  EXPECT_THAT(rows, Contains(ElementsAre("Vraag",
                                         "Cliënten en Geïndiceerd bedrag per Maand en Aanbieder; alleen product 45A04 "
                                         "of onbekend; januari 2018.")));
  EXPECT_THAT(rows, Contains(ElementsAre("Gemeente", "gm1730")));
  EXPECT_THAT(rows, Contains(ElementsAre("Eerste dag", "dag 43101")));
  EXPECT_THAT(rows, Contains(ElementsAre("Laatste dag, die meetelt", "dag 43131")));
  EXPECT_THAT(rows, Contains(ElementsAre("Bekend op", "31-03-2018 23:59")));
  EXPECT_THAT(rows, Contains(ElementsAre("Betrouwbaarheid", "Cliënten, Geïndiceerd bedrag: Volledig.")));
  // The version the figure was made with, not the one of the catalogue of today.
  EXPECT_THAT(rows, Contains(ElementsAre("Cliënten", "Het aantal inwoners.", "aantal personen", "cliënten", "inwoners met zorg",
                                         "het totaal is opnieuw geteld, nooit opgeteld", "clients/1")));
  EXPECT_THAT(rows, Contains(ElementsAre("", "Let op: De einddatum telt mee.")));
  EXPECT_THAT(rows, Contains(ElementsAre("Versie van de catalogus", "aantal 3")));
  EXPECT_THAT(rows, Contains(ElementsAre("jw301", "31-03-2018 23:59", "aantal 1234")));
  for (const char* word : {"onderdrukt", "niet geregistreerd", "niet beschikbaar", "niet vergelijkbaar"}) {
    EXPECT_THAT(rows, Contains(ElementsAre(word, Not("")))) << word;
  }
  EXPECT_THAT(rows, Contains(ElementsAre("in dit antwoord", HasSubstr("geen tarief bekend"))));
  EXPECT_THAT(rows, Not(Contains(Contains("minstens"))));
}

TEST(FigureSheets, PutBoundsBesideTheFigureTheyAreOf) {
  const auto sheets = FigureSheets(Parse<costs::v1::QueryFiguresResponse>(R"(
      figures { measure: 'share' state: ANSWERED ratio: 0.25 dimensions { dimension: 'year' value: '2018' }
                interval { low: 0.125 high: 0.5 confidence: 0.95 method: 'exact_poisson' } }
      figures { measure: 'clients' state: ANSWERED count: 12 dimensions { dimension: 'year' value: '2018' }
                reliability { least_count: 10 } }
      figures { measure: 'share' state: NOT_AVAILABLE dimensions { dimension: 'year' value: '2019' } }
      totals { measure: 'share' state: ANSWERED ratio: 0.25 }
      totals { measure: 'clients' state: ANSWERED count: 12 }
      effective { measures: 'share' measures: 'clients' dimensions: 'year' reference_date: '2018-12-31' })"),
                                   DutchCatalogue());
  EXPECT_THAT(Shown(sheets[0]),
              ElementsAre(ElementsAre("year", "Aandeel", "Aandeel, ondergrens", "Aandeel, bovengrens", "Cliënten",
                                      "Cliënten, minstens", "Betrouwbaarheid"),
                          ElementsAre("jaar 2018", "deel 0.25", "deel 0.125", "deel 0.5", "aantal 12", "aantal 10", ""),
                          ElementsAre("jaar 2019", "niet beschikbaar", "", "", "", "", ""),
                          ElementsAre("Totaal", "deel 0.25", "", "", "aantal 12", "", "")));
  const auto rows = Shown(sheets[1]);
  EXPECT_THAT(rows, Contains(ElementsAre("Peildatum", "dag 43465")));
  EXPECT_THAT(rows, Contains(ElementsAre("ondergrens, bovengrens", HasSubstr("95% zekerheid"))));
  EXPECT_THAT(rows, Contains(ElementsAre("minstens", HasSubstr("twijfelgevallen"))));
}

TEST(FigureSheets, HaveIdsForWhoMayNotReadTheCatalogue) {
  const auto sheets = FigureSheets(Parse<costs::v1::QueryFiguresResponse>(R"(
      figures { measure: 'clients' state: ANSWERED count: 5 } totals { measure: 'clients' state: ANSWERED count: 5 }
      effective { measures: 'clients' reference_date: '2018-12-31' })"),
                                   Catalogue());
  // Without dimensions there is one row: the total, once.
  EXPECT_THAT(Shown(sheets[0]), ElementsAre(ElementsAre("clients", "Betrouwbaarheid"), ElementsAre("aantal 5", "")));
  EXPECT_THAT(Shown(sheets[1]), Not(Contains(Contains("Versie van de catalogus"))));
  EXPECT_THAT(Shown(sheets[1]), Contains(ElementsAre("geen", HasSubstr("nog niets geleverd"))));
}

}  // namespace
}  // namespace nmd::cli
