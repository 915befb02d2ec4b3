// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_CORRECTIONS_H_
#define NMD_GATEWAY_CLI_CORRECTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/client.h"
#include "nmd/ingestion/v1/ingestion.pb.h"

namespace nmd::cli {

// A withdrawal, or with `restores` what undoes it. `known_on` as KnownTimeOf takes it; empty is now.
struct CorrectionRequest {
  std::string delivery;  // Id or name.
  std::string reason;
  std::string known_on;
  bool restores = false;
};

// Withdraws or restores; answers with the delivery as it is then. Errors: those of the service; INVALID_ARGUMENT in Dutch when
// `known_on` is no moment.
absl::StatusOr<ingestion::v1::Delivery> Correct(ApiClient& client, const CorrectionRequest& request);

// What a person needs to know of a delivery that was withdrawn, restored or replaced. Example:
// "Levering 3f0c… is ingetrokken. Zij telt niet meer mee vanaf 31-03-2018 12:00."
std::string CorrectionText(const ingestion::v1::Delivery& delivery);

// Word for a state, in lists. Example: "ingetrokken".
std::string StateText(ingestion::v1::Delivery::State state);

// "municipalities/gm1730/deliveries/3f0c…" of an id or a name.
std::string DeliveryName(const ApiClient& client, const std::string& delivery);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_CORRECTIONS_H_
