// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/counted_table.h"
#include "services/publication/publication.h"

namespace nmd::publication {
namespace {

using v1::Release;

// Of a statement beside the publication it carries.
constexpr size_t kStatementOverhead = 1024;

// What is told by a publication, without when and as which number.
std::string OutcomeOf(v1::Publication publication) {
  publication.clear_publication();
  publication.clear_known_time();
  publication.clear_replaces();
  publication.clear_proof();
  return publication.SerializeAsString();
}

absl::Status Closed(const Release& release) {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PROPOSAL_CLOSED, "the release was decided about already",
              {{"state", Release::State_Name(release.state())}});
}

absl::Status Outdated(absl::string_view text) {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::RELEASE_OUTDATED, text);
}

void Decide(Release::State state, const Caller& caller, absl::Time now, Release* release) {
  release->set_state(state);
  release->set_decided_by(caller.subject);
  *release->mutable_decided_time() = TimestampOf(now);
}

}  // namespace

absl::StatusOr<StoredRelease*> Publication::FindRelease(const std::string& name) {
  const auto found = state_.release_of.find(name.substr(name.rfind('/') + 1));
  if (found == state_.release_of.end() || state_.releases[found->second].release.name() != name) return NotFound(name);
  return &state_.releases[found->second];
}

Release Publication::Told(const StoredRelease& stored, const Caller& caller) const {
  Release release = stored.release;
  if (!HasMandate(caller)) HideFromOthers(release.mutable_loss(), release.mutable_audit());
  if (release.statement().empty()) return release;
  for (const Recipient& recipient : recipients_) {
    if (recipient.audience != release.audience()) continue;
    const auto receipts = state_.receipts.find(recipient.Key());
    // The newest thing said about it: its withdrawal once there is one.
    for (auto said = state_.statements.rbegin(); said != state_.statements.rend(); ++said) {
      if (said->second.id != release.statement()) continue;
      v1::Delivery* delivery = release.add_deliveries();
      delivery->set_recipient(recipient.municipality);
      delivery->set_statement(said->second.id);
      delivery->set_state(v1::Delivery::WAITING);
      if (receipts != state_.receipts.end() && receipts->second.count(said->first) > 0) {
        const Receipt& receipt = receipts->second.at(said->first);
        delivery->set_state(receipt.received ? v1::Delivery::RECEIVED : v1::Delivery::REFUSED);
        if (receipt.received) *delivery->mutable_received_time() = receipt.received_time;
        delivery->set_detail(receipt.detail);
      } else if (const auto why = unreachable_.find(recipient.Key()); why != unreachable_.end()) {
        delivery->set_detail(why->second);
      }
      break;
    }
  }
  return release;
}

absl::StatusOr<Release> Publication::ProposeRelease(const Caller& caller, const v1::ProposeReleaseRequest& request) {
  FieldCheck check;
  check.Require(!request.agreement().empty(), "agreement", "is missing");
  check.Require(!request.table().empty(), "table", "is missing");
  CheckMonths(request.period(), &check);
  NMD_RETURN_IF_ERROR(check.Result());
  NMD_ASSIGN_OR_RETURN(const Made made, Make(caller,
                                             {request.agreement(), request.table(), request.audience(), request.period(),
                                              request.has_known_time() ? &request.known_time() : nullptr},
                                             false));
  NMD_ASSIGN_OR_RETURN(const Catalogue catalogue, ReadCatalogue(costs_, parent()));
  v1::Publication publication = PublicationOf(made.draft, catalogue);
  publication.set_agreement(request.agreement());
  publication.set_agreement_version(made.agreement_version);
  if (publication.ByteSizeLong() + kStatementOverhead > kMostStatementBytes) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                "the table is larger than a statement may be; ask for a shorter period");
  }
  const std::string outcome = OutcomeOf(publication);
  const absl::Time now = clock_.Now();

  MutexLock lock(mutex_);
  for (auto stored = state_.releases.rbegin(); stored != state_.releases.rend(); ++stored) {
    const Release& release = stored->release;
    const bool same_table = release.agreement() == request.agreement() && release.table() == request.table() &&
                            release.audience() == made.draft.audience &&
                            release.period().start_date() == request.period().start_date() &&
                            release.period().end_date() == request.period().end_date();
    if (!same_table) continue;
    const bool open = release.state() == Release::PROPOSED || release.state() == Release::BLOCKED;
    const bool stands = release.state() == Release::RELEASED || (open && stored->judged_releases == made.judged_releases);
    if (stands && OutcomeOf(stored->publication) == outcome) return Told(*stored, caller);
    if (release.state() == Release::RELEASED && publication.replaces().empty()) {
      publication.set_replaces(stored->publication.publication());
    }
  }
  publication.set_publication(state_.NextNumber(municipality_, CivilOf(dutch::CalendarDay(now)).year));
  Release release;
  release.set_name(absl::StrCat(parent(), "/releases/", publication.publication()));
  release.set_agreement(publication.agreement());
  release.set_agreement_version(publication.agreement_version());
  release.set_table(publication.table());
  release.set_title(publication.title());
  *release.mutable_period() = publication.period();
  *release.mutable_known_time() = publication.known_time();
  release.set_audience(publication.audience());
  release.set_state(made.draft.Safe() ? Release::PROPOSED : Release::BLOCKED);
  release.set_proposed_by(caller.subject);
  *release.mutable_proposed_time() = TimestampOf(now);
  release.set_replaces(publication.replaces());
  release.set_proof(publication.proof());
  release.set_cell_count(publication.cells_size());
  *release.mutable_loss() = made.draft.Loss();
  *release.mutable_audit() = made.draft.audit;
  internal::v1::ReleaseRecord record;
  *record.mutable_release() = std::move(release);
  record.set_publication(publication.SerializeAsString());
  *record.mutable_ledger() = LedgerValuesOf(made.draft);
  record.set_judged_releases(made.judged_releases);
  NMD_RETURN_IF_ERROR(Record(kReleaseKind, record, caller));
  return Told(state_.releases.back(), caller);
}

