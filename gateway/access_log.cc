// SPDX-License-Identifier: EUPL-1.2
#include "gateway/access_log.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/platform/check_words.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/router.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

using internal::v1::ChainedEntry;
using internal::v1::LogEntry;
using log::v1::LogRecord;

constexpr char kAudit[] = "audit";
constexpr char kProcessing[] = "processing";
constexpr char kHold[] = "hold";
constexpr char kPrune[] = "prune";

constexpr size_t kBatch = 1000;
constexpr int kThreads = 2;
// How long after a write a thread looks every now and then by itself: the ends of what was just begun come soon, and to wake a
// thread for each costs more than to write it.
constexpr absl::Duration kAlert = absl::Milliseconds(50);
constexpr int kClients = 100;
// Entries a page looks at, and looks on for the ends of the calls it found.
constexpr int kScan = 50'000;
constexpr int kLookOn = 5'000;
// An entry is written at most this long after what it tells began: the longest call, and a wait for the disk.
constexpr absl::Duration kLongest = absl::Minutes(2);
constexpr int64_t kCheckpointEvery = 20'000;

std::string Sha256(absl::string_view bytes) { return absl::HexStringToBytes(Sha256Hex(bytes)); }

std::string ChainHash(absl::string_view before, const JournalRecord& record, absl::string_view content_hash) {
  return Sha256(
      absl::StrCat(before, record.sequence, "/", absl::ToUnixMicros(record.record_time), "/", record.kind, "/", content_hash));
}

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) { return absl::FromUnixMicros(MicrosOf(timestamp)); }

// The entry of a record; nothing when retention took it, or the record is damaged.
std::optional<LogEntry> EntryOf(const JournalRecord& record) {
  ChainedEntry chained;
  LogEntry entry;
  if (!chained.ParseFromString(record.payload) || chained.content().empty() || !entry.ParseFromString(chained.content())) {
    return std::nullopt;
  }
  return entry;
}

bool Holds(const log::v1::LogHold& hold, absl::Time time) {
  return !hold.released() && time >= TimeOf(hold.start_time()) && (!hold.has_end_time() || time < TimeOf(hold.end_time()));
}

// What the log says of itself stays as long as anything it may explain.
bool Expired(absl::string_view kind, absl::Time time, absl::Time audit_before, absl::Time processing_before) {
  if (kind == kAudit) return time < audit_before;
  if (kind == kProcessing) return time < processing_before;
  return time < std::min(audit_before, processing_before);
}

