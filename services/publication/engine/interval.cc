// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_set>
#include <utility>

#include <ClpSimplex.hpp>

namespace nmd::publication::engine {
namespace {

// Nearer than this to a whole number is one; the check that follows is exact.
constexpr double kWhole = 1e-6;
// Programs in a row that prove nothing, before cells are taken one by one.
constexpr int kIdle = 2;
// Cells rounded in one search for whole numbers.
constexpr int kDeepest = 12;
// Bases of the movements of a component that are tried, before programs are: each proves most of what is left.
constexpr uint64_t kBases = 8;
// Programs to look for whole numbers one cell at a time, times unknowns of the component: a program costs about as much.
constexpr int64_t kSearch = 300'000;
// Further than this from its value no cell is looked for, so that every program is bounded.
constexpr double kFar = 1e12;

uint64_t NextRandom(uint64_t* state) {  // splitmix64
  *state += 0x9e3779b97f4a7c15u;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

// The hidden cells of one component as a linear program over their distance from the real values, so that all zero is a
// solution. Distances stay within a box, which makes solutions of few and whole numbers likely; it is opened for the cells
// that need it.
class IntervalProver::Component {
 public:
  Component(IntervalProver* prover, const Cells& cells, std::vector<int32_t> members, absl::Span<const int32_t> relations,
            std::vector<int32_t>* column_of)
      : prover_(*prover), cells_(cells), members_(std::move(members)), column_of_(*column_of) {
    for (size_t k = 0; k < members_.size(); ++k) column_of_[static_cast<size_t>(members_[k])] = static_cast<int32_t>(k);
    distance_.assign(members_.size(), 0);
    whole_.assign(members_.size(), true);
    reach_up_.assign(members_.size(), 0);
    reach_down_.assign(members_.size(), 0);
    for (const int32_t cell : members_) {
      const Need& need = cells.needs[static_cast<size_t>(cell)];
      if (cells.states[static_cast<size_t>(cell)] == CellState::kPrimary) {
        box_ = std::max({box_, need.up, need.down, need.width});
      }
      lower_.push_back(static_cast<double>(cells.floors[static_cast<size_t>(cell)] - cells.values[static_cast<size_t>(cell)]));
      upper_.push_back(kFar);
    }
    AddRows(relations);
    Load();
  }

  void Prove(Intervals* out) {
    std::vector<int32_t> open = Open();
    for (int idle = 0; !open.empty() && idle < kIdle && Program();) {
      for (const int32_t column : open) Aim(column, SideOf(column) * (1 + Uniform()));
      Solve();
      Harvest();
      const size_t before = open.size();
      for (const int32_t column : open) model_.setObjectiveCoefficient(column, 0);
      open = Open();
      idle = open.size() < before ? 0 : idle + 1;
    }
    // One by one, in the box and then in the open; to one side and the other.
    const int64_t searches = kSearch / static_cast<int64_t>(members_.size());
    const int64_t programs = prover_.programs_left_;
    const auto may_search = [&] { return programs - prover_.programs_left_ < searches; };
    for (const bool far : {false, true}) {
      if (open.empty()) return;
      if (far) OpenBox();
      std::vector<int32_t> left;
      for (const int32_t column : open) {
        if (!may_search()) AcceptBroken(column);
        if (IsProven(column)) continue;
        Intervals::Narrow narrow{members_[static_cast<size_t>(column)], false, {}};
        double reach[2] = {0, 0};
        for (const int side : {0, 1}) {
          if (IsProven(column)) break;
          if (!Program()) {
            narrow.undecided = true;
            break;
          }
          Aim(column, side == 0 ? 1 : -1);
          Solve();
          reach[side] = std::fabs(model_.primalColumnSolution()[column]);
          Harvest();
          Binding(&narrow.by);
          model_.setObjectiveCoefficient(column, 0);
        }
        if (IsProven(column)) continue;
        left.push_back(column);
        if (!far) continue;
        const Need& need = NeedOf(column);
        const double up = std::floor(reach[0] + kWhole), down = std::floor(reach[1] + kWhole);
        if (up >= static_cast<double>(need.up) && down >= static_cast<double>(need.down) &&
            up + down >= static_cast<double>(need.width)) {
          if (may_search()) {
            Dive(column, up, down);
          } else {
            AcceptBroken(column);
          }
          if (IsProven(column)) continue;
          narrow.undecided = true;
        }
        out->narrow.push_back(std::move(narrow));
      }
      open = std::move(left);
    }
  }

 private:
  struct Row {
    int32_t relation;
    std::vector<std::pair<int32_t, double>> terms;
    double least, most;
  };

  void AddRows(absl::Span<const int32_t> relations) {
    const System& system = prover_.system_;
    for (const int32_t r : relations) {
      const absl::Span<const int32_t> all = system.Members(r);
      const int32_t total = ColumnOf(all[0]);
      if (system.tie(r) == Tie::kSum) {
        Row row{r, {}, 0, 0};
        if (total >= 0) row.terms.emplace_back(total, -1);
        for (const int32_t part : all.subspan(1)) {
          if (ColumnOf(part) >= 0) row.terms.emplace_back(ColumnOf(part), 1);
        }
        rows_.push_back(std::move(row));
        // Distinct persons shown beside sums: moved as a sum, and no part more than the total.
        if (!IsAdditive(all)) AddMost(r, all);
        continue;
      }
      Row sum{r, {}, static_cast<double>(Value(all[0])), kFar * 4};
      if (total >= 0) sum.terms.emplace_back(total, -1);
      for (const int32_t part : all.subspan(1)) {
        sum.least -= static_cast<double>(Value(part));
        if (ColumnOf(part) >= 0) sum.terms.emplace_back(ColumnOf(part), 1);
      }
      AddMost(r, all);
      rows_.push_back(std::move(sum));
    }
  }
  // No part is more than the total.
  void AddMost(int32_t relation, absl::Span<const int32_t> all) {
    const int32_t total = ColumnOf(all[0]);
    for (const int32_t part : all.subspan(1)) {
      const int32_t column = ColumnOf(part);
      const auto room = static_cast<double>(Value(all[0]) - Value(part));
      if (column >= 0 && total >= 0) {
        rows_.push_back({relation, {{total, 1}, {column, -1}}, -room, kFar * 4});
      } else if (column >= 0) {
        Lower(&upper_[static_cast<size_t>(column)], room);
      } else if (total >= 0) {
        Raise(&lower_[static_cast<size_t>(total)], -room);
      }
    }
  }
  bool IsAdditive(absl::Span<const int32_t> all) const {
    int64_t rest = Value(all[0]);
    for (const int32_t part : all.subspan(1)) rest -= Value(part);
    return rest == 0;
  }
  static void Lower(double* bound, double to) { *bound = std::min(*bound, to); }
  static void Raise(double* bound, double to) { *bound = std::max(*bound, to); }

  void Load() {
    const size_t n = members_.size();
    std::vector<CoinBigIndex> starts(n + 1, 0);
    for (const Row& row : rows_) {
      for (const auto& [column, factor] : row.terms) ++starts[static_cast<size_t>(column) + 1];
    }
    for (size_t k = 0; k < n; ++k) starts[k + 1] += starts[k];
    std::vector<int> indices(static_cast<size_t>(starts[n]));
    std::vector<double> factors(indices.size()), least, most;
    std::vector<CoinBigIndex> next(starts.begin(), starts.end() - 1);
    for (size_t r = 0; r < rows_.size(); ++r) {
      for (const auto& [column, factor] : rows_[r].terms) {
        const auto at = static_cast<size_t>(next[static_cast<size_t>(column)]++);
        indices[at] = static_cast<int>(r);
        factors[at] = factor;
      }
      least.push_back(rows_[r].least);
      most.push_back(rows_[r].most);
    }
    std::vector<double> lower, upper;
    for (size_t k = 0; k < n; ++k) {
      lower.push_back(std::max(lower_[k], -static_cast<double>(box_)));
      upper.push_back(std::min(upper_[k], static_cast<double>(box_)));
    }
    model_.setLogLevel(0);
    model_.scaling(0);
    model_.loadProblem(static_cast<int>(n), static_cast<int>(rows_.size()), starts.data(), indices.data(), factors.data(),
                       lower.data(), upper.data(), nullptr, least.data(), most.data());
    model_.setOptimizationDirection(-1);
    // The solver may go round in circles; what it did not finish proves nothing.
    model_.setMaximumIterations(1000 + 10 * static_cast<int>(n + rows_.size()));
  }
  void OpenBox() {
    for (size_t k = 0; k < members_.size(); ++k) {
      model_.setColumnBounds(static_cast<int>(k), std::max(lower_[k], -kFar), upper_[k]);
    }
  }

  void Aim(int32_t column, double weight) { model_.setObjectiveCoefficient(column, weight); }
  void Solve() { model_.primal(); }
  bool Program() {
    if (prover_.programs_left_ <= 0) return false;
    --prover_.programs_left_;
    return true;
  }

  // Takes from the solution what stands by itself and is whole, and notes how far it proves cells to be.
  void Harvest() {
    const double* solution = model_.primalColumnSolution();
    std::vector<int32_t> moved;
    for (size_t k = 0; k < members_.size(); ++k) {
      const double at = std::round(solution[k]);
      reach_up_[k] = std::max(reach_up_[k], solution[k]);
      reach_down_[k] = std::max(reach_down_[k], -solution[k]);
      whole_[k] = std::fabs(solution[k] - at) < kWhole && std::fabs(at) < kFar;
      distance_[k] = whole_[k] ? static_cast<int64_t>(at) : 0;
      if (!whole_[k] || distance_[k] != 0) moved.push_back(static_cast<int32_t>(k));
    }
    // Parts of the solution that no relation ties together are solutions each.
    std::vector<bool> seen(members_.size(), true);
    for (const int32_t column : moved) seen[static_cast<size_t>(column)] = false;
    std::vector<int32_t> part, relations;
    for (const int32_t start : moved) {
      if (seen[static_cast<size_t>(start)]) continue;
      part = {start};
      relations.clear();
      seen[static_cast<size_t>(start)] = true;
      bool whole = true;
      for (size_t next = 0; next < part.size(); ++next) {
        whole = whole && whole_[static_cast<size_t>(part[next])];
        for (const int32_t r : prover_.system_.RelationsOf(members_[static_cast<size_t>(part[next])])) {
          relations.push_back(r);
          for (const int32_t member : prover_.system_.Members(r)) {
            const int32_t column = ColumnOf(member);
            if (column < 0 || seen[static_cast<size_t>(column)]) continue;
            seen[static_cast<size_t>(column)] = true;
            part.push_back(column);
          }
        }
      }
      if (!whole || !Fits(part, &relations)) continue;
      for (const int32_t column : part) {
        const auto cell = static_cast<size_t>(members_[static_cast<size_t>(column)]);
        const int64_t by = distance_[static_cast<size_t>(column)];
        prover_.high_[cell] = std::max(prover_.high_[cell], by);
        prover_.low_[cell] = std::min(prover_.low_[cell], by);
      }
    }
  }

  // Whether the table with the cells of `part` moved and all others as they are satisfies every relation, in whole numbers.
  bool Fits(const std::vector<int32_t>& part, std::vector<int32_t>* relations) {
    for (const int32_t column : part) {
      const auto cell = static_cast<size_t>(members_[static_cast<size_t>(column)]);
      if (cells_.values[cell] + distance_[static_cast<size_t>(column)] < cells_.floors[cell]) return false;
    }
    std::sort(relations->begin(), relations->end());
    relations->erase(std::unique(relations->begin(), relations->end()), relations->end());
    for (const int32_t r : *relations) {
      const absl::Span<const int32_t> all = prover_.system_.Members(r);
      const bool sum = prover_.system_.tie(r) == Tie::kSum;
      const int64_t total = Value(all[0]) + Distance(all[0]);
      const bool additive = sum && IsAdditive(all);
      int64_t moved = 0, parts = 0;
      for (const int32_t member : all.subspan(1)) {
        moved += Distance(member);
        parts += Value(member) + Distance(member);
        if (!additive && Value(member) + Distance(member) > total) return false;
      }
      if (sum ? moved != Distance(all[0]) : parts < total) return false;
    }
    return true;
  }

  // Takes broken numbers for a proof, if those the programs found are far enough.
  void AcceptBroken(int32_t column) {
    const auto k = static_cast<size_t>(column);
    const auto cell = static_cast<size_t>(members_[k]);
    if (IsProven(column)) return;
    const int64_t high = std::max(prover_.high_[cell], static_cast<int64_t>(std::floor(reach_up_[k] + kWhole)));
    const int64_t low = std::min(prover_.low_[cell], -static_cast<int64_t>(std::floor(reach_down_[k] + kWhole)));
    const Need& need = NeedOf(column);
    if (high < need.up || -low < need.down || high - low < need.width) return;
    prover_.high_[cell] = high;
    prover_.low_[cell] = low;
    ++prover_.broken_;
  }

  // Looks for a table of whole numbers where the programs found only broken ones: sets the cell and rounds what is broken, one
  // cell after the other.
  void Dive(int32_t column, double up, double down) {
    const Need& need = NeedOf(column);
    const double width = static_cast<double>(need.width);
    for (const double target : {std::min(up, std::max(width, static_cast<double>(need.up))),
                                -std::min(down, std::max(width, static_cast<double>(need.down)))}) {
      if (IsProven(column)) break;
      std::vector<int32_t> set = {column};
      double other = 0;  // What the last one could be rounded to as well; 0: nothing left to try.
      bool flipped = true;
      model_.setColumnBounds(column, target, target);
      for (int depth = 0; depth < kDeepest && Program(); ++depth) {
        model_.primal();
        if (model_.status() != 0) {
          if (flipped) break;
          flipped = true;
          model_.setColumnBounds(set.back(), other, other);
          continue;
        }
        Harvest();
        if (IsProven(column)) break;
        const double* solution = model_.primalColumnSolution();
        int32_t nearest = -1;
        double distance = 1;
        for (size_t k = 0; k < members_.size(); ++k) {
          const double off = std::fabs(solution[k] - std::round(solution[k]));
          if (off > kWhole && off < distance) {
            distance = off;
            nearest = static_cast<int32_t>(k);
          }
        }
        if (nearest < 0) break;
        const double at = std::round(solution[nearest]);
        other = at > solution[nearest] ? at - 1 : at + 1;
        flipped = false;
        model_.setColumnBounds(nearest, at, at);
        set.push_back(nearest);
      }
      for (const int32_t k : set) {
        model_.setColumnBounds(k, std::max(lower_[static_cast<size_t>(k)], -kFar), upper_[static_cast<size_t>(k)]);
      }
    }
  }

  // Adds the shown cells that hold the objective down: of the sum of all rows, each times its price, those that are left.
  void Binding(std::vector<int32_t>* by) {
    const double* price = model_.dualRowSolution();
    std::map<int32_t, double> sum;
    for (size_t r = 0; r < rows_.size(); ++r) {
      if (std::fabs(price[r]) <= kWhole) continue;
      const absl::Span<const int32_t> all = prover_.system_.Members(rows_[r].relation);
      for (size_t k = 0; k < all.size(); ++k) {
        const auto c = static_cast<size_t>(all[k]);
        if (cells_.states[c] == CellState::kShown && !cells_.fixed[c]) sum[all[k]] += k == 0 ? -price[r] : price[r];
      }
    }
    for (const auto& [cell, weight] : sum) {
      if (std::fabs(weight) > kWhole) by->push_back(cell);
    }
    std::sort(by->begin(), by->end());
    by->erase(std::unique(by->begin(), by->end()), by->end());
  }

  std::vector<int32_t> Open() const {
    std::vector<int32_t> open;
    for (size_t k = 0; k < members_.size(); ++k) {
      if (prover_.IsOpen(cells_, members_[k])) open.push_back(static_cast<int32_t>(k));
    }
    return open;
  }
  bool IsProven(int32_t column) const { return prover_.Proven(cells_, members_[static_cast<size_t>(column)]); }
  const Need& NeedOf(int32_t column) const { return cells_.needs[static_cast<size_t>(members_[static_cast<size_t>(column)])]; }
  // Which way a cell must still be moved; either, when only the width counts.
  double SideOf(int32_t column) {
    const auto cell = static_cast<size_t>(members_[static_cast<size_t>(column)]);
    const Need& need = cells_.needs[cell];
    if (prover_.high_[cell] < need.up) return 1;
    if (-prover_.low_[cell] < need.down) return -1;
    return Uniform() < .5 ? -1 : 1;
  }
  double Uniform() { return static_cast<double>(NextRandom(&prover_.random_) >> 11) * 0x1p-53; }
  int64_t Value(int32_t cell) const { return cells_.values[static_cast<size_t>(cell)]; }
  // -1 for a cell that is not hidden. A hidden neighbour is always of this component.
  int32_t ColumnOf(int32_t cell) const {
    return IsHidden(cells_.states[static_cast<size_t>(cell)]) ? column_of_[static_cast<size_t>(cell)] : -1;
  }
  int64_t Distance(int32_t cell) const {
    const int32_t column = ColumnOf(cell);
    return column < 0 ? 0 : distance_[static_cast<size_t>(column)];
  }

  IntervalProver& prover_;
  const Cells& cells_;
  const std::vector<int32_t> members_;
  std::vector<int32_t>& column_of_;
  int64_t box_ = 1;
  std::vector<double> lower_, upper_;
  std::vector<Row> rows_;
  std::vector<int64_t> distance_;
  std::vector<bool> whole_;
  std::vector<double> reach_up_, reach_down_;  // Over all solutions, whole or not.
  ClpSimplex model_;
};

IntervalProver::IntervalProver(const System& system, uint64_t seed, int64_t most_programs)
    : system_(system),
      random_(seed),
      programs_left_(most_programs),
      moves_(system),
      prover_(system, seed),
      high_(static_cast<size_t>(system.cells()), 0),
      low_(static_cast<size_t>(system.cells()), 0) {}

bool IntervalProver::Proven(const Cells& cells, int32_t cell) const {
  const auto c = static_cast<size_t>(cell);
  const Need& need = cells.needs[c];
  return high_[c] >= need.up && -low_[c] >= need.down && high_[c] - low_[c] >= need.width;
}

bool IntervalProver::IsOpen(const Cells& cells, int32_t cell) const {
  return cells.states[static_cast<size_t>(cell)] == CellState::kPrimary && !Proven(cells, cell);
}

bool IntervalProver::Fits(const Cells& cells, const Move& move, int64_t times) const {
  const auto change_of = [&](int32_t cell) {
    const auto at = std::find_if(move.begin(), move.end(), [&](const auto& m) { return m.first == cell; });
    return at == move.end() ? 0 : at->second * times;
  };
  std::vector<int32_t> relations;
  for (const auto& [cell, by] : move) {
    const auto c = static_cast<size_t>(cell);
    if (cells.values[c] + by * times < cells.floors[c]) return false;
    const auto of = system_.RelationsOf(cell);
    relations.insert(relations.end(), of.begin(), of.end());
  }
  std::sort(relations.begin(), relations.end());
  relations.erase(std::unique(relations.begin(), relations.end()), relations.end());
  for (const int32_t r : relations) {
    const absl::Span<const int32_t> all = system_.Members(r);
    int64_t parts = 0, largest = 0, moved = 0;
    for (const int32_t member : all.subspan(1)) {
      const int64_t value = cells.values[static_cast<size_t>(member)], by = change_of(member);
      parts += value;
      moved += by;
      largest = std::max(largest, value + by);
    }
    const int64_t value = cells.values[static_cast<size_t>(all[0])], by = change_of(all[0]);
    const bool sum = system_.tie(r) == Tie::kSum, additive = sum && parts == value;
    if (sum && moved != by) return false;
    if (!sum && parts + moved < value + by) return false;
    if (!additive && largest > value + by) return false;
  }
  return true;
}

void IntervalProver::TryMoves(const Cells& cells, int32_t cell) {
  for (const int side : {-1, 1}) {
    if (Proven(cells, cell)) return;
    Take(cells, moves_.Find(cells, cell, side));
  }
}

void IntervalProver::Take(const Cells& cells, Move move) {
  for (int side = 0; side < 2; ++side) {
    // As far as a cell of it needs and all others can.
    int64_t wanted = 1, times = std::numeric_limits<int64_t>::max();
    bool open = false;
    for (auto& [cell, by] : move) {
      const auto c = static_cast<size_t>(cell);
      if (side == 1) by = -by;
      if (by < 0) times = std::min(times, (cells.values[c] - cells.floors[c]) / -by);
      if (!IsOpen(cells, cell)) continue;
      open = true;
      const Need& need = cells.needs[c];
      wanted = std::max({wanted, need.width, by > 0 ? need.up : need.down});
    }
    times = std::min(times, wanted);
    if (!open) return;
    if (times < 1 || !Fits(cells, move, times)) continue;
    for (const auto& [cell, by] : move) {
      const auto c = static_cast<size_t>(cell);
      high_[c] = std::max(high_[c], by * times);
      low_[c] = std::min(low_[c], by * times);
    }
  }
}

Intervals IntervalProver::Prove(const Cells& cells) {
  Intervals out;
  const int64_t before = programs_left_;
  std::vector<int32_t> column_of(static_cast<size_t>(system_.cells()), -1);
  std::vector<bool> seen(static_cast<size_t>(system_.cells()), false),
      seen_relation(static_cast<size_t>(system_.relations()), false);
  for (int32_t start = 0; start < system_.cells(); ++start) {
    if (seen[static_cast<size_t>(start)] || !IsHidden(cells.states[static_cast<size_t>(start)])) continue;
    std::vector<int32_t> members = {start}, relations;
    seen[static_cast<size_t>(start)] = true;
    for (size_t next = 0; next < members.size(); ++next) {
      for (const int32_t r : system_.RelationsOf(members[next])) {
        if (seen_relation[static_cast<size_t>(r)]) continue;
        seen_relation[static_cast<size_t>(r)] = true;
        relations.push_back(r);
        for (const int32_t member : system_.Members(r)) {
          const auto m = static_cast<size_t>(member);
          if (seen[m] || !IsHidden(cells.states[m])) continue;
          seen[m] = true;
          members.push_back(member);
        }
      }
    }
    // Moves first; programs for the few that are left.
    for (const int32_t cell : members) {
      if (IsOpen(cells, cell)) TryMoves(cells, cell);
    }
    const auto any_open = [&] {
      return std::any_of(members.begin(), members.end(), [&](int32_t cell) { return IsOpen(cells, cell); });
    };
    for (uint64_t salt = 0; salt < kBases && any_open(); ++salt) {
      prover_.ForEachMove(cells, start, salt, [&](const Move& move) { Take(cells, move); });
    }
    if (!any_open()) continue;
    std::sort(members.begin(), members.end());
    std::sort(relations.begin(), relations.end());
    Component(this, cells, std::move(members), relations, &column_of).Prove(&out);
  }
  for (int32_t cell = 0; cell < system_.cells(); ++cell) {
    out.proven += cells.states[static_cast<size_t>(cell)] == CellState::kPrimary && Proven(cells, cell);
  }
  out.programs = before - programs_left_;
  out.broken = broken_;
  std::sort(out.narrow.begin(), out.narrow.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  return out;
}

}  // namespace nmd::publication::engine
