// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nmd/internal/v1/region_events.pb.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/counted_table.h"
#include "services/publication/region_schema.h"

namespace nmd::publication {
namespace {

constexpr absl::string_view kStatementKind = "statement";
constexpr absl::string_view kRefusalKind = "refusal";
// What was refused is not trusted: no more of its words than this is kept.
constexpr size_t kMostWords = 128;
// How far apart the days of the region and of a member may be.
constexpr absl::Duration kSlack = absl::Hours(24);

std::string ContentOf(const v1::Statement& statement) {
  switch (statement.content_case()) {
    case v1::Statement::kAgreement:
      return "agreement";
    case v1::Statement::kPublication:
      return "publication";
    case v1::Statement::kWithdrawal:
      return "withdrawal";
    case v1::Statement::CONTENT_NOT_SET:
      return "";
  }
  return "";
}

std::string SubjectOf(const v1::Statement& statement) {
  if (statement.has_agreement()) return statement.agreement().name();
  return statement.has_publication() ? statement.publication().publication() : statement.withdrawal().publication();
}

bool SamePeriod(const type::Period& a, const type::Period& b) {
  return a.start_date() == b.start_date() && a.end_date() == b.end_date();
}

const v1::TableRule* FindTable(const v1::Agreement& agreement, absl::string_view table) {
  const auto rule =
      std::find_if(agreement.tables().begin(), agreement.tables().end(), [&](const auto& r) { return r.table() == table; });
  return rule == agreement.tables().end() ? nullptr : &*rule;
}

std::string FiltersOf(const v1::TableRule& rule) {
  std::string filters;
  for (const auto& filter : rule.filters()) {
    absl::StrAppend(&filters, filter.dimension(), "=");
    for (const auto& value : filter.values()) absl::StrAppend(&filters, value, ",");
    filters += ";";
  }
  return filters;
}

bool NamesAudience(const v1::Agreement& agreement, absl::string_view audience) {
  return std::find(agreement.audiences().begin(), agreement.audiences().end(), audience) != agreement.audiences().end();
}

// By the calendar of the region, give or take the slack: who is late or early by a clock is not refused for it.
bool InForceAbout(const v1::Agreement& agreement, absl::Time now) {
  return InForce(agreement, now) || InForce(agreement, now - kSlack) || InForce(agreement, now + kSlack);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Region>> Region::Open(Options options, Journal& journal, const Clock& clock) {
  std::vector<Member> members;
  std::set<std::string> seen;
  for (const auto& config : options.members) {
    Member& member = members.emplace_back();
    member.config = config;
    if (!seen.insert(config.municipality()).second || !seen.insert(config.oin()).second) {
      return absl::FailedPreconditionError(absl::StrCat("members: ", config.municipality(), " or its OIN is there twice"));
    }
    if (config.public_keys().empty()) {
      return absl::FailedPreconditionError(absl::StrCat("members: ", config.municipality(), " has no public_keys"));
    }
    for (const std::string& digits : config.public_keys()) {
      absl::StatusOr<PublicKey> key = PublicKey::FromHex(digits);
      if (!key.ok()) {
        return absl::FailedPreconditionError(
            absl::StrCat("members: a key of ", config.municipality(), " is not 64 hexadecimal digits"));
      }
      member.keys.push_back(*std::move(key));
    }
  }
  std::unique_ptr<Region> region(new Region(std::move(options), std::move(members), journal, clock));
  NMD_RETURN_IF_ERROR(region->Replay());
  return region;
}

absl::Status Region::Replay() {
  MutexLock lock(mutex_);
  absl::Status damaged;
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [this, &damaged](const JournalRecord& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Received received;
    received.journal_sequence = record.sequence;
    received.received = absl::ToUnixMicros(record.record_time);
    const auto find = [this](const std::string& municipality) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return std::find_if(members_.begin(), members_.end(),
                          [&](const Member& member) { return member.config.municipality() == municipality; });
    };
    if (record.kind == kStatementKind) {
      v1::SignedStatement came;
      v1::Statement statement;
      if (!came.ParseFromString(record.payload) || !statement.ParseFromString(came.statement())) {
        damaged = Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a statement in the journal cannot be read");
        return false;
      }
      received.hash = StatementHash(came);
      const auto member = find(statement.municipality());
      // Who is no member any more is not asked about; what it said stays in the journal.
      if (member != members_.end()) Apply(statement, std::move(received), &*member);
    } else if (record.kind == kRefusalKind) {
      internal::v1::StatementRefusal refusal;
      if (!refusal.ParseFromString(record.payload)) {
        damaged = Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a refusal in the journal cannot be read");
        return false;
      }
      received.municipality = refusal.municipality();
      received.id = refusal.statement();
      received.sequence = refusal.sequence();
      received.refusal = refusal.cause();
      received.refusal_text = refusal.text();
      received.hash = refusal.sha256();
      const auto member = find(refusal.municipality());
      if (member != members_.end()) {
        ++member->refused;
        member->last_refusal = refusal.cause();
        member->last_refused_hash = refusal.sha256();
      }
      received_.push_back(std::move(received));
    } else if (record.kind == kRegionalReleaseKind) {
      damaged = ApplyRelease(record.payload);
      return damaged.ok();
    }
    return true;
  }));
  return damaged;
}

