// SPDX-License-Identifier: EUPL-1.2
// The register and the accounts through the door: what is answered, to whom, and as known when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "services/contracts/test_scene.h"

namespace nmd::contracts {
namespace {

using testing::D;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kOther;
using testing::kParent;
using testing::kProvider;
using ::testing::Not;
using testing::TestAccount;
using type::Figure;

class AccountsTest : public testing::Scene {
 protected:
  // Two granted lines and one that waits; and another provider with a line of its own.
  void Deliver() {
    account_.Allocate(1);
    account_.Claim("c1", "2018-03-05", {{"r1"}, {"r2", 1, "2018-01"}});
    account_.Answer("c1", "2018-03-10", 2000, 2000);
    account_.Claim("c2", "2018-04-05", {{"r3", 1, "2018-03", 60}});
    account_.Allocate(2).set_provider(kOther);
    account_.Claim("c1", "2018-03-06", {{"r7", 2}}).set_provider(kOther);
    Follow();
  }

  absl::StatusOr<v1::ProviderAccount> Account(const Caller& caller, const std::string& name = kParent, int year = 2018) {
    v1::GetProviderAccountRequest request;
    request.set_name(name);
    request.set_year(year);
    return contracts_->GetProviderAccount(caller, request);
  }
  v1::ListReconciliationItemsRequest Request() const {
    v1::ListReconciliationItemsRequest request;
    request.set_parent(kParent);
    return request;
  }
  std::vector<std::string> Items(const v1::ListReconciliationItemsRequest& request) {
    const auto response = contracts_->ListReconciliationItems(manager_, request);
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> items;
    if (!response.ok()) return items;
    for (const auto& item : response->items()) {
      items.push_back(absl::StrCat(item.reference().empty() ? absl::StrCat("#", item.allocation()) : item.reference(), " ",
                                   v1::ReconciliationItem::Outcome_Name(item.outcome())));
    }
    return items;
  }
};

TEST_F(AccountsTest, AnAccountTellsWhatBecameOfTheMoney) {
  Deliver();
  const auto account = Account(manager_);
  ASSERT_TRUE(account.ok()) << account.status();
  ASSERT_EQ(account->balances_size(), 1);
  const auto& balance = account->balances(0);
  EXPECT_EQ(balance.law(), "jeugdwet");
  EXPECT_EQ(balance.year(), 2018);
  EXPECT_EQ(balance.declared().amount_cents(), 8000);
  EXPECT_EQ(balance.approved().amount_cents(), 2000);
  EXPECT_EQ(balance.open().amount_cents(), 6000);
  EXPECT_EQ(balance.open().count(), 1);
  EXPECT_EQ(account->indicated().amount_cents(), 9000);
  EXPECT_EQ(account->paid().state(), Figure::NOT_REGISTERED);
  EXPECT_EQ(account->booked().amount_cents(), 700);
  EXPECT_THAT(account->text(), HasSubstr("€ 80,00 gedeclareerd: € 20,00 is goedgekeurd"));
  // 5 April to 10 June is 66 days.
  ASSERT_EQ(account->ages_size(), 4);
  EXPECT_EQ(account->ages(2).from_days(), 61);
  EXPECT_EQ(account->ages(2).to_days(), 90);
  EXPECT_EQ(account->ages(2).open().amount_cents(), 6000);
  EXPECT_EQ(account->ages(0).open().count() + account->ages(1).open().count() + account->ages(3).open().count(), 0);
  std::vector<std::string> outcomes;
  for (const auto& count : account->outcomes()) {
    outcomes.push_back(absl::StrCat(count.title(), " ", count.items().count(), " ", count.items().amount_cents()));
  }
  EXPECT_THAT(outcomes, ElementsAre("Meer dan toegewezen 1 6000", "Beide kanten gelijk 2 2000", "Maanden zonder declaratie 1 0",
                                    "Declaratie nog te verwachten 1 0"));
}

TEST_F(AccountsTest, AnAccountDoesWithoutCosts) {
  Deliver();
  costs_down_ = true;
  const auto account = Account(manager_);
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_EQ(account->indicated().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(account->indicated().state_reason(), "UNAVAILABLE_NOW");
  EXPECT_EQ(account->indicated().value_case(), Figure::VALUE_NOT_SET);
  EXPECT_EQ(account->balances(0).approved().amount_cents(), 2000);
  EXPECT_FALSE(Account(manager_, kParent, 0)->has_indicated()) << "figures are of a year";
}

TEST_F(AccountsTest, ListsByPageAndFilter) {
  Deliver();
  auto request = Request();
  EXPECT_THAT(Items(request), ElementsAre("r2 MATCHED", "r1 MATCHED", "r3 OVER_VOLUME", "#1 NOT_DECLARED", "#1 EXPECTED"));
  request.set_kind(v1::ReconciliationItem::LINE);
  request.set_page_size(2);
  EXPECT_THAT(Items(request), ElementsAre("r2 MATCHED", "r1 MATCHED"));
  const auto first = contracts_->ListReconciliationItems(manager_, request);
  EXPECT_EQ(first->total_size(), 3);
  request.set_page_token(first->next_page_token());
  EXPECT_THAT(Items(request), ElementsAre("r3 OVER_VOLUME"));

  request = Request();
  request.add_outcomes(v1::ReconciliationItem::NOT_DECLARED);
  request.add_outcomes(v1::ReconciliationItem::OVER_VOLUME);
  EXPECT_THAT(Items(request), ElementsAre("r3 OVER_VOLUME", "#1 NOT_DECLARED"));
  request = Request();
  request.set_actor(v1::ReconciliationItem::MUNICIPALITY);
  EXPECT_THAT(Items(request), ElementsAre("r3 OVER_VOLUME"));
  request = Request();
  request.set_claim("c1");
  EXPECT_THAT(Items(request), ElementsAre("r2 MATCHED", "r1 MATCHED"));
  request = Request();
  request.set_allocation(9);
  EXPECT_THAT(Items(request), IsEmpty());
  request = Request();
  request.set_law("wmo");
  EXPECT_THAT(Items(request), IsEmpty());
  request = Request();
  request.set_year(2017);
  EXPECT_THAT(Items(request), IsEmpty());
  request.set_year(18);
  EXPECT_EQ(ReasonOf(contracts_->ListReconciliationItems(manager_, request).status()), ErrorReason::FIELDS_INVALID);
  request = Request();
  request.set_law("zvw");
  EXPECT_EQ(ReasonOf(contracts_->ListReconciliationItems(manager_, request).status()), ErrorReason::FIELDS_INVALID);
}

TEST_F(AccountsTest, AnItemSaysEverythingBothSidesNeed) {
  Deliver();
  auto request = Request();
  request.add_outcomes(v1::ReconciliationItem::OVER_VOLUME);
  const auto response = contracts_->ListReconciliationItems(manager_, request);
  ASSERT_EQ(response->items_size(), 1);
  const auto& item = response->items(0);
  EXPECT_THAT(item.name(), HasSubstr(absl::StrCat(kParent, "/items/")));
  EXPECT_EQ(item.rule(), "TR321");
  EXPECT_EQ(item.standing(), v1::ReconciliationItem::OPEN);
  EXPECT_EQ(item.allocation(), 1);
  EXPECT_EQ(item.start_date(), "2018-03-01");
  EXPECT_EQ(item.end_date(), "2018-04-01");
  EXPECT_EQ(item.claim(), "c2");
  EXPECT_EQ(item.volume(), 60);
  EXPECT_EQ(item.amount_cents(), 6000);
  EXPECT_EQ(item.expected_cents(), 5000);
  EXPECT_EQ(item.declared_date(), "2018-04-05");
  EXPECT_EQ(item.open_days(), 66);
  EXPECT_THAT(item.text(), HasSubstr("€ 50,00 past"));
  EXPECT_THAT(item.next_step(), HasSubstr("Gemeente: wijs de regel af"));
}

TEST_F(AccountsTest, AnItemKeepsItsNameWhenItsOutcomeChanges) {
  Deliver();
  auto request = Request();
  request.set_claim("c2");
  const std::string before = contracts_->ListReconciliationItems(manager_, request)->items(0).name();
  account_.Answer("c2", "2018-04-10", 6000, 0, {{"r3", "9321"}});
  Follow();
  const auto after = contracts_->ListReconciliationItems(manager_, request);
  EXPECT_EQ(after->items(0).outcome(), v1::ReconciliationItem::REJECTED);
  EXPECT_EQ(after->items(0).name(), before);
  std::set<std::string> names;
  const auto all = contracts_->ListReconciliationItems(manager_, Request());
  for (const auto& item : all->items()) names.insert(item.name());
  EXPECT_EQ(static_cast<int>(names.size()), all->items_size());
}

TEST_F(AccountsTest, AsKnownOnAnEarlierDay) {
  Deliver();
  auto request = Request();
  request.mutable_known_time()->set_seconds(int64_t{D("2018-03-09")} * 86400);
  EXPECT_THAT(Items(request), ElementsAre("r2 AWAITING_ANSWER", "r1 AWAITING_ANSWER"));
  request.mutable_known_time()->set_seconds(int64_t{D("2030-01-01")} * 86400);
  EXPECT_THAT(Items(request), ElementsAre("r2 MATCHED", "r1 MATCHED", "r3 OVER_VOLUME", "#1 NOT_DECLARED", "#1 EXPECTED"))
      << "nothing is known of the future";
  request.mutable_known_time()->set_nanos(-1);
  EXPECT_EQ(ReasonOf(contracts_->ListReconciliationItems(manager_, request).status()), ErrorReason::FIELDS_INVALID);
}

// F-20 and issue 7: provider A asks for everything of B through every method and every filter.
TEST_F(AccountsTest, AProviderSeesItsOwnAccountAndNothingOfAnother) {
  Deliver();
  ASSERT_TRUE(Account(provider_).ok());
  EXPECT_EQ(Account(provider_)->SerializeAsString(), Account(manager_)->SerializeAsString()) << "both sides see the same";
  EXPECT_EQ(contracts_->ListReconciliationItems(provider_, Request())->total_size(), 5);

  const std::string other = "municipalities/gm1730/accounts/07654321", nobody = "municipalities/gm1730/accounts/99999999";
  ASSERT_TRUE(Account(manager_, other).ok());
  const absl::Status refused = Account(provider_, other).status();
  EXPECT_EQ(ReasonOf(refused), ErrorReason::SCOPE_FOREIGN);
  EXPECT_EQ(Account(provider_, nobody).status(), refused) << "the same whether there is such an account or not";
  EXPECT_EQ(ReasonOf(Account(manager_, nobody).status()), ErrorReason::RESOURCE_NOT_FOUND);
  for (const std::string& parent : {other, nobody}) {
    auto request = Request();
    request.set_parent(parent);
    EXPECT_EQ(contracts_->ListReconciliationItems(provider_, request).status(), refused);
    request.set_claim("c1");
    request.set_allocation(2);
    request.set_year(2018);
    request.set_law("jeugdwet");
    EXPECT_EQ(contracts_->ListReconciliationItems(provider_, request).status(), refused);
  }
  // By a filter on its own account.
  auto request = Request();
  request.set_allocation(2);
  EXPECT_EQ(contracts_->ListReconciliationItems(provider_, request)->total_size(), 0);
  EXPECT_THAT(contracts_->ListReconciliationItems(provider_, Request())->ShortDebugString(), Not(HasSubstr("r7")));
}

TEST_F(AccountsTest, AProviderWithoutAnAgbCodeSeesNothing) {
  Deliver();
  for (const char* subject : {"", "01234567", "demo-aanbieder", "agb:", "agb:0123456", "agb:07654321", "AGB:01234567"}) {
    provider_.subject = subject;
    EXPECT_EQ(ReasonOf(Account(provider_).status()), ErrorReason::SCOPE_FOREIGN) << subject;
  }
  Caller adviser = provider_;
  adviser.subject = "agb:01234567";
  adviser.roles = {type::POLICY_ADVISER};
  EXPECT_EQ(ReasonOf(Account(adviser).status()), ErrorReason::SCOPE_FOREIGN);
  for (const char* name : {"municipalities/gm1730/accounts/-", "municipalities/gm1730/accounts/01234567/items",
                           "municipalities/gm1730/providers/01234567", "municipalities/gm1730"}) {
    EXPECT_EQ(ReasonOf(Account(manager_, name).status()), ErrorReason::FIELDS_INVALID) << name;
  }
}

// Pseudonyms stay inside: neither in items nor in texts.
TEST_F(AccountsTest, NothingOnAnAccountNamesAPerson) {
  Deliver();
  EXPECT_THAT(contracts_->ListReconciliationItems(manager_, Request())->DebugString(), Not(HasSubstr("p1")));
  EXPECT_THAT(Account(manager_)->DebugString(), Not(HasSubstr("p1")));
}

TEST_F(AccountsTest, ReplayGivesTheLiveAccount) {
  Deliver();
  const std::string items = contracts_->ListReconciliationItems(manager_, Request())->SerializeAsString();
  const std::string account = Account(manager_)->SerializeAsString();
  Open();
  EXPECT_EQ(contracts_->ListReconciliationItems(manager_, Request())->SerializeAsString(), items);
  EXPECT_EQ(Account(manager_)->SerializeAsString(), account);
}

// A journal of before accounts kept contracts and tariffs only: the feed is read again, once.
TEST_F(AccountsTest, AJournalOfAnEarlierEditionIsReadAgainFromTheFeed) {
  Deliver();
  const std::string items = contracts_->ListReconciliationItems(manager_, Request())->SerializeAsString();
  auto old = NewMemoryJournal();
  internal::v1::FollowedFacts followed;
  followed.set_next_sequence(static_cast<int64_t>(account_.batches.size()));
  JournalRecord record;
  record.kind = "facts";
  record.payload = followed.SerializeAsString();
  v1::Signal held;
  held.set_name("municipalities/gm1730/signals/ceiling-70-01234567-jeugdwet-2018-1");
  held.set_rule("CEILING_70");
  held.set_state(v1::Signal::OPEN);
  held.set_provider(kProvider);
  held.set_law("jeugdwet");
  held.set_year(2018);
  JournalRecord signal;
  signal.kind = "signal";
  signal.payload = held.SerializeAsString();
  ASSERT_TRUE(old->Append({record, signal}, 0).ok());
  journal_ = std::move(old);
  Open();
  v1::ListSignalsRequest signals;
  signals.set_parent("municipalities/gm1730");
  signals.set_state(v1::Signal::OPEN);
  ASSERT_TRUE(contracts_->Follow(0).ok());
  EXPECT_EQ(contracts_->ListSignals(manager_, signals)->signals_size(), 1) << "half of the facts close nothing";
  Follow();
  EXPECT_EQ(contracts_->ListReconciliationItems(manager_, Request())->SerializeAsString(), items);
  EXPECT_EQ(contracts_->ListSignals(manager_, signals)->signals_size(), 0) << "there is no such contract";
  const int64_t records = journal_->LastSequence();
  Open();
  Follow();
  EXPECT_EQ(journal_->LastSequence(), records) << "and not a second time";
}

TEST_F(AccountsTest, AContractHasItsPartiesTermsAndFindings) {
  auto& batch = account_.Deliver("2017-12-01");
  auto& contract = *batch.add_facts()->mutable_contract();
  contract.set_contract("jh-1");
  contract.set_law(ingestion::v1::YOUTH);
  contract.set_provider(kProvider);
  contract.set_provider_name("De Boomhut");
  contract.set_start_day(D("2018-01-01"));
  contract.set_end_day(D("2019-01-01"));
  contract.set_ceiling_year(2018);
  auto& group = *batch.add_facts()->mutable_provider_group();
  group.set_provider(kProvider);
  group.set_organisation("org-1");
  group.set_concern("noord");
  group.set_concern_name("Groep Noord");
  group.set_start_day(D("2017-01-01"));
  auto& term = *batch.add_facts()->mutable_contract_term();
  term.set_contract("jh-1");
  term.set_law(ingestion::v1::YOUTH);
  term.set_provider(kProvider);
  term.set_kind(ingestion::v1::ContractTerm::BEDS);
  term.set_product("43A08");
  term.set_value(4);
  term.set_start_day(D("2018-01-01"));
  auto& stray = *batch.add_facts()->mutable_contract_term();
  stray.set_contract("jh-9");
  stray.set_law(ingestion::v1::YOUTH);
  stray.set_kind(ingestion::v1::ContractTerm::PRODUCT);
  Follow();

  v1::GetContractRequest get;
  get.set_name("municipalities/gm1730/contracts/jh-1");
  const auto found = contracts_->GetContract(manager_, get);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->parties_size(), 1);
  EXPECT_EQ(found->parties(0).concern_title(), "Groep Noord");
  EXPECT_EQ(found->parties(0).end_date(), "");
  ASSERT_EQ(found->terms_size(), 1);
  EXPECT_EQ(found->terms(0).kind(), v1::Contract::Term::BEDS);
  EXPECT_EQ(found->terms(0).value(), 4);
  ASSERT_EQ(found->findings_size(), 1);
  EXPECT_EQ(found->findings(0).rule(), "CEILING_ZERO");
  EXPECT_EQ(found->findings(0).start_date(), "2018-01-01");
  get.mutable_known_time()->set_seconds(int64_t{D("2017-11-30")} * 86400);
  EXPECT_EQ(ReasonOf(contracts_->GetContract(manager_, get).status()), ErrorReason::RESOURCE_NOT_FOUND);

  v1::ListContractsRequest list;
  list.set_parent("municipalities/gm1730");
  list.set_with_findings(true);
  list.set_year(2018);
  list.set_provider(kProvider);
  const auto listed = contracts_->ListContracts(manager_, list);
  ASSERT_EQ(listed->contracts_size(), 1);
  EXPECT_EQ(listed->contracts(0).name(), get.name());
  ASSERT_EQ(listed->findings_size(), 1);
  EXPECT_EQ(listed->findings(0).rule(), "TERM_WITHOUT_CONTRACT");
  list.set_year(2019);
  EXPECT_EQ(contracts_->ListContracts(manager_, list)->contracts_size(), 0);
  list.set_year(0);
  list.set_provider(kOther);
  EXPECT_EQ(contracts_->ListContracts(manager_, list)->contracts_size(), 0);
}

}  // namespace
}  // namespace nmd::contracts
