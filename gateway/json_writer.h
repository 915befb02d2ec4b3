// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_JSON_WRITER_H_
#define NMD_GATEWAY_JSON_WRITER_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace nmd::gateway {

// Adds the message to `json` in protobuf's JSON mapping, with the names of the proto file and scalars that are zero written
// out: what google::protobuf::util prints with preserve_proto_field_names and always_print_primitive_fields, ten times as fast
// (tests/perf/gateway_bench.cc). Fields come in the order of their declaration.
//
// Well-known types: Timestamp and Any; the API has no others. An Any of a type that is not linked in has only its "@type".
void AppendJson(const google::protobuf::Message& message, std::string* json);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_JSON_WRITER_H_
