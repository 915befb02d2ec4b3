// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/figures.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "services/core/date.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {

using type::Figure;

// Coordinates as (dimension, value, label).
using Coordinates = std::vector<std::tuple<std::string, std::string, std::string>>;

Coordinates CoordinatesOf(const Figure& figure) {
  Coordinates coordinates;
  for (const type::DimensionValue& value : figure.dimensions()) {
    coordinates.emplace_back(value.dimension(), value.value(), value.label());
  }
  return coordinates;
}

std::string LabelOf(const std::string& dimension, const std::string& value, const std::string& label) {
  if (!label.empty() && label != value) return label;
  if (value.empty()) return "onbekend";
  if (dimension == "month") {
    if (const std::optional<Month> month = ParseMonth(value)) return dutch::MonthName(*month);
  }
  return value;
}

std::string EuroRaw(int64_t cents) {
  const uint64_t magnitude = cents < 0 ? 0 - static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  return absl::StrFormat("%s%d.%02d", cents < 0 ? "-" : "", magnitude / 100, magnitude % 100);
}

// "januari 2018", "januari 2017 t/m januari 2018", or the two days.
std::string PeriodText(const type::Period& period) {
  const std::optional<Day> start = ParseDay(period.start_date());
  const std::optional<Day> end = ParseDay(period.end_date());
  if (!start || !end) return "";
  const Month first = MonthOf(*start);
  const Month last = MonthOf(*end - 1);
  if (FirstDay(first) != *start || FirstDay(last + 1) != *end) {
    return *end - *start == 1 ? dutch::Date(*start) : absl::StrCat(dutch::Date(*start), " t/m ", dutch::Date(*end - 1));
  }
  return first == last ? dutch::MonthLong(first) : absl::StrCat(dutch::MonthLong(first), " t/m ", dutch::MonthLong(last));
}

// The dimensions the answer is split by, in the order of the question.
std::vector<std::string> DimensionsOf(const costs::v1::QueryFiguresResponse& response) {
  return {response.effective().dimensions().begin(), response.effective().dimensions().end()};
}

// A coordinate for people and for machines; empty when the figure does not have it.
Cell CoordinateOf(const Coordinates& coordinates, const std::string& dimension) {
  for (const auto& [id, value, label] : coordinates) {
    if (id == dimension) return {LabelOf(id, value, label), value};
  }
  return {};
}

std::string NotesOf(const std::set<std::string>& reasons) {
  std::string text;
  for (const std::string& reason : reasons) absl::StrAppend(&text, ReasonText(reason), "\n");
  return text;
}

std::string ReliabilityLine(const Figure& figure) {
  if (figure.reliability().statement().empty()) return "";
  return absl::StrCat("Betrouwbaarheid: ", figure.reliability().statement(), "\n");
}

std::string KnownLine(const google::protobuf::Timestamp& time, bool present) {
  return present ? absl::StrCat("Bekend op ", MomentCell(time, true).text, ".\n") : "";
}

std::vector<Cell> EffectRow(const costs::v1::Effect& effect) {
  return {{effect.title(), effect.factor()},
          {dutch::Euro(effect.amount_cents()), EuroRaw(effect.amount_cents())},
          {dutch::Percent(effect.share()), absl::StrCat(effect.share())}};
}

Table EffectTable(const std::string& title, const google::protobuf::RepeatedPtrField<costs::v1::Effect>& effects,
                  int64_t growth_cents) {
  Table table;
  table.columns = {{title, "factor"}, {"Bedrag", "bedrag", true}, {"Aandeel", "aandeel", true}};
  for (const costs::v1::Effect& effect : effects) table.rows.push_back(EffectRow(effect));
  table.rows.push_back({{"Groei", "groei"}, {dutch::Euro(growth_cents), EuroRaw(growth_cents)}, {"100,0%", "1"}});
  table.total_rows = 1;
  return table;
}

// Whether nothing of the kind was there and nothing changed.
bool IsIdle(const costs::v1::DifferenceStep& step) {
  return step.thing_count() == 0 && step.count() == 0 && step.amount_cents() == 0 && step.ratio() == 0;
}

