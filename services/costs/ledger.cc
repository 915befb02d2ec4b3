// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/ledger.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "google/protobuf/timestamp.pb.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/linking/v1/linking.pb.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;

Moment MomentOf(const google::protobuf::Timestamp& time) { return time.seconds() * 1'000'000 + time.nanos() / 1'000; }

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
  entry.known = MomentOf(batch.known_time());
  entry.records = batch.record_count();
  entry.sound_records = batch.sound_record_count();
  for (const Fact& fact : batch.facts()) entry.kinds |= AddFact(fact, index, batch.message().identification());
  if (!batch.supersedes().empty()) superseded_.insert(Intern(batch.supersedes()));
  if (!batch.corrects().empty()) {
    KnownPeriods counted = KnownPeriodsOf(batch.counted());
    for (const KnownPeriods::Stretch& stretch : counted.stretches()) moments_.insert({stretch.from, stretch.until});
    corrected_[Intern(batch.corrects())] = std::move(counted);
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
      return kAllocations;
    }
    case Fact::kClaim: {
      const auto& in = fact.claim();
      facts_.claims.push_back({batch, LawOf(in.law()), Intern(in.provider()), Intern(in.number()), Intern(identification)});
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
      facts_.budgets.push_back({batch, Intern(in.line()), Intern(in.document()), in.year(), in.amount_cents()});
      return kBudgets;
    }
    case Fact::kContract: {
      const auto& in = fact.contract();
      facts_.contracts.push_back(
          {batch, Intern(in.provider()), Intern(in.provider_name()), PeriodOf(in.start_day(), in.end_day())});
      return kContracts;
    }
    // What is in no figure here. Start and stop of care say nothing about what was allocated or declared (OP364).
    default:
      break;
  }
  return kOther;
}

void Ledger::Add(const linking::v1::Link& link) {
  links_.push_back({Intern(link.person_key()), Intern(link.client()), link.reason() == linking::v1::EXACT_BSN,
                    MomentOf(link.known_time()), link.sequence()});
  moments_.insert(links_.back().known);
}

void Ledger::Add(const linking::v1::HouseholdStay& stay) {
  stays_.push_back({Intern(stay.client()), Intern(stay.household()), PeriodOf(stay.start_day(), stay.end_day()),
                    MomentOf(stay.known_time()), stay.revision()});
  moments_.insert(stays_.back().known);
}

KnownFacts Ledger::AsKnown(Moment moment) const {
  KnownFacts known;
  known.empty = empty_;
  known.moment = moment;
  known.batches = batches_;
  known.counted.resize(batches_.size());
  known.withdrawn.resize(batches_.size());
  for (size_t i = 0; i < batches_.size(); ++i) {
    const Batch& batch = batches_[i];
    if (batch.known > moment || superseded_.contains(batch.delivery)) continue;
    const auto correction = corrected_.find(batch.delivery);
    known.counted[i] = correction == corrected_.end() || correction->second.Contains(moment);
    known.withdrawn[i] = !known.counted[i];
  }
  const auto copy = [&known](const auto& from, auto& to) {
    for (const auto& fact : from) {
      if (known.counted[fact.batch]) to.push_back(fact);
    }
  };
  copy(facts_.allocations, known.facts.allocations);
  copy(facts_.claims, known.facts.claims);
  copy(facts_.claim_lines, known.facts.claim_lines);
  copy(facts_.answers, known.facts.answers);
  copy(facts_.traits, known.facts.traits);
  copy(facts_.residences, known.facts.residences);
  copy(facts_.referrals, known.facts.referrals);
  copy(facts_.levels, known.facts.levels);
  copy(facts_.tariffs, known.facts.tariffs);
  copy(facts_.populations, known.facts.populations);
  copy(facts_.budgets, known.facts.budgets);
  copy(facts_.contracts, known.facts.contracts);
  for (const LinkFact& link : links_) {
    if (link.known > moment) continue;
    const auto [it, fresh] = known.links.try_emplace(link.person, link);
    if (!fresh && std::pair(link.known, link.sequence) > std::pair(it->second.known, it->second.sequence)) it->second = link;
  }
  // Whose records were all withdrawn is nobody's client any more.
  absl::erase_if(known.links, [this](const auto& link) { return link.second.client == empty_; });
  absl::flat_hash_map<Word, std::pair<Moment, int64_t>> revisions;
  for (const StayFact& stay : stays_) {
    if (stay.known > moment) continue;
    std::pair<Moment, int64_t>& latest = revisions.try_emplace(stay.client, stay.known, stay.revision).first->second;
    latest = std::max(latest, std::pair(stay.known, stay.revision));
  }
  for (const StayFact& stay : stays_) {
    const auto latest = revisions.find(stay.client);
    if (latest != revisions.end() && latest->second == std::pair(stay.known, stay.revision)) known.stays.push_back(stay);
  }
  return known;
}

Moment Ledger::KnowledgeMoment(Moment moment) const {
  const auto after = moments_.upper_bound(moment);
  return after == moments_.begin() ? std::numeric_limits<Moment>::min() : *std::prev(after);
}

}  // namespace nmd::costs
