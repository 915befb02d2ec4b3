// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/ledger.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"
#include "services/publication/counted_table.h"
#include "services/publication/engine/audit.h"
#include "services/publication/engine/linked.h"
#include "services/publication/engine/suppress.h"

namespace nmd::publication {
namespace {

using engine::CellState;

// Fixed, so that the same table is the same publication every time.
constexpr uint64_t kSeed = 20170101;
// More are not told: one is enough to know that it will not do.
constexpr int kMostFindings = 100;
// Linear programs of a proof; what is left then counts as not proven.
constexpr int64_t kMostPrograms = 20'000;
// A code that stands for what was never published of a sum.
constexpr char kRest[] = "overige";

using Months = std::pair<Month, Month>;  // Half-open.

std::string TextOf(const Months& months) {
  const std::string first = FormatMonth(months.first);
  return months.second - months.first == 1 ? first : absl::StrCat(first, " t/m ", FormatMonth(months.second - 1));
}

// The months of a code of a time dimension: "2018-02", "2018-Q1", "2018".
std::optional<Months> MonthsOf(absl::string_view dimension, absl::string_view code) {
  if (dimension == "month") {
    const std::optional<Month> month = ParseMonth(code);
    return month ? std::optional<Months>({*month, *month + 1}) : std::nullopt;
  }
  int year = 0, quarter = 1;
  if (!absl::SimpleAtoi(code.substr(0, 4), &year)) return std::nullopt;
  if (dimension == "year") return Months{MonthOf(year, 1), MonthOf(year + 1, 1)};
  if (code.size() != 7 || !absl::SimpleAtoi(code.substr(6), &quarter)) return std::nullopt;
  const Month first = MonthOf(year, 3 * quarter - 2);
  return Months{first, first + 3};
}

// The code of a time dimension that a month is in.
std::string TimeCode(absl::string_view dimension, Month month) {
  if (dimension == "month") return FormatMonth(month);
  if (dimension == "year") return absl::StrCat(YearOf(month));
  return absl::StrCat(YearOf(month), "-Q", (MonthInYear(month) - 1) / 3 + 1);
}

// Some tables as cells of one set of dimensions: "periode", and every dimension one of them is split by or limited to.
class Space {
 public:
  struct Placed {
    std::vector<std::vector<int32_t>> codes;
    std::vector<int64_t> cell;  // Of the table; -1: a zero that is said by not being there.
  };

  static absl::StatusOr<Space> Of(absl::Span<const LedgerTable* const> tables) {
    Space space;
    space.CollectCodes(tables);
    NMD_RETURN_IF_ERROR(space.CollectPeriods(tables));
    space.NameDimensions();
    int64_t keys = 1;
    for (const engine::Dimension& dimension : space.dimensions_) {
      const auto codes = static_cast<int64_t>(dimension.codes.size());
      if (keys > INT64_MAX / 2 / codes) {
        return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                    "the table and those released before have too many dimensions together");
      }
      keys *= codes;
    }
    for (const LedgerTable* table : tables) space.placed_.push_back(space.Place(*table));
    return space;
  }

  // The values a table is limited to; null: it is not.
  static const std::vector<std::string>* FilterOf(const LedgerTable& table, const std::string& dimension) {
    for (const auto& [filtered, values] : table.filters) {
      if (filtered == dimension) return &values;
    }
    return nullptr;
  }

  const std::vector<engine::Dimension>& dimensions() const { return dimensions_; }
  const Placed& placed(size_t table) const { return placed_[table]; }

  int64_t KeyOf(const std::vector<int32_t>& codes) const {
    int64_t key = 0;
    for (size_t d = 0; d < codes.size(); ++d) key = key * static_cast<int64_t>(dimensions_[d].codes.size()) + codes[d];
    return key;
  }

  // Dutch: "periode 2018-01, wijk Eelde".
  std::string TextOfCell(const std::vector<int32_t>& codes) const {
    std::vector<std::string> parts;
    for (size_t d = 0; d < codes.size(); ++d) {
      if (codes[d] != 0)
        parts.push_back(absl::StrCat(dimensions_[d].name, " ", dimensions_[d].codes[static_cast<size_t>(codes[d])]));
    }
    return absl::StrJoin(parts, ", ");
  }

