// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/round.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include <Clp_C_Interface.h>

namespace nmd::publication::engine {
namespace {

constexpr double kInfinite = 1e30;
constexpr double kNear = 1e-6;
// How much likelier the nearer multiple is: with 1 a value would be right on average, and one just above a multiple would never
// go up, which tells that it is not there.
constexpr double kLean = 0.9;
// What was told before outweighs chance.
constexpr double kHold = 1'000;

int64_t FloorOf(int64_t value, int64_t base) {
  const int64_t quotient = value / base;
  return value % base < 0 ? quotient - 1 : quotient;
}

class Rounder {
 public:
  Rounder(const System& system, absl::Span<const int64_t> values, const RoundOptions& options)
      : system_(system), values_(values), options_(options), model_(Clp_newModel()) {
    Clp_setLogLevel(model_, 0);
    Clp_scaling(model_, 0);
    floors_.reserve(values.size());
    for (const int64_t value : values) floors_.push_back(FloorOf(value, options.base));
  }
  ~Rounder() { Clp_deleteModel(model_); }
  Rounder(const Rounder&) = delete;
  Rounder& operator=(const Rounder&) = delete;

  std::optional<std::vector<int64_t>> Run(absl::Span<const double> chances, absl::Span<const std::optional<int64_t>> before) {
    Load(chances, before);
    if (Clp_numberColumns(model_) == 0) return Told(nullptr);
    const int columns = Clp_numberColumns(model_);
    Clp_initialSolve(model_);
    const double* at = Clp_primalColumnSolution(model_);
    // While cells are broken: the nearest table to what they would be when each is made whole, again and again.
    std::vector<double> whole(static_cast<size_t>(columns), -1), last, cost(static_cast<size_t>(columns));
    for (int64_t program = 1; Clp_status(model_) == 0; ++program) {
      if (program > options_.most_programs) return std::nullopt;
      if (IsWhole(at)) return Told(at);
      last = whole;
      for (int c = 0; c < columns; ++c) whole[static_cast<size_t>(c)] = at[c] >= 0.5 ? 1 : 0;
      if (whole == last) Disturb(at, chances, program, &whole);
      for (size_t c = 0; c < cost.size(); ++c) cost[c] = whole[c] > 0 ? -1 : 1;
      Clp_chgObjCoefficients(model_, cost.data());
      Clp_primal(model_, 0);
      at = Clp_primalColumnSolution(model_);
    }
    return std::nullopt;
  }

 private:
  struct Entry {
    int column, row;
    double factor;
  };

  bool Adds(int32_t relation) const {
    const absl::Span<const int32_t> members = system_.Members(relation);
    int64_t sum = 0;
    for (size_t k = 1; k < members.size(); ++k) sum += values_[static_cast<size_t>(members[k])];
    return sum == values_[static_cast<size_t>(members.front())];
  }
  // Whether the values are as of persons in several parts.
  bool IsDistinct(int32_t relation) const {
    const absl::Span<const int32_t> members = system_.Members(relation);
    const int64_t total = values_[static_cast<size_t>(members.front())];
    int64_t sum = 0, largest = 0;
    for (size_t k = 1; k < members.size(); ++k) {
      sum += values_[static_cast<size_t>(members[k])];
      largest = std::max(largest, values_[static_cast<size_t>(members[k])]);
    }
    return largest <= total && total <= sum;
  }

