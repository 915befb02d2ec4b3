// SPDX-License-Identifier: EUPL-1.2
// Allocations: whether care began and ended in the messages as it did in the claims, and what is still to be declared.
#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "services/contracts/reconcile_parts.h"
#include "services/core/volume.h"
#include "services/core/workdays.h"

namespace nmd::contracts {

Care CareOf(std::vector<const CareRow*> rows) {
  using Key = std::tuple<bool, Day, Day, absl::string_view>;
  const auto key_of = [](const CareRow& row) { return Key(row.stop, row.start, row.end, row.reason); };
  std::sort(rows.begin(), rows.end(), [&](const CareRow* a, const CareRow* b) {
    return std::make_tuple(a->order, !a->taken_back, key_of(*a)) < std::make_tuple(b->order, !b->taken_back, key_of(*b));
  });
  std::map<Key, bool> holds;
  for (const CareRow* row : rows) holds[key_of(*row)] = !row->taken_back;
  std::map<Day, Day> given;  // Start and the first day without care: after a temporary stop the final one changes nothing.
  Care care;
  for (const auto& [key, held] : holds) {
    if (!held) continue;
    const auto& [stop, start, end, reason] = key;
    if (!stop) {
      care.started = true;
      given.try_emplace(start, kOpenEnd);
    } else {
      care.stopped = true;
      const auto found = given.find(start);
      if (found != given.end()) found->second = std::min(found->second, end);
    }
  }
  for (const auto& [start, end] : given) care.given.push_back({start, end});
  return care;
}

namespace {

class CareJudge {
 public:
  CareJudge(const Judging& judging, const AllocationRow& allocation, int32_t at, const std::vector<const CareRow*>& rows,
            std::vector<Item>* items)
      : judging_(judging), allocation_(allocation), at_(at), care_(CareOf(rows)), items_(items) {
    for (const int32_t i : judging.InForce(allocation.law, allocation.number)) {
      const LineRow& line = judging.Line(i);
      if (line.person != allocation.person) continue;
      declared_.insert(MonthOf(line.period.start));
      lines_.push_back(&line);
    }
    // What was rejected or taken back has an item of its own.
    for (const int32_t i : judging.NotInForce(allocation.law, allocation.number)) {
      declared_.insert(MonthOf(judging.Line(i).period.start));
    }
  }

  void Judge() {
    if (allocation_.period.Empty()) return;
    JudgeStart();
    JudgeStop();
    JudgeMonths();
  }

 private:
  // Inspanning and output have starts and stops; aspecific and generic allocations need not (OP295, OP363).
  bool HasUnit() const { return !allocation_.unit.empty(); }

  Item& Add(Outcome outcome, absl::string_view rule, Actor actor) {
    Item& item = items_->emplace_back();
    item.kind = ItemKind::kAllocation;
    item.outcome = outcome;
    item.rule = rule;
    item.actor = actor;
    item.law = allocation_.law;
    item.at = at_;
    item.allocation = allocation_.number;
    item.period = allocation_.period;
    return item;
  }

  void JudgeStart() {
    const bool unused = !care_.started && declared_.empty();
    if (unused && (judging_.books.starts_come_in || judging_.books.claims_come_in)) {
      const auto assigned = static_cast<Day>(allocation_.assigned_second / 86400);
      if (judging_.today > std::max(allocation_.period.start, assigned) + kNotStartedDays) {
        const bool over = allocation_.period.end <= judging_.today;
        Add(Outcome::kNotStarted, "TR019", over ? Actor::kNobody : Actor::kProvider);
      }
    }
    if (!care_.started && !lines_.empty() && HasUnit() && judging_.books.starts_come_in) {
      Add(Outcome::kStartMissing, "OP295", Actor::kProvider);
    }
  }

