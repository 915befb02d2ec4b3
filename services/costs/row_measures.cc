// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/row_measures.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "services/costs/cell_space.h"
#include "services/costs/concentration.h"
#include "services/costs/flows.h"

namespace nmd::costs {
namespace {

bool IsTime(const DimensionInfo* dimension) { return dimension->kind == DimensionKind::kTime; }

bool Asks(const Question& question, Family family, std::initializer_list<MeasureId> ids = {}) {
  return std::any_of(question.measures.begin(), question.measures.end(), [&](const MeasureInfo* measure) {
    return measure->family == family && (ids.size() == 0 || std::find(ids.begin(), ids.end(), measure->measure) != ids.end());
  });
}

// Whether the cell of a row, and whether an age filter keeps it, is told by columns of the table: then it is the same for all
// rows of a run.
bool OfColumns(const Question& question) {
  const auto of_columns = [](const DimensionInfo* dimension) {
    return IsTime(dimension) || dimension->kind == DimensionKind::kColumn;
  };
  return std::all_of(question.dimensions.begin(), question.dimensions.end(), of_columns) &&
         std::none_of(question.filters.begin(), question.filters.end(),
                      [](const QuestionFilter& filter) { return filter.dimension->kind == DimensionKind::kAge; });
}

// --- Flows ---

// Everything of the rows that flows are counted from, for the cells of one question.
class Flows {
 public:
  Flows(const Snapshot& snapshot, const Question& question)
      : snapshot_(snapshot), space_(snapshot, question, WideMonths(question)) {
    Gather(question);
    const uint32_t cells = space_.size();
    const FlowRules rules;
    if (Asks(question, Family::kFlows,
             {MeasureId::kProvisionsStart, MeasureId::kProvisionsStarted, MeasureId::kProvisionsMovedIn,
              MeasureId::kProvisionsMovedOut, MeasureId::kProvisionsEnded, MeasureId::kProvisionsEnd})) {
      provisions_.emplace(std::move(by_provision_), cells, FlowRules{0, 0});
    }
    trajectories_ = StretchBook(MergeStretches(std::move(by_trajectory_), -1), cells);
    if (Asks(question, Family::kFlows, {MeasureId::kEpisodes})) {
      episodes_ = StretchBook(MergeStretches(by_client_, rules.gap_days), cells);
    }
    steps_ = StepsOf(levels_, rules.gap_days);
    moves_ = SameLevelMovesOf(std::move(levels_), rules.gap_days);
    clients_.emplace(std::move(by_client_), cells, rules);
    qualities_.resize(cells);
  }

  const CellSpace& space() const { return space_; }

  // Of one cell, in the months.
  std::vector<Value> ValuesOf(const Question& question, uint32_t cell, const MonthRange& months) const {
    const nmd::Period period = {FirstDay(months.first), FirstDay(months.end)};
    const FlowCounts clients = clients_->Count(cell, period);
    const FlowCounts provisions = provisions_.has_value() ? provisions_->Count(cell, period) : FlowCounts();
    std::vector<Value> values;
    for (const MeasureInfo* measure : question.measures) {
      Value value = EmptyRowMeasure(snapshot_, *measure, months);
      value.link_quality = qualities_[cell].share();
      if (value.state == Value::State::kAnswered) value.value = CountOf(measure->measure, cell, period, clients, provisions);
      values.push_back(std::move(value));
    }
    return values;
  }

