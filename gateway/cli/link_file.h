// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_LINK_FILE_H_
#define NMD_GATEWAY_CLI_LINK_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/nmdctl.h"

namespace nmd::cli {

// nmdctl link file: which records of a CSV file are of one person. No server is needed, nothing leaves the machine, and the
// outputs hold ids, weights and reasons, no names, dates or numbers of persons.
struct LinkFile {
  std::string input;
  std::vector<std::string> columns;  // "role=column"; LinkFileRoles are the roles.
  std::string output;                // record_id,cluster_id in the order of the input.
  std::string explain;               // Pairs that were linked, doubtful or refused, with a weight per field; may be empty.
  std::string model;                 // Decide with this model instead of one made from the records; may be empty.
  std::string save_model;            // Write the model that decided; may be empty.
  double certainty = .5;             // Link from this probability on.
  int threads = 0;                   // 0: as many as there are processors.
};

// "id, given, family ..." with what each is (Dutch).
std::string LinkFileRoles();

// The exit code: 0, or 1 when rows were left out. What stands out in the input is told on `err`, by line, without values.
// Errors: INVALID_ARGUMENT for what the command line asks wrongly: a role or column that does not exist, a file that cannot be
// read or written (usage); FAILED_PRECONDITION when the content cannot be linked: two records with one id, a quote that is
// not closed. Nothing is written unless everything is.
absl::StatusOr<int> RunLinkFile(const LinkFile& command, const Surroundings& surroundings);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_LINK_FILE_H_
