// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/identity.h"

#include <algorithm>
#include <map>
#include <utility>

namespace nmd::linking {

std::vector<LinkStep> LinkSteps(absl::Span<const Evidence> evidence) {
  struct Change {
    int64_t time;
    int count;  // +1 begins, -1 ends.
    const Evidence* evidence;
  };
  std::vector<Change> changes;
  for (const Evidence& one : evidence) {
    if (one.correction == nullptr) {
      changes.push_back({one.known_micros, +1, &one});
      continue;
    }
    for (const KnownPeriods::Stretch& stretch : one.correction->stretches()) {
      changes.push_back({stretch.from, +1, &one});
      if (stretch.until != KnownPeriods::kOpen) changes.push_back({stretch.until, -1, &one});
    }
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.time < b.time; });
  std::vector<LinkStep> steps;
  int counting = 0;
  // The BSNs that count, the one that holds first: known last, then the smallest client id.
  std::map<std::pair<int64_t, absl::string_view>, int> clients;
  for (size_t i = 0; i < changes.size();) {
    const int64_t time = changes[i].time;
    for (; i < changes.size() && changes[i].time == time; ++i) {
      const Change& change = changes[i];
      counting += change.count;
      if (change.evidence->bsn_client.empty()) continue;
      const auto client = clients.try_emplace({-change.evidence->known_micros, change.evidence->bsn_client}).first;
      if ((client->second += change.count) == 0) clients.erase(client);
    }
    LinkStep step{time, "", v1::LINK_REASON_UNSPECIFIED};
    if (!clients.empty()) {
      step.client = clients.begin()->first.second;
      step.reason = v1::EXACT_BSN;
    } else if (counting > 0) {
      step.reason = v1::ALONE;
    }
    if (steps.empty() ? counting > 0 : step.client != steps.back().client || step.reason != steps.back().reason) {
      steps.push_back(step);
    }
  }
  return steps;
}

}  // namespace nmd::linking
