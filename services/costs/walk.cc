// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/walk.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "absl/container/flat_hash_map.h"

namespace nmd::costs {
namespace {

size_t At(Cause cause) { return static_cast<size_t>(cause); }

// What facts of a kind are about, and all they say.
auto KeyOfAllocation(const AllocationFact& f) { return std::tuple(f.law, f.number); }
auto ContentOfAllocation(const AllocationFact& f) {
  return std::tuple(f.law, f.number, f.person, f.provider, f.category, f.product, f.period.start, f.period.end,
                    f.assigned_second, f.change_reason, f.unit, f.frequency, f.volume, f.budget);
}
auto ReferenceOf(const ClaimLineFact& f) { return std::tuple(f.law, f.provider, f.reference); }
auto ContentOfLine(const ClaimLineFact& f) {
  return std::tuple(f.law, f.provider, f.claim, f.person, f.reference, f.previous, f.category, f.product, f.allocation, f.start,
                    f.dated, f.amount);
}
auto KeyOfAnswer(const AnswerFact& f) { return std::tuple(f.law, f.provider, f.claim, f.claim_identification); }
auto ContentOfAnswer(const AnswerFact& f) { return std::tuple(KeyOfAnswer(f), f.rejected, f.rejected_references); }
auto KeyOfTraits(const TraitsFact& f) { return f.person; }
auto ContentOfTraits(const TraitsFact& f) { return std::tuple(f.person, f.birth, f.sex); }
auto KeyOfResidence(const ResidenceFact& f) { return std::tuple(f.person, f.period.start); }
auto ContentOfResidence(const ResidenceFact& f) { return std::tuple(f.person, f.period.start, f.period.end, f.wijk, f.buurt); }
auto KeyOfReferral(const ReferralFact& f) { return std::tuple(f.law, f.person, f.allocation, f.start); }
auto ContentOfReferral(const ReferralFact& f) { return std::tuple(KeyOfReferral(f), f.referrer); }
auto ContentOfLevel(const LevelFact& f) { return std::tuple(f.law, f.product, f.ivn, f.title, f.period.start, f.period.end); }
auto ContentOfTariff(const TariffFact& f) {
  return std::tuple(f.law, f.product, f.provider, f.unit, f.cents, f.period.start, f.period.end);
}
auto ContentOfPopulation(const PopulationFact& f) {
  return std::tuple(f.year, f.age_from, f.age_to, f.wijk, f.buurt, f.sex, f.count);
}
auto ContentOfBudget(const BudgetFact& f) { return std::tuple(f.line, f.document, f.year, f.amount, f.document_day); }
auto ContentOfExternal(const ExternalFact& f) {
  return std::tuple(std::tuple(f.kind, f.law, f.form, f.printed, f.publisher, f.series, f.title, f.area, f.provider, f.category,
                               f.product, f.ivn, f.wijk, f.buurt, f.sex, f.age_from, f.age_to),
                    std::tuple(f.days.start, f.days.end, f.thousandths, f.decimals, f.measured_in, f.published, f.withdrawn,
                               f.reason, f.method, f.quality, f.note, f.respondents, f.invited));
}
auto ContentOfContract(const ContractFact& f) {
  return std::tuple(f.law, f.contract, f.provider, f.provider_name, f.period.start, f.period.end);
}
auto ContentOfGroup(const ProviderGroupFact& f) {
  return std::tuple(f.provider, f.provider_name, f.organisation, f.organisation_name, f.concern, f.concern_name, f.period.start,
                    f.period.end);
}
auto ContentOfTaakveld(const TaakveldFact& f) {
  return std::tuple(f.law, f.category, f.product, f.provider, f.taakveld, f.period.start, f.period.end);
}
auto KeyOfCareEvent(const CareEvent& f) {
  const bool begun = f.kind == CareEvent::kBegan || f.kind == CareEvent::kNotBegan;
  // Of an allocation that care began or did not is said of a day; the rest is said once.
  return std::tuple(begun ? uint8_t{CareEvent::kBegan} : f.kind, f.law, f.number, begun ? f.day : Day{0}, f.provider,
                    f.reference);
}
auto ContentOfCareEvent(const CareEvent& f) { return std::tuple(f.kind, f.law, f.number, f.day, f.provider, f.reference); }
// Records of which all count have no key of their own: each is news.
auto KeyOfRecord(const Record& f) { return std::tuple(KeyOf(f), AllCount(f) ? f.batch + 1 : 0); }
auto ContentOfRecord(const Record& f) { return std::tuple(ContentOf(f), AllCount(f) ? f.batch + 1 : 0); }

// Whether what is known of a key counts in both states or only in the earlier one.
struct Seen {
  bool kept = false, gone = false;
};

template <typename Rows, typename Whens, typename Counts>
void Keep(const Rows& from, const Whens& when, const Counts& counts, Rows* to) {
  for (size_t i = 0; i < from.size(); ++i) {
    if (counts(when[i])) to->push_back(from[i]);
  }
}

}  // namespace

Walk::Walk(Passage passage, std::shared_ptr<const Snapshot> later, Month month_then, Month month_now)
    : passage_(std::move(passage)), later_(std::move(later)), month_then_(month_then), month_now_(month_now) {
  const Facts& facts = passage_.part.known.facts;
  const auto any = [](const auto&) { return true; };
  const auto none = [](const auto&) { return false; };
  const auto judge_external = [&](const auto& rows, auto content_of) {
    return Judge(rows, content_of, content_of, any, Cause::kExternal, Cause::kExternal);
  };
  const auto judge = [&](const auto& rows, auto key_of, auto content_of) {
    return Judge(rows, key_of, content_of, any, Cause::kLate, Cause::kCorrection);
  };
  allocations_ = judge(facts.allocations, KeyOfAllocation, ContentOfAllocation);
  claim_lines_ = JudgeClaimLines();
  answers_ = judge(facts.answers, KeyOfAnswer, ContentOfAnswer);
  traits_ = judge(facts.traits, KeyOfTraits, ContentOfTraits);
  residences_ = judge(facts.residences, KeyOfResidence, ContentOfResidence);
  referrals_ = judge(facts.referrals, KeyOfReferral, ContentOfReferral);
  levels_ = judge_external(facts.levels, ContentOfLevel);
  tariffs_ = judge_external(facts.tariffs, ContentOfTariff);
  populations_ = judge_external(facts.populations, ContentOfPopulation);
  budgets_ = judge_external(facts.budgets, ContentOfBudget);
  contracts_ = judge_external(facts.contracts, ContentOfContract);
  groups_ = judge_external(facts.provider_groups, ContentOfGroup);
  taakvelden_ = judge_external(facts.taakvelden, ContentOfTaakveld);
  records_ = judge(passage_.records.records, KeyOfRecord, ContentOfRecord);
  // That an allocation was granted is said by the allocation, which is told above; so are the budgets among the records.
  care_events_ = Judge(
      passage_.records.care_events, KeyOfCareEvent, ContentOfCareEvent,
      [](const CareEvent& event) { return event.kind != CareEvent::kGranted; }, Cause::kLate, Cause::kCorrection);
  record_allocations_ =
      Judge(passage_.records.allocations, KeyOfAllocation, ContentOfAllocation, none, Cause::kLate, Cause::kCorrection);
  externals_ = judge_external(passage_.records.externals, ContentOfExternal);
  record_budgets_ = Judge(passage_.records.budgets, ContentOfBudget, ContentOfBudget, none, Cause::kExternal, Cause::kExternal);

  // A claim is there as long as one of its lines is.
  using ClaimKey = std::tuple<uint32_t, uint8_t, Word, Word>;
  absl::flat_hash_map<ClaimKey, Cause> first;
  for (size_t i = 0; i < facts.claim_lines.size(); ++i) {
    const ClaimLineFact& line = facts.claim_lines[i];
    if (claim_lines_[i].part != Part::kNew) continue;
    Cause& cause = first.try_emplace({line.batch, line.law, line.provider, line.claim}, Cause::kLate).first->second;
    cause = std::min(cause, claim_lines_[i].cause);
  }
  for (const ClaimFact& claim : facts.claims) {
    When when{PartOf(claim.batch), Cause::kWithdrawal};
    if (when.part == Part::kNew && !passage_.there[claim.batch]) {
      const auto of_lines = first.find({claim.batch, claim.law, claim.provider, claim.number});
      when.cause = of_lines == first.end() ? Cause::kLate : of_lines->second;
    }
    Note(when, claim.batch, /*repeats=*/true);
    claims_.push_back(when);
  }
  differs_[At(Cause::kHorizon)] = month_then_ != month_now_;
  FindMovers();
}

Walk::Part Walk::PartOf(uint32_t batch) const {
  if (!passage_.then[batch]) return Part::kNew;
  return passage_.part.known.counted[batch] ? Part::kKept : Part::kGone;
}

// What repeats is applied like everything else, but is not told as something that differs.
void Walk::Note(const When& when, uint32_t batch, bool repeats) {
  if (when.part == Part::kKept) return;
  differs_[At(when.cause)] = true;
  if (!repeats) news_.emplace_back(when.cause, batch);
}

template <typename Rows, typename KeyOf, typename ContentOf, typename IsTold>
std::vector<Walk::When> Walk::Judge(const Rows& rows, KeyOf key_of, ContentOf content_of, IsTold is_told, Cause of_new,
                                    Cause of_newer) {
  std::vector<When> when(rows.size());
  absl::flat_hash_map<decltype(key_of(rows[0])), Seen> seen;
  absl::flat_hash_set<decltype(content_of(rows[0]))> kept;
  for (size_t i = 0; i < rows.size(); ++i) {
    when[i].part = PartOf(rows[i].batch);
    if (when[i].part == Part::kNew) seen.try_emplace(key_of(rows[i]));
  }
  if (!seen.empty()) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (when[i].part == Part::kNew) continue;
      const auto found = seen.find(key_of(rows[i]));
      if (found == seen.end()) continue;
      (when[i].part == Part::kKept ? found->second.kept : found->second.gone) = true;
      if (when[i].part == Part::kKept) kept.insert(content_of(rows[i]));
    }
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    bool repeats = false;
    if (when[i].part == Part::kGone) when[i].cause = Cause::kWithdrawal;
    if (when[i].part == Part::kNew) {
      const Seen& known = seen.at(key_of(rows[i]));
      when[i].cause = passage_.there[rows[i].batch] ? Cause::kWithdrawal
                      : known.kept                  ? of_newer
                      : of_new == Cause::kExternal  ? of_new
                      : known.gone                  ? Cause::kWithdrawal
                                                    : of_new;
      repeats = known.kept && kept.contains(content_of(rows[i]));
    }
    Note(when[i], rows[i].batch, repeats || !is_told(rows[i]));
  }
  return when;
}

