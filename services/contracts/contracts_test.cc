// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/contracts.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/contracts/test_rules.h"
#include "services/core/date.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"

namespace nmd::contracts {
namespace {

using costs::v1::QueryFiguresRequest;
using costs::v1::QueryFiguresResponse;
using ingestion::v1::FactBatch;
using ingestion::v1::ListFactsRequest;
using ingestion::v1::ListFactsResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using type::Figure;

constexpr char kBoomhut[] = "01234567";
constexpr char kBrug[] = "07654321";

int64_t Noon(int year, int month, int day) { return int64_t{DayOf(year, month, day)} * 86400 + 12 * 3600; }

// Stands in for ingestion: a feed of batches, two to a page.
class FakeIngestion {
 public:
  explicit FakeIngestion(const Clock& clock) : router_("gm1730", clock) {
    router_.Handle("nmd.ingestion.v1.IngestionService", "ListFacts",
                   [this](const Caller&, const ListFactsRequest& request) -> absl::StatusOr<ListFactsResponse> {
                     waited = request.wait_seconds();
                     ListFactsResponse response;
                     response.set_next_sequence(request.after_sequence());
                     for (const FactBatch& batch : batches) {
                       if (batch.sequence() <= request.after_sequence() || response.batches_size() == 2) continue;
                       *response.add_batches() = batch;
                       response.set_next_sequence(batch.sequence());
                     }
                     return response;
                   });
  }
  std::unique_ptr<Peer> peer() const { return NewLocalPeer(router_, "contracts"); }

  // Opens a batch with the next sequence; sequences have gaps, as in the real feed.
  FactBatch& Add(const std::string& delivery, int64_t known_second) {
    FactBatch& batch = batches.emplace_back();
    batch.set_sequence(static_cast<int64_t>(batches.size()) * 10);
    batch.set_delivery(delivery);
    batch.mutable_known_time()->set_seconds(known_second);
    return batch;
  }

  std::vector<FactBatch> batches;
  int waited = 0;  // How long the last request may have waited at the tail, in seconds.

 private:
  Router router_;
};

void AddContract(FactBatch* batch, const std::string& id, const std::string& provider, const std::string& name, Cents ceiling) {
  auto* contract = batch->add_facts()->mutable_contract();
  contract->set_contract(id);
  contract->set_law(ingestion::v1::YOUTH);
  contract->set_provider(provider);
  contract->set_provider_name(name);
  contract->set_start_day(DayOf(2018, 1, 1));
  contract->set_end_day(DayOf(2020, 1, 1));
  contract->set_ceiling_cents(ceiling);
}

// Stands in for costs: sums declared lines by law, provider and month, as known at the asked time.
class FakeCosts {
 public:
  struct Line {
    std::string provider;
    Month month;
    Cents declared;
    int64_t known_second;
  };

  explicit FakeCosts(const Clock& clock) : router_("gm1730", clock) {
    router_.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                   [this](const Caller&, const QueryFiguresRequest& request) { return Query(request); });
  }
  std::unique_ptr<Peer> peer() const { return NewLocalPeer(router_, "contracts"); }

  std::vector<Line> lines;
  int asked = 0;
  int64_t fact_sequence = 1'000'000;  // How far it follows the feed.
  bool down = false, unanswered = false;

