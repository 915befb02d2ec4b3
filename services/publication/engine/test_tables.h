// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_TEST_TABLES_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_TEST_TABLES_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publication/engine/audit.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/linked.h"
#include "services/publication/engine/primary.h"
#include "services/publication/engine/suppress.h"

// Tables for tests: made, hidden by a threshold, or protected with what was published before.
namespace nmd::publication::engine {

inline constexpr int64_t kMinimum = 5;

inline Dimension Flat(const std::string& name, int32_t codes) {
  Dimension dimension{name, {"Totaal"}, {{0, {}}}, false};
  for (int32_t code = 1; code <= codes; ++code) {
    dimension.codes.push_back(absl::StrCat(name, code));
    dimension.sums[0].parts.push_back(code);
  }
  return dimension;
}

// All cells of a table, from its inner ones.
struct Data {
  std::vector<Dimension> dimensions;
  Lattice lattice;
  std::vector<int64_t> values;

  std::vector<int32_t> CodesOf(int64_t cell) const {
    std::vector<int32_t> codes;
    for (int d = 0; d < lattice.dimensions(); ++d) codes.push_back(lattice.Code(cell, d));
    return codes;
  }
};
inline Data MakeData(std::vector<Dimension> dimensions, const std::function<int64_t(const std::vector<int32_t>&)>& inner) {
  std::vector<Hierarchy> hierarchies;
  for (const Dimension& dimension : dimensions) hierarchies.push_back(HierarchyOf(dimension));
  Data data{std::move(dimensions), *Lattice::Make(std::move(hierarchies)), {}};
  data.values.assign(static_cast<size_t>(data.lattice.cells()), 0);
  for (int64_t cell = 0; cell < data.lattice.cells(); ++cell) {
    if (data.lattice.IsInner(cell)) data.values[static_cast<size_t>(cell)] = inner(data.CodesOf(cell));
  }
  data.lattice.AddUp(absl::MakeSpan(data.values));
  return data;
}

// Small counts are primary, others shown; only cells that `wanted` picks.
using Pick = std::function<bool(const std::vector<int32_t>&)>;
inline bool Everything(const std::vector<int32_t>&) { return true; }

inline Draft DraftOf(const Data& data, const Pick& wanted) {
  Draft draft;
  std::vector<int64_t> values;
  for (int64_t cell = 0; cell < data.lattice.cells(); ++cell) {
    if (!wanted(data.CodesOf(cell))) continue;
    draft.codes.push_back(data.CodesOf(cell));
    values.push_back(data.values[static_cast<size_t>(cell)]);
  }
  draft.cells = CountCells(values, {.minimum_count = kMinimum});
  return draft;
}
inline PublishedTable TableOf(const std::string& name, const Draft& draft, const std::vector<CellState>& states) {
  PublishedTable table{name, {}};
  for (size_t k = 0; k < draft.codes.size(); ++k) {
    table.cells.push_back(
        {draft.codes[k], draft.cells.values[k], draft.cells.states[k] == CellState::kPrimary, IsHidden(states[k])});
  }
  return table;
}
// Hides what is below the threshold and nothing else.
inline PublishedTable Naive(const std::string& name, const Data& data, const Pick& wanted = Everything) {
  const Draft draft = DraftOf(data, wanted);
  return TableOf(name, draft, draft.cells.states);
}
// Protects drafts together, knowing what was published before. Empty when that cannot be done any more: then nothing is
// published.
inline std::vector<PublishedTable> ProtectedIfProven(const std::vector<Dimension>& dimensions, const std::vector<Draft>& drafts,
                                                     const std::vector<PublishedTable>& earlier, int64_t smallest_change = 0,
                                                     bool rests_are_free = false) {
  absl::StatusOr<Linked> linked =
      Link(dimensions, drafts, earlier, {.smallest_change = smallest_change, .rests_are_free = rests_are_free});
  EXPECT_TRUE(linked.ok()) << linked.status();
  const Protection protection = Suppress(linked->system, linked->cells, {.effort = 5'000});
  std::vector<PublishedTable> tables;
  if (!protection.Proven() || !linked->lost.empty()) return tables;
  for (size_t t = 0; t < drafts.size(); ++t) {
    std::vector<CellState> states;
    for (const int32_t cell : linked->cell_of[t]) states.push_back(protection.cells.states[static_cast<size_t>(cell)]);
    tables.push_back(TableOf(absl::StrCat("tabel ", earlier.size() + t), drafts[t], states));
  }
  return tables;
}

inline std::vector<PublishedTable> Protected(const std::vector<Dimension>& dimensions, const std::vector<Draft>& drafts,
                                             const std::vector<PublishedTable>& earlier, int64_t smallest_change = 0) {
  std::vector<PublishedTable> tables = ProtectedIfProven(dimensions, drafts, earlier, smallest_change);
  EXPECT_EQ(tables.size(), drafts.size()) << "could not be proven";
  tables.resize(drafts.size());
  return tables;
}

inline int64_t CountOf(const AuditReport& report, Disclosure::Kind kind) {
  return std::count_if(report.disclosures.begin(), report.disclosures.end(),
                       [&](const Disclosure& d) { return d.kind == kind; });
}

// Counts as in a small municipality: many are small, some zero.
inline std::function<int64_t(const std::vector<int32_t>&)> Thin(std::mt19937* random, int64_t most = 30) {
  return [random, most](const std::vector<int32_t>&) -> int64_t {
    const unsigned kind = (*random)() % 10;
    if (kind < 1) return 0;
    if (kind < 3) return 1 + static_cast<int64_t>((*random)() % 4);
    return 5 + static_cast<int64_t>((*random)() % static_cast<unsigned>(most));
  };
}

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_TEST_TABLES_H_
