// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_TRAIN_H_
#define NMD_SERVICES_LINKING_ENGINE_TRAIN_H_

#include <cstdint>

#include "absl/types/span.h"
#include "services/linking/engine/blocking.h"
#include "services/linking/engine/model.h"
#include "services/linking/engine/persons.h"

namespace nmd::linking::engine {

// Estimates a model from the records themselves; no labels, no threshold to choose.
//
// Every pair of records is of one person (M), of two that have nothing to do with each other (R) or of two of one household
// (H); given the class, fields are taken to be independent (Fellegi and Sunter 1969). Chances of levels in R come from random
// pairs and, for equal values, exactly from how often values occur. Those in M and H come from expectation-maximisation over
// the patterns of a sample of the pairs that blocking gives, where pairs that blocking does not give count as R:
//   - a field is learned in M only from pairs that some rule gave that does not use the field, else the rule would decide
//     what is found;
//   - where numbers are BSNs, all other fields are learned in M from pairs with the same valid BSN;
//   - H is learned from pairs at one address.
// Expected (model.h) counts as a little evidence in every estimate, so that a set of five records gives a sane model.
//
// `blocks` are over records that are no exact copies of each other; `copies` is the number of records behind each of its
// items. The result is a function of the records as a set: persons must be sorted (Persons::Sort). Cost: about a second of
// work at most, whatever the size, plus O(records) counting.
Model Train(const Persons& persons, const Blocks& blocks, absl::Span<const uint32_t> copies);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_TRAIN_H_
