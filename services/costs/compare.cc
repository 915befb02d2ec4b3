// SPDX-License-Identifier: EUPL-1.2
// Costs::CompareFigures: two periods side by side, with the guard on what may be compared.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/type/error_reason.pb.h"
#include "services/costs/answer.h"
#include "services/costs/costs.h"
#include "services/costs/figures.h"
#include "services/costs/question.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

constexpr size_t kFigureLimit = 100'000;

// Whether the way care is bought plays a part in it; it does not in inhabitants and in what documents say (R59).
bool RestsOnCare(const MeasureInfo& measure) {
  if (measure.family != Family::kDerived) return measure.family != Family::kBudget && measure.family != Family::kPopulation;
  return std::any_of(measure.bases.begin(), measure.bases.end(), [](const MeasureInfo* base) { return RestsOnCare(*base); });
}

// Why the two figures of a measure may not be compared whatever they say; nullopt when they may.
std::optional<type::ErrorReason> Guard(const std::vector<Day>& breaks, const Question& before, const Question& after,
                                       const MeasureInfo& measure) {
  if (after.end - after.first != before.end - before.first) return type::PERIODS_UNEQUAL;
  if (RestsOnCare(measure) && CrossesBreak(breaks, before, after)) return type::TREND_BREAK;
  return std::nullopt;
}

v1::Comparison Compare(type::Figure before, type::Figure after, const std::optional<type::ErrorReason>& guard) {
  v1::Comparison comparison;
  // A figure without a value is the nearer reason: there is nothing to compare.
  const type::Figure* missing = before.state() != type::Figure::ANSWERED  ? &before
                                : after.state() != type::Figure::ANSWERED ? &after
                                                                          : nullptr;
  if (missing != nullptr) {
    comparison.set_state(missing->state());
    comparison.set_state_reason(missing->state_reason());
  } else if (guard.has_value()) {
    comparison.set_state(type::Figure::NOT_COMPARABLE);
    comparison.set_state_reason(type::ErrorReason_Name(*guard));
  } else {
    comparison.set_state(type::Figure::ANSWERED);
    double was = 0;
    double difference = 0;
    switch (after.value_case()) {
      case type::Figure::kCount:
        comparison.set_count(after.count() - before.count());
        was = static_cast<double>(before.count());
        difference = static_cast<double>(comparison.count());
        break;
      case type::Figure::kAmountCents:
        comparison.set_amount_cents(after.amount_cents() - before.amount_cents());
        was = static_cast<double>(before.amount_cents());
        difference = static_cast<double>(comparison.amount_cents());
        break;
      default:
        comparison.set_ratio(after.ratio() - before.ratio());
        was = before.ratio();
        difference = comparison.ratio();
    }
    if (was > 0) comparison.set_growth(difference / was);
  }
  *comparison.mutable_before() = std::move(before);
  *comparison.mutable_after() = std::move(after);
  return comparison;
}

}  // namespace

absl::StatusOr<v1::CompareFiguresResponse> Costs::CompareFigures(const Caller&, const v1::CompareFiguresRequest& request) {
  QuestionReader reader(*catalogue_, clock_.Now());
  AskedQuestion before;
  reader.ReadMeasures(request.measures(), &before);
  for (int i = 0; i < request.dimensions_size(); ++i) {
    const std::string path = absl::StrCat("dimensions[", i, "]");
    const size_t known = before.question.dimensions.size();
    reader.ReadDimension(request.dimensions(i), path, &before);
    reader.check().Require(
        before.question.dimensions.size() == known || before.question.dimensions.back()->kind != DimensionKind::kTime, path,
        "must not be a time: the two periods have no month in common");
  }
  reader.ReadFilters(request.filters(), &before);
  reader.ReadAges(request.age_from(), &before.question);
  before.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  AskedQuestion after = before;
  reader.ReadPeriod(request.before(), "before", &before.question);
  reader.ReadPeriod(request.after(), "after", &after.question);
  reader.CheckTogether(before);
  NMD_RETURN_IF_ERROR(reader.Result());

  const std::shared_ptr<const Snapshot> snapshot = SnapshotAt(before.known);
  const std::shared_ptr<const RecordBook> records = RecordsAt(before.known, NeedsRecords(before.question));
  const FigureMaker maker_before(*snapshot, before);
  const FigureMaker maker_after(*snapshot, after);
  std::vector<std::optional<type::ErrorReason>> guards;
  for (const MeasureInfo* measure : before.question.measures) {
    guards.push_back(Guard(trend_breaks_, before.question, after.question, *measure));
  }
  v1::CompareFiguresResponse response;
  maker_after.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = TimestampOf(before.known);

  const size_t measures = before.question.measures.size();
  const auto unregistered = [&](const std::vector<const DimensionInfo*>& what, auto* to) {
    for (size_t m = 0; m < measures; ++m) {
      *to->Add() = Compare(maker_before.NotRegistered(m, what), maker_after.NotRegistered(m, what), guards[m]);
    }
  };
  if (!before.unregistered_filters.empty()) {
    unregistered(before.unregistered_filters, response.mutable_comparisons());
    unregistered(before.unregistered_filters, response.mutable_totals());
    return response;
  }
  if (!before.unregistered_dimensions.empty()) {
    unregistered(before.unregistered_dimensions, response.mutable_comparisons());
    before.question.dimensions.clear();
    after.question.dimensions.clear();
  }
  const std::optional<Evaluation> left = Answer(*snapshot, *records, before.question, kFigureLimit);
  const std::optional<Evaluation> right = Answer(*snapshot, *records, after.question, kFigureLimit);
  if (!left.has_value() || !right.has_value()) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                absl::StrCat("the answer would have more than ", kFigureLimit, " figures; ask for fewer dimensions"));
  }
  const auto guard_of = [&](const std::vector<std::string>& values, size_t m) -> std::optional<type::ErrorReason> {
    if (guards[m].has_value()) return guards[m];
    const std::vector<MonthRange> periods = {{before.question.first, before.question.end},
                                             {after.question.first, after.question.end}};
    if (AreaChanges(snapshot->areas, before.question, values, periods)) return type::AREA_CHANGED;
    return std::nullopt;
  };
  std::map<std::vector<std::string>, std::pair<const Cell*, const Cell*>> pairs;
  for (const Cell& cell : left->cells) pairs[SortKey(before.question, cell.values)].first = &cell;
  for (const Cell& cell : right->cells) pairs[SortKey(after.question, cell.values)].second = &cell;
  for (const auto& [key, pair] : pairs) {
    const std::vector<std::string>& values = pair.first != nullptr ? pair.first->values : pair.second->values;
    // A cell that one period does not have says there what it says of nothing.
    const auto cell_of = [&](const Cell* cell, const Question& question) {
      return cell != nullptr ? *cell : EmptyAnswer(*snapshot, *records, question, values, {question.first, question.end});
    };
    const Cell cell_before = cell_of(pair.first, before.question);
    const Cell cell_after = cell_of(pair.second, after.question);
    for (size_t m = 0; m < measures; ++m) {
      *response.add_comparisons() =
          Compare(maker_before.Make(cell_before, m, true), maker_after.Make(cell_after, m, true), guard_of(values, m));
    }
  }
  for (size_t m = 0; m < measures; ++m) {
    *response.add_totals() =
        Compare(maker_before.Make(left->total, m, false), maker_after.Make(right->total, m, false), guard_of({}, m));
  }
  return response;
}

}  // namespace nmd::costs
