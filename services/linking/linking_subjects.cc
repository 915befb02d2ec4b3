// SPDX-License-Identifier: EUPL-1.2
// One person in the vault: found, handed out, erased; links under pseudonyms of one purpose; and who looked.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/core/codes.h"
#include "services/core/date.h"
#include "services/linking/engine/names.h"
#include "services/linking/explain.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using ingestion::v1::PersonRecord;
using internal::v1::AccessEvent;
using internal::v1::PersonEntry;
using internal::v1::PersonKeyEvent;
using internal::v1::PersonsEvent;

// Digits of a pseudonym that say where in an export it stands: 60 bits, which a page token holds.
constexpr size_t kPlaceDigits = 15;
constexpr size_t kMaxSubjects = 20;
constexpr size_t kMaxNameBytes = 200;

// Records that lie farther apart are not read for one another.
constexpr int64_t kNearRecords = 256;

absl::Status Damaged(int64_t sequence) {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              absl::StrCat("record ", sequence, " of the journal cannot be read; restore the store from a backup"));
}

v1::AccessRecord ToProto(const AccessEvent& event) {
  v1::AccessRecord record;
  *record.mutable_time() = TimeUtil::MicrosecondsToTimestamp(event.time_micros());
  record.set_actor(event.actor());
  record.set_method(event.method());
  record.set_purpose(event.purpose());
  *record.mutable_clients() = event.clients();
  return record;
}

bool IsMoment(const google::protobuf::Timestamp& time) {
  return time.seconds() >= TimeUtil::kTimestampMinSeconds && time.seconds() <= TimeUtil::kTimestampMaxSeconds &&
         time.nanos() >= 0 && time.nanos() < 1'000'000'000;
}

std::string Joined(absl::string_view first, absl::string_view second) {
  return absl::StrCat(first, first.empty() || second.empty() ? "" : " ", second);
}

// "1980-02-01"; with unknown parts (DatumGebruik, COD170) "1980-02" or "1980"; empty when nothing is known.
std::string BirthText(const PersonRecord& record) {
  if (record.birth_day() == 0 || record.birth_date_use() == "3") return "";
  const std::string text = FormatDay(record.birth_day());
  if (record.birth_date_use() == "1") return text.substr(0, 7);
  return record.birth_date_use() == "2" ? text.substr(0, 4) : text;
}

std::string AddressOf(const PersonRecord& record) {
  if (record.postcode().empty() && record.house_number() == 0) return "";
  std::string text = absl::StrCat(record.postcode(), " ", record.house_number());
  text = Joined(Joined(text, record.house_letter()), record.house_addition());
  absl::StrAppend(&text, ", vanaf ", FormatDay(record.address_start_day()));
  if (record.address_end_day() != 0) absl::StrAppend(&text, " tot ", FormatDay(record.address_end_day()));
  return text;
}

v1::SubjectRecord ToProto(const PersonEntry& entry, const PersonRecord& record) {
  v1::SubjectRecord subject;
  subject.set_source(entry.source());
  subject.set_bsn(record.bsn());
  subject.set_birth_date(BirthText(record));
  subject.set_sex(record.sex());
  subject.set_surname(Joined(record.prefix(), record.surname()));
  subject.set_partner_surname(Joined(record.partner_prefix(), record.partner_surname()));
  subject.set_given_names(record.given_names());
  subject.set_initials(record.initials());
  subject.set_address(AddressOf(record));
  return subject;
}

}  // namespace

// --- Looking in the vault.

std::string Linking::HolderOf(uint32_t person) const {
  const std::vector<LinkState::Step>& steps = state_.persons()[person].steps;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->client != LinkState::kNoClient) return state_.client_ids()[step->client];
  }
  // Its records never counted, as far as is known now.
  const std::vector<LinkState::Record>& records = state_.persons()[person].records;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (record->bsn_client != LinkState::kNoClient) return state_.client_ids()[record->bsn_client];
  }
  return AloneClientOf(state_.person_keys()[person]);
}

std::vector<uint32_t> Linking::PersonsOf(absl::string_view client) const {
  std::vector<uint32_t> persons;
  for (uint32_t person = 0; person < state_.persons().size(); ++person) {
    if (HolderOf(person) == client) persons.push_back(person);
  }
  return persons;
}

absl::StatusOr<std::string> Linking::ResolveClient(absl::string_view client) const {
  NMD_ASSIGN_OR_RETURN(const std::optional<uint32_t> now, LeadsTo(client));
  if (now) return state_.client_ids()[*now];
  // Nobody is it any more, or what is kept of them does not count any more.
  if (PersonsOf(client).empty()) return NoClient();
  return std::string(client);
}

