// SPDX-License-Identifier: EUPL-1.2
// Counting figures: the kernel on ten million synthetic rows, the same questions in SQLite on one million rows (counter
// times_faster compares per row, in one run), making a snapshot from facts, and whole questions to the service.
#include <sqlite3.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <tuple>

#include <benchmark/benchmark.h>

#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/costs/costs.h"
#include "services/costs/fact_table.h"
#include "services/costs/ledger.h"
#include "services/costs/snapshot.h"
#include "services/platform/clock.h"
#include "services/platform/crypto.h"
#include "services/platform/journal.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

constexpr size_t kManyRows = 10'000'000;
constexpr size_t kPeerRows = 1'000'000;
constexpr uint32_t kMonths = 36;
constexpr uint32_t kProducts = 60;  // 36 x 60 = 2,160 groups.
constexpr uint32_t kProviders = 300;
constexpr uint32_t kLevels = 9;

// Clients with some provisions of some months each, as a municipality has them, until there are `rows` rows. What is not of the
// month is of the provision or the client; or, when not `steady`, some of it differs from month to month, as it never does.
FactTable SyntheticTable(size_t rows, bool steady = true) {
  std::mt19937 random(20180201);
  const auto pick = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  FactTable table;
  table.first_month = MonthOf(2018, 1);
  table.end_month = table.first_month + static_cast<Month>(kMonths);
  table.fields = {Column(kMonths), Column(3), Column(20), Column(kProducts), Column(kLevels),  Column(kProviders),
                  Column(9),       Column(3), Column(20), Column(100),       Column(1'000'000)};
  uint32_t provision = 0;
  for (uint32_t client = 0; table.size() < rows; ++client) {
    const uint32_t wijk = pick(20), buurt = wijk * 5 + pick(5), household = pick(1'000'000);
    for (uint32_t left = 1 + pick(3); left > 0; --left, ++provision) {
      const uint32_t product = pick(kProducts), provider = pick(kProviders), referrer = pick(9);
      const uint32_t first = pick(kMonths);
      const uint32_t end = std::min(kMonths, first + 1 + pick(18));
      for (uint32_t month = first; month < end && table.size() < rows; ++month) {
        const uint32_t codes[kFieldCount] = {
            month,    1 + product % 2, product / 3, product, product % kLevels,
            provider, referrer,        client % 3,  wijk,    steady ? buurt : wijk * 5 + pick(5),
            household};
        for (size_t field = 0; field < kFieldCount; ++field) table.fields[field].Push(codes[field]);
        table.client.push_back(client);
        table.provision.push_back(provision);
        table.indicated.push_back(20'000 + pick(300'000));
        table.declared.push_back(pick(300'000));
        table.approved.push_back(pick(300'000));
        table.flags.push_back(kCounts | kExact);
        table.from_day.push_back(1);
        table.to_day.push_back(29);
        table.claim_lines.push_back(1);
        table.answered_lines.push_back(1);
      }
    }
  }
  table.Index();
  return table;
}

const FactTable& ManyRows() {
  static const FactTable* table = new FactTable(SyntheticTable(kManyRows));
  return *table;
}

Axis AxisOf(const FactTable& table, Field field) {
  Axis axis{&table.fields[field], {}, table.fields[field].cardinality()};
  for (uint32_t code = 0; code < axis.size; ++code) axis.position.push_back(code);
  return axis;
}

TableQuery Everything(const FactTable& table) {
  TableQuery query;
  query.first = table.first_month;
  query.end = table.end_month;
  query.group_limit = 100'000;
  return query;
}

// a: amount and distinct clients by month and product.
TableQuery ByMonthAndProduct(const FactTable& table) {
  TableQuery query = Everything(table);
  query.groups = {AxisOf(table, kMonthField), AxisOf(table, kProductField)};
  query.wanted.clients = query.wanted.indicated = true;
  return query;
}

// c: one provider in one year, by level.
TableQuery ProviderAndYear(const FactTable& table) {
  TableQuery query = Everything(table);
  query.first += 12;
  query.end = query.first + 12;
  query.groups = {AxisOf(table, kIvnField)};
  Axis provider{&table.fields[kProviderField], std::vector<uint32_t>(kProviders, Axis::kDropped), 1};
  provider.position[17] = 0;
  query.filters = {provider};
  query.wanted.clients = query.wanted.indicated = true;
  return query;
}

// Of the processor: others may be at work too.
double SecondsOf(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double start = now();
  work();
  return now() - start;
}

void Measure(benchmark::State& state, const FactTable& table, const TableQuery& query) {
  size_t groups = 0;
  for (auto _ : state) groups = Aggregate(table, query)->size();
  state.counters["groups"] = static_cast<double>(groups);
  state.counters["rows"] = static_cast<double>(table.size());
  state.counters["rows_per_run"] = static_cast<double>(table.size()) / static_cast<double>(table.runs.size());
}

void BM_SumAndClientsByMonthAndProduct(benchmark::State& state) { Measure(state, ManyRows(), ByMonthAndProduct(ManyRows())); }
BENCHMARK(BM_SumAndClientsByMonthAndProduct)->Unit(benchmark::kMillisecond);

// The same when no two rows are alike, so that every run is one row: the worst there can be.
void BM_RowsThatAllDiffer(benchmark::State& state) {
  static const FactTable* table = new FactTable(SyntheticTable(kManyRows, false));
  Measure(state, *table, ByMonthAndProduct(*table));
}
BENCHMARK(BM_RowsThatAllDiffer)->Unit(benchmark::kMillisecond);

// What merely reading the columns of that question row by row costs.
void BM_PlainReadOfTheSameColumns(benchmark::State& state) {
  const FactTable& table = ManyRows();
  const auto sum = [](const auto& rows) { return std::accumulate(rows.begin(), rows.end(), uint64_t{0}); };
  for (auto _ : state) {
    uint64_t all = sum(table.client) + sum(table.flags) + table.indicated.Visit(sum);
    for (const Field field : {kMonthField, kProductField}) all += table.fields[field].Visit(sum);
    benchmark::DoNotOptimize(all);
  }
}
BENCHMARK(BM_PlainReadOfTheSameColumns)->Unit(benchmark::kMillisecond);

void BM_SumClientsAndProvisionsByMonthAndProduct(benchmark::State& state) {
  TableQuery query = ByMonthAndProduct(ManyRows());
  query.wanted.provisions = true;
  Measure(state, ManyRows(), query);
}
BENCHMARK(BM_SumClientsAndProvisionsByMonthAndProduct)->Unit(benchmark::kMillisecond);

void BM_SumAndClientsByMonthAndBuurt(benchmark::State& state) {
  TableQuery query = ByMonthAndProduct(ManyRows());
  query.groups = {AxisOf(ManyRows(), kMonthField), AxisOf(ManyRows(), kBuurtField)};
  Measure(state, ManyRows(), query);
}
BENCHMARK(BM_SumAndClientsByMonthAndBuurt)->Unit(benchmark::kMillisecond);

void BM_TotalOfEverything(benchmark::State& state) {
  TableQuery query = Everything(ManyRows());
  query.wanted.clients = query.wanted.indicated = true;
  Measure(state, ManyRows(), query);
}
BENCHMARK(BM_TotalOfEverything)->Unit(benchmark::kMillisecond);

void BM_OneMonthByProduct(benchmark::State& state) {
  TableQuery query = ByMonthAndProduct(ManyRows());
  query.groups = {AxisOf(ManyRows(), kProductField)};
  query.end = query.first + 1;
  Measure(state, ManyRows(), query);
}
BENCHMARK(BM_OneMonthByProduct)->Unit(benchmark::kMillisecond);

void BM_ProviderAndYearByLevel(benchmark::State& state) { Measure(state, ManyRows(), ProviderAndYear(ManyRows())); }
BENCHMARK(BM_ProviderAndYearByLevel)->Unit(benchmark::kMillisecond);

// The same rows and questions in SQLite, in memory, with an index for the filter. One iteration: it takes seconds.
void ComparePeer(benchmark::State& state, const std::string& sql, TableQuery (*question)(const FactTable&)) {
  const FactTable table = SyntheticTable(kPeerRows);
  sqlite3* db = nullptr;
  sqlite3_open(":memory:", &db);
  sqlite3_exec(db, "CREATE TABLE fact(client INT, month INT, product INT, provider INT, ivn INT, indicated INT)", nullptr,
               nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO fact VALUES(?,?,?,?,?,?)", -1, &insert, nullptr);
  sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr);
  for (size_t row = 0; row < table.size(); ++row) {
    const int64_t values[] = {table.client[row],
                              table.fields[kMonthField][row],
                              table.fields[kProductField][row],
                              table.fields[kProviderField][row],
                              table.fields[kIvnField][row],
                              table.indicated[row]};
    for (int i = 0; i < 6; ++i) sqlite3_bind_int64(insert, i + 1, values[i]);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_exec(db, "COMMIT; CREATE INDEX by_provider ON fact(provider, month)", nullptr, nullptr, nullptr);
  sqlite3_finalize(insert);

  const auto peer_answer = [&] {
    int64_t groups = 0, clients = 0, cents = 0;
    sqlite3_stmt* select = nullptr;
    sqlite3_prepare_v2(db, sql.c_str(), -1, &select, nullptr);
    while (sqlite3_step(select) == SQLITE_ROW) {
      ++groups;
      clients += sqlite3_column_int64(select, 0);
      cents += sqlite3_column_int64(select, 1);
    }
    sqlite3_finalize(select);
    return std::tuple(groups, clients, cents);
  };
  const TableQuery query = question(table);
  const auto own_answer = [&] {
    std::tuple<int64_t, int64_t, int64_t> sum;
    const auto groups = Aggregate(table, query);
    for (const Group& group : *groups) {
      std::get<0>(sum) += 1;
      std::get<1>(sum) += group.totals.clients;
      std::get<2>(sum) += group.totals.indicated;
    }
    return sum;
  };
  for (auto _ : state) {
    std::tuple<int64_t, int64_t, int64_t> peer, own;
    const double peer_seconds = SecondsOf([&] { peer = peer_answer(); });
    constexpr int kTurns = 20;
    const double own_seconds = SecondsOf([&] {
                                 for (int turn = 0; turn < kTurns; ++turn) own = own_answer();
                               }) /
                               kTurns;
    if (peer != own) state.SkipWithError("the two disagree");
    const TableQuery many = question(ManyRows());
    const double many_seconds = SecondsOf([&] { benchmark::DoNotOptimize(Aggregate(ManyRows(), many)); });
    state.counters["sqlite_ms"] = peer_seconds * 1e3;
    state.counters["own_ms"] = own_seconds * 1e3;
    state.counters["times_faster"] = peer_seconds / own_seconds;
    state.counters["times_faster_per_row_of_10M"] = (peer_seconds / kPeerRows) / (many_seconds / kManyRows);
  }
  sqlite3_close(db);
}

// What a peer takes is compared with our time for the same rows. PostgreSQL is asked by psql when
// NMD_TEST_POSTGRES holds a connection string for it; its own clock (\timing) leaves out what psql takes.
void ComparePostgres(benchmark::State& state, const std::string& sql, TableQuery (*question)(const FactTable&)) {
  const char* connection = std::getenv("NMD_TEST_POSTGRES");
  if (connection == nullptr) return state.SkipWithError("no NMD_TEST_POSTGRES");
  const FactTable table = SyntheticTable(kPeerRows);
  const std::string path = (std::filesystem::temp_directory_path() / ("nmd-figures-bench-" + RandomHex(8))).string();
  {
    std::ofstream rows(path + ".csv");
    for (size_t row = 0; row < table.size(); ++row) {
      rows << table.client[row] << ',' << table.fields[kMonthField][row] << ',' << table.fields[kProductField][row] << ','
           << table.fields[kProviderField][row] << ',' << table.fields[kIvnField][row] << ',' << table.indicated[row] << '\n';
    }
    std::ofstream script(path + ".sql");
    script << "SET max_parallel_workers_per_gather = 0; SET work_mem = '256MB';\n"
              "CREATE TEMP TABLE fact(client INT, month INT, product INT, provider INT, ivn INT, indicated BIGINT);\n"
              "\\copy fact FROM '"
           << path
           << ".csv' CSV\n"
              "CREATE INDEX ON fact(provider, month); ANALYZE fact;\n\\o /dev/null\n"
           << sql << ";\n\\timing on\n"
           << sql << ";\n";
  }
  const TableQuery query = question(table);
  for (auto _ : state) {
    std::string output;
    FILE* psql = popen(("psql -X -q -A -t -f '" + path + ".sql' '" + connection + "'").c_str(), "r");
    char buffer[4096];
    while (const size_t count = std::fread(buffer, 1, sizeof(buffer), psql)) output.append(buffer, count);
    pclose(psql);
    const size_t time = output.rfind("Time: ");
    if (time == std::string::npos) return state.SkipWithError("no answer");
    const double peer = std::atof(output.c_str() + time + 6) / 1e3;
    constexpr int kTurns = 20;
    const double own = SecondsOf([&] {
                         for (int turn = 0; turn < kTurns; ++turn) benchmark::DoNotOptimize(Aggregate(table, query));
                       }) /
                       kTurns;
    state.counters["postgresql_ms"] = peer * 1e3;
    state.counters["own_ms"] = own * 1e3;
    state.counters["times_faster"] = peer / own;
  }
  std::filesystem::remove(path + ".csv");
  std::filesystem::remove(path + ".sql");
}

void BM_PeerSqliteByMonthAndProduct(benchmark::State& state) {
  ComparePeer(state, "SELECT count(DISTINCT client), sum(indicated) FROM fact GROUP BY month, product", ByMonthAndProduct);
}
BENCHMARK(BM_PeerSqliteByMonthAndProduct)->Iterations(1)->Unit(benchmark::kMillisecond);

void BM_PeerSqliteProviderAndYear(benchmark::State& state) {
  ComparePeer(state,
              "SELECT count(DISTINCT client), sum(indicated) FROM fact WHERE provider = 17 AND month >= 12 AND month < 24 "
              "GROUP BY ivn",
              ProviderAndYear);
}
BENCHMARK(BM_PeerSqliteProviderAndYear)->Iterations(1)->Unit(benchmark::kMillisecond);

void BM_PeerPostgresByMonthAndProduct(benchmark::State& state) {
  ComparePostgres(state, "SELECT count(DISTINCT client), sum(indicated) FROM fact GROUP BY month, product", ByMonthAndProduct);
}
BENCHMARK(BM_PeerPostgresByMonthAndProduct)->Iterations(1)->Unit(benchmark::kMillisecond);

void BM_PeerPostgresProviderAndYear(benchmark::State& state) {
  ComparePostgres(state,
                  "SELECT count(DISTINCT client), sum(indicated) FROM fact WHERE provider = 17 AND month >= 12 AND month < 24 "
                  "GROUP BY ivn",
                  ProviderAndYear);
}
BENCHMARK(BM_PeerPostgresProviderAndYear)->Iterations(1)->Unit(benchmark::kMillisecond);

// How it grows, on 20,000,000 rows: with the share of rows a filter keeps, with dimensions, and with groups.
const FactTable& TwiceAsManyRows() {
  static const FactTable* table = new FactTable(SyntheticTable(2 * kManyRows));
  return *table;
}

// Keeps the first `kept` of the 300 providers.
void BM_ScaleSelectivity(benchmark::State& state) {
  const FactTable& table = TwiceAsManyRows();
  TableQuery query = ByMonthAndProduct(table);
  Axis filter{&table.fields[kProviderField], std::vector<uint32_t>(kProviders, Axis::kDropped), 1};
  std::fill_n(filter.position.begin(), state.range(0), 0);
  query.filters = {filter};
  Measure(state, table, query);
  state.counters["bytes_per_row"] = static_cast<double>(table.Bytes()) / static_cast<double>(table.size());
}
BENCHMARK(BM_ScaleSelectivity)->Arg(1)->Arg(3)->Arg(30)->Arg(150)->Arg(300)->Unit(benchmark::kMillisecond);

void BM_ScaleDimensions(benchmark::State& state) {
  const FactTable& table = TwiceAsManyRows();
  TableQuery query = Everything(table);
  query.wanted.clients = query.wanted.indicated = true;
  const Field fields[] = {kMonthField, kIvnField, kSexField, kLawField, kWijkField};
  for (int64_t i = 0; i < state.range(0); ++i) query.groups.push_back(AxisOf(table, fields[i]));
  Measure(state, table, query);
}
BENCHMARK(BM_ScaleDimensions)->DenseRange(0, 5)->Unit(benchmark::kMillisecond);

void BM_ScaleGroups(benchmark::State& state) {
  const FactTable& table = TwiceAsManyRows();
  TableQuery query = Everything(table);
  query.wanted.clients = query.wanted.indicated = true;
  const std::vector<std::vector<Field>> groups = {{kIvnField},
                                                  {kMonthField},
                                                  {kMonthField, kProductField},
                                                  {kMonthField, kProviderField},
                                                  {kMonthField, kProductField, kWijkField},
                                                  {kProviderField, kProductField, kWijkField}};
  for (const Field field : groups[static_cast<size_t>(state.range(0))]) query.groups.push_back(AxisOf(table, field));
  query.group_limit = 10'000'000;
  Measure(state, table, query);
}
BENCHMARK(BM_ScaleGroups)->DenseRange(0, 5)->Unit(benchmark::kMillisecond);

// Ten years of one municipality: clients with some allocations of a year each, and a claim line a month.
std::vector<ingestion::v1::FactBatch> TenYears(int allocations) {
  std::mt19937 random(7);
  std::vector<ingestion::v1::FactBatch> batches;
  std::vector<ingestion::v1::Fact> facts;
  for (int product = 0; product < 60; ++product) {
    const std::string code = "45A" + std::to_string(10 + product);
    facts.push_back(testing::TariffOf(code, 10'000 + product, "2009-01-01"));
    facts.push_back(testing::LevelOf(code, std::to_string(1 + product % 8), "2009-01-01"));
  }
  for (int i = 0; i < allocations; ++i) {
    testing::AllocationSpec spec;
    spec.person = "person-" + std::to_string(random() % static_cast<uint32_t>(allocations / 3 + 1));
    spec.number = i + 1;
    spec.product = "45A" + std::to_string(10 + random() % 60);
    const Day first = DayOf(2010, 1, 1) + static_cast<Day>(random() % 3'300);
    spec.first = FormatDay(first);
    spec.last = FormatDay(first + 30 + static_cast<Day>(random() % 600));
    spec.provider = "990000" + std::to_string(10 + random() % 80);
    facts.push_back(testing::AllocationOf(spec));
    if (facts.size() < 500) continue;
    batches.push_back(testing::BatchOf(static_cast<int64_t>(batches.size()) + 1, testing::At("2020-01-01"), std::move(facts)));
    facts.clear();
  }
  batches.push_back(testing::BatchOf(static_cast<int64_t>(batches.size()) + 1, testing::At("2020-01-01"), std::move(facts)));
  return batches;
}

void BM_MakeSnapshot(benchmark::State& state) {
  Ledger ledger;
  for (const auto& batch : TenYears(static_cast<int>(state.range(0)))) ledger.Add(batch);
  const Moment moment = absl::ToUnixMicros(testing::At("2020-02-01"));
  size_t rows = 0;
  for (auto _ : state) rows = BuildSnapshot(ledger.AsKnown(moment), MonthOf(2020, 2))->table.size();
  state.counters["rows"] = static_cast<double>(rows);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(rows));
}
BENCHMARK(BM_MakeSnapshot)->Arg(36'000)->Unit(benchmark::kMillisecond);

void BM_Fold(benchmark::State& state) {
  const auto batches = TenYears(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    Ledger ledger;
    for (const auto& batch : batches) ledger.Add(batch);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Fold)->Arg(36'000)->Unit(benchmark::kMillisecond);

// A whole question, from request to figures with labels and statements, over about 400,000 rows.
void BM_QueryFigures(benchmark::State& state) {
  const FakeClock clock(testing::At("2020-02-01"));
  const auto journal = NewMemoryJournal();
  Costs costs(*journal, clock, "gm1730", {});
  ingestion::v1::ListFactsResponse feed;
  for (auto& batch : TenYears(36'000)) *feed.add_batches() = std::move(batch);
  if (!costs.AddFacts(feed).ok()) state.SkipWithError("not taken in");
  costs.Warm();
  v1::QueryFiguresRequest request;
  for (const char* measure : {"clients", "provisions", "indicated"}) request.add_measures(measure);
  request.add_dimensions("month");
  if (state.range(0) == 1) request.add_dimensions("ivn");
  request.mutable_period()->set_start_date("2010-01-01");
  request.mutable_period()->set_end_date("2020-01-01");
  int figures = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    const auto response = costs.QueryFigures(Caller(), request);
    if (!response.ok()) state.SkipWithError("refused");
    figures = response->figures_size();
    bytes = static_cast<int64_t>(response->ByteSizeLong());
  }
  state.counters["figures"] = figures;
  state.counters["bytes_per_figure"] = static_cast<double>(bytes) / figures;
}
BENCHMARK(BM_QueryFigures)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nmd::costs
