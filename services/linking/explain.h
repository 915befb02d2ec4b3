// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_EXPLAIN_H_
#define NMD_SERVICES_LINKING_EXPLAIN_H_

#include <cstdint>

#include "nmd/linking/v1/linking.pb.h"
#include "services/linking/link_state.h"

namespace nmd::linking {

// Why the records of a client belong together, as known now: one record per person record, in order of known time, source
// and text, whatever the order they came in.
//
// The id of a client of its own (ALONE) whose person_key got a BSN since is an alias: the answer is about the client it is
// now. The id of a BSN that no person_key has any more is about the records that had it. Records that were withdrawn or
// replaced are left out; there are none when that leaves nobody.
v1::ExplainClientResponse Explain(uint32_t client, const LinkState& state);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_EXPLAIN_H_
