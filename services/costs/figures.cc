// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/figures.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/type/error_reason.pb.h"
#include "services/core/dutch.h"
#include "services/costs/reliability.h"
#include "services/platform/proto_time.h"

namespace nmd::costs {
namespace {

// Whether persons play a part in the measure.
bool CountsRows(const MeasureInfo& measure) {
  return measure.family == Family::kRows || measure.family == Family::kFlows || measure.family == Family::kSpread ||
         (measure.family == Family::kPersons && measure.measure != MeasureId::kAllHouseholds) ||
         std::any_of(measure.bases.begin(), measure.bases.end(), [](const MeasureInfo* base) { return CountsRows(*base); });
}

// Why a measure that is, or is made of, one that nobody registers has no answer.
std::string UnregisteredReason(const MeasureInfo& measure) {
  std::string text;
  if (measure.family == Family::kUnregistered) text = measure.texts->unregistered_reason();
  for (const MeasureInfo* base : measure.bases) {
    if (base->family == Family::kUnregistered) {
      absl::StrAppend(&text, text.empty() ? "" : " ", base->texts->unregistered_reason());
    }
  }
  return text;
}

// Null when the dictionary does not have the value.
const std::string* LabelIn(const Dictionary& dictionary, const std::string& value) {
  const auto found = std::lower_bound(dictionary.values.begin(), dictionary.values.end(), value);
  if (found == dictionary.values.end() || *found != value) return nullptr;
  return &dictionary.labels[static_cast<size_t>(found - dictionary.values.begin())];
}

}  // namespace

v1::Measure MeasureMessage(const std::string& municipality, const MeasureInfo& info) {
  const internal::v1::CatalogueMeasure& texts = *info.texts;
  v1::Measure measure;
  measure.set_name(absl::StrCat("municipalities/", municipality, "/measures/", info.id));
  measure.set_title(texts.title());
  measure.set_title_en(texts.title_en());
  measure.set_definition(info.definition);
  measure.set_description(texts.description());
  measure.set_formula(texts.formula());
  measure.set_unit(texts.unit());
  measure.set_additivity(info.combine == Combine::kDistinct ? v1::Measure::DISTINCT
                         : info.combine == Combine::kRatio  ? v1::Measure::RATIO
                                                            : v1::Measure::ADDITIVE);
  measure.set_stage(texts.stage());
  measure.set_population(texts.population());
  measure.set_kind(texts.kind());
  measure.set_confidentiality(texts.confidentiality());
  *measure.mutable_edge_rules() = texts.edge_rules();
  measure.set_expression(texts.expression());
  measure.set_own(info.own);
  measure.set_unregistered_reason(texts.unregistered_reason());
  for (const DimensionInfo& dimension : Dimensions()) {
    if (dimension.kind != DimensionKind::kNotRegistered && Supports(info, dimension)) {
      measure.add_dimensions(std::string(dimension.id));
    }
  }
  return measure;
}

type::Period PeriodMessage(const Question& question, const MonthRange& months) {
  type::Period period;
  period.set_start_date(FormatDay(question.on.value_or(FirstDay(months.first))));
  period.set_end_date(FormatDay(question.on.has_value() ? *question.on + 1 : FirstDay(months.end)));
  return period;
}

std::string ValueLabel(const Snapshot& snapshot, const DimensionInfo& dimension, const std::string& value) {
  switch (dimension.kind) {
    case DimensionKind::kTime:
      return TimeLabel(dimension.grain, value);
    case DimensionKind::kAge:
      return AgeLabel(value);
    case DimensionKind::kBudgetLine:
      return BudgetLineLabel(value);
    case DimensionKind::kColumn: {
      const std::string* label = LabelIn(snapshot.dictionaries[dimension.field], value);
      if (dimension.field == kWijkField || dimension.field == kBuurtField) {
        const std::string years = snapshot.areas.YearsOf(dimension.field == kBuurtField, value);
        if (!years.empty()) return absl::StrCat(value, " (indeling ", years, ")");
      }
      return label != nullptr ? *label : FieldLabel(dimension.field, value);
    }
    case DimensionKind::kWorkedOut: {
      const std::string* label = LabelIn(snapshot.worked_out.DictionaryOf(dimension.worked_out), value);
      return label != nullptr ? *label : value.empty() ? "Onbekend" : value;
    }
    case DimensionKind::kNotRegistered:
      break;
  }
  return value;
}

FigureMaker::FigureMaker(const Snapshot& snapshot, const AskedQuestion& asked)
    : snapshot_(snapshot), asked_(asked), today_(dutch::CalendarDay(asked.known)) {
  for (const MeasureInfo* measure : asked.question.measures) {
    const uint32_t kinds = KindsOf(*measure);
    Base base;
    for (const auto& [source, shares] : snapshot.shares) {
      for (const SourceShare& share : shares) {
        if ((share.kinds & kinds) == 0) continue;
        base.records += share.records;
        base.sound_records += share.sound_records;
        base.newest = base.deliveries == 0 ? share.newest : std::max(base.newest, share.newest);
        base.deliveries += share.deliveries;
      }
    }
    base.opening =
        base.records > 0
            ? absl::StrCat(dutch::Percent(static_cast<double>(base.sound_records) / static_cast<double>(base.records)),
                           " van de gegevens uit de bron is zonder fouten")
            : "Hoeveel gegevens uit de bron zonder fouten zijn, is niet bekend";
    base.closing = absl::StrCat("; de nieuwste levering is van ", dutch::Moment(absl::FromUnixMicros(base.newest)), ", ",
                                AgeText(base.newest, asked.known), ".");
    bases_.push_back(std::move(base));
  }
}

uint32_t FigureMaker::KindsOf(const MeasureInfo& measure) const {
  uint32_t kinds = measure.kinds;
  if (!CountsRows(measure)) return kinds;
  for (const DimensionInfo* dimension : asked_.question.dimensions) kinds |= dimension->kinds;
  for (const QuestionFilter& filter : asked_.question.filters) kinds |= filter.dimension->kinds;
  return kinds;
}

type::Figure FigureMaker::Bare(size_t m) const {
  const MeasureInfo& measure = *asked_.question.measures[m];
  type::Figure figure;
  figure.set_measure(std::string(measure.id));
  figure.set_definition(measure.definition);
  *figure.mutable_known_time() = TimestampOf(absl::ToUnixMicros(asked_.known));
  return figure;
}

type::Figure FigureMaker::Make(const Cell& cell, size_t m, bool dimensions) const {
  const MeasureInfo& measure = *asked_.question.measures[m];
  const Value& value = cell.measures[m];
  type::Figure figure = Bare(m);
  *figure.mutable_period() = PeriodMessage(asked_.question, cell.months);
  for (size_t d = 0; dimensions && d < cell.values.size(); ++d) {
    type::DimensionValue* coordinate = figure.add_dimensions();
    coordinate->set_dimension(std::string(asked_.question.dimensions[d]->id));
    coordinate->set_value(cell.values[d]);
    coordinate->set_label(ValueLabel(snapshot_, *asked_.question.dimensions[d], cell.values[d]));
  }
  switch (value.state) {
    case Value::State::kAnswered:
      figure.set_state(type::Figure::ANSWERED);
      if (measure.money) {
        figure.set_amount_cents(value.value);
      } else if (measure.ratio) {
        figure.set_ratio(value.ratio);
      } else {
        figure.set_count(value.value);
      }
      break;
    case Value::State::kPeriodNotDelivered:
      figure.set_state(type::Figure::NOT_AVAILABLE);
      figure.set_state_reason(type::ErrorReason_Name(type::PERIOD_NOT_DELIVERED));
      break;
    case Value::State::kTariffMissing:
      figure.set_state(type::Figure::NOT_AVAILABLE);
      figure.set_state_reason(type::ErrorReason_Name(type::TARIFF_MISSING));
      break;
    case Value::State::kNotRegistered:
      figure.set_state(type::Figure::NOT_REGISTERED);
      figure.set_state_reason(type::ErrorReason_Name(type::ATTRIBUTE_NOT_REGISTERED));
      figure.mutable_reliability()->set_statement(UnregisteredReason(measure));
      return figure;
    case Value::State::kDividedByZero:
      figure.set_state(type::Figure::NOT_AVAILABLE);
      figure.set_state_reason(type::ErrorReason_Name(type::DENOMINATOR_ZERO));
      break;
    case Value::State::kTooLarge:
      figure.set_state(type::Figure::NOT_AVAILABLE);
      figure.set_state_reason(type::ErrorReason_Name(type::VALUE_TOO_LARGE));
      break;
  }
  const bool area_changed =
      value.state == Value::State::kAnswered &&
      AreaChanges(snapshot_.areas, asked_.question, dimensions ? cell.values : std::vector<std::string>(), {cell.months});
  if (area_changed) {
    figure.set_state(type::Figure::NOT_COMPARABLE);
    figure.set_state_reason(type::ErrorReason_Name(type::AREA_CHANGED));
    figure.clear_value();
  }
  if (value.interval.has_value() && !area_changed) {
    type::Interval* interval = figure.mutable_interval();
    interval->set_low(value.interval->low);
    interval->set_high(value.interval->high);
    interval->set_confidence(0.95);
    interval->set_method("exact_poisson");
  }
  const Base& base = bases_[m];
  type::Reliability* reliability = figure.mutable_reliability();
  if (base.records > 0) {
    reliability->set_source_quality(static_cast<double>(base.sound_records) / static_cast<double>(base.records));
  }
  Expectation expected;
  if (value.state == Value::State::kAnswered && !area_changed) {
    expected = ExpectationOf(snapshot_, measure, asked_.question, cell.months, today_);
  }
  std::optional<double> completeness = value.completeness;
  if (expected.completeness.has_value()) completeness = completeness.value_or(1) * *expected.completeness;
  if (completeness.has_value()) reliability->set_completeness(*completeness);
  reliability->set_provisional(expected.provisional);
  reliability->set_link_quality(value.link_quality);
  if (value.least.has_value()) reliability->set_least_count(*value.least);
  if (base.deliveries > 0) *reliability->mutable_newest_delivery_time() = TimestampOf(base.newest);
  reliability->set_statement(
      area_changed
          ? "De indeling in wijken en buurten veranderde in deze periode, dus de code gaat niet over één gebied. Vraag "
            "het cijfer per jaar."
          : absl::StrCat(Statement(measure, base, value, completeness, cell.months), expected.remark));
  return figure;
}

std::string FigureMaker::FlowRemark(const MeasureInfo& measure, const MonthRange& months) const {
  std::string text;
  const auto touches = [&measure](std::initializer_list<MeasureId> ids) {
    const auto is = [&ids](const MeasureInfo* info) { return std::find(ids.begin(), ids.end(), info->measure) != ids.end(); };
    return is(&measure) || std::any_of(measure.bases.begin(), measure.bases.end(), is);
  };
  const Month data = snapshot_.allocation_months.first;
  if (touches({MeasureId::kFirstEver}) && months.first < data + 12) {
    absl::StrAppend(&text, " De gegevens beginnen in ", dutch::MonthLong(data), ": wie daarvoor zorg had, telt als nieuw.");
  }
  if (touches({MeasureId::kInflow, MeasureId::kReturned}) && months.first < data + 12) {
    absl::StrAppend(&text, " De gegevens beginnen in ", dutch::MonthLong(data),
                    ": wie daarvoor zorg had en in het eerste jaar terugkomt, telt als nieuw.");
  }
  const absl::Time settled = absl::FromUnixSeconds(int64_t{86400} * (FirstDay(months.end) + 28));
  if (touches({MeasureId::kOutflow, MeasureId::kInterrupted, MeasureId::kStockEnd}) && asked_.known < settled) {
    text += " Voorlopig: wie kort geleden stopte, kan binnen 28 dagen terugkomen.";
  }
  return text;
}

std::string FigureMaker::Statement(const MeasureInfo& measure, const Base& base, const Value& value,
                                   const std::optional<double>& completeness, const MonthRange& months) const {
  if (base.deliveries == 0) return "Hierover is nog niets aangeleverd.";
  if (value.state == Value::State::kPeriodNotDelivered) return "Over deze periode is nog niets aangeleverd.";
  if (value.state == Value::State::kDividedByZero) return "De noemer is nul, dus er is geen uitkomst.";
  if (value.state == Value::State::kTooLarge) return "De uitkomst is te groot om te tonen.";
  std::string text = base.opening;
  if (CountsRows(measure)) {
    absl::StrAppend(&text, ", ", dutch::Percent(value.link_quality), " is gekoppeld op een geldig burgerservicenummer");
  }
  if (completeness.has_value()) {
    absl::StrAppend(&text, ", de volledigheid is ", dutch::Percent(*completeness));
  }
  text += base.closing;
  if (value.least.has_value()) {
    absl::StrAppend(&text, " Als alle twijfelgevallen dezelfde persoon blijken, zijn het er ", dutch::Number(*value.least),
                    ".");
  }
  absl::StrAppend(&text, FlowRemark(measure, months));
  if (value.placeless_clients > 0) {
    absl::StrAppend(&text, " Van ", dutch::Number(value.placeless_clients),
                    value.placeless_clients == 1 ? " cliënt is geen huishouden bekend; die telt"
                                                 : " cliënten is geen huishouden bekend; zij tellen",
                    " hier niet mee.");
  }
  if (value.years_known.has_value() && *value.years_known < 5) {
    absl::StrAppend(&text, " Er zijn gegevens over ", *value.years_known,
                    " van de laatste 5 jaar: wie daarvoor zorg had, telt met te weinig jaren.");
  }
  if (value.untariffed_provisions > 0) {
    absl::StrAppend(
        &text,
        value.untariffed_provisions == 1 ? std::string(" Van 1 voorziening ontbreekt een tarief of de omvang")
                                         : absl::StrCat(" Van ", dutch::Number(value.untariffed_provisions),
                                                        " voorzieningen ontbreekt een tarief of de omvang"),
        value.state == Value::State::kTariffMissing ? ": er is geen bedrag te geven." : ": het werkelijke bedrag is hoger.");
  }
  return text;
}

type::Figure FigureMaker::NotRegistered(size_t m, const std::vector<const DimensionInfo*>& what) const {
  type::Figure figure = Bare(m);
  *figure.mutable_period() = PeriodMessage(asked_.question, {asked_.question.first, asked_.question.end});
  figure.set_state(type::Figure::NOT_REGISTERED);
  figure.set_state_reason(type::ErrorReason_Name(type::ATTRIBUTE_NOT_REGISTERED));
  std::string statement;
  for (const DimensionInfo* dimension : what) {
    type::DimensionValue* coordinate = figure.add_dimensions();
    coordinate->set_dimension(std::string(dimension->id));
    coordinate->set_label("Niet geregistreerd");
    absl::StrAppend(&statement, statement.empty() ? "" : " ", dimension->reason);
  }
  figure.mutable_reliability()->set_statement(statement);
  return figure;
}

void FigureMaker::AddProvenance(google::protobuf::RepeatedPtrField<type::Provenance>* lines) const {
  uint32_t kinds = 0;
  for (const MeasureInfo* measure : asked_.question.measures) kinds |= KindsOf(*measure);
  for (const auto& [source, shares] : snapshot_.shares) {
    int64_t deliveries = 0;
    Moment newest = 0;
    for (const SourceShare& share : shares) {
      if ((share.kinds & kinds) == 0) continue;
      newest = deliveries == 0 ? share.newest : std::max(newest, share.newest);
      deliveries += share.deliveries;
    }
    if (deliveries == 0) continue;
    type::Provenance* line = lines->Add();
    line->set_source(source);
    line->set_delivery_count(deliveries);
    *line->mutable_newest_known_time() = TimestampOf(newest);
  }
}

}  // namespace nmd::costs
