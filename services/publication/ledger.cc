// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/ledger.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"
#include "services/publication/counted_table.h"
#include "services/publication/engine/audit.h"
#include "services/publication/engine/linked.h"
#include "services/publication/engine/suppress.h"
#include "services/publication/ledger_guards.h"
#include "services/publication/ledger_space.h"

namespace nmd::publication {
namespace {

using engine::CellState;

// Fixed, so that the same table is the same publication every time.
constexpr uint64_t kSeed = 20170101;
// More are not told: one is enough to know that it will not do.
constexpr int kMostFindings = 100;
// Linear programs of a proof; what is left then counts as not proven.
constexpr int64_t kMostPrograms = 20'000;

std::string AttackerOf(absl::string_view circle) {
  if (circle == kPublic) return "iedereen";
  return absl::StrCat("wie ziet wat ", circle == kRegion ? "de regio" : std::string(circle), " ziet");
}

absl::string_view KindText(engine::Disclosure::Kind kind) {
  switch (kind) {
    case engine::Disclosure::kExact:
      return "exact";
    case engine::Disclosure::kNarrow:
      return "narrow";
    case engine::Disclosure::kChange:
      return "change";
    case engine::Disclosure::kUndecided:
      break;
  }
  return "undecided";
}

// One circle that sees the draft, and all it has.
class Circle {
 public:
  static absl::StatusOr<Circle> Make(absl::string_view name, const LedgerTable& draft,
                                     absl::Span<const LedgerTable* const> released, absl::Span<const GuardTable> guards) {
    Circle circle;
    circle.name_ = std::string(name);
    circle.tables_ = Beside(draft, name, released);
    circle.releases_ = static_cast<int64_t>(circle.tables_.size());
    // First, so that what was published of the same number comes after it. Those of other circles are not about this one.
    const std::set<Guard> own = GuardsIn(draft, circle.tables_);
    std::vector<const LedgerTable*> silent;
    for (const GuardTable& guard : guards) {
      if (own.count(guard.guard) > 0) silent.push_back(&guard.table);
    }
    for (const LedgerTable* table : circle.tables_) {
      if (table->unmerged != nullptr) silent.push_back(table->unmerged.get());
    }
    if (draft.unmerged != nullptr) silent.push_back(draft.unmerged.get());
    circle.tables_.insert(circle.tables_.begin(), silent.begin(), silent.end());
    circle.tables_.push_back(&draft);
    for (const LedgerTable* table : circle.tables_) {
      if (table->audience != name) continue;
      circle.minimum_ = circle.minimum_ == 0 ? table->minimum : std::min(circle.minimum_, table->minimum);
    }
    NMD_ASSIGN_OR_RETURN(circle.space_, Space::Of(circle.tables_));
    circle.guards_ = silent.size();
    circle.FindAncestors();
    NMD_RETURN_IF_ERROR(circle.CheckDivision());
    for (size_t t = circle.guards_; t < circle.tables_.size(); ++t) {
      for (const std::vector<int32_t>& codes : circle.space_.placed(t).codes) {
        circle.published_.insert(circle.space_.KeyOf(codes));
      }
    }
    return circle;
  }

  // How many releases lie beside the draft.
  int64_t releases() const { return releases_; }

