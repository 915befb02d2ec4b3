// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/linking.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/core/codes.h"
#include "services/linking/compared_text.h"
#include "services/linking/engine/numbers.h"
#include "services/linking/explain.h"
#include "services/linking/household.h"
#include "services/linking/journal_kinds.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using internal::v1::LinksEvent;
using internal::v1::PersonEntry;
using internal::v1::PersonKeyEvent;
using internal::v1::PersonsEvent;

// Longest wait of one step of the follower: what a stop may have to wait for.
constexpr int kFollowSeconds = 5;
// A journal record stays well under what one page of the feed holds.
constexpr size_t kRecordBytes = 1 << 20;
constexpr size_t kPageBytes = 2 << 20;
// Of person records that are taken in at once.
constexpr size_t kTakenBytes = 8 << 20;
// A checkpoint follows 5,000 new records that are half of those before them: then all checkpoints together cost at most three
// times the last one, and a start after a crash replays at most a third of the journal.
constexpr int64_t kCheckpointRecords = 5000;

absl::Status Damaged(absl::string_view text) { return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, text); }

template <typename Event>
absl::StatusOr<Event> Parse(const JournalRecord& record) {
  Event event;
  if (!event.ParseFromString(record.payload)) {
    return Damaged(absl::StrCat("record ", record.sequence, " of the journal cannot be read; restore the store from a backup"));
  }
  return event;
}

void AddCorrection(const ingestion::v1::PersonBatch& batch,
                   google::protobuf::RepeatedPtrField<internal::v1::DeliveryCorrection>& corrections) {
  if (!batch.supersedes().empty()) {
    internal::v1::DeliveryCorrection& correction = *corrections.Add();
    correction.set_delivery(batch.supersedes());
    correction.set_superseded(true);
  }
  if (!batch.corrects().empty()) {
    internal::v1::DeliveryCorrection& correction = *corrections.Add();
    correction.set_delivery(batch.corrects());
    const KnownPeriods counted = KnownPeriodsOf(batch.counted());
    for (const KnownPeriods::Stretch& stretch : counted.stretches()) {
      correction.add_counted(stretch.from);
      correction.add_counted(stretch.until);
    }
  }
}

// Cuts what was derived into events of at most about kRecordBytes, between revisions only.
std::vector<LinksEvent> EventsOf(Derived derived, int64_t person_sequence) {
  std::vector<LinksEvent> events;
  size_t bytes = kRecordBytes;
  const auto event_for = [&](size_t size, bool may_cut) -> LinksEvent& {
    if (bytes + size > kRecordBytes && may_cut) {
      events.emplace_back().set_person_sequence(person_sequence);
      bytes = 0;
    }
    bytes += size;
    return events.back();
  };
  for (v1::Link& link : derived.links) {
    const size_t size = link.ByteSizeLong() + 4;
    *event_for(size, true).add_links() = std::move(link);
  }
  for (v1::HouseholdStay& stay : derived.stays) {
    const size_t size = stay.ByteSizeLong() + 4;
    *event_for(size, stay.revision() == stay.sequence()).add_stays() = std::move(stay);
  }
  for (v1::OpenPair& pair : derived.open_pairs) {
    const size_t size = pair.ByteSizeLong() + 4;
    *event_for(size, true).add_open_pairs() = std::move(pair);
  }
  return events;
}

// Collects one page of the feed from the events it is in.
class FeedPage {
 public:
  explicit FeedPage(int64_t after_sequence) : after_sequence_(after_sequence) { response_.set_next_sequence(after_sequence); }

