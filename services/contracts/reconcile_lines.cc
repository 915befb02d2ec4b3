// SPDX-License-Identifier: EUPL-1.2
// Lines of claims, and claims with their answers.
#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "services/contracts/reconcile_parts.h"
#include "services/core/volume.h"
#include "services/core/workdays.h"

namespace nmd::contracts {
namespace {

// What is wrong with a debit that is in force, before its answer is looked at.
struct Fault {
  Outcome outcome = Outcome::kMatched;
  absl::string_view rule;
  std::optional<Cents> expected;
};

GrantedVolume VolumeOf(const AllocationRow& a) { return {a.volume, a.unit, a.frequency}; }

// The part of an amount that `volume` of what was declared comes to.
Cents Share(const LineRow& line, int64_t volume) {
  return line.volume <= 0 || volume <= 0 ? 0 : MulDiv(line.amount, std::min(volume, line.volume), line.volume);
}

Cents Times(int64_t volume, Cents tariff) {
  const __int128 product = static_cast<__int128>(volume) * tariff;
  constexpr __int128 kMost = std::numeric_limits<Cents>::max();
  return static_cast<Cents>(std::clamp(product, -kMost, kMost));
}

// The last day of care that may be declared on `dated` (TR335).
Day OldestDeclarable(Day dated) {
  const Civil civil = CivilOf(dated);
  const bool leap_day = civil.month == 2 && civil.day == 29;
  return DayOf(civil.year - kDeclarationYears, civil.month, leap_day ? 28 : civil.day);
}

// What is used of an allocation, against what there is.
class Room {
 public:
  explicit Room(std::optional<int64_t> limit) : limit_(limit) {}
  // What is left before; absent without a limit.
  std::optional<int64_t> Left() const { return limit_ ? std::optional(std::max<int64_t>(0, *limit_ - used_)) : std::nullopt; }
  // Uses `more` if it fits, or was granted all the same. Whether it fits.
  bool Use(int64_t more, bool granted) {
    const bool fits = !limit_ || more <= *limit_ - used_;
    if (fits || granted) used_ = std::numeric_limits<int64_t>::max() - more < used_ ? used_ : used_ + more;
    return fits;
  }

 private:
  const std::optional<int64_t> limit_;
  int64_t used_ = 0;
};

// Hours and minutes of one allocation are counted in minutes.
int64_t InMinutes(const AllocationRow& allocation, const LineRow& line) {
  return allocation.unit == "04" && line.unit != "01" ? Times(line.volume, 60) : line.volume;
}
int64_t FromMinutes(const AllocationRow& allocation, const LineRow& line, int64_t volume) {
  return allocation.unit == "04" && line.unit != "01" ? volume / 60 : volume;
}

class DebitJudge {
 public:
  explicit DebitJudge(const Judging& judging) : judging_(judging) {
    for (const auto& [key, debits] : judging.settled.in_force) {
      if (!judging.part.Has(key.first, key.second)) continue;
      const AllocationRow* allocation = judging.Find(key.first, key.second);
      if (allocation != nullptr && !allocation->withdrawn) JudgeTogether(*allocation, debits);
    }
  }

  // Of a debit in force.
  Fault Of(Law law, int32_t i) const {
    const LineRow& line = judging_.Line(i);
    const AllocationRow* allocation = judging_.Find(law, line.allocation);
    if (allocation == nullptr || allocation->person != line.person) return {Outcome::kUnknownAllocation, "TR338", {}};
    if (allocation->withdrawn) return {Outcome::kWithdrawnAllocation, "TR384", {}};
    if (!allocation->category.empty() && line.category != allocation->category) return {Outcome::kWrongProduct, "TR339", {}};
    if (!allocation->product.empty() && line.product != allocation->product) return {Outcome::kWrongProduct, "TR340", {}};
    if (!FitsUnit(*allocation, line)) return {Outcome::kWrongUnit, "TR341", {}};
    if (const Fault fault = PeriodFault(*allocation, line); fault.outcome != Outcome::kMatched) return fault;
    const auto together = together_.find(i);
    if (together != together_.end() && together->second.outcome == Outcome::kDuplicate) return together->second;
    const ClaimRow& claim = judging_.books.claims[line.claim];
    if (claim.dated != 0 && line.period.end - 1 < OldestDeclarable(claim.dated)) {
      return {Outcome::kDeclaredTooLate, "TR335", {}};
    }
    if (line.tariff != 0 && !AmountFits(line.unit, line.volume, line.tariff, line.amount)) {
      return {Outcome::kAmountDiffers, line.unit == "01" ? "IV081" : "TR346", Times(line.volume, line.tariff)};
    }
    if (line.tariff != 0) {
      const auto price = judging_.agreed.prices.Expected(law, line.product, line.unit, line.period, line.tariff);
      if (price) return {Outcome::kWrongTariff, "TR418", price->Times(line.volume)};
    }
    if (together != together_.end()) return together->second;
    return ContractFault(law, line);
  }