  // Hides more of the draft until nothing of the measure follows from what the circle has. False: that could not be proven.
  absl::StatusOr<bool> Protect(const std::string& measure, Judgement* judgement) const {
    if (tables_.back()->IsRounded()) return true;
    const std::vector<engine::PublishedTable> earlier = Published(measure, nullptr, true);
    if (earlier.empty()) return true;
    const LedgerTable& draft = *tables_.back();
    const Space::Placed& placed = space_.placed(tables_.size() - 1);
    const auto m = MeasureOf(draft, measure);
    const bool clients = *m == 0;
    const std::vector<int64_t> few = ChangedByFew(measure);
    engine::Draft out;
    out.codes = placed.codes;
    out.cells = engine::Cells(static_cast<int32_t>(placed.codes.size()));
    for (size_t k = 0; k < placed.codes.size(); ++k) {
      const int64_t cell = placed.cell[k];
      const auto c = static_cast<size_t>(cell);
      const int64_t count = cell < 0 ? 0 : draft.values[0][c];
      const int64_t value = cell < 0 ? 0 : draft.values[*m][c];
      out.cells.values[k] = value;
      out.cells.lone[k] = count == 1;
      out.cells.fixed[k] = cell < 0;
      CellState state = value == 0 && count == 0 ? CellState::kZero : CellState::kShown;
      if (cell >= 0 && (IsSecret(draft, c) || few[k] > 0)) {
        state = CellState::kPrimary;
      } else if (cell >= 0 && judgement->hidden[c]) {
        state = CellState::kSecondary;
        out.cells.fixed[k] = true;
      }
      out.cells.states[k] = state;
      out.cells.floors[k] = !clients ? engine::kNoFloor : value == 0 && state == CellState::kPrimary ? 0 : 1;
    }
    const std::vector<engine::Dimension> dimensions = Dimensions(clients);
    engine::LinkOptions options;
    options.floor = clients ? 1 : engine::kNoFloor;
    options.smallest_change = clients ? draft.minimum : 0;
    options.rests_are_free = true;  // Guards are what must be kept of them.
    NMD_ASSIGN_OR_RETURN(engine::Linked linked, engine::Link(dimensions, {&out, 1}, earlier, options));
    engine::SuppressOptions suppress;
    suppress.seed = kSeed;
    suppress.intervals = clients;
    const engine::Protection protection = engine::Suppress(linked.system, std::move(linked.cells), suppress);
    for (size_t k = 0; k < placed.codes.size(); ++k) {
      if (placed.cell[k] < 0) continue;
      const auto cell = static_cast<size_t>(linked.cell_of.front()[k]);
      const auto c = static_cast<size_t>(placed.cell[k]);
      if (few[k] > 0) judgement->primary[c] = true;
      if (few[k] > 0 || engine::IsHidden(protection.cells.states[cell])) judgement->hidden[c] = true;
    }
    if (protection.Proven() || guards_ == 0) return protection.Proven();
    // It took what guards would show for known, which is too much: nobody was told. So it is proven anew without that.
    for (size_t k = 0; k < placed.codes.size(); ++k) {
      if (placed.cell[k] < 0 || out.cells.states[k] == CellState::kPrimary) continue;
      if (judgement->hidden[static_cast<size_t>(placed.cell[k])]) out.cells.states[k] = CellState::kSecondary;
    }
    NMD_ASSIGN_OR_RETURN(linked, engine::Link(dimensions, {&out, 1}, Published(measure, nullptr, false), options));
    engine::Prover prover(linked.system, kSeed);
    if (!prover.Prove(linked.cells).Holds()) return false;
    if (!clients) return true;
    engine::IntervalProver intervals(linked.system, kSeed, kMostPrograms);
    return intervals.Prove(linked.cells).Holds();
  }

  void Attack(const std::string& measure, const std::vector<bool>& hidden, v1::ReleaseAudit* audit) const {
    const LedgerTable& draft = *tables_.back();
    const bool clients = *MeasureOf(draft, measure) == 0;
    const std::vector<engine::PublishedTable> tables = Published(measure, &hidden, false);
    engine::AuditOptions options;
    options.floor = 1;
    if (clients) {
      options.smallest_change = draft.minimum;
    } else {
      // Credits make any amount possible; below what the audit takes for endless.
      for (const engine::PublishedTable& table : tables) {
        for (const engine::PublishedCell& cell : table.cells) {
          options.floor = std::min(options.floor, -1'000'000 - 4 * std::abs(cell.value));
        }
      }
      options.lone_persons = false;
    }
    const std::vector<engine::Dimension> dimensions = Dimensions(clients);
    const engine::AuditReport report = engine::Audit(dimensions, tables, options);
    audit->set_primary_count(audit->primary_count() + report.primaries);
    audit->set_hidden_count(audit->hidden_count() + report.unknowns);
    audit->set_sum_count(audit->sum_count() + report.relations);
    audit->set_program_count(audit->program_count() + report.programs);
    if (!report.Safe()) audit->set_safe(false);
    for (const engine::Disclosure& found : report.disclosures) {
      if (audit->findings_size() == kMostFindings) break;
      v1::AuditFinding* finding = audit->add_findings();
      const engine::PublishedTable& table = tables[static_cast<size_t>(found.table)];
      finding->set_cell(
          absl::StrCat(space_.TextOfCell(table.cells[static_cast<size_t>(found.cell)].codes), " (", table.name, ")"));
      finding->set_kind(std::string(KindText(found.kind)));
      finding->set_attacker(AttackerOf(name_) + (found.attacker.empty() ? "" : absl::StrCat(", ", found.attacker)));
      finding->set_measure(measure);
      for (const std::string& step : found.path) finding->add_path(step);
    }
  }

