// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/record_measures.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "services/core/money.h"

namespace nmd::costs {
namespace {

// Decision::Outcome.
constexpr uint8_t kGranted = 1;
constexpr uint8_t kRefused = 2;

bool IsTime(const DimensionInfo* dimension) { return dimension->kind == DimensionKind::kTime; }

RecordKind KindOf(MeasureId measure) {
  switch (measure) {
    case MeasureId::kPgbClients:
    case MeasureId::kPgbBudgets:
    case MeasureId::kPgbGranted:
      return kPersonalBudgetRecord;
    case MeasureId::kPgbPaid:
      return kBudgetPaymentRecord;
    case MeasureId::kTeamClients:
    case MeasureId::kTeamHelps:
      return kTeamHelpRecord;
    case MeasureId::kBooked:
    case MeasureId::kBookedRevenue:
      return kBookingRecord;
    case MeasureId::kWaits:
    case MeasureId::kWaitsOpen:
    case MeasureId::kWaitsBefore:
    case MeasureId::kWaitDaysP50:
    case MeasureId::kWaitDaysP90:
    case MeasureId::kRequestDaysP50:
      return kWaitRecord;
    default:
      return kDecisionRecord;
  }
}

std::string FormOf(const Record& record) {
  switch (record.kind) {
    case kPersonalBudgetRecord:
    case kBudgetPaymentRecord:
      return "pgb";
    case kTeamHelpRecord:
      return "team";
    case kDecisionRecord:
      return *record.detail;
    default:
      return "zin";
  }
}

// The part of a granted budget that falls before `day`, spread evenly over its days. Parts of following periods sum to the
// whole, because each is a difference of two of these.
Cents GrantedBefore(const Record& record, Day day) {
  const int32_t length = record.days.Days();
  const int32_t passed = std::clamp(day - record.days.start, 0, length);
  return length == 0 ? 0 : MulDiv(record.amount, passed, length);
}

// Gathers what one measure says about the records of one cell.
struct Gathered {
  int64_t count = 0;
  Cents amount = 0;
  absl::flat_hash_set<uint32_t> clients;
  std::vector<Day> days;
  int64_t persons = 0, exact = 0;

  // Whether the record plays a part.
  bool Add(MeasureId measure, const Record& record, const nmd::Period& period) {
    switch (measure) {
      case MeasureId::kPgbClients:
      case MeasureId::kTeamClients:
        if (!record.days.Overlaps(period)) return false;
        clients.insert(record.client);
        break;
      case MeasureId::kPgbBudgets:
      case MeasureId::kTeamHelps:
        if (!record.days.Overlaps(period)) return false;
        ++count;
        break;
      case MeasureId::kPgbGranted:
        // A budget without an end cannot be spread.
        if (!record.days.Overlaps(period) || record.days.end == kOpenEnd) return false;
        amount += GrantedBefore(record, period.end) - GrantedBefore(record, period.start);
        break;
      case MeasureId::kPgbPaid:
        if (!period.Contains(record.days.start)) return false;
        amount += record.amount;
        break;
      case MeasureId::kBooked:
      case MeasureId::kBookedRevenue:
        if (!period.Contains(record.days.start) || record.revenue != (measure == MeasureId::kBookedRevenue)) return false;
        amount += record.amount;
        break;
      case MeasureId::kApplications:
        if (record.from == 0 || !period.Contains(record.from)) return false;
        ++count;
        break;
      case MeasureId::kDecisionsGranted:
      case MeasureId::kDecisionsRefused: {
        const uint8_t outcome = measure == MeasureId::kDecisionsGranted ? kGranted : kRefused;
        if (record.until == 0 || !period.Contains(record.until) || record.outcome != outcome) return false;
        ++count;
        break;
      }
      case MeasureId::kDecisionDaysP50:
        if (record.from == 0 || record.until < record.from || !period.Contains(record.until)) return false;
        days.push_back(record.until - record.from);
        break;
      case MeasureId::kWaits:
        if (!period.Contains(record.from)) return false;
        ++count;
        break;
      case MeasureId::kWaitsOpen:
        if (!period.Contains(record.from) || record.until != 0) return false;
        ++count;
        break;
      case MeasureId::kWaitsBefore:
        if (record.until == 0 || !period.Contains(record.until) || record.until >= record.from) return false;
        ++count;
        break;
      case MeasureId::kWaitDaysP50:
      case MeasureId::kWaitDaysP90:
        if (record.until == 0 || !period.Contains(record.until) || record.until < record.from) return false;
        days.push_back(record.until - record.from);
        break;
      case MeasureId::kRequestDaysP50:
        if (record.asked == 0 || record.until == 0 || !period.Contains(record.until) || record.until < record.asked)
          return false;
        days.push_back(record.until - record.asked);
        break;
      default:  // Not of this family.
        return false;
    }
    if (!record.person->empty()) {
      ++persons;
      exact += record.exact ? 1 : 0;
    }
    return true;
  }

