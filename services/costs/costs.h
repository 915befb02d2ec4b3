// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_COSTS_H_
#define NMD_SERVICES_COSTS_COSTS_H_

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/core/date.h"
#include "services/costs/answers.h"
#include "services/costs/care.h"
#include "services/costs/catalogue.h"
#include "services/costs/ledger.h"
#include "services/costs/records.h"
#include "services/costs/snapshot.h"
#include "services/costs/walk.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"

namespace google::protobuf {
class Timestamp;
}
namespace nmd::type {
class Figure;
}
namespace nmd::ingestion::v1 {
class FactBatch;
class ListFactsResponse;
}  // namespace nmd::ingestion::v1
namespace nmd::internal::v1 {
class CostsLinksEvent;
class CostsNoteEvent;
}  // namespace nmd::internal::v1
namespace nmd::linking::v1 {
class ListLinksResponse;
}
namespace nmd::costs::v1 {
class AnnotateAnswerRequest;
class BridgeAmountsRequest;
class BridgeAmountsResponse;
class CheckRegisteredAnswerRequest;
class CheckRegisteredAnswerResponse;
class CompareFiguresRequest;
class CompareFiguresResponse;
class DecomposeGrowthRequest;
class DecomposeGrowthResponse;
class ExplainFigureRequest;
class ExplainFigureResponse;
class FigureChange;
class FreezeSnapshotRequest;
class FrozenSnapshot;
class GetRegisteredAnswerRequest;
class ListDimensionsRequest;
class ListDimensionsResponse;
class ListFigureRowsRequest;
class ListFigureRowsResponse;
class ListFrozenSnapshotsRequest;
class ListFrozenSnapshotsResponse;
class ListMeasuresRequest;
class ListMeasuresResponse;
class ListRegisteredAnswersRequest;
class ListRegisteredAnswersResponse;
class ListRowAccessesRequest;
class ListRowAccessesResponse;
class QueryFiguresRequest;
class QueryFiguresResponse;
class RegisterAnswerRequest;
class RegisteredAnswer;
class RowAccess;
}  // namespace nmd::costs::v1

namespace nmd::costs {

struct AskedQuestion;

// Answers questions about cost and use from facts and links.
//
// State: a ledger of all batches and links, folded from the journal, and the snapshots of a few knowledge moments, each
// made at its first question from the nearest one there is: what differs is worked out, the rest copied. An answer depends
// on K and on what was known at K, on nothing else (T-29).
//
// Thread safety: all methods may be called from any thread. Questions calculate outside the lock on an immutable snapshot.
class Costs {
 public:
  // `journal` and `clock` must outlive this. `trend_breaks`: first days of periods that may not be compared with what was
  // before (R17). `catalogue`: the measures there are. Call Replay before anything else.
  Costs(Journal& journal, const Clock& clock, std::string municipality, std::vector<Day> trend_breaks,
        std::shared_ptr<const Catalogue> catalogue = Catalogue::Base());
  ~Costs();
  Costs(const Costs&) = delete;
  Costs& operator=(const Costs&) = delete;

  // Folds the journal, from the checkpoint on when there is one that can be read. Errors: those of the journal, DATA_LOSS
  // STORE_DAMAGED when a record cannot be read.
  absl::Status Replay() ABSL_LOCKS_EXCLUDED(mutex_);

  // Stores the state, so that the next start need not fold the journal. It is also done when the journal grew by half.
  // Errors: those of Journal::SaveCheckpoint.
  absl::Status SaveCheckpoint() ABSL_LOCKS_EXCLUDED(mutex_);

  // What to ask the feeds for next.
  int64_t facts_cursor() const ABSL_LOCKS_EXCLUDED(mutex_);
  int64_t links_cursor() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes in an answer of a feed: appended to the journal together with its cursor, then folded. What was taken in before
  // is passed over, so repeating an answer changes nothing. Errors: those of Journal::Append; then nothing changed.
  absl::Status AddFacts(const ingestion::v1::ListFactsResponse& response) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status AddLinks(const linking::v1::ListLinksResponse& response) ABSL_LOCKS_EXCLUDED(mutex_);

  // Works out the snapshot, the records and the book of courses of now, so that the next question need not wait for them, and
  // keeps the checkpoint fresh.
  void Warm() ABSL_LOCKS_EXCLUDED(mutex_, build_mutex_);

