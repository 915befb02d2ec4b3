// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/ledger_space.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"
#include "services/publication/counted_table.h"

namespace nmd::publication {
namespace {

// A code that stands for what was never published of a sum.
constexpr char kRest[] = "overige";

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

// The months of a cell; empty where its time codes exclude each other.
Months MonthsOfCell(const LedgerTable& table, absl::Span<const LedgerTable::Axis> axes, const std::vector<size_t>& at) {
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
void EachCell(absl::Span<const LedgerTable::Axis> axes, const Visit& visit) {
  std::vector<size_t> at(axes.size(), 0);
  while (true) {
    visit(at);
    size_t d = axes.size();
    while (d > 0 && ++at[d - 1] == axes[d - 1].codes.size()) at[--d] = 0;
    if (d == 0) return;
  }
}

}  // namespace

absl::StatusOr<Space> Space::Of(absl::Span<const LedgerTable* const> tables) {
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

const std::vector<std::string>* Space::FilterOf(const LedgerTable& table, const std::string& dimension) {
  for (const auto& [filtered, values] : table.filters) {
    if (filtered == dimension) return &values;
  }
  return nullptr;
}

int64_t Space::KeyOf(const std::vector<int32_t>& codes) const {
  int64_t key = 0;
  for (size_t d = 0; d < codes.size(); ++d) key = key * static_cast<int64_t>(dimensions_[d].codes.size()) + codes[d];
  return key;
}

std::string Space::TextOfCell(const std::vector<int32_t>& codes) const {
  std::vector<std::string> parts;
  for (size_t d = 0; d < codes.size(); ++d) {
    if (codes[d] != 0)
      parts.push_back(absl::StrCat(dimensions_[d].name, " ", dimensions_[d].codes[static_cast<size_t>(codes[d])]));
  }
  return absl::StrJoin(parts, ", ");
}

void Space::CollectCodes(absl::Span<const LedgerTable* const> tables) {
  for (const LedgerTable* table : tables) {
    for (const auto& [dimension, values] : table->filters) {
      Codes& codes = codes_[dimension];
      codes.values.insert(values.begin(), values.end());
      if (values.size() > 1) codes.groups.insert(values);
    }
    for (const LedgerTable::Axis& axis : table->axes) {
      if (IsTime(axis.dimension)) continue;
      Codes& codes = codes_[axis.dimension];
      const std::vector<std::string>* filter = FilterOf(*table, axis.dimension);
      std::vector<std::vector<std::string>> merged;
      for (size_t c = 1; c < axis.codes.size(); ++c) {
        const std::vector<std::string>* members = axis.MembersOf(c);
        if (members == nullptr) {
          codes.values.insert(axis.codes[c]);
        } else {
          codes.values.insert(members->begin(), members->end());
          codes.groups.insert(*members);
          merged.push_back(*members);
        }
      }
      codes.split = codes.split || filter == nullptr;
      if (merged.empty()) continue;
      std::sort(merged.begin(), merged.end());
      codes.partitions.emplace(filter == nullptr ? std::vector<std::string>() : *filter, std::move(merged));
    }
  }
}

// The axis with the codes it has no cells for, which are zeros: all of a dimension, or of the filter.
LedgerTable::Axis Space::Completed(const LedgerTable& table, const LedgerTable::Axis& axis) const {
  LedgerTable::Axis out = axis;
  std::set<std::string> all;
  if (IsTime(axis.dimension)) {
    for (Month month = table.first; month < table.last; ++month) all.insert(TimeCode(axis.dimension, month));
  } else if (const std::vector<std::string>* filter = FilterOf(table, axis.dimension)) {
    all.insert(filter->begin(), filter->end());
  } else {
    all = codes_.at(axis.dimension).values;
  }
  for (size_t c = 0; c < axis.codes.size(); ++c) {
    all.erase(axis.codes[c]);
    if (const std::vector<std::string>* members = axis.MembersOf(c)) {
      for (const std::string& member : *members) all.erase(member);
    }
  }
  out.codes.insert(out.codes.end(), all.begin(), all.end());
  return out;
}

absl::Status Space::CollectPeriods(absl::Span<const LedgerTable* const> tables) {
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

void Space::NameDimensions() {
  for (auto& [name, codes] : codes_) {
    engine::Dimension& dimension = dimensions_.emplace_back();
    dimension.name = name;
    dimension.codes.push_back(std::string(kTotal));
    // Totals stand before their parts, so the largest groups first.
    std::vector<std::vector<std::string>> groups(codes.groups.begin(), codes.groups.end());
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    for (const std::vector<std::string>& group : groups) {
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
    for (const auto& [whole, merged] : codes.partitions) {
      std::set<std::string> left = whole.empty() ? codes.values : std::set<std::string>(whole.begin(), whole.end());
      engine::Dimension::Sum sum{0, {}};
      if (whole.size() == 1) sum.total = codes.position[whole.front()];
      if (whole.size() > 1) sum.total = codes.group_position[whole];
      for (const std::vector<std::string>& group : merged) {
        sum.parts.push_back(codes.group_position[group]);
        for (const std::string& value : group) left.erase(value);
      }
      for (const std::string& value : left) sum.parts.push_back(codes.position[value]);
      // Everything in one: the same cell by another name, which the sum of its members says already.
      if (sum.parts.size() > 1) dimension.sums.push_back(std::move(sum));
    }
  }
}

Space::Placed Space::Place(const LedgerTable& table) const {
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
      const Codes& own_codes = codes_.at(axes[d].dimension);
      const std::vector<std::string>* members = axes[d].MembersOf(at[d]);
      codes[dimension_of.at(axes[d].dimension)] =
          members == nullptr ? own_codes.position.at(axes[d].codes[at[d]]) : own_codes.group_position.at(*members);
    }
    placed.codes.push_back(std::move(codes));
    placed.cell.push_back(cell);
  });
  return placed;
}

}  // namespace nmd::publication