void Region::Apply(const v1::Statement& statement, Received received, Member* member) {
  received.municipality = statement.municipality();
  received.id = statement.id();
  received.sequence = statement.sequence();
  received.content = ContentOf(statement);
  received.subject = SubjectOf(statement);
  if (statement.has_agreement()) {
    member->agreements[statement.agreement().name()].push_back(
        {statement.agreement(), received.received, statement.sequence()});
  } else if (statement.has_publication()) {
    KnownPublication known;
    known.publication = std::make_shared<v1::Publication>(statement.publication());
    known.received = received.received;
    known.sequence = statement.sequence();
    for (const KnownAgreement& version : member->agreements[statement.publication().agreement()]) {
      if (version.agreement.version() != statement.publication().agreement_version()) continue;
      if (const auto* rule = FindTable(version.agreement, statement.publication().table())) known.filters = FiltersOf(*rule);
    }
    member->publications.push_back(std::move(known));
  } else if (statement.has_withdrawal()) {
    member->withdrawals.emplace(statement.withdrawal().publication(),
                                KnownWithdrawal{received.received, statement.withdrawal().reason()});
  }
  if (statement.sequence() > member->last_sequence) {
    member->last_sequence = statement.sequence();
    member->last_statement = statement.id();
  }
  member->last_received = std::max(member->last_received, received.received);
  member->sequences.insert(statement.sequence());
  member->statements[statement.id()] = received;
  received_.push_back(std::move(received));
}

bool Region::Reads(absl::string_view audience) const { return audience == options_.audience || audience == kPublic; }

absl::Status Region::Judge(const Member& member, const v1::Statement& statement, const std::string& hash,
                           bool* repeated) const {
  if (statement.municipality() != member.config.municipality() ||
      !absl::StartsWith(statement.id(), absl::StrCat(statement.municipality(), "/"))) {
    return Refused("member_foreign", "the statement is of another municipality than the one that delivers it");
  }
  const auto before = member.statements.find(statement.id());
  if (before != member.statements.end()) {
    if (before->second.hash != hash) return Refused("replayed", "the id was used before, for something else");
    *repeated = true;
    return absl::OkStatus();
  }
  if (member.sequences.count(statement.sequence()) != 0)
    return Refused("replayed", "the sequence was used before, with another id");
  if (statement.has_agreement()) return JudgeAgreement(member, statement.agreement(), statement.sequence());
  if (statement.has_publication()) return JudgePublication(member, statement.publication(), statement.sequence());
  if (statement.has_withdrawal() && member.withdrawals.count(statement.withdrawal().publication()) != 0) {
    return Refused("order", "the publication was withdrawn before");
  }
  return absl::OkStatus();
}

absl::Status Region::JudgeAgreement(const Member& member, const v1::Agreement& agreement, int64_t sequence) const {
  if (const std::string fault = AgreementFault(agreement, member.config.municipality()); !fault.empty()) {
    return Refused("schema", fault);
  }
  const auto known = member.agreements.find(agreement.name());
  if (known == member.agreements.end()) {
    const bool ours = std::any_of(agreement.audiences().begin(), agreement.audiences().end(),
                                  [this](const std::string& audience) { return Reads(audience); });
    // A version that takes the region out comes after one that had it in; a first one is somebody else's.
    return ours ? absl::OkStatus() : Refused("audience", "the agreement is with others");
  }
  const KnownAgreement& newest = known->second.back();
  const bool ends = agreement.version() == newest.agreement.version() && newest.agreement.ended_reason().empty() &&
                    !agreement.ended_reason().empty();
  if (sequence < newest.sequence || (agreement.version() <= newest.agreement.version() && !ends)) {
    return Refused("order", "a newer version of the agreement is known");
  }
  return absl::OkStatus();
}

