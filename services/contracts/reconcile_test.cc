// SPDX-License-Identifier: EUPL-1.2
// Every outcome on a constructed account, worked out by hand. 2018-02 has five ISO weeks (29 January to 4 March), so 10 hours a
// week are at most 50 hours (IV077).
#include "services/contracts/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/contracts/test_account.h"

namespace nmd::contracts {
namespace {

using ::testing::Contains;
using testing::D;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kProvider;
using ::testing::Not;
using testing::TestAccount;
using testing::TestLine;
using testing::Texts;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Lines(TestAccount& account, absl::string_view today = "2018-04-01") {
  return Texts(account.Run(today), ItemKind::kLine);
}

Balance Of2018(const Reconciliation& account) {
  const auto found = account.balances.find({Law::kYouth, 2018});
  return found == account.balances.end() ? Balance() : found->second;
}

// A granted claim c1 of these lines on an allocation with a start.
void Granted(TestAccount* account, const std::vector<TestLine>& lines) {
  account->Allocate(1);
  const Cents total = account->Claim("c1", "2018-03-05", lines).total_cents();
  account->Answer("c1", "2018-03-10", total, total);
}

TEST(Reconcile, ALineThatFitsAndIsGrantedMatches) {
  TestAccount account;
  Granted(&account, {{"r1"}});
  EXPECT_THAT(Lines(account), ElementsAre("r1 MATCHED APPROVED NOBODY"));
  EXPECT_EQ(Of2018(account.Run("2018-04-01")).approved, (Sum{1, 1000}));
}

TEST(Reconcile, Op090x4WaitsTenWorkingDaysForAnAnswer) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1"}});
  EXPECT_THAT(Lines(account, "2018-12-01"), ElementsAre("r1 AWAITING_ANSWER OP090x4 OPEN MUNICIPALITY"))
      << "where no answers come in at all, none is late (decision 35)";
  account.Claim("c0", "2018-02-01", {{"r0", 1, "2018-01"}});
  account.Answer("c0", "2018-02-05", 1000, 1000);
  EXPECT_THAT(Lines(account, "2018-03-19"), Contains("r1 AWAITING_ANSWER OP090x4 OPEN MUNICIPALITY"));
  EXPECT_THAT(Lines(account, "2018-03-20"), Contains("r1 ANSWER_LATE OP090x4 OPEN MUNICIPALITY"));
}

TEST(Reconcile, Op303WhatTheAnswerDoesNotListIsGranted) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1"}, {"r2", 1, "2018-01"}});
  account.Answer("c1", "2018-03-10", 2000, 1000, {{"r2", "9321"}});
  EXPECT_THAT(Lines(account), ElementsAre("r2 REJECTED 9321 REFUSED CARE_PROVIDER", "r1 MATCHED APPROVED NOBODY"));
  const Balance balance = Of2018(account.Run("2018-04-01"));
  EXPECT_EQ(balance.rejected, (Sum{1, 1000}));
  EXPECT_EQ(balance.declared, (Sum{2, 2000}));
}

TEST(Reconcile, ARejectedLineThatWasDeclaredAgainNeedsNobody) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1", 1, "2018-02", 10, 90}});
  account.Answer("c1", "2018-03-10", 900, 0, {{"r1", "0611"}});
  account.Claim("c2", "2018-03-15", {{"r2"}});
  account.Answer("c2", "2018-03-20", 1000, 1000);
  EXPECT_THAT(Lines(account), ElementsAre("r1 REJECTED 0611 REFUSED NOBODY", "r2 MATCHED APPROVED NOBODY"));
}

TEST(Reconcile, AClaimRefusedAsAWholeAndSentAgainCountsOnce) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1"}}, "first");
  auto& refusal = account.Answer("", "2018-03-06", 0, 0);
  refusal.set_rejected(true);
  refusal.set_claim_identification("first");
  refusal.add_return_codes("0001");
  account.Claim("c1", "2018-03-07", {{"r1"}}, "second");
  auto& answer = account.Answer("c1", "2018-03-12", 1000, 1000);
  answer.set_claim_identification("second");
  EXPECT_THAT(Lines(account), UnorderedElementsAre("r1 REJECTED 0001 NOT_COUNTED NOBODY", "r1 MATCHED APPROVED NOBODY"));
  const Balance balance = Of2018(account.Run("2018-04-01"));
  EXPECT_EQ(balance.declared, (Sum{1, 1000}));
  EXPECT_EQ(balance.not_counted, (Sum{1, 1000}));
  EXPECT_THAT(Texts(account.Run("2018-04-01"), ItemKind::kClaim), IsEmpty());
}

