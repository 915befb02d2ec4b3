// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "services/analyses/policies.h"
#include "services/analyses/regression.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/costs/question.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

// What measures did, and what happened to a series at a date.
namespace nmd::analyses {
namespace {

using costs::v1::AssessedMonth;
using costs::v1::EffectEstimate;
using costs::v1::Interruption;
using costs::v1::PolicyAssessment;
using costs::v1::PolicyMeasure;
using costs::v1::QueryFiguresRequest;
using type::Figure;

constexpr int kMostMonths = 120;
// Of a group in any month: below the first there is no effect to speak of, below the second it is a weak one.
constexpr int64_t kFewestClients = 10;
constexpr int64_t kFewClients = 30;

constexpr absl::string_view kDifferenceMethod =
    "Verschil in verschillen met een vergelijkingsgroep; standaardfout volgens Newey en West (1987), t-verdeling, 95%. Het "
    "klopt "
    "alleen als de groepen zonder de maatregel gelijk op waren gegaan.";
constexpr absl::string_view kSegmentsMethod =
    "Gesegmenteerde regressie van een onderbroken reeks (Wagner e.a. 2002); standaardfout volgens Newey en West (1987), "
    "t-verdeling, 95%. Zonder vergelijkingsgroep is een andere oorzaak op hetzelfde moment niet uit te sluiten.";

type::Period PeriodOf(Month first, Month end) {
  type::Period period;
  period.set_start_date(FormatDay(FirstDay(first)));
  period.set_end_date(FormatDay(FirstDay(end)));
  return period;
}

// A measure by month.
struct Series {
  std::vector<Figure> figures;    // One per month, of those that are told.
  std::vector<double> values;     // Euro of money; NaN where there is none.
  std::optional<int64_t> fewest;  // Clients in any month; absent when that cannot be asked.
  google::protobuf::RepeatedPtrField<type::Provenance> provenance;