 private:
  static std::optional<size_t> MeasureOf(const LedgerTable& table, const std::string& measure) {
    const auto found = std::find(table.measures.begin(), table.measures.end(), measure);
    if (found == table.measures.end()) return std::nullopt;
    return static_cast<size_t>(found - table.measures.begin());
  }

  // Whether the cell must not be known to this circle: hidden because of itself, and not only by a minimum that is above what
  // the circle may see by its own agreement.
  bool IsSecret(const LedgerTable& table, size_t cell) const {
    if (!table.primary[cell]) return false;
    const int64_t count = table.values[0][cell];
    const bool by_stricter_rule = table.audience != name_ && minimum_ > 0 && count >= minimum_ && count < table.minimum;
    return !by_stricter_rule;
  }

  // Clients are counted once over months; amounts add up, and where a count does not the engine sees that it does not.
  std::vector<engine::Dimension> Dimensions(bool clients) const {
    std::vector<engine::Dimension> dimensions = space_.dimensions();
    dimensions.front().distinct = clients;
    return dimensions;
  }

  // How far apart what fits a cell must be that must not be known and was told rounded.
  static int64_t ApartOf(const LedgerTable& table, size_t measure, size_t cell) {
    if (measure == 0) return std::max<int64_t>(1, table.minimum - 2);
    if (!IsAboutClients(table.measures[measure])) return 1;
    return std::max<int64_t>(1, std::abs(table.values[measure][cell]));
  }

  // The tables that have the measure: with the draft as `hidden` says, for the attack; or without it and what was rounded, for
  // the choice of what to hide. Of guards nothing is known, or what they would show. What the circle was shown is no secret to
  // it in another table.
  std::vector<engine::PublishedTable> Published(const std::string& measure, const std::vector<bool>* hidden,
                                                bool guards_show) const {
    const size_t count = tables_.size() - (hidden == nullptr ? 1 : 0);
    std::set<std::pair<int64_t, int64_t>> shown;  // Key and value.
    std::vector<engine::PublishedTable> out;
    std::vector<int64_t> few;
    if (hidden != nullptr) few = ChangedByFew(measure);
    const absl::flat_hash_set<int64_t> zeros = ShownZeros(measure, hidden == nullptr ? tables_.back()->hidden : *hidden);
    for (size_t t = 0; t < count; ++t) {
      const LedgerTable& table = *tables_[t];
      const auto m = MeasureOf(table, measure);
      if (!m || (hidden == nullptr && table.IsRounded())) continue;
      const bool is_draft = t + 1 == tables_.size();
      const std::vector<bool>& hides = is_draft ? *hidden : table.hidden;
      const Space::Placed& placed = space_.placed(t);
      engine::PublishedTable& published = out.emplace_back();
      published.name = table.name;
      for (size_t k = 0; k < placed.codes.size(); ++k) {
        // A guard is only about what no table has.
        if (t < guards_ && published_.contains(space_.KeyOf(placed.codes[k]))) continue;
        const int64_t cell = placed.cell[k];
        const auto c = static_cast<size_t>(cell);
        engine::PublishedCell& to = published.cells.emplace_back();
        to.codes = placed.codes[k];
        if (cell >= 0) {
          to.value = table.values[*m][c];
          to.primary = IsSecret(table, c) || (is_draft && few[k] > 0);
          to.hidden = hides[c] || (t < guards_ && !table.untold && !guards_show);
          to.untold = to.hidden && table.untold;
          // Where all together are nobody, each is.
          if (to.untold && to.value == 0 && IsWithin(to.codes, zeros)) to.hidden = to.untold = to.primary = false;
          if (table.IsRounded()) {
            to.rounded = true;
            to.low = table.told[*m][c] - table.uncertainty[*m];
            to.high = table.told[*m][c] + table.uncertainty[*m];
            if (*m == 0) to.low = std::max<int64_t>(0, to.low);
            to.apart = !to.primary ? 0 : IsSecret(table, c) ? ApartOf(table, *m, c) : few[k];
          }
        }
        if (!to.hidden && !to.rounded) shown.emplace(space_.KeyOf(to.codes), to.value);
      }
    }
    for (engine::PublishedTable& table : out) {
      for (engine::PublishedCell& cell : table.cells) {
        cell.primary = cell.primary && shown.count({space_.KeyOf(cell.codes), cell.value}) == 0;
      }
    }
    return out;
  }