 private:
  absl::StatusOr<QueryFiguresResponse> Query(const QueryFiguresRequest& request) {
    ++asked;
    if (down) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "costs is away");
    std::map<std::vector<std::string>, Cents> sums;
    for (const Line& line : lines) {
      if (line.known_second > request.known_time().seconds()) continue;
      if (YearOf(line.month) != CivilOf(*ParseDay(request.period().start_date())).year) continue;
      if (request.filters_size() > 0 && request.filters(0).values(0) != line.provider) continue;
      std::vector<std::string> key;
      for (const std::string& dimension : request.dimensions()) {
        key.push_back(dimension == "law" ? "jeugdwet" : dimension == "provider" ? line.provider : FormatMonth(line.month));
      }
      sums[key] += line.declared;
    }
    QueryFiguresResponse response;
    response.set_fact_sequence(fact_sequence);
    for (const std::string& measure : request.measures()) {
      for (const auto& [key, sum] : sums) {
        Figure* figure = response.add_figures();
        Fill(measure, sum, figure);
        for (size_t d = 0; d < key.size(); ++d) {
          auto* value = figure->add_dimensions();
          value->set_dimension(request.dimensions(static_cast<int>(d)));
          value->set_value(key[d]);
        }
      }
      Fill(measure, 0, response.add_totals());
    }
    return response;
  }

  void Fill(const std::string& measure, Cents sum, Figure* figure) const {
    figure->set_measure(measure);
    if (unanswered) {
      figure->set_state(Figure::NOT_AVAILABLE);
      figure->set_state_reason("PERIOD_NOT_DELIVERED");
      return;
    }
    figure->set_state(Figure::ANSWERED);
    figure->set_amount_cents(measure == "indicated" ? 2 * sum : sum);
    figure->mutable_reliability()->set_source_quality(1);
  }

  Router router_;
};

class ContractsTest : public ::testing::Test {
 protected:
  ContractsTest()
      : clock_(absl::FromUnixSeconds(Noon(2018, 12, 1))),
        ingestion_(clock_),
        costs_(clock_),
        ingestion_peer_(ingestion_.peer()),
        costs_peer_(costs_.peer()),
        journal_(NewMemoryJournal()),
        contracts_(Open()) {
    caller_.roles = {type::CONTRACT_MANAGER};
    caller_.municipality = "gm1730";
  }

