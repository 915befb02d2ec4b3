// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/link_state.h"

#include <algorithm>

#include "google/protobuf/util/time_util.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;

absl::Status Damaged(absl::string_view text) { return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, text); }

// An end day of 0 is open in every message.
Period PeriodOf(int32_t start_day, int32_t end_day) { return {start_day, end_day == 0 ? kOpenEnd : end_day}; }
int32_t EndDay(const Period& period) { return period.end == kOpenEnd ? 0 : period.end; }

// Where the entry with this known time is or belongs, in entries that are ordered by known time.
template <typename Entry>
typename std::vector<Entry>::iterator LowerBound(std::vector<Entry>& entries, int64_t known_micros) {
  return std::lower_bound(entries.begin(), entries.end(), known_micros,
                          [](const Entry& entry, int64_t micros) { return entry.known_micros < micros; });
}

KnownPeriods PeriodsOf(const internal::v1::DeliveryCorrection& correction) {
  KnownPeriods periods;
  for (int i = 0; i + 1 < correction.counted_size(); i += 2) periods.Append({correction.counted(i), correction.counted(i + 1)});
  return periods;
}

template <typename Entry>
const Entry* LastKnownBy(absl::Span<const Entry> entries, int64_t known_micros) {
  auto after = std::upper_bound(entries.begin(), entries.end(), known_micros,
                                [](int64_t micros, const Entry& entry) { return micros < entry.known_micros; });
  return after == entries.begin() ? nullptr : &*(after - 1);
}

}  // namespace

uint32_t TextTable::Add(absl::string_view text) {
  if (auto found = numbers_.find(text); found != numbers_.end()) return found->second;
  texts_.emplace_back(text);
  const uint32_t number = size() - 1;
  numbers_.emplace(texts_.back(), number);
  return number;
}

