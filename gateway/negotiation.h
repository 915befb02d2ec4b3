// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_NEGOTIATION_H_
#define NMD_GATEWAY_NEGOTIATION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gateway/http.h"

// What client and server agree on by headers: type, compression, whether the client has the answer already, and the next page
// (RFC 9110, RFC 8288). Pure functions.
namespace nmd::gateway {

// Whether an Accept header takes a media type, whose parameters are passed over; an empty one takes everything.
bool Accepts(absl::string_view accept, absl::string_view type);

// Whether an Accept-Encoding header takes gzip.
bool AcceptsGzip(absl::string_view accept_encoding);

// The body as gzip (RFC 1952), fast rather than small.
std::string Gzip(absl::string_view body);

// A weak entity tag of the content: W/"…". Weak, because it is the same for the compressed form.
std::string TagOf(absl::string_view body);

// Whether If-None-Match names the tag, weakly compared, or is "*".
bool HasTag(absl::string_view if_none_match, absl::string_view tag);

// Compresses a body of 1 KiB or more of a type that is text, when the client takes gzip and it becomes smaller. The answer says
// that it depends on Accept-Encoding either way.
void CompressFor(absl::string_view accept_encoding, HttpResponse* response);

// Value of a Link header to the next page of a list: the query with another token, relative to the request. Example:
// `<?pageSize=5&pageToken=abc>; rel="next"`.
std::string NextLink(absl::string_view query, absl::string_view token);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_NEGOTIATION_H_
