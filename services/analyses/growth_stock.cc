// SPDX-License-Identifier: EUPL-1.2
// Growth::ExplainStock: who came, who went and who moved on (R68).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/analyses/growth.h"
#include "services/analyses/growth_reading.h"
#include "services/core/dutch.h"
#include "services/costs/answer.h"
#include "services/costs/figures.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

constexpr size_t kFigureLimit = 100'000;
constexpr std::array<absl::string_view, 9> kMeasures = {"stock_start", "inflow",  "returned",    "resumed",  "moved_in",
                                                        "moved_out",   "outflow", "interrupted", "stock_end"};

v1::StockFlow FlowOf(const costs::Cell& cell) {
  v1::StockFlow flow;
  flow.set_start(cell.measures[0].value);
  flow.set_inflow(cell.measures[1].value);
  flow.set_returned(cell.measures[2].value);
  flow.set_resumed(cell.measures[3].value);
  flow.set_moved_in(cell.measures[4].value);
  flow.set_moved_out(cell.measures[5].value);
  flow.set_outflow(cell.measures[6].value);
  flow.set_interrupted(cell.measures[7].value);
  flow.set_end(cell.measures[8].value);
  flow.set_growth(flow.end() - flow.start());
  return flow;
}

std::string Signed(int64_t change) { return absl::StrCat(change > 0 ? "+" : "", dutch::Number(change)); }

// "12 meer nieuwe cliënten, 3 minder vertrekkers": what is not as it was.
std::string Differences(const v1::StockFlow& total, const v1::StockFlow& previous) {
  std::vector<std::string> parts;
  const auto add = [&parts](int64_t change, absl::string_view what) {
    if (change != 0) parts.push_back(absl::StrCat(dutch::Number(std::abs(change)), change > 0 ? " meer" : " minder", what));
  };
  add(total.inflow() - previous.inflow(), " nieuwe cliënten");
  add(total.returned() - previous.returned(), " terugkeerders");
  add(total.outflow() - previous.outflow(), " vertrekkers");
  return absl::StrJoin(parts, ", ");
}

std::string Conclusion(const v1::ExplainStockResponse& response, const std::string& dimension) {
  const v1::StockFlow& total = response.total();
  std::string text = total.growth() == 0 ? absl::StrCat("Het aantal cliënten bleef gelijk: ", dutch::Number(total.start()), ".")
                                         : absl::StrCat("Het aantal cliënten ", total.growth() > 0 ? "steeg" : "daalde",
                                                        " van ", dutch::Number(total.start()), " naar ",
                                                        dutch::Number(total.end()), " (", Signed(total.growth()), ").");
  absl::StrAppend(&text, " Nieuw: ", dutch::Number(total.inflow()), ". Teruggekeerd: ", dutch::Number(total.returned()),
                  ". Vertrokken: ", dutch::Number(total.outflow()), ".");
  const int64_t paused = total.resumed() - total.interrupted();
  if (paused != 0) {
    absl::StrAppend(&text, " Korte onderbrekingen maken ", Signed(paused), " uit.");
  }
  if (response.has_previous()) {
    const std::string differences = Differences(total, response.previous());
    if (!differences.empty()) absl::StrAppend(&text, " Vergeleken met de even lange periode ervoor: ", differences, ".");
  }
  if (response.groups_size() > 1) {
    std::vector<std::string> most;
    for (const v1::StockFlow& group : response.groups()) {
      if (group.growth() != 0 && most.size() < 3) {
        most.push_back(absl::StrCat(group.group().label(), " (", Signed(group.growth()), ")"));
      }
    }
    if (!most.empty()) {
      absl::StrAppend(&text, " Naar ", dimension, " veranderde het meest bij ", absl::StrJoin(most, ", "), ".");
    }
  }
  return text;
}

}  // namespace

