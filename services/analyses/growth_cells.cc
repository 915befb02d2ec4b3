// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/growth_cells.h"

#include <algorithm>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/costs/amounts.h"

namespace nmd::analyses {

using costs::FactTable;

Products::Products(const costs::Snapshot& snapshot, Concordance concordance)
    : snapshot_(snapshot), concordance_(std::move(concordance)) {}

uint32_t Products::NumberOf(uint32_t row) {
  const FactTable& table = snapshot_.table;
  const uint32_t category = table.fields[costs::kCategoryField][row], product = table.fields[costs::kProductField][row];
  const std::pair<uint32_t, uint64_t> codes = {table.fields[costs::kLawField][row], uint64_t{product} << 32 | category};
  if (last_.first != codes) {
    auto found = by_codes_.find(codes);
    if (found == by_codes_.end()) found = by_codes_.emplace(codes, Make(codes.first, category, product)).first;
    last_ = *found;
  }
  return last_.second;
}

uint32_t Products::Make(uint32_t law, uint32_t category, uint32_t product) {
  const auto& dictionaries = snapshot_.dictionaries;
  const std::string& code = dictionaries[costs::kProductField].values[product];
  Info info;
  info.law = static_cast<uint8_t>(law);
  info.category = code.empty();
  if (info.category) {
    info.name = dictionaries[costs::kCategoryField].values[category];
    info.label = dictionaries[costs::kCategoryField].labels[category];
  } else {
    info.name = concordance_.NameOf(info.law, code);
    const auto& values = dictionaries[costs::kProductField].values;
    const auto at = std::lower_bound(values.begin(), values.end(), info.name);
    info.label = at != values.end() && *at == info.name
                     ? dictionaries[costs::kProductField].labels[static_cast<size_t>(at - values.begin())]
                     : info.name;
    const std::vector<std::string> others = concordance_.OthersOf(info.law, info.name);
    if (!others.empty()) absl::StrAppend(&info.label, " (voorheen ", absl::StrJoin(others, ", "), ")");
  }
  const auto number = static_cast<uint32_t>(infos_.size());
  const auto [found, fresh] = numbers_.try_emplace({info.law, {info.category, info.name}}, number);
  if (fresh) infos_.push_back(std::move(info));
  return found->second;
}

Cents AmountOfRow(const FactTable& table, costs::MeasureId amount, size_t row) {
  return amount == costs::MeasureId::kDeclared   ? table.declared[row]
         : amount == costs::MeasureId::kApproved ? table.approved[row]
                                                 : table.indicated[row];
}

namespace {

// How much of what a provision has in a month, of which `days` are the days; in `sums`.
void AddVolume(const costs::CareBook& book, uint32_t provision, Month month, const nmd::Period& days, CellSums* sums) {
  const costs::Course& course = book.courses[provision];
  bool any = false;
  for (const costs::AllocationFact& allocation : book.AllocationsOf(course)) {
    if (!allocation.period.Overlaps(days)) continue;
    any = true;
    const double volume = costs::VolumeInMonth(allocation, month);
    const absl::string_view unit = costs::UnitOf(allocation);
    if (sums->unit.empty()) sums->unit = unit;
    if (volume == 0 || unit != sums->unit) sums->measured = false;
    sums->quantity += volume;
  }
  if (!any) sums->measured = false;
}

}  // namespace

GroupCells SumCells(const costs::Snapshot& snapshot, const costs::Question& question, const CellOptions& options) {
  const FactTable& table = snapshot.table;
  const costs::GroupedRows grouped = costs::RowsByGroup(snapshot, question);
  const bool by_group = !question.dimensions.empty();
  constexpr uint32_t kNone = UINT32_MAX;
  struct Cell {
    CellSums sums;
    uint32_t last = kNone;  // The provision that was counted last; rows of one follow one another.
  };
  absl::flat_hash_map<uint64_t, uint32_t> places;
  std::vector<Cell> cells;
  std::vector<uint64_t> keys;
  uint64_t last_key = 0;
  uint32_t last_place = kNone;
  // The rows of a provision follow one another and have one product.
  uint32_t last_provision = kNone;
  uint32_t product = 0;
  std::vector<nmd::Period> days;
  for (Month month = question.first; month < question.end; ++month) days.push_back(MonthPeriod(month));
  for (size_t i = 0; i < grouped.rows.size(); ++i) {
    const uint32_t row = grouped.rows[i];
    const bool counts = (table.flags[row] & costs::kCounts) != 0;
    if (options.products != nullptr && (!counts || table.provision[row] != last_provision)) {
      product = options.products->NumberOf(row);
      last_provision = counts ? table.provision[row] : kNone;
    }
    const uint64_t key = uint64_t{by_group ? grouped.positions[0][i] : 0} << 32 | product;
    if (last_place == kNone || key != last_key) {
      const auto [found, fresh] = places.try_emplace(key, static_cast<uint32_t>(cells.size()));
      if (fresh) {
        cells.emplace_back();
        keys.push_back(key);
      }
      last_key = key;
      last_place = found->second;
    }
    Cell& cell = cells[last_place];
    cell.sums.amount += AmountOfRow(table, options.amount, row);
    if (!counts) continue;
    const uint32_t provision = table.provision[row];
    if (cell.last != provision) {
      cell.last = provision;
      ++cell.sums.provisions;
    }
    cell.sums.days += table.to_day[row] - table.from_day[row];
    if (options.volumes != nullptr) {
      const Month month = table.first_month + static_cast<Month>(table.fields[costs::kMonthField][row]);
      AddVolume(*options.volumes, provision, month, days[static_cast<size_t>(month - question.first)], &cell.sums);
    }
  }
  GroupCells result;
  for (size_t c = 0; c < cells.size(); ++c) {
    if (options.volumes == nullptr) cells[c].sums.measured = false;
    const std::string group = by_group ? grouped.values[0][keys[c] >> 32] : "";
    result.emplace(std::pair(group, static_cast<uint32_t>(keys[c])), cells[c].sums);
  }
  return result;
}

GroupChange& GroupChange::operator+=(const GroupChange& other) {
  factors += other.factors;
  negative += other.negative;
  not_comparable += other.not_comparable;
  provisions_before += other.provisions_before;
  provisions_after += other.provisions_after;
  amount_before += other.amount_before;
  amount_after += other.amount_after;
  return *this;
}

LinkChange CompareCells(const costs::PeriodTotals& before, const costs::PeriodTotals& after, const GroupCells& cells_before,
                        const GroupCells& cells_after, const Products* products, bool contract_changed, bool days) {
  LinkChange change;
  std::set<std::pair<std::string, uint32_t>> keys;
  std::set<uint32_t> there_before, there_after;
  const auto there = [](const CellSums& sums) { return sums.provisions > 0 || sums.amount != 0; };
  for (const auto& [key, sums] : cells_before) {
    keys.insert(key);
    if (there(sums)) there_before.insert(key.second);
  }
  for (const auto& [key, sums] : cells_after) {
    keys.insert(key);
    if (there(sums)) there_after.insert(key.second);
  }
  const auto sums_of = [](const GroupCells& cells, const std::pair<std::string, uint32_t>& key) {
    const auto found = cells.find(key);
    return found == cells.end() ? CellSums() : found->second;
  };
  std::vector<costs::GroupCosts> groups;
  std::vector<std::string> group_of;
  for (const auto& key : keys) {
    const CellSums b = sums_of(cells_before, key), a = sums_of(cells_after, key);
    GroupChange& group = change.groups[key.first];
    group.provisions_before += b.provisions;
    group.provisions_after += a.provisions;
    group.amount_before += b.amount;
    group.amount_after += a.amount;
    const auto growth = static_cast<double>(a.amount - b.amount);
    if (contract_changed && products != nullptr && !products->IsNew(key.second) &&
        there_before.contains(key.second) != there_after.contains(key.second)) {
      group.not_comparable += growth;
      auto& amounts = change.not_comparable[key.second];
      amounts.first += b.amount;
      amounts.second += a.amount;
      continue;
    }
    if (b.amount < 0 || a.amount < 0) {
      group.negative += growth;
      continue;
    }
    costs::GroupCosts costs = {b.provisions, a.provisions, b.amount, a.amount};
    if (days) {
      costs.days_before = b.days;
      costs.days_after = a.days;
      if (b.measured && a.measured && b.unit == a.unit) {
        costs.quantity_before = b.quantity;
        costs.quantity_after = a.quantity;
      } else {
        change.unmeasured_after += a.amount;
      }
    }
    groups.push_back(costs);
    group_of.push_back(key.first);
  }
  // No amount is negative any more.
  const std::vector<costs::Factors> factors = costs::Decompose(before, after, groups).value_or(std::vector<costs::Factors>());
  for (size_t i = 0; i < factors.size(); ++i) change.groups[group_of[i]].factors += factors[i];
  return change;
}

}  // namespace nmd::analyses
