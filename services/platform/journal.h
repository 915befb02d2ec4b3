// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_JOURNAL_H_
#define NMD_SERVICES_PLATFORM_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace nmd {

// One entry of a journal.
struct JournalRecord {
  int64_t sequence = 0;    // Given by Append: 1, 2, 3, ... without gaps, except where Rewrite dropped records.
  absl::Time record_time;  // When it was appended, whole microseconds, by the writer's clock.
  std::string kind;        // What the payload is. Example: "delivery". At most 64 bytes.
  std::string payload;     // A serialised message of that kind.
  std::string actor;       // Who caused it: subject of the caller. For the access audit.
};

// The storage seam of every service (architecture decision 1): state is a fold over what is appended here.
//
// Guarantees, checked for every implementation by tests/contract/journal_contract.h:
//   * Append is atomic and durable: after it returns OK all its records survive kill -9 and power loss; otherwise none.
//   * Sequences are consecutive; two writers that expect the same sequence: one gets ABORTED.
//   * Replay sees a consistent prefix and, once a record is seen, always the same record.
//   * Blobs and checkpoints written in an Append become visible with its records, or not at all.
//
// Errors: ABORTED WRITE_CONFLICT, DATA_LOSS STORE_DAMAGED, UNAVAILABLE UNAVAILABLE_NOW (disk full, server gone).
// Thread safety: all methods may be called from any thread.
class Journal {
 public:
  // A blob to store with a batch: unchanged bytes under a name. Storing a name again is a no-op.
  struct Blob {
    std::string name;
    std::string bytes;
  };

  virtual ~Journal() = default;

  // Appends records after expected_sequence (what LastSequence() was when the caller validated), and stores blobs.
  // Returns the sequence of the last record. An empty batch with blobs only is allowed.
  virtual absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected_sequence,
                                         std::vector<Blob> blobs = {}) = 0;

  // Calls `visit` for every record after `after`, in order, until it returns false or the journal ends.
  // `visit` must not call the journal.
  virtual absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const = 0;

  virtual int64_t LastSequence() const = 0;

  // Waits until LastSequence() > after, the timeout passed, or Interrupt(). Returns LastSequence().
  virtual int64_t WaitBeyond(int64_t after, absl::Duration timeout) const = 0;
  // Ends all waits, now and later: the service is stopping.
  virtual void Interrupt() = 0;

  // Replaces or drops records in place, for erasure and retention: `keep` answers with the record to keep (same sequence
  // and kind) or nullopt. Atomic; space of what was dropped is overwritten. Checkpoints are dropped with it.
  virtual absl::Status Rewrite(const std::function<std::optional<JournalRecord>(const JournalRecord&)>& keep) = 0;

  // A serialised state that holds everything up to and including `sequence`; replaces the one before.
  virtual absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) = 0;
  struct Checkpoint {
    int64_t sequence = 0;
    std::string state;
  };
  // nullopt when there is none, or when its checksum is wrong (the fold then starts at the beginning).
  virtual absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const = 0;

  // NOT_FOUND when there is no such blob.
  virtual absl::StatusOr<std::string> ReadBlob(absl::string_view name) const = 0;
  // Removes a blob; a name that is not there is fine.
  virtual absl::Status DropBlob(absl::string_view name) = 0;
  // The names of all blobs, in the order of their bytes.
  virtual absl::StatusOr<std::vector<std::string>> BlobNames() const = 0;

  // For moving a journal from one store to another (journal_copy.h): appends records that keep the sequences they have,
  // ascending and beyond LastSequence(), and blobs; then the journal ends at `last`, which is no less than the last of them.
  // Atomic and durable as Append, and fails as Append does.
  virtual absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) = 0;
};

// Lives in memory; complete otherwise. For tests.
std::unique_ptr<Journal> NewMemoryJournal();

// SQLite in WAL mode with synchronous=FULL, one file, for the eyes of its owner only. Creates folder and file.
// Errors: UNAVAILABLE when the file cannot be opened, FAILED_PRECONDITION when another process holds it,
// DATA_LOSS when it is not a journal.
absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& path);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_JOURNAL_H_
