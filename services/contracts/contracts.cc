// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/contracts.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/contracts/accounts.h"
#include "services/contracts/signals.h"
#include "services/core/dutch.h"
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
constexpr absl::string_view kSignalKind = "signal";
constexpr absl::string_view kActor = "service:contracts";
constexpr absl::Duration kPatience = absl::Seconds(30);
// After the feed fell idle costs may still be reading it; the second judgement, a wait later, sees what it missed.
constexpr int kIdleJudgements = 2;

// What is kept of facts (FollowedFacts.edition).
constexpr int kEdition = 1;

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

// What makes two findings the same signal.
using SignalKey = std::tuple<std::string, std::string, std::string, int>;  // Rule, provider, law, year.
SignalKey KeyOf(const Signal& signal) { return {signal.rule(), signal.provider(), signal.law(), signal.year()}; }

// Both laws began in 2015: nothing was declared under them before.
constexpr int kFirstYear = 2015;

// The years to judge: those in which some contract ran, up to the year that is known about.
std::set<int> YearsOf(const Book& book, absl::Time known_time) {
  const int last = CivilOf(dutch::CalendarDay(known_time)).year;
  std::set<int> years;
  for (const BookedContract& contract : book.contracts) {
    for (int year = std::max(kFirstYear, CivilOf(contract.period.start).year); year <= last; ++year) {
      if (contract.RunningMonths(year) != 0) years.insert(year);
    }
  }
  return years;
}

}  // namespace

Contracts::Contracts(std::string municipality, int ceiling_percent, Journal& journal, const Clock& clock, const Peer& ingestion,
                     const Peer& costs)
    : municipality_(std::move(municipality)),
      ceiling_percent_(ceiling_percent),
      journal_(journal),
      clock_(clock),
      ingestion_(ingestion),
      costs_(costs) {}

absl::StatusOr<std::unique_ptr<Contracts>> Contracts::Open(std::string municipality, int ceiling_percent, Journal& journal,
                                                           const Clock& clock, const Peer& ingestion, const Peer& costs) {
  auto contracts =
      std::unique_ptr<Contracts>(new Contracts(std::move(municipality), ceiling_percent, journal, clock, ingestion, costs));
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
      if (!damaged) signals_[signal.name()] = std::move(signal);
    }
    return !damaged;
  }));
  if (!damaged) return absl::OkStatus();
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a record of the journal cannot be read");
}

void Contracts::Apply(const FollowedFacts& followed) {
  for (const FactBatch& batch : followed.batches()) {
    book_.Add(batch);
    ledger_.Add(batch);
  }
  ++changes_;
  worked_.clear();
  cursor_ = followed.next_sequence();
  if (followed.has_newest_known_time())
    newest_known_ = std::max(newest_known_, absl::FromUnixMicros(MicrosOf(followed.newest_known_time())));
  idle_judgements_due_ = kIdleJudgements;
}

absl::Status Contracts::Follow(int wait_seconds) {
  ingestion::v1::ListFactsRequest request;
  request.set_parent(absl::StrCat("municipalities/", municipality_));
  request.set_wait_seconds(wait_seconds);
  {
    MutexLock lock(mutex_);
    request.set_after_sequence(cursor_);
  }
  NMD_ASSIGN_OR_RETURN(auto page, ingestion_.Call<ingestion::v1::ListFactsResponse>(kListFacts, request,
                                                                                    kPatience + absl::Seconds(wait_seconds)));
  if (page.next_sequence() == request.after_sequence()) {
    {
      MutexLock lock(mutex_);
      if (idle_judgements_due_ == 0) return absl::OkStatus();
    }
    NMD_RETURN_IF_ERROR(Judge(clock_.Now() + kPatience));
    MutexLock lock(mutex_);
    // A page that came in between, by another thread, asks for judgements of its own.
    if (cursor_ == request.after_sequence()) --idle_judgements_due_;
    return absl::OkStatus();
  }
  const FollowedFacts followed = Keep(std::move(page));
  MutexLock lock(mutex_);
  if (cursor_ != request.after_sequence()) return absl::OkStatus();  // Somebody else was first with this page.
  JournalRecord record;
  record.record_time = clock_.Now();
  record.kind = std::string(kFactsKind);
  record.payload = followed.SerializeAsString();
  record.actor = std::string(kActor);
  NMD_RETURN_IF_ERROR(journal_.Append({std::move(record)}, journal_.LastSequence()).status());
  Apply(followed);
  return absl::OkStatus();
}

