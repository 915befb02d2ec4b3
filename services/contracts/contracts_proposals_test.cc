// SPDX-License-Identifier: EUPL-1.2
// Changes of what was agreed, by two people.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/contracts/changes.h"
#include "services/contracts/test_scene.h"

namespace nmd::contracts {
namespace {

using testing::D;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kProvider;
using ::testing::SizeIs;
using v1::Proposal;

class ProposalsTest : public testing::Scene {
 protected:
  ProposalsTest() {
    anna_ = manager_;
    anna_.subject = "a.anders";
    bram_ = manager_;
    bram_.subject = "b.bos";
    auto& contract = *account_.Deliver("2018-01-01").add_facts()->mutable_contract();
    contract.set_contract("jh-1");
    contract.set_law(ingestion::v1::YOUTH);
    contract.set_provider(kProvider);
    contract.set_provider_name("De Boomhut");
    contract.set_start_day(D("2018-01-01"));
    contract.set_end_day(D("2019-01-01"));
    contract.set_ceiling_year(2018);
    contract.set_ceiling_cents(10'000'000);
    // What ingestion does with a file: the same bytes are the same delivery.
    feed_.Handle("nmd.ingestion.v1.IngestionService", "DeliverFile",
                 [this](const Caller& caller,
                        const ingestion::v1::DeliverFileRequest& request) -> absl::StatusOr<ingestion::v1::Delivery> {
                   EXPECT_TRUE(caller.Has(type::SERVICE));
                   if (refuse_)
                     return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::SOURCE_UNKNOWN, "no such source");
                   ingestion::v1::Delivery delivery;
                   delivery.set_state(ingestion::v1::Delivery::ACCEPTED);
                   size_t at = 0;
                   while (at < delivered_.size() && delivered_[at].content() != request.content()) ++at;
                   delivery.set_name(absl::StrCat("municipalities/gm1730/deliveries/f", at + 1));
                   if (at < delivered_.size()) return delivery;
                   delivered_.push_back(request);
                   ingestion::v1::FactBatch& batch = account_.batches.emplace_back();
                   batch.set_delivery(absl::StrCat("f", at + 1));
                   *batch.mutable_known_time() = request.received_time();
                   *batch.add_facts() = next_fact_;
                   return delivery;
                 });
    Follow();
  }

  v1::ProposeChangeRequest Ceiling(int64_t cents, const std::string& id) {
    v1::ProposeChangeRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_reason("Meer cliënten verwacht.");
    request.set_request_id(id);
    request.mutable_change()->mutable_ceiling()->set_contract("jh-1");
    request.mutable_change()->mutable_ceiling()->set_year(2018);
    request.mutable_change()->mutable_ceiling()->set_amount_cents(cents);
    return request;
  }
  absl::StatusOr<Proposal> Approve(const Caller& caller, const std::string& name) {
    v1::ApproveProposalRequest request;
    request.set_name(name);
    const auto proposal = Get(name);
    next_fact_ = FactOf(proposal.change(), BookNow());
    return contracts_->ApproveProposal(caller, request);
  }
  absl::StatusOr<Proposal> Reject(const Caller& caller, const std::string& name) {
    v1::RejectProposalRequest request;
    request.set_name(name);
    request.set_note("Daar is geen geld voor.");
    return contracts_->RejectProposal(caller, request);
  }
  absl::StatusOr<Proposal> Withdraw(const Caller& caller, const std::string& name) {
    v1::WithdrawProposalRequest request;
    request.set_name(name);
    request.set_note("Bij nader inzien niet.");
    return contracts_->WithdrawProposal(caller, request);
  }
  Proposal Get(const std::string& name) {
    v1::GetProposalRequest request;
    request.set_name(name);
    const auto proposal = contracts_->GetProposal(manager_, request);
    EXPECT_TRUE(proposal.ok()) << proposal.status();
    return proposal.ok() ? *proposal : Proposal();
  }
  v1::Contract Contract() {
    v1::GetContractRequest request;
    request.set_name("municipalities/gm1730/contracts/jh-1");
    const auto contract = contracts_->GetContract(manager_, request);
    EXPECT_TRUE(contract.ok()) << contract.status();
    return contract.ok() ? *contract : v1::Contract();
  }
  Book BookNow() {
    ContractBook book;
    for (const auto& batch : account_.batches) book.Add(batch);
    return book.AsKnown(clock_.Now());
  }