  // By dimension and code: what it is part of, itself first.
  void FindAncestors() {
    for (const engine::Dimension& dimension : space_.dimensions()) {
      std::vector<std::vector<int32_t>>& ancestors = ancestors_.emplace_back(dimension.codes.size());
      for (size_t code = 0; code < ancestors.size(); ++code) {
        std::vector<int32_t>& own = ancestors[code];
        own.push_back(static_cast<int32_t>(code));
        for (size_t k = 0; k < own.size(); ++k) {
          for (const engine::Dimension::Sum& sum : dimension.sums) {
            const bool part = std::find(sum.parts.begin(), sum.parts.end(), own[k]) != sum.parts.end();
            if (part && std::find(own.begin(), own.end(), sum.total) == own.end()) own.push_back(sum.total);
          }
        }
      }
    }
  }

  // Keys of what is shown to be of nobody, with nothing of the measure.
  absl::flat_hash_set<int64_t> ShownZeros(const std::string& measure, const std::vector<bool>& hidden) const {
    absl::flat_hash_set<int64_t> zeros;
    for (size_t t = guards_; t < tables_.size(); ++t) {
      const LedgerTable& table = *tables_[t];
      const auto m = MeasureOf(table, measure);
      if (!m || table.IsRounded()) continue;
      const std::vector<bool>& hides = t + 1 == tables_.size() ? hidden : table.hidden;
      const Space::Placed& placed = space_.placed(t);
      for (size_t k = 0; k < placed.codes.size(); ++k) {
        const int64_t cell = placed.cell[k];
        const auto c = static_cast<size_t>(cell);
        if (cell >= 0 && (hides[c] || table.values[0][c] != 0 || table.values[*m][c] != 0)) continue;
        zeros.insert(space_.KeyOf(placed.codes[k]));
      }
    }
    return zeros;
  }

  // Whether the cell is part of one of these.
  bool IsWithin(const std::vector<int32_t>& codes, const absl::flat_hash_set<int64_t>& keys) const {
    std::vector<int32_t> above = codes;
    std::vector<size_t> at(codes.size(), 0);
    while (true) {
      for (size_t d = 0; d < codes.size(); ++d) above[d] = ancestors_[d][static_cast<size_t>(codes[d])][at[d]];
      if (keys.contains(space_.KeyOf(above))) return true;
      size_t d = codes.size();
      while (d > 0 && ++at[d - 1] == ancestors_[d - 1][static_cast<size_t>(codes[d - 1])].size()) at[--d] = 0;
      if (d == 0) return false;
    }
  }

