// SPDX-License-Identifier: EUPL-1.2
// "Region minus municipalities" (reference sdc.md section 7): an attacker lays the tables of all members beside that of the
// region.
#include "services/publication/region_public.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publication/engine/audit.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/primary.h"
#include "services/publication/engine/suppress.h"
#include "services/publication/test_published.h"

namespace nmd::publication {
namespace {

using engine::CellState;
using engine::Hierarchy;
using engine::Lattice;
using engine::PublishedTable;

constexpr int kMembers = 5;
constexpr int32_t kAges = 6, kLevels = 8;

engine::Dimension Flat(const std::string& name, int32_t codes) {
  engine::Dimension dimension{name, {"totaal"}, {{0, {}}}, false};
  for (int32_t code = 1; code <= codes; ++code) {
    dimension.codes.push_back(absl::StrCat(code));
    dimension.sums[0].parts.push_back(code);
  }
  return dimension;
}

// What only the members know: counts by age and level of five of them, and what they hide.
struct Members {
  Lattice lattice = *Lattice::Make({Hierarchy::Flat(kAges), Hierarchy::Flat(kLevels)});
  std::vector<std::vector<int64_t>> counts;
  std::vector<engine::Cells> cells;
  std::vector<v1::Publication> publications;

  explicit Members(unsigned seed) {
    std::mt19937 random(seed);
    for (int m = 0; m < kMembers; ++m) {
      std::vector<int64_t> values(static_cast<size_t>(lattice.cells()), 0);
      for (int64_t cell = 0; cell < lattice.cells(); ++cell) {
        if (!lattice.IsInner(cell)) continue;
        const auto kind = random() % 10;
        values[static_cast<size_t>(cell)] =
            kind < 2 ? 0 : static_cast<int64_t>(kind < 5 ? 1 + random() % 4 : 5 + random() % 40);
      }
      lattice.AddUp(absl::MakeSpan(values));
      counts.push_back(values);
      cells.push_back(Protected(values));
      std::vector<std::vector<int64_t>> published;
      for (size_t c = 0; c < values.size(); ++c) {
        published.push_back(engine::IsHidden(cells.back().states[c]) ? std::vector<int64_t>()
                                                                     : std::vector<int64_t>{values[c]});
      }
      std::vector<std::string> ages, levels;
      for (int32_t a = 1; a <= kAges; ++a) ages.push_back(absl::StrCat(a));
      for (int32_t i = 1; i <= kLevels; ++i) levels.push_back(absl::StrCat(i));
      publications.push_back(testing::MakePublication(absl::StrCat("gm", m), 1, {{"age_band", ages}, {"ivn", levels}},
                                                      {{"clients", "count"}}, published));
    }
  }

