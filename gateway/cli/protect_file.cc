// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/protect_file.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "gateway/cli/new_file.h"
#include "gateway/cli/table_files.h"
#include "nmd/internal/v1/protect_policy.pb.h"
#include "services/core/dutch.h"
#include "services/platform/config.h"
#include "services/platform/crypto.h"
#include "services/platform/status_macros.h"
#include "services/publication/engine/audit.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/linked.h"
#include "services/publication/engine/primary.h"
#include "services/publication/engine/round.h"
#include "services/publication/engine/suppress.h"
#include "services/publication/statement.h"

namespace nmd::cli {
namespace {

namespace engine = publication::engine;
using engine::CellState;
using engine::Dimension;
using internal::v1::ProtectPolicy;

absl::StatusOr<ProtectPolicy> ReadPolicy(const std::string& path) {
  ProtectPolicy policy;
  NMD_RETURN_IF_ERROR(path.empty() ? ParseYaml("{}", "--policy", &policy) : ReadYamlFile(path, &policy));
  return policy;
}
bool IsAmount(const ProtectPolicy& policy) {
  return policy.p_percent() > 0 || policy.dominant_count() > 0 || policy.minimum_contributors() > 0;
}

// A table to be protected, and its further value columns, which share its mask.
struct Drafted {
  std::vector<size_t> dimensions;  // That the file has.
  engine::Draft draft;
  std::vector<std::vector<int64_t>> more;  // Per further column, per cell.
};

// The part of a dimension a file is about: the codes it has rows of and what can be summed of them, by position.
struct Axis {
  std::vector<int32_t> codes;
  engine::Hierarchy hierarchy;
};
absl::StatusOr<Axis> AxisOf(const Dimension& dimension, const std::string& path, const std::vector<TableRow>& rows, size_t d) {
  const size_t count = dimension.codes.size();
  std::vector<bool> is_total(count, false), is_in(count, false);
  for (const Dimension::Sum& sum : dimension.sums) is_total[static_cast<size_t>(sum.total)] = true;
  for (const TableRow& row : rows) is_in[static_cast<size_t>(row.codes[d])] = true;
  bool any_inner = false;
  for (size_t c = 0; c < count; ++c) any_inner = any_inner || (is_in[c] && !is_total[c]);
  if (any_inner || rows.empty()) {
    is_in.assign(count, true);  // Inner cells that are not there are 0.
  } else {
    // Such as quarters of a year that has months: up from what is there.
    for (bool grew = true; grew;) {
      grew = false;
      for (const Dimension::Sum& sum : dimension.sums) {
        if (is_in[static_cast<size_t>(sum.total)]) continue;
        if (std::all_of(sum.parts.begin(), sum.parts.end(), [&](int32_t part) { return is_in[static_cast<size_t>(part)]; })) {
          is_in[static_cast<size_t>(sum.total)] = grew = true;
        }
      }
    }
    if (!is_in[0])
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": de codes van ", dimension.name, " zijn samen niet ", dimension.codes[0]));
  }
  Axis axis;
  std::vector<int32_t> local(count, -1);
  for (size_t c = 0; c < count; ++c) {
    if (!is_in[c]) continue;
    local[c] = static_cast<int32_t>(axis.codes.size());
    axis.codes.push_back(static_cast<int32_t>(c));
  }
  axis.hierarchy.codes = static_cast<int32_t>(axis.codes.size());
  for (const Dimension::Sum& sum : dimension.sums) {
    engine::Hierarchy::Sum part_of{local[static_cast<size_t>(sum.total)], {}};
    for (const int32_t part : sum.parts) part_of.parts.push_back(local[static_cast<size_t>(part)]);
    if (part_of.total >= 0 && std::count(part_of.parts.begin(), part_of.parts.end(), -1) == 0)
      axis.hierarchy.sums.push_back(std::move(part_of));
  }
  return axis;
}

