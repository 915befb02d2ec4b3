// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_INGESTION_H_
#define NMD_SERVICES_INGESTION_INGESTION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/longrunning/operations.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/internal/v1/ingestion_events.pb.h"
#include "nmd/internal/v1/journal.pb.h"
#include "services/ingestion/code_lists.h"
#include "services/ingestion/corrections.h"
#include "services/ingestion/export_source.h"
#include "services/ingestion/history.h"
#include "services/ingestion/source_book.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"
#include "services/platform/operations.h"

namespace nmd::ingestion {

// Largest file in one call, largest chunk of an upload.
inline constexpr size_t kMaxCallBytes = 1 << 20;
// Largest number of chunks of an upload: 25 MB in chunks of 25 kB.
inline constexpr int kMaxChunks = 1000;
// Uploads that may be open at one time; one that nobody touched for a day is given up.
inline constexpr int kMaxOpenUploads = 64;
// Facts, or person records, of one delivery: a batch travels whole, so it must fit in an answer.
inline constexpr size_t kMaxBatchBytes = 6 << 20;
// What an answer of a feed holds unless its first batch alone is larger.
inline constexpr size_t kFeedBytes = 2 << 20;

// Takes deliveries, judges them, keeps them, and feeds what they say to the other services (IngestionService).
//
// State is a fold over the journal; the same deliveries give the same facts and findings in whatever order they came.
// Bytes are kept unchanged (compressed and sealed) also of what is refused. A BSN, name or address leaves this class only
// through ListPersonRecords; in the journal they are sealed.
//
// Reading and judging of a file run outside the lock, on the thread of the caller. Writes that wait while another one is
// being stored are stored together, in one Append: many small messages share the price of making them durable.
//
// Thread safety: all methods may be called from any thread.
// Errors: those of ingestion.proto, and those of the journal.
class Ingestion {
 public:
  // Replays the journal, from its checkpoint when it has one. The journal must have no other writer, and outlive this.
  // `municipality` is the instance's: "gm1730". `code_lists` judge what comes in from now on. Errors: FAILED_PRECONDITION when
  // two mappings have one source id or that of an official message; DATA_LOSS when a record cannot be read.
  static absl::StatusOr<std::unique_ptr<Ingestion>> Open(Journal& journal, const Clock& clock, const Key& key,
                                                         const std::string& municipality,
                                                         const std::vector<internal::v1::MappingFile>& mappings,
                                                         CodeLists code_lists = {});
  // Saves a checkpoint.
  ~Ingestion();
  Ingestion(const Ingestion&) = delete;
  Ingestion& operator=(const Ingestion&) = delete;

