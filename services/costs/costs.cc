// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/costs.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/costs/v1/rows.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/internal/v1/costs_events.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/costs/answer.h"
#include "services/costs/catalogue.h"
#include "services/costs/checkpoint.h"
#include "services/costs/figures.h"
#include "services/costs/query.h"
#include "services/costs/question.h"
#include "services/costs/rows.h"
#include "services/costs/snapshot_parts.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

using internal::v1::CostsFactsEvent;
using internal::v1::CostsLinksEvent;

constexpr absl::string_view kFacts = "facts";
constexpr absl::string_view kLinks = "links";
constexpr absl::string_view kNote = "note";
// Snapshots kept: the newest, whatever its size, and older ones as long as there are few and small ones.
constexpr size_t kCachedSnapshots = 5;
constexpr size_t kCachedBytes = size_t{384} << 20;
// Of what a checkpoint holds (internal.v1.CostsCheckpoint).
constexpr int32_t kCheckpointVersion = 7;
constexpr int64_t kCheckpointRecords = 10'000;

absl::Status Unreadable() {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a record of the costs journal cannot be read");
}

}  // namespace

Costs::Costs(Journal& journal, const Clock& clock, std::string municipality, std::vector<Day> trend_breaks,
             std::shared_ptr<const Catalogue> catalogue)
    : journal_(journal),
      clock_(clock),
      municipality_(std::move(municipality)),
      trend_breaks_(std::move(trend_breaks)),
      catalogue_(std::move(catalogue)) {}

Costs::~Costs() = default;

Month Costs::MonthOfTime(absl::Time time) {
  const absl::CivilDay day = absl::ToCivilDay(time, absl::UTCTimeZone());
  return nmd::MonthOf(static_cast<int>(day.year()), day.month());
}

void Costs::Take(const ingestion::v1::FactBatch& batch) {
  ledger_.Add(batch);
  // A superseded delivery never counted, and one that was corrected may count at other times than it did: every snapshot
  // that counted it may be wrong.
  const bool adds = batch.supersedes().empty() && batch.corrects().empty();
  Forget(adds ? MicrosOf(batch.known_time()) : std::numeric_limits<Moment>::min());
  facts_cursor_ = batch.sequence();
}

void Costs::Take(const internal::v1::CostsLinksEvent& event) {
  for (const auto& link : event.links()) {
    ledger_.Add(link);
    Forget(MicrosOf(link.known_time()));
  }
  for (const auto& stay : event.stays()) {
    ledger_.Add(stay);
    Forget(MicrosOf(stay.known_time()));
  }
  for (const auto& pair : event.open_pairs()) {
    ledger_.Add(pair);
    Forget(MicrosOf(pair.known_time()));
  }
  links_cursor_ = event.next_sequence();
  person_sequence_ = std::max(person_sequence_, event.person_sequence());
}

absl::Status Costs::Fold(const JournalRecord& record) {
  if (record.kind == kFacts) {
    CostsFactsEvent event;
    if (!event.ParseFromString(record.payload)) return Unreadable();
    Take(event.batch());
  } else if (record.kind == kLinks) {
    CostsLinksEvent event;
    if (!event.ParseFromString(record.payload)) return Unreadable();
    Take(event);
  } else if (record.kind == AnswerRegister::kKind) {
    internal::v1::CostsAnswerEvent event;
    if (!event.ParseFromString(record.payload)) return Unreadable();
    answers_.Add(std::move(event));
  } else if (record.kind == AnswerRegister::kFreezeKind) {
    internal::v1::CostsFreezeEvent event;
    if (!event.ParseFromString(record.payload)) return Unreadable();
    answers_.Add(std::move(*event.mutable_snapshot()));
  } else if (record.kind == kNote) {
    internal::v1::CostsNoteEvent event;
    if (!event.ParseFromString(record.payload)) return Unreadable();
    notes_.push_back(std::move(event));
  } else if (record.kind == AnswerRegister::kAnnotationKind) {
    internal::v1::CostsAnnotationEvent event;
    if (!event.ParseFromString(record.payload)) return Unreadable();
    answers_.Add(std::move(event));
  } else if (record.kind == kRowsKind) {
    internal::v1::CostsRowAccessEvent event;
    if (!event.ParseFromString(record.payload)) return Unreadable();
    row_accesses_.push_back(std::make_unique<const v1::RowAccess>(std::move(*event.mutable_access())));
  }
  journal_sequence_ = record.sequence;
  return absl::OkStatus();
}

