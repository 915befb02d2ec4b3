// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/derive.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "google/protobuf/util/time_util.h"
#include "services/linking/household.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;

void SortUnique(std::vector<int64_t>& times) {
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
}

// --- Links and open pairs.

// Known times, not before from_micros, at which something about these persons begins or ends; by time.
using Events = std::map<int64_t, std::set<uint32_t>>;

void AddDecisionTimes(const v1::LinkDecision& decision, const LinkState& state, int64_t from_micros, Events& events) {
  if (!decision.has_known_time()) return;
  for (const auto* keys : {&decision.persons(), &decision.taken_out()}) {
    for (const std::string& key : *keys) {
      const uint32_t person = *state.person_keys().Find(key);
      const int64_t known = TimeUtil::TimestampToMicroseconds(decision.known_time());
      if (known >= from_micros) events[known].insert(person);
      if (!decision.has_undone_time()) continue;
      const int64_t undone = TimeUtil::TimestampToMicroseconds(decision.undone_time());
      if (undone >= from_micros) events[undone].insert(person);
    }
  }
}

// Puts right what is published about links and pairs at the known time of the timeline.
class Publisher {
 public:
  Publisher(LinkState& state, const Timeline& timeline, Derived& derived)
      : state_(state), timeline_(timeline), derived_(derived) {}

  absl::Status Link(uint32_t person) {
    const LinkState::Person& known = state_.persons()[person];
    if (known.sealed_key.empty()) return absl::OkStatus();
    const Timeline::Identity wanted = timeline_.IdentityOf(person, timeline_.GroupOf(person));
    const LinkState::Step* published = LinkState::StepAt(known.steps, timeline_.at());
    const bool is_somebody = published != nullptr && published->client != LinkState::kNoClient;
    const absl::string_view client = is_somebody ? absl::string_view(state_.client_ids()[published->client]) : "";
    const v1::LinkReason reason = is_somebody ? published->reason : v1::LINK_REASON_UNSPECIFIED;
    if (client == wanted.client && reason == wanted.reason) return absl::OkStatus();
    v1::Link& link = derived_.links.emplace_back();
    link.set_sequence(state_.feed_sequence() + 1);
    link.set_person_key(state_.person_keys()[person]);
    link.set_client(wanted.client);
    link.set_reason(wanted.reason);
    link.set_model(std::string(timeline_.model()));
    *link.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(timeline_.at());
    return state_.Apply(link);
  }

  // Their place in the feed comes after the stays.
  void Pairs(uint32_t person) {
    std::map<uint32_t, int32_t> wanted;
    if (timeline_.Counts(person)) {
      for (const Timeline::Doubt& doubt : timeline_.DoubtsOf(person)) {
        if (doubt.possible) wanted[doubt.other] = doubt.permille;
      }
    }
    // What is published and open no more.
    for (const uint32_t number : state_.persons()[person].pairs) {
      const LinkState::Pair& pair = state_.pairs()[number];
      wanted.try_emplace(pair.a == person ? pair.b : pair.a, 0);
    }
    for (const auto& [other, permille] : wanted) {
      const std::optional<uint32_t> number = state_.FindPair(person, other);
      if ((number ? LinkState::PermilleAt(state_.pairs()[*number], timeline_.at()) : 0) == permille) continue;
      v1::OpenPair& open = derived_.open_pairs.emplace_back();
      const auto [a, b] = std::minmax(state_.person_keys()[person], state_.person_keys()[other]);
      open.set_person_key_a(a);
      open.set_person_key_b(b);
      open.set_permille(permille);
      *open.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(timeline_.at());
      state_.PlacePair(person, other, {timeline_.at(), permille});
    }
  }

 private:
  LinkState& state_;
  const Timeline& timeline_;
  Derived& derived_;
};

// --- Households.

// Answers from the records and links in the state, which must not change while this lives; works out every answer once.
class Addresses {
 public:
  Addresses(const LinkState& state, int institution_size, int64_t from_micros)
      : state_(state), institution_size_(institution_size), from_micros_(from_micros) {}

  // Adds the clients whose stays may change because those of these clients do: those at the same institutions.
  void AddNeighbours(std::set<uint32_t>& clients) {
    absl::flat_hash_set<AddressNumber> institutions;
    for (uint32_t client : clients) AddMaybeInstitutions(client, institutions);
    for (AddressNumber address : institutions) {
      const std::set<uint32_t>& neighbours = ClientsAt(address);
      clients.insert(neighbours.begin(), neighbours.end());
    }
  }

  // Known times, not before from_micros, at which the stays of a client may change.
  std::vector<int64_t> TimesOf(uint32_t client) {
    std::vector<int64_t> times;
    AddPersonTimes(client, times);
    // What was published at a time at which nothing changes any more.
    for (const LinkState::Revision& revision : state_.clients()[client].revisions) {
      if (revision.known_micros >= from_micros_) times.push_back(revision.known_micros);
    }
    absl::flat_hash_set<AddressNumber> institutions;
    AddMaybeInstitutions(client, institutions);
    for (AddressNumber address : institutions) {
      const std::vector<int64_t>& more = TimesAt(address);
      times.insert(times.end(), more.begin(), more.end());
    }
    SortUnique(times);
    return times;
  }

