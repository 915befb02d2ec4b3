// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/snapshot.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/costs/amounts.h"
#include "services/costs/catalogue.h"
#include "services/costs/provisions.h"
#include "services/costs/snapshot_parts.h"
#include "services/costs/timeline.h"

namespace nmd::costs {
namespace {

constexpr uint32_t kNoProvision = 0xffffffff;
constexpr int kLongestMonths = 120;

// Gathers words, then gives them codes in order of their text, so that code order is value order.
class Coder {
 public:
  explicit Coder(Word empty) { codes_.emplace(empty, 0); }
  void See(Word word) { codes_.emplace(word, 0); }
  void Finish() {
    order_.reserve(codes_.size());
    for (const auto& [word, code] : codes_) order_.push_back(word);
    std::sort(order_.begin(), order_.end(), [](Word a, Word b) { return *a < *b; });
    for (uint32_t i = 0; i < order_.size(); ++i) codes_[order_[i]] = i;
  }
  uint32_t operator[](Word word) const { return codes_.at(word); }
  uint32_t size() const { return static_cast<uint32_t>(order_.size()); }
  const std::vector<Word>& order() const { return order_; }

 private:
  absl::flat_hash_map<Word, uint32_t> codes_;
  std::vector<Word> order_;
};

struct Place {
  uint32_t wijk = 0, buurt = 0;
  friend bool operator<(const Place& a, const Place& b) { return std::tie(a.wijk, a.buurt) < std::tie(b.wijk, b.buurt); }
};

// Everything that is looked up per client.
struct ClientInfo {
  Timeline<Place> places;
  Timeline<uint32_t> households;
  Timeline<uint32_t> referrals;  // Those about no allocation in particular.
  Day birth = 0;
  uint32_t sex = 0;
  std::tuple<Moment, Day> birth_rank{};
  std::tuple<Moment, uint32_t> sex_rank{};
};

class Builder {
 public:
  Builder(const KnownFacts& known, Month known_month)
      : known_(known),
        facts_(known.facts),
        horizon_(known_month + kHorizonMonths + 1),
        far_(OpenFrom(known_month)),
        category_(known.empty),
        product_(known.empty),
        ivn_(known.empty),
        provider_(known.empty),
        referrer_(known.empty),
        wijk_(known.empty),
        buurt_(known.empty),
        household_(known.empty) {}

  std::shared_ptr<Snapshot> Rows() {
    CurrentAllocations current = PickCurrent(facts_.allocations, known_.batches);
    net_ = NetClaims(facts_, known_.batches);
    CodeClients(current.allocations);
    list_ = ChainProvisions(current.allocations, client_of_);
    CodeWords();
    GatherClientInfo();
    GatherLevels();
    JoinClaims();
    MakeRows();
    AddClaims();
    snapshot_->tallies = std::move(current.tallies);
    return snapshot_;
  }

 private:
  Moment KnownOf(uint32_t batch) const { return known_.batches[batch].known; }

  bool Exact(Word person) const {
    const auto link = known_.links.find(person);
    return link != known_.links.end() && link->second.exact;
  }

  // Clients in order of (client id, linked); a person key without a link is a client of its own.
  void CodeClients(const std::vector<AllocationFact>& current) {
    absl::flat_hash_map<Word, uint32_t> persons;
    for (const AllocationFact& allocation : current) persons.emplace(allocation.person, 0);
    for (const NetLine& net : net_) persons.emplace(net.line->person, 0);
    const auto identity = [this](Word person) {
      const auto link = known_.links.find(person);
      return link == known_.links.end() ? ClientId(person, false) : ClientId(link->second.client, true);
    };
    for (const auto& [person, unused] : persons) clients_.push_back(identity(person));
    std::sort(clients_.begin(), clients_.end(), ClientBefore);
    clients_.erase(std::unique(clients_.begin(), clients_.end()), clients_.end());
    clients_.shrink_to_fit();
    absl::flat_hash_map<ClientId, uint32_t> codes;
    for (uint32_t i = 0; i < clients_.size(); ++i) codes.emplace(clients_[i], i);
    for (const auto& [person, unused] : persons) client_of_[person] = codes.at(identity(person));
    // Sources that only describe a person, such as the population register, reach the client through the link.
    const auto describe = [&](Word person) {
      const auto code = codes.find(identity(person));
      if (code != codes.end()) client_of_.emplace(person, code->second);
    };
    for (const TraitsFact& fact : facts_.traits) describe(fact.person);
    for (const ResidenceFact& fact : facts_.residences) describe(fact.person);
    for (const ReferralFact& fact : facts_.referrals) describe(fact.person);
    for (const auto& [client, code] : codes) {
      if (client.second) linked_code_.emplace(client.first, code);
    }
  }

