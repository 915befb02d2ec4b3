// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_ANSWERS_H_
#define NMD_GATEWAY_CLI_ANSWERS_H_

#include <string>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "nmd/costs/v1/answers.pb.h"

namespace CLI {
class App;
}

// The register of answers: what was said to the council, and what became of it. Not the official answers to messages; those
// are answer.h.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct RegisterOptions {
  std::string title, text, number, reason;
  Question question;
};

// Adds register and its commands to `app`, as AddLinkCommands does.
void AddRegisterCommands(CLI::App& app, RegisterOptions& options, const Perform& perform);

// What was asked, said and given, for a person.
std::string RegisteredAnswerText(const costs::v1::RegisteredAnswer& answer);

// What differs now and why, for a person; and a row per figure that differs: wanneer (toen or nu), maat, kenmerken, gegeven,
// gevonden.
std::string AnswerCheckText(const costs::v1::CheckRegisteredAnswerResponse& response);
Table AnswerCheckRecords(const costs::v1::CheckRegisteredAnswerResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_ANSWERS_H_