  absl::StatusOr<v1::ListSourcesResponse> ListSources(const Caller& caller, const v1::ListSourcesRequest& request) const;
  absl::StatusOr<v1::SourceAnalysis> GetSourceAnalysis(const Caller& caller, const v1::GetSourceAnalysisRequest& request) const;
  absl::StatusOr<v1::ListSourceAnalysesResponse> ListSourceAnalyses(const Caller& caller,
                                                                    const v1::ListSourceAnalysesRequest& request) const;
  absl::StatusOr<v1::Delivery> DeliverFile(const Caller& caller, const v1::DeliverFileRequest& request);
  absl::StatusOr<v1::Upload> CreateUpload(const Caller& caller, const v1::CreateUploadRequest& request);
  absl::StatusOr<v1::Upload> AppendUpload(const Caller& caller, const v1::AppendUploadRequest& request);
  absl::StatusOr<v1::Upload> GetUpload(const Caller& caller, const v1::GetUploadRequest& request) const;
  absl::StatusOr<google::longrunning::Operation> CompleteUpload(const Caller& caller, const v1::CompleteUploadRequest& request);
  absl::StatusOr<v1::Delivery> GetDelivery(const Caller& caller, const v1::GetDeliveryRequest& request) const;
  absl::StatusOr<v1::GetDeliveryContentResponse> GetDeliveryContent(const Caller& caller,
                                                                    const v1::GetDeliveryContentRequest& request) const;
  absl::StatusOr<v1::Delivery> WithdrawDelivery(const Caller& caller, const v1::WithdrawDeliveryRequest& request);
  absl::StatusOr<v1::Delivery> RestoreDelivery(const Caller& caller, const v1::RestoreDeliveryRequest& request);
  absl::StatusOr<v1::ListDeliveriesResponse> ListDeliveries(const Caller& caller,
                                                            const v1::ListDeliveriesRequest& request) const;
  absl::StatusOr<v1::ListFindingsResponse> ListFindings(const Caller& caller, const v1::ListFindingsRequest& request) const;
  absl::StatusOr<v1::ListRulesResponse> ListRules(const Caller& caller, const v1::ListRulesRequest& request) const;
  absl::StatusOr<v1::ListFactsResponse> ListFacts(const Caller& caller, const v1::ListFactsRequest& request) const;
  absl::StatusOr<v1::ListPersonRecordsResponse> ListPersonRecords(const Caller& caller,
                                                                  const v1::ListPersonRecordsRequest& request) const;
  absl::StatusOr<v1::ErasePersonsResponse> ErasePersons(const Caller& caller, const v1::ErasePersonsRequest& request);
  absl::StatusOr<v1::Answer> GetAnswer(const Caller& caller, const v1::GetAnswerRequest& request) const;
  // google.longrunning.Operations. WaitOperation waits 30 seconds at most.
  absl::StatusOr<google::longrunning::Operation> GetOperation(const Caller& caller,
                                                              const google::longrunning::GetOperationRequest& request) const;
  absl::StatusOr<google::longrunning::Operation> WaitOperation(const Caller& caller,
                                                               const google::longrunning::WaitOperationRequest& request) const;

  // The state as a checkpoint holds it, serialised deterministically: equal states are equal bytes.
  std::string State() const;

 private:
  // One file on its way in.
  struct Incoming {
    absl::string_view content;
    std::string source;
    std::string file_name;
    absl::Time known_time;
    std::string actor;
    std::string upload;  // The upload it completes, or empty.
    std::vector<int32_t> replaces = {};
    std::string* buffer = nullptr;  // What holds the content, when it may go as soon as a message was read from it.
  };
  // What the state remembers of a delivery; a Delivery is made of it when it is asked for.
  struct Entry {
    absl::uint128 id = 0;
    std::string sha256;  // 32 raw bytes.
    int32_t source = 0;  // Into source_ids_.
    v1::Delivery::State state = v1::Delivery::STATE_UNSPECIFIED;
    bool lost = false;  // An earlier message has the same identification (TR056).
    int64_t sequence = 0;
    int64_t known_micros = 0;
    int64_t create_micros = 0;
    int64_t size_bytes = 0;
    int64_t fact_count = 0;
    int64_t person_count = 0;
    std::string file_name;
    std::string message_key;
    std::string answers;          // message_key of what it is the answer to.
    absl::uint128 container = 0;  // The container it came in, or 0; then part is its position there.
    int32_t part = 0;
    int32_t part_count = 0;
    std::vector<v1::Finding> findings;  // Without those that join messages.
  };
  // What became of a delivery since it came; most have none.
  struct Correction {
    std::vector<internal::v1::WithdrawRecord> marks;  // As they came.
    std::optional<std::vector<int32_t>> years;        // Of an extract.
    KnownPeriods counted;                             // When counted_sequence is not 0.
    int64_t counted_sequence = 0;
  };
  using Marks = std::map<int32_t, std::vector<internal::v1::WithdrawRecord>>;  // By delivery: all it will have.
  struct Event {
    std::string kind;
    std::shared_ptr<const google::protobuf::Message> body;
  };
  struct Batch {
    std::vector<Event> events;
    std::vector<Journal::Blob> blobs;
  };
  // A change that waits to be stored.
  struct Write {
    std::string actor;
    // What it decides about: two writes with one claim are never stored in one Append, so that the second sees the first.
    std::vector<std::string> claims;
    // Decides, with the state as it is, what to store; nothing is fine. Called with the lock held.
    std::function<absl::Status(Batch&)> decide;
    absl::Status status;
    bool done = false;
    CondVar changed;  // Done, or its turn to store: one waiter is woken, not all.
  };

