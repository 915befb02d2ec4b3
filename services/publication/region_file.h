// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_FILE_H_
#define NMD_SERVICES_PUBLICATION_REGION_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nmd/internal/v1/region_file.pb.h"
#include "services/publication/region_merge.h"

namespace nmd::publication {

// What only the region knows, checked.
struct RegionRules {
  MergeRules measures;
  std::vector<internal::v1::RegionalCeiling> ceilings;  // By id.
};

// Errors: FAILED_PRECONDITION when it is not such a file; INVALID_ARGUMENT FIELDS_INVALID with every fault.
absl::StatusOr<RegionRules> ReadRegionFile(const std::string& path);
// The same for what was read already.
absl::StatusOr<RegionRules> CheckRegionFile(const internal::v1::RegionFile& file);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_FILE_H_
