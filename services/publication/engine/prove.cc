// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/prove.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "services/publication/engine/echelon.h"

namespace nmd::publication::engine {
namespace {

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

// Tells of each exposed cell of the component, with the multiples of the rows it follows from. Returns the rank.
int64_t JudgeComponent(const std::vector<Column>& columns, std::vector<Row> rows, Random random,
                       const std::function<void(int32_t cell, const std::map<int32_t, uint64_t>& why)>& expose) {
  const Echelon echelon(columns, std::move(rows));
  const size_t n = columns.size();

  // Cells of lone clients.
  const std::vector<std::vector<int32_t>> classes = LoneClasses(columns);
  const std::vector<std::vector<uint64_t>> changes = LoneChanges(classes, echelon, n, &random);
  std::vector<int32_t> a_lone_row(n, -1);
  for (size_t r = echelon.lone_rows().size(); r-- > 0;) {
    for (const Term& term : echelon.lone_rows()[r]) a_lone_row[static_cast<size_t>(term.column)] = static_cast<int32_t>(r);
  }
  for (size_t k = 0; k < classes.size(); ++k) {
    for (size_t m = 0; m < classes[k].size(); ++m) {
      const auto c = static_cast<size_t>(classes[k][m]);
      if (columns[c].primary && changes[k][m] == 0) {
        expose(columns[c].cell, echelon.WhyLone(static_cast<size_t>(a_lone_row[c])));
      }
    }
  }

  // Cells of more clients, while all lone clients stay.
  std::vector<uint64_t> change(n, 0);
  for (size_t c = 0; c < n; ++c) {
    if (columns[c].lone_class < 0 && echelon.IsFree(static_cast<int32_t>(c))) change[c] = random.Next();
  }
  echelon.Complete(&change);
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
    if (!moved_by_two[c]) expose(columns[c].cell, echelon.WhyFixed(static_cast<int32_t>(c)));
  }
  return echelon.rank();
}

// Of `candidates`, columns, those that can be shown one after the other.
void NeedlessIn(const std::vector<Column>& columns, std::vector<Row> rows, Random random,
                const std::vector<int32_t>& candidates, int most, std::vector<int32_t>* needless) {
  const Echelon echelon(columns, std::move(rows));
  const size_t n = columns.size();
  // Random movements of everything, a row per cell: `most` + 2 with all lone cells still, of which showing a cell uses up one,
  // and before them one with the lone cells.
  const size_t width = static_cast<size_t>(most) + 3;
  std::vector<uint64_t> moves(n * width, 0);
  std::vector<uint64_t> change(n, 0);
  for (size_t v = 0; v < width; ++v) {
    std::fill(change.begin(), change.end(), 0);
    for (size_t c = 0; c < n; ++c) {
      const bool lone = columns[c].lone_class >= 0;
      if (lone ? v == 0 : v > 0 && echelon.IsFree(static_cast<int32_t>(c))) change[c] = random.Next();
    }
    echelon.Complete(&change);
    for (size_t c = 0; c < n; ++c) moves[c * width + v] = change[c];
  }
  std::vector<int32_t> primaries;
  for (size_t c = 0; c < n; ++c) {
    if (!columns[c].primary || columns[c].lone_class >= 0 || moves[c * width + 1] == 0) continue;
    primaries.push_back(static_cast<int32_t>(c));
  }
  size_t live = 1;  // The first movement that is not used up.
  for (const int32_t candidate : candidates) {
    const auto d = static_cast<size_t>(candidate);
    const uint64_t* of_d = &moves[d * width];
    if (columns[d].lone_class >= 0) continue;
    if (of_d[live] == 0) {
      // It follows from what is shown, for everybody.
      if (of_d[0] == 0) needless->push_back(columns[d].cell);
      continue;
    }
    // A primary that moves only along with it would be told.
    const bool told = std::any_of(primaries.begin(), primaries.end(), [&](int32_t p) {
      const uint64_t* of_p = &moves[static_cast<size_t>(p) * width];
      return Multiply(of_p[live], of_d[live + 1]) == Multiply(of_p[live + 1], of_d[live]);
    });
    if (told) continue;
    needless->push_back(columns[d].cell);
    const uint64_t inverse = Invert(of_d[live]);
    std::vector<uint64_t> factors(width, 0);
    for (size_t v = 0; v < width; ++v) {
      if (v == 0 || v > live) factors[v] = Negate(Multiply(of_d[v], inverse));
    }
    for (size_t c = 0; c < n; ++c) {
      uint64_t* of_c = &moves[c * width];
      if (of_c[live] == 0) continue;
      of_c[0] = Add(of_c[0], Multiply(factors[0], of_c[live]));
      for (size_t v = live + 1; v < width; ++v) of_c[v] = Add(of_c[v], Multiply(factors[v], of_c[live]));
    }
    if (++live + 1 == width) return;
  }
}

}  // namespace

struct Prover::Equations {
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<int32_t> relations;  // By row.
};

