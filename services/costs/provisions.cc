// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/provisions.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace nmd::costs {
namespace {

// Everything a version says but when it was assigned, in an order that does not depend on arrival.
auto Content(const AllocationFact& a) {
  return std::make_tuple(NeverExisted(a), absl::string_view(*a.change_reason), a.period.end, a.period.start, a.volume,
                         absl::string_view(*a.unit), absl::string_view(*a.frequency), a.budget, absl::string_view(*a.provider),
                         absl::string_view(*a.category), absl::string_view(*a.product), absl::string_view(*a.person));
}

absl::string_view ProductKey(const AllocationFact& a) { return a.product->empty() ? *a.category : *a.product; }

// Best version of an allocation first; of equal versions the one that was known first.
void SortBestFirst(const std::vector<Batch>& batches, std::vector<AllocationFact>* versions) {
  std::sort(versions->begin(), versions->end(), [&batches](const AllocationFact& a, const AllocationFact& b) {
    if (a.law != b.law) return a.law < b.law;
    if (a.number != b.number) return a.number < b.number;
    if (a.assigned_second != b.assigned_second) return a.assigned_second > b.assigned_second;
    const auto left = Content(a);
    const auto right = Content(b);
    if (left != right) return left > right;
    if (batches[a.batch].known != batches[b.batch].known) return batches[a.batch].known < batches[b.batch].known;
    return *batches[a.batch].delivery < *batches[b.batch].delivery;
  });
}

}  // namespace

bool NeverExisted(const AllocationFact& version) {
  if (*version.change_reason == "13") return true;
  return *version.change_reason == "01" && version.period.end != kOpenEnd && version.period.end <= version.period.start + 1;
}

CurrentAllocations PickCurrent(std::vector<AllocationFact> versions, const std::vector<Batch>& batches) {
  SortBestFirst(batches, &versions);
  CurrentAllocations current;
  const AllocationFact* last = nullptr;
  VersionTally* tally = nullptr;
  for (const AllocationFact& version : versions) {
    const bool same_allocation = last != nullptr && last->law == version.law && last->number == version.number;
    const bool repeated =
        same_allocation && last->assigned_second == version.assigned_second && Content(*last) == Content(version);
    if (!same_allocation) tally = &current.tallies[version.person];
    if (!repeated) {
      ++current.version_count;
      ++tally->versions;
    }
    if (!same_allocation) {
      if (NeverExisted(version)) {
        ++current.deleted_count;
        ++tally->deleted;
      } else {
        ++tally->current;
        current.allocations.push_back(version);
      }
    }
    last = &version;
  }
  return current;
}

std::vector<AllocationFact> PickFormer(std::vector<AllocationFact> versions, const std::vector<Batch>& batches) {
  SortBestFirst(batches, &versions);
  std::vector<AllocationFact> former;
  const AllocationFact* last = nullptr;
  for (const AllocationFact& version : versions) {
    const bool same_allocation = last != nullptr && last->law == version.law && last->number == version.number;
    const bool overruled = same_allocation && last->assigned_second == version.assigned_second;
    if (!overruled && (same_allocation || NeverExisted(version))) former.push_back(version);
    last = &version;
  }
  return former;
}

ProvisionList ChainProvisions(const std::vector<AllocationFact>& current,
                              const absl::flat_hash_map<Word, uint32_t>& client_of) {
  struct Keyed {
    uint32_t client;
    const AllocationFact* allocation;
  };
  std::vector<Keyed> keyed;
  keyed.reserve(current.size());
  for (const AllocationFact& allocation : current) {
    if (!allocation.period.Empty()) keyed.push_back({client_of.at(allocation.person), &allocation});
  }
  const auto chain_key = [](const Keyed& k) {
    return std::make_tuple(k.client, k.allocation->law, ProductKey(*k.allocation), k.allocation->product->empty(),
                           absl::string_view(*k.allocation->provider));
  };
  std::sort(keyed.begin(), keyed.end(), [&](const Keyed& a, const Keyed& b) {
    const auto left = chain_key(a);
    const auto right = chain_key(b);
    if (left != right) return left < right;
    return std::tie(a.allocation->period.start, a.allocation->number) <
           std::tie(b.allocation->period.start, b.allocation->number);
  });
  ProvisionList list;
  list.allocations.reserve(keyed.size());
  const Keyed* last = nullptr;
  for (const Keyed& next : keyed) {
    const auto index = static_cast<uint32_t>(list.allocations.size());
    list.allocations.push_back(*next.allocation);
    const nmd::Period& period = next.allocation->period;
    if (last != nullptr && chain_key(*last) == chain_key(next) && period.start <= list.provisions.back().period.end) {
      Provision& provision = list.provisions.back();
      provision.period.end = std::max(provision.period.end, period.end);
      ++provision.count;
    } else {
      list.provisions.push_back({next.client, period, index, 1});
    }
    last = &next;
  }
  return list;
}

}  // namespace nmd::costs
