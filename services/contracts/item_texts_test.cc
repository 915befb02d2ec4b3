// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/item_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "services/contracts/test_account.h"

namespace nmd::contracts {
namespace {

using testing::D;
using testing::TestAccount;

TEST(ItemTexts, EveryOutcomeOfTheApiHasATitleOfItsOwn) {
  std::set<std::string> titles;
  const auto* outcomes = v1::ReconciliationItem::Outcome_descriptor();
  for (int i = 1; i < outcomes->value_count(); ++i) {
    const std::string title = TitleOf(static_cast<Outcome>(outcomes->value(i)->number()));
    EXPECT_FALSE(title.empty()) << outcomes->value(i)->name();
    EXPECT_TRUE(titles.insert(title).second) << title;
  }
}

TEST(ItemTexts, SaysWhatIsTheCaseAndWhoActs) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1", 1, "2018-02", 60, 100}});
  const Reconciliation known = account.Run("2018-03-06");
  const Item* line = nullptr;
  for (const Item& item : known.items) {
    if (item.kind == ItemKind::kLine) line = &item;
  }
  ASSERT_NE(line, nullptr);
  const ItemText text = ExplainItem(known, *line);
  EXPECT_EQ(
      text.text,
      "Regel r1 van declaratie c1 over 01-02-2018 tot en met 28-02-2018, € 60,00, is 60 uur. Dat is meer dan toewijzing 1 in "
      "deze maand toestaat: € 50,00 past.");
  EXPECT_EQ(text.next_step, "Gemeente: wijs de regel af in het antwoord (325). Aanbieder: dien daarna de juiste regel in.");
}

TEST(ItemTexts, WhatIsGrantedIsTakenBackBeforeItIsSentAgainOp366) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1", 1, "2018-02", 60, 100}});
  account.Answer("c1", "2018-03-06", 6000, 6000);
  const Reconciliation known = account.Run("2018-03-07");
  for (const Item& item : known.items) {
    if (item.kind != ItemKind::kLine) continue;
    EXPECT_EQ(ExplainItem(known, item).next_step, "Aanbieder: crediteer de regel volledig en dien de juiste regel in.");
  }
}

TEST(ItemTexts, MonthsAreNamed) {
  TestAccount account;
  account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), kOpenEnd}, 100);
  account.Allocate(1);
  account.Start(1, "2018-01-02");
  account.Claim("c1", "2018-06-05", {{"r1", 1, "2018-01"}});
  const Reconciliation known = account.Run("2018-06-06");
  std::string said;
  for (const Item& item : known.items) {
    if (item.outcome == Outcome::kNotDeclared) said = ExplainItem(known, item).text;
  }
  EXPECT_EQ(
      said,
      "Toewijzing 1 (01-01-2018 tot en met 31-12-2018): over februari 2018, maart 2018 en april 2018 is niets gedeclareerd, "
      "terwijl de zorg liep. Ten hoogste € 160,00.");
}

TEST(ItemTexts, BalancesInASentencePerLawAndYear) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1"}, {"r2", 1, "2018-01"}, {"r3", 1, "2018-01", 5, 100, "nothing"}});
  account.Answer("c1", "2018-03-06", 1500, 1000, {{"r2", "9321"}});
  const Reconciliation known = account.Run("2018-03-07");
  EXPECT_EQ(
      ExplainBalances(known.balances, 2018),
      "Over 2018 is voor de Jeugdwet € 20,00 gedeclareerd: € 10,00 is goedgekeurd, € 10,00 is afgewezen en € 0,00 wacht op "
      "antwoord. 1 regel telt niet mee.");
  EXPECT_EQ(ExplainBalances(known.balances, 2017), "Over 2017 is niets gedeclareerd.");
}

}  // namespace
}  // namespace nmd::contracts