// The first record that was written at or after a moment, or the one behind the last. Record times never go back.
int64_t FirstSince(const Journal& journal, absl::Time moment) {
  int64_t low = 1, high = journal.LastSequence() + 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    std::optional<std::pair<int64_t, absl::Time>> found;
    (void)journal.Replay(middle - 1, [&](const JournalRecord& record) {
      found = {record.sequence, record.record_time};
      return false;
    });
    // Sequences that retention dropped lie before all others.
    if (found && found->second < moment) {
      low = found->first + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// What a page of entries looks through: from the page token or the start time on.
absl::StatusOr<int64_t> StartOf(const google::protobuf::Message& request, const Journal& journal, bool has_start,
                                const google::protobuf::Timestamp& start, Page* page) {
  NMD_ASSIGN_OR_RETURN(*page, ReadPage(request));
  if (page->offset > 0) return page->offset;
  return has_start ? FirstSince(journal, TimeOf(start)) : 1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AccessLog>> AccessLog::Open(Journal& journal, Options options, const Clock& clock) {
  std::unique_ptr<AccessLog> log(new AccessLog(journal, std::move(options), clock));
  NMD_RETURN_IF_ERROR(log->Load());
  for (int i = 0; i < kThreads; ++i) log->threads_.emplace_back([raw = log.get()] { raw->Run(); });
  return log;
}

AccessLog::AccessLog(Journal& journal, Options options, const Clock& clock)
    : journal_(journal), options_(std::move(options)), clock_(clock) {}

AccessLog::~AccessLog() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
  if (absl::Status saved = SaveCheckpoint(); !saved.ok()) {
    nmd::Log(LogLevel::kWarning, "access log: no checkpoint", {{"detail", saved.message()}});
  }
}

absl::Status AccessLog::Load() {
  NMD_ASSIGN_OR_RETURN(const std::optional<Journal::Checkpoint> checkpoint, journal_.LoadCheckpoint());
  internal::v1::LogCheckpoint state;
  if (checkpoint) state.ParseFromString(checkpoint->state);
  MutexLock lock(mutex_);
  holds_.assign(state.holds().begin(), state.holds().end());
  last_sequence_ = journal_.LastSequence();
  // Without a checkpoint everything is read; the last record is read in any case, for its hash.
  const int64_t after = std::min(checkpoint ? checkpoint->sequence : 0, last_sequence_ - 1);
  absl::Status sound;
  NMD_RETURN_IF_ERROR(journal_.Replay(after, [&](const JournalRecord& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ChainedEntry chained;
    if (!chained.ParseFromString(record.payload)) {
      sound = Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
                   absl::StrCat("the access log cannot be read at entry ", record.sequence));
      return false;
    }
    last_hash_ = chained.hash();
    if (record.kind == kHold) {
      if (const std::optional<LogEntry> entry = EntryOf(record)) {
        holds_.erase(std::remove_if(holds_.begin(), holds_.end(),
                                    [&](const log::v1::LogHold& hold) { return hold.name() == entry->hold().name(); }),
                     holds_.end());
        holds_.push_back(entry->hold());
      }
    }
    return true;
  }));
  return sound;
}

std::vector<log::v1::LogHold> AccessLog::holds() const {
  MutexLock lock(mutex_);
  return holds_;
}

absl::Status AccessLog::SaveCheckpoint() {
  internal::v1::LogCheckpoint state;
  for (const log::v1::LogHold& hold : holds()) *state.add_holds() = hold;
  return journal_.SaveCheckpoint(last_sequence_, state.SerializeAsString());
}

bool AccessLog::Enqueue(Waiting& waiting, bool limited) {
  waiting.since = std::chrono::steady_clock::now();
  MutexLock lock(mutex_);
  if (stopping_) return false;
  if (limited && (waiting_.size() >= options_.waiting_limit ||
                  (urgent_ > 0 && absl::FromChrono(waiting.since - waiting_.front().since) > options_.longest_wait))) {
    return false;
  }
  // Who writes looks here again when done; who sleeps wants to know of the first one, and of the first that cannot wait.
  const bool news = !writing_ && (waiting.urgent() ? urgent_ == 0 : waiting_.empty() && alert_ == 0);
  if (waiting.urgent()) ++urgent_;
  waiting_.push_back(std::move(waiting));
  if (news) changed_.NotifyOne();
  return true;
}

bool AccessLog::AtRest() const {
  MutexLock lock(mutex_);
  return urgent_ == 0 && !writing_;
}

void AccessLog::Begin(LogRecord record, std::function<void(absl::Status)> done) {
  Waiting waiting;
  waiting.kind = kAudit;
  *waiting.entry.mutable_begin() = std::move(record);
  waiting.done = std::move(done);
  if (!Enqueue(waiting, true))
    waiting.done(Overloaded("as many calls wait to be logged as the gateway takes; try again", 1000));
}

void AccessLog::End(LogRecord record) {
  Waiting waiting;
  const bool at_the_door = record.outcome() == LogRecord::REFUSED && !record.actor().empty();
  waiting.kind = at_the_door ? kAudit : kProcessing;
  // Now, not when it is read: the register names one version of an activity, and goes on.
  if (!at_the_door) record.set_processing_activity_id(ActivityOf(record.method()));
  *(at_the_door ? waiting.entry.mutable_begin() : waiting.entry.mutable_end()) = std::move(record);
  // Beyond the limit too: the call was made, or somebody is trying doors.
  Enqueue(waiting, false);
}

std::string AccessLog::ActivityOf(const std::string& method) const {
  if (const auto it = options_.activities.find(method); it != options_.activities.end()) return it->second;
  const auto service = options_.activities.find(absl::string_view(method).substr(0, method.rfind('.')));
  return service == options_.activities.end() ? absl::StrCat(options_.activity_base, method) : service->second;
}

absl::Status AccessLog::Write(std::string kind, LogEntry entry) {
  absl::Notification written;
  absl::Status outcome;
  Waiting waiting;
  waiting.kind = std::move(kind);
  waiting.entry = std::move(entry);
  waiting.done = [&](absl::Status status) {
    outcome = std::move(status);
    written.Notify();
  };
  if (!Enqueue(waiting, true)) return Overloaded("the gateway is stopping or busy; try again", 1000);
  written.WaitForNotification();
  return outcome;
}

bool AccessLog::AwaitTurn() {
  const auto look_again_in = [this](absl::Duration time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++alert_;
    changed_.WaitFor(mutex_, time);
    --alert_;
  };
  while (true) {
    if (!writing_ && (urgent_ > 0 || (stopping_ && (!waiting_.empty() || !again_.empty())))) return true;
    if (!writing_ && stopping_) return false;
    const auto now = std::chrono::steady_clock::now();
    if (!writing_ && !waiting_.empty()) {
      const absl::Duration left = options_.end_wait - absl::FromChrono(now - waiting_.front().since);
      if (left <= absl::ZeroDuration()) return true;
      look_again_in(left);
    } else if (!writing_ && alert_ == 0 && absl::FromChrono(now - last_turn_) < kAlert) {
      look_again_in(options_.end_wait);
    } else {
      changed_.Wait(mutex_);
    }
  }
}

void AccessLog::EndTurn() {
  MutexLock lock(mutex_);
  writing_ = false;
  last_turn_ = std::chrono::steady_clock::now();
  if (stopping_)
    changed_.NotifyAll();
  else if (!waiting_.empty())
    changed_.NotifyOne();
}

void AccessLog::Run() {
  while (true) {
    std::vector<Waiting> batch;
    std::function<void(absl::StatusOr<log::v1::PruneLogResponse>)> prune;
    {
      MutexLock lock(mutex_);
      if (!AwaitTurn()) return;
      writing_ = true;
      batch = std::exchange(again_, {});
      while (!waiting_.empty() && batch.size() < kBatch && !prune) {
        if (waiting_.front().prune && !batch.empty()) break;
        if (waiting_.front().urgent()) --urgent_;
        if (waiting_.front().prune) {
          prune = std::move(waiting_.front().prune);
        } else {
          batch.push_back(std::move(waiting_.front()));
        }
        waiting_.pop_front();
      }
    }
    if (prune) {
      prune(Prune());
      EndTurn();
      continue;
    }
    const absl::Status written = Append(batch);
    if (!written.ok()) {
      nmd::Log(LogLevel::kError, "access log cannot be written", {{"detail", written.message()}});
      MutexLock lock(mutex_);
      // Not at once: the disk is not asked again until there is something new to write, or it ends here.
      for (Waiting& waiting : batch) {
        if (!stopping_ && !waiting.urgent() && again_.size() < options_.waiting_limit) again_.push_back(std::move(waiting));
      }
    }
    const bool late = written.ok() && (clock_.Now() >= next_prune_ || since_checkpoint_ >= kCheckpointEvery);
    if (!late) EndTurn();
    for (Waiting& waiting : batch) {
      if (!waiting.done) continue;
      waiting.done(written.ok() ? written
                                : Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                                       "the call cannot be logged, so it is not made; try again"));
    }
    if (!late) continue;
    KeepUp();
    EndTurn();
  }
}

