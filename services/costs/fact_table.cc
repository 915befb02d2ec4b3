// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/fact_table.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace nmd::costs {
namespace {

constexpr size_t kBlock = 2048;
// Up to this many groups the accumulators are an array with one place per possible group; above it, groups get a place
// when they are first seen.
constexpr uint64_t kDenseGroups = uint64_t{1} << 17;
constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();

// State of one group: what every row touches lies in half a cache line, what is rare elsewhere.
struct Slot {
  int64_t indicated = 0;
  uint32_t last_client = kNobody;
  uint32_t last_provision = kNobody;
  uint32_t clients = 0;
  uint32_t provisions = 0;
  uint32_t rows = 0;
  uint32_t unused = 0;  // Keeps two slots to a cache line.
};
static_assert(sizeof(Slot) == 32);
struct RareSlot {
  uint32_t inexact_rows = 0;
  uint32_t claim_only_rows = 0;
  uint32_t untariffed_rows = 0;
  uint32_t last_untariffed = kNobody;
  uint32_t untariffed_provisions = 0;
};
// What is distinct over all groups; not kept up when there is one.
struct Overall {
  uint32_t last_client = kNobody, clients = 0;
  uint32_t last_provision = kNobody, provisions = 0;
  uint32_t last_untariffed = kNobody, untariffed_provisions = 0;
};
struct ClaimSlot {
  int64_t declared = 0;
  int64_t approved = 0;
  int64_t lines = 0;
  int64_t answered = 0;
};

// Where the rows of a query come from: a list of candidates, or all rows.
struct Candidates {
  const uint32_t* rows = nullptr;  // Null: all.
  size_t begin = 0, end = 0;
  std::vector<uint32_t> merged;  // Behind `rows`, when several lists were made into one.
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
  axis.column->Visit([&](const auto& codes) { FilterBlock(codes.data(), axis.position.data(), selected, count); });
}

// The rows of [at, at + count) whose code is in [low, high). Most of a table is of other months, in stretches: eight at a time
// are passed over.
template <typename Code>
size_t SelectRange(const Code* codes, size_t at, size_t count, uint32_t low, uint32_t high, uint32_t* selected) {
  alignas(8) std::array<uint8_t, kBlock> inside;
  const auto from = static_cast<Code>(low), width = static_cast<Code>(high - low - 1);
  const Code* code = codes + at;
  for (size_t i = 0; i < count; ++i) inside[i] = static_cast<Code>(code[i] - from) <= width ? 1 : 0;
  for (size_t i = count; i % 8 != 0; ++i) inside[i] = 0;
  size_t kept = 0;
  for (size_t i = 0; i < count; i += 8) {
    uint64_t eight;
    std::memcpy(&eight, inside.data() + i, sizeof(eight));
    if (eight == 0) continue;
    for (size_t j = i; j < i + 8; ++j) {
      selected[kept] = static_cast<uint32_t>(at + j);
      kept += inside[j];
    }
  }
  return kept;
}

void KeepRange(const Column& column, uint32_t low, uint32_t high, uint32_t* selected, size_t* count) {
  column.Visit([&](const auto& codes) {
    const auto* code = codes.data();
    size_t kept = 0;
    for (size_t i = 0; i < *count; ++i) {
      const uint32_t row = selected[i];
      selected[kept] = row;
      kept += uint32_t{code[row]} - low < high - low ? 1 : 0;
    }
    *count = kept;
  });
}

// Rows by position within a block: contiguous ones without a list, or those of a list.
struct Run {
  size_t base;
  size_t operator[](size_t i) const { return base + i; }
};
struct List {
  const uint32_t* rows;
  size_t operator[](size_t i) const { return rows[i]; }
};

// What an axis adds to the number of a row's group: scaled[code], which for most axes is offset + code * stride.
struct ScaledAxis {
  const Column* column = nullptr;
  std::vector<uint32_t> scaled;
  bool linear = false;
  uint32_t offset = 0, stride = 0;
};

template <typename Rows, typename Code>
void AddAxis(const Rows rows, size_t count, const Code* codes, const ScaledAxis& axis, uint32_t* group, bool first) {
  if (axis.linear) {
    const uint32_t offset = axis.offset, stride = axis.stride;
    if (first) {
      for (size_t i = 0; i < count; ++i) group[i] = offset + codes[rows[i]] * stride;
    } else {
      for (size_t i = 0; i < count; ++i) group[i] += offset + codes[rows[i]] * stride;
    }
    return;
  }
  const uint32_t* scaled = axis.scaled.data();
  if (first) {
    for (size_t i = 0; i < count; ++i) group[i] = scaled[codes[rows[i]]];
  } else {
    for (size_t i = 0; i < count; ++i) group[i] += scaled[codes[rows[i]]];
  }
}

// Adds rows to their groups. With kOne there is one group, whose state then stays in registers.
template <bool kOne, bool kClients, bool kProvisions, bool kIndicated, typename Amount, typename Rows>
void Accumulate(const FactTable& table, const Amount* indicated, const Rows rows, size_t count, const uint32_t* group,
                Slot* slots, RareSlot* rares, Overall* overall) {
  const uint8_t* flags = table.flags.data();
  const uint32_t* client = table.client.data();
  const uint32_t* provision = table.provision.data();
  Slot one = slots[0];
  Overall all = *overall;
  for (size_t i = 0; i < count; ++i) {
    const size_t row = rows[i];
    const uint32_t place = kOne ? 0 : group[i];
    Slot& slot = kOne ? one : slots[place];
    slot.rows += 1;
    if constexpr (kIndicated) {
      // The widest column: the processor's own prefetch stops at every page (measured: a tenth less time).
      if constexpr (std::is_same_v<Rows, Run>) __builtin_prefetch(indicated + row + 256);
      slot.indicated += indicated[row];
    }
    // A row that counts, is exact and has its tariff is the rule: the branch is free as long as it is.
    const uint8_t flag = flags[row];
    if (__builtin_expect(flag != (kCounts | kExact), 0)) {
      RareSlot& rare = rares[place];
      rare.inexact_rows += (flag & kExact) == 0 ? 1 : 0;
      if ((flag & kCounts) == 0) {
        rare.claim_only_rows += 1;
        continue;
      }
      if ((flag & kNoTariff) != 0) {
        rare.untariffed_rows += 1;
        rare.untariffed_provisions += rare.last_untariffed != provision[row] ? 1 : 0;
        rare.last_untariffed = provision[row];
        all.untariffed_provisions += all.last_untariffed != provision[row] ? 1 : 0;
        all.last_untariffed = provision[row];
      }
    }
    if constexpr (kClients) {
      if constexpr (!kOne) {
        all.clients += all.last_client != client[row] ? 1 : 0;
        all.last_client = client[row];
      }
      slot.clients += slot.last_client != client[row] ? 1 : 0;
      slot.last_client = client[row];
    }
    if constexpr (kProvisions) {
      if constexpr (!kOne) {
        all.provisions += all.last_provision != provision[row] ? 1 : 0;
        all.last_provision = provision[row];
      }
      slot.provisions += slot.last_provision != provision[row] ? 1 : 0;
      slot.last_provision = provision[row];
    }
  }
  if constexpr (kOne) slots[0] = one;
  *overall = all;
}

// Takes every column out of its own width first, so that one loop of one kind adds them up.
template <typename Rows>
void AccumulateClaims(const FactTable& table, const Rows rows, size_t count, const uint32_t* group, ClaimSlot* slots) {
  std::array<int64_t, kBlock> declared, approved;
  std::array<uint32_t, kBlock> lines, answered;
  const auto take = [&](const auto& column, auto* out) {
    column.Visit([&](const auto& numbers) {
      const auto* number = numbers.data();
      for (size_t i = 0; i < count; ++i) out[i] = number[rows[i]];
    });
  };
  take(table.declared, declared.data());
  take(table.approved, approved.data());
  take(table.claim_lines, lines.data());
  take(table.answered_lines, answered.data());
  for (size_t i = 0; i < count; ++i) {
    ClaimSlot& slot = slots[group[i]];
    slot.declared += declared[i];
    slot.approved += approved[i];
    slot.lines += lines[i];
    slot.answered += answered[i];
  }
}

// Everything that is counted while rows pass by.
struct Accumulators {
  std::vector<Slot> slots;
  std::vector<RareSlot> rares;
  std::vector<ClaimSlot> claims;  // Empty unless wanted.
  Overall overall;
  void Resize(size_t groups, const Wanted& wanted) {
    slots.resize(groups);
    rares.resize(groups);
    if (wanted.claims) claims.resize(groups);
  }
};

template <bool kOne, bool kClients, bool kProvisions, typename Rows>
void AccumulateAmount(bool indicated, const FactTable& table, const Rows rows, size_t count, const uint32_t* group,
                      Accumulators* to) {
  Slot* slots = to->slots.data();
  RareSlot* rares = to->rares.data();
  if (!indicated) {
    constexpr const Cents* kNone = nullptr;
    return Accumulate<kOne, kClients, kProvisions, false>(table, kNone, rows, count, group, slots, rares, &to->overall);
  }
  table.indicated.Visit([&](const auto& cents) {
    Accumulate<kOne, kClients, kProvisions, true>(table, cents.data(), rows, count, group, slots, rares, &to->overall);
  });
}

template <bool kOne, typename Rows>
void AccumulateKind(const Wanted& wanted, const FactTable& table, const Rows rows, size_t count, const uint32_t* group,
                    Accumulators* to) {
  if (wanted.clients && wanted.provisions) {
    AccumulateAmount<kOne, true, true>(wanted.indicated, table, rows, count, group, to);
  } else if (wanted.clients) {
    AccumulateAmount<kOne, true, false>(wanted.indicated, table, rows, count, group, to);
  } else if (wanted.provisions) {
    AccumulateAmount<kOne, false, true>(wanted.indicated, table, rows, count, group, to);
  } else {
    AccumulateAmount<kOne, false, false>(wanted.indicated, table, rows, count, group, to);
  }
}

template <typename Rows>
void AccumulateWanted(const FactTable& table, const TableQuery& query, const Rows rows, size_t count, const uint32_t* group,
                      Accumulators* to) {
  const Wanted& wanted = query.wanted;
  if (query.groups.empty()) {
    AccumulateKind<true>(wanted, table, rows, count, group, to);
  } else {
    AccumulateKind<false>(wanted, table, rows, count, group, to);
  }
  if (wanted.claims) AccumulateClaims(table, rows, count, group, to->claims.data());
}

// Rows of some codes of a column.
struct Lists {
  const FactTable::Postings* postings = nullptr;
  std::vector<uint32_t> codes;

