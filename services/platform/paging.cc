// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/paging.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/message.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"

namespace nmd {
namespace {

constexpr int32_t kDefaultSize = 50;
constexpr int32_t kMaximumSize = 1000;

// What the token is bound to: the request without its paging fields.
std::string Fingerprint(const google::protobuf::Message& request) {
  std::unique_ptr<google::protobuf::Message> rest(request.New());
  rest->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    if (const auto* field = rest->GetDescriptor()->FindFieldByName(name)) rest->GetReflection()->ClearField(rest.get(), field);
  }
  return Sha256Hex(absl::StrCat(request.GetDescriptor()->full_name(), "\n", rest->SerializeAsString())).substr(0, 16);
}

}  // namespace

absl::StatusOr<Page> ReadPage(const google::protobuf::Message& request) {
  const auto* descriptor = request.GetDescriptor();
  const auto* reflection = request.GetReflection();
  Page page;
  const int32_t size = reflection->GetInt32(request, descriptor->FindFieldByName("page_size"));
  if (size < 0) return BadFields({{"page_size", "must not be negative; 0 asks for the default of 50"}});
  page.size = size == 0 ? kDefaultSize : std::min(size, kMaximumSize);
  const std::string token = reflection->GetString(request, descriptor->FindFieldByName("page_token"));
  if (token.empty()) return page;
  std::string plain;
  int64_t offset = 0;
  const bool decoded = absl::WebSafeBase64Unescape(token, &plain) && absl::WebSafeBase64Escape(plain) == token;
  const std::vector<std::string> parts = absl::StrSplit(plain, '/');
  if (!decoded || parts.size() != 2 || parts[0] != Fingerprint(request) || !absl::SimpleAtoi(parts[1], &offset) || offset < 0) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::PAGE_TOKEN_INVALID,
                "page_token belongs to another request; start from the first page");
  }
  page.offset = offset;
  return page;
}

std::string NextPageToken(const google::protobuf::Message& request, int64_t offset, int64_t total) {
  if (offset >= total) return "";
  return absl::WebSafeBase64Escape(absl::StrCat(Fingerprint(request), "/", offset));
}

}  // namespace nmd
