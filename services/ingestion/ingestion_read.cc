// SPDX-License-Identifier: EUPL-1.2
// Files on their way in: recognising, reading and judging each by itself, outside the lock; then storing.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/container.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_facts.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/sources.h"
#include "services/platform/errors.h"
#include "services/platform/metrics.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

using internal::v1::DeliveryRecord;

namespace {

// The message_key of what a return or claim answer answers; empty of another message. A return repeats the header of what it
// returns, and a 325 names its 323 (TR337).
std::string AnsweredKey(const ParsedMessage& message) {
  const MessageHeader& header = message.header;
  if (message.type == MessageType::kClaimAnswer) {
    return absl::StrCat(SourceName(message.law, 323), "/", header.receiver, "/", header.claim_identification);
  }
  if (!IsReturn(message.type)) return "";
  return absl::StrCat(SourceName(message.law, static_cast<int>(message.type) - 1), "/", header.sender, "/",
                      header.identification);
}

absl::Status SourceUnknown(const std::string& source) {
  if (source.empty() || source == "auto") {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::SOURCE_UNKNOWN,
                "the file is no official message; name the source of an export");
  }
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::SOURCE_UNKNOWN,
              "no such source; ListSources names them all, a mapping file adds one");
}

}  // namespace

std::string SafeFileName(absl::string_view name) {
  std::string safe(name.substr(0, 255));
  for (char& c : safe) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-' && c != '_') c = '_';
  }
  return safe;
}

absl::Status Ingestion::CheckSource(const std::string& source) const {
  const bool known = source.empty() || source == "auto" || OfficialSourceNamed(source) != nullptr || exports_.count(source) > 0;
  return known ? absl::OkStatus() : SourceUnknown(source);
}

absl::StatusOr<std::string> Ingestion::ResolveSource(const std::string& source, absl::string_view content) const {
  NMD_RETURN_IF_ERROR(CheckSource(source));
  if (exports_.count(source) > 0) return source;
  const ContainerKind container = ContainerKindOf(content);
  if (container != ContainerKind::kNone) {
    return std::string(container == ContainerKind::kZip ? kZipSource : kEnvelopeSource);
  }
  const Recognised recognised = Recognise(content);
  if (recognised.kind != FileKind::kOther) return SourceName(recognised.law, recognised.number);
  if (OfficialSourceNamed(source) != nullptr) return source;
  if (LooksLikeXml(content)) return std::string(kUnknownSource);
  return SourceUnknown(source);
}

std::vector<Finding> Ingestion::ReadMessageInto(const Incoming& incoming, Day known_day, DeliveryRecord* record,
                                                v1::PersonBatch* persons) const {
  ReadResult read = ReadMessage(incoming.content);
  // The largest message and what is made of it need not be in memory at the same time.
  if (incoming.buffer != nullptr) std::string().swap(*incoming.buffer);
  const ParsedMessage& message = read.message;
  std::vector<Finding> findings = std::move(read.findings);
  // A return is known by what it returns; TR056 does not hold for it.
  if (read.recognised && !IsReturn(message.type) && !message.header.sender.empty() && !message.header.identification.empty()) {
    record->mutable_delivery()->set_message_key(absl::StrCat(SourceName(message.law, static_cast<int>(message.type)), "/",
                                                             message.header.sender, "/", message.header.identification));
  }
  if (findings.empty()) record->mutable_delivery()->set_answers(AnsweredKey(message));
  record->mutable_batch()->set_record_count(1);  // At least: what cannot be read cannot be counted.
  if (!findings.empty()) return findings;
  record->mutable_batch()->set_record_count(std::max(int64_t{1}, RecordsOf(message)));
  findings = CheckMessage(message);
  for (Finding& finding : CheckExternal(message, known_day, code_lists_)) findings.push_back(std::move(finding));
  // Another municipality's clients are not ours to keep figures of, whoever sent the file here.
  if (absl::StrCat("gm", message.Municipality()) != municipality_) {
    findings.push_back({"BERICHT", 1, message.SenderIsMunicipality() ? "Header/Afzender" : "Header/Ontvanger",
                        "Het bericht is van of voor een andere gemeente. Lever het aan bij die gemeente.", "",
                        IsFromMunicipality(message.type) ? "gemeente" : "aanbieder", /*fatal=*/true});
  }
  if (std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.fatal; })) return findings;
  *record->mutable_batch()->mutable_message() = HeadOf(message);
  MessageFacts facts = FactsOf(message, known_day, person_key_);
  for (v1::Fact& fact : facts.facts) *record->mutable_batch()->add_facts() = std::move(fact);
  for (v1::PersonRecord& person : facts.persons) *persons->add_records() = std::move(person);
  record->mutable_batch()->set_sound_record_count(record->batch().record_count() - DoubtfulLines(message));
  return findings;
}

void Ingestion::ClearFacts(DeliveryRecord* record) {
  v1::FactBatch& batch = *record->mutable_batch();
  batch.clear_facts();
  batch.clear_message();
  batch.set_record_count(std::max(int64_t{1}, batch.record_count()));
  batch.set_sound_record_count(0);
}

