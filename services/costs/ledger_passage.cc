// SPDX-License-Identifier: EUPL-1.2
// Ledger: two states of knowledge at once.
#include <utility>

#include "services/costs/ledger.h"

namespace nmd::costs {
namespace {

// Appends the facts of batches that count no more.
template <typename Rows>
void CopyGone(const std::vector<bool>& gone, const Rows& from, Rows* to) {
  for (const auto& fact : from) {
    if (gone[fact.batch]) to->push_back(fact);
  }
}

}  // namespace

std::vector<bool> Ledger::CountedThen(const Mark& mark, Moment moment) const {
  const auto revisions = revised_.begin() + static_cast<std::ptrdiff_t>(mark.corrections);
  const absl::flat_hash_set<Word> revised_before(revised_.begin(), revisions);
  const absl::flat_hash_set<Word> revised_since(revisions, revised_.end());
  std::vector<bool> then(batches_.size());
  for (size_t i = 0; i < mark.batches && i < batches_.size(); ++i) {
    const Batch& batch = batches_[i];
    if (batch.known > moment) continue;
    // Said for the first time since: until then it counted from its known time on.
    const bool untold = revised_since.contains(batch.delivery) && !revised_before.contains(batch.delivery);
    then[i] = untold || StandingOf(batch, moment) == Standing::kCounts;
  }
  return then;
}

Passage Ledger::PassageFrom(const Mark& mark, Moment moment, Moment now, std::optional<Day> open_from, bool records) const {
  Passage passage;
  if (std::optional<KnownPart> part = AsKnownSince(mark, moment, now, std::nullopt, open_from)) {
    passage.partial = true;
    passage.part = *std::move(part);
  } else {
    passage.part.known = AsKnown(now);
  }
  KnownFacts& known = passage.part.known;
  if (records) passage.records = RecordsAsKnown(now);

  passage.then = CountedThen(mark, moment);
  passage.there.resize(batches_.size());
  std::vector<bool> gone(batches_.size());
  bool any_gone = false;
  for (size_t i = 0; i < batches_.size(); ++i) {
    passage.there[i] = i < mark.batches && batches_[i].known <= moment;
    gone[i] = passage.then[i] && !known.counted[i];
    any_gone = any_gone || gone[i];
  }
  if (any_gone) {
    // All of them are about persons in the part: that is what makes them be in it.
    Facts& to = known.facts;
    CopyGone(gone, facts_.allocations, &to.allocations);
    CopyGone(gone, facts_.claims, &to.claims);
    CopyGone(gone, facts_.claim_lines, &to.claim_lines);
    CopyGone(gone, facts_.answers, &to.answers);
    CopyGone(gone, facts_.traits, &to.traits);
    CopyGone(gone, facts_.residences, &to.residences);
    CopyGone(gone, facts_.referrals, &to.referrals);
    CopyGone(gone, facts_.levels, &to.levels);
    CopyGone(gone, facts_.tariffs, &to.tariffs);
    CopyGone(gone, facts_.populations, &to.populations);
    CopyGone(gone, facts_.budgets, &to.budgets);
    CopyGone(gone, facts_.contracts, &to.contracts);
    CopyGone(gone, facts_.provider_groups, &to.provider_groups);
    CopyGone(gone, facts_.taakvelden, &to.taakvelden);
    if (records) {
      CopyGone(gone, facts_.records, &passage.records.records);
      CopyGone(gone, facts_.care_events, &passage.records.care_events);
      CopyGone(gone, facts_.allocations, &passage.records.allocations);
      CopyGone(gone, facts_.externals, &passage.records.externals);
      CopyGone(gone, facts_.budgets, &passage.records.budgets);
    }
  }

  absl::flat_hash_set<Word> of_records;
  for (const Record& record : passage.records.records) of_records.insert(record.person);
  const bool partial = passage.partial;
  const auto latest = [](const LinkFact& link, absl::flat_hash_map<Word, LinkFact>* links) {
    const auto [held, fresh] = links->try_emplace(link.person, link);
    if (!fresh && std::pair(held->second.known, held->second.sequence) < std::pair(link.known, link.sequence)) {
      held->second = link;
    }
  };
  for (size_t i = 0; i < links_.size(); ++i) {
    const LinkFact& link = links_[i];
    // Persons whose records are all gone have no link in `records` yet.
    if (of_records.contains(link.person) && link.known <= now) latest(link, &passage.records.links);
    if (i >= mark.links || link.known > moment) continue;
    if (partial && !passage.part.persons.contains(link.person) && !of_records.contains(link.person)) continue;
    latest(link, &passage.links_then);
  }
  const auto nobody = [this](const auto& link) { return link.second.client == empty_; };
  absl::erase_if(passage.links_then, nobody);
  absl::erase_if(passage.records.links, nobody);

  absl::flat_hash_map<Word, std::pair<Moment, int64_t>> revisions;
  const auto was = [&](size_t i) { return i < mark.stays && stays_[i].known <= moment; };
  for (size_t i = 0; i < stays_.size(); ++i) {
    if (!was(i)) continue;
    const std::pair revision(stays_[i].known, stays_[i].revision);
    std::pair<Moment, int64_t>& held = revisions.try_emplace(stays_[i].client, revision).first->second;
    held = std::max(held, revision);
  }
  std::vector<StayFact> stays;
  for (size_t i = 0; i < stays_.size(); ++i) {
    const StayFact& stay = stays_[i];
    if (!was(i) || revisions.at(stay.client) != std::pair(stay.known, stay.revision)) continue;
    stays.push_back(stay);
    if (!partial || passage.part.clients.contains(stay.client)) passage.stays_then.push_back(stay);
  }
  passage.household_counts_then = CountHouseholds(std::move(stays));
  return passage;
}

}  // namespace nmd::costs
