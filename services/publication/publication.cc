// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/publication.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/core/date.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/primary.h"
#include "services/publication/engine/suppress.h"

namespace nmd::publication {
namespace {

using costs::v1::QueryFiguresRequest;
using costs::v1::QueryFiguresResponse;
using engine::CellState;
using engine::Hierarchy;
using engine::Lattice;
using type::DimensionValue;
using type::Figure;

constexpr absl::string_view kQueryFigures = "/nmd.costs.v1.CostsService/QueryFigures";
constexpr absl::string_view kTotal = "totaal";
// Figures in one answer, as in costs.
constexpr int64_t kMostFigures = 100'000;
// Fixed, so that the same table is the same publication every time.
constexpr uint64_t kSeed = 20170101;

bool IsTime(absl::string_view dimension) { return dimension == "month" || dimension == "quarter" || dimension == "year"; }

// Inhabitants and budgets are not about clients: they need no hiding where there are none.
bool IsAboutClients(absl::string_view measure) { return measure != "population" && measure != "budget"; }

bool IsNonZero(const Figure& figure) {
  return figure.count() != 0 || figure.amount_cents() != 0 || figure.ratio() < 0 || figure.ratio() > 0;
}

// The codes of a dimension, in the order costs gave them; position 0 is the total.
struct Axis {
  std::string dimension;
  std::map<std::string, int32_t> position;
  std::vector<DimensionValue> values;

  explicit Axis(const std::string& name) : dimension(name) {
    DimensionValue total;
    total.set_dimension(name);
    total.set_value(std::string(kTotal));
    total.set_label("Totaal");
    values.push_back(std::move(total));
  }
  int32_t PositionOf(const DimensionValue& value) {
    const auto [at, fresh] = position.emplace(value.value(), static_cast<int32_t>(values.size()));
    if (fresh) values.push_back(value);
    return at->second;
  }
};

// The figures of a table as costs answered them, by the positions of their coordinates.
struct Answer {
  std::vector<Axis> axes;
  std::map<std::vector<int32_t>, std::vector<Figure>> cells;  // Figures in the order of the measures; some may be unset.

  Answer(const v1::TableRule& rule) {
    for (const std::string& dimension : rule.dimensions()) axes.emplace_back(dimension);
  }

  absl::Status Add(const Figure& figure, const v1::TableRule& rule) {
    std::vector<int32_t> at(axes.size(), 0);
    for (const DimensionValue& value : figure.dimensions()) {
      const auto axis = std::find_if(axes.begin(), axes.end(), [&](const Axis& a) { return a.dimension == value.dimension(); });
      if (axis == axes.end()) return Mistaken();
      at[static_cast<size_t>(axis - axes.begin())] = axis->PositionOf(value);
    }
    const auto measure = std::find(rule.measures().begin(), rule.measures().end(), figure.measure());
    if (measure == rule.measures().end()) return Mistaken();
    std::vector<Figure>& figures = cells[at];
    figures.resize(static_cast<size_t>(rule.measures_size()));
    figures[static_cast<size_t>(measure - rule.measures().begin())] = figure;
    return absl::OkStatus();
  }

  // Null when costs has nothing there: a counted zero.
  const Figure* Find(const std::vector<int32_t>& at, size_t measure) const {
    const auto cell = cells.find(at);
    return cell == cells.end() || cell->second[measure].state() == Figure::STATE_UNSPECIFIED ? nullptr : &cell->second[measure];
  }

