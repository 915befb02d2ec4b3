// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/linked.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"

namespace nmd::publication::engine {
namespace {

class Linker {
 public:
  Linker(absl::Span<const Dimension> dimensions, const LinkOptions& options) : dimensions_(dimensions), options_(options) {
    int64_t stride = 1;
    for (const Dimension& dimension : dimensions) {
      strides_.push_back(stride);
      stride *= static_cast<int64_t>(dimension.codes.size());
      sums_with_.emplace_back(dimension.codes.size());
      for (const Dimension::Sum& sum : dimension.sums) {
        sums_with_.back()[static_cast<size_t>(sum.total)].push_back(&sum);
        for (const int32_t part : sum.parts) sums_with_.back()[static_cast<size_t>(part)].push_back(&sum);
      }
    }
  }

  // A publication of before. What it shows is known; what it hides may only be decided about when a draft has it too.
  void AddEarlier(const PublishedTable& table) {
    std::vector<int64_t> keys;
    for (const PublishedCell& published : table.cells) {
      keys.push_back(KeyOf(published.codes));
      const auto c = static_cast<size_t>(CellOf(keys.back(), published.value));
      if (!published.hidden) {
        if (IsHidden(cells_.states[c])) cells_.lone[c] = false;
        cells_.idle[c] = false;
        cells_.states[c] = published.value == 0 ? CellState::kZero : CellState::kShown;
        shown_[c] = true;
      } else if (!shown_[c]) {
        if (published.primary) {
          cells_.states[c] = CellState::kPrimary;
        } else if (cells_.states[c] != CellState::kPrimary) {
          cells_.states[c] = CellState::kSecondary;
        }
        cells_.lone[c] = published.value == 1 && !published.untold;
        cells_.idle[c] = published.untold && cells_.states[c] == CellState::kSecondary;
        cells_.floors[c] = std::min(published.untold ? std::min<int64_t>(0, options_.floor) : options_.floor, published.value);
        cells_.needs[c] = {0, 0, options_.width};
      }
      cells_.fixed[c] = true;
    }
    AddSums(keys);
  }

  absl::Status AddDrafts(absl::Span<const Draft> drafts, Linked* out) {
    std::vector<int64_t> keys;
    absl::flat_hash_map<int64_t, int32_t> of_now;
    for (size_t t = 0; t < drafts.size(); ++t) {
      const Draft& draft = drafts[t];
      out->cell_of.emplace_back();
      for (size_t k = 0; k < draft.codes.size(); ++k) {
        const int64_t key = KeyOf(draft.codes[k]);
        keys.push_back(key);
        const std::vector<int32_t> before = versions_[key];
        const int32_t cell = CellOf(key, draft.cells.values[k]);
        const auto [at, fresh] = of_now.emplace(key, cell);
        if (at->second != cell) return absl::InvalidArgumentError("two tables have different values for the same cell");
        const auto c = static_cast<size_t>(cell);
        out->cell_of.back().push_back(cell);
        const CellState state = draft.cells.states[k];
        if (shown_[c]) {
          if (state == CellState::kPrimary) out->lost.emplace_back(static_cast<int64_t>(t), static_cast<int64_t>(k));
          continue;
        }
        // An earlier secondary may be shown now, if the proof still holds; an earlier primary may not.
        const bool was_primary = cells_.states[c] == CellState::kPrimary;
        const bool was_hidden = IsHidden(cells_.states[c]);
        if (!was_primary && !(was_hidden && !IsHidden(state))) cells_.states[c] = state;
        if (fresh) cells_.fixed[c] = draft.cells.fixed[k];
        cells_.floors[c] = draft.cells.floors[k];
        cells_.lone[c] = draft.cells.lone[k];
        cells_.idle[c] = false;
        const Need& need = draft.cells.needs[k];
        Need& known = cells_.needs[c];
        known = {std::max(known.up, need.up), std::max(known.down, need.down), std::max(known.width, need.width)};
        if (fresh) AddChanges(cell, before);
      }
    }
    AddSums(keys);
    return absl::OkStatus();
  }

  void Finish(Linked* out) {
    out->system = System(static_cast<int32_t>(cells_.values.size()), std::move(relations_));
    out->cells = std::move(cells_);
  }

 private:
  int64_t KeyOf(const std::vector<int32_t>& codes) const {
    int64_t key = 0;
    for (size_t d = 0; d < codes.size(); ++d) key += codes[d] * strides_[d];
    return key;
  }

  // The number of a cell with this value, and from here on the newest of the key.
  int32_t CellOf(int64_t key, int64_t value) {
    std::vector<int32_t>& versions = versions_[key];
    const auto same = std::find_if(versions.begin(), versions.end(),
                                   [&](int32_t cell) { return cells_.values[static_cast<size_t>(cell)] == value; });
    const int32_t cell = same != versions.end() ? *same : NewCell(value);
    if (same == versions.end()) versions.push_back(cell);
    newest_[key] = cell;
    return cell;
  }
  int32_t NewCell(int64_t value) {
    cells_.values.push_back(value);
    cells_.floors.push_back(std::min(options_.floor, value));
    cells_.states.push_back(value == 0 ? CellState::kZero : CellState::kShown);
    cells_.needs.emplace_back();
    cells_.fixed.push_back(false);
    cells_.lone.push_back(false);
    cells_.idle.push_back(false);
    shown_.push_back(false);
    return static_cast<int32_t>(cells_.values.size()) - 1;
  }