  size_t size(size_t i) const { return postings->begin[codes[i] + size_t{1}] - postings->begin[codes[i]]; }
  // What reading them takes, with the price of a row that is read straight on as unit: a list costs about four times that, and
  // several must be brought into row order first.
  size_t Cost() const {
    size_t rows = 0, levels = 0;
    for (size_t i = 0; i < codes.size(); ++i) rows += size(i);
    while ((size_t{1} << levels) < codes.size()) ++levels;
    return rows * (4 + levels);
  }
  Candidates Read() const {
    Candidates all;
    if (codes.size() == 1) {
      all.rows = postings->rows.data();
      all.begin = postings->begin[codes[0]];
      all.end = all.begin + size(0);
      return all;
    }
    // Neighbours are merged pair by pair, so that every row moves once per level.
    std::vector<size_t> ends;
    for (size_t i = 0; i < codes.size(); ++i) {
      const auto begin = postings->rows.begin() + postings->begin[codes[i]];
      all.merged.insert(all.merged.end(), begin, begin + static_cast<std::ptrdiff_t>(size(i)));
      ends.push_back(all.merged.size());
    }
    std::vector<uint32_t> next(all.merged.size());
    while (ends.size() > 1) {
      std::vector<size_t> next_ends;
      size_t begin = 0;
      for (size_t i = 0; i < ends.size(); i += 2) {
        const size_t middle = ends[i], end = i + 1 < ends.size() ? ends[i + 1] : middle;
        const uint32_t* rows = all.merged.data();
        std::merge(rows + begin, rows + middle, rows + middle, rows + end, next.data() + begin);
        next_ends.push_back(end);
        begin = end;
      }
      all.merged.swap(next);
      ends.swap(next_ends);
    }
    all.rows = all.merged.data();
    all.end = all.merged.size();
    return all;
  }
};

// The smallest set of rows, in row order, that certainly holds all rows of the query, from the postings at hand.
Candidates Choose(const FactTable& table, const TableQuery& query) {
  Lists best;
  size_t least = table.size();
  const auto consider = [&](Lists lists) {
    const size_t cost = lists.Cost();
    if (lists.codes.empty() || cost >= least) return;
    least = cost;
    best = std::move(lists);
  };
  if (query.end == query.first + 1 && query.first >= table.first_month && query.first < table.end_month) {
    consider({&table.by_month, {static_cast<uint32_t>(query.first - table.first_month)}});
  }
  for (const Axis& filter : query.filters) {
    const bool provider = filter.column == &table.fields[kProviderField];
    if (!provider && filter.column != &table.fields[kProductField]) continue;
    Lists lists{provider ? &table.by_provider : &table.by_product, {}};
    for (uint32_t code = 0; code < filter.position.size(); ++code) {
      if (filter.position[code] != Axis::kDropped) lists.codes.push_back(code);
    }
    consider(std::move(lists));
  }
  if (best.postings != nullptr) return best.Read();
  Candidates all;
  all.end = table.size();
  return all;
}

// Walks the rows of a query block by block: calls visit(Run or List, count).
template <typename Visit>
void Walk(const FactTable& table, const TableQuery& query, Visit visit) {
  if (table.size() == 0 || query.end <= query.first) return;
  if (query.end <= table.first_month || query.first >= table.end_month) return;
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
      visit(Run{at}, count);
      continue;
    }
    if (candidates.rows == nullptr) {
      months.Visit([&](const auto& codes) { count = SelectRange(codes.data(), at, count, low, high, selected.data()); });
    } else {
      std::copy_n(candidates.rows + at, count, selected.data());
      if (!all_months) KeepRange(months, low, high, selected.data(), &count);
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

Totals TotalsOf(const Accumulators& from, size_t place) {
  const Slot& slot = from.slots[place];
  const RareSlot& rare = from.rares[place];
  Totals totals;
  totals.clients = slot.clients;
  totals.provisions = slot.provisions;
  totals.indicated = slot.indicated;
  totals.rows = slot.rows;
  totals.exact_rows = int64_t{slot.rows} - rare.inexact_rows;
  totals.counted_rows = int64_t{slot.rows} - rare.claim_only_rows;
  totals.untariffed_rows = rare.untariffed_rows;
  totals.untariffed_provisions = rare.untariffed_provisions;
  if (!from.claims.empty()) {
    totals.declared = from.claims[place].declared;
    totals.approved = from.claims[place].approved;
    totals.claim_lines = from.claims[place].lines;
    totals.answered_lines = from.claims[place].answered;
  }
  return totals;
}

// Adds up what sums over groups; distinct counts are those over all.
Totals TotalOf(const std::vector<Group>& groups, const Accumulators& from, const TableQuery& query) {
  if (query.groups.empty()) return groups.empty() ? Totals() : groups.front().totals;
  Totals total;
  for (const Group& group : groups) {
    const Totals& part = group.totals;
    total.indicated += part.indicated;
    total.declared += part.declared;
    total.approved += part.approved;
    total.rows += part.rows;
    total.exact_rows += part.exact_rows;
    total.counted_rows += part.counted_rows;
    total.untariffed_rows += part.untariffed_rows;
    total.claim_lines += part.claim_lines;
    total.answered_lines += part.answered_lines;
  }
  total.clients = from.overall.clients;
  total.provisions = from.overall.provisions;
  total.untariffed_provisions = from.overall.untariffed_provisions;
  return total;
}

std::vector<uint32_t> PositionsOf(uint64_t key, const std::vector<Axis>& groups) {
  std::vector<uint32_t> positions(groups.size());
  for (size_t g = groups.size(); g-- > 0;) {
    positions[g] = static_cast<uint32_t>(key % groups[g].size);
    key /= groups[g].size;
  }
  return positions;
}

ScaledAxis Scale(const Axis& axis, uint32_t stride) {
  ScaledAxis scaled;
  scaled.column = axis.column;
  scaled.scaled = axis.position;
  scaled.stride = stride;
  scaled.linear = true;
  for (uint32_t code = 0; code < axis.position.size(); ++code) {
    // Dropped rows never come here.
    scaled.scaled[code] = axis.position[code] == Axis::kDropped ? 0 : axis.position[code] * stride;
    scaled.linear = scaled.linear && axis.position[code] == axis.position[0] + code;
  }
  if (!axis.position.empty()) scaled.offset = axis.position[0] * stride;
  return scaled;
}

Counted CountDense(const FactTable& table, const TableQuery& query, uint64_t space) {
  if (space == 0) return {};
  Accumulators accumulators;
  accumulators.Resize(space, query.wanted);
  // Places run fastest along the months: the rows of a provision are consecutive months, so that they meet neighbouring
  // places, which the nearest cache holds.
  std::vector<ScaledAxis> axes(query.groups.size());
  uint64_t stride = 1;
  for (const bool months : {true, false}) {
    for (size_t g = query.groups.size(); g-- > 0;) {
      const Axis& axis = query.groups[g];
      if ((axis.column == &table.fields[kMonthField]) != months) continue;
      axes[g] = Scale(axis, static_cast<uint32_t>(stride));
      stride *= axis.size;
    }
  }
  std::array<uint32_t, kBlock> group{};
  Walk(table, query, [&](auto rows, size_t count) {
    for (size_t a = 0; a < axes.size(); ++a) {
      axes[a].column->Visit([&](const auto& codes) { AddAxis(rows, count, codes.data(), axes[a], group.data(), a == 0); });
    }
    AccumulateWanted(table, query, rows, count, group.data(), &accumulators);
  });
  std::vector<Group> groups;
  for (uint64_t key = 0; key < space; ++key) {
    std::vector<uint32_t> positions = PositionsOf(key, query.groups);
    uint64_t place = 0;
    for (size_t g = 0; g < axes.size(); ++g) place += uint64_t{positions[g]} * axes[g].stride;
    if (accumulators.slots[place].rows > 0) groups.push_back({std::move(positions), TotalsOf(accumulators, place)});
  }
  const Totals total = TotalOf(groups, accumulators, query);
  return {std::move(groups), total};
}

// For more possible groups than places: a group gets its place at its first row.
std::optional<Counted> CountSparse(const FactTable& table, const TableQuery& query) {
  Accumulators accumulators;
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
    accumulators.Resize(keys.size(), query.wanted);
    AccumulateWanted(table, query, rows, count, group.data(), &accumulators);
  });
  if (too_many) return std::nullopt;
  std::vector<uint32_t> order(keys.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&keys](uint32_t a, uint32_t b) { return keys[a] < keys[b]; });
  std::vector<Group> groups;
  groups.reserve(order.size());
  for (const uint32_t place : order) {
    groups.push_back({PositionsOf(keys[place], query.groups), TotalsOf(accumulators, place)});
  }
  const Totals total = TotalOf(groups, accumulators, query);
  return Counted{std::move(groups), total};
}

