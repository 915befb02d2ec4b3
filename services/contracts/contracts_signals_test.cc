// SPDX-License-Identifier: EUPL-1.2
// The life of a signal: opened, seen again, taken up, closed with its cause, and kept.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/contracts/contracts.h"
#include "services/contracts/test_account.h"
#include "services/contracts/test_rules.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::FactBatch;
using testing::D;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kProvider;
using testing::Rule;

absl::Time At(absl::string_view day) { return absl::FromUnixSeconds(int64_t{D(day)} * 86400 + 11 * 3600); }

// A feed that gives all it has at once, and costs that knows one amount: what was declared over the whole of 2018.
class SignalsTest : public ::testing::Test {
 protected:
  SignalsTest() : clock_(At("2018-12-31")), feed_("gm1730", clock_), costs_("gm1730", clock_), journal_(NewMemoryJournal()) {
    feed_.Handle("nmd.ingestion.v1.IngestionService", "ListFacts",
                 [this](const Caller&,
                        const ingestion::v1::ListFactsRequest& request) -> absl::StatusOr<ingestion::v1::ListFactsResponse> {
                   ingestion::v1::ListFactsResponse response;
                   response.set_next_sequence(request.after_sequence());
                   for (size_t i = 0; i < account_.batches.size(); ++i) {
                     account_.batches[i].set_sequence(static_cast<int64_t>(i) + 1);
                     if (account_.batches[i].sequence() <= request.after_sequence()) continue;
                     *response.add_batches() = account_.batches[i];
                     response.set_next_sequence(account_.batches[i].sequence());
                   }
                   return response;
                 });
    costs_.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                  [this](const Caller&,
                         const costs::v1::QueryFiguresRequest& request) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
                    if (down_) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "away");
                    costs::v1::QueryFiguresResponse response;
                    for (const std::string& measure : request.measures()) {
                      if (request.dimensions_size() == 2 || (request.dimensions_size() == 1 && Books(measure))) {
                        Fill(measure, response.add_figures());
                      }
                      Fill(measure, response.add_totals());
                    }
                    return response;
                  });
    feed_peer_ = NewLocalPeer(feed_, "contracts");
    costs_peer_ = NewLocalPeer(costs_, "contracts");
    caller_.subject = "demo-contractmanager";
    caller_.roles = {type::CONTRACT_MANAGER};
    caller_.municipality = "gm1730";
    auto* contract = account_.Deliver("2018-01-01").add_facts()->mutable_contract();
    contract->set_contract("jh-1");
    contract->set_law(ingestion::v1::YOUTH);
    contract->set_provider(kProvider);
    contract->set_provider_name("De Boomhut");
    contract->set_start_day(D("2018-01-01"));
    contract->set_ceiling_cents(10'000'000);
  }

  void Open(SignalRules rules) {
    auto opened = Contracts::Open("gm1730", std::move(rules), *journal_, clock_, *feed_peer_, *costs_peer_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    contracts_ = *std::move(opened);
  }

  // Whether it is a measure of what became of what was declared.
  static bool Books(const std::string& measure) { return measure == "approved" || measure == "paid" || measure == "booked"; }

  void Fill(const std::string& measure, type::Figure* figure) const {
    figure->set_measure(measure);
    figure->set_state(answers_ ? type::Figure::ANSWERED : type::Figure::NOT_AVAILABLE);
    if (measure == "paid") figure->set_state(type::Figure::NOT_REGISTERED);
    if (figure->state() != type::Figure::ANSWERED) return;
    figure->set_amount_cents(measure == "booked" ? booked_ : declared_);
    for (const auto& [dimension, value] : {std::pair<std::string, std::string>{"law", "jeugdwet"}, {"provider", kProvider}}) {
      auto* of = figure->add_dimensions();
      of->set_dimension(dimension);
      of->set_value(value);
    }
  }

  // Follows the feed to its end and lists.
  std::vector<v1::Signal> List(const std::string& rule = "") {
    for (int step = 0; step < 3; ++step) EXPECT_TRUE(contracts_->Follow(0).ok());
    v1::ListSignalsRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_rule(rule);
    const auto response = contracts_->ListSignals(caller_, request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    return {response->signals().begin(), response->signals().end()};
  }

  absl::StatusOr<v1::Signal> Acknowledge(
      const std::string& name, const std::string& note,
      v1::Signal::Acknowledgement::Kind kind = v1::Signal::Acknowledgement::KIND_UNSPECIFIED) {
    v1::AcknowledgeSignalRequest request;
    request.set_kind(kind);
    request.set_name(name);
    request.set_note(note);
    return contracts_->AcknowledgeSignal(caller_, request);
  }

  FakeClock clock_;
  testing::TestAccount account_;
  bool answers_ = true, down_ = false;
  Cents declared_ = 0, booked_ = 0;
  Router feed_, costs_;
  std::unique_ptr<Peer> feed_peer_, costs_peer_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Contracts> contracts_;
  Caller caller_;
};

const SignalRules& CeilingAndTalk() {
  static const auto* const kRules = new SignalRules{Rule("CEILING_70", "ceiling_share", {{"percent", 70}}),
                                                    Rule("TALK_OVERDUE", "talk_overdue", {{"days", 14}})};
  return *kRules;
}

TEST_F(SignalsTest, ASignalCarriesItsRuleItsFiguresAndWhenItWasSeen) {
  SignalRules rules = {Rule("CEILING_70", "ceiling_share", {{"percent", 70}})};
  rules[0].formula = "deel";
  rules[0].explanation = "waarom";
  rules[0].window = "jaar";
  rules[0].owner_role = "contractmanager";
  Open(rules);
  declared_ = 8'000'000;
  auto signals = List();
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].title(), "Titel");
  EXPECT_EQ(signals[0].formula(), "deel");
  EXPECT_EQ(signals[0].explanation(), "waarom");
  EXPECT_EQ(signals[0].window(), "jaar");
  EXPECT_EQ(signals[0].owner_role(), "contractmanager");
  ASSERT_EQ(signals[0].measures_size(), 2);
  EXPECT_EQ(signals[0].measures(0).id(), "declared");
  EXPECT_EQ(signals[0].measures(0).amount_cents(), 8'000'000);
  EXPECT_EQ(signals[0].measures(1).amount_cents(), 10'000'000);
  account_.Allocate(1, "2018-01-01", "2019-01-01", "2018-03-01");
  signals = List();
  EXPECT_EQ(signals[0].open_time().seconds(), absl::ToUnixSeconds(At("2018-01-01")));
  EXPECT_EQ(signals[0].last_seen_time().seconds(), absl::ToUnixSeconds(At("2018-03-01")));
  Open(rules);
  answers_ = false;
  account_.Allocate(2, "2018-01-01", "2019-01-01", "2018-04-01");
  EXPECT_EQ(List()[0].last_seen_time().seconds(), absl::ToUnixSeconds(At("2018-03-01")))
      << "kept over a restart; what cannot be judged was not seen";
}