// What each kind of cause did, in the order in which they were applied; for a person without those that did not play a part.
Table StepTable(const costs::v1::FigureDifference& difference, bool for_people) {
  Table table;
  table.columns = {{"", "oorzaak"},        {"Verschil", "verschil", true}, {"", "eenheid"},
                   {"", "gegevens", true}, {"", "leveringen", true},       {"Waardoor", "uitleg", false, 90}};
  for (const costs::v1::DifferenceStep& step : difference.steps()) {
    if (for_people && IsIdle(step)) continue;
    const char* unit = step.difference_case() == costs::v1::DifferenceStep::kCount         ? "aantal"
                       : step.difference_case() == costs::v1::DifferenceStep::kAmountCents ? "euro"
                       : step.difference_case() == costs::v1::DifferenceStep::kRatio       ? "verhouding"
                                                                                           : "";
    table.rows.push_back({Cell::Same(CauseKey(step.cause())), StepCell(step), Cell::Same(unit),
                          Cell::Same(absl::StrCat(step.thing_count())), Cell::Same(absl::StrCat(step.delivery_count())),
                          Cell::Same(step.statement())});
  }
  return table;
}

}  // namespace

std::string LabelText(const type::DimensionValue& at) { return LabelOf(at.dimension(), at.value(), at.label()); }

std::string PeriodText(const costs::v1::QueryFiguresRequest& effective) {
  if (effective.has_period()) return PeriodText(effective.period());
  const std::optional<Day> day = ParseDay(effective.reference_date());
  return day ? absl::StrCat("peildatum ", dutch::Date(*day)) : "";
}

std::vector<std::pair<std::string, std::vector<std::string>>> StatementsOf(const costs::v1::QueryFiguresResponse& response,
                                                                           const Titles& titles) {
  std::vector<std::pair<std::string, std::vector<std::string>>> statements;
  for (const Figure& figure : response.totals()) {
    const std::string& statement = figure.reliability().statement();
    if (statement.empty()) continue;
    const auto same = [&](const auto& one) { return one.first == statement; };
    auto it = std::find_if(statements.begin(), statements.end(), same);
    if (it == statements.end()) it = statements.insert(it, {statement, {}});
    it->second.push_back(titles.Measure(figure.measure()));
  }
  return statements;
}

std::string FigureText(const Figure& figure) {
  switch (figure.state()) {
    case Figure::ANSWERED:
      break;
    case Figure::SUPPRESSED:
      return "onderdrukt";
    case Figure::NOT_REGISTERED:
      return "niet geregistreerd";
    case Figure::NOT_COMPARABLE:
      return "niet vergelijkbaar";
    default:
      return "niet beschikbaar";
  }
  switch (figure.value_case()) {
    case Figure::kCount:
      return dutch::Number(figure.count());
    case Figure::kAmountCents:
      return dutch::EuroWhole(figure.amount_cents());
    case Figure::kRatio:
      return dutch::Decimal(figure.ratio(), 2);
    default:
      return "niet beschikbaar";
  }
}

std::string FigureRaw(const Figure& figure) {
  if (figure.state() != Figure::ANSWERED) return "";
  switch (figure.value_case()) {
    case Figure::kCount:
      return absl::StrCat(figure.count());
    case Figure::kAmountCents:
      return EuroRaw(figure.amount_cents());
    case Figure::kRatio:
      return absl::StrFormat("%.6f", figure.ratio());
    default:
      return "";
  }
}

std::string StateKey(Figure::State state) {
  switch (state) {
    case Figure::ANSWERED:
      return "beantwoord";
    case Figure::SUPPRESSED:
      return "onderdrukt";
    case Figure::NOT_REGISTERED:
      return "niet_geregistreerd";
    case Figure::NOT_COMPARABLE:
      return "niet_vergelijkbaar";
    default:
      return "niet_beschikbaar";
  }
}