 private:
  int64_t CountOf(MeasureId measure, uint32_t cell, const nmd::Period& period, const FlowCounts& clients,
                  const FlowCounts& provisions) const {
    const auto steps = [&](bool down) {
      const auto from = [this](Day day) {
        return std::lower_bound(steps_.begin(), steps_.end(), day, [](const LevelStep& step, Day d) { return step.day < d; });
      };
      return std::count_if(from(period.start), from(period.end), [down](const LevelStep& step) { return step.down == down; });
    };
    switch (measure) {
      case MeasureId::kStockStart:
        return clients.start;
      case MeasureId::kInflow:
        return clients.inflow;
      case MeasureId::kReturned:
        return clients.returned;
      case MeasureId::kResumed:
        return clients.resumed;
      case MeasureId::kMovedIn:
        return clients.moved_in;
      case MeasureId::kMovedOut:
        return clients.moved_out;
      case MeasureId::kOutflow:
        return clients.outflow;
      case MeasureId::kInterrupted:
        return clients.interrupted;
      case MeasureId::kStockEnd:
        return clients.end;
      case MeasureId::kProvisionsStart:
        return provisions.start;
      case MeasureId::kProvisionsStarted:
        return provisions.inflow + provisions.returned + provisions.resumed;
      case MeasureId::kProvisionsMovedIn:
        return provisions.moved_in;
      case MeasureId::kProvisionsMovedOut:
        return provisions.moved_out;
      case MeasureId::kProvisionsEnded:
        return provisions.outflow + provisions.interrupted;
      case MeasureId::kProvisionsEnd:
        return provisions.end;
      case MeasureId::kTrajectories:
        return trajectories_.Touching(cell, period);
      case MeasureId::kEpisodes:
        return episodes_.Touching(cell, period);
      case MeasureId::kStepDown:
        return steps(true);
      case MeasureId::kStepUp:
        return steps(false);
      case MeasureId::kSameLevel:
        return std::count_if(moves_.begin(), moves_.end(), [&](Day day) { return period.Contains(day); });
      default:  // Not of this family.
        return 0;
    }
  }

  // The day after the last of a provision's, which lies past its last row when the provision has no end.
  Day EndOf(uint32_t provision) const {
    const Snapshot::Span span = snapshot_.provision_sources[provision];
    Day end = 0;
    for (uint32_t i = span.first; i < span.first + span.count; ++i) end = std::max(end, snapshot_.sources[i].period.end);
    return end;
  }

  // Who is new is told by the year before, who is gone by the month after.
  static MonthRange WideMonths(const Question& question) {
    return {question.first - FlowRules().new_after_months - 1, question.end + 2};
  }

  void Gather(const Question& question) {
    // Ages are not those of the longer period.
    Question wide = question;
    wide.first = WideMonths(question).first;
    wide.end = WideMonths(question).end;
    wide.filters.clear();
    for (const QuestionFilter& filter : question.filters) {
      if (filter.dimension->kind != DimensionKind::kAge) wide.filters.push_back(filter);
    }
    const bool trajectories = Asks(question, Family::kFlows, {MeasureId::kTrajectories});
    const bool steps = Asks(question, Family::kFlows, {MeasureId::kStepDown, MeasureId::kStepUp, MeasureId::kSameLevel});
    const FactTable& table = snapshot_.table;
    // Of trajectories, by client, category and provider.
    absl::flat_hash_map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> numbers;
    std::vector<int> levels;
    for (const std::string& ivn : snapshot_.dictionaries[kIvnField].values) {
      int level = 0;
      levels.push_back(absl::SimpleAtoi(ivn, &level) && level > 0 ? level : 0);
    }
    const std::vector<uint32_t> rows = RowsBehind(snapshot_, wide, true);
    const bool by_run = OfColumns(question);
    size_t run = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint32_t row = rows[i];
      if ((table.flags[row] & kCounts) == 0 || !space_.KeptByAge(row)) continue;
      const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
      const Day first = FirstDay(month);
      const uint32_t provision = table.provision[row];
      // The rows of a run are one stretch of days, in one cell unless that is told by more than its columns.
      uint32_t end = row + 1;
      while (table.runs.begin[run + 1] <= row) ++run;
      for (; by_run && end < table.runs.begin[run + 1] && i + 1 < rows.size() && rows[i + 1] == end; ++end) ++i;
      const Day end_first = FirstDay(month + static_cast<Month>(end - 1 - row));
      nmd::Period days = {first + table.from_day[row] - 1, end_first + table.to_day[end - 1] - 1};
      const bool last = end == table.size() || table.provision[end] != provision;
      if (last && days.end == FirstDay(MonthOf(end_first) + 1)) days.end = std::max(days.end, EndOf(provision));
      const uint32_t cell = space_.CellOf(row);
      if (cell >= qualities_.size()) qualities_.resize(cell + 1);
      for (uint32_t at = row; at < end; ++at) {
        const Month of = month + static_cast<Month>(at - row);
        if (question.first <= of && of < question.end) qualities_[cell].See(table.flags[at]);
      }
      Push(table.client[row], cell, days, &by_client_);
      Push(provision, cell, days, &by_provision_);
      if (trajectories) {
        const auto key = std::tuple(table.client[row], table.fields[kCategoryField][row], table.fields[kProviderField][row]);
        const auto number = numbers.try_emplace(key, static_cast<uint32_t>(numbers.size())).first->second;
        Push(number, cell, days, &by_trajectory_);
      }
      if (steps) levels_.push_back({table.client[row], levels[table.fields[kIvnField][row]], days, provision});
    }
  }

