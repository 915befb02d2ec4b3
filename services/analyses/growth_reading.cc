// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/growth_reading.h"

#include "services/costs/figures.h"

namespace nmd::analyses {

const costs::MeasureInfo* ReadAmount(const costs::Catalogue& catalogue, const std::string& id, absl::string_view preset,
                                     costs::QuestionReader* reader) {
  const bool good = id.empty() || id == "indicated" || id == "declared" || id == "approved";
  reader->check().Require(good, "measure", "must be indicated, declared or approved");
  return catalogue.Find(id.empty() || !good ? preset : absl::string_view(id));
}

void ReadProviderLevel(const std::string& id, costs::QuestionReader* reader, costs::AskedQuestion* asked) {
  const bool good = id.empty() || id == "provider" || id == "organisation" || id == "concern";
  if (!reader->check().Require(good, "provider_level", "must be provider, organisation or concern")) return;
  reader->ReadDimension(id.empty() ? "provider" : id, "provider_level", asked);
}

void ReadGroup(const std::string& id, costs::QuestionReader* reader, costs::AskedQuestion* asked) {
  if (id.empty()) return;
  reader->ReadDimension(id, "group_by", asked);
  const auto& dimensions = asked->question.dimensions;
  reader->check().Require(dimensions.empty() || dimensions.front()->kind != costs::DimensionKind::kTime, "group_by",
                          "must not be a time: the periods have no month in common");
}

std::optional<type::ErrorReason> MissingIn(const costs::Cell& total) {
  for (const costs::Value& value : total.measures) {
    if (value.state == costs::Value::State::kPeriodNotDelivered) return type::PERIOD_NOT_DELIVERED;
    if (value.state == costs::Value::State::kTariffMissing) return type::TARIFF_MISSING;
    if (value.state != costs::Value::State::kAnswered) return type::VALUE_TOO_LARGE;
  }
  return std::nullopt;
}

type::DimensionValue GroupMessage(const costs::Snapshot& snapshot, const costs::DimensionInfo& dimension,
                                  const std::string& value) {
  type::DimensionValue message;
  message.set_dimension(std::string(dimension.id));
  message.set_value(value);
  message.set_label(costs::ValueLabel(snapshot, dimension, value));
  return message;
}

}  // namespace nmd::analyses