std::optional<uint32_t> TextTable::Find(absl::string_view text) const {
  auto found = numbers_.find(text);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

uint32_t LinkState::AddClient(absl::string_view id) {
  const uint32_t client = client_ids_.Add(id);
  if (client == clients_.size()) {
    clients_.emplace_back();
    with_bsn_.emplace_back();
  }
  return client;
}

AddressNumber LinkState::AddHousehold(absl::string_view id) {
  if (id.empty()) return kUnknownAddress;
  const uint32_t household = households_.Add(id);
  if (household == persons_at_.size()) persons_at_.emplace_back();
  return kFirstHousehold + household;
}

absl::Span<const uint32_t> LinkState::PersonsAt(AddressNumber address) const {
  if (address < kFirstHousehold) return {};
  return persons_at_[address - kFirstHousehold];
}

absl::string_view LinkState::HouseholdId(AddressNumber address) const {
  if (address < kFirstHousehold) return "";
  return households_[address - kFirstHousehold];
}

void LinkState::AddRecord(uint32_t person, const Record& record) {
  std::vector<Record>& records = persons_[person].records;
  if (record.address >= kFirstHousehold &&
      std::none_of(records.begin(), records.end(), [&](const Record& r) { return r.address == record.address; })) {
    persons_at_[record.address - kFirstHousehold].push_back(person);
  }
  if (record.bsn_client != kNoClient &&
      std::none_of(records.begin(), records.end(), [&](const Record& r) { return r.bsn_client == record.bsn_client; })) {
    with_bsn_[record.bsn_client].push_back(person);
  }
  records.insert(LowerBound(records, record.known_micros + 1), record);
}

absl::Status LinkState::Apply(const internal::v1::SecretEvent& event) {
  sealed_identity_ = event.sealed_identity_key();
  return absl::OkStatus();
}

absl::Status LinkState::Apply(const internal::v1::PersonKeyEvent& event) {
  const uint32_t person = person_keys_.Add(event.person_key());
  if (person == persons_.size()) persons_.emplace_back();
  // Somebody who was erased gets a new key when a source tells about that person again.
  if (!persons_[person].sealed_key.empty()) return Damaged("a person has two keys in the journal");
  persons_[person].sealed_key = event.sealed_key();
  persons_[person].erase_micros = 0;
  return absl::OkStatus();
}

absl::Status LinkState::Apply(const internal::v1::ErasureEvent& event) {
  for (const std::string& person_key : event.person_keys()) {
    const std::optional<uint32_t> person = person_keys_.Find(person_key);
    if (!person) return Damaged("the journal erases a person that is not in it");
    persons_[*person].sealed_key.clear();
    persons_[*person].erase_micros = event.time_micros();
    for (Content& content : persons_[*person].contents) content.sealed.clear();
  }
  return absl::OkStatus();
}

const KnownPeriods* LinkState::CorrectionOf(const Record& record) const {
  if (corrected_.empty()) return nullptr;
  const auto correction = corrected_.find(record.delivery);
  return correction == corrected_.end() ? nullptr : &correction->second;
}

bool LinkState::Counts(const Record& record, int64_t known_micros) const {
  const KnownPeriods* correction = CorrectionOf(record);
  return correction == nullptr ? record.known_micros <= known_micros : correction->Contains(known_micros);
}

bool LinkState::CountsNow(const Record& record) const {
  const KnownPeriods* correction = CorrectionOf(record);
  return correction == nullptr || correction->IsOpen();
}

bool LinkState::DeliveryCountsNow(absl::string_view delivery) const {
  const std::optional<uint32_t> number = deliveries_.Find(delivery);
  if (!number) return true;
  const auto correction = corrected_.find(*number);
  return correction == corrected_.end() || correction->second.IsOpen();
}

int64_t LinkState::FirstChange(const google::protobuf::RepeatedPtrField<internal::v1::DeliveryCorrection>& corrections,
                               std::set<uint32_t>& persons) const {
  std::map<uint32_t, KnownPeriods> changes;
  for (const internal::v1::DeliveryCorrection& correction : corrections) {
    const std::optional<uint32_t> delivery = deliveries_.Find(correction.delivery());
    if (delivery && superseded_.count(*delivery) == 0) changes[*delivery] = PeriodsOf(correction);
  }
  // One that is superseded stays so, whatever else is said in the same breath.
  for (const internal::v1::DeliveryCorrection& correction : corrections) {
    const std::optional<uint32_t> delivery = deliveries_.Find(correction.delivery());
    if (delivery && correction.superseded()) changes[*delivery] = KnownPeriods();
  }
  int64_t first = KnownPeriods::kOpen;
  if (changes.empty()) return first;
  for (uint32_t person = 0; person < persons_.size(); ++person) {
    for (const Record& record : persons_[person].records) {
      const auto change = changes.find(record.delivery);
      if (change == changes.end()) continue;
      persons.insert(person);
      const KnownPeriods* correction = CorrectionOf(record);
      first = std::min(first, FirstDifference(correction == nullptr ? KnownPeriods::Since(record.known_micros) : *correction,
                                              change->second));
    }
  }
  return first;
}

void LinkState::Correct(const internal::v1::DeliveryCorrection& correction) {
  const uint32_t delivery = deliveries_.Add(correction.delivery());
  if (superseded_.count(delivery) > 0) return;
  if (correction.superseded()) superseded_.insert(delivery);
  corrected_[delivery] = PeriodsOf(correction);
}

absl::Status LinkState::Apply(const internal::v1::PersonsEvent& event) {
  for (const internal::v1::DeliveryCorrection& correction : event.corrections()) Correct(correction);
  for (const internal::v1::PersonEntry& entry : event.entries()) {
    const std::optional<uint32_t> person = person_keys_.Find(entry.person_key());
    if (!person) return Damaged("the journal has a record of a person without a key");
    Record record;
    record.known_micros = entry.known_micros();
    record.source = sources_.Add(entry.source());
    record.delivery = deliveries_.Add(entry.delivery());
    if (!entry.bsn_client().empty()) record.bsn_client = AddClient(entry.bsn_client());
    if (entry.has_address()) {
      record.address = AddHousehold(entry.household());
      record.period = PeriodOf(entry.start_day(), entry.end_day());
    }
    std::vector<Content>& contents = persons_[*person].contents;
    const auto content = std::find_if(contents.begin(), contents.end(), [&](const Content& known) {
      return entry.content() != 0 && known.hash == entry.content();
    });
    record.content = static_cast<uint32_t>(content - contents.begin());
    if (content == contents.end()) {
      contents.push_back({entry.content(), entry.sealed()});
    } else if (content->sealed.empty()) {
      content->sealed = entry.sealed();  // A source tells about an erased person again.
    }
    AddRecord(*person, record);
  }
  person_sequence_ = event.person_sequence();
  return absl::OkStatus();
}

absl::Status LinkState::Apply(const internal::v1::ModelEvent& event) {
  if (FindModel(event.version()) == nullptr) models_.push_back(event);
  return absl::OkStatus();
}

absl::Status LinkState::Apply(const internal::v1::ModelReleaseEvent& event) {
  if (FindModel(event.version()) == nullptr) return Damaged("the journal releases a model that it does not have");
  releases_.push_back(event);
  return absl::OkStatus();
}

absl::Status LinkState::Apply(const internal::v1::DecisionEvent& event) {
  const auto [number, is_new] = decision_numbers_.try_emplace(event.decision().name(), decisions_.size());
  if (!is_new) {
    decisions_[number->second] = event;
    return absl::OkStatus();
  }
  decisions_.push_back(event);
  if (!event.request_id().empty()) requests_.try_emplace(event.request_id(), number->second);
  for (const auto* keys : {&event.decision().persons(), &event.decision().taken_out()}) {
    for (const std::string& key : *keys) {
      const std::optional<uint32_t> person = person_keys_.Find(key);
      if (!person) return Damaged("the journal has a decision about a person it does not have");
      decisions_of_[*person].push_back(number->second);
    }
  }
  return absl::OkStatus();
}

int64_t LinkState::LastMicros() const {
  int64_t last = 0;
  for (const internal::v1::ModelReleaseEvent& release : releases_) last = std::max(last, release.known_micros());
  for (const Person& person : persons_) {
    EachRecordTime(person, last, [&](int64_t time) { last = std::max(last, time); });
    last = std::max(last, person.erase_micros);
  }
  for (const internal::v1::DecisionEvent& event : decisions_) {
    for (const auto* time : {&event.decision().known_time(), &event.decision().undone_time()}) {
      last = std::max(last, TimeUtil::TimestampToMicroseconds(*time));
    }
  }
  return last;
}

absl::string_view LinkState::ModelAt(int64_t known_micros) const {
  const internal::v1::ModelReleaseEvent* in_force = nullptr;
  for (const internal::v1::ModelReleaseEvent& release : releases_) {
    if (release.known_micros() > known_micros) continue;
    if (in_force == nullptr || release.known_micros() >= in_force->known_micros()) in_force = &release;
  }
  return in_force == nullptr ? absl::string_view() : absl::string_view(in_force->version());
}

const internal::v1::ModelEvent* LinkState::FindModel(absl::string_view version) const {
  const auto found =
      std::find_if(models_.begin(), models_.end(), [&](const auto& model) { return model.version() == version; });
  return found == models_.end() ? nullptr : &*found;
}

bool LinkState::Stands(const v1::LinkDecision& decision, int64_t known_micros) {
  return decision.has_known_time() && TimeUtil::TimestampToMicroseconds(decision.known_time()) <= known_micros &&
         (!decision.has_undone_time() || TimeUtil::TimestampToMicroseconds(decision.undone_time()) > known_micros);
}

std::vector<LinkState::DecidedPair> LinkState::PairsOf(const v1::LinkDecision& decision) const {
  std::vector<DecidedPair> pairs;
  const auto number = [&](const std::string& key) { return *person_keys_.Find(key); };
  const auto chain = [&](const google::protobuf::RepeatedPtrField<std::string>& keys) {
    for (int i = 1; i < keys.size(); ++i) pairs.push_back({number(keys[i - 1]), number(keys[i]), v1::SAME_PERSON});
  };
  if (decision.kind() == v1::LinkDecision::SPLIT) {
    chain(decision.taken_out());
    for (const std::string& a : decision.taken_out()) {
      for (const std::string& b : decision.persons()) pairs.push_back({number(a), number(b), v1::DIFFERENT_PERSONS});
    }
  } else if (decision.verdict() == v1::SAME_PERSON) {
    // Every pair: an earlier split says of each of its pairs that they differ.
    for (int i = 0; i < decision.persons_size(); ++i) {
      for (int j = 0; j < i; ++j) pairs.push_back({number(decision.persons(j)), number(decision.persons(i)), v1::SAME_PERSON});
    }
  } else {
    pairs.push_back({number(decision.persons(0)), number(decision.persons(1)), v1::DIFFERENT_PERSONS});
  }
  return pairs;
}

std::optional<uint32_t> LinkState::FindDecision(absl::string_view name) const {
  const auto found = decision_numbers_.find(name);
  return found == decision_numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<uint32_t> LinkState::FindRequest(absl::string_view request_id) const {
  const auto found = requests_.find(request_id);
  return found == requests_.end() ? std::nullopt : std::optional(found->second);
}

absl::Span<const uint32_t> LinkState::DecisionsOf(uint32_t person) const {
  const auto found = decisions_of_.find(person);
  if (found == decisions_of_.end()) return {};
  return found->second;
}

int32_t LinkState::PermilleAt(const Pair& pair, int64_t known_micros) {
  const OpenStep* step = LastKnownBy(absl::MakeConstSpan(pair.steps), known_micros);
  return step == nullptr ? 0 : step->permille;
}

std::optional<uint32_t> LinkState::FindPair(uint32_t a, uint32_t b) const {
  const auto found = pair_numbers_.find(std::minmax(a, b));
  return found == pair_numbers_.end() ? std::nullopt : std::optional(found->second);
}

absl::Status LinkState::Apply(const v1::OpenPair& open) {
  const std::optional<uint32_t> a = person_keys_.Find(open.person_key_a()), b = person_keys_.Find(open.person_key_b());
  if (!a || !b || *a == *b || open.sequence() != feed_sequence_ + 1) return Damaged("the journal has a pair out of place");
  feed_sequence_ = open.sequence();
  PlacePair(*a, *b, {TimeUtil::TimestampToMicroseconds(open.known_time()), open.permille()});
  return absl::OkStatus();
}

void LinkState::PlacePair(uint32_t a, uint32_t b, const OpenStep& step) {
  const auto [number, is_new] = pair_numbers_.try_emplace(std::minmax(a, b), static_cast<uint32_t>(pairs_.size()));
  if (is_new) {
    pairs_.push_back({std::min(a, b), std::max(a, b), {}});
    persons_[a].pairs.push_back(number->second);
    persons_[b].pairs.push_back(number->second);
  }
  std::vector<OpenStep>& steps = pairs_[number->second].steps;
  const auto place = LowerBound(steps, step.known_micros);
  if (place != steps.end() && place->known_micros == step.known_micros) {
    *place = step;
  } else {
    steps.insert(place, step);
  }
}

void LinkState::AddFeedPosition(int64_t first_sequence, int64_t journal_sequence) {
  feed_positions_.emplace_back(first_sequence, journal_sequence);
}

absl::Status LinkState::Apply(const internal::v1::LinksEvent& event) {
  for (const v1::Link& link : event.links()) NMD_RETURN_IF_ERROR(Apply(link));
  for (const v1::HouseholdStay& stay : event.stays()) NMD_RETURN_IF_ERROR(Apply(stay));
  for (const v1::OpenPair& pair : event.open_pairs()) NMD_RETURN_IF_ERROR(Apply(pair));
  return absl::OkStatus();
}

absl::Status LinkState::Apply(const v1::Link& link) {
  const std::optional<uint32_t> person = person_keys_.Find(link.person_key());
  if (!person || link.sequence() != feed_sequence_ + 1) return Damaged("the journal has a link out of place");
  feed_sequence_ = link.sequence();
  const Step step{TimeUtil::TimestampToMicroseconds(link.known_time()),
                  link.client().empty() ? kNoClient : AddClient(link.client()), link.reason()};
  if (step.client != kNoClient) {
    std::vector<uint32_t>& persons = clients_[step.client].persons;
    if (std::find(persons.begin(), persons.end(), *person) == persons.end()) persons.push_back(*person);
  }
  std::vector<Step>& steps = persons_[*person].steps;
  auto place = LowerBound(steps, step.known_micros);
  if (place != steps.end() && place->known_micros == step.known_micros) {
    *place = step;
  } else {
    steps.insert(place, step);
  }
  return absl::OkStatus();
}

absl::Status LinkState::Apply(const v1::HouseholdStay& stay) {
  const std::optional<uint32_t> client = client_ids_.Find(stay.client());
  if (!client || stay.sequence() != feed_sequence_ + 1) return Damaged("the journal has a stay out of place");
  feed_sequence_ = stay.sequence();
  std::vector<Revision>& revisions = clients_[*client].revisions;
  const int64_t known_micros = TimeUtil::TimestampToMicroseconds(stay.known_time());
  auto revision = LowerBound(revisions, known_micros);
  if (revision == revisions.end() || revision->known_micros != known_micros) {
    revision = revisions.insert(revision, Revision{known_micros, {}});
  }
  if (stay.revision() == stay.sequence()) revision->rows.clear();
  revision->rows.push_back({AddHousehold(stay.household()), PeriodOf(stay.start_day(), stay.end_day())});
  return absl::OkStatus();
}

const LinkState::Step* LinkState::StepAt(absl::Span<const Step> steps, int64_t known_micros) {
  return LastKnownBy(steps, known_micros);
}

const LinkState::Revision* LinkState::RevisionAt(const Client& client, int64_t known_micros) {
  return LastKnownBy(absl::MakeConstSpan(client.revisions), known_micros);
}

int64_t LinkState::FeedPosition(int64_t sequence) const {
  auto after = std::upper_bound(feed_positions_.begin(), feed_positions_.end(), std::make_pair(sequence, INT64_MAX));
  return (after - 1)->second;
}

void LinkState::Save(internal::v1::LinkingState& saved) const {
  saved.set_sealed_identity_key(sealed_identity_);
  saved.mutable_access_positions()->Add(access_positions_.begin(), access_positions_.end());
  saved.set_format(kFormat);
  saved.set_person_sequence(person_sequence_);
  saved.set_feed_sequence(feed_sequence_);
  for (uint32_t i = 0; i < sources_.size(); ++i) saved.add_sources(sources_[i]);
  for (uint32_t i = 0; i < deliveries_.size(); ++i) saved.add_deliveries(deliveries_[i]);
  for (const auto& [delivery, counted] : corrected_) {
    internal::v1::DeliveryCorrection& correction = *saved.add_corrections();
    correction.set_delivery(deliveries_[delivery]);
    correction.set_superseded(superseded_.count(delivery) > 0);
    for (const KnownPeriods::Stretch& stretch : counted.stretches()) {
      correction.add_counted(stretch.from);
      correction.add_counted(stretch.until);
    }
  }
  for (uint32_t i = 0; i < households_.size(); ++i) saved.add_households(households_[i]);
  for (uint32_t i = 0; i < clients_.size(); ++i) {
    internal::v1::LinkingState::Client& to = *saved.add_clients();
    to.set_id(client_ids_[i]);
    for (uint32_t person : clients_[i].persons) to.add_person_indexes(static_cast<int32_t>(person));
    for (const Revision& revision : clients_[i].revisions) {
      internal::v1::LinkingState::Revision& kept = *to.add_revisions();
      kept.set_known_micros(revision.known_micros);
      for (const StayRow& row : revision.rows) {
        kept.add_stays(static_cast<int32_t>(row.address));
        kept.add_stays(row.period.start);
        kept.add_stays(EndDay(row.period));
      }
    }
  }
  for (uint32_t i = 0; i < persons_.size(); ++i) {
    internal::v1::LinkingState::Person& to = *saved.add_persons();
    to.set_person_key(person_keys_[i]);
    to.set_sealed_key(persons_[i].sealed_key);
    to.set_erase_micros(persons_[i].erase_micros);
    for (const Record& record : persons_[i].records) {
      internal::v1::LinkingState::Record& kept = *to.add_records();
      kept.set_known_micros(record.known_micros);
      kept.set_source_index(static_cast<int32_t>(record.source));
      kept.set_delivery_index(static_cast<int32_t>(record.delivery));
      kept.set_content_index(static_cast<int32_t>(record.content));
      kept.set_bsn_client(record.bsn_client == kNoClient ? 0 : static_cast<int32_t>(record.bsn_client) + 1);
      kept.set_address(static_cast<int32_t>(record.address));
      if (record.address != kNoAddress) {
        kept.set_start_day(record.period.start);
        kept.set_end_day(EndDay(record.period));
      }
    }
    for (const Step& step : persons_[i].steps) {
      internal::v1::LinkingState::Step& kept = *to.add_steps();
      kept.set_known_micros(step.known_micros);
      kept.set_client_index(step.client == kNoClient ? -1 : static_cast<int32_t>(step.client));
      kept.set_reason(step.reason);
    }
    for (const Content& content : persons_[i].contents) {
      internal::v1::LinkingState::Content& kept = *to.add_contents();
      kept.set_hash(content.hash);
      kept.set_sealed(content.sealed);
    }
    for (const uint32_t pair : persons_[i].pairs) {
      if (pairs_[pair].a != i) continue;
      internal::v1::LinkingState::Pair& kept = *to.add_pairs();
      kept.set_person_index(static_cast<int32_t>(pairs_[pair].b));
      for (const OpenStep& step : pairs_[pair].steps) {
        kept.add_changes(step.known_micros);
        kept.add_changes(step.permille);
      }
    }
  }
  for (const internal::v1::ModelEvent& model : models_) *saved.add_models() = model;
  for (const internal::v1::ModelReleaseEvent& release : releases_) *saved.add_releases() = release;
  for (const internal::v1::DecisionEvent& decision : decisions_) *saved.add_decisions() = decision;
  for (const auto& [feed, journal] : feed_positions_) {
    saved.add_feed_positions(feed);
    saved.add_feed_positions(journal);
  }
}

absl::Status LinkState::Restore(const internal::v1::LinkingState& saved) {
  *this = LinkState();
  const absl::Status damaged = Damaged("the checkpoint of linking does not fit together");
  sealed_identity_ = saved.sealed_identity_key();
  access_positions_.assign(saved.access_positions().begin(), saved.access_positions().end());
  person_sequence_ = saved.person_sequence();
  feed_sequence_ = saved.feed_sequence();
  for (const std::string& source : saved.sources()) sources_.Add(source);
  for (const std::string& delivery : saved.deliveries()) deliveries_.Add(delivery);
  for (const internal::v1::DeliveryCorrection& correction : saved.corrections()) Correct(correction);
  for (const std::string& household : saved.households()) AddHousehold(household);
  const uint32_t address_end = kFirstHousehold + households_.size();
  for (const internal::v1::LinkingState::Client& from : saved.clients()) {
    Client& client = clients_[AddClient(from.id())];
    for (int32_t person : from.person_indexes()) {
      if (person < 0 || person >= saved.persons_size()) return damaged;
      client.persons.push_back(static_cast<uint32_t>(person));
    }
    for (const internal::v1::LinkingState::Revision& kept : from.revisions()) {
      Revision& revision = client.revisions.emplace_back();
      revision.known_micros = kept.known_micros();
      if (kept.stays_size() % 3 != 0) return damaged;
      for (int i = 0; i < kept.stays_size(); i += 3) {
        const AddressNumber address = static_cast<AddressNumber>(kept.stays(i));
        if (address >= address_end) return damaged;
        revision.rows.push_back({address, PeriodOf(kept.stays(i + 1), kept.stays(i + 2))});
      }
    }
  }
  for (const internal::v1::LinkingState::Person& from : saved.persons()) {
    const uint32_t person = person_keys_.Add(from.person_key());
    if (person != persons_.size()) return damaged;
    persons_.emplace_back().sealed_key = from.sealed_key();
    persons_.back().erase_micros = from.erase_micros();
    for (const internal::v1::LinkingState::Content& kept : from.contents()) {
      persons_[person].contents.push_back({kept.hash(), kept.sealed()});
    }
    for (const internal::v1::LinkingState::Record& kept : from.records()) {
      Record record;
      record.known_micros = kept.known_micros();
      record.source = static_cast<uint32_t>(kept.source_index());
      record.delivery = static_cast<uint32_t>(kept.delivery_index());
      record.content = static_cast<uint32_t>(kept.content_index());
      if (kept.bsn_client() != 0) record.bsn_client = static_cast<uint32_t>(kept.bsn_client() - 1);
      record.address = static_cast<AddressNumber>(kept.address());
      if (record.address != kNoAddress) record.period = PeriodOf(kept.start_day(), kept.end_day());
      if (record.source >= sources_.size() || record.delivery >= deliveries_.size() || record.address >= address_end ||
          record.content >= persons_[person].contents.size() ||
          (record.bsn_client != kNoClient && record.bsn_client >= clients_.size())) {
        return damaged;
      }
      AddRecord(person, record);
    }
    for (const internal::v1::LinkingState::Step& kept : from.steps()) {
      const uint32_t client = kept.client_index() < 0 ? kNoClient : static_cast<uint32_t>(kept.client_index());
      if (client != kNoClient && client >= clients_.size()) return damaged;
      persons_[person].steps.push_back({kept.known_micros(), client, kept.reason()});
    }
  }
  for (uint32_t a = 0; a < persons_.size(); ++a) {
    for (const internal::v1::LinkingState::Pair& kept : saved.persons(static_cast<int>(a)).pairs()) {
      const uint32_t b = static_cast<uint32_t>(kept.person_index()), number = static_cast<uint32_t>(pairs_.size());
      if (b <= a || b >= persons_.size() || kept.changes_size() % 2 != 0) return damaged;
      pair_numbers_[{a, b}] = number;
      persons_[a].pairs.push_back(number);
      persons_[b].pairs.push_back(number);
      pairs_.push_back({a, b, {}});
      for (int i = 0; i < kept.changes_size(); i += 2) {
        pairs_.back().steps.push_back({kept.changes(i), static_cast<int32_t>(kept.changes(i + 1))});
      }
    }
  }
  for (const internal::v1::ModelEvent& model : saved.models()) NMD_RETURN_IF_ERROR(Apply(model));
  for (const internal::v1::ModelReleaseEvent& release : saved.releases()) NMD_RETURN_IF_ERROR(Apply(release));
  for (const internal::v1::DecisionEvent& decision : saved.decisions()) NMD_RETURN_IF_ERROR(Apply(decision));
  if (saved.feed_positions_size() % 2 != 0) return damaged;
  for (int i = 0; i < saved.feed_positions_size(); i += 2) {
    feed_positions_.emplace_back(saved.feed_positions(i), saved.feed_positions(i + 1));
  }
  return absl::OkStatus();
}

}  // namespace nmd::linking