  engine::Cells Protected(const std::vector<int64_t>& values) const {
    const engine::Protection protection =
        engine::Suppress(lattice.Relations(), engine::CountCells(values, {.minimum_count = 5}), {.effort = 5'000});
    EXPECT_TRUE(protection.Proven());
    return protection.cells;
  }

  std::vector<MemberTable> Tables() const {
    std::vector<MemberTable> tables;
    for (size_t m = 0; m < publications.size(); ++m) tables.push_back({static_cast<int32_t>(m), &publications[m], ""});
    return tables;
  }

  // As an attacker sees them: each member at its own code of the first dimension, the region at its total.
  PublishedTable Seen(int member, const std::vector<int64_t>& values, const std::vector<CellState>& states,
                      const std::vector<bool>& primary) const {
    PublishedTable table{absl::StrCat("tabel ", member), {}};
    for (int64_t cell = 0; cell < lattice.cells(); ++cell) {
      const auto c = static_cast<size_t>(cell);
      table.cells.push_back(
          {{member, lattice.Code(cell, 0), lattice.Code(cell, 1)}, values[c], primary[c], IsHidden(states[c])});
    }
    return table;
  }
  std::vector<PublishedTable> OfMembers() const {
    std::vector<PublishedTable> tables;
    for (int m = 0; m < kMembers; ++m) {
      const auto& own = cells[static_cast<size_t>(m)];
      std::vector<bool> primary;
      for (const CellState state : own.states) primary.push_back(state == CellState::kPrimary);
      tables.push_back(Seen(m + 1, counts[static_cast<size_t>(m)], own.states, primary));
    }
    return tables;
  }
  std::vector<int64_t> Sum() const {
    std::vector<int64_t> sum(counts[0].size(), 0);
    for (const auto& own : counts) {
      for (size_t c = 0; c < own.size(); ++c) sum[c] += own[c];
    }
    return sum;
  }
};

const std::vector<engine::Dimension>& Dimensions() {
  static const auto* dimensions =
      new std::vector<engine::Dimension>{Flat("gemeente", kMembers), Flat("leeftijd", kAges), Flat("ivn", kLevels)};
  return *dimensions;
}

MergeRules Rules() {
  MergeRules rules;
  rules["clients"].set_together("distinct");
  return rules;
}

TEST(RegionMinusMembers, ATableOfTheRegionProtectedByItselfGivesHiddenCellsAway) {
  const Members members(5);
  std::vector<PublishedTable> tables = members.OfMembers();
  ASSERT_TRUE(engine::Audit(Dimensions(), tables, {.lone_persons = false}).Safe());
  const std::vector<int64_t> sum = members.Sum();
  const engine::Cells own = members.Protected(sum);
  tables.push_back(members.Seen(0, sum, own.states, std::vector<bool>(sum.size(), false)));
  EXPECT_GT(engine::Audit(Dimensions(), tables, {.lone_persons = false}).disclosures.size(), 3u);
}

TEST(RegionMinusMembers, OfFiveMunicipalTablesAndTheRegionalOneNothingIsRecoverable) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Members members(seed);
    const v1::RegionalTable table = Merge(members.Tables(), Rules()).table;
    const std::vector<int64_t> sum = members.Sum();
    std::vector<CellState> states;
    int shown = 0;
    for (int c = 0; c < table.cells_size(); ++c) {
      const bool is_shown = table.cells(c).values(0).state() == type::Figure::ANSWERED;
      states.push_back(is_shown ? CellState::kShown : CellState::kSecondary);
      if (is_shown) {
        EXPECT_EQ(table.cells(c).values(0).count(), sum[static_cast<size_t>(c)]);
        ++shown;
      }
      EXPECT_LE(table.cells(c).values(0).has_lower() ? table.cells(c).values(0).lower() : 0, sum[static_cast<size_t>(c)]);
      if (table.cells(c).values(0).has_upper()) {
        EXPECT_GE(table.cells(c).values(0).upper(), sum[static_cast<size_t>(c)]);
      }
    }
    EXPECT_GT(shown, 5) << "a table that shows nothing is safe, too";
    std::vector<PublishedTable> tables = members.OfMembers();
    ASSERT_TRUE(engine::Audit(Dimensions(), tables, {.lone_persons = false}).Safe()) << seed;
    tables.push_back(members.Seen(0, sum, states, std::vector<bool>(sum.size(), false)));
    EXPECT_TRUE(engine::Audit(Dimensions(), tables, {.lone_persons = false}).Safe()) << seed;
    // Nor by a member, who knows all of its own.
    for (int32_t m = 1; seed <= 3 && m <= kMembers; ++m) {
      EXPECT_TRUE(engine::Audit(Dimensions(), tables, {.insiders = {{0, m}}, .lone_persons = false}).Safe())
          << seed << " " << m;
    }
    const RegionProof proof = ProveTogether(members.Tables(), table);
    EXPECT_TRUE(proof.Holds()) << seed;
    EXPECT_GT(proof.hidden, 0);
  }
}

TEST(ProveTogether, FindsTheCellAValueTooManyGivesAway) {
  const Members members(5);
  v1::RegionalTable table = Merge(members.Tables(), Rules()).table;
  const std::vector<int64_t> sum = members.Sum();
  // As if the region had the true values, and showed them all.
  for (int c = 0; c < table.cells_size(); ++c) {
    table.mutable_cells(c)->mutable_values(0)->set_state(type::Figure::ANSWERED);
    table.mutable_cells(c)->mutable_values(0)->set_count(sum[static_cast<size_t>(c)]);
  }
  const RegionProof proof = ProveTogether(members.Tables(), table);
  EXPECT_FALSE(proof.Holds());
  EXPECT_NE(proof.Text().find("te berekenen"), std::string::npos);
}

}  // namespace
}  // namespace nmd::publication