  static absl::Status Mistaken() {
    return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "costs answered something else than was asked");
  }
};

// One figure per measure of a cell that costs has nothing about: zero, over the period of its time coordinates; or the
// state of the grand total when the measure has no answer at all.
Figure EmptyFigure(const Answer& answer, std::vector<int32_t> at, size_t measure) {
  const std::vector<int32_t> full = at;
  for (size_t d = 0; d < at.size(); ++d) {
    if (!IsTime(answer.axes[d].dimension)) at[d] = 0;
  }
  const Figure* like = answer.Find(at, measure);
  if (like == nullptr) like = answer.Find(std::vector<int32_t>(at.size(), 0), measure);
  Figure figure = *like;
  figure.clear_dimensions();
  for (size_t d = 0; d < full.size(); ++d) {
    if (full[d] != 0) *figure.add_dimensions() = answer.axes[d].values[static_cast<size_t>(full[d])];
  }
  if (figure.value_case() == Figure::kCount) figure.set_count(0);
  if (figure.value_case() == Figure::kAmountCents) figure.set_amount_cents(0);
  if (figure.value_case() == Figure::kRatio) figure.set_ratio(0);
  return figure;
}

// Gives a counted zero the trust of the grand total, when that is shown, and none otherwise. Its own would be that of what
// nets to nothing, or of a total that may be hidden, and tells how much there is behind either.
void TrustAsWhole(const Figure& whole, bool whole_is_hidden, Figure* zero) {
  zero->clear_reliability();
  if (!whole_is_hidden && whole.has_reliability()) *zero->mutable_reliability() = whole.reliability();
}

// What is left of a figure in a hidden cell. The reliability goes too: a link quality of three quarters tells that the
// cell holds four.
Figure Suppressed(const Figure& figure) {
  Figure hidden;
  hidden.set_measure(figure.measure());
  *hidden.mutable_period() = figure.period();
  *hidden.mutable_dimensions() = figure.dimensions();
  hidden.set_state(Figure::SUPPRESSED);
  hidden.set_state_reason(type::ErrorReason_Name(ErrorReason::CELL_PROTECTED));
  *hidden.mutable_known_time() = figure.known_time();
  hidden.set_definition(figure.definition());
  return hidden;
}

absl::Status CheckRequest(const v1::PreviewPublicationRequest& request) {
  FieldCheck check;
  check.Require(!request.table().empty(), "table", "is missing");
  const std::optional<Day> start = ParseDay(request.period().start_date()), end = ParseDay(request.period().end_date());
  const auto first_of_month = [](std::optional<Day> day) { return day && CivilOf(*day).day == 1; };
  check.Require(first_of_month(start), "period.start_date", "must be the first day of a month, YYYY-MM-DD");
  check.Require(first_of_month(end), "period.end_date", "must be the first day of a month, YYYY-MM-DD");
  if (start && end) check.Require(*start < *end, "period.end_date", "must be after start_date");
  return check.Result();
}

// The question for the dimensions in `subset` (bit d: dimension d).
QueryFiguresRequest Question(const v1::TableRule& rule, const v1::PreviewPublicationRequest& request,
                             const google::protobuf::Timestamp& known_time, size_t subset) {
  QueryFiguresRequest question;
  question.set_parent(request.name().substr(0, request.name().rfind("/agreements/")));
  *question.mutable_measures() = rule.measures();
  for (int d = 0; d < rule.dimensions_size(); ++d) {
    if ((subset >> d) & 1) question.add_dimensions(rule.dimensions(d));
  }
  *question.mutable_period() = request.period();
  for (const v1::FixedFilter& fixed : rule.filters()) {
    auto* filter = question.add_filters();
    filter->set_dimension(fixed.dimension());
    *filter->mutable_values() = fixed.values();
  }
  *question.mutable_known_time() = known_time;
  return question;
}

// What cannot be counted cannot be protected: fails on a count of clients without a value, such as that of a dimension or
// filter nobody registers.
absl::Status CheckCounted(const Figure& figure, const v1::TableRule& rule) {
  if (figure.measure() != rule.measures(0)) return absl::OkStatus();
  if (figure.state() == Figure::ANSWERED && figure.value_case() == Figure::kCount) return absl::OkStatus();
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_COUNTED,
              absl::StrCat("a cell of the table has no count of clients (", figure.state_reason(), ")"),
              {{"state_reason", figure.state_reason()}});
}

