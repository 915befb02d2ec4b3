// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/contracts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/contracts/accounts.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::FactBatch;
using internal::v1::FollowedFacts;
using v1::Signal;

constexpr absl::string_view kListFacts = "/nmd.ingestion.v1.IngestionService/ListFacts";
constexpr absl::string_view kFactsKind = "facts";
constexpr absl::string_view kActor = "service:contracts";
constexpr absl::Duration kPatience = absl::Seconds(30);
// Once the feed has no more, signals are judged at once. While costs is not as far, they are judged again after these pauses,
// in milliseconds, and a last time after a wait at the feed's tail.
constexpr int kPauses[] = {0, 50, 100, 200, 400, 800, 1600};
constexpr size_t kJudgements = std::size(kPauses) + 1;

// What is kept of facts (FollowedFacts.edition).
constexpr int kEdition = 5;

bool Keeps(const ingestion::v1::Fact& fact) { return ContractBook::Keeps(fact) || AccountLedger::Keeps(fact); }

// The page of an answer that is kept: what this service needs of it.
FollowedFacts Keep(ingestion::v1::ListFactsResponse page) {
  FollowedFacts followed;
  followed.set_next_sequence(page.next_sequence());
  followed.set_edition(kEdition);
  absl::Time newest = absl::InfinitePast();
  for (FactBatch& batch : *page.mutable_batches()) {
    const bool corrects = !batch.supersedes().empty() || !batch.corrects().empty();
    if (batch.facts_size() == 0 && !corrects) continue;  // A refused delivery: nothing became known.
    newest = std::max(newest, KnownTimeOf(batch));
    auto* facts = batch.mutable_facts();
    facts->erase(std::remove_if(facts->begin(), facts->end(), [](const auto& fact) { return !Keeps(fact); }), facts->end());
    if (batch.facts_size() > 0 || corrects) *followed.add_batches() = std::move(batch);
  }
  if (newest > absl::InfinitePast()) *followed.mutable_newest_known_time() = TimestampOf(newest);
  return followed;
}

}  // namespace

Contracts::Contracts(std::string municipality, SignalRules rules, Journal& journal, const Clock& clock, const Peer& ingestion,
                     const Peer& costs)
    : municipality_(std::move(municipality)),
      rules_(std::move(rules)),
      journal_(journal),
      clock_(clock),
      ingestion_(ingestion),
      costs_(costs) {}

absl::StatusOr<std::unique_ptr<Contracts>> Contracts::Open(std::string municipality, SignalRules rules, Journal& journal,
                                                           const Clock& clock, const Peer& ingestion, const Peer& costs) {
  auto contracts =
      std::unique_ptr<Contracts>(new Contracts(std::move(municipality), std::move(rules), journal, clock, ingestion, costs));
  NMD_RETURN_IF_ERROR(contracts->Replay());
  return contracts;
}

absl::Status Contracts::Replay() {
  MutexLock lock(mutex_);
  bool damaged = false;
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [&](const JournalRecord& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (record.kind == kFactsKind) {
      FollowedFacts followed;
      damaged = !followed.ParseFromString(record.payload);
      if (damaged) return false;
      if (followed.edition() == kEdition) {
        Apply(followed);
      } else {
        read_before_ = std::max(read_before_, followed.next_sequence());
      }
    } else if (record.kind == kSignalKind) {
      Signal signal;
      damaged = !signal.ParseFromString(record.payload);
      if (!damaged) ApplySignal(record.sequence, std::move(signal));
    } else if (record.kind == kResponseKind) {
      internal::v1::ResponseRecord response;
      damaged = !response.ParseFromString(record.payload);
      if (!damaged) ApplyResponse(response);
    } else if (record.kind == kStatementKind) {
      internal::v1::StatementRecord statement;
      damaged = !statement.ParseFromString(record.payload);
      if (!damaged) ApplyStatement(statement);
    } else if (record.kind == kProposalKind) {
      internal::v1::ProposalRecord proposal;
      damaged = !proposal.ParseFromString(record.payload);
      if (!damaged) ApplyProposal(proposal);
    } else if (record.kind == kSeenKind) {
      internal::v1::SignalsSeen seen;
      damaged = !seen.ParseFromString(record.payload);
      if (!damaged) ApplySeen(seen);
    }
    return !damaged;
  }));
  if (!damaged) return absl::OkStatus();
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a record of the journal cannot be read");
}

