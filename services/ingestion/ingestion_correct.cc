// SPDX-License-Identifier: EUPL-1.2
// What becomes of a delivery after it came: withdrawn, restored, or replaced by another one. Nothing is edited: marks are
// added, and what follows from them for the known times at which a delivery counts is told to the followers of the feeds.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "services/core/codes.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/sources.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

using internal::v1::CountedRecord;
using internal::v1::DeliveryRecord;
using internal::v1::WithdrawRecord;

namespace {

constexpr size_t kMaxReasonBytes = 200;
constexpr int kMaxReplaces = 100;

std::vector<CorrectionMark> MarksOf(const std::vector<WithdrawRecord>& records) {
  std::vector<CorrectionMark> marks;
  for (const WithdrawRecord& record : records) marks.push_back({MicrosOf(record.known_time()), record.restores()});
  return marks;
}

// The year a fact of an export is about; 0 when it is about none in particular.
int32_t YearOf(const v1::Fact& fact) {
  const google::protobuf::Reflection& of_fact = *fact.GetReflection();
  const auto* payload = of_fact.GetOneofFieldDescriptor(fact, v1::Fact::descriptor()->FindOneofByName("payload"));
  if (payload == nullptr) return 0;
  const google::protobuf::Message& message = of_fact.GetMessage(fact, payload);
  for (const char* name : {"year", "ceiling_year"}) {
    const auto* year = message.GetDescriptor()->FindFieldByName(name);
    if (year != nullptr) return message.GetReflection()->GetInt32(message, year);
  }
  const auto* start = message.GetDescriptor()->FindFieldByName("start_day");
  return start == nullptr ? 0 : CivilOf(message.GetReflection()->GetInt32(message, start)).year;
}

void ToProto(const KnownPeriods& counted, google::protobuf::RepeatedPtrField<v1::KnownPeriod>* rows) {
  rows->Clear();
  for (const KnownPeriods::Stretch& stretch : counted.stretches()) {
    v1::KnownPeriod& row = *rows->Add();
    *row.mutable_from_time() = TimestampOf(stretch.from);
    if (stretch.until != KnownPeriods::kOpen) *row.mutable_until_time() = TimestampOf(stretch.until);
  }
}

// The withdrawal by which a delivery does not stand now; null when it stands.
const WithdrawRecord* InForce(const std::vector<WithdrawRecord>& records) {
  std::vector<const WithdrawRecord*> sorted;
  for (const WithdrawRecord& record : records) sorted.push_back(&record);
  const auto rank = [](const WithdrawRecord* record) {
    return std::make_tuple(MicrosOf(record->known_time()), record->restores(), record->reason(), record->replaced_by());
  };
  std::sort(sorted.begin(), sorted.end(), [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  const WithdrawRecord* by = nullptr;
  for (const WithdrawRecord* record : sorted) {
    if (record->restores()) {
      by = nullptr;
    } else if (by == nullptr) {
      by = record;
    }
  }
  return by;
}

bool HoldsBsn(absl::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[end]))) ++end;
    if (IsValidBsn(text.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

void CheckReason(absl::string_view reason, FieldCheck& check) {
  check.Require(!absl::StripAsciiWhitespace(reason).empty(), "reason", "must say why");
  check.Require(reason.size() <= kMaxReasonBytes, "reason", absl::StrCat("must have at most ", kMaxReasonBytes, " bytes"));
  check.Require(std::none_of(reason.begin(), reason.end(), [](char c) { return absl::ascii_iscntrl(c); }), "reason",
                "must be one line of text");
  check.Require(!HoldsBsn(reason), "reason", "must not name anybody: it holds a burgerservicenummer");
}

absl::Status NotCounted(v1::Delivery::State state, absl::string_view text) {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::DELIVERY_NOT_COUNTED, text,
              {{"state", v1::Delivery::State_Name(state)}});
}

}  // namespace

// --- What is asked.

absl::StatusOr<v1::Delivery> Ingestion::WithdrawDelivery(const Caller& caller, const v1::WithdrawDeliveryRequest& request) {
  return Correct(caller, request.name(), request.reason(), request.has_known_time() ? &request.known_time() : nullptr,
                 /*restores=*/false);
}

absl::StatusOr<v1::Delivery> Ingestion::RestoreDelivery(const Caller& caller, const v1::RestoreDeliveryRequest& request) {
  return Correct(caller, request.name(), request.reason(), request.has_known_time() ? &request.known_time() : nullptr,
                 /*restores=*/true);
}

absl::StatusOr<v1::Delivery> Ingestion::Correct(const Caller& caller, const std::string& name, const std::string& reason,
                                                const google::protobuf::Timestamp* known_time, bool restores) {
  const absl::Time now = clock_.Now();
  FieldCheck check;
  CheckReason(reason, check);
  const bool timed = known_time != nullptr && check.Require(IsValid(*known_time), "known_time", "is not a timestamp");
  if (timed) {
    check.Require(absl::FromUnixMicros(MicrosOf(*known_time)) <= now, "known_time", "must not be in the future");
  }
  if (!check.ok()) return check.Result();
  int32_t index = 0;
  std::vector<int32_t> members;
  Write write;
  write.actor = caller.subject;
  {
    MutexLock lock(mutex_);
    const std::optional<int32_t> found = FindDelivery(name);
    if (!found) return NotFound(name);
    index = *found;
    if (timed && MicrosOf(*known_time) < entries_[static_cast<size_t>(index)].known_micros) {
      return BadFields({{"known_time", "must not be before the known_time of the delivery"}});
    }
    members = MembersOf(index);
    for (const int32_t member : members) {
      for (std::string& claim : ClaimsOf(member)) write.claims.push_back(std::move(claim));
    }
  }
  write.decide = [&](Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
    Marks changed;
    google::protobuf::Timestamp moment;
    int accepted = 0;
    for (const int32_t member : members) {
      if (entries_[static_cast<size_t>(member)].state != v1::Delivery::ACCEPTED) continue;
      ++accepted;
      const std::vector<CorrectionMark> marks = MarksOf(CorrectionOf(member).marks);
      const bool stands = Standing(0, marks).IsOpen();
      if (!timed && restores && stands && StateOf(member) == v1::Delivery::REPLACED) {
        return NotCounted(v1::Delivery::REPLACED, "a newer extract took its place; withdraw that to make this one count again");
      }
      CorrectionMark mark{timed ? MicrosOf(*known_time) : absl::ToUnixMicros(now), restores};
      if (timed ? std::count(marks.begin(), marks.end(), mark) > 0 : stands == restores) continue;
      if (!timed) {
        // Later than every mark there is, or it would change nothing.
        for (const CorrectionMark& other : marks) mark.known_micros = std::max(mark.known_micros, other.known_micros + 1);
      }
      auto record = std::make_shared<WithdrawRecord>();
      record->set_restores(restores);
      *record->mutable_known_time() = TimestampOf(mark.known_micros);
      record->set_reason(reason);
      moment = record->known_time();
      AddMark(member, std::move(record), changed, batch);
    }
    if (accepted == 0) return NotCounted(StateOf(index), "the delivery has no facts that count");
    if (!changed.empty()) DecideCounted(changed, nullptr, moment, batch);
    return absl::OkStatus();
  };
  NMD_RETURN_IF_ERROR(Commit(write));
  MutexLock lock(mutex_);
  return DeliveryOf(index);
}

std::vector<int32_t> Ingestion::MembersOf(int32_t index) const {
  const Entry& container = entries_[static_cast<size_t>(index)];
  if (container.state != v1::Delivery::UNPACKED) return {index};
  std::vector<int32_t> members;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].container == container.id) members.push_back(static_cast<int32_t>(i));
  }
  return members;
}

