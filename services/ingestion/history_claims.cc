// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history_claims.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "services/core/claims.h"
#include "services/ingestion/contract_tariff.h"
#include "services/ingestion/history_care.h"
#include "services/ingestion/volume.h"

namespace nmd::ingestion {
namespace {

bool Has(const Entry& entry, Outcome outcome) { return (entry.outcome & outcome) != 0; }

// Whether a line is still a claim on money: neither rejected nor taken back.
bool IsInForce(const Entry& line) { return !Has(line, kLineRejected) && !Has(line, kCredited); }
bool IsGranted(const Entry& line) { return Has(line, kAnswered) && !Has(line, kLineRejected); }

// What a credit or an answer must repeat, but for its own numbers and the side.
bool HaveEqualValues(const Entry& a, const Entry& b) {
  const auto values = [](const Entry& e) {
    return std::tie(e.number, e.category, e.product, e.period.start, e.period.end, e.volume, e.unit, e.tariff);
  };
  return values(a) == values(b);
}

AllocatedVolume VolumeOf(const Entry& version) { return {version.volume, CodeText(version.unit), CodeText(version.frequency)}; }

bool FitsUnit(const Entry& version, const Entry& line) {
  return version.unit == 0 || InDeclaredUnit(1, CodeText(version.unit), CodeText(line.unit)).has_value();
}

bool FitsPeriod(const Entry& version, const Entry& line) {
  const std::optional<int64_t> most =
      MaxVolume(VolumeOf(version), version.period, line.period, line.law, CodeText(version.category));
  const std::optional<int64_t> limit = most ? InDeclaredUnit(*most, CodeText(version.unit), CodeText(line.unit)) : std::nullopt;
  return !limit || line.volume <= *limit;
}

// What is used of an allocation, against what there is.
class Account {
 public:
  explicit Account(std::optional<int64_t> limit) : limit_(limit) {}
  // Whether the amount fits on top of what is used. It is used when it does, or when it was granted all the same.
  bool Use(int64_t amount, const Entry& line) {
    const bool fits = !limit_ || amount <= *limit_ - used_;
    if (IsInForce(line) && (fits || IsGranted(line))) used_ += amount;
    return fits;
  }