  std::unique_ptr<Contracts> Open() {
    auto opened = Contracts::Open("gm1730", testing::CeilingRules(), *journal_, clock_, *ingestion_peer_, *costs_peer_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }

  // Follows the feed to its tail, and once there.
  void FollowAll() {
    for (int step = 0; step < 20; ++step) ASSERT_TRUE(contracts_->Follow(0).ok());
  }

  // 100,000 euro a year for De Boomhut.
  void AddBoomhut(int64_t known_second) {
    AddContract(&ingestion_.Add("c", known_second), "jh-1", kBoomhut, "De Boomhut", 10'000'000);
  }

  // A claim the feed tells of and costs counts.
  void Declare(const std::string& provider, int month, Cents amount, int64_t known_second) {
    ingestion_.Add("d" + std::to_string(ingestion_.batches.size()), known_second)
        .add_facts()
        ->mutable_claim()
        ->set_provider(provider);
    costs_.lines.push_back({provider, MonthOf(2018, month), amount, known_second});
  }

  v1::ListSignalsResponse Signals(Contracts& contracts, v1::Signal::State state = v1::Signal::STATE_UNSPECIFIED) {
    v1::ListSignalsRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_state(state);
    auto response = contracts.ListSignals(caller_, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : v1::ListSignalsResponse();
  }

  absl::StatusOr<v1::ListPositionsResponse> Positions(int year, int64_t known_second = 0) {
    v1::ListPositionsRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_year(year);
    if (known_second != 0) request.mutable_known_time()->set_seconds(known_second);
    return contracts_->ListPositions(caller_, request);
  }

  FakeClock clock_;
  FakeIngestion ingestion_;
  FakeCosts costs_;
  std::unique_ptr<Peer> ingestion_peer_, costs_peer_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Contracts> contracts_;
  Caller caller_;
};

std::vector<std::string> Names(const v1::ListSignalsResponse& response) {
  std::vector<std::string> names;
  for (const auto& signal : response.signals()) {
    names.push_back(signal.name().substr(signal.name().rfind('/') + 1) +
                    (signal.state() == v1::Signal::OPEN ? " open" : " closed"));
  }
  return names;
}

TEST_F(ContractsTest, ListsContractsWithCeilingsAndPrices) {
  AddBoomhut(Noon(2018, 1, 5));
  auto* tariff = ingestion_.batches.back().add_facts()->mutable_tariff();
  tariff->set_law(ingestion::v1::YOUTH);
  tariff->set_product("45A04");
  tariff->set_unit("04");
  tariff->set_tariff_cents(9050);
  tariff->set_start_day(DayOf(2018, 1, 1));
  AddContract(&ingestion_.Add("c2", Noon(2019, 1, 1)), "jh-2", kBrug, "De Brug", 0);
  FollowAll();
  v1::ListContractsRequest request;
  request.set_parent("municipalities/gm1730");
  const auto response = contracts_->ListContracts(caller_, request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->contracts_size(), 1) << "what becomes known next month is not known now";
  const v1::Contract& contract = response->contracts(0);
  EXPECT_EQ(contract.name(), "municipalities/gm1730/contracts/jh-1");
  EXPECT_EQ(contract.provider_title(), "De Boomhut");
  EXPECT_EQ(contract.start_date(), "2018-01-01");
  EXPECT_EQ(contract.end_date(), "2020-01-01");
  EXPECT_EQ(contract.ceilings(0).amount_cents(), 10'000'000);
  ASSERT_EQ(contract.prices_size(), 1);
  EXPECT_EQ(contract.prices(0).amount_cents(), 9050);
  EXPECT_EQ(contract.prices(0).end_date(), "");
}

TEST_F(ContractsTest, KeepsOnlyTheFactsItNeedsAndTheCursor) {
  AddBoomhut(Noon(2018, 1, 5));
  for (int month = 1; month <= 5; ++month) Declare(kBoomhut, month, 1000, Noon(2018, month + 1, 5));
  ingestion_.batches.back().add_facts()->mutable_population();
  FollowAll();
  int records = 0, facts = 0;
  int64_t cursor = 0;
  ASSERT_TRUE(journal_
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             internal::v1::FollowedFacts followed;
                             EXPECT_EQ(record.kind, "facts");
                             EXPECT_TRUE(followed.ParseFromString(record.payload));
                             ++records;
                             for (const FactBatch& batch : followed.batches()) facts += batch.facts_size();
                             cursor = followed.next_sequence();
                             return true;
                           })
                  .ok());
  EXPECT_EQ(records, 3) << "one per page of the feed";
  EXPECT_EQ(facts, 6) << "a contract and five claims";
  EXPECT_EQ(cursor, 60);
  contracts_ = Open();
  const int64_t before = journal_->LastSequence();
  FollowAll();
  EXPECT_EQ(journal_->LastSequence(), before) << "goes on where it was, and reads nothing twice";
}

