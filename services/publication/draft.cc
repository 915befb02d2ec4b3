// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/draft.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"
#include "services/publication/engine/primary.h"
#include "services/publication/engine/round.h"
#include "services/publication/engine/suppress.h"
#include "services/publication/ledger_guards.h"
#include "services/publication/publication_state.h"

namespace nmd::publication {
namespace {

using engine::CellState;
using type::Figure;
using Kind = Catalogue::Measure::Kind;

// Fixed, so that the same table is the same publication every time.
constexpr uint64_t kSeed = 20170101;

absl::Status NotProven() {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_PROVEN,
              "the counts of the table contradict each other, so it could not be proven safe");
}

// Widens what surrounds amounts that one or a few contributors dominate, until nobody can estimate those (p%, (n,k)). What is
// hidden stays so.
absl::Status ProtectAmounts(const CountedTable& table, size_t measure, const engine::System& system, engine::Cells* cells) {
  const auto count = static_cast<size_t>(table.lattice.cells());
  std::vector<int64_t> amounts(count);
  for (size_t c = 0; c < count; ++c) amounts[c] = table.ValueOf(measure, static_cast<int64_t>(c));
  engine::PrimaryRules rules;
  rules.p_percent = table.rule.p_percent();
  rules.n = table.rule.dominance_n();
  rules.k_percent = table.rule.dominance_percent();
  engine::Cells of_amounts = engine::AmountCells(amounts, table.contributions[measure], rules);
  for (size_t c = 0; c < count; ++c) {
    // With credits an amount may be anything.
    if (amounts[c] < 0) of_amounts.floors.assign(count, engine::kNoFloor);
    of_amounts.states[c] = cells->states[c];
    of_amounts.lone[c] = cells->lone[c];
    of_amounts.fixed[c] = cells->states[c] == CellState::kSecondary;
  }
  engine::SuppressOptions options;
  options.seed = kSeed;
  const engine::Protection protection = engine::Suppress(system, std::move(of_amounts), options);
  if (!protection.Proven()) return NotProven();
  cells->states = protection.cells.states;
  return absl::OkStatus();
}

void SetValue(const Figure& figure, v1::PublishedValue* value) {
  switch (figure.value_case()) {
    case Figure::kCount:
      value->set_count(figure.count());
      break;
    case Figure::kAmountCents:
      value->set_amount_cents(figure.amount_cents());
      break;
    case Figure::kRatio:
      value->set_ratio(figure.ratio());
      break;
    case Figure::VALUE_NOT_SET:
      value->set_missing(figure.state_reason());
      break;
  }
}

// Name of tables that are protected without being published.
constexpr char kNotPublished[] = "niet gepubliceerd";

// A table of which nothing is told. Where one of its dimensions divides another, everybody knows what is empty.
LedgerTable UntoldTable(CountedTable table, const std::string& audience) {
  bool divides = false;
  for (const std::string& fine : table.rule.dimensions()) {
    for (const std::string& coarse : table.rule.dimensions()) divides = divides || IsPartOf(fine, coarse);
  }
  std::vector<CellState> states = PrimaryCells(table).states;
  const Draft would_be{std::move(table), audience, std::move(states), true, "", {}, {}};
  LedgerTable untold = LedgerTableOf(PublicationOf(would_be, {}), LedgerValuesOf(would_be), would_be.table.rule);
  untold.name = kNotPublished;
  untold.untold = true;
  for (size_t c = 0; c < untold.hidden.size(); ++c) {
    bool empty = true;
    for (const std::vector<int64_t>& values : untold.values) empty = empty && values[c] == 0;
    untold.hidden[c] = !(empty && divides);
  }
  return untold;
}

// What must not be given away beside the draft, as tables. Errors: those of MakeDraft.
absl::StatusOr<std::vector<GuardTable>> GuardTablesOf(const LedgerTable& own, const std::string& audience,
                                                      absl::Span<const LedgerTable* const> released,
                                                      std::vector<CountedTable> guards) {
  engine::SuppressOptions options;
  options.seed = kSeed;
  const std::vector<Guard> asked = GuardsOf(own, released);
  std::vector<GuardTable> guarded;
  for (size_t g = 0; g < guards.size(); ++g) {
    CountedTable& guard = guards[g];
    if (!asked[g].joint.empty()) {
      guarded.push_back({asked[g], UntoldTable(std::move(guard), audience)});
      continue;
    }
    // As if it were published: what it would show counts as known, so that only what must not be known is guarded.
    engine::Protection alone = engine::Suppress(guard.lattice.Relations(), PrimaryCells(guard), options);
    if (!alone.Proven()) return NotProven();
    const Draft would_be{std::move(guard), audience, std::move(alone.cells.states), true, "", {}, {}};
    guarded.push_back({asked[g], LedgerTableOf(PublicationOf(would_be, {}), LedgerValuesOf(would_be), would_be.table.rule)});
    guarded.back().table.name = kNotPublished;
  }
  return guarded;
}

// Words by which chance rounds a cell: whose number it is and how large.
std::string WordsOf(const CountedTable& table, size_t measure, int64_t cell) {
  std::string words = absl::StrCat("round\x1f", table.rule.measures(static_cast<int>(measure)), "\x1f",
                                   table.period.start_date(), "\x1f", table.period.end_date());
  for (const v1::FixedFilter& filter : table.rule.filters()) {
    absl::StrAppend(&words, "\x1f", filter.dimension());
    for (const std::string& value : filter.values()) absl::StrAppend(&words, "\x1e", value);
  }
  for (int d = 0; d < table.lattice.dimensions(); ++d) {
    const CountedTable::Axis& axis = table.axes[static_cast<size_t>(d)];
    const int32_t code = table.lattice.Code(cell, d);
    if (code != 0) absl::StrAppend(&words, "\x1f", axis.dimension, "\x1e", axis.values[static_cast<size_t>(code)].value());
  }
  return absl::StrCat(words, "\x1f", table.ValueOf(measure, cell));
}

const char* UnitOf(Kind kind) {
  return kind == Catalogue::Measure::kCount ? "count" : kind == Catalogue::Measure::kCents ? "cents" : "ratio";
}

}  // namespace