  // The stays of a client as known at a time.
  std::vector<Stay> StaysOf(uint32_t client, int64_t time) {
    return HouseholdsOf(HistoryAsKnown(client, time), [&](absl::string_view household) -> absl::Span<const Period> {
      const AddressNumber address = kFirstHousehold + *state_.households().Find(household);
      if (!MaybeInstitution(address)) return {};
      return Crowded(address, time);
    });
  }

 private:
  // Persons are at least as many as clients, so most addresses are known not to be institutions without further work.
  bool MaybeInstitution(AddressNumber address) const {
    return state_.PersonsAt(address).size() > static_cast<size_t>(institution_size_);
  }

  void AddMaybeInstitutions(uint32_t client, absl::flat_hash_set<AddressNumber>& addresses) const {
    for (uint32_t person : state_.clients()[client].persons) {
      for (const LinkState::Record& record : state_.persons()[person].records) {
        if (MaybeInstitution(record.address)) addresses.insert(record.address);
      }
    }
  }

  void AddPersonTimes(uint32_t client, std::vector<int64_t>& times) const {
    for (uint32_t person : state_.clients()[client].persons) {
      state_.EachTime(state_.persons()[person], from_micros_, [&](int64_t time) { times.push_back(time); });
    }
  }

  // Clients that, at some known time, were a person with a record at this address.
  const std::set<uint32_t>& ClientsAt(AddressNumber address) {
    auto [entry, is_new] = clients_at_.try_emplace(address);
    if (is_new) {
      for (uint32_t person : state_.PersonsAt(address)) {
        for (const LinkState::Step& step : state_.persons()[person].steps) {
          if (step.client != LinkState::kNoClient) entry->second.insert(step.client);
        }
      }
    }
    return entry->second;
  }

  const std::vector<int64_t>& TimesAt(AddressNumber address) {
    auto [entry, is_new] = times_at_.try_emplace(address);
    if (is_new) {
      for (uint32_t client : ClientsAt(address)) AddPersonTimes(client, entry->second);
      SortUnique(entry->second);
    }
    return entry->second;
  }

  const std::vector<Stay>& HistoryAsKnown(uint32_t client, int64_t time) {
    auto [entry, is_new] = histories_.try_emplace({client, time});
    if (is_new) {
      std::vector<AddressRecord> records;
      for (uint32_t person : state_.clients()[client].persons) {
        const LinkState::Person& from = state_.persons()[person];
        const LinkState::Step* step = LinkState::StepAt(from.steps, time);
        if (step == nullptr || step->client != client) continue;
        for (const LinkState::Record& record : from.records) {
          if (record.known_micros > time) break;
          if (record.address == kNoAddress || !state_.Counts(record, time)) continue;
          records.push_back({state_.HouseholdId(record.address), record.period, record.known_micros});
        }
      }
      entry->second = HistoryOf(std::move(records));
    }
    return entry->second;
  }

  const std::vector<Period>& Crowded(AddressNumber address, int64_t time) {
    if (auto found = crowded_.find({address, time}); found != crowded_.end()) return found->second;
    std::vector<Period> periods;
    for (uint32_t client : ClientsAt(address)) {
      for (const Stay& stay : HistoryAsKnown(client, time)) {
        if (stay.address == state_.HouseholdId(address)) periods.push_back(stay.period);
      }
    }
    return crowded_[{address, time}] = CrowdedPeriods(periods, institution_size_);
  }

  const LinkState& state_;
  const int institution_size_;
  const int64_t from_micros_;
  absl::flat_hash_map<AddressNumber, std::set<uint32_t>> clients_at_;
  absl::flat_hash_map<AddressNumber, std::vector<int64_t>> times_at_;
  absl::flat_hash_map<std::pair<uint32_t, int64_t>, std::vector<Stay>> histories_;
  absl::flat_hash_map<std::pair<AddressNumber, int64_t>, std::vector<Period>> crowded_;
};

// The rows of a revision: a client without any stay has one row that says so (HouseholdStay in linking.proto).
std::vector<LinkState::StayRow> RowsOf(const std::vector<Stay>& stays, const LinkState& state) {
  std::vector<LinkState::StayRow> rows;
  for (const Stay& stay : stays) {
    const AddressNumber address =
        stay.address.empty() ? kUnknownAddress : kFirstHousehold + *state.households().Find(stay.address);
    rows.push_back({address, stay.period});
  }
  if (rows.empty()) rows.push_back({kUnknownAddress, {0, kOpenEnd}});
  return rows;
}

