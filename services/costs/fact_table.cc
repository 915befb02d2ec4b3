// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/fact_table.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace nmd::costs {
namespace {

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
// What is distinct over all groups.
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

// Runs of some codes of a column.
struct Lists {
  const FactTable::Postings* postings = nullptr;
  std::vector<uint32_t> codes;

  size_t size(size_t i) const { return postings->begin[codes[i] + size_t{1}] - postings->begin[codes[i]]; }
  // What reading them takes, with the price of a run that is read straight on as unit: a list costs about four times that, and
  // several must be brought into order first.
  size_t Cost() const {
    size_t runs = 0, levels = 0;
    for (size_t i = 0; i < codes.size(); ++i) runs += size(i);
    while ((size_t{1} << levels) < codes.size()) ++levels;
    return runs * (4 + levels);
  }
  std::vector<uint32_t> Read() const {
    // Neighbours are merged pair by pair, so that every run moves once per level.
    std::vector<uint32_t> merged;
    std::vector<size_t> ends;
    for (size_t i = 0; i < codes.size(); ++i) {
      const auto begin = postings->runs.begin() + postings->begin[codes[i]];
      merged.insert(merged.end(), begin, begin + static_cast<std::ptrdiff_t>(size(i)));
      ends.push_back(merged.size());
    }
    std::vector<uint32_t> next(merged.size());
    while (ends.size() > 1) {
      std::vector<size_t> next_ends;
      size_t begin = 0;
      for (size_t i = 0; i < ends.size(); i += 2) {
        const size_t middle = ends[i], end = i + 1 < ends.size() ? ends[i + 1] : middle;
        const uint32_t* runs = merged.data();
        std::merge(runs + begin, runs + middle, runs + middle, runs + end, next.data() + begin);
        next_ends.push_back(end);
        begin = end;
      }
      merged.swap(next);
      ends.swap(next_ends);
    }
    return merged;
  }
};

// A query made ready for a pass over the runs.
class Scan {
 public:
  // `strides`: what one position of each group axis adds to the place of a row. `steps`: whether spans may have them.
  Scan(const FactTable& table, const TableQuery& query, const std::vector<uint64_t>& strides, bool steps) : table_(table) {
    low_ = static_cast<uint32_t>(std::clamp(query.first, table.first_month, table.end_month) - table.first_month);
    high_ = static_cast<uint32_t>(std::clamp(query.end, table.first_month, table.end_month) - table.first_month);
    if (low_ >= high_ || table.size() == 0) {
      high_ = low_;
      return;
    }
    if (query.valid_on.has_value()) on_ = static_cast<uint32_t>(CivilOf(*query.valid_on).day);
    place_of_month_.assign(high_, 0);
    for (size_t g = 0; g < query.groups.size(); ++g) AddGroup(query.groups[g], strides.empty() ? 0 : strides[g]);
    for (const Axis& filter : query.filters) AddFilter(filter);
    JoinMonths();
    if (!steps || on_ != 0) step_ = 0;
    Choose();
  }

  // Calls visit(run, spans) for every run that may have rows of the query, in order. spans(add) calls add(row, count, place,
  // step) for its rows, in order: row + i belongs to place + i * step.
  template <typename Visit>
  void Walk(Visit visit) const {
    if (low_ >= high_) return;
    const FactTable::Runs& runs = table_.runs;
    std::array<uint32_t, kBlock> selected;
    std::array<uint64_t, kBlock> places;
    const size_t end = chosen_.has_value() ? chosen_->size() : runs.size();
    for (size_t at = 0; at < end; at += kBlock) {
      size_t count = std::min(kBlock, end - at);
      for (size_t i = 0; i < count; ++i) selected[i] = chosen_.has_value() ? (*chosen_)[at + i] : static_cast<uint32_t>(at + i);
      KeepPeriod(selected.data(), &count);
      for (const CodeMap& filter : run_filters_) Keep(filter, selected.data(), &count);
      std::fill_n(places.begin(), count, 0);
      for (const CodeMap& group : run_groups_) AddPlaces(group, selected.data(), count, places.data());
      for (size_t i = 0; i < count; ++i) {
        const uint32_t run = selected[i];
        visit(run, [&](auto add) { EachSpan(run, places[i], add); });
      }
    }
  }