 private:
  struct Codes {
    std::set<std::string> values;
    std::set<std::vector<std::string>> groups;  // Filters of more than one value.
    bool split = false;                         // By a table of all values.
    std::map<std::string, int32_t> position;
    std::map<std::vector<std::string>, int32_t> group_position;
  };

  void CollectCodes(absl::Span<const LedgerTable* const> tables) {
    for (const LedgerTable* table : tables) {
      for (const auto& [dimension, values] : table->filters) {
        Codes& codes = codes_[dimension];
        codes.values.insert(values.begin(), values.end());
        if (values.size() > 1) codes.groups.insert(values);
      }
      for (const LedgerTable::Axis& axis : table->axes) {
        if (IsTime(axis.dimension)) continue;
        Codes& codes = codes_[axis.dimension];
        codes.values.insert(axis.codes.begin() + 1, axis.codes.end());
        codes.split = codes.split || FilterOf(*table, axis.dimension) == nullptr;
      }
    }
  }

  // The axis with the codes it has no cells for, which are zeros: all of a dimension, or of the filter.
  LedgerTable::Axis Completed(const LedgerTable& table, const LedgerTable::Axis& axis) const {
    LedgerTable::Axis out = axis;
    std::set<std::string> all;
    if (IsTime(axis.dimension)) {
      for (Month month = table.first; month < table.last; ++month) all.insert(TimeCode(axis.dimension, month));
    } else if (const std::vector<std::string>* filter = FilterOf(table, axis.dimension)) {
      all.insert(filter->begin(), filter->end());
    } else {
      all = codes_.at(axis.dimension).values;
    }
    for (const std::string& code : axis.codes) all.erase(code);
    out.codes.insert(out.codes.end(), all.begin(), all.end());
    return out;
  }

  // The months of a cell; empty where its time codes exclude each other.
  static Months MonthsOfCell(const LedgerTable& table, absl::Span<const LedgerTable::Axis> axes,
                             const std::vector<size_t>& at) {
    Months months = {table.first, table.last};
    for (size_t d = 0; d < axes.size(); ++d) {
      if (at[d] == 0 || !IsTime(axes[d].dimension)) continue;
      const std::optional<Months> part = MonthsOf(axes[d].dimension, axes[d].codes[at[d]]);
      if (part) months = {std::max(months.first, part->first), std::min(months.second, part->second)};
    }
    return months;
  }

  // Calls `visit` with the positions of every cell.
  template <typename Visit>
  static void EachCell(absl::Span<const LedgerTable::Axis> axes, const Visit& visit) {
    std::vector<size_t> at(axes.size(), 0);
    while (true) {
      visit(at);
      size_t d = axes.size();
      while (d > 0 && ++at[d - 1] == axes[d - 1].codes.size()) at[--d] = 0;
      if (d == 0) return;
    }
  }

  absl::Status CollectPeriods(absl::Span<const LedgerTable* const> tables) {
    std::map<Months, std::string, LongestFirst> found;  // With the first table that has it.
    for (const LedgerTable* table : tables) {
      std::vector<LedgerTable::Axis> time;
      for (const LedgerTable::Axis& axis : table->axes) {
        if (IsTime(axis.dimension)) time.push_back(Completed(*table, axis));
      }
      EachCell(time, [&](const std::vector<size_t>& at) {
        const Months months = MonthsOfCell(*table, time, at);
        if (months.first < months.second) found.emplace(months, table->name);
      });
    }
    // Within or apart, so that every period is a sum of the longest ones within it, or of those and a rest.
    engine::Dimension& dimension = dimensions_.emplace_back();
    dimension.name = "periode";
    dimension.codes.push_back("altijd");
    std::vector<Months> open;
    std::map<Months, std::vector<Months>> within;
    for (const auto& [months, name] : found) {
      while (!open.empty() && open.back().second <= months.first) open.pop_back();
      if (!open.empty() && months.second > open.back().second) {
        return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_AGREED,
                    absl::StrCat("the period overlaps another one that was released in part: ", TextOf(open.back()), " and ",
                                 TextOf(months), "; the difference would tell of single months"),
                    {{"cause", "overlap"}, {"publication", name}});
      }
      if (!open.empty()) within[open.back()].push_back(months);
      open.push_back(months);
      period_position_[months] = static_cast<int32_t>(dimension.codes.size());
      dimension.codes.push_back(TextOf(months));
    }
    for (const auto& [months, parts] : within) {
      engine::Dimension::Sum sum{period_position_[months], {}};
      Month covered = 0;
      for (const Months& part : parts) {
        sum.parts.push_back(period_position_[part]);
        covered += part.second - part.first;
      }
      if (covered < months.second - months.first) {
        sum.parts.push_back(static_cast<int32_t>(dimension.codes.size()));
        dimension.codes.push_back(absl::StrCat(kRest, " maanden van ", TextOf(months)));
      }
      dimension.sums.push_back(std::move(sum));
    }
    return absl::OkStatus();
  }

