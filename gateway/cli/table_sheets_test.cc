// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/table_sheets.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/cli/bridge.h"
#include "gateway/cli/figures.h"

namespace nmd::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Kind = SheetCell::Kind;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

std::vector<std::string> Notes(const Sheet& sheet) {
  std::vector<std::string> lines;
  for (const auto& row : sheet.rows) {
    if (row.size() > 1) lines.push_back(absl::StrCat(row[0].text, ": ", row[1].text));
  }
  return lines;
}

costs::v1::BridgeAmountsResponse Bridge(const std::string& product) {
  return Parse<costs::v1::BridgeAmountsResponse>(absl::StrCat(
      "state: ANSWERED steps { step: 'indicated' title: 'Geïndiceerd' subtotal: true amount_cents: 20000 } steps { step: "
      "'not_used' title: 'Niet gebruikt' description: 'Wel toegewezen, niet gedeclareerd.' amount_cents: -3550 item_count: 1 "
      "items { amount_cents: -3550 count: 2 dimensions { dimension: 'product' value: \"",
      product, "\" } } } remarks: 'Geen bron levert betalingen.' known_time { seconds: 1522533599 } ",
      "provenance { source: 'jw301' delivery_count: 3 }"));
}

TEST(TableSheets, TheBridgeIsAmountsAndCountsWithWhatEachStepMeans) {
  costs::v1::BridgeAmountsRequest asked;
  asked.mutable_period()->set_start_date("2018-01-01");
  asked.mutable_period()->set_end_date("2018-03-01");
  const auto sheets = BridgeSheets(asked, Bridge("45A04"));
  ASSERT_EQ(sheets.size(), 2u);
  ASSERT_EQ(sheets[0].rows.size(), 4u);
  const auto& line = sheets[0].rows[3];
  EXPECT_EQ(line[7].kind, Kind::kEuro);
  EXPECT_DOUBLE_EQ(line[7].number, -35.5);
  EXPECT_EQ(line[8].kind, Kind::kCount);
  EXPECT_EQ(line[4].text, "45A04");
  EXPECT_THAT(Notes(sheets[1]), Contains("Vraag: Van geïndiceerd naar geboekt, januari 2018 t/m februari 2018; alles."));
  EXPECT_THAT(Notes(sheets[1]), Contains("Niet gebruikt: Wel toegewezen, niet gedeclareerd."));
  EXPECT_THAT(Notes(sheets[1]), Contains("Bekend op: 31-03-2018 23:59"));
  EXPECT_EQ(sheets[1].rows.back()[0].text, "jw301");
}

TEST(TableSheets, TheDecompositionIsMoneyAndShares) {
  const auto response = Parse<costs::v1::DecomposeGrowthResponse>(R"(
      state: ANSWERED growth_cents: 10000 conclusion: 'Vooral door de prijs.' known_time { seconds: 1522533599 }
      three_factor { factor: 'clients' title: 'Meer cliënten' amount_euro: 25.5 amount_cents: 2550 share: 0.255 })");
  const auto asked = Parse<costs::v1::DecomposeGrowthRequest>(R"(
      before { start_date: '2017-01-01' end_date: '2017-02-01' } after { start_date: '2018-01-01' end_date: '2018-02-01' }
      group_by: 'ivn' filters { dimension: 'law' values: 'wmo' })");
  const auto sheets = DecomposeSheets(asked, response);
  ASSERT_EQ(sheets[0].rows.size(), 2u);
  EXPECT_EQ(sheets[0].rows[1][2].text, "clients");
  EXPECT_EQ(sheets[0].rows[1][3].kind, Kind::kDecimal);  // Four decimals: an effect is a real number.
  EXPECT_DOUBLE_EQ(sheets[0].rows[1][3].number, 25.5);
  EXPECT_EQ(sheets[0].rows[1][4].kind, Kind::kShare);
  EXPECT_EQ(sheets[0].rows[1][5].text, "beantwoord");
  EXPECT_THAT(Notes(sheets[1]), Contains("Vraag: Waardoor het geïndiceerde bedrag groeide van januari 2017 naar januari 2018, "
                                         "per ivn; alleen law = wmo."));
  EXPECT_THAT(Notes(sheets[1]), Contains("Uitkomst: Vooral door de prijs."));
}

TEST(TableSheets, WhatMayNotBeSplitSaysWhy) {
  const auto sheets =
      DecomposeSheets({}, Parse<costs::v1::DecomposeGrowthResponse>("state: NOT_COMPARABLE state_reason: 'PERIODS_UNEQUAL'"));
  EXPECT_EQ(sheets[0].rows[1].back().text, "niet_vergelijkbaar");
  EXPECT_THAT(Notes(sheets[1]), Contains(HasSubstr("niet even lang")));
  const Table bridge = BridgeRecords(Parse<costs::v1::BridgeAmountsResponse>("state: NOT_AVAILABLE"));
  EXPECT_THAT(CsvOf(bridge), HasSubstr(",,,,,,,,,niet_beschikbaar\n"));
}

// Requirements 5.2: what a source delivered may begin like a formula; no export runs it.
TEST(TableSheets, ATextThatASpreadsheetWouldRunIsNotRun) {
  for (const std::string evil : {"=1+1", "+1", "-1", "@A1", "\\t=1", "\\r=1"}) {
    const auto response = Bridge(evil);
    const std::string value = response.steps(1).items(0).dimensions(0).value();
    EXPECT_THAT(CsvOf(BridgeRecords(response)), HasSubstr(absl::StrCat("\"'", value, "\""))) << evil;
    EXPECT_THAT(DutchCsvOf(BridgeRecords(response)), HasSubstr(absl::StrCat("\"'", value, "\""))) << evil;
    const auto sheets = BridgeSheets({}, response);
    EXPECT_EQ(sheets[0].rows[3][4].kind, Kind::kText) << evil;
    auto groups = Parse<costs::v1::DecomposeGrowthResponse>(
        absl::StrCat("state: ANSWERED groups { group { dimension: 'provider' value: \"", evil,
                     "\" } effects { factor: 'price' amount_euro: 1 share: 1 } }"));
    EXPECT_THAT(CsvOf(DecomposeRecords(groups)), HasSubstr(absl::StrCat("groep,\"'", value, "\",price"))) << evil;
    EXPECT_EQ(DecomposeSheets({}, groups)[0].rows[1][1].kind, Kind::kText) << evil;
  }
}

}  // namespace
}  // namespace nmd::cli