 private:
  const std::optional<int64_t> limit_;
  int64_t used_ = 0;
};

// Volumes of one allocation in one unit: that of the declaration with minutes, 60 for an hour.
int64_t Minutes(const Entry& version, const Entry& line) {
  const bool hours = version.unit == Code("04") && line.unit != Code("01");
  return int64_t{line.volume} * (hours ? 60 : 1);
}
std::optional<int64_t> LimitInMinutes(const Entry& version) {
  if (version.volume == 0) return std::nullopt;
  const std::optional<int64_t> most = MaxVolumeOfAllocation(VolumeOf(version), version.period);
  return most && version.unit == Code("04") ? InDeclaredUnit(*most, "04", "01") : most;
}

// A debit by the version of its allocation that is in force, without looking at other lines.
void JudgeDebit(Judging& judging, const Entry& version, Item& item) {
  const Entry& line = *item.entry;
  if (version.category != 0 && line.category != version.category) item.Violate(Violation::kCategory339);
  if (version.product != 0 && line.product != version.product) item.Violate(Violation::kProduct340);
  if (!FitsUnit(version, line)) item.Violate(Violation::kUnit341);
  // A period outside the allocation is said once.
  const Period right = ProductPeriod(version.period, MonthOf(line.period.start));
  if (line.period.start < version.period.start) {
    item.Violate(Violation::kBeforeStart307);
  } else if (line.period.start != right.start && !right.Empty()) {
    item.Violate(Violation::kBegins387);
  }
  if (line.period.end > version.period.end) {
    item.Violate(Violation::kAfterEnd308);
  } else if (line.period.end != right.end && !right.Empty()) {
    item.Violate(Violation::kEnds388);
  }
  const bool outside = item.Violates(Violation::kBeforeStart307) || item.Violates(Violation::kAfterEnd308);
  if (version.volume > 0 && !outside && !FitsPeriod(version, line)) item.Violate(Violation::kVolume321);
  if (line.tariff != 0 &&
      !FitsTariff(judging.Tariffs(line.law, line.product), line.provider, line.unit, line.period, line.tariff)) {
    item.Violate(Violation::kTariff418);
  }
}

// The debits of one client and provider on an allocation, in order.
void JudgeTogether(const Entry& version, const std::vector<Item*>& debits) {
  Account volume(LimitInMinutes(version));
  Account budget(version.amount > 0 ? std::optional<int64_t>(version.amount) : std::nullopt);
  absl::flat_hash_map<std::tuple<Day, Day, uint16_t, int32_t>, const Item*> first_in_force;
  for (Item* item : debits) {
    const Entry& line = *item->entry;
    if (Has(line, kCredited)) continue;
    const auto [first, is_first] =
        first_in_force.try_emplace(std::tuple(line.period.start, line.period.end, line.category, line.product), nullptr);
    if (first->second != nullptr && first->second->IsEarlierThan(*item)) {
      item->Violate(Violation::kSecondDebit389);
      if (!IsGranted(line)) continue;
    }
    if (first->second == nullptr && IsInForce(line)) first->second = item;
    if (!item->Violates(Violation::kUnit341) && !volume.Use(Minutes(version, line), line)) {
      item->Violate(Violation::kTotal322);
    }
    if (!budget.Use(line.amount, line)) item->Violate(Violation::kBudget369);
  }
}

}  // namespace

bool IsGrantedAndNotCredited(const Entry& line) {
  return line.kind == Entry::kLine && !line.credit() && IsGranted(line) && !Has(line, kCredited);
}

void JudgeClaimMessage(Judging&, Group& group) {
  const Entry* message = nullptr;
  Item* claim = nullptr;
  for (Item& item : group) {
    if (item.entry->kind == Entry::kMessage && item.entry->type == 323) message = item.entry;
    if (item.entry->kind == Entry::kClaim) claim = &item;
  }
  const Entry* last = nullptr;
  for (Item& item : group) {
    const Entry& answer = *item.entry;
    if (answer.kind != Entry::kAnswer) continue;
    if (claim == nullptr) {
      item.Violate(Violation::kNoClaim337);
      continue;
    }
    if (message != nullptr && answer.day != message->day) item.Violate(Violation::kNoClaim337);
    if (message != nullptr && answer.product != message->product) item.Violate(Violation::kSchema371);
    if (answer.declaration == 0 || answer.declaration == claim->entry->declaration) last = &answer;
  }
  if (last != nullptr && last->declaration == 0 && last->refuses) claim->outcome |= kRefusedByHeader;
}

void JudgeDeclaration(Judging& judging, Group& group) {
  std::vector<Item*> claims, answers;
  std::vector<ClaimName> claim_names, answer_names;
  for (Item& item : group) {
    const Entry& entry = *item.entry;
    const ClaimName name = {0, judging.Text(entry.declaration), judging.Text(entry.reference)};
    if (entry.kind == Entry::kClaim) {
      claims.push_back(&item);
      claim_names.push_back(name);
    } else if (entry.kind == Entry::kAnswer) {
      answers.push_back(&item);
      answer_names.push_back(name);
    }
  }
  if (claims.empty()) {
    for (Item* answer : answers) answer->Violate(Violation::kNoNumber376);
    return;
  }

  // The verdict on each claim, and what an answer rejects of it.
  enum class Fate { kOpen, kAnswered, kNotProcessed };
  struct Verdict {
    Fate fate = Fate::kOpen;
    int32_t answered_by = -1;  // delivery of the answer
  };
  const std::vector<int32_t> answer_of = AnswerOfEachClaim(claim_names, answer_names);
  absl::flat_hash_map<int32_t, Verdict> verdicts;  // By delivery of the claim.
  const Item* processed = nullptr;                 // The first claim that counts.
  for (size_t i = 0; i < claims.size(); ++i) {
    const Entry& claim = *claims[i]->entry;
    Verdict& verdict = verdicts[claim.delivery];
    const Item* answer = answer_of[i] < 0 ? nullptr : answers[static_cast<size_t>(answer_of[i])];
    if (answer != nullptr) verdict = {answer->entry->refuses ? Fate::kNotProcessed : Fate::kAnswered, answer->entry->delivery};
    if (Has(claim, kRefusedByHeader)) verdict.fate = Fate::kNotProcessed;
    if (processed != nullptr && processed->IsEarlierThan(*claims[i])) claims[i]->Violate(Violation::kNumberUsed333);
    if (verdict.fate == Fate::kNotProcessed) {
      claims[i]->outcome |= kNotProcessed;
    } else if (processed == nullptr) {
      processed = claims[i];
    }
  }

  absl::flat_hash_map<int32_t, std::vector<const Entry*>> lines;  // By ReferentieNummer.
  absl::flat_hash_set<int32_t> persons;
  absl::flat_hash_set<std::pair<int32_t, int32_t>> rejected;  // Delivery of the answer, ReferentieNummer.
  for (const Item& item : group) {
    const Entry& entry = *item.entry;
    if (entry.kind == Entry::kRejected) rejected.insert({entry.delivery, entry.reference});
    if (entry.kind != Entry::kLine) continue;
    lines[entry.reference].push_back(&entry);
    persons.insert(entry.person);
  }
  for (Item& item : group) {
    const Entry& entry = *item.entry;
    if (entry.kind == Entry::kLine) {
      const auto found = verdicts.find(entry.delivery);
      if (found == verdicts.end() || found->second.fate == Fate::kOpen) continue;
      const Verdict& verdict = found->second;
      item.joined = verdict.answered_by;
      item.outcome |= kAnswered;
      if (verdict.fate == Fate::kNotProcessed) item.outcome |= kLineRejected | kNotProcessed;
      if (rejected.contains({verdict.answered_by, entry.reference})) item.outcome |= kLineRejected;
    } else if (entry.kind == Entry::kRejected) {
      const auto found = lines.find(entry.reference);
      if (found == lines.end()) {
        item.Violate(Violation::kNoLine366);
        continue;
      }
      // An answer of a journal of before FactBatch.message names the lines only.
      if (entry.person == 0) continue;
      const auto equals = [&entry](const Entry* line) {
        return HaveEqualValues(entry, *line) && entry.previous == line->previous && entry.amount == line->amount;
      };
      if (std::none_of(found->second.begin(), found->second.end(), equals)) item.Violate(Violation::kNotEqual367);
      if (entry.item == 0 && !persons.contains(entry.person)) item.Violate(Violation::kNotOfClaim304);
    }
  }
}

void JudgeReference(Judging&, int32_t reference, Group& group) {
  const Entry* debit = nullptr;
  const Item* sent = nullptr;      // The first line with this number that counts as sent.
  const Item* credited = nullptr;  // The first credit of it that is not rejected.
  const auto rank = [](const Entry& line) { return IsGranted(line) ? 0 : Has(line, kAnswered) ? 2 : 1; };
  for (const Item& item : group) {
    const Entry& line = *item.entry;
    if (line.kind != Entry::kLine) continue;
    if (line.reference == reference) {
      if (sent == nullptr && !Has(line, kNotProcessed)) sent = &item;
      if (!line.credit() && (debit == nullptr || rank(line) < rank(*debit))) debit = &line;
    }
    if (line.previous == reference && credited == nullptr && !Has(line, kLineRejected)) credited = &item;
  }
  for (Item& item : group) {
    const Entry& line = *item.entry;
    if (line.kind != Entry::kLine) continue;
    // A credit is in two of these groups; each keeps what the other found.
    const auto keep = [&](Violation violation) {
      if (line.violations.test(static_cast<size_t>(violation))) item.Violate(violation);
    };
    if (line.reference == reference) {
      if (sent != nullptr && sent->IsEarlierThan(item)) item.Violate(Violation::kReferenceUsed314);
      if (!line.credit() && credited != nullptr) item.outcome |= kCredited;
    } else {
      keep(Violation::kReferenceUsed314);
    }
    if (line.previous == reference) {
      const bool takes_back = debit != nullptr && IsGranted(*debit) && HaveEqualValues(line, *debit) &&
                              line.person == debit->person && line.amount == -debit->amount;
      if (!takes_back) item.Violate(Violation::kNoDebit323);
      if (credited != nullptr && credited->IsEarlierThan(item)) item.Violate(Violation::kCreditedBefore390);
    } else {
      keep(Violation::kNoDebit323);
      keep(Violation::kCreditedBefore390);
    }
  }
}

void JudgeClaimsOnAllocation(Judging& judging, Group& group) {
  const VersionsInForce versions(group);
  absl::flat_hash_map<const Entry*, std::vector<Item*>> debits;  // By version.
  for (Item& item : group) {
    const Entry& line = *item.entry;
    if (line.kind != Entry::kLine) continue;
    const Entry* version = versions.Of(line);
    if (version == nullptr) {
      item.Violate(Violation::kNoAllocation338);
    } else if (line.credit()) {
      continue;
    } else if (version->deleted) {
      item.Violate(Violation::kDeleted384);
    } else {
      JudgeDebit(judging, *version, item);
      debits[version].push_back(&item);
    }
  }
  for (const auto& [version, items] : debits) JudgeTogether(*version, items);
  for (Item& item : group) {
    const Entry& version = *item.entry;
    if (version.kind != Entry::kVersion || !version.deleted) continue;
    const bool claimed = std::any_of(group.begin(), group.end(), [&](const Item& other) {
      return other.entry->person == version.person && other.entry->provider == version.provider &&
             IsGrantedAndNotCredited(*other.entry);
    });
    if (claimed) item.Violate(Violation::kClaimed385);
  }
}

void JudgeClaimsOfClient(Judging&, Group& group) {
  const bool known =
      std::any_of(group.begin(), group.end(), [](const Item& item) { return item.entry->kind == Entry::kVersion; });
  if (known) return;
  for (Item& item : group) {
    if (item.entry->kind == Entry::kLine && item.entry->item == 0) item.Violate(Violation::kNoClient304);
  }
}

void JudgePeriodsOfProvider(Judging&, Group& group) {
  std::vector<Item*> claims;
  for (Item& item : group) {
    if (item.entry->kind == Entry::kClaim) claims.push_back(&item);
  }
  std::stable_sort(claims.begin(), claims.end(), [](const Item* a, const Item* b) { return a->DatedDay() < b->DatedDay(); });
  std::optional<Month> last;  // The last month declared by claims dated before.
  for (auto begin = claims.begin(); begin != claims.end();) {
    const auto end = std::find_if(begin, claims.end(), [&](const Item* c) { return c->DatedDay() != (*begin)->DatedDay(); });
    std::optional<Month> of_day = last;
    for (auto it = begin; it != end; ++it) {
      const Entry& claim = *(*it)->entry;
      const Month month = MonthOf(claim.period.start);
      if (!Has(claim, kNotProcessed)) of_day = std::max(of_day.value_or(month), month);
      if (!last) continue;
      const Month skipped = month - *last - 1;
      // Bit n of moment: care of n months before.
      const uint64_t between = skipped <= 0 || skipped > 62 ? 0 : ((uint64_t{1} << skipped) - 1) << 1;
      const bool all_had_care = between != 0 && (static_cast<uint64_t>(claim.moment) & between) == between;
      if (month < *last || all_had_care) (*it)->Violate(Violation::kPeriod318);
    }
    last = of_day;
    begin = end;
  }
}

}  // namespace nmd::ingestion
