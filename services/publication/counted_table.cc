// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/counted_table.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::publication {
namespace {

using costs::v1::QueryFiguresRequest;
using costs::v1::QueryFiguresResponse;
using engine::CellState;
using engine::Contribution;
using engine::Hierarchy;
using engine::Lattice;
using type::DimensionValue;
using type::Figure;
using Kind = Catalogue::Measure::Kind;

constexpr absl::string_view kQueryFigures = "/nmd.costs.v1.CostsService/QueryFigures";
constexpr absl::string_view kListMeasures = "/nmd.costs.v1.CostsService/ListMeasures";
constexpr absl::string_view kListDimensions = "/nmd.costs.v1.CostsService/ListDimensions";
constexpr char kProvider[] = "provider";
// Figures in one answer, as in costs.
constexpr int64_t kMostFigures = 100'000;

bool IsNonZero(const Figure& figure) {
  return figure.count() != 0 || figure.amount_cents() != 0 || figure.ratio() < 0 || figure.ratio() > 0;
}

absl::Status Mistaken() {
  return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "costs answered something else than was asked");
}

// The figures of a table as costs answered them, by the positions of their coordinates.
struct Answer {
  std::vector<CountedTable::Axis> axes;
  std::vector<std::map<std::string, int32_t>> positions;         // By axis: code to position.
  std::map<std::vector<int32_t>, std::vector<Figure>> cells;     // Figures in the order of the measures; some may be unset.
  std::map<std::vector<int32_t>, std::vector<Contribution>> by;  // Contributions likewise, of amounts only.

  explicit Answer(const v1::TableRule& rule) : positions(static_cast<size_t>(rule.dimensions_size())) {
    for (const std::string& dimension : rule.dimensions()) {
      DimensionValue total;
      total.set_dimension(dimension);
      total.set_value(std::string(kTotal));
      total.set_label("Totaal");
      axes.push_back({dimension, {std::move(total)}});
    }
  }

  // Where the figure belongs, with new codes put behind those known. nullopt: it has a dimension that was not asked for.
  // Coordinates of `beside` are passed over.
  std::optional<std::vector<int32_t>> PlaceOf(const Figure& figure, absl::string_view beside) {
    std::vector<int32_t> at(axes.size(), 0);
    for (const DimensionValue& value : figure.dimensions()) {
      const auto axis =
          std::find_if(axes.begin(), axes.end(), [&](const CountedTable::Axis& a) { return a.dimension == value.dimension(); });
      if (axis == axes.end()) {
        if (value.dimension() == beside) continue;
        return std::nullopt;
      }
      const auto d = static_cast<size_t>(axis - axes.begin());
      const auto [position, fresh] = positions[d].emplace(value.value(), static_cast<int32_t>(axis->values.size()));
      if (fresh) axis->values.push_back(value);
      at[d] = position->second;
    }
    return at;
  }

  absl::Status Add(const Figure& figure, const v1::TableRule& rule) {
    const auto at = PlaceOf(figure, "");
    const auto measure = std::find(rule.measures().begin(), rule.measures().end(), figure.measure());
    if (!at || measure == rule.measures().end()) return Mistaken();
    std::vector<Figure>& figures = cells[*at];
    figures.resize(static_cast<size_t>(rule.measures_size()));
    figures[static_cast<size_t>(measure - rule.measures().begin())] = figure;
    return absl::OkStatus();
  }

  // Null when costs has nothing there: a counted zero.
  const Figure* Find(const std::vector<int32_t>& at, size_t measure) const {
    const auto cell = cells.find(at);
    return cell == cells.end() || cell->second[measure].state() == Figure::STATE_UNSPECIFIED ? nullptr : &cell->second[measure];
  }
};

// The figure of a cell that costs has nothing about: zero, over the period of its time coordinates; or the state of the grand
// total when the measure has no answer at all.
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

