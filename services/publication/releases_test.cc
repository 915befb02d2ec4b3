// SPDX-License-Identifier: EUPL-1.2
// The life of a publication: agreed, proposed, approved by somebody else, sent until it is received, withdrawn.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/publication/draft.h"
#include "services/publication/publication_state.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::AgreementVersion;
using v1::PublishedCell;
using v1::Release;

class ReleasesTest : public PublicationFixture {
 protected:
  ReleasesTest() { Agree(agreement_); }

  // A month in which nobody is rare, with `few` clients in Eelde, level 5.
  void AddMonth(const std::string& month, int few = 30, int first = 0) {
    Add(first + 1, few, "Eelde", "5", month);
    Add(first + 101, 31, "Eelde", "6", month);
    Add(first + 201, 32, "Vries", "5", month);
    Add(first + 301, 33, "Vries", "6", month);
  }
  Release Released(const type::Period& period) {
    const auto proposed = Propose(agreement_, period);
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    const auto released = Approve(*proposed);
    EXPECT_TRUE(released.ok()) << released.status();
    return released.ok() ? *Get(*released) : Release();
  }
  // "-" when hidden, else the number of clients.
  static std::string ClientsIn(const v1::Publication& publication, const std::string& wijk, const std::string& ivn) {
    for (const PublishedCell& cell : publication.cells()) {
      if (publication.dimensions(0).codes(cell.codes(0)).value() != wijk) continue;
      if (publication.dimensions(1).codes(cell.codes(1)).value() != ivn) continue;
      return cell.state() == PublishedCell::HIDDEN ? "-" : absl::StrCat(cell.values(0).count());
    }
    return "?";
  }
  static int HiddenIn(const v1::Publication& publication) {
    return static_cast<int>(std::count_if(publication.cells().begin(), publication.cells().end(),
                                          [](const PublishedCell& cell) { return cell.state() == PublishedCell::HIDDEN; }));
  }
  // Everything the state tells, to compare with what a replay makes of it.
  std::string Whole() {
    std::string text;
    v1::ListReleasesRequest releases;
    releases.set_parent("municipalities/gm1730");
    text += publication_->ListReleases(Officer(), releases)->SerializeAsString();
    v1::ListAgreementVersionsRequest versions;
    versions.set_parent("municipalities/gm1730/agreements/-");
    text += publication_->ListAgreementVersions(Officer(), versions)->SerializeAsString();
    const auto listed = publication_->ListReleases(Officer(), releases);
    for (const Release& release : listed->releases()) {
      text += Get(release)->SerializeAsString();
    }
    return text;
  }

  const v1::Agreement agreement_ = TestAgreement();
  const type::Period january_ = PeriodOf("2018-01", "2018-02"), february_ = PeriodOf("2018-02", "2018-03"),
                     march_ = PeriodOf("2018-03", "2018-04"), quarter_ = PeriodOf("2018-01", "2018-04");
};

TEST_F(ReleasesTest, T27IsReleasedWithoutItsSmallCells) {
  AddMonth("2018-01", 4);
  const auto proposed = Propose(agreement_, january_);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->state(), Release::PROPOSED);
  EXPECT_EQ(proposed->name(), "municipalities/gm1730/releases/gm1730-2018-0001");
  EXPECT_EQ(proposed->proposed_by(), "de-controller");
  EXPECT_TRUE(proposed->audit().safe());
  EXPECT_EQ(proposed->cell_count(), 9);
  EXPECT_GT(proposed->loss().hidden_value(), 0);
  const auto released = Approve(*proposed);
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_EQ(released->state(), Release::RELEASED);
  EXPECT_EQ(released->decided_by(), "de-functionaris");
  EXPECT_EQ(released->deliveries(0).state(), v1::Delivery::WAITING);
  const v1::Publication publication = Get(*released)->publication();
  EXPECT_EQ(ClientsIn(publication, "Eelde", "5"), "-");
  EXPECT_EQ(ClientsIn(publication, "totaal", "totaal"), "100");
  EXPECT_EQ(publication.dimensions(0).title(), "Wijk");
  EXPECT_EQ(publication.dimensions(0).codes(0).value(), "totaal");
  EXPECT_EQ(publication.measures(2).unit(), "cents");
  EXPECT_EQ(publication.measures(0).title(), "Cliënten");
  EXPECT_EQ(publication.cells(0).values(2).amount_cents(), 1'000'000);
  for (const PublishedCell& cell : publication.cells()) {
    if (cell.state() != PublishedCell::HIDDEN) continue;
    EXPECT_EQ(cell.values_size(), 0);
    EXPECT_FALSE(cell.has_reliability());
  }
}

