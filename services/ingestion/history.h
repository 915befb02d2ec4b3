// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_HISTORY_H_
#define NMD_SERVICES_INGESTION_HISTORY_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/ingestion/contract_tariff.h"
#include "services/ingestion/history_group.h"
#include "services/ingestion/message.h"

namespace nmd::ingestion::v1 {
class FactBatch;
}
namespace nmd::internal::v1 {
class HistoryCheckpoint;
}

namespace nmd::ingestion {

// Tells deliveries apart independently of arrival: known time, then the first 128 bits of the SHA-256.
struct DeliveryRank {
  int64_t known_micros = 0;
  absl::uint128 id = 0;
  friend bool operator<(const DeliveryRank& a, const DeliveryRank& b) {
    return a.known_micros != b.known_micros ? a.known_micros < b.known_micros : a.id < b.id;
  }
};

// Gives texts numbers. A text costs its length and about 10 bytes; it is never forgotten.
// REQUIRES: no text longer than 65,535 bytes (what is longer is cut), 2 GiB of them at most.
class TextNumbers {
 public:
  TextNumbers() : numbers_(16, Hash{this}, Equal{this}) {}
  TextNumbers(const TextNumbers&) = delete;
  TextNumbers& operator=(const TextNumbers&) = delete;
  // The same for equal texts. 0 is the empty text.
  int32_t Number(absl::string_view text);
  absl::string_view Text(int32_t number) const;

 private:
  // Number and text are looked up alike. A number is the place of its text in the blocks.
  struct Hash {
    using is_transparent = void;
    const TextNumbers* texts;
    size_t operator()(absl::string_view text) const { return absl::Hash<absl::string_view>()(text); }
    size_t operator()(int32_t number) const { return (*this)(texts->Text(number)); }
  };
  struct Equal {
    using is_transparent = void;
    const TextNumbers* texts;
    bool operator()(int32_t a, int32_t b) const { return a == b; }
    bool operator()(int32_t a, absl::string_view b) const { return texts->Text(a) == b; }
    bool operator()(absl::string_view a, int32_t b) const { return texts->Text(b) == a; }
  };
  static constexpr int kBlockBits = 18;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t used_ = size_t{1} << kBlockBits;  // Of the last block.
  absl::flat_hash_set<int32_t, Hash, Equal> numbers_;
};

// The rules of levels 3 and 5: those that join messages, and process deadlines. It keeps what accepted deliveries say as
// entries, joins them in groups (GroupKind), and has each group judged by the rules.
//
// A verdict depends on what is known, not on arrival (OP080): the same deliveries give the same findings in whatever order
// they were added, and a delivery that is removed leaves nothing. What must exist may be known later than what refers to it;
// what must not have happened before is judged by MessageOrder. No finding here is fatal, and none changes a figure
// (decision 5).
//
// Adding marks groups; Settle judges the marked ones, each once, however many deliveries were added since. So adding costs
// what is added, and a load is judged once, at its end.
//
// Cost: an entry takes about 110 bytes, 8 more in each of its groups (2 to 5), 40 for a group of its own, and its new texts.
// Judging is n log n in the entries of the groups that were marked.
// Thread-compatible.
class History {
 public:
  History();
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // Adds what a delivery says. REQUIRES: a number that is not there, or no longer; numbers are small and dense.
  void Add(int32_t delivery, const DeliveryRank& rank, const v1::FactBatch& batch);
  // Takes a delivery out, as if it had never come. Nothing happens when it was not added.
  void Remove(int32_t delivery);
  // Whether the delivery was added, had something to say, and was not removed.
  bool Contains(int32_t delivery) const;
  // Judges what changed. Findings are those of the last time.
  void Settle();

  // Findings of a delivery, in order of place, then of Violation.
  std::vector<Finding> FindingsOf(int32_t delivery) const;
  int64_t CountFindings(int32_t delivery) const;

  // For checkpoints. Load replaces nothing: REQUIRES an empty history; Settle comes after it. False when it was written by
  // another version of the rules, or is damaged: then the history stays empty, and is to be filled from the journal.
  void Save(internal::v1::HistoryCheckpoint* checkpoint) const;
  bool Load(const internal::v1::HistoryCheckpoint& checkpoint);

 private:
  struct Delivery {
    MessageOrder order;
    int32_t first = 0, last = 0;  // Entries [first, last).
    Day known_day = 0;
    bool present = false;
    bool refused = false;
    int64_t findings = 0;
  };
  struct Key {
    GroupKind kind;
    Law law;
    int16_t type;
    int32_t first;
    int32_t second;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.kind, key.law, key.type, key.first, key.second);
    }
  };
  struct GroupState {
    int32_t head = -1;     // Into nodes_.
    Day again = kOpenEnd;  // Judged again on that day.
    int32_t name = 0;      // Key::second.
    GroupKind kind = GroupKind::kMessage;
    bool marked = false;
  };
  struct Node {
    int32_t entry;
    int32_t next;
  };
  class Judge;

  // Calls `visit` with the key of every group of an entry.
  template <typename Visit>
  void EachKey(const Entry& entry, Visit visit) const;
  void AddEntries(int32_t delivery, const MessageOrder& order, std::vector<Entry> entries);
  void Enter(int32_t index);
  void Mark(int32_t group);
  void MarkAfter(const Entry& entry, GroupKind kind);
  void CountTraffic(const Entry& entry, int64_t change);
  void JudgeGroup(int32_t group);
  void MarkLinesOfTariffs();
  void MoveToday();

  TextNumbers texts_;
  std::deque<Entry> entries_;
  std::deque<Delivery> deliveries_;
  absl::flat_hash_map<Key, int32_t> group_of_;  // Into groups_.
  std::deque<GroupState> groups_;
  std::deque<Node> nodes_;
  std::array<std::vector<int32_t>, kGroupKinds> marked_;
  // Groups that are judged again when it becomes that day; one that moved on since is passed over.
  std::map<Day, std::vector<int32_t>> again_;
  std::map<Day, int64_t> known_days_;  // Deliveries per day.
  Day today_ = INT32_MIN;
  absl::flat_hash_map<Key, int64_t> traffic_;  // Messages in each group of kTraffic.
  using Product = std::pair<Law, int32_t>;
  absl::flat_hash_map<Product, std::vector<TariffRow>> tariffs_;
  absl::flat_hash_set<Product> changed_tariffs_;  // Since the last Settle.
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_HISTORY_H_