DeliveryRecord Ingestion::ReadFile(const std::string& source, const Incoming& incoming, const std::string& sha256) const {
  DeliveryRecord record;
  v1::Delivery& delivery = *record.mutable_delivery();
  const int64_t known_micros = absl::ToUnixMicros(incoming.known_time);
  delivery.set_name(sha256.substr(0, 32));
  delivery.set_source(source);
  delivery.set_file_name(SafeFileName(incoming.file_name));
  delivery.set_sha256(sha256);
  delivery.set_size_bytes(static_cast<int64_t>(incoming.content.size()));
  *delivery.mutable_known_time() = TimestampOf(known_micros);
  *delivery.mutable_create_time() = TimestampOf(absl::ToUnixMicros(clock_.Now()));

  v1::PersonBatch persons;
  std::vector<Finding> findings;
  const auto mapping = exports_.find(source);
  const std::string owner = mapping == exports_.end() ? "leverancier" : mapping->second.owner();
  if (mapping != exports_.end()) {
    ExportReading reading =
        mapping->second.Read(incoming.content, dutch::CalendarDay(absl::FromUnixMicros(known_micros)), person_key_);
    findings = std::move(reading.findings);
    for (v1::Fact& fact : reading.facts) *record.mutable_batch()->add_facts() = std::move(fact);
    for (v1::PersonRecord& person : reading.persons) *persons.add_records() = std::move(person);
    record.mutable_batch()->set_record_count(reading.record_count);
    record.mutable_batch()->set_sound_record_count(reading.sound_record_count);
    // It would take the place of everything before it.
    if (mapping->second.is_extract() && reading.sound_record_count == 0 && findings.empty()) {
      findings.push_back({"CSV", 1, "bestand", "het bestand heeft geen regels; een leeg bestand vervangt het vorige niet", "",
                          owner, /*fatal=*/true});
    }
  } else {
    findings = ReadMessageInto(incoming, dutch::CalendarDay(absl::FromUnixMicros(known_micros)), &record, &persons);
  }
  std::string person_bytes = persons.SerializeAsString();
  if (std::max(record.batch().ByteSizeLong(), person_bytes.size()) > kMaxBatchBytes) {
    findings.push_back({mapping == exports_.end() ? "BERICHT" : "EXPORT", 1, "bestand",
                        "Het bestand bevat meer gegevens dan in één levering passen. Splits het bestand.", "", owner,
                        /*fatal=*/true});
  }
  const bool refused = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.fatal; });
  for (const Finding& finding : findings) *record.add_findings() = ToProto(finding);
  delivery.set_state(refused ? v1::Delivery::REJECTED : v1::Delivery::ACCEPTED);
  if (refused) {
    ClearFacts(&record);
    return record;
  }
  if (mapping != exports_.end()) NoteExtract(mapping->second, &record);
  delivery.set_fact_count(record.batch().facts_size());
  delivery.set_person_count(persons.records_size());
  if (persons.records_size() > 0) record.set_sealed_persons(persons_key_.Seal(person_bytes));
  return record;
}

absl::StatusOr<v1::Delivery> Ingestion::Deliver(const Incoming& incoming) {
  const std::string sha256 = Sha256Hex(incoming.content);
  const absl::uint128 id = IdOf(absl::string_view(sha256).substr(0, 32));
  bool is_known = false;
  {
    MutexLock lock(mutex_);
    const auto known = by_id_.find(id);
    if (known != by_id_.end()) {
      is_known = std::none_of(missing_parts_.begin(), missing_parts_.end(),
                              [&](const auto& missing) { return missing.second == known->second; });
      if (is_known && incoming.upload.empty() && incoming.replaces.empty()) return DeliveryOf(known->second);
    }
  }
  std::vector<Pending> round;
  if (!is_known) {
    NMD_ASSIGN_OR_RETURN(const std::string source, ResolveSource(incoming.source, incoming.content));
    if (source == kZipSource || source == kEnvelopeSource) {
      if (!incoming.replaces.empty()) {
        return BadFields({{"replaces", "an envelope or a zip comes in nobody's place; deliver its message bare, or withdraw"}});
      }
      return DeliverContainer(incoming, source, sha256);
    }
    // First the bytes: reading may let them go.
    std::string raw = raw_key_.Seal(Compress(incoming.content));
    round.push_back({std::make_shared<DeliveryRecord>(ReadFile(source, incoming, sha256)), std::move(raw)});
  }
  NMD_RETURN_IF_ERROR(StoreRound(incoming.actor, incoming.upload, round, id, incoming.replaces));
  MutexLock lock(mutex_);
  return DeliveryOf(by_id_.at(id));
}

absl::StatusOr<v1::Delivery> Ingestion::DeliverFile(const Caller& caller, const v1::DeliverFileRequest& request) {
  if (request.content().size() > kMaxCallBytes) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::FILE_TOO_LARGE,
                absl::StrCat("one call takes ", kMaxCallBytes, " bytes; use CreateUpload for a larger file"),
                {{"limit_bytes", absl::StrCat(kMaxCallBytes)}});
  }
  const absl::Time now = clock_.Now();
  FieldCheck check;
  check.Require(!request.content().empty(), "content", "must hold the file");
  absl::Time known_time = now;
  if (request.has_received_time() && check.Require(IsValid(request.received_time()), "received_time", "is not a timestamp")) {
    known_time = absl::FromUnixMicros(MicrosOf(request.received_time()));
    check.Require(known_time <= now, "received_time", "must not be in the future");
  }
  std::vector<int32_t> replaces = ReadReplaces(request.replaces(), "replaces", known_time, check);
  if (!check.ok()) return check.Result();
  return Deliver(
      {request.content(), request.source(), request.file_name(), known_time, caller.subject, "", std::move(replaces)});
}

}  // namespace nmd::ingestion