  void NameDimensions() {
    for (auto& [name, codes] : codes_) {
      engine::Dimension& dimension = dimensions_.emplace_back();
      dimension.name = name;
      dimension.codes.push_back(std::string(kTotal));
      for (const std::vector<std::string>& group : codes.groups) {
        codes.group_position[group] = static_cast<int32_t>(dimension.codes.size());
        dimension.codes.push_back(absl::StrJoin(group, " of "));
      }
      engine::Dimension::Sum all{0, {}};
      for (const std::string& value : codes.values) {
        codes.position[value] = static_cast<int32_t>(dimension.codes.size());
        all.parts.push_back(codes.position[value]);
        dimension.codes.push_back(value.empty() ? "onbekend" : value);
      }
      if (!codes.split) {
        all.parts.push_back(static_cast<int32_t>(dimension.codes.size()));
        dimension.codes.push_back(kRest);
      }
      if (!all.parts.empty()) dimension.sums.push_back(std::move(all));
      for (const auto& [group, position] : codes.group_position) {
        engine::Dimension::Sum sum{position, {}};
        for (const std::string& value : group) sum.parts.push_back(codes.position[value]);
        dimension.sums.push_back(std::move(sum));
      }
    }
  }

  Placed Place(const LedgerTable& table) const {
    std::vector<LedgerTable::Axis> axes;
    for (const LedgerTable::Axis& axis : table.axes) axes.push_back(Completed(table, axis));
    // Codes where no axis says otherwise.
    std::vector<int32_t> base(dimensions_.size(), 0);
    std::map<std::string, size_t> dimension_of;
    size_t at_dimension = 1;
    for (const auto& [name, codes] : codes_) {
      dimension_of[name] = at_dimension;
      if (const std::vector<std::string>* filter = FilterOf(table, name)) {
        base[at_dimension] = filter->size() == 1 ? codes.position.at(filter->front()) : codes.group_position.at(*filter);
      }
      ++at_dimension;
    }
    Placed placed;
    EachCell(axes, [&](const std::vector<size_t>& at) {
      const Months months = MonthsOfCell(table, axes, at);
      if (months.first >= months.second) return;
      std::vector<int32_t> codes = base;
      codes[0] = period_position_.at(months);
      int64_t cell = 0;
      for (size_t d = 0; d < axes.size(); ++d) {
        const size_t own = table.axes[d].codes.size();
        cell = cell < 0 || at[d] >= own ? -1 : cell * static_cast<int64_t>(own) + static_cast<int64_t>(at[d]);
        if (at[d] == 0 || IsTime(axes[d].dimension)) continue;
        codes[dimension_of.at(axes[d].dimension)] = codes_.at(axes[d].dimension).position.at(axes[d].codes[at[d]]);
      }
      placed.codes.push_back(std::move(codes));
      placed.cell.push_back(cell);
    });
    return placed;
  }

  struct LongestFirst {
    bool operator()(const Months& a, const Months& b) const {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    }
  };

  std::map<std::string, Codes> codes_;  // By dimension; in this order behind "periode".
  std::map<Months, int32_t> period_position_;
  std::vector<engine::Dimension> dimensions_;
  std::vector<Placed> placed_;
};

// The tables a circle sees that lie beside the draft: about months it is about too, or tied to it by others that are.
std::vector<const LedgerTable*> Beside(const LedgerTable& draft, absl::string_view circle,
                                       absl::Span<const LedgerTable* const> released) {
  Months reach = {draft.first, draft.last};
  std::vector<bool> taken(released.size(), false);
  for (bool grew = true; grew;) {
    grew = false;
    for (size_t t = 0; t < released.size(); ++t) {
      const LedgerTable& table = *released[t];
      if (taken[t] || !Sees(circle, table.audience) || table.last <= reach.first || table.first >= reach.second) continue;
      taken[t] = grew = true;
      reach = {std::min(reach.first, table.first), std::max(reach.second, table.last)};
    }
  }
  std::vector<const LedgerTable*> beside;
  for (size_t t = 0; t < released.size(); ++t) {
    if (taken[t]) beside.push_back(released[t]);
  }
  return beside;
}

