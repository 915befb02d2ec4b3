// SPDX-License-Identifier: EUPL-1.2
// What ingestion answers with: sources, deliveries, findings, and the two feeds.
#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_facts.h"
#include "services/ingestion/sources.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

using internal::v1::CountedRecord;
using internal::v1::DeliveryRecord;
using internal::v1::SupersedeRecord;

namespace {

constexpr int32_t kMaxWaitSeconds = 30;
// What a call that waits leaves of its deadline to send the answer.
constexpr absl::Duration kAnswerTime = absl::Milliseconds(500);

absl::Status Damaged(int64_t sequence) {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              absl::StrCat("record ", sequence, " of the journal cannot be read; restore from a backup"));
}

// The same row in the feed of facts and in that of persons.
template <typename Batch>
void TellCounted(const CountedRecord& counted, Batch* batch) {
  batch->set_delivery(counted.delivery());
  batch->set_corrects(counted.delivery());
  *batch->mutable_counted() = counted.counted();
  *batch->mutable_known_time() = counted.known_time();
}

}  // namespace

std::string Ingestion::DeliveryName(absl::uint128 id) const {
  return absl::StrCat("municipalities/", municipality_, "/deliveries/", HexOf(id));
}

int64_t Ingestion::CountFindings(int32_t index) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  return static_cast<int64_t>(entry.findings.size()) + (entry.lost ? 1 : 0) + history_.CountFindings(index);
}

std::vector<v1::Finding> Ingestion::FindingsOf(int32_t index) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  std::vector<v1::Finding> findings = entry.findings;
  if (entry.lost) {
    const OfficialSource* source = OfficialSourceNamed(source_ids_[static_cast<size_t>(entry.source)]);
    const MessageType type = source == nullptr ? MessageType::kAllocation : source->type;
    Finding finding = FindingOf(RuleById("TR056"), type, "Header/BerichtIdentificatie/Identificatie");
    finding.fatal = true;
    findings.push_back(ToProto(finding));
  }
  for (const Finding& finding : history_.FindingsOf(index)) findings.push_back(ToProto(finding));
  for (v1::Finding& finding : findings) finding.set_delivery(DeliveryName(entry.id));
  return findings;
}

v1::Delivery Ingestion::StoredOf(int32_t index) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  v1::Delivery delivery;
  delivery.set_name(HexOf(entry.id));
  delivery.set_source(source_ids_[static_cast<size_t>(entry.source)]);
  delivery.set_file_name(entry.file_name);
  delivery.set_state(entry.state);
  delivery.set_sha256(absl::BytesToHexString(entry.sha256));
  delivery.set_size_bytes(entry.size_bytes);
  *delivery.mutable_known_time() = TimestampOf(entry.known_micros);
  *delivery.mutable_create_time() = TimestampOf(entry.create_micros);
  delivery.set_fact_count(entry.fact_count);
  delivery.set_person_count(entry.person_count);
  delivery.set_message_key(entry.message_key);
  delivery.set_sequence(entry.sequence);
  delivery.set_answers(entry.answers);
  if (entry.container != 0) delivery.set_container(HexOf(entry.container));
  delivery.set_part(entry.part);
  delivery.set_part_count(entry.part_count);
  return delivery;
}

v1::Delivery Ingestion::DeliveryOf(int32_t index) const {
  v1::Delivery delivery = StoredOf(index);
  delivery.set_name(DeliveryName(entries_[static_cast<size_t>(index)].id));
  delivery.set_finding_count(CountFindings(index));
  if (const std::optional<int32_t> answer = AnsweredBy(index)) {
    delivery.set_answered_by(DeliveryName(entries_[static_cast<size_t>(*answer)].id));
  }
  if (entries_[static_cast<size_t>(index)].container != 0) {
    delivery.set_container(DeliveryName(entries_[static_cast<size_t>(index)].container));
  }
  TellCorrection(index, &delivery);
  if (const auto erased = erased_.find(index); erased != erased_.end() && erased->second.rewritten()) {
    *delivery.mutable_erase_time() = erased->second.erase_time();
  }
  return delivery;
}

