// SPDX-License-Identifier: EUPL-1.2
#include "gateway/api_descriptors.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

// The bytes of the descriptor set as they lie in the file; C++ has no #embed yet.
asm(".section .rodata\n"
    ".balign 16\n"
    "nmd_descriptor_set_begin:\n"
    ".incbin \"" NMD_DESCRIPTOR_SET
    "\"\n"
    "nmd_descriptor_set_end:\n"
    ".previous\n");
extern "C" {
extern const char nmd_descriptor_set_begin[] __attribute__((visibility("hidden")));
extern const char nmd_descriptor_set_end[] __attribute__((visibility("hidden")));
}

namespace nmd::gateway {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

constexpr absl::string_view kOperations = "google.longrunning.Operations";

FileDescriptorSet LinkedSet() {
  FileDescriptorSet set;
  set.ParseFromArray(nmd_descriptor_set_begin, static_cast<int>(nmd_descriptor_set_end - nmd_descriptor_set_begin));
  return set;
}

// A path of SourceCodeInfo is field number, index, field number, index ... from the file down (descriptor.proto).
std::string NameAt(const FileDescriptorProto& file, const google::protobuf::RepeatedField<int32_t>& path) {
  std::string name = file.package();
  const DescriptorProto* message = nullptr;
  const EnumDescriptorProto* type = nullptr;
  const google::protobuf::ServiceDescriptorProto* service = nullptr;
  for (int i = 0; i + 1 < path.size(); i += 2) {
    const int field = path.Get(i), index = path.Get(i + 1);
    if (service != nullptr) {
      if (field != google::protobuf::ServiceDescriptorProto::kMethodFieldNumber) return {};
      absl::StrAppend(&name, ".", service->method(index).name());
    } else if (type != nullptr) {
      if (field != EnumDescriptorProto::kValueFieldNumber) return {};
      absl::StrAppend(&name, ".", type->value(index).name());
    } else if (message != nullptr) {
      if (field == DescriptorProto::kFieldFieldNumber) {
        absl::StrAppend(&name, ".", message->field(index).name());
      } else if (field == DescriptorProto::kNestedTypeFieldNumber) {
        message = &message->nested_type(index);
        absl::StrAppend(&name, ".", message->name());
      } else if (field == DescriptorProto::kEnumTypeFieldNumber) {
        type = &message->enum_type(index);
        absl::StrAppend(&name, ".", type->name());
      } else {
        return {};
      }
    } else if (field == FileDescriptorProto::kMessageTypeFieldNumber) {
      message = &file.message_type(index);
      absl::StrAppend(&name, ".", message->name());
    } else if (field == FileDescriptorProto::kEnumTypeFieldNumber) {
      type = &file.enum_type(index);
      absl::StrAppend(&name, ".", type->name());
    } else if (field == FileDescriptorProto::kServiceFieldNumber) {
      service = &file.service(index);
      absl::StrAppend(&name, ".", service->name());
    } else {
      return {};
    }
  }
  return path.size() % 2 == 0 ? name : std::string();
}

std::string Flowing(absl::string_view comment) {
  std::string text;
  for (absl::string_view line : absl::StrSplit(comment, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) {
      if (!text.empty() && !absl::EndsWith(text, "\n\n")) text += "\n\n";
    } else {
      if (!text.empty() && text.back() != '\n') text.push_back(' ');
      absl::StrAppend(&text, line);
    }
  }
  absl::StripTrailingAsciiWhitespace(&text);
  return text;
}

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> ApiServices() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const FileDescriptorSet set = LinkedSet();
  for (const FileDescriptorProto& file : set.file()) {
    for (const auto& service : file.service()) {
      const std::string name = absl::StrCat(file.package(), ".", service.name());
      if (!absl::StartsWith(name, "nmd.") && name != kOperations) continue;
      if (const auto* found = pool->FindServiceByName(name)) services.push_back(found);
    }
  }
  std::sort(services.begin(), services.end(),
            [](const auto* left, const auto* right) { return left->full_name() < right->full_name(); });
  return services;
}

std::vector<const google::protobuf::MethodDescriptor*> ApiMethods(const google::protobuf::ServiceDescriptor& service) {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (int i = 0; i < service.method_count(); ++i) {
    if (service.full_name() == kOperations && service.method(i)->name() != "GetOperation") continue;
    methods.push_back(service.method(i));
  }
  return methods;
}

ApiComments::ApiComments() {
  const FileDescriptorSet set = LinkedSet();
  for (const FileDescriptorProto& file : set.file()) {
    for (const auto& location : file.source_code_info().location()) {
      if (location.leading_comments().empty()) continue;
      if (std::string name = NameAt(file, location.path()); !name.empty()) {
        comments_.emplace(std::move(name), Flowing(location.leading_comments()));
      }
    }
  }
}

}  // namespace nmd::gateway
