// SPDX-License-Identifier: EUPL-1.2
#include "tests/contract/journal_contract.h"

#include <libpq-fe.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "services/platform/postgres_journal.h"

namespace nmd {
namespace {

class MemoryBackend : public JournalBackend {
 public:
  absl::StatusOr<std::unique_ptr<Journal>> Open() override { return NewMemoryJournal(); }
  bool durable() const override { return false; }
};

class SqliteBackend : public JournalBackend {
 public:
  SqliteBackend() {
    static int count = 0;
    folder_ = absl::StrCat(::testing::TempDir(), "/journal_contract-", getpid(), "-", ++count);
  }
  ~SqliteBackend() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  absl::StatusOr<std::unique_ptr<Journal>> Open() override { return OpenSqliteJournal(path()); }
  bool durable() const override { return true; }
  std::string path() const { return folder_ + "/made/on/the/way/test.db"; }

 private:
  std::string folder_;
};

// A real server; tests/with_postgres.sh starts one.
const char* PostgresConnection() { return std::getenv("NMD_TEST_POSTGRES"); }

class PostgresBackend : public JournalBackend {
 public:
  PostgresBackend() {
    static int count = 0;
    municipality_ = absl::StrCat("gm", getpid(), "x", ++count);
  }
  absl::StatusOr<std::unique_ptr<Journal>> Open() override { return OpenPostgresJournal(store()); }
  bool durable() const override { return true; }
  PostgresStore store() const { return {PostgresConnection(), "contract", municipality_, absl::ZeroDuration(), "", nullptr}; }
  const std::string& municipality() const { return municipality_; }

