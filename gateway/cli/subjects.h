// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_SUBJECTS_H_
#define NMD_GATEWAY_CLI_SUBJECTS_H_

#include <string>

#include "gateway/cli/context.h"
#include "nmd/linking/v1/subject.pb.h"

namespace CLI {
class App;
}

// What a privacy officer does for a resident: find, hand out, erase; and who looked.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct SubjectOptions {
  std::string bsn_file, surname, birth, client, purpose, reason, confirm, source, known_on;
  bool bsn = false;
};

// Adds erase to `app`, and find, subject, export and accesses to `link`, as AddLinkCommands does.
//
// A burgerservicenummer is read from standard input or a file, never from the command line: the shell remembers that. What
// identifies a person goes to the monitor in the body of a request.
void AddSubjectCommands(CLI::App& app, CLI::App& link, SubjectOptions& options, const Perform& perform);

// What there is of a resident, to be handed out.
std::string SubjectText(const linking::v1::SubjectExport& subject);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_SUBJECTS_H_
