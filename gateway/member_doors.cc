// SPDX-License-Identifier: EUPL-1.2
#include "gateway/member_doors.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/core/codes.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

class MemberDoors : public Peer {
 public:
  MemberDoors(std::map<std::string, std::unique_ptr<Peer>> doors, std::string region)
      : doors_(std::move(doors)), region_(std::move(region)) {}

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration timeout,
                                        const Caller* on_behalf_of) const override {
    NMD_ASSIGN_OR_RETURN(const Way way, Find(path, request, on_behalf_of));
    return way.door->CallBytes(path, request, timeout, &way.provider);
  }

  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* on_behalf_of,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    const absl::StatusOr<Way> way = Find(path, request, on_behalf_of);
    if (!way.ok()) return done(way.status());
    way->door->CallBytesAsync(path, std::move(request), timeout, &way->provider, std::move(done));
  }

 private:
  struct Way {
    const Peer* door;
    Caller provider;
  };

  absl::StatusOr<Way> Find(absl::string_view path, absl::string_view request, const Caller* caller) const {
    const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
        absl::StrReplaceAll(absl::StripPrefix(path, "/"), {{"/", "."}}));
    if (method == nullptr || method->service()->full_name() != kRoutedService) {
      return Fail(absl::StatusCode::kUnimplemented, ErrorReason::METHOD_UNKNOWN, "the region passes no such method on");
    }
    absl::string_view agb;
    if (caller != nullptr) agb = caller->subject;
    if (caller == nullptr || !caller->Has(type::PROVIDER) || !absl::ConsumePrefix(&agb, "agb:") || !IsAgbCode(agb)) {
      return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING,
                  "the region passes on what providers ask about their own account; others ask the municipality itself");
    }
    const std::string resource = ResourceOf(*method, request);
    const std::vector<absl::string_view> parts = absl::StrSplit(resource, '/');
    if (parts.size() < 2 || parts[0] != "municipalities" || parts[1].empty()) {
      const char* field = method->input_type()->FindFieldByName("parent") != nullptr ? "parent" : "name";
      return BadFields({{field, "must begin with municipalities/{municipality}"}});
    }
    const auto door = doors_.find(std::string(parts[1]));
    if (caller->municipality != region_ || door == doors_.end()) {
      return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN,
                  "the resource is of a municipality whose calls this region does not pass on; ask that municipality itself");
    }
    // Nothing else that the caller is goes along.
    Way way{door->second.get(), {}};
    way.provider.subject = caller->subject;
    way.provider.provider = std::string(agb);
    way.provider.roles = {type::PROVIDER};
    way.provider.municipality = door->first;
    way.provider.purpose = caller->purpose;
    way.provider.request_id = caller->request_id;
    way.provider.traceparent = caller->traceparent;
    way.provider.deadline = caller->deadline;
    return way;
  }

  const std::map<std::string, std::unique_ptr<Peer>> doors_;
  const std::string region_;
};

}  // namespace

std::string ResourceOf(const google::protobuf::MethodDescriptor& method, absl::string_view request) {
  const google::protobuf::Descriptor& input = *method.input_type();
  const auto* field = input.FindFieldByName("parent");
  if (field == nullptr) field = input.FindFieldByName("name");
  if (field == nullptr || field->type() != google::protobuf::FieldDescriptor::TYPE_STRING) return {};
  CodedInputStream stream(reinterpret_cast<const uint8_t*>(request.data()), static_cast<int>(request.size()));
  std::string resource;
  // The last one holds, as for every reader of protocol buffers: both ends of the way must read the same.
  while (const uint32_t tag = stream.ReadTag()) {
    const bool wanted = WireFormatLite::GetTagFieldNumber(tag) == field->number() &&
                        WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    if (wanted ? !WireFormatLite::ReadString(&stream, &resource) : !WireFormatLite::SkipField(&stream, tag)) return {};
  }
  return stream.ConsumedEntireMessage() ? resource : std::string();
}

std::unique_ptr<Peer> NewMemberDoors(std::map<std::string, std::unique_ptr<Peer>> doors, std::string region) {
  return std::make_unique<MemberDoors>(std::move(doors), std::move(region));
}

}  // namespace nmd::gateway
