// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_MODEL_DIFFERENCE_H_
#define NMD_SERVICES_LINKING_MODEL_DIFFERENCE_H_

#include <cstdint>

#include "absl/types/span.h"
#include "nmd/linking/v1/review.pb.h"

namespace nmd::linking {

// What it changes when the same persons are divided into clients in another way: by person any number that is the same for
// persons of one client. The open pairs are for the caller to count. Cost: O(persons).
v1::LinkModel::Difference DifferenceOf(absl::Span<const uint32_t> before, absl::Span<const uint32_t> after);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_MODEL_DIFFERENCE_H_