void AccessLog::KeepUp() {
  const absl::Time now = clock_.Now();
  absl::Status kept;
  if (now >= next_prune_) {
    next_prune_ = now + absl::Hours(24);
    kept = Prune().status();
  } else {
    kept = SaveCheckpoint();
    since_checkpoint_ = 0;
  }
  if (!kept.ok()) nmd::Log(LogLevel::kError, "access log: retention or checkpoint failed", {{"detail", kept.message()}});
}

absl::Status AccessLog::Append(std::vector<Waiting>& batch) {
  std::vector<JournalRecord> records;
  std::string hash = last_hash_;
  for (Waiting& waiting : batch) {
    const absl::Time now = clock_.Now();
    waiting.entry.set_salt(absl::HexStringToBytes(RandomHex(32)));
    *waiting.entry.mutable_time() = TimestampOf(now);
    JournalRecord record;
    record.sequence = last_sequence_ + static_cast<int64_t>(records.size()) + 1;
    record.record_time = now;
    record.kind = waiting.kind;
    ChainedEntry chained;
    chained.set_content(waiting.entry.SerializeAsString());
    chained.set_content_hash(Sha256(chained.content()));
    hash = ChainHash(hash, record, chained.content_hash());
    chained.set_hash(hash);
    record.payload = chained.SerializeAsString();
    records.push_back(std::move(record));
  }
  NMD_ASSIGN_OR_RETURN(last_sequence_, journal_.Append(std::move(records), last_sequence_));
  last_hash_ = hash;
  since_checkpoint_ += static_cast<int64_t>(batch.size());
  // What verifies the log later must be known outside of it, too.
  if (last_sequence_ / kCheckpointEvery != (last_sequence_ - static_cast<int64_t>(batch.size())) / kCheckpointEvery) {
    nmd::Log(LogLevel::kInfo, "access log head", {{"sequence", last_sequence_}, {"hash", absl::BytesToHexString(hash)}});
  }
  return absl::OkStatus();
}