FactTable::Postings IndexOf(const Column& column) {
  FactTable::Postings postings;
  postings.begin.assign(column.cardinality() + size_t{1}, 0);
  column.Visit([&postings](const auto& codes) {
    for (const auto code : codes) ++postings.begin[code + size_t{1}];
    for (size_t code = 1; code < postings.begin.size(); ++code) postings.begin[code] += postings.begin[code - 1];
    std::vector<uint32_t> next(postings.begin.begin(), postings.begin.end() - 1);
    postings.rows.resize(codes.size());
    for (size_t row = 0; row < codes.size(); ++row) postings.rows[next[codes[row]]++] = static_cast<uint32_t>(row);
  });
  return postings;
}

}  // namespace

size_t FactTable::Bytes() const {
  size_t bytes = size() * (2 * sizeof(uint32_t) + 3 * sizeof(uint8_t));
  for (const Column& field : fields) bytes += field.bytes();
  bytes += indicated.bytes() + declared.bytes() + approved.bytes() + claim_lines.bytes() + answered_lines.bytes();
  for (const Postings* postings : {&by_month, &by_provider, &by_product}) {
    bytes += (postings->begin.size() + postings->rows.size()) * sizeof(uint32_t);
  }
  return bytes;
}

void FactTable::Index() {
  by_month = IndexOf(fields[kMonthField]);
  by_provider = IndexOf(fields[kProviderField]);
  by_product = IndexOf(fields[kProductField]);
}