  // False when the page is full; what is left of the event is for the next one then.
  bool Add(LinksEvent event) {
    for (v1::Link& link : *event.mutable_links()) {
      if (link.sequence() <= after_sequence_) continue;
      if (Full(event.person_sequence())) return false;
      Count(link.sequence(), link.ByteSizeLong());
      *response_.add_links() = std::move(link);
    }
    for (v1::HouseholdStay& stay : *event.mutable_stays()) {
      if (stay.sequence() <= after_sequence_) continue;
      if (stay.revision() == stay.sequence() && Full(event.person_sequence())) return false;
      Count(stay.sequence(), stay.ByteSizeLong());
      *response_.add_stays() = std::move(stay);
    }
    for (v1::OpenPair& pair : *event.mutable_open_pairs()) {
      if (pair.sequence() <= after_sequence_) continue;
      if (Full(event.person_sequence())) return false;
      Count(pair.sequence(), pair.ByteSizeLong());
      *response_.add_open_pairs() = std::move(pair);
    }
    return true;
  }

  // `last_sequence` of the feed, and how far the person feed is in it.
  v1::ListLinksResponse Finish(int64_t last_sequence, int64_t person_sequence) {
    response_.set_last_sequence(last_sequence);
    if (!full_) response_.set_person_sequence(person_sequence);
    return std::move(response_);
  }

 private:
  bool Full(int64_t person_sequence_before) {
    full_ = bytes_ >= kPageBytes;
    if (full_) response_.set_person_sequence(person_sequence_before);
    return full_;
  }
  void Count(int64_t sequence, size_t bytes) {
    response_.set_next_sequence(sequence);
    bytes_ += bytes + 4;
  }

  const int64_t after_sequence_;
  v1::ListLinksResponse response_;
  size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace

absl::Status NoClient() {
  return Fail(absl::StatusCode::kNotFound, ErrorReason::RESOURCE_NOT_FOUND, "there is no client with this id",
              {{"resource", "client"}});
}

bool IsClientId(absl::string_view text) {
  return text.size() == 1 + kIdDigits && text[0] == 'c' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return absl::ascii_isxdigit(c) && !absl::ascii_isupper(c); });
}

Linking::Linking(Journal& journal, const Clock& clock, const Peer& ingestion, const Key& service_key, LinkingOptions options)
    : journal_(journal),
      clock_(clock),
      ingestion_(ingestion),
      options_(std::move(options)),
      vault_(service_key),
      first_identity_(IdentityKeys::Of(service_key)),
      operations_(std::make_unique<Operations>(
          [this](absl::string_view kind, std::string payload) -> absl::Status {
            MutexLock lock(mutex_);
            NMD_RETURN_IF_ERROR(LoadLocked());
            NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append({NewRecord(kind, payload)}, journal_sequence_));
            // Now, so that no checkpoint is without it.
            operations_->Apply(payload);
            return absl::OkStatus();
          },
          "linkoperations")) {}

absl::Status Linking::Load() {
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(LoadLocked());
    if (std::exchange(operations_read_, true)) return absl::OkStatus();
  }
  return operations_->FinishReplay();
}

absl::Status Linking::LoadLocked() {
  if (loaded_) return absl::OkStatus();
  NMD_RETURN_IF_ERROR(FoldJournal());
  NMD_RETURN_IF_ERROR(ReadKeys());
  derive_options_ = {options_.institution_size};
  person_cursor_ = state_.person_sequence();
  NMD_RETURN_IF_ERROR(StartTimeline());
  loaded_ = true;
  return absl::OkStatus();
}

bool Linking::CountsAsBsn(absl::string_view digits) const {
  return IsValidBsn(digits) && !engine::IsPlaceholderBsn(digits) && (options_.test_numbers || !engine::IsTestBsn(digits));
}

std::string Linking::AloneClientOf(absl::string_view person_key) const {
  return absl::StrCat("c", identity_->clients.MacHex(absl::StrCat("key/", person_key), kIdDigits));
}

absl::StatusOr<ingestion::v1::PersonRecord> Linking::OpenContent(uint32_t person, uint32_t content) const {
  const LinkState::Person& from = state_.persons()[person];
  return vault_.Open(state_.person_keys()[person], from.sealed_key, from.contents[content].sealed);
}