absl::StatusOr<Drafted> ReadDraft(const std::string& path, const std::vector<Dimension>& dimensions, const ProtectFile& command,
                                  const ProtectPolicy& policy) {
  NMD_ASSIGN_OR_RETURN(const CsvFile file, ReadCsv(path));
  std::vector<std::string> columns = command.values;
  const size_t behind = columns.size();  // Where the columns of contributors begin.
  const bool amount = IsAmount(policy);
  if (amount) {
    for (const std::string& column : {policy.contributors_column(), policy.largest_column(), policy.second_column()}) {
      if (column.empty())
        return absl::InvalidArgumentError(
            "een regel voor bedragen vraagt contributors_column, largest_column en second_column");
      columns.push_back(column);
    }
  }
  NMD_ASSIGN_OR_RETURN(const std::vector<TableRow> rows, ReadTable(file, dimensions, columns));
  Drafted drafted;
  drafted.dimensions = DimensionsOf(file, dimensions);
  if (drafted.dimensions.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": heeft geen kolom van een dimensie"));
  std::vector<Axis> axes;
  std::vector<engine::Hierarchy> hierarchies;
  std::vector<std::vector<int32_t>> local;  // By dimension of the file and code.
  for (const size_t d : drafted.dimensions) {
    NMD_ASSIGN_OR_RETURN(Axis axis, AxisOf(dimensions[d], path, rows, d));
    hierarchies.push_back(axis.hierarchy);
    local.emplace_back(dimensions[d].codes.size(), -1);
    for (size_t k = 0; k < axis.codes.size(); ++k) local.back()[static_cast<size_t>(axis.codes[k])] = static_cast<int32_t>(k);
    axes.push_back(std::move(axis));
  }
  const absl::StatusOr<engine::Lattice> lattice = engine::Lattice::Make(std::move(hierarchies));
  if (!lattice.ok()) return absl::FailedPreconditionError(absl::StrCat(path, ": ", lattice.status().message()));
  const auto cells = static_cast<size_t>(lattice->cells());

  std::vector<int64_t> cell_of_row;
  for (const TableRow& row : rows) {
    std::vector<int32_t> codes;
    for (size_t k = 0; k < axes.size(); ++k) codes.push_back(local[k][static_cast<size_t>(row.codes[drafted.dimensions[k]])]);
    cell_of_row.push_back(lattice->CellOf(codes));
  }
  // Totals in the file are checked, or taken where persons may be in several parts.
  const auto is_distinct_total = [&](int64_t cell) {
    for (size_t k = 0; k < axes.size(); ++k) {
      const int32_t code = lattice->Code(cell, static_cast<int>(k));
      const auto is_total = [&](const engine::Hierarchy::Sum& sum) { return sum.total == code; };
      const auto& sums = lattice->hierarchy(static_cast<int>(k)).sums;
      if (dimensions[drafted.dimensions[k]].distinct && std::any_of(sums.begin(), sums.end(), is_total)) return true;
    }
    return false;
  };
  std::vector<std::vector<int64_t>> numbers(columns.size(), std::vector<int64_t>(cells, 0));
  for (size_t n = 0; n < columns.size(); ++n) {
    for (size_t r = 0; r < rows.size(); ++r) {
      if (rows[r].numbers[n] < 0)
        return absl::FailedPreconditionError(absl::StrCat(path, ":", file.lines[r], ": een waarde is negatief"));
      if (lattice->IsInner(cell_of_row[r])) numbers[n][static_cast<size_t>(cell_of_row[r])] = rows[r].numbers[n];
    }
    lattice->AddUp(absl::MakeSpan(numbers[n]));
    for (size_t r = 0; r < rows.size(); ++r) {
      int64_t& number = numbers[n][static_cast<size_t>(cell_of_row[r])];
      if (number == rows[r].numbers[n] || n >= behind) continue;
      if (n > 0 || !is_distinct_total(cell_of_row[r])) {
        return absl::FailedPreconditionError(
            absl::StrCat(path, ":", file.lines[r], ": een totaal is niet de som van de delen"));
      }
      number = rows[r].numbers[n];
    }
  }

  const engine::PrimaryRules rules{
      policy.minimum(),   !policy.hide_zeros(),    policy.width(),           policy.minimum_contributors(),
      policy.p_percent(), policy.dominant_count(), policy.dominant_percent()};
  for (int64_t cell = 0; cell < lattice->cells(); ++cell) {
    std::vector<int32_t> codes(dimensions.size(), 0);
    for (size_t k = 0; k < axes.size(); ++k) {
      codes[drafted.dimensions[k]] = axes[k].codes[static_cast<size_t>(lattice->Code(cell, static_cast<int>(k)))];
    }
    drafted.draft.codes.push_back(std::move(codes));
  }
  if (amount) {
    std::vector<engine::Contribution> contributions(cells);
    for (size_t c = 0; c < cells; ++c) {
      contributions[c] = {numbers[behind][c], numbers[behind + 1][c], numbers[behind + 2][c],
                          numbers[behind + 1][c] + (policy.dominant_count() == 2 ? numbers[behind + 2][c] : 0)};
    }
    drafted.draft.cells = engine::AmountCells(numbers[0], contributions, rules);
  } else {
    drafted.draft.cells = engine::CountCells(numbers[0], rules);
  }
  // Something where there is nobody tells as much as a cell of one.
  for (size_t c = 0; c < cells; ++c) {
    for (size_t n = 1; n < behind; ++n) {
      if (drafted.draft.cells.states[c] != CellState::kZero || numbers[n][c] == 0) continue;
      drafted.draft.cells.states[c] = CellState::kPrimary;
      drafted.draft.cells.floors[c] = 0;
    }
  }
  drafted.more.assign(numbers.begin() + 1, numbers.begin() + static_cast<std::ptrdiff_t>(behind));
  return drafted;
}