 private:
  std::string municipality_;
};

std::vector<JournalStore> Stores() {
  std::vector<JournalStore> stores = {{"Memory", [] { return std::make_unique<MemoryBackend>(); }},
                                      {"Sqlite", [] { return std::make_unique<SqliteBackend>(); }}};
  if (PostgresConnection() != nullptr) {
    stores.push_back({"Postgres", [] { return std::make_unique<PostgresBackend>(); }});
  }
  return stores;
}

INSTANTIATE_TEST_SUITE_P(All, JournalContract, ::testing::ValuesIn(Stores()),
                         [](const ::testing::TestParamInfo<JournalStore>& store) { return store.param.name; });

JournalRecord Record(std::string payload) {
  return {0, absl::FromUnixSeconds(1'520'000'000), "note", std::move(payload), "service:test"};
}

std::string FileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// --- kill -9

constexpr int kBatch = 3;

// Appends batches of kBatch records with a blob for ever, and writes the last sequence to `acknowledge` after each.
[[noreturn]] void AppendForEver(JournalBackend& backend, int acknowledge) {
  absl::StatusOr<std::unique_ptr<Journal>> journal = backend.Open();
  if (!journal.ok()) _exit(1);
  while (true) {
    const int64_t last = (*journal)->LastSequence();
    std::vector<JournalRecord> records;
    for (int i = 1; i <= kBatch; ++i) records.push_back(Record(std::string(2000, static_cast<char>('a' + (last + i) % 26))));
    const absl::StatusOr<int64_t> appended = (*journal)->Append(std::move(records), last, {{absl::StrCat("blob", last), "b"}});
    if (!appended.ok() || write(acknowledge, &*appended, sizeof *appended) != sizeof *appended) _exit(2);
  }
}

// `open_again` may wait until the store has noticed that its holder is gone.
void KillAndLookAgain(JournalBackend& backend, const std::function<absl::StatusOr<std::unique_ptr<Journal>>()>& open_again) {
  int64_t acknowledged = 0;
  // The child is killed at a moment of its own choosing: after so many acknowledgements it is somewhere in its next append.
  for (int acknowledgements : {1, 2, 5, 17, 40, 3}) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      AppendForEver(backend, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    const absl::Cleanup close_pipe = [&] { close(pipe_ends[0]); };
    int64_t sequence = 0;
    for (int i = 0; i < acknowledgements; ++i) {
      ASSERT_EQ(read(pipe_ends[0], &sequence, sizeof sequence), static_cast<ssize_t>(sizeof sequence)) << "the child failed";
    }
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    // What it acknowledged after the last one we waited for counts too.
    while (read(pipe_ends[0], &sequence, sizeof sequence) == static_cast<ssize_t>(sizeof sequence)) {
    }
    EXPECT_GT(sequence, acknowledged);
    acknowledged = sequence;

    absl::StatusOr<std::unique_ptr<Journal>> journal = open_again();
    ASSERT_TRUE(journal.ok()) << journal.status();
    const int64_t last = (*journal)->LastSequence();
    EXPECT_GE(last, acknowledged);
    EXPECT_EQ(last % kBatch, 0) << "a part of an append";
    int64_t next = 1;
    ASSERT_TRUE((*journal)
                    ->Replay(0,
                             [&](const JournalRecord& record) {
                               EXPECT_EQ(record.sequence, next);
                               EXPECT_EQ(record.payload, std::string(2000, static_cast<char>('a' + next % 26)));
                               ++next;
                               return true;
                             })
                    .ok());
    EXPECT_EQ(next, last + 1);
    for (int64_t before = 0; before < last; before += kBatch) {
      EXPECT_TRUE((*journal)->ReadBlob(absl::StrCat("blob", before)).ok()) << before;
    }
    EXPECT_FALSE((*journal)->ReadBlob(absl::StrCat("blob", last)).ok()) << "a blob without its records";
  }
}

TEST(SqliteJournal, AfterKillNineNothingAcknowledgedIsLostAndNothingIsHalfThere) {
  SqliteBackend backend;
  KillAndLookAgain(backend, [&backend] { return backend.Open(); });
}

// --- What only a server can do.

class PostgresJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (PostgresConnection() == nullptr)
      GTEST_SKIP() << "no PostgreSQL: run by tests/with_postgres.sh, with Debian's postgresql";
    admin_ = PQconnectdb(PostgresConnection());
    ASSERT_EQ(PQstatus(admin_), CONNECTION_OK) << PQerrorMessage(admin_);
  }
  void TearDown() override { PQfinish(admin_); }

  // The first value of the answer, "" when there is none.
  std::string Ask(const std::string& sql) {
    PGresult* result = PQexec(admin_, sql.c_str());
    EXPECT_TRUE(PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
        << PQerrorMessage(admin_);
    std::string value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
    PQclear(result);
    return value;
  }
  // The server ends the session of the journal, as it does when it restarts, and has ended it when this returns.
  void EndSession() {
    EXPECT_EQ(
        Ask(absl::StrCat("SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE application_name = "
                         "'nmd-contract-",
                         backend_.municipality(), "'")),
        "t");
  }

  PostgresBackend backend_;
  PGconn* admin_ = nullptr;
};

TEST_F(PostgresJournalTest, AfterKillNineNothingAcknowledgedIsLostAndNothingIsHalfThere) {
  KillAndLookAgain(backend_, [this] {
    // The server lets go of the lock when it has seen that the process is gone.
    PostgresStore store = backend_.store();
    store.lock_wait = absl::Seconds(30);
    return OpenPostgresJournal(store);
  });
}

TEST_F(PostgresJournalTest, AServerThatEndsTheSessionIsOverByItself) {
  const std::unique_ptr<Journal> journal = *backend_.Open();
  ASSERT_TRUE(journal->Append({Record("a")}, 0, {{"blob", "bytes"}}).ok());
  EndSession();
  ASSERT_TRUE(journal->Append({Record("b")}, 1).ok());
  EndSession();
  EXPECT_EQ(*journal->ReadBlob("blob"), "bytes");
  EndSession();
  std::string seen;
  ASSERT_TRUE(journal
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             seen += record.payload;
                             return true;
                           })
                  .ok());
  EXPECT_EQ(seen, "ab");
}

TEST_F(PostgresJournalTest, ASessionThatEndsInTheMiddleOfAnAppendLeavesNothingOfIt) {
  const std::unique_ptr<Journal> journal = *backend_.Open();
  ASSERT_TRUE(journal->Append({Record("a")}, 0).ok());
  // At the commit the server ends the session, before anything is durable.
  Ask("CREATE OR REPLACE FUNCTION nmd_contract.end_session() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$");
  const std::string partition = absl::StrCat("nmd_contract.record_", backend_.municipality());
  Ask(absl::StrCat("CREATE CONSTRAINT TRIGGER ended AFTER INSERT ON ", partition,
                   " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION nmd_contract.end_session()"));
  const absl::Status refused = journal->Append({Record("b"), Record("c")}, 1, {{"blob", "bytes"}}).status();
  EXPECT_EQ(ReasonOf(refused), ErrorReason::UNAVAILABLE_NOW) << refused;
  Ask(absl::StrCat("DROP TRIGGER ended ON ", partition));
  EXPECT_EQ(journal->LastSequence(), 1);
  EXPECT_FALSE(journal->ReadBlob("blob").ok());
  ASSERT_TRUE(journal->Append({Record("d")}, 1).ok());
}

TEST_F(PostgresJournalTest, WhoWasAwayWhileAnotherWroteSaysThatItMustBeginAnew) {
  const std::unique_ptr<Journal> journal = *backend_.Open();
  ASSERT_TRUE(journal->Append({Record("a")}, 0).ok());
  EndSession();
  ASSERT_TRUE((*backend_.Open())->Append({Record("of the other")}, 1).ok());
  for (int i = 0; i < 2; ++i) {
    const absl::Status refused = journal->Append({Record("b")}, 1).status();
    EXPECT_EQ(ReasonOf(refused), ErrorReason::UNAVAILABLE_NOW) << refused;
    EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("restart"));
  }
  EXPECT_FALSE(journal->ReadBlob("blob").ok());
}

