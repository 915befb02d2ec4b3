// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/postgres_journal.h"

#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/journal_tail.h"
#include "services/platform/mutex.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

// The tables of version 1, and what has been changed in them since; new tables are made the same way, so that there is one.
// Each change only adds, so that a step back loses nothing but what the step brought.
struct SchemaStep {
  const char* forward;
  const char* back;
};
constexpr SchemaStep kSchemaSteps[] = {
    // 2: how often records were rewritten in place, for readers.
    {"ALTER TABLE tail ADD COLUMN rewrites bigint NOT NULL DEFAULT 0", "ALTER TABLE tail DROP COLUMN rewrites"},
};
static_assert(kPostgresSchema == 1 + std::size(kSchemaSteps));

// Everything is kept by municipality, in partitions of its own: one can be moved, emptied and distributed without the others.
constexpr char kSchema[] = R"sql(
  CREATE TABLE IF NOT EXISTS version(one int PRIMARY KEY CHECK(one = 1), schema int NOT NULL);
  INSERT INTO version VALUES(1, 1) ON CONFLICT DO NOTHING;
  CREATE TABLE IF NOT EXISTS record(
    municipality text NOT NULL, sequence bigint NOT NULL, record_micros bigint NOT NULL, kind text NOT NULL,
    payload bytea NOT NULL, actor bytea NOT NULL, PRIMARY KEY(municipality, sequence)) PARTITION BY LIST(municipality);
  CREATE TABLE IF NOT EXISTS blob(
    municipality text NOT NULL, name text NOT NULL, bytes bytea NOT NULL, PRIMARY KEY(municipality, name))
    PARTITION BY LIST(municipality);
  CREATE TABLE IF NOT EXISTS checkpoint(
    municipality text PRIMARY KEY, sequence bigint NOT NULL, sha256 text NOT NULL, state bytea NOT NULL)
    PARTITION BY LIST(municipality);
  -- The last sequence outlives a Rewrite that drops the newest records.
  CREATE TABLE IF NOT EXISTS tail(municipality text PRIMARY KEY, sequence bigint NOT NULL);
)sql";

// At most 256 records and, beyond the first, about 4 MiB: the sizes are known without reading the payloads.
constexpr char kReadRecords[] = R"sql(
  SELECT sequence, record_micros, kind, payload, actor FROM (
    SELECT *, sum(octet_length(payload)) OVER (ORDER BY sequence) - octet_length(payload) AS before FROM (
      SELECT * FROM record WHERE municipality = $1 AND sequence > $2 ORDER BY sequence LIMIT 256) AS page) AS sized
  WHERE before < 4194304 ORDER BY sequence)sql";

class Result {
 public:
  explicit Result(PGresult* result) : result_(result) {}
  Result(Result&& other) noexcept : result_(std::exchange(other.result_, nullptr)) {}
  Result& operator=(Result&&) = delete;
  ~Result() { PQclear(result_); }

  PGresult* get() const { return result_; }
  ExecStatusType status() const { return PQresultStatus(result_); }
  int rows() const { return PQntuples(result_); }
  int64_t changed() const {
    int64_t count = 0;
    return absl::SimpleAtoi(PQcmdTuples(result_), &count) ? count : 0;
  }
  // Of a result in binary: a bigint, and a text or bytea.
  int64_t Int(int row, int column) const {
    uint64_t wire;
    std::memcpy(&wire, PQgetvalue(result_, row, column), sizeof wire);
    return static_cast<int64_t>(be64toh(wire));
  }
  std::string Bytes(int row, int column) const {
    return std::string(PQgetvalue(result_, row, column), static_cast<size_t>(PQgetlength(result_, row, column)));
  }
  absl::string_view sqlstate() const {
    const char* code = PQresultErrorField(result_, PG_DIAG_SQLSTATE);
    return code == nullptr ? "" : code;
  }

 private:
  PGresult* result_;
};

// What a statement is called with. Texts and bytes must outlive it.
class Parameters {
 public:
  Parameters& Int(int64_t value) {
    ints_.push_back(absl::StrCat(value));
    return Add(nullptr, 0, 0);
  }
  Parameters& Text(absl::string_view text) { return Add(text.data(), text.size(), 1); }
  Parameters& Bytes(absl::string_view bytes) { return Add(bytes.empty() ? "" : bytes.data(), bytes.size(), 1); }