bool Costs::LoadCheckpoint(const Journal::Checkpoint& checkpoint) {
  google::protobuf::Arena arena;
  auto* saved = google::protobuf::Arena::CreateMessage<internal::v1::CostsCheckpoint>(&arena);
  if (!saved->ParseFromString(checkpoint.state) || saved->version() != kCheckpointVersion) return false;
  Ledger ledger;
  std::vector<Word> words;
  if (!ledger.Load(*saved, &words)) return false;
  std::optional<Cached> kept;
  if (saved->has_snapshot() && saved->snapshot().mark_size() == 4) {
    const internal::v1::CostsCheckpoint::Snapshot& from = saved->snapshot();
    const Ledger::Mark now = ledger.Here();
    const auto mark_at = [&from](int i) { return static_cast<size_t>(from.mark(i)); };
    Cached cached{from.moment(), from.month(), {mark_at(0), mark_at(1), mark_at(2), mark_at(3)}, false, nullptr};
    const Ledger::Mark& mark = cached.mark;
    if (mark.batches > now.batches || mark.corrections > now.corrections || mark.links > now.links || mark.stays > now.stays) {
      return false;
    }
    std::shared_ptr<Snapshot> snapshot = LoadRows(from, words, ledger.Here().batches);
    if (snapshot == nullptr) return false;
    Describe(ledger.GeneralAsKnown(from.moment()), snapshot.get());
    cached.snapshot = std::move(snapshot);
    kept = std::move(cached);
  }
  ledger_ = std::move(ledger);
  for (internal::v1::CostsAnswerEvent& event : *saved->mutable_answers()) answers_.Add(std::move(event));
  for (v1::FrozenSnapshot& frozen : *saved->mutable_frozen_snapshots()) answers_.Add(std::move(frozen));
  notes_.assign(saved->notes().begin(), saved->notes().end());
  for (internal::v1::CostsAnnotationEvent& event : *saved->mutable_annotations()) answers_.Add(std::move(event));
  for (v1::RowAccess& access : *saved->mutable_row_accesses()) {
    row_accesses_.push_back(std::make_unique<const v1::RowAccess>(std::move(access)));
  }
  if (kept.has_value()) Keep(*std::move(kept));
  facts_cursor_ = saved->facts_cursor();
  links_cursor_ = saved->links_cursor();
  person_sequence_ = saved->person_sequence();
  journal_sequence_ = checkpoint_sequence_ = checkpoint.sequence;
  return true;
}

absl::Status Costs::SaveCheckpoint() {
  std::string state;
  int64_t sequence;
  {
    MutexLock lock(mutex_);
    if (journal_sequence_ == checkpoint_sequence_) return absl::OkStatus();
    google::protobuf::Arena arena;
    auto* saved = google::protobuf::Arena::CreateMessage<internal::v1::CostsCheckpoint>(&arena);
    saved->set_version(kCheckpointVersion);
    saved->set_facts_cursor(facts_cursor_);
    saved->set_links_cursor(links_cursor_);
    saved->set_person_sequence(person_sequence_);
    WordWriter words;
    ledger_.Save(&words, saved);
    for (const auto& event : answers_.events()) *saved->add_answers() = *event;
    for (const auto& frozen : answers_.snapshots()) *saved->add_frozen_snapshots() = *frozen;
    for (const auto& note : notes_) *saved->add_notes() = note;
    for (const auto& event : answers_.annotations()) *saved->add_annotations() = *event;
    for (const auto& access : row_accesses_) *saved->add_row_accesses() = *access;
    // The latest snapshot that answers: what came in since its mark is all known later.
    const Cached* latest = nullptr;
    for (const Cached& cached : cache_) {
      if (!cached.stale && (latest == nullptr || cached.moment > latest->moment)) latest = &cached;
    }
    if (latest != nullptr) {
      internal::v1::CostsCheckpoint::Snapshot* to = saved->mutable_snapshot();
      to->set_moment(latest->moment);
      to->set_month(latest->month);
      const Ledger::Mark& mark = latest->mark;
      for (const size_t count : {mark.batches, mark.corrections, mark.links, mark.stays}) {
        to->add_mark(static_cast<int64_t>(count));
      }
      SaveRows(*latest->snapshot, &words, to);
    }
    words.Finish(saved);
    state = saved->SerializeAsString();
    sequence = journal_sequence_;
  }
  // Outside the lock: a region's checkpoint is more than 100 MB.
  NMD_RETURN_IF_ERROR(journal_.SaveCheckpoint(sequence, state));
  MutexLock lock(mutex_);
  checkpoint_sequence_ = std::max(checkpoint_sequence_, sequence);
  return absl::OkStatus();
}

