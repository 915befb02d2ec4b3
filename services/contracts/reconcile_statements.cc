// SPDX-License-Identifier: EUPL-1.2
// The provider's own administration (production statements, R27) beside what it declared.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include "services/contracts/reconcile_parts.h"

namespace nmd::contracts {
namespace {

bool AreTime(absl::string_view a, absl::string_view b) { return (a == "01" || a == "04") && (b == "01" || b == "04"); }

// Thousandths of a unit, of hours and minutes in minutes.
__int128 Comparable(absl::string_view unit, int64_t thousandths) {
  return static_cast<__int128>(thousandths) * (unit == "04" ? 60 : 1);
}

// Those of some debits of the row's allocation that are of its product and about its days.
std::vector<const LineRow*> LinesOf(const Judging& judging, const StatementRow& row, const std::vector<int32_t>& debits) {
  std::vector<const LineRow*> lines;
  for (const int32_t i : debits) {
    const LineRow& line = judging.Line(i);
    const bool same_product = row.product.empty() || line.product == row.product;
    if (same_product && row.period.Contains(line.period.start)) lines.push_back(&line);
  }
  return lines;
}

// Whether the quantities agree. Care that is declared in hours is rounded per line (IV079), so an administration that is more
// exact than that may differ by half an hour a line, and of a short line by all but its hour.
bool SameQuantity(const StatementRow& row, const std::vector<const LineRow*>& lines) {
  __int128 declared = 0;
  bool rounded = false;
  for (const LineRow* line : lines) {
    declared += Comparable(line->unit, 1000) * line->volume;
    rounded = rounded || line->unit == "04";
  }
  const __int128 stated = Comparable(row.unit, row.thousandths);
  if (declared == stated) return true;
  if (!rounded) return false;
  const __int128 difference = declared > stated ? declared - stated : stated - declared;
  if (difference <= static_cast<__int128>(lines.size()) * 30 * 1000) return true;
  return lines.size() == 1 && stated > 0 && stated <= 30 * 1000 && lines.front()->volume == 1;
}

class StatementJudge {
 public:
  StatementJudge(const Judging& judging, std::vector<Item>* items) : judging_(judging), items_(items) {}

  void JudgeRows() {
    using Key = std::tuple<Law, int64_t, absl::string_view, absl::string_view>;
    std::map<Key, Day> until;  // Rows come by start within a key.
    for (size_t i = 0; i < judging_.books.statements.size(); ++i) {
      const StatementRow& row = judging_.books.statements[i];
      Item& item = items_->emplace_back();
      item.kind = ItemKind::kStatement;
      item.law = row.law;
      item.at = static_cast<int32_t>(i);
      item.allocation = row.number;
      item.period = row.period;
      item.amount = row.amount;
      item.actor = Actor::kProvider;
      Day& last = until[{row.law, row.number, row.product, row.unit}];
      const bool overlaps = row.number != 0 && last > row.period.start;
      last = std::max(last, row.period.end);
      JudgeRow(row, overlaps, &item);
      if (item.outcome == Outcome::kMatched) item.actor = Actor::kNobody;
    }
  }

