// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/gold_state.h"

#include <algorithm>

namespace nmd::linking {
namespace {

bool IsStratum(int kind) { return kind >= 1 && kind <= kGoldStrata; }

}  // namespace

GoldState::PairKey GoldPairKey(absl::string_view a, absl::string_view b) {
  return {std::string(std::min(a, b)), std::string(std::max(a, b))};
}

void GoldState::Apply(const internal::v1::GoldEvent& event) {
  const bool draw = !event.sample().empty();
  if (draw) {
    sample_ = event.sample();
    create_micros_ = event.create_micros();
    pair_counts_ = {};
    for (const v1::GoldStratum& stratum : event.strata()) {
      if (IsStratum(stratum.kind())) pair_counts_[StratumIndex(stratum.kind())] = stratum.pair_count();
    }
    for (auto& [key, pair] : pairs_) pair.stratum = v1::GoldStratum::KIND_UNSPECIFIED;
  }
  for (const internal::v1::GoldEvent::Pair& said : event.pairs()) {
    Pair& pair = pairs_[GoldPairKey(said.person_key_a(), said.person_key_b())];
    if (draw) pair.stratum = said.stratum();
    if (said.verdict() == v1::VERDICT_UNSPECIFIED) continue;
    pair.verdict = said.verdict();
    pair.labelled_by = said.labelled_by();
  }
}

internal::v1::GoldEvent GoldState::Event() const {
  internal::v1::GoldEvent event;
  event.set_sample(sample_);
  event.set_create_micros(create_micros_);
  *event.mutable_strata() = Strata();
  for (const auto& [key, pair] : pairs_) {
    internal::v1::GoldEvent::Pair& saved = *event.add_pairs();
    saved.set_person_key_a(key.first);
    saved.set_person_key_b(key.second);
    saved.set_stratum(pair.stratum);
    saved.set_verdict(pair.verdict);
    saved.set_labelled_by(pair.labelled_by);
  }
  return event;
}

google::protobuf::RepeatedPtrField<v1::GoldStratum> GoldState::Strata() const {
  google::protobuf::RepeatedPtrField<v1::GoldStratum> strata;
  for (int kind = 1; kind <= kGoldStrata; ++kind) {
    v1::GoldStratum& stratum = *strata.Add();
    stratum.set_kind(static_cast<v1::GoldStratum::Kind>(kind));
    stratum.set_pair_count(pair_counts_[StratumIndex(stratum.kind())]);
  }
  for (const auto& [key, pair] : pairs_) {
    if (!IsStratum(pair.stratum)) continue;
    v1::GoldStratum& stratum = *strata.Mutable(static_cast<int>(StratumIndex(pair.stratum)));
    stratum.set_drawn_count(stratum.drawn_count() + 1);
    stratum.set_labelled_count(stratum.labelled_count() + (pair.verdict != v1::VERDICT_UNSPECIFIED ? 1 : 0));
    stratum.set_same_count(stratum.same_count() + (pair.verdict == v1::SAME_PERSON ? 1 : 0));
  }
  return strata;
}

std::array<GoldCounts, kGoldStrata> GoldState::Counts() const {
  std::array<GoldCounts, kGoldStrata> counts;
  for (const v1::GoldStratum& stratum : Strata()) {
    counts[StratumIndex(stratum.kind())] = {stratum.pair_count(), stratum.labelled_count(), stratum.same_count()};
  }
  return counts;
}

}  // namespace nmd::linking
