// SPDX-License-Identifier: EUPL-1.2
// Durations: the survival curves. Endings and comparisons are in durations_lists.cc.
#include "services/analyses/durations.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/durations.pb.h"
#include "nmd/type/error_reason.pb.h"
#include "services/analyses/duration_question.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/costs/figures.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

using costs::v1::DurationGroup;
using costs::v1::DurationSummary;
using costs::v1::DurationValue;
using type::Figure;

constexpr uint32_t kKinds = costs::kAllocations | costs::kCareStarts | costs::kCareStops | costs::kClaims | costs::kAnswers;
// The covariance of the log-rank test grows with the square of the groups.
constexpr size_t kMostGroups = 100;
constexpr int32_t kMostMonths = 120;

DurationValue CurveValue(const SurvivalCurve& curve, int32_t months) {
  const int32_t day = DaysOfMonths(months);
  if (const std::optional<double> share = curve.At(day); share.has_value()) return ShareValue(*share, curve.LimitsAt(day));
  return NoValue("NOT_OBSERVED", absl::StrCat("nog niemand zo lang gevolgd: hoogstens ",
                                              dutch::Decimal(MonthsOf(curve.last_time()), 1), " maanden"));
}

DurationValue QuantileValue(const SurvivalCurve& curve, double share) {
  const SurvivalCurve::Quantile quantile = curve.QuantileOf(share);
  const auto days = [](std::optional<int32_t> time) { return time.has_value() ? std::optional<double>(*time) : std::nullopt; };
  if (quantile.time.has_value()) return MonthsValue(*quantile.time, days(quantile.low), days(quantile.high));
  return NoValue("NOT_REACHED", absl::StrCat("langer dan ", dutch::Decimal(MonthsOf(curve.last_time()), 1), " maanden"));
}

DurationSummary Summarise(const SurvivalCurve& curve) {
  DurationSummary summary;
  *summary.mutable_quarter() = QuantileValue(curve, 0.25);
  *summary.mutable_median() = QuantileValue(curve, 0.5);
  *summary.mutable_three_quarters() = QuantileValue(curve, 0.75);
  *summary.mutable_longer_than_6() = CurveValue(curve, 6);
  *summary.mutable_longer_than_9() = CurveValue(curve, 9);
  *summary.mutable_longer_than_12() = CurveValue(curve, 12);
  if (const auto mean = curve.MeanUpTo(DaysOfMonths(12)); mean.has_value()) {
    constexpr double kZ = 1.959963984540054;
    *summary.mutable_mean_within_12() =
        MonthsValue(mean->value, std::max(0.0, mean->value - kZ * mean->error), mean->value + kZ * mean->error);
  } else {
    *summary.mutable_mean_within_12() = CurveValue(curve, 12);
  }
  return summary;
}

void AddPoints(const SurvivalCurve& curve, const std::vector<Spell>& spells, DurationGroup* group) {
  std::vector<int32_t> days;
  for (int32_t month = 0; month <= kMostMonths && DaysOfMonths(month) <= curve.last_time(); ++month) {
    days.push_back(DaysOfMonths(month));
  }
  // At risk just before a day: entered before it, and not gone before it.
  std::vector<int64_t> change(days.size() + 1), ended(days.size() + 1);
  for (const Spell& spell : spells) {
    if (spell.exit <= spell.entry) continue;
    const auto first = std::upper_bound(days.begin(), days.end(), spell.entry - (spell.entry == 0 ? 1 : 0)) - days.begin();
    const auto gone = std::upper_bound(days.begin(), days.end(), spell.exit) - days.begin();
    if (first < gone) {
      ++change[static_cast<size_t>(first)];
      --change[static_cast<size_t>(gone)];
    }
    const auto at = std::lower_bound(days.begin(), days.end(), spell.exit) - days.begin();
    if (spell.cause != kNotEnded) ++ended[static_cast<size_t>(at)];
  }
  int64_t at_risk = 0;
  for (size_t i = 0; i < days.size(); ++i) {
    at_risk += change[i];
    costs::v1::DurationPoint* point = group->add_points();
    point->set_months(static_cast<int32_t>(i));
    point->set_at_risk(at_risk);
    point->set_ended(ended[i]);
    point->set_share(curve.At(days[i]).value_or(0));
    if (const std::optional<Limits> limits = curve.LimitsAt(days[i]); limits.has_value()) {
      point->set_low(limits->low);
      point->set_high(limits->high);
    }
  }
}

