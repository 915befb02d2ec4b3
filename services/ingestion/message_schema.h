// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_MESSAGE_SCHEMA_H_
#define NMD_SERVICES_INGESTION_MESSAGE_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/ingestion/message.h"
#include "services/ingestion/simple_type.h"

// The structure of the messages as tables: elements, order, number and type of value (domain-standards 1.3-1.7), and
// where each value goes. A message more is a table more. For message_reader only.
namespace nmd::ingestion {

// Where values of types that many elements share go. Pointers are into `message`, or to the scratch that belongs to
// what is not kept; opening a row sets those of the row.
struct Filling {
  explicit Filling(ParsedMessage& into) : message(into) {}
  Filling(const Filling&) = delete;
  Filling& operator=(const Filling&) = delete;

  ParsedMessage& message;
  Client* client = nullptr;
  Person* person = nullptr;
  Address* address = nullptr;
  std::string* surname = nullptr;
  std::string* prefix = nullptr;
  std::string* identification = nullptr;
  Day* dated_day = nullptr;
  std::string* base_schema_version = nullptr;
  std::string* schema_version = nullptr;
  std::vector<std::string>* return_codes = nullptr;
  std::string* category = nullptr;
  std::string* product = nullptr;
  AllocatedVolume* volume = nullptr;
  ClaimLine* line = nullptr;
  std::vector<ClaimLine>* lines = nullptr;
  size_t expected_lines = 0;  // room to make for them at once
  Period* period = nullptr;
  Amount* amount = nullptr;

  RequestedProduct* request = nullptr;
  WantedProduct* wanted = nullptr;

  std::string scratch_text;
};

struct Element {
  const char* name = "";
  bool in_base = false;  // in the base namespace, otherwise in that of the message
  bool optional = false;
  bool repeated = false;  // without limit
  // Exactly one of the two: a value, or children in this order.
  const SimpleType* type = nullptr;
  absl::Span<const Element> children;
  uint32_t required = 0;  // bits 1 << index of the children that must be there
  // Keeps the value; null when it is checked but not kept.
  void (*store)(Filling& filling, const Value& value) = nullptr;
  // Called when a group begins; null when there is nothing to prepare.
  void (*open)(Filling& filling) = nullptr;
};

struct MessageSchema {
  MessageType type;
  std::optional<Law> law;  // absent when both have the same (domain-standards 1.7)
  Element root;
};

// The schema of message `number`, or null when release 3.2 has no such message.
const MessageSchema* SchemaOf(Law law, int number);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_MESSAGE_SCHEMA_H_
