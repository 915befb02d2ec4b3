// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/ledger.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "google/protobuf/timestamp.pb.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/costs/amounts.h"
#include "services/costs/provisions.h"
#include "services/platform/proto_time.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;

// A law this version does not know is no law.
uint8_t LawOf(int law) { return law == kYouth || law == kWmo ? static_cast<uint8_t>(law) : uint8_t{0}; }

nmd::Period PeriodOf(Day start, Day end) { return {start, end == 0 ? kOpenEnd : end}; }

}  // namespace

Word Ledger::Intern(absl::string_view text) { return &*words_.emplace(text).first; }

void Ledger::Add(const ingestion::v1::FactBatch& batch) {
  const auto index = static_cast<uint32_t>(batches_.size());
  Batch entry;
  entry.delivery = Intern(batch.delivery());
  entry.source = Intern(batch.source());
  entry.known = MicrosOf(batch.known_time());
  entry.records = batch.record_count();
  entry.sound_records = batch.sound_record_count();
  for (const Fact& fact : batch.facts()) entry.kinds |= AddFact(fact, index, batch.message().identification());
  if (!batch.supersedes().empty()) {
    revised_.push_back(Intern(batch.supersedes()));
    superseded_.insert(revised_.back());
  }
  if (!batch.corrects().empty()) {
    KnownPeriods counted = KnownPeriodsOf(batch.counted());
    for (const KnownPeriods::Stretch& stretch : counted.stretches()) moments_.insert({stretch.from, stretch.until});
    revised_.push_back(Intern(batch.corrects()));
    corrected_[revised_.back()] = std::move(counted);
  }
  moments_.insert(entry.known);
  batches_.push_back(entry);
}

uint32_t Ledger::AddFact(const Fact& fact, uint32_t batch, absl::string_view identification) {
  switch (fact.payload_case()) {
    case Fact::kAllocation: {
      const auto& in = fact.allocation();
      facts_.allocations.push_back({batch, LawOf(in.law()), Intern(in.person_key()), Intern(in.provider()),
                                    Intern(in.category()), Intern(in.product()), in.number(),
                                    PeriodOf(in.start_day(), in.end_day()), in.assigned_second(), Intern(in.change_reason()),
                                    Intern(in.unit()), Intern(in.frequency()), in.volume(), in.budget_cents()});
      AddRecord(fact, batch);
      return kAllocations;
    }
    case Fact::kClaim: {
      const auto& in = fact.claim();
      facts_.claims.push_back({batch, LawOf(in.law()), Intern(in.provider()), Intern(in.number()), Intern(identification),
                               static_cast<uint32_t>(facts_.claim_lines.size()), static_cast<uint32_t>(in.lines_size())});
      for (const auto& line : in.lines()) {
        facts_.claim_lines.push_back({batch, LawOf(in.law()), Intern(in.provider()), Intern(in.number()),
                                      Intern(line.person_key()), Intern(line.reference()), Intern(line.previous_reference()),
                                      Intern(line.category()), Intern(line.product()), line.allocation(), line.start_day(),
                                      in.dated_day(), line.amount_cents()});
      }
      return kClaims;
    }
    case Fact::kClaimAnswer: {
      const auto& in = fact.claim_answer();
      AnswerFact answer{
          batch, LawOf(in.law()), in.rejected(), Intern(in.provider()), Intern(in.number()), Intern(in.claim_identification()),
          {}};
      for (const std::string& reference : in.rejected_references()) answer.rejected_references.push_back(Intern(reference));
      std::sort(answer.rejected_references.begin(), answer.rejected_references.end(), [](Word a, Word b) { return *a < *b; });
      facts_.answers.push_back(std::move(answer));
      return kAnswers;
    }
    case Fact::kPerson: {
      const auto& in = fact.person();
      facts_.traits.push_back({batch, Intern(in.person_key()), in.birth_day(), in.sex() == "0" ? empty_ : Intern(in.sex())});
      return kTraits;
    }
    case Fact::kResidence: {
      const auto& in = fact.residence();
      facts_.residences.push_back(
          {batch, Intern(in.person_key()), PeriodOf(in.start_day(), in.end_day()), Intern(in.wijk()), Intern(in.buurt())});
      return kResidences;
    }
    case Fact::kReferral: {
      const auto& in = fact.referral();
      facts_.referrals.push_back(
          {batch, LawOf(in.law()), Intern(in.person_key()), in.allocation(), Intern(in.referrer()), in.start_day()});
      return kReferrals;
    }
    case Fact::kProductLevel: {
      const auto& in = fact.product_level();
      facts_.levels.push_back({batch, LawOf(in.law()), Intern(in.product()), Intern(in.ivn()), Intern(in.title()),
                               PeriodOf(in.start_day(), in.end_day())});
      return kLevels;
    }
    case Fact::kTariff: {
      const auto& in = fact.tariff();
      facts_.tariffs.push_back({batch, LawOf(in.law()), Intern(in.product()), Intern(in.provider()), Intern(in.unit()),
                                in.tariff_cents(), PeriodOf(in.start_day(), in.end_day())});
      return kTariffs;
    }
    case Fact::kPopulation: {
      const auto& in = fact.population();
      facts_.populations.push_back(
          {batch, in.year(), in.age_from(), in.age_to(), Intern(in.wijk()), Intern(in.buurt()), Intern(in.sex()), in.count()});
      return kPopulations;
    }
    case Fact::kBudgetLine: {
      const auto& in = fact.budget_line();
      facts_.budgets.push_back(
          {batch, Intern(in.line()), Intern(in.document()), in.year(), in.amount_cents(), in.document_day()});
      return kBudgets;
    }
    case Fact::kContract: {
      const auto& in = fact.contract();
      facts_.contracts.push_back({batch, LawOf(in.law()), Intern(in.contract()), Intern(in.provider()),
                                  Intern(in.provider_name()), PeriodOf(in.start_day(), in.end_day())});
      return kContracts;
    }
    case Fact::kProductTaakveld: {
      const auto& in = fact.product_taakveld();
      facts_.taakvelden.push_back({batch, LawOf(in.law()), Intern(in.category()), Intern(in.product()), Intern(in.provider()),
                                   Intern(in.taakveld()), PeriodOf(in.start_day(), in.end_day())});
      return kTaakvelden;
    }
    default:
      return AddRecord(fact, batch);
  }
}

