// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_JOURNAL_TAIL_H_
#define NMD_SERVICES_PLATFORM_JOURNAL_TAIL_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/platform/errors.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"

namespace nmd {

// Where a journal ends, and those who wait for more: the part of Journal that is the same for every store. Thread safety: all
// methods may be called from any thread.
class JournalTail {
 public:
  int64_t last() const {
    MutexLock lock(mutex_);
    return last_;
  }
  // ABORTED WRITE_CONFLICT unless a writer that expects this stands at the end.
  absl::Status Expect(int64_t sequence) const {
    const int64_t last = this->last();
    return sequence == last ? absl::OkStatus() : Conflict(sequence, last);
  }
  // The same unless the records come after the end, in order, and none after `new_last`.
  absl::Status ExpectBefore(const std::vector<JournalRecord>& records, int64_t new_last) const {
    const int64_t last = this->last();
    int64_t end = last;
    for (const JournalRecord& record : records) {
      if (record.sequence <= end) return Conflict(record.sequence, last);
      end = record.sequence;
    }
    return new_last >= end ? absl::OkStatus() : Conflict(new_last, last);
  }
  void MoveTo(int64_t sequence) {
    MutexLock lock(mutex_);
    last_ = sequence;
    moved_.NotifyAll();
  }
  // As Journal::WaitBeyond and Journal::Interrupt.
  int64_t WaitBeyond(int64_t after, absl::Duration timeout) const {
    // Not by the wall clock, which may be set meanwhile. An endless wait is one of a day; whoever waits looks again.
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(24)));
    MutexLock lock(mutex_);
    while (last_ <= after && !interrupted_) {
      const absl::Duration left = absl::FromChrono(deadline - Clock::now());
      if (left <= absl::ZeroDuration()) break;
      moved_.WaitFor(mutex_, left);
    }
    return last_;
  }
  void Interrupt() {
    MutexLock lock(mutex_);
    interrupted_ = true;
    moved_.NotifyAll();
  }

 private:
  static absl::Status Conflict(int64_t sequence, int64_t last) {
    return Fail(absl::StatusCode::kAborted, ErrorReason::WRITE_CONFLICT,
                absl::StrCat("expected sequence ", sequence, ", the journal is at ", last));
  }

  mutable Mutex mutex_;
  mutable CondVar moved_;
  int64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_JOURNAL_TAIL_H_
