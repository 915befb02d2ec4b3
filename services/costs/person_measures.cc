// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/person_measures.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/costs/cell_space.h"
#include "services/costs/record_measures.h"
#include "services/costs/snapshot_parts.h"

namespace nmd::costs {
namespace {

constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();
constexpr size_t kThirdSwitch = 2;
// The published series that says how many households there are, and its kind: PUBLISHED of nmd.costs.v1.ExternalSeries.
constexpr absl::string_view kHouseholdSeries = "huishoudens";
constexpr uint8_t kPublishedKind = 1;

bool Asks(const Question& question, std::initializer_list<MeasureId> ids) {
  return std::any_of(question.measures.begin(), question.measures.end(), [&](const MeasureInfo* measure) {
    return std::find(ids.begin(), ids.end(), measure->measure) != ids.end();
  });
}

bool LooksBack(MeasureId measure) {
  return measure == MeasureId::kCoreClients || measure == MeasureId::kCoreApproved ||
         (MeasureId::kInCare1 <= measure && measure <= MeasureId::kInCare5);
}

// How many of the years up to that of the last month there are data about.
int YearsKnown(const Snapshot& snapshot, const MonthRange& months) {
  return std::min(kCoreYears, YearOf(months.end - 1) - YearOf(snapshot.allocation_months.first) + 1);
}

// When every client had care, whatever the filters: what somebody had before is no part of what is asked about.
class History {
 public:
  History(const Snapshot& snapshot, Month end) : base_(YearOf(end - 1) - 63) {
    const FactTable& table = snapshot.table;
    years_.resize(snapshot.clients.size());
    first_.assign(snapshot.clients.size(), kOpenEnd);
    for (size_t row = 0; row < table.size(); ++row) {
      if ((table.flags[row] & kCounts) == 0) continue;
      const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
      const uint32_t client = table.client[row];
      first_[client] = std::min(first_[client], FirstDay(month) + table.from_day[row] - 1);
      const int year = YearOf(month) - base_;
      if (0 <= year && year < 64) years_[client] |= uint64_t{1} << year;
    }
  }
  // In how many of the kCoreYears years up to and including this one. REQUIRES: year is at most that of `end`.
  int YearsUpTo(uint32_t client, int year) const {
    const int shift = year - (kCoreYears - 1) - base_;
    return shift < 0 ? 0 : std::popcount((years_[client] >> shift) & ((uint64_t{1} << kCoreYears) - 1));
  }
  Day First(uint32_t client) const { return first_[client]; }

 private:
  const int base_;
  std::vector<uint64_t> years_;  // Bit i: care in year base_ + i.
  std::vector<Day> first_;
};

// What is gathered of one cell in one part of the period. Rows come client by client.
struct Tally {
  LinkTally links;
  uint32_t last_client = kNobody, last_first = kNobody, last_provision = kNobody, last_household = 0;
  bool housed = false;                             // The last client has a household here.
  std::array<int64_t, kCoreYears + 1> by_years{};  // Clients.
  int64_t first_ever = 0, placeless = 0, housed_provisions = 0;
  absl::flat_hash_set<uint32_t> households;
  std::vector<uint32_t> clients;          // Ascending; only when the union is asked for.
  absl::flat_hash_set<uint32_t> budgets;  // Numbers of RecordBook with a personal budget.
  Cents core_approved = 0;
  int64_t claim_lines = 0, answered_lines = 0;

  void LeaveClient() {
    if (last_client != kNobody && !housed) ++placeless;
    housed = false;
  }
};

class Gatherer {
 public:
  Gatherer(const Snapshot& snapshot, const RecordBook& book, const Question& question)
      : snapshot_(snapshot), book_(book), question_(question), space_(snapshot, question, {question.first, question.end}) {
    for (Month month = question.first; month < question.end; ++month) {
      parts_.push_back(CellMonths(question, question.dimensions, month));
    }
  }

  // By the values of the cell (times empty) and the first month of the part of the period.
  using Tallies = std::map<std::pair<std::vector<std::string>, Month>, Tally>;

