// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/gold_state.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace nmd::linking {
namespace {

using internal::v1::GoldEvent;
using PairOf = std::tuple<const char*, const char*, v1::GoldStratum::Kind>;

GoldEvent Draw(const std::string& sample, const std::vector<PairOf>& pairs) {
  GoldEvent event;
  event.set_sample(sample);
  event.set_create_micros(1000);
  for (const auto& [kind, count] : {std::pair(v1::GoldStratum::LINKED_BY_WEIGHT, 70), std::pair(v1::GoldStratum::OPEN, 9)}) {
    v1::GoldStratum& stratum = *event.add_strata();
    stratum.set_kind(kind);
    stratum.set_pair_count(count);
  }
  for (const auto& [a, b, kind] : pairs) {
    GoldEvent::Pair& pair = *event.add_pairs();
    pair.set_person_key_a(a);
    pair.set_person_key_b(b);
    pair.set_stratum(kind);
  }
  return event;
}

GoldEvent Label(const char* a, const char* b, v1::Verdict verdict) {
  GoldEvent event;
  GoldEvent::Pair& pair = *event.add_pairs();
  pair.set_person_key_a(a);
  pair.set_person_key_b(b);
  pair.set_verdict(verdict);
  pair.set_labelled_by("els");
  return event;
}

TEST(GoldState, CountsDrawnAndLabelledPairsPerStratum) {
  GoldState state;
  EXPECT_EQ(state.sample(), "");
  for (const GoldCounts& counts : state.Counts()) EXPECT_EQ(counts.pairs, 0);
  state.Apply(Draw("1", {{"a", "b", v1::GoldStratum::LINKED_BY_WEIGHT},
                         {"d", "c", v1::GoldStratum::LINKED_BY_WEIGHT},
                         {"e", "f", v1::GoldStratum::OPEN}}));
  state.Apply(Label("b", "a", v1::SAME_PERSON));
  state.Apply(Label("e", "f", v1::DIFFERENT_PERSONS));
  const auto strata = state.Strata();
  ASSERT_EQ(strata.size(), kGoldStrata);
  EXPECT_EQ(strata[1].pair_count(), 70);
  EXPECT_EQ(strata[1].drawn_count(), 2);
  EXPECT_EQ(strata[1].labelled_count(), 1);
  EXPECT_EQ(strata[1].same_count(), 1);
  EXPECT_EQ(strata[2].labelled_count(), 1);
  EXPECT_EQ(strata[2].same_count(), 0);
  EXPECT_EQ(state.Counts()[2].labelled, 1);
  EXPECT_EQ(state.pairs().at({"c", "d"}).verdict, v1::VERDICT_UNSPECIFIED);
  EXPECT_EQ(state.pairs().at({"a", "b"}).labelled_by, "els");

  state.Apply(Label("a", "b", v1::DIFFERENT_PERSONS));
  EXPECT_EQ(state.Strata()[1].labelled_count(), 1) << "a later label replaces the earlier";
  EXPECT_EQ(state.Strata()[1].same_count(), 0);
}

TEST(GoldState, KeepsLabelsOverDraws) {
  GoldState state;
  state.Apply(Draw("1", {{"a", "b", v1::GoldStratum::LINKED_BY_WEIGHT}, {"c", "d", v1::GoldStratum::OPEN}}));
  state.Apply(Label("a", "b", v1::SAME_PERSON));
  // The pair is in another stratum by now, and the other in none.
  state.Apply(Draw("2", {{"a", "b", v1::GoldStratum::OPEN}}));
  EXPECT_EQ(state.sample(), "2");
  EXPECT_EQ(state.Strata()[1].drawn_count(), 0);
  EXPECT_EQ(state.Strata()[2].drawn_count(), 1);
  EXPECT_EQ(state.Strata()[2].same_count(), 1);
  EXPECT_EQ(state.pairs().at({"c", "d"}).stratum, v1::GoldStratum::KIND_UNSPECIFIED);
  // Judged although it does not count now; it does when it is drawn again.
  state.Apply(Label("c", "d", v1::SAME_PERSON));
  EXPECT_EQ(state.Strata()[2].labelled_count(), 1);
  state.Apply(Draw("3", {{"c", "d", v1::GoldStratum::OPEN}}));
  EXPECT_EQ(state.Strata()[2].same_count(), 1);
}

TEST(GoldState, IsTheSameAfterACheckpoint) {
  GoldState state;
  state.Apply(Draw("1", {{"a", "b", v1::GoldStratum::LINKED_BY_WEIGHT}, {"c", "d", v1::GoldStratum::OPEN}}));
  state.Apply(Label("c", "d", v1::SAME_PERSON));
  state.Apply(Draw("2", {{"a", "b", v1::GoldStratum::LINKED_BY_NUMBER}}));
  state.Apply(Label("a", "b", v1::DIFFERENT_PERSONS));
  GoldState restored;
  restored.Apply(state.Event());
  EXPECT_EQ(restored.Event().SerializeAsString(), state.Event().SerializeAsString());
  EXPECT_EQ(restored.sample(), "2");
  EXPECT_EQ(restored.create_micros(), 1000);
  EXPECT_EQ(restored.pairs().at({"c", "d"}).verdict, v1::SAME_PERSON);
}

}  // namespace
}  // namespace nmd::linking
