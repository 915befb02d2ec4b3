// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/ledger_guards.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "services/publication/counted_table.h"
#include "services/publication/ledger_space.h"

namespace nmd::publication {
namespace {

using Names = std::set<std::string>;

// Dimensions of which one is a part of the other by a list that anybody can have: the code of a buurt begins with that of its
// wijk, products have a category and a level, providers an organisation.
constexpr std::pair<absl::string_view, absl::string_view> kParts[] = {
    {"buurt", "wijk"},        {"product", "category"},          {"product", "ivn"},      {"product", "law"},
    {"category", "law"},      {"provider", "organisation"},     {"provider", "concern"}, {"organisation", "concern"},
    {"contract", "provider"}, {"contract", "organisation"},     {"contract", "concern"}, {"contract", "law"},
    {"product", "taakveld"},  {"budget_line", "budget_subject"}};

// What a table is split by or limited to, time aside.
Names AxesOf(const LedgerTable& table) {
  Names names;
  for (const LedgerTable::Axis& axis : table.axes) {
    if (!IsTime(axis.dimension)) names.insert(axis.dimension);
  }
  return names;
}
Names DimensionsOf(const LedgerTable& table) {
  Names names = AxesOf(table);
  for (const auto& [dimension, values] : table.filters) names.insert(dimension);
  return names;
}

// Whether some cells of the two are about the same people: what one is limited to the other is limited to likewise, or split
// by. Limits on dimensions in `but` are not looked at.
bool AreComparable(const LedgerTable& a, const LedgerTable& b, const Names& but) {
  const auto fits = [&](const LedgerTable& limited, const LedgerTable& other) {
    const Names axes = AxesOf(other);
    return std::all_of(limited.filters.begin(), limited.filters.end(), [&](const auto& filter) {
      if (but.count(filter.first) > 0) return true;
      const std::vector<std::string>* values = Space::FilterOf(other, filter.first);
      return values == nullptr ? axes.count(filter.first) > 0 : *values == filter.second;
    });
  };
  return fits(a, b) && fits(b, a);
}

// The dimensions that tables go round in, as wijk x ivn, ivn x age, age x wijk do; the first table is one of those, or the
// answer is empty. Tables that only hang on to each other (wijk x ivn, ivn x age) tell of each cell of all dimensions together
// no more than one of them does. Method: Graham's reduction of a hypergraph; what it leaves goes round.
Names Round(std::vector<Names> edges) {
  const Names first = edges.front();
  bool first_is_left = true;
  for (bool shrank = true; shrank;) {
    shrank = false;
    std::map<std::string, int> uses;
    for (const Names& edge : edges) {
      for (const std::string& name : edge) ++uses[name];
    }
    for (Names& edge : edges) {
      for (auto name = edge.begin(); name != edge.end();) {
        const bool alone = uses[*name] == 1;
        name = alone ? edge.erase(name) : std::next(name);
        shrank = shrank || alone;
      }
    }
    for (size_t e = edges.size(); e-- > 0 && !shrank;) {  // Of equal ones the first table stays.
      const bool within = std::any_of(edges.begin(), edges.end(), [&](const Names& other) {
        return &other != &edges[e] && std::includes(other.begin(), other.end(), edges[e].begin(), edges[e].end());
      });
      if (!within) continue;
      first_is_left = first_is_left && e > 0;
      edges.erase(edges.begin() + static_cast<std::ptrdiff_t>(e));
      shrank = true;
    }
    if (edges.size() < 3 || !first_is_left) return {};
  }
  Names round;
  for (const Names& edge : edges) round.insert(edge.begin(), edge.end());
  return round;
}

// Tables of several dimensions together that nobody published and that the draft and the others tell something of.
void AddJoint(const LedgerTable& draft, absl::Span<const LedgerTable* const> others, std::set<Guard>* found) {
  const Names own = DimensionsOf(draft);
  const auto add = [&](const Names& joint) {
    Guard guard{draft.first, draft.last, "", {joint.begin(), joint.end()}};
    found->insert(std::move(guard));
  };
  std::vector<Names> edges = {AxesOf(draft)};
  for (const LedgerTable* other : others) {
    const Names theirs = DimensionsOf(*other);
    for (const std::string& mine : own) {
      for (const std::string& its : theirs) {
        if (!IsPartOf(mine, its) && !IsPartOf(its, mine)) continue;
        if (theirs.count(mine) > 0 || !AreComparable(draft, *other, {mine, its})) continue;
        Names joint = {mine, its};
        for (const std::string& axis : AxesOf(draft)) {
          if (theirs.count(axis) > 0) joint.insert(axis);
        }
        add(joint);
      }
    }
    if (!AreComparable(draft, *other, {})) continue;
    Names edge;
    for (const std::string& name : theirs) {
      if (Space::FilterOf(draft, name) == nullptr) edge.insert(name);
    }
    // The same dimensions again go no further round.
    if (std::find(edges.begin(), edges.end(), edge) == edges.end()) edges.push_back(std::move(edge));
  }
  // An edge within the first would take its place in the reduction; the first has all of it.
  edges.erase(std::remove_if(edges.begin() + 1, edges.end(),
                             [&](const Names& edge) {
                               return std::includes(edges.front().begin(), edges.front().end(), edge.begin(), edge.end());
                             }),
              edges.end());
  if (const Names round = Round(edges); !round.empty()) add(round);
}

}  // namespace

bool IsPartOf(absl::string_view fine, absl::string_view coarse) {
  return std::find(std::begin(kParts), std::end(kParts), std::pair(fine, coarse)) != std::end(kParts);
}

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

std::set<Guard> GuardsIn(const LedgerTable& draft, std::vector<const LedgerTable*> tables) {
  std::set<Guard> found;
  if (tables.empty()) return found;
  AddJoint(draft, tables, &found);
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
      if (part.first > at) found.insert({at, part.first, "", {}});
      at = std::max(at, part.second);
    }
    if (at < whole.second) found.insert({at, whole.second, "", {}});
  }
  for (const auto& [dimension, how] : dimensions) {
    const auto& [limited, split] = how;
    const bool everybody_limits = std::all_of(tables.begin(), tables.end(), [&, d = dimension](const LedgerTable* table) {
      return Space::FilterOf(*table, d) != nullptr;
    });
    if (limited && !split && !everybody_limits) found.insert({draft.first, draft.last, dimension, {}});
  }
  return found;
}

std::set<std::string> CirclesOf(const LedgerTable& draft, absl::Span<const LedgerTable* const> released) {
  std::set<std::string> circles = {draft.audience};
  for (const LedgerTable* table : released) {
    if (Sees(table->audience, draft.audience)) circles.insert(table->audience);
  }
  return circles;
}

std::vector<Guard> GuardsOf(const LedgerTable& draft, absl::Span<const LedgerTable* const> released) {
  std::set<Guard> found;
  for (const std::string& circle : CirclesOf(draft, released)) found.merge(GuardsIn(draft, Beside(draft, circle, released)));
  return {found.begin(), found.end()};
}

}  // namespace nmd::publication
