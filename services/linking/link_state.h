// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_LINK_STATE_H_
#define NMD_SERVICES_LINKING_LINK_STATE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/core/date.h"
#include "services/core/known_periods.h"

namespace nmd::linking {

// Texts by number: 0, 1, 2, ... in order of first appearance.
class TextTable {
 public:
  TextTable() = default;
  // Movable only: the index points into the texts, which a deque keeps in place when it moves.
  TextTable(TextTable&&) = default;
  TextTable& operator=(TextTable&&) = default;

  uint32_t Add(absl::string_view text);
  std::optional<uint32_t> Find(absl::string_view text) const;
  const std::string& operator[](uint32_t number) const { return texts_[number]; }
  uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }

 private:
  std::deque<std::string> texts_;
  absl::flat_hash_map<absl::string_view, uint32_t> numbers_;
};

// An address in the state: none, one that is not known well enough, or the household at kFirstHousehold + number.
using AddressNumber = uint32_t;
inline constexpr AddressNumber kNoAddress = 0;
inline constexpr AddressNumber kUnknownAddress = 1;
inline constexpr AddressNumber kFirstHousehold = 2;

// What linking remembers: the fold over its journal. Hashes and numbers only; who the persons are is in the vault.
// Not thread-safe.
class LinkState {
 public:
  LinkState() { deliveries_.Add(""); }

  static constexpr uint32_t kNoClient = UINT32_MAX;

  // A person record without what names.
  struct Record {
    int64_t known_micros = 0;
    uint32_t bsn_client = kNoClient;  // The client of its valid BSN.
    AddressNumber address = kNoAddress;
    Period period;          // When the address holds.
    uint32_t source = 0;    // Number in sources().
    uint32_t delivery = 0;  // Number in the deliveries.
    uint32_t content = 0;   // What it says: number in the contents of the person.
    friend bool operator==(const Record&, const Record&) = default;
  };
  struct Step {
    int64_t known_micros = 0;
    uint32_t client = 0;  // kNoClient when no record counts.
    v1::LinkReason reason = v1::LINK_REASON_UNSPECIFIED;
  };
  struct Content {
    int64_t hash = 0;
    std::string sealed;  // ingestion.v1.PersonRecord, with the person's key. Empty when it cannot be opened any more.
  };
  struct Person {
    std::string sealed_key;       // Empty once the person was erased.
    int64_t erase_micros = 0;     // When that was; 0 when it was not, or when a source told about the person again.
    std::vector<Record> records;  // By known time, then as they came.
    std::vector<Step> steps;  // Published links by known time, at most one per known time; none when no record ever counted.
    std::vector<Content> contents;
    std::vector<uint32_t> pairs;  // Numbers in pairs().
  };
  // Published open pairs: two persons, and from which known time on what chance that they are one.
  struct OpenStep {
    int64_t known_micros = 0;
    int32_t permille = 0;  // As v1::OpenPair.
  };
  struct Pair {
    uint32_t a = 0, b = 0;        // a < b.
    std::vector<OpenStep> steps;  // By known time, at most one per known time.
  };
  // What a decision of people comes down to.
  struct DecidedPair {
    uint32_t a = 0, b = 0;
    v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  };
  struct StayRow {
    AddressNumber address = kUnknownAddress;
    Period period;
    friend bool operator==(const StayRow&, const StayRow&) = default;
  };
  struct Revision {
    int64_t known_micros = 0;
    std::vector<StayRow> rows;
  };
  struct Client {
    std::vector<uint32_t> persons;    // All that were ever linked to it, at any known time.
    std::vector<Revision> revisions;  // Published stays by known time, at most one revision per known time.
  };