  Result Execute(PGconn* connection, const char* sql) const {
    std::vector<const char*> values = values_;
    for (size_t i = 0, next = 0; i < values.size(); ++i) {
      if (values[i] == nullptr) values[i] = ints_[next++].c_str();
    }
    return Result(PQexecParams(connection, sql, static_cast<int>(values.size()), nullptr, values.data(), lengths_.data(),
                               formats_.data(), /*resultFormat=*/1));
  }

 private:
  Parameters& Add(const char* value, size_t size, int format) {
    values_.push_back(value);
    lengths_.push_back(static_cast<int>(size));
    formats_.push_back(format);
    return *this;
  }
  std::vector<const char*> values_;  // Null: the next of ints_.
  std::vector<int> lengths_, formats_;
  std::vector<std::string> ints_;
};

// Rows in the binary format of COPY.
class CopyRows {
 public:
  CopyRows() : bytes_("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19) {}
  void BeginRow(int16_t fields) { Big(htobe16(static_cast<uint16_t>(fields))); }
  void Int(int64_t value) {
    Big(htobe32(8));
    Big(htobe64(static_cast<uint64_t>(value)));
  }
  void Bytes(absl::string_view bytes) {
    Big(htobe32(static_cast<uint32_t>(bytes.size())));
    bytes_.append(bytes.data(), bytes.size());
  }
  void End() { Big(htobe16(0xffff)); }
  std::string& bytes() { return bytes_; }

 private:
  template <typename Number>
  void Big(Number wire) {
    bytes_.append(reinterpret_cast<const char*>(&wire), sizeof wire);
  }
  std::string bytes_;
};

// One session, one mutex, as the SQLite journal: a service appends in batches and reads feeds in chunks. The session holds an
// advisory lock, so that one process writes; the tail is moved only from where the writer believes it is, so that even a
// process that lost its session cannot write beside the next one.
class PostgresJournal : public Journal {
 public:
  PostgresJournal(PGconn* connection, const PostgresStore& store)
      : connection_(connection),
        municipality_(store.municipality),
        reader_of_(store.reader_of),
        snapshot_(store.snapshot),
        schema_(absl::StrCat("nmd_", store.service)),
        lock_(LockOf(absl::StrCat(schema_, "/", municipality_))) {}

  ~PostgresJournal() override {
    following_.reset();
    PQfinish(connection_);
  }

  absl::Status Open(absl::Duration lock_wait) {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(BeginSession(lock_wait));
    if (!reads_only()) {
      NMD_RETURN_IF_ERROR(Transaction([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return MakeTables(); }));
    }
    NMD_ASSIGN_OR_RETURN(const Tail tail, ReadTail());
    tail_.MoveTo(tail.sequence);
    rewrites_ = tail.rewrites;
    return absl::OkStatus();
  }

  // Follows the writer, of a reader: `listener` is a session of its own. Call once, after Open.
  void Follow(PGconn* listener, std::function<void()> on_rewritten) {
    following_ = std::make_unique<Following>(listener, Channel(), [this, on_rewritten = std::move(on_rewritten)] {
      MutexLock lock(mutex_);
      if (!Ready().ok()) return;
      const absl::StatusOr<Tail> tail = ReadTail();
      if (!tail.ok()) return;
      if (tail->rewrites != rewrites_) {
        rewrites_ = tail->rewrites;
        if (on_rewritten != nullptr) on_rewritten();
      }
      if (tail->sequence > tail_.last()) tail_.MoveTo(tail->sequence);
    });
  }

