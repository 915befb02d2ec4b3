// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/derive.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "google/protobuf/util/time_util.h"
#include "services/linking/household.h"
#include "services/linking/identity.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;

void SortUnique(std::vector<int64_t>& times) {
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
}

// --- Stage 1 and 2 (identity.h): links.

absl::Status DeriveLinks(uint32_t person, int64_t from_micros, const DeriveOptions& options, LinkState& state,
                         Derived& derived) {
  const std::vector<LinkState::Record>& records = state.persons()[person].records;
  std::vector<Evidence> evidence;
  evidence.reserve(records.size());
  for (const LinkState::Record& record : records) {
    const bool has_bsn = record.bsn_client != LinkState::kNoClient;
    evidence.push_back({record.known_micros, has_bsn ? absl::string_view(state.client_ids()[record.bsn_client]) : "",
                        state.CorrectionOf(record)});
  }
  const std::vector<LinkStep> steps = LinkSteps(evidence);
  std::vector<int64_t> times;
  state.EachTime(state.persons()[person], from_micros, [&](int64_t time) { times.push_back(time); });
  SortUnique(times);
  const std::string& key = state.person_keys()[person];
  size_t next = 0;
  for (const int64_t time : times) {
    while (next < steps.size() && steps[next].known_micros <= time) ++next;
    const LinkStep nobody{time, "", v1::LINK_REASON_UNSPECIFIED};
    const LinkStep& wanted = next == 0 ? nobody : steps[next - 1];
    const std::string client = wanted.reason == v1::ALONE ? options.alone_client(key) : std::string(wanted.client);
    const LinkState::Step* published = LinkState::StepAt(state.persons()[person].steps, time);
    const bool is_somebody = published != nullptr && published->client != LinkState::kNoClient;
    if ((is_somebody ? absl::string_view(state.client_ids()[published->client]) : "") == client) continue;
    v1::Link& link = derived.links.emplace_back();
    link.set_sequence(state.feed_sequence() + 1);
    link.set_person_key(key);
    link.set_client(client);
    link.set_reason(wanted.reason);
    *link.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(time);
    NMD_RETURN_IF_ERROR(state.Apply(link));
  }
  return absl::OkStatus();
}

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

absl::StatusOr<Derived> Derive(const std::vector<uint32_t>& persons, int64_t from_micros, const DeriveOptions& options,
                               LinkState& state) {
  Derived derived;
  // Also those that lose a person: a step that is put right at the same known time leaves no trace of its old client.
  std::set<uint32_t> clients;
  AddClientsOf(persons, state, clients);
  for (uint32_t person : persons) NMD_RETURN_IF_ERROR(DeriveLinks(person, from_micros, options, state, derived));
  AddClientsOf(persons, state, clients);
  Addresses addresses(state, options.institution_size, from_micros);
  addresses.AddNeighbours(clients);
  for (uint32_t client : clients) NMD_RETURN_IF_ERROR(DeriveStays(client, addresses, state, derived));
  return derived;
}

}  // namespace nmd::linking
