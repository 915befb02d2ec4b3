// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/prove.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace nmd::publication::engine {
namespace {

// The field of the elimination: integers modulo the Mersenne prime 2^61 - 1.
constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;

uint64_t Multiply(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  const uint64_t sum = static_cast<uint64_t>(product & kPrime) + static_cast<uint64_t>(product >> 61);
  return sum >= kPrime ? sum - kPrime : sum;
}
uint64_t Add(uint64_t a, uint64_t b) {
  const uint64_t sum = a + b;
  return sum >= kPrime ? sum - kPrime : sum;
}
uint64_t Negate(uint64_t a) { return a == 0 ? 0 : kPrime - a; }
uint64_t Invert(uint64_t a) {
  if (a == 1 || a == kPrime - 1) return a;  // Most.
  uint64_t result = 1;
  for (uint64_t exponent = kPrime - 2; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = Multiply(result, a);
    a = Multiply(a, a);
  }
  return result;
}

// Numbers in [1, prime) from a seed (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % (kPrime - 1) + 1;
  }

 private:
  uint64_t state_;
};

class UnionFind {
 public:
  explicit UnionFind(size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0); }
  int32_t Find(int32_t x) {
    while (At(x) != x) x = At(x) = At(At(x));
    return x;
  }
  // The smaller number stands for both, so that the order of calls does not matter.
  void Join(int32_t a, int32_t b) {
    a = Find(a);
    b = Find(b);
    At(std::max(a, b)) = std::min(a, b);
  }

 private:
  int32_t& At(int32_t x) { return parent_[static_cast<size_t>(x)]; }
  std::vector<int32_t> parent_;
};

struct Term {
  int32_t column;
  uint64_t factor;
};
using Row = std::vector<Term>;  // By column; the equation "sum of factor * change of column = 0".

const Term* FindTerm(const Row& row, int32_t column) {
  const auto at = std::lower_bound(row.begin(), row.end(), column, [](const Term& t, int32_t c) { return t.column < c; });
  return at != row.end() && at->column == column ? &*at : nullptr;
}

// An unknown of a component.
struct Column {
  int32_t cell;
  bool primary;
  int32_t lone_class;  // -1 when it has several contributors.
};

// The equations of one component in echelon form, columns of lone clients last.
class Echelon {
 public:
  Echelon(const std::vector<Column>& columns, std::vector<Row> rows) : columns_(columns) { Eliminate(std::move(rows)); }

  // Rows that hold nothing but columns of lone clients.
  const std::vector<Row>& lone_rows() const { return lone_rows_; }
  int64_t rank() const { return static_cast<int64_t>(pivots_.size()) + lone_rank_; }
  bool IsFree(int32_t column) const { return !is_pivot_[static_cast<size_t>(column)]; }

  // Completes a change that is set on the free columns to one that satisfies every equation with a pivot.
  void Complete(std::vector<uint64_t>* change) const {
    for (size_t k = pivots_.size(); k-- > 0;) {
      uint64_t sum = 0;
      for (const Term& term : pivots_[k].second) {
        if (term.column != pivots_[k].first) sum = Add(sum, Multiply(term.factor, (*change)[static_cast<size_t>(term.column)]));
      }
      (*change)[static_cast<size_t>(pivots_[k].first)] = Negate(sum);
    }
  }

 private:
  bool Movable(int32_t column) const { return columns_[static_cast<size_t>(column)].lone_class < 0; }

  void Eliminate(std::vector<Row> rows) {
    is_pivot_.assign(columns_.size(), false);
    Reduce(std::move(rows), /*lone=*/false);
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

  // Shortest row first, and in it the rarest column: keeps the rows sparse (Markowitz).
  void Reduce(std::vector<Row> rows, bool lone) {
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
        if (!lone && !row.empty()) lone_rows_.push_back(std::move(row));
        continue;
      }
      const Term* pivot = nullptr;
      for (const Term& term : row) {
        if (!eligible(term.column)) continue;
        if (pivot == nullptr || uses[static_cast<size_t>(term.column)] < uses[static_cast<size_t>(pivot->column)])
          pivot = &term;
      }
      const int32_t column = pivot->column;
      if (pivot->factor != 1) {
        const uint64_t inverse = Invert(pivot->factor);
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
    }
  }

  const std::vector<Column>& columns_;
  std::vector<std::pair<int32_t, Row>> pivots_;  // In order of elimination.
  std::vector<bool> is_pivot_;
  std::vector<Row> lone_rows_;
  int64_t lone_rank_ = 0;
};

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

