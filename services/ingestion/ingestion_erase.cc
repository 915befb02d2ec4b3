// SPDX-License-Identifier: EUPL-1.2
// Persons made unreadable: their records leave the journal, and files that tell of them are not kept as they were.
#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"
#include "services/ingestion/erase_bytes.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/sources.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

using internal::v1::DeliveryRecord;
using internal::v1::EraseRecord;

namespace {

constexpr int kMaxPersons = 1000;
// What one Append takes of messages that leave a container.
constexpr size_t kMaxLeftBytes = 4 << 20;

absl::Status Damaged(int64_t sequence) {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              absl::StrCat("record ", sequence, " of the journal cannot be read; restore from a backup"));
}

// The person a fact is about; empty when it is about none.
std::string PersonOf(const v1::Fact& fact) {
  const auto* payload = fact.GetReflection()->GetOneofFieldDescriptor(fact, fact.GetDescriptor()->FindOneofByName("payload"));
  if (payload == nullptr) return "";
  const google::protobuf::Message& said = fact.GetReflection()->GetMessage(fact, payload);
  const auto* person = said.GetDescriptor()->FindFieldByName("person_key");
  return person == nullptr ? "" : said.GetReflection()->GetString(said, person);
}

absl::StatusOr<v1::PersonBatch> OpenPersons(const Key& key, const std::string& sealed, int64_t sequence) {
  v1::PersonBatch persons;
  if (sealed.empty()) return persons;
  NMD_ASSIGN_OR_RETURN(const std::string bytes, key.Open(sealed));
  if (!persons.ParseFromString(bytes)) return Damaged(sequence);
  return persons;
}

}  // namespace

// Which bytes tell of the persons.
struct Ingestion::ErasePlan {
  int64_t until = 0;           // What comes after it is a new fact, and stays.
  std::set<std::string> bsns;  // Of the persons.
  // Deliveries whose bytes tell of them, or may: what was not read whole and cannot be searched.
  std::set<int32_t> deliveries;
  std::set<int32_t> by_number;   // Of these, those in which the persons can be told by their BSN.
  std::set<int32_t> containers;  // Envelopes and zips that one of these is in. They go whole.
};

absl::StatusOr<v1::ErasePersonsResponse> Ingestion::ErasePersons(const Caller& caller, const v1::ErasePersonsRequest& request) {
  FieldCheck check;
  check.Require(request.person_keys_size() >= 1 && request.person_keys_size() <= kMaxPersons, "person_keys",
                absl::StrCat("must be 1 to ", kMaxPersons));
  const std::set<std::string> person_keys(request.person_keys().begin(), request.person_keys().end());
  check.Require(person_keys.count("") == 0, "person_keys", "must not be empty texts");
  if (!check.ok()) return check.Result();

  MutexLock one_at_a_time(erase_mutex_);
  NMD_RETURN_IF_ERROR(DropErased());
  // Messages that a stop left in a container are not in the journal yet, and would go with it.
  FinishContainers();
  NMD_ASSIGN_OR_RETURN(const ErasePlan plan, PlanErasure(person_keys));
  for (const int32_t container : plan.containers) NMD_RETURN_IF_ERROR(TakeOut(container, plan, caller.subject));
  std::vector<Left> left;
  for (const int32_t index : plan.deliveries) {
    if (plan.containers.count(index) > 0) continue;
    std::optional<std::string> bytes;
    if (plan.by_number.count(index) > 0) {
      NMD_ASSIGN_OR_RETURN(const std::string whole, RawBytes(index));
      bytes = WithoutPersons(whole, plan.bsns);
    }
    left.push_back({index, std::move(bytes), true});
  }
  for (const int32_t container : plan.containers) left.push_back({container, std::nullopt, true});
  NMD_RETURN_IF_ERROR(StoreLeft(left, caller.subject));
  NMD_RETURN_IF_ERROR(DropErased());
  // Last: what tells which files they are in. It also empties the write-ahead log of what was dropped.
  NMD_RETURN_IF_ERROR(DropPersons(person_keys, plan));
  v1::ErasePersonsResponse response;
  response.set_delivery_count(static_cast<int64_t>(left.size()));
  return response;
}

