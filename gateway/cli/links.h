// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_LINKS_H_
#define NMD_GATEWAY_CLI_LINKS_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"

namespace CLI {
class App;
}

// nmdctl link: how good the links are, which pairs wait for a person, and what people decide about them.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct LinkOptions {
  std::string source, item, purpose, reason, client, decision, model;
  std::vector<std::string> clients, persons;
  bool all = false, sample = false, proposed = false, same = false, different = false;
  int size = 0;
};

// Adds the commands to `link`; `perform` gets what the one that is typed does. `options` and what `perform` refers to must
// outlive the parsing of the command line.
//
// Names and birth dates come on the screen in `link show` only, which asks for a purpose. Persons, clients, purposes and
// reasons go to the monitor in the body of a request, never in an address.
void AddLinkCommands(CLI::App& link, LinkOptions& options, const Perform& perform);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_LINKS_H_