absl::Status Region::JudgePublication(const Member& member, const v1::Publication& publication, int64_t sequence) const {
  if (!absl::StartsWith(publication.publication(), absl::StrCat(member.config.municipality(), "-"))) {
    return Refused("schema", "the number of the publication is not of the municipality");
  }
  const auto known = member.agreements.find(publication.agreement());
  if (known == member.agreements.end()) {
    return Refused("agreement_unknown", "the agreement is not known here; make it known first");
  }
  const auto version = std::find_if(known->second.begin(), known->second.end(), [&](const KnownAgreement& k) {
    return k.agreement.version() == publication.agreement_version();
  });
  if (version == known->second.end()) {
    return Refused("agreement_unknown", "this version of the agreement is not known here; make it known first");
  }
  const v1::Agreement& newest = known->second.back().agreement;
  if (newest.version() != publication.agreement_version()) {
    return Refused("agreement_ended", "a later version of the agreement took the place of this one");
  }
  if (!newest.ended_reason().empty() || !InForceAbout(newest, clock_.Now())) {
    return Refused("agreement_ended", "the agreement does not hold");
  }
  if (!Reads(publication.audience()) || !NamesAudience(newest, publication.audience())) {
    return Refused("audience", "the table is for others than the agreement and the region name");
  }
  const v1::TableRule* rule = FindTable(newest, publication.table());
  if (rule == nullptr) return Refused("table", "the agreement has no such table");
  if (const std::string fault = PublicationFault(publication, *rule); !fault.empty()) return Refused("schema", fault);
  for (const KnownPublication& before : member.publications) {
    const v1::Publication& other = *before.publication;
    if (other.publication() == publication.publication()) {
      return Refused("replayed", "the number of the publication was used before");
    }
    if (before.sequence > sequence && other.table() == publication.table() && other.audience() == publication.audience() &&
        SamePeriod(other.period(), publication.period())) {
      return Refused("order", "a newer publication of the table is known");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ReceiveStatementResponse> Region::ReceiveStatement(const Caller& caller,
                                                                      const v1::ReceiveStatementRequest& request) {
  const v1::SignedStatement& came = request.statement();
  MutexLock lock(mutex_);
  const auto member = std::find_if(members_.begin(), members_.end(),
                                   [&](const Member& m) { return caller.subject == absl::StrCat("oin:", m.config.oin()); });
  if (member == members_.end()) {
    return Refuse(caller, nullptr, came, Refused("member_foreign", "the certificate is of no member of this region"));
  }
  const absl::StatusOr<v1::Statement> statement = Verify(came, member->keys);
  if (!statement.ok()) return Refuse(caller, &*member, came, statement.status());
  Received received;
  received.hash = StatementHash(came);
  bool repeated = false;
  const absl::Status judged = Judge(*member, *statement, received.hash, &repeated);
  if (!judged.ok()) return Refuse(caller, &*member, came, judged);
  v1::ReceiveStatementResponse response;
  response.set_statement_hash(received.hash);
  if (repeated) {
    *response.mutable_received_time() = TimestampOf(member->statements[statement->id()].received);
    return response;
  }
  JournalRecord record;
  record.record_time = clock_.Now();
  record.kind = std::string(kStatementKind);
  record.payload = came.SerializeAsString();
  record.actor = caller.subject;
  received.received = absl::ToUnixMicros(record.record_time);
  NMD_ASSIGN_OR_RETURN(received.journal_sequence, journal_.Append({std::move(record)}, journal_.LastSequence()));
  *response.mutable_received_time() = TimestampOf(received.received);
  Apply(*statement, std::move(received), &*member);
  Log(LogLevel::kInfo, "statement taken",
      {{"member", member->config.municipality()}, {"statement", statement->id()}, {"content", ContentOf(*statement)}});
  return response;
}

absl::Status Region::Refuse(const Caller& caller, Member* member, const v1::SignedStatement& statement, absl::Status why) {
  internal::v1::StatementRefusal refusal;
  if (member != nullptr) refusal.set_municipality(member->config.municipality());
  refusal.set_cause(MetadataOf(why, "cause"));
  refusal.set_text(std::string(why.message()));
  refusal.set_sha256(StatementHash(statement));
  v1::Statement read;
  // Of unsigned bytes nothing is read: parsing them is what an attacker would like.
  const bool is_signed = member != nullptr && refusal.cause() != "unsigned" && refusal.cause() != "too_large" &&
                         refusal.cause() != "key_unknown" && refusal.cause() != "signature_wrong" &&
                         refusal.cause() != "unreadable";
  if (is_signed && read.ParseFromString(statement.statement())) {
    refusal.set_statement(read.id().substr(0, kMostWords));
    refusal.set_sequence(read.sequence());
  }
  Log(LogLevel::kWarning, "statement refused",
      {{"member", refusal.municipality()},
       {"statement", refusal.statement()},
       {"cause", refusal.cause()},
       {"sha256", refusal.sha256()}});
  // Who is nobody's member fills the log, which is bounded, and not the journal.
  if (member == nullptr) return why;
  if (member->last_refused_hash == refusal.sha256() && member->last_refusal == refusal.cause()) return why;
  JournalRecord record;
  record.record_time = clock_.Now();
  record.kind = std::string(kRefusalKind);
  record.payload = refusal.SerializeAsString();
  record.actor = caller.subject;
  Received received;
  received.received = absl::ToUnixMicros(record.record_time);
  received.municipality = refusal.municipality();
  received.id = refusal.statement();
  received.sequence = refusal.sequence();
  received.refusal = refusal.cause();
  received.refusal_text = refusal.text();
  received.hash = refusal.sha256();
  NMD_ASSIGN_OR_RETURN(received.journal_sequence, journal_.Append({std::move(record)}, journal_.LastSequence()));
  ++member->refused;
  member->last_refusal = refusal.cause();
  member->last_refused_hash = refusal.sha256();
  received_.push_back(std::move(received));
  return why;
}

absl::StatusOr<v1::ListMembersResponse> Region::ListMembers(const Caller&, const v1::ListMembersRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const absl::Time now = clock_.Now();
  MutexLock lock(mutex_);
  v1::ListMembersResponse response;
  int64_t present = 0;
  for (size_t m = 0; m < members_.size(); ++m) {
    const Member& member = members_[m];
    int64_t standing = 0;
    for (const KnownPublication& known : member.publications)
      standing += !member.withdrawals.count(known.publication->publication());
    present += standing > 0;
    if (static_cast<int64_t>(m) < page.offset || static_cast<int64_t>(m) >= page.offset + page.size) continue;
    v1::Member* out = response.add_members();
    out->set_municipality(member.config.municipality());
    out->set_title(member.config.title());
    out->set_last_statement(member.last_statement);
    out->set_last_sequence(member.last_sequence);
    if (member.last_received != 0) {
      *out->mutable_last_received_time() = TimestampOf(member.last_received);
      out->set_age_days(static_cast<int32_t>((now - absl::FromUnixMicros(member.last_received)) / absl::Hours(24)));
    }
    out->set_statement_count(static_cast<int64_t>(member.statements.size()));
    out->set_publication_count(standing);
    out->set_withdrawn_count(static_cast<int64_t>(member.publications.size()) - standing);
    out->set_refused_count(member.refused);
    out->set_last_refusal(member.last_refusal);
    int32_t agreements = 0;
    for (const auto& [name, versions] : member.agreements) {
      const v1::Agreement& newest = versions.back().agreement;
      agreements += newest.ended_reason().empty() && InForce(newest, now) && NamesAudience(newest, options_.audience);
    }
    out->set_agreement_count(agreements);
  }
  const auto total = static_cast<int64_t>(members_.size());
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  response.set_coverage(absl::StrCat(present, " van ", total, " gemeenten"));
  return response;
}

absl::Duration Region::LongestSilence() const {
  MutexLock lock(mutex_);
  absl::Duration longest = absl::ZeroDuration();
  for (const Member& member : members_) {
    if (member.last_received != 0) longest = std::max(longest, clock_.Now() - absl::FromUnixMicros(member.last_received));
  }
  return longest;
}

int64_t Region::Unheard() const {
  MutexLock lock(mutex_);
  return std::count_if(members_.begin(), members_.end(), [](const Member& member) { return member.last_received == 0; });
}

absl::StatusOr<v1::ListStatementsResponse> Region::ListStatements(const Caller&,
                                                                  const v1::ListStatementsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(Page page, ReadPage(request));
  if (request.with_bytes()) page.size = 1;
  v1::ListStatementsResponse response;
  std::vector<int64_t> journal_sequences;
  int64_t total = 0;
  {
    MutexLock lock(mutex_);
    for (auto it = received_.rbegin(); it != received_.rend(); ++it) {
      if (!request.municipality().empty() && it->municipality != request.municipality()) continue;
      const int64_t at = total++;
      if (at < page.offset || at >= page.offset + page.size) continue;
      v1::ReceivedStatement* out = response.add_statements();
      out->set_id(it->id);
      out->set_municipality(it->municipality);
      out->set_sequence(it->sequence);
      *out->mutable_received_time() = TimestampOf(it->received);
      out->set_kind(it->content);
      out->set_subject(it->subject);
      out->set_refusal(it->refusal);
      out->set_refusal_text(it->refusal_text);
      out->set_sha256(it->hash);
      journal_sequences.push_back(it->journal_sequence);
    }
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  for (int i = 0; request.with_bytes() && i < response.statements_size(); ++i) {
    if (!response.statements(i).refusal().empty()) continue;
    bool good = false;
    NMD_RETURN_IF_ERROR(journal_.Replay(journal_sequences[static_cast<size_t>(i)] - 1, [&](const JournalRecord& record) {
      good = response.mutable_statements(i)->mutable_signed_statement()->ParseFromString(record.payload);
      return false;
    }));
    if (!good) return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "the statement cannot be read any more");
  }
  return response;
}

}  // namespace nmd::publication