  // For analyses: what was known at a time, made at the first question and kept a while. Cost: that of BuildSnapshot or
  // PatchSnapshot, MakeRecordBook and MakeCareBook when it is not there yet. Of books the last one is kept.
  // Without `keep` the snapshot takes the place of no other one.
  std::shared_ptr<const Snapshot> SnapshotAt(absl::Time known_time, bool keep = true) ABSL_LOCKS_EXCLUDED(mutex_, build_mutex_);
  // An empty book unless it is needed.
  std::shared_ptr<const RecordBook> RecordsAt(absl::Time known_time, bool needed) ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<const CareBook> CareAt(absl::Time known_time) ABSL_LOCKS_EXCLUDED(mutex_, build_mutex_);
  const Catalogue& catalogue() const { return *catalogue_; }
  const std::string& municipality() const { return municipality_; }
  const std::vector<Day>& trend_breaks() const { return trend_breaks_; }

  // What people register beside the figures, by those who live with this service (services/analyses): kept in its journal and
  // checkpoint, and not read here. `book` names the register and `record` is a message of it. Errors of adding: those of
  // Journal::Append; then nothing is kept. Notes answers with the records of a book, oldest first.
  absl::Status AddNote(const std::string& book, std::string record, const std::string& subject) ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<std::string> Notes(absl::string_view book) const ABSL_LOCKS_EXCLUDED(mutex_);

  // nmd.costs.v1.CostsService; contracts in costs.proto.
  absl::StatusOr<v1::ListMeasuresResponse> ListMeasures(const Caller& caller, const v1::ListMeasuresRequest& request) const;
  absl::StatusOr<v1::ListDimensionsResponse> ListDimensions(const Caller& caller,
                                                            const v1::ListDimensionsRequest& request) const;
  absl::StatusOr<v1::QueryFiguresResponse> QueryFigures(const Caller& caller, const v1::QueryFiguresRequest& request);
  // Effects are additive LMDI-I with analytic limits (decompose.h). A group whose indicated amount is negative makes the
  // answer NOT_COMPARABLE with AMOUNT_NEGATIVE: its share has no logarithm.
  absl::StatusOr<v1::DecomposeGrowthResponse> DecomposeGrowth(const Caller& caller, const v1::DecomposeGrowthRequest& request);
  absl::StatusOr<v1::CompareFiguresResponse> CompareFigures(const Caller& caller, const v1::CompareFiguresRequest& request);
  absl::StatusOr<v1::BridgeAmountsResponse> BridgeAmounts(const Caller& caller, const v1::BridgeAmountsRequest& request);
  absl::StatusOr<v1::ExplainFigureResponse> ExplainFigure(const Caller& caller, const v1::ExplainFigureRequest& request);

