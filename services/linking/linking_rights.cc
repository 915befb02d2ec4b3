// SPDX-License-Identifier: EUPL-1.2
// What a resident may ask for besides being told and being erased: that nobody look (AVG 18), and that something is wrong (AVG
// 16); and what the facts of other services say about one person, for an export.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/core/codes.h"
#include "services/core/date.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using internal::v1::CorrectionEvent;
using internal::v1::RestrictionEvent;

constexpr size_t kValueBytes = 200;
constexpr absl::Duration kPageTime = absl::Minutes(1);

// Fields of a SubjectRecord that say something about the person.
bool IsCorrectable(absl::string_view field) {
  for (const absl::string_view name :
       {"bsn", "birth_date", "sex", "surname", "partner_surname", "given_names", "initials", "address"}) {
    if (name == field) return true;
  }
  return false;
}

std::string ValueOf(const v1::SubjectRecord& record, const std::string& field) {
  const auto* descriptor = record.GetDescriptor()->FindFieldByName(field);
  return descriptor == nullptr ? "" : record.GetReflection()->GetString(record, descriptor);
}

// The person a fact is about; empty when it is about none.
std::string PersonOf(const ingestion::v1::Fact& fact) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  fact.GetReflection()->ListFields(fact, &set);
  for (const auto* field : set) {
    if (field->is_repeated() || field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const google::protobuf::Message& payload = fact.GetReflection()->GetMessage(fact, field);
    if (const auto* key = payload.GetDescriptor()->FindFieldByName("person_key"); key != nullptr && !key->is_repeated())
      return payload.GetReflection()->GetString(payload, key);
  }
  return {};
}

}  // namespace

