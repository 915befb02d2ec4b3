// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_JOURNAL_COPY_H_
#define NMD_SERVICES_PLATFORM_JOURNAL_COPY_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/journal.h"

namespace nmd {

// What a journal holds, in a few numbers: equal for two journals that hold the same, whatever store they are in.
struct JournalSum {
  int64_t last_sequence = 0;
  int64_t records = 0;
  int64_t blobs = 0;
  int64_t bytes = 0;  // Of payloads and blobs.
  // 64 hexadecimal digits: over every record with its sequence, time, kind, payload and actor, in order; every blob with its
  // name, in order of names; the checkpoint; and the last sequence.
  std::string sha256;

  friend bool operator==(const JournalSum&, const JournalSum&) = default;
};

// Reads all of it. Errors: those of the journal.
absl::StatusOr<JournalSum> SumJournal(const Journal& journal);

// Copies records, blobs and checkpoint of `from` into `to`, which must be empty (FAILED_PRECONDITION), some MiB at a time, and
// checks that both have the same sum afterwards (DATA_LOSS). Nothing else may use either. A copy that was cut off leaves `to`
// not empty: throw that store away and begin again. Errors: those of both journals.
absl::StatusOr<JournalSum> CopyJournal(const Journal& from, Journal& to);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_JOURNAL_COPY_H_