absl::Status Linking::OpenRecords(const absl::flat_hash_set<std::string>* persons, const VisitRecord& visit) const {
  // The keys come before the records they open.
  absl::flat_hash_map<std::string, Key> keys;
  absl::Status status;
  // Kept from one record to the next with the memory they have.
  PersonKeyEvent key_event;
  PersonsEvent persons_event;
  const auto read = [&](const JournalRecord& record) -> absl::Status {
    if (record.kind == kPersonKey) {
      PersonKeyEvent& event = key_event;
      if (!event.ParseFromString(record.payload)) return Damaged(record.sequence);
      if (event.sealed_key().empty() || (persons != nullptr && !persons->contains(event.person_key()))) return absl::OkStatus();
      NMD_ASSIGN_OR_RETURN(const Key key, vault_.PersonKey(event.person_key(), event.sealed_key()));
      keys.insert_or_assign(event.person_key(), key);
    } else if (record.kind == kPersons) {
      PersonsEvent& event = persons_event;
      if (!event.ParseFromString(record.payload)) return Damaged(record.sequence);
      for (const PersonEntry& entry : event.entries()) {
        const auto key = keys.find(entry.person_key());
        if (entry.sealed().empty() || key == keys.end()) continue;
        NMD_ASSIGN_OR_RETURN(const PersonRecord opened, Vault::OpenWith(key->second, entry.person_key(), entry.sealed()));
        visit(entry, opened);
      }
    }
    return absl::OkStatus();
  };
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [&](const JournalRecord& record) {
    status = read(record);
    return status.ok();
  }));
  return status;
}

// A BSN, or a name and a birth date.
struct Linking::Wanted {
  std::string bsn;
  Day birth_day = 0;
  engine::FamilyName name;

  // How well the record fits; 0 when it does not.
  int Fit(const PersonRecord& record) const {
    if (!bsn.empty()) return record.bsn() == bsn ? 1 : 0;
    const int birth = FitOfBirth(record);
    return birth == 0 ? 0 : birth * FitOfName(record);
  }

 private:
  int FitOfBirth(const PersonRecord& record) const {
    if (record.birth_day() == 0) return 0;
    if (record.birth_date_use().empty()) return record.birth_day() == birth_day ? 2 : 0;
    const std::string known = BirthText(record);
    return !known.empty() && FormatDay(birth_day).compare(0, known.size(), known) == 0 ? 1 : 0;
  }
  int FitOfName(const PersonRecord& record) const {
    if (record.surname().empty() && record.partner_surname().empty()) return 0;
    const engine::FamilyName other = engine::ParseFamilyName(record.surname(), record.partner_surname());
    if (name.core == other.core && !name.core.empty()) return name.second == other.second || name.second.empty() ? 4 : 3;
    const auto is_part = [](const std::string& part, const engine::FamilyName& of) {
      return !part.empty() && (part == of.core || part == of.second);
    };
    if (is_part(name.core, other) || is_part(name.second, other)) return 2;
    const std::string sound = engine::SoundOf(name.core);
    return !sound.empty() && sound == engine::SoundOf(other.core) ? 1 : 0;
  }
};

absl::StatusOr<std::vector<std::string>> Linking::FindPersons(const Wanted& wanted) const {
  std::vector<std::string> persons;
  if (!wanted.bsn.empty()) {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    const std::string id = absl::StrCat("c", identity_->clients.MacHex(absl::StrCat("bsn/", wanted.bsn), kIdDigits));
    if (const std::optional<uint32_t> client = state_.client_ids().Find(id)) {
      for (uint32_t person = 0; person < state_.persons().size(); ++person) {
        const LinkState::Person& of = state_.persons()[person];
        const bool has_it = std::any_of(of.records.begin(), of.records.end(),
                                        [&](const LinkState::Record& record) { return record.bsn_client == *client; });
        if (has_it && !of.sealed_key.empty()) persons.push_back(state_.person_keys()[person]);
      }
    }
    if (!persons.empty()) return persons;
  }
  // Names are nowhere but in the sealed records; numbers that do not count as a BSN neither.
  std::map<std::string, int> fits;
  NMD_RETURN_IF_ERROR(OpenRecords(nullptr, [&](const PersonEntry& entry, const PersonRecord& record) {
    if (const int fit = wanted.Fit(record); fit > 0) fits[entry.person_key()] = std::max(fits[entry.person_key()], fit);
  }));
  for (const auto& [person, fit] : fits) persons.push_back(person);
  std::stable_sort(persons.begin(), persons.end(),
                   [&](const std::string& a, const std::string& b) { return fits[a] > fits[b]; });
  return persons;
}

