// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_LEDGER_H_
#define NMD_SERVICES_COSTS_LEDGER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/core/known_periods.h"
#include "services/core/money.h"
#include "services/costs/islands.h"

namespace nmd::ingestion::v1 {
class Fact;
class FactBatch;
}  // namespace nmd::ingestion::v1
namespace nmd::internal::v1 {
class CostsCheckpoint;
}
namespace nmd::linking::v1 {
class HouseholdStay;
class Link;
class OpenPair;
}  // namespace nmd::linking::v1

// Everything this service was ever told, in the shape it calculates with. Nothing is edited: what is known at a moment K
// is a selection of it, the same for every order in which the batches and links arrived (T-29).
namespace nmd::costs {

// An interned text: equal texts are equal pointers, which live as long as the ledger.
using Word = const std::string*;

// Microseconds since 1970-01-01 UTC; the moment something became known.
using Moment = int64_t;

// Both laws, as the numbers of nmd.ingestion.v1.Law.
inline constexpr uint8_t kYouth = 1;
inline constexpr uint8_t kWmo = 2;

// Kinds of facts, as bits: which deliveries a figure rests on.
enum Kind : uint32_t {
  kAllocations = 1u << 0,
  kClaims = 1u << 1,
  kAnswers = 1u << 2,
  kTraits = 1u << 3,
  kResidences = 1u << 4,
  kReferrals = 1u << 5,
  kLevels = 1u << 6,
  kTariffs = 1u << 7,
  kPopulations = 1u << 8,
  kBudgets = 1u << 9,
  kContracts = 1u << 10,
  kOther = 1u << 11,
  // Records.
  kPersonalBudgets = 1u << 12,
  kBudgetPayments = 1u << 13,
  kTeamHelps = 1u << 14,
  kBookings = 1u << 15,
  kDecisions = 1u << 16,
  kCareStarts = 1u << 17,
  // What only analyses of courses of care use (care.h).
  kCareStops = 1u << 18,
  kCarePlans = 1u << 19,
  kQuantities = 1u << 20,
  kResponsibilities = 1u << 21,
  kSuccessions = 1u << 22,
  kCombinations = 1u << 24,
  // Of figures too.
  kProviderGroups = 1u << 23,
  kTaakvelden = 1u << 25,
  // What others said.
  kExternals = 1u << 26,
};

// One delivery. Facts point to it by its index.
struct Batch {
  Word delivery = nullptr;
  Word source = nullptr;
  Moment known = 0;
  int64_t records = 0;
  int64_t sound_records = 0;
  uint32_t kinds = 0;
};

// Conventions of the facts below: those of fact.proto, but an open end is kOpenEnd.
struct AllocationFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word person, provider, category, product;
  int64_t number = 0;
  nmd::Period period;
  int64_t assigned_second = 0;
  Word change_reason, unit, frequency;
  int64_t volume = 0;
  Cents budget = 0;
};
struct ClaimLineFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word provider, claim, person, reference, previous, category, product;
  int64_t allocation = 0;
  Day start = 0;
  Day dated = 0;
  Cents amount = 0;
};
// A claim; its lines are those of its batch, law and provider with its number.
struct ClaimFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word provider, number;
  Word identification;                      // Of its message; empty when the batch does not tell.
  uint32_t first_line = 0, line_count = 0;  // Its lines in Ledger; of no use in a KnownFacts.
};
struct AnswerFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  bool rejected = false;
  Word provider, claim;
  Word claim_identification;              // Message of the claim; with an empty `claim` the only name of it.
  std::vector<Word> rejected_references;  // Sorted by text.
};
struct TraitsFact {
  uint32_t batch = 0;
  Word person;
  Day birth = 0;  // 0 unknown.
  Word sex;
};
struct ResidenceFact {
  uint32_t batch = 0;
  Word person;
  nmd::Period period;
  Word wijk, buurt;
};
struct ReferralFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word person;
  int64_t allocation = 0;
  Word referrer;
  Day start = 0;
};
struct LevelFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word product, ivn, title;
  nmd::Period period;
};
struct TariffFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word product, provider, unit;
  Cents cents = 0;
  nmd::Period period;
};
struct PopulationFact {
  uint32_t batch = 0;
  int32_t year = 0, age_from = 0, age_to = 0;
  Word wijk, buurt, sex;
  int64_t count = 0;
};
struct BudgetFact {
  uint32_t batch = 0;
  Word line, document;
  int32_t year = 0;
  Cents amount = 0;
  Day document_day = 0;  // 0 when not told.
};
// A value that somebody else said, as it was printed (published values, measurements, figures of an earlier system).
struct ExternalFact {
  uint32_t batch = 0;
  uint8_t kind = 0;  // Of nmd.costs.v1.ExternalSeries.
  uint8_t law = 0;
  uint8_t form = 0;  // Of nmd.ingestion.v1.CareForm.
  bool printed = false;
  // The publisher is the system of an earlier figure, the series an indicator or a measure.
  Word publisher, series, title, area, provider, category, product, ivn, wijk, buurt, sex;
  int32_t age_from = -1, age_to = -1;  // Both inclusive; -1 for every age.
  nmd::Period days;
  int64_t thousandths = 0;
  uint8_t decimals = 0;
  uint8_t measured_in = 0;  // Of nmd.ingestion.v1.MeasuredIn.
  Day published = 0, withdrawn = 0;
  Word reason, method, quality, note;
  int64_t respondents = 0, invited = 0;
  // Filled in by MakeRecordBook: since when it is known, and of a budget line the document that says it.
  Moment known = 0;
  Word document = nullptr;
};
struct ContractFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word contract, provider, provider_name;
  nmd::Period period;
};
struct TaakveldFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word category, product, provider, taakveld;
  nmd::Period period;
};
struct LinkFact {
  Word person, client;
  bool exact = false;  // Linked on a valid BSN.
  Moment known = 0;
  int64_t sequence = 0;
};
struct StayFact {
  Word client, household;
  nmd::Period period;
  Moment known = 0;
  int64_t revision = 0;  // Rows of one revision are one client's whole history of households.
};

