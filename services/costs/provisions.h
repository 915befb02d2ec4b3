// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_PROVISIONS_H_
#define NMD_SERVICES_COSTS_PROVISIONS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "services/core/date.h"
#include "services/costs/ledger.h"

// From versions of allocations to provisions (voorzieningen).
namespace nmd::costs {

// Rows of an allocation without an end reach up to and including this many months after the month of K; an end more than
// ten years after K is as good as none.
inline constexpr int kHorizonMonths = 12;

// True when the version says that its allocation never existed: reason 13, or the former 01 with an empty period, where
// "empty" is also the Einddatum on the Ingangsdatum (requirements section 6, time algebra).
bool NeverExisted(const AllocationFact& version);

// What was said about the allocations of one person.
struct VersionTally {
  int64_t versions = 0;  // Distinct versions,
  int64_t deleted = 0;   // allocations of which the current one says that they never existed,
  int64_t current = 0;   // and the other allocations.
  friend bool operator==(const VersionTally&, const VersionTally&) = default;
};

struct CurrentAllocations {
  std::vector<AllocationFact> allocations;  // In order of (law, number); those that never existed are left out.
  int64_t version_count = 0;                // Distinct versions there were.
  int64_t deleted_count = 0;                // Allocations whose current version says they never existed.
  // The same counts by the person key of the current version.
  absl::flat_hash_map<Word, VersionTally> tallies;
};

// The current version of every allocation: per (law, number) the one with the latest assigned second (OP033x1), whatever
// arrived last (OP080). A 301 repeats all running allocations (OP087); of equal versions the one known first counts, so
// that a repetition changes nothing. Different versions with one assigned second: the deletion, else the greatest content.
CurrentAllocations PickCurrent(std::vector<AllocationFact> versions, const std::vector<Batch>& batches);

// The versions that were current once: per (law, number) and assigned second the one that would have been, but for the one that
// PickCurrent gives; a version that says that its allocation never existed is among them. In order of (law, number), latest
// first.
std::vector<AllocationFact> PickFormer(std::vector<AllocationFact> versions, const std::vector<Batch>& batches);

// One allocated product of one client at one provider, continuous in time (requirements 6.1).
struct Provision {
  uint32_t client = 0;
  nmd::Period period;             // From the first start to the last end; without gaps.
  uint32_t first = 0, count = 0;  // Its allocations: a range of ProvisionList::allocations.
};
struct ProvisionList {
  std::vector<AllocationFact> allocations;
  std::vector<Provision> provisions;  // In order of client, then law, product, provider and start.
};

// Chains allocations of one client, law, product (category when the product is empty) and provider that touch or overlap:
// gap <= 0 days. An extension keeps its number and is one allocation anyhow; a changed volume has a new number (OP380,
// IV066) and is chained here, or counts would inflate (D7). Allocations with an empty period are left out.
// `client_of` answers with the client code of a person key.
ProvisionList ChainProvisions(const std::vector<AllocationFact>& current, const absl::flat_hash_map<Word, uint32_t>& client_of);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_PROVISIONS_H_
