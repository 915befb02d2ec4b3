// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/contracts/test_account.h"
#include "services/contracts/test_history.h"

namespace nmd::contracts {
namespace {

using ::testing::AllOf;
using testing::D;
using ::testing::ElementsAre;
using testing::History;
using ::testing::IsEmpty;
using testing::TestAccount;
using testing::Texts;
using ::testing::UnorderedElementsAre;

const Day kToday = D("2018-06-10");

v1::SubmitStatementRequest Good() {
  v1::SubmitStatementRequest request;
  request.set_law("jeugdwet");
  request.set_start_date("2018-01-01");
  request.set_end_date("2018-03-01");
  v1::StatementLine* line = request.add_lines();
  line->set_allocation(1);
  line->set_product("45A04");
  line->set_start_date("2018-01-01");
  line->set_end_date("2018-02-01");
  line->set_unit("04");
  line->set_volume_thousandths(12'500);
  return request;
}

std::vector<std::string> Faults(const v1::SubmitStatementRequest& request) {
  FieldCheck check;
  CheckStatement(request, kToday, check);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(check.Result())) paths.push_back(field.path);
  return paths;
}

TEST(CheckStatement, TakesWhatCanBe) {
  EXPECT_THAT(Faults(Good()), IsEmpty());
  v1::SubmitStatementRequest nothing = Good();
  nothing.clear_lines();
  EXPECT_THAT(Faults(nothing), IsEmpty()) << "nothing was delivered";
  v1::SubmitStatementRequest present = Good();
  present.set_end_date("2018-07-01");
  EXPECT_THAT(Faults(present), IsEmpty()) << "the month that runs";
  v1::SubmitStatementRequest whole = Good();
  whole.mutable_lines(0)->clear_product();
  whole.mutable_lines(0)->set_end_date("2018-03-01");
  EXPECT_THAT(Faults(whole), IsEmpty());
}

TEST(CheckStatement, NamesEveryFaultAtOnce) {
  v1::SubmitStatementRequest request = Good();
  request.set_law("pw");
  v1::StatementLine* line = request.add_lines();
  line->set_allocation(0);
  line->set_product("45A0;");
  line->set_start_date("2018-02-30");
  line->set_end_date("");
  line->set_unit("99");
  line->set_volume_thousandths(0);
  line->set_amount_cents(-1);
  EXPECT_THAT(Faults(request),
              UnorderedElementsAre("law", "lines[1].allocation", "lines[1].product", "lines[1].start_date", "lines[1].end_date",
                                   "lines[1].unit", "lines[1].volume_thousandths", "lines[1].amount_cents"));
}

TEST(CheckStatement, MonthsAreWholeOfOneYearAndBegan) {
  const struct {
    const char *start, *end, *fault;
  } kCases[] = {
      {"2018-01-02", "2018-02-01", "end_date"},   {"2018-01-01", "2018-01-31", "end_date"},
      {"2018-02-01", "2018-01-01", "end_date"},   {"2018-01-01", "2018-01-01", "end_date"},
      {"2017-12-01", "2018-02-01", "end_date"},   {"2018-01-01", "2018-08-01", "end_date"},
      {"2014-01-01", "2014-02-01", "start_date"}, {"", "2018-02-01", "start_date"},
  };
  for (const auto& c : kCases) {
    v1::SubmitStatementRequest request = Good();
    request.set_start_date(c.start);
    request.set_end_date(c.end);
    request.clear_lines();
    EXPECT_THAT(Faults(request), ElementsAre(c.fault)) << c.start << " " << c.end;
  }
}

TEST(CheckStatement, RowsLieInTheMonthsAndAreAboutDifferentThings) {
  v1::SubmitStatementRequest request = Good();
  request.mutable_lines(0)->set_start_date("2017-12-31");
  EXPECT_THAT(Faults(request), ElementsAre("lines[0].start_date"));
  request = Good();
  request.mutable_lines(0)->set_end_date("2018-03-02");
  EXPECT_THAT(Faults(request), ElementsAre("lines[0].end_date"));
  request = Good();
  *request.add_lines() = request.lines(0);
  request.mutable_lines(1)->set_volume_thousandths(1);
  EXPECT_THAT(Faults(request), ElementsAre("lines[1]"));
  request.mutable_lines(1)->set_unit("01");
  EXPECT_THAT(Faults(request), IsEmpty());
}

TEST(CheckStatement, TellsTheFirstHundredFaultsAndHowManyThereAre) {
  v1::SubmitStatementRequest request = Good();
  for (int i = 0; i < 150; ++i) {
    *request.add_lines() = request.lines(0);
    request.mutable_lines(i + 1)->set_allocation(i + 2);
    request.mutable_lines(i + 1)->set_unit("");
  }
  FieldCheck check;
  CheckStatement(request, kToday, check);
  EXPECT_FALSE(check.ok());
  const std::vector<std::string> faults = Faults(request);
  EXPECT_EQ(faults.size(), static_cast<size_t>(kStatementFaults) + 1);
  EXPECT_EQ(faults.back(), "lines");
  for (int i = request.lines_size(); i <= kStatementLines; ++i) *request.add_lines() = request.lines(0);
  EXPECT_THAT(Faults(request), ElementsAre("lines")) << "too many are not read";
}

// Of a law and a month the last statement holds, in the place of what a delivery says; other months stay.
TEST(OwnStatements, ReplaceWhatIsKnownOfTheirMonths) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-04-05", {{"r1", 1, "2018-01", 40}, {"r2", 1, "2018-02", 40}, {"r3", 1, "2018-03", 40}});
  for (const char* month : {"2018-01", "2018-02", "2018-03"}) {
    account.State(1, month, 40'000);
    account.batches.back().mutable_known_time()->set_seconds(int64_t{D("2018-05-01")} * 86400);
  }
  account.StateOwn("2018-05-10", "2018-02-01", "2018-04-01", {{1, "2018-02", 39}, {1, "2018-03", 40}});
  account.StateOwn("2018-05-20", "2018-03-01", "2018-04-01", {});
  EXPECT_THAT(Texts(account.Run("2018-05-05"), ItemKind::kStatement),
              ElementsAre("#1 MATCHED NOBODY 4000", "#1 MATCHED NOBODY 4000", "#1 MATCHED NOBODY 4000"));
  EXPECT_THAT(Texts(account.Run("2018-05-12"), ItemKind::kStatement),
              ElementsAre("#1 MATCHED NOBODY 4000", "#1 QUANTITY_DIFFERS R27 CARE_PROVIDER 4000", "#1 MATCHED NOBODY 4000"));
  EXPECT_THAT(Texts(account.Run("2018-05-22"), ItemKind::kStatement),
              ElementsAre("#1 MATCHED NOBODY 4000", "#1 QUANTITY_DIFFERS R27 CARE_PROVIDER 4000",
                          "r3 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0"));
}

// Nobody said anything about April: what was declared of it is no difference.
TEST(OwnStatements, SayNothingAboutOtherMonths) {
  TestAccount account;
  account.Allocate(1);
  account.Claim("c1", "2018-05-05", {{"r1", 1, "2018-03", 40}, {"r2", 1, "2018-04", 40}});
  account.StateOwn("2018-05-10", "2018-01-01", "2018-02-01", {});
  account.StateOwn("2018-05-10", "2018-05-01", "2018-06-01", {});
  EXPECT_THAT(Texts(account.Run("2018-05-20"), ItemKind::kStatement), IsEmpty());
}

// An allocation of somebody else reads as one that does not exist.
TEST(OwnStatements, DoNotTellAForeignAllocationFromNone) {
  TestAccount account;
  account.Allocate(1);
  account.Allocate(2).set_provider("07654321");
  account.StateOwn("2018-05-10", "2018-01-01", "2018-02-01", {{2, "2018-01", 40}, {3, "2018-01", 40}});
  EXPECT_THAT(Texts(account.Run("2018-05-20"), ItemKind::kStatement),
              ElementsAre("#2 UNKNOWN_ALLOCATION TR338 CARE_PROVIDER", "#3 UNKNOWN_ALLOCATION TR338 CARE_PROVIDER"));
}

// Who confirms what was approved says nothing about a line without an answer; who states everything himself does.
TEST(OwnStatements, AConfirmedDraftLeavesLinesWithoutAnAnswerAlone) {
  for (const bool confirmed : {true, false}) {
    TestAccount account;
    account.Allocate(1);
    account.Claim("c1", "2018-02-05", {{"r1", 1, "2018-01", 40}});
    account.Answer("c1", "2018-02-10", 4000, 4000);
    account.Claim("c2", "2018-03-05", {{"r2", 1, "2018-02", 40}});
    account.StateOwn("2018-03-06", "2018-01-01", "2018-03-01", {{1, "2018-01", 40}}, confirmed);
    if (confirmed) {
      EXPECT_THAT(Texts(account.Run("2018-03-07"), ItemKind::kStatement), ElementsAre("#1 MATCHED NOBODY 4000"));
    } else {
      EXPECT_THAT(Texts(account.Run("2018-03-07"), ItemKind::kStatement),
                  ElementsAre("#1 MATCHED NOBODY 4000", "r2 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0"));
    }
  }
}

std::vector<std::string> DraftTexts(const Reconciliation& account, int year = 2018) {
  std::vector<std::string> texts;
  for (const v1::StatementLine& line : DraftOf(AccountView::Of(account), Law::kYouth, year)) {
    texts.push_back(absl::StrCat(line.allocation(), " ", line.product(), " ", line.start_date(), " ",
                                 line.volume_thousandths() / 1000, " ", line.amount_cents()));
  }
  return texts;
}

TEST(DraftOf, IsWhatWasApprovedAndNotTakenBackByMonth) {
  TestAccount account;
  account.Allocate(1);
  account.Allocate(2);
  account.Claim("c1", "2018-02-05", {{"r1", 1, "2018-01", 20}, {"r2", 1, "2018-01", 5}, {"r3", 2, "2018-01", 7}});
  account.Answer("c1", "2018-02-10", 3200, 2500, {{"r3", "9321"}});
  account.Claim("c2", "2018-03-05", {{"r4", 1, "2018-02", 8}, {"r5", 1, "2018-02", 9}});
  account.Answer("c2", "2018-03-10", 1700, 1700);
  account.Claim("c3", "2018-04-05", {{"r6", 1, "2018-02", 8, 100, "r4"}, {"r7", 1, "2018-03", 4}});
  account.Answer("c3", "2018-04-10", -400, -400);
  account.Claim("c4", "2018-05-05", {{"r8", 1, "2018-04", 3}});
  const Reconciliation run = account.Run("2018-05-06");
  EXPECT_THAT(DraftTexts(run),
              ElementsAre("1 45A04 2018-01-01 25 2500", "1 45A04 2018-02-01 9 900", "1 45A04 2018-03-01 4 400"))
      << "r3 was rejected, r4 was taken back, r8 has no answer";
  EXPECT_THAT(OpenIn(run.balances, Law::kYouth, 2018), (Sum{1, 300}));
  EXPECT_THAT(DraftTexts(run, 2017), IsEmpty());
  EXPECT_THAT(DraftOf(AccountView::Of(run), Law::kWmo, 2018), IsEmpty());
}

TEST(EtagOf, ChangesWithEveryField) {
  const v1::StatementLine line = Good().lines(0);
  const std::string etag = EtagOf({line});
  EXPECT_EQ(EtagOf({line}), etag);
  EXPECT_NE(EtagOf({}), etag);
  EXPECT_NE(EtagOf({line, line}), etag);
  v1::StatementLine other = line;
  other.set_volume_thousandths(1);
  EXPECT_NE(EtagOf({other}), etag);
  other = line;
  other.set_amount_cents(1);
  EXPECT_NE(EtagOf({other}), etag);
}

// Whatever happened: the rows sum to what was approved, and a draft that is confirmed states nothing that was not declared.
TEST(DraftOf, ConfirmedItAgreesWithWhatWasApproved) {
  int rows = 0;
  for (uint32_t seed = 1; seed <= 500; ++seed) {
    History history(seed);
    TestAccount& account = history.account();
    account.own.clear();
    const Reconciliation before = account.Run("2018-08-01");
    Cents drafted = 0;
    std::vector<TestAccount::OwnLine> lines;
    for (const v1::StatementLine& line : DraftOf(AccountView::Of(before), Law::kYouth, 2018)) {
      drafted += line.amount_cents();
      lines.push_back({line.allocation(), line.start_date().substr(0, 7), line.volume_thousandths() / 1000});
      ++rows;
    }
    const auto balance = before.balances.find({Law::kYouth, 2018});
    if (balance == before.balances.end()) continue;
    // A credit that is not equal to its debit leaves nothing to deliver, and some money.
    const bool credits_differ = std::any_of(before.items.begin(), before.items.end(), [](const Item& item) {
      return item.outcome == Outcome::kCreditDiffers || item.outcome == Outcome::kCreditedTwice;
    });
    if (!credits_differ) {
      EXPECT_EQ(drafted, balance->second.approved.amount) << seed;
    }
    account.StateOwn("2018-08-02", "2018-01-01", "2019-01-01", lines, true);
    const Reconciliation after = account.Run("2018-08-03");
    EXPECT_EQ(after.balances.at({Law::kYouth, 2018}), balance->second) << "what is stated changes no amount";
    // A debit that was approved and is about to be taken back is not in force any more.
    const bool credits =
        std::any_of(after.books.lines.begin(), after.books.lines.end(), [](const LineRow& line) { return line.IsCredit(); });
    for (const Item& item : after.items) {
      EXPECT_NE(item.outcome, Outcome::kStatementOverlaps) << seed;
      if (!credits) {
        EXPECT_NE(item.outcome, Outcome::kDeliveredNotDeclared) << seed;
      }
    }
  }
  EXPECT_GT(rows, 500);
}

}  // namespace
}  // namespace nmd::contracts