  bool Complete() const {
    return std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  }
};

// What is asked about a group.
struct Asked {
  const costs::MeasureInfo* measure = nullptr;
  const google::protobuf::RepeatedPtrField<costs::v1::Filter>* filters = nullptr;
  google::protobuf::Timestamp known;
  std::string parent;
};

QueryFiguresRequest QuestionOf(const Asked& asked, Month first, Month end) {
  QueryFiguresRequest question;
  question.set_parent(asked.parent);
  question.add_measures(std::string(asked.measure->id));
  *question.mutable_filters() = *asked.filters;
  *question.mutable_period() = PeriodOf(first, end);
  *question.mutable_known_time() = asked.known;
  return question;
}

absl::StatusOr<Series> AskSeries(costs::Costs& costs, const Caller& caller, const Asked& asked, Month first, Month end,
                                 absl::Time now) {
  QueryFiguresRequest question = QuestionOf(asked, first, end);
  question.add_dimensions("month");
  // Whether so few people are behind it that chance decides; not everything can be asked of clients.
  bool with_clients = asked.measure->id != "clients";
  if (with_clients) {
    QueryFiguresRequest both = question;
    both.add_measures("clients");
    with_clients = costs::ReadQuestion(costs.catalogue(), both, now).ok();
    if (with_clients) question = both;
  }
  NMD_ASSIGN_OR_RETURN(costs::v1::QueryFiguresResponse response, costs.QueryFigures(caller, question));
  Series series;
  series.provenance = std::move(*response.mutable_provenance());
  // A month without a cell has nobody in it: that is 0 of what is counted, and no value of a quotient.
  const bool ratio = asked.measure->combine == costs::Combine::kRatio;
  series.values.assign(static_cast<size_t>(end - first), ratio ? std::numeric_limits<double>::quiet_NaN() : 0.0);
  std::vector<int64_t> clients(series.values.size(), 0);
  for (Figure& figure : *response.mutable_figures()) {
    if (figure.dimensions().empty()) continue;  // Not registered: no month at all.
    const std::optional<Month> month = ParseMonth(figure.dimensions(0).value());
    if (!month.has_value() || *month < first || *month >= end) continue;
    const auto at = static_cast<size_t>(*month - first);
    const bool answered = figure.state() == Figure::ANSWERED;
    if (figure.measure() == "clients") clients[at] = figure.count();
    if (figure.measure() != asked.measure->id) continue;
    series.values[at] = !answered                                     ? std::numeric_limits<double>::quiet_NaN()
                        : figure.value_case() == Figure::kCount       ? static_cast<double>(figure.count())
                        : figure.value_case() == Figure::kAmountCents ? static_cast<double>(figure.amount_cents()) / 100
                                                                      : figure.ratio();
    series.figures.push_back(std::move(figure));
  }
  for (const Figure& total : response.totals()) {
    if (total.measure() == asked.measure->id && total.state() != Figure::ANSWERED) {
      series.values.assign(series.values.size(), std::numeric_limits<double>::quiet_NaN());
    }
  }
  if (with_clients || asked.measure->id == "clients") series.fewest = *std::min_element(clients.begin(), clients.end());
  return series;
}

void SetEstimate(const Estimate& from, double scale, EffectEstimate* to) {
  to->set_value(from.value * scale);
  to->set_standard_error(from.error * scale);
  to->mutable_interval()->set_low(from.low * scale);
  to->mutable_interval()->set_high(from.high * scale);
  to->mutable_interval()->set_confidence(0.95);
  to->mutable_interval()->set_method("newey_west_t");
}

std::string QuantityText(double value, bool money) {
  // Whole euros as far as a number of cents goes; what is more is a mistake in the data, and still has to be printed.
  const double euros = std::clamp(std::round(value), -9e13, 9e13);
  return money ? dutch::EuroWhole(static_cast<int64_t>(euros) * 100) : dutch::Decimal(value, std::abs(value) < 10 ? 2 : 1);
}

std::string BetweenText(const EffectEstimate& estimate, bool money) {
  return absl::StrCat(QuantityText(estimate.value(), money), " (95%: van ", QuantityText(estimate.interval().low(), money),
                      " tot ", QuantityText(estimate.interval().high(), money), ")");
}

absl::string_view ReasonOfTrouble(Trouble trouble) {
  switch (trouble) {
    case Trouble::kNone:
      return "";
    case Trouble::kTooFew:
      return "TOO_FEW_MONTHS";
    case Trouble::kZero:
      return "ZERO_IN_SERIES";
    case Trouble::kNoVariation:
      return "NO_VARIATION";
  }
  return "";
}

absl::string_view SentenceOf(absl::string_view reason) {
  if (reason == "COMPARISON_MISSING") {
    return "Er is geen vergelijkingsgroep, dus een effect is niet te onderscheiden van wat er met de tijd verandert.";
  }
  if (reason == "TOO_FEW_MONTHS") return "Er zijn te weinig maanden om iets te zeggen.";
  if (reason == "VALUE_MISSING") return "Van een of meer maanden is er geen cijfer.";
  if (reason == "ZERO_IN_SERIES") return "In een maand is de waarde nul; dan is er geen verhouding.";
  if (reason == "NO_VARIATION") return "De cijfers veranderen niet of precies gelijk; dan is de onzekerheid niet te schatten.";
  return "In een maand zijn er minder dan 10 cliënten; dan beslist het toeval.";
}

absl::Time KnownAt(bool given, const google::protobuf::Timestamp& time, absl::Time now) {
  return given ? std::min(now, TimeOf(time)) : now;
}

// Nothing began yet: what there is without the measure, and what is expected.
void Plan(const PolicyMeasure& measure, const Series& series, double scale, bool money, PolicyAssessment* to) {
  to->set_state(Figure::NOT_AVAILABLE);
  to->set_state_reason("NOT_STARTED");
  std::string text =
      absl::StrCat("De maatregel begint op ", dutch::Date(*ParseDay(measure.start_date())), "; er is nog niets gemeten.");
  if (!series.values.empty() && series.Complete()) {
    double sum = 0;
    for (const double value : series.values) sum += value;
    const double level = sum / static_cast<double>(series.values.size()) * scale;
    to->set_counterfactual_per_year(level);
    absl::StrAppend(&text, " Zonder de maatregel is het ", QuantityText(level, money), " per jaar, zoals in de ",
                    series.values.size(), " maanden ervoor; verwacht wordt een verandering van ",
                    QuantityText(to->expected_per_year(), money));
    if (level > 0) absl::StrAppend(&text, " (", dutch::Growth(to->expected_per_year() / level, 1), ")");
    absl::StrAppend(&text, ".");
  }
  to->set_statement(std::move(text));
}

void Conclude(bool money, PolicyAssessment* to) {
  const EffectEstimate& effect = to->effect_per_year();
  const type::Interval& interval = effect.interval();
  std::string text = absl::StrCat("Verwacht was een verandering van ", QuantityText(to->expected_per_year(), money),
                                  " per jaar; gemeten is ", BetweenText(effect, money), ".");
  const bool chance = interval.low() <= 0 && interval.high() >= 0;
  const bool as_expected = interval.low() <= to->expected_per_year() && to->expected_per_year() <= interval.high();
  absl::StrAppend(&text, chance ? " Dat kan toeval zijn." : " Dat is meer dan toeval.",
                  as_expected ? " De verwachting ligt binnen de marge." : " De verwachting ligt buiten de marge.");
  to->set_statement(std::move(text));
}

// Events in the months other than at the first of them.
template <typename Add>
void EachEvent(const std::vector<costs::v1::PolicyEvent>& events, Month first, Month end, const Add& add) {
  for (const auto& event : events) {
    const std::optional<Day> day = ParseDay(event.date());
    if (day.has_value() && *day >= FirstDay(first) && *day < FirstDay(end)) add(event, *day);
  }
}

}  // namespace

absl::StatusOr<PolicyAssessment> Policies::AssessPolicyMeasure(const Caller& caller,
                                                               const costs::v1::AssessPolicyMeasureRequest& request) {
  FieldCheck check;
  check.Require(request.months_before() >= 0 && request.months_before() <= 60, "months_before", "must be from 0 to 60");
  check.Require(request.months_after() >= 0 && request.months_after() <= 60, "months_after", "must be from 0 to 60");
  if (!check.ok()) return check.Result();
  const absl::Time now = clock_.Now();
  const absl::Time known = KnownAt(request.has_known_time(), request.known_time(), now);
  std::optional<PolicyMeasure> measure;
  {
    MutexLock lock(mutex_);
    measure = MeasureAsKnown(request.name(), known);
  }
  if (!measure.has_value()) return NotFound(request.name());
  PolicyAssessment assessment;
  *assessment.mutable_policy_measure() = *measure;
  assessment.set_method(std::string(kDifferenceMethod));
  *assessment.mutable_known_time() = TimestampOf(known);
  Asked asked;
  asked.measure = costs_.catalogue().Find(measure->measure());
  if (asked.measure == nullptr) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::MEASURE_UNKNOWN,
                absl::StrCat("the figure ", measure->measure(), " is not in the catalogue any more"));
  }
  asked.filters = &measure->population();
  asked.known = assessment.known_time();
  asked.parent = request.name().substr(0, request.name().find("/policymeasures/"));
  const bool money = asked.measure->money;
  // What adds up over months is told per year; of persons and quotients a year has the level of its months.
  const double scale = asked.measure->combine == costs::Combine::kAdditive ? 12 : 1;
  assessment.set_expected_per_year(static_cast<double>(measure->expected_per_year()) / (money ? 100 : 1));

  const Month start = MonthOf(*ParseDay(measure->start_date()));
  const Month over = MonthOf(dutch::CalendarDay(known));
  const int before = request.months_before() == 0 ? 12 : request.months_before();
  const int after = std::clamp(over - start, 0, request.months_after() == 0 ? 12 : request.months_after());
  const Month first = after == 0 ? std::min(start, over) - before : start - before;
  const Month end = first + before + after;
  NMD_ASSIGN_OR_RETURN(const Series population, AskSeries(costs_, caller, asked, first, end, now));
  *assessment.mutable_provenance() = population.provenance;
  std::optional<Series> comparison;
  if (!measure->comparison().empty()) {
    Asked other = asked;
    other.filters = &measure->comparison();
    NMD_ASSIGN_OR_RETURN(comparison, AskSeries(costs_, caller, other, first, end, now));
  }
  for (size_t i = 0; i < population.values.size(); ++i) {
    AssessedMonth* month = assessment.add_months();
    month->set_month(FormatMonth(first + static_cast<Month>(i)));
    if (!std::isnan(population.values[i])) month->set_population(population.values[i]);
    if (comparison.has_value() && !std::isnan(comparison->values[i])) month->set_comparison(comparison->values[i]);
  }
  for (const auto* filters : {&measure->population(), &measure->comparison()}) {
    if (filters == &measure->comparison() && filters->empty()) continue;
    asked.filters = filters;
    for (const auto& [from, to] :
         {std::pair<Month, Month>{first, first + before}, std::pair<Month, Month>{first + before, end}}) {
      if (from == to) continue;
      NMD_ASSIGN_OR_RETURN(const auto response, costs_.QueryFigures(caller, QuestionOf(asked, from, to)));
      *assessment.add_totals() = response.totals(0);
    }
  }
  if (after == 0) {
    Plan(*measure, population, scale, money, &assessment);
    return assessment;
  }

  absl::string_view reason;
  if (!comparison.has_value()) {
    reason = "COMPARISON_MISSING";
  } else if (!population.Complete() || !comparison->Complete()) {
    reason = "VALUE_MISSING";
  } else if (population.fewest.has_value() && comparison->fewest.has_value()) {
    assessment.set_fewest_clients(std::min(*population.fewest, *comparison->fewest));
    if (assessment.fewest_clients() < kFewestClients) reason = "TOO_FEW_CLIENTS";
  }
  Difference difference;
  if (reason.empty()) {
    difference =
        DifferenceInDifferences(population.values, comparison->values, static_cast<size_t>(before),
                                measure->form() == PolicyMeasure::RELATIVE ? EffectForm::kRelative : EffectForm::kAbsolute);
    reason = ReasonOfTrouble(difference.trouble);
  }
  if (!reason.empty()) {
    assessment.set_state(reason == "COMPARISON_MISSING" ? Figure::NOT_COMPARABLE : Figure::NOT_AVAILABLE);
    assessment.set_state_reason(std::string(reason));
    assessment.set_statement(std::string(SentenceOf(reason)));
    return assessment;
  }
  assessment.set_state(Figure::ANSWERED);
  SetEstimate(difference.effect, scale, assessment.mutable_effect_per_year());
  if (measure->form() == PolicyMeasure::RELATIVE) SetEstimate(difference.ratio, 1, assessment.mutable_ratio());
  double sum = 0;
  for (size_t i = 0; i < difference.counterfactual.size(); ++i) {
    assessment.mutable_months(before + static_cast<int>(i))->set_counterfactual(difference.counterfactual[i]);
    sum += difference.counterfactual[i];
  }
  assessment.set_counterfactual_per_year(sum / static_cast<double>(difference.counterfactual.size()) * scale);
  if (assessment.has_fewest_clients() && assessment.fewest_clients() < kFewClients) {
    assessment.add_warnings(absl::StrCat("In een maand zijn er maar ", assessment.fewest_clients(),
                                         " cliënten in een van de groepen; een paar cliënten meer of minder maken veel uit."));
  }
  if (before < 12 || after < 12) {
    assessment.add_warnings("Er is minder dan een jaar voor of na; een seizoen kan op een effect lijken.");
  }
  EachEvent(data_->events(), first, end, [&](const auto& event, Day day) {
    assessment.add_warnings(absl::StrCat("In deze maanden valt ook: ", event.title(), " (", dutch::Date(day), ")."));
  });
  Conclude(money, &assessment);
  return assessment;
}