 private:
  static constexpr size_t kBlock = 1024;
  static constexpr uint64_t kOut = std::numeric_limits<uint64_t>::max();
  // What the codes of a column add to a place, or kOut.
  struct CodeMap {
    const Column* column = nullptr;
    std::vector<uint64_t> value;
  };

  // Null for a column of another's making, which may differ within a run.
  const Column* OfRuns(const Column* column) const {
    for (size_t field = 0; field < kFieldCount; ++field) {
      if (column == &table_.fields[field]) return &table_.runs.fields[field];
    }
    return nullptr;
  }

  void AddGroup(const Axis& axis, uint64_t stride) {
    Add(axis, &run_groups_, [stride](uint32_t position) { return position == Axis::kDropped ? 0 : position * stride; });
  }
  void AddFilter(const Axis& axis) {
    Add(axis, &run_filters_, [](uint32_t position) { return position == Axis::kDropped ? kOut : 0; });
  }
  template <typename ValueOf>
  void Add(const Axis& axis, std::vector<CodeMap>* to, ValueOf value_of) {
    CodeMap map{OfRuns(axis.column), {}};
    for (const uint32_t position : axis.position) map.value.push_back(value_of(position));
    if (axis.column == &table_.fields[kMonthField]) {
      for (uint32_t month = low_; month < high_; ++month) {
        uint64_t& place = place_of_month_[month];
        place = place == kOut || map.value[month] == kOut ? kOut : place + map.value[month];
      }
    } else if (map.column != nullptr) {
      to->push_back(std::move(map));
    } else {
      map.column = axis.column;
      varying_.push_back(std::move(map));
    }
  }

  // Months that follow one another to one place, or from place to place in equal steps, are passed as one span.
  void JoinMonths() {
    last_of_month_.assign(high_, 0);
    for (uint32_t month = high_; month-- > low_;) {
      const bool joins = month + 1 < high_ && place_of_month_[month] == place_of_month_[month + 1];
      last_of_month_[month] = joins ? last_of_month_[month + 1] : month + 1;
    }
    if (high_ - low_ < 2 || place_of_month_[low_] == kOut) return;
    step_ = place_of_month_[low_ + 1] - place_of_month_[low_];
    for (uint32_t month = low_ + 1; month < high_; ++month) {
      if (place_of_month_[month] == kOut || place_of_month_[month] - place_of_month_[month - 1] != step_) step_ = 0;
    }
  }

  // The fewest runs that certainly hold all rows of the query, from the postings at hand.
  void Choose() {
    Lists best;
    size_t least = table_.runs.size();
    for (const CodeMap& filter : run_filters_) {
      const bool provider = filter.column == &table_.runs.fields[kProviderField];
      if (!provider && filter.column != &table_.runs.fields[kProductField]) continue;
      Lists lists{provider ? &table_.by_provider : &table_.by_product, {}};
      for (uint32_t code = 0; code < filter.value.size(); ++code) {
        if (filter.value[code] != kOut) lists.codes.push_back(code);
      }
      const size_t cost = lists.Cost();
      if (cost >= least) continue;
      least = cost;
      best = std::move(lists);
    }
    if (best.postings != nullptr) chosen_ = best.Read();
  }

  void KeepPeriod(uint32_t* selected, size_t* count) const {
    if (low_ == 0 && table_.first_month + static_cast<Month>(high_) == table_.end_month) return;
    table_.runs.fields[kMonthField].Visit([&](const auto& months) {
      const auto* month = months.data();
      const uint32_t* begin = table_.runs.begin.data();
      size_t kept = 0;
      for (size_t i = 0; i < *count; ++i) {
        const uint32_t run = selected[i];
        const uint32_t first = month[run], end = first + (begin[run + 1] - begin[run]);
        selected[kept] = run;
        kept += (first < high_ ? 1u : 0u) & (low_ < end ? 1u : 0u);
      }
      *count = kept;
    });
  }
  static void Keep(const CodeMap& filter, uint32_t* selected, size_t* count) {
    filter.column->Visit([&](const auto& codes) {
      const auto* code = codes.data();
      const uint64_t* value = filter.value.data();
      size_t kept = 0;
      for (size_t i = 0; i < *count; ++i) {
        const uint32_t run = selected[i];
        selected[kept] = run;
        kept += value[code[run]] != kOut ? 1 : 0;
      }
      *count = kept;
    });
  }
  static void AddPlaces(const CodeMap& group, const uint32_t* selected, size_t count, uint64_t* places) {
    group.column->Visit([&](const auto& codes) {
      const auto* code = codes.data();
      const uint64_t* value = group.value.data();
      for (size_t i = 0; i < count; ++i) places[i] += value[code[selected[i]]];
    });
  }

