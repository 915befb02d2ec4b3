// SPDX-License-Identifier: EUPL-1.2
// The journal on this machine's disk: appends per batch size, beside the same rows written to plain SQLite with its
// default durability (journal_mode=DELETE, synchronous=FULL); and replay. With NMD_TEST_POSTGRES (tests/with_postgres.sh) the
// same of PostgreSQL, beside its own bulk path: COPY of the same rows in a transaction each.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "services/platform/crypto.h"
#include "services/platform/journal.h"
#include "services/platform/postgres_journal.h"

namespace nmd {
namespace {

constexpr size_t kPayloadBytes = 300;

std::string TemporaryFile() {
  const auto folder = std::filesystem::temp_directory_path() / absl::StrCat("nmd-journal-bench-", RandomHex(8));
  std::filesystem::create_directories(folder);
  return (folder / "bench.db").string();
}

std::vector<JournalRecord> Batch(int64_t count) {
  return std::vector<JournalRecord>(static_cast<size_t>(count),
                                    {0, absl::UnixEpoch(), "delivery", std::string(kPayloadBytes, 'x'), "bench"});
}

void BM_Append(benchmark::State& state) {
  const std::string path = TemporaryFile();
  auto journal = *OpenSqliteJournal(path);
  const std::vector<JournalRecord> batch = Batch(state.range(0));
  for (auto _ : state) {
    if (!journal->Append(batch, journal->LastSequence()).ok()) state.SkipWithError("append failed");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  journal.reset();
  std::filesystem::remove_all(std::filesystem::path(path).parent_path());
}
BENCHMARK(BM_Append)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

void BM_PeerPlainSqlite(benchmark::State& state) {
  const std::string path = TemporaryFile();
  sqlite3* db = nullptr;
  sqlite3_open(path.c_str(), &db);
  sqlite3_exec(db, "CREATE TABLE record(sequence INTEGER PRIMARY KEY, payload BLOB)", nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO record(payload) VALUES(?)", -1, &insert, nullptr);
  const std::string payload(kPayloadBytes, 'x');
  for (auto _ : state) {
    sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr);
    for (int64_t i = 0; i < state.range(0); ++i) {
      sqlite3_bind_blob(insert, 1, payload.data(), static_cast<int>(payload.size()), SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  sqlite3_finalize(insert);
  sqlite3_close(db);
  std::filesystem::remove_all(std::filesystem::path(path).parent_path());
}
BENCHMARK(BM_PeerPlainSqlite)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

void BM_AppendPostgres(benchmark::State& state) {
  const char* connection = std::getenv("NMD_TEST_POSTGRES");
  if (connection == nullptr) return state.SkipWithError("no NMD_TEST_POSTGRES");
  auto journal = *OpenPostgresJournal({connection, "bench", RandomHex(8), absl::ZeroDuration()});
  const std::vector<JournalRecord> batch = Batch(state.range(0));
  for (auto _ : state) {
    if (!journal->Append(batch, journal->LastSequence()).ok()) state.SkipWithError("append failed");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_AppendPostgres)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

void BM_PeerPostgresCopy(benchmark::State& state) {
  const char* connection = std::getenv("NMD_TEST_POSTGRES");
  if (connection == nullptr) return state.SkipWithError("no NMD_TEST_POSTGRES");
  PGconn* db = PQconnectdb(connection);
  const auto run = [db](const char* sql) { PQclear(PQexec(db, sql)); };
  run("DROP TABLE IF EXISTS bench_peer; CREATE TABLE bench_peer(sequence bigint PRIMARY KEY, payload text)");
  int64_t sequence = 0;
  const std::string payload(kPayloadBytes, 'x');
  for (auto _ : state) {
    std::string rows;
    for (int64_t i = 0; i < state.range(0); ++i) absl::StrAppend(&rows, ++sequence, "\t", payload, "\n");
    run("COPY bench_peer FROM STDIN");
    PQputCopyData(db, rows.data(), static_cast<int>(rows.size()));
    PQputCopyEnd(db, nullptr);
    while (PGresult* result = PQgetResult(db)) {
      if (PQresultStatus(result) != PGRES_COMMAND_OK) state.SkipWithError("copy failed");
      PQclear(result);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  run("DROP TABLE bench_peer");
  PQfinish(db);
}
BENCHMARK(BM_PeerPostgresCopy)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

void BM_Replay(benchmark::State& state) {
  const std::string path = TemporaryFile();
  auto journal = *OpenSqliteJournal(path);
  constexpr int64_t kRecords = 100'000;
  for (int64_t i = 0; i < kRecords / 1000; ++i) {
    if (!journal->Append(Batch(1000), journal->LastSequence()).ok()) state.SkipWithError("append failed");
  }
  for (auto _ : state) {
    int64_t bytes = 0;
    const absl::Status status = journal->Replay(0, [&bytes](const JournalRecord& record) {
      bytes += static_cast<int64_t>(record.payload.size());
      return true;
    });
    if (!status.ok()) state.SkipWithError("replay failed");
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
  journal.reset();
  std::filesystem::remove_all(std::filesystem::path(path).parent_path());
}
BENCHMARK(BM_Replay)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nmd
