// SPDX-License-Identifier: EUPL-1.2
// Laws over thousands of random tables (seeded): whatever was published, in whatever order and form, the attacker of audit.h,
// who shares no code with the protection, gets at nobody. What cannot be proven is not published, and that is rare.
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publication/engine/audit.h"
#include "services/publication/engine/test_tables.h"

namespace nmd::publication::engine {
namespace {

int Draw(std::mt19937* random, int low, int high) {
  return low + static_cast<int>((*random)() % static_cast<uint32_t>(high - low + 1));
}

// A tree of two to four levels; some totals have one part.
Dimension RandomTree(const std::string& name, int most_codes, std::mt19937* random) {
  Dimension dimension{name, {"T"}, {}, false};
  const int levels = Draw(random, 2, 4);
  std::vector<std::pair<int32_t, int>> open = {{0, 1}};  // Code and its level.
  for (size_t k = 0; k < open.size(); ++k) {
    const auto [code, level] = open[k];
    const int parts = Draw(random, 1, 3), codes = static_cast<int>(dimension.codes.size());
    if (k > 0 && (level >= levels || codes + parts > most_codes || Draw(random, 0, 2) == 0)) continue;
    Dimension::Sum sum{code, {}};
    for (int part = 0; part < parts; ++part) {
      sum.parts.push_back(static_cast<int32_t>(dimension.codes.size()));
      open.emplace_back(static_cast<int32_t>(dimension.codes.size()), level + 1);
      dimension.codes.push_back(absl::StrCat(dimension.codes[static_cast<size_t>(code)], part));
    }
    dimension.sums.push_back(std::move(sum));
  }
  return dimension;
}

// Cells that nobody publishes, of which what is small must not be known all the same.
PublishedTable Untold(const Data& data, const Pick& wanted) {
  PublishedTable table{"niet gepubliceerd", {}};
  for (const PublishedCell& cell : Naive("", data, wanted).cells) {
    table.cells.push_back({cell.codes, cell.value, cell.primary, true, true});
  }
  return table;
}

// One publication after another of the same people; what cannot be proven stays inside.
struct History {
  std::vector<Dimension> dimensions;
  std::vector<PublishedTable> published, naive;
  int refused = 0, asked = 0;

