// SPDX-License-Identifier: EUPL-1.2
// What the region tells the public: proposed by one person, approved by another. See region.h.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nmd/internal/v1/region_events.pb.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/counted_table.h"
#include "services/publication/region.h"
#include "services/publication/region_publication.h"

namespace nmd::publication {
namespace {

using v1::RegionalTable;
using v1::Release;
using v1::TableMember;

// What is told, without as known when: two tables that tell the same are one.
std::string OutcomeOf(RegionalTable table) {
  table.clear_known_time();
  for (TableMember& member : *table.mutable_members()) member.clear_age_days();
  return table.SerializeAsString();
}

bool SameSubject(const Release& a, const Release& b) {
  return a.table() == b.table() && a.period().start_date() == b.period().start_date() &&
         a.period().end_date() == b.period().end_date();
}

absl::Status Closed(const Release& release) {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PROPOSAL_CLOSED, "the release was decided about already",
              {{"state", Release::State_Name(release.state())}});
}

bool WasReleased(const Release& release) {
  return release.state() == Release::RELEASED || release.state() == Release::WITHDRAWN;
}

// Share of the cells of the region without any value.
double HiddenShare(const RegionalTable& table) {
  int64_t hidden = 0;
  for (const v1::RegionalCell& cell : table.cells()) {
    const auto& values = cell.values();
    hidden += std::none_of(values.begin(), values.end(), [](const auto& v) { return v.state() == type::Figure::ANSWERED; });
  }
  return table.cells().empty() ? 0 : static_cast<double>(hidden) / table.cells_size();
}

}  // namespace

absl::Status Region::ApplyRelease(const std::string& payload) {
  const auto damaged = [] {
    return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a release in the journal cannot be read");
  };
  internal::v1::RegionalReleaseRecord record;
  if (!record.ParseFromString(payload)) return damaged();
  const auto known = std::find_if(releases_.begin(), releases_.end(), [&](const PublicRelease& release) {
    return release.release.name() == record.release().name();
  });
  if (known != releases_.end()) {
    known->release = record.release();
    return absl::OkStatus();
  }
  PublicRelease fresh{record.release(), {}};
  if (!fresh.table.ParseFromString(record.table())) return damaged();
  releases_.push_back(std::move(fresh));
  return absl::OkStatus();
}

absl::Status Region::RecordRelease(const Release& release, const RegionalTable* table, const Caller& caller) {
  internal::v1::RegionalReleaseRecord written;
  *written.mutable_release() = release;
  if (table != nullptr) written.set_table(table->SerializeAsString());
  JournalRecord record;
  record.record_time = clock_.Now();
  record.kind = std::string(kRegionalReleaseKind);
  record.payload = written.SerializeAsString();
  record.actor = caller.subject;
  const std::string payload = record.payload;
  NMD_RETURN_IF_ERROR(journal_.Append({std::move(record)}, journal_.LastSequence()).status());
  Log(LogLevel::kInfo, "a table for the public was decided about",
      {{"release", release.name()}, {"state", Release::State_Name(release.state())}});
  return ApplyRelease(payload);
}

absl::StatusOr<const Region::PublicRelease*> Region::FindRelease(const std::string& name) const {
  const auto found =
      std::find_if(releases_.begin(), releases_.end(), [&](const PublicRelease& r) { return r.release.name() == name; });
  if (found == releases_.end()) return NotFound(name);
  return &*found;
}