absl::Status Costs::Replay() {
  std::optional<Journal::Checkpoint> checkpoint;
  // Called again, what came into the journal since is folded: in a reader another process appends.
  bool begins;
  {
    MutexLock lock(mutex_);
    begins = journal_sequence_ == 0;
  }
  if (begins) {
    NMD_ASSIGN_OR_RETURN(checkpoint, journal_.LoadCheckpoint());
  }
  MutexLock lock(mutex_);
  if (journal_sequence_ == 0 && checkpoint.has_value() && !LoadCheckpoint(*checkpoint)) {
    Log(LogLevel::kWarning, "the checkpoint is of another version or damaged; the journal is folded instead", {});
  }
  absl::Status folded;
  NMD_RETURN_IF_ERROR(journal_.Replay(journal_sequence_, [&](const JournalRecord& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    folded = Fold(record);
    return folded.ok();
  }));
  return folded;
}

int64_t Costs::facts_cursor() const {
  MutexLock lock(mutex_);
  return facts_cursor_;
}

int64_t Costs::links_cursor() const {
  MutexLock lock(mutex_);
  return links_cursor_;
}

void Costs::Forget(Moment moment) {
  for (Cached& cached : cache_) cached.stale = cached.stale || cached.moment >= moment;
}

absl::Status Costs::AddFacts(const ingestion::v1::ListFactsResponse& response) {
  MutexLock lock(mutex_);
  std::vector<const ingestion::v1::FactBatch*> fresh;
  std::vector<JournalRecord> records;
  int64_t cursor = facts_cursor_;
  for (const ingestion::v1::FactBatch& batch : response.batches()) {
    if (batch.sequence() <= cursor) continue;
    cursor = batch.sequence();
    fresh.push_back(&batch);
    CostsFactsEvent event;
    *event.mutable_batch() = batch;
    records.push_back({0, clock_.Now(), std::string(kFacts), event.SerializeAsString(), "service:costs"});
  }
  if (fresh.empty()) return absl::OkStatus();
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  for (const ingestion::v1::FactBatch* batch : fresh) Take(*batch);
  return absl::OkStatus();
}

absl::Status Costs::AddLinks(const linking::v1::ListLinksResponse& response) {
  MutexLock lock(mutex_);
  CostsLinksEvent event;
  event.set_next_sequence(std::max(links_cursor_, response.next_sequence()));
  event.set_person_sequence(response.person_sequence());
  for (const auto& link : response.links()) {
    if (link.sequence() > links_cursor_) *event.add_links() = link;
  }
  for (const auto& stay : response.stays()) {
    if (stay.sequence() > links_cursor_) *event.add_stays() = stay;
  }
  for (const auto& pair : response.open_pairs()) {
    if (pair.sequence() > links_cursor_) *event.add_open_pairs() = pair;
  }
  if (event.links_size() == 0 && event.stays_size() == 0 && event.open_pairs_size() == 0) {
    // Nothing new about anybody, but linking may have read on. Written too: readers know of nothing else.
    if (response.person_sequence() <= person_sequence_) return absl::OkStatus();
  }
  std::vector<JournalRecord> records;
  records.push_back({0, clock_.Now(), std::string(kLinks), event.SerializeAsString(), "service:costs"});
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  Take(event);
  return absl::OkStatus();
}

absl::Status Costs::AddNote(const std::string& book, std::string record, const std::string& subject) {
  internal::v1::CostsNoteEvent event;
  event.set_book(book);
  event.set_record(std::move(record));
  MutexLock lock(mutex_);
  std::vector<JournalRecord> records;
  records.push_back({0, clock_.Now(), std::string(kNote), event.SerializeAsString(), subject});
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  notes_.push_back(std::move(event));
  return absl::OkStatus();
}

std::vector<std::string> Costs::Notes(absl::string_view book) const {
  MutexLock lock(mutex_);
  std::vector<std::string> records;
  for (const auto& note : notes_) {
    if (note.book() == book) records.push_back(note.record());
  }
  return records;
}

