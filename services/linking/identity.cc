// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/identity.h"

#include <algorithm>
#include <tuple>

namespace nmd::linking {

std::vector<LinkStep> LinkSteps(absl::Span<const Evidence> evidence) {
  std::vector<Evidence> sorted(evidence.begin(), evidence.end());
  std::sort(sorted.begin(), sorted.end(), [](const Evidence& a, const Evidence& b) {
    return std::tie(a.known_micros, a.bsn_client) < std::tie(b.known_micros, b.bsn_client);
  });
  std::vector<LinkStep> steps;
  for (size_t i = 0; i < sorted.size();) {
    // Of the BSNs known at this moment the smallest client id is the first one that is not empty.
    const int64_t known_micros = sorted[i].known_micros;
    absl::string_view client;
    for (; i < sorted.size() && sorted[i].known_micros == known_micros; ++i) {
      if (client.empty()) client = sorted[i].bsn_client;
    }
    if (steps.empty()) {
      steps.push_back({known_micros, client, client.empty() ? v1::ALONE : v1::EXACT_BSN});
    } else if (!client.empty() && client != steps.back().client) {
      steps.push_back({known_micros, client, v1::EXACT_BSN});
    }
  }
  return steps;
}

}  // namespace nmd::linking