// Facts that are no provision: personal budgets and their payments, help by the own team, bookings, decisions.
enum RecordKind : uint8_t {
  kPersonalBudgetRecord,
  kBudgetPaymentRecord,
  kTeamHelpRecord,
  kBookingRecord,
  kDecisionRecord,
  kWaitRecord,  // An allocation, from the day it was assigned to the day care began; worked out in records.h.
  kRecordKinds,
};
// What a kind does not have is empty or 0.
struct Record {
  uint32_t batch = 0;
  uint8_t kind = 0;  // RecordKind.
  uint8_t law = 0;
  bool revenue = false;  // Of a booking.
  uint8_t outcome = 0;   // Of a decision: Decision::Outcome.
  Word person, category, product, provider, referrer, taakveld;
  Word key, detail;  // Number of a decision or booking; team and help. Of a decision the detail is the form: "zin", "pgb".
  nmd::Period days;  // When it is valid. Of a booking its month.
  Day from = 0;      // Applied, assigned.
  Day until = 0;     // Decided, paid, began; 0 when not yet.
  Day asked = 0;     // When a provider asked for the allocation; 0 when nobody did.
  Cents amount = 0;
  // Filled in by MakeRecordBook: distinct per client, 0 of a record about nobody; and whether the link is on a valid BSN.
  uint32_t client = 0;
  bool exact = false;
};
// What is known of when allocations were asked for and begun.
struct CareEvent {
  enum Kind : uint8_t { kBegan, kNotBegan, kAsked, kGranted };
  uint32_t batch = 0;
  uint8_t kind = 0;
  uint8_t law = 0;
  int64_t number = 0;  // Of the allocation; 0 when asked.
  Day day = 0;
  Word provider, reference;
};
// What only analyses of courses of care use; conventions as above.
struct StopFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  bool taken_back = false;  // Status 3: takes back the stop with the same number, days and reason.
  int64_t number = 0;       // Of the allocation.
  Day start = 0, end = 0;   // The start it ends, and the first day without care.
  Word reason;
};
struct PlanFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word person;
  int64_t number = 0;  // Of the allocation.
  Day agreed_end = 0;  // 0 when no duration was agreed.
  bool motivated = false;
  uint8_t result = 0, complexity = 0;  // CarePlan::Result and ::Complexity.
};
struct QuantityFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word provider, person, product, unit;  // `person` is empty when it is about no client.
  int64_t number = 0;                    // Of the allocation; 0 when not told.
  nmd::Period period;
  int64_t volume_thousandths = 0;
  Cents amount = 0;
};
struct ResponsibilityFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word person, municipality, origin;
  bool stay = false;
  nmd::Period period;
};
struct SuccessionFact {
  uint32_t batch = 0;
  uint8_t law = 0;
  Word product, predecessor;
  Day start = 0;
};
struct ProviderGroupFact {
  uint32_t batch = 0;
  Word provider, provider_name, organisation, organisation_name, concern, concern_name;
  nmd::Period period;
};
struct CombinationFact {
  uint32_t batch = 0;
  uint8_t law = 0, other_law = 0;
  Word product, other_product, reason;
  uint8_t verdict = 0;  // CombinationRule::Verdict.
  nmd::Period period;
};
// Two persons who may be one, from `known` on; not (any more) when `permille` is 0.
struct OpenPairFact {
  Word person, other;
  int32_t permille = 0;
  Moment known = 0;
  int64_t sequence = 0;
};

