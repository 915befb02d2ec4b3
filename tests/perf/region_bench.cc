// SPDX-License-Identifier: EUPL-1.2
// Ten years of the whole region (tests/support/region.h) in one instance: how fast facts go in, what a provision-month takes
// in memory, how soon an instance answers after a start, and what a fixed set of thirty questions, and one of measures that
// look further than a month, costs from request to answer. Times are of the processor, on one core.   region_bench [clients]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/costs/costs.h"
#include "services/costs/ledger.h"
#include "services/costs/snapshot.h"
#include "services/platform/clock.h"
#include "services/platform/crypto.h"
#include "services/platform/journal.h"
#include "tests/support/facts.h"
#include "tests/support/region.h"

namespace nmd::costs {
namespace {

// Measures and dimensions apart by spaces; dimension=value filters. Periods are [from, to) months; `known` is a known time.
struct BenchQuestion {
  const char* measures;
  const char* dimensions;
  const char* filters;
  const char* from;
  const char* to;
};
constexpr BenchQuestion kQuestions[] = {
    {"clients", "", "", "2018-01", "2018-02"},
    {"clients", "", "", "2009-01", "2019-01"},
    {"clients provisions indicated", "", "", "2018-01", "2019-01"},
    {"clients", "month", "", "2018-01", "2019-01"},
    {"clients", "month", "", "2009-01", "2019-01"},
    {"indicated", "month", "", "2009-01", "2019-01"},
    {"clients provisions indicated", "month", "", "2009-01", "2019-01"},
    {"declared approved", "month", "", "2009-01", "2019-01"},
    {"clients provisions indicated declared approved", "year", "", "2009-01", "2019-01"},
    {"clients indicated", "quarter", "", "2009-01", "2019-01"},
    {"clients indicated", "law", "", "2018-01", "2019-01"},
    {"clients indicated", "category", "", "2018-01", "2019-01"},
    {"clients indicated", "product", "", "2018-01", "2019-01"},
    {"clients indicated", "ivn", "", "2009-01", "2019-01"},
    {"clients indicated", "provider", "", "2018-01", "2019-01"},
    {"clients indicated", "referrer", "", "2009-01", "2019-01"},
    {"clients", "age_band", "", "2018-01", "2019-01"},
    {"clients", "age_band sex", "", "2009-01", "2019-01"},
    {"clients indicated", "wijk", "", "2018-01", "2019-01"},
    {"clients indicated", "buurt", "", "2018-01", "2019-01"},
    {"clients", "wijk age_band", "", "2018-01", "2019-01"},
    {"clients indicated", "month ivn", "", "2018-01", "2019-01"},
    {"clients indicated", "year product", "", "2009-01", "2019-01"},
    {"clients indicated", "year provider", "", "2014-01", "2019-01"},
    {"clients indicated", "month", "provider=99000017", "2018-01", "2019-01"},
    {"clients indicated declared", "month", "provider=99000017", "2009-01", "2019-01"},
    {"clients indicated", "month", "wijk=WK173003", "2009-01", "2019-01"},
    {"clients indicated", "ivn", "wijk=WK173003 sex=1", "2009-01", "2019-01"},
    {"clients", "month", "age_band=12-17 ivn=4", "2018-01", "2019-01"},
    {"indicated declared approved", "provider", "ivn=3", "2018-01", "2019-01"},
};
static_assert(std::size(kQuestions) == 30);

// Measures that look at more of a client than one month, at how money is spread, and at records.
constexpr BenchQuestion kWideQuestions[] = {
    {"stock_start inflow returned resumed moved_in moved_out outflow interrupted stock_end", "", "", "2009-01", "2019-01"},
    {"stock_start inflow outflow stock_end", "month", "", "2009-01", "2019-01"},
    {"stock_start inflow outflow stock_end", "year", "", "2009-01", "2019-01"},
    {"inflow outflow", "year product", "", "2009-01", "2019-01"},
    {"stock_end moved_in", "month ivn", "", "2018-01", "2019-01"},
    {"inflow outflow", "year age_band", "", "2009-01", "2019-01"},
    {"provisions_start provisions_started provisions_ended provisions_end", "year", "", "2009-01", "2019-01"},
    {"trajectories episodes", "year", "", "2009-01", "2019-01"},
    {"step_down step_up", "year", "", "2009-01", "2019-01"},
    {"inflow", "year", "wijk=WK173003", "2009-01", "2019-01"},
    {"top1_share top10_share gini hhi", "", "", "2009-01", "2019-01"},
    {"top10_share gini cost_p50 cost_p90", "year", "", "2009-01", "2019-01"},
    {"hhi largest5_share", "product", "", "2018-01", "2019-01"},
    {"waits waits_open", "month", "", "2009-01", "2019-01"},
    {"waits wait_days_p50 wait_days_p90", "year provider", "", "2009-01", "2019-01"},
};

double Mebibytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (absl::StartsWith(line, "VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double SecondsOf(const std::function<void()>& work) {
  const double start = ProcessorSeconds();
  work();
  return ProcessorSeconds() - start;
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

int64_t FactCount(const ingestion::v1::FactBatch& batch) {
  int64_t count = 0;
  for (const auto& fact : batch.facts()) count += 1 + (fact.has_claim() ? fact.claim().lines_size() : 0);
  return count;
}

v1::QueryFiguresRequest RequestOf(const BenchQuestion& question) {
  const auto words = [](const char* text) {
    std::vector<std::string> split = absl::StrSplit(text, ' ', absl::SkipEmpty());
    return split;
  };
  v1::QueryFiguresRequest request;
  for (std::string& measure : words(question.measures)) request.add_measures(std::move(measure));
  for (std::string& dimension : words(question.dimensions)) request.add_dimensions(std::move(dimension));
  for (const std::string& filter : words(question.filters)) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(filter, '=');
    auto* added = request.add_filters();
    added->set_dimension(parts.first);
    added->add_values(parts.second);
  }
  request.mutable_period()->set_start_date(absl::StrCat(question.from, "-01"));
  request.mutable_period()->set_end_date(absl::StrCat(question.to, "-01"));
  return request;
}

void Fold(const std::vector<ingestion::v1::FactBatch>& batches, const testing::RegionSpec& spec) {
  // Everything but the last month first, then that month as one page of the feed, then single deliveries.
  const auto last_month = std::find_if(batches.begin(), batches.end(), [](const auto& batch) {
    return batch.known_time().seconds() >= absl::ToUnixSeconds(testing::At("2019-01-01"));
  });
  int64_t facts = 0, late_facts = 0;
  for (auto batch = batches.begin(); batch != batches.end(); ++batch) {
    (batch < last_month ? facts : late_facts) += FactCount(*batch);
  }
  const Moment now = absl::ToUnixMicros(testing::At("2019-01-31"));
  const Month month = MonthOf(2019, 1);
  const double before = Mebibytes();
  Ledger ledger;
  const double add = SecondsOf([&] {
    for (auto batch = batches.begin(); batch != last_month; ++batch) ledger.Add(*batch);
    testing::EachLink(spec, [&](const linking::v1::Link& link, const linking::v1::HouseholdStay& stay) {
      ledger.Add(link);
      ledger.Add(stay);
    });
  });
  const double ledger_mebibytes = Mebibytes() - before;
  std::shared_ptr<const Snapshot> snapshot;
  const double build = SecondsOf([&] { snapshot = BuildSnapshot(ledger.AsKnown(now), month); });
  const auto rows = static_cast<double>(snapshot->table.size());
  std::printf("%-52s %10.0f\n", "provision-months", rows);
  std::printf("%-52s %10zu\n", "clients", snapshot->clients.size());
  std::printf("%-52s %10.1f\n", "bytes per provision-month, with its index", static_cast<double>(snapshot->Bytes()) / rows);
  std::printf("%-52s %10.1f\n", "bytes per provision-month of all facts ever told", ledger_mebibytes * 1048576 / rows);
  std::printf("%-52s %10.0f\n", "facts per second from nothing", static_cast<double>(facts) / (add + build));
  while (!ledger.CatchUp(1'000'000)) {
  }
  double folded = 0;
  const auto patch = [&](const std::function<void()>& add_facts) {
    const Ledger::Mark mark = ledger.Here();
    return SecondsOf([&] {
      folded = SecondsOf([&] {
        add_facts();
        while (!ledger.CatchUp(1'000'000)) {
        }
      });
      const auto part = ledger.AsKnownSince(mark, now, now, month, std::nullopt);
      snapshot = part.has_value() ? PatchSnapshot(*snapshot, *part, month) : BuildSnapshot(ledger.AsKnown(now), month);
    });
  };
  const double page = patch([&] {
    for (auto batch = last_month; batch != batches.end(); ++batch) ledger.Add(*batch);
  });
  std::printf("%-52s %10.0f\n", absl::StrCat("facts per second folded, the ", late_facts, " of a month on top").c_str(),
              static_cast<double>(late_facts) / folded);
  std::printf("%-52s %10.0f\n", "facts per second of the same, until they count in answers",
              static_cast<double>(late_facts) / page);
  int64_t number = 10'000'000;
  for (const int count : {1, 100}) {
    const double seconds = patch([&] {
      std::vector<ingestion::v1::Fact> added;
      for (int i = 0; i < count; ++i) {
        testing::AllocationSpec one;
        one.person = absl::StrCat("newcomer ", number);
        one.number = ++number;
        added.push_back(testing::AllocationOf(one));
      }
      ledger.Add(testing::BatchOf(number, testing::At("2019-01-30"), std::move(added)));
    });
    std::printf("%-52s %10.0f\n", absl::StrCat("ms until a delivery of ", count, " counts").c_str(), seconds * 1e3);
  }
  std::shared_ptr<const Snapshot> earlier;
  const double back = SecondsOf([&] {
    const Moment then = absl::ToUnixMicros(testing::At("2018-12-31"));
    const auto part = ledger.AsKnownSince(ledger.Here(), now, then, MonthOf(2018, 12), OpenFrom(MonthOf(2018, 12)));
    earlier = part.has_value() ? PatchSnapshot(*snapshot, *part, MonthOf(2018, 12))
                               : BuildSnapshot(ledger.AsKnown(then), MonthOf(2018, 12));
  });
  std::printf("%-52s %10.0f\n", "ms for the first question as known a month ago", back * 1e3);
  const double rebuild = SecondsOf([&] { snapshot = BuildSnapshot(ledger.AsKnown(now), month); });
  std::printf("%-52s %10.0f\n", "ms to work out everything (the peer of those)", rebuild * 1e3);
}

// Asks every question so many times. Processor time is what counts; the time on the clock stands beside it.
void Ask(Costs* costs, const char* title, absl::Span<const BenchQuestion> questions, int turns, double most_ms) {
  std::printf("\n%s, asked: p99 under %.0f ms\n%8s %8s %8s %8s  %s\n", title, most_ms, "p50 ms", "p99 ms", "wall p50",
              "figures", "question");
  double worst = 0;
  int slow = 0;
  for (const BenchQuestion& question : questions) {
    const v1::QueryFiguresRequest request = RequestOf(question);
    std::vector<double> times, walls;
    int figures = 0;
    for (int turn = -1; turn < turns; ++turn) {
      const absl::Time begin = absl::Now();
      const double seconds = SecondsOf([&] {
        const auto answer = costs->QueryFigures(Caller(), request);
        Check(answer.status());
        figures = answer->figures_size() + answer->totals_size();
      });
      if (turn < 0) continue;  // The first makes what later ones find.
      times.push_back(seconds);
      walls.push_back(absl::ToDoubleSeconds(absl::Now() - begin));
    }
    std::sort(times.begin(), times.end());
    std::sort(walls.begin(), walls.end());
    const double p99 = times[times.size() * 99 / 100] * 1e3;
    worst = std::max(worst, p99);
    slow += p99 > most_ms ? 1 : 0;
    std::printf("%8.2f %8.2f %8.2f %8d  %s by [%s] where [%s] %s..%s\n", times[times.size() / 2] * 1e3, p99,
                walls[walls.size() / 2] * 1e3, figures, question.measures, question.dimensions, question.filters, question.from,
                question.to);
  }
  std::printf("worst p99: %.2f ms; %d of %zu slower than asked\n", worst, slow, questions.size());
}

void Run(const testing::RegionSpec& spec) {
  const auto folder = std::filesystem::temp_directory_path() / absl::StrCat("nmd-region-bench-", RandomHex(8));
  const std::string path = (folder / "costs.db").string();
  const FakeClock clock(testing::At("2019-01-31"));
  {
    std::vector<ingestion::v1::FactBatch> batches;
    testing::EachDelivery(spec, [&](ingestion::v1::FactBatch batch) { batches.push_back(std::move(batch)); });
    Fold(batches, spec);

    auto journal = *OpenSqliteJournal(path);
    Costs costs(*journal, clock, "gm1730", {});
    Check(costs.Replay());
    for (size_t at = 0; at < batches.size();) {
      ingestion::v1::ListFactsResponse page;
      for (const size_t end = std::min(at + 500, batches.size()); at < end; ++at) *page.add_batches() = std::move(batches[at]);
      Check(costs.AddFacts(page));
    }
    linking::v1::ListLinksResponse links;
    testing::EachLink(spec, [&](linking::v1::Link link, linking::v1::HouseholdStay stay) {
      links.set_next_sequence(stay.sequence());
      *links.add_links() = std::move(link);
      *links.add_stays() = std::move(stay);
    });
    Check(costs.AddLinks(links));
    costs.Warm();
    Check(costs.SaveCheckpoint());
  }
  auto journal = *OpenSqliteJournal(path);
  std::printf("%-52s %10.1f\n", "MB of the checkpoint", static_cast<double>((*journal->LoadCheckpoint())->state.size()) / 1e6);
  Costs costs(*journal, clock, "gm1730", {});
  const double start = SecondsOf([&] {
    Check(costs.Replay());
    costs.SnapshotAt(clock.Now());
  });
  std::printf("%-52s %10.2f\n", "seconds from a cold start to answers", start);
  Ask(&costs, "Thirty questions", kQuestions, 200, 10);
  Ask(&costs, "Flows, trajectories, spread and records", kWideQuestions, 20, 50);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace nmd::costs

int main(int argc, char** argv) {
  nmd::testing::RegionSpec spec;
  if (argc > 1) spec.clients = std::atoi(argv[1]);
  nmd::costs::Run(spec);
  return 0;
}