TEST(Reconcile, Tr314AReferenceCountsOnce) {
  TestAccount account;
  Granted(&account, {{"r1"}});
  account.Claim("c2", "2018-04-03", {{"r1", 1, "2018-03", 10, 100}});
  EXPECT_THAT(Lines(account, "2018-04-05"),
              UnorderedElementsAre("r1 MATCHED APPROVED NOBODY", "r1 REFERENCE_REPEATED TR314 NOT_COUNTED CARE_PROVIDER"));
}

TEST(Reconcile, Op366ACreditTakesItsDebitBack) {
  TestAccount account;
  Granted(&account, {{"r1"}});
  account.Claim("c2", "2018-04-03", {{"r2", 1, "2018-02", 10, 100, "r1"}});
  EXPECT_THAT(Lines(account, "2018-04-05"),
              ElementsAre("r1 CREDIT_PENDING OP366 APPROVED MUNICIPALITY", "r2 CREDIT_PENDING OP366 OPEN MUNICIPALITY"));
  account.Answer("c2", "2018-04-06", -1000, -1000);
  EXPECT_THAT(Lines(account, "2018-04-07"),
              ElementsAre("r1 CREDITED OP366 TAKEN_BACK NOBODY", "r2 CREDITED OP366 APPROVED NOBODY"));
  const Balance balance = Of2018(account.Run("2018-04-07"));
  EXPECT_EQ(balance.approved, (Sum{2, 0}));
  EXPECT_EQ(balance.taken_back, (Sum{1, 1000}));
  EXPECT_EQ(balance.debits, (Sum{1, 1000}));
  EXPECT_EQ(balance.credits, (Sum{1, -1000}));
}

// T-28: debit 100, credit 100, debit 80, delivered as (debit 80, credit 100).
TEST(Reconcile, T28CreditsGoFirstInWhateverOrderTheyCome) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1", 1, "2018-02", 10, 10}});
  account.Answer("c1", "2018-03-10", 100, 100);
  account.Claim("c2", "2018-03-15", {{"r3", 1, "2018-02", 8, 10}, {"r2", 1, "2018-02", 10, 10, "r1"}});
  account.Answer("c2", "2018-03-20", -20, -20);
  EXPECT_THAT(Lines(account), ElementsAre("r1 CREDITED OP366 TAKEN_BACK NOBODY", "r2 CREDITED OP366 APPROVED NOBODY",
                                          "r3 MATCHED APPROVED NOBODY"));
  EXPECT_EQ(Of2018(account.Run("2018-04-01")).approved.amount, 80);
}

TEST(Reconcile, ANewDebitBesideACreditThatWaitsIsNoDuplicate) {
  TestAccount account;
  Granted(&account, {{"r1"}});
  account.Claim("c2", "2018-03-15", {{"r3", 1, "2018-02", 8}, {"r2", 1, "2018-02", 10, 100, "r1"}});
  EXPECT_THAT(Lines(account, "2018-03-16"), Contains("r3 AWAITING_ANSWER OP090x4 OPEN MUNICIPALITY"));
}

TEST(Reconcile, ACreditOfNothingCountsForNothing) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r2", 1, "2018-02", 10, 100, "r1"}});
  EXPECT_THAT(Lines(account, "2018-03-06"), ElementsAre("r2 CREDIT_WITHOUT_DEBIT TR323 NOT_COUNTED CARE_PROVIDER"));
  EXPECT_EQ(Of2018(account.Run("2018-03-06")).declared, Sum());
}

TEST(Reconcile, Tr390ADebitIsTakenBackOnce) {
  TestAccount account;
  Granted(&account, {{"r1"}});
  account.Claim("c2", "2018-04-03", {{"r2", 1, "2018-02", 10, 100, "r1"}});
  account.Claim("c3", "2018-04-04", {{"r3", 1, "2018-02", 10, 100, "r1"}});
  account.Answer("c2", "2018-04-06", -1000, -1000);
  EXPECT_THAT(Lines(account, "2018-04-07"),
              ElementsAre("r1 CREDITED OP366 TAKEN_BACK NOBODY", "r2 CREDITED OP366 APPROVED NOBODY",
                          "r3 CREDITED_TWICE TR390 NOT_COUNTED CARE_PROVIDER"));
}