// The number of clients per cell, the count that decides.
absl::StatusOr<std::vector<int64_t>> CountClients(const Answer& answer, const Lattice& lattice) {
  std::vector<int64_t> clients(static_cast<size_t>(lattice.cells()), 0);
  for (const auto& [at, figures] : answer.cells) {
    if (figures.front().state() != Figure::ANSWERED) return Answer::Mistaken();  // Other measures, but no count.
    clients[static_cast<size_t>(lattice.CellOf(at))] = figures.front().count();
  }
  return clients;
}

// Hides cells without clients that have an amount all the same, such as a late invoice of somebody who left: as revealing as
// a cell of one.
void HideAmountsOfNobody(const Answer& answer, const Lattice& lattice, const v1::TableRule& rule, engine::Cells* cells) {
  for (const auto& [at, figures] : answer.cells) {
    if (figures.front().count() != 0) continue;
    for (int m = 1; m < rule.measures_size(); ++m) {
      if (IsAboutClients(rule.measures(m)) && IsNonZero(figures[static_cast<size_t>(m)])) {
        const auto cell = static_cast<size_t>(lattice.CellOf(at));
        cells->states[cell] = CellState::kPrimary;
        cells->floors[cell] = 0;
      }
    }
  }
}

// All positions, a total after its parts; the last dimension runs fastest.
std::vector<std::vector<int32_t>> TotalsLast(const Lattice& lattice) {
  std::vector<std::vector<int32_t>> order;
  std::vector<int32_t> at(static_cast<size_t>(lattice.dimensions()), 0);
  for (int64_t i = 0; i < lattice.cells(); ++i) {
    for (int d = 0; d < lattice.dimensions(); ++d) {
      at[static_cast<size_t>(d)] = (lattice.Code(i, d) + 1) % lattice.codes(d);
    }
    order.push_back(at);
  }
  return order;
}

}  // namespace

Publication::Publication(std::vector<v1::Agreement> agreements, const Peer& costs, const Clock& clock)
    : agreements_(std::move(agreements)), costs_(costs), clock_(clock) {}

