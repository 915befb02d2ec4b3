// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_PAGING_H_
#define NMD_SERVICES_PLATFORM_PAGING_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace google::protobuf {
class Message;
}

// Paging of every List (AIP-158): page_size 0 is 50, more than 1000 is 1000, negative is an error; a token is opaque,
// bound to the rest of its request, and empty on the last page.
namespace nmd {

struct Page {
  int64_t offset = 0;
  int32_t size = 50;
};

// Reads page_size and page_token of a List request. Errors: INVALID_ARGUMENT FIELDS_INVALID or PAGE_TOKEN_INVALID.
absl::StatusOr<Page> ReadPage(const google::protobuf::Message& request);

// The token for the page that begins at `offset`, or empty when offset >= total.
std::string NextPageToken(const google::protobuf::Message& request, int64_t offset, int64_t total);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_PAGING_H_
