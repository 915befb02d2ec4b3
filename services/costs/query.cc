// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/query.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/costs/answer.h"
#include "services/costs/figures.h"
#include "services/platform/errors.h"

namespace nmd::costs {

absl::Status AddFigures(const Snapshot& snapshot, const RecordBook& records, const AskedQuestion& asked,
                        v1::QueryFiguresResponse* response) {
  const FigureMaker maker(snapshot, asked);
  const size_t measures = asked.question.measures.size();
  if (!asked.unregistered_filters.empty()) {
    // Nobody can say which rows the filter keeps, so there is no total either.
    for (size_t m = 0; m < measures; ++m) {
      *response->add_figures() = maker.NotRegistered(m, asked.unregistered_filters);
      *response->add_totals() = maker.NotRegistered(m, asked.unregistered_filters);
    }
    return absl::OkStatus();
  }
  Question answerable = asked.question;
  if (!asked.unregistered_dimensions.empty()) answerable.dimensions.clear();
  const std::optional<Evaluation> evaluation = Answer(snapshot, records, answerable, kFigureLimit);
  if (!evaluation.has_value()) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                absl::StrCat("the answer would have more than ", kFigureLimit,
                             " figures; ask for fewer dimensions or a shorter period"));
  }
  for (size_t m = 0; m < measures; ++m) {
    *response->add_totals() = maker.Make(evaluation->total, m, false);
    if (!asked.unregistered_dimensions.empty()) {
      *response->add_figures() = maker.NotRegistered(m, asked.unregistered_dimensions);
    }
  }
  response->mutable_figures()->Reserve(static_cast<int>(evaluation->cells.size() * measures));
  for (const Cell& cell : evaluation->cells) {
    for (size_t m = 0; m < measures; ++m) *response->add_figures() = maker.Make(cell, m, true);
  }
  return absl::OkStatus();
}

}  // namespace nmd::costs
