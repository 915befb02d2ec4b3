// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_MERGE_H_
#define NMD_SERVICES_PUBLICATION_REGION_MERGE_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "nmd/internal/v1/region_file.pb.h"
#include "nmd/publication/v1/region_answers.pb.h"
#include "nmd/publication/v1/statement.pb.h"

// Tables of members side by side and together. Pure.
namespace nmd::publication {

// By measure id; what region_file.h checked.
using MergeRules = std::map<std::string, internal::v1::MergedMeasure, std::less<>>;

// What a value that is not known can be, both inclusive.
struct Range {
  static constexpr int64_t kNoLow = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNoHigh = std::numeric_limits<int64_t>::max();
  int64_t low = kNoLow;
  int64_t high = kNoHigh;

  bool IsKnown() const { return low == high; }
  friend bool operator==(const Range&, const Range&) = default;
};

// Bounds that stay away from both ends, so that an unknown end stays unknown.
Range Plus(const Range& a, const Range& b);

// How the total over a dimension follows from its parts.
enum class Adding {
  kSum,       // Amounts: is their sum.
  kDistinct,  // Persons may be in several: the largest part <= total <= the sum of the parts.
  kNot,       // Neither, as inhabitants over years.
};

// Narrows what the cells of a table can be by the sums they are in. `codes` is the number of codes per dimension, of which 0 is
// the total of the others; `cells` has a range per cell, the last dimension fastest. What contradicts itself is not narrowed at
// all: then the values are no such sums. Cost: some passes over the table, at most 50.
std::vector<Range> Narrowed(absl::Span<const int32_t> codes, std::vector<Range> cells, Adding adding);
// Whether no values within the ranges follow the sums.
bool Contradicts(absl::Span<const int32_t> codes, std::vector<Range> cells, Adding adding);

// The publication of a member that is to be part of a table.
struct MemberTable {
  int32_t member = 0;  // Position in the members of the region.
  const v1::Publication* publication = nullptr;
  std::string filters;  // What the table selects; tables that select something else are of another shape.
};

struct Merged {
  // Dimensions, measures and cells of the table; nothing else is filled in.
  v1::RegionalTable table;
  // Members whose publication has other dimensions or filters than that of most, ascending; they are not part of it.
  std::vector<int32_t> other_shape;
};

// Merges publications of one table about one period. Dimensions are those of most members (at a tie those of the first); codes
// that only some members have are zero for the others, since a member publishes all codes that occur. A regional value is a
// value only when all of these members show theirs; else it has bounds. Ratios are reckoned anew. Deterministic: the order of
// `members` is that of positions, whatever order they came in. REQUIRES: publications without a PublicationFault
// (region_schema.h).
Merged Merge(std::vector<MemberTable> members, const MergeRules& rules);

// Position of a cell in the order of a publication. REQUIRES: one code per dimension.
template <typename Dimensions, typename Codes>
int64_t CellPosition(const Dimensions& dimensions, const Codes& codes) {
  int64_t position = 0;
  for (int d = 0; d < dimensions.size(); ++d) position = position * dimensions[d].codes_size() + codes[d];
  return position;
}

// The ends of a range as optional fields of an answer.
template <typename Value>
void SetBounds(const Range& range, Value* value) {
  if (range.low != Range::kNoLow) value->set_lower(static_cast<double>(range.low));
  if (range.high != Range::kNoHigh) value->set_upper(static_cast<double>(range.high));
}

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_MERGE_H_