void Ledger::Add(const linking::v1::Link& link) {
  links_.push_back({Intern(link.person_key()), Intern(link.client()), link.reason() == linking::v1::EXACT_BSN,
                    MicrosOf(link.known_time()), link.sequence()});
  moments_.insert(links_.back().known);
}

void Ledger::Add(const linking::v1::HouseholdStay& stay) {
  stays_.push_back({Intern(stay.client()), Intern(stay.household()), PeriodOf(stay.start_day(), stay.end_day()),
                    MicrosOf(stay.known_time()), stay.revision()});
  moments_.insert(stays_.back().known);
}

void Ledger::Add(const linking::v1::OpenPair& pair) {
  open_pairs_.push_back({Intern(pair.person_key_a()), Intern(pair.person_key_b()), pair.permille(), MicrosOf(pair.known_time()),
                         pair.sequence()});
  moments_.insert(open_pairs_.back().known);
}

Ledger::Standing Ledger::StandingOf(const Batch& batch, Moment moment) const {
  if (batch.known > moment || superseded_.contains(batch.delivery)) return Standing::kNotKnown;
  const auto correction = corrected_.find(batch.delivery);
  return correction == corrected_.end() || correction->second.Contains(moment) ? Standing::kCounts : Standing::kWithdrawn;
}

KnownFacts Ledger::WithoutFacts(Moment moment) const {
  KnownFacts known;
  known.empty = empty_;
  known.moment = moment;
  known.batches = batches_;
  known.counted.resize(batches_.size());
  known.withdrawn.resize(batches_.size());
  for (size_t i = 0; i < batches_.size(); ++i) {
    const Standing standing = StandingOf(batches_[i], moment);
    known.counted[i] = standing == Standing::kCounts;
    known.withdrawn[i] = standing == Standing::kWithdrawn;
  }
  return known;
}

namespace {

template <typename Rows>
void CopyCounted(const KnownFacts& known, const Rows& from, Rows* to) {
  for (const auto& fact : from) {
    if (known.counted[fact.batch]) to->push_back(fact);
  }
}

void KeepLatest(const LinkFact& link, KnownFacts* known) {
  if (link.known > known->moment) return;
  const auto [it, fresh] = known->links.try_emplace(link.person, link);
  if (!fresh && std::pair(link.known, link.sequence) > std::pair(it->second.known, it->second.sequence)) it->second = link;
}

// Leaves of every client the rows of its latest revision.
void KeepLatest(std::vector<StayFact>* stays) {
  absl::flat_hash_map<Word, std::pair<Moment, int64_t>> revisions;
  for (const StayFact& stay : *stays) {
    std::pair<Moment, int64_t>& latest = revisions.try_emplace(stay.client, stay.known, stay.revision).first->second;
    latest = std::max(latest, std::pair(stay.known, stay.revision));
  }
  const auto older = [&revisions](const StayFact& stay) {
    return revisions.at(stay.client) != std::pair(stay.known, stay.revision);
  };
  stays->erase(std::remove_if(stays->begin(), stays->end(), older), stays->end());
}

}  // namespace

