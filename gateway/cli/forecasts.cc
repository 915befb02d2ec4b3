// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/forecasts.h"

#include <CLI/CLI.hpp>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using type::Figure;

Cell FigureCell(bool there, const Figure& figure) { return there ? Cell{FigureText(figure), FigureRaw(figure)} : Cell{}; }

Cell EuroCell(int64_t cents) { return {dutch::EuroWhole(cents), Euros(cents)}; }
Cell ShareCell(double share) { return {dutch::Percent(share), absl::StrFormat("%.6f", share)}; }

// "IVN 5, Ambulant" and "ivn=5 product=45A04".
Cell GroupCell(const google::protobuf::RepeatedPtrField<type::DimensionValue>& dimensions) {
  Cell cell;
  for (const type::DimensionValue& value : dimensions) {
    absl::StrAppend(&cell.text, cell.text.empty() ? "" : ", ", LabelText(value));
    absl::StrAppend(&cell.raw, cell.raw.empty() ? "" : " ", value.dimension(), "=", value.value());
  }
  return cell;
}

// "€ 10 tot € 20" of an interval in cents.
std::string Between(const Figure& figure) {
  return absl::StrCat(dutch::EuroWhole(static_cast<int64_t>(figure.interval().low())), " tot ",
                      dutch::EuroWhole(static_cast<int64_t>(figure.interval().high())));
}

// Why there is no value, how far it can be trusted, and what one must know.
template <typename Response>
std::string Footer(const Response& response, const Figure& figure) {
  std::string text = "\n";
  if (!figure.state_reason().empty()) absl::StrAppend(&text, ReasonText(figure.state_reason()), "\n");
  for (const std::string& remark : response.remarks()) absl::StrAppend(&text, remark, "\n");
  if (!figure.reliability().statement().empty()) {
    absl::StrAppend(&text, "Betrouwbaarheid: ", figure.reliability().statement(), "\n");
  }
  if (response.has_known_time()) absl::StrAppend(&text, "Bekend op ", MomentCell(response.known_time(), true).text, ".\n");
  return text;
}

template <typename Request>
absl::Status SetCommon(const Question& question, Request* request) {
  for (const std::string& where : question.where) {
    NMD_ASSIGN_OR_RETURN(*request->add_filters(), FilterOf(where));
  }
  return SetKnownTime(question, request);
}

void SetLadder(const ForecastCommandOptions& options, costs::v1::LadderSettings* ladder) {
  if (options.tail != 0) ladder->set_tail_factor(options.tail);
  for (const double factor : options.priors) ladder->add_prior_factors(factor);
  ladder->set_prior_source(options.prior_source);
}

absl::Status SetReport(const ForecastCommandOptions& options, costs::v1::ReportOfYear* report) {
  report->set_year(options.year);
  if (options.report == "bestuursrapportage-1") {
    report->set_report(costs::v1::FIRST_REPORT);
  } else if (options.report == "halfjaar") {
    report->set_report(costs::v1::HALF_YEAR_REPORT);
  } else if (options.report == "jaarrekening") {
    report->set_report(costs::v1::ANNUAL_ACCOUNTS);
  } else {
    return absl::InvalidArgumentError("--report is bestuursrapportage-1, halfjaar of jaarrekening");
  }
  return options.year == 0 ? absl::InvalidArgumentError("geef bij --report ook een jaar: --year 2018") : absl::OkStatus();
}

absl::StatusOr<int> Obligations(const Context& context, const ForecastCommandOptions& options) {
  costs::v1::QueryObligationsRequest request;
  if (!options.report.empty()) {
    NMD_RETURN_IF_ERROR(SetReport(options, request.mutable_report()));
  } else if (!options.quarter.empty()) {
    request.set_quarter(options.quarter);
  } else {
    const std::optional<Day> last = ParseDay(options.until);
    if (options.question.on.empty() || !last.has_value()) {
      return absl::InvalidArgumentError("geef --on en --until als datum, of --quarter of --report");
    }
    request.mutable_period()->set_start_date(options.question.on);
    request.mutable_period()->set_end_date(FormatDay(*last + 1));
  }
  for (const std::string& dimension : options.question.dimensions) request.add_dimensions(dimension);
  NMD_RETURN_IF_ERROR(SetCommon(options.question, &request));
  costs::v1::QueryObligationsResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/obligations/_query"), request, &response));
  if (context.ForPeople()) {
    context.io.out << ObligationsText(response);
  } else {
    context.Print(response, ObligationRecords(response));
  }
  return 0;
}