TEST_F(PostgresJournalTest, AStandbyWaitsAndTakesOver) {
  std::unique_ptr<Journal> leader = *backend_.Open();
  ASSERT_TRUE(leader->Append({Record("a")}, 0).ok());
  PostgresStore store = backend_.store();
  store.lock_wait = absl::Seconds(60);
  absl::StatusOr<std::unique_ptr<Journal>> standby;
  std::thread waiting([&] { standby = OpenPostgresJournal(store); });
  // It is waiting when the server says so.
  while (Ask(absl::StrCat(
             "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND application_name = 'nmd-contract-",
             backend_.municipality(), "'")) != "1") {
    std::this_thread::yield();
  }
  ASSERT_TRUE(leader->Append({Record("b")}, 1).ok());
  leader.reset();
  waiting.join();
  ASSERT_TRUE(standby.ok()) << standby.status();
  EXPECT_EQ((*standby)->LastSequence(), 2);
}

TEST_F(PostgresJournalTest, MunicipalitiesShareAServerAndNothingElse) {
  PostgresBackend other;
  const std::unique_ptr<Journal> ours = *backend_.Open(), theirs = *other.Open();
  ASSERT_TRUE(ours->Append({Record("ours")}, 0, {{"blob", "ours"}}).ok());
  EXPECT_EQ(theirs->LastSequence(), 0);
  EXPECT_FALSE(theirs->ReadBlob("blob").ok());
  ASSERT_TRUE(theirs->Append({Record("theirs")}, 0, {{"blob", "theirs"}}).ok());
  EXPECT_EQ(*ours->ReadBlob("blob"), "ours");
}

TEST_F(PostgresJournalTest, ARewriteLeavesNoTraceInTheTable) {
  const std::unique_ptr<Journal> journal = *backend_.Open();
  const std::string secret = "Geheimhoudingsplicht";
  ASSERT_TRUE(journal->Append({Record("kept"), Record(secret)}, 0).ok());
  const auto traces = [&](absl::string_view word) {
    Ask("CHECKPOINT");
    return Ask(absl::StrCat("SELECT position('", word,
                            "'::bytea IN pg_read_binary_file(pg_relation_filepath('nmd_contract.record_",
                            backend_.municipality(), "'))) > 0"));
  };
  EXPECT_EQ(traces(secret), "t") << "the search finds what is there";
  // Somebody who might still look at what was there; vacuum would leave it for them.
  PGconn* reader = PQconnectdb(PostgresConnection());
  PQclear(PQexec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1"));
  ASSERT_TRUE(journal
                  ->Rewrite([](const JournalRecord& record) {
                    return record.payload == "kept" ? std::make_optional(record) : std::nullopt;
                  })
                  .ok());
  EXPECT_EQ(traces(secret), "f");
  EXPECT_EQ(traces("kept"), "t");
  PQfinish(reader);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(journal
                    ->Rewrite([i](const JournalRecord& record) {
                      JournalRecord changed = record;
                      changed.payload = absl::StrCat("again ", i);
                      return std::make_optional(changed);
                    })
                    .ok())
        << "as often as one likes";
  }
  EXPECT_EQ(traces("again 1"), "t");
  ASSERT_TRUE(journal->Append({Record("after")}, 2).ok());
}