Opener Linking::NewOpener() const {
  Opener opener;
  opener.content = [this](uint32_t person, uint32_t content) ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<ComparedText> {
    NMD_ASSIGN_OR_RETURN(const ingestion::v1::PersonRecord record, OpenContent(person, content));
    return ComparedTextOf(record, IsValidBsn(record.bsn()) && !CountsAsBsn(record.bsn()));
  };
  opener.model = [this](const internal::v1::ModelEvent& model) -> absl::StatusOr<engine::Model> {
    NMD_ASSIGN_OR_RETURN(const std::string text, vault_.OpenText(model.sealed_text()));
    NMD_ASSIGN_OR_RETURN(engine::Model opened, engine::Model::Parse(text));
    // What is not sure waits for people (DECISIONS 38).
    opened.link = opened.sure;
    return opened;
  };
  opener.alone_client = [this](absl::string_view person_key)
                            ABSL_NO_THREAD_SAFETY_ANALYSIS { return AloneClientOf(person_key); };
  return opener;
}

absl::Status Linking::StartTimeline() {
  timeline_ = std::make_unique<Timeline>(state_, NewOpener());
  if (!state_.releases().empty()) return timeline_->MoveTo(state_.LastMicros(), {}).status();
  // Nothing was learned yet: what is expected of Dutch persons, since ever.
  const engine::Model model = engine::Model::Expected(/*bsn=*/true);
  internal::v1::ModelEvent event;
  event.set_version(model.Version());
  event.set_sealed_text(vault_.SealText(model.Text()));
  event.set_create_micros(absl::ToUnixMicros(clock_.Now()));
  internal::v1::ModelReleaseEvent release;
  release.set_version(event.version());
  release.set_actor("service:linking");
  NMD_RETURN_IF_ERROR(state_.Apply(event));
  NMD_RETURN_IF_ERROR(state_.Apply(release));
  std::vector<JournalRecord> records;
  records.push_back(NewRecord(kModel, event.SerializeAsString()));
  records.push_back(NewRecord(kModelRelease, release.SerializeAsString()));
  std::set<uint32_t> all;
  for (uint32_t person = 0; person < state_.persons().size(); ++person) all.insert(person);
  return AppendWithLinks(std::move(records), all, 0);
}

absl::Status Linking::FoldJournal() {
  state_ = LinkState();
  gold_ = GoldState();
  rights_ = RightsState();
  export_order_ = ExportOrder();
  journal_sequence_ = 0;
  checkpoint_sequence_ = 0;
  NMD_ASSIGN_OR_RETURN(const std::optional<Journal::Checkpoint> checkpoint, journal_.LoadCheckpoint());
  if (checkpoint) {
    google::protobuf::Arena arena;
    auto* saved = google::protobuf::Arena::CreateMessage<internal::v1::LinkingState>(&arena);
    if (!saved->ParseFromString(checkpoint->state)) return Damaged("the checkpoint of linking cannot be read");
    if (saved->format() == LinkState::kFormat) {
      NMD_RETURN_IF_ERROR(state_.Restore(*saved));
      if (saved->has_gold()) gold_.Apply(saved->gold());
      rights_.Restore(saved->rights());
      for (const std::string& payload : saved->operations()) operations_->Apply(payload);
      journal_sequence_ = checkpoint->sequence;
      checkpoint_sequence_ = checkpoint->sequence;
    }
  }
  absl::Status folded;
  NMD_RETURN_IF_ERROR(journal_.Replay(journal_sequence_, [&](const JournalRecord& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    folded = Fold(record);
    return folded.ok();
  }));
  // The last records may have been dropped from the journal; their sequences are not given again.
  if (folded.ok()) journal_sequence_ = journal_.LastSequence();
  return folded;
}