int64_t Rounded(int64_t value, int64_t base) { return base <= 1 ? value : (value + base / 2) / base * base; }

// How far apart what fits a cell must be that was told rounded: a small count may be any below the minimum but one, and a small
// amount must disappear.
int64_t ApartOf(const ProtectPolicy& policy, int64_t value) {
  return IsAmount(policy) ? std::max<int64_t>(1, std::abs(value))
                          : std::max<int64_t>({1, policy.width(), policy.minimum() - 2});
}

void AskApart(const ProtectPolicy& policy, engine::PublishedTable* table) {
  for (engine::PublishedCell& cell : table->cells) {
    if (cell.rounded && cell.primary) cell.apart = ApartOf(policy, cell.value);
  }
}

// What is told of each draft's cells; the same cell is told the same in all of them, and as before where sums allow. Errors:
// FAILED_PRECONDITION when no rounding adds up.
absl::StatusOr<std::vector<std::vector<int64_t>>> RoundDrafts(const std::vector<Dimension>& dimensions,
                                                              const std::vector<engine::Draft>& drafts,
                                                              const std::vector<engine::PublishedTable>& earlier,
                                                              const ProtectFile& command) {
  NMD_ASSIGN_OR_RETURN(const Key key, Key::FromFile(command.key));
  const publication::Signer owner(key);
  const absl::StatusOr<engine::Linked> linked = engine::Link(dimensions, drafts, {}, {});
  if (!linked.ok()) return absl::FailedPreconditionError("twee tabellen hebben voor dezelfde cel een andere waarde");
  std::map<std::pair<std::vector<int32_t>, int64_t>, int64_t> known;
  for (const engine::PublishedTable& table : earlier) {
    for (const engine::PublishedCell& cell : table.cells) {
      if (cell.rounded) known[{cell.codes, cell.value}] = cell.high - (command.rounding - 1);
    }
  }
  const auto cells = static_cast<size_t>(linked->system.cells());
  std::vector<double> chances(cells);
  std::vector<std::optional<int64_t>> before(cells);
  // What is left of sums, first; then what is told.
  for (size_t c = 0; c < cells; ++c) chances[c] = owner.Chance(absl::StrCat("rest ", c));
  for (size_t t = 0; t < drafts.size(); ++t) {
    for (size_t k = 0; k < drafts[t].codes.size(); ++k) {
      const auto c = static_cast<size_t>(linked->cell_of[t][k]);
      const int64_t value = drafts[t].cells.values[k];
      std::string words = absl::StrCat("cell ", value);
      for (size_t d = 0; d < dimensions.size(); ++d) {
        const int32_t code = drafts[t].codes[k][d];
        if (code != 0)
          absl::StrAppend(&words, "\x1f", dimensions[d].name, "\x1e", dimensions[d].codes[static_cast<size_t>(code)]);
      }
      chances[c] = owner.Chance(words);
      if (const auto found = known.find({drafts[t].codes[k], value}); found != known.end()) before[c] = found->second;
    }
  }
  engine::RoundOptions options;
  options.base = command.rounding;
  const auto all = engine::RoundControlled(linked->system, linked->cells.values, chances, before, options);
  if (!all) {
    return absl::FailedPreconditionError(
        "er is geen afronding gevonden waarin alle totalen kloppen; verberg, of laat een dimensie weg");
  }
  std::vector<std::vector<int64_t>> told;
  for (const std::vector<int32_t>& cell_of : linked->cell_of) {
    told.emplace_back();
    for (const int32_t cell : cell_of) told.back().push_back((*all)[static_cast<size_t>(cell)]);
  }
  return told;
}