absl::StatusOr<int> Outstanding(const Context& context, const ForecastCommandOptions& options) {
  costs::v1::EstimateOutstandingRequest request;
  NMD_ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(options.question.from, options.question.to));
  SetLadder(options, request.mutable_ladder());
  NMD_RETURN_IF_ERROR(SetCommon(options.question, &request));
  costs::v1::EstimateOutstandingResponse response;
  NMD_RETURN_IF_ERROR(
      context.client.Post(absl::StrCat(context.client.parent(), "/obligations/_outstanding"), request, &response));
  if (context.ForPeople()) {
    context.io.out << OutstandingText(response);
  } else {
    context.Print(response, OutstandingRecords(response));
  }
  return 0;
}

absl::StatusOr<int> Forecast(const Context& context, const ForecastCommandOptions& options) {
  costs::v1::ForecastYearRequest request;
  if (options.report.empty()) {
    request.set_year(options.year);
  } else {
    NMD_RETURN_IF_ERROR(SetReport(options, request.mutable_report()));
  }
  SetLadder(options, request.mutable_ladder());
  request.set_inflow_growth(options.growth);
  request.set_inflow_growth_source(options.growth_source);
  request.set_with_drivers(options.drivers);
  NMD_RETURN_IF_ERROR(SetCommon(options.question, &request));
  costs::v1::ForecastYearResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/forecasts/_year"), request, &response));
  if (context.ForPeople()) {
    context.io.out << ForecastText(response);
  } else {
    context.Print(response, ForecastRecords(response));
  }
  return 0;
}

absl::StatusOr<int> Pxq(const Context& context, const ForecastCommandOptions& options) {
  costs::v1::CompareTariffsRequest request;
  NMD_ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(options.question.from, options.question.to));
  request.set_tariff_date(options.tariff_date);
  request.set_sample_size(options.sample);
  if (options.quantity == "delivered") {
    request.set_quantity(costs::v1::CompareTariffsRequest::DELIVERED);
  } else if (options.quantity == "allocated") {
    request.set_quantity(costs::v1::CompareTariffsRequest::ALLOCATED);
  } else {
    return absl::InvalidArgumentError("--quantity is delivered of allocated");
  }
  NMD_RETURN_IF_ERROR(SetCommon(options.question, &request));
  costs::v1::CompareTariffsResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/tariffs/_compare"), request, &response));
  if (context.ForPeople()) {
    context.io.out << TariffsText(response);
  } else {
    context.Print(response, TariffRecords(response));
  }
  return 0;
}

std::vector<Cell> ObligationCells(const std::string& kind, Cell group, const costs::v1::ObligationRow& row) {
  return {Cell{"", kind},
          std::move(group),
          FigureCell(row.has_running(), row.running()),
          FigureCell(row.has_not_started(), row.not_started()),
          FigureCell(row.has_not_started_expected(), row.not_started_expected()),
          FigureCell(row.has_open_ended(), row.open_ended()),
          FigureCell(row.has_declared(), row.declared()),
          FigureCell(row.has_stopped(), row.stopped()),
          CountCell(row.allocation_count()),
          CountCell(row.without_amount_count())};
}

const char* MethodKey(costs::v1::OutstandingMonth::Method method) {
  switch (method) {
    case costs::v1::OutstandingMonth::CHAIN_LADDER:
      return "chain-ladder";
    case costs::v1::OutstandingMonth::EXPECTED:
      return "verwachting";
    default:
      return "geen";
  }
}

std::vector<Cell> TariffCells(const std::string& kind, Cell group, const std::string& predecessor, const Figure& measured,
                              const Figure& approved, int64_t months, int64_t missing, int64_t incomparable) {
  return {Cell{"", kind},
          std::move(group),
          Cell::Same(predecessor),
          FigureCell(true, measured),
          FigureCell(approved.state() != Figure::STATE_UNSPECIFIED, approved),
          CountCell(months),
          CountCell(missing),
          CountCell(incomparable)};
}