absl::StatusOr<log::v1::PruneLogResponse> AccessLog::Prune() {
  const absl::Time now = clock_.Now();
  const absl::Time audit_before = now - options_.audit_life, processing_before = now - options_.processing_life;
  const std::vector<log::v1::LogHold> held = holds();
  const auto open = [&](const LogEntry& entry) {
    return std::any_of(held.begin(), held.end(),
                       [&](const auto& hold) { return hold.name() == entry.hold().name() && !hold.released(); });
  };
  log::v1::PruneLogResponse counts;
  // The contents to take, and the last of the entries from the beginning on that have none left after it.
  std::set<int64_t> taken;
  int64_t anchor = 0;
  bool from_the_beginning = true;
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [&](const JournalRecord& record) {
    if (record.record_time >= std::max(audit_before, processing_before)) return false;
    const std::optional<LogEntry> entry = EntryOf(record);
    if (entry && Expired(record.kind, record.record_time, audit_before, processing_before) &&
        !(entry->has_hold() && open(*entry))) {
      const bool kept =
          std::any_of(held.begin(), held.end(), [&](const auto& hold) { return Holds(hold, record.record_time); });
      if (kept) {
        counts.set_held_count(counts.held_count() + 1);
        from_the_beginning = false;
        return true;
      }
      taken.insert(record.sequence);
    } else if (entry) {
      from_the_beginning = false;
    }
    if (from_the_beginning) anchor = record.sequence;
    return true;
  }));
  counts.set_pruned_count(static_cast<int64_t>(taken.size()));
  if (taken.empty()) return counts;

  std::vector<Waiting> announcement(1);
  announcement[0].kind = kPrune;
  internal::v1::Pruning& pruning = *announcement[0].entry.mutable_prune();
  *pruning.mutable_audit_before() = TimestampOf(audit_before);
  *pruning.mutable_processing_before() = TimestampOf(processing_before);
  pruning.set_anchor_sequence(anchor);
  NMD_RETURN_IF_ERROR(Append(announcement));
  NMD_RETURN_IF_ERROR(journal_.Rewrite([&](const JournalRecord& record) -> std::optional<JournalRecord> {
    if (record.sequence < anchor) return std::nullopt;
    if (taken.count(record.sequence) == 0) return record;
    JournalRecord emptied = record;
    ChainedEntry chained;
    chained.ParseFromString(record.payload);
    chained.clear_content();
    emptied.payload = chained.SerializeAsString();
    return emptied;
  }));
  NMD_RETURN_IF_ERROR(SaveCheckpoint());
  nmd::Log(LogLevel::kInfo, "access log pruned", {{"entries", counts.pruned_count()}, {"held", counts.held_count()}});
  return counts;
}

