// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/reflection.h"

#include <algorithm>
#include <functional>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "nmd/internal/v1/reflection.pb.h"

namespace nmd {
namespace {

using google::protobuf::FileDescriptor;
using internal::v1::ReflectionRequest;
using internal::v1::ReflectionResponse;

void SetError(absl::StatusCode code, absl::string_view text, ReflectionResponse* response) {
  response->mutable_error_response()->set_error_code(static_cast<int>(code));
  response->mutable_error_response()->set_error_message(std::string(text));
}

}  // namespace

Reflection::Reflection(const std::vector<std::string>& services) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const std::function<void(const FileDescriptor*)> add = [&](const FileDescriptor* file) {
    if (!files_.emplace(file->name(), file).second) return;
    for (int i = 0; i < file->dependency_count(); ++i) add(file->dependency(i));
  };
  for (const std::string& name : services) {
    if (const auto* service = pool->FindServiceByName(name)) {
      services_.push_back(name);
      add(service->file());
    }
  }
  std::sort(services_.begin(), services_.end());
}

bool Reflection::IsPath(absl::string_view path) {
  return path == "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" ||
         path == "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
}

std::string Reflection::Answer(absl::string_view bytes) const {
  ReflectionRequest request;
  ReflectionResponse response;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    SetError(absl::StatusCode::kInvalidArgument, "not a reflection request", &response);
    return response.SerializeAsString();
  }
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  const FileDescriptor* found = nullptr;
  switch (request.message_request_case()) {
    case ReflectionRequest::kListServices:
      for (const std::string& name : services_) response.mutable_list_services_response()->add_service()->set_name(name);
      return response.SerializeAsString();
    case ReflectionRequest::kFileByFilename:
      if (const auto it = files_.find(request.file_by_filename()); it != files_.end()) found = it->second;
      break;
    case ReflectionRequest::kFileContainingSymbol:
      found = google::protobuf::DescriptorPool::generated_pool()->FindFileContainingSymbol(request.file_containing_symbol());
      if (found != nullptr && files_.count(found->name()) == 0) found = nullptr;
      break;
    case ReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      SetError(absl::StatusCode::kInvalidArgument, "not a reflection request", &response);
      return response.SerializeAsString();
    default:
      SetError(absl::StatusCode::kUnimplemented, "proto3 has no extensions of messages", &response);
      return response.SerializeAsString();
  }
  if (found == nullptr) {
    SetError(absl::StatusCode::kNotFound, "there is no such file or symbol", &response);
    return response.SerializeAsString();
  }
  // With what it imports, what is imported first: a tool needs no second question.
  std::set<absl::string_view> done;
  const std::function<void(const FileDescriptor*)> add = [&](const FileDescriptor* file) {
    if (!done.insert(file->name()).second) return;
    for (int i = 0; i < file->dependency_count(); ++i) add(file->dependency(i));
    google::protobuf::FileDescriptorProto proto;
    file->CopyTo(&proto);
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(proto.SerializeAsString());
  };
  add(found);
  return response.SerializeAsString();
}

}  // namespace nmd