Table DriverTable(const costs::v1::ForecastYearResponse& response) {
  Table table;
  table.columns = {{"Product", "product"},
                   {"Cliënten", "clienten", true},
                   {"Maanden", "maanden", true},
                   {"Per maand", "eenheden", true},
                   {"Tarief", "tarief", true},
                   {"Gebruik", "gebruik", true},
                   {"Loopt door", "loopt_door", true},
                   {"Bedrag", "bedrag", true}};
  for (const costs::v1::ForecastDriver& driver : response.drivers()) {
    const auto number = [](double value, int digits) { return Cell::Same(dutch::Decimal(value, digits)); };
    table.rows.push_back({GroupCell(driver.dimensions()), CountCell(driver.clients()), number(driver.months_per_client(), 1),
                          number(driver.units_per_month(), 1),
                          Cell::Same(dutch::Euro(static_cast<Cents>(driver.tariff_cents() + 0.5))),
                          ShareCell(driver.use_rate()), ShareCell(driver.survival()), EuroCell(driver.amount_cents())});
  }
  return table;
}

Table BackTestTable(const costs::v1::ForecastYearResponse& response) {
  Table table;
  table.columns = {{"Bekend voor", "bekend_voor"},   {"Jaar", "jaar"},
                   {"Voorspeld", "voorspeld", true}, {"Van", "van"},
                   {"Geworden", "geworden", true},   {"Verschil", "verschil", true}};
  for (const costs::v1::BackTest& test : response.back_tests()) {
    table.rows.push_back(
        {Cell::Same(dutch::Date(ParseDay(test.known_date()).value_or(0))), Cell::Same(absl::StrCat(test.year())),
         FigureCell(true, test.forecast()), Cell::Same(test.forecast().has_interval() ? Between(test.forecast()) : ""),
         FigureCell(true, test.outcome()), Cell::Same(test.has_error() ? dutch::Growth(test.error(), 1) : "")});
  }
  return table;
}

}  // namespace

Table ObligationRecords(const costs::v1::QueryObligationsResponse& response) {
  Table table;
  table.columns = {{"", "rij"},
                   {"Groep", "kenmerken"},
                   {"Lopend", "lopend", true},
                   {"Nog niet begonnen", "nog_niet_begonnen", true},
                   {"Verwacht", "verwacht_begonnen", true},
                   {"Zonder einddatum", "zonder_einddatum", true},
                   {"Al gedeclareerd", "al_gedeclareerd", true},
                   {"Gestopt", "gestopt", true},
                   {"Toewijzingen", "toewijzingen", true},
                   {"Zonder bedrag", "zonder_bedrag", true}};
  for (const costs::v1::ObligationRow& row : response.rows()) {
    if (row.dimensions().empty()) continue;
    table.rows.push_back(ObligationCells("groep", GroupCell(row.dimensions()), row));
  }
  table.rows.push_back(ObligationCells("totaal", Cell{"Totaal", ""}, response.total()));
  table.total_rows = 1;
  return table;
}

std::string ObligationsText(const costs::v1::QueryObligationsResponse& response) {
  const Day first = ParseDay(response.period().start_date()).value_or(0);
  const Day end = ParseDay(response.period().end_date()).value_or(1);
  return absl::StrCat("Lopende verplichtingen van ", dutch::Date(first), " t/m ", dutch::Date(end - 1), "\n\n",
                      TextOf(ObligationRecords(response)), Footer(response, response.total().running()));
}

Table OutstandingRecords(const costs::v1::EstimateOutstandingResponse& response) {
  Table table;
  table.columns = {{"Maand", "maand"},
                   {"Gedeclareerd", "gedeclareerd", true},
                   {"Nog te ontvangen", "nog_te_ontvangen", true},
                   {"Vertraging", "vertraging", true},
                   {"Binnen", "binnen", true},
                   {"Methode", "methode"},
                   {"Standaardfout", "standaardfout", true}};
  for (const costs::v1::OutstandingMonth& month : response.months()) {
    table.rows.push_back({Cell::Same(month.month()), FigureCell(true, month.declared()), FigureCell(true, month.outstanding()),
                          CountCell(month.delay()), ShareCell(month.developed()), Cell::Same(MethodKey(month.method())),
                          month.has_error_cents() ? EuroCell(static_cast<int64_t>(month.error_cents() + 0.5)) : Cell{}});
  }
  table.rows.push_back({Cell{"Totaal", "totaal"}, FigureCell(true, response.declared()),
                        FigureCell(true, response.outstanding()), Cell{}, Cell{}, Cell{},
                        response.has_error_cents() ? EuroCell(static_cast<int64_t>(response.error_cents() + 0.5)) : Cell{}});
  table.total_rows = 1;
  return table;
}