absl::StatusOr<Ingestion::ErasePlan> Ingestion::PlanErasure(const std::set<std::string>& person_keys) const {
  struct Seen {
    absl::uint128 id = 0;
    std::vector<absl::uint128> parts;
    bool tells = false, read_whole = true;
    bool by_number = true;  // All that it tells of the persons stands beside their BSN.
    int32_t index = -1;
  };
  ErasePlan plan;
  std::vector<Seen> all;
  const auto read = [&](const JournalRecord& record) -> absl::Status {
    plan.until = record.sequence;
    if (record.kind != "delivery") return absl::OkStatus();
    DeliveryRecord delivery;
    if (!delivery.ParseFromString(record.payload)) return Damaged(record.sequence);
    Seen seen;
    NMD_ASSIGN_OR_RETURN(const v1::PersonBatch persons, OpenPersons(persons_key_, delivery.sealed_persons(), record.sequence));
    std::set<std::string> told, numbered;
    for (const v1::PersonRecord& person : persons.records()) {
      if (person_keys.count(person.person_key()) == 0) continue;
      told.insert(person.person_key());
      if (!IsValidBsn(person.bsn())) continue;
      numbered.insert(person.person_key());
      plan.bsns.insert(person.bsn());
    }
    for (const v1::Fact& fact : delivery.batch().facts()) {
      if (const std::string person = PersonOf(fact); person_keys.count(person) > 0) told.insert(person);
    }
    seen.tells = !told.empty();
    seen.by_number = told == numbered;
    seen.id = IdOf(delivery.delivery().name());
    for (const std::string& part : delivery.parts()) seen.parts.push_back(IdOf(part));
    // A message with person records has one for every client; returns, answers and replies have none. Rows of an export and
    // entries of a container that gave a finding may have told of anybody, and so may what was refused.
    const bool is_message = OfficialSourceNamed(delivery.delivery().source()) != nullptr;
    seen.read_whole = delivery.delivery().state() != v1::Delivery::REJECTED &&
                      (is_message ? persons.records_size() > 0 : delivery.findings().empty());
    all.push_back(std::move(seen));
    return absl::OkStatus();
  };
  absl::Status status;
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [&](const JournalRecord& record) {
    status = read(record);
    return status.ok();
  }));
  NMD_RETURN_IF_ERROR(status);
  for (Seen& seen : all) {
    std::string source;
    {
      MutexLock lock(mutex_);
      const auto known = by_id_.find(seen.id);
      if (known == by_id_.end()) continue;  // Being stored at this moment; a repeat sees it.
      seen.index = known->second;
      const auto erased = erased_.find(seen.index);
      if (erased != erased_.end() && erased->second.blob().empty()) continue;  // Nothing is left of it.
      source = source_ids_[static_cast<size_t>(entries_[static_cast<size_t>(seen.index)].source)];
    }
    bool tells = seen.tells;
    if (!tells && !seen.read_whole && !plan.bsns.empty()) {
      NMD_ASSIGN_OR_RETURN(const std::string bytes, RawBytes(seen.index));
      const auto mapping = exports_.find(source);
      tells = MayTellOf(bytes, mapping == exports_.end() ? nullptr : &mapping->second.mapping(), plan.bsns);
    }
    if (tells) plan.deliveries.insert(seen.index);
    if (tells && seen.by_number) plan.by_number.insert(seen.index);
  }
  MutexLock lock(mutex_);
  for (const Seen& seen : all) {
    if (seen.index < 0 || entries_[static_cast<size_t>(seen.index)].part_count == 0) continue;
    const auto erased = erased_.find(seen.index);
    if (erased != erased_.end() && erased->second.blob().empty()) continue;
    const bool holds =
        std::any_of(seen.parts.begin(), seen.parts.end(), [&](absl::uint128 part) ABSL_NO_THREAD_SAFETY_ANALYSIS {
          const auto known = by_id_.find(part);
          return known != by_id_.end() && plan.deliveries.count(known->second) > 0;
        });
    if (holds || plan.deliveries.count(seen.index) > 0) plan.containers.insert(seen.index);
  }
  return plan;
}

absl::Status Ingestion::TakeOut(int32_t container, const ErasePlan& plan, const std::string& actor) {
  std::vector<int32_t> parts;
  {
    MutexLock lock(mutex_);
    const absl::uint128 id = entries_[static_cast<size_t>(container)].id;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const auto index = static_cast<int32_t>(i);
      // Those that tell of the persons are dealt with as files of their own.
      if (entries_[i].container == id && erased_.count(index) == 0 && plan.deliveries.count(index) == 0) parts.push_back(index);
    }
  }
  std::vector<Left> left;
  size_t bytes = 0;
  for (const int32_t part : parts) {
    NMD_ASSIGN_OR_RETURN(std::string content, RawBytes(part));
    bytes += content.size();
    left.push_back({part, std::move(content), false});
    if (bytes < kMaxLeftBytes) continue;
    NMD_RETURN_IF_ERROR(StoreLeft(left, actor));
    left.clear();
    bytes = 0;
  }
  return StoreLeft(left, actor);
}

