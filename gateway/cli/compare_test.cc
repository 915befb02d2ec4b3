// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/compare.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nmd::cli {
namespace {

using costs::v1::CompareFiguresRequest;
using costs::v1::CompareFiguresResponse;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

CompareFiguresRequest Asked(const std::string& after = "2018-01-01") {
  return Parse<CompareFiguresRequest>(absl::StrCat(
      "measures: 'clients' dimensions: 'ivn' before { start_date: '2017-01-01' end_date: '2017-02-01' } after { start_date: '",
      after, "' end_date: '2018-02-01' }"));
}

Catalogue DutchCatalogue() {
  Catalogue catalogue;
  catalogue.measures = Parse<costs::v1::ListMeasuresResponse>("measures { name: 'm/clients' title: 'Cliënten' }");
  catalogue.dimensions = Parse<costs::v1::ListDimensionsResponse>("dimensions { name: 'd/ivn' title: 'Interventieniveau' }");
  return catalogue;
}

// One measure in one cell; `more`: the rest of the comparison.
std::string Row(const std::string& kind, const std::string& ivn, const std::string& before, const std::string& after,
                const std::string& more) {
  const auto figure = [&](const std::string& value) {
    return absl::StrCat(
        "{ measure: 'clients' ", value,
        ivn.empty() ? "" : absl::StrCat(" dimensions { dimension: 'ivn' value: '", ivn, "' label: 'IVN ", ivn, "' }"),
        " reliability { statement: 'Volledig.' } } ");
  };
  return absl::StrCat(kind, " { before ", figure(before), "after ", figure(after), more, " } ");
}

// The reference figures of S1: 484 clients in January 2017, 598 in January 2018 (R67): +24%, −20% in IVN 4, +51% in IVN 5.
CompareFiguresResponse January() {
  const auto row = [](const std::string& kind, const std::string& ivn, int before, int after) {
    return Row(kind, ivn, absl::StrCat("state: ANSWERED count: ", before), absl::StrCat("state: ANSWERED count: ", after),
               absl::StrFormat("state: ANSWERED count: %d growth: %.8f", after - before,
                               static_cast<double>(after - before) / before));
  };
  return Parse<CompareFiguresResponse>(absl::StrCat(row("comparisons", "4", 70, 56), row("comparisons", "5", 183, 276),
                                                    row("totals", "", 484, 598), "known_time { seconds: 1522533599 }"));
}

TEST(Compare, TwoMonthsWithGrowth) {
  const Table table = CompareTable(Asked(), January(), TitlesOf(DutchCatalogue()));
  EXPECT_EQ(TextOf(table),
            "Interventieniveau  Maat      januari 2017  januari 2018  Verschil  Groei\n"
            "-----------------  --------  ------------  ------------  --------  -----\n"
            "IVN 4              Cliënten            70            56       −14   −20%\n"
            "IVN 5              Cliënten           183           276        93   +51%\n"
            "-----------------  --------  ------------  ------------  --------  -----\n"
            "Totaal             Cliënten           484           598       114   +24%\n");
  EXPECT_THAT(CsvOf(table),
              HasSubstr("rij,ivn,maat,waarde_voor,waarde_na,verschil,groei,toestand_voor,toestand_na,toestand,reden\n"));
  EXPECT_THAT(CsvOf(table), HasSubstr("cel,4,clients,70,56,-14,-0.200000,beantwoord,beantwoord,beantwoord,\n"));
  EXPECT_EQ(CompareFooter(Asked(), January(), TitlesOf(DutchCatalogue())),
            "\nBetrouwbaarheid: Volledig.\nBekend op 31-03-2018 23:59.\n");
}

TEST(Compare, R17_WhatLiesAcrossATrendBreakHasBothValuesAndNoDifference) {
  const auto broken =
      Parse<CompareFiguresResponse>(Row("totals", "", "state: ANSWERED count: 484", "state: ANSWERED count: 598",
                                        "state: NOT_COMPARABLE state_reason: 'TREND_BREAK'"));
  const Table table = CompareTable(Asked(), broken, TitlesOf(DutchCatalogue()));
  EXPECT_THAT(TextOf(table), HasSubstr("484           598  niet vergelijkbaar      –\n"));
  EXPECT_THAT(CsvOf(table), HasSubstr("totaal,,clients,484,598,,,beantwoord,beantwoord,niet_vergelijkbaar,TREND_BREAK\n"));
  EXPECT_THAT(CompareFooter(Asked(), broken, {}), HasSubstr("tussen de perioden ligt een trendbreuk"));
  const auto sheets = CompareSheets(Asked(), broken, DutchCatalogue());
  EXPECT_EQ(sheets[0].rows[1][4].text, "niet vergelijkbaar");
  EXPECT_THAT(sheets[1].rows.back()[1].text, HasSubstr("trendbreuk"));
}

TEST(Compare, FromNothingThereIsNoGrowthAndFromNoNumberNoDifference) {
  const auto response = Parse<CompareFiguresResponse>(absl::StrCat(
      Row("comparisons", "4", "state: ANSWERED count: 0", "state: ANSWERED count: 276", "state: ANSWERED count: 276"),
      Row("comparisons", "5", "state: ANSWERED count: 0", "state: ANSWERED count: 0", "state: ANSWERED count: 0"),
      Row("comparisons", "6", "state: NOT_AVAILABLE state_reason: 'PERIOD_NOT_DELIVERED'", "state: ANSWERED count: 3",
          "state: NOT_AVAILABLE state_reason: 'PERIOD_NOT_DELIVERED'")));
  const std::string text = TextOf(CompareTable(Asked(), response, {}));
  EXPECT_THAT(text, HasSubstr("276       276  nieuw\n"));
  EXPECT_THAT(text, HasSubstr("0         0     0%\n"));
  EXPECT_THAT(text, HasSubstr("niet beschikbaar             3         –      –\n"));
  EXPECT_THAT(CompareFooter(Asked(), response, {}), HasSubstr("nog niets aangeleverd"));
}

TEST(Compare, AWorkbookHasNumbersAndSaysWhatIsComparedWithWhat) {
  const auto sheets = CompareSheets(Asked(), January(), DutchCatalogue());
  ASSERT_EQ(sheets.size(), 2u);
  EXPECT_EQ(sheets[0].rows.size(), 4u);
  EXPECT_EQ(sheets[0].rows[1][2].kind, SheetCell::Kind::kCount);
  EXPECT_EQ(sheets[0].rows[1][2].number, 70);
  EXPECT_EQ(sheets[0].rows[1][5].kind, SheetCell::Kind::kShare);
  EXPECT_NEAR(sheets[0].rows[1][5].number, -0.2, 1e-9);
  EXPECT_FALSE(sheets[0].rows[1][2].bold);
  EXPECT_TRUE(sheets[0].rows[3][2].bold);
  std::vector<std::string> texts;
  for (const auto& row : sheets[1].rows) {
    if (row.size() > 1) texts.push_back(absl::StrCat(row[0].text, ": ", row[1].text));
  }
  EXPECT_THAT(texts, Contains("Vraag: Cliënten per Interventieniveau; januari 2018 naast januari 2017."));
}

TEST(Compare, ATextThatASpreadsheetWouldRunIsNotRun) {
  for (const std::string evil : {"=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"}) {
    CompareFiguresResponse response = January();
    for (auto* figure : {response.mutable_comparisons(0)->mutable_before(), response.mutable_comparisons(0)->mutable_after()}) {
      figure->mutable_dimensions(0)->set_value(evil);
      figure->mutable_dimensions(0)->set_label(evil);
    }
    const Table table = CompareTable(Asked(), response, {});
    EXPECT_THAT(CsvOf(table), HasSubstr(absl::StrCat("cel,\"'", evil, "\","))) << evil;
    EXPECT_THAT(DutchCsvOf(table), HasSubstr(absl::StrCat("cel;\"'", evil, "\";"))) << evil;
    const auto sheets = CompareSheets(Asked(), response, DutchCatalogue());
    EXPECT_EQ(sheets[0].rows[1][0].kind, SheetCell::Kind::kText) << evil;
    EXPECT_EQ(sheets[0].rows[1][0].text, evil);
  }
}

TEST(Compare, AsksForTwoMonthsAndNothingElse) {
  Question question;
  question.measures = {"clients"};
  question.from = "2017-01";
  question.to = "2018-01";
  question.known_on = "2018-03-31";
  const auto request = CompareOf(question, "municipalities/gm1730");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->before().start_date(), "2017-01-01");
  EXPECT_EQ(request->before().end_date(), "2017-02-01");
  EXPECT_EQ(request->after().start_date(), "2018-01-01");
  EXPECT_EQ(request->known_time().seconds(), 1522533599);
  question.to = "";
  EXPECT_THAT(CompareOf(question, "").status().message(), HasSubstr("--from en --to"));
  question.to = "2018-01";
  question.on = "2018-01-01";
  EXPECT_FALSE(CompareOf(question, "").ok());
}

}  // namespace
}  // namespace nmd::cli
