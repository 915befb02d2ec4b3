// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_RETRAIN_H_
#define NMD_SERVICES_LINKING_RETRAIN_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/types/span.h"
#include "nmd/linking/v1/review.pb.h"
#include "services/linking/engine/link.h"

// Learning a model anew, and what it would change. Pure: on a copy of what is compared now, so that nobody waits for it.
namespace nmd::linking {

// What counts at one moment. Records and persons by number from 0.
struct TrainingSet {
  engine::Persons persons;          // The records that are compared.
  std::vector<uint32_t> person_of;  // By record.
  engine::Constraints constraints;  // What is given about records.
  // By person any number that is the same for persons of one client.
  std::vector<uint32_t> client_of;
  // Open pairs of persons.
  int64_t open_pairs = 0;
};

struct Retrained {
  engine::Model model;
  v1::LinkModel::Difference difference;
};

// Learns from one record per person: what its source repeats about a person is no evidence of how two sources write one. Then
// links all records as the service would: what is not sure waits for people. `progress` gets the pairs done and all pairs, now
// and then. The result depends on the set alone, not on its order. Cost: as engine::Link.
Retrained Retrain(TrainingSet set, std::function<void(int64_t done, int64_t all)> progress);

// What it changes when the same persons are divided into clients in another way; by person, as TrainingSet::client_of. Open
// pairs are left out.
v1::LinkModel::Difference DifferenceOf(absl::Span<const uint32_t> before, absl::Span<const uint32_t> after);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_RETRAIN_H_
