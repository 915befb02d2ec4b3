// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_FAKE_INGESTION_H_
#define NMD_SERVICES_LINKING_FAKE_INGESTION_H_

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/core/codes.h"
#include "services/core/known_periods.h"
#include "services/linking/linking.h"
#include "services/platform/journal.h"
#include "services/platform/peer.h"

// What the tests of linking share: a person feed that gives what it is told to, and invented persons.
namespace nmd::linking {

class FakeIngestion : public Peer {
 public:
  // At most this many batches in one answer.
  explicit FakeIngestion(int batches_per_answer = 100) : batches_per_answer_(batches_per_answer) {}

  // Sequences have gaps, as the real feed has.
  ingestion::v1::PersonBatch& AddBatch(absl::string_view source, int64_t known_micros) {
    ingestion::v1::PersonBatch& batch = batches_.emplace_back();
    batch.set_sequence(3 * static_cast<int64_t>(batches_.size()));
    batch.set_delivery(absl::StrCat("d", batches_.size()));
    batch.set_source(std::string(source));
    batch.mutable_known_time()->set_seconds(known_micros / 1'000'000);
    batch.mutable_known_time()->set_nanos(static_cast<int32_t>(known_micros % 1'000'000) * 1000);
    return batch;
  }
  void AddBatch(ingestion::v1::PersonBatch batch) {
    batch.set_sequence(3 * static_cast<int64_t>(batches_.size() + 1));
    batches_.push_back(std::move(batch));
  }
  int64_t last_sequence() const { return batches_.empty() ? 0 : batches_.back().sequence(); }

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view bytes, absl::Duration,
                                        const Caller*) const override {
    if (path == "/nmd.ingestion.v1.IngestionService/ErasePersons") return Erase(bytes);
    if (path == "/nmd.ingestion.v1.IngestionService/ListFacts") return Facts(bytes);
    EXPECT_EQ(path, "/nmd.ingestion.v1.IngestionService/ListPersonRecords");
    ingestion::v1::ListPersonRecordsRequest request;
    EXPECT_TRUE(request.ParseFromString(std::string(bytes)));
    EXPECT_EQ(request.parent(), "municipalities/gm1730");
    ingestion::v1::ListPersonRecordsResponse response;
    response.set_next_sequence(request.after_sequence());
    response.set_last_sequence(last_sequence());
    for (const ingestion::v1::PersonBatch& batch : batches_) {
      if (batch.sequence() <= request.after_sequence() || response.batches_size() == batches_per_answer_) continue;
      *response.add_batches() = batch;
      response.set_next_sequence(batch.sequence());
    }
    if (on_answer) on_answer();
    return response.SerializeAsString();
  }
  // The feed of facts, one batch to an answer.
  std::vector<ingestion::v1::FactBatch> facts;
  // Persons whose records left the feed.
  mutable std::set<std::string> erased;
  // What ErasePersons answers with instead, once.
  mutable absl::Status fail_erase;
  // Called while the answer of a feed is on its way.
  std::function<void()> on_answer;
  void CallBytesAsync(absl::string_view, std::string, absl::Duration, const Caller*,
                      std::function<void(absl::StatusOr<std::string>)>) const override {
    ADD_FAILURE() << "linking waits for its answers";
  }

 private:
  absl::StatusOr<std::string> Facts(absl::string_view bytes) const {
    ingestion::v1::ListFactsRequest request;
    EXPECT_TRUE(request.ParseFromString(std::string(bytes)));
    EXPECT_EQ(request.wait_seconds(), 0);
    ingestion::v1::ListFactsResponse response;
    response.set_next_sequence(request.after_sequence());
    response.set_last_sequence(facts.empty() ? 0 : facts.back().sequence());
    for (const ingestion::v1::FactBatch& batch : facts) {
      if (batch.sequence() <= request.after_sequence() || response.batches_size() > 0) continue;
      *response.add_batches() = batch;
      response.set_next_sequence(batch.sequence());
    }
    return response.SerializeAsString();
  }
  absl::StatusOr<std::string> Erase(absl::string_view bytes) const {
    if (!fail_erase.ok()) return std::exchange(fail_erase, absl::OkStatus());
    ingestion::v1::ErasePersonsRequest request;
    EXPECT_TRUE(request.ParseFromString(std::string(bytes)));
    EXPECT_EQ(request.parent(), "municipalities/gm1730");
    EXPECT_LE(request.person_keys_size(), 1000);
    const std::set<std::string> keys(request.person_keys().begin(), request.person_keys().end());
    ingestion::v1::ErasePersonsResponse response;
    for (ingestion::v1::PersonBatch& batch : batches_) {
      auto& records = *batch.mutable_records();
      const auto end = std::remove_if(records.begin(), records.end(), [&](const ingestion::v1::PersonRecord& record) {
        return keys.count(record.person_key()) > 0;
      });
      if (end != records.end()) response.set_delivery_count(response.delivery_count() + 1);
      records.erase(end, records.end());
    }
    erased.insert(keys.begin(), keys.end());
    return response.SerializeAsString();
  }

  int batches_per_answer_;
  mutable std::vector<ingestion::v1::PersonBatch> batches_;
};

inline Key TestKey() {
  std::array<uint8_t, 32> bytes;
  bytes.fill(7);
  return Key::FromBytes(bytes);
}

// BSNs of the official test range that pass the 11-test, by number.
inline std::string TestBsn(int number) {
  for (int candidate = 999900006;; ++candidate) {
    if (IsValidBsn(absl::StrCat(candidate)) && number-- == 0) return absl::StrCat(candidate);
  }
}

inline ingestion::v1::PersonRecord Person(absl::string_view person_key, absl::string_view bsn) {
  ingestion::v1::PersonRecord record;
  record.set_person_key(std::string(person_key));
  record.set_bsn(std::string(bsn));
  return record;
}

inline ingestion::v1::PersonRecord At(ingestion::v1::PersonRecord record, absl::string_view postcode, int number, Day start,
                                      Day end = 0) {
  record.set_postcode(std::string(postcode));
  record.set_house_number(number);
  record.set_address_start_day(start);
  record.set_address_end_day(end);
  return record;
}

// The row of the feed that says when a delivery counts.
inline ingestion::v1::PersonBatch CorrectionOf(const std::string& delivery, const KnownPeriods& counted) {
  ingestion::v1::PersonBatch batch;
  batch.set_delivery(delivery);
  batch.set_corrects(delivery);
  for (const KnownPeriods::Stretch& stretch : counted.stretches()) {
    auto& row = *batch.add_counted();
    *row.mutable_from_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(stretch.from);
    if (stretch.until != KnownPeriods::kOpen)
      *row.mutable_until_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(stretch.until);
  }
  return batch;
}

// Follows until everything is taken in.
inline void FollowAll(Linking& linking, const FakeIngestion& ingestion) {
  ASSERT_TRUE(linking.Load().ok());
  while (linking.GetLinkSummary({}, {})->person_sequence() < ingestion.last_sequence()) {
    const absl::Status status = linking.Follow();
    ASSERT_TRUE(status.ok()) << status;
  }
}

// The whole feed, page by page.
inline v1::ListLinksResponse WholeFeed(const Linking& linking) {
  v1::ListLinksResponse all;
  v1::ListLinksRequest request;
  while (true) {
    const absl::StatusOr<v1::ListLinksResponse> page = linking.ListLinks({}, request);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok() || page->next_sequence() == request.after_sequence()) break;
    all.MergeFrom(*page);
    request.set_after_sequence(page->next_sequence());
  }
  return all;
}

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_FAKE_INGESTION_H_