// The question for the dimensions in `subset` (bit d: dimension d).
QueryFiguresRequest Question(absl::string_view parent, const v1::TableRule& rule, const type::Period& period,
                             const google::protobuf::Timestamp& known_time, size_t subset) {
  QueryFiguresRequest question;
  question.set_parent(std::string(parent));
  *question.mutable_measures() = rule.measures();
  for (int d = 0; d < rule.dimensions_size(); ++d) {
    if ((subset >> d) & 1) question.add_dimensions(rule.dimensions(d));
  }
  *question.mutable_period() = period;
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

bool LimitsContributors(const v1::TableRule& rule) { return rule.p_percent() > 0 || rule.dominance_n() > 0; }

engine::PrimaryRules RulesOf(const v1::TableRule& rule) {
  engine::PrimaryRules rules;
  rules.minimum_count = rule.minimum_clients();
  rules.p_percent = rule.p_percent();
  rules.n = rule.dominance_n();
  rules.k_percent = rule.dominance_percent();
  return rules;
}

// Adds the amounts of every provider to the cells they are part of, in any order; SumUp makes contributions of them. A credit
// counts by its size: it says as much about who sent it.
using Amounts = std::map<std::vector<int32_t>, std::vector<std::vector<int64_t>>>;  // By cell, measure, provider.

void SumUp(const Amounts& amounts, const v1::TableRule& rule, Answer* answer) {
  for (const auto& [at, measures] : amounts) {
    std::vector<Contribution>& contributions = answer->by[at];
    for (std::vector<int64_t> providers : measures) {
      std::sort(providers.begin(), providers.end(), std::greater<>());
      Contribution contribution;
      contribution.contributors = static_cast<int64_t>(providers.size());
      if (!providers.empty()) contribution.largest = providers[0];
      if (providers.size() > 1) contribution.second = providers[1];
      for (size_t k = 0; k < providers.size() && static_cast<int32_t>(k) < rule.dominance_n(); ++k) {
        contribution.largest_n += providers[k];
      }
      contributions.push_back(contribution);
    }
  }
}

// The length of all contributions of a cell together: what the rules of amounts compare with.
int64_t SizeOf(const Contribution& contribution, int64_t amount) {
  return std::max({std::abs(amount), contribution.largest + contribution.second, contribution.largest_n});
}

}  // namespace

bool IsAboutClients(absl::string_view measure) { return measure != "population" && measure != "budget"; }

bool IsTime(absl::string_view dimension) { return dimension == "month" || dimension == "quarter" || dimension == "year"; }

Kind CountedTable::KindOf(size_t measure) const {
  for (const Figure& figure : figures[measure]) {
    if (figure.value_case() == Figure::kCount) return Catalogue::Measure::kCount;
    if (figure.value_case() == Figure::kAmountCents) return Catalogue::Measure::kCents;
  }
  return Catalogue::Measure::kRatio;
}

int64_t CountedTable::ValueOf(size_t measure, int64_t cell) const {
  const Figure& figure = figures[measure][static_cast<size_t>(cell)];
  return figure.count() + figure.amount_cents();  // At most one is set.
}

