// SPDX-License-Identifier: EUPL-1.2
// Durations: endings per month, and actual durations against those that were allocated and agreed.
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/durations.pb.h"
#include "nmd/type/error_reason.pb.h"
#include "services/analyses/duration_question.h"
#include "services/analyses/durations.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/costs/figures.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

using costs::v1::DurationRatio;
using costs::v1::DurationValue;
using costs::v1::EndingsOfMonth;
using type::Figure;

constexpr uint32_t kKinds = costs::kAllocations | costs::kCareStarts | costs::kCareStops | costs::kClaims | costs::kAnswers;

bool NotRegistered(const DurationAsked& asked) {
  return !asked.asked.unregistered_filters.empty() || !asked.asked.unregistered_dimensions.empty();
}

// Numbers of one month, or of all.
struct Endings {
  int64_t count = 0, imputed = 0;
  std::map<int32_t, int64_t> by_reason;
  std::map<FollowUp, int64_t> follow_ups;
  void Add(const Trajectory& trajectory) {
    ++count;
    imputed += trajectory.imputed ? 1 : 0;
    ++by_reason[trajectory.ending];
    ++follow_ups[trajectory.follow_up];
  }
  int64_t Followed(FollowUp follow_up) const {
    const auto found = follow_ups.find(follow_up);
    return found == follow_ups.end() ? 0 : found->second;
  }
  // `reasons` are those of the whole period, so that all months have the same.
  void Fill(const std::map<int32_t, int64_t>& reasons, EndingsOfMonth* month) const {
    month->set_state(Figure::ANSWERED);
    month->set_count(count);
    month->set_imputed(imputed);
    for (const auto& [reason, unused] : reasons) {
      const auto own = by_reason.find(reason);
      costs::v1::EndingCount* ending = month->add_endings();
      ending->set_ending(std::string(WordsOf(static_cast<Ending>(reason)).id));
      ending->set_title(std::string(WordsOf(static_cast<Ending>(reason)).title));
      ending->set_count(own == by_reason.end() ? 0 : own->second);
    }
    month->set_lower(Followed(FollowUp::kLowerLevel));
    month->set_same(Followed(FollowUp::kSameLevel));
    month->set_higher(Followed(FollowUp::kHigherLevel));
    month->set_unknown_level(Followed(FollowUp::kUnknownLevel));
  }
};

// A duration and what it is compared with, in days; `other` 0 when there is nothing to compare with.
struct Pair {
  Spell spell;
  int32_t other = 0;
};

constexpr int32_t kOnce = 1000;  // The other duration, on the scale of the ratio.

void FillRatio(const std::vector<Pair>& pairs, DurationRatio* ratio) {
  std::vector<Spell> spells;
  for (const Pair& pair : pairs) {
    if (pair.other <= 0) {
      ratio->set_left_out(ratio->left_out() + 1);
      continue;
    }
    // Rounded so that what lasts at most as long as the other stays within it.
    const auto scaled = [&](int32_t days, bool up) {
      return static_cast<int32_t>((int64_t{days} * kOnce + (up ? pair.other - 1 : 0)) / pair.other);
    };
    Spell spell{scaled(pair.spell.entry, false), scaled(pair.spell.exit, true), pair.spell.cause == kNotEnded ? 0 : 1};
    if (pair.spell.exit <= pair.spell.entry) spell.entry = spell.exit;
    ratio->set_ended(ratio->ended() + spell.cause);
    spells.push_back(spell);
  }
  ratio->set_trajectories(static_cast<int64_t>(spells.size()));
  const SurvivalCurve curve(spells);
  if (curve.spells() < kLeastCases || curve.emptied_early()) {
    ratio->set_state(Figure::NOT_AVAILABLE);
    ratio->set_state_reason(curve.spells() == 0 ? "NO_CASES" : curve.spells() < kLeastCases ? "TOO_FEW_CASES" : "NOT_OBSERVED");
    return;
  }
  ratio->set_state(Figure::ANSWERED);
  const auto share = [](std::optional<int32_t> time) {
    return time.has_value() ? std::optional<double>(static_cast<double>(*time) / kOnce) : std::nullopt;
  };
  const auto quantile = [&](double of) {
    const SurvivalCurve::Quantile found = curve.QuantileOf(of);
    if (!found.time.has_value()) {
      return NoValue("NOT_REACHED", absl::StrCat("meer dan ", dutch::Percent(*share(curve.last_time()), 0)));
    }
    DurationValue value = ShareValue(*share(found.time), std::nullopt);
    if (found.low.has_value()) value.set_low(*share(found.low));
    if (found.high.has_value()) value.set_high(*share(found.high));
    return value;
  };
  *ratio->mutable_quarter() = quantile(0.25);
  *ratio->mutable_median() = quantile(0.5);
  *ratio->mutable_three_quarters() = quantile(0.75);
  if (const std::optional<double> longer = curve.At(kOnce); longer.has_value()) {
    std::optional<Limits> limits = curve.LimitsAt(kOnce);
    if (limits.has_value()) limits = Limits{1 - limits->high, 1 - limits->low};
    *ratio->mutable_ended_within() = ShareValue(1 - *longer, limits);
  } else {
    *ratio->mutable_ended_within() = NoValue("NOT_OBSERVED", "nog geen traject zo lang gevolgd");
  }
}