absl::StatusOr<log::v1::QueryLogRecordsResponse> AccessLog::QueryLogRecords(
    const log::v1::QueryLogRecordsRequest& request) const {
  FieldCheck check;
  check.Require(IsValid(request.start_time()), "start_time", "must be a moment");
  check.Require(IsValid(request.end_time()), "end_time", "must be a moment");
  if (!check.ok()) return check.Result();
  Page page;
  NMD_ASSIGN_OR_RETURN(const int64_t first, StartOf(request, journal_, request.has_start_time(), request.start_time(), &page));

  // Calls found, in order of their beginning; a call whose end names the client asked for is known only then.
  std::vector<LogRecord> found;
  std::map<std::string, size_t> by_span;
  int looked_at = 0;
  int64_t next = 0;  // Where the next page begins; 0: there is none.
  int looked_on = 0;
  NMD_RETURN_IF_ERROR(journal_.Replay(first - 1, [&](const JournalRecord& record) {
    const bool full = ++looked_at > kScan || found.size() >= static_cast<size_t>(page.size);
    const std::optional<LogEntry> entry = EntryOf(record);
    if (next == 0 && request.has_end_time() && record.record_time >= TimeOf(request.end_time()) + kLongest) return false;
    if (next == 0 && full) next = record.sequence;
    if (next != 0 && ++looked_on > kLookOn) return false;
    if (!entry) return true;
    if (entry->has_begin() && next == 0) {
      const LogRecord& begin = entry->begin();
      const absl::Time start = TimeOf(begin.start_time());
      const bool wanted = (!request.has_start_time() || start >= TimeOf(request.start_time())) &&
                          (!request.has_end_time() || start < TimeOf(request.end_time())) &&
                          (request.actor().empty() || begin.actor() == request.actor()) &&
                          (request.method().empty() || begin.method() == request.method());
      if (wanted) {
        by_span[begin.span_id()] = found.size();
        found.push_back(begin);
        found.back().set_sequence(record.sequence);
      }
    } else if (entry->has_end()) {
      const auto it = by_span.find(entry->end().span_id());
      if (it == by_span.end()) return true;
      LogRecord& call = found[it->second];
      const LogRecord& end = entry->end();
      call.set_end_sequence(record.sequence);
      *call.mutable_end_time() = end.end_time();
      call.set_outcome(end.outcome());
      call.set_reason(end.reason());
      // The end names those of the beginning, too.
      if (!end.clients().empty()) *call.mutable_clients() = end.clients();
      call.set_more_clients(call.more_clients() || end.more_clients());
      by_span.erase(it);
    }
    return true;
  }));
  log::v1::QueryLogRecordsResponse response;
  for (LogRecord& call : found) {
    const auto& clients = call.clients();
    if (request.only_clients() && clients.empty()) continue;
    if (!request.client().empty() && std::find(clients.begin(), clients.end(), request.client()) == clients.end()) continue;
    *response.add_records() = std::move(call);
  }
  if (next != 0) response.set_next_page_token(NextPageToken(request, next, next + 1));
  return response;
}

