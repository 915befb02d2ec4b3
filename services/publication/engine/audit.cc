// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/audit.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <set>
#include <tuple>

#include <Clp_C_Interface.h>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace nmd::publication::engine {
namespace {

constexpr double kInfinite = 1e15;
constexpr double kNear = 1e-6;
// Programs in a row without a newly cleared cell, before cells are taken one by one.
constexpr int kPatience = 3;

// A number behind publications: a cell as long as its value did not change.
struct Variable {
  std::vector<int32_t> codes;
  int64_t truth = 0;
  bool shown = false;    // Somewhere.
  bool primary = false;  // Somewhere.
  bool untold = true;    // Everywhere, or told rounded: nobody knows that there is anything.
  bool rounded = false;  // Told as between `low` and `high`.
  int64_t low = std::numeric_limits<int64_t>::min(), high = std::numeric_limits<int64_t>::max();
  int64_t apart = 0;              // What is asked of it as a primary.
  int64_t table = -1, cell = -1;  // Where it was primary first, else where it was published first.
};

// What the attacker adds up. Of kAtMost parts are missing: those present are together no more than the total.
enum class Link { kSum, kDistinct, kAtMost };
struct Equation {
  Link link;
  int32_t total;
  std::vector<int32_t> parts;
  int32_t dimension;
};

class Attack {
 public:
  Attack(absl::Span<const Dimension> dimensions, absl::Span<const PublishedTable> tables, const AuditOptions& options)
      : dimensions_(dimensions), tables_(tables), options_(options) {
    int64_t stride = 1;
    for (const Dimension& dimension : dimensions) {
      strides_.push_back(stride);
      stride *= static_cast<int64_t>(dimension.codes.size());
      // The sums each code is in, as total or part.
      sums_of_.emplace_back(dimension.codes.size());
      for (size_t s = 0; s < dimension.sums.size(); ++s) {
        sums_of_.back()[static_cast<size_t>(dimension.sums[s].total)].push_back(static_cast<int32_t>(s));
        for (const int32_t part : dimension.sums[s].parts)
          sums_of_.back()[static_cast<size_t>(part)].push_back(static_cast<int32_t>(s));
      }
    }
    ReadTables();
  }

  AuditReport Run() {
    report_.relations = static_cast<int64_t>(equations_.size());
    for (const Variable& variable : variables_) {
      report_.primaries += variable.primary;
      report_.unknowns += !variable.shown;
    }
    FromOutside("", {});
    for (const auto& [dimension, code] : options_.insiders) {
      std::vector<int32_t> own;
      std::vector<bool> below = Below(dimension, code);
      for (size_t v = 0; v < variables_.size(); ++v) {
        if (below[static_cast<size_t>(variables_[v].codes[static_cast<size_t>(dimension)])])
          own.push_back(static_cast<int32_t>(v));
      }
      const Dimension& known = dimensions_[static_cast<size_t>(dimension)];
      FromOutside(absl::StrCat("wie ", known.name, " ", known.codes[static_cast<size_t>(code)], " kent"), own);
    }
    if (options_.lone_persons && options_.rounded_to <= 1) AsLonePersons();
    std::sort(report_.disclosures.begin(), report_.disclosures.end(), [](const Disclosure& a, const Disclosure& b) {
      return std::tie(a.table, a.cell, a.attacker) < std::tie(b.table, b.cell, b.attacker);
    });
    return std::move(report_);
  }

 private:
  // ---- What was published, as numbers and sums. ----

  int64_t KeyOf(const std::vector<int32_t>& codes) const {
    int64_t key = 0;
    for (size_t d = 0; d < codes.size(); ++d) key += codes[d] * strides_[d];
    return key;
  }