absl::Status Linking::Fold(const JournalRecord& record) {
  if (record.kind == kPersonKey) {
    NMD_ASSIGN_OR_RETURN(const PersonKeyEvent event, Parse<PersonKeyEvent>(record));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  } else if (record.kind == kPersons) {
    NMD_ASSIGN_OR_RETURN(const PersonsEvent event, Parse<PersonsEvent>(record));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  } else if (record.kind == kLinks) {
    NMD_ASSIGN_OR_RETURN(const LinksEvent event, Parse<LinksEvent>(record));
    state_.AddFeedPosition(state_.feed_sequence() + 1, record.sequence);
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  } else if (record.kind == kSecret) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::SecretEvent event, Parse<internal::v1::SecretEvent>(record));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  } else if (record.kind == kErasure) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::ErasureEvent event, Parse<internal::v1::ErasureEvent>(record));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
    rights_.Apply(event);
  } else if (record.kind == kRestriction) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::RestrictionEvent event, Parse<internal::v1::RestrictionEvent>(record));
    rights_.Apply(event);
  } else if (record.kind == kCorrection) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::CorrectionEvent event, Parse<internal::v1::CorrectionEvent>(record));
    rights_.Apply(event);
  } else if (record.kind == kModel) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::ModelEvent event, Parse<internal::v1::ModelEvent>(record));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  } else if (record.kind == kModelRelease) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::ModelReleaseEvent event, Parse<internal::v1::ModelReleaseEvent>(record));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  } else if (record.kind == kDecision) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::DecisionEvent event, Parse<internal::v1::DecisionEvent>(record));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  } else if (record.kind == kGold) {
    NMD_ASSIGN_OR_RETURN(const internal::v1::GoldEvent event, Parse<internal::v1::GoldEvent>(record));
    gold_.Apply(event);
  } else if (record.kind == kOperation) {
    operations_->Apply(record.payload);
  } else if (record.kind == kAccess) {
    state_.AddAccess(record.sequence);
  } else {
    return Damaged(absl::StrCat("record ", record.sequence, " is not of linking; is this the right store?"));
  }
  journal_sequence_ = record.sequence;
  return absl::OkStatus();
}

absl::Status Linking::CheckLoaded() const {
  if (loaded_) return absl::OkStatus();
  return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the links are being read from the store; retry");
}

absl::Status Linking::Follow() {
  ingestion::v1::ListPersonRecordsRequest request;
  request.set_parent(absl::StrCat("municipalities/", options_.municipality));
  request.set_wait_seconds(kFollowSeconds);
  int64_t erasures;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(LoadLocked());
    erasures = erasures_;
    request.set_after_sequence(state_.person_sequence());
  }
  // Pages are taken in together: what became known in another order than it comes is then put in order once, not page by page.
  ingestion::v1::ListPersonRecordsResponse answer;
  size_t bytes = 0;
  do {
    NMD_ASSIGN_OR_RETURN(
        auto page, ingestion_.Call<ingestion::v1::ListPersonRecordsResponse>(
                       "/nmd.ingestion.v1.IngestionService/ListPersonRecords", request, absl::Seconds(kFollowSeconds + 25)));
    if (page.next_sequence() <= request.after_sequence()) break;
    bytes += page.ByteSizeLong();
    for (ingestion::v1::PersonBatch& batch : *page.mutable_batches()) *answer.add_batches() = std::move(batch);
    answer.set_next_sequence(page.next_sequence());
    answer.set_last_sequence(page.last_sequence());
    request.set_after_sequence(page.next_sequence());
    request.set_wait_seconds(0);
  } while (answer.next_sequence() < answer.last_sequence() && bytes < kTakenBytes);
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(LoadLocked());
  if (erasures != erasures_) return absl::OkStatus();  // The answer may still tell of who was erased: ask again.
  const absl::Status taken = Take(answer);
  // The state is ahead of the journal then; the next step or Load folds again.
  if (!taken.ok()) loaded_ = false;
  return taken;
}

JournalRecord Linking::NewRecord(absl::string_view kind, std::string payload) const {
  JournalRecord record;
  record.record_time = clock_.Now();
  record.kind = std::string(kind);
  record.payload = std::move(payload);
  record.actor = "service:linking";
  return record;
}