// What the privacy officer looks at in the preview is what leaves.
TEST_F(ReleasesTest, ThePreviewIsWhatIsReleased) {
  AddMonth("2018-01", 4);
  AddMonth("2018-02", 3, 1000);
  Released(january_);
  v1::PreviewPublicationRequest request;
  request.set_name(agreement_.name());
  request.set_table("wijk-ivn");
  *request.mutable_period() = quarter_;
  const auto preview = publication_->PreviewPublication(Officer(), request);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(preview->audit().release_count(), 1);
  const Release released = Released(quarter_);
  EXPECT_EQ(preview->primary_count() + preview->secondary_count(), HiddenIn(released.publication()));
  EXPECT_EQ(preview->proof(), released.proof());
  EXPECT_EQ(preview->loss().SerializeAsString(), released.loss().SerializeAsString());
  EXPECT_EQ(preview->audit().SerializeAsString(), released.audit().SerializeAsString());
}

// R33, deliver 4: nobody publishes alone, on no path.
TEST_F(ReleasesTest, TakesTwoPeople) {
  AddMonth("2018-01");
  const auto proposed = Propose(agreement_, january_);
  v1::ApproveReleaseRequest approval;
  approval.set_name(proposed->name());
  EXPECT_EQ(ReasonOf(publication_->ApproveRelease(Controller(), approval).status()), ErrorReason::FOUR_EYES);
  EXPECT_EQ(ReasonOf(publication_->ApproveRelease(With(type::PRIVACY_OFFICER, "de-controller"), approval).status()),
            ErrorReason::FOUR_EYES)
      << "another hat is not another person";
  EXPECT_TRUE(publication_->ApproveRelease(Officer(), approval).ok());
  EXPECT_EQ(ReasonOf(publication_->ApproveRelease(Officer(), approval).status()), ErrorReason::PROPOSAL_CLOSED);

  v1::ProposeAgreementRequest proposal;
  proposal.set_parent("municipalities/gm1730");
  *proposal.mutable_agreement() = agreement_;
  proposal.mutable_agreement()->set_title("Anders");
  const auto version = publication_->ProposeAgreement(Officer(), proposal);
  ASSERT_TRUE(version.ok()) << version.status();
  v1::ApproveAgreementRequest agreed;
  agreed.set_name(version->name());
  EXPECT_EQ(ReasonOf(publication_->ApproveAgreement(Officer(), agreed).status()), ErrorReason::FOUR_EYES);
  EXPECT_TRUE(publication_->ApproveAgreement(With(type::PRIVACY_OFFICER, "de-tweede"), agreed).ok());
}

TEST_F(ReleasesTest, ApprovesTheBytesThatWereProposed) {
  AddMonth("2018-01");
  const auto proposed = Propose(agreement_, january_);
  const std::string bytes = Get(*proposed)->publication().SerializeAsString();
  AddMonth("2018-01", 30, 5000);
  const auto released = Approve(*proposed);
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_EQ(Get(*released)->publication().SerializeAsString(), bytes);
}

TEST_F(ReleasesTest, TheSameTableTwiceIsOneRelease) {
  AddMonth("2018-01");
  const auto first = Propose(agreement_, january_);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Propose(agreement_, january_)->name(), first->name());
  ASSERT_TRUE(Approve(*first).ok());
  EXPECT_EQ(Propose(agreement_, january_)->name(), first->name()) << "nothing changed since it was released";
  EXPECT_EQ(Propose(agreement_, january_)->state(), Release::RELEASED);
}