std::string OutstandingText(const costs::v1::EstimateOutstandingResponse& response) {
  std::string text = TextOf(OutstandingRecords(response));
  if (response.outstanding().has_interval()) {
    absl::StrAppend(&text, "\nNog te ontvangen: met 80% kans ", Between(response.outstanding()), ".");
  }
  return absl::StrCat(text, Footer(response, response.outstanding()));
}

Table ForecastRecords(const costs::v1::ForecastYearResponse& response) {
  Table table;
  table.columns = {{"", "rij"},
                   {"Maand", "maand"},
                   {"Gedeclareerd", "gedeclareerd", true},
                   {"Nog te ontvangen", "nog_te_ontvangen", true},
                   {"Toegewezen", "toegewezen", true},
                   {"Loopt door", "loopt_door", true},
                   {"Van lopende zorg", "van_lopende_zorg", true},
                   {"Nieuw en verlengd", "nieuw_en_verlengd", true},
                   {"Totaal", "totaal", true},
                   {"", "p10", true},
                   {"", "p90", true},
                   {"", "geworden", true}};
  for (const costs::v1::ForecastMonth& month : response.months()) {
    table.rows.push_back(
        {Cell{"", "maand"}, Cell::Same(month.month()), EuroCell(month.realised_cents()), EuroCell(month.outstanding_cents()),
         EuroCell(month.allocated_cents()), ShareCell(month.survival()), EuroCell(month.running_cents()),
         EuroCell(month.inflow_cents()),
         EuroCell(month.realised_cents() + month.outstanding_cents() + month.running_cents() + month.inflow_cents()), Cell{},
         Cell{}, Cell{}});
  }
  const auto bound = [](const Figure& figure, double value) {
    return figure.has_interval() ? Cell{"", Euros(static_cast<int64_t>(value))} : Cell{};
  };
  const Figure& year = response.forecast();
  table.rows.push_back({Cell{"", "jaar"}, Cell{"Jaar", year.period().start_date().substr(0, 4)},
                        FigureCell(response.has_realised(), response.realised()),
                        FigureCell(response.has_outstanding(), response.outstanding()), Cell{}, Cell{},
                        FigureCell(response.has_running(), response.running()),
                        FigureCell(response.has_inflow(), response.inflow()), FigureCell(true, year),
                        bound(year, year.interval().low()), bound(year, year.interval().high()), Cell{}});
  table.total_rows = 1;
  return table;
}

std::string ForecastText(const costs::v1::ForecastYearResponse& response) {
  std::string text = TextOf(ForecastRecords(response));
  if (!response.conclusion().empty()) absl::StrAppend(&text, "\n", response.conclusion(), "\n");
  if (response.back_tests_size() > 0) {
    absl::StrAppend(&text, "\nWat we eerder zouden hebben gezegd:\n", TextOf(BackTestTable(response)));
  }
  if (response.tested_count() > 0) {
    absl::StrAppend(&text, "Van ", response.tested_count(), " voorspellingen lag de uitkomst ", response.within_count(),
                    " keer tussen de grenzen.\n");
  }
  if (response.drivers_size() > 0) {
    absl::StrAppend(&text, "\nWaaruit de lopende zorg bestaat (cliënten x maanden x eenheden x tarief x gebruik):\n",
                    TextOf(DriverTable(response)));
  }
  return absl::StrCat(text, Footer(response, response.forecast()));
}

Table TariffRecords(const costs::v1::CompareTariffsResponse& response) {
  Table table;
  table.columns = {{"", "rij"},
                   {"Product", "kenmerken"},
                   {"Oud product", "oud_product"},
                   {"Tegen oud tarief", "oud_tarief", true},
                   {"Goedgekeurd", "goedgekeurd", true},
                   {"Voorzieningmaanden", "voorzieningmaanden", true},
                   {"Zonder hoeveelheid", "zonder_hoeveelheid", true},
                   {"Niet vergelijkbaar", "niet_vergelijkbaar", true}};
  int64_t months = 0, missing = 0, incomparable = 0;
  for (const costs::v1::TariffRow& row : response.rows()) {
    months += row.month_count();
    missing += row.missing_count();
    incomparable += row.incomparable_count();
    table.rows.push_back(TariffCells("product", GroupCell(row.dimensions()), row.predecessor(), row.measured(), row.approved(),
                                     row.month_count(), row.missing_count(), row.incomparable_count()));
  }
  table.rows.push_back(
      TariffCells("totaal", Cell{"Totaal", ""}, "", response.measured(), response.approved(), months, missing, incomparable));
  table.total_rows = 1;
  return table;
}