void Ledger::AddGeneral(KnownFacts* known) const {
  CopyCounted(*known, facts_.levels, &known->facts.levels);
  CopyCounted(*known, facts_.tariffs, &known->facts.tariffs);
  CopyCounted(*known, facts_.populations, &known->facts.populations);
  CopyCounted(*known, facts_.budgets, &known->facts.budgets);
  CopyCounted(*known, facts_.contracts, &known->facts.contracts);
  CopyCounted(*known, facts_.provider_groups, &known->facts.provider_groups);
  CopyCounted(*known, facts_.taakvelden, &known->facts.taakvelden);
  AddOpenPairs(known);
  AddHouseholdCounts(known);
}

void Ledger::AddHouseholdCounts(KnownFacts* known) const {
  std::vector<StayFact> stays;
  for (const StayFact& stay : stays_) {
    if (stay.known <= known->moment) stays.push_back(stay);
  }
  KeepLatest(&stays);
  known->household_counts = CountHouseholds(std::move(stays));
}

std::vector<HouseholdCount> CountHouseholds(std::vector<StayFact> stays) {
  std::vector<HouseholdCount> counts;
  std::sort(stays.begin(), stays.end(), [](const StayFact& a, const StayFact& b) {
    return std::tie(a.household, a.client, a.period.start) < std::tie(b.household, b.client, b.period.start);
  });
  for (size_t i = 0; i < stays.size();) {
    const Word household = stays[i].household;
    // Who comes and who goes; stays of one client that overlap are one.
    std::vector<std::pair<Day, int32_t>> changes;
    while (i < stays.size() && stays[i].household == household) {
      const StayFact& first = stays[i];
      Day end = first.period.end;
      for (++i; i < stays.size() && stays[i].household == household && stays[i].client == first.client &&
                stays[i].period.start <= end;
           ++i) {
        end = std::max(end, stays[i].period.end);
      }
      if (end <= first.period.start) continue;
      changes.emplace_back(first.period.start, 1);
      if (end != kOpenEnd) changes.emplace_back(end, -1);
    }
    std::sort(changes.begin(), changes.end());
    int32_t persons = 0;
    for (size_t c = 0; c < changes.size(); ++c) {
      persons += changes[c].second;
      if (c + 1 < changes.size() && changes[c + 1].first == changes[c].first) continue;
      counts.push_back({household, changes[c].first, persons});
    }
  }
  return counts;
}

void Ledger::AddOpenPairs(KnownFacts* known) const {
  if (open_pairs_.empty()) return;
  std::map<std::pair<std::string, std::string>, const OpenPairFact*> latest;
  for (const OpenPairFact& pair : open_pairs_) {
    if (pair.known > known->moment) continue;
    const OpenPairFact*& holds = latest[{*pair.person, *pair.other}];
    if (holds == nullptr || std::tie(holds->known, holds->sequence) < std::tie(pair.known, pair.sequence)) holds = &pair;
  }
  // Of these persons the links at K; the rest of `known` may be about other persons.
  KnownFacts links;
  links.moment = known->moment;
  absl::flat_hash_set<Word> persons;
  for (const auto& [key, pair] : latest) {
    if (pair->permille > 0) persons.insert({pair->person, pair->other});
  }
  for (const LinkFact& link : links_) {
    if (persons.contains(link.person)) KeepLatest(link, &links);
  }
  SettleLinks(&links);
  const auto client_of = [&links](Word person) {
    const auto link = links.links.find(person);
    return link == links.links.end() ? std::pair(person, false) : std::pair(link->second.client, true);
  };
  for (const auto& [key, pair] : latest) {
    if (pair->permille > 0) known->open_pairs.emplace_back(client_of(pair->person), client_of(pair->other));
  }
}

void Ledger::SettleLinks(KnownFacts* known) const {
  // Whose records were all withdrawn is nobody's client any more.
  absl::erase_if(known->links, [this](const auto& link) { return link.second.client == empty_; });
  KeepLatest(&known->stays);
}

KnownFacts Ledger::GeneralAsKnown(Moment moment) const {
  KnownFacts known = WithoutFacts(moment);
  AddGeneral(&known);
  return known;
}

KnownRecords Ledger::RecordsAsKnown(Moment moment) const {
  KnownFacts known = WithoutFacts(moment);
  KnownRecords records;
  records.empty = empty_;
  CopyCounted(known, facts_.records, &records.records);
  CopyCounted(known, facts_.care_events, &records.care_events);
  CopyCounted(known, facts_.allocations, &records.allocations);
  CopyCounted(known, facts_.externals, &records.externals);
  CopyCounted(known, facts_.budgets, &records.budgets);
  absl::flat_hash_set<Word> persons;
  for (const Record& record : records.records) persons.insert(record.person);
  for (const LinkFact& link : links_) {
    if (persons.contains(link.person)) KeepLatest(link, &known);
  }
  SettleLinks(&known);
  records.links = std::move(known.links);
  records.batches = std::move(known.batches);
  return records;
}

