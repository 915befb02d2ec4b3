// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_CELL_SPACE_H_
#define NMD_SERVICES_COSTS_CELL_SPACE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/costs/evaluate.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {

// The cells of a question with its times left out, numbered as rows ask for them. The arguments must outlive it.
class CellSpace {
 public:
  // For rows in the months.
  CellSpace(const Snapshot& snapshot, const Question& question, const MonthRange& months) : question_(question) {
    for (const DimensionInfo* dimension : question.dimensions) {
      if (dimension->kind != DimensionKind::kTime)
        codes_.push_back(CodesOfRows(snapshot, question, question.dimensions, *dimension, months));
    }
    for (const QuestionFilter& filter : question.filters) {
      if (filter.dimension->kind != DimensionKind::kAge || ages_.column != nullptr) continue;
      ages_ = CodesOfRows(snapshot, question, question.dimensions, *filter.dimension, months);
    }
  }

  uint32_t CellOf(uint32_t row) {
    key_.clear();
    for (const RowCodes& codes : codes_) key_.push_back((*codes.column)[row]);
    const auto [found, fresh] = cells_.try_emplace(key_, static_cast<uint32_t>(keys_.size()));
    if (fresh) keys_.push_back(key_);
    return found->second;
  }
  uint32_t size() const { return static_cast<uint32_t>(keys_.size()); }

  // One per dimension; empty for a time.
  std::vector<std::string> ValuesOf(uint32_t cell) const {
    std::vector<std::string> values;
    size_t at = 0;
    for (const DimensionInfo* dimension : question_.dimensions) {
      if (dimension->kind == DimensionKind::kTime) {
        values.emplace_back();
      } else {
        values.push_back((*codes_[at].values)[keys_[cell][at]]);
        ++at;
      }
    }
    return values;
  }

  // Whether the filters by age keep a row. Outside the period the age is that of the nearest month.
  bool KeptByAge(uint32_t row) const {
    return std::all_of(question_.filters.begin(), question_.filters.end(), [&](const QuestionFilter& filter) {
      if (filter.dimension->kind != DimensionKind::kAge) return true;
      const std::string& band = (*ages_.values)[(*ages_.column)[row]];
      return std::find(filter.values.begin(), filter.values.end(), band) != filter.values.end();
    });
  }

 private:
  const Question& question_;
  std::vector<RowCodes> codes_;  // Of the dimensions that are no time.
  RowCodes ages_;                // When there is a filter by age.
  std::vector<uint32_t> key_;
  absl::flat_hash_map<std::vector<uint32_t>, uint32_t> cells_;
  std::vector<std::vector<uint32_t>> keys_;
};

// How many rows there are, and how many are surely of the person they seem to be of.
struct LinkTally {
  int64_t rows = 0, exact = 0;
  void See(uint8_t flags) {
    ++rows;
    exact += (flags & kExact) != 0 ? 1 : 0;
  }
  double share() const { return rows == 0 ? 1 : static_cast<double>(exact) / static_cast<double>(rows); }
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_CELL_SPACE_H_