TEST_F(ReleasesTest, RefusesWhatWasNotJudgedWithTheNewestRelease) {
  AddMonth("2018-01");
  AddMonth("2018-02");
  AddMonth("2017-01");
  const auto month = Propose(agreement_, january_), quarter = Propose(agreement_, quarter_);
  const auto elsewhere = Propose(agreement_, PeriodOf("2017-01", "2017-02"));
  ASSERT_TRUE(Approve(*month).ok());
  EXPECT_EQ(ReasonOf(Approve(*quarter).status()), ErrorReason::RELEASE_OUTDATED);
  EXPECT_TRUE(Approve(*elsewhere).ok()) << "nobody can lay a year ago beside it";
  const auto again = Propose(agreement_, quarter_);
  EXPECT_NE(again->name(), quarter->name());
  EXPECT_TRUE(Approve(*again).ok());
}

TEST_F(ReleasesTest, RefusesWhatTheAgreementNoLongerSays) {
  AddMonth("2018-01");
  const auto proposed = Propose(agreement_, january_);
  v1::Agreement changed = agreement_;
  changed.mutable_tables(0)->set_minimum_clients(20);
  Agree(changed);
  EXPECT_EQ(ReasonOf(Approve(*proposed).status()), ErrorReason::RELEASE_OUTDATED);
  v1::EndAgreementRequest end;
  end.set_name(agreement_.name());
  EXPECT_EQ(ReasonOf(publication_->EndAgreement(Officer(), end).status()), ErrorReason::FIELDS_INVALID) << "why?";
  end.set_reason("De samenwerking is gestopt");
  const auto again = Propose(changed, january_);
  ASSERT_TRUE(publication_->EndAgreement(Officer(), end).ok());
  EXPECT_EQ(ReasonOf(Approve(*again).status()), ErrorReason::AGREEMENT_NOT_IN_FORCE);
  EXPECT_EQ(ReasonOf(Propose(changed, january_).status()), ErrorReason::AGREEMENT_NOT_IN_FORCE);
}

// sdc.md section 6: the same figures of January, but for one client, would tell of that client.
TEST_F(ReleasesTest, ACorrectionOfFewIsNotShown) {
  AddMonth("2018-01");
  const Release before = Released(january_);
  EXPECT_EQ(HiddenIn(before.publication()), 0);
  Add(900, 1, "Eelde", "5");
  Add(910, 20, "Vries", "6");
  const Release after = Released(january_);
  EXPECT_EQ(after.publication().replaces(), before.publication().publication());
  EXPECT_EQ(ClientsIn(after.publication(), "Eelde", "5"), "-") << "30 and now 31: one client";
  EXPECT_EQ(ClientsIn(after.publication(), "Eelde", "totaal"), "-");
  EXPECT_EQ(ClientsIn(after.publication(), "Vries", "5"), "32") << "did not change";
  // The difference of a total and what is shown of its parts would be that client too.
  EXPECT_EQ(ClientsIn(after.publication(), "totaal", "totaal"), "-");
}

TEST_F(ReleasesTest, ACorrectionOfManyIsShown) {
  AddMonth("2018-01");
  Released(january_);
  Add(900, 20, "Eelde", "5");
  const Release after = Released(january_);
  EXPECT_EQ(ClientsIn(after.publication(), "Eelde", "5"), "50");
  EXPECT_EQ(ClientsIn(after.publication(), "totaal", "totaal"), "146");
}

// A late invoice: clients stay, an amount changes.
TEST_F(ReleasesTest, AnAmountThatChangedAloneIsNotShown) {
  AddMonth("2018-01");
  Released(january_);
  costs_.provisions.front().cents += 4200;
  const Release after = Released(january_);
  EXPECT_EQ(ClientsIn(after.publication(), "Eelde", "5"), "-");
  EXPECT_EQ(ClientsIn(after.publication(), "Vries", "6"), "33");
}