absl::StatusOr<v1::FindSubjectsResponse> Linking::FindSubjects(const Caller& caller, const v1::FindSubjectsRequest& request) {
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  Wanted wanted;
  if (request.bsn().empty()) {
    wanted.name = engine::ParseFamilyName(request.surname().substr(0, kMaxNameBytes), "");
    check.Require(!wanted.name.core.empty() && request.surname().size() <= kMaxNameBytes, "surname",
                  absl::StrCat("must be a name of at most ", kMaxNameBytes, " bytes, unless a bsn is given"));
    const std::optional<Day> birth_day = ParseDay(request.birth_date());
    check.Require(birth_day.has_value(), "birth_date", "must be a date like 1980-02-01, unless a bsn is given");
    wanted.birth_day = birth_day.value_or(0);
  } else {
    check.Require(IsValidBsn(request.bsn()), "bsn", "must be nine digits that pass the 11-test");
    check.Require(request.surname().empty(), "surname", "must be empty when a bsn is given");
    check.Require(request.birth_date().empty(), "birth_date", "must be empty when a bsn is given");
    wanted.bsn = request.bsn();
  }
  if (!check.ok()) return check.Result();

  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> found, FindPersons(wanted));
  std::vector<std::string> clients;  // The likeliest first.
  absl::flat_hash_map<std::string, std::string> client_of;
  absl::flat_hash_set<std::string> persons;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    for (const std::string& person_key : found) {
      const std::optional<uint32_t> person = state_.person_keys().Find(person_key);
      if (!person) continue;
      const std::string client = HolderOf(*person);
      if (clients.size() == kMaxSubjects || std::find(clients.begin(), clients.end(), client) != clients.end()) continue;
      clients.push_back(client);
    }
    for (uint32_t person = 0; person < state_.persons().size() && !clients.empty(); ++person) {
      std::string client = HolderOf(person);
      if (std::find(clients.begin(), clients.end(), client) == clients.end()) continue;
      persons.insert(state_.person_keys()[person]);
      client_of.emplace(state_.person_keys()[person], std::move(client));
    }
  }
  struct Told {
    std::tuple<int64_t, std::string> newest = {INT64_MIN, ""};  // Of a record with a name; ties by the name.
    std::string birth_date, surname;
    std::map<std::string, v1::SubjectSource> sources;
  };
  std::map<std::string, Told> told;
  if (!persons.empty()) {
    NMD_RETURN_IF_ERROR(OpenRecords(&persons, [&](const PersonEntry& entry, const PersonRecord& record) {
      Told& one = told[client_of[entry.person_key()]];
      v1::SubjectSource& source = one.sources[entry.source()];
      const google::protobuf::Timestamp time = TimeUtil::MicrosecondsToTimestamp(entry.known_micros());
      source.set_source(entry.source());
      if (source.record_count() == 0 || time < source.first_known_time()) *source.mutable_first_known_time() = time;
      if (source.record_count() == 0 || source.last_known_time() < time) *source.mutable_last_known_time() = time;
      source.set_record_count(source.record_count() + 1);
      const std::string surname = Joined(record.prefix(), record.surname());
      if (std::make_tuple(entry.known_micros(), surname) < one.newest || surname.empty()) return;
      one.newest = {entry.known_micros(), surname};
      one.surname = surname;
      one.birth_date = BirthText(record);
    }));
  }
  v1::FindSubjectsResponse response;
  std::vector<std::string> shown;
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  for (const std::string& client : clients) {
    Told& one = told[client];
    if (one.sources.empty()) continue;  // Erased meanwhile.
    v1::Subject& subject = *response.add_subjects();
    subject.set_client(client);
    subject.set_restricted(!CheckClientNotRestricted(client).ok());
    subject.set_birth_date(one.birth_date);
    subject.set_surname(one.surname);
    for (auto& [id, source] : one.sources) *subject.add_sources() = std::move(source);
    shown.push_back(client);
  }
  NMD_RETURN_IF_ERROR(LogAccess(caller, "FindSubjects", request.purpose(), shown));
  return response;
}