int64_t Draft::Count(CellState state) const { return std::count(states.begin(), states.end(), state); }

v1::Loss Draft::Loss() const {
  int64_t hidden = 0, hidden_clients = 0, clients = 0;
  for (size_t c = 0; c < states.size(); ++c) {
    const int64_t count = table.ValueOf(0, static_cast<int64_t>(c));
    clients += count;
    if (!engine::IsHidden(states[c])) continue;
    ++hidden;
    hidden_clients += count;
  }
  v1::Loss loss;
  loss.set_hidden_cells(static_cast<double>(hidden) / static_cast<double>(states.size()));
  loss.set_hidden_value(clients == 0 ? 0 : static_cast<double>(hidden_clients) / static_cast<double>(clients));
  return loss;
}

std::vector<GuardQuestion> GuardQuestions(const v1::TableRule& rule, const type::Period& period, const std::string& audience,
                                          absl::Span<const LedgerTable* const> released) {
  v1::Publication shape;
  shape.set_audience(audience);
  *shape.mutable_period() = period;
  for (const std::string& dimension : rule.dimensions()) shape.add_dimensions()->set_dimension(dimension);
  std::vector<GuardQuestion> questions;
  for (const Guard& guard : GuardsOf(LedgerTableOf(shape, {}, rule), released)) {
    GuardQuestion& question = questions.emplace_back();
    question.rule = rule;
    question.period.set_start_date(FormatDay(FirstDay(guard.first)));
    question.period.set_end_date(FormatDay(FirstDay(guard.last)));
    if (guard.dimension.empty() && guard.joint.empty()) continue;
    const auto splits = [&](const std::string& dimension) {
      return dimension == guard.dimension || std::find(guard.joint.begin(), guard.joint.end(), dimension) != guard.joint.end();
    };
    question.rule.clear_filters();
    for (const v1::FixedFilter& filter : rule.filters()) {
      if (!splits(filter.dimension())) *question.rule.add_filters() = filter;
    }
    if (!guard.joint.empty()) {
      question.rule.clear_dimensions();
      for (const std::string& dimension : rule.dimensions()) {
        if (IsTime(dimension)) question.rule.add_dimensions(dimension);
      }
    }
    if (!guard.dimension.empty()) question.rule.add_dimensions(guard.dimension);
    for (const std::string& dimension : guard.joint) question.rule.add_dimensions(dimension);
    // Inhabitants and budgets are of no law or provider: costs does not cut them up, and they need no guard.
    question.rule.clear_measures();
    for (const std::string& measure : rule.measures()) {
      if (IsAboutClients(measure)) question.rule.add_measures(measure);
    }
  }
  return questions;
}