  void ReadTables() {
    // By key the variable of the newest publication so far, and all there were.
    absl::flat_hash_map<int64_t, int32_t> newest;
    absl::flat_hash_map<int64_t, std::vector<int32_t>> all;
    std::set<std::vector<int32_t>> known_equations;
    for (size_t t = 0; t < tables_.size(); ++t) {
      for (size_t c = 0; c < tables_[t].cells.size(); ++c) {
        const PublishedCell& cell = tables_[t].cells[c];
        const int64_t key = KeyOf(cell.codes);
        std::vector<int32_t>& versions = all[key];
        auto at = std::find_if(versions.begin(), versions.end(),
                               [&](int32_t v) { return variables_[static_cast<size_t>(v)].truth == cell.value; });
        if (at == versions.end()) {
          versions.push_back(static_cast<int32_t>(variables_.size()));
          at = versions.end() - 1;
          Variable& fresh = variables_.emplace_back();
          fresh.codes = cell.codes;
          fresh.truth = cell.value;
          fresh.table = static_cast<int64_t>(t);
          fresh.cell = static_cast<int64_t>(c);
          if (!cell.hidden && !cell.rounded) CheckChange(versions, fresh.table, fresh.cell);
        }
        Variable& variable = variables_[static_cast<size_t>(*at)];
        variable.shown = variable.shown || (!cell.hidden && !cell.rounded);
        variable.untold = variable.untold && (cell.untold || cell.rounded);
        if (cell.rounded) {
          variable.rounded = true;
          variable.low = std::max(variable.low, cell.low);
          variable.high = std::min(variable.high, cell.high);
        }
        variable.apart = std::max(variable.apart, cell.apart);
        if (cell.primary && !variable.primary) {
          variable.primary = true;
          variable.table = static_cast<int64_t>(t);
          variable.cell = static_cast<int64_t>(c);
        }
        newest[key] = *at;
      }
      // Sums of which a cell is in this publication.
      std::set<std::tuple<int32_t, int32_t, int64_t>> done;
      for (const PublishedCell& cell : tables_[t].cells) {
        const int64_t key = KeyOf(cell.codes);
        for (size_t d = 0; d < dimensions_.size(); ++d) {
          const int32_t code = cell.codes[d];
          for (const int32_t s : sums_of_[d][static_cast<size_t>(code)]) {
            const Dimension::Sum& sum = dimensions_[d].sums[static_cast<size_t>(s)];
            const int64_t total_key = key + (sum.total - code) * strides_[d];
            if (!done.emplace(static_cast<int32_t>(d), s, total_key).second) continue;
            AddEquation(static_cast<int32_t>(d), sum, total_key, newest, &known_equations);
          }
        }
      }
    }
  }

  void AddEquation(int32_t d, const Dimension::Sum& sum, int64_t total_key, const absl::flat_hash_map<int64_t, int32_t>& newest,
                   std::set<std::vector<int32_t>>* known) {
    const auto total = newest.find(total_key);
    if (total == newest.end()) return;
    Equation equation{Link::kSum, total->second, {}, d};
    int64_t truth = 0;
    for (const int32_t part : sum.parts) {
      const auto found = newest.find(total_key + (part - sum.total) * strides_[static_cast<size_t>(d)]);
      if (found == newest.end()) continue;
      equation.parts.push_back(found->second);
      truth += variables_[static_cast<size_t>(found->second)].truth;
    }
    if (equation.parts.empty()) return;
    const bool whole = equation.parts.size() == sum.parts.size();
    const bool distinct = dimensions_[static_cast<size_t>(d)].distinct;
    const int64_t of_total = variables_[static_cast<size_t>(equation.total)].truth;
    if (whole && distinct) {
      equation.link = Link::kDistinct;
    } else if (whole && truth != of_total) {
      return;  // Parts and total as known at different moments: no sum.
    } else if (!whole) {
      if (distinct || truth > of_total) return;
      equation.link = Link::kAtMost;
    }
    std::vector<int32_t> id = equation.parts;
    id.push_back(equation.total);
    if (known->insert(std::move(id)).second) equations_.push_back(std::move(equation));
  }

  // A shown cell whose newest value differs by little from a value shown before.
  void CheckChange(const std::vector<int32_t>& versions, int64_t table, int64_t cell) {
    const Variable& now = variables_[static_cast<size_t>(versions.back())];
    for (size_t k = 0; k + 1 < versions.size(); ++k) {
      const Variable& before = variables_[static_cast<size_t>(versions[k])];
      const int64_t by = std::abs(now.truth - before.truth);
      if (!before.shown || by == 0 || by >= options_.smallest_change) continue;
      Disclosure found;
      found.kind = Disclosure::kChange;
      found.table = table;
      found.cell = cell;
      found.low = found.high = now.truth - before.truth;
      found.path = {absl::StrCat("eerder gepubliceerd in ", tables_[static_cast<size_t>(before.table)].name, ": ", before.truth,
                                 ", nu ", now.truth)};
      report_.disclosures.push_back(std::move(found));
      return;
    }
  }

