// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_MEMBER_DOORS_H_
#define NMD_GATEWAY_MEMBER_DOORS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/caller.h"
#include "services/platform/peer.h"

namespace google::protobuf {
class MethodDescriptor;
}

namespace nmd::gateway {

// The one service that goes through the region.
inline constexpr absl::string_view kRoutedService = "nmd.contracts.v1.ProviderService";

// The resource that a serialised request is about: its `parent`, else its `name`. Empty when it has none, or cannot be read.
// Costs a walk over the outermost fields.
std::string ResourceOf(const google::protobuf::MethodDescriptor& method, absl::string_view request);

// One address for providers (issue 7): what a provider asks the region about its account at a member goes to the door of that
// member, byte for byte, on behalf of the provider and of nobody else. Nothing is kept here; both doors log the call.
//
// The region signs the provider in (certificate with an AGB code, or a token with subject "agb:{code}"); the member believes it
// because its configuration names the certificate of the region (provider_routers), and judges the call as if the provider had
// come itself. So a feed waits at the member, and holds no thread here.
//
// Errors, beside those of the member: ROLE_MISSING for everybody but a provider, SCOPE_FOREIGN for a municipality that is no
// member, METHOD_UNKNOWN for any other service. `doors` by municipality ("gm1730"); `region` is the own name ("nmd").
std::unique_ptr<Peer> NewMemberDoors(std::map<std::string, std::unique_ptr<Peer>> doors, std::string region);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_MEMBER_DOORS_H_