KnownFacts Ledger::AsKnown(Moment moment) const {
  KnownFacts known = GeneralAsKnown(moment);
  CopyCounted(known, facts_.allocations, &known.facts.allocations);
  CopyCounted(known, facts_.claims, &known.facts.claims);
  CopyCounted(known, facts_.claim_lines, &known.facts.claim_lines);
  CopyCounted(known, facts_.answers, &known.facts.answers);
  CopyCounted(known, facts_.traits, &known.facts.traits);
  CopyCounted(known, facts_.residences, &known.facts.residences);
  CopyCounted(known, facts_.referrals, &known.facts.referrals);
  for (const LinkFact& link : links_) KeepLatest(link, &known);
  for (const StayFact& stay : stays_) {
    if (stay.known <= moment) known.stays.push_back(stay);
  }
  SettleLinks(&known);
  return known;
}

KnownFacts Ledger::CareAsKnown(Moment moment) const {
  KnownFacts known = AsKnown(moment);
  CopyCounted(known, facts_.care_events, &known.facts.care_events);
  CopyCounted(known, facts_.stops, &known.facts.stops);
  CopyCounted(known, facts_.plans, &known.facts.plans);
  CopyCounted(known, facts_.quantities, &known.facts.quantities);
  CopyCounted(known, facts_.responsibilities, &known.facts.responsibilities);
  CopyCounted(known, facts_.successions, &known.facts.successions);
  CopyCounted(known, facts_.combinations, &known.facts.combinations);
  return known;
}

// --- What differs ---

namespace {

// What keys are about, so that equal words of another meaning are other keys.
enum class About : uint64_t { kPerson = 1, kClient, kAllocation, kReference, kNumber, kIdentification };

uint64_t KeyOf(About about, uint64_t a, uint64_t b = 0, uint64_t c = 0) {
  return static_cast<uint64_t>(absl::HashOf(static_cast<uint64_t>(about), a, b, c));
}
uint64_t NumberOf(Word word) { return reinterpret_cast<uintptr_t>(word); }
uint64_t PersonKey(Word person) { return KeyOf(About::kPerson, NumberOf(person)); }
uint64_t ClientKey(Word client) { return KeyOf(About::kClient, NumberOf(client)); }
uint64_t AllocationKey(uint8_t law, int64_t number) { return KeyOf(About::kAllocation, law, static_cast<uint64_t>(number)); }
uint64_t ReferenceKey(const ClaimLineFact& line, Word reference) {
  return KeyOf(About::kReference, line.law, NumberOf(line.provider), NumberOf(reference));
}

// The names claims and answers find one another by: the number, and the identification of the claim's message if there is one.
template <typename Fact>
std::vector<uint64_t> NamesOf(const Fact& fact, Word number, Word identification) {
  std::vector<uint64_t> names;
  if (number != nullptr) names.push_back(KeyOf(About::kNumber, fact.law, NumberOf(fact.provider), NumberOf(number)));
  if (!identification->empty()) {
    names.push_back(KeyOf(About::kIdentification, fact.law, NumberOf(fact.provider), NumberOf(identification)));
  }
  return names;
}
std::vector<uint64_t> NamesOf(const ClaimFact& claim) { return NamesOf(claim, claim.number, claim.identification); }
// An answer without a number, which refuses a claim by its header, has no number in common with anything.
std::vector<uint64_t> NamesOf(const AnswerFact& answer) {
  return NamesOf(answer, answer.claim->empty() ? nullptr : answer.claim, answer.claim_identification);
}

// Where the facts of a batch lie among those of one kind; facts come in order of batch.
template <typename Rows>
std::pair<size_t, size_t> RangeOf(const Rows& rows, uint32_t batch) {
  const auto before = [](const auto& fact, uint32_t b) { return fact.batch < b; };
  const auto first = std::lower_bound(rows.begin(), rows.end(), batch, before);
  const auto end = std::lower_bound(first, rows.end(), batch + 1, before);
  return {static_cast<size_t>(first - rows.begin()), static_cast<size_t>(end - rows.begin())};
}

}  // namespace