void Contracts::Apply(const FollowedFacts& followed) {
  for (const FactBatch& batch : followed.batches()) {
    book_.Add(batch);
    const AccountLedger::Touched touched = ledger_.Add(batch);
    // What was agreed may be about everybody.
    const bool agreed = std::any_of(batch.facts().begin(), batch.facts().end(), ContractBook::Keeps);
    if (touched.all || agreed) state_of_all_ = ++states_;
    agreed_pages_ += agreed ? 1 : 0;
    for (const std::string& provider : touched.providers) Touch(provider);
  }
  ++changes_;
  worked_.clear();
  cursor_ = followed.next_sequence();
  if (followed.has_newest_known_time())
    newest_known_ = std::max(newest_known_, absl::FromUnixMicros(MicrosOf(followed.newest_known_time())));
  judgements_ = 0;
}

absl::Status Contracts::Write(absl::string_view kind, const google::protobuf::Message& message, const std::string& actor) {
  JournalRecord record;
  record.record_time = clock_.Now();
  record.kind = std::string(kind);
  record.payload = message.SerializeAsString();
  record.actor = actor;
  return journal_.Append({std::move(record)}, journal_.LastSequence()).status();
}

absl::Status Contracts::Follow(int wait_seconds) {
  if (wait_seconds > 0) DeliverApproved();
  ingestion::v1::ListFactsRequest request;
  request.set_parent(absl::StrCat("municipalities/", municipality_));
  size_t judgements = 0;
  {
    MutexLock lock(mutex_);
    request.set_after_sequence(cursor_);
    judgements = judgements_;
  }
  if (judgements >= std::size(kPauses)) {
    request.set_wait_seconds(wait_seconds);
  } else if (wait_seconds > 0 && kPauses[judgements] > 0) {
    absl::SleepFor(absl::Milliseconds(kPauses[judgements]));
  }
  NMD_ASSIGN_OR_RETURN(auto page, ingestion_.Call<ingestion::v1::ListFactsResponse>(
                                      kListFacts, request, kPatience + absl::Seconds(request.wait_seconds())));
  if (page.next_sequence() == request.after_sequence()) {
    if (judgements >= kJudgements) return absl::OkStatus();
    NMD_RETURN_IF_ERROR(Judge(clock_.Now() + kPatience));
    MutexLock lock(mutex_);
    // A page that came in between, by another thread, asks for judgements of its own.
    if (cursor_ == request.after_sequence()) judgements_ = costs_behind_ ? judgements + 1 : kJudgements;
    return absl::OkStatus();
  }
  const FollowedFacts followed = Keep(std::move(page));
  MutexLock lock(mutex_);
  if (cursor_ != request.after_sequence()) return absl::OkStatus();  // Somebody else was first with this page.
  NMD_RETURN_IF_ERROR(Write(kFactsKind, followed, std::string(kActor)));
  Apply(followed);
  parking_.Wake();
  return absl::OkStatus();
}

Book Contracts::BookAsKnown(absl::Time known_time) const {
  MutexLock lock(mutex_);
  return book_.AsKnown(known_time);
}

absl::StatusOr<v1::ListPositionsResponse> Contracts::ListPositions(const Caller& caller,
                                                                   const v1::ListPositionsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  FieldCheck check;
  check.Require(2000 <= request.year() && request.year() <= 2100, "year", "must be a calendar year, 2000 to 2100");
  NMD_RETURN_IF_ERROR(check.Result());
  const absl::Time known_time = request.has_known_time() ? absl::FromUnixMicros(MicrosOf(request.known_time())) : clock_.Now();
  const Book book = BookAsKnown(known_time);
  NMD_ASSIGN_OR_RETURN(const std::vector<Account> accounts,
                       AskAccounts(costs_, book, {municipality_, request.year(), request.provider(), known_time},
                                   std::min(kPatience, caller.deadline - clock_.Now())));
  const auto total = static_cast<int64_t>(accounts.size());
  v1::ListPositionsResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_positions() = accounts[static_cast<size_t>(i)].position;
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

}  // namespace nmd::contracts