  absl::Status MoveSchema(int version) {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(Execute(absl::StrCat("SET search_path = ", Quoted(schema_)), "preparing the session"));
    return Transaction([this, version]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
      NMD_RETURN_IF_ERROR(LockSchema());
      const Result all = Parameters().Execute(connection_, "SELECT municipality FROM tail ORDER BY municipality");
      NMD_RETURN_IF_ERROR(Check(all, "listing municipalities"));
      for (int row = 0; row < all.rows(); ++row) {
        const int64_t key = LockOf(absl::StrCat(schema_, "/", all.Bytes(row, 0)));
        const Result free =
            Parameters().Int(key).Execute(connection_,
                                          "SELECT CASE WHEN pg_try_advisory_xact_lock($1::bigint) THEN 1::bigint"
                                          " ELSE 0::bigint END");
        NMD_RETURN_IF_ERROR(Check(free, "taking a lock"));
        if (free.Int(0, 0) == 0) {
          return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::UNAVAILABLE_NOW,
                      absl::StrCat("journal: ", schema_, " of ", all.Bytes(row, 0), " is in use; stop it first"));
        }
      }
      return Bring(version);
    });
  }

  absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected_sequence,
                                 std::vector<Blob> blobs) override {
    NMD_RETURN_IF_ERROR(Writes());
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(tail_.Expect(expected_sequence));
    int64_t sequence = expected_sequence;
    for (JournalRecord& record : records) record.sequence = ++sequence;
    NMD_RETURN_IF_ERROR(Write(records, sequence, blobs));
    return sequence;
  }

  absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) override {
    NMD_RETURN_IF_ERROR(Writes());
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(tail_.ExpectBefore(records, last));
    return Write(records, last, blobs);
  }

  absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const override {
    while (true) {
      std::vector<JournalRecord> chunk;
      {
        MutexLock lock(mutex_);
        NMD_RETURN_IF_ERROR(Ready());
        NMD_ASSIGN_OR_RETURN(chunk, ReadChunk(after));
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
    NMD_RETURN_IF_ERROR(Writes());
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(Ready());
    bool changed = false;
    NMD_RETURN_IF_ERROR(Transaction([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
      for (int64_t after = 0;;) {
        NMD_ASSIGN_OR_RETURN(const std::vector<JournalRecord> chunk, ReadChunk(after));
        if (chunk.empty()) break;
        after = chunk.back().sequence;
        for (const JournalRecord& record : chunk) {
          const std::optional<JournalRecord> kept = keep(record);
          if (!kept.has_value()) {
            changed = true;
            NMD_RETURN_IF_ERROR(Run(Parameters().Text(municipality_).Int(record.sequence),
                                    "DELETE FROM record WHERE municipality = $1 AND sequence = $2", "dropping"));
          } else if (kept->payload != record.payload || kept->actor != record.actor ||
                     kept->record_time != record.record_time) {
            changed = true;
            NMD_RETURN_IF_ERROR(Run(Parameters()
                                        .Int(absl::ToUnixMicros(kept->record_time))
                                        .Bytes(kept->payload)
                                        .Bytes(kept->actor)
                                        .Text(municipality_)
                                        .Int(record.sequence),
                                    "UPDATE record SET record_micros = $1, payload = $2, actor = $3"
                                    " WHERE municipality = $4 AND sequence = $5",
                                    "rewriting"));
          }
        }
      }
      NMD_RETURN_IF_ERROR(Execute(absl::StrCat("TRUNCATE ", PartitionOf("checkpoint")), "dropping a checkpoint"));
      if (!changed) return absl::OkStatus();
      NMD_RETURN_IF_ERROR(MoveToNewFile());
      NMD_RETURN_IF_ERROR(Run(Parameters().Text(municipality_),
                              "UPDATE tail SET rewrites = rewrites + 1 WHERE municipality = $1", "counting a rewrite"));
      return Tell();
    }));
    return absl::OkStatus();
  }

  absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) override {
    if (reads_only()) return absl::OkStatus();
    const std::string sha256 = Sha256Hex(state);
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(Ready());
    return Run(Parameters().Text(municipality_).Int(sequence).Text(sha256).Bytes(state),
               "INSERT INTO checkpoint VALUES($1, $2, $3, $4) ON CONFLICT(municipality) DO UPDATE"
               " SET sequence = excluded.sequence, sha256 = excluded.sha256, state = excluded.state",
               "saving a checkpoint");
  }

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const override {
    Checkpoint checkpoint;
    std::string sha256;
    {
      MutexLock lock(mutex_);
      NMD_RETURN_IF_ERROR(Ready());
      const Result found = Parameters()
                               .Text(municipality_)
                               .Execute(connection_, "SELECT sequence, sha256, state FROM checkpoint WHERE municipality = $1");
      NMD_RETURN_IF_ERROR(Check(found, "loading a checkpoint"));
      if (found.rows() == 0) return std::optional<Checkpoint>();
      checkpoint = {found.Int(0, 0), found.Bytes(0, 2)};
      sha256 = found.Bytes(0, 1);
    }
    if (Sha256Hex(checkpoint.state) != sha256) return std::optional<Checkpoint>();
    return std::optional<Checkpoint>(std::move(checkpoint));
  }

  absl::StatusOr<std::string> ReadBlob(absl::string_view name) const override {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(Ready());
    const Result found = Parameters()
                             .Text(municipality_)
                             .Text(name)
                             .Execute(connection_, "SELECT bytes FROM blob WHERE municipality = $1 AND name = $2");
    NMD_RETURN_IF_ERROR(Check(found, "reading a blob"));
    if (found.rows() == 0) return NotFound(name);
    return found.Bytes(0, 0);
  }

  absl::StatusOr<std::vector<std::string>> BlobNames() const override {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(Ready());
    const Result found = Parameters()
                             .Text(municipality_)
                             .Execute(connection_, "SELECT name FROM blob WHERE municipality = $1 ORDER BY name COLLATE \"C\"");
    NMD_RETURN_IF_ERROR(Check(found, "listing blobs"));
    std::vector<std::string> names;
    for (int row = 0; row < found.rows(); ++row) names.push_back(found.Bytes(row, 0));
    return names;
  }

  absl::Status DropBlob(absl::string_view name) override {
    NMD_RETURN_IF_ERROR(Writes());
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(Ready());
    return Run(Parameters().Text(municipality_).Text(name), "DELETE FROM blob WHERE municipality = $1 AND name = $2",
               "dropping a blob");
  }

 private:
  // What the table of tails says of this journal.
  struct Tail {
    int64_t sequence = 0;
    int64_t rewrites = 0;
  };

  // The thread of a reader: calls `look` when the writer said that there is something (NOTIFY), and once a second. It begins a
  // new session of its own when the server ended one.
  class Following {
   public:
    Following(PGconn* listener, std::string channel, std::function<void()> look)
        : listener_(listener), channel_(std::move(channel)), look_(std::move(look)), stop_(eventfd(0, EFD_CLOEXEC)) {
      thread_ = std::thread([this] { Run(); });
    }
    ~Following() {
      const uint64_t one = 1;
      if (write(stop_, &one, sizeof one) != sizeof one) std::abort();
      thread_.join();
      close(stop_);
      PQfinish(listener_);
    }

   private:
    void Run() {
      constexpr int kLookMilliseconds = 1000;
      bool listening = false;
      while (true) {
        if (PQstatus(listener_) != CONNECTION_OK) {
          listening = false;
          PQreset(listener_);
        }
        if (PQstatus(listener_) == CONNECTION_OK && !listening) {
          listening = Result(PQexec(listener_, absl::StrCat("LISTEN ", channel_).c_str())).status() == PGRES_COMMAND_OK;
        }
        // After the LISTEN, so that nothing falls between.
        look_();
        pollfd waits[] = {{stop_, POLLIN, 0}, {listening ? PQsocket(listener_) : -1, POLLIN, 0}};
        poll(waits, 2, kLookMilliseconds);
        if (waits[0].revents != 0) return;
        PQconsumeInput(listener_);
        while (PGnotify* told = PQnotifies(listener_)) PQfreemem(told);
      }
    }

    PGconn* const listener_;
    const std::string channel_;
    const std::function<void()> look_;
    const int stop_;
    std::thread thread_;
  };

  bool reads_only() const { return snapshot_ || !reader_of_.empty(); }
  absl::Status Writes() const {
    if (!reads_only()) return absl::OkStatus();
    return Fail(
        absl::StatusCode::kFailedPrecondition, ErrorReason::READS_ONLY,
        absl::StrCat("this process only reads; ", schema_, " of ", municipality_, " is written by the one at ", reader_of_),
        {{"writer", reader_of_}});
  }

  // Records with their sequences, and blobs, after which the journal ends at `last`.
  absl::Status Write(const std::vector<JournalRecord>& records, int64_t last, const std::vector<Blob>& blobs)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    NMD_RETURN_IF_ERROR(Ready());
    const absl::Status appended = Transaction([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
      const Result moved = Parameters()
                               .Int(last)
                               .Text(municipality_)
                               .Int(tail_.last())
                               .Execute(connection_, "UPDATE tail SET sequence = $1 WHERE municipality = $2 AND sequence = $3");
      NMD_RETURN_IF_ERROR(Check(moved, "moving the tail"));
      if (moved.changed() != 1) {
        return Fail(absl::StatusCode::kAborted, ErrorReason::WRITE_CONFLICT, "another process moved the tail of the journal");
      }
      if (!records.empty()) NMD_RETURN_IF_ERROR(Copy(records));
      for (const Blob& blob : blobs) {
        NMD_RETURN_IF_ERROR(Run(Parameters().Text(municipality_).Text(blob.name).Bytes(blob.bytes),
                                "INSERT INTO blob VALUES($1, $2, $3) ON CONFLICT DO NOTHING", "storing a blob"));
      }
      return records.empty() ? absl::OkStatus() : Tell();
    });
    if (!appended.ok()) {
      // A session that ended may have done so during the commit, and then the tail tells whether that took place. When the
      // server cannot tell now either, the records do not count here; if they are there after all, this process has to begin
      // anew.
      if (PQstatus(connection_) == CONNECTION_OK) return appended;
      const absl::StatusOr<int64_t> tail = Reconnect(last);
      if (!tail.ok() || *tail != last || records.empty()) return appended;
    }
    tail_.MoveTo(last);
    return absl::OkStatus();
  }

  std::string Channel() const { return Quoted(absl::StrCat(schema_, "_", municipality_)); }
  // Lets readers look, when the transaction is committed.
  absl::Status Tell() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return Execute(absl::StrCat("NOTIFY ", Channel()), "telling readers");
  }

  static int64_t LockOf(const std::string& name) {
    const std::string digest = Sha256Hex(name);
    uint64_t key = 0;
    for (size_t i = 0; i < 16; ++i) {
      key = key << 4 | static_cast<uint64_t>(digest[i] <= '9' ? digest[i] - '0' : digest[i] - 'a' + 10);
    }
    return static_cast<int64_t>(key);
  }

  // Only the main line of what the server says: the detail may quote a row.
  absl::Status Check(const Result& result, absl::string_view doing) const {
    if (result.status() == PGRES_COMMAND_OK || result.status() == PGRES_TUPLES_OK || result.status() == PGRES_COPY_IN) {
      return absl::OkStatus();
    }
    const char* said = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
    const std::string text = absl::StrCat("journal: ", doing, ": ", said == nullptr ? PQerrorMessage(connection_) : said);
    if (result.sqlstate() == "XX001" || result.sqlstate() == "XX002") {
      return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, text);
    }
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, text);
  }

  absl::Status Execute(const std::string& sql, absl::string_view doing) const {
    return Check(Result(PQexec(connection_, sql.c_str())), doing);
  }
  absl::Status Run(const Parameters& parameters, const char* sql, absl::string_view doing) const {
    return Check(parameters.Execute(connection_, sql), doing);
  }

  std::string Quoted(const std::string& name) const {
    char* quoted = PQescapeIdentifier(connection_, name.data(), name.size());
    std::string text = quoted == nullptr ? "" : quoted;
    PQfreemem(quoted);
    return text;
  }
  // The municipality as a value.
  std::string Literal() const {
    char* quoted = PQescapeLiteral(connection_, municipality_.data(), municipality_.size());
    std::string text = quoted == nullptr ? "" : quoted;
    PQfreemem(quoted);
    return text;
  }
  std::string PartitionOf(absl::string_view table) const { return Quoted(absl::StrCat(table, "_", municipality_)); }

  // Settings of a session, and the lock that makes it the one that writes.
  absl::Status BeginSession(absl::Duration lock_wait) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                  absl::StrCat("journal: connecting: ", PQerrorMessage(connection_)));
    }
    NMD_RETURN_IF_ERROR(Execute(
        absl::StrCat("SET synchronous_commit = on; SET client_min_messages = warning; SET search_path = ", Quoted(schema_),
                     "; SET lock_timeout = ", std::max<int64_t>(1, absl::ToInt64Milliseconds(lock_wait))),
        "preparing the session"));
    if (snapshot_) return Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "preparing the session");
    if (reads_only()) return Execute("SET default_transaction_read_only = on", "preparing the session");
    const Result held = Parameters().Int(lock_).Execute(connection_, "SELECT pg_advisory_lock($1::bigint)");
    if (held.sqlstate() == "55P03") {
      return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::UNAVAILABLE_NOW,
                  absl::StrCat("journal: another process holds ", schema_, " of ", municipality_, "; stop it first"));
    }
    NMD_RETURN_IF_ERROR(Check(held, "taking the lock"));
    return Execute("SET lock_timeout = 0", "preparing the session");
  }

  absl::Status MakeTables() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    NMD_RETURN_IF_ERROR(LockSchema());
    NMD_RETURN_IF_ERROR(
        Execute(absl::StrCat("CREATE SCHEMA IF NOT EXISTS ", Quoted(schema_), ";", kSchema), "making the tables"));
    NMD_RETURN_IF_ERROR(Bring(kPostgresSchema));
    for (const char* table : {"record", "blob", "checkpoint"}) {
      NMD_RETURN_IF_ERROR(Execute(absl::StrCat("CREATE TABLE IF NOT EXISTS ", PartitionOf(table), " PARTITION OF ", table,
                                               " FOR VALUES IN (", Literal(), ")"),
                                  "making a partition"));
    }
    return Run(Parameters().Text(municipality_), "INSERT INTO tail VALUES($1, 0) ON CONFLICT DO NOTHING", "making the tail");
  }

  // Services of several municipalities may begin at once. For the transaction.
  absl::Status LockSchema() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return Run(Parameters().Int(LockOf(schema_)), "SELECT pg_advisory_xact_lock($1::bigint)", "taking the lock of the schema");
  }

  // From the version that the tables have to another one. REQUIRES: a transaction that holds LockSchema.
  absl::Status Bring(int to) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const Result version = Parameters().Execute(connection_, "SELECT schema::bigint FROM version");
    NMD_RETURN_IF_ERROR(Check(version, "reading the version"));
    const int64_t from = version.rows() == 1 ? version.Int(0, 0) : 0;
    if (from < 1 || from > kPostgresSchema) {
      return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
                  absl::StrCat(schema_, " is of version ", from, ", and this program knows 1 to ", kPostgresSchema));
    }
    if (from == to) return absl::OkStatus();
    for (int64_t at = from; at < to; ++at)
      NMD_RETURN_IF_ERROR(Execute(kSchemaSteps[at - 1].forward, "bringing tables forward"));
    for (int64_t at = from; at > to; --at) NMD_RETURN_IF_ERROR(Execute(kSchemaSteps[at - 2].back, "taking tables back"));
    return Execute(absl::StrCat("UPDATE version SET schema = ", to), "writing the version");
  }

  // A changed row stays in its file until it is written over, and vacuum leaves it as long as any session of the server might
  // look at it: what is left moves to a table of its own, and the old one goes with its file.
  absl::Status MoveToNewFile() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::string old = PartitionOf("record"), fresh = PartitionOf("fresh");
    return Execute(absl::StrCat("CREATE TABLE ", fresh, "(LIKE record INCLUDING ALL); INSERT INTO ", fresh, " SELECT * FROM ",
                                old, "; DROP TABLE ", old, "; ALTER TABLE ", fresh, " RENAME TO ", old,
                                "; ALTER TABLE record ATTACH PARTITION ", old, " FOR VALUES IN (", Literal(), ")"),
                   "moving to a new file");
  }

  absl::StatusOr<Tail> ReadTail() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const Result tail =
        Parameters().Text(municipality_).Execute(connection_, "SELECT sequence, rewrites FROM tail WHERE municipality = $1");
    NMD_RETURN_IF_ERROR(Check(tail, "reading the tail"));
    if (tail.rows() != 1) return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "journal: the tail is gone");
    return Tail{tail.Int(0, 0), tail.Int(0, 1)};
  }

  // A session to work with: a new one when the server ended the old one. Costs a round trip.
  absl::Status Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!lost_ && Result(PQexec(connection_, "")).status() == PGRES_EMPTY_QUERY) return absl::OkStatus();
    return Reconnect(tail_.last()).status();
  }

  // Begins a new session. Returns the tail, which is where this process believes it is, or `may_be`. Whatever another process
  // wrote meanwhile is not in the state of this one, so then there is no way on but a new beginning.
  absl::StatusOr<int64_t> Reconnect(int64_t may_be) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    // What is begun anew sees another moment.
    lost_ = lost_ || snapshot_;
    if (!lost_) {
      PQreset(connection_);
      // The lock of the old session goes when the server has ended it, and with it whatever it was doing.
      NMD_RETURN_IF_ERROR(BeginSession(kReconnectWait));
      NMD_ASSIGN_OR_RETURN(const Tail tail, ReadTail());
      if (tail.sequence == tail_.last() || tail.sequence == may_be || reads_only()) return tail.sequence;
      lost_ = true;
    }
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                "journal: it was written to while the server was away, and this process does not know by what; restart it");
  }

  template <typename Body>
  absl::Status Transaction(Body body) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    NMD_RETURN_IF_ERROR(Execute("BEGIN", "beginning"));
    absl::Status status = body();
    if (status.ok()) status = Execute("COMMIT", "committing");
    if (!status.ok() && PQstatus(connection_) == CONNECTION_OK) Result(PQexec(connection_, "ROLLBACK"));
    return status;
  }

  absl::Status Copy(const std::vector<JournalRecord>& records) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    NMD_RETURN_IF_ERROR(Execute("COPY record FROM STDIN (FORMAT binary)", "appending"));
    CopyRows rows;
    bool sent = true;
    const auto send = [&] {
      sent = sent && PQputCopyData(connection_, rows.bytes().data(), static_cast<int>(rows.bytes().size())) == 1;
      rows.bytes().clear();
    };
    for (const JournalRecord& record : records) {
      rows.BeginRow(6);
      rows.Bytes(municipality_);
      rows.Int(record.sequence);
      rows.Int(absl::ToUnixMicros(record.record_time));
      rows.Bytes(record.kind);
      rows.Bytes(record.payload);
      rows.Bytes(record.actor);
      if (rows.bytes().size() > kCopyBytes) send();
    }
    rows.End();
    send();
    sent = PQputCopyEnd(connection_, nullptr) == 1 && sent;
    absl::Status status = absl::OkStatus();
    while (PGresult* result = PQgetResult(connection_)) {
      const Result done(result);
      if (status.ok()) status = Check(done, "appending");
    }
    if (status.ok() && !sent) status = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "journal: appending");
    return status;
  }

  absl::StatusOr<std::vector<JournalRecord>> ReadChunk(int64_t after) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const Result page = Parameters().Text(municipality_).Int(after).Execute(connection_, kReadRecords);
    NMD_RETURN_IF_ERROR(Check(page, "replaying"));
    std::vector<JournalRecord> records;
    for (int row = 0; row < page.rows(); ++row) {
      records.push_back({page.Int(row, 0), absl::FromUnixMicros(page.Int(row, 1)), page.Bytes(row, 2), page.Bytes(row, 3),
                         page.Bytes(row, 4)});
    }
    return records;
  }

  static constexpr absl::Duration kReconnectWait = absl::Seconds(5);
  static constexpr size_t kCopyBytes = size_t{1} << 20;

  mutable Mutex mutex_;
  JournalTail tail_;
  PGconn* const connection_;
  const std::string municipality_, reader_of_;
  const bool snapshot_;
  const std::string schema_;
  const int64_t lock_;
  mutable bool lost_ ABSL_GUARDED_BY(mutex_) = false;  // Of no use any more.
  int64_t rewrites_ ABSL_GUARDED_BY(mutex_) = 0;       // That this reader knows of.
  std::unique_ptr<Following> following_;
};