std::vector<int32_t> Ingestion::ReadReplaces(const google::protobuf::RepeatedPtrField<std::string>& names,
                                             absl::string_view path, absl::Time known_time, FieldCheck& check) const {
  std::vector<int32_t> replaces;
  if (!check.Require(names.size() <= kMaxReplaces, path, absl::StrCat("must name at most ", kMaxReplaces, " deliveries"))) {
    return replaces;
  }
  MutexLock lock(mutex_);
  for (int i = 0; i < names.size(); ++i) {
    const std::string field = absl::StrCat(path, "[", i, "]");
    const std::optional<int32_t> index = FindDelivery(names[i]);
    if (!check.Require(index.has_value(), field, "there is no such delivery; ListDeliveries names them all")) continue;
    check.Require(entries_[static_cast<size_t>(*index)].known_micros <= absl::ToUnixMicros(known_time), field,
                  "became known later than this file; give a later received_time or leave it out");
    replaces.push_back(*index);
  }
  return replaces;
}

// --- What follows from it.

std::string Ingestion::ClaimOfExtracts(const std::string& source) { return absl::StrCat("extracts/", source); }

std::vector<std::string> Ingestion::ClaimsOf(int32_t index) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  std::vector<std::string> claims = {absl::BytesToHexString(entry.sha256)};
  if (!entry.message_key.empty()) claims.push_back(entry.message_key);
  if (CorrectionOf(index).years) claims.push_back(ClaimOfExtracts(source_ids_[static_cast<size_t>(entry.source)]));
  return claims;
}

