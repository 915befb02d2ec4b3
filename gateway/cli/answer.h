// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_ANSWER_H_
#define NMD_GATEWAY_CLI_ANSWER_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/cli/client.h"
#include "gateway/cli/table.h"
#include "nmd/ingestion/v1/ingestion.pb.h"

// Official answers to messages, as files. Nothing is sent: that is the municipality's to do.
namespace nmd::cli {

// Reads a whole answer, with its bytes in `data`. `delivery` is an id or a name; `dated` is ISO, or empty for today. When it
// changes while it is read, it is read again.
// Errors: those of GetAnswer; ABORTED when it goes on changing.
absl::StatusOr<ingestion::v1::Answer> FetchAnswer(ApiClient& client, const std::string& delivery, const std::string& dated);

// Writes an answer to a file, or into a folder under the name it has. Only the owner may read the file: it holds citizen
// service numbers. The file is there whole or not at all. Gives the path.
// Errors: ALREADY_EXISTS when the file is there with other contents: which of the two was sent is not known here.
absl::StatusOr<std::string> WriteAnswer(const ingestion::v1::Answer& answer, const std::string& file_or_folder);

// What answering all that is open came to.
struct AnswerSummary {
  std::vector<ingestion::v1::Answer> made;  // Without their bytes, in order of delivery.
  int64_t there = 0;                        // Had a file already, which is left as it is.
  int64_t none = 0;                         // The standard has no answer to them: refused at level 1.
  int64_t failed = 0;
  absl::Status worst;  // Of the failed ones: unavailable before refused.
};

// Answers every message that a provider sent (305, 307, 315, 317, 323) and that no delivered return or claim answer answers:
// what the municipality itself has to answer, oldest first. Files that are there are left alone, so it can run every day.
// `source` holds it to one kind, such as jw323. Failures are named on `progress`; it goes on after one, unless nobody answers.
AnswerSummary AnswerAllOpen(ApiClient& client, const std::string& source, const std::string& dated, const std::string& folder,
                            bool terminal, std::ostream& progress);

// Row per answer: what it is, what it says, lines and money.
Table AnswerTable(const std::vector<ingestion::v1::Answer>& answers);

// "jw325-0A1B.xml: deels toegekend, 2 van 3 regels; € 100,00 van € 150,00 toegekend, € 50,00 afgewezen."
std::string AnswerText(const ingestion::v1::Answer& answer);
// What all came to, in two or three sentences.
std::string SummaryText(const AnswerSummary& summary);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_ANSWER_H_