std::vector<Walk::When> Walk::JudgeClaimLines() {
  const std::vector<ClaimLineFact>& lines = passage_.part.known.facts.claim_lines;
  std::vector<When> when(lines.size());
  absl::flat_hash_map<std::tuple<uint8_t, Word, Word>, Seen> seen;
  absl::flat_hash_set<decltype(ContentOfLine(lines[0]))> kept;
  const auto debit_of = [](const ClaimLineFact& line) { return std::tuple(line.law, line.provider, line.previous); };
  for (size_t i = 0; i < lines.size(); ++i) {
    when[i].part = PartOf(lines[i].batch);
    if (when[i].part != Part::kNew) continue;
    seen.try_emplace(ReferenceOf(lines[i]));
    if (!lines[i].previous->empty()) seen.try_emplace(debit_of(lines[i]));
  }
  if (!seen.empty()) {
    for (size_t i = 0; i < lines.size(); ++i) {
      if (when[i].part == Part::kNew) continue;
      const auto found = seen.find(ReferenceOf(lines[i]));
      if (found == seen.end()) continue;
      (when[i].part == Part::kKept ? found->second.kept : found->second.gone) = true;
      if (when[i].part == Part::kKept) kept.insert(ContentOfLine(lines[i]));
    }
  }
  // A line in a claim about the same care in the same month as a credit in that claim is what is declared in its place.
  const auto place_of = [](const ClaimLineFact& line) {
    return std::tuple(line.batch, line.law, line.provider, line.claim, line.person, line.allocation, line.category,
                      line.product, MonthOf(line.start));
  };
  absl::flat_hash_map<decltype(place_of(lines[0])), Cause> credited;
  const auto cause_of = [](const Seen& known) {
    return known.kept ? Cause::kCorrection : known.gone ? Cause::kWithdrawal : Cause::kLate;
  };
  for (size_t i = 0; i < lines.size(); ++i) {
    if (when[i].part == Part::kGone) when[i].cause = Cause::kWithdrawal;
    if (when[i].part != Part::kNew) continue;
    if (passage_.there[lines[i].batch]) {
      when[i].cause = Cause::kWithdrawal;
      continue;
    }
    when[i].cause = cause_of(seen.at(ReferenceOf(lines[i])));
    if (when[i].cause != Cause::kLate || lines[i].previous->empty()) continue;
    when[i].cause = cause_of(seen.at(debit_of(lines[i])));
    if (when[i].cause == Cause::kLate) continue;
    Cause& cause = credited.try_emplace(place_of(lines[i]), when[i].cause).first->second;
    cause = std::max(cause, when[i].cause);
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    if (when[i].part == Part::kNew && when[i].cause == Cause::kLate && lines[i].previous->empty()) {
      if (const auto found = credited.find(place_of(lines[i])); found != credited.end()) when[i].cause = found->second;
    }
    Note(when[i], lines[i].batch, when[i].part == Part::kNew && kept.contains(ContentOfLine(lines[i])));
  }
  return when;
}

