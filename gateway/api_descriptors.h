// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_API_DESCRIPTORS_H_
#define NMD_GATEWAY_API_DESCRIPTORS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

// What the protos say about the API, comments included: generated code keeps the descriptors but drops the comments, so the
// descriptor set of the build is linked in.
namespace nmd::gateway {

// All services of the API (packages nmd.*), and google.longrunning.Operations; in order of name. Never fails: both halves are
// of one build.
std::vector<const google::protobuf::ServiceDescriptor*> ApiServices();

// The methods a gateway may call: of Operations only GetOperation, which services answer.
std::vector<const google::protobuf::MethodDescriptor*> ApiMethods(const google::protobuf::ServiceDescriptor& service);

// Leading comments by full name of message, field, enum, value, service or method; lines joined with spaces, paragraphs kept.
class ApiComments {
 public:
  ApiComments();
  // Empty when there is none.
  absl::string_view Of(absl::string_view full_name) const {
    const auto it = comments_.find(full_name);
    return it == comments_.end() ? absl::string_view() : absl::string_view(it->second);
  }

 private:
  std::map<std::string, std::string, std::less<>> comments_;
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_API_DESCRIPTORS_H_
