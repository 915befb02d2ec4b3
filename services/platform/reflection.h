// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_REFLECTION_H_
#define NMD_SERVICES_PLATFORM_REFLECTION_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class FileDescriptor;
}

namespace nmd {

// Tells tools which services there are and how their messages look (gRPC server reflection, v1 and v1alpha): of the files that
// declare these services and of what they import, and of nothing else that is linked in. Immutable, thread-safe.
class Reflection {
 public:
  // Full names of services that are linked in; others are left out.
  explicit Reflection(const std::vector<std::string>& services);

  // A serialised request in, a serialised response out; for bytes that are no request, a response that says so.
  std::string Answer(absl::string_view request) const;

  // Whether "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" or its v1alpha is asked.
  static bool IsPath(absl::string_view path);

 private:
  std::vector<std::string> services_;
  std::map<std::string, const google::protobuf::FileDescriptor*, std::less<>> files_;  // By name.
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_REFLECTION_H_
