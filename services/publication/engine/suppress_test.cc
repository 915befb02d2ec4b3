// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/suppress.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/moves.h"
#include "services/publication/engine/primary.h"

namespace nmd::publication::engine {
namespace {

using ::testing::HasSubstr;

struct Table {
  Lattice lattice;
  std::vector<int64_t> clients;
};

Protection Protect(const Table& table, int64_t minimum = 5, const std::vector<int64_t>& sensitive = {}, uint64_t seed = 1) {
  Cells cells = CountCells(table.clients, {.minimum_count = minimum});
  for (const int64_t cell : sensitive) cells.states[static_cast<size_t>(cell)] = CellState::kPrimary;
  return Suppress(table.lattice.Relations(), std::move(cells), {.seed = seed});
}
Proof ProveStates(const Table& table, const std::vector<CellState>& states, uint64_t seed = 1) {
  Cells cells = CountCells(table.clients, {});
  cells.states = states;
  const System system = table.lattice.Relations();
  return Prover(system, seed).Prove(cells);
}

// The parts of a code, and the code a code is part of, in dimensions that are trees; 0 has none.
std::vector<int32_t> PartsOf(const Lattice& lattice, int dimension, int32_t code) {
  for (const Hierarchy::Sum& sum : lattice.hierarchy(dimension).sums) {
    if (sum.total == code) return sum.parts;
  }
  return {};
}
int32_t WholeOf(const Lattice& lattice, int dimension, int32_t code) {
  for (const Hierarchy::Sum& sum : lattice.hierarchy(dimension).sums) {
    if (std::count(sum.parts.begin(), sum.parts.end(), code) > 0) return sum.total;
  }
  return -1;
}

Table MakeTable(std::vector<Hierarchy> dimensions, const std::vector<int64_t>& inner) {
  Table table{*Lattice::Make(std::move(dimensions)), {}};
  table.clients.assign(static_cast<size_t>(table.lattice.cells()), 0);
  size_t next = 0;
  for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {
    if (table.lattice.IsInner(cell)) table.clients[static_cast<size_t>(cell)] = inner.at(next++);
  }
  EXPECT_EQ(next, inner.size());
  table.lattice.AddUp(absl::MakeSpan(table.clients));
  return table;
}

// Small tables of one to three dimensions, some with a level in between; thin, so that much must be hidden.
Table RandomTable(std::mt19937* random) {
  const std::vector<Hierarchy> shapes = {Hierarchy::Flat(2), Hierarchy::Flat(3), Hierarchy::Flat(4),
                                         Hierarchy::Tree({-1, 0, 0, 1, 1, 2, 2})};
  std::vector<Hierarchy> dimensions;
  const int count = 1 + static_cast<int>((*random)() % 3);
  for (int d = 0; d < count; ++d) dimensions.push_back(shapes[(*random)() % (count == 3 ? 2 : shapes.size())]);
  Table table{*Lattice::Make(dimensions), {}};
  table.clients.assign(static_cast<size_t>(table.lattice.cells()), 0);
  for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {
    if (!table.lattice.IsInner(cell)) continue;
    const unsigned kind = (*random)() % 10;
    table.clients[static_cast<size_t>(cell)] = kind < 2   ? 0
                                               : kind < 6 ? 1 + static_cast<int64_t>((*random)() % 6)
                                                          : 5 + static_cast<int64_t>((*random)() % 40);
  }
  table.lattice.AddUp(absl::MakeSpan(table.clients));
  return table;
}

// ---- An auditor of its own: rational numbers, all cells as unknowns, nothing shared with the code under test. ----

struct Rational {
  __int128 top = 0, bottom = 1;
  Rational Reduced() const {
    __int128 a = top < 0 ? -top : top, b = bottom;
    while (b != 0) std::swap(a %= b, b);
    return a == 0 ? Rational{0, 1} : Rational{top / a, bottom / a};
  }
};
Rational operator*(Rational a, Rational b) { return Rational{a.top * b.top, a.bottom * b.bottom}.Reduced(); }
Rational operator-(Rational a, Rational b) {
  return Rational{a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom}.Reduced();
}
Rational Inverse(Rational a) { return a.top < 0 ? Rational{-a.bottom, -a.top} : Rational{a.bottom, a.top}; }

// Reduces the equations of the table over the cells that `unknown` marks to reduced echelon form. A cell is determined
// when its row holds nothing else.
std::vector<bool> Determined(const Lattice& lattice, const std::vector<bool>& unknown) {
  const auto n = static_cast<size_t>(lattice.cells());
  std::vector<std::vector<Rational>> rows;
  for (int64_t cell = 0; cell < lattice.cells(); ++cell) {
    for (int d = 0; d < lattice.dimensions(); ++d) {
      if (PartsOf(lattice, d, lattice.Code(cell, d)).empty()) continue;
      std::vector<Rational> row(n);
      row[static_cast<size_t>(cell)].top = unknown[static_cast<size_t>(cell)] ? 1 : 0;
      for (const int32_t code : PartsOf(lattice, d, lattice.Code(cell, d))) {
        const auto child = static_cast<size_t>(lattice.WithCode(cell, d, code));
        row[child].top = unknown[child] ? -1 : 0;
      }
      rows.push_back(std::move(row));
    }
  }
  size_t rank = 0;
  for (size_t column = 0; column < n && rank < rows.size(); ++column) {
    size_t pivot = rank;
    while (pivot < rows.size() && rows[pivot][column].top == 0) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[pivot], rows[rank]);
    const Rational inverse = Inverse(rows[rank][column]);
    for (Rational& x : rows[rank]) x = x * inverse;
    for (size_t r = 0; r < rows.size(); ++r) {
      if (r == rank || rows[r][column].top == 0) continue;
      const Rational factor = rows[r][column];
      for (size_t k = 0; k < n; ++k) {
        if (rows[rank][k].top != 0) rows[r][k] = rows[r][k] - factor * rows[rank][k];
      }
    }
    ++rank;
  }
  std::vector<bool> determined(n, false);
  for (size_t r = 0; r < rank; ++r) {
    size_t only = n;
    size_t entries = 0;
    for (size_t k = 0; k < n; ++k) {
      if (rows[r][k].top != 0) only = k, ++entries;
    }
    if (entries == 1) determined[only] = true;
  }
  return determined;
}

std::vector<bool> HiddenMask(const std::vector<CellState>& states) {
  std::vector<bool> mask;
  for (const CellState state : states) mask.push_back(IsHidden(state));
  return mask;
}

// Primary cells that an outsider computes, or somebody who is alone in a cell and so knows all cells of his own.
int64_t Recovered(const Table& table, const std::vector<CellState>& states) {
  const std::vector<bool> hidden = HiddenMask(states);
  std::vector<bool> determined = Determined(table.lattice, hidden);
  for (int64_t lone = 0; lone < table.lattice.cells(); ++lone) {
    if (table.clients[static_cast<size_t>(lone)] != 1 || !table.lattice.IsInner(lone)) continue;
    std::vector<bool> his = hidden;
    std::vector<bool> own(hidden.size(), false);
    for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {  // His cell and the sums that count nobody else.
      bool above = true;
      for (int d = 0; d < table.lattice.dimensions(); ++d) {
        int32_t code = table.lattice.Code(lone, d);
        while (code > 0 && code != table.lattice.Code(cell, d)) code = WholeOf(table.lattice, d, code);
        above = above && code == table.lattice.Code(cell, d);
      }
      if (above && table.clients[static_cast<size_t>(cell)] == 1)
        his[static_cast<size_t>(cell)] = false, own[static_cast<size_t>(cell)] = true;
    }
    const std::vector<bool> told = Determined(table.lattice, his);
    for (size_t cell = 0; cell < told.size(); ++cell) {
      if (told[cell] && !own[cell]) determined[cell] = true;
    }
  }
  int64_t recovered = 0;
  for (size_t cell = 0; cell < states.size(); ++cell) {
    if (states[cell] == CellState::kPrimary && determined[cell]) ++recovered;
  }
  return recovered;
}

// Whether some other table of whole numbers, hidden counts at least 1, shows the same and differs in the cell `target`.
// Searches inner cells within `reach` of their value, which is enough for a yes.
bool HasTwin(const Table& table, const std::vector<CellState>& states, int64_t target, int64_t reach) {
  std::vector<int64_t> open;
  for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {
    if (table.lattice.IsInner(cell) && IsHidden(states[static_cast<size_t>(cell)])) open.push_back(cell);
  }
  // change[cell] of every cell, kept up to date while inner cells are tried in turn.
  std::vector<int64_t> change(states.size(), 0);
  std::vector<size_t> last_open(states.size(), 0);  // Number of open inner cells after which a sum is final.
  std::vector<std::vector<int64_t>> above(open.size());
  for (size_t i = 0; i < open.size(); ++i) {
    for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {
      bool contains = true;
      for (int d = 0; d < table.lattice.dimensions(); ++d) {
        int32_t code = table.lattice.Code(open[i], d);
        while (code > 0 && code != table.lattice.Code(cell, d)) code = WholeOf(table.lattice, d, code);
        contains = contains && code == table.lattice.Code(cell, d);
      }
      if (contains) above[i].push_back(cell), last_open[static_cast<size_t>(cell)] = i + 1;
    }
  }
  const std::function<bool(size_t)> search = [&](size_t i) {
    if (i == open.size()) return change[static_cast<size_t>(target)] != 0;
    for (int64_t by = -reach; by <= reach; ++by) {
      bool fits = table.clients[static_cast<size_t>(open[i])] + by >= 1;
      for (const int64_t cell : above[i]) {
        const auto c = static_cast<size_t>(cell);
        change[c] += by;
        if (!IsHidden(states[c]) && last_open[c] == i + 1 && change[c] != 0) fits = false;
      }
      if (fits && search(i + 1)) return true;
      for (const int64_t cell : above[i]) change[static_cast<size_t>(cell)] -= by;
    }
    return false;
  };
  return search(0);
}

// ---- Facts. ----

TEST(Suppress, T27HidesSecondCellOrTotalOfARow) {
  // 12 = A 4 + B 8: A is below 10, and so is B; nothing else may give A away.
  const Table table = MakeTable({Hierarchy::Flat(2)}, {4, 8});
  const Protection five = Protect(table);
  EXPECT_EQ(five.cells.states[1], CellState::kPrimary);
  EXPECT_EQ(five.cells.states[2], CellState::kSecondary) << "the cheapest of B 8 and total 12";
  EXPECT_EQ(five.cells.states[0], CellState::kShown);
  EXPECT_TRUE(five.Proven());
  const Protection ten = Protect(table, 10);
  EXPECT_EQ(ten.cells.states[1], CellState::kPrimary);
  EXPECT_EQ(ten.cells.states[2], CellState::kPrimary);
  EXPECT_EQ(ten.cells.states[0], CellState::kShown) << "12 as the sum of two unknowns tells neither";
}

TEST(Suppress, T27AuditCatchesTheUnprotectedTable) {
  const Table table = MakeTable({Hierarchy::Flat(2)}, {4, 8});
  const std::vector<CellState> naive = {CellState::kShown, CellState::kPrimary, CellState::kShown};
  const Proof proof = ProveStates(table, naive, 1);
  ASSERT_EQ(proof.exposed.size(), 1);
  EXPECT_EQ(proof.exposed[0].cell, 1);
  EXPECT_THAT(proof.exposed[0].by, ::testing::ElementsAre(0, 2)) << "to hide the total or B helps";
}

TEST(Suppress, HidesNothingInASafeTable) {
  const Table table = MakeTable({Hierarchy::Flat(2), Hierarchy::Flat(2)}, {10, 20, 30, 40});
  const Protection protection = Protect(table, 10);
  EXPECT_EQ(std::count(protection.cells.states.begin(), protection.cells.states.end(), CellState::kShown), 9);
  EXPECT_THAT(protection.Text(), HasSubstr("er is niets verborgen"));
}

TEST(Suppress, HidesARectangleAroundOneSmallCell) {
  const Table table = MakeTable({Hierarchy::Flat(3), Hierarchy::Flat(3)}, {3, 20, 30, 40, 50, 60, 70, 80, 90});
  const Protection protection = Protect(table);
  EXPECT_EQ(std::count_if(protection.cells.states.begin(), protection.cells.states.end(), IsHidden), 4);
  EXPECT_EQ(Recovered(table, protection.cells.states), 0);
  EXPECT_THAT(protection.Text(),
              HasSubstr("Verborgen cellen: 4; onderdelen zonder onderling verband: 1; vergelijkingen: 4, rang 3"));
}

TEST(Suppress, ShowsZerosAsZero) {
  const Table table = MakeTable({Hierarchy::Flat(3)}, {0, 4, 9});
  const Protection protection = Protect(table);
  EXPECT_EQ(protection.cells.states[1], CellState::kZero);
  EXPECT_EQ(protection.cells.states[3], CellState::kSecondary) << "a zero protects nobody";
}

TEST(Suppress, DoesNotLetTheFloorTellCellsOfOne) {
  // 10 = 8 + two hidden cells that sum to 2: who knows that zeros are shown knows that both are 1.
  const Table table = MakeTable({Hierarchy::Flat(3)}, {1, 1, 8});
  const Protection protection = Protect(table);
  EXPECT_TRUE(IsHidden(protection.cells.states[3]) || IsHidden(protection.cells.states[0]));
  EXPECT_TRUE(HasTwin(table, protection.cells.states, 1, 3));
}

TEST(Suppress, DoesNotLetALoneClientTellHisNeighbour) {
  // 12 = 8 + 1 + 3: the client counted alone subtracts himself from what is hidden.
  const Table table = MakeTable({Hierarchy::Flat(3)}, {1, 3, 8});
  const Protection protection = Protect(table);
  EXPECT_TRUE(IsHidden(protection.cells.states[3]) || IsHidden(protection.cells.states[0]));
  EXPECT_EQ(Recovered(table, protection.cells.states), 0);
}

TEST(Suppress, KeepsTheSameClientInParentAndChildTogether) {
  // One row of a single client: cell, row total and column total all count him and nobody else.
  const Table table = MakeTable({Hierarchy::Flat(2), Hierarchy::Flat(2)}, {1, 0, 0, 0});
  const Protection protection = Protect(table);
  EXPECT_TRUE(protection.Proven());
  EXPECT_EQ(protection.proof.hidden, 4);
}

TEST(Suppress, HidesAMarginWhoseClientsAreAllInOneClassWhenItIsSmall) {
  const Table table = MakeTable({Hierarchy::Flat(2), Hierarchy::Flat(2)}, {4, 0, 20, 30});
  const Protection protection = Protect(table);
  const int64_t cell = table.lattice.CellOf({1, 1}), margin = table.lattice.CellOf({1, 0});
  EXPECT_EQ(protection.cells.states[static_cast<size_t>(cell)], CellState::kPrimary);
  EXPECT_EQ(protection.cells.states[static_cast<size_t>(margin)], CellState::kPrimary);
}

TEST(Suppress, HidesACellWithoutClientsThatHasAnAmount) {
  const Table table = MakeTable({Hierarchy::Flat(3)}, {0, 20, 30});
  const Protection protection = Protect(table, 5, {1});
  EXPECT_EQ(protection.cells.states[1], CellState::kPrimary);
  EXPECT_EQ(protection.cells.states[2], CellState::kSecondary);
  EXPECT_TRUE(protection.Proven());
}

TEST(Suppress, ProtectsDistinctCountsWhoseTotalIsLessThanTheSum) {
  // Clients with help of two levels: 9 + 8 + 3 provisions' clients are 14 people.
  Table table = MakeTable({Hierarchy::Flat(3)}, {9, 8, 3});
  table.clients[0] = 14;
  const Protection protection = Protect(table);
  EXPECT_TRUE(protection.Proven());
  EXPECT_EQ(protection.cells.states[3], CellState::kPrimary);
  EXPECT_EQ(protection.cells.states[2], CellState::kSecondary);
}

TEST(Suppress, OneClientInTwoClassesIsStillProven) {
  Table table = MakeTable({Hierarchy::Flat(2)}, {1, 1});
  table.clients[0] = 1;
  const Protection protection = Protect(table);
  EXPECT_TRUE(protection.Proven());
  EXPECT_EQ(protection.proof.hidden, 3);
}

TEST(Suppress, RefusesATableThatContradictsItself) {
  // A total of 3 over nothing: its only relation always tells it.
  Table table = MakeTable({Hierarchy::Flat(1)}, {3});
  EXPECT_TRUE(Protect(table).Proven());
  table.clients[1] = 0;
  const std::vector<CellState> states = {CellState::kPrimary, CellState::kZero};
  EXPECT_FALSE(ProveStates(table, states).Holds());
  Protection contradiction = Protect(table);
  contradiction.cells.states = states;
  contradiction.proof = ProveStates(table, states);
  EXPECT_FALSE(contradiction.Proven());
  EXPECT_THAT(contradiction.Text(), HasSubstr("Niet bewezen"));
}

// ---- Laws. ----

TEST(SuppressLaw, NoPrimaryFollowsFromShownCells) {
  std::mt19937 random(20180331);
  int64_t primaries = 0;
  for (int round = 0; round < 400; ++round) {
    const Table table = RandomTable(&random);
    const Protection protection = Protect(table);
    ASSERT_TRUE(protection.Proven()) << "round " << round;
    ASSERT_EQ(Recovered(table, protection.cells.states), 0) << "round " << round;
    for (size_t cell = 0; cell < table.clients.size(); ++cell) {
      const bool small = 0 < table.clients[cell] && table.clients[cell] < 5;
      ASSERT_EQ(protection.cells.states[cell] == CellState::kPrimary, small);
      primaries += small;
    }
  }
  EXPECT_GT(primaries, 1000);
}

TEST(SuppressLaw, EveryPrimaryHasAnotherWholeNumberThatShowsTheSame) {
  std::mt19937 random(7);
  int64_t tried = 0;
  for (int round = 0; round < 400; ++round) {
    const Table table = RandomTable(&random);
    if (table.lattice.dimensions() > 2) continue;  // Whole numbers are promised up to two dimensions.
    const Protection protection = Protect(table);
    int64_t open = 0;
    for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {
      open += table.lattice.IsInner(cell) && IsHidden(protection.cells.states[static_cast<size_t>(cell)]);
    }
    if (open > 9) continue;  // Keeps the search short.
    for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {
      if (protection.cells.states[static_cast<size_t>(cell)] != CellState::kPrimary) continue;
      ASSERT_TRUE(HasTwin(table, protection.cells.states, cell, 1)) << "round " << round << " cell " << cell;
      ++tried;
    }
  }
  EXPECT_GT(tried, 500);
}

TEST(SuppressLaw, ShowingASecondaryAgainIsCaught) {
  std::mt19937 random(99);
  int64_t shown = 0, caught = 0;
  for (int round = 0; round < 300; ++round) {
    const Table table = RandomTable(&random);
    Protection protection = Protect(table);
    std::vector<size_t> secondary;
    for (size_t cell = 0; cell < protection.cells.states.size(); ++cell) {
      if (protection.cells.states[cell] == CellState::kSecondary) secondary.push_back(cell);
    }
    if (secondary.empty()) continue;
    protection.cells.states[secondary[random() % secondary.size()]] = CellState::kShown;
    ++shown;
    caught += !ProveStates(table, protection.cells.states, 1).Holds();
  }
  EXPECT_GT(shown, 100);
  EXPECT_GE(caught * 100, shown * 90) << caught << " of " << shown;
}

TEST(SuppressLaw, ProverFindsWhatAnIndependentAuditFinds) {
  // Random patterns, protected or not: whatever the audit recovers, the prover must have called exposed.
  std::mt19937 random(3);
  int64_t unsafe = 0;
  for (int round = 0; round < 300; ++round) {
    const Table table = RandomTable(&random);
    std::vector<CellState> states;
    for (const int64_t clients : table.clients) {
      states.push_back(clients == 0        ? CellState::kZero
                       : clients < 5       ? CellState::kPrimary
                       : random() % 3 == 0 ? CellState::kSecondary
                                           : CellState::kShown);
    }
    const int64_t recovered = Recovered(table, states);
    const auto exposed = static_cast<int64_t>(ProveStates(table, states, 5).exposed.size());
    ASSERT_GE(exposed, recovered) << "round " << round;
    unsafe += recovered > 0;
  }
  EXPECT_GT(unsafe, 100);
}

// Two clients and more in every cell, so that nobody is alone; some of the rest hidden too.
Cells RandomPattern(Table* table, std::mt19937* random) {
  for (int64_t cell = 0; cell < table->lattice.cells(); ++cell) {
    int64_t& clients = table->clients[static_cast<size_t>(cell)];
    if (table->lattice.IsInner(cell)) clients = std::max<int64_t>(clients, 2);
  }
  table->lattice.AddUp(absl::MakeSpan(table->clients));
  Cells cells = CountCells(table->clients, {});
  for (CellState& state : cells.states) {
    if (state == CellState::kShown && (*random)() % 3 == 0) state = CellState::kSecondary;
  }
  return cells;
}

TEST(SuppressLaw, ACellStaysExposedUnlessOneItFollowsFromIsHidden) {
  std::mt19937 random(41);
  int64_t exposed = 0;
  for (int round = 0; round < 200; ++round) {
    Table table = RandomTable(&random);
    const Cells cells = RandomPattern(&table, &random);
    const System system = table.lattice.Relations();
    for (const Proof::Exposed& one : Prover(system, 1).Prove(cells).exposed) {
      ASSERT_FALSE(one.by.empty());
      Cells others = cells;
      for (size_t cell = 0; cell < others.states.size(); ++cell) {
        const bool named = std::count(one.by.begin(), one.by.end(), static_cast<int32_t>(cell)) > 0;
        if (!named && others.states[cell] == CellState::kShown) others.states[cell] = CellState::kSecondary;
      }
      const Proof still = Prover(system, 2).Prove(others);
      const bool found =
          std::any_of(still.exposed.begin(), still.exposed.end(), [&](const auto& e) { return e.cell == one.cell; });
      ASSERT_TRUE(found) << "round " << round << " cell " << one.cell;
      // To hide all of those frees it.
      for (const int32_t cell : one.by) others.states[static_cast<size_t>(cell)] = CellState::kSecondary;
      const Proof free = Prover(system, 2).Prove(others);
      ASSERT_TRUE(std::none_of(free.exposed.begin(), free.exposed.end(), [&](const auto& e) { return e.cell == one.cell; }));
      ++exposed;
    }
  }
  EXPECT_GT(exposed, 200);
}

TEST(SuppressLaw, NeedlessCellsCanAllBeShownAndNoOther) {
  std::mt19937 random(43);
  int64_t shown = 0, kept = 0;
  for (int round = 0; round < 200; ++round) {
    const Table table = RandomTable(&random);
    const System system = table.lattice.Relations();
    Cells cells = Protect(table).cells;
    for (CellState& state : cells.states) {
      if (state == CellState::kShown && random() % 3 == 0) state = CellState::kSecondary;
    }
    Prover prover(system, 1);
    if (!prover.Prove(cells).Holds()) continue;  // A lone contributor may come to stand beside one other.
    std::vector<int32_t> secondary;
    for (;;) {
      secondary.clear();
      for (size_t cell = 0; cell < cells.states.size(); ++cell) {
        if (cells.states[cell] == CellState::kSecondary) secondary.push_back(static_cast<int32_t>(cell));
      }
      const std::vector<int32_t> needless = prover.Needless(cells, secondary, 3);
      for (const int32_t cell : needless) cells.states[static_cast<size_t>(cell)] = CellState::kShown;
      ASSERT_TRUE(prover.Prove(cells).Holds()) << "round " << round;
      shown += static_cast<int64_t>(needless.size());
      if (needless.empty()) break;
    }
    // What is left is needed, each by itself.
    for (const int32_t cell : secondary) {
      cells.states[static_cast<size_t>(cell)] = CellState::kShown;
      kept += Prover(system, 5).Prove(cells).Holds();
      cells.states[static_cast<size_t>(cell)] = CellState::kSecondary;
    }
  }
  EXPECT_GT(shown, 500);
  EXPECT_LT(kept * 20, shown) << "cells that only lone contributors move are kept to be sure";
}

TEST(SuppressLaw, MovesShowTheSameTable) {
  std::mt19937 random(47);
  int64_t found = 0;
  for (int round = 0; round < 200; ++round) {
    const Table table = RandomTable(&random);
    const System system = table.lattice.Relations();
    const Cells cells = Protect(table).cells;
    std::vector<Move> moves;
    Moves by_hand(system);
    Prover prover(system, 1);
    for (int32_t cell = 0; cell < system.cells(); ++cell) {
      if (cells.states[static_cast<size_t>(cell)] != CellState::kPrimary) continue;
      moves.push_back(by_hand.Find(cells, cell, 1));
      moves.push_back(by_hand.Find(cells, cell, -1));
      prover.ForEachMove(cells, cell, 3, [&](const Move& move) { moves.push_back(move); });
    }
    for (const Move& move : moves) {
      found += !move.empty();
      std::vector<int64_t> change(table.clients.size(), 0);
      for (const auto& [cell, by] : move) {
        ASSERT_TRUE(IsHidden(cells.states[static_cast<size_t>(cell)]));
        change[static_cast<size_t>(cell)] += by;
      }
      const std::vector<int64_t> given = change;
      table.lattice.AddUp(absl::MakeSpan(change));
      ASSERT_EQ(change, given) << "totals move as their parts do, round " << round;
    }
  }
  EXPECT_GT(found, 1000);
}

TEST(SuppressLaw, SameTableSamePattern) {
  std::mt19937 random(12);
  for (int round = 0; round < 30; ++round) {
    const Table table = RandomTable(&random);
    EXPECT_EQ(Protect(table).cells.states, Protect(table).cells.states) << "round " << round;
  }
}

TEST(Lattice, RefusesShapesThatAreNoTable) {
  const auto makes = [](Hierarchy hierarchy) { return Lattice::Make({std::move(hierarchy)}).ok(); };
  EXPECT_FALSE(Lattice::Make({}).ok());
  EXPECT_FALSE(Lattice::Make(std::vector<Hierarchy>(9, Hierarchy::Flat(1))).ok());
  EXPECT_FALSE(makes(Hierarchy::Tree({})));
  EXPECT_FALSE(makes(Hierarchy::Tree({-1, 2, 0}))) << "a total stands before its parts";
  EXPECT_FALSE(makes(Hierarchy::Tree({-1, -1}))) << "one total";
  EXPECT_FALSE(makes({3, {{0, {1, 1, 2}}}})) << "a part counts once";
  EXPECT_FALSE(makes({4, {{0, {1, 2, 3}}, {1, {2, 3}}}})) << "2 and 3 count twice in 0";
  EXPECT_FALSE(makes({4, {{0, {1, 2, 3}}, {0, {1, 2}}}})) << "two sums of one code hold the same";
  EXPECT_TRUE(makes({7, {{0, {1, 2}}, {0, {3, 4, 5, 6}}, {1, {3, 4}}, {2, {5, 6}}}})) << "a year of halves and of quarters";
  EXPECT_FALSE(Lattice::Make({Hierarchy::Flat(2000), Hierarchy::Flat(2000)}).ok()) << "more than 4,000,000 cells";
  EXPECT_TRUE(makes(Hierarchy::Flat(0)));
}

// ---- Against the peers: tables of reference sdc.md section 2. ----

struct Codes {
  std::map<std::string, int32_t> position;
  std::vector<int32_t> parents;
};

// Reads code,parent rows in the order of the file, which puts parents first.
bool ReadHierarchy(const std::string& path, Codes* codes) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return false;
  while (std::getline(file, line)) {
    const std::vector<std::string> parts = absl::StrSplit(line, ',');
    codes->parents.push_back(parts[1].empty() ? -1 : codes->position.at(parts[1]));
    codes->position.emplace(parts[0], static_cast<int32_t>(codes->position.size()));
  }
  return true;
}