  // Months of one provision follow one another: they are one stretch.
  static void Push(uint32_t subject, uint32_t cell, const nmd::Period& days, std::vector<Stretch>* to) {
    if (!to->empty() && to->back().subject == subject && to->back().cell == cell && to->back().days.end == days.start) {
      to->back().days.end = days.end;
    } else {
      to->push_back({subject, cell, days});
    }
  }

  const Snapshot& snapshot_;
  CellSpace space_;
  std::vector<Stretch> by_client_, by_provision_, by_trajectory_;
  std::vector<LevelStretch> levels_;
  std::vector<LinkTally> qualities_;  // By cell.

  std::optional<FlowBook> clients_, provisions_;
  StretchBook trajectories_, episodes_;
  std::vector<LevelStep> steps_;
  std::vector<Day> moves_;
};

// --- Spread ---

// Money of one cell in one part of the period.
struct Money {
  absl::flat_hash_map<uint32_t, Cents> clients, providers;
  LinkTally quality;
  int64_t lines = 0, answered = 0;

  void Add(const FactTable& table, uint32_t row) {
    quality.See(table.flags[row]);
    lines += table.claim_lines[row];
    answered += table.answered_lines[row];
    const Cents approved = table.approved[row];
    if (approved == 0) return;
    client.Add(table.client[row], approved, &clients);
    provider.Add(table.fields[kProviderField][row], approved, &providers);
  }
  // Call after the last Add.
  void Finish() {
    client.Flush(&clients);
    provider.Flush(&providers);
  }

  // Rows of one client, and mostly of one provider, follow one another: their amounts are added up before they are put away.
  struct Pending {
    uint32_t who = 0;
    Cents amount = 0;
    bool any = false;
    void Add(uint32_t next, Cents more, absl::flat_hash_map<uint32_t, Cents>* amounts) {
      if (any && who != next) Flush(amounts);
      who = next;
      amount += more;
      any = true;
    }
    void Flush(absl::flat_hash_map<uint32_t, Cents>* amounts) {
      if (any) (*amounts)[who] += amount;
      amount = 0;
      any = false;
    }
  };
  Pending client, provider;
};

Spread SpreadOf(const absl::flat_hash_map<uint32_t, Cents>& amounts) {
  std::vector<Cents> list;
  list.reserve(amounts.size());
  for (const auto& [who, amount] : amounts) list.push_back(amount);
  return Spread(std::move(list));
}

// The amounts of a cell in order, made when a measure asks for them.
class Spreads {
 public:
  explicit Spreads(const Money& money) : money_(money) {}
  const Spread& clients() { return Of(money_.clients, &clients_); }
  const Spread& providers() { return Of(money_.providers, &providers_); }

