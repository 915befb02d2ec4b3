// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region.h"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/platform/errors.h"
#include "services/publication/region_publication.h"
#include "services/publication/test_published.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MakePublication;
using type::Figure;
using v1::TableMember;

const std::vector<std::string> kMunicipalities = {"gm1730", "gm0106", "gm1680", "gm1731", "gm1699"};
const std::vector<testing::TestMeasure> kClients = {{"clients", "count"}};
const testing::TestDimension kLevels{"ivn", {"5", "6"}};

Key SeedOf(size_t member) {
  std::array<uint8_t, 32> seed;
  seed.fill(static_cast<uint8_t>(member + 1));
  return Key::FromBytes(seed);
}
std::string OinOf(size_t member) { return absl::StrCat("0000000100", kMunicipalities[member].substr(2), "000000"); }

Caller CallerOf(size_t member) {
  Caller caller;
  caller.subject = absl::StrCat("oin:", OinOf(member));
  caller.roles = {type::MEMBER};
  caller.municipality = "nmd";
  return caller;
}
Caller Person(std::vector<type::Role> roles) {
  Caller caller;
  caller.subject = "iemand";
  caller.roles = std::move(roles);
  return caller;
}

std::string CauseOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::STATEMENT_REFUSED) << status;
  return MetadataOf(status, "cause");
}

class RegionTest : public ::testing::Test {
 protected:
  RegionTest() { Restart(); }

  void Restart() {
    Region::Options options;
    options.municipality = "nmd";
    options.audience = "regio";
    for (size_t m = 0; m < kMunicipalities.size(); ++m) {
      internal::v1::MemberConfig& member = options.members.emplace_back();
      member.set_municipality(kMunicipalities[m]);
      member.set_title(absl::StrCat("Gemeente ", m));
      member.set_oin(OinOf(m));
      member.add_public_keys(Signer(SeedOf(m)).public_key().Hex());
    }
    options.members[0].add_public_keys(Signer(SeedOf(6)).public_key().Hex());  // Of before, as in statement_test.cc.
    options.rules.measures["clients"].set_together("distinct");
    options.rules.measures["declared"].set_together("sum");
    options.rules.ceilings = ceilings_;
    region_.reset();
    auto region = Region::Open(std::move(options), *journal_, clock_);
    ASSERT_TRUE(region.ok()) << region.status();
    region_ = *std::move(region);
  }

  v1::Statement Said(size_t member) {
    v1::Statement statement;
    statement.set_edition(kEdition);
    statement.set_municipality(kMunicipalities[member]);
    statement.set_sequence(++sequence_);
    statement.set_id(StatementId(statement.municipality(), statement.sequence()));
    statement.mutable_made_time()->set_seconds(1'522'500'000);
    return statement;
  }
  v1::Statement Agreed(size_t member, int64_t version = 1, std::vector<std::string> audiences = {"regio"}) {
    v1::Statement statement = Said(member);
    v1::Agreement* agreement = statement.mutable_agreement();
    agreement->set_name(absl::StrCat("municipalities/", statement.municipality(), "/agreements/regio"));
    agreement->set_version(version);
    for (const std::string& audience : audiences) agreement->add_audiences(audience);
    agreement->set_start_date("2017-01-01");
    agreement->set_end_date("2030-01-01");
    v1::TableRule* rule = agreement->add_tables();
    rule->set_table("tabel");
    rule->add_measures("clients");
    rule->add_dimensions("ivn");
    rule->set_minimum_clients(10);
    for (const char* table : {"markt", "totalen"}) {
      rule = agreement->add_tables();
      rule->set_table(table);
      for (const char* measure : {"clients", "declared"}) rule->add_measures(measure);
      rule->add_dimensions("provider");
      rule->set_minimum_clients(10);
    }
    return statement;
  }
  v1::Statement Published(size_t member, const std::vector<std::vector<int64_t>>& cells,
                          const std::string& audience = "regio") {
    v1::Statement statement = Said(member);
    *statement.mutable_publication() =
        MakePublication(statement.municipality(), static_cast<int>(statement.sequence()), {kLevels}, kClients, cells);
    statement.mutable_publication()->set_audience(audience);
    return statement;
  }
  v1::Statement Market(size_t member, const std::vector<std::string>& providers,
                       const std::vector<std::vector<int64_t>>& cells) {
    v1::Statement statement = Said(member);
    *statement.mutable_publication() =
        MakePublication(statement.municipality(), static_cast<int>(statement.sequence()), {{"provider", providers}},
                        {{"clients", "count"}, {"declared", "cents"}}, cells);
    statement.mutable_publication()->set_table("markt");
    return statement;
  }
  // What the region tells the public, by two people.
  absl::StatusOr<v1::Release> ProposeForPublic(const std::string& by = "de-controller") {
    v1::ProposeReleaseRequest request;
    request.set_parent("municipalities/nmd");
    request.set_table("tabel");
    request.mutable_period()->set_start_date("2018-01-01");
    request.mutable_period()->set_end_date("2019-01-01");
    Caller caller = Person({type::CONTROLLER});
    caller.subject = by;
    return region_->ProposeRelease(caller, request);
  }
  absl::StatusOr<v1::Release> ApproveForPublic(const v1::Release& release, const std::string& by = "de-functionaris") {
    v1::ApproveReleaseRequest request;
    request.set_name(release.name());
    Caller caller = Person({type::PRIVACY_OFFICER});
    caller.subject = by;
    return region_->ApproveRelease(caller, request);
  }
  void ReleaseToPublic() {
    const auto proposed = ProposeForPublic();
    ASSERT_TRUE(proposed.ok()) << proposed.status();
    const auto approved = ApproveForPublic(*proposed);
    ASSERT_TRUE(approved.ok()) << approved.status();
  }
  absl::StatusOr<v1::RegionalTable> ReadByPublic() { return Table(absl::InfinitePast(), "", {type::PUBLIC}); }

  v1::Statement Withdrawn(size_t member, const std::string& publication) {
    v1::Statement statement = Said(member);
    statement.mutable_withdrawal()->set_publication(publication);
    statement.mutable_withdrawal()->set_reason("Een levering bleek dubbel.");
    return statement;
  }

  absl::StatusOr<v1::ReceiveStatementResponse> Deliver(const Caller& caller, const v1::SignedStatement& statement) {
    v1::ReceiveStatementRequest request;
    request.set_parent("municipalities/nmd");
    *request.mutable_statement() = statement;
    return region_->ReceiveStatement(caller, request);
  }
  absl::StatusOr<v1::ReceiveStatementResponse> Say(size_t member, const v1::Statement& statement) {
    return Deliver(CallerOf(member), Signer(SeedOf(member)).Sign(statement));
  }
  void Take(size_t member, const v1::Statement& statement) {
    const auto response = Say(member, statement);
    ASSERT_TRUE(response.ok()) << response.status();
  }
  std::string Refused(size_t member, const v1::Statement& statement) { return CauseOf(Say(member, statement).status()); }

  absl::StatusOr<v1::RegionalTable> Table(absl::Time known = absl::InfinitePast(), const std::string& audience = "",
                                          std::vector<type::Role> roles = {type::REGION}) {
    v1::GetRegionalTableRequest request;
    request.set_name("municipalities/nmd/tables/tabel");
    request.mutable_period()->set_start_date("2018-01-01");
    request.mutable_period()->set_end_date("2019-01-01");
    if (known != absl::InfinitePast()) request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(known));
    request.set_audience(audience);
    return region_->GetRegionalTable(Person(std::move(roles)), request);
  }
  std::vector<int> StatesOf(const v1::RegionalTable& table) {
    std::vector<int> states;
    for (const TableMember& member : table.members()) states.push_back(member.state());
    return states;
  }
  v1::ListStatementsResponse Statements(bool with_bytes = false) {
    v1::ListStatementsRequest request;
    request.set_with_bytes(with_bytes);
    return *region_->ListStatements(Person({type::OPERATOR}), request);
  }
  v1::Member MemberOf(int member) { return region_->ListMembers(Person({type::REGION}), {})->members(member); }

