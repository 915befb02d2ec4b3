// SPDX-License-Identifier: EUPL-1.2
// Real members and a real region, in one process: what two people release in a municipality is what the region answers with.
// And the attacks on tables of the region of reference sdc.md section 7, by who sees what the region tells.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"
#include "services/publication/region_service.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;
using type::Figure;
using v1::RegionalTable;

const std::vector<std::string> kMembers = {"gm1730", "gm0106", "gm1680"};
std::string OinOf(size_t member) { return absl::StrCat("0000000100", kMembers[member].substr(2), "000000"); }
Key SeedOf(size_t member) {
  std::array<uint8_t, 32> seed;
  seed.fill(static_cast<uint8_t>(member + 1));
  return Key::FromBytes(seed);
}

// The way to the region: its door knows the member by the OIN in its certificate. Can be cut.
class Way : public Peer {
 public:
  Way(const Router& router, std::string oin) : region_(NewLocalPeer(router, "publication")), oin_(std::move(oin)) {}

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration timeout,
                                        const Caller* on_behalf_of) const override {
    const absl::Status gone = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the line is cut");
    if (cut_before) return gone;
    Caller caller = *on_behalf_of;
    caller.subject = absl::StrCat("oin:", oin_);
    auto answer = region_->CallBytes(path, request, timeout, &caller);
    if (cut_after) return gone;
    return answer;
  }
  void CallBytesAsync(absl::string_view, std::string, absl::Duration, const Caller*,
                      std::function<void(absl::StatusOr<std::string>)>) const override {
    ADD_FAILURE() << "not used";
  }

  bool cut_before = false, cut_after = false;

 private:
  const std::unique_ptr<Peer> region_;
  const std::string oin_;
};

// A municipality with costs, its own journal and key.
struct Municipality {
  Municipality(size_t member, const Clock& clock, const Router& region)
      : name(kMembers[member]),
        costs(clock, kMembers[member]),
        peer(costs.peer()),
        signer(SeedOf(member)),
        way(region, OinOf(member)) {
    Reopen(clock);
  }
  void Reopen(const Clock& clock) {
    publication = *Publication::Open(name, *journal, clock, *peer, signer, {{"regio", "nmd"}});
  }

  std::string name;
  TestCosts costs;
  std::unique_ptr<Peer> peer;
  Signer signer;
  Way way;
  std::unique_ptr<Journal> journal = NewMemoryJournal();
  std::unique_ptr<Publication> publication;
};