absl::StatusOr<log::v1::VerifyLogResponse> AccessLog::VerifyLog(const log::v1::VerifyLogRequest& request) const {
  FieldCheck check;
  std::string known;
  if (request.known_sequence() != 0 || !request.known_hash().empty()) {
    known = request.known_hash().size() == 64 ? absl::HexStringToBytes(request.known_hash()) : "";
    check.Require(request.known_sequence() > 0, "known_sequence", "must be the place of an entry");
    check.Require(known.size() == 32, "known_hash", "must be 64 hexadecimal digits");
  }
  if (!check.ok()) return check.Result();

  log::v1::VerifyLogResponse response;
  const auto broken = [&](int64_t sequence, absl::string_view why) {
    if (response.broken_sequence() != 0) return;
    response.set_broken_sequence(sequence);
    response.set_explanation(absl::StrCat("Het logboek is niet heel: regel ", sequence, " ", why, "."));
  };
  std::string hash;
  int64_t sequence = 0;
  bool known_seen = known.empty();
  // What is gone, until an announcement of retention explains it.
  int64_t unexplained_anchor = 0;
  std::map<int64_t, std::pair<std::string, absl::Time>> unexplained;
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [&](const JournalRecord& record) {
    response.set_record_count(response.record_count() + 1);
    ChainedEntry chained;
    if (!chained.ParseFromString(record.payload) || chained.hash().size() != 32) {
      broken(record.sequence, "is onleesbaar");
      return false;
    }
    const bool first = sequence == 0;
    if (!first && record.sequence != sequence + 1) broken(sequence + 1, "ontbreekt");
    if (first && record.sequence != 1) {
      // Retention dropped what came before: the entry is the anchor, and its hash stands for the rest.
      if (!chained.content().empty()) broken(record.sequence, "is de eerste, en er ontbreekt iets voor");
      unexplained_anchor = record.sequence;
      hash = chained.hash();
    } else {
      hash = ChainHash(hash, record, chained.content_hash());
      if (hash != chained.hash()) broken(record.sequence, "past niet op de regel ervoor");
    }
    if (chained.content().empty()) {
      response.set_pruned_count(response.pruned_count() + 1);
      unexplained[record.sequence] = {record.kind, record.record_time};
    } else if (Sha256(chained.content()) != chained.content_hash()) {
      broken(record.sequence, "is veranderd");
    }
    LogEntry entry;
    if (!chained.content().empty() && !entry.ParseFromString(chained.content())) broken(record.sequence, "is onleesbaar");
    if (record.kind == kPrune && entry.has_prune()) {
      const internal::v1::Pruning& pruning = entry.prune();
      if (pruning.anchor_sequence() >= unexplained_anchor) unexplained_anchor = 0;
      for (auto it = unexplained.begin(); it != unexplained.end();) {
        const auto& [kind, time] = it->second;
        const bool announced = Expired(kind, time, TimeOf(pruning.audit_before()), TimeOf(pruning.processing_before()));
        it = announced ? unexplained.erase(it) : std::next(it);
      }
    }
    if (!known_seen && record.sequence == request.known_sequence()) {
      known_seen = true;
      if (hash != known) broken(record.sequence, "is niet die van toen: het logboek is opnieuw geschreven");
    }
    sequence = record.sequence;
    return response.broken_sequence() == 0;
  }));
  if (unexplained_anchor != 0) broken(unexplained_anchor, "is de eerste, en niemand kondigde aan dat het begin weg kan");
  if (!unexplained.empty()) broken(unexplained.begin()->first, "is leeg, en niemand kondigde dat aan");
  // Dropped by retention is not lost.
  if (!known_seen && request.known_sequence() > sequence) broken(request.known_sequence(), "was er, en ontbreekt nu");
  response.set_intact(response.broken_sequence() == 0);
  response.set_last_sequence(sequence);
  if (response.intact()) {
    response.set_head_hash(absl::BytesToHexString(hash));
    response.set_explanation(
        absl::StrCat("Het logboek is heel: alle ", response.record_count(), " regels zijn zoals ze geschreven zijn."));
  }
  return response;
}