std::string ReasonText(const std::string& reason) {
  static const auto& texts = *new std::map<std::string, std::string>{
      {"ATTRIBUTE_NOT_REGISTERED", "Niet geregistreerd: geen enkele bron van deze gemeente legt dit kenmerk vast."},
      {"PERIOD_NOT_DELIVERED", "Niet beschikbaar: over deze periode was op dat moment nog niets aangeleverd."},
      {"PERIODS_UNEQUAL", "Niet vergelijkbaar: de perioden zijn niet even lang."},
      {"TREND_BREAK", "Niet vergelijkbaar: tussen de perioden ligt een trendbreuk."},
      {"AREA_CHANGED", "Niet vergelijkbaar: de indeling in wijken en buurten veranderde. Vraag het cijfer per jaar."},
      {"CELL_PROTECTED", "Onderdrukt: het getal is verborgen om personen te beschermen."},
      {"TARIFF_MISSING", "Niet beschikbaar: van minstens één regel is geen tarief bekend."},
      {"DENOMINATOR_ZERO", "Niet beschikbaar: er zou door nul worden gedeeld."},
      {"VALUE_TOO_LARGE", "Niet beschikbaar: de uitkomst is te groot."},
      {"AMOUNT_NEGATIVE", "Niet vergelijkbaar: een groep heeft een negatief bedrag."},
      {"TOO_FEW_CASES", "Niet beschikbaar: het zijn er te weinig om er iets over te zeggen."},
      {"AREA_CHANGED", "Niet vergelijkbaar: het gebied is er maar in één van de twee jaren."},
      {"TOO_FEW_OBSERVATIONS", "Niet beschikbaar: er zijn te weinig gegevens om een schatting te maken."},
      {"CONCORDANCE_MISSING", "Niet vergelijkbaar: het oude product of tarief is niet bekend."}};
  const auto it = texts.find(reason);
  return it == texts.end() ? reason : it->second;
}

Cell MomentCell(const google::protobuf::Timestamp& time, bool present) {
  if (!present) return {};
  const absl::Time moment = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  return {dutch::Moment(moment), google::protobuf::util::TimeUtil::ToString(time)};
}

Table QueryTable(const costs::v1::QueryFiguresResponse& response, const Titles& titles) {
  Table table;
  const std::vector<std::string> dimensions = DimensionsOf(response);
  for (const std::string& dimension : dimensions) table.columns.push_back({titles.Dimension(dimension), dimension});
  const auto& measures = response.effective().measures();
  for (const std::string& measure : measures) table.columns.push_back({titles.Measure(measure), measure, true});

  std::vector<std::pair<Coordinates, std::map<std::string, std::string>>> cells;
  for (const Figure& figure : response.figures()) {
    Coordinates coordinates = CoordinatesOf(figure);
    if (cells.empty() || cells.back().first != coordinates)
      cells.emplace_back(std::move(coordinates), std::map<std::string, std::string>());
    cells.back().second[figure.measure()] = FigureText(figure);
  }
  const auto add = [&](const std::vector<std::string>& head, const std::map<std::string, std::string>& values) {
    std::vector<Cell> row;
    for (const std::string& text : head) row.push_back(Cell::Same(text));
    for (const std::string& measure : measures) {
      const auto it = values.find(measure);
      row.push_back(Cell::Same(it == values.end() ? "" : it->second));
    }
    table.rows.push_back(std::move(row));
  };
  if (!dimensions.empty()) {
    for (const auto& [coordinates, values] : cells) {
      std::vector<std::string> head;
      for (const std::string& dimension : dimensions) head.push_back(CoordinateOf(coordinates, dimension).text);
      add(head, values);
    }
  }
  std::map<std::string, std::string> totals;
  for (const Figure& figure : response.totals()) totals[figure.measure()] = FigureText(figure);
  std::vector<std::string> head(dimensions.size());
  if (!head.empty()) head[0] = "Totaal";
  add(head, totals);
  table.total_rows = 1;
  return table;
}