  // What was declared about days a statement is about, from its first row to its last of a year, and is in no row of it.
  void JudgeRest() {
    std::map<AllocationKey, std::vector<const StatementRow*>> rows;
    // Of months the provider itself made a statement about it said everything.
    std::map<std::pair<Law, Month>, bool> own;  // Whether it confirmed what was approved.
    for (const OwnMonth& month : judging_.books.own_months) own[{month.law, month.month}] = month.confirmed;
    for (const StatementRow& row : judging_.books.statements) rows[{row.law, row.number}].push_back(&row);
    const StatedDays& told_about = judging_.books.stated_days;
    if (told_about.empty() && own.empty()) return;
    struct Rest {
      int32_t line = -1;
      Period period;
      Cents amount = 0;
    };
    std::map<std::tuple<Law, int64_t, absl::string_view, int>, Rest> rest;
    for (const auto& [key, debits] : judging_.settled.in_force) {
      if (!judging_.part.Has(key.first, key.second)) continue;
      const auto stated = rows.find(key);
      for (const int32_t i : debits) {
        const LineRow& line = judging_.Line(i);
        const int year = CivilOf(line.period.start).year;
        const auto month = own.find({key.first, MonthOf(line.period.start)});
        if (month == own.end()) {
          const auto days = told_about.find({key.first, year});
          if (days == told_about.end() || !days->second.Contains(line.period.start)) continue;
        } else if (month->second && judging_.settled.lines[static_cast<size_t>(i)].standing == LineStanding::kOpen) {
          continue;
        }
        const bool told =
            stated != rows.end() && std::any_of(stated->second.begin(), stated->second.end(), [&](const StatementRow* row) {
              return (row->product.empty() || row->product == line.product) && row->period.Contains(line.period.start);
            });
        if (told) continue;
        const auto [slot, fresh] = rest.try_emplace({key.first, key.second, line.product, year}, Rest{i, line.period, 0});
        Rest& sum = slot->second;
        if (!fresh) {
          sum.period = {std::min(sum.period.start, line.period.start), std::max(sum.period.end, line.period.end)};
          const auto place = [this](int32_t l) { return judging_.settled.lines[static_cast<size_t>(l)].place; };
          if (place(i) < place(sum.line)) sum.line = i;
        }
        sum.amount += line.amount;
      }
    }
    for (const auto& [key, sum] : rest) {
      Item& item = items_->emplace_back();
      item.kind = ItemKind::kStatement;
      item.outcome = Outcome::kDeclaredNotDelivered;
      item.rule = "3.14.2";
      item.actor = Actor::kProvider;
      item.law = std::get<0>(key);
      item.at = sum.line;
      item.allocation = std::get<1>(key);
      item.reference = judging_.Line(sum.line).reference;
      item.period = sum.period;
      item.amount = sum.amount;
      item.expected = 0;
    }
  }

 private:
  void JudgeRow(const StatementRow& row, bool overlaps, Item* item) const {
    const auto is = [&](Outcome outcome, absl::string_view rule) {
      item->outcome = outcome;
      item->rule = rule;
    };
    if (row.number == 0) return is(Outcome::kStatementWithoutAllocation, "R27");
    const AllocationRow* allocation = judging_.Find(row.law, row.number);
    if (allocation == nullptr) return is(Outcome::kUnknownAllocation, "TR338");
    if (allocation->withdrawn) return is(Outcome::kWithdrawnAllocation, "TR384");
    if (!allocation->product.empty() && !row.product.empty() && row.product != allocation->product) {
      return is(Outcome::kWrongProduct, "TR340");
    }
    if (!row.period.Overlaps(allocation->period)) {
      return is(Outcome::kOutsidePeriod, row.period.start < allocation->period.start ? "TR307" : "TR308");
    }
    if (overlaps) return is(Outcome::kStatementOverlaps, "R27");
    const std::vector<const LineRow*> lines = LinesOf(judging_, row, judging_.InForce(row.law, row.number));
    if (lines.empty()) {
      std::vector<int32_t> rejected;
      for (const int32_t i : judging_.NotInForce(row.law, row.number)) {
        if (judging_.settled.lines[static_cast<size_t>(i)].standing == LineStanding::kRefused) rejected.push_back(i);
      }
      const bool refused = !LinesOf(judging_, row, rejected).empty();
      item->expected = 0;
      return refused ? is(Outcome::kDeliveredRejected, "OP303") : is(Outcome::kDeliveredNotDeclared, "R85");
    }
    Cents declared = 0;
    bool same_unit = true;
    for (const LineRow* line : lines) {
      declared += line->amount;
      same_unit = same_unit && (line->unit == row.unit || AreTime(line->unit, row.unit));
    }
    item->expected = declared;
    if (!same_unit) return is(Outcome::kStatementUnitDiffers, "TR341");
    if (!SameQuantity(row, lines)) return is(Outcome::kQuantityDiffers, "R27");
    if (row.amount != 0 && row.amount != declared) return is(Outcome::kStatementAmountDiffers, "R27");
  }

  const Judging& judging_;
  std::vector<Item>* const items_;
};

}  // namespace

void JudgeStatements(const Judging& judging, std::vector<Item>* items) {
  StatementJudge judge(judging, items);
  judge.JudgeRows();
  judge.JudgeRest();
}

}  // namespace nmd::contracts