std::optional<Counted> Count(const FactTable& table, const TableQuery& query) {
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
    Counted counted = CountDense(table, full, space);
    if (counted.groups.size() > query.group_limit) return std::nullopt;
    return counted;
  }
  return CountSparse(table, full);
}

std::optional<std::vector<Group>> Aggregate(const FactTable& table, const TableQuery& query) {
  std::optional<Counted> counted = Count(table, query);
  if (!counted.has_value()) return std::nullopt;
  return std::move(counted->groups);
}

bool CountsIn(const FactTable& table, const TableQuery& query, size_t row) {
  if ((table.flags[row] & kCounts) == 0) return false;
  const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
  if (month < query.first || month >= query.end) return false;
  if (query.valid_on.has_value()) {
    const auto on = static_cast<uint32_t>(CivilOf(*query.valid_on).day);
    if (table.from_day[row] > on || on >= table.to_day[row]) return false;
  }
  const auto kept = [row](const Axis& axis) { return axis.position[(*axis.column)[row]] != Axis::kDropped; };
  return std::all_of(query.filters.begin(), query.filters.end(), kept) &&
         std::all_of(query.groups.begin(), query.groups.end(), kept);
}

std::vector<uint32_t> SelectRows(const FactTable& table, const TableQuery& query) {
  std::vector<uint32_t> found;
  Walk(table, query, [&found](auto rows, size_t count) {
    for (size_t i = 0; i < count; ++i) found.push_back(static_cast<uint32_t>(rows[i]));
  });
  return found;
}

}  // namespace nmd::costs