// Null when there is no memory.
PGconn* Connect(const PostgresStore& store) {
  // What comes before dbname can be set otherwise in the connection string, what comes after cannot.
  const char* const keywords[] = {"connect_timeout",  "tcp_user_timeout", "dbname",
                                  "application_name", "client_encoding",  nullptr};
  const std::string name = absl::StrCat("nmd-", store.service, "-", store.municipality);
  const char* const values[] = {"5", "10000", store.connection.c_str(), name.c_str(), "UTF8", nullptr};
  return PQconnectdbParams(keywords, values, /*expand_dbname=*/1);
}

absl::Status NoMemory() { return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "journal: no memory"); }

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenPostgresJournal(const PostgresStore& store) {
  PGconn* connection = Connect(store);
  if (connection == nullptr) return NoMemory();
  auto journal = std::make_unique<PostgresJournal>(connection, store);
  NMD_RETURN_IF_ERROR(journal->Open(store.lock_wait));
  if (!store.reader_of.empty()) {
    PGconn* listener = Connect(store);
    if (listener == nullptr) return NoMemory();
    journal->Follow(listener, store.on_rewritten);
  }
  return journal;
}

absl::Status MovePostgresSchema(const PostgresStore& store, int version) {
  if (version < 1 || version > kPostgresSchema) {
    return BadFields({{"schema", absl::StrCat("must be a version that this program knows: 1 to ", kPostgresSchema)}});
  }
  PGconn* connection = Connect(store);
  if (connection == nullptr) return NoMemory();
  return PostgresJournal(connection, store).MoveSchema(version);
}

}  // namespace nmd