  void Publish(const Data& data, const std::vector<Pick>& tables) {
    std::vector<Draft> drafts;
    for (const Pick& pick : tables) {
      drafts.push_back(DraftOf(data, pick));
      naive.push_back(Naive("n", data, pick));
    }
    ++asked;
    std::vector<PublishedTable> out = ProtectedIfProven(dimensions, drafts, published);
    refused += out.empty();
    for (PublishedTable& table : out) published.push_back(std::move(table));
  }
};

std::string Text(const AuditReport& report) {
  if (report.Safe()) return "safe";
  const Disclosure& d = report.disclosures.front();
  return absl::StrCat(report.disclosures.size(), " of ", report.primaries, ", kind ", static_cast<int>(d.kind), ", table ",
                      d.table, ", cell ", d.cell, ", ", d.low, " to ", d.high, " ", d.attacker);
}

// Hierarchies of up to four levels; tables that go out together and one after another.
TEST(ProtectionLaw, DeepHierarchiesAndLinkedTablesGiveNobodyAway) {
  std::mt19937 random(1);
  int64_t primaries = 0, leaks = 0, refused = 0, asked = 0, deepest = 0;
  for (int round = 0; round < 1'200; ++round) {
    History history;
    const int count = Draw(&random, 1, 2);
    for (int d = 0; d < count; ++d)
      history.dimensions.push_back(RandomTree(absl::StrCat("d", d), count == 1 ? 16 : 7, &random));
    const Data data = MakeData(history.dimensions, Thin(&random, 12));
    deepest = std::max(deepest, static_cast<int64_t>(history.dimensions[0].sums.size()));
    // Cells fall to one of a few tables, by their code in a dimension; some tables go out together.
    const int tables = Draw(&random, 1, 4);
    const auto by = static_cast<size_t>(Draw(&random, 0, count - 1));
    std::vector<Pick> together;
    for (int t = 0; t < tables; ++t) {
      together.push_back([=](const std::vector<int32_t>& codes) { return codes[by] % tables == t; });
      if (t + 1 < tables && Draw(&random, 0, 1) == 0) continue;
      history.Publish(data, together);
      together.clear();
    }
    const AuditReport report = Audit(history.dimensions, history.published, {});
    ASSERT_TRUE(report.Safe()) << "round " << round << ": " << Text(report);
    primaries += report.primaries;
    leaks += CountOf(Audit(history.dimensions, history.naive, {}), Disclosure::kExact);
    refused += history.refused;
    asked += history.asked;
  }
  EXPECT_GT(primaries, 1'500);
  EXPECT_GT(leaks, 500) << "the same by threshold alone";
  EXPECT_GT(deepest, 4);
  EXPECT_LT(refused * 20, asked) << refused << " of " << asked;
}

// Tables of two dimensions each, of which nobody publishes the one of all three.
TEST(ProtectionLaw, TablesOfTwoDimensionsDoNotGiveThatOfThreeAway) {
  std::mt19937 random(2);
  int64_t primaries = 0, leaks = 0, refused = 0, asked = 0;
  for (int round = 0; round < 600; ++round) {
    History history;
    for (const char* name : {"a", "b", "c"}) history.dimensions.push_back(Flat(name, Draw(&random, 2, 3)));
    const Data data = MakeData(history.dimensions, Thin(&random, 12));
    const auto inner = [](const std::vector<int32_t>& codes) { return codes[0] > 0 && codes[1] > 0 && codes[2] > 0; };
    history.published = history.naive = {Untold(data, inner)};
    for (const size_t without : {0, 1, 2}) {
      history.Publish(data, {[=](const std::vector<int32_t>& codes) { return codes[without] == 0; }});
    }
    const AuditReport report = Audit(history.dimensions, history.published, {});
    ASSERT_TRUE(report.Safe()) << "round " << round << ": " << Text(report);
    primaries += report.primaries;
    leaks += !Audit(history.dimensions, history.naive, {}).Safe();
    refused += history.refused;
    asked += history.asked;
  }
  EXPECT_GT(primaries, 2'000);
  EXPECT_GT(leaks, 100) << "the same by threshold alone";
  EXPECT_LT(refused * 10, asked) << refused << " of " << asked;
}

// The same areas by themselves, and some told as one; in either order, also as other groups.
TEST(ProtectionLaw, MergedAreasDoNotGiveTheirPartsAway) {
  std::mt19937 random(3);
  int64_t primaries = 0, leaks = 0, refused = 0, asked = 0;
  for (int round = 0; round < 600; ++round) {
    // T = a + b + c + d + e; ab and cd, or bc and de, as one.
    Dimension area{"wijk", {"T", "ab", "cd", "bc", "de", "a", "b", "c", "d", "e"}, {}, false};
    area.sums = {{0, {5, 6, 7, 8, 9}}, {1, {5, 6}}, {2, {7, 8}}, {3, {6, 7}}, {4, {8, 9}}, {0, {1, 2, 9}}, {0, {5, 3, 4}}};
    History history;
    history.dimensions = {area, Flat("ivn", Draw(&random, 1, 3))};
    const Data data = MakeData(history.dimensions, Thin(&random, 12));
    const auto of = [](const std::vector<int32_t>& wanted) -> Pick {
      return [=](const std::vector<int32_t>& codes) { return std::count(wanted.begin(), wanted.end(), codes[0]) > 0; };
    };
    history.published = history.naive = {Untold(data, of({5, 6, 7, 8, 9}))};
    std::vector<Pick> tables = {of({0, 1, 2, 9}), of({0, 5, 3, 4}), of({0, 5, 6, 7, 8, 9})};
    std::shuffle(tables.begin(), tables.end(), random);
    tables.resize(static_cast<size_t>(Draw(&random, 1, 3)));
    for (const Pick& table : tables) history.Publish(data, {table});
    const AuditReport report = Audit(history.dimensions, history.published, {});
    ASSERT_TRUE(report.Safe()) << "round " << round << ": " << Text(report);
    primaries += report.primaries;
    leaks += CountOf(Audit(history.dimensions, history.naive, {}), Disclosure::kExact);
    refused += history.refused;
    asked += history.asked;
  }
  EXPECT_GT(primaries, 1'000);
  EXPECT_GT(leaks, 500) << "the same by threshold alone";
  EXPECT_LT(refused * 10, asked) << refused << " of " << asked;
}

// What planning could save, measured: tables of the same people by other breakdowns, one after the other as they come, or the
// first chosen with the others in view. services/publication/README.md says why it is not done; this fails when that is no
// longer so.
TEST(ProtectionLaw, LaterTablesInViewSaveNothing) {
  int64_t as_they_come = 0, in_view = 0, cells = 0;
  for (const unsigned filled : {20, 35, 50, 70}) {
    for (unsigned town = 1; town <= 10; ++town) {
      std::mt19937 random(town);
      const auto thin = [&](const std::vector<int32_t>&) -> int64_t {
        return random() % 100 < filled ? Draw(&random, 1, 3) : 0;
      };
      const Data data = MakeData({Flat("wijk", 6), Flat("ivn", 4), Flat("leeftijd", 4)}, thin);
      std::vector<Draft> drafts;
      for (const size_t without : {2, 1, 0}) {
        drafts.push_back(DraftOf(data, [=](const std::vector<int32_t>& codes) { return codes[without] == 0; }));
        cells += static_cast<int64_t>(drafts.back().codes.size());
      }
      const auto hidden = [](const PublishedTable& table) {
        return std::count_if(table.cells.begin(), table.cells.end(), [](const PublishedCell& cell) { return cell.hidden; });
      };
      std::vector<PublishedTable> one_by_one, planned;
      for (size_t k = 0; k < drafts.size(); ++k) {
        for (PublishedTable& table : ProtectedIfProven(data.dimensions, {drafts[k]}, one_by_one, 0, true)) {
          as_they_come += hidden(table);
          one_by_one.push_back(std::move(table));
        }
        const std::vector<Draft> left(drafts.begin() + static_cast<std::ptrdiff_t>(k), drafts.end());
        std::vector<PublishedTable> tables = ProtectedIfProven(data.dimensions, left, planned, 0, true);
        if (tables.empty()) continue;
        in_view += hidden(tables.front());
        planned.push_back(std::move(tables.front()));
      }
    }
  }
  RecordProperty("as_they_come", static_cast<int>(as_they_come));
  RecordProperty("in_view", static_cast<int>(in_view));
  EXPECT_GT(as_they_come * 3, cells) << "thin towns";
  EXPECT_GE(in_view * 100, as_they_come * 98) << in_view << " instead of " << as_they_come << " of " << cells;
}

}  // namespace
}  // namespace nmd::publication::engine