  template <typename AddSpan>
  void EachSpan(uint32_t run, uint64_t place, AddSpan add) const {
    const FactTable::Runs& runs = table_.runs;
    const uint32_t begin = runs.begin[run], month = runs.fields[kMonthField][run];
    uint32_t first = std::max(month, low_);
    const uint32_t end = std::min(month + (runs.begin[run + 1] - begin), high_);
    const uint32_t row = begin - month;  // That of month 0, if it were there; may wrap around.
    if (step_ != 0 && varying_.empty()) {
      add(row + first, end - first, place + place_of_month_[first], step_);
      return;
    }
    while (first < end) {
      const uint32_t until = std::min(last_of_month_[first], end);
      if (place_of_month_[first] != kOut) {
        const uint64_t own = place + place_of_month_[first];
        if (varying_.empty() && on_ == 0) {
          add(row + first, until - first, own, 0);
        } else {
          EachVaryingSpan(row + first, row + until, own, add);
        }
      }
      first = until;
    }
  }

  // What differs from row to row within a run is looked at row by row.
  template <typename AddSpan>
  void EachVaryingSpan(uint32_t row, uint32_t end, uint64_t place, AddSpan add) const {
    const auto place_of = [&](uint32_t at) {
      if (on_ != 0 && (table_.from_day[at] > on_ || on_ >= table_.to_day[at])) return kOut;
      uint64_t own = place;
      for (const CodeMap& map : varying_) {
        const uint64_t value = map.value[(*map.column)[at]];
        if (value == kOut) return kOut;
        own += value;
      }
      return own;
    };
    const auto steady = [&](const CodeMap& map) {
      return map.column->Visit([=](const auto& codes) {
        const auto* code = codes.data();
        return std::all_of(code + row, code + end, [first = code[row]](auto other) { return other == first; });
      });
    };
    if (on_ == 0 && std::all_of(varying_.begin(), varying_.end(), steady)) {
      const uint64_t own = place_of(row);
      if (own != kOut) add(row, end - row, own, 0);
      return;
    }
    while (row < end) {
      const uint64_t own = place_of(row);
      uint32_t until = row + 1;
      while (until < end && place_of(until) == own) ++until;
      if (own != kOut) add(row, until - row, own, 0);
      row = until;
    }
  }

