// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_MERGE_H_
#define NMD_SERVICES_PUBLICATION_MERGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nmd/publication/v1/publication.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/publication/counted_table.h"

// Thin areas told as one with a neighbour, instead of hidden.
namespace nmd::publication {

// An area as it may be merged: others of the same parent only.
struct Area {
  std::string code, parent;
  int64_t clients = 0;
};

// Which areas are told as one, so that each has `until` clients: as long as an area has fewer, the smallest of all is joined to
// the smaller of its neighbours, which are the next by code within the parent; of equals the first. A parent that has fewer
// altogether is one area. Who lives nowhere known (an empty code) is no area. Groups of two or more, each sorted, in order.
// Deterministic; does not depend on the order of `areas`.
std::vector<std::vector<std::string>> MergeAreas(std::vector<Area> areas, int64_t until);

// The code of merged areas in a table. Example: "WK173001+WK173002".
std::string MergedCode(const std::vector<std::string>& members);

using CountQuestion = std::function<absl::StatusOr<CountedTable>(const v1::TableRule&, const type::Period&)>;

// The table with the areas of its rule merged, counted again (who moved within merged areas is one client). The same as
// `table` when nothing is thin. REQUIRES: the rule has a merge_dimension, which is one of its dimensions. Errors: those of
// `count`.
absl::StatusOr<CountedTable> MergeTable(const CountedTable& table, const CountQuestion& count);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_MERGE_H_