  std::vector<bool> Below(int32_t dimension, int32_t code) const {
    const Dimension& d = dimensions_[static_cast<size_t>(dimension)];
    std::vector<bool> below(d.codes.size(), false);
    below[static_cast<size_t>(code)] = true;
    for (bool grew = true; grew;) {
      grew = false;
      for (const Dimension::Sum& sum : d.sums) {
        if (!below[static_cast<size_t>(sum.total)]) continue;
        for (const int32_t part : sum.parts) {
          grew = grew || !below[static_cast<size_t>(part)];
          below[static_cast<size_t>(part)] = true;
        }
      }
    }
    return below;
  }

  // ---- The attacks. ----

  // What one attacker knows: exactly, or between two bounds, and by which sum he knows it.
  struct Knowledge {
    std::vector<bool> exact;
    std::vector<int32_t> by;  // Equation; -1: published, or his own.
  };

  bool IsExact() const { return options_.rounded_to <= 1; }

  void FromOutside(const std::string& attacker, const std::vector<int32_t>& own) {
    Knowledge knowledge;
    knowledge.exact.resize(variables_.size());
    knowledge.by.assign(variables_.size(), -1);
    std::vector<bool> is_own(variables_.size(), false);
    for (size_t v = 0; v < variables_.size(); ++v) knowledge.exact[v] = variables_[v].shown && IsExact();
    for (const int32_t v : own) knowledge.exact[static_cast<size_t>(v)] = is_own[static_cast<size_t>(v)] = true;
    for (size_t v = 0; v < variables_.size(); ++v) {
      // Hidden in one publication and shown, unchanged, in another.
      if (variables_[v].primary && knowledge.exact[v] && !is_own[v]) Tell(attacker, static_cast<int32_t>(v), knowledge);
    }
    Unpick(&knowledge, {});
    for (size_t v = 0; v < variables_.size(); ++v) {
      if (!variables_[v].primary || !knowledge.exact[v] || is_own[v]) continue;
      if (!variables_[v].shown || !IsExact()) Tell(attacker, static_cast<int32_t>(v), knowledge);
    }
    Bound(attacker, knowledge);
  }

  // Solves sums with one unknown until there is none. `start`: only what follows from these; empty: from everything.
  // Returns what was newly solved.
  std::vector<int32_t> Unpick(Knowledge* knowledge, const std::vector<int32_t>& start) {
    if (equations_of_.empty()) {
      equations_of_.resize(variables_.size());
      for (size_t e = 0; e < equations_.size(); ++e) {
        if (equations_[e].link == Link::kAtMost) continue;
        equations_of_[static_cast<size_t>(equations_[e].total)].push_back(static_cast<int32_t>(e));
        for (const int32_t part : equations_[e].parts)
          equations_of_[static_cast<size_t>(part)].push_back(static_cast<int32_t>(e));
      }
    }
    std::deque<int32_t> queue;
    if (start.empty()) {
      for (size_t e = 0; e < equations_.size(); ++e) queue.push_back(static_cast<int32_t>(e));
    } else {
      for (const int32_t v : start) {
        const auto& more = equations_of_[static_cast<size_t>(v)];
        queue.insert(queue.end(), more.begin(), more.end());
      }
    }
    std::vector<int32_t> solved;
    while (!queue.empty()) {
      const Equation& equation = equations_[static_cast<size_t>(queue.front())];
      const int32_t e = queue.front();
      queue.pop_front();
      if (equation.link == Link::kAtMost) continue;
      int unknown = 0, nonzero = 0;
      int32_t which = -1;
      const auto look = [&](int32_t v) {
        if (knowledge->exact[static_cast<size_t>(v)]) return;
        ++unknown;
        which = v;
      };
      look(equation.total);
      for (const int32_t part : equation.parts) {
        look(part);
        nonzero += !knowledge->exact[static_cast<size_t>(part)] || variables_[static_cast<size_t>(part)].truth != 0;
      }
      // Distinct persons add up only when they are all in one part.
      if (unknown != 1 || (equation.link == Link::kDistinct && nonzero != 1)) continue;
      knowledge->exact[static_cast<size_t>(which)] = true;
      knowledge->by[static_cast<size_t>(which)] = e;
      solved.push_back(which);
      for (const int32_t next : equations_of_[static_cast<size_t>(which)]) queue.push_back(next);
    }
    return solved;
  }