absl::StatusOr<Draft> MakeDraft(CountedTable table, std::string audience, absl::Span<const LedgerTable* const> released,
                                std::vector<CountedTable> guards, std::optional<CountedTable> unmerged) {
  // Amounts add up and persons do not; one mask serves both, so within a table all totals are taken for sums, which tells an
  // attacker most.
  const engine::System system = table.lattice.Relations();
  engine::SuppressOptions options;
  options.seed = kSeed;
  engine::Protection protection = engine::Suppress(system, PrimaryCells(table), options);
  if (!protection.Proven()) return NotProven();
  for (size_t m = 0; m < table.contributions.size(); ++m) {
    if (!table.contributions[m].empty()) NMD_RETURN_IF_ERROR(ProtectAmounts(table, m, system, &protection.cells));
  }
  Draft draft{std::move(table), std::move(audience), std::move(protection.cells.states), true, protection.Text(), {}, {}};
  draft.unmerged = std::move(unmerged);
  LedgerTable own = LedgerTableOf(PublicationOf(draft, {}), LedgerValuesOf(draft), draft.table.rule);
  own.name = "deze tabel";
  NMD_ASSIGN_OR_RETURN(const std::vector<GuardTable> guarded, GuardTablesOf(own, draft.audience, released, std::move(guards)));
  NMD_ASSIGN_OR_RETURN(Judgement judgement, Judge(own, released, guarded));
  const int64_t hidden_alone = draft.Count(CellState::kPrimary) + draft.Count(CellState::kSecondary);
  for (size_t c = 0; c < draft.states.size(); ++c) {
    if (judgement.primary[c]) {
      draft.states[c] = CellState::kPrimary;
    } else if (judgement.hidden[c] && !engine::IsHidden(draft.states[c])) {
      draft.states[c] = CellState::kSecondary;
    }
  }
  draft.proven = judgement.proven;
  draft.audit = std::move(judgement.audit);
  const int64_t hidden = draft.Count(CellState::kPrimary) + draft.Count(CellState::kSecondary);
  const int64_t releases = draft.audit.release_count();
  if (!draft.proven) {
    draft.proof = "Niet bewezen: naast wat al is gepubliceerd kan een verborgen getal te berekenen zijn.";
  } else if (releases > 0) {
    draft.proof = absl::StrCat(
        "Bewezen: geen beschermde cel is uit de getoonde cellen te berekenen, ook niet naast ",
        releases == 1 ? "de eerdere publicatie" : absl::StrCat("de ", dutch::Number(releases), " eerdere publicaties"),
        " over deze periode. Verborgen cellen: ", dutch::Number(hidden), ", waarvan ", dutch::Number(hidden - hidden_alone),
        " om die eerdere.");
  }
  return draft;
}