  Caller anna_, bram_;
  bool refuse_ = false;
  ingestion::v1::Fact next_fact_;
  std::vector<ingestion::v1::DeliverFileRequest> delivered_;
};

TEST_F(ProposalsTest, AChangeBySomebodyAndApprovedBySomebodyElseIsInTheRegister) {
  const auto proposed = contracts_->ProposeChange(anna_, Ceiling(12'000'000, "a"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->name(), "municipalities/gm1730/proposals/1");
  EXPECT_EQ(proposed->state(), Proposal::PROPOSED);
  EXPECT_THAT(proposed->text(), HasSubstr("gaat van € 100.000,00 naar € 120.000,00"));
  EXPECT_EQ(Contract().ceilings(0).amount_cents(), 10'000'000) << "a proposal changes nothing";
  EXPECT_THAT(delivered_, IsEmpty());

  EXPECT_EQ(ReasonOf(Approve(anna_, proposed->name()).status()), ErrorReason::FOUR_EYES);
  EXPECT_EQ(ReasonOf(Reject(anna_, proposed->name()).status()), ErrorReason::FOUR_EYES);
  clock_.Advance(absl::Hours(2));
  const auto approved = Approve(bram_, proposed->name());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), Proposal::APPROVED);
  EXPECT_EQ(approved->source_text(), "Door de gemeente vastgesteld door a.anders en b.bos.");
  EXPECT_EQ(approved->delivery(), "municipalities/gm1730/deliveries/f1");
  EXPECT_EQ(approved->decide_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  ASSERT_THAT(delivered_, SizeIs(1));
  EXPECT_EQ(delivered_[0].source(), "vastgesteld-contracten");
  EXPECT_EQ(delivered_[0].received_time().seconds(), approved->decide_time().seconds()) << "known since it was decided";
  EXPECT_EQ(delivered_[0].content(),
            "contract;wet;agb;aanbieder;geldig_vanaf;geldig_tot;plafond;plafond_jaar;voorstel;bron\n"
            "jh-1;jeugdwet;01234567;De Boomhut;2018-01-01;2018-12-31;120000.00;2018;1;"
            "Door de gemeente vastgesteld door a.anders en b.bos.\n");
  Follow();
  EXPECT_EQ(Contract().ceilings(0).amount_cents(), 12'000'000);
  v1::GetContractRequest before;
  before.set_name("municipalities/gm1730/contracts/jh-1");
  before.mutable_known_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) - 3600);
  EXPECT_EQ(contracts_->GetContract(manager_, before)->ceilings(0).amount_cents(), 10'000'000);

  // A repeat changes nothing, and another decision comes too late.
  EXPECT_EQ(Approve(bram_, proposed->name())->SerializeAsString(), approved->SerializeAsString());
  EXPECT_EQ(ReasonOf(Reject(bram_, proposed->name()).status()), ErrorReason::DECISION_CLOSED);
  EXPECT_EQ(ReasonOf(Withdraw(anna_, proposed->name()).status()), ErrorReason::DECISION_CLOSED);
  Open();
  EXPECT_EQ(Get(proposed->name()).SerializeAsString(), approved->SerializeAsString());
}