std::shared_ptr<const Snapshot> Costs::FindCached(Moment moment, Month month) {
  for (auto it = cache_.begin(); it != cache_.end(); ++it) {
    if (it->stale || it->moment != moment || it->month != month) continue;
    cache_.splice(cache_.begin(), cache_, it);
    return cache_.front().snapshot;
  }
  return nullptr;
}

Costs::Work Costs::Plan(Moment moment, Month month) {
  Work work;
  const Cached* nearest = nullptr;
  const auto distance = [&](const Cached& cached) {
    // Another month changes every open allocation; moments are compared as unsigned, the lowest one being far from all.
    const auto apart = static_cast<uint64_t>(cached.moment) - static_cast<uint64_t>(moment);
    return std::pair(cached.month != month, std::min(apart, ~apart));
  };
  for (const Cached& cached : cache_) {
    if (nearest == nullptr || distance(cached) < distance(*nearest)) nearest = &cached;
  }
  if (nearest != nullptr) {
    std::optional<Day> open_from;
    if (nearest->month != month) open_from = OpenFrom(std::min(nearest->month, month));
    work.part = ledger_.AsKnownSince(nearest->mark, nearest->moment, moment, month, open_from);
    work.base = nearest->snapshot;
  }
  if (!work.part.has_value()) work.all = ledger_.AsKnown(moment);
  return work;
}

std::shared_ptr<const Snapshot> Costs::SnapshotAt(absl::Time known_time, bool keep) {
  const Month month = MonthOfTime(known_time);
  {
    MutexLock lock(mutex_);
    if (auto cached = FindCached(ledger_.KnowledgeMoment(absl::ToUnixMicros(known_time)), month)) return cached;
  }
  MutexLock build(build_mutex_);
  Cached made;
  made.month = month;
  Work work;
  for (bool ready = false; !ready;) {
    MutexLock lock(mutex_);  // Let go between slices: questions about other moments go on meanwhile.
    made.moment = ledger_.KnowledgeMoment(absl::ToUnixMicros(known_time));
    if (auto cached = FindCached(made.moment, month)) return cached;
    ready = cache_.empty() || ledger_.CatchUp(Ledger::kCatchUpSlice);
    if (!ready) continue;
    made.mark = ledger_.Here();
    work = Plan(made.moment, month);
  }
  made.snapshot = work.part.has_value() ? PatchSnapshot(*work.base, *work.part, month) : BuildSnapshot(work.all, month);
  if (!keep) return made.snapshot;
  MutexLock lock(mutex_);
  // What came in meanwhile may be missing in it: then it is only to start from.
  made.stale = made.mark != ledger_.Here();
  const std::shared_ptr<const Snapshot> snapshot = made.snapshot;
  // One that this takes the place of. A later one is still nearer to what comes in next.
  cache_.remove_if(
      [&](const Cached& cached) { return cached.stale && cached.snapshot == work.base && cached.moment <= made.moment; });
  Keep(std::move(made));
  return snapshot;
}

void Costs::Keep(Cached made) {
  cache_.push_front(std::move(made));
  size_t bytes = 0;
  size_t kept = 0;
  for (auto it = cache_.begin(); it != cache_.end();) {
    bytes += it->snapshot->Bytes();
    const bool keep = kept == 0 || (kept < kCachedSnapshots && bytes <= kCachedBytes);
    ++kept;
    it = keep ? std::next(it) : cache_.erase(it);
  }
}

std::shared_ptr<const RecordBook> Costs::RecordsAt(absl::Time known_time, bool needed) {
  if (!needed) {
    static const auto* empty = new std::shared_ptr<const RecordBook>(std::make_shared<RecordBook>());
    return *empty;
  }
  std::pair<Moment, int64_t> wanted;
  KnownRecords known;
  {
    MutexLock lock(mutex_);
    wanted = {ledger_.KnowledgeMoment(absl::ToUnixMicros(known_time)), Arrived()};
    if (book_ != nullptr && book_of_ == wanted) return book_;
    known = ledger_.RecordsAsKnown(wanted.first);
  }
  // Outside the lock, so that other questions go on; two who ask at once both make it.
  std::shared_ptr<const RecordBook> book = MakeRecordBook(known);
  MutexLock lock(mutex_);
  book_ = book;
  book_of_ = wanted;
  return book;
}

