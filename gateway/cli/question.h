// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_QUESTION_H_
#define NMD_GATEWAY_CLI_QUESTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/cli/client.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

// What a person types becomes a request.
namespace CLI {
class App;
}

namespace nmd::cli {

// The options that query, explain and decompose share.
struct Question {
  std::vector<std::string> measures;
  std::vector<std::string> dimensions;
  std::string from, to;            // "2017-01"; `to` is inclusive, and empty means the same month as `from`.
  std::string on;                  // A day, instead of from and to.
  std::vector<std::string> where;  // "product=45A04,45A05"; "wijk=" is the class "onbekend".
  std::vector<int32_t> ages;       // First ages of the bands of age_band; none: the standard ones.
  std::string known_on;            // A day or a moment; empty means now.
  bool stability = false;          // Of query: how far earlier figures moved.
  std::string snapshot;            // A known time by its name instead; ResolveSnapshot.
  std::string compare;             // Of explain: a second day or moment.
};

// Errors are INVALID_ARGUMENT in Dutch: they are usage errors, told before anything is sent.

// Months from and to, both inclusive, as the half-open period of the API.
absl::StatusOr<type::Period> PeriodOf(absl::string_view from, absl::string_view to);

// A day stands for its end in Dutch civil time, to the microsecond the journal keeps: what came in on that day is known.
// A moment (2018-03-31T12:00:00Z) stands for itself.
absl::StatusOr<absl::Time> KnownTimeOf(absl::string_view known_on);

// Of a question with a known time: into the request, or into the parameters of a GET. Errors: those of KnownTimeOf.
template <typename Request>
absl::Status SetKnownTime(const Question& question, Request* request) {
  if (question.known_on.empty()) return absl::OkStatus();
  NMD_ASSIGN_OR_RETURN(const absl::Time known, KnownTimeOf(question.known_on));
  *request->mutable_known_time() = TimestampOf(known);
  return absl::OkStatus();
}
absl::Status AddKnownTime(const Question& question, Parameters* parameters);

// --known-on and --snapshot.
void AddKnownOn(CLI::App& command, Question& question);

// Turns the name of a snapshot, or the last part of its resource name, into the known time it stands for (FreezeSnapshot).
// Errors: INVALID_ARGUMENT when both are given and when there is no such snapshot; those of the call.
absl::Status ResolveSnapshot(ApiClient& client, Question* question);

// "product=45A04,45A05" -> {product, [45A04, 45A05]}.
absl::StatusOr<costs::v1::Filter> FilterOf(absl::string_view where);

absl::StatusOr<costs::v1::QueryFiguresRequest> QueryOf(const Question& question, const std::string& parent);
absl::StatusOr<costs::v1::ExplainFigureRequest> ExplainOf(const Question& question, const std::string& parent);
absl::StatusOr<costs::v1::DecomposeGrowthRequest> DecomposeOf(const Question& question, const std::string& parent);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_QUESTION_H_