  Ingestion(Journal& journal, const Clock& clock, const Key& key, const std::string& municipality);
  absl::Status Load();

  // Reading a file, outside the lock (ingestion_read.cc).
  absl::StatusOr<std::string> ResolveSource(const std::string& source, absl::string_view content) const;
  absl::Status CheckSource(const std::string& source) const;
  internal::v1::DeliveryRecord ReadFile(const std::string& source, const Incoming& incoming, const std::string& sha256) const;
  std::vector<Finding> ReadMessageInto(const Incoming& incoming, Day known_day, internal::v1::DeliveryRecord* record,
                                       v1::PersonBatch* persons) const;
  absl::StatusOr<v1::Delivery> Deliver(const Incoming& incoming);

  // Containers (ingestion_container.cc).
  struct Part {
    int position = 0;
    std::string sha256;
    std::string content;  // Empty when it is to be unpacked again.
  };
  // One delivery that is to be stored, and its bytes when it is no part.
  struct Pending {
    std::shared_ptr<internal::v1::DeliveryRecord> record;
    std::string raw;
  };
  static std::vector<Part> PartsOf(absl::string_view content, std::vector<Finding>* findings);
  absl::StatusOr<v1::Delivery> DeliverContainer(const Incoming& incoming, const std::string& source, const std::string& sha256);
  // Stores what is not known yet of the parts, after `round`, in as few Appends as can be.
  absl::Status StoreParts(const Incoming& incoming, const std::string& container, const std::vector<Part>& parts,
                          std::vector<Pending> round);
  // Stores deliveries in one Append, with the upload that brings them. No two may have one message_key. The delivery `by`,
  // which is in the round or is known, comes in the place of `replaces`.
  absl::Status StoreRound(const std::string& actor, const std::string& upload, std::vector<Pending>& round, absl::uint128 by,
                          const std::vector<int32_t>& replaces);
  // Takes the parts that a stop left out. What fails now is tried again at the next start.
  void FinishContainers();
  absl::Status FinishContainer(int32_t container);
  // The bytes of a delivery as they came in, also when they came in a container.
  absl::StatusOr<std::string> RawBytes(int32_t index) const;

