// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_GOLD_STATE_H_
#define NMD_SERVICES_LINKING_GOLD_STATE_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/gold.h"

namespace nmd::linking {

// The pairs that were drawn to be judged and what people said of them: the fold of "gold" events.
//
// A draw says of every pair that is in the sample now which stratum it is of; pairs that only earlier draws had keep their
// label, and count again when a later draw has them. A label is about two persons, so it outlives models.
class GoldState {
 public:
  // By person_key, the smaller one first.
  using PairKey = std::pair<std::string, std::string>;
  struct Pair {
    // GoldStratum::KIND_UNSPECIFIED when it is not in the newest sample.
    v1::GoldStratum::Kind stratum = v1::GoldStratum::KIND_UNSPECIFIED;
    // VERDICT_UNSPECIFIED when nobody judged it.
    v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
    std::string labelled_by;
  };

  void Apply(const internal::v1::GoldEvent& event);
  // An event that gives this state when it is applied to none: for a checkpoint. REQUIRES: a sample was drawn.
  internal::v1::GoldEvent Event() const;

  // Id of the newest sample; empty before the first.
  const std::string& sample() const { return sample_; }
  int64_t create_micros() const { return create_micros_; }
  // All that were ever drawn.
  const std::map<PairKey, Pair>& pairs() const { return pairs_; }
  // Of the newest sample, by stratum.
  std::array<GoldCounts, kGoldStrata> Counts() const;
  // The same, with what was drawn, in order of kind.
  google::protobuf::RepeatedPtrField<v1::GoldStratum> Strata() const;

 private:
  std::string sample_;
  int64_t create_micros_ = 0;
  std::array<int64_t, kGoldStrata> pair_counts_{};
  std::map<PairKey, Pair> pairs_;
};

// REQUIRES: neither is the other.
GoldState::PairKey GoldPairKey(absl::string_view a, absl::string_view b);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_GOLD_STATE_H_
