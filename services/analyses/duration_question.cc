// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/duration_question.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/costs/figures.h"
#include "services/platform/proto_time.h"

namespace nmd::analyses {
namespace {

using costs::DimensionInfo;
using costs::DimensionKind;
using costs::v1::DurationQuestion;

constexpr int kMostLag = 365;

Day DayOfTime(absl::Time time) {
  const absl::CivilDay day = absl::ToCivilDay(time, absl::UTCTimeZone());
  return DayOf(static_cast<int>(day.year()), day.month(), day.day());
}

std::optional<Day> ReadDay(const std::string& text, absl::string_view path, FieldCheck* check) {
  const std::optional<Day> day = ParseDay(text);
  check->Require(day.has_value(), path, "must be a date as YYYY-MM-DD");
  return day;
}

// The filters are in a message of the request.
absl::Status InQuestion(const absl::Status& status) {
  std::vector<BadField> fields = BadFieldsOf(status);
  if (fields.empty()) return status;
  for (BadField& field : fields) {
    if (absl::StartsWith(field.path, "filters[")) field.path = absl::StrCat("question.", field.path);
  }
  return BadFields(fields);
}

}  // namespace

absl::StatusOr<DurationAsked> ReadDurationQuestion(const costs::Costs& costs, absl::Time now, const DurationQuestion& question,
                                                   const std::string& group_by, const type::Period* period) {
  DurationAsked asked;
  costs::QuestionReader reader(costs.catalogue(), now);
  FieldCheck& check = reader.check();
  reader.ReadFilters(question.filters(), &asked.asked);
  for (const costs::QuestionFilter& filter : asked.asked.question.filters) {
    check.Require(costs::SupportsCourses(*filter.dimension), "question.filters",
                  absl::StrCat("trajectories are not filtered by ", filter.dimension->id));
  }
  if (!group_by.empty()) {
    costs::AskedQuestion groups;
    reader.ReadDimension(group_by, "group_by", &groups);
    if (!groups.question.dimensions.empty()) asked.group_by = groups.question.dimensions.front();
    if (!groups.unregistered_dimensions.empty()) asked.asked.unregistered_dimensions = groups.unregistered_dimensions;
    check.Require(asked.group_by == nullptr || costs::SupportsCourses(*asked.group_by), "group_by",
                  absl::StrCat("trajectories are not split by ", group_by));
  }
  if (period != nullptr) reader.ReadPeriod(*period, "period", &asked.asked.question);
  asked.asked.known = reader.ReadKnownTime(question.has_known_time(), question.known_time());
  if (question.has_lag_days()) asked.lag_days = question.lag_days();
  check.Require(0 <= asked.lag_days && asked.lag_days <= kMostLag, "question.lag_days", "must be 0 to 365");
  if (question.has_started()) {
    const std::optional<Day> start = ReadDay(question.started().start_date(), "question.started.start_date", &check);
    const std::optional<Day> end = ReadDay(question.started().end_date(), "question.started.end_date", &check);
    if (start.has_value() && end.has_value()) {
      check.Require(*start < *end, "question.started.end_date", "must be after start_date; the end does not belong to it");
      asked.started = nmd::Period{*start, *end};
    }
  }
  if (!question.observed_from_date().empty()) {
    asked.rules.observed_from = ReadDay(question.observed_from_date(), "question.observed_from_date", &check);
  }
  check.Require(DurationQuestion::Unit_IsValid(question.unit()), "question.unit", "must be TRAJECTORY or PRODUCT");
  asked.rules.join = question.unit() != DurationQuestion::PRODUCT;
  asked.rules.cut = DayOfTime(asked.asked.known) - asked.lag_days;
  if (absl::Status status = reader.Result(); !status.ok()) return InQuestion(status);
  return asked;
}

std::string TrajectoryValue(const costs::CareBook& book, const Trajectory& trajectory, const DimensionInfo& dimension) {
  const costs::Course& course = book.courses[trajectory.course];
  if (dimension.kind == DimensionKind::kTime) return costs::TimeValue(dimension.grain, MonthOf(trajectory.start));
  if (dimension.kind == DimensionKind::kAge) {
    static const auto& bands = *new costs::AgeBands();
    return bands.values()[course.birth == 0 ? bands.unknown() : bands.BandOf(AgeOn(course.birth, trajectory.start))];
  }
  return costs::ValueOf(book, course, dimension);
}

DurationCases PickCases(costs::Costs* costs, const DurationAsked& asked) {
  DurationCases cases;
  cases.book = costs->CareAt(asked.asked.known);
  cases.cut = asked.rules.cut;
  TrajectorySet set = MakeTrajectories(*cases.book, asked.rules);
  cases.observed_from = set.observed_from;
  for (Trajectory& trajectory : set.trajectories) {
    if (asked.started.has_value() && !asked.started->Contains(trajectory.start)) continue;
    const auto kept = [&](const costs::QuestionFilter& filter) {
      const std::string value = TrajectoryValue(*cases.book, trajectory, *filter.dimension);
      return std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
    };
    const auto& filters = asked.asked.question.filters;
    if (std::all_of(filters.begin(), filters.end(), kept)) cases.trajectories.push_back(std::move(trajectory));
  }
  return cases;
}

std::vector<std::pair<std::string, std::vector<uint32_t>>> DurationCases::GroupsBy(const DimensionInfo& dimension) const {
  std::map<std::string, std::vector<uint32_t>> members;
  for (uint32_t i = 0; i < trajectories.size(); ++i) {
    members[TrajectoryValue(*book, trajectories[i], dimension)].push_back(i);
  }
  std::vector<std::pair<std::string, std::vector<uint32_t>>> groups(members.begin(), members.end());
  std::stable_sort(groups.begin(), groups.end(), [&dimension](const auto& a, const auto& b) {
    return costs::SortValue(dimension, a.first) < costs::SortValue(dimension, b.first);
  });
  return groups;
}

std::vector<uint32_t> DurationCases::All() const {
  std::vector<uint32_t> all(trajectories.size());
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

DurationQuestion Effective(const DurationQuestion& question, const DurationAsked& asked, const DurationCases& cases) {
  DurationQuestion effective = question;
  *effective.mutable_known_time() = TimestampOf(asked.asked.known);
  effective.set_lag_days(asked.lag_days);
  effective.set_observed_from_date(FormatDay(cases.observed_from));
  effective.set_unit(asked.rules.join ? DurationQuestion::TRAJECTORY : DurationQuestion::PRODUCT);
  return effective;
}

void AddRemarks(const DurationAsked& asked, const DurationCases& cases, const std::vector<Day>& trend_breaks,
                google::protobuf::RepeatedPtrField<std::string>* remarks) {
  *remarks->Add() = absl::StrCat("Gerekend tot ", dutch::Date(cases.cut), ": over de ", asked.lag_days,
                                 " dagen daarna kunnen nog berichten komen.");
  int64_t ended = 0, imputed = 0, assumed = 0, late = 0;
  Day first = cases.cut;
  for (const Trajectory& trajectory : cases.trajectories) {
    ended += trajectory.ending != kNotEnded ? 1 : 0;
    imputed += trajectory.imputed ? 1 : 0;
    assumed += trajectory.start_assumed ? 1 : 0;
    late += trajectory.start < cases.observed_from ? 1 : 0;
    first = std::min(first, trajectory.start);
  }
  if (late > 0) {
    *remarks->Add() = absl::StrCat("Einden staan in de gegevens vanaf ", dutch::Date(cases.observed_from), ". Van ",
                                   dutch::Number(late), " trajecten is het begin eerder; die tellen mee vanaf die dag.");
  }
  if (imputed > 0) {
    *remarks->Add() = absl::StrCat("Van ", dutch::Number(imputed), " van de ", dutch::Number(ended),
                                   " beëindigde trajecten ontbreekt een stopbericht. Hun einde is afgeleid: de laatste maand "
                                   "waarover is gedeclareerd, en anders het einde van de toewijzing.");
  }
  if (assumed > 0) {
    *remarks->Add() = absl::StrCat("Van ", dutch::Number(assumed), " van de ", dutch::Number(cases.trajectories.size()),
                                   " trajecten ontbreekt een startbericht. Daarvoor geldt het begin van de toewijzing.");
  }
  for (const Day day : trend_breaks) {
    if (first < day && day < cases.cut) {
      *remarks->Add() =
          absl::StrCat("Op ", dutch::Date(day),
                       " ligt een trendbreuk: trajecten van voor en na die dag zijn niet zonder meer te vergelijken.");
    }
  }
}

double MonthsOf(double days) { return days * 16 / 487; }

costs::v1::DurationValue NoValue(absl::string_view reason, const std::string& text) {
  costs::v1::DurationValue value;
  value.set_state(type::Figure::NOT_AVAILABLE);
  value.set_state_reason(std::string(reason));
  value.set_text(text);
  return value;
}

costs::v1::DurationValue ShareValue(double share, const std::optional<Limits>& limits) {
  costs::v1::DurationValue value;
  value.set_state(type::Figure::ANSWERED);
  value.set_value(share);
  if (limits.has_value()) {
    value.set_low(limits->low);
    value.set_high(limits->high);
  }
  value.set_text(dutch::Percent(share));
  return value;
}

costs::v1::DurationValue MonthsValue(double days, std::optional<double> low_days, std::optional<double> high_days) {
  costs::v1::DurationValue value;
  value.set_state(type::Figure::ANSWERED);
  value.set_value(MonthsOf(days));
  if (low_days.has_value()) value.set_low(MonthsOf(*low_days));
  if (high_days.has_value()) value.set_high(MonthsOf(*high_days));
  value.set_text(absl::StrCat(dutch::Decimal(value.value(), 1), " maanden"));
  return value;
}

}  // namespace nmd::analyses
