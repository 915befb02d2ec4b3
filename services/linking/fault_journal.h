// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_FAULT_JOURNAL_H_
#define NMD_SERVICES_LINKING_FAULT_JOURNAL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/platform/errors.h"
#include "services/platform/journal.h"

namespace nmd::linking {

// A journal that can be told to fail, as a full disk does.
class FaultJournal : public Journal {
 public:
  absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected, std::vector<Blob> blobs) override {
    if (skip_appends > 0) {
      --skip_appends;
    } else if (fail_appends > 0) {
      --fail_appends;
      return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the disk is full");
    }
    return journal->Append(std::move(records), expected, std::move(blobs));
  }
  absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const override {
    return journal->Replay(after, visit);
  }
  int64_t LastSequence() const override { return journal->LastSequence(); }
  int64_t WaitBeyond(int64_t after, absl::Duration timeout) const override {
    if (on_wait) on_wait();
    return journal->WaitBeyond(after, timeout);
  }
  void Interrupt() override { journal->Interrupt(); }
  absl::Status Rewrite(const std::function<std::optional<JournalRecord>(const JournalRecord&)>& keep) override {
    if (fail_rewrites > 0) {
      --fail_rewrites;
      return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the disk is full");
    }
    return journal->Rewrite(keep);
  }
  absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) override {
    return journal->SaveCheckpoint(sequence, state);
  }
  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const override { return journal->LoadCheckpoint(); }
  absl::StatusOr<std::vector<std::string>> BlobNames() const override { return journal->BlobNames(); }
  absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) override {
    return journal->TakeOver(std::move(records), last, std::move(blobs));
  }
  absl::StatusOr<std::string> ReadBlob(absl::string_view name) const override { return journal->ReadBlob(name); }
  absl::Status DropBlob(absl::string_view name) override { return journal->DropBlob(name); }

  const std::unique_ptr<Journal> journal = NewMemoryJournal();
  // The next so many calls change nothing and fail; of Append those after skip_appends.
  int skip_appends = 0;
  int fail_appends = 0;
  int fail_rewrites = 0;
  std::function<void()> on_wait;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_FAULT_JOURNAL_H_