absl::StatusOr<v1::ListAgreementsResponse> Publication::ListAgreements(const Caller&,
                                                                       const v1::ListAgreementsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const auto total = static_cast<int64_t>(agreements_.size());
  const int64_t end = std::min(total, page.offset + page.size);
  v1::ListAgreementsResponse response;
  for (int64_t i = page.offset; i < end; ++i) *response.add_agreements() = agreements_[static_cast<size_t>(i)];
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::PreviewPublicationResponse> Publication::PreviewPublication(
    const Caller& caller, const v1::PreviewPublicationRequest& request) const {
  NMD_RETURN_IF_ERROR(CheckRequest(request));
  const auto agreement =
      std::find_if(agreements_.begin(), agreements_.end(), [&](const v1::Agreement& a) { return a.name() == request.name(); });
  if (agreement == agreements_.end()) return NotFound(request.name());
  if (!InForce(*agreement, clock_.Now())) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::AGREEMENT_NOT_IN_FORCE,
                absl::StrCat("the agreement holds from ", agreement->start_date(), " until ", agreement->end_date()),
                {{"agreement", agreement->name()}});
  }
  const auto rule = std::find_if(agreement->tables().begin(), agreement->tables().end(),
                                 [&](const v1::TableRule& table) { return table.table() == request.table(); });
  if (rule == agreement->tables().end()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_AGREED,
                "the agreement has no such table; what was not agreed is not shared",
                {{"agreement", agreement->name()}, {"table", request.table()}});
  }

  // One moment for all questions, or totals and parts would be of different tables.
  const google::protobuf::Timestamp known_time = request.has_known_time() ? request.known_time() : TimestampOf(clock_.Now());
  Answer answer(*rule);
  for (size_t subset = 0; subset < (size_t{1} << rule->dimensions_size()); ++subset) {
    const absl::Duration left = std::min(absl::Seconds(30), caller.deadline - clock_.Now());
    NMD_ASSIGN_OR_RETURN(const auto response,
                         costs_.Call<QueryFiguresResponse>(kQueryFigures, Question(*rule, request, known_time, subset), left));
    const auto& figures = subset == 0 ? response.totals() : response.figures();
    for (const Figure& figure : figures) {
      NMD_RETURN_IF_ERROR(CheckCounted(figure, *rule));
      const int wanted = __builtin_popcountll(subset);
      // Below a split costs repeats the totals of the whole; they were asked for by themselves.
      if (figure.dimensions_size() == wanted) NMD_RETURN_IF_ERROR(answer.Add(figure, *rule));
    }
  }
  const std::vector<int32_t> everything(answer.axes.size(), 0);
  for (size_t m = 0; m < static_cast<size_t>(rule->measures_size()); ++m) {
    if (answer.Find(everything, m) == nullptr) return Answer::Mistaken();
  }

  std::vector<Hierarchy> dimensions;
  int64_t figure_count = rule->measures_size();
  for (const Axis& axis : answer.axes) {
    dimensions.push_back(Hierarchy::Flat(static_cast<int32_t>(axis.values.size()) - 1));
    figure_count *= static_cast<int64_t>(axis.values.size());
    if (figure_count > kMostFigures) {
      return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                  absl::StrCat("the table has more than ", kMostFigures, " figures; ask for a shorter period"));
    }
  }
  NMD_ASSIGN_OR_RETURN(const Lattice lattice, Lattice::Make(std::move(dimensions)));
  NMD_ASSIGN_OR_RETURN(const std::vector<int64_t> clients, CountClients(answer, lattice));
  // Amounts add up and persons do not; one mask serves both, so all totals are taken for sums, which tells an attacker most.
  engine::Cells cells = engine::CountCells(clients, {.minimum_count = rule->minimum_clients()});
  HideAmountsOfNobody(answer, lattice, *rule, &cells);
  const engine::Protection protection = engine::Suppress(lattice.Relations(), std::move(cells), {.seed = kSeed});
  if (!protection.Proven()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_PROVEN,
                "the counts of the table contradict each other, so it could not be proven safe");
  }

  // Which cells are small themselves is for those who guard the rule. To others all hidden cells look alike: that a cell is
  // hidden for its neighbours' sake says that it is large, and so narrows down what the neighbours are.
  const bool mandate = caller.Has(type::PRIVACY_OFFICER) || caller.Has(type::CONTROLLER);
  v1::PreviewPublicationResponse response;
  for (const std::vector<int32_t>& at : TotalsLast(lattice)) {
    v1::Cell* cell = response.add_cells();
    for (size_t d = 0; d < at.size(); ++d) *cell->add_dimensions() = answer.axes[d].values[static_cast<size_t>(at[d])];
    CellState state = protection.cells.states[static_cast<size_t>(lattice.CellOf(at))];
    if (state == CellState::kPrimary && !mandate) state = CellState::kSecondary;
    switch (state) {
      case CellState::kShown:
        cell->set_state(v1::Cell::SHOWN);
        response.set_shown_count(response.shown_count() + 1);
        break;
      case CellState::kZero:
        cell->set_state(v1::Cell::ZERO);
        response.set_zero_count(response.zero_count() + 1);
        break;
      case CellState::kPrimary:
        cell->set_state(v1::Cell::HIDDEN_PRIMARY);
        response.set_primary_count(response.primary_count() + 1);
        break;
      case CellState::kSecondary:
        cell->set_state(v1::Cell::HIDDEN_SECONDARY);
        response.set_secondary_count(response.secondary_count() + 1);
        break;
    }
    for (size_t m = 0; m < static_cast<size_t>(rule->measures_size()); ++m) {
      const Figure* found = answer.Find(at, m);
      Figure figure = found != nullptr ? *found : EmptyFigure(answer, at, m);
      if (IsHidden(state)) figure = Suppressed(figure);
      if (state == CellState::kZero && figure.state() == Figure::ANSWERED && !IsNonZero(figure)) {
        TrustAsWhole(*answer.Find(everything, m), IsHidden(protection.cells.states.front()), &figure);
      }
      *cell->add_figures() = std::move(figure);
    }
  }
  response.set_proof(protection.Text());
  *response.mutable_known_time() = known_time;
  return response;
}

}  // namespace nmd::publication
