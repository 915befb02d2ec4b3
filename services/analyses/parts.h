// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_PARTS_H_
#define NMD_SERVICES_ANALYSES_PARTS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/costs/care.h"
#include "services/costs/evaluate.h"

namespace google::protobuf {
class Timestamp;
}
namespace nmd::type {
class Provenance;
}

// What the analyses have in common.
namespace nmd::analyses {

// One line per source with deliveries of any of the kinds of facts (costs::Kind) that are known in the snapshot.
void AddProvenance(const costs::Snapshot& snapshot, uint32_t kinds,
                   google::protobuf::RepeatedPtrField<type::Provenance>* lines);

// The numbers of the courses all filters keep, on their first day (costs::ValueOf), ascending.
// REQUIRES: costs::SupportsCourses of every dimension, and all registered. Cost: some tens of nanoseconds per course and
// filter.
std::vector<uint32_t> PickCourses(const costs::CareBook& book, const std::vector<costs::QuestionFilter>& filters);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_PARTS_H_