absl::Status Linking::CheckClientNotRestricted(absl::string_view client) const {
  if (rights_.restricted().empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> now = ResolveClient(client);
  if (!now.ok()) return absl::OkStatus();
  // One of its persons is enough: what a source tells later of the client is not open either.
  for (const std::string& key : rights_.restricted()) {
    const std::optional<uint32_t> person = state_.person_keys().Find(key);
    if (person && HolderOf(*person) == *now) {
      return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PERSON_RESTRICTED,
                  "this person asked that nobody look; the privacy officer can lift it");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SubjectRestriction> Linking::RestrictSubject(const Caller& caller,
                                                                const v1::RestrictSubjectRequest& request) {
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  check.Require(IsClientId(request.client()), "client", "must be 'c' and 20 hexadecimal digits");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  NMD_ASSIGN_OR_RETURN(const std::string client, ResolveClient(request.client()));
  RestrictionEvent event;
  event.set_time_micros(absl::ToUnixMicros(clock_.Now()));
  event.set_restricted(request.restricted());
  event.set_reason(request.reason());
  for (const uint32_t person : PersonsOf(client)) event.add_person_keys(state_.person_keys()[person]);
  NMD_RETURN_IF_ERROR(
      LogAccess(caller, request.restricted() ? "RestrictSubject" : "LiftRestriction", request.purpose(), {client}));
  JournalRecord record = NewRecord(kRestriction, event.SerializeAsString());
  record.actor = caller.subject;
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append({std::move(record)}, journal_sequence_));
  rights_.Apply(event);
  v1::SubjectRestriction response;
  response.set_client(client);
  response.set_restricted(request.restricted());
  response.set_person_count(event.person_keys_size());
  *response.mutable_restrict_time() = TimeUtil::MicrosecondsToTimestamp(event.time_micros());
  return response;
}

absl::StatusOr<v1::SubjectCorrection> Linking::CorrectSubject(const Caller& caller, const v1::CorrectSubjectRequest& request) {
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  check.Require(IsClientId(request.client()), "client", "must be 'c' and 20 hexadecimal digits");
  check.Require(IsCorrectable(request.field()), "field",
                "must be one of bsn, birth_date, sex, surname, partner_surname, given_names, initials, address");
  check.Require(!request.value().empty() && request.value().size() <= kValueBytes, "value",
                absl::StrCat("must have 1 to ", kValueBytes, " bytes"));
  check.Require(request.field() != "birth_date" || ParseDay(request.value()), "value", "must be a date like 1980-02-01");
  check.Require(request.field() != "bsn" || IsValidBsn(request.value()), "value", "must be nine digits that pass the 11-test");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  NMD_ASSIGN_OR_RETURN(const std::string client, ResolveClient(request.client()));
  // The person as the source knows it: whose key seals what is right.
  std::optional<uint32_t> about;
  for (const uint32_t person : PersonsOf(client)) {
    const LinkState::Person& known = state_.persons()[person];
    const bool of_source = std::any_of(known.records.begin(), known.records.end(), [&](const LinkState::Record& record) {
      return state_.sources()[record.source] == request.source();
    });
    if (of_source && !known.sealed_key.empty() && !about) about = person;
  }
  check.Require(about.has_value(), "source", "must be a source that told about this client");
  if (!check.ok()) return check.Result();
  CorrectionEvent event;
  event.set_id(absl::StrCat("k", RandomHex(16)));
  event.set_person_key(state_.person_keys()[*about]);
  event.set_source(request.source());
  event.set_field(request.field());
  event.set_reason(request.reason());
  event.set_time_micros(absl::ToUnixMicros(clock_.Now()));
  NMD_ASSIGN_OR_RETURN(const Key key, vault_.PersonKey(event.person_key(), state_.persons()[*about].sealed_key));
  event.set_sealed(key.Seal(absl::StrCat(event.id(), "\n", request.value())));
  NMD_RETURN_IF_ERROR(LogAccess(caller, "CorrectSubject", request.purpose(), {client}));
  JournalRecord record = NewRecord(kCorrection, event.SerializeAsString());
  record.actor = caller.subject;
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append({std::move(record)}, journal_sequence_));
  rights_.Apply(event);
  return ShownCorrection(event);
}

absl::StatusOr<v1::SubjectCorrection> Linking::ShownCorrection(const CorrectionEvent& event) const {
  v1::SubjectCorrection correction;
  correction.set_name(absl::StrCat("municipalities/", options_.municipality, "/subjectcorrections/", event.id()));
  correction.set_source(event.source());
  correction.set_field(event.field());
  correction.set_reason(event.reason());
  *correction.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(event.time_micros());
  const std::optional<uint32_t> person = state_.person_keys().Find(event.person_key());
  if (!person || state_.persons()[*person].sealed_key.empty()) return correction;
  NMD_ASSIGN_OR_RETURN(const Key key, vault_.PersonKey(event.person_key(), state_.persons()[*person].sealed_key));
  NMD_ASSIGN_OR_RETURN(const std::string text, key.Open(event.sealed()));
  const std::string start = event.id() + "\n";
  if (text.compare(0, start.size(), start) != 0) {
    return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a correction of the journal cannot be read");
  }
  correction.set_value(text.substr(start.size()));
  return correction;
}

absl::Status Linking::AddCorrections(const absl::flat_hash_set<std::string>& persons, v1::SubjectExport& subject) const {
  for (const CorrectionEvent& event : rights_.corrections()) {
    if (!persons.contains(event.person_key())) continue;
    NMD_ASSIGN_OR_RETURN(v1::SubjectCorrection correction, ShownCorrection(event));
    // Nothing is edited here: it is over when the source itself says so.
    for (const v1::SubjectRecord& record : subject.records()) {
      const bool later = TimeUtil::TimestampToMicroseconds(record.known_time()) > event.time_micros();
      if (record.source() != event.source() || !later || ValueOf(record, event.field()) != correction.value()) continue;
      if (!correction.has_taken_over_time() || record.known_time() < correction.taken_over_time())
        *correction.mutable_taken_over_time() = record.known_time();
    }
    *subject.add_corrections() = std::move(correction);
  }
  return absl::OkStatus();
}

absl::Status Linking::AddFacts(const absl::flat_hash_set<std::string>& persons, v1::SubjectExport& subject) const {
  ingestion::v1::ListFactsRequest request;
  request.set_parent(absl::StrCat("municipalities/", options_.municipality));
  while (true) {
    NMD_ASSIGN_OR_RETURN(const auto page, ingestion_.Call<ingestion::v1::ListFactsResponse>(
                                              "/nmd.ingestion.v1.IngestionService/ListFacts", request, kPageTime));
    for (const ingestion::v1::FactBatch& batch : page.batches()) {
      for (const ingestion::v1::Fact& fact : batch.facts()) {
        if (!persons.contains(PersonOf(fact))) continue;
        v1::SubjectFact& told = *subject.add_facts();
        told.set_source(batch.source());
        told.set_delivery(batch.delivery());
        *told.mutable_known_time() = batch.known_time();
        *told.mutable_fact() = fact;
      }
    }
    if (page.next_sequence() <= request.after_sequence() || page.next_sequence() >= page.last_sequence())
      return absl::OkStatus();
    request.set_after_sequence(page.next_sequence());
  }
}

}  // namespace nmd::linking
