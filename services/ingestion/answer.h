// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_ANSWER_H_
#define NMD_SERVICES_INGESTION_ANSWER_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/core/money.h"
#include "services/ingestion/message.h"

// The official answer to a judged message: the return 302, 306, 308, 316, 318 or 320, or the claim answer 325, by the rules
// of construction of the standard (domain-standards 3.1: IV028, IV032, IV087, IV088, OP065, OP286, OP303, OP304).
//
// What is judged decides the form:
//   level 1                      no answer: the transport reports the fault (StUF055, IB014)
//   level 2                      a header with 0001
//   level 3 or 4 in the header   a header with the codes
//   level 3 or 4 below it        301-319: every class of the client once more, with 0200, 0233 or its codes
//                                323: the refused lines with their codes; a claim refused as a whole has none
//   nothing                      301-319: a header without codes; 323: 0200, and 8001 for all that was claimed
// Classes come unchanged from the message that is answered; a return repeats its header, Afzender and Ontvanger included
// (domain-standards 1.4). What is below a client with a code was not judged: 0233.
//
// Kernel: no state, no clock. The same message, findings and stamp give the same bytes.
namespace nmd::ingestion {

// What an answer is called and when it is made: IdentificatieRetour and DagtekeningRetour, or the BerichtIdentificatie of a
// 325.
struct AnswerStamp {
  std::string identification;  // 1 to 12 characters, unique per sender and type (TR056)
  Day dated_day = 0;
};

struct Answer {
  enum class Verdict { kGranted, kRefused, kGrantedInPart };

  MessageType type = MessageType::kAllocationReturn;
  Verdict verdict = Verdict::kGranted;
  std::string xml;  // UTF-8 without BOM
  // Lines of a claim, or what RecordsOf counts of another message, and how many of them are refused.
  int64_t line_count = 0;
  int64_t refused_line_count = 0;
  // Of a claim: TotaalIngediendBedrag and TotaalToegekendBedrag, credits negative. 0 of another message.
  Cents submitted = 0;
  Cents granted = 0;
};

// Why a message has no answer.
enum class NoAnswer {
  kUnreadable,    // refused at level 1; the transport tells the sender
  kOtherRelease,  // of release 3.0 or 3.1, which is read but no longer answered
  kNotAnswered,   // a return or a 325: the standard has no answer to an answer
  kTooLarge,      // it would be larger than the chain takes (OP179), or its total than twelve digits: divide the message
};

// Makes the answer to the message in `bytes`. `findings` is what its judging gave, as ListFindings has it: places that
// are not in the message count for all of it.
// REQUIRES: the stamp fits the schema.
// Cost: two passes over the bytes; memory as ReadMessage, plus the answer.
std::variant<Answer, NoAnswer> MakeAnswer(absl::string_view bytes, const std::vector<Finding>& findings,
                                          const AnswerStamp& stamp);

// Whether a finding of level 3 or 4 refuses what it is about. `about_credit`: it is about a credit line.
//   Only a finding with an official return code does: a message can refuse nothing without one. Findings about start and
//   stop have none for a claim, so they never cost a line (OP364).
//   A credit is refused for what makes it no credit only, never for its contents: its debit was granted (IV085, IV091).
//   What no rule with a code looks at: anything the sender has not sent or received itself (OP095).
bool Refuses(const Finding& finding, bool about_credit);

// What to call the answer to a delivery: 12 digits and capitals out of 62 bits of the SHA-256 of the message. Unique without
// a counter that could be lost: among ten million answers of one type two are alike with a chance of 1 in 90,000. The answer
// to a message keeps its name whenever it is made, so a second one that differs is seen as such (TR056).
// Example: AnswerIdentification(0) == "000000000000".
std::string AnswerIdentification(uint64_t hash);

// BerichtXsdVersie and BasisschemaXsdVersie of what this system writes (IV034), as the published schemas of 3.2 have it.
inline constexpr absl::string_view kWrittenSchemaVersion = "1.0.0";

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_ANSWER_H_