absl::StatusOr<Draft> MakeRoundedDraft(CountedTable table, std::string audience, absl::Span<const LedgerTable* const> released,
                                       std::vector<CountedTable> guards, const Chance& chance) {
  const auto cells = static_cast<size_t>(table.lattice.cells());
  Draft draft{std::move(table), std::move(audience), std::vector<CellState>(cells, CellState::kZero), true, "", {}, {}};
  for (const CellState state : PrimaryCells(draft.table).states) draft.secret.push_back(state == CellState::kPrimary);
  const LedgerTable exact = LedgerTableOf(PublicationOf(draft, {}), LedgerValuesOf(draft), draft.table.rule);
  NMD_ASSIGN_OR_RETURN(const auto before, ToldBefore(exact, released));
  const engine::System system = draft.table.lattice.Relations();
  size_t column = 0;  // Of those that the ledger keeps.
  for (size_t m = 0; m < draft.table.figures.size(); ++m) {
    if (draft.table.KindOf(m) == Kind::kRatio) {  // Nobody has an answer.
      draft.told.emplace_back(cells, 0);
      continue;
    }
    std::vector<double> chances;
    for (size_t c = 0; c < cells; ++c) chances.push_back(chance(WordsOf(draft.table, m, static_cast<int64_t>(c))));
    engine::RoundOptions options;
    options.base = draft.RoundedTo(m);
    const auto told = engine::RoundControlled(system, exact.values[column], chances, before[column], options);
    ++column;
    if (!told) {
      return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_PROVEN,
                  "no rounding was found in which all totals add up; hide instead, or leave out a dimension",
                  {{"cause", "rounding"}});
    }
    for (size_t c = 0; c < cells; ++c) {
      if ((*told)[c] != 0) draft.states[c] = CellState::kShown;
    }
    draft.told.push_back(*told);
  }
  LedgerTable own = LedgerTableOf(PublicationOf(draft, {}), LedgerValuesOf(draft), draft.table.rule);
  own.name = "deze tabel";
  NMD_ASSIGN_OR_RETURN(const std::vector<GuardTable> guarded, GuardTablesOf(own, draft.audience, released, std::move(guards)));
  NMD_ASSIGN_OR_RETURN(Judgement judgement, Judge(own, released, guarded));
  draft.proven = judgement.proven;
  draft.audit = std::move(judgement.audit);
  const char* outcome =
      !draft.audit.safe() ? "Niet veilig: een beschermd getal is nauwkeuriger te bepalen dan mag."
      : draft.audit.release_count() > 0
          ? "Nagerekend: geen beschermd getal is nauwkeuriger te bepalen dan mag, ook niet naast wat eerder is gepubliceerd."
          : "Nagerekend: geen beschermd getal is nauwkeuriger te bepalen dan mag.";
  draft.proof = absl::StrCat("Afgerond: elk aantal is een veelvoud van ", dutch::Number(draft.RoundedTo(0)),
                             " en zit hoogstens ", dutch::Number(draft.RoundedTo(0) - 1),
                             " van het echte aantal; totalen zijn de som van wat er staat. ", outcome);
  return draft;
}

v1::Rounding RoundingOf(const Draft& draft) {
  v1::Rounding rounding;
  for (size_t m = 0; m < draft.told.size(); ++m) {
    v1::RoundedMeasure* measure = rounding.add_measures();
    measure->set_measure(draft.table.rule.measures(static_cast<int>(m)));
    measure->set_rounded_to(draft.RoundedTo(m));
    measure->set_uncertainty(draft.RoundedTo(m) - 1);
    double sum = 0;
    for (size_t c = 0; c < draft.told[m].size(); ++c) {
      sum += static_cast<double>(std::abs(draft.told[m][c] - draft.table.ValueOf(m, static_cast<int64_t>(c))));
    }
    measure->set_mean_distance(sum / static_cast<double>(draft.told[m].size()));
  }
  return rounding;
}

int64_t Draft::RoundedTo(size_t measure) const {
  return table.KindOf(measure) == Kind::kCents ? table.rule.round_amounts_to() : table.rule.round_counts_to();
}

Figure Draft::FigureOf(size_t measure, int64_t cell) const {
  const auto c = static_cast<size_t>(cell);
  if (!told.empty()) return Rounded(table, measure, cell, told[measure][c]);
  return Shown(table, measure, cell, states[c] == CellState::kZero, engine::IsHidden(states.front()));
}

