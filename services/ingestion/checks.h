// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CHECKS_H_
#define NMD_SERVICES_INGESTION_CHECKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/ingestion/message.h"

// The rules of iStandaarden that a monitor judges, as one table; and the judging of those that one message suffices for.
namespace nmd::ingestion {

class Report;

struct Rule {
  absl::string_view id;           // "TR101"
  int level;                      // 2 within the message, 3 against earlier messages, 4 external lists, 5 process
  uint32_t messages;              // bits 1 << (number - 301) of the messages it holds for
  absl::string_view return_code;  // "0001" for all of level 2; empty where there is no answer to give it in
  absl::string_view text;         // Dutch: what is wrong and what to do
  // Judges one message; null where the rule needs earlier messages (history.h), a list or the calendar (code_lists.h).
  void (*check)(const ParsedMessage& message, Report& report);

  bool HoldsFor(MessageType type) const { return (messages >> (static_cast<int>(type) - 301) & 1) != 0; }
};

// All rules, in order of level and id. Both laws have the same ones (domain-standards 1.7, 3.2).
absl::Span<const Rule> Rules();
// The rule of that id. REQUIRES: there is one; a rule id is part of the code, never of the input.
const Rule& RuleById(absl::string_view id);

// A finding of a rule about a message, with its level, text, return code, and the sender of the message as owner; fatal at
// level 2. `place` holds no values.
Finding FindingOf(const Rule& rule, MessageType type, std::string place);

// Judges what a message says of itself: all rules of level 2, TR319 and TR346. In order of the table, then of the message.
// REQUIRES: the message comes out of ReadMessage without findings.
// Cost: linear in the message, but for a sort of the products of one. At most kMaxFindings findings of one rule; a last one
// says that there are more.
std::vector<Finding> CheckMessage(const ParsedMessage& message);

// Judges a message by one rule, and tells every place however many there are. Nothing where the rule needs earlier messages.
std::vector<Finding> CheckRule(const Rule& rule, const ParsedMessage& message);

// The place of the finding that ends a list which is cut off.
inline constexpr absl::string_view kMorePlaces = "en meer plaatsen";

// Lines of a claim that break a rule of CheckMessage which refuses nothing: TR319 or TR346.
int64_t DoubtfulLines(const ParsedMessage& message);

// A product that is allocated or asked for in a period, as the rules of overlap see it.
struct OverlapRow {
  absl::string_view category;  // empty: generic, overlaps with every product
  absl::string_view product;   // empty: stands for the whole category
  Period period;
};

// Which rows have a product that an earlier starting row has at the same time (TR302, TR361, TR386, TR410, OP259), in order.
// In iWmo the aids of categories 11 to 14 may overlap with anything. Cost: one sort.
std::vector<size_t> Overlapping(Law law, const std::vector<OverlapRow>& rows);

// Places of things in a message, as findings name them. Positions count from 0 here and from 1 in the text.
// Example: AllocationPlace(1) == "Client/ToegewezenProducten/ToegewezenProduct[2]".
std::string AllocationPlace(size_t index);
std::string StartPlace(size_t index);
std::string StopPlace(size_t index);
std::string RequestPlace(size_t index);
std::string UnchangedPlace(size_t index);
std::string ChangedPlace(size_t index);
std::string AddedPlace(size_t index);
// Example: "Declaratie/Clienten/Client[3]/Prestaties/Prestatie[1]".
std::string LinePlace(MessageType type, const ClaimLine& line);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CHECKS_H_