absl::StatusOr<log::v1::QueryProcessingActivitiesResponse> AccessLog::QueryProcessingActivities(
    const log::v1::QueryProcessingActivitiesRequest& request) const {
  FieldCheck check;
  check.Require(!request.trace_id().empty() || !request.processing_activity_id().empty() || !request.data_subject_id().empty(),
                "trace_id", "give at least one of trace_id, processing_activity_id and data_subject_id");
  check.Require(IsValid(request.start_time()), "start_time", "must be a moment");
  check.Require(IsValid(request.end_time()), "end_time", "must be a moment");
  if (!check.ok()) return check.Result();
  Page page;
  NMD_ASSIGN_OR_RETURN(const int64_t first, StartOf(request, journal_, request.has_start_time(), request.start_time(), &page));
  log::v1::QueryProcessingActivitiesResponse response;
  int looked_at = 0;
  int64_t next = 0;
  NMD_RETURN_IF_ERROR(journal_.Replay(first - 1, [&](const JournalRecord& record) {
    if (request.has_end_time() && record.record_time >= TimeOf(request.end_time()) + kLongest) return false;
    if (++looked_at > kScan || response.records_size() >= page.size) {
      next = record.sequence;
      return false;
    }
    const std::optional<LogEntry> entry = EntryOf(record);
    if (!entry || !entry->has_end()) return true;
    const LogRecord& end = entry->end();
    const absl::Time start = TimeOf(end.start_time());
    const auto& clients = end.clients();
    // Entries of before activities were written down.
    const std::string activity = end.processing_activity_id().empty() ? ActivityOf(end.method()) : end.processing_activity_id();
    const bool wanted = (request.trace_id().empty() || end.trace_id() == request.trace_id()) &&
                        (request.processing_activity_id().empty() || activity == request.processing_activity_id()) &&
                        (request.data_subject_id().empty() ||
                         std::find(clients.begin(), clients.end(), request.data_subject_id()) != clients.end()) &&
                        (!request.has_start_time() || start >= TimeOf(request.start_time())) &&
                        (!request.has_end_time() || start < TimeOf(request.end_time()));
    if (!wanted) return true;
    log::v1::ProcessingRecord processing;
    processing.set_trace_id(end.trace_id());
    processing.set_span_id(end.span_id());
    processing.set_parent_span_id(end.parent_span_id());
    if (end.outcome() == LogRecord::FAILED) processing.set_status(log::v1::ProcessingRecord::ERROR);
    processing.set_name(end.method());
    processing.set_start_time_milliseconds(absl::ToUnixMillis(start));
    processing.set_end_time_milliseconds(absl::ToUnixMillis(TimeOf(end.end_time())));
    (*processing.mutable_attributes())["dpl.core.processing_activity_id"] = activity;
    if (!end.fsc_transaction_id().empty()) (*processing.mutable_attributes())["fsc.transaction_id"] = end.fsc_transaction_id();
    *response.add_records() = processing;
    // A record is about one person at most: each has a span below that of the call.
    for (int i = 0; i < clients.size(); ++i) {
      if (!request.data_subject_id().empty() && clients[i] != request.data_subject_id()) continue;
      log::v1::ProcessingRecord& person = *response.add_records();
      person = processing;
      person.set_parent_span_id(end.span_id());
      person.set_span_id(Sha256Hex(absl::StrCat(end.span_id(), "/", i)).substr(0, 16));
      (*person.mutable_attributes())["dpl.core.data_subject_id"] = clients[i];
      (*person.mutable_attributes())["dpl.core.data_subject_id_type"] = "tag:nmd.nl,2026:client";
    }
    return true;
  }));
  if (next != 0) response.set_next_page_token(NextPageToken(request, next, next + 1));
  return response;
}

absl::StatusOr<log::v1::LogHold> AccessLog::HoldLog(const log::v1::HoldLogRequest& request) {
  FieldCheck check;
  check.Require(request.has_start_time() && IsValid(request.start_time()), "start_time", "must be a moment");
  check.Require(
      !request.has_end_time() || (IsValid(request.end_time()) && MicrosOf(request.end_time()) > MicrosOf(request.start_time())),
      "end_time", "must be a moment after start_time");
  CheckWords(request.reason(), "reason", kPurposeCharacters, check);
  if (!check.ok()) return check.Result();
  log::v1::LogHold hold;
  hold.set_name(absl::StrCat("municipalities/", options_.municipality, "/logholds/", RandomHex(12)));
  *hold.mutable_start_time() = request.start_time();
  if (request.has_end_time()) *hold.mutable_end_time() = request.end_time();
  hold.set_reason(request.reason());
  LogEntry entry;
  *entry.mutable_hold() = hold;
  NMD_RETURN_IF_ERROR(Write(kHold, std::move(entry)));
  MutexLock lock(mutex_);
  holds_.push_back(hold);
  return hold;
}

absl::StatusOr<log::v1::LogHold> AccessLog::ReleaseLog(const log::v1::ReleaseLogRequest& request) {
  log::v1::LogHold released;
  for (const log::v1::LogHold& hold : holds()) {
    if (hold.name() == request.name()) released = hold;
  }
  if (released.name().empty()) return NotFound(request.name());
  if (released.released()) return released;
  released.set_released(true);
  LogEntry entry;
  *entry.mutable_hold() = released;
  NMD_RETURN_IF_ERROR(Write(kHold, std::move(entry)));
  MutexLock lock(mutex_);
  for (log::v1::LogHold& hold : holds_) {
    if (hold.name() == request.name()) hold = released;
  }
  return released;
}