  FakeClock clock_{absl::FromUnixSeconds(1'767'225'600)};  // 2026-01-01.
  std::unique_ptr<Journal> journal_ = NewMemoryJournal();
  std::vector<internal::v1::RegionalCeiling> ceilings_;
  std::unique_ptr<Region> region_;
  int64_t sequence_ = 0;
};

const std::vector<std::vector<int64_t>> kShown = {{50}, {30}, {25}};
const std::vector<std::vector<int64_t>> kHidden = {{50}, {}, {}};

TEST_F(RegionTest, AnswersOfFourOfFiveR10F27) {
  for (size_t m = 0; m < 4; ++m) {
    Take(m, Agreed(m));
    Take(m, Published(m, kShown));
  }
  Take(4, Agreed(4));
  const auto table = Table();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->coverage(), "4 van 5 gemeenten");
  EXPECT_EQ(table->cells(0).values(0).count(), 200);
  EXPECT_THAT(StatesOf(*table), ElementsAre(TableMember::PUBLISHED, TableMember::PUBLISHED, TableMember::PUBLISHED,
                                            TableMember::PUBLISHED, TableMember::NOT_DELIVERED));
  EXPECT_EQ(table->title(), "Een tabel");
  EXPECT_EQ(region_->ListMembers(Person({type::REGION}), {})->coverage(), "4 van 5 gemeenten");
}

TEST_F(RegionTest, AStatementTwiceIsOneWithTheSameReceipt) {
  Take(0, Agreed(0));
  const v1::SignedStatement statement = Signer(SeedOf(0)).Sign(Published(0, kShown));
  const auto first = Deliver(CallerOf(0), statement);
  ASSERT_TRUE(first.ok()) << first.status();
  const int64_t written = journal_->LastSequence();
  clock_.Advance(absl::Hours(5));
  const auto again = Deliver(CallerOf(0), statement);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(first->statement_hash(), StatementHash(statement));
  EXPECT_EQ(journal_->LastSequence(), written);
  EXPECT_EQ(Table()->cells(0).values(0).count(), 50);
}

TEST_F(RegionTest, KeepsWhatWasSaidAsItWasSaidAndKnowsItAgainAfterARestart) {
  Take(0, Agreed(0));
  const v1::SignedStatement statement = Signer(SeedOf(0)).Sign(Published(0, kShown));
  ASSERT_TRUE(Deliver(CallerOf(0), statement).ok());
  EXPECT_EQ(Refused(0, Published(0, {{50}, {3}, {25}})), "schema");
  const std::string table = Table()->SerializeAsString(), statements = Statements().SerializeAsString();
  const std::string member = MemberOf(0).SerializeAsString();
  Restart();
  EXPECT_EQ(Table()->SerializeAsString(), table);
  EXPECT_EQ(Statements().SerializeAsString(), statements);
  EXPECT_EQ(MemberOf(0).SerializeAsString(), member);
  v1::ListStatementsRequest request;
  request.set_with_bytes(true);
  request.set_page_token(Statements(true).next_page_token());  // The newest one is the refused one, which has none.
  const auto second = region_->ListStatements(Person({type::OPERATOR}), request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->statements(0).signed_statement().SerializeAsString(), statement.SerializeAsString());
}

// Issue 8: tampered, replayed, unsigned, too-old and foreign-agreement publications are refused with a reason and logged.
TEST_F(RegionTest, RefusesWithAReasonAndKeepsThatItDid) {
  Take(0, Agreed(0));
  Take(1, Agreed(1));
  Take(0, Published(0, kShown));
  const std::string before = Table()->SerializeAsString();
  const auto edited = [&](const std::function<void(v1::Statement*)>& edit) {
    v1::Statement statement = Published(0, kShown);
    edit(&statement);
    return statement;
  };
  const auto publication = [&](const std::function<void(v1::Publication*)>& edit) {
    return edited([&](v1::Statement* statement) { edit(statement->mutable_publication()); });
  };
  struct Case {
    const char* cause;
    std::function<absl::Status()> deliver;
  };
  const std::vector<Case> cases = {
      {"signature_wrong",  // Tampered: one bit of a signed statement.
       [&] {
         v1::SignedStatement statement = Signer(SeedOf(0)).Sign(Published(0, kShown));
         statement.mutable_statement()->back() = static_cast<char>(statement.statement().back() ^ 1);
         return Deliver(CallerOf(0), statement).status();
       }},
      {"unsigned",
       [&] {
         v1::SignedStatement statement = Signer(SeedOf(0)).Sign(Published(0, kShown));
         statement.clear_signature();
         return Deliver(CallerOf(0), statement).status();
       }},
      {"key_unknown", [&] { return Deliver(CallerOf(0), Signer(SeedOf(1)).Sign(Published(0, kShown))).status(); }},
      {"member_foreign",  // A member says something for another, with its own key.
       [&] { return Deliver(CallerOf(1), Signer(SeedOf(1)).Sign(Published(0, kShown))).status(); }},
      {"edition_old", [&] { return Say(0, edited([](auto* s) { s->set_edition(0); })).status(); }},
      {"replayed",  // The id of before, for something else.
       [&] { return Say(0, edited([](auto* s) { s->set_id(StatementId("gm1730", 1)); })).status(); }},
      {"replayed", [&] { return Say(0, edited([](auto* s) { s->set_sequence(1); })).status(); }},
      {"agreement_unknown",
       [&] { return Say(0, publication([](auto* p) { p->set_agreement("municipalities/gm1730/agreements/x"); })).status(); }},
      {"agreement_unknown", [&] { return Say(0, publication([](auto* p) { p->set_agreement_version(2); })).status(); }},
      {"agreement_unknown",  // A foreign agreement: that of another member.
       [&] {
         return Say(0, publication([](auto* p) { p->set_agreement("municipalities/gm0106/agreements/regio"); })).status();
       }},
      {"audience", [&] { return Say(0, publication([](auto* p) { p->set_audience("openbaar"); })).status(); }},
      {"table", [&] { return Say(0, publication([](auto* p) { p->set_table("andere"); })).status(); }},
      {"schema",
       [&] { return Say(0, publication([](auto* p) { p->mutable_dimensions(0)->set_dimension("wijk"); })).status(); }},
      {"schema",
       [&] { return Say(0, publication([](auto* p) { p->mutable_measures(0)->set_measure("provisions"); })).status(); }},
      {"schema", [&] { return Say(0, publication([](auto* p) { p->mutable_cells()->RemoveLast(); })).status(); }},
      {"schema", [&] { return Say(0, publication([](auto* p) { p->mutable_cells(1)->set_codes(0, 2); })).status(); }},
      {"schema",
       [&] { return Say(0, publication([](auto* p) { p->mutable_cells(1)->mutable_values(0)->set_count(3); })).status(); }},
      {"schema",  // More in a part than in the total.
       [&] { return Say(0, publication([](auto* p) { p->mutable_cells(1)->mutable_values(0)->set_count(51); })).status(); }},
      {"schema",  // More in the total than in the parts.
       [&] { return Say(0, publication([](auto* p) { p->mutable_cells(0)->mutable_values(0)->set_count(56); })).status(); }},
      {"schema",
       [&] {
         return Say(0, publication([](auto* p) { p->mutable_cells(1)->set_state(v1::PublishedCell::HIDDEN); })).status();
       }},
      {"schema",
       [&] { return Say(0, publication([](auto* p) { p->mutable_period()->set_end_date("2018-12-31"); })).status(); }},
      {"schema", [&] { return Say(0, publication([](auto* p) { p->set_publication("gm0106-2018-1"); })).status(); }},
      {"schema", [&] { return Say(0, publication([](auto* p) { p->set_rounded_to(5); })).status(); }},
      {"order", [&] { return Say(0, Agreed(0)).status(); }},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    const size_t known = static_cast<size_t>(Statements().statements_size());
    EXPECT_EQ(CauseOf(cases[i].deliver()), cases[i].cause) << "case " << i;
    const v1::ListStatementsResponse statements = Statements();
    ASSERT_EQ(static_cast<size_t>(statements.statements_size()), known + 1) << "case " << i;
    EXPECT_EQ(statements.statements(0).refusal(), cases[i].cause);
    EXPECT_FALSE(statements.statements(0).refusal_text().empty());
    EXPECT_EQ(Table()->SerializeAsString(), before) << "case " << i;
  }
  EXPECT_EQ(MemberOf(0).refused_count() + MemberOf(1).refused_count(), static_cast<int64_t>(cases.size()));
  EXPECT_EQ(MemberOf(0).last_refusal(), "order");
}

TEST_F(RegionTest, TakesInhabitantsOfAnAgeNobodyWasCountedIn) {
  v1::Statement agreed = Agreed(0);
  agreed.mutable_agreement()->mutable_tables(0)->add_measures("population");
  Take(0, agreed);
  v1::Statement statement = Said(0);
  *statement.mutable_publication() = MakePublication("gm1730", 9, {kLevels}, {{"clients", "count"}, {"population", "count"}},
                                                     {{50, 3000}, {50, 2000}, {0, 1000}});
  statement.mutable_publication()->mutable_cells(2)->set_state(v1::PublishedCell::ZERO);
  Take(0, statement);
  EXPECT_EQ(Table()->cells(2).values(1).members(0).count(), 1000);
  // A zero in which somebody was counted is none.
  statement = Published(0, kShown);
  statement.mutable_publication()->mutable_cells(1)->set_state(v1::PublishedCell::ZERO);
  *statement.mutable_publication()->add_measures() = statement.publication().measures(0);
  statement.mutable_publication()->mutable_measures(1)->set_measure("population");
  for (auto& cell : *statement.mutable_publication()->mutable_cells()) *cell.add_values() = cell.values(0);
  EXPECT_EQ(Refused(0, statement), "schema");
}

TEST_F(RegionTest, WhoIsNoMemberIsRefusedAndFillsNoJournal) {
  Caller stranger = CallerOf(0);
  stranger.subject = "oin:00000009999999999999";
  const int64_t before = journal_->LastSequence();
  EXPECT_EQ(CauseOf(Deliver(stranger, Signer(SeedOf(0)).Sign(Agreed(0))).status()), "member_foreign");
  EXPECT_EQ(journal_->LastSequence(), before);
}

TEST_F(RegionTest, TheSameRefusalInARowIsKeptOnce) {
  const v1::SignedStatement statement = Signer(SeedOf(0)).Sign(Published(0, kShown));
  EXPECT_EQ(CauseOf(Deliver(CallerOf(0), statement).status()), "agreement_unknown");
  const int64_t written = journal_->LastSequence();
  EXPECT_EQ(CauseOf(Deliver(CallerOf(0), statement).status()), "agreement_unknown");
  EXPECT_EQ(journal_->LastSequence(), written);
  // And once the cause is gone the same bytes are taken.
  Take(0, Agreed(0));
  EXPECT_TRUE(Deliver(CallerOf(0), statement).ok());
}

TEST_F(RegionTest, AMemberWhoseClockDiffersStillPublishes) {
  Take(0, Agreed(0));
  for (const int64_t seconds : {int64_t{0}, int64_t{4'000'000'000}}) {
    v1::Statement statement = Published(0, kShown);
    statement.mutable_made_time()->set_seconds(seconds);
    Take(0, statement);
  }
  EXPECT_EQ(Table()->members(0).age_days(), 0);
}

TEST_F(RegionTest, AnAgreementHoldsByTheCalendarGiveOrTakeADay) {
  Take(0, Agreed(0));
  clock_.Set(absl::FromUnixSeconds(1'893'456'000));  // 2030-01-01 00:00 UTC: it ended today.
  Take(0, Published(0, kShown));
  clock_.Advance(absl::Hours(48));
  EXPECT_EQ(Refused(0, Published(0, kShown)), "agreement_ended");
}

TEST_F(RegionTest, AMemberWithANewerReleaseStillPublishes) {
  Take(0, Agreed(0));
  v1::Statement newer = Published(0, kShown);
  newer.set_edition(kEdition + 1);
  newer.GetReflection()->MutableUnknownFields(&newer)->AddVarint(1000, 7);
  newer.mutable_publication()
      ->GetReflection()
      ->MutableUnknownFields(newer.mutable_publication())
      ->AddLengthDelimited(1001, "nieuw");
  const v1::SignedStatement statement = Signer(SeedOf(0)).Sign(newer);
  ASSERT_TRUE(Deliver(CallerOf(0), statement).ok());
  EXPECT_EQ(Table()->cells(0).values(0).count(), 50);
  EXPECT_EQ(Statements(true).statements(0).signed_statement().statement(), statement.statement());
  // What kind of statement it is may be new as well: it is kept, and changes nothing.
  v1::Statement unknown = Said(0);
  unknown.set_edition(kEdition + 1);
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddLengthDelimited(1002, "iets");
  Take(0, unknown);
  EXPECT_EQ(Table()->cells(0).values(0).count(), 50);
  EXPECT_EQ(MemberOf(0).statement_count(), 3);
}

// The wire format of edition 1 as it was released (statement_test.cc): bytes of then are taken for ever, also with a key of
// then.
TEST_F(RegionTest, TakesWhatEditionOneWrote) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(absl::StrCat(source == nullptr ? "." : source, "/tests/golden/statement_edition_1.hex"));
  std::string hex((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  absl::StripAsciiWhitespace(&hex);
  v1::SignedStatement golden;
  ASSERT_TRUE(golden.ParseFromString(absl::HexStringToBytes(hex)));
  v1::Statement agreed = Agreed(0, 2);
  agreed.mutable_agreement()->set_name("municipalities/gm1730/agreements/regio-jeugdhulp");
  agreed.mutable_agreement()->mutable_tables(0)->set_table("clienten-wijk");
  agreed.mutable_agreement()->mutable_tables(0)->set_dimensions(0, "wijk");
  Take(0, agreed);
  const auto response = Deliver(CallerOf(0), golden);
  ASSERT_TRUE(response.ok()) << response.status();
  v1::GetRegionalTableRequest request;
  request.set_name("municipalities/nmd/tables/clienten-wijk");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-02-01");
  const auto table = region_->GetRegionalTable(Person({type::REGION}), request);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->cells(0).values(0).count(), 31);
  EXPECT_EQ(table->cells(1).values(0).upper(), 31);
}

TEST_F(RegionTest, AWithdrawalLeavesItsReasonVisible) {
  for (size_t m = 0; m < 2; ++m) {
    Take(m, Agreed(m));
    Take(m, Published(m, kShown));
  }
  const absl::Time before = clock_.Now();
  clock_.Advance(absl::Hours(50));
  Take(1, Withdrawn(1, Table()->members(1).publication()));
  const auto table = Table();
  EXPECT_EQ(table->coverage(), "1 van 5 gemeenten");
  EXPECT_EQ(table->members(1).state(), TableMember::WITHDRAWN);
  EXPECT_EQ(table->members(1).reason(), "Een levering bleek dubbel.");
  EXPECT_EQ(table->cells(0).values(0).count(), 50);
  EXPECT_EQ(table->members(0).age_days(), 2);
  // As known before it was taken back, it was there.
  EXPECT_EQ(Table(before)->cells(0).values(0).count(), 100);
  // And a new one takes its place.
  Take(1, Published(1, {{60}, {40}, {25}}));
  EXPECT_EQ(Table()->cells(0).values(0).count(), 110);
}

TEST_F(RegionTest, TellsHowLongAMemberIsSilent) {
  EXPECT_EQ(region_->Unheard(), 5);
  EXPECT_EQ(region_->LongestSilence(), absl::ZeroDuration());
  Take(0, Agreed(0));
  clock_.Advance(absl::Hours(50));
  Take(1, Agreed(1));
  EXPECT_EQ(region_->Unheard(), 3);
  EXPECT_EQ(region_->LongestSilence(), absl::Hours(50));
  Take(0, Published(0, kShown));
  EXPECT_EQ(region_->LongestSilence(), absl::ZeroDuration());
}

TEST_F(RegionTest, TheNewestBySequenceCountsWhateverCameLast) {
  Take(0, Agreed(0));
  const v1::Statement older = Published(0, kShown), newer = Published(0, {{60}, {40}, {25}});
  Take(0, newer);
  EXPECT_EQ(Refused(0, older), "order");
  EXPECT_EQ(Table()->cells(0).values(0).count(), 60);
}

TEST_F(RegionTest, AnEndedAgreementTakesNothingMore) {
  Take(0, Agreed(0));
  Take(0, Published(0, kShown));
  v1::Statement end = Agreed(0);
  end.mutable_agreement()->set_ended_reason("De raad besloot anders.");
  Take(0, end);
  EXPECT_EQ(Refused(0, Published(0, kShown)), "agreement_ended");
  EXPECT_EQ(Table()->members(0).state(), TableMember::PUBLISHED) << "what was shared stays until it is withdrawn";
  EXPECT_EQ(MemberOf(0).agreement_count(), 0);
  Take(0, Agreed(0, 2));
  EXPECT_EQ(Refused(0, Published(0, kShown)), "agreement_ended") << "version 1 does not come back";
}

TEST_F(RegionTest, ThePublicGetsWhatWasPublishedToThePublicOnly) {
  for (size_t m = 0; m < 3; ++m)
    Take(m, Agreed(m, 1, m == 2 ? std::vector<std::string>{"regio"} : std::vector<std::string>{"regio", "openbaar"}));
  Take(0, Published(0, kShown, "openbaar"));
  Take(1, Published(1, kHidden, "openbaar"));
  Take(2, Published(2, kShown));
  EXPECT_EQ(Table()->coverage(), "3 van 5 gemeenten");
  EXPECT_EQ(ReadByPublic().status().code(), absl::StatusCode::kNotFound) << "nobody released it";
  ReleaseToPublic();
  const auto open = ReadByPublic();
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->audience(), "openbaar");
  EXPECT_EQ(open->coverage(), "2 van 5 gemeenten");
  EXPECT_EQ(open->cells(0).values(0).count(), 100);
  EXPECT_EQ(open->cells(1).values(0).state(), Figure::SUPPRESSED);
  EXPECT_THAT(open->proof(), HasSubstr("Bewezen"));
  EXPECT_EQ(open->members(2).state(), TableMember::NOT_AGREED);
  // What is for the region is not for the public to ask.
  EXPECT_EQ(Table(absl::InfinitePast(), "regio", {type::PUBLIC}).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Table(absl::InfinitePast(), "anders").status().code(), absl::StatusCode::kInvalidArgument);
  // A municipality that changes its mind: nothing of it is told any more by the region.
  Take(0, Agreed(0, 2, {"regio"}));
  const absl::Status gone = Table(absl::InfinitePast(), "openbaar").status();
  EXPECT_EQ(ReasonOf(gone), ErrorReason::PUBLICATION_WITHDRAWN);
  EXPECT_THAT(std::string(gone.message()), HasSubstr("Gemeente 0: de afspraak"));
  v1::ListRegionalTablesRequest request;
  EXPECT_EQ(region_->ListRegionalTables(Person({type::PUBLIC}), request)->tables_size(), 0);
  ReleaseToPublic();
  EXPECT_EQ(ReadByPublic()->members(0).state(), TableMember::NOT_AGREED);
  const auto tables = region_->ListRegionalTables(Person({type::PUBLIC}), request);
  ASSERT_EQ(tables->tables_size(), 1);
  EXPECT_EQ(tables->tables(0).periods(0).member_count(), 1);
  EXPECT_EQ(tables->tables(0).periods(0).of_count(), 5);
}

TEST_F(RegionTest, ATableForThePublicTakesTwoPeopleAndIsWhatTheyApproved) {
  for (size_t m = 0; m < 2; ++m) Take(m, Agreed(m, 1, {"regio", "openbaar"}));
  EXPECT_EQ(ProposeForPublic().status().code(), absl::StatusCode::kNotFound) << "no member published it";
  Take(0, Published(0, kShown, "openbaar"));
  const auto proposed = ProposeForPublic();
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(proposed->name(), ::testing::MatchesRegex("municipalities/nmd/releases/nmd-20[0-9][0-9]-0001"));
  EXPECT_EQ(proposed->state(), v1::Release::PROPOSED);
  EXPECT_EQ(proposed->coverage(), "1 van 5 gemeenten");
  EXPECT_THAT(proposed->proof(), HasSubstr("Bewezen"));
  EXPECT_EQ(ProposeForPublic("een-ander")->name(), proposed->name()) << "the same table is the same release";
  EXPECT_EQ(ReadByPublic().status().code(), absl::StatusCode::kNotFound) << "one person is not enough";
  EXPECT_THAT(region_->OpenDatasets(), ::testing::IsEmpty());
  EXPECT_EQ(ReasonOf(ApproveForPublic(*proposed, "de-controller").status()), ErrorReason::FOUR_EYES);
  v1::GetReleaseRequest get;
  get.set_name(proposed->name());
  EXPECT_EQ(region_->GetRelease(Person({type::CLERK}), get)->publication().cells_size(), 18)
      << "what is decided about can be read";

  // A member publishes in between: what was proposed is not what would be told.
  Take(1, Published(1, kShown, "openbaar"));
  EXPECT_EQ(ReasonOf(ApproveForPublic(*proposed).status()), ErrorReason::RELEASE_OUTDATED);
  const auto again = ProposeForPublic();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(again->name(), proposed->name());
  const auto approved = ApproveForPublic(*again);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->proposed_by(), "de-controller");
  EXPECT_EQ(approved->decided_by(), "de-functionaris");
  EXPECT_EQ(ReasonOf(ApproveForPublic(*again).status()), ErrorReason::PROPOSAL_CLOSED);
  EXPECT_EQ(ReadByPublic()->coverage(), "2 van 5 gemeenten");
  EXPECT_EQ(ProposeForPublic()->name(), again->name()) << "it is out already";

  // What a member publishes later is for the public once it is approved.
  Take(1, Published(1, kHidden, "openbaar"));
  EXPECT_EQ(ReadByPublic()->cells(1).values(0).state(), Figure::ANSWERED);
  const auto newer = ProposeForPublic();
  EXPECT_EQ(newer->replaces(), again->name().substr(again->name().rfind('/') + 1));
  v1::RefuseReleaseRequest refusal;
  refusal.set_name(newer->name());
  EXPECT_EQ(ReasonOf(region_->RefuseRelease(Person({type::CONTROLLER}), refusal).status()), ErrorReason::FIELDS_INVALID);
  refusal.set_reason("Eerst navragen.");
  EXPECT_EQ(region_->RefuseRelease(Person({type::CONTROLLER}), refusal)->state(), v1::Release::REFUSED);
  ReleaseToPublic();
  EXPECT_EQ(ReadByPublic()->cells(1).values(0).state(), Figure::SUPPRESSED);

  // Taken back by one person, with a reason, also after a restart.
  v1::ListReleasesRequest list;
  list.set_state(v1::Release::RELEASED);
  const auto released = region_->ListReleases(Person({type::CLERK}), list);
  ASSERT_EQ(released->releases_size(), 2);
  v1::WithdrawReleaseRequest withdrawal;
  withdrawal.set_name(released->releases(0).name());
  EXPECT_EQ(ReasonOf(region_->WithdrawRelease(Person({type::CONTROLLER}), withdrawal).status()), ErrorReason::FIELDS_INVALID);
  withdrawal.set_reason("Een gemeente telde dubbel.");
  ASSERT_TRUE(region_->WithdrawRelease(Person({type::CONTROLLER}), withdrawal).ok());
  Restart();
  const absl::Status gone = ReadByPublic().status();
  EXPECT_EQ(ReasonOf(gone), ErrorReason::PUBLICATION_WITHDRAWN) << "what it replaced does not hold again";
  EXPECT_EQ(gone.message(), "Een gemeente telde dubbel.");
  ASSERT_EQ(region_->OpenDatasets().size(), 1u);
  EXPECT_EQ(region_->OpenDatasets()[0].reason(), "Een gemeente telde dubbel.");
  EXPECT_FALSE(region_
                   ->GetRelease(Person({type::CLERK}),
                                [&] {
                                  v1::GetReleaseRequest of;
                                  of.set_name(withdrawal.name());
                                  return of;
                                }())
                   ->has_publication());
}

TEST_F(RegionTest, HasNoTableNobodyPublished) {
  EXPECT_EQ(Table().status().code(), absl::StatusCode::kNotFound);
  Take(0, Agreed(0));
  Take(0, Published(0, kShown));
  EXPECT_EQ(Table(absl::InfinitePast(), "openbaar").status().code(), absl::StatusCode::kNotFound);
  v1::GetRegionalTableRequest request;
  request.set_name("municipalities/nmd/tables/tabel");
  EXPECT_EQ(region_->GetRegionalTable(Person({type::REGION}), request).status().code(), absl::StatusCode::kInvalidArgument);
  request.mutable_period()->set_start_date("2017-01-01");
  request.mutable_period()->set_end_date("2018-01-01");
  const auto none = region_->GetRegionalTable(Person({type::REGION}), request);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->coverage(), "0 van 5 gemeenten");
  EXPECT_EQ(none->cells_size(), 0);
}

TEST_F(RegionTest, RoundedTablesAreTakenAsAgreedAndForAsUncertainAsTheySay) {
  for (size_t m = 0; m < 5; ++m) {
    v1::Statement agreed = Agreed(m);
    agreed.mutable_agreement()->mutable_tables(1)->set_round_counts_to(10);
    agreed.mutable_agreement()->mutable_tables(1)->set_round_amounts_to(100);
    Take(m, agreed);
  }
  const auto rounded = [&](size_t m, int64_t first) {
    v1::Statement statement = Market(m, {"41000001", "41000002"}, {{first + 30, 1000}, {first, 700}, {30, 300}});
    for (v1::PublishedMeasure& measure : *statement.mutable_publication()->mutable_measures()) {
      measure.set_rounded_to(measure.unit() == "cents" ? 100 : 10);
      measure.set_uncertainty(measure.rounded_to() - 1);
    }
    return statement;
  };
  EXPECT_EQ(Refused(0, Market(0, {"41000001", "41000002"}, {{40, 1000}, {10, 700}, {30, 300}})), "schema")
      << "agreed to be rounded";
  EXPECT_EQ(Refused(0, rounded(0, 11)), "schema") << "no multiple of ten";
  v1::Statement certain = rounded(0, 10);
  certain.mutable_publication()->mutable_measures(0)->set_uncertainty(0);
  EXPECT_EQ(Refused(0, certain), "schema") << "more certain than it can be";
  for (size_t m = 0; m < 5; ++m) Take(m, rounded(m, 10));
  v1::GetRegionalTableRequest table;
  table.set_name("municipalities/nmd/tables/markt");
  table.mutable_period()->set_start_date("2018-01-01");
  table.mutable_period()->set_end_date("2019-01-01");
  const auto together = region_->GetRegionalTable(Person({type::REGION}), table);
  ASSERT_TRUE(together.ok()) << together.status();
  const v1::RegionalValue& clients = together->cells(1).values(0);
  EXPECT_EQ(clients.count(), 50);
  EXPECT_EQ(clients.lower(), 5) << "five times 10 ± 9";
  EXPECT_EQ(clients.upper(), 95);
  v1::AssessMarketRequest market;
  market.set_table("markt");
  *market.mutable_period() = table.period();
  const auto assessed = region_->AssessMarket(Person({type::CONTRACT_MANAGER}), market);
  ASSERT_TRUE(assessed.ok()) << assessed.status();
  EXPECT_EQ(assessed->total().amount_cents(), 5000);
  EXPECT_EQ(assessed->total().lower(), 5000 - 5 * 99);
  EXPECT_EQ(assessed->hhi().state_reason(), "TOTAL_UNKNOWN") << "shares of what is told are not shares of what is so";
  EXPECT_EQ(PublicationOfRegion(*together).measures(0).uncertainty(), 45) << "of five together";
}

TEST_F(RegionTest, SharesOfTheMarketHaveBoundsWhereAMemberDidNotShare) {
  v1::AssessMarketRequest request;
  request.set_table("markt");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2019-01-01");
  for (size_t m = 0; m < 5; ++m) Take(m, Agreed(m));
  for (size_t m = 0; m < 4; ++m) {
    Take(m, Market(m, {"41000001", "41000002"}, {{40, 1000}, {30, 700}, {20, 300}}));
  }
  // Four of five: nobody knows what the fifth spent.
  auto market = region_->AssessMarket(Person({type::CONTRACT_MANAGER}), request);
  ASSERT_TRUE(market.ok()) << market.status();
  EXPECT_EQ(market->coverage(), "4 van 5 gemeenten");
  EXPECT_EQ(market->hhi().state_reason(), "TOTAL_UNKNOWN");
  EXPECT_EQ(market->total().lower(), 4000);
  EXPECT_EQ(market->providers(0).amount().amount_cents(), 2800);
  // Its total stands in another table: shares have bounds, as it may have spent all of it at any provider, or at one of its
  // own.
  v1::Statement totals = Market(4, {}, {{40, 1000}});
  totals.mutable_publication()->set_table("totalen");
  Take(4, totals);
  market = region_->AssessMarket(Person({type::CONTRACT_MANAGER}), request);
  EXPECT_EQ(market->total().amount_cents(), 5000);
  EXPECT_EQ(market->unallocated_cents(), 1000);
  EXPECT_NEAR(market->hhi().lower(), 56.0 * 56 + 24 * 24, 1e-6);
  EXPECT_NEAR(market->hhi().upper(), 76.0 * 76 + 24 * 24, 1e-6);
  EXPECT_EQ(market->providers(0).amount().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(market->providers(0).amount().lower(), 2800);
  EXPECT_EQ(market->providers(0).amount().upper(), 3800);
  // The fifth hides by provider and shows its total.
  Take(4, Market(4, {"41000001", "41000003", "41000004"}, {{40, 1000}, {}, {}, {12, 400}}));
  market = region_->AssessMarket(Person({type::CONTRACT_MANAGER}), request);
  EXPECT_EQ(market->total().amount_cents(), 5000);
  EXPECT_EQ(market->unallocated_cents(), 600);
  EXPECT_EQ(market->hhi().state(), Figure::SUPPRESSED);
  // Least: the 600 go to 41000003, the smallest. Most: to 41000001.
  EXPECT_NEAR(market->hhi().lower(), 56.0 * 56 + 24 * 24 + 12 * 12 + 8 * 8, 1e-3);
  EXPECT_NEAR(market->hhi().upper(), 68.0 * 68 + 24 * 24 + 8 * 8, 1e-6);
  EXPECT_EQ(market->providers(0).provider(), "41000001");
  EXPECT_NEAR(market->providers(0).share().lower(), 0.56, 1e-9);
  EXPECT_NEAR(market->providers(0).share().upper(), 0.68, 1e-9);
  EXPECT_EQ(market->largest5_share().ratio(), 1);
}

TEST_F(RegionTest, CeilingsArePassedOnlyWhenThatIsSure) {
  internal::v1::RegionalCeiling ceiling;
  ceiling.set_ceiling("plafond");
  ceiling.set_title("Plafond van een aanbieder");
  ceiling.set_table("markt");
  ceiling.set_measure("declared");
  ceiling.set_start_date("2018-01-01");
  ceiling.set_end_date("2019-01-01");
  (*ceiling.mutable_where())["provider"] = "41000001";
  ceiling.set_ceiling_cents(3000);
  ceilings_ = {ceiling};
  Restart();
  const auto state = [&] { return region_->ListRegionalCeilings(Person({type::CONTRACT_MANAGER}), {})->ceilings(0); };
  EXPECT_EQ(state().state(), v1::RegionalCeilingState::UNKNOWN);
  EXPECT_EQ(state().coverage(), "0 van 5 gemeenten");
  for (size_t m = 0; m < 5; ++m) Take(m, Agreed(m));
  for (size_t m = 0; m < 4; ++m) Take(m, Market(m, {"41000001"}, {{40, 700}, {40, 700}}));
  EXPECT_EQ(state().state(), v1::RegionalCeilingState::UNKNOWN) << "the fifth may have used the last 200";
  EXPECT_EQ(state().used().lower(), 2800);
  EXPECT_FALSE(state().used().has_upper());
  Take(4, Market(4, {"41000001"}, {{40, 700}, {40, 700}}));
  EXPECT_EQ(state().state(), v1::RegionalCeilingState::PASSED);
  EXPECT_NEAR(state().used_share().ratio(), 3500.0 / 3000, 1e-12);
  Take(4, Market(4, {"41000001"}, {{40, 100}, {40, 100}}));
  EXPECT_EQ(state().state(), v1::RegionalCeilingState::BELOW);
}

TEST_F(RegionTest, ComparesOnlyWhatTheTableHas) {
  Take(0, Agreed(0));
  Take(0, Published(0, kShown));
  v1::CompareMembersRequest request;
  request.set_table("tabel");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2019-01-01");
  EXPECT_EQ(ReasonOf(region_->CompareMembers(Person({type::REGION}), request).status()), ErrorReason::MEASURE_UNKNOWN);
}

TEST(RegionFile, SaysEveryFaultAtOnce) {
  internal::v1::RegionFile file;
  file.add_measures()->set_together("mean");
  file.add_measures()->set_measure("x");
  file.mutable_measures(1)->set_together("ratio");
  file.add_ceilings();
  const absl::Status status = CheckRegionFile(file).status();
  EXPECT_EQ(ReasonOf(status), ErrorReason::FIELDS_INVALID);
  EXPECT_GE(BadFieldsOf(status).size(), 10u);
  internal::v1::RegionFile good;
  good.add_measures()->set_measure("clients");
  good.mutable_measures(0)->set_together("distinct");
  EXPECT_TRUE(CheckRegionFile(good).ok());
}

TEST(RegionOpen, RefusesMembersWithoutAKeyOrTwice) {
  const auto journal = NewMemoryJournal();
  const FakeClock clock(absl::UnixEpoch());
  Region::Options options;
  options.members.emplace_back().set_municipality("gm1730");
  options.members.back().set_oin("00000001001730000000");
  EXPECT_EQ(Region::Open(options, *journal, clock).status().code(), absl::StatusCode::kFailedPrecondition);
  options.members[0].add_public_keys("geen sleutel");
  EXPECT_EQ(Region::Open(options, *journal, clock).status().code(), absl::StatusCode::kFailedPrecondition);
  options.members[0].set_public_keys(0, Signer(SeedOf(0)).public_key().Hex());
  EXPECT_TRUE(Region::Open(options, *journal, clock).ok());
  options.members.push_back(options.members[0]);
  EXPECT_EQ(Region::Open(options, *journal, clock).status().code(), absl::StatusCode::kFailedPrecondition);
}

// Open data of the region: what members released to the public, and nothing of what they shared with the region only.
TEST_F(RegionTest, HasForEverybodyWhatMembersReleasedToThePublic) {
  for (size_t m = 0; m < 2; ++m) {
    ASSERT_TRUE(Say(m, Agreed(m, 1, {"regio", "openbaar"})).ok());
    ASSERT_TRUE(Say(m, Published(m, {{100}, {60}, {40}})).ok());
  }
  EXPECT_THAT(region_->OpenDatasets(), ::testing::IsEmpty()) << "shared with the region only";
  const std::string name = "municipalities/nmd/datasets/tabel_2018-01-01_2019-01-01";
  EXPECT_EQ(ReasonOf(region_->FindOpenDataset(name).status()), ErrorReason::RESOURCE_NOT_FOUND);

  const v1::Statement open = Published(0, {{90}, {50}, {40}}, "openbaar");
  ASSERT_TRUE(Say(0, open).ok());
  EXPECT_THAT(region_->OpenDatasets(), ::testing::IsEmpty()) << "the region did not release it";
  ReleaseToPublic();
  ASSERT_EQ(region_->OpenDatasets().size(), 1u);
  EXPECT_EQ(region_->OpenDatasets()[0].name(), name);
  const auto dataset = region_->FindOpenDataset(name);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(dataset->state(), v1::Dataset::CURRENT);
  EXPECT_EQ(dataset->coverage(), "1 van 5 gemeenten");
  const v1::Publication& publication = dataset->publication();
  EXPECT_EQ(publication.dimensions(0).dimension(), "municipality");
  EXPECT_EQ(publication.dimensions(0).codes_size(), 6);
  ASSERT_EQ(publication.cells_size(), 18);
  EXPECT_EQ(publication.cells(0).values(0).count(), 90) << "the region, of the one that released it";
  EXPECT_EQ(publication.cells(3).values(0).count(), 90);
  EXPECT_EQ(publication.cells(6).values(0).missing(), "NOT_PUBLISHED") << "what the other shared stays with the region";

  v1::Statement withdrawal = Said(0);
  withdrawal.mutable_withdrawal()->set_publication(open.publication().publication());
  withdrawal.mutable_withdrawal()->set_reason("Dubbel geteld.");
  ASSERT_TRUE(Say(0, withdrawal).ok());
  const auto gone = region_->FindOpenDataset(name);
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_EQ(gone->state(), v1::Dataset::WITHDRAWN);
  EXPECT_EQ(gone->reason(), "Gemeente 0: Dubbel geteld.");
  EXPECT_EQ(gone->title(), "Een tabel");
  EXPECT_FALSE(gone->has_publication());
}

TEST_F(RegionTest, OpenDataShowsOfHiddenCellsOnlyThatTheyAre) {
  for (size_t m = 0; m < 2; ++m) ASSERT_TRUE(Say(m, Agreed(m, 1, {"openbaar"})).ok());
  ASSERT_TRUE(Say(0, Published(0, {{100}, {}, {}}, "openbaar")).ok());
  ASSERT_TRUE(Say(1, Published(1, {{200}, {120}, {80}}, "openbaar")).ok());
  ReleaseToPublic();
  const auto dataset = region_->FindOpenDataset("municipalities/nmd/datasets/tabel_2018-01-01_2019-01-01");
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  for (const v1::PublishedCell& cell : dataset->publication().cells()) {
    const bool hides = cell.codes(1) != 0 && (cell.codes(0) == 0 || cell.codes(0) == 1);
    EXPECT_EQ(cell.state() == v1::PublishedCell::HIDDEN, hides) << cell.ShortDebugString();
    EXPECT_EQ(cell.values_size() == 0, hides);
  }
}

}  // namespace
}  // namespace nmd::publication