  // FAILED_PRECONDITION when a code was shown with people who are now counted under codes that had none: whoever knows how the
  // one was divided into the others takes them from each other, whatever is hidden.
  absl::Status CheckDivision() const {
    const LedgerTable& draft = *tables_.back();
    for (size_t d = 0; d < draft.axes.size(); ++d) {
      const LedgerTable::Axis& axis = draft.axes[d];
      if (IsTime(axis.dimension)) continue;
      const std::map<std::string, int64_t> now = TotalsOf(draft, d);
      for (size_t t = guards_; t + 1 < tables_.size(); ++t) {
        const LedgerTable& table = *tables_[t];
        if (table.first != draft.first || table.last != draft.last || table.filters != draft.filters) continue;
        const auto same = std::find_if(table.axes.begin(), table.axes.end(),
                                       [&](const LedgerTable::Axis& other) { return other.dimension == axis.dimension; });
        if (same == table.axes.end()) continue;
        const auto of = static_cast<size_t>(same - table.axes.begin());
        const std::map<std::string, int64_t> before = TotalsOf(table, of);
        const auto lacks = [](const std::map<std::string, int64_t>& some, const std::string& code) {
          const auto found = some.find(code);
          return found == some.end() || found->second == 0;
        };
        const bool went = std::any_of(before.begin(), before.end(),
                                      [&](const auto& code) { return code.second >= table.minimum && lacks(now, code.first); });
        const bool came =
            std::any_of(now.begin(), now.end(), [&](const auto& code) { return code.second > 0 && lacks(before, code.first); });
        if (!went || !came) continue;
        return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_AGREED,
                    absl::StrCat("the table divides the same people by other codes of ", axis.dimension, " than ", table.name,
                                 "; who knows both divisions could subtract one from the other"),
                    {{"cause", "division"}, {"publication", table.name}});
      }
    }
    return absl::OkStatus();
  }

  // Clients per value of one axis over everything else; merged ones count for each of their values.
  static std::map<std::string, int64_t> TotalsOf(const LedgerTable& table, size_t axis) {
    std::map<std::string, int64_t> totals;
    int64_t stride = 1;
    for (size_t d = axis + 1; d < table.axes.size(); ++d) stride *= static_cast<int64_t>(table.axes[d].codes.size());
    for (size_t code = 1; code < table.axes[axis].codes.size(); ++code) {
      const int64_t count = table.values[0][static_cast<size_t>(stride) * code];
      const std::vector<std::string>* members = table.axes[axis].MembersOf(code);
      if (members == nullptr) totals[table.axes[axis].codes[code]] = count;
      for (size_t k = 0; members != nullptr && k < members->size(); ++k) totals[(*members)[k]] = count;
    }
    return totals;
  }

  // By placed cell of the draft: by how much it changed since it was shown with another value, when so few came or went that
  // this is theirs; 0: not so.
  std::vector<int64_t> ChangedByFew(const std::string& measure) const {
    struct Before {
      int64_t clients, value;
    };
    absl::flat_hash_map<int64_t, std::vector<Before>> before;
    for (size_t t = guards_; t + 1 < tables_.size(); ++t) {
      const LedgerTable& table = *tables_[t];
      const auto m = MeasureOf(table, measure);
      if (!m || table.IsRounded()) continue;
      const Space::Placed& placed = space_.placed(t);
      for (size_t k = 0; k < placed.codes.size(); ++k) {
        const int64_t cell = placed.cell[k];
        const auto c = static_cast<size_t>(cell);
        if (cell >= 0 && table.hidden[c]) continue;
        before[space_.KeyOf(placed.codes[k])].push_back(cell < 0 ? Before{0, 0}
                                                                 : Before{table.values[0][c], table.values[*m][c]});
      }
    }
    const LedgerTable& draft = *tables_.back();
    const auto m = *MeasureOf(draft, measure);
    const Space::Placed& placed = space_.placed(tables_.size() - 1);
    std::vector<int64_t> few(placed.codes.size(), 0);
    for (size_t k = 0; k < placed.codes.size(); ++k) {
      const int64_t cell = placed.cell[k];
      if (cell < 0) continue;
      const auto found = before.find(space_.KeyOf(placed.codes[k]));
      if (found == before.end()) continue;
      const auto c = static_cast<size_t>(cell);
      const bool shown_as_it_is = std::any_of(found->second.begin(), found->second.end(),
                                              [&](const Before& b) { return b.value == draft.values[m][c]; });
      if (shown_as_it_is) continue;
      for (const Before& b : found->second) {
        if (std::abs(draft.values[0][c] - b.clients) >= draft.minimum) continue;
        few[k] = std::max(few[k], std::abs(draft.values[m][c] - b.value));
      }
    }
    return few;
  }