class SuppressPeers : public ::testing::TestWithParam<std::array<const char*, 3>> {};

TEST_P(SuppressPeers, HidesNoMoreThanGaussSuppression) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const std::string folder = std::string(source == nullptr ? "." : source) + "/../shared/data/sdc/";
  std::array<Codes, 3> codes;
  if (!ReadHierarchy(folder + GetParam()[1], &codes[0]) || !ReadHierarchy(folder + "hier_age.csv", &codes[1]) ||
      !ReadHierarchy(folder + "hier_level.csv", &codes[2])) {
    GTEST_SKIP() << "the generated tables are not beside the source";
  }
  Table table{
      *Lattice::Make({Hierarchy::Tree(codes[0].parents), Hierarchy::Tree(codes[1].parents), Hierarchy::Tree(codes[2].parents)}),
      {}};
  table.clients.assign(static_cast<size_t>(table.lattice.cells()), 0);
  std::ifstream file(folder + GetParam()[0]);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> parts = absl::StrSplit(line, ',');
    const int64_t cell =
        table.lattice.CellOf({codes[0].position.at(parts[0]), codes[1].position.at(parts[1]), codes[2].position.at(parts[2])});
    table.clients[static_cast<size_t>(cell)] = std::stoll(parts[3]);
  }
  table.lattice.AddUp(absl::MakeSpan(table.clients));
  const Protection protection = Protect(table);
  EXPECT_TRUE(protection.Proven());
  const auto secondary = std::count(protection.cells.states.begin(), protection.cells.states.end(), CellState::kSecondary);
  RecordProperty("secondary", static_cast<int>(secondary));
  RecordProperty("repairs", static_cast<int>(protection.repairs));
  EXPECT_LE(secondary, std::stoi(GetParam()[2]));
}

INSTANTIATE_TEST_SUITE_P(Tables, SuppressPeers,
                         ::testing::Values(std::array<const char*, 3>{"S_inner.csv", "hier_nbh_GM01.csv", "118"},
                                           std::array<const char*, 3>{"M_inner.csv", "hier_nbh.csv", "559"}));

}  // namespace
}  // namespace nmd::publication::engine
