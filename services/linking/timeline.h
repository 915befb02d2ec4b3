// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_TIMELINE_H_
#define NMD_SERVICES_LINKING_TIMELINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/linking/compared_text.h"
#include "services/linking/engine/live_index.h"
#include "services/linking/identity.h"
#include "services/linking/link_state.h"

namespace nmd::linking {

// What the timeline asks of the vault.
struct Opener {
  // A content of a person; of one whose content cannot be opened any more it is not asked.
  std::function<absl::StatusOr<ComparedText>(uint32_t person, uint32_t content)> content;
  std::function<absl::StatusOr<engine::Model>(const internal::v1::ModelEvent& model)> model;
  // Client id of a person_key by itself.
  std::function<std::string(absl::string_view person_key)> alone_client;
};

// Who is who as of one known time, which can be moved: a function of the records that count then, the model in force then and
// the decisions that stand then, of whatever way it took to get there. (Keys that more than a thousand different records share
// are the exception that engine/live_index.h names.)
//
// A person_key is one person: all it says is one group. Records that say less than another of the person are not compared. Its
// BSN is the valid one that counts and was known last (identity.h).
//
// Holds names and birth dates in memory. Cost of a move: what begins or ends to count in between, about 0.1 ms each; another
// model builds all anew. Not thread-safe. The state must outlive it; after it changed, Refresh.
class Timeline {
 public:
  Timeline(const LinkState& state, Opener opener) : state_(state), opener_(std::move(opener)) {}
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  static constexpr int64_t kNowhere = INT64_MIN;
  int64_t at() const { return at_; }

  // To be called when the records of these persons, or when they count, changed in the state.
  void Refresh(const std::set<uint32_t>& persons);

  // Moves to a known time. `persons` are those of whom a record or a decision begins or ends in between. Returns those whose
  // group, or the name of whose group, may be another one now, ascending; those given are among them.
  // Errors: DATA_LOSS when something sealed cannot be opened; the timeline is to be thrown away then.
  absl::StatusOr<std::vector<uint32_t>> MoveTo(int64_t known_micros, const std::set<uint32_t>& persons);

  // --- As of at(). REQUIRES: it was moved.

  // Persons that are one with this one, itself too, ascending.
  std::vector<uint32_t> GroupOf(uint32_t person) const;
  // How the group of a person is called and why the person is in it: what is published. Nobody when no record counts.
  struct Identity {
    std::string client;
    v1::LinkReason reason = v1::LINK_REASON_UNSPECIFIED;
  };
  Identity IdentityOf(uint32_t person, const std::vector<uint32_t>& group) const;

  // A person of another group of whom it is not sure that it is another one.
  struct Doubt {
    uint32_t other = 0;
    engine::Decision decision;  // Of the pair of records that are most alike.
    uint32_t record = 0, other_record = 0;
    v1::ReviewReason reason = v1::REVIEW_REASON_UNSPECIFIED;
    // Whether they could be one: two BSNs or a decision do not forbid it.
    bool possible = false;
    int32_t permille = 0;
  };
  // By number of the other. Only of persons that say something first that others say too (LiveIndex::EachNeighbour).
  std::vector<Doubt> DoubtsOf(uint32_t person) const;

  // A record of each that are most alike; nothing when one has none that can be compared.
  struct BestPair {
    uint32_t record_a = 0, record_b = 0;
    engine::Decision decision;
  };
  std::optional<BestPair> Compare(uint32_t a, uint32_t b) const;
  // Number of the content in the state, by record of the index.
  uint32_t ContentOf(uint32_t record) const { return content_of_[record]; }
  // The BSN that counts, as a client number; kNoClient when there is none.
  uint32_t BsnOf(uint32_t person) const;
  bool Counts(uint32_t person) const;

  // Its records in the index; none when nothing of it is compared. And whose a record is.
  std::vector<uint32_t> RecordsOf(uint32_t person) const;
  uint32_t PersonOf(uint32_t record) const { return person_of_[record]; }
  // Persons about whom and this one people decided, in some order.
  const std::vector<std::pair<uint32_t, v1::Verdict>>& DecidedOf(uint32_t person) const { return placed_[person].decided; }

  const engine::LiveIndex& index() const { return *index_; }
  absl::string_view model() const { return version_; }

 private:
  // One record of the index: what a person says, with the BSN that counts.
  struct Entry {
    uint32_t content = 0;
    uint32_t bsn = LinkState::kNoClient;
    uint32_t record = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  struct Placed {
    std::vector<uint32_t> said;  // Contents that count, ascending: when they and the BSN stay the same, nothing changes.
    uint32_t bsn = LinkState::kNoClient;
    std::vector<Entry> entries;                             // Of those, the ones that are compared.
    std::vector<std::pair<uint32_t, v1::Verdict>> decided;  // Other person, what the index was told.
  };

  const std::vector<LinkStep>& StepsOf(uint32_t person) const;
  const LinkStep* ExactAt(uint32_t person) const;
  absl::Status PlaceEntries(uint32_t person);
  absl::StatusOr<std::vector<std::pair<uint32_t, ComparedText>>> MostTelling(uint32_t person, const std::vector<uint32_t>& said,
                                                                             uint32_t bsn) const;
  void Unbind(uint32_t person);
  void Bind(uint32_t person);
  absl::flat_hash_map<uint32_t, v1::Verdict> DecidedAbout(uint32_t person) const;
  void Note(const engine::LiveIndex::Change& change);
  int64_t BsnBirth(uint32_t bsn) const;
  bool OwnsBsn(const std::vector<uint32_t>& group, uint32_t bsn) const;

  const LinkState& state_;
  const Opener opener_;
  int64_t at_ = kNowhere;
  std::string version_;
  std::unique_ptr<engine::LiveIndex> index_;
  std::vector<Placed> placed_;                                            // By person.
  std::vector<uint32_t> person_of_;                                       // By record of the index.
  std::vector<uint32_t> content_of_;                                      // By record of the index.
  absl::flat_hash_map<std::pair<uint64_t, uint32_t>, uint32_t> records_;  // By person and content, and BSN: also those out.
  std::set<uint32_t> moved_, left_;                                       // Records that this move has touched so far.
  mutable std::vector<std::vector<LinkStep>> steps_;                      // By person; empty when not known yet.
  mutable absl::flat_hash_map<uint32_t, int64_t> bsn_birth_;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_TIMELINE_H_
