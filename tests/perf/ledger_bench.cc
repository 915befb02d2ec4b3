// SPDX-License-Identifier: EUPL-1.2
// A release judged with everything released before: a town that publishes three tables a month, a quarter and a year, each
// judged beside all of the year that are out. Prints what one judgement takes, proof and attack together, and how much is
// hidden. No peer keeps what was published before; the nearest, sdcTable's protect_linked_tables, takes two tables. Times are
// of the processor, on one core.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/primary.h"
#include "services/publication/engine/suppress.h"
#include "services/publication/ledger.h"

namespace nmd::publication {
namespace {

constexpr int64_t kMinimum = 10;
constexpr int kClients = 4'000, kWijken = 12, kLevels = 8, kAges = 6;

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Care {
  int client, month, wijk, ivn, age;
  int64_t cents;
};

std::vector<Care> Town() {
  std::mt19937 random(20180101);
  std::vector<Care> town;
  for (int client = 0; client < kClients; ++client) {
    const auto skewed = [&](int codes) {
      return std::min(static_cast<int>(random() % static_cast<unsigned>(codes)),
                      static_cast<int>(random() % static_cast<unsigned>(codes)));
    };
    const int first = static_cast<int>(random() % 12), months = 1 + static_cast<int>(random() % 9);
    const int wijk = skewed(kWijken), ivn = skewed(kLevels), age = skewed(kAges);
    for (int month = first; month < std::min(12, first + months); ++month) {
      town.push_back({client, month, wijk, ivn, age, static_cast<int64_t>(random() % 90'000)});
    }
  }
  return town;
}

// A table protected by itself, of months first .. last - 1.
LedgerTable Counted(const std::vector<Care>& town, const std::vector<std::string>& dimensions, int first, int last) {
  LedgerTable table;
  table.name = absl::StrCat(dimensions.size(), "-", first, "-", last);
  table.audience = "regio";
  table.first = MonthOf(2018, 1) + first;
  table.last = MonthOf(2018, 1) + last;
  table.minimum = kMinimum;
  table.measures = {"clients", "indicated"};
  const auto code_of = [](const Care& care, const std::string& dimension) {
    return 1 + (dimension == "wijk" ? care.wijk : dimension == "ivn" ? care.ivn : care.age);
  };
  std::vector<engine::Hierarchy> hierarchies;
  for (const std::string& dimension : dimensions) {
    const int codes = dimension == "wijk" ? kWijken : dimension == "ivn" ? kLevels : kAges;
    hierarchies.push_back(engine::Hierarchy::Flat(codes));
    LedgerTable::Axis& axis = table.axes.emplace_back();
    axis.dimension = dimension;
    axis.codes.push_back("totaal");
    for (int code = 1; code <= codes; ++code) axis.codes.push_back(absl::StrCat(dimension, code));
  }
  const auto lattice = *engine::Lattice::Make(std::move(hierarchies));
  const auto cells = static_cast<size_t>(lattice.cells());
  std::vector<std::set<int>> clients(cells);
  std::vector<int64_t> cents(cells, 0);
  for (const Care& care : town) {
    if (care.month < first || care.month >= last) continue;
    for (size_t subset = 0; subset < (size_t{1} << dimensions.size()); ++subset) {
      std::vector<int32_t> codes;
      for (size_t d = 0; d < dimensions.size(); ++d) codes.push_back((subset >> d) & 1 ? code_of(care, dimensions[d]) : 0);
      const auto cell = static_cast<size_t>(lattice.CellOf(codes));
      clients[cell].insert(care.client);
      cents[cell] += care.cents;
    }
  }
  std::vector<int64_t> counts;
  for (const std::set<int>& of_cell : clients) counts.push_back(static_cast<int64_t>(of_cell.size()));
  const engine::Protection protection =
      engine::Suppress(lattice.Relations(), engine::CountCells(counts, {.minimum_count = kMinimum}), {});
  for (size_t c = 0; c < cells; ++c) {
    table.hidden.push_back(engine::IsHidden(protection.cells.states[c]));
    table.primary.push_back(protection.cells.states[c] == engine::CellState::kPrimary);
  }
  table.values = {std::move(counts), std::move(cents)};
  return table;
}

int Run() {
  const std::vector<Care> town = Town();
  const std::vector<std::vector<std::string>> shapes = {{"wijk", "ivn"}, {"wijk", "age"}, {"ivn"}};
  std::vector<std::pair<int, int>> periods;
  for (int quarter = 0; quarter < 4; ++quarter) {
    for (int month = 3 * quarter; month < 3 * quarter + 3; ++month) periods.emplace_back(month, month + 1);
    periods.emplace_back(3 * quarter, 3 * quarter + 3);
  }
  periods.emplace_back(0, 12);
  std::vector<LedgerTable> ledger;
  ledger.reserve(periods.size() * shapes.size());
  std::printf("%-22s %8s %7s %9s %9s %9s %8s\n", "release", "beside", "cells", "alone", "hidden", "seconds", "found");
  int64_t cells = 0, hidden = 0;
  double all = 0;
  for (const auto& [first, last] : periods) {
    for (const std::vector<std::string>& shape : shapes) {
      LedgerTable table = Counted(town, shape, first, last);
      std::vector<const LedgerTable*> released;
      for (const LedgerTable& before : ledger) released.push_back(&before);
      const auto alone = std::count(table.hidden.begin(), table.hidden.end(), true);
      const double start = ProcessorSeconds();
      const auto judgement = Judge(table, released, {});
      const double took = ProcessorSeconds() - start;
      if (!judgement.ok()) {
        std::fprintf(stderr, "%s\n", judgement.status().ToString().c_str());
        return 1;
      }
      table.hidden = judgement->hidden;
      table.primary = judgement->primary;
      const auto now = std::count(table.hidden.begin(), table.hidden.end(), true);
      cells += table.cells();
      hidden += now;
      all += took;
      const bool safe = judgement->proven && judgement->audit.safe();
      if (last - first > 1 || first == 0) {
        std::printf("%-22s %8d %7d %9d %9d %9.3f %8d\n", absl::StrCat(shape.size(), " dims, months ", last - first).c_str(),
                    static_cast<int>(judgement->audit.release_count()), static_cast<int>(table.cells()),
                    static_cast<int>(alone), static_cast<int>(now), took, judgement->audit.findings_size());
      }
      if (safe) ledger.push_back(std::move(table));
    }
  }
  std::printf("%d of %d released, %.1f %% of the cells hidden, %.2f seconds together\n", static_cast<int>(ledger.size()),
              static_cast<int>(periods.size() * shapes.size()),
              100.0 * static_cast<double>(hidden) / static_cast<double>(cells), all);
  return 0;
}

}  // namespace
}  // namespace nmd::publication

int main() { return nmd::publication::Run(); }