  // The small differences of a cell with what it was before, which must not be known.
  void AddChanges(int32_t cell, const std::vector<int32_t>& before) {
    for (const int32_t old : before) {
      const int64_t by = cells_.values[static_cast<size_t>(cell)] - cells_.values[static_cast<size_t>(old)];
      if (by == 0 || std::abs(by) >= options_.smallest_change) continue;
      const auto change = static_cast<size_t>(NewCell(by));
      cells_.floors[change] = kNoFloor;
      cells_.states[change] = CellState::kPrimary;
      cells_.fixed[change] = true;
      relations_.Add(Tie::kSum, cell, {old, static_cast<int32_t>(change)});
    }
  }

  // The sums with a cell of `keys`, over the newest of every cell.
  void AddSums(const std::vector<int64_t>& keys) {
    absl::flat_hash_set<int64_t> done;
    for (size_t d = 0; d < dimensions_.size(); ++d) {
      const auto codes = static_cast<int64_t>(dimensions_[d].codes.size());
      const Dimension::Sum* first = dimensions_[d].sums.data();
      done.clear();
      for (const int64_t key : keys) {
        const auto code = static_cast<int32_t>(key / strides_[d] % codes);
        for (const Dimension::Sum* sum : sums_with_[d][static_cast<size_t>(code)]) {
          const int64_t total = key + (sum->total - code) * strides_[d];
          if (!done.insert(total * static_cast<int64_t>(dimensions_[d].sums.size()) + (sum - first)).second) continue;
          AddSum(d, *sum, total);
        }
      }
    }
  }
  void AddSum(size_t d, const Dimension::Sum& sum, int64_t total_key) {
    const auto total = newest_.find(total_key);
    if (total == newest_.end()) return;
    const int64_t value = cells_.values[static_cast<size_t>(total->second)];
    std::vector<int32_t> parts;
    int64_t rest = value;
    for (const int32_t part : sum.parts) {
      const auto found = newest_.find(total_key + (part - sum.total) * strides_[d]);
      if (found == newest_.end()) continue;
      parts.push_back(found->second);
      rest -= cells_.values[static_cast<size_t>(found->second)];
    }
    if (parts.empty()) return;
    const bool whole = parts.size() == sum.parts.size();
    if (!dimensions_[d].distinct) {
      if (whole ? rest != 0 : rest < 0) return;  // Parts and total of different moments.
      if (!known_sums_.emplace(total->second, parts).second) return;
      if (!whole) {
        const auto missing = static_cast<size_t>(NewCell(rest));
        cells_.floors[missing] = 0;
        cells_.idle[missing] = options_.rests_are_free;
        cells_.states[missing] = CellState::kSecondary;
        cells_.fixed[missing] = true;
        parts.push_back(static_cast<int32_t>(missing));
      }
      relations_.Add(Tie::kSum, total->second, parts);
    } else if (whole && known_sums_.emplace(total->second, parts).second) {
      relations_.Add(Tie::kDistinct, total->second, parts);
    }
  }

  const absl::Span<const Dimension> dimensions_;
  const LinkOptions& options_;
  std::vector<int64_t> strides_;
  std::vector<std::vector<std::vector<const Dimension::Sum*>>> sums_with_;  // By dimension and code.
  Cells cells_{0};
  std::vector<bool> shown_;  // By an earlier publication.
  absl::flat_hash_map<int64_t, std::vector<int32_t>> versions_;
  absl::flat_hash_map<int64_t, int32_t> newest_;
  std::set<std::pair<int32_t, std::vector<int32_t>>> known_sums_;
  System::Relations relations_;
};

}  // namespace

absl::StatusOr<Linked> Link(absl::Span<const Dimension> dimensions, absl::Span<const Draft> drafts,
                            absl::Span<const PublishedTable> earlier, const LinkOptions& options) {
  Linked linked;
  Linker linker(dimensions, options);
  for (const PublishedTable& table : earlier) linker.AddEarlier(table);
  if (absl::Status added = linker.AddDrafts(drafts, &linked); !added.ok()) return added;
  linker.Finish(&linked);
  return linked;
}

Hierarchy HierarchyOf(const Dimension& dimension) {
  Hierarchy hierarchy;
  hierarchy.codes = static_cast<int32_t>(dimension.codes.size());
  for (const Dimension::Sum& sum : dimension.sums) hierarchy.sums.push_back({sum.total, sum.parts});
  return hierarchy;
}

}  // namespace nmd::publication::engine
