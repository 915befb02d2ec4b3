// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_HISTORY_CLAIMS_H_
#define NMD_SERVICES_INGESTION_HISTORY_CLAIMS_H_

#include <cstdint>

#include "services/ingestion/history_group.h"

// The rules that join messages on claims: 323 and 325. Functions of a group: see history_group.h.
//
// What the rules share. A claim that its 325 refuses as a whole was not processed: its lines count as not sent, so that it can
// be sent again with the same numbers (domain-standards 3.1). A line that was rejected, or that a credit takes back, is no
// longer in force, and a new debit may take its place (OP366, IV086); whether the credit was known before the new debit or
// after it does not matter, for credits are processed first. A finding stays on the line that was wrong when a 325 rejects
// it: it says why. A credit repeats its debit and is judged on what it takes back only (IV085, IV091).
namespace nmd::ingestion {

// A message of a 323 and the 325s that name it: TR337, TR371. Finds which Declaratie was refused by its header.
void JudgeClaimMessage(Judging& judging, Group& group);

// What has one DeclaratieNummer: TR333; of the answers TR376, TR366, TR367, TR304. Finds the verdict on every line.
// An answer is joined to its claim as AnswerOfEachClaim says (core/claims.h).
void JudgeDeclaration(Judging& judging, Group& group);

// What has or names ReferentieNummer `reference`: TR314, TR323, TR390. Finds which debits a credit takes back.
void JudgeReference(Judging& judging, int32_t reference, Group& group);

// Lines on one ToewijzingNummer: TR338, TR384, TR385, TR339, TR340, TR341, TR307, TR308, TR387, TR388, TR321, TR322, TR369,
// TR389, TR418.
//
// TR322 and TR369 go through the lines in order and keep what was used: a line that was granted counts, and one without an
// answer when it fits. So the finding is on the line that is too much, not on all that come after it.
void JudgeClaimsOnAllocation(Judging& judging, Group& group);

// Lines of one client of one provider: TR304, said once per claim. A client is known by any allocation to this provider, also a
// deleted one (that is TR384).
void JudgeClaimsOfClient(Judging& judging, Group& group);

// The claims of one provider: TR318, by the Dagtekening of the messages; two of one day have no order.
// The DeclaratiePeriode may not lie before that of an earlier dated claim (IV090). It may not skip months when the claim itself
// declares care of each of them: then care was delivered every month, and each has a declaration of its own. Months without
// care may be skipped, and what is late may be declared beside the care of later months (OP354).
void JudgePeriodsOfProvider(Judging& judging, Group& group);

// Whether a line was granted, and no credit takes it back: such a line keeps its allocation from being deleted (TR385).
bool IsGrantedAndNotCredited(const Entry& line);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_HISTORY_CLAIMS_H_