absl::Status Linking::Take(const ingestion::v1::ListPersonRecordsResponse& answer) {
  const int64_t cursor = state_.person_sequence();
  if (answer.next_sequence() <= cursor) return absl::OkStatus();
  std::vector<JournalRecord> records;
  PersonsEvent event;
  size_t event_bytes = 0;
  const auto flush = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::Status {
    event.set_person_sequence(answer.next_sequence());
    NMD_RETURN_IF_ERROR(state_.Apply(event));
    records.push_back(NewRecord(kPersons, event.SerializeAsString()));
    event.Clear();
    event_bytes = 0;
    return absl::OkStatus();
  };

  // Corrections hold for all records of the answer, also those before them.
  for (const ingestion::v1::PersonBatch& batch : answer.batches()) {
    if (batch.sequence() > cursor) AddCorrection(batch, *event.mutable_corrections());
  }
  std::set<uint32_t> persons;
  int64_t from_micros = state_.FirstChange(event.corrections(), persons);

  // Intake: every record sealed, and what can be said of it without naming anybody.
  int64_t without_key = 0;
  for (const ingestion::v1::PersonBatch& batch : answer.batches()) {
    if (batch.sequence() <= cursor) continue;
    const int64_t known_micros = TimeUtil::TimestampToMicroseconds(batch.known_time());
    if (batch.records_size() > 0) from_micros = std::min(from_micros, known_micros);
    for (const ingestion::v1::PersonRecord& record : batch.records()) {
      if (record.person_key().empty()) {
        ++without_key;
        continue;
      }
      std::optional<uint32_t> person = state_.person_keys().Find(record.person_key());
      if (!person || state_.persons()[*person].sealed_key.empty()) {
        PersonKeyEvent key_event;
        key_event.set_person_key(record.person_key());
        key_event.set_sealed_key(vault_.NewPersonKey(record.person_key()));
        NMD_RETURN_IF_ERROR(state_.Apply(key_event));
        records.push_back(NewRecord(kPersonKey, key_event.SerializeAsString()));
        person = state_.person_keys().Find(record.person_key());
      }
      persons.insert(*person);
      PersonEntry& entry = *event.add_entries();
      entry.set_person_key(record.person_key());
      entry.set_source(batch.source());
      entry.set_delivery(batch.delivery());
      entry.set_known_micros(known_micros);
      if (CountsAsBsn(record.bsn())) {
        entry.set_bsn_client(absl::StrCat("c", identity_->clients.MacHex(absl::StrCat("bsn/", record.bsn()), kIdDigits)));
      }
      // A record without postcode and number says nothing about where the person lives; half an address says that the person
      // moved, but not where to.
      if (!record.postcode().empty() || record.house_number() != 0) {
        entry.set_has_address(true);
        const std::string address =
            AddressText(record.postcode(), record.house_number(), record.house_letter(), record.house_addition());
        if (!address.empty()) entry.set_household(absl::StrCat("h", identity_->households.MacHex(address, kIdDigits)));
        entry.set_start_day(record.address_start_day());
        entry.set_end_day(record.address_end_day());
      }
      entry.set_content(ContentHashOf(record, identity_->others));
      NMD_ASSIGN_OR_RETURN(*entry.mutable_sealed(), vault_.Seal(record, state_.persons()[*person].sealed_key));
      event_bytes += entry.ByteSizeLong() + 4;
      if (event_bytes > kRecordBytes) NMD_RETURN_IF_ERROR(flush());
    }
  }
  NMD_RETURN_IF_ERROR(flush());
  if (without_key > 0) Log(LogLevel::kWarning, "person records without a person key are left out", {{"count", without_key}});

  return AppendWithLinks(std::move(records), persons, from_micros);
}