using GuardSet = std::set<std::tuple<Month, Month, std::string>>;  // As Guard.

// The guards that a circle with these tables needs.
GuardSet GuardsIn(const LedgerTable& draft, std::vector<const LedgerTable*> tables) {
  GuardSet found;
  if (tables.empty()) return found;
  tables.push_back(&draft);
  std::set<Months> periods;
  std::map<std::string, std::pair<bool, bool>> dimensions;  // Limited by some table; split by one that is not.
  for (const LedgerTable* table : tables) {
    periods.emplace(table->first, table->last);
    for (const auto& [dimension, values] : table->filters) dimensions[dimension].first = true;
    for (const LedgerTable::Axis& axis : table->axes) {
      if (Space::FilterOf(*table, axis.dimension) == nullptr) dimensions[axis.dimension].second = true;
    }
  }
  // What is left of a period once the longest ones within it are taken away; of those the draft has a part in.
  const Months own = {draft.first, draft.last};
  for (const Months& whole : periods) {
    if (whole.first > own.first || whole.second < own.second) continue;
    std::vector<Months> within;
    for (const Months& part : periods) {
      if (part != whole && part.first >= whole.first && part.second <= whole.second) within.push_back(part);
    }
    if (within.empty()) continue;
    Month at = whole.first;
    std::sort(within.begin(), within.end());
    for (const Months& part : within) {
      if (part.first > at) found.emplace(at, part.first, "");
      at = std::max(at, part.second);
    }
    if (at < whole.second) found.emplace(at, whole.second, "");
  }
  for (const auto& [dimension, how] : dimensions) {
    const auto& [limited, split] = how;
    const bool everybody_limits = std::all_of(tables.begin(), tables.end(), [&, d = dimension](const LedgerTable* table) {
      return Space::FilterOf(*table, d) != nullptr;
    });
    if (limited && !split && !everybody_limits) found.emplace(draft.first, draft.last, dimension);
  }
  return found;
}

