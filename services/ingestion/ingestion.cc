// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/ingestion.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "nmd/internal/v1/journal.pb.h"
#include "services/core/dutch.h"
#include "services/ingestion/message_facts.h"
#include "services/ingestion/sources.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

using internal::v1::CountedRecord;
using internal::v1::DeliveryRecord;
using internal::v1::EraseRecord;
using internal::v1::IngestionCheckpoint;
using internal::v1::OperationRecord;
using internal::v1::SupersedeRecord;
using internal::v1::UploadRecord;
using internal::v1::WithdrawRecord;

namespace {

// A checkpoint is written after so many records, or a quarter of all there are when that is more: the sum of all
// checkpoints of a long load stays linear in the load.
constexpr int64_t kCheckpointRecords = 10'000;
// What one Append takes at most.
constexpr size_t kMaxWritesPerAppend = 256;
constexpr size_t kMaxBytesPerAppend = 16 << 20;
constexpr size_t kRememberedUploads = 1000;
constexpr size_t kRememberedOperations = 1000;

std::unique_ptr<google::protobuf::Message> NewBody(absl::string_view kind) {
  if (kind == "delivery") return std::make_unique<DeliveryRecord>();
  if (kind == "supersede") return std::make_unique<SupersedeRecord>();
  if (kind == "withdraw") return std::make_unique<WithdrawRecord>();
  if (kind == "counted") return std::make_unique<CountedRecord>();
  if (kind == "upload") return std::make_unique<UploadRecord>();
  if (kind == "erase") return std::make_unique<EraseRecord>();
  if (kind == "operation") return std::make_unique<OperationRecord>();
  return nullptr;
}

bool HasFatal(const google::protobuf::RepeatedPtrField<v1::Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const v1::Finding& finding) { return finding.fatal(); });
}

