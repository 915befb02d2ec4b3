// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_POSTGRES_JOURNAL_H_
#define NMD_SERVICES_PLATFORM_POSTGRES_JOURNAL_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/platform/journal.h"

namespace nmd {

// Which journal of a PostgreSQL database.
struct PostgresStore {
  std::string connection;    // libpq connection string or URI. It may hold a password: keep it in a file.
  std::string service;       // The schema is nmd_{service}; it is made when absent.
  std::string municipality;  // First part of every key, and a partition of its own in every table.
  // How long to wait for another process to let go of the journal: a standby that waits takes over as soon as it does.
  absl::Duration lock_wait = absl::ZeroDuration();
  // Not empty: only reads, beside the process that writes, which listens here; nothing is locked or made.
  std::string reader_of = {};
  // Called on a thread of the journal, when records that were read before have been rewritten (Journal::Rewrite): what was
  // folded from them may hold what was erased, so the process has to begin anew. Of readers only.
  std::function<void()> on_rewritten = nullptr;
  // Only reads, beside the process that writes, and sees what was there when it was opened for as long as it is open: for a
  // copy.
  bool snapshot = false;
};

// A journal in PostgreSQL 15 or later. The role needs CREATE on the database, or to own the schema.
//
// One session holds an advisory lock, so that one process writes; whoever comes second gets FAILED_PRECONDITION after
// lock_wait. A session that the server ended is begun again by itself; UNAVAILABLE until that works. After one kind of fault
// the process has to be restarted, and every call says so: something was written while the server was away (another process
// took over, or an append of which the outcome could not be told).
//
// A reader sees whole appends some milliseconds after their writer does (LISTEN/NOTIFY; once a second it also looks by itself)
// and goes on by itself when the server was away. What would change something is refused with FAILED_PRECONDITION READS_ONLY,
// but for SaveCheckpoint, which does nothing: the writer keeps it.
//
// The tables are of schema kPostgresSchema; those of an earlier one are brought forward when a writer opens them, in one
// transaction. Processes of one version share a schema, of all municipalities in it.
//
// Rewrite moves what is left to new files (VACUUM FULL of the own partitions); what the server keeps of before, in its log and
// in backups, goes by the retention of those. Errors: as OpenSqliteJournal. Cost: Append two round trips and the commit, by
// COPY.
absl::StatusOr<std::unique_ptr<Journal>> OpenPostgresJournal(const PostgresStore& store);

// The version of the tables that this program works with.
inline constexpr int kPostgresSchema = 2;

// Takes the tables of a service back to an earlier version, for a program that was written before this one, or forward. All
// that shares the schema must have stopped. Errors: FAILED_PRECONDITION when a municipality in it is in use,
// INVALID_ARGUMENT when there is no such version.
absl::Status MovePostgresSchema(const PostgresStore& store, int version);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_POSTGRES_JOURNAL_H_
