// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/journal.h"
#include "services/platform/journal_tail.h"
#include "services/platform/mutex.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

// "NMDJ": tells our files from other SQLite files. The user version is the version of the schema below.
constexpr int kApplicationId = 0x4e4d444a;
constexpr int kSchemaVersion = 1;
// How long to wait for who reads the file, where that matters.
constexpr int kBusyMilliseconds = 60'000;

constexpr char kSchema[] = R"sql(
  CREATE TABLE IF NOT EXISTS record(
    sequence INTEGER PRIMARY KEY, record_micros INTEGER NOT NULL, kind TEXT NOT NULL, payload BLOB NOT NULL, actor TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS blob(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS checkpoint(
    one INTEGER PRIMARY KEY CHECK(one = 1), sequence INTEGER NOT NULL, sha256 TEXT NOT NULL, state BLOB NOT NULL);
  -- The last sequence outlives a Rewrite that drops the newest records.
  CREATE TABLE IF NOT EXISTS tail(one INTEGER PRIMARY KEY CHECK(one = 1), sequence INTEGER NOT NULL);
  INSERT OR IGNORE INTO tail VALUES(1, 0);
)sql";

absl::Status SqlError(sqlite3* db, absl::string_view doing) {
  const int code = sqlite3_errcode(db);
  const std::string text = absl::StrCat("journal: ", doing, ": ", sqlite3_errmsg(db));
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, text);
    default:
      return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, text);
  }
}