TEST_F(ProposalsTest, ARejectedOrWithdrawnOneChangesNothing) {
  const auto first = contracts_->ProposeChange(anna_, Ceiling(1, "a"));
  const auto second = contracts_->ProposeChange(anna_, Ceiling(2, "b"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(ReasonOf(Withdraw(bram_, first->name()).status()), ErrorReason::FOUR_EYES) << "who did not propose it rejects it";
  const auto rejected = Reject(bram_, first->name());
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->decide_note(), "Daar is geen geld voor.");
  ASSERT_TRUE(Withdraw(anna_, second->name()).ok());
  EXPECT_EQ(ReasonOf(Approve(bram_, first->name()).status()), ErrorReason::DECISION_CLOSED);
  EXPECT_EQ(ReasonOf(Approve(bram_, second->name()).status()), ErrorReason::DECISION_CLOSED);
  ASSERT_TRUE(contracts_->Follow(1).ok());
  EXPECT_THAT(delivered_, IsEmpty());
  v1::ListProposalsRequest list;
  list.set_parent("municipalities/gm1730");
  EXPECT_THAT(contracts_->ListProposals(manager_, list)->proposals(), SizeIs(2));
  EXPECT_EQ(contracts_->ListProposals(manager_, list)->proposals(0).name(), second->name());
  list.set_state(Proposal::REJECTED);
  EXPECT_THAT(contracts_->ListProposals(manager_, list)->proposals(), SizeIs(1));
}

// An approved change is not lost when ingestion cannot take it, also not over a restart.
TEST_F(ProposalsTest, WhatCouldNotBeDeliveredIsTriedAgain) {
  const auto proposed = contracts_->ProposeChange(anna_, Ceiling(12'000'000, "a"));
  ASSERT_TRUE(proposed.ok());
  refuse_ = true;
  const auto approved = Approve(bram_, proposed->name());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), Proposal::APPROVED);
  EXPECT_EQ(approved->delivery(), "");
  EXPECT_EQ(approved->delivery_fault(), "no such source");
  Open();
  refuse_ = false;
  ASSERT_TRUE(contracts_->Follow(1).ok());
  EXPECT_EQ(Get(proposed->name()).delivery(), "municipalities/gm1730/deliveries/f1");
  EXPECT_EQ(Get(proposed->name()).delivery_fault(), "");
  ASSERT_TRUE(contracts_->Follow(1).ok());
  EXPECT_THAT(delivered_, SizeIs(1));
}

TEST_F(ProposalsTest, FindingsOfTheRegisterAreToldBeforeTheDecision) {
  auto request = Ceiling(0, "a");
  const auto nothing = contracts_->ProposeChange(anna_, request);
  ASSERT_TRUE(nothing.ok()) << nothing.status();
  ASSERT_THAT(nothing->new_findings(), SizeIs(1));
  EXPECT_EQ(nothing->new_findings(0).rule(), "CEILING_ZERO");
  EXPECT_THAT(nothing->text(), HasSubstr("naar geen plafond"));

  request = Ceiling(0, "b");
  auto& term = *request.mutable_change()->mutable_term();
  term.set_contract("jh-1");
  term.mutable_term()->set_kind(v1::Contract::Term::DURATION_NORM);
  term.mutable_term()->set_value(270);
  term.mutable_term()->set_start_date("2019-06-01");
  const auto outside = contracts_->ProposeChange(anna_, request);
  ASSERT_TRUE(outside.ok()) << outside.status();
  ASSERT_THAT(outside->new_findings(), SizeIs(1));
  EXPECT_EQ(outside->new_findings(0).rule(), "TERM_OUTSIDE_CONTRACT");
  EXPECT_THAT(outside->solved_findings(), IsEmpty());
}

TEST_F(ProposalsTest, ARepeatProposesOnceAndFaultsAreNamedAtOnce) {
  ASSERT_TRUE(contracts_->ProposeChange(anna_, Ceiling(1, "a")).ok());
  const int64_t records = journal_->LastSequence();
  EXPECT_EQ(contracts_->ProposeChange(anna_, Ceiling(1, "a"))->name(), "municipalities/gm1730/proposals/1");
  EXPECT_EQ(journal_->LastSequence(), records);
  EXPECT_EQ(contracts_->ProposeChange(bram_, Ceiling(1, "a"))->name(), "municipalities/gm1730/proposals/2")
      << "a request id is of who gave it";
  auto request = Ceiling(-1, "");
  request.set_reason("");
  request.mutable_change()->mutable_ceiling()->set_contract("jh-9");
  request.mutable_change()->mutable_ceiling()->set_year(1999);
  EXPECT_THAT(BadFieldsOf(contracts_->ProposeChange(anna_, request).status()), SizeIs(5));
  v1::GetProposalRequest read;
  for (const char* number : {"0", "9", "01", "x", ""}) {
    read.set_name(absl::StrCat("municipalities/gm1730/proposals/", number));
    EXPECT_EQ(ReasonOf(contracts_->GetProposal(anna_, read).status()), ErrorReason::RESOURCE_NOT_FOUND) << number;
  }
}

