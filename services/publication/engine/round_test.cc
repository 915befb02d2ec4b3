// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/round.h"

#include <cmath>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "services/publication/engine/test_tables.h"

namespace nmd::publication::engine {
namespace {

using Told = std::optional<std::vector<int64_t>>;

std::vector<double> Chances(size_t cells, uint64_t key) {
  std::mt19937_64 random(key);
  std::vector<double> chances(cells);
  for (double& chance : chances) chance = static_cast<double>(random() >> 11) * 0x1p-53;
  return chances;
}
Told Round(const Data& data, int64_t base, uint64_t key, absl::Span<const std::optional<int64_t>> before = {}) {
  RoundOptions options;
  options.base = base;
  return RoundControlled(data.lattice.Relations(), data.values, Chances(data.values.size(), key), before, options);
}
PublishedTable RoundedTable(const std::string& name, const Data& data, const std::vector<int64_t>& told, int64_t base) {
  PublishedTable table{name, {}};
  for (int64_t cell = 0; cell < data.lattice.cells(); ++cell) {
    const auto c = static_cast<size_t>(cell);
    PublishedCell& to = table.cells.emplace_back();
    to.codes = data.CodesOf(cell);
    to.value = data.values[c];
    to.primary = data.values[c] > 0 && data.values[c] < kMinimum;
    to.rounded = true;
    to.low = std::max<int64_t>(0, told[c] - base + 1);
    to.high = told[c] + base - 1;
    to.apart = kMinimum - 2;
  }
  return table;
}
// Adds up as told, multiples of the base, each less than the base away, and multiples as they are.
void ExpectControlled(const Data& data, const std::vector<int64_t>& told, int64_t base) {
  std::vector<int64_t> sums = told;
  data.lattice.AddUp(absl::MakeSpan(sums));
  EXPECT_EQ(sums, told) << "what adds up does so as told";
  for (size_t c = 0; c < told.size(); ++c) {
    ASSERT_EQ(told[c] % base, 0);
    ASSERT_LT(std::abs(told[c] - data.values[c]), base);
    ASSERT_TRUE(data.values[c] % base != 0 || told[c] == data.values[c]) << "a multiple is told as it is";
  }
}

TEST(Round, T27TellsEveryCellNearItsValueAndTotalsThatAddUp) {
  const Data data = MakeData({Flat("wijk", 3), Flat("ivn", 3)}, [](const std::vector<int32_t>& codes) -> int64_t {
    constexpr int64_t kCounts[3][3] = {{4, 20, 30}, {25, 35, 45}, {55, 65, 0}};
    return kCounts[codes[0] - 1][codes[1] - 1];
  });
  const Told told = Round(data, 5, 1);
  ASSERT_TRUE(told);
  ExpectControlled(data, *told, 5);
  EXPECT_TRUE(Audit(data.dimensions, {RoundedTable("t", data, *told, 5)}, {}).Safe());
}

TEST(Round, LeavesATableOfMultiplesAsItIs) {
  const Data data = MakeData({Flat("wijk", 2)}, [](const auto& codes) -> int64_t { return 10 * codes[0]; });
  EXPECT_EQ(Round(data, 5, 1), data.values);
}

TEST(Round, RoundsAmountsBelowZeroToo) {
  Data data = MakeData({Flat("wijk", 3)}, [](const auto& codes) -> int64_t { return codes[0] * 777 - 1'999; });
  const Told told = Round(data, 1'000, 3);
  ASSERT_TRUE(told);
  ExpectControlled(data, *told, 1'000);
}

TEST(Round, KeepsTotalsOfPersonsInSeveralPartsBetweenTheLargestPartAndTheSum) {
  // Two months of which most people are in both.
  for (uint64_t key = 0; key < 50; ++key) {
    Data data = MakeData({Flat("maand", 2)}, [](const auto& codes) -> int64_t { return 12 + codes[0]; });
    data.values[0] = 16;
    const Told told = Round(data, 5, key);
    ASSERT_TRUE(told);
    EXPECT_LE(std::max((*told)[1], (*told)[2]), (*told)[0]);
    EXPECT_LE((*told)[0], (*told)[1] + (*told)[2]);
  }
}

TEST(Round, GivesUpWhenNoneIsFoundInTime) {
  std::mt19937 random(3);
  const Data data = MakeData({Flat("a", 3), Flat("b", 3), Flat("c", 3)}, Thin(&random));
  RoundOptions options;
  options.most_programs = 0;
  EXPECT_FALSE(RoundControlled(data.lattice.Relations(), data.values, Chances(data.values.size(), 1), {}, options));
}

TEST(Round, TellsAgainWhatWasToldBefore) {
  std::mt19937 random(5);
  const Data data = MakeData({Flat("wijk", 6), Flat("ivn", 5)}, Thin(&random));
  const Told first = Round(data, 5, 1), other = Round(data, 5, 2);
  ASSERT_TRUE(first && other);
  EXPECT_NE(*first, *other) << "another key chooses otherwise";
  const std::vector<std::optional<int64_t>> before(first->begin(), first->end());
  EXPECT_EQ(Round(data, 5, 2, before), first) << "two roundings of one value narrow it";
}

// What is proven of every rounding: the attacker of audit.h, who knows every sum, is kept as far from each small cell as it
// needs.
TEST(RoundLaw, IsControlledDeterministicAndSafeForRandomTables) {
  std::mt19937 random(20180401);
  int64_t found = 0, primaries = 0, asked = 0;
  for (int round = 0; round < 600; ++round) {
    std::vector<Dimension> dimensions;
    const int count = 1 + static_cast<int>(random() % 3);
    for (int d = 0; d < count; ++d) dimensions.push_back(Flat(absl::StrCat("d", d), 2 + static_cast<int32_t>(random() % 4)));
    const Data data = MakeData(dimensions, Thin(&random, 12));
    const int64_t base = 5 + static_cast<int64_t>(random() % 6);
    const auto key = random();
    const Told told = Round(data, base, key);
    ++asked;
    if (!told) {
      ASSERT_EQ(count, 3) << "of two dimensions there is always one";
      continue;
    }
    ++found;
    ExpectControlled(data, *told, base);
    ASSERT_EQ(Round(data, base, key), told);
    const AuditReport report = Audit(dimensions, {RoundedTable("t", data, *told, base)}, {});
    ASSERT_TRUE(report.Safe()) << "round " << round << " kind " << report.disclosures[0].kind;
    primaries += report.primaries;
  }
  EXPECT_GE(found * 100, asked * 95) << found << " of " << asked;
  EXPECT_GT(primaries, 1'500);
}

// Every table of whole numbers that would be told the same, counted out: no cell is known better than it says, and by who is
// the one person of a cell only so much better that a small one still fits every number below the minimum but one.
TEST(RoundLaw, LeavesEveryCellAsUncertainAsItSaysAlsoForWhoIsAloneInOne) {
  constexpr int64_t kBase = 5, kOff = kBase - 1;
  std::mt19937 random(20180701);
  int64_t lone = 0;
  for (int round = 0; round < 60; ++round) {
    const Data data = MakeData({Flat("a", 2), Flat("b", 2)}, Thin(&random, 9));
    const Told told = Round(data, kBase, random());
    ASSERT_TRUE(told);
    std::vector<int64_t> inner;
    for (int64_t cell = 0; cell < data.lattice.cells(); ++cell) {
      if (data.lattice.IsInner(cell)) inner.push_back(cell);
    }
    const size_t cells = told->size();
    std::vector<int64_t> low(cells, 1'000), high(cells, -1);
    // By the inner cell that somebody knows.
    std::vector<std::vector<int64_t>> low_of(inner.size(), low), high_of(inner.size(), high);
    std::vector<int64_t> table(cells);
    for (int64_t code = 0; code < 9 * 9 * 9 * 9; ++code) {
      int64_t left = code;
      bool fits = true;
      for (const int64_t cell : inner) {
        table[static_cast<size_t>(cell)] = (*told)[static_cast<size_t>(cell)] + left % 9 - kOff;
        fits = fits && table[static_cast<size_t>(cell)] >= 0;
        left /= 9;
      }
      if (!fits) continue;
      data.lattice.AddUp(absl::MakeSpan(table));
      for (size_t c = 0; c < cells; ++c) fits = fits && std::abs(table[c] - (*told)[c]) <= kOff;
      if (!fits) continue;
      for (size_t c = 0; c < cells; ++c) {
        low[c] = std::min(low[c], table[c]);
        high[c] = std::max(high[c], table[c]);
        for (size_t k = 0; k < inner.size(); ++k) {
          const auto own = static_cast<size_t>(inner[k]);
          if (table[own] != data.values[own]) continue;
          low_of[k][c] = std::min(low_of[k][c], table[c]);
          high_of[k][c] = std::max(high_of[k][c], table[c]);
        }
      }
    }
    for (size_t c = 0; c < cells; ++c) {
      EXPECT_EQ(low[c], std::max<int64_t>(0, (*told)[c] - kOff)) << "round " << round << " cell " << c;
      EXPECT_EQ(high[c], (*told)[c] + kOff);
      for (size_t k = 0; k < inner.size(); ++k) {
        if (data.values[static_cast<size_t>(inner[k])] != 1 || !data.lattice.IsInner(static_cast<int64_t>(c))) continue;
        if (static_cast<int64_t>(c) == inner[k]) continue;
        EXPECT_GE(high_of[k][c] - low_of[k][c], kMinimum - 2) << "round " << round << " cell " << c << " knows " << k;
        ++lone;
      }
    }
  }
  EXPECT_GT(lone, 10);
}

TEST(RoundLaw, IsRightOnAverageOverKeysAndNeverCertain) {
  std::mt19937 random(11);
  const Data data = MakeData({Flat("wijk", 4), Flat("ivn", 4)}, Thin(&random));
  constexpr int kKeys = 4'000;
  std::vector<double> up(data.values.size(), 0);
  for (uint64_t key = 0; key < kKeys; ++key) {
    const Told told = Round(data, 5, key);
    ASSERT_TRUE(told);
    for (size_t c = 0; c < up.size(); ++c) up[c] += (*told)[c] > data.values[c];
  }
  for (size_t c = 0; c < up.size(); ++c) {
    if (data.values[c] % 5 == 0) continue;
    EXPECT_GT(up[c], 0) << "whoever sees it told low cannot leave this value out, cell " << c;
    EXPECT_LT(up[c], kKeys) << "nor when it is told high, cell " << c;
    EXPECT_NEAR(up[c] / kKeys, static_cast<double>(data.values[c] % 5) / 5, 0.25) << "cell " << c;
  }
}

// An attacker who asks for the same table a hundred times and takes the mean.
TEST(RoundAttack, TheMeanOfRepeatsFindsTheValueOfFreshNoiseAndNothingOfARounding) {
  std::mt19937 random(13);
  const Data data = MakeData({Flat("wijk", 8), Flat("ivn", 6)}, Thin(&random));
  const auto recovered = [&](bool fresh) {
    constexpr uint64_t kRepeats = 400;
    std::vector<int64_t> sum(data.values.size(), 0);
    for (uint64_t repeat = 0; repeat < kRepeats; ++repeat) {
      const Told told = Round(data, 5, fresh ? repeat : 7);
      for (size_t c = 0; c < sum.size(); ++c) sum[c] += (*told)[c];
    }
    int64_t found = 0;
    for (size_t c = 0; c < sum.size(); ++c) {
      const bool is_small = data.values[c] > 0 && data.values[c] < kMinimum;
      found += is_small && std::llround(static_cast<double>(sum[c]) / kRepeats) == data.values[c];
    }
    return found;
  };
  EXPECT_GE(recovered(true), 3) << "the attack works on rounding that chooses anew";
  EXPECT_EQ(recovered(false), 0);
}

// An attacker who has the table shown with holes, and then the same rounded: the rounding may not close the holes.
TEST(RoundAttack, TheAuditFindsWhatRoundingTellsBesideWhatWasShown) {
  const Data data = MakeData({Flat("wijk", 3)}, [](const auto& codes) -> int64_t { return codes[0] == 1 ? 4 : 20 * codes[0]; });
  // Shown: the total and one wijk; hidden 4 and 40, of which the sum 44 is known.
  Draft draft = DraftOf(data, Everything);
  std::vector<CellState> states = draft.cells.states;
  states[2] = CellState::kSecondary;
  const PublishedTable holes = TableOf("met gaten", draft, states);
  ASSERT_TRUE(Audit(data.dimensions, {holes}, {}).Safe());
  // 4 told as 5 and 40 as 40: a multiple is not told as such, so 36 up to 44 fit, and 1 up to 8 of the other.
  std::vector<int64_t> told = {105, 5, 40, 60};
  EXPECT_TRUE(Audit(data.dimensions, {holes, RoundedTable("rond", data, told, 5)}, {}).Safe());
  // To tens with halves: 40 told as within one of it gives 3 up to 5.
  PublishedTable near = RoundedTable("rond", data, told, 5);
  near.cells[2].low = 39;
  near.cells[2].high = 41;
  const AuditReport report = Audit(data.dimensions, {holes, near}, {});
  ASSERT_EQ(report.disclosures.size(), 1u);
  EXPECT_EQ(report.disclosures[0].kind, Disclosure::kNarrow);
  EXPECT_EQ(report.disclosures[0].low, 3);
  EXPECT_EQ(report.disclosures[0].high, 5);
}

// Two tables with a cell in common of which one was rounded by another key: the attacker takes one from the other.
TEST(RoundAttack, TwoRoundingsOfOneValueAreNarrowerThanOneAndAreFound) {
  const Data data = MakeData({Flat("wijk", 2)}, [](const auto& codes) -> int64_t { return codes[0] == 1 ? 2 : 33; });
  const PublishedTable low = RoundedTable("een", data, {35, 0, 35}, 5), high = RoundedTable("twee", data, {35, 5, 30}, 5);
  EXPECT_TRUE(Audit(data.dimensions, {low}, {}).Safe());
  EXPECT_TRUE(Audit(data.dimensions, {low, high}, {}).Safe()) << "1 to 4 is what a small cell needs";
  PublishedTable wide = high;
  for (PublishedCell& cell : wide.cells) cell.apart = 4;
  EXPECT_EQ(CountOf(Audit(data.dimensions, {low, wide}, {}), Disclosure::kNarrow), 1) << "0 to 4 does not fit both";
}

}  // namespace
}  // namespace nmd::publication::engine
