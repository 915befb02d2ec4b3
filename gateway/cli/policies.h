// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_POLICIES_H_
#define NMD_GATEWAY_CLI_POLICIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/cli/context.h"
#include "gateway/cli/question.h"

namespace CLI {
class App;
}

// Goals, measures of policy (maatregelen), pilots and what happened at a date.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct PolicyOptions {
  std::string name, title, text, level, start, source, form, quarter, state, sign, action, review, event;
  std::string expected_euro, expected;
  std::vector<std::string> compared_with;
  int before = 0, after = 0;
  Question question;
};

// Adds goals, policies and pilots with their commands to `app`, as AddLinkCommands does.
void AddPolicyCommands(CLI::App& app, PolicyOptions& options, const Perform& perform);

// "23300000", "-1.200" or "0,5" euro as cents; nullopt for anything else and beyond 10,000 million.
std::optional<int64_t> CentsOf(absl::string_view euros);

// What a command ended with; an error that was found in what was typed is told here and becomes exit code 2. Such an error has
// no reason, which every error of the monitor has.
absl::StatusOr<int> WithUsage(const Context& context, absl::StatusOr<int> result);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_POLICIES_H_