absl::StatusOr<v1::SubjectExport> Linking::ExportSubject(const Caller& caller, const v1::ExportSubjectRequest& request) {
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  check.Require(IsClientId(request.client()), "client", "must be 'c' and 20 hexadecimal digits");
  if (!check.ok()) return check.Result();
  v1::SubjectExport response;
  absl::flat_hash_set<std::string> persons;
  std::set<std::string> ids;  // Of the client, those of before included.
  int64_t first_access = 0;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    NMD_ASSIGN_OR_RETURN(const std::string client, ResolveClient(request.client()));
    response.set_client(client);
    ids.insert(client);
    for (const uint32_t person : PersonsOf(client)) {
      persons.insert(state_.person_keys()[person]);
      for (const LinkState::Step& step : state_.persons()[person].steps) {
        if (step.client == LinkState::kNoClient) continue;
        const std::string& id = state_.client_ids()[step.client];
        const absl::StatusOr<std::string> now = ResolveClient(id);
        if (now.ok() && *now == client) ids.insert(id);
      }
    }
    std::set<std::string> reasons;
    if (const std::optional<uint32_t> number = state_.client_ids().Find(client)) {
      const v1::ExplainClientResponse explained = Explain(*number, state_, *timeline_);
      for (const auto& record : explained.records()) {
        std::string reason = absl::StrCat(record.source(), ": ", record.text());
        if (reasons.insert(reason).second) response.add_reasons(std::move(reason));
      }
    }
    if (!state_.access_positions().empty()) first_access = state_.access_positions().front();
  }
  struct Copies {
    v1::SubjectRecord record;
    int64_t first_micros = INT64_MAX;
    std::vector<std::pair<int64_t, std::string>> deliveries;
  };
  std::map<std::string, Copies> told;  // By what the record says.
  NMD_RETURN_IF_ERROR(OpenRecords(&persons, [&](const PersonEntry& entry, const PersonRecord& record) {
    v1::SubjectRecord subject = ToProto(entry, record);
    Copies& copies = told[subject.SerializeAsString()];
    copies.record = std::move(subject);
    copies.deliveries.emplace_back(entry.known_micros(), entry.delivery());
  }));
  std::vector<Copies> ordered;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    for (auto& [text, copies] : told) {
      const auto first = std::min_element(copies.deliveries.begin(), copies.deliveries.end());
      *copies.record.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(first->first);
      copies.record.set_delivery(first->second);
      copies.record.set_copies(static_cast<int64_t>(copies.deliveries.size()));
      for (const auto& [micros, delivery] : copies.deliveries) {
        if (state_.DeliveryCountsNow(delivery)) copies.record.set_counts(true);
      }
      copies.first_micros = first->first;
      ordered.push_back(std::move(copies));
    }
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Copies& a, const Copies& b) { return a.first_micros < b.first_micros; });
  for (Copies& copies : ordered) *response.add_records() = std::move(copies.record);
  if (first_access > 0) {
    absl::Status damage;
    NMD_RETURN_IF_ERROR(journal_.Replay(first_access - 1, [&](const JournalRecord& record) {
      if (record.kind != kAccess) return true;
      AccessEvent event;
      if (!event.ParseFromString(record.payload)) {
        damage = Damaged(record.sequence);
        return false;
      }
      const bool is_about = std::any_of(event.clients().begin(), event.clients().end(),
                                        [&](const std::string& client) { return ids.count(client) > 0; });
      if (!is_about) return true;
      // Who else was found by the same look is nothing to tell this resident.
      event.clear_clients();
      event.add_clients(response.client());
      *response.add_accesses() = ToProto(event);
      return true;
    }));
    NMD_RETURN_IF_ERROR(damage);
  }
  NMD_RETURN_IF_ERROR(AddFacts(persons, response));
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  NMD_RETURN_IF_ERROR(AddCorrections(persons, response));
  for (v1::SubjectFact& fact : *response.mutable_facts()) fact.set_counts(state_.DeliveryCountsNow(fact.delivery()));
  response.set_restricted(!CheckClientNotRestricted(response.client()).ok());
  NMD_RETURN_IF_ERROR(LogAccess(caller, "ExportSubject", request.purpose(), {response.client()}));
  return response;
}

// --- Links for other tools.