class PostgresReaderTest : public PostgresJournalTest {
 protected:
  std::unique_ptr<Journal> OpenReader(std::function<void()> on_rewritten = nullptr) {
    PostgresStore store = backend_.store();
    store.reader_of = "127.0.0.1:8105";
    store.on_rewritten = std::move(on_rewritten);
    absl::StatusOr<std::unique_ptr<Journal>> reader = OpenPostgresJournal(store);
    EXPECT_TRUE(reader.ok()) << reader.status();
    return *std::move(reader);
  }
};

TEST_F(PostgresReaderTest, SeesWhatTheWriterAppends) {
  const std::unique_ptr<Journal> writer = *backend_.Open();
  ASSERT_TRUE(writer->Append({Record("a"), Record("b")}, 0, {{"blob", "bytes"}}).ok());
  ASSERT_TRUE(writer->SaveCheckpoint(2, "state").ok());
  const std::unique_ptr<Journal> reader = OpenReader(), other = OpenReader();
  EXPECT_EQ(reader->LastSequence(), 2);
  EXPECT_EQ(*reader->ReadBlob("blob"), "bytes");
  EXPECT_EQ((*reader->LoadCheckpoint())->state, "state");
  EXPECT_EQ(*SumJournal(*reader), *SumJournal(*writer));
  ASSERT_TRUE(writer->Append({Record("c")}, 2).ok());
  for (const Journal* each : {reader.get(), other.get()}) EXPECT_EQ(each->WaitBeyond(2, absl::Seconds(30)), 3);
  std::string seen;
  ASSERT_TRUE(reader
                  ->Replay(2,
                           [&](const JournalRecord& record) {
                             seen += record.payload;
                             return true;
                           })
                  .ok());
  EXPECT_EQ(seen, "c");
}

TEST_F(PostgresReaderTest, RefusesToWriteAndNamesWhoDoes) {
  const std::unique_ptr<Journal> writer = *backend_.Open();
  ASSERT_TRUE(writer->Append({Record("a")}, 0, {{"blob", "bytes"}}).ok());
  ASSERT_TRUE(writer->SaveCheckpoint(1, "of the writer").ok());
  const std::unique_ptr<Journal> reader = OpenReader();
  const auto keep = [](const JournalRecord&) { return std::optional<JournalRecord>(); };
  for (const absl::Status& refused : {reader->Append({Record("b")}, 1).status(), reader->TakeOver({}, 5, {}),
                                      reader->Rewrite(keep), reader->DropBlob("blob")}) {
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
    EXPECT_EQ(ReasonOf(refused), ErrorReason::READS_ONLY);
    EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("127.0.0.1:8105"));
  }
  EXPECT_TRUE(reader->SaveCheckpoint(1, "of the reader").ok());
  EXPECT_EQ((*writer->LoadCheckpoint())->state, "of the writer");
  ASSERT_TRUE(writer->Append({Record("b")}, 1).ok()) << "readers hold up nobody";
}

TEST_F(PostgresReaderTest, GoesOnByItselfWhenTheServerEndedItsSessions) {
  std::unique_ptr<Journal> writer = *backend_.Open();
  const std::unique_ptr<Journal> reader = OpenReader();
  for (int i = 0; i < 3; ++i) {
    EndSession();
    ASSERT_TRUE(writer->Append({Record("a")}, i).ok());
    EXPECT_EQ(reader->WaitBeyond(i, absl::Seconds(30)), i + 1);
  }
  // Another process that takes over is another one that it follows.
  writer.reset();
  writer = *backend_.Open();
  ASSERT_TRUE(writer->Append({Record("b")}, 3).ok());
  EXPECT_EQ(reader->WaitBeyond(3, absl::Seconds(30)), 4);
}

