// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/answer.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/costs/person_measures.h"
#include "services/costs/record_measures.h"
#include "services/costs/row_measures.h"

namespace nmd::costs {
namespace {

// Values of the base measures of one cell, by measure.
struct Known {
  const std::vector<const MeasureInfo*>& bases;
  const std::vector<Value>& values;

  const Value& Of(const MeasureInfo* base) const {
    return values[static_cast<size_t>(std::find(bases.begin(), bases.end(), base) - bases.begin())];
  }
};

// A value on the way: exact, or the reason why there is none.
struct Exact {
  Value::State state = Value::State::kAnswered;
  Fraction value;
};

Exact ExactOf(const MeasureInfo& measure, const Known& known) {
  if (measure.family == Family::kUnregistered) return {Value::State::kNotRegistered, {}};
  if (measure.family != Family::kDerived) {
    const Value& value = known.Of(&measure);
    return {value.state, Fraction(value.value)};
  }
  std::vector<Fraction> inputs;
  for (const MeasureInfo* input : measure.inputs) {
    const Exact exact = ExactOf(*input, known);
    if (exact.state != Value::State::kAnswered) return exact;
    inputs.push_back(exact.value);
  }
  const Expression::Result result = measure.expression.Evaluate(inputs);
  switch (result.outcome) {
    case Expression::Outcome::kDividedByZero:
      return {Value::State::kDividedByZero, {}};
    case Expression::Outcome::kTooLarge:
      return {Value::State::kTooLarge, {}};
    case Expression::Outcome::kValue:
      break;
  }
  return {Value::State::kAnswered, result.value};
}

// 1000 * count / whole, with the exact interval of the count.
std::optional<Bounds> IntervalOf(const MeasureInfo& measure, const Known& known) {
  const std::optional<size_t> at = measure.expression.CountOfRate();
  if (!at.has_value() || measure.money) return std::nullopt;
  const Exact count = ExactOf(*measure.inputs[*at], known);
  const Exact whole = ExactOf(*measure.inputs[1 - *at], known);
  const std::optional<int64_t> counted = count.value.Rounded();
  if (!counted.has_value() || *counted < 0 || !count.value.whole()) return std::nullopt;
  const Bounds bounds = PoissonInterval(*counted);
  const double scale = 1000 / whole.value.Real();
  return Bounds{bounds.low * scale, bounds.high * scale};
}

Value Derive(const MeasureInfo& measure, const Known& known) {
  Value value;
  // As sure as the least sure of what it is made of.
  for (const MeasureInfo* base : measure.bases) {
    if (base->family == Family::kUnregistered) continue;
    const Value& input = known.Of(base);
    value.link_quality = std::min(value.link_quality, input.link_quality);
    value.untariffed_provisions = std::max(value.untariffed_provisions, input.untariffed_provisions);
    value.placeless_clients = std::max(value.placeless_clients, input.placeless_clients);
    if (input.years_known.has_value()) value.years_known = input.years_known;
    if (!input.completeness.has_value()) continue;
    value.completeness = std::min(value.completeness.value_or(1), *input.completeness);
  }
  const Exact exact = ExactOf(measure, known);
  value.state = exact.state;
  if (exact.state != Value::State::kAnswered) return value;
  if (measure.ratio) {
    value.ratio = exact.value.Real();
    value.interval = IntervalOf(measure, known);
    return value;
  }
  const std::optional<int64_t> rounded = exact.value.Rounded();
  if (!rounded.has_value()) {
    value.state = Value::State::kTooLarge;
    return value;
  }
  value.value = *rounded;
  return value;
}

// Where a base measure is counted.
enum class Place : size_t { kTable, kRowMeasures, kRecords, kPersons, kPlaces };

Place PlaceOf(const MeasureInfo& measure) {
  switch (measure.family) {
    case Family::kFlows:
    case Family::kSpread:
      return Place::kRowMeasures;
    case Family::kRecords:
      return Place::kRecords;
    case Family::kPersons:
      return Place::kPersons;
    default:
      return Place::kTable;
  }
}

std::optional<Evaluation> AskAt(Place place, const Snapshot& snapshot, const RecordBook& records, const Question& question,
                                size_t figure_limit) {
  switch (place) {
    case Place::kRowMeasures:
      return EvaluateRowMeasures(snapshot, question, figure_limit);
    case Place::kRecords:
      return EvaluateRecords(records, question, figure_limit);
    case Place::kPersons:
      return EvaluatePersons(snapshot, records, question, figure_limit);
    default:
      return Evaluate(snapshot, question, figure_limit);
  }
}

Value EmptyAt(const Snapshot& snapshot, const RecordBook& records, const Question& question, const MeasureInfo* measure,
              const MonthRange& months) {
  switch (PlaceOf(*measure)) {
    case Place::kRowMeasures:
      return EmptyRowMeasure(snapshot, *measure, months);
    case Place::kRecords:
      return EmptyRecordMeasure(records, *measure, question, months);
    case Place::kPersons:
      return EmptyPersonMeasure(snapshot, records, *measure, question, months);
    default: {
      Question one = question;
      one.measures = {measure};
      return EmptyCell(snapshot, one, {}, months).measures.front();
    }
  }
}

// Asks every base measure where it is counted and puts the answers together, cell by cell.
std::optional<Evaluation> AskBases(const Snapshot& snapshot, const RecordBook& records, const Question& question,
                                   size_t figure_limit) {
  constexpr auto kPlaces = static_cast<size_t>(Place::kPlaces);
  std::array<Question, kPlaces> parts;
  parts.fill(question);
  for (Question& part : parts) part.measures.clear();
  for (const MeasureInfo* measure : question.measures) {
    parts[static_cast<size_t>(PlaceOf(*measure))].measures.push_back(measure);
  }
  const size_t cell_limit = figure_limit / question.measures.size();
  std::array<std::optional<Evaluation>, kPlaces> answers;
  for (size_t at = 0; at < kPlaces; ++at) {
    const size_t measures = parts[at].measures.size();
    if (measures == 0) continue;
    answers[at] = AskAt(static_cast<Place>(at), snapshot, records, parts[at], cell_limit * measures);
    if (!answers[at].has_value()) return std::nullopt;
    if (measures == question.measures.size()) return answers[at];
  }

  using Parts = std::array<const Cell*, kPlaces>;
  std::map<std::vector<std::string>, Parts> joined;
  Parts totals{};
  for (size_t at = 0; at < kPlaces; ++at) {
    if (!answers[at].has_value()) continue;
    for (const Cell& cell : answers[at]->cells) joined[SortKey(question, cell.values)][at] = &cell;
    totals[at] = &answers[at]->total;
  }
  if (joined.size() > cell_limit) return std::nullopt;
  const auto join = [&](const Parts& from) {
    const Cell& any = **std::find_if(from.begin(), from.end(), [](const Cell* part) { return part != nullptr; });
    Cell cell;
    cell.values = any.values;
    cell.months = any.months;
    std::array<size_t, kPlaces> next{};
    for (const MeasureInfo* measure : question.measures) {
      const auto at = static_cast<size_t>(PlaceOf(*measure));
      cell.measures.push_back(from[at] != nullptr ? from[at]->measures[next[at]++]
                                                  : EmptyAt(snapshot, records, question, measure, cell.months));
    }
    return cell;
  };
  Evaluation evaluation;
  for (const auto& [key, from] : joined) evaluation.cells.push_back(join(from));
  evaluation.total = join(totals);
  return evaluation;
}

}  // namespace

bool NeedsRecords(const Question& question) {
  const auto needs = [](const MeasureInfo* measure) {
    return measure->family == Family::kRecords || (measure->family == Family::kPersons && PersonMeasureNeedsRecords(*measure));
  };
  return std::any_of(question.measures.begin(), question.measures.end(), [&needs](const MeasureInfo* measure) {
    return needs(measure) || std::any_of(measure->bases.begin(), measure->bases.end(), needs);
  });
}

namespace {

// The question with the measures that the asked ones are made of, each once.
Question BasesOf(const Question& question) {
  Question asked = question;
  asked.measures.clear();
  const auto ask = [&asked](const MeasureInfo* base) {
    if (base->family == Family::kUnregistered) return;
    if (std::find(asked.measures.begin(), asked.measures.end(), base) == asked.measures.end()) asked.measures.push_back(base);
  };
  for (const MeasureInfo* measure : question.measures) {
    if (measure->family != Family::kDerived) ask(measure);
    for (const MeasureInfo* base : measure->bases) ask(base);
  }
  return asked;
}

// Replaces the values of the bases in a cell by those of the question's measures.
void DeriveCell(const Question& question, const Question& asked, Cell* cell) {
  std::vector<Value> values;
  const Known known{asked.measures, cell->measures};
  for (const MeasureInfo* measure : question.measures) {
    if (measure->family == Family::kDerived) {
      values.push_back(Derive(*measure, known));
    } else if (measure->family == Family::kUnregistered) {
      values.emplace_back();
      values.back().state = Value::State::kNotRegistered;
    } else {
      values.push_back(known.Of(measure));
    }
  }
  cell->measures = std::move(values);
}

}  // namespace

std::optional<Evaluation> Answer(const Snapshot& snapshot, const RecordBook& records, const Question& question,
                                 size_t figure_limit) {
  const Question asked = BasesOf(question);
  if (asked.measures == question.measures) return AskBases(snapshot, records, question, figure_limit);
  Evaluation evaluation;
  evaluation.total.months = {question.first, question.end};
  if (!asked.measures.empty()) {
    // The limit is on figures that are answered, not on what they are made of.
    std::optional<Evaluation> bases =
        AskBases(snapshot, records, asked, figure_limit / question.measures.size() * asked.measures.size());
    if (!bases.has_value()) return std::nullopt;
    evaluation = std::move(*bases);
  }
  for (Cell& cell : evaluation.cells) DeriveCell(question, asked, &cell);
  DeriveCell(question, asked, &evaluation.total);
  return evaluation;
}

Cell EmptyAnswer(const Snapshot& snapshot, const RecordBook& records, const Question& question, std::vector<std::string> values,
                 const MonthRange& months) {
  const Question asked = BasesOf(question);
  Cell cell;
  cell.values = std::move(values);
  cell.months = months;
  for (const MeasureInfo* measure : asked.measures) {
    cell.measures.push_back(EmptyAt(snapshot, records, asked, measure, months));
  }
  DeriveCell(question, asked, &cell);
  return cell;
}

}  // namespace nmd::costs
