// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_WALK_H_
#define NMD_SERVICES_COSTS_WALK_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "services/core/date.h"
#include "services/costs/ledger.h"
#include "services/costs/records.h"
#include "services/costs/snapshot.h"

// The way from one state of knowledge to a later one in steps, one kind of cause at a time (R7, Q24). A figure of the state
// after a step minus that of the state before it is what that kind of cause did; the steps together are the whole difference,
// because each begins where the one before it ended. Pure.
namespace nmd::costs {

// In the order in which they are applied; as v1::DifferenceStep::Cause from HORIZON on. Facts come before links and links
// before households, as they do in a municipality: who is linked otherwise had facts already.
enum class Cause : uint8_t { kHorizon, kExternal, kWithdrawal, kCorrection, kLate, kLink, kHousehold };
inline constexpr size_t kCauses = 7;

// Of the facts those that snapshots and record books are made of; a new kind that is needs a place in Walk.
//
// A newer version of what was known, or what was known only by a delivery that was withdrawn, is
// told from other news by the key of its kind (fact.proto): the number of an allocation, the reference of a claim line or of
// the debit it takes back, a person, an address with its first day.
class Walk {
 public:
  // `later`: the snapshot of the later state, of the month it is of.
  Walk(Passage passage, std::shared_ptr<const Snapshot> later, Month month_then, Month month_now);

  // Whether the states before and after the step can differ at all.
  bool Differs(Cause cause) const { return differs_[static_cast<size_t>(cause)]; }

  // What the state after a step holds; after the last one that differs it is the later state itself. Cost: that of
  // PatchSnapshot, or of BuildSnapshot when the passage is not partial; the book only when the passage has records.
  struct State {
    std::shared_ptr<const Snapshot> snapshot;
    std::shared_ptr<const RecordBook> records;
  };
  State After(Cause cause) const;
  // The earlier state.
  State Before() const;

  // How many things differ: facts of these sources that are no repetition of what counts in both states (null: of all),
  // persons, clients or months; and of how many deliveries the facts are.
  struct Extent {
    int64_t things = 0, deliveries = 0;
  };
  Extent ExtentOf(Cause cause, const absl::flat_hash_set<std::string>* sources) const;

 private:
  enum class Part : uint8_t { kKept, kGone, kNew };
  // When a fact counts: always, until or from a step on.
  struct When {
    Part part = Part::kKept;
    Cause cause = Cause::kLate;
  };
  using Applied = std::array<bool, kCauses>;

  Part PartOf(uint32_t batch) const;
  // Of facts of one kind; those that are not `is_told` are left out of the extents.
  template <typename Rows, typename KeyOf, typename ContentOf, typename IsTold>
  std::vector<When> Judge(const Rows& rows, KeyOf key_of, ContentOf content_of, IsTold is_told, Cause of_new, Cause of_newer);
  std::vector<When> JudgeClaimLines();
  void Note(const When& when, uint32_t batch, bool repeats);
  void FindMovers();
  State StateWith(const Applied& applied) const;

  Passage passage_;
  const std::shared_ptr<const Snapshot> later_;
  const Month month_then_, month_now_;
  // By fact, beside the facts of the passage.
  std::vector<When> allocations_, claims_, claim_lines_, answers_, traits_, residences_, referrals_, levels_, tariffs_,
      populations_, budgets_, contracts_, groups_, taakvelden_, records_, care_events_, record_allocations_, externals_,
      record_budgets_;
  std::array<bool, kCauses> differs_{};
  std::vector<std::pair<Cause, uint32_t>> news_;  // Facts by batch, without repetitions.
  absl::flat_hash_set<Word> persons_then_, clients_then_;
  int64_t moved_persons_ = 0, moved_clients_ = 0;
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_WALK_H_