  void CodeWords() {
    for (const AllocationFact& allocation : list_.allocations) {
      category_.See(allocation.category);
      product_.See(allocation.product);
      provider_.See(allocation.provider);
    }
    for (const NetLine& net : net_) {
      category_.See(net.line->category);
      product_.See(net.line->product);
      provider_.See(net.line->provider);
    }
    for (const LevelFact& fact : facts_.levels) ivn_.See(fact.ivn);
    for (const ReferralFact& fact : facts_.referrals) referrer_.See(fact.referrer);
    for (const ResidenceFact& fact : facts_.residences) {
      wijk_.See(fact.wijk);
      buurt_.See(fact.buurt);
    }
    for (const StayFact& fact : known_.stays) household_.See(fact.household);
    for (Coder* coder : {&category_, &product_, &ivn_, &provider_, &referrer_, &wijk_, &buurt_, &household_}) coder->Finish();
    const std::array<const Coder*, kFieldCount> coders = {nullptr,    nullptr, &category_, &product_, &ivn_,      &provider_,
                                                          &referrer_, nullptr, &wijk_,     &buurt_,   &household_};
    for (size_t field = 0; field < kFieldCount; ++field) {
      if (coders[field] != nullptr) snapshot_->dictionaries[field].words = coders[field]->order();
    }
  }

  void GatherClientInfo() {
    infos_.resize(clients_.size());
    const auto info_of = [this](Word person) -> ClientInfo* {
      const auto code = client_of_.find(person);
      return code == client_of_.end() ? nullptr : &infos_[code->second];
    };
    for (const ResidenceFact& fact : facts_.residences) {
      if (ClientInfo* info = info_of(fact.person)) {
        info->places.Add(fact.period, KnownOf(fact.batch), {wijk_[fact.wijk], buurt_[fact.buurt]});
      }
    }
    for (const ReferralFact& fact : facts_.referrals) {
      const uint32_t referrer = referrer_[fact.referrer];
      if (fact.allocation != 0) {
        referral_of_[{fact.law, fact.allocation}].Add({fact.start, kOpenEnd}, KnownOf(fact.batch), referrer);
      } else if (ClientInfo* info = info_of(fact.person)) {
        info->referrals.Add({fact.start, kOpenEnd}, KnownOf(fact.batch), referrer);
      }
    }
    // What was known last about a person's birth and sex holds; not knowing takes nothing back.
    for (const TraitsFact& fact : facts_.traits) {
      ClientInfo* info = info_of(fact.person);
      if (info == nullptr) continue;
      const Moment known = KnownOf(fact.batch);
      if (fact.birth != 0 && std::tuple(known, fact.birth) >= info->birth_rank) {
        info->birth_rank = {known, fact.birth};
        info->birth = fact.birth;
      }
      const uint32_t sex = *fact.sex == "1" ? 1 : *fact.sex == "2" ? 2 : 0;
      if (sex != 0 && std::tuple(known, sex) >= info->sex_rank) {
        info->sex_rank = {known, sex};
        info->sex = sex;
      }
    }
    for (const StayFact& stay : known_.stays) {
      const auto code = linked_code_.find(stay.client);
      if (code != linked_code_.end()) infos_[code->second].households.Add(stay.period, stay.known, household_[stay.household]);
    }
    for (ClientInfo& info : infos_) {
      info.places.Close();
      info.households.Close();
      info.referrals.Close();
      snapshot_->births.push_back(info.birth);
    }
    for (auto& [key, referrals] : referral_of_) referrals.Close();
  }