  void JudgeStop() {
    if (allocation_.period.end != kOpenEnd && judging_.books.stops_come_in &&
        judging_.today > AddWorkdays(allocation_.period.end - 1, kStopWorkdays) && care_.RunsOn(allocation_.period.end - 1)) {
      const bool open = std::any_of(care_.given.begin(), care_.given.end(), [](const Period& p) { return p.end == kOpenEnd; });
      if (open) Add(Outcome::kStopMissing, "OP272", Actor::kProvider);
    }
    if (!care_.started || !care_.stopped) return;
    std::set<Month> after;
    Cents amount = 0;
    for (const LineRow* line : lines_) {
      if (care_.RunsIn(line->period) || line->period.start < care_.given.front().start) continue;
      after.insert(MonthOf(line->period.start));
      amount += line->amount;
    }
    if (after.empty()) return;
    Item& item = Add(Outcome::kDeclaredAfterStop, "OP364", Actor::kProvider);
    item.months.assign(after.begin(), after.end());
    item.amount = amount;
  }

  // Months of care that are over, about which nothing was declared. Where volume is for the whole allocation, or money is all
  // that was agreed, care need not come every month: then only an allocation about which nothing at all was declared counts.
  void JudgeMonths() {
    if (!judging_.books.claims_come_in) return;
    const bool every_month = HasUnit() && allocation_.frequency != "6";
    if (!every_month && !declared_.empty()) return;
    std::vector<Period> given = care_.given;
    if (!judging_.books.starts_come_in) given = {allocation_.period};
    std::set<Month> mature, young;
    for (const Period& stretch : given) {
      const Period care = Intersect(stretch, allocation_.period);
      if (care.Empty() || care.start >= judging_.today) continue;
      const Civil today = CivilOf(judging_.today);
      const Month oldest = MonthOf(today.year - kDeclarationYears, today.month) + 1;
      const Month last = MonthOf(std::min(care.end, judging_.today) - 1);
      for (Month month = std::max(MonthOf(care.start), oldest); month <= last; ++month) {
        if (declared_.count(month) != 0 || FirstDay(month + 1) > judging_.today) continue;
        (judging_.today < FirstDay(month + 2) ? young : mature).insert(month);
      }
    }
    AddMonths(Outcome::kNotDeclared, Actor::kProvider, mature);
    AddMonths(Outcome::kExpected, Actor::kNobody, young);
  }

  void AddMonths(Outcome outcome, Actor actor, const std::set<Month>& months) {
    if (months.empty()) return;
    Item& item = Add(outcome, "OP354", actor);
    item.months.assign(months.begin(), months.end());
    Cents most = 0;
    for (const Month month : months) {
      const std::optional<Cents> amount = MostOf(month);
      if (!amount || __builtin_add_overflow(most, *amount, &most)) return;
    }
    item.expected = most;
  }

  // What can be declared about a month at most; absent when no volume or no price is known.
  std::optional<Cents> MostOf(Month month) const {
    if (allocation_.volume <= 0 || allocation_.frequency == "6") return std::nullopt;
    const GrantedVolume granted = {allocation_.volume, allocation_.unit, allocation_.frequency};
    const Period period = ProductPeriod(allocation_.period, month);
    const auto volume = MaxVolume(granted, allocation_.period, period, IsHouseholdHelp(allocation_));
    if (!volume) return std::nullopt;
    if (allocation_.unit == "83") return *volume;  // Euros: the volume is in cents (IV042).
    const auto price = judging_.agreed.prices.On(allocation_.law, allocation_.product, allocation_.unit, period.start);
    return price ? price->Times(*volume) : std::nullopt;
  }

  const Judging& judging_;
  const AllocationRow& allocation_;
  const int32_t at_;
  const Care care_;
  std::vector<Item>* const items_;
  std::set<Month> declared_;           // Months of all its debits,
  std::vector<const LineRow*> lines_;  // and those in force.
};

}  // namespace

void JudgeCare(const Judging& judging, std::vector<Item>* items) {
  absl::flat_hash_map<AllocationKey, std::vector<const CareRow*>> rows;
  for (const CareRow& row : judging.books.care) rows[{row.law, row.number}].push_back(&row);
  for (size_t i = 0; i < judging.books.allocations.size(); ++i) {
    const AllocationRow& allocation = judging.books.allocations[i];
    if (allocation.withdrawn) continue;
    CareJudge(judging, allocation, static_cast<int32_t>(i), rows[{allocation.law, allocation.number}], items).Judge();
  }
}

}  // namespace nmd::contracts