bool Ledger::CatchUp(size_t limit) {
  size_t done = 0;
  // Adds what is missing of one kind, as long as there is room.
  const auto each_meeting = [&](Islands::Kind kind, const auto& rows, auto keys_of, auto met) {
    for (size_t i = islands_.size(kind); i < rows.size() && done < limit; ++i, ++done) {
      uint64_t keys[4];
      const size_t count = keys_of(rows[i], keys);
      islands_.Add(kind, absl::MakeConstSpan(keys, count), [&](size_t key, Islands::Node other) { met(i, key, other); });
    }
  };
  const auto each = [&](Islands::Kind kind, const auto& rows, auto keys_of) {
    each_meeting(kind, rows, keys_of, [](size_t, size_t, Islands::Node) {});
  };
  each(Islands::kAllocation, facts_.allocations, [this](const AllocationFact& fact, uint64_t* keys) {
    keys[0] = PersonKey(fact.person);
    keys[1] = AllocationKey(fact.law, fact.number);
    same_allocation_.Add(keys[1]);
    return size_t{2};
  });
  shares_reference_.resize(facts_.claim_lines.size());
  each_meeting(
      Islands::kClaimLine, facts_.claim_lines,
      [](const ClaimLineFact& fact, uint64_t* keys) {
        size_t count = 0;
        keys[count++] = ReferenceKey(fact, fact.reference);
        if (!fact.previous->empty()) keys[count++] = ReferenceKey(fact, fact.previous);
        keys[count++] = PersonKey(fact.person);
        if (fact.allocation != 0) keys[count++] = AllocationKey(fact.law, fact.allocation);
        return count;
      },
      [this](size_t line, size_t key, Islands::Node other) {
        if (key > (facts_.claim_lines[line].previous->empty() ? 0 : 1)) return;
        shares_reference_[line] = true;
        if (Islands::KindOf(other) == Islands::kClaimLine) shares_reference_[Islands::IndexOf(other)] = true;
      });
  each(Islands::kTraits, facts_.traits, [](const TraitsFact& fact, uint64_t* keys) {
    keys[0] = PersonKey(fact.person);
    return size_t{1};
  });
  each(Islands::kResidence, facts_.residences, [](const ResidenceFact& fact, uint64_t* keys) {
    keys[0] = PersonKey(fact.person);
    return size_t{1};
  });
  each(Islands::kReferral, facts_.referrals, [](const ReferralFact& fact, uint64_t* keys) {
    keys[0] = PersonKey(fact.person);
    if (fact.allocation != 0) keys[1] = AllocationKey(fact.law, fact.allocation);
    return size_t{fact.allocation != 0 ? 2u : 1u};
  });
  each(Islands::kLink, links_, [this](const LinkFact& fact, uint64_t* keys) {
    keys[0] = PersonKey(fact.person);
    same_person_.Add(keys[0]);
    if (!fact.client->empty()) keys[1] = ClientKey(fact.client);
    return size_t{fact.client->empty() ? 1u : 2u};
  });
  each(Islands::kStay, stays_, [](const StayFact& fact, uint64_t* keys) {
    keys[0] = ClientKey(fact.client);
    return size_t{1};
  });
  const auto name = [&](const auto& rows, size_t* caught, auto* named) {
    for (; *caught < rows.size() && done < limit; ++*caught, ++done) {
      for (const uint64_t key : NamesOf(rows[*caught])) (*named)[key].push_back(static_cast<uint32_t>(*caught));
    }
  };
  name(facts_.claims, &claims_caught_, &claims_named_);
  name(facts_.answers, &answers_caught_, &answers_named_);
  return done < limit;
}

class Ledger::Difference {
 public:
  explicit Difference(const Ledger& ledger) : ledger_(ledger), facts_(ledger.facts_) {}

  void Touch(Islands::Kind kind, size_t index) {
    const Islands::Node island = ledger_.islands_.IslandOf(Islands::NodeOf(kind, index));
    if (islands_.insert(island).second) order_.push_back(island);
  }

  // Everybody with a row the facts of this batch can touch.
  void TouchBatch(uint32_t batch) {
    TouchBesidesClaims(batch);
    ReachBatch(batch);
    for (; touched_claims_ < claims_.size(); ++touched_claims_) {
      const ClaimFact& claim = facts_.claims[claims_[touched_claims_]];
      for (uint32_t i = 0; i < claim.line_count; ++i) Touch(Islands::kClaimLine, claim.first_line + i);
    }
  }

  // The same, but for its claims and answers, which SettleLines is to be called about.
  void TouchBesidesClaims(uint32_t batch) {
    const auto touch = [&](Islands::Kind kind, const auto& rows) {
      const auto [first, end] = RangeOf(rows, batch);
      for (size_t i = first; i < end; ++i) Touch(kind, i);
    };
    touch(Islands::kAllocation, facts_.allocations);
    touch(Islands::kTraits, facts_.traits);
    touch(Islands::kResidence, facts_.residences);
    touch(Islands::kReferral, facts_.referrals);
  }

