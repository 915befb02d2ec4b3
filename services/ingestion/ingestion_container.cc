// SPDX-License-Identifier: EUPL-1.2
// Storing of deliveries; envelopes and zips, whose messages are deliveries of their own; and the bytes of each again.
#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/container.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_facts.h"
#include "services/ingestion/sources.h"
#include "services/ingestion/xml_text.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

using internal::v1::DeliveryRecord;

namespace {

// Messages of a container that are kept in memory between finding and reading them; what is beyond is unpacked twice.
constexpr size_t kMaxKeptBytes = 16 << 20;
// What the messages of one container take of an Append at most, unless one alone is larger: others do not wait longer for it
// than for a few files.
constexpr size_t kMaxRoundBytes = 4 << 20;

// How hard the bytes of a container are compressed: a zip is compressed already.
constexpr int kFastLevel = -10;
constexpr int kTextLevel = 3;

std::string RawName(absl::string_view sha256) { return absl::StrCat("raw/", sha256); }

absl::Status ContentErased() {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::CONTENT_ERASED,
              "the bytes are not kept any more: they told of a person who was erased. What was read from them stays");
}

}  // namespace

absl::Status Ingestion::StoreRound(const std::string& actor, const std::string& upload, std::vector<Pending>& round,
                                   absl::uint128 by, const std::vector<int32_t>& replaces) {
  Write write;
  write.actor = actor;
  for (const Pending& pending : round) {
    write.claims.push_back(pending.record->delivery().sha256());
    if (!pending.record->delivery().message_key().empty()) write.claims.push_back(pending.record->delivery().message_key());
    if (pending.record->has_extract()) write.claims.push_back(ClaimOfExtracts(pending.record->delivery().source()));
  }
  if (!upload.empty()) write.claims.push_back(upload);
  if (!replaces.empty()) {
    MutexLock lock(mutex_);
    std::vector<int32_t> others = replaces;
    if (const auto known = by_id_.find(by); known != by_id_.end()) others.push_back(known->second);
    for (const int32_t other : others) {
      for (std::string& claim : ClaimsOf(other)) write.claims.push_back(std::move(claim));
    }
  }
  int stored = 0;
  write.decide = [&](Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
    if (!upload.empty()) {
      auto closed = std::make_shared<internal::v1::UploadRecord>(uploads_.at(upload));
      closed->set_state(internal::v1::UploadRecord::CLOSED);
      batch.events.push_back({"upload", std::move(closed)});
    }
    for (Pending& pending : round) {
      if (by_id_.contains(IdOf(pending.record->delivery().name()))) continue;
      DecideTr056(*pending.record, batch);
      if (pending.record->delivery().state() == v1::Delivery::ACCEPTED) DecidePlace(replaces, *pending.record, batch);
      batch.events.push_back({"delivery", pending.record});
      if (!pending.raw.empty()) batch.blobs.push_back({RawName(pending.record->delivery().sha256()), std::move(pending.raw)});
      ++stored;
    }
    const auto known = by_id_.find(by);
    return known == by_id_.end() ? absl::OkStatus() : ReplaceByKnown(replaces, known->second, batch);
  };
  NMD_RETURN_IF_ERROR(Commit(write));
  CountMetric("nmd_ingestion_deliveries_total", "Files taken in, the same bytes counted once.", stored);
  return absl::OkStatus();
}

std::vector<Ingestion::Part> Ingestion::PartsOf(absl::string_view content, std::vector<Finding>* findings) {
  std::vector<Part> parts;
  size_t kept = 0;
  *findings = ReadContainer(content, [&](int position, std::string message) {
    Part part = {position, Sha256Hex(message), ""};
    const bool again = std::any_of(parts.begin(), parts.end(), [&](const Part& other) { return other.sha256 == part.sha256; });
    if (again) return;
    kept += message.size();
    if (kept <= kMaxKeptBytes) part.content = std::move(message);
    parts.push_back(std::move(part));
  });
  return parts;
}

absl::StatusOr<v1::Delivery> Ingestion::DeliverContainer(const Incoming& incoming, const std::string& source,
                                                         const std::string& sha256) {
  std::vector<Finding> findings;
  const std::vector<Part> parts = PartsOf(incoming.content, &findings);
  auto record = std::make_shared<DeliveryRecord>();
  v1::Delivery& delivery = *record->mutable_delivery();
  delivery.set_name(sha256.substr(0, 32));
  delivery.set_source(source);
  delivery.set_file_name(SafeFileName(incoming.file_name));
  delivery.set_sha256(sha256);
  delivery.set_size_bytes(static_cast<int64_t>(incoming.content.size()));
  *delivery.mutable_known_time() = TimestampOf(absl::ToUnixMicros(incoming.known_time));
  *delivery.mutable_create_time() = TimestampOf(absl::ToUnixMicros(clock_.Now()));
  delivery.set_part_count(static_cast<int32_t>(parts.size()));
  delivery.set_state(v1::Delivery::UNPACKED);
  for (const Part& part : parts) record->add_parts(part.sha256.substr(0, 32));
  for (const Finding& finding : findings) {
    *record->add_findings() = ToProto(finding);
    if (finding.fatal) delivery.set_state(v1::Delivery::REJECTED);
  }
  if (delivery.state() == v1::Delivery::REJECTED) ClearFacts(record.get());
  const absl::uint128 id = IdOf(delivery.name());
  std::vector<Pending> round(1);
  round[0] = {std::move(record), raw_key_.Seal(Compress(incoming.content, source == kZipSource ? kFastLevel : kTextLevel))};
  NMD_RETURN_IF_ERROR(StoreParts(incoming, HexOf(id), parts, std::move(round)));
  MutexLock lock(mutex_);
  return DeliveryOf(by_id_.at(id));
}

