// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_EVALUATE_H_
#define NMD_SERVICES_COSTS_EVALUATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/core/date.h"
#include "services/core/intervals.h"
#include "services/costs/age_bands.h"
#include "services/costs/catalogue.h"
#include "services/costs/fact_table.h"
#include "services/costs/snapshot.h"

// Questions answered from a snapshot: which rows, in which cells, and what each measure says there. Pure.
namespace nmd::costs {

struct QuestionFilter {
  const DimensionInfo* dimension = nullptr;
  std::vector<std::string> values;
};

// A question whose names and dates were checked. Dimensions and filters are registered ones that every measure supports.
struct Question {
  std::vector<const MeasureInfo*> measures;
  std::vector<const DimensionInfo*> dimensions;
  std::vector<QuestionFilter> filters;
  Month first = 0, end = 0;
  std::optional<Day> on;  // Reference date; then [first, end) is its month.
  AgeBands ages;          // Of the dimension age_band.
};

// What a measure says in a cell.
struct Value {
  enum class State { kAnswered, kPeriodNotDelivered, kTariffMissing, kNotRegistered, kDividedByZero, kTooLarge };
  State state = State::kAnswered;
  int64_t value = 0;
  double ratio = 0;                // Instead of value, of a measure that is a ratio.
  std::optional<Bounds> interval;  // 95%, of a rate.
  double link_quality = 1;
  std::optional<double> completeness;
  std::optional<int64_t> least;       // Of a count of clients: when all that may be one person are. Absent when that is value.
  int64_t placeless_clients = 0;      // Clients in the cell of whom no household is known: in no count of households.
  std::optional<int> years_known;     // Of a measure that looks back: of how many of the years there are data.
  int64_t untariffed_provisions = 0;  // Provisions of an indicated amount that lack a tariff or a volume.
};

struct Cell {
  std::vector<std::string> values;  // One per dimension.
  MonthRange months;                // The part of the period the cell is about.
  std::vector<Value> measures;      // One per measure.
};

struct Evaluation {
  std::vector<Cell> cells;  // In order of values; ages and times in their natural order.
  Cell total;               // Counted again over all rows, never summed from cells.
};

// Cells with at least one row or number behind them. When all dimensions are times, every month, quarter or year of the
// period has a cell, so that a series has no holes: a counted zero is 0. Without dimensions there are no cells, only the
// total. Ages are those on the first day of the part of the period a cell is about.
// nullopt when there would be more than `figure_limit` figures.
std::optional<Evaluation> Evaluate(const Snapshot& snapshot, const Question& question, size_t figure_limit);

// The rows of the table that are in the total of the question, in order; `filtered` false leaves the filters out.
std::vector<uint32_t> RowsBehind(const Snapshot& snapshot, const Question& question, bool filtered);

// The rows of the question, in order, and in which cell each is: its position per dimension, and the value of each position.
struct GroupedRows {
  std::vector<uint32_t> rows;
  std::vector<std::vector<uint32_t>> positions;  // Per dimension, then per entry of rows.
  std::vector<std::vector<std::string>> values;  // Per dimension, by position.
};
GroupedRows RowsByGroup(const Snapshot& snapshot, const Question& question);

// Batches behind a figure of a measure about inhabitants or a budget, one entry per statement.
std::vector<uint32_t> StatementsBehind(const Snapshot& snapshot, const Question& question, const MeasureInfo& measure);

// The part of the period a cell with this month in it is about: the smallest grain among the dimensions decides.
MonthRange CellMonths(const Question& question, const std::vector<const DimensionInfo*>& dimensions, Month month);
// The months of the period, one per distinct combination of time dimensions, that the time filters keep.
std::vector<Month> TimeCells(const Question& question);
// What a cell says before any family has filled it in: the rows count zero, the others know nothing.
Cell EmptyCell(const Snapshot& snapshot, const Question& question, std::vector<std::string> values, MonthRange months);
// Cells with these values come in the order of this.
std::vector<std::string> SortKey(const Question& question, const std::vector<std::string>& values);
// Which rows have which values of a dimension that is no time.
struct RowCodes {
  const Column* column = nullptr;
  std::unique_ptr<Column> own;                       // When the table has no such column.
  const std::vector<std::string>* values = nullptr;  // By code; of the snapshot or of the question.
};
// Of rows in the months; of others any. `dimensions` are those the cells have, which say on which day ages are.
// Cost: nothing for a column of the table, else some nanoseconds per row of the months.
RowCodes CodesOfRows(const Snapshot& snapshot, const Question& question, const std::vector<const DimensionInfo*>& dimensions,
                     const DimensionInfo& dimension, const MonthRange& months);

// What values of a dimension sort by: ages by age, everything else by value.
std::string SortValue(const DimensionInfo& dimension, const std::string& value);

// Value and Dutch label of a time: "2018-02" / "feb 2018", "2018-Q1" / "1e kwartaal 2018", "2018".
std::string TimeValue(Grain grain, Month month);
std::string TimeLabel(Grain grain, const std::string& value);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_EVALUATE_H_
