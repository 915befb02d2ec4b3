// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/journal_copy.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd {
namespace {

constexpr size_t kBatchBytes = size_t{8} << 20;
constexpr size_t kBatchRecords = 10'000;

// A running hash of texts, each with its length, so that no two rows of texts have the same.
class Hash {
 public:
  Hash& Add(absl::string_view text) {
    absl::StrAppend(&waiting_, text.size(), ":");
    waiting_.append(text.data(), text.size());
    if (waiting_.size() > kFold) Fold();
    return *this;
  }
  Hash& Add(int64_t number) { return Add(absl::StrCat(number)); }
  std::string Finish() {
    Fold();
    return sum_;
  }

 private:
  static constexpr size_t kFold = size_t{1} << 20;
  // The sum of the sum so far and what came since: some memory, however much is hashed. Where it folds depends on the texts
  // only.
  void Fold() {
    sum_ = Sha256Hex(absl::StrCat(sum_, waiting_));
    waiting_.clear();
  }
  std::string sum_, waiting_;
};

}  // namespace

absl::StatusOr<JournalSum> SumJournal(const Journal& journal) {
  JournalSum sum;
  Hash hash;
  NMD_RETURN_IF_ERROR(journal.Replay(0, [&](const JournalRecord& record) {
    hash.Add(record.sequence)
        .Add(absl::ToUnixMicros(record.record_time))
        .Add(record.kind)
        .Add(record.payload)
        .Add(record.actor);
    ++sum.records;
    sum.bytes += static_cast<int64_t>(record.payload.size());
    return true;
  }));
  hash.Add("blobs");
  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> names, journal.BlobNames());
  for (const std::string& name : names) {
    NMD_ASSIGN_OR_RETURN(const std::string bytes, journal.ReadBlob(name));
    hash.Add(name).Add(bytes);
    ++sum.blobs;
    sum.bytes += static_cast<int64_t>(bytes.size());
  }
  hash.Add("checkpoint");
  NMD_ASSIGN_OR_RETURN(const std::optional<Journal::Checkpoint> checkpoint, journal.LoadCheckpoint());
  if (checkpoint.has_value()) hash.Add(checkpoint->sequence).Add(checkpoint->state);
  sum.last_sequence = journal.LastSequence();
  sum.sha256 = hash.Add("end").Add(sum.last_sequence).Finish();
  return sum;
}

absl::StatusOr<JournalSum> CopyJournal(const Journal& from, Journal& to) {
  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> there, to.BlobNames());
  if (to.LastSequence() != 0 || !there.empty()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::WRITE_CONFLICT,
                "the store that is copied to holds something; only an empty one is copied to");
  }
  std::vector<JournalRecord> records;
  size_t bytes = 0;
  const auto flush = [&](int64_t last) {
    bytes = 0;
    return to.TakeOver(std::exchange(records, {}), last, {});
  };
  absl::Status flushed;
  NMD_RETURN_IF_ERROR(from.Replay(0, [&](const JournalRecord& record) {
    bytes += record.payload.size();
    records.push_back(record);
    if (bytes >= kBatchBytes || records.size() >= kBatchRecords) flushed = flush(record.sequence);
    return flushed.ok();
  }));
  NMD_RETURN_IF_ERROR(flushed);
  NMD_RETURN_IF_ERROR(flush(from.LastSequence()));
  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> names, from.BlobNames());
  std::vector<Journal::Blob> blobs;
  for (const std::string& name : names) {
    NMD_ASSIGN_OR_RETURN(std::string blob, from.ReadBlob(name));
    bytes += blob.size();
    blobs.push_back({name, std::move(blob)});
    if (bytes < kBatchBytes && name != names.back()) continue;
    bytes = 0;
    NMD_RETURN_IF_ERROR(to.TakeOver({}, to.LastSequence(), std::exchange(blobs, {})));
  }
  NMD_ASSIGN_OR_RETURN(const std::optional<Journal::Checkpoint> checkpoint, from.LoadCheckpoint());
  if (checkpoint.has_value()) NMD_RETURN_IF_ERROR(to.SaveCheckpoint(checkpoint->sequence, checkpoint->state));
  NMD_ASSIGN_OR_RETURN(const JournalSum sent, SumJournal(from));
  NMD_ASSIGN_OR_RETURN(const JournalSum arrived, SumJournal(to));
  if (sent != arrived) {
    return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
                "the copy does not hold what was copied; throw it away");
  }
  return arrived;
}

}  // namespace nmd
