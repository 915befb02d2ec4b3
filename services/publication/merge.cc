// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/merge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/status_macros.h"
#include "services/publication/engine/lattice.h"

namespace nmd::publication {
namespace {

struct Group {
  std::vector<std::string> members;
  int64_t clients = 0;
};

// The groups of one parent, in the order of their codes.
void MergeWithin(std::vector<Group>* groups, int64_t until) {
  while (groups->size() > 1) {
    const auto thin =
        std::min_element(groups->begin(), groups->end(), [](const Group& a, const Group& b) { return a.clients < b.clients; });
    if (thin->clients >= until) return;
    const bool has_before = thin != groups->begin(), has_after = thin + 1 != groups->end();
    const bool before = has_before && (!has_after || (thin - 1)->clients <= (thin + 1)->clients);
    const auto first = before ? thin - 1 : thin, second = first + 1;
    first->members.insert(first->members.end(), second->members.begin(), second->members.end());
    first->clients += second->clients;
    groups->erase(second);
  }
}

// Of every code of a dimension the value of another that most of its clients have: the wijk of a buurt.
absl::StatusOr<std::map<std::string, std::string>> ParentsOf(const CountedTable& table, const CountQuestion& count) {
  v1::TableRule rule = table.rule;
  rule.clear_measures();
  rule.add_measures(table.rule.measures(0));
  rule.clear_dimensions();
  rule.add_dimensions(table.rule.merge_dimension());
  rule.add_dimensions(table.rule.merge_within());
  rule.clear_p_percent();
  rule.clear_dominance_n();
  NMD_ASSIGN_OR_RETURN(const CountedTable both, count(rule, table.period));
  std::map<std::string, std::string> parents;
  std::map<std::string, int64_t> most;
  for (int64_t cell = 0; cell < both.lattice.cells(); ++cell) {
    const int32_t own = both.lattice.Code(cell, 0), parent = both.lattice.Code(cell, 1);
    if (own == 0 || parent == 0) continue;
    const std::string& code = both.axes[0].values[static_cast<size_t>(own)].value();
    const int64_t clients = both.ValueOf(0, cell);
    if (clients == 0 || clients <= most[code]) continue;
    most[code] = clients;
    parents[code] = both.axes[1].values[static_cast<size_t>(parent)].value();
  }
  return parents;
}

// Where the cell of one table lies in another one of the same dimensions with other codes; -1: nowhere.
int64_t CellIn(const CountedTable& in, const std::vector<std::string>& values) {
  std::vector<int32_t> at;
  for (size_t d = 0; d < values.size(); ++d) {
    const auto& own = in.axes[d].values;
    const auto found = std::find_if(own.begin(), own.end(), [&](const auto& value) { return value.value() == values[d]; });
    if (found == own.end()) return -1;
    at.push_back(static_cast<int32_t>(found - own.begin()));
  }
  return in.lattice.CellOf(at);
}

}  // namespace

std::vector<std::vector<std::string>> MergeAreas(std::vector<Area> areas, int64_t until) {
  std::sort(areas.begin(), areas.end(), [](const Area& a, const Area& b) { return a.code < b.code; });
  std::map<std::string, std::vector<Group>> by_parent;
  for (Area& area : areas) {
    if (!area.code.empty()) by_parent[area.parent].push_back({{std::move(area.code)}, area.clients});
  }
  std::vector<std::vector<std::string>> merged;
  for (auto& [parent, groups] : by_parent) {
    MergeWithin(&groups, until);
    for (Group& group : groups) {
      if (group.members.size() > 1) merged.push_back(std::move(group.members));
    }
  }
  std::sort(merged.begin(), merged.end());
  return merged;
}

std::string MergedCode(const std::vector<std::string>& members) { return absl::StrJoin(members, "+"); }

absl::StatusOr<CountedTable> MergeTable(const CountedTable& table, const CountQuestion& count) {
  const v1::TableRule& rule = table.rule;
  const auto d = static_cast<size_t>(std::find(rule.dimensions().begin(), rule.dimensions().end(), rule.merge_dimension()) -
                                     rule.dimensions().begin());
  std::map<std::string, std::string> parents;
  if (!rule.merge_within().empty()) {
    NMD_ASSIGN_OR_RETURN(parents, ParentsOf(table, count));
  }
  const std::vector<type::DimensionValue>& values = table.axes[d].values;
  std::vector<Area> areas;
  for (size_t code = 1; code < values.size(); ++code) {
    const std::string& name = values[code].value();
    const int64_t cell = table.lattice.WithCode(0, static_cast<int>(d), static_cast<int32_t>(code));
    areas.push_back({name, parents[name], table.ValueOf(0, cell)});
  }
  const int64_t until = std::max<int64_t>(rule.merge_until(), rule.minimum_clients());
  const std::vector<std::vector<std::string>> groups = MergeAreas(std::move(areas), until);
  if (groups.empty()) return table;

  // The merged areas each as a table of their own, of which the total over them is what is wanted.
  std::vector<CountedTable> together;
  for (const std::vector<std::string>& group : groups) {
    v1::TableRule of_group = rule;
    of_group.clear_filters();
    for (const v1::FixedFilter& filter : rule.filters()) {
      if (filter.dimension() != rule.merge_dimension()) *of_group.add_filters() = filter;
    }
    v1::FixedFilter* filter = of_group.add_filters();
    filter->set_dimension(rule.merge_dimension());
    for (const std::string& member : group) filter->add_values(member);
    NMD_ASSIGN_OR_RETURN(CountedTable counted, count(of_group, table.period));
    together.push_back(std::move(counted));
  }

  // Codes in the order they were, a group at its first.
  std::vector<type::DimensionValue> merged = {values[0]};
  std::vector<int32_t> group_of = {-1};  // By new code.
  std::vector<int32_t> first_of = {0};   // By new code: the old one whose place it has.
  for (size_t code = 1; code < values.size(); ++code) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const std::vector<std::string>& members) {
      return std::find(members.begin(), members.end(), values[code].value()) != members.end();
    });
    if (group != groups.end()) {
      const auto g = static_cast<int32_t>(group - groups.begin());
      if (std::find(group_of.begin(), group_of.end(), g) != group_of.end()) continue;
      group_of.push_back(g);
      type::DimensionValue& value = merged.emplace_back(values[code]);
      value.set_value(MergedCode(*group));
      std::vector<std::string> labels;
      for (const std::string& member : *group) {
        const auto own = std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.value() == member; });
        labels.push_back(own->label().empty() ? member : own->label());
      }
      value.set_label(absl::StrCat(absl::StrJoin(labels, " + "), " (samengevoegd)"));
    } else {
      group_of.push_back(-1);
      merged.push_back(values[code]);
    }
    first_of.push_back(static_cast<int32_t>(code));
  }
  std::vector<engine::Hierarchy> hierarchies;
  for (size_t k = 0; k < table.axes.size(); ++k) {
    const size_t codes = k == d ? merged.size() : table.axes[k].values.size();
    hierarchies.push_back(engine::Hierarchy::Flat(static_cast<int32_t>(codes) - 1));
  }
  NMD_ASSIGN_OR_RETURN(engine::Lattice lattice, engine::Lattice::Make(std::move(hierarchies)));
  CountedTable out{rule, table.period, table.known_time, table.axes, std::move(lattice), {}, {}, {}};
  out.axes[d].values = merged;
  for (size_t g = 0; g < groups.size(); ++g) out.merged[MergedCode(groups[g])] = groups[g];
  out.figures.resize(table.figures.size());
  out.contributions.resize(table.contributions.size());
  for (int64_t cell = 0; cell < out.lattice.cells(); ++cell) {
    const auto code = static_cast<size_t>(out.lattice.Code(cell, static_cast<int>(d)));
    std::vector<int32_t> at;
    std::vector<std::string> wanted;
    for (size_t k = 0; k < out.axes.size(); ++k) {
      const int32_t own = out.lattice.Code(cell, static_cast<int>(k));
      at.push_back(k == d ? first_of[code] : own);
      wanted.push_back(k == d ? std::string(kTotal) : out.axes[k].values[static_cast<size_t>(own)].value());
    }
    // Where the merged areas have nothing, neither has the first of them: its zero will do.
    const CountedTable* from = &table;
    int64_t source = table.lattice.CellOf(at);
    if (group_of[code] >= 0) {
      const CountedTable& group = together[static_cast<size_t>(group_of[code])];
      if (const int64_t found = CellIn(group, wanted); found >= 0) from = &group, source = found;
    }
    for (size_t m = 0; m < out.figures.size(); ++m) {
      type::Figure& figure = out.figures[m].emplace_back(from->figures[m][static_cast<size_t>(source)]);
      if (group_of[code] >= 0) {
        figure.clear_dimensions();
        for (size_t k = 0; k < out.axes.size(); ++k) {
          const int32_t own = out.lattice.Code(cell, static_cast<int>(k));
          if (own > 0) *figure.add_dimensions() = out.axes[k].values[static_cast<size_t>(own)];
        }
      }
      if (!table.contributions[m].empty()) {
        const auto& contributions = from->contributions[m];
        out.contributions[m].push_back(contributions.empty() ? engine::Contribution{}
                                                             : contributions[static_cast<size_t>(source)]);
      }
    }
  }
  return out;
}

}  // namespace nmd::publication