TEST_F(PostgresReaderTest, IsToldThatWhatItFoldedWasRewritten) {
  const std::unique_ptr<Journal> writer = *backend_.Open();
  ASSERT_TRUE(writer->Append({Record("a"), Record("secret")}, 0).ok());
  absl::Notification told;
  const std::unique_ptr<Journal> reader = OpenReader([&] { told.Notify(); });
  // Nothing is rewritten here, so nobody is told.
  ASSERT_TRUE(writer->Rewrite([](const JournalRecord& record) { return std::make_optional(record); }).ok());
  ASSERT_TRUE(writer->Append({Record("b")}, 2).ok());
  EXPECT_EQ(reader->WaitBeyond(2, absl::Seconds(30)), 3);
  EXPECT_FALSE(told.HasBeenNotified());
  ASSERT_TRUE(writer
                  ->Rewrite([](const JournalRecord& record) {
                    return record.payload == "secret" ? std::nullopt : std::make_optional(record);
                  })
                  .ok());
  EXPECT_TRUE(told.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

TEST_F(PostgresJournalTest, TablesGoBackAndForwardWithoutLosingARecord) {
  PostgresStore store = backend_.store();
  store.service = absl::StrCat("schema", getpid());
  const std::string schema = absl::StrCat("nmd_", store.service);
  const absl::Cleanup drop = [&] { Ask(absl::StrCat("DROP SCHEMA ", schema, " CASCADE")); };
  PostgresStore neighbour = store;
  neighbour.municipality += "b";
  std::unique_ptr<Journal> journal = *OpenPostgresJournal(store);
  ASSERT_TRUE(journal->Append({Record("a"), Record("b")}, 0, {{"blob", "bytes"}}).ok());
  ASSERT_TRUE(journal
                  ->Rewrite([](JournalRecord record) {
                    if (record.sequence == 1) record.payload = "A";
                    return std::make_optional(record);
                  })
                  .ok());
  const JournalSum before = *SumJournal(*journal);
  const absl::Status in_use = MovePostgresSchema(store, 1);
  EXPECT_EQ(in_use.code(), absl::StatusCode::kFailedPrecondition) << in_use;
  EXPECT_THAT(std::string(in_use.message()), ::testing::HasSubstr(store.municipality));
  journal.reset();
  // Also of a neighbour in the same schema.
  journal = *OpenPostgresJournal(neighbour);
  EXPECT_EQ(MovePostgresSchema(store, 1).code(), absl::StatusCode::kFailedPrecondition);
  journal.reset();
  for (const int none : {0, kPostgresSchema + 1}) {
    EXPECT_EQ(MovePostgresSchema(store, none).code(), absl::StatusCode::kInvalidArgument);
  }
  for (const int version : {1, kPostgresSchema, 1}) {
    const absl::Status moved = MovePostgresSchema(store, version);
    ASSERT_TRUE(moved.ok()) << moved;
    EXPECT_EQ(Ask(absl::StrCat("SELECT schema FROM ", schema, ".version")), absl::StrCat(version));
    EXPECT_EQ(Ask(absl::StrCat("SELECT count(*) FROM information_schema.columns WHERE table_schema = '", schema,
                               "' AND table_name = 'tail' AND column_name = 'rewrites'")),
              version == 1 ? "0" : "1");
  }
  // What a program of before left is brought forward at the start.
  journal = *OpenPostgresJournal(store);
  EXPECT_EQ(*SumJournal(*journal), before);
  ASSERT_TRUE(journal->Append({Record("c")}, 2).ok());
}

TEST_F(PostgresJournalTest, IsInEveryKeyAndPartitionedByMunicipality) {
  ASSERT_TRUE(backend_.Open().ok());
  // The first column of every primary key, of every table that holds something of a municipality: what Citus asks for.
  EXPECT_EQ(Ask("SELECT string_agg(c.relname || ':' || a.attname, ' ' ORDER BY c.relname) FROM pg_index i"
                " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
                " WHERE i.indisprimary AND c.relnamespace = 'nmd_contract'::regnamespace AND NOT c.relispartition"),
            "blob:municipality checkpoint:municipality record:municipality tail:municipality version:one");
  EXPECT_EQ(Ask("SELECT string_agg(c.relname || ':' || pg_get_partkeydef(c.oid), ' ' ORDER BY c.relname) FROM pg_class c"
                " WHERE c.relkind = 'p' AND c.relnamespace = 'nmd_contract'::regnamespace"),
            "blob:LIST (municipality) checkpoint:LIST (municipality) record:LIST (municipality)");
}

TEST_F(PostgresJournalTest, IsSpreadByCitusWhereThatIsInstalled) {
  if (Ask("SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'") == "0" ||
      !absl::StrContains(Ask("SHOW shared_preload_libraries"), "citus")) {
    GTEST_SKIP() << "the server has no Citus";
  }
  Ask("CREATE EXTENSION IF NOT EXISTS citus");
  PostgresStore store = backend_.store();
  store.service = absl::StrCat("citus", getpid());
  const absl::Cleanup drop = [&] { Ask(absl::StrCat("DROP SCHEMA nmd_", store.service, " CASCADE")); };
  // deploy/README.md: the tables are made by a first start, spread, and used from then on.
  ASSERT_TRUE(OpenPostgresJournal(store).ok());
  std::ifstream file(absl::StrCat(std::getenv("NMD_SOURCE_DIR"), "/deploy/citus.sql"));
  const std::string sql((std::istreambuf_iterator<char>(file)), {});
  Ask(absl::StrReplaceAll(sql, {{":'schema'", absl::StrCat("'nmd_", store.service, "'")}}));
  EXPECT_EQ(Ask(absl::StrCat("SELECT count(*) FROM pg_dist_partition WHERE logicalrelid::text LIKE 'nmd_", store.service,
                             ".%' AND logicalrelid::text ~ '(record|blob|checkpoint|tail)$'")),
            "4");
  std::unique_ptr<Journal> journal = *OpenPostgresJournal(store);
  ASSERT_TRUE(journal->Append({Record("a"), Record("b")}, 0, {{"blob", "bytes"}}).ok());
  ASSERT_TRUE(journal->SaveCheckpoint(2, "state").ok());
  const JournalSum before = *SumJournal(*journal);
  journal.reset();
  EXPECT_EQ(*SumJournal(**OpenPostgresJournal(store)), before);
}

TEST_F(PostgresJournalTest, ASchemaOfAnotherVersionIsRefused) {
  ASSERT_TRUE(backend_.Open().ok());
  PostgresStore store = backend_.store();
  store.service = absl::StrCat("version", getpid());
  ASSERT_TRUE(OpenPostgresJournal(store).ok());
  Ask(absl::StrCat("UPDATE nmd_", store.service, ".version SET schema = 99"));
  EXPECT_EQ(ReasonOf(OpenPostgresJournal(store).status()), ErrorReason::STORE_DAMAGED);
  Ask(absl::StrCat("DROP SCHEMA nmd_", store.service, " CASCADE"));
}

TEST_F(PostgresJournalTest, AServerThatIsNotThereIsUnavailable) {
  PostgresStore store = backend_.store();
  store.connection = absl::StrCat("host=", ::testing::TempDir(), " user=nobody");
  EXPECT_EQ(OpenPostgresJournal(store).status().code(), absl::StatusCode::kUnavailable);
}

// --- What only a file can get wrong.

TEST(SqliteJournal, ARewriteLeavesNoTraceInTheFiles) {
  SqliteBackend backend;
  const std::string secret = "Geheimhoudingsplicht";
  {
    const std::unique_ptr<Journal> journal = *backend.Open();
    ASSERT_TRUE(journal->Append({Record("kept"), Record(secret + std::string(10000, '.'))}, 0).ok());
    ASSERT_TRUE(journal->SaveCheckpoint(2, secret).ok());
    ASSERT_TRUE(journal
                    ->Rewrite([](const JournalRecord& record) {
                      return record.payload == "kept" ? std::make_optional(record) : std::nullopt;
                    })
                    .ok());
    const std::string files = FileBytes(backend.path()) + FileBytes(backend.path() + "-wal");
    EXPECT_EQ(files.find(secret), std::string::npos);
    EXPECT_NE(files.find("kept"), std::string::npos) << "the search finds what is there";
  }
}

TEST(SqliteJournal, ACopyIsMadeBesideItsWriterAndHoldsWholeAppendsOnly) {
  SqliteBackend backend;
  const std::unique_ptr<Journal> journal = *backend.Open();
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop) {
      const int64_t last = journal->LastSequence();
      std::vector<JournalRecord> records;
      for (int i = 1; i <= kBatch; ++i) records.push_back(Record(std::string(2000, static_cast<char>('a' + (last + i) % 26))));
      ASSERT_TRUE(journal->Append(std::move(records), last, {{absl::StrCat("blob", last), "b"}}).ok());
    }
  });
  int64_t before = 0;
  for (int copy = 0; copy < 3; ++copy) {
    while (journal->LastSequence() <= before) std::this_thread::yield();
    before = journal->LastSequence();
    SqliteBackend other;
    std::filesystem::create_directories(std::filesystem::path(other.path()).parent_path());
    // As deploy/backup.sh does.
    sqlite3* reader = nullptr;
    ASSERT_EQ(sqlite3_open_v2(backend.path().c_str(), &reader, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(reader, absl::StrCat("VACUUM INTO '", other.path(), "'").c_str(), nullptr, nullptr, nullptr),
              SQLITE_OK)
        << sqlite3_errmsg(reader);
    sqlite3_close(reader);
    const absl::StatusOr<std::unique_ptr<Journal>> copied = other.Open();
    ASSERT_TRUE(copied.ok()) << copied.status();
    const int64_t last = (*copied)->LastSequence();
    EXPECT_GE(last, before);
    EXPECT_EQ(last % kBatch, 0);
    int64_t next = 1;
    ASSERT_TRUE((*copied)
                    ->Replay(0,
                             [&](const JournalRecord& record) {
                               EXPECT_EQ(record.payload, std::string(2000, static_cast<char>('a' + next++ % 26)));
                               return true;
                             })
                    .ok());
    EXPECT_EQ(next, last + 1);
    EXPECT_EQ((*copied)->BlobNames()->size(), static_cast<size_t>(last / kBatch));
  }
  stop = true;
  writer.join();
}

