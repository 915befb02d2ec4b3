// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/context.h"

#include "gateway/transcoder.h"

namespace nmd::cli {

void Context::Print(const google::protobuf::Message& message, const Table& table) const {
  if (format == "json") {
    io.out << gateway::ToJson(message) << "\n";
  } else {
    io.out << Printed(table, format);
  }
}

}  // namespace nmd::cli
