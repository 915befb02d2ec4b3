// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/answer.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

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

bool OverMonths(const MeasureInfo& measure) { return measure.family == Family::kFlows || measure.family == Family::kSpread; }

// Asks every base measure where it is counted and puts the answers together, cell by cell.
std::optional<Evaluation> AskBases(const Snapshot& snapshot, const Question& question, size_t figure_limit) {
  Question plain = question;
  Question over_months = question;
  plain.measures.clear();
  over_months.measures.clear();
  for (const MeasureInfo* measure : question.measures) {
    (OverMonths(*measure) ? over_months : plain).measures.push_back(measure);
  }
  if (over_months.measures.empty()) return Evaluate(snapshot, question, figure_limit);
  if (plain.measures.empty()) return EvaluateRowMeasures(snapshot, question, figure_limit);
  const size_t cell_limit = figure_limit / question.measures.size();
  const std::optional<Evaluation> left = Evaluate(snapshot, plain, cell_limit * plain.measures.size());
  const std::optional<Evaluation> right = EvaluateRowMeasures(snapshot, over_months, cell_limit * over_months.measures.size());
  if (!left.has_value() || !right.has_value()) return std::nullopt;

  Evaluation evaluation;
  std::map<std::vector<std::string>, std::pair<const Cell*, const Cell*>> pairs;
  for (const Cell& cell : left->cells) pairs[SortKey(question, cell.values)].first = &cell;
  for (const Cell& cell : right->cells) pairs[SortKey(question, cell.values)].second = &cell;
  if (pairs.size() > cell_limit) return std::nullopt;
  const auto join = [&](const Cell* one, const Cell* two) {
    Cell cell;
    cell.values = one != nullptr ? one->values : two->values;
    cell.months = one != nullptr ? one->months : two->months;
    const Cell empty = one != nullptr ? Cell() : EmptyCell(snapshot, plain, {}, cell.months);
    size_t a = 0;
    size_t b = 0;
    for (const MeasureInfo* measure : question.measures) {
      if (!OverMonths(*measure)) {
        cell.measures.push_back((one != nullptr ? one : &empty)->measures[a++]);
      } else {
        cell.measures.push_back(two != nullptr ? two->measures[b] : EmptyRowMeasure(snapshot, *measure, cell.months));
        ++b;
      }
    }
    return cell;
  };
  for (const auto& [key, pair] : pairs) evaluation.cells.push_back(join(pair.first, pair.second));
  evaluation.total = join(&left->total, &right->total);
  return evaluation;
}

}  // namespace

std::optional<Evaluation> Answer(const Snapshot& snapshot, const Question& question, size_t figure_limit) {
  Question asked = question;
  asked.measures.clear();
  bool plain = true;
  const auto ask = [&asked](const MeasureInfo* base) {
    if (base->family == Family::kUnregistered) return;
    if (std::find(asked.measures.begin(), asked.measures.end(), base) == asked.measures.end()) asked.measures.push_back(base);
  };
  for (const MeasureInfo* measure : question.measures) {
    plain = plain && measure->family != Family::kDerived && measure->family != Family::kUnregistered;
    if (measure->family != Family::kDerived) ask(measure);
    for (const MeasureInfo* base : measure->bases) ask(base);
  }
  if (plain) return AskBases(snapshot, question, figure_limit);

  Evaluation evaluation;
  evaluation.total.months = {question.first, question.end};
  if (!asked.measures.empty()) {
    // The limit is on figures that are answered, not on what they are made of.
    std::optional<Evaluation> bases =
        AskBases(snapshot, asked, figure_limit / question.measures.size() * asked.measures.size());
    if (!bases.has_value()) return std::nullopt;
    evaluation = std::move(*bases);
  }
  const auto derive = [&](Cell* cell) {
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
  };
  for (Cell& cell : evaluation.cells) derive(&cell);
  derive(&evaluation.total);
  return evaluation;
}

}  // namespace nmd::costs
