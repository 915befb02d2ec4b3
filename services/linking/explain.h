// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_EXPLAIN_H_
#define NMD_SERVICES_LINKING_EXPLAIN_H_

#include <cstdint>
#include <string>

#include "nmd/linking/v1/linking.pb.h"
#include "services/linking/link_state.h"
#include "services/linking/timeline.h"

namespace nmd::linking {

// Why the records of a client belong together, as known now: one record per person record, in order of known time, source
// and text, whatever the order they came in. Records that were withdrawn or replaced are left out.
v1::ExplainClientResponse Explain(uint32_t client, const LinkState& state, const Timeline& timeline);

// The same of a client that is nobody any more: the records that have its BSN, of persons who have another one by now. None
// when it is not of a BSN.
v1::ExplainClientResponse ExplainFormer(uint32_t client, const LinkState& state);

// Why a person without the BSN of its group is in it: one Dutch sentence, with weights and without values.
std::string WhyInGroup(uint32_t person, v1::LinkReason reason, const Timeline& timeline);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_EXPLAIN_H_