TEST_F(SignalsTest, SeeingASignalAgainCostsOneRecordAndTheSameFactsNone) {
  Open({Rule("CEILING_70", "ceiling_share", {{"percent", 70}}), Rule("CEILING_50", "ceiling_share", {{"percent", 50}})});
  declared_ = 8'000'000;
  EXPECT_EQ(List().size(), 2u);
  const int64_t before = journal_->LastSequence();
  account_.Allocate(1, "2018-01-01", "2019-01-01", "2018-03-01");
  List();
  EXPECT_EQ(journal_->LastSequence(), before + 2) << "a page of the feed, and that both were seen";
  List();
  EXPECT_EQ(journal_->LastSequence(), before + 2);
}

TEST_F(SignalsTest, ANoteIsKeptWithWhoAndWhenAndTheSignalStaysOpen) {
  Open(CeilingAndTalk());
  declared_ = 8'000'000;
  const std::string name = List()[0].name();
  const auto acknowledged = Acknowledge(name, "Gesproken op kantoor.");
  ASSERT_TRUE(acknowledged.ok()) << acknowledged.status();
  EXPECT_EQ(acknowledged->state(), v1::Signal::OPEN);
  ASSERT_EQ(acknowledged->acknowledgements_size(), 1);
  EXPECT_EQ(acknowledged->acknowledgements(0).subject(), "demo-contractmanager");
  EXPECT_EQ(acknowledged->acknowledgements(0).note(), "Gesproken op kantoor.");
  EXPECT_EQ(acknowledged->acknowledgements(0).time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  const int64_t before = journal_->LastSequence();
  EXPECT_TRUE(Acknowledge(name, "Gesproken op kantoor.").ok());
  EXPECT_EQ(journal_->LastSequence(), before) << "saying the same again changes nothing";
  EXPECT_EQ(Acknowledge(name, "Besluit genomen.")->acknowledgements_size(), 2);
  Open(CeilingAndTalk());
  EXPECT_EQ(List()[0].acknowledgements_size(), 2) << "after a restart, and after it was judged again";
}

TEST_F(SignalsTest, ANoteIsRefusedWithoutWordsWithANumberOfAPersonAndForWhatIsNotOpen) {
  Open(CeilingAndTalk());
  declared_ = 8'000'000;
  const std::string name = List()[0].name();
  EXPECT_EQ(ReasonOf(Acknowledge(name, "").status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Acknowledge(name, "Over 999900006.").status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Acknowledge(name + "0", "Gesproken.").status()), ErrorReason::RESOURCE_NOT_FOUND);
  declared_ = 1'000'000;
  List();
  EXPECT_EQ(ReasonOf(Acknowledge(name, "Gesproken.").status()), ErrorReason::DECISION_CLOSED);
}

TEST_F(SignalsTest, AClosedSignalSaysWhyWithFigures) {
  Open(CeilingAndTalk());
  declared_ = 8'000'000;
  const std::string name = List()[0].name();
  EXPECT_EQ(List()[0].close_text(), "");
  ASSERT_TRUE(Acknowledge(name, "Gesproken.").ok());
  declared_ = 6'000'000;
  const auto closed = List();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].state(), v1::Signal::CLOSED);
  EXPECT_EQ(
      closed[0].close_text(),
      "Dit geldt niet meer. De Boomhut heeft over 2018 voor de Jeugdwet € 60.000 gedeclareerd. Het plafond is € 100.000.");
  EXPECT_EQ(closed[0].acknowledgements_size(), 1) << "its history stays";
  EXPECT_THAT(closed[0].text(), HasSubstr("80,0%"));
}