 private:
  static bool FitsUnit(const AllocationRow& allocation, const LineRow& line) {
    return allocation.unit.empty() || InDeclaredUnit(1, allocation.unit, line.unit).has_value();
  }

  static Fault PeriodFault(const AllocationRow& allocation, const LineRow& line) {
    if (line.period.start < allocation.period.start) return {Outcome::kOutsidePeriod, "TR307", {}};
    if (line.period.end > allocation.period.end) return {Outcome::kOutsidePeriod, "TR308", {}};
    const Period right = ProductPeriod(allocation.period, MonthOf(line.period.start));
    if (line.period.start != right.start) return {Outcome::kBrokenPeriod, "TR387", {}};
    if (line.period.end != right.end) return {Outcome::kBrokenPeriod, "TR388", {}};
    return {};
  }

  // Debits in force of one allocation, in order of who goes first.
  void JudgeTogether(const AllocationRow& allocation, const std::vector<int32_t>& debits) {
    const GrantedVolume volume_terms = VolumeOf(allocation);
    std::optional<int64_t> limit;
    if (allocation.volume > 0 && !allocation.period.Empty()) {
      limit = MaxVolumeOfAllocation(volume_terms, allocation.period);
      if (limit && allocation.unit == "04") limit = InDeclaredUnit(*limit, "04", "01");
    }
    Room volume(limit), budget(allocation.budget > 0 ? std::optional(allocation.budget) : std::nullopt);
    absl::flat_hash_set<std::tuple<Day, Day, absl::string_view, absl::string_view>> declared;
    for (const int32_t i : debits) {
      const LineRow& line = judging_.Line(i);
      if (line.person != allocation.person) continue;
      const bool granted = judging_.settled.lines[static_cast<size_t>(i)].verdict == Verdict::kGranted;
      if (!declared.emplace(line.period.start, line.period.end, line.category, line.product).second) {
        together_[i] = {Outcome::kDuplicate, "TR389", Cents{0}};
        continue;
      }
      const bool countable = FitsUnit(allocation, line) && PeriodFault(allocation, line).outcome == Outcome::kMatched;
      if (allocation.volume > 0 && countable) {
        const auto most = MaxVolume(volume_terms, allocation.period, line.period, IsHouseholdHelp(allocation));
        const auto in_unit = most ? InDeclaredUnit(*most, allocation.unit, line.unit) : std::nullopt;
        if (in_unit && line.volume > *in_unit) together_[i] = {Outcome::kOverVolume, "TR321", Share(line, *in_unit)};
      }
      const std::optional<int64_t> left = volume.Left();
      if (FitsUnit(allocation, line) && !volume.Use(InMinutes(allocation, line), granted)) {
        together_.try_emplace(i, Fault{Outcome::kOverVolume, "TR322", Share(line, FromMinutes(allocation, line, *left))});
      }
      const std::optional<Cents> money = budget.Left();
      if (!budget.Use(line.amount, granted)) together_.try_emplace(i, Fault{Outcome::kOverBudget, "TR369", money});
    }
  }

  Fault ContractFault(Law law, const LineRow& line) const {
    bool any = false, runs = false, named = false;
    for (const AgreedContract& contract : judging_.agreed.contracts) {
      if (contract.law != law) continue;
      any = true;
      if (!contract.period.Overlaps(line.period)) continue;
      runs = true;
      named = named || contract.products.empty() ||
              std::any_of(contract.products.begin(), contract.products.end(), [&](const AgreedContract::Product& product) {
                const bool same = product.product.empty() ? line.category == product.category : line.product == product.product;
                return same && product.period.Overlaps(line.period);
              });
    }
    if (any && !runs) return {Outcome::kNoContract, "CONTRACT", {}};
    if (runs && !named) return {Outcome::kNotContracted, "CONTRACT", {}};
    return {};
  }