Table QueryRecords(const costs::v1::QueryFiguresResponse& response) {
  Table table;
  for (const char* key : {"rij", "maat", "van", "tot"}) table.columns.push_back({key, key});
  const std::vector<std::string> dimensions = DimensionsOf(response);
  for (const std::string& dimension : dimensions) {
    table.columns.push_back({dimension, dimension});
    table.columns.push_back({dimension + "_naam", dimension + "_naam"});
  }
  table.columns.push_back({"waarde", "waarde", true});
  for (const char* key : {"eenheid", "toestand", "reden", "bekend_op", "definitie"}) table.columns.push_back({key, key});
  const auto add = [&](const char* kind, const Figure& figure) {
    std::vector<Cell> row = {Cell::Same(kind), Cell::Same(figure.measure()), Cell::Same(figure.period().start_date()),
                             Cell::Same(figure.period().end_date())};
    for (const std::string& dimension : dimensions) {
      Cell value, label;
      for (const type::DimensionValue& one : figure.dimensions()) {
        if (one.dimension() != dimension) continue;
        value = Cell::Same(one.value());
        label = Cell::Same(LabelOf(dimension, one.value(), one.label()));
      }
      row.push_back(value);
      row.push_back(label);
    }
    row.push_back(Cell::Same(FigureRaw(figure)));
    row.push_back(Cell::Same(figure.value_case() == Figure::kAmountCents ? "euro"
                             : figure.value_case() == Figure::kCount     ? "aantal"
                             : figure.value_case() == Figure::kRatio     ? "verhouding"
                                                                         : ""));
    row.push_back(Cell::Same(StateKey(figure.state())));
    row.push_back(Cell::Same(figure.state_reason()));
    row.push_back(MomentCell(figure.known_time(), figure.has_known_time()));
    row.push_back(Cell::Same(figure.definition()));
    table.rows.push_back(std::move(row));
  };
  if (!dimensions.empty()) {
    for (const Figure& figure : response.figures()) add("cel", figure);
  }
  for (const Figure& figure : response.totals()) add("totaal", figure);
  return table;
}

std::string Footer(const costs::v1::QueryFiguresResponse& response, const Titles& titles, bool compared) {
  std::set<std::string> reasons;
  for (const auto* figures : {&response.figures(), &response.totals()}) {
    for (const Figure& figure : *figures) {
      if (!figure.state_reason().empty()) reasons.insert(figure.state_reason());
    }
  }
  std::string text = absl::StrCat("\n", NotesOf(reasons));
  // Measures rest on different sources: each sentence once, with the measures it is about if there are more of them.
  const auto statements = StatementsOf(response, titles);
  for (const auto& [statement, measures] : statements) {
    const std::string about = statements.size() > 1 ? absl::StrCat(" (", absl::StrJoin(measures, ", "), ")") : "";
    absl::StrAppend(&text, "Betrouwbaarheid", about, ": ", statement, "\n");
  }
  const std::string period = compared ? "" : PeriodText(response.effective());
  if (!period.empty()) absl::StrAppend(&text, "Periode: ", period, ".\n");
  absl::StrAppend(&text, KnownLine(response.effective().known_time(), response.effective().has_known_time()));
  return text;
}

