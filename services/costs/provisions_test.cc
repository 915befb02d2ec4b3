// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/provisions.h"

#include <memory>

#include "gtest/gtest.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::AllocationSpec;
using testing::At;
using testing::BatchOf;
using testing::On;

// With the ledger that owns the words.
struct Picked : CurrentAllocations {
  std::shared_ptr<Ledger> ledger = std::make_shared<Ledger>();
};

Picked Current(const std::vector<AllocationSpec>& specs) {
  Picked picked;
  for (size_t i = 0; i < specs.size(); ++i) {
    picked.ledger->Add(BatchOf(static_cast<int64_t>(i) + 1, At("2018-01-01") + absl::Hours(i), {AllocationOf(specs[i])}));
  }
  const KnownFacts known = picked.ledger->AsKnown(absl::ToUnixMicros(At("2026-01-01")));
  static_cast<CurrentAllocations&>(picked) = PickCurrent(known.facts.allocations, known.batches);
  return picked;
}

TEST(NeverExisted, IsReason13AndTheFormer01WithAnEmptyPeriod) {
  struct Case {
    const char *reason, *first, *last;
    bool never;
  };
  for (const Case& c : std::initializer_list<Case>{{"13", "2018-01-01", "2018-06-30", true},
                                                   {"13", "2018-01-01", "", true},
                                                   {"01", "2018-01-01", "2018-01-01", true},
                                                   {"01", "2018-01-01", "2018-01-02", false},
                                                   {"01", "2018-01-01", "", false},
                                                   {"14", "2018-01-01", "2018-01-01", false},
                                                   {"", "2018-01-01", "2018-01-01", false}}) {
    const auto current = Current({{.first = c.first, .last = c.last, .reason = c.reason}});
    EXPECT_EQ(current.allocations.empty(), c.never) << c.reason << " " << c.last;
    EXPECT_EQ(current.deleted_count, c.never ? 1 : 0);
  }
}

TEST(PickCurrent, CountsVersionsAndPassesOverRepetitionsOP087) {
  const auto current = Current({{.volume = 1}, {.volume = 1}, {.volume = 2, .assigned = "2018-02-01"}, {.number = 2}});
  ASSERT_EQ(current.allocations.size(), 2u);
  EXPECT_EQ(current.version_count, 3);
  EXPECT_EQ(current.allocations[0].volume, 2);
  EXPECT_EQ(current.allocations[1].batch, 3u);
  EXPECT_EQ(Current({{}, {}}).allocations[0].batch, 0u) << "a repetition rests on the delivery that said it first";
}

TEST(PickCurrent, ADeletionWinsFromAVersionOfTheSameSecond) {
  EXPECT_TRUE(Current({{.reason = "13"}, {.reason = "14"}}).allocations.empty());
}

TEST(PickCurrent, OneNumberUnderTwoLawsIsTwoAllocationsTR332) {
  EXPECT_EQ(Current({{}, {.law = ingestion::v1::WMO}}).allocations.size(), 2u);
}

std::vector<nmd::Period> Chained(const std::vector<AllocationSpec>& specs) {
  const Picked current = Current(specs);
  absl::flat_hash_map<Word, uint32_t> clients;
  for (const AllocationFact& allocation : current.allocations) {
    clients[allocation.person] = static_cast<uint32_t>((*allocation.person)[1] - '0');
  }
  std::vector<nmd::Period> periods;
  for (const Provision& provision : ChainProvisions(current.allocations, clients).provisions) {
    periods.push_back(provision.period);
  }
  return periods;
}

TEST(ChainProvisions, ChainsWhatTouchesOrOverlaps) {
  const AllocationSpec january{.number = 1, .last = "2018-01-31"};
  EXPECT_EQ(Chained({january, {.number = 2, .first = "2018-02-01"}}).size(), 1u);
  EXPECT_EQ(Chained({january, {.number = 2, .first = "2018-01-15"}}).size(), 1u);
  EXPECT_EQ(Chained({january, {.number = 2, .first = "2018-02-02"}}).size(), 2u);
  EXPECT_EQ(
      Chained({january, {.number = 2, .first = "2018-01-05", .last = "2018-01-10"}, {.number = 3, .first = "2018-01-20"}}),
      (std::vector<nmd::Period>{{On("2018-01-01"), kOpenEnd}}))
      << "a short allocation inside a longer one does not end it";
}

TEST(ChainProvisions, KeepsProductsProvidersLawsAndClientsApart) {
  const AllocationSpec first{.number = 1, .last = "2018-01-31"};
  for (AllocationSpec other : std::initializer_list<AllocationSpec>{
           {.product = "45A05"}, {.provider = "99000002"}, {.person = "p2"}, {.law = ingestion::v1::WMO}}) {
    other.number = 2;
    other.first = "2018-02-01";
    EXPECT_EQ(Chained({first, other}).size(), 2u);
  }
}

}  // namespace
}  // namespace nmd::costs
