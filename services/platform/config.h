// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_CONFIG_H_
#define NMD_SERVICES_PLATFORM_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

// YAML into a protobuf message: the only way configuration, mappings and agreements are read (decision 11).
//
// Every fault is reported at once, one per line as "file:line: path: what is wrong": unknown and repeated keys, wrong
// types, and what the field option nmd.type.rule asks (required, min, max, readable file). Presets are filled in.
// Enums are written by name; a map is a YAML map; bytes are not supported. Relative paths of fields with rule.file, and
// of fields whose name ends in _dir or _file, are relative to the YAML file.
namespace nmd {

// FAILED_PRECONDITION with all faults in the text.
absl::Status ReadYamlFile(const std::string& path, google::protobuf::Message* message);
// The same for text that is not in a file; `origin` stands for the file name in faults.
absl::Status ParseYaml(absl::string_view text, const std::string& origin, google::protobuf::Message* message);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_CONFIG_H_