  // Somebody who is the one person of a cell knows all cells that count him alone, and what follows.
  void AsLonePersons() {
    Knowledge outside;
    outside.exact.resize(variables_.size());
    outside.by.assign(variables_.size(), -1);
    for (size_t v = 0; v < variables_.size(); ++v) outside.exact[v] = variables_[v].shown;
    Unpick(&outside, {});
    // Also sums of which parts are missing: who is alone in the total knows that, whatever was published beside his part of it.
    std::vector<std::vector<int32_t>> sums_of(variables_.size());
    for (size_t e = 0; e < equations_.size(); ++e) {
      if (variables_[static_cast<size_t>(equations_[e].total)].truth != 1) continue;
      ForMembers(equations_[e], [&](int32_t v) { sums_of[static_cast<size_t>(v)].push_back(static_cast<int32_t>(e)); });
    }
    std::vector<bool> met(variables_.size(), false);
    for (size_t first = 0; first < variables_.size(); ++first) {
      // Who is alone in what nobody told does not know it.
      if (variables_[first].truth != 1 || variables_[first].untold || outside.exact[first] || met[first]) continue;
      std::vector<int32_t> own = {static_cast<int32_t>(first)};
      met[first] = true;
      for (size_t k = 0; k < own.size(); ++k) {
        for (const int32_t e : sums_of[static_cast<size_t>(own[k])]) {
          // A total of one and its part of one are the same person.
          const Equation& equation = equations_[static_cast<size_t>(e)];
          const auto meet = [&](int32_t v) {
            const Variable& variable = variables_[static_cast<size_t>(v)];
            if (variable.truth != 1 || variable.untold || met[static_cast<size_t>(v)]) return;
            met[static_cast<size_t>(v)] = true;
            own.push_back(v);
          };
          meet(equation.total);
          for (const int32_t part : equation.parts) meet(part);
        }
      }
      for (const int32_t v : own) outside.exact[static_cast<size_t>(v)] = true;
      const std::vector<int32_t> solved = Unpick(&outside, own);
      for (const int32_t v : solved) {
        if (variables_[static_cast<size_t>(v)].primary) Tell("wie als enige in een cel is geteld", v, outside);
      }
      for (const int32_t v : solved) outside.exact[static_cast<size_t>(v)] = false;
      for (const int32_t v : own) outside.exact[static_cast<size_t>(v)] = false;
    }
  }

  // ---- Linear programs over what is not solved. ----