// Judges one component. Appends the exposed cells, tells how each cell moves, and returns the rank.
int64_t JudgeComponent(const std::vector<Column>& columns, std::vector<Row> rows, Random random, std::vector<int32_t>* exposed,
                       std::vector<std::pair<uint64_t, uint64_t>>* movement) {
  const Echelon echelon(columns, std::move(rows));
  const size_t n = columns.size();

  // Cells of lone clients.
  std::vector<std::vector<int32_t>> classes;
  {
    std::vector<std::pair<int32_t, int32_t>> lone;  // (class, column)
    for (size_t c = 0; c < n; ++c) {
      if (columns[c].lone_class >= 0) lone.emplace_back(columns[c].lone_class, static_cast<int32_t>(c));
    }
    std::sort(lone.begin(), lone.end());
    for (size_t i = 0; i < lone.size(); ++i) {
      if (i == 0 || lone[i].first != lone[i - 1].first) classes.emplace_back();
      classes.back().push_back(lone[i].second);
    }
  }
  std::vector<std::vector<const Row*>> lone_rows_of(n);
  for (const Row& row : echelon.lone_rows()) {
    for (const Term& term : row) lone_rows_of[static_cast<size_t>(term.column)].push_back(&row);
  }
  std::vector<std::vector<uint64_t>> changes;
  for (const std::vector<int32_t>& members : classes) {
    std::vector<const Row*> touched;
    for (const int32_t column : members) {
      const auto& more = lone_rows_of[static_cast<size_t>(column)];
      touched.insert(touched.end(), more.begin(), more.end());
    }
    changes.push_back(LoneChange(members, touched, &random));
    for (size_t k = 0; k < members.size(); ++k) {
      const Column& column = columns[static_cast<size_t>(members[k])];
      if (column.primary && changes.back()[k] == 0) exposed->push_back(column.cell);
    }
  }

  // Cells of more clients, while all lone clients stay.
  std::vector<uint64_t> change(n, 0), other(n, 0);
  for (size_t c = 0; c < n; ++c) {
    if (columns[c].lone_class >= 0 || !echelon.IsFree(static_cast<int32_t>(c))) continue;
    change[c] = random.Next();
    other[c] = random.Next();
  }
  echelon.Complete(&change);
  echelon.Complete(&other);
  for (size_t c = 0; c < n; ++c) (*movement)[static_cast<size_t>(columns[c].cell)] = {change[c], other[c]};
  std::vector<size_t> doubtful;
  for (size_t c = 0; c < n; ++c) {
    if (columns[c].primary && columns[c].lone_class < 0 && change[c] == 0) doubtful.push_back(c);
  }
  if (doubtful.empty()) return echelon.rank();

  // Two lone clients that move a cell differ in some bit of their number: one vector per bit and side finds them
  // all with 2 log2(classes) completions instead of one per class.
  std::vector<bool> moved_by_two(n, false);
  for (size_t bit = 0; (size_t{1} << bit) < classes.size(); ++bit) {
    std::vector<uint64_t> side[2];
    for (size_t s = 0; s < 2; ++s) {
      side[s].assign(n, 0);
      for (size_t k = 0; k < classes.size(); ++k) {
        if (((k >> bit) & 1) != s) continue;
        for (size_t m = 0; m < classes[k].size(); ++m) side[s][static_cast<size_t>(classes[k][m])] = changes[k][m];
      }
      echelon.Complete(&side[s]);
    }
    for (const size_t c : doubtful) {
      if (side[0][c] != 0 && side[1][c] != 0) moved_by_two[c] = true;
    }
  }
  for (const size_t c : doubtful) {
    if (!moved_by_two[c]) exposed->push_back(columns[c].cell);
  }
  return echelon.rank();
}

}  // namespace

Prover::Prover(const System& system, uint64_t seed)
    : system_(system),
      seed_(seed),
      seen_cell_(static_cast<size_t>(system.cells()), 0),
      seen_relation_(static_cast<size_t>(system.relations()), 0),
      column_of_(static_cast<size_t>(system.cells()), 0),
      movement_(static_cast<size_t>(system.cells()), {0, 0}) {}

void Prover::Begin() {
  ++round_;
  judged_.clear();
}

Proof Prover::Prove(const Cells& cells) {
  Begin();
  Proof proof;
  for (int32_t cell = 0; cell < system_.cells(); ++cell) {
    if (!IsHidden(cells.states[static_cast<size_t>(cell)]) || seen_cell_[static_cast<size_t>(cell)] == round_) continue;
    const size_t from = judged_.size();
    Collect(cells, cell);
    Judge(cells, from, &proof);
  }
  std::sort(proof.exposed.begin(), proof.exposed.end());
  return proof;
}

