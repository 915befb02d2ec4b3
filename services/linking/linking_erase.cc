// SPDX-License-Identifier: EUPL-1.2
// Persons made unreadable: because somebody asks for it, or because nothing new was known of them for long.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/core/date.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using internal::v1::ErasureEvent;
using internal::v1::PersonEntry;
using internal::v1::PersonKeyEvent;
using internal::v1::PersonsEvent;

// As ErasePersons takes in one call; it may have to read all kept files.
constexpr size_t kPersonsPerCall = 1000;
constexpr absl::Duration kEraseTime = absl::Minutes(30);
constexpr absl::Duration kBetweenSweeps = absl::Hours(24);

// The record without the keys and the sealed records of these persons; as it is when it cannot be read.
JournalRecord Without(const absl::flat_hash_set<std::string>& persons, JournalRecord record) {
  if (record.kind == kPersonKey) {
    PersonKeyEvent event;
    if (!event.ParseFromString(record.payload) || !persons.contains(event.person_key())) return record;
    event.clear_sealed_key();
    record.payload = event.SerializeAsString();
  } else if (record.kind == kPersons) {
    PersonsEvent event;
    if (!event.ParseFromString(record.payload)) return record;
    bool changed = false;
    for (PersonEntry& entry : *event.mutable_entries()) {
      if (entry.sealed().empty() || !persons.contains(entry.person_key())) continue;
      entry.clear_sealed();
      changed = true;
    }
    if (changed) record.payload = event.SerializeAsString();
  } else if (record.kind == kCorrection) {
    internal::v1::CorrectionEvent event;
    if (!event.ParseFromString(record.payload) || !persons.contains(event.person_key())) return record;
    event.clear_sealed();
    record.payload = event.SerializeAsString();
  }
  return record;
}

// So many years before, by the calendar.
int64_t YearsBefore(absl::Time now, int years) {
  const absl::CivilSecond civil = absl::ToCivilSecond(now, absl::UTCTimeZone());
  return absl::ToUnixMicros(absl::FromCivil(
      absl::CivilSecond(civil.year() - years, civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second()),
      absl::UTCTimeZone()));
}

}  // namespace

absl::StatusOr<v1::SubjectErasure> Linking::EraseSubject(const Caller& caller, const v1::EraseSubjectRequest& request) {
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  if (check.Require(IsClientId(request.client()), "client", "must be 'c' and 20 hexadecimal digits")) {
    check.Require(request.confirm() == request.client(), "confirm", "must be the client once more: this cannot be undone");
  }
  if (!check.ok()) return check.Result();
  Erasing erasing = {{}, "subject", request.reason(), caller.subject};
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    NMD_ASSIGN_OR_RETURN(const std::string client, ResolveClient(request.client()));
    for (const uint32_t person : PersonsOf(client)) erasing.person_keys.push_back(state_.person_keys()[person]);
    NMD_RETURN_IF_ERROR(LogAccess(caller, "EraseSubject", request.purpose(), {client}));
  }
  return Erase(erasing);
}

absl::StatusOr<v1::SubjectErasure> Linking::Erase(const Erasing& erasing) {
  v1::SubjectErasure response;
  for (size_t begin = 0; begin < erasing.person_keys.size(); begin += kPersonsPerCall) {
    ingestion::v1::ErasePersonsRequest request;
    request.set_parent(absl::StrCat("municipalities/", options_.municipality));
    const size_t end = std::min(erasing.person_keys.size(), begin + kPersonsPerCall);
    for (size_t i = begin; i < end; ++i) request.add_person_keys(erasing.person_keys[i]);
    NMD_ASSIGN_OR_RETURN(const auto erased, ingestion_.Call<ingestion::v1::ErasePersonsResponse>(
                                                "/nmd.ingestion.v1.IngestionService/ErasePersons", request, kEraseTime));
    response.set_delivery_count(response.delivery_count() + erased.delivery_count());
  }

  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  ErasureEvent event;
  int64_t erase_micros = absl::ToUnixMicros(clock_.Now());
  event.set_time_micros(erase_micros);
  event.set_cause(erasing.cause);
  event.set_reason(erasing.reason);
  absl::flat_hash_set<std::string> persons;
  int64_t earlier_micros = 0;
  for (const std::string& person_key : erasing.person_keys) {
    const std::optional<uint32_t> number = state_.person_keys().Find(person_key);
    if (!number) continue;
    const LinkState::Person& person = state_.persons()[*number];
    response.set_record_count(response.record_count() + static_cast<int64_t>(person.records.size()));
    earlier_micros = std::max(earlier_micros, person.erase_micros);
    // Done before; of one that a stop cut off the key may be gone, and this is still to be said.
    if (person.erase_micros != 0) continue;
    persons.insert(person_key);
    event.add_person_keys(person_key);
  }
  if (persons.empty()) {
    erase_micros = earlier_micros;
  } else {
    ++erasures_;
    // Whatever becomes of it, the state must not keep what the journal has no more.
    loaded_ = false;
    NMD_RETURN_IF_ERROR(
        journal_.Rewrite([&](const JournalRecord& record) { return std::make_optional(Without(persons, record)); }));
    JournalRecord record = NewRecord(kErasure, event.SerializeAsString());
    record.actor = erasing.actor;
    NMD_RETURN_IF_ERROR(journal_.Append({std::move(record)}, journal_sequence_).status());
    NMD_RETURN_IF_ERROR(LoadLocked());
    // Pairs with them are open no more.
    std::set<uint32_t> numbers;
    for (const std::string& person_key : event.person_keys()) numbers.insert(*state_.person_keys().Find(person_key));
    if (const absl::Status closed = AppendWithLinks({}, numbers, erase_micros); !closed.ok()) {
      loaded_ = false;
      return closed;
    }
  }
  *response.mutable_erase_time() = TimeUtil::MicrosecondsToTimestamp(erase_micros);
  return response;
}

absl::Status Linking::Retain() {
  if (options_.retention_years == 0) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  Erasing erasing = {{}, "retention", "", "service:linking"};
  {
    MutexLock lock(mutex_);
    if (now < next_retention_) return absl::OkStatus();
    NMD_RETURN_IF_ERROR(CheckLoaded());
    const int64_t term = YearsBefore(now, options_.retention_years);
    for (uint32_t number = 0; number < state_.persons().size(); ++number) {
      const LinkState::Person& person = state_.persons()[number];
      if (person.erase_micros != 0 || person.records.empty() || person.records.back().known_micros >= term) continue;
      erasing.person_keys.push_back(state_.person_keys()[number]);
    }
  }
  if (!erasing.person_keys.empty()) {
    NMD_RETURN_IF_ERROR(Erase(erasing).status());
    Log(LogLevel::kInfo, "persons past their term were made unreadable",
        {{"count", static_cast<int64_t>(erasing.person_keys.size())}});
  }
  MutexLock lock(mutex_);
  next_retention_ = now + kBetweenSweeps;
  return absl::OkStatus();
}

}  // namespace nmd::linking