  // A column per cell that is no multiple, 1 when it goes up; a row per relation with such a cell.
  void Load(absl::Span<const double> chances, absl::Span<const std::optional<int64_t>> before) {
    column_of_.assign(values_.size(), -1);
    std::vector<double> low, high, cost;
    for (size_t c = 0; c < values_.size(); ++c) {
      const int64_t rest = values_[c] - floors_[c] * options_.base;
      if (rest == 0) continue;
      column_of_[c] = static_cast<int>(cost.size());
      low.push_back(0);
      high.push_back(1);
      // Up when chance is below the share of the way up.
      const double share = static_cast<double>(rest) / static_cast<double>(options_.base);
      double price = chances[c] - 0.5 - kLean * (share - 0.5);
      if (!before.empty() && before[c] == floors_[c] * options_.base) price = kHold;
      if (!before.empty() && before[c] == (floors_[c] + 1) * options_.base) price = -kHold;
      cost.push_back(price);
    }
    std::vector<Entry> entries;
    std::vector<double> row_low, row_high;
    // Sum of `parts` less `total`, of what is told, in multiples.
    const auto add_row = [&](absl::Span<const int32_t> parts, int32_t total, double at_least, double at_most) {
      int64_t known = -floors_[static_cast<size_t>(total)];
      const auto row = static_cast<int>(row_low.size());
      bool any = false;
      const auto add = [&](int32_t cell, double factor) {
        const int column = column_of_[static_cast<size_t>(cell)];
        if (column < 0) return;
        entries.push_back({column, row, factor});
        any = true;
      };
      add(total, -1);
      for (const int32_t part : parts) {
        known += floors_[static_cast<size_t>(part)];
        add(part, 1);
      }
      if (!any) return;
      row_low.push_back(at_least - static_cast<double>(known));
      row_high.push_back(at_most - static_cast<double>(known));
    };
    for (int32_t r = 0; r < system_.relations(); ++r) {
      const absl::Span<const int32_t> members = system_.Members(r), parts = members.subspan(1);
      if (Adds(r)) {
        add_row(parts, members.front(), 0, 0);
      } else if (IsDistinct(r)) {
        add_row(parts, members.front(), 0, kInfinite);
        for (const int32_t& part : parts) add_row({&part, 1}, members.front(), -kInfinite, 0);
      }
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.column != b.column ? a.column < b.column : a.row < b.row; });
    std::vector<CoinBigIndex> starts(cost.size() + 1, 0);
    std::vector<int> rows;
    std::vector<double> factors;
    for (const Entry& entry : entries) {
      ++starts[static_cast<size_t>(entry.column) + 1];
      rows.push_back(entry.row);
      factors.push_back(entry.factor);
    }
    for (size_t k = 0; k < cost.size(); ++k) starts[k + 1] += starts[k];
    Clp_loadProblem(model_, static_cast<int>(cost.size()), static_cast<int>(row_low.size()), starts.data(), rows.data(),
                    factors.data(), low.data(), high.data(), cost.data(), row_low.data(), row_high.data());
  }

  bool IsWhole(const double* at) const {
    for (int c = 0; c < Clp_numberColumns(model_); ++c) {
      if (std::fabs(at[c] - std::round(at[c])) > kNear) return false;
    }
    return true;
  }

  // Turns some of the cells that are broken most, so that the search does not stand still; which ones hangs on chance.
  void Disturb(const double* at, absl::Span<const double> chances, int64_t program, std::vector<double>* whole) const {
    std::vector<std::pair<double, int>> worst;
    for (size_t cell = 0; cell < column_of_.size(); ++cell) {
      const int column = column_of_[cell];
      if (column < 0) continue;
      // Another chance each time from the same: the fraction of a multiple.
      double chance = chances[cell] * static_cast<double>(2 * program + 1);
      chance -= std::floor(chance);
      const double off = std::fabs(at[column] - std::round(at[column]));
      if (off + 0.3 * chance > 0.5) worst.emplace_back(-off - 0.3 * chance, column);
    }
    std::sort(worst.begin(), worst.end());
    const size_t most = std::max<size_t>(2, worst.size() / 2);
    for (size_t k = 0; k < std::min(most, worst.size()); ++k) {
      double& to = (*whole)[static_cast<size_t>(worst[k].second)];
      to = 1 - to;
    }
  }

  // What is told when these cells go up; nullopt when a relation does not hold, as where the solver was less exact than it
  // says.
  std::optional<std::vector<int64_t>> Told(const double* up) const {
    std::vector<int64_t> told(values_.size());
    for (size_t c = 0; c < told.size(); ++c) {
      const bool raised = column_of_[c] >= 0 && up[column_of_[c]] > 0.5;
      told[c] = (floors_[c] + (raised ? 1 : 0)) * options_.base;
    }
    for (int32_t r = 0; r < system_.relations(); ++r) {
      const absl::Span<const int32_t> members = system_.Members(r);
      const int64_t total = told[static_cast<size_t>(members.front())];
      int64_t sum = 0, largest = 0;
      for (size_t k = 1; k < members.size(); ++k) {
        sum += told[static_cast<size_t>(members[k])];
        largest = std::max(largest, told[static_cast<size_t>(members[k])]);
      }
      const bool holds = Adds(r) ? sum == total : !IsDistinct(r) || (largest <= total && total <= sum);
      if (!holds) return std::nullopt;
    }
    return told;
  }

  const System& system_;
  const absl::Span<const int64_t> values_;
  const RoundOptions& options_;
  Clp_Simplex* model_;
  std::vector<int64_t> floors_;  // In multiples of the base.
  std::vector<int> column_of_;
};

}  // namespace

std::optional<std::vector<int64_t>> RoundControlled(const System& system, absl::Span<const int64_t> values,
                                                    absl::Span<const double> chances,
                                                    absl::Span<const std::optional<int64_t>> before,
                                                    const RoundOptions& options) {
  return Rounder(system, values, options).Run(chances, before);
}

}  // namespace nmd::publication::engine