absl::StatusOr<Release> Region::ProposeRelease(const Caller& caller, const v1::ProposeReleaseRequest& request) {
  FieldCheck check;
  check.Require(request.agreement().empty(), "agreement", "must be empty: the region publishes by those of its members");
  check.Require(!request.table().empty(), "table", "is missing");
  check.Require(!request.has_known_time(), "known_time", "must be absent: the region publishes what it knows now");
  check.Require(request.audience().empty() || request.audience() == kPublic, "audience", absl::StrCat("must be ", kPublic));
  CheckMonths(request.period(), &check);
  NMD_RETURN_IF_ERROR(check.Result());
  NMD_ASSIGN_OR_RETURN(const RegionalTable table,
                       Together({request.table(), request.period(), KnownAt(nullptr), /*is_public=*/true}));
  if (table.member_count() == 0) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_AGREED,
                "no member publishes the table to the public now", {{"table", request.table()}, {"cause", "members"}});
  }
  const std::string outcome = OutcomeOf(table);
  const absl::Time now = clock_.Now();
  Release release;
  release.set_table(request.table());
  *release.mutable_period() = request.period();

  MutexLock lock(mutex_);
  for (auto known = releases_.rbegin(); known != releases_.rend(); ++known) {
    if (!SameSubject(known->release, release)) continue;
    const bool stands = known->release.state() == Release::RELEASED || known->release.state() == Release::PROPOSED;
    if (stands && OutcomeOf(known->table) == outcome) return known->release;
    if (known->release.state() == Release::RELEASED && release.replaces().empty()) {
      release.set_replaces(known->release.name().substr(known->release.name().rfind('/') + 1));
    }
  }
  const std::string prefix = absl::StrCat("municipalities/", options_.municipality, "/releases/", options_.municipality, "-",
                                          CivilOf(dutch::CalendarDay(now)).year, "-");
  const auto before = std::count_if(releases_.begin(), releases_.end(),
                                    [&](const PublicRelease& r) { return absl::StartsWith(r.release.name(), prefix); });
  release.set_name(absl::StrFormat("%s%04d", prefix, before + 1));
  release.set_title(table.title());
  *release.mutable_known_time() = table.known_time();
  release.set_audience(std::string(kPublic));
  release.set_state(Release::PROPOSED);
  release.set_proposed_by(caller.subject);
  *release.mutable_proposed_time() = TimestampOf(now);
  release.set_proof(table.proof());
  release.set_cell_count(table.cells_size());
  release.mutable_loss()->set_hidden_cells(HiddenShare(table));
  // Proven beside the tables it is made of; otherwise there would be no table.
  release.mutable_audit()->set_safe(true);
  release.mutable_audit()->set_release_count(table.member_count());
  release.set_coverage(table.coverage());
  NMD_RETURN_IF_ERROR(RecordRelease(release, &table, caller));
  return release;
}

absl::StatusOr<Release> Region::ApproveRelease(const Caller& caller, const v1::ApproveReleaseRequest& request) {
  Release release;
  std::string outcome;
  {
    MutexLock lock(mutex_);
    NMD_ASSIGN_OR_RETURN(const PublicRelease* known, FindRelease(request.name()));
    release = known->release;
    outcome = OutcomeOf(known->table);
  }
  if (release.state() != Release::PROPOSED) return Closed(release);
  if (release.proposed_by() == caller.subject) {
    return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::FOUR_EYES, "who proposed the release may not approve it");
  }
  NMD_ASSIGN_OR_RETURN(const RegionalTable table, Together({release.table(), release.period(), KnownAt(nullptr), true}));
  if (OutcomeOf(table) != outcome) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::RELEASE_OUTDATED,
                "a member published, withdrew or ended something since the release was proposed; propose it again");
  }
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(const PublicRelease* known, FindRelease(request.name()));
  if (known->release.state() != Release::PROPOSED) return Closed(known->release);
  release.set_state(Release::RELEASED);
  release.set_decided_by(caller.subject);
  *release.mutable_decided_time() = TimestampOf(clock_.Now());
  NMD_RETURN_IF_ERROR(RecordRelease(release, nullptr, caller));
  return release;
}

absl::StatusOr<Release> Region::RefuseRelease(const Caller& caller, const v1::RefuseReleaseRequest& request) {
  NMD_RETURN_IF_ERROR(CheckReason(request.reason()));
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(const PublicRelease* known, FindRelease(request.name()));
  Release release = known->release;
  if (release.state() != Release::PROPOSED) return Closed(release);
  release.set_state(Release::REFUSED);
  release.set_decided_by(caller.subject);
  *release.mutable_decided_time() = TimestampOf(clock_.Now());
  release.set_reason(request.reason());
  NMD_RETURN_IF_ERROR(RecordRelease(release, nullptr, caller));
  return release;
}

absl::StatusOr<Release> Region::WithdrawRelease(const Caller& caller, const v1::WithdrawReleaseRequest& request) {
  NMD_RETURN_IF_ERROR(CheckReason(request.reason()));
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(const PublicRelease* known, FindRelease(request.name()));
  Release release = known->release;
  if (release.state() != Release::RELEASED) return Closed(release);
  release.set_state(Release::WITHDRAWN);
  release.set_withdrawn_by(caller.subject);
  *release.mutable_withdrawn_time() = TimestampOf(clock_.Now());
  release.set_reason(request.reason());
  NMD_RETURN_IF_ERROR(RecordRelease(release, nullptr, caller));
  return release;
}