Prover::Prover(const System& system, uint64_t seed)
    : system_(system),
      seed_(seed),
      seen_cell_(static_cast<size_t>(system.cells()), 0),
      seen_relation_(static_cast<size_t>(system.relations()), 0),
      column_of_(static_cast<size_t>(system.cells()), 0) {}

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
  std::sort(proof.exposed.begin(), proof.exposed.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
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
  std::sort(proof.exposed.begin(), proof.exposed.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  return proof;
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

Prover::Equations Prover::EquationsOf(const Cells& cells, size_t from) {
  const absl::Span<const int32_t> members = absl::MakeConstSpan(judged_).subspan(from);
  for (size_t k = 0; k < members.size(); ++k) column_of_[static_cast<size_t>(members[k])] = static_cast<int32_t>(k);
  const auto is_lone = [&](int32_t column) { return cells.lone[static_cast<size_t>(members[static_cast<size_t>(column)])]; };

  Equations out;
  UnionFind classes(members.size());
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
    out.rows.push_back(std::move(row));
    out.relations.push_back(relation);
  }
  for (size_t k = 0; k < members.size(); ++k) {
    const auto column = static_cast<int32_t>(k);
    out.columns.push_back({members[k], cells.states[static_cast<size_t>(members[k])] == CellState::kPrimary,
                           is_lone(column) ? classes.Find(column) : -1});
  }
  return out;
}

void Prover::Judge(const Cells& cells, size_t from, Proof* proof) {
  Equations equations = EquationsOf(cells, from);
  ++proof->components;
  proof->hidden += static_cast<int64_t>(equations.columns.size());
  proof->equations += static_cast<int64_t>(equations.rows.size());
  const auto expose = [&](int32_t cell, const std::map<int32_t, uint64_t>& why) {
    std::map<int32_t, uint64_t> sum;
    for (const auto& [row, factor] : why) {
      const absl::Span<const int32_t> all = system_.Members(equations.relations[static_cast<size_t>(row)]);
      for (size_t k = 0; k < all.size(); ++k) {
        const auto c = static_cast<size_t>(all[k]);
        if (cells.states[c] != CellState::kShown || cells.fixed[c]) continue;
        uint64_t& at = sum[all[k]];
        at = Add(at, k == 0 ? Negate(factor) : factor);
      }
    }
    Proof::Exposed exposed{cell, {}};
    for (const auto& [member, factor] : sum) {
      if (factor != 0) exposed.by.push_back(member);
    }
    proof->exposed.push_back(std::move(exposed));
  };
  proof->rank += JudgeComponent(equations.columns, std::move(equations.rows),
                                Random(seed_ + static_cast<uint64_t>(equations.columns[0].cell)), expose);
}

void Prover::ForEachMove(const Cells& cells, int32_t cell, uint64_t salt, const std::function<void(const Move&)>& visit) {
  constexpr uint64_t kLargest = 1000;  // A larger factor is a fraction modulo the prime, or hardly fits above the floors.
  Begin();
  Collect(cells, cell);
  Equations equations = EquationsOf(cells, 0);
  Echelon echelon(equations.columns, std::move(equations.rows), salt);
  const size_t n = equations.columns.size();
  std::vector<Row> starts;
  for (size_t c = 0; c < n; ++c) {
    const auto column = static_cast<int32_t>(c);
    if (equations.columns[c].lone_class < 0 && echelon.IsFree(column)) starts.push_back({{column, 1}});
  }
  Random random(salt);
  const std::vector<std::vector<int32_t>> classes = LoneClasses(equations.columns);
  const std::vector<std::vector<uint64_t>> changes = LoneChanges(classes, echelon, n, &random);
  for (size_t k = 0; k < classes.size(); ++k) {
    Row start;
    uint64_t scale = 0;  // So that his first cell that moves does so by one.
    for (size_t m = 0; m < classes[k].size(); ++m) {
      if (changes[k][m] == 0) continue;
      if (scale == 0) scale = Invert(changes[k][m]);
      start.push_back({classes[k][m], Multiply(changes[k][m], scale)});
    }
    if (!start.empty()) starts.push_back(std::move(start));
  }
  Move move;
  for (const Row& start : starts) {
    move.clear();
    bool small = true;
    for (const auto& [column, factor] : echelon.CompleteFew(start)) {
      small = small && (factor <= kLargest || kPrime - factor <= kLargest);
      const int64_t by = factor <= kLargest ? static_cast<int64_t>(factor) : -static_cast<int64_t>(kPrime - factor);
      move.emplace_back(equations.columns[static_cast<size_t>(column)].cell, by);
    }
    if (small) visit(move);
  }
}

std::vector<int32_t> Prover::Needless(const Cells& cells, absl::Span<const int32_t> candidates, int most) {
  Begin();
  std::vector<int32_t> needless, own;
  for (const int32_t cell : candidates) {
    if (seen_cell_[static_cast<size_t>(cell)] == round_) continue;
    const size_t from = judged_.size();
    Collect(cells, cell);
    Equations equations = EquationsOf(cells, from);
    own.clear();
    for (const int32_t other : candidates) {
      const auto c = static_cast<size_t>(column_of_[static_cast<size_t>(other)]);
      if (c < equations.columns.size() && equations.columns[c].cell == other) own.push_back(static_cast<int32_t>(c));
    }
    NeedlessIn(equations.columns, std::move(equations.rows), Random(seed_ + static_cast<uint64_t>(equations.columns[0].cell)),
               own, most, &needless);
  }
  return needless;
}

}  // namespace nmd::publication::engine
