// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/series.h"

#include <CLI/CLI.hpp>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/question.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using costs::v1::ExternalSeries;
using costs::v1::ExternalValue;

std::string KindText(ExternalSeries::Kind kind) {
  switch (kind) {
    case ExternalSeries::PUBLISHED:
      return "gepubliceerd";
    case ExternalSeries::INDICATOR:
      return "gemeten";
    case ExternalSeries::LEGACY:
      return "eerder systeem";
    case ExternalSeries::BUDGET:
      return "begroting";
    default:
      return "";
  }
}

std::string DateText(const std::string& iso) {
  const auto day = ParseDay(iso);
  return day.has_value() ? dutch::Date(*day) : iso;
}

// "2017", "jan 2018", "2015 t/m 2016"; else both days, the last one included.
std::string AboutText(const type::Period& period) {
  const auto start = ParseDay(period.start_date()), end = ParseDay(period.end_date());
  if (!start.has_value() || !end.has_value()) return absl::StrCat("vanaf ", DateText(period.start_date()));
  const Month first = MonthOf(*start), after = MonthOf(*end);
  const bool months = FirstDay(first) == *start && FirstDay(after) == *end;
  if (months && MonthInYear(first) == 1 && MonthInYear(after) == 1) {
    const int from = YearOf(first), to = YearOf(after) - 1;
    return from == to ? absl::StrCat(from) : absl::StrCat(from, " t/m ", to);
  }
  if (months && after == first + 1) return dutch::MonthName(first);
  if (*end == *start + 1) return dutch::Date(*start);
  return absl::StrCat(dutch::Date(*start), " t/m ", dutch::Date(*end - 1));
}

Cell GrowthCell(const ExternalValue& value) {
  if (!value.has_growth()) return Cell::Same("");
  const costs::v1::ExternalGrowth& growth = value.growth();
  if (growth.state() != type::Figure::ANSWERED) return {ReasonText(growth.state_reason()), ""};
  if (growth.has_growth()) return {dutch::Growth(growth.growth(), 1), absl::StrFormat("%.6f", growth.growth())};
  // Of a share: points, which no machine should take for a growth.
  const double points = static_cast<double>(growth.difference_thousandths()) / 1000;
  return {absl::StrCat(points > 0 ? "+" : "", dutch::Decimal(points, value.value().decimals()), " punt"), ""};
}

std::string RawOf(const ExternalValue& value) {
  if (value.state() != ExternalValue::PRINTED) return "";
  const int64_t size = value.value().thousandths() < 0 ? -value.value().thousandths() : value.value().thousandths();
  return absl::StrFormat("%s%d.%03d", value.value().thousandths() < 0 ? "-" : "", size / 1000, size % 1000);
}

std::string CoordinatesOf(const ExternalValue& value, bool for_people) {
  return absl::StrJoin(value.dimensions(), " ", [for_people](std::string* out, const type::DimensionValue& dimension) {
    absl::StrAppend(out, dimension.dimension(), "=", for_people ? dimension.label() : dimension.value());
  });
}

absl::StatusOr<int> Show(const Context& context, const SeriesOptions& options) {
  if (options.series.empty() && options.kind.empty()) {
    costs::v1::ListExternalSeriesResponse response;
    Parameters parameters;
    NMD_RETURN_IF_ERROR(AddKnownTime(options.question, &parameters));
    NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/externalseries"), parameters, &response));
    context.Print(response, SeriesTable(response));
    return 0;
  }
  costs::v1::QueryExternalSeriesRequest request;
  request.set_parent(context.client.parent());
  for (const std::string& series : options.series) request.add_series(series);
  for (const std::string& area : options.areas) request.add_areas(area);
  ExternalSeries::Kind kind = ExternalSeries::KIND_UNSPECIFIED;
  if (!options.kind.empty()) ExternalSeries::Kind_Parse(absl::AsciiStrToUpper(options.kind), &kind);
  request.set_kind(kind);
  request.set_all_vintages(options.all_vintages);
  if (!options.from.empty()) {
    NMD_ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(options.from, options.to));
  }
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  costs::v1::QueryExternalSeriesResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/externalseries/_query"), request, &response));
  context.Print(response, SeriesValueTable(response));
  if (context.ForPeople()) context.io.out << SeriesFooter(response);
  return 0;
}

}  // namespace

Table SeriesTable(const costs::v1::ListExternalSeriesResponse& response) {
  Table table;
  table.columns = {{"Reeks", "reeks"},
                   {"Wat", "omschrijving", false, 50},
                   {"Van", "uitgever"},
                   {"Soort", "soort"},
                   {"Over", "periode"},
                   {"Waarden", "waarden", true},
                   {"Ingetrokken", "ingetrokken", true},
                   {"Eigen maat", "maat"}};
  for (const ExternalSeries& series : response.series()) {
    table.rows.push_back(
        {Cell::Same(series.series()),
         Cell::Same(series.title()),
         Cell::Same(series.publisher()),
         {KindText(series.kind()), ExternalSeries::Kind_Name(series.kind())},
         {AboutText(series.period()), absl::StrCat(series.period().start_date(), "/", series.period().end_date())},
         {dutch::Number(series.value_count()), absl::StrCat(series.value_count())},
         {dutch::Number(series.withdrawn_count()), absl::StrCat(series.withdrawn_count())},
         Cell::Same(absl::StrJoin(series.measures(), " "))});
  }
  return table;
}