TEST_F(SignalsTest, SignalsOfARuleThatIsGoneCloseAndSayso) {
  Open(CeilingAndTalk());
  declared_ = 8'000'000;
  List();
  Open({Rule("CEILING_75", "ceiling_share", {{"percent", 75}})});
  const auto signals = List();
  ASSERT_EQ(signals.size(), 2u);
  EXPECT_EQ(signals[0].rule(), "CEILING_75");
  EXPECT_EQ(signals[1].close_text(), "Deze regel bestaat niet meer.");
  EXPECT_EQ(List("CEILING_70").size(), 1u) << "filter by rule";
}

// Domain-standards 7.4, article 1.5: a talk within two weeks after the notice.
TEST_F(SignalsTest, ATalkIsOverdueAfterTwoWeeksWithoutANote) {
  Open(CeilingAndTalk());
  declared_ = 8'000'000;
  List();
  account_.Allocate(1, "2018-01-01", "2019-01-01", "2018-01-15");
  EXPECT_EQ(List("TALK_OVERDUE").size(), 0u) << "two weeks to the second";
  account_.Allocate(2, "2018-01-01", "2019-01-01", "2018-01-16");
  auto overdue = List("TALK_OVERDUE");
  ASSERT_EQ(overdue.size(), 1u);
  EXPECT_THAT(overdue[0].text(), HasSubstr("Er is nog niet genoteerd dat erover gesproken is."));
  ASSERT_TRUE(Acknowledge(List("CEILING_70")[0].name(), "Gesproken.").ok());
  overdue = List("TALK_OVERDUE");
  ASSERT_EQ(overdue.size(), 1u);
  EXPECT_EQ(overdue[0].close_text(), "Dit geldt niet meer. Het gesprek over het plafond is genoteerd.");
}