  // What becomes of the rows of the lines of these batches, of everybody who was not touched; touches who needs more than that.
  // `then`: the batches that counted before; `known` has those that count now. REQUIRES: of every batch that is in one and not
  // in the other, and not in `batches`, TouchBatch was called; of those in `batches`, TouchBesidesClaims.
  std::vector<LineChange> SettleLines(const std::vector<uint32_t>& batches, const std::vector<bool>& then,
                                      const KnownFacts& known, Month known_month) {
    const size_t first_claim = claims_.size();
    for (const uint32_t batch : batches) ReachBatch(batch);
    // Together with the lines that share a reference with one of them: which one of those counts depends on all of them.
    std::vector<uint32_t> lines;
    absl::flat_hash_set<Islands::Node> walked;
    for (size_t c = first_claim, end = claims_.size(); c < end; ++c) {
      const ClaimFact& claim = facts_.claims[claims_[c]];
      for (uint32_t line = claim.first_line; line < claim.first_line + claim.line_count; ++line) {
        const Islands::Node island = ledger_.islands_.IslandOf(Islands::NodeOf(Islands::kClaimLine, line));
        if (islands_.contains(island)) continue;
        if (!ledger_.shares_reference_[line]) {
          lines.push_back(line);
        } else if (walked.insert(island).second) {
          ledger_.islands_.Walk(island, [&](Islands::Node node) {
            if (Islands::KindOf(node) == Islands::kClaimLine) lines.push_back(static_cast<uint32_t>(Islands::IndexOf(node)));
          });
        }
      }
    }
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    ReachClaimsOf(lines);
    Spread();

    const std::vector<LineSays> before = Say(lines, then), after = Say(lines, known.counted);
    std::vector<std::pair<uint32_t, LineChange>> changes;
    for (size_t i = 0; i < lines.size(); ++i) {
      if (before[i] == after[i]) continue;
      LineChange change;
      if (Place(facts_.claim_lines[lines[i]], known, known_month, &change)) {
        const Cents amount = facts_.claim_lines[lines[i]].amount;
        change.lines = after[i].counts - before[i].counts;
        change.answered = after[i].answered - before[i].answered;
        change.declared = change.lines * amount;
        change.approved = (after[i].approved - before[i].approved) * amount;
        changes.emplace_back(lines[i], change);
      } else {
        Touch(Islands::kClaimLine, lines[i]);
      }
    }
    std::vector<LineChange> apart;
    for (const auto& [line, change] : changes) {
      if (!islands_.contains(ledger_.islands_.IslandOf(Islands::NodeOf(Islands::kClaimLine, line)))) apart.push_back(change);
    }
    return apart;
  }

  size_t island_count() const { return order_.size(); }

  // Facts on the islands; with what the verdicts on their lines depend on.
  KnownPart Gather(KnownFacts known) {
    KnownPart part;
    part.known = std::move(known);
    Facts& to = part.known.facts;
    const auto& counted = part.known.counted;
    std::vector<uint32_t> lines;
    for (const Islands::Node island : order_) {
      ledger_.islands_.Walk(island, [&](Islands::Node node) {
        const size_t i = Islands::IndexOf(node);
        const auto take = [&](const auto& rows, auto* out) {
          part.persons.insert(rows[i].person);
          if (counted[rows[i].batch]) out->push_back(rows[i]);
        };
        switch (Islands::KindOf(node)) {
          case Islands::kAllocation:
            return take(facts_.allocations, &to.allocations);
          case Islands::kClaimLine:
            lines.push_back(static_cast<uint32_t>(i));
            return take(facts_.claim_lines, &to.claim_lines);
          case Islands::kTraits:
            return take(facts_.traits, &to.traits);
          case Islands::kResidence:
            return take(facts_.residences, &to.residences);
          case Islands::kReferral:
            return take(facts_.referrals, &to.referrals);
          case Islands::kLink:
            part.persons.insert(ledger_.links_[i].person);
            part.clients.insert(ledger_.links_[i].client);
            return KeepLatest(ledger_.links_[i], &part.known);
          default:
            part.clients.insert(ledger_.stays_[i].client);
            if (ledger_.stays_[i].known <= part.known.moment) part.known.stays.push_back(ledger_.stays_[i]);
        }
      });
    }
    GatherClaims(lines, &part.known);
    return part;
  }

