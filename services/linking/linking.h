// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_LINKING_H_
#define NMD_SERVICES_LINKING_LINKING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/linking/derive.h"
#include "services/linking/gold_state.h"
#include "services/linking/link_state.h"
#include "services/linking/retrain.h"
#include "services/linking/rights_state.h"
#include "services/linking/timeline.h"
#include "services/linking/vault.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/crypto.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"
#include "services/platform/operations.h"
#include "services/platform/peer.h"

namespace nmd::linking {

// Hexadecimal digits of the ids and pseudonyms of linking, after their letter.
inline constexpr size_t kIdDigits = 20;
// Whether a text can be the id of a client.
bool IsClientId(absl::string_view text);
// NOT_FOUND, without the id: it is personal.
absl::Status NoClient();

struct LinkingOptions {
  std::string municipality;  // "gm1730".
  int institution_size = 12;
  // Whether BSNs of the official test range are those of persons.
  bool test_numbers = false;
  // Whether a decision holds only once a second person confirmed it.
  bool four_eyes = false;
  // The service key of before, while keys are rotated.
  std::optional<Key> previous_key = std::nullopt;
  // Persons of whom nothing new was known for so long are made unreadable; 0: never.
  int retention_years = 0;
};

// Who is who: follows the person records of ingestion, keeps them sealed, and publishes pseudonymous clients and households.
//
// A client id is "c" and 20 digits of a keyed hash: of the BSN or of the person_key that was known first of all that are one
// (Timeline). A household id is "h" and 20 digits of a keyed hash of the address. So ids do not depend on the order of arrival,
// and two valid BSNs never get one client.
//
// Every step writes the cursor, the sealed records and all that follows from them in one Append: a crash anywhere repeats
// the step and changes nothing.
//
// Thread safety: all methods may be called from any thread.
class Linking {
 public:
  // The references must outlive this. Call Load first.
  Linking(Journal& journal, const Clock& clock, const Peer& ingestion, const Key& service_key, LinkingOptions options);
  Linking(const Linking&) = delete;
  Linking& operator=(const Linking&) = delete;

  // Folds the journal, from its checkpoint on; what the previous key sealed is sealed anew, in one step. Errors: DATA_LOSS
  // STORE_DAMAGED; FAILED_PRECONDITION when the store was sealed with a key that is not given.
  absl::Status Load();

  // One step of the follower: asks ingestion for what comes after the cursor, waiting a few seconds at the tail, and takes
  // it in. Errors: those of the peer and of the journal; nothing has changed then.
  absl::Status Follow();

  // Makes persons unreadable of whom nothing new was known for retention_years. Looks once a day, when it is called; cheap
  // otherwise. Errors: those of the peer and of the journal; the next call tries again.
  absl::Status Retain();

  // So that the next start is fast. Also made on the way, when the journal has grown enough since the last one.
  absl::Status SaveCheckpoint();

