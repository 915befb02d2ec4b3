// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_POLICY_H_
#define NMD_SERVICES_PLATFORM_POLICY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nmd/type/options.pb.h"
#include "services/platform/caller.h"

namespace google::protobuf {
class Message;
class MethodDescriptor;
}  // namespace google::protobuf

// Who may do what (R23): role x method x purpose x scope, read from the protos alone. What is not allowed is denied. The
// gateway asks before it reads a body, the router of a service before it runs a method, nmdctl to explain, and all get the same
// answer.
namespace nmd {

// The option nmd.type.access of a method; no roles when it has none. The operations API is Google's and carries no option of
// ours: who may deliver may ask what became of it.
type::Access AccessOf(const google::protobuf::MethodDescriptor& method);

// Whether calling it changes nothing that is asked for: a GET, or a method marked NO_SIDE_EFFECTS.
bool IsSafe(const google::protobuf::MethodDescriptor& method);

// ROLE_MISSING unless a role of the caller is one of the method's.
absl::Status CheckRole(const google::protobuf::MethodDescriptor& method, const Caller& caller);

// TOKEN_INVALID when a person or system does not say what for. A service of the instance needs none, nor does who has only
// the role openbaar: what is public is so for every purpose.
absl::Status CheckPurpose(const Caller& caller);

// SCOPE_FOREIGN unless caller and resource are of this municipality; FIELDS_INVALID when `parent` or `name` names none.
// REQUIRES: the request has a `parent` or a `name` (tests/contract/proto_style_test.cc).
absl::Status CheckScope(const google::protobuf::MethodDescriptor& method, const Caller& caller,
                        const google::protobuf::Message& request, absl::string_view municipality);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_POLICY_H_