void Ingestion::NoteExtract(const ExportSource& source, DeliveryRecord* record) {
  if (!source.is_extract()) return;
  std::set<int32_t> years;
  if (source.mapping().snapshot() == internal::v1::PER_YEAR) {
    for (const v1::Fact& fact : record->batch().facts()) years.insert(YearOf(fact));
  }
  record->mutable_extract()->mutable_years()->Add(years.begin(), years.end());
}

void Ingestion::AddMark(int32_t index, std::shared_ptr<WithdrawRecord> mark, Marks& marks, Batch& batch) const {
  mark->set_delivery(HexOf(entries_[static_cast<size_t>(index)].id));
  std::vector<WithdrawRecord>& all = marks.try_emplace(index, CorrectionOf(index).marks).first->second;
  all.push_back(*mark);
  batch.events.push_back({"withdraw", std::move(mark)});
}

Ingestion::Marks Ingestion::Replace(const std::vector<int32_t>& replaces, const v1::Delivery& by, Batch& batch) const {
  Marks marks;
  for (const int32_t index : replaces) {
    const bool counts = entries_[static_cast<size_t>(index)].state == v1::Delivery::ACCEPTED;
    if (!counts || marks.count(index) > 0 || !StandingOf(index).Contains(MicrosOf(by.known_time()))) continue;
    auto mark = std::make_shared<WithdrawRecord>();
    *mark->mutable_known_time() = by.known_time();
    mark->set_replaced_by(by.name());
    AddMark(index, std::move(mark), marks, batch);
  }
  return marks;
}

void Ingestion::DecidePlace(const std::vector<int32_t>& replaces, DeliveryRecord& record, Batch& batch) {
  const Marks marks = Replace(replaces, record.delivery(), batch);
  if (marks.empty() && !record.has_extract()) return;
  DecideCounted(marks, &record, record.delivery().known_time(), batch);
}

absl::Status Ingestion::ReplaceByKnown(const std::vector<int32_t>& replaces, int32_t by, Batch& batch) {
  if (replaces.empty() || StateOf(by) != v1::Delivery::ACCEPTED) return absl::OkStatus();
  const v1::Delivery delivery = StoredOf(by);
  for (const int32_t index : replaces) {
    if (index == by) return BadFields({{"replaces", "names the delivery that this file is"}});
    if (entries_[static_cast<size_t>(index)].known_micros > MicrosOf(delivery.known_time())) {
      return BadFields({{"replaces", "names a delivery that became known later than this file, which is here already"}});
    }
  }
  const Marks marks = Replace(replaces, delivery, batch);
  if (!marks.empty()) DecideCounted(marks, nullptr, delivery.known_time(), batch);
  return absl::OkStatus();
}