absl::StatusOr<log::v1::PruneLogResponse> AccessLog::PruneLog(const log::v1::PruneLogRequest&) {
  absl::Notification done;
  absl::StatusOr<log::v1::PruneLogResponse> outcome;
  Waiting waiting;
  waiting.prune = [&](absl::StatusOr<log::v1::PruneLogResponse> result) {
    outcome = std::move(result);
    done.Notify();
  };
  if (!Enqueue(waiting, true)) return Overloaded("the gateway is stopping or busy; try again", 1000);
  done.WaitForNotification();
  return outcome;
}

void BindAccessLog(AccessLog& log, Router& router) {
  constexpr absl::string_view kService = "nmd.log.v1.LogService";
  router.Handle(kService, "QueryLogRecords",
                [&log](const Caller&, const log::v1::QueryLogRecordsRequest& request) { return log.QueryLogRecords(request); });
  router.Handle(kService, "VerifyLog",
                [&log](const Caller&, const log::v1::VerifyLogRequest& request) { return log.VerifyLog(request); });
  router.Handle(kService, "QueryProcessingActivities",
                [&log](const Caller&, const log::v1::QueryProcessingActivitiesRequest& request) {
                  return log.QueryProcessingActivities(request);
                });
  router.Handle(kService, "HoldLog",
                [&log](const Caller&, const log::v1::HoldLogRequest& request) { return log.HoldLog(request); });
  router.Handle(kService, "ReleaseLog",
                [&log](const Caller&, const log::v1::ReleaseLogRequest& request) { return log.ReleaseLog(request); });
  router.Handle(kService, "PruneLog",
                [&log](const Caller&, const log::v1::PruneLogRequest& request) { return log.PruneLog(request); });
}

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// "c" and 20 hexadecimal digits, as linking makes them: what somebody typed instead, such as a BSN, is not kept.
bool IsClientId(absl::string_view text) {
  return text.size() == 21 && text[0] == 'c' && std::all_of(text.begin() + 1, text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) || ('a' <= c && c <= 'f');
         });
}

bool IsClient(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING && absl::StrContains(field.name(), "client") &&
         field.options().GetExtension(type::privacy) == type::PERSONAL;
}

// Whether a message of the type can name a client at any depth.
bool NamesClients(const Descriptor* type, std::set<const Descriptor*>* seen) {
  if (!seen->insert(type).second) return false;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (IsClient(field) || (field.message_type() != nullptr && NamesClients(field.message_type(), seen))) return true;
  }
  return false;
}

void Collect(const Message& message, std::set<std::string>* seen, LogRecord* record) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->message_type() != nullptr) {
        Collect(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i) : reflection.GetMessage(message, field),
                seen, record);
      } else if (IsClient(*field)) {
        std::string client =
            field->is_repeated() ? reflection.GetRepeatedString(message, field, i) : reflection.GetString(message, field);
        if (!IsClientId(client) || !seen->insert(client).second) continue;
        if (record->clients_size() >= kClients) {
          record->set_more_clients(true);
          return;
        }
        record->add_clients(std::move(client));
      }
    }
  }
}

}  // namespace

void AddClients(const Descriptor& type, absl::string_view bytes, LogRecord* record) {
  static Mutex& mutex = *new Mutex;
  static auto& known = *new std::map<const Descriptor*, bool>;
  bool names_clients = false;
  {
    MutexLock lock(mutex);
    const auto [it, fresh] = known.emplace(&type, false);
    if (fresh) {
      std::set<const Descriptor*> seen;
      it->second = NamesClients(&type, &seen);
    }
    names_clients = it->second;
  }
  if (!names_clients) return;
  const Message* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
  const std::unique_ptr<Message> message(prototype->New());
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  std::set<std::string> seen(record->clients().begin(), record->clients().end());
  Collect(*message, &seen, record);
}

}  // namespace nmd::gateway
