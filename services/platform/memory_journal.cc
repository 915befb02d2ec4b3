// SPDX-License-Identifier: EUPL-1.2
#include <map>

#include "services/platform/errors.h"
#include "services/platform/journal.h"
#include "services/platform/journal_tail.h"
#include "services/platform/mutex.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

class MemoryJournal : public Journal {
 public:
  absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected_sequence,
                                 std::vector<Blob> blobs) override {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(tail_.Expect(expected_sequence));
    int64_t sequence = expected_sequence;
    for (JournalRecord& record : records) {
      record.sequence = ++sequence;
      records_.emplace(record.sequence, std::move(record));
    }
    for (Blob& blob : blobs) blobs_.emplace(std::move(blob.name), std::move(blob.bytes));
    tail_.MoveTo(sequence);
    return sequence;
  }

  absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const override {
    // A copy, so that `visit` runs outside the lock on a consistent prefix.
    std::vector<JournalRecord> records;
    {
      MutexLock lock(mutex_);
      for (auto it = records_.upper_bound(after); it != records_.end(); ++it) records.push_back(it->second);
    }
    for (const JournalRecord& record : records) {
      if (!visit(record)) break;
    }
    return absl::OkStatus();
  }

  int64_t LastSequence() const override { return tail_.last(); }
  int64_t WaitBeyond(int64_t after, absl::Duration timeout) const override { return tail_.WaitBeyond(after, timeout); }
  void Interrupt() override { tail_.Interrupt(); }

  absl::Status Rewrite(const std::function<std::optional<JournalRecord>(const JournalRecord&)>& keep) override {
    MutexLock lock(mutex_);
    std::map<int64_t, JournalRecord> kept;
    for (const auto& [sequence, record] : records_) {
      if (std::optional<JournalRecord> changed = keep(record)) {
        changed->sequence = sequence;
        kept.emplace(sequence, *std::move(changed));
      }
    }
    records_ = std::move(kept);
    checkpoint_.reset();
    return absl::OkStatus();
  }

  absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) override {
    MutexLock lock(mutex_);
    checkpoint_ = Checkpoint{sequence, std::string(state)};
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const override {
    MutexLock lock(mutex_);
    return checkpoint_;
  }

  absl::StatusOr<std::string> ReadBlob(absl::string_view name) const override {
    MutexLock lock(mutex_);
    const auto found = blobs_.find(name);
    if (found == blobs_.end()) return NotFound(name);
    return found->second;
  }

  absl::Status DropBlob(absl::string_view name) override {
    MutexLock lock(mutex_);
    if (const auto found = blobs_.find(name); found != blobs_.end()) blobs_.erase(found);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> BlobNames() const override {
    MutexLock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, bytes] : blobs_) names.push_back(name);
    return names;
  }

  absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) override {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(tail_.ExpectBefore(records, last));
    for (JournalRecord& record : records) records_.emplace(record.sequence, std::move(record));
    for (Blob& blob : blobs) blobs_.emplace(std::move(blob.name), std::move(blob.bytes));
    tail_.MoveTo(last);
    return absl::OkStatus();
  }

 private:
  mutable Mutex mutex_;
  JournalTail tail_;
  std::map<int64_t, JournalRecord> records_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string, std::less<>> blobs_ ABSL_GUARDED_BY(mutex_);
  std::optional<Checkpoint> checkpoint_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Journal> NewMemoryJournal() { return std::make_unique<MemoryJournal>(); }

}  // namespace nmd
