// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/fact_table.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace nmd::costs {
namespace {

constexpr size_t kBlock = 2048;
// Up to this many groups the accumulators are an array with one place per possible group; above it, groups get a place
// when they are first seen.
constexpr uint64_t kDenseGroups = uint64_t{1} << 17;
constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();

// State of one group: what the hot loop touches lies in one cache line.
struct Slot {
  int64_t indicated = 0;
  uint32_t last_client = kNobody;
  uint32_t last_provision = kNobody;
  uint32_t clients = 0;
  uint32_t provisions = 0;
  uint32_t rows = 0;
  uint32_t exact_rows = 0;
  uint32_t counted_rows = 0;
  uint32_t untariffed_rows = 0;
  uint32_t last_untariffed = kNobody;
  uint32_t untariffed_provisions = 0;
};
struct ClaimSlot {
  int64_t declared = 0;
  int64_t approved = 0;
  int64_t lines = 0;
  int64_t answered = 0;
};

// Where the rows of a query come from: a list of candidates, or all rows.
struct Candidates {
  const std::vector<uint32_t>* rows = nullptr;  // Null: all.
  size_t begin = 0, end = 0;
  size_t size() const { return end - begin; }
};

template <typename Code>
void FilterBlock(const Code* codes, const uint32_t* position, uint32_t* selected, size_t* count) {
  size_t kept = 0;
  for (size_t i = 0; i < *count; ++i) {
    selected[kept] = selected[i];
    kept += position[codes[selected[i]]] != Axis::kDropped ? 1 : 0;
  }
  *count = kept;
}

void Keep(const Axis& axis, uint32_t* selected, size_t* count) {
  if (const uint16_t* narrow = axis.column->narrow()) {
    FilterBlock(narrow, axis.position.data(), selected, count);
  } else {
    FilterBlock(axis.column->wide(), axis.position.data(), selected, count);
  }
}

// Rows by position within a block: contiguous ones without a list, or those of a list.
struct Run {
  uint32_t base;
  uint32_t operator[](size_t i) const { return base + static_cast<uint32_t>(i); }
};
struct List {
  const uint32_t* rows;
  uint32_t operator[](size_t i) const { return rows[i]; }
};

template <typename Rows, typename Code>
void AddAxis(const Rows rows, size_t count, const Code* codes, const uint32_t* scaled, uint32_t* group, bool first) {
  if (first) {
    for (size_t i = 0; i < count; ++i) group[i] = scaled[codes[rows[i]]];
  } else {
    for (size_t i = 0; i < count; ++i) group[i] += scaled[codes[rows[i]]];
  }
}

template <bool kClients, bool kProvisions, bool kIndicated, typename Rows>
void Accumulate(const FactTable& table, const Rows rows, size_t count, const uint32_t* group, Slot* slots) {
  const uint8_t* flags = table.flags.data();
  const uint32_t* client = table.client.data();
  const uint32_t* provision = table.provision.data();
  const Cents* indicated = table.indicated.data();
  for (size_t i = 0; i < count; ++i) {
    const uint32_t row = rows[i];
    Slot& slot = slots[group[i]];
    const uint8_t flag = flags[row];
    slot.rows += 1;
    slot.exact_rows += (flag & kExact) >> 1;
    if constexpr (kIndicated) slot.indicated += indicated[row];
    // Claims alone and missing tariffs are rare: the branch is free as long as they are.
    if (__builtin_expect((flag & (kCounts | kNoTariff)) != kCounts, 0)) {
      if ((flag & kCounts) == 0) continue;
      slot.untariffed_rows += 1;
      slot.untariffed_provisions += slot.last_untariffed != provision[row] ? 1 : 0;
      slot.last_untariffed = provision[row];
    }
    slot.counted_rows += 1;
    if constexpr (kClients) {
      slot.clients += slot.last_client != client[row] ? 1 : 0;
      slot.last_client = client[row];
    }
    if constexpr (kProvisions) {
      slot.provisions += slot.last_provision != provision[row] ? 1 : 0;
      slot.last_provision = provision[row];
    }
  }
}

template <typename Rows>
void AccumulateClaims(const FactTable& table, const Rows rows, size_t count, const uint32_t* group, ClaimSlot* slots) {
  for (size_t i = 0; i < count; ++i) {
    const uint32_t row = rows[i];
    ClaimSlot& slot = slots[group[i]];
    slot.declared += table.declared[row];
    slot.approved += table.approved[row];
    slot.lines += table.claim_lines[row];
    slot.answered += table.answered_lines[row];
  }
}

template <typename Rows>
void AccumulateWanted(const FactTable& table, const Wanted& wanted, const Rows rows, size_t count, const uint32_t* group,
                      Slot* slots, ClaimSlot* claims) {
  const int kind = (wanted.clients ? 4 : 0) + (wanted.provisions ? 2 : 0) + (wanted.indicated ? 1 : 0);
  switch (kind) {
    case 0:
      Accumulate<false, false, false>(table, rows, count, group, slots);
      break;
    case 1:
      Accumulate<false, false, true>(table, rows, count, group, slots);
      break;
    case 2:
      Accumulate<false, true, false>(table, rows, count, group, slots);
      break;
    case 3:
      Accumulate<false, true, true>(table, rows, count, group, slots);
      break;
    case 4:
      Accumulate<true, false, false>(table, rows, count, group, slots);
      break;
    case 5:
      Accumulate<true, false, true>(table, rows, count, group, slots);
      break;
    case 6:
      Accumulate<true, true, false>(table, rows, count, group, slots);
      break;
    default:
      Accumulate<true, true, true>(table, rows, count, group, slots);
      break;
  }
  if (wanted.claims) AccumulateClaims(table, rows, count, group, claims);
}

// The smallest set of rows that certainly holds all rows of the query, from the postings at hand. A list is of use only
// when it is in row order, which several codes together are not: then the whole table is read.
Candidates Choose(const FactTable& table, const TableQuery& query) {
  Candidates best{nullptr, 0, table.size()};
  const auto consider = [&best](const FactTable::Postings& postings, uint32_t code) {
    if (code + 1 >= postings.begin.size()) return;
    const Candidates list{&postings.rows, postings.begin[code], postings.begin[code + 1]};
    // A list costs about four times as much per row as reading straight on.
    if (list.size() * 4 < (best.rows == nullptr ? best.size() : best.size() * 4)) best = list;
  };
  if (query.end == query.first + 1 && query.first >= table.first_month && query.first < table.end_month) {
    consider(table.by_month, static_cast<uint32_t>(query.first - table.first_month));
  }
  for (const Axis& filter : query.filters) {
    const bool provider = filter.column == &table.fields[kProviderField];
    if (!provider && filter.column != &table.fields[kProductField]) continue;
    const auto kept = [](uint32_t position) { return position != Axis::kDropped; };
    if (std::count_if(filter.position.begin(), filter.position.end(), kept) != 1) continue;
    const auto code = std::find_if(filter.position.begin(), filter.position.end(), kept) - filter.position.begin();
    consider(provider ? table.by_provider : table.by_product, static_cast<uint32_t>(code));
  }
  return best;
}

// Walks the rows of a query block by block: calls visit(Run or List, count).
template <typename Visit>
void Walk(const FactTable& table, const TableQuery& query, Visit visit) {
  if (table.size() == 0 || query.end <= table.first_month || query.first >= table.end_month) return;
  const bool all_months = query.first <= table.first_month && query.end >= table.end_month;
  const auto low = static_cast<uint32_t>(std::max(query.first, table.first_month) - table.first_month);
  const auto high = static_cast<uint32_t>(std::min(query.end, table.end_month) - table.first_month);
  const Column& months = table.fields[kMonthField];
  const uint32_t on = query.valid_on.has_value() ? static_cast<uint32_t>(CivilOf(*query.valid_on).day) : 0;
  const Candidates candidates = Choose(table, query);
  const bool straight = candidates.rows == nullptr && all_months && query.filters.empty() && on == 0;
  std::array<uint32_t, kBlock> selected;
  for (size_t at = candidates.begin; at < candidates.end; at += kBlock) {
    size_t count = std::min(kBlock, candidates.end - at);
    if (straight) {
      visit(Run{static_cast<uint32_t>(at)}, count);
      continue;
    }
    if (candidates.rows != nullptr) {
      std::copy_n(candidates.rows->data() + at, count, selected.data());
    } else {
      for (size_t i = 0; i < count; ++i) selected[i] = static_cast<uint32_t>(at + i);
    }
    if (!all_months) {
      size_t kept = 0;
      if (const uint16_t* narrow = months.narrow()) {
        for (size_t i = 0; i < count; ++i) {
          const uint32_t row = selected[i];
          selected[kept] = row;
          kept += static_cast<uint32_t>(narrow[row]) - low < high - low ? 1 : 0;
        }
      } else {
        for (size_t i = 0; i < count; ++i) {
          const uint32_t row = selected[i];
          selected[kept] = row;
          kept += months[row] - low < high - low ? 1 : 0;
        }
      }
      count = kept;
    }
    for (const Axis& filter : query.filters) Keep(filter, selected.data(), &count);
    if (on != 0) {
      size_t kept = 0;
      for (size_t i = 0; i < count; ++i) {
        const uint32_t row = selected[i];
        selected[kept] = row;
        kept += table.from_day[row] <= on && on < table.to_day[row] ? 1 : 0;
      }
      count = kept;
    }
    if (count > 0) visit(List{selected.data()}, count);
  }
}

Totals TotalsOf(const Slot& slot, const ClaimSlot* claim) {
  Totals totals;
  totals.clients = slot.clients;
  totals.provisions = slot.provisions;
  totals.indicated = slot.indicated;
  totals.rows = slot.rows;
  totals.exact_rows = slot.exact_rows;
  totals.counted_rows = slot.counted_rows;
  totals.untariffed_rows = slot.untariffed_rows;
  totals.untariffed_provisions = slot.untariffed_provisions;
  if (claim != nullptr) {
    totals.declared = claim->declared;
    totals.approved = claim->approved;
    totals.claim_lines = claim->lines;
    totals.answered_lines = claim->answered;
  }
  return totals;
}

std::vector<uint32_t> PositionsOf(uint64_t key, const std::vector<Axis>& groups) {
  std::vector<uint32_t> positions(groups.size());
  for (size_t g = groups.size(); g-- > 0;) {
    positions[g] = static_cast<uint32_t>(key % groups[g].size);
    key /= groups[g].size;
  }
  return positions;
}

std::vector<Group> AggregateDense(const FactTable& table, const TableQuery& query, uint64_t space) {
  std::vector<Slot> slots(space);
  std::vector<ClaimSlot> claims(query.wanted.claims ? space : 0);
  std::vector<std::vector<uint32_t>> scaled;  // Position times the number of groups one step is worth.
  uint64_t stride = space;
  for (const Axis& axis : query.groups) {
    stride /= axis.size;
    scaled.push_back(axis.position);
    for (uint32_t& position : scaled.back())
      position = position == Axis::kDropped ? 0 : position * static_cast<uint32_t>(stride);
  }
  std::array<uint32_t, kBlock> group{};
  Walk(table, query, [&](auto rows, size_t count) {
    for (size_t g = 0; g < query.groups.size(); ++g) {
      const Column& column = *query.groups[g].column;
      if (const uint16_t* narrow = column.narrow()) {
        AddAxis(rows, count, narrow, scaled[g].data(), group.data(), g == 0);
      } else {
        AddAxis(rows, count, column.wide(), scaled[g].data(), group.data(), g == 0);
      }
    }
    AccumulateWanted(table, query.wanted, rows, count, group.data(), slots.data(), claims.data());
  });
  std::vector<Group> groups;
  for (uint64_t key = 0; key < space; ++key) {
    if (slots[key].rows == 0) continue;
    groups.push_back({PositionsOf(key, query.groups), TotalsOf(slots[key], claims.empty() ? nullptr : &claims[key])});
  }
  return groups;
}

// For more possible groups than places: a group gets its place at its first row.
std::optional<std::vector<Group>> AggregateSparse(const FactTable& table, const TableQuery& query) {
  std::vector<Slot> slots;
  std::vector<ClaimSlot> claims;
  std::vector<uint64_t> keys;
  absl::flat_hash_map<uint64_t, uint32_t> places;
  std::array<uint32_t, kBlock> group{};
  bool too_many = false;
  Walk(table, query, [&](auto rows, size_t count) {
    if (too_many) return;
    for (size_t i = 0; i < count; ++i) {
      uint64_t key = 0;
      for (const Axis& axis : query.groups) key = key * axis.size + axis.position[(*axis.column)[rows[i]]];
      const auto [place, fresh] = places.try_emplace(key, static_cast<uint32_t>(keys.size()));
      if (fresh) keys.push_back(key);
      group[i] = place->second;
    }
    too_many = keys.size() > query.group_limit;
    slots.resize(keys.size());
    if (query.wanted.claims) claims.resize(keys.size());
    AccumulateWanted(table, query.wanted, rows, count, group.data(), slots.data(), claims.data());
  });
  if (too_many) return std::nullopt;
  std::vector<uint32_t> order(keys.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&keys](uint32_t a, uint32_t b) { return keys[a] < keys[b]; });
  std::vector<Group> groups;
  groups.reserve(order.size());
  for (const uint32_t i : order) {
    groups.push_back({PositionsOf(keys[i], query.groups), TotalsOf(slots[i], claims.empty() ? nullptr : &claims[i])});
  }
  return groups;
}

