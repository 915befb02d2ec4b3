// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_TEST_JOURNAL_H_
#define NMD_GATEWAY_TEST_JOURNAL_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/platform/errors.h"
#include "services/platform/journal.h"

namespace nmd::gateway::testing {

// Passes everything on, can be told to fail, and calls a hook before it appends. For the tests of the log.
class HookedJournal : public Journal {
 public:
  explicit HookedJournal(std::unique_ptr<Journal> inner) : inner_(std::move(inner)) {}
  absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected, std::vector<Blob> blobs) override {
    if (fails) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "disk full");
    if (before_append) before_append();
    ++appends;
    return inner_->Append(std::move(records), expected, std::move(blobs));
  }
  absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const override {
    return inner_->Replay(after, visit);
  }
  int64_t LastSequence() const override { return inner_->LastSequence(); }
  int64_t WaitBeyond(int64_t after, absl::Duration timeout) const override { return inner_->WaitBeyond(after, timeout); }
  void Interrupt() override { inner_->Interrupt(); }
  absl::Status Rewrite(const std::function<std::optional<JournalRecord>(const JournalRecord&)>& keep) override {
    return inner_->Rewrite(keep);
  }
  absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) override {
    return inner_->SaveCheckpoint(sequence, state);
  }
  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const override { return inner_->LoadCheckpoint(); }
  absl::StatusOr<std::vector<std::string>> BlobNames() const override { return inner_->BlobNames(); }
  absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) override {
    return inner_->TakeOver(std::move(records), last, std::move(blobs));
  }
  absl::StatusOr<std::string> ReadBlob(absl::string_view name) const override { return inner_->ReadBlob(name); }
  absl::Status DropBlob(absl::string_view name) override { return inner_->DropBlob(name); }

  std::atomic<bool> fails = false;
  std::atomic<int> appends = 0;
  std::function<void()> before_append;

 private:
  const std::unique_ptr<Journal> inner_;
};

}  // namespace nmd::gateway::testing

#endif  // NMD_GATEWAY_TEST_JOURNAL_H_
