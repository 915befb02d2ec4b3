// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/open_clients.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "services/core/disjoint_sets.h"

namespace nmd::costs {
namespace {

using Pairs = std::vector<std::pair<uint32_t, uint32_t>>;

// How many of these clients (ascending) would be one with an earlier one if all pairs are.
int64_t Fewer(const Pairs& pairs, const std::vector<uint32_t>& clients) {
  DisjointSets sets(static_cast<uint32_t>(clients.size()));
  for (uint32_t i = 0; i < clients.size(); ++i) {
    for (auto pair = std::lower_bound(pairs.begin(), pairs.end(), std::pair(clients[i], uint32_t{0}));
         pair != pairs.end() && pair->first == clients[i]; ++pair) {
      const auto other = std::lower_bound(clients.begin(), clients.end(), pair->second);
      if (other != clients.end() && *other == pair->second) sets.Join(i, static_cast<uint32_t>(other - clients.begin()));
    }
  }
  return static_cast<int64_t>(clients.size()) - sets.sets();
}

}  // namespace

std::optional<Counted> CountClients(const Snapshot& snapshot, const TableQuery& query) {
  std::optional<Counted> counted = Count(snapshot.table, query);
  if (!counted.has_value() || !query.wanted.clients || snapshot.open_pairs.empty()) return counted;
  std::set<uint32_t> watched;
  for (const auto& [a, b] : snapshot.open_pairs) watched.insert({a, b});
  std::map<std::vector<uint32_t>, std::vector<uint32_t>> present;  // By positions of the group, clients in it, ascending.
  std::vector<uint32_t> anywhere;
  std::vector<uint32_t> positions(query.groups.size());
  for (const uint32_t client : watched) {
    for (size_t row = snapshot.client_begin[client].row; row < snapshot.client_begin[client + 1].row; ++row) {
      if (!CountsIn(snapshot.table, query, row)) continue;
      for (size_t axis = 0; axis < positions.size(); ++axis) {
        positions[axis] = query.groups[axis].position[(*query.groups[axis].column)[row]];
      }
      std::vector<uint32_t>& clients = present[positions];
      if (clients.empty() || clients.back() != client) clients.push_back(client);
      if (anywhere.empty() || anywhere.back() != client) anywhere.push_back(client);
    }
  }
  counted->total.open_clients = Fewer(snapshot.open_pairs, anywhere);
  for (Group& group : counted->groups) {
    const auto clients = present.find(group.positions);
    if (clients != present.end()) group.totals.open_clients = Fewer(snapshot.open_pairs, clients->second);
  }
  return counted;
}

}  // namespace nmd::costs