absl::StatusOr<Release> Publication::ApproveRelease(const Caller& caller, const v1::ApproveReleaseRequest& request) {
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(StoredRelease * stored, FindRelease(request.name()));
  Release release = stored->release;
  if (release.state() != Release::PROPOSED) return Closed(release);
  if (release.proposed_by() == caller.subject) {
    return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::FOUR_EYES, "who proposed the release may not approve it");
  }
  const absl::Time now = clock_.Now();
  const v1::AgreementVersion* in_force = state_.InForceVersion(release.agreement());
  std::string audience = release.audience();
  NMD_RETURN_IF_ERROR(AgreedTable(in_force->agreement(), release.table(), release.period(), now, &audience).status());
  if (in_force->agreement().version() != release.agreement_version()) {
    return Outdated("the agreement changed since the release was proposed; propose it again");
  }
  const std::vector<const LedgerTable*> ledger = state_.Ledger();
  for (size_t k = static_cast<size_t>(stored->judged_releases); k < ledger.size(); ++k) {
    if (LieBeside(stored->table, *ledger[k], ledger)) {
      return Outdated(absl::StrCat(ledger[k]->name, " was released since the release was proposed; propose it again"));
    }
  }
  Decide(Release::RELEASED, caller, now, &release);
  v1::Statement statement = NewStatement();
  release.set_statement(statement.id());
  *statement.mutable_publication() = stored->publication;
  internal::v1::ReleaseRecord record;
  *record.mutable_release() = std::move(release);
  *record.mutable_statement() = signer_.Sign(statement);
  NMD_RETURN_IF_ERROR(Record(kReleaseKind, record, caller));
  return Told(*stored, caller);
}

absl::StatusOr<Release> Publication::RefuseRelease(const Caller& caller, const v1::RefuseReleaseRequest& request) {
  NMD_RETURN_IF_ERROR(CheckReason(request.reason()));
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(StoredRelease * stored, FindRelease(request.name()));
  Release release = stored->release;
  if (release.state() != Release::PROPOSED && release.state() != Release::BLOCKED) return Closed(release);
  Decide(Release::REFUSED, caller, clock_.Now(), &release);
  release.set_reason(request.reason());
  internal::v1::ReleaseRecord record;
  *record.mutable_release() = std::move(release);
  NMD_RETURN_IF_ERROR(Record(kReleaseKind, record, caller));
  return Told(*stored, caller);
}

absl::StatusOr<Release> Publication::WithdrawRelease(const Caller& caller, const v1::WithdrawReleaseRequest& request) {
  NMD_RETURN_IF_ERROR(CheckReason(request.reason()));
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(StoredRelease * stored, FindRelease(request.name()));
  Release release = stored->release;
  if (release.state() != Release::RELEASED) return Closed(release);
  release.set_state(Release::WITHDRAWN);
  release.set_withdrawn_by(caller.subject);
  *release.mutable_withdrawn_time() = TimestampOf(clock_.Now());
  release.set_reason(request.reason());
  v1::Statement statement = NewStatement();
  release.set_statement(statement.id());
  statement.mutable_withdrawal()->set_publication(stored->publication.publication());
  statement.mutable_withdrawal()->set_reason(request.reason());
  internal::v1::ReleaseRecord record;
  *record.mutable_release() = std::move(release);
  *record.mutable_statement() = signer_.Sign(statement);
  NMD_RETURN_IF_ERROR(Record(kReleaseKind, record, caller));
  return Told(*stored, caller);
}

absl::StatusOr<Release> Publication::GetRelease(const Caller& caller, const v1::GetReleaseRequest& request) const {
  MutexLock lock(mutex_);
  const auto found = state_.release_of.find(request.name().substr(request.name().rfind('/') + 1));
  if (found == state_.release_of.end()) return NotFound(request.name());
  const StoredRelease& stored = state_.releases[found->second];
  if (stored.release.name() != request.name()) return NotFound(request.name());
  Release release = Told(stored, caller);
  if (release.state() != Release::WITHDRAWN) *release.mutable_publication() = stored.publication;
  return release;
}

absl::StatusOr<v1::ListReleasesResponse> Publication::ListReleases(const Caller& caller,
                                                                   const v1::ListReleasesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  std::vector<const StoredRelease*> releases;
  for (auto stored = state_.releases.rbegin(); stored != state_.releases.rend(); ++stored) {
    if (request.state() == Release::STATE_UNSPECIFIED || stored->release.state() == request.state())
      releases.push_back(&*stored);
  }
  const auto total = static_cast<int64_t>(releases.size());
  v1::ListReleasesResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_releases() = Told(*releases[static_cast<size_t>(i)], caller);
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::RedeliverStatementsResponse> Publication::RedeliverStatements(const Caller& caller,
                                                                                 const v1::RedeliverStatementsRequest&) {
  MutexLock lock(mutex_);
  v1::RedeliverStatementsResponse response;
  for (const auto& [recipient, receipts] : state_.receipts) {
    for (const auto& [sequence, receipt] : receipts)
      response.set_statement_count(response.statement_count() + !receipt.received);
  }
  if (response.statement_count() == 0) return response;
  internal::v1::RedeliverRecord record;
  *record.mutable_asked_time() = TimestampOf(clock_.Now());
  NMD_RETURN_IF_ERROR(Record(kRedeliverKind, record, caller));
  return response;
}

}  // namespace nmd::publication