std::string DecomposeText(const costs::v1::DecomposeGrowthResponse& response, const Titles& titles) {
  if (response.state() != Figure::ANSWERED) {
    Figure figure;
    figure.set_state(response.state());
    return absl::StrCat(FigureText(figure), "\n\n", ReasonText(response.state_reason()), "\n",
                        KnownLine(response.known_time(), response.has_known_time()));
  }
  Table periods;
  periods.columns = {{"Maat", "maat"}};
  if (response.before_size() > 0) periods.columns.push_back({PeriodText(response.before(0).period()), "voor", true});
  if (response.after_size() > 0) periods.columns.push_back({PeriodText(response.after(0).period()), "na", true});
  for (int i = 0; i < response.before_size() && i < response.after_size(); ++i) {
    periods.rows.push_back({Cell::Same(titles.Measure(response.before(i).measure())),
                            Cell::Same(FigureText(response.before(i))), Cell::Same(FigureText(response.after(i)))});
  }
  std::string text;
  if (!response.conclusion().empty()) absl::StrAppend(&text, response.conclusion(), "\n\n");
  absl::StrAppend(&text, TextOf(periods));
  if (response.three_factor_size() > 0) {
    absl::StrAppend(&text, "\n",
                    TextOf(EffectTable("Drie factoren, op totalen", response.three_factor(), response.growth_cents())));
  }
  if (response.four_factor_size() > 0) {
    std::string dimension;
    if (response.groups_size() > 0) dimension = titles.Dimension(response.groups(0).group().dimension());
    absl::StrAppend(
        &text, "\n",
        TextOf(EffectTable(absl::StrCat("Vier factoren, per ", dimension), response.four_factor(), response.growth_cents())));
    Table groups;
    groups.columns = {{dimension, "groep"},       {"Voorzieningen", "voor", true}, {"was", "was", true},
                      {"Bedrag", "bedrag", true}, {"was", "bedrag_was", true},     {"Groei", "groei", true}};
    for (const costs::v1::Effect& effect : response.four_factor())
      groups.columns.push_back({effect.title(), effect.factor(), true});
    for (const costs::v1::GroupEffect& group : response.groups()) {
      std::vector<Cell> row = {Cell::Same(LabelOf(group.group().dimension(), group.group().value(), group.group().label())),
                               Cell::Same(FigureText(group.provisions_after())),
                               Cell::Same(FigureText(group.provisions_before())),
                               Cell::Same(FigureText(group.amount_after())),
                               Cell::Same(FigureText(group.amount_before())),
                               Cell::Same(dutch::EuroWhole(group.growth_cents()))};
      for (int i = 0; i < response.four_factor_size(); ++i) {
        row.push_back(Cell::Same(i < group.effects_size() ? dutch::EuroWhole(group.effects(i).amount_cents()) : ""));
      }
      groups.rows.push_back(std::move(row));
    }
    absl::StrAppend(&text, "\n", TextOf(groups));
  }
  absl::StrAppend(&text, "\n", response.after_size() > 0 ? ReliabilityLine(response.after(response.after_size() - 1)) : "",
                  KnownLine(response.known_time(), response.has_known_time()));
  return text;
}

Table DecomposeRecords(const costs::v1::DecomposeGrowthResponse& response) {
  Table table;
  for (const char* key : {"niveau", "groep", "factor"}) table.columns.push_back({key, key});
  table.columns.push_back({"bedrag_euro", "bedrag_euro", true});
  table.columns.push_back({"aandeel", "aandeel", true});
  table.columns.push_back({"toestand", "toestand"});
  const auto add = [&](const char* level, const std::string& group, const costs::v1::Effect& effect) {
    table.rows.push_back({Cell::Same(level), Cell::Same(group), Cell::Same(effect.factor()),
                          Cell::Same(absl::StrFormat("%.4f", effect.amount_euro())),
                          Cell::Same(absl::StrFormat("%.6f", effect.share())), Cell::Same(StateKey(response.state()))});
  };
  if (response.state() != Figure::ANSWERED) {
    table.rows.push_back({Cell::Same("totaal"), {}, {}, {}, {}, Cell::Same(StateKey(response.state()))});
  }
  for (const costs::v1::Effect& effect : response.three_factor()) add("drie_factoren", "", effect);
  for (const costs::v1::Effect& effect : response.four_factor()) add("vier_factoren", "", effect);
  for (const costs::v1::GroupEffect& group : response.groups()) {
    for (const costs::v1::Effect& effect : group.effects()) add("groep", group.group().value(), effect);
  }
  return table;
}