  class Program {
   public:
    Program() : model_(Clp_newModel()) {
      Clp_setLogLevel(model_, 0);
      Clp_scaling(model_, 0);
    }
    ~Program() { Clp_deleteModel(model_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    Clp_Simplex* get() const { return model_; }

   private:
    Clp_Simplex* model_;
  };

  // Bounds every primary that is not solved.
  void Bound(const std::string& attacker, const Knowledge& knowledge) {
    // Components over equations with unknowns.
    std::vector<std::vector<int32_t>> equations_of(variables_.size());
    for (size_t e = 0; e < equations_.size(); ++e) {
      ForMembers(equations_[e], [&](int32_t v) {
        if (!knowledge.exact[static_cast<size_t>(v)]) equations_of[static_cast<size_t>(v)].push_back(static_cast<int32_t>(e));
      });
    }
    std::vector<bool> seen(variables_.size(), false), used(equations_.size(), false);
    for (size_t first = 0; first < variables_.size(); ++first) {
      if (seen[first] || knowledge.exact[first]) continue;
      std::vector<int32_t> unknowns = {static_cast<int32_t>(first)}, equations;
      seen[first] = true;
      bool primary = false;
      for (size_t k = 0; k < unknowns.size(); ++k) {
        primary = primary || variables_[static_cast<size_t>(unknowns[k])].primary;
        for (const int32_t e : equations_of[static_cast<size_t>(unknowns[k])]) {
          if (used[static_cast<size_t>(e)]) continue;
          used[static_cast<size_t>(e)] = true;
          equations.push_back(e);
          ForMembers(equations_[static_cast<size_t>(e)], [&](int32_t v) {
            if (knowledge.exact[static_cast<size_t>(v)] || seen[static_cast<size_t>(v)]) return;
            seen[static_cast<size_t>(v)] = true;
            unknowns.push_back(v);
          });
        }
      }
      if (primary) BoundComponent(attacker, knowledge, unknowns, equations);
    }
  }

  void BoundComponent(const std::string& attacker, const Knowledge& knowledge, const std::vector<int32_t>& unknowns,
                      const std::vector<int32_t>& equations) {
    absl::flat_hash_map<int32_t, int32_t> column_of;
    for (size_t k = 0; k < unknowns.size(); ++k) column_of[unknowns[k]] = static_cast<int32_t>(k);
    struct Entry {
      int32_t column, row;
      double factor;
    };
    std::vector<Entry> entries;
    std::vector<double> row_low, row_high;
    std::vector<int32_t> equation_of_row;
    const auto add_row = [&](int32_t e, std::initializer_list<std::pair<absl::Span<const int32_t>, double>> sides, double low,
                             double high) {
      const auto row = static_cast<int32_t>(row_low.size());
      for (const auto& [members, factor] : sides) {
        for (const int32_t v : members) {
          const auto found = column_of.find(v);
          if (found != column_of.end()) {
            entries.push_back({found->second, row, factor});
          } else {
            const double known = factor * static_cast<double>(variables_[static_cast<size_t>(v)].truth);
            low -= known;
            high -= known;
          }
        }
      }
      row_low.push_back(low);
      row_high.push_back(high);
      equation_of_row.push_back(e);
    };
    for (const int32_t e : equations) {
      const Equation& equation = equations_[static_cast<size_t>(e)];
      const absl::Span<const int32_t> total = {&equation.total, 1};
      add_row(e, {{equation.parts, 1}, {total, -1}}, equation.link == Link::kAtMost ? -kInfinite : 0,
              equation.link == Link::kDistinct ? kInfinite : 0);
      if (equation.link != Link::kDistinct) continue;
      for (const int32_t& part : equation.parts) add_row(e, {{total, 1}, {{&part, 1}, -1}}, 0, kInfinite);
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return std::tie(a.column, a.row) < std::tie(b.column, b.row); });
    std::vector<CoinBigIndex> starts(unknowns.size() + 1, 0);
    std::vector<int> rows;
    std::vector<double> factors, low, high, objective(unknowns.size(), 0);
    for (const Entry& entry : entries) {
      ++starts[static_cast<size_t>(entry.column) + 1];
      rows.push_back(entry.row);
      factors.push_back(entry.factor);
    }
    // No attacker thinks of more than some times everything; it keeps programs bounded.
    int64_t largest = 0;
    for (const int32_t v : unknowns) largest = std::max(largest, std::abs(variables_[static_cast<size_t>(v)].truth));
    const double ceiling = 1e6 + 4 * static_cast<double>(largest);
    for (size_t k = 0; k < unknowns.size(); ++k) {
      starts[k + 1] += starts[k];
      const Variable& variable = variables_[static_cast<size_t>(unknowns[k])];
      const int64_t floor = variable.untold ? std::min<int64_t>(0, options_.floor) : options_.floor;
      low.push_back(static_cast<double>(std::min(floor, variable.truth)));
      high.push_back(ceiling);
      if (variable.shown) {  // Rounded to the nearest.
        const int64_t base = options_.rounded_to, printed = (variable.truth + base / 2) / base * base;
        const int64_t least = std::max<int64_t>(0, printed - base / 2), most = printed + (base - 1) / 2;
        low.back() = static_cast<double>(least);
        high.back() = static_cast<double>(most);
      }
      if (variable.rounded) {
        low.back() = std::max(low.back(), static_cast<double>(variable.low));
        high.back() = std::min(high.back(), static_cast<double>(variable.high));
      }
    }
    Program program;
    Clp_Simplex* model = program.get();
    Clp_loadProblem(model, static_cast<int>(unknowns.size()), static_cast<int>(row_low.size()), starts.data(), rows.data(),
                    factors.data(), low.data(), high.data(), objective.data(), row_low.data(), row_high.data());

    // Seen values of each unknown over all tables found; they are tables, so all between is possible too.
    std::vector<double> least(unknowns.size(), kInfinite), most(unknowns.size(), -kInfinite);
    std::vector<bool> is_open(unknowns.size(), false);
    for (size_t k = 0; k < unknowns.size(); ++k) is_open[k] = variables_[static_cast<size_t>(unknowns[k])].primary;
    const auto solve = [&](const std::vector<double>& direction) {  // Maximises.
      if (report_.programs >= options_.most_programs) return false;
      ++report_.programs;
      std::vector<double> negated;
      negated.reserve(direction.size());
      for (const double d : direction) negated.push_back(-d);
      Clp_chgObjCoefficients(model, negated.data());
      Clp_primal(model, 0);
      if (Clp_status(model) != 0) return false;
      const double* at = Clp_primalColumnSolution(model);
      for (size_t k = 0; k < unknowns.size(); ++k) least[k] = std::min(least[k], at[k]), most[k] = std::max(most[k], at[k]);
      return true;
    };
    const auto apart = [&](size_t k) {
      const int64_t share = options_.width_percent * std::abs(variables_[static_cast<size_t>(unknowns[k])].truth) / 100;
      const int64_t wanted = std::max({options_.width, share, variables_[static_cast<size_t>(unknowns[k])].apart});
      return std::floor(most[k] + kNear) - std::ceil(least[k] - kNear) >= static_cast<double>(wanted);
    };
    const auto close = [&] {
      int64_t closed = 0;
      for (size_t k = 0; k < unknowns.size(); ++k) {
        if (!is_open[k] || !apart(k)) continue;
        is_open[k] = false;
        ++closed;
      }
      return closed;
    };
    bool decided = true;
    for (int idle = 0; idle < kPatience && std::count(is_open.begin(), is_open.end(), true) > 0 && decided;) {
      std::vector<double> direction(unknowns.size(), 0);
      for (size_t k = 0; k < unknowns.size(); ++k) {
        if (is_open[k]) direction[k] = Chance() < .5 ? -1 - Chance() : 1 + Chance();
      }
      decided = solve(direction);
      idle = close() > 0 ? 0 : idle + 1;
    }
    for (size_t k = 0; k < unknowns.size(); ++k) {
      if (!is_open[k]) continue;
      std::set<int32_t> binding;
      for (const double way : {1.0, -1.0}) {
        std::vector<double> direction(unknowns.size(), 0);
        direction[k] = way;
        if (decided && !apart(k)) decided = solve(direction);
        const double* prices = Clp_dualRowSolution(model);
        for (size_t r = 0; r < equation_of_row.size(); ++r) {
          if (decided && std::fabs(prices[r]) > kNear) binding.insert(equation_of_row[r]);
        }
      }
      close();
      if (!is_open[k]) continue;
      const Variable& variable = variables_[static_cast<size_t>(unknowns[k])];
      Disclosure found;
      found.kind = Disclosure::kUndecided;
      if (decided) {
        found.low = static_cast<int64_t>(std::ceil(least[k] - kNear));
        found.high = static_cast<int64_t>(std::floor(most[k] + kNear));
        found.kind = found.low >= found.high ? Disclosure::kExact : Disclosure::kNarrow;
        for (const int32_t e : binding) AddPath(e, knowledge, &found.path);
      }
      found.table = variable.table;
      found.cell = variable.cell;
      found.attacker = attacker;
      Report(std::move(found));
    }
  }