v1::Publication PublicationOf(const Draft& draft, const Catalogue& catalogue) {
  const CountedTable& table = draft.table;
  v1::Publication publication;
  publication.set_table(table.rule.table());
  publication.set_title(table.rule.title());
  *publication.mutable_period() = table.period;
  *publication.mutable_known_time() = table.known_time;
  publication.set_audience(draft.audience);
  for (const CountedTable::Axis& axis : table.axes) {
    v1::PublishedDimension* dimension = publication.add_dimensions();
    dimension->set_dimension(axis.dimension);
    const auto title = catalogue.dimensions.find(axis.dimension);
    dimension->set_title(title == catalogue.dimensions.end() ? axis.dimension : title->second);
    for (const type::DimensionValue& value : axis.values) {
      v1::PublishedCode* code = dimension->add_codes();
      code->set_value(value.value());
      code->set_label(value.label());
      if (const auto merged = table.merged.find(value.value()); merged != table.merged.end()) {
        for (const std::string& member : merged->second) code->add_members(member);
      }
    }
  }
  const auto measures = static_cast<size_t>(table.rule.measures_size());
  for (size_t m = 0; m < measures; ++m) {
    v1::PublishedMeasure* measure = publication.add_measures();
    measure->set_measure(table.rule.measures(static_cast<int>(m)));
    const auto known = catalogue.measures.find(measure->measure());
    measure->set_title(known == catalogue.measures.end() ? measure->measure() : known->second.title);
    measure->set_unit(UnitOf(table.KindOf(m)));
    measure->set_definition(table.figures[m].front().definition());
    if (draft.told.empty()) continue;
    measure->set_rounded_to(draft.RoundedTo(m));
    measure->set_uncertainty(draft.RoundedTo(m) - 1);
  }
  for (int64_t c = 0; c < table.lattice.cells(); ++c) {
    const CellState state = draft.states[static_cast<size_t>(c)];
    v1::PublishedCell* cell = publication.add_cells();
    for (int d = 0; d < table.lattice.dimensions(); ++d) cell->add_codes(table.lattice.Code(c, d));
    if (engine::IsHidden(state)) {
      cell->set_state(v1::PublishedCell::HIDDEN);
      continue;
    }
    // Where nobody is counted there may be inhabitants.
    bool all_zero = state == CellState::kZero;
    for (size_t m = 0; draft.told.empty() && m < measures; ++m) all_zero = all_zero && table.ValueOf(m, c) == 0;
    cell->set_state(all_zero ? v1::PublishedCell::ZERO : v1::PublishedCell::SHOWN);
    for (size_t m = 0; m < measures; ++m) {
      const Figure figure = draft.FigureOf(m, c);
      SetValue(figure, cell->add_values());
      if (m == 0 && figure.has_reliability()) *cell->mutable_reliability() = figure.reliability();
    }
  }
  publication.set_proof(draft.proof);
  publication.set_rounded_to(table.rule.rounded_to());
  publication.set_minimum_clients(table.rule.minimum_clients());
  return publication;
}

bool HasMandate(const Caller& caller) { return caller.Has(type::PRIVACY_OFFICER) || caller.Has(type::CONTROLLER); }

void HideFromOthers(v1::Loss* loss, v1::ReleaseAudit* audit) {
  loss->clear_hidden_value();
  audit->clear_findings();
  // How many are to be protected tells how many of the hidden ones are small.
  audit->clear_primary_count();
}

internal::v1::LedgerValues LedgerValuesOf(const Draft& draft) {
  internal::v1::LedgerValues ledger;
  for (int64_t c = 0; c < draft.table.lattice.cells(); ++c) {
    for (size_t m = 0; m < draft.table.figures.size(); ++m) ledger.add_values(draft.table.ValueOf(m, c));
    const auto at = static_cast<size_t>(c);
    ledger.add_primary(draft.secret.empty() ? draft.states[at] == CellState::kPrimary : draft.secret[at]);
  }
  if (!draft.unmerged) return ledger;
  const CountedTable& unmerged = *draft.unmerged;
  internal::v1::UnmergedValues* values = ledger.mutable_unmerged();
  const auto dimension = std::find_if(unmerged.axes.begin(), unmerged.axes.end(), [&](const CountedTable::Axis& axis) {
    return axis.dimension == unmerged.rule.merge_dimension();
  });
  values->set_dimension(static_cast<int32_t>(dimension - unmerged.axes.begin()));
  for (const type::DimensionValue& value : dimension->values) values->add_codes(value.value());
  const std::vector<CellState> states = PrimaryCells(unmerged).states;
  for (int64_t c = 0; c < unmerged.lattice.cells(); ++c) {
    for (size_t m = 0; m < unmerged.figures.size(); ++m) values->add_values(unmerged.ValueOf(m, c));
    values->add_primary(states[static_cast<size_t>(c)] == CellState::kPrimary);
  }
  return ledger;
}

}  // namespace nmd::publication