absl::StatusOr<v1::ExplainStockResponse> Growth::ExplainStock(const Caller&, const v1::ExplainStockRequest& request) {
  const costs::Catalogue& catalogue = costs_.catalogue();
  costs::QuestionReader reader(catalogue, clock_.Now());
  costs::AskedQuestion asked;
  for (const absl::string_view measure : kMeasures) asked.question.measures.push_back(catalogue.Find(measure));
  ReadGroup(request.group_by(), &reader, &asked);
  reader.ReadFilters(request.filters(), &asked);
  reader.ReadPeriod(request.period(), "period", &asked.question);
  asked.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  reader.CheckTogether(asked);
  NMD_RETURN_IF_ERROR(reader.Result());

  v1::ExplainStockResponse response;
  if (!asked.unregistered_dimensions.empty() || !asked.unregistered_filters.empty()) {
    return Refuse(std::move(response), type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED, asked.known);
  }
  const std::shared_ptr<const costs::Snapshot> snapshot = costs_.SnapshotAt(asked.known);
  const costs::RecordBook no_records;
  const std::optional<costs::Evaluation> evaluation = costs::Answer(*snapshot, no_records, asked.question, kFigureLimit);
  if (!evaluation.has_value()) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                "there are too many groups; take another dimension");
  }
  if (const auto missing = MissingIn(evaluation->total)) {
    return Refuse(std::move(response), type::Figure::NOT_AVAILABLE, *missing, asked.known);
  }
  response.set_state(type::Figure::ANSWERED);
  *response.mutable_total() = FlowOf(evaluation->total);
  std::string dimension;
  if (!asked.question.dimensions.empty()) {
    const costs::DimensionInfo& info = *asked.question.dimensions.front();
    dimension = absl::AsciiStrToLower(info.title);
    int64_t together = 0;
    for (const costs::Cell& cell : evaluation->cells) {
      v1::StockFlow* group = response.add_groups();
      *group = FlowOf(cell);
      *group->mutable_group() = GroupMessage(*snapshot, info, cell.values.front());
      together += group->growth();
    }
    response.set_overlap(response.total().growth() - together);
    std::sort(response.mutable_groups()->begin(), response.mutable_groups()->end(),
              [&info](const v1::StockFlow& a, const v1::StockFlow& b) {
                const auto rank = [&info](const v1::StockFlow& flow) {
                  return std::make_tuple(-std::abs(flow.growth()), costs::SortValue(info, flow.group().value()));
                };
                return rank(a) < rank(b);
              });
  }
  costs::Question earlier = asked.question;
  earlier.dimensions.clear();
  const int months = earlier.end - earlier.first;
  earlier.first -= months;
  earlier.end -= months;
  // Only when all of it lies in the data: at their beginning everybody is new.
  if (earlier.first > snapshot->allocation_months.first) {
    const std::optional<costs::Evaluation> previous = costs::Answer(*snapshot, no_records, earlier, kFigureLimit);
    if (previous.has_value() && !MissingIn(previous->total)) *response.mutable_previous() = FlowOf(previous->total);
  }
  response.set_conclusion(Conclusion(response, dimension));
  if (response.overlap() != 0) {
    response.add_remarks(absl::StrCat("Een cliënt kan in meer dan één groep zorg hebben: samen groeien de groepen ",
                                      dutch::Number(std::abs(response.overlap())), response.overlap() > 0 ? " minder" : " meer",
                                      " dan het totaal."));
  }
  const costs::FigureMaker maker(*snapshot, asked);
  if (asked.question.first < snapshot->allocation_months.first + 12) {
    response.add_remarks(absl::StrCat("De gegevens beginnen in ", dutch::MonthLong(snapshot->allocation_months.first),
                                      ": wie daarvoor zorg had en in het eerste jaar terugkomt, telt als nieuw."));
  }
  if (asked.known < absl::FromUnixSeconds(int64_t{86'400} * (FirstDay(asked.question.end) + 28))) {
    response.add_remarks("Voorlopig: wie kort geleden stopte, kan binnen 28 dagen terugkomen.");
  }
  maker.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = TimestampOf(asked.known);
  return response;
}

}  // namespace nmd::analyses