  std::string name_;
  int64_t minimum_ = 0;  // The fewest clients the circle may see by an agreement of its own; 0: none.
  int64_t releases_ = 0;
  size_t guards_ = 0;
  absl::flat_hash_set<int64_t> published_;  // Keys of all but the guards.
  std::vector<const LedgerTable*> tables_;  // Guards and what was merged first, the draft last.
  std::vector<std::vector<std::vector<int32_t>>> ancestors_;
  Space space_;
};

}  // namespace

bool Sees(absl::string_view circle, absl::string_view audience) {
  return audience == circle || audience == kPublic || (audience == kRegion && circle != kPublic);
}

bool LieBeside(const LedgerTable& draft, const LedgerTable& other, absl::Span<const LedgerTable* const> released) {
  std::set<std::string> circles = {draft.audience, other.audience};
  for (const LedgerTable* table : released) circles.insert(table->audience);
  return std::any_of(circles.begin(), circles.end(), [&](const std::string& circle) {
    if (!Sees(circle, draft.audience)) return false;
    const std::vector<const LedgerTable*> beside = Beside(draft, circle, released);
    return std::find(beside.begin(), beside.end(), &other) != beside.end();
  });
}

absl::StatusOr<std::vector<std::vector<std::optional<int64_t>>>> ToldBefore(const LedgerTable& draft,
                                                                            absl::Span<const LedgerTable* const> released) {
  std::vector<const LedgerTable*> tables;
  for (const std::string& circle : CirclesOf(draft, released)) {
    for (const LedgerTable* table : Beside(draft, circle, released)) {
      if (table->IsRounded() && std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
    }
  }
  std::vector<std::vector<std::optional<int64_t>>> told(draft.measures.size());
  for (auto& column : told) column.resize(static_cast<size_t>(draft.cells()));
  if (tables.empty()) return told;
  tables.push_back(&draft);
  NMD_ASSIGN_OR_RETURN(const Space space, Space::Of(tables));
  const Space::Placed& own = space.placed(tables.size() - 1);
  for (size_t m = 0; m < draft.measures.size(); ++m) {
    absl::flat_hash_map<std::pair<int64_t, int64_t>, int64_t> known;  // By key and value.
    for (size_t t = 0; t + 1 < tables.size(); ++t) {
      const LedgerTable& table = *tables[t];
      const auto column = static_cast<size_t>(std::find(table.measures.begin(), table.measures.end(), draft.measures[m]) -
                                              table.measures.begin());
      for (size_t k = 0; column < table.measures.size() && k < space.placed(t).codes.size(); ++k) {
        const int64_t cell = space.placed(t).cell[k];
        if (cell < 0) continue;
        const auto c = static_cast<size_t>(cell);
        known[{space.KeyOf(space.placed(t).codes[k]), table.values[column][c]}] = table.told[column][c];
      }
    }
    for (size_t k = 0; k < own.codes.size(); ++k) {
      if (own.cell[k] < 0) continue;
      const auto c = static_cast<size_t>(own.cell[k]);
      const auto found = known.find({space.KeyOf(own.codes[k]), draft.values[m][c]});
      if (found != known.end()) told[m][c] = found->second;
    }
  }
  return told;
}

absl::StatusOr<Judgement> Judge(const LedgerTable& draft, absl::Span<const LedgerTable* const> released,
                                absl::Span<const GuardTable> guards) {
  std::vector<Circle> circles;
  for (const std::string& name : CirclesOf(draft, released)) {
    NMD_ASSIGN_OR_RETURN(Circle circle, Circle::Make(name, draft, released, guards));
    circles.push_back(std::move(circle));
  }
  Judgement judgement;
  judgement.hidden = draft.hidden;
  judgement.primary = draft.primary;
  // To hide more takes no proof away, so one round is enough.
  for (const Circle& circle : circles) {
    for (const std::string& measure : draft.measures) {
      NMD_ASSIGN_OR_RETURN(const bool proven, circle.Protect(measure, &judgement));
      judgement.proven = judgement.proven && proven;
    }
  }
  judgement.audit.set_safe(true);
  for (const Circle& circle : circles) {
    judgement.audit.set_release_count(std::max(judgement.audit.release_count(), circle.releases()));
    for (const std::string& measure : draft.measures) circle.Attack(measure, judgement.hidden, &judgement.audit);
  }
  return judgement;
}

}  // namespace nmd::publication