  void GatherLevels() {
    for (const LevelFact& fact : facts_.levels) {
      levels_[{fact.law, fact.product}].Add(fact.period, KnownOf(fact.batch), ivn_[fact.ivn]);
    }
    for (auto& [key, levels] : levels_) levels.Close();
  }

  // The months a provision has rows for; they begin in the month of its start.
  MonthRange RowMonths(const Provision& provision) const {
    const Day open = FirstDay(horizon_);
    const Day end = provision.period.end > far_ ? open : provision.period.end;
    if (provision.period.start >= end) return {};
    return {MonthOf(provision.period.start), MonthOf(end - 1) + 1};
  }

  // Which provision each claim line belongs to: that of its allocation, when the provider is the same and the provision
  // has a row for the month. A line whose row tells another product, as under an allocation without one (OP302), and a
  // line without a provision get rows of their own, so that what was declared is found under the product that was declared.
  void JoinClaims() {
    absl::flat_hash_map<std::pair<uint8_t, int64_t>, std::pair<uint32_t, Word>> by_number;
    for (uint32_t p = 0; p < list_.provisions.size(); ++p) {
      for (uint32_t a = 0; a < list_.provisions[p].count; ++a) {
        const AllocationFact& allocation = list_.allocations[list_.provisions[p].first + a];
        by_number.emplace(std::pair(allocation.law, allocation.number), std::pair(p, allocation.provider));
      }
    }
    for (const NetLine& net : net_) {
      const ClaimLineFact& line = *net.line;
      const Month month = MonthOf(line.start);
      ClaimPlace place;
      const auto found = by_number.find({line.law, line.allocation});
      if (line.allocation != 0 && found != by_number.end() && found->second.second == line.provider) {
        const Provision& provision = list_.provisions[found->second.first];
        const MonthRange months = RowMonths(provision);
        if (months.first <= month && month < months.end) place.provision = found->second.first;
        const Word product = list_.allocations[provision.first].product;
        place.in_row = place.provision != kNoProvision && (line.product == product || line.product->empty());
      }
      claim_places_.push_back(place);
      if (place.in_row) continue;
      claim_places_.back().referrer = ReferrerOf(line, place.provision);
      alone_.push_back(static_cast<uint32_t>(claim_places_.size() - 1));
    }
    std::sort(alone_.begin(), alone_.end(), [this](uint32_t a, uint32_t b) { return AloneKey(a) < AloneKey(b); });
  }

  // Lines with one key share a row.
  std::tuple<uint32_t, uint8_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, Month> AloneKey(uint32_t net) const {
    const ClaimLineFact& line = *net_[net].line;
    const ClaimPlace& place = claim_places_[net];
    return {client_of_.at(line.person), line.law,       category_[line.category], product_[line.product],
            provider_[line.provider],   place.referrer, place.provision,          MonthOf(line.start)};
  }

  uint32_t IvnOn(uint8_t law, Word product, Day day) const {
    const auto levels = levels_.find({law, product});
    if (levels == levels_.end()) return 0;
    const uint32_t* ivn = levels->second.At(day);
    return ivn == nullptr ? 0 : *ivn;
  }

  uint32_t ReferrerOf(const Provision& provision) const {
    for (uint32_t a = 0; a < provision.count; ++a) {
      const AllocationFact& allocation = list_.allocations[provision.first + a];
      const auto own = referral_of_.find({allocation.law, allocation.number});
      if (own != referral_of_.end() && own->second.Latest() != nullptr) return *own->second.Latest();
    }
    const uint32_t* latest = infos_[provision.client].referrals.At(provision.period.start);
    return latest == nullptr ? 0 : *latest;
  }

