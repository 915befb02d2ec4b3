// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_LIVE_INDEX_H_
#define NMD_SERVICES_LINKING_ENGINE_LIVE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/linking/engine/blocking.h"
#include "services/linking/engine/cluster.h"
#include "services/linking/engine/link.h"
#include "services/linking/engine/model.h"
#include "services/linking/engine/persons.h"
#include "services/linking/engine/score.h"

namespace nmd::linking::engine {

// Links records one by one as they come, with one model that stays.
//
// Who is who at any moment is a function of the records and decisions of people that are in, not of the order they came in:
// it is what Link gives for them with the same model (and the same names of clusters). So a record that is taken out, or a
// decision that is taken back, leaves no trace. The one exception: of a key that more than kMaxRun different records share, a
// newcomer is compared with the last kMaxRun only, so that time stays bounded; saturated_keys() counts those. Start over with
// Link when it matters. Of a newcomer kMaxDoubts records to be looked at are kept at most; links are all.
//
// Cost of a change: the records that share a key with it, and the group of links it is in; about a tenth of a millisecond at a
// million records. Memory: about 500 bytes per record. Not thread-safe.
class LiveIndex {
 public:
  explicit LiveIndex(Model model);
  LiveIndex(const LiveIndex&) = delete;
  LiveIndex& operator=(const LiveIndex&) = delete;

  struct Change {
    uint32_t record = 0;  // Of Add.
    // Records of which the cluster is another one now, the new one too; ascending.
    std::vector<uint32_t> moved;
    // The clusters that they were of, by the record that named each; ascending. It may be out by now.
    std::vector<uint32_t> left;
  };

  // REQUIRES: no record with this id is in.
  Change Add(absl::string_view id, const PersonText& text);
  // Takes a record out. What it said stays in memory until the index is made anew: to erase a person, do that.
  Change Remove(uint32_t record);
  // Brings a record that was taken out back in, as it was. REQUIRES: Add gave it, and it is out.
  Change Return(uint32_t record);

  // Decisions of people about two records that are in: never together, always together. The last one counts; Release takes it
  // back. A must that cannot be followed waits until it can.
  Change Forbid(uint32_t a, uint32_t b) { return SetDecision(a, b, kCannot); }
  Change Require(uint32_t a, uint32_t b) { return SetDecision(a, b, kMust); }
  // Two records that their source has of one person; released as a decision is.
  Change Unite(uint32_t a, uint32_t b) { return SetDecision(a, b, kSame); }
  Change Release(uint32_t a, uint32_t b) { return SetDecision(a, b, kNone); }

  // The record that names the cluster: of its records the one whose id comes first in hash order.
  uint32_t ClusterOf(uint32_t record) const { return classes_[cluster_[class_of_[record]]].first; }
  // All records of the cluster, ascending.
  std::vector<uint32_t> MembersOf(uint32_t record) const;
  // Calls `visit(uint32_t other, const Decision&)` for the records that are linked with this one or to be looked at, whether or
  // not they are in its cluster. Of records that say exactly the same only the first is compared; of others there is nothing.
  template <typename Visit>
  void EachNeighbour(uint32_t record, Visit visit) const {
    const Class& own = classes_[class_of_[record]];
    if (own.first != record) return;
    for (const Neighbour& n : own.neighbours) visit(classes_[n.other].first, n.decision);
  }

  bool Holds(uint32_t record) const { return record < class_of_.size() && class_of_[record] != kNoClass; }
  const Persons& persons() const { return persons_; }
  const Scorer& scorer() const { return *scorer_; }
  const Model& model() const { return model_; }
  int64_t saturated_keys() const { return saturated_keys_; }

 private:
  static constexpr uint32_t kNoClass = UINT32_MAX;
  // Of a newcomer whom so many may be that nobody can look at all of them, the likeliest.
  static constexpr std::ptrdiff_t kMaxDoubts = 256;
  enum Kind : uint8_t { kNone, kCannot, kMust, kSame };

  struct Neighbour {
    uint32_t other;
    Decision decision;
  };
  // Records that say exactly the same and enough to know a person by: compared once. A record that people decided about is a
  // class of its own.
  struct Class {
    std::vector<uint32_t> members;
    uint32_t first = 0;  // In hash order of ids.
    std::vector<Neighbour> neighbours;
  };
  struct Run {
    uint32_t head = kNoClass, size = 0;
  };

  bool Before(uint32_t a, uint32_t b) const;
  const Hot& HotOf(uint32_t c) const { return persons_.hot(classes_[c].first); }
  Change PlaceAndSettle(uint32_t record);
  void Place(uint32_t record);
  void Unplace(uint32_t record);
  void Enter(uint32_t c);
  void Leave(uint32_t c);
  Change SetDecision(uint32_t a, uint32_t b, Kind kind);
  std::vector<uint32_t> Component(uint32_t c) const;
  Clustering ClusterComponent(const std::vector<uint32_t>& component) const;
  // Clusters anew what hangs together with the classes; notes who moved.
  void Settle(const std::vector<uint32_t>& classes, Change& change);

  const Model model_;
  Persons persons_;
  std::unique_ptr<Scorer> scorer_;
  std::vector<uint32_t> rules_;  // In use.
  std::vector<uint64_t> order_;  // HashOf the id, by record.
  std::vector<uint32_t> class_of_;
  std::vector<uint32_t> told_;  // By record: its cluster as last told.
  std::vector<Class> classes_;
  std::vector<uint32_t> free_classes_;
  std::vector<uint32_t> cluster_;                         // By class: the class that names its cluster.
  absl::flat_hash_map<uint64_t, uint32_t> same_;          // Class by hash of what its records say.
  std::vector<absl::flat_hash_map<uint64_t, Run>> runs_;  // By rule in use.
  std::vector<uint32_t> next_;                            // By class and rule: the next in its run.
  std::vector<uint32_t> seen_;                            // By class: the last search that met it.
  uint32_t search_ = 0;
  int64_t saturated_keys_ = 0;
  absl::flat_hash_map<uint32_t, absl::flat_hash_map<uint32_t, Kind>> decisions_;  // By record, by record.
};

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_LIVE_INDEX_H_
