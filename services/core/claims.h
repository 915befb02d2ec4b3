// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_CLAIMS_H_
#define NMD_SERVICES_CORE_CLAIMS_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

// What became of declarations (323): which answer (325) holds for each, and in what state that leaves every line.
// Both functions see the facts only, never the order they came in (OP080).
namespace nmd {

// How a claim, or an answer to one, is named.
struct ClaimName {
  int32_t party = 0;                 // Stands for the provider and the law, as the caller numbers them.
  absl::string_view number;          // DeclaratieNummer; empty in an answer that refuses the claim by its header.
  absl::string_view identification;  // Identificatie of the message of the 323; empty where it is not known.
};

// Index of the answer that holds for each claim; -1 for a claim without one.
//
// An answer belongs to the claim whose message it names (TR337), when the numbers agree or it has none. An answer whose message
// is not known belongs to every claim of its number that no answer names (TR376). So a claim that was refused by its header
// and then sent again under the same number has both answers, each at its own message. Of several answers to a claim the last
// one holds. `answers` come in the order in which they became known. Cost: linear.
std::vector<int32_t> AnswerOfEachClaim(absl::Span<const ClaimName> claims, absl::Span<const ClaimName> answers);

// What the answer to its claim says of a line: without an answer nothing, and what an answer does not list it grants (OP303).
enum class Verdict : uint8_t { kNone, kGranted, kRefused };

// States of a line. Over the debits: approved = submitted - rejected - credited - open. Over all lines but the stray ones,
// credits negative, the lines that are approved or credited sum to that too, because a credited debit and its credit cancel
// out.
//
//   line    verdict  and then                                        state
//   debit   none                                                     open
//   debit   refused                                                  rejected
//   debit   granted  no credit, or its credit is not approved        approved
//   debit   granted  its credit is approved                          credited
//   credit           its debit is unknown, or has another credit     stray
//   credit  none                                                     open
//   credit  refused                                                  rejected
//   credit  granted  its debit has no verdict                        open
//   credit  granted  its debit is refused                            rejected
//   credit  granted  its debit is granted                            approved
//
// A debit has one credit (OP360, TR390): one that is not refused goes before one that is, then `earlier` decides. After the
// credit a new debit of the same care is a line of its own (OP366). A credit of a debit that was refused takes nothing back
// (IV085), whatever its own answer says.
enum class LineState : uint8_t { kOpen, kApproved, kRejected, kCredited, kStray };

struct SubmittedLine {
  static constexpr int32_t kDebit = -1;    // `debit` of a line that is a debit itself
  static constexpr int32_t kUnknown = -2;  // `debit` of a credit whose debit is not among the lines
  int32_t debit = kDebit;                  // Index of the debit a credit takes back.
  Verdict verdict = Verdict::kNone;
};

// The state of every line. `earlier(a, b)` says whether line a became known before line b; a strict order.
// REQUIRES: `debit` of a credit is the index of a debit, or kUnknown. Cost: linear.
std::vector<LineState> SettleLines(absl::Span<const SubmittedLine> lines, absl::FunctionRef<bool(int32_t, int32_t)> earlier);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_CLAIMS_H_
