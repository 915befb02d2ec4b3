// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_MESSAGE_FACTS_H_
#define NMD_SERVICES_INGESTION_MESSAGE_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/core/date.h"
#include "services/ingestion/export_facts.h"
#include "services/ingestion/message.h"

// What an official message says, as facts without names (decision 4), and as person records for linking.
namespace nmd::ingestion {

struct MessageFacts {
  std::vector<v1::Fact> facts;
  std::vector<v1::PersonRecord> persons;
};

// How many things a message tells: allocations, starts, stops, products asked for or claim lines; 1 for an answer and a
// return.
int64_t RecordsOf(const ParsedMessage& message);

// Who sent what, when.
v1::MessageHead HeadOf(const ParsedMessage& message);

// The facts of a sound message, in its order. A 315 also says who referred, of any allocation from the asked start on, because
// it knows no number yet. A return gives the verdict it brings, and nothing of what it repeats.
// Clients are told apart by BSN within the law: "bsn/ijw/...", "bsn/iwmo/...".
// A person record has the BRP address (Soort 01), else that of the stay (03), from `known_day` on when the message does not
// say since when. An address for post (02) or a temporary one (04) is not where a person lives: who gets his letters at his
// administrator's is not of that household. REQUIRES: a message without fatal findings.
MessageFacts FactsOf(const ParsedMessage& message, Day known_day, const PersonKeyMaker& person_key);

// Without the delivery.
v1::Finding ToProto(const Finding& finding);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_MESSAGE_FACTS_H_