std::optional<int32_t> Ingestion::FindDelivery(absl::string_view name) const {
  absl::ConsumePrefix(&name, absl::StrCat("municipalities/", municipality_, "/deliveries/"));
  const auto found = by_id_.find(IdOf(name));
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::vector<v1::Source> Ingestion::SourcesOf() const {
  std::vector<v1::Source> sources;
  for (const OfficialSource& official : OfficialSources()) {
    v1::Source& source = sources.emplace_back();
    source.set_name(std::string(official.id));
    source.set_title(std::string(official.title));
    source.set_owner(std::string(official.owner));
    for (const absl::string_view field : official.fields) source.add_fields(std::string(field));
  }
  for (const auto& [id, mapping] : exports_) {
    v1::Source& source = sources.emplace_back();
    source.set_name(id);
    source.set_title(mapping.title());
    source.set_owner(mapping.owner());
    for (const std::string& header : mapping.Headers()) source.add_fields(header);
  }
  return sources;
}

absl::StatusOr<v1::ListSourcesResponse> Ingestion::ListSources(const Caller&, const v1::ListSourcesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  std::vector<v1::Source> sources = SourcesOf();
  struct Tally {
    int64_t deliveries = 0, rejected = 0, newest = INT64_MIN;
  };
  std::map<std::string, Tally> tallies;
  {
    MutexLock lock(mutex_);
    std::vector<Tally> by_number(source_ids_.size());
    for (const Entry& entry : entries_) {
      Tally& tally = by_number[static_cast<size_t>(entry.source)];
      ++tally.deliveries;
      tally.rejected += entry.state == v1::Delivery::REJECTED ? 1 : 0;
      tally.newest = std::max(tally.newest, entry.known_micros);
    }
    for (size_t i = 0; i < by_number.size(); ++i) tallies[source_ids_[i]] = by_number[i];
  }
  v1::ListSourcesResponse response;
  const auto total = static_cast<int64_t>(sources.size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) {
    v1::Source& source = sources[static_cast<size_t>(i)];
    if (const auto found = tallies.find(source.name()); found != tallies.end()) {
      source.set_delivery_count(found->second.deliveries);
      source.set_rejected_count(found->second.rejected);
      *source.mutable_newest_known_time() = TimestampOf(found->second.newest);
    }
    source.set_name(absl::StrCat("municipalities/", municipality_, "/sources/", source.name()));
    *response.add_sources() = std::move(source);
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

absl::StatusOr<v1::Delivery> Ingestion::GetDelivery(const Caller&, const v1::GetDeliveryRequest& request) const {
  MutexLock lock(mutex_);
  const std::optional<int32_t> index = FindDelivery(request.name());
  if (!index) return NotFound(request.name());
  return DeliveryOf(*index);
}

absl::StatusOr<v1::ListDeliveriesResponse> Ingestion::ListDeliveries(const Caller&,
                                                                     const v1::ListDeliveriesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  v1::ListDeliveriesResponse response;
  int64_t total = 0;
  MutexLock lock(mutex_);
  for (auto index = static_cast<int32_t>(entries_.size()) - 1; index >= 0; --index) {
    const Entry& entry = entries_[static_cast<size_t>(index)];
    if (!request.source().empty() && source_ids_[static_cast<size_t>(entry.source)] != request.source()) continue;
    if (request.state() != v1::Delivery::STATE_UNSPECIFIED && StateOf(index) != request.state()) continue;
    if (!request.container().empty() && DeliveryName(entry.container) != request.container()) continue;
    if (total >= page.offset && total < page.offset + page.size) *response.add_deliveries() = DeliveryOf(index);
    ++total;
  }
  response.set_total_size(total);
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::ListFindingsResponse> Ingestion::ListFindings(const Caller&, const v1::ListFindingsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  v1::ListFindingsResponse response;
  int64_t total = 0;
  MutexLock lock(mutex_);
  std::vector<int32_t> deliveries;
  if (!request.delivery().empty()) {
    if (const std::optional<int32_t> index = FindDelivery(request.delivery())) deliveries.push_back(*index);
  } else {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (CountFindings(static_cast<int32_t>(i)) > 0) deliveries.push_back(static_cast<int32_t>(i));
    }
    // By what a delivery is, not by when it came: the same deliveries give the same list.
    const auto rank = [&](int32_t index) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const Entry& entry = entries_[static_cast<size_t>(index)];
      return DeliveryRank{entry.known_micros, entry.id};
    };
    const auto is_before = [&](int32_t a, int32_t b) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return rank(a) < rank(b); };
    std::sort(deliveries.begin(), deliveries.end(), is_before);
  }
  for (const int32_t index : deliveries) {
    const int64_t count = CountFindings(index);
    const bool elsewhere = total + count <= page.offset || total >= page.offset + page.size;
    if (request.rule().empty() && elsewhere) {
      total += count;
      continue;
    }
    for (v1::Finding& finding : FindingsOf(index)) {
      if (!request.rule().empty() && finding.rule() != request.rule()) continue;
      if (total >= page.offset && total < page.offset + page.size) *response.add_findings() = std::move(finding);
      ++total;
    }
  }
  response.set_total_size(total);
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::Status Ingestion::ReadFeed(const Caller& caller, int64_t after, int32_t wait_seconds,
                                 std::vector<int64_t> Ingestion::*sequences,
                                 const std::function<bool(const JournalRecord&)>& take,
                                 const std::function<bool()>& any) const {
  FieldCheck check;
  check.Require(after >= 0, "after_sequence", "must not be negative");
  check.Require(wait_seconds >= 0 && wait_seconds <= kMaxWaitSeconds, "wait_seconds",
                absl::StrCat("must be from 0 to ", kMaxWaitSeconds));
  if (!check.ok()) return check.Result();
  int64_t cursor = after;
  {
    // Records without a batch are stepped over; the journal is read from the next batch on.
    MutexLock lock(mutex_);
    const std::vector<int64_t>& known = this->*sequences;
    const auto next = std::upper_bound(known.begin(), known.end(), after);
    cursor = std::max(after, next == known.end() ? sequence_ : *next - 1);
  }
  const absl::Time until = std::min(clock_.Now() + absl::Seconds(wait_seconds), caller.deadline - kAnswerTime);
  while (true) {
    NMD_RETURN_IF_ERROR(journal_.Replay(cursor, [&](const JournalRecord& record) {
      cursor = record.sequence;
      return take(record);
    }));
    const absl::Duration left = until - clock_.Now();
    if (any() || left <= absl::ZeroDuration()) return absl::OkStatus();
    // Ends early too when the service stops.
    if (journal_.WaitBeyond(cursor, left) <= cursor) return absl::OkStatus();
  }
}

absl::StatusOr<v1::ListFactsResponse> Ingestion::ListFacts(const Caller& caller, const v1::ListFactsRequest& request) const {
  v1::ListFactsResponse response;
  absl::Status damage;
  size_t bytes = 0;
  const auto take = [&](const JournalRecord& record) {
    v1::FactBatch batch;
    if (record.kind == "delivery") {
      DeliveryRecord delivery;
      if (!delivery.ParseFromString(record.payload)) {
        damage = Damaged(record.sequence);
        return false;
      }
      // A container has no records. A refused delivery has no facts, but its records count for the quality of its source.
      if (delivery.delivery().state() == v1::Delivery::UNPACKED) return true;
      batch.Swap(delivery.mutable_batch());
      batch.set_delivery(delivery.delivery().name());
      batch.set_source(delivery.delivery().source());
      *batch.mutable_known_time() = delivery.delivery().known_time();
    } else if (record.kind == "supersede") {
      SupersedeRecord supersede;
      if (!supersede.ParseFromString(record.payload)) {
        damage = Damaged(record.sequence);
        return false;
      }
      batch.set_delivery(supersede.winner());
      batch.set_supersedes(supersede.delivery());
      *batch.mutable_known_time() = supersede.known_time();
    } else if (record.kind == "counted") {
      CountedRecord counted;
      if (!counted.ParseFromString(record.payload)) {
        damage = Damaged(record.sequence);
        return false;
      }
      TellCounted(counted, &batch);
    } else {
      return true;
    }
    batch.set_sequence(record.sequence);
    const size_t size = batch.ByteSizeLong();
    if (response.batches_size() > 0 && bytes + size > kFeedBytes) return false;
    bytes += size;
    *response.add_batches() = std::move(batch);
    return bytes < kFeedBytes;
  };
  NMD_RETURN_IF_ERROR(ReadFeed(caller, request.after_sequence(), request.wait_seconds(), &Ingestion::fact_sequences_, take,
                               [&] { return response.batches_size() > 0 || !damage.ok(); }));
  NMD_RETURN_IF_ERROR(damage);
  const int count = response.batches_size();
  response.set_next_sequence(count > 0 ? response.batches(count - 1).sequence() : request.after_sequence());
  MutexLock lock(mutex_);
  response.set_last_sequence(
      std::max(count > 0 ? response.next_sequence() : 0, fact_sequences_.empty() ? 0 : fact_sequences_.back()));
  return response;
}

absl::StatusOr<v1::ListPersonRecordsResponse> Ingestion::ListPersonRecords(const Caller& caller,
                                                                           const v1::ListPersonRecordsRequest& request) const {
  v1::ListPersonRecordsResponse response;
  absl::Status damage;
  size_t bytes = 0;
  const auto take = [&](const JournalRecord& record) {
    v1::PersonBatch batch;
    if (record.kind == "delivery") {
      DeliveryRecord delivery;
      if (!delivery.ParseFromString(record.payload)) {
        damage = Damaged(record.sequence);
        return false;
      }
      if (delivery.delivery().state() != v1::Delivery::ACCEPTED || delivery.sealed_persons().empty()) return true;
      const absl::StatusOr<std::string> opened = persons_key_.Open(delivery.sealed_persons());
      if (!opened.ok() || !batch.ParseFromString(*opened)) {
        damage = opened.ok() ? Damaged(record.sequence) : opened.status();
        return false;
      }
      batch.set_delivery(delivery.delivery().name());
      batch.set_source(delivery.delivery().source());
      *batch.mutable_known_time() = delivery.delivery().known_time();
      batch.set_corrects(delivery.batch().corrects());
      *batch.mutable_counted() = delivery.batch().counted();
    } else if (record.kind == "supersede") {
      SupersedeRecord supersede;
      if (!supersede.ParseFromString(record.payload)) {
        damage = Damaged(record.sequence);
        return false;
      }
      if (!supersede.persons()) return true;
      batch.set_delivery(supersede.winner());
      batch.set_supersedes(supersede.delivery());
      *batch.mutable_known_time() = supersede.known_time();
    } else if (record.kind == "counted") {
      CountedRecord counted;
      if (!counted.ParseFromString(record.payload)) {
        damage = Damaged(record.sequence);
        return false;
      }
      if (!counted.persons()) return true;
      TellCounted(counted, &batch);
    } else {
      return true;
    }
    batch.set_sequence(record.sequence);
    const size_t size = batch.ByteSizeLong();
    if (response.batches_size() > 0 && bytes + size > kFeedBytes) return false;
    bytes += size;
    *response.add_batches() = std::move(batch);
    return bytes < kFeedBytes;
  };
  NMD_RETURN_IF_ERROR(ReadFeed(caller, request.after_sequence(), request.wait_seconds(), &Ingestion::person_sequences_, take,
                               [&] { return response.batches_size() > 0 || !damage.ok(); }));
  NMD_RETURN_IF_ERROR(damage);
  const int count = response.batches_size();
  response.set_next_sequence(count > 0 ? response.batches(count - 1).sequence() : request.after_sequence());
  MutexLock lock(mutex_);
  response.set_last_sequence(
      std::max(count > 0 ? response.next_sequence() : 0, person_sequences_.empty() ? 0 : person_sequences_.back()));
  return response;
}

absl::StatusOr<google::longrunning::Operation> Ingestion::GetOperation(
    const Caller&, const google::longrunning::GetOperationRequest& request) const {
  return operations_->Get(request.name());
}

absl::StatusOr<google::longrunning::Operation> Ingestion::WaitOperation(
    const Caller& caller, const google::longrunning::WaitOperationRequest& request) const {
  absl::Duration wait = absl::Seconds(kMaxWaitSeconds);
  if (request.has_timeout()) {
    wait = std::min(wait, absl::Seconds(request.timeout().seconds()) + absl::Nanoseconds(request.timeout().nanos()));
  }
  return operations_->Wait(request.name(), std::min(wait, caller.deadline - kAnswerTime - clock_.Now()));
}

}  // namespace nmd::ingestion