  // LinkingService, as linking.proto describes it. UNAVAILABLE UNAVAILABLE_NOW while the store cannot be read.
  absl::StatusOr<v1::ListLinksResponse> ListLinks(const Caller& caller, const v1::ListLinksRequest& request) const;
  absl::StatusOr<v1::LinkSummary> GetLinkSummary(const Caller& caller, const v1::GetLinkSummaryRequest& request) const;
  absl::StatusOr<v1::ExplainClientResponse> ExplainClient(const Caller& caller, const v1::ExplainClientRequest& request) const;
  // Models (linking_models.cc).
  absl::StatusOr<google::longrunning::Operation> TrainLinkModel(const Caller& caller, const v1::TrainLinkModelRequest& request);
  absl::StatusOr<google::longrunning::Operation> GetOperation(const Caller& caller,
                                                              const google::longrunning::GetOperationRequest& request) const;
  absl::StatusOr<v1::ListLinkModelsResponse> ListLinkModels(const Caller& caller,
                                                            const v1::ListLinkModelsRequest& request) const;
  absl::StatusOr<v1::LinkModel> GetLinkModel(const Caller& caller, const v1::GetLinkModelRequest& request) const;
  absl::StatusOr<v1::LinkModel> ReleaseLinkModel(const Caller& caller, const v1::ReleaseLinkModelRequest& request);
  // The gold sample and what it says (linking_gold.cc).
  absl::StatusOr<v1::GoldSample> DrawGoldSample(const Caller& caller, const v1::DrawGoldSampleRequest& request);
  absl::StatusOr<v1::GoldSample> LabelGoldPair(const Caller& caller, const v1::LabelGoldPairRequest& request);
  absl::StatusOr<v1::LinkQuality> GetLinkQuality(const Caller& caller, const v1::GetLinkQualityRequest& request) const;
  // One person in the vault, links for other tools, and who looked (linking_subjects.cc).
  absl::StatusOr<v1::FindSubjectsResponse> FindSubjects(const Caller& caller, const v1::FindSubjectsRequest& request);
  absl::StatusOr<v1::SubjectExport> ExportSubject(const Caller& caller, const v1::ExportSubjectRequest& request);
  absl::StatusOr<v1::ExportLinksResponse> ExportLinks(const Caller& caller, const v1::ExportLinksRequest& request);
  // What a person may ask besides (linking_rights.cc).
  absl::StatusOr<v1::SubjectRestriction> RestrictSubject(const Caller& caller, const v1::RestrictSubjectRequest& request);
  absl::StatusOr<v1::SubjectCorrection> CorrectSubject(const Caller& caller, const v1::CorrectSubjectRequest& request);
  // While it runs other calls wait: all is folded again without the person (linking_erase.cc).
  absl::StatusOr<v1::SubjectErasure> EraseSubject(const Caller& caller, const v1::EraseSubjectRequest& request);
  // Doubtful pairs, decisions of people and what became of clients (linking_review.cc).
  absl::StatusOr<v1::ListReviewItemsResponse> ListReviewItems(const Caller& caller, const v1::ListReviewItemsRequest& request);
  absl::StatusOr<v1::ReviewItemDetail> ShowReviewItem(const Caller& caller, const v1::ShowReviewItemRequest& request);
  absl::StatusOr<v1::LinkDecision> CreateLinkDecision(const Caller& caller, const v1::CreateLinkDecisionRequest& request);
  absl::StatusOr<v1::LinkDecision> MergeClients(const Caller& caller, const v1::MergeClientsRequest& request);
  absl::StatusOr<v1::LinkDecision> SplitClient(const Caller& caller, const v1::SplitClientRequest& request);
  absl::StatusOr<v1::LinkDecision> ConfirmLinkDecision(const Caller& caller, const v1::ConfirmLinkDecisionRequest& request);
  absl::StatusOr<v1::LinkDecision> UndoLinkDecision(const Caller& caller, const v1::UndoLinkDecisionRequest& request);
  absl::StatusOr<v1::ListLinkDecisionsResponse> ListLinkDecisions(const Caller& caller,
                                                                  const v1::ListLinkDecisionsRequest& request) const;
  absl::StatusOr<v1::ClientHistory> GetClientHistory(const Caller& caller, const v1::GetClientHistoryRequest& request) const;
  absl::StatusOr<v1::ListAccessesResponse> ListAccesses(const Caller& caller, const v1::ListAccessesRequest& request) const;