  // Of a claim line: that of its provision, else of its allocation, else the last one of the client before the month.
  uint32_t ReferrerOf(const ClaimLineFact& line, uint32_t provision) const {
    if (provision != kNoProvision) return ReferrerOf(list_.provisions[provision]);
    const auto own = referral_of_.find({line.law, line.allocation});
    if (own != referral_of_.end() && own->second.Latest() != nullptr) return *own->second.Latest();
    const uint32_t* latest = infos_[client_of_.at(line.person)].referrals.At(FirstDay(MonthOf(line.start)));
    return latest == nullptr ? 0 : *latest;
  }

  struct RowKey {
    Month month = 0;
    uint8_t law = 0;
    uint32_t category = 0, product = 0, ivn = 0, provider = 0, referrer = 0;
    uint32_t client = 0, provision = kNoProvision;
    Day first_day = 0;
    uint8_t flags = 0, from_day = 0, to_day = 0;
    Cents indicated = 0;
  };

  // The days of the row's month on which the provision is valid.
  static void SetValidDays(const Provision& provision, RowKey* key) {
    const nmd::Period valid = Intersect(provision.period, MonthPeriod(key->month));
    key->first_day = valid.start;
    key->from_day = static_cast<uint8_t>(CivilOf(valid.start).day);
    key->to_day = static_cast<uint8_t>(CivilOf(valid.end - 1).day + 1);
  }

  void PushRow(const RowKey& key) {
    FactTable& table = snapshot_->table;
    const ClientInfo& info = infos_[key.client];
    const Place* place = info.places.At(key.first_day);
    const uint32_t* household = info.households.At(key.first_day);
    table.fields[kMonthField].Push(static_cast<uint32_t>(key.month - table.first_month));
    table.fields[kLawField].Push(key.law);
    table.fields[kCategoryField].Push(key.category);
    table.fields[kProductField].Push(key.product);
    table.fields[kIvnField].Push(key.ivn);
    table.fields[kProviderField].Push(key.provider);
    table.fields[kReferrerField].Push(key.referrer);
    table.fields[kSexField].Push(info.sex);
    table.fields[kWijkField].Push(place == nullptr ? 0 : place->wijk);
    table.fields[kBuurtField].Push(place == nullptr ? 0 : place->buurt);
    table.fields[kHouseholdField].Push(household == nullptr ? 0 : *household);
    table.client.push_back(key.client);
    table.provision.push_back(key.provision);
    table.indicated.push_back(key.indicated);
    table.flags.push_back(key.flags);
    table.from_day.push_back(key.from_day);
    table.to_day.push_back(key.to_day);
  }

  void SizeTable() {
    MonthRange all;
    for (const Provision& provision : list_.provisions) all.Include(RowMonths(provision));
    for (const NetLine& net : net_) all.Include({MonthOf(net.line->start), MonthOf(net.line->start) + 1});
    FactTable& table = snapshot_->table;
    table.first_month = all.first;
    table.end_month = all.end;
    table.fields = {Column(static_cast<uint32_t>(all.end - all.first)),
                    Column(kLawCount),
                    Column(category_.size()),
                    Column(product_.size()),
                    Column(ivn_.size()),
                    Column(provider_.size()),
                    Column(referrer_.size()),
                    Column(3),
                    Column(wijk_.size()),
                    Column(buurt_.size()),
                    Column(household_.size())};
  }

  void MakeRows() {
    SizeTable();
    const TariffBook tariffs(facts_.tariffs, known_.batches, known_.empty);
    first_row_.resize(list_.provisions.size());
    alone_row_.resize(net_.size());
    uint32_t next_provision = 0;
    size_t next_alone = 0;
    for (uint32_t client = 0; client < clients_.size(); ++client) {
      snapshot_->client_begin.push_back({static_cast<uint32_t>(snapshot_->table.size()), next_provision});
      for (; next_provision < list_.provisions.size() && list_.provisions[next_provision].client == client; ++next_provision) {
        MakeProvisionRows(next_provision, tariffs);
      }
      for (; next_alone < alone_.size() && std::get<0>(AloneKey(alone_[next_alone])) == client; ++next_alone) {
        MakeAloneRow(next_alone);
      }
    }
    snapshot_->client_begin.push_back({static_cast<uint32_t>(snapshot_->table.size()), next_provision});
  }