// A prepared statement, bound by position.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) { sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool ready() const { return statement_ != nullptr; }
  Statement& Bind(int at, int64_t value) {
    sqlite3_bind_int64(statement_, at, value);
    return *this;
  }
  // The text must live until Reset.
  Statement& BindText(int at, absl::string_view text) {
    sqlite3_bind_text64(statement_, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
  }
  Statement& BindBlob(int at, absl::string_view bytes) {
    // A null pointer would store NULL instead of an empty blob.
    sqlite3_bind_blob64(statement_, at, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
    return *this;
  }
  int Step() { return sqlite3_step(statement_); }
  void Reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string Bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    return data == nullptr
               ? ""
               : std::string(static_cast<const char*>(data), static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

JournalRecord ReadRecord(const Statement& row) {
  return {row.Int(0), absl::FromUnixMicros(row.Int(1)), row.Bytes(2), row.Bytes(3), row.Bytes(4)};
}

// One connection, one mutex: a service appends in batches and reads feeds in chunks, so readers never wait long.
class SqliteJournal : public Journal {
 public:
  // Owns both; `held` is the file whose lock makes this process the only one that writes.
  SqliteJournal(sqlite3* db, int held)
      : closer_{db, held},
        db_(db),
        insert_record_(db, "INSERT INTO record VALUES(?,?,?,?,?)"),
        insert_blob_(db, "INSERT OR IGNORE INTO blob VALUES(?,?)"),
        update_tail_(db, "UPDATE tail SET sequence=?"),
        read_tail_(db, "SELECT sequence FROM tail"),
        read_records_(
            db,
            "SELECT sequence, record_micros, kind, payload, actor FROM record WHERE sequence>? ORDER BY sequence LIMIT 256"),
        read_blob_(db, "SELECT bytes FROM blob WHERE name=?"),
        drop_blob_(db, "DELETE FROM blob WHERE name=?"),
        save_checkpoint_(db, "INSERT OR REPLACE INTO checkpoint VALUES(1,?,?,?)"),
        load_checkpoint_(db, "SELECT sequence, sha256, state FROM checkpoint") {}

  absl::Status Load() {
    MutexLock lock(mutex_);
    if (read_tail_.Step() != SQLITE_ROW) return SqlError(db_, "reading the tail");
    tail_.MoveTo(read_tail_.Int(0));
    read_tail_.Reset();
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected_sequence,
                                 std::vector<Blob> blobs) override {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(tail_.Expect(expected_sequence));
    int64_t sequence = expected_sequence;
    for (JournalRecord& record : records) record.sequence = ++sequence;
    NMD_RETURN_IF_ERROR(Write(records, sequence, blobs));
    return sequence;
  }

  absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) override {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(tail_.ExpectBefore(records, last));
    return Write(records, last, blobs);
  }

  absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const override {
    while (true) {
      std::vector<JournalRecord> chunk;
      {
        MutexLock lock(mutex_);
        read_records_.Bind(1, after);
        const absl::Cleanup reset = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { read_records_.Reset(); };
        size_t bytes = 0;
        int code;
        // At most about 4 MiB per chunk, whatever the records' size.
        while (bytes < (4u << 20) && (code = read_records_.Step()) == SQLITE_ROW) {
          chunk.push_back(ReadRecord(read_records_));
          bytes += chunk.back().payload.size();
        }
        if (chunk.empty() && code != SQLITE_DONE) return SqlError(db_, "replaying");
      }
      if (chunk.empty()) return absl::OkStatus();
      for (const JournalRecord& record : chunk) {
        if (!visit(record)) return absl::OkStatus();
      }
      after = chunk.back().sequence;
    }
  }

  int64_t LastSequence() const override { return tail_.last(); }
  int64_t WaitBeyond(int64_t after, absl::Duration timeout) const override { return tail_.WaitBeyond(after, timeout); }
  void Interrupt() override { tail_.Interrupt(); }

  absl::Status Rewrite(const std::function<std::optional<JournalRecord>(const JournalRecord&)>& keep) override {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(Transaction([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
      Statement all(db_, "SELECT sequence, record_micros, kind, payload, actor FROM record ORDER BY sequence");
      Statement update(db_, "UPDATE record SET record_micros=?, payload=?, actor=? WHERE sequence=?");
      Statement drop(db_, "DELETE FROM record WHERE sequence=?");
      int code;
      while ((code = all.Step()) == SQLITE_ROW) {
        const JournalRecord record = ReadRecord(all);
        const std::optional<JournalRecord> kept = keep(record);
        if (!kept.has_value()) {
          drop.Bind(1, record.sequence);
          NMD_RETURN_IF_ERROR(Finish(drop, "dropping"));
        } else if (kept->payload != record.payload || kept->actor != record.actor || kept->record_time != record.record_time) {
          update.Bind(1, absl::ToUnixMicros(kept->record_time)).BindBlob(2, kept->payload).BindText(3, kept->actor);
          update.Bind(4, record.sequence);
          NMD_RETURN_IF_ERROR(Finish(update, "rewriting"));
        }
      }
      if (code != SQLITE_DONE) return SqlError(db_, "reading for a rewrite");
      return Execute("DELETE FROM checkpoint");
    }));
    // secure_delete zeroed the pages; the write-ahead log still holds old copies until it is truncated. Waits for who reads
    // beside.
    return TruncateLog();
  }

  absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) override {
    const std::string sha256 = Sha256Hex(state);
    MutexLock lock(mutex_);
    save_checkpoint_.Bind(1, sequence).BindText(2, sha256).BindBlob(3, state);
    return Finish(save_checkpoint_, "saving a checkpoint");
  }

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const override {
    Checkpoint checkpoint;
    std::string sha256;
    {
      MutexLock lock(mutex_);
      const absl::Cleanup reset = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { load_checkpoint_.Reset(); };
      const int code = load_checkpoint_.Step();
      if (code == SQLITE_DONE) return std::optional<Checkpoint>();
      if (code != SQLITE_ROW) return SqlError(db_, "loading a checkpoint");
      checkpoint.sequence = load_checkpoint_.Int(0);
      sha256 = load_checkpoint_.Bytes(1);
      checkpoint.state = load_checkpoint_.Bytes(2);
    }
    if (Sha256Hex(checkpoint.state) != sha256) return std::optional<Checkpoint>();
    return std::optional<Checkpoint>(std::move(checkpoint));
  }

  absl::StatusOr<std::string> ReadBlob(absl::string_view name) const override {
    MutexLock lock(mutex_);
    read_blob_.BindText(1, name);
    const absl::Cleanup reset = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { read_blob_.Reset(); };
    const int code = read_blob_.Step();
    if (code == SQLITE_DONE) return NotFound(name);
    if (code != SQLITE_ROW) return SqlError(db_, "reading a blob");
    return read_blob_.Bytes(0);
  }

  absl::StatusOr<std::vector<std::string>> BlobNames() const override {
    MutexLock lock(mutex_);
    Statement all(db_, "SELECT name FROM blob ORDER BY name");
    std::vector<std::string> names;
    int code;
    while ((code = all.Step()) == SQLITE_ROW) names.push_back(all.Bytes(0));
    if (code != SQLITE_DONE) return SqlError(db_, "listing blobs");
    return names;
  }

  absl::Status DropBlob(absl::string_view name) override {
    MutexLock lock(mutex_);
    drop_blob_.BindText(1, name);
    return Finish(drop_blob_, "dropping a blob");
  }

 private:
  // Records with their sequences, and blobs, after which the journal ends at `last`.
  absl::Status Write(const std::vector<JournalRecord>& records, int64_t last, const std::vector<Blob>& blobs)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    NMD_RETURN_IF_ERROR(Transaction([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
      for (const JournalRecord& record : records) {
        insert_record_.Bind(1, record.sequence).Bind(2, absl::ToUnixMicros(record.record_time)).BindText(3, record.kind);
        insert_record_.BindBlob(4, record.payload).BindText(5, record.actor);
        NMD_RETURN_IF_ERROR(Finish(insert_record_, "appending"));
      }
      for (const Blob& blob : blobs) {
        insert_blob_.BindText(1, blob.name).BindBlob(2, blob.bytes);
        NMD_RETURN_IF_ERROR(Finish(insert_blob_, "storing a blob"));
      }
      update_tail_.Bind(1, last);
      return Finish(update_tail_, "moving the tail");
    }));
    tail_.MoveTo(last);
    return absl::OkStatus();
  }

  template <typename Body>
  absl::Status Transaction(Body body) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    NMD_RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
    absl::Status status = body();
    if (status.ok()) status = Execute("COMMIT");
    if (!status.ok()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    return status;
  }

  absl::Status Execute(const char* sql) const {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return SqlError(db_, sql);
    return absl::OkStatus();
  }

  absl::Status TruncateLog() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Statement truncate(db_, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (truncate.Step() != SQLITE_ROW) return SqlError(db_, "truncating the log");
    if (truncate.Int(0) == 0) return absl::OkStatus();
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                "journal: what was rewritten is still in the log, because somebody reads the file; it goes at the next start");
  }

  absl::Status Finish(Statement& statement, absl::string_view doing) const {
    const int code = statement.Step();
    absl::Status status = code == SQLITE_DONE || code == SQLITE_ROW ? absl::OkStatus() : SqlError(db_, doing);
    statement.Reset();
    return status;
  }

  struct Closer {
    sqlite3* db;
    int held;
    ~Closer() {
      sqlite3_close(db);
      close(held);
    }
  };

  mutable Mutex mutex_;
  JournalTail tail_;
  Closer closer_;  // Before the statements, so that it is destroyed after them.
  sqlite3* const db_;
  Statement insert_record_ ABSL_GUARDED_BY(mutex_);
  Statement insert_blob_ ABSL_GUARDED_BY(mutex_);
  Statement update_tail_ ABSL_GUARDED_BY(mutex_);
  mutable Statement read_tail_ ABSL_GUARDED_BY(mutex_);
  mutable Statement read_records_ ABSL_GUARDED_BY(mutex_);
  mutable Statement read_blob_ ABSL_GUARDED_BY(mutex_);
  Statement drop_blob_ ABSL_GUARDED_BY(mutex_);
  Statement save_checkpoint_ ABSL_GUARDED_BY(mutex_);
  mutable Statement load_checkpoint_ ABSL_GUARDED_BY(mutex_);
};