  // --- The fold. Errors: DATA_LOSS STORE_DAMAGED when an event does not fit the state.
  absl::Status Apply(const internal::v1::SecretEvent& event);
  absl::Status Apply(const internal::v1::PersonKeyEvent& event);
  absl::Status Apply(const internal::v1::PersonsEvent& event);
  absl::Status Apply(const internal::v1::LinksEvent& event);
  absl::Status Apply(const internal::v1::ErasureEvent& event);
  absl::Status Apply(const internal::v1::ModelEvent& event);
  absl::Status Apply(const internal::v1::ModelReleaseEvent& event);
  absl::Status Apply(const internal::v1::DecisionEvent& event);
  // One row of a LinksEvent.
  absl::Status Apply(const v1::Link& link);
  absl::Status Apply(const v1::HouseholdStay& stay);
  absl::Status Apply(const v1::OpenPair& pair);
  // The same in two steps, for who derives: first what it says, and its place in the feed when all before it have theirs.
  void PlacePair(uint32_t a, uint32_t b, const OpenStep& step);
  int64_t NextSequence() { return ++feed_sequence_; }
  // Remembers in which record of the journal the LinksEvent is that begins with this feed sequence.
  void AddFeedPosition(int64_t first_sequence, int64_t journal_sequence);
  // Remembers in which record of the journal an access is.
  void AddAccess(int64_t journal_sequence) { access_positions_.push_back(journal_sequence); }

  // The checkpoint: Restore of what Save gave is the same state. REQUIRES for Restore: saved.format() == kFormat.
  static constexpr int kFormat = 1;
  void Save(internal::v1::LinkingState& saved) const;
  absl::Status Restore(const internal::v1::LinkingState& saved);

  // --- Questions.
  // The known times at which a record counts, when its delivery was corrected; null when it counts since its known time.
  const KnownPeriods* CorrectionOf(const Record& record) const;
  bool Counts(const Record& record, int64_t known_micros) const;
  // Whether it counts now, and at every later known time.
  bool CountsNow(const Record& record) const;
  // The same, by the id of its delivery.
  bool DeliveryCountsNow(absl::string_view delivery) const;
  // Calls `visit` with every known time, not before from_micros, at which a record of the person begins or ends to count; some
  // more than once.
  template <typename Visit>
  void EachRecordTime(const Person& person, int64_t from_micros, Visit visit) const;
  // The same, and with those at which a link of the person was published.
  template <typename Visit>
  void EachTime(const Person& person, int64_t from_micros, Visit visit) const;
  // The first known time at which some record will count differently after these corrections; KnownPeriods::kOpen when there
  // is none. Adds the persons with such records. Cost: all records, once.
  int64_t FirstChange(const google::protobuf::RepeatedPtrField<internal::v1::DeliveryCorrection>& corrections,
                      std::set<uint32_t>& persons) const;
  // The last known time at which a record or decision begins or ends to count or a model was put in force; 0 for none.
  int64_t LastMicros() const;
  // The model in force at a known time; empty when there was none. Null when there is no such model.
  absl::string_view ModelAt(int64_t known_micros) const;
  const internal::v1::ModelEvent* FindModel(absl::string_view version) const;
  // Whether links follow a decision at a known time.
  static bool Stands(const v1::LinkDecision& decision, int64_t known_micros);
  // The pairs a decision is about.
  std::vector<DecidedPair> PairsOf(const v1::LinkDecision& decision) const;
  // Number in decisions().
  std::optional<uint32_t> FindDecision(absl::string_view name) const;
  std::optional<uint32_t> FindRequest(absl::string_view request_id) const;
  // Decisions that a person is in, in the order they were made.
  absl::Span<const uint32_t> DecisionsOf(uint32_t person) const;
  // The chance that a pair is one, as known at a time, as v1::OpenPair.
  static int32_t PermilleAt(const Pair& pair, int64_t known_micros);
  std::optional<uint32_t> FindPair(uint32_t a, uint32_t b) const;
  // Persons that ever had this BSN in a record.
  absl::Span<const uint32_t> PersonsWithBsn(uint32_t client) const { return with_bsn_[client]; }
  // The client of a person as known at a time; null before the first record.
  static const Step* StepAt(absl::Span<const Step> steps, int64_t known_micros);
  // The published stays of a client as known at a time; null before the first revision.
  static const Revision* RevisionAt(const Client& client, int64_t known_micros);