Table SeriesValueTable(const costs::v1::QueryExternalSeriesResponse& response) {
  Table table;
  table.columns = {{"Reeks", "reeks"},
                   {"", "uitgever"},
                   {"Kenmerken", "kenmerken"},
                   {"Over", "begin"},
                   {"", "eind"},
                   {"Waarde", "waarde", true},
                   {"", "eenheid"},
                   {"", "toestand"},
                   {"Groei", "groei", true},
                   {"Wij", "eigen", true},
                   {"", "eigen_toestand"},
                   {"Van", "gepubliceerd"},
                   {"Document", "document"},
                   {"Ingetrokken", "ingetrokken"},
                   {"", "reden"}};
  for (const ExternalValue& value : response.values()) {
    const type::Figure& own = value.counterpart().figure();
    const Cell ours = value.has_counterpart() ? Cell{FigureText(own), FigureRaw(own)} : Cell::Same("");
    table.rows.push_back({Cell::Same(value.series()),
                          Cell::Same(value.publisher()),
                          {CoordinatesOf(value, true), CoordinatesOf(value, false)},
                          {AboutText(value.period()), value.period().start_date()},
                          Cell::Same(value.period().end_date()),
                          {value.text(), RawOf(value)},
                          Cell::Same(value.has_value() ? ingestion::v1::MeasuredIn_Name(value.value().measured_in()) : ""),
                          Cell::Same(ExternalValue::State_Name(value.state())),
                          GrowthCell(value),
                          ours,
                          Cell::Same(value.has_counterpart() ? type::Figure::State_Name(own.state()) : ""),
                          {DateText(value.published_date()), value.published_date()},
                          Cell::Same(value.document()),
                          {DateText(value.withdrawn_date()), value.withdrawn_date()},
                          Cell::Same(value.withdrawn_reason())});
  }
  return table;
}

std::string SeriesLine(const ExternalValue& value) {
  const type::Figure& own = value.counterpart().figure();
  std::string text = absl::StrCat(value.publisher(), " zegt over ", value.period().start_date().substr(0, 4), ", ",
                                  value.title(), ": ", value.text());
  if (!value.withdrawn_date().empty()) {
    absl::StrAppend(&text, " (ingetrokken op ", DateText(value.withdrawn_date()),
                    value.withdrawn_reason().empty() ? "" : absl::StrCat(": ", value.withdrawn_reason()), ")");
  }
  return absl::StrCat(text, "; wij (", own.measure(), "): ", FigureText(own), ". ", value.counterpart().difference());
}

std::string SeriesFooter(const costs::v1::QueryExternalSeriesResponse& response) {
  std::string text;
  std::set<std::string> said;
  for (const ExternalValue& value : response.values()) {
    if (!value.counterpart().difference().empty() && said.insert(value.counterpart().difference()).second) {
      absl::StrAppend(&text, "\nWij (", value.counterpart().figure().measure(), "): ", value.counterpart().difference());
    }
  }
  for (const ExternalValue& value : response.values()) {
    if (value.withdrawn_date().empty()) continue;
    absl::StrAppend(
        &text, "\n", value.series(), " over ", AboutText(value.period()), " is ingetrokken op ",
        DateText(value.withdrawn_date()),
        value.withdrawn_reason().empty() ? "; de reden is niet bekend." : absl::StrCat(": ", value.withdrawn_reason(), "."));
  }
  return text.empty() ? text : absl::StrCat(text, "\n");
}

void AddSeriesCommand(CLI::App& app, SeriesOptions& options, const Perform& perform) {
  CLI::App* series = app.add_subcommand("series", "Cijfers van anderen, met de onze ernaast; zonder naam: welke er zijn");
  series->fallthrough();
  series->add_option("series", options.series, "Reeksen, zoals bijstand");
  series->add_option("--kind", options.kind, "Alleen deze soort")
      ->check(CLI::IsMember({"published", "indicator", "legacy", "budget"}));
  series->add_option("--area", options.areas, "Alleen dit gebied, zoals Drenthe; mag vaker")->allow_extra_args(false);
  series->add_option("--from", options.from, "Eerste maand, zoals 2017-01");
  series->add_option("--to", options.to, "Laatste maand, die meetelt");
  AddKnownOn(*series, options.question);
  series->add_flag("--all-vintages", options.all_vintages, "Ook de jaargangen waar een nieuwere op volgde");
  series->callback([&options, perform] { perform([&options](const Context& context) { return Show(context, options); }); });
}

}  // namespace nmd::cli