absl::StatusOr<CountedTable> CountTable(const Peer& costs, absl::string_view parent, const v1::TableRule& rule,
                                        const type::Period& period, const google::protobuf::Timestamp& known_time,
                                        absl::Duration time_left) {
  const absl::Duration left = std::min(absl::Seconds(30), time_left);
  Answer answer(rule);
  for (size_t subset = 0; subset < (size_t{1} << rule.dimensions_size()); ++subset) {
    NMD_ASSIGN_OR_RETURN(const auto response, costs.Call<QueryFiguresResponse>(
                                                  kQueryFigures, Question(parent, rule, period, known_time, subset), left));
    const auto& figures = subset == 0 ? response.totals() : response.figures();
    for (const Figure& figure : figures) {
      NMD_RETURN_IF_ERROR(CheckCounted(figure, rule));
      const int wanted = __builtin_popcountll(subset);
      // Below a split costs repeats the totals of the whole; they were asked for by themselves.
      if (figure.dimensions_size() == wanted) NMD_RETURN_IF_ERROR(answer.Add(figure, rule));
    }
  }
  if (LimitsContributors(rule)) {
    for (size_t subset = 0; subset < (size_t{1} << rule.dimensions_size()); ++subset) {
      QueryFiguresRequest question = Question(parent, rule, period, known_time, subset);
      question.add_dimensions(kProvider);
      NMD_ASSIGN_OR_RETURN(const auto response, costs.Call<QueryFiguresResponse>(kQueryFigures, question, left));
      Amounts amounts;
      for (const Figure& figure : response.figures()) {
        if (figure.dimensions_size() != question.dimensions_size()) continue;
        const auto at = answer.PlaceOf(figure, kProvider);
        const auto measure = std::find(rule.measures().begin(), rule.measures().end(), figure.measure());
        if (!at || measure == rule.measures().end()) return Mistaken();
        if (figure.value_case() != Figure::kAmountCents || figure.amount_cents() == 0) continue;
        auto& measures = amounts[*at];
        measures.resize(static_cast<size_t>(rule.measures_size()));
        measures[static_cast<size_t>(measure - rule.measures().begin())].push_back(std::abs(figure.amount_cents()));
      }
      SumUp(amounts, rule, &answer);
    }
  }
  const std::vector<int32_t> everything(answer.axes.size(), 0);
  for (size_t m = 0; m < static_cast<size_t>(rule.measures_size()); ++m) {
    if (answer.Find(everything, m) == nullptr) return Mistaken();
  }
  std::vector<Hierarchy> dimensions;
  int64_t figure_count = rule.measures_size();
  for (const CountedTable::Axis& axis : answer.axes) {
    dimensions.push_back(Hierarchy::Flat(static_cast<int32_t>(axis.values.size()) - 1));
    figure_count *= static_cast<int64_t>(axis.values.size());
    if (figure_count > kMostFigures) {
      return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                  absl::StrCat("the table has more than ", kMostFigures, " figures; ask for a shorter period"));
    }
  }
  NMD_ASSIGN_OR_RETURN(Lattice lattice, Lattice::Make(std::move(dimensions)));
  const auto measures = static_cast<size_t>(rule.measures_size());
  CountedTable table{rule, period, known_time, {}, std::move(lattice), {}, {}, {}};
  table.figures.resize(measures);
  table.contributions.resize(measures);
  std::vector<int32_t> at(answer.axes.size(), 0);
  for (int64_t cell = 0; cell < table.lattice.cells(); ++cell) {
    for (int d = 0; d < table.lattice.dimensions(); ++d) at[static_cast<size_t>(d)] = table.lattice.Code(cell, d);
    const auto contributions = answer.by.find(at);
    for (size_t m = 0; m < measures; ++m) {
      const Figure* found = answer.Find(at, m);
      table.figures[m].push_back(found != nullptr ? *found : EmptyFigure(answer, at, m));
      // Other measures, but no count.
      if (m == 0 && table.figures[m].back().state() != Figure::ANSWERED) return Mistaken();
      if (!LimitsContributors(rule)) continue;
      table.contributions[m].push_back(contributions == answer.by.end() ? Contribution{} : contributions->second[m]);
    }
  }
  for (size_t m = 0; m < measures; ++m) {
    if (table.KindOf(m) != Catalogue::Measure::kCents) table.contributions[m].clear();
  }
  table.axes = std::move(answer.axes);
  return table;
}