// The same article: a decision within two weeks after the talk.
TEST_F(SignalsTest, Article15_ADecisionIsOverdueTwoWeeksAfterTheTalk) {
  SignalRules rules = CeilingAndTalk();
  rules.push_back(Rule("DECISION_OVERDUE", "decision_overdue", {{"days", 14}}));
  clock_.Set(At("2018-01-10"));
  Open(rules);
  declared_ = 8'000'000;
  const std::string name = List("CEILING_70")[0].name();
  account_.Allocate(1, "2018-01-01", "2019-01-01", "2018-03-01");
  clock_.Set(At("2018-03-01"));
  EXPECT_EQ(List("DECISION_OVERDUE").size(), 0u) << "there was no talk to decide after";
  ASSERT_TRUE(Acknowledge(name, "Gesproken.").ok());
  account_.Allocate(2, "2018-01-01", "2019-01-01", "2018-03-15");
  clock_.Set(At("2018-03-15"));
  EXPECT_EQ(List("DECISION_OVERDUE").size(), 0u) << "two weeks to the second";
  account_.Allocate(3, "2018-01-01", "2019-01-01", "2018-03-16");
  clock_.Set(At("2018-03-16"));
  auto overdue = List("DECISION_OVERDUE");
  ASSERT_EQ(overdue.size(), 1u);
  EXPECT_EQ(overdue[0].text(),
            "Op 01-03-2018 is gesproken over het plafond van De Boomhut voor de Jeugdwet in 2018. Er is nog geen besluit "
            "genoteerd.");
  ASSERT_TRUE(Acknowledge(name, "Nog eens gesproken.").ok());
  EXPECT_EQ(List("DECISION_OVERDUE")[0].state(), v1::Signal::OPEN) << "another talk decides nothing";
  const auto decided = Acknowledge(name, "Het plafond gaat omhoog.", v1::Signal::Acknowledgement::DECISION);
  ASSERT_TRUE(decided.ok()) << decided.status();
  EXPECT_EQ(decided->acknowledgements(2).kind(), v1::Signal::Acknowledgement::DECISION);
  overdue = List("DECISION_OVERDUE");
  ASSERT_EQ(overdue.size(), 1u);
  EXPECT_EQ(overdue[0].close_text(), "Dit geldt niet meer. Het besluit na het gesprek over het plafond is genoteerd.");
}

// Domain-standards 8, check 14.
TEST_F(SignalsTest, Check14_WhatWasGrantedAndIsNotBookedOnceTheYearIsOver) {
  SignalRules rules = {Rule("SETTLEMENT", "settlement", {{"euros", 1000}, {"months", 3}})};
  Open(rules);
  declared_ = 8'000'000;
  booked_ = 7'900'000;
  account_.Allocate(1, "2018-01-01", "2019-01-01", "2019-03-31");
  EXPECT_EQ(List().size(), 0u) << "bookings of the year may still come";
  account_.Allocate(2, "2018-01-01", "2019-01-01", "2019-04-01");
  EXPECT_EQ(List().size(), 0u) << "1.000 euros is not more than 1.000";
  booked_ = 7'899'999;
  auto signals = List();
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].year(), 2018);
  EXPECT_THAT(signals[0].text(),
              HasSubstr("De Boomhut: Er is € 80.000,00 toegekend. Wat is betaald, is niet geregistreerd. Er is "
                        "€ 78.999,99 geboekt: € 1.000,01 minder."));
  answers_ = false;
  EXPECT_EQ(List()[0].state(), v1::Signal::OPEN) << "what costs cannot tell closes nothing";
  answers_ = true;
  booked_ = 8'000'000;
  EXPECT_EQ(List()[0].state(), v1::Signal::CLOSED);
}