std::shared_ptr<const CareBook> Costs::CareAt(absl::Time known_time) {
  // Usually found below; made outside the lock when it is not there yet.
  SnapshotAt(known_time);
  const Month month = MonthOfTime(known_time);
  std::shared_ptr<const Snapshot> snapshot;
  KnownFacts known;
  int64_t arrived;
  {
    MutexLock lock(mutex_);
    arrived = Arrived();
    snapshot = FindCached(ledger_.KnowledgeMoment(absl::ToUnixMicros(known_time)), month);
    if (care_ != nullptr && care_arrived_ == arrived && snapshot == care_->snapshot) return care_;
    known = ledger_.CareAsKnown(ledger_.KnowledgeMoment(absl::ToUnixMicros(known_time)));
  }
  // Something came in between: then the snapshot of exactly these facts, so that courses and rows are about the same.
  if (snapshot == nullptr) snapshot = BuildSnapshot(known, month);
  std::shared_ptr<const CareBook> book = MakeCareBook(known, std::move(snapshot));
  MutexLock lock(mutex_);
  care_ = book;
  care_arrived_ = arrived;
  return book;
}

int64_t Costs::Arrived() const {
  // Each of these only grows, so an equal sum means that nothing came in.
  const Ledger::Mark mark = ledger_.Here();
  return static_cast<int64_t>(mark.batches + mark.corrections + mark.links + mark.stays);
}

void Costs::Warm() {
  const absl::Time now = clock_.Now();
  SnapshotAt(now);
  bool save;
  {
    MutexLock lock(mutex_);
    save = journal_sequence_ - checkpoint_sequence_ >= std::max(kCheckpointRecords, checkpoint_sequence_ / 2);
  }
  if (save) {
    // Only the next start is slower without it.
    if (const absl::Status saved = SaveCheckpoint(); !saved.ok()) {
      Log(LogLevel::kWarning, "no checkpoint could be saved", {{"detail", saved.message()}});
    }
  }
  RecordsAt(now, true);
  CareAt(now);
}

absl::StatusOr<v1::ListMeasuresResponse> Costs::ListMeasures(const Caller&, const v1::ListMeasuresRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  v1::ListMeasuresResponse response;
  const auto total = static_cast<int64_t>(catalogue_->measures().size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) {
    *response.add_measures() = MeasureMessage(municipality_, catalogue_->measures()[static_cast<size_t>(i)]);
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  response.set_catalogue_version(catalogue_->version());
  return response;
}

absl::StatusOr<v1::ListDimensionsResponse> Costs::ListDimensions(const Caller&,
                                                                 const v1::ListDimensionsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  v1::ListDimensionsResponse response;
  const auto total = static_cast<int64_t>(Dimensions().size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) {
    const DimensionInfo& info = Dimensions()[static_cast<size_t>(i)];
    v1::Dimension* dimension = response.add_dimensions();
    dimension->set_name(absl::StrCat("municipalities/", municipality_, "/dimensions/", info.id));
    dimension->set_title(std::string(info.title));
    dimension->set_description(std::string(info.description));
    dimension->set_registered(info.kind != DimensionKind::kNotRegistered);
    dimension->set_reason(std::string(info.reason));
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

absl::StatusOr<v1::QueryFiguresResponse> Costs::QueryFigures(const Caller&, const v1::QueryFiguresRequest& request) {
  NMD_ASSIGN_OR_RETURN(const AskedQuestion asked, ReadQuestion(*catalogue_, request, clock_.Now()));
  v1::QueryFiguresResponse response;
  {
    // Before the snapshot is taken: it may hold more than this says, never less.
    MutexLock lock(mutex_);
    response.set_fact_sequence(facts_cursor_);
    response.set_person_sequence(person_sequence_);
  }
  const std::shared_ptr<const Snapshot> snapshot = SnapshotAt(asked.known);
  const std::shared_ptr<const RecordBook> records = RecordsAt(asked.known, NeedsRecords(asked.question));
  *response.mutable_effective() = request;
  *response.mutable_effective()->mutable_known_time() = TimestampOf(asked.known);
  FigureMaker(*snapshot, asked).AddProvenance(response.mutable_provenance());

  NMD_RETURN_IF_ERROR(AddFigures(*snapshot, *records, asked, &response));
  if (request.with_stability() && asked.unregistered_filters.empty()) AddStability(asked, response.mutable_totals());
  return response;
}

}  // namespace nmd::costs
