// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_HISTORY_CLAIMS_H_
#define NMD_SERVICES_INGESTION_HISTORY_CLAIMS_H_

#include "services/ingestion/history_group.h"

// The rules that join messages on claims: 323 and 325. Functions of a group: see history_group.h.
namespace nmd::ingestion {

// Lines on one ToewijzingNummer: TR338, TR307, TR308, TR321. A credit repeats its debit and is judged on the number only
// (IV085).
void JudgeClaimsOnAllocation(Judging& judging, Group& group);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_HISTORY_CLAIMS_H_