// sdc.md section 2: months and quarters that are safe alone are not side by side. The attacker subtracts.
TEST_F(ReleasesTest, AMonthIsNotReadFromTheQuarter) {
  AddMonth("2018-01");
  AddMonth("2018-02", 30, 1000);
  AddMonth("2018-03", 2, 2000);
  const v1::Publication a = Released(january_).publication(), b = Released(february_).publication(),
                        c = Released(march_).publication(), q = Released(quarter_).publication();
  const auto amount = [](const v1::Publication& publication, const std::string& wijk, const std::string& ivn) -> int64_t {
    for (const PublishedCell& cell : publication.cells()) {
      if (publication.dimensions(0).codes(cell.codes(0)).value() != wijk) continue;
      if (publication.dimensions(1).codes(cell.codes(1)).value() != ivn) continue;
      return cell.state() == PublishedCell::HIDDEN ? -1 : cell.values(2).amount_cents();
    }
    return -1;
  };
  EXPECT_EQ(ClientsIn(c, "Eelde", "5"), "-");
  // Naive: the quarter's 62 clients are many, so it would be shown, and 620000 - 300000 - 300000 is what two clients cost.
  const int64_t quarter = amount(q, "Eelde", "5"), january = amount(a, "Eelde", "5"), february = amount(b, "Eelde", "5");
  EXPECT_TRUE(quarter < 0 || january < 0 || february < 0);
  EXPECT_LT(HiddenIn(q), 9) << "and the rest is still told";
}

// The same without March itself: what was never published is no less secret.
TEST_F(ReleasesTest, AMonthThatWasNeverPublishedIsNotReadFromTheQuarter) {
  AddMonth("2018-01");
  AddMonth("2018-02", 30, 1000);
  AddMonth("2018-03", 2, 2000);
  Released(january_);
  Released(february_);
  const v1::Publication q = Released(quarter_).publication();
  EXPECT_EQ(ClientsIn(q, "Eelde", "5"), "-");
  EXPECT_LT(HiddenIn(q), 9);
  const Release march = Released(march_);
  EXPECT_TRUE(march.audit().safe());
  EXPECT_EQ(ClientsIn(march.publication(), "Eelde", "5"), "-");
}

// Other laws, never published, follow from all laws less youth care.
TEST_F(ReleasesTest, OtherLawsAreNotReadFromTheTotalOfAll) {
  AddMonth("2018-01");
  for (int i = 0; i < 2; ++i) costs_.provisions.push_back({700 + i, "Eelde", "5", 5000, "2018-01", "wmo"});
  for (int i = 0; i < 40; ++i) costs_.provisions.push_back({800 + i, "Vries", "6", 5000, "2018-01", "wmo"});
  Released(january_);
  v1::Agreement all = TestAgreement("alle-wetten");
  all.mutable_tables(0)->clear_filters();
  Agree(all);
  const auto proposed = Propose(all, january_);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_TRUE(proposed->audit().safe());
  const v1::Publication publication = Get(*proposed)->publication();
  EXPECT_EQ(ClientsIn(publication, "Eelde", "5"), "-") << "32 - 30 is two clients of the Wmo";
  EXPECT_EQ(ClientsIn(publication, "Vries", "6"), "73");
}

TEST_F(ReleasesTest, PeriodsThatOverlapInPartAreRefused) {
  for (const char* month : {"2018-01", "2018-02", "2018-03", "2018-04"}) AddMonth(month);
  Released(quarter_);
  const auto sliding = Propose(agreement_, PeriodOf("2018-02", "2018-05"));
  EXPECT_EQ(ReasonOf(sliding.status()), ErrorReason::TABLE_NOT_AGREED);
  EXPECT_EQ(MetadataOf(sliding.status(), "cause"), "overlap");
}

