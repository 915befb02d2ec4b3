// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_VOLUME_H_
#define NMD_SERVICES_INGESTION_VOLUME_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/core/volume.h"
#include "services/ingestion/message.h"

// The arithmetic of core/volume.h for what stands in a message.
namespace nmd::ingestion {

inline GrantedVolume GrantedOf(const AllocatedVolume& allocated) {
  return {allocated.volume, allocated.unit, allocated.frequency};
}

// TR321: household help (category 01) of the Wmo may be planned freely over the weeks of a month.
inline std::optional<int64_t> MaxVolume(const AllocatedVolume& allocated, const Period& allocation,
                                        const Period& product_period, Law law, absl::string_view category) {
  return nmd::MaxVolume(GrantedOf(allocated), allocation, product_period, law == Law::kWmo && category == "01");
}

// TR322.
inline std::optional<int64_t> MaxVolumeOfAllocation(const AllocatedVolume& allocated, const Period& allocation) {
  return nmd::MaxVolumeOfAllocation(GrantedOf(allocated), allocation);
}

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_VOLUME_H_