absl::Status DeriveStays(uint32_t client, Addresses& addresses, LinkState& state, Derived& derived) {
  static const std::vector<LinkState::StayRow>& nothing = *new std::vector<LinkState::StayRow>(RowsOf({}, LinkState()));
  for (int64_t time : addresses.TimesOf(client)) {
    const std::vector<LinkState::StayRow> rows = RowsOf(addresses.StaysOf(client, time), state);
    const LinkState::Revision* published = LinkState::RevisionAt(state.clients()[client], time);
    if (rows == (published == nullptr ? nothing : published->rows)) continue;
    const int64_t revision = state.feed_sequence() + 1;
    for (const LinkState::StayRow& row : rows) {
      v1::HouseholdStay& stay = derived.stays.emplace_back();
      stay.set_sequence(state.feed_sequence() + 1);
      stay.set_revision(revision);
      stay.set_client(state.client_ids()[client]);
      stay.set_household(std::string(state.HouseholdId(row.address)));
      stay.set_start_day(row.period.start);
      stay.set_end_day(row.period.end == kOpenEnd ? 0 : row.period.end);
      *stay.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(time);
      NMD_RETURN_IF_ERROR(state.Apply(stay));
    }
  }
  return absl::OkStatus();
}

void AddClientsOf(const std::vector<uint32_t>& persons, const LinkState& state, std::set<uint32_t>& clients) {
  for (uint32_t person : persons) {
    for (const LinkState::Step& step : state.persons()[person].steps) {
      if (step.client != LinkState::kNoClient) clients.insert(step.client);
    }
  }
}

}  // namespace

absl::StatusOr<Derived> Derive(const std::set<uint32_t>& persons, int64_t from_micros, const DeriveOptions& options,
                               LinkState& state, Timeline& timeline) {
  Derived derived;
  if (from_micros == KnownPeriods::kOpen) return derived;  // Nothing counts otherwise.
  timeline.Refresh(persons);
  Events events;
  // What counted from then on may do so at no time any more.
  events[from_micros] = persons;
  const auto add_record_times = [&](uint32_t person) {
    state.EachRecordTime(state.persons()[person], from_micros, [&](int64_t time) { events[time].insert(person); });
    const int64_t erased = state.persons()[person].erase_micros;
    if (erased != 0 && erased >= from_micros) events[erased].insert(person);
  };
  // What was published at or after from_micros is looked at where it is, also when nothing happens there any more.
  Events published;
  if (timeline.at() == Timeline::kNowhere || from_micros < timeline.at()) {
    for (uint32_t person = 0; person < state.persons().size(); ++person) {
      add_record_times(person);
      const LinkState::Person& known = state.persons()[person];
      for (auto step = known.steps.rbegin(); step != known.steps.rend() && step->known_micros >= from_micros; ++step) {
        published[step->known_micros].insert(person);
      }
    }
    for (const LinkState::Pair& pair : state.pairs()) {
      for (auto step = pair.steps.rbegin(); step != pair.steps.rend() && step->known_micros >= from_micros; ++step) {
        published[step->known_micros].insert({pair.a, pair.b});
      }
    }
    for (const internal::v1::DecisionEvent& event : state.decisions()) {
      AddDecisionTimes(event.decision(), state, from_micros, events);
    }
  } else {
    std::set<uint32_t> decisions;
    for (const uint32_t person : persons) {
      add_record_times(person);
      decisions.insert(state.DecisionsOf(person).begin(), state.DecisionsOf(person).end());
    }
    for (const uint32_t number : decisions) AddDecisionTimes(state.decisions()[number].decision(), state, from_micros, events);
  }
  for (const internal::v1::ModelReleaseEvent& release : state.releases()) {
    if (release.known_micros() >= from_micros) events[release.known_micros()];
  }
  for (const auto& [time, of] : published) events[time];

  if (timeline.at() != Timeline::kNowhere && from_micros < timeline.at()) {
    std::set<uint32_t> since;
    for (const auto& [time, of] : events) since.insert(of.begin(), of.end());
    NMD_RETURN_IF_ERROR(timeline.MoveTo(from_micros - 1, since).status());
  }
  // Also those that lose a person: a step that is put right at the same known time leaves no trace of its old client.
  std::set<uint32_t> clients;
  Publisher publisher(state, timeline, derived);
  for (const auto& [time, of] : events) {
    NMD_ASSIGN_OR_RETURN(std::vector<uint32_t> affected, timeline.MoveTo(time, of));
    if (const auto known = published.find(time); known != published.end()) {
      affected.insert(affected.end(), known->second.begin(), known->second.end());
      std::sort(affected.begin(), affected.end());
      affected.erase(std::unique(affected.begin(), affected.end()), affected.end());
    }
    AddClientsOf(affected, state, clients);
    for (const uint32_t person : affected) NMD_RETURN_IF_ERROR(publisher.Link(person));
    for (const uint32_t person : affected) publisher.Pairs(person);
    AddClientsOf(affected, state, clients);
  }
  Addresses addresses(state, options.institution_size, from_micros);
  addresses.AddNeighbours(clients);
  for (uint32_t client : clients) NMD_RETURN_IF_ERROR(DeriveStays(client, addresses, state, derived));
  for (v1::OpenPair& pair : derived.open_pairs) pair.set_sequence(state.NextSequence());
  return derived;
}

}  // namespace nmd::linking