void Ingestion::DecideCounted(const Marks& marks, DeliveryRecord* added, const google::protobuf::Timestamp& known_time,
                              Batch& batch) {
  // Deliveries that count at other times: those with marks, and the extracts that one of those, or the added one, takes or
  // took the place of.
  std::map<int32_t, KnownPeriods> counted;
  for (const auto& [index, records] : marks) {
    counted[index] = Standing(entries_[static_cast<size_t>(index)].known_micros, MarksOf(records));
  }
  for (const auto& [source, extracts] : extracts_) {
    std::vector<ExtractState> all, changed;
    for (const int32_t index : extracts) {
      all.push_back(ExtractOf(index, marks));
      if (marks.count(index) > 0) changed.push_back(all.back());
    }
    if (added != nullptr && added->has_extract() && source_ids_[static_cast<size_t>(source)] == added->delivery().source()) {
      const v1::Delivery& delivery = added->delivery();
      const int64_t known_micros = MicrosOf(delivery.known_time());
      const auto& years = added->extract().years();
      changed.push_back(
          {{known_micros, IdOf(delivery.name())}, {years.begin(), years.end()}, KnownPeriods::Since(known_micros)});
      all.push_back(changed.back());
      const KnownPeriods own = CountedPeriods(all.back(), all);
      if (own != all.back().standing) {
        added->mutable_batch()->set_corrects(delivery.name());
        ToProto(own, added->mutable_batch()->mutable_counted());
      }
    }
    for (size_t i = 0; i < extracts.size(); ++i) {
      const bool touched =
          std::any_of(changed.begin(), changed.end(), [&](const ExtractState& other) { return TakesPlaceOf(other, all[i]); });
      if (touched || marks.count(extracts[i]) > 0) counted[extracts[i]] = CountedPeriods(all[i], all);
    }
  }
  std::vector<Event> ending, beginning;
  for (const auto& [index, periods] : counted) {
    if (periods == CountedOf(index)) continue;
    auto record = std::make_shared<CountedRecord>();
    record->set_delivery(HexOf(entries_[static_cast<size_t>(index)].id));
    ToProto(periods, record->mutable_counted());
    record->set_persons(entries_[static_cast<size_t>(index)].person_count > 0);
    *record->mutable_known_time() = known_time;
    (periods.IsOpen() ? beginning : ending).push_back({"counted", std::move(record)});
  }
  // What ends first: a consumer between two of them counts neither of two that take each other's place, never both.
  for (std::vector<Event>* events : {&ending, &beginning}) {
    for (Event& event : *events) batch.events.push_back(std::move(event));
  }
}

// --- What is remembered.

const Ingestion::Correction& Ingestion::CorrectionOf(int32_t index) const {
  static const Correction& none = *new Correction();
  const auto known = corrections_.find(index);
  return known == corrections_.end() ? none : known->second;
}

KnownPeriods Ingestion::StandingOf(int32_t index) const {
  return Standing(entries_[static_cast<size_t>(index)].known_micros, MarksOf(CorrectionOf(index).marks));
}

KnownPeriods Ingestion::CountedOf(int32_t index) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  if (entry.state != v1::Delivery::ACCEPTED) return KnownPeriods();
  const Correction& correction = CorrectionOf(index);
  return correction.counted_sequence == 0 ? KnownPeriods::Since(entry.known_micros) : correction.counted;
}

ExtractState Ingestion::ExtractOf(int32_t index, const Marks& marks) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  const auto changed = marks.find(index);
  const std::vector<WithdrawRecord>& records = changed == marks.end() ? CorrectionOf(index).marks : changed->second;
  return {{entry.known_micros, entry.id}, *CorrectionOf(index).years, Standing(entry.known_micros, MarksOf(records))};
}

v1::Delivery::State Ingestion::StateOf(int32_t index) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  if (entry.state != v1::Delivery::ACCEPTED || CountedOf(index).IsOpen()) return entry.state;
  const WithdrawRecord* by = InForce(CorrectionOf(index).marks);
  return by == nullptr || !by->replaced_by().empty() ? v1::Delivery::REPLACED : v1::Delivery::WITHDRAWN;
}