  // ---- Telling. ----

  template <typename Visit>
  static void ForMembers(const Equation& equation, const Visit& visit) {
    visit(equation.total);
    for (const int32_t part : equation.parts) visit(part);
  }

  void Tell(const std::string& attacker, int32_t v, const Knowledge& knowledge) {
    const Variable& variable = variables_[static_cast<size_t>(v)];
    Disclosure found;
    found.table = variable.table;
    found.cell = variable.cell;
    found.low = found.high = variable.truth;
    found.attacker = attacker;
    if (knowledge.by[static_cast<size_t>(v)] < 0) {
      found.path = {"in een andere publicatie getoond"};
    } else {
      AddPath(knowledge.by[static_cast<size_t>(v)], knowledge, &found.path);
    }
    Report(std::move(found));
  }

  void Report(Disclosure found) {
    const auto same = [&](const Disclosure& d) { return d.table == found.table && d.cell == found.cell; };
    // What anybody can do needs no mention for somebody who knows more.
    if (std::any_of(report_.disclosures.begin(), report_.disclosures.end(), same)) return;
    report_.disclosures.push_back(std::move(found));
  }

  // The sums behind what a sum uses first, then the sum itself.
  void AddPath(int32_t e, const Knowledge& knowledge, std::vector<std::string>* path) const {
    constexpr size_t kLongest = 12;
    const Equation& equation = equations_[static_cast<size_t>(e)];
    const std::string line = TextOf(equation);
    if (path->size() >= kLongest || std::find(path->begin(), path->end(), line) != path->end()) return;
    path->push_back(line);
    ForMembers(equation, [&](int32_t v) {
      const int32_t by = knowledge.by[static_cast<size_t>(v)];
      if (by >= 0 && by != e) AddPath(by, knowledge, path);
    });
  }

