// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_LINK_LISTINGS_H_
#define NMD_GATEWAY_CLI_LINK_LISTINGS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/cli/table.h"
#include "nmd/linking/v1/linking.pb.h"
#include "nmd/linking/v1/review.pb.h"

// Links, doubtful pairs and decisions for people and machines.
namespace nmd::cli {

// Words for a chance in thousandths: "bijna zeker" from 950 on, "waarschijnlijk" from 750, "onzeker" from 250,
// "onwaarschijnlijk" from 50, below that "bijna zeker niet".
std::string ChanceWord(int32_t permille);

// From where on a model opens a pair, and links it, in millibits of the score.
struct LinkBounds {
  int32_t open = 0, linked = 0;
};
// From the text of a model, its line "grenzen"; nothing when it has none. Linked is from its first bound on: the monitor links
// what is certain (DECISIONS 38).
std::optional<LinkBounds> BoundsOf(absl::string_view model_text);

Table LinkSummaryTable(const linking::v1::LinkSummary& summary);
// How far the links can be trusted: the quality in words, the range of the number of clients, the counts, the sources.
std::string LinkStatusText(const linking::v1::LinkSummary& summary, const linking::v1::LinkQuality& quality);

Table ReviewTable(const linking::v1::ListReviewItemsResponse& response);

// Both sides, field by field.
Table ComparedTable(const linking::v1::ReviewItemDetail& detail);
// Bars of at most `width` characters from the prior to the score, with the bounds as lines. Empty for a gold sample.
std::string WaterfallText(const linking::v1::ReviewItemDetail& detail, const std::optional<LinkBounds>& bounds, size_t width);
std::string DetailText(const linking::v1::ReviewItemDetail& detail, const std::optional<LinkBounds>& bounds);

Table DecisionTable(const std::vector<linking::v1::LinkDecision>& decisions);
// What a decision does now, and what can be done with it. Example:
// "Besluit 3f0c: niet dezelfde persoon. De koppelingen volgen het sinds 25-11-2018 14:00."
std::string DecisionText(const linking::v1::LinkDecision& decision);

Table HistoryTable(const linking::v1::ClientHistory& history);
std::string HistoryText(const linking::v1::ClientHistory& history);

// A row per record of the client.
Table ExplainClientTable(const linking::v1::ExplainClientResponse& response);

Table ModelTable(const linking::v1::ListLinkModelsResponse& response);
// What a model was learned from and what it would change.
std::string ModelText(const linking::v1::LinkModel& model);

// A row per share: its estimate and the interval.
Table QualityTable(const linking::v1::LinkQuality& quality);
std::string QualityText(const linking::v1::LinkQuality& quality);
// A row per stratum of a gold sample.
Table StratumTable(const google::protobuf::RepeatedPtrField<linking::v1::GoldStratum>& strata);
std::string SampleText(const linking::v1::GoldSample& sample);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_LINK_LISTINGS_H_
