// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_PROTECT_FILE_H_
#define NMD_GATEWAY_CLI_PROTECT_FILE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/nmdctl.h"

namespace CLI {
class App;
}

namespace nmd::cli {

// nmdctl protect and nmdctl audit: what services/publication/engine does, on files and without a server.
//
// A table is a CSV file with a column per dimension, its code in it. A hierarchy is a CSV file with the columns code and
// parent; the code without a parent is the total of all. A code may have several parents; several files for one dimension are
// several ways to sum it. `protect` reads inner cells (what is not there is 0) and writes every cell with its totals: the
// dimensions, value, further value columns, primary 0/1, suppressed 0/1. That file is for the owner only: it holds what is
// hidden. --publish writes what others may see: state shown, zero or hidden, no value where hidden and no reason.
// With `rounding` nothing is hidden: every value is told as a multiple of it (engine/round.h), in the columns told and
// uncertainty of the owner, and in value and uncertainty of others; which multiple hangs on the key, which must stay secret and
// the same. `audit` reads the files of the owner, oldest first.
struct ProtectFile {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;      // As many as inputs: tables that are published together.
  std::vector<std::string> publishes;    // The same, or none.
  std::vector<std::string> earlier;      // Outputs of earlier times, oldest first.
  std::vector<std::string> hierarchies;  // "dimension=file".
  std::vector<std::string> values;       // Columns; the first decides what is hidden.
  std::string policy;                    // ProtectPolicy; empty: all presets.
  int64_t rounding = 0;                  // 0: hide.
  std::string key;                       // File; with rounding only.
};
struct AuditFile {
  std::vector<std::string> inputs;
  std::vector<std::string> hierarchies;
  std::vector<std::string> insiders;  // "dimension=code".
  std::string value = "value";
  std::string policy;
  std::string output;  // Disclosures as CSV; may be empty.
};

// Adds both commands; each calls its function when it is chosen.
void AddProtectCommands(CLI::App& app, ProtectFile& protect, AuditFile& audit, const std::function<void()>& run_protect,
                        const std::function<void()>& run_audit);

// The exit code: 0; audit answers 1 when it finds a way in. Errors: INVALID_ARGUMENT for what the command line asks
// wrongly; FAILED_PRECONDITION when the content is no table, or could not be protected. Nothing is written unless everything
// is.
absl::StatusOr<int> RunProtectFile(const ProtectFile& command, const Surroundings& io);
absl::StatusOr<int> RunAuditFile(const AuditFile& command, const Surroundings& io);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_PROTECT_FILE_H_