void Walk::FindMovers() {
  const KnownFacts& known = passage_.part.known;
  const auto add_persons = [this](const auto& rows, const std::vector<When>& when) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (when[i].part != Part::kNew && !rows[i].person->empty()) persons_then_.insert(rows[i].person);
    }
  };
  add_persons(known.facts.allocations, allocations_);
  add_persons(known.facts.claim_lines, claim_lines_);
  // Who is only described, by a register of clients, describes another client when the link changes.
  add_persons(known.facts.traits, traits_);
  add_persons(known.facts.residences, residences_);
  add_persons(known.facts.referrals, referrals_);
  add_persons(passage_.records.records, records_);
  const auto client_of = [](const absl::flat_hash_map<Word, LinkFact>& links, Word person) {
    const auto link = links.find(person);
    return link == links.end() ? nullptr : link->second.client;
  };
  for (const Word person : persons_then_) {
    const Word then = client_of(passage_.links_then, person);
    const Word now = passage_.partial && !passage_.part.persons.contains(person) ? client_of(passage_.records.links, person)
                                                                                 : client_of(known.links, person);
    if (then != nullptr) clients_then_.insert(then);
    if (then != now) ++moved_persons_;
  }
  absl::flat_hash_map<Word, std::pair<std::pair<Moment, int64_t>, std::pair<Moment, int64_t>>> revisions;
  for (const StayFact& stay : passage_.stays_then) revisions[stay.client].first = {stay.known, stay.revision};
  for (const StayFact& stay : known.stays) revisions[stay.client].second = {stay.known, stay.revision};
  for (const Word client : clients_then_) {
    const auto found = revisions.find(client);
    if (found != revisions.end() && found->second.first != found->second.second) ++moved_clients_;
  }
  differs_[At(Cause::kLink)] = moved_persons_ > 0;
  // How many there are in a household is counted over everybody, with care or without.
  const auto same = [](const HouseholdCount& a, const HouseholdCount& b) {
    return std::tuple(a.household, a.from, a.persons) == std::tuple(b.household, b.from, b.persons);
  };
  differs_[At(Cause::kHousehold)] =
      moved_clients_ > 0 || !std::equal(passage_.household_counts_then.begin(), passage_.household_counts_then.end(),
                                        known.household_counts.begin(), known.household_counts.end(), same);
}

