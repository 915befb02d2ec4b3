// SPDX-License-Identifier: EUPL-1.2
// Statements of a provider through the door: kept, versioned, filled in beforehand, and for its own eyes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/contracts/test_scene.h"

namespace nmd::contracts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kOther;
using testing::kParent;
using ::testing::SizeIs;

class StatementsTest : public testing::Scene {
 protected:
  StatementsTest() {
    account_.Allocate(1);
    account_.Claim("c1", "2018-03-05", {{"r1", 1, "2018-01", 40}, {"r2", 1, "2018-02", 40}});
    account_.Answer("c1", "2018-03-10", 8000, 8000);
    Follow();
  }
  v1::SubmitStatementRequest Request(const std::string& id, const std::string& start, const std::string& end,
                                     const std::vector<std::pair<std::string, int64_t>>& hours) {
    v1::SubmitStatementRequest request;
    request.set_parent(kParent);
    request.set_law("jeugdwet");
    request.set_start_date(start);
    request.set_end_date(end);
    request.set_request_id(id);
    for (const auto& [month, volume] : hours) {
      const Period days = MonthPeriod(*ParseMonth(month));
      v1::StatementLine* line = request.add_lines();
      line->set_allocation(1);
      line->set_product("45A04");
      line->set_start_date(FormatDay(days.start));
      line->set_end_date(FormatDay(days.end));
      line->set_unit("04");
      line->set_volume_thousandths(volume * 1000);
      line->set_amount_cents(volume * 100);
    }
    return request;
  }
  std::vector<std::string> Outcomes(const v1::ProductionStatement& statement) {
    std::vector<std::string> outcomes;
    for (const auto& count : statement.outcomes()) {
      outcomes.push_back(absl::StrCat(count.items().count(), " ", v1::ReconciliationItem::Outcome_Name(count.outcome())));
    }
    return outcomes;
  }
  v1::StatementDraft Draft() {
    v1::GetStatementDraftRequest request;
    request.set_name(absl::StrCat(kParent, "/drafts/jeugdwet-2018"));
    const auto draft = contracts_->GetStatementDraft(provider_, request);
    EXPECT_TRUE(draft.ok()) << draft.status();
    return draft.ok() ? *draft : v1::StatementDraft();
  }
  absl::StatusOr<v1::ProductionStatement> Confirm(const std::string& etag, const std::string& id) {
    v1::ConfirmStatementDraftRequest request;
    request.set_name(absl::StrCat(kParent, "/drafts/jeugdwet-2018"));
    request.set_etag(etag);
    request.set_request_id(id);
    return contracts_->ConfirmStatementDraft(provider_, request);
  }
};

TEST_F(StatementsTest, AnswersWithTheDifferencesOfBothSides) {
  const auto first = contracts_->SubmitStatement(
      provider_, Request("a", "2018-01-01", "2018-04-01", {{"2018-01", 40}, {"2018-02", 30}, {"2018-03", 10}}));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->name(), absl::StrCat(kParent, "/statements/1"));
  EXPECT_THAT(Outcomes(*first), ElementsAre("1 MATCHED", "1 DELIVERED_NOT_DECLARED", "1 QUANTITY_DIFFERS"));
  EXPECT_EQ(first->line_count(), 3);
  EXPECT_EQ(first->amount_cents(), 8000);
  EXPECT_EQ(first->time().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(StatementsTest, ALaterOneReplacesItsMonthsAndEditsNothing) {
  ASSERT_TRUE(contracts_->SubmitStatement(provider_, Request("a", "2018-01-01", "2018-03-01", {{"2018-01", 40}})).ok());
  clock_.Advance(absl::Hours(1));
  const auto second = contracts_->SubmitStatement(provider_, Request("b", "2018-02-01", "2018-03-01", {{"2018-02", 40}}));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(Outcomes(*second), ElementsAre("1 MATCHED"));

  v1::GetStatementRequest read;
  read.set_name(absl::StrCat(kParent, "/statements/1"));
  auto first = contracts_->GetStatement(manager_, read);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->replaced_months(), ElementsAre("2018-02"));
  EXPECT_THAT(Outcomes(*first), ElementsAre("1 MATCHED"));
  EXPECT_THAT(first->lines(), SizeIs(1));
  EXPECT_EQ(first->lines(0).volume_thousandths(), 40'000);

  v1::ListStatementsRequest list;
  list.set_parent(kParent);
  auto listed = contracts_->ListStatements(provider_, list);
  ASSERT_TRUE(listed.ok());
  ASSERT_THAT(listed->statements(), SizeIs(2));
  EXPECT_EQ(listed->statements(0).name(), absl::StrCat(kParent, "/statements/2"));
  EXPECT_THAT(listed->statements(0).lines(), IsEmpty());
  for (const v1::ProductionStatement& statement : listed->statements()) {
    read.set_name(statement.name());
    EXPECT_EQ(Outcomes(statement), Outcomes(*contracts_->GetStatement(provider_, read))) << statement.name();
  }
  EXPECT_FALSE(Outcomes(listed->statements(0)).empty());
  list.set_year(2017);
  EXPECT_THAT(contracts_->ListStatements(provider_, list)->statements(), IsEmpty());
  for (const char* number : {"0", "3", "01", "x", ""}) {
    read.set_name(absl::StrCat(kParent, "/statements/", number));
    EXPECT_FALSE(contracts_->GetStatement(manager_, read).ok()) << number;
  }

  // As known before the second, the account says what the first said.
  v1::ListReconciliationItemsRequest items;
  items.set_parent(kParent);
  items.set_kind(v1::ReconciliationItem::STATEMENT);
  items.mutable_known_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) - 1800);
  const auto then = contracts_->ListReconciliationItems(provider_, items);
  ASSERT_TRUE(then.ok());
  ASSERT_THAT(then->items(), SizeIs(2));
  EXPECT_EQ(then->items(1).outcome(), v1::ReconciliationItem::DECLARED_NOT_DELIVERED);
  items.clear_known_time();
  EXPECT_EQ(contracts_->ListReconciliationItems(provider_, items)->items(1).outcome(), v1::ReconciliationItem::MATCHED);

  // And all of it is in the journal.
  Open();
  EXPECT_EQ(contracts_->ListReconciliationItems(provider_, items)->items(1).outcome(), v1::ReconciliationItem::MATCHED);
  first = contracts_->GetStatement(manager_, [&] {
    read.set_name(absl::StrCat(kParent, "/statements/1"));
    return read;
  }());
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(first->lines(), SizeIs(1));
}