// What a disk leaves that lost power in the middle of a write: the log cut off at any byte, or with a sector of something else
// in it. What was appended before it is whole; the torn append is there, or nothing of it.
TEST(SqliteJournal, ATornAppendIsThereWholeOrNotAtAll) {
  SqliteBackend backend;
  const std::string folder = std::filesystem::path(backend.path()).parent_path();
  std::string file, log_before, log;
  {
    const std::unique_ptr<Journal> journal = *backend.Open();
    ASSERT_TRUE(journal->Append({Record("first"), Record("second")}, 0, {{"kept", "bytes"}}).ok());
    log_before = FileBytes(backend.path() + "-wal");
    ASSERT_TRUE(
        journal->Append({Record(std::string(9000, 'x')), Record("fourth")}, 2, {{"torn", std::string(9000, 'y')}}).ok());
    file = FileBytes(backend.path());
    log = FileBytes(backend.path() + "-wal");
  }
  ASSERT_GT(log.size(), log_before.size() + 18'000);
  std::mt19937 random(20260101);
  int whole = 0, none = 0;
  for (int i = 0; i < 120; ++i) {
    std::string torn = log;
    const size_t at = log_before.size() + random() % (log.size() - log_before.size() + 1);
    if (i == 0) {
      // Untouched: the last append counts without the file having been closed.
    } else if (i % 2 == 0) {
      torn.resize(at);
    } else {
      for (size_t byte = at & ~size_t{511}; byte < std::min(torn.size(), (at & ~size_t{511}) + 512); ++byte) {
        if (byte >= log_before.size()) torn[byte] = static_cast<char>(random());
      }
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) std::filesystem::remove(entry);
    std::ofstream(backend.path(), std::ios::binary) << file;
    std::ofstream(backend.path() + "-wal", std::ios::binary) << torn;
    const absl::StatusOr<std::unique_ptr<Journal>> journal = backend.Open();
    ASSERT_TRUE(journal.ok()) << journal.status() << " at " << at;
    std::string seen;
    ASSERT_TRUE((*journal)
                    ->Replay(0,
                             [&](const JournalRecord& record) {
                               seen += absl::StrCat(record.payload.size(), " ");
                               return true;
                             })
                    .ok());
    const bool torn_is_there = (*journal)->LastSequence() == 4;
    EXPECT_EQ(seen, torn_is_there ? "5 6 9000 6 " : "5 6 ") << at;
    EXPECT_EQ((*journal)->ReadBlob("torn").ok(), torn_is_there) << at;
    EXPECT_EQ(*(*journal)->ReadBlob("kept"), "bytes");
    (torn_is_there ? whole : none) += 1;
    ASSERT_TRUE((*journal)->Append({Record("after")}, torn_is_there ? 4 : 2).ok());
  }
  EXPECT_GT(whole, 0);
  EXPECT_GT(none, 50);
}

TEST(SqliteJournal, IsForItsOwnerOnlyAndBeginsWithAnEmptyLog) {
  SqliteBackend backend;
  ASSERT_TRUE((*backend.Open())->Append({Record("a")}, 0).ok());
  std::filesystem::permissions(backend.path(), std::filesystem::perms(0644));
  const std::unique_ptr<Journal> journal = *backend.Open();
  EXPECT_EQ(FileBytes(backend.path() + "-wal"), "") << "it may hold what a rewrite erased";
  ASSERT_TRUE(journal->Append({Record("b")}, 1).ok());
  for (const char* suffix : {"", "-wal"}) {
    EXPECT_EQ(std::filesystem::status(backend.path() + suffix).permissions(), std::filesystem::perms(0600)) << suffix;
  }
}

TEST(SqliteJournal, AFullDiskRefusesAnAppendWholeAndIsOverWhenThereIsRoomAgain) {
  SqliteBackend backend;
  std::unique_ptr<Journal> journal = *backend.Open();
  ASSERT_TRUE(journal->Append({Record("before")}, 0).ok());
  rlimit room;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &room), 0);
  const rlimit full = {200'000, room.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const absl::Status refused =
      journal->Append({Record("small"), Record(std::string(1 << 20, 'x'))}, 1, {{"blob", "bytes"}}).status();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &room), 0);
  EXPECT_EQ(ReasonOf(refused), ErrorReason::UNAVAILABLE_NOW) << refused;
  EXPECT_EQ(journal->LastSequence(), 1);
  ASSERT_TRUE(journal->Append({Record("after")}, 1).ok());
  journal.reset();
  journal = *backend.Open();
  std::string seen;
  ASSERT_TRUE(journal
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             seen += record.payload + " ";
                             return true;
                           })
                  .ok());
  EXPECT_EQ(seen, "before after ");
  EXPECT_FALSE(journal->ReadBlob("blob").ok());
}