absl::StatusOr<Interruption> Policies::AnalyseInterruption(const Caller& caller,
                                                           const costs::v1::AnalyseInterruptionRequest& request) {
  FieldCheck check;
  check.Require(request.months_before() >= 0 && request.months_before() <= kMostMonths, "months_before",
                "must be from 0 to 120");
  check.Require(request.months_after() >= 0 && request.months_after() <= kMostMonths, "months_after", "must be from 0 to 120");
  const costs::v1::PolicyEvent* event = data_->FindEvent(request.policy_event());
  std::optional<Month> month = ParseMonth(request.month());
  if (!request.policy_event().empty()) {
    check.Require(event != nullptr, "policy_event", "there is no such event");
    check.Require(request.month().empty(), "month", "and policy_event do not go together");
    if (event != nullptr) month = MonthOf(*ParseDay(event->date()));
  } else {
    check.Require(month.has_value(), "month", "must be a month such as 2019-01, or give policy_event");
  }
  const costs::MeasureInfo* info = costs_.catalogue().Find(request.measure());
  check.Require(info != nullptr, "measure", "there is no such measure");
  if (!check.ok()) return check.Result();
  const absl::Time now = clock_.Now();
  const absl::Time known = KnownAt(request.has_known_time(), request.known_time(), now);
  Interruption interruption;
  interruption.set_method(std::string(kSegmentsMethod));
  *interruption.mutable_known_time() = TimestampOf(known);
  const Month over = MonthOf(dutch::CalendarDay(known));
  const int before = request.months_before() == 0 ? 24 : request.months_before();
  const int after = std::clamp(over - *month, 0, request.months_after() == 0 ? 24 : request.months_after());
  const Month first = *month - before;
  const Month end = *month + after;
  const Asked asked = {info, &request.filters(), interruption.known_time(), request.parent()};
  NMD_ASSIGN_OR_RETURN(Series series, AskSeries(costs_, caller, asked, first, end, now));
  for (Figure& figure : series.figures) *interruption.add_figures() = std::move(figure);
  *interruption.mutable_provenance() = series.provenance;
  EachEvent(data_->events(), first, end, [&](const auto& other, Day day) {
    *interruption.add_policy_events() = other;
    if (MonthOf(day) != *month) {
      interruption.add_warnings(absl::StrCat("In deze maanden valt ook: ", other.title(), " (", dutch::Date(day), ")."));
    }
  });
  if (before < 24 || after < 24) {
    interruption.add_warnings("Er is minder dan twee jaar voor of na; een seizoen kan op een verandering lijken.");
  }
  Segments segments;
  absl::string_view reason;
  if (!series.Complete()) {
    reason = "VALUE_MISSING";
  } else {
    segments = InterruptedSeries(series.values, static_cast<size_t>(before));
    reason = ReasonOfTrouble(segments.trouble);
  }
  if (!reason.empty()) {
    interruption.set_state(Figure::NOT_AVAILABLE);
    interruption.set_state_reason(std::string(reason));
    interruption.set_statement(std::string(SentenceOf(reason)));
    return interruption;
  }
  interruption.set_state(Figure::ANSWERED);
  SetEstimate(segments.level, 1, interruption.mutable_level());
  SetEstimate(segments.slope, 1, interruption.mutable_slope());
  SetEstimate(segments.level_change, 1, interruption.mutable_level_change());
  SetEstimate(segments.slope_change, 1, interruption.mutable_slope_change());
  const auto sure = [](const EffectEstimate& e) { return e.interval().low() > 0 || e.interval().high() < 0; };
  interruption.set_statement(absl::StrCat(
      "In ", dutch::MonthLong(*month), " is de sprong ", BetweenText(interruption.level_change(), info->money),
      sure(interruption.level_change()) ? ", meer dan toeval" : ", en dat kan toeval zijn",
      ". Per maand verandert de lijn daarna ", BetweenText(interruption.slope_change(), info->money),
      " ten opzichte van ervoor", sure(interruption.slope_change()) ? ", meer dan toeval." : ", en dat kan toeval zijn."));
  return interruption;
}

}  // namespace nmd::analyses