struct Facts {
  std::vector<Record> records;
  std::vector<CareEvent> care_events;
  std::vector<AllocationFact> allocations;
  std::vector<ClaimFact> claims;
  std::vector<ClaimLineFact> claim_lines;
  std::vector<AnswerFact> answers;
  std::vector<TraitsFact> traits;
  std::vector<ResidenceFact> residences;
  std::vector<ReferralFact> referrals;
  std::vector<LevelFact> levels;
  std::vector<TariffFact> tariffs;
  std::vector<PopulationFact> populations;
  std::vector<BudgetFact> budgets;
  std::vector<ContractFact> contracts;
  std::vector<StopFact> stops;
  std::vector<PlanFact> plans;
  std::vector<QuantityFact> quantities;
  std::vector<ResponsibilityFact> responsibilities;
  std::vector<SuccessionFact> successions;
  std::vector<ProviderGroupFact> provider_groups;
  std::vector<CombinationFact> combinations;
  std::vector<TaakveldFact> taakvelden;
  std::vector<ExternalFact> externals;
};

// So many persons are known in a household from a day on.
struct HouseholdCount {
  Word household;
  Day from = 0;
  int32_t persons = 0;
};
// Of stays that hold, one revision per client.
std::vector<HouseholdCount> CountHouseholds(std::vector<StayFact> stays);

// What is known at one moment. Points into the ledger it came from.
struct KnownFacts {
  Word empty = nullptr;  // The ledger's word for "".
  Moment moment = 0;
  Facts facts;
  std::vector<Batch> batches;   // Every batch ever fed, so that Fact::batch is an index; use only those that are counted.
  std::vector<bool> counted;    // Whether the facts count at K.
  std::vector<bool> withdrawn;  // Whether they do not because the delivery was withdrawn or replaced: as if it never came.
  absl::flat_hash_map<Word, LinkFact> links;  // By person key: the one that holds at K.
  // Who may be one at K: client id and true, or the person key of somebody without a link and false.
  std::vector<std::pair<std::pair<Word, bool>, std::pair<Word, bool>>> open_pairs;
  std::vector<StayFact> stays;  // Of every client the rows of the revision that holds at K.
  // Of every household, whoever else is in `stays`: together and in order of day, one per day on which the number changes.
  std::vector<HouseholdCount> household_counts;
};

// What is known at one moment of facts that are no provision.
struct KnownRecords {
  Word empty = nullptr;
  std::vector<Record> records;
  std::vector<CareEvent> care_events;
  std::vector<AllocationFact> allocations;
  std::vector<ExternalFact> externals;
  std::vector<BudgetFact> budgets;
  std::vector<Batch> batches;
  absl::flat_hash_map<Word, LinkFact> links;  // Of the persons in it.
};

// A claim line that came or went, or is answered otherwise, in the row of a provision that stays what it was.
struct LineChange {
  std::pair<Word, bool> client;  // Client id and true, or the person key of somebody without a link and false.
  // The allocation of the line, by which its provision is found.
  uint8_t law = 0;
  Word category = nullptr, product = nullptr, provider = nullptr;
  nmd::Period period;
  uint32_t batch = 0;
  Month month = 0;
  // What to add to the row: lines and answered lines, of which there are -1, 0 or 1, and amounts.
  uint32_t origin = 0;  // Batch of the line.
  int lines = 0, answered = 0;
  Cents declared = 0, approved = 0;
};

// The facts of some persons that differ from what was known before, and of everybody whose rows theirs can touch. Of these
// `known` has all there is; facts that are about nobody, such as tariffs and budgets, it has all of.
//
// Most of what comes in are claim lines of provisions that stay what they are: those touch nothing but the amounts of one row,
// so what becomes of that row is told instead.
struct KnownPart {
  KnownFacts known;
  absl::flat_hash_set<Word> persons;     // Person keys in it, also of facts that do not count,
  absl::flat_hash_set<Word> clients;     // and the clients they were ever linked to.
  std::vector<LineChange> line_changes;  // About nobody of these.
};

