// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_GROWTH_READING_H_
#define NMD_SERVICES_ANALYSES_GROWTH_READING_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/type/error_reason.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/analyses/parts.h"
#include "services/costs/evaluate.h"
#include "services/costs/question.h"
#include "services/platform/proto_time.h"

// What the methods of Growth read and write alike.
namespace nmd::analyses {

// Which amount is meant: indicated, declared or approved; `preset` when nothing is said. Adds a fault for something else, and
// then gives the preset.
const costs::MeasureInfo* ReadAmount(const costs::Catalogue& catalogue, const std::string& id, absl::string_view preset,
                                     costs::QuestionReader* reader);
// The level providers are told apart at: "provider" unless another dimension of providers is named.
void ReadProviderLevel(const std::string& id, costs::QuestionReader* reader, costs::AskedQuestion* asked);
// A dimension that is no time, when one is named.
void ReadGroup(const std::string& id, costs::QuestionReader* reader, costs::AskedQuestion* asked);

// Why the measures of a total have no value; nullopt when they all have one.
std::optional<type::ErrorReason> MissingIn(const costs::Cell& total);

// Sets state, reason and known time of an answer without one.
template <typename Response>
Response Refuse(Response response, type::Figure::State state, absl::string_view reason, absl::Time known) {
  response.set_state(state);
  response.set_state_reason(std::string(reason));
  *response.mutable_known_time() = TimestampOf(known);
  return response;
}
template <typename Response>
Response Refuse(Response response, type::Figure::State state, type::ErrorReason reason, absl::Time known) {
  return Refuse(std::move(response), state, type::ErrorReason_Name(reason), known);
}

type::DimensionValue GroupMessage(const costs::Snapshot& snapshot, const costs::DimensionInfo& dimension,
                                  const std::string& value);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_GROWTH_READING_H_
