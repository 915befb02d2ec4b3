// SPDX-License-Identifier: EUPL-1.2
// The exact stage of linking, end to end: records asked for, sealed, linked, placed in households and durable in SQLite,
// 1,000 persons per delivery; beside it what a plain program would do with the same records: an upsert per record into an
// indexed SQLite table, unsealed. Then: the same persons again a month later, an institution, and starts.
#include <malloc.h>
#include <sqlite3.h>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/linking/linking.h"
#include "services/platform/crypto.h"

namespace nmd::linking {
namespace {

constexpr int kPersonsPerDelivery = 1000;
constexpr int64_t kMonthMicros = int64_t{30} * 24 * 3600 * 1'000'000;

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / absl::StrCat("nmd-linking-bench-", RandomHex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File(absl::string_view name) const { return (path_ / std::string(name)).string(); }

 private:
  const std::filesystem::path path_;
};

// A municipality that delivers all its persons every month: two and a half to a household; a third also from a second
// source. Numbers are not of real people: the check digit alone is right.
class Deliveries : public Peer {
 public:
  Deliveries(int persons, int months, bool one_address) {
    for (int month = 0; month < months; ++month) {
      for (int first = 0; first < persons; first += kPersonsPerDelivery) {
        ingestion::v1::ListPersonRecordsResponse answer;
        ingestion::v1::PersonBatch& batch = *answer.add_batches();
        batch.set_sequence(static_cast<int64_t>(answers_.size()) + 1);
        batch.set_source(first % 3000 == 2000 ? "wmo301" : "jw301");
        batch.mutable_known_time()->set_seconds(1'500'000'000 + month * kMonthMicros / 1'000'000);
        for (int i = first; i < std::min(first + kPersonsPerDelivery, persons); ++i) {
          ingestion::v1::PersonRecord& record = *batch.add_records();
          const int person = batch.source() == "wmo301" ? i - kPersonsPerDelivery : i;
          record.set_person_key(absl::StrFormat("%s%031d", batch.source().substr(0, 1), person));
          record.set_bsn(Bsn(person));
          record.set_surname(Word(person % 4'001));
          record.set_given_names(Word(7'000 + person % 211));
          record.set_birth_day(10'000 + person % 9'000);
          record.set_postcode(one_address ? "9471AB" : absl::StrFormat("9%03dA%c", person / 100 % 1000, 'A' + person / 7 % 26));
          record.set_house_number(one_address ? 1 : 1 + person * 2 / 5);
          record.set_address_start_day(17'000 + month * 30);
        }
        answer.set_next_sequence(batch.sequence());
        records_ += batch.records_size();
        answers_.push_back(answer.SerializeAsString());
      }
    }
  }

  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view bytes, absl::Duration,
                                        const Caller*) const override {
    ingestion::v1::ListPersonRecordsRequest request;
    request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    return answers_[static_cast<size_t>(request.after_sequence())];
  }
  void CallBytesAsync(absl::string_view, std::string, absl::Duration, const Caller*,
                      std::function<void(absl::StatusOr<std::string>)>) const override {}

  const std::vector<std::string>& answers() const { return answers_; }
  int64_t records() const { return records_; }

 private:
  // A name that nobody has: five syllables.
  static std::string Word(int number) {
    std::string word;
    for (int i = 0; i < 5; ++i, number = number / 7 + number % 7 * 343) {
      word += "bdfklrs"[number % 7];
      word += "aeiou"[number % 5];
    }
    return word;
  }
  // The number-th nine digits that pass the 11-test.
  static std::string Bsn(int number) {
    for (int stem = 10'000'000 + number + number / 10;; ++stem) {
      int sum = 0, rest = stem;
      for (int weight = 2; weight <= 9; ++weight, rest /= 10) sum += weight * (rest % 10);
      if (sum % 11 < 10) return absl::StrCat(stem, sum % 11);
    }
  }

  std::vector<std::string> answers_;
  int64_t records_ = 0;
};

void Follow(Linking& linking, const Deliveries& deliveries, benchmark::State& state) {
  for (size_t i = 0; i < deliveries.answers().size(); ++i) {
    if (const absl::Status status = linking.Follow(); !status.ok()) state.SkipWithError(std::string(status.message()).c_str());
  }
}

void Run(benchmark::State& state, int persons, int months, bool one_address) {
  const Deliveries deliveries(persons, months, one_address);
  const SystemClock clock;
  for (auto _ : state) {
    state.PauseTiming();
    const Folder folder;
    const std::unique_ptr<Journal> journal = *OpenSqliteJournal(folder.File("linking.db"));
    const size_t before = mallinfo2().uordblks;
    auto linking = std::make_unique<Linking>(*journal, clock, deliveries, Key::Random(), LinkingOptions{"gm1730", 12, true});
    if (!linking->Load().ok()) state.SkipWithError("no load");
    state.ResumeTiming();
    Follow(*linking, deliveries, state);
    state.PauseTiming();
    state.counters["state_bytes_per_record"] =
        static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(deliveries.records());
    linking.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * deliveries.records());
}

void BM_NewPersons(benchmark::State& state) { Run(state, static_cast<int>(state.range(0)), 1, false); }
BENCHMARK(BM_NewPersons)->Arg(20'000)->Arg(200'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_SamePersonsForTwoYears(benchmark::State& state) { Run(state, static_cast<int>(state.range(0)), 24, false); }
BENCHMARK(BM_SamePersonsForTwoYears)->Arg(10'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_InstitutionForTwoYears(benchmark::State& state) { Run(state, static_cast<int>(state.range(0)), 24, true); }
BENCHMARK(BM_InstitutionForTwoYears)->Arg(1'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_PeerSqliteUpsert(benchmark::State& state) {
  const Deliveries deliveries(static_cast<int>(state.range(0)), 1, false);
  for (auto _ : state) {
    const Folder folder;
    sqlite3* db = nullptr;
    sqlite3_open(folder.File("peer.db").c_str(), &db);
    sqlite3_exec(
        db,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE client(id INTEGER PRIMARY KEY, bsn TEXT UNIQUE);"
        "CREATE TABLE person(key TEXT PRIMARY KEY, bsn TEXT, record BLOB, known INTEGER);"
        "CREATE INDEX by_bsn ON person(bsn)",
        nullptr, nullptr, nullptr);
    sqlite3_stmt* client = nullptr;
    sqlite3_stmt* person = nullptr;
    sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO client(bsn) VALUES(?)", -1, &client, nullptr);
    sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO person VALUES(?,?,?,?)", -1, &person, nullptr);
    for (const std::string& bytes : deliveries.answers()) {
      ingestion::v1::ListPersonRecordsResponse answer;
      answer.ParseFromString(bytes);
      sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr);
      for (const ingestion::v1::PersonRecord& record : answer.batches(0).records()) {
        const std::string whole = record.SerializeAsString();
        sqlite3_bind_text(client, 1, record.bsn().c_str(), -1, SQLITE_STATIC);
        sqlite3_step(client);
        sqlite3_reset(client);
        sqlite3_bind_text(person, 1, record.person_key().c_str(), -1, SQLITE_STATIC);
        sqlite3_bind_text(person, 2, record.bsn().c_str(), -1, SQLITE_STATIC);
        sqlite3_bind_blob(person, 3, whole.data(), static_cast<int>(whole.size()), SQLITE_STATIC);
        sqlite3_bind_int64(person, 4, answer.batches(0).known_time().seconds());
        sqlite3_step(person);
        sqlite3_reset(person);
      }
      sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
    }
    sqlite3_finalize(client);
    sqlite3_finalize(person);
    sqlite3_close(db);
  }
  state.SetItemsProcessed(state.iterations() * deliveries.records());
}
BENCHMARK(BM_PeerSqliteUpsert)->Arg(20'000)->Arg(200'000)->Unit(benchmark::kMillisecond)->UseRealTime();

// A start with and without checkpoint; the municipality's ten years are about this many records.
void BM_Start(benchmark::State& state) {
  const Deliveries deliveries(10'000, 24, false);
  const SystemClock clock;
  const Folder folder;
  const Key key = Key::Random();
  {
    const std::unique_ptr<Journal> journal = *OpenSqliteJournal(folder.File("linking.db"));
    Linking linking(*journal, clock, deliveries, key, {"gm1730", 12, true});
    if (!linking.Load().ok()) state.SkipWithError("no load");
    Follow(linking, deliveries, state);
    const bool with_checkpoint = state.range(0) == 1;
    const absl::Status status = with_checkpoint
                                    ? linking.SaveCheckpoint()
                                    : journal->Rewrite([](const JournalRecord& record) { return std::make_optional(record); });
    if (!status.ok()) state.SkipWithError("no checkpoint");
  }
  for (auto _ : state) {
    const std::unique_ptr<Journal> journal = *OpenSqliteJournal(folder.File("linking.db"));
    Linking linking(*journal, clock, deliveries, key, {"gm1730", 12, true});
    if (!linking.Load().ok()) state.SkipWithError("no load");
  }
  state.SetItemsProcessed(state.iterations() * deliveries.records());
}
BENCHMARK(BM_Start)->ArgName("checkpoint")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nmd::linking
