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
#include "absl/strings/string_view.h"
#include "gateway/cli/client.h"

namespace nmd::ingestion::v1 {
class Delivery;
}

namespace nmd::cli {

// A file to deliver.
struct Parcel {
  std::string path;
  std::string source;         // Empty: recognised by the monitor.
  std::string received_time;  // ISO 8601 UTC; empty: now.
  // Names of the deliveries it comes in the place of.
  std::vector<std::string> replaces = {};
};

// Reads a manifest: CSV with the header "received,source,file" in any order, paths relative to the manifest. Rows keep their
// order. Errors: INVALID_ARGUMENT in Dutch with the line.
absl::StatusOr<std::vector<Parcel>> ReadManifest(const std::string& path);

// The files to deliver of what somebody names: files as they are, folders with all below them in order of path. In a folder,
// what is being written is passed over: names that begin with a dot or end in .part or .tmp. Errors: INVALID_ARGUMENT in Dutch
// with the folder that cannot be read.
absl::StatusOr<std::vector<std::string>> ExpandPaths(const std::vector<std::string>& paths);
// Whether a file of this name is still being written, by that rule.
bool IsUnfinished(absl::string_view file_name);

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
//
// `report`, when given, hears what became of every file that was begun, one at a time: the delivery as the monitor has it, also
// of a file that it had already. Files with the same bytes are then each asked for.
using DeliveryReport = std::function<void(const Parcel&, const absl::StatusOr<ingestion::v1::Delivery>&)>;
DeliverySummary Deliver(const std::vector<Parcel>& parcels, int jobs, const ClientOptions& options, bool terminal,
                        std::ostream& progress, const DeliveryReport& report = nullptr);

// "4.980 aangenomen, 12 afgekeurd, 8 al eerder geleverd, 0 mislukt; 25 bevindingen"
std::string SummaryText(const DeliverySummary& summary);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_DELIVER_H_