absl::Status Linking::AppendWithLinks(std::vector<JournalRecord> records, const std::set<uint32_t>& persons,
                                      int64_t from_micros) {
  queue_sequence_ = -1;
  NMD_ASSIGN_OR_RETURN(Derived derived, Derive(persons, from_micros, derive_options_, state_, *timeline_));
  for (const LinksEvent& links : EventsOf(std::move(derived), person_cursor_)) {
    const int64_t first = links.links_size() > 0   ? links.links(0).sequence()
                          : links.stays_size() > 0 ? links.stays(0).sequence()
                                                   : links.open_pairs(0).sequence();
    records.push_back(NewRecord(kLinks, links.SerializeAsString()));
    state_.AddFeedPosition(first, journal_sequence_ + static_cast<int64_t>(records.size()));
  }

  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  person_cursor_ = state_.person_sequence();
  const int64_t since_checkpoint = journal_sequence_ - checkpoint_sequence_;
  if (since_checkpoint >= std::max(kCheckpointRecords, checkpoint_sequence_ / 2)) {
    // Only the next start is slower without it.
    if (const absl::Status saved = SaveCheckpointLocked(); !saved.ok()) {
      Log(LogLevel::kWarning, "no checkpoint could be saved", {{"detail", saved.message()}});
    }
  }
  return absl::OkStatus();
}

absl::Status Linking::SaveCheckpoint() {
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  return SaveCheckpointLocked();
}

absl::Status Linking::SaveCheckpointLocked() {
  google::protobuf::Arena arena;
  auto* saved = google::protobuf::Arena::CreateMessage<internal::v1::LinkingState>(&arena);
  state_.Save(*saved);
  if (!gold_.sample().empty()) *saved->mutable_gold() = gold_.Event();
  *saved->mutable_rights() = rights_.Save();
  for (std::string& payload : operations_->Payloads()) saved->add_operations(std::move(payload));
  NMD_RETURN_IF_ERROR(journal_.SaveCheckpoint(journal_sequence_, saved->SerializeAsString()));
  checkpoint_sequence_ = journal_sequence_;
  return absl::OkStatus();
}

absl::StatusOr<v1::ListLinksResponse> Linking::ListLinks(const Caller& caller, const v1::ListLinksRequest& request) const {
  FieldCheck check;
  check.Require(request.after_sequence() >= 0, "after_sequence", "must not be negative");
  check.Require(request.wait_seconds() >= 0 && request.wait_seconds() <= 30, "wait_seconds", "must be from 0 to 30");
  if (!check.ok()) return check.Result();

  int64_t feed_sequence, journal_sequence;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    feed_sequence = state_.feed_sequence();
    journal_sequence = journal_sequence_;
  }
  if (request.after_sequence() >= feed_sequence && request.wait_seconds() > 0) {
    const absl::Duration wait = std::min(absl::Seconds(request.wait_seconds()), caller.deadline - clock_.Now());
    // Any record ends the wait: that person records were taken in without a new link is news too.
    journal_.WaitBeyond(journal_sequence, wait);
  }

  int64_t person_sequence, position = 0;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    feed_sequence = state_.feed_sequence();
    journal_sequence = journal_sequence_;
    person_sequence = state_.person_sequence();
    if (request.after_sequence() < feed_sequence) position = state_.FeedPosition(request.after_sequence() + 1);
  }
  FeedPage page(request.after_sequence());
  if (position > 0) {
    // Outside the lock: what is in the journal does not change.
    absl::Status read;
    NMD_RETURN_IF_ERROR(journal_.Replay(position - 1, [&](const JournalRecord& record) {
      if (record.sequence > journal_sequence) return false;
      if (record.kind != kLinks) return true;
      absl::StatusOr<LinksEvent> event = Parse<LinksEvent>(record);
      if (!event.ok()) {
        read = event.status();
        return false;
      }
      return page.Add(*std::move(event));
    }));
    NMD_RETURN_IF_ERROR(read);
  }
  return page.Finish(feed_sequence, person_sequence);
}