// Two states of knowledge at once, the later one of them now: what to know for going from the one to the other step by step.
struct Passage {
  // Facts that count in either, and the links and stays that hold in the later one. When `partial`, only of persons and clients
  // in it; everybody else's rows are the same in both states, and whichever of the differences is left out. Facts about nobody
  // are all there, always.
  bool partial = false;
  KnownPart part;
  KnownRecords records;     // All that count in either; only when they were asked for. Links are those of the later state.
  std::vector<bool> then;   // By batch: whether it counted in the earlier state,
  std::vector<bool> there;  // and whether it was there.
  // What held in the earlier state, of the persons and clients in `part` and `records`.
  absl::flat_hash_map<Word, LinkFact> links_then;
  std::vector<StayFact> stays_then;
  std::vector<HouseholdCount> household_counts_then;  // Of every household.
};

class WordWriter;  // checkpoint.h

// Thread safety: as a plain value. A KnownFacts may be read on another thread while the ledger grows.
class Ledger {
 public:
  Ledger() : empty_(Intern("")) {}
  Ledger(Ledger&&) = default;  // Words stay where they are.
  Ledger& operator=(Ledger&&) = default;

  void Add(const ingestion::v1::FactBatch& batch);
  void Add(const linking::v1::Link& link);
  void Add(const linking::v1::HouseholdStay& stay);
  void Add(const linking::v1::OpenPair& pair);

  // What was known at `moment`: batches with known time <= moment that no batch supersedes, ever, and that count at `moment`
  // when a batch corrects them, and the links and stays with known time <= moment. Of several links of a person the one with
  // the greatest (known time, sequence) holds, of several revisions of a client's stays the one with the greatest (known time,
  // revision) (linking.proto). Cost: a copy of what is known, some nanoseconds per fact.
  KnownFacts AsKnown(Moment moment) const;

  // The same, with the facts that only analyses of courses of care use. Cost: that of AsKnown, and of them.
  KnownFacts CareAsKnown(Moment moment) const;

  // The greatest known time <= moment at which anything begins or ends to count; INT64_MIN when there is nothing. AsKnown gives
  // the same for every moment with the same answer.
  Moment KnowledgeMoment(Moment moment) const;

  // Records and what waits are worked out from, as known at `moment` by the rules of AsKnown. Cost: a copy of what is known of
  // them and of the allocations, and some nanoseconds per link.
  KnownRecords RecordsAsKnown(Moment moment) const;

  // How much came in so far.
  struct Mark {
    size_t batches = 0, corrections = 0, links = 0, stays = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  Mark Here() const { return {batches_.size(), revised_.size(), links_.size(), stays_.size()}; }

  // What counts in one of two states and not in the other, for telling why two answers differ: (1) what was known at `moment`
  // when the ledger was at `mark`, (2) what is known at `now`. Of deliveries only such as have facts of `sources`.
  struct Change {
    enum Kind : uint8_t { kAdded, kGone, kLinked, kMoved };
    Kind kind = kAdded;
    Word source = nullptr;       // Of deliveries.
    int64_t count = 0;           // Deliveries; persons with facts that counted in (1); clients who had a household in (1).
    Moment first = 0, last = 0;  // Known times: of deliveries that were added; of what is said now of persons and clients.
  };
  // In order of kind, then source. REQUIRES: CatchUp. Cost: nanoseconds per delivery, link and stay, more per changed link.
  std::vector<Change> ChangesSince(const Mark& mark, Moment moment, Moment now,
                                   const absl::flat_hash_set<std::string>& sources) const;

  // What to work out again to get from what was known at `base_moment`, when the ledger was at `base`, to what is known at
  // `moment` now. `known_month`, that of K at `moment`: claim lines that touch one row only are told apart; nullopt: their
  // clients are in the part like everybody else. `open_from` not nullopt: also everybody with an allocation that ends after
  // that day, because their rows depend on the month of K. nullopt when that is about everybody or nearly so, or when a tariff
  // or a level changed, which can touch anybody: then AsKnown is the way. Later moments and earlier ones are equally fine.
  // Cost: that of AsKnown of the part, and some nanoseconds per batch and link. REQUIRES: CatchUp.
  std::optional<KnownPart> AsKnownSince(const Mark& base, Moment base_moment, Moment moment, std::optional<Month> known_month,
                                        std::optional<Day> open_from) const;