// What one rule showed, a stricter one cannot hide any more: the release is blocked and says how one gets in.
TEST_F(ReleasesTest, BlocksWhatTheAuditGetsInto) {
  Add(1, 7, "Eelde", "5");
  Add(101, 40, "Vries", "6");
  Released(january_);
  v1::Agreement stricter = TestAgreement("strenger");
  v1::TableRule* table = stricter.mutable_tables(0);
  table->set_minimum_clients(10);
  table->add_dimensions("provider");
  Agree(stricter);
  const auto blocked = Propose(stricter, january_);
  ASSERT_TRUE(blocked.ok()) << blocked.status();
  ASSERT_EQ(blocked->state(), Release::BLOCKED) << blocked->DebugString();
  const auto& findings = blocked->audit().findings();
  const auto found = std::find_if(findings.begin(), findings.end(), [](const v1::AuditFinding& finding) {
    return finding.cell() == "periode 2018-01, ivn 5, law jeugdwet, provider 00000001, wijk Eelde (deze tabel)";
  });
  ASSERT_NE(found, findings.end()) << blocked->DebugString();
  EXPECT_EQ(found->kind(), "exact");
  EXPECT_EQ(found->attacker(), "wie ziet wat de regio ziet");
  EXPECT_FALSE(found->path().empty());
  EXPECT_EQ(ReasonOf(Approve(*blocked).status()), ErrorReason::PROPOSAL_CLOSED);
  const auto other = Get(*blocked, With(type::POLICY_ADVISER));
  EXPECT_FALSE(other->audit().safe());
  EXPECT_THAT(other->audit().findings(), IsEmpty()) << "how to get in is not for everybody";
  EXPECT_FALSE(other->loss().has_hidden_value());
}

// Everybody's attack is not stopped by what the region may know: 7 is no secret to the region, and one to the public.
TEST_F(ReleasesTest, WhatTheRegionMayKnowThePublicMayNot) {
  Add(1, 7, "Eelde", "5");
  Add(101, 31, "Eelde", "6");
  Add(201, 32, "Vries", "5");
  Add(301, 33, "Vries", "6");
  EXPECT_EQ(ClientsIn(Released(january_).publication(), "Eelde", "5"), "7");
  v1::Agreement open = TestAgreement("openbaar", "openbaar");
  open.mutable_tables(0)->set_minimum_clients(10);
  Agree(open);
  const auto proposed = Propose(open, january_);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->state(), Release::PROPOSED) << proposed->DebugString();
  EXPECT_EQ(ClientsIn(Get(*proposed)->publication(), "Eelde", "5"), "-");
}

TEST_F(ReleasesTest, AWithdrawalLeavesTheReasonAndTheKnowledge) {
  AddMonth("2018-01");
  const Release released = Released(january_);
  v1::WithdrawReleaseRequest request;
  request.set_name(released.name());
  for (const char* reason : {"", "Cliënt 999900006 stond erin", "Verkeerde\nwijkindeling"}) {
    request.set_reason(reason);
    EXPECT_EQ(ReasonOf(publication_->WithdrawRelease(Officer(), request).status()), ErrorReason::FIELDS_INVALID) << reason;
  }
  request.set_reason("Verkeerde wijkindeling");
  const auto withdrawn = publication_->WithdrawRelease(Controller(), request);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(Get(released)->state(), Release::WITHDRAWN);
  EXPECT_EQ(Get(released)->reason(), "Verkeerde wijkindeling");
  EXPECT_FALSE(Get(released)->has_publication());
  EXPECT_EQ(ReasonOf(publication_->WithdrawRelease(Controller(), request).status()), ErrorReason::PROPOSAL_CLOSED);
  // One client more: what was said is still known.
  Add(900, 1, "Eelde", "5");
  EXPECT_EQ(ClientsIn(Released(january_).publication(), "Eelde", "5"), "-");
}

TEST_F(ReleasesTest, RefusalsNeedAReasonAndClose) {
  AddMonth("2018-01");
  const auto proposed = Propose(agreement_, january_);
  v1::RefuseReleaseRequest request;
  request.set_name(proposed->name());
  EXPECT_EQ(ReasonOf(publication_->RefuseRelease(Officer(), request).status()), ErrorReason::FIELDS_INVALID);
  request.set_reason("Eerst de wijken nakijken");
  EXPECT_EQ(publication_->RefuseRelease(Officer(), request)->state(), Release::REFUSED);
  EXPECT_EQ(ReasonOf(Approve(*proposed).status()), ErrorReason::PROPOSAL_CLOSED);
  EXPECT_EQ(Propose(agreement_, january_)->name(), "municipalities/gm1730/releases/gm1730-2018-0002")
      << "numbers are not used again";
  request.set_name("municipalities/gm1730/releases/gm1730-2018-0009");
  EXPECT_EQ(ReasonOf(publication_->RefuseRelease(Officer(), request).status()), ErrorReason::RESOURCE_NOT_FOUND);
}

