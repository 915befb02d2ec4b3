// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_QUEUED_PEER_H_
#define NMD_GATEWAY_QUEUED_PEER_H_

#include <memory>

#include "services/platform/peer.h"

namespace nmd::gateway {

// A peer in this process, asked on threads of its own: the log's methods read for seconds and wait for the log's thread, which
// may be the one that asks. More than 16 waiting calls are refused as OVERLOADED. `inner` must outlive it.
std::unique_ptr<Peer> NewQueuedPeer(const Peer& inner);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_QUEUED_PEER_H_
