// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_POSTGRES_JOURNAL_H_
#define NMD_SERVICES_PLATFORM_POSTGRES_JOURNAL_H_

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
  absl::Duration lock_wait;
};

// A journal in PostgreSQL 15 or later. The role needs CREATE on the database, or to own the schema.
//
// One session holds an advisory lock, so that one process writes; whoever comes second gets FAILED_PRECONDITION after
// lock_wait. A session that the server ended is begun again by itself; UNAVAILABLE until that works. After one kind of fault
// the process has to be restarted, and every call says so: something was written while the server was away (another process
// took over, or an append of which the outcome could not be told).
//
// Rewrite moves what is left to new files (VACUUM FULL of the own partitions); what the server keeps of before, in its log and
// in backups, goes by the retention of those. Errors: as OpenSqliteJournal. Cost: Append two round trips and the commit, by
// COPY.
absl::StatusOr<std::unique_ptr<Journal>> OpenPostgresJournal(const PostgresStore& store);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_POSTGRES_JOURNAL_H_