void Ingestion::TellCorrection(int32_t index, v1::Delivery* delivery) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  const Correction& correction = CorrectionOf(index);
  delivery->set_state(StateOf(index));
  delivery->set_sequence(std::max(entry.sequence, correction.counted_sequence));
  if (delivery->state() != v1::Delivery::WITHDRAWN && delivery->state() != v1::Delivery::REPLACED) return;
  const KnownPeriods counted = CountedOf(index);
  const bool never = counted.stretches().empty();
  *delivery->mutable_withdrawn_time() = TimestampOf(never ? entry.known_micros : counted.stretches().back().until);
  if (const WithdrawRecord* by = InForce(correction.marks)) {
    delivery->set_withdraw_reason(by->reason());
    if (!by->replaced_by().empty()) delivery->set_replaced_by(DeliveryName(IdOf(by->replaced_by())));
    return;
  }
  // Of the extracts that stand in its place the last one: it counts, as what took its place would have taken this one's.
  const ExtractState extract = ExtractOf(index, {});
  std::optional<DeliveryRank> last;
  for (const int32_t other : extracts_.at(entry.source)) {
    const ExtractState candidate = ExtractOf(other, {});
    if (!TakesPlaceOf(candidate, extract) || !candidate.standing.IsOpen()) continue;
    if (!last || *last < candidate.rank) last = candidate.rank;
  }
  if (last) delivery->set_replaced_by(DeliveryName(last->id));
}

void Ingestion::ApplyWithdraw(const WithdrawRecord& record) {
  const auto known = by_id_.find(IdOf(record.delivery()));
  if (known != by_id_.end()) corrections_[known->second].marks.push_back(record);
}

void Ingestion::ApplyCounted(int64_t sequence, const CountedRecord& record) {
  fact_sequences_.push_back(sequence);
  counted_sequences_.push_back(sequence);
  if (record.persons()) {
    person_sequences_.push_back(sequence);
    person_correction_sequences_.push_back(sequence);
  }
  const auto known = by_id_.find(IdOf(record.delivery()));
  if (known != by_id_.end()) SetCounted(known->second, KnownPeriodsOf(record.counted()), sequence);
}

void Ingestion::SetExtract(int32_t index, const internal::v1::Extract& extract) {
  corrections_[index].years.emplace(extract.years().begin(), extract.years().end());
  extracts_[entries_[static_cast<size_t>(index)].source].push_back(index);
}

void Ingestion::SetCounted(int32_t index, KnownPeriods counted, int64_t sequence) {
  Correction& correction = corrections_[index];
  correction.counted = std::move(counted);
  correction.counted_sequence = sequence;
  // Findings are as of now.
  if (!CountedOf(index).IsOpen()) {
    history_.Remove(index);
    restored_.erase(index);
  } else if (!history_.Contains(index)) {
    restored_.insert(index);
  }
}

absl::Status Ingestion::ReturnRestored() {
  absl::Status status;
  for (const int32_t index : restored_) {
    const Entry& entry = entries_[static_cast<size_t>(index)];
    NMD_RETURN_IF_ERROR(journal_.Replay(entry.sequence - 1, [&](const JournalRecord& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      DeliveryRecord delivery;
      if (record.sequence != entry.sequence || !delivery.ParseFromString(record.payload)) {
        status = Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
                      absl::StrCat("record ", entry.sequence, " of the journal cannot be read; restore from a backup"));
      } else {
        history_.Add(index, {entry.known_micros, entry.id}, delivery.batch());
      }
      return false;
    }));
    NMD_RETURN_IF_ERROR(status);
  }
  restored_.clear();
  return absl::OkStatus();
}

void Ingestion::SaveCorrection(int32_t index, internal::v1::IngestionCheckpoint::DeliveryState* state) const {
  const Correction& correction = CorrectionOf(index);
  for (const WithdrawRecord& mark : correction.marks) *state->add_marks() = mark;
  if (correction.years) state->mutable_extract()->mutable_years()->Add(correction.years->begin(), correction.years->end());
  if (correction.counted_sequence == 0) return;
  state->set_counted_sequence(correction.counted_sequence);
  ToProto(correction.counted, state->mutable_counted());
}

void Ingestion::RestoreCorrection(int32_t index, const internal::v1::IngestionCheckpoint::DeliveryState& state) {
  if (state.has_extract()) SetExtract(index, state.extract());
  if (state.marks_size() == 0 && state.counted_sequence() == 0) return;
  Correction& correction = corrections_[index];
  correction.marks.assign(state.marks().begin(), state.marks().end());
  correction.counted = KnownPeriodsOf(state.counted());
  correction.counted_sequence = state.counted_sequence();
}

}  // namespace nmd::ingestion