void AddEndings(const SurvivalCurve& curve, const std::vector<Spell>& spells, DurationGroup* group) {
  for (const Incidence& incidence : IncidencesOf(spells)) {
    costs::v1::EndingShare* share = group->add_endings();
    const EndingWords& words = WordsOf(static_cast<Ending>(incidence.cause));
    share->set_ending(std::string(words.id));
    share->set_title(std::string(words.title));
    share->set_ended(incidence.events);
    const auto within = [&](int32_t months) {
      const std::optional<Incidence::Point> point = incidence.At(curve, DaysOfMonths(months));
      if (!point.has_value()) return CurveValue(curve, months);
      return ShareValue(point->value, LimitsOf(*point));
    };
    *share->mutable_within_6() = within(6);
    *share->mutable_within_9() = within(9);
    *share->mutable_within_12() = within(12);
  }
}

// What a monitor of ended trajectories shows.
void AddEndedOnly(const DurationCases& cases, const std::vector<uint32_t>& members, DurationGroup* group) {
  std::vector<int32_t> days;
  double sum = 0;
  for (const uint32_t m : members) {
    const Trajectory& trajectory = cases.trajectories[m];
    if (trajectory.ending == kNotEnded) continue;
    days.push_back(trajectory.end - trajectory.start);
    sum += days.back();
  }
  if (days.empty()) {
    *group->mutable_ended_mean() = *group->mutable_ended_median() = NoValue("NO_CASES", "nog geen traject beëindigd");
    return;
  }
  std::sort(days.begin(), days.end());
  const size_t middle = days.size() / 2;
  const double median = days.size() % 2 == 1 ? days[middle] : (days[middle - 1] + days[middle]) / 2.0;
  *group->mutable_ended_mean() = MonthsValue(sum / static_cast<double>(days.size()), std::nullopt, std::nullopt);
  *group->mutable_ended_median() = MonthsValue(median, std::nullopt, std::nullopt);
}

std::vector<Spell> SpellsOf(const DurationCases& cases, const std::vector<uint32_t>& members, bool count_imputed) {
  std::vector<Spell> spells;
  spells.reserve(members.size());
  for (const uint32_t m : members) spells.push_back(SpellOf(cases.trajectories[m], cases.observed_from, count_imputed));
  return spells;
}

void SetState(absl::string_view reason, DurationGroup* group) {
  group->set_state(Figure::NOT_AVAILABLE);
  group->set_state_reason(std::string(reason));
}

// Whether the group has a curve.
bool FillGroup(const DurationCases& cases, const std::vector<uint32_t>& members, DurationGroup* group) {
  int64_t exact = 0;
  double net = 0;
  for (const uint32_t m : members) {
    const Trajectory& trajectory = cases.trajectories[m];
    group->set_ended(group->ended() + (trajectory.ending != kNotEnded ? 1 : 0));
    group->set_imputed(group->imputed() + (trajectory.imputed ? 1 : 0));
    group->set_start_assumed(group->start_assumed() + (trajectory.start_assumed ? 1 : 0));
    group->set_entered_late(group->entered_late() + (trajectory.start < cases.observed_from ? 1 : 0));
    exact += cases.book->courses[trajectory.course].exact ? 1 : 0;
    net += static_cast<double>(trajectory.care_days) / (trajectory.end - trajectory.start);
  }
  const auto count = static_cast<int64_t>(members.size());
  group->set_trajectories(count);
  const std::vector<Spell> spells = SpellsOf(cases, members, true);
  const SurvivalCurve curve(spells);
  if (count > 0) {
    group->set_link_quality(static_cast<double>(exact) / static_cast<double>(count));
    *group->mutable_net_share() = ShareValue(net / static_cast<double>(count), std::nullopt);
  }
  AddEndedOnly(cases, members, group);
  if (curve.spells() == 0) {
    SetState("NO_CASES", group);
    return false;
  }
  if (curve.spells() < kLeastCases) {
    SetState("TOO_FEW_CASES", group);
    return false;
  }
  if (curve.emptied_early()) {
    SetState("NOT_OBSERVED", group);
    return false;
  }
  group->set_state(Figure::ANSWERED);
  *group->mutable_summary() = Summarise(curve);
  if (group->imputed() > 0) {
    const SurvivalCurve without(SpellsOf(cases, members, false));
    *group->mutable_without_imputed() = Summarise(without);
  }
  AddPoints(curve, spells, group);
  AddEndings(curve, spells, group);
  return true;
}