absl::StatusOr<Release> Region::GetRelease(const Caller&, const v1::GetReleaseRequest& request) const {
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(const PublicRelease* known, FindRelease(request.name()));
  Release release = known->release;
  if (release.state() == Release::WITHDRAWN) return release;
  v1::Publication& publication = *release.mutable_publication() = PublicationOfRegion(known->table);
  publication.set_publication(release.name().substr(release.name().rfind('/') + 1));
  publication.set_table(release.table());
  publication.set_replaces(release.replaces());
  *publication.mutable_known_time() = release.known_time();
  return release;
}

absl::StatusOr<v1::ListReleasesResponse> Region::ListReleases(const Caller&, const v1::ListReleasesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  std::vector<const Release*> releases;
  for (auto known = releases_.rbegin(); known != releases_.rend(); ++known) {
    if (request.state() == Release::STATE_UNSPECIFIED || known->release.state() == request.state())
      releases.push_back(&known->release);
  }
  const auto total = static_cast<int64_t>(releases.size());
  v1::ListReleasesResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_releases() = *releases[static_cast<size_t>(i)];
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

// ---- What the public reads of it. ----

Region::PublicState Region::PublicStateOf(const TableQuestion& question) const {
  PublicState state;
  int64_t decided = 0;
  for (const PublicRelease& known : releases_) {
    const Release& release = known.release;
    if (!WasReleased(release) || release.table() != question.table ||
        release.period().start_date() != question.period.start_date() ||
        release.period().end_date() != question.period.end_date())
      continue;
    const int64_t at = MicrosOf(release.decided_time());
    if (at > question.known || at < decided) continue;
    decided = at;
    state.release = &known;
  }
  if (state.release == nullptr) return state;
  const Release& release = state.release->release;
  if (release.state() == Release::WITHDRAWN && MicrosOf(release.withdrawn_time()) <= question.known) {
    state.taken_back = release.reason();
    state.taken_back_time = release.withdrawn_time();
    return state;
  }
  // A member says what of it the public sees, also after the region approved.
  for (const TableMember& told : state.release->table.members()) {
    if (told.state() != TableMember::PUBLISHED) continue;
    const auto member = std::find_if(members_.begin(), members_.end(),
                                     [&](const Member& m) { return m.config.municipality() == told.municipality(); });
    if (member == members_.end()) {
      state.taken_back = absl::StrCat(told.title(), ": doet niet meer mee.");
      return state;
    }
    const auto withdrawn = member->withdrawals.find(told.publication());
    if (withdrawn != member->withdrawals.end() && withdrawn->second.received <= question.known) {
      state.taken_back = absl::StrCat(told.title(), ": ", withdrawn->second.reason);
      state.taken_back_time = TimestampOf(withdrawn->second.received);
      return state;
    }
    if (CoveringAgreement(*member, question) == nullptr) {
      state.taken_back = absl::StrCat(told.title(), ": de afspraak om deze tabel openbaar te maken geldt niet meer.");
      return state;
    }
  }
  return state;
}

std::vector<Region::TableQuestion> Region::PublicQuestions() const {
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  std::vector<TableQuestion> questions;
  for (const PublicRelease& known : releases_) {
    const Release& release = known.release;
    if (!WasReleased(release)) continue;
    if (!seen.emplace(release.table(), release.period().start_date(), release.period().end_date()).second) continue;
    questions.push_back({release.table(), release.period(), KnownAt(nullptr), /*is_public=*/true});
  }
  std::sort(questions.begin(), questions.end(), [](const TableQuestion& a, const TableQuestion& b) {
    return std::make_tuple(a.table, a.period.start_date(), a.period.end_date()) <
           std::make_tuple(b.table, b.period.start_date(), b.period.end_date());
  });
  return questions;
}

absl::StatusOr<RegionalTable> Region::ReadAsPublic(const TableQuestion& question) const {
  MutexLock lock(mutex_);
  const PublicState state = PublicStateOf(question);
  if (state.release == nullptr) {
    return NotFound(absl::StrCat("municipalities/", options_.municipality, "/tables/", question.table));
  }
  if (!state.taken_back.empty()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PUBLICATION_WITHDRAWN, state.taken_back,
                {{"release", state.release->release.name()}});
  }
  return state.release->table;
}

}  // namespace nmd::publication