 private:
  absl::Status LoadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status FoldJournal() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Fold(const JournalRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Take(const ingestion::v1::ListPersonRecordsResponse& answer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Learns nothing: gives the instance the model of expectations when it has none, and goes to the last known time.
  absl::Status StartTimeline() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Opener NewOpener() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Derives what follows from changes that the state has already, appends it together with `records`, which say the changes,
  // and saves a checkpoint when one is due. After an error the state is ahead of the journal: loaded_ is to be cleared.
  absl::Status AppendWithLinks(std::vector<JournalRecord> records, const std::set<uint32_t>& persons, int64_t from_micros)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool CountsAsBsn(absl::string_view digits) const;
  // The client id of a person by itself.
  std::string AloneClientOf(absl::string_view person_key) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<ingestion::v1::PersonRecord> OpenContent(uint32_t person, uint32_t content) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Review (linking_review.cc).
  struct QueueItem {
    std::string item;
    uint32_t a = 0, b = 0;  // In order of person_key.
    Timeline::Doubt doubt;
  };
  const std::vector<QueueItem>& Queue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string ItemOf(uint32_t a, uint32_t b) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::ReviewItem ReviewItemOf(const QueueItem& item) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The client a person is now; kNoClient for nobody.
  uint32_t ClientNow(uint32_t person) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The client that an id leads to now (alias), and null when nobody is left; NOT_FOUND when it was never given.
  absl::StatusOr<std::optional<uint32_t>> LeadsTo(absl::string_view id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<uint32_t> MembersNow(uint32_t client) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::LinkDecision> Decide(const Caller& caller, v1::LinkDecision decision, const std::string& request_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::LinkDecision> Store(const Caller& caller, v1::LinkDecision decision, const std::string& request_id,
                                         int64_t from_micros) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::LinkDecision WithOutcome(v1::LinkDecision decision) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A pair as ShowReviewItem shows it: `blind` leaves out what the model thinks of it.
  struct ShownPair {
    v1::ReviewItem item;
    uint32_t a = 0, b = 0, record_a = 0, record_b = 0;
    bool blind = false;
  };
  std::optional<ShownPair> PairToShow(const std::string& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Models (linking_models.cc). NOT_FOUND when there is none with the name.
  std::string ModelName(absl::string_view version) const;
  absl::StatusOr<const internal::v1::ModelEvent*> FindModel(const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::LinkModel ModelOf(const internal::v1::ModelEvent& event) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  TrainingSet NewTrainingSet() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The work of the operation.
  absl::StatusOr<v1::LinkModel> Train(const Operations::Report& report);

  // Gold sample (linking_gold.cc).
  struct SamplePair {
    std::string item;
    uint32_t a = 0, b = 0;  // In order of person_key.
    bool labelled = false;
  };
  // Pairs of the newest sample that can be shown, in an order that says nothing of their strata.
  std::vector<SamplePair> SamplePairs() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::ReviewItem SampleItem(const SamplePair& pair) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::ListReviewItemsResponse> ListSample(const v1::ListReviewItemsRequest& request) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string SampleItemId(const GoldState::PairKey& keys) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Calls `visit` once with every pair of persons that is in a stratum. Cost: as linking all anew, without its clusters.
  void EachGoldPair(absl::FunctionRef<void(v1::GoldStratum::Kind, uint32_t, uint32_t)> visit) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::GoldSample GoldSampleNow() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status StoreGold(const Caller& caller, const internal::v1::GoldEvent& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // From when on what is decided or released now holds: not before what is known already.
  int64_t KnownNow() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckLoaded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SaveCheckpointLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  JournalRecord NewRecord(absl::string_view kind, std::string payload) const;

  // Keys (linking_keys.cc): the identity keys of the journal, which gets them when it has none; all anew after a rotation.
  absl::Status ReadKeys() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RotateKeys(const Vault& previous) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Stores that the caller looks up these clients (none: nobody was found), and why. To be called before the answer goes out:
  // no record, no answer. `method` as in the proto.
  absl::Status LogAccess(const Caller& caller, absl::string_view method, absl::string_view purpose,
                         const std::vector<std::string>& clients) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Whose records a person's are now: its client; the last one it was when none of its records counts any more, so that what
  // is kept of it can still be found.
  std::string HolderOf(uint32_t person) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<uint32_t> PersonsOf(absl::string_view client) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The client itself, or the one that an id of before leads to. NOT_FOUND when that is nobody, or more than one.
  absl::StatusOr<std::string> ResolveClient(absl::string_view client) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // What the vault holds, opened record by record, in the order of the journal, until the end; of these persons only, or of
  // all when it is null. Without the lock. Cost: reading the journal, and about 4 µs for every record that is opened.
  using VisitRecord = std::function<void(const internal::v1::PersonEntry& entry, const ingestion::v1::PersonRecord& record)>;
  absl::Status OpenRecords(const absl::flat_hash_set<std::string>* persons, const VisitRecord& visit) const;
  // Makes persons unreadable, in ingestion first: what it told afterwards would come in again. When it fails half way it is to
  // be done again. `cause` as in ErasureEvent.
  struct Erasing {
    std::vector<std::string> person_keys;
    std::string cause, reason, actor;
  };
  absl::StatusOr<v1::SubjectErasure> Erase(const Erasing& erasing);

  // PERSON_RESTRICTED when the client, as it is now, asked that nobody look (linking_rights.cc). Cost: as many as ever asked.
  absl::Status CheckClientNotRestricted(absl::string_view client) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::SubjectCorrection> ShownCorrection(const internal::v1::CorrectionEvent& event) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Corrections of these persons, and since when the records of `subject` say so.
  absl::Status AddCorrections(const absl::flat_hash_set<std::string>& persons, v1::SubjectExport& subject) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What ingestion told all services about these persons; without the lock. Cost: reading all facts.
  absl::Status AddFacts(const absl::flat_hash_set<std::string>& persons, v1::SubjectExport& subject) const;

  // What FindSubjects looks for, and whom it finds: persons, the likeliest first.
  struct Wanted;
  absl::StatusOr<std::vector<std::string>> FindPersons(const Wanted& wanted) const;

  Journal& journal_;
  const Clock& clock_;
  const Peer& ingestion_;
  const LinkingOptions options_;
  const Vault vault_;
  const IdentityKeys first_identity_;  // Of a journal that has none yet.

  mutable Mutex mutex_;
  std::optional<IdentityKeys> identity_ ABSL_GUARDED_BY(mutex_);  // There when loaded_.
  DeriveOptions derive_options_ ABSL_GUARDED_BY(mutex_);
  LinkState state_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Timeline> timeline_ ABSL_GUARDED_BY(mutex_);  // At the last known time when loaded_.
  GoldState gold_ ABSL_GUARDED_BY(mutex_);
  RightsState rights_ ABSL_GUARDED_BY(mutex_);
  std::vector<QueueItem> queue_ ABSL_GUARDED_BY(mutex_);  // Of when the feed was at queue_sequence_.
  int64_t queue_sequence_ ABSL_GUARDED_BY(mutex_) = -1;
  // False before Load, and after a write that failed half way: the state is then no longer what the journal says.
  bool loaded_ ABSL_GUARDED_BY(mutex_) = false;
  // How often persons were erased since the start: what ingestion told before that is asked again.
  int64_t erasures_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time next_retention_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // How far the journal is in the state.
  int64_t journal_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t checkpoint_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  // The newest operation that trains; and whether what a restart cut off was told so.
  std::string training_ ABSL_GUARDED_BY(mutex_);
  bool operations_read_ ABSL_GUARDED_BY(mutex_) = false;
  // The persons in order of their pseudonyms for the purpose of the last export: of each page all would be hashed otherwise.
  struct ExportOrder {
    std::string purpose;
    std::vector<std::pair<int64_t, uint32_t>> places;  // First 60 bits of the pseudonym, person.
  };
  ExportOrder export_order_ ABSL_GUARDED_BY(mutex_);
  int64_t person_cursor_ ABSL_GUARDED_BY(mutex_) = 0;  // How far the person feed is in the links of the journal.

  // Last: its thread ends before the rest goes.
  std::unique_ptr<Operations> operations_;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_LINKING_H_