std::string Deterministic(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

absl::Status Unreadable(int64_t sequence) {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              absl::StrCat("record ", sequence, " of the journal cannot be read; restore from a backup"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ingestion>> Ingestion::Open(Journal& journal, const Clock& clock, const Key& key,
                                                           const std::string& municipality,
                                                           const std::vector<internal::v1::MappingFile>& mappings,
                                                           CodeLists code_lists) {
  std::unique_ptr<Ingestion> ingestion(new Ingestion(journal, clock, key, municipality));
  ingestion->code_lists_ = std::move(code_lists);
  std::vector<std::string> faults;
  for (const internal::v1::MappingFile& mapping : mappings) {
    absl::StatusOr<ExportSource> source = ExportSource::Make(mapping);
    if (!source.ok()) {
      faults.push_back(std::string(source.status().message()));
    } else if (OfficialSourceNamed(source->id()) != nullptr || IsReservedSource(source->id())) {
      faults.push_back(absl::StrCat("mapping of source \"", source->id(), "\": this is the id of an official message"));
    } else if (const std::string id = source->id(); !ingestion->exports_.emplace(id, *std::move(source)).second) {
      faults.push_back(absl::StrCat("mapping of source \"", id, "\": another file has the same source"));
    }
  }
  for (const auto& [id, source] : ingestion->exports_) {
    const std::string& numbering = source.mapping().person_source();
    const auto found = ingestion->exports_.find(numbering);
    if (!numbering.empty() && (found == ingestion->exports_.end() || found->second.mapping().kind() != internal::v1::CLIENTS)) {
      faults.push_back(absl::StrCat("mapping of source \"", id, "\": person_source names no source of clients"));
    }
  }
  if (!faults.empty()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, absl::StrJoin(faults, "\n"));
  }
  NMD_RETURN_IF_ERROR(ingestion->Load());
  return ingestion;
}

Ingestion::Ingestion(Journal& journal, const Clock& clock, const Key& key, const std::string& municipality)
    : journal_(journal),
      clock_(clock),
      municipality_(municipality),
      raw_key_(key.Derive("raw")),
      persons_key_(key.Derive("persons")),
      person_key_([maker = key.Derive("person-key")](absl::string_view identity) { return maker.MacHex(identity, 32); }),
      operations_(std::make_unique<Operations>([this](absl::string_view kind, const std::string& payload) -> absl::Status {
        auto body = std::make_shared<OperationRecord>();
        if (!body->ParseFromString(payload)) return Unreadable(0);
        Write write;
        write.actor = "service:ingestion";
        write.decide = [&](Batch& batch) {
          batch.events.push_back({std::string(kind), body});
          return absl::OkStatus();
        };
        return Commit(write);
      })) {}

Ingestion::~Ingestion() {
  operations_.reset();
  std::string state;
  int64_t sequence = 0;
  {
    MutexLock lock(mutex_);
    sequence = sequence_;
    if (sequence == checkpoint_sequence_) return;
    state = Deterministic(Checkpoint());
  }
  const absl::Status saved = journal_.SaveCheckpoint(sequence, state);
  if (!saved.ok()) Log(LogLevel::kWarning, "no checkpoint was saved; the next start replays", {{"detail", saved.message()}});
}

absl::Status Ingestion::Load() {
  NMD_ASSIGN_OR_RETURN(const std::optional<Journal::Checkpoint> saved, journal_.LoadCheckpoint());
  std::vector<std::string> operations, closed;
  {
    MutexLock lock(mutex_);
    IngestionCheckpoint checkpoint;
    // One of an older version is passed over: the journal has everything.
    if (saved && checkpoint.ParseFromString(saved->state) && Restore(checkpoint)) {
      sequence_ = checkpoint_sequence_ = saved->sequence;
    }
    absl::Status status;
    NMD_RETURN_IF_ERROR(journal_.Replay(sequence_, [&](const JournalRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const std::unique_ptr<google::protobuf::Message> body = NewBody(record.kind);
      if (body == nullptr || !body->ParseFromString(record.payload)) {
        status = Unreadable(record.sequence);
        return false;
      }
      Apply(record.sequence, record.kind, *body);
      return true;
    }));
    NMD_RETURN_IF_ERROR(status);
    NMD_RETURN_IF_ERROR(ReturnRestored());
    history_.Settle();
    for (const auto& [name, payload] : operation_records_) operations.push_back(payload);
    for (const auto& [id, upload] : uploads_) {
      if (upload.state() == UploadRecord::CLOSED) closed.push_back(id);
    }
  }
  for (const std::string& payload : operations) operations_->Apply(payload);
  NMD_RETURN_IF_ERROR(operations_->FinishReplay());
  // Chunks that a stop left behind.
  for (const std::string& upload : closed) NMD_RETURN_IF_ERROR(Sweep(upload, "service:ingestion"));
  NMD_RETURN_IF_ERROR(DropErased());
  FinishContainers();
  return absl::OkStatus();
}

absl::Status Ingestion::Commit(Write& write) {
  MutexLock lock(mutex_);
  waiting_.push_back(&write);
  while (!write.done) {
    if (storing_) {
      write.changed.Wait(mutex_);
    } else {
      StoreWaiting();
    }
  }
  return write.status;
}

void Ingestion::StoreWaiting() {
  std::vector<Write*> chosen;
  std::vector<Event> events;
  std::vector<Write*> writers;  // Per event.
  std::vector<JournalRecord> records;
  std::vector<Journal::Blob> blobs;
  std::set<std::string> claimed;
  size_t bytes = 0;
  const absl::Time now = clock_.Now();
  for (auto it = waiting_.begin(); it != waiting_.end() && chosen.size() < kMaxWritesPerAppend && bytes < kMaxBytesPerAppend;) {
    Write& write = **it;
    const bool taken = std::any_of(write.claims.begin(), write.claims.end(),
                                   [&](const std::string& claim) { return claimed.count(claim) > 0; });
    claimed.insert(write.claims.begin(), write.claims.end());
    if (taken) {
      ++it;
      continue;
    }
    it = waiting_.erase(it);
    chosen.push_back(&write);
    Batch batch;
    write.status = write.decide(batch);
    if (!write.status.ok()) continue;
    for (Event& event : batch.events) {
      JournalRecord& record = records.emplace_back();
      record.record_time = now;
      record.kind = event.kind;
      record.payload = Deterministic(*event.body);
      record.actor = write.actor;
      bytes += record.payload.size();
      writers.push_back(&write);
      events.push_back(std::move(event));
    }
    for (Journal::Blob& blob : batch.blobs) {
      bytes += blob.bytes.size();
      blobs.push_back(std::move(blob));
    }
  }
  if (!records.empty()) {
    storing_ = true;
    const int64_t expected = sequence_;
    mutex_.Unlock();
    const absl::StatusOr<int64_t> last = journal_.Append(std::move(records), expected, std::move(blobs));
    mutex_.Lock();
    storing_ = false;
    for (size_t i = 0; i < events.size(); ++i) {
      if (last.ok()) {
        Apply(expected + 1 + static_cast<int64_t>(i), events[i].kind, *events[i].body);
      } else {
        writers[i]->status = last.status();
      }
    }
    if (const absl::Status returned = ReturnRestored(); !returned.ok()) {
      Log(LogLevel::kError, "a restored delivery is not judged until the next start", {{"detail", returned.message()}});
    }
    history_.Settle();
  }
  for (Write* write : chosen) {
    write->done = true;
    write->changed.NotifyOne();
  }
  if (!waiting_.empty()) waiting_.front()->changed.NotifyOne();
  if (sequence_ - checkpoint_sequence_ < std::max(kCheckpointRecords, checkpoint_sequence_ / 4)) return;
  checkpoint_sequence_ = sequence_;
  const int64_t sequence = sequence_;
  const std::string state = Deterministic(Checkpoint());
  mutex_.Unlock();
  const absl::Status saved = journal_.SaveCheckpoint(sequence, state);
  mutex_.Lock();
  if (!saved.ok()) Log(LogLevel::kWarning, "no checkpoint was saved", {{"detail", saved.message()}});
}

void Ingestion::DecideTr056(DeliveryRecord& record, Batch& batch) {
  v1::Delivery& delivery = *record.mutable_delivery();
  if (delivery.message_key().empty() || HasFatal(record.findings())) return;
  const auto known = by_message_key_.find(delivery.message_key());
  if (known == by_message_key_.end()) return;
  const Entry& winner = entries_[static_cast<size_t>(known->second)];
  const DeliveryRank mine = {MicrosOf(delivery.known_time()), IdOf(delivery.name())};
  if (DeliveryRank{winner.known_micros, winner.id} < mine) {
    delivery.set_state(v1::Delivery::REJECTED);
    delivery.set_fact_count(0);
    delivery.set_person_count(0);
    ClearFacts(&record);
    record.clear_sealed_persons();
    return;
  }
  // Before the batch of the winner: a consumer between the two counts neither, never both.
  auto supersede = std::make_shared<SupersedeRecord>();
  supersede->set_delivery(HexOf(winner.id));
  supersede->set_winner(delivery.name());
  *supersede->mutable_known_time() = delivery.known_time();
  supersede->set_persons(winner.person_count > 0);
  batch.events.push_back({"supersede", std::move(supersede)});
}

void Ingestion::Apply(int64_t sequence, absl::string_view kind, const google::protobuf::Message& body) {
  sequence_ = sequence;
  if (kind == "delivery") {
    ApplyDelivery(sequence, static_cast<const DeliveryRecord&>(body));
  } else if (kind == "supersede") {
    ApplySupersede(sequence, static_cast<const SupersedeRecord&>(body));
  } else if (kind == "withdraw") {
    ApplyWithdraw(static_cast<const WithdrawRecord&>(body));
  } else if (kind == "counted") {
    ApplyCounted(sequence, static_cast<const CountedRecord&>(body));
  } else if (kind == "upload") {
    ApplyUpload(static_cast<const UploadRecord&>(body));
  } else if (kind == "erase") {
    ApplyErase(static_cast<const EraseRecord&>(body));
  } else {
    ApplyOperation(static_cast<const OperationRecord&>(body));
  }
}

void Ingestion::ApplyDelivery(int64_t sequence, const DeliveryRecord& record) {
  AddEntry(record.delivery(), sequence, record.findings());
  const auto index = static_cast<int32_t>(entries_.size()) - 1;
  for (const std::string& part : record.parts()) {
    if (!by_id_.contains(IdOf(part))) missing_parts_.emplace(IdOf(part), index);
  }
  const Entry& entry = entries_.back();
  book_.Add(record, dutch::CalendarDay(absl::FromUnixMicros(entry.known_micros)));
  if (entry.state != v1::Delivery::ACCEPTED) return;
  history_.Add(index, {entry.known_micros, entry.id}, record.batch());
  if (record.has_extract()) SetExtract(index, record.extract());
  if (!record.batch().corrects().empty()) SetCounted(index, KnownPeriodsOf(record.batch().counted()), sequence);
}

void Ingestion::AddEntry(const v1::Delivery& delivery, int64_t sequence,
                         const google::protobuf::RepeatedPtrField<v1::Finding>& findings) {
  Entry entry;
  entry.id = IdOf(delivery.name());
  entry.sha256 = absl::HexStringToBytes(delivery.sha256());
  entry.source = SourceNumber(delivery.source());
  entry.state = delivery.state();
  const bool sound = !HasFatal(findings);
  entry.lost = sound && (entry.state == v1::Delivery::REJECTED || entry.state == v1::Delivery::SUPERSEDED);
  entry.sequence = sequence;
  entry.known_micros = MicrosOf(delivery.known_time());
  entry.create_micros = MicrosOf(delivery.create_time());
  entry.size_bytes = delivery.size_bytes();
  entry.fact_count = delivery.fact_count();
  entry.person_count = delivery.person_count();
  entry.file_name = delivery.file_name();
  entry.message_key = delivery.message_key();
  entry.answers = delivery.answers();
  entry.container = delivery.container().empty() ? absl::uint128(0) : IdOf(delivery.container());
  entry.part = delivery.part();
  entry.part_count = delivery.part_count();
  entry.findings.assign(findings.begin(), findings.end());
  const auto index = static_cast<int32_t>(entries_.size());
  by_id_.emplace(entry.id, index);
  missing_parts_.erase(entry.id);
  if (!entry.answers.empty()) by_answered_[entry.answers].push_back(index);
  if (entry.state == v1::Delivery::ACCEPTED && !entry.message_key.empty()) by_message_key_[entry.message_key] = index;
  if (entry.state != v1::Delivery::UNPACKED) fact_sequences_.push_back(sequence);
  if (entry.state != v1::Delivery::REJECTED && entry.person_count > 0) person_sequences_.push_back(sequence);
  entries_.push_back(std::move(entry));
}

void Ingestion::ApplySupersede(int64_t sequence, const SupersedeRecord& record) {
  fact_sequences_.push_back(sequence);
  supersede_sequences_.push_back(sequence);
  if (record.persons()) {
    person_sequences_.push_back(sequence);
    person_correction_sequences_.push_back(sequence);
  }
  const auto known = by_id_.find(IdOf(record.delivery()));
  if (known == by_id_.end()) return;
  Entry& loser = entries_[static_cast<size_t>(known->second)];
  loser.state = v1::Delivery::SUPERSEDED;
  loser.lost = true;
  history_.Remove(known->second);
}

void Ingestion::ApplyUpload(const UploadRecord& record) {
  if (uploads_.count(record.upload()) == 0) upload_order_.push_back(record.upload());
  uploads_[record.upload()] = record;
  while (upload_order_.size() > kRememberedUploads && uploads_.at(upload_order_.front()).state() == UploadRecord::SWEPT) {
    uploads_.erase(upload_order_.front());
    completing_.erase(upload_order_.front());
    upload_order_.pop_front();
  }
}

void Ingestion::ApplyOperation(const OperationRecord& record) {
  const auto known = std::find_if(operation_records_.rbegin(), operation_records_.rend(),
                                  [&](const auto& operation) { return operation.first == record.name(); });
  if (known != operation_records_.rend()) {
    known->second = record.SerializeAsString();
    return;
  }
  operation_records_.emplace_back(record.name(), record.SerializeAsString());
  if (operation_records_.size() > kRememberedOperations) operation_records_.pop_front();
}

int32_t Ingestion::SourceNumber(const std::string& source) {
  const auto known = std::find(source_ids_.begin(), source_ids_.end(), source);
  if (known != source_ids_.end()) return static_cast<int32_t>(known - source_ids_.begin());
  source_ids_.push_back(source);
  return static_cast<int32_t>(source_ids_.size()) - 1;
}

IngestionCheckpoint Ingestion::Checkpoint() const {
  IngestionCheckpoint checkpoint;
  for (size_t i = 0; i < entries_.size(); ++i) {
    IngestionCheckpoint::DeliveryState& state = *checkpoint.add_deliveries();
    *state.mutable_delivery() = StoredOf(static_cast<int32_t>(i));
    state.set_sequence(entries_[i].sequence);
    for (const v1::Finding& finding : entries_[i].findings) *state.add_findings() = finding;
    SaveCorrection(static_cast<int32_t>(i), &state);
    if (const auto erased = erased_.find(static_cast<int32_t>(i)); erased != erased_.end()) {
      *state.mutable_erased() = erased->second;
    }
  }
  history_.Save(checkpoint.mutable_history());
  const std::map<absl::uint128, int32_t> missing(missing_parts_.begin(), missing_parts_.end());
  for (const auto& [part, container] : missing) {
    IngestionCheckpoint::MissingPart& saved = *checkpoint.add_missing_parts();
    saved.set_container(container);
    saved.set_part(HexOf(part));
  }
  book_.Save(checkpoint.mutable_source_book());
  for (const std::string& id : upload_order_) *checkpoint.add_uploads() = uploads_.at(id);
  for (const int64_t sequence : supersede_sequences_) checkpoint.add_supersede_sequences(sequence);
  for (const int64_t sequence : counted_sequences_) checkpoint.add_counted_sequences(sequence);
  for (const int64_t sequence : person_correction_sequences_) checkpoint.add_person_correction_sequences(sequence);
  for (const auto& [name, payload] : operation_records_) checkpoint.add_operations(payload);
  return checkpoint;
}

bool Ingestion::Restore(const IngestionCheckpoint& checkpoint) {
  if (checkpoint.source_book().version() != SourceBook::kVersion || !history_.Load(checkpoint.history())) return false;
  book_.Load(checkpoint.source_book());
  for (const IngestionCheckpoint::DeliveryState& state : checkpoint.deliveries()) {
    AddEntry(state.delivery(), state.sequence(), state.findings());
    RestoreCorrection(static_cast<int32_t>(entries_.size()) - 1, state);
    if (state.has_erased()) ApplyErase(state.erased());
  }
  for (const IngestionCheckpoint::MissingPart& saved : checkpoint.missing_parts()) {
    missing_parts_.emplace(IdOf(saved.part()), saved.container());
  }
  for (const UploadRecord& upload : checkpoint.uploads()) ApplyUpload(upload);
  const auto restore = [](const auto& saved, std::vector<int64_t>& own, std::vector<int64_t>& feed) {
    own.assign(saved.begin(), saved.end());
    feed.insert(feed.end(), saved.begin(), saved.end());
    std::sort(feed.begin(), feed.end());
  };
  restore(checkpoint.supersede_sequences(), supersede_sequences_, fact_sequences_);
  restore(checkpoint.counted_sequences(), counted_sequences_, fact_sequences_);
  restore(checkpoint.person_correction_sequences(), person_correction_sequences_, person_sequences_);
  for (const std::string& payload : checkpoint.operations()) {
    OperationRecord record;
    if (record.ParseFromString(payload)) ApplyOperation(record);
  }
  return true;
}

std::string Ingestion::State() const {
  MutexLock lock(mutex_);
  return Deterministic(Checkpoint());
}

}  // namespace nmd::ingestion