  Tallies Gather(size_t cell_limit) {
    GatherRows(cell_limit);
    Tallies tallies;
    for (auto& [key, tally] : by_row_) {
      tally.LeaveClient();
      tallies.emplace(std::pair(space_.ValuesOf(key.first), key.second), std::move(tally));
    }
    if (Asks(question_, {MeasureId::kClientsAndPgb})) GatherBudgets(&tallies);
    return tallies;
  }

 private:
  void GatherRows(size_t cell_limit) {
    const bool back = std::any_of(question_.measures.begin(), question_.measures.end(),
                                  [](const MeasureInfo* measure) { return LooksBack(measure->measure); });
    const bool first = Asks(question_, {MeasureId::kFirstEver});
    const bool clients = Asks(question_, {MeasureId::kClientsAndPgb});
    std::optional<History> history;
    if (back || first) history.emplace(snapshot_, question_.end);
    Question rows = question_;
    // Ages are those of the part of the period, which the plan of a total does not know.
    std::erase_if(rows.filters, [](const QuestionFilter& filter) { return filter.dimension->kind == DimensionKind::kAge; });
    const FactTable& table = snapshot_.table;
    for (const uint32_t row : RowsBehind(snapshot_, rows, true)) {
      if (!space_.KeptByAge(row)) continue;
      const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
      const MonthRange& part = parts_[static_cast<size_t>(month - question_.first)];
      Tally& tally = by_row_[{space_.CellOf(row), part.first}];
      if (by_row_.size() > cell_limit) return;
      tally.links.See(table.flags[row]);
      const uint32_t client = table.client[row];
      const int years = back ? history->YearsUpTo(client, YearOf(part.end - 1)) : 0;
      if (years >= kCoreLeast) tally.core_approved += table.approved[row];
      tally.claim_lines += table.claim_lines[row];
      tally.answered_lines += table.answered_lines[row];
      if ((table.flags[row] & kCounts) == 0) continue;
      if (client != tally.last_client) {
        tally.LeaveClient();
        tally.last_client = client;
        ++tally.by_years[static_cast<size_t>(years)];
        if (clients) tally.clients.push_back(client);
      }
      const uint32_t household = table.fields[kHouseholdField][row];
      if (household != 0) {
        tally.housed = true;
        if (household != tally.last_household) tally.households.insert(household);
        tally.last_household = household;
        if (table.provision[row] != tally.last_provision) ++tally.housed_provisions;
        tally.last_provision = table.provision[row];
      }
      if (first && client != tally.last_first && history->First(client) == FirstDay(month) + table.from_day[row] - 1) {
        ++tally.first_ever;
        tally.last_first = client;
      }
    }
  }

  void GatherBudgets(Tallies* tallies) {
    for (const Record& record : book_.records) {
      if (record.kind != kPersonalBudgetRecord || !KeptRecord(question_, record)) continue;
      const MonthRange* last = nullptr;
      for (const MonthRange& part : parts_) {
        if (last != nullptr && last->first == part.first) continue;
        last = &part;
        if (!record.days.Overlaps(RecordDaysOf(question_, part))) continue;
        std::vector<std::string> values;
        for (const DimensionInfo* dimension : question_.dimensions) {
          values.push_back(dimension->kind == DimensionKind::kTime ? std::string() : RecordValueOf(record, *dimension));
        }
        (*tallies)[{std::move(values), part.first}].budgets.insert(record.client);
      }
    }
  }