  void MakeProvisionRows(uint32_t p, const TariffBook& tariffs) {
    const Provision& provision = list_.provisions[p];
    const absl::Span<const AllocationFact> allocations(&list_.allocations[provision.first], provision.count);
    const MonthRange months = RowMonths(provision);
    first_row_[p] = static_cast<uint32_t>(snapshot_->table.size());
    RowKey key;
    key.law = allocations[0].law;
    key.category = category_[allocations[0].category];
    key.product = product_[allocations[0].product];
    key.provider = provider_[allocations[0].provider];
    key.referrer = ReferrerOf(provision);
    key.client = provision.client;
    key.provision = p;
    const bool exact =
        std::all_of(allocations.begin(), allocations.end(), [this](const AllocationFact& a) { return Exact(a.person); });
    for (Month month = months.first; month < months.end; ++month) {
      key.month = month;
      SetValidDays(provision, &key);
      key.ivn = IvnOn(allocations[0].law, allocations[0].product, key.first_day);
      key.indicated = 0;
      bool complete = true;
      for (const AllocationFact& allocation : allocations) {
        const Indicated indicated = IndicatedInMonth(allocation, month, tariffs);
        key.indicated += indicated.cents;
        complete = complete && indicated.complete;
      }
      key.flags = static_cast<uint8_t>(kCounts | (exact ? kExact : 0) | (complete ? 0 : kNoTariff));
      PushRow(key);
    }
    const auto first_source = static_cast<uint32_t>(snapshot_->sources.size());
    for (const AllocationFact& allocation : allocations) snapshot_->sources.push_back({allocation.period, allocation.batch});
    snapshot_->provision_sources.push_back({first_source, provision.count});
  }

  void MakeAloneRow(size_t index) {
    const uint32_t net = alone_[index];
    FactTable& table = snapshot_->table;
    if (index > 0 && AloneKey(alone_[index - 1]) == AloneKey(net)) {
      alone_row_[net] = static_cast<uint32_t>(table.size() - 1);
      if (!Exact(net_[net].line->person)) table.flags.back() = 0;
      return;
    }
    const ClaimLineFact& line = *net_[net].line;
    RowKey key;
    key.month = MonthOf(line.start);
    key.law = line.law;
    key.category = category_[line.category];
    key.product = product_[line.product];
    key.provider = provider_[line.provider];
    key.client = client_of_.at(line.person);
    key.referrer = claim_places_[net].referrer;
    // Lines of a row may differ in start day; what holds on the first day of the month, or of the provision in it, is the
    // same for all of them.
    key.first_day = FirstDay(key.month);
    if (const uint32_t p = claim_places_[net].provision; p != kNoProvision) SetValidDays(list_.provisions[p], &key);
    key.ivn = IvnOn(line.law, line.product, key.first_day);
    key.flags = Exact(line.person) ? kExact : 0;
    alone_row_[net] = static_cast<uint32_t>(table.size());
    PushRow(key);
  }

  void AddClaims() {
    FactTable& table = snapshot_->table;
    std::vector<Cents> declared(table.size()), approved(table.size());
    std::vector<uint32_t> lines(table.size()), answered(table.size());
    std::vector<uint32_t> row_of(net_.size());
    for (size_t i = 0; i < net_.size(); ++i) {
      const NetLine& net = net_[i];
      const uint32_t p = claim_places_[i].provision;
      const uint32_t row =
          !claim_places_[i].in_row
              ? alone_row_[i]
              : first_row_[p] + static_cast<uint32_t>(MonthOf(net.line->start) - MonthOf(list_.provisions[p].period.start));
      declared[row] += net.line->amount;
      if (net.approved) approved[row] += net.line->amount;
      ++lines[row];
      if (net.answered) ++answered[row];
      row_of[i] = row;
    }
    const auto fill = [&table](const auto& from, auto* column) {
      column->reserve(table.size());
      for (const auto number : from) column->push_back(number);
    };
    fill(declared, &table.declared);
    fill(approved, &table.approved);
    fill(lines, &table.claim_lines);
    fill(answered, &table.answered_lines);
    std::vector<uint32_t> next(table.size());
    std::exclusive_scan(lines.begin(), lines.end(), next.begin(), uint32_t{0});
    snapshot_->claim_origins.resize(net_.size());
    for (size_t i = 0; i < net_.size(); ++i) snapshot_->claim_origins[next[row_of[i]]++] = net_[i].line->batch;
    for (size_t row = 0; row < table.size(); ++row) {
      if (lines[row] < 2) continue;
      const auto end = snapshot_->claim_origins.begin() + next[row];
      std::sort(end - lines[row], end,
                [this](uint32_t a, uint32_t b) { return *known_.batches[a].delivery < *known_.batches[b].delivery; });
    }
    IndexClaimOrigins(snapshot_.get());
  }