absl::Status Ingestion::StoreLeft(const std::vector<Left>& left, const std::string& actor) {
  if (left.empty()) return absl::OkStatus();
  Write write;
  write.actor = actor;
  std::vector<std::string> sealed;
  for (const Left& one : left) sealed.push_back(one.bytes ? raw_key_.Seal(Compress(*one.bytes)) : "");
  write.decide = [&](Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (size_t i = 0; i < left.size(); ++i) {
      auto record = std::make_shared<EraseRecord>();
      const Entry& entry = entries_[static_cast<size_t>(left[i].index)];
      record->set_delivery(HexOf(entry.id));
      *record->mutable_erase_time() = TimestampOf(absl::ToUnixMicros(clock_.Now()));
      record->set_rewritten(left[i].rewritten);
      if (left[i].bytes) {
        // A name of its own: a blob is never written over.
        const std::string name = absl::StrCat("raw/", absl::BytesToHexString(entry.sha256));
        record->set_blob(left[i].rewritten ? absl::StrCat(name, "/", RandomHex(8)) : name);
        batch.blobs.push_back({record->blob(), std::move(sealed[i])});
        if (const std::string before = RawNameOf(left[i].index); before != record->blob()) record->add_dropped(before);
      } else {
        record->add_dropped(RawNameOf(left[i].index));
      }
      batch.events.push_back({"erase", std::move(record)});
    }
    return absl::OkStatus();
  };
  return Commit(write);
}

std::string Ingestion::RawNameOf(int32_t index) const {
  const auto erased = erased_.find(index);
  if (erased != erased_.end()) return erased->second.blob();
  return absl::StrCat("raw/", absl::BytesToHexString(entries_[static_cast<size_t>(index)].sha256));
}

void Ingestion::ApplyErase(const EraseRecord& record) {
  const auto known = by_id_.find(IdOf(record.delivery()));
  if (known == by_id_.end()) return;
  erased_[known->second] = record;
  last_answer_.reset();
}

absl::Status Ingestion::DropErased() {
  std::vector<std::string> names;
  {
    MutexLock lock(mutex_);
    for (const auto& [index, record] : erased_) names.insert(names.end(), record.dropped().begin(), record.dropped().end());
  }
  for (const std::string& name : names) NMD_RETURN_IF_ERROR(journal_.DropBlob(name));
  return absl::OkStatus();
}

absl::Status Ingestion::DropPersons(const std::set<std::string>& person_keys, const ErasePlan& plan) {
  {
    // A file may be called after whom it is about.
    MutexLock lock(mutex_);
    for (Entry& entry : entries_) MaskNumbers(plan.bsns, &entry.file_name);
    for (auto& [id, upload] : uploads_) MaskNumbers(plan.bsns, upload.mutable_file_name());
    for (auto& [name, payload] : operation_records_) MaskNumbers(plan.bsns, &payload);
  }
  absl::Status status;
  NMD_RETURN_IF_ERROR(journal_.Rewrite([&](const JournalRecord& record) -> std::optional<JournalRecord> {
    if (record.sequence > plan.until) return record;
    JournalRecord kept = record;
    // Zeros are as long as the number, so a message around them stays one.
    MaskNumbers(plan.bsns, &kept.payload);
    DeliveryRecord delivery;
    if (record.kind != "delivery" || !delivery.ParseFromString(kept.payload)) return kept;
    absl::StatusOr<v1::PersonBatch> persons = OpenPersons(persons_key_, delivery.sealed_persons(), record.sequence);
    if (!persons.ok()) {
      status = persons.status();
      return kept;
    }
    auto& records = *persons->mutable_records();
    const auto end = std::remove_if(records.begin(), records.end(),
                                    [&](const v1::PersonRecord& person) { return person_keys.count(person.person_key()) > 0; });
    if (end == records.end()) return kept;
    records.erase(end, records.end());
    // Sealed also when nobody is left: the batch keeps its place in the feed.
    delivery.set_sealed_persons(persons_key_.Seal(persons->SerializeAsString()));
    kept.payload = delivery.SerializeAsString();
    return kept;
  }));
  return status;
}

}  // namespace nmd::ingestion