TEST_F(ReleasesTest, VersionsOfAnAgreementNeverChange) {
  v1::ListAgreementVersionsRequest request;
  request.set_parent(agreement_.name());
  const auto states = [&] {
    std::vector<std::string> out;
    const auto listed = publication_->ListAgreementVersions(Officer(), request);
    for (const AgreementVersion& version : listed->versions()) {
      out.push_back(absl::StrCat(version.agreement().version(), " ", AgreementVersion::State_Name(version.state())));
    }
    return out;
  };
  v1::ProposeAgreementRequest proposal;
  proposal.set_parent("municipalities/gm1730");
  *proposal.mutable_agreement() = agreement_;
  EXPECT_EQ(publication_->ProposeAgreement(Officer(), proposal)->state(), AgreementVersion::IN_FORCE) << "it says so already";
  proposal.mutable_agreement()->mutable_tables(0)->set_minimum_clients(8);
  proposal.set_validate_only(true);
  const auto would_be = publication_->ProposeAgreement(Controller(), proposal);
  EXPECT_THAT(would_be->changes(), ElementsAre("Tabel wijk-ivn, kleinste aantal cliënten: was \"5\", wordt \"8\""));
  EXPECT_THAT(states(), ElementsAre("1 IN_FORCE"));
  proposal.set_validate_only(false);
  EXPECT_EQ(publication_->ProposeAgreement(Controller(), proposal)->name(),
            publication_->ProposeAgreement(Officer(), proposal)->name());
  v1::Agreement other = agreement_;
  other.set_title("Anders");
  Agree(other);
  EXPECT_THAT(states(), ElementsAre("3 IN_FORCE", "2 REFUSED", "1 REPLACED"));
  v1::EndAgreementRequest end;
  end.set_name(agreement_.name());
  end.set_reason("Klaar");
  ASSERT_TRUE(publication_->EndAgreement(Controller(), end).ok());
  EXPECT_THAT(states(), ElementsAre("4 ENDED", "3 REPLACED", "2 REFUSED", "1 REPLACED"));
  v1::ListAgreementsRequest list;
  list.set_parent("municipalities/gm1730");
  EXPECT_EQ(publication_->ListAgreements(Officer(), list)->agreements(0).ended_reason(), "Klaar");
  EXPECT_EQ(ReasonOf(publication_->EndAgreement(Controller(), end).status()), ErrorReason::PROPOSAL_CLOSED);
  request.set_parent("municipalities/gm1730/agreements/geen");
  EXPECT_EQ(ReasonOf(publication_->ListAgreementVersions(Officer(), request).status()), ErrorReason::RESOURCE_NOT_FOUND);
}

// p%: the second largest provider must not estimate the largest.
TEST_F(ReleasesTest, AnAmountOneProviderDominatesIsHidden) {
  AddMonth("2018-01");
  // Eelde, level 5: one provider has nearly all; elsewhere four share.
  for (size_t i = 0; i < costs_.provisions.size(); ++i) {
    Provision& provision = costs_.provisions[i];
    provision.provider = absl::StrCat("0000000", provision.wijk == "Eelde" && provision.ivn == "5" && i > 0 ? 1 : 1 + i % 4);
  }
  EXPECT_EQ(ClientsIn(Get(*Propose(agreement_, january_))->publication(), "Eelde", "5"), "30");
  v1::Agreement dominated = TestAgreement("overheersing");
  dominated.mutable_tables(0)->set_p_percent(10);
  Agree(dominated);
  const auto proposed = Propose(dominated, january_);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(ClientsIn(Get(*proposed)->publication(), "Eelde", "5"), "-");
  EXPECT_LT(HiddenIn(Get(*proposed)->publication()), 9);
}