  const KnownFacts& known_;
  const Facts& facts_;
  const Month horizon_;
  const Day far_;
  std::shared_ptr<Snapshot> snapshot_ = std::make_shared<Snapshot>();

  std::vector<NetLine> net_;
  std::vector<ClientId>& clients_ = snapshot_->clients;
  absl::flat_hash_map<Word, uint32_t> client_of_;    // By person key.
  absl::flat_hash_map<Word, uint32_t> linked_code_;  // By client id.
  ProvisionList list_;
  Coder category_, product_, ivn_, provider_, referrer_, wijk_, buurt_, household_;
  std::vector<ClientInfo> infos_;
  absl::flat_hash_map<std::pair<uint8_t, int64_t>, Timeline<uint32_t>> referral_of_;
  absl::flat_hash_map<std::pair<uint8_t, Word>, Timeline<uint32_t>> levels_;
  // Where a net line belongs.
  struct ClaimPlace {
    uint32_t provision = kNoProvision;
    uint32_t referrer = 0;  // Of a line that is not in_row.
    bool in_row = false;    // In the provision's row of the month; else in a row of its own.
  };
  std::vector<ClaimPlace> claim_places_;  // Per net line.
  std::vector<uint32_t> alone_;           // Net lines with rows of their own, in order of their key.
  std::vector<uint32_t> alone_row_;       // Per net line.
  std::vector<uint32_t> first_row_;       // Per provision.
};

}  // namespace

Snapshot::Span Snapshot::ClaimOrigins(size_t row) const {
  const size_t block = row / kOriginBlock;
  uint32_t first = claim_origin_begin[block];
  for (size_t before = block * kOriginBlock; before < row; ++before) first += table.claim_lines[before];
  return {first, table.claim_lines[row]};
}

size_t Snapshot::Bytes() const {
  const auto of = [](const auto&... vectors) { return ((vectors.size() * sizeof(vectors[0])) + ...); };
  return table.Bytes() + worked_out.Bytes() +
         of(clients, births, client_begin, provision_sources, sources, claim_origins, claim_origin_begin, origins);
}

void IndexClaimOrigins(Snapshot* snapshot) {
  snapshot->claim_origin_begin.clear();
  snapshot->table.claim_lines.Visit([snapshot](const auto& lines) {
    uint32_t first = 0;
    for (size_t row = 0; row < lines.size(); ++row) {
      if (row % Snapshot::kOriginBlock == 0) snapshot->claim_origin_begin.push_back(first);
      first += lines[row];
    }
  });
}

bool ClientBefore(const ClientId& a, const ClientId& b) { return std::tie(*a.first, a.second) < std::tie(*b.first, b.second); }

Day OpenFrom(Month known_month) { return FirstDay(known_month + kLongestMonths + 1); }

std::shared_ptr<Snapshot> BuildRows(const KnownFacts& known, Month known_month) { return Builder(known, known_month).Rows(); }

std::shared_ptr<const Snapshot> BuildSnapshot(const KnownFacts& known, Month known_month) {
  std::shared_ptr<Snapshot> snapshot = BuildRows(known, known_month);
  FinishRows(snapshot.get());
  Describe(known, snapshot.get());
  return snapshot;
}

}  // namespace nmd::costs
