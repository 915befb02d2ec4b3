// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/echelon.h"

#include <algorithm>
#include <iterator>

namespace nmd::publication::engine {

uint64_t Invert(uint64_t a) {
  if (a == 1 || a == kPrime - 1) return a;  // Most.
  uint64_t result = 1;
  for (uint64_t exponent = kPrime - 2; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = Multiply(result, a);
    a = Multiply(a, a);
  }
  return result;
}

const Term* FindTerm(const Row& row, int32_t column) {
  const auto at = std::lower_bound(row.begin(), row.end(), column, [](const Term& t, int32_t c) { return t.column < c; });
  return at != row.end() && at->column == column ? &*at : nullptr;
}

Echelon::Echelon(const std::vector<Column>& columns, std::vector<Row> rows, uint64_t salt)
    : columns_(columns), salt_(salt), is_pivot_(columns.size(), false), pivot_of_(columns.size(), -1), made_of_(rows.size()) {
  Reduce(std::move(rows), /*lone=*/false);
  for (size_t k = 0; k < pivots_.size(); ++k) pivot_of_[static_cast<size_t>(pivots_[k].first)] = static_cast<int32_t>(k);
  std::vector<std::pair<int32_t, Row>> pivots = std::move(pivots_);
  pivots_.clear();
  Reduce(lone_rows_, /*lone=*/true);
  lone_rank_ = static_cast<int64_t>(pivots_.size());
  pivots_ = std::move(pivots);
  // Only movable columns count as pivots from here on: changes of lone columns are given, not derived.
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].lone_class >= 0) is_pivot_[c] = false;
  }
}

void Echelon::Reduce(std::vector<Row> rows, bool lone) {
  const auto eligible = [&](int32_t column) { return lone || Movable(column); };
  std::vector<std::vector<int32_t>> rows_of(columns_.size());
  std::vector<int32_t> uses(columns_.size(), 0);
  const auto length = [&](const Row& row) {
    return std::count_if(row.begin(), row.end(), [&](const Term& term) { return eligible(term.column); });
  };
  // By length; a row that has another length since, or is done, is passed over.
  std::vector<std::vector<int32_t>> queue;
  size_t shortest = 0;
  std::vector<size_t> lengths(rows.size());
  const auto enqueue = [&](size_t r) {
    lengths[r] = static_cast<size_t>(length(rows[r]));
    if (lengths[r] >= queue.size()) queue.resize(lengths[r] + 1);
    queue[lengths[r]].push_back(static_cast<int32_t>(r));
    shortest = std::min(shortest, lengths[r]);
  };
  for (size_t r = 0; r < rows.size(); ++r) {
    enqueue(r);
    for (const Term& term : rows[r]) {
      rows_of[static_cast<size_t>(term.column)].push_back(static_cast<int32_t>(r));
      ++uses[static_cast<size_t>(term.column)];
    }
  }
  std::vector<bool> done(rows.size(), false);
  Row merged;
  for (;;) {
    while (shortest < queue.size() && queue[shortest].empty()) ++shortest;
    if (shortest == queue.size()) break;
    const auto r = static_cast<size_t>(queue[shortest].back());
    queue[shortest].pop_back();
    if (done[r] || lengths[r] != shortest) continue;
    done[r] = true;
    Row& row = rows[r];
    for (const Term& term : row) --uses[static_cast<size_t>(term.column)];
    if (lengths[r] == 0) {
      if (!lone && !row.empty()) {
        lone_rows_.push_back(std::move(row));
        lone_sources_.push_back(static_cast<int32_t>(r));
      }
      continue;
    }
    const Term* pivot = nullptr;
    std::pair<int32_t, uint64_t> rarest;
    for (const Term& term : row) {
      if (!eligible(term.column)) continue;
      const uint64_t chance = salt_ == 0 ? 0 : Random(salt_ + static_cast<uint64_t>(term.column)).Next();
      const std::pair<int32_t, uint64_t> here = {uses[static_cast<size_t>(term.column)] + static_cast<int32_t>(chance % 2),
                                                 chance};
      if (pivot == nullptr || here < rarest) {
        pivot = &term;
        rarest = here;
      }
    }
    const int32_t column = pivot->column;
    uint64_t inverse = 1;
    if (pivot->factor != 1) {
      inverse = Invert(pivot->factor);
      for (Term& term : row) term.factor = Multiply(term.factor, inverse);
    }
    const std::vector<int32_t> others = std::move(rows_of[static_cast<size_t>(column)]);
    for (const int32_t other_index : others) {
      const auto o = static_cast<size_t>(other_index);
      if (done[o]) continue;
      Row& other = rows[o];
      const Term* hit = FindTerm(other, column);
      if (hit == nullptr) continue;
      const uint64_t factor = Negate(hit->factor);
      if (!lone) made_of_[o].push_back({static_cast<int32_t>(pivots_.size()), factor});
      merged.clear();
      size_t i = 0, j = 0;
      while (i < other.size() || j < row.size()) {
        if (j == row.size() || (i < other.size() && other[i].column < row[j].column)) {
          merged.push_back(other[i++]);
          continue;
        }
        const int32_t at = row[j].column;
        const uint64_t added = Multiply(factor, row[j++].factor);
        if (i < other.size() && other[i].column == at) {
          const uint64_t sum = Add(other[i++].factor, added);
          if (sum == 0) {
            --uses[static_cast<size_t>(at)];
          } else {
            merged.push_back({at, sum});
          }
        } else {
          merged.push_back({at, added});
          ++uses[static_cast<size_t>(at)];
          rows_of[static_cast<size_t>(at)].push_back(other_index);
        }
      }
      std::swap(other, merged);
      enqueue(o);
    }
    is_pivot_[static_cast<size_t>(column)] = true;
    pivots_.emplace_back(column, std::move(row));
    if (!lone) sources_.push_back({static_cast<int32_t>(r), inverse});
  }
}