TEST_F(ReleasesTest, CountsAreRoundedWhenThatWasAgreed) {
  AddMonth("2018-01");
  v1::Agreement rounded = TestAgreement("afgerond");
  rounded.mutable_tables(0)->clear_measures();
  rounded.mutable_tables(0)->add_measures("clients");
  rounded.mutable_tables(0)->set_rounded_to(5);
  Agree(rounded);
  const v1::Publication publication = Get(*Propose(rounded, january_))->publication();
  EXPECT_EQ(publication.rounded_to(), 5);
  EXPECT_EQ(ClientsIn(publication, "Vries", "5"), "30");
  EXPECT_EQ(ClientsIn(publication, "Vries", "6"), "35");
  for (const PublishedCell& cell : publication.cells()) EXPECT_FALSE(cell.reliability().has_least_count());
}

// A rule that rounds instead of hiding: counts to fives and amounts to a thousand euro.
v1::Agreement RoundingAgreement() {
  v1::Agreement agreement = TestAgreement("rond");
  agreement.mutable_tables(0)->set_round_counts_to(5);
  agreement.mutable_tables(0)->set_round_amounts_to(100'000);
  return agreement;
}

TEST_F(ReleasesTest, ARoundedTableHidesNothingAndAddsUpAsTold) {
  AddMonth("2018-01", 4);
  const v1::Agreement rounded = RoundingAgreement();
  Agree(rounded);
  const auto proposed = Propose(rounded, january_);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->state(), v1::Release::PROPOSED);
  EXPECT_EQ(proposed->loss().hidden_cells(), 0);
  EXPECT_THAT(proposed->proof(), ::testing::HasSubstr("hoogstens 4 van het echte aantal"));
  const v1::Publication publication = Get(*proposed)->publication();
  EXPECT_EQ(HiddenIn(publication), 0);
  for (int m = 0; m < 3; ++m) {
    const bool cents = publication.measures(m).unit() == "cents";
    EXPECT_EQ(publication.measures(m).rounded_to(), cents ? 100'000 : 5);
    EXPECT_EQ(publication.measures(m).uncertainty(), cents ? 99'999 : 4);
  }
  // The grand total is the sum of what is told, by wijk and by level.
  for (const int dimension : {0, 1}) {
    int64_t sum = 0;
    for (const PublishedCell& cell : publication.cells()) {
      EXPECT_FALSE(cell.has_reliability()) << "a share of few says how few";
      EXPECT_EQ(cell.values(0).count() % 5, 0);
      if (cell.codes(1 - dimension) == 0 && cell.codes(dimension) != 0) sum += cell.values(0).count();
    }
    EXPECT_EQ(sum, publication.cells(0).values(0).count());
  }
  EXPECT_EQ(ClientsIn(publication, "Eelde", "totaal"), "35") << "a multiple is told as it is";
  const std::string small = ClientsIn(publication, "Eelde", "5");
  EXPECT_TRUE(small == "0" || small == "5") << small;
  ASSERT_TRUE(Approve(*proposed).ok());
  // Proposed again it is the same release; in another publication the same figure is told the same.
  EXPECT_EQ(Propose(rounded, january_)->name(), proposed->name());
  v1::Agreement other = RoundingAgreement();
  other.set_name("municipalities/gm1730/agreements/rond-ook");
  Agree(other);
  const auto twice = Propose(other, january_);
  ASSERT_TRUE(twice.ok()) << twice.status();
  for (int c = 0; c < publication.cells_size(); ++c) {
    EXPECT_EQ(Get(*twice)->publication().cells(c).values(0).count(), publication.cells(c).values(0).count()) << c;
  }
}

TEST_F(ReleasesTest, APreviewTellsWhatRoundingCostsBesideHiding) {
  AddMonth("2018-01", 4);
  const v1::Agreement rounded = RoundingAgreement();
  Agree(rounded);
  v1::PreviewPublicationRequest request;
  request.set_name(rounded.name());
  request.set_table("wijk-ivn");
  *request.mutable_period() = january_;
  const auto preview = publication_->PreviewPublication(Officer(), request);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(preview->primary_count() + preview->secondary_count(), 0);
  ASSERT_EQ(preview->rounding().measures_size(), 3);
  EXPECT_EQ(preview->rounding().measures(0).uncertainty(), 4);
  EXPECT_GT(preview->rounding().measures(0).mean_distance(), 0);
  EXPECT_LT(preview->rounding().measures(0).mean_distance(), 5);
  EXPECT_GT(preview->rounding().hiding_alone().hidden_cells(), 0.3);
  EXPECT_TRUE(preview->rounding().hiding_alone_safe());
  const auto told = publication_->PreviewPublication(With(type::POLICY_ADVISER), request);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_FALSE(told->rounding().measures(0).has_mean_distance()) << "says how large the small ones are together";
  EXPECT_FALSE(told->rounding().hiding_alone().has_hidden_value());
}

TEST_F(ReleasesTest, AnAmountOfFewThatDoesNotDisappearInItsRoundingIsNotReleased) {
  AddMonth("2018-01", 4);
  v1::Agreement fine = RoundingAgreement();
  fine.mutable_tables(0)->set_round_amounts_to(1'000);
  Agree(fine);
  const auto proposed = Propose(fine, january_);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->state(), v1::Release::BLOCKED) << "400 euro of four clients, told within ten";
  bool narrow = false;
  const v1::Release blocked = *Get(*proposed);
  for (const v1::AuditFinding& finding : blocked.audit().findings()) narrow = narrow || finding.kind() == "narrow";
  EXPECT_TRUE(narrow);
}

// An attacker who lays the rounded table of one agreement beside the table with holes of another.
TEST_F(ReleasesTest, RoundingAndHidingTheSameTableIsReleasedOnlyWhenNeitherClosesTheOther) {
  AddMonth("2018-01", 4);
  const auto holes = Propose(agreement_, january_);
  ASSERT_TRUE(holes.ok()) << holes.status();
  ASSERT_TRUE(Approve(*holes).ok());
  const v1::Agreement rounded = RoundingAgreement();
  Agree(rounded);
  const auto beside = Propose(rounded, january_);
  ASSERT_TRUE(beside.ok()) << beside.status();
  EXPECT_EQ(beside->audit().release_count(), 1);
  EXPECT_GT(beside->audit().primary_count(), 0) << "what was shown is known, and what was hidden is attacked again";
  EXPECT_EQ(beside->state(), beside->audit().safe() ? v1::Release::PROPOSED : v1::Release::BLOCKED);
}

// Killed at any record: the state is that of what was written.
TEST_F(ReleasesTest, AReplayGivesTheSameState) {
  AddMonth("2018-01");
  AddMonth("2018-02", 3, 1000);
  const Release january = Released(january_);
  Released(quarter_);
  v1::WithdrawReleaseRequest withdrawal;
  withdrawal.set_name(january.name());
  withdrawal.set_reason("Fout");
  ASSERT_TRUE(publication_->WithdrawRelease(Officer(), withdrawal).ok());
  ASSERT_TRUE(Propose(agreement_, february_).ok());
  const std::string before = Whole();
  Reopen();
  EXPECT_EQ(Whole(), before);
  EXPECT_EQ(Propose(agreement_, february_)->state(), Release::PROPOSED) << "and goes on from there";
  EXPECT_EQ(Whole(), before);
}

// A table of all laws gives the other laws away beside one of a single law, so those are counted too; inhabitants are of no
// law, and costs refuses to cut them up.
TEST(GuardQuestions, LeaveInhabitantsOut) {
  v1::TableRule youth, all;
  youth.add_measures("clients");
  youth.add_dimensions("age_band");
  youth.add_filters()->set_dimension("law");
  youth.mutable_filters(0)->add_values("jeugdwet");
  all.add_measures("clients");
  all.add_measures("population");
  all.add_dimensions("age_band");
  v1::Publication shape;
  shape.set_audience("regio");
  shape.mutable_period()->set_start_date("2018-01-01");
  shape.mutable_period()->set_end_date("2019-01-01");
  shape.add_dimensions()->set_dimension("age_band");
  const LedgerTable released = LedgerTableOf(shape, {}, youth);
  const LedgerTable* const before[] = {&released};
  const std::vector<GuardQuestion> questions = GuardQuestions(all, shape.period(), "regio", before);
  ASSERT_FALSE(questions.empty());
  EXPECT_THAT(questions[0].rule.dimensions(), ElementsAre("age_band", "law"));
  EXPECT_THAT(questions[0].rule.measures(), ElementsAre("clients"));
}

}  // namespace
}  // namespace nmd::publication
