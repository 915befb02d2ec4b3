// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_CONTEXT_H_
#define NMD_GATEWAY_CLI_CONTEXT_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/cli/client.h"
#include "gateway/cli/nmdctl.h"
#include "gateway/cli/table.h"

namespace nmd::cli {

// What a command that asks a monitor has at hand. Lives as long as the command runs.
struct Context {
  ApiClient& client;
  const Surroundings& io;
  const std::string& format;  // table, csv, csv-nl or json.

  bool ForPeople() const { return format == "table"; }
  // In the form that was asked for: the table as text or CSV, or the whole message as JSON on one line.
  void Print(const google::protobuf::Message& message, const Table& table) const;
};

// A command: the exit code, or the error it ended with.
using Action = std::function<absl::StatusOr<int>(const Context&)>;
// Takes the command that was typed, once; how a file of commands hands them to RunNmdctl.
using Perform = std::function<void(const Action&)>;

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_CONTEXT_H_