absl::StatusOr<v1::ExportLinksResponse> Linking::ExportLinks(const Caller& caller, const v1::ExportLinksRequest& request) {
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  const bool timed = request.has_known_time();
  check.Require(!timed || IsMoment(request.known_time()), "known_time", "is not a timestamp");
  if (!check.ok()) return check.Result();
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const int64_t known = timed ? TimeUtil::TimestampToMicroseconds(request.known_time()) : INT64_MAX;

  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  const Key key = identity_->others.Derive(absl::StrCat("export/", request.purpose()));
  const auto person_name = [&](uint32_t person) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return key.MacHex(absl::StrCat("person/", state_.person_keys()[person]), kIdDigits);
  };
  if (export_order_.purpose != request.purpose() || export_order_.places.size() != state_.persons().size()) {
    export_order_ = {request.purpose(), {}};
    export_order_.places.reserve(state_.persons().size());
    for (uint32_t person = 0; person < state_.persons().size(); ++person) {
      const std::string digits = person_name(person).substr(0, kPlaceDigits);
      export_order_.places.emplace_back(static_cast<int64_t>(std::stoull(digits, nullptr, 16)), person);
    }
    std::sort(export_order_.places.begin(), export_order_.places.end());
  }
  v1::ExportLinksResponse response;
  const std::vector<std::pair<int64_t, uint32_t>>& places = export_order_.places;
  auto next = std::lower_bound(places.begin(), places.end(), std::make_pair(page.offset, uint32_t{0}));
  int64_t after = page.offset;
  for (; next != places.end(); ++next) {
    const LinkState::Person& person = state_.persons()[next->second];
    const LinkState::Step* step = LinkState::StepAt(person.steps, known);
    if (step == nullptr || step->client == LinkState::kNoClient) continue;
    std::set<std::string> sources;
    for (const LinkState::Record& record : person.records) {
      const std::string& source = state_.sources()[record.source];
      if (!request.source().empty() && source != request.source()) continue;
      if (timed ? state_.Counts(record, known) : state_.CountsNow(record)) sources.insert(source);
    }
    // A page ends between two places: the rows of a person stand on one page.
    const bool full = response.links_size() > 0 && response.links_size() + static_cast<int>(sources.size()) > page.size;
    if (full && next->first >= after) break;
    after = next->first + 1;
    for (const std::string& source : sources) {
      v1::ExportedLink& link = *response.add_links();
      link.set_source(source);
      link.set_person(absl::StrCat("p", person_name(next->second)));
      link.set_client(absl::StrCat("k", key.MacHex(absl::StrCat("client/", state_.client_ids()[step->client]), kIdDigits)));
      link.set_reason(v1::LinkReason_Name(step->reason));
      constexpr int64_t kDay = 86'400'000'000;
      const int64_t day = step->known_micros / kDay - (step->known_micros % kDay < 0 ? 1 : 0);
      *link.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(day * kDay);
    }
  }
  if (next != places.end()) response.set_next_page_token(NextPageToken(request, after, after + 1));
  NMD_RETURN_IF_ERROR(LogAccess(caller, "ExportLinks", request.purpose(), {}));
  return response;
}

// --- Who looked.

absl::Status Linking::LogAccess(const Caller& caller, absl::string_view method, absl::string_view purpose,
                                const std::vector<std::string>& clients) {
  AccessEvent event;
  event.set_time_micros(absl::ToUnixMicros(clock_.Now()));
  event.set_actor(caller.subject);
  event.set_method(std::string(method));
  event.set_purpose(std::string(purpose));
  for (const std::string& client : clients) event.add_clients(client);
  JournalRecord record = NewRecord(kAccess, event.SerializeAsString());
  record.actor = caller.subject;
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append({std::move(record)}, journal_sequence_));
  state_.AddAccess(journal_sequence_);
  return absl::OkStatus();
}

absl::StatusOr<v1::ListAccessesResponse> Linking::ListAccesses(const Caller&, const v1::ListAccessesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  std::vector<int64_t> positions;  // Of the page, oldest first.
  v1::ListAccessesResponse response;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    const std::vector<int64_t>& all = state_.access_positions();
    const auto total = static_cast<int64_t>(all.size());
    const int64_t end = total - std::min(total, page.offset);
    positions.assign(all.begin() + (end - std::min<int64_t>(end, page.size)), all.begin() + end);
    response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  }
  absl::Status damage;
  size_t next = 0;
  while (next < positions.size()) {
    const size_t before = next;
    NMD_RETURN_IF_ERROR(journal_.Replay(positions[next] - 1, [&](const JournalRecord& record) {
      if (record.sequence == positions[next]) {
        AccessEvent event;
        if (record.kind != kAccess || !event.ParseFromString(record.payload)) {
          damage = Damaged(record.sequence);
          return false;
        }
        *response.add_accesses() = ToProto(event);
        ++next;
      }
      return next < positions.size() && positions[next] - record.sequence <= kNearRecords;
    }));
    NMD_RETURN_IF_ERROR(damage);
    if (next == before) return Damaged(positions[next]);
  }
  std::reverse(response.mutable_accesses()->begin(), response.mutable_accesses()->end());
  return response;
}

}  // namespace nmd::linking