  const FactTable& table_;
  uint32_t low_ = 0, high_ = 0;  // Codes of the months of the query.
  uint32_t on_ = 0;              // Day of the month, 0 for any.
  std::vector<CodeMap> run_groups_, run_filters_;
  std::vector<CodeMap> varying_;          // Of rows, groups and filters alike.
  std::vector<uint64_t> place_of_month_;  // What the month adds to a place; kOut when a filter drops it.
  std::vector<uint32_t> last_of_month_;   // Up to where the following months add the same.
  uint64_t step_ = 0;                     // Instead, when every month adds so much more than the one before; may wrap around.
  std::optional<std::vector<uint32_t>> chosen_;  // The runs to pass over; absent: all.
};

// Everything that is counted while runs pass by.
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

// Counts the clients and provisions of a span that counts.
template <bool kClients, bool kProvisions>
void Mark(Slot* slots, uint64_t place, uint64_t step, uint32_t count, uint32_t client, uint32_t provision) {
  for (uint32_t i = 0; i < count; ++i, place += step) {
    Slot& slot = slots[place];
    if constexpr (kClients) {
      slot.clients += slot.last_client != client ? 1 : 0;
      slot.last_client = client;
    }
    if constexpr (kProvisions) {
      slot.provisions += slot.last_provision != provision ? 1 : 0;
      slot.last_provision = provision;
    }
  }
}

// Adds what add(slot, row) finds in every row of a span to the slots of their places, by way of one of our own when they have
// one place together.
template <typename AnySlot, typename Add>
void AddRows(AnySlot* slots, uint32_t row, uint32_t count, uint64_t place, uint64_t step, Add add) {
  if (step == 0) {
    AnySlot sum = slots[place];
    for (uint32_t i = 0; i < count; ++i) add(&sum, row + i);
    slots[place] = sum;
  } else {
    for (uint32_t i = 0; i < count; ++i, place += step) add(&slots[place], row + i);
  }
}

// The numbers of a table while spans of a few rows pass by. Nearly always they fit the narrowest type, and which type they have
// is asked once per table instead of once per span and column.
class Numbers {
 public:
  explicit Numbers(const FactTable& table)
      : table_(table),
        indicated_(table.indicated.As<int32_t>()),
        declared_(table.declared.As<int32_t>()),
        approved_(table.approved.As<int32_t>()),
        lines_(table.claim_lines.As<uint8_t>()),
        answered_(table.answered_lines.As<uint8_t>()),
        narrow_claims_(declared_ != nullptr && approved_ != nullptr && lines_ != nullptr && answered_ != nullptr) {}

  void AddIndicated(Slot* slots, uint32_t row, uint32_t count, uint64_t place, uint64_t step) const {
    if (indicated_ != nullptr) {
      AddRows(slots, row, count, place, step, [this](Slot* slot, uint32_t i) { slot->indicated += indicated_[i]; });
    } else {
      AddRows(slots, row, count, place, step, [this](Slot* slot, uint32_t i) { slot->indicated += table_.indicated[i]; });
    }
  }
  void AddClaims(ClaimSlot* slots, uint32_t row, uint32_t count, uint64_t place, uint64_t step) const {
    if (narrow_claims_) {
      AddRows(slots, row, count, place, step, [this](ClaimSlot* slot, uint32_t i) {
        slot->declared += declared_[i];
        slot->approved += approved_[i];
        slot->lines += lines_[i];
        slot->answered += answered_[i];
      });
    } else {
      AddRows(slots, row, count, place, step, [this](ClaimSlot* slot, uint32_t i) {
        slot->declared += table_.declared[i];
        slot->approved += table_.approved[i];
        slot->lines += table_.claim_lines[i];
        slot->answered += table_.answered_lines[i];
      });
    }
  }