absl::StatusOr<Catalogue> ReadCatalogue(const Peer& costs, absl::string_view parent) {
  const auto id_of = [](const std::string& name) { return name.substr(name.rfind('/') + 1); };
  Catalogue catalogue;
  costs::v1::ListMeasuresRequest measures;
  measures.set_parent(std::string(parent));
  measures.set_page_size(1000);
  do {
    NMD_ASSIGN_OR_RETURN(const auto response, costs.Call<costs::v1::ListMeasuresResponse>(kListMeasures, measures));
    for (const costs::v1::Measure& measure : response.measures()) {
      const Kind kind = measure.additivity() == costs::v1::Measure::RATIO ? Catalogue::Measure::kRatio
                        : measure.unit() == "euro"                        ? Catalogue::Measure::kCents
                                                                          : Catalogue::Measure::kCount;
      catalogue.measures[id_of(measure.name())] = {measure.title(), measure.definition(), kind};
    }
    measures.set_page_token(response.next_page_token());
  } while (!measures.page_token().empty());
  costs::v1::ListDimensionsRequest dimensions;
  dimensions.set_parent(std::string(parent));
  dimensions.set_page_size(1000);
  do {
    NMD_ASSIGN_OR_RETURN(const auto response, costs.Call<costs::v1::ListDimensionsResponse>(kListDimensions, dimensions));
    for (const costs::v1::Dimension& dimension : response.dimensions()) {
      catalogue.dimensions[id_of(dimension.name())] = dimension.title();
    }
    dimensions.set_page_token(response.next_page_token());
  } while (!dimensions.page_token().empty());
  return catalogue;
}

engine::Cells PrimaryCells(const CountedTable& table) {
  const auto count = static_cast<size_t>(table.lattice.cells());
  std::vector<int64_t> clients(count);
  for (size_t c = 0; c < count; ++c) clients[c] = table.ValueOf(0, static_cast<int64_t>(c));
  const engine::PrimaryRules rules = RulesOf(table.rule);
  engine::Cells cells = engine::CountCells(clients, rules);
  for (size_t c = 0; c < count; ++c) {
    for (size_t m = 1; m < table.figures.size(); ++m) {
      // A late invoice of somebody who left: as revealing as a cell of one.
      const bool of_nobody =
          clients[c] == 0 && IsAboutClients(table.rule.measures(static_cast<int>(m))) && IsNonZero(table.figures[m][c]);
      if (of_nobody) cells.floors[c] = 0;
      bool dominated = false;
      if (!table.contributions[m].empty() && clients[c] > 0) {
        const Contribution& contribution = table.contributions[m][c];
        dominated = engine::IsDominated(SizeOf(contribution, table.ValueOf(m, static_cast<int64_t>(c))), contribution, rules);
      }
      if (of_nobody || dominated) cells.states[c] = CellState::kPrimary;
    }
  }
  return cells;
}

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

Figure Shown(const CountedTable& table, size_t measure, int64_t cell, bool zero, bool whole_is_hidden) {
  Figure figure = table.figures[measure][static_cast<size_t>(cell)];
  if (zero && figure.state() == Figure::ANSWERED && !IsNonZero(figure)) {
    const Figure& whole = table.figures[measure].front();
    figure.clear_reliability();
    if (!whole_is_hidden && whole.has_reliability()) *figure.mutable_reliability() = whole.reliability();
  }
  if (const int64_t base = table.rule.rounded_to(); base > 1 && figure.value_case() == Figure::kCount) {
    figure.set_count((figure.count() + base / 2) / base * base);
    // Says the count again, less the pairs that are open.
    if (figure.has_reliability()) figure.mutable_reliability()->clear_least_count();
    figure.clear_interval();
  }
  return figure;
}

Figure Rounded(const CountedTable& table, size_t measure, int64_t cell, int64_t told) {
  Figure figure = table.figures[measure][static_cast<size_t>(cell)];
  if (figure.value_case() == Figure::kCount) figure.set_count(told);
  if (figure.value_case() == Figure::kAmountCents) figure.set_amount_cents(told);
  figure.clear_reliability();
  figure.clear_interval();
  return figure;
}

}  // namespace nmd::publication