TEST(SqliteJournal, AHeldFileIsRefusedWithAReasonToActOn) {
  SqliteBackend backend;
  int held[2], release[2];
  ASSERT_EQ(pipe(held), 0);
  ASSERT_EQ(pipe(release), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(release[1]);
    absl::StatusOr<std::unique_ptr<Journal>> journal = backend.Open();
    const char state = journal.ok() ? 'y' : 'n';
    if (write(held[1], &state, 1) != 1) _exit(1);
    char ignored;
    // Ends when the parent closes its end.
    _exit(read(release[0], &ignored, 1) == 0 ? 0 : 1);
  }
  char state = 0;
  ASSERT_EQ(read(held[0], &state, 1), 1);
  ASSERT_EQ(state, 'y');
  const absl::Status status = backend.Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  for (int end : {held[0], held[1], release[0], release[1]}) close(end);
  int exit_status = 0;
  ASSERT_EQ(waitpid(child, &exit_status, 0), child);
  EXPECT_TRUE(backend.Open().ok()) << "free again when the holder is gone";
}

TEST(SqliteJournal, AFileThatIsNoJournalIsRefused) {
  SqliteBackend backend;
  std::filesystem::create_directories(std::filesystem::path(backend.path()).parent_path());
  std::ofstream(backend.path()) << std::string(5000, 'x');
  const absl::Status status = backend.Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::STORE_DAMAGED);
  EXPECT_EQ(FileBytes(backend.path()), std::string(5000, 'x')) << "and left as it is";
}

}  // namespace
}  // namespace nmd