absl::StatusOr<v1::LinkSummary> Linking::GetLinkSummary(const Caller&, const v1::GetLinkSummaryRequest&) const {
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  v1::LinkSummary summary;
  summary.set_name(absl::StrCat("municipalities/", options_.municipality, "/linksummary"));
  std::vector<bool> in_use(state_.clients().size());
  std::map<std::string, v1::SourceLinks> sources;
  for (const LinkState::Person& person : state_.persons()) {
    // Nobody (any more): no record counts.
    if (person.steps.empty() || person.steps.back().client == LinkState::kNoClient) continue;
    const LinkState::Step& step = person.steps.back();
    int64_t records = 0;
    std::set<uint32_t> of;
    for (const LinkState::Record& record : person.records) {
      if (!state_.CountsNow(record)) continue;
      ++records;
      of.insert(record.source);
    }
    for (const uint32_t source : of) {
      v1::SourceLinks& links = sources[state_.sources()[source]];
      links.set_person_count(links.person_count() + 1);
      links.set_linked_count(links.linked_count() + (step.reason == v1::ALONE ? 0 : 1));
    }
    summary.set_record_count(summary.record_count() + records);
    switch (step.reason) {
      case v1::EXACT_BSN:
        summary.set_exact_bsn_count(summary.exact_bsn_count() + records);
        break;
      case v1::WEIGHED:
        summary.set_weighed_count(summary.weighed_count() + records);
        break;
      case v1::DECIDED:
        summary.set_decided_count(summary.decided_count() + records);
        break;
      default:
        summary.set_alone_count(summary.alone_count() + records);
    }
    in_use[step.client] = true;
  }
  summary.set_client_count(std::count(in_use.begin(), in_use.end(), true));
  // Every pair that is one takes a client away, unless its two are one already by other pairs.
  std::vector<uint32_t> one_with(state_.clients().size());
  std::iota(one_with.begin(), one_with.end(), 0u);
  const auto root = [&](uint32_t client) {
    while (one_with[client] != client) client = one_with[client] = one_with[one_with[client]];
    return client;
  };
  int64_t fewer = 0;
  for (const LinkState::Pair& pair : state_.pairs()) {
    if (pair.steps.back().permille == 0) continue;
    summary.set_open_pair_count(summary.open_pair_count() + 1);
    const uint32_t a = ClientNow(pair.a), b = ClientNow(pair.b);
    if (a == LinkState::kNoClient || b == LinkState::kNoClient || root(a) == root(b)) continue;
    one_with[root(a)] = root(b);
    ++fewer;
  }
  summary.set_least_client_count(summary.client_count() - fewer);
  summary.set_model(std::string(timeline_->model()));
  std::vector<bool> lived_in(state_.households().size());
  for (const LinkState::Client& client : state_.clients()) {
    if (client.revisions.empty()) continue;
    for (const LinkState::StayRow& row : client.revisions.back().rows) {
      if (row.address >= kFirstHousehold) lived_in[row.address - kFirstHousehold] = true;
    }
  }
  summary.set_household_count(std::count(lived_in.begin(), lived_in.end(), true));
  summary.set_person_sequence(state_.person_sequence());
  for (auto& [source, links] : sources) {
    links.set_source(source);
    *summary.add_sources() = std::move(links);
  }
  return summary;
}

absl::StatusOr<v1::ExplainClientResponse> Linking::ExplainClient(const Caller&, const v1::ExplainClientRequest& request) const {
  FieldCheck check;
  check.Require(IsClientId(request.client()), "client", "must be 'c' and 20 hexadecimal digits");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  NMD_RETURN_IF_ERROR(CheckClientNotRestricted(request.client()));
  // The id is personal: the error does not repeat it.
  NMD_ASSIGN_OR_RETURN(const std::optional<uint32_t> now, LeadsTo(request.client()));
  if (now) return Explain(*now, state_, *timeline_);
  v1::ExplainClientResponse former = ExplainFormer(*state_.client_ids().Find(request.client()), state_);
  if (former.records_size() == 0) return NoClient();
  return former;
}

}  // namespace nmd::linking