  // nmd.costs.v1.AnswersService; contracts in answers.proto.
  absl::StatusOr<v1::RegisteredAnswer> RegisterAnswer(const Caller& caller, const v1::RegisterAnswerRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<v1::RegisteredAnswer> GetRegisteredAnswer(const Caller& caller,
                                                           const v1::GetRegisteredAnswerRequest& request) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<v1::ListRegisteredAnswersResponse> ListRegisteredAnswers(const Caller& caller,
                                                                          const v1::ListRegisteredAnswersRequest& request) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<v1::CheckRegisteredAnswerResponse> CheckRegisteredAnswer(const Caller& caller,
                                                                          const v1::CheckRegisteredAnswerRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<v1::RegisteredAnswer> AnnotateAnswer(const Caller& caller, const v1::AnnotateAnswerRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<v1::FrozenSnapshot> FreezeSnapshot(const Caller& caller, const v1::FreezeSnapshotRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<v1::ListFrozenSnapshotsResponse> ListFrozenSnapshots(const Caller& caller,
                                                                      const v1::ListFrozenSnapshotsRequest& request) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // nmd.costs.v1.RowsService; contracts in rows.proto. A look is in the journal before the rows are answered.
  absl::StatusOr<v1::ListFigureRowsResponse> ListFigureRows(const Caller& caller, const v1::ListFigureRowsRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<v1::ListRowAccessesResponse> ListRowAccesses(const Caller& caller,
                                                              const v1::ListRowAccessesRequest& request) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Cached {
    Moment moment = 0;
    Month month = 0;
    Ledger::Mark mark;   // What the ledger held when it was made.
    bool stale = false;  // Something known at its moment came in since: good to start from, not to answer from.
    std::shared_ptr<const Snapshot> snapshot;
  };
  // What to make a snapshot of: a part and the snapshot it goes into, or all.
  struct Work {
    KnownFacts all;
    std::optional<KnownPart> part;
    std::shared_ptr<const Snapshot> base;
  };

  // How much came in so far, as one number.
  int64_t Arrived() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How far figures of a measure moved in the three months after they were first known: the sum of the shares, over so many
  // quarters.
  struct Revision {
    double sum = 0;
    int quarters = 0;
  };
  // Per measure of the question, over all its filters and none of its dimensions. Cost: that of nine snapshots, unless asked
  // before.
  std::vector<Revision> RevisionsOf(const AskedQuestion& asked) ABSL_LOCKS_EXCLUDED(mutex_, build_mutex_);
  // Puts it into the totals of the question.
  void AddStability(const AskedQuestion& asked, google::protobuf::RepeatedPtrField<type::Figure>* totals)
      ABSL_LOCKS_EXCLUDED(mutex_, build_mutex_);
  // Two states of knowledge and the way between them, all three of one state of the ledger.
  struct Way {
    std::shared_ptr<const Snapshot> earlier, later;
    std::shared_ptr<const RecordBook> earlier_records, later_records;
    std::unique_ptr<const Walk> walk;
  };
  // From what was known at `earlier`, when the ledger was at `mark` or as it is, to what is known at `later`. `earlier` and its
  // records are null with a mark: no snapshot is kept of what the ledger did not know yet; Walk::Before makes it.
  // Errors: UNAVAILABLE_NOW when facts keep coming in.
  absl::StatusOr<Way> FindWay(absl::Time earlier, const Ledger::Mark* mark, absl::Time later, bool records)
      ABSL_LOCKS_EXCLUDED(mutex_, build_mutex_);
  static Month MonthOfTime(absl::Time time);
  // Fills in how much each kind of cause did to what changed in an answer, from what was given to what was `found` as known
  // at `known_time`. `mark`: the state of the ledger to begin from; null when the answer is the same with what is in it now.
  absl::Status MeasureChanges(const v1::RegisteredAnswer& answer, const Ledger::Mark* mark,
                              const google::protobuf::Timestamp& known_time, const v1::QueryFiguresResponse& found,
                              google::protobuf::RepeatedPtrField<v1::FigureChange>* changes)
      ABSL_LOCKS_EXCLUDED(mutex_, build_mutex_);
  std::shared_ptr<const Snapshot> FindCached(Moment moment, Month month) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Work Plan(Moment moment, Month month) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Keep(Cached made) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Marks the snapshots that would be different now that something known at `moment` came in.
  void Forget(Moment moment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes in what is in the journal.
  void Take(const ingestion::v1::FactBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(const internal::v1::CostsLinksEvent& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the state is now that of the checkpoint; otherwise nothing changed.
  bool LoadCheckpoint(const Journal::Checkpoint& checkpoint) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Fold(const JournalRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Journal& journal_;
  const Clock& clock_;
  const std::string municipality_;
  const std::vector<Day> trend_breaks_;
  const std::shared_ptr<const Catalogue> catalogue_;

  Mutex build_mutex_;  // One snapshot is made at a time. Taken before mutex_.
  mutable Mutex mutex_;
  Ledger ledger_ ABSL_GUARDED_BY(mutex_);
  AnswerRegister answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<internal::v1::CostsNoteEvent> notes_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<const v1::RowAccess>> row_accesses_ ABSL_GUARDED_BY(mutex_);  // Oldest first.
  // The last book that was made, of which moment and after how much had come in.
  std::shared_ptr<const RecordBook> book_ ABSL_GUARDED_BY(mutex_);
  std::pair<Moment, int64_t> book_of_ ABSL_GUARDED_BY(mutex_){};
  std::shared_ptr<const CareBook> care_ ABSL_GUARDED_BY(mutex_);
  int64_t care_arrived_ ABSL_GUARDED_BY(mutex_) = 0;
  // Revisions by question, as long as nothing comes in.
  std::map<std::string, std::vector<Revision>> revisions_ ABSL_GUARDED_BY(mutex_);
  Ledger::Mark revisions_mark_ ABSL_GUARDED_BY(mutex_);
  int64_t journal_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t checkpoint_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t facts_cursor_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t links_cursor_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t person_sequence_ ABSL_GUARDED_BY(mutex_) = 0;  // How far the links follow the person feed.
  std::list<Cached> cache_ ABSL_GUARDED_BY(mutex_);      // Last used first.
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_COSTS_H_
