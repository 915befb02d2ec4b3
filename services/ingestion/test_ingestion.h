// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_TEST_INGESTION_H_
#define NMD_SERVICES_INGESTION_TEST_INGESTION_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/test_message.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/router.h"

// The whole of ingestion on a journal that can fail. For tests only.
namespace nmd::ingestion::testing {

inline constexpr char kParent[] = "municipalities/gm1730";

// Takes so many Appends and then fails, as a disk that is full or a process that is killed.
class FailingJournal : public Journal {
 public:
  int appends_left = 1'000'000;
  int appends = 0;
  size_t blob_bytes = 0;
  int raw_stored = 0;
  int drops_left = 1'000'000;
  int rewrites_left = 1'000'000;
  std::set<std::string> blob_names;  // All that were ever stored.
  bool stop_after_raw = false;       // No deliveries are stored after those that come with the first file.

  absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected, std::vector<Blob> blobs) override {
    if (appends_left == 0) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "disk full");
    if (stop_after_raw && raw_stored > 0 && !records.empty() && records[0].kind == "delivery") {
      return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "disk full");
    }
    --appends_left;
    ++appends;
    for (const Blob& blob : blobs) {
      blob_bytes += blob.bytes.size();
      blob_names.insert(blob.name);
      if (absl::StartsWith(blob.name, "raw/")) ++raw_stored;
    }
    return real_->Append(std::move(records), expected, std::move(blobs));
  }
  absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const override {
    return real_->Replay(after, visit);
  }
  int64_t LastSequence() const override { return real_->LastSequence(); }
  int64_t WaitBeyond(int64_t after, absl::Duration timeout) const override { return real_->WaitBeyond(after, timeout); }
  void Interrupt() override { real_->Interrupt(); }
  absl::Status Rewrite(const std::function<std::optional<JournalRecord>(const JournalRecord&)>& keep) override {
    if (rewrites_left-- == 0) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "disk full");
    return real_->Rewrite(keep);
  }
  absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) override {
    return killed ? absl::OkStatus() : real_->SaveCheckpoint(sequence, state);
  }
  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const override { return real_->LoadCheckpoint(); }
  absl::StatusOr<std::vector<std::string>> BlobNames() const override { return real_->BlobNames(); }
  absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) override {
    return real_->TakeOver(std::move(records), last, std::move(blobs));
  }
  absl::StatusOr<std::string> ReadBlob(absl::string_view name) const override { return real_->ReadBlob(name); }
  absl::Status DropBlob(absl::string_view name) override {
    if (drops_left-- == 0) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "disk full");
    return real_->DropBlob(name);
  }
  bool killed = false;

 private:
  const std::unique_ptr<Journal> real_ = NewMemoryJournal();
};

