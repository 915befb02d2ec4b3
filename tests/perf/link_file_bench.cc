// SPDX-License-Identifier: EUPL-1.2
// Linking 1,005,067 invented Dutch records: the whole command (reading, training, scoring, clustering, writing), its inner
// loop, and one new record against a million. Beside it, in the same run, what the same pairs cost when done plainly: compared
// field by field as strings, and joined in SQLite. Splink 5 on a set of this size (29 million pairs, not this machine): 189
// CPU-seconds, 6 GB; 0.25 million pairs scored per CPU-second.
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/cli/link_file.h"
#include "services/linking/engine/blocking.h"
#include "services/linking/engine/compare.h"
#include "services/linking/engine/link.h"
#include "services/linking/engine/live_index.h"
#include "services/linking/engine/testing_population.h"
#include "services/platform/clock.h"

namespace nmd::linking::engine {
namespace {

using testing::MadeUp;

// Numbers from here on pass the 11-test and are of nobody that is known of.
constexpr uint32_t kFirstNumber = 900'000'000;

double CpuSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double PeakMebibytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

PersonText TextOf(const MadeUp& r) {
  return {r.number, r.given, r.family, {}, r.birth, r.sex, r.postcode, r.house, {}, {}, {}, {}};
}

// First of all, so that the peak is its own.
void BM_Command(benchmark::State& state) {
  const auto folder = std::filesystem::temp_directory_path() / absl::StrCat("nmd-link-file-bench-", getpid());
  std::filesystem::create_directories(folder);
  cli::LinkFile command;
  command.input = (folder / "in.csv").string();
  command.output = (folder / "out.csv").string();
  command.columns = {"id=id", "ssn=bsn", "given=given", "family=family", "birth=birth", "sex=sex", "postcode=pc", "house=nr"};
  command.threads = static_cast<int>(state.range(1));
  {
    std::ofstream file(command.input);
    file << "id,bsn,given,family,birth,sex,pc,nr\n";
    testing::Population(1, kFirstNumber).Make(static_cast<uint32_t>(state.range(0)), [&](const MadeUp& r) {
      file << r.id << ',' << r.number << ',' << r.given << ',' << r.family << ',' << r.birth << ',' << r.sex << ','
           << r.postcode << ',' << r.house << '\n';
    });
  }
  const SystemClock clock;
  std::ostringstream out, err;
  double cpu = 0;
  for (auto _ : state) {
    const double start = CpuSeconds();
    const auto code = cli::RunLinkFile(command, {out, err, false, clock, [](absl::Duration) {}});
    if (!code.ok() || *code != 0) state.SkipWithError("not linked");
    cpu = CpuSeconds() - start;
  }
  std::filesystem::remove_all(folder);
  state.counters["cpu_s"] = cpu;
  state.counters["peak_MiB"] = PeakMebibytes();
  state.counters["splink5_cpu_s"] = 189.4 * static_cast<double>(state.range(0)) / 1'005'067;
}
BENCHMARK(BM_Command)->Args({1'005'067, 1})->Args({1'005'067, 2})->Iterations(1)->Unit(benchmark::kMillisecond);

struct Set {
  explicit Set(uint32_t n) {
    testing::Population(1, kFirstNumber).Make(n, [&](const MadeUp& r) {
      persons.Add(r.id, TextOf(r));
      texts.push_back(r);
    });
    Persons copy;
    for (const MadeUp& r : texts) copy.Add(r.id, TextOf(r));
    model = Link(copy, {}).model;
    persons.Sort();
    scorer = std::make_unique<Scorer>(model, persons);
    std::vector<uint32_t> items(persons.size());
    for (uint32_t i = 0; i < items.size(); ++i) items[i] = i;
    blocks = std::make_unique<Blocks>(persons, items, model.rules, false);
  }
  Persons persons;
  std::vector<MadeUp> texts;  // As added.
  Model model;
  std::unique_ptr<Scorer> scorer;
  std::unique_ptr<Blocks> blocks;
};

const Set& Hundred() {
  static const Set* const set = new Set(100'000);
  return *set;
}

// Gathering, cheap step and full comparison of what is left, as linking does it, on one core.
void BM_InnerLoop(benchmark::State& state) {
  const Set& set = Hundred();
  int64_t pairs = 0, links = 0;
  std::vector<Hot> hot;
  for (auto _ : state) {
    for (size_t i = 0; i < set.blocks->runs(); ++i) {
      const Blocks::Run run = set.blocks->run(i);
      hot.clear();
      for (const uint32_t member : run.members) hot.push_back(set.persons.hot(member));
      for (size_t a = 0; a + 1 < hot.size(); ++a) {
        for (size_t b = a + 1; b < hot.size(); ++b) {
          if (!set.scorer->MayReach(hot[a], hot[b], set.model.review)) continue;
          links += set.scorer->Decide(hot[a], hot[b], set.model.review).verdict == Verdict::kLink;
        }
      }
      pairs += run.pairs();
    }
  }
  benchmark::DoNotOptimize(links);
  state.SetItemsProcessed(pairs);
  state.counters["splink5_pairs_per_cpu_s"] = 252'000;
}
BENCHMARK(BM_InnerLoop)->Unit(benchmark::kMillisecond);

// The peer: every field of the same pairs compared as text, no step before, no packing.
void BM_PlainComparison(benchmark::State& state) {
  const Set& set = Hundred();
  int64_t pairs = 0, links = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < set.blocks->runs(); ++i) {
      const Blocks::Run run = set.blocks->run(i);
      ForEachPair(run, [&](uint32_t x, uint32_t y) {
        const MadeUp& a = set.texts[set.persons.added(x)];
        const MadeUp& b = set.texts[set.persons.added(y)];
        double weight = -20;
        weight += JaroWinkler(a.given, b.given) > 920 ? 5 : -6;
        weight += JaroWinkler(a.family, b.family) > 920 ? 7 : -5;
        weight += a.birth == b.birth ? 14 : WithinOneEdit(a.birth, b.birth) ? 3 : -10;
        weight += a.sex == b.sex ? 1 : -5;
        weight += a.postcode == b.postcode ? (a.house == b.house ? 14 : 2) : -2;
        weight += a.number == b.number ? 20 : WithinOneEdit(a.number, b.number) ? 10 : -9;
        links += weight > 0;
      });
      pairs += run.pairs();
    }
  }
  benchmark::DoNotOptimize(links);
  state.SetItemsProcessed(pairs);
}
BENCHMARK(BM_PlainComparison)->Unit(benchmark::kMillisecond);

// The peer: two of the rules as an indexed self-join in SQLite, equality of fields only.
void BM_SqliteJoin(benchmark::State& state) {
  const Set& set = Hundred();
  sqlite3* db = nullptr;
  sqlite3_open(":memory:", &db);
  sqlite3_exec(db, "create table p(i integer primary key,bsn,given,family,birth,sex,pc,nr); begin", nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "insert into p(bsn,given,family,birth,sex,pc,nr) values(?,?,?,?,?,?,?)", -1, &insert, nullptr);
  for (const MadeUp& r : set.texts) {
    int column = 0;
    for (const std::string* text : {&r.number, &r.given, &r.family, &r.birth, &r.sex, &r.postcode, &r.house}) {
      sqlite3_bind_text(insert, ++column, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
    }
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_exec(db, "commit; create index b on p(birth); create index a on p(pc,nr)", nullptr, nullptr, nullptr);
  int64_t pairs = 0;
  for (auto _ : state) {
    sqlite3_stmt* query = nullptr;
    sqlite3_prepare_v2(
        db,
        "select count(*), sum((x.bsn=y.bsn)*20+(x.given=y.given)*5+(x.family=y.family)*7+(x.sex=y.sex)+(x.pc=y.pc)*10"
        ">30) from p x join p y on x.birth=y.birth and x.i<y.i where x.birth<>''",
        -1, &query, nullptr);
    if (sqlite3_step(query) != SQLITE_ROW) state.SkipWithError("no answer");
    pairs += sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
  }
  sqlite3_close(db);
  state.SetItemsProcessed(pairs);
}
BENCHMARK(BM_SqliteJoin)->Unit(benchmark::kMillisecond);

// One new record against all: how long it takes until it is known who it is.
void BM_OneRecord(benchmark::State& state) {
  const auto n = static_cast<uint32_t>(state.range(0));
  constexpr uint32_t kNew = 20'000;
  std::vector<MadeUp> records;
  records.reserve(n + kNew);
  testing::Population(1, kFirstNumber).Make(n + kNew, [&](const MadeUp& r) { records.push_back(r); });
  Model model;
  {
    Persons persons;
    for (const MadeUp& r : records) persons.Add(r.id, TextOf(r));
    model = Link(persons, {}).model;
  }
  // Time of the thread, so that other work on the machine does not count; and by the clock on the wall.
  struct Times {
    std::vector<double> cpu, wall;
    double Of(std::vector<double> Times::*which, double quantile) {
      std::vector<double>& times = this->*which;
      std::sort(times.begin(), times.end());
      return times[std::min(times.size() - 1, static_cast<size_t>(static_cast<double>(times.size()) * quantile))];
    }
  };
  const auto now = [](clockid_t clock) {
    timespec t;
    clock_gettime(clock, &t);
    return 1e6 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_nsec);
  };
  LiveIndex index(std::move(model));
  const auto add = [&](const MadeUp& record, Times& times) {
    const double start_wall = now(CLOCK_MONOTONIC), start = now(CLOCK_THREAD_CPUTIME_ID);
    index.Add(record.id, TextOf(record));
    times.cpu.push_back(now(CLOCK_THREAD_CPUTIME_ID) - start);
    times.wall.push_back(now(CLOCK_MONOTONIC) - start_wall);
  };
  // Evenly from all, so that new records are of households that are in. Filling is timed too: tables grow then.
  Times filling, times;
  const uint32_t step = (n + kNew) / kNew;
  for (uint32_t i = 0; i < records.size(); ++i) {
    if (i % step != 0) add(records[i], filling);
  }
  for (auto _ : state) {
    for (uint32_t i = 0; i < records.size(); i += step) add(records[i], times);
  }
  state.SetItemsProcessed(static_cast<int64_t>(times.cpu.size()));
  state.counters["p50_us"] = times.Of(&Times::cpu, .5);
  state.counters["p99_us"] = times.Of(&Times::cpu, .99);
  state.counters["worst_us"] = times.Of(&Times::cpu, 1);
  state.counters["wall_p99_us"] = times.Of(&Times::wall, .99);
  state.counters["filling_p99_us"] = filling.Of(&Times::cpu, .99);
  state.counters["filling_worst_us"] = filling.Of(&Times::cpu, 1);
}
BENCHMARK(BM_OneRecord)->Arg(100'000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nmd::linking::engine
