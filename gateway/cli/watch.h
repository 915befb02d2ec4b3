// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_WATCH_H_
#define NMD_GATEWAY_CLI_WATCH_H_

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/cli/client.h"
#include "services/platform/clock.h"

// A folder as a letter box: what somebody puts in it is delivered and put away.
namespace nmd::cli {

struct WatchOptions {
  std::string folder;
  std::string source;  // Of files directly in the folder; empty: recognised by the monitor.
  int jobs = 4;
  bool once = false;                          // End when nothing is left that is complete.
  absl::Duration pause = absl::Seconds(2);    // Between two looks.
  absl::Duration longest = absl::Minutes(5);  // Between two looks while nobody answers.
  std::function<bool()> stopped = [] { return false; };
};

struct WatchSummary {
  int64_t archived = 0;  // Delivered and accepted, now or before.
  int64_t refused = 0;   // In the folder of errors.
  int64_t findings = 0;  // Of what was archived.
  absl::Status worst;    // What kept a file from being delivered or put away.
};

// Delivers the files in the folder, and in its subfolders: the name of a subfolder is the source of what is in it, as in
// DIR/clienten/export.csv. Ends when `stopped` says so, or with `once`.
//
// A file is taken when it has the same size and time in two looks, so not while it is written; names as in ExpandPaths are
// passed over. What was accepted goes to DIR/archief/YYYY/MM, what was rejected or cannot be delivered to DIR/fout. Beside a
// file with findings comes a report, its name with .txt: rule, place and what to do, never a value. No name is used twice.
// Nothing is lost when it is killed: a file that was delivered but not put away is known by its bytes, and put away later.
// While nobody answers files stay where they are, and looks come less often.
//
// Tells what became of every file to `out`, one line each. Errors: FAILED_PRECONDITION when the folder cannot be used.
absl::StatusOr<WatchSummary> Watch(const WatchOptions& watch, const ClientOptions& client, const Clock& clock,
                                   std::ostream& out);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_WATCH_H_