// The file for the owner, or, when `to_others`, the one for everybody else. `told`: instead of the values, when they are
// rounded.
std::string CsvOfTable(const std::vector<Dimension>& dimensions, const Drafted& drafted, const std::vector<CellState>& states,
                       const ProtectFile& command, const std::vector<int64_t>* told, int64_t round_to, bool to_others) {
  std::vector<std::string> header;
  for (const size_t d : drafted.dimensions) header.push_back(CsvField(dimensions[d].name));
  header.push_back("value");
  for (size_t n = 1; n < command.values.size(); ++n) header.push_back(CsvField(command.values[n]));
  if (told != nullptr) header.push_back(to_others ? "uncertainty" : "told,uncertainty");
  header.push_back(to_others ? "state" : "primary,suppressed");
  std::string text = absl::StrCat(absl::StrJoin(header, ","), "\n");
  const engine::Draft& draft = drafted.draft;
  for (size_t c = 0; c < draft.codes.size(); ++c) {
    for (const size_t d : drafted.dimensions)
      absl::StrAppend(&text, CsvField(dimensions[d].codes[static_cast<size_t>(draft.codes[c][d])]), ",");
    const bool hidden = IsHidden(states[c]);
    const auto append = [&](int64_t value) {
      if (!to_others) {
        absl::StrAppend(&text, value, ",");
      } else {
        absl::StrAppend(&text, hidden ? "" : absl::StrCat(Rounded(value, round_to)), ",");
      }
    };
    append(told != nullptr && to_others ? (*told)[c] : draft.cells.values[c]);
    for (const std::vector<int64_t>& column : drafted.more) append(column[c]);
    if (told != nullptr && !to_others) absl::StrAppend(&text, (*told)[c], ",");
    if (told != nullptr) absl::StrAppend(&text, command.rounding - 1, ",");
    if (to_others && told != nullptr) {
      absl::StrAppend(&text, (*told)[c] == 0 ? "zero" : "shown", "\n");
    } else if (to_others) {
      absl::StrAppend(&text, hidden ? "hidden" : states[c] == CellState::kZero ? "zero" : "shown", "\n");
    } else {
      absl::StrAppend(&text, draft.cells.states[c] == CellState::kPrimary ? 1 : 0, ",", hidden ? 1 : 0, "\n");
    }
  }
  return text;
}

engine::AuditOptions AuditOptionsOf(const ProtectPolicy& policy) {
  engine::AuditOptions options;
  const bool amount = IsAmount(policy);
  options.floor = amount || policy.hide_zeros() ? 0 : 1;
  options.width = amount ? 1 : policy.width();
  options.width_percent = policy.p_percent();
  options.smallest_change = policy.smallest_change();
  options.rounded_to = policy.round_to();
  options.lone_persons = !amount;
  return options;
}

std::string CellText(const std::vector<Dimension>& dimensions, const engine::PublishedCell& cell) {
  std::vector<std::string> codes;
  for (size_t d = 0; d < dimensions.size(); ++d)
    codes.push_back(absl::StrCat(dimensions[d].name, " ", dimensions[d].codes[static_cast<size_t>(cell.codes[d])]));
  return absl::StrJoin(codes, ", ");
}
absl::string_view KindText(engine::Disclosure::Kind kind) {
  switch (kind) {
    case engine::Disclosure::kExact:
      return "te berekenen";
    case engine::Disclosure::kNarrow:
      return "te dicht te benaderen";
    case engine::Disclosure::kChange:
      return "kleine wijziging";
    case engine::Disclosure::kUndecided:
      break;
  }
  return "niet bewezen veilig";
}

}  // namespace