  // From what was known at `moment` when the ledger was at `mark` to what is known at `now`. `open_from` as in AsKnownSince.
  // REQUIRES: CatchUp. Cost: that of AsKnownSince and some nanoseconds per fact; of AsKnown when a part is not enough.
  Passage PassageFrom(const Mark& mark, Moment moment, Moment now, std::optional<Day> open_from, bool records) const;

  // What is known at `moment` that is about nobody in particular, and no other facts: all a snapshot with rows needs.
  KnownFacts GeneralAsKnown(Moment moment) const;

  // As a checkpoint. Load fills an empty ledger and gives the words by their number; false when the checkpoint does not hold
  // together, and then the ledger is of no use.
  void Save(WordWriter* words, internal::v1::CostsCheckpoint* to) const;
  bool Load(const internal::v1::CostsCheckpoint& from, std::vector<Word>* words);

  // What to bring into the islands in one hold of a lock: some milliseconds.
  static constexpr size_t kCatchUpSlice = 20'000;
  // Brings the islands up to date with what came in, at most `limit` facts; false when there is more to do.
  bool CatchUp(size_t limit);

 private:
  Word Intern(absl::string_view text);
  // `identification` is that of the message the fact came with.
  uint32_t AddFact(const ingestion::v1::Fact& fact, uint32_t batch, absl::string_view identification);
  // Of a fact that is no provision; kOther when it is not kept.
  uint32_t AddRecord(const ingestion::v1::Fact& fact, uint32_t batch);
  // Of a fact only analyses of courses of care use; kOther when it is not kept.
  uint32_t AddCareFact(const ingestion::v1::Fact& fact, uint32_t batch);
  // Of a value that somebody else said; kOther when it is none.
  uint32_t AddExternal(const ingestion::v1::Fact& fact, uint32_t batch);

  // Whether each batch counted at `moment` when the ledger was at `mark`, as far as can still be told: of one about which more
  // was said before the mark and since, whether it counts by what is said now.
  std::vector<bool> CountedThen(const Mark& mark, Moment moment) const;

  enum class Standing : uint8_t { kNotKnown, kWithdrawn, kCounts };
  Standing StandingOf(const Batch& batch, Moment moment) const;
  KnownFacts WithoutFacts(Moment moment) const;
  void AddGeneral(KnownFacts* known) const;
  void AddOpenPairs(KnownFacts* known) const;
  void AddHouseholdCounts(KnownFacts* known) const;
  void SettleLinks(KnownFacts* known) const;

  // Of AsKnownSince: the islands that differ, in some order without repetition.
  class Difference;

  absl::node_hash_set<std::string> words_;
  Word empty_;
  std::vector<Batch> batches_;
  absl::flat_hash_set<Word> superseded_;
  absl::flat_hash_map<Word, KnownPeriods> corrected_;  // By delivery, also one whose facts are still to come.
  std::vector<Word> revised_;                          // Deliveries that were superseded or corrected, in that order.
  std::set<Moment> moments_;
  Facts facts_;
  std::vector<LinkFact> links_;
  std::vector<StayFact> stays_;
  std::vector<OpenPairFact> open_pairs_;

  // The facts with one key that came before each, as a chain: from the last one of a key on.
  struct Chains {
    static constexpr uint32_t kNone = 0xffffffff;
    absl::flat_hash_map<uint64_t, uint32_t> last;  // By key.
    std::vector<uint32_t> before;                  // Per fact.
    void Add(uint64_t key) {
      const auto [at, fresh] = last.try_emplace(key, static_cast<uint32_t>(before.size()));
      before.push_back(fresh ? kNone : at->second);
      at->second = static_cast<uint32_t>(before.size() - 1);
    }
    uint32_t Last(uint64_t key) const {
      const auto at = last.find(key);
      return at == last.end() ? kNone : at->second;
    }
  };

  Islands islands_;
  std::vector<bool> shares_reference_;  // Per claim line: whether another one has its reference, or takes it or the same back.
  Chains same_allocation_, same_person_;  // Of allocations by number, of links by person.
  // Which claims and answers have a number or an identification; keys as in ledger.cc.
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> claims_named_, answers_named_;
  size_t claims_caught_ = 0, answers_caught_ = 0;
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_LEDGER_H_