class ExchangeTest : public ::testing::Test {
 protected:
  ExchangeTest() : clock_(absl::FromUnixSeconds(1'522'500'000)), router_("nmd", clock_) {
    Region::Options options;
    options.municipality = "nmd";
    options.audience = "regio";
    for (size_t m = 0; m < kMembers.size(); ++m) {
      internal::v1::MemberConfig& member = options.members.emplace_back();
      member.set_municipality(kMembers[m]);
      member.set_title(kMembers[m]);
      member.set_oin(OinOf(m));
      member.add_public_keys(Signer(SeedOf(m)).public_key().Hex());
    }
    options.rules.measures["clients"].set_together("distinct");
    options.rules.measures["provisions"].set_together("sum");
    options.rules.measures["indicated"].set_together("sum");
    region_ = *Region::Open(std::move(options), *journal_, clock_);
    BindRegion(*region_, router_);
    for (size_t m = 0; m < kMembers.size(); ++m) members_.push_back(std::make_unique<Municipality>(m, clock_, router_));
  }

  void Add(size_t member, int first, int clients, const std::string& wijk, const std::string& ivn) {
    for (int i = 0; i < clients; ++i) members_[member]->costs.provisions.push_back({first + i, wijk, ivn, 10000, "2018-01"});
  }

  // Two people of a member.
  Caller ControllerOf(size_t member) const {
    Caller caller = Controller();
    caller.municipality = kMembers[member];
    return caller;
  }
  Caller OfficerOf(size_t member) const {
    Caller caller = Officer();
    caller.municipality = kMembers[member];
    return caller;
  }

  // Two people of a member agree on the table by level and release it. The statement is not sent yet.
  v1::Release Release(size_t member) {
    Municipality& own = *members_[member];
    const std::string parent = absl::StrCat("municipalities/", own.name);
    v1::Agreement agreement = TestAgreement();
    agreement.set_name(parent + "/agreements/regio");
    agreement.mutable_tables(0)->clear_dimensions();
    agreement.mutable_tables(0)->add_dimensions("ivn");
    v1::ProposeAgreementRequest proposal;
    proposal.set_parent(parent);
    *proposal.mutable_agreement() = agreement;
    const auto version = own.publication->ProposeAgreement(ControllerOf(member), proposal);
    EXPECT_TRUE(version.ok()) << version.status();
    v1::ApproveAgreementRequest approval;
    approval.set_name(version->name());
    if (version->state() == v1::AgreementVersion::PROPOSED) {
      EXPECT_TRUE(own.publication->ApproveAgreement(OfficerOf(member), approval).ok());
    }
    v1::ProposeReleaseRequest request;
    request.set_parent(parent);
    request.set_agreement(agreement.name());
    request.set_table("wijk-ivn");
    *request.mutable_period() = PeriodOf("2018-01", "2018-02");
    const auto proposed = own.publication->ProposeRelease(ControllerOf(member), request);
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    v1::ApproveReleaseRequest release;
    release.set_name(proposed->name());
    const auto released = own.publication->ApproveRelease(OfficerOf(member), release);
    EXPECT_TRUE(released.ok()) << released.status();
    return *released;
  }
  absl::Status Step(size_t member) {
    return members_[member]->publication->Deliver(0, members_[member]->way, absl::ZeroDuration());
  }
  void Send(size_t member) {
    for (int i = 0; i < 6; ++i) EXPECT_TRUE(Step(member).ok());
    EXPECT_EQ(members_[member]->publication->OldestUndelivered(), absl::ZeroDuration());
  }

  RegionalTable Table() {
    v1::GetRegionalTableRequest request;
    request.set_name("municipalities/nmd/tables/wijk-ivn");
    *request.mutable_period() = PeriodOf("2018-01", "2018-02");
    const auto table = region_->GetRegionalTable(With(type::REGION), request);
    EXPECT_TRUE(table.ok()) << table.status();
    return table.ok() ? *table : RegionalTable();
  }
  // The clients of the region at a level ("totaal": all), when they are told.
  static std::optional<int64_t> Clients(const RegionalTable& table, const std::string& ivn) {
    for (const v1::RegionalCell& cell : table.cells()) {
      if (table.dimensions(0).codes(cell.codes(0)).value() != ivn) continue;
      const v1::RegionalValue& value = cell.values(0);
      return value.state() == Figure::ANSWERED ? std::optional<int64_t>(value.count()) : std::nullopt;
    }
    return 0;
  }
  // What the region would tell that adds up what members count, hidden or not, and hides sums below the minimum.
  std::optional<int64_t> Naive(const std::vector<size_t>& members, const std::string& ivn) {
    int64_t sum = 0;
    for (const size_t m : members) {
      for (const Provision& provision : members_[m]->costs.provisions) sum += ivn == "totaal" || provision.ivn == ivn;
    }
    return sum >= 5 || sum == 0 ? std::optional<int64_t>(sum) : std::nullopt;
  }

  FakeClock clock_;
  std::unique_ptr<Journal> journal_ = NewMemoryJournal();
  Router router_;
  std::unique_ptr<Region> region_;
  std::vector<std::unique_ptr<Municipality>> members_;
};

TEST_F(ExchangeTest, WhatTwoPeopleReleaseIsWhatTheRegionAnswersWith) {
  for (size_t m = 0; m < 2; ++m) {
    Add(m, 1, 30, "Eelde", "5");
    Add(m, 101, 20, "Eelde", "6");
    Release(m);
    Send(m);
  }
  const RegionalTable table = Table();
  EXPECT_EQ(table.coverage(), "2 van 3 gemeenten");
  EXPECT_EQ(Clients(table, "5"), 60);
  EXPECT_EQ(Clients(table, "6"), 40);
}

// Cut before it arrives, cut before the answer does, the sender restarted in between: once in the region, received for the
// sender.
TEST_F(ExchangeTest, ACutLosesAndDoublesNothing) {
  Add(0, 1, 30, "Eelde", "5");
  Release(0);
  Municipality& own = *members_[0];
  own.way.cut_before = true;
  EXPECT_EQ(ReasonOf(Step(0)), ErrorReason::UNAVAILABLE_NOW);
  own.way.cut_before = false;
  own.way.cut_after = true;
  EXPECT_EQ(ReasonOf(Step(0)), ErrorReason::UNAVAILABLE_NOW);
  own.Reopen(clock_);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(own.publication->OldestUndelivered(), absl::Hours(1));
  own.way.cut_after = false;
  Send(0);
  v1::ListStatementsRequest request;
  const auto statements = region_->ListStatements(With(type::OPERATOR), request);
  std::vector<std::string> ids;
  for (const auto& statement : statements->statements()) ids.push_back(statement.refusal() + statement.id());
  EXPECT_THAT(ids, ElementsAre("gm1730/000002", "gm1730/000001"));
  EXPECT_EQ(Clients(Table(), "5"), 30);
}

TEST_F(ExchangeTest, AWithdrawalAndItsReasonArrive) {
  Add(0, 1, 30, "Eelde", "5");
  const v1::Release release = Release(0);
  Send(0);
  v1::WithdrawReleaseRequest withdrawal;
  withdrawal.set_name(release.name());
  withdrawal.set_reason("Een levering bleek dubbel");
  ASSERT_TRUE(members_[0]->publication->WithdrawRelease(OfficerOf(0), withdrawal).ok());
  Send(0);
  const RegionalTable table = Table();
  EXPECT_EQ(table.members(0).state(), v1::TableMember::WITHDRAWN);
  EXPECT_EQ(table.members(0).reason(), "Een levering bleek dubbel");
}

// T-22: from 40 to 77 clients is told as it was released; what is below the minimum is not told by anybody.
TEST_F(ExchangeTest, T22NumbersArriveAsTheyWereReleased) {
  Add(0, 1, 40, "Eelderwolde", "5");
  Add(0, 101, 3, "Eelderwolde", "6");
  Add(0, 201, 77, "Eelderwolde", "7");
  Release(0);
  Send(0);
  const RegionalTable table = Table();
  EXPECT_EQ(Clients(table, "6"), std::nullopt);
  EXPECT_TRUE(Clients(table, "5") == std::optional<int64_t>(40) || Clients(table, "7") == std::optional<int64_t>(77));
}

// ---- Attackers. ----

// A member takes its own off what the region tells, and has the other's.
TEST_F(ExchangeTest, AMemberSubtractsItselfFromTheRegion) {
  Add(0, 1, 12, "Eelde", "5");
  Add(0, 101, 20, "Eelde", "6");
  Add(1, 1, 3, "Rolde", "5");
  Add(1, 101, 25, "Rolde", "6");
  Add(1, 201, 26, "Rolde", "7");
  const auto subtracts = [](std::optional<int64_t> told, int64_t own) {
    return told ? std::optional<int64_t>(*told - own) : std::nullopt;
  };
  EXPECT_EQ(subtracts(Naive({0, 1}, "5"), 12), 3);
  for (size_t m = 0; m < 2; ++m) {
    Release(m);
    Send(m);
  }
  EXPECT_EQ(subtracts(Clients(Table(), "5"), 12), std::nullopt);
}

// A member joins between two tables of the region: what the second has more is the member's.
TEST_F(ExchangeTest, ComparesTheRegionBeforeAndAfterAMemberJoinedAndLeft) {
  for (size_t m = 0; m < 2; ++m) {
    Add(m, 1, 12, "Eelde", "5");
    Add(m, 101, 20, "Eelde", "6");
    Release(m);
    Send(m);
  }
  Add(2, 1, 4, "Peelo", "5");
  Add(2, 101, 25, "Peelo", "6");
  Add(2, 201, 26, "Peelo", "7");
  const auto differ = [](std::optional<int64_t> after, std::optional<int64_t> before) {
    return after && before ? std::optional<int64_t>(*after - *before) : std::nullopt;
  };
  EXPECT_EQ(differ(Naive({0, 1, 2}, "5"), Naive({0, 1}, "5")), 4);
  const RegionalTable before = Table();
  EXPECT_EQ(Clients(before, "5"), 24);
  const v1::Release joined = Release(2);
  Send(2);
  const RegionalTable with = Table();
  EXPECT_EQ(with.coverage(), "3 van 3 gemeenten");
  EXPECT_EQ(differ(Clients(with, "5"), Clients(before, "5")), std::nullopt);
  // Nor by the total less the other levels.
  const std::optional<int64_t> total = differ(Clients(with, "totaal"), Clients(before, "totaal")),
                               six = differ(Clients(with, "6"), Clients(before, "6")),
                               seven = differ(Clients(with, "7"), Clients(before, "7"));
  EXPECT_FALSE(total && six && seven && *total - *six - *seven == 4);
  // And the other way round, when it leaves.
  v1::WithdrawReleaseRequest withdrawal;
  withdrawal.set_name(joined.name());
  withdrawal.set_reason("De gemeente gaat uit de regio");
  ASSERT_TRUE(members_[2]->publication->WithdrawRelease(OfficerOf(2), withdrawal).ok());
  Send(2);
  EXPECT_EQ(differ(Clients(with, "5"), Clients(Table(), "5")), std::nullopt);
}

}  // namespace
}  // namespace nmd::publication
