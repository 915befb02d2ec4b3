// SPDX-License-Identifier: EUPL-1.2
// Protection of count tables as in reference sdc.md section 2, beside what its peers were measured to do there: how much is
// hidden, how long that takes, and what an independent attacker finds. Tables S and M are those of the peers; D, Q, L and X
// have the same shapes as theirs, made from M with a fixed seed, since theirs are not given. Times are of the processor, on one
// core.
//   sdc_bench [S M D Q L X time region]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/publication/engine/audit.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/linked.h"
#include "services/publication/engine/primary.h"
#include "services/publication/engine/suppress.h"

namespace nmd::publication::engine {
namespace {

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::string Folder() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return absl::StrCat(source == nullptr ? "." : source, "/../shared/data/sdc/");
}

Dimension ReadDimension(const std::string& name, const std::string& file) {
  std::ifstream in(Folder() + file);
  std::string line;
  if (!std::getline(in, line)) {
    std::fprintf(stderr, "the generated tables of sdc.md are not beside the source\n");
    std::exit(0);
  }
  Dimension dimension{name, {}, {}, false};
  std::map<std::string, int32_t> position;
  std::map<int32_t, size_t> sum_of;
  while (std::getline(in, line)) {
    const std::vector<std::string> parts = absl::StrSplit(line, ',');
    const auto code = static_cast<int32_t>(dimension.codes.size());
    position.emplace(parts[0], code);
    dimension.codes.push_back(parts[0]);
    if (parts[1].empty()) continue;
    const auto [at, fresh] = sum_of.emplace(position.at(parts[1]), dimension.sums.size());
    if (fresh) dimension.sums.push_back({at->first, {}});
    dimension.sums[at->second].parts.push_back(code);
  }
  return dimension;
}

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
Data Empty(std::vector<Dimension> dimensions) {
  std::vector<Hierarchy> hierarchies;
  for (const Dimension& dimension : dimensions) hierarchies.push_back(HierarchyOf(dimension));
  Lattice lattice = *Lattice::Make(std::move(hierarchies));
  const auto cells = static_cast<size_t>(lattice.cells());
  return {std::move(dimensions), std::move(lattice), std::vector<int64_t>(cells, 0)};
}

Data Read(const std::string& file, const std::string& neighbourhoods) {
  Data data = Empty(
      {ReadDimension("nbh", neighbourhoods), ReadDimension("age", "hier_age.csv"), ReadDimension("level", "hier_level.csv")});
  std::ifstream in(Folder() + file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const std::vector<std::string> parts = absl::StrSplit(line, ',');
    std::vector<int32_t> codes;
    for (size_t d = 0; d < 3; ++d) {
      const auto& all = data.dimensions[d].codes;
      codes.push_back(static_cast<int32_t>(std::find(all.begin(), all.end(), parts[d]) - all.begin()));
    }
    int64_t value = 0;
    if (!absl::SimpleAtoi(parts[3], &value)) std::exit(1);
    data.values[static_cast<size_t>(data.lattice.CellOf(codes))] = value;
  }
  data.lattice.AddUp(absl::MakeSpan(data.values));
  return data;
}

// A share of the persons of M, each by chance.
Data Thinned(const Data& m, double share) {
  Data thin = m;
  std::mt19937_64 random(7);
  for (int64_t cell = 0; cell < thin.lattice.cells(); ++cell) {
    int64_t& value = thin.values[static_cast<size_t>(cell)];
    value = thin.lattice.IsInner(cell) && value > 0 ? std::binomial_distribution<int64_t>(value, share)(random) : 0;
  }
  thin.lattice.AddUp(absl::MakeSpan(thin.values));
  return thin;
}

// M again and again over time, every time up to a tenth more or less; with or without ages.
Data Repeated(const Data& m, Dimension time, bool ages) {
  std::vector<Dimension> dimensions = {m.dimensions[0]};
  if (ages) dimensions.push_back(m.dimensions[1]);
  dimensions.push_back(m.dimensions[2]);
  dimensions.push_back(std::move(time));
  Data data = Empty(std::move(dimensions));
  std::mt19937_64 random(7);
  for (int64_t cell = 0; cell < data.lattice.cells(); ++cell) {
    if (!data.lattice.IsInner(cell)) continue;
    std::vector<int32_t> codes = data.CodesOf(cell);
    codes.pop_back();
    if (!ages) codes.insert(codes.begin() + 1, 0);
    const int64_t value = m.values[static_cast<size_t>(m.lattice.CellOf(codes))];
    const int64_t change = value / 10;
    data.values[static_cast<size_t>(cell)] =
        value - change + (change == 0 ? 0 : static_cast<int64_t>(random() % static_cast<uint64_t>(2 * change + 1)));
  }
  data.lattice.AddUp(absl::MakeSpan(data.values));
  return data;
}

using Pick = std::function<bool(const std::vector<int32_t>&)>;
Draft DraftOf(const Data& data, const Pick& wanted) {
  Draft draft;
  std::vector<int64_t> values;
  for (int64_t cell = 0; cell < data.lattice.cells(); ++cell) {
    std::vector<int32_t> codes = data.CodesOf(cell);
    if (!wanted(codes)) continue;
    draft.codes.push_back(std::move(codes));
    values.push_back(data.values[static_cast<size_t>(cell)]);
  }
  draft.cells = CountCells(values, {});
  return draft;
}
PublishedTable TableOf(const Draft& draft, const std::vector<CellState>& states) {
  PublishedTable table{"tabel", {}};
  for (size_t k = 0; k < draft.codes.size(); ++k) {
    table.cells.push_back(
        {draft.codes[k], draft.cells.values[k], draft.cells.states[k] == CellState::kPrimary, IsHidden(states[k])});
  }
  return table;
}

void Measure(const std::string& name, const Data& data, const SuppressOptions& options, bool audit) {
  const Draft draft = DraftOf(data, [](const auto&) { return true; });
  double start = ProcessorSeconds();
  const System system = data.lattice.Relations();
  const Protection protection = Suppress(system, draft.cells, options);
  const double seconds = ProcessorSeconds() - start;
  int64_t primary = 0, secondary = 0, hidden_value = 0, value = 0;
  for (size_t c = 0; c < data.values.size(); ++c) {
    const CellState state = protection.cells.states[c];
    primary += state == CellState::kPrimary;
    secondary += state == CellState::kSecondary;
    value += data.values[c];
    if (IsHidden(state)) hidden_value += data.values[c];
  }
  std::printf("%-2s %7zu cells %6lld primary | ours%s: %6lld secondary, value %.2f %%, %.3f s, %s", name.c_str(),
              data.values.size(), static_cast<long long>(primary), options.intervals ? ", intervals proven" : ", exact only",
              static_cast<long long>(secondary), 100.0 * static_cast<double>(hidden_value) / static_cast<double>(value),
              seconds, protection.Proven() ? "proven" : "NOT PROVEN");
  if (options.intervals) std::printf(" (%lld in broken numbers)", static_cast<long long>(protection.intervals.broken));
  if (audit) {
    start = ProcessorSeconds();
    const AuditReport report = Audit(data.dimensions, std::vector<PublishedTable>{TableOf(draft, protection.cells.states)}, {});
    std::printf("; attacker: %zu found, %lld programs, %.2f s", report.disclosures.size(),
                static_cast<long long>(report.programs), ProcessorSeconds() - start);
  }
  std::printf("\n");
  std::fflush(stdout);
}

// How many secondaries are needed: shown again, the proofs no longer hold.
void MeasureNeed(const std::string& name, const Data& data) {
  const Draft draft = DraftOf(data, [](const auto&) { return true; });
  const System system = data.lattice.Relations();
  Protection protection = Suppress(system, draft.cells, {});
  int64_t secondary = 0, needed = 0;
  for (size_t c = 0; c < data.values.size(); ++c) {
    if (protection.cells.states[c] != CellState::kSecondary) continue;
    ++secondary;
    protection.cells.states[c] = CellState::kShown;
    Prover prover(system, 3);
    IntervalProver intervals(system, 3, 2'000);
    needed += !prover.Prove(protection.cells).Holds() || !intervals.Prove(protection.cells).Holds();
    protection.cells.states[c] = CellState::kSecondary;
  }
  std::printf("%-2s needed: %lld of %lld secondaries\n", name.c_str(), static_cast<long long>(needed),
              static_cast<long long>(secondary));
}

std::vector<PublishedTable> Publish(const Data& data, const std::vector<Draft>& drafts,
                                    const std::vector<PublishedTable>& earlier) {
  const absl::StatusOr<Linked> linked = Link(data.dimensions, drafts, earlier, {});
  if (!linked.ok()) std::abort();
  const Protection protection = Suppress(linked->system, linked->cells, {});
  std::vector<PublishedTable> tables;
  for (size_t t = 0; t < drafts.size(); ++t) {
    std::vector<CellState> states;
    for (const int32_t cell : linked->cell_of[t]) states.push_back(protection.cells.states[static_cast<size_t>(cell)]);
    tables.push_back(TableOf(drafts[t], states));
  }
  std::printf("%s%zu hidden", protection.Proven() ? "" : "NOT PROVEN ", static_cast<size_t>(protection.proof.hidden));
  std::printf(", ");
  return tables;
}

// Tables that touch each other, each protected alone and all together or one after another.
void MeasureLinked(const char* name, const Data& data, const std::vector<Pick>& picks, bool one_after_another) {
  std::vector<Draft> drafts;
  for (const Pick& pick : picks) drafts.push_back(DraftOf(data, pick));
  std::vector<PublishedTable> alone, together;
  std::printf("%s: alone ", name);
  for (const Draft& draft : drafts) alone.push_back(Publish(data, {draft}, {})[0]);
  const AuditReport leak = Audit(data.dimensions, alone, {});
  std::printf("%zu of %lld found; together ", leak.disclosures.size(), static_cast<long long>(leak.primaries));
  const double start = ProcessorSeconds();
  if (one_after_another) {
    for (const Draft& draft : drafts) together.push_back(Publish(data, {draft}, together)[0]);
  } else {
    together = Publish(data, drafts, {});
  }
  const double seconds = ProcessorSeconds() - start;
  const AuditReport safe = Audit(data.dimensions, together, {});
  std::printf("%zu found, %.2f s\n", safe.disclosures.size(), seconds);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  std::set<std::string> wanted(argv + 1, argv + argc);
  const auto wants = [&](const char* name) { return wanted.empty() || wanted.count(name) > 0; };
  const SuppressOptions quick{1, true, 0}, usual{}, thorough{1, true, 1'000'000, 1'000}, exact{1, false, 0};
  const Data m = Read("M_inner.csv", "hier_nbh.csv");
  if (wants("S")) {
    const Data s = Read("S_inner.csv", "hier_nbh_GM01.csv");
    std::printf(
        "S  peers: GaussSuppression 118 secondary 1.9 s; sdcTable GAUSS 118, 71 s, SIMPLEHEURISTIC 150 with 3 leaks, 0.4 s\n");
    for (const SuppressOptions& options : {quick, usual}) Measure("S", s, options, true);
    MeasureNeed("S", s);
  }
  if (wants("M")) {
    std::printf("M  peers: GaussSuppression 559 secondary 42 s; sdcTable SIMPLEHEURISTIC_OLD 645 with 14 leaks, 0.4 s\n");
    for (const SuppressOptions& options : {quick, usual, thorough}) Measure("M", m, options, true);
    MeasureNeed("M", m);
  }
  if (wants("D")) {
    std::printf("D  peers on a table of this shape: GaussSuppression 367 secondary 52 s\n");
    Measure("D", Thinned(m, .145), usual, true);
  }
  if (wants("Q")) {
    std::printf("Q  peers on a table of this shape: GaussSuppression 1,523 secondary 204 s\n");
    Measure("Q", Repeated(Thinned(m, .14), ReadDimension("month", "hier_month.csv"), false), usual, true);
  }
  if (wants("L")) {
    std::printf("L  peers: GaussSuppression by extrapolation 10 to 15 minutes\n");
    const Data l = Repeated(m, ReadDimension("quarter", "hier_quarter.csv"), true);
    Measure("L", l, exact, false);
    Measure("L", l, usual, true);
  }
  if (wants("X")) {
    std::printf("X  peers: none\n");
    Measure("X", Repeated(m, ReadDimension("month", "hier_month.csv"), true), exact, false);
  }
  if (wants("time")) {
    const Data q = Repeated(Thinned(m, .14), ReadDimension("month", "hier_month.csv"), false);
    std::printf("sdc.md, table by table: 856 of 2,484\n");
    MeasureLinked("months, then quarters, then the year", q,
                  {[](const auto& c) { return c[2] > 4; }, [](const auto& c) { return c[2] >= 1 && c[2] <= 4; },
                   [](const auto& c) { return c[2] == 0; }},
                  true);
  }
  if (wants("region")) {
    const Data thin = Thinned(m, .002);
    std::vector<Pick> picks;
    for (int32_t member = 0; member <= 5; ++member) picks.push_back([member](const auto& c) { return c[0] == member; });
    std::printf("sdc.md, table by table: 10 of 100\n");
    MeasureLinked("five members and the region", thin, picks, false);
  }
  return 0;
}

}  // namespace
}  // namespace nmd::publication::engine

int main(int argc, char** argv) { return nmd::publication::engine::Main(argc, argv); }