 private:
  const FactTable& table_;
  const int32_t *indicated_, *declared_, *approved_;
  const uint8_t *lines_, *answered_;
  const bool narrow_claims_;
};

// `group_at` gives the group of a place that comes by, and grows the accumulators where it must.
template <bool kClients, bool kProvisions, typename GroupAt>
void Accumulate(const FactTable& table, const Scan& scan, const Wanted& wanted, GroupAt group_at, Accumulators* to) {
  const FactTable::Runs& runs = table.runs;
  const Numbers numbers(table);
  Overall all = to->overall;
  scan.Walk([&](uint32_t run, auto spans) {
    const uint32_t client = runs.client[run], provision = runs.provision[run];
    const uint8_t flags = runs.flags[run];
    bool any = false;
    spans([&](uint32_t row, uint32_t count, uint64_t at, uint64_t step) {
      const uint64_t place = group_at(at);
      Slot* slots = to->slots.data();
      const uint32_t places = step == 0 ? 1 : count, rows_each = step == 0 ? count : 1;
      any = true;
      for (uint32_t i = 0; i < places; ++i) slots[place + i * step].rows += rows_each;
      if (wanted.indicated) {
        numbers.AddIndicated(slots, row, count, place, step);
      }
      if (wanted.claims) {
        numbers.AddClaims(to->claims.data(), row, count, place, step);
      }
      if (flags != (kCounts | kExact)) {
        for (uint32_t i = 0; i < places; ++i) {
          RareSlot& rare = to->rares[place + i * step];
          rare.inexact_rows += (flags & kExact) == 0 ? rows_each : 0;
          rare.claim_only_rows += (flags & kCounts) == 0 ? rows_each : 0;
          if ((flags & kCounts) == 0 || (flags & kNoTariff) == 0) continue;
          rare.untariffed_rows += rows_each;
          rare.untariffed_provisions += rare.last_untariffed != provision ? 1 : 0;
          rare.last_untariffed = provision;
        }
        if ((flags & kCounts) == 0) return;
      }
      if constexpr (kClients || kProvisions) Mark<kClients, kProvisions>(slots, place, step, places, client, provision);
    });
    if (!any || (flags & kCounts) == 0) return;
    if constexpr (kClients) {
      all.clients += all.last_client != client ? 1 : 0;
      all.last_client = client;
    }
    if constexpr (kProvisions) {
      all.provisions += all.last_provision != provision ? 1 : 0;
      all.last_provision = provision;
    }
    if ((flags & kNoTariff) == 0) return;
    all.untariffed_provisions += all.last_untariffed != provision ? 1 : 0;
    all.last_untariffed = provision;
  });
  to->overall = all;
}

template <typename GroupAt>
void AccumulateWanted(const FactTable& table, const Scan& scan, const Wanted& wanted, GroupAt group_at, Accumulators* to) {
  if (wanted.clients && wanted.provisions) return Accumulate<true, true>(table, scan, wanted, group_at, to);
  if (wanted.clients) return Accumulate<true, false>(table, scan, wanted, group_at, to);
  if (wanted.provisions) return Accumulate<false, true>(table, scan, wanted, group_at, to);
  return Accumulate<false, false>(table, scan, wanted, group_at, to);
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

Counted CountDense(const FactTable& table, const TableQuery& query, uint64_t space) {
  if (space == 0) return {};
  Accumulators accumulators;
  accumulators.Resize(space, query.wanted);
  // Places run fastest along the months: the rows of a provision are consecutive months, so that they meet neighbouring
  // places, which the nearest cache holds.
  std::vector<uint64_t> strides(query.groups.size());
  uint64_t stride = 1;
  for (const bool months : {true, false}) {
    for (size_t g = query.groups.size(); g-- > 0;) {
      const Axis& axis = query.groups[g];
      if ((axis.column == &table.fields[kMonthField]) != months) continue;
      strides[g] = stride;
      stride *= axis.size;
    }
  }
  AccumulateWanted(
      table, Scan(table, query, strides, true), query.wanted, [](uint64_t place) { return place; }, &accumulators);
  std::vector<Group> groups;
  for (uint64_t key = 0; key < space; ++key) {
    std::vector<uint32_t> positions = PositionsOf(key, query.groups);
    uint64_t place = 0;
    for (size_t g = 0; g < positions.size(); ++g) place += uint64_t{positions[g]} * strides[g];
    if (accumulators.slots[place].rows > 0) groups.push_back({std::move(positions), TotalsOf(accumulators, place)});
  }
  const Totals total = TotalOf(groups, accumulators, query);
  return {std::move(groups), total};
}

// For more possible groups than places: a group gets its place when its first rows come by.
std::optional<Counted> CountSparse(const FactTable& table, const TableQuery& query) {
  Accumulators accumulators;
  std::vector<uint64_t> keys;
  absl::flat_hash_map<uint64_t, uint32_t> places;
  std::vector<uint64_t> strides(query.groups.size());
  uint64_t stride = 1;
  for (size_t g = query.groups.size(); g-- > 0;) {
    strides[g] = stride;
    stride *= query.groups[g].size;
  }
  const Scan scan(table, query, strides, false);
  const auto group_at = [&](uint64_t key) -> uint64_t {
    const auto [place, fresh] = places.try_emplace(key, static_cast<uint32_t>(keys.size()));
    if (!fresh) return place->second;
    // Beyond the limit it does not matter where: there is no answer.
    if (keys.size() > query.group_limit) {
      places.erase(place);
      return 0;
    }
    keys.push_back(key);
    accumulators.Resize(keys.size(), query.wanted);
    return keys.size() - 1;
  };
  AccumulateWanted(table, scan, query.wanted, group_at, &accumulators);
  if (keys.size() > query.group_limit) return std::nullopt;
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
    postings.runs.resize(codes.size());
    for (size_t run = 0; run < codes.size(); ++run) postings.runs[next[codes[run]]++] = static_cast<uint32_t>(run);
  });
  return postings;
}