std::string ExplainText(const costs::v1::ExplainFigureResponse& response) {
  const Figure& figure = response.figure();
  std::string text = absl::StrCat(response.measure().title(), ": ", FigureText(figure));
  if (const std::string period = PeriodText(figure.period()); !period.empty()) absl::StrAppend(&text, " (", period, ")");
  absl::StrAppend(&text, "\n", response.measure().description(), " Definitie ", figure.definition(), ".\n");
  if (!figure.state_reason().empty()) absl::StrAppend(&text, ReasonText(figure.state_reason()), "\n");
  Table steps;
  steps.columns = {{"Stap", "stap"}, {"Aantal", "aantal", true}};
  for (const auto& step : response.steps()) {
    steps.rows.push_back({Cell::Same(step.text()), Cell::Same(dutch::Number(step.count()))});
  }
  if (!steps.rows.empty()) absl::StrAppend(&text, "\n", TextOf(steps));
  Table deliveries;
  deliveries.columns = {{"Levering", "levering"}, {"Bron", "bron"}, {"Bekend op", "bekend_op"}, {"Regels", "regels", true}};
  for (const auto& one : response.contributions()) {
    deliveries.rows.push_back({Cell::Same(one.delivery().substr(one.delivery().rfind('/') + 1)), Cell::Same(one.source()),
                               MomentCell(one.known_time(), one.has_known_time()), Cell::Same(dutch::Number(one.row_count()))});
  }
  if (!deliveries.rows.empty()) absl::StrAppend(&text, "\n", TextOf(deliveries));
  if (response.contribution_count() > response.contributions_size()) {
    absl::StrAppend(&text, "De nieuwste ", response.contributions_size(), " van ", dutch::Number(response.contribution_count()),
                    " leveringen.\n");
  }
  if (response.has_comparison()) {
    absl::StrAppend(&text, "\n", response.comparison().statement(), "\n", TextOf(StepTable(response.comparison(), true)));
  }
  if (response.has_open_links()) absl::StrAppend(&text, "\n", response.open_links().statement(), "\n");
  if (response.changes_since_size() > 0) absl::StrAppend(&text, "\nSindsdien bekend geworden:\n");
  for (const costs::v1::DifferenceStep& change : response.changes_since()) {
    absl::StrAppend(&text, "  ", change.statement(), "\n");
  }
  absl::StrAppend(&text, "\n", ReliabilityLine(figure), KnownLine(figure.known_time(), figure.has_known_time()));
  return text;
}

std::string CauseKey(costs::v1::DifferenceStep::Cause cause) {
  switch (cause) {
    case costs::v1::DifferenceStep::DEFINITION:
      return "definitie";
    case costs::v1::DifferenceStep::HORIZON:
      return "andere_maand";
    case costs::v1::DifferenceStep::EXTERNAL:
      return "van_buiten";
    case costs::v1::DifferenceStep::WITHDRAWAL:
      return "ingetrokken";
    case costs::v1::DifferenceStep::CORRECTION:
      return "correctie";
    case costs::v1::DifferenceStep::LATE:
      return "te_laat";
    case costs::v1::DifferenceStep::LINK:
      return "koppeling";
    case costs::v1::DifferenceStep::HOUSEHOLD:
      return "huishouden";
    default:
      return "";
  }
}

Cell StepCell(const costs::v1::DifferenceStep& step) {
  Figure figure;
  figure.set_state(Figure::ANSWERED);
  switch (step.difference_case()) {
    case costs::v1::DifferenceStep::kCount:
      figure.set_count(step.count());
      break;
    case costs::v1::DifferenceStep::kAmountCents:
      return {dutch::Euro(step.amount_cents()), EuroRaw(step.amount_cents())};
    case costs::v1::DifferenceStep::kRatio:
      figure.set_ratio(step.ratio());
      break;
    default:
      return {"–", ""};
  }
  return {FigureText(figure), FigureRaw(figure)};
}

Table ExplainRecords(const costs::v1::ExplainFigureResponse& response) {
  if (response.has_comparison()) return StepTable(response.comparison(), false);
  Table table;
  for (const char* key : {"levering", "bron", "bekend_op"}) table.columns.push_back({key, key});
  table.columns.push_back({"regels", "regels", true});
  for (const auto& one : response.contributions()) {
    table.rows.push_back({Cell::Same(one.delivery()), Cell::Same(one.source()),
                          MomentCell(one.known_time(), one.has_known_time()), Cell::Same(absl::StrCat(one.row_count()))});
  }
  return table;
}

}  // namespace nmd::cli