  const Judging& judging_;
  absl::flat_hash_map<int32_t, Fault> together_;  // What debits of one allocation do to each other.
};

// What a credit must repeat of its debit (IV091).
bool Repeats(const LineRow& credit, const LineRow& debit) {
  const auto values = [](const LineRow& l) {
    return std::tie(l.person, l.allocation, l.category, l.product, l.period.start, l.period.end, l.volume, l.unit, l.tariff);
  };
  return values(credit) == values(debit) && credit.amount == -debit.amount;
}

void JudgeCredit(const Judging& judging, const LineRow& line, const SettledLine& settled, Item* item) {
  if (settled.debit < 0) {
    item->outcome = Outcome::kCreditWithoutDebit;
    item->rule = "TR323";
    item->actor = Actor::kProvider;
    return;
  }
  const SettledLine& debit = judging.settled.lines[static_cast<size_t>(settled.debit)];
  const bool first = debit.credit == item->at;
  item->actor = Actor::kProvider;
  if (!first) {
    item->outcome = Outcome::kCreditedTwice;
    item->rule = "TR390";
  } else if (debit.verdict == Verdict::kRefused) {
    item->outcome = Outcome::kCreditOfRejected;
    item->rule = "IV085";
  } else if (!Repeats(line, judging.Line(settled.debit))) {
    item->outcome = Outcome::kCreditDiffers;
    item->rule = "IV091";
    item->expected = -judging.Line(settled.debit).amount;
  } else if (item->standing == LineStanding::kOpen) {
    item->outcome = Outcome::kCreditPending;
    item->rule = "OP366";
    item->actor = Actor::kMunicipality;
  } else {
    item->outcome = Outcome::kCredited;
    item->rule = "OP366";
    item->actor = Actor::kNobody;
  }
}

// Whether the care of a refused line was declared again and that line is in force: then nobody needs to do anything.
bool IsDeclaredAgain(const Judging& judging, Law law, const LineRow& line) {
  const std::vector<int32_t>& debits = judging.InForce(law, line.allocation);
  return std::any_of(debits.begin(), debits.end(), [&](int32_t i) {
    const LineRow& other = judging.Line(i);
    return other.person == line.person && other.period == line.period && other.product == line.product;
  });
}

}  // namespace

void JudgeLines(const Judging& judging, std::vector<Item>* items) {
  const ProviderBooks& books = judging.books;
  const DebitJudge debits(judging);
  items->reserve(items->size() + books.lines.size());
  for (size_t n = 0; n < books.lines.size(); ++n) {
    const LineRow& line = books.lines[n];
    const SettledLine& settled = judging.settled.lines[n];
    const ClaimRow& claim = books.claims[line.claim];
    if (!judging.part.Has(claim.law, line.allocation)) continue;
    Item& item = items->emplace_back();
    item.law = claim.law;
    item.at = static_cast<int32_t>(n);
    item.standing = settled.standing;
    item.reference = line.reference;
    item.allocation = line.allocation;
    item.period = line.period;
    item.amount = line.amount;
    if (settled.verdict == Verdict::kRefused) {
      item.outcome = Outcome::kRejected;
      item.rule = settled.code;
      const bool settled_otherwise =
          !settled.selected ||
          (line.IsCredit()
               ? settled.debit < 0 || judging.settled.lines[static_cast<size_t>(settled.debit)].verdict != Verdict::kGranted ||
                     judging.settled.lines[static_cast<size_t>(settled.debit)].credit >= 0
               : IsDeclaredAgain(judging, claim.law, line));
      item.actor = settled_otherwise ? Actor::kNobody : Actor::kProvider;
    } else if (!settled.selected) {
      item.outcome = Outcome::kReferenceRepeated;
      item.rule = "TR314";
      item.actor = Actor::kProvider;
    } else if (line.IsCredit()) {
      JudgeCredit(judging, line, settled, &item);
    } else if (settled.standing == LineStanding::kTakenBack) {
      item.outcome = Outcome::kCredited;
      item.rule = "OP366";
    } else if (settled.credit >= 0) {
      item.outcome = Outcome::kCreditPending;
      item.rule = "OP366";
      item.actor = Actor::kMunicipality;
    } else {
      const Fault fault = debits.Of(claim.law, item.at);
      item.outcome = fault.outcome;
      item.rule = fault.rule;
      item.expected = fault.expected;
      const bool open = settled.standing == LineStanding::kOpen;
      const bool of_contract = fault.outcome == Outcome::kNoContract || fault.outcome == Outcome::kNotContracted;
      if (fault.outcome != Outcome::kMatched) {
        item.actor = open || of_contract ? Actor::kMunicipality : Actor::kProvider;
      } else if (open) {
        const bool late = books.answers_come_in && judging.today > AddWorkdays(claim.received, kAnswerWorkdays);
        item.outcome = late ? Outcome::kAnswerLate : Outcome::kAwaitingAnswer;
        item.rule = "OP090x4";
        item.actor = Actor::kMunicipality;
      }
    }
  }
}

void JudgeClaims(const Judging& judging, std::vector<Item>* items) {
  const ProviderBooks& books = judging.books;
  struct Totals {
    Cents submitted = 0, granted = 0;
    absl::flat_hash_set<absl::string_view> references;
  };
  std::vector<Totals> totals(books.claims.size());
  for (size_t i = 0; i < books.lines.size(); ++i) {
    const LineRow& line = books.lines[i];
    totals[line.claim].submitted += line.amount;
    if (judging.settled.lines[i].verdict == Verdict::kGranted) totals[line.claim].granted += line.amount;
  }
  const auto add = [&](Law law, size_t claim, int32_t answer, Outcome outcome, absl::string_view rule, Actor actor) -> Item& {
    Item& item = items->emplace_back();
    item.kind = ItemKind::kClaim;
    item.law = law;
    item.at = claim < books.claims.size() ? static_cast<int32_t>(claim) : -1;
    item.answer = answer;
    if (item.at >= 0) item.period = books.claims[claim].period;
    item.outcome = outcome;
    item.rule = rule;
    item.actor = actor;
    return item;
  };
  absl::flat_hash_set<std::pair<Law, absl::string_view>> numbers, messages;
  std::vector<std::vector<size_t>> claims_of(books.answers.size());
  for (size_t i = 0; i < books.claims.size(); ++i) {
    const ClaimRow& claim = books.claims[i];
    numbers.emplace(claim.law, claim.number);
    if (!claim.identification.empty()) messages.emplace(claim.law, claim.identification);
    if (claim.total != totals[i].submitted) {
      Item& item = add(claim.law, i, -1, Outcome::kTotalDiffers, "TR358", Actor::kProvider);
      item.amount = claim.total;
      item.expected = totals[i].submitted;
    }
    const int32_t at = judging.settled.answer_of[i];
    if (at < 0) continue;
    claims_of[static_cast<size_t>(at)].push_back(i);
    const AnswerRow& answer = books.answers[static_cast<size_t>(at)];
    // An answer that refuses the claim by its header names no amounts.
    if (answer.number.empty() || (answer.submitted == claim.total && answer.granted == totals[i].granted)) continue;
    Item& item = add(claim.law, i, at, Outcome::kAnswerDiffers, "TR342", Actor::kMunicipality);
    item.amount = answer.granted;
    item.expected = totals[i].granted;
  }
  for (const LineRow& line : books.lines) {
    const int32_t at = judging.settled.answer_of[line.claim];
    if (at >= 0 && !books.answers[static_cast<size_t>(at)].lines.empty()) {
      totals[line.claim].references.insert(line.reference);
    }
  }
  for (size_t i = 0; i < books.answers.size(); ++i) {
    const AnswerRow& answer = books.answers[i];
    for (const size_t claim : claims_of[i]) {
      for (const RejectedRow& rejected : answer.lines) {
        if (totals[claim].references.contains(rejected.reference)) continue;
        add(answer.law, claim, static_cast<int32_t>(i), Outcome::kAnswerUnknownLine, "TR366", Actor::kMunicipality).reference =
            rejected.reference;
      }
    }
    // One that a later answer replaced has a claim too.
    const bool has_claim = (!answer.number.empty() && numbers.contains({answer.law, answer.number})) ||
                           (answer.number.empty() && messages.contains({answer.law, answer.claim_identification}));
    if (has_claim) continue;
    Item& item = add(answer.law, books.claims.size(), static_cast<int32_t>(i), Outcome::kAnswerWithoutClaim, "TR376",
                     Actor::kMunicipality);
    item.amount = answer.granted;
  }
}

}  // namespace nmd::contracts