class Instance {
 public:
  Instance() : clock(absl::FromUnixSeconds(int64_t{D("2026-06-01")} * 86'400)) { Start(); }
  void Start() {
    auto opened = Ingestion::Open(journal, clock, Key::FromBytes({1, 2, 3}), "gm1730", mappings);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ingestion = *std::move(opened);
  }
  void Restart(bool kill) {
    journal.killed = kill;
    ingestion.reset();
    journal.killed = false;
    Start();
  }
  absl::StatusOr<v1::Delivery> TryDeliver(const std::string& content, const std::string& known_on = "") {
    v1::DeliverFileRequest request;
    request.set_parent(kParent);
    request.set_file_name("postbus.zip");
    request.set_content(content);
    if (!known_on.empty()) *request.mutable_received_time() = TimestampOf(int64_t{D(known_on)} * 86'400 * 1'000'000);
    return ingestion->DeliverFile(caller, request);
  }
  absl::StatusOr<v1::Delivery> TryUpload(const std::string& content) {
    v1::CreateUploadRequest create;
    create.set_parent(kParent);
    create.mutable_upload()->set_source("auto");
    const auto upload = ingestion->CreateUpload(caller, create);
    if (!upload.ok()) return upload.status();
    v1::AppendUploadRequest append;
    append.set_name(upload->name());
    for (size_t at = 0; at < content.size(); at += kMaxCallBytes) {
      append.set_write_offset(static_cast<int64_t>(at));
      append.set_data(content.substr(at, kMaxCallBytes));
      if (const auto grown = ingestion->AppendUpload(caller, append); !grown.ok()) return grown.status();
    }
    v1::CompleteUploadRequest complete;
    complete.set_name(upload->name());
    const auto operation = ingestion->CompleteUpload(caller, complete);
    if (!operation.ok()) return operation.status();
    google::longrunning::WaitOperationRequest wait;
    wait.set_name(operation->name());
    const auto done = ingestion->WaitOperation(caller, wait);
    if (!done.ok()) return done.status();
    v1::Delivery delivery;
    if (!done->response().UnpackTo(&delivery)) return absl::UnavailableError(done->ShortDebugString());
    v1::GetUploadRequest get;
    get.set_name(upload->name());
    EXPECT_EQ(ReasonOf(ingestion->GetUpload(caller, get).status()), ErrorReason::RESOURCE_NOT_FOUND);
    return delivery;
  }
  v1::Delivery Deliver(const std::string& content, const std::string& known_on = "") {
    absl::StatusOr<v1::Delivery> delivery = TryDeliver(content, known_on);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }
  // Newest first.
  std::vector<v1::Delivery> List(const std::string& container = "") const {
    v1::ListDeliveriesRequest request;
    request.set_parent(kParent);
    request.set_page_size(1000);
    request.set_container(container);
    const auto response = ingestion->ListDeliveries(caller, request);
    EXPECT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->total_size(), response->deliveries_size());
    return {response->deliveries().begin(), response->deliveries().end()};
  }
  std::vector<std::string> Findings(const std::string& delivery) const {
    v1::ListFindingsRequest request;
    request.set_parent(kParent);
    request.set_page_size(1000);
    request.set_delivery(delivery);
    std::vector<std::string> texts;
    const auto response = ingestion->ListFindings(caller, request);
    EXPECT_TRUE(response.ok()) << response.status();
    for (const v1::Finding& finding : response->findings()) {
      texts.push_back(absl::StrCat(finding.rule(), " @ ", finding.place(), ": ", finding.text()));
    }
    return texts;
  }
  // The batches of facts, without where they stand in the feed.
  std::vector<std::string> Feed() const {
    v1::ListFactsRequest request;
    request.set_parent(kParent);
    std::vector<std::string> batches;
    while (true) {
      const auto response = ingestion->ListFacts(caller, request);
      EXPECT_TRUE(response.ok()) << response.status();
      if (response->batches().empty()) return batches;
      for (v1::FactBatch batch : response->batches()) {
        batch.clear_sequence();
        batches.push_back(batch.SerializeAsString());
      }
      request.set_after_sequence(response->next_sequence());
    }
  }
  absl::StatusOr<std::string> Content(const std::string& name, int32_t limit) const {
    v1::GetDeliveryContentRequest request;
    request.set_name(name);
    request.set_limit(limit);
    std::string content;
    while (true) {
      request.set_read_offset(static_cast<int64_t>(content.size()));
      const auto response = ingestion->GetDeliveryContent(caller, request);
      if (!response.ok()) return response.status();
      content += response->data();
      if (static_cast<int64_t>(content.size()) == response->size_bytes()) return content;
      EXPECT_EQ(response->data().size(), static_cast<size_t>(limit));
    }
  }

  std::vector<internal::v1::MappingFile> mappings;  // From the next start on.
  FakeClock clock;
  FailingJournal journal;
  std::unique_ptr<Ingestion> ingestion;
  const Caller caller = ServiceCaller("costs", "gm1730");
};

}  // namespace nmd::ingestion::testing

#endif  // NMD_SERVICES_INGESTION_TEST_INGESTION_H_