FactTable::Postings IndexOf(const Column& column) {
  FactTable::Postings postings;
  postings.begin.assign(column.cardinality() + size_t{1}, 0);
  for (size_t row = 0; row < column.size(); ++row) ++postings.begin[column[row] + size_t{1}];
  for (size_t code = 1; code < postings.begin.size(); ++code) postings.begin[code] += postings.begin[code - 1];
  std::vector<uint32_t> next(postings.begin.begin(), postings.begin.end() - 1);
  postings.rows.resize(column.size());
  for (size_t row = 0; row < column.size(); ++row) postings.rows[next[column[row]]++] = static_cast<uint32_t>(row);
  return postings;
}

}  // namespace

void FactTable::Index() {
  by_month = IndexOf(fields[kMonthField]);
  by_provider = IndexOf(fields[kProviderField]);
  by_product = IndexOf(fields[kProductField]);
}

std::optional<std::vector<Group>> Aggregate(const FactTable& table, const TableQuery& query) {
  // A code that is on no position of a group axis drops its row, just as a filter does.
  TableQuery full = query;
  uint64_t space = 1;
  bool overflow = false;
  for (const Axis& axis : query.groups) {
    if (std::find(axis.position.begin(), axis.position.end(), Axis::kDropped) != axis.position.end()) {
      full.filters.push_back(axis);
    }
    overflow = overflow || __builtin_mul_overflow(space, uint64_t{axis.size}, &space);
  }
  if (overflow) return std::nullopt;
  if (space <= kDenseGroups) {
    std::vector<Group> groups = AggregateDense(table, full, space);
    if (groups.size() > query.group_limit) return std::nullopt;
    return groups;
  }
  return AggregateSparse(table, full);
}

std::vector<uint32_t> SelectRows(const FactTable& table, const TableQuery& query) {
  std::vector<uint32_t> found;
  Walk(table, query, [&found](auto rows, size_t count) {
    for (size_t i = 0; i < count; ++i) found.push_back(rows[i]);
  });
  return found;
}

}  // namespace nmd::costs