TEST(Reconcile, Iv085ACreditOfARejectedLineTakesNothingBack) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1"}});
  account.Answer("c1", "2018-03-10", 1000, 0, {{"r1", "9321"}});
  account.Claim("c2", "2018-03-15", {{"r2", 1, "2018-02", 10, 100, "r1"}});
  account.Answer("c2", "2018-03-20", -1000, -1000);
  EXPECT_THAT(Lines(account),
              ElementsAre("r1 REJECTED 9321 REFUSED CARE_PROVIDER", "r2 CREDIT_OF_REJECTED IV085 REFUSED CARE_PROVIDER"));
  EXPECT_EQ(Of2018(account.Run("2018-04-01")).approved.amount, 0);
}

TEST(Reconcile, Iv091ACreditRepeatsItsDebit) {
  TestAccount account;
  Granted(&account, {{"r1"}});
  account.Claim("c2", "2018-03-15", {{"r2", 1, "2018-02", 9, 100, "r1"}});
  EXPECT_THAT(Lines(account, "2018-03-16"), Contains("r2 CREDIT_DIFFERS IV091 OPEN CARE_PROVIDER -1000"));
}

// What is granted must be taken back by the provider; what is open the municipality refuses.
struct FaultCase {
  const char* what;
  TestLine line;
  std::string found;  // Outcome and rule, and what would fit.
};

TEST(Reconcile, FindsWhatDoesNotFitTheAllocation) {
  TestLine other_person = {"r1"};
  other_person.person = "p2";
  TestLine other_product = {"r1"};
  other_product.product = "45A05";
  TestLine other_category = {"r1"};
  other_category.category = "50";
  TestLine other_unit = {"r1"};
  other_unit.unit = "14";
  TestLine before = {"r1", 2};
  TestLine after = {"r1", 3};
  TestLine begins_late = {"r1"};
  begins_late.start = D("2018-02-02");
  TestLine ends_early = {"r1"};
  ends_early.end = D("2018-02-20");
  TestLine wrong_amount = {"r1"};
  wrong_amount.amount = 1001;
  const FaultCase cases[] = {
      {"no such allocation", {"r1", 99}, "UNKNOWN_ALLOCATION TR338"},
      {"somebody else's allocation", other_person, "UNKNOWN_ALLOCATION TR338"},
      {"withdrawn", {"r1", 4}, "WITHDRAWN_ALLOCATION TR384"},
      {"category", other_category, "WRONG_PRODUCT TR339"},
      {"product", other_product, "WRONG_PRODUCT TR340"},
      {"unit", other_unit, "WRONG_UNIT TR341"},
      {"before it", before, "OUTSIDE_PERIOD TR307"},
      {"after it", after, "OUTSIDE_PERIOD TR308"},
      {"begins late", begins_late, "BROKEN_PERIOD TR387"},
      {"ends early", ends_early, "BROKEN_PERIOD TR388"},
      {"amount", wrong_amount, "AMOUNT_DIFFERS TR346 1000"},
      {"tariff", {"r1", 1, "2018-02", 10, 101}, "WRONG_TARIFF TR418 1000"},
      {"more than fits a month", {"r1", 1, "2018-02", 60}, "OVER_VOLUME TR321 5000"},
      {"more money than there is", {"r1", 5, "2018-02", 60}, "OVER_BUDGET TR369 5500"},
  };
  for (const FaultCase& c : cases) {
    for (const bool granted : {false, true}) {
      TestAccount account;
      account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), kOpenEnd}, 100);
      account.Allocate(1);
      account.Allocate(2, "2018-02-10", "2019-01-01");
      account.Allocate(3, "2017-01-01", "2018-02-10");
      account.Allocate(4, "2018-01-01", "2018-01-01").set_change_reason("13");
      auto& with_budget = account.Allocate(5);
      with_budget.set_product("");
      with_budget.set_unit("");
      with_budget.set_frequency("");
      with_budget.set_volume(0);
      with_budget.set_budget_cents(5500);
      const Cents total = account.Claim("c1", "2018-03-05", {c.line}).total_cents();
      if (granted) account.Answer("c1", "2018-03-10", total, total);
      std::string expected = absl::StrCat("r1 ", c.found);
      const std::string who = granted ? " APPROVED CARE_PROVIDER" : " OPEN MUNICIPALITY";
      // What would fit stands last.
      const size_t words = static_cast<size_t>(std::count(expected.begin(), expected.end(), ' '));
      expected.insert(words == 3 ? expected.rfind(' ') : expected.size(), who);
      EXPECT_THAT(Lines(account, "2018-03-12"), ElementsAre(expected)) << c.what;
    }
  }
}