// Every kind of change: what cannot be is named, what can is told.
TEST(CheckChange, NamesTheFaultsOfEveryKind) {
  const Book book;
  const auto faults = [&](const v1::ContractChange& change) {
    FieldCheck check;
    CheckChange(change, book, check);
    std::vector<std::string> paths;
    for (const BadField& field : BadFieldsOf(check.Result())) paths.push_back(field.path);
    return paths;
  };
  v1::ContractChange change;
  EXPECT_THAT(faults(change), ElementsAre("change"));
  change.mutable_agreement();
  EXPECT_THAT(faults(change), ElementsAre("change.agreement.contract", "change.agreement.law", "change.agreement.provider",
                                          "change.agreement.provider_title", "change.agreement.start_date"));
  change.mutable_price()->mutable_price()->set_start_date("2018-02-01");
  change.mutable_price()->mutable_price()->set_end_date("2018-02-01");
  EXPECT_THAT(faults(change), ElementsAre("change.price.law", "change.price.price.product", "change.price.price.unit",
                                          "change.price.price.amount_cents", "change.price.price.end_date"));
  change.mutable_term();
  EXPECT_THAT(faults(change), ElementsAre("change.term.contract", "change.term.term.start_date", "change.term.term.kind"));
  change.mutable_combination();
  EXPECT_THAT(faults(change),
              ElementsAre("change.combination.law", "change.combination.other_law", "change.combination.product",
                          "change.combination.other_product", "change.combination.verdict", "change.combination.start_date"));
}

// R115: combinations are in the register, with what is wrong with them.
TEST_F(ProposalsTest, CombinationsAreListedWithTheirFindings) {
  const auto add = [&](const std::string& product, const std::string& other, ingestion::v1::CombinationRule::Verdict verdict,
                       absl::string_view start, absl::string_view end) {
    auto& rule = *account_.Deliver("2018-03-01").add_facts()->mutable_combination_rule();
    rule.set_law(ingestion::v1::YOUTH);
    rule.set_product(product);
    rule.set_other_law(ingestion::v1::YOUTH);
    rule.set_other_product(other);
    rule.set_verdict(verdict);
    rule.set_start_day(D(start));
    if (!end.empty()) rule.set_end_day(D(end));
  };
  add("45A04", "44A08", ingestion::v1::CombinationRule::FORBIDDEN, "2018-01-01", "2018-07-01");
  add("44A08", "45A04", ingestion::v1::CombinationRule::ALLOWED, "2018-06-01", "");
  add("45A04", "45A04", ingestion::v1::CombinationRule::FORBIDDEN, "2018-01-01", "");
  Follow();
  v1::ListCombinationRulesRequest request;
  request.set_parent("municipalities/gm1730");
  const auto listed = contracts_->ListCombinationRules(manager_, request);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_THAT(listed->rules(), SizeIs(3));
  EXPECT_EQ(listed->rules(0).product(), "44A08") << "the order of the two says nothing";
  EXPECT_THAT(listed->rules(0).findings(), IsEmpty());
  ASSERT_THAT(listed->rules(1).findings(), SizeIs(1));
  EXPECT_EQ(listed->rules(1).findings(0).rule(), "COMBINATION_OVERLAP");
  ASSERT_THAT(listed->rules(2).findings(), SizeIs(1));
  EXPECT_EQ(listed->rules(2).findings(0).rule(), "COMBINATION_SAME");
  request.set_product("44A08");
  EXPECT_THAT(contracts_->ListCombinationRules(manager_, request)->rules(), SizeIs(2));
  request.set_page_size(1);
  EXPECT_NE(contracts_->ListCombinationRules(manager_, request)->next_page_token(), "");
}

}  // namespace
}  // namespace nmd::contracts