void AddProtectCommands(CLI::App& app, ProtectFile& protect, AuditFile& audit, const std::function<void()>& run_protect,
                        const std::function<void()>& run_audit) {
  constexpr char kHierarchyText[] = "dimensie=bestand met code,parent; mag vaker, ook voor één dimensie";
  CLI::App* p = app.add_subcommand("protect", "Een tabel beveiligen voor publicatie, zonder monitor");
  p->fallthrough();
  p->add_option("--input", protect.inputs, "CSV met binnencellen; mag vaker, voor tabellen die samen uitgaan")
      ->required()
      ->allow_extra_args(false);
  p->add_option("--hierarchy", protect.hierarchies, kHierarchyText)->required()->allow_extra_args(false);
  p->add_option("--value", protect.values, "Kolommen met waarden; de eerste beslist")->required()->delimiter(',');
  p->add_option("--policy", protect.policy, "Regels (YAML); anders minder dan 5 personen verbergen");
  p->add_option("--output", protect.outputs, "Hierin elke cel met totalen: voor de eigenaar, met wat verborgen is")
      ->required()
      ->allow_extra_args(false);
  p->add_option("--publish", protect.publishes, "Hierin wat anderen mogen zien")->allow_extra_args(false);
  p->add_option("--rounding", protect.rounding, "Niets verbergen, maar afronden op veelvouden hiervan, met totalen die kloppen")
      ->check(CLI::Range(int64_t{2}, int64_t{1'000'000'000'000}));
  p->add_option("--key", protect.key, "Bestand met de sleutel waarmee wordt afgerond: 64 hexadecimale cijfers, geheim");
  p->add_option("--earlier", protect.earlier, "Eerdere uitvoer van protect, de oudste eerst")->allow_extra_args(false);
  p->callback(run_protect);
  CLI::App* a = app.add_subcommand("audit", "Aanvallen wat protect maakte, samen met wat eerder uitging");
  a->fallthrough();
  a->add_option("--input", audit.inputs, "Uitvoer van protect, de oudste eerst; mag vaker")
      ->required()
      ->allow_extra_args(false);
  a->add_option("--hierarchy", audit.hierarchies, kHierarchyText)->required()->allow_extra_args(false);
  a->add_option("--value", audit.value, "Kolom met de waarde");
  a->add_option("--policy", audit.policy, "De regels van protect");
  a->add_option("--insider", audit.insiders, "dimensie=code van wie al zijn eigen cellen kent; mag vaker")
      ->allow_extra_args(false);
  a->add_option("--output", audit.output, "Hierin de gevonden cellen met de weg erheen");
  a->callback(run_audit);
}