TEST(Reconcile, Tr389TheSameCareIsDeclaredOnce) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1"}});
  account.Claim("c2", "2018-03-06", {{"r2"}});
  account.Answer("c2", "2018-03-10", 1000, 1000);
  EXPECT_THAT(Lines(account, "2018-03-12"), ElementsAre("r1 DUPLICATE TR389 OPEN MUNICIPALITY 0", "r2 MATCHED APPROVED NOBODY"))
      << "the one that was granted goes before the one known first";
}

TEST(Reconcile, Tr322WhatIsTooMuchForTheWholeAllocationIsOnTheLineThatIsTooMuch) {
  TestAccount account;
  auto& allocation = account.Allocate(1);
  allocation.set_frequency("6");
  allocation.set_volume(25);
  account.Claim("c1", "2018-02-05", {{"r1", 1, "2018-01"}});
  account.Claim("c2", "2018-03-05", {{"r2", 1, "2018-02"}});
  account.Claim("c3", "2018-04-05", {{"r3", 1, "2018-03"}});
  EXPECT_THAT(Lines(account, "2018-04-06"),
              ElementsAre("r1 AWAITING_ANSWER OP090x4 OPEN MUNICIPALITY", "r2 AWAITING_ANSWER OP090x4 OPEN MUNICIPALITY",
                          "r3 OVER_VOLUME TR322 OPEN MUNICIPALITY 500"));
}

TEST(Reconcile, Tr341HoursMayBeDeclaredInMinutes) {
  TestAccount account;
  account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), kOpenEnd}, 5500);
  TestLine minutes = {"r1", 1, "2018-02", 95, 92};
  minutes.unit = "01";
  minutes.amount = 8708;
  Granted(&account, {minutes});
  EXPECT_THAT(Lines(account), ElementsAre("r1 MATCHED APPROVED NOBODY")) << "IV081";
  TestAccount too_many;
  minutes.volume = 3001;
  minutes.tariff = 100;
  minutes.amount = 0;
  Granted(&too_many, {minutes});
  EXPECT_THAT(Lines(too_many), ElementsAre("r1 OVER_VOLUME TR321 APPROVED CARE_PROVIDER 300000"));
}

TEST(Reconcile, Tr335CareOfMoreThanFiveYearsAgoIsNotDeclared) {
  for (const bool late : {false, true}) {
    TestAccount account;
    account.Allocate(1, "2010-01-01", "2019-01-01", "2009-12-01");
    account.Claim("c1", late ? "2018-03-01" : "2018-02-28", {{"r1", 1, "2013-02"}});
    EXPECT_THAT(Lines(account, "2018-03-02"), ElementsAre(late ? "r1 DECLARED_TOO_LATE TR335 OPEN MUNICIPALITY"
                                                               : "r1 AWAITING_ANSWER OP090x4 OPEN MUNICIPALITY"));
  }
}