void FillTest(const std::vector<std::vector<Spell>>& groups, costs::v1::LogRankTest* test) {
  const auto none = [test](absl::string_view reason, const std::string& text) {
    test->set_state(Figure::NOT_AVAILABLE);
    test->set_state_reason(std::string(reason));
    test->set_text(text);
  };
  if (groups.size() > kMostGroups) {
    return none("TOO_MANY_GROUPS", absl::StrCat("Meer dan ", kMostGroups, " groepen: kies er minder om ze te vergelijken."));
  }
  const std::optional<LogRank> found = groups.size() < 2 ? std::nullopt : LogRankOf({groups});
  if (!found.has_value()) return none("TOO_FEW_CASES", "Er zijn geen twee groepen met genoeg trajecten om te vergelijken.");
  test->set_state(Figure::ANSWERED);
  test->set_chi_square(found->chi_square);
  test->set_degrees(found->degrees);
  test->set_p(found->p);
  const std::string p = found->p < 0.001 ? "minder dan 0,1%" : dutch::Percent(found->p);
  test->set_text(
      absl::StrCat(found->p < 0.05 ? "De duur verschilt tussen de groepen" : "Een verschil in duur is niet aangetoond",
                   ": als er geen verschil is, is de kans op zo'n uitkomst ", p, " (logranktoets)."));
}

}  // namespace

absl::StatusOr<costs::v1::EstimateDurationResponse> Durations::EstimateDuration(
    const Caller&, const costs::v1::EstimateDurationRequest& request) {
  NMD_ASSIGN_OR_RETURN(const DurationAsked asked,
                       ReadDurationQuestion(costs_, clock_.Now(), request.question(), request.group_by(), nullptr));
  costs::v1::EstimateDurationResponse response;
  const DurationCases cases = PickCases(&costs_, asked);
  *response.mutable_effective() = Effective(request.question(), asked, cases);
  AddProvenance(*cases.book->snapshot, kKinds, response.mutable_provenance());
  if (!asked.asked.unregistered_filters.empty() || !asked.asked.unregistered_dimensions.empty()) {
    response.mutable_total()->set_state(Figure::NOT_REGISTERED);
    response.mutable_total()->set_state_reason(type::ErrorReason_Name(type::ATTRIBUTE_NOT_REGISTERED));
    return response;
  }
  FillGroup(cases, cases.All(), response.mutable_total());
  std::vector<std::vector<Spell>> compared;
  if (asked.group_by != nullptr) {
    for (const auto& [value, members] : cases.GroupsBy(*asked.group_by)) {
      DurationGroup* group = response.add_groups();
      group->mutable_group()->set_dimension(std::string(asked.group_by->id));
      group->mutable_group()->set_value(value);
      group->mutable_group()->set_label(costs::ValueLabel(*cases.book->snapshot, *asked.group_by, value));
      if (FillGroup(cases, members, group)) compared.push_back(SpellsOf(cases, members, true));
    }
    FillTest(compared, response.mutable_log_rank());
  }
  *response.add_remarks() =
      "Wat nog loopt, telt mee als: duurt langer dan tot nu toe. Het gemiddelde van alleen de beëindigde trajecten is meestal "
      "te "
      "laag, omdat juist lange trajecten nog lopen.";
  AddRemarks(asked, cases, costs_.trend_breaks(), response.mutable_remarks());
  return response;
}

void BindDurations(Durations* durations, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.DurationsService";
  router->Handle(kService, "EstimateDuration",
                 [durations](const Caller& caller, const costs::v1::EstimateDurationRequest& request) {
                   return durations->EstimateDuration(caller, request);
                 });
  router->Handle(kService, "CountEndings", [durations](const Caller& caller, const costs::v1::CountEndingsRequest& request) {
    return durations->CountEndings(caller, request);
  });
  router->Handle(kService, "CompareDurations",
                 [durations](const Caller& caller, const costs::v1::CompareDurationsRequest& request) {
                   return durations->CompareDurations(caller, request);
                 });
}

}  // namespace nmd::analyses