Proof Prover::ProveAround(const Cells& cells, absl::Span<const int32_t> around) {
  Begin();
  Proof proof;
  for (const int32_t cell : around) {
    for (const int32_t relation : system_.RelationsOf(cell)) {
      for (const int32_t member : system_.Members(relation)) {
        if (!IsHidden(cells.states[static_cast<size_t>(member)]) || seen_cell_[static_cast<size_t>(member)] == round_) continue;
        const size_t from = judged_.size();
        Collect(cells, member);
        Judge(cells, from, &proof);
      }
    }
  }
  std::sort(proof.exposed.begin(), proof.exposed.end());
  return proof;
}

uint64_t Prover::Direction(int32_t cell) const {
  const auto [one, two] = Movement(cell);
  if (one == 0) return two == 0 ? 0 : kPrime + 1;
  return Multiply(two, Invert(one)) + 1;
}

void Prover::Collect(const Cells& cells, int32_t cell) {
  component_relations_.clear();
  seen_cell_[static_cast<size_t>(cell)] = round_;
  judged_.push_back(cell);
  const size_t from = judged_.size() - 1;
  for (size_t next = from; next < judged_.size(); ++next) {
    for (const int32_t relation : system_.RelationsOf(judged_[next])) {
      if (seen_relation_[static_cast<size_t>(relation)] == round_) continue;
      seen_relation_[static_cast<size_t>(relation)] = round_;
      component_relations_.push_back(relation);
      for (const int32_t member : system_.Members(relation)) {
        const auto m = static_cast<size_t>(member);
        if (!IsHidden(cells.states[m]) || seen_cell_[m] == round_) continue;
        seen_cell_[m] = round_;
        judged_.push_back(member);
      }
    }
  }
  // So that the outcome does not depend on where the search began.
  std::sort(judged_.begin() + static_cast<std::ptrdiff_t>(from), judged_.end());
  std::sort(component_relations_.begin(), component_relations_.end());
}

void Prover::Judge(const Cells& cells, size_t from, Proof* proof) {
  const absl::Span<const int32_t> members = absl::MakeConstSpan(judged_).subspan(from);
  for (size_t k = 0; k < members.size(); ++k) column_of_[static_cast<size_t>(members[k])] = static_cast<int32_t>(k);
  const auto is_lone = [&](int32_t column) { return cells.lone[static_cast<size_t>(members[static_cast<size_t>(column)])]; };

  UnionFind classes(members.size());
  std::vector<Row> rows;
  for (const int32_t relation : component_relations_) {
    const absl::Span<const int32_t> all = system_.Members(relation);
    const bool total_hidden = IsHidden(cells.states[static_cast<size_t>(all[0])]);
    const int32_t total = total_hidden ? column_of_[static_cast<size_t>(all[0])] : -1;
    int64_t nonzero_parts = 0;
    Row row;
    for (size_t k = 0; k < all.size(); ++k) {
      const CellState state = cells.states[static_cast<size_t>(all[k])];
      if (k > 0 && state != CellState::kZero) ++nonzero_parts;
      if (!IsHidden(state)) continue;
      const int32_t column = column_of_[static_cast<size_t>(all[k])];
      row.push_back({column, k == 0 ? kPrime - 1 : 1});
      if (k > 0 && total_hidden && is_lone(total) && is_lone(column)) classes.Join(total, column);
    }
    if (system_.tie(relation) == Tie::kDistinct && nonzero_parts > 1) continue;
    std::sort(row.begin(), row.end(), [](const Term& a, const Term& b) { return a.column < b.column; });
    rows.push_back(std::move(row));
  }
  std::vector<Column> columns;
  for (size_t k = 0; k < members.size(); ++k) {
    const auto column = static_cast<int32_t>(k);
    columns.push_back({members[k], cells.states[static_cast<size_t>(members[k])] == CellState::kPrimary,
                       is_lone(column) ? classes.Find(column) : -1});
  }
  ++proof->components;
  proof->hidden += static_cast<int64_t>(members.size());
  proof->equations += static_cast<int64_t>(rows.size());
  proof->rank +=
      JudgeComponent(columns, std::move(rows), Random(seed_ + static_cast<uint64_t>(members[0])), &proof->exposed, &movement_);
}

}  // namespace nmd::publication::engine