void Echelon::Complete(std::vector<uint64_t>* change) const {
  for (size_t k = pivots_.size(); k-- > 0;) {
    uint64_t sum = 0;
    for (const Term& term : pivots_[k].second) {
      if (term.column != pivots_[k].first) sum = Add(sum, Multiply(term.factor, (*change)[static_cast<size_t>(term.column)]));
    }
    (*change)[static_cast<size_t>(pivots_[k].first)] = Negate(sum);
  }
}

Row Echelon::CompleteFew(const Row& start) {
  if (uses_.empty()) {
    uses_.resize(columns_.size());
    for (size_t k = 0; k < pivots_.size(); ++k) {
      for (const Term& term : pivots_[k].second) {
        if (term.column != pivots_[k].first) uses_[static_cast<size_t>(term.column)].push_back(static_cast<int32_t>(k));
      }
    }
    change_.assign(columns_.size(), 0);
    queued_.assign(pivots_.size(), false);
  }
  std::vector<int32_t> queue, changed;
  const auto push = [&](int32_t column) {
    for (const int32_t k : uses_[static_cast<size_t>(column)]) {
      if (queued_[static_cast<size_t>(k)]) continue;
      queued_[static_cast<size_t>(k)] = true;
      queue.push_back(k);
      std::push_heap(queue.begin(), queue.end());
    }
  };
  for (const Term& term : start) {
    change_[static_cast<size_t>(term.column)] = term.factor;
    changed.push_back(term.column);
    push(term.column);
  }
  while (!queue.empty()) {
    std::pop_heap(queue.begin(), queue.end());
    const auto k = static_cast<size_t>(queue.back());
    queue.pop_back();
    queued_[k] = false;
    uint64_t sum = 0;
    for (const Term& term : pivots_[k].second) {
      const uint64_t by = change_[static_cast<size_t>(term.column)];
      if (by != 0 && term.column != pivots_[k].first) sum = Add(sum, Multiply(term.factor, by));
    }
    if (sum == 0) continue;
    change_[static_cast<size_t>(pivots_[k].first)] = Negate(sum);
    changed.push_back(pivots_[k].first);
    push(pivots_[k].first);
  }
  Row complete;
  for (const int32_t column : changed) {
    complete.push_back({column, change_[static_cast<size_t>(column)]});
    change_[static_cast<size_t>(column)] = 0;
  }
  return complete;
}

std::map<int32_t, uint64_t> Echelon::WhyFixed(int32_t column) const {
  std::map<int32_t, uint64_t> weights, rest;  // By pivot; by pivot of a column that is still to be removed.
  const auto subtract = [&](int32_t pivot, uint64_t times) {
    weights[pivot] = times;
    for (const Term& term : pivots_[static_cast<size_t>(pivot)].second) {
      const int32_t next = pivot_of_[static_cast<size_t>(term.column)];
      if (next <= pivot) continue;  // Also what is free: it is left with a factor of 0 in the end.
      uint64_t& at = rest[next];
      at = Add(at, Multiply(times, term.factor));
    }
  };
  subtract(pivot_of_[static_cast<size_t>(column)], 1);
  while (!rest.empty()) {
    const auto [pivot, factor] = *rest.begin();
    rest.erase(rest.begin());
    if (factor != 0) subtract(pivot, Negate(factor));
  }
  return Unwind(std::move(weights), {});
}