 private:
  void ReachClaim(uint32_t claim) {
    if (seen_claims_.insert(claim).second) claims_.push_back(claim);
  }
  void ReachAnswer(uint32_t answer) {
    if (seen_answers_.insert(answer).second) answers_.push_back(answer);
  }
  void ReachBatch(uint32_t batch) {
    const auto [first_claim, end_claim] = RangeOf(facts_.claims, batch);
    for (size_t i = first_claim; i < end_claim; ++i) ReachClaim(static_cast<uint32_t>(i));
    const auto [first_answer, end_answer] = RangeOf(facts_.answers, batch);
    for (size_t i = first_answer; i < end_answer; ++i) ReachAnswer(static_cast<uint32_t>(i));
    Spread();
  }
  void ReachClaimsOf(const std::vector<uint32_t>& lines) {
    size_t next = 0;
    for (const uint32_t line : lines) {
      // A claim comes before its lines, and has those from its first line on; lines mostly come claim by claim.
      if (next == 0 || line < facts_.claims[next - 1].first_line ||
          (next < facts_.claims.size() && facts_.claims[next].first_line <= line)) {
        const auto after = std::upper_bound(facts_.claims.begin(), facts_.claims.end(), line,
                                            [](uint32_t l, const ClaimFact& claim) { return l < claim.first_line; });
        next = static_cast<size_t>(after - facts_.claims.begin());
      }
      ReachClaim(static_cast<uint32_t>(next - 1));
    }
  }

  // What a line adds to its row.
  struct LineSays {
    int counts = 0, answered = 0, approved = 0;  // 0 or 1.
    friend bool operator==(const LineSays&, const LineSays&) = default;
  };
  // What the lines say when these batches count. REQUIRES: whatever the lines depend on was reached.
  std::vector<LineSays> Say(const std::vector<uint32_t>& lines, const std::vector<bool>& counted) const {
    Facts part;
    std::vector<size_t> place;  // Among `lines`, of those in the part.
    for (size_t i = 0; i < lines.size(); ++i) {
      if (!counted[facts_.claim_lines[lines[i]].batch]) continue;
      part.claim_lines.push_back(facts_.claim_lines[lines[i]]);
      place.push_back(i);
    }
    const auto take = [&counted](std::vector<uint32_t> indices, const auto& from, auto* to) {
      std::sort(indices.begin(), indices.end());
      for (const uint32_t index : indices) {
        if (counted[from[index].batch]) to->push_back(from[index]);
      }
    };
    take(claims_, facts_.claims, &part.claims);
    take(answers_, facts_.answers, &part.answers);
    std::vector<LineSays> says(lines.size());
    for (const NetLine& net : NetClaims(part, ledger_.batches_)) {
      says[place[static_cast<size_t>(net.line - part.claim_lines.data())]] = {1, net.answered ? 1 : 0, net.approved ? 1 : 0};
    }
    return says;
  }

  // Finds the row of a line by its allocation. False when it has none for sure: then its person is worked out again.
  bool Place(const ClaimLineFact& line, const KnownFacts& known, Month known_month, LineChange* change) const {
    if (line.allocation == 0) return false;
    std::vector<AllocationFact> versions;
    for (uint32_t i = ledger_.same_allocation_.Last(AllocationKey(line.law, line.allocation)); i != Chains::kNone;
         i = ledger_.same_allocation_.before[i]) {
      const AllocationFact& version = facts_.allocations[i];
      if (known.counted[version.batch] && version.law == line.law && version.number == line.allocation) {
        versions.push_back(version);
      }
    }
    if (versions.size() > 1) versions = PickCurrent(std::move(versions), ledger_.batches_).allocations;
    if (versions.empty() || NeverExisted(versions[0])) return false;
    const AllocationFact& current = versions[0];
    // The rules of the builder (snapshot.cc, JoinClaims), as far as one allocation can tell: its provision may be longer.
    if (current.provider != line.provider || current.person != line.person) return false;
    if (line.product != current.product && !line.product->empty()) return false;
    const Month month = MonthOf(line.start);
    if (current.period.Empty() || month < MonthOf(current.period.start) || FirstDay(month) >= current.period.end ||
        month > known_month + kHorizonMonths) {
      return false;
    }
    change->client = {line.person, false};
    const LinkFact* holds = nullptr;
    for (uint32_t i = ledger_.same_person_.Last(PersonKey(line.person)); i != Chains::kNone;
         i = ledger_.same_person_.before[i]) {
      const LinkFact& link = ledger_.links_[i];
      if (link.person != line.person || link.known > known.moment) continue;
      if (holds == nullptr || std::pair(holds->known, holds->sequence) < std::pair(link.known, link.sequence)) holds = &link;
    }
    if (holds != nullptr && !holds->client->empty()) change->client = {holds->client, true};
    change->law = current.law;
    change->category = current.category;
    change->product = current.product;
    change->provider = current.provider;
    change->period = current.period;
    change->batch = current.batch;
    change->month = month;
    change->origin = line.batch;
    return true;
  }

