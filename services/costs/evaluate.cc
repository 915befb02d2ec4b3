// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/evaluate.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"
#include "services/costs/budgets.h"
#include "services/costs/open_clients.h"

namespace nmd::costs {
namespace {

Month GrainStart(Grain grain, Month month) {
  switch (grain) {
    case Grain::kMonth:
      return month;
    case Grain::kQuarter:
      return month - (MonthInYear(month) - 1) % 3;
    case Grain::kYear:
      return month - (MonthInYear(month) - 1);
  }
  return month;
}

int GrainMonths(Grain grain) { return grain == Grain::kMonth ? 1 : grain == Grain::kQuarter ? 3 : 12; }

bool IsTime(const DimensionInfo* dimension) { return dimension->kind == DimensionKind::kTime; }

bool Has(const std::vector<std::string>& values, absl::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

MonthRange CellMonths(const Question& question, const std::vector<const DimensionInfo*>& dimensions, Month month) {
  MonthRange range{question.first, question.end};
  for (const DimensionInfo* dimension : dimensions) {
    if (!IsTime(dimension)) continue;
    const Month start = GrainStart(dimension->grain, month);
    range.first = std::max(range.first, start);
    range.end = std::min(range.end, start + GrainMonths(dimension->grain));
  }
  return range;
}

namespace {

bool PassesTimeFilters(const Question& question, Month month) {
  return std::all_of(question.filters.begin(), question.filters.end(), [month](const QuestionFilter& filter) {
    return !IsTime(filter.dimension) || Has(filter.values, TimeValue(filter.dimension->grain, month));
  });
}

}  // namespace

namespace {

// The age band of the client of every row on the first day of the part of the period its cell is about; of a row outside the
// period that of the nearest month.
Column Ages(const Snapshot& snapshot, const Question& question, const std::vector<const DimensionInfo*>& dimensions) {
  const FactTable& table = snapshot.table;
  // The year, and the day of the year as month * 100 + day: ages follow from these without a calendar (core/date.h, AgeOn).
  const auto split = [](Day day) {
    const Civil civil = CivilOf(day);
    return std::pair(civil.year, civil.month * 100 + civil.day);
  };
  std::vector<std::pair<int, int>> first_days;  // By month code.
  for (Month month = table.first_month; month < table.end_month; ++month) {
    const Month inside = std::clamp(month, question.first, question.end - 1);
    first_days.push_back(split(question.on.value_or(FirstDay(CellMonths(question, dimensions, inside).first))));
  }
  RowVector<uint8_t> bands(table.size());
  table.fields[kMonthField].Visit([&](const auto& months) {
    for (uint32_t client = 0; client < snapshot.clients.size(); ++client) {
      const uint32_t begin = snapshot.client_begin[client].row, end = snapshot.client_begin[client + 1].row;
      if (begin == end) continue;
      const auto birth = split(snapshot.births[client]);
      const auto band_on = [&](std::pair<int, int> day) {
        if (snapshot.births[client] == 0) return static_cast<uint8_t>(question.ages.unknown());
        const int age = day.first - birth.first - (day.second < birth.second ? 1 : 0);
        return static_cast<uint8_t>(question.ages.BandOf(age));
      };
      const uint8_t youngest = band_on(first_days.front());
      std::fill(bands.begin() + begin, bands.begin() + end, youngest);
      if (youngest == band_on(first_days.back())) continue;
      for (uint32_t row = begin; row < end; ++row) bands[row] = band_on(first_days[months[row]]);
    }
  });
  return Column(question.ages.size(), std::move(bands));
}

}  // namespace

RowCodes CodesOfRows(const Snapshot& snapshot, const Question& question, const std::vector<const DimensionInfo*>& dimensions,
                     const DimensionInfo& dimension, const MonthRange& months) {
  RowCodes codes;
  switch (dimension.kind) {
    case DimensionKind::kAge:
      codes.own = std::make_unique<Column>(Ages(snapshot, question, dimensions));
      codes.values = &question.ages.values();
      break;
    case DimensionKind::kWorkedOut:
      codes.own = std::make_unique<Column>(WorkOut(snapshot, dimension.worked_out, months.first, months.end));
      codes.values = &snapshot.worked_out.DictionaryOf(dimension.worked_out).values;
      break;
    default:
      codes.column = &snapshot.table.fields[dimension.field];
      codes.values = &snapshot.dictionaries[dimension.field].values;
  }
  if (codes.own != nullptr) codes.column = codes.own.get();
  return codes;
}

namespace {

// A question about the table, with the columns it needs beyond those of the table.
struct Plan {
  TableQuery query;
  std::map<const DimensionInfo*, RowCodes> codes;
  std::vector<std::vector<std::string>> axis_values;  // Per dimension, by position.
  std::vector<std::vector<Month>> axis_months;        // Of a time: the first month of the period with that position.
};

// `dimensions` are those the cells have: those of the question, or none for the total.
Plan MakePlan(const Snapshot& snapshot, const Question& question, const std::vector<const DimensionInfo*>& dimensions,
              bool filtered) {
  const FactTable& table = snapshot.table;
  Plan plan;
  plan.query.first = question.first;
  plan.query.end = question.end;
  plan.query.valid_on = question.on;
  const auto codes_of = [&](const DimensionInfo* dimension) -> const RowCodes& {
    RowCodes& codes = plan.codes[dimension];
    if (codes.column == nullptr) {
      codes = CodesOfRows(snapshot, question, dimensions, *dimension, {question.first, question.end});
    }
    return codes;
  };
  for (const DimensionInfo* dimension : dimensions) {
    Axis axis;
    std::vector<std::string> values;
    std::vector<Month> months;
    if (IsTime(dimension)) {
      axis.column = &table.fields[kMonthField];
      std::vector<uint32_t> by_month;
      for (Month month = question.first; month < question.end; ++month) {
        const std::string value = TimeValue(dimension->grain, month);
        if (values.empty() || values.back() != value) {
          values.push_back(value);
          months.push_back(month);
        }
        by_month.push_back(static_cast<uint32_t>(values.size() - 1));
      }
      // Codes outside the period never reach the axis.
      for (Month month = table.first_month; month < table.end_month; ++month) {
        const bool inside = question.first <= month && month < question.end;
        axis.position.push_back(inside ? by_month[static_cast<size_t>(month - question.first)] : 0);
      }
    } else {
      const RowCodes& codes = codes_of(dimension);
      axis.column = codes.column;
      values = *codes.values;
      for (uint32_t code = 0; code < values.size(); ++code) axis.position.push_back(code);
    }
    axis.size = static_cast<uint32_t>(values.size());
    plan.query.groups.push_back(std::move(axis));
    plan.axis_values.push_back(std::move(values));
    plan.axis_months.push_back(std::move(months));
  }
  for (const QuestionFilter& filter : question.filters) {
    if (!filtered) break;
    Axis axis;
    axis.size = 1;
    const auto keep = [&axis](bool good) { axis.position.push_back(good ? 0 : Axis::kDropped); };
    if (IsTime(filter.dimension)) {
      axis.column = &table.fields[kMonthField];
      for (Month month = table.first_month; month < table.end_month; ++month) {
        keep(Has(filter.values, TimeValue(filter.dimension->grain, month)));
      }
    } else {
      const RowCodes& codes = codes_of(filter.dimension);
      axis.column = codes.column;
      for (const std::string& value : *codes.values) keep(Has(filter.values, value));
    }
    plan.query.filters.push_back(std::move(axis));
  }
  return plan;
}

bool Overlap(const MonthRange& a, const MonthRange& b) { return a.first < b.end && b.first < a.end; }

Value RowValue(const Snapshot& snapshot, const MeasureInfo& measure, const Totals& totals, const MonthRange& months) {
  Value value;
  const bool claims = measure.measure == MeasureId::kDeclared || measure.measure == MeasureId::kApproved;
  if (!Overlap(months, claims ? snapshot.claim_months : snapshot.allocation_months)) {
    value.state = Value::State::kPeriodNotDelivered;
    return value;
  }
  const auto share = [](int64_t part, int64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); };
  if (totals.rows > 0) value.link_quality = share(totals.exact_rows, totals.rows);
  switch (measure.measure) {
    case MeasureId::kClients:
      value.value = totals.clients;
      if (totals.open_clients > 0) value.least = totals.clients - totals.open_clients;
      break;
    case MeasureId::kProvisions:
      value.value = totals.provisions;
      break;
    case MeasureId::kIndicated:
      value.value = totals.indicated;
      value.untariffed_provisions = totals.untariffed_provisions;
      if (totals.counted_rows > 0) value.completeness = 1 - share(totals.untariffed_rows, totals.counted_rows);
      if (totals.counted_rows > 0 && totals.untariffed_rows == totals.counted_rows && totals.indicated == 0) {
        value.state = Value::State::kTariffMissing;
      }
      break;
    case MeasureId::kDeclared:
      value.value = totals.declared;
      break;
    case MeasureId::kApproved:
      value.value = totals.approved;
      if (totals.claim_lines > 0) value.completeness = share(totals.answered_lines, totals.claim_lines);
      break;
    default:  // Not of this family.
      break;
  }
  return value;
}

Wanted WantedOf(const Question& question) {
  Wanted wanted;
  for (const MeasureInfo* measure : question.measures) {
    wanted.clients = wanted.clients || measure->measure == MeasureId::kClients;
    wanted.provisions = wanted.provisions || measure->measure == MeasureId::kProvisions;
    wanted.indicated = wanted.indicated || measure->measure == MeasureId::kIndicated;
    wanted.claims = wanted.claims || measure->measure == MeasureId::kDeclared || measure->measure == MeasureId::kApproved;
  }
  return wanted;
}

bool FiltersByAge(const Question& question) {
  return std::any_of(question.filters.begin(), question.filters.end(),
                     [](const QuestionFilter& filter) { return filter.dimension->kind == DimensionKind::kAge; });
}

bool Asks(const Question& question, Family family) {
  return std::any_of(question.measures.begin(), question.measures.end(),
                     [family](const MeasureInfo* measure) { return measure->family == family; });
}

// Cells under construction, in the order of the answer.
using CellMap = std::map<std::vector<std::string>, Cell>;

}  // namespace

std::vector<std::string> SortKey(const Question& question, const std::vector<std::string>& values) {
  std::vector<std::string> key;
  for (size_t d = 0; d < values.size(); ++d) key.push_back(SortValue(*question.dimensions[d], values[d]));
  return key;
}

Cell EmptyCell(const Snapshot& snapshot, const Question& question, std::vector<std::string> values, MonthRange months) {
  Cell cell;
  cell.values = std::move(values);
  cell.months = months;
  for (const MeasureInfo* measure : question.measures) {
    if (measure->family == Family::kRows) {
      cell.measures.push_back(RowValue(snapshot, *measure, Totals(), months));
    } else {
      cell.measures.emplace_back();
      cell.measures.back().state = Value::State::kPeriodNotDelivered;
    }
  }
  return cell;
}

namespace {

void FillRows(const Snapshot& snapshot, const Question& question, const Totals& totals, Cell* cell) {
  for (size_t m = 0; m < question.measures.size(); ++m) {
    if (question.measures[m]->family == Family::kRows) {
      cell->measures[m] = RowValue(snapshot, *question.measures[m], totals, cell->months);
    }
  }
}

}  // namespace

std::vector<Month> TimeCells(const Question& question) {
  std::vector<Month> months;
  std::optional<MonthRange> last;
  for (Month month = question.first; month < question.end; ++month) {
    if (!PassesTimeFilters(question, month)) continue;
    const MonthRange range = CellMonths(question, question.dimensions, month);
    if (last.has_value() && last->first == range.first) continue;
    last = range;
    months.push_back(month);
  }
  return months;
}

namespace {

// --- Inhabitants ---

struct Inhabitants {
  const PopulationCount* statement;
  uint32_t band;  // When ages are split.
};

// Statements that together count everybody of a year once: of one level of area, of one way to split by sex, and of ages
// that do not overlap. `level` 0 is the municipality, 1 wijk, 2 buurt; a level nobody states is summed from a finer one.
// `bands` null: ages are not split. A band not all ages of which are stated in every area is left out: its sum would be too
// low.
std::vector<Inhabitants> Disjoint(const Snapshot& snapshot, int32_t year, int level, bool by_sex, const AgeBands* bands) {
  std::vector<const PopulationCount*> stated;
  for (int at = level; at <= 2 && stated.empty(); ++at) {
    for (const PopulationCount& p : snapshot.populations) {
      const int own = !p.buurt.empty() ? 2 : !p.wijk.empty() ? 1 : 0;
      const bool fits = bands == nullptr || bands->BandWith(p.age_from, p.age_to) != bands->unknown();
      if (p.year == year && own == at && fits) stated.push_back(&p);
    }
  }
  // Per area and range of ages, in order of age and the widest first, what was stated for each sex.
  using Range = std::pair<int32_t, int32_t>;  // From, minus to.
  using BySex = std::map<std::string, const PopulationCount*>;
  std::map<std::pair<std::string, std::string>, std::map<Range, BySex>> areas;
  for (const PopulationCount* p : stated) areas[{p->wijk, p->buurt}][{p->age_from, -p->age_to}][p->sex] = p;
  std::vector<Inhabitants> result;
  std::vector<size_t> complete(bands == nullptr ? 0 : bands->size());  // In how many areas, by band.
  for (const auto& [area, ranges] : areas) {
    int32_t covered = -1;
    std::vector<int32_t> ages(complete.size());  // How many ages are stated, by band.
    for (const auto& [range, sexes] : ranges) {
      if (range.first <= covered) continue;
      covered = -range.second;
      const uint32_t band = bands == nullptr ? 0 : bands->BandWith(range.first, covered);
      if (bands != nullptr) ages[band] += covered - range.first + 1;
      const bool total = sexes.contains("");
      const bool both = sexes.contains("1") && sexes.contains("2");
      for (const auto& [sex, p] : sexes) {
        // With a split by sex the two sexes when both are stated; without one the total when it is.
        const bool use = sex.empty() ? !(by_sex && both) : !total || (by_sex && both);
        if (use) result.push_back({p, band});
      }
    }
    for (uint32_t band = 0; band + 1 < complete.size(); ++band) {
      // Of the last band a source names the oldest age it likes.
      const int32_t end = band + 1 == bands->unknown() ? covered + 1 : bands->EndAge(band);
      if (ages[band] > 0 && ages[band] == end - bands->FirstAge(band)) ++complete[band];
    }
  }
  if (bands != nullptr) {
    const auto partly = [&](const Inhabitants& part) { return complete[part.band] < areas.size(); };
    result.erase(std::remove_if(result.begin(), result.end(), partly), result.end());
  }
  return result;
}

std::vector<Inhabitants> InhabitantsOf(const Snapshot& snapshot, const Question& question, int32_t year) {
  int level = 0;
  bool by_sex = false;
  bool by_age = false;
  const auto note = [&](const DimensionInfo& dimension) {
    if (dimension.kind == DimensionKind::kAge) by_age = true;
    if (dimension.kind != DimensionKind::kColumn) return;
    if (dimension.field == kSexField) by_sex = true;
    if (dimension.field == kWijkField) level = std::max(level, 1);
    if (dimension.field == kBuurtField) level = 2;
  };
  for (const DimensionInfo* dimension : question.dimensions) note(*dimension);
  for (const QuestionFilter& filter : question.filters) note(*filter.dimension);
  return Disjoint(snapshot, year, level, by_sex, by_age ? &question.ages : nullptr);
}

std::string InhabitantValue(const Inhabitants& part, const Question& question, const DimensionInfo& dimension) {
  if (dimension.kind == DimensionKind::kAge) return question.ages.values()[part.band];
  if (dimension.field == kSexField) return part.statement->sex;
  return dimension.field == kWijkField ? part.statement->wijk : part.statement->buurt;
}

bool KeptByFilters(const Question& question, const std::function<std::string(const DimensionInfo&)>& value_of) {
  return std::all_of(question.filters.begin(), question.filters.end(), [&](const QuestionFilter& filter) {
    return IsTime(filter.dimension) || Has(filter.values, value_of(*filter.dimension));
  });
}

// --- Both families of statements ---

// One number somebody stated about a year.
struct Statement {
  std::vector<std::string> values;  // Per dimension of the question; times empty.
  int64_t amount = 0;
  uint32_t origin = 0;
  const BudgetAmount* budget = nullptr;  // Null of inhabitants.
};

std::vector<Statement> StatementsOf(const Snapshot& snapshot, const Question& question, Family family, MonthRange months) {
  std::vector<Statement> statements;
  const auto add = [&](const std::function<std::string(const DimensionInfo&)>& value_of, int64_t amount, uint32_t origin,
                       const BudgetAmount* budget) {
    if (!KeptByFilters(question, value_of)) return;
    Statement statement{{}, amount, origin, budget};
    for (const DimensionInfo* dimension : question.dimensions) {
      statement.values.push_back(IsTime(dimension) ? std::string() : value_of(*dimension));
    }
    statements.push_back(std::move(statement));
  };
  if (family == Family::kPopulation) {
    for (const Inhabitants& part : InhabitantsOf(snapshot, question, YearOf(months.first))) {
      add([&](const DimensionInfo& dimension) { return InhabitantValue(part, question, dimension); }, part.statement->count,
          part.statement->origin, nullptr);
    }
  } else {
    for (const BudgetAmount& budget : snapshot.budgets) {
      if (budget.year < YearOf(months.first) || budget.year > YearOf(months.end - 1)) continue;
      add([&budget](const DimensionInfo& dimension) { return BudgetValue(dimension, budget.line); }, budget.amount,
          budget.origin, &budget);
    }
  }
  return statements;
}

bool Takes(const TwoSided& sides, const MeasureInfo& measure, Family family, const Statement& statement) {
  return measure.family == family && (statement.budget == nullptr || sides.Takes(measure.measure, *statement.budget));
}

void AddStatement(const TwoSided& sides, const Question& question, Family family, const Statement& statement, Cell* cell) {
  for (size_t m = 0; m < question.measures.size(); ++m) {
    if (!Takes(sides, *question.measures[m], family, statement)) continue;
    cell->measures[m].state = Value::State::kAnswered;
    cell->measures[m].value += statement.amount;
  }
}

void AddStatements(const Snapshot& snapshot, const Question& question, Family family, CellMap* cells) {
  const TwoSided sides(snapshot.budgets);
  for (const Month month : TimeCells(question)) {
    const MonthRange months = CellMonths(question, question.dimensions, month);
    for (Statement& statement : StatementsOf(snapshot, question, family, months)) {
      // A cell is made by what a measure sums.
      if (std::none_of(question.measures.begin(), question.measures.end(),
                       [&](const MeasureInfo* measure) { return Takes(sides, *measure, family, statement); })) {
        continue;
      }
      for (size_t d = 0; d < question.dimensions.size(); ++d) {
        if (IsTime(question.dimensions[d])) statement.values[d] = TimeValue(question.dimensions[d]->grain, month);
      }
      std::vector<std::string> key = SortKey(question, statement.values);
      auto cell = cells->find(key);
      if (cell == cells->end()) {
        cell = cells->emplace(std::move(key), EmptyCell(snapshot, question, statement.values, months)).first;
      }
      AddStatement(sides, question, family, statement, &cell->second);
    }
  }
}

}  // namespace

std::optional<Evaluation> Evaluate(const Snapshot& snapshot, const Question& question, size_t figure_limit) {
  Evaluation evaluation;
  // The total has no coordinates, so nothing needs to be split for it.
  Question whole = question;
  whole.dimensions.clear();
  evaluation.total = EmptyCell(snapshot, question, {}, {question.first, question.end});
  const size_t cell_limit = figure_limit / question.measures.size();
  const bool only_times = std::all_of(question.dimensions.begin(), question.dimensions.end(), IsTime);
  CellMap cells;  // Stays empty in the plain case, where the groups are in order already.
  const bool plain = !only_times && !Asks(question, Family::kPopulation) && !Asks(question, Family::kBudget);

  if (only_times && !question.dimensions.empty()) {
    for (const Month month : TimeCells(question)) {
      std::vector<std::string> values;
      for (const DimensionInfo* dimension : question.dimensions) values.push_back(TimeValue(dimension->grain, month));
      const MonthRange months = CellMonths(question, question.dimensions, month);
      cells.emplace(values, EmptyCell(snapshot, question, values, months));
    }
  }
  if (Asks(question, Family::kRows)) {
    // One pass gives cells and total, unless ages are another thing in the total: those of the first day of all of it.
    if (question.dimensions.empty() || FiltersByAge(question)) {
      Plan total = MakePlan(snapshot, question, {}, true);
      total.query.wanted = WantedOf(question);
      total.query.group_limit = 1;
      FillRows(snapshot, question, CountClients(snapshot, total.query)->total, &evaluation.total);
    }
    if (!question.dimensions.empty()) {
      Plan plan = MakePlan(snapshot, question, question.dimensions, true);
      plan.query.wanted = WantedOf(question);
      plan.query.group_limit = cell_limit;
      const std::optional<Counted> counted = CountClients(snapshot, plan.query);
      if (!counted.has_value()) return std::nullopt;
      if (!FiltersByAge(question)) FillRows(snapshot, question, counted->total, &evaluation.total);
      for (const Group& group : counted->groups) {
        std::vector<std::string> values;
        Month month = question.first;
        for (size_t d = 0; d < question.dimensions.size(); ++d) {
          values.push_back(plan.axis_values[d][group.positions[d]]);
          if (!IsTime(question.dimensions[d])) continue;
          // The latest start among the times lies in all of them.
          month = std::max(month, plan.axis_months[d][group.positions[d]]);
        }
        Cell cell = EmptyCell(snapshot, question, std::move(values), CellMonths(question, question.dimensions, month));
        FillRows(snapshot, question, group.totals, &cell);
        if (plain) {
          evaluation.cells.push_back(std::move(cell));
        } else {
          cells.insert_or_assign(SortKey(question, cell.values), std::move(cell));
        }
      }
    }
  }
  const TwoSided sides(snapshot.budgets);
  for (const Family family : {Family::kPopulation, Family::kBudget}) {
    if (!Asks(question, family)) continue;
    if (!question.dimensions.empty()) AddStatements(snapshot, question, family, &cells);
    for (const Statement& statement : StatementsOf(snapshot, whole, family, evaluation.total.months)) {
      AddStatement(sides, question, family, statement, &evaluation.total);
    }
  }
  for (auto& [key, cell] : cells) evaluation.cells.push_back(std::move(cell));
  if (evaluation.cells.size() > cell_limit) return std::nullopt;
  return evaluation;
}

std::vector<uint32_t> RowsBehind(const Snapshot& snapshot, const Question& question, bool filtered) {
  return SelectRows(snapshot.table, MakePlan(snapshot, question, {}, filtered).query);
}

GroupedRows RowsByGroup(const Snapshot& snapshot, const Question& question) {
  Plan plan = MakePlan(snapshot, question, question.dimensions, true);
  GroupedRows grouped;
  grouped.rows = SelectRows(snapshot.table, plan.query);
  grouped.values = std::move(plan.axis_values);
  for (const Axis& axis : plan.query.groups) {
    std::vector<uint32_t>& positions = grouped.positions.emplace_back(grouped.rows.size());
    axis.column->Visit([&](const auto& codes) {
      for (size_t i = 0; i < positions.size(); ++i) positions[i] = axis.position[codes[grouped.rows[i]]];
    });
  }
  return grouped;
}

std::vector<uint32_t> StatementsBehind(const Snapshot& snapshot, const Question& question, const MeasureInfo& measure) {
  const TwoSided sides(snapshot.budgets);
  std::vector<uint32_t> origins;
  for (const Statement& statement : StatementsOf(snapshot, question, measure.family, {question.first, question.end})) {
    if (Takes(sides, measure, measure.family, statement)) origins.push_back(statement.origin);
  }
  return origins;
}

std::string SortValue(const DimensionInfo& dimension, const std::string& value) {
  return dimension.kind == DimensionKind::kAge ? AgeSortKey(value) : value;
}

std::string TimeValue(Grain grain, Month month) {
  switch (grain) {
    case Grain::kMonth:
      return FormatMonth(month);
    case Grain::kQuarter:
      return absl::StrCat(YearOf(month), "-Q", (MonthInYear(month) + 2) / 3);
    case Grain::kYear:
      break;
  }
  return absl::StrCat(YearOf(month));
}

std::string TimeLabel(Grain grain, const std::string& value) {
  if (grain == Grain::kMonth) {
    const std::optional<Month> month = ParseMonth(value);
    if (month.has_value()) return dutch::MonthName(*month);
  }
  if (grain == Grain::kQuarter && value.size() == 7) return absl::StrCat(value.substr(6), "e kwartaal ", value.substr(0, 4));
  return value;
}

}  // namespace nmd::costs
