// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/access_parts.h"

#include "services/core/intervals.h"
#include "services/costs/figures.h"

namespace nmd::analyses {
namespace {

constexpr double kConfidence = 0.95;

void SetInterval(const Bounds& bounds, absl::string_view method, costs::v1::Estimate* to) {
  type::Interval& interval = *to->mutable_interval();
  interval.set_low(bounds.low);
  interval.set_high(bounds.high);
  interval.set_confidence(kConfidence);
  interval.set_method(std::string(method));
}

void SetAnswer(double value, int64_t count, costs::v1::Estimate* to) {
  to->set_state(type::Figure::ANSWERED);
  to->set_value(value);
  to->set_count(count);
}

}  // namespace

void AccessReader::ReadFilters(const google::protobuf::RepeatedPtrField<costs::v1::Filter>& filters) {
  reader_.ReadFilters(filters, &asked_.question);
  for (const costs::QuestionFilter& filter : asked_.question.question.filters) {
    check().Require(costs::SupportsCourses(*filter.dimension), "filters",
                    absl::StrCat(filter.dimension->id, " is no property of a course of care"));
  }
  asked_.unregistered.insert(asked_.unregistered.end(), asked_.question.unregistered_filters.begin(),
                             asked_.question.unregistered_filters.end());
}

void AccessReader::ReadGroup(const std::string& id) {
  if (id.empty()) return;
  costs::AskedQuestion split;
  reader_.ReadDimension(id, "group_by", &split);
  if (!split.question.dimensions.empty()) {
    asked_.group = split.question.dimensions.front();
    check().Require(costs::SupportsCourses(*asked_.group), "group_by", "is no property of a course of care");
  }
  asked_.unregistered.insert(asked_.unregistered.end(), split.unregistered_dimensions.begin(),
                             split.unregistered_dimensions.end());
}

void TooFew(int64_t count, costs::v1::Estimate* to) {
  to->set_state(type::Figure::NOT_AVAILABLE);
  to->set_state_reason("TOO_FEW");
  to->set_count(count);
}

void SetShare(int64_t part, int64_t whole, costs::v1::Estimate* to) {
  if (whole <= 0) return TooFew(whole, to);
  SetAnswer(static_cast<double>(part) / static_cast<double>(whole), whole, to);
  SetInterval(WilsonInterval(part, whole, kConfidence), "wilson", to);
}

void SetCentre(const std::optional<Centre>& centre, absl::string_view method, int64_t count, costs::v1::Estimate* to) {
  if (!centre.has_value()) return TooFew(count, to);
  SetAnswer(centre->value, count, to);
  SetInterval(centre->bounds, method, to);
}

void SetQuantile(const SurvivalCurve& curve, double share, int32_t shift, costs::v1::Estimate* to) {
  if (curve.spells() == 0 || curve.emptied_early()) return TooFew(curve.spells(), to);
  const SurvivalCurve::Quantile quantile = curve.QuantileOf(share);
  if (!quantile.time.has_value()) {
    to->set_state(type::Figure::NOT_AVAILABLE);
    to->set_state_reason("NOT_REACHED");
    to->set_count(curve.spells());
    return;
  }
  SetAnswer(*quantile.time - shift, curve.spells(), to);
  if (quantile.low.has_value() && quantile.high.has_value()) {
    SetInterval({static_cast<double>(*quantile.low - shift), static_cast<double>(*quantile.high - shift)}, "brookmeyer_crowley",
                to);
  }
}

void SetSurvivalAt(const SurvivalCurve& curve, int32_t time, costs::v1::Estimate* to) {
  const std::optional<double> share = curve.At(time);
  if (!share.has_value()) return TooFew(curve.spells(), to);
  SetAnswer(*share, curve.spells(), to);
  if (const std::optional<Limits> limits = curve.LimitsAt(time)) SetInterval({limits->low, limits->high}, "log_log", to);
}

void SetValue(const costs::CareBook& book, const costs::DimensionInfo& dimension, const std::string& value,
              type::DimensionValue* to) {
  to->set_dimension(std::string(dimension.id));
  to->set_value(value);
  to->set_label(costs::ValueLabel(*book.snapshot, dimension, value));
}

}  // namespace nmd::analyses
