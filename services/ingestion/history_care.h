// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_HISTORY_CARE_H_
#define NMD_SERVICES_INGESTION_HISTORY_CARE_H_

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/ingestion/history_group.h"

// The rules that join messages on care: 301, 305, 307, 315, 317 and 319. Functions of a group: see history_group.h.
namespace nmd::ingestion {

// A message and what came back on it: whether it was refused, and the terms OP090 and OP090x4. A return that is late is told
// of the return; one that is missing of the message that waits, and only where returns of its type come in at all.
void JudgeMessage(Judging& judging, Group& group);

// Requests with one ReferentieAanbieder, and what answers them: TR347, TR355, TR359, TR360, TR365, TR379, OP274, OP346, OP359.
// A request is settled by the first reply that refuses it or allocation that names it.
void JudgeRequest(Judging& judging, Group& group);

// Versions, starts and stops of one ToewijzingNummer: TR332, TR019, OP033x1.
//
// An allocation belongs to the client, provider, category and product of the version in the earliest delivery; another one
// under the same number violates TR332. What refers to a number is judged by the version of that client and provider with
// the latest Toewijzingsdatum (OP033x1); when that one deletes it, there is none (domain-standards 3.5).
void JudgeCareOfAllocation(Judging& judging, Group& group);

// All of one client at one provider: starts and stops by the state machine of care_chain.h (TR063 to TR415), requests against
// the allocations known before them (TR304, TR349 to TR375, TR411, TR412), and what the allocations of one message tell of
// those of another (OP087, OP259, OP380); the terms of starts, stops and declaring (OP271, OP272, OP354).
void JudgeCareOfRelation(Judging& judging, Group& group);

// The versions of one ToewijzingNummer that are in force: per client and provider that with the latest Toewijzingsdatum,
// whatever came first. A message that was refused tells none.
class VersionsInForce {
 public:
  explicit VersionsInForce(const Group& group);
  // That of the client and provider of `entry`, deleted or not; null when there is none.
  const Entry* Of(const Entry& entry) const;

 private:
  absl::flat_hash_map<std::pair<int32_t, int32_t>, const Item*> versions_;
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_HISTORY_CARE_H_