  // Which answer a claim has depends on all claims and answers that share a name with it or with one of those.
  void Spread() {
    const auto reach = [this](uint64_t name) {
      const auto claims = ledger_.claims_named_.find(name);
      if (claims != ledger_.claims_named_.end()) {
        for (const uint32_t claim : claims->second) ReachClaim(claim);
      }
      const auto answers = ledger_.answers_named_.find(name);
      if (answers != ledger_.answers_named_.end()) {
        for (const uint32_t answer : answers->second) ReachAnswer(answer);
      }
    };
    while (spread_claims_ < claims_.size() || spread_answers_ < answers_.size()) {
      if (spread_claims_ < claims_.size()) {
        for (const uint64_t name : NamesOf(facts_.claims[claims_[spread_claims_++]])) reach(name);
      } else {
        for (const uint64_t name : NamesOf(facts_.answers[answers_[spread_answers_++]])) reach(name);
      }
    }
  }

  void GatherClaims(const std::vector<uint32_t>& lines, KnownFacts* known) {
    ReachClaimsOf(lines);
    Spread();
    std::sort(claims_.begin(), claims_.end());
    std::sort(answers_.begin(), answers_.end());
    for (const uint32_t claim : claims_) {
      if (known->counted[facts_.claims[claim].batch]) known->facts.claims.push_back(facts_.claims[claim]);
    }
    for (const uint32_t answer : answers_) {
      if (known->counted[facts_.answers[answer].batch]) known->facts.answers.push_back(facts_.answers[answer]);
    }
  }

  const Ledger& ledger_;
  const Facts& facts_;
  absl::flat_hash_set<Islands::Node> islands_;
  std::vector<Islands::Node> order_;
  absl::flat_hash_set<uint32_t> seen_claims_, seen_answers_;
  std::vector<uint32_t> claims_, answers_;  // In order of discovery.
  size_t spread_claims_ = 0, spread_answers_ = 0, touched_claims_ = 0;
};

std::optional<KnownPart> Ledger::AsKnownSince(const Mark& base, Moment base_moment, Moment moment,
                                              std::optional<Month> known_month, std::optional<Day> open_from) const {
  const absl::flat_hash_set<Word> revised(revised_.begin() + static_cast<std::ptrdiff_t>(base.corrections), revised_.end());
  KnownFacts known = WithoutFacts(moment);
  // Batches that count now and did not, or the other way round; apart from those of which the clients are touched, because more
  // was said since, so that it cannot be told whether they counted, or because they are asked for.
  std::vector<uint32_t> came_or_went, changed;
  std::vector<bool> then(batches_.size());
  for (size_t i = 0; i < batches_.size(); ++i) {
    const Batch& batch = batches_[i];
    const bool said = i < base.batches && revised.contains(batch.delivery);
    if (i < base.batches && !said) {
      const Standing standing = StandingOf(batch, base_moment);
      then[i] = standing == Standing::kCounts;
      if (standing == (known.counted[i]     ? Standing::kCounts
                       : known.withdrawn[i] ? Standing::kWithdrawn
                                            : Standing::kNotKnown)) {
        continue;
      }
    }
    if ((batch.kinds & (kLevels | kTariffs)) != 0) return std::nullopt;
    (said || !known_month.has_value() ? changed : came_or_went).push_back(static_cast<uint32_t>(i));
  }
  Difference difference(*this);
  for (const uint32_t batch : changed) difference.TouchBatch(batch);
  for (const uint32_t batch : came_or_went) difference.TouchBesidesClaims(batch);
  const auto between = [&](Moment known_since) { return (known_since > base_moment) != (known_since > moment); };
  for (size_t i = 0; i < links_.size(); ++i) {
    if (i >= base.links || between(links_[i].known)) difference.Touch(Islands::kLink, i);
  }
  for (size_t i = 0; i < stays_.size(); ++i) {
    if (i >= base.stays || between(stays_[i].known)) difference.Touch(Islands::kStay, i);
  }
  if (open_from.has_value()) {
    for (size_t i = 0; i < facts_.allocations.size(); ++i) {
      if (facts_.allocations[i].period.end > *open_from) difference.Touch(Islands::kAllocation, i);
    }
  }
  std::vector<LineChange> line_changes;
  if (known_month.has_value()) line_changes = difference.SettleLines(came_or_went, then, known, *known_month);
  AddGeneral(&known);
  KnownPart part = difference.Gather(std::move(known));
  part.line_changes = std::move(line_changes);
  // Beyond this, working out everything costs less than joining what is new with what is not.
  const auto much = [](size_t some, size_t all) { return some > 10'000 && some > all / 2; };
  if (much(part.known.facts.allocations.size(), facts_.allocations.size()) ||
      much(part.known.facts.claim_lines.size(), facts_.claim_lines.size())) {
    return std::nullopt;
  }
  SettleLinks(&part.known);
  return part;
}

Moment Ledger::KnowledgeMoment(Moment moment) const {
  const auto after = moments_.upper_bound(moment);
  return after == moments_.begin() ? std::numeric_limits<Moment>::min() : *std::prev(after);
}

}  // namespace nmd::costs
