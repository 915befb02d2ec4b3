// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <set>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/analyses/policies.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

// The goal tree with its figures.
namespace nmd::analyses {
namespace {

using costs::v1::Goal;
using costs::v1::GoalPage;
using costs::v1::Indicator;
using costs::v1::IndicatorReading;
using costs::v1::IndicatorTarget;
using costs::v1::PublishedValue;
using type::Figure;

type::Period PeriodOf(Month first, Month end) {
  type::Period period;
  period.set_start_date(FormatDay(FirstDay(first)));
  period.set_end_date(FormatDay(FirstDay(end)));
  return period;
}

// In the unit of a target: euro of money.
double NumberOf(const Figure& figure) {
  return figure.value_case() == Figure::kCount         ? static_cast<double>(figure.count())
         : figure.value_case() == Figure::kAmountCents ? static_cast<double>(figure.amount_cents()) / 100
                                                       : figure.ratio();
}

std::string TextOf(const Figure& figure) {
  return figure.value_case() == Figure::kCount         ? dutch::Number(figure.count())
         : figure.value_case() == Figure::kAmountCents ? dutch::EuroWhole(figure.amount_cents())
                                                       : dutch::Decimal(figure.ratio(), 2);
}

std::string TextOf(const PublishedValue& value) {
  return value.has_part() ? absl::StrCat(dutch::Number(value.part()), " van ", dutch::Number(value.whole())) : value.printed();
}

// One value, and the one before it when there is one.
struct Reading {
  double now = 0;
  std::optional<double> before;
  std::string now_text, before_text;
};

void SetSignal(const Indicator& indicator, const Reading& reading, IndicatorReading* to) {
  if (indicator.has_target()) {
    const IndicatorTarget& target = indicator.target();
    const bool good =
        target.bound() == IndicatorTarget::AT_MOST ? reading.now <= target.value() : reading.now >= target.value();
    to->set_signal(good ? IndicatorReading::GOOD : IndicatorReading::NOT_GOOD);
    to->set_statement(absl::StrCat("De waarde is ", reading.now_text, "; het doel is ", target.text(), "."));
    return;
  }
  if (!reading.before.has_value()) {
    to->set_signal(IndicatorReading::UNDECIDED);
    to->set_statement(absl::StrCat("De waarde is ", reading.now_text, ". Er is geen eerdere waarde om mee te vergelijken."));
    return;
  }
  const std::string both = absl::StrCat("De waarde is ", reading.now_text, "; eerder was die ", reading.before_text, ".");
  if (indicator.direction() == Indicator::DIRECTION_UNSPECIFIED || reading.now == *reading.before) {
    to->set_signal(IndicatorReading::UNDECIDED);
    to->set_statement(absl::StrCat(
        both, reading.now == *reading.before ? " Er is niets veranderd." : " Meer of minder is hier niet goed of slecht."));
    return;
  }
  const bool higher = indicator.direction() == Indicator::HIGHER_IS_BETTER;
  to->set_signal((reading.now > *reading.before) == higher ? IndicatorReading::GOOD : IndicatorReading::NOT_GOOD);
  to->set_statement(absl::StrCat(both, higher ? " Hoger is beter." : " Lager is beter."));
}

void ReadValues(const Indicator& indicator, int last_year, IndicatorReading* to) {
  // The first series is that of the goal; others are to compare with.
  const std::string& area = indicator.values(0).area();
  const PublishedValue* now = nullptr;
  const PublishedValue* before = nullptr;
  for (const PublishedValue& value : indicator.values()) {
    if (value.area() != area || value.year() > last_year) continue;
    before = now;
    now = &value;
  }
  if (now == nullptr) {
    to->set_signal(IndicatorReading::UNDECIDED);
    to->set_statement("Over deze periode is nog niets gepubliceerd.");
    return;
  }
  Reading reading{now->value(), std::nullopt, absl::StrCat(TextOf(*now), " (", now->year(), ")"), ""};
  if (before != nullptr) {
    reading.before = before->value();
    reading.before_text = absl::StrCat(TextOf(*before), " (", before->year(), ")");
  }
  SetSignal(indicator, reading, to);
  std::string text = to->statement();
  for (const PublishedValue& value : indicator.values()) {
    if (value.area() != area && value.year() == now->year()) {
      absl::StrAppend(&text, " ", value.area(), ": ", TextOf(value), ".");
    }
  }
  // A share of people who were asked says little without how many they were; a count needs no such words.
  const bool surveyed = absl::EndsWith(now->printed(), "%") && !now->method().empty();
  if (surveyed && !now->has_respondent_count()) absl::StrAppend(&text, " Hoeveel mensen antwoord gaven, is niet bekend.");
  to->set_statement(std::move(text));
}

std::string Conclusion(const GoalPage& page) {
  int good = 0, bad = 0;
  std::set<int> kinds;
  for (const IndicatorReading& reading : page.readings()) {
    good += reading.signal() == IndicatorReading::GOOD ? 1 : 0;
    bad += reading.signal() == IndicatorReading::NOT_GOOD ? 1 : 0;
    kinds.insert(reading.indicator().kind());
  }
  if (page.readings().empty()) return "Dit doel heeft geen eigen indicatoren; kijk naar de doelen die eronder vallen.";
  std::string text = absl::StrCat("Van ", page.readings_size(), " indicatoren staan er ", good, " goed en ", bad,
                                  " niet goed; van ", page.readings_size() - good - bad, " is het niet te zeggen.");
  if (kinds.size() == 1) absl::StrAppend(&text, " Ze zijn allemaal van één soort; dat is een smalle basis.");
  return text;
}

}  // namespace

absl::StatusOr<costs::v1::ListGoalsResponse> Policies::ListGoals(const Caller&,
                                                                 const costs::v1::ListGoalsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  costs::v1::ListGoalsResponse response;
  const auto total = static_cast<int64_t>(data_->goals().size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) *response.add_goals() = data_->goals()[static_cast<size_t>(i)];
  response.set_next_page_token(NextPageToken(request, end, total));
  for (const auto& effort : data_->efforts()) *response.add_efforts() = effort;
  absl::flat_hash_set<std::string> used;
  for (const Goal& goal : data_->goals()) {
    for (const Indicator& indicator : goal.indicators()) used.insert(indicator.measure());
  }
  for (const auto& measure : costs_.catalogue().measures()) {
    if (used.count(std::string(measure.id)) == 0) response.add_unused_measures(std::string(measure.id));
  }
  return response;
}

absl::StatusOr<GoalPage> Policies::GetGoal(const Caller& caller, const costs::v1::GetGoalRequest& request) {
  const Goal* goal = data_->FindGoal(request.name());
  if (goal == nullptr) return NotFound(request.name());
  const absl::Time now = clock_.Now();
  const absl::Time known = request.has_known_time() ? std::min(now, TimeOf(request.known_time())) : now;
  const Month over = MonthOf(dutch::CalendarDay(known));  // The first month that is not.
  Month first = over - 12;
  Month end = over;
  if (request.has_period()) {
    const std::optional<Day> from = ParseDay(request.period().start_date());
    const std::optional<Day> to = ParseDay(request.period().end_date());
    FieldCheck check;
    check.Require(from.has_value() && to.has_value() && CivilOf(*from).day == 1 && CivilOf(*to).day == 1 && *from < *to,
                  "period", "must be whole calendar months: first days of months, start before end");
    if (!check.ok()) return check.Result();
    first = MonthOf(*from);
    end = MonthOf(*to);
  }
  GoalPage page;
  *page.mutable_goal() = *goal;
  *page.mutable_period() = PeriodOf(first, end);
  *page.mutable_known_time() = TimestampOf(known);
  absl::flat_hash_set<std::string> sources;
  for (const Indicator& indicator : goal->indicators()) {
    IndicatorReading* reading = page.add_readings();
    *reading->mutable_indicator() = indicator;
    reading->set_caveat(std::string(CaveatOf(indicator.kind())));
    reading->set_signal(IndicatorReading::UNDECIDED);
    if (!indicator.unregistered_reason().empty()) {
      reading->mutable_figure()->set_state(Figure::NOT_REGISTERED);
      reading->mutable_figure()->set_state_reason("MEASURE_NOT_REGISTERED");
      *reading->mutable_figure()->mutable_known_time() = page.known_time();
      reading->set_statement(indicator.unregistered_reason());
      continue;
    }
    if (!indicator.values().empty()) {
      ReadValues(indicator, YearOf(end - 1), reading);
      continue;
    }
    costs::v1::CompareFiguresRequest question;
    question.set_parent(request.name().substr(0, request.name().find("/goals/")));
    question.add_measures(indicator.measure());
    *question.mutable_filters() = indicator.filters();
    *question.mutable_before() = PeriodOf(first - 12, end - 12);
    *question.mutable_after() = page.period();
    *question.mutable_known_time() = page.known_time();
    NMD_ASSIGN_OR_RETURN(const costs::v1::CompareFiguresResponse found, costs_.CompareFigures(caller, question));
    const costs::v1::Comparison& total = found.totals(0);
    *reading->mutable_figure() = total.after();
    *reading->mutable_before() = total.before();
    for (const type::Provenance& line : found.provenance()) {
      if (sources.insert(line.source()).second) *page.add_provenance() = line;
    }
    if (total.after().state() != Figure::ANSWERED) {
      reading->set_statement("Over deze periode is er geen cijfer.");
      continue;
    }
    Reading values{NumberOf(total.after()), std::nullopt, TextOf(total.after()), ""};
    if (total.state() == Figure::ANSWERED) {
      values.before = NumberOf(total.before());
      values.before_text = TextOf(total.before());
    }
    SetSignal(indicator, values, reading);
    if (total.state() == Figure::NOT_COMPARABLE && !indicator.has_target()) {
      reading->set_statement(absl::StrCat("De waarde is ", TextOf(total.after()),
                                          ". Met een jaar eerder is die niet te vergelijken: trendbreuk."));
    }
  }
  for (const Goal& part : data_->goals()) {
    if (part.parent_goal() == goal->name()) *page.add_parts() = part;
  }
  for (const auto& note : NotesAsKnown(goal->name(), known)) *page.add_notes() = note;
  page.set_statement(Conclusion(page));
  return page;
}

}  // namespace nmd::analyses