absl::StatusOr<int> RunProtectFile(const ProtectFile& command, const Surroundings& io) {
  if (command.outputs.size() != command.inputs.size()) return absl::InvalidArgumentError("geef bij elke --input een --output");
  if (!command.publishes.empty() && command.publishes.size() != command.inputs.size()) {
    return absl::InvalidArgumentError("geef bij elke --input een --publish, of bij geen");
  }
  const bool rounds = command.rounding > 0;
  if (rounds != !command.key.empty()) return absl::InvalidArgumentError("geef --rounding en --key samen");
  if (rounds && command.values.size() != 1) return absl::InvalidArgumentError("rond één waarde tegelijk af");
  NMD_ASSIGN_OR_RETURN(const ProtectPolicy policy, ReadPolicy(command.policy));
  if (rounds && policy.round_to() > 1) return absl::InvalidArgumentError("kies --rounding of round_to, niet allebei");
  if (rounds && !IsAmount(policy) && command.rounding < policy.minimum()) {
    return absl::InvalidArgumentError(absl::StrCat("rond af op ten minste het minimum, ", policy.minimum()));
  }
  NMD_ASSIGN_OR_RETURN(const std::vector<Dimension> dimensions,
                       ReadDimensions(command.hierarchies, {policy.distinct().begin(), policy.distinct().end()}));
  std::vector<Drafted> drafted;
  std::vector<engine::Draft> drafts;
  for (const std::string& input : command.inputs) {
    NMD_ASSIGN_OR_RETURN(Drafted one, ReadDraft(input, dimensions, command, policy));
    drafts.push_back(one.draft);
    drafted.push_back(std::move(one));
  }
  std::vector<engine::PublishedTable> published;
  for (const std::string& earlier : command.earlier) {
    NMD_ASSIGN_OR_RETURN(engine::PublishedTable table, ReadPublished(earlier, "value", dimensions));
    AskApart(policy, &table);
    published.push_back(std::move(table));
  }
  std::vector<std::vector<int64_t>> told;
  if (rounds) {
    NMD_ASSIGN_OR_RETURN(told, RoundDrafts(dimensions, drafts, published, command));
  }
  const engine::AuditOptions audit_options = AuditOptionsOf(policy);
  // What was rounded is for the audit to judge.
  std::vector<engine::PublishedTable> exact;
  for (const engine::PublishedTable& table : published) {
    const bool any = std::any_of(table.cells.begin(), table.cells.end(), [](const auto& cell) { return cell.rounded; });
    if (!any) exact.push_back(table);
  }
  absl::StatusOr<engine::Linked> linked =
      engine::Link(dimensions, drafts, exact, {audit_options.floor, audit_options.width, policy.smallest_change()});
  if (!linked.ok()) return absl::FailedPreconditionError("twee tabellen hebben voor dezelfde cel een andere waarde");
  if (!rounds && !linked->lost.empty()) {
    const auto& [table, cell] = linked->lost.front();
    return absl::FailedPreconditionError(absl::StrCat(
        "niet te beschermen: ", linked->lost.size(), linked->lost.size() == 1 ? " cel is" : " cellen zijn",
        " al eerder getoond, zoals ",
        CellText(dimensions, {drafts[static_cast<size_t>(table)].codes[static_cast<size_t>(cell)], 0, false, false})));
  }

  engine::Protection protection{linked->cells, {}, {}, 0};
  if (policy.round_to() <= 1 && !rounds) {
    protection = engine::Suppress(
        linked->system, linked->cells,
        {static_cast<uint64_t>(policy.seed()), true, policy.effort(), std::max<int64_t>(120, policy.effort() / 1000)});
    if (!protection.Proven()) return absl::FailedPreconditionError(protection.Text());
  }
  std::vector<std::vector<CellState>> states;
  int64_t primary = 0, secondary = 0, all = 0;
  for (size_t t = 0; t < drafts.size(); ++t) {
    states.emplace_back();
    engine::PublishedTable table{command.outputs[t], {}};
    for (size_t c = 0; c < drafts[t].codes.size(); ++c) {
      states.back().push_back(rounds ? CellState::kShown : protection.cells.states[static_cast<size_t>(linked->cell_of[t][c])]);
      const bool is_primary = drafts[t].cells.states[c] == CellState::kPrimary, hidden = IsHidden(states.back().back());
      engine::PublishedCell& cell = table.cells.emplace_back();
      cell.codes = drafts[t].codes[c];
      cell.value = drafts[t].cells.values[c];
      cell.primary = is_primary;
      cell.hidden = hidden;
      if (rounds) SetTold(told[t][c], command.rounding - 1, &cell);
      primary += is_primary;
      secondary += hidden && !is_primary;
      ++all;
    }
    AskApart(policy, &table);
    published.push_back(std::move(table));
  }
  const engine::AuditReport report = engine::Audit(dimensions, published, audit_options);
  if (!report.Safe()) {
    const engine::Disclosure& first = report.disclosures.front();
    const engine::PublishedTable& table = published[static_cast<size_t>(first.table)];
    return absl::FailedPreconditionError(
        absl::StrCat("de controle vindt ", report.disclosures.size(), report.disclosures.size() == 1 ? " cel" : " cellen",
                     " die niet veilig zijn, zoals ", CellText(dimensions, table.cells[static_cast<size_t>(first.cell)]), " (",
                     KindText(first.kind), "); er is niets geschreven"));
  }
  for (size_t t = 0; t < drafts.size(); ++t) {
    const std::vector<int64_t>* of_table = rounds ? &told[t] : nullptr;
    NMD_RETURN_IF_ERROR(
        WriteNewFile(command.outputs[t], CsvOfTable(dimensions, drafted[t], states[t], command, of_table, 0, false)));
    if (command.publishes.empty()) continue;
    NMD_RETURN_IF_ERROR(WriteNewFile(
        command.publishes[t], CsvOfTable(dimensions, drafted[t], states[t], command, of_table, policy.round_to(), true)));
  }
  if (rounds) {
    io.out << dutch::Number(all) << " cellen, niets verborgen: elke waarde is een veelvoud van "
           << dutch::Number(command.rounding) << " en zit hoogstens " << dutch::Number(command.rounding - 1)
           << " van de echte; totalen zijn de som van wat er staat.\nDe controle vindt geen beschermde cel die nauwkeuriger te "
              "bepalen is dan mag ("
           << dutch::Number(report.relations) << " sommen, " << dutch::Number(report.programs) << " lineaire programma's).\n";
    return 0;
  }
  io.out << dutch::Number(all) << " cellen: " << dutch::Number(primary) << " verborgen om zichzelf, "
         << dutch::Number(secondary) << " om die te beschermen. "
         << (policy.round_to() > 1 ? "Alle andere zijn afgerond." : protection.Text())
         << "\nDe controle vindt geen weg naar een beschermde cel (" << dutch::Number(report.relations) << " sommen, "
         << dutch::Number(report.programs) << " lineaire programma's).\n";
  return 0;
}

