// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_TEST_ANSWER_H_
#define NMD_SERVICES_INGESTION_TEST_ANSWER_H_

#include <libxml/xmlreader.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/ingestion/answer.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_message.h"

// What the tests of answers share.
namespace nmd::ingestion::testing {

inline constexpr MessageType kAnswered[] = {MessageType::kAllocation, MessageType::kStart,         MessageType::kStop,
                                            MessageType::kRequest,    MessageType::kChangeRequest, MessageType::kReply,
                                            MessageType::kClaim};

inline const AnswerStamp& Stamp() {
  static const auto& stamp = *new AnswerStamp{"A1B2C3D4E5F6", D("2026-05-09")};
  return stamp;
}

inline MessageType AnswerType(MessageType type) {
  return type == MessageType::kClaim ? MessageType::kClaimAnswer : static_cast<MessageType>(static_cast<int>(type) + 1);
}

inline Finding At(std::string place, std::string code, int level = 3, std::string rule = "TR999") {
  return {std::move(rule), level, std::move(place), "", std::move(code), "aanbieder", level <= 2};
}

inline Answer Answered(const std::string& text, const std::vector<Finding>& findings) {
  std::variant<Answer, NoAnswer> made = MakeAnswer(text, findings, Stamp());
  EXPECT_TRUE(std::holds_alternative<Answer>(made));
  return std::holds_alternative<Answer>(made) ? std::get<Answer>(std::move(made)) : Answer();
}

// Reads an answer back; the test fails when it is not valid by our own schemas, or breaks a rule of level 2.
inline ParsedMessage ReadBack(const std::string& xml) {
  ReadResult read = ReadMessage(xml);
  EXPECT_TRUE(read.ok()) << read.findings[0].place << ": " << read.findings[0].text << "\n" << xml;
  return std::move(read.message);
}

// Every element with a value below the header, in order, with the names of what it is in; not the return codes.
inline std::vector<std::string> BodyOf(const std::string& xml) {
  const std::unique_ptr<xmlTextReader, void (*)(xmlTextReaderPtr)> reader(
      xmlReaderForMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, XML_PARSE_NONET), xmlFreeTextReader);
  std::vector<std::string> body, path;
  for (int more = xmlTextReaderRead(reader.get()); more == 1; more = xmlTextReaderRead(reader.get())) {
    const auto depth = static_cast<size_t>(xmlTextReaderDepth(reader.get()));
    const int kind = xmlTextReaderNodeType(reader.get());
    if (kind == XML_READER_TYPE_ELEMENT) {
      path.resize(depth);
      path.push_back(reinterpret_cast<const char*>(xmlTextReaderConstLocalName(reader.get())));
    } else if (kind == XML_READER_TYPE_TEXT || kind == XML_READER_TYPE_CDATA) {
      if (path[1] == "Header" || path.back() == "RetourCode") continue;
      std::string line;
      for (const std::string& name : path) absl::StrAppend(&line, name, "/");
      body.push_back(absl::StrCat(line, reinterpret_cast<const char*>(xmlTextReaderConstValue(reader.get()))));
    }
  }
  return body;
}

}  // namespace nmd::ingestion::testing

#endif  // NMD_SERVICES_INGESTION_TEST_ANSWER_H_