absl::Status Contracts::Judge(absl::Time deadline) {
  MutexLock judging(judging_);
  Book book;
  absl::Time known_time;
  {
    MutexLock lock(mutex_);
    // Half of what was known would close signals that hold.
    if (cursor_ < read_before_) return absl::OkStatus();
    known_time = newest_known_;
    book = book_.AsKnown(known_time);
  }
  if (known_time == absl::InfinitePast()) return absl::OkStatus();
  std::map<SignalKey, Signal> found;
  std::set<std::tuple<std::string, std::string, int>> undecided;  // Provider, law, year.
  for (const int year : YearsOf(book, known_time)) {
    NMD_ASSIGN_OR_RETURN(const std::vector<Account> accounts,
                         AskAccounts(costs_, book, {municipality_, year, "", known_time}, deadline - clock_.Now()));
    for (const Account& account : accounts) {
      const v1::Position& position = account.position;
      if (!account.standing.declared) undecided.emplace(position.provider(), position.law(), year);
      for (const Finding& finding : FindSignals(account.standing, ceiling_percent_)) {
        Signal signal;
        signal.set_rule(finding.rule);
        signal.set_state(Signal::OPEN);
        signal.set_provider(position.provider());
        signal.set_provider_title(position.provider_title());
        signal.set_law(position.law());
        signal.set_year(year);
        signal.set_text(finding.text);
        signal.set_next_step(finding.next_step);
        signal.set_severity(finding.severity);
        found.emplace(KeyOf(signal), std::move(signal));
      }
    }
  }

  MutexLock lock(mutex_);
  std::map<SignalKey, int> occurrences;
  std::vector<Signal> changes;
  for (const auto& [name, held] : signals_) {
    ++occurrences[KeyOf(held)];
    if (held.state() != Signal::OPEN) continue;
    const auto again = found.find(KeyOf(held));
    if (again == found.end()) {
      if (undecided.count({held.provider(), held.law(), held.year()}) != 0) continue;
      Signal closed = held;
      closed.set_state(Signal::CLOSED);
      *closed.mutable_close_time() = TimestampOf(known_time);
      changes.push_back(std::move(closed));
      continue;
    }
    Signal now = std::move(again->second);
    found.erase(again);
    now.set_name(held.name());
    *now.mutable_open_time() = held.open_time();
    if (now.SerializeAsString() != held.SerializeAsString()) changes.push_back(std::move(now));
  }
  for (auto& [key, signal] : found) {
    const std::string rule = absl::StrReplaceAll(absl::AsciiStrToLower(signal.rule()), {{"_", "-"}});
    signal.set_name(absl::StrCat("municipalities/", municipality_, "/signals/", rule, "-", signal.provider(), "-", signal.law(),
                                 "-", signal.year(), "-", occurrences[key] + 1));
    *signal.mutable_open_time() = TimestampOf(known_time);
    changes.push_back(std::move(signal));
  }
  if (changes.empty()) return absl::OkStatus();
  std::vector<JournalRecord> records;
  for (const Signal& signal : changes) {
    JournalRecord record;
    record.record_time = clock_.Now();
    record.kind = std::string(kSignalKind);
    record.payload = signal.SerializeAsString();
    record.actor = std::string(kActor);
    records.push_back(std::move(record));
  }
  NMD_RETURN_IF_ERROR(journal_.Append(std::move(records), journal_.LastSequence()).status());
  for (Signal& signal : changes) signals_[signal.name()] = std::move(signal);
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

absl::StatusOr<v1::ListSignalsResponse> Contracts::ListSignals(const Caller& caller, const v1::ListSignalsRequest& request) {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  if (request.page_token().empty()) NMD_RETURN_IF_ERROR(Judge(std::min(caller.deadline, clock_.Now() + kPatience)));
  std::vector<Signal> signals;
  {
    MutexLock lock(mutex_);
    for (const auto& [name, signal] : signals_) {
      if (request.state() != Signal::STATE_UNSPECIFIED && signal.state() != request.state()) continue;
      if (!request.provider().empty() && signal.provider() != request.provider()) continue;
      if (request.year() != 0 && signal.year() != request.year()) continue;
      signals.push_back(signal);
    }
  }
  // Within a severity what is open comes first, then by name: an order, not a ranking of providers.
  std::stable_sort(signals.begin(), signals.end(), [](const Signal& a, const Signal& b) {
    return std::make_tuple(-a.severity(), a.state()) < std::make_tuple(-b.severity(), b.state());
  });
  const auto total = static_cast<int64_t>(signals.size());
  v1::ListSignalsResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_signals() = std::move(signals[static_cast<size_t>(i)]);
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

}  // namespace nmd::contracts