// First rows of runs, and the number of rows.
std::vector<uint32_t> RunsOf(const FactTable& table) {
  std::vector<uint32_t> begin;
  constexpr size_t kBlock = 4096;
  std::array<uint8_t, kBlock> starts;
  for (size_t at = 0; at < table.size(); at += kBlock) {
    const size_t count = std::min(kBlock, table.size() - at);
    starts.fill(0);
    // Column by column, so that every loop is a plain one.
    const auto compare = [&](const auto& rows, uint32_t step) {
      const auto* row = rows.data() + at;
      for (size_t i = at == 0 ? 1 : 0; i < count; ++i) {
        const uint32_t before = *(row + i - 1), now = row[i];
        starts[i] = static_cast<uint8_t>(starts[i] | (now != before + step ? 1 : 0));
      }
    };
    for (size_t field = 0; field < kFieldCount; ++field) {
      table.fields[field].Visit([&](const auto& codes) { compare(codes, field == kMonthField ? 1 : 0); });
    }
    compare(table.client, 0);
    compare(table.provision, 0);
    compare(table.flags, 0);
    if (at == 0) starts[0] = 1;
    for (size_t i = 0; i < count; ++i) {
      if (starts[i] != 0) begin.push_back(static_cast<uint32_t>(at + i));
    }
  }
  begin.push_back(static_cast<uint32_t>(table.size()));
  return begin;
}

}  // namespace

size_t FactTable::Bytes() const {
  size_t bytes = size() * (2 * sizeof(uint32_t) + 3 * sizeof(uint8_t));
  for (const Column& field : fields) bytes += field.bytes();
  bytes += indicated.bytes() + declared.bytes() + approved.bytes() + claim_lines.bytes() + answered_lines.bytes();
  bytes += runs.size() * (3 * sizeof(uint32_t) + sizeof(uint8_t));
  for (const Column& field : runs.fields) bytes += field.bytes();
  for (const Postings* postings : {&by_provider, &by_product}) {
    bytes += (postings->begin.size() + postings->runs.size()) * sizeof(uint32_t);
  }
  return bytes;
}

void FactTable::FindRuns() {
  runs = Runs();
  runs.begin = RunsOf(*this);
  const size_t count = runs.begin.size() - 1;
  const auto take = [this, count](const auto& rows, auto* to) {
    to->reserve(count);
    for (size_t run = 0; run < count; ++run) to->push_back(rows[runs.begin[run]]);
  };
  take(client, &runs.client);
  take(provision, &runs.provision);
  take(flags, &runs.flags);
  for (size_t field = 0; field < kFieldCount; ++field) {
    runs.fields[field] = Column(fields[field].cardinality());
    fields[field].Visit([&](const auto& codes) { take(codes, &runs.fields[field]); });
  }
}

void FactTable::ListRuns() {
  by_provider = IndexOf(runs.fields[kProviderField]);
  by_product = IndexOf(runs.fields[kProductField]);
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

std::vector<RowSpan> SelectSpans(const FactTable& table, const TableQuery& query) {
  TableQuery plain = query;
  plain.groups.clear();
  std::vector<RowSpan> found;
  Scan(table, plain, {}, false).Walk([&found](uint32_t run, auto spans) {
    spans([&](uint32_t row, uint32_t count, uint64_t, uint64_t) { found.push_back({run, row, row + count}); });
  });
  return found;
}

std::vector<uint32_t> SelectRows(const FactTable& table, const TableQuery& query) {
  std::vector<uint32_t> found;
  for (const RowSpan& span : SelectSpans(table, query)) {
    for (uint32_t row = span.begin; row < span.end; ++row) found.push_back(row);
  }
  return found;
}

}  // namespace nmd::costs