absl::StatusOr<int> RunAuditFile(const AuditFile& command, const Surroundings& io) {
  NMD_ASSIGN_OR_RETURN(const ProtectPolicy policy, ReadPolicy(command.policy));
  NMD_ASSIGN_OR_RETURN(const std::vector<Dimension> dimensions,
                       ReadDimensions(command.hierarchies, {policy.distinct().begin(), policy.distinct().end()}));
  engine::AuditOptions options = AuditOptionsOf(policy);
  for (const std::string& insider : command.insiders) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(insider, absl::MaxSplits('=', 1));
    bool found = false;
    for (size_t d = 0; d < dimensions.size(); ++d) {
      if (dimensions[d].name != pair.first) continue;
      const auto code = std::find(dimensions[d].codes.begin(), dimensions[d].codes.end(), pair.second);
      if (code == dimensions[d].codes.end()) continue;
      found = true;
      options.insiders.emplace_back(static_cast<int32_t>(d), static_cast<int32_t>(code - dimensions[d].codes.begin()));
    }
    if (!found) return absl::InvalidArgumentError(absl::StrCat("\"", insider, "\" is geen dimensie=code die er is"));
  }
  std::vector<engine::PublishedTable> tables;
  for (const std::string& input : command.inputs) {
    NMD_ASSIGN_OR_RETURN(engine::PublishedTable table, ReadPublished(input, command.value, dimensions));
    AskApart(policy, &table);
    tables.push_back(std::move(table));
  }
  const engine::AuditReport report = engine::Audit(dimensions, tables, options);
  std::string csv = "table,cell,kind,low,high,attacker,path\n";
  constexpr size_t kMostPrinted = 20;
  size_t printed = 0;
  for (const engine::Disclosure& disclosure : report.disclosures) {
    const engine::PublishedTable& table = tables[static_cast<size_t>(disclosure.table)];
    const std::string cell = CellText(dimensions, table.cells[static_cast<size_t>(disclosure.cell)]);
    const std::string path = absl::StrJoin(disclosure.path, "; ");
    absl::StrAppend(
        &csv,
        absl::StrJoin({CsvField(table.name), CsvField(cell), CsvField(KindText(disclosure.kind)), absl::StrCat(disclosure.low),
                       absl::StrCat(disclosure.high), CsvField(disclosure.attacker), CsvField(path)},
                      ","),
        "\n");
    if (printed++ >= kMostPrinted) continue;
    io.out << cell << ": " << KindText(disclosure.kind)
           << (disclosure.attacker.empty() ? "" : absl::StrCat(" door ", disclosure.attacker))
           << (path.empty() ? "" : absl::StrCat(" (", path, ")")) << "\n";
  }
  if (!command.output.empty()) NMD_RETURN_IF_ERROR(WriteNewFile(command.output, csv));
  if (report.disclosures.size() > kMostPrinted)
    io.out << "en nog " << dutch::Number(static_cast<int64_t>(report.disclosures.size() - kMostPrinted)) << "\n";
  io.out << dutch::Number(report.primaries) << " te beschermen cellen, "
         << dutch::Number(static_cast<int64_t>(report.disclosures.size())) << " daarvan niet veilig; "
         << dutch::Number(report.unknowns) << " onbekenden, " << dutch::Number(report.relations) << " sommen, "
         << dutch::Number(report.programs) << " lineaire programma's.\n";
  return report.Safe() ? 0 : 1;
}

}  // namespace nmd::cli