std::map<int32_t, uint64_t> Echelon::WhyLone(size_t lone_row) const {
  std::map<int32_t, uint64_t> weights, rows;
  const int32_t row = lone_sources_[lone_row];
  rows[row] = 1;
  for (const Term& made : made_of_[static_cast<size_t>(row)]) weights[made.column] = Add(weights[made.column], made.factor);
  return Unwind(std::move(weights), std::move(rows));
}

std::map<int32_t, uint64_t> Echelon::Unwind(std::map<int32_t, uint64_t> weights, std::map<int32_t, uint64_t> rows) const {
  while (!weights.empty()) {
    const auto last = std::prev(weights.end());
    const Term& source = sources_[static_cast<size_t>(last->first)];
    const uint64_t times = Multiply(last->second, source.factor);
    weights.erase(last);
    if (times == 0) continue;
    uint64_t& row = rows[source.column];
    row = Add(row, times);
    for (const Term& made : made_of_[static_cast<size_t>(source.column)]) {
      uint64_t& weight = weights[made.column];
      weight = Add(weight, Multiply(times, made.factor));
    }
  }
  return rows;
}

namespace {

// A random change of the cells of one lone client that satisfies the lone rows while all other lone clients stay.
// `members` are its columns; rows are those of lone_rows that hold one of them.
std::vector<uint64_t> LoneChange(const std::vector<int32_t>& members, const std::vector<const Row*>& rows, Random* random) {
  const size_t n = members.size();
  std::vector<std::vector<uint64_t>> basis(n);  // basis[k]: an equation whose first term is member k, with factor 1.
  for (const Row* row : rows) {
    std::vector<uint64_t> dense(n, 0);
    for (size_t k = 0; k < n; ++k) {
      if (const Term* term = FindTerm(*row, members[k])) dense[k] = term->factor;
    }
    for (size_t k = 0; k < n; ++k) {
      if (dense[k] == 0) continue;
      if (basis[k].empty()) {
        const uint64_t inverse = Invert(dense[k]);
        for (uint64_t& x : dense) x = Multiply(x, inverse);
        basis[k] = std::move(dense);
        break;
      }
      const uint64_t factor = Negate(dense[k]);
      for (size_t m = k; m < n; ++m) dense[m] = Add(dense[m], Multiply(factor, basis[k][m]));
    }
  }
  std::vector<uint64_t> change(n, 0);
  for (size_t k = n; k-- > 0;) {
    if (basis[k].empty()) {
      change[k] = random->Next();
      continue;
    }
    uint64_t sum = 0;
    for (size_t m = k + 1; m < n; ++m) sum = Add(sum, Multiply(basis[k][m], change[m]));
    change[k] = Negate(sum);
  }
  return change;
}

}  // namespace

std::vector<std::vector<int32_t>> LoneClasses(const std::vector<Column>& columns) {
  std::vector<std::pair<int32_t, int32_t>> lone;  // (class, column)
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].lone_class >= 0) lone.emplace_back(columns[c].lone_class, static_cast<int32_t>(c));
  }
  std::sort(lone.begin(), lone.end());
  std::vector<std::vector<int32_t>> classes;
  for (size_t i = 0; i < lone.size(); ++i) {
    if (i == 0 || lone[i].first != lone[i - 1].first) classes.emplace_back();
    classes.back().push_back(lone[i].second);
  }
  return classes;
}

std::vector<std::vector<uint64_t>> LoneChanges(const std::vector<std::vector<int32_t>>& classes, const Echelon& echelon,
                                               size_t columns, Random* random) {
  std::vector<std::vector<const Row*>> rows_of(columns);
  for (const Row& row : echelon.lone_rows()) {
    for (const Term& term : row) rows_of[static_cast<size_t>(term.column)].push_back(&row);
  }
  std::vector<std::vector<uint64_t>> changes;
  for (const std::vector<int32_t>& members : classes) {
    std::vector<const Row*> touched;
    for (const int32_t column : members) {
      const auto& more = rows_of[static_cast<size_t>(column)];
      touched.insert(touched.end(), more.begin(), more.end());
    }
    changes.push_back(LoneChange(members, touched, random));
  }
  return changes;
}

}  // namespace nmd::publication::engine