absl::Status Ingestion::StoreParts(const Incoming& incoming, const std::string& container, const std::vector<Part>& parts,
                                   std::vector<Pending> round) {
  std::string upload = incoming.upload;
  std::set<std::string> keys;
  size_t bytes = 0;
  for (const Pending& pending : round) bytes += pending.raw.size() + pending.record->ByteSizeLong();
  const auto store = [&]() -> absl::Status {
    if (round.empty()) return absl::OkStatus();
    NMD_RETURN_IF_ERROR(StoreRound(incoming.actor, upload, round, 0, {}));
    upload.clear();
    round.clear();
    keys.clear();
    bytes = 0;
    return absl::OkStatus();
  };
  for (const Part& part : parts) {
    {
      MutexLock lock(mutex_);
      if (by_id_.contains(IdOf(absl::string_view(part.sha256).substr(0, 32)))) continue;
    }
    const std::string unpacked = part.content.empty() ? ReadPart(incoming.content, part.position).value_or("") : "";
    const absl::string_view content = part.content.empty() ? unpacked : part.content;
    const Incoming message = {content, incoming.source, incoming.file_name, incoming.known_time, incoming.actor, ""};
    NMD_ASSIGN_OR_RETURN(const std::string source, ResolveSource(message.source, message.content));
    auto record = std::make_shared<DeliveryRecord>(ReadFile(source, message, part.sha256));
    record->mutable_delivery()->set_container(container);
    record->mutable_delivery()->set_part(part.position);
    const std::string& key = record->delivery().message_key();
    const size_t size = record->ByteSizeLong();
    // TR056 judges against what is stored: a second message with one key waits for the first.
    if (bytes + size > kMaxRoundBytes || keys.count(key) > 0) NMD_RETURN_IF_ERROR(store());
    if (!key.empty()) keys.insert(key);
    bytes += size;
    round.push_back({std::move(record), ""});
  }
  return store();
}

void Ingestion::FinishContainers() {
  std::set<int32_t> containers;
  {
    MutexLock lock(mutex_);
    for (const auto& [part, container] : missing_parts_) containers.insert(container);
  }
  for (const int32_t container : containers) {
    if (const absl::Status finished = FinishContainer(container); !finished.ok()) {
      Log(LogLevel::kError, "messages of a container were not taken; deliver it again", {{"detail", finished.message()}});
    }
  }
}

absl::Status Ingestion::FinishContainer(int32_t container) {
  NMD_ASSIGN_OR_RETURN(const std::string content, RawBytes(container));
  Incoming incoming;
  std::string name;
  {
    MutexLock lock(mutex_);
    const Entry& entry = entries_[static_cast<size_t>(container)];
    name = HexOf(entry.id);
    incoming.file_name = entry.file_name;
    incoming.known_time = absl::FromUnixMicros(entry.known_micros);
  }
  incoming.content = content;
  incoming.actor = "service:ingestion";
  std::vector<Finding> ignored;
  return StoreParts(incoming, name, PartsOf(content, &ignored), {});
}

absl::StatusOr<std::string> Ingestion::RawBytes(int32_t index) const {
  std::string sha256, stored;
  int part = 0;
  bool rewritten = false;
  {
    MutexLock lock(mutex_);
    const Entry& entry = entries_[static_cast<size_t>(index)];
    sha256 = absl::BytesToHexString(entry.sha256);
    if (const auto erased = erased_.find(index); erased != erased_.end()) {
      stored = erased->second.blob();
      rewritten = erased->second.rewritten();
      if (stored.empty()) return ContentErased();
    } else {
      const Entry& holder = entry.container == 0 ? entry : entries_[static_cast<size_t>(by_id_.at(entry.container))];
      stored = RawName(absl::BytesToHexString(holder.sha256));
      part = entry.part;
    }
  }
  NMD_ASSIGN_OR_RETURN(const std::string sealed, journal_.ReadBlob(stored));
  NMD_ASSIGN_OR_RETURN(const std::string packed, raw_key_.Open(sealed));
  NMD_ASSIGN_OR_RETURN(std::string bytes, Decompress(packed, kMaxMessageBytes));
  if (part > 0) bytes = ReadPart(bytes, part).value_or("");
  if (rewritten || Sha256Hex(bytes) == sha256) return bytes;
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              "the bytes of a delivery are not those that came in; restore from a backup");
}

absl::StatusOr<v1::GetDeliveryContentResponse> Ingestion::GetDeliveryContent(
    const Caller&, const v1::GetDeliveryContentRequest& request) const {
  FieldCheck check;
  check.Require(request.read_offset() >= 0, "read_offset", "must not be negative");
  check.Require(request.limit() >= 0, "limit", "must not be negative");
  if (!check.ok()) return check.Result();
  std::optional<int32_t> index;
  {
    MutexLock lock(mutex_);
    index = FindDelivery(request.name());
  }
  if (!index) return NotFound(request.name());
  NMD_ASSIGN_OR_RETURN(const std::string bytes, RawBytes(*index));
  const auto size = static_cast<int64_t>(bytes.size());
  if (request.read_offset() > size) {
    return BadFields({{"read_offset", absl::StrCat("must be at most the size of the delivery, ", size, " bytes")}});
  }
  const auto most = static_cast<int64_t>(kMaxCallBytes);
  const int64_t limit = request.limit() == 0 ? most : std::min<int64_t>(request.limit(), most);
  v1::GetDeliveryContentResponse response;
  response.set_data(bytes.substr(static_cast<size_t>(request.read_offset()), static_cast<size_t>(limit)));
  response.set_size_bytes(size);
  return response;
}

}  // namespace nmd::ingestion