TEST(Reconcile, ALineNeedsAContractThatRunsAndNamesItsProduct) {
  const auto outcome = [](std::vector<AgreedContract> contracts) {
    TestAccount account;
    Granted(&account, {{"r1"}});
    account.agreed.contracts = std::move(contracts);
    return Lines(account).front();
  };
  const Period y2017 = {D("2017-01-01"), D("2018-01-01")}, y2018 = {D("2018-01-01"), D("2019-01-01")};
  EXPECT_EQ(outcome({}), "r1 MATCHED APPROVED NOBODY") << "no contracts are registered";
  EXPECT_EQ(outcome({{Law::kWmo, y2017, {}}}), "r1 MATCHED APPROVED NOBODY") << "of another law";
  EXPECT_EQ(outcome({{Law::kYouth, y2017, {}}}), "r1 NO_CONTRACT CONTRACT APPROVED MUNICIPALITY");
  EXPECT_EQ(outcome({{Law::kYouth, y2017, {}}, {Law::kYouth, y2018, {}}}), "r1 MATCHED APPROVED NOBODY");
  EXPECT_EQ(outcome({{Law::kYouth, y2018, {{"", "45A05", y2018}}}}), "r1 NOT_CONTRACTED CONTRACT APPROVED MUNICIPALITY");
  EXPECT_EQ(outcome({{Law::kYouth, y2018, {{"", "45A04", y2018}}}}), "r1 MATCHED APPROVED NOBODY");
  EXPECT_EQ(outcome({{Law::kYouth, y2018, {{"45", "", y2018}}}}), "r1 MATCHED APPROVED NOBODY");
  EXPECT_EQ(outcome({{Law::kYouth, y2018, {{"", "45A04", y2017}}}}), "r1 NOT_CONTRACTED CONTRACT APPROVED MUNICIPALITY");
}

TEST(Reconcile, JudgesClaimsAndAnswersAsAWhole) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-02-05", {{"r1", 1, "2018-01"}}).set_total_cents(999);
  account.Claim("c2", "2018-03-05", {{"r2"}});
  account.Answer("c2", "2018-03-10", 1000, 0, {{"r9", "9321"}});
  account.Answer("c7", "2018-03-10", 700, 700);
  EXPECT_THAT(Texts(account.Run("2018-03-12"), ItemKind::kClaim),
              UnorderedElementsAre("#0 TOTAL_DIFFERS TR358 CARE_PROVIDER 1000", "#0 ANSWER_DIFFERS TR342 MUNICIPALITY 1000",
                                   "r9 ANSWER_UNKNOWN_LINE TR366 MUNICIPALITY", "#0 ANSWER_WITHOUT_CLAIM TR376 MUNICIPALITY"));
}

std::vector<std::string> Care(TestAccount& account, absl::string_view today) {
  return Texts(account.Run(today), ItemKind::kAllocation);
}

TEST(Reconcile, AnAllocationNobodyBeganOnIsAskedAboutAfterSixWeeks) {
  TestAccount account;
  account.Allocate(1);
  account.Start(9, "2018-01-02");  // Starts come in.
  EXPECT_THAT(Care(account, "2018-02-12"), IsEmpty());
  EXPECT_THAT(Care(account, "2018-02-13"), ElementsAre("#1 NOT_STARTED TR019 CARE_PROVIDER"));
  EXPECT_THAT(Care(account, "2019-02-13"), ElementsAre("#1 NOT_STARTED TR019 NOBODY")) << "it is over";
  account.Start(1, "2018-01-15");
  EXPECT_THAT(Care(account, "2018-02-13"), IsEmpty());
}

TEST(Reconcile, Op364AMissingStartIsAskedForAndNeverBlocksALine) {
  TestAccount account;
  Granted(&account, {{"r1"}});
  EXPECT_THAT(Care(account, "2018-04-01"), Not(Contains("#1 START_MISSING OP295 CARE_PROVIDER")))
      << "where no starts come in, none is missing";
  account.Start(9, "2018-01-02");
  EXPECT_THAT(Care(account, "2018-04-01"), ElementsAre("#1 START_MISSING OP295 CARE_PROVIDER"));
  EXPECT_THAT(Lines(account), ElementsAre("r1 MATCHED APPROVED NOBODY"));
}

TEST(Reconcile, Op364CareDeclaredAfterAStopIsAskedAboutAndNeverRefused) {
  TestAccount account;
  Granted(&account, {{"r1"}, {"r2", 1, "2018-03"}});
  account.Start(1, "2018-01-02");
  account.Stop(1, "2018-01-02", "2018-02-10");
  EXPECT_THAT(Care(account, "2018-04-01"), Contains("#1 DECLARED_AFTER_STOP OP364 CARE_PROVIDER 2018-03"));
  EXPECT_THAT(Lines(account), ElementsAre("r1 MATCHED APPROVED NOBODY", "r2 MATCHED APPROVED NOBODY"));
  account.Stop(1, "2018-01-02", "2018-02-10", "31", "3");
  EXPECT_THAT(Care(account, "2018-04-01"), Not(Contains("#1 DECLARED_AFTER_STOP OP364 CARE_PROVIDER 2018-03")))
      << "the stop was taken back";
}