// The circles that see the draft and something else.
std::set<std::string> CirclesOf(const LedgerTable& draft, absl::Span<const LedgerTable* const> released) {
  std::set<std::string> circles = {draft.audience};
  for (const LedgerTable* table : released) {
    if (Sees(table->audience, draft.audience)) circles.insert(table->audience);
  }
  return circles;
}

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
                                     absl::Span<const LedgerTable* const> released, absl::Span<const LedgerTable> guards) {
    Circle circle;
    circle.name_ = std::string(name);
    circle.tables_ = Beside(draft, name, released);
    circle.releases_ = static_cast<int64_t>(circle.tables_.size());
    // First, so that what was published of the same number comes after it. Those of other circles are not about this one.
    const GuardSet own = GuardsIn(draft, circle.tables_);
    for (const LedgerTable& guard : guards) {
      const bool by_period = guard.first != draft.first || guard.last != draft.last;
      if (own.count({guard.first, guard.last, by_period ? "" : guard.axes.back().dimension}) == 0) continue;
      circle.tables_.insert(circle.tables_.begin(), &guard);
    }
    circle.tables_.push_back(&draft);
    for (const LedgerTable* table : circle.tables_) {
      if (table->audience != name) continue;
      circle.minimum_ = circle.minimum_ == 0 ? table->minimum : std::min(circle.minimum_, table->minimum);
    }
    NMD_ASSIGN_OR_RETURN(circle.space_, Space::Of(circle.tables_));
    circle.guards_ = circle.tables_.size() - 1 - static_cast<size_t>(circle.releases_);
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
    const std::vector<engine::PublishedTable> earlier = Published(measure, nullptr, true);
    if (earlier.empty()) return true;
    const LedgerTable& draft = *tables_.back();
    const Space::Placed& placed = space_.placed(tables_.size() - 1);
    const auto m = MeasureOf(draft, measure);
    const bool clients = *m == 0;
    const std::vector<bool> few = ChangedByFew(measure);
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
      if (cell >= 0 && (IsSecret(draft, c) || few[k])) {
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
    NMD_ASSIGN_OR_RETURN(engine::Linked linked, engine::Link(dimensions, {&out, 1}, earlier, options));
    engine::SuppressOptions suppress;
    suppress.seed = kSeed;
    suppress.intervals = clients;
    const engine::Protection protection = engine::Suppress(linked.system, std::move(linked.cells), suppress);
    for (size_t k = 0; k < placed.codes.size(); ++k) {
      if (placed.cell[k] < 0) continue;
      const auto cell = static_cast<size_t>(linked.cell_of.front()[k]);
      const auto c = static_cast<size_t>(placed.cell[k]);
      if (few[k]) judgement->primary[c] = true;
      if (few[k] || engine::IsHidden(protection.cells.states[cell])) judgement->hidden[c] = true;
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

  // The tables that have the measure, without the draft, or with it as `hidden` says; of guards nothing is known, or what they
  // would show. What the circle was shown is no secret to it in another table.
  std::vector<engine::PublishedTable> Published(const std::string& measure, const std::vector<bool>* hidden,
                                                bool guards_show) const {
    const size_t count = tables_.size() - (hidden == nullptr ? 1 : 0);
    std::set<std::pair<int64_t, int64_t>> shown;  // Key and value.
    std::vector<engine::PublishedTable> out;
    std::vector<bool> few;
    if (hidden != nullptr) few = ChangedByFew(measure);
    for (size_t t = 0; t < count; ++t) {
      const LedgerTable& table = *tables_[t];
      const auto m = MeasureOf(table, measure);
      if (!m) continue;
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
          to.primary = IsSecret(table, c) || (is_draft && few[k]);
          to.hidden = hides[c] || (t < guards_ && !guards_show);
        }
        if (!to.hidden) shown.emplace(space_.KeyOf(to.codes), to.value);
      }
    }
    for (engine::PublishedTable& table : out) {
      for (engine::PublishedCell& cell : table.cells) {
        cell.primary = cell.primary && shown.count({space_.KeyOf(cell.codes), cell.value}) == 0;
      }
    }
    return out;
  }

  // By placed cell of the draft: it was shown with another value, and so few came or went that what changed is theirs.
  std::vector<bool> ChangedByFew(const std::string& measure) const {
    struct Before {
      int64_t clients, value;
    };
    absl::flat_hash_map<int64_t, std::vector<Before>> before;
    for (size_t t = guards_; t + 1 < tables_.size(); ++t) {
      const LedgerTable& table = *tables_[t];
      const auto m = MeasureOf(table, measure);
      if (!m) continue;
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
    std::vector<bool> few(placed.codes.size(), false);
    for (size_t k = 0; k < placed.codes.size(); ++k) {
      const int64_t cell = placed.cell[k];
      if (cell < 0) continue;
      const auto found = before.find(space_.KeyOf(placed.codes[k]));
      if (found == before.end()) continue;
      const auto c = static_cast<size_t>(cell);
      const bool shown_as_it_is = std::any_of(found->second.begin(), found->second.end(),
                                              [&](const Before& b) { return b.value == draft.values[m][c]; });
      few[k] = !shown_as_it_is && std::any_of(found->second.begin(), found->second.end(), [&](const Before& b) {
        return std::abs(draft.values[0][c] - b.clients) < draft.minimum;
      });
    }
    return few;
  }

  std::string name_;
  int64_t minimum_ = 0;  // The fewest clients the circle may see by an agreement of its own; 0: none.
  int64_t releases_ = 0;
  size_t guards_ = 0;
  absl::flat_hash_set<int64_t> published_;  // Keys of all but the guards.
  std::vector<const LedgerTable*> tables_;  // Guards first, the draft last.
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

std::vector<Guard> GuardsOf(const LedgerTable& draft, absl::Span<const LedgerTable* const> released) {
  GuardSet found;
  for (const std::string& circle : CirclesOf(draft, released)) found.merge(GuardsIn(draft, Beside(draft, circle, released)));
  std::vector<Guard> guards;
  for (const auto& [first, last, dimension] : found) guards.push_back({first, last, dimension});
  return guards;
}

absl::StatusOr<Judgement> Judge(const LedgerTable& draft, absl::Span<const LedgerTable* const> released,
                                absl::Span<const LedgerTable> guards) {
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