  void Fill(const MeasureInfo& measure, Value* value) {
    if (persons > 0) value->link_quality = static_cast<double>(exact) / static_cast<double>(persons);
    if (value->state == Value::State::kPeriodNotDelivered) return;
    const auto rank = [this](size_t percent) {
      std::sort(days.begin(), days.end());
      return int64_t{days[(days.size() * percent + 99) / 100 - 1]};
    };
    switch (measure.measure) {
      case MeasureId::kDecisionDaysP50:
      case MeasureId::kWaitDaysP50:
      case MeasureId::kWaitDaysP90:
      case MeasureId::kRequestDaysP50:
        value->state = days.empty() ? Value::State::kDividedByZero : Value::State::kAnswered;
        if (!days.empty()) value->value = rank(measure.measure == MeasureId::kWaitDaysP90 ? 90 : 50);
        break;
      default:
        value->value = measure.money ? amount : count + static_cast<int64_t>(clients.size());
    }
  }
};

}  // namespace

std::string RecordValueOf(const Record& record, const DimensionInfo& dimension) {
  if (dimension.kind == DimensionKind::kWorkedOut) {
    return dimension.worked_out == WorkedOut::kForm ? FormOf(record) : *record.taakveld;
  }
  switch (dimension.field) {
    case kLawField:
      return record.law == kYouth ? "jeugdwet" : record.law == kWmo ? "wmo" : "";
    case kCategoryField:
      return *record.category;
    case kProductField:
      return *record.product;
    case kProviderField:
      return *record.provider;
    default:
      return *record.referrer;
  }
}

bool KeptRecord(const Question& question, const Record& record) {
  return std::all_of(question.filters.begin(), question.filters.end(), [&](const QuestionFilter& filter) {
    const std::string value = RecordValueOf(record, *filter.dimension);
    return std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
  });
}

nmd::Period RecordDaysOf(const Question& question, const MonthRange& months) {
  if (question.on.has_value()) return {*question.on, *question.on + 1};
  return {FirstDay(months.first), FirstDay(months.end)};
}

Value EmptyRecordMeasure(const RecordBook& book, const MeasureInfo& measure, const Question& question,
                         const MonthRange& months) {
  Value value;
  const MonthRange& data = book.months[KindOf(measure.measure)];
  const nmd::Period days = RecordDaysOf(question, months);
  const bool any = MonthOf(days.start) < data.end && data.first <= MonthOf(days.end - 1);
  if (!any) value.state = Value::State::kPeriodNotDelivered;
  Gathered().Fill(measure, &value);
  return value;
}

namespace {

// The months that hold every day of a record on which a measure may look.
MonthRange MonthsOf(const Record& record) {
  const bool open = record.days.end == kOpenEnd;
  Day first = record.days.start, last = open ? DayOf(9999, 1, 1) : std::max(record.days.start, record.days.end - 1);
  for (const Day day : {record.from, record.until, record.asked}) {
    if (day == 0) continue;
    first = std::min(first, day);
    last = std::max(last, day);
  }
  return {MonthOf(first), MonthOf(last) + 1};
}

}  // namespace

std::optional<Evaluation> EvaluateRecords(const RecordBook& book, const Question& question, size_t figure_limit) {
  const size_t cell_limit = figure_limit / question.measures.size();
  const auto empty = [&](std::vector<std::string> values, const MonthRange& months) {
    Cell cell;
    cell.values = std::move(values);
    cell.months = months;
    for (const MeasureInfo* measure : question.measures) {
      cell.measures.push_back(EmptyRecordMeasure(book, *measure, question, months));
    }
    return cell;
  };
  // What was gathered stands beside the cell until all records passed by.
  struct Filling {
    Cell cell;
    std::vector<Gathered> gathered;
  };
  std::map<std::vector<std::string>, Filling> fillings;
  const auto filling_at = [&](std::vector<std::string> values, const MonthRange& months) -> Filling& {
    std::vector<std::string> key = SortKey(question, values);
    auto found = fillings.find(key);
    if (found == fillings.end()) {
      Filling filling{empty(std::move(values), months), std::vector<Gathered>(question.measures.size())};
      found = fillings.emplace(std::move(key), std::move(filling)).first;
    }
    return found->second;
  };
  std::vector<std::pair<Month, MonthRange>> times;
  for (const Month month : TimeCells(question)) times.emplace_back(month, CellMonths(question, question.dimensions, month));
  const auto values_of = [&](const Record* record, Month month) {
    std::vector<std::string> values;
    for (const DimensionInfo* dimension : question.dimensions) {
      values.push_back(IsTime(dimension) ? TimeValue(dimension->grain, month) : RecordValueOf(*record, *dimension));
    }
    return values;
  };
  if (!question.dimensions.empty() && std::all_of(question.dimensions.begin(), question.dimensions.end(), IsTime)) {
    for (const auto& [month, months] : times) filling_at(values_of(nullptr, month), months);
  }

  // Fillings by the values of a record and the number of the time, so that strings are compared once per filling and not once
  // per record.
  absl::flat_hash_map<std::pair<std::string, size_t>, Filling*> found;
  std::pair<std::string, size_t> place;

  Evaluation evaluation;
  evaluation.total = empty({}, {question.first, question.end});
  std::vector<Gathered> total(question.measures.size());
  for (const Record& record : book.records) {
    if (!KeptRecord(question, record)) continue;
    const MonthRange own = MonthsOf(record);
    size_t near = 0, end = 0;
    if (!question.dimensions.empty()) {
      const auto ends_before = [](const auto& time, Month month) { return time.second.end <= month; };
      near = static_cast<size_t>(std::lower_bound(times.begin(), times.end(), own.first, ends_before) - times.begin());
      for (end = near; end < times.size() && times[end].second.first < own.end;) ++end;
      place.first.clear();
      for (const DimensionInfo* dimension : question.dimensions) {
        if (!IsTime(dimension)) absl::StrAppend(&place.first, RecordValueOf(record, *dimension), "\n");
      }
    }
    for (size_t m = 0; m < question.measures.size(); ++m) {
      const MeasureId measure = question.measures[m]->measure;
      if (KindOf(measure) != record.kind) continue;
      total[m].Add(measure, record, RecordDaysOf(question, evaluation.total.months));
      for (place.second = near; place.second < end; ++place.second) {
        const auto& [month, months] = times[place.second];
        const nmd::Period days = RecordDaysOf(question, months);
        // A cell is made by the first record that plays a part in it.
        if (!Gathered().Add(measure, record, days)) continue;
        Filling*& filling = found[place];
        if (filling == nullptr) filling = &filling_at(values_of(&record, month), months);
        filling->gathered[m].Add(measure, record, days);
      }
    }
    if (fillings.size() > cell_limit) return std::nullopt;
  }
  for (size_t m = 0; m < question.measures.size(); ++m) {
    total[m].Fill(*question.measures[m], &evaluation.total.measures[m]);
  }
  for (auto& [key, filling] : fillings) {
    for (size_t m = 0; m < question.measures.size(); ++m) {
      filling.gathered[m].Fill(*question.measures[m], &filling.cell.measures[m]);
    }
    evaluation.cells.push_back(std::move(filling.cell));
  }
  return evaluation;
}

std::vector<uint32_t> RecordsBehind(const RecordBook& book, const Question& question) {
  std::vector<uint32_t> batches;
  const MeasureId measure = question.measures.front()->measure;
  for (const Record& record : book.records) {
    if (record.kind != KindOf(measure) || !KeptRecord(question, record)) continue;
    if (Gathered().Add(measure, record, RecordDaysOf(question, {question.first, question.end})))
      batches.push_back(record.batch);
  }
  return batches;
}

}  // namespace nmd::costs