Walk::Extent Walk::ExtentOf(Cause cause, const absl::flat_hash_set<std::string>* sources) const {
  if (cause == Cause::kHorizon) return {std::abs(int64_t{month_now_} - month_then_), 0};
  if (cause == Cause::kLink) return {moved_persons_, 0};
  if (cause == Cause::kHousehold) return {moved_clients_, 0};
  Extent extent;
  absl::flat_hash_set<uint32_t> batches;
  for (const auto& [of, batch] : news_) {
    if (of != cause) continue;
    if (sources != nullptr && !sources->contains(*passage_.part.known.batches[batch].source)) continue;
    ++extent.things;
    batches.insert(batch);
  }
  extent.deliveries = static_cast<int64_t>(batches.size());
  return extent;
}

Walk::State Walk::After(Cause cause) const {
  Applied applied{};
  for (size_t i = 0; i <= At(cause); ++i) applied[i] = true;
  return StateWith(applied);
}

Walk::State Walk::Before() const { return StateWith(Applied{}); }

Walk::State Walk::StateWith(const Applied& applied) const {
  const KnownFacts& all = passage_.part.known;
  const auto counts = [&applied](const When& when) {
    return when.part == Part::kKept || applied[At(when.cause)] == (when.part == Part::kNew);
  };
  const auto set_links = [&](absl::flat_hash_map<Word, LinkFact>* links) {
    if (applied[At(Cause::kLink)]) return;
    for (const Word person : persons_then_) {
      const auto then = passage_.links_then.find(person);
      if (then == passage_.links_then.end()) {
        links->erase(person);
      } else {
        (*links)[person] = then->second;
      }
    }
  };
  State state;
  KnownPart part;
  KnownFacts& known = part.known;
  known.empty = all.empty;
  known.moment = all.moment;
  known.batches = all.batches;
  known.counted = all.counted;
  known.withdrawn = all.withdrawn;
  Keep(all.facts.allocations, allocations_, counts, &known.facts.allocations);
  Keep(all.facts.claims, claims_, counts, &known.facts.claims);
  Keep(all.facts.claim_lines, claim_lines_, counts, &known.facts.claim_lines);
  Keep(all.facts.answers, answers_, counts, &known.facts.answers);
  Keep(all.facts.traits, traits_, counts, &known.facts.traits);
  Keep(all.facts.residences, residences_, counts, &known.facts.residences);
  Keep(all.facts.referrals, referrals_, counts, &known.facts.referrals);
  Keep(all.facts.levels, levels_, counts, &known.facts.levels);
  Keep(all.facts.tariffs, tariffs_, counts, &known.facts.tariffs);
  Keep(all.facts.populations, populations_, counts, &known.facts.populations);
  Keep(all.facts.budgets, budgets_, counts, &known.facts.budgets);
  Keep(all.facts.contracts, contracts_, counts, &known.facts.contracts);
  Keep(all.facts.provider_groups, groups_, counts, &known.facts.provider_groups);
  Keep(all.facts.taakvelden, taakvelden_, counts, &known.facts.taakvelden);
  known.links = all.links;
  set_links(&known.links);
  if (applied[At(Cause::kHousehold)]) {
    known.stays = all.stays;
    known.household_counts = all.household_counts;
  } else {
    known.household_counts = passage_.household_counts_then;
    for (const StayFact& stay : all.stays) {
      if (!clients_then_.contains(stay.client)) known.stays.push_back(stay);
    }
    for (const StayFact& stay : passage_.stays_then) {
      if (clients_then_.contains(stay.client)) known.stays.push_back(stay);
    }
  }
  const Month month = applied[At(Cause::kHorizon)] ? month_now_ : month_then_;
  if (passage_.partial) {
    part.persons = passage_.part.persons;
    part.clients = passage_.part.clients;
    state.snapshot = PatchSnapshot(*later_, part, month);
  } else {
    state.snapshot = BuildSnapshot(known, month);
  }

  KnownRecords records;
  records.empty = all.empty;
  records.batches = all.batches;
  Keep(passage_.records.records, records_, counts, &records.records);
  Keep(passage_.records.care_events, care_events_, counts, &records.care_events);
  Keep(passage_.records.allocations, record_allocations_, counts, &records.allocations);
  Keep(passage_.records.externals, externals_, counts, &records.externals);
  Keep(passage_.records.budgets, record_budgets_, counts, &records.budgets);
  records.links = passage_.records.links;
  set_links(&records.links);
  state.records = MakeRecordBook(records);
  return state;
}

}  // namespace nmd::costs