void FillComparison(const DurationCases& cases, const std::vector<uint32_t>& members,
                    costs::v1::DurationComparison* comparison) {
  std::vector<Pair> allocated, agreed;
  for (const uint32_t m : members) {
    const Trajectory& trajectory = cases.trajectories[m];
    const costs::Course& course = cases.book->courses[trajectory.course];
    const Spell spell = SpellOf(trajectory, cases.observed_from, true);
    // What has no end cannot be a measure of it.
    const bool ends = course.first_end != kOpenEnd;
    allocated.push_back({spell, ends ? course.first_end - course.indicated.start : 0});
    if (trajectory.allocations > 1 || trajectory.indicated_end > course.first_end) {
      comparison->set_extended(comparison->extended() + 1);
    }
    Pair pair{spell, 0};
    for (const costs::CoursePlan& plan : cases.book->PlansOf(course)) {
      if (plan.agreed_end <= trajectory.start) continue;
      pair.other = plan.agreed_end - trajectory.start;
      break;
    }
    agreed.push_back(pair);
  }
  FillRatio(allocated, comparison->mutable_allocated());
  FillRatio(agreed, comparison->mutable_agreed());
}

}  // namespace

absl::StatusOr<costs::v1::CountEndingsResponse> Durations::CountEndings(const Caller&,
                                                                        const costs::v1::CountEndingsRequest& request) {
  NMD_ASSIGN_OR_RETURN(const DurationAsked asked,
                       ReadDurationQuestion(costs_, clock_.Now(), request.question(), "", &request.period()));
  costs::v1::CountEndingsResponse response;
  const DurationCases cases = PickCases(&costs_, asked);
  *response.mutable_effective() = Effective(request.question(), asked, cases);
  AddProvenance(*cases.book->snapshot, kKinds, response.mutable_provenance());
  if (NotRegistered(asked)) {
    response.mutable_total()->set_state(Figure::NOT_REGISTERED);
    response.mutable_total()->set_state_reason(type::ErrorReason_Name(type::ATTRIBUTE_NOT_REGISTERED));
    return response;
  }
  const Month first = asked.asked.question.first, end = asked.asked.question.end;
  std::map<Month, Endings> by_month;
  Endings all;
  for (const Trajectory& trajectory : cases.trajectories) {
    // The month of the last day with care.
    const Month month = MonthOf(trajectory.end - 1);
    if (trajectory.ending == kNotEnded || month < first || month >= end) continue;
    by_month[month].Add(trajectory);
    all.Add(trajectory);
  }
  bool answered = false;
  for (Month month = first; month < end; ++month) {
    EndingsOfMonth* row = response.add_months();
    row->set_month(FormatMonth(month));
    const bool seen = !cases.book->courses.empty() && FirstDay(month + 1) > cases.observed_from && FirstDay(month) < cases.cut;
    if (!seen) {
      row->set_state(Figure::NOT_AVAILABLE);
      row->set_state_reason(type::ErrorReason_Name(type::PERIOD_NOT_DELIVERED));
      continue;
    }
    answered = true;
    by_month[month].Fill(all.by_reason, row);
    row->set_provisional(FirstDay(month + 1) > cases.cut);
  }
  if (answered) {
    all.Fill(all.by_reason, response.mutable_total());
    response.mutable_total()->set_provisional(FirstDay(end) > cases.cut);
  } else {
    response.mutable_total()->set_state(Figure::NOT_AVAILABLE);
    response.mutable_total()->set_state_reason(type::ErrorReason_Name(type::PERIOD_NOT_DELIVERED));
  }
  *response.add_remarks() =
      "Een traject is beëindigd als de zorg definitief stopt. Een onderbreking telt niet, en ook niet als dezelfde zorg binnen "
      "28 "
      "dagen weer begint.";
  AddRemarks(asked, cases, costs_.trend_breaks(), response.mutable_remarks());
  return response;
}

absl::StatusOr<costs::v1::CompareDurationsResponse> Durations::CompareDurations(
    const Caller&, const costs::v1::CompareDurationsRequest& request) {
  NMD_ASSIGN_OR_RETURN(const DurationAsked asked,
                       ReadDurationQuestion(costs_, clock_.Now(), request.question(), request.group_by(), nullptr));
  costs::v1::CompareDurationsResponse response;
  const DurationCases cases = PickCases(&costs_, asked);
  *response.mutable_effective() = Effective(request.question(), asked, cases);
  AddProvenance(*cases.book->snapshot, kKinds | costs::kCarePlans, response.mutable_provenance());
  if (NotRegistered(asked)) {
    for (DurationRatio* ratio : {response.mutable_total()->mutable_allocated(), response.mutable_total()->mutable_agreed()}) {
      ratio->set_state(Figure::NOT_REGISTERED);
      ratio->set_state_reason(type::ErrorReason_Name(type::ATTRIBUTE_NOT_REGISTERED));
    }
    return response;
  }
  FillComparison(cases, cases.All(), response.mutable_total());
  if (asked.group_by != nullptr) {
    for (const auto& [value, members] : cases.GroupsBy(*asked.group_by)) {
      costs::v1::DurationComparison* group = response.add_groups();
      group->mutable_group()->set_dimension(std::string(asked.group_by->id));
      group->mutable_group()->set_value(value);
      group->mutable_group()->set_label(costs::ValueLabel(*cases.book->snapshot, *asked.group_by, value));
      FillComparison(cases, members, group);
    }
  }
  *response.add_remarks() =
      "Vergeleken met de toewijzing zoals die eerst was, voor elke verlenging. Toewijzingen zonder einddatum en trajecten "
      "zonder "
      "afgesproken duur doen niet mee; hoeveel dat er zijn, staat erbij.";
  AddRemarks(asked, cases, costs_.trend_breaks(), response.mutable_remarks());
  return response;
}

}  // namespace nmd::analyses
