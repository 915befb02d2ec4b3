// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_PUBLIC_H_
#define NMD_SERVICES_PUBLICATION_REGION_PUBLIC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "nmd/publication/v1/region_answers.pb.h"
#include "services/publication/region_merge.h"

namespace nmd::publication {

// Whether a table of the region tells something that the tables it is made of do not.
struct RegionProof {
  int64_t hidden = 0;     // Cells that members hide.
  int64_t relations = 0;  // Sums within tables, within the region and between the two.
  int64_t disclosed = 0;  // Hidden cells that can be computed with the table of the region and not without it.

  bool Holds() const { return disclosed == 0; }
  std::string Text() const;  // One Dutch sentence.
};

// Proves, from the pattern alone, that no cell a member hides can be computed from its table, those of the others and the one
// of the region, "region minus members" included, unless its own table gives it away already (reference sdc.md section 7).
// Which hidden cells are small nobody told the region, so all are guarded. What is within `table` may be shown only when its
// state says so. REQUIRES: `table` is what Merge made of `members`, in any order, none of which has another shape.
RegionProof ProveTogether(absl::Span<const MemberTable> members, const v1::RegionalTable& table);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_PUBLIC_H_