TEST_F(StatementsTest, ARepeatIsTheSameStatement) {
  const auto request = Request("a", "2018-01-01", "2018-02-01", {{"2018-01", 40}});
  const auto first = contracts_->SubmitStatement(provider_, request);
  ASSERT_TRUE(first.ok()) << first.status();
  const int64_t records = journal_->LastSequence();
  Open();
  const auto again = contracts_->SubmitStatement(provider_, request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), first->name());
  EXPECT_EQ(journal_->LastSequence(), records);
}

TEST_F(StatementsTest, NothingIsKeptOfWhatIsWrongOrOfWhoHasNoAccount) {
  const int64_t records = journal_->LastSequence();
  auto request = Request("", "2018-01-01", "2018-02-01", {{"2018-01", 0}});
  const auto wrong = contracts_->SubmitStatement(provider_, request);
  EXPECT_THAT(BadFieldsOf(wrong.status()), SizeIs(2)) << "the request id and the quantity";
  Caller stranger = provider_;
  stranger.subject = "agb:09999999";
  request = Request("a", "2018-01-01", "2018-02-01", {{"2018-01", 40}});
  request.set_parent("municipalities/gm1730/accounts/09999999");
  EXPECT_EQ(ReasonOf(contracts_->SubmitStatement(stranger, request).status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_EQ(journal_->LastSequence(), records);
}

TEST_F(StatementsTest, ADraftIsConfirmedAsItWasRead) {
  const v1::StatementDraft draft = Draft();
  EXPECT_EQ(draft.amount_cents(), 8000);
  EXPECT_THAT(draft.lines(), SizeIs(2));
  EXPECT_EQ(draft.open().count(), 0);
  EXPECT_EQ(ReasonOf(Confirm("another", "a").status()), ErrorReason::WRITE_CONFLICT);
  EXPECT_EQ(ReasonOf(Confirm("", "a").status()), ErrorReason::FIELDS_INVALID);
  const auto confirmed = Confirm(draft.etag(), "a");
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_EQ(confirmed->confirmed_draft(), draft.etag());
  EXPECT_EQ(confirmed->start_date(), "2018-01-01");
  EXPECT_EQ(confirmed->end_date(), "2018-07-01") << "the months that began";
  EXPECT_THAT(Outcomes(*confirmed), ElementsAre("2 MATCHED"));

  // More is approved: the draft is another one, but who repeats his call gets what he confirmed.
  account_.Claim("c2", "2018-04-05", {{"r3", 1, "2018-03", 40}});
  account_.Answer("c2", "2018-04-10", 4000, 4000);
  Follow();
  EXPECT_NE(Draft().etag(), draft.etag());
  EXPECT_EQ(ReasonOf(Confirm(draft.etag(), "b").status()), ErrorReason::WRITE_CONFLICT);
  const auto again = Confirm(draft.etag(), "a");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), confirmed->name());
}

TEST_F(StatementsTest, ADraftIsOfALawAndAYear) {
  v1::GetStatementDraftRequest request;
  for (const char* id : {"jeugdwet", "jeugdwet-18", "pw-2018", "wmo-2014", "jeugdwet-2018-1", ""}) {
    request.set_name(absl::StrCat(kParent, "/drafts/", id));
    EXPECT_EQ(ReasonOf(contracts_->GetStatementDraft(provider_, request).status()), ErrorReason::FIELDS_INVALID) << id;
  }
  request.set_name(absl::StrCat(kParent, "/drafts/wmo-2018"));
  const auto empty = contracts_->GetStatementDraft(provider_, request);
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_THAT(empty->lines(), IsEmpty());
}

}  // namespace
}  // namespace nmd::contracts