  static absl::string_view StateText(const Variable& variable) {
    return variable.shown ? "" : variable.rounded ? " (afgerond)" : " (verborgen)";
  }

  std::string TextOf(const Equation& equation) const {
    const Variable& total = variables_[static_cast<size_t>(equation.total)];
    const auto d = static_cast<size_t>(equation.dimension);
    std::vector<std::string> parts, where;
    for (const int32_t part : equation.parts) {
      const Variable& variable = variables_[static_cast<size_t>(part)];
      parts.push_back(absl::StrCat(dimensions_[d].codes[static_cast<size_t>(variable.codes[d])], StateText(variable)));
    }
    for (size_t k = 0; k < dimensions_.size(); ++k) {
      if (k == d || dimensions_[k].codes.size() == 1) continue;
      where.push_back(absl::StrCat(dimensions_[k].name, " ", dimensions_[k].codes[static_cast<size_t>(total.codes[k])]));
    }
    constexpr size_t kMostParts = 20;
    if (parts.size() > kMostParts) {
      // The hidden ones matter; the shown ones are many.
      parts.erase(std::remove_if(parts.begin(), parts.end(), [](const std::string& p) { return p.back() != ')'; }),
                  parts.end());
      parts.push_back("getoonde cellen");
    }
    return absl::StrCat(dimensions_[d].name, " ", dimensions_[d].codes[static_cast<size_t>(total.codes[d])], StateText(total),
                        equation.link == Link::kSum      ? " = "
                        : equation.link == Link::kAtMost ? " >= "
                                                         : " <= ",
                        absl::StrJoin(parts, " + "), where.empty() ? "" : absl::StrCat(", bij ", absl::StrJoin(where, ", ")));
  }

  double Chance() {  // xorshift64*
    random_ ^= random_ >> 12;
    random_ ^= random_ << 25;
    random_ ^= random_ >> 27;
    return static_cast<double>((random_ * 0x2545f4914f6cdd1du) >> 11) * 0x1p-53;
  }

  const absl::Span<const Dimension> dimensions_;
  const absl::Span<const PublishedTable> tables_;
  const AuditOptions& options_;
  std::vector<int64_t> strides_;
  std::vector<std::vector<std::vector<int32_t>>> sums_of_;  // By dimension and code.
  std::vector<Variable> variables_;
  std::vector<Equation> equations_;
  std::vector<std::vector<int32_t>> equations_of_;
  uint64_t random_ = 88172645463325252u;
  AuditReport report_;
};

}  // namespace

AuditReport Audit(absl::Span<const Dimension> dimensions, absl::Span<const PublishedTable> tables,
                  const AuditOptions& options) {
  return Attack(dimensions, tables, options).Run();
}

}  // namespace nmd::publication::engine