 private:
  static const Spread& Of(const absl::flat_hash_map<uint32_t, Cents>& amounts, std::optional<Spread>* spread) {
    if (!spread->has_value()) *spread = SpreadOf(amounts);
    return **spread;
  }
  const Money& money_;
  std::optional<Spread> clients_, providers_;
};

Value SpreadValue(const Snapshot& snapshot, const MeasureInfo& measure, const Money& money, Spreads* spreads,
                  const MonthRange& months) {
  Value value = EmptyRowMeasure(snapshot, measure, months);
  value.link_quality = money.quality.share();
  if (money.lines > 0) value.completeness = static_cast<double>(money.answered) / static_cast<double>(money.lines);
  if (value.state == Value::State::kPeriodNotDelivered) return value;
  std::optional<double> ratio;
  std::optional<Cents> amount;
  const auto top = [spreads](int percent) -> std::optional<double> {
    const auto part = spreads->clients().TopPercent(percent);
    return part.has_value() ? std::optional<double>(part->share) : std::nullopt;
  };
  switch (measure.measure) {
    case MeasureId::kTop1Share:
      ratio = top(1);
      break;
    case MeasureId::kTop2Share:
      ratio = top(2);
      break;
    case MeasureId::kTop10Share:
      ratio = top(10);
      break;
    case MeasureId::kGini:
      ratio = spreads->clients().Gini();
      break;
    case MeasureId::kHhi:
      ratio = spreads->providers().Hhi();
      break;
    case MeasureId::kLargest5Share:
      ratio = spreads->providers().ShareOfLargest(5);
      break;
    case MeasureId::kCostP50:
      amount = spreads->clients().Percentile(50);
      break;
    case MeasureId::kCostP90:
      amount = spreads->clients().Percentile(90);
      break;
    case MeasureId::kCostP99:
      amount = spreads->clients().Percentile(99);
      break;
    default:  // Not of this family.
      break;
  }
  // Without money there is nothing to divide.
  value.state = ratio.has_value() || amount.has_value() ? Value::State::kAnswered : Value::State::kDividedByZero;
  value.ratio = ratio.value_or(0);
  value.value = amount.value_or(0);
  return value;
}

Question Only(const Question& question, Family family) {
  Question part = question;
  part.measures.clear();
  for (const MeasureInfo* measure : question.measures) {
    if (measure->family == family) part.measures.push_back(measure);
  }
  return part;
}

// Puts the values of the measures of one family where they belong among all.
void Put(const Question& question, Family family, std::vector<Value> values, Cell* cell) {
  size_t next = 0;
  for (size_t m = 0; m < question.measures.size(); ++m) {
    if (question.measures[m]->family == family) cell->measures[m] = std::move(values[next++]);
  }
}

}  // namespace

Value EmptyRowMeasure(const Snapshot& snapshot, const MeasureInfo& measure, const MonthRange& months) {
  Value value;
  const MonthRange& data = measure.family == Family::kSpread ? snapshot.claim_months : snapshot.allocation_months;
  if (months.first >= data.end || data.first >= months.end) {
    value.state = Value::State::kPeriodNotDelivered;
  } else if (measure.family == Family::kSpread) {
    value.state = Value::State::kDividedByZero;
  }
  return value;
}