// Decision 35: what is not delivered is said, and is never silently nothing.
TEST_F(SignalsTest, RulesSayWhetherWhatTheyNeedComesIn) {
  SignalRules rules = CeilingAndTalk();
  rules.push_back(Rule("BEDS", "beds", {{"above", 0}}));
  rules.push_back(Rule("SETTLEMENT", "settlement", {{"euros", 1000}, {"months", 3}}));
  Open(rules);
  const auto states = [&] {
    for (int step = 0; step < 3; ++step) EXPECT_TRUE(contracts_->Follow(0).ok());
    v1::ListSignalRulesRequest request;
    request.set_parent("municipalities/gm1730");
    const auto response = contracts_->ListSignalRules(caller_, request);
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> texts;
    for (const v1::SignalRule& rule : response->rules()) {
      std::string text = absl::StrCat(rule.id(), rule.state() == v1::SignalRule::JUDGED ? "" : ":");
      for (const std::string& missing : rule.missing()) absl::StrAppend(&text, " ", missing);
      texts.push_back(text);
    }
    return texts;
  };
  EXPECT_THAT(states(), ElementsAre("CEILING_70: declaraties (323)", "TALK_OVERDUE: declaraties (323)",
                                    "BEDS: het aantal bedden in contracten toewijzingen (301)",
                                    "SETTLEMENT: declaraties (323) antwoorden op declaraties (325)"));
  account_.Allocate(1);
  account_.Claim("c1", "2018-05-05", {{"r1"}});
  account_.Answer("c1", "2018-05-08", 1000, 1000);
  EXPECT_THAT(states(), ElementsAre("CEILING_70", "TALK_OVERDUE", "BEDS: het aantal bedden in contracten", "SETTLEMENT"));
  v1::ListSignalRulesRequest request;
  request.set_parent("municipalities/gm1730");
  EXPECT_EQ(contracts_->ListSignalRules(caller_, request)->rules(0).thresholds().at("percent"), 70);
  request.set_page_size(3);
  const auto first = contracts_->ListSignalRules(caller_, request);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->rules_size(), 3);
  request.set_page_token(first->next_page_token());
  const auto last = contracts_->ListSignalRules(caller_, request);
  ASSERT_TRUE(last.ok());
  ASSERT_EQ(last->rules_size(), 1);
  EXPECT_EQ(last->rules(0).id(), "SETTLEMENT");
  EXPECT_EQ(last->next_page_token(), "");
}

// Decision 35: of what nobody registers nothing is missing.
TEST_F(SignalsTest, WhatNoSourceDeliversIsNoSignal) {
  Open({Rule("ROOM", "room_announced", {{"months", 6}})});
  account_.Allocate(1, "2018-01-01", "2019-01-01", "2018-08-01");
  EXPECT_EQ(List().size(), 0u) << "nobody told of any announcement";
  auto* term = account_.Deliver("2018-08-02").add_facts()->mutable_contract_term();
  term->set_law(ingestion::v1::YOUTH);
  term->set_contract("jh-1");
  term->set_provider(kProvider);
  term->set_kind(ingestion::v1::ContractTerm::ROOM_ANNOUNCED);
  term->set_value(2018);
  term->set_start_day(D("2018-01-01"));
  ASSERT_EQ(List().size(), 1u) << "of 2018 it was told, of 2019 it was not";
  EXPECT_THAT(List()[0].text(), HasSubstr("in 2019 had op 01-07-2018 aangekondigd moeten zijn"));
}

// A signal about the account opens though costs cannot be asked.
TEST_F(SignalsTest, WhatNeedsNoCostsDoesNotWaitForIt) {
  Open({Rule("CEILING_70", "ceiling_share", {{"percent", 70}}), Rule("OVERLAP", "overlap", {{"pairs", 1}})});
  account_.Allocate(1);
  account_.Allocate(2);
  down_ = true;
  for (int step = 0; step < 2; ++step) EXPECT_TRUE(contracts_->Follow(0).ok() || step > 0);
  v1::ListSignalChangesRequest request;
  request.set_parent("municipalities/gm1730");
  const auto changes = contracts_->ListSignalChanges(caller_, request, true);
  ASSERT_TRUE(changes.ok()) << changes.status();
  ASSERT_EQ((*changes)->signals_size(), 1);
  EXPECT_EQ((*changes)->signals(0).rule(), "OVERLAP");
}