std::string TariffsText(const costs::v1::CompareTariffsResponse& response) {
  std::string text = TextOf(TariffRecords(response));
  if (response.lower().state() == Figure::ANSWERED) {
    absl::StrAppend(&text, "\nTegen de oude tarieven kostte dit tussen ", FigureText(response.lower()), " en ",
                    FigureText(response.upper()), "; goedgekeurd is ", FigureText(response.approved()), ".\n");
  }
  if (response.sample_count() < response.client_count() && response.population().state() == Figure::ANSWERED) {
    absl::StrAppend(
        &text, "Geschat voor alle ", dutch::Number(response.client_count()), " cliënten: ", FigureText(response.population()),
        response.population().has_interval() ? absl::StrCat(", met 95% zekerheid ", Between(response.population())) : "",
        "; goedgekeurd: ", FigureText(response.population_approved()), ".\n");
  }
  return absl::StrCat(text, Footer(response, response.measured()));
}

void AddForecastCommands(CLI::App& app, ForecastCommandOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const ForecastCommandOptions&);
  const auto add = [&](const char* name, const char* text, Run run) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    sub->add_option("--where", options.question.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
    AddKnownOn(*sub, options.question);
    return sub;
  };
  const auto add_report = [&](CLI::App* sub) {
    sub->add_option("--report", options.report, "bestuursrapportage-1, halfjaar of jaarrekening, met --year");
    sub->add_option("--year", options.year, "Jaar, zoals 2018");
  };
  const auto add_ladder = [&](CLI::App* sub) {
    sub->add_option("--tail", options.tail, "Staartfactor: wat er na de langste vertraging nog komt, zoals 1.02");
    sub->add_option("--prior", options.priors, "Ontwikkelfactoren van elders, van vertraging 0 naar 1 en verder")
        ->delimiter(',');
    sub->add_option("--prior-source", options.prior_source, "Waar die vandaan komen");
  };
  CLI::App* obligations = add("obligations", "Lopende verplichtingen vanaf een peildatum", &Obligations);
  obligations->add_option("--on", options.question.on, "Peildatum, zoals 2018-04-01");
  obligations->add_option("--until", options.until, "Laatste dag, die meetelt, zoals 2018-12-31");
  obligations->add_option("--quarter", options.quarter, "Na dit kwartaal tot het eind van het jaar, zoals 2018-Q1");
  add_report(obligations);
  obligations->add_option("--by", options.question.dimensions, "Uitgesplitst naar kenmerken, zoals product,provider of form")
      ->delimiter(',');

  CLI::App* outstanding = add("outstanding", "Wat er nog wordt gedeclareerd over maanden die voorbij zijn", &Outstanding);
  outstanding->add_option("--from", options.question.from, "Eerste maand, zoals 2018-01")->required();
  outstanding->add_option("--to", options.question.to, "Laatste maand, die meetelt");
  add_ladder(outstanding);

  CLI::App* forecast =
      add("forecast", "Wat een jaar gaat kosten, met marge en met hoe goed eerdere voorspellingen waren", &Forecast);
  add_report(forecast);
  add_ladder(forecast);
  forecast->add_option("--growth", options.growth, "Zoveel meer nieuwe zorg dan eerst, zoals 0.025");
  forecast->add_option("--growth-source", options.growth_source, "Waar die verwachting vandaan komt");
  forecast->add_flag("--drivers", options.drivers, "Ook waaruit de lopende zorg bestaat");

  CLI::App* pxq = add("pxq", "Wat een groep cliënten tegen oude tarieven had gekost", &Pxq);
  pxq->add_option("--from", options.question.from, "Eerste maand, zoals 2018-01")->required();
  pxq->add_option("--to", options.question.to, "Laatste maand, die meetelt");
  pxq->add_option("--tariff-date", options.tariff_date, "Tarieven zoals geldig op deze dag")->required();
  pxq->add_option("--quantity", options.quantity, "delivered (opgave van aanbieders) of allocated (toegewezen)");
  pxq->add_option("--sample", options.sample, "Steekproef van zoveel cliënten; anders iedereen");
}

}  // namespace nmd::cli