  // Storing.
  absl::Status Commit(Write& write);
  void StoreWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Says of the sound rows of an extract what they are about.
  static void NoteExtract(const ExportSource& source, internal::v1::DeliveryRecord* record);
  // What is left of a refused delivery for the feed: how many records it had.
  static void ClearFacts(internal::v1::DeliveryRecord* record);
  void DecideTr056(internal::v1::DeliveryRecord& record, Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Withdrawing, restoring and replacing (ingestion_correct.cc).
  absl::StatusOr<v1::Delivery> Correct(const Caller& caller, const std::string& name, const std::string& reason,
                                       const google::protobuf::Timestamp* known_time, bool restores);
  // The delivery itself, or the messages that came in it.
  std::vector<int32_t> MembersOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Deliveries a file that is known at `known_time` may replace. Faults go to `check`.
  std::vector<int32_t> ReadReplaces(const google::protobuf::RepeatedPtrField<std::string>& names, absl::string_view path,
                                    absl::Time known_time, FieldCheck& check) const;
  // Whatever is decided about a delivery, and about when those of its source count, is decided under these claims.
  std::vector<std::string> ClaimsOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static std::string ClaimOfExtracts(const std::string& source);
  // Adds what follows from an accepted delivery that comes in: it replaces others, or is an extract.
  void DecidePlace(const std::vector<int32_t>& replaces, internal::v1::DeliveryRecord& record, Batch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same for a file that is there already, as when the answer to the first call was lost.
  absl::Status ReplaceByKnown(const std::vector<int32_t>& replaces, int32_t by, Batch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Marks the deliveries that still stand at the known time of `by`, whose name is its id.
  Marks Replace(const std::vector<int32_t>& replaces, const v1::Delivery& by, Batch& batch) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds a mark to what a delivery will have and to what will be stored.
  void AddMark(int32_t index, std::shared_ptr<internal::v1::WithdrawRecord> mark, Marks& marks, Batch& batch) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds a "counted" record for every delivery that counts at other times once it has `marks` and `added` (null for none) is
  // there; of `added` itself its batch says so.
  void DecideCounted(const Marks& marks, internal::v1::DeliveryRecord* added, const google::protobuf::Timestamp& known_time,
                     Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const Correction& CorrectionOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // By the marks alone, and with the extracts that took its place.
  KnownPeriods StandingOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  KnownPeriods CountedOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ExtractState ExtractOf(int32_t index, const Marks& marks) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Delivery::State StateOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellCorrection(int32_t index, v1::Delivery* delivery) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyWithdraw(const internal::v1::WithdrawRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyCounted(int64_t sequence, const internal::v1::CountedRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SaveCorrection(int32_t index, internal::v1::IngestionCheckpoint::DeliveryState* state) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RestoreCorrection(int32_t index, const internal::v1::IngestionCheckpoint::DeliveryState& state)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetExtract(int32_t index, const internal::v1::Extract& extract) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetCounted(int32_t index, KnownPeriods counted, int64_t sequence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gives the rules that join messages what was restored, from the journal: they keep nothing of what is withdrawn.
  absl::Status ReturnRestored() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The fold.
  void Apply(int64_t sequence, absl::string_view kind, const google::protobuf::Message& body)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyDelivery(int64_t sequence, const internal::v1::DeliveryRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplySupersede(int64_t sequence, const internal::v1::SupersedeRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyUpload(const internal::v1::UploadRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyOperation(const internal::v1::OperationRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddEntry(const v1::Delivery& delivery, int64_t sequence, const google::protobuf::RepeatedPtrField<v1::Finding>& findings)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  internal::v1::IngestionCheckpoint Checkpoint() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Restore(const internal::v1::IngestionCheckpoint& checkpoint) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Uploads (ingestion_upload.cc).
  absl::StatusOr<internal::v1::UploadRecord> FindUpload(const std::string& name) const;
  absl::StatusOr<v1::Delivery> DeliverUpload(const internal::v1::UploadRecord& upload, const std::string& actor);
  // Closes it, drops its chunks and says so.
  absl::Status Discard(const internal::v1::UploadRecord& upload, const std::string& actor);
  absl::Status Sweep(const std::string& upload, const std::string& actor);
  v1::Upload UploadOf(const internal::v1::UploadRecord& record) const;

  // Persons made unreadable (ingestion_erase.cc).
  struct ErasePlan;
  // Bytes that take the place of those of a delivery.
  struct Left {
    int32_t index = 0;
    std::optional<std::string> bytes;  // Nothing is left without.
    bool rewritten = false;
  };
  absl::StatusOr<ErasePlan> PlanErasure(const std::set<std::string>& person_keys) const;
  // Takes the other messages of a container out of it, so that it can go.
  absl::Status TakeOut(int32_t container, const ErasePlan& plan, const std::string& actor);
  absl::Status StoreLeft(const std::vector<Left>& left, const std::string& actor);
  // Drops the bytes of before, also those a stop left.
  absl::Status DropErased();
  absl::Status DropPersons(const std::set<std::string>& person_keys, const ErasePlan& plan);
  void ApplyErase(const internal::v1::EraseRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string RawNameOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Source analysis (ingestion_analysis.cc).
  struct Question;
  absl::StatusOr<Question> ReadQuestion(bool has_period, const type::Period& period,
                                        const google::protobuf::Timestamp* known_time) const;
  std::vector<v1::SourceAnalysis> AnalyseSources(const std::vector<v1::Source>& sources, const Question& question) const;

  // Answers.
  // Every source, without what depends on deliveries; names are ids.
  std::vector<v1::Source> SourcesOf() const;
  std::string DeliveryName(absl::uint128 id) const;
  // As in a record: what it was when it came. And as it is now.
  v1::Delivery StoredOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Delivery DeliveryOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int64_t CountFindings(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<v1::Finding> FindingsOf(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<int32_t> FindDelivery(absl::string_view name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Answers to messages (ingestion_answer.cc).
  struct MadeAnswer {
    int32_t index = 0;
    Day dated = 0;
    int64_t sequence = 0;  // What was known when it was made.
    v1::Answer about;      // Without the bytes.
    std::string xml;
    bool Is(int32_t i, Day day, int64_t known) const { return index == i && dated == day && sequence == known; }
  };
  absl::StatusOr<std::shared_ptr<const MadeAnswer>> Answered(int32_t index, Day dated) const;
  // The delivery that answers this one.
  std::optional<int32_t> AnsweredBy(int32_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int32_t SourceNumber(const std::string& source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The feed after `after`: calls `take` with records until it has enough (it returns false), waiting at the tail.
  absl::Status ReadFeed(const Caller& caller, int64_t after, int32_t wait_seconds, std::vector<int64_t> Ingestion::*sequences,
                        const std::function<bool(const JournalRecord&)>& take, const std::function<bool()>& any) const;

  Journal& journal_;
  const Clock& clock_;
  const std::string municipality_;  // "gm1730"
  const Key raw_key_;
  const Key persons_key_;
  const PersonKeyMaker person_key_;
  CodeLists code_lists_;                         // Written by Open only.
  std::map<std::string, ExportSource> exports_;  // By source id. Written by Open only.

  Mutex erase_mutex_;  // One erasure at a time; taken before mutex_.
  mutable Mutex mutex_;
  std::deque<Write*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool storing_ ABSL_GUARDED_BY(mutex_) = false;

  int64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;  // Of the last record in the state.
  int64_t checkpoint_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> source_ids_ ABSL_GUARDED_BY(mutex_);
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // In order of sequence.
  absl::flat_hash_map<absl::uint128, int32_t> by_id_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, int32_t> by_message_key_ ABSL_GUARDED_BY(mutex_);            // The one that counts.
  absl::flat_hash_map<std::string, std::vector<int32_t>> by_answered_ ABSL_GUARDED_BY(mutex_);  // Answers, by message_key.
  // The answer that somebody reads in pieces.
  mutable std::shared_ptr<const MadeAnswer> last_answer_ ABSL_GUARDED_BY(mutex_);
  // Parts of containers that are not stored yet: to the container. Empty but for the time of a large container.
  absl::flat_hash_map<absl::uint128, int32_t> missing_parts_ ABSL_GUARDED_BY(mutex_);
  History history_ ABSL_GUARDED_BY(mutex_);
  SourceBook book_ ABSL_GUARDED_BY(mutex_);
  // Sequences of the records that hold a batch of the feed.
  std::vector<int64_t> fact_sequences_ ABSL_GUARDED_BY(mutex_);
  std::vector<int64_t> person_sequences_ ABSL_GUARDED_BY(mutex_);
  std::vector<int64_t> supersede_sequences_ ABSL_GUARDED_BY(mutex_);
  std::vector<int64_t> counted_sequences_ ABSL_GUARDED_BY(mutex_);
  std::vector<int64_t> person_correction_sequences_ ABSL_GUARDED_BY(mutex_);  // Of these two, those about person records.
  absl::flat_hash_map<int32_t, Correction> corrections_ ABSL_GUARDED_BY(mutex_);
  // What is left of the bytes of deliveries that told of somebody who was erased, or came with one.
  std::map<int32_t, internal::v1::EraseRecord> erased_ ABSL_GUARDED_BY(mutex_);
  std::map<int32_t, std::vector<int32_t>> extracts_ ABSL_GUARDED_BY(mutex_);  // By source.
  std::set<int32_t> restored_ ABSL_GUARDED_BY(mutex_);                        // Not yet in history_ again.
  std::map<std::string, internal::v1::UploadRecord> uploads_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> upload_order_ ABSL_GUARDED_BY(mutex_);
  // Operations whose outcome a checkpoint must keep: name and serialised record, oldest first.
  std::deque<std::pair<std::string, std::string>> operation_records_ ABSL_GUARDED_BY(mutex_);
  // Operation of every upload that is or was completed since the start.
  std::map<std::string, std::string> completing_ ABSL_GUARDED_BY(mutex_);

  // Last: its thread ends before the rest goes.
  std::unique_ptr<Operations> operations_;
};

// A file name that is safe everywhere: letters, digits, dot, dash and underscore; others become an underscore; 255 bytes.
std::string SafeFileName(absl::string_view name);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_INGESTION_H_