  int64_t person_sequence() const { return person_sequence_; }
  int64_t feed_sequence() const { return feed_sequence_; }
  // Journal sequence of the LinksEvent that holds the feed row `sequence`. REQUIRES: 1 <= sequence <= feed_sequence().
  int64_t FeedPosition(int64_t sequence) const;

  // The keys of pseudonyms, sealed; empty when the journal has none yet.
  const std::string& sealed_identity() const { return sealed_identity_; }
  // Journal sequences of the accesses, oldest first.
  const std::vector<int64_t>& access_positions() const { return access_positions_; }

  const TextTable& sources() const { return sources_; }
  const TextTable& households() const { return households_; }
  const TextTable& client_ids() const { return client_ids_; }
  const TextTable& person_keys() const { return person_keys_; }
  // By number in client_ids() and person_keys().
  const std::vector<Client>& clients() const { return clients_; }
  const std::vector<Person>& persons() const { return persons_; }
  const std::vector<Pair>& pairs() const { return pairs_; }
  const std::vector<internal::v1::ModelEvent>& models() const { return models_; }
  const std::vector<internal::v1::ModelReleaseEvent>& releases() const { return releases_; }
  const std::vector<internal::v1::DecisionEvent>& decisions() const { return decisions_; }
  // Persons with a record at this address.
  absl::Span<const uint32_t> PersonsAt(AddressNumber address) const;
  // Household id; empty for none and unknown.
  absl::string_view HouseholdId(AddressNumber address) const;

 private:
  uint32_t AddClient(absl::string_view id);
  void AddRecord(uint32_t person, const Record& record);
  AddressNumber AddHousehold(absl::string_view id);
  void Correct(const internal::v1::DeliveryCorrection& correction);

  std::string sealed_identity_;
  std::vector<int64_t> access_positions_;
  int64_t person_sequence_ = 0;
  int64_t feed_sequence_ = 0;
  std::vector<std::pair<int64_t, int64_t>> feed_positions_;  // First feed sequence, journal sequence.
  TextTable sources_;
  TextTable deliveries_;                        // The first is empty: records of before deliveries could be corrected.
  std::map<uint32_t, KnownPeriods> corrected_;  // By delivery.
  std::set<uint32_t> superseded_;               // Of these, those that never count, whatever comes.
  TextTable households_;
  TextTable client_ids_;
  TextTable person_keys_;
  std::vector<Client> clients_;
  std::vector<Person> persons_;
  std::vector<std::vector<uint32_t>> persons_at_;  // By number in households_.
  std::vector<std::vector<uint32_t>> with_bsn_;    // By number in client_ids_.
  std::vector<Pair> pairs_;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> pair_numbers_;
  std::vector<internal::v1::ModelEvent> models_;
  std::vector<internal::v1::ModelReleaseEvent> releases_;
  std::vector<internal::v1::DecisionEvent> decisions_;
  absl::flat_hash_map<std::string, uint32_t> decision_numbers_;  // By name.
  absl::flat_hash_map<std::string, uint32_t> requests_;          // By request_id.
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> decisions_of_;
};

template <typename Visit>
void LinkState::EachRecordTime(const Person& person, int64_t from_micros, Visit visit) const {
  for (auto record = person.records.rbegin(); record != person.records.rend(); ++record) {
    if (const KnownPeriods* correction = CorrectionOf(*record)) {
      for (const KnownPeriods::Stretch& stretch : correction->stretches()) {
        if (stretch.from >= from_micros) visit(stretch.from);
        if (stretch.until >= from_micros && stretch.until != KnownPeriods::kOpen) visit(stretch.until);
      }
    } else if (record->known_micros >= from_micros) {
      visit(record->known_micros);
    } else if (corrected_.empty()) {
      break;  // They are in order of known time.
    }
  }
}

template <typename Visit>
void LinkState::EachTime(const Person& person, int64_t from_micros, Visit visit) const {
  EachRecordTime(person, from_micros, visit);
  for (auto step = person.steps.rbegin(); step != person.steps.rend() && step->known_micros >= from_micros; ++step) {
    visit(step->known_micros);
  }
}

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_LINK_STATE_H_
