// SPDX-License-Identifier: EUPL-1.2
// Whatever the bytes: reading ends, says something useful when it refuses, and what it takes can be written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

#include "services/ingestion/answer.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void Try(absl::string_view bytes) {
  const Recognised recognised = Recognise(bytes);
  const ReadResult result = ReadMessage(bytes);
  Require(result.findings.size() <= static_cast<size_t>(kMaxFindings) + 1);
  for (const Finding& finding : result.findings) {
    Require(!finding.text.empty() && !finding.place.empty() && finding.level == 1 && finding.fatal);
  }
  if (!result.ok()) return;
  Require(result.recognised);
  if (recognised.kind != FileKind::kOther) {
    Require(recognised.law == result.message.law && recognised.number == static_cast<int>(result.message.type));
  }
  for (const Finding& finding : CheckMessage(result.message)) Require(!finding.place.empty() && finding.level >= 2);
  // What is read can be answered, and the answer be read.
  std::vector<Finding> findings = CheckMessage(result.message);
  const char* root = result.message.claim ? "Declaratie/Clienten/Client[1]" : result.message.reply ? "Antwoord" : "Client";
  for (const char* code : {"", "9319"}) {
    findings.push_back({"TR323", 3, root, "", code, "aanbieder", false});
    const auto made = MakeAnswer(bytes, findings, {"A1", 20'000});
    if (const Answer* answer = std::get_if<Answer>(&made)) Require(ReadMessage(answer->xml).ok());
  }
  const std::string text = testing::Render(result.message);
  const ReadResult again = ReadMessage(text);
  Require(again.ok());
  Require(testing::Render(again.message) == text);
}

}  // namespace
}  // namespace nmd::ingestion

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nmd::ingestion::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