TEST_F(ContractsTest, PositionsTellWhereAProviderStands) {
  AddBoomhut(Noon(2018, 1, 5));
  AddContract(&ingestion_.Add("c2", Noon(2018, 1, 5)), "jh-2", kBrug, "De Brug", 0);
  for (int month = 1; month <= 3; ++month) Declare(kBoomhut, month, 1'000'000, Noon(2018, 4, 5));
  Declare(kBoomhut, 4, 500'000, Noon(2018, 4, 20));
  FollowAll();
  costs_.asked = 0;
  const auto response = Positions(2018, Noon(2018, 4, 20));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(costs_.asked, 2) << "whatever the number of providers";
  ASSERT_EQ(response->positions_size(), 2);
  const v1::Position& boomhut = response->positions(0);
  EXPECT_EQ(boomhut.name(), "municipalities/gm1730/positions/01234567-jeugdwet-2018");
  EXPECT_EQ(boomhut.indicated().amount_cents(), 7'000'000);
  EXPECT_EQ(boomhut.declared().amount_cents(), 3'500'000);
  EXPECT_EQ(boomhut.approved().amount_cents(), 3'500'000);
  EXPECT_EQ(boomhut.ceiling().amount_cents(), 10'000'000);
  EXPECT_DOUBLE_EQ(boomhut.used().ratio(), 0.35);
  EXPECT_EQ(boomhut.expected().amount_cents(), 12'000'000) << "April is not over: it is no part of the pace";

  const v1::Position& brug = response->positions(1);
  EXPECT_EQ(brug.declared().state(), Figure::ANSWERED);
  EXPECT_EQ(brug.declared().amount_cents(), 0) << "a counted zero";
  EXPECT_EQ(brug.ceiling().state(), Figure::NOT_REGISTERED);
  EXPECT_EQ(brug.used().state(), Figure::NOT_REGISTERED);
  EXPECT_EQ(brug.expected().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(Positions(2021)->positions_size(), 0) << "no contract, no position";
}

TEST_F(ContractsTest, PositionsNeverTurnAMissingAnswerIntoZero) {
  AddBoomhut(Noon(2018, 1, 5));
  FollowAll();
  costs_.unanswered = true;
  const auto response = Positions(2018);
  ASSERT_TRUE(response.ok());
  for (const Figure* figure :
       {&response->positions(0).declared(), &response->positions(0).used(), &response->positions(0).expected()}) {
    EXPECT_EQ(figure->state(), Figure::NOT_AVAILABLE);
    EXPECT_EQ(figure->state_reason(), "PERIOD_NOT_DELIVERED");
    EXPECT_EQ(figure->value_case(), Figure::VALUE_NOT_SET);
  }
  EXPECT_EQ(response->positions(0).ceiling().amount_cents(), 10'000'000);
}

TEST_F(ContractsTest, SignalsOpenAndCloseByThemselves) {
  AddBoomhut(Noon(2018, 1, 5));
  Declare(kBoomhut, 1, 4'000'000, Noon(2018, 2, 5));
  FollowAll();
  EXPECT_THAT(Names(Signals(*contracts_)), ElementsAre()) << "one month is no pace, and 40% is below the limit";

  Declare(kBoomhut, 2, 4'000'000, Noon(2018, 3, 5));
  FollowAll();
  const auto open = Signals(*contracts_);
  EXPECT_THAT(Names(open),
              ElementsAre("ceiling-70-01234567-jeugdwet-2018-1 open", "ceiling-pace-01234567-jeugdwet-2018-1 open"));
  EXPECT_EQ(open.signals(0).open_time().seconds(), Noon(2018, 3, 5)) << "known time of the newest fact, not of the question";
  EXPECT_THAT(open.signals(0).text(), HasSubstr("€ 80.000 gedeclareerd: 80,0% van het plafond"));

  Declare(kBoomhut, 2, -4'000'000, Noon(2018, 4, 5));  // Credited.
  Declare(kBoomhut, 3, 100'000, Noon(2018, 4, 5));
  FollowAll();
  const auto closed = Signals(*contracts_);
  EXPECT_THAT(Names(closed),
              ElementsAre("ceiling-pace-01234567-jeugdwet-2018-1 open", "ceiling-70-01234567-jeugdwet-2018-1 closed"));
  EXPECT_EQ(closed.signals(1).open_time().seconds(), Noon(2018, 3, 5));
  EXPECT_EQ(closed.signals(1).close_time().seconds(), Noon(2018, 4, 5));

  Declare(kBoomhut, 4, 7'000'000, Noon(2018, 5, 5));
  FollowAll();
  EXPECT_THAT(Names(Signals(*contracts_)),
              ElementsAre("ceiling-70-01234567-jeugdwet-2018-2 open", "ceiling-pace-01234567-jeugdwet-2018-1 open",
                          "ceiling-70-01234567-jeugdwet-2018-1 closed"))
      << "what comes back is a new signal; what was stays";
  EXPECT_EQ(Signals(*contracts_).signals(0).severity(), 2) << "111.000 of 100.000";
}

TEST_F(ContractsTest, JudgesAsSoonAsTheFeedHasNoMoreWithoutBeingAsked) {
  AddBoomhut(Noon(2018, 1, 5));
  Declare(kBoomhut, 1, 8'000'000, Noon(2018, 2, 5));
  ASSERT_TRUE(contracts_->Follow(5).ok());
  EXPECT_EQ(costs_.asked, 0) << "not while facts come in";
  ASSERT_TRUE(contracts_->Follow(5).ok());
  EXPECT_EQ(ingestion_.waited, 0) << "a signal does not wait for the next page";
  EXPECT_EQ(costs_.asked, 2);
  EXPECT_EQ(journal_->LastSequence(), 2) << "a page and a signal";
  ASSERT_TRUE(contracts_->Follow(5).ok());
  EXPECT_EQ(ingestion_.waited, 5);
  EXPECT_EQ(costs_.asked, 2) << "costs knew all there was; never again until something comes";
}

TEST_F(ContractsTest, JudgesAgainUntilCostsHasFollowedAsFar) {
  AddBoomhut(Noon(2018, 1, 5));
  costs_.fact_sequence = 0;
  ASSERT_TRUE(contracts_->Follow(0).ok());
  ASSERT_TRUE(contracts_->Follow(0).ok());
  EXPECT_EQ(Signals(*contracts_).signals_size(), 0);
  const int asked = costs_.asked;
  costs_.lines.push_back({kBoomhut, MonthOf(2018, 1), 8'000'000, Noon(2018, 1, 5)});
  costs_.fact_sequence = 20;
  ASSERT_TRUE(contracts_->Follow(0).ok());
  EXPECT_EQ(costs_.asked, asked + 2);
  EXPECT_EQ(journal_->LastSequence(), 2) << "the signal that costs knew of later";
  ASSERT_TRUE(contracts_->Follow(0).ok());
  EXPECT_EQ(costs_.asked, asked + 2);
}

TEST_F(ContractsTest, DoesNotAskForEverWhileCostsIsBehind) {
  AddBoomhut(Noon(2018, 1, 5));
  costs_.fact_sequence = 0;
  for (int step = 0; step < 20; ++step) ASSERT_TRUE(contracts_->Follow(0).ok());
  EXPECT_EQ(costs_.asked, 2 * 8);
}

TEST_F(ContractsTest, JournalsASignalOnlyWhenItChanges) {
  AddBoomhut(Noon(2018, 1, 5));
  Declare(kBoomhut, 1, 8'000'000, Noon(2018, 2, 5));
  FollowAll();
  const int64_t before = journal_->LastSequence();
  Signals(*contracts_);
  Signals(*contracts_);
  EXPECT_EQ(journal_->LastSequence(), before);
}

TEST_F(ContractsTest, LeavesSignalsAsTheyAreWhereThereIsNoAnswer) {
  AddBoomhut(Noon(2018, 1, 5));
  Declare(kBoomhut, 1, 8'000'000, Noon(2018, 2, 5));
  FollowAll();
  costs_.unanswered = true;
  EXPECT_THAT(Names(Signals(*contracts_)), ElementsAre("ceiling-70-01234567-jeugdwet-2018-1 open"));
}

TEST_F(ContractsTest, SaysSoWhenCostsCannotBeReached) {
  AddBoomhut(Noon(2018, 1, 5));
  FollowAll();
  costs_.down = true;
  v1::ListSignalsRequest request;
  request.set_parent("municipalities/gm1730");
  EXPECT_EQ(ReasonOf(contracts_->ListSignals(caller_, request).status()), ErrorReason::UNAVAILABLE_NOW);
  EXPECT_EQ(ReasonOf(Positions(2018).status()), ErrorReason::UNAVAILABLE_NOW);
}

TEST_F(ContractsTest, Tr056ClosesTheSignalsOfASupersededContract) {
  AddBoomhut(Noon(2018, 1, 5));
  Declare(kBoomhut, 1, 8'000'000, Noon(2018, 2, 5));
  FollowAll();
  ASSERT_EQ(Signals(*contracts_, v1::Signal::OPEN).signals_size(), 1);
  ingestion_.Add("x", Noon(2018, 3, 1)).set_supersedes("c");
  FollowAll();
  EXPECT_EQ(Signals(*contracts_, v1::Signal::OPEN).signals_size(), 0);
  EXPECT_EQ(Signals(*contracts_, v1::Signal::CLOSED).signals(0).close_time().seconds(), Noon(2018, 3, 1));
}

TEST_F(ContractsTest, AWithdrawnContractClosesItsSignalsAndKeepsThePositionsOfBefore) {
  AddBoomhut(Noon(2018, 1, 5));
  Declare(kBoomhut, 1, 8'000'000, Noon(2018, 2, 5));
  FollowAll();
  ASSERT_EQ(Signals(*contracts_, v1::Signal::OPEN).signals_size(), 1);
  auto& correction = ingestion_.Add("c", Noon(2018, 3, 1));
  correction.set_corrects("c");
  correction.add_counted()->mutable_from_time()->set_seconds(Noon(2018, 1, 5));
  correction.mutable_counted(0)->mutable_until_time()->set_seconds(Noon(2018, 3, 1));
  FollowAll();
  EXPECT_EQ(Signals(*contracts_, v1::Signal::OPEN).signals_size(), 0);
  EXPECT_EQ(Signals(*contracts_, v1::Signal::CLOSED).signals(0).close_time().seconds(), Noon(2018, 3, 1));
  v1::ListPositionsRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_year(2018);
  request.mutable_known_time()->set_seconds(Noon(2018, 2, 28));
  EXPECT_EQ(contracts_->ListPositions(caller_, request)->positions_size(), 1);
  request.mutable_known_time()->set_seconds(Noon(2018, 3, 1));
  EXPECT_EQ(contracts_->ListPositions(caller_, request)->positions_size(), 0);
  contracts_ = Open();
  EXPECT_EQ(contracts_->ListPositions(caller_, request)->positions_size(), 0) << "after a restart";
}

TEST_F(ContractsTest, ReplayGivesTheLiveState) {
  AddBoomhut(Noon(2018, 1, 5));
  AddContract(&ingestion_.Add("c2", Noon(2018, 1, 6)), "jh-2", kBrug, "De Brug", 2'000'000);
  for (int month = 1; month <= 6; ++month) {
    Declare(month % 2 == 0 ? kBrug : kBoomhut, month, month == 4 ? -900'000 : 1'500'000, Noon(2018, month + 1, 5));
    FollowAll();
    Signals(*contracts_);
  }
  const auto live = Signals(*contracts_);
  EXPECT_GT(live.signals_size(), 2);
  const auto live_positions = Positions(2018);
  contracts_ = Open();
  costs_.unanswered = true;  // Nothing can be judged anew: what is listed comes from the journal.
  EXPECT_EQ(Signals(*contracts_).SerializeAsString(), live.SerializeAsString());
  costs_.unanswered = false;
  EXPECT_EQ(Positions(2018)->SerializeAsString(), live_positions->SerializeAsString());
}

TEST_F(ContractsTest, ListsByPageAndSaysWhatIsWrongWithARequest) {
  AddBoomhut(Noon(2018, 1, 5));
  AddContract(&ingestion_.Add("c2", Noon(2018, 1, 6)), "jh-2", kBrug, "De Brug", 2'000'000);
  FollowAll();
  v1::ListContractsRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_page_size(1);
  std::vector<std::string> names;
  do {
    const auto response = contracts_->ListContracts(caller_, request);
    ASSERT_TRUE(response.ok());
    names.push_back(response->contracts(0).provider());
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre(kBoomhut, kBrug));
  EXPECT_EQ(ReasonOf(Positions(18).status()), ErrorReason::FIELDS_INVALID);
}

}  // namespace
}  // namespace nmd::contracts