int64_t Pragma(sqlite3* db, const char* sql) {
  Statement statement(db, sql);
  return statement.ready() && statement.Step() == SQLITE_ROW ? statement.Int(0) : -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& path) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  // One process per journal: SQLite's own locks let others read beside it, for a backup of a service in use. Never removed, so
  // that nobody locks another file of that name.
  const int held = open(absl::StrCat(path, ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  absl::Cleanup release = [held] { close(held); };
  if (held < 0) {
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                absl::StrCat("journal: opening ", path, ": ", std::strerror(errno)));
  }
  if (flock(held, LOCK_EX | LOCK_NB) != 0) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::UNAVAILABLE_NOW,
                "journal: another process holds the file; stop it first");
  }
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  absl::Cleanup close_database = [&db] { sqlite3_close(db); };
  if (code != SQLITE_OK) return SqlError(db, absl::StrCat("opening ", path));
  // It holds facts about people: nobody but the service's own user reads it. The log beside it takes the mode of the file.
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
  const auto run = [db](const std::string& sql) -> absl::Status {
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return absl::OkStatus();
    return SqlError(db, "preparing the file");
  };
  const int64_t application = Pragma(db, "PRAGMA application_id"), version = Pragma(db, "PRAGMA user_version");
  const int64_t tables = Pragma(db, "SELECT count(*) FROM sqlite_master");
  if (tables < 0) {
    NMD_RETURN_IF_ERROR(run("SELECT count(*) FROM sqlite_master"));
  }
  if (tables > 0 && (application != kApplicationId || version != kSchemaVersion)) {
    return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
                absl::StrCat(path, " is not a journal of this version (application ", application, ", schema ", version, ")"));
  }
  // What reads beside this process is a backup; it may take as long as this.
  sqlite3_busy_timeout(db, kBusyMilliseconds);
  for (const char* pragma :
       {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON", "PRAGMA wal_autocheckpoint=4000"}) {
    NMD_RETURN_IF_ERROR(run(pragma));
  }
  NMD_RETURN_IF_ERROR(run(absl::StrCat("BEGIN IMMEDIATE; PRAGMA application_id=", kApplicationId,
                                       "; PRAGMA user_version=", kSchemaVersion, ";", kSchema, "COMMIT")));
  // What a crash between a rewrite and its checkpoint left in the log goes now.
  NMD_RETURN_IF_ERROR(run("PRAGMA wal_checkpoint(TRUNCATE)"));
  auto journal = std::make_unique<SqliteJournal>(db, held);
  std::move(close_database).Cancel();
  std::move(release).Cancel();
  NMD_RETURN_IF_ERROR(journal->Load());
  return journal;
}

}  // namespace nmd