// Only providers about whom something came in are judged anew, with the same result as of all.
TEST_F(SignalsTest, T29_JudgedOneByOneSaysTheSameAsJudgedFromNothing) {
  const SignalRules rules = {Rule("OVERLAP", "overlap", {{"pairs", 1}}),
                             Rule("ANSWER_LATE", "answer_late", {{"workdays", 10}, {"claims", 1}})};
  Open(rules);
  for (int64_t number = 1; number <= 4; ++number) {
    account_.Allocate(number).set_provider(number % 2 == 0 ? "07654321" : kProvider);
    account_.Claim(absl::StrCat("c", number), absl::StrCat("2018-0", number, "-05"), {{absl::StrCat("r", number)}});
    if (number == 2) account_.Answer("c1", "2018-02-20", 1000, 1000);
    std::vector<std::string> stepwise, anew;
    for (const v1::Signal& signal : List()) {
      if (signal.state() == v1::Signal::OPEN) stepwise.push_back(signal.text());
    }
    const auto journal = NewMemoryJournal();
    const auto fresh = Contracts::Open("gm1730", rules, *journal, clock_, *feed_peer_, *costs_peer_);
    ASSERT_TRUE(fresh.ok());
    for (int step = 0; step < 5; ++step) ASSERT_TRUE((*fresh)->Follow(0).ok());
    v1::ListSignalsRequest request;
    request.set_parent("municipalities/gm1730");
    const auto listed = (*fresh)->ListSignals(caller_, request);
    ASSERT_TRUE(listed.ok());
    for (const v1::Signal& signal : listed->signals()) anew.push_back(signal.text());
    EXPECT_EQ(stepwise, anew) << number;
  }
}

TEST_F(SignalsTest, NoTalkIsOverdueOnceTheCeilingIsNoReasonAnyMore) {
  Open(CeilingAndTalk());
  declared_ = 8'000'000;
  List();
  declared_ = 0;
  account_.Allocate(1, "2018-01-01", "2019-01-01", "2018-02-16");
  EXPECT_EQ(List("TALK_OVERDUE").size(), 0u);
}

TEST_F(SignalsTest, RulesAboutAccountsAreJudgedOnTheFactsAndNeedNoCosts) {
  answers_ = false;
  Open({Rule("OVERLAP", "overlap", {{"pairs", 1}})});
  account_.Allocate(1);
  account_.Allocate(2);
  auto signals = List();
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].name(), "municipalities/gm1730/signals/overlap-01234567-jeugdwet-2018-1");
  EXPECT_EQ(signals[0].measures(0).count(), 1);
  account_.Allocate(2, "2018-01-01", "2018-01-01", "2018-02-01").set_change_reason("13");
  signals = List();
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].state(), v1::Signal::CLOSED);
}

TEST_F(SignalsTest, R51_BedsAreThoseOfAContractThatRuns) {
  Open({Rule("BEDS", "beds", {{"above", 0}})});
  auto& batch = account_.Deliver("2018-01-01");
  auto* term = batch.add_facts()->mutable_contract_term();
  term->set_law(ingestion::v1::YOUTH);
  term->set_contract("jh-1");
  term->set_provider(kProvider);
  term->set_kind(ingestion::v1::ContractTerm::BEDS);
  term->set_value(1);
  term->set_start_day(D("2018-01-01"));
  account_.Allocate(1, "2018-06-01", "2018-07-01");
  account_.Allocate(2, "2018-06-01", "2018-07-01").set_person_key("p2");
  account_.Allocate(3, "2018-08-01", "2018-09-01", "2018-08-01");  // A later moment: what is judged is known by then.
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].measures(0).count(), 2);
  auto* ended = account_.Deliver("2018-08-02").add_facts()->mutable_contract();
  ended->set_contract("jh-1");
  ended->set_law(ingestion::v1::YOUTH);
  ended->set_provider(kProvider);
  ended->set_provider_name("De Boomhut");
  ended->set_start_day(D("2018-01-01"));
  ended->set_end_day(D("2018-06-01"));
  const auto signals = List();
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].state(), v1::Signal::CLOSED);
  EXPECT_THAT(signals[0].close_text(), HasSubstr("op het drukste moment 0 cliënten in verblijf"));
}

}  // namespace
}  // namespace nmd::contracts