  const Snapshot& snapshot_;
  const RecordBook& book_;
  const Question& question_;
  CellSpace space_;
  std::vector<MonthRange> parts_;  // By month of the period.
  absl::flat_hash_map<std::pair<uint32_t, Month>, Tally> by_row_;
};

// Clients of the table, by number of the book; kNobody for who has no row.
std::vector<uint32_t> ClientsOf(const Snapshot& snapshot, const RecordBook& book) {
  std::vector<uint32_t> numbers = {kNobody};
  for (const ClientId& who : book.clients) {
    const auto at = std::lower_bound(snapshot.clients.begin(), snapshot.clients.end(), who, ClientBefore);
    const bool found = at != snapshot.clients.end() && *at == who;
    numbers.push_back(found ? static_cast<uint32_t>(at - snapshot.clients.begin()) : kNobody);
  }
  return numbers;
}

// What was published of how many households the municipality has on 1 January of the year in which the months begin; null when
// nobody said.
const ExternalFact* HouseholdsIn(const RecordBook& book, const MonthRange& months) {
  const Day day = FirstDay(nmd::MonthOf(YearOf(months.first), 1));
  const ExternalFact* statement = nullptr;
  for (const ExternalFact& value : book.externals) {
    const bool fits = value.kind == kPublishedKind && *value.series == kHouseholdSeries && value.area->empty() &&
                      value.printed && value.measured_in == ingestion::v1::COUNT && value.days.Contains(day);
    // In order of period and vintage: the last one holds.
    if (fits) statement = &value;
  }
  return statement;
}

// Courses of everybody, up to the end of the period.
std::vector<HandedOver> Courses(const Snapshot& snapshot, const Question& question) {
  Question all = question;
  all.first = std::min(question.first, snapshot.table.first_month);
  all.dimensions.clear();
  std::erase_if(all.filters, [](const QuestionFilter& filter) { return filter.dimension->kind == DimensionKind::kAge; });
  const CellSpace space(snapshot, question, {all.first, question.end});
  const FactTable& table = snapshot.table;
  std::vector<Stretch> care;
  for (const uint32_t row : RowsBehind(snapshot, all, true)) {
    if ((table.flags[row] & kCounts) == 0 || !space.KeptByAge(row)) continue;
    const Day first = FirstDay(table.first_month + static_cast<Month>(table.fields[kMonthField][row]));
    const nmd::Period days = {first + table.from_day[row] - 1, first + table.to_day[row] - 1};
    const uint32_t provider = table.fields[kProviderField][row];
    if (!care.empty() && care.back().subject == table.client[row] && care.back().cell == provider &&
        care.back().days.end == days.start) {
      care.back().days.end = days.end;
    } else {
      care.push_back({table.client[row], provider, days});
    }
  }
  return HandOvers(std::move(care), FlowRules().gap_days);
}

// Everything that is counted in one part of the period.
struct Counted {
  const Tally* tally = nullptr;
  const std::vector<HandedOver>* courses = nullptr;
  const std::vector<uint32_t>* clients_of = nullptr;
};

int64_t CountOf(MeasureId measure, const Counted& counted, const nmd::Period& days) {
  const Tally& tally = *counted.tally;
  switch (measure) {
    case MeasureId::kHouseholds:
      return static_cast<int64_t>(tally.households.size());
    case MeasureId::kHouseholdProvisions:
      return tally.housed_provisions;
    case MeasureId::kClientsAndPgb:
      return static_cast<int64_t>(tally.clients.size()) +
             std::count_if(tally.budgets.begin(), tally.budgets.end(), [&](uint32_t number) {
               const uint32_t client = (*counted.clients_of)[number];
               return client == kNobody || !std::binary_search(tally.clients.begin(), tally.clients.end(), client);
             });
    case MeasureId::kCoreClients:
      return tally.by_years[3] + tally.by_years[4] + tally.by_years[5];
    case MeasureId::kCoreApproved:
      return tally.core_approved;
    case MeasureId::kFirstEver:
      return tally.first_ever;
    case MeasureId::kProviderSwitches: {
      int64_t count = 0;
      for (const HandedOver& course : *counted.courses) {
        count += std::count_if(course.switches.begin(), course.switches.end(), [&](Day day) { return days.Contains(day); });
      }
      return count;
    }
    case MeasureId::kEpisodes3Switches:
      return std::count_if(counted.courses->begin(), counted.courses->end(), [&](const HandedOver& course) {
        return course.days.Overlaps(days) && course.switches.size() > kThirdSwitch && course.switches[kThirdSwitch] < days.end;
      });
    default:  // Years in care.
      return tally.by_years[1 + static_cast<size_t>(measure) - static_cast<size_t>(MeasureId::kInCare1)];
  }
}

void Fill(const Snapshot& snapshot, const Question& question, const Counted& counted, Cell* cell) {
  for (size_t m = 0; m < question.measures.size(); ++m) {
    const MeasureId measure = question.measures[m]->measure;
    Value& value = cell->measures[m];
    if (measure == MeasureId::kAllHouseholds) continue;
    value.link_quality = counted.tally->links.share();
    if (measure == MeasureId::kCoreApproved && counted.tally->claim_lines > 0) {
      value.completeness = static_cast<double>(counted.tally->answered_lines) / static_cast<double>(counted.tally->claim_lines);
    }
    if (value.state != Value::State::kAnswered) continue;
    value.value = CountOf(measure, counted, RecordDaysOf(question, cell->months));
    if (measure == MeasureId::kHouseholds || measure == MeasureId::kHouseholdProvisions) {
      value.placeless_clients = counted.tally->placeless;
    }
    if (LooksBack(measure)) value.years_known = YearsKnown(snapshot, cell->months);
  }
}

}  // namespace

bool PersonMeasureNeedsRecords(const MeasureInfo& measure) {
  return measure.measure == MeasureId::kClientsAndPgb || measure.measure == MeasureId::kAllHouseholds;
}

Value EmptyPersonMeasure(const Snapshot& snapshot, const RecordBook& book, const MeasureInfo& measure, const Question& question,
                         const MonthRange& months) {
  Value value;
  const auto overlap = [&months](const MonthRange& data) { return months.first < data.end && data.first < months.end; };
  bool known = overlap(snapshot.allocation_months);
  const MeasureId id = measure.measure;
  if (id == MeasureId::kAllHouseholds) {
    const ExternalFact* households = HouseholdsIn(book, months);
    known = households != nullptr;
    if (known) value.value = households->thousandths / 1000;
  }
  if (id == MeasureId::kClientsAndPgb) {
    const nmd::Period days = RecordDaysOf(question, months);
    const MonthRange& budgets = book.months[kPersonalBudgetRecord];
    known = known && MonthOf(days.start) < budgets.end && budgets.first <= MonthOf(days.end - 1);
  }
  if (id == MeasureId::kCoreApproved) known = known && overlap(snapshot.claim_months);
  if (known && LooksBack(id)) {
    // What there are no years for is no zero.
    const int needed = MeasureId::kInCare1 <= id && id <= MeasureId::kInCare5
                           ? 1 + static_cast<int>(id) - static_cast<int>(MeasureId::kInCare1)
                           : kCoreLeast;
    known = YearsKnown(snapshot, months) >= needed;
    value.years_known = YearsKnown(snapshot, months);
  }
  if (!known) value.state = Value::State::kPeriodNotDelivered;
  return value;
}

std::vector<uint32_t> BudgetsBehind(const RecordBook& book, const Question& question) {
  std::vector<uint32_t> batches;
  for (const Record& record : book.records) {
    if (record.kind == kPersonalBudgetRecord && KeptRecord(question, record) &&
        record.days.Overlaps(RecordDaysOf(question, {question.first, question.end}))) {
      batches.push_back(record.batch);
    }
  }
  return batches;
}

std::optional<uint32_t> HouseholdStatement(const RecordBook& book, const MonthRange& months) {
  const ExternalFact* statement = HouseholdsIn(book, months);
  return statement == nullptr ? std::nullopt : std::optional<uint32_t>(statement->batch);
}

std::vector<HandedOver> HandOvers(std::vector<Stretch> care, int gap_days) {
  std::vector<Stretch> anywhere = care;
  for (Stretch& stretch : anywhere) stretch.cell = 0;
  const std::vector<Stretch> episodes = MergeStretches(std::move(anywhere), gap_days);
  const std::vector<Stretch> at_providers = MergeStretches(std::move(care), gap_days);
  std::vector<HandedOver> courses;
  size_t first = 0;  // Of the subject, in at_providers: both lists are in order of subject.
  size_t end = 0;
  for (size_t e = 0; e < episodes.size(); ++e) {
    const uint32_t subject = episodes[e].subject;
    if (e == 0 || episodes[e - 1].subject != subject) {
      for (first = end; end < at_providers.size() && at_providers[end].subject == subject;) ++end;
    }
    HandedOver course{episodes[e].days, {}};
    for (size_t b = first; b < end; ++b) {
      const Day start = at_providers[b].days.start;
      if (!course.days.Contains(start)) continue;
      const bool follows =
          std::any_of(at_providers.begin() + static_cast<std::ptrdiff_t>(first),
                      at_providers.begin() + static_cast<std::ptrdiff_t>(end), [&](const Stretch& a) {
                        return a.cell != at_providers[b].cell && a.days.end <= start && start - a.days.end <= gap_days;
                      });
      if (follows) course.switches.push_back(start);
    }
    std::sort(course.switches.begin(), course.switches.end());
    courses.push_back(std::move(course));
  }
  return courses;
}

std::optional<Evaluation> EvaluatePersons(const Snapshot& snapshot, const RecordBook& book, const Question& question,
                                          size_t figure_limit) {
  const size_t cell_limit = figure_limit / question.measures.size();
  const auto empty = [&](std::vector<std::string> values, const MonthRange& months) {
    Cell cell;
    cell.values = std::move(values);
    cell.months = months;
    for (const MeasureInfo* measure : question.measures) {
      cell.measures.push_back(EmptyPersonMeasure(snapshot, book, *measure, question, months));
    }
    return cell;
  };
  std::vector<HandedOver> courses;
  if (Asks(question, {MeasureId::kProviderSwitches, MeasureId::kEpisodes3Switches})) courses = Courses(snapshot, question);
  const std::vector<uint32_t> clients_of = ClientsOf(snapshot, book);
  static const auto* const kNone = new Tally();

  Evaluation evaluation;
  Question whole = question;
  whole.dimensions.clear();
  Gatherer::Tallies total = Gatherer(snapshot, book, whole).Gather(1);
  evaluation.total = empty({}, {question.first, question.end});
  Fill(snapshot, whole, {total.empty() ? kNone : &total.begin()->second, &courses, &clients_of}, &evaluation.total);
  if (question.dimensions.empty()) return evaluation;

  const Gatherer::Tallies tallies = Gatherer(snapshot, book, question).Gather(cell_limit);
  if (tallies.size() > cell_limit) return std::nullopt;
  std::map<std::vector<std::string>, Cell> cells;
  const auto add = [&](std::vector<std::string> values, Month month, const Tally& tally) {
    bool only_times = true;
    for (size_t d = 0; d < question.dimensions.size(); ++d) {
      const bool time = question.dimensions[d]->kind == DimensionKind::kTime;
      only_times = only_times && time;
      if (time) values[d] = TimeValue(question.dimensions[d]->grain, month);
    }
    std::vector<std::string> key = SortKey(question, values);
    if (cells.contains(key)) return;
    Cell cell = empty(std::move(values), CellMonths(question, question.dimensions, month));
    Fill(snapshot, question, {&tally, &courses, &clients_of}, &cell);
    // Rows that only have claims make no cell of a count.
    const bool any =
        std::any_of(cell.measures.begin(), cell.measures.end(), [](const Value& value) { return value.value != 0; });
    if (any || only_times) cells.emplace(std::move(key), std::move(cell));
  };
  for (const auto& [key, tally] : tallies) add(key.first, key.second, tally);
  // A series has no holes.
  if (std::all_of(question.dimensions.begin(), question.dimensions.end(),
                  [](const DimensionInfo* dimension) { return dimension->kind == DimensionKind::kTime; })) {
    for (const Month month : TimeCells(question)) add(std::vector<std::string>(question.dimensions.size()), month, *kNone);
  }
  for (auto& [key, cell] : cells) evaluation.cells.push_back(std::move(cell));
  if (evaluation.cells.size() > cell_limit) return std::nullopt;
  return evaluation;
}

}  // namespace nmd::costs