TEST(Reconcile, Op354MonthsOfCareAreDeclaredByTheEndOfTheMonthAfter) {
  TestAccount account;
  account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), kOpenEnd}, 100);
  account.Allocate(1);
  account.Start(1, "2018-01-02");
  account.Claim("c1", "2018-02-05", {{"r1", 1, "2018-01"}});
  EXPECT_THAT(Care(account, "2018-02-28"), IsEmpty());
  EXPECT_THAT(Care(account, "2018-03-01"), ElementsAre("#1 EXPECTED OP354 NOBODY 5000 2018-02")) << "at most 5 weeks of 10";
  EXPECT_THAT(Care(account, "2018-03-31"), ElementsAre("#1 EXPECTED OP354 NOBODY 5000 2018-02"));
  EXPECT_THAT(Care(account, "2018-04-01"),
              ElementsAre("#1 NOT_DECLARED OP354 CARE_PROVIDER 5000 2018-02", "#1 EXPECTED OP354 NOBODY 5000 2018-03"));
}

TEST(Reconcile, MonthsWithoutCareAreNotExpected) {
  TestAccount account;
  account.Allocate(1);
  account.Start(1, "2018-01-02");
  account.Stop(1, "2018-01-02", "2018-02-28", "20");
  account.Start(1, "2018-05-01");
  account.Claim("c1", "2018-02-05", {{"r1", 1, "2018-01"}});
  EXPECT_THAT(Care(account, "2018-06-01"),
              ElementsAre("#1 NOT_DECLARED OP354 CARE_PROVIDER 2018-02", "#1 EXPECTED OP354 NOBODY 2018-05"))
      << "March and April were a pause";
}

TEST(Reconcile, VolumeForTheWholeAllocationIsNotExpectedEveryMonth) {
  TestAccount account;
  account.Allocate(1).set_frequency("6");
  account.Start(1, "2018-01-02");
  account.Claim("c1", "2018-02-05", {{"r9", 9, "2018-01"}});
  EXPECT_THAT(Care(account, "2018-03-02"),
              ElementsAre("#1 NOT_DECLARED OP354 CARE_PROVIDER 2018-01", "#1 EXPECTED OP354 NOBODY 2018-02"));
  account.Claim("c2", "2018-02-05", {{"r1", 1, "2018-01"}});
  EXPECT_THAT(Care(account, "2018-12-02"), IsEmpty());
}

TEST(Reconcile, Op272CareThatRunsPastItsAllocationNeedsAStop) {
  TestAccount account;
  account.Allocate(1, "2018-01-01", "2018-03-01");
  account.Start(1, "2018-01-02");
  account.Stop(9, "2018-01-02", "2018-01-31");  // Stops come in.
  EXPECT_THAT(Care(account, "2018-03-07"), IsEmpty()) << "the fifth working day after Wednesday 28 February";
  EXPECT_THAT(Care(account, "2018-03-08"), ElementsAre("#1 STOP_MISSING OP272 CARE_PROVIDER"));
  account.Stop(1, "2018-01-02", "2018-02-28");
  EXPECT_THAT(Care(account, "2018-03-08"), IsEmpty());
}

TEST(Reconcile, AgeCountsFromTheDayOfTheClaim) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-03-05", {{"r1"}});
  account.Claim("c2", "2018-03-09", {{"r2", 1, "2018-01"}}).set_dated_day(0);
  const Reconciliation known = account.Run("2018-04-01");
  for (const Item& item : known.items) {
    if (item.kind != ItemKind::kLine) continue;
    EXPECT_EQ(FormatDay(known.DeclaredDay(item)), item.reference == "r1" ? "2018-03-05" : "2018-03-09");
  }
}

TEST(Reconcile, NothingKnownIsAnEmptyAccount) {
  TestAccount account;
  const Reconciliation known = account.Run("2018-04-01");
  EXPECT_TRUE(known.items.empty());
  EXPECT_TRUE(known.balances.empty());
}

}  // namespace
}  // namespace nmd::contracts
