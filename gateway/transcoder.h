// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_TRANSCODER_H_
#define NMD_GATEWAY_TRANSCODER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/routes.h"

namespace google::protobuf {
class Message;
}

// JSON to protobuf and back, by descriptor. The form is protobuf's own JSON mapping with the field names of the proto files:
// snake_case names, 64-bit integers as strings (a JavaScript number cannot hold them), enums by name, bytes in base64,
// Timestamps in RFC 3339 UTC. In answers a scalar that is zero is written out, one that is absent (`optional`, oneof) is not;
// in requests lowerCamelCase names are understood too. Thread-safe.
namespace nmd::gateway {

// Objects and arrays within each other that a body may have; no request comes near it.
inline constexpr int kJsonDepthLimit = 32;

// The serialised request of the route: body, then query parameters, then path variables, which win.
//
// A query parameter names a field of the request, nested ones with dots ("period.start_date"), in snake_case or
// lowerCamelCase; a repeated field takes the parameter once per value. Only what path and body do not hold already may be a
// parameter; with body "*" that is nothing. Of a method that answers bytes a leading "$" is passed over.
//
// Errors: JSON_INVALID for a body that is not JSON, is nested too deep, has an unknown member or a value that does not fit;
//         violations name the member, never a value. FIELDS_INVALID for query parameters, all at once.
absl::StatusOr<std::string> RequestBytes(const Route& route, const PathVariables& variables, absl::string_view query,
                                         absl::string_view body);

// Whether the method makes the bytes of its answer itself (google.api.HttpBody).
bool AnswersBytes(const google::protobuf::MethodDescriptor& method);

// The JSON of the method's serialised answer. Errors: INTERNAL_FAULT when the bytes are not the method's response type.
// `next_page_token` gets the answer's field of that name, when it has one.
absl::StatusOr<std::string> ResponseJson(const google::protobuf::MethodDescriptor& method, absl::string_view bytes,
                                         std::string* next_page_token = nullptr);

// The JSON of a message in the same form; for clients of the gateway.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_TRANSCODER_H_
