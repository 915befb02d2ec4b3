// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_DELIVER_H_
#define NMD_GATEWAY_CLI_DELIVER_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/cli/client.h"

namespace nmd::cli {

// A file to deliver.
struct Parcel {
  std::string path;
  std::string source;         // Empty: recognised by the monitor.
  std::string received_time;  // ISO 8601 UTC; empty: now.
};

// Reads a manifest: CSV with the header "received,source,file" in any order, paths relative to the manifest. Rows keep their
// order. Errors: INVALID_ARGUMENT in Dutch with the line.
absl::StatusOr<std::vector<Parcel>> ReadManifest(const std::string& path);

struct DeliverySummary {
  int64_t accepted = 0, rejected = 0, duplicate = 0, failed = 0;
  int64_t findings = 0;
  absl::Status worst;  // Of the failed ones: unavailable before refused.
};

// Delivers the files in order over `jobs` connections at a time: a file is begun only after all before it were begun. One of
// at most 1 MiB goes in one call, a larger one in chunks that are resumed where they ended, also in a later run. A file
// that the monitor has already is not sent again.
//
// Progress goes to `progress`: a bar that is redrawn when `terminal`, else a line per tenth. Files that fail are named there.
// Delivering goes on after a failure, unless nobody answers at all.
DeliverySummary Deliver(const std::vector<Parcel>& parcels, int jobs, const ClientOptions& options, bool terminal,
                        std::ostream& progress);

// "4.980 aangenomen, 12 afgekeurd, 8 al eerder geleverd, 0 mislukt; 25 bevindingen"
std::string SummaryText(const DeliverySummary& summary);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_DELIVER_H_