std::optional<Evaluation> EvaluateRowMeasures(const Snapshot& snapshot, const Question& question, size_t figure_limit) {
  Question whole = question;
  whole.dimensions.clear();
  const size_t cell_limit = figure_limit / question.measures.size();
  const auto empty = [&](std::vector<std::string> values, const MonthRange& months) {
    Cell cell;
    cell.values = std::move(values);
    cell.months = months;
    for (const MeasureInfo* measure : question.measures) cell.measures.push_back(EmptyRowMeasure(snapshot, *measure, months));
    return cell;
  };
  Evaluation evaluation;
  evaluation.total = empty({}, {question.first, question.end});
  std::map<std::vector<std::string>, Cell> cells;
  const std::vector<Month> times = TimeCells(question);
  const auto cell_at = [&](std::vector<std::string> values, Month month) -> Cell& {
    for (size_t d = 0; d < question.dimensions.size(); ++d) {
      if (IsTime(question.dimensions[d])) values[d] = TimeValue(question.dimensions[d]->grain, month);
    }
    std::vector<std::string> key = SortKey(question, values);
    auto found = cells.find(key);
    if (found == cells.end()) {
      const MonthRange months = CellMonths(question, question.dimensions, month);
      found = cells.emplace(std::move(key), empty(std::move(values), months)).first;
    }
    return found->second;
  };
  // A series has no holes.
  if (!question.dimensions.empty() && std::all_of(question.dimensions.begin(), question.dimensions.end(), IsTime)) {
    for (const Month month : times) cell_at(std::vector<std::string>(question.dimensions.size()), month);
  }

  if (Asks(question, Family::kFlows)) {
    const Question part = Only(question, Family::kFlows);
    Question part_whole = part;
    part_whole.dimensions.clear();
    const Flows total(snapshot, part_whole);
    if (total.space().size() > 0) {
      Put(question, Family::kFlows, total.ValuesOf(part_whole, 0, evaluation.total.months), &evaluation.total);
    }
    if (!question.dimensions.empty()) {
      // Split by time only, the cell is that of the total, unless ages are those of each part of the period.
      const bool one_cell = std::all_of(question.dimensions.begin(), question.dimensions.end(), IsTime) && OfColumns(question);
      std::optional<Flows> split;
      if (!one_cell) split.emplace(snapshot, part);
      const Flows& flows = one_cell ? total : *split;
      if (size_t{flows.space().size()} * times.size() > 16 * cell_limit) return std::nullopt;
      for (uint32_t number = 0; number < flows.space().size(); ++number) {
        for (const Month month : times) {
          const MonthRange months = CellMonths(question, question.dimensions, month);
          std::vector<Value> values = flows.ValuesOf(part, number, months);
          if (std::all_of(values.begin(), values.end(), [](const Value& value) { return value.value == 0; })) continue;
          std::vector<std::string> at =
              one_cell ? std::vector<std::string>(question.dimensions.size()) : flows.space().ValuesOf(number);
          Put(question, Family::kFlows, std::move(values), &cell_at(std::move(at), month));
          if (cells.size() > cell_limit) return std::nullopt;
        }
      }
    }
  }
  if (Asks(question, Family::kSpread)) {
    const Question part = Only(question, Family::kSpread);
    const FactTable& table = snapshot.table;
    Money all;
    CellSpace space(snapshot, part, {part.first, part.end});
    // By cell and first month of the part of the period.
    absl::flat_hash_map<std::pair<uint32_t, Month>, size_t> numbers;
    std::deque<Money> moneys;
    std::vector<Month> firsts;
    for (Month month = part.first; month < part.end; ++month) {
      firsts.push_back(CellMonths(question, question.dimensions, month).first);
    }
    const bool by_run = OfColumns(part);
    size_t run = 0, run_of_cell = table.runs.size();
    uint32_t cell = 0;
    for (const uint32_t row : RowsBehind(snapshot, part, true)) {
      all.Add(table, row);
      if (question.dimensions.empty() || table.claim_lines[row] == 0) continue;
      while (table.runs.begin[run + 1] <= row) ++run;
      if (!by_run || run != run_of_cell) cell = space.CellOf(row);
      run_of_cell = run;
      const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
      const auto [number, fresh] = numbers.try_emplace({cell, firsts[static_cast<size_t>(month - part.first)]}, moneys.size());
      if (fresh) moneys.emplace_back();
      if (moneys.size() > cell_limit) return std::nullopt;
      moneys[number->second].Add(table, row);
    }
    all.Finish();
    for (Money& money : moneys) money.Finish();
    const auto values_of = [&](const Money& money, const MonthRange& months) {
      Spreads spreads(money);
      std::vector<Value> values;
      for (const MeasureInfo* measure : part.measures) {
        values.push_back(SpreadValue(snapshot, *measure, money, &spreads, months));
      }
      return values;
    };
    Put(question, Family::kSpread, values_of(all, evaluation.total.months), &evaluation.total);
    for (const auto& [key, number] : numbers) {
      Cell& at = cell_at(space.ValuesOf(key.first), key.second);
      Put(question, Family::kSpread, values_of(moneys[number], at.months), &at);
    }
  }
  for (auto& [key, cell] : cells) evaluation.cells.push_back(std::move(cell));
  if (evaluation.cells.size() > cell_limit) return std::nullopt;
  return evaluation;
}

}  // namespace nmd::costs
